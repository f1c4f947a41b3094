"""The compiled engine of fit: on arrays the same training as node by node, to the last bits."""
import functools
import math
import re
from contextlib import nullcontext
from importlib.util import find_spec

import numpy as np
import pytest

import nn
from autograd import Parameter, log, sqrt, tanh, weighted_sum

RNG = np.random.default_rng(0)
X = RNG.normal(size=(23, 3))
REGRESSION = RNG.uniform(-0.9, 0.9, size=(23, 2))
BINARY = (RNG.uniform(size=(23, 2)) > 0.5).astype(float)
LABELS = RNG.integers(0, 4, size=23)

OPTIMIZERS = {
    "SGD": functools.partial(nn.SGD, lr=0.05),
    "momentum": functools.partial(nn.SGD, lr=0.05, momentum=0.9),
    "weight decay": functools.partial(nn.SGD, lr=0.05, momentum=0.5, weight_decay=0.01, decay=1e-3),
    "Adam": functools.partial(nn.Adam, lr=0.01),
}
HEADS = {
    "half_squared_error": (nn.half_squared_error, REGRESSION, 2, "linear"),
    "mean_squared_error": (nn.mean_squared_error, REGRESSION, 2, "tanh"),
    "mean_absolute_error": (nn.mean_absolute_error, REGRESSION, 2, "linear"),
    "huber": (nn.huber, 3 * REGRESSION, 2, "linear"),
    "binary_cross_entropy": (nn.binary_cross_entropy, BINARY, 2, "sigmoid"),
    "binary_cross_entropy_with_logits": (nn.binary_cross_entropy_with_logits, BINARY, 2, "linear"),
    "cross_entropy": (nn.cross_entropy, LABELS, 4, "linear"),
}


def both(make, X, T, loss, optimizer, epochs=8, **settings):
    """The weights and the history by either engine."""
    found = []
    for engine in "eager", "compiled":
        model = make()
        moved = optimizer(model.parameters())
        history = nn.fit(model, X, T, loss, moved, epochs, engine=engine, **settings)
        found.append((np.array([p.data for p in model.parameters()]), history, moved))
    return found


def assert_same(found):
    """1e-9 is the contract; the sums differ in their order alone, so a few roundings an update is what is asked."""
    (w, history, optimizer), (w2, history2, optimizer2) = found
    np.testing.assert_allclose(w2, w, rtol=1e-11, atol=1e-12)
    np.testing.assert_allclose(history2.losses, history.losses, rtol=1e-11, atol=1e-12)
    np.testing.assert_allclose(history2.validation_losses, history.validation_losses, rtol=1e-11, atol=1e-12)
    for numbers, numbers2 in zip(optimizer.memory, optimizer2.memory, strict=True):
        np.testing.assert_allclose(numbers2, numbers, rtol=1e-10, atol=1e-12)
    assert optimizer.steps == optimizer2.steps


@pytest.mark.parametrize("seen", [5, 7, len(X)])
@pytest.mark.parametrize("batch_size", [None, 7])
def test_what_is_looked_at_for_validation_is_not_trained_on(batch_size, seen):
    """Also where the validation data is as large as a batch, and would fit into its buffer."""
    assert_same(both(lambda: nn.MLP(3, [4, 2], "tanh", seed=1), X, REGRESSION, nn.half_squared_error,
                     OPTIMIZERS["SGD"], batch_size=batch_size, validation=(2 * X[:seen], -REGRESSION[:seen])))


@pytest.mark.parametrize("batch_size", [None, 5, 1])
@pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=OPTIMIZERS)
@pytest.mark.parametrize("loss, T, outputs, head", HEADS.values(), ids=HEADS)
def test_the_engines_agree(loss, T, outputs, head, optimizer, batch_size):
    assert_same(both(lambda: nn.MLP(3, [4, outputs], "tanh", head, seed=1), X, T, loss, optimizer,
                     batch_size=batch_size, validation=(X[:7], T[:7])))


@pytest.mark.filterwarnings("ignore:.* bipolar .*:nn.TrainingWarning")
@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "elu", "selu", "sigmoid", "softplus", "bipolar"])
@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_the_engines_agree_on_every_activation_and_reduction(activation, reduction):
    assert_same(both(lambda: nn.MLP(3, [5, 4, 2], activation, seed=2), X, REGRESSION, nn.half_squared_error,
                     functools.partial(nn.SGD, lr=0.002), reduction=reduction, batch_size=10))


def test_a_batch_larger_than_the_cache_is_run_in_parts(monkeypatch):
    monkeypatch.setattr("autograd.compiler.program.CACHED", 16)
    assert_same(both(lambda: nn.MLP(3, [4, 2], "tanh", seed=1), np.tile(X, (4, 1)), np.tile(REGRESSION, (4, 1)),
                     nn.half_squared_error, OPTIMIZERS["momentum"]))


def test_a_buffer_that_was_let_go_is_filled_again(monkeypatch):
    """Validation on another number of samples takes the place of the batch's buffer where buffers are large."""
    monkeypatch.setattr("autograd.compiler.program.CACHED", 16)
    assert_same(both(lambda: nn.MLP(3, [4, 2], "tanh", seed=1), X[:12], REGRESSION[:12], nn.half_squared_error,
                     OPTIMIZERS["momentum"], validation=(X[12:19], REGRESSION[12:19])))


class Tied(nn.Module):
    """A model of one's own: one weight used twice, one that reaches nothing, and a skip connection."""

    def __init__(self):
        self.w, self.idle = [Parameter(0.3), Parameter(-0.2), Parameter(0.1)], Parameter(0.7)

    def parameters(self):
        return [*self.w, self.idle]

    def __call__(self, x):
        v = weighted_sum(self.w, x, self.w[0])
        return tanh(v) + v * self.w[1] + x[0]


@pytest.mark.parametrize("batch_size", [None, 4, 1])
@pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_a_model_of_ones_own(optimizer, batch_size):
    """Also a parameter that J does not depend on: it has no gradient, but its weight decays."""
    assert_same(both(Tied, 0.3 * X, REGRESSION[:, 0], nn.mean_squared_error,
                     functools.partial(optimizer, lr=0.01), batch_size=batch_size))


@pytest.mark.parametrize("batch_size", [None, 5])
def test_inputs_that_are_read_in_another_order(batch_size):
    def make():
        w = [Parameter(0.3 * k, f"w{k}") for k in range(4)]

        class Model(nn.Module):
            def __call__(self, x):
                return tanh(w[0] * x[2] * x[0] + w[1] * x[0] * x[1]) + w[2] * x[1] * x[2] + w[3]

            def parameters(self):
                return w

        return Model()

    assert_same(both(make, X, REGRESSION[:, 0], nn.half_squared_error, OPTIMIZERS["SGD"], batch_size=batch_size,
                     validation=(X[:5], REGRESSION[:5, 0])))


def test_freezing_is_leaving_out():
    model = nn.MLP(3, [4, 2], "tanh", seed=1)
    frozen = [p.data for p in model.layers[0].parameters()]
    nn.fit(model, X, REGRESSION, nn.half_squared_error, nn.SGD(model.layers[1].parameters(), 0.1), 5, engine="compiled")
    assert [p.data for p in model.layers[0].parameters()] == frozen


def test_the_optimizers_memory_goes_from_one_engine_to_the_other():
    def trained(*engines):
        model = nn.MLP(3, [4, 2], "tanh", seed=1)
        optimizer = nn.Adam(model.parameters(), 0.01)
        for engine in engines:
            nn.fit(model, X, REGRESSION, nn.half_squared_error, optimizer, 4, engine=engine)
        return [p.data for p in model.parameters()]

    assert trained("compiled", "eager", "compiled") == pytest.approx(trained("eager", "eager", "eager"), rel=1e-10)


def test_the_rate_may_be_changed_and_the_weights_read_between_epochs():
    def trained(engine):
        model, seen = nn.MLP(3, [4, 2], "tanh", seed=1), []
        optimizer = nn.SGD(model.parameters(), 0.1, momentum=0.5)

        def on_epoch(epoch, J):
            seen.append(model.parameters()[0].data)
            optimizer.lr *= 0.5
            if epoch == 3:
                model.parameters()[1].data = 0.25           # what is put into a Value counts
            return epoch == 6

        history = nn.fit(model, X, REGRESSION, nn.half_squared_error, optimizer, 10, engine=engine, on_epoch=on_epoch)
        assert (len(history.losses), history.stopped) == (6, "on_epoch")
        return seen + [p.data for p in model.parameters()]

    assert trained("compiled") == pytest.approx(trained("eager"), rel=1e-11)


def test_the_same_seed_gives_the_same_bits():
    def trained():
        model = nn.MLP(3, [4, 2], "tanh", seed=1)
        nn.fit(model, X, REGRESSION, nn.half_squared_error, nn.Adam(model.parameters()), 5, batch_size=4, seed=7)
        return [p.data for p in model.parameters()]

    assert trained() == trained()


def test_afterwards_the_values_are_plain_floats_to_draw_and_step_on():
    model = nn.MLP(3, [4, 2], "tanh", seed=1)
    optimizer = nn.SGD(model.parameters(), 0.1, momentum=0.5)
    nn.fit(model, X, REGRESSION, nn.half_squared_error, optimizer, 2)
    assert {type(p.data) for p in model.parameters()} == {float}
    nn.half_squared_error(model(X[0].tolist()), REGRESSION[0].tolist()).backward()
    optimizer.step()


@pytest.mark.parametrize("batch_size", [None, 1])
@pytest.mark.parametrize("raises", [False, True])
def test_what_on_epoch_puts_into_the_values_stays_where_training_ends_with_it(batch_size, raises):
    """As where it goes back to the best weights, and stops."""
    model = nn.MLP(3, [4, 2], "tanh", seed=1)
    optimizer = nn.SGD(model.parameters(), 0.1, momentum=0.5)

    def on_epoch(epoch, J):
        optimizer.memory, optimizer.steps = [[0.5] * len(optimizer.parameters)], 7
        for p in optimizer.parameters:
            p.data = 0.25
        if raises:
            raise LookupError
        return True

    with pytest.raises(LookupError) if raises else nullcontext():
        nn.fit(model, X, REGRESSION, nn.half_squared_error, optimizer, 5, batch_size, on_epoch=on_epoch)
    assert {p.data for p in model.parameters()} == {0.25}
    assert (set(optimizer.memory[0]), optimizer.steps) == ({0.5}, 7)


# --- optimizers of one's own -----------------------------------------------------------------------------------------


class Own(nn.optimizers.Optimizer):
    """With two numbers of memory, and what is in a rule here."""
    remembers = 2

    def __init__(self, parameters, lr, rule):
        super().__init__(parameters, lr)
        self.formula = rule

    def rule(self, w, g, a, b):
        return self.formula(self.lr, self.steps, w, g, a, b)


def asks_for_the_step(lr, steps, w, g, a, b):
    a = g if steps == 1 else 0.5 * a + 0.5 * g
    return w - (lr if steps != 3 else 2 * lr) * a, a, b


def in_place(lr, steps, w, g, a, b):
    a *= 0.5
    a += g
    w -= lr * a
    return w, a, b


RULES = {
    "asks for the step": asks_for_the_step,
    "in place": in_place,
    "slow at first": lambda lr, steps, w, g, a, b: (w - lr * min(1.0, steps / 20) * g, a, b),
    "by the sign": lambda lr, steps, w, g, a, b: (w - lr * np.sign(g), a, b),
    "by the size": lambda lr, steps, w, g, a, b: (w - lr * g / (1 + abs(g)), a, b),
    "remembers plain numbers": lambda lr, steps, w, g, a, b: (w - lr * g, steps, 0.5),
    "remembers what it was given": lambda lr, steps, w, g, a, b: (w - lr * (g + 0.1 * a) + 0.01 * b, g, w),
}


@pytest.mark.parametrize("batch_size", [None, 5, 1])
@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_rule_of_ones_own(rule, batch_size):
    """Also one that asks what its numbers are: it has no text, and runs on arrays."""
    assert_same(both(lambda: nn.MLP(3, [4, 2], "tanh", seed=1), X, REGRESSION, nn.half_squared_error,
                     functools.partial(Own, lr=0.01, rule=rule), batch_size=batch_size))


def test_a_rule_that_writes_in_place_does_not_spoil_the_last_finite_weights():
    assert_diverges_alike(lambda: nn.MLP(3, [4, 2], "relu", seed=1), functools.partial(Own, lr=1e30, rule=in_place))


def test_a_rule_that_writes_in_place_may_remember_a_plain_number():
    class Forgets(nn.SGD):
        def rule(self, w, g, change):
            w -= self.lr * g
            return w, 0.0

    found = []
    for engine in "eager", "compiled":
        model = nn.MLP(3, [4, 2], "tanh", seed=1)
        nn.fit(model, X, REGRESSION, nn.half_squared_error, Forgets(model.parameters(), 0.1), 4, engine=engine)
        found.append([p.data for p in model.parameters()])
    assert found[1] == pytest.approx(found[0], rel=1e-9)


def test_trying_a_rule_leaves_the_optimizer_as_it_is():
    class Counts(nn.SGD):
        def rule(self, w, g, change):
            self.calls.append(self.steps)
            return super().rule(w, g, change)

    model = nn.MLP(3, [4, 2], "tanh", seed=1)
    optimizer = Counts(model.parameters(), 0.1)
    optimizer.calls = []
    nn.fit(model, X, REGRESSION, nn.half_squared_error, optimizer, 4)
    assert optimizer.calls == [1, 2, 3, 4]


def test_a_step_of_ones_own_is_for_the_eager_engine():
    class Clipped(nn.SGD):
        def step(self):
            for p in self.parameters:
                p.grad = min(p.grad, 0.1)
            super().step()

    model = nn.MLP(3, [4, 2], "tanh", seed=1)
    with pytest.raises(TypeError, match=r"Clipped has a step of its own, .* give engine='eager'"):
        nn.fit(model, X, REGRESSION, nn.half_squared_error, Clipped(model.parameters(), 0.1), 1)


# --- how it ends when it goes wrong ----------------------------------------------------------------------------------


def test_a_loss_that_is_not_finite_names_the_epoch_and_leaves_the_last_finite_weights():
    line = nn.Neuron(1, "linear", seed=0)
    line.w[0].data = 1.0
    with pytest.raises(FloatingPointError, match=r"^training diverged in epoch 17: the loss is inf\."):
        nn.fit(line, [[1.0]], [0.0], nn.half_squared_error, nn.SGD([line.w[0]], lr=1e10), 100)
    assert math.isfinite(0.5 * line.w[0].data ** 2)


def test_a_sample_outside_the_domain_names_the_operation():
    y = nn.Neuron(1, "linear", seed=0)
    y.w[0].data = 1.0
    with pytest.raises(FloatingPointError, match=r"^training diverged in epoch \d+: log\(y\): -.* is outside x > 0\."):
        nn.fit(y, [[1.0]], [0.0], lambda y, t: log(y), nn.SGD(y.parameters(), lr=0.2), 100)
    assert y.w[0].data + y.b.data > 0


def assert_diverges_alike(make, optimizer, **settings):
    """Is the error that of node by node, and what it leaves behind?"""
    found = []
    for engine in "eager", "compiled":
        model = make()
        moved = optimizer(model.parameters())
        with pytest.raises(FloatingPointError) as error:
            nn.fit(model, X, REGRESSION, nn.half_squared_error, moved, 300, engine=engine, **settings)
        found.append((re.sub(r"-?\d+\.\d+(e.\d+)?", "#", str(error.value)), moved.steps,
                      [p.data for p in model.parameters()], [list(numbers) for numbers in moved.memory]))
    (said, steps, w, memory), (said2, steps2, w2, memory2) = found
    assert (said2, steps2) == (said, steps)
    np.testing.assert_allclose(w2, w, rtol=1e-9)
    np.testing.assert_allclose(memory2, memory, rtol=1e-9)


@pytest.mark.parametrize("on_epoch", [None, lambda epoch, J: None])
@pytest.mark.parametrize("lr", [30.0, 1e5, 1e100, 1e300])
@pytest.mark.parametrize("batch_size", [None, 7, 1])
def test_the_last_finite_weights_are_those_of_node_by_node(batch_size, lr, on_epoch):
    """In whichever sample of an epoch it diverges, also the first, after an order that was shuffled since."""
    assert_diverges_alike(lambda: nn.MLP(3, [2], "linear", seed=1), functools.partial(nn.SGD, lr=lr, momentum=0.5),
                          batch_size=batch_size, on_epoch=on_epoch)


@pytest.mark.parametrize("batch_size", [None, 7, 1])
def test_the_last_finite_weights_where_it_is_the_validation_that_diverges(batch_size):
    """ln y falls, and a sample leaves its domain: the last update is undone, and not the whole training."""
    found = []
    for engine in "eager", "compiled":
        y = nn.Neuron(1, "linear", seed=0)
        y.w[0].data = y.b.data = 1.0
        optimizer = nn.SGD(y.parameters(), 0.01)
        with pytest.raises(FloatingPointError, match=r"epoch \d\d: log\(.*\): -.* is outside x > 0"):
            nn.fit(y, np.linspace(0.5, 1.0, 8)[:, None], np.zeros(8), lambda y, t: log(y), optimizer, 99, batch_size,
                   validation=([[0.0]], [0.0]), engine=engine)
        found.append((optimizer.steps, [p.data for p in y.parameters()]))
    assert found[1][0] == found[0][0] > 9 and found[1][1] == pytest.approx(found[0][1], rel=1e-9)


@pytest.mark.parametrize("batch_size", [None, 1])
def test_a_first_sample_at_which_the_loss_cannot_be_recorded(batch_size):
    """√x has no slope at 0, but nobody asks for it there."""
    class Root(nn.Neuron):
        def __call__(self, x):
            return self.w[0] * sqrt(x[0]) + self.b

    assert_same(both(lambda: Root(1, seed=0), [[0.0], [4.0]], [1.0, 2.0], nn.half_squared_error, OPTIMIZERS["SGD"],
                     batch_size=batch_size))


def test_ctrl_c_keeps_whole_steps():
    class Interrupting(nn.SGD):
        def rule(self, w, g, change):
            if self.steps == 3:
                raise KeyboardInterrupt
            return super().rule(w, g, change)

    model, again = nn.MLP(3, [4, 2], "tanh", seed=1), nn.MLP(3, [4, 2], "tanh", seed=1)
    optimizer = Interrupting(model.parameters(), 0.1, momentum=0.5)
    history = nn.fit(model, X, REGRESSION, nn.half_squared_error, optimizer, 10)
    nn.fit(again, X, REGRESSION, nn.half_squared_error, nn.SGD(again.parameters(), 0.1, momentum=0.5), 2)
    assert (len(history.losses), len(history.seconds), history.stopped) == (2, 2, "interrupted")
    assert optimizer.steps == 2
    assert [p.data for p in model.parameters()] == [p.data for p in again.parameters()]


@pytest.mark.parametrize("at", [2, 3, 50, 400, 1001, 1337])
@pytest.mark.parametrize(("size", "batches"), [(None, 1), (7, 4)])
def test_ctrl_c_within_a_run_of_several_epochs_loses_none_of_them(at, size, batches):
    """The engine runs many epochs between two updates of the history; a step that is interrupted is undone."""
    class Interrupting(nn.SGD):
        def rule(self, w, g, change):
            if self.steps == at:
                raise KeyboardInterrupt
            return super().rule(w, g, change)

    model = nn.MLP(3, [2], "tanh", seed=1)
    optimizer = Interrupting(model.parameters(), 0.01)
    history = nn.fit(model, X, REGRESSION, nn.half_squared_error, optimizer, 2000, size, progress=False)
    assert len(history.losses) == len(history.seconds) == (at - 1) // batches and optimizer.steps == at - 1
    again = nn.MLP(3, [2], "tanh", seed=1)
    whole = nn.fit(again, X, REGRESSION, nn.half_squared_error, nn.SGD(again.parameters(), 0.01),
                   len(history.losses), size, progress=False)
    assert history.losses == whole.losses and min(history.seconds, default=1.0) > 0
    if batches == 1:
        assert [p.data for p in model.parameters()] == [p.data for p in again.parameters()]


# --- machine code for the loop of updates ----------------------------------------------------------------------------


@pytest.mark.skipif(find_spec("numba") is None, reason="numba is not installed (extra: jit)")
@pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_machine_code_from_the_first_update(optimizer):
    found = []
    for engine in "compiled", "jit":
        model = nn.MLP(3, [4, 2], "tanh", seed=1)
        moved = optimizer(model.parameters())
        history = nn.fit(model, X, REGRESSION, nn.half_squared_error, moved, 3, batch_size=1, engine=engine)
        found.append((np.array([p.data for p in model.parameters()]), history, moved))
    assert_same(found)


def test_machine_code_without_numba_or_for_batches(monkeypatch):
    model = nn.MLP(3, [4, 2], "tanh", seed=1)
    optimizer = nn.SGD(model.parameters(), 0.1)
    with pytest.raises(ValueError, match=r"engine 'jit' .* give batch_size=1, or for batches of 5"):
        nn.fit(model, X, REGRESSION, nn.half_squared_error, optimizer, 1, batch_size=5, engine="jit")
    monkeypatch.setattr("nn.engines.compiled.find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r"needs numba, which is not installed: pip install deltagrad\[jit\]"):
        nn.fit(model, X, REGRESSION, nn.half_squared_error, optimizer, 1, batch_size=1, engine="jit")
