"""Leaves that are used all along a graph, drawn once for each use: layout time then grows linearly with the graph."""
from collections import defaultdict
from dataclasses import replace

from .model import Diagram, Node

MOST_RANKS = 12                                 # Graphviz's time grows with the square of an arrow's length, and worse


def split_leaves(diagram: Diagram) -> tuple[Diagram, dict[str, list[str]]]:
    """The diagram with a copy of each such leaf beside every consumer, and the ids of the copies.

    A leaf is split where its consumers are at more than MOST_RANKS different distances from the inputs.
    """
    rank: dict[str, int] = {node.id: 0 for node in diagram.nodes}
    into = defaultdict(list)
    for edge in diagram.edges:                  # child by child, parents before children
        into[edge.child].append(edge)
    children: dict[str, set[str]] = defaultdict(set)
    for node in diagram.nodes:
        for edge in into[node.id]:
            rank[node.id] = max(rank[node.id], rank[edge.parent] + 1)
            children[edge.parent].add(node.id)
    split = {node.id for node in diagram.nodes if not into[node.id]
             and len({rank[child] for child in children[node.id]}) > MOST_RANKS}
    if not split:
        return diagram, {}
    by_id = {node.id: node for node in diagram.nodes}
    nodes: list[Node] = []
    copies: dict[str, list[str]] = defaultdict(list)
    for node in diagram.nodes:
        for parent in dict.fromkeys(edge.parent for edge in into[node.id] if edge.parent in split):
            copies[parent].append(copy_id(parent, node.id))
            nodes.append(replace(by_id[parent], id=copies[parent][-1]))
        if node.id not in split:
            nodes.append(node)
    edges = [replace(edge, parent=copy_id(edge.parent, edge.child)) if edge.parent in split else edge
             for edge in diagram.edges]
    return Diagram(tuple(nodes), tuple(edges), diagram.size or len(diagram.nodes)), copies


def copy_id(leaf: str, child: str) -> str:
    """The id of the copy of a leaf beside this child."""
    return f"{leaf}_{child}"
