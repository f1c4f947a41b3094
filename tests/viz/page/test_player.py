"""The controls of a page: buttons, slider, keys, links, and the view of the drawing."""
import pytest
from browser import GRAPHS, PHONE, at, needs_a_renderer

from viz import step_through

pytestmark = needs_a_renderer


def test_buttons_slider_and_live_region(open_page):
    page = open_page(GRAPHS["neuron"]())
    press = {name: page.get_by_role("button", name=name, exact=True) for name in
             ("First", "Back", "Play", "Step", "Last", "Pause", "Fit", "Zoom in", "Zoom out")}
    assert at(page) == 1 and press["First"].is_disabled() and press["Back"].is_disabled()
    press["Step"].click()
    assert at(page) == 2 and page.get_by_role("status").inner_text().startswith("Step 2 of 17, forward: From w₁, x₁")
    press["Last"].click()
    assert at(page) == 17 and press["Step"].is_disabled() and press["Last"].is_disabled()
    press["Back"].click()
    assert at(page) == 16
    press["First"].click()
    assert at(page) == 1
    slider = page.get_by_role("slider", name="Step")
    slider.fill("9")
    assert at(page) == 9 and slider.get_attribute("aria-valuetext") == "Step 9 of 17, backward: y → v"
    assert page.get_by_role("status").inner_text() == ("Step 9 of 17, backward: y passes −0.2929 times 0.5, which is "
                                                       "−0.1464, back to v. The local gradient is 0.1464.")
    page.get_by_role("combobox", name="Speed").select_option("4")
    press["Play"].click()
    page.wait_for_url("**#step=11")
    press["Pause"].click()
    stopped = at(page)
    page.wait_for_timeout(600)
    assert at(page) == stopped
    slider.fill("16")
    press["Play"].click()
    page.wait_for_url("**#step=17")
    press["Play"].wait_for()                            # at the end it stops, and begins again
    press["Play"].click()
    page.wait_for_url("**#step=2")


def test_keys(open_page):
    page = open_page(GRAPHS["neuron"]())
    for key, k in ("ArrowRight", 2), ("ArrowRight", 3), ("ArrowLeft", 2), ("End", 17), ("ArrowRight", 17), ("Home", 1):
        page.keyboard.press(key)
        assert at(page) == k
    page.keyboard.press("Control+ArrowRight")
    assert at(page) == 1
    page.keyboard.press("Space")
    assert page.locator("#play").inner_text() == "Pause"
    page.keyboard.press("Space")
    assert page.locator("#play").inner_text() == "Play"
    page.locator("#next").focus()
    page.keyboard.press("Space")                        # is the button's own
    assert at(page) == 2 and page.locator("#play").inner_text() == "Play"
    page.locator("#position").focus()
    page.keyboard.press("ArrowRight")                   # is the slider's own
    assert at(page) == 3


@pytest.mark.parametrize("step, k", [("10", 10), ("1", 1), ("17", 17), ("99", 17), ("0", 1), ("x", 1), ("1e1", 1)])
def test_a_link_to_a_step(open_page, step, k):
    page = open_page(GRAPHS["neuron"](), step)
    assert at(page) == k
    page.evaluate("location.hash = '#step=5'")
    page.wait_for_url("**#step=5")
    page.wait_for_function("document.querySelector('#count').textContent.startsWith('5 ')")
    assert at(page) == 5


def test_a_node_and_an_edge_lead_to_their_steps(open_page):
    page = open_page(GRAPHS["neuron"](), 17)
    click_line(page, "e6_7_0")                          # v → y
    assert at(page) == 9 and "y → v" in page.locator("#steps .now h2").inner_text()
    page.locator("#n6").click()                         # v, backward and then forward
    assert at(page) == 2
    page.locator("#n6").click()
    assert at(page) == 9
    page.keyboard.press("Home")
    page.locator("#n7").click()                         # y, forward first
    assert at(page) == 3
    page.locator("#n1 a").focus()
    page.keyboard.press("Enter")                        # w₁ has no forward step
    assert at(page) == 10
    click_line(page, "e0_8_0")                          # from a constant comes no gradient
    assert at(page) == 4


def click_line(page, edge):
    """Click six pixels beside the middle of an edge's line, which is thinner than that."""
    x, y = page.evaluate(f"""(() => {{
        const line = document.querySelector('#{edge} path'), middle = line.getPointAtLength(line.getTotalLength() / 2);
        const point = middle.matrixTransform(line.getScreenCTM());
        return [point.x, point.y + 6]; }})()""")
    page.mouse.click(x, y)


def test_what_has_no_number_yet_is_dimmed_and_the_current_parts_stand_out(open_page):
    page = open_page(GRAPHS["neuron"](), 3)

    def having(name):
        return set(page.evaluate(f"[...document.querySelectorAll('#drawing .{name}')].map(g => g.id)"))

    assert having("current") == {"n7", "e6_7_0"} and having("source") == {"n6"}
    assert having("dim") == {"n8", "n9", "e0_8_0", "e7_8_1", "e8_9_0"}
    assert page.locator(".partial:visible").count() == 0
    page.keyboard.press("End")
    assert having("dim") == having("closed") - {"e0_8_0"} == set()
    assert page.locator(".partial:visible").count() == 8


def test_the_drawing_moves_and_zooms(open_page):
    page = open_page(GRAPHS["mazur"](), context={"viewport": PHONE})

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


def test_two_fingers_zoom_the_drawing(open_page):
    page = open_page(GRAPHS["mazur"](), context={"viewport": PHONE, "has_touch": True, "is_mobile": True})
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


def test_in_a_frame_that_is_not_shown_yet_nothing_goes_wrong(open_page, tmp_path):
    page = open_page(None, html=f"""<!DOCTYPE html><title>notebook</title><div hidden>{
        step_through(GRAPHS["neuron"](), tmp_path / "written.html")._repr_html_()}</div>""")
    page.frames[1].wait_for_selector("#count", state="attached")
    page.evaluate("document.querySelector('div').hidden = false")
    frame = page.frame_locator("iframe")
    frame.locator("#last").click()
    assert frame.locator("#count").inner_text() == "17 / 17"
    assert all(part != "NaN" for part in frame.locator("#drawing").get_attribute("viewBox").split())
    assert frame.locator("#n1").bounding_box()["width"] > 50
