"""What both phases of a row need: computed once, in the forward phase, and kept for the backward phase."""
import math

import numpy as np
import pytest

from autograd import Parameter, Value, compile, ops
from autograd.compiler.numpy_rows import traced_row


def kept(op, *lengths):
    """The functions whose results a row keeps, for operands of these list lengths, all wanted."""
    row = traced_row(op, tuple((f"x{k}", n, True) for k, n in enumerate(lengths)), (True,) * len(lengths))
    return [x.function for x in row.kept]


def counted(source):
    """How often each function is called in a program's text, by phase."""
    return [{name: phase.count(f"np.{name}(") for name in ("exp", "log", "tanh", "sin")}
            for phase in source.split("def backward")]


def test_the_exponentials_of_a_softmax_are_computed_once():
    scores, labels = [Parameter(0.1 * l) for l in range(3)], [Value(float(l == 1)) for l in range(3)]
    x = Value(0.5, "x")
    program = compile(ops.cross_entropy([w * x for w in scores], labels), [x, *labels])
    forward, backward = counted(program.source)
    assert (forward["exp"], backward["exp"]) == (1, 0) and " K[" in program.source
    X = np.array([[0.5, 0, 1, 0], [-2.0, 1, 0, 0], [800.0, 0, 0, 1]])
    values, gradient = program.value_and_grad(X)
    Y = X[:, :1] * [w.data for w in scores]
    E = np.exp(Y - Y.max(1, keepdims=True))
    np.testing.assert_allclose(values, np.log(E.sum(1)) + Y.max(1) - (Y * X[:, 1:]).sum(1), rtol=1e-14)
    np.testing.assert_allclose(gradient, ((E / E.sum(1, keepdims=True) - X[:, 1:]) * X[:, :1]).sum(0), rtol=1e-14)


@pytest.mark.parametrize(("row", "functions"), [
    (ops.Op("result", lambda x: math.exp(math.sin(x)), lambda z, x: (z * ops.cos(x),), lambda xp, x: xp.exp(xp.sin(x))),
     []),
    (ops.Op("slow", lambda x: math.sin(x) ** 3, lambda z, x: (3 * ops.sin(x) ** 2 * ops.cos(x),),
            lambda xp, x: xp.sin(x) ** 3), ["sin"]),
    (ops.Op("fast", lambda x: (x + 1) ** 3, lambda z, x: (3 * (x + 1) ** 2,), lambda xp, x: (x + 1) ** 3), []),
], ids=lambda value: getattr(value, "name", ""))
def test_only_what_is_slow_and_needed_again_is_kept(row, functions):
    """Not z itself, which has its row, nor x + 1, which costs no more than to read it."""
    assert kept(row, 0) == functions
    x, w, points = Value(0.5, "x"), Parameter(0.7, "w"), np.array([-1.0, 0.3, 2.0])
    values, [gradient] = compile(row(w * x), [x]).value_and_grad(points[:, None])
    slopes = [row.partials(row(0.7 * a), 0.7 * a)[0] * a for a in points]
    np.testing.assert_allclose(values, [row(0.7 * a) for a in points], rtol=1e-14)
    assert gradient == pytest.approx(sum(slopes), rel=1e-13)


def test_rows_that_keep_numbers_do_not_share_them():
    """Two blocks of one row, at different numbers of samples."""
    a, b, x = Parameter(0.3, "a"), Parameter(-1.2, "b"), Value(0.5, "x")
    program = compile(ops.softplus(ops.softplus(a * x) + b) * 2.0, [x])
    for N in 1, 5, 40:
        X = np.linspace(-3.0, 3.0, N)[:, None]
        inner = np.log1p(np.exp(0.3 * X[:, 0]))
        slope = 2 / (1 + np.exp(1.2 - inner))
        _, gradient = program.value_and_grad(X)
        np.testing.assert_allclose(gradient, [(slope * X[:, 0] / (1 + np.exp(-0.3 * X[:, 0]))).sum(), slope.sum()],
                                   rtol=1e-13)
