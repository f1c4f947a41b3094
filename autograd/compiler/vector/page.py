"""The vector form as a page of text or LaTeX: the shapes of the matrices, and titled sections of equations."""
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape

from ...symbolic.matrix import MatrixExpr
from ...symbolic.matrix_printer import LATEX, TEXT

NOTES = {                       # notation in the text: its explanation
    " ": "A B is the product of matrices, A' is transposed; A * B, A / B, A^n and functions go element by element.",
    "Delta": "1 is a column of N ones: Delta 1 sums over the samples.  b1 is added to every column.",
    "sum(": "sum(A) is the sum over the rows of A, for each sample.",
    "H(": "H(A) is 1 where A > 0, else 0.",
    "softmax(": "softmax(A) is e^A over the sum of its rows, for each sample.",
    "huber(": "huber(E, d) is 1/2 E^2 where |E| <= d, else d (|E| - d/2).",
    "dZ[": "dZ[U1] are the rows of dZ that belong to U1.",
    "[": "A[2,3] are rows 2 and 3 of A, A[2..5] rows 2 to 5; what += never reaches is 0.",
}
MatrixEquation = tuple[MatrixExpr, str, MatrixExpr]               # left, "=" or "+=" or "-=", right


@dataclass
class Section:
    """A title, and lines of equations; a line may hold two."""
    title: str
    latex_title: str
    lines: list[list[MatrixEquation]] = field(default_factory=list)

    def add(self, left: MatrixExpr, right: MatrixExpr, sign: str = "=") -> None:
        self.lines.append([(left, sign, right)])


@dataclass(repr=False)
class VectorForm:
    """The equations of a program: str() is the text, `latex` the LaTeX, which notebooks show."""
    shapes: list[tuple[str, str, str]] = field(default_factory=list)        # name, shape, content
    sections: list[Section] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def __repr__(self) -> str:
        """The text, with the equations aligned in columns."""
        named = [row for row in self.shapes if row[2] and not row[2].startswith("dJ/d")]
        alike: dict[tuple[str, str], list[str]] = {}        # V1, Y1 and Delta1 in one line
        for text, shape, meaning in self.shapes:
            if not meaning:
                alike.setdefault((text.lstrip("DeltaVYUEJG"), shape), []).append(text)
        named += [(", ".join(texts), shape, "") for (_, shape), texts in alike.items()]
        named += [row for row in self.shapes if row[2].startswith("dJ/d")]
        lines = ["Shapes, for N samples", *(f"  {line}" for line in aligned(named))]
        for section in self.sections:
            written = [[TEXT.write(x) + f" {sign} " + TEXT.write(y) for x, sign, y in line] for line in section.lines]
            lines += ["", section.title, *(f"  {line}" for line in aligned(written, "      "))]
        text = "\n".join(lines)
        return "\n".join([text, "", *[note for mark, note in NOTES.items() if mark in text], *self.notes])

    @property
    def latex(self) -> str:
        """The equations in LaTeX; it needs amsmath."""
        lines = list[str]()
        for section in self.sections:
            above = r"[2ex] " if lines else ""
            lines.append(rf"{above}&\rlap{{\text{{{section.latex_title}}}}}")
            lines += [r" &\qquad ".join([rf"{LATEX.write(x)} &{sign if sign == '=' else '{' + sign[0] + '}='} "
                                         rf"{LATEX.write(y)}" for x, sign, y in line]) for line in section.lines]
        body = " \\\\\n".join(lines).replace(" \\\\\n[", " \\\\[")
        return "\n".join([r"\begin{alignat*}{2}", body, r"\end{alignat*}"])

    def _repr_latex_(self) -> str:
        return self.latex

    def _repr_html_(self) -> str:
        """The text: it needs no network, as LaTeX does in an exported notebook."""
        return f'<pre style="overflow-x: auto; font-family: monospace">{escape(repr(self))}</pre>'


def aligned(rows: Sequence[Sequence[str]], between: str = "   ") -> Iterable[str]:
    """Rows of a table with aligned columns; a very long entry overflows its column."""
    widths = [max([len(row[i]) for row in rows if i + 1 < len(row) and len(row[i]) < 48], default=0) for i in range(3)]
    return [between.join([x.ljust(width) for x, width in zip(row, widths)]).rstrip() for row in rows]
