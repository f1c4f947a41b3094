"""What the training demos share: their options, and how a run is told in a few lines."""
import argparse
from collections.abc import Callable, Sequence
from typing import Any

import nn
from autograd import Parameter


def add_training_arguments(parser: argparse.ArgumentParser, epochs: int, lr: float) -> None:
    """--epochs, --lr and --seed, with this demo's defaults."""
    parser.add_argument("--epochs", type=whole(1), default=epochs, metavar="N",
                        help=f"how often each training sample is seen (default {epochs})")
    parser.add_argument("--lr", type=positive, default=lr, metavar="ETA", help=f"the learning rate η (default {lr:g})")
    parser.add_argument("--seed", type=whole(0), default=0, metavar="N",
                        help="the seed of the data, the first weights and the order of the samples (default 0)")


def whole(least: int) -> Callable[[str], int]:
    """The type of an option that is a whole number of at least this."""
    def convert(text: str) -> int:
        if not text.isdecimal() or int(text) < least:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least {least}")
        return int(text)
    return convert


def positive(text: str) -> float:
    """The type of an option that is a finite number above 0."""
    try:
        if 0 < (number := float(text)) < float("inf"):
            return number
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"{text!r} is not a positive number")


def train(model: Any, X: Any, T: Any, loss: nn.losses.Loss, arguments: argparse.Namespace, batch_size: int,
          validation: tuple[Any, Any] | None = None, parameters: Sequence[Parameter] | None = None,
          patience: int | None = None) -> nn.History:
    """Train the parameters, by default all, with Adam, and tell the settings and what came of them.

    Ctrl-C says how far it came and goes on to the caller.

    Raises FloatingPointError where training diverges.
    """
    print(f"{loss.__name__.replace('_', ' ')}; Adam with η = {arguments.lr:g}, batches of {batch_size}, "
          f"{arguments.epochs} epochs, seed {arguments.seed}")
    history = nn.fit(model, X, T, loss, nn.Adam(parameters or model.parameters(), arguments.lr), arguments.epochs,
                     batch_size, seed=arguments.seed, validation=validation, patience=patience)
    if history.stopped == "interrupted":
        print(f"interrupted after {len(history.losses)} epochs")
        raise KeyboardInterrupt
    print(f"  loss {history.losses[0]:.4g} in the first epoch, {history.losses[-1]:.4g} in the last; "
          f"{sum(history.seconds):.1f} s")
    return history


def rights(right: Any, what: str) -> str:
    """99.0% of 100 held-out points."""
    return f"{right.mean():.1%} of {len(right)} {what}"
