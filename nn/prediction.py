"""Prediction for many samples without recording a graph, and accuracy."""
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd import Value

from .activations import activation_op
from .dataset import inputs_matrix, matrix
from .mlp import MLP, Layer, width


def predict(model: Callable[..., Any], X: Any) -> np.ndarray:
    """The model's outputs for every row of X, without recording: (N,) for one output, else (N, outputs).

    >>> predict(MLP(2, [3, 1], "tanh", seed=0), [[0.0, 0.0], [1.0, -1.0]]).shape
    (2,)
    """
    X = inputs_matrix(X, width(model))
    layers = model.layers if type(model) is MLP else [model] if type(model) is Layer else []
    if not layers:                                  # another function of a sample
        found = [model(x) for x in X.tolist()]
        return np.array([[Value.lift(y_l).data for y_l in y] if isinstance(y, list) else Value.lift(y).data
                         for y in found])
    Y = X
    for layer in layers:
        W = np.array([[w.data for w in neuron.w] for neuron in layer.neurons])
        b = np.array([neuron.b.data for neuron in layer.neurons])
        Y = activate(layer.activation, Y @ W.T + b)
    return Y[:, 0] if type(model) is MLP and Y.shape[1] == 1 else Y


def accuracy(y: Any, t: Any, threshold: float | None = None) -> float:
    """The share of samples classified correctly, for outputs y as predict returns them and targets t as fit takes them.

    One output for two classes: targets -1 and 1 are told apart at 0, targets 0 and 1 at ½ where all outputs are
    probabilities, else at 0, as logits are; threshold is for any other head, such as ½ for a linear output trained on 0
    and 1 by squared errors.  k outputs, (N, k): the largest against a class index or a one-hot row, or each against its
    own label where rows of t hold several.
    Raises ValueError where shapes do not fit, or the targets are no classes.

    >>> accuracy([0.9, -0.2, 0.1], [1, -1, -1]), accuracy([[2.0, 1.0], [0.0, 3.0]], [0, 0])
    (0.6666666666666666, 0.5)
    """
    Y, T = matrix("y", y), matrix("t", t)
    Y, T = (Z[:, 0] if Z.ndim == 2 and Z.shape[1] == 1 else Z for Z in (Y, T))
    if T.shape not in (Y.shape, Y.shape[:1]):
        raise ValueError(f"accuracy: y has shape {Y.shape}, t {T.shape}; expected a target for each output, or a class "
                         "for each row of outputs")
    if Y.ndim == 2 and T.ndim == 1:
        if not np.isin(T, np.arange(Y.shape[1])).all():
            raise ValueError(f"accuracy: with {Y.shape[1]} outputs the classes are 0 to {Y.shape[1] - 1}, but t holds "
                             f"{T[~np.isin(T, np.arange(Y.shape[1]))][0]:g}")
        return float(np.mean(Y.argmax(axis=1) == T))
    classes = {*np.unique(T).tolist()}
    if not (classes <= {0.0, 1.0} or classes <= {-1.0, 1.0}):
        raise ValueError(f"accuracy: the targets of two classes are 0 and 1, or -1 and 1, but t holds "
                         f"{min(classes - {0.0, 1.0}):g}; of a value that is no class take the mean error")
    if Y.ndim == 2 and threshold is None and ((T == 1).sum(axis=1) == 1).all():
        return float(np.mean(Y.argmax(axis=1) == T.argmax(axis=1)))
    if threshold is None:
        is_probability = -1.0 not in classes and Y.min() >= 0 and Y.max() <= 1
        threshold = 0.5 if is_probability else 0.0
    return float(np.mean((threshold < Y) == (T == 1)))


def activate(activation: str | Sequence[str], V: np.ndarray) -> np.ndarray:
    """φ(V) of a layer, a row for each sample; where neurons differ, column by column."""
    if isinstance(activation, str):
        return np.asarray(activation_op(activation)(V))
    return np.column_stack([activate(phi, V[:, j]) for j, phi in enumerate(activation)])
