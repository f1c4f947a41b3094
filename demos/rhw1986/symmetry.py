"""the 1986 paper's first task: two hidden units learn whether six inputs are symmetric, from 100 seeds in one run"""
import argparse
from collections.abc import Sequence
from random import Random
from typing import Any

import numpy as np

from autograd import Value, compile, ops
from nn import MLP, SGD, half_squared_error

from ..pictures import Pictures
from ..training import whole

INPUTS, HIDDEN = 6, 2
SPREAD, LR, MOMENTUM = 0.3, 0.1, 0.9            # the paper's: first weights in ±0.3, ε, α
PAPER_SWEEPS = 1425
CLOSE = 0.1                                     # an answer within this of its target is right; the paper does not say
CODES = {"1 : 2 : 4": (1, 2, 4), "1 : 1.55 : 2.07": (1, 1.55, 2.07)}      # the paper's, and the other that is found
SAME_CODE = 0.1


def patterns() -> tuple[np.ndarray, np.ndarray]:
    """All 64 patterns of six binary inputs, and 1 for the 8 that are symmetric about their middle, else 0."""
    X = np.array([[k >> i & 1 for i in range(INPUTS)] for k in range(2 ** INPUTS)], float)
    return X, (X[:, ::-1] == X).all(axis=1).astype(float)


def network(seed: int) -> MLP:
    """6-2-1, sigmoid, every weight and bias drawn uniformly from ±0.3, neuron by neuron."""
    random, model = Random(seed), MLP(INPUTS, [HIDDEN, 1], "sigmoid", "sigmoid", seed=0)
    for p in model.parameters():
        p.data = random.uniform(-SPREAD, SPREAD)
    return model


def answers(w: np.ndarray, X: np.ndarray) -> np.ndarray:
    """The outputs of networks with these parameters, (networks, 17), for all patterns: (networks, patterns)."""
    W = w[:, :-3].reshape(-1, HIDDEN, INPUTS + 1)                       # of each hidden unit, its bias last
    hidden = ops.sigmoid(X @ W[:, :, :-1].transpose(0, 2, 1) + W[:, None, :, -1])
    return np.asarray(ops.sigmoid((hidden @ w[:, -3:-1, None])[:, :, 0] + w[:, -1:]))


def gradient_of(models: Sequence[MLP]) -> Any:
    """A function (w, rows) -> dE/dw, both (networks, 17): the networks are one graph, recorded once, run on arrays.

    They share no weight, so the gradient of the sum of their errors holds each network's own gradient.
    """
    x, t = [Value(0.0, f"x{i}") for i in range(1, INPUTS + 1)], Value(0.0, "t")
    program = compile(half_squared_error([model(x) for model in models], [t] * len(models)), [*x, t])
    place = {p: k for k, p in enumerate(program.parameters)}
    places = np.array([[place[p] for p in model.parameters()] for model in models])
    function, flat = program.function(np), np.empty(places.size)

    def gradient(w: np.ndarray, rows: np.ndarray) -> np.ndarray:
        flat[places] = w
        return np.asarray(function(flat, rows)[1][places])

    return gradient


def learn(seeds: Sequence[int], most: int) -> tuple[np.ndarray, np.ndarray]:
    """Train a network for each seed: the sweeps until every answer was right, 0 where never, and the last parameters.

    A sweep is the paper's: the gradient summed over the 64 patterns, then one step with momentum.
    """
    X, T = patterns()
    rows = np.column_stack([X, T])
    models = [network(seed) for seed in seeds]
    rule = SGD(models[0].parameters(), LR, momentum=MOMENTUM).rule      # one arithmetic for numbers and arrays
    w = np.array([[p.data for p in model.parameters()] for model in models])
    change, last, sweeps = np.zeros_like(w), w.copy(), np.zeros(len(models), int)
    going, learned, gradient = np.arange(len(models)), np.zeros(len(models), bool), gradient_of(models)
    for sweep in range(1, most + 1):
        w, change = rule(w, gradient(w, rows), change)
        right = (np.abs(answers(w, X) - T) < CLOSE).all(axis=1)
        last[going[~learned]] = w[~learned]
        sweeps[going[right & ~learned]] = sweep
        learned |= right
        if learned.all():
            break
        if 2 * learned.sum() >= len(going):             # record again, without those that are done
            w, change, going = w[~learned], change[~learned], going[~learned]
            learned, gradient = np.zeros(len(going), bool), gradient_of([models[k] for k in going])
    return sweeps, last


class Code:
    """Measures of the code that networks have learned, from their parameters (networks, 17).

    `mirror` is how far two weights at mirrored places are from equal and opposite, `twins` how far the hidden units are
    from each other's negatives, both relative to the network's largest weight; `ratio` is the sizes of a unit's three
    weights, the smallest as 1.
    """

    def __init__(self, w: np.ndarray) -> None:
        W = w[:, :-3].reshape(-1, HIDDEN, INPUTS + 1)
        weights, largest = W[:, :, :-1], np.abs(W[:, :, :-1]).max(axis=(1, 2))
        self.mirror = np.abs(weights + weights[:, :, ::-1]).max(axis=(1, 2)) / largest
        self.twins = np.abs(weights[:, 0] + weights[:, 1]).max(axis=1) / largest
        self.signs = (W[:, :, -1] < 0).all(axis=1) & (w[:, -3:-1] < 0).all(axis=1) & (w[:, -1] > 0)
        sizes = np.sort(np.abs(weights[:, 0, :INPUTS // 2]), axis=1)
        self.ratio = sizes / sizes[:, :1]

    def like(self, ratio: Sequence[float]) -> np.ndarray:
        """A boolean for each network: is its ratio within 10 % of this one?"""
        return np.asarray((np.abs(self.ratio / ratio - 1) < SAME_CODE).all(axis=1))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seeds", type=whole(1), default=100, metavar="N", help="how many networks (default 100)")
    parser.add_argument("--sweeps", type=whole(1), default=20_000, metavar="N",
                        help="the most sweeps that a network gets (default 20000)")


def run(pictures: Pictures, arguments: argparse.Namespace) -> None:
    from .figures import symmetry_figure  # needs matplotlib, which the other demos do without

    print(f"6-2-1, sigmoid; all 64 patterns a sweep, the gradient summed; ε = {LR}, α = {MOMENTUM}, first weights in "
          f"±{SPREAD}.\nA network has learned when every answer is within {CLOSE} of its target.\n")
    sweeps, w = learn(range(arguments.seeds), arguments.sweeps)
    learned = sweeps > 0
    print(f"{learned.sum()} of {len(sweeps)} networks learn it within {arguments.sweeps} sweeps", end="")
    if not learned.any():
        print(".")
        return
    print(f": median {np.median(sweeps[learned]):.0f}, {sweeps[learned].min()} to {sweeps[learned].max()}.  The "
          f"paper's one run took {PAPER_SWEEPS}.")
    if not learned.all():
        X, T = patterns()
        E = half_squares(answers(w[~learned], X) - T)
        print(f"The others end at E = {E.min():.3f} to {E.max():.3f}: E is 4 where every answer is no.")
    code = Code(w[learned])
    print(f"""
In all that have learned:
  mirrored weights are equal and opposite      within {code.mirror.max():.2%} of the largest weight
  the two hidden units are sign-flipped twins  within {code.twins.max():.2%} (median {np.median(code.twins):.2%})
  hidden biases and output weights are negative, the output's bias positive: {code.signs.sum()} of {learned.sum()}
The sizes of a unit's three weights, the smallest as 1:""")
    alike = {name: code.like(ratio) for name, ratio in CODES.items()}
    for name, found in alike.items():
        print(f"  about {name:16}{found.sum():4}")
    print(f"  others                {(~np.logical_or.reduce([*alike.values()])).sum():4}\n"
          "The paper's is 1 : 2 : 4; in either no two different halves give a unit the same sum, which is enough.")
    drawn = int(np.argmax(alike["1 : 2 : 4"]))
    pictures.save("symmetry.png", symmetry_figure(sweeps, w[learned][drawn], PAPER_SWEEPS).savefig)


def half_squares(errors: np.ndarray) -> np.ndarray:
    """E = ½ Σ (y - d)² of each network."""
    return np.asarray(0.5 * (errors ** 2).sum(axis=1))
