"""The table in JavaScript: every row's value and partials in Chromium, against Python's on floats."""
import math
import re
from dataclasses import replace

import pytest
from points import EXTREMES, KINKS, LIMITS, OUTSIDE, POINTS, ROWS, every_row, filled, numbers, replaced

from autograd import ops
from autograd.compiler.scalar.scalar_source import row_source
from autograd.compiler.trace import NotTraceable

ULPS = {"sin": 8, "cos": 8}
CANCELLED = 4 * 2.0 ** -53                      # absolute, of a partial such as 1 - z²


@pytest.fixture(scope="module")
def page(browser):
    page = browser.new_page()
    yield page
    page.close()


def points_of(name):
    """Every point of the table's tests, and each of its numbers replaced by what is far out or no number."""
    found = [*POINTS[name], *EXTREMES.get(name, ()), *[args for args, *_ in KINKS.get(name, ())],
             *[args for args, *_ in LIMITS.get(name, ())], *[args for args, *_ in OUTSIDE.get(name, ())]]
    for args in POINTS[name][:2]:
        found += [replaced(args, k, x) for k in range(len(numbers(args)))
                  for x in (1e4, -1e4, 0.0, -0.0, math.nan, math.inf, -math.inf)]
    return found


def python(f, args, count):
    """What a rule gives; None for each number where Python refuses."""
    try:
        z = f(*args)
    except (ValueError, ArithmeticError):
        return [None] * count
    return list(z) if isinstance(z, tuple) else [z]


def in_javascript(page, op, args_list):
    """[(value, the partials at Python's z)] for each of the arguments, as Chromium computes them."""
    args = args_list[0]
    shape = filled(args, [f"x{i}" for i in range(len(numbers(args)))])
    source = row_source(op, "javascript", [tuple(x) if isinstance(x, list) else x for x in shape])
    names = numbers(shape)
    assert set(re.findall(r"[A-Za-z_]\w*", source)) <= {"const", "z", "Math", "Infinity", "NaN", *names,
                                                        *re.findall(r"t\d+|dz_d\w+|(?<=Math\.)\w+|(?<=\d)e", source)}
    partials = ", ".join([f"dz_d{name}" for name in names])
    value = f"({', '.join(names)}) => {{ {source}\nreturn z; }}"
    at_z = f"(z, {', '.join(names)}) => {{ {source.replace('const z =', 'const own =')}\nreturn [{partials}]; }}"
    points = [[z[0] if (z := python(op.forward, args, 1)) != [None] else math.nan, *numbers(args)]
              for args in args_list]
    return page.evaluate(f"points => points.map(([z, ...xs]) => [({value})(...xs), ({at_z})(z, ...xs)])", points)


def differences(page, name, op, rows=ROWS):
    """The points at which JavaScript's number is not the table's, with both numbers."""
    found, ulps = [], ULPS.get(name, 4)
    args_list = points_of(name)
    for args, (value, partials) in zip(args_list, in_javascript(page, op, args_list)):
        row, flat = rows[name], len(numbers(args))
        [z] = python(row.forward, args, 1)
        tuples = [tuple(x) if isinstance(x, list) else x for x in args]
        expected = [None] * flat if z is None else python(lambda *xs, z=z, row=row: row.partials(z, *xs), tuples, flat)
        if z is None and row.domain:
            continue                            # (-8)³ is a number in JavaScript: who runs the text asks row.domain
        if not is_close(value, z, ulps):
            found.append((args, "value", value, z))
        found += [(args, f"partial {k}", a, b) for k, (a, b) in enumerate(zip(partials, expected))
                  if z is not None and not is_close(a, b, ulps, CANCELLED)]
    return found


def is_close(x, y, ulps, absolute=0.0):
    if y is None:                               # Python refuses to overflow, JavaScript has an infinity
        return not math.isfinite(x)
    if not math.isfinite(y):
        return x == y or (math.isnan(x) and math.isnan(y))
    return abs(x - y) <= max(ulps * math.ulp(y), absolute)


@every_row
def test_a_row_in_javascript_is_the_row_in_python(page, name):
    assert differences(page, name, ROWS[name]) == []


@pytest.mark.parametrize("name", ["tanh", "sigmoid", "log1p", "mul", "softplus", "power(2.5)"])
def test_a_rule_that_is_wrong_by_a_2000th_is_found(page, name):
    row = ROWS[name]
    rule = replace(row, partials=lambda z, *xs: tuple([1.0005 * d for d in row.partials(z, *xs)]))
    value = replace(row, forward=lambda *xs: 1.0005 * row.forward(*xs), array=row.array and (
        lambda xp, *xs: 1.0005 * row.array(xp, *xs)))
    assert differences(page, name, rule) and differences(page, name, value)


def test_a_row_of_ones_own_is_written_too(page):
    clamp = ops.Op("clamp", lambda x: min(max(x, -1.0), 1.0),
                   lambda z, x: (ops.heaviside(1 - x) * ops.heaviside(1 + x),),
                   lambda xp, x: xp.minimum(xp.maximum(x, -1.0), 1.0))
    args_list = [(x,) for x in (-3.0, -0.5, 0.25, 7.0, math.inf, math.nan)]
    for (x,), (value, [slope]) in zip(args_list, in_javascript(page, clamp, args_list)):
        assert is_close(value, x if x != x else clamp.forward(x), 0)
        assert is_close(slope, clamp.partials(0.0, x)[0], 0)


def test_the_text_of_a_row_and_what_has_none():
    assert row_source(ops.sigmoid, "javascript") == (
        "const t3 = Math.exp(-Math.abs(x));\nconst z = (x < 0.0 ? t3 : 1.0) / (1.0 + t3);\n"
        "const dz_dx = z * (1.0 - z);")
    own = ops.Op("own", lambda x: x if x > 0 else math.gamma(x), lambda z, x: (1.0,))
    with pytest.raises(NotTraceable, match="Python code that cannot be written as a formula in JavaScript"):
        row_source(own, "javascript")
    assert row_source(own).splitlines()[0] == "z = own_forward(x)"
    with pytest.raises(ValueError, match="syntax is one of python, javascript, not 'fortran'"):
        row_source(ops.tanh, "fortran")
