"""The subgraph between an output and one node: its paths, and the nodes that they share."""
from itertools import pairwise
from typing import Any

from autograd import Value, adjoints, recorded, wengert_list

MOST_PATHS, MOST_FACTORS, LONGEST_PATH = 8, 40, 12      # the limits of a readable sum over paths

Edge = tuple[Value, Value]                              # (consumer, node)


class PathGraph:
    """Every node that output depends on and that depends on wrt, these two included."""

    def __init__(self, output: Value, wrt: Value) -> None:
        self.output, self.wrt = output, wrt
        self.adjoint = adjoints(output, 1.0, recorded)
        tape = wengert_list(output)
        self.parents: dict[Value, list[Value]] = {wrt: []}      # those on the paths, each once
        for node in tape:
            on_the_way = [parent for parent in dict.fromkeys(node.parents) if parent in self.parents]
            if on_the_way and node is not wrt:
                self.parents[node] = on_the_way
        self.reaches = output in self.parents
        self.nodes = list(reversed(self.parents))               # from the output to wrt
        self.consumers: dict[Value, list[Value]] = {node: [] for node in self.nodes}
        for node in self.nodes:
            for parent in self.parents[node]:
                self.consumers[parent].append(node)

    # --- its paths

    def bottlenecks(self) -> list[Value]:
        """The nodes that every path goes through: no edge bypasses them."""
        position = {node: i for i, node in enumerate(self.nodes)}
        found, farthest = [], 0
        for i, node in enumerate(self.nodes):
            if farthest <= i:
                found.append(node)
            farthest = max([farthest, *[position[parent] for parent in self.parents[node]]])
        return found

    def is_readable(self) -> bool:
        """Are the paths few and short?  They are counted by nodes, because there may be 2⁶⁰ of them."""
        bottlenecks = {*self.bottlenecks()}
        paths, factors, length = (dict.fromkeys(self.nodes, 0) for _ in range(3))
        for node in self.nodes:
            if node in bottlenecks:                     # later factors are multiplied, not repeated
                paths[node] = 1
            for parent in self.parents[node]:
                paths[parent] += paths[node]
                factors[parent] += factors[node] + paths[node]
                length[parent] = max(length[parent], length[node] + 1)
                if paths[parent] > MOST_PATHS or factors[parent] > MOST_FACTORS or length[parent] > LONGEST_PATH:
                    return False
        return True

    def stretches(self) -> list[list[list[Edge]]]:
        """The paths from each bottleneck to the next; the derivative is the product of their sums."""
        def paths(node: Value, end: Value) -> list[list[Edge]]:
            if node is end:
                return [[]]
            return [[(node, parent), *rest] for parent in self.parents[node] for rest in paths(parent, end)]

        return [paths(*ends) for ends in pairwise(self.bottlenecks())]

    def is_pre_activation(self, v: Value) -> bool:
        """Is it the argument of an activation, so that it has a δ?"""
        return any(consumer.op and consumer.op.activation for consumer in self.consumers[v])

    def kinks(self) -> list[tuple[Value, Any]]:
        """The nodes whose operation was computed at its kink, with that operation."""
        operations = [(node, node.op) for node in self.nodes if node is not self.wrt]
        return [(node, op) for node, op in operations
                if op and op.kink and op.kink(*[parent.data for parent in node.parents]) == 0]
