"""what the output layer is for each task: regression heads, among them the four numbers of a box, and classification"""
import argparse
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import nn

from ..pictures import Pictures
from ..training import whole

SIDE, SAMPLES, HELD_OUT = 12, 300, 100
EPOCHS, LR, BATCH = 200, 0.01, 20
Data = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Head:
    """A task: its output neurons, their activation, the loss and the data; is_class says that targets are classes."""
    task: str
    outputs: int
    activation: str
    loss: nn.losses.Loss
    data: Callable[[np.random.Generator], Data]
    is_class: bool = False


def values(random: np.random.Generator, outputs: int = 1) -> Data:
    """sin 2x₁ + x₂ and, as the second, x₁ x₂."""
    X = random.uniform(-1, 1, (SAMPLES, 2))
    return X, np.column_stack([np.sin(2 * X[:, 0]) + X[:, 1], X[:, 0] * X[:, 1]])[:, :outputs]


def positive_values(random: np.random.Generator) -> Data:
    X, T = values(random)
    return X, np.exp(T)


def classes(random: np.random.Generator) -> Data:
    """Which of three sectors of the plane a point lies in: 0, 1 or 2."""
    X = random.uniform(-1, 1, (SAMPLES, 2))
    return X, np.floor((np.arctan2(X[:, 1], X[:, 0]) / np.pi + 1) * 1.5).clip(0, 2).astype(int)


def binary(random: np.random.Generator) -> Data:
    """Is the point inside a circle?"""
    X = random.uniform(-1, 1, (SAMPLES, 2))
    return X, ((X ** 2).sum(axis=1) < 0.6).astype(float)


def labels(random: np.random.Generator) -> Data:
    """Two labels that do not exclude each other: inside the circle, and above the diagonal."""
    X, T = binary(random)
    return X, np.column_stack([T, X[:, 1] > X[:, 0]]).astype(float)


def images(random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Images with a rectangle each, (N, 12, 12), and its box: centre x and y, width, height, in pixels."""
    size = random.integers(3, 8, (SAMPLES, 2))
    corner = random.integers(0, SIDE - size + 1)
    pixels = np.zeros((SAMPLES, SIDE, SIDE))
    for image, (x, y), (width, height) in zip(pixels, corner, size):
        image[y:y + height, x:x + width] = 1
    return pixels, np.column_stack([corner + size / 2, size]).astype(float)


def boxes(random: np.random.Generator) -> Data:
    """The sums of an image's columns and rows, and its box."""
    pixels, T = images(random)
    return np.column_stack([pixels.sum(axis=1), pixels.sum(axis=2)]) / SIDE, T


HEADS = [
    Head("one value", 1, "linear", nn.mean_squared_error, values),
    Head("several values", 2, "linear", nn.mean_squared_error, lambda random: values(random, 2)),
    Head("positive", 1, "softplus", nn.mean_squared_error, positive_values),
    Head("not negative", 1, "relu", nn.mean_squared_error, positive_values),
    Head("bounded, scaled", 1, "tanh", nn.mean_squared_error, values),
    Head("bounded, scaled", 1, "sigmoid", nn.mean_squared_error, values),
    Head("box", 4, "linear", nn.mean_squared_error, boxes),
    Head("binary", 1, "sigmoid", nn.binary_cross_entropy, binary, is_class=True),
    Head("multilabel", 2, "sigmoid", nn.binary_cross_entropy, labels, is_class=True),
    Head("multiclass", 3, "linear", nn.cross_entropy, classes, is_class=True),
]
SPAN = {"tanh": (-1.0, 1.0), "sigmoid": (0.0, 1.0)}


def scale(T: np.ndarray, low: float, high: float, to: tuple[float, float]) -> np.ndarray:
    """Labels from the range low to high, scaled to another one."""
    return to[0] + (T - low) * (to[1] - to[0]) / (high - low)


def scale_back(Y: np.ndarray, low: float, high: float, of: tuple[float, float]) -> np.ndarray:
    """Outputs from the range that labels were scaled to, back in the labels' own."""
    return low + (Y - of[0]) * (high - low) / (of[1] - of[0])


def predict_held_out(head: Head, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Train a network with this head; return its outputs for held-out samples, and their targets."""
    X, T = head.data(np.random.default_rng(seed))
    model = nn.MLP(X.shape[1], [16, head.outputs], "tanh", head.activation, seed=seed)
    span = None if head.is_class else SPAN.get(head.activation)
    low, high = float(T.min()), float(T.max())          # in practice: what the labels can be
    targets = scale(T, low, high, span) if span else T
    nn.fit(model, X[HELD_OUT:], targets[HELD_OUT:], head.loss, nn.Adam(model.parameters(), LR), EPOCHS, BATCH,
           progress=False)
    Y = nn.predict(model, X[:HELD_OUT])
    return scale_back(Y, low, high, span) if span else Y, T[:HELD_OUT]


def describe(head: Head, Y: np.ndarray, T: np.ndarray) -> str:
    """The accuracy of a classifier, or the root mean squared error and the range of other outputs."""
    if head.is_class:
        return f"{nn.accuracy(Y, T):.0%} right"
    return f"off by {np.sqrt(np.mean((Y - T.reshape(Y.shape)) ** 2)):.3f}, {Y.min():.2f} to {Y.max():.2f}"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seed", type=whole(0), default=0, metavar="N", help="of the data and weights (default 0)")


def run(pictures: Pictures, arguments: argparse.Namespace) -> None:
    from .figures import boxes_figure  # needs matplotlib, which the other demos do without

    print(f"16 tanh neurons, then the head; {SAMPLES - HELD_OUT} samples to train on, {HELD_OUT} held out.\n\n"
          f"  {'task':17}{'outputs':8}{'activation':12}{'loss':23}held out")
    found: dict[str, Any] = {}
    for head in HEADS:
        found[head.task] = Y, T = predict_held_out(head, arguments.seed)
        print(f"  {head.task:17}{head.outputs:<8}{head.activation:12}{head.loss.__name__:23}{describe(head, Y, T)}")
    print("\nOff by is the root of the mean squared error, in the target's units; of the box, in pixels.  The softmax "
          "of the\nmulticlass head is in its loss.")
    pixels, true = images(np.random.default_rng(arguments.seed))
    pictures.save("heads.png", boxes_figure(pixels[:6], true[:6], found["box"][0][:6]).savefig)
