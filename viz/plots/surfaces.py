"""A classifier's scores over the plane, with its data and its decision boundary."""
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from .figure import BLUE, INK, ORANGE, PAPER, mixed, numbers, one, points, styled

WHITE = mixed(BLUE, 0)
TWO_SIDED = LinearSegmentedColormap.from_list("orange, white, blue", [mixed(ORANGE, 0.6), WHITE, mixed(BLUE, 0.6)])


@styled
def decision_surface(predict: Callable[[np.ndarray], Any], X: Any, T: Any, *, held_out: tuple[Any, Any] | None = None,
                     level: float = 0.5, score: str = "probability of class 1", xlabel: str = "x₁", ylabel: str = "x₂",
                     classes: Sequence[str] = ("class 0", "class 1"), title: str = "Decision surface") -> Figure:
    """What a classifier of two classes answers all over the plane, with its data and the boundary at the level.

    predict is a function of an (M, 2) array that returns M scores; T is above the level for class 1.  Held-out data
    is drawn hollow.  Raises ValueError for data that is not (N, 2) with N targets.
    """
    sets = {"training": points("X", X, T)}
    if held_out:
        sets["held out"] = points("held_out", *held_out)
    everything = np.concatenate([x for x, _ in sets.values()])
    low, high = everything.min(axis=0), everything.max(axis=0)
    low, high = low - 0.12 * (high - low + 1e-9), high + 0.12 * (high - low + 1e-9)
    first, second = (np.linspace(a, b, 240) for a, b in zip(low, high))
    plane = np.stack(np.meshgrid(first, second), axis=-1)
    Z = numbers("predict's scores", np.ravel(predict(plane.reshape(-1, 2))), len(first) * len(second))
    Z = Z.reshape(len(second), len(first))
    reach = float(np.abs(Z - level).max()) or 1.0
    if level == 0.5 and Z.min() >= 0 and Z.max() <= 1:
        reach = 0.5                                         # a probability: the whole scale

    figure, axes = one(title, xlabel, ylabel, size=(7.6, 5.6))
    axes.grid(False)
    image = axes.imshow(Z, cmap=TWO_SIDED, vmin=level - reach, vmax=level + reach, origin="lower", aspect="auto",
                        extent=(low[0], high[0], low[1], high[1]), interpolation="bilinear")
    bar = figure.colorbar(image, ax=axes, label=score, pad=0.02)
    for kind, (x, t) in sets.items():
        for is_one, color, marker in (False, ORANGE, "o"), (True, BLUE, "^"):
            mine = x[(t > level) == is_one]
            hollow = kind == "held out"
            axes.scatter(mine[:, 0], mine[:, 1], s=34, marker=marker, label=f"{classes[is_one]}, {kind}",
                         facecolors=PAPER if hollow else color, edgecolors=color if hollow else INK,
                         linewidths=1.3 if hollow else 0.7, zorder=3)
    if Z.min() < level < Z.max():
        axes.contour(first, second, Z, [level], colors=INK, linewidths=1.8)
        bar.ax.axhline(level, color=INK, linewidth=1.8)
        axes.plot([], [], color=INK, linewidth=1.8, label=f"boundary at {level:g}")     # for the legend
    figure.legend(loc="outside lower center", ncols=3, frameon=False)
    return figure
