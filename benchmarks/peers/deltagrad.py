"""deltagrad through its public API: nn.fit with each engine, and a compiled program in a hand-written loop."""
import time
from typing import Any

import numpy as np

import autograd
import nn
from autograd import Value
from nn.training import ENGINES

from ..workloads import Workload, in_turn
from . import Unavailable


class Fit:
    """nn.fit; a subclass names the engine."""

    engine = ""

    def __init__(self, workload: Workload) -> None:
        if self.engine not in ENGINES:
            raise Unavailable(f"this checkout's nn.fit has no engine {self.engine!r}")
        self.workload = workload
        self.model, self.loss = workload.model(), getattr(nn, workload.loss)
        self.optimizer = nn.SGD(self.model.parameters(), workload.lr)
        self.start = self.parameters().tolist()

    def reset(self) -> None:
        for p, w in zip(self.model.parameters(), self.start):
            p.data = w

    def run(self, steps: int) -> float:
        """Train whole epochs, then the remaining batches where the steps are not a multiple of an epoch's."""
        epochs, rest = divmod(steps, self.workload.steps_per_epoch)
        return (self.fit(len(self.workload.X), epochs) if epochs else 0.0) + (
            self.fit(rest * self.workload.batch_size, 1) if rest else 0.0)

    def fit(self, N: int, epochs: int) -> float:
        size = self.workload.batch_size
        self.history = nn.fit(self.model, self.workload.X[:N], self.workload.T[:N], self.loss, self.optimizer, epochs,
                              batch_size=size, reduction="sum", shuffle=False, engine=self.engine, progress=False)
        return sum(self.history.losses)

    def parameters(self) -> np.ndarray:
        return np.array([p.data for p in self.model.parameters()])


class Compiled(Fit):
    """The default engine."""

    engine = "compiled"

    def step_seconds(self, epochs: int) -> list[float]:
        """Seconds of a step in each of these epochs of one training, after its first."""
        self.reset()
        self.fit(len(self.workload.X), epochs + 1)
        return [seconds / self.workload.steps_per_epoch for seconds in self.history.seconds[1:]]


class CompiledBefore(Fit):
    """An engine that compiles machine code in its first run, which is timed separately."""

    package = ""

    def __init__(self, workload: Workload) -> None:
        super().__init__(workload)
        try:
            first, second = self.seconds(), self.seconds()
        except ImportError as error:
            raise Unavailable(f"{self.package} is not installed: pip install {self.package}") from error
        self.compiling = first - second
        self.reset()

    def seconds(self) -> float:
        start = time.perf_counter()
        self.run(1)
        return time.perf_counter() - start


class Jitted(CompiledBefore):
    """The update loop in numba's machine code, which an earlier run may have cached on disk."""

    engine, package = "jit", "numba"

    def __init__(self, workload: Workload) -> None:
        if workload.batch_size > 1:
            raise Unavailable("the engine 'jit' needs one sample per update")
        super().__init__(workload)


class Jax(CompiledBefore):
    """The training loop inside one function that JAX compiles."""

    engine = package = "jax"


class Eager(Fit):
    engine = "eager"


class OwnLoop:
    """A compiled program in a hand-written loop, which updates each parameter's data."""

    moves = True

    def __init__(self, workload: Workload) -> None:
        self.lr, self.model = workload.lr, workload.model()
        x = [Value(float(number), f"x{i}") for i, number in enumerate(workload.X[0], 1)]
        t = [Value(float(number), f"t{l}") for l, number in enumerate(workload.T[0], 1)]
        y: Any = self.model(x)
        J = getattr(nn, workload.loss)(y, t if isinstance(y, list) else t[0])
        self.program = autograd.compile(J, [*x, *t])
        self.batches = [np.column_stack([X, T]) for X, T in workload.batches]
        self.start = self.parameters().tolist()

    def reset(self) -> None:
        for p, w in zip(self.model.parameters(), self.start):
            p.data = w

    def run(self, steps: int) -> float:
        J, lr, parameters = 0.0, self.lr, self.program.parameters
        for batch in in_turn(self.batches, steps):
            values, gradient = self.program.value_and_grad(batch)
            J += values.sum()
            if self.moves:
                for p, g in zip(parameters, gradient.tolist()):
                    p.data -= lr * g
        return J

    def parameters(self) -> np.ndarray:
        return np.array([p.data for p in self.model.parameters()])


class Gradient(OwnLoop):
    """The gradient only: no weight is updated."""

    moves = False


