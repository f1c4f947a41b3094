"""Blocks as NumPy calls: the forward phase, in place.

Their arrays: Z has a row for every node and a column for every sample; X holds again the first inputs, those that
products read, a row for every sample; K what the backward phase needs again; S the scalars (parameters, then
constants); P copies of scalars that are not consecutive in S; G the gradients of Z's rows and D those of S; U gathered
rows.  numpy_backward.py writes the backward phase.
"""
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .blocks import Block, BlockGraph, MatMul, Operand, holds_all
from .differentiate import Plan, is_identity, list_length
from .numpy_calls import Call, Placed, View
from .numpy_rows import Kind, RowCalls, forward_calls, reads_only_z
from .vectorize import MOST

NAMES = [f"x{k}" for k in range(MOST)]          # of a row's operands
ADD, MULTIPLY, DOT = (Call(function, ("x", "y"), ("out",)) for function in (np.add, np.multiply, "dot"))


class ForwardCalls:
    """The calls of the forward phase, and the sizes of their arrays."""

    def __init__(self, graph: BlockGraph, plan: Plan | None = None) -> None:
        self.graph = graph
        self.wanted = {step.block: step.wanted for step in plan.steps} if plan else {}
        self.forward: list[Placed] = []
        self.backward: list[Placed] = []                    # filled where there is one output
        self.fills: list[tuple[View, float]] = []           # constants, written once
        self.more_rows, self.more_scalars = 0, len(graph.parameters) + len(graph.constants)     # of G, of D
        self.width = 0                                      # of X
        self.sizes = {"U": 0, "V": 0, "K": 0}               # rows of each working array
        self.kept: dict[Block, dict[str, View]] = {}        # in K: what both phases of a row need
        self.copied: list[np.ndarray] = []                  # the scalars in P
        self.copies = 0
        self.place = np.arange(graph.rows)                  # the row that holds a node's value: for linear(x) that of x
        self.is_moved = False
        self.blocks = [block for block in graph.blocks if not self.is_same(block)]
        self.over = overwritten(graph, self.blocks, self.wanted) if plan else {}    # {v: y}, y computed in place
        self.in_place = set(self.over.values())
        self.operands = {block: self.placed(block) for block in self.blocks}
        self.views: dict[Block, list[View]] = {}            # of each operand; in U where its rows are gathered
        self.gather: dict[Block, Placed] = {}
        self.kinds: dict[Block, tuple[Kind, ...]] = {}      # of the operands of a row; equal views have one name
        for block in self.blocks:
            self.find(block)
        if self.copied:
            every = np.concatenate(self.copied)
            self.forward.append(take(View("S"), every, View("P")))
        for block in self.blocks:
            self.write_forward(block)

    def text(self) -> tuple[str, dict[str, Any]]:
        """The calls as Python source, and the index arrays and functions that it refers to by name."""
        given: dict[str, Any] = {}

        def function(name: str, phase: Sequence[Placed]) -> str:
            lines = [call.line(views, given) for calls, views in phase for call in calls]
            return "\n    ".join([f"def {name}():", *lines, "return"])

        fills = [f"{view}[...] = {number!r}" for view, number in self.fills]
        phases = function("forward", self.forward), function("backward", self.backward)
        return "\n\n".join(["\n".join(fills), *phases]) + "\n", given

    @property
    def scalars(self) -> int:
        """How many scalars there are."""
        return len(self.graph.parameters) + len(self.graph.constants)

    # --- where operands are

    def is_same(self, block: Block) -> bool:
        """Is the block an identity, such as linear?  Its rows are then read where its operand's are."""
        a = block.operands[0]
        if a.is_scalar or not is_identity(block.op) or not set(block.rows).isdisjoint(self.graph.outputs):
            return False
        self.place[block.first:block.first + block.size] = self.place[a.numbers]
        self.is_moved = True
        return True

    def z(self, block: Block) -> View:
        """The view of a block's result."""
        first = self.over.get(block, block).first
        return View("Z", first, first + block.size)

    def placed(self, block: Block) -> list[Operand]:
        """The operands as they are read: [W b] as one where b follows W in S and a row of ones follows x."""
        operands = block.operands
        if block in self.in_place:
            return [Operand(False, block.rows)]
        if self.is_moved:
            operands = [a if a.is_scalar else Operand(False, self.place[a.numbers]) for a in operands]
        if isinstance(block, MatMul):
            _, x, b = operands
            if b.is_scalar and x.follows and x.first + len(x.numbers) in self.graph.ones:
                with_bias = Operand(True, np.column_stack([block.W, block.b]))
                if with_bias.follows:
                    return [with_bias, x]
        return operands

    def find(self, block: Block) -> None:
        """Choose the views of a block's operands: rows that are not consecutive are gathered by one call."""
        operands = self.operands[block]
        found = [self.scalar_view(a) if a.is_scalar else rows_view("Z", a) if a.follows else None for a in operands]
        self.views[block] = views = self.gathered(block, operands, found)
        if isinstance(block, MatMul):
            W, x, *b = views
            self.views[block] = [W._replace(shape=W.shape[:-1]), x if b else x._replace(end=x.end + 1), *b]
            return
        self.kinds[block] = tuple([(NAMES[views.index(view)], list_length(a), not a.is_scalar)
                                   for a, view in zip(operands, views)])

    def gathered(self, block: Block, operands: list[Operand], views: list[View | None]) -> list[View]:
        """The views, those that are missing in U, where one call gathers their rows."""
        if None not in views:
            return views            # type: ignore[return-value]
        scattered = [a.numbers.ravel() for a, view in zip(operands, views) if view is None]
        together = scattered[0] if len(scattered) == 1 else np.concatenate(scattered)
        self.sizes["U"] = max(self.sizes["U"], len(together))
        self.gather[block] = take(View("Z"), together, View("U", 0, len(together)))
        found, end = list[View](), 0
        for a, view in zip(operands, views):
            if view is None:
                view, end = rows_view("U", a, end), end + a.numbers.size
            found.append(view)
        return found

    def scalar_view(self, a: Operand) -> View:
        """The view of scalars: in S where they are one or consecutive, else in P; beside rows with a sample axis."""
        numbers, first, size = a.numbers, a.first, a.numbers.size
        if a.follows:
            return View("S", first, first + size, (*numbers.shape, 1))
        if numbers.ndim == 1 and holds_all(numbers == first):
            return View("S", first, first + 1, (1, 1))
        self.copied.append(numbers.ravel())
        self.copies += size
        return View("P", self.copies - size, self.copies, (*numbers.shape, 1))

    # --- calls

    def put(self, phase: list[Placed], block: Block, row: RowCalls, names: dict[str, View]) -> None:
        """Append a row's calls, bound to the block's views, after the call that gathers their rows."""
        views = self.views[block]
        for k in row.reads:
            names[NAMES[k]] = views[k]
        if block in self.gather and any([views[k].array == "U" for k in row.reads]):
            phase.append(self.gather[block])
        for name in row.buffers:
            size, shape = self.shape(block, name[0] in "lc")
            if size > self.sizes.get(name, 0):
                self.sizes[name] = size
            names[name] = View(name, 0, size, shape)
        if row.kept:
            names |= self.kept[block]
        phase.append(Placed(row.calls, names))

    def keep(self, block: Block, row: RowCalls) -> None:
        """Give every number that a row keeps for the backward phase its rows of K."""
        self.kept[block] = {}
        for name, is_stacked in row.kept.items():
            size, shape = self.shape(block, is_stacked)
            self.kept[block][name] = View("K", self.sizes["K"], self.sizes["K"] + size, shape)
            self.sizes["K"] += size

    def shape(self, block: Block, is_stacked: bool) -> tuple[int, tuple[int | None, ...]]:
        """How many rows a number of a row takes, and the shape of its view; stacked for each number of a list."""
        if not is_stacked:
            return block.size, ()
        n = max([len(a.numbers) for a in block.operands if a.numbers.ndim == 2])
        return n * block.size, (n, block.size, None)

    def write_forward(self, block: Block) -> None:
        z = self.z(block)
        if not isinstance(block, MatMul):
            row = forward_calls(block.op, self.kinds[block], self.wanted.get(block, ()))
            if row.kept:
                self.keep(block, row)
            self.put(self.forward, block, row, {"z": z})
            return
        W, x, *bias = self.views[block]
        if block in self.gather:
            self.forward.append(self.gather[block])
        self.forward.append(dot(W, x, z))
        if bias:
            self.forward.append(Placed([ADD], {"x": z, "y": bias[0], "out": z}))


def overwritten(graph: BlockGraph, blocks: Sequence[Block], wanted: Mapping[Block, tuple[bool, ...]]
                ) -> dict[Block, Block]:
    """The products v = W x + b that only one y = φ(v) reads, and whose φ' is one of y: {v: y}, computed in y's place.

    Both then have y's rows, half as many numbers to keep in the cache.
    """
    products = {block.first: block for block in blocks if isinstance(block, MatMul)}
    if not products:
        return {}
    rows = [a.numbers.ravel() for block in graph.blocks for a in block.operands if not a.is_scalar]
    uses = np.bincount(np.concatenate([*rows, graph.outputs]), minlength=graph.rows)        # by identities too
    found: dict[Block, Block] = {}
    for y in blocks:
        a = y.operands[0]
        v = None if a.is_scalar or len(y.operands) > 1 else products.get(a.first)
        if v and y.size == v.size and wanted[y] == (True,) and list_length(a) == 0 and a.follows and holds_all(
                uses[v.first:v.first + v.size] == 1) and reads_only_z(y.op):
            found[v] = y
    return found


def dot(W: View, x: View, out: View) -> Placed:
    """The call out = W x; multiply where W is one number, because dot gives 0 for 0 times NaN."""
    return Placed([MULTIPLY if W.end - W.first == 1 else DOT], {"x": W, "y": x, "out": out})


def take(array: View, rows: np.ndarray, out: View) -> Placed:
    """The call that gathers these rows of an array."""
    return Placed([Call("take", ("x", rows, 0, "out", "clip"))], {"x": array, "out": out})


def rows_view(array: str, a: Operand, first: int | None = None) -> View:
    """The view of an operand's rows, in its shape: in an array from `first` on, by default where they are in Z."""
    first = a.first if first is None else first
    return View(array, first, first + a.numbers.size, list_shape(a.numbers))


def list_shape(rows: np.ndarray) -> tuple[int | None, ...]:
    """The shape of an operand's view: (length, rows, samples) for a list, () for one row for each of the block's."""
    return (*rows.shape, None) if rows.ndim == 2 else ()
