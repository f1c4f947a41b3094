"""A sixth kind of number: one that writes Python expressions, so that a row of the table becomes straight-line code.

A page keeps every result once, however often a rule asks for it.  lines.py makes text of what is on it.
"""
import math
from collections.abc import Callable, Sequence
from typing import Any

from ..ops import Op

Number = Any                                    # a Written or a float

class Written:
    """The result of an operation on numbers written before, or a name.

    >>> x = Page().name("x")
    >>> z = (-x) * (1 - x)
    >>> z.function, z.args[0].args[1].function
    ('neg', '-')
    """
    __slots__ = "args", "function", "number", "page", "used"

    shape = None                                # as an array's: a row that asks is to take its array form
    __array_ufunc__ = None                      # a NumPy number leaves the product with it to us

    def __init__(self, page: "Page", number: int, function: str, args: tuple[Number, ...]) -> None:
        self.page, self.number, self.function, self.args = page, number, function, args
        self.used = False                       # by a number written later
        for x in args:
            if isinstance(x, Written):
                x.used = True

    def apply_op(self, op: Op, args: Sequence[Any]) -> Number:
        """Another row used by a rule: written on."""
        return self.page.forward(op, args)

    def __add__(self, y: Number) -> Number:
        if is_plain(y, 0):
            return self
        if is_negative(y):
            return self - y.args[0]
        return y - self.args[0] if is_negative(self) else self.page.write("+", self, y)

    def __radd__(self, x: Number) -> Number:
        if is_plain(x, 0):
            return self
        return x - self.args[0] if is_negative(self) else self.page.write("+", x, self)

    def __sub__(self, y: Number) -> Number:
        if is_plain(y, 0):
            return self
        return self + y.args[0] if is_negative(y) else self.page.write("-", self, y)

    def __rsub__(self, x: Number) -> Number:
        if is_plain(x, 0):
            return -self
        return x + self.args[0] if is_negative(self) else self.page.write("-", x, self)

    def __mul__(self, y: Number) -> Number:
        if isinstance(y, Written):
            if is_negative(self):
                return -(self.args[0] * y)
            return -(self * y.args[0]) if is_negative(y) else self.page.write("*", self, y)
        return self.page.scaled(float(y), self)

    def __rmul__(self, x: Number) -> Number:
        return self * x

    def __truediv__(self, y: Number) -> Number:
        if is_plain(y, 1):
            return self
        if is_negative(self):
            return -(self.args[0] / y)
        return -(self / y.args[0]) if is_negative(y) else self.page.write("/", self, y)

    def __rtruediv__(self, x: Number) -> Number:
        return -(x / self.args[0]) if is_negative(self) else self.page.write("/", x, self)

    def __neg__(self) -> Number:
        if is_negative(self):
            return self.args[0]
        return self.page.write("neg", self)

    def __pow__(self, n: Number) -> Number:
        if isinstance(n, Written) or n not in (0, 1, 2, -1, 0.5):
            whole = not isinstance(n, Written) and float(n).is_integer()
            return self.page.write("**" if whole else "pow", self, n)   # math.pow: x ** 0.5 may be complex in Python
        return {0: lambda x: 1.0, 1: lambda x: x, 2: lambda x: x * x, -1: lambda x: 1.0 / x,
                0.5: lambda x: x.page.write("sqrt", x)}[n](self)

    def __rpow__(self, base: Number) -> Number:
        return self.page.write("pow", base, self)

    def __gt__(self, y: Number) -> Number:
        return self.page.write(">", self, y)

    def __ge__(self, y: Number) -> Number:
        return self.page.write(">=", self, y)

    def __lt__(self, y: Number) -> Number:
        return self.page.write("<", self, y)

    def __le__(self, y: Number) -> Number:
        return self.page.write("<=", self, y)

    def __eq__(self, y: Number) -> Number:
        return self.page.write("==", self, y)

    def __ne__(self, y: Number) -> Number:
        return self.page.write("!=", self, y)

    __hash__ = object.__hash__

    def __abs__(self) -> Number:
        return self.page.write("fabs", self)

    def __bool__(self) -> bool:
        raise TypeError("a written number has no value to decide by")


def is_plain(x: Number, value: float) -> bool:
    """Is it a plain number, of this value?"""
    return not isinstance(x, Written) and x == value


def is_negative(x: Number) -> bool:
    """Is it written as -y?"""
    return isinstance(x, Written) and x.function == "neg"


class Page:
    """Where numbers are written, each result once, in the order made."""

    def __init__(self) -> None:
        self.made: dict[Any, Written] = {}
        self.functions: dict[str, Callable[..., Any]] = {}      # what is called by a name that math does not have
        self.loose = False                      # may factors change places, and 0 * x be 0 without a look at x?
        self.deep = False                       # and wander down a chain of products, through numbers that others use?

    def write(self, function: str, *args: Number) -> Written:
        """The number function(*args)."""
        key = function, *[x if isinstance(x, Written) else repr(float(x)) for x in args]     # 0.0 is not -0.0
        if key not in self.made:
            self.made[key] = Written(self, len(self.made), function, args)
        return self.made[key]

    def name(self, name: str) -> Written:
        """A number that has this name in the text."""
        return self.write("name " + name)

    def scaled(self, factor: float, x: Written) -> Number:
        """factor * x, with the factor next to what other products share where that is allowed."""
        if factor == 1.0:
            return x
        if is_negative(x):
            return -self.scaled(factor, x.args[0])
        if factor < 0:
            return -self.scaled(-factor, x)         # where a sum takes it, - costs nothing
        if self.loose and factor == 0.0:
            return 0.0
        if self.loose and x.function == "*" and (self.deep or not x.used):
            first, second = x.args
            return first * self.scaled(factor, second) if isinstance(first, Written) else \
                self.scaled(factor * first, second)
        return self.write("*", factor, x)

    def where(self, condition: Any, x: Number, y: Number) -> Number:
        """x where the condition holds, else y."""
        if not isinstance(condition, Written):
            return x if condition else y
        return self.write("where", condition, x, y)

    def clip(self, x: Number, least: Number | None, most: Number | None) -> Number:
        """x, or a bound where it is beyond; NaN is not."""
        x = x if least is None else self.where(x < least, least, x)
        return x if most is None else self.where(x > most, most, x)

    def __getattr__(self, name: str) -> Callable[..., Written]:
        """The page stands in for numpy while a row's array form is written: its functions write those of math."""
        name = {"abs": "fabs", "power": "pow"}.get(name, name)
        if not hasattr(math, name):
            raise AttributeError(name)
        return lambda *args: self.write(name, *args)

    def call(self, f: Callable[..., Any], name: str, args: Sequence[Number]) -> Written:
        """f(*args) as a call by name: for what cannot be written out.  Lists are given as tuples."""
        while self.functions.setdefault(name, f) != f:
            name += "_"
        shape = [str(len(x)) if type(x) is tuple else "" for x in args]
        every = [y for x in args for y in (x if type(x) is tuple else (x,))]
        return self.write(" ".join(["call", name, ",".join(shape)]), *every)

    def forward(self, op: Op, args: Sequence[Any]) -> Number:
        """What the row computes: its array form, which looks at no number; else a call of its forward."""
        every = [y for x in args for y in (x if type(x) is tuple else (x,))]
        if not any(isinstance(x, Written) for x in every):
            return op.forward(*args)
        try:
            z = op.array(self, *args) if op.array else op.forward(*args)
            if isinstance(z, Written | float | int):
                return z
        except (TypeError, AttributeError, ValueError):
            pass
        return self.call(op.forward, identifier(op), args)

    def partials(self, op: Op, z: Number, args: Sequence[Any]) -> list[Number]:
        """The row's local partials, one for each number among the arguments."""
        try:
            found = list(op.partials(z, *args))
            if all(isinstance(p, Written | float | int) for p in found):
                return found
        except (TypeError, AttributeError, ValueError):
            pass
        n = sum(len(x) if type(x) is tuple else 1 for x in args)
        every = self.call(op.partials, identifier(op) + "_partials", [z, *args])
        return [self.write(f"item {k}", every) for k in range(n)]


def identifier(op: Op) -> str:
    """A name for the row that Python takes as one."""
    return op.name + "_forward" if op.name.isidentifier() else "op_forward"
