"""The recorded graph of a Module for a derivation by hand: its neurons, names, partials and errors.

By hand means here: the structure of the graph with the rules of by_hand.py and of RULES, without the engine's partials.
"""
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from autograd import Constant, Value, wengert_list

from .. import by_hand
from ..tables import format_cell

RULES: dict[str, Callable[..., Sequence[float]]] = {        # partials of the operations between neurons
    "+": lambda x, y: (1.0, 1.0), "-": lambda x, y: (1.0, -1.0), "neg": lambda x: (-1.0,),
    "*": lambda x, y: (y, x), "/": lambda x, y: (1 / y, -x / y ** 2), "**2": lambda x: (2 * x,)}
Errors = dict[Value, float]                                 # -dJ/dn of each node
RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


class Graph:
    """The nodes that the outputs depend on, with their neurons (v: y), names and partials by hand."""

    def __init__(self, outputs: Sequence[Value]) -> None:
        self.outputs = outputs
        self.tape = [*dict.fromkeys(node for y in outputs for node in wengert_list(y))]
        self.neurons: dict[Value, Value] = {}
        for y in self.tape:
            if y.op and y.op.activation:
                self.neurons.setdefault(y.parents[0], y)
        self.name = names(self.tape)
        self.consumers: dict[Value, list[tuple[Value, int]]] = {node: [] for node in self.tape}
        self.partials: dict[Value, Sequence[float]] = {}
        self.unknown = ""                               # an operation without a rule by hand
        for node in self.tape:
            for slot, parent in enumerate(node.parents):
                self.consumers[parent].append((node, slot))
            if node.op:
                found = partials_by_hand(node)
                self.partials[node] = node.partials if found is None else found
                self.unknown = self.unknown or (node.op.name if found is None else "")

    def errors(self, output_errors: Iterable[tuple[Value, float]]) -> Errors:
        """-dJ/dn of every node, computed backward from the outputs."""
        error = dict.fromkeys(self.tape, 0.0)
        for y, e in output_errors:
            error[y] += e
        for node in reversed(self.tape):
            for parent, partial in zip(node.parents, self.partials.get(node, ())):
                error[parent] += error[node] * partial
        return error

    def shifted(self, v: Value, h: float) -> list[float]:
        """The outputs with h added to one pre-activation; every neuron stays on its side of a kink."""
        value: dict[Value, float] = {v: v.data + h}
        for node in self.tape:
            if node.op and node is not v and any(parent in value for parent in node.parents):
                xs = [value.get(parent, parent.data) for parent in node.parents]
                value[node] = phi(node.op.name, xs[0], node.parents[0].data > 0) if node.op.name in by_hand.PHI else \
                    node.op(*xs)
        return [value.get(y, y.data) for y in self.outputs]

    def factor(self, node: Value, slot: int) -> tuple[str, float]:
        """∂node/∂parent of one edge: in letters, "" for 1, and as a number."""
        number, name = self.partials[node][slot], node.op.name if node.op else ""
        if name == "*":
            return self.name[node.parents[1 - slot]], number
        if name == "weighted_sum":
            partner = partners(node)[slot]
            return (self.name[node.parents[partner]] if partner is not None else format_cell(number)
                    if number != 1.0 else ""), number
        if number == 1.0:
            return "", number
        return ("-" if number == -1.0 else f"∂{self.name[node]}/∂{self.name[node.parents[slot]]}"), number


def phi(activation: str, v: float, right: bool) -> float:
    """φ(v) by hand, on the given side of a kink."""
    return float(by_hand.PHI[activation][0](np.array([v]), np.array([right]))[0])


def names(tape: Sequence[Value]) -> dict[Value, str]:
    """A name for each node: its label, else u1, u2, ...; one with the label of an earlier node is marked ⁽²⁾, ⁽³⁾."""
    found: dict[Value, str] = {}
    count: dict[str, int] = {}
    unlabelled = 0
    for node in tape:
        if isinstance(node, Constant) and not node.label:
            found[node] = format_cell(node.data)
            continue
        unlabelled += not node.label
        label = node.label or f"u{unlabelled}"
        count[label] = count.get(label, 0) + 1
        found[node] = label if count[label] == 1 else f"{label}⁽{str(count[label]).translate(RAISED)}⁾"
    return found


def partials_by_hand(node: Value) -> Sequence[float] | None:
    """The partials of an operation by its rule on paper; None where there is no rule."""
    assert node.op
    xs = [parent.data for parent in node.parents]
    if node.op.activation:
        return by_hand.PHI[node.op.name][1](np.array(xs)).tolist() if node.op.name in by_hand.PHI else None
    if node.op.name in RULES:
        return RULES[node.op.name](*xs)
    if not callable(node.op.written):
        return None
    parents = [Value(x) for x in xs]                    # an operation on lists is written as sums and products
    error = {(root := node.op.written(*parents)): 1.0}
    for inner in reversed(wengert_list(root)):
        if inner.op:
            if inner.op.name not in RULES:
                return None
            for parent, partial in zip(inner.parents, RULES[inner.op.name](*[x.data for x in inner.parents])):
                error[parent] = error.get(parent, 0.0) + error[inner] * partial
    return [error.get(parent, 0.0) for parent in parents]


def partners(v: Value) -> list[int | None]:
    """For each parent of a weighted sum the index of its other factor; None for the bias, or for a plain number."""
    assert v.op
    parents = [Value(x.data) for x in v.parents]
    place = {parent: slot for slot, parent in enumerate(parents)}
    found: list[int | None] = [None] * len(parents)
    for node in wengert_list(v.op.written(*parents)):
        if node.op and node.op.name == "*" and all(x in place for x in node.parents):
            a, b = (place[x] for x in node.parents)
            found[a], found[b] = b, a
    return found
