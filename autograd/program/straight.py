"""A loop of updates as straight-line text: each row's forward phase, backward phase and the optimizer's rule.

Every number of the recorded graph gets at most one line; the parameters w0, w1, ... are local variables.
"""
from collections.abc import Callable, Sequence
from typing import Any

from ..backprop import wengert_list
from ..ops import flat
from ..value import Constant, Value
from .lines import Lines
from .written import Number, Page, Written

Update = Callable[..., tuple[Any, ...]]         # steps, w, g, *memory -> (new w, *new memory), in plain arithmetic


class Sweep:
    """The two phases of a recorded graph, written on a page."""

    def __init__(self, page: Page, output: Value, names: dict[Value, Number], parameters: Sequence[Value]) -> None:
        self.page, self.output, self.tape = page, output, wengert_list(output)
        self.numbers: dict[Any, Number] = {}                # of every node
        self.trained: set[Any] = set(parameters)            # the nodes through which a gradient leads to a parameter
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

    def gradient(self, parameters: Sequence[Value]) -> list[Number]:
        """The derivative of the output with respect to each parameter."""
        adjoint: dict[Any, Number] = {self.output: 1.0}
        for node in reversed(self.tape):
            if node._op is None or node not in adjoint or node not in self.trained:
                continue
            partials = self.page.partials(node._op, self.numbers[node], self.arguments(node))
            for x, partial in zip(flat(node.arguments), partials):
                if x in self.trained and (isinstance(partial, Written) or partial != 0):
                    term = partial * adjoint[node]
                    adjoint[x] = adjoint[x] + term if x in adjoint else term
        return [adjoint.get(p, 0.0) for p in parameters]


class Straight:
    """What a loop computes for one row: the loss J, and what each name of the state becomes."""

    def __init__(self, output: Value, inputs: Sequence[Value], parameters: Sequence[Value], update: Update,
                 remembers: int, stops: bool, deep: bool) -> None:
        self.page, self.stops = Page(), stops
        given = {*inputs, *parameters}
        self.fixed = [x for x in wengert_list(output) if x._op is None and x not in given
                      and not isinstance(x, Constant)]
        self.w, self.x, self.c = ([f"{letter}{i}" for i in range(len(leaves))] for letter, leaves in
                                  (("w", parameters), ("x", inputs), ("c", self.fixed)))
        self.m = [f"m{k}_{i}" for k in range(remembers) for i in range(len(parameters))]
        names = dict(zip([*parameters, *inputs, *self.fixed], map(self.page.name, [*self.w, *self.x, *self.c])))
        sweep = Sweep(self.page, output, names, parameters)
        self.J, self.forward = sweep.numbers[output], len(self.page.made)
        gradient, steps = sweep.gradient(parameters), self.page.name("steps")
        self.page.loose, self.page.deep = True, deep
        self.new: dict[str, Number] = {}
        for i, (p, g) in enumerate(zip(parameters, gradient)):
            memory = self.m[i::len(parameters)]
            self.new |= zip([self.w[i], *memory], update(steps, names[p], g, *map(self.page.name, memory)))
        lines = Lines([self.J, *self.new.values()])
        self.size = len(lines.uses)
        self.forgets = bool(self.m) and lines.names().isdisjoint(self.m)    # is there one, and of no use here?

    def row(self, new: dict[str, Number], stop: Sequence[str], literal: Callable[[float], str]) -> list[str]:
        """The lines for one row; stop is what to do where the loss is not finite."""
        page = Lines([self.J, *new.values()], {self.J: "J"} if isinstance(self.J, Written) else {}, new, literal)
        page.write(self.forward)
        if page.read(self.J) != "J":
            page.lines.append(f"J = {page.read(self.J)}")
        if self.stops:
            page.lines += ["if J - J != 0.0:", *("    " + line for line in stop)]       # inf - inf is NaN
        if "steps" in page.names():
            page.lines.append("steps = steps + 1.0")
        page.write()
        moves = []
        for name, x in new.items():
            text = page.read(x)
            if page.state_in(x) - {name}:                       # it is to read other numbers before they move
                page.lines.append(f"new_{name} = {text}")
                text = "new_" + name
            if text != name:
                moves.append(f"{name} = {text}")
        return page.lines + moves

    def text(self, keeps: bool = True, literal: Callable[[float], str] = repr) -> str:
        """The function on lists of floats; keeps says whether it keeps the memory.  It returns the new state, or None
        where a row left an operation's domain; losses is then as long as there were rows before."""
        m = self.m if keeps else []
        kept = {*self.w, *m}
        new = {name: x for name, x in self.new.items() if name in kept}
        w = ", ".join(self.w)
        return joined([
            f"[{w}] = parameters", f"[{', '.join(m)}] = memory", f"[{', '.join(self.c)}] = fixed",
            "try:",
            f"    for [{', '.join(self.x)}] in rows:",
            *("        " + line for line in self.row(new, ["losses.append(J)", "break"], literal)),
            "        losses.append(J)",
            "except ERRORS:",
            "    return None",
            f"return [{w}], [{', '.join(m)}]"])

    def text_on_arrays(self) -> str:
        """The same for numba: on arrays, state is changed in place; returns the number of losses."""
        state = [("parameters", self.w), ("memory", self.m)]
        row = self.row(self.new, ["losses[i] = J", "i = i + 1", "break"], repr)
        return joined([
            *(f"{name} = {array}[{k}]" for array, names in [*state, ("fixed", self.c)] for k, name in enumerate(names)),
            "i = 0",
            "while i < len(rows):",
            *(f"    {name} = rows[i, {k}]" for k, name in enumerate(self.x)),
            *("    " + line for line in row),
            "    losses[i] = J",
            "    i = i + 1",
            *(f"{array}[{k}] = {name}" for array, names in state for k, name in enumerate(names)),
            "return i"])


def joined(lines: Sequence[str]) -> str:
    """The lines as the body of the function."""
    return "\n    ".join(["def loop(rows, parameters, memory, fixed, steps, losses):", *lines]) + "\n"


def straight(output: Value, inputs: Sequence[Value], parameters: Sequence[Value], update: Update, remembers: int,
             stops: bool) -> Straight:
    """The shorter of two: with a factor such as lr carried down the products to what they share, or not."""
    return min((Straight(output, inputs, parameters, update, remembers, stops, deep) for deep in (True, False)),
               key=lambda text: text.size)
