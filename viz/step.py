"""A step of a page: what it says, and the numbers that it writes into the drawing.

A drawing has cells, n3.value, n3.gradient, n3.delta and e3_6_1.partial, and in each stands what was written there last.
"""
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from autograd.symbolic.equations import Equation
from autograd.symbolic.labels import format_number

from .description import Diagram, Edge, Node

Cells = dict[str, float]
PLACES = 15                                     # significant, in equations: numbers are rounded before they are written
OF_NODE, OF_EDGE = ("value", "gradient", "delta"), ("partial",)


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
class Step:
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


def cells(diagram: Diagram, digits: int = 4) -> Cells:
    """All numbers that a drawing shows.

    >>> from autograd import Value
    >>> from viz.description import build_diagram
    >>> x = Value(3.0, label="x")
    >>> cells(build_diagram(x * 2))
    {'n0.value': 3.0, 'n0.gradient': 2.0, 'n2.value': 6.0, 'n2.gradient': 1.0, 'e0_2_0.partial': 2.0}
    """
    parts: list[tuple[Node | Edge, tuple[str, ...]]] = [
        *[(node, OF_NODE) for node in diagram.nodes if not node.is_called_by_its_number(digits)],
        *[(edge, OF_EDGE) for edge in diagram.edges]]
    return {f"{part.id}.{kind}": getattr(part, kind) for part, kinds in parts for kind in kinds
            if getattr(part, kind) is not None}


def with_numbers(diagram: Diagram, numbers: Cells) -> Diagram:
    """The same diagram with these numbers in its cells."""
    def having(id: str, kinds: Iterable[str]) -> dict[str, Any]:
        return {kind: numbers[f"{id}.{kind}"] for kind in kinds if f"{id}.{kind}" in numbers}

    return replace(diagram, nodes=tuple([replace(node, **having(node.id, OF_NODE)) for node in diagram.nodes]),
                   edges=tuple([replace(edge, **having(edge.id, OF_EDGE)) for edge in diagram.edges]))


def widest(steps: Iterable[Step], digits: int) -> Cells:
    """The number in each cell that takes most room of all that are written there."""
    def room(x: float) -> float:
        written = format_number(x, digits)
        return len(written) - written.count(".") / 2

    found: Cells = {}
    for step in steps:
        for cell, x in step.writes.items():
            found[cell] = max(found.get(cell, x), x, key=room)
    return found
