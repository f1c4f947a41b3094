"""multiclass classification: handwritten digits of 8x8 pixels, the confusion matrix and the misread ones"""
import argparse

import numpy as np

import nn

from .pictures import Pictures
from .training import add_training_arguments, rights, train

HELD_OUT = 500
MOST = 24                                       # misread digits that are drawn


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_training_arguments(parser, epochs=12, lr=0.01)


def run(pictures: Pictures, arguments: argparse.Namespace) -> None:
    from sklearn.datasets import load_digits  # imported here, so that the other demos run without

    from viz import plots

    data = load_digits()
    order = np.random.default_rng(arguments.seed).permutation(len(data.target))
    X, T = data.data[order] / 16, data.target[order]                # pixels are 0 to 16
    X, T, X_new, T_new = X[HELD_OUT:], T[HELD_OUT:], X[:HELD_OUT], T[:HELD_OUT]
    print(f"{len(X)} digits to train on, {HELD_OUT} held out.  One linear output neuron for each class: the softmax "
          "is in the loss.\n")
    model = nn.MLP(64, [32, 10], "tanh", "linear", seed=arguments.seed)
    print(f"{model.summary()}\n")
    history = train(model, X, T, nn.cross_entropy, arguments, batch_size=32, validation=(X_new, T_new))

    read, read_new = (nn.predict(model, x).argmax(axis=1) for x in (X, X_new))
    wrong = np.flatnonzero(read_new != T_new)
    print(f"  right: {rights(read == T, 'training')}, {rights(read_new == T_new, 'held-out digits')}")

    pictures.save("digits_confusion.png", plots.confusion_matrix(T_new, read_new, range(10)).savefig)
    pictures.save("digits_loss.png", plots.loss_curve(history, title="Digits: cross-entropy").savefig)
    if len(wrong):
        some = wrong[:MOST]
        pictures.save("digits_misread.png", plots.images(
            X_new[some].reshape(-1, 8, 8), [f"{T_new[i]}, read as {read_new[i]}" for i in some],
            title=f"Misread: {len(wrong)} of {HELD_OUT} held-out digits"
                  + (f", the first {MOST}" if len(wrong) > MOST else "")).savefig)
