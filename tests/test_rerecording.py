"""A graph whose leaves have moved: replay records it again."""
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from points import POINTS, ROWS, filled, graphs, numbers

from autograd import (
    Constant,
    Parameter,
    Value,
    gradient,
    half_square,
    log,
    pushforward,
    replay,
    select,
    total,
    weighted_sum,
    weighted_sums,
    wengert_list,
)


def state(output):
    """All there is in a graph, its nodes by identity."""
    return [(node, node.data, node.grad, node.label, node._op, node.parents, node.partials)
            for node in wengert_list(output)]


def shape(output, leaves):
    """The graph as plain data: of each node its row, its numbers, its label and where its arguments lie on the tape."""
    tape = wengert_list(output)
    place = {node: i for i, node in enumerate(tape)} | {leaf: f"leaf {i}" for i, leaf in enumerate(leaves)}

    def lying(x):
        return tuple(map(lying, x)) if isinstance(x, tuple) else place.get(x, x)

    return [(type(node), node._op and node._op.name, node.data, node.label, lying(node.arguments), node.partials)
            for node in tape]


# --- the graph recorded again ----------------------------------------------------------------------------------------


@given(graphs(), st.lists(st.floats(-0.005, 0.005), min_size=4, max_size=4))
def test_a_random_graph_recorded_again_is_the_one_recorded_from_its_moved_inputs(graph, moves):
    """Node by node, to the last bit."""
    xs = [Value(x) for x in graph.point]
    y = graph(*xs)
    for x, move in zip(xs, moves):
        x.data += move                                  # grows tenfold at most: inside what points.tame tried
    expected = graph(*xs)
    before = state(y)
    again = replay(y)
    assert shape(again, xs) == shape(expected, xs)
    assert state(y) == before


@pytest.mark.parametrize("name", POINTS)
def test_every_row_runs_again_on_values_and_on_plain_numbers(name):
    """The k-th number is a plain one, which stays in the operation, or becomes a Constant, which stays a leaf."""
    op = ROWS[name]
    first, second = POINTS[name][0], POINTS[name][-1]
    for k in range(-1, len(numbers(first))):
        if k >= 0 and len(numbers(first)) == 1:
            continue                                    # a plain number alone records nothing
        leaves = [Value(x, f"x{i}") for i, x in enumerate(numbers(first))]
        z = op(*filled(first, [numbers(first)[i] if i == k else leaf for i, leaf in enumerate(leaves)]))
        for leaf, x in zip(leaves, numbers(second)):
            leaf.data = x
        point = filled(second, [numbers(first)[i] if i == k else x for i, x in enumerate(numbers(second))])
        again = replay(z)
        assert again.data == op.forward(*point)
        assert (again._op, again._b if op.lists else None) == (z._op, z._b if op.lists else None)
        assert {*again.parents} == {*z.parents} and all(parent.op is None for parent in again.parents)


def test_labels_constants_and_held_numbers_stay():
    w, b = Parameter(2.0, "w", ("layer 1", "neuron 1")), Parameter(1.0, "b")
    v = weighted_sum([w, 0.5], [3.0, w], b)
    v.label = "v"
    J = half_square(Constant(1.0, "t") - v)
    J.label = "J"
    w.data, b.data = 0.5, -1.0
    again = replay(J)
    assert again.data == 0.5 * (1 - (0.5 * 3 + 0.5 * 0.5 - 1)) ** 2
    e = again.parents[0]
    assert (again.label, e.parents[1].label) == ("J", "v")
    assert type(e.parents[0]) is Constant and e.parents[0] is J.parents[0].parents[0]
    assert e.parents[1].arguments == ((w, 0.5), (3.0, w), b) and e.parents[1].partials == (3.0, 0.5, 1.0)


def test_a_layer_is_recorded_again_whether_its_inputs_are_plain_or_values():
    for x in ([1.0, -2.0], [Value(1.0), Value(-2.0)]):
        W, b = [[Parameter(1.0), Parameter(2.0)], [Parameter(3.0), Parameter(4.0)]], [Parameter(0.5), Parameter(0.0)]
        J = total(weighted_sums(W, x, b))
        W[0][1].data, b[1].data = -1.0, 0.25
        assert replay(J).data == (1 + 2 + 0.5) + (3 - 8 + 0.25)


def test_a_list_of_outputs_shares_their_common_nodes():
    x = Value(2.0)
    common = x.exp()
    outputs = [common * 3, common, common + x, x]
    x.data = 0.5
    first, shared, third, leaf = replay(outputs)
    assert [y.data for y in (first, shared, third)] == [3 * math.exp(0.5), math.exp(0.5), math.exp(0.5) + 0.5]
    assert first.parents[0] is shared is third.parents[0] and shared is not common and leaf is x
    assert replay([]) == [] and replay((common,))[0].data == math.exp(0.5)
    again, twice = replay([common, common])
    assert again is twice


def test_a_graph_of_any_depth():
    x = Value(0.5)
    y = x
    for _ in range(100_000):
        y = y + x
    x.data = 2.0
    assert len(wengert_list(replay(y))) == 100_001 and replay(y).data == 200_002.0


def test_gradients_are_graphs_that_can_be_recorded_again():
    x = Value(2.0)
    [slope] = gradient(x ** 3, [x])
    [curvature] = gradient(slope, [x])
    x.data = 5.0
    slope, curvature = replay([slope, curvature])
    assert (slope.data, curvature.data) == (75.0, 30.0)         # 3x² and 6x
    assert pushforward(curvature, {x: 1.0}) == 6.0 and gradient(slope, [x])[0].data == 30.0


def test_a_branch_stays_as_it_was_taken():
    x = Value(2.0)
    y = x * x if x.data > 0 else -x
    x.data = -3.0
    assert replay(y).data == 9.0
    assert replay(select(x, x * x, -x)).data == 3.0             # a row decides at each number


def test_a_leaf_is_its_own_replay():
    x = Parameter(2.0, "x")
    assert replay(x) is x and replay([x, x]) == [x, x]


@pytest.mark.parametrize("output, message", [
    (3.0, "a graph starts from a Value, the output of an expression, not from 3.0"),
    ([3.0], "replay takes a list of Values, but one of them is 3.0")], ids=str)
def test_what_is_no_graph(output, message):
    with pytest.raises(TypeError) as caught:
        replay(output)
    assert str(caught.value) == message


def test_a_leaf_that_left_the_domain_is_named():
    x = Value(2.0, "x")
    y = log(x)
    x.data = -1.0
    with pytest.raises(ValueError) as caught:
        replay(y)
    assert str(caught.value) == "log(x): -1.0 is outside x > 0"
