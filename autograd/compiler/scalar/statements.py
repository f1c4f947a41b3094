"""Traced numbers as lines of text, each once, in the order recorded.

A number that is used once is written where it is used, in parentheses where precedence requires them; a number that is
used again gets a line and a name.
"""
import math
from collections.abc import Iterable

from ...symbolic.printer import ATOM, LOOSE, SIGN
from ..trace import Number, Tracer, in_order, name_of
from .python_syntax import PythonSyntax
from .syntax import Syntax

LONGEST = 200                                   # of an expression in one line: for readers, and for the parser


class Statements:
    """Writes results as lines of text, numbers that are used once as subexpressions.

    >>> from autograd.compiler.scalar.scalar_source import ScalarTrace
    >>> x, y = map(ScalarTrace().name, "xy")
    >>> z = (x + y) * (x - (y - x)) / -x
    >>> statements = Statements([z])
    >>> statements.write()
    >>> statements.read(z)
    '-((x + y) * (x - (y - x)) / x)'

    `place` holds for each number written so far its text, the precedence of that, and the names in it that are in
    `state`, the variables that will be assigned new numbers.
    """

    def __init__(self, results: Iterable[Number], named: dict[Tracer, str] | None = None, state: Iterable[str] = (),
                 syntax: Syntax | None = None) -> None:
        self.named, self.state, self.syntax = named or {}, frozenset(state), syntax or PythonSyntax()
        self.lines: list[str] = []
        self.place: dict[Tracer, tuple[str, int, frozenset[str]]] = {}
        self.uses = in_order(results)
        self.waiting = sorted(self.uses, key=lambda x: x.number, reverse=True)

    def names(self) -> set[str]:
        """The named numbers that the results depend on."""
        return {name_of(x) for x in self.uses if x.is_named}

    def write(self, until: float = math.inf) -> None:
        """Write the numbers recorded before call number `until`."""
        while self.waiting and self.waiting[-1].number < until:
            x = self.waiting.pop()
            if x.is_named:
                self.place[x] = name_of(x), ATOM, self.state & {name_of(x)}
                continue
            text, binds = self.syntax.expression(x, self.read)
            if x in self.named or self.uses[x] > 1 or len(text) > LONGEST:
                name = self.named.get(x) or f"t{x.number}"
                self.lines.append(self.syntax.assignment(name, text))
                self.place[x] = name, ATOM, frozenset()
            else:
                self.place[x] = text, binds, frozenset().union(*map(self.state_in, x.args))

    def state_in(self, x: Number) -> frozenset[str]:
        """The state variables in x's text."""
        return self.place[x][2] if isinstance(x, Tracer) else frozenset()

    def read(self, x: Number, least: int = LOOSE) -> str:
        """x's text, in parentheses where its precedence is below `least`."""
        if isinstance(x, Tracer):
            text, binds, _ = self.place[x]
        else:
            text, binds = self.syntax.literal(float(x)), SIGN if str(float(x)).startswith("-") else ATOM
        return text if binds >= least else f"({text})"
