"""Every node has one name, each name one node, and whatever a label holds it is shown and breaks nothing."""
import html.parser
import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Constant, Value, maximum, select, tanh, total, weighted_sum
from autograd.symbolic.expr import Expr
from autograd.symbolic.labels import LONGEST, format_number
from autograd.symbolic.latex import to_latex
from autograd.symbolic.mathml import to_mathml
from autograd.symbolic.printer import to_text
from viz.notation import node_formula, node_names

HOSTILE = ["<script>alert(1)</script>", '"x" & \'y\'', "two\nlines", "\\end{aligned} \\", "$ % # _ { } ~ ^", "🎉",
           "学習", "é ß", "x" * 10_000, "a + b", "[x]", "--", "&#x3C;b>", "\u202eevil", "\ud800", "\x00", "]]>", "e|f",
           "1", "−1", "⁽²⁾", "x⁽²⁾", "w_{", "_", "λ", "\u0301", "…", "½", "\\\\", "`", "_1", "ª", "x₁₂y"]


def test_labels_numbers_and_u() -> None:
    x, w = Value(3.0, "x"), Value(-2.0)
    output = 2 * x + w * x
    assert list(node_names(output).values()) == ["2", "x", "u1", "u2", "u3", "u4"]
    assert node_names(output) == node_names(output)
    assert node_names(Value(1.0) + Constant(2.0, "two")) != {}


def test_taken_labels_are_skipped() -> None:
    output = total([Value(1.0, "u1"), Value(2.0), Value(3.0, "u_3"), Value(4.0)]) * Constant(0.123456)
    assert list(node_names(output).values()) == ["u1", "u2", "u_3", "u4", "u5", "0.1235", "u6"]
    assert "0.12" in node_names(output, digits=2).values()


def test_namesakes_are_told_apart_as_they_are_written() -> None:
    nodes = [Value(1.0, label) for label in ("w1", "w_1", "w₁", "w1⁽²⁾", "x" * 100, "x" * 101, "w1")]
    found = node_names(total(nodes))
    assert [to_text(Expr(found[node])) for node in nodes] == [
        "w₁", "w₁⁽²⁾", "w₁⁽³⁾", "w₁⁽⁴⁾", "x" * 29 + "…", "x" * 29 + "…⁽²⁾", "w₁⁽⁵⁾"]


@given(st.lists(st.sampled_from(["x", "u1", "u2", "x⁽²⁾", "w1", "w_1", "", " ", *HOSTILE]) | st.text(max_size=40),
                min_size=1, max_size=12))
def test_no_two_nodes_share_a_name(labels: list[str]) -> None:
    nodes = [Value(1.0, label) for label in labels]
    found = node_names(total(nodes))
    written = [to_text(Expr(name)) for name in found.values()]
    assert len(set(written)) == len(nodes) + 1
    plain = [re.sub("[\u2068\u2069]", "", line) for line in written]                # what isolates right-to-left names
    assert all(line.isprintable() and 0 < len(line) <= 2 * LONGEST for line in plain)


def test_many_namesakes_are_quick() -> None:
    assert len(set(node_names(total([Value(1.0, "x") for _ in range(20_000)])).values())) == 20_001


@pytest.mark.parametrize("label, printed, in_latex, in_mathml", [
    ("w1", "w₁", "w_{1}", "<msub><mi>w</mi><mn>1</mn></msub>"),
    ("w12", "w₁₂", "w_{12}", "<msub><mi>w</mi><mn>12</mn></msub>"),
    ("x_1", "x₁", "x_{1}", "<msub><mi>x</mi><mn>1</mn></msub>"),
    ("w_ji", "wⱼᵢ", "w_{ji}", "<msub><mi>w</mi><mi>ji</mi></msub>"),
    ("w2,1", "w₂,₁", "w_{2,1}", "<msub><mi>w</mi><mn>2,1</mn></msub>"),
    ("delta", "δ", "\\delta", "<mi>δ</mi>"), ("η", "η", "\\eta", "<mi>η</mi>"),
    ("phi_2", "φ₂", "\\phi_{2}", "<msub><mi>φ</mi><mn>2</mn></msub>"),
    ("net_h1", "netₕ₁", "\\mathrm{net}_{h1}", "<msub><mi>net</mi><mi>h1</mi></msub>"),
    ("batch_loss", "batch_loss", "\\mathrm{batch}\\_\\mathrm{loss}", "<mi>batch_loss</mi>"),
    ("x⁽²⁾", "x⁽²⁾", "x^{(2)}", "<msup><mi>x</mi><mrow><mo>(</mo><mn>2</mn><mo>)</mo></mrow></msup>"),
    ("<b>", "<b>", "{<}\\text{b}{>}", "<mtext>&lt;b&gt;</mtext>"),
])
def test_a_label_in_three_scripts(label: str, printed: str, in_latex: str, in_mathml: str) -> None:
    symbol = Expr(label)
    assert (to_text(symbol), to_latex(symbol)) == (printed, in_latex)
    assert to_mathml(symbol) == f'<math display="block">{in_mathml}</math>'


class Tags(html.parser.HTMLParser):
    """What an HTML parser finds in a page."""
    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: set[tuple] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.found.add((tag, *[name for name, _ in attrs]))


def latex_is_sound(written: str) -> bool:
    """Braces balance, and no character that LaTeX acts on stands bare."""
    bare = re.sub(r"\\[A-Za-z]+|\\[{}$&#%_ ]", "", written)
    depth = 0
    for c in bare:
        depth += (c == "{") - (c == "}")
        if depth < 0:
            return False
    return depth == 0 and not re.search(r"[$&#%~\\]", bare) and bare.isprintable()


@given(st.sampled_from(HOSTILE) | st.text(max_size=60))
def test_no_label_breaks_a_script(label: str) -> None:
    formula = (Expr(label) ** 2 + 1) / Expr(label)
    assert "\n" not in to_text(formula) and len(to_text(formula)) < 6 * LONGEST
    to_text(formula).encode()
    assert latex_is_sound(to_latex(formula)), to_latex(formula)
    ET.fromstring(to_mathml(formula))
    assert {tag for tag, *_ in Tags(to_mathml(formula)).found} <= {
        "math", "mfrac", "mrow", "msup", "msub", "msubsup", "mi", "mn", "mo", "mtext"}


@pytest.mark.parametrize("x, digits, printed", [
    (-0.29289, 4, "−0.2929"), (0.0, 4, "0"), (-0.0, 4, "0"), (6.8813735, 4, "6.881"), (1.2e-5, 4, "1.2e−05"),
    (1.0, 4, "1"), (784.0, 2, "784"), (12345.678, 4, "12346"), (1.5e9, 4, "1.5e+09"), (0.99996, 4, "1"),
    (float("inf"), 4, "∞"), (-float("inf"), 4, "−∞"), (float("nan"), 4, "NaN"), (1 / 3, 2, "0.33"),
    (0.000581, 4, "0.000581"), (10.04, 3, "10"), (999999.7, 4, "1000000"), (5e-324, 4, "4.941e−324"),
])
def test_numbers(x: float, digits: int, printed: str) -> None:
    assert format_number(x, digits) == printed


@given(st.floats(-1e300, 1e300), st.integers(1, 17))
def test_a_number_is_right_to_its_digits(x: float, digits: int) -> None:
    again = float(format_number(x, digits).replace("−", "-"))
    assert abs(again - x) <= 0.5000001 * 10 ** (1 - digits) * abs(x) + 1e-323


def test_expressions() -> None:
    w, x, t, b = Value(0.5, "w1"), Value(2.0, "x1"), Value(1.0, "t"), Value(0.1, "b")
    v = weighted_sum([w, Value(1.0, "w2")], [x, 0.123456789], b)
    v.label = "v"
    y = tanh(v)
    y.label = "y"
    J = (t - y).half_square()
    found = node_names(J)
    assert [to_text(node_formula(node, found), 4) for node in (v, y, J.parents[0], J, w)] == [
        "w₁x₁ + w₂ · 0.1235 + b", "tanh(v)", "t − y", "½u₁²", "w₁"]
    for node, printed in ((x / -2, "x₁ / (−2)"), (2 ** x, "2^x₁"), (x ** -0.5, "x₁^(−0.5)"), (abs(x), "|x₁|"),
                          (-x, "−x₁"), (1 - x, "1 − x₁"), (x * x, "x₁²"), (x + -1.5, "x₁ − 1.5"),
                          (maximum(x, 0.0), "max(x₁, 0)"), (select(x, 1.0, w), "1 if x₁ > 0, else w₁")):
        assert to_text(node_formula(node, node_names(node))) == printed
