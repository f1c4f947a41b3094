"""Where the rows of an argument lie: in which block, and the how-many-th of its rows each one is."""
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .reroll import Blocks


@dataclass
class Piece:
    """Some rows of one sheet, and where they stand in the argument."""
    sheet: int
    rows: np.ndarray            # counted within the sheet
    places: np.ndarray          # counted within the argument, flat
    is_whole: bool              # every row of the sheet, in order, and nothing else in the argument


class Places:
    """The rows of a program as sheets: first the groups of inputs, then one for every block.

    A group names its inputs by their place in the program's list of inputs.
    """

    def __init__(self, program: Blocks, groups: Sequence[Sequence[int]]) -> None:
        self.sheet = np.full(program.rows, -1)              # rows of ones are in no sheet
        self.row = np.zeros(program.rows, dtype=np.intp)
        rows = [np.array(program.inputs, dtype=np.intp)[list(group)] for group in groups]
        rows += [np.arange(block.first, block.first + block.size) for block in program.blocks]
        self.sizes = [len(own) for own in rows]
        self.groups = len(groups)
        for i, own in enumerate(rows):
            self.sheet[own], self.row[own] = i, np.arange(len(own))
        self.trained = self.leads_to_parameters(program)

    def pieces(self, numbers: np.ndarray) -> list[Piece]:
        """The rows with these numbers, sheet by sheet."""
        numbers = numbers.ravel()
        sheets, rows = self.sheet[numbers], self.row[numbers]
        found = []
        for i in dict.fromkeys(sheets.tolist()):
            places = np.flatnonzero(sheets == i)
            is_whole = len(numbers) == len(places) and np.array_equal(rows, np.arange(self.sizes[i]))
            found.append(Piece(i, rows[places], places, is_whole))
        return found

    def leads_to_parameters(self, program: Blocks) -> list[bool]:
        """For each sheet, whether its gradient is wanted: inputs and what is made of them alone are not trained."""
        n = len(program.parameters)
        trained = [False] * self.groups
        for block in program.blocks:
            trained.append(any((a.numbers < n).any() if a.is_scalar else
                               any(trained[i] for i in np.unique(self.sheet[a.numbers]).tolist())
                               for a in block.arguments))
        return trained
