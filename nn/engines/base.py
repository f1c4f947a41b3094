"""What trains for one epoch: batches, a step of the optimizer after each, and the way back."""
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
    """Batches of an epoch, a step of the optimizer after each; always able to go back to whole steps."""

    def __init__(self, model: Callable[..., Any], data: Dataset, loss: Loss, optimizer: Optimizer,
                 reduction: str) -> None:
        self.model, self.data, self.loss, self.optimizer = model, data, loss, optimizer
        self.is_mean = reduction == "mean"
        self.before_fit = optimizer.state()
        self.last_finite: Any = self.before_fit     # where the loss was last finite
        self.checkpoint: Any = None                 # while a step is under way: where everything stood before it
        self.is_lent = False                        # while on_epoch runs: it may change the Values' weights

    def epochs(self, orders: Iterator[np.ndarray] | None, size: int, unseen: Dataset | None,
               most: int) -> tuple[list[float], list[float]]:
        """Train for one epoch, or several but at most `most`; the sums of losses of each, and of the unseen samples.

        Without orders the samples are taken as they come.
        """
        J = self.epoch(next(orders) if orders else np.arange(len(self.data.X)), size)
        return [J], [self.validation_loss(unseen)] if unseen else []

    def epoch(self, order: np.ndarray, size: int) -> float:
        """One pass over the samples in this order; the sum of their losses, each before its batch's step.

        Raises FloatingPointError, or what an operation raises outside its domain; rollback() is then to be called.
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
            self.step(end - first)
            if not math.isfinite(w := self.size_of_parameters()):
                raise FloatingPointError(f"a parameter is {w}")
            self.checkpoint = None
        return J

    def begin(self, order: np.ndarray) -> None:
        """An epoch begins, with the samples in this order."""
        self.order = order

    def losses(self, first: int, end: int) -> float:
        """The sum of the losses of a part of the order; the gradient of it is found on the way."""
        raise NotImplementedError

    def step(self, size: int) -> None:
        """Move the parameters once, by the gradient of the batch's mean or sum."""
        raise NotImplementedError

    def size_of_parameters(self) -> float:
        """A number that is finite only where every parameter is."""
        return sum(p._data for p in self.optimizer.parameters)

    def state(self) -> Any:
        """Where the parameters and the optimizer's memory stand."""
        return self.optimizer.state()

    def restore(self, state: Any) -> None:
        """Go back to an earlier state."""
        self.optimizer.restore(state)

    def undo(self, epochs: int) -> None:
        """Go back to whole steps after Ctrl-C, where the history holds this many epochs."""
        if self.checkpoint:
            self.restore(self.checkpoint)

    def rollback(self) -> None:
        """Go back to where the loss was last finite."""
        self.checkpoint = self.last_finite          # Ctrl-C may hit the restoring, which is then done again
        self.restore(self.last_finite)

    def explain(self, first: int, end: int) -> None:
        """The loss of a part of the order is not finite: an engine that can tell more raises here."""

    def write_back(self) -> None:
        """Let the Values hold the weights of now; while they are lent they do already."""

    def read_back(self) -> None:
        """Take up what somebody has put into the Values."""

    def lend(self) -> None:
        """Let the Values hold the weights while somebody may change them."""
        self.write_back()
        self.is_lent = True

    def take_back(self) -> None:
        """Take up what was changed since lend()."""
        self.read_back()
        self.is_lent = False

    def check_recording(self, calls: int | None = None) -> None:
        """Raise TypeError, everything as before fit, unless what is trained gives the losses that the user's code does.

        The Values must hold the weights.  Many samples are compared; with the number of on_epoch's calls so far, one
        sample after the 1st, 2nd, 4th, 8th, ... call.
        """

    def validation_loss(self, unseen: Dataset) -> float:
        """The sum of the losses of other samples."""
        return sum(losses_of(self.model, unseen, self.loss))


def losses_of(model: Callable[..., Any], data: Dataset, loss: Loss) -> list[float]:
    """The loss of every sample, with no graph of the model."""
    return [loss_value(loss([Constant(y_l) for y_l in y] if isinstance(y, list) else Constant(y), t)).data
            for y, t in zip(predict(model, data.X).tolist(), data.t)]
