"""Scalar automatic differentiation: record, differentiate, read.

Read ops.py first (the table of operations), then backprop.py (the sweeps), then value.py (the node);
program/ runs a recorded graph on arrays.
"""
from . import reference
from .backprop import adjoints, backward, gradient, hessian, jacobian, pushforward, recorded, wengert_list
from .check import gradcheck
from .ops import *
from .program import compile
from .value import Constant, Parameter, Value, weighted_sums

__version__ = "0.1.0"
