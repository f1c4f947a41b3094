"""Neurons, layers and networks, on autograd's Values."""
import autograd

if not hasattr(autograd, "Value"):
    raise ImportError("nn needs deltagrad's package autograd, but the one found is another: PyPI's autograd (HIPS) "
                      "has the same name.  Install deltagrad in a virtual environment of its own, without that one.")

from .diagnosis import TrainingWarning
from .files import load, save
from .local_gradients import LocalGradients, local_gradients
from .losses import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    half_squared_error,
    huber,
    mean_absolute_error,
    mean_squared_error,
)
from .mlp import MLP, Layer, Neuron
from .module import Module
from .optimizers import SGD, Adam, Optimizer
from .predicting import predict
from .training import History, fit
