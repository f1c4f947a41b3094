"""The Hinton diagram: a network's weights as squares."""
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from autograd import Parameter

from .figure import INK, PAPER, panels, styled

BACKGROUND = "#9A9A9A"
BIAS = "b"


@styled
def hinton(weights: Any, *, title: str | None = None, ax: Axes | None = None) -> Figure:
    """The Hinton diagram: squares of area |w|, white for positive, black for negative weights (Rumelhart et al. 1986).

    weights is a model, with a panel for each layer, a row for each neuron and the bias last, or a matrix.  Areas are
    comparable between panels.  Raises ValueError for a model without weights, or for anything but a matrix.
    """
    layers = layers_of(weights) if hasattr(weights, "parameters") else {"": matrix_of(weights)}
    largest = max(float(np.abs(W).max()) for W, _, _ in layers.values()) or 1.0
    widths, height = [W.shape[1] for W, _, _ in layers.values()], max(len(W) for W, _, _ in layers.values())
    size = max(3.6, 0.34 * sum(widths) + 1.1 * len(widths)), 0.34 * height + 2.1
    figure, grid = panels(1, widths, size, ax)
    for axes, (name, (W, rows, columns)) in zip(grid[0], layers.items()):
        squares(axes, W, rows, columns, largest)
        axes.set(xlim=(-0.5, W.shape[1] - 0.5), ylim=(height - 0.5, -0.5), aspect="equal")      # cells of one size
        axes.set_title(name, fontsize=11)
    grid[0][0].set_ylabel("neuron")
    if ax is None:
        figure.suptitle(title or "Weights: white positive, black negative", weight="bold", fontsize=12)
        figure.supxlabel(f"The largest is |w| = {largest:.3g}; the areas are as |w|.  A column is where the weights "
                         "come from, b the bias.", fontsize=9)
    return figure


NamedMatrix = tuple[np.ndarray, Sequence[str], Sequence[str]]           # W, the names of its rows and of its columns


def matrix_of(weights: Any) -> NamedMatrix:
    """A matrix of the user's, its rows and columns numbered from 1."""
    W = np.asarray(weights, float)
    if W.ndim != 2 or not W.size or not np.isfinite(W).all():
        raise ValueError(f"hinton: weights of shape {W.shape} are no matrix of finite numbers; give one, or a model")
    return W, [str(i) for i in range(1, len(W) + 1)], [str(j) for j in range(1, W.shape[1] + 1)]


def layers_of(model: Any) -> dict[str, NamedMatrix]:
    """Each layer's weights by its scope: a row for each neuron, padded to the longest, the bias last."""
    layers: dict[str, dict[str, list[Parameter]]] = {}
    for p in model.parameters():
        name, neuron = ([*p.scope, ""] if p.scope else ["", ""])[:2]
        layers.setdefault(name, {}).setdefault(neuron, []).append(p)
    if not layers:
        raise ValueError("hinton: this model has no weights")
    found: dict[str, NamedMatrix] = {}
    for name, neurons in layers.items():
        rows = list(neurons.values())
        W = np.full((len(rows), max(map(len, rows))), np.nan)
        for i, row in enumerate(rows):
            W[i, :len(row)] = [p.data for p in row]
        if np.isinf(W).any():
            raise ValueError(f"hinton: a weight of {name or 'the model'} is infinite")
        numbers = [neuron.removeprefix("neuron ") for neuron in neurons]
        longest = max(rows, key=len)
        found[name] = np.nan_to_num(W), numbers, [
            column(p.label, numbers[rows.index(longest)]) for p in longest]
    return found


def column(label: str, neuron: str) -> str:
    """The column of a weight, the source that it leads from: 1 for w31 in neuron 3, b for b3."""
    name = label.rpartition(".")[2]
    if name.startswith(BIAS):
        return BIAS
    return name.removeprefix(f"w{neuron}").lstrip(",") or name


def squares(axes: Axes, W: np.ndarray, rows: Sequence[str], columns: Sequence[str], largest: float) -> None:
    """Draw the squares of one layer."""
    axes.add_patch(Rectangle((-0.5, -0.5), W.shape[1], len(W), facecolor=BACKGROUND))
    for color, mine in ((PAPER, W > 0), (INK, W < 0)):
        places = [(j, i, 0.92 * np.sqrt(abs(W[i, j]) / largest)) for i, j in np.argwhere(mine)]
        axes.add_collection(PatchCollection([Rectangle((x - s / 2, y - s / 2), s, s) for x, y, s in places],
                                            facecolor=color, edgecolor="none"))
    axes.spines[:].set_visible(False)
    axes.xaxis.tick_top()
    every = [max(1, len(names) // 12) for names in (columns, rows)]
    axes.set_xticks(range(0, len(columns), every[0]), columns[::every[0]])
    axes.set_yticks(range(0, len(rows), every[1]), rows[::every[1]])
    axes.tick_params(length=0, labelsize=9)
