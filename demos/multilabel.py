"""multilabel classification: made-up emails, each spam or not and, independently, urgent or not"""
import argparse

import numpy as np

import nn

from .pictures import Pictures
from .training import add_training_arguments, rights, train

LABELS = "spam", "urgent"
TRAINING, HELD_OUT = 400, 200


def emails(n: int, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Made-up emails: five counts each, and the two labels they were drawn from.

    Nothing here is real mail: the labels are tossed, then the counts drawn by rates that the labels shift.  The rates
    overlap, so nobody can read off every label.
    """
    spam, urgent = random.random((2, n)) < 0.4
    features = [random.poisson(1 + 3 * spam),                       # links
                random.poisson(0.4 + 2.6 * spam),                   # words about money
                random.random(n) < 0.7 - 0.6 * spam,                # is the sender known?
                random.poisson(0.3 + 3.2 * urgent),                 # words about a deadline
                random.poisson(0.5 + 1.5 * spam + 2 * urgent)]      # exclamation marks: both labels raise them
    return np.stack(features, axis=1).astype(float), np.stack([spam, urgent], axis=1).astype(float)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_training_arguments(parser, epochs=20, lr=0.01)


def run(pictures: Pictures, arguments: argparse.Namespace) -> None:
    from viz import plots  # needs matplotlib, which the other demos do without

    X, T = emails(TRAINING + HELD_OUT, np.random.default_rng(arguments.seed))
    X = (X - X[:TRAINING].mean(axis=0)) / X[:TRAINING].std(axis=0)
    X, T, X_new, T_new = X[:TRAINING], T[:TRAINING], X[TRAINING:], T[TRAINING:]
    print(f"{TRAINING} made-up emails to train on, {HELD_OUT} held out: links, words about money, sender known or not, "
          "words about a\ndeadline, exclamation marks.  One sigmoid neuron for each label, so that any combination can "
          "come out.\n")
    model = nn.MLP(X.shape[1], [8, 2], "relu", "sigmoid", seed=arguments.seed)
    print(f"{model.summary()}\n")
    history = train(model, X, T, nn.binary_cross_entropy, arguments, batch_size=20, validation=(X_new, T_new))

    Y, Y_new = nn.predict(model, X), nn.predict(model, X_new)
    for k, label in enumerate(LABELS):
        print(f"  {label:6} right: {rights((Y[:, k] > 0.5) == T[:, k], 'training')}, "
              f"{rights((Y_new[:, k] > 0.5) == T_new[:, k], 'held-out emails')}")
    right = ((Y_new > 0.5) == T_new).all(axis=1)
    print("\nHeld-out emails with both labels right:")
    for combination in (0, 0), (1, 0), (0, 1), (1, 1):
        mine = (T_new == combination).all(axis=1)
        name = ", ".join(label if it_is else f"not {label}" for label, it_is in zip(LABELS, combination))
        print(f"  {name:22} {right[mine].sum():3} of {mine.sum():3}")
    most = Y_new[Y_new.sum(axis=1).argmax()]
    print(f"The two probabilities need not add up to 1: the likeliest urgent spam has {most[0]:.2f} and {most[1]:.2f}.")

    pictures.save("multilabel.png", plots.two_labels(Y_new, T_new, LABELS,
                                                     title="Held-out emails: two labels each").savefig)
    pictures.save("multilabel_loss.png", plots.loss_curve(history, title="Emails: binary cross-entropy").savefig)
