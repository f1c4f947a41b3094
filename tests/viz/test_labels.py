"""Labels of any script and any text, through everything that writes them."""
from xml.etree import ElementTree

import pytest
from drawings import needs_a_renderer

from autograd import Value
from autograd.symbolic.labels import truncate
from nn import Neuron, half_squared_error, local_gradients
from viz import derive, draw

ISOLATE, END = "\u2068", "\u2069"
LABELS = {
    "chinese": "输入", "arabic": "نتيجة", "hebrew": "שלום",
    "emoji with joiners": "👩\u200d🔬", "mathematics": "∇²ψ ≤ √π",
    "long": "x" * 10_000, "html": "<b onclick='x'>&amp;</b>", "latex": r"\frac{1}{2}$%_^"}
parametrized = pytest.mark.parametrize("label", LABELS.values(), ids=LABELS)


def product(label):
    a = Value(2.0, label)
    b = a * Value(3.0, "w1")
    b.label = "y"
    return b, a


@parametrized
@needs_a_renderer
@pytest.mark.filterwarnings("ignore:.*no font of this machine")
def test_a_drawing_shows_the_label_in_each_format(label, tmp_path):
    drawing = draw(product(label)[0])
    for suffix, start in ("dot", b"digraph"), ("svg", b"<svg"), ("png", b"\x89PNG"):
        drawing.save(tmp_path / f"drawing.{suffix}")
        assert (tmp_path / f"drawing.{suffix}").read_bytes().startswith(start)
    svg = ElementTree.parse(tmp_path / "drawing.svg")
    words = "".join("".join(text.itertext()) for text in svg.iter("{http://www.w3.org/2000/svg}text"))
    assert truncate(label) in words.replace("\u200c", "")
    bundle = drawing._repr_mimebundle_()
    assert ElementTree.fromstring(bundle["text/html"]).find("img") is not None and "<b " not in bundle["text/html"]


@parametrized
def test_equations_hold_the_label_and_stay_sound(label):
    found = derive(*product(label))
    assert truncate(label) in str(found)
    words = "".join(ElementTree.fromstring(found.mathml.replace("&nbsp;", " ")).itertext())
    assert truncate(label) in words.replace("\xa0", " ")
    assert found.pdflatex.isascii() and found.latex.count("{") - found.latex.count(r"\{") == \
        found.latex.count("}") - found.latex.count(r"\}")


@pytest.mark.parametrize(("label", "code"), [("输入", r"\text{U+8F93}\text{U+5165}"), ("é输", r"U+8F93")])
def test_latex_has_the_letters_and_pdflatex_their_codes(label, code):
    found = derive(*product(label))
    assert label[-1] in found.latex and "U+" not in found.latex
    assert label[-1] not in found.pdflatex and code in found.pdflatex


@pytest.mark.parametrize("label", [LABELS["arabic"], LABELS["hebrew"]])
def test_a_name_from_right_to_left_leaves_the_formula_in_order(label):
    y, a = product(label)
    for text in str(derive(y, a)), derive(y, a).mathml, draw(y).source:
        assert text.count(label) == text.count(f"{ISOLATE}{label}{END}") > 0
    assert ISOLATE not in str(derive(*product("输入")))


@parametrized
def test_a_table_takes_the_label_as_text(label):
    neuron = Neuron(1, "tanh", seed=0)
    neuron.b.label = label
    table = local_gradients(neuron, [1.0], 0.5)
    html = ElementTree.fromstring(f"<div>{table._repr_html_()}</div>")
    assert any(label[:5] in (cell.text or "") for cell in html.iter("td"))
    assert str(half_squared_error(neuron([1.0]), 0.5).data)


@pytest.mark.parametrize("x", [0.0, -0.0])
def test_a_zero_has_no_sign(x):
    a = Value(x, "a")
    y = a * Value(-1.0, "b")
    for text in str(derive(y, a * 1.0)), draw(y).source, f"{Value(x, 'v'):.3f}":
        assert "−0<" not in text and "−0\n" not in text and "-0" not in text
