"""Written numbers as lines of Python, each result once, in the order made.

What is needed once is written where it is needed, in parentheses where Python would read it otherwise; what is needed
again gets a line and a name.
"""
import math
from collections.abc import Callable, Iterable

from .written import Number, Written

WHERE, COMPARE, SUM, PRODUCT, SIGN, POWER, ATOM = range(7)      # how tightly Python reads an expression
BINDS = {**dict.fromkeys(["==", "!=", "<", "<=", ">", ">="], COMPARE), "+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT}
LONGEST = 200                                   # of an expression in one line: a reader's limit, and the parser's


class Lines:
    """Writes results as lines of text; what is used once stands where it is used.

    >>> from autograd.program.written import Page
    >>> page = Page()
    >>> x, y = page.name("x"), page.name("y")
    >>> z = (x + y) * (x - (y - x)) / -x
    >>> lines = Lines([z])
    >>> lines.write()
    >>> lines.read(z)
    '-((x + y) * (x - (y - x)) / x)'

    `place` says for each number written so far how it reads: its text, how tightly that binds, and which of the names
    in `state`, those that will be given new numbers, stand in it.
    """

    def __init__(self, results: Iterable[Number], named: dict[Written, str] | None = None, state: Iterable[str] = (),
                 literal: Callable[[float], str] = repr) -> None:
        self.named, self.state, self.literal = named or {}, frozenset(state), literal
        self.lines: list[str] = []
        self.place: dict[Written, tuple[str, int, frozenset[str]]] = {}
        self.uses: dict[Written, int] = {}
        stack = [x for x in results if isinstance(x, Written)]
        while stack:
            x = stack.pop()
            self.uses[x] = self.uses.get(x, 0) + 1
            if self.uses[x] == 1:
                stack += [y for y in x.args if isinstance(y, Written)]
        self.waiting = sorted(self.uses, key=lambda x: x.number, reverse=True)

    def names(self) -> set[str]:
        """The names that the results are made of."""
        return {x.function[5:] for x in self.uses if x.function.startswith("name ")}

    def write(self, until: float = math.inf) -> None:
        """Write the numbers that were made before that many."""
        while self.waiting and self.waiting[-1].number < until:
            x = self.waiting.pop()
            text, binds = self.text(x)
            if x.function.startswith("name "):
                self.place[x] = text, ATOM, self.state & {text}
            elif x in self.named or self.uses[x] > 1 or len(text) > LONGEST:
                name = self.named.get(x) or f"t{x.number}"
                self.lines.append(f"{name} = {text}")
                self.place[x] = name, ATOM, frozenset()
            else:
                inside = [self.place[y][2] for y in x.args if isinstance(y, Written)]
                self.place[x] = text, binds, frozenset().union(*inside)

    def state_in(self, x: Number) -> frozenset[str]:
        """The names of the state that stand in x's text."""
        return self.place[x][2] if isinstance(x, Written) else frozenset()

    def read(self, x: Number, least: int = WHERE) -> str:
        """x as part of an expression that binds so tightly."""
        if isinstance(x, Written):
            text, binds, _ = self.place[x]
        else:
            text, binds = self.literal(float(x)), SIGN if str(float(x)).startswith("-") else ATOM
        return text if binds >= least else f"({text})"

    def text(self, x: Written) -> tuple[str, int]:
        """x as text, and how tightly it binds."""
        kind, read = x.function.split(" "), self.read
        if x.function in BINDS:
            binds = BINDS[x.function]
            return f"{read(x.args[0], binds + (binds == COMPARE))} {x.function} {read(x.args[1], binds + 1)}", binds
        if x.function == "**":
            return f"{read(x.args[0], ATOM)} ** {read(x.args[1], ATOM)}", POWER
        if x.function == "neg":
            return f"-{read(x.args[0], POWER)}", SIGN
        if x.function == "where":
            return f"{read(x.args[1], COMPARE)} if {read(x.args[0], COMPARE)} else {read(x.args[2], WHERE)}", WHERE
        if kind[0] == "name":
            return kind[1], ATOM
        if kind[0] == "item":
            return f"{read(x.args[0], ATOM)}[{kind[1]}]", ATOM
        every = [read(y, WHERE) for y in x.args]
        if kind[0] == "call":
            rest = iter(every)
            parts = [f"({''.join(f'{next(rest)}, ' for _ in range(int(n)))})" if n else next(rest)
                     for n in kind[2].split(",")]
            return f"{kind[1]}({', '.join(parts)})", ATOM
        return f"{x.function}({', '.join(every)})", ATOM
