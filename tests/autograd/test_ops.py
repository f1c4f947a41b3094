"""One test per property, run over every row of the table: a new operation is tested by existing.

Its points stand in points.py.  Central differences are wrong by about h²f'''/6 + ε|f|/h, below 1e-9 at these points:
held to 1e-8.  Arrays use other libraries' exp and tanh, a few units in the last place off: held to 1e-14.
"""
import math
import warnings

import pytest
from points import (
    EXTREMES,
    KINKS,
    LIMITS,
    OUTSIDE,
    POINTS,
    ROWS,
    entry,
    every_row,
    filled,
    numbers,
    replaced,
    slopes,
)

from autograd import Value, gradient, hessian, mean, ops, power, pushforward, softmax

SLOPE = dict(rel=1e-8, abs=1e-8)
ULPS = dict(rel=1e-14, abs=1e-15, nan_ok=True)      # abs: 1 - z² and 1 - z cancel where z rounds to 1
NAN = math.nan


def partials(op, *args):
    """The row's rule at the arguments: plain floats."""
    return op.partials(op(*args), *args)


def leaves(args):
    return filled(args, map(Value, numbers(args)))


# --- the rule is the derivative --------------------------------------------------------------------------------------


@every_row
def test_partials_are_slopes(name):
    op = ROWS[name]
    for args in entry(name, POINTS, "POINTS"):
        assert partials(op, *args) == pytest.approx(slopes(op, args), **SLOPE), args


@every_row
def test_second_partials_are_slopes_of_the_partials(name):
    op = ROWS[name]
    for args in entry(name, POINTS, "POINTS"):
        xs = leaves(args)
        for i, row in enumerate(hessian(op(*xs), numbers(xs))):
            expected = slopes(lambda *xs, i=i: partials(op, *xs)[i], args)
            assert row == pytest.approx(expected, **SLOPE), args


@every_row
def test_one_partial_for_each_argument(name):
    op = ROWS[name]
    for args in entry(name, POINTS, "POINTS"):
        assert len(partials(op, *args)) == len(numbers(args))
        assert op.arity == (None if op.lists else len(args))


@every_row
def test_values_and_floats_take_the_same_numbers_through_the_rule(name):
    op = ROWS[name]
    for args in entry(name, POINTS, "POINTS") + [args for args, _ in KINKS.get(name, [])]:
        xs = leaves(args)
        z = op(*xs)
        assert z.data == op(*args)
        assert z.partials == partials(op, *args)
        assert tuple([Value.lift(x).data for x in z.op.partials(z, *z.parents)]) == z.partials


@every_row
def test_forward_mode_and_reverse_mode_agree(name):
    op = ROWS[name]
    for args in entry(name, POINTS, "POINTS"):
        xs = leaves(args)
        y = op(*xs) * 2.0
        y.backward()
        for x in numbers(xs):
            assert pushforward(y, {x: 1.0}) == x.grad


@every_row
def test_unary_rows_are_methods(name):
    op = ROWS[name]
    if op.arity == 1 and name in ops.TABLE:
        for args in entry(name, POINTS, "POINTS"):
            v = getattr(Value(*args), name)()
            assert v.op is op and v.data == op(*args)


# --- kinks, NaN and infinity ------------------------------------------------------------------------------------------


@every_row
def test_at_the_kink_the_rule_takes_the_lectures_side(name):
    op = ROWS[name]
    for args, expected in entry(name, KINKS, "KINKS") if op.kink else ():
        assert op.kink(*args) == 0, args
        assert partials(op, *args) == expected, args
        assert op(*leaves(args)).partials == expected, args


@every_row
def test_the_points_are_away_from_the_kink_on_both_sides(name):
    op = ROWS[name]
    if op.kink:
        sides = {math.copysign(1.0, op.kink(*args)) for args in entry(name, POINTS, "POINTS") if op.kink(*args) != 0}
        assert sides == {-1.0, 1.0}


@every_row
def test_nan_in_nan_out(name):
    op = ROWS[name]
    for args in entry(name, POINTS, "POINTS"):
        for k in range(len(numbers(args))):
            bad = replaced(args, k, NAN)
            if name == "power(0)" or (name == "general_power" and (bad[0] == 1 or bad[1] == 0)):
                assert op(*bad) == 1.0          # x⁰ and 1ʸ are 1 whatever x and y are, as in Python, C and NumPy
            elif name == "select" and k > 0:
                chosen = bad[1] if bad[0] > 0 else bad[2]
                assert op(*bad) == pytest.approx(chosen, nan_ok=True)       # the other one is not looked at
            else:
                assert math.isnan(op(*bad)), bad


@every_row
def test_nan_in_nan_partials_out_of_a_rule_with_pieces(name):
    op = ROWS[name]
    if op.kink:
        for args in entry(name, POINTS, "POINTS"):
            for k in range(1 if name == "select" else len(args)):
                assert all(map(math.isnan, partials(op, *replaced(args, k, NAN))))
                assert all(map(math.isnan, op(*leaves(replaced(args, k, NAN))).partials))


@every_row
def test_limits_at_infinity(name):
    for args, expected in LIMITS.get(name, ()):
        assert ROWS[name](*args) == expected, args


@pytest.mark.parametrize("xs", [[NAN, math.inf], [math.inf, NAN], [-math.inf, NAN], [1.0, NAN, 2.0]], ids=str)
def test_logsumexp_of_nan_beside_infinity_is_nan(xs):
    assert math.isnan(ops.logsumexp(xs))


@every_row
def test_outside_the_domain_the_error_names_the_operation_and_the_number(name):
    op = ROWS[name]
    for args, kind, message in entry(name, OUTSIDE, "OUTSIDE") if op.domain else ():
        for xs in (args, leaves(args)):
            with pytest.raises(kind) as caught:
                op(*xs)
            assert str(caught.value) == message


# --- against 5,000 digits: 1 + e^-10000 is not 1 ----------------------------------------------------------------------

FORMULAS = {
    "exp": lambda mp, x: mp.exp(x), "expm1": lambda mp, x: mp.expm1(x), "log": lambda mp, x: mp.log(x),
    "log1p": lambda mp, x: mp.log1p(x), "sqrt": lambda mp, x: mp.sqrt(x), "sin": lambda mp, x: mp.sin(x),
    "cos": lambda mp, x: mp.cos(x), "tanh": lambda mp, x: mp.tanh(x),
    "sigmoid": lambda mp, x: 1 / (1 + mp.exp(-x)), "softplus": lambda mp, x: mp.log(1 + mp.exp(x)),
    "elu": lambda mp, x: x if x > 0 else mp.mpf(ops.ALPHA) * mp.expm1(x),
    "selu": lambda mp, x: mp.mpf(ops.LAMBDA) * (x if x > 0 else mp.mpf(ops.ALPHA) * mp.expm1(x)),
    "general_power": lambda mp, x, y: x ** y, "logsumexp": lambda mp, xs: mp.log(sum(map(mp.exp, xs))),
}


@pytest.fixture
def mp():
    mpmath = pytest.importorskip("mpmath")
    with mpmath.workdps(5000):
        yield mpmath


def exactly(mp, args):
    return filled(args, map(mp.mpf, numbers(args)))


@pytest.mark.parametrize("name", FORMULAS)
def test_values_are_those_of_the_plain_formula_in_many_digits(name, mp):
    """To a few roundings of the result; of the largest term, where logsumexp subtracts."""
    for args in POINTS[name] + EXTREMES.get(name, []):
        scale = max(map(math.fabs, numbers(args))) if name == "logsumexp" else 0.0
        exact = float(FORMULAS[name](mp, *exactly(mp, args)))
        assert ROWS[name](*args) == pytest.approx(exact, rel=1e-15, abs=4e-16 * scale), args


@pytest.mark.parametrize("name", FORMULAS)
def test_partials_are_those_of_the_plain_formula_in_many_digits(name, mp):
    """To a few roundings; of 1 where the rule in z, 1 - z² or z(1 - z), loses the digits below 1.

    logsumexp's exp(x - z) is as good as x - z: a few roundings of the largest term.
    """
    for args in POINTS[name] + EXTREMES.get(name, []):
        xs = exactly(mp, args)
        scale = max(map(math.fabs, numbers(args))) if name == "logsumexp" else 1.0
        for k, d in enumerate(partials(ROWS[name], *args)):
            x = numbers(xs)[k]
            h = mp.mpf(10) ** -30 * (mp.fabs(x) or 1)
            up, down = [FORMULAS[name](mp, *replaced(xs, k, y)) for y in (x + h, x - h)]
            assert d == pytest.approx(float((up - down) / (2 * h)), rel=2e-15 * max(1.0, scale), abs=1e-15), args


@every_row
def test_far_out_everything_is_finite(name):
    op = ROWS[name]
    for args in EXTREMES.get(name, ()):
        assert math.isfinite(op(*args)), args
        assert all(map(math.isfinite, partials(op, *args))), args
        assert all(map(math.isfinite, numbers(hessian(op(*leaves(args)), numbers(leaves(args)))))), args


# --- arrays ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=["numpy", "torch", "jax"])
def xp(request):
    """An array library, in double precision."""
    library = pytest.importorskip(request.param, reason=f"{request.param} is not installed: extra 'peers'")
    if request.param == "jax":
        library.config.update("jax_enable_x64", True)
        return pytest.importorskip("jax.numpy")
    return library


def batch(xp, points):
    """Arguments that hold all points at once: an array for each number of one point."""
    columns = zip(*map(numbers, points))
    return filled(points[0], [xp.asarray(column, dtype=xp.float64) for column in columns])


def rows_of(array, n):
    """A partial as n floats: rules may give one plain number for a whole batch."""
    return [float(x) for x in array] if getattr(array, "shape", ()) else [float(array)] * n


def finite_points(name):
    return entry(name, POINTS, "POINTS") + EXTREMES.get(name, []) + [args for args, _ in KINKS.get(name, [])]


@every_row
def test_arrays_agree_with_floats(name, xp):
    points = finite_points(name)
    args = batch(xp, points)
    op = ROWS[name]
    z = op(*args)
    assert tuple(z.shape) == (len(points),)
    assert rows_of(z, len(points)) == pytest.approx([op(*point) for point in points], **ULPS)
    expected = zip(*[partials(op, *point) for point in points])
    for k, (found, wanted) in enumerate(zip(op.partials(z, *args), expected)):
        assert rows_of(found, len(points)) == pytest.approx(list(wanted), **ULPS), f"partial {k}"


@every_row
def test_arrays_agree_with_floats_at_nan_and_infinity(name, xp):
    op = ROWS[name]
    points = [replaced(args, k, NAN) for args in POINTS[name] for k in range(len(numbers(args)))]
    points += [args for args, _ in LIMITS.get(name, ())]
    args = batch(xp, points)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)         # NumPy's log(0), on the way to -inf
        z = op(*args)
    assert rows_of(z, len(points)) == pytest.approx([op(*point) for point in points], **ULPS)
    if op.kink:
        expected = zip(*[partials(op, *point) for point in points])
        for found, wanted in zip(op.partials(z, *args), expected):
            assert rows_of(found, len(points)) == pytest.approx(list(wanted), **ULPS)


@every_row
def test_arrays_are_0_where_floats_are(name, xp):
    """Not almost: the logarithm of a sigmoid that has come to 0 is refused whatever it runs on."""
    points = finite_points(name)
    z = ROWS[name](*batch(xp, points))
    assert [x == 0 for x in rows_of(z, len(points))] == [ROWS[name](*point) == 0 for point in points]


@every_row
def test_numpy_meets_neither_overflow_nor_invalid_numbers(name):
    np = pytest.importorskip("numpy")
    args = batch(np, finite_points(name))
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        assert np.isfinite(ROWS[name](*args)).all()


@every_row
def test_arrays_meet_plain_numbers(name, xp):
    op = ROWS[name]
    for args in entry(name, POINTS, "POINTS"):
        for k, x in enumerate(numbers(args)):
            if len(numbers(args)) == 1:
                continue
            arrays = replaced(filled(args, [xp.full((3,), y, dtype=xp.float64) for y in numbers(args)]), k, x)
            z = op(*arrays)
            assert rows_of(z, 3) == pytest.approx([op(*args)] * 3, **ULPS)
            for found, wanted in zip(op.partials(z, *arrays), partials(op, *args)):
                assert rows_of(found, 3) == pytest.approx([wanted] * 3, **ULPS)


@every_row
def test_arrays_keep_their_precision(name, xp):
    args = batch(xp, POINTS[name])
    single = filled(args, [xp.asarray(x, dtype=xp.float32) for x in numbers(args)])
    op = ROWS[name]
    z = op(*single)
    assert z.dtype == xp.float32
    assert all(d.dtype == xp.float32 for d in op.partials(z, *single) if hasattr(d, "dtype"))


@pytest.mark.parametrize("name", [name for name, op in ROWS.items() if op.lists])
def test_lists_may_be_the_last_axis_of_an_array(name, xp):
    points = entry(name, POINTS, "POINTS")
    args = [xp.asarray(part, dtype=xp.float64) for part in zip(*points)]
    z = ROWS[name](*args)
    assert rows_of(z, len(points)) == pytest.approx([ROWS[name](*point) for point in points], **ULPS)


def test_one_list_of_weights_meets_a_batch_of_inputs(xp):
    X = xp.asarray([[1.0, 2.0], [3.0, -4.0], [0.5, 0.0]], dtype=xp.float64)
    w = xp.asarray([2.0, -0.5], dtype=xp.float64)
    b = xp.asarray([-1.5, 0.5, 1.0], dtype=xp.float64)
    assert rows_of(ops.weighted_sum([2.0, -0.5], X, -0.5), 3) == [0.5, 7.5, 0.5]
    assert rows_of(ops.weighted_sum(w, X, b), 3) == [-0.5, 8.5, 2.0]


# --- the functions on top --------------------------------------------------------------------------------------------

LOGITS = [[0.5, -1.0, 2.0], [1e4, -1e4, 0.0], [-1e4, -1e4, -1e4], [0.0, 0.0, 0.0]]


@pytest.mark.parametrize("xs", LOGITS, ids=str)
def test_softmax_is_that_of_many_digits(xs, mp):
    es = [mp.exp(x) for x in xs]
    exact = [float(e / sum(es)) for e in es]
    assert softmax(xs) == pytest.approx(exact, rel=1e-14)       # exp(x - z) is as good as z, a few units of it
    assert [y.data for y in softmax([*map(Value, xs)])] == softmax(xs)


def test_softmax_has_the_gradient_s_i_times_delta_ij_minus_s_j():
    xs = [Value(x) for x in LOGITS[0]]
    s = softmax(LOGITS[0])
    for i, y in enumerate(softmax(xs)):
        found = [g.data for g in gradient(y, xs)]
        assert found == pytest.approx([s[i] * ((i == j) - s[j]) for j in range(3)], rel=1e-14)


def test_softmax_and_mean_take_the_last_axis(xp):
    X = xp.asarray(LOGITS, dtype=xp.float64)
    for found, row in zip(softmax(X), LOGITS):
        assert rows_of(found, 3) == pytest.approx(softmax(row), **ULPS)
    assert rows_of(mean(X), 4) == pytest.approx([mean(row) for row in LOGITS], **ULPS)
    assert rows_of(softmax(X[0]), 3) == pytest.approx(softmax(LOGITS[0]), **ULPS)


def test_mean_is_one_node():
    xs = [Value(1.0), Value(2.0), Value(6.0)]
    m = mean(xs)
    assert m.data == 3.0
    assert m.op.name == "mean" and list(m.parents) == xs
    assert [g.data for g in gradient(m, xs)] == pytest.approx([1 / 3] * 3, rel=1e-15)


# --- particular rows -------------------------------------------------------------------------------------------------


def test_a_power_has_one_op_for_each_n():
    assert power(2) is power(2.0) is (Value(3.0) ** 2).op is (Value(5.0) ** 2.0).op
    assert power(2).name == "**2" and power(0.5).name == "**0.5"


def test_x_to_the_0_has_the_partial_0_even_at_0():
    z = Value(0.0) ** 0
    assert (z.data, z.partials) == (1.0, (0.0,))


@pytest.mark.parametrize("n", [math.nan, math.inf, -math.inf], ids=str)
def test_a_power_that_is_no_number_of_times_is_still_pythons(n):
    assert (Value(2.0) ** n).data == pytest.approx(2.0 ** n, nan_ok=True)


def test_both_base_and_exponent_of_a_power_may_be_values():
    x, y = Value(2.0), Value(3.0)
    assert [g.data for g in gradient(x ** y, [x, y])] == pytest.approx([12.0, 8 * math.log(2)], rel=1e-15)
    assert [g.data for g in gradient(2 ** y, [y])] == pytest.approx([8 * math.log(2)], rel=1e-15)


def test_the_activations_are_the_lectures():
    """Lecture 24, "Popular Activation Functions and Their Derivatives", and the bipolar step of its Exercise 1."""
    assert set(ops.ACTIVATIONS) == {"heaviside", "bipolar", "linear", "sigmoid", "tanh", "relu", "leaky_relu", "elu",
                                    "selu", "softplus"}
    assert (ops.ALPHA, ops.LAMBDA) == (1.67326, 1.0507)


def test_linear_records_a_node():
    v = Value(0.3)
    y = ops.linear(v)
    assert (y.data, y.op, y.parents, y.partials) == (0.3, ops.linear, (v,), (1.0,))


def test_half_square_has_the_partial_e():
    """The lecture's J = ½ e², dJ/de = e."""
    J = ops.half_square(Value(-0.3))
    assert (J.data, J.partials) == (pytest.approx(0.045, rel=1e-15), (-0.3,))


def test_a_plain_number_before_or_after_a_value_is_the_same_operation():
    v = Value(0.3)
    for z in (ops.maximum(1, v), ops.maximum(v, 1)):
        assert z.op is ops.maximum and z.data == 1.0
