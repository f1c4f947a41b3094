"""Neuron, Layer and MLP: v = w'x + b, y = φ(v), for one neuron, a layer and a sequence of layers.

The letters are the lecture's: x_i is an input, neuron j has the local field v_j and the output y_j, and w_ji leads
from i to j.  In an MLP the neurons are numbered through all layers, so that every letter denotes one node.
"""
from collections.abc import Iterator, Sequence
from numbers import Integral
from random import Random
from typing import Any

from autograd import Op, Parameter, Value, ops, weighted_sum, weighted_sums

from .activations import Activation, activation_of, activation_op, counted, initial_weights, one_each
from .module import Module, Row, unique


class Neuron(Module):
    """One neuron y = φ(v), v = w₁x₁ + ... + wₙxₙ + b; φ by name or as a row of the table, "tanh" or autograd.tanh.

    Raises ValueError for fewer than one input or an unknown activation.

    >>> neuron = Neuron(2, "tanh", seed=0)
    >>> y = neuron([2.0, 0.0])
    >>> y.label, y.parents[0].label, [p.label for p in neuron.parameters()]
    ('y', 'v', ['w1', 'w2', 'b'])
    """

    def __init__(self, nin: int, activation: str | Op = "tanh", seed: int | None = None) -> None:
        check_size("Neuron", "inputs", nin)
        draw = initial_weights(activation, nin, 1, Random(seed))
        self.activation = activation_op(activation).name
        self.w = [Parameter(next(draw)) for _ in range(nin)]
        self.b = Parameter(0.0)
        self.v_label, self.y_label = "v", "y"

    def __call__(self, x: Sequence[Value | float]) -> Value:
        x = inputs("Neuron", len(self.w), x)
        return self.activate(weighted_sum(self.w, x, self.b))

    def activate(self, v: Value) -> Value:
        """y = φ(v), both nodes labelled."""
        v.label = self.v_label
        y: Value = getattr(v, self.activation)()
        y.label = self.y_label
        return y

    def parameters(self) -> list[Parameter]:
        return [*self.w, self.b]

    def label_parts(self, path: str = "") -> None:
        if not vars(self).keys() <= {"activation", "w", "b", "v_label", "y_label"}:     # a subclass has more
            super().label_parts(path)
        scope, prefix = (path,) if path else (), f"{path}." if path else ""
        self.v_label, self.y_label = f"{prefix}v", f"{prefix}y"
        self.b.label, self.b.scope = f"{prefix}b", scope
        for i in range(len(self.w), 0, -1):
            self.w[i - 1].label, self.w[i - 1].scope = f"{prefix}w{i}", scope

    def summary_rows(self, path: str = "") -> Iterator[tuple[Any, Row]]:
        yield self, (path or "neuron", str(len(self.w)), "1", self.activation, str(len(unique(self.parameters()))))

    def __repr__(self) -> str:
        return f"Neuron({len(self.w)}, {self.activation!r})"


class Layer(Module):
    """Neurons side by side on the same inputs: v = Wx + b, y = φ(v); φ for all of them, or a list with one for each.

    Raises ValueError where the list is of another length, or names an unknown activation.

    >>> layer = Layer(3, 2, "sigmoid", seed=0)
    >>> len(layer([0.5, -1.0, 2.0])), len(layer.parameters())
    (2, 8)
    >>> Layer(1, 2, ["tanh", "relu"]).activation
    ['tanh', 'relu']
    """

    def __init__(self, nin: int, nout: int, activation: Activation, seed: int | Random | None = None) -> None:
        check_size("Layer", "inputs", nin)
        check_size("Layer", "neurons", nout)
        random = seed if isinstance(seed, Random) else Random(seed)
        self.neurons = [Neuron(nin, phi, seed=0) for phi in one_each("Layer", "neuron", activation, nout)]
        for neuron in self.neurons:
            draw = initial_weights(neuron.activation, nin, nout, random)
            for w in neuron.w:
                w.data = next(draw)

    def __call__(self, x: Sequence[Value | float]) -> list[Value]:
        x = inputs("Layer", len(self.neurons[0].w), x)
        local_fields = weighted_sums([n.w for n in self.neurons], x, [n.b for n in self.neurons])
        return [neuron.activate(v) for neuron, v in zip(self.neurons, local_fields)]

    @property
    def activation(self) -> str | list[str]:
        """φ's name, or a list of names where the neurons differ."""
        return activation_of([neuron.activation for neuron in self.neurons])

    def parameters(self) -> list[Parameter]:
        return unique(p for neuron in self.neurons for p in neuron.parameters())

    def label_parts(self, path: str = "") -> None:
        if len(vars(self)) > 1:                         # a subclass has more than neurons
            super().label_parts(path)
        label_neurons([self], path)

    def summary_rows(self, path: str = "") -> Iterator[tuple[Any, Row]]:
        yield self, (path or "layer", str(len(self.neurons[0].w)), str(len(self.neurons)), counted(self.activation),
                     str(len(self.parameters())))

    def __repr__(self) -> str:
        return f"Layer({len(self.neurons[0].w)}, {len(self.neurons)}, {self.activation!r})"


class MLP(Module):
    """A multi-layer perceptron: layers one after the other, the last one the output layer.

    Returns a Value for one output neuron, else a list of them.  activation is that of all hidden layers, or a list with
    one for each; a layer's may be a list in turn, with one for each neuron.

    >>> model = MLP(2, [3, 1], activation="tanh", seed=0)
    >>> model([1.0, -1.0]).label
    'y4'
    >>> print(model.summary())
    layer           inputs  neurons  activation  parameters
    hidden layer 1       2        3  tanh                 9
    output layer         3        1  linear               4
    total                                                13
    """

    def __init__(self, nin: int, nouts: Sequence[int], activation: Activation | Sequence[Activation] = "relu",
                 output_activation: Activation = "linear", seed: int | None = None) -> None:
        if not hasattr(nouts, "__len__") or not len(nouts):
            raise ValueError(f"MLP: nouts is the list of the layers' sizes, such as [16, 16, 1], not {nouts!r}")
        random, sizes = Random(seed), [nin, *nouts]
        activations = [*one_each("MLP", "hidden layer", activation, len(nouts) - 1), output_activation]
        self.layers = [Layer(n, m, phi, random) for n, m, phi in zip(sizes, sizes[1:], activations)]

    def __call__(self, x: Sequence[Value | float]) -> Any:
        x = inputs("MLP", len(self.layers[0].neurons[0].w), x)
        for layer in self.layers:
            x = layer(x)
        return x[0] if len(x) == 1 else x

    def parameters(self) -> list[Parameter]:
        return unique(p for layer in self.layers for p in layer.parameters())

    def label_parts(self, path: str = "") -> None:
        if len(vars(self)) > 1:                         # a subclass has more than layers
            super().label_parts(path)
        label_neurons(self.layers, path)

    def summary_rows(self, path: str = "") -> Iterator[tuple[Any, Row]]:
        for k, layer in enumerate(self.layers):
            for _, row in layer.summary_rows(f"{path} {layer_name(self.layers, layer)}".strip()):
                yield (layer, k), row                   # a layer used in several places has a row for each

    def __repr__(self) -> str:
        sizes = [len(layer.neurons) for layer in self.layers]
        hidden = [layer.activation for layer in self.layers[:-1]] or [self.layers[0].activation]
        activation = hidden[0] if hidden.count(hidden[0]) == len(hidden) and isinstance(hidden[0], str) else hidden
        return (f"MLP({len(self.layers[0].neurons[0].w)}, {sizes}, activation={activation!r}, "
                f"output_activation={self.layers[-1].activation!r})")


def label_neurons(layers: Sequence[Layer], path: str = "") -> None:
    """Label every neuron's v, y, weights and bias by its number, counted through all layers, and give its scope.

    A shared weight or bias gets the label of its first place, which is labelled last here.
    """
    count = sum(len(layer.neurons) for layer in layers)
    widest = max(count, len(layers[0].neurons[0].w))
    comma = "," if widest > 9 else ""                   # w12 is w₁₂; with ten or more, w1,12 and w11,2 must differ
    prefix = f"{path}." if path else ""
    last = count
    for layer in reversed(layers):
        first = last - len(layer.neurons) + 1
        name = path if path and len(layers) == 1 else f"{path} {layer_name(layers, layer)}".strip()
        for j in range(last, first - 1, -1):
            neuron = layer.neurons[j - first]
            scope = name, f"neuron {j}"
            neuron.v_label, neuron.y_label = f"{prefix}v{j}", f"{prefix}y{j}"
            neuron.b.label, neuron.b.scope = f"{prefix}b{j}", scope
            start = 1 if layer is layers[0] else first - len(neuron.w)
            for i in range(len(neuron.w) - 1, -1, -1):
                neuron.w[i].label, neuron.w[i].scope = f"{prefix}w{j}{comma}{start + i}", scope
        last = first - 1


def layer_name(layers: Sequence[Layer], layer: Layer) -> str:
    """A layer's name: hidden layer 1, hidden layer 2, ..., output layer."""
    return "output layer" if layer is layers[-1] else f"hidden layer {layers.index(layer) + 1}"


def inputs(kind: str, nin: int, x: Any) -> Sequence[Any]:
    """x as a list of nin numbers; an array's become Python numbers."""
    if not isinstance(x, (list, tuple)):
        found = x.tolist() if hasattr(x, "tolist") else x
        if not isinstance(found, list):
            if getattr(x, "ndim", 0) == 2:              # a frame
                raise batch_refusal(kind, nin, len(x))
            raise TypeError(f"{kind} takes a list of {nin} inputs, not {ops.short(repr(x))}")
        x = found
    if len(x) != nin or hasattr(x[0], "__len__"):
        if x and hasattr(x[0], "__len__") and type(x[0]) is not str:
            raise batch_refusal(kind, nin, len(x))
        if len(x) != nin:
            raise ValueError(f"this {kind} has {nin} inputs, but {len(x)} were given")
    return x


def batch_refusal(kind: str, nin: int, samples: int) -> ValueError:
    """The ValueError for a batch where a model takes one sample."""
    return ValueError(f"this {kind} takes one sample, a list of {nin} number{'s' * (nin > 1)}, but was given a batch "
                      f"of {samples}: write nn.predict(model, X), or [model(x) for x in X] to record them")


def check_size(kind: str, what: str, n: Any) -> None:
    """Raise ValueError unless n is a whole number of at least one."""
    if not isinstance(n, Integral) or n < 1:
        raise ValueError(f"{kind}: the number of {what} is a whole number of at least 1, not {n!r}")


def width(model: Any) -> int | None:
    """The number of inputs of an MLP, a Layer or a Neuron; None for any other function of a sample."""
    model = model.layers[0] if type(model) is MLP else model
    model = model.neurons[0] if type(model) is Layer else model
    return len(model.w) if type(model) is Neuron else None
