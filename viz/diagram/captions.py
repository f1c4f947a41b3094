"""Captions of the boxes and arrows of a drawing, as plain text."""
from dataclasses import dataclass

from autograd.symbolic.expr import Expr
from autograd.symbolic.labels import format_number
from autograd.symbolic.printer import to_text

from .model import Diagram, Edge, Node
from .style import BACKWARD_INK, FORWARD_INK


@dataclass
class Captions:
    """The captions of one diagram's nodes and edges."""
    diagram: Diagram
    digits: int

    def __post_init__(self) -> None:
        self.nodes = {node.id: node for node in self.diagram.nodes}
        self.root = self.diagram.root
        self.between: dict[tuple[str, str], list[str]] = {}         # by (parent, child): the ids of all edges
        for edge in self.diagram.edges:
            self.between.setdefault((edge.parent, edge.child), []).append(edge.id)
        self.names = {node.id: node.name for node in self.diagram.nodes}
        self.names |= {row.id: row.name for node in self.diagram.nodes for row in node.result if row.kind == "value"}

    def number(self, x: float) -> str:
        return format_number(x, self.digits)

    def slope(self, of: str, by: str) -> str:
        """The derivative ∂y/∂x as text, for nodes given by their ids."""
        return to_text(Expr.of("derivative", "∂", Expr(self.names[of]), Expr(self.names[by])))

    def header(self, node: Node) -> str:
        """A node's header: y = tanh(v); for a leaf only its name."""
        name = to_text(Expr(node.name))
        return f"{name} = {node.formula}" if node.formula else name

    def rows(self, node: Node) -> list[tuple[str, str, str]]:
        """The rows under a node's header: (label, number, ink)."""
        if node.summaries:
            return [(summary.label, summary.number, FORWARD_INK if summary.phase == "forward" else BACKWARD_INK)
                    for summary in node.summaries]
        if node.is_called_by_its_number(self.digits):
            return []
        rows = [(row.name, self.number(row.value), FORWARD_INK) for row in node.rows
                if row.value is not None and not node.result]
        rows.append(("value", self.number(node.value), FORWARD_INK))
        if node.gradient is not None:
            rows.append((self.slope(self.root.id, node.id), self.number(node.gradient), BACKWARD_INK))
        if node.delta is not None:
            rows.append((f"δ = −{self.slope(self.root.id, node.id)}", self.number(node.delta), BACKWARD_INK))
        return rows

    def partial(self, edge: Edge) -> str:
        """An edge's partial: ∂y/∂v = 0.5, or for one of several edges, as in v · v: ∂y/∂v, term 1 of 2 = 0.5."""
        assert edge.partial is not None
        return f"{self.slope_along(edge)} = {self.number(edge.partial)}"

    def slope_along(self, edge: Edge) -> str:
        """The partial of an edge in letters, with the number of the term where there are several."""
        edges = self.between[edge.parent, edge.child]
        term = f", term {edges.index(edge.id) + 1} of {len(edges)}" if len(edges) > 1 else ""
        return self.slope(edge.child, edge.tail or edge.parent) + term

    def title(self) -> str:
        """The caption of the whole drawing, in one line."""
        size = self.diagram.size or len(self.nodes)
        count = f"{size} node{'s' * (size != 1)}"
        return f"{self.header(self.root)}: {self.number(self.root.value)}, from a graph of {count}"

    def node_caption(self, node: Node) -> str:
        """The caption of a node, in one line."""
        return ", ".join([f"{node.kind} {self.header(node)}", *[f"{a}: {b}" for a, b, _ in self.rows(node)]])

    def edge_caption(self, edge: Edge) -> str:
        """The caption of an edge: its term of the parent's gradient, by the chain rule."""
        parent, child = edge.tail or edge.parent, self.nodes[edge.child]
        arrow = f"{to_text(Expr(self.names[parent]))} → {to_text(Expr(child.name))}"
        if edge.carried is None:
            return arrow
        if edge.partial is None or child.gradient is None:
            return f"{arrow}: it carries a gradient of norm {self.number(edge.carried)}"
        return (f"{self.slope(self.root.id, child.id)} · {self.slope_along(edge)} = {self.number(child.gradient)} · "
                f"{self.number(edge.partial)} = {self.number(edge.carried)}")
