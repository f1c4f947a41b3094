"""One graph's forward phase, backward phase and update as a page: the steps of explain.py, played by html.py."""
import math
import os
from numbers import Real

from autograd import Value, ops
from autograd.symbolic.labels import format_number

from ..diagram.options import check_style
from .explain import Explainer
from .html import Page, PlayerText, checked_output, html_path, write_page

PLAYER_TEXT = PlayerText("step", "forward and backward, step by step", "a node or an edge leads to its step · ", 1.8)


def step_through(output: Value, path: str | os.PathLike[str], *, lr: float = 0.1, digits: int = 4,
                 direction: str = "LR", expand: bool | Value | str = False, limit: int | None = None) -> Page:
    """Write a page that plays the forward phase, the backward phase and the update, one number at a time.

    It changes nothing and is right before and after backward.  `lr` is the learning rate η of the update; `digits`,
    `direction`, `expand` and `limit` are those of `draw`.  Raises TypeError where output is no Value, ValueError for a
    suffix other than .html and .htm, a graph of too many nodes, or one whose leaves were changed after recording, as
    optimizer.step() does (step_through(replay(output), ...) shows the current data), RendererError where there is no
    Graphviz, and OSError where the file cannot be written; what was there before then stays.
    """
    path = html_path(path)
    check_style(digits, direction)
    if not isinstance(lr, Real) or not math.isfinite(lr):
        raise ValueError(f"lr, the learning rate, is a finite number, not {ops.short(repr(lr))}")
    output = checked_output("step_through", "takes", output, expand, limit)
    explainer = Explainer(output, float(lr), digits)
    return write_page(path, explainer.diagram, explainer.page_steps(), PLAYER_TEXT, digits, direction,
                      f"= {format_number(output.data, digits)}")
