"""Build the diagram of a recorded graph.

Nothing here knows how it will look, and nothing is changed: the gradients come from a sweep of their own.
"""
from collections.abc import Mapping, Sequence

from autograd import Constant, Parameter, Value, adjoints, ops, recorded, wengert_list
from autograd.symbolic.labels import parse_label
from autograd.symbolic.matrix import matrix
from autograd.symbolic.matrix_printer import ListPrinter
from autograd.symbolic.printer import to_text

from ..notation import node_formula, node_names
from .by_neuron import is_neuron
from .expand import is_on_lists
from .layers import layers_of
from .model import Diagram, Edge, Node

BRIEF = 40                                      # characters of a formula; a longer one on lists is written by Σ
LONGEST = 60                                    # characters of a formula; the middle of a longer one is left out


def build_diagram(root: Value, gradients: bool = True, digits: int = 4) -> Diagram:
    """Describe the graph that root depends on; without gradients, its forward phase alone.

    >>> v = Value(0.0, label="v")
    >>> for node in build_diagram(v.tanh() * 3).nodes:
    ...     print(node.id, node.kind, node.name, node.formula, node.value, node.gradient, node.delta)
    n0 input v  0.0 3.0 -3.0
    n1 operation u1 tanh(v) 0.0 3.0 None
    n2 constant 3  3.0 None None
    n3 root u2 u₁ · 3 0.0 1.0 None
    """
    tape = in_reading_order(wengert_list(root))
    place = {node: i for i, node in enumerate(tape)}
    kind = {node: kind_of(node, root) for node in tape}
    name = node_names(root, digits)
    layer = layers_of(tape)
    gradient = adjoints(root, 1.0, recorded) if gradients else {}
    pre_activations = {parent for node in tape if node.op and node.op.activation for parent in node.parents}

    def described(node: Value) -> Node:
        slope = gradient.get(node) if is_differentiated(node, root) else None
        delta = 0.0 - slope if slope is not None and node in pre_activations else None
        formula = formula_of(node, name, digits) if node.op else ""
        return Node(f"n{place[node]}", kind[node], name[node], formula, node.data, slope, delta,
                    getattr(node, "scope", ()), layer.get(node, "") if node.op else "")

    def edges_to(node: Value) -> list[Edge]:
        child, edges = place[node], []
        for i in slots(node):
            parent = node.parents[i]
            partial = node.partials[i] if gradients and kind[parent] != "constant" else None
            strength = node.partials[i] if is_neuron(node) and not isinstance(parent, Parameter) else None
            edges.append(Edge(f"e{place[parent]}_{child}_{i}", f"n{place[parent]}", f"n{child}", partial,
                              None if partial is None else gradient[node] * partial, strength=strength))
        return edges

    return Diagram(tuple(map(described, tape)), tuple([edge for node in tape for edge in edges_to(node)]))


def kind_of(node: Value, root: Value) -> str:
    """What a node is in the graph of root."""
    if node is root:
        return "root"
    if node.op:
        return "operation"
    return "parameter" if isinstance(node, Parameter) else "constant" if isinstance(node, Constant) else "input"


def is_differentiated(node: Value, root: Value) -> bool:
    """Has the node a gradient that is of interest?  A constant has none."""
    return kind_of(node, root) != "constant"


def slots(node: Value) -> Sequence[int]:
    """The places of a node's parents in the order its formula names them: w₁, x₁, w₂, x₂, b of w₁, w₂, x₁, x₂, b."""
    if not (node.op and is_on_lists(node.op)):
        return range(len(node.parents))
    stand_ins = [Value(0.0) for _ in node.parents]
    place = {x: i for i, x in enumerate(wengert_list(node.op.written(*stand_ins)))}
    return sorted(range(len(stand_ins)), key=lambda i: place[stand_ins[i]])


def in_reading_order(tape: Sequence[Value]) -> list[Value]:
    """The same nodes, parents before children, the leaves of a node on lists as its formula names them."""
    late = {parent for node in tape if node.op and is_on_lists(node.op) for parent in node.parents if not parent.op}
    order: dict[Value, None] = {}
    for node in tape:
        if node not in late:
            order |= dict.fromkeys([node.parents[i] for i in slots(node)] + [node])
    return list(order)


def formula_of(node: Value, names: Mapping[Value, str], digits: int) -> str:
    """What a node was computed from, as it fits a box: of long lists in the letters that their numbers share."""
    text = to_text(node_formula(node, names), digits)
    if len(text) <= BRIEF or node.op is None or not is_on_lists(node.op):
        return cut(text)
    lists = []
    for part in node.arguments:
        labels = [parse_label(names[x]) if isinstance(x, Value) else None for x in part] if type(part) is tuple else []
        letters = {label.base if label and label.is_letter and label.subscript else "" for label in labels}
        if len(letters) != 1 or "" in letters:
            return cut(text)
        lists.append(ops.Stacked(matrix(letters.pop(), len(labels), is_wide=True), len(labels)))
    return ListPrinter().write(matrix("1").apply_op(ops.TABLE[node.op.name], lists))


def cut(text: str) -> str:
    """The text, its middle left out at spaces if it is too long for a box.

    >>> cut("v1, v2, " * 10)
    'v1, v2, v1, v2, v1, v2, v1, v2, v1, v2, … v1, v2, v1, v2, '
    """
    if len(text) <= LONGEST:
        return text
    head, tail = text[:LONGEST * 2 // 3], text[-LONGEST // 3:]
    return f"{head.rpartition(' ')[0] or head} … {tail.partition(' ')[2] or tail}"
