"""A Value becomes a plain number nowhere in silence: what would lose the gradient raises, and says what to write."""
import cmath
import linecache
import math
import operator
import statistics
from math import tanh

import numpy as np
import pytest

import autograd
import nn
import viz
from autograd import Constant, Parameter, Value, gradient, hessian
from viz.diagram.renderer import RendererError

v, w = Value(0.5, "v"), Value(-1.5, "w")


def values():
    """An object array of two Values."""
    return np.array([Value(0.5, "v"), Value(-1.5, "w")])


# --- conversions -----------------------------------------------------------------------------------------------------


def zeros_filled_with_a_value():
    slots = np.zeros(2)
    slots[0] = v


def plotted():
    matplotlib = pytest.importorskip("matplotlib", reason="matplotlib is not installed: extra 'demos'")
    matplotlib.use("Agg")
    from matplotlib.figure import Figure

    Figure().subplots().plot([v, w])


def stored_in_a_tensor():
    torch = pytest.importorskip("torch", reason="torch is not installed: extra 'peers'")
    torch.tensor([v, w], dtype=torch.float64)


CONVERSIONS = {
    "float": lambda: float(v), "int": lambda: int(v), "round": lambda: round(v), "round to digits": lambda: round(v, 2),
    "complex": lambda: complex(v), "index": lambda: operator.index(v), "range": lambda: range(v),
    "an item of a list": lambda: [1, 2][v], "trunc": lambda: math.trunc(v), "floor": lambda: math.floor(v),
    "ceil": lambda: math.ceil(v), "math.pow": lambda: math.pow(v, 2), "isclose": lambda: math.isclose(v, 0.5),
    "cmath": lambda: cmath.exp(v), "%": lambda: operator.mod("%.3f", v), "fmean": lambda: statistics.fmean([v, w]),
    "an array of floats": lambda: np.array([v, w], dtype=float), "astype": lambda: values().astype(float),
    "an array's item": zeros_filled_with_a_value, "np.float64": lambda: np.float64(v),
    "np.floor": lambda: np.floor(values()), "np.interp": lambda: np.interp(v, [0, 1], [0, 1]),
    "matplotlib": plotted, "torch": stored_in_a_tensor,
}


@pytest.mark.parametrize("name", CONVERSIONS)
def test_a_conversion_names_v_data_and_the_functions_that_keep_the_gradient(name):
    with pytest.raises(TypeError) as caught:
        CONVERSIONS[name]()
    message = str(caught.value)
    assert message.startswith("a plain number of Value(") and "\n" not in message
    assert "where only the number is wanted write v.data; to keep the gradient use " in message
    assert {"exp", "tanh", "maximum", "logsumexp"} <= {*message.replace(",", " ").replace("autograd.", " ").split()}


def functions_named_first(mistake):
    """Those of autograd that the error names before the others."""
    with pytest.raises(TypeError) as caught:
        mistake()
    return str(caught.value).rpartition(" gradient use ")[2].partition(" (others: ")[0]


@pytest.mark.parametrize("name", [name for name, op in autograd.ops.TABLE.items() if op.arity == 1
                                  and hasattr(math, name)])
def test_a_function_of_math_is_named_as_autograd_has_it(name):
    source = f"import math\ndef mistake(w): return w * math.{name}(w)"
    place = {}
    exec(compile_with_lines(source), place)
    assert functions_named_first(lambda: place["mistake"](w)) == f"autograd.{name}"


def compile_with_lines(source):
    """Compiled source whose lines linecache can read, as those of a file or of a notebook's cell."""
    file = "<cell of test_conversion>"
    linecache.cache[file] = len(source), None, source.splitlines(True), file
    return compile(source, file, "exec")


def test_the_function_on_the_line_is_named_first_under_whichever_name():
    assert functions_named_first(lambda: w * tanh(w)) == "autograd.tanh"
    assert functions_named_first(lambda: math.fabs(w)) == "autograd.abs"
    assert functions_named_first(lambda: statistics.fmean([v, w])) == "autograd.mean"
    assert functions_named_first(lambda: math.fsum([v, w])) == "autograd.total"
    assert functions_named_first(lambda: autograd.exp(v) + math.sin(w)) == "autograd.sin"
    assert functions_named_first(lambda: [*map(math.cos, [v, w])]) == "autograd.cos"
    assert functions_named_first(lambda: math.exp(1.0) * math.sin(w)) == "autograd.exp and autograd.sin"


def test_a_line_that_cannot_be_read_still_gives_the_advice():
    place = {}
    exec("import math\ndef mistake(w): return math.tanh(w)", place)
    assert functions_named_first(lambda: place["mistake"](w)).startswith("operators and autograd's functions: exp, ")


def test_what_the_error_advises_keeps_the_gradient():
    x = Value(0.7)
    (x * autograd.tanh(x)).backward()
    assert x.grad == pytest.approx(math.tanh(0.7) + 0.7 * (1 - math.tanh(0.7) ** 2), rel=1e-15)
    y = autograd.mean([v, w])
    assert y.data == -0.5 and gradient(y, [v])[0].data == 0.5


@pytest.mark.parametrize("refused", [
    lambda: operator.mod("%d", v), lambda: statistics.mean([v, w]), lambda: np.isclose(0.5, v), lambda: np.arange(3)[v],
    lambda: np.testing.assert_allclose(v, 0.5)], ids=["%d", "statistics.mean", "isclose", "index", "assert_allclose"])
def test_what_never_asks_the_value_raises_too(refused):
    """Python and NumPy refuse these themselves, in words of their own."""
    with pytest.raises((TypeError, IndexError)):
        refused()


def test_isclose_to_a_number_compares_by_data():
    assert np.isclose(v, 0.5) and not np.isclose(v, 0.6)
    assert np.allclose(values(), [0.5, -1.5]) and np.isclose(v.data, 0.5)


def test_pytest_s_approx_fails_with_the_value_in_sight():
    """Equality is by identity, so no Value is approx of a number; the failed assertion shows that it is one."""
    assert v != pytest.approx(0.5) and [v, w] != pytest.approx([0.5, -1.5]) and pytest.approx(v) != 0.5
    assert v.data == pytest.approx(0.5) and repr(v) == "Value(0.5, 'v')"


def test_a_tensor_of_values_without_a_dtype_is_refused_by_torch():
    torch = pytest.importorskip("torch", reason="torch is not installed: extra 'peers'")
    with pytest.raises(RuntimeError, match="Value"):
        torch.tensor([v, w])
    assert torch.tensor([v.data, w.data]).tolist() == [0.5, -1.5]


def test_an_array_of_values_without_a_dtype_holds_the_values():
    a = np.array([v, w])
    assert a.dtype == object and a[0] is v and a[1] is w


# --- format, truth and + ---------------------------------------------------------------------------------------------


def test_a_format_shows_the_number_and_no_format_the_value():
    x = Parameter(2.0 / 3.0, "x")
    assert [f"{x:.3f}", f"{x:>8.2f}", f"{x:e}", f"{x:+.1%}"] == [
        "0.667", "    0.67", "6.666667e-01", "+66.7%"]
    assert f"{x}" == str(x) == repr(x) == f"{x!r}" == "Parameter(0.6666666666666666, 'x')"
    with pytest.raises(ValueError, match="format"):
        f"{x:d}"


def test_truth_is_by_data_as_a_float_s():
    for x in (0.0, -0.0, 1.0, -1e-300, math.inf, math.nan):
        assert bool(Value(x)) == bool(Constant(x)) == bool(x)
    assert not Value(1.0) - 1.0 and Value(1.0)
    assert [x.data for x in filter(None, [Value(0.0), Value(2.0)])] == [2.0]


def test_a_plus_before_a_value_is_the_value():
    x = Value(2.0)
    y = x * +x
    assert +x is x and gradient(y, [x])[0].data == 4.0
    assert (+values())[0].data == 0.5


def use_everything(folder):
    """The library's main paths on one small network."""
    X, T = [[0.0, 1.0], [1.0, 0.0], [0.5, 0.5]], [0.0, 1.0, 0.5]
    x, t = [Value(0.0, "x1"), Value(1.0, "x2")], Value(0.0, "t")
    model = nn.MLP(2, [2, 1], "tanh", seed=0)
    film = viz.Film(lambda: nn.half_squared_error(model(X[0]), T[0]), every=1)
    for engine, batch_size in ("eager", None), ("compiled", None), ("eager", 1), ("compiled", 1):
        for optimizer in nn.SGD(model.parameters(), 0.1, 0.5), nn.Adam(model.parameters()):
            nn.fit(model, X, T, nn.half_squared_error, optimizer, 2, batch_size, engine=engine, validation=(X, T),
                   on_epoch=film, progress=False)
    nn.save(model, folder / "model.npz")
    nn.predict(nn.load(folder / "model.npz"), X)
    nn.predict(lambda x: model(x), X)
    str(nn.local_gradients(model, [Value(0.0), 1.0], Value(0.0)))
    for loss in nn.mean_absolute_error, nn.mean_squared_error, nn.huber, nn.binary_cross_entropy_with_logits:
        loss(model(x), t).backward()
    nn.cross_entropy(nn.Layer(2, 3, "linear", seed=0)(x), 1).backward()
    J = nn.half_squared_error(model(x), t)
    J.backward()
    for expand in False, True:
        viz.draw(J, expand=expand)
        viz.derive(J, wrt=model.parameters()[0])
    viz.draw_dot(J)
    try:
        viz.step_through(J, folder / "steps.html")
        film.save(folder / "film.html")
        viz.draw(J).save(folder / "drawing.svg")
    except RendererError:
        pass
    program = autograd.compile(J, [*x, t])
    program.value_and_grad([[0.0, 1.0, 0.0]])
    program.function(np)(np.array([p.data for p in program.parameters]), np.array([[0.0, 1.0, 0.0]]))
    str(program.vector_form())
    hessian(J, x)
    autograd.pushforward(J, {x[0]: 1.0})
    autograd.gradcheck(lambda a, b: autograd.softmax([a, b])[0] * a ** b, [0.5, 2.0])


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_the_library_never_asks_a_value_whether_it_is_true(monkeypatch, tmp_path):
    def refuse(self):
        raise AssertionError("the library tests the truth of a Value")

    monkeypatch.setattr(Value, "__bool__", refuse)
    with pytest.raises(AssertionError, match="the truth of a Value"):
        bool(Parameter(1.0))
    use_everything(tmp_path)


# --- NumPy's object arrays -------------------------------------------------------------------------------------------


def slopes(output, a):
    return [g.data for g in gradient(output, [*a])]


def test_mean_variance_and_standard_deviation_of_an_object_array():
    """For n = 2 and half the difference h: var = h², std = |h|."""
    a = values()
    assert (a.mean().data, a.var().data, a.std().data) == (-0.5, 1.0, 1.0)
    assert slopes(a.var(), a) == [1.0, -1.0] and slopes(a.std(), a) == [0.5, -0.5]
    assert a.var(ddof=1).data == 2.0 and np.var([v, w]).data == 1.0
    b = np.array([[Value(1.0), Value(4.0)], [Value(3.0), Value(8.0)]])
    assert [x.data for x in b.var(axis=0)] == [1.0, 4.0]


def test_fabs_of_an_object_array_is_abs():
    a = values()
    found = np.fabs(a)
    assert [y.op for y in found] == [autograd.ops.abs] * 2 and [y.data for y in found] == [0.5, 1.5]
    assert slopes(found.sum(), a) == [1.0, -1.0] and np.fabs(v).data == 0.5


def test_numpy_s_maximum_leaves_plain_numbers_which_autograd_s_functions_take():
    a = values()
    mixed = np.maximum(a, 0)
    assert mixed[0] is a[0] and mixed[1] == 0
    with pytest.raises(TypeError, match="of type int which has no callable exp method"):
        np.exp(mixed)
    y = autograd.exp(mixed)
    assert [Value.lift(x).data for x in y] == [math.exp(0.5), 1.0]
    assert slopes(y.sum(), a) == [math.exp(0.5), 0.0]


def test_autograd_s_maximum_keeps_an_object_array_of_values_for_numpy_too():
    a = values()
    y = np.exp(autograd.maximum(a, 0))
    assert [x.data for x in y] == [math.exp(0.5), 1.0]
    assert slopes(y.sum(), a) == [math.exp(0.5), 0.0]
