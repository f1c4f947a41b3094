"""The intermediate representation: a scalar graph as blocks of rows, from which it is compiled, run and printed.

A block holds the rows of one operation, a MatMul those of a matrix product; its operands are scalars, which are the
same for every sample, or rows of earlier blocks.
"""
from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from .. import ops
from ..value import Value

if TYPE_CHECKING:               # imported where arrays are made: tracing a row needs no numpy
    import numpy as np


@dataclass(eq=False)
class Operand:
    """One operand of a block: for each of the block's rows, the number of a row or of a scalar.

    For a list the shape of the numbers is (length of the list, rows of the block).
    """
    is_scalar: bool
    numbers: np.ndarray

    @property
    def first(self) -> int:
        """Its first number."""
        return int(self.numbers.item(0))

    @cached_property
    def follows(self) -> bool:
        """Are the numbers consecutive?"""
        return follow(self.numbers)


@dataclass(eq=False)
class Block:
    """Rows first to first + size of the graph: op applied to the operands, row by row."""
    op: ops.Op
    operands: list[Operand]
    first: int
    size: int

    @property
    def rows(self) -> np.ndarray:
        import numpy as np

        return np.arange(self.first, self.first + self.size)


@dataclass(eq=False)
class MatMul(Block):
    """Rows first to first + size: W x + b, for scalars W (size, n) and the rows x (n,) that all share.

    b (size,) is scalars, or rows: another layer's, say, that skips this one.
    """

    @property
    def W(self) -> np.ndarray:
        return self.operands[0].numbers

    @property
    def x(self) -> np.ndarray:
        return self.operands[1].numbers

    @property
    def b(self) -> np.ndarray:
        return self.operands[2].numbers


@dataclass(eq=False)
class BlockGraph:
    """A graph as blocks, each after those that it depends on, and the meaning of its rows and scalars."""
    blocks: list[Block]
    inputs: list[int]                           # the row of each input
    outputs: list[int]                          # the row of each output
    ones: list[int]                             # rows of ones: with them the product [W b][x; 1] includes the bias
    given: int                                  # the number of leading rows, of the inputs and of ones among them
    rows: int
    parameters: list[Value]                     # the first scalars; constants, plain numbers included, follow
    constants: list[float]

    @property
    def key(self) -> tuple[Any, ...]:
        """A key that is equal for graphs of the same structure and constants, whatever their parameters' data."""
        blocks = [(type(block), block.op, block.first, block.size, *(
            (a.is_scalar, a.numbers.shape, a.numbers.tobytes()) for a in block.operands)) for block in self.blocks]
        return (*blocks, *self.inputs, None, *self.outputs, self.rows, len(self.parameters), *map(repr, self.constants))


def follow(numbers: np.ndarray) -> bool:
    """Are the numbers consecutive?"""
    flat = numbers.ravel()
    first, n = int(flat[0]), len(flat)
    return int(flat[-1]) - first == n - 1 and flat.tolist() == list(range(first, first + n))


def holds_all(mask: np.ndarray) -> bool:
    """Is every entry true?  Three times as fast as mask.all() where there are few."""
    import numpy as np

    return int(np.count_nonzero(mask)) == mask.size


def holds_any(mask: np.ndarray) -> bool:
    """Is an entry true?"""
    import numpy as np

    return bool(np.count_nonzero(mask))
