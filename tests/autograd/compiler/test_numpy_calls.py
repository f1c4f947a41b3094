"""A row as NumPy calls: run, they are the row's own array form and its rule, in buffers given beforehand."""
import math

import numpy as np
import pytest
from points import POINTS, ROWS, entry, every_row, numbers

from autograd import Parameter, Value, compile, ops
from autograd.compiler.differentiate import one_by_one, treats_alike
from autograd.compiler.numpy_calls import CallWriter
from autograd.compiler.trace import NotTraceable, Trace

T = Trace()
EACH = [name for name in ROWS if not ROWS[name].lists]


def written(results, arrays):
    """The values of expressions, and the calls that computed them."""
    shape = next(iter(arrays.values())).shape
    writer = CallWriter()
    places = writer.write(results)
    arrays |= {name: np.full(shape, np.nan) if name[0] == "t" else np.zeros(shape, bool) for name in writer.buffers}
    with np.errstate(all="ignore"):
        for call in writer.calls:
            function, arguments = call.bound(arrays)
            function(*arguments)
    return [np.broadcast_to(arrays.get(x, x) if isinstance(x, str) else x, shape) for x in places], writer.calls


@pytest.mark.parametrize("name", EACH)
def test_a_row_and_its_rule_as_calls(name):
    op, points = ROWS[name], np.array([numbers(at) for at in entry(name, POINTS, "POINTS")])
    arrays = {f"x{k}": column for k, column in enumerate(points.T.copy())}
    arrays["z"] = np.array([op(*at) for at in points.tolist()])
    arguments = [T.name(f"x{k}") for k in range(len(arrays) - 1)]
    arrays["out"] = np.zeros(len(points))
    [z], _ = written([(T.run(op, arguments), "out")], arrays)
    np.testing.assert_allclose(z, arrays["z"], rtol=1e-14)
    np.testing.assert_array_equal(arrays["out"], z)
    partials, _ = written([(p, None) for p in op.partials(T.name("z"), *arguments)], arrays)
    expected = [op.partials(op(*at), *at) for at in points.tolist()]
    np.testing.assert_allclose(np.array(partials).T, expected, rtol=1e-14, atol=1e-15)


def test_a_result_that_is_needed_twice_is_computed_once():
    x = T.name("x")
    s = (x + 1) * x
    [a, b], calls = written([(s * s, None), (s - x, None)], {"x": np.array([1.0, 2.0])})
    assert (a.tolist(), b.tolist()) == ([4.0, 36.0], [1.0, 4.0])
    assert len(calls) == 4


def test_a_long_formula_needs_few_buffers():
    x = T.name("x")
    y = x
    for _ in range(20):
        y = (y + 1) * 0.5
    [found], calls = written([(y, None)], {"x": np.array([0.0, 3.0])})
    np.testing.assert_allclose(found, [1 - 0.5 ** 20, 1 + 2 * 0.5 ** 20])
    assert {call.outs for call in calls} == {("t1",)}


def test_numbers_and_names_are_copied_only_where_that_is_asked():
    x = T.name("x")
    found, calls = written([(x, None), (2.0, None), (x, "out")], {"x": np.array([1.0]), "out": np.array([0.0])})
    assert [a.tolist() for a in found] == [[1.0], [2.0], [1.0]]
    assert [(call.function, call.args[0], call.outs) for call in calls] == [(np.multiply, "x", ("out",))]


def test_what_comes_of_a_list_is_as_large_as_the_list():
    x, z = T.name("x", length=3), T.name("z")
    assert (x - z).is_stacked and (1 - x).is_stacked and not (z * z).is_stacked


@every_row
def test_the_rules_of_the_table_treat_a_list_alike(name):
    op = ROWS[name]
    [at, *_] = entry(name, POINTS, "POINTS")
    is_list = tuple(isinstance(part, list) for part in at)
    if op.lists:
        assert treats_alike(op, is_list)
    arrays = [np.array([part]).T if isinstance(part, list) else np.array([part]) for part in at]
    found = one_by_one(op, is_list)(np.array([op(*at)]), *arrays)
    flat = [float(x) for part in found for x in np.ravel(part)]
    np.testing.assert_allclose(flat, op.partials(op(*at), *at), rtol=1e-14, atol=1e-15)


@pytest.mark.parametrize("row", [
    ops.Op("sinc", lambda x: math.sin(x) / x if x else 1.0, lambda z, x: (ops.cos(x) - z,),
           lambda xp, x: xp.where(x == 0, 1.0, xp.sin(x) / x)),
    ops.Op("notch", lambda x: float(x != 0), lambda z, x: (0 * x,), lambda xp, x: xp.where(x != 0, 1.0, 0.0)),
    ops.Op("window", lambda x: float(0 < x < 1), lambda z, x: (0 * x,), lambda xp, x: ((x > 0) & (x < 1)) * 1.0),
    ops.Op("part", lambda x: max(x, 0.0), lambda z, x: (ops.heaviside(x),), lambda xp, x: x.clip(0.0, None)),
], ids=lambda row: row.name)
def test_a_row_of_ones_own_means_what_its_array_form_says(row):
    """Also one that asks whether x == 0, and one that cannot be written: it is called as it stands."""
    x, w = Value(0.5, "x"), Parameter(1.0, "w")
    numbers = [-1.0, 0.0, 0.5, 2.0]
    program = compile(row(w * x), [x])
    np.testing.assert_allclose(program.forward([[a] for a in numbers]), [row(a) for a in numbers], rtol=1e-15)
    slopes = [row.partials(row(a), a)[0] * a for a in numbers]
    np.testing.assert_allclose(program.value_and_grad([[a] for a in numbers])[1], sum(slopes), rtol=1e-14)


@pytest.mark.parametrize("row", [
    ops.Op("part", lambda x: x if x > 0 else 0.0, lambda z, x: (ops.heaviside(x),)),
    ops.Op("part", lambda x: max(x, 0.0), lambda z, x: (1.0 if x > 0 else 0.0,), lambda xp, x: xp.maximum(x, 0.0)),
], ids=["forward", "partials"])
def test_a_row_that_branches_in_python_is_refused(row):
    """Else one side of it would be taken for every sample."""
    x, w = Value(0.5, "x"), Parameter(1.0, "w")
    with pytest.raises(TypeError, match="a row of the table branches in Python"):
        compile(row(w * x), [x])


def test_forty_squarings_are_forty_calls():
    """Each call is recorded once: by keys of nested tuples the work doubled with every squaring."""
    def squarings(z, x):
        for _ in range(40):
            x = x * x
        return (x,)

    row = ops.Op("row", lambda x: x, squarings, lambda xp, x: xp.tanh(x))
    x, w = Value(0.5, "x"), Parameter(1.0, "w")
    program = compile(row(w * x), [x])
    assert program.source.count("multiply") < 50
    assert program.value_and_grad([[1.0]])[1].tolist() == [1.0]


def test_what_cannot_be_recorded_says_so():
    x = T.name("x", length=3)
    for attempt in (lambda: bool(x > 0), lambda: float(x), lambda: math.exp(x), lambda: list(x), lambda: f"{x}",
                    lambda: x.reshape(2), lambda: T.sum(x, axis=1), lambda: T.no_such_function(x)):
        with pytest.raises(NotTraceable):
            attempt()


def test_a_number_of_numpy_and_its_functions_are_recorded_too():
    x = T.name("x")
    assert np.float64(2.0) * x is T.multiply(2.0, x) and np.hypot(x, 3.0).function == "hypot"
    assert (0.0 + x) is not (-0.0 + x)
