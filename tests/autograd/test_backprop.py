"""The sweeps: reverse, forward, and gradients of gradients, on small graphs by hand and on random ones."""
import contextlib
import gc
import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from points import POINTS, Graph, graphs, slopes

from autograd import (
    Value,
    adjoints,
    cos,
    exp,
    gradient,
    hessian,
    jacobian,
    logsumexp,
    pushforward,
    recorded,
    sigmoid,
    sin,
    softmax,
    tanh,
    total,
    weighted_sum,
    wengert_list,
)


def grads(output, *xs):
    """output.backward() from clean leaves, and their grads."""
    for x in xs:
        x.grad = 0.0
    output.backward()
    return [x.grad for x in xs]


def derivatives(f, x, order):
    """f, f', f'', ... at x, each the gradient of the one before."""
    leaf = Value(x)
    found = [f(leaf)]
    for _ in range(order):
        found += gradient(found[-1], [leaf])
    return found


# --- backward --------------------------------------------------------------------------------------------------------

a, b = Value(3.0, "a"), Value(-2.0, "b")


@pytest.mark.parametrize("f, expected", [
    (lambda: a + a, [2.0, 0.0]), (lambda: a * a, [6.0, 0.0]), (lambda: a - a, [0.0, 0.0]), (lambda: a / a, [0.0, 0.0]),
    (lambda: a, [1.0, 0.0]), (lambda: a * b + a, [-1.0, 3.0]), (lambda: (a + b) * (a - b), [6.0, 4.0]),
    (lambda: (u := a * b) * u, [24.0, -36.0]), (lambda: (u := a + b) + u * u, [3.0, 3.0]),
    (lambda: weighted_sum([a, a], [b, a], a), [5.0, 3.0]), (lambda: total([a, b, a, a]), [3.0, 1.0]),
], ids=["a + a", "a a", "a - a", "a / a", "a", "a b + a", "(a + b)(a - b)", "u u, u = a b", "u + u u, u = a + b",
        "weighted_sum([a, a], [b, a], a)", "total([a, b, a, a])"])
def test_every_path_to_a_leaf_counts(f, expected):
    assert grads(f(), a, b) == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize("f, expected", [
    (lambda x: x + 2, 1.0), (lambda x: 2 + x, 1.0), (lambda x: x - 2, 1.0), (lambda x: 2 - x, -1.0),
    (lambda x: x * 2, 2.0), (lambda x: 2 * x, 2.0), (lambda x: x / 2, 0.5), (lambda x: 2 / x, -0.125),
    (lambda x: x ** 2, 8.0), (lambda x: 2 ** x, 16 * math.log(2)), (lambda x: -x, -1.0),
], ids=["x + 2", "2 + x", "x - 2", "2 - x", "x * 2", "2 * x", "x / 2", "2 / x", "x ** 2", "2 ** x", "-x"])
def test_a_constant_may_stand_on_either_side(f, expected):
    x = Value(4.0)
    assert grads(f(x), x) == pytest.approx([expected], rel=1e-15)


def test_a_diamond_is_walked_once():
    """Each of 60 levels uses the one below twice: 2⁶⁰ paths, 61 nodes."""
    x = y = Value(1.0)
    for _ in range(60):
        y = y + y
    assert len(wengert_list(y)) == 61
    assert grads(y, x) == [2.0 ** 60]


def test_three_calls_triple_the_leaves_and_nothing_else():
    x, y = Value(3.0), Value(-2.0)
    u = x * y
    z = u * x
    z.backward()
    once = [n.grad for n in (x, y, u, z)]
    assert once == [-12.0, 9.0, 3.0, 1.0]
    z.backward()
    z.backward()
    assert [n.grad for n in (x, y, u, z)] == [-36.0, 27.0, 3.0, 1.0]


def test_leaves_accumulate_over_outputs_that_share_nodes():
    x = Value(3.0)
    u = x * x
    (u * 2.0).backward()
    (u + 1.0).backward()
    assert (x.grad, u.grad) == (12.0 + 6.0, 1.0)


def test_a_leaf_is_its_own_output():
    x = Value(3.0)
    x.backward()
    assert x.grad == 1.0
    x.backward()
    assert x.grad == 2.0


def test_nan_travels_back():
    x, y = Value(math.nan), Value(2.0)
    z = (x * y).relu()
    assert math.isnan(z.data) and all(map(math.isnan, grads(z, x, y)))


def test_backward_and_pushforward_use_the_recorded_point():
    x, y = Value(3.0), Value(-2.0)
    z = (x * y).tanh() + x ** 2
    before = grads(z, x, y)
    x.data, y.data, z.data = 10.0, 20.0, 30.0
    assert grads(z, x, y) == before
    assert [pushforward(z, {n: 1.0}) for n in (x, y)] == pytest.approx(before, rel=1e-15)
    assert jacobian([z], [x, y]) == [before]


def test_the_tape_has_every_node_once_and_parents_first():
    x, y = Value(3.0), Value(-2.0)
    u = x * y
    v = weighted_sum([u, x], [y, u], 1.0)
    z = v / u
    tape = wengert_list(z)
    assert len(tape) == len(set(tape)) and set(tape) == {x, y, u, v, z}
    for node in tape:
        assert all(tape.index(parent) < tape.index(node) for parent in node.parents)


# --- depth -----------------------------------------------------------------------------------------------------------


def test_a_chain_of_a_million_additions_is_built_swept_and_dropped():
    x = y = Value(1.0)
    for _ in range(1_000_000):
        y = y + x
    y.backward()
    assert (y.data, x.grad) == (1_000_001.0, 1_000_001.0)
    del y


def test_a_deep_chain_is_differentiated_every_other_way():
    x = y = Value(0.5)
    for _ in range(5_000):
        y = weighted_sum([y, x], [1.0, 1.0], 0.0) * 1.0
    assert pushforward(y, {x: 1.0}) == 5_001.0
    assert jacobian([y], [x]) == [[5_001.0]]
    [g] = gradient(y * y, [x])
    assert (g.data, hessian(y * y, [x])) == (5_001.0 ** 2, [[2 * 5_001.0 ** 2]])


def test_a_sum_of_many_is_one_wide_node():
    xs = [Value(1.0) for _ in range(100_000)]
    assert grads(total(xs), *xs) == [1.0] * 100_000


# --- garbage ---------------------------------------------------------------------------------------------------------

SWEEPS = {
    "build": lambda z, xs: None, "backward": lambda z, xs: z.backward(), "gradient": gradient, "hessian": hessian,
    "jacobian": lambda z, xs: jacobian([z], xs), "pushforward": lambda z, xs: pushforward(z, dict.fromkeys(xs, 1.0)),
    "the gradient's backward": lambda z, xs: gradient(z, xs)[0].backward(),
    "op": lambda z, xs: [node.op for node in wengert_list(z)], "a refusal": lambda z, xs: refused((z * 0.0 - 1.0).log),
}


def refused(f):
    with contextlib.suppress(ValueError):
        f()


@pytest.mark.parametrize("name", SWEEPS)
def test_a_dropped_graph_leaves_nothing_to_the_garbage_collector(name):
    def run():
        xs = [Value(0.3), Value(0.8)]
        z = (tanh(xs[0] * xs[1]) + weighted_sum(xs, [2.0, xs[0]], 0.5)) / logsumexp([*xs, 1.0]) ** 2
        SWEEPS[name](z, xs)

    run()                                       # first, to fill the caches of ops
    gc.collect()
    gc.disable()
    try:
        run()
        assert gc.collect() == 0
    finally:
        gc.enable()


# --- gradients that have gradients -----------------------------------------------------------------------------------


def test_gradient_returns_values_and_touches_no_grad():
    x, y, unused = Value(0.3), Value(0.8), Value(5.0)
    u = x * y
    z = u.sin() + u
    z.backward()
    for node in (x, y, u, z):
        node.grad = 7.0
    found = gradient(z, [x, y, u, z, unused])
    assert all(isinstance(g, Value) for g in found)
    assert [g.data for g in found] == pytest.approx(
        [(math.cos(0.24) + 1) * 0.8, (math.cos(0.24) + 1) * 0.3, math.cos(0.24) + 1, 1.0, 0.0], rel=1e-15)
    assert [node.grad for node in (x, y, u, z)] == [7.0] * 4


def test_a_factor_of_1_needs_no_node():
    x, y = Value(0.3), Value(0.8)
    [g] = gradient(total([x + y, y - 2.0, 1.0]), [x])
    assert wengert_list(g) == [g]


def test_a_differentiable_pass_leaves_only_floats_in_grad():
    x, y = Value(0.3), Value(0.8)
    z = (x * y).sin()
    [g, _] = gradient(z, [x, y])
    g.backward()
    assert x.grad == pytest.approx(-0.8 * 0.8 * math.sin(0.24), rel=1e-15)
    assert {type(node.grad) for node in [*wengert_list(z), *wengert_list(g)]} == {float}


@pytest.mark.parametrize("f", [lambda x: x + 2.0, lambda x: x * 3.0, lambda x: -x, lambda x: x ** 1, lambda x: x ** 0,
                               lambda x: x.linear(), lambda x: x.relu(), lambda x: x.heaviside(), lambda x: x,
                               lambda x: Value(1.0), lambda x: total([x, x])])
def test_gradients_of_every_order_are_values_even_where_they_are_constant(f):
    for g in derivatives(f, 0.7, 3)[1:]:
        assert isinstance(g, Value)


def test_an_unused_input_has_the_gradient_0():
    x, unused = Value(2.0), Value(3.0)
    [_, g] = gradient(x * x, [x, unused])
    assert isinstance(g, Value) and g.data == 0.0
    assert gradient(g, [x])[0].data == 0.0


FUNCTIONS = {
    "tanh": (tanh, lambda mp, x: mp.tanh(x)), "sigmoid": (sigmoid, lambda mp, x: 1 / (1 + mp.exp(-x))),
    "softplus": (lambda x: x.softplus(), lambda mp, x: mp.log(1 + mp.exp(x))),
    "x⁵": (lambda x: x ** 5, lambda mp, x: x ** 5), "x^-1.5": (lambda x: x ** -1.5, lambda mp, x: x ** -1.5),
    "2^x": (lambda x: 2 ** x, lambda mp, x: 2 ** x), "x^x": (lambda x: x ** x, lambda mp, x: x ** x),
    "e^x sin x": (lambda x: exp(x) * sin(x), lambda mp, x: mp.exp(x) * mp.sin(x)),
    "cos x / (1 + x²)": (lambda x: cos(x) / (1 + x * x), lambda mp, x: mp.cos(x) / (1 + x * x)),
    "ln(1 + √x)": (lambda x: x.sqrt().log1p(), lambda mp, x: mp.log(1 + mp.sqrt(x))),
    "e^(e^x - 1)": (lambda x: x.expm1().exp(), lambda mp, x: mp.exp(mp.expm1(x))),
    "ln(e^x + e^x² + e)": (lambda x: logsumexp([x, x * x, 1.0]),
                           lambda mp, x: mp.log(mp.exp(x) + mp.exp(x * x) + mp.e)),
    "½ sin² x": (lambda x: sin(x).half_square(), lambda mp, x: mp.sin(x) ** 2 / 2),
    "x sin x + x²": (lambda x: weighted_sum([x, x], [x.sin(), x], 0.0), lambda mp, x: x * mp.sin(x) + x * x),
    "elu": (lambda x: (-x).elu(), lambda mp, x: mp.mpf(1.67326) * mp.expm1(-x)),
}


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("x", [0.4, 1.7])
def test_derivatives_to_the_fourth_order(name, x):
    """mpmath's at 60 digits; ours lose a digit or two to cancellation in each order."""
    mpmath = pytest.importorskip("mpmath")
    f, formula = FUNCTIONS[name]
    with mpmath.workdps(60):
        exact = [float(mpmath.diff(lambda y: formula(mpmath, y), mpmath.mpf(x), n)) for n in range(5)]
    assert [d.data for d in derivatives(f, x, 4)] == pytest.approx(exact, rel=1e-11, abs=1e-12)


@pytest.mark.parametrize("changed", ["leaf", "interior", "output"])
def test_gradient_refuses_data_changed_after_recording(changed):
    x, y = Value(0.3, "x"), Value(0.8)
    u = x * y
    z = u.exp()
    {"leaf": x, "interior": u, "output": z}[changed].data = 0.5
    for sweep in (lambda: gradient(z, [x]), lambda: gradient(z, [y, x]), lambda: hessian(z, [x])):
        with pytest.raises(ValueError, match=r"^gradient: .* no longer follows from its parents: .*replay\("):
            sweep()


def test_gradient_at_nan_is_nan_not_an_error():
    x = Value(math.nan)
    assert math.isnan(gradient(x * x, [x])[0].data)


def test_hessian_has_the_numbers_and_the_shape_of_the_second_derivatives():
    x, y, unused = Value(2.0), Value(3.0), Value(1.0)
    found = hessian(x ** 2 * y + y ** 3, [x, y, unused])
    assert found == [[6.0, 4.0, 0.0], [4.0, 18.0, 0.0], [0.0, 0.0, 0.0]]
    assert {type(h) for row in found for h in row} == {float}
    assert hessian(2.0 * x + y, [x, y]) == [[0.0, 0.0], [0.0, 0.0]]
    assert hessian(x, []) == []


def test_jacobian_has_a_row_for_each_output_and_a_column_for_each_input():
    x, y, unused = Value(2.0), Value(3.0), Value(1.0)
    found = jacobian([x * y, x - y, x, unused], [x, y, unused])
    assert found == [[3.0, 2.0, 0.0], [1.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    assert {type(d) for row in found for d in row} == {float}
    assert jacobian([], [x]) == [] and jacobian([x], []) == [[]]


def test_the_jacobian_of_softmax():
    xs = [Value(0.5), Value(-1.0), Value(2.0)]
    s = [y.data for y in softmax(xs)]
    for row, expected in zip(jacobian(softmax(xs), xs), [[p * ((p is q) - q) for q in s] for p in s]):
        assert row == pytest.approx(expected, rel=1e-14)


# --- forward mode ----------------------------------------------------------------------------------------------------


def test_pushforward_adds_up_the_tangents():
    x, y, z = Value(2.0), Value(3.0), Value(5.0)
    output = x * y + y
    assert pushforward(output, {x: 1.0, y: 10.0}) == 3.0 + 30.0
    assert pushforward(output, {z: 1.0}) == pushforward(output, {}) == 0.0
    assert pushforward(x, {x: 4.0}) == 4.0


def test_pushforward_changes_nothing():
    x = Value(2.0)
    tangents = {x: 1.0}
    y = x * x
    pushforward(y, tangents)
    assert (x.grad, y.grad, tangents) == (0.0, 0.0, {x: 1.0})


# --- misuse ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mistake, kind, message", [
    (lambda: gradient(a * b, a), TypeError, "gradient takes a list of Values, not Value(3.0, 'a')"),
    (lambda: gradient(a * b, [a, 2.0]), TypeError, "gradient takes a list of Values, but one of them is 2.0"),
    (lambda: hessian(a * b, a), TypeError, "hessian takes a list of Values, not Value(3.0, 'a')"),
    (lambda: jacobian(a * b, [a]), TypeError, "jacobian takes a list of Values, not Value(-6.0)"),
    (lambda: jacobian([a * b], a), TypeError, "jacobian takes a list of Values, not Value(3.0, 'a')"),
    (lambda: jacobian([a * b, 2.0], [a]), TypeError, "jacobian takes a list of Values, but one of them is 2.0"),
    (lambda: pushforward(a * b, [a]), TypeError, "pushforward takes a dict {leaf: tangent}, not [Value(3.0, 'a')]"),
    (lambda: pushforward(a * b, {"a": 1.0}), TypeError,
     "pushforward takes a dict {leaf: tangent}, but 'a' is not a Value"),
    (lambda: pushforward(a * b, {-a: 1.0}), ValueError,
     "pushforward: Value(-3.0) is not a leaf; give tangents of leaves"),
], ids=lambda x: x if isinstance(x, str) else "")
def test_misuse_is_one_error_that_says_what(mistake, kind, message):
    with pytest.raises(kind) as caught:
        mistake()
    assert str(caught.value) == message
    assert caught.value.__cause__ is None and (caught.value.__context__ is None or caught.value.__suppress_context__)


# --- random graphs ---------------------------------------------------------------------------------------------------
# points.Graph keeps the steps smooth and the gain from the inputs to any node below 10: rounding stays below 1e-12, the
# truncation of central differences, h² f‴/6 with h = 6e-6, below 1e-6 of the scale, and 1e-5 one derivative further up.


@given(graphs())
def test_reverse_mode_is_forward_mode(graph):
    xs = [Value(x) for x in graph.point]
    y = graph(*xs)
    y.backward()
    for x in xs:
        assert pushforward(y, {x: 1.0}) == pytest.approx(x.grad, rel=1e-12, abs=1e-12)


@given(graphs())
def test_reverse_mode_is_central_differences(graph):
    xs = [Value(x) for x in graph.point]
    graph(*xs).backward()
    assert [x.grad for x in xs] == pytest.approx(slopes(graph, graph.point), rel=1e-6, abs=1e-6)


@given(graphs())
def test_backward_adjoints_and_gradient_agree(graph):
    xs = [Value(x) for x in graph.point]
    y = graph(*xs)
    y.backward()
    adjoint = adjoints(y, 1.0, recorded)
    assert adjoint == {node: node.grad for node in wengert_list(y)}
    assert [g.data for g in gradient(y, xs)] == pytest.approx([x.grad for x in xs], rel=1e-12, abs=1e-12)


@given(graphs())
def test_the_hessian_is_the_slope_of_the_gradient(graph):
    def first(*point, i):
        xs = [Value(x) for x in point]
        return jacobian([graph(*xs)], xs)[0][i]

    xs = [Value(x) for x in graph.point]
    found = hessian(graph(*xs), xs)
    for i, row in enumerate(found):
        scale = max(1.0, *map(abs, row))
        assert row == pytest.approx(slopes(lambda *p, i=i: first(*p, i=i), graph.point), rel=0, abs=1e-5 * scale)
        assert row == pytest.approx([column[i] for column in found], rel=0, abs=1e-10 * scale)


@given(graphs())
def test_it_does_not_matter_in_which_order_nodes_were_recorded(graph):
    xs, ys = ([Value(x) for x in graph.point] for _ in range(2))
    graph(*xs).backward()
    graph(*ys, backwards=True).backward()
    assert [x.grad for x in xs] == [y.grad for y in ys]


@given(graphs(), st.randoms(use_true_random=False))
def test_it_does_not_matter_in_which_order_inputs_are_asked_for(graph, chance):
    xs = [Value(x) for x in graph.point]
    y = graph(*xs)
    order = chance.sample(range(len(xs)), len(xs))
    found = [g.data for g in gradient(y, [xs[i] for i in order])]
    assert found == [gradient(y, [xs[i]])[0].data for i in order]


def test_the_random_graphs_hold_every_row():
    chance = random.Random(0)
    proposed = [(name, [chance.randrange(99) for _ in range(6)]) for name in [*POINTS] * 20]
    chance.shuffle(proposed)
    kept = [name for k in range(0, len(proposed), 15)
            for name, _ in Graph([0.5, -1.2, 1.7], [0.3], proposed[k:k + 15]).steps]
    assert set(kept) == set(POINTS) and len(kept) > len(proposed) / 3
