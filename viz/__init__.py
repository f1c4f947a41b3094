"""The recorded graph, drawn, and the chain rule, written out."""
import autograd

if not hasattr(autograd, "Value"):
    raise ImportError("viz needs deltagrad's package autograd, but the one found is another: PyPI's autograd (HIPS) "
                      "has the same name.  Install deltagrad in a virtual environment of its own, without that one.")

from .derivation import Derivation, derive
from .drawing import Drawing, draw, draw_dot, trace
from .nested_formula import expression
from .page.film import Film
from .page.step_page import step_through

__all__ = ["Derivation", "Drawing", "Film", "derive", "draw", "draw_dot", "expression", "step_through", "trace"]
