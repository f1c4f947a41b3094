"""What help() and repr show of a row: its formula, derivative, domain and kinks, from the row itself."""
import pydoc

import pytest
from points import POINTS, ROWS, entry, every_row

import autograd
from autograd import Op, Value, ops, power, weighted_sum

TANH = """\
tanh
    z = tanh(x) = (exp(x) - exp(-x)) / (exp(x) + exp(-x))
    dz/dx = 1 - z^2
    domain: everywhere
    kinks: none
    on a Value also x.tanh(); as an activation in nn "tanh"
"""


def test_help_on_tanh_shows_tanh():
    """As help() prints it, without the bold letters of a terminal."""
    assert pydoc.plaintext.document(autograd.tanh) == TANH
    shown = pydoc.render_doc(autograd.tanh, renderer=pydoc.plaintext)
    assert shown == f"Python Library Documentation: Op in module autograd.ops\n\n{TANH}"


LINES = {                                   # by hand
    "relu": ["z = relu(x) = (x where x > 0, else 0)", "dz/dx = H(x), where H(x) is 1 for x > 0, else 0",
             "kinks: where x = 0; there dz/dx = 0"],
    "leaky_relu": ["dz/dx = (1 where x > 0, else 0.01)", "kinks: where x = 0; there dz/dx = 0.01"],
    "sigmoid": ["z = sigmoid(x) = 1 / (1 + exp(-x))", "dz/dx = z * (1 - z)"],
    "log": ["z = log(x) = ln(x)", "dz/dx = 1 / x", "domain: x > 0", "on a Value also x.log()"],
    "div": ["z = x / y", "∂z/∂x = 1 / y, ∂z/∂y = -z / y", "domain: y ≠ 0"],
    "maximum": ["∂z/∂x = 1 - H(y - x), ∂z/∂y = H(y - x), where H(x) is 1 for x > 0, else 0",
                "kinks: where x - y = 0; there ∂z/∂x = 1, ∂z/∂y = 0"],
    "bipolar": ["z = bipolar(x) = (1 where x > 0, else -1)", "kinks: where x = 0; there dz/dx = 0"],
    "weighted_sum": ["z = weighted_sum([w1, w2], [x1, x2], b) = w1 * x1 + w2 * x2 + b",
                     "∂z/∂w1 = x1, ∂z/∂w2 = x2, ∂z/∂x1 = w1, ∂z/∂x2 = w2, ∂z/∂b = 1"],
}


@pytest.mark.parametrize("name", LINES)
def test_the_lines_of_a_row(name):
    assert set(LINES[name]) <= set(ops.TABLE[name].__doc__.splitlines())


def test_rows_that_calls_make_are_shown_too():
    assert power(3).__doc__.splitlines()[:2] == ["z = x^3", "dz/dx = 3 x^2"]
    assert weighted_sum([Value(1.0)], [2.0], 0.5).op.__doc__ == ops.weighted_sum.__doc__


@every_row
def test_every_row_has_its_formula_partials_domain_and_kinks(name):
    first, second, third, fourth, *_ = ROWS[name].__doc__.splitlines()
    assert first.startswith("z = ") and second.startswith(("dz/d", "∂z/∂")) and "computed" not in second
    assert third == f"domain: {ROWS[name].domain or 'everywhere'}"
    assert (fourth == "kinks: none") == (ROWS[name].kink is None) and fourth.startswith("kinks: ")


@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if row.formula])
def test_the_formula_is_what_the_row_computes(name):
    op = ROWS[name]
    for args in entry(name, POINTS, "POINTS"):
        assert op.formula(*args) == pytest.approx(op(*args), rel=1e-12, abs=1e-15), args


def test_a_row_of_ones_own_is_shown_as_far_as_it_can_be_written():
    def partials(z, x):
        return (1.0,) if x > 0 else (0.5,)

    own = Op("bend", lambda x: x if x > 0 else 0.5 * x, partials, domain="x < 10", kink=lambda x: x)
    assert own.__doc__.splitlines() == ["z = bend(x)", "dz/dx: computed by code that decides by its numbers",
                                        "domain: x < 10", "kinks: where x = 0; there dz/dx = 0.5"]
    assert Op("@", lambda x: ops.math.exp(x), lambda z, x: (z,)).__doc__.splitlines()[:2] == ["z = @", "dz/dx = z"]


def test_the_class_keeps_its_own_docstring():
    assert Op.__doc__ == "A primitive z = f(x, ...) with its local partials: one row of the table."


def test_the_repr_of_a_row_is_its_short_name():
    assert [repr(row) for row in (ops.tanh, ops.mul, power(3), (Value(1.0) + 1).op)] == ["tanh", "*", "**3", "+"]
