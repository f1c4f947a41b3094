"""JavaScript syntax for traced numbers: arithmetic, comparisons, the functions of Math, and their precedence."""
import math

from ...symbolic.printer import ATOM, COMPARISON, LOOSE, POWER, SIGN
from ..trace import NotTraceable, Tracer
from .python_syntax import FUNCTIONS as PYTHON_FUNCTIONS
from .python_syntax import OPERATORS as PYTHON_OPERATORS
from .python_syntax import PythonSyntax, Read

OPERATORS = PYTHON_OPERATORS | {"equal": ("===", COMPARISON), "not_equal": ("!==", COMPARISON)}
IN_MATH = {"acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "ceil", "cos", "cosh", "exp", "expm1", "floor",
           "hypot", "log", "log10", "log1p", "log2", "sin", "sinh", "sqrt", "tan", "tanh", "trunc"}
FUNCTIONS = {numpy: name for numpy, name in PYTHON_FUNCTIONS.items() if name in IN_MATH} | {
    "absolute": "abs", "maximum": "max", "minimum": "min", "sign": "sign"}


class JavaScriptSyntax(PythonSyntax):
    """JavaScript on numbers, which are Python's floats; raises NotTraceable for a row that only Python can run."""

    def knows(self, function: str) -> bool:
        return function in OPERATORS or function in FUNCTIONS or function in ("negative", "power", "where")

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
        if kind in OPERATORS:
            sign, binds = OPERATORS[kind]
            return f"{read(x.args[0], binds + (binds == COMPARISON))} {sign} {read(x.args[1], binds + 1)}", binds
        if kind == "negative":
            return f"-{read(x.args[0], POWER)}", SIGN
        if kind == "where":
            condition, this, other = x.args
            return f"{read(condition, COMPARISON)} ? {read(this, COMPARISON)} : {read(other)}", LOOSE
        if kind == "power":
            base, n = x.args
            power = f"Math.pow({read(base)}, {read(n)})"
            if isinstance(n, Tracer):           # 1 to the power of NaN is 1 in Python and NaN in JavaScript
                return f"{read(base, COMPARISON + 1)} === 1 ? 1 : {power}", LOOSE
            return power, ATOM
        return f"Math.{FUNCTIONS[kind]}({', '.join([read(y) for y in x.args])})", ATOM
