"""The losses: their formulas in 60 digits, logits far out, one graph for all data, and what they refuse.

Tolerances: 4e-15 relative and 4e-16 absolute are a few roundings of float64 among numbers of size 1.
"""
import itertools
import math
import re
from inspect import isfunction

import mpmath
import pytest
from mpmath import mpf

import nn
from autograd import Constant, Parameter, Value, gradcheck, ops, wengert_list
from nn import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    half_squared_error,
    huber,
    mean_absolute_error,
    mean_squared_error,
)

ROUNDINGS = dict(rel=4e-15, abs=4e-16)


def average(term):
    return lambda y, t: sum(term(y_l, t_l) for y_l, t_l in zip(y, t)) / len(y)


def huber_term(delta):
    return lambda y, t: (t - y) ** 2 / 2 if abs(t - y) <= delta else delta * (abs(t - y) - mpf(delta) / 2)


def log_at_least(y):
    return max(mpmath.log(y), mpf(-100)) if y > 0 else mpf(-100)


FORMULAS = {
    half_squared_error: lambda y, t: sum((t_l - y_l) ** 2 for y_l, t_l in zip(y, t)) / 2,
    mean_squared_error: average(lambda y, t: (t - y) ** 2),
    mean_absolute_error: average(lambda y, t: abs(t - y)),
    huber: average(huber_term(1.0)),
    binary_cross_entropy: average(lambda y, t: -(t * log_at_least(y) + (1 - t) * log_at_least(1 - y))),
    binary_cross_entropy_with_logits: average(lambda y, t: mpmath.log(1 + mpmath.exp(y)) - t * y),
    cross_entropy: lambda y, t: mpmath.log(sum(map(mpmath.exp, y))) - sum(t_l * y_l for y_l, t_l in zip(y, t)),
}
every_loss = pytest.mark.parametrize("loss", FORMULAS, ids=lambda loss: loss.__name__)
every_elementwise_loss = pytest.mark.parametrize("loss", [loss for loss in FORMULAS if loss is not cross_entropy],
                                                 ids=lambda loss: loss.__name__)
every_loss_of_logits = pytest.mark.parametrize("loss", [binary_cross_entropy_with_logits, cross_entropy],
                                               ids=lambda loss: loss.__name__)


def exact(loss, y, t):
    """The formula in 60 digits, and its slope in each y: a central difference with h = 1e-15 is exact to 1e-29."""
    with mpmath.workdps(60):
        y, t = [mpf(y_l) for y_l in y], [mpf(t_l) for t_l in t]
        h = mpf(10) ** -15

        def at(k, h):
            return FORMULAS[loss]([y_l + h * (l == k) for l, y_l in enumerate(y)], t)

        return float(FORMULAS[loss](y, t)), [float((at(k, h) - at(k, -h)) / (2 * h)) for k in range(len(y))]


def found(loss, y, t):
    ys = [Value(y_l) for y_l in y]
    J = loss(ys, t) if len(ys) > 1 or loss is cross_entropy else loss(ys[0], t[0])
    J.backward()
    return J.data, [y_l.grad for y_l in ys]


def agree(loss, y, t):
    value, slopes = found(loss, y, t)
    exact_value, exact_slopes = exact(loss, y, t)
    assert value == pytest.approx(exact_value, **ROUNDINGS)
    assert slopes == pytest.approx(exact_slopes, **ROUNDINGS)


POINTS = [([0.3], [1.0]), ([0.9], [0.0]), ([0.2], [0.7]), ([0.3, 0.6], [0.0, 1.0]),
          ([0.999, 1e-5, 0.4], [0.0, 1.0, 0.0])]
WIDE = [([0.1, -7.0, 2.0], [0.0, 1.0, 0.0]), ([2.0, 2.0 - 1e-9], [1.0, 0.0]),
        ([40.0, -40.0], [0.0, 1.0])]


@every_loss
@pytest.mark.parametrize("y, t", POINTS, ids=repr)
def test_value_and_gradient_are_the_formulas(loss, y, t):
    agree(loss, y, t)


@pytest.mark.parametrize("loss", [loss for loss in FORMULAS if loss is not binary_cross_entropy],
                         ids=lambda loss: loss.__name__)
@pytest.mark.parametrize("y, t", WIDE, ids=repr)
def test_and_beyond_probabilities(loss, y, t):
    agree(loss, y, t)


@pytest.mark.parametrize("loss", [loss for loss in FORMULAS if "cross_entropy" not in loss.__name__],
                         ids=lambda loss: loss.__name__)
def test_and_for_any_target(loss):
    agree(loss, [-3.0], [2.5])


@every_loss
def test_the_gradient_passes_gradcheck(loss):
    gradcheck(lambda a, b: loss([a, b], [1.0, 0.0]), [0.3, 0.6])


# --- the lecture's J -------------------------------------------------------------------------------------------------


def test_half_squared_error_is_the_lectures_chain():
    """J = ½ e², e = t - y: dJ/de = e and de/dy = -1 stand on the edges, under the lecture's names."""
    y = Value(0.75, "y")
    J = half_squared_error(y, 1.0)
    e, = J.parents
    t, y_again = e.parents
    assert (J.label, J.op, J.partials, e.label, e.op, e.partials) == ("J", ops.half_square, (0.25,), "e", ops.sub,
                                                                      (1.0, -1.0))
    assert (type(t), t.data, t.label) == (Constant, 1.0, "t") and y_again is y


def test_half_squared_error_sums_over_the_outputs():
    y = [Value(1.0), Value(2.0), Value(5.0)]
    J = half_squared_error(y, [0.0, 0.0, 1.0])
    assert J.data == 0.5 * (1 + 4 + 16)
    assert J.label == "J"
    assert [(e.label, e.data) for e in J.parents] == [("e1", -1.0), ("e2", -2.0), ("e3", -4.0)]
    assert J.partials == (-1.0, -2.0, -4.0)
    assert [e.parents[0].label for e in J.parents] == ["t1", "t2", "t3"]


@every_loss
def test_every_loss_is_called_J(loss):
    assert loss([Value(0.5), Value(0.25)], [1.0, 0.0]).label == "J"


@every_elementwise_loss
def test_one_output_alone_is_a_list_of_one(loss):
    assert loss(Value(0.4), 1.0).data == loss([Value(0.4)], [1.0]).data


@every_loss
def test_y_and_t_may_be_values_or_numbers(loss):
    y, t = [0.4, 0.7], [1.0, 0.0]
    expected = loss([Value(y_l) for y_l in y], t).data
    for y_kind, t_kind in itertools.product((float, Value, Constant, Parameter), repeat=2):
        J = loss([y_kind(y_l) for y_l in y], [t_kind(t_l) for t_l in t])
        assert type(J) in (Value, Constant) and J.label == "J"
        assert J.data == pytest.approx(expected, rel=1e-15)


def test_a_target_that_is_a_value_has_a_gradient_too():
    """dJ/dt = e = -dJ/dy: t may be another network's output."""
    y, t = Value(0.75), Value(1.0)
    half_squared_error(y, t).backward()
    assert (y.grad, t.grad) == (-0.25, 0.25)


# --- far out ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("y", [-1e4, -745.0, -100.0, 100.0, 710.0, 1e4])
@pytest.mark.parametrize("t", [0.0, 0.5, 1.0])
def test_bce_with_logits_far_out(y, t):
    agree_far_out(binary_cross_entropy_with_logits, [y], [t])


@pytest.mark.parametrize("y", [[1e4, -1e4, 0.0], [-1e4, -1e4, -1e4], [1e4, 1e4, 9999.0], [0.0, 1e-9, -1e4]], ids=repr)
@pytest.mark.parametrize("label", [0, 1, 2])
def test_cross_entropy_far_out(y, label):
    agree_far_out(cross_entropy, y, [float(k == label) for k in range(3)])


def agree_far_out(loss, y, t):
    """1e4 is large beside the result: one rounding of it is 1.8e-12, which is all that may be lost.

    Where p rounds to 1, p - t is off by half a rounding of 1.  5,000 digits hold 1 + e^-10000.
    """
    value, slopes = found(loss, y, t)
    with mpmath.workdps(5000):
        y, t = [mpf(y_l) for y_l in y], [mpf(t_l) for t_l in t]
        expected = float(FORMULAS[loss](y, t))
        softmax = [mpmath.exp(y_l) / sum(map(mpmath.exp, y)) for y_l in y]
        sigmoid = [1 / (1 + mpmath.exp(-y_l)) for y_l in y]
        p = softmax if loss is cross_entropy else sigmoid
        expected_slopes = [float(p_l - t_l) for p_l, t_l in zip(p, t)]
    assert value == pytest.approx(expected, rel=1e-15, abs=1.9e-12)
    assert slopes == pytest.approx(expected_slopes, rel=4e-12, abs=1.2e-16)


@pytest.mark.parametrize("loss", [half_squared_error, mean_squared_error, mean_absolute_error, huber],
                         ids=lambda loss: loss.__name__)
@pytest.mark.parametrize("y", [-1e4, 1e4])
def test_the_losses_of_regression_far_out(loss, y):
    agree(loss, [y, -y], [1.0, 0.25])


@pytest.mark.parametrize("y, t, J", [(0.0, 1.0, 100.0), (1.0, 0.0, 100.0), (0.0, 0.0, 0.0), (1.0, 1.0, 0.0),
                                     (1e-50, 1.0, 100.0), (1e-43, 1.0, 43 * math.log(10)), (0.0, 0.5, 50.0)])
def test_bces_logarithms_are_clamped_at_minus_100(y, t, J):
    """PyTorch's documentation of BCELoss: the logarithm's outputs are clamped to be greater than or equal to -100."""
    value, (slope,) = found(binary_cross_entropy, [y], [t])
    assert value == pytest.approx(J, rel=1e-14)
    assert math.isfinite(slope)


def test_where_bce_is_clamped_it_is_flat():
    assert found(binary_cross_entropy, [1e-50], [1.0])[1] == [0.0]
    assert found(binary_cross_entropy, [1.0], [0.0])[1] == [0.0]


# --- kinks -----------------------------------------------------------------------------------------------------------


def test_the_absolute_error_has_slope_0_where_it_vanishes():
    assert found(mean_absolute_error, [0.5], [0.5]) == (0.0, [0.0])


@pytest.mark.parametrize("delta", [0.25, 1.0, 3.0])
@pytest.mark.parametrize("e", [-3.5, -1.0, -0.25, 0.0, 0.1, 0.25, 1.0, 3.0, 3.5])
def test_huber_with_any_delta_also_at_its_joint(delta, e):
    """Both sides' slopes agree at |e| = delta: it is clip(e, ±delta)."""
    y, t = Value(-e), 0.0
    J = huber(y, t, delta)
    J.backward()
    assert J.data == pytest.approx(float(huber_term(delta)(mpf(-e), mpf(0))), rel=1e-15)
    assert y.grad == -min(max(e, -delta), delta)


@pytest.mark.parametrize("delta", [0.0, -1.0, math.nan])
def test_hubers_delta_is_positive(delta):
    with pytest.raises(ValueError, match=r"^huber: delta is a positive number, not "):
        huber(0.0, 1.0, delta)


# --- classes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("label", range(3))
def test_a_class_index_is_its_one_hot_list(label):
    y = [0.2, -1.0, 3.0]
    one_hot = [int(k == label) for k in range(3)]
    assert found(cross_entropy, y, label) == found(cross_entropy, y, one_hot) == found(cross_entropy, y, float(label))


def test_a_target_may_be_a_distribution():
    """Label smoothing: Σ t_k = 1, not one-hot."""
    agree(cross_entropy, [0.2, -1.0, 3.0], [0.1, 0.1, 0.8])


@pytest.mark.parametrize("label", [3, -1, 0.5, math.nan, math.inf, None], ids=repr)
def test_a_label_that_is_no_class_is_refused(label):
    hint = "; if the labels count from 1, subtract 1" if label == 3 else ""
    message = f"cross_entropy: {label!r} is no class; with 3 outputs the classes are 0 to 2{hint}"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        cross_entropy([Value(0.0)] * 3, label)


def test_a_one_hot_target_of_another_length_is_refused():
    with pytest.raises(ValueError, match=r"^cross_entropy: 3 outputs, but a one-hot target of 2$"):
        cross_entropy([Value(0.0)] * 3, [1.0, 0.0])


def test_cross_entropy_of_one_output_names_what_to_use_instead():
    with pytest.raises(TypeError, match="binary_cross_entropy_with_logits"):
        cross_entropy(Value(0.0), 1)


@every_elementwise_loss
@pytest.mark.parametrize("y, t, counts", [([0.5, 0.5], [1.0], "2 outputs but 1 targets"),
                                          (0.5, [1.0, 0.0], "1 outputs but 2 targets"),
                                          ([0.5] * 3, 1.0, "3 outputs but 1 targets")], ids=repr)
def test_outputs_and_targets_of_different_number_are_refused(loss, y, t, counts):
    with pytest.raises(ValueError, match=f"^{loss.__name__}: {counts}; give a target for each output$"):
        loss(y, t)


# --- one graph for all data ------------------------------------------------------------------------------------------


def structure(J):
    """The graph without its numbers: every node's kind and operation, and where its parents stand on the tape."""
    tape = wengert_list(J)
    place = {node: k for k, node in enumerate(tape)}
    return [(type(node), node.op and node.op.name, [place[p] for p in node.parents]) for node in tape]


@every_loss
@pytest.mark.parametrize("kind", [float, Value], ids=["targets plain", "targets Values"])
def test_a_loss_branches_only_through_rows(loss, kind):
    """On either side of every kink, at it, clamped and not: the graph recorded for one sample stands for all."""
    outputs = [0.0, 1e-60, 0.25, 0.5, 1.0, *([-3.0, 700.0] if loss is not binary_cross_entropy else [])]
    samples = itertools.product(outputs, [0.0, 0.5, 1.0])
    graphs = [structure(loss([Value(y), Value(0.5)], [kind(t), kind(1 - t)])) for y, t in samples]
    assert all(graph == graphs[0] for graph in graphs)


def test_the_structure_would_show_a_branch():
    """Test the tester: a loss that asks Python which side it is on."""
    def branching(y, t):
        return (t - y) if t > y.data else (y - t)

    assert structure(branching(Value(0.0), 1.0)) != structure(branching(Value(2.0), 1.0))


def test_every_loss_is_tested_here():
    named = {f for f in vars(nn.losses).values() if isfunction(f) and f.__module__ == "nn.losses"
             and "y" in f.__code__.co_varnames[:1]}
    assert named == set(FORMULAS)
