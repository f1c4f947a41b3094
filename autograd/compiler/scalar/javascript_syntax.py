"""JavaScript syntax for traced numbers: arithmetic, comparisons, the functions of Math, and their precedence."""
import math
from typing import ClassVar

from ...symbolic.printer import ATOM, COMPARISON, LOOSE
from ..trace import NotTraceable, Tracer
from .python_syntax import FUNCTIONS as PYTHON_FUNCTIONS
from .syntax import OPERATORS, Read, Syntax

IN_MATH = {"acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "ceil", "cos", "cosh", "exp", "expm1", "floor",
           "hypot", "log", "log10", "log1p", "log2", "sin", "sinh", "sqrt", "tan", "tanh", "trunc"}
NAMES = {numpy: name for numpy, name in PYTHON_FUNCTIONS.items() if name in IN_MATH} | {
    "absolute": "abs", "maximum": "max", "minimum": "min", "sign": "sign"}


class JavaScriptSyntax(Syntax):
    """JavaScript on numbers, which are Python's floats; raises NotTraceable for a row that only Python can run."""

    operators = OPERATORS | {"equal": ("===", COMPARISON), "not_equal": ("!==", COMPARISON)}
    functions: ClassVar = {numpy: f"Math.{name}" for numpy, name in NAMES.items()}

    def literal(self, x: float) -> str:
        if math.isfinite(x):
            return repr(x)
        return "NaN" if x != x else "Infinity" if x > 0 else "-Infinity"

    def assignment(self, name: str, text: str) -> str:
        return f"const {name} = {text};"

    def expression(self, x: Tracer, read: Read) -> tuple[str, int]:
        kind = x.function.split(" ")[0]
        if kind in ("call", "item"):
            raise NotTraceable("the row is Python code that cannot be written as a formula in JavaScript")
        if kind == "where":
            condition, this, other = x.args
            return f"{read(condition, COMPARISON)} ? {read(this, COMPARISON)} : {read(other)}", LOOSE
        if kind == "power":
            base, n = x.args
            power = f"Math.pow({read(base)}, {read(n)})"
            if isinstance(n, Tracer):           # 1 to the power of NaN is 1 in Python and NaN in JavaScript
                return f"{read(base, COMPARISON + 1)} === 1 ? 1 : {power}", LOOSE
            return power, ATOM
        return super().expression(x, read)
