"""How wrong an output is: loss(y, t), outputs first, for one sample.

y and t are a number each or lists of them.  A loss branches only through operations, never in Python on its data, so
that the graph recorded for one sample stands for every sample.  Your own losses must do the same, by select, maximum,
minimum and abs, else the compiled engines of fit refuse them.  What is no probability where one is needed raises
RangeError.
"""
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from autograd import (
    Constant,
    Value,
    abs,
    half_square,
    half_squares,
    log,
    logsumexp,
    maximum,
    mean,
    minimum,
    ops,
    softplus,
    weighted_sum,
)

Numbers = Any           # a Value or a number, or a list of them
Loss = Callable[[Numbers, Numbers], Value]


class RangeError(ValueError):
    """An output or a target outside the range that the loss is defined on."""


@dataclass(frozen=True)
class LossCall:
    """One call of a loss of this module: its name, the outputs and the targets, as many of each."""

    name: str
    outputs: Sequence[Any]
    targets: Sequence[Any]


noted_calls: ContextVar[list[LossCall] | None] = ContextVar("noted_calls", default=None)


@contextmanager
def noting_calls() -> Iterator[list[LossCall]]:
    """Collect the calls of this module's losses, those from inside a loss of the user's too."""
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
    errors = [target - output for output, target in pairs("half_squared_error", y, t)]
    for l, e in enumerate(errors, start=1):
        e.label = "e" if len(errors) == 1 else f"e{l}"
    return named("J", half_square(errors[0]) if len(errors) == 1 else half_squares(errors))


def mean_squared_error(y: Numbers, t: Numbers) -> Value:
    """(1/n) Σ (t - y)² over the n outputs."""
    return averaged([(target - output) ** 2 for output, target in pairs("mean_squared_error", y, t)])


def mean_absolute_error(y: Numbers, t: Numbers) -> Value:
    """(1/n) Σ |t - y| over the n outputs: outliers pull less."""
    return averaged([abs(target - output) for output, target in pairs("mean_absolute_error", y, t)])


def huber(y: Numbers, t: Numbers, delta: float = 1.0) -> Value:
    """The mean of ½ e² where |e| ≤ delta and of delta (|e| - ½ delta) beyond: squared near 0, absolute far out.

    Written m (|e| - ½ m) with m = min(|e|, delta).  Raises ValueError unless delta > 0 (Huber 1964).
    """
    if not delta > 0:
        raise ValueError(f"huber: delta is a positive number, not {delta!r}")
    terms = []
    for output, target in pairs("huber", y, t):
        size = abs(target - output)
        m = minimum(size, delta)
        terms.append(m * (size - 0.5 * m))
    return averaged(terms)


LEAST = math.exp(-100)  # log is clamped at -100, as in PyTorch, so that a certain error costs much but not infinity


def binary_cross_entropy(y: Numbers, t: Numbers) -> Value:
    """The mean of -t ln y - (1 - t) ln(1 - y), y a probability from a sigmoid; the logarithms are at least -100.

    Raises ValueError where an output or a target is outside [0, 1].
    """
    outputs_and_targets = pairs("binary_cross_entropy", y, t)
    check_targets("binary_cross_entropy", [target for _, target in outputs_and_targets])
    for output, _ in outputs_and_targets:
        if is_outside(output):
            raise RangeError(f"binary_cross_entropy: the output {Value.lift(output).data:g} is outside [0, 1], so no "
                             "probability; give the output layer the activation 'sigmoid', or keep it linear and use "
                             "binary_cross_entropy_with_logits")
    return averaged([-(target * log(maximum(output, LEAST)) + (1 - target) * log(maximum(1 - output, LEAST)))
                     for output, target in outputs_and_targets])


def binary_cross_entropy_with_logits(y: Numbers, t: Numbers) -> Value:
    """The mean of ln(1 + e^y) - t y: binary cross-entropy of sigmoid(y), which never overflows.

    Raises ValueError where a target is outside [0, 1].
    """
    outputs_and_targets = pairs("binary_cross_entropy_with_logits", y, t)
    check_targets("binary_cross_entropy_with_logits", [target for _, target in outputs_and_targets])
    return averaged([softplus(output) - target * output for output, target in outputs_and_targets])


def cross_entropy(y: Numbers, t: Any) -> Value:
    """-ln softmax(y)_t = ln Σ e^y_k - y_t, for logits y and a class index or a one-hot list t.

    Raises ValueError for a class that is not one of the outputs, or a one-hot number outside [0, 1].

    >>> cross_entropy([Value(0.0), Value(0.0)], 1).data == math.log(2)
    True
    """
    y, t = (x if isinstance(x, (list, tuple, Value)) else plain(x) for x in (y, t))
    if not isinstance(y, (list, tuple)):
        raise TypeError("cross_entropy takes a list of logits, one for each class; for one output with two classes use "
                        "binary_cross_entropy_with_logits")
    if not isinstance(t, (list, tuple)):
        t = one_hot(t, len(y))
    if len(t) != len(y):
        raise ValueError(f"cross_entropy: {len(y)} outputs, but a one-hot target of {len(t)}")
    note_call("cross_entropy", y, t)
    check_targets("cross_entropy", t)
    return named("J", Value.lift(logsumexp(y) - weighted_sum(t, y, 0.0)))


def one_hot(label: Any, classes: int) -> list[float]:
    """1 in the label's place, 0 elsewhere."""
    if isinstance(label, str):
        raise ValueError(f"cross_entropy: {label!r} is no class; number the classes: names, T = np.unique(T, "
                         "return_inverse=True)")
    if label not in range(classes):                 # neither a fraction nor NaN is
        hint = "; if the labels count from 1, subtract 1" if label == classes else ""
        raise ValueError(f"cross_entropy: {label!r} is no class; with {classes} outputs the classes are "
                         f"0 to {classes - 1}{hint}")
    return [float(k == label) for k in range(classes)]


def check_loss(name: str, loss: Any) -> None:
    """Raise TypeError unless the loss is a function; the message names the function that "mse" stands for."""
    if callable(loss):
        return
    ours = [mean_squared_error, mean_absolute_error, half_squared_error, huber, binary_cross_entropy,
            binary_cross_entropy_with_logits, cross_entropy]
    names = {"".join(word[0] for word in f.__name__.split("_")): f.__name__ for f in ours} | {
        f.__name__: f.__name__ for f in ours}
    meant = names.get(ops.closest(loss, names), "mean_squared_error")
    raise TypeError(f"{name}: loss is a function loss(y, t), such as nn.{meant}, not {ops.short(repr(loss))}")


def pairs(name: str, y: Numbers, t: Numbers) -> list[tuple[Any, Any]]:
    """The outputs with their targets, targets that are numbers as constants called t."""
    ys, ts = ([x] if isinstance(x, (Value, float)) else entries(x) for x in (y, t))
    if len(ys) != len(ts):
        raise ValueError(f"{name}: {len(ys)} outputs but {len(ts)} targets; give a target for each output")
    labels = [f"t{l}" for l in range(1, len(ts) + 1)] if len(ts) > 1 else ["t"]
    ts = [t_l if isinstance(t_l, Value) else Constant(t_l, label) for t_l, label in zip(ts, labels)]
    note_call(name, ys, ts)
    return list(zip(ys, ts))


def note_call(name: str, outputs: Sequence[Any], targets: Sequence[Any]) -> None:
    """Add the call to those that are being noted, where any are."""
    calls = noted_calls.get()
    if calls is not None:
        calls.append(LossCall(name, outputs, targets))


ROUNDING = 1e-9         # how far beyond 0 or 1 a computed probability may be


def is_outside(x: Any) -> bool:
    """Is the number of x outside [0, 1] by more than rounding?  NaN is not: the loss is then NaN, and says so."""
    p = x.data if isinstance(x, Value) else x
    return p < -ROUNDING or p > 1 + ROUNDING


def check_targets(name: str, targets: Sequence[Any]) -> None:
    """Raise RangeError unless every target is a probability."""
    for t in targets:
        if is_outside(t):
            number = Value.lift(t).data
            advice = {-1.0: "for the classes -1 and 1 give (t + 1) / 2",
                      2.0: "for the classes 1 and 2 subtract 1"}.get(number, "give 0 and 1 for two classes")
            raise RangeError(f"{name}: the target {number:g} is outside [0, 1], so no probability; {advice}, and mind "
                             "the order loss(y, t), the output first")


def entries(x: Any) -> list[Any]:
    """The numbers in a list, a tuple, an array or an iterator; of a number that number alone."""
    x = x if isinstance(x, (list, tuple)) else plain(x)
    return list(x) if isinstance(x, (list, tuple)) else [x]


def plain(x: Any) -> Any:
    """An array or an iterator as a list, a number of NumPy's as Python's own; anything else as it is."""
    return x.tolist() if hasattr(x, "tolist") else list(x) if hasattr(x, "__next__") else x


def averaged(terms: Sequence[Value]) -> Value:
    """The mean of the outputs' terms, labelled J."""
    return named("J", terms[0] if len(terms) == 1 else mean(terms))


def named(label: str, node: Value) -> Value:
    """The node, labelled."""
    node.label = label
    return node
