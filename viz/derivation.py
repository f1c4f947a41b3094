"""Derivations: the chain rule from an output to one node, in symbols, in formulas, in numbers, and the result.

Where the graph branches it is a sum over paths, with the factors that all paths share outside the brackets; where the
paths are too many or too long to read, the derivation goes node by node, from the output back.  The formulas are the
rules of autograd's table, run on Exprs; the numbers are the recorded partials.
"""
from collections.abc import Sequence

from autograd import Value, check_fresh, ops
from autograd.symbolic.equations import Derivation, Equation, Lines, Prose, Row, equation, joined
from autograd.symbolic.expr import Expr

from .cancellation import cancel, is_clamped
from .local_gradients import by_delta
from .notation import Notation, Spell
from .path_graph import PathGraph

FIRST_NODES, LAST_NODES = 8, 4                 # shown of a long derivation node by node
MOST_NOTES = 8
ONE_LINE = 4                                    # factors of a sum that is written on one line


def derive(output: Value, wrt: Value, *, digits: int = 4) -> Derivation:
    """The chain rule ∂output/∂wrt = Σ over paths Π over edges ∂consumer/∂node, written out.

    It changes nothing and needs no backward pass.  Numbers are rounded to `digits` significant digits; `.value` is
    exact.  A node that output does not depend on has the derivative 0.  A hidden neuron's weight is derived once more
    through δⱼ = φ'(vⱼ) Σ δₗ wₗⱼ.  Where a rule's kink was hit, a note says so.
    Raises TypeError where output or wrt is not a Value, ValueError where digits is less than 1 or a leaf's data was
    changed after recording, as optimizer.step() does: derive(replay(output), wrt) is at the current data.

    >>> from autograd import half_square, tanh, weighted_sum
    >>> w, x, b, t = Value(-3.0, "w1"), Value(2.0, "x1"), Value(6.8813735870195432, "b"), Value(1.0, "t")
    >>> v = weighted_sum([w], [x], b); v.label = "v"
    >>> y = tanh(v); y.label = "y"
    >>> e = t - y; e.label = "e"
    >>> J = half_square(e); J.label = "J"
    >>> print(derive(J, w))
    ∂J/∂w₁ = ∂J/∂e · ∂e/∂y · ∂y/∂v · ∂v/∂w₁
           = e · (−1) · (1 − y²) · x₁
           = 0.2929 · (−1) · 0.5 · 2
           = −0.2929
    """
    for name, node in (("output", output), ("wrt", wrt)):
        if not isinstance(node, Value):
            raise TypeError(f"derive: {name} is a Value, not {ops.short(repr(node))}, of type {type(node).__name__}")
    if not isinstance(digits, int) or digits < 1:
        raise ValueError(f"derive: digits is a whole number, at least 1, not {digits!r}")
    check_fresh("derive", output)
    graph, notation = PathGraph(output, wrt), Notation(output, digits, wrt)
    if graph.is_readable():
        rows = [*by_paths(graph, notation), *by_delta(graph, notation, "The same through")]
    else:
        rows = by_delta(graph, notation, "Through") or node_by_node(graph, notation)
    return Derivation(graph.adjoint.get(wrt, 0.0), (*rows, *notes(graph, notation)), max(digits, 6))


# --- as a sum over paths ---------------------------------------------------------------------------------------------


def by_paths(graph: PathGraph, notation: Notation) -> list[Row]:
    """∂output/∂wrt as a sum of products along the paths, with the factors of every path outside the brackets."""
    of_wrt = notation.derivative(graph.output, graph.wrt)
    if not graph.reaches:
        because = Prose((notation.symbol(graph.output), " does not depend on ", notation.symbol(graph.wrt), "."))
        return [Equation(of_wrt, [[[Expr.lift(0.0)]]]), because]
    if graph.wrt is graph.output:
        return [Equation(of_wrt, [[[Expr.lift(1.0)]]])]
    stretches = graph.stretches()
    shorter = cancel(notation, stretches)
    steps = [step(stretches, notation.derivative), step(stretches, notation.formula)]
    steps += [step(shorter.left(stretches), spell) for spell in (shorter.formula, shorter.number)]
    steps.append([[notation.rounded(graph.adjoint[graph.wrt])]])
    if graph.wrt in graph.parents[graph.output] and len(stretches[0]) > 1:
        total = Expr.of("derivative", "d", *of_wrt.parts[1:])
        note = Prose(("note: ", total, " is over all paths, ", of_wrt, " over the one edge alone"))
        return [equation(total, *steps), note]
    return [equation(of_wrt, *steps)]


def step(stretches: Sequence[Sequence[Sequence[tuple[Value, Value]]]], spell: Spell) -> Lines:
    """One step of the derivation: [path + path] · edge · edge ..., long paths on lines of their own."""
    lines: Lines = [[]]
    for paths in stretches:
        is_short = sum(map(len, paths)) <= ONE_LINE
        if lines[-1]:
            if not is_short and len(lines) > 1:
                lines.append([])
            lines[-1].append("·")
        is_bracketed = len(paths) > 1 and len(stretches) > 1
        lines[-1] += ["["] if is_bracketed else []
        for i, path in enumerate(paths):
            if i:
                lines += [] if is_short else [[]]
                lines[-1].append("+")
            lines[-1] += joined("·", [[spell(*edge)] for edge in path])
        lines[-1] += ["]"] if is_bracketed else []
    return lines


# --- node by node ----------------------------------------------------------------------------------------------------


def node_by_node(graph: PathGraph, notation: Notation) -> list[Row]:
    """∂output/∂node = Σ ∂output/∂consumer · ∂consumer/∂node for every node on a path, from the output back to wrt."""
    rows: list[Row] = [Prose(("Node by node, from ", notation.symbol(graph.output), " back to ",
                              notation.symbol(graph.wrt), ":"))]
    nodes = graph.nodes[1:]
    hidden = len(nodes) - FIRST_NODES - LAST_NODES
    for node in nodes if hidden <= 1 else nodes[:FIRST_NODES]:
        rows.append(at_node(graph, notation, node))
    if hidden > 1:
        rows.append(Prose(("…", f" {hidden} more nodes, each in the same way …",)))
        rows += [at_node(graph, notation, node) for node in nodes[-LAST_NODES:]]
    return rows


def at_node(graph: PathGraph, notation: Notation, node: Value) -> Equation:
    """One node's equation, and its δ where the node is a pre-activation."""
    consumers = graph.consumers[node]

    def so_far(consumer: Value, _: Value) -> Expr:
        return notation.derivative(graph.output, consumer)

    def so_far_number(consumer: Value, _: Value) -> Expr:
        return notation.rounded(graph.adjoint[consumer])

    def step(so_far: Spell, spell: Spell) -> Lines:
        shown = consumers if len(consumers) <= 5 else consumers[:2] + consumers[-2:]
        terms: Lines = [[spell(c, node)] if c is graph.output else [so_far(c, node), "·", spell(c, node)]
                        for c in shown]
        if len(shown) < len(consumers):
            terms.insert(2, ["⋯"])
        return [joined("+", terms)]

    left = notation.derivative(graph.output, node)
    result: list[Expr | str] = [notation.rounded(graph.adjoint[node])]
    steps = [step(so_far, notation.formula), step(so_far_number, notation.number), [result]]
    if len(consumers) == 1 or graph.output not in consumers:    # else ∂output/∂node would be on both sides
        steps.insert(0, step(so_far, notation.derivative))
    found = equation(left, *steps)
    if graph.is_pre_activation(node):
        found.steps[-1][-1] += [", so ", Expr("delta"), "=", -left, "=", notation.rounded(0.0 - graph.adjoint[node])]
    return found


# --- notes -----------------------------------------------------------------------------------------------------------


def notes(graph: PathGraph, notation: Notation) -> list[Prose]:
    """The notes: for a constant as wrt, for a clamped logarithm, and for every kink that was hit."""
    found = []
    if notation.constant is not None:
        found.append(Prose(("note: ", notation.symbol(graph.wrt), f" is the constant {notation.constant_text}")))
    for node in [node for node in graph.nodes if is_clamped(node)][:MOST_NOTES]:
        data = joined(", ", [[notation.symbol(x), "=", notation.rounded(x.data)] for x in node.parents])
        found.append(Prose(("note: a logarithm in ", notation.symbol(node), " is held at −100, where its derivative is "
                            "0: ", *data)))
    kinks = graph.kinks()
    for node, op in kinks[:MOST_NOTES]:
        name = op.written if isinstance(op.written, str) and op.written else op.name
        where = op.kink(*map(notation.symbol, node.parents))
        taken = joined(", ", [[notation.derivative(node, parent), "=", notation.number(node, parent)]
                              for parent in graph.parents[node]])
        found.append(Prose((f"note: {name} is at its kink (", where, "=", Expr.lift(0.0), "); the derivative taken has "
                            "H(0) = 0, the lecture's x ≤ 0 side: ", *taken)))
    if len(kinks) > MOST_NOTES:
        found.append(Prose((f"note: {len(kinks) - MOST_NOTES} more kinks were hit",)))
    return found
