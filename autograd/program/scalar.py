"""Small graphs, one sample at a time: the whole loop of updates as straight-line Python in one generated function.

Parameters are local variables; for each sample come the forward phase, the backward phase and the optimizer's rule,
written out number by number.  Where numba is installed the same text is compiled to machine code.
"""
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np

from ..backprop import wengert_list
from ..ops import flat
from ..value import Constant, Value
from .written import Lines, Number, Page, Written

Update = Callable[..., tuple[Any, ...]]         # steps, w, g, *memory -> (new w, *new memory), in plain arithmetic
ERRORS = (ValueError, ArithmeticError)          # how Python refuses log(-1), 1/0 and exp(1000)
MATH = {name: getattr(math, name) for name in dir(math) if not name.startswith("_")}
ARRAYS = MATH | {name: getattr(np, name) for name in MATH if hasattr(np, name)} | {"pow": np.power}


@dataclass
class Run:
    """What a run over some rows came to."""
    losses: list[float]                 # of each row, before its update
    parameters: list[float]
    memory: list[list[float]]           # as the optimizer keeps it: a list for each number the rule remembers
    failed: int | None = None           # the row with which training diverged; the state is then the last with a finite
    reason: str = ""                    # loss among these rows, losses are those before it; "the loss is nan"


class Loop:
    """A loop of updates, one for each row of inputs: forward, backward, and `update` of every parameter.

    update(steps, w, g, *memory) -> (new w, *new memory) is an optimizer's rule in plain arithmetic, steps the number of
    updates with this one; `remembers` is how many numbers it keeps for each parameter.  Leaves that are neither
    inputs nor parameters stay as they are: their data is read at every run.  With stops=False it goes on where the
    loss is not finite.  jit=None takes numba where it is installed.

    >>> w, x, t = Value(0.5, "w"), Value(1.0, "x"), Value(2.0, "t")
    >>> loop = Loop((t - w * x).half_square(), [x, t], [w], lambda steps, w, g: (w - 0.5 * g,), jit=False)
    >>> loop.run([[1.0, 2.0], [1.0, 2.0]], [0.0])
    Run(losses=[2.0, 0.5], parameters=[1.5], memory=[], failed=None, reason='')
    >>> print(loop.source)
    def loop(rows, parameters, memory, fixed, steps, losses):
        [w0] = parameters
        [] = memory
        [] = fixed
        try:
            for [x0, x1] in rows:
                t4 = x1 - w0 * x0
                t5 = 0.5 * t4
                J = t5 * t4
                if J - J != 0.0:
                    break
                w0 = w0 + x0 * t5
                losses.append(J)
        except ERRORS:
            return None
        return [w0], []
    <BLANKLINE>
    """

    def __init__(self, output: Value, inputs: Sequence[Value], parameters: Sequence[Value], update: Update,
                 remembers: int = 0, stops: bool = True, jit: bool | None = None) -> None:
        self.inputs, self.parameters, self.remembers, self.stops = inputs, parameters, remembers, stops
        self.page = Page()
        names: dict[Value, Number] = {p: self.page.name(f"w{i}") for i, p in enumerate(parameters)}
        names |= {x: self.page.name(f"x{i}") for i, x in enumerate(inputs)}
        self.fixed = [x for x in wengert_list(output)
                      if x._op is None and x not in names and not isinstance(x, Constant)]
        names |= {x: self.page.name(f"c{i}") for i, x in enumerate(self.fixed)}
        sweep = Sweep(self.page, output, names, set(parameters))
        self.J, self.forward = sweep.numbers[output], len(self.page.made)
        gradient = sweep.gradient(output, parameters)
        steps = self.page.name("steps")
        self.page.loose = True
        self.new: dict[str, Number] = {}                        # state: its name, and what it becomes
        for i, (p, g) in enumerate(zip(parameters, gradient)):
            memory = [f"m{k}_{i}" for k in range(remembers)]
            moved = update(steps, names[p], g, *map(self.page.name, memory))
            self.new |= zip([f"w{i}", *memory], moved)
        self.memory = [name for k in range(remembers) for name in (f"m{k}_{i}" for i in range(len(parameters)))]
        reached = Lines(self.page, self.new.values()).names()
        self.forgets = reached.isdisjoint(self.memory)          # does memory not matter for what comes next?
        self.source = self.text(keeps=not self.forgets)
        self.jit = (find_spec("numba") is not None) if jit is None else jit
        self.compiled: dict[str, Callable[..., Any]] = {}

    # --- the text

    def text(self, keeps: bool, jit: bool = False, literal: Callable[[float], str] = repr) -> str:
        """The function; keeps says whether it keeps the memory, which only the last row needs where it forgets."""
        new = {name: x for name, x in self.new.items() if keeps or name.startswith("w")}
        named = {self.J: "J"} if isinstance(self.J, Written) else {}
        page = Lines(self.page, [self.J, *new.values()], named, new, literal)
        page.write(self.forward)
        if page.read(self.J, 0) != "J":
            page.lines.append(f"J = {page.read(self.J, 0)}")
        if self.stops:
            page.lines += ["if J - J != 0.0:", "    break"]
        if "steps" in page.names():
            page.lines.append("steps = steps + 1.0")
        page.write()
        moves = []
        for name, x in new.items():                             # the numbers so far are read before any is replaced
            text = page.read(x, 0)
            if isinstance(x, Written) and page.place[x][2] - {name}:
                page.lines.append(f"new_{name} = {text}")
                text = f"new_{name}"
            if text != name:
                moves.append(f"{name} = {text}")
        body = [*page.lines, *moves]
        w, m = [f"w{i}" for i in range(len(self.parameters))], self.memory if keeps else []
        x, c = [f"x{i}" for i in range(len(self.inputs))], [f"c{i}" for i in range(len(self.fixed))]
        if jit:
            body = [*(f"{name} = rows[i, {k}]" for k, name in enumerate(x)), *body, "losses[i] = J", "i += 1"]
            lines = [*(f"{name} = {array}[{k}]" for array, names in (("parameters", w), ("memory", m), ("fixed", c))
                       for k, name in enumerate(names)),
                     "i = 0", "while i < len(rows):", *("    " + line for line in body),
                     *(f"{array}[{k}] = {name}" for array, names in (("parameters", w), ("memory", m))
                       for k, name in enumerate(names)), "return i"]
        else:
            lines = [f"[{', '.join(w)}] = parameters", f"[{', '.join(m)}] = memory", f"[{', '.join(c)}] = fixed",
                     "try:", f"    for [{', '.join(x)}] in rows:", *("        " + line for line in body),
                     "        losses.append(J)", "except ERRORS:", "    return None",
                     f"return [{', '.join(w)}], [{', '.join(m)}]"]
        return "\n    ".join(["def loop(rows, parameters, memory, fixed, steps, losses):", *lines]) + "\n"

    def function(self, kind: str) -> Callable[..., Any]:
        """The function: "fast" keeps memory only where it matters, "whole" keeps it, "exact" does so on arrays' rules,
        "jit" in machine code."""
        if kind not in self.compiled:
            names = {"ERRORS": ERRORS, **(ARRAYS if kind == "exact" else MATH), **self.page.functions}
            if kind == "jit":
                import numba
                names |= {name: numba.njit(error_model="numpy")(f) for name, f in self.page.functions.items()}
                exec(self.text(True, jit=True), names)
                self.compiled[kind] = numba.njit(error_model="numpy")(names["loop"])
            else:
                names["number"] = np.float64
                exec(self.source if kind == "fast" else self.text(True) if kind == "whole" else
                     self.text(True, literal=lambda x: f"number({x!r})"), names)
                self.compiled[kind] = names["loop"]
        return self.compiled[kind]

    # --- running it

    def run(self, rows: Any, parameters: Sequence[float], memory: Sequence[Sequence[float]] = (),
            steps: int = 0) -> Run:
        """Update once for each row of inputs, from these parameters and this memory; steps were taken before.

        Nothing is changed but what is returned.  Outside an operation's domain a number is NaN or inf, as on arrays.
        """
        flat_memory = [m for part in memory for m in part] or [0.0] * len(self.memory)
        losses: list[float] = []
        start = list(parameters), flat_memory
        state = self.advance(rows, start, steps, losses)
        n = len(losses)
        if self.stops and (n < len(rows) or not finite(state[0])):
            return self.failure(rows, start, steps, losses, state)
        return Run(losses, state[0], self.parts(state[1]))

    def parts(self, memory: list[float]) -> list[list[float]]:
        """The memory as the optimizer keeps it."""
        n = len(self.parameters)
        return [memory[k * n:(k + 1) * n] for k in range(self.remembers)]

    def advance(self, rows: Any, state: Any, steps: int, losses: list[float]) -> Any:
        """The state after the rows up to the first whose loss is not finite; appends the losses before that."""
        fixed = [x.data for x in self.fixed]
        if self.jit:
            try:
                return self.advance_jitted(np.ascontiguousarray(rows, dtype=np.float64).reshape(len(rows), -1),
                                           state, steps, losses, fixed)
            except Exception:                               # numba does not take every function: Python does
                self.jit = False
        rows = rows.tolist() if hasattr(rows, "tolist") else rows
        done = 0
        while done < len(rows):
            found: list[float] = []
            after = self.advance_plain(rows[done:], state, steps + done, found, fixed)
            if after is None:                               # row k left a domain: up to it again, then it by arrays' rules
                k, found = len(found), []
                state = self.advance_plain(rows[done:done + k], state, steps + done, found, fixed)
                exact = [np.float64(x) for x in rows[done + k]]
                with np.errstate(all="ignore"):
                    after = self.function("exact")([exact], *([*map(np.float64, x)] for x in (*state, fixed)),
                                                   float(steps + done + k), found)
                after = [[*map(float, x)] for x in after] if after else state
                found = [float(x) for x in found]
                if len(found) == k:
                    losses += found
                    return after
            elif len(found) < len(rows) - done:
                losses += found
                return after
            done += len(found)
            losses += found
            state = after
        return state

    def advance_plain(self, rows: Any, state: Any, steps: int, losses: list[float], fixed: list[float]) -> Any:
        """In Python; None where a row left an operation's domain."""
        parameters, memory = state
        if self.forgets and self.memory:
            before = self.function("fast")(rows[:-1], parameters, [], fixed, float(steps), losses)
            if before is None or len(losses) < len(rows) - 1 or not rows:
                return before and (before[0], memory)
            return self.function("whole")(rows[-1:], before[0], memory, fixed, float(steps + len(losses)), losses)
        return self.function("fast")(rows, parameters, memory, fixed, float(steps), losses)

    def advance_jitted(self, rows: np.ndarray, state: Any, steps: int, losses: list[float], fixed: list[float]) -> Any:
        """In machine code."""
        parameters, memory, found = np.array(state[0]), np.array(state[1]), np.empty(len(rows))
        n = self.function("jit")(rows, parameters, memory, np.array(fixed), float(steps), found)
        losses += found[:n].tolist()
        return parameters.tolist(), memory.tolist()

    def failure(self, rows: Any, start: Any, steps: int, losses: list[float], state: Any) -> Run:
        """The run up to the row with which it diverged, found by running again."""
        good, bad = 0, len(losses) + 1                      # finite parameters after so many updates, and no more
        if finite(state[0]):
            good, reason = len(losses), "the loss is not finite"
            last = max(0, good - 1)                         # the loss of the last update's numbers was not finite
        else:
            bad, reason = len(losses), "a parameter is not finite"
            while bad - good > 1:
                middle = (good + bad) // 2
                found: list[float] = []
                good, bad = (middle, bad) if finite(self.advance(rows[:middle], start, steps, found)[0]) else \
                    (good, middle)
            last = good
        found = []
        state = self.advance(rows[:last], start, steps, found)
        return Run(losses[:good], state[0], self.parts(state[1]), good, reason)


def finite(xs: Sequence[float]) -> bool:
    """Are all of them finite numbers?"""
    return all(map(math.isfinite, xs))


class Sweep:
    """The two phases of a recorded graph, written on a page."""

    def __init__(self, page: Page, output: Value, names: dict[Value, Number], trained: set[Value]) -> None:
        self.page, self.tape = page, wengert_list(output)
        self.numbers: dict[Any, Number] = {}                # of every node
        self.trained: set[Any] = set(trained)               # the nodes through which a gradient leads to a parameter
        for node in self.tape:
            if node._op is None:
                self.numbers[node] = names.get(node, node.data)
            else:
                self.numbers[node] = page.forward(node._op, self.arguments(node))
                if not self.trained.isdisjoint(node.parents):
                    self.trained.add(node)

    def arguments(self, node: Value) -> list[Any]:
        """The numbers that the node's operation takes, lists as tuples."""
        return [tuple(map(self.number, x)) if type(x) is tuple else self.number(x) for x in node.arguments]

    def number(self, x: Any) -> Number:
        return self.numbers[x] if isinstance(x, Value) else x

    def gradient(self, output: Value, parameters: Sequence[Value]) -> list[Number]:
        """The derivative of output with respect to each parameter."""
        adjoint: dict[Any, Number] = {output: 1.0}
        for node in reversed(self.tape):
            if node._op is None or node not in adjoint or node not in self.trained:
                continue
            partials = self.page.partials(node._op, self.numbers[node], self.arguments(node))
            for x, partial in zip(flat(node.arguments), partials):
                if x in self.trained and not (isinstance(partial, float | int) and partial == 0):
                    term = partial * adjoint[node]
                    adjoint[x] = adjoint[x] + term if x in adjoint else term
        return [adjoint.get(p, 0.0) for p in parameters]


def value_and_gradient(output: Value, inputs: Sequence[Value], parameters: Sequence[Value],
                       jit: bool | None = None) -> Callable[[Sequence[float]], tuple[float, list[float]]]:
    """The function of one row of inputs that gives output and its gradient at the parameters' data.

    It is a loop whose update puts the gradient in the parameter's place.

    >>> w, x = Value(3.0, "w"), Value(2.0, "x")
    >>> value_and_gradient((w * x) ** 2, [x], [w])([1.0])
    (9.0, [6.0])
    """
    loop = Loop(output, inputs, parameters, lambda steps, w, g: (g,), stops=False, jit=jit)

    def function(row: Sequence[float]) -> tuple[float, list[float]]:
        run = loop.run([row], [p.data for p in parameters])
        return run.losses[0], run.parameters

    return function
