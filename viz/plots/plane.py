"""Plane: a grid over two inputs around the data, on which surfaces are computed."""
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd.symbolic.labels import to_subscript

Limits = tuple[float, float]


@dataclass(frozen=True)
class Plane:
    """A grid over two of the inputs; the others stay at their means over the data."""
    data: np.ndarray                            # (N, 2): the two inputs of every sample
    samples: np.ndarray                         # (rows * columns, inputs): a sample for each point of the grid
    x: np.ndarray                               # the grid's columns and rows
    y: np.ndarray
    names: tuple[str, str]

    @property
    def extent(self) -> tuple[float, float, float, float]:
        return self.x[0], self.x[-1], self.y[0], self.y[-1]

    def grid(self, values: np.ndarray) -> np.ndarray:
        """Values of the samples, reshaped to the grid's rows and columns."""
        return np.broadcast_to(values, len(self.samples)).reshape(len(self.y), len(self.x))


def plane_of(name: str, X: Any, inputs: Sequence[int] | None = None, xlim: Limits | None = None,
             ylim: Limits | None = None, steps: int = 240, also: Any = None) -> Plane:
    """The plane of two inputs around X (and other samples), or within limits.

    Raises ValueError for an X that is empty, or that has more than two inputs without `inputs` to choose two.
    """
    data = samples_of("X", X)
    D = data.shape[1]
    if D < 2:
        raise ValueError(f"X has shape {data.shape}; a plane needs (samples, 2)")
    if inputs is None and D > 2:
        raise ValueError(f"{name}: X has {D} inputs, and a plane shows two: say which, inputs=(0, 1) for the "
                         "first two; the others stay at their means")
    first, second = (0, 1) if inputs is None else (check_input(name, i, D) for i in checked_pair(name, inputs))
    everything = data if also is None else np.concatenate([data, samples_of("held_out", also, D)])
    x, y = (np.linspace(*(limits or around(everything[:, i])), steps)
            for i, limits in ((first, xlim), (second, ylim)))
    samples = np.tile(data.mean(axis=0), (steps * steps, 1))
    samples[:, first], samples[:, second] = (grid.ravel() for grid in np.meshgrid(x, y))
    names = f"x{to_subscript(str(first + 1))}", f"x{to_subscript(str(second + 1))}"
    return Plane(data[:, [first, second]], samples, x, y, names)


def samples_of(name: str, X: Any, inputs: int | None = None) -> np.ndarray:
    """X as an array (N, inputs) of finite numbers.  Raises ValueError where it is not one."""
    found = np.asarray(X, float)
    if found.ndim != 2 or not found.size or inputs not in (None, found.shape[1]):
        raise ValueError(f"{name} has shape {found.shape}; a plane needs (samples, {inputs or 2}), at least one sample")
    if not np.isfinite(found).all():
        row = int(np.argwhere(~np.isfinite(found))[0, 0])
        raise ValueError(f"{name} is not finite in row {row} (counted from 0): {found[row].tolist()}")
    return found


def checked_pair(name: str, inputs: Sequence[int]) -> Sequence[int]:
    """The two inputs' indices.  Raises ValueError unless they are two different ones."""
    if not isinstance(inputs, Sequence) or len(inputs) != 2 or inputs[0] == inputs[1]:
        raise ValueError(f"{name}: inputs are the places of two inputs, such as (0, 1), not {inputs!r}")
    return inputs


def check_input(name: str, i: Any, D: int) -> int:
    """The index of an input.  Raises ValueError where there is none."""
    if i not in range(D):
        raise ValueError(f"{name}: there is no input {i!r}; X has the inputs 0 to {D - 1}")
    return int(i)


def around(x: np.ndarray) -> Limits:
    """The range of the data with a margin."""
    low, high = float(x.min()), float(x.max())
    margin = 0.12 * (high - low) or 1.0
    return low - margin, high + margin
