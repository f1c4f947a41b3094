"""Notebooks: what each result gives one to show, and a notebook that is really executed."""
import importlib.util
import re
from base64 import b64decode
from pathlib import Path
from xml.etree import ElementTree

import pytest
from drawings import lecture_neuron, needs_a_renderer

from autograd import Value, compile, wengert_list
from nn import MLP, half_squared_error, local_gradients
from viz import Film, derive, draw, draw_dot
from viz.diagram.renderer import RendererError


def ids(svg):
    return {element.get("id") for element in ElementTree.fromstring(svg).iter() if element.get("id")}


# --- what a result gives ---------------------------------------------------------------------------------------------


@needs_a_renderer
def test_a_drawing_is_svg_with_words_beside_it():
    bundle = draw(lecture_neuron())._repr_mimebundle_()
    assert bundle["image/svg+xml"].startswith("<svg") and bundle["text/plain"] == "<Drawing of J: 10 nodes, 9 edges>"


@needs_a_renderer
def test_two_drawings_on_one_page_do_not_clash():
    J = lecture_neuron()
    drawings = draw(J), draw(J, expand=True), draw(J, highlight="w1"), draw(J, flow=True), draw(J, direction="TB")
    found = [ids(drawing._repr_mimebundle_()["image/svg+xml"]) for drawing in drawings]
    assert len(set().union(*found)) == sum(map(len, found)) > 100


@needs_a_renderer
def test_a_drawing_fits_its_cell_and_has_words_for_those_who_do_not_see_it():
    bundle = draw(lecture_neuron())._repr_mimebundle_()
    image = ElementTree.fromstring(bundle["text/html"])[0]
    assert image.tag == "img" and image.get("alt") == "J = ½e²: 0.04289, from a graph of 10 nodes"
    assert image.get("style").startswith("max-width: 100%;") and image.get("style").endswith("height: auto")
    kind, _, data = image.get("src").partition("base64,")
    assert kind == "data:image/svg+xml;" and b64decode(data).decode() == bundle["image/svg+xml"]


@needs_a_renderer
def test_draw_dot_is_rendered_as_draw_is(tmp_path, monkeypatch):
    J = lecture_neuron()
    dot = draw_dot(J)
    assert dot._repr_mimebundle_()["text/html"] == draw(J)._repr_mimebundle_()["text/html"]
    assert dot.pipe(encoding="utf-8") == draw(J)._repr_mimebundle_()["image/svg+xml"]
    assert dot.pipe("png").startswith(b"\x89PNG")
    path = dot.render("gout", tmp_path, format="png", cleanup=True)
    assert Path(path).read_bytes().startswith(b"\x89PNG") and [*tmp_path.iterdir()] == [tmp_path / "gout.png"]
    dot.render(tmp_path / "gout")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["gout", "gout.png", "gout.svg"]


@needs_a_renderer
def test_a_wide_drawing_keeps_a_size_that_can_be_read():
    svg = draw(lecture_neuron())._repr_mimebundle_()["image/svg+xml"]
    width = float(re.search(r'width="([\d.]+)pt"', svg)[1])
    least = float(re.search(r"max-width: 100%; min-width: ([\d.]+)pt", svg)[1])
    assert width / 4 < least < 900 * 72 / 96 < width            # and yet it fits a cell of 900 pixels


@pytest.mark.parametrize("program", ["exit 1", "echo 'Error: out of memory' >&2", "echo '<svg'", "true"])
def test_a_renderer_that_fails_leaves_the_reason(program, tmp_path, monkeypatch):
    fake = tmp_path / "dot"
    fake.write_text(f"#!/bin/sh\ncat > /dev/null\n{program}\n")
    fake.chmod(0o755)
    monkeypatch.setenv("GRAPHVIZ_DOT", str(fake))
    drawing = draw(lecture_neuron())
    bundle = drawing._repr_mimebundle_()
    what, reason = bundle.pop("text/plain").splitlines()
    assert not bundle and what.startswith(repr(drawing)) and ".source" in what
    assert "Traceback" not in reason and ("failed" in reason or "svg" in reason)


def test_without_a_renderer_there_is_the_reason(monkeypatch, tmp_path):
    drawing = draw(lecture_neuron())
    monkeypatch.setenv("GRAPHVIZ_DOT", "/no/such/program")
    bundle = drawing._repr_mimebundle_()
    assert [*bundle] == ["text/plain"] and "no such program" in bundle["text/plain"]
    with pytest.raises(RendererError):
        drawing.save(tmp_path / "drawing.svg")
    drawing.save(tmp_path / "drawing.dot")
    assert (tmp_path / "drawing.dot").read_text(encoding="utf-8") == drawing.source


def test_a_derivation_is_latex():
    J = lecture_neuron()
    [w1] = [node for node in wengert_list(J) if node.label == "w1"]
    latex = derive(J, wrt=w1)._repr_latex_()
    assert latex.startswith("$") and latex.endswith("$") and r"\frac{\partial J}{\partial w_{1}}" in latex


def test_equations_need_no_network():
    model = MLP(2, [3, 1], "tanh", seed=0)
    x, t = [Value(1.0, "x1"), Value(-1.0, "x2")], Value(0.5, "t")
    J = half_squared_error(model(x), t)
    derivation = derive(J, wrt=model.layers[1].neurons[0].w[0])
    assert ElementTree.fromstring(derivation._repr_html_())[0].tag == "math"
    for result in local_gradients(model, [1.0, -1.0], 0.5).recursion(), compile(J, [*x, t]).vector_form():
        assert ElementTree.fromstring(result._repr_html_()).text == str(result)


@needs_a_renderer
def test_a_film_shows_its_page_or_why_there_is_none(tmp_path, monkeypatch):
    film = Film(lambda: lecture_neuron())
    assert film._repr_html_() == film.save(tmp_path / "film.html")._repr_html_()
    monkeypatch.setenv("GRAPHVIZ_DOT", "/no/such/program")
    assert "&lt;Film of J: 1 frame&gt;" in film._repr_html_() and "no such program" in film._repr_html_()


def test_local_gradients_are_a_table():
    html = local_gradients(MLP(2, [3, 1], "tanh", seed=0), [1.0, -1.0], 0.5)._repr_html_()
    page = ElementTree.fromstring(f"<div>{html}</div>")
    neurons, weights = page.findall("table")
    assert [row.find("td").text for row in neurons.findall("tr")[1:]] == ["δ₁", "δ₂", "δ₃", "δ₄"]
    assert len(weights.findall("tr")) == 1 + 13


# --- a notebook, executed --------------------------------------------------------------------------------------------

CELLS = ["""
    from autograd import Value
    from nn import MLP, half_squared_error, local_gradients
    from viz import derive, draw
    model = MLP(2, [3, 1], "tanh", seed=0)
    J = half_squared_error(model([Value(1.0, "x1"), Value(-1.0, "x2")]), 0.5)
""", "draw(J)", "draw(J, detail='layer')", "derive(J, wrt=model.layers[1].neurons[0].w[0])",
    "local_gradients(model, [1.0, -1.0], 0.5)",
    "import os; os.environ['GRAPHVIZ_DOT'] = '/no/such/program'; draw(J)"]


@needs_a_renderer
def test_an_executed_notebook_shows_them():
    for package in "nbclient", "nbformat", "ipykernel":
        if not importlib.util.find_spec(package):
            pytest.skip(f"{package} is not installed: pip install nbclient ipykernel")
    import nbclient
    import nbformat
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(re.sub("(?m)^    ", "", c)) for c in CELLS])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    checkout = {"metadata": {"path": str(Path(__file__).parents[2])}}
    nbclient.NotebookClient(notebook, timeout=120, resources=checkout).execute()
    _, first, second, derivation, table, text = ([output["data"] for output in cell.outputs] for cell in notebook.cells)
    assert not ids(first[0]["image/svg+xml"]) & ids(second[0]["image/svg+xml"])
    assert derivation[0]["text/latex"].startswith("$") and "<table" in table[0]["text/html"]
    assert list(text[0]) == ["text/plain"] and "no such program" in text[0]["text/plain"]
