"""Workloads: the networks that every peer trains, with the same data, order and initial weights.

A and C are full batches and minibatches of known data sets, B is the lecture's update per pattern.
"""
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice, pairwise
from typing import Any

import numpy as np
from sklearn.datasets import load_digits, make_moons

import nn


@dataclass(frozen=True)
class Workload:
    """Gradient descent on the batch's sum of losses, w ← w - lr ∂J/∂w, batch after batch without shuffling."""
    key: str
    name: str
    title: str
    sizes: tuple[int, ...]
    activation: str
    output_activation: str
    loss: str                               # its name in nn: half_squared_error or cross_entropy
    lr: float
    X: np.ndarray
    T: np.ndarray                           # (N, outputs); one-hot for cross_entropy
    batch_size: int

    @property
    def activations(self) -> list[str]:
        """φ of each layer."""
        return [self.activation] * (len(self.sizes) - 2) + [self.output_activation]

    @property
    def batches(self) -> list[tuple[np.ndarray, np.ndarray]]:
        return [(self.X[i:i + self.batch_size], self.T[i:i + self.batch_size])
                for i in range(0, len(self.X), self.batch_size)]

    @property
    def steps_per_epoch(self) -> int:
        return len(self.X) // self.batch_size

    def model(self) -> nn.MLP:
        """The network with its initial weights."""
        return nn.MLP(self.sizes[0], self.sizes[1:], self.activation, self.output_activation, seed=0)

    def start(self) -> list[np.ndarray]:
        """The initial [W b] of each layer, a row for each neuron: nn's order of parameters."""
        numbers = np.array([p.data for p in self.model().parameters()])
        layers, first = [], 0
        for n, m in pairwise(self.sizes):
            layers.append(numbers[first:first + m * (n + 1)].reshape(m, n + 1).copy())
            first += m * (n + 1)
        return layers


def in_turn(batches: Sequence[Any], steps: int) -> Iterator[Any]:
    """One batch for each step, from the first one on, cyclically."""
    return islice(cycle(batches), steps)


def moons(small: bool = False) -> Workload:
    X, T = make_moons(100, noise=0.1, random_state=0)
    sizes = (2, 4, 4, 1) if small else (2, 16, 16, 1)
    return Workload("A", "moons", f"moons, MLP {written(sizes)} tanh/linear, full batch of 100, J = ½ Σ e²", sizes,
                    "tanh", "linear", "half_squared_error", 1e-3, X, 2.0 * T[:, None] - 1.0, 100)


def online(small: bool = False) -> Workload:
    X, T = make_moons(10 if small else 100, noise=0.1, random_state=0)
    return Workload("B", "online", "moons, MLP 2-8-1 sigmoid, one sample per update, J = ½ e²", (2, 8, 1),
                    "sigmoid", "sigmoid", "half_squared_error", 0.1, X, T[:, None].astype(float), 1)


def digits(small: bool = False) -> Workload:
    X, labels = load_digits(return_X_y=True)
    N, size, sizes = (50, 10, (64, 4, 10)) if small else (1000, 100, (64, 32, 10))
    return Workload("C", "digits", f"digits, MLP {written(sizes)} tanh, softmax cross-entropy, {N // size} minibatches "
                    f"of {size}", sizes, "tanh", "linear", "cross_entropy", 2e-3, X[:N] / 16, np.eye(10)[labels[:N]],
                    size)


def written(sizes: tuple[int, ...]) -> str:
    return "-".join(map(str, sizes))


WORKLOADS: dict[str, Callable[[bool], Workload]] = {"moons": moons, "online": online, "digits": digits}
