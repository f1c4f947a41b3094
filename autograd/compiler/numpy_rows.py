"""A row of the table as NumPy calls, once for each kind of operands, in the forward and in the backward phase.

What both phases need, such as the exponentials of a softmax, the forward phase keeps.
"""
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from ..ops import Op
from .differentiate import row_terms, traced_rule
from .numpy_calls import CONDITIONS, Call, CallWriter
from .trace import NotTraceable, Number, Trace, Tracer, in_order, name_of

FAST = {"add", "subtract", "multiply", "negative", "maximum", "minimum", "absolute", "sign", "where"}
Kind = tuple[str, int, bool]            # of an operand: its name, its list's length, has it a column a sample?


class RowCalls(NamedTuple):
    """A row's calls on the names x0, x1, ... of its operands, z of its result and g of its gradient.

    `terms` are those of the backward phase: (k, place, is it stacked) for the k-th operand.  The place is "out" and k,
    the name of an array that holds the term already, such as g, the name of a scalar's term, or a constant.
    """
    calls: list[Call]
    buffers: list[str]
    kept: dict[str, bool]                               # k0, k1, ...: has it a row for each number of a list?
    reads: tuple[int, ...]                              # the operands that are read
    terms: list[tuple[int, Any, bool]]


class TracedRow(NamedTuple):
    """A row recorded on the operands x0, x1, ...: its result, and its rule with the partials.

    The result is None where the array form is called itself, the partials where the rule is.  `kept` are the numbers
    that both phases need: the forward phase keeps them for the backward phase.
    """
    names: list[Tracer]                                 # of the operands
    z: Number | None
    rule: Any
    partials: Sequence[Number] | None
    kept: dict[Tracer, str]


@lru_cache(maxsize=1024)
def traced_row(op: Op, kinds: tuple[Kind, ...], wanted: tuple[bool, ...]) -> TracedRow:
    """A row recorded on operands of these kinds, for the partials of the wanted ones, if any.

    Raises NotTraceable where there is no array form, and the row branches in Python on its numbers.
    """
    trace = Trace()
    names = [trace.name(*kind) for kind in kinds]
    try:
        z = trace.run(op, names)
        is_written = not op.lists or (isinstance(z, Tracer) and not z.is_stacked
                                      and all(map(is_elementwise, in_order([z]))))
    except NotTraceable:
        if not (op.array or op.lists):
            raise
        is_written = False
    rule, partials = traced_rule(op, trace.name("z"), names) if any(wanted) else (None, None)
    z = z if is_written else None
    kept = needed_again(z, [x for x, is_wanted in zip(partials or [], wanted) if is_wanted])
    return TracedRow(names, z, rule, partials, {x: f"k{i}" for i, x in enumerate(kept)})


def needed_again(z: Number | None, partials: Sequence[Number]) -> list[Tracer]:
    """The calls on the way to z whose results the partials need too, but for those as fast as reading a result."""
    forward, backward = in_order([z]), in_order(partials)
    both = [x for x in backward if x in forward]
    read = {x for x in partials if isinstance(x, Tracer)}.union(*[x.parents for x in backward if x not in forward])
    return [x for x in both if x in read and x.args and not is_cheap(x)]


def is_cheap(x: Tracer) -> bool:
    """Is it a condition, or one fast call on operands?"""
    return x.function in CONDITIONS or (x.function in FAST and not any([a.args for a in x.parents]))


@lru_cache(maxsize=1024)
def forward_calls(op: Op, kinds: tuple[Kind, ...], wanted: tuple[bool, ...] = ()) -> RowCalls:
    """The calls that compute a row on operands of these kinds, and keep what the backward phase needs again.

    An array form that cannot be traced is called itself.
    """
    row, writer = traced_row(op, kinds, wanted), CallWriter()
    if row.z is None:
        f = op.array or (lambda xp, *args: op.forward(*args))
        writer.calls.append(Call(f, (np, *map(name_of, row.names)), ("z",)))
    else:
        writer.write([(row.z, "z")], keep=row.kept)
    return row_calls(writer, row, [])


@lru_cache(maxsize=1024)
def backward_calls(op: Op, kinds: tuple[Kind, ...], wanted: tuple[bool, ...], gradient: float | None) -> RowCalls:
    """The calls for a row's terms of the wanted operands; a number as gradient is that of every sample."""
    row, writer = traced_row(op, kinds, wanted), CallWriter()
    trace, partials = row.names[0].trace, row.partials
    if partials is None:                                # it needs arrays: it is called, into buffers
        places = [writer.take(x.is_stacked) for x in row.names]
        function = row.rule if len(places) > 1 else lambda z, x: row.rule(z, x)[0]
        writer.calls.append(Call(function, ("z", *map(name_of, row.names)), tuple(places)))
        partials = [trace.name(place, x.length) for place, x in zip(places, row.names)]
    g = trace.name("g")
    terms = row_terms(partials, wanted, g if gradient is None else gradient)
    is_row, lasting = [is_wide for _, _, is_wide in kinds], {"z", "g", *map(name_of, row.names)}
    outs: dict[int, Any] = {}                           # constants, and numbers that have an array already
    for k, term in terms:
        if is_row[k] and not isinstance(term, Tracer):
            outs[k] = "g" if term == gradient else float(term)
        elif is_row[k] and name_of(term) in lasting and term.is_wide and not term.is_stacked:
            outs[k] = name_of(term)
    written = [(k, term) for k, term in terms if k not in outs]
    outs |= zip([k for k, _ in written], writer.write(
        [(term, f"out{k}" if is_row[k] else None) for k, term in written], kept=row.kept))
    return row_calls(writer, row, [(k, outs[k], isinstance(term, Tracer) and term.is_stacked) for k, term in terms])


def reads_only_z(op: Op) -> bool:
    """Does the rule of an op on one number read its result, as tanh's does, and not the number?"""
    return op.arity == 1 and not op.lists and not backward_calls(op, (("x0", 0, True),), (True,), None).reads


def row_calls(writer: CallWriter, row: TracedRow, terms: list[tuple[int, Any, bool]]) -> RowCalls:
    """The calls written so far, with the operands that they read."""
    read = {x for args in ([x for _, x, _ in terms], *[call.args for call in writer.calls]) for x in args
            if isinstance(x, str)}
    reads = tuple([k for k in range(len(row.names)) if f"x{k}" in read])
    return RowCalls(writer.calls, writer.buffers, {name: x.is_stacked for x, name in row.kept.items()}, reads, terms)


def is_elementwise(x: Tracer) -> bool:
    """Is it a named number, or the result of an elementwise function?"""
    return not x.args or x.function == "where" or isinstance(getattr(np, x.function.partition(".")[0], None), np.ufunc)
