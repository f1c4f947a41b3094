"""How a film's page looks, on a desk and on a phone: nothing overlaps or is cut off, everybody can read and use it."""

import pytest
from browser import DESKTOP, PAGES, PHONE, at, contrast, needs_a_renderer

pytestmark = needs_a_renderer


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_nothing_overlaps_nothing_is_cut_off_and_no_frame_needs_scrolling(open_page, size):
    page = open_page(PAGES["film"](), context={"viewport": size})
    for _ in range(page.locator("#steps > li").count()):
        found = page.evaluate("""(() => {
            const box = e => { const r = e.getBoundingClientRect(); return [r.left, r.top, r.right, r.bottom]; };
            const $ = s => document.querySelector(s), now = $('#steps .now');
            return {parts: ['header', '#stage', '#controls', '#panel'].map(s => box($(s))),
                    fits: now.scrollHeight <= now.clientHeight && now.scrollWidth <= now.clientWidth,
                    page: [document.documentElement.scrollWidth, document.documentElement.scrollHeight],
                    maths: [...now.querySelectorAll('math, h2, p, dt')].map(box), now: box(now),
                    buttons: [...document.querySelectorAll('#controls button, #controls select')].map(box)}})()""")
        where = at(page)
        assert found["fits"], where
        assert found["page"] == [size["width"], size["height"]]
        for one in (found["parts"], found["buttons"]):
            for i, a in enumerate(one):
                assert inside(a, [0, 0, size["width"], size["height"]]), (where, a)
                assert not any(overlap(a, b) for b in one[:i]), (where, one)
        assert all(inside(box, found["now"]) for box in found["maths"]), where
        assert size is PHONE or found["parts"][1][3] - found["parts"][1][1] > 400       # the drawing has its room
        page.keyboard.press("ArrowRight")


@pytest.mark.parametrize("width, height", [(844, 390), (640, 450), (320, 568)], ids=["on its side", "200%", "400%"])
def test_in_a_small_window_the_drawing_is_left_and_nothing_is_beyond_the_sides(open_page, width, height):
    page = open_page(PAGES["film"](), context={"viewport": {"width": width, "height": height}})
    stage, *others = page.evaluate("""['#stage', '#controls', '#steps .now', '#legend', '#first', '#speed'].map(s => {
        const r = document.querySelector(s).getBoundingClientRect(); return [r.left, r.top, r.right, r.bottom] })""")
    assert stage[3] - stage[1] > 120 and page.evaluate("scrollY") == 0
    assert [box for box in (stage, *others) if box[0] < 0 or box[2] > width] == []
    page.mouse.move(width / 2, others[1][1] + 5)
    page.mouse.wheel(0, 2000)
    page.wait_for_function("scrollY + innerHeight >= document.documentElement.scrollHeight - 1")


def inside(a, b):
    return a[0] >= b[0] - 1 and a[1] >= b[1] - 1 and a[2] <= b[2] + 1 and a[3] <= b[3] + 1


def overlap(a, b):
    return min(a[2], b[2]) - max(a[0], b[0]) > 1 and min(a[3], b[3]) - max(a[1], b[1]) > 1


@pytest.mark.parametrize("size, scheme", [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop", "phone"])
def test_axe_finds_no_violation(open_page, size, scheme):
    axe = pytest.importorskip("axe_playwright_python.base", reason='pip install -e ".[e2e]"')
    page = open_page(PAGES["film"](), context={"viewport": size, "color_scheme": scheme})
    for k in 1, 3, 10, 17:
        page.locator("#position").fill(str(k))
        if k == 1:
            page.evaluate(axe.AXE_SCRIPT)
        found = page.evaluate("axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})")
        assert [(broken["id"], broken["nodes"][0]["html"]) for broken in found["violations"]] == []
        assert len(found["passes"]) > 20


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_drawings_text_has_contrast_also_where_it_changed(open_page, scheme):
    page = open_page(PAGES["film"](), context={"color_scheme": scheme})
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
