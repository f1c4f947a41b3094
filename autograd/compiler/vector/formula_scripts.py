"""How a formula of matrices is printed: plain text, and LaTeX for amsmath.

A script has a method for each kind of Formula, which gives the writing and how tightly it binds; `write` puts brackets
around what binds less tightly than its place asks for.
"""
import re
from fractions import Fraction
from typing import Any

SUM, NEGATIVE, PRODUCT, POWER, ATOM = range(5)              # how tightly a writing binds
Written = tuple[str, int]
Formula = Any                                               # a script uses its kind and its parts
NAME = re.compile(r"(d(?=[A-Za-z])|Δ|)(Delta|[A-Za-zη])(\d*)")


def equals(x: Formula, number: float) -> bool:
    return x.kind == "number" and x.parts[0] == number


class Text:
    """Plain text; Latex below writes the same tree with other marks."""
    star, slash, brackets, minus = " * ", " / ", ("(", ")"), " - "

    def write(self, x: Formula, least: int = SUM) -> str:
        written, binds = getattr(self, x.kind)(*x.parts)
        return written if binds >= least else self.brackets[0] + written + self.brackets[1]

    def name(self, text: str) -> Written:
        return text, ATOM

    def number(self, x: float) -> Written:
        written = f"{x:.6g}"
        exact = Fraction(x).limit_denominator(1000)
        if len(written) > 4 or x == 0.5:
            written = str(exact) if float(exact) == x else written
        return written, PRODUCT if "/" in written else ATOM

    def scaled(self, c: float, x: Formula) -> Written:
        least = PRODUCT if x.kind in ("times", "over", "product") else POWER
        return f"{self.number(c)[0]} {self.write(x, least)}", PRODUCT

    def negative(self, x: Formula) -> Written:
        return "-" + self.write(x, PRODUCT), NEGATIVE

    def sum(self, x: Formula, y: Formula) -> Written:
        is_minus = y.kind == "negative"
        right = self.write(y.parts[0] if is_minus else y, SUM if y.kind == "sum" else PRODUCT)
        return self.write(x, SUM) + (self.minus if is_minus else " + ") + right, SUM

    def times(self, x: Formula, y: Formula) -> Written:
        left = self.write(x, PRODUCT if x.kind in ("times", "over") else POWER)
        return left + self.star + self.write(y, POWER), PRODUCT

    def over(self, x: Formula, y: Formula) -> Written:
        return self.write(x, PRODUCT if x.kind == "times" else POWER) + self.slash + self.write(y, POWER), PRODUCT

    def product(self, *factors: Formula) -> Written:
        return " ".join([self.write(x, ATOM) for x in factors]), PRODUCT

    def power(self, x: Formula, n: Formula) -> Written:
        return (f"sqrt({self.write(x)})", ATOM) if equals(n, 0.5) else \
            (f"{self.write(x, ATOM)}^{self.write(n, ATOM)}", POWER)

    def transposed(self, x: Formula) -> Written:
        return self.write(x, ATOM) + "'", ATOM

    def rows(self, x: Formula, rows: str) -> Written:
        return f"{self.write(x, ATOM)}[{rows}]", ATOM

    def stack(self, *parts: Formula) -> Written:
        return "[" + "; ".join(map(self.write, parts)) + "]", ATOM

    def call(self, function: str, *xs: Formula) -> Written:
        return f"{function}({', '.join(map(self.write, xs))})", ATOM

    def other(self, x: Formula) -> Written:
        written: Written = getattr(self, x.kind)(*x.parts)
        return written

    def bars(self, x: Formula) -> Written:
        return f"|{self.write(x)}|", ATOM

    def cases(self, x: Formula, a: Formula, b: Formula) -> Written:
        return f"({self.write(a)} where {self.write(x)} > 0, else {self.write(b)})", ATOM


class Latex(Text):
    """LaTeX for math mode; it needs amsmath.  Matrices are bold; ⊙ is the product element by element."""
    star, slash, brackets = r" \odot ", r" \oslash ", (r"\left(", r"\right)")

    def name(self, text: str) -> Written:
        """W1 as a bold W with a subscript; J, N, η and the user's own names as they are."""
        if text == "1":
            return r"\mathbf{1}", ATOM
        before, letter, index = NAME.fullmatch(text).groups()               # type: ignore[union-attr]
        letter = {"Delta": r"\Delta", "η": r"\eta"}.get(letter, letter)
        is_plain = letter in ("J", "N", r"\eta") or (letter[-1].islower() and letter not in ("b", r"\Delta"))
        written = (letter if is_plain else f"\\mathbf{{{letter}}}") + (f"_{{{index}}}" if index else "")
        if before == "d":
            return rf"\frac{{\partial J}}{{\partial {written}}}", ATOM
        return (r"\Delta " if before else "") + written, ATOM

    def number(self, x: float) -> Written:
        written, binds = super().number(x)
        if "/" in written:
            return r"\tfrac{{{}}}{{{}}}".format(*written.split("/")), ATOM
        mantissa, _, exponent = written.partition("e")
        return (rf"{mantissa} \cdot 10^{{{int(exponent)}}}", PRODUCT) if exponent else (written, binds)

    def scaled(self, c: float, x: Formula) -> Written:
        written, binds = super().scaled(c, x)
        return written.replace(" ", r"\, ", 1) if "cdot" not in written else written, binds

    def over(self, x: Formula, y: Formula) -> Written:
        return rf"\frac{{{self.write(x)}}}{{{self.write(y)}}}", PRODUCT

    def product(self, *factors: Formula) -> Written:
        return r" \, ".join([self.write(x, ATOM) for x in factors]), PRODUCT

    def power(self, x: Formula, n: Formula) -> Written:
        if equals(n, 0.5):
            return rf"\sqrt{{{self.write(x)}}}", ATOM
        return rf"{self.write(x, ATOM)}^{{\odot {self.write(n, ATOM)}}}", POWER

    def transposed(self, x: Formula) -> Written:
        return self.write(x, ATOM) + r"^{\top}", ATOM

    def rows(self, x: Formula, rows: str) -> Written:
        rows = rows.replace("..", r" \ldots ")
        return f"{self.write(x, ATOM)}[{rows}]", ATOM

    def stack(self, *parts: Formula) -> Written:
        return r"\begin{bmatrix} " + r" \\ ".join(map(self.write, parts)) + r" \end{bmatrix}", ATOM

    def call(self, function: str, *xs: Formula) -> Written:
        if function == "sum":
            return rf"\mathbf{{1}}^{{\top}} {self.write(xs[0], ATOM)}", PRODUCT
        plain = function.replace("_", r"\_")
        plain = rf"\{function}" if function in ("tanh", "exp", "ln", "sin", "cos", "max", "min") else \
            rf"\operatorname{{{plain}}}"
        return rf"{plain}\left({', '.join(map(self.write, xs))}\right)", ATOM

    def bars(self, x: Formula) -> Written:
        return rf"\left|{self.write(x)}\right|", ATOM

    def cases(self, x: Formula, a: Formula, b: Formula) -> Written:
        condition = self.write(x)
        return (rf"\begin{{cases}} {self.write(a)} & {condition} > 0 \\ {self.write(b)} & {condition} \le 0 "
                r"\end{cases}"), SUM


TEXT, LATEX = Text(), Latex()
