"""The layer of each node of a network, found from the scopes of the parameters."""
from collections import Counter
from collections.abc import Sequence

from autograd import Parameter, Value


def layers_of(tape: Sequence[Value]) -> dict[Value, str]:
    """The layer of each node that has one; the tape is in topological order.

    A parameter belongs to the layer that its scope names first, unless another layer uses it too.  Nodes computed with
    its parameters belong to the layer too: weighted sums, products, sums of those, and the activations at their end.
    Nodes computed from its outputs do not.

    >>> from autograd import weighted_sum
    >>> w, b, x = Parameter(2.0, "w", ["layer 1"]), Parameter(0.5, "b", ["layer 1"]), Value(3.0, "x")
    >>> v = weighted_sum([w], [x], b)
    >>> y = v.tanh()
    >>> list(layers_of([w, x, b, v, y, 1 - y])) == [w, b, v, y]
    True
    """
    layer: dict[Value, str] = {node: node.scope[0] for node in tape if isinstance(node, Parameter) and node.scope}
    outputs: set[Value] = set()
    shared: set[Value] = set()
    for node in tape:
        if node.op is None:
            continue
        parents, name = node.parents, node.op.name
        parameters = [parent for parent in parents if isinstance(parent, Parameter)]
        own = parameters if all(parameter.scope for parameter in parameters) else []
        found = ""
        if node.op.activation and parents[0] in layer and not outputs.intersection(parents):
            outputs.add(node)
            found = layer[parents[0]]
        elif own and (name == "weighted_sum" or (name == "*" and len(own) == 1)):
            [(found, _)] = Counter([layer[p] for p in reversed(own)]).most_common(1)    # some may be another layer's
        elif name in ("+", "total") and not outputs.intersection(parents):
            among = {layer.get(parent, "") for parent in parents}
            found = among.pop() if len(among) == 1 else ""
        if found:
            layer[node] = found
            shared |= {parent for parent in own if layer[parent] != found}
    return {node: layer[node] for node in tape if node in layer and node not in shared}
