"""A number that writes a formula of matrices, as text and as LaTeX: a rule of the table runs on it as it stands.

A B is the product of matrices; A * B, A / B, A^n and functions go element by element; A' is transposed.
"""
from collections.abc import Callable, Sequence
from typing import Any

from ...ops import Op
from .formula_scripts import TEXT, equals


class Formula:
    """A name, a number, or what arithmetic and the operations of the table make of them.

    rows is its number of rows, 1 where one row stands for every row; is_wide: has it a column for each sample, and not
    `columns` of them?

    >>> Y, W, D = name("Y1", 3, True), name("W2", 1, columns=3), name("Delta2", 1, True)
    >>> -(W.T @ -D * (1 - Y * Y))
    (W2' Delta2) * (1 - Y1^2)
    """
    __slots__ = "columns", "is_wide", "kind", "parts", "rows"

    kind: str                                   # the scripts have a method for each
    parts: tuple[Any, ...]
    rows: int
    columns: int
    is_wide: bool

    def __init__(self, kind: str, *parts: Any, rows: int = 0, columns: int = 1, is_wide: bool | None = None) -> None:
        below = [x for x in parts if isinstance(x, Formula)]
        self.kind, self.parts, self.columns = kind, parts, columns
        self.rows = rows or max((x.rows for x in below), default=1)
        self.is_wide = any(x.is_wide for x in below) if is_wide is None else is_wide

    def __repr__(self) -> str:
        return TEXT.write(self)

    def apply_op(self, op: Op, args: Sequence[Any]) -> "Formula":
        """op(*args) written out: by its formula, by Python's own operator, or as a function of its arguments."""
        if op.lists and callable(op.written):
            pairs = [tuple(y for x in part for y in (lift(x), other(lift(x)))) if type(part) is tuple else lift(part)
                     for part in args]
            return folded(lift(op.written(*pairs)))
        args = [lift(y) for x in args for y in (x if type(x) is tuple else (x,))]
        if callable(op.written):
            return lift(op.written(*args))
        if not op.written and not op.name.isidentifier():
            return lift(op.forward(*args))
        return Formula("call", op.written or op.name, *args)

    def __neg__(self) -> "Formula":
        if self.kind == "negative":
            return self.parts[0]
        if self.kind == "number":
            return self if self.parts[0] == 0 else Formula("negative", self)
        if is_negative(self):
            return plus(-self.parts[0], -self.parts[1])
        if self.kind == "sum" and self.parts[1].kind == "negative":
            return plus(self.parts[1].parts[0], -self.parts[0])             # -(a - b) is b - a
        if self.kind == "sum" and self.parts[0].kind == "negative":
            return plus(self.parts[0].parts[0], -self.parts[1])
        return Formula("negative", self)

    def __pow__(self, n: Any) -> "Formula":
        n = lift(n)
        return lift(1) if equals(n, 0) else self if equals(n, 1) else Formula("power", self, n)

    def __rpow__(self, base: float) -> "Formula":
        return Formula("power", lift(base), self)

    def __matmul__(self, other: "Formula") -> "Formula":
        return product(self, other)

    @property
    def T(self) -> "Formula":
        return transposed(self)

    def bars(self) -> "Formula":
        return Formula("bars", self)

    __abs__ = bars

    def cases(self, a: Any, b: Any) -> "Formula":
        return Formula("cases", self, lift(a), lift(b))

    __add__: Callable[..., "Formula"]
    __sub__: Callable[..., "Formula"]
    __mul__: Callable[..., "Formula"]
    __truediv__: Callable[..., "Formula"]


def name(text: str, rows: int = 1, is_wide: bool = False, columns: int = 1) -> Formula:
    return Formula("name", text, rows=rows, columns=columns, is_wide=is_wide)


def lift(x: Any) -> Formula:
    """A number as a formula, a negative one as minus a positive one."""
    if isinstance(x, Formula):
        return x
    return -Formula("number", -float(x)) if x < 0 else Formula("number", float(x) + 0.0)


def number_of(x: Formula) -> float | None:
    """The number that this is, None where it is none."""
    if x.kind == "negative":
        inner = number_of(x.parts[0])
        return None if inner is None else -inner
    return x.parts[0] if x.kind == "number" else None


def is_negative(x: Formula) -> bool:
    """Is it -a, or -a - b?"""
    return x.kind == "negative" or (x.kind == "sum" and all(map(is_negative, x.parts)))


def plus(x: Formula, y: Formula) -> Formula:
    if x.kind == "negative" and y.kind != "negative" and not equals(y, 0):
        x, y = y, x                                         # b - a rather than -a + b
    return y if equals(x, 0) else x if equals(y, 0) else Formula("sum", x, y)


def same(x: Formula, y: Formula) -> bool:
    """Are these one thing, so that x * y is a square?"""
    if x.kind == y.kind == "other":
        return same(x.parts[0], y.parts[0])
    return x is y or (x.kind == y.kind == "name" and x.parts == y.parts)


def times(x: Formula, y: Formula) -> Formula:
    """x * y with its sign and its number in front."""
    if is_negative(x):
        return -times(-x, y)
    if is_negative(y):
        return -times(x, -y)
    (a, x), (b, y) = split(x), split(y)
    if a * b == 0:
        return lift(0)
    if equals(y, 1) or equals(x, 1):
        core = x if equals(y, 1) else y
    elif same(x, y):
        core = x ** 2
    elif y.kind in ("over", "times"):
        core = Formula(y.kind, times(x, y.parts[0]), y.parts[1])
    elif x.kind == "over" and equals(x.parts[0], 1):
        core = Formula("over", y, x.parts[1])
    else:
        core = Formula("times", x, y)
    return scaled(a * b, core)


def split(x: Formula) -> tuple[float, Formula]:
    """The number in front, and the rest."""
    if x.kind == "number":
        return x.parts[0], lift(1)
    return x.parts if x.kind == "scaled" else (1.0, x)


def scaled(c: float, x: Formula) -> Formula:
    return lift(c) if equals(x, 1) else x if c == 1 else Formula("scaled", c, x)


def over(x: Formula, y: Formula) -> Formula:
    n = number_of(y)
    if n:
        return times(x, lift(1 / n))
    if x.kind == "negative":
        return -over(x.parts[0], y)
    c, core = split(x)
    return lift(0) if c == 0 else scaled(c, Formula("over", core, y)) if not equals(core, 1) else \
        Formula("over", lift(c), y)


for method, write in dict(add=plus, sub=lambda x, y: plus(x, -y), mul=times, truediv=over).items():
    setattr(Formula, f"__{method}__", lambda x, y, write=write: write(lift(x), lift(y)))
    setattr(Formula, f"__r{method}__", lambda x, y, write=write: write(lift(y), lift(x)))


def product(*factors: Formula) -> Formula:
    """The product of matrices, its sign and its number in front."""
    sign, c, cores = 1, 1.0, list[Formula]()
    for x in factors:
        if x.kind == "negative":
            sign, x = -sign, x.parts[0]
        a, core = split(x)
        c, cores = c * a, cores + list(core.parts if core.kind == "product" else [core])
    cores = [x for x in cores if not equals(x, 1)]
    written = cores[0] if len(cores) == 1 else Formula("product", *cores, rows=factors[0].rows)
    return scaled(c, written) if sign > 0 else -scaled(c, written)


def transposed(x: Formula) -> Formula:
    return x if number_of(x) is not None else Formula("transposed", x, rows=x.columns, columns=x.rows, is_wide=False)


def summed(x: Formula) -> Formula:
    """The sum over the rows, of a list's numbers one for each sample."""
    return Formula("call", "sum", x, rows=1) if x.rows > 1 else x


def chosen(x: Formula, rows: str, size: int) -> Formula:
    """Some rows of x, its sign and its number in front."""
    if x.kind == "negative":
        return -chosen(x.parts[0], rows, size)
    if x.kind == "scaled":
        return scaled(x.parts[0], chosen(x.parts[1], rows, size))
    return Formula("rows", x, rows, rows=size)


def other(x: Formula) -> Formula:
    """The next number of the list that x stands for, so that a rule on lists shows what it adds up."""
    if x.kind == "negative":
        return -other(x.parts[0])
    if x.kind == "scaled":
        return scaled(x.parts[0], other(x.parts[1]))
    return x if x.kind == "number" else Formula("other", x)


def sum_over(x: Formula) -> Formula:
    """The sum over a list, its sign and its number in front."""
    if x.kind == "negative":
        return -sum_over(x.parts[0])
    c, core = split(x)
    return scaled(c, Formula("call", "sum", core, rows=1))


def folded(x: Formula) -> Formula:
    """x with each sum over x and the other written as a sum over the list."""
    if x.kind == "sum" and repr(x.parts[0]) == repr(x.parts[1]):
        return sum_over(x.parts[0])
    parts = [folded(part) if isinstance(part, Formula) else part for part in x.parts]
    return x if x.kind in ("name", "number", "rows", "stack") else Formula(x.kind, *parts)
