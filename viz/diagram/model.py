"""A diagram as plain data: each node with its name, formula and numbers, each edge with its partial."""
from dataclasses import dataclass

from autograd.symbolic.labels import format_number


@dataclass(frozen=True)
class Row:
    """A line of a box: a weight, a bias or a target that has no box of its own, or what the box computes."""
    id: str                                     # of the node it is about, of φ'(v) the edge; "s2" of other terms
    name: str                                   # "w₁₂", as it is written
    value: float | None                         # None where the term has a node of its own
    gradient: float | None                      # ∂root/∂node; of kind delta, δ
    kind: str = "term"                          # the leaf's kind; term, value, partial or delta
    note: str = ""                              # of a partial: the activation's name


@dataclass(frozen=True)
class Summary:
    """A fact about the nodes that share a box."""
    label: str                                  # "parameters"
    number: str                                 # "272"
    phase: str = "forward"                      # the phase that computed it
    of: str = "operation"                       # "parameter" where it is about weights and biases


@dataclass(frozen=True)
class Node:
    """A node of the graph with the results of the backward phase; None where there is nothing to show."""
    id: str                                     # "n3": its place in the diagram
    kind: str                                   # input, parameter, constant, operation or root
    name: str                                   # from node_names(); Expr(name) prints it
    formula: str                                # "tanh(v)"; "" at a leaf
    value: float
    gradient: float | None                      # ∂root/∂node; None of a constant
    delta: float | None                         # δ = −∂root/∂v, where an activation takes this v
    scope: tuple[str, ...]                      # of a parameter: ("layer 1", "neuron 2")
    layer: str = ""                             # of an operation: the layer in whose frame it stands
    rows: tuple[Row, ...] = ()                  # of a neuron's v: its terms; of another node: targets
    summaries: tuple[Summary, ...] = ()         # where the box stands for many nodes: what there is to say of them
    result: tuple[Row, ...] = ()                # of a neuron's v: what follows from the terms: v, φ'(v), y, δ

    def is_called_by_its_number(self, digits: int) -> bool:
        """Is its name the same as its value?"""
        return self.kind == "constant" and self.name == format_number(self.value, digits)


@dataclass(frozen=True)
class Edge:
    """One argument of one operation: the value runs from parent to child, the gradient from child to parent."""
    id: str                                     # "e3_5_0": parent, child, place among the child's parents
    parent: str                                 # their nodes' ids
    child: str
    partial: float | None                       # ∂child/∂parent; None from a constant
    carried: float | None = None                # its term of ∂root/∂parent; for many edges in one, the norm
    port: str = ""                              # the id of the row it ends at
    tail: str = ""                              # and of the one it begins at
    strength: float | None = None               # into a neuron: the weight that the value is multiplied by


@dataclass(frozen=True)
class Diagram:
    """Nodes in topological order, the root last; edges, child by child, in the order of the child's formula."""
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    size: int | None = None                     # the number of nodes of the graph, where the boxes are fewer

    @property
    def root(self) -> Node:
        """The output, whose gradient is 1."""
        return self.nodes[-1]
