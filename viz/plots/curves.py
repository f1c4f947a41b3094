"""Plots of curves: losses over the epochs, and one-dimensional regression with its data."""
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from .figure import GREY, INK, LINE_STYLES, PAPER, label_ends, numbers, one, styled


@styled
def loss_curve(losses: Any, validation: Sequence[float] | None = None, *, title: str = "Loss per epoch",
               ax: Axes | None = None) -> Figure:
    """The training loss over the epochs, and the validation loss if given, on a log scale if they span two decades.

    losses is a list of numbers, or a training history with `.losses` and `.validation_losses`, whose `.best_epoch` is
    marked where its weights were restored.  Raises ValueError
    where there is nothing to draw or the two differ in length.
    """
    best = getattr(losses, "best_epoch", 0)
    if hasattr(losses, "losses"):
        losses, validation = losses.losses, validation if validation is not None else losses.validation_losses
    curves = {"training": numbers("losses", losses)}
    if validation is not None and len(validation):
        curves["validation"] = numbers("validation", validation)
        if len(curves["validation"]) != len(curves["training"]):
            raise ValueError(f"loss_curve: {len(curves['training'])} losses but {len(curves['validation'])} validation "
                             "losses; give one of each for every epoch")
    figure, axes = one(title, "epoch", "loss J", (7, 4.2), ax)
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
    if best:
        axes.axvline(best, color=INK, linestyle=":", linewidth=1.4)
        axes.annotate(f"best epoch {best}", (best, 1), (4, -4), xycoords=("data", "axes fraction"), va="top",
                      textcoords="offset points", fontsize=10)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10], min_n_ticks=1))
    axes.margins(x=0.01)
    label_ends(axes, ends)
    return figure


@styled
def fit_curve(X: Any, T: Any, fits: Mapping[str, Callable[[np.ndarray], Any]], *,
              truth: Callable[[np.ndarray], Any] | None = None, held_out: tuple[Any, Any] | None = None,
              outliers: Any = None, xlabel: str = "x", ylabel: str = "t", title: str = "Regression") -> Figure:
    """Plot of a one-dimensional regression: the data, each fitted curve, and the true function where it is known.

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
