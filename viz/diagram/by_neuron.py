"""The diagram of a network with one box for each neuron: weights and bias are rows in the box of its weighted sum v.

A parameter that is used elsewhere too is no row but keeps its own node.
"""
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from autograd import Constant, Parameter, Value, ops
from autograd.symbolic.expr import Expr
from autograd.symbolic.labels import format_number, parse_label
from autograd.symbolic.printer import to_text

from .model import Diagram, Edge, Node, Row


def is_neuron(node: Value) -> bool:
    """Is this the v of a neuron in a layer: a weighted sum all of whose parameters have a scope?"""
    if node.op is None or node.op.name != ops.weighted_sum.name:
        return False
    parameters = [parent for parent in node.parents if isinstance(parent, Parameter)]
    return bool(parameters) and all(parameter.scope for parameter in parameters)


def by_neuron(diagram: Diagram, tape: Sequence[Value], digits: int = 4) -> Diagram:
    """The diagram with the neurons' own parameters as rows; the other nodes and edges keep their ids."""
    described = dict(zip(tape, diagram.nodes))
    uses = Counter(parent for node in tape for parent in node.parents)
    rows: dict[str, tuple[Row, ...]] = {}
    formula: dict[str, str] = {}
    port: dict[str, str] = {}                   # by edge: the row at which it ends
    gone: set[str] = set()                      # nodes that have become rows
    for v in filter(is_neuron, tape):
        own: set[Value] = {p for p in v.parents if isinstance(p, Parameter) and uses[p] == 1}
        if not own:
            continue
        id = described[v].id
        rows[id], ports = term_rows(v, described, own, digits)
        port |= ports
        formula[id] = formula_of([[described[v.parents[slot]] for slot in slots] for slots in terms_of(v)])
        gone |= {row.id for row in rows[id] if row.value is not None}

    def fused(node: Node) -> Node:
        if node.id not in rows:
            return node
        return replace(node, rows=rows[node.id], formula=formula[node.id],
                       result=(value_row(node), *delta_rows(node, diagram.root, Expr("delta"))))

    def kept(edge: Edge) -> Edge:
        return replace(edge, port=port.get(edge.id, ""))

    return Diagram(tuple([fused(node) for node in diagram.nodes if node.id not in gone]),
                   tuple([kept(edge) for edge in diagram.edges if edge.parent not in gone]),
                   len(diagram.nodes) if gone else None)


def with_bias_neurons(diagram: Diagram, tape: Sequence[Value], box_of: Mapping[Value, str]) -> Diagram:
    """The diagram with a box x₀ = 1 (y₀ = 1 in a later layer), and an arrow from it to each neuron's bias."""
    ids = {node.id for node in diagram.nodes}
    before: dict[str, list[Node]] = {}          # the bias neurons that come before a box
    edges: list[Edge] = []
    found: dict[frozenset[Value], Node] = {}
    for v in filter(is_neuron, tape):
        bias = v.arguments[-1]
        if not isinstance(bias, Value):
            continue
        signals = frozenset([x for x in v.parents if not isinstance(x, Parameter | Constant)])
        box = box_of[v]
        if signals not in found:
            name = "y0" if any(x.op for x in signals) else "x0"
            found[signals] = Node(f"bias{len(found) + 1}", "constant", name, "", 1.0, None, None, ())
            before.setdefault(box, []).append(found[signals])
        port = box_of[bias] if box_of[bias] not in ids else ""              # its row, where it has no box of its own
        edges.append(Edge(f"{found[signals].id}_{box[1:]}", found[signals].id, box, None, None, port,
                          strength=bias.data))
    nodes = [each for node in diagram.nodes for each in (*before.get(node.id, ()), node)]
    return replace(diagram, nodes=tuple(nodes), edges=(*diagram.edges, *edges))


def term_rows(v: Value, described: Mapping[Value, Node], own: set[Value],
              digits: int) -> tuple[tuple[Row, ...], dict[str, str]]:
    """The rows of a weighted sum's terms, and the row's id for each edge into it; `own` are leaves shown as rows."""
    rows, port, terms = [], {}, terms_of(v)
    for i, slots in enumerate(terms):
        parents = [described[v.parents[slot]] for slot in slots]
        row = term_row(i, [v.parents[slot] for slot in slots], parents, own)
        if len(slots) == 1 and i < len(terms) - 1:              # the other factor is a plain number
            row = replace(row, name=f"{row.name} · {format_number(v.partials[slots[0]], digits)}")
        if slots:
            rows.append(row)
        for slot, parent in zip(slots, parents):
            port[f"e{parent.id[1:]}_{described[v].id[1:]}_{slot}"] = row.id
    return tuple(rows), port


def value_row(node: Node) -> Row:
    """The row of a computed node: its value and its gradient."""
    return Row(node.id, to_text(Expr(node.name)), node.value, node.gradient, "value")


def delta_rows(v: Node, root: Node, delta: Expr) -> tuple[Row, ...]:
    """The row δ = −∂root/∂v; () where v has no δ."""
    slope = to_text(Expr.of("derivative", "∂", Expr(root.name), Expr(v.name)))
    return (Row(v.id, f"{to_text(delta)} = −{slope}", None, v.delta, "delta"),) if v.delta is not None else ()


def terms_of(v: Value) -> list[list[int]]:
    """The terms of a weighted sum, the bias last: for each, the indices of its factors among v's parents.

    >>> from autograd import weighted_sum
    >>> a, b, c = Value(1.0), Value(2.0), Value(3.0)
    >>> terms_of(weighted_sum([a, b], [c, 2.0], 0.5))
    [[0, 2], [1], []]
    """
    assert v.op is not None and callable(v.op.written)
    stand_ins = [Value(0.0) for _ in v.parents]
    place = {stand_in: slot for slot, stand_in in enumerate(stand_ins)}
    rest, terms = v.op.written(*stand_ins), []
    while rest.op and rest.op.name == "+":
        rest, last = rest.parents
        terms.append(last)
    terms.append(rest)
    return [[place[x] for x in (term, *term.parents) if x in place] for term in reversed(terms)]


def term_row(i: int, values: Sequence[Value], nodes: Sequence[Node], own: set[Value]) -> Row:
    """The row of term i, a product of these nodes: the neuron's own parameter, or else an empty row for arrows."""
    for value, node in zip(values, nodes):
        if value in own:
            return Row(node.id, to_text(Expr(node.name)), node.value, node.gradient, node.kind)
    product = Expr(nodes[0].name) if nodes else Expr("")
    for node in nodes[1:]:
        product = product * Expr(node.name)
    return Row(f"s{i}", to_text(product), None, None)


def formula_of(terms: Sequence[Sequence[Node]]) -> str:
    """w·x + b, in the letters that the weights, the inputs and the bias share."""
    *products, bias = terms
    w = common([pair[0] for pair in products if pair], "w")
    x = common([pair[1] for pair in products if len(pair) == 2], "x")
    return f"{w}·{x}" + (f" + {common(bias, 'b')}" if bias else "")


def common(nodes: Sequence[Node], otherwise: str) -> str:
    """The letter that all these nodes' names share, without subscripts, or `otherwise`."""
    letters = {parse_label(node.name).base for node in nodes}
    return letters.pop() if len(letters) == 1 else otherwise
