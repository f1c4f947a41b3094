"""The engine of JAX: the weights of the others, how it is called, and what it refuses.

What is right comes from the engine "eager", node by node; in float32 from float32's own spacing.
"""
import math
import os
import subprocess
import sys
from itertools import product
from pathlib import Path

import numpy as np
import pytest

import nn
from autograd import Parameter, exp, log, mean
from autograd.ops import Op
from nn.optimizers import Optimizer

jax = pytest.importorskip("jax", reason="jax is not installed")

from nn.engines import jax as engine
from nn.engines import jax_loop

X = np.random.default_rng(0).normal(size=(23, 2))
T = np.sin(X[:, 0]) * 0.5


def network(seed=0):
    return nn.MLP(2, [4, 1], "tanh", seed=seed)


def numbers(parameters):
    return np.array([p.data for p in parameters])


def trained(engine, make=lambda ps: nn.SGD(ps, lr=0.1), epochs=6, model=None, T=T, loss=nn.half_squared_error,
            **settings):
    """The weights, the optimizer's memory and the history of a training with an engine."""
    model = model or network()
    optimizer = make(model.parameters())
    history = nn.fit(model, X, T, loss, optimizer, epochs, engine=engine, progress=False, **settings)
    return numbers(model.parameters()), np.array([*optimizer.memory]), optimizer.steps, history


def is_as_eager(**settings):
    """Train with both engines: weights, memory, losses and steps must agree to 1e-9."""
    expected, found = trained("eager", **settings), trained("jax", **settings)
    assert found[2] == expected[2]
    for a, b in zip(found[:2], expected[:2]):
        assert a == pytest.approx(b, rel=1e-9, abs=1e-9)
    for name in "losses", "validation_losses":
        assert getattr(found[3], name) == pytest.approx(getattr(expected[3], name), rel=1e-9, abs=1e-12)
    assert len(found[3].seconds) == len(found[3].losses)


# --- the same weights ------------------------------------------------------------------------------------------------


class Own(Optimizer):
    """A rule of a user's own: it asks for the step number, and writes to what it is given as Python does."""
    remembers = 1

    def rule(self, w, g, m):
        m *= 0.5
        m += g / (1 + 0.1 * self.steps)
        return w - self.lr * m, m


RULES = {"sgd": lambda ps: nn.SGD(ps, lr=0.1), "momentum": lambda ps: nn.SGD(ps, lr=0.1, momentum=0.9),
         "decays": lambda ps: nn.SGD(ps, lr=0.1, momentum=0.5, weight_decay=0.01, decay=0.001),
         "adam": lambda ps: nn.Adam(ps, lr=0.02), "own": lambda ps: Own(ps, lr=0.1)}


@pytest.mark.parametrize("rule, batch_size", [*product(RULES, [None, 6]), ("decays", 1), ("adam", 1)])
def test_every_rule_in_every_batch_gives_eagers_weights(rule, batch_size):
    """23 samples in batches of 6 leave one of 5, which is filled up."""
    is_as_eager(make=RULES[rule], batch_size=batch_size, seed=3)


@pytest.mark.parametrize("settings", [
    {"reduction": "sum", "batch_size": 6}, {"shuffle": False, "batch_size": 5}, {"epochs": 0}, {"epochs": 40},
    {"validation": (X[:5], T[:5]), "batch_size": 7}, {"validation": (X[:5], T[:5]), "reduction": "sum"}], ids=str)
def test_every_setting_gives_eagers_weights(settings):
    is_as_eager(**settings)


class OneByOne(Optimizer):
    """A rule with an lr for each parameter, which runs on the whole vector alone."""

    def rule(self, w, g):
        return (w - self.rates * g,)


def test_weights_stay_in_blocks_where_the_rule_takes_them(monkeypatch):
    """A layer's W is an array in the loop, in whatever order the optimizer has the weights."""
    loops, make = [], jax_loop.EpochLoop
    monkeypatch.setattr(jax_loop, "EpochLoop", lambda *args: loops.append(make(*args)) or loops[-1])
    is_as_eager(make=lambda ps: nn.SGD(ps[::-1], lr=0.05, momentum=0.6, decay=0.002), batch_size=6)
    assert [block.shape for block in loops[0].blocks] == [(1, 4), (1,), (4, 2), (4,)]
    rates, model = np.linspace(0.01, 0.1, 17), network()
    optimizer = OneByOne(model.parameters(), lr=1.0)
    optimizer.rates = rates
    nn.fit(model, X, T, nn.half_squared_error, optimizer, 5, engine="jax", progress=False)
    assert [block.shape for block in loops[1].blocks] == [(17,)]
    expected = network()
    for _ in range(5):                                      # by hand, node by node
        for p in expected.parameters():
            p.grad = 0.0
        mean([nn.half_squared_error(expected(x), t) for x, t in zip(X, T)]).backward()
        for p, rate in zip(expected.parameters(), rates):
            p.data -= rate * p.grad
    assert numbers(model.parameters()) == pytest.approx(numbers(expected.parameters()), rel=1e-9)


def test_a_softmax_head_trained_and_part_of_the_weights_frozen():
    """Frozen weights are read, not moved, and one that the loss does not depend on stays where it is."""
    labels, frozen = (X[:, 0] > 0).astype(int), {}
    for name in "eager", "jax":
        model, unused = nn.MLP(2, [3, 2], "tanh", seed=1), Parameter(2.0)
        parameters = [unused, *model.layers[1].parameters()]
        history = nn.fit(model, X, labels, nn.cross_entropy, nn.SGD(parameters, lr=0.3, momentum=0.5), 9, batch_size=8,
                         engine=name, progress=False)
        frozen[name] = numbers([unused, *model.parameters()]), history.losses
    assert frozen["jax"][0] == pytest.approx(frozen["eager"][0], rel=1e-9)
    assert frozen["jax"][1] == pytest.approx(frozen["eager"][1], rel=1e-9)
    assert frozen["jax"][0][1:10].tolist() == numbers(nn.MLP(2, [3, 2], "tanh", seed=1).layers[0].parameters()).tolist()


def test_training_goes_on_where_another_engine_has_ended():
    """Adam's memory and its number of steps pass from engine to engine."""
    both = []
    for names in ("eager", "eager"), ("jax", "compiled"), ("compiled", "jax"):
        model = network()
        optimizer = nn.Adam(model.parameters(), lr=0.02)
        for name in names:
            nn.fit(model, X, T, nn.half_squared_error, optimizer, 4, batch_size=6, engine=name, progress=False)
        both.append(numbers(model.parameters()))
    assert both[1] == pytest.approx(both[0], rel=1e-9) and both[2] == pytest.approx(both[0], rel=1e-9)


def test_on_epoch_is_called_after_each_and_may_change_lr_weights_and_stop():
    """A changing lr compiles nothing anew: it is an argument of the compiled function."""
    found, loops = {}, []
    for name in "eager", "jax":
        model, calls = network(), []
        optimizer = nn.SGD(model.parameters(), lr=0.2, momentum=0.5)

        def on_epoch(epoch, J, model=model, optimizer=optimizer, calls=calls):
            calls.append((epoch, J, numbers(model.parameters()).tolist()))
            optimizer.lr *= 0.9
            model.parameters()[0].data *= 0.5
            loops.append(len(engine.LOOPS))
            return epoch == 7

        history = nn.fit(model, X, T, nn.half_squared_error, optimizer, 20, batch_size=6, engine=name, progress=False,
                         on_epoch=on_epoch)
        assert (history.stopped, len(history.losses)) == ("on_epoch", 7)
        found[name] = numbers(model.parameters()), calls
    assert found["jax"][0] == pytest.approx(found["eager"][0], rel=1e-9)
    for a, b in zip(found["jax"][1], found["eager"][1], strict=True):
        assert a[0] == b[0] and a[1] == pytest.approx(b[1], rel=1e-9) and a[2] == pytest.approx(b[2], rel=1e-9)
    assert len(set(loops[7:])) == 1


def test_a_second_fit_of_the_same_graph_compiles_nothing():
    engine.LOOPS.clear()
    for seed in 0, 1:
        trained("jax", model=network(seed), batch_size=6)
    [loop] = engine.LOOPS.values()
    assert loop._cache_size() == 1
    trained("jax", make=lambda ps: nn.SGD(ps, lr=0.3), batch_size=6, epochs=9)      # lr and epochs are no part of it
    assert loop._cache_size() == 1 and len(engine.LOOPS) == 1
    trained("jax", make=RULES["momentum"], batch_size=6)
    assert len(engine.LOOPS) == 2
    for hidden in range(2, 14):
        trained("jax", model=nn.MLP(2, [hidden, 1], seed=0), epochs=1)
    assert len(engine.LOOPS) == engine.KEPT


# --- float32, and the user's own settings ----------------------------------------------------------------------------


def test_float32_ends_within_its_own_rounding():
    exact, (found, _, _, history) = trained("eager")[0], trained("jax", dtype="float32")
    assert found == pytest.approx(exact, rel=1e-5) and not np.array_equal(found, exact)
    assert np.array_equal(found, found.astype(np.float32)) and isinstance(history.losses[0], float)


@pytest.mark.parametrize("is_on", [False, True])
def test_the_users_precision_is_as_it_was(is_on):
    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", is_on)
    try:
        for dtype in "float64", "float32":
            weights = trained("jax", dtype=dtype, make=RULES["adam"])[0]
            assert jax.config.jax_enable_x64 is is_on
            assert np.array_equal(weights, weights.astype(np.float32)) is (dtype == "float32")
        assert jax.numpy.ones(1).dtype == ("float64" if is_on else "float32")
    finally:
        jax.config.update("jax_enable_x64", before)


def test_before_jax_0_8_the_context_has_another_place(monkeypatch):
    from jax import experimental

    entered = []
    monkeypatch.delattr(jax, "enable_x64", raising=False)
    monkeypatch.setattr(experimental, "enable_x64", lambda is_on: entered.append(is_on) or "a context", raising=False)
    assert jax_loop.float64_allowed(True) == "a context" and entered == [True]


# --- how it ends -----------------------------------------------------------------------------------------------------


def diverging(name, epochs=60, **settings):
    """The message and the weights of a training whose loss overflows."""
    model = nn.MLP(2, [1], "linear", seed=0)
    with pytest.raises(FloatingPointError) as error:
        nn.fit(model, X, T, nn.half_squared_error, nn.SGD(model.parameters(), lr=1e12), epochs, engine=name,
               progress=False, **settings)
    return str(error.value), numbers(model.parameters())


@pytest.mark.parametrize("settings", [{}, {"batch_size": 6}, {"batch_size": 1}, {"on_epoch": lambda epoch, J: None},
                                      {"validation": (X, T)}], ids=["full", "some", "each", "on_epoch", "unseen"])
def test_divergence_names_the_epoch_and_keeps_the_last_finite_weights(settings):
    """The same epoch, the same message and the same weights as node by node; some 1e150 large, to 1e-9 of that."""
    expected, found = diverging("eager", **settings), diverging("jax", **settings)
    assert found[0] == expected[0] and "training diverged in epoch" in found[0]
    assert found[1] == pytest.approx(expected[1], rel=1e-9)


def test_the_last_finite_weights_are_those_of_the_lr_that_they_were_reached_by():
    """on_epoch raises lr from 0.1 until the loss overflows; the last step of the epoch before was at the old one."""
    found = {}
    for name in "eager", "jax":
        model = nn.MLP(2, [1], "linear", seed=0)
        optimizer = nn.SGD(model.parameters(), lr=0.1)

        def on_epoch(epoch, J, optimizer=optimizer):
            optimizer.lr *= 1e20

        with pytest.raises(FloatingPointError) as error:
            nn.fit(model, X, T, nn.half_squared_error, optimizer, 60, batch_size=12, engine=name, progress=False,
                   on_epoch=on_epoch)
        found[name] = (str(error.value), optimizer.steps), numbers(model.parameters())
    assert found["jax"][0] == found["eager"][0]
    assert found["jax"][1] == pytest.approx(found["eager"][1], rel=1e-9)


def test_a_sample_that_leaves_a_domain_is_named_by_its_operation():
    """log(w) of a weight that falls below 0 at the 14th step, long after epochs run together."""
    messages = {}
    for name in "eager", "jax":
        w = Parameter(1.0, "w")
        with pytest.raises(FloatingPointError) as error:
            nn.fit(lambda x, w=w: log(w) + 0.0 * x[0], [[1.0]], [-50.0], nn.mean_absolute_error,
                   nn.SGD([w], lr=0.01), 100, engine=name, progress=False)
        messages[name] = str(error.value), w.data
    assert messages["jax"] == messages["eager"] and "log" in messages["jax"][0]


def test_float32_that_needs_more_says_so_and_keeps_its_weights():
    """exp(100) is more than float32 holds; in float64 the epoch is well."""
    w = Parameter(1.0, "w")

    def model(x):
        return exp(w * x[0]) * 1e-40

    with pytest.raises(FloatingPointError, match=r"epoch 1: .*float32.*dtype='float64'"):
        nn.fit(model, [[100.0]], [0.0], nn.half_squared_error, nn.SGD([w], lr=1e-9), 3, engine="jax", dtype="float32",
               progress=False)
    assert w.data == 1.0
    nn.fit(model, [[100.0]], [0.0], nn.half_squared_error, nn.SGD([w], lr=1e-9), 3, engine="jax", progress=False)


def test_ctrl_c_before_the_history_has_the_last_epochs_takes_them_back(monkeypatch):
    """Epochs that run together are in the history together, or in neither the history nor the weights."""
    run, calls = engine.Jax.epochs, []

    def interrupted(self, *args):
        losses = run(self, *args)
        calls.append(len(losses[0]))
        self.at_once = 3
        if len(calls) == 4:
            raise KeyboardInterrupt
        return losses

    monkeypatch.setattr(engine.Jax, "epochs", interrupted)
    weights, memory, steps, history = trained("jax", make=RULES["momentum"], epochs=50, batch_size=6)
    monkeypatch.undo()
    assert (history.stopped, len(history.losses), steps) == ("interrupted", sum(calls[:3]), 4 * sum(calls[:3]))
    expected = trained("eager", make=RULES["momentum"], epochs=sum(calls[:3]), batch_size=6)
    assert weights == pytest.approx(expected[0], rel=1e-9) and memory == pytest.approx(expected[1], rel=1e-9)


def runs(monkeypatch, **settings):
    """How many epochs ran together, where time does not matter, and the history."""
    run, calls = engine.Jax.run_on_devices, []
    monkeypatch.setattr(engine, "SECONDS", 1e9)
    monkeypatch.setattr(engine.Jax, "run_on_devices",
                        lambda self, start, orders: calls.append(len(orders)) or run(self, start, orders))
    return calls, trained("jax", epochs=100, **settings)[3]


def test_epochs_run_together_and_the_history_has_each(monkeypatch):
    """The first compiles, and its time says nothing of how many fit into 0.1 s."""
    calls, history = runs(monkeypatch)
    assert calls == [1, 99] and len(history.losses) == len(history.seconds) == 100
    assert history.losses == pytest.approx(trained("eager", epochs=100)[3].losses, rel=1e-9)


def test_epochs_run_together_up_to_the_next_that_is_diagnosed(monkeypatch):
    """Outputs of a linear head under a loss of probabilities are looked at after epochs 1, 2, 4, 8, ..."""
    half = nn.Neuron(2, "linear", seed=0)
    for w in half.w:
        w.data = 0.01
    half.b.data = 0.5
    calls, _ = runs(monkeypatch, model=half, T=np.full(23, 0.5), loss=nn.binary_cross_entropy,
                    make=lambda ps: nn.SGD(ps, lr=1e-3))
    assert calls == [1, 1, 2, 4, 8, 16, 32, 36]


# --- what it refuses -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("settings, says", [
    ({"dtype": "float16"}, "dtype is 'float64' or 'float32', not 'float16'"),
    ({"devices": 99}, "devices is 99, but JAX sees"), ({"devices": 0}, "devices is 0"),
    ({"devices": []}, "how many to use or a list"), ({"devices": "gpu"}, "how many to use or a list"),
    ({"devices": True}, "how many to use or a list"),
    ({"engine": "compiled", "dtype": "float32"}, "dtype and devices are for engine='jax'; 'compiled'"),
    ({"engine": "eager", "devices": 2}, "dtype and devices are for engine='jax'")], ids=str)
def test_settings_that_it_does_not_take(settings, says):
    with pytest.raises(ValueError, match=says):
        trained(settings.pop("engine", "jax"), **settings)


def test_samples_too_large_for_float32():
    model = network()
    with pytest.raises(ValueError, match=r"holds ±1e\+300, which is too large for float32: give dtype='float64'"):
        nn.fit(model, [[1e300, 0.0], [0.0, 1.0]], [0.0, 0.0], nn.half_squared_error, nn.SGD(model.parameters(), lr=0.1),
               1, engine="jax", dtype="float32", progress=False)


def test_without_jax_one_line_says_what_to_install(monkeypatch):
    monkeypatch.setattr(engine, "find_spec", lambda name: None)
    with pytest.raises(ImportError) as error:
        trained("jax")
    assert str(error.value) == "engine 'jax' needs JAX, which is not installed: pip install deltagrad[jax]"


class Deciding(Own):
    def rule(self, w, g, m):
        if self.steps > 3:
            return w, m
        return w - self.lr * g, m


class Writing(Own):
    def rule(self, w, g, m):
        m[:] = g
        return w - self.lr * m, m


class Counting(Own):
    def rule(self, w, g, m):
        self.count = getattr(self, "count", 0) + 1
        return w - self.lr * g, m


class Forgetting(Own):
    def rule(self, w, g, m):
        return (w - self.lr * g,)


@pytest.mark.parametrize("kind, line, says", [
    (Deciding, 2, "engine='compiled'"), (Writing, 2, "engine='compiled'"), (Counting, 1, "sets self.count"),
    (Forgetting, None, "returns 0 numbers to remember, but its `remembers` is 1")])
def test_a_rule_that_jax_cannot_trace_is_named_with_its_line(kind, line, says):
    with pytest.raises(TypeError) as error:
        trained("jax", make=lambda ps: kind(ps, lr=0.1))
    text = str(error.value)
    assert says in text and kind.__name__ in text and "\n" not in text
    if line is not None:
        first = kind.rule.__code__.co_firstlineno
        assert any(f"line {first + k}" in text for k in (0, line - 1)) and "test_jax.py" in text


def test_a_row_that_jax_cannot_run_is_named():
    """Its array form calls NumPy's own function, which serves the engine of arrays."""
    sinh = Op("sinh", math.sinh, lambda z, x: (0.5 * (exp(x) + exp(-x)),), lambda xp, x: np.sinh(x))
    model = network()
    arguments = lambda x: sinh(model(x)), X, T, nn.half_squared_error, nn.SGD(model.parameters(), lr=0.1), 1
    nn.fit(*arguments, engine="compiled", progress=False)
    with pytest.raises(TypeError, match=r"'sinh' does not run on jax.numpy: .*xp") as error:
        nn.fit(*arguments, engine="jax", progress=False)
    assert "\n" not in str(error.value)


def test_a_row_without_an_array_form_is_refused_as_by_the_engine_of_arrays():
    sinh = Op("sinh", math.sinh, lambda z, x: (math.cosh(x),))
    model, messages = network(), []
    for name in "compiled", "jax":
        with pytest.raises(TypeError) as error:
            nn.fit(lambda x: sinh(model(x)), X, T, nn.half_squared_error, nn.SGD(model.parameters(), lr=0.1), 1,
                   engine=name, progress=False)
        messages.append(str(error.value))
    assert messages[0] == messages[1] and "use xp's functions, not those of math" in messages[0]


# --- several devices -------------------------------------------------------------------------------------------------

FOUR = '''
import re, sys
import jax, numpy as np
import nn
from nn.engines import jax as engine
assert len(jax.devices()) == 4
rng = np.random.default_rng(0)
X = rng.normal(size=(50, 3)); T = np.tanh(X[:, 0])
def fit(**settings):
    model = nn.MLP(3, [5, 1], "tanh", seed=0)
    optimizer = nn.SGD(model.parameters(), lr=0.05, momentum=0.5)
    history = nn.fit(model, X, T, nn.half_squared_error, optimizer, 12, engine="jax", progress=False, **settings)
    return np.array([p.data for p in model.parameters()]), history
for settings in ({}, {"batch_size": 16}, {"batch_size": 20, "shuffle": False}, {"batch_size": 7, "reduction": "sum"},
                 {"batch_size": 3}, {"batch_size": 8, "validation": (X[:9], T[:9])}):
    one, history = fit(devices=1, **settings)
    for devices in None, 2, jax.devices(), jax.devices()[1:]:
        found, again = fit(devices=devices, **settings)
        assert abs(found - one).max() <= 1e-12, (settings, devices, abs(found - one).max())
        assert np.allclose(again.losses, history.losses, rtol=1e-12, atol=0)
        assert np.allclose(again.validation_losses, history.validation_losses, rtol=1e-12, atol=0)
print("the same")
engine.LOOPS.clear()
spread = engine.Jax.run_on_devices
def run(self, start, orders):
    result = spread(self, start, orders)
    self_loop, = engine.LOOPS.values()
    w, memory, steps = start
    text = self_loop.lower(w, memory, np.int32(steps), np.float64(0.05), None, self.layout.with_orders(orders),
                           np.int32(1), np.zeros(self.layout.capacity)).compile().as_text()
    print(len(re.findall(r" all-reduce(?:-start)?\\(", text)), "all-reduce")
    pieces = {tuple(shard.data.shape) for shard in self.layout.batches.batches.addressable_shards}
    print(pieces)
    engine.Jax.run_on_devices = spread
    return result
engine.Jax.run_on_devices = run
fit(batch_size=20, shuffle=False)
'''


def test_four_devices_give_one_devices_weights():
    """Batches that divide by the devices or are filled up; one all-reduce a step in what XLA compiles."""
    flags = os.environ.get("XLA_FLAGS", "") + " --xla_force_host_platform_device_count=4"
    run = subprocess.run([sys.executable, "-c", FOUR], cwd=Path(__file__).parents[3], text=True, capture_output=True,
                         env=os.environ | {"XLA_FLAGS": flags, "JAX_PLATFORMS": "cpu"}, timeout=500)
    assert run.returncode == 0, run.stderr[-3000:]
    assert run.stdout.splitlines() == ["the same", "1 all-reduce", "{(3, 5, 4)}"]
