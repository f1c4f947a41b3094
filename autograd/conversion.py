"""Error messages for converting a Value to a plain number, as float(v) and math.tanh(v) do: what to write instead."""
import linecache
import re
import sys
from typing import Any

from . import ops

SKIPPED = sys.stdlib_module_names | {"autograd", "nn", "viz", "numpy"}      # modules that are not the user's
REPLACEMENTS = {"fabs": "abs", "fsum": "total", "fmean": "mean"}            # other libraries' names for our functions
FUNCTIONS = [*(name for name, op in ops.TABLE.items() if name == op.name != "neg"), "mean"]


def conversion_refused(value: Any) -> TypeError:
    """The TypeError for converting a Value: it names v.data or autograd's functions, those on the user's line first."""
    _, text = users_line()
    called = dict.fromkeys(f"autograd.{name}" for name in replacements(text))
    others = ", ".join(name for name in FUNCTIONS if f"autograd.{name}" not in called)
    use = f"{' and '.join(called)} (others: {others})" if called else f"operators and autograd's functions: {others}"
    return TypeError(f"a plain number of {ops.short(repr(value))} would have no gradient: where only the number is "
                     f"wanted write v.data; to keep the gradient use {use}")


def users_line() -> tuple[str, str]:
    """The innermost line on the stack outside this library, NumPy and the standard library: "file:number", text."""
    frame = sys._getframe(1)
    while frame.f_back and str(frame.f_globals.get("__name__")).partition(".")[0] in SKIPPED:
        frame = frame.f_back
    file, line = frame.f_code.co_filename, frame.f_lineno
    return f"{file}:{line}", linecache.getline(file, line, frame.f_globals).strip()


def replacements(text: str) -> list[str]:
    """autograd's functions that replace those of other modules named on a line, or else those called on it.

    >>> replacements("y = log(w) * math.tanh(w)"), replacements("y = w * fabs(w)")
    (['tanh'], ['abs'])
    """
    named = re.findall(r"\b(?:c?math|np|numpy|statistics)\.(\w+)", text) or re.findall(r"(\w+)\(", text)
    return [name for name in (REPLACEMENTS.get(name, name) for name in named) if name in FUNCTIONS]
