"""Explanations of a wrong number: the mistakes of the catalogue that lead to it."""
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .answers import Number
from .catalogue import BY_NAME, CATALOGUE, HIDDEN, Entry
from .network import Cell
from .worksheet import Worksheet

LARGEST_UNIT = 0.05             # of the value: 0.01 is not taken for 0.0111
MOST_SUSPECTS = 60              # numbers before a wrong one in which a mistake is looked for,
MOST_WAYS = 8                   # and ways of making it there: other indices in a wide network are many
NOTHING = 1e-14                 # what is left of a 0 in floating point
NEAR = 0.05                     # how far from a number roundings of others are looked for
LARGEST_LOSS = 0.01             # of the value: by two digits' roundings
EXACT, CLOSE, LOOSE = range(3)  # how well a mistake fits: as written, to the last digit, as far as roundings go


@dataclass(frozen=True)
class Explanation:
    """A mistake, the number that it was made in, the wrong number there, and how well it fits."""
    entry: Entry
    where: Cell
    value: float
    leads_to: float                                         # what follows from it at the number that was written
    fit: int


def rounded_unit(number: Number, value: float) -> float:
    return min(number.unit, LARGEST_UNIT * abs(value))


def fits(number: Number, value: float) -> bool:
    """Is the number the value, rounded or cut off at its last digit?"""
    missing = (value - number.value) * (1 if value > 0 else -1)
    unit = rounded_unit(number, value)
    return bool(-0.500001 * unit - NOTHING <= missing <= 1.000001 * unit + NOTHING)


def fits_loosely(number: Number, moved: Any) -> bool:
    """Is it the value, as far as the roundings of earlier numbers can tell?"""
    value = float(np.ravel(moved)[0])
    return bool(abs(number.value - value) <= rounded_unit(number, value) + slack(moved))


def slack(moved: Any) -> float:
    """What the roundings of earlier numbers can do to one: the sum of its columns' differences.

    Many do not all go one way: never more than three times the root of the sum of their squares.
    """
    differences = np.abs(np.ravel(moved) - np.ravel(moved)[0])
    return float(min(differences.sum(), 3 * np.linalg.norm(differences)))


def kind_of(cell: Cell) -> str:
    """The kind of formulas that the catalogue has for it."""
    kind, place = cell
    return HIDDEN if kind == "dJ/dy" and place.target is None else kind


def suspects(sheet: Worksheet, cell: Cell) -> list[Cell]:
    """Where the mistake may have been made: in this number, or in one shortly before it that was not written.

    δ's own factors are among them even if they were written: they may be right there and wrong here.
    """
    reached = sheet.inputs_of(cell)
    factors = list(reached) if cell[0] == "δ" else []
    for before in reached:                                  # which grows
        if before not in sheet.written and len(reached) < MOST_SUSPECTS:
            reached += [other for other in sheet.inputs_of(before) if other not in reached]
    return [cell, *(before for before in reached if before in sheet.net.position
                    and (before not in sheet.written or before in factors))]


def wrong_numbers(sheet: Worksheet, cell: Cell, where: Cell, entry: Entry) -> Iterator[tuple[Any, Any]]:
    """(the wrong number at `where`, what follows from it at `cell`) for every way of making the mistake there."""
    formula = entry.formulas.get(kind_of(where))
    found = formula(sheet, where[1]) if formula else []
    ways = found if isinstance(found, list) else [found]
    if len(ways) > MOST_WAYS and where != cell:
        return
    for value in ways:
        yield value, value if where == cell else sheet.with_number(where, value).up_to(cell).right(*cell)


def explanations(exact: Worksheet, as_written: Worksheet, rounded: Worksheet, cell: Cell,
                 number: Number) -> list[Explanation]:
    """The mistakes that lead to the number, those with the best fit alone; of a mistake its nearest place alone.

    Whoever kept all digits until the end worked on the exact sheet, whoever went on with what he wrote as written.
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
    """How well the number fits what the mistake leads to; None where it does not."""
    off = abs(number.value - here)
    if off <= 1e-9 * abs(here):
        return EXACT
    if off <= 0.51 * rounded_unit(number, here):
        return CLOSE
    _, moved = list(wrong_numbers(rounded, cell, where, entry))[way]
    return LOOSE if fits_loosely(number, moved) else None


# --- what the digits tell --------------------------------------------------------------------------------------------


def in_the_digits(number: Number, exact: Worksheet, coarse: Worksheet, cell: Cell, best: int | None) -> Iterator[Entry]:
    """The mistakes that no formula leads to: in a digit, in the decimal point, or by early rounding.

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
    """Is the number what its factors give with two or three digits, or as near as two digits' roundings lead?"""
    for digits in 2, 3:
        factors = {before: float(f"{float(exact[before]):.{digits}g}") for before in exact.inputs_of(cell)}
        rounded = float(Worksheet(exact.net, factors).right(*cell))
        if abs(number.value - rounded) <= 0.51 * rounded_unit(number, rounded):
            return True
    off, right = abs(number.value - float(exact.right(*cell))), coarse.right(*cell)
    return bool(off <= min(LARGEST_LOSS * abs(np.ravel(right)[0]), slack(right) / 2))


def is_miscopied(number: Number, right: float) -> bool:
    """Do the two differ in one digit, or by two neighbours swapped?"""
    one, two = (f"{abs(x) / number.unit:.0f}" for x in (number.value, right))
    if number.value * right <= 0 or len(one) != len(two) or len(one) < 3:
        return False
    at = [i for i, (p, q) in enumerate(zip(one, two)) if p != q]
    is_swap = len(at) == 2 and at[1] == at[0] + 1 and one[at[0]:at[1] + 1] == two[at[0]:at[1] + 1][::-1]
    return len(at) == 1 or is_swap
