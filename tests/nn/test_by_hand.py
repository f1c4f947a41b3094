"""The derivation by hand: the lecture's formulas, in 5,000 digits, and nothing of the engine that it is to check."""
import ast
import inspect

import mpmath
import numpy as np
import pytest
from mpmath import mpf

from autograd import ops
from nn import by_hand, losses

ALPHA, LAMBDA = mpf("1.67326"), mpf("1.0507")       # the lecture's own digits


def cases(right, left):
    def phi(v):
        return right(v) if v > 0 else left(v)

    cases.sides[phi] = right, left
    return phi


cases.sides = {}


def logistic(v):
    return 1 / (1 + mpmath.exp(-v))


# The lecture's table "Popular Activation Functions and Their Derivatives", φ and φ', the slips corrected (softplus is
# ln(1 + e^x)); at v = 0 the side v ≤ 0
LECTURE = {
    "heaviside": (cases(lambda v: mpf(1), lambda v: mpf(0)), lambda v: mpf(0)),
    "bipolar": (cases(lambda v: mpf(1), lambda v: mpf(-1)), lambda v: mpf(0)),
    "linear": (lambda v: v, lambda v: mpf(1)),
    "sigmoid": (logistic, lambda v: logistic(v) * (1 - logistic(v))),
    "tanh": (mpmath.tanh, lambda v: 1 - mpmath.tanh(v) ** 2),
    "relu": (cases(lambda v: v, lambda v: mpf(0)), cases(lambda v: mpf(1), lambda v: mpf(0))),
    "leaky_relu": (cases(lambda v: v, lambda v: v / 100), cases(lambda v: mpf(1), lambda v: 1 / mpf(100))),
    "elu": (cases(lambda v: v, lambda v: ALPHA * (mpmath.exp(v) - 1)),
            cases(lambda v: mpf(1), lambda v: ALPHA * mpmath.exp(v))),
    "selu": (cases(lambda v: LAMBDA * v, lambda v: LAMBDA * ALPHA * (mpmath.exp(v) - 1)),
             cases(lambda v: LAMBDA, lambda v: LAMBDA * ALPHA * mpmath.exp(v))),
    "softplus": (lambda v: mpmath.log(1 + mpmath.exp(v)), logistic),
}
V = [-1e4, -800.0, -40.0, -3.7, -1.0, -1e-3, 0.0, 1e-3, 0.5, 1.0, 3.7, 40.0, 800.0, 1e4]


@pytest.mark.parametrize("name", LECTURE)
@pytest.mark.parametrize("v", V)
def test_phi_and_its_slope_are_the_lectures(name, v):
    """1e-15 beside numbers of size 1, since 1 - y² loses what is below a rounding of 1; relative beyond."""
    phi, slope = by_hand.PHI[name]
    with mpmath.workdps(5000):
        y, dy = (float(f(mpf(v))) for f in LECTURE[name])
    assert float(phi(np.array([v]), np.array([v > 0]))[0]) == pytest.approx(y, rel=1e-15, abs=1e-15)
    assert float(slope(np.array([v]))[0]) == pytest.approx(dy, rel=1e-15, abs=1e-15)


def test_no_activation_overflows():
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        for phi, slope in by_hand.PHI.values():
            assert np.isfinite(phi(np.array(V), np.array(V) > 0)).all() and np.isfinite(slope(np.array(V))).all()


def test_a_small_sigmoid_keeps_its_digits():
    """σ(-40) = 4e-18 is not 0: with a target of 1 the whole δ hangs on it."""
    assert by_hand.sigmoid(np.array(-40.0)) == pytest.approx(float(mpmath.exp(-40)), rel=1e-13)


def test_every_activation_and_every_loss_has_its_rule():
    assert set(by_hand.PHI) == set(ops.ACTIVATIONS) == set(LECTURE)
    functions = [f for f in vars(losses).values() if inspect.isfunction(f) and f.__module__ == "nn.losses"]
    assert set(by_hand.OUTPUT_ERROR) == {f.__name__ for f in functions if "y" in inspect.getfullargspec(f).args[:1]}


Y, TARGETS = np.array([0.2, 0.9, 0.5]), np.array([1.0, 0.0, 0.25])
E = TARGETS - Y


@pytest.mark.parametrize("name, expected", [
    ("half_squared_error", E),
    ("mean_squared_error", 2 * E / 3),
    ("mean_absolute_error", np.sign(E) / 3),
    ("huber", np.clip(E, -1, 1) / 3),
    ("binary_cross_entropy", E / (3 * Y * (1 - Y))),
    ("binary_cross_entropy_with_logits", (TARGETS - 1 / (1 + np.exp(-Y))) / 3),
    ("cross_entropy", TARGETS - np.exp(Y) / np.exp(Y).sum()),
])
def test_the_output_errors_are_the_designs(name, expected):
    """Design, section 4, "-dJ/dy in that column"."""
    assert by_hand.OUTPUT_ERROR[name](Y, TARGETS) == pytest.approx(expected, rel=1e-14)


def test_hubers_error_is_clipped():
    assert by_hand.OUTPUT_ERROR["huber"](np.array([0.0, 0.0]), np.array([5.0, -5.0])).tolist() == [0.5, -0.5]


@pytest.mark.parametrize("y, t, error", [(1.0, 1.0, 1.0), (0.0, 0.0, -1.0), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0)])
def test_a_certain_output_has_no_division_by_zero(y, t, error):
    """The slopes of -t ln y - (1 - t) ln(1 - y) at y = 0 and 1: t/y - (1 - t)/(1 - y), each 0 where it is clamped."""
    with np.errstate(all="raise"):
        assert by_hand.OUTPUT_ERROR["binary_cross_entropy"](np.array([y]), np.array([t])).tolist() == [error]


def test_the_recursion_on_numbers_worked_on_paper():
    """2-2-1 of relu and linear: v = (1, -1), y = (1, 0), out = 3 + ½; e = t - y = 1; δ = (1·3, 0)."""
    W, b = [np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([[3.0, 5.0]])], [np.zeros(2), np.array([0.5])]
    v, y = by_hand.forward(W, b, ["relu", "linear"], np.array([1.0, -1.0]))
    assert [found.tolist() for found in (*v, *y)] == [[1.0, -1.0], [3.5], [1.0, 0.0], [3.5]]
    slope = by_hand.slopes(["relu", "linear"], v)
    delta = by_hand.deltas(W, slope, np.array([4.5]) - y[-1])
    assert [found.tolist() for found in delta] == [[3.0, 0.0], [1.0]]


def test_a_shift_moves_one_v_alone():
    W, b = [np.eye(2), np.array([[3.0, 5.0]])], [np.zeros(2), np.zeros(1)]
    v, y = by_hand.forward(W, b, ["linear", "linear"], np.array([1.0, 2.0]), shift=(0, 1, 0.5))
    assert [found.tolist() for found in (*v, *y)] == [[1.0, 2.5], [15.5], [1.0, 2.5], [15.5]]
    assert b[0].tolist() == [0.0, 0.0]


@pytest.mark.parametrize("name", LECTURE)
@pytest.mark.parametrize("right", [True, False])
def test_a_side_goes_on_smoothly_past_the_kink(name, right):
    """As the lecture's formula for that side does, up to 1e-4 across: what central differences at a kink need."""
    def side(v):
        return cases.sides[LECTURE[name][0]][not right](v) if LECTURE[name][0] in cases.sides else LECTURE[name][0](v)

    for v in (-1e-4, -1e-7, 0.0, 1e-7, 1e-4):
        found = by_hand.PHI[name][0](np.array([v]), np.array([right]))
        assert float(found[0]) == pytest.approx(float(side(mpf(v))), rel=1e-15, abs=1e-15)


def test_it_shares_no_code_with_the_engine():
    """It imports NumPy and the standard library alone."""
    tree = ast.parse(inspect.getsource(by_hand))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {f"{'.' * node.level}{node.module}" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported == {"numpy", "collections.abc"}
