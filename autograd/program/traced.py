"""A fifth kind of number: one that writes the NumPy calls of a rule, so that a row of the table compiles as it stands.

The calls write into buffers that are there already, `np.multiply(a, b, out=c)`: nothing is allocated at run time.
"""
import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from ..ops import Op

Number = Any                # a Traced or a float


class Traced:
    """The result of a NumPy call, or a named array.

    >>> z = Traced.named("z")
    >>> (1 - z * z).args[1].function
    'multiply'
    """
    __slots__ = "args", "function", "key", "stacked", "wide"

    key: tuple[Any, ...]
    stacked: bool               # is it the arrays of a list, one on another?
    wide: bool                  # has it a column for each sample?  Scalars are one column for all
    shape = None                # it is an array, for a row that asks; of what shape is known when it runs

    def __init__(self, function: str, *args: Number) -> None:
        self.function, self.args = function, args
        self.stacked, self.wide = any(isinstance(x, Traced) and x.stacked for x in args), True
        self.key = function, *(x.key if isinstance(x, Traced) else x for x in args)

    @classmethod
    def named(cls, name: str, stacked: bool = False, wide: bool = True) -> "Traced":
        """An array that has this name in the text."""
        array = cls(name)
        array.stacked, array.wide = stacked, wide
        return array

    def apply_op(self, op: Op, args: Iterable[Any]) -> Number:
        """Another row used by a rule: its own array form, written on."""
        return run(op, *args)

    def sum(self, axis: int) -> "Traced":
        """The sum of a list's arrays."""
        return self.over_list("add.reduce", axis)

    def over_list(self, function: str, axis: int) -> "Traced":
        """What a function makes of the arrays of a list, of the same shape as each of them."""
        if axis or not (self.stacked and self.wide):
            raise NotImplementedError           # run_if_possible then leaves it to the row's array form as it stands
        result = Traced(function, self)
        result.stacked = False
        return result

    def __add__(self, other: Number) -> Number:
        return Traced("add", self, other)

    def __radd__(self, other: Number) -> Number:
        return Traced("add", other, self)

    def __sub__(self, other: Number) -> Number:
        return Traced("subtract", self, other)

    def __rsub__(self, other: Number) -> Number:
        return Traced("subtract", other, self)

    def __mul__(self, other: Number) -> Number:
        return self if is_one(other) else Traced("multiply", self, other)

    def __rmul__(self, other: Number) -> Number:
        return self * other

    def __truediv__(self, other: Number) -> Number:
        return Traced("divide", self, other)

    def __rtruediv__(self, other: Number) -> Number:
        return Traced("divide", other, self)

    def __pow__(self, n: Number) -> Number:
        return self if is_one(n) else Traced("power", self, n)

    def __rpow__(self, base: Number) -> Number:
        return Traced("power", base, self)

    def __neg__(self) -> Number:
        return Traced("negative", self)

    def __gt__(self, other: Number) -> Number:
        return Traced("greater", self, other)

    def __ge__(self, other: Number) -> Number:
        return Traced("greater_equal", self, other)

    def __lt__(self, other: Number) -> Number:
        return Traced("less", self, other)

    def __le__(self, other: Number) -> Number:
        return Traced("less_equal", self, other)

    def __eq__(self, other: Any) -> Number:
        return Traced("equal", self, other)

    def __ne__(self, other: Any) -> Number:
        return Traced("not_equal", self, other)

    def __bool__(self) -> bool:
        raise TypeError("a row of the table branches in Python on the number it is given, and arrays hold many: give "
                        "it an array form with xp.where, and partials made of the table's pieces, such as select")


class TracedNumpy:
    """Stands in for numpy while a row's array form is written: every function of it writes a call."""

    def __getattr__(self, name: str) -> Callable[..., Traced]:
        return lambda *args: Traced("absolute" if name == "abs" else name, *args)

    def clip(self, x: Number, least: Number | None, most: Number | None) -> Number:
        """x, or a bound where it is beyond."""
        x = x if least is None else Traced("maximum", x, least)
        return x if most is None else Traced("minimum", x, most)

    def amax(self, xs: Traced, axis: int) -> Traced:
        """The largest of a list's arrays."""
        return xs.over_list("maximum.reduce", axis)


def run(op: Op, *args: Number) -> Number:
    """What the row computes on arrays, as text; a number where it does not look at them."""
    return op.array(TracedNumpy(), *args) if op.array else op.forward(*args)


def run_if_possible(op: Op, *args: Number) -> Number | None:
    """The same; None where its array form asks for more than can be written here, as may one on a list without any."""
    try:
        z = run(op, *args)
    except (NotImplementedError, AttributeError, TypeError):
        if op.array or op.lists:
            return None
        raise
    return z if not op.lists or (isinstance(z, Traced) and not z.stacked and takes_each_alike(z)) else None


def takes_each_alike(x: Number) -> bool:
    """Is every call a ufunc's, or where: one that works element by element?"""
    return not isinstance(x, Traced) or not x.args or (
        (is_ufunc(x.function) or x.function == "where") and all(map(takes_each_alike, x.args)))


def is_ufunc(function: str) -> bool:
    """Is it a function of NumPy that writes where it is told?"""
    return isinstance(getattr(np, function.partition(".")[0], None), np.ufunc)


def is_one(x: Number) -> bool:
    """Is it the plain number 1, which changes nothing in a product?"""
    return isinstance(x, (int, float)) and x == 1


INLINE = {"greater", "greater_equal", "less", "less_equal", "equal", "not_equal"}      # conditions, for np.where alone


class Writer:
    """Writes expressions as lines of text, each result once, in as few buffers as are in use at a time.

    `buffer` gives the name of the i-th buffer of this block's shape, or of its lists'; `bound` the name of what stays
    the same from call to call, NumPy's functions and plain numbers.
    """

    def __init__(self, buffer: Callable[[int, bool], str], bound: Callable[[str], str] = str) -> None:
        self.buffer, self.bound = buffer, bound
        self.lines: list[str] = []

    def write(self, results: Iterable[tuple[Number, str | None]]) -> list[str]:
        """Write every expression, into the named array or where there is room; returns where each one is."""
        results = list(results)
        uses: dict[Any, int] = {}
        for x, _ in results:
            self.count(x, uses)
        place: dict[Any, str] = {}
        free: dict[bool, list[str]] = {False: [], True: []}
        self.made = 0
        return [self.place(x, out, uses, place, free) for x, out in results]

    def count(self, x: Number, uses: dict[Any, int]) -> None:
        """How often each result is needed."""
        if isinstance(x, Traced):
            uses[x.key] = uses.get(x.key, 0) + 1
            if uses[x.key] == 1:
                for argument in x.args:
                    self.count(argument, uses)

    def place(self, x: Number, out: str | None, uses: dict[Any, int], place: dict[Any, str],
              free: dict[bool, list[str]]) -> str:
        """Where x is, after the lines that put it there."""
        if not isinstance(x, Traced):
            if out:
                self.lines.append(f"{out}[...] = {x!r}")
            return out or repr(x)
        if not x.args:
            if out:
                self.lines.append(f"{out}[...] = {x.function}")
            return out or x.function
        if x.key not in place:
            arguments = ", ".join([self.argument(a, uses, place, free) for a in x.args])
            function = self.bound(f"np.{x.function}")
            if x.function in INLINE:                # its arguments stay in use until it is read
                place[x.key] = f"{function}({arguments})"
            else:
                for a in x.args:
                    self.release(a, uses, place, free)
                target = out if out and uses[x.key] == 1 else self.take(free, x.stacked)
                self.lines.append(f"{function}({arguments}, out={target})" if is_ufunc(x.function) else
                                  f"{target}[...] = {function}({arguments})")
                place[x.key] = target
        if out and place[x.key] != out:
            self.lines.append(f"{out}[...] = {place[x.key]}")
            return out
        return place[x.key]

    def argument(self, x: Number, uses: dict[Any, int], place: dict[Any, str], free: dict[bool, list[str]]) -> str:
        """x where a call reads it: a plain number is an array already, for NumPy would make one at every call."""
        return self.place(x, None, uses, place, free) if isinstance(x, Traced) else self.bound(
            f"np.array({float(x)!r})" if math.isfinite(x) else f"np.array(float('{x}'))")

    def take(self, free: dict[bool, list[str]], stacked: bool) -> str:
        """A buffer that is not in use."""
        if free[stacked]:
            return free[stacked].pop()
        self.made += 1
        return self.buffer(self.made, stacked)

    def release(self, x: Number, uses: dict[Any, int], place: dict[Any, str], free: dict[bool, list[str]]) -> None:
        """One use of x is over; after the last one its buffer is free."""
        if isinstance(x, Traced) and x.args:
            uses[x.key] -= 1
            if uses[x.key] == 0 and x.function in INLINE:
                for a in x.args:
                    self.release(a, uses, place, free)
            elif uses[x.key] == 0 and place[x.key].startswith("t"):
                free[x.stacked].append(place[x.key])
