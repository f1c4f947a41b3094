"""Outcome: the trials of one kind of fault, and those that failed."""
from dataclasses import dataclass, field


@dataclass
class Outcome:
    """A row of the table: a kind of fault, its number of trials, its failures."""
    tried: str                                          # the fault, as a noun phrase
    times: int = 0
    failures: list[str] = field(default_factory=list)   # one line for each time that it failed
    note: str = ""


def table(outcomes: list[Outcome]) -> list[str]:
    """The outcomes as aligned lines, followed by the first failures of each."""
    rows = [("what was tried", "times", "failed", "")]
    rows += [(one.tried, f"{one.times:,}", str(len(one.failures)), one.note) for one in outcomes]
    widths = [max(map(len, column)) for column in zip(*rows)]
    lines = [f"{a:{widths[0]}}  {b:>{widths[1]}}  {c:>{widths[2]}}  {d}".rstrip() for a, b, c, d in rows]
    return lines + [f"FAILED: {one.tried}: {failure}" for one in outcomes for failure in one.failures[:3]]
