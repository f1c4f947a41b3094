"""The text that help() shows for a row of the table: formula, partials, domain and kinks, all read from the row."""
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from .ops import TABLE, Op, hold

Argument = Any              # a MatrixExpr, or for a list the tuple of two
UNWRITABLE = TypeError, AttributeError, ValueError, ArithmeticError     # raised by a rule that branches on its numbers


class Reference:
    """A descriptor for __doc__: the docstring of the class Op, and for a row of the table the text about it."""

    def __init__(self, doc: str | None) -> None:
        self.doc = doc

    def __get__(self, row: Op | None, owner: type) -> str | None:
        return self.doc if row is None else describe(row)


Op.__doc__ = Reference(Op.__doc__)              # type: ignore[assignment]


def describe(op: Op) -> str:
    """The formula, partials, domain, kinks and uses of an operation, as lines of text.

    >>> from autograd import relu
    >>> print(describe(relu))
    z = relu(x) = (x where x > 0, else 0)
    dz/dx = H(x), where H(x) is 1 for x > 0, else 0
    domain: everywhere
    kinks: where x = 0; there dz/dx = 0
    on a Value also x.relu(); as an activation in nn "relu"
    """
    if op.made_by and op.made_by[0] is hold:
        return describe(op.made_by[1])
    from .symbolic.matrix import matrix  # for help() alone, and not at every start

    args = arguments(op, matrix)
    lines = [f"z = {' = '.join(spellings(op, args))}", partials(op, matrix("z"), args),
             f"domain: {op.domain or 'everywhere'}", f"kinks: {kinks(op, args)}"]
    uses = [f"on a Value also x.{op.name}()"] if op.arity == 1 and TABLE.get(op.name) is op else []
    uses += [f'as an activation in nn "{op.name}"'] if op.activation and TABLE.get(op.name) is op else []
    return "\n".join([*lines, "; ".join(uses)] if uses else lines)


def arguments(op: Op, matrix: Callable[[str], Any]) -> list[Argument]:
    """The row's arguments, named as in its rule; of a list the first two numbers."""
    if op.lists:
        names = op.forward.__code__.co_varnames[:op.forward.__code__.co_argcount]
        letters = [x.removesuffix("s") for x in names]
        return [matrix(x) if x == "b" else (matrix(f"{x}1"), matrix(f"{x}2")) for x in letters]
    if op.arity is None:
        return [matrix("x1"), matrix("x2")]
    return [matrix(x) for x in op.partials.__code__.co_varnames[1:op.arity + 1]]


def spellings(op: Op, args: list[Argument]) -> list[str]:
    """The call and the row's formulas for it, each once."""
    found = []
    if op.name.isidentifier():
        names = [f"[{x[0]}, {x[1]}]" if isinstance(x, tuple) else repr(x) for x in args]
        found.append(f"{op.name}({', '.join(names)})")
    for formula in op.formula, op.written if callable(op.written) else op:
        with suppress(*UNWRITABLE):
            found += [repr(formula(*args))] if formula else []
    return list(dict.fromkeys(found or [op.name]))


def partials(op: Op, z: Any, args: list[Argument]) -> str:
    """The partial for each argument, as its rule writes it."""
    try:
        written = ", ".join(f"{d} = {p:g}" if isinstance(p, float | int) else f"{d} = {p!r}"
                            for d, p in zip(derivatives(args), op.partials(z, *args)))
    except UNWRITABLE:
        return f"{', '.join(derivatives(args))}: computed by code that decides by its numbers"
    return written + (", where H(x) is 1 for x > 0, else 0" if "H(" in written else "")


def kinks(op: Op, args: list[Argument]) -> str:
    """The condition for a kink, where the partials of the two sides differ, and the partials that are taken there."""
    if op.kink is None:
        return "none"
    zeros = [0.0] * len(args)                   # on the kink of each row of the table
    try:
        where = f"where {op.kink(*args)!r} = 0"
        there = op.partials(op.forward(*zeros), *zeros) if op.kink(*zeros) == 0 else ()
    except UNWRITABLE:
        return "computed by code"
    taken = ", ".join(f"{d} = {p + 0.0:g}" for d, p in zip(derivatives(args), there))       # + 0.0: no -0
    return f"{where}; there {taken}" if taken else where


def derivatives(args: list[Argument]) -> list[str]:
    """The name of the partial for each argument: dz/dx, or ∂z/∂x where there are several."""
    every = [x for part in args for x in (part if isinstance(part, tuple) else (part,))]
    return [f"dz/d{x}" if len(every) == 1 else f"∂z/∂{x}" for x in every]
