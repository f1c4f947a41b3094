"""step_through's file: labels are only text; without a script, in print, in a notebook; its size, and bad input."""
import re

import pytest
from browser import GRAPHS, HOSTILE, PHONE, mazur_error, needs_a_renderer, output_of, press

from autograd import Parameter, Value, wengert_list
from viz import step_through
from viz.diagram.expand import expanded
from viz.diagram.renderer import RendererError
from viz.page.steps import Run

pytestmark = needs_a_renderer


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
        assert page.locator("#steps > li").count() == count_of_steps(output)
        if script:
            page.keyboard.press("ArrowRight")
            page.keyboard.press("End")
            press(page, "Predict", "Predict", "Update", "Undo", "Present", "Present")
            assert page.evaluate("window.hacked") is None
            assert output_of(page) == output.data
            assert page.get_by_role("spinbutton").count() == len(nodes) + 1


def count_of_steps(output):
    return len([*Run(output, 0.1).steps()])


def test_without_a_script_the_recorded_numbers_and_all_steps_are_there(open_page):
    page = open_page(GRAPHS["neuron"](), context={"java_script_enabled": False})
    assert page.locator("#steps > li:visible").count() == 18
    assert page.locator("#controls button:visible, header button:visible, input:visible").count() == 0
    assert page.get_by_role("spinbutton").count() == 0
    row = page.locator(".row", has_text="w₁").first
    assert row.text_content() == "w₁−3−0.2929" and row.is_visible()
    assert "J =" in page.locator("h1").inner_text() and page.locator("#J").inner_text() == "0.04289"


def test_in_print_all_steps_are_there_and_the_drawing_is_whole(open_page):
    page = open_page(GRAPHS["mazur"](), 9, context={"viewport": PHONE})
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.locator("#steps > li:visible").count() == count_of_steps(mazur_error())
    assert page.locator("#controls, #zoom, #learn, #modes").locator("visible=true").count() == 0
    assert page.locator("#canvas .num:visible").count() == page.locator("#canvas .num").count()
    box = page.locator("#canvas").bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= PHONE["width"]


def test_in_a_notebook_it_is_a_frame(open_page, tmp_path):
    written = step_through(GRAPHS["neuron"](), tmp_path / "page.html")
    assert repr(written) == f"Page(path={tmp_path / 'page.html'!r})"
    page = open_page(None, html=f"<!DOCTYPE html><title>notebook</title>{written._repr_html_()}")
    frame = page.frame_locator("iframe")
    frame.get_by_role("button", name="Update", exact=True).click()
    assert frame.locator("#count").inner_text() == "1 update"


# --- size ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name, most", [("neuron", 100_000), ("mazur", 180_000)])
def test_a_page_is_small_and_asks_for_nothing(name, most, tmp_path):
    html = step_through(GRAPHS[name](), tmp_path / "page.html").html
    assert (tmp_path / "page.html").stat().st_size == len(html.encode()) < most
    assert "default-src 'none'" in html and "unsafe" not in html and "eval(" not in html
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
        assert page.locator("#steps > li").count() == count_of_steps(expanded(GRAPHS["neuron"]()))
        page = open_page(GRAPHS["mazur"](), direction=direction)
        boxes = page.evaluate("""[...document.querySelectorAll('.box')].map(e => {
            const r = e.getBoundingClientRect(); return [r.left, r.top, r.right, r.bottom]; })""")
        for i, a in enumerate(boxes):
            assert not any(min(a[2], b[2]) - max(a[0], b[0]) > 1 and min(a[3], b[3]) - max(a[1], b[1]) > 1
                           for b in boxes[:i])
