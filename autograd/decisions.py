"""Refusal of what Python decides by the number of a Value, while one sample is recorded to stand for all."""
import linecache
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from . import ops

SKIPPED = sys.stdlib_module_names | {"autograd", "nn", "viz", "numpy"}      # whose lines are not the user's
REPLACEMENTS = {"max": "maximum", "min": "minimum", "fabs": "abs"}          # Python's names


class Recording(threading.local):
    """How this thread records: by default, comparisons and conversions of Values go by data."""
    refuses_decisions = False
    alternative = ""


this_thread = Recording()


@contextmanager
def decisions_refused(alternative: str) -> Iterator[None]:
    """Let comparisons, truth values and conversions of Values raise on this thread.

    `alternative` ends the message: what to do where autograd has no function for it.
    """
    before = this_thread.refuses_decisions, this_thread.alternative
    this_thread.refuses_decisions, this_thread.alternative = True, alternative
    try:
        yield
    finally:
        this_thread.refuses_decisions, this_thread.alternative = before


def refusal(action: str) -> TypeError:
    """The error for the user's line that does this to a Value: "compares a Value", "makes a float of a Value"."""
    place, text = users_line()
    return TypeError(f"{place}{f': `{text}`' if text else ''} {action}, but what Python decides for the sample that is "
                     f"recorded would hold for every sample; write {replacement(action, text)}, or "
                     f"{this_thread.alternative}")


def users_line() -> tuple[str, str]:
    """The innermost line on the stack outside this library, NumPy and Python's own: "file:number", and its text."""
    frame = sys._getframe(1)
    while frame.f_back and frame.f_globals.get("__name__", "").partition(".")[0] in SKIPPED:
        frame = frame.f_back
    file, line = frame.f_code.co_filename, frame.f_lineno
    return f"{file}:{line}", linecache.getline(file, line, frame.f_globals).strip()


def replacement(action: str, text: str) -> str:
    """What to write in place of a line that asks for the number of a Value.

    >>> replacement("makes a float of a Value", "return w * math.tanh(v)")
    'autograd.tanh'
    """
    called = [REPLACEMENTS.get(name, name) for name in re.findall(r"(\w+)\(", text)]
    if action.startswith("makes"):
        return next((f"autograd.{name}" for name in called if name in ops.TABLE),
                    "it with the functions of autograd, which take Values")
    return next((f"autograd.{name}(a, b)" for name in called if name in ("maximum", "minimum")),
                "autograd.select(x, a, b), which is a where x > 0 and b elsewhere, or autograd.maximum, minimum or abs")
