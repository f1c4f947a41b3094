"""Predict first: what is hidden, what counts as right, and which mistake a wrong number is."""
import pytest
from browser import gradients_of, mazur_error, needs_a_renderer, press, spin

from autograd import Parameter, adjoints, recorded, wengert_list
from demos import mazur, neuron
from viz.page.live.mistakes import sentences

pytestmark = needs_a_renderer


def guess(page, name, *texts):
    """What is said to each of these numbers, typed one after the other."""
    page.get_by_role("button", name=f"{name} ?", exact=True).first.click()
    box, said = page.get_by_role("textbox"), []
    for text in texts:
        box.fill(text)
        box.press("Enter")
        said.append(page.get_by_role("status").inner_text())
    return said


def wrong_gradients(J, lr):
    """{mistake: {label: gradient}} of each mistake made everywhere, by the engine's sweep over other edges."""
    tape = wengert_list(J)
    v_of = {node.parents[0]: node for node in tape if node.op and node.op.activation}
    gradient = adjoints(J, 1.0, recorded)
    new = {node: node.data - lr * gradient[node] * isinstance(node, Parameter) for node in tape}

    def edges(rule):
        return lambda node: [(parent, rule(node, i, partial)) for i, (parent, partial) in enumerate(recorded(node))]

    def is_weight(node, i):
        return node in v_of and node.parents[i].op is not None

    rules = {
        "phi_prime_left_out": lambda node, i, d: 1.0 if node.op.activation else d,
        "phi_for_phi_prime": lambda node, i, d: node.data if node.op.activation else d,
        "weight_left_out": lambda node, i, d: 1.0 if is_weight(node, i) else d,
        "updated_weights": lambda node, i, d: node.op.partials(node.data, *[new[x] for x in node.parents])[i],
    }
    return {name: {node.label: g for node, g in adjoints(J, 1.0, edges(rule)).items()} for name, rule in rules.items()}


def test_gradients_and_deltas_are_hidden_everywhere(open_page):
    J = mazur_error()
    page = open_page(J, lr=0.5)
    hidden = {text for text in page.locator("#canvas [data-of], #canvas [data-delta-of]").all_inner_texts()} - {"1"}
    press(page, "Predict")
    names = {e.get_attribute("aria-label") for e in page.locator("[role=button]").all()}
    assert {"dJ/dw11 ?", "dJ/db1 ?", "dJ/dx1 ?", "delta3 ?", "dJ/dy1 ?"} <= names
    assert page.locator("#where").inner_text() == "0 of 28 found, in 0 tries"
    for w in ["w₁₁", "w₃₁", "v₁", "x₁", "y₁"]:
        page.locator(".row, .head").filter(has_text=w).first.click()
        for text in page.locator("#steps li:visible dd").all_text_contents():
            assert not {number for number in hidden if number in text} - {"0.05"}, (w, text)
    assert page.evaluate("[...document.querySelectorAll('.asked')].every(e => !('value' in e.dataset))")
    press(page, "Predict")
    assert page.locator(".asked").count() == 0 and "w11" in gradients_of(page)


def test_a_number_is_right_within_its_written_digits(open_page):
    page = open_page(neuron.with_error(1.0)[1])
    press(page, "Predict")
    first, second, third = guess(page, "dJ/dw1", "-0.295", "abc", "−0,29")
    assert first == "not yet" and second == "“abc” is not a number" and third.startswith("Right: dJ/dw1 = −0.2929.")
    assert third.endswith("1 of 9 found, in 2 tries")
    assert guess(page, "delta", "0.1464")[0].startswith("Right: delta = 0.1464. 2 of 9 found, in 3 tries")
    assert page.locator("#where").inner_text() == "2 of 9 found, in 3 tries"
    assert gradients_of(page)["w1"] == pytest.approx(-0.29289321881)
    spin(page, "w2").focus()
    page.keyboard.press("ArrowUp")              # any change hides all again
    assert page.locator("#where").inner_text() == "0 of 9 found, in 0 tries"
    assert page.get_by_role("button", name="dJ/dw1 ?", exact=True).count() == 1


def test_the_third_try_gets_the_formula(open_page):
    page = open_page(mazur_error())
    press(page, "Predict")
    assert guess(page, "dJ/dw11", "5", "6", "7") == ["not yet", "not yet", "not yet: ∂J/∂w₁₁ = ∂J/∂v₁ · ∂v₁/∂w₁₁"]
    page.keyboard.press("Escape")
    assert guess(page, "delta3", "5", "6", "7")[2] == "not yet: δ₃ = −∂J/∂y₃ · ∂y₃/∂v₃"


def test_a_mistakes_number_is_answered_with_the_catalogues_sentence(open_page):
    J, lr = mazur_error(), mazur.LR
    page, truth = open_page(J, lr=lr), {node.label: g for node, g in adjoints(J, 1.0, recorded).items()}
    press(page, "Predict")
    words, wrong = sentences(), wrong_gradients(J, lr)
    for label, name in (("w31", "phi_prime_left_out"), ("v3", "phi_for_phi_prime"), ("y1", "weight_left_out"),
                        ("y2", "updated_weights")):
        [said] = guess(page, f"dJ/d{label}", f"{wrong[name][label]:.6g}")
        assert said == words[name], (label, said)
        page.keyboard.press("Escape")
    term = J.parents[0].parents[1].parents[0]           # y₃'s v: one path of two
    one_path = adjoints(J, 1.0, recorded)[term] * 0.4
    for name, number, sentence in (("dJ/dw11", -truth["w11"], "sign"), ("delta1", truth["v1"], "sign"),
                                   ("dJ/dy1", one_path, "one_path")):
        assert guess(page, name, f"{number:.6g}") == [words[sentence]]
        page.keyboard.press("Escape")


def test_the_scripts_mistakes_are_the_engines_sweeps(open_page):
    J = mazur_error()
    page = open_page(J, lr=0.5)
    found = page.evaluate("[...mistakes()].map(([name, partials]) => [name, Object.fromEntries("
                          "[...backward(partials)].map((g, i) => [GRAPH.names[i], g]))])")
    for name, expected in wrong_gradients(J, 0.5).items():
        last = [gradients for mistake, gradients in found if mistake == name][-1]       # the one made everywhere
        assert last.items() >= {}.items()
        for label, number in expected.items():
            assert last[label] == pytest.approx(number, rel=1e-12, abs=1e-300), (name, label)
    assert {mistake for mistake, _ in found} | {"sign"} == set(sentences())
