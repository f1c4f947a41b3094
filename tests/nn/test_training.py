"""fit and predict: batches, seeds, histories, and how a training ends: by itself, by on_epoch, by Ctrl-C, by diverging.

Here with the eager engine, whose every step can be seen; tests/nn/test_nn_peers.py holds the loss curves to PyTorch's.
"""
import functools
import gc
import inspect
import io
import math
import random
import re
import sys
from itertools import chain
from xml.etree import ElementTree

import numpy as np
import pytest

import nn
from autograd import Parameter, exp, log
from nn import MLP, SGD, Adam, History, Layer, Module, Neuron, half_squared_error, predict
from nn.training import ENGINES

fit = functools.partial(nn.fit, engine="eager")

X = np.array([[0.5, -1.0], [1.0, 2.0], [-0.3, 0.7], [0.0, 0.4], [1.5, -0.2], [-1.1, -0.6], [0.8, 0.1]])
T = np.array([0.3, -0.5, 0.9, 0.0, -0.2, 0.6, 0.1])
N = len(X)


def network(seed=0):
    return MLP(2, [3, 1], "tanh", seed=seed)


def data(model):
    return [p.data for p in model.parameters()]


def trained(epochs, seed=0, make=lambda ps: SGD(ps, lr=0.1, momentum=0.5), **settings):
    """The weights after a training, and its history."""
    model = network()
    history = fit(model, X, T, half_squared_error, make(model.parameters()), epochs, seed=seed, **settings)
    return data(model), history


# --- one step, by hand -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_a_full_batch_is_one_step_down_the_mean_or_the_sum(reduction):
    """Rounding aside, 1e-14, one epoch is: record each sample, backward, divide or not, step."""
    model, again = network(), network()
    fit(model, X, T, half_squared_error, SGD(model.parameters(), lr=0.1), 1, reduction=reduction)
    for x, t in zip(X.tolist(), T.tolist()):
        half_squared_error(again(x), t).backward()
    scale = N if reduction == "mean" else 1
    assert data(model) == pytest.approx([p.data - 0.1 * p.grad / scale for p in again.parameters()], abs=1e-14)


def test_a_batch_of_one_is_the_lectures_update_per_pattern():
    """Each pattern is shown to the weights that the one before has moved; unshuffled, in the order of X."""
    model, again = network(), network()
    history = fit(model, X, T, half_squared_error, SGD(model.parameters(), lr=0.1), 2, batch_size=1, shuffle=False)
    optimizer, curve = SGD(again.parameters(), lr=0.1), []
    for _ in range(2):
        J = 0.0
        for x, t in zip(X.tolist(), T.tolist()):
            again.zero_grad()
            loss = half_squared_error(again(x), t)
            loss.backward()
            optimizer.step()
            J += loss.data
        curve.append(J / N)
    assert data(model) == data(again)
    assert history.losses == curve


def test_the_loss_is_weighted_by_samples_and_taken_before_each_update():
    """Batches of 3, 3 and 1: the mean over samples, not over batches; so small an lr leaves the weights as they are."""
    model = network()
    before = [half_squared_error(model(x), t).data for x, t in zip(X.tolist(), T.tolist())]
    first = {}
    for reduction in ("mean", "sum"):
        model = network()
        first[reduction], = fit(model, X, T, half_squared_error, SGD(model.parameters(), lr=1e-200), 1, batch_size=3,
                                reduction=reduction).losses
    assert first["mean"] == pytest.approx(sum(before) / N, rel=1e-14)
    assert first["sum"] == pytest.approx(sum(before), rel=1e-14)


def test_leftover_gradients_do_no_harm():
    """Somebody called backward() before: fit starts from zero."""
    model = network()
    model([1.0, 2.0]).backward()
    fit(model, X, T, half_squared_error, SGD(model.parameters(), lr=0.1, momentum=0.5), 2)
    assert data(model) == trained(2)[0]


# --- batches and seeds -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("settings", [{}, {"batch_size": 3}, {"batch_size": 1}], ids=repr)
def test_the_same_seed_gives_the_same_bits(settings):
    weights, history = trained(5, seed=4, **settings)
    again, history_again = trained(5, seed=4, **settings)
    assert [w.hex() for w in again] == [w.hex() for w in weights]
    assert history_again.losses == history.losses


def test_another_seed_shuffles_otherwise():
    assert trained(2, seed=1, batch_size=1)[0] != trained(2, seed=2, batch_size=1)[0]


@pytest.mark.parametrize("size", [None, N, N + 1, 1000])
def test_a_full_batch_is_not_shuffled(size):
    assert trained(3, seed=1, batch_size=size)[0] == trained(3, seed=2, batch_size=size)[0] == trained(3)[0]


def spied_batches(**settings):
    """The rows of every batch, epoch by epoch, as a spy in the model sees them."""
    seen, epochs = [], []

    class Spy(Module):
        w = Parameter(1.0)

        def __call__(self, x):
            seen.append(x[0])
            return self.w * x[0]

        def parameters(self):
            return [self.w]

    class Step(SGD):
        def step(self):
            super().step()
            seen.append(None)

    rows = [[float(k)] for k in range(N)]
    spy = Spy()

    def on_epoch(epoch, J):
        batches = " ".join("|" if k is None else f"{k:g}" for k in seen).split("|")
        epochs.append([list(map(int, batch.split())) for batch in batches if batch.strip()])
        seen.clear()

    optimizer = Step([spy.w], lr=1e-9)
    seen.clear()
    fit(spy, rows, np.zeros(N), half_squared_error, optimizer, 4, on_epoch=on_epoch, **settings)
    epochs[0][0] = epochs[0][0][3:]             # 0, 0 and 1, by which fit looks at the outputs and the gradients
    return epochs


def test_every_epoch_shows_every_sample_once_in_batches_of_the_size():
    for epoch in spied_batches(batch_size=3):
        assert [len(batch) for batch in epoch] == [3, 3, 1]
        assert sorted(chain(*epoch)) == list(range(N))


def test_every_epoch_is_shuffled_anew():
    epochs = spied_batches(batch_size=1)
    assert len({str(epoch) for epoch in epochs}) == 4


def test_shuffle_false_keeps_the_order():
    assert spied_batches(batch_size=3, shuffle=False) == [[[0, 1, 2], [3, 4, 5], [6]]] * 4


def test_no_global_random_state_is_touched():
    random.seed(0)
    np.random.seed(0)
    before = random.getstate(), np.random.get_state()[1].tolist(), np.random.get_state()[2]
    trained(2, batch_size=2)
    assert (random.getstate(), np.random.get_state()[1].tolist(), np.random.get_state()[2]) == before


# --- History ---------------------------------------------------------------------------------------------------------


def test_the_history_has_a_loss_and_the_seconds_of_every_epoch():
    _, history = trained(4)
    assert type(history) is History
    assert len(history.losses) == len(history.seconds) == 4
    assert history.validation_losses == [] and history.stopped == ""
    assert all(type(x) is float for x in history.losses) and all(s > 0 for s in history.seconds)


def test_repr_of_a_history_is_a_line():
    assert re.fullmatch(r"History\(4 epochs, loss 0\.\d+ to 0\.\d+, 0\.\d\d s\)", repr(trained(4)[1]))
    assert repr(History()) == "History(0 epochs)"
    assert repr(History([2.0, 1.0], [], [0.25, 0.5], "on_epoch")) == \
        "History(2 epochs, loss 2 to 1, 0.75 s, stopped: on_epoch)"


def test_a_notebook_shows_a_history_as_its_curve_and_its_last_losses():
    losses = [1.0 / k for k in range(1, 8)]
    html = History(losses, [2 * x for x in losses], [0.1] * 7)._repr_html_()
    svg, table = (ElementTree.fromstring(re.search(f"<{tag}.*</{tag}>", html)[0]) for tag in ("svg", "table"))
    assert [[cell.text for cell in row] for row in table] == [
        ["epoch", "loss", "validation loss"], ["3", "0.333333", "0.666667"], ["4", "0.25", "0.5"],
        ["5", "0.2", "0.4"], ["6", "0.166667", "0.333333"], ["7", "0.142857", "0.285714"]]
    curve, validation = ([tuple(map(float, point.split(","))) for point in line.get("points").split()]
                         for line in svg.iter("polyline"))
    assert validation[0] == (0.0, 0.0) and curve[0] == (0.0, 80.0)          # 2 is the top of 160, 1 its middle
    assert [x for x, _ in curve] == pytest.approx([560 * k / 6 for k in range(7)], abs=0.05)
    assert "History(7 epochs" in svg.get("aria-label")


def test_a_long_or_an_infinite_history_makes_a_short_curve():
    html = History([1e308, float("inf"), *[0.5] * 100_000, 0.25], [], [0.0] * 100_003)._repr_html_()
    points = re.search('points="(.*?)"', html)[1].split()
    assert 100 < len(points) <= 401 and points[-1].startswith("560.0,") and "nan" not in html
    assert "<svg" not in History([1.0], [], [0.0])._repr_html_() and "0 epochs" in History()._repr_html_()


def test_no_epochs_do_nothing():
    weights, history = trained(0)
    assert history == History() and weights == data(network())


def test_validation_is_the_loss_after_the_epochs_updates_and_moves_nothing():
    unseen = [[0.2, 0.9], [-0.4, 0.3]], [0.5, -0.5]
    after = []
    model = network()
    history = fit(model, X, T, half_squared_error, SGD(model.parameters(), lr=0.1, momentum=0.5), 3, validation=unseen,
                  on_epoch=lambda epoch, J: after.append(
                      sum(half_squared_error(model(x), t).data for x, t in zip(*unseen)) / 2))
    assert history.validation_losses == pytest.approx(after, rel=1e-14)
    assert data(model) == trained(3)[0]


def test_validation_of_labels_and_the_sum():
    model = MLP(2, [3], seed=0)
    history = fit(model, X, [0, 1, 2, 0, 1, 2, 0], nn.cross_entropy, SGD(model.parameters(), lr=0.1), 1,
                  reduction="sum", validation=(X[:2], [2, 1]))
    expected = sum(nn.cross_entropy(model(x), t).data for x, t in zip(X[:2].tolist(), [2, 1]))
    assert history.validation_losses == [pytest.approx(expected, rel=1e-14)]


def test_a_history_says_which_epoch_it_went_back_to():
    assert "stopped: patience, best epoch 1)" in repr(History([2.0, 1.0], [1.0, 2.0], [0.5, 0.5], "patience", 1))


# --- on_epoch --------------------------------------------------------------------------------------------------------


def test_on_epoch_is_told_the_epoch_from_1_and_its_loss():
    told = []
    _, history = trained(3, on_epoch=lambda epoch, J: told.append((epoch, J)))
    assert told == list(enumerate(history.losses, start=1))


@pytest.mark.parametrize("true", [True, np.True_], ids=["True", "np.True_"])
def test_on_epoch_stops_by_returning_true(true):
    weights, history = trained(10, on_epoch=lambda epoch, J: true if epoch == 3 else None)
    assert len(history.losses) == 3 and history.stopped == "on_epoch"
    assert weights == trained(3)[0]


@pytest.mark.parametrize("x", [None, False, 0, 1, 0.5, "stop", [1]], ids=repr)
def test_anything_else_that_on_epoch_returns_does_not_stop(x):
    """A print, an append or a number that a one-line lambda happens to return."""
    _, history = trained(3, on_epoch=lambda epoch, J: x)
    assert len(history.losses) == 3 and history.stopped == ""


def test_on_epoch_may_change_the_learning_rate():
    model, again = network(), network()
    optimizer = SGD(model.parameters(), lr=0.1)

    def halve(epoch, J):
        optimizer.lr *= 0.5

    fit(model, X, T, half_squared_error, optimizer, 3, on_epoch=halve)
    optimizer = SGD(again.parameters(), lr=0.1)
    for lr in (0.1, 0.05, 0.025):
        optimizer.lr = lr
        fit(again, X, T, half_squared_error, optimizer, 1)
    assert data(model) == data(again)


def test_an_error_in_on_epoch_is_the_callers_own():
    def fail(epoch, J):
        raise ValueError("mine")

    with pytest.raises(ValueError, match=r"^mine$"):
        trained(3, on_epoch=fail)


# --- Ctrl-C ----------------------------------------------------------------------------------------------------------


class Interrupting(SGD):
    """Ctrl-C in the middle of a step: of the third one's rule."""

    calls = 0

    def rule(self, w, g, change):
        self.calls += 1
        if self.calls == 2 * len(self.parameters) + 5:
            raise KeyboardInterrupt
        return super().rule(w, g, change)


class Touchy(Parameter):
    """A weight that raises KeyboardInterrupt when it is given its third new value."""

    __slots__ = ("kept", "writes")

    @property
    def _data(self):                            # what fit writes to
        return self.kept

    @_data.setter
    def _data(self, x):
        self.writes = getattr(self, "writes", 0) + 1
        if self.writes == 4:                    # the first is its initial value
            raise KeyboardInterrupt
        self.kept = x


def make_sgd(parameters):
    return SGD(parameters, lr=0.1, momentum=0.5)


def test_ctrl_c_between_epochs_keeps_every_epoch():
    def interrupt(epoch, J):
        if epoch == 3:
            raise KeyboardInterrupt

    weights, history = trained(10, on_epoch=interrupt)
    assert len(history.losses) == len(history.seconds) == 3 and history.stopped == "interrupted"
    assert weights == trained(3)[0]


@pytest.mark.parametrize("size, sample, steps, epochs", [(None, 2 * N + 4, 2, 2), (1, 2 * N + 4, 2 * N + 3, 2),
                                                         (3, N + 4, 4, 1), (None, 2, 0, 0)])
def test_ctrl_c_in_a_loss_keeps_the_steps_made(size, sample, steps, epochs):
    """The history is of whole epochs, the weights are those of a whole number of steps."""
    count = 0

    def loss(y, t):
        nonlocal count
        count += 1
        if count == sample + 2:                 # fit tries the first sample twice before it trains
            raise KeyboardInterrupt
        return half_squared_error(y, t)

    model, again = network(), network()
    optimizer = make_sgd(model.parameters())
    history = fit(model, X, T, loss, optimizer, 10, batch_size=size, shuffle=False)
    assert (len(history.losses), len(history.seconds), history.stopped) == (epochs, epochs, "interrupted")
    assert optimizer.steps == steps
    optimizer, rows = make_sgd(again.parameters()), []
    for _ in range(3):
        rows += [range(N)[k:k + (size or N)] for k in range(0, N, size or N)]
    for batch in rows[:steps]:
        fit(again, X[list(batch)], T[list(batch)], half_squared_error, optimizer, 1)
    assert data(model) == data(again)


def test_ctrl_c_in_the_rule_undoes_the_step():
    model = network()
    optimizer = Interrupting(model.parameters(), lr=0.1, momentum=0.5)
    history = fit(model, X, T, half_squared_error, optimizer, 10)
    assert (len(history.losses), history.stopped, optimizer.steps) == (2, "interrupted", 2)
    assert data(model) == trained(2)[0]


def test_ctrl_c_while_the_weights_are_written_undoes_the_step():
    model = network()
    neuron = model.layers[0].neurons[1]
    neuron.w[1] = Touchy(neuron.w[1].data, neuron.w[1].label)
    optimizer = make_sgd(model.parameters())
    history = fit(model, X, T, half_squared_error, optimizer, 10)
    assert (len(history.losses), history.stopped, optimizer.steps) == (2, "interrupted", 2)
    assert data(model) == trained(2)[0]


def test_after_ctrl_c_training_goes_on_as_if_nothing_had_happened():
    model = network()
    optimizer = Interrupting(model.parameters(), lr=0.1, momentum=0.5)
    fit(model, X, T, half_squared_error, optimizer, 10)
    fit(model, X, T, half_squared_error, optimizer, 3)
    assert data(model) == trained(5)[0]


def test_ctrl_c_while_validating_leaves_a_history_of_whole_epochs():
    count = 0

    def loss(y, t):
        nonlocal count
        count += 1
        if count == 2 * (N + 1) + 3:            # the second epoch's only validation sample
            raise KeyboardInterrupt
        return half_squared_error(y, t)

    model = network()
    history = fit(model, X, T, loss, make_sgd(model.parameters()), 10, validation=(X[:1], T[:1]))
    assert (len(history.losses), len(history.validation_losses), len(history.seconds)) == (1, 1, 1)
    assert data(model) == trained(2)[0]


# --- divergence ------------------------------------------------------------------------------------------------------


def diverges(model, X, T, loss, optimizer, match, **settings):
    with pytest.raises(FloatingPointError, match=match):
        fit(model, X, T, loss, optimizer, **settings)
    assert all(map(math.isfinite, data(model)))


def test_a_loss_that_overflows_names_the_epoch_and_leaves_the_last_finite_weights():
    """w ← w - lr w with lr = 1e10 grows 1e10-fold a step: from 1.0 it is 1e160 in epoch 17, and ½ w² overflows."""
    line, ways = Neuron(1, "linear", seed=0), []
    line.w[0].data = 1.0
    diverges(line, [[1.0]], [0.0], half_squared_error, SGD([line.w[0]], lr=1e10), epochs=100,
             on_epoch=lambda epoch, J: ways.append(line.w[0].data),
             match=r"^training diverged in epoch 17: the loss is inf\.  The parameters are the last with a finite "
                   r"loss; try a smaller lr$")
    assert line.w[0].data == ways[-2]
    assert math.isfinite(half_squared_error(line([1.0]), 0.0).data)


def test_in_a_batch_the_weights_of_the_last_finite_batch_remain():
    """Row 2's loss is the first to overflow: the weights are those with which row 1's was had."""
    line = Neuron(1, "linear", seed=0)
    line.w[0].data = 1.0
    diverges(line, [[1.0], [1.0], [1e200]], [0.0] * 3, half_squared_error, SGD([line.w[0]], lr=0.5), epochs=3,
             batch_size=1, shuffle=False, match=r"^training diverged in epoch 1: the loss is inf\.")
    assert line.w[0].data == 0.5


@pytest.mark.filterwarnings("ignore:the inputs:nn.TrainingWarning")
def test_when_the_first_loss_is_infinite_nothing_moves():
    model = network()
    before = data(model)
    diverges(model, X * 1e300, T * 1e300, half_squared_error, make_sgd(model.parameters()), epochs=3,
             match=r"^training diverged in epoch 1: the loss is inf\.")
    assert data(model) == before


@pytest.mark.parametrize("make", [make_sgd, lambda ps: Adam(ps, lr=0.1)], ids=["SGD", "Adam"])
def test_a_loss_of_nan(make):
    def loss(y, t):
        return half_squared_error(y, t) + math.inf - math.inf

    model = network()
    before = data(model)
    optimizer = make(model.parameters())
    diverges(model, X, T, loss, optimizer, epochs=3, match=r"^training diverged in epoch 1: the loss is nan\.")
    assert data(model) == before and optimizer.steps == 0


@pytest.mark.filterwarnings("ignore:the inputs:nn.TrainingWarning")
def test_when_only_the_parameters_overflow():
    """The loss is finite, its gradient times lr is not."""
    model = network()
    before = data(model)
    optimizer = SGD(model.parameters(), lr=1e308)
    diverges(model, X * 100, T * 100, nn.mean_squared_error, optimizer, epochs=3, reduction="sum",
             match=r"^training diverged in epoch 1: a parameter is (inf|-inf|nan)\.")
    assert data(model) == before and optimizer.steps == 0


def test_a_sample_that_leaves_an_operations_domain_names_the_operation_and_the_epoch():
    """J = ln y falls until y < 0."""
    y = Neuron(1, "linear", seed=0)
    y.w[0].data = 1.0
    diverges(y, [[1.0]], [0.0], lambda y, t: log(y), SGD(y.parameters(), lr=0.2), epochs=10,
             match=r"^training diverged in epoch \d: log\(y\): -0\.\d+ is outside x > 0\.")
    assert y([1.0]).data > 0


def test_also_when_it_is_the_very_first_sample():
    y = Neuron(1, "linear", seed=0)
    y.w[0].data = -1.0
    diverges(y, [[1.0]], [0.0], lambda y, t: log(y), SGD(y.parameters(), lr=0.2), epochs=10,
             match=r"^training diverged in epoch 1: log\(y\): -1\.0 is outside x > 0\.")
    assert y.w[0].data == -1.0


def test_also_when_it_overflows():
    y = Neuron(1, "linear", seed=0)
    y.w[0].data = 1.0
    diverges(y, [[1.0], [1000.0]], [0.0, 0.0], lambda y, t: exp(y), SGD(y.parameters(), lr=0.2), epochs=1,
             match=r"^training diverged in epoch 1: exp\(y\): 1000\.0 overflows")


def test_also_in_the_validation_data():
    y = Neuron(1, "linear", seed=0)
    y.w[0].data = 1.0
    diverges(y, [[1.0]], [0.0], lambda y, t: log(y), SGD(y.parameters(), lr=1e-3), epochs=10,
             validation=([[-1.0]], [0.0]),
             match=r"^training diverged in epoch 1: log\(.*\): -\d\.\d+ is outside x > 0\.")


def test_after_a_divergence_training_goes_on_with_a_smaller_lr():
    model, again = network(), network()
    optimizer = make_sgd(model.parameters())
    fit(model, X, T, half_squared_error, optimizer, 2)
    optimizer.lr = 1e308
    with pytest.raises(FloatingPointError):
        fit(model, X, T, half_squared_error, optimizer, 2)
    optimizer.lr = 0.1
    fit(model, X, T, half_squared_error, optimizer, 2)
    fit(again, X, T, half_squared_error, make_sgd(again.parameters()), 4)
    assert data(model) == data(again)


# --- settings --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("settings, message", [
    ({"engine": "arrays"}, f"unknown engine 'arrays'; the known ones are {', '.join(ENGINES)}"),
    ({"engine": None}, f"unknown engine None; the known ones are {', '.join(ENGINES)}"),
    ({"reduction": "max"}, "reduction is 'mean' or 'sum', not 'max'"),
    ({"epochs": -1}, "fit: epochs is a whole number of at least 0, not -1"),
    ({"epochs": 1.5}, "fit: epochs is a whole number of at least 0, not 1.5"),
    ({"epochs": True}, "fit: epochs is a whole number of at least 0, not True"),
    ({"validation": ([[0.5]],)}, "fit: validation is a pair (X, T), not ([[0.5]],)"),
    ({"validation": np.eye(2)}, "fit: validation is a pair (X, T), not array([[1., 0.],\\n       [0., 1.]])"),
    ({"validation": 0.2}, "fit: validation is a pair (X, T), not 0.2"),
    ({"batch_size": 0}, "fit: batch_size is a whole number of at least 1, not 0"),
    ({"batch_size": -3}, "fit: batch_size is a whole number of at least 1, not -3"),
    ({"batch_size": 2.0}, "fit: batch_size is a whole number of at least 1, not 2.0"),
], ids=repr)
def test_bad_settings_are_refused(settings, message):
    model = network()
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        fit(**{"model": model, "X": X, "T": T, "loss": half_squared_error, "optimizer": make_sgd(model.parameters()),
               "epochs": 1} | settings)


def test_numpys_integers_are_whole_numbers():
    assert trained(np.int64(2), batch_size=np.int32(3))[0] == trained(2, batch_size=3)[0]


def test_compiled_is_the_default_where_it_exists_and_is_refused_where_it_does_not():
    """Design, section 4."""
    default = inspect.signature(nn.fit).parameters["engine"].default
    if "compiled" in ENGINES:
        assert default == "compiled"
    else:
        assert default == "eager"
        with pytest.raises(ValueError, match=r"^unknown engine 'compiled'; the known ones are eager$"):
            trained(1, engine="compiled")


# --- progress --------------------------------------------------------------------------------------------------------


def test_silent_when_not_on_a_terminal(capfd):
    trained(3)
    assert capfd.readouterr() == ("", "")


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_on_a_terminal_a_bar_shows_epochs_and_loss(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    _, history = trained(3)
    written = sys.stderr.getvalue()
    assert "3/3" in written and "epoch" in written and f"loss={history.losses[-1]:.4g}" in written


def test_progress_false_is_silent_on_a_terminal_too(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    trained(3, progress=False)
    assert sys.stderr.getvalue() == ""


# --- models of one's own ---------------------------------------------------------------------------------------------


class Shared(Module):
    """y = a x² + a: one parameter in two places, no neuron anywhere."""

    def __init__(self):
        self.a = Parameter(0.0, "a")

    def __call__(self, x):
        return self.a * x[0] ** 2 + self.a

    def parameters(self):
        return [self.a]


def test_any_function_of_a_sample_can_be_trained():
    xs = np.linspace(-1, 1, 9)[:, None]
    model = Shared()
    fit(model, xs, 3 * xs ** 2 + 3, nn.mean_squared_error, SGD(model.parameters(), lr=0.2), 60)
    assert model.a.data == pytest.approx(3.0, abs=1e-9)
    assert predict(model, xs).tolist() == pytest.approx((3 * xs[:, 0] ** 2 + 3).tolist(), abs=1e-8)


def test_a_plain_function_can_be_trained():
    a = Parameter(0.0)
    fit(lambda x: a * x[0], [[1.0], [2.0]], [2.0, 4.0], nn.mean_squared_error, SGD([a], lr=0.1), 60)
    assert a.data == pytest.approx(2.0, abs=1e-9)


@pytest.mark.parametrize("model", [Neuron(2, "tanh", seed=0), Layer(2, 1, "tanh", seed=0), Layer(2, 2, "tanh", seed=0)],
                         ids=repr)
def test_a_neuron_and_a_layer_can_be_trained(model):
    targets = np.column_stack([T, -T]) if len(model.parameters()) == 6 else T[:, None]
    history = fit(model, X, targets, half_squared_error, SGD(model.parameters(), lr=0.1), 20)
    assert history.losses[-1] < history.losses[0]


# --- predict ---------------------------------------------------------------------------------------------------------

MODELS = [MLP(2, [4, 3, 1], "tanh", seed=0), MLP(2, [4, 3], "relu", "sigmoid", seed=0), MLP(2, [1], seed=0),
          Layer(2, 3, "elu", seed=0), Layer(2, 1, "elu", seed=0), Neuron(2, "selu", seed=0), Shared()]


def called(model, X):
    return [[y_l.data for y_l in y] if isinstance(y, list) else y.data for y in map(model, X.tolist())]


@pytest.mark.parametrize("model", MODELS, ids=lambda x: type(x).__name__)
def test_predict_is_the_model_row_by_row(model):
    """A matrix product may add in another order: 1e-14."""
    Y = predict(model, X)
    assert type(Y) is np.ndarray and Y.dtype == np.float64
    expected = np.array(called(model, X))
    assert Y.shape == expected.shape
    assert np.abs(Y - expected).max() < 1e-14


@pytest.mark.parametrize("activation", nn.mlp.ops.ACTIVATIONS)
def test_for_every_activation_far_out_too(activation):
    model = MLP(2, [3, 2], activation, activation, seed=0)
    far = np.concatenate([X, 1e4 * X, np.zeros((1, 2))])
    assert predict(model, far) == pytest.approx(np.array(called(model, far)), rel=1e-13, abs=1e-14)


@pytest.mark.parametrize("model", [model for model in MODELS if type(model) in (MLP, Layer)], ids=repr)
def test_predict_records_nothing(model, monkeypatch):
    def refuse(*args):
        raise AssertionError("a node was made")

    monkeypatch.setattr(nn.mlp, "weighted_sums", refuse)
    monkeypatch.setattr(Neuron, "__call__", refuse)
    monkeypatch.setattr(Neuron, "activate", refuse)
    assert len(predict(model, X)) == N


def test_predict_leaves_gradients_alone():
    model = network()
    model([1.0, 2.0]).backward()
    before = [p.grad for p in model.parameters()]
    predict(model, X)
    assert [p.grad for p in model.parameters()] == before


def test_a_mixed_network_predicts_by_its_layers():
    model = MLP(2, [3, 2, 1], "tanh", seed=0)
    model.layers[1] = Layer(3, 2, "relu", seed=1)
    assert predict(model, X) == pytest.approx(np.array(called(model, X)), rel=1e-14)


def test_a_neuron_with_an_activation_of_its_own_predicts_with_it():
    model = MLP(2, [3, 1], "tanh", seed=0)
    model.layers[0].neurons[1].activation = "relu"
    assert predict(model, X) == pytest.approx(np.array(called(model, X)), rel=1e-14)


# --- what it reaches -------------------------------------------------------------------------------------------------


def moons(n=100):
    """Two half-circles, each shifted into the other, with a little noise: scikit-learn's make_moons, written out."""
    angle, noise = np.linspace(0, np.pi, n // 2), np.random.default_rng(1).normal(0, 0.1, (n, 2))
    outer = np.column_stack([np.cos(angle), np.sin(angle)])
    inner = np.column_stack([1 - np.cos(angle), 0.5 - np.sin(angle)])
    return np.concatenate([outer, inner]) + noise, np.repeat([-1.0, 1.0], n // 2)


def test_moons_reaches_100_percent_training_accuracy():
    """MLP 2-16-16-1 of tanh, J = ½ e², mini-batches; on_epoch stops as soon as every sign is right."""
    points, sides = moons()
    model = MLP(2, [16, 16, 1], "tanh", seed=0)

    def right(epoch, J):
        return (np.sign(predict(model, points)) == sides).all()

    history = fit(model, points, sides, half_squared_error, SGD(model.parameters(), lr=0.05, momentum=0.9), 150,
                  batch_size=10, on_epoch=right)
    assert (np.sign(predict(model, points)) == sides).all()
    assert history.stopped == "on_epoch"


# --- the garbage collector -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_on", [True, False])
@pytest.mark.parametrize("end", [None, ZeroDivisionError, KeyboardInterrupt])
def test_the_collector_is_paused_while_graphs_grow_and_is_then_as_it_was(is_on, end):
    """It is off in every call of the model, as it was in on_epoch, and as it was after an error and Ctrl-C."""
    w, inside, outside = Parameter(1.0), [], []

    def model(x):
        inside.append(gc.isenabled())
        if end and len(inside) > 20:
            raise end
        return w * x[0]

    (gc.enable if is_on else gc.disable)()
    try:
        fit(model, [[1.0], [2.0], [3.0]], [0.0] * 3, half_squared_error, SGD([w], lr=0.01), 10, batch_size=2,
            on_epoch=lambda epoch, J: outside.append(gc.isenabled()))
    except FloatingPointError as error:
        assert end and isinstance(error.__cause__, end)
    finally:
        after = gc.isenabled()
        gc.enable()
    assert after is is_on and set(outside) == {is_on} and not any(inside[-12:])
