"""Grading of a sheet: each number against the right one, and against the one that follows from the student's own."""
from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import median_low

import numpy as np

from .answers import Number
from .explanation import LOOSE, Explanation, explanations, fits, fits_loosely, in_the_digits
from .network import Cell, Network
from .worksheet import Roundings, Worksheet

RIGHT, WITHIN, FOLLOWS, COARSE, WRONG = "right", "right within its digits", "follows", "too few digits", "wrong"
MOST = 2                        # mistakes named for one number


@dataclass
class Finding:
    """The verdict on one number, and its explanations."""
    cell: Cell
    number: Number
    verdict: str
    right: float
    own: float                                              # what follows from the student's own numbers
    because: list[Cell] = field(default_factory=list)       # the wrong numbers that it follows from
    explanations: list[Explanation] = field(default_factory=list)

    @property
    def is_right(self) -> bool:
        return self.verdict in (RIGHT, WITHIN, FOLLOWS)


class Grader:
    """Grades a student's numbers in the order of the derivation, each from the earlier ones as they were written."""

    def __init__(self, net: Network, numbers: Mapping[Cell, Number]) -> None:
        self.net, self.numbers = net, numbers
        self.digits = max(3, median_low([number.digits for number in numbers.values() if number.digits > 2] or [4]))
        self.truth = Worksheet(net, {})
        self.as_written = Worksheet(net, {})        # on the student's numbers so far
        self.exact = Worksheet(net, {})             # on those that do not follow from earlier ones, with all digits
        self.findings: dict[Cell, Finding] = {}     # also for unwritten numbers that are known to be wrong

    def grade(self) -> list[Finding]:
        """The findings, one for each number; without NumPy's warnings, as a wrong formula may divide by 0."""
        findings = []
        with np.errstate(all="ignore"):
            for cell in sorted(self.numbers, key=self.net.position.__getitem__):
                finding = self.findings[cell] = self.grade_number(cell, self.numbers[cell])
                self.as_written = self.as_written.with_number(cell, finding.number.value)
                findings.append(finding)
        return findings

    def rounded(self, cell: Cell) -> Worksheet:
        """The sheet with the roundings of the numbers as written; unwritten ones count as having as many digits."""
        half_units = {other: self.numbers[other].unit / 2 for other in self.as_written.written if other in self.numbers}
        return Worksheet(self.net, self.as_written.written, Roundings(self.net, half_units, self.digits)).up_to(cell)

    def coarse(self, cell: Cell) -> Worksheet:
        """The sheet with every number rounded to two digits."""
        return Worksheet(self.net, self.as_written.written, Roundings(self.net, {}, 2)).up_to(cell)

    def grade_number(self, cell: Cell, number: Number) -> Finding:
        sheets = self.truth, self.as_written, self.exact
        right, own, unrounded = (float(sheet.up_to(cell).right(*cell)) for sheet in sheets)
        finding = Finding(cell, number, RIGHT, right, own)
        if fits(number, right):
            return finding
        rounded = self.rounded(cell)
        explained = fits(number, own) or fits(number, unrounded) or fits_loosely(number, rounded.right(*cell))
        if explained and not self.is_old(cell, number, own):
            finding.because = self.because(cell)
            finding.verdict = FOLLOWS if finding.because else WITHIN
            return finding
        found = explanations(self.exact, self.as_written, rounded, cell, number)
        if not found and min(abs(number.value - right), abs(number.value - own)) <= number.unit / 2:
            finding.verdict = COARSE
            return finding
        found = self.most_consistent(found, cell)
        digits = in_the_digits(number, self.exact, self.coarse(cell), cell, found[0].fit if found else None)
        found += [Explanation(entry, cell, number.value, number.value, LOOSE) for entry in digits]
        finding.verdict, finding.explanations = WRONG, found[:MOST]
        self.carry_on(finding)
        return finding

    def carry_on(self, finding: Finding) -> None:
        """Enter the wrong number in the sheets, at the cell of the mistake if that one was not written."""
        first = finding.explanations[0] if finding.explanations else None
        if first and first.where != finding.cell and first.where not in self.as_written.written:
            self.findings[first.where] = finding
            self.as_written = self.as_written.with_number(first.where, first.value)
            self.exact = self.exact.with_number(first.where, first.value)
        else:
            self.exact = self.exact.with_number(finding.cell, first.leads_to if first else finding.number.value)

    def is_old(self, cell: Cell, number: Number, own: float) -> bool:
        """Is it the old weight, where the new one differs from it in as many digits as the other numbers have?"""
        kind, weight = cell
        return kind == "" and number.value == weight.old != float(f"{own:.{self.digits}g}")

    def because(self, cell: Cell) -> list[Cell]:
        """The wrong numbers of the student that this one follows from."""
        roots: list[Cell] = []
        reached = self.as_written.inputs_of(cell)
        for before in reached:                              # it grows in the loop
            finding = self.findings.get(before)
            if finding:
                roots += [finding.cell] if finding.verdict == WRONG else finding.because
            else:
                reached += [other for other in self.as_written.inputs_of(before) if other not in reached]
        return list(dict.fromkeys(roots))

    def most_consistent(self, found: list[Explanation], cell: Cell) -> list[Explanation]:
        """Those of the mistakes that make the most of the student's other numbers right."""
        if len(found) < 2 or all(explanation.where == cell for explanation in found):
            return found
        others = {other: number for other, number in self.numbers.items() if other != cell}
        everything = {other: number.value for other, number in self.numbers.items()}
        scores = []
        for explanation in found:
            made = {explanation.where: explanation.value} if explanation.where not in self.numbers else {}
            sheets = [Worksheet(self.net, {**numbers, **made}) for numbers in (everything, self.exact.written)]
            scores.append(sum(any(fits(number, float(sheet.up_to(other).right(*other))) for sheet in sheets)
                              for other, number in others.items()))
        return [explanation for explanation, score in zip(found, scores) if score == max(scores)]
