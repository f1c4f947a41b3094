"""The cost of compilation: microseconds a node, milliseconds for a network, lines of text."""
from collections.abc import Callable, Sequence
from typing import Any

import autograd
import nn
from autograd import Parameter, Value, weighted_sums, wengert_list

from .comparison import Comparison
from .random_graph import random_graph
from .timing import Time, frozen, round_robin

EAGER = ", recorded and swept"                      # node by node, for comparison
Recorded = tuple[Value, list[Value]]                # the output, and the inputs


def compare(repeats: int, sizes: Sequence[int], wide: int) -> list[Comparison]:
    """The tables of compile times: graphs without layers, by size, and networks."""
    return [graphs(repeats, sizes), *networks(repeats, wide)]


def graphs(repeats: int, sizes: Sequence[int]) -> Comparison:
    """Compile time of random graphs by size, which shows whether it is linear in the number of nodes."""
    found = Comparison("compile", "graphs", "random graphs, compile alone", "µs a node", f"{sizes[0]:,} nodes", {})
    for n in sizes:
        rounds = min(repeats, 2) if n > 500_000 else min(repeats, 3)
        times, nodes, _ = compiled(lambda n=n: random_recorded(n), rounds)          # type: ignore[misc]
        for name, row in times.items():
            found.rows[f"{n:,} nodes{name}"] = row / (nodes * 1e-6)
    return found


def networks(repeats: int, wide: int) -> list[Comparison]:
    """Compile time of networks, recorded as weighted sums and as sums of products written by hand."""
    times = Comparison("compile", "networks", "networks, recorded for one sample, compile alone", "ms", "MLP 2-16-16-1",
                       {})
    lines = Comparison("compile", "text", "lines of generated text", "lines", "MLP 2-16-16-1", {})
    cases: dict[str, Callable[[], Recorded]] = {
        "MLP 2-16-16-1": lambda: recorded((2, 16, 16, 1), weighted_sums),
        "100 layers of 4": lambda: recorded((2, *[4] * 100, 1), weighted_sums),
        "MLP 64-32-10": lambda: recorded((64, 32, 10), weighted_sums),
        f"MLP {wide}-50-10": lambda: recorded((wide, 50, 10), weighted_sums),
        f"MLP {wide}-50-10 from x and +": lambda: recorded((wide, 50, 10), by_hand)}
    for name, record in cases.items():
        seconds, nodes, program = compiled(record, repeats)
        for kind, row in seconds.items():
            times.rows[name + kind] = row / 1e-3
        lines.rows[name] = Time((float(len(program.source.splitlines())),))
        times.notes.append(f"{name}: {nodes:,} nodes, {len(program.blocks.blocks):,} blocks")
    return [times, lines]


def compiled(record: Callable[[], Recorded], repeats: int) -> tuple[dict[str, Time], int, Any]:
    """(seconds of autograd.compile, and of eager recording and sweep for comparison; number of nodes; program)."""
    J, inputs = record()
    programs: list[Any] = []
    with frozen():
        times = round_robin({"": lambda: programs.append(autograd.compile(J, inputs)),
                             EAGER: lambda: record()[0].backward()}, repeats)
    return times, len(wengert_list(J)), programs[-1]


def random_recorded(n: int) -> Recorded:
    J = random_graph(Value, n)
    leaves = [node for node in wengert_list(J) if node.op is None]
    return J, leaves[::2]


def recorded(sizes: Sequence[int], layer: Callable[..., list[Value]]) -> Recorded:
    """An MLP of tanh neurons with linear outputs and its loss, for one sample."""
    model = nn.MLP(sizes[0], sizes[1:], "tanh", seed=0)
    x = [Value(0.01 * i, f"x{i}") for i in range(1, sizes[0] + 1)]
    t = [Value(float(l == 1), f"t{l}") for l in range(1, sizes[-1] + 1)]
    y: list[Value] = list(x)
    for i, one in enumerate(model.layers, 1):
        y = layer([neuron.w for neuron in one.neurons], y, [neuron.b for neuron in one.neurons])
        y = [v.tanh() for v in y] if i < len(model.layers) else y
    J = nn.cross_entropy(y, t) if len(y) > 1 else nn.half_squared_error(y[0], t[0])
    return J, [*x, *t]


def by_hand(W: Sequence[Sequence[Parameter]], x: Sequence[Value], b: Sequence[Parameter]) -> list[Value]:
    """v = w₁x₁ + w₂x₂ + ... + b, of + and x nodes only."""
    return [sum((w_i * x_i for w_i, x_i in zip(w[1:], x[1:])), w[0] * x[0]) + b_j for w, b_j in zip(W, b)]
