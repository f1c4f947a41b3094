"""PyPI's micrograd, node by node, with and without the garbage collector, which takes most of its time."""
import gc
from typing import Any

import numpy as np
from micrograd.engine import Value

from .. import micrograd_peer as nodes
from ..workloads import Workload, in_turn

ACTIVATIONS = {"tanh": nodes.tanh, "sigmoid": nodes.sigmoid, "linear": lambda v: v}


class Micrograd:
    """Neurons like micrograd's own, of + and x nodes; one graph for the whole batch."""

    def __init__(self, workload: Workload) -> None:
        self.workload, self.lr = workload, workload.lr
        self.activations = [ACTIVATIONS[phi] for phi in workload.activations]
        self.batches: list[Any] = [(X.tolist(), (T.argmax(1) if workload.loss == "cross_entropy" else T[:, 0]).tolist())
                                   for X, T in workload.batches]
        self.reset()

    def reset(self) -> None:
        self.layers = [[[Value(w) for w in row] for row in W.tolist()] for W in self.workload.start()]

    def loss(self, x: Any, t: Any) -> Any:
        """The loss of one sample."""
        for W, phi in zip(self.layers, self.activations):
            x = [phi(sum((w_i * x_i for w_i, x_i in zip(w, x)), w[-1])) for w in W]
        if self.workload.loss == "cross_entropy":
            return nodes.cross_entropy(x, t)
        e = x[0] - t
        return e * e * 0.5

    def run(self, steps: int) -> float:
        J, parameters = 0.0, [w for W in self.layers for row in W for w in row]
        for X, T in in_turn(self.batches, steps):
            total: Any = 0.0
            for x, t in zip(X, T):
                total = self.loss(x, t) + total
            for p in parameters:
                p.grad = 0.0
            total.backward()
            for p in parameters:
                p.data -= self.lr * p.grad
            J += total.data
        return J

    def parameters(self) -> np.ndarray:
        return np.array([w.data for W in self.layers for row in W for w in row])


class WithoutCollector(Micrograd):
    """micrograd with the garbage collector off during the steps; memory is freed afterwards."""

    def run(self, steps: int) -> float:
        was_enabled = gc.isenabled()
        gc.disable()
        try:
            return super().run(steps)
        finally:
            if was_enabled:
                gc.enable()
