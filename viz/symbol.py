"""A number that only knows its formula: arithmetic on it writes the formula down.

A rule of autograd's table runs on Symbols as it runs on floats, and what comes out is the rule as one writes it on
paper.  Only the trivial is simplified (0·x, 1·x, x + 0, −(−x), x·x, x¹), so the formula stays the one in the table.
"""
from collections.abc import Callable, Sequence
from numbers import Real
from typing import Any, NoReturn

from .scripts import text


class Symbol:
    """A formula: a name, a number, or what arithmetic and the operations of the table make of them.

    >>> from autograd import tanh
    >>> v, y = Symbol("v"), Symbol("y")
    >>> tanh(v)
    tanh(v)
    >>> tanh.partials(y, v)
    (1 − y²,)

    A Symbol is not greater or less than anything, so a rule with two sides is written with `select`; an `if` on one
    raises TypeError.
    """
    __slots__ = "kind", "parts"

    kind: str                                   # "name", "number", "sum", ...: the scripts have a method for each
    parts: tuple[Any, ...]

    def __init__(self, name: str) -> None:
        self.kind, self.parts = "name", (name,)

    def __repr__(self) -> str:
        return text(self)

    def __bool__(self) -> NoReturn:
        raise TypeError(f"{self} is neither true nor false: a rule with two sides is written with select(x, a, b)")

    def apply_op(self, op: Any, args: Sequence[Any]) -> "Symbol":
        """op(*args) written out: by its formula, by Python's own operator, or as a function of its arguments."""
        args = [tuple(map(lift, x)) if isinstance(x, tuple) else lift(x) for x in args]
        if callable(op.written):
            return lift(op.written(*args))
        if not op.written and not op.name.isidentifier():
            return lift(op.forward(*args))
        flat = [symbol for x in args for symbol in (x if isinstance(x, tuple) else (x,))]
        return tree("call", op.written or op.name, *flat)

    def __neg__(self) -> "Symbol":
        if self.kind == "negative":
            return self.parts[0]
        return self if equals(self, 0) else tree("negative", self)

    def __pow__(self, n: Any) -> "Symbol":
        n = lift(n)
        return lift(1.0) if equals(n, 0) else self if equals(n, 1) else tree("power", self, n)

    def __rpow__(self, base: float) -> "Symbol":
        return lift(base) ** self

    def bars(self) -> "Symbol":
        """|x|, as abs is written."""
        return tree("bars", self)

    __abs__ = bars

    def cases(self, a: Any, b: Any) -> "Symbol":
        """a if x > 0, else b, as select is written."""
        return tree("cases", self, lift(a), lift(b))

    __add__: Callable[..., "Symbol"]
    __sub__: Callable[..., "Symbol"]
    __mul__: Callable[..., "Symbol"]
    __truediv__: Callable[..., "Symbol"]


def tree(kind: str, *parts: Any) -> Symbol:
    """The Symbol of this kind with these parts, not simplified."""
    symbol = object.__new__(Symbol)
    symbol.kind, symbol.parts = kind, parts
    return symbol


def lift(x: Any) -> Symbol:
    """A number as a Symbol (a negative one as minus a positive one); a Symbol as it is.

    >>> lift(-2.0) * Symbol("x")
    −2x
    """
    if isinstance(x, Symbol):
        return x
    if not isinstance(x, Real):
        raise TypeError(f"a formula is made of Symbols and numbers, not of {x!r}")
    x = float(x)
    return tree("negative", tree("number", -x)) if x < 0 else tree("number", x + 0.0)


def equals(x: Symbol, number: float) -> bool:
    """Is x this number, literally?"""
    return x.kind == "number" and x.parts[0] == number


def same(x: Symbol, y: Symbol) -> bool:
    """Are these one thing, so that x·y is a square?"""
    return x.kind != "number" and (x is y or (x.kind == y.kind == "name" and x.parts == y.parts))


def plus(x: Symbol, y: Symbol) -> Symbol:
    return x if equals(y, 0) else y if equals(x, 0) else tree("sum", x, y)


def minus(x: Symbol, y: Symbol) -> Symbol:
    return plus(x, -y)


def times(x: Symbol, y: Symbol) -> Symbol:
    if equals(x, 0) or equals(y, 1):
        return x
    if equals(y, 0) or equals(x, 1):
        return y
    if x.kind == "negative":                    # a minus in front belongs to the whole product
        return -times(x.parts[0], y)
    if y.kind == "negative" and equals(y.parts[0], 1):
        return -x
    return x ** 2 if same(x, y) else tree("product", x, y)


def over(x: Symbol, y: Symbol) -> Symbol:
    if equals(x, 0) or equals(y, 1):
        return x
    return -over(x.parts[0], y) if x.kind == "negative" else tree("fraction", x, y)


def operator_methods(name: str, write: Callable[[Symbol, Symbol], Symbol]) -> None:
    """Give Symbol the operator x ∘ y and its mirror for numbers on the left."""
    def written(x: Any, y: Any) -> Symbol:
        is_written = isinstance(x, Real | Symbol) and isinstance(y, Real | Symbol)
        return write(lift(x), lift(y)) if is_written else NotImplemented

    setattr(Symbol, f"__{name}__", written)
    setattr(Symbol, f"__r{name}__", lambda x, y: written(y, x))


operator_methods("add", plus)
operator_methods("sub", minus)
operator_methods("mul", times)
operator_methods("truediv", over)
