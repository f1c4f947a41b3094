"""A step as a page shows it: its sentence, its equations, and the cells of the drawing that it writes."""
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
    """What one step finds, where it comes from, and how that is written and said.  Nodes and edges go by their ids."""
    phase: str                                  # start, forward, backward, update or training
    title: str                                  # "v → w₁"
    sentence: str                               # one sentence
    lines: tuple[Line | Table, ...]
    node: str = ""                              # the node whose number this is, where it is one node's
    sources: tuple[str, ...] = ()               # the nodes it comes from
    edges: tuple[str, ...] = ()                 # and the edges it comes along
    number: float | None = None                 # the value; the gradient so far; the parameter's new value
    term: float | None = None                   # backward: what is added to the gradient
    is_complete: bool = True                    # backward: is this all of the node's gradient?
    writes: Cells = field(default_factory=dict)
