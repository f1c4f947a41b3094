"""The range of an output, by the operation that made it, against the range of targets that a loss takes."""
import math
from collections.abc import Sequence
from typing import Any

from autograd import Parameter, Value, ops, wengert_list

from ..losses import LossCall
from .warning import warn

PROBABILITY = 0.0, 1.0
ANY = -math.inf, math.inf
REACH: dict[ops.Op | None, tuple[float, float]] = {                 # the bounds of y = φ(v)
    ops.heaviside: PROBABILITY, ops.sigmoid: PROBABILITY, ops.bipolar: (-1.0, 1.0), ops.tanh: (-1.0, 1.0),
    ops.relu: (0.0, math.inf), ops.softplus: (0.0, math.inf), ops.elu: (-ops.ALPHA, math.inf),
    ops.selu: (-ops.LAMBDA * ops.ALPHA, math.inf)}


def interval(loss: str, y: Any) -> tuple[float, float]:
    """The bounds of the targets that this loss takes and that the output y can reach."""
    low, high = reach(y)
    if loss == "binary_cross_entropy_with_logits" and high == math.inf:
        return ops.sigmoid(max(low, -1e3)), 1.0         # relu's logits give probabilities of at least 1/2
    return PROBABILITY if "cross_entropy" in loss else (low, high)


def reach(y: Any) -> tuple[float, float]:
    """The bounds of y by the operation that made it."""
    return REACH.get(y.op, ANY) if isinstance(y, Value) else ANY


def improbable(calls: Sequence[LossCall]) -> list[Value]:
    """The outputs for binary_cross_entropy whose operation does not keep them in [0, 1]."""
    return [y for call in calls if call.name == "binary_cross_entropy" for y in call.outputs
            if isinstance(y, Value) and y.parents and reach(y) != PROBABILITY]


def check_order(calls: Sequence[LossCall], trained: set[Parameter]) -> None:
    """Raise ValueError for swapped arguments: the target depends on trained parameters and the output does not."""
    def depends(nodes: Sequence[Any]) -> bool:
        return any(not trained.isdisjoint(wengert_list(node)) for node in nodes if isinstance(node, Value))

    for call in calls:
        if "cross_entropy" in call.name and depends(call.targets) and not depends(call.outputs):
            raise ValueError(f"{call.name}: the arguments are swapped; it is called loss(y, t), the output first")


def check_logits(calls: Sequence[LossCall]) -> None:
    """Warn of a loss that takes logits, on outputs of a bounded activation or of softmax."""
    for call in calls:
        squashed = [squashing(y) for y in call.outputs]
        if call.name in ("cross_entropy", "binary_cross_entropy_with_logits") and all(squashed):
            other = ", or use binary_cross_entropy" * (call.name[0] == "b" and squashed[0] == "sigmoid")
            warn(f"{call.name} takes logits, but the outputs come from {squashed[0]} already: give the output layer "
                 f"the activation 'linear'{other}")


def squashing(y: Any) -> str:
    """The name of the bounded activation, or softmax, that made y; "" for any other operation."""
    if not isinstance(y, Value) or y.op is None:
        return ""
    if y.op is ops.div and y.parents[0].op is ops.exp and y.parents[0] in y.parents[1].parents:
        return "softmax"
    return y.op.name if reach(y)[1] < math.inf else ""


def warn_of_reach(loss: str, y: Value, targets: Sequence[float]) -> None:
    """Warn of targets outside the range of the outputs, and advise how to scale them."""
    low, high = interval(loss, y)
    reached = f"[{low:g}, {high:g}]" if high < math.inf else f"[{low:g}, ∞)"
    scaled = "T - T.min()"
    if high < math.inf:
        part = "(T - T.min()) / (T.max() - T.min())"
        scaled = part if low == 0 else f"2 * {part} - 1"
    linear = "give the output layer the activation 'linear'"
    advice = linear if loss == "binary_cross_entropy_with_logits" else f"scale them, as {scaled} does, or {linear}"
    warn(f"the targets lie from {min(targets):g} to {max(targets):g}, but {loss} on outputs of "
         f"{y.op.name if y.op else 'this kind'} reaches only {reached}: {advice}")
