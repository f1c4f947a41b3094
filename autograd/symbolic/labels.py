"""Labels and numbers formatted for formulas: w1 as w with a subscript 1, delta as δ, −0.29289 as −0.2929.

A label is any text of the user's.  One that is no symbol is shown as text: on one line, truncated, and escaped so
that it is never read as markup.
"""
import math
import re
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from unicodedata import bidirectional

LONGEST = 30                                    # characters of a label that are shown

GREEK = dict(alpha="α", beta="β", gamma="γ", delta="δ", epsilon="ε", zeta="ζ", eta="η", theta="θ", iota="ι", kappa="κ",
             mu="μ", nu="ν", xi="ξ", pi="π", rho="ρ", sigma="σ", tau="τ", upsilon="υ", phi="φ", chi="χ", psi="ψ",
             omega="ω", Gamma="Γ", Delta="Δ", Theta="Θ", Lambda="Λ", Xi="Ξ", Pi="Π", Sigma="Σ", Phi="Φ", Psi="Ψ",
             Omega="Ω") | {"lambda": "λ"}
GREEK_NAMES = {letter: name for name, letter in GREEK.items()}

SUBSCRIPTS = dict(zip("0123456789aehijklmnoprstuvx,", "₀₁₂₃₄₅₆₇₈₉ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ,"))
SUPERSCRIPTS = dict(zip("0123456789−()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁽⁾"))
TO_BASELINE = str.maketrans({raised: plain for table in (SUBSCRIPTS, SUPERSCRIPTS) for plain, raised in table.items()})

MARK = re.compile(r"(.+?)(⁽[⁰¹²³⁴⁵⁶⁷⁸⁹]+⁾)", re.DOTALL)                          # x⁽²⁾: the second node labelled x
PATH = r"((?:[^\W\d_][\w[\]]*\.)*)"                 # a path to a model's part: encoder. in encoder.w11
INDEXED = re.compile(PATH + r"([^\W\d_]+)(?:_?\{?(\d+(?:,\d+)*)\}?|_\{?([A-Za-z0-9,]+)\}?|([₀-₉,ₐ-ₜᵢ-ᵪⱼ]+))")
WORD = re.compile(r"[^\W\d_][\w.]*…?")


@dataclass(frozen=True)
class Label:
    """A parsed label: its letter or word, its subscript, and the mark that distinguishes nodes of the same label."""
    base: str
    subscript: str = ""
    mark: str = ""
    is_word: bool = True                        # a letter or a word; otherwise text that needs brackets in a formula

    @property
    def is_letter(self) -> bool:
        """Is it a letter, which needs no dot in a product, as w₁ in w₁x₁?"""
        return len(self.base) == 1 and self.is_word


@lru_cache(maxsize=4096)
def parse_label(label: str) -> Label:
    """The parts of a label: "w1", "w_1" and "w₁" are w with a subscript 1, "delta" is δ, "<b>" is only text.

    >>> parse_label("w12"), parse_label("eta").base, parse_label("x⁽²⁾").mark
    (Label(base='w', subscript='12', mark='', is_word=True), 'η', '2')
    >>> parse_label("encoder.w12").base, parse_label("layers[0].delta3").base
    ('encoder.w', 'layers[0].δ')
    """
    label, raised = split_mark(label)
    label, mark = truncate(label), raised[1:-1].translate(TO_BASELINE)
    if indexed := INDEXED.fullmatch(label):
        path, base = indexed[1], GREEK.get(indexed[2], indexed[2])
        subscript = indexed[3] or indexed[4] or indexed[5].translate(TO_BASELINE)
        if len(base) == 1 or len(subscript) <= 2 or not indexed[4]:         # batch_loss is a word, net_h1 is not
            return Label(path + base, subscript, mark)
    return Label(GREEK.get(label, label), "", mark, is_word=bool(WORD.fullmatch(label)))


def split_mark(label: str) -> tuple[str, str]:
    """The label without its mark, and the mark: "x⁽²⁾" is "x" and "⁽²⁾"."""
    found = MARK.fullmatch(label)
    return (found[1], found[2]) if found else (label, "")


def truncate(label: str) -> str:
    """The label on one line, unprintable characters escaped, cut to 30 characters.

    >>> truncate("two\\nlines"), truncate("x" * 10_000)
    ('two\\\\nlines', 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxx…')
    """
    start = label[:LONGEST + 1]
    if not start.isprintable():
        start = "".join([c if c.isprintable() else repr(c)[1:-1] for c in start])
    return start if len(start) <= LONGEST else start[:LONGEST - 1] + "…"


def format_number(x: float, digits: int = 4, keeps_zeros: bool = False) -> str:
    """x to `digits` significant digits, without zeros at its end; whole numbers in full; with a true minus sign.

    >>> [format_number(x) for x in (-0.29289, 60000.0, 0.000012, 6.88137, -0.0)]
    ['−0.2929', '60000', '1.2e−05', '6.881', '0']
    >>> format_number(0.29103, keeps_zeros=True)
    '0.2910'
    """
    if x != x:
        return "NaN"
    if math.isinf(x):
        return "∞" if x > 0 else "−∞"
    size = abs(x)
    if x == int(x) and size < 1e6:
        written = str(int(x))
    elif 1e-4 <= size < 1e6:
        written = f"{x:.{max(0, digits - 1 - math.floor(math.log10(size)))}f}"
        written = written if keeps_zeros or "." not in written else written.rstrip("0").rstrip(".")
    else:
        written = f"{x:#.{digits}g}" if keeps_zeros else f"{x:.{digits}g}"
    return written.replace("-", "−")


def isolated(name: str) -> str:
    """A name that holds letters written from right to left, apart from the formula around it; another as it is.

    >>> isolated("w"), isolated("שלום") == "\\u2068שלום\\u2069"
    ('w', True)
    """
    return f"\u2068{name}\u2069" if any(bidirectional(c) in ("R", "AL", "AN") for c in name) else name


def to_subscript(subscript: str) -> str:
    """A subscript in plain text: ₁₂ or ⱼᵢ where Unicode has it and it is short, else _total.

    >>> to_subscript("12"), to_subscript("ji"), to_subscript("total")
    ('₁₂', 'ⱼᵢ', '_total')
    """
    if not subscript:
        return ""
    lowered = [SUBSCRIPTS.get(c) for c in subscript]
    readable = None not in lowered and (len(subscript) <= 3 or subscript[0].isdigit())
    return "".join(map(str, lowered)) if readable else "_" + subscript


def to_superscript(digits: str) -> str:
    """The digits as superscripts: −2 as ⁻²."""
    return "".join([SUPERSCRIPTS[c] for c in digits])


# In math mode, because \text shows a backslash as it is in notebooks (MathJax); "{<}" cannot open an HTML tag.
LATEX_MATH = {"\\": r"\backslash ", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
              "^": r"\hat{\ }", "~": r"{\sim}", "<": "{<}", ">": "{>}", "|": "{|}", '"': "{''}", "…": r"\ldots ",
              "≤": r"\le ", "−": "{-}", "·": r"{\cdot}"}
LATEX_PLAIN = re.compile(r"[A-Za-z0-9 .,;:!?'()/@*+=\[\]-]+|[À-ÖØ-ÝÀ-ïñ-öø-ýÿ]")     # what pdflatex sets as it is


def escape_latex(text: str, style: str = "text", codes: bool = False) -> str:
    """The text escaped for LaTeX's math mode; with `codes`, characters that pdfLaTeX lacks appear as code points.

    >>> print(escape_latex("50%"), escape_latex("<b>"), escape_latex("输入"), escape_latex("输", codes=True))
    \\text{50}\\% {<}\\text{b}{>} \\text{输入} \\text{U+8F93}
    """
    written = ""
    special = "".join(map(re.escape, (*LATEX_MATH, *GREEK_NAMES)))
    other = "." if codes else f"[^{special}\\x00-\\x7f]+|."            # one \\text for what belongs together
    for run in re.findall(f"{LATEX_PLAIN.pattern}|{other}", text, re.DOTALL):
        if run in LATEX_MATH:
            written += LATEX_MATH[run]
        elif run in GREEK_NAMES:
            written += f"\\{GREEK_NAMES[run]} "
        elif LATEX_PLAIN.fullmatch(run):
            written += f"\\{style}{{{run}}}"
        else:
            written += f"\\text{{U+{ord(run):04X}}}" if codes else f"\\text{{{run}}}"
    return written


def escape_xml(text: str) -> str:
    """The text escaped for an XML element or attribute."""
    return escape(text)
