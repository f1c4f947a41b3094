"""Published numbers that the engine reproduces, each beside its source; to as many digits as were printed."""
import math

import pytest

from autograd import Value, gradient, hessian, pushforward, sin, tanh, weighted_sum


def printed(number):
    """A printed figure: off by at most half a unit of its last digit."""
    return pytest.approx(float(number), rel=0, abs=0.5 * 10.0 ** -len(number.partition(".")[2]))


def test_micrograds_readme():
    """The README of karpathy/micrograd, "Example usage"."""
    a, b = Value(-4.0), Value(2.0)
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    assert g.data == printed("24.70408163")
    g.backward()
    assert a.grad == printed("138.83381924")
    assert b.grad == printed("645.57725948")


@pytest.fixture
def neuron():
    """A. Karpathy, "The spelled-out intro to neural networks and backpropagation: building micrograd": the neuron."""
    x = [Value(2.0, "x1"), Value(0.0, "x2")]
    w = [Value(-3.0, "w1"), Value(1.0, "w2")]
    b = Value(6.8813735870195432, "b")
    return x, w, b


def by_operators(x, w, b):
    return x[0] * w[0] + x[1] * w[1] + b


def as_one_node(x, w, b):
    return weighted_sum(w, x, b)


@pytest.mark.parametrize("field", [by_operators, as_one_node])
def test_karpathys_neuron(neuron, field):
    """The same video: v, o and the gradients of o."""
    x, w, b = neuron
    v = field(x, w, b)
    o = tanh(v)
    o.backward()
    assert (v.data, o.data) == (printed("0.88137359"), printed("0.70710678"))
    found = [n.grad for n in (x[0], w[0], x[1], w[1], b, v)]
    assert found == pytest.approx([-1.5, 1.0, 0.5, 0.0, 0.5, 0.5], rel=1e-12, abs=1e-12)


def test_karpathys_neuron_with_tanh_taken_apart(neuron):
    """The same video, later: tanh v = (e^2v - 1) / (e^2v + 1) has the same gradients."""
    x, w, b = neuron
    e = (2 * by_operators(x, w, b)).exp()
    o = (e - 1) / (e + 1)
    o.backward()
    assert o.data == printed("0.70710678")
    assert [n.grad for n in (*x, *w, b)] == pytest.approx([-1.5, 0.5, 1.0, 0.0, 0.5], rel=1e-12, abs=1e-12)


def test_the_slope_of_tanh_at_1():
    """The tutorial of HIPS autograd: grad(tanh)(1.0) = 0.419974341614."""
    x = Value(1.0)
    assert gradient(tanh(x), [x])[0].data == printed("0.419974341614")


def test_hips_autograds_tanh_by_exponentials():
    """The same tutorial defines tanh as (1 - e^-2x) / (1 + e^-2x)."""
    x = Value(1.0)
    e = (-2.0 * x).exp()
    assert gradient((1.0 - e) / (1.0 + e), [x])[0].data == printed("0.419974341614")


@pytest.mark.parametrize("x1, x2", [(0.5, 2.0), (-3.0, 4.2)])
def test_wikipedias_example(x1, x2):
    """Wikipedia, "Automatic differentiation": z = x1 x2 + sin x1 has the partials (x2 + cos x1, x1), in both modes."""
    a, b = Value(x1), Value(x2)
    z = a * b + sin(a)
    expected = [x2 + math.cos(x1), x1]
    assert [g.data for g in gradient(z, [a, b])] == pytest.approx(expected, rel=1e-15)
    assert [pushforward(z, {a: 1.0}), pushforward(z, {b: 1.0})] == pytest.approx(expected, rel=1e-15)
    assert hessian(z, [a, b]) == [[pytest.approx(-math.sin(x1), rel=1e-15), 1.0], [1.0, 0.0]]


def test_a_value_used_twice_twice_over():
    """A. Karpathy, the same video, on adding a node to itself: b = a + a, c = b + b has dc/da = 4."""
    a = Value(3.0)
    b = a + a
    c = b + b
    c.backward()
    assert (a.grad, b.grad) == (4.0, 2.0)


def test_x_cubed_three_times_with_the_leaf_cleared_between():
    """shared/worked_examples.md, 6: interior nodes are cleared by every pass, so each pass gives 3x² = 27 again."""
    x = Value(3.0)
    for y in (x ** 3, x * x * x):
        for _ in range(3):
            x.grad = 0.0
            y.backward()
            assert x.grad == 27.0
