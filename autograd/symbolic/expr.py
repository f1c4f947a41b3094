"""A scalar formula as an expression tree.

A rule of autograd's table runs on Exprs as it runs on floats, and gives the rule as a formula.  Only trivial terms are
simplified (0·x, 1·x, x + 0, −(−x), x·x, x¹), so the formula stays the one in the table.
"""
from collections.abc import Mapping, Sequence
from numbers import Real
from typing import Any, NoReturn, TypeVar

from .labels import parse_label
from .printer import to_text

E = TypeVar("E", bound="Expr")


class Expr:
    """A formula: a name, a number, or an operation on formulas.

    >>> from autograd import tanh
    >>> v, y = Expr("v"), Expr("y")
    >>> tanh(v)
    tanh(v)
    >>> tanh.partials(y, v)
    (1 − y²,)

    Exprs cannot be compared, so a rule with two sides is written with `select`; an `if` on an Expr raises TypeError.
    """
    __slots__ = "kind", "parts"

    kind: str                                   # "name", "number", "sum", ...: the printers have a method for each
    parts: tuple[Any, ...]

    def __init__(self, name: str) -> None:
        self.kind, self.parts = "name", (name,)

    @classmethod
    def of(cls: type[E], kind: str, *parts: Any) -> E:
        """A formula of this kind with these parts, not simplified."""
        expr = object.__new__(cls)
        expr.kind, expr.parts = kind, parts
        return expr

    @classmethod
    def lift(cls: type[E], x: Any) -> E:
        """x as a formula: a negative number as minus a positive one, a formula unchanged.

        >>> Expr.lift(-2.0) * Expr("x")
        −2x
        """
        if isinstance(x, cls):
            return x
        if not isinstance(x, Real):
            raise TypeError(f"a formula consists of Exprs and numbers, not of {x!r}")
        x = float(x)
        return cls.of("negative", cls.of("number", -x)) if x < 0 else cls.of("number", x + 0.0)

    def __repr__(self) -> str:
        return to_text(self)

    def __bool__(self) -> NoReturn:
        raise TypeError(f"{self} is neither true nor false: a rule with two sides is written with select(x, a, b)")

    def apply_op(self: E, op: Any, args: Sequence[Any]) -> E:
        """op(*args) as a formula: the op's own formula, Python's operator, or a call by name."""
        args = [tuple(map(self.lift, x)) if isinstance(x, tuple) else self.lift(x) for x in args]
        if callable(op.written):
            return self.lift(op.written(*args))
        if not op.written and not op.name.isidentifier():
            return self.lift(op.forward(*args))
        flat = [expr for x in args for expr in (x if isinstance(x, tuple) else (x,))]
        return self.of("call", op.written or op.name, *flat)

    def substitute(self: E, exprs: Mapping[str, E]) -> E:
        """The formula with these names replaced by other formulas, not simplified.

        >>> (Expr("w") * Expr("x") + 1).substitute({"w": Expr.lift(-3.0), "x": Expr.lift(1.0)})
        (−3) · 1 + 1
        """
        spine = []                              # a long sum is a deep tree to the left
        formula = self
        while formula.kind in ("sum", "product"):
            spine.append((formula.kind, formula.parts[1].substitute(exprs)))
            formula = formula.parts[0]
        if formula.kind == "name":
            found = exprs.get(formula.parts[0], formula)
        else:
            found = self.of(formula.kind, *[part.substitute(exprs) if isinstance(part, Expr) else part
                                            for part in formula.parts])
        for kind, right in reversed(spine):
            found = self.of(kind, found, right)
        return found

    # --- arithmetic, lightly simplified

    def is_equal(self, number: float) -> bool:
        """Is this formula the number itself?"""
        return bool(self.kind == "number" and self.parts[0] == number)

    def is_same(self: E, y: E) -> bool:
        """Are these the same formula, so that their product is a square?"""
        return self.kind != "number" and (self is y or (self.kind == y.kind == "name" and self.parts == y.parts))

    def plus(self: E, y: E) -> E:
        return self if y.is_equal(0) else y if self.is_equal(0) else self.of("sum", self, y)

    def times(self: E, y: E) -> E:
        if self.is_equal(0) or y.is_equal(1):
            return self
        if y.is_equal(0) or self.is_equal(1):
            return y
        if self.kind == "negative":             # a minus in front belongs to the whole product
            return -self.parts[0].times(y)
        if y.kind == "negative" and y.parts[0].is_equal(1):
            return -self
        return self ** 2 if self.is_same(y) else self.of("product", self, y)

    def over(self: E, y: E) -> E:
        if self.is_equal(0) or y.is_equal(1):
            return self
        if self.kind == "negative":
            return -self.parts[0].over(y)
        return self.of("fraction", self, y)

    def __neg__(self: E) -> E:
        if self.kind == "negative":
            return self.parts[0]
        return self if self.is_equal(0) else self.of("negative", self)

    def __pow__(self: E, n: Any) -> E:
        n = self.lift(n)
        return self.lift(1.0) if n.is_equal(0) else self if n.is_equal(1) else self.of("power", self, n)

    def __rpow__(self: E, base: float) -> E:
        return self.lift(base) ** self

    def __add__(self: E, y: Any) -> E:
        return self.plus(self.lift(y)) if is_formula(y) else NotImplemented

    def __radd__(self: E, x: Any) -> E:
        return self.lift(x).plus(self) if is_formula(x) else NotImplemented

    def __sub__(self: E, y: Any) -> E:
        return self.plus(-self.lift(y)) if is_formula(y) else NotImplemented

    def __rsub__(self: E, x: Any) -> E:
        return self.lift(x).plus(-self) if is_formula(x) else NotImplemented

    def __mul__(self: E, y: Any) -> E:
        return self.times(self.lift(y)) if is_formula(y) else NotImplemented

    def __rmul__(self: E, x: Any) -> E:
        return self.lift(x).times(self) if is_formula(x) else NotImplemented

    def __truediv__(self: E, y: Any) -> E:
        return self.over(self.lift(y)) if is_formula(y) else NotImplemented

    def __rtruediv__(self: E, x: Any) -> E:
        return self.lift(x).over(self) if is_formula(x) else NotImplemented

    def bars(self: E) -> E:
        """|x|, the formula of abs."""
        return self.of("bars", self)

    __abs__ = bars

    def entries(self: E, function: str, xs: Sequence[Any]) -> list[E]:
        """softmax(y)₁, softmax(y)₂, ...: the entries of a function of a list.

        The list is written as the letter that its names share, and the entries take their subscripts; without a shared
        letter the list is written out and the entries are numbered.
        """
        xs = [*map(self.lift, xs)]
        labels = [parse_label(x.parts[0]) for x in xs if x.kind == "name"]
        letters = {label.base if label.subscript and not label.mark else "" for label in labels}
        if len(letters) == 1 and "" not in letters and len(labels) == len(xs):
            whole = self.of("call", function, type(self)(letters.pop()))
            return [self.of("entry", whole, label.subscript) for label in labels]
        return [self.of("entry", self.of("call", function, *xs), str(i)) for i, _ in enumerate(xs, start=1)]

    def cases(self: E, a: Any, b: Any) -> E:
        """a if x > 0, else b: the formula of select."""
        return self.of("cases", self, self.lift(a), self.lift(b))


def is_formula(x: Any) -> bool:
    """Can x be an operand of a formula?"""
    return isinstance(x, Real | Expr)
