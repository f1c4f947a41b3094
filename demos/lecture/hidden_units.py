"""what each layer does: every neuron of a 2-12-8-1 network on two spirals, and the boundary they make together"""
import argparse

import numpy as np

import nn
import viz

from ..pictures import Pictures
from ..training import add_training_arguments, rights, train

SAMPLES, TURNS = 120, 1.25


def spirals(n: int = SAMPLES) -> tuple[np.ndarray, np.ndarray]:
    """n points on each of two spirals that turn around each other."""
    s = np.sqrt(np.linspace(0.01, 1, n))
    angle = 2 * np.pi * TURNS * s
    arm = np.column_stack([s * np.cos(angle), s * np.sin(angle)])
    return np.concatenate([arm, -arm]), np.repeat([0.0, 1.0], n)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_training_arguments(parser, epochs=300, lr=0.01)


def run(pictures: Pictures, arguments: argparse.Namespace) -> None:
    X, T = spirals()
    model = nn.MLP(2, [12, 8, 1], "tanh", "sigmoid", seed=arguments.seed)
    print(f"{model.summary()}\n")
    train(model, X, T, nn.binary_cross_entropy, arguments, batch_size=20)
    print(f"  right: {rights((nn.predict(model, X) > 0.5) == T, 'points')}\n\nThe first hidden layer draws straight "
          "boundaries; the second combines them into bent ones; the output combines those.")
    pictures.save("hidden_units.png", viz.hidden_units(model, X, title="Each neuron's output, and where v = 0").savefig)
    pictures.save("hidden_units_surface.png", viz.decision_surface(model, X, T, title="Two spirals").savefig)
    pictures.save("hidden_units_weights.png", viz.hinton(model).savefig)
