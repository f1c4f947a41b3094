"""The catalogue of mistakes in backpropagation by hand: one row a mistake.

A row has a name, a sentence for the student, and the wrong formula in the lecture's letters for each kind of number
that the mistake strikes.  A formula gets the worksheet s and a neuron j or a parameter p, and returns the wrong number,
a list of them (one for each other weight, path, ...), or [] where the mistake cannot be made.
A mistake in φ' or in dJ/dy is found in δ = -dJ/dy φ' too, so it has one formula.  To add a mistake is to add
a row.
"""
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Formula = Callable[[Any, str], Any]

HALF, MSE, CE = "half_squared_error", "mean_squared_error", "cross_entropy"
BCE, LOGITS = "binary_cross_entropy", "binary_cross_entropy_with_logits"
OUTPUT, HIDDEN = "dJ/dy", "Σδw"             # dJ/dy from the loss, and dJ/dy = -Σ_l δ_l w_lj from the layer above


@dataclass(frozen=True)
class Entry:
    """One mistake: its name, one sentence on it, and {kind of number: the wrong formula}."""
    name: str
    sentence: str
    formulas: Mapping[str, Formula]


def minus_delta_x(delta: Callable[[Any, str, str], Any] = lambda s, l, source: s.delta(l),
                  x: Callable[[Any, str, str], Any] = lambda s, l, source: s.x(source)) -> Formula:
    """dJ/dw = -Σ δ_l x over the places (l, source) of p, with another δ or another x; [] where one of them has none."""
    def formula(s: Any, p: str) -> Any:
        factors = [(delta(s, l, source), x(s, l, source)) for l, source in s.places(p)]
        return [] if any(f is None for pair in factors for f in pair) else -sum(d * x_i for d, x_i in factors)

    return formula


CATALOGUE = (
    # --- the sign ----------------------------------------------------------------------------------------------------
    Entry("sign", "The size is right, the sign is wrong.", {
        "e": lambda s, j: -s.right("e", j),
        OUTPUT: lambda s, j: -s.right("dJ/dy", j),
        HIDDEN: lambda s, j: -s.right("dJ/dy", j),
        "δ": lambda s, j: -s.right("δ", j),
        "dJ/d": lambda s, p: -s.right("dJ/d", p),
        "Δ": lambda s, p: 2 * s.memory(p) - s.right("Δ", p)}),

    # --- the forward phase -------------------------------------------------------------------------------------------
    Entry("bias_forgotten", "The bias is left out: it adds to v, and it is trained as a weight with x = 1.", {
        "v": lambda s, j: s.right("v", j) - s.bias(j),
        "dJ/d": lambda s, p: 0 * s.right("dJ/d", p) if s.is_bias(p) else [],
        "Δ": lambda s, p: 0 * s.right("Δ", p) if s.is_bias(p) else [],
        "": lambda s, p: s.old(p) if s.is_bias(p) else []}),
    Entry("v_for_x", "v is used where y = φ(v) belongs: φ is what the neuron below sends.", {
        "v": lambda s, j: s.weighted(j, x=s.v_of) if s.inner_sources(j) else [],
        "dJ/d": minus_delta_x(x=lambda s, l, source: s.v_of(source) if s.is_inner(source) else None)}),
    Entry("phi_left_out", "φ is left out: y = φ(v).", {
        "y": lambda s, j: s.v(j)}),
    Entry("exponent_sign", "The sign in the exponent is wrong: σ(v) = 1/(1 + e⁻ᵛ).", {
        "y": lambda s, j: 1 - s.right("y", j) if s.phi(j) == "sigmoid" else []}),
    Entry("probability_left_out", "The output is not yet a probability: softmax (or the sigmoid) comes first.", {
        "e": lambda s, j: s.t(j) - s.y(j) if s.loss in (CE, LOGITS) else []}),
    Entry("sigmoid_for_softmax", "Softmax belongs here, not the sigmoid: the outputs share one sum.", {
        "e": lambda s, j: s.t(j) - s.phi_at("sigmoid", s.y(j)) if s.loss == CE else []}),
    Entry("square_for_e", "The square of e is used where e itself belongs: the derivative of ½ e² is e.", {
        "e": lambda s, j: [s.right("e", j) ** 2, s.right("e", j) ** 2 / 2]}),

    # --- φ' ----------------------------------------------------------------------------------------------------------
    Entry("phi_prime_left_out", "φ'(v), the derivative of the activation function, is left out.", {
        "φ'": lambda s, j: 1 + 0 * s.v(j)}),
    Entry("phi_for_phi_prime", "φ(v) is used where its derivative φ'(v) belongs.", {
        "φ'": lambda s, j: s.y(j)}),
    Entry("phi_prime_at_y", "φ' is taken at y; it is taken at v.", {
        "φ'": lambda s, j: s.slope_at(s.phi(j), s.y(j))}),
    Entry("v_for_y", "v is used where y belongs: in y (1 - y) and in 1 - y² the letter is y = φ(v).", {
        "φ'": lambda s, j: s.slope_in_y(s.phi(j), s.v(j))}),
    Entry("half_of_phi_prime", "Half of φ' is left out: σ' = y (1 - y), tanh' = 1 - y².", {
        "φ'": lambda s, j: 1 - s.y(j) if s.phi(j) in ("sigmoid", "tanh") else []}),
    Entry("plus_for_minus", "A plus is used where a minus belongs: σ' = y (1 - y), tanh' = 1 - y².", {
        "φ'": lambda s, j: {"sigmoid": s.y(j) * (1 + s.y(j)), "tanh": 1 + s.y(j) ** 2}.get(s.phi(j), [])}),
    Entry("one_left_out", "The 1 is left out: tanh' = 1 - y².", {
        "φ'": lambda s, j: [s.y(j) ** 2, -s.y(j) ** 2] if s.phi(j) == "tanh" else []}),
    Entry("another_phi", "That is another activation function.", {
        "y": lambda s, j: [s.phi_at(phi, s.v(j)) for phi in s.other_phis(j)],
        "φ'": lambda s, j: [s.slope_in_y(phi, s.y(j)) for phi in s.other_phis(j)]}),
    Entry("other_side", "That is φ' on the other side of the kink: it goes by the sign of v.", {
        "φ'": lambda s, j: s.slope_at(s.phi(j), -s.v(j)) if s.phi(j) in ("relu", "leaky_relu") else []}),
    Entry("phi_prime_twice", "φ'(v) is multiplied in twice.", {
        "δ": lambda s, j: s.slope(j) * s.right("δ", j)}),
    Entry("phi_prime_of_above", "φ' of the layer above is used; this neuron's own φ'(v) belongs here.", {
        "δ": lambda s, j: sum(s.delta(l) * w * s.slope(l) for l, w in s.paths(j)) if s.paths(j) else []}),

    # --- the derivative of the loss ----------------------------------------------------------------------------------
    Entry("factor_2", "A factor of 2 is too much or too little: the derivative of e² is 2e, that of ½ e² is e.", {
        OUTPUT: lambda s, j: [-2 * s.e(j), -s.e(j) / 2] if s.loss == HALF else s.right("dJ/dy", j) / 2
        if s.loss == MSE else []}),
    Entry("factor_n", "The factor 1/n is wrong: a loss that averages over its outputs has it, one that sums has not.", {
        OUTPUT: lambda s, j: s.right("dJ/dy", j) * (s.n if s.is_mean else 1 / s.n) if s.n > 1 else []}),
    Entry("phi_prime_kept", "φ' does not belong here: it cancels against the derivative of the cross-entropy.", {
        OUTPUT: lambda s, j: [-s.e(j), -s.e(j) / s.n] if s.loss == BCE else
        s.right("dJ/dy", j) * s.p(j) * (1 - s.p(j)) if s.loss in (CE, LOGITS) else []}),
    Entry("half_of_the_loss", "Half of the derivative is left out: it is t/y - (1 - t)/(1 - y).", {
        OUTPUT: lambda s, j: -s.t(j) / s.y(j) / s.n if s.loss == BCE else []}),
    Entry("J_for_e", "The loss itself is used where its derivative belongs.", {
        OUTPUT: lambda s, j: [-s.e(j) ** 2 / 2, s.e(j) ** 2 / 2] if s.loss == HALF else []}),

    # --- δ -----------------------------------------------------------------------------------------------------------
    Entry("x_in_delta", "x does not belong here: it comes in with the gradient of the weight, dJ/dw = -δ x.", {
        "δ": lambda s, j: [s.right("δ", j) * s.x(source) for source in s.sources(j)]}),
    Entry("eta_in_delta", "η does not belong here: it comes in with the update, Δw = η δ x.", {
        "δ": lambda s, j: s.lr * s.right("δ", j)}),
    Entry("plus_for_times", "Two factors are added where they are multiplied.", {
        "δ": lambda s, j: s.slope(j) - s.dy(j)}),
    Entry("one_path", "Only some of the paths are counted: the gradients of all the paths are added.", {
        HIDDEN: lambda s, j: [-s.delta(l) * w for l, w in s.paths(j)] if len(s.paths(j)) > 1 else [],
        "dJ/d": lambda s, p: [-s.delta(l) * s.x(source) for l, source in s.places(p)] if len(s.places(p)) > 1 else []}),
    Entry("averaged", "The paths are averaged: their gradients are added.", {
        HIDDEN: lambda s, j: s.right("dJ/dy", j) / len(s.paths(j)) if len(s.paths(j)) > 1 else []}),
    Entry("updated_weights", "The weights are updated already: the way back needs those of the forward phase.", {
        HIDDEN: lambda s, j: -sum(s.delta(l) * s.new(p) for l, p in s.outgoing(j))}),
    Entry("e_for_delta", "The error e is used where δ belongs: its φ' is left out.", {
        HIDDEN: lambda s, j: sum(s.dy(l) * w for l, w in s.paths(j)),
        "dJ/d": minus_delta_x(delta=lambda s, l, source: -s.dy(l))}),
    Entry("y_for_delta", "y is used where δ belongs: on the way back it is δ that meets the weight.", {
        HIDDEN: lambda s, j: -sum(s.y(l) * w for l, w in s.paths(j))}),
    Entry("delta_left_out", "The gradient from above is left out: every path is δ times its weight.", {
        HIDDEN: lambda s, j: -sum(w for _, w in s.paths(j))}),
    Entry("weight_left_out", "The weight on the way back is left out.", {
        HIDDEN: lambda s, j: -sum(s.delta(l) for l, _ in s.paths(j))}),
    Entry("incoming_weights", "These weights lead into the neuron: the way back goes over those that leave it.", {
        HIDDEN: lambda s, j: [-w * sum(s.delta(l) for l, _ in s.paths(j)) for w in s.incoming(j)]}),
    Entry("shared_out", "The error is shared out by w/Σw: every path is δ times its whole weight.", {
        HIDDEN: lambda s, j: -sum(s.delta(l) * w / sum(s.incoming(l)) for l, w in s.paths(j))}),
    Entry("transposed", "The indices are swapped: w_lj leads from j to l, forward and back.", {
        "v": lambda s, j: s.transposed_v(j),
        HIDDEN: lambda s, j: s.transposed_dy(j)}),
    Entry("other_neuron", "Another neuron's number is used: its weights, its target, its error or its δ.", {
        "v": lambda s, j: [s.weighted(j, weights=s.incoming(k)) for k in s.siblings(j)],
        "e": lambda s, j: [s.t(k) - s.p(j) for k in s.outputs if k != j],
        OUTPUT: lambda s, j: [s.dy(k) for k in s.outputs if k != j],
        HIDDEN: lambda s, j: [-sum(s.delta(l) * w for (l, _), (_, w) in zip(s.paths(j), s.paths(k)))
                              for k in s.siblings(j)],
        "dJ/d": lambda s, p: [-s.delta(k) * s.x(source) for l, source in s.places(p) for k in s.siblings(l)]}),

    # --- dJ/dw -------------------------------------------------------------------------------------------------------
    Entry("other_layer", "δ of another layer is used: it is that of the neuron the weight leads into.", {
        "dJ/d": lambda s, p: [-s.delta(k) * s.x(source) for l, source in s.places(p)
                              for k in s.neurons if k not in (l, *s.siblings(l))]}),
    Entry("other_x", "Another x is used: it is the one that goes through this weight.", {
        "dJ/d": lambda s, p: [-s.delta(l) * s.x(other) for l, source in s.places(p) if source != "1"
                              for other in {*s.sources(l), *s.inputs} - {source}]}),
    Entry("y_of_other_end", "y of the neuron that the weight leads into is used: x is what enters the weight.", {
        "dJ/d": minus_delta_x(x=lambda s, l, source: s.y(l))}),
    Entry("w_for_x", "The weight is used where its input x belongs: the derivative of w x by w is x.", {
        "dJ/d": lambda s, p: -sum(s.delta(l) * s.old(p) for l, _ in s.places(p))}),
    Entry("x_left_out", "x is left out: dJ/dw = -δ x.", {
        "dJ/d": lambda s, p: [] if s.is_bias(p) else -sum(s.delta(l) for l, _ in s.places(p))}),
    Entry("x_for_bias", "The bias has no x of the network: its x is 1.", {
        "dJ/d": lambda s, p: [s.right("dJ/d", p) * s.x(source) for l, _ in s.places(p) for source in s.sources(l)]
        if s.is_bias(p) else []}),

    # --- Δw and the new w --------------------------------------------------------------------------------------------
    Entry("eta_left_out", "The learning rate η is left out: Δw = -η dJ/dw.", {
        "Δ": lambda s, p: s.memory(p) - s.dw(p)}),
    Entry("eta_twice", "The learning rate η is multiplied in twice.", {
        "Δ": lambda s, p: s.memory(p) - s.lr**2 * s.dw(p)}),
    Entry("momentum_left_out", "The momentum term, μ times the last Δw, is left out.", {
        "Δ": lambda s, p: -s.lr * s.dw(p) if s.momentum else []}),
    Entry("momentum_sign", "The momentum term, μ times the last Δw, is subtracted: it is added.", {
        "Δ": lambda s, p: -s.lr * s.dw(p) - s.memory(p) if s.momentum else []}),
    Entry("momentum_times_eta", "The momentum term is multiplied by η too: Δw = μ times the last Δw, minus η dJ/dw.", {
        "Δ": lambda s, p: s.lr * (s.memory(p) - s.dw(p)) if s.momentum else []}),
    Entry("momentum_and_eta_swapped", "μ and η are swapped: μ goes with the last Δw, η with the gradient.", {
        "Δ": lambda s, p: s.lr / s.momentum * s.memory(p) - s.momentum * s.dw(p) if s.momentum else []}),
    Entry("minus_delta_w", "Δw is subtracted: the minus is in Δw already, the new w is w + Δw.", {
        "": lambda s, p: s.old(p) - s.change(p)}),
    Entry("delta_w_alone", "That is Δw alone: the old w is left out.", {
        "": lambda s, p: s.change(p)}),
    Entry("not_updated", "That is the old weight: Δw is left out.", {
        "": lambda s, p: [] if s.is_bias(p) else s.old(p)}),
    Entry("other_weight", "Another weight's old number is used.", {
        "": lambda s, p: [s.old(q) + s.change(p) for q in s.neighbours(p)]}),

    # --- found in the digits: no formula leads to them ---------------------------------------------------------------
    Entry("miscopied", "One digit is miscopied, or two are swapped.", {}),
    Entry("decimal_point", "The digits are right, the decimal point is not.", {}),
    Entry("rounded_early", "It is near, but was rounded too early: keep one digit more until the end.", {}),
)
BY_NAME = {row.name: row for row in CATALOGUE}
