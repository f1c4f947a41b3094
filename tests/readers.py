"""Reads a printed formula back, so that a test can hold what the three scripts print to what was meant.

Each reader turns one script into a Python expression, bracket for bracket and adding none where the script has none:
a bracket that is missing in print is missing there too.
"""
import math
import re
import xml.etree.ElementTree as ET

from autograd.ops import TABLE
from autograd.symbolic.expr import Expr
from autograd.symbolic.labels import SUBSCRIPTS, SUPERSCRIPTS
from autograd.symbolic.printer import TextPrinter

LOWERED = str.maketrans({low: plain for plain, low in SUBSCRIPTS.items()})
RAISED = str.maketrans({high: plain.replace("−", "-") for plain, high in SUPERSCRIPTS.items()})


class CellText(TextPrinter):
    """Plain text with the recorded numbers in the cells of a live page's formula."""

    def write(self, expr, least=0):
        return super().write(Expr.lift(expr.parts[1]) if expr.kind == "cell" else expr, least)


class Root:
    """√ as plain text has it, in front of what it is the root of: ROOT ** x."""
    def __pow__(self, x: float) -> float:
        return math.sqrt(x)


FUNCTIONS = {row.written if isinstance(row.written, str) and row.written else row.name: row for row in TABLE.values()
             if row.name.isidentifier()} | {"SQRT": math.sqrt, "ROOT": Root(), "ABS": math.fabs}


def evaluate(python: str, names: dict[str, float]) -> float:
    return eval(python, {"__builtins__": {}}, FUNCTIONS | names)


TEXT = re.compile(r"(?P<else>, else )|(?P<if> if )|(?P<raised>[⁻⁰¹²³⁴-⁹]+)|(?P<call>[A-Za-z_]\w*(?=\())"
                  r"|(?P<number>\d[\d.]*(?:e[−+]\d+)?|½)|(?P<name>[A-Za-z][₀-₉]*)|(?P<mark>\S)")


def read_text(printed: str) -> str:
    """Plain text: w₁x₁ + b, 1 / (2x), √(x + 1), |x|, (a if x > 0, else b)."""
    python, after_operand = "", False
    for match in TEXT.finditer(printed):
        kind, token = match.lastgroup, match[0]
        if after_operand and (kind in ("number", "name", "call") or token in "(√"):
            python += "*"                               # what touches is multiplied
        if token == "|":
            token = ")" if after_operand else "ABS("
        elif kind == "raised":
            token = f"**({token.translate(RAISED)})"
        python += {"−": "-", "·": "*", "^": "**", "½": "0.5", "√": "ROOT**", ", else ": " else ",
                   "[": "(", "]": ")"}.get(token, token.translate(LOWERED).replace("−", "-"))
        after_operand = kind in ("number", "name", "raised") or token in (")", "]")
    return python


LATEX = re.compile(r"(\\left|\\right|\\,|\s)|(\\operatorname\{[^}]+\}|\\[A-Za-z]+|\d[\d.]*"
                   r"|[A-Za-z](?:_\{\d+\})?|.)")


def read_latex(printed: str) -> str:
    r"""LaTeX: \frac{a}{b}, x_{1}^{2}, \sqrt{x}, \operatorname{tanh}(v), \begin{cases}."""
    tokens = [match[2] for match in LATEX.finditer(printed) if match[2]]

    def group() -> str:
        assert tokens.pop(0) == "{"
        return f"({until('}')})"

    def until(*ends: str) -> str:
        python, after_operand = "", False
        while tokens and tokens[0] not in ends:
            token = tokens.pop(0)
            if after_operand and python[-1] != "$" and re.match(r"\\[tf]|\\sqrt|\\op|\\begin|[\w(]", token):
                python += "*"
            python = python.removesuffix("$")
            if token in (r"\frac", r"\tfrac"):
                top, bottom = group(), group()
                token = f"({top}/{bottom})"
            elif token == r"\sqrt":
                token = "SQRT" + group()
            elif token == "^":
                token = "**" + group()
            elif token == r"\begin":
                token = cases()
            elif token.startswith(r"\operatorname"):
                token = token[len(r"\operatorname{"):-1].replace(r"\_", "_") + "$"
            elif token == "H":
                token = "H$"
            elif token == "|":
                token = ")" if after_operand else "ABS("
            python += {r"\cdot": "*"}.get(token, re.sub(r"_\{(\d+)\}", r"\1", token))
            after_operand = bool(re.search(r"[\w)$]$", python))
        if tokens and ends:
            tokens.pop(0)
        return python.replace("$", "")

    def cases() -> str:
        group()
        a, x = until("&"), until(">")
        assert [tokens.pop(0) for _ in range(3)] == ["0", "\\", "\\"]
        b = until("&")
        until(r"\end")
        group()
        return f"(({a}) if ({x}) > 0 else ({b}))"

    return until()


def read_mathml(printed: str) -> str:
    """MathML: <mfrac>, <msub>, <msup>, <msubsup>, <msqrt>, <mtable> for cases; U+2062 multiplies, U+2061 applies."""
    def read(element: ET.Element) -> str:
        if element.tag == "msub":
            return "".join(map(read, element))
        if element.tag == "msubsup":
            return f"{read(element[0])}{read(element[1])}**({read(element[2])})"
        if element.tag == "msup":
            return f"{read(element[0])}**({read(element[1])})"
        if element.tag == "mfrac":
            return f"(({read(element[0])})/({read(element[1])}))"
        if element.tag == "msqrt":
            return f"SQRT({''.join(map(read, element))})"
        if element.tag == "mtable":
            (a, test), (b, _) = element
            return f"(({read(a)}) if {read(test)} else ({read(b)}))"
        assert element.tag in ("math", "mrow", "mtd", "mi", "mn", "mo"), element.tag
        if len(element) and element[0].text == element[-1].text == "|":
            return f"ABS({''.join(map(read, element[1:-1]))})"
        signs = {"−": "-", "·": "*", "\u2062": "*", "\u2061": "", "{": ""}
        return signs.get(element.text or "", (element.text or "").replace("−", "-")) + "".join(map(read, element))

    return read(ET.fromstring(printed))
