"""Checks of a drawing's options: its size, its style, and nodes given by name."""
from collections.abc import Mapping

from autograd import Value, ops, wengert_list
from autograd.symbolic.expr import Expr
from autograd.symbolic.printer import to_text

from ..notation import node_names
from .expand import expanded_copies, is_on_lists
from .model import Diagram
from .style import ARROWS

DETAILS = "whole", "node", "neuron", "layer"
LIMIT, EXPANDED_LIMIT, BOXES_LIMIT = 400, 60, 100       # larger drawings are not readable
ARROWS_LIMIT = 100                              # from layer to layer, for the same reason


def expand_one(root: Value, expand: bool | Value | str, limit: int | None) -> dict[Value, Value]:
    """The copies of root's nodes in a graph where one neuron, or every n-ary node, is expanded."""
    if expand is True:
        limit, advice = EXPANDED_LIMIT if limit is None else limit, "draw it without expand"
        check_size(root, limit, advice)
        copy = expanded_copies(root)
        check_size(copy[root], limit, advice)
        return copy
    check_size(root, LIMIT if limit is None else limit, "draw it without expand, or a part of it")
    node = find_node("expand", expand, root)
    if node.op and node.op.activation:
        [node] = node.parents
    if not (node.op and is_on_lists(node.op)):
        raise ValueError(f"expand takes True or a neuron, given by its v or its y; {node!r} is neither")
    return expanded_copies(root, node)


def check_style(digits: int, direction: str) -> None:
    """Raise ValueError for an invalid number of digits or direction."""
    if direction not in ARROWS:
        raise ValueError(f"direction is one of {', '.join(ARROWS)}, not {direction!r}")
    if not isinstance(digits, int) or digits < 1:
        raise ValueError(f"digits is a whole number, at least 1, not {digits!r}")


def check_connections(strength: bool, flow: bool, bias: str, diagram: Diagram) -> None:
    """Raise ValueError where single weights cannot be shown so."""
    if strength and flow:
        raise ValueError("strength and flow both say what an arrow's thickness is; leave one of them out")
    if bias not in ("weight", "neuron"):
        raise ValueError(f"bias is 'weight', or 'neuron' for the lecture's x0 = 1, not {bias!r}")
    if (strength or bias == "neuron") and any(node.summaries for node in diagram.nodes):
        raise ValueError("a drawing by layer shows no single weights, and so neither strength nor bias neurons; ask "
                         "for detail='neuron' with a limit, or draw a smaller network")


def check_limit(limit: int | None) -> None:
    """Raise ValueError unless limit is None or a whole number of at least 1."""
    if limit is not None and (not isinstance(limit, int) or limit < 1):
        raise ValueError(f"limit is a whole number of nodes, at least 1, not {limit!r}")


def check_size(root: Value, limit: int, advice: str) -> None:
    """Raise ValueError if the graph has too many nodes to be read."""
    count = len(wengert_list(root))
    if count > limit:
        raise ValueError(f"a drawing of {count} nodes is not readable: {advice}, or ask for it with limit={count}")


def find_node(what: str, node: object, root: Value) -> Value:
    """The node of the graph, given itself or by its name, "w1" or "w₁"; `what` is the option's name for messages.

    Raises TypeError for anything else, ValueError where the graph has no such node.
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
    """The ids of the nodes and edges on the paths from start to root."""
    leads = {start}
    pairs = set()
    for node in wengert_list(root):
        for parent in leads.intersection(node.parents):
            leads.add(node)
            pairs.add((box_of[parent], box_of[node]))
    return frozenset([box_of[node] for node in leads] +
                     [edge.id for edge in diagram.edges if (edge.parent, edge.child) in pairs])
