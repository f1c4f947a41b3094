"""The catalogue of mistakes in backpropagation by hand: one row for each mistake.

A row has a name, a sentence for the student, and the wrong formula in the lecture's letters for each kind of number
that the mistake affects.  A formula gets the worksheet s (s["φ'", j] is a number of it, the student's
where one is written; s.right computes it anew) and a neuron j or a parameter p; l is a neuron of the layer above.  It
returns the wrong number, a list of them (one for each other weight, path, ...), or [] where the mistake cannot be made.
A mistake in φ' or in dJ/dy is found in δ = -dJ/dy φ' too, so it has one formula.  To add a mistake is to add
a row.
"""
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Formula = Callable[[Any, Any], Any]

HALF, MSE, CE = "half_squared_error", "mean_squared_error", "cross_entropy"
BCE, LOGITS = "binary_cross_entropy", "binary_cross_entropy_with_logits"
OTHERS = "sigmoid", "tanh"                  # the activations that students confuse
OUTPUT, HIDDEN = "dJ/dy", "Σδw"             # dJ/dy from the loss, and dJ/dy = -Σ_l δ_l w_lj from the layer above


@dataclass(frozen=True)
class Entry:
    """One mistake: its name, one sentence on it, and {kind of number: the wrong formula}."""
    name: str
    sentence: str
    formulas: Mapping[str, Formula]


def local_field(weights: Sequence[Any], xs: Sequence[Any], bias: Any) -> Any:
    """v = Σ w x + b."""
    return sum(w.old * x for w, x in zip(weights, xs)) + bias.old


def way_back(deltas: Sequence[Any], weights: Sequence[Any]) -> Any:
    """dJ/dy = -Σ δ w over the paths that leave a hidden neuron."""
    return -sum(delta * w.old for delta, w in zip(deltas, weights))


def deltas_above(s: Any, j: Any) -> list[Any]:
    return [s["δ", l] for l in j.above]


def xs_of(s: Any, j: Any) -> list[Any]:
    return [s.x(i) for i in j.sources]


def transposed_v(s: Any, j: Any) -> Any:
    """v from a column of the weights in place of a row: where the layer has as many neurons as inputs."""
    at, is_square = j.layer.index(j), len(j.layer) == len(j.sources) > 1
    return local_field([k.weights[at] for k in j.layer], xs_of(s, j), j.bias) if is_square else []


def transposed_way_back(s: Any, j: Any) -> Any:
    """-Σ δ_l w_jl, with swapped indices: where the layer above has as many neurons as this one."""
    if len(j.above) != len(j.layer) or len(j.layer) < 2:
        return []
    return way_back(deltas_above(s, j), j.above[j.layer.index(j)].weights)


CATALOGUE = (
    # --- the sign ----------------------------------------------------------------------------------------------------
    Entry("sign", "The size is right, the sign is wrong.", {
        "e": lambda s, j: -s.right("e", j),
        OUTPUT: lambda s, j: -s.right("dJ/dy", j),
        HIDDEN: lambda s, j: -s.right("dJ/dy", j),
        "δ": lambda s, j: -s.right("δ", j),
        "dJ/d": lambda s, p: -s.right("dJ/d", p),
        "Δ": lambda s, p: 2 * p.memory - s.right("Δ", p)}),

    # --- the forward phase -------------------------------------------------------------------------------------------
    Entry("bias_forgotten", "The bias is left out: it adds to v, and it is trained as a weight with x = 1.", {
        "v": lambda s, j: s.right("v", j) - j.bias.old,
        "dJ/d": lambda s, p: 0 * s.right("dJ/d", p) if p.is_bias else [],
        "Δ": lambda s, p: 0 * s.right("Δ", p) if p.is_bias else [],
        "": lambda s, p: p.old if p.is_bias else []}),
    Entry("v_for_x", "v is used where y = φ(v) belongs: φ is what the neuron below sends.", {
        "v": lambda s, j: local_field(
            j.weights, [s["v", i.unit] if i.unit else i.value for i in j.sources], j.bias) if j.sources[0].unit else [],
        "dJ/d": lambda s, p: -sum(s["δ", l] * s["v", i.unit] for l, i in p.places) if p.places[0][1].unit else []}),
    Entry("phi_left_out", "φ is left out: y = φ(v).", {
        "y": lambda s, j: s["v", j]}),
    Entry("exponent_sign", "The sign in the exponent is wrong: σ(v) = 1/(1 + e⁻ᵛ).", {
        "y": lambda s, j: 1 - s.right("y", j) if j.phi == "sigmoid" else []}),
    Entry("probability_left_out", "The output is not yet a probability: softmax (or the sigmoid) comes first.", {
        "e": lambda s, j: j.target - s["y", j] if s.net.loss in (CE, LOGITS) else []}),
    Entry("sigmoid_for_softmax", "Softmax belongs here, not the sigmoid: the outputs share one sum.", {
        "e": lambda s, j: j.target - s.phi("sigmoid", s["y", j]) if s.net.loss == CE else []}),
    Entry("square_for_e", "The square of e is used where e itself belongs: the derivative of ½ e² is e.", {
        "e": lambda s, j: [s.right("e", j) ** 2, s.right("e", j) ** 2 / 2]}),

    # --- φ' ----------------------------------------------------------------------------------------------------------
    Entry("phi_prime_left_out", "φ'(v), the derivative of the activation function, is left out.", {
        "φ'": lambda s, j: 1 + 0 * s["v", j]}),
    Entry("phi_for_phi_prime", "φ(v) is used where its derivative φ'(v) belongs.", {
        "φ'": lambda s, j: s["y", j]}),
    Entry("phi_prime_at_y", "φ' is taken at y; it is taken at v.", {
        "φ'": lambda s, j: s.slope_at(j.phi, s["y", j])}),
    Entry("v_for_y", "v is used where y belongs: in y (1 − y) and in 1 − y² the letter is y = φ(v).", {
        "φ'": lambda s, j: s.slope_in_y(j.phi, s["v", j]) if j.phi in ("sigmoid", "tanh") else []}),
    Entry("half_of_phi_prime", "Half of φ' is left out: σ' = y (1 − y), tanh' = 1 − y².", {
        "φ'": lambda s, j: 1 - s["y", j] if j.phi in ("sigmoid", "tanh") else []}),
    Entry("plus_for_minus", "A plus is used where a minus belongs: σ' = y (1 − y), tanh' = 1 − y².", {
        "φ'": lambda s, j: {"sigmoid": s["y", j] * (1 + s["y", j]), "tanh": 1 + s["y", j] ** 2}.get(j.phi, [])}),
    Entry("one_left_out", "The 1 is left out: tanh' = 1 − y².", {
        "φ'": lambda s, j: [s["y", j] ** 2, -s["y", j] ** 2] if j.phi == "tanh" else []}),
    Entry("another_phi", "That is another activation function.", {
        "y": lambda s, j: [s.phi(phi, s["v", j]) for phi in OTHERS if phi != j.phi],
        "φ'": lambda s, j: [s.slope_in_y(phi, s["y", j]) for phi in OTHERS if phi != j.phi]}),
    Entry("other_side", "That is φ' on the other side of the kink: it goes by the sign of v.", {
        "φ'": lambda s, j: s.slope_at(j.phi, -s["v", j]) if j.phi in ("relu", "leaky_relu") else []}),
    Entry("phi_prime_twice", "φ'(v) is multiplied in twice.", {
        "δ": lambda s, j: s["φ'", j] * s.right("δ", j)}),
    Entry("phi_prime_of_above", "φ' of the layer above is used; this neuron's own φ'(v) belongs here.", {
        "δ": lambda s, j: -way_back([s["δ", l] * s["φ'", l] for l in j.above], j.outgoing) if j.above else []}),

    # --- the derivative of the loss ----------------------------------------------------------------------------------
    Entry("factor_2", "A factor of 2 is too much or too little: the derivative of e² is 2e, that of ½ e² is e.", {
        OUTPUT: lambda s, j: [-2 * s["e", j], -s["e", j] / 2] if s.net.loss == HALF else s.right("dJ/dy", j) / 2
        if s.net.loss == MSE else []}),
    Entry("factor_n", "The factor 1/n is wrong: a loss that averages over its outputs has it, one that sums has not.", {
        OUTPUT: lambda s, j: s.right("dJ/dy", j) * s.net.n ** (1 if s.net.is_mean else -1) if s.net.n > 1 else []}),
    Entry("phi_prime_kept", "φ' does not belong here: it cancels against the derivative of the cross-entropy.", {
        OUTPUT: lambda s, j: [-s["e", j], -s["e", j] / s.net.n] if s.net.loss == BCE else
        s.right("dJ/dy", j) * s["p", j] * (1 - s["p", j]) if s.net.loss in (CE, LOGITS) else []}),
    Entry("half_of_the_loss", "Half of the derivative is left out: it is t/y − (1 − t)/(1 − y).", {
        OUTPUT: lambda s, j: -j.target / s["y", j] / s.net.n if s.net.loss == BCE else []}),
    Entry("J_for_e", "The loss itself is used where its derivative belongs.", {
        OUTPUT: lambda s, j: [-s["e", j] ** 2 / 2, s["e", j] ** 2 / 2] if s.net.loss == HALF else []}),

    # --- δ -----------------------------------------------------------------------------------------------------------
    Entry("x_in_delta", "x does not belong here: it comes in with the gradient of the weight, dJ/dw = −δ x.", {
        "δ": lambda s, j: [s.right("δ", j) * x for x in xs_of(s, j)]}),
    Entry("eta_in_delta", "η does not belong here: it comes in with the update, Δw = η δ x.", {
        "δ": lambda s, j: s.net.lr * s.right("δ", j)}),
    Entry("plus_for_times", "Two factors are added where they are multiplied.", {
        "δ": lambda s, j: s["φ'", j] - s["dJ/dy", j]}),
    Entry("one_path", "Only some of the paths are counted: the gradients of all the paths are added.", {
        HIDDEN: lambda s, j: [-s["δ", l] * w.old for l, w in zip(j.above, j.outgoing)]
        if len(j.above) > 1 else [],
        "dJ/d": lambda s, p: [-s["δ", l] * s.x(i) for l, i in p.places] if len(p.places) > 1 else []}),
    Entry("averaged", "The paths are averaged: their gradients are added.", {
        HIDDEN: lambda s, j: s.right("dJ/dy", j) / len(j.above) if len(j.above) > 1 else []}),
    Entry("updated_weights", "The weights are updated already: the way back needs those of the forward phase.", {
        HIDDEN: lambda s, j: -sum(s["δ", l] * s["", w] for l, w in zip(j.above, j.outgoing))}),
    Entry("e_for_delta", "The error e is used where δ belongs: its φ' is left out.", {
        HIDDEN: lambda s, j: way_back([-s["dJ/dy", l] for l in j.above], j.outgoing),
        "dJ/d": lambda s, p: sum(s["dJ/dy", l] * s.x(i) for l, i in p.places)}),
    Entry("y_for_delta", "y is used where δ belongs: on the way back it is δ that meets the weight.", {
        HIDDEN: lambda s, j: way_back([s["y", l] for l in j.above], j.outgoing)}),
    Entry("delta_left_out", "The gradient from above is left out: every path is δ times its weight.", {
        HIDDEN: lambda s, j: way_back([1.0] * len(j.above), j.outgoing)}),
    Entry("weight_left_out", "The weight on the way back is left out.", {
        HIDDEN: lambda s, j: -sum(deltas_above(s, j))}),
    Entry("incoming_weights", "These weights lead into the neuron: the way back goes over those that leave it.", {
        HIDDEN: lambda s, j: [-w.old * sum(deltas_above(s, j)) for w in j.weights]}),
    Entry("shared_out", "The error is shared out by w/Σw: every path is δ times its whole weight.", {
        HIDDEN: lambda s, j: way_back([s["δ", l] / sum(w.old for w in l.weights) for l in j.above], j.outgoing)}),
    Entry("transposed", "The indices are swapped: w_lj leads from j to l, forward and back.", {
        "v": transposed_v,
        HIDDEN: transposed_way_back}),
    Entry("other_neuron", "Another neuron's number is used: its weights, its target, its error or its δ.", {
        "v": lambda s, j: [local_field(k.weights, xs_of(s, j), j.bias) for k in j.siblings],
        "e": lambda s, j: [k.target - s["p", j] for k in s.net.outputs if k != j],
        OUTPUT: lambda s, j: [s["dJ/dy", k] for k in s.net.outputs if k != j],
        HIDDEN: lambda s, j: [way_back(deltas_above(s, j), k.outgoing) for k in j.siblings],
        "dJ/d": lambda s, p: [-s["δ", k] * s.x(i) for l, i in p.places
                              for k in l.siblings if k not in (unit for unit, _ in p.places)]}),

    # --- dJ/dw -------------------------------------------------------------------------------------------------------
    Entry("other_layer", "δ of another layer is used: it is that of the neuron the weight leads into.", {
        "dJ/d": lambda s, p: [-s["δ", k] * s.x(i) for l, i in p.places for k in s.net.units if k not in l.layer]}),
    Entry("other_x", "Another x is used: it is the one that goes through this weight.", {
        "dJ/d": lambda s, p: [-s["δ", l] * s.x(other) for l, i in p.places if not p.is_bias
                              for other in dict.fromkeys([*l.sources, *s.net.inputs]) if other != i]}),
    Entry("y_of_other_end", "y of the neuron that the weight leads into is used: x is what enters the weight.", {
        "dJ/d": lambda s, p: -sum(s["δ", l] * s["y", l] for l, _ in p.places)}),
    Entry("w_for_x", "The weight is used where its input x belongs: the derivative of w x by w is x.", {
        "dJ/d": lambda s, p: -sum(s["δ", l] * p.old for l, _ in p.places)}),
    Entry("x_left_out", "x is left out: dJ/dw = −δ x.", {
        "dJ/d": lambda s, p: [] if p.is_bias else -sum(s["δ", l] for l, _ in p.places)}),
    Entry("x_for_bias", "The bias has no x of the network: its x is 1.", {
        "dJ/d": lambda s, p: [s.right("dJ/d", p) * x for l, _ in p.places for x in xs_of(s, l)] if p.is_bias else []}),

    # --- Δw and the new w --------------------------------------------------------------------------------------------
    Entry("eta_left_out", "The learning rate η is left out: Δw = −η dJ/dw.", {
        "Δ": lambda s, p: p.memory - s["dJ/d", p]}),
    Entry("eta_twice", "The learning rate η is multiplied in twice.", {
        "Δ": lambda s, p: p.memory - s.net.lr**2 * s["dJ/d", p]}),
    Entry("momentum_left_out", "The momentum term, μ times the last Δw, is left out.", {
        "Δ": lambda s, p: -s.net.lr * s["dJ/d", p] if s.net.momentum else []}),
    Entry("momentum_sign", "The momentum term, μ times the last Δw, is subtracted: it is added.", {
        "Δ": lambda s, p: -s.net.lr * s["dJ/d", p] - p.memory if s.net.momentum else []}),
    Entry("momentum_times_eta", "The momentum term is multiplied by η too: Δw = μ times the last Δw, minus η dJ/dw.", {
        "Δ": lambda s, p: s.net.lr * (p.memory - s["dJ/d", p]) if s.net.momentum else []}),
    Entry("momentum_and_eta_swapped", "μ and η are swapped: μ goes with the last Δw, η with the gradient.", {
        "Δ": lambda s, p: s.net.lr * p.previous - s.net.momentum * s["dJ/d", p] if s.net.momentum else []}),
    Entry("minus_delta_w", "Δw is subtracted: the minus is in Δw already, the new w is w + Δw.", {
        "": lambda s, p: p.old - s["Δ", p]}),
    Entry("delta_w_alone", "That is Δw alone: the old w is left out.", {
        "": lambda s, p: s["Δ", p]}),
    Entry("not_updated", "That is the old weight: Δw is left out.", {
        "": lambda s, p: [] if p.is_bias else p.old}),
    Entry("other_weight", "Another weight's old number is used.", {
        "": lambda s, p: [q.old + s["Δ", p] for l, _ in p.places for k in l.layer for q in k.weights if q is not p]}),

    # --- found in the digits: no formula leads to them ---------------------------------------------------------------
    Entry("miscopied", "One digit is miscopied, or two are swapped.", {}),
    Entry("decimal_point", "The digits are right, the decimal point is not.", {}),
    Entry("rounded_early", "It is near, but was rounded too early: keep one digit more until the end.", {}),
)
BY_NAME = {row.name: row for row in CATALOGUE}
