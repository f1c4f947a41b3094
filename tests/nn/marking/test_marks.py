"""Marks: what is right, what follows, and every mistake of the catalogue, found on networks of other seeds."""
import math
import re
from random import Random

import pytest

import nn
from benchmarks import marking as simulation
from demos import mazur
from nn import MLP, Mistake, Neuron, local_gradients
from nn.marking import CATALOGUE
from nn.marking.answers import name_of
from nn.marking.network import Network
from nn.marking.worksheet import Worksheet


@pytest.fixture
def table():
    return local_gradients(mazur.network(), mazur.X, mazur.T, lr=mazur.LR)


# --- the worksheet ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("loss", [nn.half_squared_error, nn.mean_squared_error, nn.mean_absolute_error, nn.huber,
                                  nn.binary_cross_entropy, nn.binary_cross_entropy_with_logits, nn.cross_entropy])
@pytest.mark.parametrize("sizes", [[2, 2], [3, 2, 4, 2], [10, 2]])
def test_the_worksheet_s_numbers_are_those_of_the_graph(loss, sizes):
    """Any loss and depth, twelve neurons (w11,10), a shared weight and bias, momentum."""
    model = MLP(2, sizes, "tanh", "sigmoid" if loss is nn.binary_cross_entropy else "linear", seed=3)
    first, second = model.layers[0].neurons[:2]
    second.b, second.w[1] = first.b, first.w[0]
    for at, p in enumerate(model.parameters()):
        p.data += 0.1 * at
    target = 1 if loss is nn.cross_entropy else [0.0, 1.0]
    table = local_gradients(model, [0.5, -0.7], target, loss, 0.2, 0.9, {first.w[0].label: 0.3, "b1": -0.2})
    net = Network(table)
    sheet = Worksheet(net, {})
    expected = {f"{kind}{row.neuron}": number for row in table.rows for kind, number in
                (("v", row.v), ("y", row.y), ("φ'", row.slope), ("δ", row.graph))}
    expected |= {f"{kind}{row.weight}": number for row in table.weight_rows for kind, number in
                 (("dJ/d", row.gradient), ("Δ", row.change), ("", row.new))}
    found = {name_of(cell): float(sheet[cell]) for cell in net.cells}
    assert set(expected) < set(found)
    for name, number in expected.items():
        assert found[name] == pytest.approx(number, rel=1e-12, abs=1e-14), name


def test_momentum_adds_the_last_change():
    model = Neuron(1, "linear")
    model.w[0].data = 0.5
    [w, b] = local_gradients(model, [2.0], 3.0, lr=0.1, momentum=0.5, previous={"w1": 0.4}).weight_rows
    assert (w.change, w.new) == pytest.approx((0.5 * 0.4 + 0.1 * 2.0 * 2.0, 1.1)) and b.change == pytest.approx(0.2)
    with pytest.raises(ValueError, match="previous has 'w2', but the weights are w1, b"):
        local_gradients(model, [2.0], 3.0, previous={"w2": 0.4})


# --- what is right ---------------------------------------------------------------------------------------------------


def test_the_article_s_numbers_are_right(table):
    """Mazur's, as printed: the weights are updated at once, and he leaves the biases as they are."""
    marks = table.check({"y1": "0.593269992", "y2": "0.596884378", "y3": "0.75136507", "y4": "0.772928465",
                         "δ3": "-0.138498562", "dJ/dw31": "0.082167041", "dJ/dw11": "0.000438568",
                         "w11": ".149780716", "w12": ".19956143", "w31": ".35891648", "w41": ".511301270"})
    assert (marks.points, marks.total, marks.mistakes) == (11, 11, [])
    assert [mark.verdict for mark in marks] == ["right"] * 11


def test_what_follows_from_a_mistake_costs_nothing(table):
    marks = table.check({"δ3": "0.1385", "δ4": "0.0381", "Δw31": "0.04108", "w31": "0.4411", "Δw41": 0.0113})
    assert marks.mistakes == [Mistake("δ3", ("sign",))] and (marks.points, marks.total) == (4, 5)
    assert [(mark.name, mark.verdict) for mark in marks][2:] == [("Δw31", "follows"), ("Δw41", "right"),
                                                                 ("w31", "follows")]
    assert "Δw₃₁     0.04108  −0.04108  ✓ follows from your δ₃" in str(marks)


def test_a_number_is_compared_to_the_digits_it_was_written_with(table):
    for text in "-0.1385", "-0.138", "-0.139", "-0.14", "-0.138498", -0.1385, -0.138498561628557, "-1.385e-1":
        assert table.check({"δ3": text}).points == 1, text
    assert [mark.verdict for mark in table.check({"δ3": "-0.1386"})] == ["right within its digits"]    # e as −0.742
    for text in "-0.1389", "-0.131", "-0.13862", -0.13, "-0.1384999":
        assert table.check({"δ3": text}).points == 0, text


def test_the_table_s_own_numbers_are_right(table):
    """As Python's numbers, with all their digits; and a 0 of a dead relu."""
    answers = {f"δ{row.neuron}": row.graph for row in table.rows}
    answers |= {f"Δ{row.weight}": row.change for row in table.weight_rows}
    assert table.check(answers).points == len(answers) == 14
    dead = Neuron(1, "relu", seed=0)
    dead.w[0].data = -1.0
    for zero in 0, "0", "0.000", -0.0:
        assert local_gradients(dead, [1.0], 1.0).check({"y": zero, "φ'": zero, "δ": zero, "Δw1": zero}).points == 4


def test_too_few_digits_tell_nothing(table):
    marks = table.check({"δ1": "0.0", "δ2": "-0.01"})
    assert [mark.verdict for mark in marks] == ["too few digits", "right"] and marks.points == 1 and not marks.mistakes


def test_the_other_sign_of_delta_costs_nothing_throughout(table):
    marks = table.check({"δ3": "0.1385", "δ4": "-0.0381", "δ1": "0.008771", "Δw31": "-0.04108"})
    assert marks.points == 4 and "δ is dJ/dv" in str(marks) and [mark.right > 0 for mark in marks][:3] == [1, 0, 1]
    assert table.check({"δ3": "0.1385", "Δw31": "-0.04108"}).points == 2
    assert table.check({"δ3": "0.1385"}).mistakes == [Mistake("δ3", ("sign",))]
    marks = table.check({"δ3": "-0.1385", "δ4": "-0.0381", "Δw31": "-0.04108"})
    assert marks.mistakes == [Mistake("δ4", ("sign",))]
    marks = table.check({"δ3": "0.1385", "δ4": "-0.0381", "δ1": "0.03635", "Δw31": "-0.04108"})
    assert marks.mistakes == [Mistake("δ1", ("phi_prime_left_out",))] and "in your sign 0.008771" in str(marks)
    assert table.check({"δ1": "0.008771", "δ3": "0.77"}).points == 0            # one δ alone is no convention


def test_right_numbers_lose_no_mark():
    """Rounded or cut, at the end or at every step, with or without the steps between."""
    assert simulation.false_alarms(12_000, seed=77)[1] == 0


# --- the mistakes ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kinds", [None, simulation.FEW], ids=["all numbers", "δ, Δw and new w"])
@pytest.mark.parametrize("entry", CATALOGUE, ids=lambda entry: entry.name)
def test_each_mistake_is_named(entry, kinds):
    """On random networks: by its name, by one that gives the same number, or as one of two; and it costs one mark."""
    found = simulation.score(entry, 6, seed=1234, kinds=kinds)
    assert found.outcomes.total() == 6
    assert found.outcomes[simulation.ALONE] + found.outcomes[simulation.TIE] >= 5, found
    assert found.outcomes[simulation.ALONE] >= 3 and set(found.costs) <= {0, 1}


def test_most_are_named_alone():
    random, outcomes = Random(99), []
    while len(outcomes) < 150:
        entry = random.choice(CATALOGUE)
        sheet = simulation.sheet_with(entry, random, None)
        if sheet:
            outcomes.append(simulation.outcome(entry, sheet)[0])
    assert outcomes.count(simulation.ALONE) >= 0.96 * 150 and simulation.WRONG not in outcomes


def test_a_random_number_has_seldom_a_name():
    wrong, named = simulation.named_at_random(60, seed=5)
    assert wrong > 300 and named <= 3


def test_a_mistake_in_a_number_that_is_not_written_is_found_in_what_follows(table):
    """v1 without its bias: δ1 shows it, by φ'(v1); dJ/dw31, by y1, is not charged again."""
    sigmoid = 1 / (1 + math.exp(-0.0275))
    marks = table.check({"y1": f"{sigmoid:.5f}", "y2": "0.59688"})
    assert marks.mistakes == [Mistake("y1", ("bias_forgotten",))] and "y₁: In v₁: The bias is left out" in str(marks)


def test_a_shared_bias_needs_all_its_places(table):
    """dJ/db3 = -(δ3 + δ4): Mazur's two output neurons share it."""
    assert table.check({"dJ/db3": "0.1004"}).points == 1
    assert table.check({"dJ/db3": "0.1385"}).mistakes == [Mistake("dJ/db3", ("one_path",))]


def test_the_article_s_own_mistakes(table):
    """δ with the weights already updated, 0.35892 and 0.51130, and the biases left as they are."""
    delta = 0.241300709 * (-0.138498562 * 0.35891648 + 0.038098237 * 0.51130127)
    marks = table.check({"δ3": "-0.138499", "δ4": "0.0380982", "δ1": f"{delta:.6f}", "b1": "0.35", "b3": "0.60"})
    assert marks.mistakes == [Mistake("δ1", ("updated_weights",)), Mistake("b1", ("bias_forgotten",)),
                              Mistake("b3", ("bias_forgotten",))]


def test_an_unknown_mistake_is_said_to_be_unknown(table):
    marks = table.check({"δ3": "-0.7777"})
    assert marks.mistakes == [Mistake("δ3", ())] and "No known mistake leads to this number." in str(marks)


def test_a_loss_of_ones_own_is_marked_from_delta_on():
    def loss(y, t):
        return (y - t) ** 4

    table = local_gradients(MLP(2, [2, 1], "sigmoid", "sigmoid", seed=1), [0.5, 1.0], 1.0, loss)
    [_, _, output] = table.rows
    right = {"δ3": f"{output.graph:.5g}", "v1": f"{table.rows[0].v:.4f}", "δ1": f"{table.rows[0].graph:.5g}"}
    marks = table.check(right | {"δ2": f"{-table.rows[1].graph:.5g}"})
    assert marks.points == 3 and marks.mistakes == [Mistake("δ2", ("sign",))]
    assert "The loss is none of nn's" in str(marks)
    with pytest.raises(ValueError, match="no number 'e3'"):
        table.check({"e3": 1.0})


def test_a_deep_network_needs_no_deep_stack():
    model = MLP(2, [1] * 400, "linear", "linear", seed=1)
    for p in model.parameters():
        p.data = 0.01 if p.label[0] == "b" else 0.999
    table = local_gradients(model, [1.0, 0.5], 1.0)
    first, last = (f"{row.graph:.5g}" for row in (table.rows[0], table.rows[-1]))
    assert table.check({"δ1": first, "δ400": last}).points == 2
    assert table.check({"δ1": "0.2", "δ400": last}).mistakes == [Mistake("δ1", ())]


# --- what is shown ---------------------------------------------------------------------------------------------------


def test_the_table_is_aligned_and_says_each_mistake_once(table):
    marks = table.check({"δ1": "-0.03635", "δ2": "-0.04137", "e3": "-0.7414"})
    text = str(marks)
    assert text == "\n".join([
        "       yours      right",
        "e₃   −0.7414    −0.7414  ✓",
        "δ₁  −0.03635  −0.008771  ✗",
        "δ₂  −0.04137  −0.009954  ✗",
        "",
        "δ₁: φ'(v), the derivative of the activation function, is left out.",
        "    δ₁ = φ'(v₁) (δ₃ · w₃₁ + δ₄ · w₄₁) = 0.2413 ((−0.1385) · 0.4 + 0.0381 · 0.5) = −0.008771",
        "    The same in δ₂ = φ'(v₂) (δ₃ · w₃₂ + δ₄ · w₄₂) = 0.2406 ((−0.1385) · 0.45 + 0.0381 · 0.55) = −0.009954",
        "",
        "1 of 3 right, 2 mistakes."])


def test_the_right_numbers_can_be_hidden(table):
    answers = {"δ3": "-0.7414", "Δw31": "0.0822", "δ1": "-0.0088"}
    hidden, shown = table.check(answers, show_right=False), table.check(answers)
    for right in "−0.1385", "0.1868", "−0.008771":
        assert right not in str(hidden) + hidden._repr_html_() and right in str(shown)
    assert hidden.mistakes == shown.mistakes and "φ'(v₃)" in str(hidden)


def test_html_shows_what_print_does(table):
    marks = table.check({"δ3": "0.1385", "Δw31": "0.04108"})
    html = marks._repr_html_()
    assert html.count("<tr>") == 3 and "1 of 2 right, 1 mistake." in html
    cells = re.findall(r"<td>(.*?)</td>", html)
    assert cells[:3] == ["δ₃", "0.1385", "−0.1385"] and cells[3].strip() == "✗"
