"""Timing of one commit in a separate process, for which against.py puts that commit's autograd and nn on the path.

It uses only names that every commit has.
"""
import gc
import json
import random
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import autograd
import nn
from autograd import Value, total, weighted_sums

SIZES = 2, 16, 16, 1
LR = 1e-3


def elementary_layer(W: Sequence[Sequence[Value]], x: Sequence[Any], b: Sequence[Value]) -> list[Value]:
    """v = w₁x₁ + w₂x₂ + ... + b, of + and x nodes only."""
    return [sum((w_i * x_i for w_i, x_i in zip(w, x)), b_j) for w, b_j in zip(W, b)]


class Network:
    """An MLP of tanh neurons with its samples, and the operations that are timed."""

    def __init__(self, samples: int) -> None:
        draw = random.Random(0)
        self.X = [[draw.uniform(-1, 1) for _ in range(SIZES[0])] for _ in range(samples)]
        self.T = [1.0 if x > y else -1.0 for x, y in self.X]
        self.model = nn.MLP(SIZES[0], SIZES[1:], "tanh", seed=0)
        self.weights = [([neuron.w for neuron in layer.neurons], [neuron.b for neuron in layer.neurons])
                        for layer in self.model.layers]

    def record(self, layer: Callable[..., list[Value]]) -> Value:
        """The sum of the losses of all samples, recorded with its layers written out."""
        losses = []
        for x, t in zip(self.X, self.T):
            y: Sequence[Any] = x
            for W, b in self.weights[:-1]:
                y = [v.tanh() for v in layer(W, y, b)]
            [y_1] = layer(*self.weights[-1][:1], y, self.weights[-1][1])
            losses.append((t - y_1).half_square())
        return total(losses)

    def step(self) -> None:
        """One step of gradient descent as users write it, by data and grad."""
        parameters = self.model.parameters()
        for p in parameters:
            p.grad = 0.0
        self.record(weighted_sums).backward()
        for p in parameters:
            p.data -= LR * p.grad

    def fit(self, engine: str, epochs: int, batch_size: int | None = None) -> None:
        optimizer = nn.SGD(self.model.parameters(), LR)
        nn.fit(self.model, self.X, self.T, nn.half_squared_error, optimizer, epochs, batch_size, engine=engine,
               progress=False)


class RandomGraph:
    """A graph of n nodes of + - x and tanh without layers; operations and operands are drawn once."""

    def __init__(self, n: int) -> None:
        draw = random.Random(0)
        self.leaves = [draw.uniform(-1, 1) for _ in range(n // 50)]
        self.plan = [(draw.choice("++--xt"), i, draw.randrange(i + 1), draw.randrange(len(self.leaves)))
                     for i in range(n - len(self.leaves))]

    def record(self) -> Value:
        """The sum of the unused nodes: each node takes the oldest unused one, with any earlier one or a leaf."""
        nodes = [Value(x) for x in self.leaves]
        for operation, i, j, leaf in self.plan:
            node = nodes[i]
            nodes.append(node + nodes[j] if operation == "+" else node - nodes[j] if operation == "-" else
                         node * nodes[leaf] if operation == "x" else node.tanh())
        return total(nodes[len(self.plan):])


def parts(samples: int) -> dict[str, Callable[[], object]]:
    """The timed functions by name; a backward phase sweeps a graph that is recorded once."""
    network = Network(samples)
    with_sums, elementary = network.record(weighted_sums), network.record(elementary_layer)
    graph = RandomGraph(100 * samples)
    recorded = graph.record()
    return {"recording, weighted sums": lambda: network.record(weighted_sums),
            "recording, + and x": lambda: network.record(elementary_layer),
            "recording, random graph": graph.record,
            "backward, weighted sums": with_sums.backward,
            "backward, + and x": elementary.backward,
            "backward, random graph": recorded.backward,
            "step of an own loop": network.step,
            "fit eager, full batch": lambda: network.fit("eager", 2),
            "fit eager, one by one": lambda: network.fit("eager", 1, 1),
            "fit compiled, full batch": lambda: network.fit("compiled", 100),
            "fit compiled, one by one": lambda: network.fit("compiled", 3, 1)}


def seconds(run: Callable[[], object]) -> float:
    """Processor time of a run, without freeing its result."""
    start = time.process_time()
    kept = run()
    found = time.process_time() - start
    del kept
    return found


def main(samples: int) -> None:
    """Print the engine's location and the parts' names; then time each part named on the standard input."""
    runs = parts(samples)
    gc.disable()                        # graphs have no cycles: they are freed without the collector
    print(json.dumps({"root": str(Path(autograd.__file__).parents[1]), "parts": [*runs]}), flush=True)
    for line in sys.stdin:
        print(seconds(runs[line.strip()]), flush=True)
