"""The steps as data: one for each number, in an order that can be computed, equal to the engine's, and said purely."""
import math

import pytest
from browser import mazur_error
from hypothesis import given
from hypothesis import settings as fewer
from points import graphs
from readers import CellText, evaluate, read_text

from autograd import (
    Constant,
    Parameter,
    Value,
    adjoints,
    half_square,
    recorded,
    replay,
    tanh,
    weighted_sum,
    wengert_list,
)
from autograd.ops import TABLE
from autograd.symbolic.equations import write_row
from demos import mazur, neuron
from viz.page.explain import Explainer
from viz.page.live.formulas import CellPrinter, maths
from viz.page.steps import Run

EXACT = 17                                      # digits: nothing is lost to rounding


def explained(output, lr=0.1, digits=4):
    return Explainer(Run(output, lr), digits).explanations()


def recorded_graph(graph):
    """A random graph on Values; the first input is a parameter."""
    first, *rest = graph.point
    return graph(Parameter(first, "w"), *[Value(x, f"x{i}") for i, x in enumerate(rest)])


def by_phase(found, phase):
    return [step for step in found if step.phase == phase]


def lines(step, digits=4):
    """{label: the equations in plain text, several of one label after one another}."""
    script, said = CellText(digits), {}

    def printed(equation):
        sides = [" ".join(write_row(script, line) for line in lines) for lines in equation.steps]
        return " = ".join([script.write(equation.left), *sides])

    for line in step.lines:
        said[line.label] = "; ".join([*([said[line.label]] if line.label in said else []),
                                      *map(printed, line.equations)])
    return said


def said(step):
    return "".join([part if isinstance(part, str) else CellText(4).write(part) for part in step.sentence])


def titled(found, title):
    [step] = [step for step in found if step.title == title and step.phase != "update"]
    return step


# --- what is said, and in which order --------------------------------------------------------------------------------


def test_the_lectures_neuron_step_by_step():
    found = explained(neuron.with_error(1.0)[1])
    assert [step.title for step in found] == [
        "what is given", "v", "y", "e", "J", "∂J/∂J", "∂J/∂e", "∂J/∂y", "∂J/∂v", "∂J/∂w₁", "∂J/∂x₁", "∂J/∂w₂",
        "∂J/∂x₂", "∂J/∂b", "new w₁", "new w₂", "new b", "forward again, J"]
    assert lines(found[0]) == {"inputs": "x₁ = 2; x₂ = 0", "parameters": "w₁ = −3; w₂ = 1; b = 6.881",
                               "constants": "t = 1"}
    assert lines(found[1]) == {"value": "v = w₁x₁ + w₂x₂ + b = (−3) · 2 + 1 · 0 + 6.881 = 0.8814"}
    assert lines(titled(found, "∂J/∂v")) == {
        "local derivative": "∂y/∂v = 1 − y² = 1 − 0.7071² = 0.5",
        "chain rule": "∂J/∂v = ∂J/∂y · ∂y/∂v = (−0.2929) · 0.5 = −0.1464",
        "local gradient": "δ = −∂J/∂v = 0.1464"}
    assert lines(titled(found, "∂J/∂w₁"))["whole chain"] == (
        "∂J/∂w₁ = ∂J/∂e · ∂e/∂y · ∂y/∂v · ∂v/∂w₁ = e · (−1) · (1 − y²) · x₁ = 0.2929 · (−1) · 0.5 · 2 = −0.2929")
    assert lines(found[-4], 6) == {
        "local gradient": "δ = −∂J/∂v = 0.146447",
        "change": "Δw₁ = ηδx₁ = 0.1 · 0.146447 · 2 = 0.0292893",
        "new value": "w₁ + Δw₁ = w₁ + ηδx₁ = −3 + 0.0292893 = −2.97071"}
    assert said(found[9]) == "v passes −0.1464 times 2 back to w₁: −0.2929."
    assert said(found[1]) == "From w₁, x₁, w₂, x₂ and b, v is 0.8814."


def test_the_new_value_is_printed_with_as_many_decimals_as_the_change():
    explainer = Explainer(Run(neuron.with_error(1.0)[1], 0.1), 4)
    step = next(step for step in explainer.explanations() if step.title == "new w₁")
    printer = CellPrinter(4, {str(explainer.at[step.node]): 0.0 - 0.1 * explainer.run.gradient[step.node]})
    assert "<mn>2.97071</mn>" in maths(step.lines[-1].equations[0], printer)


def test_a_fan_out_is_a_sum_of_terms_and_a_hidden_delta_comes_from_the_next_layer():
    found = explained(mazur_error(), lr=mazur.LR)
    step = titled(found, "∂J/∂y₁")
    assert lines(step) == {
        "local derivative": "∂v₃/∂y₁ = w₃₁ = 0.4; ∂v₄/∂y₁ = w₄₁ = 0.5",
        "chain rule": "∂J/∂y₁ = ∂J/∂v₃ · ∂v₃/∂y₁ + ∂J/∂v₄ · ∂v₄/∂y₁ = 0.1385 · 0.4 + (−0.0381) · 0.5 = 0.03635"}
    assert said(step) == "v₃ passes 0.1385 times 0.4; v₄ passes −0.0381 times 0.5 back to y₁: 0.03635."
    assert lines(titled(found, "∂J/∂v₁"))["by the next layer"] == (
        "δ₁ = y₁ · (1 − y₁) · (δ₃w₃₁ + δ₄w₄₁) = 0.5933 · (1 − 0.5933) · ((−0.1385) · 0.4 + 0.0381 · 0.5) = −0.008771")
    shared = next(step for step in by_phase(found, "update") if step.title == "new b₁")
    assert lines(shared)["change"] == "Δb₁ = η · (δ₁ + δ₂) = 0.5 · (−0.008771 + (−0.009954)) = −0.009363"


def test_the_articles_update_and_its_next_output():
    steps = [*Run(mazur_error(trains_biases=False), mazur.LR).steps()]
    new = {step.node.label: step.total for step in steps if step.kind == "update"}
    assert new["w11"] == pytest.approx(0.149780716, abs=1e-9)           # the article's w1 and w5
    assert new["w31"] == pytest.approx(0.35891648, abs=1e-8)
    assert steps[-1].kind == "again" and steps[-1].total == pytest.approx(0.291027924, abs=2e-7)    # rounded there


def test_local_gradients_without_names_of_their_own_are_not_summed():
    """δ = φ' (δ w + δ w) would say nothing."""
    x, w = Value(0.5, "x"), Parameter(0.25, "w")
    y = tanh(w * x)
    found = explained(tanh(2.0 * y) + tanh(3.0 * y))
    assert [step for step in found if "by the next layer" in lines(step)] == []
    assert [step for step in found if "local gradient" in lines(step)] != []


def test_a_weight_that_no_neuron_takes_is_moved_by_its_gradient():
    w = Parameter(3.0, "w")
    found = explained(w * w * Value(2.0, "x"))
    assert lines(by_phase(found, "update")[0])["new value"] == "w + Δw = w − η · ∂u₂/∂w = 3 + (−1.2) = 1.8"


def test_a_node_taken_twice_gives_one_term_over_both_edges():
    x = Value(3.0, "x")
    [*_, step] = Run(x * x, 0.1).steps()
    assert [(term.upstream, term.partial) for term in step.terms] == [(1.0, 6.0)] and step.total == 6.0
    assert lines(explained(x * x)[-1])["local derivative"] == "∂u₁/∂x = x + x = 3 + 3 = 3 + 3"


def test_a_direct_edge_and_a_detour_are_told_apart():
    x = Value(3.0, "x")
    u = x.tanh()
    u.label = "u"
    assert lines(explained(u * x)[-1])["chain rule"].startswith("du₁/dx = ")


def test_the_simplest_graphs():
    alone = explained(Value(2.0, "a"))
    assert [step.phase for step in alone] == ["start", "backward"] and "nothing to compute" in said(alone[0])
    assert [step.phase for step in explained(Constant(2.0) * 3.0)] == ["start", "forward", "backward"]
    many = weighted_sum([Parameter(1.0, f"w{i}") for i in range(20)], [1.0] * 20, 0.0)
    found = explained(many)
    assert "parameters, 12 of 20" in lines(found[0]) and "From 20 numbers" in said(found[1])
    deep = weighted_sum([Parameter(1.0)] * 390, [Value(2.0, "x")] * 390, 0.0)       # in its formula
    assert len(explained(deep)) == 7


@pytest.mark.parametrize("x", [math.nan, math.inf, -math.inf, 1e300, 5e-324, -0.0])
def test_any_number_can_be_said(x):
    explainer = Explainer(Run(Value(x, "x") * Parameter(2.0, "w"), 0.1), 4)
    changes = {str(explainer.at[w]): 0.0 - 0.1 * explainer.run.gradient[w] for w in explainer.run.parameters}
    found = explainer.explanations()
    assert len(found) == 7 and all(maths(equation, CellPrinter(4, changes)) for step in found for line in step.lines
                                   for equation in line.equations)


def test_an_update_out_of_a_domain_has_no_output():
    w = Parameter(0.5, "w")
    assert [*Run(w.log(), 10.0).steps()][-1].total is None


# --- what holds for every graph --------------------------------------------------------------------------------------


@fewer(max_examples=60)
@given(graphs())
def test_every_number_is_the_engines(graph):
    output = recorded_graph(graph)
    run = Run(output, 0.1)
    steps = [*run.steps()]
    assert [step.node for step in steps if step.kind == "forward"] == [x for x in run.tape if x.op]
    gradient, ended = adjoints(output, 1.0, recorded), {output}
    for step in steps:
        if step.kind == "forward":
            assert step.total == step.node.data
        elif step.kind == "backward":
            assert ended.issuperset(term.consumer for term in step.terms)       # what is passed on is complete
            assert math.fsum(term.number for term in step.terms) == pytest.approx(step.total, rel=1e-9, abs=1e-12)
            assert step.total == gradient[step.node]
            ended.add(step.node)
        elif step.kind == "update":
            assert step.total == step.node.data - 0.1 * gradient[step.node]
    assert ended == {node for node in run.tape if not isinstance(node, Constant) or node is output}
    for w in run.parameters:
        w.data = run.updated(w)
    try:
        again = replay(output).data
    except (ValueError, ArithmeticError):                   # the update has left an operation's domain
        assert steps[-1].total is None
    else:
        assert steps[-1].total == pytest.approx(again, rel=1e-12, nan_ok=True)


@fewer(max_examples=40)
@given(graphs([name for name in TABLE if name not in (
    "logsumexp", "select", "maximum", "minimum", "cross_entropy",
    "clamped_log", "clamped_reciprocal", "probability_error", "binary_cross_entropy")]))        # no clamp is written
def test_every_side_of_every_equation_is_the_same_number(graph):
    """Each formula is evaluated at the engine's numbers, as it is printed."""
    output = recorded_graph(graph)
    explainer = Explainer(Run(output, 0.1), EXACT)
    script = CellText(EXACT)
    names = {name: node.data for node, name in explainer.notation.names.items()}
    for step in explainer.explanations():
        for line in step.lines:
            for equation in line.equations:
                sides = [write_row(script, line) for lines in equation.steps for line in lines]
                numbers = [evaluate(read_text(side), names) for side in [script.write(equation.left), *sides]
                           if not any(sign in side for sign in "∂dδηΔ⋯")]
                for number in numbers if line.label not in ("forward again", "was") else ():
                    assert number == pytest.approx(numbers[-1], rel=1e-9, abs=1e-9), (step.title, sides)


def test_explaining_changes_nothing():
    J = mazur_error()
    before = [(node.data, node.grad, node.label) for node in wengert_list(J)]
    first = [(step.title, said(step)) for step in explained(J)]
    assert [(node.data, node.grad, node.label) for node in wengert_list(J)] == before
    J.backward()
    J.backward()
    after = [node.grad for node in wengert_list(J)]
    assert [(step.title, said(step)) for step in explained(J)] == first
    assert [node.grad for node in wengert_list(J)] == after


def test_a_gradient_that_is_nan_is_said_as_nan():
    w = Parameter(math.nan, "w")
    assert "NaN" in said(explained(half_square(tanh(w)))[-2])
