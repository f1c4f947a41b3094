"""NumPy calls as plain data: each writes into existing arrays, as `np.multiply(a, b, out=c)`.

A row of the table becomes calls on names, once for each kind of operands; every block of that kind binds the names to
views of the program's arrays.
"""
import math
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any, NamedTuple

import numpy as np

from ..ops import Op
from .differentiate import row_terms, traced_rule
from .trace import NotTraceable, Number, Trace, Tracer, in_order, name_of

SUM_EDGES = "sum_edges"                 # replaced by the calls of SegmentSum.sums
CONDITIONS = {"greater", "greater_equal", "less", "less_equal", "equal", "not_equal", "logical_and", "logical_or",
              "logical_not"}
Kind = tuple[str, int, bool]            # of an operand: its name, its list's length, has it a column a sample?


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

    def write(self, results: Iterable[tuple[Number, str | None]]) -> list[Any]:
        """Write every number to its named array or a buffer; return the names, or plain numbers unchanged."""
        results = list(results)
        self.uses = in_order(x for x, _ in results)
        self.places: dict[Tracer, str] = {}
        target = {x: out for x, out in results if isinstance(x, Tracer) and out and self.uses[x] == 1}
        for x in self.uses:
            self.places[x] = self.write_call(x, target.get(x)) if x.args else name_of(x)
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
        for a in x.args:
            if isinstance(a, Tracer) and a.args:
                self.uses[a] -= 1
                place = self.places[a]
                if self.uses[a] == 0 and place in self.buffers:
                    self.free[place[0]].append(place)


# --- a row's calls in the forward and the backward phase


class RowCalls(NamedTuple):
    """A row's calls on the names x0, x1, ... of its operands, z of its result and g of its gradient.

    `terms` are those of the backward phase: (k, place, is it stacked) for the k-th operand.  The place is "g" where the
    term is the gradient itself, else "out" and k, the name of a scalar's term, or a constant.
    """
    calls: list[Call]
    buffers: list[str]
    reads: tuple[int, ...]                              # the operands that are read
    terms: list[tuple[int, Any, bool]]


@lru_cache(maxsize=1024)
def forward_calls(op: Op, kinds: tuple[Kind, ...]) -> RowCalls:
    """The calls that compute a row on operands of these kinds; an array form that cannot be traced is called itself.

    Raises NotTraceable where there is no array form, and the row branches in Python on its numbers.
    """
    trace, writer = Trace(), CallWriter()
    try:
        z = trace.run(op, [trace.name(*kind) for kind in kinds])
        is_written = not op.lists or (isinstance(z, Tracer) and not z.is_stacked
                                      and all(map(is_elementwise, in_order([z]))))
    except NotTraceable:
        if not (op.array or op.lists):
            raise
        is_written = False
    if is_written:
        writer.write([(z, "z")])
    else:
        f = op.array or (lambda xp, *args: op.forward(*args))
        writer.calls.append(Call(f, (np, *[name for name, *_ in kinds]), ("z",)))
    return row_calls(writer, len(kinds), [])


@lru_cache(maxsize=1024)
def backward_calls(op: Op, kinds: tuple[Kind, ...], wanted: tuple[bool, ...], gradient: float | None) -> RowCalls:
    """The calls for a row's terms of the wanted operands; a number as gradient is that of every sample."""
    trace, writer = Trace(), CallWriter()
    z, g, xs = trace.name("z"), trace.name("g"), [trace.name(*kind) for kind in kinds]
    rule, partials = traced_rule(op, z, xs)
    if partials is None:                                # it needs arrays: it is called, into buffers
        names = [writer.take(x.is_stacked) for x in xs]
        function = rule if len(xs) > 1 else lambda z, x: rule(z, x)[0]
        writer.calls.append(Call(function, ("z", *map(name_of, xs)), tuple(names)))
        partials = [trace.name(name, x.length) for name, x in zip(names, xs)]
    terms = row_terms(partials, wanted, g if gradient is None else gradient)
    is_row = [is_wide for _, _, is_wide in kinds]
    passed = {k for k, term in terms if is_row[k] and (term is g or not isinstance(term, Tracer))}
    written = [(k, term) for k, term in terms if k not in passed]
    places = dict(zip([k for k, _ in written], writer.write(
        [(term, f"out{k}" if is_row[k] else None) for k, term in written])))
    places |= {k: "g" if term is g or term == gradient else float(term) for k, term in terms if k in passed}
    return row_calls(writer, len(kinds), [(k, places[k], isinstance(term, Tracer) and term.is_stacked)
                                          for k, term in terms])


def row_calls(writer: CallWriter, arity: int, terms: list[tuple[int, Any, bool]]) -> RowCalls:
    """The calls written so far, with the operands that they read."""
    read = {x for args in ([x for _, x, _ in terms], *[call.args for call in writer.calls]) for x in args
            if isinstance(x, str)}
    reads = tuple([k for k in range(arity) if f"x{k}" in read])
    return RowCalls(writer.calls, writer.buffers, reads, terms)


def is_elementwise(x: Tracer) -> bool:
    """Is it a named number, or the result of an elementwise function?"""
    return not x.args or x.function == "where" or isinstance(getattr(np, x.function.partition(".")[0], None), np.ufunc)
