"""The local gradients δ of a network as tables: plain text, and HTML in a notebook."""
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np

from .recursion.letters import Recursion, spelled, subscripted
from .text_table import Table, aligned, format_cell, html_table

if TYPE_CHECKING:
    from .marking.marks import Marks

NO_RULE = "no derivation by hand is known for this loss: it is not one of nn's"


@dataclass(frozen=True)
class NeuronRow:
    """One neuron: its number, v, y, φ'(v), and δ = -dJ/dv by each of the three ways."""
    neuron: str
    v: float
    y: float
    slope: float
    graph: float
    hand: float | None          # None where the loss is the user's own
    differences: float
    at_kink: bool               # v is at a kink of φ; the differences stay on v's side, at 0 the lecture's, v ≤ 0
    activation: str = "linear"


@dataclass(frozen=True)
class WeightRow:
    """One weight or bias (x = 1): dJ/dw, Δw = η δ x (+ μ times the last Δw) and the new w."""
    weight: str
    x: str
    w: float
    x_value: float
    gradient: float
    change: float
    new: float
    neuron: str = ""            # the number of the neuron that it leads into
    previous: float = 0.0       # the last Δw, for the momentum


@dataclass(frozen=True)
class UpdateRule:
    """Δw = -lr dJ/dw + momentum times the last Δw, which `previous` has by the weights' labels."""
    lr: float
    momentum: float
    previous: Mapping[str, float]

    def row(self, weight: str, x: str, w: float, x_value: float, gradient: float, neuron: str = "") -> WeightRow:
        """The row of a weight with this gradient."""
        last = self.previous.get(weight, 0.0)
        change = self.momentum * last - self.lr * gradient
        return WeightRow(weight, x, w, x_value, gradient, change, w + change, neuron, last)

    def check(self, rows: Sequence[WeightRow]) -> None:
        """Raise ValueError unless each label in `previous` is a weight's or a bias's."""
        known = {row.weight: None for row in rows}
        for label in self.previous:
            if label not in known:
                raise ValueError(f"local_gradients: previous has {label!r}, but the weights are {', '.join(known)}")


@dataclass(frozen=True)
class LocalGradients:
    """The table of all neurons and weights; prints aligned, and as HTML in a notebook."""
    rows: list[NeuronRow]
    weight_rows: list[WeightRow]
    loss: float
    lr: float
    terms: dict[str, str] = field(repr=False)   # by neuron: its recursion in letters and numbers; output layer first
    rule: str = ""                              # the loss's name, where a derivation by hand is known for it
    targets: Mapping[str, float] = field(default_factory=dict)      # t by the number of the output neuron
    momentum: float = 0.0
    no_rule: str = NO_RULE                      # why the column by hand is empty, where it is

    @property
    def max_error(self) -> float:
        """The largest |a - b| / max(1, |a|, |b|) between two columns of δ."""
        errors = [abs(a - b) / max(1.0, abs(a), abs(b)) for row in self.rows
                  for columns in [[c for c in (row.graph, row.hand, row.differences) if c is not None]]
                  for a in columns for b in columns]
        return float(np.max(errors))                        # a NaN among them shows; in max() it may not

    def recursion(self, neuron: str | int | None = None) -> "Recursion":
        """The derivation of each δ by hand, term by term, from the output layer back; or of one neuron's δ.

        A neuron is named by its number or its letters, 3, "v3" or "δ3".  Raises ValueError where there is none such.
        """
        if neuron is None or not self.terms:
            return Recursion("\n".join(self.terms.values()) or self.no_rule)
        path, dot, last = str(neuron).rpartition(".")
        name = path + dot + re.sub(r"^(v|y|δ|delta)_?", "", last)
        if name not in self.terms:
            names = ", ".join([spelled("v", k) for k in self.terms])
            raise ValueError(f"recursion: there is no neuron {neuron!r}; the neurons are {names}")
        return Recursion(self.terms[name])

    def check(self, answers: Mapping[str, Any] | str | PathLike[str], show_right: bool = True) -> "Marks":
        """Mark a student's numbers: right, right given the student's earlier numbers, or wrong and why.

        answers is {"δ3": "-0.1385", "Δw31": 0.0411, ...}, any of the numbers v1, y1, φ'1, e1, dJ/dy1, δ1, dJ/dw31,
        Δw31 and w31 (the new one), or a CSV or JSON file of them.  A text is compared to the digits it was written
        with.  With show_right=False the right numbers stay hidden.  In a Module of your own names have its parts, as in
        encoder.δ1.  Raises ValueError for a name or a number that is none, where one number is given twice, and for a
        Module with other operations than weighted sums between its neurons.

        >>> from nn import MLP, local_gradients
        >>> table = local_gradients(MLP(2, [2, 1], "sigmoid", "sigmoid", seed=0), [0.5, 1.0], 1.0)
        >>> marks = table.check({"δ3": f"{-table.rows[2].hand:.4f}"})
        >>> marks.points, marks.total, marks.mistakes
        (0, 1, [Mistake(where='δ3', names=('sign',))])
        """
        from .marking.marks import mark_answers

        return mark_answers(self, answers, show_right)

    def tables(self) -> list[Table]:
        """The two tables as cells of text, each with a header row."""
        neurons: Table = [("", "v", "y", "φ'(v)", "by the graph", "by hand", "by differences")]
        for r in self.rows:
            hand = "no rule" if r.hand is None else format_cell(r.hand)
            neurons.append((subscripted(spelled("δ", r.neuron)), format_cell(r.v), format_cell(r.y),
                            format_cell(r.slope), format_cell(r.graph), hand, format_cell(r.differences)))
        weights: Table = [("weight", "w", "from", "x", "dJ/dw", f"Δw = ηδx{' + μΔw' * bool(self.momentum)}", "new w")]
        for u in self.weight_rows:
            weights.append((subscripted(u.weight), format_cell(u.w), subscripted(u.x), format_cell(u.x_value),
                            format_cell(u.gradient),
                            format_cell(u.change), format_cell(u.new)))
        return [neurons, weights]

    def remarks(self) -> list[str]:
        """The remarks below the tables."""
        remarks = [f"J = {format_cell(self.loss)}, η = {self.lr:g}; the columns of δ = -dJ/dv differ by at most "
                   f"{self.max_error:.1e}"]
        kinks = ", ".join(subscripted(spelled("v", row.neuron)) for row in self.rows if row.at_kink)
        if kinks:
            remarks.append(f"at a kink of φ: {kinks}; φ' and the differences are those of v's side, v ≤ 0 or v > 0")
        if len({row.weight for row in self.weight_rows}) < len(self.weight_rows):
            remarks.append("of a weight with several places dJ/dw is the sum over all of them")
        if any(row.hand is None for row in self.rows):
            remarks.append(self.no_rule)
        return remarks

    def __str__(self) -> str:
        return "\n\n".join([*map(aligned, self.tables()), "\n".join(self.remarks())])

    def _repr_html_(self) -> str:
        return "".join([*map(html_table, self.tables()), *(f"<p>{escape(remark)}</p>" for remark in self.remarks())])
