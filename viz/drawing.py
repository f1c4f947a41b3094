"""The recorded graph as a picture: value forward, gradient back, the local partial on every edge.

build.py says what there is to see, by_neuron.py and by_layer.py say it of a network in fewer boxes, dot.py says
how it looks, renderer.py makes the picture.
"""
import os
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from html import escape
from typing import Any
from xml.etree import ElementTree

import graphviz

from autograd import Parameter, Value, check_fresh, ops, wengert_list

from .diagram.build import build_diagram, in_reading_order
from .diagram.by_layer import boxes_of, by_layer
from .diagram.by_neuron import by_neuron, is_neuron, with_bias_neurons
from .diagram.dot import digraph
from .diagram.model import Diagram
from .diagram.options import (
    ARROWS_LIMIT,
    BOXES_LIMIT,
    DETAILS,
    EXPANDED_LIMIT,
    LIMIT,
    check_connections,
    check_limit,
    check_size,
    check_style,
    expand_one,
    find_node,
    nodes_on_paths,
)
from .diagram.renderer import PICTURE_SUFFIXES, RendererError, render, save_picture
from .diagram.split_leaves import split_leaves
from .diagram.whole_neurons import with_whole_neurons


@dataclass(frozen=True)
class Drawing:
    """A graph, drawn: `source` is its DOT text, a notebook shows the picture, `save` writes it to a file."""
    source: str
    description: Diagram = field(repr=False)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write it to a file whose suffix tells the format: .dot or .gv (the text), .svg, .png, .pdf.

        Raises ValueError for another suffix, RendererError where no renderer can, OSError where the file cannot be
        written; what was there before then stays.
        """
        save_picture(self.source, path)

    def __repr__(self) -> str:
        nodes, edges, size = self.description.nodes, self.description.edges, self.description.size
        what = f"{len(nodes)} nodes, {len(edges)} edges" if size is None else f"{size} nodes in {len(nodes)} boxes"
        return f"<Drawing of {self.description.root.name}: {what}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """What a notebook shows: the picture, or else the reason why there is none."""
        return notebook_picture(self.source, repr(self))


class RenderedDigraph(graphviz.Digraph):
    """The graphviz package's Digraph, rendered as `draw` renders: it needs no `dot` on the system."""

    def pipe(self, format: str | None = None, *args: Any, encoding: str | None = None, **options: Any) -> Any:
        """The picture as bytes, or as text in an encoding."""
        format = format or self.format
        if args or any(options.values()) or f".{format}" not in PICTURE_SUFFIXES:
            return super().pipe(format, *args, encoding=encoding, **options)
        picture = render(self.source, format)
        return picture.decode(encoding) if encoding else picture

    def render(self, filename: Any = None, directory: Any = None, view: bool = False, cleanup: bool = False,
               format: str | None = None, *args: Any, **options: Any) -> str:
        """Write the DOT text to a file, and the picture beside it; returns the picture's path."""
        format = format or self.format
        if args or any(options.values()) or f".{format}" not in PICTURE_SUFFIXES:
            return str(super().render(filename, directory, view, cleanup, format, *args, **options))
        text = self.save(filename, directory=directory)
        save_picture(self.source, f"{text}.{format}")
        if cleanup:
            os.remove(text)
        if view:
            graphviz.view(f"{text}.{format}")
        return f"{text}.{format}"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None, **_: Any) -> dict[str, str]:
        return notebook_picture(self.source, "<Digraph>")


def notebook_picture(source: str, text: str) -> dict[str, str]:
    """What a notebook shows of DOT text, by type: the picture, which fits its cell, or why there is none.

    The picture is an <img>, because JupyterLab strips an <svg> from a notebook that it does not trust.
    """
    try:
        svg = render(source, "svg")
    except RendererError as error:
        return {"text/plain": f"{text} is not shown, its .source is the DOT text.\n{error}"}
    root = ElementTree.fromstring(svg)
    html = (f'<div style="overflow-x: auto"><img alt="{escape(root.get("aria-label", ""))}" '
            f'style="{root.get("style")}" src="data:image/svg+xml;base64,{b64encode(svg).decode()}"/></div>')
    return {"text/html": html, "image/svg+xml": svg.decode(), "text/plain": text}


def draw(root: Value, *, detail: str | None = None, expand: bool | Value | str = False, gradients: bool = True,
         constants: bool = True, highlight: Value | str | None = None, flow: bool = False, strength: bool = False,
         bias: str = "weight", digits: int = 4, direction: str = "LR", limit: int | None = None) -> Drawing:
    """Draw the graph that root depends on, with ∂root/∂node at its nodes, whether backward has run or not.

    `detail` is "node" (a box for each node), "neuron" (in a network: a neuron's weights are rows in its box), "whole"
    (a neuron's weights, v, φ'(v), y and δ are one box, as on the page of step_through) or "layer" (a box for each
    layer); None is by neuron where that can be read (400 nodes, 100 arrows into weights), else
    by layer, and without a network by node.  `expand` writes nodes of many parents, such as a neuron's
    v = w₁x₁ + w₂x₂ + b, out as products and sums: True all of them, a neuron's v or y that one alone.
    Without `gradients` it is the forward phase alone; without `constants` those are left out; `highlight` shows the
    paths from one node to the output; with `flow` an arrow is as thick as the gradient it carries is large, with
    `strength` one into a neuron as thick as its weight is large, dashed where that is negative; bias="neuron" shows
    the lecture's x₀ = 1, which a bias is the weight of; `digits` are the significant ones; `direction` is LR, TB, RL
    or BT.  Nodes may be given by their names.
    Raises TypeError if root is no Value, ValueError where it has more nodes than can be read: 400, or 60 if expanded,
    or 100 boxes by layer, unless `limit` says otherwise; and where a leaf's data was changed after recording, as
    optimizer.step() does: draw(replay(root)) shows the current data.

    >>> x = Value(3.0, label="x")
    >>> draw(x * x)
    <Drawing of u1: 2 nodes, 2 edges>
    """
    if not isinstance(root, Value):
        raise TypeError(f"draw takes a Value, the output of an expression, not {ops.short(repr(root))}")
    check_style(digits, direction)
    check_limit(limit)
    if detail not in (None, *DETAILS):
        raise ValueError(f"detail is one of {', '.join(DETAILS)}, or None, not {detail!r}")
    if flow and not gradients:
        raise ValueError("flow shows the size of gradients, so it needs gradients=True")
    check_fresh("draw", root)
    if isinstance(highlight, Value):
        highlight = find_node("highlight", highlight, root)
    if expand is not False:
        if detail == "layer" or (expand is True and detail == "neuron"):
            raise ValueError(f"expand draws the nodes in a neuron, detail={detail!r} does not; leave one of them out")
        copy = expand_one(root, expand, limit)
        detail = "node" if expand is True else detail or "neuron"
        limit = EXPANDED_LIMIT if limit is None and expand is True else limit
        highlight = copy[highlight] if isinstance(highlight, Value) else highlight
        root = copy[root]
    diagram, box_of = described(root, detail, gradients, digits, limit)
    check_connections(strength, flow, bias, diagram)
    highlighted = None
    if highlight is not None:
        highlighted = nodes_on_paths(find_node("highlight", highlight, root), root, box_of, diagram)
    if bias == "neuron":
        diagram = with_bias_neurons(diagram, wengert_list(root), box_of)
    if not constants:
        diagram = without_constants(diagram)
    diagram, copies = split_leaves(diagram)
    if highlighted:
        highlighted |= {copy for leaf in highlighted for copy in copies.get(leaf, ())}
    return Drawing(digraph(diagram, digits, direction, highlighted, flow, strength).source, diagram)


def described(root: Value, detail: str | None, gradients: bool, digits: int,
              limit: int | None) -> tuple[Diagram, dict[Value, str]]:
    """The diagram with so much detail, or as much as can be read, and the id of every node's box."""
    tape = wengert_list(root)
    is_network = any(map(is_neuron, tape))
    if detail is None:
        detail = "node" if not is_network else "neuron" if is_legible(tape, limit) else "layer"
    if detail == "layer":
        if not is_network:
            raise ValueError("detail='layer' needs layers: no weighted sum in this graph has parameters with a scope, "
                             "as those of an nn.MLP have")
        boxes = boxes_of(root)
        if len(boxes) > (limit or BOXES_LIMIT):
            raise ValueError(f"a drawing of {len(tape)} nodes is not readable, as {len(boxes)} boxes with one for each "
                             "layer: draw a part of it, from one of its inner nodes, or ask for it with "
                             f"limit={len(boxes)}")
        return by_layer(root, boxes, gradients, digits), {node: box for box in boxes for node in boxes[box]}
    check_size(root, LIMIT if limit is None else limit,
               "draw it with detail='layer'" if is_network else "draw a part of it, from one of its inner nodes")
    diagram, tape = build_diagram(root, gradients, digits), in_reading_order(tape)
    box_of = {node: f"n{i}" for i, node in enumerate(tape)}
    if detail == "whole":
        return with_whole_neurons(diagram, tape, digits)
    return (by_neuron(diagram, tape, digits) if detail == "neuron" else diagram), box_of


def is_legible(tape: Sequence[Value], limit: int | None) -> bool:
    """Can a network be read neuron by neuron?"""
    if limit is not None:
        return len(tape) <= limit
    arrows = sum(not isinstance(parent, Parameter) for v in filter(is_neuron, tape) for parent in v.parents)
    return len(tape) <= LIMIT and arrows <= ARROWS_LIMIT


def without_constants(diagram: Diagram) -> Diagram:
    """The diagram without its constants and their edges."""
    nodes = tuple([replace(node, rows=tuple([row for row in node.rows if row.kind != "constant"]))
                   for node in diagram.nodes if node.kind != "constant"])
    left = {node.id for node in nodes}
    return replace(diagram, nodes=nodes, edges=tuple([edge for edge in diagram.edges if edge.parent in left]))


def draw_dot(root: Value, format: str = "svg", rankdir: str = "LR") -> graphviz.Digraph:
    """The drawing as micrograd's users know it: a Digraph of the graphviz package, which renders wherever `draw` does.

    Raises what `draw` raises.
    """
    dot = digraph(draw(root, direction=rankdir).description, direction=rankdir)
    return RenderedDigraph(dot.name, format=format, graph_attr=dot.graph_attr, node_attr=dot.node_attr,
                           edge_attr=dot.edge_attr, body=dot.body)


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
