"""The view of a page's drawing: moved, zoomed with wheel, keys and fingers, and not shown yet."""
import pytest
from browser import GRAPHS, PAGES, PHONE, at, needs_a_renderer

from viz import step_through

pytestmark = needs_a_renderer


def test_a_films_drawing_moves_and_zooms(open_page):
    page = open_page(PAGES["film"](), context={"viewport": PHONE})

    def view():
        return [float(x) for x in page.locator("#drawing").get_attribute("viewBox").split()]

    page.locator("#fit").click()
    fitted = view()
    page.locator("#larger").click()
    assert view()[2] == pytest.approx(fitted[2] / 1.25, abs=0.1)
    for _ in range(5):
        page.locator("#larger").click()
    here = view()
    page.mouse.move(200, 200)
    page.mouse.down()
    page.mouse.move(120, 180, steps=4)
    page.mouse.up()
    assert view()[0] > here[0] and view()[2] == here[2] and at(page) == 1
    here = view()
    page.mouse.wheel(0, -100)
    assert view()[2] < here[2]
    page.locator("#stage").focus()
    here = view()
    page.keyboard.press("Shift+ArrowLeft")
    assert view()[0] < here[0] and at(page) == 1
    here = view()
    page.keyboard.press("-")
    assert view()[2] > here[2]
    page.keyboard.press("0")
    assert view() == fitted


def test_two_fingers_zoom_a_films_drawing(open_page):
    page = open_page(PAGES["film"](), context={"viewport": PHONE, "has_touch": True, "is_mobile": True})
    touch, before = page.context.new_cdp_session(page), page.locator("#drawing").get_attribute("viewBox").split()
    box = page.locator("#stage").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def fingers(kind, *apart):
        points = [{"x": x - d, "y": y, "id": 1} for d in apart] + [{"x": x + d, "y": y, "id": 2} for d in apart]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    fingers("touchStart", 30)
    for d in range(35, 65, 5):
        fingers("touchMove", d)
    fingers("touchEnd")
    after = page.locator("#drawing").get_attribute("viewBox").split()
    assert float(after[2]) == pytest.approx(float(before[2]) / 2, rel=0.02)         # 60 pixels apart, then 120
    middle = [float(view[0]) + float(view[2]) / 2 for view in (before, after)]
    assert middle[0] == pytest.approx(middle[1], rel=0.02) and at(page) == 1


def test_the_live_drawing_moves_and_zooms(open_page):
    page = open_page(GRAPHS["mazur"](), context={"viewport": PHONE})

    def view():
        """left, top and scale of the drawing."""
        return page.evaluate("""(() => { const r = document.getElementById('canvas').getBoundingClientRect();
            return [r.left, r.top, parseFloat(document.getElementById('canvas').style.fontSize)]; })()""")

    assert view()[2] == 15                              # readable to begin with; all of it is a button away
    page.locator("#fit").click()
    fitted = view()
    assert fitted[2] < 9.5
    for _ in range(5):
        page.locator("#larger").click()
    here = view()
    assert here[2] == pytest.approx(fitted[2] * 1.25 ** 5, rel=1e-3)
    page.mouse.move(200, 250)
    page.mouse.down()
    page.mouse.move(120, 240, steps=4)
    page.mouse.up()
    assert view()[0] < here[0] and view()[2] == here[2]
    here = view()
    page.mouse.wheel(0, -100)
    assert view()[2] > here[2]
    page.locator("#stage").focus()
    here = view()
    page.keyboard.press("Shift+ArrowLeft")
    assert view()[0] > here[0] and "#" not in page.url
    page.keyboard.press("-")
    assert view()[2] < here[2]
    page.keyboard.press("0")
    assert view() == fitted


def test_two_fingers_zoom_the_live_drawing(open_page):
    page = open_page(GRAPHS["mazur"](), context={"viewport": PHONE, "has_touch": True, "is_mobile": True})
    touch, box = page.context.new_cdp_session(page), page.locator("#stage").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + 8
    before = page.evaluate("parseFloat(document.getElementById('canvas').style.fontSize)")
    for kind, *apart in ("touchStart", 30), *[("touchMove", d) for d in range(35, 65, 5)], ("touchEnd",):
        points = [{"x": x + side * d, "y": y, "id": 1 + (side > 0)} for d in apart for side in (-1, 1)]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    after = page.evaluate("parseFloat(document.getElementById('canvas').style.fontSize)")
    assert after == pytest.approx(2 * before, rel=0.05)


def test_in_a_frame_that_is_not_shown_yet_nothing_goes_wrong(open_page, tmp_path):
    page = open_page(None, html=f"""<!DOCTYPE html><title>notebook</title><div hidden>{
        step_through(GRAPHS["neuron"](), tmp_path / "written.html")._repr_html_()}</div>""")
    page.frames[1].wait_for_selector("#J", state="attached")
    page.evaluate("document.querySelector('div').hidden = false")
    frame = page.frame_locator("iframe")
    frame.locator("#back").click()
    assert frame.locator("#controls #position").input_value() == "18"
    assert frame.locator(".box").first.bounding_box()["width"] > 50
