"""Pictures of the lecture's demos that need more than one of viz's plots."""
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from viz.plots.figure import BLUE, GREY, INK, LINE_STYLES, MARKERS, ORANGE, dress, one, styled


@styled
def approximation_figure(x: np.ndarray, f: np.ndarray, terms: Mapping[int, np.ndarray],
                         errors: Mapping[int, tuple[float, float]]) -> Figure:
    """f, F and its single terms for each m1, and the largest distance of F from f against m1."""
    figure = Figure(figsize=(15, 4.6), layout="constrained")
    *panels, last = figure.subplots(1, len(terms) + 1)
    for axes, (m1, rows) in zip(panels, terms.items()):
        dress(axes)
        for row in rows:
            axes.plot(x, row, color=GREY, linewidth=0.9)
        axes.plot([], [], color=GREY, linewidth=0.9, label="terms αᵢ φ(wᵢ x + βᵢ)")
        axes.plot(x, f, color=ORANGE, linestyle="--", label="f")
        axes.plot(x, rows.sum(axis=0), color=BLUE, label="F, their sum")
        axes.set_xlabel("x")
        axes.set_title(f"Built from m1 = {m1} sigmoids", weight="bold", loc="left")
        axes.legend(fontsize=9)
    dress(last)
    for name, color, line, column in (("built", BLUE, "o-", 0), ("trained", ORANGE, "s--", 1)):
        last.plot(list(errors), [pair[column] for pair in errors.values()], line, color=color, label=name)
    last.set_xscale("log", base=2)
    last.set_yscale("log")
    last.set_xticks(list(errors), [str(m1) for m1 in errors])
    last.set_xlabel("m1")
    last.set_title("sup |F − f|", weight="bold", loc="left")
    last.legend()
    return figure


@styled
def boundaries_figure(X: Sequence[Sequence[float]], T: Sequence[float], epochs: Sequence[Sequence[float]]) -> Figure:
    """The boundary w1 x1 + w2 x2 + b = 0 after each epoch, the last one full."""
    figure, axes = one("The error correction rule learns AND", "x₁", "x₂", (6.4, 5.4))
    x = np.linspace(-0.5, 1.5, 2)
    for number, (w1, w2, b) in enumerate(epochs, start=1):
        color, line = (INK, "-") if number == len(epochs) else (GREY, ("-", ":", "--", "-.")[number % 4])
        axes.plot(x, -(w1 * x + b) / w2, color=color, linestyle=line, label=f"after epoch {number}",
                  linewidth=2.2 if color == INK else 1.2)
    axes.legend(loc="upper right", fontsize=9)
    for (x1, x2), t in zip(X, T):
        axes.plot(x1, x2, "^" if t else "o", color=BLUE if t else ORANGE, markersize=12, markeredgecolor=INK)
    axes.set(xlim=(-0.5, 1.5), ylim=(-0.5, 2.2))
    return figure


@styled
def losses_figure(e: np.ndarray, curves: Mapping[str, tuple[np.ndarray, np.ndarray]], X: np.ndarray, T: np.ndarray,
                  lines: Mapping[str, np.ndarray]) -> Figure:
    """Each loss and its derivative by the error e, and the line that each fits to the same data."""
    figure = Figure(figsize=(15, 4.6), layout="constrained")
    loss, slope, fit = figure.subplots(1, 3)
    for axes, title, x in ((loss, "Loss J(e)", "e = t − y"), (slope, "Its derivative dJ/de", "e = t − y"),
                           (fit, "The line that each fits", "x")):
        dress(axes)
        axes.set_title(title, weight="bold", loc="left")
        axes.set_xlabel(x)
    fit.plot(X, T, "o", color=INK, markersize=5, markerfacecolor="none", label="data")
    for (name, (J, dJ)), (color, line) in zip(curves.items(), LINE_STYLES):
        loss.plot(e, J, color=color, linestyle=line, label=name)
        slope.plot(e, dJ, color=color, linestyle=line)
        fit.plot(X, lines[name], color=color, linestyle=line)
    loss.set_ylim(-0.2, 6)
    loss.legend()
    return figure


@styled
def boxes_figure(images: np.ndarray, boxes: np.ndarray, found: np.ndarray) -> Figure:
    """Images with the true box, full, and the predicted one, dashed: (x, y, width, height) of each."""
    figure = Figure(figsize=(12, 2.9), layout="constrained")
    for axes, image, true, predicted in zip(figure.subplots(1, len(images)), images, boxes, found):
        axes.imshow(image, cmap="gray_r", vmax=2)
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set_visible(True)
        for (x, y, width, height), color, line in ((true, BLUE, "-"), (predicted, ORANGE, "--")):
            axes.add_patch(Rectangle((x - width / 2 - 0.5, y - height / 2 - 0.5), width, height, fill=False,
                                     edgecolor=color, linestyle=line, linewidth=2.2))
    figure.suptitle("Four output neurons: centre, width and height of a box (blue true, orange dashed predicted)",
                    weight="bold", fontsize=12)
    return figure


@styled
def paths_figure(terms: Mapping[str, np.ndarray]) -> Figure:
    """The size of each term of dJ/du against the number of steps between that use of u and the last."""
    figure, axes = one("What each use of u adds to dJ/du", "steps before the last", "|δ y| (logarithmic)", (7, 4.4))
    for (name, sizes), (color, line), marker in zip(terms.items(), LINE_STYLES, MARKERS):
        axes.plot(range(len(sizes)), sizes, color=color, linestyle=line, marker=marker, label=name)
    axes.set_yscale("log")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.legend()
    return figure
