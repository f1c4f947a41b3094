"""Vectorization: equal operations on one level of the graph of one sample become the rows of a block.

Chains of x and + written by hand become weighted sums first; weighted sums that share their inputs become one matrix
product v = W x + b.  Graphs without layers are grouped in the same way: their operands are then gathered, row by row.
"""
import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain, count, pairwise, repeat
from typing import Any

import numpy as np

from .. import ops
from ..backprop import wengert_list
from ..value import Constant, Value, plain
from .blocks import Block, BlockGraph, MatMul, Operand, follow

ADD, MUL, LEAF = range(3)   # codes of operations; a leaf has none
MOST = 8                    # operands of an operation, at most
LONG = 6                    # terms: a sum of this length or more becomes one total; a shorter one stays additions


def vectorize(outputs: Sequence[Value], inputs: Sequence[Value], tape: Sequence[Value] | None = None) -> BlockGraph:
    """The blocks of the graph that outputs depend on, when inputs vary from sample to sample."""
    return Vectorizer(joint_tape(outputs) if tape is None else tape, outputs, inputs).blocks()


def joint_tape(outputs: Sequence[Value]) -> list[Value]:
    """Every node that one of the outputs depends on, parents before children."""
    if len(outputs) == 1:
        return wengert_list(outputs[0])
    return list(dict.fromkeys(node for output in outputs for node in wengert_list(output)))


@dataclass(eq=False)
class Group:
    """Calls that become one block: the nodes' numbers and, for each operand, the arguments' numbers.

    For a list their shape is (calls, length of the list); for the shared x of a product (n,).  `scalars` counts the
    scalars among them.
    """
    level: int
    op: ops.Op
    nodes: np.ndarray
    places: list[np.ndarray]
    is_product: bool = False
    scalars: list[int] = field(default_factory=list)


class Vectorizer:
    """Works on numbers in place of nodes: first those of the tape, then unused inputs, then plain numbers in lists.

    A graph of a million nodes is then a few arrays, and only operations on lists are visited one by one.
    """

    def __init__(self, tape: Sequence[Value], outputs: Sequence[Value], inputs: Sequence[Value]) -> None:
        self.leaves: list[Any] = list(tape)                 # the node, or plain number, of each number
        self.number: dict[Any, int] = dict(zip(self.leaves, range(len(self.leaves))))
        self.inputs = [self.number_of(x) for x in inputs]
        self.outputs = [self.number[y] for y in outputs]
        self.read(tape)
        self.find_scalars()
        self.fold_sums()

    def number_of(self, x: Any) -> int:
        """The number assigned to a node or a plain number; equal plain numbers share one."""
        key = x if isinstance(x, Value) else (x, math.copysign(1.0, x))     # 0.0 == -0.0, but 1/x tells them apart
        if key not in self.number:
            self.number[key] = len(self.leaves)
            self.leaves.append(x)
        return self.number[key]

    def read(self, tape: Sequence[Value]) -> None:
        """Read the operations and edges: arrays for nodes of one or two parents, `lists` for the others."""
        n, number_of, none = len(tape), self.number.get, repeat(-1)
        code: Any = defaultdict(count(LEAF + 1).__next__, {ops.add: ADD, ops.mul: MUL, None: LEAF})    # others: next
        self.op_of = np.fromiter(map(code.__getitem__, [node._op for node in tape]), np.intp, n)
        self.ops: list[Any] = list(code)
        self.op_of[self.op_of == LEAF] = -1
        self.x_of = np.fromiter(map(number_of, [node._a for node in tape], none), np.intp, n)
        self.y_of = np.fromiter(map(number_of, [node._b for node in tape], none), np.intp, n)
        of_lists = (self.op_of >= 0) & (self.x_of < 0)      # their edges are in tuples
        self.lists: dict[int, tuple[Any, tuple[Any, ...]]] = {
            i: (tape[i]._op, self.numbered(tape[i])) for i in np.flatnonzero(of_lists).tolist()}
        flat = list(chain.from_iterable([ops.flat(args) for _, args in self.lists.values()]))
        ends = np.concatenate([self.x_of, self.y_of, np.array(self.outputs + flat, dtype=np.intp)])
        self.uses = np.bincount(ends[ends >= 0], minlength=len(self.leaves))

    def numbered(self, node: Value) -> tuple[Any, ...]:
        """The numbers assigned to a node's arguments, those of a list as a tuple."""
        number, parents = self.number, iter(node.parents)
        args: list[Any] = []
        for part in node._b:
            if type(part) is not tuple:
                args.append(number[next(parents)] if part is None else self.number_of(part))
            else:
                args.append(tuple([number[next(parents)] if x is None else self.number_of(x) for x in part]))
        return tuple(args)

    def find_scalars(self) -> None:
        """Mark the scalars, which are the same for every sample: leaves that are no inputs, and plain numbers."""
        self.is_scalar = np.ones(len(self.leaves), dtype=bool)
        self.is_scalar[:len(self.op_of)] = self.op_of < 0
        self.is_scalar[self.inputs] = False
        self.is_constant = np.zeros(len(self.leaves), dtype=bool)
        for i in np.flatnonzero(self.is_scalar).tolist():
            self.is_constant[i] = not isinstance(self.leaves[i], Value) or isinstance(self.leaves[i], Constant)

    # --- chains of x and +, written by hand

    def fold_sums(self) -> None:
        """Replace w x + w x + b by one weighted sum, a long sum by one total; mark the replaced nodes."""
        self.gone = np.zeros(len(self.op_of), dtype=bool)
        is_add = self.op_of == ADD
        is_term = np.zeros(len(self.leaves), dtype=bool)    # a term of a sum, not used elsewhere
        is_term[self.x_of[is_add]] = is_term[self.y_of[is_add]] = True
        is_term &= self.uses == 1
        is_part = np.zeros(len(self.leaves), dtype=bool)
        is_part[:len(is_add)] = is_add & is_term[:len(is_add)]
        is_product = np.zeros(len(self.leaves), dtype=bool)
        is_product[:len(is_add)] = ((self.op_of == MUL) & is_term[:len(is_add)]
                                    & (self.is_scalar[self.x_of] != self.is_scalar[self.y_of]))
        x, y = np.maximum(self.x_of, 0), np.maximum(self.y_of, 0)
        roots = np.flatnonzero(is_add & ~is_part[:len(is_add)]
                               & (is_part[x] | is_part[y] | is_product[x] & (is_product[y] | self.is_scalar[y])
                                  | is_product[y] & self.is_scalar[x]))
        self.part, self.product, self.scalar = is_part.tolist(), is_product.tolist(), self.is_scalar.tolist()
        self.x, self.y = self.x_of.tolist(), self.y_of.tolist()
        for root in roots.tolist():
            self.fold(root)

    def fold(self, root: int) -> None:
        """Fold one chain: a weighted sum of products with a scalar and at most one scalar, else a total if long."""
        terms, sums, stack = [], [], [self.y[root], self.x[root]]
        while stack:
            i = stack.pop()
            if self.part[i]:
                sums.append(i)
                stack += (self.y[i], self.x[i])
            else:
                terms.append(i)
        products = [i for i in terms if self.product[i]]
        biases = [i for i in terms if self.scalar[i]]
        if products and len(products) + len(biases) == len(terms) and len(biases) <= 1:
            pairs = [(self.x[i], self.y[i]) if self.scalar[self.x[i]] else (self.y[i], self.x[i]) for i in products]
            w, x = zip(*pairs)
            self.lists[root] = ops.weighted_sum, (w, x, biases[0] if biases else self.plain(0.0))
            self.gone[products] = True
        elif len(terms) >= LONG:
            self.lists[root] = ops.total, (tuple(terms),)
        else:
            return
        self.gone[sums] = True

    def plain(self, x: float) -> int:
        """The number assigned to a plain number, which may be new to the graph."""
        i = self.number_of(x)
        if i == len(self.is_scalar):
            self.is_scalar = np.append(self.is_scalar, True)
            self.is_constant = np.append(self.is_constant, True)
            self.uses = np.append(self.uses, 1)
            self.scalar.append(True)
        return i

    # --- groups

    def levels(self) -> list[int]:
        """The level of each node: the length of the longest path from a leaf."""
        level = [0] * (len(self.leaves) + 1)                # the last, at index -1, is for missing arguments
        is_gone = (self.gone | (self.op_of < 0)).tolist()
        for i in self.lists:
            is_gone[i] = None
        for i, (gone, x, y) in enumerate(zip(is_gone, self.x, self.y)):
            if gone is False:
                a, b = level[x], level[y]
                level[i] = 1 + (a if a > b else b)
            elif gone is None:
                level[i] = 1 + max(map(level.__getitem__, ops.flat(self.lists[i][1])))
        return level

    def groups(self) -> list[Group]:
        """The calls grouped by level and operation; products also by their shared x."""
        level = self.levels()
        groups = [*self.groups_of_few(np.array(level)), *self.groups_of_lists(level)]
        for group in groups:
            group.scalars = [int(np.count_nonzero(self.is_scalar[x])) for x in group.places]
        return sorted(groups, key=lambda group: (group.level, group.nodes[0]))

    def groups_of_few(self, level: np.ndarray) -> Iterable[Group]:
        """Groups of operations on one or two numbers; those with a constant operand, as in 1 - y, are kept apart."""
        of_lists = np.zeros(len(self.op_of), dtype=bool)
        of_lists[list(self.lists)] = True
        nodes = np.flatnonzero((self.op_of >= 0) & ~self.gone & ~of_lists)
        if not len(nodes):
            return
        x, y = self.x_of[nodes], self.y_of[nodes]
        key = ((level[nodes] * len(self.ops) + self.op_of[nodes]) * 2 + self.is_constant[x]) * 2 + (
            (y >= 0) & self.is_constant[y])
        order = np.argsort(key, kind="stable")
        nodes, x, y = nodes[order], x[order], y[order]
        bounds = (np.flatnonzero(np.diff(key[order])) + 1).tolist()
        for first, end in pairwise([0, *bounds, len(nodes)]):
            i, part = int(nodes[first]), slice(first, end)
            yield Group(int(level[i]), self.ops[self.op_of[i]], nodes[part],
                        [x[part], y[part]] if y[first] >= 0 else [x[part]])

    def groups_of_lists(self, level: Sequence[int]) -> Iterable[Group]:
        """Groups of operations on lists of the same lengths, with scalars in the same places."""
        found: dict[Any, list[tuple[int, tuple[Any, ...]]]] = {}
        is_scalar = self.is_scalar.tolist()
        for i, (op, args) in sorted(self.lists.items()):
            pattern: Any = tuple([tuple([is_scalar[k] for k in x]) if type(x) is tuple else is_scalar[x]
                                  for x in args])
            shared: Any = ()
            if op is ops.weighted_sum:
                if not any(pattern[0]) and all(pattern[1]):
                    args, pattern = (args[1], args[0], args[2]), (pattern[1], pattern[0], pattern[2])
                if all(pattern[0]) and not any(pattern[1]):
                    shared = args[1]                        # of a matrix product: rows with the same x
            found.setdefault((level[i], op, pattern, shared), []).append((i, args))
        alone: dict[Any, list[Any]] = {}
        for key in found:
            if key[3] and len(found[key]) == 1:
                alone.setdefault(key[:3], []).append(key)
        for keys in alone.values():
            if len(keys) > 1:                               # not a layer: each has its own x
                found[(*keys[0][:3], ())] = [call for key in keys for call in found.pop(key)]
        for (at, op, _, shared), calls in found.items():
            nodes = np.array([i for i, _ in calls])
            columns = [np.array(shared if shared and place == 1 else column, dtype=np.intp)
                       for place, column in enumerate(zip(*[args for _, args in calls]))]
            yield Group(at, op, nodes, columns, bool(shared))

    # --- rows, scalars, blocks

    def blocks(self) -> BlockGraph:
        """The block graph: group the calls, number the rows and the scalars, and look up every argument's numbers."""
        groups = self.groups()
        self.number_scalars(groups)
        self.row = np.full(len(self.leaves), -1)
        self.rows, self.ones = 0, list[int]()
        shared = dict.fromkeys(tuple(group.places[1].tolist()) for group in groups if group.is_product)
        self.number_inputs(shared)
        given = self.rows
        found = self.scalars_beside_rows(groups)
        for group in groups:
            nodes = group.nodes
            arguments = [self.argument(x, n == x.size) for x, n in zip(group.places, group.scalars)]
            if group.is_product:
                arguments[0].numbers = arguments[0].numbers.T
                found.append(MatMul(group.op, arguments, self.rows, len(nodes)))
            else:
                if len(nodes) > 1 and not all(follow(a.numbers) for a in arguments):
                    # most used first: see segment_sum.py
                    order = np.argsort(-self.uses[nodes], kind="stable")
                    nodes = nodes[order]
                    for a in arguments:
                        a.numbers = a.numbers.take(order, -1)
                found.append(Block(group.op, arguments, self.rows, len(nodes)))
            self.number_rows(nodes, tuple(nodes.tolist()) in shared)
        return BlockGraph(found, self.row[self.inputs].tolist(), self.row[self.outputs].tolist(), self.ones, given,
                      self.rows, self.parameters, self.constants)

    def number_inputs(self, shared: Iterable[tuple[int, ...]]) -> None:
        """Number the inputs' rows: first the x of a product, with its row of ones, then the others."""
        inputs = set(self.inputs)
        x = next((x for x in shared if inputs.issuperset(x) and len(set(x)) == len(x)), ())
        inputs.difference_update(x)
        self.number_rows(x, bool(x))
        self.number_rows([i for i in self.inputs if i in inputs], False)

    def scalars_beside_rows(self, groups: Sequence[Group]) -> list[Block]:
        """A block that copies scalars to rows, where an operand mixes them with rows, or where they are outputs."""
        mixed = [x.ravel() for group in groups for x, n in zip(group.places, group.scalars) if 0 < n < x.size]
        beside = np.unique(np.concatenate([*mixed, np.array(self.outputs, dtype=np.intp)]))
        beside = beside[self.is_scalar[beside]]
        if not len(beside):
            return []
        block = Block(ops.linear, [Operand(True, self.scalar_of[beside])], self.rows, len(beside))
        self.number_rows(beside, False)
        return [block]

    def argument(self, numbers: np.ndarray, is_scalar: bool) -> Operand:
        """One operand of a group, with row or scalar numbers."""
        return Operand(is_scalar, (self.scalar_of if is_scalar else self.row)[numbers].T)

    def number_rows(self, nodes: Any, then_ones: bool) -> None:
        """Give the next rows to these nodes, and with then_ones the row after them to ones."""
        self.row[np.asarray(nodes, dtype=np.intp)] = np.arange(self.rows, self.rows + len(nodes))
        self.rows += len(nodes)
        if then_ones:
            self.ones.append(self.rows)
            self.rows += 1

    def number_scalars(self, groups: Sequence[Group]) -> None:
        """Number the scalars: parameters in the order of first use on the tape, then constants."""
        met = [np.array(self.outputs, dtype=np.intp)]
        at = [np.full(len(self.outputs), MOST * len(self.op_of))]
        for group in groups:
            for place, (x, n) in enumerate(zip(group.places, group.scalars)):
                if n:
                    met.append(x.ravel())
                    at.append(np.repeat(group.nodes, x.size // len(group.nodes)) * MOST + place)
        numbers, when = np.concatenate(met), np.concatenate(at)
        is_scalar = self.is_scalar[numbers]
        numbers = numbers[is_scalar][np.argsort(when[is_scalar], kind="stable")]
        unique, first = np.unique(numbers, return_index=True)
        ordered = unique[np.argsort(first)]
        is_constant = self.is_constant[ordered]
        ordered = np.concatenate([ordered[~is_constant], ordered[is_constant]])
        self.scalar_of = np.full(len(self.leaves), -1)
        self.scalar_of[ordered] = np.arange(len(ordered))
        n = int((~is_constant).sum())
        self.parameters = [self.leaves[i] for i in ordered[:n].tolist()]
        self.constants = [plain(self.leaves[i]) for i in ordered[n:].tolist()]
