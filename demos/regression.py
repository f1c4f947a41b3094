"""regression: a noisy curve fitted; then with outliers, which pull squared errors more than absolute ones"""
import argparse
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

import nn

from .pictures import Pictures
from .training import add_training_arguments, train

NOISE = 0.15
TRAINING, HELD_OUT = 100, 100
OUTLIERS, LIFT = 10, 4.0                # so many targets, so far too high
LOSSES: dict[str, nn.losses.Loss] = {"mean squared error": nn.mean_squared_error, "Huber": nn.huber,
                                     "mean absolute error": nn.mean_absolute_error}


def true_function(x: np.ndarray) -> np.ndarray:
    return np.sin(1.5 * x) + 0.3 * x


def rms(errors: np.ndarray) -> float:
    """The root of the mean squared error, in the units of t."""
    return float(np.sqrt(np.mean(errors ** 2)))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_training_arguments(parser, epochs=150, lr=0.01)


def run(pictures: Pictures, arguments: argparse.Namespace) -> None:
    from viz import plots  # needs matplotlib, which the other demos do without

    random = np.random.default_rng(arguments.seed)
    X = random.uniform(-3, 3, (TRAINING + HELD_OUT, 1))
    T = true_function(X) + random.normal(0, NOISE, X.shape)
    X, T, X_new, T_new = X[:TRAINING], T[:TRAINING], X[TRAINING:], T[TRAINING:]
    print(f"t = sin(1.5 x) + 0.3 x, with noise of {NOISE}: {TRAINING} samples to train on, {HELD_OUT} held out.  The "
          "output\nneuron is linear, so that a value of any size can come out.\n")
    print(f"{network(arguments).summary()}\n")

    fitted, history = fit(X, T, nn.mean_squared_error, arguments, validation=(X_new, T_new))
    print(f"  off by (root mean square) {rms(fitted(X) - T[:, 0]):.3f} in training, "
          f"{rms(fitted(X_new) - T_new[:, 0]):.3f} held out; "
          f"off the true function by {rms(fitted(X_new) - true_function(X_new[:, 0])):.3f}")
    pictures.save("regression.png", plots.fit_curve(X, T, {"fitted": fitted}, truth=true_function,
                                                    held_out=(X_new, T_new), title="A noisy curve, 1-16-16-1").savefig)
    pictures.save("regression_loss.png", plots.loss_curve(history, title="Regression: mean squared error").savefig)

    is_outlier = np.arange(TRAINING) < OUTLIERS         # the samples are in random order already
    T = T + LIFT * is_outlier[:, None]
    print(f"\nThe same with {OUTLIERS} outliers among the training targets, each {LIFT:g} too high:\n")
    fits = {}
    for name, loss in LOSSES.items():
        fits[name], _ = fit(X, T, loss, arguments)
        print(f"  off the true function by {rms(fits[name](X_new) - true_function(X_new[:, 0])):.3f}")
    pictures.save("regression_outliers.png", plots.fit_curve(
        X, T, fits, truth=true_function, outliers=is_outlier, title="Outliers: which loss follows them?").savefig)


def network(arguments: argparse.Namespace) -> nn.MLP:
    """The same first weights for every loss."""
    return nn.MLP(1, [16, 16, 1], "tanh", "linear", seed=arguments.seed)


def fit(X: Any, T: Any, loss: nn.losses.Loss, arguments: argparse.Namespace,
        validation: tuple[Any, Any] | None = None) -> tuple[Callable[[np.ndarray], np.ndarray], nn.History]:
    """The fitted function and the history of its training."""
    model = network(arguments)
    history = train(model, X, T, loss, arguments, batch_size=10, validation=validation)
    return partial(nn.predict, model), history
