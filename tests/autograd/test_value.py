"""The node: what it holds, what it refuses and how, and how it meets Python's and NumPy's numbers."""
import copy
import math
import pickle
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

import nn
from autograd import (
    Constant,
    Parameter,
    Value,
    gradient,
    log,
    logsumexp,
    maximum,
    mean,
    ops,
    select,
    softmax,
    tanh,
    total,
    weighted_sum,
    weighted_sums,
)


def neuron(n):
    """n weights, n inputs and a bias."""
    w = [Parameter(0.3 * k - 0.5, f"w{k}") for k in range(n)]
    return w, [Value(1.1 - k, f"x{k}") for k in range(n)], Parameter(0.7, "b")


# --- data and label --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("x", [3, True, False, math.inf, Fraction(1, 4), Decimal("0.25"), Decimal("-inf"),
                               np.float64(0.1), np.float32(0.5), np.int64(-7), np.uint8(7), np.bool_(True),
                               np.longdouble(0.5)], ids=repr)
def test_a_real_number_becomes_a_float(x):
    for v in (Value(x), Value(1.0) * x):
        assert type(v.data) is float and v.data == x


@pytest.mark.parametrize("x", ["7", None, 1j, [1.0], (1.0,), {}, b"1", np.array(1.0), np.array([1.0]), np.complex128(1),
                               Value(1.0), object], ids=repr)
def test_anything_else_is_refused(x):
    with pytest.raises(TypeError, match=r"^a Value holds one real number, but .* is (of type|a Value)"):
        Value(x)


def test_a_refusal_names_what_it_was_given():
    with pytest.raises(TypeError, match=r"^a Value holds one real number, but '7' is of type str$"):
        Value("7")
    with pytest.raises(TypeError, match=r"^a Value holds one real number, but Value\(1\.0\) is a Value already: give "
                                        r"its \.data$"):
        Value(Value(1))


@pytest.mark.parametrize("x", [10**400, -10**400, Fraction(10**400, 3), Decimal("1e400"), np.longdouble("1e400")],
                         ids=lambda x: type(x).__name__)
def test_a_number_larger_than_any_float_is_refused(x):
    """float() makes infinity of the last two in silence; where a long double is a double it is infinite itself."""
    if x == math.inf:
        pytest.skip("a long double is a double here")
    with pytest.raises(OverflowError, match="larger than the largest float"):
        Value(x)


@pytest.mark.parametrize("x", [Fraction(1, 4), Decimal("0.25")], ids=repr)
def test_fractions_and_decimals_meet_a_value(x):
    v = Value(0.5)
    for z, expected in ((v + x, 0.75), (x + v, 0.75), (v - x, 0.25), (x - v, -0.25), (v * x, 0.125), (x * v, 0.125),
                        (v / x, 2.0), (x / v, 0.5), (v ** x, 0.5 ** 0.25), (x ** v, 0.5)):
        assert z.data == expected
        z.backward()
    assert x < v and v > x and not v <= x
    assert weighted_sum([v], [x], x).data == 0.375


@pytest.mark.parametrize("label", [None, 3, b"x", ["x"]], ids=repr)
def test_a_label_is_a_string(label):
    with pytest.raises(TypeError, match=r"^a label is a string, not "):
        Value(1.0, label)


def test_a_leaf_has_no_op_no_parents_and_no_partials():
    for leaf in (Value(1.0, "x"), Constant(1.0), Parameter(1.0, "w", ("layer 1", "neuron 2"))):
        assert (leaf.data, leaf.grad, leaf.op, leaf.parents, leaf.partials) == (1.0, 0.0, None, (), ())


def test_a_node_keeps_its_op_its_parents_in_order_and_the_partials():
    x, y = Value(2.0, "x"), Value(5.0, "y")
    z = x / y
    assert (z.data, z.grad, z.label, z.op) == (0.4, 0.0, "", ops.div)
    assert z.parents == (x, y)
    assert z.partials == (0.2, -0.08)


@pytest.mark.parametrize("name", ["op", "parents", "partials"])
def test_a_node_cannot_be_rewired(name):
    with pytest.raises(AttributeError):
        setattr(Value(2.0) * 3.0, name, ())


def test_a_node_has_no_room_for_anything_else():
    for v in (Value(1.0), Constant(1.0), Parameter(1.0), Value(1.0) + 1.0):
        with pytest.raises(AttributeError):
            v.colour = "red"


def test_a_number_met_by_an_operator_becomes_a_constant():
    x = Value(3.0)
    for z, (a, b) in [(x + 2, (3.0, 2.0)), (2 + x, (2.0, 3.0)), (x - 2, (3.0, 2.0)), (2 - x, (2.0, 3.0)),
                      (x * 2, (3.0, 2.0)), (2 * x, (2.0, 3.0)), (x / 2, (3.0, 2.0)), (2 / x, (2.0, 3.0)),
                      (2 ** x, (2.0, 3.0))]:
        assert [p.data for p in z.parents] == [a, b]
        assert [type(p) for p in z.parents if p is not x] == [Constant]


def test_repr_shows_kind_data_and_label():
    assert [repr(Value(1)), repr(Value(1, "x")), repr(Constant(2)), repr(Parameter(0.5, "w"))] == [
        "Value(1.0)", "Value(1.0, 'x')", "Constant(2.0)", "Parameter(0.5, 'w')"]


# --- comparison and conversion ---------------------------------------------------------------------------------------


def test_equality_and_hash_are_by_identity():
    x, y = Value(2.0), Value(2.0)
    assert x == x and x != y and x != 2.0
    assert len({x, y, x}) == 2


def test_order_is_by_data():
    x, y = Value(2.0), Value(3.0)
    assert x < y and x <= y and y > x and y >= x and x <= Value(2.0) and not x < Value(2.0)
    assert x < 2.5 and x <= 2 and x > 1 and x >= 2 and 1 < x < 3
    assert max(x, y) is y and sorted([y, x]) == [x, y]


def test_leaves_are_pickled_and_copied():
    w = Parameter(0.5, "w", ("layer 1", "neuron 2"))
    w.grad = 3.0
    for twin in (pickle.loads(pickle.dumps(w)), copy.deepcopy(w), copy.copy(w)):
        assert type(twin) is Parameter and twin is not w
        assert (twin.data, twin.grad, twin.label, twin.scope, twin.op, twin.parents) == (
            0.5, 3.0, "w", ("layer 1", "neuron 2"), None, ())
    for leaf in (Value(1.0, "x"), Constant(2.0)):
        for twin in (pickle.loads(pickle.dumps(leaf)), copy.deepcopy(leaf)):
            assert type(twin) is type(leaf) and (twin.data, twin.label) == (leaf.data, leaf.label)


# --- data and grad are floats ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["data", "grad"])
@pytest.mark.parametrize("node", [Value(1.0), Constant(1.0), Parameter(1.0), Value(1.0) * 2.0], ids=repr)
def test_what_is_assigned_becomes_a_float_or_is_refused(name, node):
    for x in (np.float64(0.1), np.float32(0.5), np.int64(3), 2, True, math.inf):
        setattr(node, name, x)
        assert type(getattr(node, name)) is float and getattr(node, name) == x
    setattr(node, name, 0.25)
    for x in (Value(0.5), None, "1", 1j, [1.0], np.array([1.0])):
        with pytest.raises(TypeError, match="a Value holds one real number, but "):
            setattr(node, name, x)
        assert getattr(node, name) == 0.25


def test_a_step_that_puts_a_value_into_data_is_refused_where_it_is_written():
    p = Parameter(1.0, "p")
    with pytest.raises(TypeError, match=r"^a Value holds one real number, but Value\(1\.0\) is a Value already: "):
        p.data = p - 0.1 * p.grad
    p.data = (p - 0.1 * p.grad).data
    assert p.data == 1.0


@pytest.mark.parametrize("make", [lambda ps, lr: nn.SGD(ps, lr, momentum=0.5), nn.Adam], ids=["SGD", "Adam"])
def test_a_numpy_learning_rate_leaves_floats(make):
    p = Parameter(1.0)
    optimizer = make([p], 0.1)
    optimizer.lr = np.float64(0.1)                      # as a schedule sets it
    for _ in range(2):
        (p * p).backward()
        optimizer.step()
        p.grad /= np.float64(2)
        assert type(p.data) is type(p.grad) is float


@pytest.mark.parametrize("engine", ["eager", "compiled"])
def test_fit_leaves_floats_where_on_epoch_sets_numpy_s_numbers(engine):
    model = nn.MLP(1, [2, 1], "tanh", seed=0)
    optimizer = nn.SGD(model.parameters(), 0.1)

    def schedule(epoch, J):
        optimizer.lr = np.float64(0.1) / epoch
        model.parameters()[0].data = np.float64(0.5)

    nn.fit(model, [[0.0], [1.0]], [0.0, 1.0], nn.half_squared_error, optimizer, 3, engine=engine, on_epoch=schedule,
           progress=False)
    assert {type(x) for p in model.parameters() for x in (p.data, p.grad)} == {float}


# --- NumPy -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [np.float64, np.float32, np.int64, np.bool_])
def test_a_numpy_scalar_on_either_side_makes_a_value(kind):
    v, s = Value(0.5), kind(1)
    for z, expected in [(s * v, 0.5), (v * s, 0.5), (s + v, 1.5), (s - v, 0.5), (v - s, -0.5), (s / v, 2.0),
                        (v / s, 0.5), (s ** v, 1.0), (v ** s, 0.5)]:
        assert type(z) is Value and z.data == expected


@pytest.mark.parametrize("z", [
    lambda s, v: maximum(s, v), lambda s, v: maximum(v, s), lambda s, v: select(s, v, 0.0), lambda s, v: total([s, v]),
    lambda s, v: logsumexp([s, v]), lambda s, v: weighted_sum([s, s], [v, 2.0], 0.5),
    lambda s, v: weighted_sum(np.array([1.0, 2.0]), [v, 2.0], 0.5)])
def test_a_numpy_scalar_before_a_value_is_recorded_as_one_operation(z):
    v = Value(3.0)
    node = z(np.float64(1.0), v)
    assert type(node) is Value and v in node.parents


def test_object_arrays_of_values_add_and_multiply():
    x, y = Value(2.0), Value(-3.0)
    a = np.array([x, y])
    for found, expected in [(a + np.array([1.0, 2.0]), [3.0, -1.0]), (np.array([1.0, 2.0]) * a, [2.0, -6.0]),
                            (a + a, [4.0, -6.0]), (2 * a, [4.0, -6.0]), (a * x, [4.0, -6.0]), (x * a, [4.0, -6.0]),
                            (x - np.array([1.0, 2.0]), [1.0, 0.0]), (a ** 2, [4.0, 9.0]), (a / 2, [1.0, -1.5])]:
        assert [type(v) for v in found] == [Value, Value]
        assert [v.data for v in found] == expected


def test_object_arrays_of_values_multiply_as_matrices():
    W = np.array([[Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)]])
    x = np.array([Value(0.5), Value(-1.0)])
    v = W @ x
    assert [v_j.data for v_j in v] == [-1.5, -2.5]
    assert [g.data for g in gradient(v[1], [*W[1], *x])] == [0.5, -1.0, 3.0, 4.0]
    assert (x @ x).data == 1.25 and (np.array([2.0, 3.0]) @ x).data == -2.0


@pytest.mark.parametrize("name", ["tanh", "exp", "expm1", "log", "log1p", "sqrt", "sin", "cos", "abs"])
def test_numpys_functions_call_those_of_the_values(name):
    x, y = Value(0.5), Value(1.5)
    found = getattr(np, name)(np.array([x, y]))
    assert [v.op for v in found] == [getattr(ops, name)] * 2
    assert [v.parents for v in found] == [(x,), (y,)]
    assert getattr(np, name)(x).op is getattr(ops, name)


@pytest.mark.parametrize("name", [name for name, op in ops.TABLE.items() if op.arity == 1])
def test_the_tables_functions_record_one_node_for_each_value_of_an_object_array(name):
    x, y = Value(0.5), Value(1.5)
    found = getattr(ops, name)(np.array([[x], [y]]))
    assert found.shape == (2, 1)
    assert [(v.op, v.parents) for v in found.flat] == [(getattr(ops, name), (x,)), (getattr(ops, name), (y,))]


def test_lists_may_be_object_arrays():
    x, y = Value(0.5), Value(1.5)
    a = np.array([x, y])
    for node, twin in [(total(a), total([x, y])), (logsumexp(a), logsumexp([x, y])), (mean(a), mean([x, y])),
                       (weighted_sum(np.array([1.0, 2.0]), a, 0.5), weighted_sum([1.0, 2.0], [x, y], 0.5)),
                       *zip(softmax(a), softmax([x, y]))]:
        assert (node.data, node.op.name, node.partials) == (twin.data, twin.op.name, twin.partials)


# --- sums of many ----------------------------------------------------------------------------------------------------


def test_a_weighted_sum_of_values_has_2n_plus_1_edges_in_the_order_w_x_b():
    w, x, b = neuron(3)
    v = weighted_sum(w, x, b)
    assert v.data == pytest.approx(sum(w_i.data * x_i.data for w_i, x_i in zip(w, x)) + b.data, rel=1e-15)
    assert v.parents == (*w, *x, b)
    assert v.partials == (*[x_i.data for x_i in x], *[w_i.data for w_i in w], 1.0)


def plain(x):
    """The float that x is or holds."""
    return Value.lift(x).data


ARGUMENTS = {
    "w": lambda w, x, b: (w, [1.5, 2], 3), "x": lambda w, x, b: ([1.5, 2], x, 3),
    "b": lambda w, x, b: ([1.5, 2], [1, 2], b),
    "w, x": lambda w, x, b: (w, x, 0.5), "w, b": lambda w, x, b: (w, [1.5, True], b),
    "a part of each": lambda w, x, b: ([w[0], 2.0], [4.0, x[1]], b), "w, x, b": lambda w, x, b: (w, x, b),
    "one Value at three places": lambda w, x, b: ([b, b], [2.0, b], b),
}


@pytest.mark.parametrize("name", ARGUMENTS)
def test_plain_numbers_in_a_weighted_sum_get_no_node_and_no_edge_but_stay_in_the_op(name):
    w, x, b = ARGUMENTS[name](*neuron(2))
    v = weighted_sum(w, x, b)
    every = [(a, d) for a, d in zip([*w, *x, b], [*map(plain, x), *map(plain, w), 1.0])]
    assert v.parents == tuple(a for a, _ in every if isinstance(a, Value))
    assert v.partials == tuple(d for a, d in every if isinstance(a, Value))
    data = [parent.data for parent in v.parents]
    assert v.op.forward(*data) == v.data
    assert v.op.partials(v.data, *data) == v.partials
    assert tuple(map(plain, v.op.partials(v, *v.parents))) == v.partials


@pytest.mark.parametrize("op", [total, logsumexp], ids=["total", "logsumexp"])
def test_plain_numbers_in_a_list_stay_in_the_op(op):
    x, y = Value(0.5), Value(-1.0)
    z = op([1, x, 2.0, y])
    assert z.parents == (x, y)
    assert z.op.forward(0.5, -1.0) == z.data == op([1.0, 0.5, 2.0, -1.0])
    assert z.op.partials(z.data, 0.5, -1.0) == z.partials


KINDS = {
    "floats": lambda x: [0.5, -1.5], "ints": lambda x: [1, 2], "NumPy": lambda x: np.array([0.5, -1.5]),
    "Values": lambda x: x, "Constants": lambda x: [Constant(0.5), Parameter(1.0)], "both": lambda x: [x[0], 0.5],
}


@pytest.mark.parametrize("name", KINDS)
def test_weighted_sums_are_the_weighted_sums_node_for_node(name):
    (w1, x, b1), (w2, _, b2) = neuron(2), neuron(2)
    x = KINDS[name](x)
    for found, expected in zip(weighted_sums([w1, w2], x, [b1, b2]),
                               [weighted_sum(w1, x, b1), weighted_sum(w2, x, b2)], strict=True):
        assert (found.data, found.partials, found.grad, found.label) == (expected.data, expected.partials, 0.0, "")
        assert found.parents == expected.parents
        assert found.op.name == expected.op.name
        data = [parent.data for parent in found.parents]
        assert found.op.partials(found.data, *data) == found.partials


# --- bad input: one error, which names the operation, the label and the number ---------------------------------------

x3, zero, negative, big = Value(-1.0, "x3"), Value(0.0, "z"), Value(-8.0, "x"), Value(1000.0, "v")

BAD = [
    (lambda: log(x3), ValueError, "log(x3): -1.0 is outside x > 0"),
    (lambda: x3.log(), ValueError, "log(x3): -1.0 is outside x > 0"),
    (lambda: log(zero), ValueError, "log(z): 0.0 is outside x > 0"),
    (lambda: log(-1.0), ValueError, "log(-1.0): -1.0 is outside x > 0"),
    (lambda: zero ** -1, ZeroDivisionError, "z**-1: 0.0 is outside x ≠ 0"),
    (lambda: Value(0.0) ** -1, ZeroDivisionError, "0.0**-1: 0.0 is outside x ≠ 0"),
    (lambda: negative ** (1 / 3), ValueError, "x**0.3333333333333333: -8.0 is outside x > 0"),
    (lambda: negative ** Value(0.5, "y"), ValueError, "x ** y: -8.0 is outside x > 0"),
    (lambda: 0 ** big, ValueError, "0.0 ** v: 0.0 is outside x > 0"),
    (lambda: big / zero, ZeroDivisionError, "v / z: 0.0 is outside y ≠ 0"),
    (lambda: big / 0, ZeroDivisionError, "v / 0.0: 0.0 is outside y ≠ 0"),
    (lambda: 1 / zero, ZeroDivisionError, "1.0 / z: 0.0 is outside y ≠ 0"),
    (lambda: big.exp(), OverflowError, "exp(v): 1000.0 overflows the range of floats"),
    (lambda: big.expm1(), OverflowError, "expm1(v): 1000.0 overflows the range of floats"),
    (lambda: big ** 200, OverflowError, "v**200: 1000.0 overflows the range of floats"),
    (lambda: zero.sqrt(), ZeroDivisionError, "sqrt(z): 0.0 is outside x > 0"),
    (lambda: log(Value(-1.0, "a\nb")), ValueError, r"log(a\nb): -1.0 is outside x > 0"),
    (lambda: log(Value(-1.0, "v" * 99)), ValueError, f"log({'v' * 39}…): -1.0 is outside x > 0"),
    (lambda: weighted_sum([big], [1.0, 2.0], 0.0), ValueError,
     "weighted_sum: 1 weights but 2 inputs; give a weight for each input"),
    (lambda: weighted_sums([[big]], [1.0, 2.0], [big]), ValueError,
     "weighted_sum: 1 weights but 2 inputs; give a weight for each input"),
    (lambda: weighted_sums([[big], [big]], [1.0], [big]), ValueError,
     "weighted_sums: 2 rows of weights but 1 biases; give a bias for each row"),
    (lambda: weighted_sum([], [], big), ValueError, "weighted_sum of an empty list: give it at least one number"),
    (lambda: weighted_sums([[]], [], [big]), ValueError, "weighted_sum of an empty list: give it at least one number"),
    (lambda: total([]), ValueError, "total of an empty list: give it at least one number"),
    (lambda: mean([]), ValueError, "mean of an empty list: give it at least one number"),
    (lambda: logsumexp(()), ValueError, "logsumexp of an empty list: give it at least one number"),
    (lambda: softmax([]), ValueError, "logsumexp of an empty list: give it at least one number"),
    (lambda: total(big), TypeError, "total: xs is a list of numbers, not Value(1000.0, 'v')"),
    (lambda: weighted_sum([big], 2.0, 0.0), TypeError, "weighted_sum: x is a list of numbers, not 2.0"),
    (lambda: weighted_sum([big], [2.0]), TypeError, "weighted_sum takes w, x, b, but 2 arguments were given"),
    (lambda: total([big, "7"]), TypeError, "a Value holds one real number, but '7' is of type str"),
    (lambda: weighted_sum([big], [1j], 0.0), TypeError, "a Value holds one real number, but 1j is of type complex"),
    (lambda: maximum(big, "7"), TypeError, "a Value holds one real number, but '7' is of type str"),
    (lambda: maximum("7", big), TypeError, "a Value holds one real number, but '7' is of type str"),
    (lambda: big * None, TypeError, "a Value holds one real number, but None is of type NoneType"),
    (lambda: 1j * big, TypeError, "a Value holds one real number, but 1j is of type complex"),
    (lambda: big ** 1j, TypeError, "a Value holds one real number, but 1j is of type complex"),
    (lambda: big + "7", TypeError, "unsupported operand type(s) for +: 'Value' and 'str'"),
    (lambda: big + [1.0], TypeError, "unsupported operand type(s) for +: 'Value' and 'list'"),
    (lambda: Value("7"), TypeError, "a Value holds one real number, but '7' is of type str"),
    (lambda: Value(None), TypeError, "a Value holds one real number, but None is of type NoneType"),
    (lambda: Value(1j), TypeError, "a Value holds one real number, but 1j is of type complex"),
    (lambda: Value([1.0]), TypeError, "a Value holds one real number, but [1.0] is of type list"),
]


@pytest.mark.parametrize("mistake, kind, message", BAD, ids=[message for _, _, message in BAD])
def test_bad_input_is_one_error_that_says_what_and_where(mistake, kind, message):
    with pytest.raises(kind) as caught:
        mistake()
    error = caught.value
    assert type(error) is kind and str(error) == message
    assert error.__cause__ is None and (error.__context__ is None or error.__suppress_context__)


def test_a_failed_operation_leaves_its_arguments_as_they_were():
    x = Value(-1.0, "x")
    with pytest.raises(ValueError):
        x.log()
    y = x * 2 + tanh(x)
    y.backward()
    assert (x.data, x.grad) == (-1.0, pytest.approx(3 - math.tanh(1.0) ** 2, rel=1e-15))
