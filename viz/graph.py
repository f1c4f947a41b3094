"""The recorded graph as a picture: value forward, gradient back, the local partial on every edge.

description.py says what there is to see, dot.py how it looks, render.py makes the picture.
"""
import os
from dataclasses import dataclass, field
from typing import Any

import graphviz

from autograd import Value, ops, wengert_list

from .description import Description, describe
from .dot import ARROWS, digraph
from .expand import expanded
from .render import RendererError, render, save

LIMIT, EXPANDED_LIMIT = 400, 60                 # nobody reads a drawing of more nodes


@dataclass(frozen=True)
class Drawing:
    """A graph, drawn: `source` is its DOT text, a notebook shows the picture, `save` writes it to a file."""
    source: str
    description: Description = field(repr=False)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write it to a file whose suffix tells the format: .dot or .gv (the text), .svg, .png, .pdf.

        Raises ValueError for another suffix, RendererError where no renderer can, OSError where the file cannot be
        written; what was there before then stays.
        """
        save(self.source, path)

    def __repr__(self) -> str:
        nodes, edges = self.description.nodes, self.description.edges
        return f"<Drawing of {self.description.root.name}: {len(nodes)} nodes, {len(edges)} edges>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """What a notebook shows: the picture, or else the reason why there is none and the DOT text."""
        try:
            return {"image/svg+xml": render(self.source, "svg").decode(), "text/plain": repr(self)}
        except RendererError as error:
            return {"text/plain": f"{error}\n\n{self.source}"}


def draw(root: Value, *, expand: bool = False, gradients: bool = True, digits: int = 4, direction: str = "LR",
         limit: int | None = None) -> Drawing:
    """Draw the graph that root depends on, with ∂root/∂node at its nodes, whether backward has run or not.

    `expand` writes nodes of many parents, such as a neuron's v = w₁x₁ + w₂x₂ + b, out as products and sums; without
    `gradients` it is the forward phase alone; `digits` are the significant ones; `direction` is LR, TB, RL or BT.
    Raises TypeError if root is no Value, ValueError where it has more nodes than can be read: 400, or 60 if expanded,
    unless `limit` says otherwise.

    >>> x = Value(3.0, label="x")
    >>> draw(x * x)
    <Drawing of u1: 2 nodes, 2 edges>
    """
    if not isinstance(root, Value):
        raise TypeError(f"draw takes a Value, the output of an expression, not {ops.short(repr(root))}")
    if direction not in ARROWS:
        raise ValueError(f"direction is one of {', '.join(ARROWS)}, not {direction!r}")
    if not isinstance(digits, int) or digits < 1:
        raise ValueError(f"digits is a whole number, at least 1, not {digits!r}")
    if not expand:
        check_size(root, LIMIT if limit is None else limit, "draw a part of it, from one of its inner nodes")
    else:
        limit, advice = EXPANDED_LIMIT if limit is None else limit, "draw it without expand"
        check_size(root, limit, advice)
        root = expanded(root)
        check_size(root, limit, advice)
    description = describe(root, gradients, digits)
    return Drawing(digraph(description, digits, direction).source, description)


def check_size(root: Value, limit: int, advice: str) -> None:
    """Raise ValueError if the graph has too many nodes to be read."""
    count = len(wengert_list(root))
    if count > limit:
        raise ValueError(f"a drawing of {count} nodes is not readable: {advice}, or ask for it with limit={count}")


def draw_dot(root: Value, format: str = "svg", rankdir: str = "LR") -> graphviz.Digraph:
    """The drawing as micrograd's users know it: the graphviz package's Digraph, which renders with the system's dot.

    Raises what `draw` raises.
    """
    dot = digraph(draw(root, direction=rankdir).description, direction=rankdir)
    dot.format = format
    return dot


def trace(root: Value) -> tuple[set[Value], set[tuple[Value, Value]]]:
    """The nodes and the edges (parent, child) of a graph of any depth, as micrograd's trace gives them.

    >>> x = Value(3.0)
    >>> nodes, edges = trace(x * 2)
    >>> len(nodes), len(edges)
    (3, 2)
    """
    if not isinstance(root, Value):
        raise TypeError(f"trace takes a Value, the output of an expression, not {ops.short(repr(root))}")
    nodes = set(wengert_list(root))
    return nodes, {(parent, child) for child in nodes for parent in child.parents}
