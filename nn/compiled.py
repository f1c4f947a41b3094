"""Training on arrays: the loss recorded for one sample, compiled, and the optimizer's rule on one flat vector."""
import math
import warnings
from copy import copy
from importlib.util import find_spec
from typing import Any

import numpy as np

from autograd import compile
from autograd.program.scalar import Loop, is_small

from .engines import Eager, Engine
from .optimizers import Optimizer
from .recording import check_recording, recorded, rows_of
from .samples import Samples


class Compiled(Engine):
    """The engine of arrays: the weights are a vector while it runs, and the Values' again when it is done."""

    jit: bool | None = None         # numba for the loop of updates: None is where it will pay

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        if getattr(self.optimizer.step, "__func__", None) is not Optimizer.step:
            raise TypeError(f"{type(self.optimizer).__name__} has a step of its own, but on arrays it is the rule that "
                            "runs, and not step: give engine='eager', or put what it does into the rule")
        self.J, self.inputs = recorded(self.model, self.loss, self.data)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")             # a model may leave an input unused
            self.program = compile(self.J, self.inputs)
        self.buffers = self.program.take_buffers()      # and keep them
        self.output = self.program.blocks.outputs[0]
        self.columns = np.ones((self.program.blocks.given, len(self.data.X)))      # a column for every sample
        self.columns[self.program.blocks.inputs] = rows_of(self.data).T
        self.table = np.ascontiguousarray(self.columns.T)           # a row for every sample, to pick some in any order
        number = {p: i for i, p in enumerate(self.program.parameters)}
        known = [i for i, p in enumerate(self.optimizer.parameters) if p in number]
        self.known: Any = np.array(known, dtype=np.intp)            # the optimizer's parameters that J depends on
        self.places: Any = np.array([number[self.optimizer.parameters[i]] for i in known], dtype=np.intp)
        everything = np.arange(len(number))
        if np.array_equal(self.known, everything) and np.array_equal(self.places, everything):
            self.known = self.places = slice(len(number))           # views instead of copies
        self.ones = np.ones(self.program.chunk)
        self.is_small = is_small(self.J)                            # for straight-line code, one sample at a time
        self.samples = rows_of(self.data) if self.is_small else self.table[:0]
        self.loop: Loop | None = None
        self.settings: dict[str, Any] = {}
        self.start: Any = None                          # of the last epoch in the loop: its state, its order, the loop
        self.writes = writes_in_place(self.optimizer)
        self.loaded: Any = None                         # the buffer that holds all the data, in order
        self.refresh()
        self.finite = self.state()
        check_recording(self.J, self.inputs, self.program.forward, self.model, self.loss, self.data)

    def refresh(self) -> None:
        self.w = np.array([p.data for p in self.optimizer.parameters])
        self.memory = [np.array(numbers) for numbers in self.optimizer.memory]
        self.buffers.weights[:] = [p.data for p in self.program.parameters]

    def publish(self) -> None:
        for p, w in zip(self.optimizer.parameters, self.w.tolist()):
            p.data = w
        self.optimizer.memory = [np.broadcast_to(numbers, len(self.w)).tolist() for numbers in self.memory]

    def state(self) -> Any:
        return self.w, self.memory, self.optimizer.steps            # which no step writes to: nothing to copy

    def restore(self, state: Any) -> None:
        self.w, self.memory, self.optimizer.steps = state

    def size_of_parameters(self) -> float:
        size = float(self.w.dot(self.w))                # the fastest sum in which every parameter is
        return size if math.isfinite(size) else float(self.w.sum())

    def begin(self, order: np.ndarray) -> None:
        super().begin(order)
        self.is_sorted = self.is_full or np.array_equal(order, np.arange(len(order)))
        self.loaded = self.loaded if self.is_sorted else None

    def losses(self, first: int, end: int) -> float:
        self.buffers.weights[self.places] = self.w[self.known]
        if end - first <= self.program.chunk:
            J, self.gradient = self.part(first, end), self.buffers.gradient
        else:
            parts = [(self.part(k, min(k + self.program.chunk, end)), self.buffers.gradient.copy())
                     for k in range(first, end, self.program.chunk)]
            J, self.gradient = sum(J for J, _ in parts), np.sum([gradient for _, gradient in parts], axis=0)
        return J

    def part(self, first: int, end: int) -> float:
        """The losses of some samples that are not too many for the cache; their gradient is the program's then."""
        Z, forward, backward = self.buffers.phases(end - first)
        if self.loaded is not Z:
            Z[:len(self.columns)] = self.columns[:, first:end] if self.is_sorted else \
                self.table.take(self.order[first:end], 0).T
            self.loaded = Z if end - first == len(self.order) else None
        forward()
        backward()
        return float(Z[self.output].dot(self.ones[:end - first]))

    def step(self, size: int) -> None:
        g = self.gradient[self.places]
        g = g / size if self.is_mean else g.copy()      # the rule may keep it
        if len(g) < len(self.w):                        # what J does not depend on has no gradient, but may decay
            g, found = np.zeros(len(self.w)), g
            g[self.known] = found
        self.optimizer.steps += 1
        w, memory = (self.w.copy(), [*map(np.array, self.memory)]) if self.writes else (self.w, self.memory)
        self.w, *self.memory = self.optimizer.rule(w, g, *memory)

    def epoch(self, order: np.ndarray, size: int) -> float:
        if size == 1 and self.is_small:
            self.write_loop()
            if self.loop and self.loop.pays:
                return self.patterns(order, self.loop)
        self.start = None
        self.is_full = size >= len(order)               # which fit does not shuffle
        return super().epoch(order, size)

    def write_loop(self) -> None:
        """The loop of updates as one function; the optimizer's settings stand in it as numbers."""
        kept = "parameters", "memory", "steps"
        settings = {name: x for name, x in vars(self.optimizer).items() if name not in kept}
        if self.loop is None or settings != self.settings:
            try:
                jit = self.jit if self.loop is None else None       # not each time where they change again and again
                self.loop = Loop(self.J, self.inputs, self.optimizer.parameters, self.update,
                                 self.optimizer.remembers, jit=jit)
            except TypeError:                           # the rule asks what steps is, or calls what takes no text
                self.loop, self.is_small = None, False
            self.settings = settings

    def patterns(self, order: np.ndarray, loop: Loop) -> float:
        """An epoch of an update for each pattern: all of it in one function, straight on."""
        self.before = self.state()
        start = self.before, order.copy(), loop         # fit shuffles its order in place
        losses, reason = self.walk(*start)
        if reason:
            self.trace_back(start, len(losses))
            raise FloatingPointError(reason)
        self.start, self.before = start, None
        return math.fsum(losses)

    def walk(self, state: Any, order: np.ndarray, loop: Loop) -> tuple[list[float], str]:
        """From this state an update for each sample in this order; the losses, and why it ended early if it did."""
        w, memory, steps = state
        run = loop.run(self.samples[order], w.tolist(), [m.tolist() for m in memory], steps)
        self.w, self.memory = np.array(run.parameters), [np.array(m) for m in run.memory]
        self.optimizer.steps = steps + len(run.losses)
        return run.losses, run.reason

    def go_back(self) -> None:
        if self.start:                              # only the last update of an epoch has another loss after it
            state, order, loop = self.start
            self.walk(state, order[:-1], loop)
        else:
            super().go_back()

    def trace_back(self, start: Any, n: int) -> None:
        """After n updates it diverged: do the next node by node, for an operation may say what went wrong."""
        state, order, loop = start
        if n:
            self.walk(state, order[:n - 1], loop)
        else:
            self.go_back()
        self.publish()
        eager = Eager(self.model, self.data, self.loss, self.optimizer, "sum")      # the last finite loss was here
        self.walk(state, order[:n], loop)
        self.publish()
        try:
            eager.epoch(order[n:n + 1], 1)
        finally:
            eager.restore(eager.finite)
            self.refresh()
            self.finite, self.start = self.state(), None

    def update(self, steps: Any, w: Any, g: Any, *memory: Any) -> tuple[Any, ...]:
        """The optimizer's rule, with the number of steps as a number that is written."""
        now, self.optimizer.steps = self.optimizer.steps, steps
        try:
            return self.optimizer.rule(w, g, *memory)
        finally:
            self.optimizer.steps = now

    def explain(self, first: int, end: int) -> None:
        """Where a loss is not finite, let the node-by-node engine say which operation left its domain, if one did."""
        self.publish()
        for row in self.order[first:end].tolist():
            self.loss(self.model(self.data.x[row]), self.data.t[row])

    def unseen_losses(self, unseen: Samples) -> float:
        self.publish()
        J = float(self.program.forward(rows_of(unseen)).sum())
        return J if math.isfinite(J) else super().unseen_losses(unseen)     # which says what operation it was


class Jitted(Compiled):
    """The same, with the loop of updates in machine code from the first one on."""

    jit = True

    def __init__(self, *arguments: Any) -> None:
        if find_spec("numba") is None:
            raise ImportError("engine 'jit' needs numba, which is not installed: pip install deltagrad[jit]")
        super().__init__(*arguments)


def writes_in_place(optimizer: Optimizer) -> bool:
    """Does the rule write into the arrays that it is given?  A copy of the optimizer tries it on locked ones."""
    trial = copy(optimizer)
    trial.steps += 1
    arrays = [np.zeros(len(optimizer.parameters)) for _ in range(2 + optimizer.remembers)]
    for x in arrays:
        x.setflags(write=False)
    try:
        with np.errstate(all="ignore"):
            trial.rule(*arrays)
    except Exception:                                   # of a locked array; any other comes again in the first step
        return True
    return False
