"""The loss of one sample as a graph, and whether that graph gives the loss of the other samples too."""
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
    """The loss J of one sample as a graph of its inputs, which is to hold for every sample."""

    def __init__(self, model: Callable[..., Any], loss: Loss, data: Dataset) -> None:
        self.model, self.loss, self.data = model, loss, data
        self.J, self.inputs = record_loss(model, loss, data)
        self.tape = wengert_list(self.J)
        self.work = sum(len(node.parents) + EDGES_PER_NODE for node in self.tape if node.op)
        self.random = np.random.default_rng(0)

    def rows(self, work: int) -> np.ndarray:
        """Rows to check, one at random from each of equal parts of the samples: all, where there are not too many.

        Few samples come several times, since dropout, say, shows only now and then.  How many rows depends on the
        graph's size and not on the clock: whether a recording is refused must not depend on the machine's load.
        """
        N, most = len(self.data.X), min(MOST, max(FEWEST * work // WORK, work // self.work))
        count = most if most < N else N * min(max(1, USUAL // N), most // N)
        return ((np.arange(count) + self.random.random(count)) * (N / count)).astype(int)

    def check_one(self) -> None:
        """Compare one sample's loss with what the graph gives for it."""
        row = int(self.random.integers(len(self.data.X)))
        self.check([row], [self.loss_of(row)])

    def check(self, rows: Sequence[int], losses: Sequence[float]) -> None:
        """Compare the losses of these rows as the model and the loss compute them with those that the graph gave.

        A rounding may lead arrays over a step's edge: where the two differ, the graph itself is asked.  Samples outside
        an operation's domain are left to the training.  Raises TypeError, naming the sample.
        """
        for row, found in zip(rows, losses):
            try:
                expected = loss_value(self.loss(self.model(self.data.x[row]), self.data.t[row])).data
            except (ValueError, ArithmeticError):
                continue
            if math.isfinite(expected) and not is_close(expected, found) and not is_close(
                    expected, found := self.loss_of(row)):
                raise TypeError(
                    f"sample {row} (counted from 0) has the loss {expected:.6g}, but by what was recorded of another "
                    f"it would be {found:.6g}: the model or the loss takes plain numbers of Values (.data), is random, "
                    "or uses a number from outside that has changed; keep such a number in a Value and set its .data, "
                    "or give engine='eager'.  The parameters are those from before fit")

    def loss_of(self, row: int) -> float:
        """The sample's loss by the graph and today's leaves, in float64; NaN outside an operation's domain."""
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
    """Record the loss of the first sample that lies in every operation's domain; returns it and the inputs' leaves.

    Raises TypeError where Python decides something by the number of a Value, naming the line.
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
    """The error for a loss that is no Value, where there must be one."""
    return TypeError(f"the loss is {ops.short(repr(J))}, which records nothing to train by: return one Value, computed "
                     "from the model's outputs by operators and the functions of autograd, without .data and float(); "
                     "where it is a constant c, return 0 * y + c")


def is_power_of_two(n: int) -> bool:
    """Is n one of 1, 2, 4, 8, ...: when checks during a training are due?"""
    return n & (n - 1) == 0


def is_close(a: float, b: float) -> bool:
    """Do two losses differ by rounding only?"""
    return math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-9)


def rows_of(data: Dataset, rows: Sequence[int] | np.ndarray | slice = slice(None)) -> np.ndarray:
    """A row for every sample, or for some: its inputs, then its targets."""
    return np.column_stack([data.X[rows], data.T[rows]])
