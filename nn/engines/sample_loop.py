"""The update per sample of a small graph: the recorded loss and the optimizer's rule in one generated loop."""
from collections.abc import Sequence
from copy import copy
from typing import Any

import numpy as np

from autograd import Value
from autograd.compiler.scalar.update_loop import UpdateLoop, is_small

from ..optimizers import Optimizer, settings_of

State = tuple[np.ndarray, list[np.ndarray], int]        # w, memory, steps


class SampleLoop:
    """An UpdateLoop over samples; it is written again where the optimizer's settings, its constants, have changed."""

    def __init__(self, J: Value, inputs: Sequence[Value], samples: np.ndarray, optimizer: Optimizer,
                 jit: bool | None) -> None:
        self.J, self.inputs, self.optimizer, self.jit = J, inputs, optimizer, jit
        self.samples = samples
        self.rows: list[list[float]] = []                           # the same: Python reads lists faster
        self.is_possible = is_small(J)                              # and the rule can be traced
        self.loop: UpdateLoop | None = None
        self.settings: dict[str, Any] = {}

    def current(self) -> UpdateLoop | None:
        """The loop with the optimizer's settings; None where there is none, or arrays are faster."""
        settings = settings_of(self.optimizer)
        if self.is_possible and (self.loop is None or settings != self.settings):
            try:
                jit = self.jit if self.loop is None else None       # not again each time the settings change
                self.loop = UpdateLoop(self.J, self.inputs, self.optimizer.parameters, self.rule,
                                       self.optimizer.remembers, jit=jit)
            except TypeError:                                       # the rule cannot be traced
                self.loop, self.is_possible = None, False
            self.settings = settings
        return self.loop if self.loop and self.loop.is_faster else None

    def rule(self, steps: Any, w: Any, g: Any, *memory: Any) -> tuple[Any, ...]:
        """The optimizer's rule, with the number of steps as a traced number."""
        optimizer = copy(self.optimizer)                # Ctrl-C must not leave a traced number in the optimizer itself
        optimizer.steps = steps
        return optimizer.rule(w, g, *memory)

    def run(self, loop: UpdateLoop, state: State, order: np.ndarray) -> tuple[State, list[float], str]:
        """Update for each sample in this order: the state, the losses, and why it ended early, or ""."""
        w, memory, steps = state
        if not (loop.is_machine_code or self.rows):
            self.rows = self.samples.tolist()
        rows = self.samples.take(order, 0) if loop.is_machine_code else [self.rows[i] for i in order.tolist()]
        run = loop.run(rows, w.tolist(), [m.tolist() for m in memory], steps)
        state = np.array(run.parameters), [np.array(m) for m in run.memory], steps + len(run.losses)
        return state, run.losses, run.reason
