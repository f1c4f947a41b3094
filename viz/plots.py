"""Plots of what training works with: activation functions, decision surfaces, loss curves, predictions (matplotlib).

Every function returns a Figure of its own, which notebooks show and `figure.savefig(path)` writes.  Data travels as
plain arrays and functions of arrays; a model comes in as its predictions.
"""
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from autograd.ops import ACTIVATIONS, ALPHA, LAMBDA, Op

INK, FAINT, PAPER = "#222222", "#DDDDDD", "#FFFFFF"
BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#007A59", "#6E6E6E"      # Okabe and Ito's, as in the drawings
LINE_STYLES = [(BLUE, "-"), (ORANGE, "--"), (GREEN, "-."), (GREY, ":")]     # told apart without colour, too
styled = style.context(["default", {                # whatever the user's own settings are
    "figure.dpi": 160, "font.size": 11, "axes.titlesize": 12, "axes.edgecolor": INK, "text.color": INK,
    "axes.labelcolor": INK, "xtick.color": INK, "ytick.color": INK, "axes.spines.top": False,
    "axes.spines.right": False, "mathtext.fontset": "cm", "lines.linewidth": 2.2,
    "figure.constrained_layout.w_pad": 0.1, "figure.constrained_layout.h_pad": 0.1,
    "figure.constrained_layout.wspace": 0.04, "figure.constrained_layout.hspace": 0.06}])


def mixed(color: str, share: float) -> tuple[float, float, float]:
    """A tint: so much of the color, the rest white."""
    red, green, blue = (1 - share * (1 - part) for part in to_rgb(color))
    return red, green, blue


WHITE = mixed(BLUE, 0)
TWO_SIDED = LinearSegmentedColormap.from_list("orange, white, blue", [mixed(ORANGE, 0.6), WHITE, mixed(BLUE, 0.6)])


# --- the activation functions: the lecture's figure ------------------------------------------------------------------

CASES = r"\genfrac{{\{{}}{{.}}{{0}}{{0}}{{{}}}{{{}}}"       # mathtext has no cases: a fraction without its line


def cases(above: str, below: str) -> str:
    """Two lines behind a brace, in mathtext."""
    return CASES.format(above, below)


FORMULAS = {                # φ(x) and φ'(x), as in the lecture
    "heaviside": ("Heaviside step", cases(r"1,\quad x>0", r"0,\quad x\leq 0"), r"0,\quad x\neq 0"),
    "bipolar": ("Bipolar step", cases(r"\;\;\,1,\quad x>0", r"-1,\quad x\leq 0"), r"0,\quad x\neq 0"),
    "linear": ("Linear", "x", "1"),
    "sigmoid": ("Sigmoid", r"\dfrac{1}{1+e^{-x}}", r"\varphi(x)\,(1-\varphi(x))"),
    "tanh": ("Hyperbolic tangent", r"\dfrac{e^x-e^{-x}}{e^x+e^{-x}}", r"1-\varphi(x)^2"),
    "relu": ("ReLU", cases(r"x,\quad x>0", r"0,\quad x\leq 0"), cases(r"1,\quad x>0", r"0,\quad x<0")),
    "leaky_relu": ("Leaky ReLU", cases(r"x,\qquad\;\; x>0", r"0.01x,\quad x\leq 0"),
                   cases(r"1,\qquad x>0", r"0.01,\quad x<0")),
    "elu": ("ELU", cases(r"x,\qquad\qquad\;\; x>0", r"\alpha(e^x-1),\quad x\leq 0"),
            cases(r"1,\qquad x>0", r"\alpha e^x,\quad x<0")),
    "selu": ("SELU", r"\lambda" + cases(r"x,\qquad\qquad\;\; x>0", r"\alpha(e^x-1),\quad x\leq 0"),
             r"\lambda" + cases(r"1,\qquad x>0", r"\alpha e^x,\quad x<0")),
    "softplus": ("Softplus", r"\ln(1+e^x)", r"\dfrac{1}{1+e^{-x}}"),
}
NOTES = (
    "At x = 0 a filled dot is the value taken, the lecture's x ≤ 0 side; an open one is the other side's limit.  "
    "Where φ has a step or a kink, φ′(0) is undefined.\n"
    f"α = {ALPHA}, λ = {LAMBDA}: SELU's constants, which the lecture takes for ELU as well (ELU's usual α is 1).\n"
    "Slips in the lecture's table of derivatives: softplus is ln(1 + eˣ), not (1 + eˣ);  ELU's third case is x = 0, "
    "where the sides agree only for α = 1;  SELU's cases split at x ≤ 0, as in its definition."
)


@styled
def activations() -> Figure:
    """The lecture's figure: every activation function φ of the table, solid, and its derivative φ′, dashed.

    The curves are the table's rows, run on arrays.
    """
    columns = 5
    rows = -(-len(ACTIVATIONS) // columns)
    figure = Figure(figsize=(3.2 * columns, 4.1 * rows + 0.8), layout="constrained")
    grid = np.ravel(figure.subplots(rows, columns, squeeze=False))
    for axes, (name, op) in zip(grid, ACTIVATIONS.items()):
        title, *formulas = FORMULAS.get(name, (name, "", ""))
        activation(axes, op)
        lines = [(98, title, INK, "bold")] + [
            (height, rf"${letter}(x) = {formula}$", color, "normal")
            for height, letter, formula, color in zip((66, 24), (r"\varphi", r"\varphi'"), formulas, (BLUE, ORANGE))
            if formula]
        for height, words, color, weight in lines:
            axes.annotate(words, (0, 1), (0, height), xycoords="axes fraction", textcoords="offset points",
                          va="center", fontsize=13, color=color, weight=weight)
    for axes in grid[len(ACTIVATIONS):]:
        axes.remove()
    figure.supxlabel(NOTES, x=0.01, ha="left", fontsize=11, linespacing=1.5)
    return figure


def activation(axes: Axes, op: Op) -> None:
    """φ and φ′ of one row; at a kink each side is a line of its own, so that none runs through a jump."""
    dress(axes)
    axes.axhline(0, color=GREY, linewidth=0.8, zorder=1)
    axes.axvline(0, color=GREY, linewidth=0.8, zorder=1)
    left, right = np.linspace(-5, 0, 301), np.linspace(0, 5, 301)
    right[0] = np.nextafter(0, 1)                           # the limit from the right
    sides = [left, right] if op.kink else [np.append(left, right)]
    ends = []
    for label, (color, dashes), rule in zip((r"$\varphi$", r"$\varphi'$"), LINE_STYLES, (value, slope)):
        for x in sides:
            axes.plot(x, rule(op, x), color=color, linestyle=dashes, label=label, zorder=3)
        ends.append((float(rule(op, right)[-1]), label, color))
        taken, limit = float(rule(op, left)[-1]), float(rule(op, right)[0])
        if op.kink and (rule is slope or abs(taken - limit) > 1e-6):
            if abs(taken - limit) > 1e-6:
                axes.plot(0, limit, "o", color=color, markerfacecolor=PAPER, markersize=6, zorder=4)
            axes.plot(0, taken, "o", color=color, markersize=6 if rule is slope else 9, zorder=4)
    axes.set_xlim(-5, 5)
    axes.set_xticks([-4, -2, 0, 2, 4])
    label_ends(axes, ends)


def value(op: Op, x: np.ndarray) -> np.ndarray:
    """φ(x)."""
    return np.asarray(op(x))


def slope(op: Op, x: np.ndarray) -> np.ndarray:
    """φ′(x); a rule's plain number is the same everywhere."""
    [partial] = op.partials(op(x), x)
    return np.broadcast_to(partial, x.shape)


# --- training --------------------------------------------------------------------------------------------------------


@styled
def loss_curve(losses: Any, validation: Sequence[float] | None = None, *, title: str = "Loss per epoch") -> Figure:
    """The training loss of every epoch, and the validation loss if there is one; logarithmic if it spans two decades.

    losses is a list of numbers, or a training history with `.losses` and `.validation_losses`.  Raises ValueError
    where there is nothing to draw or the two differ in length.
    """
    if hasattr(losses, "losses"):
        losses, validation = losses.losses, validation if validation is not None else losses.validation_losses
    curves = {"training": numbers("losses", losses)}
    if validation is not None and len(validation):
        curves["validation"] = numbers("validation", validation)
        if len(curves["validation"]) != len(curves["training"]):
            raise ValueError(f"loss_curve: {len(curves['training'])} losses but {len(curves['validation'])} validation "
                             "losses; give one of each for every epoch")
    figure, axes = one(title, "epoch", "loss J", size=(7, 4.2))
    lowest, highest = (pick(list(map(pick, curves.values()))) for pick in (np.min, np.max))
    if lowest > 0 and highest / lowest >= 100:
        axes.set_yscale("log")
        axes.set_ylabel("loss J (logarithmic)")
    elif lowest >= 0:
        axes.set_ylim(0, 1.05 * highest or 1)
    ends = []
    for (name, curve), (color, dashes) in zip(curves.items(), LINE_STYLES):
        axes.plot(np.arange(1, len(curve) + 1), curve, color=color, linestyle=dashes, label=name,
                  marker="o" if len(curve) == 1 else None)
        ends.append((float(curve[-1]), f"{name} {curve[-1]:.3g}", color))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10], min_n_ticks=1))
    axes.margins(x=0.01)
    label_ends(axes, ends)
    return figure


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


@styled
def fit_curve(X: Any, T: Any, fits: Mapping[str, Callable[[np.ndarray], Any]], *,
              truth: Callable[[np.ndarray], Any] | None = None, held_out: tuple[Any, Any] | None = None,
              outliers: Any = None, xlabel: str = "x", ylabel: str = "t", title: str = "Regression") -> Figure:
    """One-dimensional regression: the data, each fitted curve, and the true function where it is known.

    Every function takes an (M, 1) array; outliers is True for the samples to mark.  Raises ValueError where the
    lengths differ, or for more than four fits.
    """
    if not 1 <= len(fits) <= len(LINE_STYLES):
        raise ValueError(f"fit_curve draws 1 to {len(LINE_STYLES)} fits, not {len(fits)}")
    x, t = numbers("X", np.ravel(X)), numbers("T", np.ravel(T), np.size(X))
    marked = np.zeros(len(x), bool) if outliers is None else np.asarray(outliers, bool)
    if marked.shape != x.shape:
        raise ValueError(f"fit_curve: outliers has shape {marked.shape}; expected a True or False for each of {len(x)} "
                         "samples")
    line = np.linspace(x.min(), x.max(), 400)[:, None]
    figure, axes = one(title, xlabel, ylabel, size=(7.6, 4.8))
    axes.scatter(x[~marked], t[~marked], s=22, color=GREY, alpha=0.75, linewidths=0, label="training data")
    if marked.any():
        axes.scatter(x[marked], t[marked], s=46, marker="x", color=INK, linewidths=1.6, label="outliers")
    if held_out:
        axes.scatter(np.ravel(held_out[0]), np.ravel(held_out[1]), s=24, facecolors=PAPER, edgecolors=GREY,
                     linewidths=1.1, label="held-out data")
    if truth:
        axes.plot(line[:, 0], np.ravel(truth(line)), color=INK, linewidth=1.3, label="true function")
    for (name, function), (color, dashes) in zip(fits.items(), LINE_STYLES):
        axes.plot(line[:, 0], numbers(name, np.ravel(function(line)), len(line)), color=color, linestyle=dashes,
                  linewidth=2.6, label=name)
    figure.legend(loc="outside lower center", ncols=3, frameon=False)
    return figure


# --- what a classifier gets right and wrong --------------------------------------------------------------------------


@styled
def confusion_matrix(labels: Any, predicted: Any, names: Sequence[Any]) -> Figure:
    """How many samples of each class were taken for which: a row for each true class, the right ones on the diagonal.

    Labels are class indices, names the classes' names.  Raises ValueError for a label without a name.
    """
    t, y = numbers("labels", labels), numbers("predicted", predicted, len(labels))
    for x in np.append(t, y):
        if x != int(x) or not 0 <= x < len(names):
            raise ValueError(f"confusion_matrix: {x:g} is no class; with {len(names)} names the classes are "
                             f"0 to {len(names) - 1}")
    counts = np.zeros((len(names), len(names)), int)
    np.add.at(counts, (t.astype(int), y.astype(int)), 1)
    shares = counts / np.maximum(1, counts.sum(axis=1, keepdims=True))
    right = int(counts.trace())
    figure, axes = one(f"{right} of {len(t)} right ({right / len(t):.1%})", "predicted class", "true class",
                       size=(1.8 + 0.52 * len(names),) * 2)
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
    """How much color a share of a row gets: even a single error is seen, and the count stays readable on any."""
    return 0.0 if share == 0 else 0.2 + 0.4 * share


@styled
def two_labels(Y: Any, T: Any, names: Sequence[str], *, title: str = "Two labels a sample") -> Figure:
    """Two probabilities a sample, each against its threshold of ½: four quadrants, for all four combinations of labels.

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


# --- what they share -------------------------------------------------------------------------------------------------


def one(title: str, xlabel: str, ylabel: str, size: tuple[float, float]) -> tuple[Figure, Axes]:
    """A figure with one pair of axes."""
    figure = Figure(figsize=size, layout="constrained")
    axes = figure.subplots()
    dress(axes)
    axes.set_title(title, weight="bold", loc="left")
    axes.set_xlabel(xlabel)
    axes.set_ylabel(ylabel)
    return figure, axes


def dress(axes: Axes) -> None:
    """A faint grid behind the data, and ticks of a readable size; said here, because ticks are made only when drawn."""
    axes.grid(True, color=FAINT, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(labelsize=10, colors=INK, length=3)


def label_ends(axes: Axes, ends: Sequence[tuple[float, str, str]]) -> None:
    """Write each curve's name in the margin at the height where it ends, apart where two end close together."""
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


def points(name: str, X: Any, T: Any) -> tuple[np.ndarray, np.ndarray]:
    """X as (N, 2) and T as (N,); raises ValueError where they are not."""
    x = np.asarray(X, float)
    if x.ndim != 2 or x.shape[1] != 2 or not len(x):
        raise ValueError(f"{name} has shape {x.shape}; a plane needs (samples, 2)")
    return x, numbers(f"the targets of {name}", np.ravel(T), len(x))
