"""Replay: recording a graph again at the current data of its leaves."""
from collections.abc import Iterable, Sequence
from typing import Any, overload

from . import ops
from .backprop import listed, wengert_list
from .value import Value


@overload
def replay(output: Value) -> Value: ...
@overload
def replay(output: Sequence[Value]) -> list[Value]: ...


def replay(output: Value | Sequence[Value]) -> Value | list[Value]:
    """Record the same graph again at the current data of its leaves, which both share; the old nodes stay unchanged.

    The recorded operations run again with their labels and the plain numbers held in them, not the Python code that
    recorded them: a branch stays as it was taken.  A list of outputs gives a list, whose common nodes are shared again.
    Raises TypeError for anything but a Value or a list of Values, ValueError or ArithmeticError where a leaf has left
    an operation's domain.

    >>> w, x = Value(2.0, "w"), Value(3.0, "x")
    >>> J = (w * x - 1) ** 2
    >>> w.data = 1.0                                       # as after optimizer.step()
    >>> J.data, replay(J).data
    (25.0, 4.0)
    """
    if not isinstance(output, Iterable):
        return rerecorded(wengert_list(output))[output]
    outputs = listed("replay", output)
    again = rerecorded(wengert_list(ops.total(outputs))[:-1]) if outputs else {}       # their sum depends on them all
    return [again[node] for node in outputs]


def rerecorded(tape: Sequence[Value]) -> dict[Value, Value]:
    """The new node for each node of the tape; a leaf is its own."""
    again: dict[Value, Value] = {}

    def renewed(argument: Any) -> Any:
        return again[argument] if isinstance(argument, Value) else argument

    for node in tape:
        op = node._op                                       # the row of the table: `arguments` has the held numbers
        if op is None:
            again[node] = node
            continue
        again[node] = node.apply_op(op, [tuple(map(renewed, x)) if type(x) is tuple else renewed(x)
                                         for x in node.arguments])
        again[node].label = node.label
    return again
