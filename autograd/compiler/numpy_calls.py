"""The calls of a trace as lines of NumPy: each writes into a buffer that exists before, `np.multiply(a, b, out=c)`."""
import math
from collections.abc import Callable, Iterable

import numpy as np

from ..ops import Op
from .trace import NotTraceable, Number, Trace, Tracer, in_order, name_of

CONDITIONS = {"greater", "greater_equal", "less", "less_equal", "equal", "not_equal"}       # for np.where alone


def traced(trace: Trace, op: Op, args: Iterable[Number]) -> Number | None:
    """What the row computes on arrays; None where its array form has to be called as it stands.

    Raises NotTraceable where there is no array form, and the row decides in Python by the number it is given.
    """
    try:
        z = trace.run(op, list(args))
    except NotTraceable:
        if op.array or op.lists:
            return None
        raise
    if op.lists and not (isinstance(z, Tracer) and not z.is_stacked and all(map(is_elementwise, in_order([z])))):
        return None
    return z


def is_elementwise(x: Tracer) -> bool:
    """Is it a name, or made by a function that works element by element?"""
    return not x.args or is_ufunc(x.function) or x.function == "where"


def is_ufunc(function: str) -> bool:
    """Is it a function of NumPy that writes to `out`?"""
    return isinstance(getattr(np, function.partition(".")[0], None), np.ufunc)


class CallWriter:
    """Writes traced numbers as lines of text, each once, in as few buffers as are in use at a time.

    `buffer` gives the name of the i-th buffer of this block's shape, or of its lists'; `bound` the name of what stays
    the same from call to call, NumPy's functions and plain numbers.
    """

    def __init__(self, buffer: Callable[[int, bool], str], bound: Callable[[str], str] = str) -> None:
        self.buffer, self.bound = buffer, bound
        self.lines: list[str] = []

    def write(self, results: Iterable[tuple[Number, str | None]]) -> list[str]:
        """Write every number, into the named array or into a buffer; returns the name of each."""
        results = list(results)
        self.uses = in_order(x for x, _ in results)
        self.read: dict[Tracer, str] = {}                   # how each call reads so far
        self.free: dict[bool, list[str]] = {False: [], True: []}
        self.made = 0
        target = {x: out for x, out in results if isinstance(x, Tracer) and out and self.uses[x] == 1}
        for x in self.uses:
            self.read[x] = self.written(x, target.get(x)) if x.args else name_of(x)
        return [self.copied(self.read[x] if isinstance(x, Tracer) else repr(x), out) for x, out in results]

    def copied(self, text: str, out: str | None) -> str:
        """The text, or the named array after a line that copies it there."""
        if out and text != out:
            self.lines.append(f"{out}[...] = {text}")
        return out or text

    def written(self, x: Tracer, out: str | None) -> str:
        """How x reads, after the line that computes it."""
        arguments = ", ".join([self.argument(a) for a in x.args])
        function = self.bound(f"np.{x.function}")
        if x.function in CONDITIONS:                        # its arguments stay in use until np.where reads it
            return f"{function}({arguments})"
        self.release(x)
        target = out or self.take(x.is_stacked)
        self.lines.append(f"{function}({arguments}, out={target})" if is_ufunc(x.function) else
                          f"{target}[...] = {function}({arguments})")
        return target

    def argument(self, x: Number) -> str:
        """x where a call reads it: a plain number is an array already, for NumPy would make one at every call."""
        if isinstance(x, Tracer):
            return self.read[x]
        return self.bound(f"np.array({float(x)!r})" if math.isfinite(x) else f"np.array(float('{x}'))")

    def take(self, is_stacked: bool) -> str:
        """A buffer that is not in use."""
        if self.free[is_stacked]:
            return self.free[is_stacked].pop()
        self.made += 1
        return self.buffer(self.made, is_stacked)

    def release(self, x: Tracer) -> None:
        """x has read its arguments: the buffer of one that nothing else needs is free."""
        for a in x.args:
            if isinstance(a, Tracer) and a.args:
                self.uses[a] -= 1
                if self.uses[a] == 0 and a.function in CONDITIONS:
                    self.release(a)
                elif self.uses[a] == 0 and self.read[a].startswith("t"):
                    self.free[a.is_stacked].append(self.read[a])
