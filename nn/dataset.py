"""The data set: X and T converted to rows of floats, and checked against the model and the loss."""
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np

from autograd.compiler.arrays import located, real_array

from .losses import Loss, cross_entropy, one_hot
from .mlp import width


def matrix(name: str, data: Any) -> np.ndarray:
    """data as a float64 array with a row for each sample, from lists or an array of any real dtype and order.

    Raises TypeError where it is not numeric, ValueError where it is ragged, masked, empty, not a matrix, NaN or
    infinite.
    """
    found = real_array(name, data)
    if found.ndim not in (1, 2) or not found.size:
        raise ValueError(f"{name} has shape {found.shape}; expected (samples, numbers a sample), at least one of each")
    with np.errstate(over="ignore"):                    # a long double may be too large
        found = found.astype(np.float64)
    if not np.isfinite(found).all():
        place = tuple(np.argwhere(~np.isfinite(found))[0])
        raise ValueError(f"{name} is {found[place]} in {located(place)}; every number must be finite")
    return found


def inputs_matrix(X: Any, inputs: int | None, name: str = "X") -> np.ndarray:
    """X as an array of shape (N, inputs); inputs is None where any width is allowed."""
    found = matrix(name, X)
    if found.ndim != 2:
        raise ValueError(f"{name} has shape {found.shape}; expected (samples, inputs): for one input a sample give "
                         f"shape ({len(found)}, 1), for one sample shape (1, {len(found)})")
    if inputs not in (None, found.shape[1]):
        raise ValueError(f"{name} has shape {found.shape}; the model has {inputs} input{'s' * (inputs != 1)}, so "
                         f"expected ({len(found)}, {inputs})")
    return found


def targets_matrix(T: Any, samples: int, outputs: int, loss: Any, name: str = "T") -> np.ndarray:
    """T as an array of shape (N, outputs); integer class labels for cross_entropy become one-hot rows."""
    found = matrix(name, T)
    if len(found) != samples:
        raise ValueError(f"X has {samples} samples but {name} has {len(found)}; give a target for each sample")
    if loss is cross_entropy and outputs > 1 and (found.ndim == 1 or found.shape[1] == 1):
        labels = found.ravel().tolist()
        for row, label in enumerate(labels):
            if label not in range(outputs):
                hint = "; from labels that count from 1, subtract 1" if min(labels) >= 1 and label == outputs else ""
                raise ValueError(f"{name} is {label:g} in row {row} (counted from 0), which is no class; with "
                                 f"{outputs} outputs the classes are 0 to {outputs - 1}{hint}")
        return np.array([one_hot(label, outputs) for label in labels])
    if found.ndim == 1 and outputs == 1:
        return found[:, None]
    if found.shape != (samples, outputs):
        expected = f"({samples},) or ({samples}, 1)" if outputs == 1 else f"({samples}, {outputs})"
        raise ValueError(f"{name} has shape {found.shape}; the model has {outputs} "
                         f"output{'s' * (outputs > 1)}, so expected {expected}")
    if loss is cross_entropy and not np.allclose(found.sum(axis=1), 1, atol=1e-5):
        row = int(np.argmax(~np.isclose(found.sum(axis=1), 1, atol=1e-5)))
        raise ValueError(f"{name} is {found[row].tolist()} in row {row} (counted from 0), which does not sum to 1; "
                         "cross_entropy takes exclusive classes, binary_cross_entropy_with_logits several labels")
    return found


class Dataset:
    """X and T, checked against the model and the loss, as arrays and as the plain numbers of each sample."""

    def __init__(self, model: Callable[..., Any], X: Any, T: Any, loss: Loss, prefix: str = "") -> None:
        self.X = inputs_matrix(X, width(model), f"{prefix}X")
        self.x: list[list[float]] = self.X.tolist()
        y = model(self.x[0])
        outputs = len(y) if isinstance(y, list) else 1
        self.T = targets_matrix(T, len(self.X), outputs, loss, f"{prefix}T")
        self.t: list[Any] = self.T.tolist() if isinstance(y, list) else self.T[:, 0].tolist()
        with suppress(ArithmeticError, ValueError):             # fit reports a loss that cannot be computed
            loss(y, self.t[0])                                  # raises for outputs that the loss does not take
