"""The cells of a drawing: n3.value, n3.gradient, n3.delta, e3_6_1.partial, and the number in each."""
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from autograd.symbolic.labels import format_number

from ..diagram.model import Diagram, Edge, Node
from .page_step import Cells, PageStep

OF_NODE, OF_EDGE = ("value", "gradient", "delta"), ("partial",)


def cells(diagram: Diagram, digits: int = 4) -> Cells:
    """All numbers that a drawing shows.

    >>> from autograd import Value
    >>> from viz.diagram.build import build_diagram
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


def widest(steps: Iterable[PageStep], digits: int) -> Cells:
    """The number in each cell that takes most room of all that are written there."""
    def room(x: float) -> float:
        written = format_number(x, digits)
        return len(written) - written.count(".") / 2

    found: Cells = {}
    for step in steps:
        for cell, x in step.writes.items():
            found[cell] = max(found.get(cell, x), x, key=room)
    return found
