"""The same random expressions in other libraries: their gradients are ours.

points.Graph bounds how far rounding can grow, so 1e-12 of the scale tells a wrong rule from a rounded one.
"""
import math
import operator

import pytest
from hypothesis import given
from points import ALPHA, LAMBDA, ROWS, graphs

from autograd import Value, hessian

CLOSE = dict(rel=1e-12, abs=1e-12)


@pytest.fixture(scope="module")
def torch():
    return pytest.importorskip("torch", reason="torch is not installed: extra 'peers'")


@pytest.fixture(scope="module")
def torchs_rows(torch):
    """The rows in PyTorch's own functions where it has them, written out where it has not; never in our formulas."""
    F = torch.nn.functional

    def on_tensors(f):
        def tensor(x):
            if isinstance(x, list):
                return torch.stack([tensor(y) for y in x])
            return x if isinstance(x, torch.Tensor) else torch.tensor(x, dtype=torch.float64)

        return lambda *args: f(*map(tensor, args))

    def clamped_log(p):
        return torch.log(torch.clamp(p, min=math.exp(-100)))

    def reciprocal(p):
        return torch.where(p > math.exp(-100), 1 / torch.clamp(p, min=math.exp(-100)), 0 * p)

    same = ["add", "sub", "mul", "div", "neg", "exp", "expm1", "log", "log1p", "sqrt", "sin", "cos", "abs", "maximum",
            "minimum", "sigmoid", "tanh", "relu"]
    rows = {name: getattr(torch, name) for name in same} | {
        "general_power": lambda x, y: torch.exp(y * torch.log(x)),      # pow's second derivative is wrong at y = 0
        "leaky_relu": lambda x: F.leaky_relu(x, 0.01), "softplus": F.softplus,
        "elu": lambda x: F.elu(x, alpha=ALPHA), "selu": lambda x: LAMBDA * F.elu(x, alpha=ALPHA),
        "linear": lambda x: x.clone(), "half_square": lambda x: F.mse_loss(x, torch.zeros_like(x)) / 2,
        "half_squares": lambda xs: F.mse_loss(xs, torch.zeros_like(xs), reduction="sum") / 2,
        "heaviside": lambda x: (torch.sign(x) + 1) / 2, "bipolar": torch.sign,
        "select": lambda x, a, b: torch.where(x > 0, a, b) + 0 * x,
        "total": torch.sum, "logsumexp": lambda xs: torch.logsumexp(xs, 0),
        "weighted_sum": lambda w, x, b: torch.dot(w, x) + b,
        "sign": torch.sign, "clip": lambda x, a, b: torch.maximum(torch.minimum(x, b), a),
        "huber": lambda e, d: torch.where(torch.abs(e) <= d, e ** 2 / 2, d * (torch.abs(e) - d / 2)),
        "clamped_log": clamped_log, "clamped_reciprocal": reciprocal,
        "probability_error": lambda y, t: t * reciprocal(y) - (1 - t) * reciprocal(1 - y),
        "binary_cross_entropy": lambda y, t: -(t * clamped_log(y) + (1 - t) * clamped_log(1 - y)),
        "binary_cross_entropy_with_logits": lambda v, t: F.softplus(v) - t * v,
        "mean": torch.mean, "cross_entropy": lambda y, t: torch.logsumexp(y, 0) - torch.dot(t, y),
    } | {f"power({n})": lambda x, n=n: torch.pow(x, n) for n in (0, 1, 2, 3, -1, 0.5, 2.5, -1.5)}
    return {name: on_tensors(f) for name, f in rows.items()}


def test_every_row_has_its_counterpart(torchs_rows):
    missing = set(ROWS) - set(torchs_rows)
    assert not missing, f"write {', '.join(missing)} in PyTorch's functions: torchs_rows in benchmarks/test_peers.py"


def ours(graph):
    xs = [Value(x) for x in graph.point]
    y = graph(*xs)
    y.backward()
    return y.data, [x.grad for x in xs]


def torchs(torch, graph, rows):
    xs = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in graph.point]
    y = graph(*xs, rows=rows)
    return y, xs, torch.autograd.grad(y, xs, create_graph=True, materialize_grads=True)


@given(graph=graphs())
def test_pytorch_has_the_same_values_and_gradients(graph, torch, torchs_rows):
    y, _, gradient = torchs(torch, graph, torchs_rows)
    value, grads = ours(graph)
    assert value == pytest.approx(y.item(), **CLOSE)
    assert grads == pytest.approx([g.item() for g in gradient], **CLOSE)


@given(graph=graphs())
def test_pytorch_has_the_same_hessians(graph, torch, torchs_rows):
    """One derivative more amplifies rounding a hundredfold: 1e-10 of the scale."""
    _, xs, gradient = torchs(torch, graph, torchs_rows)
    leaves = [Value(x) for x in graph.point]
    for row, g in zip(hessian(graph(*leaves), leaves), gradient):
        expected = torch.autograd.grad(g, xs, retain_graph=True, materialize_grads=True) if g.requires_grad else [
            torch.tensor(0.0)] * len(xs)
        assert row == pytest.approx([h.item() for h in expected], rel=1e-10, abs=1e-10)


MICROGRADS = {
    "add": operator.add, "sub": operator.sub, "mul": operator.mul, "div": operator.truediv, "neg": operator.neg,
    "power(2)": lambda x: x ** 2, "power(3)": lambda x: x ** 3, "power(-1)": lambda x: x ** -1,
    "power(0.5)": lambda x: x ** 0.5, "relu": lambda x: x.relu(),
}


@given(graph=graphs(MICROGRADS))
def test_micrograd_has_the_same_values_and_gradients(graph):
    engine = pytest.importorskip("micrograd.engine", reason="micrograd is not installed: extra 'peers'")
    graph.constants = [engine.Value(x) for x in graph.constants]
    xs = [engine.Value(x) for x in graph.point]
    y = graph(*xs, rows=MICROGRADS)
    y.backward()
    graph.constants = [x.data for x in graph.constants]
    value, grads = ours(graph)
    assert value == pytest.approx(y.data, **CLOSE)
    assert grads == pytest.approx([x.grad for x in xs], **CLOSE)
