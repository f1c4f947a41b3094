"""D: a random graph of 100,000 scalar nodes, node by node, and replayed on arrays beside PyTorch on arrays."""
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

import autograd
from autograd import Value, wengert_list

from .comparison import Comparison
from .random_graph import random_graph
from .timing import Time, frozen, round_robin

SAMPLES = 1000


class Compiled:
    """autograd.compile of the random graph: half of its leaves vary by sample, the others are parameters."""

    def __init__(self, n: int) -> None:
        J = random_graph(Value, n)
        self.tape = wengert_list(J)
        leaves = [node for node in self.tape if node.op is None]
        self.inputs, self.parameters = leaves[::2], leaves[1::2]
        self.program = autograd.compile(J, self.inputs)

    def value_and_grad(self, X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return self.program.value_and_grad(X)

    def points(self, samples: int) -> np.ndarray:
        """Random inputs near the recorded ones: far from these some nested products would overflow."""
        x = np.array([p.data for p in self.inputs])
        return x * (1 + 0.01 * np.random.default_rng(0).standard_normal((samples, len(x))))


class TorchArrays:
    """The same nodes, each a PyTorch operation on an array of all samples."""

    def __init__(self, graph: Compiled) -> None:
        torch: Any = import_module("torch")
        torch.set_num_threads(1)
        functions = {"+": torch.add, "-": torch.sub, "*": torch.mul, "relu": torch.relu}
        place = {node: i for i, node in enumerate(graph.tape)}
        self.torch, self.size = torch, len(place)
        self.calls = [(i, functions[node.op.name], [place[p] for p in node.parents])
                      for i, node in enumerate(graph.tape) if node.op]
        self.inputs = [place[x] for x in graph.inputs]
        self.parameters = [place[p] for p in graph.program.parameters]
        self.start = [p.data for p in graph.program.parameters]

    def value_and_grad(self, X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        torch = self.torch
        nodes: list[Any] = [None] * self.size
        columns = torch.from_numpy(np.ascontiguousarray(X.T))
        weights = [torch.tensor(w, dtype=torch.float64, requires_grad=True) for w in self.start]
        for places, numbers in (self.inputs, columns), (self.parameters, weights):
            for i, number in zip(places, numbers):
                nodes[i] = number
        for i, function, parents in self.calls:
            nodes[i] = function(*[nodes[p] for p in parents])
        gradient = torch.autograd.grad(nodes[-1].sum(), weights)
        return nodes[-1].detach().numpy(), np.array([float(g) for g in gradient])


def compare(repeats: int, n: int = 100_000, samples: int = SAMPLES) -> list[Comparison]:
    """The tables of D."""
    graph = Compiled(n)
    nodes = len(graph.tape)
    with frozen():
        return [by_node(nodes, n, repeats, graph), replayed(graph, samples, repeats), memory(n, samples)]


def by_node(nodes: int, n: int, repeats: int, graph: Compiled) -> Comparison:
    """Times for one sample: recording and sweep node by node, and the compiled program."""
    found = Comparison("D", "one sample", f"random graph of {nodes:,} nodes of + - x and relu, one sample: forward and "
                       "backward", "ns a node", "deltagrad compiled", {})
    X = graph.points(1)
    peers: dict[str, Callable[[], object]] = {"deltagrad compiled": lambda: graph.value_and_grad(X),
                                              "deltagrad eager": lambda: random_graph(Value, n).backward()}
    graph.value_and_grad(X)
    times = round_robin(peers, repeats)
    try:
        micrograd: Any = import_module("micrograd.engine").Value
    except ModuleNotFoundError:
        found.skipped["micrograd"] = "micrograd is not installed: pip install micrograd"
    else:
        for collector in True, False:
            name = f"micrograd, gc {'on' if collector else 'off'}"
            times |= round_robin({name: lambda: random_graph(micrograd, n).backward()}, min(repeats, 3), collector)
    found.rows = {name: row / (nodes * 1e-9) for name, row in times.items()}
    return found


def replayed(graph: Compiled, samples: int, repeats: int) -> Comparison:
    """Times of the same graph for many samples at once."""
    nodes, X = len(graph.tape), graph.points(samples)
    found = Comparison("D", "replay", f"the same graph over {samples:,} samples, {len(graph.program.parameters):,} "
                       "parameters: values and gradient", "ns a node-sample", "deltagrad compiled", {})
    peers: dict[str, Any] = {"deltagrad compiled": graph}
    try:
        peers["PyTorch on arrays"] = TorchArrays(graph)
    except ModuleNotFoundError:
        found.skipped["PyTorch on arrays"] = "torch is not installed: pip install torch"
    results = {name: peer.value_and_grad(X) for name, peer in peers.items()}
    values, gradient = results["deltagrad compiled"]
    for name, (y, g) in results.items():
        error = max(float(abs(y - values).max() / abs(values).max()), float(abs(g - gradient).max()
                                                                            / abs(gradient).max()))
        if not error <= 1e-12:
            raise AssertionError(f"{name}: its values or gradient differ by {error:.1e} from deltagrad's")
    times = round_robin({name: lambda peer=peer: peer.value_and_grad(X)     # type: ignore[misc]
                         for name, peer in peers.items()}, min(repeats, 3))
    found.rows = {name: row / (nodes * samples * 1e-9) for name, row in times.items()}
    return found


def memory(n: int, samples: int) -> Comparison:
    """Peak memory of a process that records, compiles and replays the graph, including the libraries."""
    found = Comparison("D", "memory", "the same in a process of its own: recorded, compiled, replayed",
                       "MB at the peak", "deltagrad compiled", {})
    for name, key in ("deltagrad compiled", "deltagrad"), ("PyTorch on arrays", "torch"):
        run = subprocess.run([sys.executable, "-m", __name__, key, str(n), str(samples)], capture_output=True,
                             text=True, cwd=Path(__file__).parent.parent)
        if run.returncode:
            found.skipped[name] = (run.stderr.strip().splitlines() or ["it failed"])[-1]
        else:
            before, peak = map(float, run.stdout.split())
            found.rows[name] = Time((peak,))
            found.notes.append(f"{name}: {before:.0f} MB of it before anything was recorded")
    return found


def peak() -> float:
    """Peak memory of this process in megabytes."""
    status = Path("/proc/self/status")
    if status.exists():             # Linux's getrusage would include the parent's memory at the fork
        line = next(line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 2 ** 10
    import resource  # not on every system

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2 ** 20 if sys.platform == "darwin" else 2 ** 10)


if __name__ == "__main__":
    peer, size, rows = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    if peer == "torch":
        import_module("torch")
    first = peak()
    recorded = Compiled(size)
    (TorchArrays(recorded) if peer == "torch" else recorded).value_and_grad(recorded.points(rows))
    print(first, peak())
