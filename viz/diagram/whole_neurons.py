"""A graph with one box for each whole neuron: its weights and its bias, v, φ'(v), y and δ are rows of the box.

A leaf that neurons use as a weight or a bias is a row in each of them, shared or not; a constant that is used once,
such as a target, is a row of the node it goes into.
"""
from collections.abc import Sequence
from dataclasses import replace

from autograd import Constant, Parameter, Value, ops
from autograd.symbolic.expr import Expr
from autograd.symbolic.labels import parse_label
from autograd.symbolic.printer import to_text

from ..notation import delta_of
from .by_neuron import delta_rows, formula_of, term_rows, terms_of, value_row
from .model import Diagram, Edge, Node, Row

LONGEST = 26                                    # characters of a sum that is the header; of a longer one, w·x + b

Uses = dict[Value, list[tuple[Value, int]]]     # {parent: each node it goes into, with the place among its parents}


def with_whole_neurons(diagram: Diagram, tape: Sequence[Value], digits: int = 4) -> tuple[Diagram, dict[Value, str]]:
    """The diagram of these nodes with whole neurons as boxes, and the id of every node's box or row.

    The output keeps a box of its own, so that it stays the last node.

    >>> from autograd import half_square, weighted_sum
    >>> from viz.diagram.build import build_diagram, in_reading_order
    >>> from autograd import wengert_list
    >>> w, x, b, t = Parameter(-3.0, "w"), Value(2.0, "x"), Parameter(6.5, "b"), Constant(1.0, "t")
    >>> v = weighted_sum([w], [x], b); v.label = "v"
    >>> y = v.tanh(); y.label = "y"
    >>> J = half_square(t - y); J.label = "J"
    >>> boxes, _ = with_whole_neurons(build_diagram(J), in_reading_order(wengert_list(J)))
    >>> [(node.name, [row.name for row in node.rows + node.result]) for node in boxes.nodes]
    [('x', []), ('v', ['w', 'b', 'v', 'φ′(v)', 'y', 'δ = −∂J/∂v']), ('u1', ['target t']), ('J', [])]
    """
    described = dict(zip(tape, diagram.nodes))
    uses: Uses = {node: [] for node in tape}
    for node in tape:
        for i, parent in enumerate(node.parents):
            uses[parent].append((node, i))
    neurons = {v: own for v in tape if (own := own_leaves(v, uses))}
    activated = {v: activation_of(v, uses) for v in neurons}
    outputs = {v: y for v, y in activated.items() if y is not None and described[y] is not diagram.root}
    takers = {leaf: taker_of_target(leaf, uses) for leaf in tape}
    targets = {leaf: taker for leaf, taker in takers.items() if taker is not None and taker not in neurons}
    box_of = {node: described[node].id for node in tape} | {y: described[v].id for v, y in outputs.items()}
    port: dict[str, str] = {}
    boxes: dict[str, Node] = {}
    for v, own in neurons.items():
        rows, ports = term_rows(v, described, own, digits)
        port |= ports
        boxes[described[v].id] = replace(described[v], rows=rows, formula=short_formula(v, described),
                                         result=results(v, outputs.get(v), described, diagram))
    for leaf, node in targets.items():
        box = boxes.get(described[node].id, described[node])
        target = Row(described[leaf].id, f"target {to_text(Expr(described[leaf].name))}", leaf.data, None, "constant")
        boxes[box.id] = replace(box, rows=(*box.rows, target))
    leaves = {described[leaf].id for own in neurons.values() for leaf in own} | {described[leaf].id for leaf in targets}
    tail = {described[y].id: described[v].id for v, y in outputs.items()}

    def moved(edge: Edge) -> Edge:
        box = tail.get(edge.parent)
        edge = replace(edge, port=port.get(edge.id, ""))
        return replace(edge, parent=box, tail=edge.parent) if box else edge

    return Diagram(tuple([boxes.get(node.id, node) for node in diagram.nodes if node.id not in leaves | set(tail)]),
                   tuple([moved(edge) for edge in diagram.edges if edge.parent not in leaves
                          and tail.get(edge.child) != edge.parent]), len(diagram.nodes)), box_of


def own_leaves(v: Value, uses: Uses) -> set[Value]:
    """The leaves that are rows of v's box: weights or biases, wherever they are used; none otherwise."""
    return {v.parents[slot] for slot in weight_slots(v) if is_weight(v.parents[slot])
            and all(i in weight_slots(node) for node, i in uses[v.parents[slot]])}


def weight_slots(v: Value) -> set[int]:
    """The places among v's parents at which a weighted sum has its weights and its bias."""
    if v.op is None or v.op.name != ops.weighted_sum.name:
        return set()
    *products, bias = terms_of(v)               # of a product with a plain number, a parameter is the weight
    return {slots[0] for slots in products if len(slots) == 2 or (slots and isinstance(v.parents[slots[0]], Parameter))
            } | {*bias}


def is_weight(leaf: Value) -> bool:
    """May the leaf be a weight: has it a name of its own?"""
    return leaf.op is None and (isinstance(leaf, Parameter) or bool(leaf.label.strip()))


def activation_of(v: Value, uses: Uses) -> Value | None:
    """The y = φ(v) that v goes into and nothing else."""
    [y, *others] = [node for node, _ in uses[v]] or [v]
    return y if not others and y.op and y.op.activation else None


def taker_of_target(leaf: Value, uses: Uses) -> Value | None:
    """The only node that a constant with a name goes into."""
    if not (isinstance(leaf, Constant) and leaf.label.strip()) or len(uses[leaf]) != 1:
        return None
    return uses[leaf][0][0]


def results(v: Value, y: Value | None, described: dict[Value, Node], diagram: Diagram) -> tuple[Row, ...]:
    """The rows of what a neuron computes: v, φ'(v) and y where the activation is its own, δ."""
    neuron, rows = described[v], [value_row(described[v])]
    if y is not None and y.op is not None:
        [edge] = [edge for edge in diagram.edges if edge.child == described[y].id]
        if edge.partial is not None:
            rows.append(Row(edge.id, f"φ′({rows[0].name})", edge.partial, None, "partial", y.op.name))
        rows.append(value_row(described[y]))
    return (*rows, *delta_rows(neuron, diagram.root, delta_of(neuron.name)))


def short_formula(v: Value, described: dict[Value, Node]) -> str:
    """The sum as it is, or w·x + b in the letters that its parts share."""
    written = described[v].formula
    if len(written) <= LONGEST - len(parse_label(described[v].name).base):
        return written
    return formula_of([[described[v.parents[slot]] for slot in slots] for slots in terms_of(v)])
