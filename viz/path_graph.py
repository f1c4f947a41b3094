"""The part of a recorded graph that leads from an output to one node, and how each of its edges is spelled."""
import math
from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from itertools import pairwise
from operator import add
from typing import Any

from autograd import Value, adjoints, recorded, wengert_list
from autograd.symbolic.expr import Expr
from autograd.symbolic.labels import format_number, parse_label
from autograd.symbolic.printer import to_text

from .notation import is_number, names_of

MOST_PATHS, MOST_FACTORS, LONGEST_PATH = 8, 40, 12      # of a sum over paths that can still be read

Edge = tuple[Value, Value]                              # (consumer, node)
Spell = Callable[[Value, Value], Expr]


class PathGraph:
    """Every node that output depends on and that depends on wrt, these two included."""

    def __init__(self, output: Value, wrt: Value, digits: int) -> None:
        self.output, self.wrt, self.digits = output, wrt, digits
        self.adjoint = adjoints(output, 1.0, recorded)
        tape = wengert_list(output)
        self.names = names_of(tape if wrt in self.adjoint else [*tape, wrt], digits)
        self.is_constant = is_number(wrt) and wrt is not output
        if self.is_constant:                            # ∂J/∂2 would not do
            self.constant_text, taken = self.names[wrt], {to_text(Expr(name)) for name in self.names.values()}
            self.names[wrt] = next(name for name in ("c", *map("c{}".format, range(1, len(taken) + 2)))
                                   if to_text(Expr(name)) not in taken)
        self.parents: dict[Value, list[Value]] = {wrt: []}      # those on the way, each once
        for node in tape:
            on_the_way = [parent for parent in dict.fromkeys(node.parents) if parent in self.parents]
            if on_the_way and node is not wrt:
                self.parents[node] = on_the_way
        self.reaches = output in self.parents
        self.nodes = list(reversed(self.parents))               # from the output to wrt
        self.consumers: dict[Value, list[Value]] = {node: [] for node in self.nodes}
        for node in self.nodes:
            for parent in self.parents[node]:
                self.consumers[parent].append(node)
        self.formulas: dict[Value, list[Expr]] = {}

    # --- its paths

    def bottlenecks(self) -> list[Value]:
        """The nodes that every path goes through: no edge leads past them."""
        position = {node: i for i, node in enumerate(self.nodes)}
        found, farthest = [], 0
        for i, node in enumerate(self.nodes):
            if farthest <= i:
                found.append(node)
            farthest = max([farthest, *[position[parent] for parent in self.parents[node]]])
        return found

    def is_readable(self) -> bool:
        """Are the paths few and short?  They are counted node by node, for there may be 2⁶⁰ of them."""
        bottlenecks = {*self.bottlenecks()}
        paths, factors, length = (dict.fromkeys(self.nodes, 0) for _ in range(3))
        for node in self.nodes:
            if node in bottlenecks:                     # what follows is multiplied, not written again
                paths[node] = 1
            for parent in self.parents[node]:
                paths[parent] += paths[node]
                factors[parent] += factors[node] + paths[node]
                length[parent] = max(length[parent], length[node] + 1)
                if paths[parent] > MOST_PATHS or factors[parent] > MOST_FACTORS or length[parent] > LONGEST_PATH:
                    return False
        return True

    def stretches(self) -> list[list[list[Edge]]]:
        """The paths from each bottleneck to the next; the derivative is the product of their sums."""
        def paths(node: Value, end: Value) -> list[list[Edge]]:
            if node is end:
                return [[]]
            return [[(node, parent), *rest] for parent in self.parents[node] for rest in paths(parent, end)]

        return [paths(*ends) for ends in pairwise(self.bottlenecks())]

    def is_pre_activation(self, v: Value) -> bool:
        """Does it go into an activation, so that it has a δ?"""
        return any(consumer.op and consumer.op.activation for consumer in self.consumers[v])

    def kinks(self) -> list[tuple[Value, Any]]:
        """The nodes whose operation was computed at its kink, with that operation."""
        operations = [(node, node.op) for node in self.nodes if node is not self.wrt]
        return [(node, op) for node, op in operations
                if op and op.kink and op.kink(*[parent.data for parent in node.parents]) == 0]

    # --- how an edge is spelled; an operation that takes a node twice has one edge to it, with the sum of the partials

    def symbol(self, node: Value) -> Expr:
        """The node's name, or its number; the number that is asked about has a name."""
        is_plain = is_number(node) and not (node is self.wrt and self.is_constant)
        return self.rounded(node.data) if is_plain else Expr(self.names[node])

    def delta(self, v: Value) -> Expr:
        """δ, with the subscript of its v."""
        name = parse_label(self.names[v])
        return Expr("delta" + name.subscript if name.base == "v" and name.subscript.isdigit() else "delta")

    def are_told_apart(self, vs: Sequence[Value]) -> bool:
        """Is the δ of each written otherwise, so that they can stand in one formula?"""
        return len({to_text(self.delta(v)) for v in vs}) == len(vs)

    def rounded(self, x: float) -> Expr:
        """x as it is shown."""
        shown = float(format_number(x, self.digits).replace("−", "-")) if math.isfinite(x) else x
        return Expr.lift(shown if math.isfinite(shown) else x)

    def derivative(self, consumer: Value, node: Value) -> Expr:
        """∂consumer/∂node."""
        return Expr.of("derivative", "∂", self.symbol(consumer), self.symbol(node))

    def formula(self, consumer: Value, node: Value) -> Expr:
        """The rule's partial, run on Exprs."""
        if consumer not in self.formulas:
            op: Any = consumer.op
            partials = op.partials(self.symbol(consumer), *map(self.symbol, consumer.parents))
            self.formulas[consumer] = [p if isinstance(p, Expr) else self.rounded(p) for p in partials]
        return sum_of(p for parent, p in zip(consumer.parents, self.formulas[consumer]) if parent is node)

    def number(self, consumer: Value, node: Value) -> Expr:
        """The recorded partial."""
        return sum_of(self.rounded(p) for parent, p in recorded(consumer) if parent is node)


def sum_of(terms: Iterable[Expr]) -> Expr:
    return reduce(add, terms)
