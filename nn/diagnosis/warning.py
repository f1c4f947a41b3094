"""The warning for a training that probably fails."""
import sys
import warnings


class TrainingWarning(UserWarning):
    """Warns in one sentence, at the line that called fit, that the training will probably fail."""


def warn(message: str) -> None:
    """Warn at the line outside nn that called fit."""
    frame, level = sys._getframe(1), 2
    while frame.f_back and frame.f_globals.get("__name__", "").startswith("nn."):
        frame, level = frame.f_back, level + 1
    warnings.warn(message, TrainingWarning, stacklevel=level)
