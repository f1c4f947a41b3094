"""Arrays and threads: what holds real numbers is taken, what does not is named, and threads may share a program."""
import math
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from fractions import Fraction
from importlib.util import find_spec

import numpy as np
import pytest

import nn
from autograd import Value, compile
from autograd.compiler.arrays import real_array


def program_of_constants():
    """J = (w x + ½)² + 1.25 u x, whose constants integers would round away."""
    w, u, x = Value(2.0, "w"), Value(3.0, "u"), Value(1.0, "x")
    return compile((w * x + 0.5) ** 2 + u * 1.25 * x, [x])


# --- numbers that are no NumPy floats --------------------------------------------------------------------------------

NUMBERS = {
    "Decimal": [[Decimal("0.5"), Decimal(2)], [Decimal("-1.25"), Decimal("1e-3")]],
    "Fraction": [[Fraction(1, 2), Fraction(2)], [Fraction(-5, 4), Fraction(1, 1000)]],
    "mixed": [[0.5, np.int8(2)], [Fraction(-5, 4), Decimal("0.001")]],
    "objects": np.array([[0.5, 2], [-1.25, 0.001]], dtype=object),
    "nothing masked": np.ma.array([[0.5, 2], [-1.25, 0.001]]),
}


@pytest.mark.parametrize("data", NUMBERS.values(), ids=NUMBERS)
def test_real_numbers_of_any_type_are_taken(data):
    found = real_array("X", data)
    assert found.dtype == np.float64 and found.tolist() == [[0.5, 2.0], [-1.25, 0.001]]


def test_bools_among_objects_are_0_and_1():
    """As a frame of mixed columns gives them, and NumPy's own bool."""
    assert real_array("X", np.array([[True, 0.5], [np.False_, 2]], dtype=object)).tolist() == [[1.0, 0.5], [0.0, 2.0]]


def test_numbers_keep_their_dtype_and_are_not_copied():
    for dtype in bool, np.uint8, np.int64, np.float32, np.float64:
        data = np.ones((2, 3), dtype)
        assert real_array("X", data) is data


def test_a_missing_number_of_objects_is_nan_as_everywhere():
    assert math.isnan(real_array("X", np.array([[math.nan, True]], dtype=object))[0, 0])


def test_objects_train_and_run_as_their_floats():
    objects = np.array([[True, 0.5], [False, Fraction(1, 4)], [True, 2]], dtype=object)
    model = nn.MLP(2, [1], "tanh", seed=0)
    assert nn.predict(model, objects).tolist() == nn.predict(model, objects.astype(float)).tolist()
    program = program_of_constants()
    assert program.forward([[Fraction(1, 2)], [Decimal(2)]]).tolist() == [(2 * 0.5 + 0.5) ** 2 + 3 * 1.25 * 0.5,
                                                                          4.5 ** 2 + 7.5]


def test_a_frame_of_mixed_and_of_nullable_columns():
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    frame = pandas.DataFrame({"a": [True, False], "b": [0.5, 2.0], "c": pandas.array([1, 2], dtype="Int64")})
    assert real_array("X", frame).tolist() == [[1.0, 0.5, 1.0], [0.0, 2.0, 2.0]]
    frame["c"] = pandas.array([1, None], dtype="Int64")
    with pytest.raises(TypeError, match=r"^X is (<NA>|nan) in row 1, column 2 \(counted from 0\), which is no real "
                                        "number; fill the gaps or leave those samples out$"):
        real_array("X", frame)


PLACE = "in row 0, column 1 (counted from 0)"
NO_NUMBERS = {                              # what is refused, how, and what is said after "X is "
    "a name": ([[1.0, "red"], [3.0, 4.0]], TypeError, f"'red' {PLACE}, which is no real number; number the names in a "
               "column: names, column = np.unique(column, return_inverse=True)"),
    "a number as text": (np.array([["1.5", "2"]]), TypeError, "'1.5' in row 0, column 0 (counted from 0), which is no "
                         "real number; np.asarray(X, dtype=float) makes numbers of such strings"),
    "None": ([[1.0, None]], TypeError,
             f"None {PLACE}, which is no real number; fill the gaps or leave those samples out"),
    "a Value": ([[1.0, Value(2.0, "a")]], TypeError,
                f"Value(2.0, 'a') {PLACE}, which is no real number; give its .data"),
    "a complex object": (np.array([[1.0, 1j]], dtype=object), TypeError, f"1j {PLACE}, which is no real number"),
    "a large integer": ([[1, 10 ** 400]], ValueError, f"1{'0' * 38}… {PLACE}, which no float can hold"),
    "ragged objects": (np.array([[1.0], [1.0, 2.0]], dtype=object), ValueError,
                       "ragged: every sample needs as many numbers as the others"),
    "a masked entry": (np.ma.array([[1.0, 2.0]], mask=[[0, 1]]), ValueError,
                       f"masked {PLACE}; fill the gaps, as X.filled(0) does, or leave those samples out"),
    "a list of masked rows": ([np.ma.array([1.0, 2.0], mask=[0, 1]), np.ma.array([1.0, 2.0])], ValueError,
                              f"masked {PLACE}; fill the gaps, as X.filled(0) does, or leave those samples out"),
}


@pytest.mark.parametrize("data, error, message", NO_NUMBERS.values(), ids=NO_NUMBERS)
def test_the_first_entry_that_is_no_number_is_named_with_its_place(data, error, message):
    with pytest.raises(error, match=f"^X is {re.escape(message)}$"):
        real_array("X", data)


def test_what_is_no_array_at_all_is_named():
    with pytest.raises(TypeError, match=r"^X must hold real numbers, but is \{1\.0\}; give a list or an array$"):
        real_array("X", {1.0})


def test_an_iterator_is_to_be_made_a_list():
    with pytest.raises(TypeError, match=r"give a list or an array: list\(X\) makes one of an iterator$"):
        nn.predict(nn.MLP(1, [1], seed=0), (x for x in [[1.0]]))


@pytest.mark.parametrize("T", [["cat", "dog"], np.array(["cat", "dog"]), np.array([["cat"], ["dog"]], dtype=object)],
                         ids=["list", "array", "column"])
def test_labels_that_are_names_are_to_be_numbered(T):
    model = nn.MLP(1, [2], seed=0)
    with pytest.raises(TypeError, match=r"T is 'cat' in row 0.*; number the classes: names, T = np\.unique\(T, "
                                        r"return_inverse=True\)$"):
        nn.fit(model, [[0.0], [1.0]], T, nn.cross_entropy, nn.SGD(model.parameters(), lr=0.1), 1)
    _, numbers = np.unique(T, return_inverse=True)
    assert nn.fit(model, [[0.0], [1.0]], numbers, nn.cross_entropy, nn.SGD(model.parameters(), lr=0.1), 1).losses


def test_a_label_that_is_a_name_is_to_be_numbered():
    with pytest.raises(ValueError, match=r"^cross_entropy: 'cat' is no class; number the classes: names, T = "
                                         r"np\.unique\(T, return_inverse=True\)$"):
        nn.cross_entropy([Value(0.0), Value(1.0)], "cat")


# --- program.function on integers and on nothing ---------------------------------------------------------------------


@pytest.mark.parametrize("parameters, X", [([2, 3], [[1]]), (np.array([2, 3]), np.array([[1.0]])),
                                           (np.array([2.0, 3.0]), np.array([[1]]))],
                         ids=["integers", "integer parameters", "integer X"])
def test_integers_do_not_round_the_constants(parameters, X):
    """J = 2.5² + 3.75 = 10; ∂J/∂w = 2 · 2.5 = 5, ∂J/∂u = 1.25."""
    values, gradient = program_of_constants().function(np)(parameters, X)
    assert values.tolist() == [10.0] and gradient.tolist() == [5.0, 1.25]


@pytest.mark.parametrize("library", ["torch", "jax"])
def test_integers_do_not_round_the_constants_in_other_libraries(library):
    if not find_spec(library):
        pytest.skip(f'{library} is not installed: pip install -e ".[peers]"')
    xp = __import__("jax.numpy").numpy if library == "jax" else __import__("torch")
    f = program_of_constants().function(xp)
    for parameters, X in ([2, 3], [[1]]), ([2.0, 3.0], [[1]]), ([2, 3], [[1.0]]):
        values, gradient = f(xp.asarray(parameters), xp.asarray(X))
        assert values.tolist() == [10.0] and gradient.tolist() == [5.0, 1.25]
    with pytest.raises(TypeError, match=r"parameters must hold real numbers, but its dtype is .*complex"):
        f(xp.asarray([1j, 2.0]), xp.asarray([[1.0]]))


@pytest.mark.parametrize("sizes", [[1], [3, 1], [4, 3, 2]], ids=repr)
def test_no_samples_have_no_values_and_a_gradient_of_0(sizes):
    xs = [Value(0.5, "x1"), Value(0.25, "x2")]
    y = nn.MLP(2, sizes, "tanh", seed=0)(xs)
    program = compile(nn.half_squared_error(y, [0.5] * sizes[-1] if sizes[-1] > 1 else 0.5) * xs[0], xs)
    parameters = [p.data for p in program.parameters]
    X = np.empty((0, 2))
    for values, gradient in program.value_and_grad(X), program.function(np)(parameters, X):
        assert values.shape == (0,) and gradient.tolist() == [0.0] * len(parameters)


# --- threads ---------------------------------------------------------------------------------------------------------


def test_threads_that_share_a_program_get_their_own_results():
    xs = [Value(0.5, "x1"), Value(0.25, "x2")]
    program = compile(nn.half_squared_error(nn.MLP(2, [32, 1], "tanh", seed=0)(xs), 0.3), xs)
    data = [np.random.default_rng(i).normal(size=(300, 2)) for i in range(240)]
    expected = [program.value_and_grad(X) for X in data]
    outputs = [program.forward(X) for X in data]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)                         # threads take turns between any two lines
    try:
        with ThreadPoolExecutor(4) as threads:
            found = list(threads.map(program.value_and_grad, data))
            forward = list(threads.map(program.forward, data))
    finally:
        sys.setswitchinterval(interval)
    for (values, gradient), (right, right_gradient) in zip(found, expected):
        assert values.tolist() == right.tolist() and gradient.tolist() == right_gradient.tolist()
    assert [y.tolist() for y in forward] == [y.tolist() for y in outputs]


def test_a_thread_sees_parameters_that_another_has_moved():
    w, x = Value(2.0, "w"), Value(1.0, "x")
    program = compile(w * x, [x])
    program.forward([[1.0]])
    with ThreadPoolExecutor(1) as thread:
        w.data = 5.0
        assert thread.submit(program.value_and_grad, [[3.0]]).result()[0].tolist() == [15.0]
        w.data = 7.0
        assert thread.submit(program.forward, [[3.0]]).result().tolist() == [21.0]
