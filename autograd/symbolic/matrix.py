"""Matrix formulas: expression trees with shapes, on which the rules of the table run unchanged.

A @ B is the matrix product, written A B; A * B, A / B, A ** n and functions are elementwise, and A.T is the transpose.
A factor that is a plain number goes in front.
"""
from collections.abc import Sequence
from typing import Any

from ..ops import Stacked
from .expr import Expr
from .matrix_printer import TEXT


class MatrixExpr(Expr):
    """An Expr with a shape: a matrix of parameters, or one with a column for each sample.

    `rows` is its number of rows, 1 where one row is broadcast to every row.  Where is_wide, it has a column for each
    sample, else `columns` of them.

    >>> Y, W, D = matrix("Y1", 3, is_wide=True), matrix("W2", columns=3), matrix("Delta2", is_wide=True)
    >>> -(W.T @ -D * (1 - Y * Y))
    (W2' Delta2) * (1 - Y1^2)
    """
    __slots__ = "columns", "is_wide", "rows"

    rows: int
    columns: int
    is_wide: bool

    @classmethod
    def of(cls, kind: str, *parts: Any, rows: int = 0, columns: int = 1, is_wide: bool | None = None) -> "MatrixExpr":
        """A formula of this kind; unless given, its shape is that of its largest part."""
        x = super().of(kind, *parts)
        below = [part for part in parts if isinstance(part, MatrixExpr)]
        x.rows, x.columns = rows or max((part.rows for part in below), default=1), columns
        x.is_wide = any(part.is_wide for part in below) if is_wide is None else is_wide
        return x

    def __repr__(self) -> str:
        return TEXT.write(self)

    def apply_op(self, op: Any, args: Sequence[Any]) -> "MatrixExpr":
        """op(*args) as a formula; a sum in the formula of an operation on lists becomes a sum over the list."""
        if op.lists and callable(op.written):
            pairs = [Stacked(part, len(part), [y for x in part for y in (self.lift(x), next_of_list(self.lift(x)))])
                     if isinstance(part, Stacked | tuple) else self.lift(part) for part in args]
            return folded(self.lift(op.written(*pairs)))
        return super().apply_op(op, [x.whole if isinstance(x, Stacked) else x for x in args])

    # --- arithmetic: signs and numbers go in front

    def plus(self, y: "MatrixExpr") -> "MatrixExpr":
        x = self
        if x.kind == "negative" and y.kind != "negative" and not y.is_equal(0):
            x, y = y, x                                     # b - a rather than -a + b
        return y if x.is_equal(0) else x if y.is_equal(0) else self.of("sum", x, y)

    def is_same(self, y: "MatrixExpr") -> bool:
        if self.kind == y.kind == "next":
            return bool(self.parts[0].is_same(y.parts[0]))
        return self is y or super().is_same(y)

    def times(self, y: "MatrixExpr") -> "MatrixExpr":
        if is_negative(self):
            return -(-self).times(y)
        if is_negative(y):
            return -self.times(-y)
        (a, x), (b, y) = split(self), split(y)
        if a * b == 0:
            return self.lift(0)
        if y.is_equal(1) or x.is_equal(1):
            core = x if y.is_equal(1) else y
        elif x.is_same(y):
            core = x ** 2
        elif x.kind == "fraction" and repr(x.parts[1]) == repr(y):
            core = x.parts[0]                               # a / b * b
        elif y.kind in ("fraction", "product"):
            core = self.of(y.kind, x.times(y.parts[0]), y.parts[1])
        elif x.kind == "fraction" and x.parts[0].is_equal(1):
            core = self.of("fraction", y, x.parts[1])
        else:
            core = self.of("product", x, y)
        return scaled(a * b, core)

    def over(self, y: "MatrixExpr") -> "MatrixExpr":
        if n := number_of(y):
            return self.times(self.lift(1 / n))
        if self.kind == "negative":
            return -self.parts[0].over(y)
        c, core = split(self)
        if c == 0:
            return self.lift(0)
        return self.of("fraction", self.lift(c), y) if core.is_equal(1) else scaled(c, self.of("fraction", core, y))

    def __neg__(self) -> "MatrixExpr":
        if self.kind == "negative":
            return self.parts[0]
        if self.kind == "number":
            return self if self.parts[0] == 0 else self.of("negative", self)
        if self.kind == "sum":
            first, second = self.parts
            if is_negative(self):
                return (-first).plus(-second)
            if second.kind == "negative":
                return second.parts[0].plus(-first)         # -(a - b) is b - a
            if first.kind == "negative":
                return first.parts[0].plus(-second)
        if self.kind == "scaled" and (opposite := -self.parts[1]).kind == "sum":
            return self.of("scaled", self.parts[0], opposite)               # -2 (a - b) is 2 (b - a)
        return self.of("negative", self)

    def __matmul__(self, y: "MatrixExpr") -> "MatrixExpr":
        return matmul(self, y)

    @property
    def T(self) -> "MatrixExpr":
        """The transpose; a number unchanged."""
        if number_of(self) is not None:
            return self
        return self.of("transposed", self, rows=self.columns, columns=self.rows, is_wide=False)

    def entries(self, function: str, xs: Sequence[Any]) -> "list[MatrixExpr]":
        """The function of each list, as a list."""
        return [self.of("call", function, x) for x in xs]

    def take_rows(self, index: str, size: int) -> "MatrixExpr":
        """Some of its rows, with its sign and its numeric factor in front."""
        if self.kind == "negative":
            return -self.parts[0].take_rows(index, size)
        if self.kind == "scaled":
            return scaled(self.parts[0], self.parts[1].take_rows(index, size))
        return self.of("rows", self, index, rows=size)

    def sum_rows(self) -> "MatrixExpr":
        """The sum over its rows: one number for each sample."""
        return self.of("call", "sum", self, rows=1) if self.rows > 1 else self


def matrix(name: str, rows: int = 1, *, columns: int = 1, is_wide: bool = False) -> MatrixExpr:
    """A named matrix."""
    return MatrixExpr.of("name", name, rows=rows, columns=columns, is_wide=is_wide)


def matmul(*factors: MatrixExpr) -> MatrixExpr:
    """The matrix product, with its sign and its numeric factor in front."""
    sign, c, cores = 1, 1.0, list[MatrixExpr]()
    for x in factors:
        if x.kind == "negative":
            sign, x = -sign, x.parts[0]
        a, core = split(x)
        c, cores = c * a, cores + list(core.parts if core.kind == "matmul" else [core])
    cores = [x for x in cores if not x.is_equal(1)]
    written = cores[0] if len(cores) == 1 else MatrixExpr.of("matmul", *cores, rows=factors[0].rows)
    return scaled(c, written) if sign > 0 else -scaled(c, written)


def number_of(x: MatrixExpr) -> float | None:
    """The formula as a plain number, None where it is not one."""
    if x.kind == "negative":
        inner = number_of(x.parts[0])
        return None if inner is None else -inner
    return x.parts[0] if x.kind == "number" else None


def is_negative(x: MatrixExpr) -> bool:
    """Is it -a, or -a - b?"""
    return x.kind == "negative" or (x.kind == "sum" and all(map(is_negative, x.parts)))


def split(x: MatrixExpr) -> tuple[float, MatrixExpr]:
    """A formula's numeric factor and the rest."""
    if x.kind == "number":
        return x.parts[0], MatrixExpr.lift(1)
    return x.parts if x.kind == "scaled" else (1.0, x)


def scaled(c: float, x: MatrixExpr) -> MatrixExpr:
    """The formula c x for a plain number c."""
    return MatrixExpr.lift(c) if x.is_equal(1) else x if c == 1 else MatrixExpr.of("scaled", c, x)


# --- lists: a formula is written for two consecutive numbers of a list, and their sum is folded into a sum over it


def next_of_list(x: MatrixExpr) -> MatrixExpr:
    """The next number of the list, where x is the formula of one."""
    if x.kind == "negative":
        return -next_of_list(x.parts[0])
    if x.kind == "scaled":
        return scaled(x.parts[0], next_of_list(x.parts[1]))
    return x if x.kind == "number" else MatrixExpr.of("next", x)


def sum_over_list(x: MatrixExpr) -> MatrixExpr:
    """The sum over a list, with its sign and its numeric factor in front."""
    if x.kind == "negative":
        return -sum_over_list(x.parts[0])
    c, core = split(x)
    return scaled(c, MatrixExpr.of("call", "sum", core, rows=1))


def folded(x: MatrixExpr) -> MatrixExpr:
    """x with each sum of two consecutive numbers of a list written as a sum over the list."""
    if x.kind == "sum" and repr(x.parts[0]) == repr(x.parts[1]):
        return sum_over_list(x.parts[0])
    parts = [folded(part) if isinstance(part, MatrixExpr) else part for part in x.parts]
    return x if x.kind in ("name", "number", "rows", "stack") else MatrixExpr.of(x.kind, *parts)
