"""The pictures of the two tasks, after the paper's figures."""
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from viz.plots.figure import BLUE, INK, ORANGE, PAPER, dress, styled
from viz.plots.weights import squares

from .families import ENGLISH


@styled
def symmetry_figure(sweeps: np.ndarray, w: np.ndarray, paper_sweeps: int) -> Figure:
    """A histogram of the sweeps, with the paper's run, and one network's weights, after the paper's figure 1."""
    figure = Figure(figsize=(12, 4.8), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=[1, 1.15])
    learned = sweeps[sweeps > 0]
    dress(left)
    left.hist(learned, bins=np.geomspace(learned.min(), max(learned.max(), learned.min() + 1), 16).tolist(),
              color=BLUE, edgecolor=PAPER)
    left.set_xscale("log")
    left.axvline(paper_sweeps, color=INK, linestyle="--")
    left.annotate(f"the paper's run:\n{paper_sweeps:,}", (paper_sweeps, 1), (6, -4), xycoords=("data", "axes fraction"),
                  textcoords="offset points", va="top", weight="bold")
    left.set_xlabel("sweeps (logarithmic)")
    left.set_ylabel("networks")
    left.yaxis.set_major_locator(MaxNLocator(integer=True))
    left.set_title(f"{len(learned)} of {len(sweeps)} networks learn symmetry", weight="bold", loc="left")
    network(right, w)
    return figure


def network(axes: Axes, w: np.ndarray) -> None:
    """The 6-2-1 network: the inputs between the two hidden units, the output beside them, a weight on each line."""
    W = w[:-3].reshape(2, -1)
    inputs, units, output = [(i, 0.0) for i in range(6)], [(2.5, 1.6), (2.5, -1.6)], (6.3, 0.0)
    for (x, y), weights, out in zip(units, W, w[-3:-1]):
        for place, weight in zip(inputs, weights[:-1]):
            line(axes, place, (x, y), weight, 0.34)
        line(axes, (x, y), output, out, 0.5)
        unit(axes, (x, y), f"{weights[-1]:.1f}")
    for i, place in enumerate(inputs, start=1):
        unit(axes, place, f"$x_{i}$")
    unit(axes, output, f"{w[-1]:.1f}")
    axes.set(xlim=(-0.5, 6.9), ylim=(-2.1, 2.1), aspect="equal")
    axes.set_axis_off()
    axes.set_title("One of them: a weight on each line, the bias in its unit", weight="bold", loc="left")


def line(axes: Axes, start: tuple[float, float], end: tuple[float, float], weight: float, share: float) -> None:
    """A connection, solid where its weight is positive, dashed where negative, with the weight at this share of it."""
    color, style = (BLUE, "-") if weight > 0 else (ORANGE, "--")
    axes.plot(*zip(start, end), color=color, linestyle=style, linewidth=1.4, zorder=1)
    (x0, y0), (x1, y1) = start, end
    axes.text(x0 + share * (x1 - x0), y0 + share * (y1 - y0), f"{weight:.1f}", color=color, ha="center", va="center",
              fontsize=9, bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 1}, zorder=2)


def unit(axes: Axes, place: tuple[float, float], words: str) -> None:
    """A unit as a circle with its bias, or an input's name, inside."""
    axes.scatter(*place, s=620, color=PAPER, edgecolors=INK, linewidths=1.2, zorder=3)
    axes.text(*place, words, ha="center", va="center", fontsize=9, zorder=4)


@styled
def recipes_figure(errors: dict[str, Sequence[Sequence[float]]]) -> Figure:
    """The error after every sweep, a line for each network, a panel for each recipe."""
    figure = Figure(figsize=(12, 3.9), layout="constrained")
    for axes, (name, runs) in zip(figure.subplots(1, len(errors), sharey=True), errors.items()):
        dress(axes)
        for run in runs:
            axes.plot(range(1, len(run) + 1), run, color=BLUE, linewidth=0.8, alpha=0.6)
        axes.set_yscale("log")
        axes.set_xlabel("sweep")
        axes.set_title(f"{name}: {len(runs)} networks", weight="bold", loc="left")
    figure.supylabel("error E (logarithmic)", fontsize=11)
    return figure


@styled
def person_units_figure(weights: np.ndarray, seed: int) -> Figure:
    """The weights from the people to each of the six units, (6, 24), after the paper's figure 4.

    A row for the English, one for the Italians below; white is positive, black negative, the area is the size.
    """
    figure = Figure(figsize=(12, 5.6), layout="constrained")
    largest = np.abs(weights).max()
    for k, (axes, unit_weights) in enumerate(zip(np.ravel(figure.subplots(3, 2)), weights), start=1):
        squares(axes, unit_weights.reshape(2, -1), ["English", "Italian"], [""] * 12, largest)
        axes.set_xticks(range(12), ENGLISH if k <= 2 else [""] * 12, rotation=50, ha="left", fontsize=8)
        axes.set(xlim=(-0.5, 11.5), ylim=(1.5, -0.5), aspect="equal")
        axes.set_title(f"unit {k}", loc="left", fontsize=10)
    figure.suptitle(f"What each person unit reads, seed {seed}: white positive, black negative; the Italians stand "
                    "below their English counterparts", weight="bold", fontsize=12)
    return figure
