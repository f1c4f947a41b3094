"""Every neuron's local gradient δ three independent ways: the recorded graph, the derivation by hand, differences."""
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from autograd import Constant, Value, adjoints, ops, recorded

from . import by_hand, losses
from .activations import activation_of
from .losses import Loss, check_loss, half_squared_error, one_hot
from .mlp import MLP, Layer, Neuron, inputs
from .module import Module
from .recursion.graph_deltas import module_gradients
from .recursion.letters import neuron_name, output_error, spelled
from .tables import LocalGradients, NeuronRow, UpdateRule, format_cell


def local_gradients(model: Module, x: Any, t: Any, loss: Loss = half_squared_error,
                    lr: float = 0.1, momentum: float = 0.0,
                    previous: Mapping[str, float] | None = None) -> LocalGradients:
    """δ = -dJ/dv of every neuron for one sample, three independent ways, and the update of every weight.

    By the recorded graph; by the lecture's recursion in NumPy without the engine (by_hand.py), δ_l = -(dJ/dy_l) φ'(v_l)
    at the output and δ_j = φ'(v_j) Σ_l δ_l w_lj below; and by central differences of J in v, every neuron
    kept on its side of a kink.  Nothing is changed.
    previous has the last Δw of each weight by its label, {"w31": 0.02}, for Δw = η δ x + momentum times the last Δw.
    A loss of your own has no rule by hand: that column stays empty.

    For a Module of your own the recursion follows the recorded graph: -dJ/dn of each node is a sum over its consumers,
    by the same rules by hand, so weights may be shared, connections may skip layers and time steps be unrolled.
    Raises ValueError where such a graph has no activation.

    >>> model = MLP(2, [3, 1], "tanh", seed=0)
    >>> local_gradients(model, [1.0, -1.0], 0.5).max_error < 1e-9
    True
    """
    check_loss("local_gradients", loss)
    update = UpdateRule(lr, momentum, previous or {})
    t = t.tolist() if hasattr(t, "tolist") else t
    name = getattr(loss, "__name__", "")                    # a functools.partial has none
    rule = by_hand.OUTPUT_ERROR.get(name) if loss is getattr(losses, name, None) else None
    if isinstance(model, Module) and type(model) not in (MLP, Layer, Neuron):
        return module_gradients(model, x, t, loss, rule, update)
    layers = neurons_of(model)
    xs = [Value.lift(x_i).data for x_i in inputs(type(model).__name__, len(layers[0][0].w), x)]

    signals: list[Sequence[Any]] = [xs]                     # x, then every layer's y, recorded
    for neurons in layers:
        signals.append([neuron(signals[-1]) for neuron in neurons])
    fed = [xs, *([y.data for y in ys] for ys in signals[1:-1])]     # every layer's inputs, as plain numbers
    if loss is losses.cross_entropy and not isinstance(t, (list, tuple)):
        t = one_hot(t, len(signals[-1]))
    J = loss(alone(signals[-1]), t)
    adjoint = adjoints(J, 1.0, recorded)
    graph = [[-adjoint.get(y.parents[0], 0.0) for y in ys] for ys in signals[1:]]

    W = [np.array([[w.data for w in neuron.w] for neuron in neurons]) for neurons in layers]
    b = [np.array([neuron.b.data for neuron in neurons]) for neurons in layers]
    activations = [activation_of([neuron.activation for neuron in neurons]) for neurons in layers]
    v, y = by_hand.forward(W, b, activations, np.array(xs))
    slope, sides = by_hand.slopes(activations, v), [v_k > 0 for v_k in v]
    targets = np.array([Value.lift(t_l).data for t_l in (t if isinstance(t, (list, tuple)) else [t])])
    hand = by_hand.deltas(W, slope, rule(y[-1], targets)) if rule else None

    def J_at(*shift: Any) -> float:
        found = by_hand.forward(W, b, activations, np.array(xs), shift, sides)[1][-1]
        return loss(alone([Constant(y_l) for y_l in found.tolist()]), t).data

    rows, weight_rows, terms = [], [], dict[str, str]()
    gradient: dict[Value, float] = {}                       # dJ/dw = -Σ δ x over all the places of a shared weight
    for k, neurons in enumerate(layers):
        for j, neuron in enumerate(neurons):
            v_j = float(v[k][j])
            h = by_hand.step(v_j)
            at_kink = kinked(neuron.activation) and abs(v_j) < 2 * h
            slope_of_J = (J_at(k, j, h) - J_at(k, j, -h)) / (2 * h)
            rows.append(NeuronRow(neuron_name(neuron.v_label), v_j, float(y[k][j]), float(slope[k][j]), graph[k][j],
                                  float(hand[k][j]) if hand else None, -slope_of_J, at_kink, neuron.activation))
            for w, x_i in zip(neuron.parameters(), [*fed[k], 1.0]):
                gradient[w] = gradient.get(w, 0.0) - graph[k][j] * x_i
    for k, neurons in enumerate(layers):
        sources = [f"x{i}" for i in range(1, len(xs) + 1)] if k == 0 else [n.y_label for n in layers[k - 1]]
        for neuron in neurons:
            for w, source, x_i in zip(neuron.parameters(), [*sources, "1"], [*fed[k], 1.0]):
                weight_rows.append(update.row(w.label, source, w.data, x_i, gradient[w], neuron.v_label[1:]))
    update.check(weight_rows)
    if hand:
        terms = recursion_terms(layers, hand, slope, name)
    outputs = [neuron.v_label[1:] for neuron in layers[-1]]
    return LocalGradients(rows, weight_rows, J.data, lr, terms, name if rule else "",
                          dict(zip(outputs, targets.tolist())), momentum)


def recursion_terms(layers: Sequence[Sequence[Neuron]], delta: Sequence[np.ndarray],
                    slope: Sequence[np.ndarray], loss: str) -> dict[str, str]:
    """δ_l = e_l φ'(v_l), then δ_j = φ'(v_j) (δ_l w_lj + ...) for every layer below, in letters and numbers.

    Where J is not the lecture's, e_l is replaced by -dJ/dy_l of the loss of this name.
    """
    terms = {}
    for k in reversed(range(len(layers))):
        for j, neuron in enumerate(layers[k]):
            name, d, s = neuron_name(neuron.v_label), float(delta[k][j]), float(slope[k][j])
            if k == len(layers) - 1:
                l = name.rpartition(".")[2]
                letters = f"{output_error(loss, l, len(layers[k]))} φ'({spelled('v', name)})"
                if loss == "binary_cross_entropy" and neuron.activation == "sigmoid" and d and len(layers[k]) == 1:
                    letters += f" = t{l} - y{l}"
                numbers = f"{format_cell(d / s) if s else '…'} · {format_cell(s)}"
            else:
                above = [(neuron_name(n.v_label), n.w[j], float(d_l)) for n, d_l in zip(layers[k + 1], delta[k + 1])]
                terms_above = " + ".join(f"{spelled('δ', l)} {w.label}" for l, w, _ in above)
                letters = f"φ'({spelled('v', name)}) ({terms_above})"
                products = [f'({format_cell(d_l)})({format_cell(w.data)})' for _, w, d_l in above]
                numbers = f"{format_cell(s)} ({' + '.join(products)})"
            terms[name] = f"{spelled('δ', name)} = {letters} = {numbers} = {format_cell(d)}"
    return terms


def neurons_of(model: Module) -> list[list[Neuron]]:
    """The model's neurons, layer by layer."""
    if type(model) is MLP:                          # a user's subclass may compute something else
        return [layer.neurons for layer in model.layers]
    if type(model) is Layer:
        return [model.neurons]
    if type(model) is Neuron:
        return [[model]]
    raise TypeError(f"local_gradients takes an MLP, a Layer, a Neuron or another Module, not {model!r}")


def alone(y: Sequence[Any]) -> Any:
    """The outputs as a model returns them: a single one by itself, several as a list."""
    return y[0] if len(y) == 1 else y


def kinked(activation: str) -> bool:
    """Does φ have a kink or a jump at 0?"""
    return ops.ACTIVATIONS[activation].kink is not None
