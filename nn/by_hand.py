"""The lecture's backpropagation in plain NumPy: the derivation by hand that checks the engine.

Nothing here uses the engine: not its table of operations, not its graph.
"""
from collections.abc import Callable, Sequence

import numpy as np

Array = np.ndarray
ALPHA, LAMBDA = 1.67326, 1.0507
LEAST = np.exp(-100)


def sigmoid(v: Array) -> Array:
    """1 / (1 + e^-v), computed as e^-ln(1 + e^-v), which never overflows and is accurate for large negative v."""
    return np.exp(-np.logaddexp(0, -v))


def negative_side(v: Array) -> Array:
    """α e^v, the left side of the exponential units; v is limited to 1, so the unused right side cannot overflow."""
    return ALPHA * np.exp(np.minimum(v, 1))


# name: (φ(v), φ'(v)): the lecture's "Popular Activation Functions and Their Derivatives"; at v = 0 its side v ≤ 0.
# Where φ has two sides, `right` says which to take: v > 0, or the side on which v was before a small shift.
PHI: dict[str, tuple[Callable[[Array, Array], Array], Callable[[Array], Array]]] = {
    "heaviside": (lambda v, right: np.where(right, 1.0, 0.0), lambda v: 0 * v),
    "bipolar": (lambda v, right: np.where(right, 1.0, -1.0), lambda v: 0 * v),
    "linear": (lambda v, right: v, lambda v: np.ones_like(v)),
    "sigmoid": (lambda v, right: sigmoid(v), lambda v: sigmoid(v) * (1 - sigmoid(v))),
    "tanh": (lambda v, right: np.tanh(v), lambda v: 1 - np.tanh(v) ** 2),
    "relu": (lambda v, right: np.where(right, v, 0.0), lambda v: np.where(v > 0, 1.0, 0.0)),
    "leaky_relu": (lambda v, right: np.where(right, v, 0.01 * v), lambda v: np.where(v > 0, 1.0, 0.01)),
    "elu": (lambda v, right: np.where(right, v, negative_side(v) - ALPHA),
            lambda v: np.where(v > 0, 1.0, negative_side(v))),
    "selu": (lambda v, right: LAMBDA * np.where(right, v, negative_side(v) - ALPHA),
             lambda v: LAMBDA * np.where(v > 0, 1.0, negative_side(v))),
    "softplus": (lambda v, right: np.logaddexp(0, v), sigmoid),
}


def softmax(y: Array) -> Array:
    """e^y_l / Σ e^y_k over the outputs, the first axis."""
    e = np.exp(y - y.max(axis=0))
    return e / e.sum(axis=0)


def cross_entropy_error(y: Array, t: Array) -> Array:
    """t/y - (1 - t)/(1 - y), which is (t - y)/(y (1 - y)); a logarithm that is clamped at -100 has the slope 0."""
    def slope(p: Array) -> Array:
        return np.where(p > LEAST, 1 / np.maximum(p, LEAST), 0.0)

    return t * slope(y) - (1 - t) * slope(1 - y)


# the loss's name: -dJ/dy, the error that enters the output layer; n is the number of outputs
OUTPUT_ERROR: dict[str, Callable[[Array, Array], Array]] = {
    "half_squared_error": lambda y, t: t - y,
    "mean_squared_error": lambda y, t: 2 * (t - y) / len(y),
    "mean_absolute_error": lambda y, t: np.sign(t - y) / len(y),
    "huber": lambda y, t: np.clip(t - y, -1.0, 1.0) / len(y),
    "binary_cross_entropy": lambda y, t: cross_entropy_error(y, t) / len(y),
    "binary_cross_entropy_with_logits": lambda y, t: (t - sigmoid(y)) / len(y),
    "cross_entropy": lambda y, t: t - softmax(y),
}


def prediction(loss: str, y: Array) -> Array:
    """The prediction that the loss compares with t: softmax(y) or σ(y) for logits y, else y itself."""
    squash = {"cross_entropy": softmax, "binary_cross_entropy_with_logits": sigmoid}.get(loss)
    return squash(y) if squash else y


def phi_of(activation: str | Sequence[str], v: Array, right: Array) -> Array:
    """φ(v) of a layer, by the activation of all its neurons or a list with one for each."""
    if isinstance(activation, str):
        return PHI[activation][0](v, right)
    return np.array([PHI[name][0](v_j, right_j) for name, v_j, right_j in zip(activation, v, right)])


def slope_of(activation: str | Sequence[str], v: Array) -> Array:
    """φ'(v) of a layer, likewise."""
    if isinstance(activation, str):
        return PHI[activation][1](v)
    return np.array([PHI[name][1](v_j) for name, v_j in zip(activation, v)])


def forward(W: Sequence[Array], b: Sequence[Array], activations: Sequence[str | Sequence[str]], x: Array,
            shift: tuple[int, int, float] | None = None,
            sides: Sequence[Array] | None = None) -> tuple[list[Array], list[Array]]:
    """The forward phase, layer by layer: v = W y + b, y = φ(v); returns every layer's v and y.

    shift = (layer, neuron, h) adds h to that one v, for the central differences; sides, v > 0 of every neuron before
    the shift, keeps every neuron on its side of a kink.
    """
    vs, ys, y = [], [], x
    for k, (W_k, b_k, activation) in enumerate(zip(W, b, activations)):
        v = W_k @ y + b_k
        if shift and shift[0] == k:
            v[shift[1]] += shift[2]
        y = phi_of(activation, v, sides[k] if sides else v > 0)
        vs.append(v)
        ys.append(y)
    return vs, ys


def slopes(activations: Sequence[str | Sequence[str]], vs: Sequence[Array]) -> list[Array]:
    """φ'(v) of every neuron, layer by layer."""
    return [slope_of(activation, v) for activation, v in zip(activations, vs)]


def step(v: float) -> float:
    """The h of a central difference in v, which balances truncation against rounding: ∛ε max(1, |v|)."""
    return 6e-6 * max(1.0, abs(v))


def deltas(W: Sequence[Array], slope: Sequence[Array], output_error: Array) -> list[Array]:
    """The backward phase: δ_l = -(dJ/dy_l) φ'(v_l) at the output, δ_j = φ'(v_j) Σ_l δ_l w_lj in every layer below."""
    found = [slope[-1] * output_error]
    for W_above, slope_k in zip(reversed(W), reversed(slope[:-1])):
        found.insert(0, slope_k * (W_above.T @ found[0]))
    return found
