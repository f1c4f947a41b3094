"""Node by node, beside PyPI's micrograd: the same expressions on either's Values."""
import random
import tracemalloc
from collections import deque
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import micrograd.engine
from sklearn.datasets import make_moons

from autograd import Parameter, Value, half_square, total, weighted_sums, wengert_list

from .timing import Time, machine, round_robin

SIZES = 2, 16, 16, 1
LR = 1e-3


class Network:
    """An MLP of relu neurons with a linear output, of whatever Values, layers written out below."""

    def __init__(self, value: Callable[[float], Any], layer: Callable[..., list[Any]],
                 loss: Callable[..., Any]) -> None:
        draw = random.Random(0)
        self.W = [[[value(draw.uniform(-0.5, 0.5)) for _ in range(n)] for _ in range(m)]
                  for n, m in pairwise(SIZES)]
        self.b = [[value(0.1) for _ in range(m)] for m in SIZES[1:]]
        self.layer, self.loss = layer, loss

    def parameters(self) -> list[Any]:
        return [p for W, b in zip(self.W, self.b) for w, b_j in zip(W, b) for p in (*w, b_j)]

    def step(self, X: Sequence[Sequence[float]], T: Sequence[float]) -> None:
        """Forward, backward and one step of gradient descent on J = ½ Σ e² over all samples."""
        outputs = []
        for x in X:
            for W, b in zip(self.W[:-1], self.b):
                x = [v.relu() for v in self.layer(W, x, b)]
            outputs += self.layer(self.W[-1], x, self.b[-1])
        parameters = self.parameters()
        for p in parameters:
            p.grad = 0.0
        self.loss(outputs, T).backward()
        for p in parameters:
            p.data -= LR * p.grad


def elementary_layer(W: Sequence[Sequence[Any]], x: Sequence[Any], b: Sequence[Any]) -> list[Any]:
    """Only + and x nodes, as micrograd's Neuron records them."""
    return [sum((w_i * x_i for w_i, x_i in zip(w, x)), b_j) for w, b_j in zip(W, b)]


def elementary_loss(Y: Sequence[Any], T: Sequence[float]) -> Any:
    errors = [y - t for y, t in zip(Y, T)]
    return sum(e * e for e in errors) * 0.5


def fused_loss(Y: Sequence[Any], T: Sequence[float]) -> Any:
    return total([half_square(t - y) for y, t in zip(Y, T)])


def random_graph(value: Callable[[float], Any], n: int = 100_000) -> Any:
    """A graph of about n nodes of + - x and relu, all of which reach the output.

    Each takes the oldest node that nothing uses yet and a random earlier one: wide, so that micrograd's recursion
    is deep enough for it, and with fan-out.
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


def bytes_a_node(value: Callable[[float], Any], n: int = 100_000) -> float:
    """Memory held after the forward phase, with what every node needs besides itself."""
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        output = random_graph(value, n)
        return (tracemalloc.get_traced_memory()[0] - before) / n if output is not None else 0.0
    finally:
        tracemalloc.stop()


def check(peers: dict[str, Network], X: Sequence[Sequence[float]], T: Sequence[float]) -> None:
    """Three steps of every peer must reach the same parameters, or the comparison would mean nothing."""
    for network in peers.values():
        for _ in range(3):
            network.step(X, T)
    first, *others = ([p.data for p in network.parameters()] for network in peers.values())
    for other in others:
        worst = max(abs(p - q) / max(1.0, abs(p)) for p, q in zip(first, other))
        if worst > 1e-12:
            raise AssertionError(f"the peers' parameters differ by {worst:.1e} after three steps")


def main(repeats: int) -> str:
    X, T = make_moons(100, noise=0.1, random_state=0)
    X, T = X.tolist(), (2.0 * T - 1.0).tolist()
    peers = {"micrograd": Network(micrograd.engine.Value, elementary_layer, elementary_loss),
             "elementary": Network(Parameter, elementary_layer, elementary_loss),
             "weighted_sum": Network(Parameter, weighted_sums, fused_loss)}
    check(peers, X, T)
    steps = {name: lambda network=network: network.step(X, T) for name, network in peers.items()}

    lines = [machine("micrograd"), f"medians of {repeats} rounds (fastest to slowest)", "",
             "moons 2-16-16-1, 100 samples: forward, backward and SGD step"]
    for collector in True, False:
        times = round_robin(steps, repeats, collector)
        lines += table(f"garbage collector {'on' if collector else 'off'}", times)

    def run(value: Callable[[float], Any]) -> Callable[[], None]:
        return lambda: random_graph(value).backward()

    nodes = len(wengert_list(random_graph(Value)))
    lines += ["", f"random graph of 100,000 nodes ({nodes:,} reach the output): forward and backward"]
    graphs = {"micrograd": run(micrograd.engine.Value), "deltagrad": run(Value)}
    for collector in True, False:
        lines += table(f"garbage collector {'on' if collector else 'off'}", round_robin(graphs, repeats, collector))
    lines += ["", "bytes a node after the forward phase",
              f"  micrograd     {bytes_a_node(micrograd.engine.Value):.0f}",
              f"  deltagrad     {bytes_a_node(Value):.0f}"]
    return "\n".join(lines)


def table(title: str, times: dict[str, Time]) -> list[str]:
    """A line for each run, with how many times faster than the first it is."""
    first = next(iter(times.values()))
    return [f"  {title}"] + [f"    {name:14}{time!s:36}{first.median / time.median:8.1f}x"
                             for name, time in times.items()]
