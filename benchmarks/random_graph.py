"""A random scalar graph without layers."""
import random
from collections import deque
from collections.abc import Callable
from typing import Any


def random_graph(value: Callable[[float], Any], n: int = 100_000) -> Any:
    """A graph of about n nodes of + - x and relu, all of which reach the output.

    Each takes the oldest unused node and a random earlier one, so the graph is wide, has fan-out, and is shallow enough
    for micrograd's recursion.
    """
    draw = random.Random(0)
    nodes = [value(draw.uniform(-1.0, 1.0)) for _ in range(n // 50)]
    small, unused = nodes[0], deque(nodes)
    while len(nodes) < n - len(unused):
        node, other, kind = unused.popleft(), nodes[draw.randrange(len(nodes))], draw.random()
        if abs(node.data) > 2:
            node = node * small
        elif kind < 0.35:
            node = node + other
        elif kind < 0.7:
            node = node * other
        elif kind < 0.9:
            node = node - other
        else:
            node = node.relu()
        nodes.append(node)
        unused.append(node)
    while len(unused) > 1:
        unused.append(unused.popleft() + unused.popleft())
    return unused[0]
