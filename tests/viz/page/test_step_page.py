"""The step page: every number is the engine's, labels are only text; without a script, in print, in a notebook."""
import re

import pytest
from browser import GRAPHS, HOSTILE, NUMBERS, PHONE, at, mazur_error, needs_a_renderer
from hypothesis import HealthCheck, given, settings
from points import graphs

from autograd import Parameter, Value, wengert_list
from autograd.symbolic.labels import format_number
from viz import step_through
from viz.diagram.build import build_diagram
from viz.diagram.expand import expanded
from viz.diagram.renderer import RendererError
from viz.page.explain import page_steps

pytestmark = needs_a_renderer


# --- every number ----------------------------------------------------------------------------------------------------


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(graphs())
def test_every_number_is_the_engines_at_every_step(open_page, graph):
    first, *rest = graph.point
    output = graph(Parameter(first, "w"), *[Value(x, f"x{i}") for i, x in enumerate(rest)])
    told, nodes = page_steps(output), build_diagram(output).nodes
    page = open_page(output)
    assert page.locator("#steps > li").count() == len(told)
    value, so_far, complete = {node.id: format_number(node.value) for node in nodes}, {}, set()
    known = {node.id for node in nodes if not node.formula}
    drawn = page.evaluate(f"""[...document.querySelectorAll('#steps > li')].map((_, k) => {{
        if (k) document.getElementById('next').click();
        return {NUMBERS}; }})""")
    assert at(page) == len(told)
    for k, (step, shown) in enumerate(zip(told, drawn), start=1):
        known |= {step.node} if step.phase == "forward" else set()
        value |= {step.node: format_number(step.number)} if step.phase == "update" else {}
        if step.phase == "backward":
            so_far[step.node] = format_number(step.number)
            complete |= {step.node} if step.is_complete else set()
        for node in nodes:
            if node.kind == "constant" and node.name == value[node.id]:
                continue                                # it is called by its number
            expected = [value[node.id] if node.id in known else "·",
                        None if node.gradient is None else so_far.get(node.id, "·"),
                        None if node.delta is None else format_number(node.delta) if node.id in complete else "·"]
            assert shown[node.id] == expected, (k, node)
    assert complete == {node.id for node in nodes if node.gradient is not None}
    for node in nodes:                                  # and in the end they are the engine's own
        assert node.gradient is None or so_far[node.id] == format_number(node.gradient)


@pytest.mark.parametrize("name", GRAPHS)
def test_the_formulas_end_in_the_steps_numbers(open_page, name):
    output = GRAPHS[name]()
    page, told = open_page(output), page_steps(output)
    ends = page.evaluate("[...document.querySelectorAll('#steps > li')].map(li => [...li.querySelectorAll('dd')]"
                         ".map(dd => dd.lastChild.lastChild.textContent))")
    for step, found in zip(told, ends):
        if step.phase == "forward":
            assert found == ["=" + format_number(step.number)]
        elif step.sources:
            assert "=" + format_number(step.term) in found and f"{format_number(step.number)}" in "".join(found)
    page.keyboard.press("End")
    edges = page.evaluate("[...document.querySelectorAll('.partial')].map(t => t.textContent.trim())")
    assert sorted(edges) == sorted(format_number(e.partial) for e in build_diagram(output).edges
                                   if e.partial is not None)


def test_an_update_writes_the_new_weight_and_a_step_back_the_old(open_page):
    page = open_page(GRAPHS["neuron"](), 14)

    def shown():
        drawn = page.evaluate(NUMBERS)
        return [drawn[id][0] for id in ("n1", "n3", "n5")]

    assert shown() == ["−3", "1", "6.881"]
    page.keyboard.press("ArrowRight")
    assert at(page) == 15 and shown() == ["−2.971", "1", "6.881"]
    page.keyboard.press("End")
    assert shown() == ["−2.971", "1", "6.896"]
    page.evaluate("dispatchEvent(new Event('beforeprint'))")            # on paper one point: its values and gradients
    assert shown() == ["−3", "1", "6.881"]
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert shown() == ["−2.971", "1", "6.896"]
    page.keyboard.press("Home")
    assert shown() == ["−3", "1", "6.881"]


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
        assert page.locator("#steps > li").count() == len(page_steps(output))
        if script:
            for _ in range(3):
                page.keyboard.press("ArrowRight")
            page.keyboard.press("End")
            assert page.evaluate("window.hacked") is None and at(page) == len(page_steps(output))


def test_without_a_script_the_whole_derivation_is_a_list(open_page):
    page = open_page(GRAPHS["neuron"](), context={"java_script_enabled": False})
    assert page.locator("#steps > li:visible").count() == 17
    assert page.locator("button:visible, input:visible").count() == 0
    assert page.locator("#n1").text_content().split() == ["w₁", "value", "−3", "∂J/∂w₁", "−0.2929"]
    page.locator("#n1").click()                         # the links of the drawing lead to the list
    assert page.url.endswith("#step=10")


def test_in_print_all_steps_are_there_and_the_drawing_is_whole(open_page):
    page = open_page(GRAPHS["mazur"](), 9, context={"viewport": PHONE})
    before = page.locator("#drawing").get_attribute("viewBox")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.locator("#steps > li:visible").count() == len(page_steps(mazur_error()))
    assert page.locator("#controls, #zoom").locator("visible=true").count() == 0
    assert "·" not in {text for texts in page.evaluate(NUMBERS).values() for text in texts}
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert at(page) == 9 and page.locator("#drawing").get_attribute("viewBox") == before


def test_in_a_notebook_it_is_a_frame(open_page, tmp_path):
    written = step_through(GRAPHS["neuron"](), tmp_path / "page.html")
    assert repr(written) == f"Page(path={tmp_path / 'page.html'!r})"
    page = open_page(None, html=f"<!DOCTYPE html><title>notebook</title>{written._repr_html_()}")
    frame = page.frame_locator("iframe")
    frame.locator("#last").click()
    assert frame.locator("#count").inner_text() == "17 / 17"


# --- size ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name, most", [("neuron", 150_000), ("mazur", 500_000)])
def test_a_page_is_small_and_asks_for_nothing(name, most, tmp_path):
    html = step_through(GRAPHS[name](), tmp_path / "page.html").html
    assert (tmp_path / "page.html").stat().st_size == len(html.encode()) < most
    assert "default-src 'none'" in html and "unsafe" not in html
    assert not re.search(r"https?://(?!www\.w3\.org/)|\bsrc=|@import|url\(", html)
    assert html == step_through(GRAPHS[name](), tmp_path / "again.htm").html     # the same file each time


# --- bad input -------------------------------------------------------------------------------------------------------


def test_bad_input_is_named_and_leaves_no_file(tmp_path, monkeypatch):
    J, path = GRAPHS["neuron"](), tmp_path / "page.html"
    path.write_text("before")
    for wrong in (3.0, None, "J", [J]):
        with pytest.raises(TypeError, match="step_through takes a Value"):
            step_through(wrong, path)
    for name in ("page.pdf", "page", "page.svg"):
        with pytest.raises(ValueError, match=re.escape(f"{name!r} does not end in .html or .htm")):
            step_through(J, tmp_path / name)
    for options in ({"digits": 0}, {"direction": "XY"}, {"lr": float("nan")}, {"lr": "0.1"},
                    {"limit": "9"}, {"limit": 0}, {"expand": "nobody"}):
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
    J = GRAPHS["neuron"]()
    before = step_through(J, tmp_path / "page.html").html
    assert all(node.grad == 0 for node in wengert_list(J))
    J.backward()
    J.backward()
    grads = [node.grad for node in wengert_list(J)]
    assert step_through(J, tmp_path / "page.html").html == before
    assert [node.grad for node in wengert_list(J)] == grads


def test_one_neuron_is_expanded_and_the_others_stay(tmp_path):
    page = step_through(GRAPHS["mazur"](), tmp_path / "page.html", expand="v1")
    assert "u₁ = w₁₁x₁" in page.html and "v₂ = w₂₁x₁ + w₂₂x₂ + b₁" in page.html
    assert "v₁ = w₁₁x₁ + w₁₂x₂ + b₁" not in page.html


def test_expanded_and_in_every_direction(open_page):
    for direction in ("LR", "RL", "TB", "BT"):
        page = open_page(GRAPHS["neuron"](), direction=direction, expand=True, lr=1, digits=3)
        page.keyboard.press("End")
        assert at(page) == len(page_steps(expanded(GRAPHS["neuron"]())))
