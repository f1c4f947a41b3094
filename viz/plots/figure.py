"""Shared parts of all plots: colours, axes, labels at the ends of curves, checks of data."""
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

INK, FAINT, PAPER = "#222222", "#DDDDDD", "#FFFFFF"
BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#007A59", "#6E6E6E"      # Okabe and Ito's, as in the drawings
CLASS_COLORS = [ORANGE, BLUE, GREEN, "#CC79A7", "#8A6100", "#56B4E9", "#5D3A9B", GREY, "#F0E442", INK]
MARKERS = ["o", "^", "s", "D", "v", "P", "X", "*", "p", "h"]                # told apart without colour, too
LINE_STYLES = [(BLUE, "-"), (ORANGE, "--"), (GREEN, "-."), (GREY, ":")]     # told apart without colour, too
styled = style.context(["default", {                # independent of the user's settings
    "figure.dpi": 160, "font.size": 11, "axes.titlesize": 12, "axes.edgecolor": INK, "text.color": INK,
    "axes.labelcolor": INK, "xtick.color": INK, "ytick.color": INK, "axes.spines.top": False,
    "axes.spines.right": False, "mathtext.fontset": "cm", "lines.linewidth": 2.2,
    "figure.constrained_layout.w_pad": 0.1, "figure.constrained_layout.h_pad": 0.1,
    "figure.constrained_layout.wspace": 0.04, "figure.constrained_layout.hspace": 0.06}])


def mixed(color: str, share: float) -> tuple[float, float, float]:
    """A tint: the colour mixed with white, `share` of it the colour."""
    red, green, blue = (1 - share * (1 - part) for part in to_rgb(color))
    return red, green, blue


def class_color(k: int) -> str:
    """The colour of class k."""
    return CLASS_COLORS[k % len(CLASS_COLORS)]


def one(title: str, xlabel: str, ylabel: str, size: tuple[float, float], ax: Axes | None = None) -> tuple[Figure, Axes]:
    """A new figure and its axes, or the given axes with their figure."""
    axes = Figure(figsize=size, layout="constrained").subplots() if ax is None else ax
    dress(axes)
    axes.set_title(title, weight="bold", loc="left")
    axes.set_xlabel(xlabel)
    axes.set_ylabel(ylabel)
    figure: Any = axes.figure
    return figure, axes


def panels(rows: int, widths: Sequence[float], size: tuple[float, float],
           ax: Axes | None = None) -> tuple[Figure, np.ndarray]:
    """A figure with rows of axes of these widths; where axes are given, all are inside them."""
    if ax is None:
        figure = Figure(figsize=size, layout="constrained")
        return figure, figure.subplots(rows, len(widths), squeeze=False, width_ratios=widths)
    ax.set_axis_off()
    ends, height = [0.0, *np.cumsum(widths) / sum(widths)], 1 / rows
    grid = [[ax.inset_axes((left + 0.1 * (right - left), 1 - (i + 0.85) * height, 0.8 * (right - left), 0.7 * height))
             for left, right in pairwise(ends)] for i in range(rows)]
    outer: Any = ax.figure
    return outer, np.array(grid)


def legend(figure: Figure, axes: Axes, ax: Axes | None, columns: int = 3) -> None:
    """Draw the legend below the axes; in the user's own axes, inside them."""
    if ax is None:
        figure.legend(loc="outside lower center", ncols=columns, frameon=False)
    else:
        axes.legend(loc="best", fontsize=9, framealpha=0.85)


def dress(axes: Axes) -> None:
    """Set a faint grid behind the data and readable ticks; set here, because ticks are created only when drawn."""
    axes.grid(True, color=FAINT, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(labelsize=10, colors=INK, length=3)


def label_ends(axes: Axes, ends: Sequence[tuple[float, str, str]]) -> None:
    """Write each curve's name in the margin at the height of its end; names that would overlap are moved apart."""
    low, high = axes.transScale.transform([(1, y) for y in axes.get_ylim()])[:, 1]
    heights = [float((axes.transScale.transform((1, y))[1] - low) / (high - low)) for y, _, _ in ends]
    order = sorted(range(len(ends)), key=heights.__getitem__)
    for below, above in pairwise(order):
        heights[above] = max(heights[above], heights[below] + 0.075)
    for height, (_, words, color) in zip(heights, ends):
        axes.annotate(words, (1, height), (6, 0), xycoords="axes fraction", textcoords="offset points", color=color,
                      va="center", fontsize=16 if "$" in words else 12, weight="bold")


def numbers(name: str, data: Any, length: int | None = None) -> np.ndarray:
    """data as a non-empty list of finite numbers, of this length; raises ValueError where it is not."""
    found = np.asarray(data, float)
    if found.ndim != 1 or not len(found):
        raise ValueError(f"{name} has shape {found.shape}; expected a list of at least one number")
    if length is not None and len(found) != length:
        raise ValueError(f"{name} has {len(found)} numbers; expected {length}")
    if not np.isfinite(found).all():
        place = int(np.argmin(np.isfinite(found)))
        raise ValueError(f"{name} is {found[place]} at place {place} (counted from 0); every number must be finite")
    return found
