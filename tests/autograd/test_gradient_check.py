"""Test the tester: gradcheck passes what is right, and catches a rule that is 0.05% wrong."""
import re
from dataclasses import replace

import pytest
from points import POINTS, ROWS, entry, every_row, filled, numbers

from autograd import Value, gradcheck, ops, sin, tanh


def applied(op, args):
    """op as a function of flat numbers, its lists made of them."""
    return lambda *xs: op(*filled(args, xs))


def wrong(op, k):
    """The op with its k-th partial 0.05% wrong; one that is 0 is 0.0005 instead."""
    def rule(z, *args):
        ds = list(op.partials(z, *args))
        ds[k] = ds[k] * 1.0005 if ds[k] else 0.0005
        return tuple(ds)

    return replace(op, partials=rule)


@every_row
def test_every_row_passes(name):
    for args in entry(name, POINTS, "POINTS"):
        gradcheck(applied(ROWS[name], args), numbers(args))


@every_row
def test_a_rule_that_is_a_twentieth_of_a_percent_wrong_is_caught(name):
    args = entry(name, POINTS, "POINTS")[0]
    for k in range(len(numbers(args))):
        with pytest.raises(AssertionError, match=rf"^gradcheck: input {k} at "):
            gradcheck(applied(wrong(ROWS[name], k), args), numbers(args))


def test_a_wrong_rule_is_caught_inside_an_expression():
    almost_tanh = replace(ops.tanh, partials=lambda z, x: (1.0005 * (1 - z * z),))
    gradcheck(lambda x, y: sin(x * y) + tanh(x) * y, [0.3, -1.2])
    with pytest.raises(AssertionError, match=r"^gradcheck: input 0 at 0\.3: "):
        gradcheck(lambda x, y: sin(x * y) + almost_tanh(x) * y, [0.3, -1.2])


def test_a_path_that_was_not_recorded_is_caught():
    with pytest.raises(AssertionError, match=r"^gradcheck: input 0 at 3\.0: "):
        gradcheck(lambda x: x * x.data, [3.0])


def test_a_mismatch_names_the_input_and_the_three_numbers():
    doubled = replace(ops.mul, partials=lambda z, x, y: (y, 2 * x))
    with pytest.raises(AssertionError) as caught:
        gradcheck(lambda x, y: doubled(x, y), [3.0, 0.5])
    message = r"gradcheck: input 1 at 0\.5: reverse mode (\S+), forward mode (\S+), central differences (\S+)"
    found = re.fullmatch(message, str(caught.value))
    assert [float(x) for x in found.groups()] == pytest.approx([6.0, 6.0, 3.0], rel=1e-9)


def test_a_kink_is_a_mismatch():
    """Central differences see half of each side there."""
    with pytest.raises(AssertionError, match=r"reverse mode 0\.0, forward mode 0\.0, central differences 0\.5$"):
        gradcheck(lambda x: x.relu(), [0.0])


def test_nan_is_a_mismatch():
    with pytest.raises(AssertionError, match="reverse mode nan"):
        gradcheck(lambda x: x * float("nan"), [1.0])


def test_the_tolerance_is_relative_to_the_largest_of_the_three_and_1():
    slightly_off = replace(ops.mul, partials=lambda z, x, y: (y * 1.0005, x))
    for y in (0.5, 1e6):
        gradcheck(lambda x, y=y: slightly_off(x, y), [2.0], tolerance=1e-3)
        with pytest.raises(AssertionError):
            gradcheck(lambda x, y=y: slightly_off(x, y), [2.0], tolerance=1e-4)


def test_integers_are_numbers_too():
    gradcheck(lambda x, y: x ** 3 * y, [2, -3])


def test_a_function_must_return_a_value():
    with pytest.raises(TypeError, match=r"^gradcheck: f must return a Value, not 3\.0$"):
        gradcheck(lambda x: 3.0, [2.0])


def test_the_functions_leaves_are_values():
    kinds = []
    gradcheck(lambda *xs: kinds.extend(map(type, xs)) or xs[0] * xs[1], [1.0, 2.0])
    assert set(kinds) == {Value}
