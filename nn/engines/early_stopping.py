"""Early stopping: end the training when the validation loss no longer falls, and restore the best weights."""
import math
from collections.abc import Callable
from inspect import Parameter, signature
from typing import Any

from .base import Engine


class EarlyStopping:
    """The least validation loss so far, with its epoch and the state of the training then (Prechelt 1998)."""

    def __init__(self, patience: int) -> None:
        self.patience = patience
        self.best: tuple[float, int, Any] = math.inf, 0, None       # one assignment, so Ctrl-C cannot separate them

    def is_over(self, epoch: int, loss: float, state: Any) -> bool:
        """Record an epoch's validation loss; True where the last `patience` ones did not improve on the best."""
        if loss < self.best[0]:
            self.best = loss, epoch, state
        return epoch - self.best[1] >= self.patience

    def restore(self, run: Engine) -> int:
        """Restore the best state, also inside an on_epoch that Ctrl-C ended; return its epoch, 0 for none."""
        _, epoch, state = self.best
        if epoch:
            run.is_lent = False
            run.restore(state)
        return epoch


def takes_validation_loss(on_epoch: Callable[..., Any]) -> bool:
    """Has on_epoch a third argument without a default, which is for the validation loss?"""
    try:
        arguments = signature(on_epoch).parameters.values()
    except (TypeError, ValueError):                     # some functions written in C have no signature
        return False
    positional = Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD
    return len([x for x in arguments if x.kind in positional and x.default is Parameter.empty]) == 3
