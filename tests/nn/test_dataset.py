"""X and T: whatever holds real numbers is taken, and whatever is wrong with it is said, with shapes and places."""
import math
import re
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from nn import MLP, SGD, Adam, fit, half_squared_error, predict
from nn import losses as nn_losses
from nn.dataset import inputs_matrix, matrix, targets_matrix

X = [[1, 0], [0, 1], [1, 1], [0, 0]]
T = [1, 0, 1, 0]
SAME_X = {
    "lists": X, "tuples": tuple(map(tuple, X)), "a list of arrays": [np.array(x) for x in X],
    "float64": np.array(X, float), "float32": np.array(X, np.float32), "float16": np.array(X, np.float16),
    "longdouble": np.array(X, np.longdouble), "int64": np.array(X), "uint8": np.array(X, np.uint8),
    "bool": np.array(X, bool), "big-endian": np.array(X, ">f8"), "Fortran": np.asfortranarray(np.array(X, float)),
    "strided": np.repeat(np.array(X, float), 2, axis=1)[:, ::2], "reversed": np.array(X[::-1])[::-1],
    "read-only": np.frombuffer(np.array(X, float).tobytes()).reshape(4, 2),
    "lists of bools": [[b == 1 for b in x] for x in X], "Fractions": [[Fraction(x_i) for x_i in x] for x in X],
    "Decimals and ints": [[Decimal(x[0]), x[1]] for x in X],
}
SAME_T = {
    "lists": T, "(N, 1) lists": [[t] for t in T], "float64": np.array(T, float), "(N, 1)": np.array(T, float)[:, None],
    "Decimals": [*map(Decimal, T)],
    "float32": np.array(T, np.float32), "int8": np.array(T, np.int8), "bool": np.array(T, bool),
    "Fortran (N, 1)": np.asfortranarray(np.array(T)[:, None]), "strided": np.repeat(np.array(T), 2)[::2],
}


def trained(X, T, loss=half_squared_error, nouts=(3, 1), **settings):
    model = MLP(2, nouts, "tanh", seed=0)
    history = fit(model, X, T, loss, SGD(model.parameters(), lr=0.5), 3, **settings)
    return history.losses, [p.data for p in model.parameters()]


@pytest.mark.parametrize("same", SAME_X.values(), ids=SAME_X)
def test_any_kind_of_X_trains_to_the_same_bits(same):
    assert trained(same, T) == trained(X, T)


@pytest.mark.parametrize("same", SAME_T.values(), ids=SAME_T)
def test_any_kind_of_T_trains_to_the_same_bits(same):
    assert trained(X, same) == trained(X, T)


@pytest.mark.parametrize("same", SAME_X.values(), ids=SAME_X)
def test_any_kind_of_X_predicts_the_same(same):
    """The order in memory decides how NumPy sums a product: 1e-15 is one rounding."""
    model = MLP(2, [3, 1], "tanh", seed=0)
    assert predict(model, same) == pytest.approx(predict(model, X), rel=1e-15, abs=1e-15)


def test_T_of_several_outputs():
    several = [[1, 0, 0.5], [0, 1, 0.5], [1, 1, 0.5], [0, 0, 0.5]]
    expected = trained(X, several, nouts=(3, 3))
    assert trained(X, np.asfortranarray(several), nouts=(3, 3)) == expected
    assert trained(X, np.array(several, np.float32), nouts=(3, 3)) == expected


LABELS = [2, 0, 1, 2]


@pytest.mark.parametrize("same", [LABELS, [[label] for label in LABELS], np.array(LABELS), np.array(LABELS, np.uint8),
                                  np.array(LABELS, float), np.array(LABELS)[:, None], np.eye(3)[LABELS].astype(bool)],
                         ids=["list", "(N, 1) list", "int64", "uint8", "float", "(N, 1)", "one-hot bool"])
def test_labels_of_classes_are_their_one_hot_rows(same):
    one_hot = [[0, 0, 1], [1, 0, 0], [0, 1, 0], [0, 0, 1]]
    assert trained(X, same, nn_losses.cross_entropy, (3, 3)) == trained(X, one_hot, nn_losses.cross_entropy, (3, 3))


def test_the_data_are_not_changed():
    x, t = np.array(X, float), np.array(T, float)
    trained(x, t, batch_size=1)
    assert x.tolist() == X and t.tolist() == T


def test_rows_are_float64():
    found = inputs_matrix(np.array([[0.1]], np.float32), 1)
    assert found.dtype == np.float64 and found[0, 0] == np.float32(0.1)


# --- shapes ----------------------------------------------------------------------------------------------------------

ONE = MLP(2, [3, 1], "tanh", seed=0)
THREE = MLP(2, [3, 3], "tanh", seed=0)

WRONG = {
    "X too wide": (ONE, np.zeros((4, 3)), T, "X has shape (4, 3); the model has 2 inputs, so expected (4, 2)"),
    "X too narrow": (ONE, np.zeros((4, 1)), T, "X has shape (4, 1); the model has 2 inputs, so expected (4, 2)"),
    "X of one dimension": (ONE, [0.0, 1.0], T, "X has shape (2,); expected (samples, inputs): for one input a sample "
                                               "give shape (2, 1), for one sample shape (1, 2)"),
    "X a number": (ONE, 1.0, T, "X has shape (); expected (samples, numbers a sample), at least one of each"),
    "X of three dimensions": (ONE, np.zeros((4, 2, 1)), T,
                              "X has shape (4, 2, 1); expected (samples, numbers a sample), at least one of each"),
    "X empty": (ONE, [], T, "X has shape (0,); expected (samples, numbers a sample), at least one of each"),
    "X without samples": (ONE, np.zeros((0, 2)), T,
                          "X has shape (0, 2); expected (samples, numbers a sample), at least one of each"),
    "X ragged": (ONE, [[1.0, 2.0], [3.0]], T, "X is ragged: every sample needs as many numbers as the others"),
    "T ragged": (THREE, X, [[1.0], [1.0, 2.0], [1.0], [1.0]],
                 "T is ragged: every sample needs as many numbers as the others"),
    "T too short": (ONE, X, [1.0, 0.0], "X has 4 samples but T has 2; give a target for each sample"),
    "T too long": (ONE, X, np.zeros((5, 1)), "X has 4 samples but T has 5; give a target for each sample"),
    "T too wide": (ONE, X, np.zeros((4, 2)), "T has shape (4, 2); the model has 1 output, so expected (4,) or (4, 1)"),
    "T of one dimension": (THREE, X, T, "T has shape (4,); the model has 3 outputs, so expected (4, 3)"),
    "T too narrow": (THREE, X, np.zeros((4, 2)), "T has shape (4, 2); the model has 3 outputs, so expected (4, 3)"),
    "T across": (THREE, X, np.zeros((3, 4)), "X has 4 samples but T has 3; give a target for each sample"),
}


def fails(model, X, T, kind, message, loss=half_squared_error, **settings):
    """fit refuses, says so in these words, and has changed nothing."""
    before = [p.data for p in model.parameters()]
    with pytest.raises(kind, match=f"^{re.escape(message)}$"):
        fit(model, X, T, loss, Adam(model.parameters()), 1, **settings)
    assert [p.data for p in model.parameters()] == before


@pytest.mark.parametrize("model, X, T, message", WRONG.values(), ids=WRONG)
def test_errors_state_the_expected_and_the_found_shape(model, X, T, message):
    fails(model, X, T, ValueError, message)


@pytest.mark.parametrize("model, x, t, message", WRONG.values(), ids=WRONG)
def test_of_validation_data_too(model, x, t, message):
    good = T if model is ONE else np.zeros((4, 3))
    fails(model, X, good, ValueError, message.replace("X has", "validation X has").replace("T has", "validation T has")
          .replace("validation X has 4 samples", "X has 4 samples").replace("X is", "validation X is")
          .replace("T is", "validation T is"), validation=(x, t))


@pytest.mark.parametrize("name", ["X too wide", "X too narrow", "X of one dimension", "X of three dimensions",
                                  "X ragged"])
def test_predict_says_the_same(name):
    model, X, _, message = WRONG[name]
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        predict(model, X)


# --- numbers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("x", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("row, column", [(0, 0), (2, 1), (3, 0)])
def test_a_number_that_is_not_finite_is_named_with_its_row_and_column(x, row, column):
    data = np.array(X, float)
    data[row, column] = x
    message = f" is {x} in row {row}, column {column} (counted from 0); every number must be finite"
    fails(ONE, data, T, ValueError, f"X{message}")
    fails(MLP(2, [2], seed=0), X, data, ValueError, f"T{message}")


def test_in_a_list_of_targets_the_row_is_its_place():
    fails(ONE, X, [1.0, 0.0, math.nan, 1.0], ValueError,
          "T is nan in row 2 (counted from 0); every number must be finite")


def test_the_first_of_several_is_named():
    data = np.array(X, float)
    data[3, 0], data[1, 1] = math.inf, math.nan
    fails(ONE, data, T, ValueError, "X is nan in row 1, column 1 (counted from 0); every number must be finite")


def test_a_long_double_beyond_float64_is_infinite():
    huge = np.array(X, np.longdouble)
    huge[1, 0] = np.longdouble(10) ** 400
    if not np.isfinite(huge[1, 0]):
        pytest.skip("long doubles are float64 on this machine")
    fails(ONE, huge, T, ValueError, "X is inf in row 1, column 0 (counted from 0); every number must be finite")


@pytest.mark.parametrize("X, message", [
    ([["a", "b"]], "X is 'a' in row 0, column 0 (counted from 0), which is no real number; number the names in a "
                   "column: names, column = np.unique(column, return_inverse=True)"),
    ([[1j, 2.0]], "X must hold real numbers, but its dtype is complex128"),
    ([[None, 1.0]], "X is None in row 0, column 0 (counted from 0), which is no real number; fill the gaps or leave "
                    "those samples out"),
    (np.array([["2020-01-01", "2020-01-02"]], "M8[D]"), "X must hold real numbers, but its dtype is datetime64[D]"),
    (np.array([[1, 2]], "m8[s]"), "X must hold real numbers, but its dtype is timedelta64[s]"),
    (None, "X must hold real numbers, but is None; give a list or an array")],
                         ids=["strings", "complex", "a gap", "dates", "times", "None"])
def test_what_is_no_real_number_is_a_type_error(X, message):
    fails(ONE, X, [1.0], TypeError, message)


@pytest.mark.parametrize("label", [3, -1, 7, 0.5])
def test_a_label_out_of_range_is_refused_before_anything_moves(label):
    fails(THREE, X, [0, 1, 2, label], ValueError, f"T is {label} in row 3 (counted from 0), which is no class; with 3 "
                                                  "outputs the classes are 0 to 2", loss=nn_losses.cross_entropy)


def test_several_labels_at_once_are_not_for_cross_entropy():
    """Their J has no lower bound: it would fall for ever."""
    fails(THREE, X, [[1, 0, 0], [1, 1, 0], [0, 0, 1], [0, 0, 1]], ValueError,
          "T is [1.0, 1.0, 0.0] in row 1 (counted from 0), which does not sum to 1; cross_entropy takes exclusive "
          "classes, binary_cross_entropy_with_logits several labels", loss=nn_losses.cross_entropy)


def test_the_parts_can_be_used_alone():
    assert matrix("numbers", [1, 2]).tolist() == [1.0, 2.0]
    assert targets_matrix([2, 0], 2, 3, nn_losses.cross_entropy).tolist() == [[0, 0, 1], [1, 0, 0]]
