"""The lecture's vector form, written by hand in NumPy: with new arrays, and in place on preallocated buffers."""
from typing import Any

import numpy as np

from ..workloads import Workload, in_turn


def sigmoid(V: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-V))


FORWARD: dict[str, Any] = {"tanh": np.tanh, "sigmoid": sigmoid, "linear": lambda V: V}
DERIVATIVE: dict[str, Any] = {"tanh": lambda Y: 1 - Y * Y, "sigmoid": lambda Y: Y * (1 - Y)}     # φ'(v), from y


class Plain:
    """The plain version: a sample is a row, every result a new array."""

    def __init__(self, workload: Workload) -> None:
        self.workload, self.lr, self.batches = workload, workload.lr, workload.batches
        self.is_classes, self.activations = workload.loss == "cross_entropy", workload.activations
        self.reset()

    def reset(self) -> None:
        self.W = [np.ascontiguousarray(W[:, :-1].T) for W in self.workload.start()]
        self.b = [W[:, -1].copy() for W in self.workload.start()]

    def run(self, steps: int) -> float:
        J, W, b, lr = 0.0, self.W, self.b, self.lr
        for X, T in in_turn(self.batches, steps):
            Y = [X]
            for W_l, b_l, phi in zip(W, b, self.activations):
                Y.append(FORWARD[phi](Y[-1] @ W_l + b_l))
            if self.is_classes:
                largest = Y[-1].max(1, keepdims=True)
                E = np.exp(Y[-1] - largest)
                S = E.sum(1, keepdims=True)
                J += np.log(S).sum() + largest.sum() - (T * Y[-1]).sum()
                delta = E / S - T
            else:
                e = Y[-1] - T
                J += 0.5 * (e * e).sum()
                delta = e if self.activations[-1] == "linear" else e * DERIVATIVE[self.activations[-1]](Y[-1])
            for l in range(len(W) - 1, -1, -1):
                below = (delta @ W[l].T) * DERIVATIVE[self.activations[l - 1]](Y[l]) if l else delta
                W[l] -= lr * (Y[l].T @ delta)
                b[l] -= lr * delta.sum(0)
                delta = below
        return float(J)

    def parameters(self) -> np.ndarray:
        return np.concatenate([np.column_stack([W.T, b]).ravel() for W, b in zip(self.W, self.b)])


class InPlace:
    """The tuned version: a sample is a column, a row of ones includes the bias in the product, nothing is allocated."""

    def __init__(self, workload: Workload) -> None:
        self.workload, self.lr, N = workload, workload.lr, workload.batch_size
        self.batches = [(np.vstack([X.T, np.ones(N)]), np.ascontiguousarray(T.T)) for X, T in workload.batches]
        self.is_classes = workload.loss == "cross_entropy"
        sizes, self.activations = workload.sizes, workload.activations
        self.w = np.concatenate([W.ravel() for W in workload.start()])
        self.gradient = np.empty_like(self.w)
        self.W, self.dW = self.views(self.w), self.views(self.gradient)         # views, so that one update changes all
        self.Y = [np.ones((m + 1, N)) for m in sizes[1:-1]]
        self.y = [*(Y[:-1] for Y in self.Y), np.empty((sizes[-1], N))]          # without the ones; the outputs
        self.delta = [np.empty((m, N)) for m in sizes[1:]]
        self.slope = [np.empty((m, N)) for m in sizes[1:]]
        self.column, self.largest = np.empty(N), np.empty(N)

    def views(self, flat: np.ndarray) -> list[np.ndarray]:
        """Each layer's [W b] within the flat vector."""
        views, first = [], 0
        for W in self.workload.start():
            views.append(flat[first:first + W.size].reshape(W.shape))
            first += W.size
        return views

    def reset(self) -> None:
        for W, start in zip(self.W, self.workload.start()):
            W[...] = start

    def run(self, steps: int) -> float:
        J, w, gradient, W, dW, lr = 0.0, self.w, self.gradient, self.W, self.dW, self.lr
        y, deltas, slopes, last = self.y, self.delta, self.slope, len(self.W) - 1
        forward = list(zip(W, y, self.activations))
        back = [(l, W[l][:, :-1].T, deltas[l - 1], y[l - 1], slopes[l - 1], self.activations[l - 1])
                for l in range(last, 0, -1)]
        for X, T in in_turn(self.batches, steps):
            inputs = [X, *self.Y]
            for (W_l, y_l, phi), x in zip(forward, inputs):
                np.dot(W_l, x, out=y_l)
                activate(phi, y_l)
            J += self.loss(y[last], T, deltas[last], slopes[last])
            for l, W_t, below, y_l, slope, phi in back:
                np.dot(deltas[l], inputs[l].T, out=dW[l])
                np.dot(W_t, deltas[l], out=below)
                times_slope(phi, y_l, slope, below)
            np.dot(deltas[0], X.T, out=dW[0])
            np.multiply(gradient, lr, out=gradient)
            np.subtract(w, gradient, out=w)
        return float(J)

    def loss(self, Y: np.ndarray, T: np.ndarray, delta: np.ndarray, slope: np.ndarray) -> Any:
        """J of the batch; also sets delta to ∂J/∂v of the output layer."""
        if self.is_classes:
            np.multiply(T, Y, out=delta)
            labelled = delta.sum()
            largest = np.maximum.reduce(Y, axis=0, out=self.largest)
            np.subtract(Y, largest, out=delta)
            np.exp(delta, out=delta)
            S = np.add.reduce(delta, axis=0, out=self.column)
            np.divide(delta, S, out=delta)
            np.subtract(delta, T, out=delta)
            return np.log(S, out=S).sum() + largest.sum() - labelled
        np.subtract(Y, T, out=delta)
        flat = delta.reshape(-1)
        J = 0.5 * np.dot(flat, flat)
        times_slope(self.activations[-1], Y, slope, delta)
        return J

    def parameters(self) -> np.ndarray:
        return self.w.copy()


def activate(phi: str, v: np.ndarray) -> None:
    """Apply φ in place."""
    if phi == "tanh":
        np.tanh(v, out=v)
    elif phi == "sigmoid":
        np.negative(v, out=v)
        np.exp(v, out=v)
        np.add(v, 1.0, out=v)
        np.reciprocal(v, out=v)


def times_slope(phi: str, y: np.ndarray, slope: np.ndarray, delta: np.ndarray) -> None:
    """Multiply delta by φ'(v), in place."""
    if phi == "tanh":
        np.multiply(y, y, out=slope)
        np.subtract(1.0, slope, out=slope)
        np.multiply(delta, slope, out=delta)
    elif phi == "sigmoid":
        np.subtract(1.0, y, out=slope)
        np.multiply(y, slope, out=slope)
        np.multiply(delta, slope, out=delta)
