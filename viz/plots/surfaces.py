"""Plots of a model's outputs over a plane of two inputs, with the data and the decision boundary."""
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, ListedColormap
from matplotlib.figure import Figure

from .figure import BLUE, INK, MARKERS, ORANGE, PAPER, class_color, legend, mixed, numbers, one, styled
from .plane import Limits, Plane, plane_of, samples_of
from .recorded_model import Model, outputs_of

WHITE = mixed(BLUE, 0)
# The blue end is darker, so that the two sides differ in grey too.
TWO_SIDED = LinearSegmentedColormap.from_list("orange, white, blue", [mixed(ORANGE, 0.5), WHITE, mixed(BLUE, 0.75)])
ONE_SIDED = LinearSegmentedColormap.from_list("white, blue", [WHITE, mixed(BLUE, 0.85)])


@dataclass(frozen=True)
class Output:
    """The meaning of an output: the boundary's level (None for a value), its name, the title and the classes."""
    level: float | None
    score: str
    title: str
    classes: Sequence[str]
    span: Limits | None = None                  # of the colour scale; None is the range of the values


@styled
def decision_surface(model: Model, X: Any, T: Any, *, inputs: Sequence[int] | None = None,
                     held_out: tuple[Any, Any] | None = None, level: float | None = None, score: str | None = None,
                     xlabel: str | None = None, ylabel: str | None = None, classes: Sequence[Any] | None = None,
                     title: str | None = None, xlim: Limits | None = None, ylim: Limits | None = None,
                     ax: Axes | None = None) -> Figure:
    """A model's output over the plane of two inputs, with the data and, for classes, the decision boundary.

    model is an nn model, or a function of an (M, inputs) array.  Title, bar and level are chosen by what T and the
    output are: classes of -1 and 1 (level 0), probabilities (½), logits (0), values (none), or of several outputs the
    largest.  Of more than two inputs, inputs=(i, j) chooses the plane's; the others stay at their means.
    Held-out data is drawn hollow.  Raises ValueError where X, T or inputs do not fit.
    """
    plane = plane_of("decision_surface", X, inputs, xlim, ylim, also=held_out[0] if held_out else None)
    Z = outputs_of(model, plane.samples)
    if not np.isfinite(Z).all():
        raise ValueError("decision_surface: an output in this plane is infinite or NaN; give narrower xlim and ylim")
    sets = {"training": (plane.data, targets_of("X", T, len(plane.data), Z.shape[1]))}
    if held_out:
        pair = (0, 1) if inputs is None else inputs
        x = samples_of("held_out", held_out[0], plane.samples.shape[1])[:, [*pair]]
        sets["held out"] = x, targets_of("held_out", held_out[1], len(x), Z.shape[1])
    t = np.concatenate([t for _, t in sets.values()])
    found = output_of(t, Z, level, classes)
    figure, axes = one(title or found.title, xlabel or plane.names[0], ylabel or plane.names[1], (7.6, 5.6), ax)
    axes.grid(False)
    if Z.shape[1] > 1:
        regions(axes, plane, Z.argmax(axis=1), Z.shape[1])
    else:
        surface(figure, axes, plane, plane.grid(Z[:, 0]), found, score or found.score, t)
    for kind, (x, t) in sets.items():
        scatter(axes, x, t, found, kind)
    axes.set(xlim=plane.extent[:2], ylim=plane.extent[2:])
    legend(figure, axes, ax)
    return figure


def targets_of(name: str, T: Any, samples: int, outputs: int) -> np.ndarray:
    """T as an array of numbers; for several outputs one-hot rows become class indices."""
    try:
        t = np.asarray(T, float)
    except ValueError:
        raise ValueError(f"decision_surface: the targets of {name} are no numbers; number the classes: names, T = "
                         "np.unique(T, return_inverse=True), and give classes=names") from None
    if outputs > 1 and t.ndim == 2 and t.shape[1] == outputs:
        t = t.argmax(axis=1).astype(float)
    t = numbers(f"the targets of {name}", np.ravel(t), samples)
    if outputs > 1 and not np.isin(t, np.arange(outputs)).all():
        raise ValueError(f"decision_surface: with {outputs} outputs the targets are classes, 0 to {outputs - 1}, but "
                         f"those of {name} hold {t[~np.isin(t, np.arange(outputs))][0]:g}")
    return t


def output_of(t: np.ndarray, Z: np.ndarray, level: float | None, classes: Sequence[Any] | None) -> Output:
    """The meaning of the output, inferred from its targets and its values over the plane."""
    found = {*t.tolist()}
    if Z.shape[1] > 1:
        names = [str(c) for c in classes] if classes is not None else [f"class {k}" for k in range(Z.shape[1])]
        if len(names) != Z.shape[1]:
            raise ValueError(f"decision_surface: {Z.shape[1]} outputs but {len(names)} classes; name each")
        return Output(None, "", "Classes by the largest output", names)
    low, high = classes if classes is not None and len(classes) == 2 else (
        ("class −1", "class 1") if -1.0 in found else ("class 0", "class 1"))
    if level is not None:
        return Output(level, "output y", "Decision surface", (low, high))
    if found <= {-1.0, 1.0} and (-1.0 in found or Z.min() < 0):
        span = (-1.0, 1.0) if np.abs(Z).max() <= 1 else None
        return Output(0.0, "output y: −1 or 1", f"Output for {low} and {high}", (low, high), span)
    if found <= {0.0, 1.0}:
        if Z.min() >= 0 and Z.max() <= 1:
            return Output(0.5, f"probability of {high}", f"Probability of {high}", (low, high), (0.0, 1.0))
        return Output(0.0, f"logit of {high}", f"Logit of {high}; at 0 the probability is ½", (low, high))
    return Output(None, "output y", "Output over the plane", ())


def surface(figure: Figure, axes: Axes, plane: Plane, Z: np.ndarray, output: Output, score: str,
            t: np.ndarray) -> None:
    """Draw one output as colour, with the boundary at its level; for a value, with contour lines."""
    level = output.level
    if level is None:
        low, high = (float(f([f(Z), f(t)])) for f in (np.min, np.max))
        low, high = low, high if high > low else low + 1.0
    elif output.span:
        low, high = output.span
    else:
        reach = float(np.abs(Z - level).max()) or 1.0
        low, high = level - reach, level + reach
    image = axes.imshow(Z, cmap=ONE_SIDED if level is None else TWO_SIDED, vmin=low, vmax=high, origin="lower",
                        aspect="auto", extent=plane.extent, interpolation="bilinear")
    bar = figure.colorbar(image, ax=axes, label=score, pad=0.02)
    if level is None and Z.min() < Z.max():
        axes.clabel(axes.contour(plane.x, plane.y, Z, 7, colors=INK, linewidths=0.8), fontsize=9)
    elif level is not None and Z.min() < level < Z.max():
        axes.contour(plane.x, plane.y, Z, [level], colors=INK, linewidths=1.8)
        bar.ax.axhline(level, color=INK, linewidth=1.8)
        axes.plot([], [], color=INK, linewidth=1.8, label=f"boundary at {level:g}")     # for the legend


def regions(axes: Axes, plane: Plane, labels: np.ndarray, count: int) -> None:
    """Draw the class of each point in its colour, with the boundaries between classes."""
    colors = ListedColormap([mixed(class_color(k), 0.35) for k in range(count)])
    axes.imshow(plane.grid(labels), cmap=colors, vmin=-0.5, vmax=count - 0.5, origin="lower", aspect="auto",
                extent=plane.extent, interpolation="nearest")
    for k in range(count):
        if 0 < (mine := plane.grid(labels) == k).mean() < 1:
            axes.contour(plane.x, plane.y, mine.astype(float), [0.5], colors=INK, linewidths=1.2)


def scatter(axes: Axes, x: np.ndarray, t: np.ndarray, output: Output, kind: str) -> None:
    """Draw the samples, each class with its colour and marker; for a value, in the surface's colours."""
    hollow = kind == "held out"
    if not output.classes:
        low, high = axes.images[0].get_clim()
        axes.scatter(x[:, 0], x[:, 1], c=t, cmap=ONE_SIDED, vmin=low, vmax=high, edgecolors=INK, label=kind,
                     marker="s" if hollow else "o", linewidths=0.9, s=34, zorder=3)
        return
    number = t.astype(int) if output.level is None else (t > output.level).astype(int)
    for k, name in enumerate(output.classes):
        mine, color = x[number == k], class_color(k)
        if len(mine):
            axes.scatter(mine[:, 0], mine[:, 1], marker=MARKERS[k % len(MARKERS)], label=f"{name}, {kind}",
                         facecolors=PAPER if hollow else color, edgecolors=color if hollow else INK,
                         linewidths=1.3 if hollow else 0.7, s=34, zorder=3)
