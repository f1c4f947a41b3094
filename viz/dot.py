"""How a description looks: colours, boxes, arrows and the legend, as DOT.

The text of a label is one run in each cell and subscripts are Unicode's, because not every renderer can do more.
"""
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from typing import NamedTuple

import graphviz

from .description import Description, Edge, Node
from .letters import number_text
from .scripts import text
from .symbol import Symbol, tree

FONT = "Arial"                                  # every renderer knows its widths; render.py asks for its likes as well


class Look(NamedTuple):
    """A box: its fill and its border."""
    fill: str
    border: str
    style: str
    width: float
    lines: int = 1                              # of the border


# Okabe and Ito's colours, which the colour-blind tell apart: pale as fills, darker as ink.
LOOKS = {
    "input":     Look("#DCEEFA", "#0072B2", "solid", 1.4),
    "parameter": Look("#D9F2E6", "#007A59", "rounded", 2.4),
    "constant":  Look("#F0F0F0", "#6B6B6B", "dashed", 1.2),
    "operation": Look("#FFFFFF", "#444444", "rounded", 1.2),
    "root":      Look("#FFF3CC", "#8A6100", "solid", 1.6, 2),
}
PAPER, INK = "#FFFFFF", "#000000"
FORWARD_INK, BACKWARD_INK = "#005A8C", "#A03F00"        # of values and of gradients
FORWARD, BACKWARD = "#0072B2", "#D55E00"                # and of the arrows they travel along

ARROWS = {"LR": "→←", "RL": "←→", "TB": "↓↑", "BT": "↑↓"}          # forward and back, in each direction of drawing


def digraph(description: Description, digits: int = 4, direction: str = "LR") -> graphviz.Digraph:
    """The description as DOT.  Its ids and classes go into the SVG, the ids after a prefix made of the content."""
    prefix = "g" + sha256(repr((description, digits, direction)).encode()).hexdigest()[:8]
    pen = Pen(description, digits)
    dot = graphviz.Digraph(plain(pen.title()), graph_attr={
        "id": prefix, "rankdir": direction, "nodesep": "0.22", "ranksep": "0.4", "pad": "0.15", "bgcolor": PAPER,
        "fontname": FONT, "fontsize": "12", "label": pen.legend(*ARROWS[direction]), "labelloc": "b", "labeljust": "l"})
    dot.attr("node", shape="box", fontname=FONT, fontsize="12", margin="0.09,0.04", width="0.3", height="0.3")
    dot.attr("edge", fontname=FONT, fontsize="11", arrowsize="0.7", penwidth="1.4")
    for node in description.nodes:
        look = LOOKS[node.kind]
        dot.node(node.id, pen.box(node), _attributes={"class": node.kind}, id=f"{prefix}-{node.id}",
                 tooltip=plain(pen.says(node)), fillcolor=look.fill, color=look.border, style=f"filled,{look.style}",
                 penwidth=str(look.width), peripheries=str(look.lines))
    for edge in description.edges:
        kind = pen.nodes[edge.parent].kind
        arrows = {"color": FORWARD, "style": "dashed" if kind == "constant" else "solid"}
        if edge.partial is not None:
            arrows = {"color": f"{FORWARD}:{BACKWARD}", "dir": "both", "arrowtail": "vee",
                      "label": f"<{table([cell(escaped(pen.partial(edge)), BACKWARD_INK)], padding=4)}>"}
        dot.edge(edge.parent, edge.child, _attributes={"class": kind}, id=f"{prefix}-{edge.id}",
                 tooltip=plain(pen.carries(edge)), **arrows)
    return dot


@dataclass
class Pen:
    """Writes what the parts of one description say."""
    description: Description
    digits: int

    def __post_init__(self) -> None:
        self.nodes = {node.id: node for node in self.description.nodes}
        self.root = self.description.root

    def number(self, x: float) -> str:
        return number_text(x, self.digits)

    def slope(self, of: Node, by: Node) -> str:
        """∂y/∂x."""
        return text(tree("derivative", "∂", Symbol(of.name), Symbol(by.name)))

    def header(self, node: Node) -> str:
        """y = tanh(v); of a leaf the name alone."""
        name = text(Symbol(node.name))
        return f"{name} = {node.formula}" if node.formula else name

    def rows(self, node: Node) -> list[tuple[str, str, str]]:
        """What is said of a node under its header: (label, number, ink)."""
        if node.kind == "constant" and node.name == self.number(node.value):        # it is called by its number
            return []
        rows = [("value", self.number(node.value), FORWARD_INK)]
        if node.gradient is not None:
            rows.append((self.slope(self.root, node), self.number(node.gradient), BACKWARD_INK))
        if node.delta is not None:
            rows.append((f"δ = −{self.slope(self.root, node)}", self.number(node.delta), BACKWARD_INK))
        return rows

    def box(self, node: Node) -> str:
        """A node's label: its header over the rows."""
        rows = [cell(bold(self.header(node)), INK, across=2)]
        for label, number, ink in self.rows(node):      # a bold space, so that both cells have one baseline
            rows.append(cell(escaped(label) + bold(" "), ink) + cell(bold(number), ink))
        return f"<{table(rows)}>"

    def partial(self, edge: Edge) -> str:
        """∂y/∂v = 0.5."""
        assert edge.partial is not None
        return f"{self.slope(self.nodes[edge.child], self.nodes[edge.parent])} = {self.number(edge.partial)}"

    def title(self) -> str:
        """The whole drawing in a line."""
        count = f"{len(self.nodes)} node{'s' * (len(self.nodes) != 1)}"
        return f"{self.header(self.root)}: {self.number(self.root.value)}, from a graph of {count}"

    def says(self, node: Node) -> str:
        """A node in a line."""
        return ", ".join([f"{node.kind} {self.header(node)}", *[f"{a}: {b}" for a, b, _ in self.rows(node)]])

    def carries(self, edge: Edge) -> str:
        """What an edge adds to its parent's gradient, by the chain rule."""
        parent, child = self.nodes[edge.parent], self.nodes[edge.child]
        if edge.partial is None or child.gradient is None:
            return f"{text(Symbol(parent.name))} → {text(Symbol(child.name))}"
        return (f"{self.slope(self.root, child)} · {self.slope(child, parent)} = {self.number(child.gradient)} · "
                f"{self.number(edge.partial)} = {self.number(child.gradient * edge.partial)}")

    def legend(self, forward: str, back: str) -> str:
        """The kinds there are, as their boxes look, and what the arrows mean."""
        present = {node.kind for node in self.description.nodes}
        parts = []
        for kind, look in LOOKS.items():
            if kind in present:
                words = f"output {text(Symbol(self.root.name))}" if kind == "root" else kind
                parts.append(f'<TD BGCOLOR="{look.fill}" COLOR="{look.border}" BORDER="{look.lines}" '
                             f'CELLPADDING="7" STYLE="{look.style}">{run(escaped(words), INK)}</TD>')
        parts.append(cell(f"{forward} value flows forward", FORWARD_INK))
        if self.root.gradient is not None:
            parts.append(cell(f"{back} gradient flows back; edge: local partial derivative", BACKWARD_INK))
        gap = "<TD> </TD>"
        return f"<{table([gap, gap.join(parts)], padding=4)}>"


def escaped(words: str) -> str:
    """Text in an HTML-like label, where DOT would read \\N as the node's name: something unseen goes between."""
    return escape(words.replace("\\", "\\\u200c").replace("⋯", "…"))       # not every renderer has ⋯ in its font


def bold(words: str) -> str:
    return f"<B>{escaped(words)}</B>"


def run(words: str, ink: str) -> str:
    return f'<FONT COLOR="{ink}">{words}</FONT>'


def cell(words: str, ink: str, across: int = 1) -> str:
    return f'<TD ALIGN="LEFT" COLSPAN="{across}">{run(words, ink)}</TD>'


def table(rows: Iterable[str], padding: int = 2) -> str:
    written = "".join([f"<TR>{row}</TR>" for row in rows])
    return f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="{padding}">{written}</TABLE>'


def plain(words: str) -> str:
    """Text nearly as it is in a quoted attribute: renderers differ in how often they read a backslash there."""
    return graphviz.nohtml(words.replace("\\", "∖").replace("&", "&amp;"))
