"""Vanishing gradients: where the chain rule multiplies by 0, saturated neurons, and layers that no gradient reaches."""
from collections import Counter
from collections.abc import Sequence

from autograd import Parameter, Value, adjoints, ops, recorded, wengert_list

STEEPEST = {ops.sigmoid: 0.25, ops.tanh: 1.0}                       # the largest φ'(v)
SATURATED = 1e-3    # of the steepest slope: for tanh |v| > 4.1, for sigmoid |v| > 8.3


def first_neurons(J: Value) -> list[Value]:
    """The outputs of the first layer: activations that depend on no other activation."""
    neurons: list[Value] = []
    activated: set[Value] = set()
    for node in wengert_list(J):
        if not activated.isdisjoint(node.parents):
            activated.add(node)
        elif len(node.parents) == 1 and node.op and node.op.activation:
            activated.add(node)
            neurons.append(node)
    return neurons


ADVICE = {
    "relu": "relu{place} is dead, v ≤ 0: take leaky_relu, other initial weights or a smaller lr",
    "sigmoid": "sigmoid{place} is saturated, |v| so large that its slope is 0: take smaller inputs or weights",
    "tanh": "tanh{place} is saturated, |v| so large that its slope is 0: take smaller inputs or weights",
    "heaviside": "heaviside{place} has the slope 0 everywhere: train with sigmoid and round afterwards",
    "bipolar": "bipolar{place} has the slope 0 everywhere: train with tanh and round afterwards",
    "weighted_sum": "the weights that follow are all 0: draw initial weights at random",
}


def is_saturated(y: Value) -> bool:
    """Is y a sigmoid or a tanh whose slope is nearly 0?"""
    return y.op in STEEPEST and y.partials[0] <= SATURATED * STEEPEST[y.op]


def cause(losses: Sequence[Value], parameters: Sequence[Parameter]) -> str:
    """Describe why the gradients of these parameters are 0: by the operation that blocks them most often."""
    stops: Counter[tuple[str, str]] = Counter()
    for J in losses:
        leads: set[Value] = set(parameters)
        adjoint = adjoints(J, 1.0, recorded)
        for node in wengert_list(J):
            to = leads.intersection(node.parents)
            if to:
                leads.add(node)
                if adjoint.get(node) and any(x in to and g * adjoint[node] == 0 for x, g in recorded(node)):
                    stops[node.op.name, place_of(node)] += 1
    if not stops:
        return "the parts of each gradient cancel"
    [((name, place), _)] = stops.most_common(1)
    return ADVICE.get(name, f"{name}{{place}} has the slope 0 there").format(place=f" in {place}" * bool(place))


def place_of(y: Value) -> str:
    """The layer of the neuron whose output is y, from the scope of its weights; "" where they have none."""
    scopes = [x.scope for x in y.parents[0].parents if isinstance(x, Parameter)]
    return next((scope[0] for scope in scopes if scope), "")
