"""Neurons, layers and networks, on autograd's Values."""
from importlib import import_module
from typing import TYPE_CHECKING, Any

import autograd

if not hasattr(autograd, "Value"):
    raise ImportError("nn needs deltagrad's package autograd, but the one found is another: PyPI's autograd (HIPS) "
                      "has the same name.  Install deltagrad in a virtual environment of its own, without that one.")

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

if TYPE_CHECKING:
    from .deltas import local_gradients
    from .diagnosis.warning import TrainingWarning
    from .history import History
    from .marking.marks import Marks, Mistake
    from .prediction import accuracy, predict
    from .serialization import load, save
    from .tables import LocalGradients
    from .training import fit

__all__ = [
    "MLP", "SGD", "Adam", "History", "Layer", "LocalGradients", "Marks", "Mistake", "Module", "Neuron",
    "Optimizer", "TrainingWarning", "accuracy", "binary_cross_entropy", "binary_cross_entropy_with_logits",
    "cross_entropy", "fit",
    "half_squared_error", "huber", "load", "local_gradients", "mean_absolute_error", "mean_squared_error", "predict",
    "save"]

NEED_NUMPY = {                              # names imported on first use, and their modules
    "History": "history", "LocalGradients": "tables", "Marks": "marking.marks", "Mistake": "marking.marks",
    "TrainingWarning": "diagnosis.warning", "accuracy": "prediction", "fit": "training",
    "load": "serialization", "local_gradients": "deltas", "predict": "prediction", "save": "serialization"}
PYTORCH = {                                 # PyTorch's name: what to write here
    "Linear": 'nn.Layer(nin, nout, "linear")', "Sequential": "nn.MLP(nin, [16, 16, 1])",
    "Parameter": "autograd.Parameter", "optim": "nn.SGD(model.parameters(), lr=0.1)",
    "Identity": 'activation="linear"', "Softmax": "nn.cross_entropy, which takes linear outputs and has softmax in it",
    "MSELoss": "nn.mean_squared_error", "L1Loss": "nn.mean_absolute_error", "HuberLoss": "nn.huber",
    "CrossEntropyLoss": "nn.cross_entropy", "BCELoss": "nn.binary_cross_entropy",
    "BCEWithLogitsLoss": "nn.binary_cross_entropy_with_logits"}

if not TYPE_CHECKING:                       # type checkers see nn's own names only
    def __getattr__(name: str) -> Any:
        if name in NEED_NUMPY:
            globals()[name] = getattr(import_module(f".{NEED_NUMPY[name]}", __name__), name)
            return globals()[name]
        near = autograd.ops.closest(name, autograd.ops.ACTIVATIONS)
        meant = PYTORCH.get(name, f'activation="{near}"' if near else "")
        if meant:
            raise AttributeError(f"nn has no {name}, as PyTorch has: write {meant}")
        raise AttributeError(f"module 'nn' has no attribute {name!r}")

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
