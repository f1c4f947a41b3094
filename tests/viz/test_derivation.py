"""The chain rule as derive prints it: the lecture's lines, sums over paths, node by node, kinks, hostile labels."""
import operator
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from readers import evaluate, read_text
from test_notation import HOSTILE, Tags, latex_is_sound

from autograd import Constant, Value, adjoints, half_square, recorded, sigmoid, tanh, total, weighted_sum, wengert_list
from autograd.ops import TABLE
from autograd.symbolic.expr import Expr
from autograd.symbolic.latex import to_latex
from demos import mazur
from nn import half_squared_error
from viz import Derivation, derive
from viz.notation import node_names


def labelled(node: Value, label: str) -> Value:
    node.label = label
    return node


def neuron() -> dict[str, Value]:
    """The lecture's neuron with Karpathy's numbers: y = tanh(w'x + b), e = t - y, J = ½e²."""
    w1, x1, w2, x2 = Value(-3.0, "w1"), Value(2.0, "x1"), Value(1.0, "w2"), Value(0.0, "x2")
    v = labelled(weighted_sum([w1, w2], [x1, x2], Value(6.8813735870195432, "b")), "v")
    y = labelled(tanh(v), "y")
    e = labelled(Value(1.0, "t") - y, "e")
    return {node.label: node for node in wengert_list(labelled(half_square(e), "J"))}


def test_the_lecture() -> None:
    node = neuron()
    derivation = derive(node["J"], node["w1"])
    assert str(derivation) == """\
∂J/∂w₁ = ∂J/∂e · ∂e/∂y · ∂y/∂v · ∂v/∂w₁
       = e · (−1) · (1 − y²) · x₁
       = 0.2929 · (−1) · 0.5 · 2
       = −0.2929"""
    assert derivation.latex == r"""\begin{aligned}
\frac{\partial J}{\partial w_{1}} &= \frac{\partial J}{\partial e} \cdot \frac{\partial e}{\partial y} \cdot """ \
        r"""\frac{\partial y}{\partial v} \cdot \frac{\partial v}{\partial w_{1}} \\
&= e \cdot (-1) \cdot (1 - y^{2}) \cdot x_{1} \\
&= 0.2929 \cdot (-1) \cdot 0.5 \cdot 2 \\
&= -0.2929
\end{aligned}"""
    assert derivation._repr_latex_() == f"$${derivation.latex}$$"
    rows = ET.fromstring(derivation.mathml).findall(".//mtr")
    assert ["".join(row.itertext()) for row in rows[1:]] == ["=e·(−1)·(1−y2)·x1", "=0.2929·(−1)·0.5·2", "=−0.2929"]
    assert derivation.value == adjoints(node["J"], 1.0, recorded)[node["w1"]]
    assert str(derive(node["J"], node["w1"], digits=8)).endswith("= −0.29289322")
    assert repr(derivation) == "Derivation(value=-0.2928932188134522)"


def test_the_lectures_hidden_layer_has_the_sum_in_brackets() -> None:
    """∂J/∂w_ji = [Σ_l e_l (−1) φ'(v_l) w_lj] φ'(v_j) x_i, for Mazur's first weight."""
    x = [Value(0.05, "x1"), Value(0.1, "x2")]
    v = labelled(weighted_sum([Value(0.15, "w1"), Value(0.2, "w2")], x, Value(0.35, "b")), "v1")
    y = labelled(sigmoid(v), "y1")
    losses = []
    for i, w, t in ((2, 0.4, 0.01), (3, 0.5, 0.99)):
        v_i = labelled(weighted_sum([Value(w, f"w{i + 3}")], [y], Value(0.6, f"b{i}")), f"v{i}")
        e_i = labelled(Value(t, f"t{i}") - labelled(sigmoid(v_i), f"y{i}"), f"e{i}")
        losses.append(labelled(half_square(e_i), f"J{i}"))
    J = labelled(total(losses), "J")
    lines = str(derive(J, v.parents[0])).splitlines()
    assert lines[:4] == [
        "∂J/∂w₁ = [∂J/∂J₂ · ∂J₂/∂e₂ · ∂e₂/∂y₂ · ∂y₂/∂v₂ · ∂v₂/∂y₁",
        "          + ∂J/∂J₃ · ∂J₃/∂e₃ · ∂e₃/∂y₃ · ∂y₃/∂v₃ · ∂v₃/∂y₁] · ∂y₁/∂v₁ · ∂v₁/∂w₁",
        "       = [1 · e₂ · (−1) · y₂ · (1 − y₂) · w₅",
        "          + 1 · e₃ · (−1) · y₃ · (1 − y₃) · w₆] · y₁ · (1 − y₁) · x₁"]


def test_the_lectures_hidden_layer_through_its_local_gradients() -> None:
    """δ_j = φ'(v_j) Σ_l δ_l w_lj and ∂J/∂w_ji = −δ_j x_i, with Mazur's numbers, the sign being the lecture's."""
    model, (x1, x2) = mazur.network(), mazur.X
    J = half_squared_error(model([Value(x1, "x1"), Value(x2, "x2")]), mazur.T)
    hidden, output = model.layers[0].neurons[0].w[0], model.layers[1].neurons[0].w[0]
    assert str(derive(J, hidden)).split("0.0004386\n\n", 1)[1] == """\
The same through the local gradients, where δ₃ = −∂J/∂v₃ = e₃ · y₃ · (1 − y₃) = −0.1385, \
δ₄ = −∂J/∂v₄ = e₄ · y₄ · (1 − y₄) = 0.0381:

δ₁ = y₁ · (1 − y₁) · (δ₃w₃₁ + δ₄w₄₁)
   = 0.2413 · ((−0.1385) · 0.4 + 0.0381 · 0.5)
   = −0.008771

∂J/∂w₁₁ = −δ₁ · x₁
        = 0.008771 · 0.05
        = 0.0004386"""
    assert "local gradients" not in str(derive(J, output))


def test_local_gradients_without_names_of_their_own_are_not_summed() -> None:
    """δ = φ' (δ w + δ w) would say nothing."""
    x, w = Value(0.5, "x"), Value(0.25, "w")
    y = tanh(w * x)
    assert "δ" not in str(derive(tanh(2.0 * y) + tanh(3.0 * y), w))


def test_fan_out() -> None:
    a, b = Value(3.0, "a"), Value(2.0, "b")
    assert str(derive(labelled(a * b + a.sin() + a.exp() / b, "z"), a)) == """\
∂z/∂a = ∂z/∂u₃ · ∂u₃/∂u₁ · ∂u₁/∂a
         + ∂z/∂u₃ · ∂u₃/∂u₂ · ∂u₂/∂a
         + ∂z/∂u₅ · ∂u₅/∂u₄ · ∂u₄/∂a
      = 1 · 1 · b
         + 1 · 1 · cos(a)
         + 1 · (1 / b) · u₄
      = 1 · 1 · 2
         + 1 · 1 · (−0.99)
         + 1 · 0.5 · 20.09
      = 11.05"""
    assert str(derive(labelled(a * a, "z"), a)) == "∂z/∂a = a + a\n      = 3 + 3\n      = 6"
    c = labelled(a + 1, "c")
    assert str(derive(labelled(a * c, "z"), a)) == """\
dz/da = ∂z/∂a + ∂z/∂c · ∂c/∂a
      = c + a · 1
      = 4 + 3 · 1
      = 7
note: dz/da is over all paths, ∂z/∂a over the one edge alone"""


def test_the_ends_of_the_way() -> None:
    node = neuron()
    J = node["J"]
    assert (str(derive(J, J)), derive(J, J).value) == ("∂J/∂J = 1", 1.0)
    assert str(derive(J, node["e"])) == "∂J/∂e = e\n      = 0.2929"
    apart = derive(J, Value(1.0, "w1"))
    assert (str(apart), apart.value) == ("∂J/∂w₁⁽²⁾ = 0\nJ does not depend on w₁⁽²⁾.", 0.0)
    assert str(derive(node["w1"], J)) == "∂w₁/∂J = 0\nw₁ does not depend on J."
    scaled = labelled(2.5 * node["J"], "L")
    constant = derive(scaled, scaled.parents[0])
    assert str(constant) == "∂L/∂c = J\n      = 0.04289\nnote: c is the constant 2.5"
    assert derive(Constant(2.0), Value(1.0, "x")).value == 0.0


def diamonds(n: int, label: str = "x") -> tuple[Value, Value]:
    x = y = Value(1.1, label)
    for _ in range(n):
        y = y.sin() + y.cos()
    return labelled(y, "z"), x


def test_diamonds_are_a_product_of_sums() -> None:
    z, x = diamonds(2)
    assert str(derive(z, x)).splitlines()[1] == (
        "      = [1 · cos(u₃) + 1 · (−sin(u₃))] · [1 · cos(x) + 1 · (−sin(x))]")


def test_too_many_paths_are_told_node_by_node() -> None:
    z, x = diamonds(60)
    derivation = derive(z, x)
    printed = str(derivation)
    assert printed.startswith("Node by node, from z back to x:\n\n∂z/∂u₁₇₉ = 1\n\n∂z/∂u₁₇₈ = 1\n\n")
    assert "… 168 more nodes, each in the same way …" in printed
    assert """
∂z/∂x = ∂z/∂u₂ · ∂u₂/∂x + ∂z/∂u₁ · ∂u₁/∂x
      = ∂z/∂u₂ · (−sin(x)) + ∂z/∂u₁ · cos(x)
""" in printed
    assert derivation.value == adjoints(z, 1.0, recorded)[x]
    assert len(printed.splitlines()) < 80


def test_a_long_chain_notes_the_local_gradients() -> None:
    v = w = Value(0.3, "w")
    for i in range(8):
        v = tanh(labelled(v * Value(1.5, f"w{i}"), f"v{i}"))
    J = labelled(v, "J")
    assert "∂J/∂v₇ = 1 − J²\n       = 0.2671, so δ = −∂J/∂v₇ = −0.2671\n\n" in str(derive(J, w))
    ET.fromstring(derive(J, w).mathml)
    assert latex_lines_are_sound(derive(J, w).latex)


def test_a_large_graph() -> None:
    x = y = Value(1.0, "x")
    for _ in range(100_000):
        y = y + x
    derivation = derive(y, x)
    assert derivation.value == 100_001.0
    assert max(map(len, (str(derivation), derivation.latex, derivation.mathml))) < 30_000
    a = Value(2.0, "a")
    assert str(derive(labelled(total([a] * 20_000), "z"), a)) == "∂z/∂a = 1 + 1 + ⋯ + 1 + 1\n      = 20000"


def test_kinks_are_flagged() -> None:
    v = Value(0.0, "v")
    assert str(derive(labelled(labelled(v.relu(), "y") * 3, "z"), v)).splitlines()[-1] == (
        "note: relu is at its kink (v = 0); the derivative taken has H(0) = 0, the lecture's x ≤ 0 side: ∂y/∂v = 0")
    p, q = Value(1.0, "p"), Value(1.0, "q")
    assert "max is at its kink (p − q = 0)" in str(derive(TABLE["maximum"](p, q), q))
    assert "note" not in str(derive(Value(0.1).relu(), Value(0.1)))
    for row in TABLE.values():
        if row.kink and row.arity == 1:
            y = row(v)
            assert f"is at its kink ({'v'} = 0)" in str(derive(y, v)), row.name
            assert derive(y, v).value == y.partials[0]
            assert "kink" not in str(derive(row(Value(0.5)) + v, v))


def test_it_changes_nothing() -> None:
    node = neuron()
    before = derive(node["J"], node["b"])
    assert all(n.grad == 0.0 for n in node.values())
    for _ in range(3):
        node["J"].backward()
    grads = [n.grad for n in node.values()]
    assert str(derive(node["J"], node["b"])) == str(before)
    assert [n.grad for n in node.values()] == grads


@pytest.mark.parametrize("output, wrt, named", [(3.0, Value(1.0), "output is a Value, not 3.0, of type float"),
                                                (Value(1.0), "w1", "wrt is a Value, not 'w1', of type str"),
                                                (Value(1.0), None, "NoneType"), ([Value(1.0)], Value(1.0), "list")])
def test_what_is_not_a_value(output: object, wrt: object, named: str) -> None:
    with pytest.raises(TypeError, match=named):
        derive(output, wrt)                                                                 # type: ignore[arg-type]


@pytest.mark.parametrize("digits", [0, -1, 2.5, "4", None])
def test_digits_are_a_whole_number(digits: object) -> None:
    with pytest.raises(ValueError, match=re.escape(f"digits is a whole number, at least 1, not {digits!r}")):
        derive(Value(1.0), Value(1.0), digits=digits)                                       # type: ignore[arg-type]


OPERATIONS = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": lambda x, y: x / (y * y + 1),
              "t": lambda x, y: x.tanh(), "m": lambda x, y: weighted_sum([x, y], [y, 0.5], x)}


@given(st.lists(st.tuples(st.sampled_from("+-*/tm"), st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=9))
def test_the_formulas_give_the_value(steps: list[tuple[str, int, int]]) -> None:
    """On random graphs, the line of formulas and the line of numbers, read back, give the derivative."""
    nodes = [Value(0.7, "x"), Value(1.3, "w1"), Value(-0.8, "w2")]
    for op, i, j in steps:
        nodes.append(OPERATIONS[op](nodes[-1 - i % len(nodes)], nodes[-1 - j % len(nodes)]))
    output, wrt = nodes[-1], nodes[0]
    derivation = derive(output, wrt, digits=17)
    assert derivation.value == adjoints(output, 1.0, recorded).get(wrt, 0.0)
    printed = str(derivation)
    if "Node by node" in printed or "note" in printed or "depend" in printed:
        return
    named = {name: node.data for node, name in node_names(output).items()}
    for line in re.split(r"\n *=", printed.partition("=")[2]):
        if "∂" not in line:
            assert evaluate(read_text(line), named) == pytest.approx(derivation.value, rel=1e-9, abs=1e-9), printed


def latex_lines_are_sound(written: str) -> bool:
    lines = written.removeprefix("\\begin{aligned}\n").removesuffix("\n\\end{aligned}").split("\n")
    cells = [re.sub(r"(?<!\\)&", "", re.sub(r" \\\\(\[1ex\])?$", "", line), count=1) for line in lines]
    return all(map(latex_is_sound, cells))


@pytest.mark.parametrize("label", HOSTILE)
def test_no_label_breaks_a_derivation(label: str) -> None:
    a = Value(2.0, label)
    derivation = derive(labelled(a * a * Value(-3.0, "w1"), label), a)
    assert len(str(derivation).splitlines()) == 4
    assert latex_lines_are_sound(derivation.latex), derivation.latex
    ET.fromstring(derivation.mathml)
    assert {tag for tag, *_ in Tags(derivation.mathml).found} <= {
        "math", "mtable", "mtr", "mtd", "mfrac", "mrow", "msup", "msub", "msubsup", "mi", "mn", "mo", "mtext"}


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="needs pdflatex (apt-get install texlive-latex-base)")
def test_latex_compiles_with_amsmath_alone(tmp_path) -> None:
    node = neuron()
    z, x = diamonds(60, "\\hostile$")
    kinked = Value(0.0, "v")
    derivations: list[Derivation] = [derive(node["J"], node["w1"]), derive(z, x), derive(kinked.relu(), kinked),
                                     derive(node["J"], Value(1.0, "q"))]
    for label in HOSTILE:
        a = Value(2.0, label)
        derivations.append(derive(labelled(a * a * Value(-3.0, "w1"), label), a))
    formulas = [derivation.pdflatex for derivation in derivations]
    for row in TABLE.values():
        if not row.lists:
            symbols = [Expr(name) for name in "xab"[:row.arity]]
            formulas += [to_latex(row(*symbols)), *[to_latex(Expr.lift(p)) for p in row.partials(Expr("z"), *symbols)]]
    page = "\n".join([r"\documentclass{article}\usepackage{amsmath}\begin{document}",
                      *[rf"\[{formula}\]" for formula in formulas], r"\end{document}"])
    (tmp_path / "page.tex").write_text(page, encoding="utf-8")
    run = subprocess.run(["pdflatex", "-halt-on-error", "-interaction=nonstopmode", "page.tex"], cwd=tmp_path,
                         capture_output=True, timeout=120)
    assert run.returncode == 0, run.stdout.decode(errors="replace")[-1500:]
