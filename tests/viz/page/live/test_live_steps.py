"""Show all, or one step at a time: forward, backward, update, forward again; keys, slider, links, numbers to click."""
import pytest
from browser import gradients_of, mazur_error, needs_a_renderer, output_of, press, spin

from autograd import Constant, Value, wengert_list
from autograd.symbolic.labels import format_number
from demos import mazur, neuron
from viz.page.explain import Explainer
from viz.page.steps import Run

pytestmark = needs_a_renderer

SHOWN = """Object.fromEntries([...document.querySelectorAll('#canvas [data-c]')]
    .filter(e => getComputedStyle(e).visibility === 'visible').map(e => [e.dataset.c, e.textContent]))"""


def at(page):
    """The number of the step that is shown, everywhere the same; None where all is."""
    shown = page.evaluate("[...document.querySelectorAll('#steps > li')].flatMap((li, k) => "
                          "li.checkVisibility() ? [k + 1] : [])")
    words = page.locator("#where").text_content()
    if not words.startswith("step "):
        return None
    assert words.startswith(f"step {shown[0]} of ") and len(shown) == 1
    assert page.locator("#position").input_value() == str(shown[0])
    page.wait_for_url(f"**step={shown[0]}")
    return shown[0]


def test_it_opens_in_show_all_with_every_number(open_page):
    J = mazur_error()
    page = open_page(J, lr=0.5)
    assert at(page) is None and "step" not in page.url
    explainer = Explainer(Run(J, 0.5), 4)
    shown = page.evaluate(SHOWN)
    for node, i in explainer.at.items():
        assert shown[f"a{i}"] == format_number(node.data)
        if f"g{i}" in shown:
            assert shown[f"g{i}"] == format_number(explainer.run.gradient[node])
        if f"d{i}" in shown:
            assert shown[f"d{i}"] == format_number(0 - explainer.run.gradient[node])
    assert len([code for code in shown if code[0] == "d"]) == 4
    assert page.locator("#steps li:visible .phase").all_inner_texts() == ["Backward", "Update"]        # of w11


@pytest.mark.parametrize("name", ["neuron", "mazur"])
def test_each_step_shows_what_is_known_by_then(open_page, name):
    J = mazur_error() if name == "mazur" else neuron.with_error(1.0)[1]
    page, run = open_page(J, lr=0.5, step=1), Run(J, 0.5)
    explainer = Explainer(run, 4)
    known = {f"a{i}": node.data for node, i in explainer.at.items() if not node.op}
    for k, step in enumerate(run.steps(), start=1):
        shown = page.evaluate(SHOWN)
        i = explainer.at.get(step.node)
        if step.kind in ("forward", "update"):
            known[f"a{i}"] = step.total
        elif step.kind in ("seed", "backward"):
            known[f"g{i}"] = step.total
            known[f"d{i}"] = 0 - step.total
        if step.kind != "again":
            of_nodes = {code: text for code, text in shown.items() if code[0] in "agd"}
            assert of_nodes == {code: format_number(known[code]) for code in of_nodes}, k
            assert {code for code in known if code[0] in "ag"} - {"a0"} <= {*of_nodes, "g0"}, k
        assert at(page) == k
        page.keyboard.press("ArrowRight")
    assert at(page) is None


def test_the_steps_end_with_forward_again_at_the_new_point(open_page):
    J = mazur_error(trains_biases=False)
    page = open_page(J, lr=mazur.LR)
    page.keyboard.press("ArrowLeft")
    assert page.locator("#J").inner_text() == "0.2910" and page.locator("#was").inner_text() == "was 0.2984"
    assert page.get_by_role("status").inner_text().endswith("forward again, J = 0.2910, was 0.2984.")
    shown = page.evaluate(SHOWN)
    assert not [code for code in shown if code[0] in "gd"]              # the old point's gradients are not of this one
    press(page, "Show all", "Update")
    now = page.evaluate(SHOWN)
    assert {code: text for code, text in now.items() if code[0] in "ap"} == shown
    assert page.locator("#J").inner_text() == "0.2910"


def test_the_formulas_follow_a_change(open_page):
    page = open_page(neuron.with_error(1.0)[1], lr=0.5)

    def panel():
        return " ".join(page.locator("#steps li:visible dd").all_text_contents()).replace("\u2061", "")

    assert "−0.2929" in panel() and "(−0.1464)·2" in panel().replace(" ", "")
    spin(page, "x1").click()
    page.keyboard.type("2.5")
    page.keyboard.press("Enter")
    page.locator(".row", has_text="w₁").first.locator("span").click()
    gradient = format_number(gradients_of(page)["w1"])
    assert gradient in panel() and "·2.5" in panel().replace(" ", "") and "0.2929" not in panel()


def test_keys_buttons_slider_and_links(open_page):
    page = open_page(neuron.with_error(1.0)[1])
    for key, k in (("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1), ("End", None), ("ArrowLeft", 18),
                   ("Home", 1), ("Escape", None)):
        page.keyboard.press(key)
        assert at(page) == k, key
    page.keyboard.press("Control+ArrowRight")
    assert at(page) is None
    slider = page.get_by_role("slider", name="Step")
    slider.fill("9")
    assert at(page) == 9 and slider.get_attribute("aria-valuetext") == "Step 9 of 18, backward: ∂J/∂v"
    assert page.get_by_role("status").inner_text() == (
        "Step 9 of 18, backward: y passes −0.2929 times 0.5 back to v: −0.1464.")
    press(page, "Step on", "Step on", "Step back")
    assert at(page) == 10
    page.get_by_role("combobox", name="Speed").select_option("4")
    press(page, "Play")
    page.wait_for_url("**#step=13")
    press(page, "Pause")
    stopped = at(page)
    page.wait_for_timeout(600)
    assert at(page) == stopped
    press(page, "Show all")
    assert at(page) is None
    page.keyboard.press("u")
    assert page.locator("#count").inner_text() == "1 update"
    page.keyboard.press("Shift+U")
    assert page.locator("#count").inner_text() == "11 updates"


@pytest.mark.parametrize("step, k", [("10", 10), ("1", 1), ("18", 18), ("99", 18), ("0", 1), ("x", 1)])
def test_a_link_to_a_step(open_page, step, k):
    assert at(open_page(neuron.with_error(1.0)[1], step)) == k


def test_a_number_leads_to_its_step(open_page):
    J = neuron.with_error(1.0)[1]
    page, order = open_page(J, 17), {node.label: i for node, i in Explainer(Run(J, 0.1), 4).at.items()}

    def click(letter, label):
        page.locator(f"#canvas [data-c={letter}{order[label]}]").first.click()

    click("a", "y")
    assert at(page) == 3
    click("a", "y")                             # again: its gradient's step
    assert at(page) == 8
    page.locator(".row", has_text="w₁").first.locator("span").click()   # its gradient is not known yet
    assert at(page) == 10
    page.locator(".head", has_text="J = ").click()
    assert at(page) == 6
    assert len(wengert_list(J)) == len(order)


@pytest.mark.parametrize("output", [lambda: Value(2.0, "a"), lambda: Constant(2.0) * 3.0], ids=["leaf", "numbers"])
def test_the_simplest_graphs(open_page, output):
    page = open_page(output())
    for key in "ArrowRight", "ArrowRight", "ArrowLeft", "End":
        page.keyboard.press(key)
    press(page, "Predict", "Predict")
    assert at(page) is None and output_of(page) == output().data
    assert page.get_by_role("button", name="Update", exact=True).is_disabled()
