"""The diagram's boxes as HTML: a header over rows, in each a label and the cells of one node."""
from collections.abc import Callable
from dataclasses import dataclass
from html import escape

from autograd.symbolic.expr import Expr
from autograd.symbolic.labels import format_number
from autograd.symbolic.printer import to_text

from ...diagram.captions import Captions
from ...diagram.model import Node, Row
from .graph_data import GraphData

HEAD, LINE, FOOT = 1.9, 1.65, 0.3              # em: the heights of a header and a row, the room below the last
BORDERS = {"root": 0.6, "parameter": 0.4}       # em: both horizontal borders
LETTER, BOLD, NUMBER = 0.52, 0.58, 0.58         # em: the widths of a letter, of a bold one and of a digit, nearly


@dataclass(frozen=True)
class BoxRow:
    """A line of a box: its label and the codes of its cells, "" where a column is empty."""
    label: str
    cells: tuple[str, ...]
    kind: str
    id: str = ""                                # the diagram's, where edges come in or leave
    note: str = ""


class Box:
    """One node of the diagram, in em."""

    def __init__(self, node: Node, captions: Captions, edge_number: dict[str, int]) -> None:
        self.node, self.id, self.header = node, node.id, captions.header(node)
        self.is_neuron = bool(node.result)
        self.titles = "value", f"∂{to_text(Expr(captions.root.name))}/∂·"
        self.rows = self.neuron_rows(edge_number) if self.is_neuron else self.node_rows(captions)
        room = 1.2 + NUMBER * (captions.digits + 4)             # −0.0008261 has four signs beside its digits
        labels = max([LETTER * len(row.label) for row in self.rows], default=0.0)
        numbers = 2 * room - 1.0 if self.is_neuron else room
        if self.is_neuron:                      # the label of δ reaches over the column of values
            labels = max([LETTER * len(row.label) - (room - 1.0) * (row.kind == "delta") for row in self.rows])
        self.width = max(BOLD * len(self.header) + 1.4, 1.0 + max(labels, 2.0) + (numbers if self.rows else 0.0))
        lines = len(self.rows) + self.is_neuron
        self.height = BORDERS.get(node.kind, 0.2) + HEAD + LINE * lines + FOOT * bool(lines)

    def neuron_rows(self, edge_number: dict[str, int]) -> list[BoxRow]:
        def cells(row: Row) -> tuple[str, ...]:
            if row.kind == "partial":
                return f"p{edge_number[row.id]}", ""
            i = row.id[1:]
            return ("", f"d{i}") if row.kind == "delta" else (f"a{i}", f"g{i}") if row.value is not None else ("", "")

        rows = [BoxRow(row.name, cells(row), row.kind, row.id, row.note) for row in self.node.rows + self.node.result]
        return [BoxRow(row.label, (row.cells[0], ""), row.kind, row.id) if row.kind == "constant" else row
                for row in rows]

    def node_rows(self, captions: Captions) -> list[BoxRow]:
        if self.node.is_called_by_its_number(captions.digits):
            return []
        i = self.node.id[1:]
        rows = [BoxRow(row.name, (f"a{row.id[1:]}",), row.kind, row.id) for row in self.node.rows]
        codes = [f"a{i}", *[f"g{i}"] * (self.node.gradient is not None), *[f"d{i}"] * (self.node.delta is not None)]
        labels = [label for label, *_ in captions.rows(self.node)][len(rows):]
        return rows + [BoxRow(label, (code,), {"a": "value", "g": "gradient", "d": "delta"}[code[0]])
                       for label, code in zip(labels, codes)]

    def middle(self, row_id: str) -> float:
        """How far down the middle of a row is."""
        place = next(i for i, row in enumerate(self.rows) if row.id == row_id)
        return HEAD + LINE * (place + self.is_neuron + 0.5)

    def html(self, number: Callable[[str], str]) -> str:
        """The box; number(code) is a cell as HTML."""
        titles = "".join([f"<span>{escape(title)}</span>" for title in self.titles])
        rows = "".join([f'<div class="row {row.kind}"><span>{escape(row.label)}</span>'
                        f'{"".join([number(code) if code else "<i></i>" for code in row.cells])}'
                        f'{f"<em>{escape(row.note)}</em>" * bool(row.note)}</div>' for row in self.rows])
        return (f'<div class="box {self.node.kind} {"neuron" * self.is_neuron}" id="{self.id}" role="group" '
                f'aria-label="{escape(self.header)}"><button class="head">{escape(self.header)}</button>'
                f'{f"<div class=titles><i></i>{titles}</div>" * self.is_neuron}{rows}</div>')


def number_cell(code: str, data: GraphData) -> str:
    """A number of the drawing: what the script needs to keep it up to date, and what it is of."""
    kind, place = code[0], int(code[1:])
    run, digits = data.explainer.run, data.explainer.notation.digits
    if kind == "p":
        x = data.partial_at[place]
        return f'<b class="num" data-c="{code}">{format_number(x, digits)}</b>'
    node = run.tape[place]
    if kind == "a":
        if not data.is_given(node):
            return f'<b class="num" data-c="{code}">{format_number(node.data, digits)}</b>'
        more = f'title="{escape(data.locked[node])}"' if node in data.locked else f'data-name="{data.names[node]}"'
        state = "locked" if node in data.locked else "leaf"
        return f'<b class="num {state}" data-c="{code}" {more}>{format_number(node.data, digits)}</b>'
    x = run.gradient[node] if kind == "g" else 0.0 - run.gradient[node]
    of = "data-of" if kind == "g" else "data-delta-of"
    return (f'<b class="num" data-c="{code}" {of}="{data.names[node]}" data-label="{data.label(kind, node)}" '
            f'data-value="{x!r}">{format_number(x, digits)}</b>')
