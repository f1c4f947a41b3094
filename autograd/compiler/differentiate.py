"""The backward phase over blocks, derived once, as plain data.

`backward_plan` finds for every block the location of its operands, which of them need a gradient, and the terms of the
chain rule for these.  array_function.py runs the plan, numpy_backward.py turns it into NumPy calls, vector/ writes it
in the lecture's letters: none of them differentiates anything.
"""
from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from .. import ops
from .blocks import Block, BlockGraph, MatMul, Operand, holds_any
from .trace import NotTraceable, Trace, Tracer, checked, is_one

if TYPE_CHECKING:               # imported where arrays are made: tracing a row needs no numpy
    import numpy as np

Number = Any                    # an operand of a rule: arrays, or symbolic numbers
Rule = Callable[..., Sequence[Number]]


@dataclass(frozen=True, eq=False)
class Span:
    """The part of an operand that lies in one array: the array's rows, and their positions in the operand."""
    array: int                  # an array of inputs, or a block's
    rows: np.ndarray            # counted within the array
    positions: np.ndarray       # counted within the operand, flat
    is_whole: bool              # the operand is this array: all its rows, in their order, and nothing else


class BlockStep(NamedTuple):
    """One block of the plan and its local partials."""
    block: Block
    array: int                                  # the index of the block's result among the arrays of a run
    wanted: tuple[bool, ...]                    # for each operand: does it depend on a parameter?
    rule: Rule                                  # z, *operands -> the local partial of each operand, stacked for a list
    is_batched: bool                            # is the rule plain arithmetic on symbols too, or does it need arrays?

    def terms(self, z: Number, operands: Sequence[Number], g: Number,
              rule: Rule | None = None) -> list[tuple[int, Number]]:
        """The chain rule: (k, g ∂z/∂x) for each wanted operand x, the k-th.

        Those of v = W x + b are g x', W' g and g.  Where the rule is not batched and the operands are symbols, the
        caller gives another rule, which names the partials.
        """
        if isinstance(self.block, MatMul):
            W, x, _ = operands
            products: Sequence[Callable[[], Number]] = (lambda: g @ x.T, lambda: W.T @ g, lambda: g)
            return [(k, products[k]()) for k, is_wanted in enumerate(self.wanted) if is_wanted]
        return row_terms((rule or self.rule)(z, *operands), self.wanted, g)


@dataclass(frozen=True, eq=False)
class Plan:
    """The steps of a run in forward order; the backward phase takes them in reverse.

    A run holds arrays of rows by samples: first the groups of inputs, then one for each block.
    """
    graph: BlockGraph
    steps: list[BlockStep]
    groups: int                                 # the number of groups of inputs
    sizes: list[int]                            # the number of rows of each array
    array_of: np.ndarray                        # of each row of the graph; -1 for rows of ones
    row_in: np.ndarray                          # its row within that array
    trained: np.ndarray                         # for each row: does it depend on a parameter?

    def spans(self, operand: Operand) -> tuple[Span, ...]:
        """The operand's rows, one Span for each array that they lie in; none for scalars."""
        import numpy as np

        if operand.is_scalar:
            return ()
        numbers = operand.numbers.ravel()
        arrays, rows = self.array_of[numbers], self.row_in[numbers]
        found = []
        for i in dict.fromkeys(arrays.tolist()):
            positions = np.flatnonzero(arrays == i)
            is_whole = len(positions) == len(numbers) and np.array_equal(rows, np.arange(self.sizes[i]))
            found.append(Span(i, rows[positions], positions, is_whole))
        return tuple(found)

    def trained_spans(self, operand: Operand) -> list[Span]:
        """Those of its spans that depend on a parameter: all rows of a block do, or none."""
        return [span for span in self.spans(operand) if self.trained[operand.numbers.flat[span.positions[0]]]]


def backward_plan(graph: BlockGraph, groups: Sequence[Sequence[int]] = ()) -> Plan:
    """The plan of a block graph; each group of its inputs has an array of its own, by default all inputs share one."""
    import numpy as np

    places = groups or [range(len(graph.inputs))]
    array_of, row_in = np.full(graph.rows, -1), np.zeros(graph.rows, dtype=np.intp)
    for i, group in enumerate(places):
        rows = np.array(graph.inputs, dtype=np.intp)[list(group)]
        array_of[rows], row_in[rows] = i, np.arange(len(group))
    steps, trained = list[BlockStep](), np.zeros(graph.rows, dtype=bool)
    for array, block in enumerate(graph.blocks, start=len(places)):
        own = slice(block.first, block.first + block.size)
        wanted = tuple([holds_any(a.numbers < len(graph.parameters) if a.is_scalar else trained[a.numbers])
                        for a in block.operands])
        rule = (block.op.partials, True) if isinstance(block, MatMul) else batched_rule(
            block.op, tuple(map(list_length, block.operands)))
        steps.append(BlockStep(block, array, wanted, *rule))
        array_of[own], row_in[own], trained[own] = array, np.arange(block.size), any(wanted)
    sizes = [*map(len, places), *[block.size for block in graph.blocks]]
    return Plan(graph, steps, len(places), sizes, array_of, row_in, trained)


def row_terms(partials: Sequence[Number], wanted: Sequence[bool], g: Number) -> list[tuple[int, Number]]:
    """The chain rule of a row: (k, g ∂z/∂x) for each wanted operand x, the k-th."""
    return [(k, g * partial) for k, (partial, is_wanted) in enumerate(zip(partials, wanted)) if is_wanted]


def list_length(a: Operand) -> int:
    """The length of the list in each row of an operand; 0 where it is no list."""
    return len(a.numbers) if a.numbers.ndim == 2 else 0


@lru_cache(maxsize=1024)
def batched_rule(op: ops.Op, lengths: tuple[int, ...]) -> tuple[Rule, bool]:
    """The rule for the local partials of a row's operands, and whether it is plain arithmetic on them.

    lengths has the length of each operand's list, 0 for a number.
    """
    if not op.lists:
        return op.partials, True
    is_list = tuple(map(bool, lengths))
    if treats_alike(op, is_list):               # one stacked array may then take the place of the list's numbers
        return lambda z, *xs: op.partials(z, *[ops.Stacked(x, n) if n else x for x, n in zip(xs, lengths)]), True
    return one_by_one(op, is_list), False


def traced_rule(op: ops.Op, z: Tracer, xs: Sequence[Tracer]) -> tuple[Rule, Sequence[Number] | None]:
    """The rule for a row's partials, and these as traced numbers; None in their place where the rule needs arrays."""
    lengths = tuple([x.length for x in xs])
    rule, is_batched = batched_rule(op, lengths)
    if not is_batched:
        return rule, None
    try:
        return rule, rule(z, *xs)
    except NotTraceable:                        # a recorded call cannot give what it needs of a list of scalars
        if not op.lists:
            raise
        return one_by_one(op, tuple(map(bool, lengths))), None


def traced_partials(op: ops.Op, z: Number, args: Sequence[Any]) -> list[Number]:
    """The local partials of a row on traced numbers, one for each.  Raises NotTraceable where one is no number."""
    return [checked(op, partial) for partial in op.partials(z, *args)]


@lru_cache(maxsize=1024)
def is_identity(op: ops.Op) -> bool:
    """Is the operation z = x with the partial 1, as linear is?"""
    trace = Trace()
    x = trace.name("x")
    try:
        return op.arity == 1 and trace.run(op, [x]) is x and all(map(is_one, op.partials(x, x)))
    except NotTraceable:
        return False


def treats_alike(op: ops.Op, is_list: tuple[bool, ...]) -> bool:
    """Does the rule of an op on lists treat the numbers of a list alike?  Then it may run on all of them as one array.

    It may use the length of a list, and another row's result, or softmax, of the whole list.
    """
    trace = Trace()                             # equal calls of one trace give the same Tracer

    def keys(*which: int) -> list[list[Any]]:
        args = [ops.Stacked(trace.name(f"x{k}", length=2), 2, [trace.name(f"x{k} {i}") for i in which])
                if a_list else trace.name(f"x{k}") for k, a_list in enumerate(is_list)]
        partials = op.partials(trace.name("z"), *args)
        if len(partials) != sum([len(which) if a_list else 1 for a_list in is_list]):
            return []                           # it used len() where it should iterate
        found = iter(partials)
        parts = [[next(found) for _ in which] if a_list else [next(found)] for a_list in is_list]
        return [[x.number if isinstance(x, Tracer) else repr(x) for x in part] for part in parts]

    both, first, second = keys(0, 1), keys(0), keys(1)
    return bool(first) and all(b == (x + y if a_list else x) and (a_list or x == y)
               for b, x, y, a_list in zip(both, first, second, is_list))


def one_by_one(op: ops.Op, is_list: Sequence[bool]) -> Rule:
    """The rule of an op on lists, run on all numbers of the lists separately: for stacked arrays of any library."""
    def rule(z: Any, *args: Any) -> list[Any]:
        xp = ops.library_of(z)
        found = iter(op.partials(z, *[tuple(x) if a_list else x for x, a_list in zip(args, is_list)]))
        return [xp.stack([xp.zeros_like(z) + next(found) for _ in x]) if a_list else next(found)
                for x, a_list in zip(args, is_list)]

    return rule
