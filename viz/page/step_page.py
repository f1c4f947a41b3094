"""One graph's forward phase, backward phase and update as a live page, which live/ makes."""
import math
import os
from numbers import Real

from autograd import Value, ops

from ..diagram.options import check_style
from .html import Page, checked_output, html_path
from .live.document import write_live_page


def step_through(output: Value, path: str | os.PathLike[str], *, lr: float = 0.1, digits: int = 4,
                 direction: str = "LR", expand: bool | Value | str = False, limit: int | None = None) -> Page:
    """Write a page of the graph in which every given number can be changed, and values, gradients and formulas follow.

    It shows all numbers, or plays the forward phase, the backward phase and the update, one number at a time; its
    JavaScript is written from the rows of the table.  It changes nothing and is right before and after backward.  `lr`
    is the learning rate η of the update; `digits`, `direction`, `expand` and `limit` are those of `draw`.  Raises
    TypeError where output is no Value, ValueError for a suffix other than .html and .htm, a graph of too many nodes, or
    one whose leaves were changed after recording, as optimizer.step() does (step_through(replay(output), ...) shows the
    current data), RendererError where there is no Graphviz, and OSError where the file cannot be written; what was
    there before then stays.
    """
    path = html_path(path)
    check_style(digits, direction)
    if not isinstance(lr, Real) or not math.isfinite(lr):
        raise ValueError(f"lr, the learning rate, is a finite number, not {ops.short(repr(lr))}")
    output = checked_output("step_through", "takes", output, expand, limit)
    return write_live_page(path, output, float(lr), digits, direction)
