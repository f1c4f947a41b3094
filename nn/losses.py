"""Loss functions: loss(y, t), outputs first, for one sample.

y and t are a number each or lists of them.  A loss branches only through operations, never in Python on its data, so
that the graph recorded for one sample is valid for every sample.  Your own losses must do the same, by select, maximum,
minimum and abs, else the compiled engines of fit refuse them.  A number that should be a probability and is not raises
RangeError.
"""
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, NamedTuple

from autograd import (
    Constant,
    Value,
    abs,
    half_square,
    half_squares,
    mean,
    ops,
)

Numbers = Any           # a Value or a number, or a list of them
Loss = Callable[[Numbers, Numbers], Value]


class RangeError(ValueError):
    """An output or a target outside the range that the loss is defined on."""


@dataclass(frozen=True)
class LossCall:
    """One call of a loss of this module: its name, and the outputs with as many targets."""

    name: str
    outputs: Sequence[Any]
    targets: Sequence[Any]


noted_calls: ContextVar[list[LossCall] | None] = ContextVar("noted_calls", default=None)


@contextmanager
def noting_calls() -> Iterator[list[LossCall]]:
    """Collect the calls of this module's losses, including those inside a loss of the user's."""
    calls: list[LossCall] = []
    token = noted_calls.set(calls)
    try:
        yield calls
    finally:
        noted_calls.reset(token)


def half_squared_error(y: Numbers, t: Numbers) -> Value:
    """The lecture's J = ½ Σ e², e = t - y, summed over the outputs.

    >>> half_squared_error(Value(0.75, "y"), 1.0)
    Value(0.03125, 'J')
    """
    errors = [pair.error() for pair in pairs("half_squared_error", y, t)]
    return named("J", half_square(errors[0]) if len(errors) == 1 else half_squares(errors))


def mean_squared_error(y: Numbers, t: Numbers) -> Value:
    """(1/n) Σ e² over the n outputs, e = t - y."""
    return averaged(pairs("mean_squared_error", y, t), lambda pair: pair.error() ** 2)


def mean_absolute_error(y: Numbers, t: Numbers) -> Value:
    """(1/n) Σ |e| over the n outputs, e = t - y: outliers pull less."""
    return averaged(pairs("mean_absolute_error", y, t), lambda pair: abs(pair.error()))


def huber(y: Numbers, t: Numbers, delta: float = 1.0) -> Value:
    """The mean of ½ e² where |e| ≤ delta, else of delta (|e| - ½ delta): quadratic near 0, linear beyond (Huber 1964).

    Its derivative by e = t - y is clip(e, -delta, delta).  Raises ValueError unless delta > 0.
    """
    if not delta > 0:
        raise ValueError(f"huber: delta is a positive number, not {delta!r}")
    d = Value.lift(delta)
    return averaged(pairs("huber", y, t), lambda pair: ops.huber(pair.error(), d))


def binary_cross_entropy(y: Numbers, t: Numbers) -> Value:
    """The mean of -(t ln y + (1 - t) ln(1 - y)), y a probability from a sigmoid; the logarithms are at least -100.

    Its derivative by y is -(t - y) / (y (1 - y)), so that δ = t - y at a sigmoid.
    Raises ValueError where an output or a target is outside [0, 1].
    """
    found = pairs("binary_cross_entropy", y, t)
    check_targets("binary_cross_entropy", found)
    for pair in found:
        if is_outside(pair.output):
            raise RangeError(f"binary_cross_entropy: the output {pair.output.data:g} is outside [0, 1], so no "
                             "probability; give the output layer the activation 'sigmoid', or keep it linear and use "
                             "binary_cross_entropy_with_logits")
    return averaged(found, lambda pair: ops.binary_cross_entropy(pair.output, pair.target))


def binary_cross_entropy_with_logits(y: Numbers, t: Numbers) -> Value:
    """The mean of ln(1 + e^y) - t y: binary cross-entropy of sigmoid(y), which never overflows.

    Its derivative by y is sigmoid(y) - t.  Raises ValueError where a target is outside [0, 1].
    """
    found = pairs("binary_cross_entropy_with_logits", y, t)
    check_targets("binary_cross_entropy_with_logits", found)
    return averaged(found, lambda pair: ops.binary_cross_entropy_with_logits(pair.output, pair.target))


def cross_entropy(y: Numbers, t: Any) -> Value:
    """-Σ t_k ln softmax(y)_k, for logits y and a class index or a one-hot list t; its derivative is softmax(y)_k - t_k.

    Raises ValueError for a class that is not one of the outputs, or a one-hot number outside [0, 1].

    >>> round(cross_entropy([Value(0.0), Value(0.0)], 1).data, 6)      # ln 2
    0.693147
    """
    y, t = (x if isinstance(x, (list, tuple, Value)) else plain(x) for x in (y, t))
    if not isinstance(y, (list, tuple)):
        raise TypeError("cross_entropy takes a list of logits, one for each class; for one output with two classes use "
                        "binary_cross_entropy_with_logits")
    if not isinstance(t, (list, tuple)):
        t = one_hot(t, len(y))
    if len(t) != len(y):
        raise ValueError(f"cross_entropy: {len(y)} outputs, but a one-hot target of {len(t)}")
    found = pairs("cross_entropy", y, t)
    check_targets("cross_entropy", found)
    return named("J", ops.cross_entropy([pair.output for pair in found], [pair.target for pair in found]))


def one_hot(label: Any, classes: int) -> list[float]:
    """The one-hot list of a class label.  Raises ValueError for a label that is not one of the classes."""
    if isinstance(label, str):
        raise ValueError(f"cross_entropy: {label!r} is no class; number the classes: names, T = np.unique(T, "
                         "return_inverse=True)")
    if label not in range(classes):                 # a fraction or NaN is not
        hint = "; if the labels count from 1, subtract 1" if label == classes else ""
        raise ValueError(f"cross_entropy: {label!r} is no class; with {classes} outputs the classes are "
                         f"0 to {classes - 1}{hint}")
    return [float(k == label) for k in range(classes)]


def check_loss(name: str, loss: Any) -> None:
    """Raise TypeError unless the loss is a function; for a name such as "mse" the message suggests the function."""
    if callable(loss):
        return
    ours = [mean_squared_error, mean_absolute_error, half_squared_error, huber, binary_cross_entropy,
            binary_cross_entropy_with_logits, cross_entropy]
    names = {"".join(word[0] for word in f.__name__.split("_")): f.__name__ for f in ours} | {
        f.__name__: f.__name__ for f in ours}
    meant = names.get(ops.closest(loss, names), "mean_squared_error")
    raise TypeError(f"{name}: loss is a function loss(y, t), such as nn.{meant}, not {ops.short(repr(loss))}")


class Pair(NamedTuple):
    """An output y_l and its target t_l; l is "" where there is only one of each."""
    output: Value
    target: Value
    l: str

    def error(self) -> Value:
        """e_l = t_l - y_l."""
        return named(f"e{self.l}", self.target - self.output)


def pairs(name: str, y: Numbers, t: Numbers) -> list[Pair]:
    """The outputs paired with their targets; a plain number becomes a Constant labelled t, or t3 for y3."""
    ys, ts = ([x] if isinstance(x, (Value, float)) else entries(x) for x in (y, t))
    if len(ys) != len(ts):
        raise ValueError(f"{name}: {len(ys)} outputs but {len(ts)} targets; give a target for each output")
    ls = subscripts(ys)
    ts = [t_l if isinstance(t_l, Value) else Constant(t_l, f"t{l}") for t_l, l in zip(ts, ls)]
    note_call(name, ys, ts)
    return [Pair(Value.lift(y_l), t_l, l) for y_l, t_l, l in zip(ys, ts, ls)]


def subscripts(ys: Sequence[Any]) -> list[str]:
    """The lecture's subscript l of each output: "3" for one labelled y3, "" for y; else its position, if several.

    >>> subscripts([Value(0.1, "y3"), Value(0.2, "y4")]), subscripts([Value(0.1), Value(0.2)])
    (['3', '4'], ['1', '2'])
    """
    labels = [getattr(y, "label", "") for y in ys]
    found = [label[1:] for label in labels if label[:1] == "y" and label[1:].isdecimal()]
    if len({*found}) == len(ys):
        return found
    return [str(l) for l in range(1, len(ys) + 1)] if len(ys) > 1 else [""]


def note_call(name: str, outputs: Sequence[Any], targets: Sequence[Any]) -> None:
    """Add the call to the list of noting_calls, inside that context."""
    calls = noted_calls.get()
    if calls is not None:
        calls.append(LossCall(name, outputs, targets))


ROUNDING = 1e-9         # how far beyond 0 or 1 a computed probability may be


def is_outside(x: Value) -> bool:
    """Is the number of x outside [0, 1] by more than rounding?  NaN is not: it makes the loss NaN, as reported."""
    return x.data < -ROUNDING or x.data > 1 + ROUNDING


def check_targets(name: str, found: Sequence[Pair]) -> None:
    """Raise RangeError unless every target is a probability."""
    for pair in found:
        if is_outside(pair.target):
            number = pair.target.data
            advice = {-1.0: "for the classes -1 and 1 give (t + 1) / 2",
                      2.0: "for the classes 1 and 2 subtract 1"}.get(number, "give 0 and 1 for two classes")
            raise RangeError(f"{name}: the target {number:g} is outside [0, 1], so no probability; {advice}, and mind "
                             "the order loss(y, t), the output first")


def entries(x: Any) -> list[Any]:
    """The numbers in a list, a tuple, an array or an iterator, as a list; a single number as a list of one."""
    x = x if isinstance(x, (list, tuple)) else plain(x)
    return list(x) if isinstance(x, (list, tuple)) else [x]


def plain(x: Any) -> Any:
    """An array or an iterator as a list, a NumPy number as a Python number; anything else unchanged."""
    return x.tolist() if hasattr(x, "tolist") else list(x) if hasattr(x, "__next__") else x


def averaged(found: Sequence[Pair], loss: Callable[[Pair], Value]) -> Value:
    """J, the mean of the outputs' losses J1, J2, ..., or the loss of a single output."""
    if len(found) == 1:
        return named("J", loss(found[0]))
    return named("J", mean([named(f"J{pair.l}", loss(pair)) for pair in found]))


def named(label: str, node: Value) -> Value:
    """The node, labelled."""
    node.label = label
    return node
