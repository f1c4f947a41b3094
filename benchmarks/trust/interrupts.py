"""Ctrl-C at random moments of nn.fit: whole steps remain, and nothing else is changed."""
import _imp
import gc
import random
import signal
import statistics
import sys
import time
import warnings
from collections.abc import Iterator
from importlib.util import find_spec
from itertools import count, repeat
from typing import Any

import numpy as np

import nn
from autograd.decisions import this_thread

from .outcome import Outcome

X = [[0.1, -0.2], [0.2, 0.9], [0.8, 0.1], [1.0, 1.1]]
T = [0.1, 0.9, 0.8, -0.1]
BATCH_AND_EPOCHS = {"eager": (2, 12), "compiled": (2, 100), "compiled, one by one": (1, 60), "jit": (1, 60),
                    "jax": (2, 100)}
NEEDS = {"jit": "numba", "jax": "jax"}


class Training:
    """One short training, again and again from the same start, and what it passes through, step by step.

    The steps are taken by a loop of its own, node by node, and not by fit.  on_epoch halves the first weight.
    """

    def __init__(self, name: str, has_on_epoch: bool, lr: float = 0.1) -> None:
        self.engine, self.lr = name.partition(",")[0], lr
        self.batch, self.epochs = BATCH_AND_EPOCHS[name]
        self.has_on_epoch = has_on_epoch
        self.per_epoch = len(X) // self.batch
        self.steps = self.epochs * self.per_epoch
        self.restart()
        self.path = list(self.walk())

    def restart(self) -> None:
        """The network and its optimizer at their start."""
        self.model = nn.MLP(2, [2, 1], "tanh", seed=0)
        self.optimizer = nn.SGD(self.model.parameters(), lr=self.lr, momentum=0.5)

    def change(self, epoch: int, loss: float) -> None:
        """The on_epoch: what it does to the weights must not be lost either."""
        self.optimizer.parameters[0].data *= 0.5

    def walk(self) -> Iterator[list[np.ndarray]]:
        """After each number of steps the states that are right: two where on_epoch has been called or has not."""
        yield [self.state()]
        for step in range(1, self.steps + 1):
            first = (step - 1) * self.batch % len(X)
            self.optimizer.zero_grad()
            for x, t in zip(X[first:first + self.batch], T[first:first + self.batch]):
                nn.half_squared_error(self.model(x), t).backward()
            self.optimizer.step()
            right = [self.state()]
            if self.has_on_epoch and step % self.per_epoch == 0:
                self.change(0, 0.0)
                right.append(self.state())
            yield right

    def state(self) -> np.ndarray:
        """The weights and the optimizer's memory."""
        return np.array([[p.data for p in self.optimizer.parameters], *self.optimizer.memory])

    def fit(self) -> nn.History:
        return nn.fit(self.model, X, T, nn.half_squared_error, self.optimizer, self.epochs, batch_size=self.batch,
                      reduction="sum", shuffle=False, engine=self.engine, progress=False,
                      on_epoch=self.change if self.has_on_epoch else None)

    def seconds(self) -> float:
        """How long it takes without an interrupt."""
        self.restart()
        start = time.perf_counter()
        self.fit()
        return time.perf_counter() - start

    def interrupt(self, moment: float) -> tuple[bool, str]:
        """Train with a Ctrl-C after this many seconds: whether it hit the training, and what was wrong then."""
        self.restart()
        history, state = None, process_state()
        try:
            signal.setitimer(signal.ITIMER_REAL, moment)
            history = self.fit()
            signal.setitimer(signal.ITIMER_REAL, 0)
        except KeyboardInterrupt:
            pass
        wrong = self.wrong(history)
        if process_state() != state:
            wrong = wrong or f"the state of the process is changed: {process_state()}"
            np.seterr(**state[0])
            warnings.filters[:] = state[1]              # type: ignore[index]
            this_thread.refuses_decisions = state[2]
            (gc.enable if state[3] else gc.disable)()
        return bool(wrong) or (history is not None and history.stopped == "interrupted"), wrong

    def wrong(self, history: nn.History | None) -> str:
        """What is wrong with the state that an interrupted training has left, and with its history."""
        steps = self.optimizer.steps
        if history is None and 0 < steps < self.steps:          # else it came while fit prepared, or was done
            return f"KeyboardInterrupt escaped from fit after {steps} steps"
        if not any(np.allclose(self.state(), right, rtol=1e-9, atol=1e-12) for right in self.path[steps]):
            return f"the weights or the memory are not those after {steps} steps"
        if history is not None:
            epochs = len(history.losses)
            if len(history.seconds) != epochs or not 0 <= steps - epochs * self.per_epoch <= self.per_epoch:
                return f"a history of {epochs} epochs after {steps} steps"
            if not history.stopped and steps < self.steps:
                return f"it ended after {steps} steps and does not say why"
        return ""


def process_state() -> tuple[Any, ...]:
    """What fit may set for a while in the whole process."""
    precision = sys.modules["jax"].config.jax_enable_x64 if "jax" in sys.modules else None
    return (np.geterr(), list(warnings.filters), this_thread.refuses_decisions, gc.isenabled(), precision,
            _imp.lock_held())


def outcomes(quick: bool) -> Iterator[Outcome]:
    """Each engine without and with on_epoch, and "jit" while numba compiles: a new lr makes new machine code."""
    times = 100 if quick else 2000
    for name in BATCH_AND_EPOCHS:
        for has_on_epoch in (False, True):
            yield interrupted(f"{name}, {'with' if has_on_epoch else 'without'} on_epoch",
                              repeat(Training(name, has_on_epoch)), times)
    yield interrupted("jit, while numba compiles", (Training("jit", False, 0.1 + 1e-6 * k) for k in count(1)),
                      times // 20)


def interrupted(name: str, trainings: Iterator[Training], times: int) -> Outcome:
    """Interrupt one training after the other at a random moment, until `trials` interrupts have hit one."""
    outcome = Outcome(f"Ctrl-C in fit, {name}")
    if not hasattr(signal, "setitimer"):
        outcome.note = "not tried: this system has no interval timers"
        return outcome
    package = NEEDS.get(name.partition(",")[0])
    if package and find_spec(package) is None:
        outcome.note = f"not tried: {package} is not installed"
        return outcome
    moments, trials = random.Random(0), 0
    handler = signal.signal(signal.SIGALRM, signal.default_int_handler)
    hook, sys.unraisablehook = sys.unraisablehook, lambda unraisable: None      # what hits a finalizer Python ignores
    try:
        while outcome.times < times:
            if trials % 100 == 0:                                   # a shared machine changes its speed
                duration = statistics.median(next(trainings).seconds() for _ in range(3))
            trials += 1
            hit, wrong = next(trainings).interrupt(moments.uniform(1e-6, duration))
            outcome.times += hit
            outcome.failures += [wrong] if wrong else []
    finally:
        signal.signal(signal.SIGALRM, handler)
        sys.unraisablehook = hook
    return outcome
