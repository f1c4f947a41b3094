"""NumPy calls as plain data: each writes into existing arrays, as `np.multiply(a, b, out=c)`.

The calls are on names, which every block binds to views of the program's arrays.
"""
import math
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from .trace import Number, Tracer, in_order, name_of

SUM_EDGES = "sum_edges"                 # replaced by the calls of SegmentSum.sums
CONDITIONS = {"greater", "greater_equal", "less", "less_equal", "equal", "not_equal", "logical_and", "logical_or",
              "logical_not"}
NOTHING: Mapping[Tracer, str] = {}


class View(NamedTuple):
    """A view of an array: rows first to end, reshaped and transposed; None in the shape is the number of samples."""
    array: str
    first: int = 0
    end: int = sys.maxsize
    shape: tuple[int | None, ...] = ()
    is_transposed: bool = False

    def of(self, arrays: Mapping[str, np.ndarray]) -> np.ndarray:
        """The view as an array."""
        x = arrays[self.array][self.first:self.end]
        if self.shape:
            x = x.reshape([x.shape[-1] if n is None else n for n in self.shape])
        return x.T if self.is_transposed else x

    def __str__(self) -> str:
        shape = ", ".join("N" if n is None else str(n) for n in self.shape)
        rows = "" if self.end == sys.maxsize else f"[{self.first}:{self.end}]"
        return self.array + rows + f".reshape({shape})" * bool(shape) + ".T" * self.is_transposed


class Call(NamedTuple):
    """A call on names, numbers and index arrays.

    The function is a ufunc, the name of a method of the first argument, or another function, whose results are copied.
    """
    function: Any
    args: tuple[Any, ...]
    outs: tuple[str, ...] = ()

    def bound(self, arrays: Mapping[str, np.ndarray]) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        """The function to call and its arguments, names replaced by arrays."""
        args = [arrays.get(x, x) if type(x) is str else x for x in self.args]
        outs = [arrays[x] for x in self.outs]
        if isinstance(self.function, str):
            return getattr(args[0], self.function), (*args[1:], *outs)
        if self.function in (np.maximum, np.minimum):       # NumPy deprecates a positional out for these
            return partial(self.function, out=outs[0]), tuple(args)
        if is_ufunc(self.function) or not outs:
            return self.function, (*args, *outs)
        return copy_results, (outs, self.function, args)

    def line(self, views: Mapping[str, View], given: dict[str, Any]) -> str:
        """The call as a line of Python; index arrays and functions from outside NumPy get names in `given`."""
        args, outs = ([text_of(views.get(x, x) if type(x) is str else x, given) for x in xs]
                      for xs in (self.args, self.outs))
        if self.function == SUM_EDGES:
            return f"{SUM_EDGES}({', '.join(args)})"
        if isinstance(self.function, str):
            return f"{args[0]}.{self.function}({', '.join([*args[1:], *outs])})"
        function = text_of(self.function, given)
        if is_ufunc(self.function) or not outs:
            return f"{function}({', '.join([*args, *[f'out={out}' for out in outs]])})"
        return f"{', '.join(f'{out}[...]' for out in outs)} = {function}({', '.join(args)})"


class Placed(NamedTuple):
    """Calls, and the views that their names are bound to."""
    calls: Sequence[Call]
    views: Mapping[str, View]


def text_of(x: Any, given: dict[str, Any]) -> str:
    """An argument or a function as Python source: a view, a number, a NumPy function, or a new name in `given`."""
    if isinstance(x, np.ndarray) and not x.shape:
        return repr(float(x)) if math.isfinite(x) else f"float('{x}')"
    if isinstance(x, View | int | str | None):
        return repr(x) if isinstance(x, str) else str(x)
    if x is np:
        return "np"
    owner = getattr(x, "__self__", None)
    path = f"{owner.__name__}.{x.__name__}" if isinstance(owner, np.ufunc) else getattr(x, "__name__", "")
    if is_ufunc(x) or getattr(np, path, None) is x:
        return f"np.{path}"
    name = f"{'I' if isinstance(x, np.ndarray) else 'f'}{len(given)}"
    given[name] = x
    return name


def is_ufunc(function: Any) -> bool:
    """Is it a NumPy ufunc, or a method of one, such as np.add.reduce?"""
    return isinstance(getattr(function, "__self__", function), np.ufunc)


def copy_results(outs: list[np.ndarray], function: Callable[..., Any], args: list[Any]) -> None:
    """Call the function and copy what it returns; several results are a list."""
    results = function(*args)
    for out, result in zip(outs, [results] if len(outs) == 1 else results):
        out[...] = result


class CallWriter:
    """Writes traced numbers as calls, each once, and reuses buffers that are no longer needed.

    The first letter of a buffer's name gives its shape: t for that of the block's rows, l for that of its operands'
    lists; b and c are the same for conditions.
    """

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.free: dict[str, list[str]] = defaultdict(list)
        self.buffers: list[str] = []

    def write(self, results: Iterable[tuple[Number, str | None]], keep: Mapping[Tracer, str] = NOTHING,
              kept: Mapping[Tracer, str] = NOTHING) -> list[Any]:
        """Write every number to its named array or a buffer; return the names, or plain numbers unchanged.

        Those to `keep` are written to the places named there; `kept` are such numbers of an earlier phase.
        """
        results = list(results)
        self.uses = in_order([*[x for x, _ in results], *keep], kept)
        self.places: dict[Tracer, str] = {}
        target = {x: out for x, out in results if isinstance(x, Tracer) and out and self.uses[x] == 1} | {**keep}
        for x in self.uses:
            self.places[x] = kept.get(x) or (self.write_call(x, target.get(x)) if x.args else name_of(x))
        return [self.copied(self.argument(x), out) for x, out in results]

    def copied(self, x: Any, out: str | None) -> Any:
        """Copy x to the array `out`, if given; return where it is."""
        if out and not (isinstance(x, str) and x == out):
            self.calls.append(Call(np.multiply, (x, np.array(1.0)), (out,)))    # the fastest copy, of a condition too
        return out or x

    def write_call(self, x: Tracer, out: str | None) -> str:
        """Write the call that computes x; return the name of its array."""
        arguments = tuple(map(self.argument, x.args))
        name, _, method = x.function.partition(".")
        function = getattr(np, name)
        self.release(x)
        place = out or self.take(x.is_stacked, x.function in CONDITIONS)
        if method:                                      # a reduction over a list: axis 0, same dtype
            function, arguments = getattr(function, method), (*arguments, 0, None)
        self.calls.append(Call(function, arguments, (place,)))
        return place

    def argument(self, x: Number) -> Any:
        """x as an argument of a call; a plain number as an array, because NumPy would convert it at every call."""
        return self.places[x] if isinstance(x, Tracer) else np.array(float(x))

    def take(self, is_stacked: bool, is_condition: bool = False) -> str:
        """A buffer that is not in use."""
        letter = ("bc" if is_condition else "tl")[is_stacked]
        if self.free[letter]:
            return self.free[letter].pop()
        self.buffers.append(f"{letter}{sum(name[0] == letter for name in self.buffers) + 1}")
        return self.buffers[-1]

    def release(self, x: Tracer) -> None:
        """Free the buffers of x's arguments that no later call needs."""
        for a in x.parents:
            if a.args:
                self.uses[a] -= 1
                place = self.places[a]
                if self.uses[a] == 0 and place in self.buffers:
                    self.free[place[0]].append(place)
