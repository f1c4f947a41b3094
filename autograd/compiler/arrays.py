"""Conversion of lists, frames and arrays to arrays of real numbers; errors name the first entry that is not one."""
from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np

from ..ops import short
from ..value import Value

REAL = "biuf"               # the kinds of dtype: bool, int, unsigned and float, of any size


def real_array(name: str, data: Any) -> np.ndarray:
    """data as an array of bools, integers or floats; an array of objects, such as Fractions, becomes one of float64.

    Raises TypeError where an entry is no real number, ValueError where data is ragged, an entry is masked or too large
    for a float.

    >>> from fractions import Fraction
    >>> real_array("X", [[Fraction(1, 2), True]])
    array([[0.5, 1. ]])
    """
    if type(data) is np.ndarray and data.dtype.kind in REAL:
        return data
    refuse_masked(name, data)
    try:
        found = np.asarray(data)
        if found.dtype.kind in "US":
            found = np.asarray(data, dtype=object)      # NumPy turns mixed numbers and strings into strings
    except ValueError:
        raise ValueError(f"{name} is ragged: every sample needs as many numbers as the others") from None
    if found.dtype.kind in "OUS":
        return converted(name, found)
    if found.dtype.kind not in REAL:
        raise TypeError(f"{name} must hold real numbers, but its dtype is {found.dtype}")
    return found


def refuse_masked(name: str, data: Any) -> None:
    """Raise ValueError where a masked array, or a list of them, has a masked entry: np.asarray drops the mask."""
    if isinstance(data, list | tuple) and data and isinstance(data[0], np.ma.MaskedArray):
        data = np.ma.stack(data)
    if isinstance(data, np.ma.MaskedArray) and np.ma.is_masked(data):
        place = tuple(np.argwhere(np.ma.getmaskarray(data))[0].tolist())
        raise ValueError(f"{name} is masked in {located(place)}; fill the gaps, as {name.split()[-1]}.filled(0) does, "
                         "or leave those samples out")


def converted(name: str, found: np.ndarray) -> np.ndarray:
    """An array of objects or strings converted to floats."""
    if not found.ndim:
        x = found.item()
        advice = f": list({name}) makes one of an iterator" if hasattr(x, "__next__") else ""
        raise TypeError(f"{name} must hold real numbers, but is {short(repr(x))}; give a list or an array{advice}")
    numbers = np.empty(found.shape)
    for place, x in np.ndenumerate(found):
        if not isinstance(x, Real | Decimal | np.bool_):
            if isinstance(x, list | tuple | np.ndarray):
                raise ValueError(f"{name} is ragged: every sample needs as many numbers as the others")
            raise TypeError(f"{name} is {short(repr(x))} in {located(place)}, which is no real number"
                            f"{advice_on(name, x)}")
        try:
            numbers[place] = x
        except (OverflowError, ValueError):             # a large integer, a signaling NaN
            raise ValueError(f"{name} is {short(repr(x))} in {located(place)}, which no float can hold") from None
    return numbers


def located(place: tuple[int, ...]) -> str:
    """An index into an array, in words: row 1, column 2 (counted from 0)."""
    if len(place) > 2:
        return f"place {place} (counted from 0)"
    return ", ".join(f"{axis} {i}" for axis, i in zip(("row", "column"), place)) + " (counted from 0)"


def advice_on(name: str, x: Any) -> str:
    """Advice for an error message where x, an entry of the array, is no number."""
    if isinstance(x, Value):
        return "; give its .data"
    if not isinstance(x, str | bytes):
        is_missing = x is None or type(x).__name__ in ("NAType", "NaTType")         # pandas' pd.NA and pd.NaT
        return "; fill the gaps or leave those samples out" if is_missing else ""
    try:
        float(x)
    except ValueError:
        if name.endswith("T"):                          # "T" or "validation T"
            return "; number the classes: names, T = np.unique(T, return_inverse=True)"
        return "; number the names in a column: names, column = np.unique(column, return_inverse=True)"
    return f"; np.asarray({name.split()[-1]}, dtype=float) makes numbers of such strings"
