"""Changing a number: dragged, by keys, typed, undone; what the header and the address say of it."""
import pytest
from browser import PHONE, mazur_error, needs_a_renderer, output_of, press, spin

from autograd import Constant, Parameter, Value
from demos import neuron

pytestmark = needs_a_renderer


def now(page, name):
    return float(spin(page, name).get_attribute("aria-valuenow"))


def drag(page, name, *to, release=True):
    """Press on a number and move sideways, in pixels from there."""
    box = spin(page, name).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    seen = []
    for dx in to:
        page.mouse.move(x + dx, y)
        seen.append(now(page, name))
    if release:
        page.mouse.up()
    return seen


def test_every_given_number_is_a_spinbutton_named_in_ascii(open_page):
    page = open_page(mazur_error(), lr=0.5)
    names = [e.get_attribute("aria-label") for e in page.get_by_role("spinbutton").all()]
    assert set(names) == {"eta", "t3", "t4", "x1", "x2", "b1", "b3"} | {f"w{i}{j}" for i in range(1, 5) for j in (1, 2)}
    assert names.count("b1") == 2               # a row of each neuron that uses it
    assert now(page, "w11") == 0.15 and now(page, "eta") == 0.5


def test_dragging_goes_in_steps_of_a_tenth_of_the_leading_place_and_back(open_page):
    page = open_page(neuron.with_error(1.0)[1])
    b = 6.8813735870195432
    assert drag(page, "b", 2, 3, 5, 6, 60, 0, -3) == pytest.approx([b, b + 0.1, b + 0.1, b + 0.2, b + 2, b, b - 0.1])
    assert drag(page, "b", 3)[0] == b           # there and back is the same number
    press(page, "Undo")
    assert now(page, "b") == pytest.approx(b - 0.1)             # a gesture is one step of Undo
    press(page, "Undo")
    assert now(page, "b") == b
    assert drag(page, "w1", 9) == [-2.7] and drag(page, "x2", 3) == [0.1]
    box = spin(page, "w2").bounding_box()
    page.mouse.move(box["x"] + 3, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(box["x"] + 9, box["y"] + 5)
    page.keyboard.down("Shift")
    assert now(page, "w2") == 1.2               # a key alone is no jump
    page.mouse.move(box["x"] + 12, box["y"] + 5)
    page.keyboard.up("Shift")
    page.keyboard.down("Alt")
    page.mouse.move(box["x"] + 15, box["y"] + 5)
    page.keyboard.up("Alt")
    page.mouse.up()
    assert now(page, "w2") == 2.21


def test_arrow_keys_typing_and_a_double_click(open_page):
    page = open_page(mazur_error())
    w = spin(page, "w11")
    w.focus()
    for key, number in (("ArrowUp", 0.16), ("ArrowRight", 0.17), ("ArrowDown", 0.16), ("Shift+ArrowUp", 0.26),
                        ("Alt+ArrowDown", 0.259), ("PageDown", 0.159)):
        page.keyboard.press(key)
        assert now(page, "w11") == pytest.approx(number, abs=1e-15), key
    assert "moved" in w.get_attribute("class") and "recorded: 0.15" in w.get_attribute("title")
    w.click()
    page.keyboard.type("1/3")
    page.keyboard.press("Enter")
    assert now(page, "w11") == 1 / 3 and w.inner_text() == "0.3333"
    w.focus()
    page.keyboard.type("-0,5")                  # typing begins at once
    page.keyboard.press("Enter")
    assert now(page, "w11") == -0.5
    w.click()
    page.keyboard.type("9")
    page.keyboard.press("Escape")
    assert now(page, "w11") == -0.5 and page.locator("input.entry").count() == 0
    w.dblclick()
    assert now(page, "w11") == 0.15 and "moved" not in w.get_attribute("class")
    press(page, "Undo")
    assert now(page, "w11") == -0.5
    press(page, "Reset")
    assert now(page, "w11") == 0.15 and page.get_by_role("button", name="Reset", exact=True).is_disabled()
    press(page, "Undo")
    assert now(page, "w11") == -0.5
    page.keyboard.press("Control+z")
    assert now(page, "w11") == 1 / 3


def test_a_finger_drags_a_number(open_page):
    page = open_page(mazur_error(), context={"viewport": PHONE, "has_touch": True, "is_mobile": True})
    touch, element = page.context.new_cdp_session(page), spin(page, "w11")
    element.scroll_into_view_if_needed()
    box = element.bounding_box()
    for kind, dx in ("touchStart", 0), ("touchMove", 10), ("touchMove", 31), ("touchEnd", None):
        points = [] if dx is None else [{"x": box["x"] + 8 + dx, "y": box["y"] + 8, "id": 1}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    assert now(page, "w11") == pytest.approx(0.25)


def test_what_changed_glows_and_the_header_follows(open_page):
    page = open_page(mazur_error(), lr=0.5)
    glowing = page.evaluate("""(() => { document.getElementById('update').click();
        return [...document.querySelectorAll('#canvas .glow')].map(e => e.dataset.c[0]); })()""")
    assert {"a", "g", "d", "p"} <= set(glowing)
    assert page.locator("#was").inner_text() == "was 0.2984" and page.locator("#count").inner_text() == "1 update"
    before = output_of(page)
    press(page, "x10")
    assert output_of(page) < before and page.locator("#count").inner_text() == "11 updates"     # done when it returns
    assert page.locator("#was").inner_text() == "was 0.2858"
    assert page.locator("#curve .line").get_attribute("d").count("L") == 11
    page.locator(".glow").first.wait_for(state="detached")
    page.locator("#live", has_text="J = 0.1").wait_for()
    press(page, "Undo")
    assert output_of(page) == before and page.locator("#count").inner_text() == "1 update"


def test_the_address_holds_what_is_changed_and_can_be_sent(open_page):
    page = open_page(mazur_error(), lr=0.1)
    assert "#" not in page.url
    spin(page, "w11").click()
    page.keyboard.type("0.2")
    page.keyboard.press("Enter")
    page.wait_for_url("**#w11=0.2", timeout=1000)
    spin(page, "eta").click()
    page.keyboard.type("0.5")
    page.keyboard.press("Enter")
    page.wait_for_url("**#w11=0.2&eta=0.5")
    J, url = output_of(page), page.url
    page.goto("about:blank")
    page.goto(url)
    assert (output_of(page), now(page, "w11"), now(page, "eta")) == (J, 0.2, 0.5)
    page.evaluate("location.hash = '#x1=abc&w12=1e999&t3=0.5&nobody=1&step=4'")
    page.locator("#where", has_text="step 4 ").wait_for()
    assert (now(page, "x1"), now(page, "w12"), now(page, "t3"), now(page, "w11")) == (0.05, 0.2, 0.5, 0.15)


def test_names_in_the_address_are_ascii_and_unique(open_page):
    nodes = [Value(0.5, "w₁₁"), Parameter(0.25, "w11"), Constant(1.5, "eta"), Value(2.0, "β"), Value(1.0),
             Value(3.0, "🎉")]
    output = nodes[0]
    for node in nodes[1:]:
        output = output * node
    page = open_page(output)
    names = [e.get_attribute("aria-label") for e in page.get_by_role("spinbutton").all()]
    assert sorted(names) == sorted(["eta", "w11", "w11_2", "eta_2", "beta", "u4", "u"])
    spin(page, "w11_2").focus()
    page.keyboard.press("ArrowUp")
    page.wait_for_url("**#w11_2=0.26")
