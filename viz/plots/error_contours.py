"""Contours of the error J over two weights, with the path of a training."""
from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from autograd import Parameter, Value
from autograd.symbolic.expr import Expr
from autograd.symbolic.printer import to_text

from .figure import INK, ORANGE, PAPER, legend, one, styled
from .plane import Limits, around, samples_of
from .recorded_model import Model, run
from .surfaces import ONE_SIDED

STEPS = 61


@styled
def error_surface(model: Model, X: Any, T: Any, loss: Callable[..., Any], w1: Any, w2: Any, *, path: Any = None,
                  reduction: str = "mean", xlim: Limits | None = None, ylim: Limits | None = None,
                  title: str | None = None, ax: Axes | None = None) -> Figure:
    """Contours of J over two weights, the others fixed, with the path of a training.

    w1 and w2 are parameters of the model, or their labels; path has their values, (steps, 2), as on_epoch may collect
    them: path.append((w1.data, w2.data)).  J is the mean over the samples, or with "sum" the lecture's.
    Raises ValueError where a weight is not in the model, or X, T or path do not fit.
    """
    if reduction not in ("mean", "sum"):
        raise ValueError(f"error_surface: reduction is 'mean' or 'sum', not {reduction!r}")
    first, second = (parameter_of(model, w) for w in (w1, w2))
    x, t = samples_of("X", X), [*np.asarray(T).tolist()]
    if len(t) != len(x):
        raise ValueError(f"error_surface: X has {len(x)} samples but T has {len(t)}; give a target for each sample")
    way = np.array([[first.data, second.data]]) if path is None else np.asarray(path, float)
    if way.ndim != 2 or way.shape[1] != 2 or not len(way) or not np.isfinite(way).all():
        raise ValueError(f"error_surface: path has shape {way.shape}; expected (steps, 2) finite numbers, a pair for "
                         "each step")
    a, b = (np.linspace(*(limits or widened(way[:, i])), STEPS) for i, limits in enumerate((xlim, ylim)))
    J = error_of(model, x, t, loss, {first: a[None, :], second: b[:, None]})
    J = J / len(x) if reduction == "mean" else J
    if not np.isfinite(J).all():
        raise ValueError("error_surface: J is infinite or NaN in this range; give narrower xlim and ylim")
    names = [to_text(Expr(p.label or "w")) for p in (first, second)]
    figure, axes = one(title or f"J over {names[0]} and {names[1]}", names[0], names[1], (6.8, 5.6), ax)
    axes.grid(False)
    levels = J.min() + ((J.max() - J.min()) or 1.0) * np.linspace(0, 1, 16) ** 2      # closer where J is low
    image = axes.pcolormesh(a, b, J, cmap=ONE_SIDED, shading="gouraud", rasterized=True)
    figure.colorbar(image, ax=axes, label="J" if reduction == "sum" else "J (mean)", pad=0.02)
    if J.min() < J.max():
        axes.contour(a, b, J, levels[1:-1], colors=INK, linewidths=0.7)
    if path is not None:
        axes.plot(way[:, 0], way[:, 1], color=PAPER, linewidth=4.2)
        axes.plot(way[:, 0], way[:, 1], color=ORANGE, linewidth=2, marker=".", markersize=5, label="training")
        axes.plot(*way[0], "o", color=PAPER, markeredgecolor=INK, markersize=9, label="start")
    axes.plot(*way[-1], "*", color=INK, markeredgecolor=PAPER, markersize=15,
              label="end" if path is not None else "the model's weights")
    legend(figure, axes, ax)
    return figure


def parameter_of(model: Any, w: Any) -> Parameter:
    """The parameter of the model, given itself or by its label."""
    parameters = model.parameters()
    for p in parameters:
        if p is w or (isinstance(w, str) and p.label == w):
            return p
    raise ValueError(f"error_surface: {w.label if isinstance(w, Value) else w!r} is no parameter of this model; some "
                     f"that are: {', '.join(p.label for p in parameters[:8])}")


def error_of(model: Model, X: np.ndarray, T: list[Any], loss: Callable[..., Any],
             leaves: dict[Value, np.ndarray]) -> np.ndarray:
    """The sum of the samples' losses over arrays of these leaves: each sample is recorded, then run on the arrays."""
    total: Any = 0.0
    for x, t in zip(X.tolist(), T):
        J = Value.lift(loss(model(x), t))
        total = total + run([J], leaves)[J]
    return np.broadcast_to(total, np.broadcast_shapes(*[x.shape for x in leaves.values()]))


def widened(x: np.ndarray) -> Limits:
    """The range of a weight along the path, with a margin."""
    low, high = around(x)
    room = max(0.25 * (high - low), 0.5)
    return low - room, high + room
