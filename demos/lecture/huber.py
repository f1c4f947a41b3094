"""outliers: squared, absolute and Huber's errors, their derivatives, and the line that each fits, in one picture"""
import argparse

import numpy as np

import nn
from autograd import Value

from ..pictures import Pictures
from ..training import whole

LOSSES: dict[str, nn.losses.Loss] = {"squared": nn.mean_squared_error, "Huber": nn.huber,
                                     "absolute": nn.mean_absolute_error}
SLOPE, START, NOISE, SAMPLES, OUTLIERS, LIFT = 0.5, 1.0, 0.2, 40, 6, 6.0
EPOCHS, LR = 2000, 0.02


def data(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """t = 0.5 x + 1 and noise; the last 6 of 40 targets are 6 too high."""
    X = np.linspace(0, 4, SAMPLES)[:, None]
    T = SLOPE * X[:, 0] + START + np.random.default_rng(seed).normal(0, NOISE, SAMPLES)
    T[-OUTLIERS:] += LIFT
    return X, T


def line(loss: nn.losses.Loss, X: np.ndarray, T: np.ndarray) -> nn.Neuron:
    """A linear neuron, y = w x + b, fitted by this loss."""
    neuron = nn.Neuron(1, "linear", seed=0)
    nn.fit(neuron, X, T, loss, nn.Adam(neuron.parameters(), LR), EPOCHS, progress=False)
    return neuron


def curve(loss: nn.losses.Loss, errors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """J and dJ/de at each error e = t - y, for y = 0."""
    found = []
    for e in errors.tolist():
        y = Value(0.0)
        J = loss(y, e)
        J.backward()
        found.append((J.data, -y.grad))
    J, slope = np.array(found).T
    return J, slope


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seed", type=whole(0), default=0, metavar="N", help="of the noise (default 0)")


def run(pictures: Pictures, arguments: argparse.Namespace) -> None:
    from .figures import losses_figure  # needs matplotlib, which the other demos do without

    X, T = data(arguments.seed)
    print(f"t = {SLOPE} x + {START:g} with noise of {NOISE}; the last {OUTLIERS} of {SAMPLES} targets are {LIFT:g} too "
          "high.\n")
    lines = {name: line(loss, X, T) for name, loss in LOSSES.items()}
    for name, neuron in lines.items():
        w, b = neuron.parameters()
        print(f"  {name:9} y = {w.data:5.2f} x + {b.data:5.2f}")
    print("\nAn outlier pulls with dJ/de: twice its error where it is squared, at most 1 in the other two.")
    e = np.linspace(-4, 4, 161)
    pictures.save("huber.png", losses_figure(e, {name: curve(loss, e) for name, loss in LOSSES.items()}, X[:, 0], T, {
        name: nn.predict(neuron, X) for name, neuron in lines.items()}).savefig)
