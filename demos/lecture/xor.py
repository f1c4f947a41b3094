"""XOR: one neuron fails, two layers succeed, and Goodfellow's published weights are right without training"""
import argparse

import nn

from ..pictures import Pictures
from ..training import add_training_arguments, train

X, T = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0.0, 1.0, 1.0, 0.0]
CLEAR = 0.4                                     # an output farther from its target says nothing, such as ½


def goodfellow() -> nn.MLP:
    """Two relu neurons and a linear one, with the weights of Goodfellow, Bengio, Courville, Deep Learning, 6.1."""
    model = nn.MLP(2, [2, 1], "relu", "linear", seed=0)
    for p, number in zip(model.parameters(), [1, 1, 0, 1, 1, -1, 1, -2, 0]):
        p.data = float(number)
    return model


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_training_arguments(parser, epochs=500, lr=0.05)


def run(pictures: Pictures, arguments: argparse.Namespace) -> None:
    from matplotlib.figure import Figure  # imported here, so that the other demos run without

    import viz

    models = {"one neuron": nn.MLP(2, [1], "tanh", "sigmoid", seed=arguments.seed),
              "2-4-1": nn.MLP(2, [4, 1], "tanh", "sigmoid", seed=arguments.seed)}
    figure = Figure(figsize=(18, 5), layout="constrained")
    for axes, (name, model) in zip(figure.subplots(1, 3), [*models.items(), ("Goodfellow's weights", goodfellow())]):
        print(f"{name}:")
        if name in models:
            train(model, X, T, nn.binary_cross_entropy, arguments, batch_size=4)
        y = nn.predict(model, X)
        right = f"{(abs(y - T) < CLEAR).sum()} of 4 right"
        print(f"  outputs {', '.join(f'{y_k:.3g}' for y_k in y)}: {right}\n")
        viz.decision_surface(model, X, T, level=None if name in models else 0.5, title=f"XOR, {name}: {right}", ax=axes)
    print("One neuron's boundary is a line, and no line has (0,1) and (1,0) on one side and (0,0) and (1,1) on the "
          "other.\nIn Goodfellow's network (0,0) lies on the kink of relu, v = 0 in its first neuron.")
    pictures.save("xor.png", figure.savefig)
