"""Cancelling factors in a derivation: φ'(v) = y (1 − y) is the denominator of binary cross-entropy's derivative."""
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import prod

from autograd import recorded
from autograd.symbolic.expr import Expr
from autograd.symbolic.printer import to_text

from .notation import Notation
from .path_graph import Edge, Value

Stretches = Sequence[Sequence[Sequence[Edge]]]          # the paths of each stretch, the edges of each path


@dataclass(frozen=True)
class Cancellation:
    """The edges whose factor is cancelled, and the formula and the number of each edge that is simplified by it."""
    notation: Notation
    gone: frozenset[Edge]
    formulas: dict[Edge, Expr]
    numbers: dict[Edge, float]

    def left(self, stretches: Stretches) -> list[list[list[Edge]]]:
        """The stretches without the cancelled edges."""
        kept = [[[edge for edge in path if edge not in self.gone] for path in paths] for paths in stretches]
        return [paths for paths in kept if any(paths)]

    def formula(self, *edge: Value) -> Expr:
        """The edge's local derivative as a formula, after cancelling."""
        return self.formulas[edge] if edge in self.formulas else self.notation.formula(*edge)

    def number(self, *edge: Value) -> Expr:
        """The edge's local derivative as a number, after cancelling."""
        return self.notation.rounded(self.numbers[edge]) if edge in self.numbers else self.notation.number(*edge)


def cancel(notation: Notation, stretches: Stretches) -> Cancellation:
    """Cancel each edge's denominator against the factor that follows it, where that is neither 0 nor clamped."""
    gone, formulas, numbers = set[Edge](), dict[Edge, Expr](), dict[Edge, float]()
    for first, second in (pair for chain in chains(stretches) for pair in pairwise(chain)):
        factor, divisor = notation.formula(*first), notation.formula(*second)
        inner = factor.parts[0] if factor.kind == "negative" else factor
        slopes = [partial(*edge) for edge in (first, second)]
        if (inner.kind == "fraction" and to_text(inner.parts[1]) == to_text(divisor)
                and slopes[1] != 0 and not is_clamped(first[0])):
            gone.add(second)
            formulas[first] = -inner.parts[0] if factor.kind == "negative" else inner.parts[0]
            numbers[first] = prod(slopes)
    return Cancellation(notation, frozenset(gone), formulas, numbers)


def chains(stretches: Stretches) -> list[list[Edge]]:
    """The runs of adjacent factors; brackets around a sum of paths separate them."""
    found: list[list[Edge]] = [[]]
    for paths in stretches:
        if len(paths) == 1:
            found[-1] += paths[0]
        else:
            found += [*map(list, paths), []]
    return found


def partial(consumer: Value, node: Value) -> float:
    """The recorded local derivative of an edge."""
    return sum([p for parent, p in recorded(consumer) if parent is node])


def is_clamped(node: Value) -> bool:
    """Was one of the node's logarithms clamped at −100, so that its derivative is 0?"""
    op = node.op
    return op is not None and op.clamp is not None and op.clamp(*[parent.data for parent in node.parents]) <= 0
