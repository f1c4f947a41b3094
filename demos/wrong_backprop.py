"""a gallery of wrong backpropagation: four mistakes, and the number that each gets wrong"""
import argparse
from collections.abc import Iterable

from autograd import Value, wengert_list
from nn import half_squared_error, local_gradients

from . import mazur
from .pictures import Pictures


def sweep(order: Iterable[Value], output: Value, grads: dict[Value, float] | None = None,
          add: bool = True) -> dict[Value, float]:
    """A backward phase over the nodes in any order; right for the reversed tape, from no gradients, adding."""
    grads = {} if grads is None else grads
    grads[output] = 1.0
    for node in order:
        for parent, partial in zip(node.parents, node.partials):
            term = partial * grads.get(node, 0.0)
            grads[parent] = grads.get(parent, 0.0) + term if add else term
    return grads


def assigned() -> tuple[float, float]:
    """`=` for `+=`: b = a + a, c = b + b; returns what it makes of dc/da, and the right number."""
    a = Value(3.0)
    b = a + a
    c = b + b
    tape = wengert_list(c)[::-1]
    return sweep(tape, c, add=False)[a], sweep(tape, c)[a]


def breadth_first() -> tuple[float, float]:
    """No topological order: J = u + u x, u = x², at x = 3; u passes on before u x has reached it."""
    x = Value(3.0)
    u = x * x
    J = u + u * x
    order = [J]
    for node in order:
        order += [parent for parent in node.parents if parent not in order]
    return sweep(order, J)[x], sweep(wengert_list(J)[::-1], J)[x]


def stale() -> tuple[float, float]:
    """Gradients of an earlier pass left in the inner nodes: J = (x²)² at x = 3, swept twice, only the leaf cleared."""
    x = Value(3.0)
    u = x * x
    J = u * u
    tape = wengert_list(J)[::-1]
    grads = sweep(tape, J)
    right = grads[x]
    grads[x] = 0.0
    return sweep(tape, J, grads)[x], right


def update_first() -> tuple[float, float]:
    """The weights above moved before δ goes down through them: Mazur's J after one step, and after the right one."""
    return mazur_step(before_going_down=True), mazur_step(before_going_down=False)


def mazur_step(before_going_down: bool) -> float:
    """J after one step of Mazur's eight weights; the output layer's move before or after the hidden δ are found."""
    model = mazur.network()
    rows = local_gradients(model, mazur.X, mazur.T).rows
    hidden, output = model.layers
    old = [[w.data for w in neuron.w] for neuron in output.neurons]
    for neuron, row in zip(output.neurons, rows[2:]):
        for w, source in zip(neuron.w, rows[:2]):
            w.data += mazur.LR * row.graph * source.y
    for j, (neuron, row) in enumerate(zip(hidden.neurons, rows[:2])):
        above = [n.w[j].data if before_going_down else old[l][j] for l, n in enumerate(output.neurons)]
        delta = row.slope * sum(above_row.graph * w_lj for above_row, w_lj in zip(rows[2:], above))
        for w, x in zip(neuron.w, mazur.X):
            w.data += mazur.LR * delta * x
    return half_squared_error(model(mazur.X), mazur.T).data


GALLERY = (
    ("update before going on down", update_first, "J after one step of Mazur's network",
     "δ_j = φ'(v_j) Σ δ_l w_lj needs the weights that made the output, not the moved ones.  The difference shows in "
     "the seventh digit:\n  the article's own numbers after the first step have it."),
    ("= for +=", assigned, "dc/da for b = a + a, c = b + b",
     "a node's gradient is the sum over all its consumers; an assignment keeps the last one alone."),
    ("no topological order", breadth_first, "dJ/dx for u = x², J = u + u x, at x = 3",
     "breadth first, u passes its gradient on before the term through u x has arrived."),
    ("stale gradients", stale, "dJ/dx for u = x², J = u u, at x = 3, second pass",
     "the inner node u still holds the first pass's gradient, and the second is added to it."),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """It takes none: the numbers are those of the examples."""


def run(pictures: Pictures, arguments: argparse.Namespace) -> None:
    for title, mistake, what, why in GALLERY:
        wrong, right = mistake()
        print(f"{title}: {what}\n  gets {wrong:.9g}, right is {right:.9g}\n  {why}\n")
