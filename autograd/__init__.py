"""Scalar automatic differentiation: record, differentiate, read.

Read ops.py first (the table of operations), then backprop.py (the sweeps), then value.py (the node);
rerecording.py records a graph again, program/ runs it on arrays.
"""
from .backprop import adjoints, backward, check_fresh, gradient, hessian, jacobian, pushforward, recorded, wengert_list
from .check import gradcheck
from .ops import *
from .program import compile
from .rerecording import replay
from .value import Constant, Parameter, Value, weighted_sums

__version__ = "0.1.0"
