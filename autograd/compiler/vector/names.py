"""Names in the vector form: inputs X and T, scalars W1 and b1, and the matrix formulas of operands.

The letters are the lecture's; added to them are U for other arrays, p for a column of parameters, I for row numbers.
"""
import re
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from ... import ops
from ...symbolic.matrix import MatrixExpr, matrix
from ...symbolic.matrix_printer import TEXT
from ...value import Value
from ..blocks import BlockGraph, MatMul, Operand
from ..differentiate import Span, backward_plan
from .page import VectorForm

LONGEST_INDEX = 6               # row numbers; a longer index gets a name
LETTER = re.compile(r"[A-Za-z]\d{0,3}")
TAKEN = re.compile(r"[ILNTXEJZdWbVYUG]\d*")


class VectorNames:
    """Assigns names, and writes the operands of blocks as matrix formulas in them."""

    def __init__(self, program: BlockGraph, inputs: Sequence[Value]) -> None:
        self.program, self.form = program, VectorForm()
        self.counts: Counter[str] = Counter()               # the number of names of each letter
        self.names: set[str] = set()
        self.found: dict[str, list[MatrixExpr]] = {}           # for each name of scalars: the terms of its gradient
        self.known: dict[object, MatrixExpr] = {}              # scalars and row numbers that have a name
        groups = input_groups(program, inputs)
        self.plan = backward_plan(program, [group for _, group in groups])
        self.values: list[MatrixExpr] = []                  # each array's name, or a formula written in place
        for letter, group in groups:
            labels = [ops.short(inputs[i].label) or f"input {i + 1}" for i in group]
            self.values.append(self.shaped(letter, len(group), counted("input", labels)))

    def is_free(self, text: str) -> bool:
        return text not in self.names

    def numbered(self, letter: str) -> str:
        """The next free name with this letter: W1, W2, ..."""
        self.counts[letter] += 1
        text = f"{letter}{self.counts[letter]}"
        return text if self.is_free(text) else self.numbered(letter)

    def shaped(self, text: str, rows: int, meaning: str = "") -> MatrixExpr:
        """A named array with a column for each sample, listed under shapes."""
        self.names.add(text)
        self.form.shapes.append((text, f"{rows} × N", meaning))
        return matrix(text, rows, is_wide=True)

    def scalars(self, a: Operand, letter: str = "") -> MatrixExpr:
        """An operand of scalars: a plain number, or a named matrix or column."""
        n, distinct = len(self.program.parameters), np.unique(a.numbers)
        is_column = a.numbers.ndim == 1 or a.numbers.size == 1
        single = len(distinct) == 1 and is_column           # one for every row
        constants = {self.program.constants[i - n] for i in distinct.tolist() if i >= n}
        if distinct[0] >= n and len(constants) == 1 and is_column:
            return MatrixExpr.lift(constants.pop())
        key = ("scalar", int(distinct[0])) if single else (a.numbers.shape, a.numbers.tobytes())
        if key in self.known:
            return self.known[key]
        labels = [self.label(i) for i in a.numbers.ravel().tolist()]
        is_letter = single and LETTER.fullmatch(labels[0]) and not TAKEN.fullmatch(labels[0])
        wished = letter or (labels[0] if is_letter else "")
        text = wished if wished and self.is_free(wished) else self.numbered(letter or "p")
        shape = " × ".join(map(str, (*a.numbers.shape, 1)[:2])) if not single else "1 × 1"
        self.names.add(text)
        what = "parameter" if distinct[-1] < n else "constant" if distinct[0] >= n else "scalar"
        self.form.shapes.append((text, shape, counted(what, labels[:1] if single else labels)))
        rows, columns = (1, 1) if single else (*a.numbers.shape, 1)[:2]
        self.known[key] = matrix(text, rows, columns=columns)
        self.found[text] = []
        return self.known[key]

    def label(self, i: int) -> str:
        """The name of a scalar: a parameter's label, a constant's number."""
        n = len(self.program.parameters)
        return ops.short(self.program.parameters[i].label) or "?" if i < n else f"{self.program.constants[i - n]:.6g}"

    def index(self, numbers: np.ndarray) -> str:
        """The text of row numbers in brackets, counted from 1: 2..5, 2,3 or a name."""
        flat = numbers.ravel() + 1
        if numbers.ndim == 1 or numbers.shape[1] == 1:
            if len(flat) == 1:
                return str(flat[0])
            if (np.diff(flat) == 1).all():
                return f"{flat[0]}..{flat[-1]}"
            if len(flat) <= LONGEST_INDEX:
                return ",".join(map(str, flat.tolist()))
        key = "rows", numbers.shape, numbers.tobytes()
        if key not in self.known:
            self.known[key] = matrix(self.numbered("I"))
            shape = " × ".join(map(str, numbers.shape))
            meaning = "row numbers " + some(map(str, flat.tolist()))
            self.form.shapes.append((TEXT.write(self.known[key]), shape, meaning))
        return TEXT.write(self.known[key])

    def argument(self, a: Operand, letter: str = "") -> MatrixExpr:
        """An operand of a block as a matrix formula."""
        if a.is_scalar:
            return self.scalars(a, letter)
        pieces = self.plan.spans(a)
        if len(pieces) == 1:
            [piece] = pieces
            if piece.is_whole and is_column(a):
                return self.values[piece.array]
            index = self.index(piece.rows.reshape(a.numbers.shape))
            return self.values[piece.array].take_rows(index, a.numbers.size)
        if is_column(a) and self.is_stack(pieces):
            return MatrixExpr.of("stack", *[
                self.values[piece.array] if self.is_all(piece) else
                self.values[piece.array].take_rows(self.index(piece.rows), len(piece.rows)) for piece in pieces],
                rows=a.numbers.size)
        Z = matrix("Z", self.program.rows, is_wide=True)
        return Z.take_rows(self.index(self.rows_of_Z(a.numbers)), a.numbers.size)

    def is_all(self, piece: Span) -> bool:
        return np.array_equal(piece.rows, np.arange(self.plan.sizes[piece.array]))

    def is_stack(self, pieces: Sequence[Span]) -> bool:
        """Are these at most three runs of consecutive rows, one under another?"""
        return len(pieces) <= 3 and all((np.diff(piece.positions) == 1).all() for piece in pieces)

    def rows_of_Z(self, numbers: np.ndarray) -> np.ndarray:
        """The rows' numbers in Z, all arrays one under another."""
        first = np.concatenate([[0], np.cumsum(self.plan.sizes)])
        return first[self.plan.array_of[numbers]] + self.plan.row_in[numbers]


def input_groups(program: BlockGraph, inputs: Sequence[Value]) -> list[tuple[str, list[int]]]:
    """The inputs grouped by their labels' first letters; without labels those of matrix products are X, the rest T."""
    reads = [set(block.x.tolist()) for block in program.blocks if isinstance(block, MatMul)]
    groups: dict[str, list[int]] = {}
    for i, (x, row) in enumerate(zip(inputs, program.inputs)):
        letter = x.label[0].upper() if LETTER.fullmatch(x.label) else ""
        if letter not in ("X", "T"):
            letter = "X" if not reads or any(row in rows for rows in reads) else "T"
        groups.setdefault(letter, []).append(i)
    return list(groups.items())


def is_column(a: Operand) -> bool:
    """Is the operand one number for each row of the block, or one list for its single row?"""
    return a.numbers.ndim == 1 or a.numbers.shape[1] == 1


def counted(what: str, labels: Sequence[str]) -> str:
    """inputs x1, x2, or input t."""
    return f"{what}{'s' if len(labels) > 1 else ''} {some(labels)}"


def some(labels: Iterable[str]) -> str:
    """The labels, or of a long list the first two and the last."""
    labels = list(labels)
    return ", ".join(labels if len(labels) <= 4 else [*labels[:2], "...", labels[-1]])
