"""Matt Mazur's "A Step by Step Backpropagation Example": the 2-2-2 network that thousands have computed by hand."""
from nn import MLP

X, T, LR = (0.05, 0.10), (0.01, 0.99), 0.5
WEIGHTS = 0.15, 0.20, 0.25, 0.30, 0.40, 0.45, 0.50, 0.55         # the article's w1 to w8
BIASES = 0.35, 0.60                                             # one for each layer, shared by its two neurons


def network() -> MLP:
    """The article's network: sigmoid neurons, two inputs, two hidden, two outputs, a shared bias in each layer."""
    model = MLP(2, [2, 2], "sigmoid", "sigmoid", seed=0)
    for layer, bias in zip(model.layers, BIASES):
        first, second = layer.neurons
        first.b.data = bias
        second.b = first.b
    for w, data in zip(weights(model), WEIGHTS):
        w.data = data
    return model


def weights(model: MLP) -> list:
    """w1 to w8 without the biases, which the article does not train."""
    return [w for layer in model.layers for neuron in layer.neurons for w in neuron.w]
