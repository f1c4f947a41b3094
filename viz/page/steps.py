"""The forward phase, the backward phase and the update of a recorded graph as steps: facts, one number each.

Forward a step is one node.  Backward it is one gradient, a sum over the nodes that the node goes into, in topological
order by level from the output, so that a gradient is complete before it is passed on.  The update is a step for each
parameter; then the output is computed again.  explain.py says a step in equations and a sentence.
"""
from collections.abc import Iterator
from dataclasses import dataclass

from autograd import Parameter, Value, adjoints, recorded, wengert_list

from ..diagram.build import in_reading_order, is_differentiated


@dataclass(frozen=True, eq=False)
class Term:
    """What one consumer passes back to a node: its own gradient times the local derivative."""
    consumer: Value
    upstream: float                             # ∂output/∂consumer
    partial: float                              # ∂consumer/∂node; of x·x the sum over both edges

    @property
    def number(self) -> float:
        return self.upstream * self.partial


@dataclass(frozen=True, eq=False)
class Step:
    """One number of the run, and what it is made of."""
    kind: str                                   # start, forward, seed, backward, update or again
    node: Value | None = None
    total: float | None = None                  # the value; the gradient; the parameter's new data; the new output
    terms: tuple[Term, ...] = ()                # backward: total is their sum


class Run:
    """A recorded graph in the order in which its numbers are computed; lr is the learning rate of the update."""

    def __init__(self, output: Value, lr: float) -> None:
        self.output, self.lr = output, lr
        self.tape = in_reading_order(wengert_list(output))
        self.gradient = adjoints(output, 1.0, recorded)
        self.parameters = [node for node in self.tape if isinstance(node, Parameter)]
        level = {output: 0}
        self.consumers: dict[Value, list[Value]] = {node: [] for node in self.tape}
        for node in reversed(self.tape):
            for parent in dict.fromkeys(node.parents):
                self.consumers[parent].insert(0, node)
                level[parent] = max(level.get(parent, 0), level[node] + 1)
        for consumers in self.consumers.values():
            consumers.sort(key=level.__getitem__)
        self.by_level = sorted(self.tape, key=level.__getitem__)

    def steps(self) -> Iterator[Step]:
        """Every step, w ← w − lr ∂output/∂w and the output of the new parameters in the end."""
        yield Step("start")
        for node in self.tape:
            if node.op:
                yield Step("forward", node, node.data)
        yield Step("seed", self.output, 1.0)
        for node in self.by_level[1:]:
            if is_differentiated(node, self.output):
                yield Step("backward", node, self.gradient[node], self.terms(node))
        for node in self.parameters:
            yield Step("update", node, self.updated(node))
        if self.parameters:
            yield Step("again", self.output, self.output_again())

    def terms(self, node: Value) -> tuple[Term, ...]:
        """The terms of a node's gradient, one from each node that it goes into."""
        return tuple([Term(consumer, self.gradient[consumer],
                           sum([d for parent, d in recorded(consumer) if parent is node]))
                      for consumer in self.consumers[node]])

    def updated(self, w: Value) -> float:
        """The parameter's data after the update."""
        return w.data - self.lr * self.gradient[w]

    def output_again(self) -> float | None:
        """The output after the update; None where an operation has no value there."""
        data: dict[Value, float] = {node: node.data for node in self.tape}
        data |= {w: self.updated(w) for w in self.parameters}
        for node in self.tape:
            if node.op:
                try:
                    data[node] = node.op.forward(*[data[parent] for parent in node.parents])
                except (ValueError, ArithmeticError):
                    return None
        return data[self.output]
