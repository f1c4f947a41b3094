"""Neurons, layers and networks, on autograd's Values."""
import autograd

if not hasattr(autograd, "Value"):
    raise ImportError("nn needs deltagrad's package autograd, but the one found is another: PyPI's autograd (HIPS) has "
                      "the same name.  Install deltagrad in a virtual environment of its own, without PyPI's autograd.")

from .mlp import MLP, Layer, Neuron
from .module import Module
