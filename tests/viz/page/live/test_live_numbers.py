"""The live page's numbers: the engine's own, to the last bit or two, whatever is changed; spelled as Python does."""
import math
import random
from itertools import product

import pytest
from browser import gradients_of, mazur_error, needs_a_renderer, output_of, press, spin
from hypothesis import HealthCheck, given, settings
from points import graphs

import nn
from autograd import Op, Parameter, Value, adjoints, recorded, replay, wengert_list
from autograd.symbolic.labels import format_number
from demos import mazur, neuron
from nn import half_squared_error

pytestmark = needs_a_renderer


def change(page, name, text):
    spin(page, name).focus()
    page.keyboard.press("Enter")
    page.keyboard.insert_text(text)
    page.keyboard.press("Enter")


def check_against(page, output):
    """All of the page's numbers against the engine's at the same leaves."""
    fresh = replay(output)
    assert output_of(page) == pytest.approx(fresh.data, rel=1e-12, abs=1e-300, nan_ok=True)
    gradient = {node.label: g for node, g in adjoints(fresh, 1.0, recorded).items()}
    found = gradients_of(page)
    for name, number in found.items():
        if name in gradient:
            assert number == pytest.approx(gradient[name], rel=1e-9, abs=1e-12), name
    return found


def test_a_changed_weight_changes_everything_and_updates_are_pythons(open_page):
    J = mazur_error()
    page = open_page(J, lr=0.5)
    leaves = {node.label: node for node in wengert_list(J) if not node.op}
    assert set(check_against(page, J)) >= {"w11", "b1", "x1", "v1", "y1", "J"}
    for name, text, number in ("w11", "-0,5", -0.5), ("x2", "1/3", 1 / 3), ("t3", "−2", -2.0), ("b3", "1e-3", 1e-3):
        change(page, name, text)
        leaves[name].data = number
        assert float(spin(page, name).get_attribute("aria-valuenow")) == number
        check_against(page, J)
    parameters = [node for node in wengert_list(J) if isinstance(node, Parameter)]
    for _ in range(5):
        press(page, "x10")
        for _ in range(10):
            fresh = replay(J)
            gradient = adjoints(fresh, 1.0, recorded)
            for w in parameters:
                w.data -= 0.5 * gradient[w]
    check_against(page, J)
    for w in parameters:
        assert float(spin(page, w.label).get_attribute("aria-valuenow")) == pytest.approx(w.data, rel=1e-12)
    assert page.locator("#count").inner_text() == "50 updates"


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(graphs())
def test_any_graph_is_the_engines_also_at_another_point(open_page, graph):
    first, *rest = graph.point
    leaves = [Parameter(first, "w"), *[Value(x, f"x{i}") for i, x in enumerate(rest)]]
    output = graph(*leaves)
    output.label = "out"
    used = [leaf for leaf in leaves if leaf in wengert_list(output)]
    page = open_page(output)
    check_against(page, output)
    for leaf in used:
        leaf.data += 0.01
        if page.evaluate("""([name, x]) => { const reason = set("a" + GRAPH.names.indexOf(name), x);
                                             changed();
                                             return reason; }""", [leaf.label, leaf.data]):
            with pytest.raises((ValueError, ArithmeticError)):          # refused, as Python does
                replay(output)
            return
        check_against(page, output)


def test_numbers_are_spelled_as_python_spells_them(open_page):
    page = open_page(Value(2.0, "x") * 3.0)
    chance = random.Random(1)
    numbers = [0.0, -0.0, 1e6, 999999.5, 1234500.0, 1235500.0, 0.0001, 9.9999e-5, 9.99996e-5, 0.5, 2.5, 0.125, 0.03125,
               1e-300, 5e-324, 1.7e308, math.inf, -math.inf, math.nan, 123456.5, 99999.95, 1e15, 2.0 ** 70, 12345.0]
    numbers += [chance.choice([-1, 1]) * chance.random() * 10 ** chance.randint(-8, 8) for _ in range(1000)]
    numbers += [k / 2 ** n for k in range(1, 200, 7) for n in (1, 4, 9, 12)]                    # ties among them
    for digits, keeps_zeros in [(1, False), *product((2, 3, 4, 6), (False, True))]:
        shown = page.evaluate("([xs, ...how]) => xs.map(x => format(x, ...how))", [numbers, digits, keeps_zeros])
        assert [(x, text) for x, text in zip(numbers, shown) if text != format_number(x, digits, keeps_zeros)] == []


def test_typed_numbers(open_page):
    page = open_page(Value(2.0, "x") * 3.0)
    good = {"1/3": 1 / 3, "-0,5": -0.5, "−2": -2.0, " 7 ": 7.0, "1e-3": 1e-3, ".5": 0.5, "−1/−4": 0.25, "+3.": 3.0}
    assert {text: page.evaluate("text => parse(text)", text) for text in good} == good
    for text in ("abc", "", "1/2/3", "0x10", "1 2", "Infinity", "--1", "1,2,3", "NaN", "alert(1)"):
        assert math.isnan(page.evaluate("text => parse(text)", text)), text


def test_bad_numbers_are_named_in_place_and_undone(open_page):
    x = Value(2.0, "x")
    output = x.log() + 1.0
    output.label = "out"
    page = open_page(output)
    for text, words in (("abc", "“abc” is not a number"), ("1e999", "1e999 is not a finite number"),
                        ("1/0", "1/0 is not a finite number"), ("-1", "ln(x) has no value at x = −1: it needs x > 0")):
        change(page, "x", text)
        assert words in page.get_by_role("status").inner_text()
        assert words in page.locator("#bubble").inner_text()
        assert spin(page, "x").get_attribute("aria-valuenow") == "2" and output_of(page) == 1 + math.log(2)
    assert page.get_by_role("button", name="Undo", exact=True).is_disabled()
    spin(page, "x").focus()
    for _ in range(30):
        page.keyboard.press("ArrowDown")        # 0.1 a step, and 0 is refused
    assert float(spin(page, "x").get_attribute("aria-valuenow")) == pytest.approx(0.1)


def test_an_update_out_of_a_domain_is_taken_back(open_page):
    w = Parameter(0.5, "w")
    page = open_page(w.log(), lr=10.0)
    press(page, "Update")
    assert "has no value" in page.get_by_role("status").inner_text()
    assert spin(page, "w").get_attribute("aria-valuenow") == "0.5" and page.locator("#count").inner_text() == ""


def test_a_row_of_python_code_is_frozen_with_its_leaves(open_page):
    own = Op("own", lambda x: math.gamma(x) if x > 0 else x, lambda z, x: (1.5,))
    a, b = Parameter(0.7, "a"), Value(2.0, "b")
    u = own(a)
    u.label = "u"
    output = u * b
    output.label = "out"
    page = open_page(output)
    assert [e.get_attribute("aria-label") for e in page.get_by_role("spinbutton").all()] == ["eta", "b"]
    frozen = page.locator(".locked")
    assert frozen.inner_text() == "0.7" and "u is computed by Python code" in frozen.get_attribute("title")
    change(page, "b", "3")
    assert output_of(page) == u.data * 3.0 and gradients_of(page)["a"] == 4.5
    assert page.get_by_role("button", name="Update", exact=True).is_disabled()      # no parameter can be changed


def test_a_network_that_learns_agrees_with_nn(open_page):
    model = nn.MLP(2, [3, 1], "tanh", "sigmoid", seed=3)
    J = half_squared_error(model([Value(0.5, "x1"), Value(-1.0, "x2")]), 1.0)
    page = open_page(J, lr=0.3)
    press(page, "x10", "x10")
    for _ in range(20):
        J = half_squared_error(model([Value(0.5, "x1"), Value(-1.0, "x2")]), 1.0)
        model.zero_grad()
        J.backward()
        nn.SGD(model.parameters(), 0.3).step()
    J = half_squared_error(model([Value(0.5, "x1"), Value(-1.0, "x2")]), 1.0)
    assert output_of(page) == pytest.approx(J.data, rel=1e-11)


@pytest.mark.parametrize("loss, t, head", [
    (nn.mean_squared_error, [0.0, 1.0], "tanh"), (nn.huber, [0.0, 3.0], "linear"), (nn.cross_entropy, 1, "linear"),
    (nn.mean_absolute_error, [0.0, 3.0], "linear"), (nn.binary_cross_entropy, [1.0, 0.0], "sigmoid"),
    (nn.binary_cross_entropy_with_logits, [1.0, 0.0], "linear")], ids=lambda x: getattr(x, "__name__", ""))
def test_every_loss_is_learnt_as_nn_learns_it(open_page, loss, t, head):
    model, x = nn.MLP(2, [2, 2], "tanh", head, seed=1), [Value(0.5, "x1"), Value(-1.0, "x2")]
    page, optimizer = open_page(loss(model(x), t), lr=0.1), nn.SGD(model.parameters(), 0.1)
    press(page, "x10")
    for _ in range(10):
        J = loss(model(x), t)
        model.zero_grad()
        J.backward()
        optimizer.step()
    assert output_of(page) == pytest.approx(loss(model(x), t).data, rel=1e-12)


def test_the_lectures_neuron_and_mazurs_network_start_at_their_numbers(open_page):
    assert output_of(open_page(neuron.with_error(1.0)[1])) == neuron.with_error(1.0)[1].data
    page = open_page(mazur_error(trains_biases=False), lr=mazur.LR)
    assert format_number(output_of(page), 9) == "0.298371109"
    press(page, "Update")
    assert output_of(page) == pytest.approx(0.29102777369359933, rel=1e-15)
