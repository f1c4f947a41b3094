"""Formulas in LaTeX (with amsmath) and in MathML Core, the browsers' own."""
from typing import ClassVar

from .letters import latex_text, number_text, spelled, xml_text
from .scripts import ATOM, LOOSE, POWER, PRODUCT, SUM, Script, Symbol, Written


class Latex(Script):
    """LaTeX for math mode; it needs amsmath."""
    plus, minus, dot, dots, sign = " + ", " - ", r" \cdot ", r"\cdots ", "-"
    marks: ClassVar = {"·": dot, "+": plus, "=": " = ", "⋯": dots, "[": r"\Bigl[ ", "]": r" \Bigr]"}

    def prose(self, words: str) -> str:
        return latex_text(words)

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
        is_plain = function.isascii() and function.isidentifier()
        name = function.replace("_", r"\_") if is_plain else latex_text(function)
        name = name if is_plain and len(function) == 1 else rf"\operatorname{{{name}}}"
        return name + self.brackets(self.arguments(xs)), ATOM

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
    marks: ClassVar = {"·": dot, "+": '<mo form="infix">+</mo>', "=": "<mo>=</mo>", "⋯": dots,
                       "[": "<mo>[</mo>", "]": "<mo>]</mo>"}

    def prose(self, words: str) -> str:
        return f"<mtext>{xml_text(words).replace(' ', '&#xA0;')}</mtext>"      # else the spaces at the ends are lost

    def row(self, *written: str) -> str:
        return f"<mrow>{''.join(written)}</mrow>"

    def brackets(self, written: str) -> str:
        stretchy = "" if "<mfrac" in written or "<mtable" in written or "<msqrt" in written else ' stretchy="false"'
        return self.row(f"<mo{stretchy}>(</mo>", written, f"<mo{stretchy}>)</mo>")

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
        base = self.write(x, ATOM)
        if x.kind == "name" and base.startswith("<msub>"):
            return f"<msubsup>{base[len('<msub>'):-len('</msub>')]}{self.write(n)}</msubsup>", POWER
        return f"<msup>{base}{self.write(n)}</msup>", POWER

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
