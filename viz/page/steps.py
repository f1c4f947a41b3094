"""The forward phase, the backward phase and the update of a recorded graph as steps: facts, one number each.

Forward a step is one node.  Backward it is one contribution, upstream · local derivative, in topological order by level
from the output, so that a gradient is complete before it is passed on.  The update is a step for each parameter.
explain.py says a step in equations and a sentence.
"""
from collections.abc import Iterator
from dataclasses import dataclass

from autograd import Parameter, Value, adjoints, recorded, wengert_list

from ..diagram.build import in_reading_order, is_differentiated


@dataclass(frozen=True, eq=False)
class Step:
    """One number of the run: the node that it belongs to, and what it is made of."""
    kind: str                                   # start, forward, seed, backward or update
    node: Value | None = None
    consumer: Value | None = None               # backward: the node that passes its gradient on
    upstream: float = 0.0                       # backward: the consumer's gradient
    partial: float = 0.0                        # backward: ∂consumer/∂node
    term: float | None = None                   # what is added to the node's gradient
    before: float = 0.0                         # backward: the node's gradient without the term; update: its data
    total: float | None = None                  # the value; the gradient so far; the parameter's new data
    index: int = 1                              # backward: this is the index-th of `count` terms
    count: int = 1

    @property
    def is_last(self) -> bool:
        """Is the node's gradient complete with this term?"""
        return self.index == self.count


class Run:
    """A recorded graph in the order in which its numbers are computed."""

    def __init__(self, output: Value) -> None:
        self.output = output
        self.tape = in_reading_order(wengert_list(output))
        self.gradient = adjoints(output, 1.0, recorded)
        level = {output: 0}
        self.consumers: dict[Value, list[Value]] = {node: [] for node in self.tape}
        for node in reversed(self.tape):
            for parent in dict.fromkeys(node.parents):
                self.consumers[parent].insert(0, node)
                level[parent] = max(level.get(parent, 0), level[node] + 1)
        for consumers in self.consumers.values():
            consumers.sort(key=level.__getitem__)
        self.by_level = sorted(self.tape, key=level.__getitem__)

    def steps(self, lr: float) -> Iterator[Step]:
        """Every step; lr is the learning rate of the update w ← w − lr ∂J/∂w."""
        yield Step("start")
        for node in self.tape:
            if node.op:
                yield Step("forward", node, total=node.data)
        yield Step("seed", self.output, term=1.0, total=1.0)
        for node in self.by_level[1:]:
            if is_differentiated(node, self.output):
                yield from self.contributions(node)
        for node in self.tape:
            if isinstance(node, Parameter) and node is not self.output:
                yield Step("update", node, before=node.data, total=node.data - lr * self.gradient[node])

    def contributions(self, node: Value) -> Iterator[Step]:
        """The terms of a node's gradient, one from each node that it went into."""
        consumers, so_far = self.consumers[node], 0.0
        for i, consumer in enumerate(consumers, start=1):
            partial = sum([d for parent, d in zip(consumer.parents, consumer.partials) if parent is node])
            before, term = so_far, self.gradient[consumer] * partial
            so_far += term
            yield Step("backward", node, consumer, self.gradient[consumer], partial, term, before, so_far, i,
                       len(consumers))
