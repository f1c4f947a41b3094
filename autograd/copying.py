"""Pickling and copying of graphs, of any depth.

pickle and deepcopy follow references depth first, and a chain of some hundred nodes exceeds their stack.  Here each
node comes after its parents, in the order of the tape.
"""
import copy
import threading
from typing import Any

from .backprop import wengert_list

Node = Any


class Tape(threading.local):
    """The nodes that this thread is pickling, and their output."""
    nodes: frozenset[Node] = frozenset()
    output: Node = None


tape = Tape()


def reduce(node: Node, protocol: int) -> Any:
    """The node reduced for pickle: the first node of a graph to its whole tape, every node on that tape to its slots.

    Raises TypeError where an operation on the tape cannot be pickled.
    """
    if node._a is not None and node not in tape.nodes:
        nodes = wengert_list(node)
        for op in {each._op for each in nodes if each._op}:
            op.__reduce__()                             # raise here, before any node of the tape is pickled
        tape.nodes, tape.output = frozenset(nodes), node
        return last, tuple(nodes)
    if node is tape.output:
        tape.nodes, tape.output = frozenset(), None
    return object.__reduce_ex__(node, max(protocol, 2))         # protocols 0 and 1 do not store slots


def last(*nodes: Node) -> Node:
    return nodes[-1]


def shallow_copy(node: Node, memo: dict[int, Any] | None = None) -> Node:
    """A new node with the same data, operation and parents; with a memo, all that it refers to is deep-copied."""
    made: Any = object.__reduce_ex__(node, 2)
    make, arguments, (attributes, slots) = made[:3]
    twin = make(*arguments)
    for name, x in {**(attributes or {}), **slots}.items():
        setattr(twin, name, x if memo is None else copy.deepcopy(x, memo))
    return twin


def deep_copy(node: Node, memo: dict[int, Any]) -> Node:
    """A copy of the node and of every node that it depends on; memo holds the copies made so far."""
    for each in wengert_list(node):
        if id(each) not in memo:
            memo[id(each)] = shallow_copy(each, memo)
    return memo[id(node)]
