"""Panels of the neurons of a network: the output of each over a plane of the network's inputs."""
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from autograd import Parameter, Value, wengert_list
from autograd.symbolic.expr import Expr
from autograd.symbolic.printer import to_text

from .figure import INK, MARKERS, PAPER, class_color, numbers, panels, styled
from .plane import Limits, Plane, plane_of
from .recorded_model import Model, record, run
from .surfaces import TWO_SIDED

MOST, COLUMNS = 100, 8                          # panels in total, and in a row


@styled
def hidden_units(model: Model, X: Any, T: Any = None, *, inputs: Sequence[int] | None = None,
                 xlim: Limits | None = None, ylim: Limits | None = None, title: str = "What each neuron computes",
                 ax: Axes | None = None) -> Figure:
    """A panel for each neuron of each layer: its y over the plane of the inputs, and the line v = 0 where it turns.

    The first hidden layer draws straight boundaries, the next combine them.  X gives the plane's range (of more than
    two inputs, inputs=(i, j) chooses two), T the classes of the samples, to draw them too.  Raises ValueError for a
    model without neurons, or with more than can be read.
    """
    plane = plane_of("hidden_units", X, inputs, xlim, ylim, steps=120)
    leaves, outputs = record(model, plane.samples[0])
    layers = neurons_by_layer(outputs)
    count = sum(map(len, layers.values()))
    if not count or count > MOST:
        raise ValueError(f"hidden_units: this model has {count} neurons; panels can be read for 1 to {MOST}")
    value = run(outputs, dict(zip(leaves, plane.samples.T)))
    lines = [(name, neurons[k:k + COLUMNS]) for name, neurons in layers.items()
             for k in range(0, len(neurons), COLUMNS)]
    columns = max(len(neurons) for _, neurons in lines)
    figure, grid = panels(len(lines), [1.0] * columns, (max(4.0, 1.7 * columns + 0.6), 1.8 * len(lines) + 0.7), ax)
    t = None if T is None else numbers("the targets of X", np.ravel(T), len(plane.data))
    for row, (name, neurons) in zip(grid, lines):
        for axes, y in zip(row, neurons):
            unit(axes, plane, plane.grid(value[y]), plane.grid(value[y.parents[0]]), y, t)
        for axes in row[len(neurons):]:
            axes.remove()
        row[0].set_ylabel(name, fontsize=10)
    if ax is None:
        figure.suptitle(title, weight="bold", fontsize=12)
    return figure


def neurons_by_layer(outputs: Sequence[Value]) -> dict[str, list[Value]]:
    """The y of every neuron by its layer: the scope of the parameters in its v."""
    found: dict[str, list[Value]] = {}
    for y in dict.fromkeys(node for output in outputs for node in wengert_list(output)):
        if y.op and y.op.activation:
            scopes = [p.scope[0] for p in y.parents[0].parents if isinstance(p, Parameter) and p.scope]
            found.setdefault(scopes[-1] if scopes else "neurons", []).append(y)
    return found


def unit(axes: Axes, plane: Plane, Y: np.ndarray, V: np.ndarray, y: Value, t: np.ndarray | None) -> None:
    """Draw one neuron: y as colour, white where v = 0, that line, and the samples."""
    axes.set(xticks=[], yticks=[])
    middle = float(y.op(0.0)) if y.op else 0.0
    reach = float(np.nanmax(np.abs(Y - middle))) or 1.0
    axes.imshow(Y, cmap=TWO_SIDED, vmin=middle - reach, vmax=middle + reach, origin="lower", aspect="auto",
                extent=plane.extent, interpolation="bilinear")
    if np.nanmin(V) < 0 < np.nanmax(V):
        axes.contour(plane.x, plane.y, V, [0.0], colors=INK, linewidths=1.4)
    if t is not None:
        for k, label in enumerate(np.unique(t)):
            x = plane.data[t == label]
            axes.scatter(x[:, 0], x[:, 1], s=7, color=class_color(k), marker=MARKERS[k % len(MARKERS)],
                         edgecolors=PAPER, linewidths=0.3, zorder=3)
    axes.set_title(to_text(Expr(y.label.rpartition(".")[2] or "·")), fontsize=10)
