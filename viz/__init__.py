"""Drawings of the recorded graph, derivations by the chain rule, and plots of a training."""
from importlib import import_module
from typing import TYPE_CHECKING, Any

import autograd

if not hasattr(autograd, "Value"):
    raise ImportError("viz needs deltagrad's package autograd, but the one found is another: PyPI's autograd (HIPS) "
                      "has the same name.  Install deltagrad in a virtual environment of its own, without that one.")

from .derivation import Derivation, derive
from .diagram.renderer import RendererError, lay_out_with
from .drawing import Drawing, draw, draw_dot, trace
from .nested_formula import expression
from .page.film import Film
from .page.step_page import step_through

if TYPE_CHECKING:
    from .plots import activations, confusion_matrix, decision_surface, error_surface, hidden_units, hinton, loss_curve

__all__ = ["Derivation", "Drawing", "Film", "RendererError", "activations", "confusion_matrix", "decision_surface",
           "derive", "draw", "draw_dot", "error_surface", "expression", "hidden_units", "hinton", "lay_out_with",
           "loss_curve", "step_through", "trace"]

PLOTS = {"activations", "confusion_matrix", "decision_surface", "error_surface", "hidden_units", "hinton", "loss_curve"}

if not TYPE_CHECKING:                       # plots are imported on first use, as they need matplotlib
    def __getattr__(name: str) -> Any:
        if name in PLOTS:
            globals()[name] = getattr(import_module(".plots", __name__), name)
            return globals()[name]
        raise AttributeError(f"module 'viz' has no attribute {name!r}")

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
