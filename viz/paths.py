"""Nodes as a user names them, and the paths that lead from one to the output."""
from collections.abc import Mapping

from autograd import Value, ops, wengert_list
from autograd.symbolic.expr import Expr
from autograd.symbolic.printer import to_text

from .description import Diagram
from .names import node_names


def find_node(what: str, node: object, root: Value) -> Value:
    """The node of the graph that is meant, by itself or by its name, "w1" or "w₁"; `what` is the option it is for.

    Raises TypeError for what is neither, ValueError where the graph has no such node.
    """
    if not isinstance(node, str):
        if not isinstance(node, Value):
            raise TypeError(f"{what} takes a node of the graph or its name, not {ops.short(repr(node))}")
        if node not in wengert_list(root):
            raise ValueError(f"{what}: {node!r} is not in the graph of {root!r}")
        return node
    found = {name: value for value, name in node_names(root).items()}
    found |= {to_text(Expr(name)): value for name, value in found.items()}
    if node not in found:
        raise ValueError(f"{what}: no node of this graph is called {ops.short(repr(node))}; some that are: "
                         f"{', '.join(list(node_names(root).values())[-8:])}")
    return found[node]


def nodes_on_paths(start: Value, root: Value, box_of: Mapping[Value, str], diagram: Diagram) -> frozenset[str]:
    """The ids of the nodes and the edges that the paths from start to root run through."""
    leads = {start}
    pairs = set()
    for node in wengert_list(root):
        for parent in leads.intersection(node.parents):
            leads.add(node)
            pairs.add((box_of[parent], box_of[node]))
    return frozenset([box_of[node] for node in leads] +
                     [edge.id for edge in diagram.edges if (edge.parent, edge.child) in pairs])
