"""Random graphs and random trainings: compiled ones give the values, gradients and weights of the eager engine."""
import random
import sys
import warnings
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

import nn
from autograd import ops

from .outcome import Outcome

SEEDS = 20_000
TESTS = Path(__file__).parents[2] / "tests"
LOSSES: dict[str, tuple[Any, tuple[str, ...]]] = {      # a loss, and the output activations that it is for
    "half_squared_error": (nn.half_squared_error, ("linear", "tanh", "sigmoid", "relu")),
    "mean_squared_error": (nn.mean_squared_error, ("linear", "tanh", "softplus")),
    "huber": (nn.huber, ("linear", "tanh")),
    "binary_cross_entropy": (nn.binary_cross_entropy, ("sigmoid",)),
    "binary_cross_entropy_with_logits": (nn.binary_cross_entropy_with_logits, ("linear",)),
    "cross_entropy": (nn.cross_entropy, ("linear",))}


def outcomes(quick: bool) -> Iterator[Outcome]:
    """The outcomes of both kinds, over every seed."""
    yield tried("a random graph, compiled and eager", graph, SEEDS // 20 if quick else SEEDS)
    yield tried("a random training by fit, compiled and eager", training, SEEDS // 20 if quick else SEEDS)


def tried(name: str, trial: Callable[[int], bool], seeds: int) -> Outcome:
    """Run the trial for every seed; it returns False where there is nothing to compare, and raises for a difference."""
    outcome = Outcome(name)
    for seed in range(seeds):
        try:
            outcome.times += trial(seed)
        except Exception as error:
            outcome.times += 1
            outcome.failures.append(f"seed {seed}: {type(error).__name__}: {' '.join(str(error).split())[:200]}")
    outcome.note = f"{seeds - outcome.times:,} more seeds gave a graph outside its domain" * (seeds > outcome.times)
    return outcome


def graph(seed: int) -> bool:
    """Compare a random graph of the compiler's tests."""
    for folder in TESTS, TESTS / "autograd" / "compiler":
        if str(folder) not in sys.path:
            sys.path.append(str(folder))
    tests = import_module("test_program")
    recipe = tests.Recipe(seed)
    samples = recipe.tame()
    if samples:
        tests.agrees(recipe, samples, recipe.w)
    return bool(samples)


def training(seed: int) -> bool:
    """Compare a random network, loss, optimizer and batch size: the weights after three epochs agree to 1e-9."""
    draw = random.Random(seed)
    loss, outputs = LOSSES[draw.choice([*LOSSES])]
    nin, samples = draw.randint(1, 3), draw.randint(1, 7)
    sizes = [draw.randint(1, 4) for _ in range(draw.randint(1, 3))]
    is_labels = loss is nn.cross_entropy
    sizes[-1] += is_labels                              # classes: two at least
    activations = draw.choice([*ops.ACTIVATIONS]), draw.choice(outputs)
    X = [[draw.uniform(-1, 1) for _ in range(nin)] for _ in range(samples)]
    T: Any = ([draw.randrange(sizes[-1]) for _ in X] if is_labels else
              [[draw.uniform(0, 1) for _ in range(sizes[-1])] for _ in X])
    settings: dict[str, Any] = {"batch_size": draw.choice([None, 1, 2, 5]), "shuffle": draw.random() < 0.5,
                                "reduction": draw.choice(["mean", "sum"]), "seed": seed, "progress": False}
    rule = draw.choice([
        lambda p: nn.SGD(p, lr=0.05), lambda p: nn.SGD(p, lr=0.05, momentum=0.9, weight_decay=0.01, decay=0.001),
        lambda p: nn.Adam(p, lr=0.01, eps=1e-6)])
    weights = []
    for engine in "eager", "compiled":
        model = nn.MLP(nin, sizes, *activations, seed=seed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", nn.TrainingWarning)         # of activations that do not train
            nn.fit(model, X, T, loss, rule(model.parameters()), 3, engine=engine, **settings)
        weights.append([p.data for p in model.parameters()])
    np.testing.assert_allclose(weights[1], weights[0], rtol=1e-9, atol=1e-9)
    return True
