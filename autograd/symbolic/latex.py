"""Formulas in LaTeX, with the package amsmath."""
from typing import ClassVar

from .labels import escape_latex, format_number, parse_label
from .printer import ATOM, LOOSE, POWER, PRODUCT, SUM, Expr, Printer, Written


class LatexPrinter(Printer):
    """LaTeX for math mode; it needs amsmath.  With codes it has no letters but those that pdfLaTeX has."""
    plus, minus, dot, dots, sign = " + ", " - ", r" \cdot ", r"\cdots ", "-"
    marks: ClassVar = {"·": dot, "+": plus, "=": " = ", "⋯": dots, "[": r"\Bigl[ ", "]": r" \Bigr]"}

    def __init__(self, digits: int = 6, codes: bool = False) -> None:
        super().__init__(digits)
        self.codes = codes

    def escaped(self, text: str, style: str = "text") -> str:
        return escape_latex(text, style, self.codes)

    def prose(self, words: str) -> str:
        return self.escaped(words)

    def brackets(self, written: str) -> str:
        tall = r"\frac" in written or r"\begin" in written or r"\sqrt" in written
        return rf"\left({written}\right)" if tall else f"({written})"

    def name(self, label: str) -> Written:
        name = parse_label(label)
        base = name.base if name.is_letter and name.base.isascii() else self.escaped(
            name.base, "mathrm" if name.is_word else "text").strip()
        subscript = f"_{{{name.subscript}}}" if name.subscript else ""
        mark = f"^{{({name.mark})}}" if name.mark else ""
        return f"{base}{subscript}{mark}", LOOSE if not name.is_word else POWER if mark else ATOM

    def number(self, x: float) -> Written:
        written = format_number(x, self.digits)
        if "e" in written:
            mantissa, exponent = written.split("e")
            return rf"{mantissa} \cdot 10^{{{int(exponent.replace('−', '-'))}}}", PRODUCT
        return {"∞": r"\infty ", "NaN": r"\text{NaN}"}.get(written, written), ATOM

    def half(self) -> str:
        return r"\tfrac{1}{2}"

    def fraction(self, x: Expr, y: Expr) -> Written:
        return rf"\frac{{{self.write(x)}}}{{{self.write(y)}}}", PRODUCT

    def power(self, x: Expr, n: Expr) -> Written:
        if n.kind == "number" and n.parts[0] == 0.5:
            return rf"\sqrt{{{self.write(x)}}}", POWER
        return f"{self.write(x, ATOM)}^{{{self.write(n)}}}", POWER

    def call(self, function: str, *xs: Expr) -> Written:
        is_plain = function.isascii() and function.isidentifier()
        name = function.replace("_", r"\_") if is_plain else self.escaped(function)
        name = name if is_plain and len(function) == 1 else rf"\operatorname{{{name}}}"
        return name + self.brackets(self.arguments(xs)), ATOM

    def entry(self, x: Expr, subscript: str) -> Written:
        return f"{self.write(x, ATOM)}_{{{subscript}}}", ATOM

    def bars(self, x: Expr) -> Written:
        return rf"\left|{self.write(x)}\right|", ATOM

    def cases(self, x: Expr, a: Expr, b: Expr) -> Written:
        condition = self.write(x, SUM)
        return (rf"\begin{{cases}} {self.write(a, SUM)} & {condition} > 0 \\ {self.write(b, SUM)} & {condition} \le 0 "
                r"\end{cases}"), LOOSE

    def derivative(self, d: str, x: Expr, y: Expr) -> Written:
        d = {"∂": r"\partial "}.get(d, d)
        return rf"\frac{{{d}{self.write(x)}}}{{{d}{self.write(y)}}}", PRODUCT


def to_latex(expr: Expr, digits: int = 6) -> str:
    r"""The formula in LaTeX, for math mode; it needs amsmath.

    >>> from autograd.symbolic.expr import Expr
    >>> print(to_latex((Expr("x1") + 1) / 2))
    \frac{x_{1} + 1}{2}
    """
    return LatexPrinter(digits).write(expr)
