"""A graph whose leaves have moved: replay records it again, and whatever shows its numbers refuses the old one."""
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from points import POINTS, ROWS, filled, graphs, numbers
from readers import CellText, evaluate, read_text

import nn
from autograd import (
    Constant,
    Parameter,
    Value,
    check_fresh,
    gradient,
    half_square,
    hessian,
    log,
    logsumexp,
    pushforward,
    replay,
    select,
    total,
    weighted_sum,
    weighted_sums,
    wengert_list,
)
from autograd.symbolic.equations import write_row
from demos import mazur
from viz import Film, derive, draw, draw_dot, step_through
from viz.page.explain import Explainer
from viz.page.steps import Run


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
    """Node by node, to the last bit; and it is fresh, as the first one was before the move."""
    xs = [Value(x) for x in graph.point]
    y = graph(*xs)
    check_fresh("test", y)
    for x, move in zip(xs, moves):
        x.data += move                                  # grows tenfold at most: inside what points.tame tried
    expected = graph(*xs)
    before = state(y)
    again = replay(y)
    assert shape(again, xs) == shape(expected, xs)
    assert state(y) == before
    check_fresh("test", again)


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


# --- backward, step, draw --------------------------------------------------------------------------------------------


def stepped_neuron():
    """v = w x + b with w = 2, b = 1, x = 3, t = 1, after a step of 0.1: w = 0.2, b = 0.4, and v = 1 is to be seen."""
    model = nn.Neuron(1, "linear")
    model.w[0].data, model.b.data = 2.0, 1.0
    model.w[0].scope = model.b.scope = "layer 1", "neuron 1"            # so that it can be drawn by layer
    J = nn.half_squared_error(model([Value(3.0, "x1")]), 1.0)
    J.backward()
    nn.SGD(model.parameters(), 0.1).step()
    return model, J


def test_the_neuron_after_its_step():
    model, J = stepped_neuron()
    w, b = model.parameters()
    assert (w.data, b.data) == pytest.approx((0.2, 0.4))
    now = replay(J)
    assert now.data == pytest.approx(0.0, abs=1e-15) and J.data == 18.0
    boxes = {node.name: node.value for node in draw(now, detail="node").description.nodes}
    assert boxes["v"] == pytest.approx(0.2 * 3 + 0.4) and boxes["w1"] == w.data
    [v] = [step for step in Run(now, 0.1).steps() if step.kind == "forward" and step.node.label == "v"]
    assert v.total == pytest.approx(1.0)


def lines(step):
    """{label: the equation in plain text}."""
    return {line.label: [" ".join(write_row(CellText(17), pieces) for pieces in sides)
                         for equation in line.equations for sides in equation.steps] for line in step.lines}


def test_the_hidden_deltas_of_a_network_after_its_step():
    """δⱼ = φ'(vⱼ) Σ δₗ wₗⱼ, by hand from the stepped weights; the product on the page is its result."""
    model = nn.MLP(2, [2, 1], "tanh", "tanh", seed=3)
    x, t = (1.0, -0.5), 0.9
    J = nn.half_squared_error(model([Value(x_i, f"x{i}") for i, x_i in enumerate(x, start=1)]), t)
    J.backward()
    nn.SGD(model.parameters(), 0.5).step()

    hidden, [out] = [layer.neurons for layer in model.layers]
    h = [math.tanh(sum(w.data * x_i for w, x_i in zip(neuron.w, x)) + neuron.b.data) for neuron in hidden]
    y = math.tanh(sum(w.data * h_j for w, h_j in zip(out.w, h)) + out.b.data)
    delta = (1 - y * y) * (t - y)
    expected = [(1 - h_j * h_j) * delta * w.data for h_j, w in zip(h, out.w)]

    found = [lines(step)["by the next layer"] for step in Explainer(Run(replay(J), 0.5), 17).explanations()
             if any(line.label == "by the next layer" for line in step.lines)]
    for shown in -2, -1:                                # the product in numbers, and the result
        deltas = [evaluate(read_text(sides[shown]), {}) for sides in found]
        assert sorted(deltas) == pytest.approx(sorted(expected), rel=1e-12)


# --- one check at every door -----------------------------------------------------------------------------------------


DOORS = {
    "draw": (lambda J, path: draw(J), "draw"),
    "draw by node": (lambda J, path: draw(J, detail="node"), "draw"),
    "draw by layer": (lambda J, path: draw(J, detail="layer"), "draw"),
    "draw expanded": (lambda J, path: draw(J, expand=True), "draw"),
    "draw one neuron expanded": (lambda J, path: draw(J, expand="v"), "draw"),
    "draw the forward phase": (lambda J, path: draw(J, gradients=False), "draw"),
    "draw_dot": (lambda J, path: draw_dot(J), "draw"),
    "derive": (lambda J, path: derive(J, leaf(J, "w1")), "derive"),
    "step_through": (lambda J, path: step_through(J, path), "step_through"),
    "step_through expanded": (lambda J, path: step_through(J, path, expand=True), "step_through"),
    "Film": (lambda J, path: Film(lambda: J), "a Film"),
    "Film expanded": (lambda J, path: Film(lambda: J, expand=True), "a Film"),
    "gradient": (lambda J, path: gradient(J, [leaf(J, "x1")]), "gradient"),
    "hessian": (lambda J, path: hessian(J, [leaf(J, "w1")]), "gradient"),
}


def leaf(J, label):
    return {node.label: node for node in wengert_list(J)}[label]


@pytest.mark.parametrize("door", DOORS)
def test_a_graph_recorded_before_the_step_is_refused_and_its_replay_is_not(door, tmp_path):
    """Before the step, every door opens; after it the page that was there before stays."""
    show, name = DOORS[door]
    path = tmp_path / "page.html"
    model, J = stepped_neuron()
    w, b = model.parameters()
    path.write_text("before")
    with pytest.raises(ValueError) as caught:
        show(J, path)
    assert str(caught.value) == (
        f"{name}: Value(7.0, 'v') no longer follows from its parents: its rule now gives {w.data * 3 + b.data!r}; "
        f"w1 was 2.0 and is now {w.data!r}, b may have moved.  "
        "Record it again, or use autograd.replay(J), which does so at its leaves' new data")
    assert path.read_text() == "before"
    show(replay(J), path)
    w.data, b.data = 2.0, 1.0
    show(J, path)                                       # moved back, it is what was recorded


def test_draw_refuses_what_moved_where_only_an_edge_shows_it():
    """x2 is 0: v is the same, ∂v/∂x2 = w2 is not."""
    v = weighted_sum([w := Value(1.0, "w2")], [Value(0.0, "x2")], Value(0.5, "b"))
    w.data = 5.0
    with pytest.raises(ValueError) as caught:
        draw(v)
    assert "its partial for Value(0.0, 'x2') was 1.0 and is now 5.0; w2 was 1.0 and is now 5.0" in str(caught.value)


@pytest.mark.parametrize("make, old, new, words", [
    (abs, -2.0, 2.0, "its partial for Value(2.0, 'x') was -1.0 and is now 1.0; x may have moved"),
    (lambda x: log(x * x), 2.0, -3.0, "Value(4.0) no longer follows from its parents: its rule now gives 9.0; x was"),
    (log, 2.0, -1.0, "log(x): -1.0 is outside x > 0; x may have moved"),
    (lambda x: x + 1, 2.0, 5.0, "its rule now gives 6.0; x, Constant(1.0) may have moved"),
    (lambda x: x ** -1, 2.0, 0.0, "x**-1: 0.0 is outside x ≠ 0; x may have moved"),
], ids=["on an edge alone", "on an edge too", "left the domain", "on no edge", "divided by zero"])
def test_the_message_names_what_is_known(make, old, new, words):
    x = Value(old, "x")
    y = make(x)
    x.data = new
    with pytest.raises(ValueError) as caught:
        draw(y)
    assert words in str(caught.value) and "replay(output)" in str(caught.value)


def test_many_leaves_are_counted_and_a_label_stays_on_one_line():
    ws = [Value(1.0, f"w\n{i}") for i in range(9)]
    v = weighted_sum(ws, [1.0] * 9, 0.0)
    ws[0].data = 2.0
    with pytest.raises(ValueError) as caught:
        draw(v)
    assert r"w\n0, w\n1, w\n2, w\n3, w\n4 and 4 more may have moved" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_first_node_is_named_and_one_set_by_hand_too():
    x = Value(2.0, "x")
    u = x * 3
    z = u.exp()
    u.data = 1.0
    with pytest.raises(ValueError, match=r"^draw: Value\(1\.0\) no longer follows .* now gives 6\.0; its data or"):
        draw(z)


def test_gradient_checks_what_does_not_depend_on_the_input_too():
    """A moved leaf that the input does not depend on makes ∂z/∂x a number of two points all the same."""
    w, x = Value(2.0, "w"), Value(3.0, "x")
    z = (w * 5).exp() * x
    w.data = 0.0
    with pytest.raises(ValueError, match=r"^gradient: Value\(10\.0\) no longer follows"):
        gradient(z, [x])


@given(graphs())
def test_rounding_makes_no_graph_stale(graph):
    """Nor does a sweep, a drawing or a second recording."""
    xs = [Value(x) for x in graph.point]
    y = graph(*xs)
    y.backward()
    [slope, *_] = gradient(y, xs)
    for output in y, slope, replay(y), total([y, y, 0.1]), logsumexp([y, 0.1, y]):
        check_fresh("test", output)


def test_nan_and_infinity_are_the_same_as_themselves():
    for data in math.nan, math.inf, -math.inf:
        x = Value(data, "x")
        y = x * x + weighted_sum([x], [0.0], x)
        check_fresh("test", y)
        draw(y)
        assert math.isnan(replay(y).data) == math.isnan(y.data)
    x.data = 1.0
    with pytest.raises(ValueError, match=r"x was -inf and is now 1\.0"):
        draw(y)


def test_a_film_of_one_recorded_graph_is_refused_at_the_next_frame_and_right_with_replay():
    """Mazur's network: the next frame is the graph recorded from scratch."""
    model = mazur.network()
    x = [Value(x_i, f"x{i}") for i, x_i in enumerate(mazur.X, start=1)]
    J = nn.half_squared_error(model(x), mazur.T)
    stale, good = Film(lambda: J), Film(lambda: replay(J))
    fresh = Film(lambda: nn.half_squared_error(model(x), mazur.T))
    J.backward()
    nn.SGD(mazur.weights(model), mazur.LR).step()
    with pytest.raises(ValueError, match=r"^a Film: .*replay\(J\)"):
        stale.take("epoch 1")
    assert len(stale.frames) == 1
    for film in good, fresh:
        film.take("epoch 1")
    assert good.frames == fresh.frames and good.frames[0] != good.frames[1]
