"""Scaling of a step's time with width, batch and depth, beside NumPy by hand, PyTorch and JAX."""
from collections.abc import Sequence

import numpy as np

from . import training
from .comparison import Comparison, number
from .workloads import Workload, written

PEERS = "deltagrad fit, compiled", "NumPy by hand, out=", "PyTorch eager", "JAX jit, a call a step"
BY_HAND = "NumPy by hand, out="
AXES: dict[str, dict[int, tuple[tuple[int, ...], int]]] = {     # (hidden layers, samples) at each point of an axis
    "width": {n: ((n, n), 100) for n in (16, 64, 256, 512, 1024)},
    "batch": {n: ((64, 64), n) for n in (10, 100, 1000, 10_000)},
    "depth": {n: ((16,) * n, 100) for n in (2, 8, 32)},
}
QUICK = {"width": (16, 64), "batch": (10, 100), "depth": (2, 8)}


def workload(axis: str, n: int) -> Workload:
    """Regression on two inputs: the tanh network and the full batch of one point of an axis."""
    hidden, samples = AXES[axis][n]
    sizes = (2, *hidden, 1)
    X = np.random.default_rng(0).normal(size=(samples, 2))
    title = f"MLP {written(sizes)} tanh" if len(hidden) < 4 else f"MLP of {n} layers of {hidden[0]} tanh"
    return Workload("scaling", f"{axis} {n}", f"{axis} {n:,}: {title}, full batch of {samples:,}", sizes, "tanh",
                    "linear", "half_squared_error", 1e-6, X, np.sin(X[:, :1] + X[:, 1:]), samples)


def compare(repeats: int, seconds: float, quick: bool = False) -> list[Comparison]:
    """A table for every point of every axis."""
    return [training.compare(workload(axis, n), PEERS, repeats, seconds)
            for axis, points in AXES.items() for n in (QUICK[axis] if quick else points)]


def table(found: Sequence[Comparison]) -> list[str]:
    """All points in one table: each peer's microseconds a step, and the ratio of ours to NumPy by hand."""
    lines: list[tuple[str, ...]] = [("scaling, µs a step", *PEERS, f"ours / {BY_HAND}")]
    for point in found:
        ours, by_hand = (point.ratio(name) for name in (PEERS[0], BY_HAND))
        lines.append((point.name, *(number(point.rows[name].median) if name in point.rows else "-" for name in PEERS),
                      f"{ours / by_hand:.2f}" if ours and by_hand else "-"))
    widths = [max(map(len, column)) for column in zip(*lines)]
    return ["  ".join([line[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(line[1:], widths[1:]))])
            for line in lines]


def draw(found: Sequence[Comparison], path: str, subtitle: str) -> None:
    """A panel for each axis, a line for each peer, both scales logarithmic."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4.6 * len(AXES), 4.2), layout="constrained")
    figure.suptitle(f"Time of one step of gradient descent\n{subtitle}", fontsize=10)
    colours = dict(zip(PEERS, ("#0072b2", "#555555", "#d55e00", "#009e73")))
    for axes, axis in zip(figure.subplots(1, len(AXES)), AXES):
        points = {int(point.name.split()[1]): point for point in found if point.name.startswith(axis)}
        for peer in PEERS:
            known = [(n, point.rows[peer].median) for n, point in points.items() if peer in point.rows]
            if known:
                axes.loglog(*zip(*known), color=colours[peer], label=peer, marker="o", markersize=4)
        axes.set_xlabel({"width": "neurons in each of two hidden layers", "batch": "samples in a batch, width 64",
                         "depth": "hidden layers of 16 neurons"}[axis])
        axes.set_xticks([*points], [f"{n:,}" for n in points])
        axes.minorticks_off()
        axes.spines[["top", "right"]].set_visible(False)
    figure.axes[0].set_ylabel("microseconds")
    figure.axes[0].legend(fontsize=8, frameon=False)
    figure.savefig(path, dpi=150)
