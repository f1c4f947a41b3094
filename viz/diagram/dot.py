"""How a diagram looks, as DOT: a box for each node, a frame for each layer, arrows for what flows."""
from hashlib import sha256
from math import isfinite, sqrt

import graphviz

from autograd.symbolic.expr import Expr
from autograd.symbolic.printer import to_text

from .dot_labels import DotLabels, escaped, plain, run
from .model import Diagram, Edge, Node
from .style import BACKWARD, BACKWARD_INK, BOX_STYLES, DIM_LINE, FAINT, FORWARD, INK, LAYER, PAPER

FONT = "Arial"  # every renderer knows its widths; renderer.py asks for its likes as well
SIDES = {"LR": "we", "RL": "ew", "TB": "ns", "BT": "sn"}            # where an arrow comes to a box and where it leaves
BUNDLED = 48                                    # arrows into rows: from here on curved ones would run into one another
STRAIGHT = "8"                                  # the weight of an edge from a neuron's v to its y
THINNEST, THICKEST, NOTHING = 0.8, 7.0, 1e-6    # of arrows as thick as the gradient they carry is large


def digraph(diagram: Diagram, digits: int = 4, direction: str = "LR", highlighted: frozenset[str] | None = None,
            flow: bool = False, strength: bool = False) -> graphviz.Digraph:
    """The diagram as DOT.  Its ids and classes go into the SVG, the ids after a prefix made of the content.

    What is not among the ids in `highlighted` is dimmed; with `flow` an arrow is as thick as the gradient it carries is
    large, with `strength` one into a neuron as its weight is.
    """
    options: tuple[object, ...] = (highlighted and sorted(highlighted), flow, strength)
    options = options if highlighted is not None or flow or strength else ()
    prefix = "g" + sha256(repr((diagram, digits, direction, *options)).encode()).hexdigest()[:8]
    labels = DotLabels(diagram, digits, direction, highlighted)
    largest = largest_of(diagram, "carried") if flow else None
    strongest = largest_of(diagram, "strength") if strength else None
    dot = graphviz.Digraph(plain(labels.title()), graph_attr={
        "id": prefix, "rankdir": direction, "nodesep": "0.22", **room(labels), "pad": "0.15", "bgcolor": PAPER,
        "fontname": FONT, "fontsize": "12", "labelloc": "b", "labeljust": "l",
        "label": labels.legend(largest, strongest)})
    dot.attr("node", shape="box", fontname=FONT, fontsize="12", margin="0.09,0.04", width="0.3", height="0.3")
    dot.attr("edge", fontname=FONT, fontsize="11", arrowsize="0.7", penwidth="1.4")
    frames: dict[str, graphviz.Digraph] = {}
    for node in diagram.nodes:
        if node.layer and node.layer not in frames:
            i = len(frames) + 1
            frames[node.layer] = graphviz.Digraph(f"cluster_{i}", graph_attr={
                "id": f"{prefix}-layer{i}", "class": "layer", "style": "rounded", "color": LAYER, "margin": "10",
                "label": f"<{run(escaped(layer_caption(node.layer)), INK)}>", "labeljust": "l",
                "labelloc": "b" if direction == "TB" else "t"})         # not where the arrows come in
        box(frames.get(node.layer, dot), node, labels, prefix)
    for frame in frames.values():
        dot.subgraph(frame)
    for edge in diagram.edges:
        arrow(dot, edge, labels, prefix, largest, strongest)
    return dot


def room(labels: DotLabels) -> dict[str, str]:
    """The room between nodes one after the other: many arrows between two layers need it, and then run straight."""
    if not labels.is_crowded:
        return {"ranksep": "0.8" if labels.has_rows else "0.4"}
    splines = "line" if labels.into_rows > BUNDLED else "true"
    return {"ranksep": f"{min(0.8 + labels.into_rows / 40, 5):.1f}", "splines": splines}


def box(dot: graphviz.Digraph, node: Node, labels: DotLabels, prefix: str) -> None:
    """Add a node."""
    look, is_highlighted = BOX_STYLES[node.kind], labels.is_highlighted(node.id)
    emphasis = 1.2 if labels.highlighted and is_highlighted else 0.0
    dot.node(node.id, labels.box(node), _attributes={"class": node.kind}, id=f"{prefix}-{node.id}",
             tooltip=plain(labels.node_caption(node)), fillcolor=look.fill if is_highlighted else PAPER,
             color=look.border if is_highlighted else DIM_LINE, style=f"filled,{look.style}",
             penwidth=str(look.width + emphasis), peripheries=str(look.lines))


def arrow(dot: graphviz.Digraph, edge: Edge, labels: DotLabels, prefix: str, largest: float | None,
          strongest: float | None) -> None:
    """Add an edge: the value's arrow forward, the gradient's back."""
    kind, is_highlighted = labels.nodes[edge.parent].kind, labels.is_highlighted(edge.id)
    forward, backward = (FORWARD, BACKWARD) if is_highlighted else (DIM_LINE, DIM_LINE)
    look = {"color": forward, "style": "solid" if kind != "constant" else "dashed"}
    if edge.carried is not None:
        look |= {"color": f"{forward}:{backward}", "dir": "both", "arrowtail": "vee"}
        if largest is not None:
            look = flowing(edge.carried, largest, is_highlighted)
    if strongest is not None and edge.strength is not None:
        look = connecting(edge.strength, strongest, is_highlighted)
    layers = {labels.nodes[edge.parent].layer, labels.nodes[edge.child].layer}
    if edge.carried is not None and len(layers) == 1 and labels.has_rows and "" not in layers:
        look["weight"] = STRAIGHT
    if label := labels.arrow(edge):
        look["label"] = label
    if labels.highlighted and is_highlighted and largest is None:
        look.setdefault("penwidth", "2.4")
    side = SIDES[labels.direction]
    head = f"{edge.child}:{edge.port}:{side[0]}" if edge.port else edge.child
    tail = f"{edge.parent}:{side[1]}" if edge.port and labels.into_rows > BUNDLED else edge.parent
    if edge.tail:
        tail = f"{edge.parent}:{edge.tail}:{side[1]}"
    dot.edge(tail, head, _attributes={"class": kind}, id=f"{prefix}-{edge.id}",
             tooltip=plain(labels.edge_caption(edge)), **look)


def largest_of(diagram: Diagram, number: str) -> float:
    """The largest size of a number of the edges: what they carry, or their strength."""
    found = [getattr(edge, number) for edge in diagram.edges]
    return max(filter(isfinite, [abs(x) for x in found if x is not None]), default=0.0)


def flowing(carried: float, largest: float, is_highlighted: bool) -> dict[str, str]:
    """An arrow back, as thick and as full in colour as what it carries is large; dotted where that is next to nothing.

    >>> flowing(0.25, 1.0, True)["penwidth"], flowing(1e-9, 1.0, True)["style"]
    ('3.9', 'dotted')
    """
    share = abs(carried) / largest if largest else float(carried != 0.0)
    size = sqrt(share) if share <= 1.0 else 1.0                     # infinite and NaN are as large as can be
    ends = zip(bytes.fromhex(FAINT[1:]), bytes.fromhex(BACKWARD_INK[1:]))
    color = "#" + "".join([f"{round(a + (b - a) * size):02X}" for a, b in ends])
    return {"color": color if is_highlighted else DIM_LINE, "dir": "back", "arrowtail": "normal",
            "penwidth": f"{THINNEST + (THICKEST - THINNEST) * size:.1f}", "arrowsize": f"{0.7 - 0.3 * size:.2f}",
            "style": "dotted" if share <= NOTHING else "solid"}


def connecting(weight: float, strongest: float, is_highlighted: bool) -> dict[str, str]:
    """An arrow forward, as thick as the weight is large: blue and solid where it is positive, else orange and dashed.

    >>> connecting(-0.5, 1.0, True)["penwidth"], connecting(-0.5, 1.0, True)["style"]
    ('3.9', 'dashed')
    """
    share = min(abs(weight) / strongest, 1.0) if strongest else 0.0
    color, style = (FORWARD, "solid") if weight >= 0 else (BACKWARD, "dashed")
    return {"color": color if is_highlighted else DIM_LINE, "style": style, "arrowsize": f"{0.7 - 0.3 * share:.2f}",
            "penwidth": f"{THINNEST + (THICKEST - THINNEST) * share:.1f}"}


def layer_caption(layer: str) -> str:
    """A layer's name, on one line."""
    return to_text(Expr(layer))
