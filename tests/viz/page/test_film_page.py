"""A film's page: it plays the frames' numbers in one drawing, is only text, and reads without a script and in print."""
import json
import re

import pytest
from browser import HOSTILE, NUMBERS, PHONE, at, needs_a_renderer, trained
from test_film import Noting, falling, ids

from autograd import Parameter, Value
from autograd.symbolic.labels import format_number
from viz import Film

pytestmark = needs_a_renderer


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
                assert number == (format_number(expected[cell]) if cell in expected else None), (k, cell)
                assert cell not in noted or number == format_number(noted[cell])
        partials = page.evaluate("Object.fromEntries([...document.querySelectorAll('.partial')].map(t => "
                                 "[t.closest('.edge').id + '.partial', t.textContent.trim()]))")
        assert partials == {cell: format_number(x) for cell, x in expected.items() if cell.endswith("partial")}
        table = page.locator("#steps .now table").first.locator("tbody tr").all_inner_texts()
        before = film.noted[max(0, k - 2)]
        assert [row.split("\t") for row in table] == [
            [name, format_number(noted[f"{id}.value"]), format_number(noted[f"{id}.gradient"]),
             format_number(noted[f"{id}.value"] - before[f"{id}.value"]) if k > 1 else ""]
            for name, id in (("w₁", ids(film)["w1"]), ("w₂", ids(film)["w2"]), ("b", ids(film)["b"]))]
        places.add(json.dumps(page.evaluate("[...document.querySelectorAll('#drawing text')].map(t => "
                                            "[t.getAttribute('x'), t.getAttribute('y')])")))
        page.keyboard.press("ArrowRight")
    assert len(places) == 1                             # nothing jumps


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


def test_without_a_script_and_in_print_it_is_a_list_of_all_frames(open_page):
    film = trained(Film, every=10)
    page = open_page(film, context={"java_script_enabled": False})
    assert page.locator("#steps > li table:visible").count() == 2 * 7
    assert page.locator("button:visible, input:visible").count() == 0
    last, w1 = film.at(film.frames[-1]), ids(film)["w1"]
    last = [format_number(last[f"{w1}.{kind}"]) for kind in ("value", "gradient")]
    assert page.locator(f"#{w1}").text_content().split() == ["w₁", "value", last[0], "∂J/∂w₁", last[1]]
    page = open_page(film, 3, context={"viewport": PHONE})
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.locator("#steps > li table:visible").count() == 2 * 7
    assert page.locator(f"#{w1} .value").text_content().strip() == last[0]
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert at(page) == 3


def test_a_long_film_is_a_page_as_well(open_page):
    page = open_page(trained(Film, epochs=300))
    page.keyboard.press("End")
    assert at(page) == 301
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")


def test_the_file_is_small_whole_and_the_same_each_time(tmp_path):
    film = trained(Film, every=2)
    written = film.save(tmp_path / "film.html")
    html = written.html
    assert written.path.read_bytes() == html.encode() and len(html.encode()) < 150_000
    assert "default-src 'none'" in html and "unsafe" not in html
    assert not re.search(r"https?://(?!www\.w3\.org/)|\bsrc=|@import|url\(", html)
    assert film.save(tmp_path / "again.htm").html == html
    assert 'title="J = ½e²: its training, frame by frame"' in written._repr_html_()
