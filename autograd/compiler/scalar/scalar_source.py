"""Straight-line source for a small graph and the update loop over it: at most one line for each number.

The parameters w0, w1, ... are local variables: a sample's forward phase, backward phase and the optimizer's rule read
and write them without a call.  `row_source` writes one row of the table in the same way.
"""
import inspect
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ...backprop import adjoints, wengert_list
from ...ops import Op, flat
from ...value import Constant, Value
from ..differentiate import traced_partials
from ..trace import NotTraceable, Number, Trace, Tracer, is_one, is_zero
from .javascript_syntax import JavaScriptSyntax
from .python_syntax import PythonSyntax
from .statements import Statements
from .syntax import Syntax

Update = Callable[..., tuple[Any, ...]]         # steps, w, g, *memory -> (new w, *new memory), in plain arithmetic
SYNTAXES: dict[str, Syntax] = {"python": PythonSyntax(), "javascript": JavaScriptSyntax()}


class ScalarTrace(Trace):
    """A trace of calls on scalars, which moves minus signs to where they cost no operation.

    >>> x = ScalarTrace().name("x")
    >>> z = (-x) * (1 - x)
    >>> z.function, z.args[0].args[1].function
    ('negative', 'subtract')
    """

    def __init__(self, syntax: Syntax | None = None) -> None:
        super().__init__()
        self.syntax = syntax or PythonSyntax()
        self.functions: dict[str, Callable[..., Any]] = {}      # the functions called by name

    def knows(self, name: str) -> bool:
        return self.syntax.knows(name)

    def add(self, x: Number, y: Number) -> Number:
        if is_zero(x) or is_zero(y):
            return x if is_zero(y) else y
        if is_negative(y):
            return x - y.args[0]
        return y - x.args[0] if is_negative(x) else self.call("add", x, y)

    def subtract(self, x: Number, y: Number) -> Number:
        if is_zero(x) or is_zero(y):
            return x if is_zero(y) else -y
        return x + y.args[0] if is_negative(y) else self.call("subtract", x, y)

    def multiply(self, x: Number, y: Number) -> Number:
        if not isinstance(x, Tracer):
            return y if is_one(x) else -(-x * y) if x < 0 else -(x * y.args[0]) if is_negative(y) else \
                self.call("multiply", x, y)
        if not isinstance(y, Tracer):
            return self.multiply(y, x)
        if is_negative(x):
            return -(x.args[0] * y)
        return -(x * y.args[0]) if is_negative(y) else self.call("multiply", x, y)

    def divide(self, x: Number, y: Number) -> Number:
        if is_one(y):
            return x
        if is_negative(x):
            return -(x.args[0] / y)
        return -(x / y.args[0]) if is_negative(y) else self.call("divide", x, y)

    def negative(self, x: Number) -> Number:
        return x.args[0] if is_negative(x) else self.call("negative", x)

    def power(self, x: Number, n: Number) -> Number:
        if isinstance(n, Tracer) or n not in (0, 1, 2, -1, 0.5):
            return self.call("power", x, n)
        return {0: lambda: 1.0, 1: lambda: x, 2: lambda: x * x, -1: lambda: 1.0 / x,
                0.5: lambda: self.call("sqrt", x)}[n]()

    def where(self, condition: Any, x: Number, y: Number) -> Number:
        if not isinstance(condition, Tracer):
            return x if condition else y
        return self.call("where", condition, x, y)

    def clip(self, x: Number, least: Number | None, most: Number | None) -> Number:
        """x limited to [least, most]; NaN stays NaN."""
        x = x if least is None else self.where(x < least, least, x)
        return x if most is None else self.where(x > most, most, x)

    def run(self, op: Op, args: Sequence[Any]) -> Number:
        """Record a row; a call of its forward by name where that cannot be traced."""
        if not any(isinstance(x, Tracer) for x in flat(args)):
            return op.forward(*args)
        try:
            return super().run(op, args)
        except NotTraceable:
            return self.called(op.forward, identifier(op), args)

    def partials(self, op: Op, z: Number, args: Sequence[Any]) -> list[Number]:
        """Record a row's local partials; items of a call of its rule by name where that cannot be traced."""
        try:
            return traced_partials(op, z, args)
        except NotTraceable:
            every = self.called(op.partials, identifier(op) + "_partials", [z, *args])
            return [self.call(f"item {k}", every) for k in range(len(flat(args)))]

    def called(self, f: Callable[..., Any], name: str, args: Sequence[Any]) -> Number:
        """Record f(*args) as a call by name, lists as tuples."""
        while self.functions.setdefault(name, f) != f:
            name += "_"
        lengths = ",".join([str(len(x)) if type(x) is tuple else "" for x in args])
        return self.call(f"call {name} {lengths}", *flat(args))


def is_negative(x: Number) -> bool:
    """Was it recorded as -y?"""
    return isinstance(x, Tracer) and x.function == "negative"


def identifier(op: Op) -> str:
    """A Python identifier for the row."""
    return op.name + "_forward" if op.name.isidentifier() else "op_forward"


class Sweep:
    """Traces the forward and the backward phase of a recorded graph."""

    def __init__(self, trace: ScalarTrace, output: Value, names: dict[Value, Number],
                 parameters: Sequence[Value]) -> None:
        self.trace, self.output = trace, output
        self.numbers: dict[Any, Number] = {}                # the traced number of every node
        self.trained: set[Any] = set(parameters)            # the nodes that depend on a parameter
        for node in wengert_list(output):
            if node._op is None:
                self.numbers[node] = names.get(node, node.data)
            else:
                self.numbers[node] = trace.run(node._op, self.arguments(node))
                if not self.trained.isdisjoint(node.parents):
                    self.trained.add(node)

    def arguments(self, node: Value) -> list[Any]:
        """The traced arguments of the node's operation, lists as tuples."""
        return [tuple(map(self.number, x)) if type(x) is tuple else self.number(x) for x in node.arguments]

    def number(self, x: Any) -> Number:
        return self.numbers[x] if isinstance(x, Value) else x

    def edges(self, node: Value) -> Iterable[tuple[Value, Number]]:
        """The parents that depend on a parameter, with the local partials."""
        if node._op is None or node not in self.trained:
            return []
        partials = self.trace.partials(node._op, self.numbers[node], self.arguments(node))
        return [(x, partial) for x, partial in zip(flat(node.arguments), partials)
                if x in self.trained and not is_zero(partial)]

    def gradient(self, parameters: Sequence[Value]) -> list[Number]:
        """The derivative of the output with respect to each parameter."""
        adjoint = adjoints(self.output, 1.0, self.edges)
        return [adjoint.get(p, 0.0) for p in parameters]


class ScalarSource:
    """The source of an update loop: for each row of inputs the loss J, and the new number of each state variable."""

    def __init__(self, output: Value, inputs: Sequence[Value], parameters: Sequence[Value], update: Update,
                 remembers: int, stops: bool) -> None:
        self.trace, self.stops = ScalarTrace(), stops
        given = {*inputs, *parameters}
        self.fixed = [x for x in wengert_list(output) if x._op is None and x not in given
                      and not isinstance(x, Constant)]
        self.w, self.x, self.c = ([f"{letter}{i}" for i in range(len(leaves))] for letter, leaves in
                                  (("w", parameters), ("x", inputs), ("c", self.fixed)))
        self.m = [f"m{k}_{i}" for k in range(remembers) for i in range(len(parameters))]
        name = self.trace.name
        names = dict(zip([*parameters, *inputs, *self.fixed], map(name, [*self.w, *self.x, *self.c])))
        sweep = Sweep(self.trace, output, names, parameters)
        self.J, self.forward = sweep.numbers[output], len(self.trace.calls)
        gradient, steps = sweep.gradient(parameters), name("steps")
        self.new: dict[str, Number] = {}
        for i, (p, g) in enumerate(zip(parameters, gradient)):
            memory = self.m[i::len(parameters)]
            self.new |= zip([self.w[i], *memory], update(steps, names[p], g, *map(name, memory)))
        statements = Statements([self.J, *self.new.values()])
        self.size = len(statements.uses)
        self.discards_state = bool(self.m) and statements.names().isdisjoint(self.m)    # is the memory unused?

    def row(self, new: dict[str, Number], stop: Sequence[str], syntax: Syntax | None = None) -> list[str]:
        """The lines for one row of inputs; `stop` are those that run where the loss is not finite."""
        named = {self.J: "J"} if isinstance(self.J, Tracer) else {}
        statements = Statements([self.J, *new.values()], named, new, syntax)
        statements.write(self.forward)
        if statements.read(self.J) != "J":
            statements.lines.append(f"J = {statements.read(self.J)}")
        if self.stops:
            statements.lines += ["if J - J != 0.0:", *("    " + line for line in stop)]     # inf - inf is NaN
        if "steps" in statements.names():
            statements.lines.append("steps = steps + 1.0")
        statements.write()
        moves = []
        for name, x in new.items():
            text = statements.read(x)
            if statements.state_in(x) - {name}:             # it reads numbers that are assigned below
                statements.lines.append(f"new_{name} = {text}")
                text = "new_" + name
            if text != name:
                moves.append(f"{name} = {text}")
        return statements.lines + moves

    def text(self, keeps: bool = True, syntax: Syntax | None = None) -> str:
        """The source of the loop on lists of floats; with keeps=False without the optimizer's memory.

        The loop returns the new state, or None where a row left an operation's domain; losses then has those of the
        rows before it.
        """
        m = self.m if keeps else []
        kept = {*self.w, *m}
        new = {name: x for name, x in self.new.items() if name in kept}
        w = ", ".join(self.w)
        return joined([
            f"[{w}] = parameters", f"[{', '.join(m)}] = memory", f"[{', '.join(self.c)}] = fixed",
            "try:",
            f"    for [{', '.join(self.x)}] in rows:",
            *("        " + line for line in self.row(new, ["losses.append(J)", "break"], syntax)),
            "        losses.append(J)",
            "except ERRORS:",
            "    return None",
            f"return [{w}], [{', '.join(m)}]"])

    def text_on_arrays(self) -> str:
        """The source of the loop on arrays, for numba: it updates the state in place and returns the loss count."""
        state = [("parameters", self.w), ("memory", self.m)]
        row = self.row(self.new, ["losses[i] = J", "i = i + 1", "break"])
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
    """The lines as the body of the function `loop`."""
    return "\n    ".join(["def loop(rows, parameters, memory, fixed, steps, losses):", *lines]) + "\n"


def row_source(op: Op, syntax: str = "python", names: Sequence[Any] = ()) -> str:
    """The source of a row of the table in "python" or "javascript": the value z, then each local partial.

    names are those of the arguments, a tuple for a list; by default those of the row's rule.  Raises ValueError for
    another language, NotTraceable for JavaScript of a row that only Python can run.

    >>> from autograd import ops
    >>> print(row_source(ops.div))
    z = x / y
    dz_dx = 1.0 / y
    dz_dy = -(z / y)
    >>> print(row_source(ops.tanh, "javascript"))
    const z = Math.tanh(x);
    const dz_dx = 1.0 - z * z;
    >>> print(row_source(ops.logsumexp, names=[("x1", "x2")]).splitlines()[-1])
    dz_dx2 = exp(x2 - z)
    """
    if syntax not in SYNTAXES:
        raise ValueError(f"row_source: syntax is one of {', '.join(SYNTAXES)}, not {syntax!r}")
    language = SYNTAXES[syntax]
    trace = ScalarTrace(language)
    names = names or [name for name in inspect.signature(op.partials).parameters][1:]
    args = [tuple(map(trace.name, name)) if isinstance(name, tuple) else trace.name(name) for name in names]
    value, partials = trace.run(op, args), trace.partials(op, trace.name("z"), args)
    results = {name: x for name, x in zip(["z", *[f"dz_d{name}" for name in flat(names)]], [value, *partials])}
    named = {x: name for name, x in reversed(results.items()) if isinstance(x, Tracer) and not x.is_named}
    statements = Statements(results.values(), named, syntax=language)
    statements.write()
    repeated = [language.assignment(name, statements.read(x)) for name, x in results.items() if named.get(x) != name]
    return "\n".join(statements.lines + repeated)
