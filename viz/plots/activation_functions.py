"""The lecture's figure of the activation functions and their derivatives."""
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from autograd import Op, ops

from .figure import BLUE, GREY, INK, LINE_STYLES, ORANGE, PAPER, dress, label_ends, panels, styled

CASES = r"\genfrac{{\{{}}{{.}}{{0}}{{0}}{{{}}}{{{}}}"       # mathtext has no cases: a fraction without its line


def cases(above: str, below: str) -> str:
    """Two cases behind a brace, in mathtext."""
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
    f"α = {ops.ALPHA}, λ = {ops.LAMBDA}: SELU's constants, which the lecture takes for ELU as well "
    "(ELU's usual α is 1).\n"
    "Slips in the lecture's table of derivatives: softplus is ln(1 + eˣ), not (1 + eˣ);  ELU's third case is x = 0, "
    "where the sides agree only for α = 1;  SELU's cases split at x ≤ 0, as in its definition."
)


@styled
def activations(*, ax: Axes | None = None) -> Figure:
    """The lecture's figure: every activation function φ of the table, solid, and its derivative φ′, dashed.

    The curves are the table's rows, run on arrays.
    """
    columns = 5
    rows = -(-len(ops.ACTIVATIONS) // columns)
    figure, grid = panels(rows, [1.0] * columns, (3.2 * columns, 4.1 * rows + 0.8), ax)
    grid = np.ravel(grid)
    for axes, (name, op) in zip(grid, ops.ACTIVATIONS.items()):
        title, *formulas = FORMULAS.get(name, (name, "", ""))
        if ax is not None:                              # no space for formulas
            activation(axes, op, [])
            axes.set_title(name, fontsize=8)
            axes.tick_params(labelbottom=False, labelleft=False)
            continue
        activation(axes, op, [r"$\varphi$", r"$\varphi'$"])
        lines = [(98, title, INK, "bold")] + [
            (height, rf"${letter}(x) = {formula}$", color, "normal")
            for height, letter, formula, color in zip((66, 24), (r"\varphi", r"\varphi'"), formulas, (BLUE, ORANGE))
            if formula]
        for height, words, color, weight in lines:
            axes.annotate(words, (0, 1), (0, height), xycoords="axes fraction", textcoords="offset points",
                          va="center", fontsize=13, color=color, weight=weight)
    for axes in grid[len(ops.ACTIVATIONS):]:
        axes.remove()
    if ax is None:
        figure.supxlabel(NOTES, x=0.01, ha="left", fontsize=11, linespacing=1.5)
    return figure


def activation(axes: Axes, op: Op, names: Sequence[str]) -> None:
    """Draw φ and φ′ of one row, with their names at the ends of the curves.

    At a kink each side is a separate line, so that none runs through a jump.
    """
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
    label_ends(axes, ends[:len(names)])


def value(op: Op, x: np.ndarray) -> np.ndarray:
    """φ(x)."""
    return np.asarray(op(x))


def slope(op: Op, x: np.ndarray) -> np.ndarray:
    """φ′(x); a plain number of a rule is broadcast."""
    [partial] = op.partials(op(x), x)
    return np.broadcast_to(partial, x.shape)
