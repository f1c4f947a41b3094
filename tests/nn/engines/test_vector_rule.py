"""The rule on long vectors: piece by piece it gives the same numbers, and no rule that needs them all is cut."""
import numpy as np
import pytest

import nn
from autograd import Parameter
from nn.engines import vector_rule
from nn.engines.vector_rule import VectorRule

RNG = np.random.default_rng(0)
N = 1000


class Clipped(nn.SGD):
    """Limits the norm of the whole gradient."""

    def rule(self, w, g, change):
        return super().rule(w, g / np.maximum(1.0, np.sqrt((g * g).sum())), change)


class InPlace(nn.SGD):
    def rule(self, w, g, change):
        g *= 0.5
        w -= self.lr * g
        change[...] = g
        return w, change


class KeepsAll(nn.Optimizer):
    """Returns what it was given."""

    remembers = 2

    def rule(self, w, g, first, second):
        return w - self.lr * g, g, w


OPTIMIZERS = {
    "SGD": lambda p: nn.SGD(p, 0.1), "momentum": lambda p: nn.SGD(p, 0.1, momentum=0.9, weight_decay=0.01),
    "Adam": lambda p: nn.Adam(p, 0.1), "in place": lambda p: InPlace(p, 0.1), "keeps all": lambda p: KeepsAll(p, 0.1),
}


def steps(optimizer, divisor, seen=None):
    """The vectors after three steps."""
    rule = VectorRule(optimizer, lambda part, w: seen.append((part, w[part].copy())) if seen is not None else None)
    w, memory = RNG_W.copy(), [np.zeros(N) for _ in range(optimizer.remembers)]
    buffer = np.empty(N)                                # the gradient's, which the next call overwrites
    for k in range(3):
        buffer[:] = RNG_G[k]
        before = w.copy()
        new, memory, finite = rule.step(w, buffer, memory, divisor)
        assert np.isfinite(finite) and np.array_equal(w, before)        # a snapshot of w stays as it is
        w = new
    buffer[:] = np.nan
    return [w, *memory]


RNG_W, RNG_G = RNG.normal(size=N), RNG.normal(size=(3, N))


@pytest.mark.parametrize("divisor", [1, 7])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_in_pieces_as_at_once(name, divisor, monkeypatch):
    parameters, seen = [Parameter(0.0) for _ in range(N)], []
    whole = steps(OPTIMIZERS[name](parameters), divisor)
    monkeypatch.setattr(vector_rule, "LONG", 10)
    monkeypatch.setattr(vector_rule, "PIECE", 300)
    optimizer = OPTIMIZERS[name](parameters)
    assert VectorRule(optimizer, print).in_pieces
    pieces = steps(optimizer, divisor, seen)
    for one, other in zip(whole, pieces, strict=True):
        np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(np.concatenate([numbers for _, numbers in seen[-4:]]), pieces[0])


@pytest.mark.parametrize("optimizer", [
    lambda p: Clipped(p, 0.1),
    lambda p: vars(o := nn.SGD(p, 0.1)).update(lr=np.full(N, 0.1)) or o,
], ids=["norm", "lr for each"])
def test_a_rule_that_needs_every_number_is_not_cut(optimizer, monkeypatch):
    monkeypatch.setattr(vector_rule, "LONG", 10)
    monkeypatch.setattr(vector_rule, "PIECE", 300)
    rule = VectorRule(optimizer([Parameter(0.0) for _ in range(N)]), print)
    assert not rule.in_pieces
    w, _, _ = rule.step(RNG_W, RNG_G[0], [np.zeros(N)], 1)
    assert len(w) == N


def test_settings_that_change_are_read_again(monkeypatch):
    monkeypatch.setattr(vector_rule, "LONG", 10)
    optimizer = nn.SGD([Parameter(0.0) for _ in range(N)], 0.1)
    rule = VectorRule(optimizer, print)
    optimizer.lr = np.full(N, 0.1)
    rule.read_settings()
    assert not rule.in_pieces


def test_a_number_that_is_not_finite_is_told(monkeypatch):
    monkeypatch.setattr(vector_rule, "LONG", 10)
    monkeypatch.setattr(vector_rule, "PIECE", 300)
    g = np.zeros(N)
    g[-1] = np.inf
    _, _, finite = VectorRule(nn.SGD([Parameter(0.0) for _ in range(N)], 0.1), lambda *_: None).step(
        RNG_W, g, [np.zeros(N)], 1)
    assert not np.isfinite(finite)


def test_squares_that_overflow_together_are_finite_numbers(monkeypatch):
    monkeypatch.setattr(vector_rule, "LONG", 10)
    monkeypatch.setattr(vector_rule, "PIECE", 300)
    rule = VectorRule(nn.SGD([Parameter(0.0) for _ in range(N)], 0.1), lambda *_: None)
    with np.errstate(over="ignore"):
        _, _, finite = rule.step(np.full(N, 1e153), np.zeros(N), [np.zeros(N)], 1)
    assert np.isfinite(finite)


def test_a_rule_that_forgets_is_named(monkeypatch):
    class Forgets(nn.SGD):
        def rule(self, w, g, change):
            return (w - self.lr * g,)

    monkeypatch.setattr(vector_rule, "LONG", 10)
    rule = VectorRule(Forgets([Parameter(0.0) for _ in range(N)], 0.1), lambda *_: None)
    with pytest.raises(TypeError, match="the rule of Forgets returns 0 numbers to remember, but its `remembers` is 1"):
        rule.step(RNG_W, RNG_G[0], [np.zeros(N)], 1)


def test_a_training_in_pieces_is_the_training_at_once(monkeypatch):
    X, T, found = RNG.normal(size=(20, 3)), RNG.normal(size=(20, 2)), []
    for size in 2 ** 17, 10:
        monkeypatch.setattr(vector_rule, "LONG", size)
        monkeypatch.setattr(vector_rule, "PIECE", 8)
        model = nn.MLP(3, [5, 2], "tanh", seed=0)
        history = nn.fit(model, X, T, nn.half_squared_error, nn.Adam(model.parameters(), 0.1), 30, 6, progress=False)
        found.append((history.losses, [p.data for p in model.parameters()]))
    assert found[0] == found[1]
