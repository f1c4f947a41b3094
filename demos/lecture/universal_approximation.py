"""the Universal Approximation Theorem at work: a sum of sigmoids built to be close to f, and the same sum trained"""
import argparse
from collections.abc import Callable

import numpy as np

import nn

from ..pictures import Pictures
from ..training import whole

SIZES = 2, 4, 8, 16, 32, 64
GRID = np.linspace(0, 1, 1001)
STEEPNESS = 6.0                                 # of a step, over its width: F climbs almost evenly
SAMPLES, EPOCHS = 100, 1000
RATES = 0.03, 0.003                             # at 0.03 to the end, rounding alone would change where it ends


def f(x: np.ndarray) -> np.ndarray:
    """A continuous function on [0, 1]."""
    return np.sin(2 * np.pi * x) + 0.5 * x


def built(m1: int, target: Callable[[np.ndarray], np.ndarray] = f) -> nn.MLP:
    """F(x) = Σ αᵢ φ(wᵢ x + βᵢ) with φ the sigmoid: a staircase with smooth steps, each as high as the target climbs.

    The theorem's F has no bias at the output, so the first step is taken below 0 and lifts F to the target's start.
    """
    places = np.arange(m1) / (m1 - 1)                           # F passes through the target between the steps
    steps = np.concatenate([[-2.0 / (m1 - 1)], (places[1:] + places[:-1]) / 2])
    heights = np.concatenate([target(places[:1]), np.diff(target(places))])
    slope = STEEPNESS * (m1 - 1)
    model = nn.MLP(1, [m1, 1], "sigmoid", "linear", seed=0)
    hidden, output = model.layers
    for neuron, step, alpha, height in zip(hidden.neurons, steps, output.neurons[0].w, heights):
        neuron.w[0].data, neuron.b.data, alpha.data = slope, -slope * float(step), float(height)
    return model


def trained(m1: int, seed: int) -> nn.MLP:
    """The same sum, its constants found by gradient descent on 100 samples."""
    model = nn.MLP(1, [m1, 1], "sigmoid", "linear", seed=seed)
    X = np.linspace(0, 1, SAMPLES)[:, None]
    optimizer = nn.Adam(model.parameters())
    for optimizer.lr in RATES:
        nn.fit(model, X, f(X), nn.mean_squared_error, optimizer, EPOCHS, progress=False)
    return model


def distance(model: nn.MLP) -> float:
    """The largest |F(x) - f(x)| on a grid of 1,001 places."""
    return float(np.abs(nn.predict(model, GRID[:, None]) - f(GRID)).max())


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seed", type=whole(0), default=0, metavar="N", help="of the first weights (default 0)")


def run(pictures: Pictures, arguments: argparse.Namespace) -> None:
    from .figures import approximation_figure  # needs matplotlib, which the other demos do without

    print("f(x) = sin 2πx + x/2 on [0, 1];  F(x) = Σ αᵢ φ(wᵢ x + βᵢ), φ the sigmoid, i = 1, ..., m1.\n\n"
          "  m1   sup |F - f|, built   sup |F - f|, trained")
    errors = {}
    for m1 in SIZES:
        errors[m1] = distance(built(m1)), distance(trained(m1, arguments.seed))
        print(f"  {m1:2}{errors[m1][0]:17.4f}{errors[m1][1]:21.4f}")
    print(f"""
Built, a term is a step as high as f climbs over 1/m1: more terms, smaller steps, and F comes as close as is asked.
Trained ({EPOCHS:,} epochs of Adam at each of η = {RATES[0]} and {RATES[1]}), the same F is found by its gradient, and
more terms need not bring it closer: the theorem says that good constants exist, not that training finds them.
Its φ is bounded, which excludes relu; that any φ but a polynomial will do was shown later (Leshno et al. 1993).""")
    pictures.save("universal_approximation.png", approximation_figure(
        GRID, f(GRID), {m1: terms(built(m1)) for m1 in (8, 32)}, errors).savefig)


def terms(model: nn.MLP) -> np.ndarray:
    """αᵢ φ(wᵢ x + βᵢ) on the grid, a row for each i: F is their sum."""
    hidden, output = model.layers
    alpha = np.array([w.data for w in output.neurons[0].w])
    return np.asarray(alpha[:, None] * nn.predict(hidden, GRID[:, None]).T)
