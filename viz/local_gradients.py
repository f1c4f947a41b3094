"""Derivation of a weight's derivative by local gradients: the lecture's δⱼ = φ'(vⱼ) Σ δₗ wₗⱼ and ∂J/∂wⱼᵢ = −δⱼ xᵢ."""
from collections.abc import Sequence
from functools import reduce
from operator import add, mul

from autograd import Value
from autograd.symbolic.equations import Equation, Prose, Row, equation, joined
from autograd.symbolic.expr import Expr
from autograd.symbolic.printer import to_text

from .cancellation import cancel
from .notation import Notation, Spell
from .path_graph import PathGraph

MOST_EDGES, LONGEST = 4, 48                     # edges, and characters, of a δ that is written as a formula
MOST_IN_PROSE = 3                               # of these δ in one sentence


def by_delta(graph: PathGraph, notation: Notation, opening: str) -> list[Row]:
    """The rows δⱼ = φ'(vⱼ) Σ δₗ wₗⱼ and ∂J/∂wⱼᵢ = −δⱼ xᵢ, for a node that is used by one hidden neuron only.

    To replace a derivation along paths it needs a formula for each δₗ: output neurons have one.
    """
    def into(node: Value | None) -> Value | None:
        """The node's only consumer."""
        consumers = graph.consumers.get(node, []) if node is not None else []
        return consumers[0] if len(consumers) == 1 else None

    def summed(deltas: Sequence[Expr], spell: Spell, y: Value) -> Expr:
        return reduce(add, [Expr.of("product", delta, spell(l, y)) for delta, l in zip(deltas, nexts)])

    v = into(graph.wrt)
    y = into(v)
    if v is None or y is None or not (y.op and y.op.activation):
        return []
    nexts = graph.consumers[y][::-1]
    if not nexts or not all(map(graph.is_pre_activation, nexts)) or not notation.has_distinct_deltas([v, *nexts]):
        return []
    x, deltas = graph.wrt, [*map(notation.delta, nexts)]
    figures = [notation.rounded(0.0 - graph.adjoint[l]) for l in nexts]
    formulas = [delta_formula(graph, notation, l) for l in nexts]
    if not graph.is_readable() and not all(formulas):
        return []
    found = [[-notation.derivative(graph.output, l), "=", *formula, figure]
             for l, formula, figure in zip(nexts, formulas, figures)]
    where: list[Row] = [Prose((f"{opening} the local gradients, where ", *joined(", ", [
        [delta, "=", *pieces] for delta, pieces in zip(deltas, found)]), ":"))]
    if len(nexts) > MOST_IN_PROSE:
        where = [Prose((f"{opening} the local gradients of the next {len(nexts)} neurons:",)),
                 *[Equation(delta, [[pieces]]) for delta, pieces in zip(deltas, found)]]
    delta, figure = notation.delta(v), notation.rounded(0.0 - graph.adjoint[v])
    return [*where,
            equation(delta, [[notation.formula(y, v), "·", summed(deltas, notation.formula, y)]],
                     [[notation.number(y, v), "·", summed(figures, notation.number, y)]], [[figure]]),
            equation(notation.derivative(graph.output, x), [[-delta, "·", notation.formula(v, x)]],
                     [[-figure, "·", notation.number(v, x)]], [[notation.rounded(graph.adjoint[x])]])]


def delta_formula(graph: PathGraph, notation: Notation, v: Value) -> list[Expr | str]:
    """δ of an output neuron as a formula followed by "=", such as e · φ'(v) or t − y.

    It is empty where several paths lead to the neuron, or one that is too long to read.
    """
    path, node = list[tuple[Value, Value]](), v
    while node is not graph.output:
        consumers = graph.consumers[node]
        if len(consumers) > 1 or len(path) == MOST_EDGES:
            return []
        path.insert(0, (consumers[0], node))
        node = consumers[0]
    shorter = cancel(notation, [[path]])
    formula = reduce(mul, [shorter.formula(*edge) for [edges] in shorter.left([[path]]) for edge in edges])
    formula = opposite(formula)
    return [formula, "="] if len(to_text(formula)) <= LONGEST else []


def opposite(x: Expr) -> Expr:
    """−x, where −(a − b) is b − a, and −(a − b) c is (b − a) c."""
    if x.kind == "product":
        return opposite(x.parts[0]) * x.parts[1]
    if x.kind == "sum" and x.parts[1].kind == "negative":
        return x.parts[1].parts[0] - x.parts[0]
    return -x
