"""The graph recorded for one sample, re-rolled: like nodes of one level become the rows of a block.

Chains of x and + written by hand become weighted sums first; weighted sums that share their inputs become one matrix
product v = W x + b.  What has no layers is grouped all the same: its arguments are then gathered, row by row.
"""
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import ops
from ..backprop import wengert_list
from ..value import Constant, Value, plain

Call = tuple[ops.Op, tuple[Any, ...]]           # an operation and its arguments: Values, numbers, tuples of them


@dataclass(eq=False)
class Argument:
    """What a block takes in one place: for each of its rows the number of a row or of a scalar.

    In the place of a list the numbers are (length of the list, rows of the block).
    """
    is_scalar: bool
    numbers: np.ndarray


@dataclass(eq=False)
class Block:
    """Rows first to first + size: op of the arguments' rows."""
    op: ops.Op
    arguments: list[Argument]
    first: int
    size: int


@dataclass(eq=False)
class Product(Block):
    """Rows first to first + size: W x + b, for scalars W (size, n) and b (size,) and the rows x (n,) that all share."""

    @property
    def W(self) -> np.ndarray:
        return self.arguments[0].numbers

    @property
    def x(self) -> np.ndarray:
        return self.arguments[1].numbers

    @property
    def b(self) -> np.ndarray:
        return self.arguments[2].numbers


@dataclass(eq=False)
class Blocks:
    """The re-rolled graph: blocks in an order in which they can be run, and what rows and scalars stand for."""
    blocks: list[Block]
    inputs: list[int]                           # the row of each input
    outputs: list[int]                          # the row of each output
    ones: list[int]                             # rows of ones: they take the bias into the product [W b][x; 1]
    rows: int
    parameters: list[Value]                     # the first scalars; constants, plain numbers among them, come after
    constants: list[float]


def reroll(outputs: Sequence[Value], inputs: Sequence[Value]) -> Blocks:
    """The blocks of the graph that outputs depend on, when inputs vary from sample to sample."""
    tape = wengert_list(outputs[0]) if len(outputs) == 1 else joint_tape(outputs)
    return Builder(tape, outputs, inputs).blocks()


def joint_tape(outputs: Sequence[Value]) -> list[Value]:
    """Every node that one of the outputs depends on, parents before children."""
    return list(dict.fromkeys(node for output in outputs for node in wengert_list(output)))


@dataclass(eq=False)
class Group:
    """Calls that will be one block."""
    op: ops.Op
    pattern: tuple[Any, ...]                    # for each argument whether it is a scalar; for a product the shared x
    calls: list[tuple[Value, tuple[Any, ...]]]

    @property
    def is_product(self) -> bool:
        return self.op is ops.weighted_sum and isinstance(self.pattern[0], Value)

    def is_mixed(self, place: int) -> bool:
        """Is there a list with rows and scalars both in this place?"""
        kinds = () if self.is_product else self.pattern[place]
        return type(kinds) is tuple and len(set(kinds)) > 1


class Builder:
    """Numbers the rows and the scalars while it groups the calls."""

    def __init__(self, tape: Sequence[Value], outputs: Sequence[Value], inputs: Sequence[Value]) -> None:
        self.outputs, self.inputs, self.is_input = outputs, inputs, set(inputs)
        self.row: dict[Any, int] = {}
        self.rows, self.ones = 0, list[int]()
        self.calls = self.summed(tape, Counter(outputs))
        self.parameter_number: dict[Value, int] = {}
        self.constant_number: dict[Any, int] = {}
        for _, args in self.calls.values():
            for x in ops.flat(args):
                if isinstance(x, Value) and self.is_scalar(x) and not isinstance(x, Constant):
                    self.parameter_number.setdefault(x, len(self.parameter_number))

    def is_scalar(self, x: Any) -> bool:
        """Is it the same for every sample: a leaf that is not an input, or a plain number?"""
        return not isinstance(x, Value) or (x._op is None and x not in self.is_input)

    def summed(self, tape: Sequence[Value], uses: Counter[Value]) -> dict[Value, Call]:
        """Each interior node's operation and arguments, chains of + put together: w x + w x + b is a weighted sum."""
        for node in tape:
            uses.update(node.parents)
        calls: dict[Value, Call] = {}
        chains: dict[Value, list[Value]] = {}
        for node in tape:
            if node._op is ops.add:
                terms: list[Value] = []
                for parent in node.parents:
                    if parent in chains and uses[parent] == 1:
                        del calls[parent]
                        inner = chains.pop(parent)
                        terms = inner if not terms else terms + inner
                    else:
                        terms.append(parent)
                chains[node] = terms
            if node._op is not None:
                calls[node] = node._op, node.arguments
        for node, terms in chains.items():
            calls[node] = self.sum_of(terms, calls, uses)
        return calls

    def sum_of(self, terms: Sequence[Value], calls: dict[Value, Call], uses: Counter[Value]) -> Call:
        """A weighted sum, where the terms are products with a scalar each and at most one scalar; else a sum."""
        w, x, b, others = [], [], [], []
        for term in terms:
            op, args = calls.get(term, (None, ()))
            if self.is_scalar(term):
                b.append(term)
            elif op is ops.mul and uses[term] == 1 and self.is_scalar(args[0]) != self.is_scalar(args[1]):
                first_is_w = self.is_scalar(args[0])
                w.append(args[not first_is_w])
                x.append(args[first_is_w])
            else:
                others.append(term)
        if w and not others and len(b) <= 1:
            for term in terms:
                calls.pop(term, None)
            return ops.weighted_sum, (tuple(w), tuple(x), b[0] if b else 0.0)
        return (ops.add, tuple(terms)) if len(terms) == 2 else (ops.total, (tuple(terms),))

    def grouped(self) -> list[Group]:
        """The calls of one level, one operation and one pattern of scalars together; products by the x they share."""
        level: dict[Value, int] = {}
        groups: dict[Any, Group] = {}
        for node, (op, args) in self.calls.items():
            level[node] = 1 + max((level.get(x, 0) for x in ops.flat(args) if isinstance(x, Value)), default=0)
            pattern: Any = tuple([tuple(map(self.is_scalar, x)) if type(x) is tuple else self.is_scalar(x)
                                  for x in args])
            if op is ops.weighted_sum and pattern[2]:
                if not any(pattern[0]) and all(pattern[1]):
                    args, pattern = (args[1], args[0], args[2]), (pattern[1], pattern[0], True)
                if all(pattern[0]) and not any(pattern[1]):
                    pattern = args[1]                       # the same x: rows of one matrix product
            groups.setdefault((level[node], op, pattern), Group(op, pattern, [])).calls.append((node, args))
        return [groups[key] for key in sorted(groups, key=lambda key: key[0])]

    def blocks(self) -> Blocks:
        """Group the calls, number the rows, and look every argument's numbers up."""
        groups = self.grouped()
        shared = {group.pattern for group in groups if group.is_product}
        first = next((x for x in shared if self.is_input.issuperset(x) and len(set(x)) == len(x)), ())
        self.number_rows(first, bool(first))
        self.number_rows([x for x in dict.fromkeys(self.inputs) if x not in first], False)
        blocks = []
        mixed = dict.fromkeys(x for group in groups for place in range(len(group.calls[0][1])) if group.is_mixed(place)
                              for _, args in group.calls for x in args[place] if self.is_scalar(x))
        mixed |= dict.fromkeys(y for y in self.outputs if self.is_scalar(y))
        if mixed:                                           # scalars in a list beside rows: as rows of their own
            blocks.append(Block(ops.linear, [Argument(True, self.numbers(True, list(mixed)))], self.rows, len(mixed)))
            self.number_rows(list(mixed), False)
        for group in groups:
            nodes = tuple(node for node, _ in group.calls)
            kind = Product if group.is_product else Block
            columns = zip(*[args for _, args in group.calls])
            blocks.append(kind(group.op, [self.column(group, place, list(column)) for place, column in
                                          enumerate(columns)], self.rows, len(nodes)))
            self.number_rows(nodes, nodes in shared)
        return Blocks(blocks, [self.row[x] for x in self.inputs], [self.row[y] for y in self.outputs], self.ones,
                      self.rows, list(self.parameter_number), [plain(x) for x in self.constant_number])

    def number_rows(self, nodes: Sequence[Any], then_ones: bool) -> None:
        """The next rows are these nodes', and the one after them holds ones if so wanted."""
        for node in nodes:
            self.row[node] = self.rows
            self.rows += 1
        if then_ones:
            self.ones.append(self.rows)
            self.rows += 1

    def column(self, group: Group, place: int, column: list[Any]) -> Argument:
        """One place of all calls of a group."""
        if group.is_product and place == 1:
            return Argument(False, self.numbers(False, group.pattern))
        if type(column[0]) is not tuple:
            is_scalar = self.is_scalar(column[0])
            return Argument(is_scalar, self.numbers(is_scalar, column))
        is_scalar = not group.is_mixed(place) and self.is_scalar(column[0][0])
        numbers = [self.numbers(is_scalar, x) for x in column]
        return Argument(is_scalar, np.array(numbers) if group.is_product else np.array(numbers).T)

    def numbers(self, is_scalar: bool, xs: Sequence[Any]) -> np.ndarray:
        """The numbers of rows, or of scalars."""
        return np.array([self.scalar_number(x) for x in xs] if is_scalar else [self.row[x] for x in xs], dtype=np.intp)

    def scalar_number(self, x: Any) -> int:
        """A parameter's place, or a constant's after all parameters; equal plain numbers share one."""
        if x in self.parameter_number:
            return self.parameter_number[x]
        return len(self.parameter_number) + self.constant_number.setdefault(x, len(self.constant_number))
