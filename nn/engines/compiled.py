"""Training on arrays: the loss recorded for one sample, compiled, and the optimizer's rule on one flat vector."""
import math
import time
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

import numpy as np

from autograd.compiler.bound_program import BoundProgram
from autograd.compiler.program import Program

from ..dataset import Dataset
from ..optimizers import Optimizer
from .base import Engine
from .eager import Eager
from .recording import WORK, Recording, is_power_of_two, rows_of
from .sample_loop import SampleLoop, UpdateLoop
from .vector_rule import VectorRule

SECONDS = 0.02                  # of epochs in one run, between two updates of the history
MOST_UPDATES = 2 ** 14          # of one sample each, in one run of the loop, between two checks for Ctrl-C


class Compiled(Engine):
    """The engine on arrays: the weights are one vector while it runs, and are then written back to the Values."""

    jit: bool | None = None         # numba for the update loop; None: where worthwhile

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        if getattr(self.optimizer.step, "__func__", None) is not Optimizer.step:
            raise TypeError(f"{type(self.optimizer).__name__} has a step of its own, but on arrays it is the rule that "
                            "runs, and not step: give engine='eager', or put what it does into the rule")
        self.recording = Recording(self.model, self.loss, self.data)
        self.J, self.inputs = self.recording.J, self.recording.inputs
        self.program = Program([self.J], self.inputs, single=True)      # no warning of unused inputs, unlike compile
        self.bound = BoundProgram(self.program, rows_of(self.data), self.optimizer.parameters)
        self.per_sample: SampleLoop | None = None       # created where updates are per sample
        self.start: Any = None                          # (state, order, loop) of the last epoch in the loop
        self.in_order = np.arange(len(self.data.X))
        self.pending: list[np.ndarray] = []             # orders of the epochs to run next
        self.done, self.before_run = 0, self.before_fit     # epochs run, and the state before the last run of them
        self.at_once = 1                                # epochs in one run, by the time that they take
        self.losses_of_run: list[float] = []            # during a run: of its complete epochs
        self.began = 0.0                                # the time when the run began
        self.rule = VectorRule(self.optimizer, self.bound.prepare)
        self.read_back()
        self.last_finite = self.state()
        self.check_rows(WORK)

    def check_recording(self, calls: int | None = None) -> None:
        try:
            if calls is None:
                self.check_rows(WORK // 2)
            elif is_power_of_two(calls):
                self.recording.check_one()
        except (TypeError, RuntimeError):
            self.optimizer.restore(self.before_fit)
            self.read_back()
            raise

    def check_rows(self, work: int) -> None:
        """Compare samples with the recording, as many as `work` allows."""
        rows = self.recording.rows(work)
        self.recording.check(rows.tolist(), self.program.forward(rows_of(self.data, rows)).tolist())

    def read_back(self) -> None:
        self.w = np.array([p._data for p in self.optimizer.parameters])
        self.memory = [np.array(numbers) for numbers in self.optimizer.memory]
        self.bound.read_parameters()
        self.rule.read_settings()

    def write_back(self) -> None:
        if self.is_lent:                                # the Values hold the weights, maybe changed by on_epoch
            return
        for p, w in zip(self.optimizer.parameters, self.w.tolist()):
            p._data = w
        self.optimizer.memory = [np.broadcast_to(numbers, len(self.w)).tolist() for numbers in self.memory]

    def state(self) -> Any:
        return self.w, self.memory, self.optimizer.steps            # no step writes to these in place: no copies needed

    def restore(self, state: Any) -> None:
        self.w, self.memory, self.optimizer.steps = state

    def begin(self, order: np.ndarray) -> None:
        super().begin(order)
        self.is_sorted = self.is_full or np.array_equal(order, np.arange(len(order)))

    def losses(self, first: int, end: int) -> float:
        rows = slice(first, end) if self.is_sorted else self.order[first:end]
        J, self.gradient = self.bound.loss_and_grad(self.w, rows)
        return J

    def step(self, size: int) -> float:
        self.w, self.memory, finite = self.rule.step(self.w, self.gradient, self.memory, size if self.is_mean else 1)
        return finite

    def epochs(self, orders: Iterator[np.ndarray] | None, size: int, unseen: Dataset | None,
               most: int) -> tuple[list[float], list[float]]:
        start, n = self.state(), min(most, MOST_UPDATES // len(self.data.X))
        if self.per_sample and n > 1 and not unseen and (loop := self.per_sample.current()):
            return self.epochs_in_loop(orders, loop, n), []
        losses, self.began = list[float](), time.perf_counter()
        if not unseen:
            self.losses_of_run = losses
        for order in self.next_orders(orders, 1 if unseen else min(most, self.at_once)):
            before = self.state()
            try:
                losses.append(self.epoch(order, size))
            except (ValueError, ArithmeticError):
                if not losses:
                    raise
                self.restore(before)                    # the next run begins with the epoch that failed, and raises
                break
        self.at_once = max(1, int(SECONDS * len(losses) / (time.perf_counter() - self.began)))
        unseen_losses = [self.validation_loss(unseen)] if unseen else []
        self.count(start, len(losses))
        return losses, unseen_losses

    def epochs_in_loop(self, orders: Iterator[np.ndarray] | None, loop: UpdateLoop, n: int) -> list[float]:
        """n epochs with an update for each sample, in one generated function; fewer where the losses end."""
        self.checkpoint = start = self.state()
        order, N = np.concatenate(self.next_orders(orders, n)), len(self.data.X)
        losses, reason = self.run_updates(start, order, loop)
        if reason:                                      # run up to the epoch that failed, which is then run alone
            self.restore(start)
            losses, _ = self.epochs(orders, 1, None, max(1, len(losses) // N))
            return losses
        self.start = start, order, loop
        self.count(start, n)
        return [math.fsum(losses[first:first + N]) for first in range(0, n * N, N)]

    def next_orders(self, orders: Iterator[np.ndarray] | None, n: int) -> list[np.ndarray]:
        """The orders of the next n epochs, kept in `pending` until they are run."""
        while len(self.pending) < n:
            self.pending.append(next(orders).copy() if orders else self.in_order)
        return self.pending[:n]

    def count(self, start: Any, n: int) -> None:
        """Note that n of the pending epochs were run, from this state."""
        self.before_run, self.pending = start, self.pending[n:]
        self.done += n
        self.checkpoint, self.losses_of_run = None, []

    def undo(self, epochs: int) -> list[tuple[float, float]]:
        if self.done > epochs:                          # Ctrl-C came before the last run entered the history
            self.restore(self.before_run)
            return []
        super().undo(epochs)
        return [(J, (time.perf_counter() - self.began) / len(self.losses_of_run)) for J in self.losses_of_run]

    def epoch(self, order: np.ndarray, size: int) -> float:
        if size == 1 and not self.per_sample:
            self.per_sample = SampleLoop(self.J, self.inputs, rows_of(self.data), self.optimizer, self.jit)
        if size == 1 and self.per_sample and (loop := self.per_sample.current()):
            return self.run_per_sample(order, loop)
        self.start = None
        self.is_full = size >= len(order)               # which fit does not shuffle
        return super().epoch(order, size)

    def run_per_sample(self, order: np.ndarray, loop: UpdateLoop) -> float:
        """An epoch with an update for each sample, in one generated function."""
        self.checkpoint = self.state()
        start = self.checkpoint, order.copy(), loop     # fit shuffles its order in place
        losses, reason = self.run_updates(*start)
        if reason:
            self.locate_failure(start, len(losses))
            raise FloatingPointError(reason)
        self.start, self.checkpoint = start, None
        return math.fsum(losses)

    def run_updates(self, state: Any, order: np.ndarray, loop: UpdateLoop) -> tuple[list[float], str]:
        """Update for each sample in this order from this state; return the losses, and why it ended early, or ""."""
        assert self.per_sample
        after, losses, reason = self.per_sample.run(loop, state, order)
        self.restore(after)
        return losses, reason

    def rollback(self) -> None:
        if self.start:                              # only the last update of an epoch is followed by another loss
            self.checkpoint, order, loop = self.start
            self.run_updates(self.checkpoint, order[:-1], loop)
        else:
            super().rollback()

    def locate_failure(self, start: Any, n: int) -> None:
        """Repeat update n + 1, which diverged, node by node: an operation may raise a more precise error."""
        state, order, loop = start
        if n:
            self.run_updates(state, order[:n - 1], loop)
        else:
            self.rollback()
        self.write_back()
        eager = Eager(self.model, self.data, self.loss, self.optimizer, "sum")      # the state of the last finite loss
        self.run_updates(state, order[:n], loop)
        self.write_back()
        try:
            eager.epoch(order[n:n + 1], 1)
        finally:
            eager.restore(eager.last_finite)
            self.read_back()
            self.last_finite, self.start = self.state(), None

    def explain(self, first: int, end: int) -> None:
        """Raise the error of the operation that left its domain, if one did, by computing the losses node by node."""
        self.write_back()
        for row in self.order[first:end].tolist():
            self.loss(self.model(self.data.x[row]), self.data.t[row])

    def validation_loss(self, unseen: Dataset) -> float:
        self.write_back()
        J = float(self.program.forward(rows_of(unseen)).sum())
        return J if math.isfinite(J) else super().validation_loss(unseen)   # raises the operation's error


class Jitted(Compiled):
    """The engine on arrays, with the update loop in machine code from the first update on."""

    jit = True

    def __init__(self, *arguments: Any) -> None:
        if find_spec("numba") is None:
            raise ImportError("engine 'jit' needs numba, which is not installed: pip install deltagrad[jit]")
        super().__init__(*arguments)
