"""How pages look, on a desk and on a phone: nothing overlaps or is cut off, and everybody can read and use them."""
import re

import pytest
from browser import DESKTOP, PAGES, PHONE, at, needs_a_renderer

from autograd import Value
from nn import MLP, half_squared_error

pytestmark = needs_a_renderer


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("name", PAGES)
def test_nothing_overlaps_nothing_is_cut_off_and_no_step_needs_scrolling(open_page, name, size):
    page = open_page(PAGES[name](), context={"viewport": size})
    for _ in range(page.locator("#steps > li").count()):
        found = page.evaluate("""(() => {
            const box = e => { const r = e.getBoundingClientRect(); return [r.left, r.top, r.right, r.bottom]; };
            const $ = s => document.querySelector(s), now = $('#steps .now'), current = $('.node.current');
            return {parts: ['header', '#stage', '#controls', '#panel'].map(s => box($(s))),
                    fits: now.scrollHeight <= now.clientHeight && now.scrollWidth <= now.clientWidth,
                    page: [document.documentElement.scrollWidth, document.documentElement.scrollHeight],
                    maths: [...now.querySelectorAll('math, h2, p, dt')].map(box), now: box(now),
                    stage: box($('#stage')), zoom: box($('#zoom')),
                    buttons: [...document.querySelectorAll('#controls button, #controls select')].map(box),
                    current: current ? box(current.querySelector('path, polygon')) : null}})()""")
        where = at(page)
        assert found["fits"], where
        assert found["page"] == [size["width"], size["height"]]
        for one in (found["parts"], found["buttons"]):
            for i, a in enumerate(one):
                assert inside(a, [0, 0, size["width"], size["height"]]), (where, a)
                assert not any(overlap(a, b) for b in one[:i]), (where, one)
        assert all(inside(box, found["now"]) for box in found["maths"]), where
        assert found["current"] is None or inside(found["current"], found["stage"]), where
        assert found["current"] is None or not overlap(found["current"], found["zoom"]), where
        assert size is PHONE or found["parts"][1][3] - found["parts"][1][1] > 400       # the drawing has its room
        page.keyboard.press("ArrowRight")


@pytest.mark.parametrize("width, height", [(844, 390), (640, 450), (320, 568)], ids=["on its side", "200%", "400%"])
@pytest.mark.parametrize("name", ["mazur", "film"])
def test_in_a_small_window_the_drawing_is_left_and_nothing_is_beyond_the_sides(open_page, name, width, height):
    page = open_page(PAGES[name](), context={"viewport": {"width": width, "height": height}})
    stage, *others = page.evaluate("""['#stage', '#controls', '#steps .now', '#legend', '#first', '#speed'].map(s => {
        const r = document.querySelector(s).getBoundingClientRect(); return [r.left, r.top, r.right, r.bottom] })""")
    assert stage[3] - stage[1] > 120 and page.evaluate("scrollY") == 0
    assert [box for box in (stage, *others) if box[0] < 0 or box[2] > width] == []
    page.mouse.move(width / 2, others[1][1] + 5)
    page.mouse.wheel(0, 2000)
    page.wait_for_function("scrollY + innerHeight >= document.documentElement.scrollHeight - 1")


def test_a_long_formula_stays_in_its_box(open_page):
    """A renderer rounds the width of each letter; in a line of fifty that adds up."""
    model = MLP(3, [12, 1], "tanh", seed=1)
    x = [Value(0.5, "x1"), Value(0.6, "x2"), Value(0.7, "x3")]
    page = open_page(half_squared_error(model(x), 0.3), step=999)
    beyond = page.evaluate("""[...document.querySelectorAll('.node')].map(node => {
        const box = node.querySelector('path, polygon').getBBox(), name = node.querySelector('.name');
        const end = name.getEndPositionOfChar(name.textContent.trim().length - 1).x;
        return [end - (box.x + box.width), name.textContent] })""")
    assert [name for by, name in beyond if by > -2] == []           # the border has its width too


def inside(a, b):
    return a[0] >= b[0] - 1 and a[1] >= b[1] - 1 and a[2] <= b[2] + 1 and a[3] <= b[3] + 1


def overlap(a, b):
    return min(a[2], b[2]) - max(a[0], b[0]) > 1 and min(a[3], b[3]) - max(a[1], b[1]) > 1


@pytest.mark.parametrize("size, scheme", [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop", "phone"])
@pytest.mark.parametrize("name", ["neuron", "film"])
def test_axe_finds_no_violation(open_page, name, size, scheme):
    axe = pytest.importorskip("axe_playwright_python.base", reason='pip install -e ".[e2e]"')
    page = open_page(PAGES[name](), context={"viewport": size, "color_scheme": scheme})
    for k in 1, 3, 10, 17:
        page.locator("#position").fill(str(k))
        if k == 1:
            page.evaluate(axe.AXE_SCRIPT)
        found = page.evaluate("axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})")
        assert [(broken["id"], broken["nodes"][0]["html"]) for broken in found["violations"]] == []
        assert len(found["passes"]) > 20


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["neuron", "film"])
def test_the_drawings_text_has_contrast_also_where_it_is_dimmed(open_page, name, scheme):
    page = open_page(PAGES[name](), context={"color_scheme": scheme})
    for k in 1, 3, 7, 10, 16:
        page.locator("#position").fill(str(k))
        pairs = page.evaluate("""(() => {
            const paper = getComputedStyle(document.getElementById('stage')).backgroundColor;
            return [...document.querySelectorAll('#drawing :is(text, tspan)')]
                .filter(t => getComputedStyle(t).visibility === 'visible')
                .map(t => { const box = t.closest('.node')?.querySelector('path, polygon');
                            const { fill, stroke } = getComputedStyle(t);
                            return [fill, stroke !== 'none' ? stroke : box ? getComputedStyle(box).fill : paper]; });
        })()""")
        assert len(pairs) > 25
        for ink, paper in pairs:
            assert contrast(ink, paper) >= 4.5, (k, ink, paper)


def contrast(a, b):
    """WCAG's ratio of two colours rgb(r, g, b)."""
    def luminance(colour):
        parts = [int(x) / 255 for x in re.findall(r"\d+", colour)[:3]]
        r, g, b = (x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)
