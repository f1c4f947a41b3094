"""Equations and sentences as HTML in which each cell is an element that the script writes a number into."""
import math
from collections.abc import Iterable, Mapping
from html import escape

from autograd.symbolic.equations import Equation, write_row
from autograd.symbolic.expr import Expr
from autograd.symbolic.labels import format_number
from autograd.symbolic.mathml import MathMLPrinter
from autograd.symbolic.printer import LOOSE, NEGATIVE

from ..page_step import PLACES

DECIMALS = 10                                   # at most, of a parameter and its new value


class ZerosPrinter(MathMLPrinter):
    """MathML whose numbers keep the zeros at their ends, so that two of them are read as equally accurate: 0.2910."""

    def format(self, x: float) -> str:
        return format_number(x, self.digits, keeps_zeros=True)


class CellPrinter(MathMLPrinter):
    """MathML in which a cell is <mrow data-c=code>; data-least says when the number needs brackets."""

    def __init__(self, digits: int, changes: Mapping[str, float]) -> None:
        super().__init__(PLACES)
        self.short, self.exact, self.padded = MathMLPrinter(digits), MathMLPrinter(PLACES), ZerosPrinter(digits)
        self.changes = changes                  # of a parameter, by its place: how far the update moves it

    def write(self, expr: Expr, least: int = LOOSE) -> str:
        if expr.kind != "cell":
            return super().write(expr, least)
        code, _ = expr.parts
        number, printer = self.as_printed(expr)
        inside = printer.write(Expr.lift(number), least)
        brackets = f' data-least="{int(least)}"' if least > NEGATIVE else ""
        return f'<mrow data-c="{code}"{brackets}>{inside}</mrow>'

    def as_printed(self, cell: Expr) -> tuple[float, MathMLPrinter]:
        """The number and what prints it: before and after an update with as many decimals as the change has."""
        code, number = cell.parts
        if code[0] in "oz":
            return number, self.padded
        decimals = decimals_of(self.changes[code[1:]], self.short.digits) if code[0] in "bn" else None
        return (number, self.short) if decimals is None else (round(number, decimals), self.exact)


def decimals_of(change: float, digits: int) -> int | None:
    """How many decimals show a change to that many digits; None where a number is not written with decimals for it.

    >>> decimals_of(0.02929, 4), decimals_of(-12345.6, 4), decimals_of(0.0, 4)
    (5, None, None)
    """
    if not math.isfinite(change) or not change or abs(change) >= 10 ** digits:
        return None
    return min(digits - 1 - math.floor(math.log10(abs(change))), DECIMALS)


def maths(equation: Equation, printer: CellPrinter) -> str:
    """The sides of an equation as formulas of their own, so that a narrow page can break it before each "="."""
    sides = [printer.write(equation.left)]
    for lines in equation.steps:
        sides += ['<mo form="infix">=</mo>' * (i == 0) + write_row(printer, pieces) for i, pieces in enumerate(lines)]
    # The policy allows no style attribute; page.css aligns the cells of a formula with two cases.
    return f"<span>{''.join([f'<math displaystyle=true>{side}</math>' for side in sides])}</span>".replace(
        ' style="text-align: left"', "")


def sentence(parts: Iterable[Expr | str], printer: CellPrinter) -> str:
    """Words, escaped, with the cells among them as elements."""
    return "".join([escape(part) if isinstance(part, str) else number(part, printer) for part in parts])


def number(part: Expr, printer: CellPrinter) -> str:
    """A cell among words; a sum of cells as its terms."""
    if part.kind == "sum":
        return " + ".join([number(term, printer) for term in part.parts])
    code, (x, written) = part.parts[0], printer.as_printed(part)
    return f'<b data-c="{code}">{written.format(x)}</b>'
