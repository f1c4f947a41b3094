"""Scalar automatic differentiation: record, differentiate, read.

Read ops.py first (the table of operations), then backprop.py (the sweeps), then value.py (the node);
rerecording.py records a graph again, compiler/ runs it on arrays.
"""
from . import ops, reference
from .backprop import adjoints, backward, check_fresh, gradient, hessian, jacobian, pushforward, recorded, wengert_list
from .compiler import compile
from .console import escape_missing_letters
from .gradient_check import gradcheck
from .ops import *
from .rerecording import replay
from .value import Constant, Parameter, Value, weighted_sums

__all__ = [
    "Constant", "Parameter", "Value", "adjoints", "backward", "check_fresh", "compile", "gradcheck", "gradient",
    "hessian", "jacobian", "ops", "pushforward", "recorded", "reference", "replay", "weighted_sums", "wengert_list"]
__all__ += ops.__all__       # type: ignore[attr-defined]      # the rows of the table; type checkers see the star
__version__ = "0.1.0"

escape_missing_letters()
