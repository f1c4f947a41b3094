"""Comparison: the result of a benchmark as a table, with the times of every round."""
from dataclasses import dataclass, field
from typing import Any

from .timing import Time


@dataclass
class Comparison:
    """One table: a row for each peer, in one unit; the ratios are to the reference."""
    key: str                                # A, B, C, D or compile
    name: str
    title: str
    unit: str
    reference: str
    rows: dict[str, Time]
    skipped: dict[str, str] = field(default_factory=dict)       # peers that could not run, and why
    notes: list[str] = field(default_factory=list)

    def ratio(self, peer: str) -> float | None:
        """A peer's time over the reference's; None where either was not measured."""
        if peer not in self.rows or self.reference not in self.rows:
            return None
        return 1.0 if peer == self.reference else self.rows[peer].times(self.rows[self.reference])

    def data(self) -> dict[str, Any]:
        """The table as plain data, for JSON."""
        rows = {name: {"median": row.median, "fastest": row.fastest, "slowest": row.slowest,
                       "ratio": self.ratio(name), "cores": round(row.cores, 2), "rounds": list(row.rounds),
                       "beside": list(row.beside)}
                for name, row in self.rows.items()}
        return {"key": self.key, "name": self.name, "title": self.title, "unit": self.unit,
                "reference": self.reference, "rows": rows, "skipped": self.skipped, "notes": self.notes}

    def table(self) -> list[str]:
        """The table as lines of text: title, an aligned line for each row, notes."""
        if not self.rows:
            return [f"{self.key}: {self.title}", "  nothing was measured"]
        lines = [("", f"median, {self.unit}", "fastest to slowest", "rounds", f"x {self.reference}")]
        for name, row in self.rows.items():
            ratio = self.ratio(name)
            span = f"{number(row.fastest)} to {number(row.slowest)}" if len(row.rounds) > 1 else ""
            lines.append((name, number(row.median), span, str(len(row.rounds)), number(ratio) if ratio else ""))
        widths = [max(map(len, column)) for column in zip(*lines)]
        text = [f"  {a:{widths[0]}}  {b:>{widths[1]}}  {c:>{widths[2]}}  {d:>{widths[3]}}  {e:>{widths[4]}}".rstrip()
                for a, b, c, d, e in lines]
        return [f"{self.key}: {self.title}", *text, *(f"  {name}: left out, {why}" for name, why in
                                                      self.skipped.items()), *(f"  {note}" for note in self.notes)]


def number(x: float) -> str:
    """x to three significant digits, without an exponent from 0.001 on: noise leaves no more."""
    if x >= 100:
        return f"{x:,.0f}"
    return f"{x:.3g}" if x >= 0.001 else f"{x:.1e}"
