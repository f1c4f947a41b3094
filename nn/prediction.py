"""What a model says of many samples, without recording."""
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd import Value

from .activations import activation_op
from .dataset import inputs_matrix
from .mlp import MLP, Layer, width


def predict(model: Callable[..., Any], X: Any) -> np.ndarray:
    """The model's outputs for every row of X, without recording: (N,) for one output, else (N, outputs).

    >>> predict(MLP(2, [3, 1], "tanh", seed=0), [[0.0, 0.0], [1.0, -1.0]]).shape
    (2,)
    """
    X = inputs_matrix(X, width(model))
    layers = model.layers if type(model) is MLP else [model] if type(model) is Layer else []
    if not layers:                                  # any other function of a sample
        found = [model(x) for x in X.tolist()]
        return np.array([[Value.lift(y_l).data for y_l in y] if isinstance(y, list) else Value.lift(y).data
                         for y in found])
    Y = X
    for layer in layers:
        W = np.array([[w.data for w in neuron.w] for neuron in layer.neurons])
        b = np.array([neuron.b.data for neuron in layer.neurons])
        Y = activate(layer.activation, Y @ W.T + b)
    return Y[:, 0] if type(model) is MLP and Y.shape[1] == 1 else Y


def activate(activation: str | Sequence[str], V: np.ndarray) -> np.ndarray:
    """φ(V) of a layer, a row for each sample; where neurons differ, column by column."""
    if isinstance(activation, str):
        return np.asarray(activation_op(activation)(V))
    return np.column_stack([activate(phi, V[:, j]) for j, phi in enumerate(activation)])
