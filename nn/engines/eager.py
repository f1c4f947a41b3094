"""Training node by node: the graph of a few samples at a time is recorded, differentiated and dropped."""
import gc
from typing import Any

import numpy as np

from autograd import Value, total

from ..module import Module
from .base import Engine
from .recording import loss_value, records_nothing

# samples a graph: enough to amortize the visits to the weights, few enough for its nodes to stay in the cache
SAMPLES_PER_GRAPH = 8


class Eager(Engine):
    """Trains node by node: one graph for every few samples; gradients accumulate in the leaves."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.leaves = list(dict.fromkeys([*(self.model.parameters() if isinstance(self.model, Module) else ()),
                                          *self.optimizer.parameters]))
        self.has_recorded = False               # has the loss of any sample been a Value?
        self.collects = False                   # was the garbage collector enabled before the pause?

    def epoch(self, order: np.ndarray, size: int) -> float:
        J = super().epoch(order, size)
        if not self.has_recorded:
            self.restore(self.before_fit)
            raise records_nothing(self.loss(self.model(self.data.x[0]), self.data.t[0]))
        return J

    def losses(self, first: int, end: int) -> float:
        for p in self.leaves:
            p._grad = 0.0
        J, rows = 0.0, self.order[first:end].tolist()
        for k in range(0, len(rows), SAMPLES_PER_GRAPH):
            J += self.without_collector(rows[k:k + SAMPLES_PER_GRAPH])
        return J

    def without_collector(self, rows: list[int]) -> float:
        """The sum of the losses of a few samples, with Python's cyclic garbage collector paused.

        The collector would traverse the growing graph repeatedly and free nothing, because a graph has no cycles.
        """
        self.collects = gc.isenabled()
        gc.disable()
        try:
            return self.backward(rows)
        finally:
            self.resume_collector()

    def backward(self, rows: list[int]) -> float:
        """Record one graph of a few samples and accumulate its gradient in the leaves; return the sum of the losses."""
        losses = [self.loss(self.model(self.data.x[row]), self.data.t[row]) for row in rows]
        self.has_recorded = self.has_recorded or any(isinstance(x, Value) for x in losses)
        J = total([loss_value(x) for x in losses])
        J.backward()
        return J.data

    def resume_collector(self) -> None:
        """Enable the garbage collector again if it was enabled before the pause."""
        if self.collects:
            gc.enable()

    def undo(self, epochs: int) -> list[tuple[float, float]]:
        self.resume_collector()                 # Ctrl-C may have come between a pause and its end
        return super().undo(epochs)

    def step(self, size: int) -> float:
        if self.is_mean:
            for p in self.optimizer.parameters:
                p._grad /= size
        self.optimizer.step()
        return sum(p._data for p in self.optimizer.parameters)
