"""A step in equations and a sentence: what steps.py computes, as a lecturer writes and says it."""
import math
from collections.abc import Iterable
from functools import reduce

from autograd import Value
from autograd.symbolic.equations import Equation, Lines
from autograd.symbolic.expr import Expr
from autograd.symbolic.labels import format_number, parse_label
from autograd.symbolic.printer import to_text

from ..derivation import by_paths, equation
from ..diagram.build import build_diagram, slots
from ..diagram.model import Diagram, Node
from ..notation import Notation
from ..path_graph import PathGraph
from .cells import cells
from .page_step import PLACES, Cells, Line, PageStep
from .steps import Run, Step

MOST_LEAVES = 12                                # of a kind that the first step lists
MOST_TERMS = 4                                  # of the sum over the next layer
DECIMALS = 10                                   # at most, of a parameter and its new value
LONGEST_CHAIN = 6                               # factors of a chain that is written in one piece
KINDS = {"input": "inputs", "parameter": "parameters", "constant": "constants", "root": "output"}


def page_steps(output: Value, lr: float = 0.1, digits: int = 4) -> list[PageStep]:
    """The steps that compute output, its gradient at every node, and one change of the parameters.  Changes nothing.

    >>> x = Value(3.0, label="x")
    >>> for step in page_steps(x * x + x):
    ...     print(f"{step.phase:9}{step.title:14}{step.number}")
    start    what is given None
    forward  u₁            9.0
    forward  u₂            12.0
    backward ∂u₂/∂u₂       1.0
    backward u₂ → u₁       1.0
    backward u₂ → x        1.0
    backward u₁ → x        7.0
    """
    return Explainer(output, lr, digits).page_steps()


class Explainer:
    """Explains the steps of one graph."""

    def __init__(self, output: Value, lr: float, digits: int) -> None:
        self.run, self.lr, self.notation = Run(output), lr, Notation(output, digits)
        self.diagram: Diagram = build_diagram(output, True, digits)
        self.cells = cells(self.diagram, digits)
        self.boxes: dict[Value, Node] = dict(zip(self.run.tape, self.diagram.nodes))
        self.edges: dict[tuple[str, str], tuple[str, ...]] = {}         # (child, parent): one or, of x·x, two
        for edge in self.diagram.edges:
            self.edges[edge.child, edge.parent] = (*self.edges.get((edge.child, edge.parent), ()), edge.id)
        self.values = {node.name: self.notation.rounded(x.data) for x, node in self.boxes.items()}

    def page_steps(self) -> list[PageStep]:
        return [self.explain(step) for step in self.run.steps(self.lr)]

    def explain(self, step: Step) -> PageStep:
        """The step's equations, its sentence, and the cells that it writes."""
        if step.node is None:
            return self.start()
        phases = {"forward": self.forward, "seed": self.seed, "backward": self.backward, "update": self.update}
        return phases[step.kind](step, step.node)

    def written(self, *parts: str) -> Cells:
        """The numbers of these cells as they are in the end."""
        return {cell: self.cells[cell] for cell in parts if cell in self.cells}

    # --- how things are said

    def name(self, node: Value) -> str:
        return to_text(self.notation.symbol(node))

    def say(self, x: float) -> str:
        return format_number(x, self.notation.digits)

    def listed(self, nodes: Iterable[Value]) -> str:
        """The nodes' names, or how many they are."""
        found = [self.name(node) for node in dict.fromkeys(nodes)]
        if len(found) > MOST_LEAVES:
            return f"{len(found)} numbers"
        return " and ".join([part for part in (", ".join(found[:-1]), found[-1]) if part])

    def gradient(self, node: Value) -> Expr:
        """∂J/∂node; dJ/dnode where ∂J/∂node is the direct edge's alone."""
        of_node = self.notation.derivative(self.run.output, node)
        is_direct = self.run.output in self.run.consumers[node] and len(self.run.consumers[node]) > 1
        return Expr.of("derivative", "d", *of_node.parts[1:]) if is_direct else of_node

    def in_numbers(self, formula: Expr) -> Expr:
        """The formula with each node's value for its name, and nothing simplified: (−3) · 2 + 1 · 0 + 6.881."""
        return formula.substitute(self.values)

    # --- the steps

    def start(self) -> PageStep:
        """The numbers that are given."""
        leaves = [node for node in self.run.tape if not node.op]
        lines = []
        for kind, label in KINDS.items():
            nodes = [node for node in leaves if self.boxes[node].kind == kind
                     and self.name(node) != self.say(node.data)]
            more = f", {MOST_LEAVES} of {len(nodes)}" if len(nodes) > MOST_LEAVES else ""
            if nodes:
                lines.append(Line(label + more, tuple([
                    line(Expr(self.boxes[node].name), self.notation.rounded(node.data))
                    for node in nodes[:MOST_LEAVES]])))
        output = self.run.output
        sentence = (f"The numbers are given; what {self.name(output)} is has to be computed." if output.op else
                    "There is nothing to compute.")
        return PageStep("start", "what is given", sentence, tuple(lines),
                        writes=self.written(*[f"{self.boxes[node].id}.value" for node in leaves]))

    def forward(self, step: Step, node: Value) -> PageStep:
        """A node's value, from its expression."""
        formula = self.notation.expression(node)
        equality = line(self.notation.symbol(node), formula, self.in_numbers(formula), self.notation.rounded(node.data))
        box, parents = self.boxes[node], dict.fromkeys(node.parents[i] for i in slots(node))
        sources = tuple([self.boxes[parent].id for parent in parents])
        edges = tuple([edge for source in sources for edge in self.edges[box.id, source]])
        sentence = f"From {self.listed(parents)}, {self.name(node)} is {self.say(node.data)}."
        return PageStep("forward", self.name(node), sentence, (Line("value", (equality,)),), box.id, sources, edges,
                        step.total, writes=self.written(f"{box.id}.value"))

    def seed(self, step: Step, node: Value) -> PageStep:
        """∂J/∂J = 1."""
        one, id = self.gradient(node), self.boxes[node].id
        return PageStep("backward", to_text(one), f"The backward phase begins at {self.name(node)}, whose gradient is "
                        "1.", (Line("seed", (line(one, self.notation.rounded(1.0)),)), *self.local_gradient(node)),
                        id, number=step.total, term=step.term, writes=self.written(f"{id}.gradient", f"{id}.delta"))

    def backward(self, step: Step, node: Value) -> PageStep:
        """One contribution to a node's gradient."""
        consumer, rounded = step.consumer, self.notation.rounded
        assert consumer is not None and step.term is not None and step.total is not None
        box, child = self.boxes[node], self.boxes[consumer]
        formula = self.notation.formula(consumer, node)
        factors = product(self.notation.derivative(self.run.output, consumer), self.notation.derivative(consumer, node))
        figures = product(rounded(step.upstream), rounded(step.partial))
        local = line(self.notation.derivative(consumer, node), formula, self.in_numbers(formula), rounded(step.partial))
        lines: tuple[Line, ...] = Line("local derivative", (local,)),
        sentence = (f"{self.name(consumer)} passes {self.say(step.upstream)} times {self.say(step.partial)}, which is "
                    f"{self.say(step.term)}, back to {self.name(node)}")
        if step.count == 1:
            whole = line(self.gradient(node), factors, figures, rounded(step.term))
            lines += Line("chain rule", (whole,)), *self.chain(node)
            sentence += "."
        else:
            term, total = rounded(step.term), rounded(step.total)
            added = Expr.of("sum", rounded(step.before), term) if step.index > 1 else term
            so_far = line(self.gradient(node), added, total) if step.is_last else line(added, total)
            lines += (Line(f"term {step.index} of {step.count}", (line(factors, figures, term),)),
                      Line("all together" if step.is_last else "so far", (so_far,)))
            sentence += f": term {step.index} of {step.count}, " + (
                f"and its gradient is {self.say(step.total)}." if step.is_last else f"so far {self.say(step.total)}.")
        if step.is_last and box.delta is not None:
            lines += (*self.local_gradient(node), *self.by_next_layer(node))
            sentence += f"  The local gradient is {self.say(box.delta)}."
        along = self.edges[child.id, box.id]
        found = self.written(*[f"{edge}.partial" for edge in along], *[f"{box.id}.delta"] * step.is_last)
        return PageStep("backward", f"{self.name(consumer)} → {self.name(node)}", sentence, lines, box.id, (child.id,),
                        along, step.total, step.term, step.is_last, {f"{box.id}.gradient": step.total} | found)

    def local_gradient(self, node: Value) -> tuple[Line, ...]:
        """δ = −∂J/∂v, of a pre-activation."""
        delta, rounded = self.boxes[node].delta, self.notation.rounded
        if delta is None:
            return ()
        equality = line(self.notation.delta(node), -self.gradient(node),
                        Expr.of("negative", rounded(self.run.gradient[node])), rounded(delta))
        return Line("local gradient", (equality,)),

    def by_next_layer(self, v: Value) -> tuple[Line, ...]:
        """The lecture's δⱼ = φ'(vⱼ) Σ δₗ wₗⱼ, where y = φ(v) goes into pre-activations alone."""
        notation = self.notation
        [y, *others] = self.run.consumers[v] or [v]
        nexts = self.run.consumers[y]
        if others or not 1 <= len(nexts) <= MOST_TERMS or any(self.boxes[v].delta is None for v in nexts):
            return ()
        if not notation.has_distinct_deltas([v, *nexts]):
            return ()
        slope, weights = notation.formula(y, v), [notation.formula(v, y) for v in nexts]
        figures = [notation.rounded(0.0 - self.run.gradient[v]) for v in nexts]
        symbols, numbers = (reduce(lambda x, y: Expr.of("sum", x, y), map(product, deltas, ws)) for deltas, ws in (
            ([notation.delta(v) for v in nexts], weights), (figures, map(self.in_numbers, weights))))
        equality = line(notation.delta(v), product(slope, symbols), product(self.in_numbers(slope), numbers),
                        notation.rounded(0.0 - self.run.gradient[v]))
        return Line("by the next layer", (equality,)),

    def chain(self, node: Value) -> tuple[Line, ...]:
        """The whole product from the output to a parameter, where one path leads there and it is short."""
        path, output = [node], self.run.output
        while len(self.run.consumers[path[-1]]) == 1:
            path.append(self.run.consumers[path[-1]][0])
        if self.boxes[node].kind != "parameter" or path[-1] is not output or not 3 <= len(path) <= LONGEST_CHAIN:
            return ()
        whole = by_paths(PathGraph(output, node), self.notation)[0]
        return (Line("whole chain", (whole,)),) if isinstance(whole, Equation) else ()

    def update(self, step: Step, node: Value) -> PageStep:
        """w + Δw: with δ where the parameter goes into pre-activations alone, as a neuron's weight does."""
        assert step.total is not None
        box, rounded, name = self.boxes[node], self.notation.rounded, self.name(node)
        w, change = Expr(box.name), 0.0 - self.lr * self.run.gradient[node]
        dw = Expr.of("product", Expr("Δ"), w) if parse_label(box.name).is_letter else Expr("Δ" + box.name)
        formula, figures, lines = self.change(node)
        before, after = around(step.before, change, self.notation)
        lines += (Line("change", (line(dw, formula, figures, rounded(change)),)),
                  Line("new value", (line(Expr.of("sum", w, dw), w + formula,
                                          Expr.of("sum", before, rounded(change)), after),)))
        sentence = f"{name} moves from {to_text(before, PLACES)} by {self.say(change)} to {to_text(after, PLACES)}."
        return PageStep("update", name, sentence, lines, box.id, number=step.total,
                        writes={f"{box.id}.value": step.total})

    def change(self, node: Value) -> tuple[Expr, Expr, tuple[Line, ...]]:
        """Δw as a formula and in numbers, and the lines of the δ in it."""
        notation, consumers = self.notation, self.run.consumers[node]
        eta, lr = Expr("eta"), notation.rounded(self.lr)
        if len(consumers) > 2 or any(self.boxes[v].delta is None for v in consumers) or (
                not notation.has_distinct_deltas(consumers)):
            return -(eta * self.gradient(node)), Expr.of(
                "negative", product(lr, notation.rounded(self.run.gradient[node]))), ()
        deltas, xs = [*map(notation.delta, consumers)], [notation.formula(v, node) for v in consumers]
        numbers = [notation.rounded(-self.run.gradient[v]) for v in consumers]
        lines = tuple([equality for v in consumers for equality in self.local_gradient(v)])
        if len(consumers) == 1:
            figures = product(lr, numbers[0], *([] if xs[0].is_equal(1) else [self.in_numbers(xs[0])]))
            return eta * deltas[0] * xs[0], figures, lines
        terms = [x if d.is_equal(1) else product(x, self.in_numbers(d)) for x, d in zip(numbers, xs)]
        return eta * (deltas[0] * xs[0] + deltas[1] * xs[1]), product(lr, Expr.of("sum", *terms)), lines


def around(x: float, change: float, notation: Notation) -> tuple[Expr, Expr]:
    """x and x + change, with as many decimals as the change is written with."""
    new = x + change
    if not math.isfinite(new) or not change or abs(change) >= 10 ** notation.digits:
        return notation.rounded(x), notation.rounded(new)
    decimals = min(notation.digits - 1 - math.floor(math.log10(abs(change))), DECIMALS)
    return Expr.lift(round(x, decimals)), Expr.lift(round(new, decimals))


def line(left: Expr, *right: Expr) -> Equation:
    """left = right = right ..."""
    steps: list[Lines] = [[[side]] for side in right]
    return equation(left, *steps)


def product(*factors: Expr) -> Expr:
    """The factors' product, not simplified."""
    return reduce(lambda x, y: Expr.of("product", x, y), factors)
