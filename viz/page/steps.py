"""The forward phase, the backward phase and the update as steps, one number each: pure data, which html.py shows.

Forward a step is one node.  Backward it is one contribution, upstream · local derivative, in topological order by level
from the output, so that a gradient is complete before it is passed on.  The update is a step for each parameter.
"""
import math
from collections.abc import Iterable
from functools import reduce

from autograd import Value, wengert_list
from autograd.symbolic.equations import Equation, Lines
from autograd.symbolic.expr import Expr
from autograd.symbolic.labels import format_number, parse_label
from autograd.symbolic.printer import to_text

from ..derivation import by_paths, equation
from ..diagram.build import build_diagram, in_reading_order, slots
from ..diagram.model import Diagram, Node
from ..notation import expression
from ..path_graph import PathGraph
from .cells import cells
from .step import PLACES, Cells, Line, Step

MOST_LEAVES = 12                                # of a kind that the first step lists
MOST_TERMS = 4                                  # of the sum over the next layer
DECIMALS = 10                                   # at most, of a parameter and its new value
LONGEST_CHAIN = 6                               # factors of a chain that is written in one piece
KINDS = {"input": "inputs", "parameter": "parameters", "constant": "constants", "root": "output"}


def steps(output: Value, lr: float = 0.1, digits: int = 4) -> list[Step]:
    """The steps that compute output, its gradient at every node, and one change of the parameters.  Changes nothing.

    >>> x = Value(3.0, label="x")
    >>> for step in steps(x * x + x):
    ...     print(f"{step.phase:9}{step.title:14}{step.number}")
    start    what is given None
    forward  u₁            9.0
    forward  u₂            12.0
    backward ∂u₂/∂u₂       1.0
    backward u₂ → u₁       1.0
    backward u₂ → x        1.0
    backward u₁ → x        7.0
    """
    return list(StepWriter(output, lr, digits).steps())


class StepWriter:
    """Tells the steps of one graph."""

    def __init__(self, output: Value, lr: float, digits: int) -> None:
        self.output, self.lr, self.digits = output, lr, digits
        self.graph = PathGraph(output, output, digits)  # for its names and numbers, and for how it tells an edge
        self.diagram: Diagram = build_diagram(output, True, digits)
        self.cells = cells(self.diagram, digits)
        self.tape = in_reading_order(wengert_list(output))
        self.node: dict[Value, Node] = dict(zip(self.tape, self.diagram.nodes))
        self.edges: dict[tuple[str, str], tuple[str, ...]] = {}         # (child, parent): one or, of x·x, two
        for edge in self.diagram.edges:
            self.edges[edge.child, edge.parent] = (*self.edges.get((edge.child, edge.parent), ()), edge.id)
        level = {output: 0}
        self.consumers: dict[Value, list[Value]] = {node: [] for node in self.tape}
        for node in reversed(self.tape):
            for parent in dict.fromkeys(node.parents):
                self.consumers[parent].insert(0, node)
                level[parent] = max(level.get(parent, 0), level[node] + 1)
        for consumers in self.consumers.values():
            consumers.sort(key=level.__getitem__)
        self.by_level = sorted(self.tape, key=level.__getitem__)
        self.value = {node.name: self.number(x.data) for x, node in self.node.items()}

    def steps(self) -> Iterable[Step]:
        yield self.start()
        for node in self.tape:
            if node.op:
                yield self.forward(node)
        yield self.seed()
        for node in self.by_level[1:]:
            if self.node[node].gradient is not None:
                yield from self.backward(node)
        for node in self.tape:
            if self.node[node].kind == "parameter":
                yield self.update(node)

    def written(self, *parts: str) -> Cells:
        """The numbers of these cells as they are in the end."""
        return {cell: self.cells[cell] for cell in parts if cell in self.cells}

    # --- how things are written

    def name(self, node: Value) -> str:
        return to_text(self.graph.symbol(node))

    def number(self, x: float) -> Expr:
        return self.graph.rounded(x)

    def say(self, x: float) -> str:
        return format_number(x, self.digits)

    def listed(self, nodes: Iterable[Value]) -> str:
        """The nodes' names, or how many they are."""
        found = [self.name(node) for node in dict.fromkeys(nodes)]
        if len(found) > MOST_LEAVES:
            return f"{len(found)} numbers"
        return " and ".join([part for part in (", ".join(found[:-1]), found[-1]) if part])

    def gradient(self, node: Value) -> Expr:
        """∂J/∂node; dJ/dnode where ∂J/∂node is the direct edge's alone."""
        is_direct = self.output in self.consumers[node] and len(self.consumers[node]) > 1
        return Expr.of("derivative", "d" if is_direct else "∂", self.graph.symbol(self.output), self.graph.symbol(node))

    def in_numbers(self, formula: Expr) -> Expr:
        """The formula with each node's value for its name, and nothing simplified: (−3) · 2 + 1 · 0 + 6.881."""
        spine = []                              # a sum of many is deep on its left
        while formula.kind in ("sum", "product"):
            spine.append((formula.kind, self.in_numbers(formula.parts[1])))
            formula = formula.parts[0]
        if formula.kind == "name":
            found = self.value.get(formula.parts[0], formula)
        else:
            found = Expr.of(formula.kind, *[self.in_numbers(part) if isinstance(part, Expr) else part
                                         for part in formula.parts])
        for kind, right in reversed(spine):
            found = Expr.of(kind, found, right)
        return found

    def around(self, x: float, change: float) -> tuple[Expr, Expr]:
        """x and x + change, with as many decimals as the change is written with."""
        new = x + change
        if not math.isfinite(new) or not change or abs(change) >= 10 ** self.digits:
            return self.number(x), self.number(new)
        decimals = min(self.digits - 1 - math.floor(math.log10(abs(change))), DECIMALS)
        return Expr.lift(round(x, decimals)), Expr.lift(round(new, decimals))

    # --- the steps

    def start(self) -> Step:
        """The numbers that are given."""
        leaves = [node for node in self.tape if not node.op]
        lines = []
        for kind, label in KINDS.items():
            nodes = [node for node in leaves if self.node[node].kind == kind and self.name(node) !=
                     self.say(node.data)]
            more = f", {MOST_LEAVES} of {len(nodes)}" if len(nodes) > MOST_LEAVES else ""
            if nodes:
                lines.append(Line(label + more, tuple([
                    line(Expr(self.node[node].name), self.number(node.data)) for node in nodes[:MOST_LEAVES]])))
        sentence = (f"The numbers are given; what {self.name(self.output)} is has to be computed." if self.output.op
                    else
                    "There is nothing to compute.")
        return Step("start", "what is given", sentence, tuple(lines),
                    writes=self.written(*[f"{self.node[node].id}.value" for node in leaves]))

    def forward(self, node: Value) -> Step:
        """A node's value, from its expression."""
        formula = expression(node, self.graph.names)
        equality = line(self.graph.symbol(node), formula, self.in_numbers(formula), self.number(node.data))
        me, parents = self.node[node], dict.fromkeys(node.parents[i] for i in slots(node))
        sources = tuple([self.node[parent].id for parent in parents])
        edges = tuple([edge for source in sources for edge in self.edges[me.id, source]])
        sentence = f"From {self.listed(parents)}, {self.name(node)} is {self.say(node.data)}."
        return Step("forward", self.name(node), sentence, (Line("value", (equality,)),), me.id, sources, edges,
                    node.data,
                    writes=self.written(f"{me.id}.value"))

    def seed(self) -> Step:
        """∂J/∂J = 1."""
        name, one, id = self.name(self.output), self.gradient(self.output), self.node[self.output].id
        return Step("backward", to_text(one), f"The backward phase begins at {name}, whose gradient is 1.",
                    (Line("seed", (line(one, self.number(1.0)),)), *self.local_gradient(self.output)),
                    id, number=1.0, term=1.0, writes=self.written(f"{id}.gradient", f"{id}.delta"))

    def backward(self, node: Value) -> Iterable[Step]:
        """The contributions to a node's gradient, one from each node that it went into."""
        me, consumers, so_far = self.node[node], self.consumers[node], 0.0
        for i, consumer in enumerate(consumers, start=1):
            child, is_last, before = self.node[consumer], i == len(consumers), so_far
            upstream = self.graph.adjoint[consumer]
            partial = sum([d for parent, d in zip(consumer.parents, consumer.partials) if parent is node])
            so_far += (term := upstream * partial)
            formula = self.graph.formula(consumer, node)
            factors = [self.graph.derivative(self.output, consumer), self.graph.derivative(consumer, node)]
            numbers = product(self.number(upstream), self.number(partial))
            lines: tuple[Line, ...] = Line("local derivative", (line(
                self.graph.derivative(consumer, node), formula, self.in_numbers(formula), self.number(partial)),)),
            sentence = (f"{self.name(consumer)} passes {self.say(upstream)} times {self.say(partial)}, which is "
                        f"{self.say(term)}, back to {self.name(node)}")
            if len(consumers) == 1:
                equality = line(self.gradient(node), product(*factors), numbers, self.number(term))
                lines += Line("chain rule", (equality,)), *self.chain(node)
                sentence += "."
            else:
                total = Expr.of("sum", self.number(before), self.number(term)) if i > 1 else self.number(term)
                equality = (line(self.gradient(node), total, self.number(so_far)) if is_last else
                            line(total, self.number(so_far)))
                lines += (Line(f"term {i} of {len(consumers)}", (line(product(*factors), numbers, self.number(term)),)),
                          Line("all together" if is_last else "so far", (equality,)))
                sentence += f": term {i} of {len(consumers)}, " + (
                    f"and its gradient is {self.say(so_far)}." if is_last else f"so far {self.say(so_far)}.")
            if is_last:
                lines += (*self.local_gradient(node), *self.by_next_layer(node)) if me.delta is not None else ()
                sentence += f"  The local gradient is {self.say(me.delta)}." if me.delta is not None else ""
            along = self.edges[child.id, me.id]
            found = self.written(*[f"{edge}.partial" for edge in along], *[f"{me.id}.delta"] * is_last)
            yield Step("backward", f"{self.name(consumer)} → {self.name(node)}", sentence, lines, me.id, (child.id,),
                       along, so_far, term, is_last, {f"{me.id}.gradient": so_far} | found)

    def local_gradient(self, node: Value) -> tuple[Line, ...]:
        """δ = −∂J/∂v, of a pre-activation."""
        delta, gradient = self.node[node].delta, self.graph.adjoint[node]
        if delta is None:
            return ()
        equality = line(self.graph.delta(node), -self.gradient(node), Expr.of("negative", self.number(gradient)),
                        self.number(delta))
        return Line("local gradient", (equality,)),

    def by_next_layer(self, v: Value) -> tuple[Line, ...]:
        """The lecture's δⱼ = φ'(vⱼ) Σ δₗ wₗⱼ, where y = φ(v) goes into pre-activations alone."""
        [y, *others] = self.consumers[v] or [v]
        nexts = self.consumers[y]
        if others or not 1 <= len(nexts) <= MOST_TERMS or any(self.node[v].delta is None for v in nexts):
            return ()
        if not self.graph.are_told_apart([v, *nexts]):
            return ()
        slope, weights = self.graph.formula(y, v), [self.graph.formula(v, y) for v in nexts]
        sums = [reduce(lambda x, y: Expr.of("sum", x, y), map(product, deltas, ws)) for deltas, ws in (
            ([self.graph.delta(v) for v in nexts], weights),
            ([self.number(0.0 - self.graph.adjoint[v]) for v in nexts], map(self.in_numbers, weights)))]
        equality = line(self.graph.delta(v), product(slope, sums[0]), product(self.in_numbers(slope), sums[1]),
                        self.number(0.0 - self.graph.adjoint[v]))
        return Line("by the next layer", (equality,)),

    def chain(self, node: Value) -> tuple[Line, ...]:
        """The whole product from the output to a parameter, where one path leads there and it is short."""
        path = [node]
        while len(self.consumers[path[-1]]) == 1:
            path.append(self.consumers[path[-1]][0])
        if self.node[node].kind != "parameter" or path[-1] is not self.output or not 3 <= len(path) <= LONGEST_CHAIN:
            return ()
        whole = by_paths(PathGraph(self.output, node, self.digits))[0]
        return (Line("whole chain", (whole,)),) if isinstance(whole, Equation) else ()

    def update(self, node: Value) -> Step:
        """w + Δw: with δ where the parameter goes into pre-activations alone, as a neuron's weight does."""
        me, gradient, consumers = self.node[node], self.graph.adjoint[node], self.consumers[node]
        eta, w, lr = Expr("eta"), Expr(me.name), self.number(self.lr)
        dw = Expr.of("product", Expr("Δ"), w) if parse_label(me.name).is_letter else Expr("Δ" + me.name)
        change, new = 0.0 - self.lr * gradient, node.data - self.lr * gradient
        if len(consumers) <= 2 and all(self.node[v].delta is not None for v in consumers) and (
                self.graph.are_told_apart(consumers)):
            deltas = [self.graph.delta(v) for v in consumers]
            xs = [self.graph.formula(v, node) for v in consumers]
            numbers = [self.number(-self.graph.adjoint[v]) for v in consumers]
            lines = tuple([equality for v in consumers for equality in self.local_gradient(v)])
            if len(consumers) == 1:
                formula = eta * deltas[0] * xs[0]
                figures = product(lr, numbers[0], *([] if xs[0].is_equal(1) else [self.in_numbers(xs[0])]))
            else:
                formula = eta * (deltas[0] * xs[0] + deltas[1] * xs[1])
                figures = product(lr, Expr.of("sum", *[x if d.is_equal(1) else product(x, self.in_numbers(d))
                                                    for x, d in zip(numbers, xs)]))
        else:
            lines = ()
            formula = -(eta * self.gradient(node))
            figures = Expr.of("negative", product(lr, self.number(gradient)))
        before, after = self.around(node.data, change)
        lines += (Line("change", (line(dw, formula, figures, self.number(change)),)),
                  Line("new value", (line(Expr.of("sum", w, dw), w + formula,
                                          Expr.of("sum", before, self.number(change)), after),)))
        return Step("update", self.name(node), f"{self.name(node)} moves from {to_text(before, PLACES)} by "
                    f"{self.say(change)} to {to_text(after, PLACES)}.", lines, me.id, number=new,
                    writes={f"{me.id}.value": new})


def line(left: Expr, *right: Expr) -> Equation:
    """left = right = right ..."""
    steps: list[Lines] = [[[side]] for side in right]
    return equation(left, *steps)


def product(*factors: Expr) -> Expr:
    """The factors' product, not simplified."""
    return reduce(lambda x, y: Expr.of("product", x, y), factors)
