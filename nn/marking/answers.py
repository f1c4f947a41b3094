"""Reading a student's answers from a dict or a file: names in any spelling, numbers with their digits as written."""
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from math import isfinite
from os import PathLike
from pathlib import Path
from typing import Any

from ..recursion.letters import spelled
from .network import Cell, Network, WeightPlace

MOST_NAMED = 60                 # names in an error message
LEAST_UNIT = 1e-6               # relative: the precision of a number computed in single precision
SPELLINGS = (("∂", "d"), ("∆", "δ"), ("delta", "δ"), ("phi", "φ"), ("prime", "'"), ("′", "'"), ("’", "'"),
             ("φ'v", "φ'"), ("new", ""), ("de/d", "dj/d"), ("dl/d", "dj/d"))


@dataclass(frozen=True)
class Number:
    """A number as written: its text, its value, and the unit of its last digit; a fraction is exact."""
    text: str
    value: float
    unit: float

    @property
    def digits(self) -> int:
        """The number of significant digits."""
        return len(re.sub(r"[eE·×*].*|\D", "", self.text).lstrip("0"))


@dataclass(frozen=True)
class Answers:
    """The answers: the numbers by cell, and a message for each line of a file that could not be read."""
    numbers: dict[Cell, Number]
    unreadable: list[str]


def name_of(cell: Cell) -> str:
    """The name of a cell: δ3, Δw31, dJ/dw31, w31 (the new one), φ'1, ..., and encoder.δ1 in a Module."""
    kind, place = cell
    if isinstance(place, WeightPlace):
        return f"{kind}{place.label}"
    return f"dJ/d{spelled('y', place.label)}" if kind == "dJ/dy" else spelled(kind, place.label)


def read_answers(net: Network, answers: Any) -> Answers:
    """The answers of a dict {name: number}, or of a CSV or JSON file.

    Raises ValueError for an unknown name, an invalid number, or one number under two names; unreadable lines of a file
    are collected instead.
    """
    names = Names(net)
    if isinstance(answers, Mapping):
        if not answers:
            raise ValueError("check: there are no answers to mark")
        return Answers(collected(names, ((str(name), name, text) for name, text in answers.items())), [])
    if not isinstance(answers, str | PathLike):
        raise TypeError(f"check takes a dict {{name: number}} or the path of a CSV or JSON file, not {answers!r}")
    unreadable: list[str] = []
    return Answers(collected(names, entries_of(Path(answers), names), unreadable), unreadable)


def collected(names: "Names", entries: Iterable[tuple[str, Any, Any]],
              unreadable: list[str] | None = None) -> dict[Cell, Number]:
    """{cell: number} from the entries (where, name, number); errors are added to the list `unreadable`, if given."""
    numbers: dict[Cell, Number] = {}
    first: dict[Cell, str] = {}
    for where, name, text in entries:
        try:
            cell = names.find(name)
            if cell in numbers:
                raise ValueError(f"{first[cell]!r} and {where!r} are the same number, {name_of(cell)}: give it once")
            numbers[cell], first[cell] = parse_number(name, text), where
        except ValueError as error:
            if unreadable is None:
                raise ValueError(f"check: {error}") from None
            unreadable.append(str(error) if where == name else f"{where}: {error}")
    return numbers


def entries_of(path: Path, names: "Names") -> Iterator[tuple[str, Any, Any]]:
    """(where, name, number) for each entry of a file."""
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    if path.suffix.lower() == ".json":
        try:
            # numbers as text, because 0.50 has one digit more than 0.5
            pairs = json.loads(text, parse_float=str, parse_int=str, object_pairs_hook=list)
        except json.JSONDecodeError as error:
            raise ValueError(f"check: {path} is no JSON: {error}") from None
        if not isinstance(pairs, list) or not all(isinstance(pair, tuple) for pair in pairs):
            raise ValueError(f'check: {path} holds no JSON object {{"δ3": -0.1385, ...}}')
        yield from ((name, name, number) for name, number in pairs)
        return
    for at, line in enumerate(text.splitlines(), 1):
        is_heading = at == 1 and not re.search(r"\d", line)
        if line.strip() and not line.startswith("#") and not is_heading:
            yield (f"line {at}", *split_line(line, names))


def split_line(line: str, names: "Names") -> tuple[str, str]:
    """(name, number) of a line "δ3,-0.1385" or "w10,2;0,31", split at the first separator that gives a valid pair."""
    splits = [(line[:at].strip(' "'), line[at + 1:].strip(' "')) for at, c in enumerate(line) if c in ",;\t"]
    for name, text in splits:
        try:
            names.find(name)
            parse_number(name, text)
        except ValueError:
            continue
        return name, text
    return splits[0] if splits else (line.strip(), "")


class Names:
    """The names of a network's numbers, looked up in any spelling."""

    def __init__(self, net: Network) -> None:
        self.cells = {canonical(name_of(cell)): cell for cell in net.cells}
        self.loose: dict[str, list[Cell]] = {}              # without commas: w112 is w1,12 or w11,2
        for name, cell in self.cells.items():
            self.loose.setdefault(name.replace(",", ""), []).append(cell)

    def find(self, name: Any) -> Cell:
        """The cell of a name.  Raises ValueError where there is none, or where the name is ambiguous."""
        plain = canonical(str(name))
        found = [self.cells[plain]] if plain in self.cells else self.loose.get(plain.replace(",", ""), [])
        if not found and plain.startswith("d"):             # dw31
            found = [cell for kind in ("dj/d", "δ", "")
                     for cell in self.loose.get(kind + plain[1:].replace(",", ""), [])]
        if len(found) == 1:
            return found[0]
        if found:
            meant = [name_of(cell) + (" (the new one)" if cell[0] == "" else "") for cell in found]
            raise ValueError(f"{name!r} may be {', '.join(meant[:-1])} or {meant[-1]}: write which")
        known = [name_of(cell) for cell in self.cells.values()]
        more = f" and {len(known) - MOST_NAMED} more" if len(known) > MOST_NAMED else ""
        raise ValueError(f"there is no number {name!r}; there are {', '.join(known[:MOST_NAMED])}{more}")


def canonical(name: str) -> str:
    """The canonical spelling of a name: δ₃, δ_3, delta3 and delta_3 are δ3, and Δ is written δ too."""
    plain = unicodedata.normalize("NFKC", re.sub("⁽(.+?)⁾", r"@\1", name)).casefold()     # v1⁽²⁾, of the second step
    plain = re.sub(r"(?<=\d)_(?=\d)", ",", plain)
    plain = re.sub(r"[\s_{}()\\]", "", plain)
    for spelling, letter in SPELLINGS:
        plain = plain.replace(spelling, letter)
    return plain


def parse_number(name: Any, written: Any) -> Number:
    """A number with the unit of its last digit: "0.0088" has 0.0001.  Raises ValueError unless it is finite."""
    text = str(written).strip()
    plain = unicodedata.normalize("NFKC", text).replace("−", "-").replace("–", "-").replace(" ", "")
    plain = re.sub(r"[·×*x]10\^?\(?([-+]?\d+)\)?$", r"e\1", plain)
    plain = plain.replace(",", ".") if plain.count(",") == 1 and "." not in plain else plain
    try:
        parts = [Decimal(part) for part in plain.split("/")]
        if isinstance(written, bool) or len(parts) > 2 or not all(part.is_finite() for part in parts):
            raise InvalidOperation
        value = float(Fraction(parts[0]) / Fraction(parts[1])) if len(parts) == 2 else float(parts[0])
    except (InvalidOperation, ZeroDivisionError, OverflowError):
        raise ValueError(f"{name}: {text!r} is no number") from None
    if not isfinite(value):
        raise ValueError(f"{name}: {text!r} is too large a number")
    exponent = parts[0].as_tuple().exponent
    unit = 0.0 if len(parts) == 2 or not isinstance(exponent, int) else 10.0**exponent
    return Number(text, value, max(unit, LEAST_UNIT * abs(value)))
