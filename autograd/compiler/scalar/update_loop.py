"""The update loop of a small graph, one sample at a time, as one generated function of straight-line Python.

Outside an operation's domain Python raises; that row then runs again on NumPy's numbers, which are NaN or inf there.
With numba the same lines become machine code, once the loop has run long enough for compiling to be worthwhile.
"""
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np

from ...backprop import wengert_list
from ...value import Value
from .machine_code import MATH, machine_code
from .python_syntax import PythonSyntax
from .scalar_source import ScalarSource, Update

ERRORS = (ValueError, ArithmeticError)          # raised by log(-1), 1/0 and exp(1000)
EXACT = MATH | {name: getattr(np, name) for name in MATH if hasattr(np, name)} | {"pow": np.power, "number": np.float64}

State = tuple[list[float], list[float]]         # parameters, and the memory in one list


@dataclass
class LoopResult:
    """The result of a run over some rows: losses, final state, and where and why training diverged."""
    losses: list[float]                 # of each row, before its update
    parameters: list[float]
    memory: list[list[float]]           # as in an optimizer: a list for each number that the rule remembers
    failed: int | None = None           # the row at which training diverged; losses are those before it, the state
    reason: str = ""                    # is the run's last with a finite loss; such as "the loss is nan"


class UpdateLoop:
    """A loop over rows of inputs: forward phase, backward phase and `update` of every parameter, row by row.

    update(steps, w, g, *memory) -> (new w, *new memory) is an optimizer's rule in plain arithmetic, steps the number of
    updates including this one, `remembers` the length of memory.  Leaves that are neither inputs nor parameters are
    constant during a run, which reads their data.  With stops=False the loop continues where the loss is not finite.
    jit=True compiles with numba at once, None where numba is installed and after a run long enough for compiling to be
    worthwhile.

    >>> w, x, t = Value(0.5, "w"), Value(1.0, "x"), Value(2.0, "t")
    >>> loop = UpdateLoop((t - w * x).half_square(), [x, t], [w], lambda steps, w, g: (w - 0.5 * g,))
    >>> loop.run([[1.0, 2.0], [1.0, 2.0]], [0.0])
    LoopResult(losses=[2.0, 0.5], parameters=[1.5], memory=[], failed=None, reason='')
    >>> print(loop.source)
    def loop(rows, parameters, memory, fixed, steps, losses):
        [w0] = parameters
        [] = memory
        [] = fixed
        try:
            for [x0, x1] in rows:
                t4 = x1 - w0 * x0
                J = 0.5 * t4 * t4
                if J - J != 0.0:
                    losses.append(J)
                    break
                w0 = w0 + 0.5 * (x0 * t4)
                losses.append(J)
        except ERRORS:
            return None
        return [w0], []
    <BLANKLINE>
    """

    def __init__(self, output: Value, inputs: Sequence[Value], parameters: Sequence[Value], update: Update,
                 remembers: int = 0, stops: bool = True, jit: bool | None = None) -> None:
        self.scalar_source = ScalarSource(output, inputs, parameters, update, remembers, stops)
        self.remembers, self.stops = remembers, stops
        self.source = self.scalar_source.text(keeps=not self.scalar_source.discards_state)
        self.functions: dict[str, Callable[..., Any]] = {}
        size = self.scalar_source.size
        self.is_faster = size <= MOST_NUMBERS                            # than a Program on one row
        self.seconds = 0.0 if jit else COMPILING * size             # of work left before compiling is worthwhile
        self.jit = jit or (jit is None and size <= MOST_JITTED and find_spec("numba") is not None)

    @property
    def is_machine_code(self) -> bool:
        """Will the next run be in machine code?  It reads rows faster from an array, Python from lists."""
        return bool(self.jit) and self.seconds <= 0

    def run(self, rows: Any, parameters: Sequence[float], memory: Sequence[Sequence[float]] = (),
            steps: int = 0) -> LoopResult:
        """Update once for each row of inputs, from these parameters and this memory, after `steps` earlier updates.

        The arguments are not changed, so a Ctrl-C loses nothing.  Outside an operation's domain numbers are NaN or inf,
        as on arrays.
        """
        if len(rows) and len(rows[0]) != len(self.scalar_source.x):
            raise ValueError(f"a row of {len(rows[0])} numbers, but there are {len(self.scalar_source.x)} inputs")
        if len(parameters) != len(self.scalar_source.w):
            raise ValueError(f"{len(parameters)} numbers, but there are {len(self.scalar_source.w)} parameters")
        start = list(parameters), [m for part in memory for m in part] or [0.0] * len(self.scalar_source.m)
        state, losses = self.advance(rows, start, steps)
        if self.stops and not finite([*state[0], *losses[-1:]]):
            return self.failure(rows, start, steps, state, losses)
        return self.result(losses, state)

    def result(self, losses: list[float], state: State, failed: int | None = None, reason: str = "") -> LoopResult:
        """The result of a run, with the memory as in an optimizer."""
        n = len(state[0])
        memory = [state[1][k * n:(k + 1) * n] for k in range(self.remembers)]
        return LoopResult(losses, state[0], memory, failed, reason)

    def failure(self, rows: Any, start: State, steps: int, state: State, losses: list[float]) -> LoopResult:
        """The result up to the row at which training diverged, found by running again."""
        if finite(state[0]):
            failed, reason = len(losses) - 1, f"the loss is {losses[-1]}"
            last = max(0, failed - 1)                       # the parameters after that update had no finite loss
        else:
            last, after = 0, len(losses)                    # numbers of updates: finite after `last`, not after `after`
            while after - last > 1:
                middle = (last + after) // 2
                state_then, _ = self.advance(rows[:middle], start, steps)
                last, after = (middle, after) if finite(state_then[0]) else (last, middle)
                state = state if finite(state_then[0]) else state_then
            failed, reason = last, f"a parameter is {next(w for w in state[0] if not math.isfinite(w))}"
        state, losses = self.advance(rows[:last], start, steps)[0], losses[:failed]
        return self.result(losses, state, failed, reason)

    def ends(self, losses: list[float]) -> bool:
        """Does the run end at this last loss?"""
        return self.stops and not finite(losses[-1:])

    # --- three ways to run the loop

    def advance(self, rows: Any, state: State, steps: int) -> tuple[State, list[float]]:
        """Run the loop over the rows, up to the first loss that is not finite; return the state and the losses."""
        fixed = [x.data for x in self.scalar_source.fixed]
        if self.is_machine_code:
            try:
                return self.jitted(rows, state, fixed, steps)
            except Exception:                               # numba cannot compile every operation's function
                self.jit = False
        start = time.perf_counter()
        rows = rows.tolist() if hasattr(rows, "tolist") else list(rows)
        losses: list[float] = []
        while True:
            left = rows[len(losses):]
            after, found = self.plain(left, state, fixed, steps + len(losses))
            if not after:                                   # a row left a domain: up to it again, then that row exactly
                state, _ = self.plain(left[:len(found)], state, fixed, steps + len(losses))
                losses += found
                state, found = self.exact(rows[len(losses)], state, fixed, steps + len(losses))
            losses += found
            if after or len(losses) == len(rows) or self.ends(losses):
                self.seconds -= time.perf_counter() - start
                return after or state, losses

    def plain(self, rows: list[list[float]], state: State, fixed: list[float], steps: int) -> tuple[Any, list[float]]:
        """Run in Python; the state is None where a row left an operation's domain."""
        losses: list[float] = []
        if not self.scalar_source.discards_state:
            return self.function("source")(rows, *state, fixed, float(steps), losses), losses
        after = self.function("source")(rows[:-1], state[0], [], fixed, float(steps), losses)
        if after and len(losses) == max(0, len(rows) - 1) and not self.ends(losses):    # the last row keeps its memory
            after = self.function("whole")(rows[-1:], after[0], state[1], fixed, float(steps + len(losses)), losses)
        return after, losses

    def exact(self, row: list[float], state: State, fixed: list[float], steps: int) -> tuple[Any, list[float]]:
        """Run one row on NumPy's numbers."""
        losses: list[float] = []
        with np.errstate(all="ignore"):
            numbers = ([*map(np.float64, xs)] for xs in (*state, fixed))
            after = self.function("exact")([[*map(np.float64, row)]], *numbers, np.float64(steps), losses)
        if not after:                                       # the operation raises on arrays too
            return [[math.nan] * len(xs) for xs in state], [math.nan]
        return [[*map(float, xs)] for xs in after], [float(losses[0])]

    def jitted(self, rows: Any, state: State, fixed: list[float], steps: int) -> tuple[State, list[float]]:
        """Run in machine code."""
        rows = np.ascontiguousarray(rows, dtype=np.float64).reshape(len(rows), -1)
        parameters, memory, losses = np.array(state[0], float), np.array(state[1], float), np.empty(len(rows))
        n = self.function("jit")(rows, parameters, memory, np.array(fixed, float), float(steps), losses)
        return (parameters.tolist(), memory.tolist()), losses[:n].tolist()

    def function(self, kind: str) -> Callable[..., Any]:
        """The loop by kind: "source"; "whole", with the memory; "exact", on NumPy's numbers; "jit", on arrays."""
        if kind in self.functions:
            return self.functions[kind]
        functions = self.scalar_source.trace.functions
        if kind == "jit":
            self.functions[kind] = machine_code(self.scalar_source.text_on_arrays(), tuple(functions.items()))
            return self.functions[kind]
        names = (EXACT if kind == "exact" else MATH) | functions | {"ERRORS": ERRORS}
        text = self.source
        if kind == "whole":
            text = self.scalar_source.text()
        elif kind == "exact":
            text = self.scalar_source.text(syntax=NumPyNumbers())
        exec(text, names)
        self.functions[kind] = names["loop"]
        return self.functions[kind]


class NumPyNumbers(PythonSyntax):
    """Python syntax on NumPy's numbers, which are NaN or inf where floats raise."""

    def literal(self, x: float) -> str:
        return f"number({x!r})"


# Measured on networks of tanh, 2-8-1 to 16-32-1, CPython 3.11: 0.01 microseconds for each number of a row, which meets
# a Program's 35 for one row at 3,000 of them; a weighted sum's edge makes 3 or 4, more with momentum and Adam.
MOST_NUMBERS, MOST_EDGES = 3000, 1000
COMPILING, MOST_JITTED = 0.01, 1000         # seconds numba needs for a number, and the most numbers it is used for


def is_small(output: Value) -> bool:
    """May an UpdateLoop be faster for this graph?  Its `is_faster` then decides, with the update rule included."""
    return sum(len(node.parents) for node in wengert_list(output)) <= MOST_EDGES


def finite(xs: Sequence[float]) -> bool:
    """Are all of them finite numbers?"""
    return all(map(math.isfinite, xs))


def value_and_gradient(output: Value, inputs: Sequence[Value], parameters: Sequence[Value],
                       jit: bool | None = None) -> Callable[[Sequence[float]], tuple[float, list[float]]]:
    """A function of one row of inputs that returns output and its gradient, at the parameters' data.

    It is an UpdateLoop whose rule replaces each parameter by its gradient.

    >>> w, x = Value(3.0, "w"), Value(2.0, "x")
    >>> value_and_gradient((w * x) ** 2, [x], [w])([1.0])
    (9.0, [6.0])
    """
    loop = UpdateLoop(output, inputs, parameters, lambda steps, w, g: (g,), stops=False, jit=jit)

    def function(row: Sequence[float]) -> tuple[float, list[float]]:
        run = loop.run([row], [p.data for p in parameters])
        return run.losses[0], run.parameters

    return function
