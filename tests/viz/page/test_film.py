"""A film: its frames are the engine's numbers at their moments, and what is wrong with one is named."""
import re

import pytest
from browser import needs_a_renderer, trained

import nn
from autograd import Constant, Parameter, Value, adjoints, recorded, wengert_list
from autograd.symbolic.labels import format_number
from nn import half_squared_error
from viz import Film
from viz.diagram.build import build_diagram, in_reading_order
from viz.diagram.renderer import RendererError
from viz.page.cells import cells, widest, with_numbers


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
    first, second, *_ = falling().steps()
    assert (first.phase, first.title, first.sentence) == ("training", "epoch 0",
                                                          "epoch 0: u₁ is 9, before the training.")
    assert first.writes == {"n0.value": 3.0, "n0.gradient": 6.0, "n1.value": 9.0, "n1.gradient": 1.0,
                            "e0_1_0.partial": 3.0, "e0_1_1.partial": 3.0}
    assert second.sentence == "epoch 1: u₁ is 2.25, after 9 at epoch 0."
    assert {cell for cell in first.writes if cell not in second.writes} == {"n1.gradient"}          # it is 1 still
    [table] = second.lines
    assert table.head == ("w", "value", "∂u₁/∂w", "Δw since epoch 0")
    assert table.rows == (("w", "1.5", "3", "−1.5"),)
    assert first.lines[0].rows == (("w", "3", "6", ""),)


def test_local_gradients_are_told_with_their_sign():
    film = trained(Film, epochs=2)
    parameters, local_gradients = film.steps()[-1].lines
    shown = film.at(film.frames[-1])
    [delta] = [x for cell, x in shown.items() if cell.endswith("delta")]
    [v] = local_gradients.rows
    assert local_gradients.head[-1] == "δ = −∂J/∂v" and v[0] == "v" and v[2] == format_number(delta) and delta < 0
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
    film.steps()
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
    assert [step.sentence.split(":")[1].split(",")[0] for step in film.steps()] == [" u₁ is 1", " u₁ is ∞", " u₁ is ∞",
                                                                            " u₁ is NaN"]


def test_the_cells_of_a_drawing_are_read_and_written_alike():
    description = build_diagram(trained(Film, epochs=1).record())
    other = {cell: float(i) for i, cell in enumerate(cells(description))}
    assert cells(with_numbers(description, other)) == other
    steps = falling().steps()
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
    with pytest.raises(TypeError, match=r"takes a function that records .* Parameter\(0\.5, 'w'\) is not callable"):
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
    monkeypatch.setattr("viz.page.film.MOST_NUMBERS", 60)
    film = falling(24, every=2)                         # 13 frames of 6 numbers
    with pytest.raises(ValueError, match=r"^13 frames of 6 numbers each .*every=4$"):
        film.save(tmp_path / "film.html")
