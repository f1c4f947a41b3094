"""The recorded loss of one sample, and the check that its graph gives the losses of the other samples too."""
import math
from collections.abc import Callable, Sequence
from numbers import Real
from typing import Any

import numpy as np

from autograd import Constant, Value, ops, wengert_list
from autograd.decisions import decisions_refused

from ..dataset import Dataset
from ..losses import Loss

# A check computes losses node by node: an edge is a unit of work and takes about 0.1 µs, a node as long as 13 of them.
# WORK before and half as much after a training of one second is under 5 % of it, up to about 80,000 weights.
WORK = 320_000
EDGES_PER_NODE = 13
FEWEST, USUAL, MOST = 4, 50, 200        # samples in a check: of a large model, of few samples in all, of a small model


class Recording:
    """The loss J of one sample as a graph of its inputs, to be used for every sample."""

    def __init__(self, model: Callable[..., Any], loss: Loss, data: Dataset) -> None:
        self.model, self.loss, self.data = model, loss, data
        self.J, self.inputs = record_loss(model, loss, data)
        self.tape = wengert_list(self.J)
        self.work = sum(len(node.parents) + EDGES_PER_NODE for node in self.tape if node.op)
        self.random = np.random.default_rng(0)

    def rows(self, work: int) -> np.ndarray:
        """The rows to check: one at random from each of equal parts of the samples, or all of a small data set.

        Few samples are checked several times, because dropout, say, shows only sometimes.  Their number depends on the
        graph's size and not on the clock: whether a recording is refused must not depend on the machine's load.
        """
        N, most = len(self.data.X), min(MOST, max(FEWEST * work // WORK, work // self.work))
        count = most if most < N else N * min(max(1, USUAL // N), most // N)
        return ((np.arange(count) + self.random.random(count)) * (N / count)).astype(int)

    def check_one(self) -> None:
        """Compare one sample's loss with that of the graph."""
        row = int(self.random.integers(len(self.data.X)))
        self.check([row], [self.loss_of(row)])

    def check(self, rows: Sequence[int], losses: Sequence[float]) -> None:
        """Compare the losses of these rows, computed by the model and the loss, with those of the graph.

        On arrays rounding may cross the edge of a step, so where the two differ the graph itself is evaluated.  Samples
        outside an operation's domain are left to the training.  Raises TypeError, naming the sample, and RuntimeError
        where the arrays are wrong in every sample but the graph is right.
        """
        differs = set[int]()
        for row, found in zip(rows, losses):
            try:
                expected = loss_value(self.loss(self.model(self.data.x[row]), self.data.t[row])).data
            except (ValueError, ArithmeticError):
                continue
            if not math.isfinite(expected) or is_close(expected, found):
                continue
            differs.add(row)
            if not is_close(expected, found := self.loss_of(row)):
                raise TypeError(
                    f"sample {row} (counted from 0) has the loss {expected:.6g}, but by what was recorded of another "
                    f"it would be {found:.6g}: the model or the loss takes plain numbers of Values (.data), is random, "
                    "or uses a number from outside that has changed; keep such a number in a Value and set its .data, "
                    "or give engine='eager'.  The parameters are those from before fit")
        if len(differs) >= FEWEST and differs == {*rows}:
            raise RuntimeError("the compiled losses are not those of the recorded graph: a mistake of deltagrad's, "
                               "please report it; engine='eager' trains without compiling")

    def loss_of(self, row: int) -> float:
        """The sample's loss by the graph, at its leaves' current data, in float64; NaN outside a domain."""
        value = dict(zip(self.inputs, rows_of(self.data, [row])[0].tolist()))
        try:
            for node in self.tape:
                if node.op:
                    value[node] = node.op(*[value[x] for x in node.parents])
                else:
                    value.setdefault(node, node.data)
        except (ValueError, ArithmeticError):
            return math.nan
        return value[self.J]


def record_loss(model: Callable[..., Any], loss: Loss, data: Dataset) -> tuple[Value, list[Value]]:
    """Record the loss of the first sample in the domain of every operation; return it and the leaves of its inputs.

    Raises TypeError, naming the line, where Python branches on the number of a Value.
    """
    error: Exception | None = None
    for x_row, t_row in zip(data.x, data.T.tolist()):
        x = [Value(x_i, f"x{i}") for i, x_i in enumerate(x_row, start=1)]
        t = [Value(t_l, f"t{l}") for l, t_l in enumerate(t_row, start=1)]
        try:
            with decisions_refused("give engine='eager'"):
                J = loss(model(x), t if isinstance(data.t[0], list) else t[0])
        except (ValueError, ArithmeticError) as found:
            error = error or found
            continue
        if not isinstance(J, Value):
            raise records_nothing(J)
        return J, [*x, *t]
    assert error
    raise error


def loss_value(J: Any) -> Value:
    """The loss of a sample as a Value; a plain number, as of Python's max(0, 1 - t * y), is a constant."""
    if isinstance(J, Value):
        return J
    if isinstance(J, Real):
        return Constant(float(J))
    raise records_nothing(J)


def records_nothing(J: Any) -> TypeError:
    """The TypeError for a loss that is not a Value."""
    return TypeError(f"the loss is {ops.short(repr(J))}, which records nothing to train by: return one Value, computed "
                     "from the model's outputs by operators and the functions of autograd, without .data and float(); "
                     "where it is a constant c, return 0 * y + c")


def is_power_of_two(n: int) -> bool:
    """Is n a power of two, so that a check during the training is due?"""
    return n & (n - 1) == 0


def is_close(a: float, b: float) -> bool:
    """Are two losses equal up to rounding?"""
    return math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-9)


def rows_of(data: Dataset, rows: Sequence[int] | np.ndarray | slice = slice(None)) -> np.ndarray:
    """The inputs and then the targets of the samples, a row for each."""
    return np.column_stack([data.X[rows], data.T[rows]])
