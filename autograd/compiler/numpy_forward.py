"""Blocks as NumPy calls: the forward phase, in place.

In them Z holds a row for every node and a column for every sample, X the inputs' rows once more, laid out sample by
sample, S the scalars (parameters, then constants), P scalars that do not follow each other in S, copied together, G
the gradients of Z's rows and D those of S; U holds gathered rows.  numpy_backward.py writes the backward phase.
"""
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from .blocks import Block, BlockGraph, MatMul, Operand, holds_all
from .differentiate import is_identity
from .numpy_calls import Call, Kind, Placed, RowCalls, View, forward_calls

ADD, MULTIPLY, DOT = (Call(function, ("x", "y"), ("out",)) for function in (np.add, np.multiply, "dot"))
Place = View | np.ndarray                   # of an operand: a view, or the rows of Z to gather


class Factors(NamedTuple):
    """Where W, x and b of a product are; without b where W and x hold it and a row of ones."""
    weights: Operand                        # the scalars in W
    W: View
    x: Place
    b: Place | None


class ForwardCalls:
    """The calls of the forward phase, and the sizes of the arrays that they work in."""

    def __init__(self, graph: BlockGraph) -> None:
        self.graph = graph
        self.forward: list[Placed] = []
        self.backward: list[Placed] = []                      # filled where there is one output
        self.fills: list[tuple[View, float]] = []           # what is in the arrays once and for all
        self.more_rows, self.more_scalars = 0, len(graph.parameters) + len(graph.constants)     # of G, of D
        self.sizes = {"U": 0, "V": 0}                       # rows of each working array
        self.copied: list[np.ndarray] = []                  # the scalars in P
        self.copies = 0
        self.place = np.arange(graph.rows)                  # where a row is found: that of linear(x) is x
        self.is_moved = False
        self.blocks = [block for block in graph.blocks if not self.is_same(block)]
        self.operands = {block: self.placed(block) for block in self.blocks}
        self.places = {block: [self.place_of(a) for a in operands] for block, operands in self.operands.items()
                       if not isinstance(block, MatMul)}
        self.kinds = {block: self.kinds_of(block) for block in self.places}
        self.factors = {block: self.factors_of(block) for block in self.blocks if isinstance(block, MatMul)}
        if self.copied:
            every = np.concatenate(self.copied)
            self.forward.append(take(View("S"), every, View("P")))
        for block in self.blocks:
            self.write_forward(block)

    def text(self) -> tuple[str, dict[str, Any]]:
        """The calls as Python, and the index arrays and functions that it names."""
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
        """Is each row of the block the very row that it takes, as with linear?  Then it is found there."""
        a = block.operands[0]
        if a.is_scalar or not is_identity(block.op) or not set(block.rows).isdisjoint(self.graph.outputs):
            return False
        self.place[block.first:block.first + block.size] = self.place[a.numbers]
        self.is_moved = True
        return True

    def placed(self, block: Block) -> list[Operand]:
        """The operands, with rows where they are found."""
        if not self.is_moved:
            return block.operands
        return [a if a.is_scalar else Operand(False, self.place[a.numbers]) for a in block.operands]

    def place_of(self, a: Operand) -> Place:
        """Where an operand of a row is read."""
        numbers = a.numbers
        if not a.is_scalar:
            return rows_view("Z", numbers) if a.follows else numbers
        first = int(numbers.flat[0])
        if numbers.ndim == 1 and numbers[-1] == first and holds_all(numbers == first):
            return View("S", first, first + 1, (-1, 1))
        return self.scalar_view(a, 1)

    def scalar_view(self, a: Operand, *more: int) -> View:
        """Scalars, with axes of length 1 after theirs: in S where they follow each other, else in P."""
        numbers = a.numbers
        if a.follows:
            return View("S", int(numbers.flat[0]), int(numbers.flat[-1]) + 1, (*numbers.shape, *more))
        self.copied.append(numbers.ravel())
        self.copies += numbers.size
        return View("P", self.copies - numbers.size, self.copies, (*numbers.shape, *more))

    def factors_of(self, block: MatMul) -> Factors:
        """Where W, x and b are."""
        W, x, b = self.operands[block]
        if b.is_scalar and x.follows and (end := int(x.numbers[-1]) + 1) in self.graph.ones:
            with_bias = Operand(True, np.column_stack([block.W, block.b]))
            if with_bias.follows:
                return Factors(with_bias, self.scalar_view(with_bias), View("Z", int(x.numbers[0]), end + 1), None)
        return Factors(W, self.scalar_view(W), rows_view("Z", x.numbers) if x.follows else x.numbers, self.place_of(b))

    # --- calls

    def gathered(self, phase: list[Placed], places: Sequence[Place]) -> list[View]:
        """Views of all places: those that are no views yet are gathered by one call before."""
        scattered = [rows for rows in places if not isinstance(rows, View)]
        if not scattered:
            return list(places)                             # type: ignore[arg-type]
        together = scattered[0].ravel() if len(scattered) == 1 else np.concatenate([rows.ravel() for rows in scattered])
        self.sizes["U"] = max(self.sizes["U"], len(together))
        phase.append(take(View("Z"), together, View("U", 0, len(together))))
        end, found = 0, list[View]()
        for rows in places:
            if not isinstance(rows, View):
                end += rows.size
                rows = View("U", end - rows.size, end, list_shape(rows))
            found.append(rows)
        return found

    def put(self, phase: list[Placed], block: Block, row: RowCalls, names: dict[Any, Any]) -> None:
        """Append a row's calls with the block's views in the names' places, after one that gathers what they read."""
        places = self.places[block]
        names.update(zip([f"x{k}" for k in row.reads], self.gathered(phase, [places[k] for k in row.reads])))
        for name in row.buffers:
            shape: tuple[int | None, ...] = ()
            rows = block.size
            if name[0] in "lc":
                n = max([len(a.numbers) for a in block.operands if a.numbers.ndim == 2])
                rows, shape = n * block.size, (n, block.size, None)
            self.sizes[name] = max(self.sizes.get(name, 0), rows)
            names[name] = View(name, 0, rows, shape)
        phase.append(Placed(row.calls, names))

    def kinds_of(self, block: Block) -> tuple[Kind, ...]:
        """The name of each operand, equal views under one; is it a list's, has it a column for each sample?"""
        first: dict[Any, int] = {}
        return tuple([(f"x{first.setdefault(place, k) if isinstance(place, View) else k}", a.numbers.ndim == 2,
                       not a.is_scalar) for k, (a, place) in enumerate(zip(block.operands, self.places[block]))])

    def write_forward(self, block: Block) -> None:
        z = View("Z", block.first, block.first + block.size)
        if not isinstance(block, MatMul):
            self.put(self.forward, block, forward_calls(block.op, self.kinds[block]), {"z": z})
            return
        _, W, place, b = self.factors[block]
        [x] = self.gathered(self.forward, [place])
        self.forward.append(dot(W, x, z))
        if b is not None:
            self.forward.append(Placed([ADD], {"x": z, "y": self.gathered(self.forward, [b])[0], "out": z}))


def dot(W: View, x: View, out: View) -> Placed:
    """The call out = W x; where W is one number, dot would say that 0 times NaN is 0."""
    return Placed([MULTIPLY if W.end - W.first == 1 else DOT], {"x": W, "y": x, "out": out})


def take(array: View, rows: np.ndarray, out: View) -> Placed:
    """The call that gathers these rows of an array."""
    return Placed([Call("take", ("x", rows, 0, "out", "clip"))], {"x": array, "out": out})


def rows_view(array: str, rows: np.ndarray) -> View:
    """Rows that follow each other."""
    return View(array, int(rows.flat[0]), int(rows.flat[-1]) + 1, list_shape(rows))


def list_shape(rows: np.ndarray) -> tuple[int | None, ...]:
    """The shape of an operand's array: none where it has a row for each of the block's."""
    return (len(rows), rows.shape[1], None) if rows.ndim == 2 else ()
