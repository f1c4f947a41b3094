"""The three scripts a formula is printed in: plain text, LaTeX (with amsmath) and MathML.

A script has a method for each kind of Symbol, which gives the writing and how tightly it binds; `write` puts brackets
around what binds less tightly than its place asks for.  No operation is known here: formulas come from the table.
"""
from itertools import pairwise
from typing import Any

from .letters import latex_text, number_text, spelled, subscript_text, superscript_text, xml_text

Symbol = Any            # a Symbol; a script uses its kind and its parts

LOOSE, SUM, NEGATIVE, FRACTION, PRODUCT, POWER, ATOM = range(7)         # how tightly a writing binds
LONGEST_SUM = 5         # terms; of a longer one the first two and the last two are written
Written = tuple[str, int]


class Script:
    """What the three scripts share: the order of the parts, and where brackets and dots are needed."""
    plus, minus, dot, dots, comma = " + ", " − ", " · ", "⋯", ", "
    sign = "−"
    beside = ""                                 # between factors that need no dot

    def __init__(self, digits: int = 6) -> None:
        self.digits = digits

    def write(self, symbol: Symbol, least: int = LOOSE) -> str:
        """The symbol in this script, in brackets if it binds less tightly than its place asks for."""
        written, binds = getattr(self, symbol.kind)(*symbol.parts)
        return written if binds >= least else self.brackets(written)

    def row(self, *written: str) -> str:
        """Writings one after the other, as one."""
        return "".join(written)

    def brackets(self, written: str) -> str:
        return f"({written})"

    def sum(self, left: Symbol, right: Symbol) -> Written:
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

    def negative(self, x: Symbol) -> Written:
        return self.row(self.sign, self.write(x, FRACTION)), NEGATIVE

    def product(self, left: Symbol, right: Symbol) -> Written:
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

    def is_compact(self, x: Symbol) -> bool:
        """May this factor touch its neighbour, as in 2x, w₁x₁ and ½e²?"""
        if x.kind == "power":
            base, n = x.parts
            return base.kind == "name" and self.is_compact(base) and n.kind == "number" and n.parts[0].is_integer()
        if x.kind == "number":
            return number_text(x.parts[0], self.digits)[-1].isdigit() and 1e-4 <= x.parts[0] < 1e6
        name = spelled(x.parts[0]) if x.kind == "name" else None
        return name is not None and name.is_letter and not subscript_text(name.subscript).startswith("_")

    def chain(self, *factors: Symbol) -> Written:
        """The factors of a chain rule: a product with every dot written."""
        written = [self.write(factors[0], NEGATIVE if factors[0].kind == "negative" else PRODUCT)]
        for x in factors[1:]:
            written += self.dot, self.write(x, PRODUCT)
        return self.row(*written), NEGATIVE if factors[0].kind == "negative" else PRODUCT

    def arguments(self, xs: tuple[Symbol, ...]) -> str:
        """x, y, z, cut in the middle where there are many."""
        least = SUM if len(xs) > 1 else LOOSE
        written = [self.write(x, least) for x in (xs if len(xs) <= LONGEST_SUM else xs[:2] + xs[-2:])]
        if len(xs) > LONGEST_SUM:
            written.insert(2, self.dots)
        return self.row(*[part for x in written for part in (self.comma, x)][1:])

    def half(self) -> str:
        raise NotImplementedError


class Text(Script):
    """Plain text, in Unicode: w₁x₁ + b, 1 − y², ∂J/∂w₁."""

    def name(self, label: str) -> Written:
        name = spelled(label)
        mark = superscript_text(f"({name.mark})") if name.mark else ""
        binds = LOOSE if not name.is_word else POWER if mark else ATOM
        return name.base + subscript_text(name.subscript) + mark, binds

    def number(self, x: float) -> Written:
        written = number_text(x, self.digits)
        return written, POWER if "e" in written else ATOM

    def half(self) -> str:
        return "½"

    def fraction(self, x: Symbol, y: Symbol) -> Written:
        return f"{self.write(x, PRODUCT)} / {self.write(y, POWER)}", FRACTION

    def power(self, x: Symbol, n: Symbol) -> Written:
        if n.kind == "number" and n.parts[0] == 0.5:
            return "√" + self.write(x, ATOM), POWER
        base, exponent = self.write(x, ATOM), self.write(n)
        if exponent.lstrip("−").isdecimal():
            return base + superscript_text(exponent), POWER
        return f"{base}^{self.write(n, ATOM)}", POWER

    def call(self, function: str, *xs: Symbol) -> Written:
        return f"{function}({self.arguments(xs)})", ATOM

    def bars(self, x: Symbol) -> Written:
        return f"|{self.write(x)}|", ATOM

    def cases(self, x: Symbol, a: Symbol, b: Symbol) -> Written:
        return f"{self.write(a, SUM)} if {self.write(x, SUM)} > 0, else {self.write(b, SUM)}", LOOSE

    def derivative(self, d: str, x: Symbol, y: Symbol) -> Written:
        return f"{d}{self.write(x, POWER)}/{d}{self.write(y, POWER)}", POWER


class Latex(Script):
    """LaTeX for math mode; it needs amsmath."""
    plus, minus, dot, dots, sign = " + ", " - ", r" \cdot ", r"\cdots ", "-"

    def brackets(self, written: str) -> str:
        tall = r"\frac" in written or r"\begin" in written or r"\sqrt" in written
        return rf"\left({written}\right)" if tall else f"({written})"

    def name(self, label: str) -> Written:
        name = spelled(label)
        base = name.base if name.is_letter and name.base.isascii() else latex_text(
            name.base, "mathrm" if name.is_word else "text").strip()
        subscript = f"_{{{name.subscript}}}" if name.subscript else ""
        mark = f"^{{({name.mark})}}" if name.mark else ""
        return f"{base}{subscript}{mark}", LOOSE if not name.is_word else POWER if mark else ATOM

    def number(self, x: float) -> Written:
        written = number_text(x, self.digits)
        if "e" in written:
            mantissa, exponent = written.split("e")
            return rf"{mantissa} \cdot 10^{{{int(exponent.replace('−', '-'))}}}", PRODUCT
        return {"∞": r"\infty ", "NaN": r"\text{NaN}"}.get(written, written), ATOM

    def half(self) -> str:
        return r"\tfrac{1}{2}"

    def fraction(self, x: Symbol, y: Symbol) -> Written:
        return rf"\frac{{{self.write(x)}}}{{{self.write(y)}}}", PRODUCT

    def power(self, x: Symbol, n: Symbol) -> Written:
        if n.kind == "number" and n.parts[0] == 0.5:
            return rf"\sqrt{{{self.write(x)}}}", POWER
        return f"{self.write(x, ATOM)}^{{{self.write(n)}}}", POWER

    def call(self, function: str, *xs: Symbol) -> Written:
        written = function if len(function) == 1 and function.isalpha() and function.isascii() \
            else rf"\operatorname{{{latex_text(function, 'mathrm')}}}"
        return written + self.brackets(self.arguments(xs)), ATOM

    def bars(self, x: Symbol) -> Written:
        return rf"\left|{self.write(x)}\right|", ATOM

    def cases(self, x: Symbol, a: Symbol, b: Symbol) -> Written:
        condition = self.write(x, SUM)
        return (rf"\begin{{cases}} {self.write(a, SUM)} & {condition} > 0 \\ {self.write(b, SUM)} & {condition} \le 0 "
                r"\end{cases}"), LOOSE

    def derivative(self, d: str, x: Symbol, y: Symbol) -> Written:
        d = {"∂": r"\partial "}.get(d, d)
        return rf"\frac{{{d}{self.write(x)}}}{{{d}{self.write(y)}}}", PRODUCT


class MathML(Script):
    """The inside of a <math> element, in MathML Core."""
    plus, minus, dot, sign, comma = "<mo>+</mo>", "<mo>−</mo>", "<mo>·</mo>", "<mo>−</mo>", "<mo>,</mo>"
    dots, beside = "<mi>⋯</mi>", "<mo>&#x2062;</mo>"        # U+2062: times, unseen

    def row(self, *written: str) -> str:
        return f"<mrow>{''.join(written)}</mrow>"

    def brackets(self, written: str) -> str:
        return self.row("<mo>(</mo>", written, "<mo>)</mo>")

    def name(self, label: str) -> Written:
        name = spelled(label)
        tag = "mi" if name.is_word else "mtext"
        base, subscript, mark = (f"<{tag}>{xml_text(name.base)}</{tag}>", f"<mn>{xml_text(name.subscript)}</mn>",
                                 f"<mrow><mo>(</mo><mn>{name.mark}</mn><mo>)</mo></mrow>")
        if not name.subscript[:1].isdigit():
            subscript = subscript.replace("mn>", "mi>")
        if name.subscript and name.mark:
            base = f"<msubsup>{base}{subscript}{mark}</msubsup>"
        elif name.subscript:
            base = f"<msub>{base}{subscript}</msub>"
        elif name.mark:
            base = f"<msup>{base}{mark}</msup>"
        return base, LOOSE if not name.is_word else POWER if name.mark else ATOM

    def number(self, x: float) -> Written:
        written = number_text(x, self.digits)
        if "e" in written:
            mantissa, exponent = written.split("e")
            power = number_text(int(exponent.replace("−", "-")))
            return self.row(f"<mn>{mantissa}</mn>", self.dot, f"<msup><mn>10</mn><mn>{power}</mn></msup>"), PRODUCT
        return f"<mn>{written}</mn>", ATOM

    def half(self) -> str:
        return "<mfrac displaystyle=\"false\"><mn>1</mn><mn>2</mn></mfrac>"

    def fraction(self, x: Symbol, y: Symbol) -> Written:
        return f"<mfrac>{self.write(x)}{self.write(y)}</mfrac>", PRODUCT

    def power(self, x: Symbol, n: Symbol) -> Written:
        if n.kind == "number" and n.parts[0] == 0.5:
            return f"<msqrt>{self.write(x)}</msqrt>", POWER
        return f"<msup>{self.write(x, ATOM)}{self.write(n)}</msup>", POWER

    def call(self, function: str, *xs: Symbol) -> Written:
        return self.row(f"<mi>{xml_text(function)}</mi>", "<mo>&#x2061;</mo>", self.brackets(self.arguments(xs))), ATOM

    def bars(self, x: Symbol) -> Written:
        return self.row("<mo>|</mo>", self.write(x), "<mo>|</mo>"), ATOM

    def cases(self, x: Symbol, a: Symbol, b: Symbol) -> Written:
        condition = self.write(x, SUM)
        cell, rows = '<mtd style="text-align: left">', ""
        for side, relation in (a, "<mo>&gt;</mo>"), (b, "<mo>≤</mo>"):
            test = self.row(condition, relation, "<mn>0</mn>")
            rows += f"<mtr>{cell}{self.write(side, SUM)}</mtd>{cell}{test}</mtd></mtr>"
        return self.row("<mo>{</mo>", f"<mtable>{rows}</mtable>"), LOOSE

    def derivative(self, d: str, x: Symbol, y: Symbol) -> Written:
        parts = [self.row(f"<mi>{d}</mi>", self.write(part)) for part in (x, y)]
        return f"<mfrac>{''.join(parts)}</mfrac>", PRODUCT


def text(symbol: Symbol, digits: int = 6) -> str:
    """The formula in plain text; its numbers to so many significant digits.

    >>> from viz.symbol import Symbol
    >>> w, x, b = Symbol("w1"), Symbol("x1"), Symbol("b")
    >>> text((w * x + b) / 2)
    '(w₁x₁ + b) / 2'
    """
    return Text(digits).write(symbol)


def latex(symbol: Symbol, digits: int = 6) -> str:
    r"""The formula in LaTeX, for math mode; it needs amsmath.

    >>> from viz.symbol import Symbol
    >>> print(latex((Symbol("x1") + 1) / 2))
    \frac{x_{1} + 1}{2}
    """
    return Latex(digits).write(symbol)


def mathml(symbol: Symbol, digits: int = 6, display: str = "block") -> str:
    """The formula as a <math> element, which browsers show without help; display is "block" or "inline".

    >>> from viz.symbol import Symbol
    >>> mathml(Symbol("x") ** 2, display="inline")
    '<math display="inline"><msup><mi>x</mi><mn>2</mn></msup></math>'
    """
    return f'<math display="{display}">{MathML(digits).write(symbol)}</math>'
