"""The steps as data: one for each number, in an order that can be computed, equal to the engine's, and purely told."""
import math

import pytest
from hypothesis import given
from hypothesis import settings as fewer
from points import graphs
from readers import evaluate, read_text

from autograd import Constant, Parameter, Value, adjoints, half_square, recorded, tanh, weighted_sum, wengert_list
from autograd.ops import TABLE
from autograd.symbolic.equations import write_row
from autograd.symbolic.mathml import MathMLPrinter
from autograd.symbolic.printer import TextPrinter
from demos import mazur, neuron
from nn import half_squared_error
from viz.page.explain import Explainer, page_steps

EXACT = 17                                      # digits: nothing is lost to rounding


def recorded_graph(graph):
    """A random graph on Values; the first input is a parameter."""
    first, *rest = graph.point
    return graph(Parameter(first, "w"), *[Value(x, f"x{i}") for i, x in enumerate(rest)])


def mazur_error():
    x1, x2 = mazur.X
    return half_squared_error(mazur.network()([Value(x1, "x1"), Value(x2, "x2")]), mazur.T)


def by_phase(told, phase):
    return [step for step in told if step.phase == phase]


def lines(step):
    """{label: the equations in plain text}."""
    script = TextPrinter(15)

    def printed(equation):
        sides = [" ".join(write_row(script, line) for line in lines) for lines in equation.steps]
        return " = ".join([script.write(equation.left), *sides])

    return {line.label: "; ".join(map(printed, line.equations)) for line in step.lines}


def titled(told, title):
    [step] = [step for step in told if step.title == title and step.phase != "update"]
    return step


# --- what is told, and in which order --------------------------------------------------------------------------------


def test_the_lectures_neuron_step_by_step():
    told = page_steps(neuron.with_error(1.0)[1])
    assert [step.title for step in told] == [
        "what is given", "v", "y", "e", "J", "∂J/∂J", "J → e", "e → y", "y → v", "v → w₁", "v → x₁", "v → w₂", "v → x₂",
        "v → b", "w₁", "w₂", "b"]
    assert lines(told[0]) == {"inputs": "x₁ = 2; x₂ = 0", "parameters": "w₁ = −3; w₂ = 1; b = 6.881",
                              "constants": "t = 1"}
    assert lines(told[1]) == {"value": "v = w₁x₁ + w₂x₂ + b = (−3) · 2 + 1 · 0 + 6.881 = 0.8814"}
    assert lines(titled(told, "y → v")) == {
        "local derivative": "∂y/∂v = 1 − y² = 1 − 0.7071² = 0.5",
        "chain rule": "∂J/∂v = ∂J/∂y · ∂y/∂v = (−0.2929) · 0.5 = −0.1464",
        "local gradient": "δ = −∂J/∂v = −(−0.1464) = 0.1464"}
    assert lines(titled(told, "v → w₁"))["whole chain"] == (
        "∂J/∂w₁ = ∂J/∂e · ∂e/∂y · ∂y/∂v · ∂v/∂w₁ = e · (−1) · (1 − y²) · x₁ = 0.2929 · (−1) · 0.5 · 2 = −0.2929")
    assert lines(told[-3]) == {
        "local gradient": "δ = −∂J/∂v = −(−0.1464) = 0.1464",
        "change": "Δw₁ = ηδx₁ = 0.1 · 0.1464 · 2 = 0.02929",
        "new value": "w₁ + Δw₁ = w₁ + ηδx₁ = −3 + 0.02929 = −2.97071"}
    assert told[9].sentence == "v passes −0.1464 times 2, which is −0.2929, back to w₁."
    assert told[8].sentence.endswith("The local gradient is 0.1464.")


def test_a_fan_out_is_told_term_by_term_and_a_hidden_delta_by_the_next_layer():
    told = page_steps(mazur_error(), lr=mazur.LR)
    first, second = titled(told, "v₃ → y₁"), titled(told, "v₄ → y₁")
    assert told.index(second) == told.index(first) + 1
    assert lines(first) == {"local derivative": "∂v₃/∂y₁ = w₃₁ = 0.4", "so far": "0.0554",
                            "term 1 of 2": "∂J/∂v₃ · ∂v₃/∂y₁ = 0.1385 · 0.4 = 0.0554"}
    assert lines(second)["all together"] == "∂J/∂y₁ = 0.0554 − 0.01905 = 0.03635"
    assert (first.is_complete, second.is_complete) == (False, True)
    assert lines(titled(told, "y₁ → v₁"))["by the next layer"] == (
        "δ₁ = y₁ · (1 − y₁) · (δ₃w₃₁ + δ₄w₄₁) = 0.5933 · (1 − 0.5933) · ((−0.1385) · 0.4 + 0.0381 · 0.5) = −0.008771")
    shared = next(step for step in by_phase(told, "update") if step.title == "b₁")
    assert lines(shared)["change"] == "Δb₁ = η · (δ₁ + δ₂) = ½ · (−0.008771 − 0.009954) = −0.009363"
    new = {step.title: step.number for step in by_phase(told, "update")}
    assert new["w₁₁"] == pytest.approx(0.149780716, abs=1e-9)           # the article's w1 and w5
    assert new["w₃₁"] == pytest.approx(0.35891648, abs=1e-8)
    assert "0.35 − 0.009363 = 0.340637" in lines(shared)["new value"]   # as many decimals as the change has


def test_local_gradients_without_names_of_their_own_are_not_summed():
    """δ = φ' (δ w + δ w) would say nothing."""
    x, w = Value(0.5, "x"), Parameter(0.25, "w")
    y = tanh(w * x)
    told = page_steps(tanh(2.0 * y) + tanh(3.0 * y))
    assert [step for step in told if "by the next layer" in lines(step)] == []
    assert [step for step in told if "local gradient" in lines(step)] != []


def test_a_weight_that_no_neuron_takes_is_moved_by_its_gradient():
    w = Parameter(3.0, "w")
    assert lines(page_steps(w * w * Value(2.0, "x"))[-1])["new value"] == "w + Δw = w − η · ∂u₂/∂w = 3 − 1.2 = 1.8"


def test_a_node_taken_twice_gives_one_contribution_along_both_edges():
    x = Value(3.0, "x")
    told = page_steps(x * x)
    assert [step.number for step in by_phase(told, "backward")] == [1.0, 6.0]
    assert len(told[-1].edges) == 2
    assert lines(told[-1])["local derivative"] == "∂u₁/∂x = x + x = 3 + 3 = 6"


def test_a_direct_edge_and_a_detour_are_told_apart():
    x = Value(3.0, "x")
    u = x.tanh()
    u.label = "u"
    last = lines(page_steps(u * x)[-1])
    assert last["all together"].startswith("du₁/dx = ")


def test_the_simplest_graphs():
    alone = page_steps(Value(2.0, "a"))
    assert [step.phase for step in alone] == ["start", "backward"] and "nothing to compute" in alone[0].sentence
    assert [step.phase for step in page_steps(Constant(2.0) * 3.0)] == ["start", "forward", "backward"]
    many = weighted_sum([Parameter(1.0, f"w{i}") for i in range(20)], [1.0] * 20, 0.0)
    told = page_steps(many)
    assert "parameters, 12 of 20" in lines(told[0]) and "From 20 numbers" in told[1].sentence
    deep = weighted_sum([Parameter(1.0)] * 390, [Value(2.0, "x")] * 390, 0.0)       # in its formula
    assert len(page_steps(deep)) == 6


@pytest.mark.parametrize("x", [math.nan, math.inf, -math.inf, 1e300, 5e-324, -0.0])
def test_any_number_can_be_told(x):
    told = page_steps(Value(x, "x") * Parameter(2.0, "w"))
    assert len(told) == 6 and all(write_row(MathMLPrinter(15), line) for step in told for part in step.lines
                                  for equation in part.equations for side in equation.steps for line in side)


# --- what holds for every graph --------------------------------------------------------------------------------------


@fewer(max_examples=60)
@given(graphs())
def test_every_number_is_the_engines(graph):
    output = recorded_graph(graph)
    writer = Explainer(output, 0.1, EXACT)
    told, value = writer.page_steps(), {node.id: x for x, node in writer.boxes.items()}
    forward = by_phase(told, "forward")
    assert [value[step.node] for step in forward] == [x for x in writer.run.tape if x.op]      # one each, parents first
    for step in forward:
        assert step.number == value[step.node].data or math.isnan(step.number)
    gradient, ended = adjoints(output, 1.0, recorded), dict.fromkeys(value, 0)
    for i, step in enumerate(by_phase(told, "backward")):
        for source in step.sources:                     # what is passed on is complete
            assert 0 < ended[source] <= i and value[step.node] in value[source].parents
        assert not ended[step.node]
        ended[step.node] = (i + 1) * step.is_complete
        if step.is_complete:
            assert step.number == pytest.approx(gradient[value[step.node]], rel=1e-9, abs=1e-12)
    terms = {}
    for step in by_phase(told, "backward"):
        terms.setdefault(step.node, []).append(step.term)
    for id, parts in terms.items():                     # the contributions sum to the adjoint
        assert math.fsum(parts) == pytest.approx(gradient[value[id]], rel=1e-9, abs=1e-12)
    passed = {edge.id for edge in writer.diagram.edges if writer.diagram.nodes[int(edge.parent[1:])].kind
              != "constant"}
    assert {edge for step in by_phase(told, "backward") for edge in step.edges} == passed
    for step in by_phase(told, "update"):
        assert step.number == value[step.node].data - 0.1 * gradient[value[step.node]]


@fewer(max_examples=40)
@given(graphs([name for name in TABLE if name not in ("logsumexp", "select", "maximum", "minimum")]))
def test_every_side_of_every_equation_is_the_same_number(graph):
    """Each formula is evaluated at the engine's numbers, as it is printed."""
    output = recorded_graph(graph)
    writer = Explainer(output, 0.1, EXACT)
    names, script = {}, TextPrinter(EXACT)
    for node, name in writer.notation.names.items():
        names[name] = node.data
    for step in writer.page_steps():
        for line in step.lines:
            for equation in line.equations:
                sides = [write_row(script, line) for lines in equation.steps for line in lines]
                numbers = [evaluate(read_text(side), names) for side in [script.write(equation.left), *sides]
                           if not any(sign in side for sign in "∂dδηΔ⋯")]
                for number in numbers:
                    assert number == pytest.approx(numbers[-1], rel=1e-9, abs=1e-9), (step.title, sides)


def test_telling_changes_nothing():
    J = mazur_error()
    before = [(node.data, node.grad, node.label) for node in wengert_list(J)]
    first = page_steps(J)
    assert [(node.data, node.grad, node.label) for node in wengert_list(J)] == before
    J.backward()
    J.backward()
    after = [node.grad for node in wengert_list(J)]
    assert [(step.number, step.sentence) for step in page_steps(J)] == [(step.number, step.sentence) for step in first]
    assert [node.grad for node in wengert_list(J)] == after


def test_a_gradient_that_is_nan_is_told_as_nan():
    w = Parameter(math.nan, "w")
    y = tanh(w)
    assert "NaN" in page_steps(half_square(y))[-1].sentence
