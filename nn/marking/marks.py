"""A student's marks: the numbers that are right, those that follow from an earlier one, and the mistakes by name."""
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from html import escape
from typing import Any

import numpy as np

from ..text_table import Table, aligned, html_table
from .answers import Number, name_of, read_answers
from .explanation import fits
from .formulas import printed_name, short, written_out
from .grading import COARSE, FOLLOWS, RIGHT, WITHIN, WRONG, Finding, Grader
from .network import NO_NETWORK, Cell, Network
from .worksheet import Worksheet

OTHER_SIGN = "Your δ is dJ/dv, with the other sign, as other books have it: that costs nothing."
OWN_LOSS = "The loss is none of nn's: there is no e, and δ of the outputs is held against the graph's."


@dataclass(frozen=True)
class Mistake:
    """A wrong number and its mistake's name in the catalogue; two names where either leads to it, none if unknown.

    >>> Mistake("δ3", ("sign",)).names
    ('sign',)
    """
    where: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Mark:
    """One number's mark: its name, the number as written and the right one, the verdict, and an explanation."""
    name: str
    printed: str                        # the name with subscripts
    yours: str
    right: float
    verdict: str
    follows_from: tuple[str, ...] = ()  # printed names
    mistakes: tuple[str, ...] = ()
    sentences: tuple[str, ...] = ()
    formula: str = ""                   # the right formula in letters
    numbers: str = ""                   # and in numbers, with the student's own where they were written

    @property
    def is_right(self) -> bool:
        return self.verdict in (RIGHT, WITHIN, FOLLOWS)


@dataclass(frozen=True)
class Marks:
    """A student's marks, one for each number; prints as a table with a sentence on each mistake."""
    rows: list[Mark]
    remarks: list[str] = field(default_factory=list)
    show_right: bool = True

    def __iter__(self) -> Iterator[Mark]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def points(self) -> int:
        """The count of numbers that are right, or follow from an earlier one."""
        return sum(mark.is_right for mark in self.rows)

    @property
    def total(self) -> int:
        return len(self.rows)

    @property
    def mistakes(self) -> list[Mistake]:
        """The wrong numbers with the names of their mistakes, in the order of the derivation."""
        return [Mistake(mark.name, mark.mistakes) for mark in self.rows if mark.verdict == WRONG]

    def table(self) -> Table:
        """The numbers as text, under a header row."""
        verdicts = [self.verdict(mark) for mark in self.rows]
        width = max(map(len, verdicts), default=0)
        rows: Table = [("", "yours", *["right"] * self.show_right, " " * width)]
        for mark, verdict in zip(self.rows, verdicts):
            right = [short(mark.right)] * self.show_right
            rows.append((mark.printed, mark.yours.replace("-", "−"), *right, verdict.ljust(width)))
        return rows

    @staticmethod
    def verdict(mark: Mark) -> str:
        """✓ or ✗, with the reason."""
        follows = f"✓ follows from your {', '.join(mark.follows_from)}"
        return {RIGHT: "✓", WITHIN: "✓ within the digits", FOLLOWS: follows, COARSE: "? too few digits",
                WRONG: "✗"}[mark.verdict]

    def notes(self) -> list[list[str]]:
        """A few lines on each wrong number: the mistake, then the right formula; a repeated one is explained once."""
        notes: dict[tuple[str, str], list[str]] = {}
        for mark in self.rows:
            if mark.verdict == WRONG:
                first, *others = mark.sentences or ["No known mistake leads to this number."]
                key = first, mark.name.rstrip("0123456789,") if mark.mistakes else mark.name
                again = key in notes
                lines = notes.setdefault(key, [f"{mark.printed}: {first}", *(f"    Or: {other}" for other in others)])
                worked = f" = {mark.numbers}" if self.show_right else ""
                lines.append(f"    {'The same in ' * again}{mark.printed} = {mark.formula}{worked}")
        return list(notes.values())

    def summary(self) -> str:
        wrong = len(self.mistakes)
        return f"{self.points} of {self.total} right" + (f", {wrong} mistake{'s' * (wrong > 1)}." if wrong else ".")

    def __str__(self) -> str:
        table = "\n".join(line.rstrip() for line in aligned(self.table()).splitlines())
        notes = ["\n".join(lines) for lines in self.notes()]
        return "\n\n".join([table, *notes, "\n".join([*self.remarks, self.summary()])])

    def _repr_html_(self) -> str:
        paragraphs = [*("<br>".join(map(escape, lines)) for lines in self.notes()), *map(escape, self.remarks)]
        return html_table(self.table()) + "".join(f"<p>{text}</p>" for text in [*paragraphs, escape(self.summary())])


def mark_answers(table: Any, answers: Any, show_right: bool = True) -> Marks:
    """Mark a student's answers against the numbers of a LocalGradients.

    Raises ValueError for a Module whose neurons are not connected by weights alone.
    """
    net = Network(table)
    sheet = Worksheet(net, {}).up_to(net.cells[-1])
    numbers = [(sheet["v", unit], sheet["δ", unit]) for unit in net.units]
    if not np.allclose(numbers, [(row.v, row.graph) for row in table.rows], rtol=1e-6, atol=1e-9, equal_nan=True):
        raise ValueError(NO_NETWORK)
    read = read_answers(net, answers)
    findings, has_other_sign = graded(net, read.numbers)
    written = {finding.cell: finding.number.value for finding in findings}
    marks = [mark_of(net, finding, written, has_other_sign and finding.cell[0] == "δ") for finding in findings]
    remarks = [*([OTHER_SIGN] if has_other_sign else []), *([] if net.loss else [OWN_LOSS]),
               *(f"Not read: {message}." for message in read.unreadable)]
    return Marks(marks, remarks, show_right)


def graded(net: Network, numbers: Mapping[Cell, Number]) -> tuple[list[Finding], bool]:
    """The findings, and whether δ is taken as dJ/dv: it is where that makes more numbers right.

    A single δ does not distinguish the convention from a wrong sign; two do, or one and a right update.
    """
    findings = Grader(net, numbers).grade()
    negated = {cell: replace(number, value=-number.value) if cell[0] == "δ" else number
               for cell, number in numbers.items()}
    if any(finding.verdict == WRONG and fits(negated[finding.cell], finding.right) for finding in findings):
        other = Grader(net, negated).grade()
        agree = [finding for finding in other if finding.cell[0] in ("δ", "dJ/d", "Δ", "") and finding.is_right]
        if len(agree) > 1 and points_of(other) > points_of(findings):
            return other, True
    return findings, False


def points_of(findings: list[Finding]) -> int:
    return sum(finding.is_right for finding in findings)


def mark_of(net: Network, finding: Finding, written: Mapping[Cell, float], is_negative: bool) -> Mark:
    """The mark for a finding, in words, with the right formula; is_negative where the student uses the other sign."""
    cell, sign = finding.cell, -1 if is_negative else 1
    mark = Mark(name_of(cell), printed_name(cell), finding.number.text, sign * finding.right, finding.verdict,
                tuple(map(printed_name, finding.because)))
    if finding.verdict != WRONG:
        return mark
    sentences = tuple(e.entry.sentence if e.where == cell or (cell[0] == "δ" and e.where[1] is cell[1])
                      else f"In {printed_name(e.where)}: {e.entry.sentence}" for e in finding.explanations)
    before = {other: number for other, number in written.items() if net.position[other] < net.position[cell]}
    letters, numbers = written_out(Worksheet(net, before).up_to(cell), cell)
    is_near = abs(finding.own - finding.right) <= 1e-3 * abs(finding.right)
    result = short(finding.right) if is_near else f"{short(finding.own)} with your numbers"
    if is_negative:
        result += f"; in your sign {short(-finding.own)}"
    return replace(mark, mistakes=tuple(e.entry.name for e in finding.explanations), sentences=sentences,
                   formula=letters, numbers=f"{numbers} = {result}")
