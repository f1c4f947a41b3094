"""The backward phase as NumPy calls: blocks write the terms of the chain rule, and every row sums those it receives.

Terms for a whole block, as between layers, are written directly into its gradient; others get extra rows after those
of Z, which the receiving rows then gather and sum (segment_sum.py).  Likewise in D, for scalars.
"""
import numpy as np

from .blocks import BlockGraph, MatMul, Operand, holds_all, holds_any
from .differentiate import BlockStep, backward_plan
from .numpy_calls import SUM_EDGES, Call, Placed, View
from .numpy_forward import DOT, ForwardCalls, dot, list_shape
from .numpy_rows import backward_calls
from .segment_sum import SegmentSum

COPY = Call(np.positive, ("x",), ("out",))
BROADCAST_DOT = Call(np.dot, ("x", "y"), ("out",))      # its result is broadcast over the list


class PhaseCalls(ForwardCalls):
    """The calls of both phases, for the gradient of the output in this row."""

    def __init__(self, graph: BlockGraph, output: int) -> None:
        plan = backward_plan(graph)
        super().__init__(graph, plan)
        self.more_rows = graph.rows
        self.at = {block.first: block for block in self.blocks}
        self.gradient_of: dict[int, View] = {}              # a block's first row: its gradient, where another's or in Z
        self.assigned: set[int] = set()                     # first rows of blocks whose gradient is written in place
        self.gathers = np.zeros(graph.rows, dtype=bool)     # rows with terms in the extra rows
        self.targets: list[np.ndarray] = []
        self.sources: list[np.ndarray] = []
        self.scalar_targets: list[np.ndarray] = []
        self.count_uses()
        output = int(self.place[output])
        self.fills.append((View("G", output, output + 1), 1.0))
        self.known = {View("G", output, output + 1): 1.0}   # rows of G that hold a constant
        for step in reversed(plan.steps):
            block = step.block
            if block in self.operands and any(step.wanted):
                self.write_backward(step, block.first <= output < block.first + block.size)
        self.sum_up(plan.trained)

    def count_uses(self) -> None:
        """Mark the rows and the scalars that are used once."""
        rows, scalars = [np.zeros(0, dtype=np.intp)], [np.zeros(0, dtype=np.intp)]
        for block, operands in self.operands.items():
            for a in block.operands if block in self.in_place else operands:
                (scalars if a.is_scalar else rows).append(a.numbers.ravel())
        self.is_used_once = np.bincount(np.concatenate(rows), minlength=self.graph.rows) == 1
        self.is_scalar_used_once = np.bincount(np.concatenate(scalars), minlength=self.more_scalars) == 1

    # --- one block

    def write_backward(self, step: BlockStep, is_output: bool) -> None:
        """Write the calls for a block's terms, if it receives a gradient.

        Where a partial is 1, the term is the block's own gradient, which is not copied.
        """
        block, operands = step.block, self.operands[step.block]
        is_summed = holds_any(self.gathers[block.first:block.first + block.size])
        if not (is_output or is_summed or block.first in self.assigned or block.first in self.gradient_of):
            return
        if is_summed:
            self.sizes["V"] = max(self.sizes["V"], block.size)
            self.backward.append(
                Placed([Call(SUM_EDGES, (block.first, block.size, block.first in self.assigned))], {}))
        g = self.gradient_of.get(block.first) or View("G", block.first, block.first + block.size)
        if isinstance(block, MatMul):
            self.matmul_backward(step, block, g)
            return
        known = self.known.get(g)
        if known is not None and any([a.is_scalar and is_wanted for a, is_wanted in zip(operands, step.wanted)]):
            known = None
        row = backward_calls(block.op, self.kinds[block], step.wanted, known)
        names = {"z": self.z(block), "g": g}
        self.put(self.backward, block, row, names)
        for k, place, is_stacked in row.terms:
            a = block.operands[k] if block in self.in_place else operands[k]
            if a.is_scalar:
                self.sum_over_samples(names[place], a, a.numbers.ndim == 2 and not is_stacked)
            elif isinstance(place, float):                  # constant: written once, beforehand
                self.fills.append((self.destination(a, place), place))
            elif place == f"out{k}":
                if block in self.in_place and g not in self.known:
                    names[place] = self.gradient_of[a.first] = View("G", block.first, block.first + block.size)
                else:
                    names[place] = self.destination(a)
            else:
                self.pass_on(a, names[place])

    def matmul_backward(self, step: BlockStep, block: MatMul, g: View) -> None:
        """Write the calls for dW = g x', db = g summed over the samples, and dx = W' g."""
        weights, rows, *bias = self.operands[block]
        W, x, *_ = self.views[block]
        weights_wanted, rows_wanted, bias_wanted = step.wanted
        if weights_wanted or (not bias and bias_wanted):
            if x.array == "U":
                self.backward.append(self.gather[block])
            elif x.end <= self.graph.given:
                x = View("X", x.first, x.end)               # a row for every sample: a product reads it faster
                self.width = max(self.width, x.end)
            self.backward.append(Placed([DOT], {"x": g, "y": x._replace(is_transposed=True),
                                                "out": self.scalar_destination(weights)}))
        if bias and bias_wanted:
            if bias[0].is_scalar:
                self.sum_over_samples(g, bias[0])
            else:
                self.pass_on(bias[0], g)
        if rows_wanted:
            to = self.destination(rows, and_ones=not bias)      # one extra row is faster than slicing b off [W b]
            self.backward.append(dot(W._replace(is_transposed=True), g, to))

    # --- where gradients go

    def pass_on(self, a: Operand, term: View) -> None:
        """Send a term that exists, such as the block's own gradient where the partial is 1, to a row operand."""
        rows = a.numbers
        if rows.ndim == 1 and self.is_whole(a) and holds_all(self.is_used_once[rows]) and term.array in "GZ":
            self.gradient_of[a.first] = term
        elif term.array == "G":
            sources = np.arange(term.first, term.end)
            self.edge(rows, sources if rows.ndim == 1 else np.broadcast_to(sources, rows.shape))
        else:
            self.backward.append(Placed([COPY], {"x": term, "out": self.destination(a)}))

    def is_whole(self, a: Operand) -> bool:
        """Is the operand a whole block whose gradient is still empty?"""
        first = a.first
        return first in self.at and first not in self.assigned and a.numbers.size == self.at[first].size and a.follows

    def destination(self, a: Operand, constant: float | None = None, and_ones: bool = False) -> View:
        """The view where a block writes its term for rows; and_ones adds the row of ones after them, never read.

        A constant is written there once, so nothing may be added to it.
        """
        rows, size = a.numbers, a.numbers.size
        first = a.first
        if self.is_whole(a) and (constant is None or holds_all(self.is_used_once[rows])):
            self.assigned.add(first)
            if constant is not None:
                self.known[View("G", first, first + size)] = constant
        else:
            first = self.more_rows
            self.more_rows += size + and_ones
            self.edge(rows, np.arange(first, first + size))
        return View("G", first, first + size + and_ones, list_shape(rows))

    def edge(self, rows: np.ndarray, sources: np.ndarray) -> None:
        """Register that rows `sources` of G have to be added to the gradients of `rows`."""
        self.targets.append(rows.ravel())
        self.sources.append(sources.ravel())
        self.gathers[rows] = True

    def sum_over_samples(self, term: View, a: Operand, broadcast: bool = False) -> None:
        """Write the call that sums a term over the samples into the gradient of scalars."""
        self.backward.append(Placed([BROADCAST_DOT if broadcast else DOT], {
            "x": term, "y": View("one"), "out": self.scalar_destination(a)}))

    def scalar_destination(self, a: Operand) -> View:
        """The view where a block writes its term for scalars: in D where no other use of them exists, else after D."""
        numbers, size, first = a.numbers, a.numbers.size, a.first
        if not (a.follows and holds_all(self.is_scalar_used_once[numbers])):
            first = self.more_scalars
            self.more_scalars += size
            self.scalar_targets.append(numbers.ravel())
        return View("D", first, first + size, numbers.shape if numbers.ndim == 2 else ())

    def sum_up(self, trained: np.ndarray) -> None:
        """Write the sums over edges, when all edges are registered."""
        none = np.zeros(0, dtype=np.intp)
        targets, sources = np.concatenate([none, *self.targets]), np.concatenate([none, *self.sources])
        keep = trained[targets]
        self.edges = SegmentSum(self.graph.rows, targets[keep], sources[keep])
        if self.scalar_targets:
            every = np.concatenate(self.scalar_targets)
            self.backward.append(Placed([Call(add_up, ("D", np.unique(every), every, "sent"))], {
                "D": View("D"), "sent": View("D", self.scalars, self.more_scalars)}))


def add_up(D: np.ndarray, rows: np.ndarray, targets: np.ndarray, sent: np.ndarray) -> None:
    """Set D[rows] to the sums of the sent terms; targets names the row of each."""
    D[rows] = 0.0
    np.add.at(D, targets, sent)
