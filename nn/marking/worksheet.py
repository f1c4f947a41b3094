"""The worksheet: every number of a derivation by hand, computed on first use, in the lecture's letters."""
from collections.abc import Callable, Mapping
from math import floor, log10
from typing import Any

import numpy as np

from .. import by_hand
from .catalogue import Formula, local_field, way_back, xs_of
from .network import Cell, Network, Source, Unit

SLOPE_IN_Y: dict[str, Callable[[Any], Any]] = {"sigmoid": lambda y: y * (1 - y), "tanh": lambda y: 1 - y * y}


def output_gradient(s: "Worksheet", j: Unit) -> Any:
    """dJ/dy from the student's e, by the loss's rule with the target that this e implies.

    Once e is known, no loss of nn asks for another output: a row of outputs all equal to this one has the same dJ/dy.
    """
    if not s.net.loss:
        return -j.delta / s["φ'", j]                    # no rule is known: taken from the graph
    ys = np.array([s["y", j]] * s.net.n)
    return -by_hand.OUTPUT_ERROR[s.net.loss](ys, by_hand.prediction(s.net.loss, ys) + s["e", j])[0]


def hidden_gradient(s: "Worksheet", j: Unit) -> Any:
    return way_back([s["δ", l] for l in j.above], j.outgoing)


RIGHT: dict[str, Formula] = {
    "v": lambda s, j: local_field(j.weights, xs_of(s, j), j.bias),
    "y": lambda s, j: s.phi(j.phi, s["v", j]),
    "φ'": lambda s, j: s.slope_in_y(j.phi, s["y", j]) if j.phi in SLOPE_IN_Y else s.slope_at(j.phi, s["v", j]),
    "p": lambda s, j: by_hand.prediction(s.net.loss, np.array([s["y", l] for l in s.net.outputs]))[
        s.net.outputs.index(j)],
    "e": lambda s, j: j.target - s["p", j],
    "dJ/dy": lambda s, j: output_gradient(s, j) if j.target is not None else hidden_gradient(s, j),
    "δ": lambda s, j: -s["dJ/dy", j] * s["φ'", j],
    "dJ/d": lambda s, p: -sum(s["δ", l] * s.x(i) for l, i in p.places),
    "Δ": lambda s, p: p.memory - s.net.lr * s["dJ/d", p],
    "": lambda s, p: p.old + s["Δ", p]}


class Worksheet:
    """Every number of the sheet, s["δ", neuron]: the student's where one is written, else computed from the others.

    With roundings a number is an array: first the number itself, then the same with one earlier number rounded.
    """

    phi = staticmethod(lambda name, v: by_hand.PHI[name][0](v, v > 0))
    slope_at = staticmethod(lambda name, v: by_hand.PHI[name][1](v))
    slope_in_y = staticmethod(lambda name, y: SLOPE_IN_Y[name](y))

    def __init__(self, net: Network, written: Mapping[Cell, float],
                 roundings: "Roundings | None" = None) -> None:
        self.net, self.written, self.roundings = net, written, roundings
        self.known: dict[Cell, Any] = {}
        self.read: list[Cell] = []

    def __getitem__(self, cell: Cell) -> Any:
        self.read.append(cell)
        if cell not in self.known:
            number = self.written[cell] if cell in self.written else RIGHT[cell[0]](self, cell[1])
            self.known[cell] = self.roundings.moved(cell, number) if self.roundings else np.float64(number)
        return self.known[cell]

    def right(self, kind: str, place: Any) -> Any:
        """The number by the right formula, even where the student wrote one."""
        return RIGHT[kind](self, place)

    def with_number(self, cell: Cell, number: Any) -> "Worksheet":
        """A copy of the sheet with another number in a cell."""
        sheet, at = Worksheet(self.net, {**self.written, cell: number}, self.roundings), self.net.position[cell]
        sheet.known = {before: n for before, n in self.known.items() if self.net.position.get(before, at) < at}
        return sheet

    def up_to(self, cell: Cell) -> "Worksheet":
        """Compute the neurons' numbers before a cell in order: recursion would be too deep in a deep network."""
        for before in self.net.cells[:self.net.position[cell]]:
            if isinstance(before[1], Unit):
                self[before]
        return self

    def x(self, source: Source) -> Any:
        return self["y", source.unit] if source.unit else source.value

    def inputs_of(self, cell: Cell) -> list[Cell]:
        """The cells that the right formula of this one reads."""
        self.right(*cell)                               # computes all earlier ones: from here only this formula reads
        self.read = []
        self.right(*cell)
        return list(dict.fromkeys(self.read))


class Roundings:
    """The effect of rounding one number of the sheet: a column for each number.

    A written number changes by half a unit of its last digit; an unwritten one, with as many digits as the others, by a
    whole unit, because it may have been truncated.  Gradients of weights share a column, and so do their changes: none
    depends on another.
    """

    def __init__(self, net: Network, half_units: Mapping[Cell, float], digits: int) -> None:
        self.half_units, self.digits = half_units, digits
        self.columns: dict[Any, int] = {("dJ/d",): 1, ("Δ",): 2}
        for cell in net.cells:
            if isinstance(cell[1], Unit):
                self.columns[cell] = len(self.columns) + 1

    def column(self, cell: Cell) -> int:
        return self.columns.get(cell) or self.columns.get((cell[0],), 0)

    def moved(self, cell: Cell, number: Any) -> np.ndarray:
        row = np.full(len(self.columns) + 1, number, float) if np.ndim(number) == 0 else np.array(number, float)
        size, column = abs(row[0]), self.column(cell)
        if column and np.isfinite(size):
            unit = 10.0 ** (floor(log10(size)) + 1 - self.digits) if size else 0.0
            row[column] += self.half_units.get(cell, unit)
        return row
