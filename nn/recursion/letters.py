"""The recursion of the local gradients in letters: δ₃ = e₃ φ'(v₃), δ₁ = φ'(v₁) (δ₃ w₃₁ + ...), as text and as LaTeX."""
import re
from fractions import Fraction
from html import escape

SUBSCRIPT = r"(?<=[A-Za-zδ)])[0-9]+(?:,[0-9]+)?"
FROM_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")

# the loss's name: -dJ/dy, in place of e, as a factor and the term that it multiplies; a mean is also divided by n
OUTPUT_ERROR = {
    "half_squared_error": (1, "e{l}"),
    "mean_squared_error": (2, "e{l}"),
    "mean_absolute_error": (1, "sign(e{l})"),
    "huber": (1, "clip(e{l}, -1, 1)"),
    "binary_cross_entropy": (1, "(t{l} - y{l})/(y{l} (1 - y{l}))"),
    "binary_cross_entropy_with_logits": (1, "(t{l} - sigmoid(y{l}))"),
    "cross_entropy": (1, "(t{l} - softmax(y){l})"),
}
SUMS = "half_squared_error", "cross_entropy"


def output_error(loss: str, l: str, n: int) -> str:
    """-dJ/dy of the loss of this name, for output l of n.

    >>> output_error("mean_squared_error", "4", 3), output_error("cross_entropy", "4", 3)
    ('2/3 e4', '(t4 - softmax(y)4)')
    """
    number, letters = OUTPUT_ERROR[loss]
    factor = Fraction(number, 1 if loss in SUMS else n)
    return f"{'' if factor == 1 else f'{factor} '}{letters.format(l=l)}"


class Recursion(str):
    """The lines of a recursion: the string has subscripts, `latex` is for notebooks."""

    def __new__(cls, letters: str) -> "Recursion":
        recursion = super().__new__(cls, subscripted(letters))
        recursion.letters = letters
        return recursion

    letters: str                                # with plain digits: δ3 = e3 φ'(v3) = ...

    @property
    def latex(self) -> str:
        """An aligned environment for math mode; it needs amsmath."""
        lines = [latex_of(line).replace(" = ", " &= ", 1) for line in self.letters.splitlines()]
        return "\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}"

    def _repr_latex_(self) -> str:
        return f"$${self.latex}$$"

    def _repr_html_(self) -> str:
        """The text: it needs no network, as LaTeX does in an exported notebook."""
        return f'<pre style="overflow-x: auto; font-family: monospace">{escape(self)}</pre>'


def subscripted(text: str) -> str:
    """The text with digits after a letter as subscripts: w12 becomes w₁₂, softmax(y)3 becomes softmax(y)₃."""
    return re.sub(SUBSCRIPT, lambda digits: digits[0].translate(SUBSCRIPTS), text)


def latex_of(letters: str) -> str:
    r"""A line of the recursion in LaTeX.

    >>> print(latex_of("δ3 = 2/3 e3 φ'(v3) = 1.2e-05 · 0.5"))
    \delta_{3} = \tfrac{2}{3} e_{3} \varphi'(v_{3}) = 1.2 \cdot 10^{-5} \cdot 0.5
    """
    latex = re.sub(r"e([-+]\d+)", lambda exponent: rf" · 10^{{{int(exponent[1])}}}", letters)
    latex = re.sub(r"\(([^()]+)\)/\(([^()]*\([^()]*\))\)", r"\\frac{\1}{\2}", latex)
    latex = re.sub(r"(\d+)/(\d+) ", r"\\tfrac{\1}{\2} ", latex)
    latex = re.sub(r"[A-Za-z][\w\[\]]*\.(?=[A-Za-zδ])", r"\\mathrm{\g<0>}", latex)      # of a model's part: encoder.w11
    latex = re.sub(SUBSCRIPT, r"_{\g<0>}", latex)
    latex = re.sub("⁽([⁰¹²³⁴⁵⁶⁷⁸⁹]+)⁾", lambda mark: f"^{{({mark[1].translate(FROM_RAISED)})}}", latex)
    latex = re.sub("clip|sign(?!m)|sigmoid|softmax", r"\\operatorname{\g<0>}", latex)
    return latex.replace("δ", r"\delta").replace("φ", r"\varphi").replace("·", r"\cdot").replace("…", r"\dots")


def neuron_name(label: str, letter: str = "v") -> str:
    """A neuron's name from the label of its v: 1 for v1, encoder.1 for encoder.v1; another label unchanged.

    >>> neuron_name("encoder.v1"), neuron_name("y2", "y"), neuron_name("u3")
    ('encoder.1', '2', 'u3')
    """
    path, dot, name = label.rpartition(".")
    return path + dot + name.removeprefix(letter) if name.startswith(letter) else label


def spelled(letter: str, neuron: str) -> str:
    """A letter with a neuron's name: δ1, encoder.δ1."""
    path, dot, name = neuron.rpartition(".")
    return f"{path}{dot}{letter}{name}"
