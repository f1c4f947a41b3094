"""binary classification: two interleaved moons, the decision surface and the loss curve"""
import argparse

import nn

from .pictures import Pictures
from .training import add_training_arguments, rights, train

NOISE = 0.1
TRAINING, HELD_OUT = 200, 100


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_training_arguments(parser, epochs=60, lr=0.01)


def run(pictures: Pictures, arguments: argparse.Namespace) -> None:
    from sklearn.datasets import make_moons  # imported here, so that the other demos run without

    from viz import plots

    X, T = make_moons(TRAINING + HELD_OUT, noise=NOISE, random_state=arguments.seed)
    X, T, X_new, T_new = X[:TRAINING], T[:TRAINING], X[TRAINING:], T[TRAINING:]
    print(f"Two moons: {TRAINING} points to train on, {HELD_OUT} held out, noise {NOISE}.\n")
    model = nn.MLP(2, [16, 16, 1], "relu", "sigmoid", seed=arguments.seed)
    print(f"{model.summary()}\n")
    history = train(model, X, T, nn.binary_cross_entropy, arguments, batch_size=10, validation=(X_new, T_new))
    print("  right: " + ", ".join([rights((nn.predict(model, x) > 0.5) == t, f"{what} points")
                                   for x, t, what in ((X, T, "training"), (X_new, T_new, "held-out"))]))

    pictures.save("moons.png", plots.decision_surface(lambda plane: nn.predict(model, plane), X, T,
                                                      held_out=(X_new, T_new), title="Two moons, 2-16-16-1").savefig)
    pictures.save("moons_loss.png", plots.loss_curve(history, title="Two moons: binary cross-entropy").savefig)
