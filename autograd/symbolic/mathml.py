"""Formulas in MathML Core, which browsers render without a script."""
from typing import ClassVar

from .labels import escape_xml, format_number, isolated, parse_label
from .printer import ATOM, LOOSE, POWER, PRODUCT, SUM, Expr, Printer, Written


class MathMLPrinter(Printer):
    """The content of a <math> element, in MathML Core."""
    plus, minus, dot, sign, comma = "<mo>+</mo>", "<mo>−</mo>", "<mo>·</mo>", "<mo>−</mo>", "<mo>,</mo>"
    dots, beside, applied = "<mi>⋯</mi>", "<mo>&#x2062;</mo>", "<mo>&#x2061;</mo>"     # invisible times, and apply
    marks: ClassVar = {"·": dot, "+": '<mo form="infix">+</mo>', "=": "<mo>=</mo>", "⋯": dots,
                       "[": "<mo>[</mo>", "]": "<mo>]</mo>"}

    def prose(self, words: str) -> str:
        return f"<mtext>{escape_xml(words).replace(' ', '&#xA0;')}</mtext>"      # browsers drop spaces at the ends

    def row(self, *written: str) -> str:
        return f"<mrow>{''.join(written)}</mrow>"

    def brackets(self, written: str) -> str:
        stretchy = "" if "<mfrac" in written or "<mtable" in written or "<msqrt" in written else ' stretchy="false"'
        return self.row(f"<mo{stretchy}>(</mo>", written, f"<mo{stretchy}>)</mo>")

    def name(self, label: str) -> Written:
        name = parse_label(label)
        tag = "mi" if name.is_word else "mtext"
        base, subscript, mark = (f"<{tag}>{escape_xml(isolated(name.base))}</{tag}>",
                                 f"<mn>{escape_xml(name.subscript)}</mn>",
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

    def format(self, x: float) -> str:
        """The number's digits."""
        return format_number(x, self.digits)

    def number(self, x: float) -> Written:
        written = self.format(x)
        if "e" in written:
            mantissa, exponent = written.split("e")
            power = format_number(int(exponent.replace("−", "-")))
            return self.row(f"<mn>{mantissa}</mn>", self.dot, f"<msup><mn>10</mn><mn>{power}</mn></msup>"), PRODUCT
        return f"<mn>{written}</mn>", ATOM

    def half(self) -> str:
        return "<mfrac displaystyle=\"false\"><mn>1</mn><mn>2</mn></mfrac>"

    def fraction(self, x: Expr, y: Expr) -> Written:
        return f"<mfrac>{self.write(x)}{self.write(y)}</mfrac>", PRODUCT

    def power(self, x: Expr, n: Expr) -> Written:
        if n.kind == "number" and n.parts[0] == 0.5:
            return f"<msqrt>{self.write(x)}</msqrt>", POWER
        base = self.write(x, ATOM)
        if x.kind == "name" and base.startswith("<msub>"):
            return f"<msubsup>{base[len('<msub>'):-len('</msub>')]}{self.write(n)}</msubsup>", POWER
        return f"<msup>{base}{self.write(n)}</msup>", POWER

    def call(self, function: str, *xs: Expr) -> Written:
        arguments = self.brackets(self.arguments(xs))
        return self.row(f"<mi>{escape_xml(function)}</mi>", "<mo>&#x2061;</mo>", arguments), ATOM

    def entry(self, x: Expr, subscript: str) -> Written:
        return f"<msub>{self.write(x, ATOM)}<mn>{escape_xml(subscript)}</mn></msub>", ATOM

    def bars(self, x: Expr) -> Written:
        return self.row("<mo>|</mo>", self.write(x), "<mo>|</mo>"), ATOM

    def cases(self, x: Expr, a: Expr, b: Expr) -> Written:
        condition = self.write(x, SUM)
        cell, rows = '<mtd style="text-align: left">', ""
        for side, relation in (a, "<mo>&gt;</mo>"), (b, "<mo>≤</mo>"):
            test = self.row(condition, relation, "<mn>0</mn>")
            rows += f"<mtr>{cell}{self.write(side, SUM)}</mtd>{cell}{test}</mtd></mtr>"
        return self.row("<mo>{</mo>", f"<mtable>{rows}</mtable>"), LOOSE

    def derivative(self, d: str, x: Expr, y: Expr) -> Written:
        parts = [self.row(f"<mi>{d}</mi>", self.write(part)) for part in (x, y)]
        return f"<mfrac>{''.join(parts)}</mfrac>", PRODUCT


def to_mathml(expr: Expr, digits: int = 6, display: str = "block") -> str:
    """The formula as a <math> element, which browsers render; display is "block" or "inline".

    >>> from autograd.symbolic.expr import Expr
    >>> to_mathml(Expr("x") ** 2, display="inline")
    '<math display="inline"><msup><mi>x</mi><mn>2</mn></msup></math>'
    """
    return f'<math display="{display}">{MathMLPrinter(digits).write(expr)}</math>'
