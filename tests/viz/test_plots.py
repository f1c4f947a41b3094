"""The plots show what they were given: data, table rows and formulas are read back from the figures."""
import math
import re
import subprocess
import sys
import warnings
from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip("matplotlib", reason='plots need matplotlib: pip install -e ".[demos]"')

from matplotlib import rc_context
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Annotation, Text

import nn
import viz
from autograd import Value
from autograd.ops import ACTIVATIONS, ALPHA, LAMBDA
from viz import plots
from viz.plots.activation_functions import FORMULAS
from viz.plots.figure import BLUE, ORANGE, PAPER
from viz.plots.recorded_model import outputs_of

RANDOM = np.random.default_rng(0)
PLANE = RANDOM.normal(size=(40, 2))
SIDES = (PLANE[:, 0] > 0).astype(float)


def ramp(plane):
    """A probability that rises with x₁, ½ at 0."""
    return 1 / (1 + np.exp(-3 * np.asarray(plane)[:, 0]))


NETWORK = nn.MLP(2, [3, 2, 1], "tanh", "sigmoid", seed=0)
CLASSIFIER = nn.MLP(2, [4, 3], "tanh", seed=0)
THIRDS = np.digitize(PLANE[:, 0], [-0.4, 0.4])
WAY = [(0.5, -1.0), (0.2, -0.5), (0.0, 0.3)]

FIGURES = {
    "activations": plots.activations,
    "loss": lambda: plots.loss_curve(np.exp(-np.arange(60) / 5), np.exp(-np.arange(60) / 5) * 1.01),
    "loss of one epoch": lambda: plots.loss_curve([0.5]),
    "surface": lambda: plots.decision_surface(ramp, PLANE[:20], SIDES[:20], held_out=(PLANE[20:], SIDES[20:])),
    "scores": lambda: plots.decision_surface(lambda p: p[:, 0] * 7, PLANE, 2 * SIDES - 1, level=0.0, score="score"),
    "classes of ±1": lambda: plots.decision_surface(nn.MLP(2, [3, 1], "tanh", "tanh", seed=0), PLANE, 2 * SIDES - 1),
    "classes": lambda: plots.decision_surface(CLASSIFIER, PLANE, THIRDS, held_out=(PLANE, THIRDS)),
    "values": lambda: plots.decision_surface(nn.MLP(2, [3, 1], "tanh", seed=0), PLANE, PLANE[:, 1]),
    "a single class": lambda: plots.decision_surface(NETWORK, PLANE, np.ones(40)),
    "hidden units": lambda: plots.hidden_units(NETWORK, PLANE, SIDES),
    "hinton": lambda: plots.hinton(NETWORK),
    "hinton of a matrix": lambda: plots.hinton(RANDOM.normal(size=(3, 30))),
    "error": lambda: plots.error_surface(NETWORK, PLANE, SIDES, nn.binary_cross_entropy, "w11", "w42", path=WAY),
    "fit": lambda: plots.fit_curve(PLANE[:, :1], PLANE[:, 1], {"MSE": np.sin, "Huber": np.cos}, truth=np.tanh,
                                   held_out=(PLANE[:, 1], PLANE[:, 0]), outliers=SIDES > 0),
    "confusion": lambda: plots.confusion_matrix([0, 1, 2, 2], [0, 1, 1, 2], ["a cat", "a dog", "an elephant"]),
    "two labels": lambda: plots.two_labels(ramp(PLANE)[:, None].repeat(2, 1), np.stack([SIDES, 1 - SIDES], 1),
                                           ["spam", "urgent"]),
    "images": lambda: plots.images(RANDOM.random((11, 8, 8)), ["9, read as 4"] * 11, title="Misread"),
}


# --- every figure ----------------------------------------------------------------------------------------------------


@pytest.fixture(params=FIGURES, scope="module")
def figure(request):
    with warnings.catch_warnings():
        warnings.simplefilter("error")                  # a missing glyph, a layout that does not fit
        warnings.filterwarnings("ignore", category=DeprecationWarning, module=r"matplotlib\.|pyparsing")     # theirs
        made = FIGURES[request.param]()
        made.draw_without_rendering()
    return made


def texts(figure):
    return [text for text in figure.findobj(Text) if text.get_text().strip() and text.get_visible()]


def test_nothing_is_cut_off(figure):
    drawn, (width, height) = figure.get_tightbbox(), figure.get_size_inches()
    assert drawn.x0 >= 0 and drawn.y0 >= 0 and drawn.x1 <= width and drawn.y1 <= height


def test_text_is_large_enough_and_the_picture_sharp_enough(figure):
    assert min(text.get_fontsize() for text in texts(figure)) >= 9
    assert figure.dpi >= 150


def test_labels_do_not_cover_each_other(figure):
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts(figure) if isinstance(text, Annotation)]
    for i, (words, box) in enumerate(boxes):
        for other, other_box in boxes[:i]:
            assert not box.overlaps(other_box), (words, other)


def test_axes_are_named(figure):
    for axes in figure.axes:
        labels = axes.get_xlabel(), axes.get_ylabel(), axes.get_title(), axes.get_title(loc="left")
        assert any(labels) or any(isinstance(text, Annotation) for text in axes.texts) or not axes.axison


def test_the_users_settings_do_not_matter(tmp_path):
    def picture():
        plots.loss_curve([3.0, 2.0, 1.0]).savefig(tmp_path / "loss.png")
        return (tmp_path / "loss.png").read_bytes()
    usual = picture()
    with rc_context({"font.size": 30, "axes.facecolor": "red", "lines.linewidth": 9, "xtick.labelsize": 40}):
        assert picture() == usual


@pytest.mark.parametrize("package, absent", [("viz", {"matplotlib", "nn"}),
                                             ("viz.plots", {"matplotlib.pyplot", "nn", "tkinter"})])
def test_importing_brings_no_more_than_is_used(package, absent):
    code = f"import sys, {package}; print([name for name in {absent!r} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


# --- the activation functions ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def panels():
    """The axes of every activation function, by name."""
    return dict(zip(ACTIVATIONS, plots.activations().axes))


def curves(axes, label):
    """The x and y of a function's line, or of its two sides."""
    return [np.array(line.get_xydata()).T for line in axes.lines if line.get_label() == label]


def test_every_activation_function_has_its_panel(panels):
    assert len(panels) == len(ACTIVATIONS) >= 10
    for name, axes in panels.items():
        found = [text.get_text() for text in axes.texts]
        title, phi, slope = FORMULAS[name]
        assert found[2:] == [title, rf"$\varphi(x) = {phi}$", rf"$\varphi'(x) = {slope}$"]


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_solid_curve_is_the_row(panels, name):
    for x, y in curves(panels[name], r"$\varphi$"):
        assert y[::37] == pytest.approx([ACTIVATIONS[name](float(x_i)) for x_i in x[::37]], rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_dashed_curve_is_the_slope_of_the_solid_one(panels, name):
    phi, h = ACTIVATIONS[name], 1e-6
    for x, y in curves(panels[name], r"$\varphi'$"):
        away = [i for i in range(0, len(x), 13) if abs(x[i]) > 1e-3]
        slopes = [(phi(float(x[i]) + h) - phi(float(x[i]) - h)) / (2 * h) for i in away]
        assert y[away] == pytest.approx(slopes, abs=1e-8)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_no_line_runs_through_a_kink_and_dots_tell_the_sides(panels, name):
    phi, axes = ACTIVATIONS[name], panels[name]
    dots = {(line.get_color(), line.get_markerfacecolor() == PAPER): line.get_ydata()[0]
            for line in axes.lines if line.get_marker() == "o"}
    if not phi.kink:
        assert not dots and all(len(curves(axes, label)) == 1 for label in (r"$\varphi$", r"$\varphi'$"))
        return
    for label, color, rule in ((r"$\varphi$", BLUE, phi),
                               (r"$\varphi'$", ORANGE, lambda x: phi.partials(phi(x), x)[0])):
        assert all((x <= 0).all() or (x > 0).all() for x, _ in curves(axes, label))
        taken, other = float(rule(0.0)), float(rule(1e-300))
        jumps = abs(taken - other) > 1e-6
        assert dots.get((color, True)) == (pytest.approx(other) if jumps else None)
        assert dots.get((color, False)) == (taken if jumps or color == ORANGE else None)


def as_python(formula):
    """The mathtext of a formula as a function of x, read by rules of its own."""
    formula = re.sub(r"\\(quad|qquad|[;,])", " ", formula)
    formula = re.sub(r"\\dfrac\{(.+)\}\{(.+)\}", r"((\1)/(\2))", formula)
    formula = re.sub(r"e\^(?:\{(-x)\}|x)", lambda m: f"exp({m[1] or 'x'})", formula)
    for latex, python in ((r"\alpha ", "ALPHA*"), (r"\alpha", "ALPHA*"), (r"\lambda", "LAMBDA*"), (r"\ln", "log"),
                          (r"\varphi", "phi"), ("^2", "**2"), (r"\leq", "<="), (r"\neq", "!="), ("0.01x", "0.01*x")):
        formula = formula.replace(latex, python)
    formula = formula.replace("phi(x) (", "phi(x)*(")
    cases = re.fullmatch(r"(.*)\\genfrac\{\\\{\}\{\.\}\{0\}\{0\}\{(.+),(.+)\}\{(.+),(.+)\}", formula)
    if cases:
        factor, a, where, b, otherwise = cases.groups()
        assert where.strip() == "x>0" and otherwise.strip() in ("x<= 0", "x<0")
        formula = f"{factor}(({a}) if {where} else ({b}))"
    return formula.partition(",")[0].strip()


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_formulas_say_what_the_rows_do(name):
    phi, (_, *formulas) = ACTIVATIONS[name], FORMULAS[name]
    for x in (-3.0, -0.7, 0.4, 2.0):
        y = phi(x)
        known = {"x": x, "exp": math.exp, "log": math.log, "phi": phi, "ALPHA": ALPHA, "LAMBDA": LAMBDA}
        assert [eval(as_python(formula), known) for formula in formulas] == pytest.approx([y, *phi.partials(y, x)])


def test_an_activation_without_a_formula_is_drawn_by_its_name(monkeypatch):
    monkeypatch.delitem(FORMULAS, "tanh")
    axes = dict(zip(ACTIVATIONS, plots.activations().axes))["tanh"]
    assert [text.get_text() for text in axes.texts[2:]] == ["tanh"] and curves(axes, r"$\varphi$")


# --- losses ----------------------------------------------------------------------------------------------------------


def named_lines(axes):
    return {line.get_label(): np.array(line.get_xydata()) for line in axes.lines}


def test_loss_curves_are_drawn_epoch_by_epoch_and_named_where_they_end():
    history = SimpleNamespace(losses=[0.5, 0.4, 0.3], validation_losses=[0.6, 0.5, 0.45])
    [axes] = plots.loss_curve(history).axes
    lines = named_lines(axes)
    assert lines["training"].tolist() == [[1, 0.5], [2, 0.4], [3, 0.3]]
    assert lines["validation"][:, 1].tolist() == history.validation_losses
    assert [text.get_text() for text in axes.texts] == ["training 0.3", "validation 0.45"]
    assert axes.get_xlabel() == "epoch" and "loss" in axes.get_ylabel()


def test_a_history_without_validation_has_one_curve():
    [axes] = plots.loss_curve(SimpleNamespace(losses=[2.0, 1.0], validation_losses=[])).axes
    assert list(named_lines(axes)) == ["training"]


@pytest.mark.parametrize("losses, scale", [([1.0, 0.02], "linear"), ([1.0, 0.01], "log"), ([1.0, 0.0], "linear"),
                                           ([1.0, -0.001], "linear"), ([0.0, 0.0], "linear")])
def test_the_scale_is_logarithmic_from_two_decades_on(losses, scale):
    [axes] = plots.loss_curve(losses).axes
    assert axes.get_yscale() == scale and ("logarithmic" in axes.get_ylabel()) == (scale == "log")


# --- surfaces and fits -----------------------------------------------------------------------------------------------


def test_the_surface_is_what_the_classifier_answers():
    figure = plots.decision_surface(ramp, PLANE, SIDES)
    axes, bar = figure.axes
    [image] = axes.images
    Z, (left, right, bottom, top) = np.asarray(image.get_array()), image.get_extent()
    grid = np.stack(np.meshgrid(np.linspace(left, right, Z.shape[1]), np.linspace(bottom, top, Z.shape[0])), -1)
    assert Z[::50, ::50].ravel() == pytest.approx(ramp(grid[::50, ::50].reshape(-1, 2)))
    assert image.get_clim() == (0, 1) and bar.get_ylabel() == "probability of class 1"
    assert (left, bottom) < tuple(PLANE.min(0)) and (right, top) > tuple(PLANE.max(0))


def test_the_boundary_is_where_the_score_is_the_level():
    axes = plots.decision_surface(ramp, PLANE, SIDES).axes[0]
    [contour] = [found for found in axes.collections if hasattr(found, "levels")]
    assert contour.levels == [0.5]
    assert np.abs(np.concatenate([path.vertices for path in contour.get_paths()])[:, 0]).max() < 0.01


def test_without_a_boundary_none_is_drawn(recwarn):
    axes = plots.decision_surface(lambda plane: np.full(len(plane), 0.9), PLANE, SIDES).axes[0]
    assert not [found for found in axes.collections if hasattr(found, "levels")] and not recwarn.list
    assert not [line for line in axes.lines if "boundary" in line.get_label()]


def test_the_data_is_drawn_by_class_and_held_out_data_hollow():
    axes = plots.decision_surface(ramp, PLANE[:20], SIDES[:20], held_out=(PLANE[20:], SIDES[20:])).axes[0]
    found = {dots.get_label(): dots for dots in axes.collections if not hasattr(dots, "levels")}
    for number, name in enumerate(("class 0", "class 1")):
        for part, kind in ((slice(0, 20), "training"), (slice(20, 40), "held out")):
            dots = found[f"{name}, {kind}"]
            assert dots.get_offsets().tolist() == PLANE[part][SIDES[part] == number].tolist()
            assert (tuple(dots.get_facecolor()[0][:3]) == to_rgb(PAPER)) == (kind == "held out")


@pytest.mark.parametrize("model, T, level, title, bar", [
    (NETWORK, SIDES, 0.5, "Probability of class 1", "probability of class 1"),
    (nn.MLP(2, [3, 1], "tanh", "tanh", seed=0), 2 * SIDES - 1, 0.0, "Output for class −1 and class 1",
     "output y: −1 or 1"),
    (nn.MLP(2, [3, 1], "tanh", seed=0), SIDES, 0.0, "Logit of class 1; at 0 the probability is ½", "logit of class 1"),
    (nn.MLP(2, [3, 1], "tanh", seed=0), PLANE[:, 1], None, "Output over the plane", "output y"),
])
def test_title_bar_and_level_are_chosen_by_what_the_output_is(model, T, level, title, bar):
    axes, bars = plots.decision_surface(model, PLANE, T).axes
    assert (axes.get_title(loc="left"), bars.get_ylabel()) == (title, bar)
    labels = [line.get_label() for line in axes.lines]
    assert labels == ([] if level is None else [f"boundary at {level:g}"])


def test_a_model_is_asked_all_over_the_plane():
    [image] = plots.decision_surface(NETWORK, PLANE, SIDES, xlim=(-2, 3), ylim=(-1, 1)).axes[0].images
    Z = np.asarray(image.get_array())
    assert image.get_extent() == [-2, 3, -1, 1] or tuple(image.get_extent()) == (-2, 3, -1, 1)
    for i, j in ((0, 0), (17, 200), (239, 239)):
        x = np.linspace(-2, 3, 240)[j], np.linspace(-1, 1, 240)[i]
        assert Z[i, j] == pytest.approx(NETWORK([*map(float, x)]).data, rel=1e-12)


def test_of_several_outputs_the_largest_is_the_class_in_as_many_colors():
    axes = plots.decision_surface(CLASSIFIER, PLANE, np.eye(3)[THIRDS], classes=["low", "middle", "high"]).axes[0]
    labels = np.asarray(axes.images[0].get_array())
    left, right, bottom, top = axes.images[0].get_extent()
    grid = np.stack(np.meshgrid(np.linspace(left, right, 240), np.linspace(bottom, top, 240)), -1).reshape(-1, 2)
    assert (labels.ravel() == nn.predict(CLASSIFIER, grid).argmax(1)).all()
    dots = {d.get_label(): d for d in axes.collections if d.get_label() and "training" in str(d.get_label())}
    assert list(dots) == ["low, training", "middle, training", "high, training"]
    for k, d in enumerate(dots.values()):
        assert d.get_offsets().tolist() == PLANE[k == THIRDS].tolist()
    assert len({tuple(d.get_facecolor()[0]) for d in dots.values()}) == 3
    assert len({d.get_paths()[0].vertices.shape for d in dots.values()}) > 1      # and as symbols


def test_of_three_inputs_two_are_the_planes_and_the_third_stays_at_its_mean():
    X = np.column_stack([PLANE, RANDOM.normal(5, 1, 40)])
    model = nn.MLP(3, [3, 1], "tanh", "sigmoid", seed=0)
    axes = plots.decision_surface(model, X, SIDES, inputs=(2, 0), xlim=(4, 6), ylim=(-1, 1)).axes[0]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("x₃", "x₁")
    Z = np.asarray(axes.images[0].get_array())
    assert Z[0, 239] == pytest.approx(model([-1.0, X[:, 1].mean(), 6.0]).data)
    [dots] = [d for d in axes.collections if d.get_label() == "class 1, training"]
    assert dots.get_offsets().tolist() == X[SIDES == 1][:, [2, 0]].tolist()


def test_a_model_that_decides_by_its_data_is_asked_sample_by_sample():
    class Branching(nn.Module):
        def __call__(self, x):
            return Value.lift(x[0]) * 2 if Value.lift(x[0]).data > 0 else Value.lift(0.0)

    assert outputs_of(Branching(), PLANE)[:, 0] == pytest.approx(np.maximum(0, 2 * PLANE[:, 0]))


# --- neurons, weights, errors ----------------------------------------------------------------------------------------


def test_every_neuron_has_its_panel_layer_by_layer():
    figure = plots.hidden_units(NETWORK, PLANE)
    drawn = [axes for axes in figure.axes if axes.images]
    assert [axes.get_title() for axes in drawn] == ["y₁", "y₂", "y₃", "y₄", "y₅", "y₆"]
    assert [axes.get_ylabel() for axes in drawn if axes.get_ylabel()] == ["hidden layer 1", "hidden layer 2",
                                                                         "output layer"]
    left, *_, top = drawn[0].images[0].get_extent()
    hidden = NETWORK.layers[0]([left, top])
    units = [*hidden, *NETWORK.layers[1](hidden), NETWORK([left, top])]
    for axes, y in zip(drawn, units):
        assert np.asarray(axes.images[0].get_array())[-1, 0] == pytest.approx(y.data, rel=1e-12)


def test_the_line_in_a_panel_is_where_v_is_0():
    axes = plots.hidden_units(NETWORK, PLANE, xlim=(-4, 4), ylim=(-4, 4)).axes[0]
    [line] = [found for found in axes.collections if hasattr(found, "levels")]
    points = np.concatenate([path.vertices for path in line.get_paths()])
    neuron = NETWORK.layers[0].neurons[0]
    assert np.abs(points @ [w.data for w in neuron.w] + neuron.b.data).max() < 1e-9


def test_hidden_units_of_a_module_are_named_by_its_parts():
    class Model(nn.Module):
        def __init__(self):
            self.encoder, self.out = nn.Layer(2, 2, "relu", seed=0), nn.Neuron(2, "tanh", seed=1)

        def __call__(self, x):
            return self.out(self.encoder(x))

    drawn = [axes for axes in plots.hidden_units(Model(), PLANE).axes if axes.images]
    assert [axes.get_ylabel() for axes in drawn] == ["encoder", "", "out"]


def test_hintons_squares_have_the_weights_areas_and_signs():
    panels = plots.hinton(NETWORK).axes
    largest = max(abs(p.data) for p in NETWORK.parameters())
    assert [axes.get_title() for axes in panels] == ["hidden layer 1", "hidden layer 2", "output layer"]
    assert [text.get_text() for text in panels[1].get_xticklabels()] == ["1", "2", "3", "b"]
    assert [text.get_text() for text in panels[1].get_yticklabels()] == ["4", "5"]
    for axes, layer in zip(panels, NETWORK.layers):
        found = {}
        for squares in axes.collections:
            sign = 1 if squares.get_facecolor()[0][0] == 1 else -1
            for path in squares.get_paths():
                (x, y), side = path.vertices[:4].mean(axis=0), np.ptp(path.vertices[:4, 0])
                found[round(y), round(x)] = sign * side ** 2 / 0.92 ** 2 * largest
        expected = {(i, j): p.data for i, n in enumerate(layer.neurons) for j, p in enumerate(n.parameters()) if p.data}
        assert found == {place: pytest.approx(w) for place, w in expected.items()}


def test_the_error_surface_is_the_mean_loss_over_two_weights():
    figure = plots.error_surface(NETWORK, PLANE, SIDES, nn.binary_cross_entropy, "w11", NETWORK.parameters()[10],
                                 path=WAY, xlim=(-1, 1), ylim=(-2, 2))
    axes = figure.axes[0]
    mesh = next(found for found in axes.collections if found.get_array() is not None)
    J = np.asarray(mesh.get_array()).reshape(61, 61)
    again = nn.MLP(2, [3, 2, 1], "tanh", "sigmoid", seed=0)
    for i, j in ((0, 0), (30, 12), (60, 60)):
        w1, w2 = again.parameters()[0], again.parameters()[10]
        w1.data, w2.data = np.linspace(-1, 1, 61)[j], np.linspace(-2, 2, 61)[i]
        losses = [nn.binary_cross_entropy(again(x), t).data for x, t in zip(PLANE.tolist(), SIDES.tolist())]
        assert J[i, j] == pytest.approx(np.mean(losses), rel=1e-12)
    lines = {line.get_label(): line.get_xydata().tolist() for line in axes.lines}
    assert lines["training"] == [[*pair] for pair in WAY]
    assert (lines["start"], lines["end"]) == ([[*WAY[0]]], [[*WAY[-1]]])
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("w₁₁", NETWORK.parameters()[10].label.replace("w42", "w₄₂"))


def test_the_sum_is_the_lectures_error_and_cross_entropy_takes_classes():
    settings = {"xlim": (-1, 1), "ylim": (-1, 1)}
    J = {reduction: np.asarray(next(
        found for found in plots.error_surface(CLASSIFIER, PLANE, THIRDS, nn.cross_entropy, "w11", "w12",
                                               reduction=reduction, **settings).axes[0].collections
        if found.get_array() is not None).get_array()) for reduction in ("mean", "sum")}
    assert J["sum"] == pytest.approx(40 * J["mean"])


# --- axes of the user's ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("draw", [
    viz.activations, lambda ax: viz.loss_curve([3.0, 2.0], ax=ax), lambda ax: viz.hinton(NETWORK, ax=ax),
    lambda ax: viz.decision_surface(NETWORK, PLANE, SIDES, ax=ax), lambda ax: viz.hidden_units(NETWORK, PLANE, ax=ax),
    lambda ax: viz.confusion_matrix([0, 1], [0, 1], ax=ax),
    lambda ax: viz.error_surface(NETWORK, PLANE[:3], SIDES[:3], nn.binary_cross_entropy, "w11", "w12", ax=ax)])
def test_axes_that_are_given_are_drawn_into(draw):
    figure = Figure(layout="constrained")
    other, ax = figure.subplots(1, 2)
    assert draw(ax=ax) is figure
    figure.draw_without_rendering()
    assert not other.has_data() and (ax.has_data() or ax.child_axes)


def test_the_plots_are_at_the_packages_root():
    names = {"activations", "confusion_matrix", "decision_surface", "error_surface", "hidden_units", "hinton",
             "loss_curve"}
    assert names <= {*viz.__all__} <= {*dir(viz)}
    assert all(getattr(viz, name) is getattr(plots, name) for name in names)
    with pytest.raises(AttributeError, match="module 'viz' has no attribute 'hidden_unit'"):
        viz.hidden_unit  # noqa: B018


def test_the_epoch_that_training_went_back_to_is_marked():
    history = SimpleNamespace(losses=[3.0, 2.0, 1.0], validation_losses=[3.0, 2.0, 2.5], best_epoch=2)
    [axes] = plots.loss_curve(history).axes
    assert "best epoch 2" in [text.get_text() for text in axes.texts]
    assert [2, 2] in [list(line.get_xdata()) for line in axes.lines]


def test_the_sides_of_a_surface_differ_in_grey_too():
    from viz.plots.surfaces import TWO_SIDED
    grey = [np.dot(TWO_SIDED(end)[:3], (0.299, 0.587, 0.114)) for end in (0.0, 1.0)]
    assert grey[0] - grey[1] > 0.15


def test_a_fit_shows_the_data_the_fits_and_the_truth():
    x, t = np.array([0.0, 1.0, 2.0]), np.array([0.1, 0.9, 9.0])
    [axes] = plots.fit_curve(x[:, None], t[:, None], {"MSE": lambda x: x[:, 0] + 1}, truth=np.sin,
                             outliers=[False, False, True], held_out=([0.5], [0.6])).axes
    lines = named_lines(axes)
    assert lines["MSE"][:, 1] == pytest.approx(lines["MSE"][:, 0] + 1)
    assert lines["true function"][:, 1] == pytest.approx(np.sin(lines["true function"][:, 0]))
    assert {dots.get_label(): dots.get_offsets().tolist() for dots in axes.collections} == {
        "training data": [[0, 0.1], [1, 0.9]], "outliers": [[2, 9]], "held-out data": [[0.5, 0.6]]}


# --- right and wrong -------------------------------------------------------------------------------------------------


def test_the_confusion_matrix_counts():
    t, y = RANDOM.integers(0, 3, 50), RANDOM.integers(0, 3, 50)
    [axes] = plots.confusion_matrix(t, y, "abc").axes
    found = {(int(text.get_position()[1]), int(text.get_position()[0])): int(text.get_text()) for text in axes.texts}
    assert found == {(i, j): count for i in range(3) for j in range(3) if (count := int(((t == i) & (y == j)).sum()))}
    assert f"{(t == y).sum()} of 50" in axes.get_title(loc="left")
    assert [label.get_text() for label in axes.get_yticklabels()] == ["a", "b", "c"]


def test_a_single_error_among_thousands_is_seen_and_every_count_can_be_read():
    [axes] = plots.confusion_matrix([0] * 5000 + [1], [0] * 4999 + [1, 1], ["a", "b"]).axes
    tints = np.asarray(axes.images[0].get_array())
    assert np.abs(tints[0, 1] - 1).max() > 0.15 and (tints[1, 0] == 1).all()
    for text in axes.texts:
        x, y = text.get_position()
        assert contrast(to_rgb(text.get_color()), tints[int(y), int(x)]) >= 4.5


def contrast(one, other):
    """WCAG 2's contrast ratio of two colors."""
    def luminance(color):
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color]
        return np.dot(linear, (0.2126, 0.7152, 0.0722)) + 0.05
    return max(luminance(one), luminance(other)) / min(luminance(one), luminance(other))


def test_each_quadrant_counts_its_own():
    Y = np.array([[0.9, 0.1], [0.9, 0.8], [0.2, 0.3], [0.4, 0.9]])
    T = np.array([[1, 0], [1, 0], [0, 0], [0, 1]])
    [axes] = plots.two_labels(Y, T, ["spam", "urgent"]).axes
    assert {text.get_text().replace("\n", " ") for text in axes.texts} == {
        "not spam, not urgent 1 of 1", "spam, not urgent 1 of 2", "not spam, urgent 1 of 1", "spam, urgent 0 of 0"}
    assert np.concatenate([dots.get_offsets() for dots in axes.collections]).tolist() == Y[[2, 0, 1, 3]].tolist()


def test_images_stand_under_their_titles():
    pictures = RANDOM.random((9, 4, 4))
    figure = plots.images(pictures, list("abcdefghi"))
    shown = [axes for axes in figure.axes if axes.images]
    assert [axes.get_title() for axes in shown] == list("abcdefghi")
    assert np.asarray(shown[3].images[0].get_array()).tolist() == pictures[3].tolist()


# --- bad input -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("draw, message", [
    (lambda: plots.loss_curve([]), "losses has shape .0,.; expected a list of at least one number"),
    (lambda: plots.loss_curve([1.0, math.nan]), "losses is nan at place 1"),
    (lambda: plots.loss_curve([1.0, 2.0], [1.0]), "2 losses but 1 validation"),
    (lambda: plots.decision_surface(ramp, PLANE[:, :1], SIDES), r"X has shape \(40, 1\); a plane needs"),
    (lambda: plots.decision_surface(ramp, PLANE[:0], SIDES[:0]), r"X has shape \(0, 2\); a plane needs"),
    (lambda: plots.decision_surface(ramp, RANDOM.normal(size=(4, 3)), SIDES[:4]),
     r"decision_surface: X has 3 inputs, and a plane shows two: say which, inputs=\(0, 1\)"),
    (lambda: plots.decision_surface(ramp, RANDOM.normal(size=(4, 3)), SIDES[:4], inputs=(0, 3)),
     "there is no input 3; X has the inputs 0 to 2"),
    (lambda: plots.decision_surface(ramp, PLANE, SIDES, inputs=(1, 1)), "inputs are the places of two inputs"),
    (lambda: plots.decision_surface(CLASSIFIER, PLANE, THIRDS + 1), "with 3 outputs the targets are classes, 0 to 2"),
    (lambda: plots.decision_surface(CLASSIFIER, PLANE, THIRDS, classes=["a"]), "3 outputs but 1 classes"),
    (lambda: plots.decision_surface(lambda p: p[:, 0] * np.inf, PLANE, SIDES), "is infinite or NaN"),
    (lambda: plots.decision_surface(ramp, PLANE[:2], ["a", "b"]), "the targets of X are no numbers; number the class"),
    (lambda: plots.hidden_units(lambda x: x, PLANE), "this model has 0 neurons"),
    (lambda: plots.hidden_units(nn.MLP(2, [200, 1]), PLANE), "this model has 201 neurons"),
    (lambda: plots.hinton([1.0, 2.0]), r"hinton: weights of shape \(2,\) are no matrix"),
    (lambda: plots.hinton(nn.Module()), "hinton: this model has no weights"),
    (lambda: plots.error_surface(NETWORK, PLANE, SIDES, nn.binary_cross_entropy, "w99", "w11"),
     "error_surface: 'w99' is no parameter of this model; some that are: w11, w12"),
    (lambda: plots.error_surface(NETWORK, PLANE, SIDES[1:], nn.binary_cross_entropy, "w11", "w12"),
     "X has 40 samples but T has 39"),
    (lambda: plots.error_surface(NETWORK, PLANE, SIDES, nn.binary_cross_entropy, "w11", "w12", path=[1.0, 2.0]),
     r"path has shape \(2,\)"),
    (lambda: plots.confusion_matrix([], []), "labels has shape"),
    (lambda: plots.decision_surface(ramp, PLANE, SIDES[1:]), "targets of X has 39 numbers; expected 40"),
    (lambda: plots.decision_surface(ramp, PLANE, SIDES, held_out=([1.0], [1])), "held_out has shape"),
    (lambda: plots.decision_surface(lambda plane: plane[1:], PLANE, SIDES), "outputs have shape"),
    (lambda: plots.fit_curve([1.0], [1.0, 2.0], {"fit": np.sin}), "T has 2 numbers; expected 1"),
    (lambda: plots.fit_curve([1.0], [1.0], {}), "1 to 4 fits, not 0"),
    (lambda: plots.fit_curve([1.0], [1.0], {"fit": np.sin}, outliers=[True, False]), r"outliers has shape \(2,\)"),
    (lambda: plots.fit_curve([1.0, 2.0], [1.0, 2.0], {"fit": lambda x: x[:1]}), "fit has 1 numbers; expected 400"),
    (lambda: plots.confusion_matrix([0, 2], [0, 1], ["a", "b"]), "2 is no class; with 2 names"),
    (lambda: plots.confusion_matrix([0, 1], [0], ["a", "b"]), "predicted has 1 numbers; expected 2"),
    (lambda: plots.two_labels(PLANE, SIDES, ["a", "b"]), r"T \(40,\).*expected \(N, 2\)"),
    (lambda: plots.images([], []), "0 images"),
    (lambda: plots.images(RANDOM.random((2, 8, 8)), ["one"]), "2 images, 1 titles"),
])
def test_bad_input_is_named(draw, message):
    with pytest.raises(ValueError, match=message):
        draw()
