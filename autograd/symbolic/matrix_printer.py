"""Printers of matrix formulas: plain text, and LaTeX with the package amsmath."""
import re
from fractions import Fraction

from .labels import to_superscript
from .printer import ATOM, NEGATIVE, POWER, PRODUCT, SUM, Expr, TextPrinter, Written

NAME = re.compile(r"(d(?=[A-Za-z])|Δ|)(Delta|[A-Za-zη])(\d*)")


class MatrixTextPrinter(TextPrinter):
    """Plain text in ASCII: W1 X + b1, Delta1 * (1 - Y1^2)."""
    star, slash, minus = " * ", " / ", " - "

    def name(self, text: str) -> Written:
        return text, ATOM

    def number(self, x: float) -> Written:
        written = f"{x:.6g}"
        exact = Fraction(x).limit_denominator(1000)
        if len(written) > 4 or x == 0.5:
            written = str(exact) if float(exact) == x else written
        return written, PRODUCT if "/" in written else ATOM

    def scaled(self, c: float, x: Expr) -> Written:
        least = PRODUCT if x.kind in ("product", "fraction", "matmul") else POWER
        return f"{self.number(c)[0]} {self.write(x, least)}", PRODUCT

    def negative(self, x: Expr) -> Written:
        return "-" + self.write(x, PRODUCT), NEGATIVE

    def sum(self, x: Expr, y: Expr) -> Written:
        is_minus = y.kind == "negative"
        right = self.write(y.parts[0] if is_minus else y, SUM if y.kind == "sum" else PRODUCT)
        return self.write(x, SUM) + (self.minus if is_minus else " + ") + right, SUM

    def product(self, x: Expr, y: Expr) -> Written:
        left = self.write(x, PRODUCT if x.kind in ("product", "fraction") else POWER)
        return left + self.star + self.write(y, POWER), PRODUCT

    def fraction(self, x: Expr, y: Expr) -> Written:
        left = self.write(x, PRODUCT if x.kind == "product" else POWER)
        return left + self.slash + self.write(y, POWER), PRODUCT

    def matmul(self, *factors: Expr) -> Written:
        return " ".join([self.write(x, ATOM) for x in factors]), PRODUCT

    def power(self, x: Expr, n: Expr) -> Written:
        return (f"sqrt({self.write(x)})", ATOM) if n.is_equal(0.5) else \
            (f"{self.write(x, ATOM)}^{self.write(n, ATOM)}", POWER)

    def transposed(self, x: Expr) -> Written:
        return self.write(x, ATOM) + "'", ATOM

    def rows(self, x: Expr, rows: str) -> Written:
        return f"{self.write(x, ATOM)}[{rows}]", ATOM

    def stack(self, *parts: Expr) -> Written:
        return "[" + "; ".join(map(self.write, parts)) + "]", ATOM

    def call(self, function: str, *xs: Expr) -> Written:
        return f"{function}({', '.join(map(self.write, xs))})", ATOM

    def next(self, x: Expr) -> Written:
        written: Written = getattr(self, x.kind)(*x.parts)
        return written

    def bars(self, x: Expr) -> Written:
        return f"|{self.write(x)}|", ATOM

    def cases(self, x: Expr, a: Expr, b: Expr) -> Written:
        return f"({self.write(a)} where {self.write(x)} > 0, else {self.write(b)})", ATOM


class MatrixLatexPrinter(MatrixTextPrinter):
    """LaTeX for math mode; it needs amsmath.  Matrices are bold; ⊙ is the elementwise product."""
    star, slash = r" \odot ", r" \oslash "

    def brackets(self, written: str) -> str:
        return rf"\left({written}\right)"

    def name(self, text: str) -> Written:
        """W1 as a bold W with a subscript; J, N, η and the user's own names unchanged."""
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

    def scaled(self, c: float, x: Expr) -> Written:
        written, binds = super().scaled(c, x)
        return written.replace(" ", r"\, ", 1) if "cdot" not in written else written, binds

    def fraction(self, x: Expr, y: Expr) -> Written:
        return rf"\frac{{{self.write(x)}}}{{{self.write(y)}}}", PRODUCT

    def matmul(self, *factors: Expr) -> Written:
        return r" \, ".join([self.write(x, ATOM) for x in factors]), PRODUCT

    def power(self, x: Expr, n: Expr) -> Written:
        if n.is_equal(0.5):
            return rf"\sqrt{{{self.write(x)}}}", ATOM
        return rf"{self.write(x, ATOM)}^{{\odot {self.write(n, ATOM)}}}", POWER

    def transposed(self, x: Expr) -> Written:
        return self.write(x, ATOM) + r"^{\top}", ATOM

    def rows(self, x: Expr, rows: str) -> Written:
        rows = rows.replace("..", r" \ldots ")
        return f"{self.write(x, ATOM)}[{rows}]", ATOM

    def stack(self, *parts: Expr) -> Written:
        return r"\begin{bmatrix} " + r" \\ ".join(map(self.write, parts)) + r" \end{bmatrix}", ATOM

    def call(self, function: str, *xs: Expr) -> Written:
        if function == "sum":
            return rf"\mathbf{{1}}^{{\top}} {self.write(xs[0], ATOM)}", PRODUCT
        plain = function.replace("_", r"\_")
        plain = rf"\{function}" if function in ("tanh", "exp", "ln", "sin", "cos", "max", "min") else \
            rf"\operatorname{{{plain}}}"
        return rf"{plain}\left({', '.join(map(self.write, xs))}\right)", ATOM

    def bars(self, x: Expr) -> Written:
        return rf"\left|{self.write(x)}\right|", ATOM

    def cases(self, x: Expr, a: Expr, b: Expr) -> Written:
        condition = self.write(x)
        return (rf"\begin{{cases}} {self.write(a)} & {condition} > 0 \\ {self.write(b)} & {condition} \le 0 "
                r"\end{cases}"), SUM


class ListPrinter(MatrixTextPrinter):
    """Plain text in Unicode for formulas of lists: ½ Σ e², −Σ t ln softmax(y)."""
    star, slash, minus = " ", " / ", " − "

    def number(self, x: float) -> Written:
        return ("½", ATOM) if x == 0.5 else super().number(x)

    def negative(self, x: Expr) -> Written:
        return "−" + self.write(x, PRODUCT), NEGATIVE

    def power(self, x: Expr, n: Expr) -> Written:
        exponent = self.write(n)
        return (self.write(x, ATOM) + to_superscript(exponent), POWER) if exponent.isdecimal() else super().power(x, n)

    def call(self, function: str, *xs: Expr) -> Written:
        if function == "sum":
            return f"Σ {self.write(xs[0], PRODUCT)}", PRODUCT
        return (f"{function} {self.write(xs[0])}", ATOM) if xs[0].kind == "call" else super().call(function, *xs)


TEXT, LATEX = MatrixTextPrinter(), MatrixLatexPrinter()
