"""What is compiled: the loss of one sample, recorded; and whether that tells of the other samples too."""
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd import Value, wengert_list

from .losses import Loss
from .samples import Samples


def recorded(model: Callable[..., Any], loss: Loss, data: Samples) -> tuple[Value, list[Value]]:
    """The loss of the first sample where there is one, and the inputs; the others are outside a domain as yet."""
    error: Exception | None = None
    for x_row, t_row in zip(data.x, data.T.tolist()):
        x = [Value(x_i, f"x{i}") for i, x_i in enumerate(x_row, start=1)]
        t = [Value(t_l, f"t{l}") for l, t_l in enumerate(t_row, start=1)]
        try:
            J = loss(model(x), t if isinstance(data.t[0], list) else t[0])
        except (ValueError, ArithmeticError) as found:
            error = error or found
            continue
        if not isinstance(J, Value):
            raise TypeError(f"the loss is {J!r}, which records nothing: a model and its loss must compute with the "
                            "Values that they are given, or have engine='eager'")
        return J, [*x, *t]
    assert error
    raise error


def check_recording(J: Value, inputs: Sequence[Value], forward: Callable[[np.ndarray], np.ndarray],
                    model: Callable[..., Any], loss: Loss, data: Samples) -> None:
    """Some other samples must have the loss that was recorded, else the data decided what was.

    The model may branch on it, or compute with the floats of its inputs, as with math.sin(x[0].data).  What the
    arrays' forward phase finds is quickly compared; where it differs, as it may by a rounding on a step's edge, the
    graph is asked.  Raises TypeError, naming the sample.
    """
    N = len(data.X)
    picked = sorted({N // 3, 2 * N // 3, N - 1})
    rows = rows_of(data, picked)
    for row, numbers, found in zip(picked, rows.tolist(), forward(rows).tolist()):
        try:
            loss_of_row = Value.lift(loss(model(data.x[row]), data.t[row])).data
            if not math.isfinite(loss_of_row) or alike(loss_of_row, found) or alike(
                    loss_of_row, found := again(J, inputs, numbers)):
                continue
        except (ValueError, ArithmeticError):
            continue                                    # outside a domain as yet: the training will say so
        raise TypeError(f"sample {row} (counted from 0) has the loss {loss_of_row:.6g}, but by what was recorded of "
                        f"another it would be {found:.6g}: the model or the loss decides in Python by its data, takes "
                        "plain floats of it, or is random; give engine='eager'")


def alike(a: float, b: float) -> bool:
    return math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-9)


def again(J: Value, inputs: Sequence[Value], numbers: Sequence[float]) -> float:
    """J, by the graph that was recorded, where the inputs are these numbers."""
    value = dict(zip(inputs, numbers))
    for node in wengert_list(J):
        if node.op:
            value[node] = node.op(*[value[x] for x in node.parents])
        else:
            value.setdefault(node, node.data)
    return float(value[J])


def rows_of(data: Samples, rows: Sequence[int] | slice = slice(None)) -> np.ndarray:
    """A row for every sample, or for some: its inputs, then its targets."""
    return np.column_stack([data.X[rows], data.T[rows]])
