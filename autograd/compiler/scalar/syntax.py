"""What the syntaxes of Python and JavaScript share: traced numbers as infix operators and calls of functions."""
from collections.abc import Callable, Mapping
from typing import ClassVar

from ...symbolic.printer import ATOM, COMPARISON, POWER, PRODUCT, SIGN, SUM
from ..trace import Tracer

OPERATORS = {"add": ("+", SUM), "subtract": ("-", SUM), "multiply": ("*", PRODUCT), "divide": ("/", PRODUCT),
             "equal": ("==", COMPARISON), "not_equal": ("!=", COMPARISON), "less": ("<", COMPARISON),
             "less_equal": ("<=", COMPARISON), "greater": (">", COMPARISON), "greater_equal": (">=", COMPARISON)}
Read = Callable[..., str]                       # a number, the least precedence -> its text


class Syntax:
    """A language in which rows of the table are written; it adds literals, assignments, powers and conditions."""

    operators: ClassVar[Mapping[str, tuple[str, int]]] = OPERATORS      # by numpy's names: sign, precedence
    functions: ClassVar[Mapping[str, str]]                              # by numpy's names

    def knows(self, function: str) -> bool:
        """Does the language have this function of numpy?"""
        return function in self.operators or function in self.functions or function in ("negative", "power", "where")

    def literal(self, x: float) -> str:
        """A plain number."""
        return repr(x)

    def assignment(self, name: str, text: str) -> str:
        """A statement that gives an expression a name."""
        raise NotImplementedError

    def expression(self, x: Tracer, read: Read) -> tuple[str, int]:
        """A call as text, and its precedence."""
        kind = x.function
        if kind in self.operators:
            sign, binds = self.operators[kind]
            return f"{read(x.args[0], binds + (binds == COMPARISON))} {sign} {read(x.args[1], binds + 1)}", binds
        if kind == "negative":
            return f"-{read(x.args[0], POWER)}", SIGN
        return f"{self.functions[kind]}({', '.join([read(y) for y in x.args])})", ATOM
