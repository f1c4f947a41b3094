"""The backward phase of the text: every block writes what it sends over its edges, every row sums what it receives.

What a block sends to a whole block is written right into its gradient, as with layers; else it gets rows of its own
past those of Z, and the rows that it belongs to gather it (segment_sum.py).  D is treated likewise.
"""
import numpy as np

from .blocks import Block, BlockGraph, MatMul, Operand, follow
from .differentiate import BlockStep, Rule, backward_plan
from .numpy_forward import ForwardSource
from .segment_sum import SegmentSum
from .trace import Number, Tracer, name_of


class NumpySource(ForwardSource):
    """The text of both phases, for the gradient of the output in this row."""

    def __init__(self, program: BlockGraph, output: int) -> None:
        super().__init__(program)
        self.more_rows = program.rows
        self.source_of = np.arange(program.rows)            # the row of G that holds a row's gradient
        self.targets: list[np.ndarray] = []
        self.sources: list[np.ndarray] = []
        self.scalar_targets: list[np.ndarray] = []
        self.assigned: set[int] = set()
        self.plan = backward_plan(program)
        self.trained = self.plan.trained
        self.count_uses()
        self.output = int(self.place[output])
        self.summed = 0                                     # the most rows that are summed up at a time
        self.reached = np.zeros(program.rows, dtype=bool)
        self.gathers = np.zeros(program.rows, dtype=bool)    # by an edge from rows past those of Z
        self.reached[self.output] = True
        self.known: dict[int, float] = {self.output: 1.0}   # rows of G that hold one number for every sample
        self.bind.append(f"G[{self.output}] = 1.0")         # nothing else is ever written there
        written = set(self.blocks)
        for step in reversed(self.plan.steps):
            block = step.block
            if block in written and any(step.wanted) and self.reached[block.rows].any():
                self.write_backward(step)
        self.sum_up()

    def count_uses(self) -> None:
        """How many edges lead to each row and to each scalar."""
        rows, scalars = [np.zeros(0, dtype=np.intp)], [np.zeros(0, dtype=np.intp)]
        for block in self.blocks:
            for a in block.operands:
                (scalars if a.is_scalar else rows).append(a.numbers.ravel())
        self.row_uses = np.bincount(self.place[np.concatenate(rows)], minlength=self.program.rows)
        self.scalar_uses = np.bincount(np.concatenate(scalars), minlength=self.more_scalars)

    # --- one block

    def write_backward(self, step: BlockStep) -> None:
        """The lines that send a block's terms: a partial of 1 sends its own gradient on, wherever that is."""
        block = step.block
        first = int(self.source_of[block.first])
        if self.gathers[block.rows].any():
            self.backward.append(f"{self.sums(block)}()")
        own = np.arange(first, first + block.size)
        if isinstance(block, MatMul):
            self.matmul_backward(step, block, self.view("G", own), own)
            return
        lines: list[str] = []
        operands = self.arguments(block.operands, lines)
        gradient = self.known_gradient(step, own)
        g = self.trace.name(self.view("G", own)) if gradient is None else gradient
        rule = step.rule if step.is_batched else self.named_rule(step, lines)
        terms = [(block.operands[k], term) for k, term in
                 step.terms(self.trace.name(self.view("Z", block.rows)), operands, g, rule)]
        terms = [(a, term) for a, term in terms if not (is_same(term, g) and not a.is_scalar and self.pass_on(a, own))]
        for a, term in terms:
            if not isinstance(term, Tracer):                # a number: it is there once and for all
                self.bind.append(f"{self.destination(a, constant=float(term))}[...] = {term!r}")
        terms = [(a, term) for a, term in terms if isinstance(term, Tracer)]
        writer = self.writer(block)
        places = writer.write([(term, None if a.is_scalar else self.destination(a)) for a, term in terms])
        named = [name_of(x) for x in operands if not x.args]
        if not step.is_batched or any(name in line for line in writer.lines for name in named):
            self.backward += lines                          # they are needed: what they name is read
        self.backward += writer.lines
        for (a, term), place in zip(terms, places):
            if a.is_scalar:
                self.sum_over_samples(place, a, broadcast=a.numbers.ndim == 2 and not term.is_stacked)

    def known_gradient(self, step: BlockStep, own: np.ndarray) -> float | None:
        """The gradient of the block's rows where it is one number always, as that of the output and of its terms."""
        first = self.known.get(int(own[0]))
        if first is None or any(a.is_scalar and is_wanted for a, is_wanted in zip(step.block.operands, step.wanted)):
            return None
        return first if all(self.known.get(row) == first for row in own.tolist()) else None

    def named_rule(self, step: BlockStep, lines: list[str]) -> Rule:
        """A rule that calls the step's own when the text runs, and names what it returns."""
        def rule(z: Tracer, *operands: Tracer) -> list[Tracer]:
            found = self.name("p", f"[None] * {len(operands)}")
            names = ", ".join(map(name_of, (z, *operands)))
            lines.append(f"{found}[:] = {self.given('f', step.rule)}({names})")
            return [self.trace.name(f"{found}[{k}]", x.length) for k, x in enumerate(operands)]

        return rule

    def matmul_backward(self, step: BlockStep, block: MatMul, g: str, own: np.ndarray) -> None:
        """dW = g x', db = g summed over the samples, dx = W' g."""
        W, x, has_bias = self.factors(block)
        weights, rows, bias = block.operands
        weights_wanted, rows_wanted, bias_wanted = step.wanted
        if has_bias:
            weights = Operand(True, np.column_stack([block.W, block.b]))
        if weights_wanted or (has_bias and bias_wanted):
            self.backward.append(f"{g}.dot({self.samples(block, x, has_bias)}, {self.scalar_destination(weights)})")
        if not has_bias and bias_wanted:
            if bias.is_scalar:
                self.sum_over_samples(g, bias)
            else:
                self.pass_on(bias, own)
        if rows_wanted:
            to = self.destination(rows, and_ones=has_bias)  # one row more is faster than [W b] without its last column
            self.backward.append(self.dot(block, self.part("w", W, ".T"), g, to, has_bias))

    def samples(self, block: MatMul, x: str, has_bias: bool) -> str:
        """x': of inputs the copy that has a row for every sample, which a product reads faster."""
        rows = self.place[block.x]
        if x.isidentifier() and rows[-1] + has_bias < self.program.given:
            return self.name("x", f"X[:, {rows[0]}:{rows[-1] + 1 + has_bias}]")
        return self.part("x", x, ".T")

    # --- where gradients go

    def pass_on(self, a: Operand, own: np.ndarray) -> bool:
        """The partial is 1: what is sent is the block's own gradient, wherever that is."""
        rows = self.place[a.numbers]
        if rows.ndim == 1 and self.is_whole(rows) and (self.row_uses[rows] == 1).all():
            self.source_of[rows] = own
            self.reached[rows] = True
        else:
            self.edge(rows, np.broadcast_to(own, rows.shape))
        return True

    def is_whole(self, rows: np.ndarray) -> bool:
        """Are these a whole block, and nothing is in its gradient yet?"""
        i = int(self.owner[rows.flat[0]])
        block = self.program.blocks[i]
        return (i >= 0 and i not in self.assigned and rows.flat[0] == block.first and rows.size == block.size
                and follow(rows))

    def destination(self, a: Operand, constant: float | None = None, and_ones: bool = False) -> str:
        """Where a block writes what it sends to rows, and to the row of ones after them, which nobody reads.

        A constant is written there once: nothing may be added to it.
        """
        rows = self.place[a.numbers]
        if self.is_whole(rows) and (constant is None or (self.row_uses[rows] == 1).all()):
            self.assigned.add(int(self.owner[rows.flat[0]]))
            self.reached[rows] = True
            if constant is not None:
                self.known.update(dict.fromkeys(rows.ravel().tolist(), constant))
            return self.view("G", np.arange(rows.flat[0], rows.flat[-1] + 2) if and_ones else rows)
        sent = np.arange(self.more_rows, self.more_rows + rows.size).reshape(rows.shape)
        self.more_rows += rows.size + and_ones
        self.edge(rows, sent)
        return self.view("G", np.arange(sent[0], sent[-1] + 2) if and_ones else sent)

    def edge(self, rows: np.ndarray, sources: np.ndarray) -> None:
        """What is in these rows of G has to be added to the gradients of those rows."""
        keep = self.trained[rows]
        self.targets.append(rows[keep])
        self.sources.append(sources[keep])
        self.reached[rows] = self.gathers[rows] = True

    def sums(self, block: Block) -> str:
        """The function that adds up what a block's rows receive."""
        self.summed = max(self.summed, block.size)
        assigned = int(self.owner[block.first]) in self.assigned
        return self.name("a", f"edges.sums(G, {block.first}, {block.size}, V, {assigned})")

    def sum_over_samples(self, term: str, a: Operand, broadcast: bool = False) -> None:
        """The gradient of scalars, from a row for each of them."""
        to = self.scalar_destination(a)
        self.backward.append(f"{to}[...] = {term}.dot(one)" if broadcast else f"{term}.dot(one, {to})")

    def scalar_destination(self, a: Operand) -> str:
        """Where a block writes what it sends to scalars: in D where they are its alone, else past the end of D."""
        numbers = a.numbers
        if not (follow(numbers) and (self.scalar_uses[numbers] == 1).all()):
            sent = np.arange(self.more_scalars, self.more_scalars + numbers.size).reshape(numbers.shape)
            self.more_scalars += numbers.size
            self.scalar_targets.append(numbers.ravel())
            numbers = sent
        shape = f".reshape({len(numbers)}, -1)" if numbers.ndim == 2 else ""
        return self.name("d", f"D[{numbers.flat[0]}:{numbers.flat[-1] + 1}]{shape}")

    def sum_up(self) -> None:
        """What the edges are is known when all are written."""
        self.names["edges"] = SegmentSum(self.program.rows, self.targets, self.sources)
        if self.summed:
            self.bind.insert(0, f"V = np.empty(({self.summed}, N))")
        if self.scalar_targets:
            targets = np.concatenate(self.scalar_targets)
            self.backward.append(f"D[{self.given('I', np.unique(targets))}] = 0.0")
            first = len(self.program.parameters) + len(self.program.constants)
            self.backward.append(f"np.add.at(D, {self.given('I', targets)}, {self.name('d', f'D[{first}:]')})")


def is_same(term: Number, g: Number) -> bool:
    """Is what is sent the gradient itself, the partial being 1?"""
    return term is g if isinstance(g, Tracer) else not isinstance(term, Tracer) and term == g
