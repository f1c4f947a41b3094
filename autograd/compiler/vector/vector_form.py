"""The vector form of a program, in the lecture's letters: the answer to "Can you write this in vector form?".

V1 = W1 X + b1, Y1 = tanh(V1), ..., then backward with Delta = -dJ/dV, the update of all weights last.  The rows of the
table run on MatrixExprs here, as they run on arrays in array_function.py.
"""
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from ... import ops
from ...symbolic.matrix import MatrixExpr, matmul, matrix
from ...symbolic.matrix_printer import TEXT
from ...symbolic.printer import ATOM
from ...value import Value
from ..blocks import Block, BlockGraph, MatMul, Operand
from ..differentiate import BlockStep, Rule
from .names import VectorNames, is_column, some
from .page import Section, VectorForm

LONGEST = 48                    # characters: a shorter formula that is used once is written in place
SHORT = 16                      # characters: a shorter one is written in place even if used twice
ONE, N, ETA = matrix("1"), matrix("N"), matrix("η")


def vector_form(program: BlockGraph, inputs: Sequence[Value]) -> VectorForm:
    """The vector form of a program.  Every graph has one; the text of a network does not grow with its width."""
    writer = VectorFormWriter(program, inputs)
    writer.write_forward()
    if len(program.outputs) == 1:
        writer.write_backward()
    writer.write_notes()
    return writer.form


class VectorFormWriter(VectorNames):
    """Names the blocks' results, writes the forward phase, then the gradients of the backward phase."""

    def __init__(self, program: BlockGraph, inputs: Sequence[Value]) -> None:
        super().__init__(program, inputs)
        self.uses: Counter[int] = Counter()
        self.output = self.plan.spans(Operand(False, np.array(program.outputs)))
        self.in_part = {piece.array for piece in self.output}   # arrays that are read in part, or are outputs
        for a in [a for block in program.blocks for a in block.operands]:
            self.uses.update(piece.array for piece in self.plan.spans(a))
            self.in_part.update(piece.array for piece in self.plan.spans(a) if not (piece.is_whole and is_column(a)))
        self.local_fields = set(self.find_local_fields())
        self.gathered: set[int] = set()                     # arrays with terms of their gradient in dZ

    def find_local_fields(self) -> Iterable[int]:
        """The arrays that are local fields v: matrix products, and arguments of activations."""
        first = self.plan.groups
        is_activated = {i for i, block in enumerate(self.program.blocks, start=first) if block.op.activation}
        for i, block in enumerate(self.program.blocks, start=first):
            if isinstance(block, MatMul):
                yield i
            if block.op.activation:
                yield from [piece.array for piece in self.plan.spans(block.operands[0])
                            if piece.array >= first and piece.array not in is_activated]

    # --- names

    def array_name(self, i: int, block: Block) -> str:
        """The name of a block's result: V for a local field, Y for φ of it, of one number; E for T - ...; J; else U."""
        if i in self.local_fields:
            return self.numbered("V")
        v = self.plan.spans(block.operands[0]) if block.op.activation else []
        if v and v[0].array in self.local_fields:
            text = "Y" + self.values[v[0].array].parts[0][1:]
            return text if len(v) == 1 and self.is_free(text) else self.numbered("Y")
        if i == self.output[0].array and len(self.program.outputs) == block.size == 1:
            return "J"
        if block.op is ops.sub and self.is_free("E"):
            first = self.plan.spans(block.operands[0])
            if len(first) == 1 and first[0].is_whole and first[0].array < self.plan.groups:
                return "E"
        return self.numbered("U")

    # --- the forward phase

    def arguments(self, block: Block, i: int) -> list[MatrixExpr]:
        """The operands of a block as formulas; the scalars of a weighted sum are the W and b of its V."""
        letters = [""] * len(block.operands)
        if block.op is ops.weighted_sum and self.has_letter(i, "V"):
            k = TEXT.write(self.values[i])[1:]
            letters = [f"W{k}", "", f"b{k}"]
        return [self.argument(a, letter) for a, letter in zip(block.operands, letters)]

    def has_letter(self, i: int, letter: str) -> bool:
        return self.values[i].kind == "name" and TEXT.write(self.values[i]).startswith(letter)

    def right_side(self, block: Block, arguments: Sequence[MatrixExpr]) -> MatrixExpr:
        if isinstance(block, MatMul):
            W, x, b = arguments
            return W @ x + b
        if block.op is ops.linear:                          # φ(v) = v
            return arguments[0]
        return ONE.apply_op(block.op, listed(block, arguments))

    def write_forward(self) -> None:
        section = self.section("Forward phase")
        for i, block in enumerate(self.program.blocks, start=self.plan.groups):
            text = self.array_name(i, block)
            self.values.append(matrix(text, block.size, is_wide=True))
            right = self.right_side(block, self.arguments(block, i))
            if text[0] == "U" and self.uses[i] == 1 and len(TEXT.write(right)) <= LONGEST and i not in self.in_part:
                self.values[i] = right                      # written in place
                self.counts["U"] -= 1
                continue
            self.shaped(text, block.size)
            section.add(self.values[i], right)
        a = Operand(False, np.array(self.program.outputs))
        if not self.has_letter(self.output[0].array, "J"):
            section.add(matrix("J" if len(self.program.outputs) == 1 else "Y"), self.argument(a))

    def section(self, title: str, latex: str = "") -> Section:
        self.form.sections.append(Section(title, latex or title))
        return self.form.sections[-1]

    # --- the backward phase

    def write_backward(self) -> None:
        self.backward = self.section("Backward phase, Delta = -dJ/dV",
                                     r"Backward phase, $\mathbf{\Delta} = -\partial J / \partial \mathbf{V}$")
        self.whole: dict[int, MatrixExpr] = {}              # the terms for a whole array, by array
        self.parts: dict[int, list[tuple[str, MatrixExpr]]] = {}
        self.add_to(Operand(False, np.array(self.program.outputs)), MatrixExpr.lift(1))
        for step in reversed(self.plan.steps):
            if step.array in self.whole or step.array in self.parts:
                self.write_gradient(step)
        section = self.section("Gradient dW = dJ/dW, and the update of all weights simultaneously",
                               "Gradient, and the update of all weights simultaneously")
        for text, terms in self.found.items():
            if terms:
                d = ops.added(terms)
                downhill = -d if len(TEXT.write(d)) <= LONGEST else -matrix("d" + text)
                section.lines.append([(matrix("d" + text), "=", d), (matrix("Δ" + text), "=", matmul(ETA, downhill))])

    def write_gradient(self, step: BlockStep) -> None:
        """Write the gradient of an array where it needs its own lines, then add the terms of the operands."""
        i, block = step.array, step.block
        g = self.whole.get(i, MatrixExpr.lift(0))
        is_field, parts = i in self.local_fields, self.parts.get(i, [])
        if is_field or parts or len(TEXT.write(g)) > (LONGEST if sum(step.wanted) < 2 else SHORT):
            left = self.gradient_name(i, block)
            self.backward.add(left, -g if is_field else g)
            for index, term in parts:
                term = -term if is_field else term
                sign, term = ("-=", term.parts[0]) if term.kind == "negative" else ("+=", term)
                self.backward.add(left.take_rows(index, 1), term, sign)
            g = -left if is_field else left
        operands = self.arguments(block, i)
        rule = step.rule if step.is_batched else self.named_rule(block)
        for k, term in step.terms(self.values[i], operands, g, rule):
            if isinstance(block, MatMul) and k == 0:
                self.found[TEXT.write(operands[0])].append(term)
            else:
                self.add_to(block.operands[k], term)

    def named_rule(self, block: Block) -> Rule:
        """A rule that writes the partials by name, where no formula in the numbers of a list exists for them."""
        note = f"d{block.op.name}(...) is the derivative of {block.op.name}, by each of its numbers."
        if note not in self.form.notes:
            self.form.notes.append(note)
        return lambda z, *operands: [MatrixExpr.of("call", f"d{block.op.name}", *operands) for _ in operands]

    def gradient_name(self, i: int, block: Block) -> MatrixExpr:
        """The name of an array's gradient: Delta for a local field, dE for E, G for an array without a name."""
        value = self.values[i]
        if i in self.local_fields:
            return self.shaped("Delta" + TEXT.write(value)[1:], block.size)
        text = "d" + TEXT.write(value) if value.kind == "name" else self.numbered("G")
        return self.shaped(text, block.size, f"dJ/d{TEXT.write(value, ATOM)}")

    def add_to(self, a: Operand, term: MatrixExpr) -> None:
        """Add a term to the gradient of scalars or of arrays."""
        if a.is_scalar:
            self.add_to_scalars(a, term)
            return
        pieces = self.plan.spans(a)
        if len(pieces) == 1 and pieces[0].is_whole and is_column(a):
            self.add_whole(pieces[0].array, term)
        elif len(pieces) == 1:
            self.parts.setdefault(pieces[0].array, []).append(
                (self.index(pieces[0].rows.reshape(a.numbers.shape)), term))
        elif is_column(a) and self.is_stack(pieces):
            for piece in self.plan.trained_spans(a):
                index, size = self.index(piece.positions), len(piece.positions)
                part = term.take_rows(index, size) if term.rows > 1 else term
                if self.is_all(piece):
                    self.add_whole(piece.array, part)
                else:
                    self.parts.setdefault(piece.array, []).append((self.index(piece.rows), part))
        else:
            index = self.index(self.rows_of_Z(a.numbers))
            self.backward.add(matrix("dZ", self.program.rows, is_wide=True).take_rows(index, 1), term, "+=")
            for piece in self.plan.trained_spans(a):
                if piece.array not in self.gathered:
                    self.gathered.add(piece.array)
                    rows = TEXT.write(self.values[piece.array])
                    self.add_whole(piece.array, matrix("dZ", is_wide=True).take_rows(
                        rows, self.plan.sizes[piece.array]))

    def add_whole(self, i: int, term: MatrixExpr) -> None:
        self.whole[i] = self.whole[i] + term if i in self.whole else term

    def add_to_scalars(self, a: Operand, term: MatrixExpr) -> None:
        """Add a term to the gradient of scalars, summed over the samples, and over rows that share one scalar."""
        to = self.scalars(a)
        if to.rows < a.numbers.size and a.numbers.ndim == 1:
            term = term.sum_rows() if term.rows > 1 else term * a.numbers.size
        self.found[TEXT.write(to)].append(matmul(term, ONE if term.is_wide else N))

    def write_notes(self) -> None:
        """Add the notes that explain the notation."""
        notes, text = self.form.notes, repr(self.form)
        if "Z[" in text:
            notes.append("Z is all arrays with a column for each sample, one under another: " + some(
                [TEXT.write(x) for x in self.values]) + ".")
        each_once = {TEXT.write(self.scalars(a)): np.unique(a.numbers) if a.numbers.ndim == 1 else a.numbers
                     for block in self.program.blocks for a in block.operands if a.is_scalar}
        places = Counter(i for numbers in each_once.values() for i in numbers.ravel().tolist())
        if any(count > 1 and i < len(self.program.parameters) for i, count in places.items()):
            notes.append("A parameter that stands in several places gets the sum of their gradients.")


def listed(block: Block, arguments: Sequence[MatrixExpr]) -> list[Any]:
    """The arguments for the rule, a list as Stacked in one formula: its numbers are treated alike."""
    return [ops.Stacked(x, len(a.numbers)) if a.numbers.ndim == 2 else x for a, x in zip(block.operands, arguments)]
