"""The eager engine beside PyPI's micrograd: the same expressions on the Values of each."""
import random
import tracemalloc
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import micrograd.engine
from sklearn.datasets import load_digits, make_moons

import nn
from autograd import Parameter, Value, half_square, weighted_sums, wengert_list

from . import micrograd_peer
from .random_graph import random_graph
from .timing import Time, machine, round_robin

LR = 1e-3
Layer = Callable[..., list[Any]]


class Network:
    """An MLP of tanh neurons with a linear output layer, for the Values of any library, its layers written out."""

    def __init__(self, sizes: Sequence[int], value: Callable[[float], Any], layer: Layer, tanh: Callable[[Any], Any],
                 loss: Callable[..., Any]) -> None:
        draw = random.Random(0)
        self.W = [[[value(draw.uniform(-0.5, 0.5)) for _ in range(n)] for _ in range(m)] for n, m in pairwise(sizes)]
        self.b = [[value(0.1) for _ in range(m)] for m in sizes[1:]]
        self.layer, self.tanh, self.loss = layer, tanh, loss

    def parameters(self) -> list[Any]:
        return [p for W, b in zip(self.W, self.b) for w, b_j in zip(W, b) for p in (*w, b_j)]

    def step(self, X: Sequence[Sequence[float]], T: Sequence[Any]) -> None:
        """Forward, backward and one step of gradient descent on the sum of the losses of all samples."""
        total_loss: Any = 0.0
        for x, t in zip(X, T):
            for W, b in zip(self.W[:-1], self.b):
                x = [self.tanh(v) for v in self.layer(W, x, b)]
            total_loss = self.loss(self.layer(self.W[-1], x, self.b[-1]), t) + total_loss
        parameters = self.parameters()
        for p in parameters:
            p.grad = 0.0
        total_loss.backward()
        for p in parameters:
            p.data -= LR * p.grad


class Trained:
    """The same network through deltagrad's public API: nn.MLP and nn.fit with the eager engine."""

    def __init__(self, sizes: Sequence[int], loss: Callable[..., Any]) -> None:
        self.model = nn.MLP(sizes[0], sizes[1:], "tanh", seed=0)
        for p, q in zip(self.parameters(), Network(sizes, Value, elementary_layer, Value.tanh, loss).parameters()):
            p.data = q.data
        self.optimizer, self.loss = nn.SGD(self.parameters(), LR), loss

    def parameters(self) -> list[Any]:
        return self.model.parameters()

    def step(self, X: Any, T: Any, steps: int = 1) -> None:
        nn.fit(self.model, X, T, self.loss, self.optimizer, steps, reduction="sum", engine="eager", progress=False)


def elementary_layer(W: Sequence[Sequence[Any]], x: Sequence[Any], b: Sequence[Any]) -> list[Any]:
    """A layer's local fields v, of + and x nodes only, as micrograd's Neuron records them."""
    return [sum((w_i * x_i for w_i, x_i in zip(w, x)), b_j) for w, b_j in zip(W, b)]


def elementary_loss(y: Sequence[Any], t: float) -> Any:
    e = y[0] - t
    return e * e * 0.5


def fused_loss(y: Sequence[Value], t: float) -> Value:
    return half_square(t - y[0])


def bytes_a_node(value: Callable[[float], Any], n: int = 100_000) -> float:
    """Bytes of memory for each node after the forward phase, including the objects that it refers to."""
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        output = random_graph(value, n)
        return (tracemalloc.get_traced_memory()[0] - before) / n if output is not None else 0.0
    finally:
        tracemalloc.stop()


def check(peers: Mapping[str, Any], X: Any, T: Any) -> None:
    """Raise AssertionError unless three steps of every peer reach the same parameters."""
    for network in peers.values():
        for _ in range(3):
            network.step(X, T)
    first, *others = ([p.data for p in network.parameters()] for network in peers.values())
    for other in others:
        worst = max(abs(p - q) / max(1.0, abs(p)) for p, q in zip(first, other))
        if worst > 1e-12:
            raise AssertionError(f"the peers' parameters differ by {worst:.1e} after three steps")


def moons(repeats: int) -> list[str]:
    """Workload A: forward, backward and SGD step on all 100 samples."""
    X, T = make_moons(100, noise=0.1, random_state=0)
    X, T = X.tolist(), (2.0 * T - 1.0).tolist()
    sizes = 2, 16, 16, 1
    peers = {"micrograd": Network(sizes, micrograd.engine.Value, elementary_layer, micrograd_peer.tanh,
                                  elementary_loss),
             "elementary": Network(sizes, Parameter, elementary_layer, Value.tanh, elementary_loss),
             "weighted_sum": Network(sizes, Parameter, weighted_sums, Value.tanh, fused_loss),
             "nn.fit": Trained(sizes, nn.half_squared_error)}
    check(peers, X, T)
    steps = {name: lambda network=network: network.step(X, T) for name, network in peers.items()}
    lines = ["A: moons, MLP 2-16-16-1, 100 samples: forward, backward and SGD step"]
    for collector in True, False:
        lines += table(collector, round_robin(steps, repeats, collector))
    return lines


def digits(repeats: int) -> list[str]:
    """Workload C: one minibatch of 100 digits, softmax cross-entropy."""
    X, labels = load_digits(return_X_y=True)
    X, labels, sizes = (X[:100] / 16).tolist(), labels[:100].tolist(), (64, 32, 10)
    peer = Network(sizes, micrograd.engine.Value, elementary_layer, micrograd_peer.tanh, micrograd_peer.cross_entropy)
    peers: dict[str, Any] = {"micrograd": peer, "nn.fit": Trained(sizes, nn.cross_entropy)}
    steps = {name: lambda network=network: network.step(X, labels) for name, network in peers.items()}
    lines = ["", "C: digits, MLP 64-32-10, minibatch of 100, softmax cross-entropy (micrograd: one round)"]
    for collector in True, False:
        times = round_robin(steps, 1, collector)
        lines += table(collector, times | round_robin({"nn.fit": steps["nn.fit"]}, repeats, collector))
    return lines


def graph(repeats: int) -> list[str]:
    """Workload D: a random scalar graph of 100,000 nodes."""
    def run(value: Callable[[float], Any]) -> Callable[[], None]:
        return lambda: random_graph(value).backward()

    nodes = len(wengert_list(random_graph(Value)))
    peers = {"micrograd": run(micrograd.engine.Value), "deltagrad": run(Value)}
    lines = ["", f"D: random graph of {nodes:,} nodes of + - x and relu: forward and backward"]
    for collector in True, False:
        lines += table(collector, round_robin(peers, repeats, collector))
    return [*lines, f"  bytes a node after the forward phase: micrograd {bytes_a_node(micrograd.engine.Value):.0f}, "
                    f"deltagrad {bytes_a_node(Value):.0f}"]


def table(collector: bool, times: Mapping[str, Time]) -> list[str]:
    """A line for each run, with its speedup over the first."""
    first = next(iter(times.values()))
    return [f"  garbage collector {'on' if collector else 'off'}"] + [
        f"    {name:14}{time!s:36}{first.median / time.median:8.1f}x" for name, time in times.items()]


def main(repeats: int) -> str:
    """All tables as text."""
    return "\n".join([machine("micrograd"), f"medians of {repeats} rounds (fastest to slowest)", "",
                      *moons(repeats), *digits(repeats), *graph(repeats)])
