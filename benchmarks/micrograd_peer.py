"""Operations that PyPI's micrograd lacks, added as in its author's lecture: tanh, sigmoid, exp and log nodes."""
import math
from collections.abc import Sequence

from micrograd.engine import Value


def tanh(x: Value) -> Value:
    out = Value(math.tanh(x.data), (x,), "tanh")

    def _backward() -> None:
        x.grad += (1 - out.data ** 2) * out.grad

    out._backward = _backward
    return out


def sigmoid(x: Value) -> Value:
    out = Value(1 / (1 + math.exp(-x.data)), (x,), "sigmoid")

    def _backward() -> None:
        x.grad += out.data * (1 - out.data) * out.grad

    out._backward = _backward
    return out


def exp(x: Value) -> Value:
    out = Value(math.exp(x.data), (x,), "exp")

    def _backward() -> None:
        x.grad += out.data * out.grad

    out._backward = _backward
    return out


def log(x: Value) -> Value:
    out = Value(math.log(x.data), (x,), "log")

    def _backward() -> None:
        x.grad += out.grad / x.data

    out._backward = _backward
    return out


def cross_entropy(y: Sequence[Value], label: int) -> Value:
    """ln Σ e^y_k - y_label; the logits of the workload are small, so it need not be stable."""
    return log(sum(exp(y_k) for y_k in y)) - y[label]
