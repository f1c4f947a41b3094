"""Engine, the base class: epochs of batches with an optimizer step after each, and rollback to whole steps."""
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from autograd import Constant

from ..dataset import Dataset
from ..losses import Loss
from ..optimizers import Optimizer
from ..prediction import predict
from .recording import loss_value


class Engine:
    """Trains epochs of batches with an optimizer step after each; it can always roll back to whole steps."""

    def __init__(self, model: Callable[..., Any], data: Dataset, loss: Loss, optimizer: Optimizer,
                 reduction: str) -> None:
        self.model, self.data, self.loss, self.optimizer = model, data, loss, optimizer
        self.is_mean = reduction == "mean"
        self.before_fit = optimizer.state()
        self.last_finite: Any = self.before_fit     # the state where the loss was last finite
        self.checkpoint: Any = None                 # during a step: the state before it
        self.is_lent = False                        # while on_epoch runs: it may change the Values' weights

    def epochs(self, orders: Iterator[np.ndarray] | None, size: int, unseen: Dataset | None,
               most: int) -> tuple[list[float], list[float]]:
        """Train for 1 to `most` epochs; return for each the sum of its losses, and of the validation losses.

        Without orders the samples are used in their given order.
        """
        J = self.epoch(next(orders) if orders else np.arange(len(self.data.X)), size)
        return [J], [self.validation_loss(unseen)] if unseen else []

    def epoch(self, order: np.ndarray, size: int) -> float:
        """Train for one epoch in this order of samples; return the sum of the losses, each before its batch's step.

        Raises FloatingPointError, or an operation's error outside its domain; the caller then calls rollback().
        """
        J = 0.0
        self.begin(order)
        for first in range(0, len(order), size):
            end = min(first + size, len(order))
            found = self.losses(first, end)
            if not math.isfinite(found):
                self.explain(first, end)
                raise FloatingPointError(f"the loss is {found}")
            J += found
            self.last_finite = self.checkpoint = self.state()
            if not math.isfinite(w := self.step(end - first)):
                raise FloatingPointError(f"a parameter is {w}")
            self.checkpoint = None
        return J

    def begin(self, order: np.ndarray) -> None:
        """Prepare an epoch, with the samples in this order."""
        self.order = order

    def losses(self, first: int, end: int) -> float:
        """The sum of the losses of samples first to end of the order; also accumulates its gradient."""
        raise NotImplementedError

    def step(self, size: int) -> float:
        """Update the parameters once, by the gradient of the batch's mean or sum.

        Returns a number that is finite only where every parameter is.
        """
        raise NotImplementedError

    def state(self) -> Any:
        """A snapshot of the parameters and the optimizer's memory."""
        return self.optimizer.state()

    def restore(self, state: Any) -> None:
        """Restore an earlier state."""
        self.optimizer.restore(state)

    def undo(self, epochs: int) -> list[tuple[float, float]]:
        """Roll back to whole steps after Ctrl-C, with this number of epochs in the history.

        Returns the sum of losses and the seconds of each epoch that is complete but not in the history.
        """
        if self.checkpoint:
            self.restore(self.checkpoint)
        return []

    def rollback(self) -> None:
        """Restore the state where the loss was last finite."""
        self.checkpoint = self.last_finite          # undo() repeats the restore if Ctrl-C interrupts it
        self.restore(self.last_finite)

    def explain(self, first: int, end: int) -> None:
        """Called where the loss of a part of the order is not finite: an engine that knows the reason raises here."""

    def write_back(self) -> None:
        """Write the current weights to the Values; while these are lent, they hold them already."""

    def read_back(self) -> None:
        """Read the weights from the Values."""

    def lend(self) -> None:
        """Write the weights to the Values while on_epoch may change them."""
        self.write_back()
        self.is_lent = True

    def take_back(self) -> None:
        """Read the changes made since lend()."""
        self.read_back()
        self.is_lent = False

    def check_recording(self, calls: int | None = None) -> None:
        """Raise TypeError, and restore everything, unless the recording gives the same losses as the user's code.

        The Values must hold the weights.  Many samples are compared; with the number of on_epoch's calls so far, one
        sample after the 1st, 2nd, 4th, 8th, ... call.
        """

    def validation_loss(self, unseen: Dataset) -> float:
        """The sum of the losses of the validation samples."""
        return sum(losses_of(self.model, unseen, self.loss))


def losses_of(model: Callable[..., Any], data: Dataset, loss: Loss) -> list[float]:
    """The loss of every sample, computed without a graph of the model."""
    return [loss_value(loss([Constant(y_l) for y_l in y] if isinstance(y, list) else Constant(y), t)).data
            for y, t in zip(predict(model, data.X).tolist(), data.t)]
