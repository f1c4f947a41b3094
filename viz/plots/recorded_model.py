"""Evaluation of a model on many samples: its graph, recorded once, is run on arrays for outputs and for all nodes."""
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd import Value, wengert_list

Model = Callable[..., Any]
CHECKED = 7                                             # samples on which the recording is compared with the model


def outputs_of(model: Model, X: np.ndarray) -> np.ndarray:
    """The outputs for each row of X, of an nn model or of any other function of an array of samples."""
    if not hasattr(model, "parameters"):
        found = np.asarray(model(X), float)
        if len(found) != len(X) or found.ndim > 2:
            raise ValueError(f"the model's outputs have shape {found.shape}; expected {len(X)} rows, one a "
                             "sample")
        return found.reshape(len(X), -1)
    x, ys = record(model, X[0])
    value = run(ys, dict(zip(x, X.T)))
    Y = np.column_stack([np.broadcast_to(value[y], len(X)) for y in ys])
    some = np.linspace(0, len(X) - 1, CHECKED).astype(int)
    if not np.allclose(Y[some], [called(model, X[row]) for row in some], equal_nan=True):
        Y = np.array([called(model, row) for row in X])     # it branches in Python on its data
    return Y


def record(model: Model, x: np.ndarray) -> tuple[list[Value], list[Value]]:
    """The leaves of one sample and the outputs recorded for it."""
    leaves = [Value(float(x_i), f"x{i}") for i, x_i in enumerate(x, start=1)]
    return leaves, listed(model(leaves))


def called(model: Model, x: np.ndarray) -> list[float]:
    """The outputs for one sample, computed by the model itself."""
    return [y.data for y in listed(model(x.tolist()))]


def listed(y: Any) -> list[Value]:
    """One output or several as a list."""
    return [*map(Value.lift, y)] if isinstance(y, list | tuple) else [Value.lift(y)]


def run(outputs: Sequence[Value], leaves: dict[Value, np.ndarray]) -> dict[Value, np.ndarray]:
    """The value of every node that the outputs depend on, with these leaves as arrays and the others as numbers."""
    value: dict[Value, Any] = dict(leaves)
    with np.errstate(all="ignore"):                     # the plot shows or refuses non-finite numbers
        for node in dict.fromkeys(node for y in outputs for node in wengert_list(y)):
            if node not in value:
                value[node] = node.op(*[value[parent] for parent in node.parents]) if node.op else np.float64(node.data)
    return value
