"""Printers of formulas: the precedence table, the base class of all printers, and plain text.

A printer has a method for each kind of Expr, which gives the text and its precedence; `write` puts brackets around
text of a lower precedence than its place requires.  No operation is known here: formulas come from the table.
"""
from enum import IntEnum
from itertools import pairwise
from typing import Any, ClassVar

from .labels import format_number, isolated, parse_label, to_subscript, to_superscript

Expr = Any              # a printer uses its kind and its parts


class Precedence(IntEnum):
    """The precedence of an expression, in formulas and in Python source alike."""
    LOOSE = 0           # a condition or words: always in brackets
    COMPARISON = 1
    SUM = 2
    NEGATIVE = 3        # a formula's leading minus, -2 · x
    FRACTION = 4        # a / b on one line
    PRODUCT = 5
    SIGN = 6            # Python's unary minus
    POWER = 7
    ATOM = 8


LOOSE, COMPARISON, SUM, NEGATIVE, FRACTION, PRODUCT, SIGN, POWER, ATOM = Precedence

LONGEST_SUM = 5         # terms; of a longer one the first two and the last two are written
Written = tuple[str, int]                       # a formula's text and its precedence


class Printer:
    """The base class of printers: the order of the parts, and where brackets and dots are needed."""
    plus, minus, dot, dots, comma = " + ", " − ", " · ", "⋯", ", "
    sign = "−"
    beside = applied = ""                       # between factors that need no dot; between φ and its brackets
    marks: ClassVar[dict[str, str]]                       # the symbols between the pieces of an equation

    def __init__(self, digits: int = 6) -> None:
        self.digits = digits

    def write(self, expr: Expr, least: int = LOOSE) -> str:
        """The formula as text, in brackets where its precedence is below `least`."""
        written, binds = getattr(self, expr.kind)(*expr.parts)
        return written if binds >= least else self.brackets(written)

    def row(self, *written: str) -> str:
        """Several pieces of text joined into one."""
        return "".join(written)

    def brackets(self, written: str) -> str:
        return f"({written})"

    def prose(self, words: str) -> str:
        """Words among formulas."""
        return words

    def sum(self, left: Expr, right: Expr) -> Written:
        terms = [right]
        while left.kind == "sum":
            left, right = left.parts
            terms.append(right)
        terms.reverse()
        written = [self.write(left, NEGATIVE)]
        for i, term in enumerate(terms, start=2):
            if len(terms) < LONGEST_SUM or i == 2 or i > len(terms) - 1:
                is_minus = term.kind == "negative"
                written += (self.minus if is_minus else self.plus,
                            self.write(term.parts[0] if is_minus else term, FRACTION))
            elif i == 3:
                written += self.plus, self.dots
        return self.row(*written), SUM

    def negative(self, x: Expr) -> Written:
        return self.row(self.sign, self.write(x, FRACTION)), NEGATIVE

    def product(self, left: Expr, right: Expr) -> Written:
        factors = [right]
        while left.kind == "product":
            left, right = left.parts
            factors.append(right)
        factors = [left, *reversed(factors)]
        halved = left.kind == "number" and left.parts[0] == 0.5 and factors[1].kind != "number"
        written = [self.half() if halved else self.write(left, PRODUCT)]
        for x, y in pairwise(factors):
            written += (self.beside if self.is_compact(x) and self.is_compact(y) and y.kind != "number" else self.dot,
                        self.write(y, PRODUCT))
        return self.row(*written), PRODUCT

    def is_compact(self, x: Expr) -> bool:
        """May this factor touch its neighbour, as in 2x, w₁x₁ and ½e²?"""
        if x.kind == "power":
            base, n = x.parts
            return base.kind == "name" and self.is_compact(base) and n.kind == "number" and n.parts[0].is_integer()
        if x.kind == "number":
            return format_number(x.parts[0], self.digits)[-1].isdigit() and 1e-4 <= x.parts[0] < 1e6
        name = parse_label(x.parts[0]) if x.kind == "name" else None
        return name is not None and name.is_letter and not to_subscript(name.subscript).startswith("_")

    def arguments(self, xs: tuple[Expr, ...]) -> str:
        """The arguments of a call: x, y, z; of a long list the first two and the last two."""
        least = SUM if len(xs) > 1 else LOOSE
        written = [self.write(x, least) for x in (xs if len(xs) <= LONGEST_SUM else xs[:2] + xs[-2:])]
        if len(xs) > LONGEST_SUM:
            written.insert(2, self.dots)
        return self.row(*[part for x in written for part in (self.comma, x)][1:])

    def apply(self, function: Expr, *xs: Expr) -> Written:
        """φ(x): a call of a function that is written as a letter."""
        return self.row(self.write(function, ATOM), self.applied, self.brackets(self.arguments(xs))), ATOM

    def literal(self, number: Expr) -> Written:
        """A number that no arithmetic simplifies: 2 · 1, (−3) · 0."""
        written: Written = getattr(self, number.kind)(*number.parts)
        return written

    def half(self) -> str:
        raise NotImplementedError


class TextPrinter(Printer):
    """Plain text, in Unicode: w₁x₁ + b, 1 − y², ∂J/∂w₁."""
    marks: ClassVar = {"·": " · ", "+": " + ", "=": " = ", "⋯": "⋯", "[": "[", "]": "]"}

    def name(self, label: str) -> Written:
        name = parse_label(label)
        mark = to_superscript(f"({name.mark})") if name.mark else ""
        binds = LOOSE if not name.is_word else POWER if mark else ATOM
        return isolated(name.base) + to_subscript(name.subscript) + mark, binds

    def number(self, x: float) -> Written:
        written = format_number(x, self.digits)
        return written, POWER if "e" in written else ATOM

    def half(self) -> str:
        return "½"

    def fraction(self, x: Expr, y: Expr) -> Written:
        return f"{self.write(x, PRODUCT)} / {self.write(y, POWER)}", FRACTION

    def power(self, x: Expr, n: Expr) -> Written:
        if n.kind == "number" and n.parts[0] == 0.5:
            return "√" + self.write(x, ATOM), POWER
        base, exponent = self.write(x, ATOM), self.write(n)
        if exponent.lstrip("−").isdecimal():
            return base + to_superscript(exponent), POWER
        return f"{base}^{self.write(n, ATOM)}", POWER

    def call(self, function: str, *xs: Expr) -> Written:
        return f"{function}({self.arguments(xs)})", ATOM

    def entry(self, x: Expr, subscript: str) -> Written:
        return self.write(x, ATOM) + to_subscript(subscript), ATOM

    def bars(self, x: Expr) -> Written:
        return f"|{self.write(x)}|", ATOM

    def cases(self, x: Expr, a: Expr, b: Expr) -> Written:
        return f"{self.write(a, SUM)} if {self.write(x, SUM)} > 0, else {self.write(b, SUM)}", LOOSE

    def derivative(self, d: str, x: Expr, y: Expr) -> Written:
        return f"{d}{self.write(x, POWER)}/{d}{self.write(y, POWER)}", POWER


def to_text(expr: Expr, digits: int = 6) -> str:
    """The formula in plain text, its numbers to `digits` significant digits.

    >>> from autograd.symbolic.expr import Expr
    >>> w, x, b = Expr("w1"), Expr("x1"), Expr("b")
    >>> to_text((w * x + b) / 2)
    '(w₁x₁ + b) / 2'
    """
    return TextPrinter(digits).write(expr)
