"""A column of equations, aligned at "=": in plain text, in LaTeX and in MathML.

A right-hand side is a row of pieces: Symbols, the marks between them ("·", "+", "=", "⋯", "[" and "]"), and prose.
"""
from collections.abc import Sequence
from dataclasses import dataclass

from .markup import Latex, MathML
from .scripts import LOOSE, NEGATIVE, PRODUCT, Script, Text
from .symbol import Symbol

Pieces = Sequence[Symbol | str]
Lines = list[list[Symbol | str]]                # of one step


@dataclass(frozen=True)
class Equation:
    """left = step = step ...; a step may take several lines."""
    left: Symbol
    steps: Sequence[Lines]


@dataclass(frozen=True)
class Prose:
    """A line of words; the Symbols among them are set as formulas."""
    pieces: Pieces


Row = Equation | Prose


def written(script: Script, row: Pieces) -> str:
    """A row of pieces in this script, with brackets around a Symbol where its neighbours ask for them."""
    parts = []
    for before, piece, after in zip(("", *row), row, (*row[1:], "")):
        if isinstance(piece, str):
            parts.append(script.marks.get(piece) or script.prose(piece))
        elif before == "·" or after == "·" or before == "+" or after == "+":
            leads = before in ("", "[", "=") and piece.kind == "negative"
            parts.append(script.write(piece, NEGATIVE if leads else PRODUCT))
        else:
            parts.append(script.write(piece, LOOSE))
    return script.row(*parts)


def row_text(row: Pieces) -> str:
    """A row of pieces in plain text, its numbers in full."""
    return written(Text(digits=17), row)


def as_text(rows: Sequence[Row], digits: int) -> str:
    """The equations in plain text, an empty line between one and the next."""
    script = Text(digits)
    blocks: list[str] = []
    for row in rows:
        if isinstance(row, Prose):
            blocks.append(written(script, row.pieces))
            continue
        left = script.write(row.left)
        lines = [f"{' ' * len(left)} {' ' if i else '='} {written(script, pieces)}"
                 for step in row.steps for i, pieces in enumerate(step)]
        blocks.append(left + "\n".join(lines)[len(left):])
    spread = sum(isinstance(row, Equation) for row in rows) > 1
    return ("\n\n" if spread else "\n").join(blocks)


def as_latex(rows: Sequence[Row], digits: int) -> str:
    """The equations as an aligned environment, for math mode; it needs amsmath."""
    script = Latex(digits)
    blocks: list[str] = []
    for row in rows:
        if isinstance(row, Prose):
            blocks.append("& " + written(script, row.pieces))
            continue
        lines = [("&{}\\quad " if i else "&= ") + written(script, pieces)
                 for step in row.steps for i, pieces in enumerate(step)]
        blocks.append(script.write(row.left) + " " + " \\\\\n".join(lines))
    return "\\begin{aligned}\n" + " \\\\[1ex]\n".join(blocks) + "\n\\end{aligned}"


def as_mathml(rows: Sequence[Row], digits: int) -> str:
    """The equations as a <math> element with a table of three columns: left, =, right."""
    script, table = MathML(digits), ""
    for row in rows:
        if isinstance(row, Prose):
            words, above = written(script, row.pieces), "; padding-top: 1em" if row.pieces[0] == "…" else ""
            table += f'<mtr><mtd></mtd><mtd></mtd><mtd style="text-align: left{above}">{words}</mtd></mtr>'
            continue
        left = script.write(row.left)
        above = "; padding-top: 1em" if table else ""
        for step in row.steps:
            for i, pieces in enumerate(step):
                relation, indent = ("", '<mspace width="2em"></mspace>') if i else ("<mo>=</mo>", "")
                cells = ("right", left), ("center", relation), ("left", indent + written(script, pieces))
                table += "<mtr>" + "".join([f'<mtd style="text-align: {side}{above}">{cell}</mtd>'
                                            for side, cell in cells]) + "</mtr>"
                left = above = ""
    return f'<math display="block"><mtable displaystyle="true">{table}</mtable></math>'
