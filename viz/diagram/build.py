"""Build the diagram of a recorded graph.

It knows nothing of the layout, and changes no node: the gradients come from a separate sweep.
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

BRIEF = 40                                      # characters of a formula; a longer one on lists is written with Σ
LONGEST = 60                                    # characters of a formula; a longer one is cut in the middle


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
        formula = boxed_formula(node, name, digits) if node.op else ""
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
    """The kind of a node in the graph of root: input, parameter, constant, operation or root."""
    if node is root:
        return "root"
    if node.op:
        return "operation"
    return "parameter" if isinstance(node, Parameter) else "constant" if isinstance(node, Constant) else "input"


def is_differentiated(node: Value, root: Value) -> bool:
    """Is the node's gradient shown?  A constant's is not."""
    return kind_of(node, root) != "constant"


def slots(node: Value) -> Sequence[int]:
    """The indices of a node's parents in the order of its formula: w₁, x₁, w₂, x₂, b for parents w₁, w₂, x₁, x₂, b."""
    if not (node.op and is_on_lists(node.op)):
        return range(len(node.parents))
    stand_ins = [Value(0.0) for _ in node.parents]
    place = {x: i for i, x in enumerate(wengert_list(node.op.written(*stand_ins)))}
    return sorted(range(len(stand_ins)), key=lambda i: place[stand_ins[i]])


def in_reading_order(tape: Sequence[Value]) -> list[Value]:
    """The nodes in topological order, with the leaves of an operation on lists in the order of its formula."""
    late = {parent for node in tape if node.op and is_on_lists(node.op) for parent in node.parents if not parent.op}
    order: dict[Value, None] = {}
    for node in tape:
        if node not in late:
            order |= dict.fromkeys([node.parents[i] for i in slots(node)] + [node])
    return list(order)


def boxed_formula(node: Value, names: Mapping[Value, str], digits: int) -> str:
    """A node's formula, short enough for a box: long lists are written by the letters that their numbers share."""
    text = to_text(node_formula(node, names), digits)
    if len(text) <= BRIEF or node.op is None or not is_on_lists(node.op):
        return cut(text)
    lists = []
    for part in node.arguments:
        numbers = part if type(part) is tuple else ()
        labels = [parse_label(names[x].rpartition(".")[2] if isinstance(x, Value) else "") for x in numbers]
        letters = {label.base if label.is_letter and label.subscript else "" for label in labels}  # of net.y5 the y
        if len(letters) != 1 or "" in letters:
            return cut(text)
        lists.append(ops.Stacked(matrix(letters.pop(), len(labels), is_wide=True), len(labels)))
    return ListPrinter().write(matrix("1").apply_op(ops.TABLE[node.op.name], lists))


def cut(text: str) -> str:
    """The text, cut in the middle at spaces if it is too long for a box.

    >>> cut("v1, v2, " * 10)
    'v1, v2, v1, v2, v1, v2, v1, v2, v1, v2, … v1, v2, v1, v2, '
    """
    if len(text) <= LONGEST:
        return text
    head, tail = text[:LONGEST * 2 // 3], text[-LONGEST // 3:]
    return f"{head.rpartition(' ')[0] or head} … {tail.partition(' ')[2] or tail}"
