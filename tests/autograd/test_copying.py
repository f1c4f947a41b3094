"""Graphs, models and rows of the table through pickle and copy: the same numbers, the same shared nodes, any depth."""
import copy
import math
import pickle

import pytest

import nn
from autograd import Constant, Op, Parameter, Value, gradient, ops, power, weighted_sum, wengert_list

PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)
SWISH = Op("swish", lambda x: x / (1 + math.exp(-x)), lambda z, x: (ops.sigmoid(x) * (1 + x - z),))


def through_pickle(x):
    return pickle.loads(pickle.dumps(x))


def through_python_pickle(x):
    """By the pickler that is written in Python, whose stack is Python's own."""
    return pickle.loads(pickle._dumps(x))


COPIES = [through_pickle, through_python_pickle, copy.deepcopy]


# --- rows ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", [*ops.TABLE.values(), power(3), power(-1), power(2.5)], ids=repr)
def test_a_row_stays_the_row_that_it_is(row):
    assert all(pickle.loads(pickle.dumps(row, protocol)) is row for protocol in PROTOCOLS)
    assert copy.copy(row) is row and copy.deepcopy(row) is row


def test_a_row_that_holds_numbers_holds_the_same():
    x = Value(3.0, "x")
    row = through_pickle(weighted_sum([x], [2.0], 0.5).op)
    assert row(5.0) == 10.5 and row.partials(10.5, 5.0) == (2.0,)


def test_a_row_of_ones_own_says_that_it_cannot_be_pickled():
    for x in SWISH, SWISH(Value(1.0)), SWISH(Value(1.0)) * 2:
        with pytest.raises(TypeError, match=r"^the operation 'swish' cannot be pickled: pickle finds operations by "
                                            r"their names in autograd's table, and it is not there; pickle the "
                                            r"parameters' data and record again$"):
            pickle.dumps(x)


def test_a_changed_copy_of_a_row_is_ones_own():
    """It would come back as the row that it was made from."""
    from dataclasses import replace
    for row in ops.tanh, power(3):
        with pytest.raises(TypeError, match="cannot be pickled"):
            pickle.dumps(replace(row, partials=lambda z, x: (0.0,)))


def test_pickling_that_failed_can_be_tried_again():
    """Deeper than the stack both times."""
    y = SWISH(Value(1.0))
    for _ in range(2000):
        y = y * 0.5
    for _ in range(2):
        with pytest.raises(TypeError, match=r"^the operation 'swish' cannot be pickled"):
            pickle.dumps(y)


def test_a_row_of_ones_own_can_be_copied():
    y = SWISH(Value(1.0, "x")) * 2
    twin = copy.deepcopy(y)
    assert twin.parents[0].op is SWISH and twin.data == y.data and twin.parents[0] is not y.parents[0]


# --- graphs ----------------------------------------------------------------------------------------------------------


def graph():
    """y = tanh(h + 1) h³ with h = x², and total, weighted_sum and plain numbers in it."""
    x = Value(0.5, "x")
    h = x * x
    h.label = "h"
    y = (h + 1).tanh() * h ** 3 + weighted_sum([x, h], [2.0, x], 0.25) + ops.total([x, h, 1.5])
    y.label = "y"
    return x, h, y


@pytest.mark.parametrize("copied", COPIES, ids=lambda f: f.__name__)
@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)], ids=str)
def test_nodes_that_are_copied_together_stay_one_graph(copied, order):
    originals = graph()
    found = copied([originals[i] for i in order])
    x, h, y = (found[order.index(i)] for i in range(3))
    for node, original in zip(wengert_list(y), wengert_list(originals[2]), strict=True):
        assert node is not original and type(node) is type(original)
        assert (node.data, node.label, node.partials, node.op and node.op.name) == (
            original.data, original.label, original.partials, original.op and original.op.name)
    assert h.parents == (x, x) and {x, h} < {*wengert_list(y)}
    assert gradient(y, [h, x])[0].data == gradient(originals[2], [originals[1]])[0].data
    y.backward()
    originals[2].backward()
    assert x.grad == originals[0].grad != 0.0


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_every_protocol_keeps_every_kind_of_node(protocol):
    w, c = Parameter(2.0, "w", ("layer 1", "neuron 2")), Constant(3.0)
    w.grad = 0.5
    y = pickle.loads(pickle.dumps(w * c, protocol))
    w, c = y.parents
    assert type(w) is Parameter and (w.data, w.grad, w.label, w.scope) == (2.0, 0.5, "w", ("layer 1", "neuron 2"))
    assert type(c) is Constant and c.data == 3.0


@pytest.mark.parametrize("copied", COPIES, ids=lambda f: f.__name__)
def test_a_graph_may_be_of_any_depth(copied):
    x = Value(0.5, "x")
    y = x
    for _ in range(5000):
        y = 1.0 - y * x
    twin = copied(y)
    assert twin.data == y.data and len(wengert_list(twin)) == len(wengert_list(y)) == 15001
    y.backward()
    twin.backward()
    [leaf] = [node for node in wengert_list(twin) if node.label == "x"]
    assert leaf.grad == x.grad != 0.0


def test_a_copy_of_one_node_has_the_same_parents():
    x, _, y = graph()
    twin = copy.copy(y)
    assert twin is not y and twin.parents == y.parents and (twin.data, twin.label) == (y.data, "y")
    assert copy.copy(x) is not x and copy.copy(x).data == 0.5


def test_what_a_subclass_adds_is_copied():
    class Noted(Value):
        pass

    x = Noted(1.0)
    x.note = ["seen"]
    twin = copy.deepcopy(x)
    assert twin.note == ["seen"] and twin.note is not x.note and copy.copy(x).note is x.note


@pytest.mark.parametrize("copied", COPIES, ids=lambda f: f.__name__)
def test_a_model_with_its_optimizer_trains_on(copied):
    X, T = [[0.0, 1.0], [1.0, 0.5], [0.25, -1.0]], [0.5, -0.5, 0.25]
    model = nn.MLP(2, [3, 1], "tanh", seed=0)
    optimizer = nn.Adam(model.parameters())
    nn.fit(model, X, T, nn.half_squared_error, optimizer, 2, progress=False)
    twin, its_optimizer = copied((model, optimizer))
    for m, o in (model, optimizer), (twin, its_optimizer):
        nn.fit(m, X, T, nn.half_squared_error, o, 3, progress=False)
    assert all(p is q for p, q in zip(twin.parameters(), its_optimizer.parameters))
    assert [p.data for p in twin.parameters()] == [p.data for p in model.parameters()]
