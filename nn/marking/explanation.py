"""Explanations of a wrong number: the mistakes in the catalogue that produce it."""
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .answers import Number
from .catalogue import BY_NAME, CATALOGUE, HIDDEN, Entry
from .network import Cell
from .worksheet import Worksheet

LARGEST_UNIT = 0.05             # relative: 0.01 is not accepted for 0.0111
MOST_SUSPECTS = 60              # earlier numbers in which a mistake is searched for,
MOST_WAYS = 8                   # and variants of it there: a wide network has many other indices
NOTHING = 1e-14                 # rounding error of a 0
NEAR = 0.05                     # relative distance within which roundings of other numbers are tried
LARGEST_LOSS = 0.01             # relative: by roundings to two digits
EXACT, CLOSE, LOOSE = range(3)  # how well a mistake fits: as written, to the last digit, up to earlier roundings


@dataclass(frozen=True)
class Explanation:
    """A mistake, the cell in which it was made, the wrong number there, and how well it fits."""
    entry: Entry
    where: Cell
    value: float
    leads_to: float                                         # the number that it gives in the written cell
    fit: int


def rounded_unit(number: Number, value: float) -> float:
    return min(number.unit, LARGEST_UNIT * abs(value))


def fits(number: Number, value: float) -> bool:
    """Is the number the value, rounded or truncated at its last digit?"""
    missing = (value - number.value) * (1 if value > 0 else -1)
    unit = rounded_unit(number, value)
    return bool(-0.500001 * unit - NOTHING <= missing <= 1.000001 * unit + NOTHING)


def fits_loosely(number: Number, moved: Any) -> bool:
    """Is the number the value, within the effect of rounding earlier numbers?"""
    value = float(np.ravel(moved)[0])
    return bool(abs(number.value - value) <= rounded_unit(number, value) + slack(moved))


def slack(moved: Any) -> float:
    """The effect of rounding earlier numbers on one number: the sum of its columns' differences.

    As many roundings partly cancel, at most three times the root of the sum of the squares.
    """
    differences = np.abs(np.ravel(moved) - np.ravel(moved)[0])
    return float(min(differences.sum(), 3 * np.linalg.norm(differences)))


def kind_of(cell: Cell) -> str:
    """The catalogue's kind of formula for a cell."""
    kind, place = cell
    return HIDDEN if kind == "dJ/dy" and place.target is None else kind


def suspects(sheet: Worksheet, cell: Cell) -> list[Cell]:
    """The cells in which the mistake may have been made: this one, or one shortly before it that was not written.

    δ's own factors are among them even if they were written: they may be right there and wrong here.
    """
    reached = sheet.inputs_of(cell)
    factors = list(reached) if cell[0] == "δ" else []
    for before in reached:                                  # it grows in the loop
        if before not in sheet.written and len(reached) < MOST_SUSPECTS:
            reached += [other for other in sheet.inputs_of(before) if other not in reached]
    return [cell, *(before for before in reached if before in sheet.net.position
                    and (before not in sheet.written or before in factors))]


def wrong_numbers(sheet: Worksheet, cell: Cell, where: Cell, entry: Entry) -> Iterator[tuple[Any, Any]]:
    """(wrong number at `where`, its result at `cell`) for every variant of the mistake there."""
    formula = entry.formulas.get(kind_of(where))
    found = formula(sheet, where[1]) if formula else []
    ways = found if isinstance(found, list) else [found]
    if len(ways) > MOST_WAYS and where != cell:
        return
    for value in ways:
        yield value, value if where == cell else sheet.with_number(where, value).up_to(cell).right(*cell)


def explanations(exact: Worksheet, as_written: Worksheet, rounded: Worksheet, cell: Cell,
                 number: Number) -> list[Explanation]:
    """The mistakes that produce the number: only those with the best fit, each at its nearest place only.

    A student who kept all digits until the end worked on the exact sheet, one who used the rounded numbers as written.
    """
    found: dict[str, Explanation] = {}
    places = suspects(as_written, cell)
    for sheet in exact, as_written:
        right = float(sheet.right(*cell))
        for where in places:
            for entry in CATALOGUE:
                for way, (value, here) in enumerate(wrong_numbers(sheet, cell, where, entry)):
                    shows = not fits(replace(number, value=right), here) or here == number.value != right
                    if not shows or not np.isfinite(here) or abs(number.value - here) > NEAR * abs(here):
                        continue
                    fit = fit_of(number, here, rounded, cell, where, entry, way)
                    if fit is not None and (entry.name not in found or fit < found[entry.name].fit):
                        found[entry.name] = Explanation(entry, where, float(value), float(here), fit)
    best = min((explanation.fit for explanation in found.values()), default=None)
    likely = sorted(found.values(), key=lambda e: (e.where != cell and e.where not in as_written.written,
                                                   CATALOGUE.index(e.entry)))
    return [explanation for explanation in likely if explanation.fit == best]


def fit_of(number: Number, here: float, rounded: Worksheet, cell: Cell, where: Cell, entry: Entry,
           way: int) -> int | None:
    """How well the number fits the mistake's result; None where it does not."""
    off = abs(number.value - here)
    if off <= 1e-9 * abs(here):
        return EXACT
    if off <= 0.51 * rounded_unit(number, here):
        return CLOSE
    _, moved = list(wrong_numbers(rounded, cell, where, entry))[way]
    return LOOSE if fits_loosely(number, moved) else None


# --- mistakes in the digits ------------------------------------------------------------------------------------------


def in_the_digits(number: Number, exact: Worksheet, coarse: Worksheet, cell: Cell, best: int | None) -> Iterator[Entry]:
    """The mistakes that no formula produces: in a digit, in the decimal point, or by early rounding.

    best is how well a formula fits: one that moves the decimal point, by η = 0.1 say, explains the number better, and
    so does one that fits to the last digit where the roundings of two digits (coarse) would do.
    """
    right = float(exact.right(*cell))
    if is_miscopied(number, right):
        yield BY_NAME["miscopied"]
    shifted = (replace(number, value=number.value * 10.0**k, unit=number.unit * 10.0**k) for k in (-3, -2, -1, 1, 2, 3))
    if best is None and any(fits(other, right) for other in shifted):
        yield BY_NAME["decimal_point"]
    if best in (None, LOOSE) and is_rounded_early(number, exact, coarse, cell):
        yield BY_NAME["rounded_early"]


def is_rounded_early(number: Number, exact: Worksheet, coarse: Worksheet, cell: Cell) -> bool:
    """Is the number the result of factors with two or three digits, or as near as rounding to two digits allows?"""
    for digits in 2, 3:
        factors = {before: float(f"{float(exact[before]):.{digits}g}") for before in exact.inputs_of(cell)}
        rounded = float(Worksheet(exact.net, factors).right(*cell))
        if abs(number.value - rounded) <= 0.51 * rounded_unit(number, rounded):
            return True
    off, right = abs(number.value - float(exact.right(*cell))), coarse.right(*cell)
    return bool(off <= min(LARGEST_LOSS * abs(np.ravel(right)[0]), slack(right) / 2))


def is_miscopied(number: Number, right: float) -> bool:
    """Do the two differ in one digit, or by two adjacent digits swapped?"""
    one, two = (f"{abs(x) / number.unit:.0f}" for x in (number.value, right))
    if number.value * right <= 0 or len(one) != len(two) or len(one) < 3:
        return False
    at = [i for i, (p, q) in enumerate(zip(one, two)) if p != q]
    is_swap = len(at) == 2 and at[1] == at[0] + 1 and one[at[0]:at[1] + 1] == two[at[0]:at[1] + 1][::-1]
    return len(at) == 1 or is_swap
