"""The step page in a browser: every number, every control, hostile labels, sizes, speed, layout and accessibility."""
import re
import shutil
import sysconfig

import pytest
from hypothesis import HealthCheck, given, settings
from points import graphs

from autograd import Parameter, Value, wengert_list
from demos import mazur, neuron
from nn import half_squared_error
from viz import step_through
from viz.description import describe
from viz.expand import expanded
from viz.letters import number_text
from viz.render import RendererError
from viz.steps import steps

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
needs_a_renderer = pytest.mark.skipif(
    not (shutil.which("dot") or shutil.which("graphviz-pure", path=sysconfig.get_path("scripts"))),
    reason="neither dot nor graphviz-pure is installed")
pytestmark = needs_a_renderer

HOSTILE = ["</script><script>window.hacked=1</script>", '"><img src=x onerror="window.hacked=1">', "]]>", "<!--", "-->",
           "🎉", "x" * 10_000, "", " ", "\n", "\x00", "${title}", "$policy", "]]></style>", "&lt;", "a\\N",
           "javascript:1"]


def mazur_error():
    x1, x2 = mazur.X
    return half_squared_error(mazur.network()([Value(x1, "x1"), Value(x2, "x2")]), mazur.T)


PAGES = {"neuron": lambda: neuron.with_error(1.0)[1], "mazur": mazur_error}


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api", reason='pip install -e ".[e2e]"')
    if not CHROMIUM:
        pytest.skip("there is no Chromium")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser, tmp_path):
    """A function that writes the page of a graph and opens it; in the end nothing may have gone wrong in it."""
    pages, wrong, requests = {}, [], []

    def open_page(output, step="", context=None, **options):
        path = tmp_path / "page.html"
        if output is not None:
            step_through(output, path, **options)
        key = repr(context)
        if key not in pages:
            options = {"viewport": DESKTOP, "reduced_motion": "reduce"} | (context or {})
            pages[key] = page = browser.new_context(**options).new_page()
            page.on("console", lambda message: wrong.append(message.text))
            page.on("pageerror", lambda error: wrong.append(str(error)))
            page.on("request", lambda request: requests.append(request.url))
        page = pages[key]
        page.goto("about:blank")
        page.goto(path.as_uri() + (f"#step={step}" if step else ""))
        return page

    yield open_page
    for page in pages.values():
        page.context.close()
    assert wrong == []
    assert {url.split("#")[0] for url in requests} <= {(tmp_path / "page.html").as_uri(), "about:blank"}


def at(page):
    """The number of the step that is shown, everywhere the same."""
    [k] = page.evaluate("[...document.querySelectorAll('#steps > li')].flatMap((li, k) => "
                        "getComputedStyle(li).visibility === 'visible' ? [k + 1] : [])")
    assert page.locator("#count").inner_text().startswith(f"{k} /")
    assert page.locator("#position").input_value() == str(k)
    assert page.url.endswith(f"#step={k}")
    return k


NUMBERS = """Object.fromEntries([...document.querySelectorAll('#drawing .node')].map(g => [g.id,
    ['value', 'gradient', 'delta'].map(kind => g.querySelector('.' + kind)?.textContent.trim() ?? null)]))"""


# --- every number ----------------------------------------------------------------------------------------------------


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(graphs())
def test_every_number_is_the_engines_at_every_step(open_page, graph):
    first, *rest = graph.point
    output = graph(Parameter(first, "w"), *[Value(x, f"x{i}") for i, x in enumerate(rest)])
    told, nodes = steps(output), describe(output).nodes
    page = open_page(output)
    assert page.locator("#steps > li").count() == len(told)
    value, so_far, complete = {node.id: number_text(node.value) for node in nodes}, {}, set()
    known = {node.id for node in nodes if not node.formula}
    drawn = page.evaluate(f"""[...document.querySelectorAll('#steps > li')].map((_, k) => {{
        if (k) document.getElementById('next').click();
        return {NUMBERS}; }})""")
    assert at(page) == len(told)
    for k, (step, shown) in enumerate(zip(told, drawn), start=1):
        known |= {step.node} if step.phase == "forward" else set()
        value |= {step.node: number_text(step.number)} if step.phase == "update" else {}
        if step.phase == "backward":
            so_far[step.node] = number_text(step.number)
            complete |= {step.node} if step.is_complete else set()
        for node in nodes:
            if node.kind == "constant" and node.name == value[node.id]:
                continue                                # it is called by its number
            expected = [value[node.id] if node.id in known else "·",
                        None if node.gradient is None else so_far.get(node.id, "·"),
                        None if node.delta is None else number_text(node.delta) if node.id in complete else "·"]
            assert shown[node.id] == expected, (k, node)
    assert complete == {node.id for node in nodes if node.gradient is not None}
    for node in nodes:                                  # and in the end they are the engine's own
        assert node.gradient is None or so_far[node.id] == number_text(node.gradient)


@pytest.mark.parametrize("name", PAGES)
def test_the_formulas_end_in_the_steps_numbers(open_page, name):
    output = PAGES[name]()
    page, told = open_page(output), steps(output)
    ends = page.evaluate("[...document.querySelectorAll('#steps > li')].map(li => [...li.querySelectorAll('dd')]"
                         ".map(dd => dd.lastChild.lastChild.textContent))")
    for step, found in zip(told, ends):
        if step.phase == "forward":
            assert found == ["=" + number_text(step.number)]
        elif step.sources:
            assert "=" + number_text(step.term) in found and f"{number_text(step.number)}" in "".join(found)
    page.keyboard.press("End")
    edges = page.evaluate("[...document.querySelectorAll('.partial')].map(t => t.textContent.trim())")
    assert sorted(edges) == sorted(number_text(e.partial) for e in describe(output).edges if e.partial is not None)


# --- the controls ----------------------------------------------------------------------------------------------------


def test_buttons_slider_and_live_region(open_page):
    page = open_page(PAGES["neuron"]())
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
    page = open_page(PAGES["neuron"]())
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
    page = open_page(PAGES["neuron"](), step)
    assert at(page) == k
    page.evaluate("location.hash = '#step=5'")
    page.wait_for_url("**#step=5")
    page.wait_for_function("document.querySelector('#count').textContent.startsWith('5 ')")
    assert at(page) == 5


def test_a_node_and_an_edge_lead_to_their_steps(open_page):
    page = open_page(PAGES["neuron"](), 17)
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
    page = open_page(PAGES["neuron"](), 3)

    def having(name):
        return set(page.evaluate(f"[...document.querySelectorAll('#drawing .{name}')].map(g => g.id)"))

    assert having("current") == {"n7", "e6_7_0"} and having("source") == {"n6"}
    assert having("dim") == {"n8", "n9", "e0_8_0", "e7_8_1", "e8_9_0"}
    assert page.locator(".partial:visible").count() == 0
    page.keyboard.press("End")
    assert having("dim") == having("closed") - {"e0_8_0"} == set()
    assert page.locator(".partial:visible").count() == 8


def test_the_drawing_moves_and_zooms(open_page):
    page = open_page(PAGES["mazur"](), context={"viewport": PHONE})

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


# --- hostile labels, no script, print, notebooks ---------------------------------------------------------------------


@pytest.mark.parametrize("script", [True, False])
def test_hostile_labels_are_only_text(open_page, script):
    for hostile in (HOSTILE[:6], HOSTILE[6:12], HOSTILE[12:]):
        nodes = [Value(0.5, label) for label in hostile] + [Parameter(0.25, label) for label in hostile]
        output = nodes[0]
        for node in nodes[1:]:
            output = (output * node).tanh()
            output.label = node.label
        page = open_page(output, context={"java_script_enabled": script})
        assert page.locator("img, script:nth-of-type(2)").count() == 0
        assert page.locator("#steps > li").count() == len(steps(output))
        if script:
            for _ in range(3):
                page.keyboard.press("ArrowRight")
            page.keyboard.press("End")
            assert page.evaluate("window.hacked") is None and at(page) == len(steps(output))


def test_without_a_script_the_whole_derivation_is_a_list(open_page):
    page = open_page(PAGES["neuron"](), context={"java_script_enabled": False})
    assert page.locator("#steps > li:visible").count() == 17
    assert page.locator("button:visible, input:visible").count() == 0
    assert page.locator("#n1").text_content().split() == ["w₁", "value", "−3", "∂J/∂w₁", "−0.2929"]
    page.locator("#n1").click()                         # the links of the drawing lead to the list
    assert page.url.endswith("#step=10")


def test_in_print_all_steps_are_there_and_the_drawing_is_whole(open_page):
    page = open_page(PAGES["mazur"](), 9, context={"viewport": PHONE})
    before = page.locator("#drawing").get_attribute("viewBox")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.locator("#steps > li:visible").count() == len(steps(mazur_error()))
    assert page.locator("#controls, #zoom").locator("visible=true").count() == 0
    assert "·" not in {text for texts in page.evaluate(NUMBERS).values() for text in texts}
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert at(page) == 9 and page.locator("#drawing").get_attribute("viewBox") == before


def test_in_a_notebook_it_is_a_frame(open_page, tmp_path):
    written = step_through(PAGES["neuron"](), tmp_path / "page.html")
    assert repr(written) == f"Page(path={tmp_path / 'page.html'!r})"
    (tmp_path / "page.html").write_text(f"<!DOCTYPE html><title>notebook</title>{written._repr_html_()}")
    page = open_page(None)
    frame = page.frame_locator("iframe")
    frame.locator("#last").click()
    assert frame.locator("#count").inner_text() == "17 / 17"


# --- size, speed, layout ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name, most", [("neuron", 150_000), ("mazur", 500_000)])
def test_a_page_is_small_and_asks_for_nothing(name, most, tmp_path):
    html = step_through(PAGES[name](), tmp_path / "page.html").html
    assert (tmp_path / "page.html").stat().st_size == len(html.encode()) < most
    assert "default-src 'none'" in html and "unsafe" not in html
    assert not re.search(r"https?://(?!www\.w3\.org/)|\bsrc=|@import|url\(", html)
    assert html == step_through(PAGES[name](), tmp_path / "again.htm").html     # the same file each time


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


def inside(a, b):
    return a[0] >= b[0] - 1 and a[1] >= b[1] - 1 and a[2] <= b[2] + 1 and a[3] <= b[3] + 1


def overlap(a, b):
    return min(a[2], b[2]) - max(a[0], b[0]) > 1 and min(a[3], b[3]) - max(a[1], b[1]) > 1


# --- accessibility ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size, scheme", [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop", "phone"])
def test_axe_finds_no_violation(open_page, size, scheme):
    axe = pytest.importorskip("axe_playwright_python.base", reason='pip install -e ".[e2e]"')
    page = open_page(PAGES["neuron"](), context={"viewport": size, "color_scheme": scheme})
    for k in 1, 3, 10, 17:
        page.locator("#position").fill(str(k))
        if k == 1:
            page.evaluate(axe.AXE_SCRIPT)
        found = page.evaluate("axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})")
        assert [(broken["id"], broken["nodes"][0]["html"]) for broken in found["violations"]] == []
        assert len(found["passes"]) > 20


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_drawings_text_has_contrast_also_where_it_is_dimmed(open_page, scheme):
    page = open_page(PAGES["neuron"](), context={"color_scheme": scheme})
    for k in 1, 3, 7, 10, 16:
        page.locator("#position").fill(str(k))
        pairs = page.evaluate("""(() => {
            const paper = getComputedStyle(document.getElementById('stage')).backgroundColor;
            return [...document.querySelectorAll('#drawing text')]
                .filter(t => getComputedStyle(t).visibility === 'visible')
                .map(t => { const box = t.closest('.node')?.querySelector('path, polygon');
                            return [getComputedStyle(t).fill, box ? getComputedStyle(box).fill : paper]; });
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


# --- bad input -------------------------------------------------------------------------------------------------------


def test_bad_input_is_named_and_leaves_no_file(tmp_path, monkeypatch):
    J, path = PAGES["neuron"](), tmp_path / "page.html"
    path.write_text("before")
    for wrong in (3.0, None, "J", [J]):
        with pytest.raises(TypeError, match="step_through takes a Value"):
            step_through(wrong, path)
    for name in ("page.pdf", "page", "page.svg"):
        with pytest.raises(ValueError, match=re.escape(f"{name!r} does not end in .html or .htm")):
            step_through(J, tmp_path / name)
    for options in ({"digits": 0}, {"direction": "XY"}, {"lr": float("nan")}, {"lr": "0.1"}):
        with pytest.raises(ValueError, match=next(iter(options))):
            step_through(J, path, **options)
    x = long = Value(0.5, "x")
    for _ in range(400):
        long = long * x
    with pytest.raises(ValueError, match=r"401 nodes .* step through a part of it.*limit=401"):
        step_through(long, path)
    with pytest.raises(OSError, match=r"^\[Errno 2\] cannot write .*nowhere.*: No such file or directory$"):
        step_through(J, tmp_path / "nowhere" / "page.html")
    monkeypatch.setenv("GRAPHVIZ_DOT", "/nonexistent")
    with pytest.raises(RendererError, match="no such program"):
        step_through(J, path)
    assert path.read_text() == "before" and [*tmp_path.iterdir()] == [path]


def test_writing_changes_nothing_and_is_the_same_before_and_after_backward(tmp_path):
    J = PAGES["neuron"]()
    before = step_through(J, tmp_path / "page.html").html
    assert all(node.grad == 0 for node in wengert_list(J))
    J.backward()
    J.backward()
    grads = [node.grad for node in wengert_list(J)]
    assert step_through(J, tmp_path / "page.html").html == before
    assert [node.grad for node in wengert_list(J)] == grads


def test_expanded_and_in_every_direction(open_page):
    for direction in ("LR", "RL", "TB", "BT"):
        page = open_page(PAGES["neuron"](), direction=direction, expand=True, lr=1, digits=3)
        page.keyboard.press("End")
        assert at(page) == len(steps(expanded(PAGES["neuron"]())))
