"""A film: its frames are the engine's numbers at their moments, and its page plays them in one drawing."""
import json
import re

import pytest
from browser import HOSTILE, NUMBERS, PHONE, at, needs_a_renderer, trained

import nn
from autograd import Constant, Parameter, Value, adjoints, recorded, wengert_list
from nn import half_squared_error
from viz import Film
from viz.description import describe, in_reading_order
from viz.letters import number_text
from viz.render import RendererError
from viz.step import cells, showing, widest


class Noting(Film):
    """A film that also notes what the engine says at each frame: {cell: number}."""

    def frame(self, title, now):
        output = self.record()
        gradient = adjoints(output, 1.0, recorded)
        tape = in_reading_order(wengert_list(output))
        noted = {}
        for i, node in enumerate(tape):
            noted[f"n{i}.value"] = node.data
            if not isinstance(node, Constant):
                noted[f"n{i}.gradient"] = gradient[node]
        self.noted = [*getattr(self, "noted", []), noted]
        return super().frame(title, now)


def ids(film):
    """{name: id} of the film's nodes."""
    return {node.name: node.id for node in film.first.nodes}


def falling(epochs=3, **options):
    """w² while w is halved: w, u1 = w² and their film."""
    w = Parameter(3.0, "w")
    film = Film(lambda: w * w, **options)
    for epoch in range(1, epochs + 1):
        w.data /= 2
        film(epoch, 0.0)
    return film


# --- taking ----------------------------------------------------------------------------------------------------------


def test_frames_hold_the_engines_numbers_of_their_moments():
    film = trained(Noting, epochs=20, every=4)
    assert [frame.title for frame in film.frames] == [f"epoch {k}" for k in range(0, 21, 4)]
    for frame, noted in zip(film.frames, film.noted):
        shown = film.at(frame)
        assert len(shown) == 10 + 9 + 1 + 8 and {cell: shown[cell] for cell in noted} == noted
        for cell in shown:
            if cell.endswith("delta"):
                assert shown[cell] == -noted[cell.replace("delta", "gradient")]
    assert film.noted[0] != film.noted[-1]


def test_what_is_told_of_a_frame():
    first, second, *_ = falling().told()
    assert (first.phase, first.title, first.says) == ("training", "epoch 0", "epoch 0: u₁ is 9, before the training.")
    assert first.writes == {"n0.value": 3.0, "n0.gradient": 6.0, "n1.value": 9.0, "n1.gradient": 1.0,
                            "e0_1_0.partial": 3.0, "e0_1_1.partial": 3.0}
    assert second.says == "epoch 1: u₁ is 2.25, after 9 at epoch 0."
    assert {cell for cell in first.writes if cell not in second.writes} == {"n1.gradient"}          # it is 1 still
    [table] = second.lines
    assert table.head == ("w", "value", "∂u₁/∂w", "Δw since epoch 0")
    assert table.rows == (("w", "1.5", "3", "−1.5"),)
    assert first.lines[0].rows == (("w", "3", "6", ""),)


def test_local_gradients_are_told_with_their_sign():
    film = trained(Film, epochs=2)
    parameters, local_gradients = film.told()[-1].lines
    shown = film.at(film.frames[-1])
    [delta] = [x for cell, x in shown.items() if cell.endswith("delta")]
    [v] = local_gradients.rows
    assert local_gradients.head[-1] == "δ = −∂J/∂v" and v[0] == "v" and v[2] == number_text(delta) and delta < 0
    assert [row[0] for row in parameters.rows] == ["w₁", "w₂", "b"]


def test_an_update_of_the_lecture_can_be_read_off_two_frames():
    """One pattern and the full batch: Δw = −η ∂J/∂w of the frame before."""
    model, x = nn.Neuron(1, "tanh", seed=0), [Value(2.0, "x")]
    film = Film(lambda: half_squared_error(model(x), 0.5))
    nn.fit(model, [[2.0]], [0.5], half_squared_error, nn.SGD(model.parameters(), 0.25), 3, on_epoch=film,
           progress=False)
    w1 = ids(film)["w1"]
    for before, after in zip(film.frames, film.frames[1:]):
        was, now = film.at(before), film.at(after)
        assert now[f"{w1}.value"] - was[f"{w1}.value"] == pytest.approx(-0.25 * was[f"{w1}.gradient"], rel=1e-9)


def test_it_changes_nothing_and_needs_no_backward():
    model = nn.Neuron(2, "tanh", seed=0)
    for p in model.parameters():
        p.grad = 7.0
    before = [(p.data, p.grad) for p in model.parameters()]
    film = Film(lambda: half_squared_error(model([1.0, 2.0]), 1.0))
    film.take("again")
    film.told()
    assert [(p.data, p.grad) for p in model.parameters()] == before
    assert repr(film) == "<Film of J: 2 frames>" and film(1, 0.5) is None       # fit goes on


def test_frames_hold_numbers_alone():
    film = falling()
    assert all(type(x) is float for frame in film.frames for x in frame.numbers)


def test_a_diverged_training_is_a_film_as_well():
    w = Parameter(1.0, "w")
    film = Film(lambda: w * w)
    for x in 1e200, float("inf"), float("nan"):
        w.data = x
        film.take(str(x))
    assert [step.says.split(":")[1].split(",")[0] for step in film.told()] == [" u₁ is 1", " u₁ is ∞", " u₁ is ∞",
                                                                            " u₁ is NaN"]


def test_the_cells_of_a_drawing_are_read_and_written_alike():
    description = describe(trained(Film, epochs=1).record())
    other = {cell: float(i) for i, cell in enumerate(cells(description))}
    assert cells(showing(description, other)) == other
    steps = falling().told()
    assert widest(steps, 4)["n0.value"] == 0.375 and widest(steps, 4)["n1.value"] == 0.5625


# --- bad input -------------------------------------------------------------------------------------------------------


def test_a_graph_that_changes_is_named():
    w, parts = Parameter(2.0, "w"), ["w * w"]

    def record():
        return eval(parts[-1], {"w": w})

    film = Film(record)
    for wrong, what in (("w * w * w", "it has 3 nodes, not 2"),
                        ("w + w", "root u₁ = w + w stands where root u₁ = w² was"),
                        ("w.tanh()", "root u₁ = tanh(w) stands where root u₁ = w² was")):
        parts.append(wrong)
        with pytest.raises(ValueError, match=re.escape("frame 2, third: the graph is not that of frame 1: " + what)):
            film.take("third")
    assert repr(film) == "<Film of u1: 1 frame>"
    numbers = [3.0, 2.0]
    film = Film(lambda: w * numbers.pop())
    with pytest.raises(ValueError, match="a constant that changes needs a label"):
        film.take("next")
    rates = [2.0, 1.0]
    Film(lambda: w * Constant(rates.pop(), "c")).take("a labelled one may change")


def test_bad_input_is_named_and_leaves_no_file(tmp_path, monkeypatch):
    w = x = long = Parameter(0.5, "w")
    for _ in range(400):
        long = long * x
    with pytest.raises(TypeError, match=r"^a Film records a Value, .* not 3\.0$"):
        Film(lambda: 3.0)
    with pytest.raises(TypeError, match="not callable"):
        Film(w)
    with pytest.raises(ValueError, match=r"401 nodes .* step through a part of it.*limit=401"):
        Film(lambda: long)
    for options in ({"every": 0}, {"every": 1.5}, {"digits": 0}, {"direction": "XY"}):
        with pytest.raises(ValueError, match=next(iter(options))):
            Film(lambda: w * w, **options)
    film = falling()
    for name in ("film.pdf", "film", "film.svg"):
        with pytest.raises(ValueError, match=re.escape(f"{name!r} does not end in .html or .htm")):
            film.save(tmp_path / name)
    monkeypatch.setenv("GRAPHVIZ_DOT", "/nonexistent")
    with pytest.raises(RendererError, match="no such program"):
        film.save(tmp_path / "film.html")
    assert [*tmp_path.iterdir()] == []


@needs_a_renderer
def test_an_unwritable_path_is_named(tmp_path):
    with pytest.raises(OSError, match=r"^\[Errno 2\] cannot write .*nowhere.*: No such file or directory$"):
        falling().save(tmp_path / "nowhere" / "film.html")


def test_too_many_frames_are_counted_and_the_option_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr("viz.film.MOST_NUMBERS", 60)
    film = falling(24, every=2)                         # 13 frames of 6 numbers
    with pytest.raises(ValueError, match=r"^13 frames of 6 numbers each .*every=4$"):
        film.save(tmp_path / "film.html")


# --- the page --------------------------------------------------------------------------------------------------------


@needs_a_renderer
def test_every_number_is_the_engines_at_every_frame(open_page):
    film = trained(Noting, epochs=24, every=4)
    page = open_page(film)
    assert page.locator("#steps > li").count() == len(film.frames) == 7
    places = set()
    for k, (frame, noted) in enumerate(zip(film.frames, film.noted), start=1):
        assert at(page) == k
        drawn, expected = page.evaluate(NUMBERS), film.at(frame)
        for id, numbers in drawn.items():
            for kind, number in zip(("value", "gradient", "delta"), numbers):
                cell = f"{id}.{kind}"
                assert number == (number_text(expected[cell]) if cell in expected else None), (k, cell)
                assert cell not in noted or number == number_text(noted[cell])
        partials = page.evaluate("Object.fromEntries([...document.querySelectorAll('.partial')].map(t => "
                                 "[t.closest('.edge').id + '.partial', t.textContent.trim()]))")
        assert partials == {cell: number_text(x) for cell, x in expected.items() if cell.endswith("partial")}
        table = page.locator("#steps .now table").first.locator("tbody tr").all_inner_texts()
        before = film.noted[max(0, k - 2)]
        assert [row.split("\t") for row in table] == [
            [name, number_text(noted[f"{id}.value"]), number_text(noted[f"{id}.gradient"]),
             number_text(noted[f"{id}.value"] - before[f"{id}.value"]) if k > 1 else ""]
            for name, id in (("w₁", ids(film)["w1"]), ("w₂", ids(film)["w2"]), ("b", ids(film)["b"]))]
        places.add(json.dumps(page.evaluate("[...document.querySelectorAll('#drawing text')].map(t => "
                                            "[t.getAttribute('x'), t.getAttribute('y')])")))
        page.keyboard.press("ArrowRight")
    assert len(places) == 1                             # nothing jumps


@needs_a_renderer
def test_a_number_has_room_in_its_box_at_every_frame(open_page):
    w = Parameter(0.5, "w")
    film = Film(lambda: (w * Value(1.0, "x")).tanh())
    for x in -1.23456e-9, 12345.0, -0.12345, 7.0:
        w.data = x
        film.take(str(x))
    page = open_page(film)
    for _ in film.frames:
        outside = page.evaluate("""[...document.querySelectorAll('.node')].flatMap(g => {
            const box = g.querySelector('path, polygon').getBBox();
            return [...g.querySelectorAll('text')].filter(t => {
                const { x, width } = t.getBBox(); return x < box.x || x + width > box.x + box.width + 1; })
                .map(t => t.textContent); })""")
        assert outside == []
        page.keyboard.press("ArrowRight")


@needs_a_renderer
def test_what_changed_is_marked_and_the_marker_moves_along_the_curve(open_page):
    page = open_page(falling(4), 2)

    def changed():
        return page.evaluate("[...document.querySelectorAll('.changed')].map(t => t.closest('g[id]').id + '.' + "
                             "t.classList[t.classList.length - 2])")

    def marker():
        return page.locator("#marker").get_attribute("d")

    assert set(changed()) == {"n0.value", "n0.gradient", "n1.value", "e0_1_0.partial", "e0_1_1.partial"}
    assert marker() == "M25,75h0"                       # 2.25 of 9, on a scale from 0
    assert page.get_by_role("img", name="u₁ from 9 at epoch 0 to 0.03516 at epoch 4").count() == 1
    page.keyboard.press("Home")
    assert changed() == [] and marker() == "M0,0h0"
    page.keyboard.press("End")
    assert marker() == "M100,99.61h0"


@needs_a_renderer
def test_controls_keys_links_and_the_sentence(open_page):
    film = trained(Film, every=3)
    page = open_page(film, 5)
    assert at(page) == 5
    page.keyboard.press("ArrowRight")
    assert at(page) == 6
    says = page.get_by_role("status").inner_text()
    assert re.fullmatch(r"Frame 6 of 21, training: epoch 15: J is [\d.]+, after [\d.]+ at epoch 12\.", says)
    page.get_by_role("button", name="Frame", exact=True).click()
    page.get_by_role("button", name="Back", exact=True).click()
    assert at(page) == 6
    page.keyboard.press("End")
    assert at(page) == 21
    page.get_by_role("slider", name="Frame").fill("2")
    assert at(page) == 2
    page.get_by_role("combobox", name="Speed").select_option("4")
    page.keyboard.press("Space")
    page.locator("#count", has_text="21 /").wait_for()
    page.get_by_role("button", name="Play", exact=True).wait_for()
    assert at(page) == 21                               # what is too fast to be linked is linked in the end
    assert page.get_by_role("status").inner_text().startswith("Frame 21 of 21")
    assert page.locator("#drawing a").count() == 0      # no part of the drawing has a frame of its own
    page.locator("#n6").click()
    assert at(page) == 21


@needs_a_renderer
@pytest.mark.parametrize("script", [True, False])
def test_hostile_labels_and_titles_are_only_text(open_page, script):
    for label in HOSTILE:
        w = Parameter(0.5, label)

        def record(w=w, label=label):
            y = (w * Value(2.0, label)).tanh()
            y.label = label
            return y

        film = Film(record)
        film.take(label)
        w.data = 0.25
        film.take(label)
        page = open_page(film, context={"java_script_enabled": script})
        assert page.locator("img:not(svg), script:nth-of-type(2)").count() == 0
        assert page.locator("#steps > li").count() == 3
        if script:
            page.keyboard.press("End")
            assert page.evaluate("window.hacked") is None and at(page) == 3


@needs_a_renderer
def test_without_a_script_and_in_print_it_is_a_list_of_all_frames(open_page):
    film = trained(Film, every=10)
    page = open_page(film, context={"java_script_enabled": False})
    assert page.locator("#steps > li table:visible").count() == 2 * 7
    assert page.locator("button:visible, input:visible").count() == 0
    last, w1 = film.at(film.frames[-1]), ids(film)["w1"]
    last = [number_text(last[f"{w1}.{kind}"]) for kind in ("value", "gradient")]
    assert page.locator(f"#{w1}").text_content().split() == ["w₁", "value", last[0], "∂J/∂w₁", last[1]]
    page = open_page(film, 3, context={"viewport": PHONE})
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.locator("#steps > li table:visible").count() == 2 * 7
    assert page.locator(f"#{w1} .value").text_content().strip() == last[0]
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert at(page) == 3


@needs_a_renderer
def test_a_long_film_is_a_page_as_well(open_page):
    page = open_page(trained(Film, epochs=300))
    page.keyboard.press("End")
    assert at(page) == 301
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")


@needs_a_renderer
def test_the_file_is_small_whole_and_the_same_each_time(tmp_path):
    film = trained(Film, every=2)
    written = film.save(tmp_path / "film.html")
    html = written.html
    assert written.path.read_bytes() == html.encode() and len(html.encode()) < 150_000
    assert "default-src 'none'" in html and "unsafe" not in html
    assert not re.search(r"https?://(?!www\.w3\.org/)|\bsrc=|@import|url\(", html)
    assert film.save(tmp_path / "again.htm").html == html
    assert 'title="J = ½e²: its training, frame by frame"' in written._repr_html_()
