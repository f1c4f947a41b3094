"""Activation functions of neurons, given by name, as a row of the table or as a list, and initial weights for them."""
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

from autograd import Op, ops

Activation = str | Op | Sequence[str | Op]              # a list: of a layer, one for each neuron


def activation_op(activation: str | Op) -> Op:
    """The activation's row in the table of operations; a row is returned unchanged."""
    name = activation.name if isinstance(activation, Op) else getattr(activation, "__name__", activation)
    if name == "softmax":
        raise ValueError("softmax is no activation of a neuron: it belongs to the loss.  Give the output layer the "
                         "activation 'linear' and train it with nn.cross_entropy")
    row = ops.ACTIVATIONS.get(name) if isinstance(name, str) else None
    if row is None or activation not in (name, row):
        near = "" if isinstance(activation, Op) else ops.closest(name, ops.ACTIVATIONS)
        raise ValueError(f"unknown activation {activation!r}{f', did you mean {near!r}?  The' if near else '; the'} "
                         f"known ones are {', '.join(ops.ACTIVATIONS)}")
    return row


def one_each(kind: str, part: str, activation: Any, count: int) -> Sequence[Any]:
    """A list of activations, one for each part.  Raises ValueError for a list of another length."""
    if not isinstance(activation, list | tuple):
        return [activation] * count
    if len(activation) != count:
        raise ValueError(f"{kind}: activation is a list of {len(activation)}, but there "
                         f"{'is' if count == 1 else 'are'} {count} {part}{'s' * (count != 1)}; give one for each, or "
                         "one name for all" + "; the output layer's is output_activation" * (kind == "MLP"))
    return activation


def activation_of(names: Sequence[str]) -> str | list[str]:
    """The one activation of all neurons, or the list of them where they differ."""
    return [*names] if len({*names}) > 1 else names[0]


def counted(activation: str | Sequence[str]) -> str:
    """The text of an activation in a table: tanh, or 3 tanh, 2 relu for neurons that differ."""
    return activation if isinstance(activation, str) else ", ".join(
        [f"{n} {name}" for name, n in Counter(activation).items()])


def initial_weights(activation: str | Op, nin: int, nout: int, random: Random) -> Iterator[float]:
    """Initial weights drawn uniformly from ±√(3 variance), with the variance recommended for the activation.

    He (2015), 2/nin, for relu and its kin; LeCun (1998), 1/nin, for selu; Glorot (2010), 2/(nin + nout), for the rest.
    """
    activation = activation_op(activation).name
    variance = 2 / nin if activation in ("relu", "leaky_relu", "elu") else \
        1 / nin if activation == "selu" else 2 / (nin + nout)
    limit = math.sqrt(3 * variance)
    while True:
        yield random.uniform(-limit, limit)
