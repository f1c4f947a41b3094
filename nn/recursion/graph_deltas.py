"""Every neuron's δ in the recorded graph of a Module: shared weights, skip connections, unrolled time steps.

-dJ/dn of a node n is Σ (-dJ/dc) ∂c/∂n over the consumers c of n; of a pre-activation v it is δ.
"""
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from autograd import Constant, Parameter, Value, adjoints, recorded

from .. import by_hand
from ..losses import Loss, cross_entropy, one_hot
from ..module import letters
from ..tables import NO_RULE, LocalGradients, NeuronRow, UpdateRule, WeightRow, format_cell
from .graph import Errors, Graph
from .letters import neuron_name, output_error, spelled

Term = tuple[str, str]                                      # of a sum: in letters, in numbers


def module_gradients(model: Any, x: Any, t: Any, loss: Loss, rule: Callable[..., Any] | None,
                     update: UpdateRule) -> LocalGradients:
    """The local gradients of a model for one sample; rule(y, t) is -dJ/dy by hand, None where there is none.

    x is a list, or for a recurrent net a list of one list for each time step.
    """
    found = model(input_values(x))
    ys = [Value.lift(y) for y in (found if isinstance(found, list | tuple) else [found])]
    if loss is cross_entropy and not isinstance(t, list | tuple):
        t = one_hot(t, len(ys))
    J = loss(found, t)
    graph = Graph(ys)
    if not graph.neurons:
        raise ValueError(f"local_gradients: {type(model).__name__} has no neuron: none of its outputs depends "
                         "on an activation")
    targets = np.array([Value.lift(t_l).data for t_l in (t if isinstance(t, list | tuple) else [t])])
    hand: Errors | None = None
    if rule and not graph.unknown:
        hand = graph.errors(zip(ys, rule(np.array([y.data for y in ys]), targets).tolist()))
    adjoint = adjoints(J, 1.0, recorded)

    def J_at(v: Value, h: float) -> float:
        outputs = [Constant(y) for y in graph.shifted(v, h)]
        return loss(outputs if isinstance(found, list) else outputs[0], t).data

    rows = []
    for v, y in graph.neurons.items():
        h = by_hand.step(v.data)
        kink = y.op.kink if y.op else None
        rows.append(NeuronRow(neuron_name(graph.name[v]), v.data, y.data, graph.partials[y][0], -adjoint.get(v, 0.0),
                              hand[v] if hand else None, -(J_at(v, h) - J_at(v, -h)) / (2 * h),
                              kink is not None and abs(v.data) < 2 * h, y.op.name if y.op else ""))
    weight_rows = rows_of_weights(graph, adjoint, update)
    update.check(weight_rows)
    no_rule = NO_RULE if rule is None or not graph.unknown else (
        f"no derivation by hand is known for the operation {graph.unknown}")
    terms = RecursionWriter(graph, hand, ys, loss.__name__).lines() if hand else {}
    neuron_of = {y: neuron_name(graph.name[v]) for v, y in graph.neurons.items()}
    return LocalGradients(rows, weight_rows, J.data, update.lr, terms, loss.__name__ if hand else "",
                          {neuron_of[y]: t_l for y, t_l in zip(ys, targets.tolist()) if y in neuron_of},
                          update.momentum, no_rule)


def rows_of_weights(graph: Graph, adjoint: Mapping[Value, float], update: UpdateRule) -> list[WeightRow]:
    """A row for each use of a parameter, with its neuron where it is used in a v."""
    rows = []
    for node, slot, parent in [(n, i, x) for n in graph.tape for i, x in enumerate(n.parents)]:
        if isinstance(parent, Parameter):
            gradient, label = adjoint.get(parent, 0.0), parent.label or graph.name[parent]
            letters, number = graph.factor(node, slot)
            neuron = neuron_name(graph.name[node]) if node in graph.neurons else ""
            rows.append(update.row(label, letters or "1", parent.data, number, gradient, neuron))
    return rows


def input_values(x: Any, indices: Sequence[int] = ()) -> Any:
    """x with each number replaced by a Value, labelled x1, x2, ... or, in lists of lists, x11, x12, ..."""
    x = x.tolist() if hasattr(x, "tolist") else x
    if isinstance(x, list | tuple):
        return [input_values(x_i, [*indices, i]) for i, x_i in enumerate(x)]
    return Value(Value.lift(x).data, letters("x" + "".join(f"[{i}]" for i in indices)))


class RecursionWriter:
    """Writes the recursion of a graph as lines: δ of each neuron, and -dJ/du where paths meet between neurons."""

    def __init__(self, graph: Graph, error: Errors, ys: Sequence[Value], loss: str) -> None:
        self.graph, self.error = graph, error
        self.e: dict[Value, list[str]] = {}             # the letter of -dJ/dy of each output
        for l, y in enumerate(ys, start=1):
            name = neuron_name(graph.name[y], "y") if y.op and y.op.activation else str(l) if len(ys) > 1 else ""
            self.e.setdefault(y, []).append(output_error(loss, name.rpartition(".")[2], len(ys)))

    def lines(self) -> dict[str, str]:
        """A line for each neuron, the last one first, and for each node between neurons where several terms meet."""
        found = {}
        for node in reversed(self.graph.tape):
            if node in self.graph.neurons:
                found[neuron_name(self.graph.name[node])] = self.line_of_neuron(node)
            elif node.op and not node.op.activation and len(terms := self.terms(node)) > 1:
                name = self.graph.name[node]
                found[name] = recursion_line(f"-dJ/d{name}", *written(terms), self.error[node])
        return found

    def line_of_neuron(self, v: Value) -> str:
        """The line of a neuron: δ = φ'(v) (...), with terms for other uses of v."""
        y = self.graph.neurons[v]
        name = neuron_name(self.graph.name[v])
        slope, terms = format_cell(self.graph.partials[y][0]), self.terms(y)
        letters, numbers = written(terms)
        if y in self.e and len(terms) == 1:
            letters, numbers = f"{letters} φ'({self.graph.name[v]})", f"{numbers} · {slope}"
        else:
            letters, numbers = f"φ'({self.graph.name[v]}) ({letters})", f"{slope} ({numbers})"
        rest = [(c, slot) for c, slot in self.graph.consumers[v] if c is not y]
        for more, number in [*self.terms_over(rest), *self.own_errors(v)]:
            letters, numbers = f"{letters} + {more}", f"{numbers} + {number}"
        return recursion_line(spelled("δ", name), letters, numbers, self.error[v])

    def terms(self, node: Value) -> list[Term]:
        """The terms of -dJ/dnode: its own error where it is an output, and one for each consumer."""
        return [*self.own_errors(node), *self.terms_over(self.graph.consumers[node])]

    def own_errors(self, node: Value) -> list[Term]:
        found = self.e.get(node, [])
        inner = sum([self.error[c] * self.graph.partials[c][slot] for c, slot in self.graph.consumers[node]])
        return [(letter, format_cell((self.error[node] - inner) / len(found))) for letter in found]

    def terms_over(self, edges: Sequence[tuple[Value, int]]) -> list[Term]:
        """A term for each edge: δ or -dJ/dc of the node above times the edge's factor."""
        found = []
        for c, slot in edges:
            letters, number = self.graph.factor(c, slot)
            above, numbers = f"-dJ/d{self.graph.name[c]}", f"({format_cell(self.error[c])})"
            if c in self.graph.neurons:
                above = spelled("δ", neuron_name(self.graph.name[c]))
            elif c.op and c.op.activation:              # the second activation of a v
                letters = f"φ'({self.graph.name[c.parents[0]]})"
            elif len(inner := self.terms(c)) == 1:      # a chain without a fork is one product
                [(above, numbers)] = inner
                numbers = numbers if numbers.startswith("(") else f"({numbers})"
            product = f"-{above}" if letters == "-" else f"{above} {letters}" if letters else above
            found.append((product, numbers + (f"({format_cell(number)})" if number != 1.0 else "")))
        return found


def recursion_line(left: str, letters: str, numbers: str, result: float) -> str:
    """A line of the recursion: δ1 = φ'(v1) (δ2 w21) = 0.5 ((0.2)(3)) = 0.3."""
    return f"{left} = {letters} = {numbers} = {format_cell(result)}"


def written(terms: Sequence[Term]) -> Term:
    """The sum of the terms, in letters and in numbers; 0 for none."""
    return (" + ".join([letters for letters, _ in terms]) or "0", " + ".join([numbers for _, numbers in terms]) or "0")
