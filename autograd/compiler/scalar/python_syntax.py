"""Python syntax for traced numbers: operators, calls of math, and their precedence."""
import math

from ...symbolic.printer import ATOM, COMPARISON, LOOSE, POWER
from ..trace import Number, Tracer
from .syntax import Read, Syntax

FUNCTIONS = {"absolute": "fabs", "arcsin": "asin", "arccos": "acos", "arctan": "atan", "arcsinh": "asinh",
             "arccosh": "acosh", "arctanh": "atanh"} | {
    name: name for name in dir(math) if callable(getattr(math, name)) and not name.startswith("_")}


class PythonSyntax(Syntax):
    """Python on floats, with the functions of math."""

    functions = FUNCTIONS

    def assignment(self, name: str, text: str) -> str:
        return f"{name} = {text}"

    def expression(self, x: Tracer, read: Read) -> tuple[str, int]:
        kind, *details = x.function.split(" ")
        if kind == "power" and is_whole(x.args[1]):
            return f"{read(x.args[0], ATOM)} ** {read(x.args[1], ATOM)}", POWER
        if kind == "power":                     # x ** 0.5 may be complex in Python
            return f"pow({read(x.args[0])}, {read(x.args[1])})", ATOM
        if kind == "absolute" and (name := read(x.args[0], ATOM)).isidentifier():     # faster than a call of fabs
            return f"{name} if {name} > 0.0 else 0.0 - {name}", LOOSE
        if kind == "where":
            condition, this, other = x.args
            return f"{read(this, COMPARISON)} if {read(condition, COMPARISON)} else {read(other)}", LOOSE
        if kind == "item":
            return f"{read(x.args[0], ATOM)}[{details[0]}]", ATOM
        if kind == "call":                      # of a Python function by name; lists as tuples
            name, lengths = details
            rest = iter([read(y) for y in x.args])
            parts = [f"({''.join(f'{next(rest)}, ' for _ in range(int(n)))})" if n else next(rest)
                     for n in lengths.split(",")]
            return f"{name}({', '.join(parts)})", ATOM
        return super().expression(x, read)


def is_whole(x: Number) -> bool:
    """Is it a plain whole number?"""
    return not isinstance(x, Tracer) and float(x).is_integer()
