"""Tracing: a row of the table runs on symbolic numbers, which record its calls, each once.

A Tracer takes the place of a number in a row's formula, a Trace the place of numpy in its array form.  They write no
text: numpy_calls.py and scalar_source.py do that.
"""
from collections import Counter
from collections.abc import Callable, Container, Iterable, Sequence
from itertools import count
from typing import Any

from ..ops import Op

Number = Any                    # a Tracer or a plain number
OTHER_NAMES = {"abs": "absolute", "pow": "power"}           # of NumPy's functions with two names


class NotTraceable(TypeError):
    """A row uses something that cannot be recorded as a call, such as the truth of a number or the length of a list."""


def binary(function: str) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """The two methods of a binary operator: direct and reflected."""
    return (lambda x, y: getattr(x.trace, function)(x, y)), (lambda x, y: getattr(x.trace, function)(y, x))


class Tracer:
    """A symbolic number: the result of a recorded call, or a named number.

    >>> x = Trace().name("x")
    >>> z = 1 - x * x
    >>> z.function, z.args[1].function, z.args[1] is x * x
    ('subtract', 'multiply', True)
    """
    __slots__ = "args", "function", "is_wide", "length", "number", "trace"

    length: int                 # of the list whose arrays it stacks; 0 where it is no list
    is_wide: bool               # has it a column for each sample, unlike scalars?
    shape = None                # present, so that a row takes its array form; known when the text runs

    def __init__(self, trace: "Trace", number: int, function: str, args: tuple[Number, ...]) -> None:
        self.trace, self.number, self.function, self.args = trace, number, function, args
        self.length, self.is_wide = max([x.length for x in self.parents], default=0), True

    @property
    def parents(self) -> list["Tracer"]:
        """The symbolic numbers among its arguments."""
        return [x for x in self.args if isinstance(x, Tracer)]

    @property
    def is_stacked(self) -> bool:
        return self.length > 0

    def __len__(self) -> int:
        if not self.length:
            raise NotTraceable("a recorded number has no length")
        return self.length

    @property
    def is_named(self) -> bool:
        return self.function.startswith("name ")

    def __array_namespace__(self) -> "Trace":
        """The trace, in place of numpy."""
        return self.trace

    def apply_op(self, op: Op, args: Sequence[Any]) -> Number:
        """Record the calls of another row that a rule uses."""
        return self.trace.run(op, args)

    def __array_ufunc__(self, ufunc: Any, method: str, *args: Any, **options: Any) -> Number:
        """Record a call of one of NumPy's own functions, or of an operator with a NumPy number on its left."""
        if method != "__call__" or options:
            raise NotTraceable(f"numpy.{ufunc.__name__} with options")
        return getattr(self.trace, ufunc.__name__)(*args)

    __add__, __radd__ = binary("add")
    __sub__, __rsub__ = binary("subtract")
    __mul__, __rmul__ = binary("multiply")
    __truediv__, __rtruediv__ = binary("divide")
    __pow__, __rpow__ = binary("power")
    __floordiv__, __rfloordiv__ = binary("floor_divide")
    __mod__, __rmod__ = binary("remainder")
    __and__, __rand__ = binary("logical_and")
    __or__, __ror__ = binary("logical_or")
    __gt__, _ = binary("greater")
    __ge__, _ = binary("greater_equal")
    __lt__, _ = binary("less")
    __le__, _ = binary("less_equal")
    __eq__, _ = binary("equal")
    __ne__, _ = binary("not_equal")
    __hash__ = object.__hash__

    def __invert__(self) -> Number:
        return self.trace.logical_not(self)

    def __neg__(self) -> Number:
        return self.trace.negative(self)

    def __abs__(self) -> Number:
        return self.trace.absolute(self)

    def sum(self, axis: int = 0) -> Number:
        """The sum of a list's arrays."""
        return self.trace.over_list("add.reduce", self, axis)

    def __bool__(self) -> bool:
        raise NotTraceable("a row of the table branches in Python on the number it is given, and arrays hold many: "
                           "give it an array form with xp.where, and partials made of the table's pieces, such as "
                           "select")

    def __float__(self) -> float:
        raise NotTraceable("a recorded number has no digits: use xp's functions, not those of math")

    def __str__(self) -> str:
        raise NotTraceable("a recorded number has no digits to write")

    def __iter__(self) -> Any:
        raise NotTraceable("the numbers of a stacked list cannot be taken one by one")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise NotTraceable(f"a recorded number has no {name}")


class Trace:
    """The calls recorded so far, in order: equal calls of equal numbers are one."""

    def __init__(self) -> None:
        self.calls: dict[tuple[Any, ...], Tracer] = {}
        self.numbers = count()

    def call(self, function: str, *args: Number) -> Number:
        """Record function(*args), or find the equal call."""
        key = function, *[x.number if isinstance(x, Tracer) else repr(float(x)) for x in args]    # tells 0.0 from -0.0
        if key not in self.calls:                       # atomic steps: threads may share a trace
            self.calls.setdefault(key, Tracer(self, next(self.numbers), function, args))
        return self.calls[key]

    def name(self, name: str, length: int = 0, is_wide: bool = True) -> Tracer:
        """A named number."""
        x = self.call("name " + name)
        x.length, x.is_wide = length, is_wide
        return x

    def run(self, op: Op, args: Sequence[Any]) -> Number:
        """Record a row by its array form.  Raises NotTraceable where that is impossible."""
        z = op.array(self, *args) if op.array else op.forward(*args)
        return checked(op, z)

    # --- in numpy's place

    def __getattr__(self, name: str) -> Callable[..., Number]:
        """A function that records a call of numpy's function of this name."""
        if name.startswith("__"):
            raise AttributeError(name)
        name = OTHER_NAMES.get(name, name)
        if not self.knows(name):
            raise NotTraceable(f"there is no function {name} to record")

        def function(*args: Number, **options: Any) -> Number:
            if options or not all(isinstance(x, Tracer | float | int) for x in args):
                raise NotTraceable(f"{name} of arguments other than numbers, or with options")
            return self.call(name, *args)

        return function

    def knows(self, name: str) -> bool:
        """Does the target language have a function of this name?"""
        import numpy as np

        return callable(getattr(np, name, None))

    def multiply(self, x: Number, y: Number) -> Number:
        return y if is_one(x) else x if is_one(y) else self.call("multiply", x, y)

    def power(self, x: Number, n: Number) -> Number:
        return x if is_one(n) else self.call("power", x, n)

    def clip(self, x: Number, least: Number | None, most: Number | None) -> Number:
        """x limited to [least, most]; None is no limit."""
        x = x if least is None else self.call("maximum", x, least)
        return x if most is None else self.call("minimum", x, most)

    def amax(self, xs: Number, axis: int = 0) -> Number:
        """The largest of a list's arrays."""
        return self.over_list("maximum.reduce", xs, axis)

    def over_list(self, function: str, xs: Tracer, axis: int) -> Number:
        """Record a reduction over a list's arrays: the result has the shape of each of them."""
        if axis or not (xs.is_stacked and xs.is_wide):
            raise NotTraceable(f"{function} of an array that is no list, or over another axis than its first")
        result = self.call(function, xs)
        result.length = 0
        return result


def checked(op: Op, z: Any) -> Number:
    """z, if it is a number.  Raises NotTraceable otherwise."""
    if not isinstance(z, Tracer | float | int):
        raise NotTraceable(f"{op.name} gives a {type(z).__name__}, and not a number")
    return z


def is_one(x: Number) -> bool:
    """Is it the plain number 1?"""
    return isinstance(x, float | int) and x == 1


def is_zero(x: Number) -> bool:
    """Is it the plain number 0?"""
    return isinstance(x, float | int) and x == 0


def name_of(x: Tracer) -> str:
    """The name of a named number."""
    return x.function.removeprefix("name ")


def in_order(results: Iterable[Number], given: Container[Tracer] = ()) -> dict[Tracer, int]:
    """The calls that the results depend on, in topological order: {call: number of uses}.

    What the given calls depend on is left out: their numbers exist already.
    """
    roots = [x for x in results if isinstance(x, Tracer)]
    order: dict[Tracer, None] = {}
    stack = roots[::-1]
    while stack:
        missing = [] if stack[-1] in given else [a for a in stack[-1].parents if a not in order]
        if missing:
            stack += missing[::-1]
        else:
            order[stack.pop()] = None
    uses = Counter(roots)
    for x in order:
        if x not in given:
            uses.update(x.parents)
    return {x: uses[x] for x in order}
