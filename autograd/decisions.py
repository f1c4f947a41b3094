"""Refusal of control flow that depends on a Value's data while one sample's graph is recorded for all samples."""
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from .conversion import replacements, users_line

PYTHONS = {"max": "maximum", "min": "minimum", "maximum": "maximum", "minimum": "minimum"}      # names: autograd's


class DecisionGuard(threading.local):
    """This thread's setting: are comparisons, truth values and conversions of Values refused?  Not by default."""
    refuses_decisions = False
    alternative = ""


this_thread = DecisionGuard()


@contextmanager
def decisions_refused(alternative: str) -> Iterator[None]:
    """Make comparisons, truth values and conversions of Values raise TypeError on this thread.

    `alternative` ends the message: what to do where no function of autograd fits.
    """
    before = this_thread.refuses_decisions, this_thread.alternative
    try:                                                # around the setting too: Ctrl-C may interrupt it
        this_thread.refuses_decisions, this_thread.alternative = True, alternative
        yield
    finally:
        this_thread.refuses_decisions, this_thread.alternative = before


def decision_refused(action: str) -> TypeError:
    """The TypeError that names the user's line and its action, such as "compares a Value"."""
    place, text = users_line()
    return TypeError(f"{place}{f': `{text}`' if text else ''} {action}, but what Python decides for the sample that is "
                     f"recorded would hold for every sample; write {replacement(action, text)}, or "
                     f"{this_thread.alternative}")


def replacement(action: str, text: str) -> str:
    """The expression to suggest in place of a line that uses the number of a Value.

    >>> replacement("makes a plain number of a Value", "return w * math.tanh(v)")
    'autograd.tanh'
    """
    if action.startswith("makes"):
        return next((f"autograd.{name}" for name in replacements(text)),
                    "it with the functions of autograd, which take Values")
    return next((f"autograd.{PYTHONS[name]}(a, b)" for name in re.findall(r"(\w+)\(", text) if name in PYTHONS),
                "autograd.select(x, a, b), which is a where x > 0 and b elsewhere, or autograd.maximum, minimum or abs")
