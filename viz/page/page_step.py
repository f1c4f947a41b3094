"""A frame of a film as its page shows it: its sentence, its tables, and the cells of the drawing that it writes."""
from dataclasses import dataclass, field

from autograd.symbolic.equations import Equation

Cells = dict[str, float]
PLACES = 15                                     # significant, in equations: numbers are rounded before they are written


@dataclass(frozen=True)
class Line:
    """Equations under one heading, such as "chain rule"."""
    label: str
    equations: tuple[Equation, ...]


@dataclass(frozen=True)
class Table:
    """Numbers in rows, each with its name first, under one heading."""
    label: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class PageStep:
    """What one frame shows, and how it is said."""
    phase: str                                  # training
    title: str                                  # "epoch 15"
    sentence: str                               # one sentence
    lines: tuple[Table, ...]
    writes: Cells = field(default_factory=dict)
