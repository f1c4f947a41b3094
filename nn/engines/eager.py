"""Training node by node: a graph for a few samples at a time, recorded, swept and dropped."""
from typing import Any

import numpy as np

from autograd import Value, total

from ..module import Module
from .base import Engine
from .recording import loss_value, records_nothing

# samples a graph: enough to visit the weights seldom, few enough for the garbage collector to rest
SAMPLES_PER_GRAPH = 8


class Eager(Engine):
    """Trains node by node: a graph for every few samples, recorded, swept and dropped; leaves add up."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.leaves = list(dict.fromkeys([*(self.model.parameters() if isinstance(self.model, Module) else ()),
                                          *self.optimizer.parameters]))
        self.has_recorded = False               # was the loss of any sample a Value?

    def epoch(self, order: np.ndarray, size: int) -> float:
        J = super().epoch(order, size)
        if not self.has_recorded:
            self.restore(self.before_fit)
            raise records_nothing(self.loss(self.model(self.data.x[0]), self.data.t[0]))
        return J

    def losses(self, first: int, end: int) -> float:
        for p in self.leaves:
            p._grad = 0.0
        J, samples = 0.0, [(self.data.x[row], self.data.t[row]) for row in self.order[first:end].tolist()]
        for k in range(0, len(samples), SAMPLES_PER_GRAPH):
            losses = [self.loss(self.model(x), t) for x, t in samples[k:k + SAMPLES_PER_GRAPH]]
            self.has_recorded = self.has_recorded or any(isinstance(x, Value) for x in losses)
            handful = total([loss_value(x) for x in losses])
            handful.backward()
            J += handful.data
        return J

    def step(self, size: int) -> None:
        if self.is_mean:
            for p in self.optimizer.parameters:
                p._grad /= size
        self.optimizer.step()
