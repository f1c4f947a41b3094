"""Graphs through pickle and copy.deepcopy, of any depth.

Both follow references depth first, so that a chain of a few hundred nodes would be too deep for their stack.  Instead
the first node asked hands over its whole tape; then each node on it is asked, and its parents are there already.
"""
import threading
from typing import Any

from .backprop import wengert_list

Node = Any


class Tape(threading.local):
    """The nodes of the tape that is being pickled or copied in this thread, and its last one."""
    nodes: frozenset[Node] = frozenset()
    output: Node = None


tape = Tape()


def reduce(node: Node, protocol: int) -> Any:
    """What pickle and deepcopy make of a node: its tape where they meet the graph, else the node itself."""
    if node._a is not None and node not in tape.nodes:
        nodes = wengert_list(node)
        tape.nodes, tape.output = frozenset(nodes), node
        return last, tuple(nodes)
    if node is tape.output:                             # the last on the tape: all are done
        tape.nodes, tape.output = frozenset(), None
    return object.__reduce_ex__(node, max(protocol, 2))         # before protocol 2 slots are not pickled


def last(*nodes: Node) -> Node:
    return nodes[-1]


def copied(node: Node) -> Node:
    """A node of its own with the same data, operation and parents."""
    made: Any = object.__reduce_ex__(node, 2)
    make, arguments, (attributes, slots) = made[:3]
    twin = make(*arguments)
    for name, x in {**(attributes or {}), **slots}.items():
        setattr(twin, name, x)
    return twin
