"""What a drawing says, as plain data: each node with its name, formula and numbers, each edge with its partial.

Nothing here knows how it will look, and nothing is changed: the gradients come from a sweep of their own.
"""
from collections.abc import Sequence
from dataclasses import dataclass

from autograd import Constant, Parameter, Value, adjoints, recorded, wengert_list
from autograd.symbolic.labels import format_number
from autograd.symbolic.printer import to_text

from .expand import is_on_lists
from .layers import layers_of
from .names import expression, node_names

LONGEST = 60                                    # characters of a formula; the middle of a longer one is left out


@dataclass(frozen=True)
class Row:
    """One term of a neuron's weighted sum, inside the neuron's box: a weight or a bias."""
    id: str                                     # of the node that stands here as a row; "s2" where there is none
    name: str                                   # "w₁₂", as it is written
    value: float | None                         # None where the term has a node of its own
    gradient: float | None


@dataclass(frozen=True)
class Summary:
    """What is said of many nodes that share a box."""
    label: str                                  # "parameters"
    number: str                                 # "272"
    phase: str = "forward"                      # which of the two phases found it
    of: str = "operation"                       # "parameter" where it is said of weights and biases


@dataclass(frozen=True)
class Node:
    """One number of the graph and what the backward phase found for it; None is what there is nothing to say of."""
    id: str                                     # "n3": its place in the diagram
    kind: str                                   # input, parameter, constant, operation or root
    name: str                                   # as node_names() gives it: Expr(name) is how it is written
    formula: str                                # "tanh(v)"; "" at a leaf
    value: float
    gradient: float | None                      # ∂root/∂node; None of a constant
    delta: float | None                         # δ = −∂root/∂v, where an activation takes this v
    scope: tuple[str, ...]                      # of a parameter: ("layer 1", "neuron 2")
    layer: str = ""                             # of an operation: the layer in whose frame it stands
    rows: tuple[Row, ...] = ()                  # of a neuron's v: the terms that have no node of their own
    summaries: tuple[Summary, ...] = ()         # where the box stands for many nodes: what there is to say of them

    def is_called_by_its_number(self, digits: int) -> bool:
        """Is its value said by its name already?"""
        return self.kind == "constant" and self.name == format_number(self.value, digits)


@dataclass(frozen=True)
class Edge:
    """One argument of one operation: the value runs from parent to child, the gradient from child to parent."""
    id: str                                     # "e3_5_0": parent, child, place among the child's parents
    parent: str                                 # their nodes' ids
    child: str
    partial: float | None                       # ∂child/∂parent; None from a constant
    carried: float | None = None                # what it adds to ∂root/∂parent; of many edges in one, the norm
    port: str = ""                              # the id of the row it ends at


@dataclass(frozen=True)
class Diagram:
    """Nodes, parents before children and the root last; edges, child by child, in the order its formula names them."""
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    size: int | None = None                     # how many nodes of the graph it stands for, where those are more

    @property
    def root(self) -> Node:
        """The output, whose gradient is 1."""
        return self.nodes[-1]


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
        slope = gradient.get(node) if kind[node] != "constant" else None
        delta = 0.0 - slope if slope is not None and node in pre_activations else None
        formula = cut(to_text(expression(node, name), digits)) if node.op else ""
        return Node(f"n{place[node]}", kind[node], name[node], formula, node.data, slope, delta,
                    getattr(node, "scope", ()), layer.get(node, "") if node.op else "")

    def edges_to(node: Value) -> list[Edge]:
        child, edges = place[node], []
        for i in slots(node):
            parent = node.parents[i]
            partial = node.partials[i] if gradients and kind[parent] != "constant" else None
            edges.append(Edge(f"e{place[parent]}_{child}_{i}", f"n{place[parent]}", f"n{child}", partial,
                              None if partial is None else gradient[node] * partial))
        return edges

    return Diagram(tuple(map(described, tape)), tuple([edge for node in tape for edge in edges_to(node)]))


def kind_of(node: Value, root: Value) -> str:
    """What a node is in the graph of root."""
    if node is root:
        return "root"
    if node.op:
        return "operation"
    return "parameter" if isinstance(node, Parameter) else "constant" if isinstance(node, Constant) else "input"


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


def cut(text: str) -> str:
    """The text, its middle left out at spaces if it is too long for a box.

    >>> cut("v1, v2, " * 10)
    'v1, v2, v1, v2, v1, v2, v1, v2, v1, v2, … v1, v2, v1, v2, '
    """
    if len(text) <= LONGEST:
        return text
    head, tail = text[:LONGEST * 2 // 3], text[-LONGEST // 3:]
    return f"{head.rpartition(' ')[0] or head} … {tail.partition(' ')[2] or tail}"
