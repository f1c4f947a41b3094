"""Plots of a classifier's predictions: confusion matrix, pairs of labels, images."""
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .figure import BLUE, FAINT, GREEN, GREY, INK, ORANGE, PAPER, mixed, numbers, one, styled


@styled
def confusion_matrix(labels: Any, predicted: Any, names: Sequence[Any] | None = None, *,
                     ax: Axes | None = None) -> Figure:
    """The confusion matrix: a row for each true class, a column for each predicted one, with the numbers of samples.

    Labels are class indices, names the classes' names, by default their numbers.  Raises ValueError for a label without
    a name.
    """
    t, y = numbers("labels", labels), numbers("predicted", predicted, len(labels))
    names = range(1 + int(max(t.max(), y.max(), 0))) if names is None else names
    for x in np.append(t, y):
        if x != int(x) or not 0 <= x < len(names):
            raise ValueError(f"confusion_matrix: {x:g} is no class; with {len(names)} names the classes are "
                             f"0 to {len(names) - 1}")
    counts = np.zeros((len(names), len(names)), int)
    np.add.at(counts, (t.astype(int), y.astype(int)), 1)
    shares = counts / np.maximum(1, counts.sum(axis=1, keepdims=True))
    right = int(counts.trace())
    figure, axes = one(f"{right} of {len(t)} right ({right / len(t):.1%})", "predicted class", "true class",
                       (max(3.4, 1.8 + 0.52 * len(names)),) * 2, ax)
    axes.grid(False)
    tints = np.array([[mixed(BLUE if i == j else ORANGE, tint(shares[i, j])) for j in range(len(names))]
                      for i in range(len(names))])
    axes.imshow(tints)
    for i, j in np.ndindex(counts.shape):
        if counts[i, j]:
            axes.text(j, i, str(counts[i, j]), ha="center", va="center")
    ticks = range(len(names))
    axes.set_xticks(ticks, [str(name) for name in names])
    axes.set_yticks(ticks, [str(name) for name in names])
    axes.set_xticks(np.arange(len(names) + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(len(names) + 1) - 0.5, minor=True)
    axes.grid(which="minor", color=FAINT, linewidth=0.8)
    axes.tick_params(which="both", length=0)
    return figure


def tint(share: float) -> float:
    """The colour intensity of a share of a row: a single error is visible, and the count stays readable."""
    return 0.0 if share == 0 else 0.2 + 0.4 * share


@styled
def two_labels(Y: Any, T: Any, names: Sequence[str], *, title: str = "Two labels a sample") -> Figure:
    """Scatter plot of two probabilities for each sample: the thresholds of ½ give four quadrants, one a combination.

    Y and T are (N, 2): probabilities, and 0 or 1.  The symbol tells the true combination; each quadrant says how many
    of its own fell into it.  Raises ValueError for other shapes.
    """
    y, t = np.asarray(Y, float), np.asarray(T, float)
    if y.ndim != 2 or y.shape != t.shape or y.shape[1:] != (2,) or len(names) != 2:
        raise ValueError(f"two_labels: Y has shape {y.shape}, T {t.shape}, and there are {len(names)} names; expected "
                         "(N, 2), (N, 2) and 2")
    figure, axes = one(title, f"predicted probability: {names[0]}", f"predicted probability: {names[1]}", size=(7, 6.6))
    axes.axhline(0.5, color=INK, linewidth=1.2)
    axes.axvline(0.5, color=INK, linewidth=1.2)
    for first, second, color, marker in ((0, 0, GREY, "o"), (1, 0, ORANGE, "s"), (0, 1, BLUE, "^"), (1, 1, GREEN, "D")):
        mine = (t == (first, second)).all(axis=1)
        found = ((y > 0.5) == (first, second)).all(axis=1)
        words = f"{names[0] if first else 'not ' + names[0]},\n{names[1] if second else 'not ' + names[1]}"
        axes.scatter(y[mine, 0], y[mine, 1], s=36, color=color, marker=marker, alpha=0.65, linewidths=0, clip_on=False,
                     label=words.replace("\n", " "), zorder=3)
        axes.text(0.25 + 0.5 * first, 0.25 + 0.5 * second, f"{words}\n{(mine & found).sum()} of {mine.sum()}",
                  color=color, ha="center", va="center", weight="bold", linespacing=1.4, zorder=4,
                  bbox={"facecolor": PAPER, "edgecolor": "none", "alpha": 0.8})
    axes.set(xlim=(0, 1), ylim=(0, 1), aspect="equal")
    figure.legend(loc="outside lower center", ncols=2, frameon=False, title="true labels")
    return figure


@styled
def images(images: Sequence[Any], titles: Sequence[str], *, title: str = "") -> Figure:
    """Small grey images side by side, dark where the number is high, each under its title.

    Raises ValueError where there are none, or not a title for each.
    """
    if not len(images) or len(images) != len(titles):
        raise ValueError(f"images: {len(images)} images, {len(titles)} titles; give at least one, and each its title")
    columns = min(8, len(images))
    rows = -(-len(images) // columns)
    figure = Figure(figsize=(max(1.35 * columns, 4), 1.65 * rows + 0.5), layout="constrained")
    grid = np.ravel(figure.subplots(rows, columns, squeeze=False))
    for axes in grid:
        axes.set_axis_off()
    for axes, image, words in zip(grid, images, titles):
        axes.imshow(np.asarray(image, float), cmap="gray_r")
        axes.set_title(words, fontsize=10)
    figure.suptitle(title, weight="bold", fontsize=12)
    return figure
