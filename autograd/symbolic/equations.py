"""Equations aligned at "=": in plain text, in LaTeX and in MathML.

A right-hand side is a row of pieces: Exprs, the symbols between them ("·", "+", "=", "⋯", "[" and "]"), and prose.
"""
from collections.abc import Sequence
from dataclasses import dataclass, field

from .expr import Expr
from .latex import LatexPrinter
from .mathml import MathMLPrinter
from .printer import LOOSE, NEGATIVE, PRODUCT, Printer, TextPrinter

Pieces = Sequence[Expr | str]
Lines = list[list[Expr | str]]                # of one step


@dataclass(frozen=True)
class Equation:
    """left = step = step ...; a step may take several lines."""
    left: Expr
    steps: Sequence[Lines]


@dataclass(frozen=True)
class Prose:
    """A line of words; the Exprs among them are set as formulas."""
    pieces: Pieces


Row = Equation | Prose


def write_row(printer: Printer, row: Pieces) -> str:
    """Print a row of pieces, with brackets around an Expr where its neighbours ask for them."""
    parts = []
    for before, piece, after in zip(("", *row), row, (*row[1:], "")):
        if isinstance(piece, str):
            parts.append(printer.marks.get(piece) or printer.prose(piece))
        elif before == "·" or after == "·" or before == "+" or after == "+":
            leads = before in ("", "[", "=") and piece.kind == "negative"
            parts.append(printer.write(piece, NEGATIVE if leads else PRODUCT))
        else:
            parts.append(printer.write(piece, LOOSE))
    return printer.row(*parts)


def row_text(row: Pieces) -> str:
    """A row of pieces in plain text, its numbers to 17 digits."""
    return write_row(TextPrinter(digits=17), row)


def equation(left: Expr, *steps: Lines) -> Equation:
    """The equation left = step = step ..., without the steps that read like the one before."""
    right: list[Lines] = []
    above = [row_text([left])]
    for step in steps:
        as_read = [row_text(line) for line in step]
        if as_read != above:
            right.append(step)
            above = as_read
    return Equation(left, right)


def joined(mark: str, groups: Sequence[Sequence[Expr | str]]) -> list[Expr | str]:
    """The groups with the mark between them."""
    return [piece for group in groups for piece in (mark, *group)][1:]


def as_text(rows: Sequence[Row], digits: int) -> str:
    """The equations in plain text, separated by empty lines."""
    printer = TextPrinter(digits)
    blocks: list[str] = []
    for row in rows:
        if isinstance(row, Prose):
            blocks.append(write_row(printer, row.pieces))
            continue
        left = printer.write(row.left)
        lines = [f"{' ' * len(left)} {' ' if i else '='} {write_row(printer, pieces)}"
                 for step in row.steps for i, pieces in enumerate(step)]
        blocks.append(left + "\n".join(lines)[len(left):])
    spread = sum(isinstance(row, Equation) for row in rows) > 1
    return ("\n\n" if spread else "\n").join(blocks)


def as_latex(rows: Sequence[Row], digits: int, codes: bool = False) -> str:
    """The equations as an aligned environment, for math mode; it needs amsmath."""
    printer = LatexPrinter(digits, codes)
    blocks: list[str] = []
    for row in rows:
        if isinstance(row, Prose):
            blocks.append("& " + write_row(printer, row.pieces))
            continue
        lines = [("&{}\\quad " if i else "&= ") + write_row(printer, pieces)
                 for step in row.steps for i, pieces in enumerate(step)]
        blocks.append(printer.write(row.left) + " " + " \\\\\n".join(lines))
    return "\\begin{aligned}\n" + " \\\\[1ex]\n".join(blocks) + "\n\\end{aligned}"


def as_mathml(rows: Sequence[Row], digits: int) -> str:
    """The equations as a <math> element with a table of three columns: left, =, right."""
    printer, table = MathMLPrinter(digits), ""
    for row in rows:
        if isinstance(row, Prose):
            words, above = write_row(printer, row.pieces), "; padding-top: 1em" if row.pieces[0] == "…" else ""
            table += f'<mtr><mtd></mtd><mtd></mtd><mtd style="text-align: left{above}">{words}</mtd></mtr>'
            continue
        left = printer.write(row.left)
        above = "; padding-top: 1em" if table else ""
        for step in row.steps:
            for i, pieces in enumerate(step):
                relation, indent = ("", '<mspace width="2em"></mspace>') if i else ("<mo>=</mo>", "")
                cells = ("right", left), ("center", relation), ("left", indent + write_row(printer, pieces))
                table += "<mtr>" + "".join([f'<mtd style="text-align: {side}{above}">{cell}</mtd>'
                                            for side, cell in cells]) + "</mtr>"
                left = above = ""
    return f'<math display="block"><mtable displaystyle="true">{table}</mtable></math>'


@dataclass(frozen=True)
class Derivation:
    """Equations and their result, `.value`: str() is text, `.latex` and `.mathml` markup; notebooks show the LaTeX."""
    value: float
    rows: tuple[Row, ...] = field(repr=False)
    digits: int = field(default=6, repr=False)

    def __str__(self) -> str:
        return as_text(self.rows, self.digits)

    @property
    def latex(self) -> str:
        """An aligned environment for math mode; it needs amsmath, and for letters of any script XeLaTeX or LuaLaTeX."""
        return as_latex(self.rows, self.digits)

    @property
    def pdflatex(self) -> str:
        """The same for pdfLaTeX: letters that it does not have are written as their codes, such as U+8F93."""
        return as_latex(self.rows, self.digits, codes=True)

    @property
    def mathml(self) -> str:
        """A <math> element."""
        return as_mathml(self.rows, self.digits)

    def _repr_latex_(self) -> str:
        return f"$${self.latex}$$"

    def _repr_html_(self) -> str:
        """MathML, which an exported notebook shows without a network; LaTeX waits for MathJax there."""
        return f'<div style="overflow-x: auto">{self.mathml}</div>'
