"""How the live page looks and sounds: on a desk, a projector and a phone, in the dark, enlarged, and read aloud."""

import pytest
from browser import DESKTOP, GRAPHS, PHONE, contrast, mazur_error, needs_a_renderer, press, spin

from autograd import Value
from nn import MLP, half_squared_error

pytestmark = needs_a_renderer

BOXES = """selector => [...document.querySelectorAll(selector)].filter(e => e.checkVisibility()).map(e => {
    const r = e.getBoundingClientRect(); return [r.left, r.top, r.right, r.bottom]; })"""


def inside(a, b, slack=1.0):
    return a[0] >= b[0] - slack and a[1] >= b[1] - slack and a[2] <= b[2] + slack and a[3] <= b[3] + slack


def overlap(a, b):
    return min(a[2], b[2]) - max(a[0], b[0]) > 1 and min(a[3], b[3]) - max(a[1], b[1]) > 1


@pytest.mark.parametrize("width, height", [(1366, 768), (1920, 1080)])
def test_mazurs_network_is_whole_and_its_text_2_percent_of_the_screen(open_page, width, height):
    page = open_page(mazur_error(), lr=0.5, context={"viewport": {"width": width, "height": height}})
    sizes = page.evaluate("[...document.querySelectorAll('#canvas :is(.num, .head, .row span, .chip span)')].map(e => "
                          "parseFloat(getComputedStyle(e).fontSize))")
    assert len(sizes) > 100 and min(sizes) >= 0.02 * height
    [stage], boxes, zoom = (page.evaluate(BOXES, selector) for selector in ("#stage", ".box", "#zoom"))
    assert all(inside(box, stage) for box in boxes)
    for i, box in enumerate(boxes):
        assert not any(overlap(box, other) for other in boxes[:i]) and not overlap(box, zoom[0])
    assert page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]") == [
        width, height]


@pytest.mark.parametrize("name", ["neuron", "mazur", "deep"])
def test_every_text_stays_in_its_box(open_page, name):
    """A layout in em knows no fonts: the widths are estimates, and a browser's have to be less."""
    if name == "deep":
        x = [Value(0.5, "x1"), Value(0.6, "x2"), Value(-123.456, "weight_total")]
        output = half_squared_error(MLP(3, [12, 1], "tanh", seed=1)(x), 0.3)
    else:
        output = GRAPHS[name]()
    for digits in (4, 8):
        page = open_page(output, digits=digits)
        assert page.evaluate("""[...document.querySelectorAll('.box')].flatMap(box => {
            const right = box.getBoundingClientRect().right;
            return [...box.querySelectorAll('.num, .head, .row span, .row em')].filter(e => {
                const range = document.createRange(); range.selectNodeContents(e);
                return range.getBoundingClientRect().right > right - 1; }).map(e => e.textContent); })""") == []
        assert page.evaluate("""[...document.querySelectorAll('.row')].filter(row => {
            const [label, number] = row.children, range = document.createRange();
            range.selectNodeContents(label);
            return number && number.checkVisibility() &&
                range.getBoundingClientRect().right > number.getBoundingClientRect().left + 4; })
            .map(row => row.textContent)""") == []


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_nothing_of_the_window_overlaps_or_is_beyond_it(open_page, size):
    page = open_page(mazur_error(), 1, context={"viewport": size})
    for k in 1, 5, 20, 28, 40, 46, 47:
        page.locator("#position").fill(str(k))
        parts = page.evaluate(BOXES, "header, #stage, #controls, #panel")
        buttons = page.evaluate(BOXES, "header button, .eta, #controls button, #controls select")
        for group in parts, buttons:
            for i, box in enumerate(group):
                assert inside(box, [0, 0, size["width"], size["height"]]), (k, box)
                assert not any(overlap(box, other) for other in group[:i]), (k, group)
        if size is DESKTOP:                     # no step needs scrolling
            [panel] = page.evaluate(BOXES, "#steps")
            assert all(inside(box, panel) for box in page.evaluate(BOXES, "#steps .now :is(math, h2, dt)")), k


@pytest.mark.parametrize("width, height", [(844, 390), (683, 384), (320, 568)], ids=["on its side", "200%", "400%"])
def test_in_a_small_window_everything_can_be_reached(open_page, width, height):
    page = open_page(mazur_error(), context={"viewport": {"width": width, "height": height}})
    [stage] = page.evaluate(BOXES, "#stage")
    assert stage[3] - stage[1] > 120 and stage[2] <= width
    for name in ("Update", "x10", "Undo", "Reset", "Predict", "Present", "Play", "Show all", "Fit"):
        button = page.get_by_role("button", name=name, exact=True)
        button.scroll_into_view_if_needed()
        box = button.bounding_box()
        corners = [box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"]]
        assert inside(corners, [0, 0, width, height]), name
    press(page, "Update", "Step back")
    page.locator("#steps").scroll_into_view_if_needed()
    assert page.locator("#steps li:visible").count() == 1


def test_present_mode_leaves_the_drawing_and_the_formulas(open_page):
    page = open_page(mazur_error(), 20, context={"viewport": {"width": 1366, "height": 768}})
    before = page.locator("#stage").bounding_box()["height"]
    page.keyboard.press("p")
    button = page.get_by_role("button", name="Present", exact=True)
    assert button.get_attribute("aria-pressed") == "true"
    assert page.locator("#legend, #where, #controls, #zoom").locator("visible=true").count() == 0
    assert page.locator("#stage").bounding_box()["height"] > before + 50
    assert page.locator("#steps li:visible math").count() > 3
    page.keyboard.press("ArrowRight")           # the steps go on
    assert page.locator("#steps li:visible").get_attribute("id") == "step=21"
    button.click()
    assert page.locator("#legend").is_visible()


@pytest.mark.parametrize("size, scheme", [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop", "phone"])
def test_axe_finds_no_violation(open_page, size, scheme):
    axe = pytest.importorskip("axe_playwright_python.base", reason='pip install -e ".[e2e]"')
    page = open_page(mazur_error(), context={"viewport": size, "color_scheme": scheme})
    page.evaluate(axe.AXE_SCRIPT)

    def check():
        page.evaluate("document.querySelectorAll('.glow').forEach(e => e.classList.remove('glow'))")
        found = page.evaluate("axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})")
        assert [(broken["id"], broken["nodes"][0]["html"]) for broken in found["violations"]] == []
        assert len(found["passes"]) > 20

    check()
    for k in 1, 5, 20, 40, 46:
        page.locator("#position").fill(str(k))
        check()
    press(page, "Show all", "Predict")
    check()
    page.get_by_role("button", name="dJ/dw11 ?", exact=True).focus()
    page.keyboard.press("Enter")
    assert page.get_by_role("textbox", name="dJ/dw11").is_visible()
    check()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_glows_has_contrast(open_page, scheme):
    page = open_page(mazur_error(), context={"color_scheme": scheme})
    pairs = page.evaluate("""(() => { document.getElementById('update').click();
        return [...document.querySelectorAll('.glow')].map(e => {
            const { color, backgroundColor } = getComputedStyle(e); return [color, backgroundColor]; }); })()""")
    assert len(pairs) > 25
    for ink, paper in pairs:
        assert contrast(ink, paper) >= 4.5, (ink, paper)


def test_in_forced_colours_boxes_and_what_can_be_changed_are_still_told_apart(open_page):
    page = open_page(mazur_error(), context={"forced_colors": "active"})
    borders = page.evaluate("[...document.querySelectorAll('.box')].map(e => getComputedStyle(e).borderTopWidth)")
    assert all(float(width.removesuffix("px")) > 0 for width in borders)
    w = spin(page, "w11")
    assert w.evaluate("e => getComputedStyle(e).borderBottomStyle") == "dotted"
    w.focus()
    page.keyboard.press("ArrowUp")
    assert w.evaluate("e => getComputedStyle(e).borderBottomStyle") == "solid"
