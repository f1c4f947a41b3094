"""A step in equations and a sentence: what steps.py computes, as a lecturer writes and says it.

A number that follows from the leaves is a cell: an Expr of the kind "cell" with a code, which says what number it is,
and the recorded number.  The page's script keeps the cells up to date; without it they read as recorded.
"""
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise

from autograd import Value, wengert_list
from autograd.symbolic.equations import Equation
from autograd.symbolic.expr import Expr
from autograd.symbolic.labels import parse_label
from autograd.symbolic.printer import to_text

from ..diagram.build import kind_of, slots
from ..notation import Notation, is_number
from .page_step import Line
from .steps import Run, Step

MOST_LEAVES = 12                                # of a kind that the first step lists
MOST_TERMS = 4                                  # of the sum over the next layer; local derivatives of one node
LONGEST_CHAIN = 6                               # factors of a chain that is written in one piece
KINDS = {"input": "inputs", "parameter": "parameters", "constant": "constants", "root": "output"}


@dataclass(frozen=True)
class StepText:
    """A step in words: a sentence with cells in it, and equations under headings."""
    phase: str                                  # start, forward, backward, update or again
    title: str                                  # "v₁", "∂J/∂v₁"
    sentence: tuple[Expr | str, ...]
    lines: tuple[Line, ...]
    node: Value | None = None                   # whose number it is


class Explainer:
    """Explains the steps of one run.

    >>> x = Value(3.0, label="x")
    >>> explainer = Explainer(Run(x * x + x, 0.1), 4)
    >>> for found in explainer.explanations():
    ...     print(f"{found.phase:9}{found.title:14}{[line.label for line in found.lines]}")
    start    what is given ['inputs']
    forward  u₁            ['value']
    forward  u₂            ['value']
    backward ∂u₂/∂u₂       ['seed']
    backward ∂u₂/∂u₁       ['local derivative', 'chain rule']
    backward du₂/dx        ['local derivative', 'local derivative', 'chain rule']
    """

    def __init__(self, run: Run, digits: int) -> None:
        self.run, self.notation = run, Notation(run.output, digits)
        self.at = {node: i for i, node in enumerate(run.tape)}
        self.edge: dict[tuple[Value, int], int] = {}            # (node, place of the parent): the edge's number
        for node in reversed(wengert_list(run.output)):       # in the order of the backward sweep
            for i in range(len(node.parents)):
                self.edge[node, i] = len(self.edge)
        self.values = {name: self.value(node) for node, name in self.notation.names.items() if not is_number(node)}
        self.pre_activations = {v for y in run.tape if y.op and y.op.activation for v in y.parents}

    def explanations(self) -> list[StepText]:
        """One for each step."""
        phases = {"forward": self.forward, "seed": self.seed, "backward": self.backward, "update": self.update,
                  "again": self.again}
        return [self.start() if step.node is None else phases[step.kind](step, step.node) for step in self.run.steps()]

    # --- numbers

    def value(self, node: Value) -> Expr:
        return cell(f"a{self.at[node]}", node.data)

    def gradient(self, node: Value) -> Expr:
        return cell(f"g{self.at[node]}", self.run.gradient[node])

    def delta(self, v: Value) -> Expr:
        return cell(f"d{self.at[v]}", 0.0 - self.run.gradient[v])

    def partial(self, consumer: Value, node: Value) -> Expr:
        """∂consumer/∂node as a number, over all edges between the two."""
        return added([cell(f"p{self.edge[consumer, i]}", partial) for i, (parent, partial) in enumerate(
            zip(consumer.parents, consumer.partials)) if parent is node])

    def in_numbers(self, formula: Expr) -> Expr:
        """The formula with each node's value for its name, and nothing simplified: (−3) · 2 + 1 · 0 + 6.881."""
        return formula.substitute(self.values)

    def figures(self, formula: Expr, result: Expr) -> list[Expr]:
        """What follows a formula: nothing a number, its number a name, its numbers and the result any other."""
        core = formula.parts[0] if formula.kind == "negative" else formula
        return [] if core.kind == "number" else [result] if formula.kind == "name" else [
            self.in_numbers(formula), result]

    # --- names

    def name(self, node: Value) -> str:
        return to_text(self.notation.symbol(node))

    def slope(self, node: Value) -> Expr:
        """∂J/∂node; dJ/dnode where ∂J/∂node is the direct edge's alone."""
        of_node = self.notation.derivative(self.run.output, node)
        is_direct = self.run.output in self.run.consumers[node] and len(self.run.consumers[node]) > 1
        return Expr.of("derivative", "d", *of_node.parts[1:]) if is_direct else of_node

    def listed(self, nodes: Iterable[Value]) -> str:
        """The nodes' names, or how many they are."""
        found = [self.name(node) for node in dict.fromkeys(nodes)]
        if len(found) > MOST_LEAVES:
            return f"{len(found)} numbers"
        return " and ".join([part for part in (", ".join(found[:-1]), found[-1]) if part])

    # --- the steps

    def start(self) -> StepText:
        """The numbers that are given."""
        lines = []
        for kind, label in KINDS.items():
            nodes = [node for node in self.run.tape if not node.op and not is_number(node)
                     and kind_of(node, self.run.output) == kind]
            more = f", {MOST_LEAVES} of {len(nodes)}" if len(nodes) > MOST_LEAVES else ""
            if nodes:
                lines.append(Line(label + more, tuple([
                    line(self.notation.symbol(node), self.value(node)) for node in nodes[:MOST_LEAVES]])))
        output = self.run.output
        sentence = (f"The numbers are given; what {self.name(output)} is has to be computed." if output.op else
                    "There is nothing to compute.")
        return StepText("start", "what is given", (sentence,), tuple(lines))

    def forward(self, step: Step, node: Value) -> StepText:
        """A node's value, from its expression."""
        formula, value = self.notation.expression(node), self.value(node)
        figures = [value] if formula.kind == "number" else self.figures(formula, value)
        equality = line(self.notation.symbol(node), formula, *figures)
        parents = dict.fromkeys(node.parents[i] for i in slots(node))
        sentence = f"From {self.listed(parents)}, {self.name(node)} is ", value, "."
        return StepText("forward", self.name(node), sentence, (Line("value", (equality,)),), node)

    def seed(self, step: Step, node: Value) -> StepText:
        """∂J/∂J = 1."""
        one = self.slope(node)
        sentence = f"The backward phase begins at {self.name(node)}, whose gradient is 1."
        return StepText("backward", to_text(one), (sentence,), (
            Line("seed", (line(one, self.gradient(node)),)), *self.local_gradient(node)), node)

    def backward(self, step: Step, node: Value) -> StepText:
        """A node's gradient, term by term."""
        notation, output = self.notation, self.run.output
        consumers = [term.consumer for term in step.terms]
        formulas = {consumer: notation.formula(consumer, node) for consumer in consumers}
        lines = [Line("local derivative", (line(notation.derivative(consumer, node), formulas[consumer], *self.figures(
            formulas[consumer], self.partial(consumer, node))),)) for consumer in consumers[:MOST_TERMS]]
        symbols = added([product(notation.derivative(output, consumer), notation.derivative(consumer, node))
                         for consumer in consumers])
        numbers = added([product(self.gradient(consumer), self.partial(consumer, node)) for consumer in consumers])
        lines.append(Line("chain rule", (line(self.slope(node), symbols, numbers, self.gradient(node)),)))
        lines += [*self.chain(node), *self.local_gradient(node), *self.by_next_layer(node)]
        passes = [part for consumer in consumers[:MOST_TERMS] for part in (
            "; ", f"{self.name(consumer)} passes ", self.gradient(consumer), " times ", self.partial(consumer, node))]
        rest = f" and {len(consumers) - MOST_TERMS} more likewise" if len(consumers) > MOST_TERMS else ""
        end = (f"{rest} back to {self.name(node)}: ", self.gradient(node), ".")
        return StepText("backward", to_text(self.slope(node)), (*passes[1:], *end), tuple(lines), node)

    def local_gradient(self, node: Value) -> tuple[Line, ...]:
        """δ = −∂J/∂v, of a pre-activation."""
        if node not in self.pre_activations:
            return ()
        equality = line(self.notation.delta(node), -self.slope(node), self.delta(node))
        return Line("local gradient", (equality,)),

    def by_next_layer(self, v: Value) -> tuple[Line, ...]:
        """The lecture's δⱼ = φ'(vⱼ) Σ δₗ wₗⱼ, where y = φ(v) goes into pre-activations alone."""
        notation = self.notation
        [y, *others] = self.run.consumers[v]
        nexts = self.run.consumers[y]
        if v not in self.pre_activations or others or not 1 <= len(nexts) <= MOST_TERMS or not (
                self.pre_activations.issuperset(nexts) and notation.has_distinct_deltas([v, *nexts])):
            return ()
        slope, weights = notation.formula(y, v), [notation.formula(l, y) for l in nexts]
        symbols = added([product(notation.delta(l), w) for l, w in zip(nexts, weights)])
        numbers = added([product(self.delta(l), self.in_numbers(w)) for l, w in zip(nexts, weights)])
        equality = line(notation.delta(v), product(slope, symbols), product(self.in_numbers(slope), numbers),
                        self.delta(v))
        return Line("by the next layer", (equality,)),

    def chain(self, node: Value) -> tuple[Line, ...]:
        """The whole product from the output to a parameter, where one path leads there and it is short."""
        path, notation, output = [node], self.notation, self.run.output
        while len(self.run.consumers[path[-1]]) == 1:
            path.append(self.run.consumers[path[-1]][0])
        if kind_of(node, output) != "parameter" or path[-1] is not output or not 3 <= len(path) <= LONGEST_CHAIN:
            return ()
        edges = list(pairwise(reversed(path)))
        sides = [product(*[spell(*edge) for edge in edges]) for spell in (
            notation.derivative, notation.formula, self.partial)]
        return Line("whole chain", (line(self.slope(node), *sides, self.gradient(node)),)),

    def update(self, step: Step, node: Value) -> StepText:
        """w + Δw: with δ where the parameter goes into pre-activations alone, as a neuron's weight does."""
        i, w, change = self.at[node], self.notation.symbol(node), 0.0 - self.run.lr * self.run.gradient[node]
        name = self.notation.names[node]
        dw = Expr.of("product", Expr("Δ"), w) if parse_label(name).is_letter else Expr("Δ" + name)
        formula, figures, lines = self.change(node)
        moved = cell(f"c{i}", change)
        before, after = cell(f"b{i}", node.data), cell(f"n{i}", self.run.updated(node))
        lines += (Line("change", (line(dw, formula, figures, moved),)),
                  Line("new value", (line(Expr.of("sum", w, dw), w + formula, Expr.of("sum", before, moved), after),)))
        return StepText("update", f"new {self.name(node)}", (
            f"{self.name(node)} moves from ", before, " by ", moved, " to ", after, "."), lines, node)

    def change(self, node: Value) -> tuple[Expr, Expr, tuple[Line, ...]]:
        """Δw as a formula and in numbers, and the lines of the δ in it."""
        notation, consumers = self.notation, self.run.consumers[node]
        eta, lr = Expr("eta"), cell("h0", self.run.lr)
        if not 1 <= len(consumers) <= 2 or not self.pre_activations.issuperset(consumers) or (
                not notation.has_distinct_deltas(consumers)):
            return -(eta * self.slope(node)), Expr.of("negative", product(lr, self.gradient(node))), ()
        deltas, xs = [*map(notation.delta, consumers)], [notation.formula(v, node) for v in consumers]
        lines = tuple([equality for v in consumers for equality in self.local_gradient(v)])
        terms = [self.delta(v) if x.is_equal(1) else product(self.delta(v), self.in_numbers(x))
                 for v, x in zip(consumers, xs)]
        if len(consumers) == 1:
            return eta * deltas[0] * xs[0], product(lr, terms[0]), lines
        return eta * (deltas[0] * xs[0] + deltas[1] * xs[1]), product(lr, added(terms)), lines

    def again(self, step: Step, node: Value) -> StepText:
        """The output after the update."""
        now = cell(f"z{self.at[node]}", float("nan") if step.total is None else step.total)
        J, was = self.name(node), cell(f"o{self.at[node]}", node.data)
        return StepText("again", f"forward again, {J}", (
            f"With the new parameters: forward again, {J} = ", now, ", was ", was, "."), (
            Line("forward again", (line(self.notation.symbol(node), now),)),
            Line("was", (line(self.notation.symbol(node), was),))), node)


def cell(code: str, number: float) -> Expr:
    """A number that the page keeps up to date: its code is a letter and a place.

    a: the value of a node, g: its gradient, d: its δ, p: the local derivative of an edge, h: η; of a parameter c: its
    change, n: its data after the update, b: before it, with as many decimals; z: the output after the update, o: before
    it, both with the zeros at their ends.
    """
    return Expr.of("cell", code, number)


def line(left: Expr, *right: Expr) -> Equation:
    """left = right = right ..."""
    return Equation(left, [[[side]] for side in right])


def product(*factors: Expr) -> Expr:
    """The factors' product, not simplified."""
    return reduce(lambda x, y: Expr.of("product", x, y), factors)


def added(terms: Sequence[Expr]) -> Expr:
    """The terms' sum, not simplified."""
    return reduce(lambda x, y: Expr.of("sum", x, y), terms)
