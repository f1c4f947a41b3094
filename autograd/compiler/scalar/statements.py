"""Traced numbers as lines of text, each once, in the order recorded.

What is needed once is written where it is needed, in parentheses where the language would read it otherwise; what is
needed again gets a line and a name.
"""
import math
from collections.abc import Iterable

from ...symbolic.printer import ATOM, LOOSE, SIGN
from ..trace import Number, Tracer, in_order, name_of
from .python_syntax import PythonSyntax

LONGEST = 200                                   # of an expression in one line: a reader's limit, and the parser's


class Statements:
    """Writes results as lines of text; what is used once stands where it is used.

    >>> from autograd.compiler.scalar.scalar_source import ScalarTrace
    >>> x, y = map(ScalarTrace().name, "xy")
    >>> z = (x + y) * (x - (y - x)) / -x
    >>> statements = Statements([z])
    >>> statements.write()
    >>> statements.read(z)
    '-((x + y) * (x - (y - x)) / x)'

    `place` holds for each number written so far how it reads: its text, how tightly that binds, and which of the names
    in `state`, those that will be given new numbers, stand in it.
    """

    def __init__(self, results: Iterable[Number], named: dict[Tracer, str] | None = None, state: Iterable[str] = (),
                 syntax: PythonSyntax | None = None) -> None:
        self.named, self.state, self.syntax = named or {}, frozenset(state), syntax or PythonSyntax()
        self.lines: list[str] = []
        self.place: dict[Tracer, tuple[str, int, frozenset[str]]] = {}
        self.uses = in_order(results)
        self.waiting = sorted(self.uses, key=lambda x: x.number, reverse=True)

    def names(self) -> set[str]:
        """The names that the results are made of."""
        return {name_of(x) for x in self.uses if x.is_named}

    def write(self, until: float = math.inf) -> None:
        """Write the numbers recorded before that many calls."""
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
        """The names of the state that stand in x's text."""
        return self.place[x][2] if isinstance(x, Tracer) else frozenset()

    def read(self, x: Number, least: int = LOOSE) -> str:
        """x as part of an expression that has to bind so tightly."""
        if isinstance(x, Tracer):
            text, binds, _ = self.place[x]
        else:
            text, binds = self.syntax.literal(float(x)), SIGN if str(float(x)).startswith("-") else ATOM
        return text if binds >= least else f"({text})"
