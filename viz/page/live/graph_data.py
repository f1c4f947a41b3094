"""A recorded graph as data for the page's script, and the rows of its operations as JavaScript.

A row that only Python can run freezes its node at the recorded value: the leaves it depends on cannot be changed.
"""
import json
from typing import Any

from autograd import Op, Value, wengert_list
from autograd.compiler.scalar.scalar_source import row_source
from autograd.compiler.trace import NotTraceable
from autograd.symbolic.expr import Expr
from autograd.symbolic.printer import to_text

from ...notation import delta_of, is_number
from ..explain import Explainer, added, product
from .ascii_names import ascii_name, ascii_names


class GraphData:
    """The graph of one explainer: its nodes by their places on the tape, its edges as the backward sweep meets them."""

    def __init__(self, explainer: Explainer) -> None:
        self.explainer, self.tape, self.at = explainer, explainer.run.tape, explainer.at
        self.names = ascii_names(explainer.notation.names)
        self.rows: dict[str, int] = {}          # the text of each row, once
        self.row: dict[Value, int] = {}
        self.edge_number = {f"e{self.at[node.parents[i]]}_{self.at[node]}_{i}": k
                            for (node, i), k in explainer.edge.items()}
        self.partial_at = [node.partials[i] for node, i in explainer.edge]
        self.locked: dict[Value, str] = {}      # leaves that cannot be changed, with the reason
        for node in self.tape:
            if node.op:
                try:
                    self.row[node] = self.rows.setdefault(arrow_function(node.op, len(node.parents)), len(self.rows))
                except NotTraceable:
                    reason = f"cannot be changed: {explainer.name(node)} is computed by Python code, which no page runs"
                    self.locked |= {leaf: reason for leaf in wengert_list(node) if not leaf.op}

    def is_given(self, node: Value) -> bool:
        """Is this a leaf with a number of its own, and not a plain number among operators?"""
        return not node.op and not is_number(node)

    def is_changeable(self, node: Value) -> bool:
        return self.is_given(node) and node not in self.locked

    def label(self, kind: str, node: Value) -> str:
        """The name of a hidden number: dJ/dw11, or delta3."""
        if kind == "d":
            return ascii_name(to_text(delta_of(self.explainer.notation.names[node])))
        return f"d{self.names[self.explainer.run.output]}/d{self.names[node]}"

    def rule(self, node: Value, is_delta: bool = False) -> str:
        """The chain rule for a node's gradient or its δ, in symbols."""
        consumers = self.explainer.run.consumers[node]
        if not consumers or (is_delta and node not in self.explainer.pre_activations):
            return ""
        output, derivative = self.explainer.run.output, self.explainer.notation.derivative
        symbols = added([product(derivative(output, consumer), derivative(consumer, node)) for consumer in consumers])
        left = self.explainer.notation.delta(node) if is_delta else self.explainer.slope(node)
        return f"{to_text(left)} = {to_text(-symbols if is_delta else symbols)}"

    def data(self) -> dict[str, Any]:
        """What the script is given, as JSON can hold it; NaN and the infinities as text."""
        run, notation = self.explainer.run, self.explainer.notation
        edges = [(node, node.parents[i]) for node, i in self.explainer.edge]
        return {
            "digits": notation.digits, "eta": run.lr, "root": self.at[run.output],
            "names": [self.names[node] for node in self.tape],
            "texts": [self.explainer.name(node) for node in self.tape],
            "deltas": [self.label("d", node) for node in self.tape],
            "values": [as_json(node.data) for node in self.tape],
            "given": [self.at[node] for node in self.tape if self.is_changeable(node)],
            "parameters": [self.at[w] for w in run.parameters if self.is_changeable(w)],
            "row": [self.row.get(node, -1) for node in self.tape],
            "parents": [[self.at[parent] for parent in node.parents] for node in self.tape],
            "formulas": [to_text(notation.expression(node), notation.digits) if node.op else "" for node in self.tape],
            "domains": [node.op.domain if node.op else "" for node in self.tape],
            "consumer": [self.at[node] for node, _ in edges], "parent": [self.at[parent] for _, parent in edges],
            "partials": [as_json(partial) for partial in self.partial_at],
            "rules": [self.rule(node) for node in self.tape],
            "deltaRules": [self.rule(node, is_delta=True) for node in self.tape],
            "activations": {k: to_text(notation.formula(node, parent), notation.digits)
                            for k, (node, parent) in enumerate(edges) if node.op and node.op.activation},
            "weights": {k: to_text(formula) for k, (node, parent) in enumerate(edges)
                        if parent.op and node in self.explainer.pre_activations
                        and isinstance(formula := notation.formula(node, parent), Expr) and formula.kind == "name"},
        }

    def script(self) -> str:
        """The data and the rows, as constants of the script."""
        given = json.dumps(self.data(), ensure_ascii=False, allow_nan=False)
        return f"const GRAPH = {given};\nconst ROWS = [\n{''.join([f'{row},{chr(10)}' for row in self.rows])}];\n"


def as_json(x: float) -> float | str:
    """The number; as text where JSON has no such number."""
    return x if x - x == 0.0 else repr(x).replace("nan", "NaN").replace("inf", "Infinity")


def arrow_function(op: Op, count: int) -> str:
    """The row as a function of its numbers that returns [value, each local partial].

    >>> from autograd import ops
    >>> print(arrow_function(ops.tanh, 1))
    x1 => {
    const z = Math.tanh(x1);
    const dz_dx1 = 1.0 - z * z;
    return [z, dz_dx1]; }
    """
    names = [f"x{i}" for i in range(1, count + 1)]
    arguments = names[0] if count == 1 else f"({', '.join(names)})"
    partials = ", ".join([f"dz_d{name}" for name in names])
    return f"{arguments} => {{\n{row_source(op, 'javascript', names)}\nreturn [z, {partials}]; }}"
