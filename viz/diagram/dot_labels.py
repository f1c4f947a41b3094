"""What the boxes, the arrows and the legend of a drawing say, in the HTML-like labels of DOT.

The text of a label is one run in each cell and subscripts are Unicode's, because not every renderer can do more.
"""
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

import graphviz

from autograd.symbolic.expr import Expr
from autograd.symbolic.printer import to_text

from .captions import Captions
from .model import Edge, Node, Row
from .style import ARROWS, BACKWARD_INK, BOX_STYLES, DIM_INK, FORWARD_INK, INK

GAP = "\u00a0\u00a0"                            # between the columns of numbers
SPARE = 14                                      # characters of a header that ask for a space more than dot leaves them
CROWDED = 24                                    # labels on the arrows into rows: more cannot be read


@dataclass
class DotLabels(Captions):
    """The captions as HTML-like labels; what is not among the ids in `highlighted`, if any, is dimmed."""
    direction: str = "LR"
    highlighted: frozenset[str] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.has_rows = any(node.rows for node in self.diagram.nodes)
        self.into_rows = sum(bool(edge.port) for edge in self.diagram.edges)
        self.is_crowded = self.into_rows > CROWDED

    def is_highlighted(self, id: str) -> bool:
        return self.highlighted is None or id in self.highlighted

    def box(self, node: Node) -> str:
        """A node's label: its header over the rows."""
        if node.result:
            return f"<{self.neuron(node)}>"
        is_highlighted = self.is_highlighted(node.id)
        fills = [BOX_STYLES[summary.of].fill if summary.of == "parameter" and is_highlighted else ""
                 for summary in node.summaries]
        fills += [BOX_STYLES[row.kind].fill if is_highlighted else "" for row in node.rows]
        header = self.header(node)              # dot rounds widths down, and browsers' lines are 5 % longer
        rows = [cell(bold(header + "\u00a0" * (len(header) // SPARE - 1)), self.ink(INK, is_highlighted), across=2)]
        for (label, number, written), fill in zip(self.rows(node), [*fills, "", "", ""]):
            ink = self.ink(written, is_highlighted)     # a bold space, so that both cells have one baseline
            rows.append(cell(escaped(label) + bold(" "), ink, fill=fill) + cell(bold(number), ink, fill=fill))
        return f"<{table(rows)}>"

    def neuron(self, node: Node) -> str:
        """The box of a neuron's v with its weights: side by side where the drawing runs up or down.

        The arrows end at the outer side of a weight, so the weights stand where the arrows come from.
        """
        is_highlighted = self.is_highlighted(node.id)
        gradients = node.gradient is not None
        header = cell(bold(self.header(node)), self.ink(INK, is_highlighted), across=3)
        words = [("value", FORWARD_INK), (f"∂{to_text(Expr(self.root.name))}/∂·", BACKWARD_INK)][:1 + gradients]
        titles = [cell(" ", INK)] + [cell(bold(" ") + escaped(title), self.ink(ink, is_highlighted), align="RIGHT")
                                     for title, ink in words]
        weights = [self.weight(row, gradients) for row in node.rows]
        result = [self.result(row, gradients, is_highlighted) for row in node.result]
        if self.direction in ("LR", "RL"):
            return table([header, "".join(titles), *map("".join, weights), *result])
        columns = table(["".join(line) for line in zip(titles, *weights)])
        parts = [f'<TD ALIGN="LEFT">{part}</TD>' for part in (columns, table([header, *result]))]
        return table(parts if self.direction == "TB" else parts[::-1], padding=0)

    def result(self, row: Row, gradients: bool, is_highlighted: bool) -> str:
        """The cells of one result row of a neuron: v, φ'(v), y or δ."""
        backward = self.ink(BACKWARD_INK, is_highlighted)
        if row.kind == "delta" and row.gradient is not None:
            return (cell(escaped(row.name) + bold(" "), backward, across=2) +
                    cell(bold(self.number(row.gradient)), backward, align="RIGHT"))
        if row.kind == "partial" and row.value is not None:
            return (cell(bold(row.name), backward) + cell(bold(GAP + self.number(row.value)), backward, align="RIGHT") +
                    cell(escaped(GAP + row.note), self.ink(INK, is_highlighted), align="RIGHT"))
        return "".join(self.weight(row, gradients, is_highlighted))

    def weight(self, row: Row, gradients: bool, is_highlighted: bool | None = None) -> list[str]:
        """The cells of one row: name, value, gradient; blank where the term has a node of its own.

        The port is on the side where arrows enter, or for a result of the neuron where they leave.
        """
        is_highlighted = self.is_highlighted(row.id) if is_highlighted is None else is_highlighted
        fill = BOX_STYLES[row.kind].fill if row.kind in BOX_STYLES and is_highlighted else ""
        last = -1 if gradients else 1
        at = {"LR": last if row.kind == "value" else 0, "RL": 0 if row.kind == "value" else last}.get(self.direction, 0)
        cells = [(row.name, INK, "LEFT")]
        cells += [("" if x is None else f"{GAP}{self.number(x)}", ink, "RIGHT")
                  for x, ink in ((row.value, FORWARD_INK), (row.gradient, BACKWARD_INK))[:2 if gradients else 1]]
        ports = [""] * len(cells)
        ports[at] = row.id
        return [cell(bold(words), self.ink(ink, is_highlighted), fill=fill, align=align, port=port)
                for (words, ink, align), port in zip(cells, ports)]

    def ink(self, ink: str, is_highlighted: bool) -> str:
        return ink if is_highlighted else DIM_INK

    def arrow(self, edge: Edge) -> str:
        """The label of an edge: its partial; none where the row at its end says the same and there are many."""
        if edge.partial is None or (edge.port and self.is_crowded):
            return ""
        words = cell(escaped(self.partial(edge)), self.ink(BACKWARD_INK, self.is_highlighted(edge.id)))
        return f"<{table([words], padding=4)}>"

    def legend(self, largest: float | None = None, strongest: float | None = None) -> str:
        """The kinds there are, as their boxes look, and what the arrows mean; largest is of what they carry."""
        nodes = self.diagram.nodes
        present = {node.kind for node in nodes}
        present |= {row.kind for node in nodes for row in node.rows}
        present |= {summary.of for node in nodes for summary in node.summaries if summary.of == "parameter"}
        parts = []
        for kind, look in BOX_STYLES.items():
            if kind in present:
                words = f"output {to_text(Expr(self.root.name))}" if kind == "root" else kind
                parts.append(f'<TD BGCOLOR="{look.fill}" COLOR="{look.border}" BORDER="{look.lines}" '
                             f'CELLPADDING="7" STYLE="{look.style}">{run(escaped(words), INK)}</TD>')
        forward, back = tuple(ARROWS[self.direction])
        if largest is None:
            parts.append(cell(f"{forward} value flows forward", FORWARD_INK))
        if self.root.gradient is not None:
            partial = "; edge: local partial derivative" if any(map(self.arrow, self.diagram.edges)) else ""
            parts.append(cell(f"{back} gradient flows back{partial}", BACKWARD_INK))
            if self.is_crowded:
                parts.append(cell("into a weight's row: its partial is that weight", BACKWARD_INK))
        if largest is not None:
            parts.append(cell(f"the thicker, the larger; at most {self.number(largest)}", BACKWARD_INK))
        if strongest is not None:
            parts.append(cell(escaped("weight > 0, solid"), FORWARD_INK))
            parts.append(cell(escaped("weight < 0, dashed"), BACKWARD_INK))
            parts.append(cell(f"the thicker, the stronger; at most {self.number(strongest)}", INK))
        gap = "<TD> </TD>"
        return f"<{table([gap, gap.join(parts)], padding=4)}>"


def escaped(words: str) -> str:
    """Text in an HTML-like label, where DOT would read \\N as the node's name: something unseen goes between."""
    return escape(words.replace("\\", "\\\u200c").replace("⋯", "…"))       # not every renderer has ⋯ in its font


def bold(words: str) -> str:
    return f"<B>{escaped(words or ' ')}</B>"        # <B></B> is an error


def run(words: str, ink: str) -> str:
    return f'<FONT COLOR="{ink}">{words}</FONT>'


def cell(words: str, ink: str, across: int = 1, fill: str = "", align: str = "LEFT", port: str = "") -> str:
    more = (f' BGCOLOR="{fill}"' if fill else "") + (f' PORT="{port}"' if port else "")
    return f'<TD ALIGN="{align}" COLSPAN="{across}"{more}>{run(words, ink)}</TD>'


def table(rows: Iterable[str], padding: int = 2) -> str:
    written = "".join([f"<TR>{row}</TR>" for row in rows])
    return f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="{padding}">{written}</TABLE>'


def plain(words: str) -> str:
    """Text nearly as it is in a quoted attribute: renderers differ in how often they read a backslash there."""
    return graphviz.nohtml(words.replace("\\", "∖").replace("&", "&amp;"))
