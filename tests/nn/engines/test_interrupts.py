"""Ctrl-C at any moment of fit: whole steps remain, and nothing else is changed.

`python -m benchmarks trust interrupts` is the same, 2,000 times an engine.  What is right comes from a loop over the
steps, node by node, that is not fit's.
"""
import _imp
import gc
import signal
import warnings
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat

import numpy as np
import pytest

import nn
from benchmarks.trust.interrupts import BATCH_AND_EPOCHS, NEEDS, Training, interrupted
from nn import training as loop
from nn.engines.compiled import Compiled


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timers on this system")
@pytest.mark.parametrize("has_on_epoch", [False, True])
@pytest.mark.parametrize("name", BATCH_AND_EPOCHS)
def test_500_interrupts_an_engine(name, has_on_epoch):
    """250 without on_epoch and 250 with one that changes the weights."""
    if name in NEEDS:
        pytest.importorskip(NEEDS[name], reason=f"{NEEDS[name]} is not installed")
    outcome = interrupted(name, repeat(Training(name, has_on_epoch)), 250)
    assert outcome.failures == [] and outcome.times == 250


def test_uninterrupted_training_is_at_the_end_of_the_path():
    training = Training("compiled", True)
    training.restart()
    history = training.fit()
    assert training.wrong(history) == "" and training.optimizer.steps == training.steps == 200


@pytest.mark.parametrize("harm, says", [
    (lambda training: setattr(training.model.parameters()[3], "data", 0.0), "not those after 200 steps"),
    (lambda training: setattr(training.optimizer, "memory", [[0.0] * 9]), "not those after 200 steps"),
    (lambda training: setattr(training.optimizer, "steps", 199), "not those after 199 steps"),
    (lambda training: training.restart(), "a history of 100 epochs after 0 steps")],
    ids=["weights", "memory", "steps", "all"])
def test_what_is_lost_is_noticed(harm, says):
    training = Training("compiled", False)
    training.restart()
    history = training.fit()
    harm(training)
    assert says in training.wrong(history)


def test_a_ctrl_c_that_escapes_and_numpys_error_state_are_noticed(monkeypatch):
    def fit(*args, **kwargs):
        np.seterr(under="raise")
        gc.disable()
        optimizer = args[4]
        optimizer.steps = 3
        raise KeyboardInterrupt

    if not hasattr(signal, "setitimer"):
        pytest.skip("no timers on this system")
    training, errors = Training("eager", False), np.geterr()
    monkeypatch.setattr(nn, "fit", fit)
    hit, wrong = training.interrupt(0.0)
    assert hit and wrong == "KeyboardInterrupt escaped from fit after 3 steps"
    assert np.geterr() == errors and gc.isenabled()


# --- one moment at a time --------------------------------------------------------------------------------------------

X, T = [[0.1, -0.2], [0.2, 0.9], [0.8, 0.1], [1.0, 1.1]], [0.1, 0.9, 0.8, -0.1]


def fitted(monkeypatch, where, name, times):
    """fit on the compiled engine, with a Ctrl-C in the times-th call of a method, after it; an on_epoch halves w."""
    calls, method = [], getattr(where, name)

    def interrupting(self, *args):
        found = method(self, *args)
        calls.append(name)
        if len(calls) == times:
            raise KeyboardInterrupt
        return found

    model = nn.MLP(2, [2, 1], "tanh", seed=0)
    optimizer = nn.SGD(model.parameters(), lr=0.1, momentum=0.5)

    def halve(epoch, loss):
        optimizer.parameters[0].data *= 0.5

    monkeypatch.setattr(where, name, interrupting)
    try:
        history = nn.fit(model, X, T, nn.half_squared_error, optimizer, 3, on_epoch=halve, progress=False)
    finally:
        monkeypatch.undo()
    return history, [p.data for p in model.parameters()], optimizer


def after(epochs):
    """The weights after some epochs, the on_epoch of the last one called too."""
    model = nn.MLP(2, [2, 1], "tanh", seed=0)
    optimizer = nn.SGD(model.parameters(), lr=0.1, momentum=0.5)
    for _ in range(epochs):
        optimizer.zero_grad()
        for x, t in zip(X, T):
            (nn.half_squared_error(model(x), t) / len(X)).backward()
        optimizer.step()
        optimizer.parameters[0].data *= 0.5
    return [p.data for p in model.parameters()]


@pytest.mark.parametrize("name, times, epochs", [
    ("read_back", 1, 0),                                # before the training
    ("read_back", 2, 1), ("read_back", 3, 2),           # after on_epoch: what it has changed is in the Values alone
    ("take_back", 1, 1), ("state", 2, 0), ("step", 1, 0)])
def test_ctrl_c_around_on_epoch_loses_nothing(name, times, epochs, monkeypatch):
    history, weights, optimizer = fitted(monkeypatch, Compiled, name, times)
    assert (history.stopped, len(history.losses), optimizer.steps) == ("interrupted", epochs, epochs)
    assert weights == pytest.approx(after(epochs), rel=1e-12)


def test_ctrl_c_while_fit_ends_writes_back_again(monkeypatch):
    """Half of the weights were written: the last of nine, and the optimizer's memory, were not."""
    def half(self):
        for p, w in list(zip(self.optimizer.parameters, self.w.tolist()))[:4]:
            p.data = w
        monkeypatch.undo()
        raise KeyboardInterrupt

    model = nn.MLP(2, [2, 1], "tanh", seed=0)
    optimizer = nn.SGD(model.parameters(), lr=0.1, momentum=0.5)
    monkeypatch.setattr(Compiled, "write_back", half)
    history = nn.fit(model, X, T, nn.half_squared_error, optimizer, 3, progress=False)
    again = nn.MLP(2, [2, 1], "tanh", seed=0)
    nn.fit(again, X, T, nn.half_squared_error, nn.SGD(again.parameters(), lr=0.1, momentum=0.5), 3, progress=False)
    assert [p.data for p in model.parameters()] == [p.data for p in again.parameters()]
    assert (len(history.losses), history.stopped, optimizer.steps) == (3, "interrupted", 3)


def test_ctrl_c_in_numpys_error_state_does_not_leave_it_changed(monkeypatch):
    """At the exit of an errstate, before it has gone back, in the set-up as in the training."""
    leave, before = np.errstate.__exit__, np.geterr()
    for times in range(1, 6):
        calls = []

        def interrupting(self, *args, calls=calls, times=times):
            calls.append(args)
            if len(calls) == times:
                raise KeyboardInterrupt
            return leave(self, *args)

        model = nn.MLP(2, [2, 1], "tanh", seed=0)
        monkeypatch.setattr(np.errstate, "__exit__", interrupting)
        history = nn.fit(model, X, T, nn.half_squared_error, nn.SGD(model.parameters(), lr=0.1), 5, progress=False,
                         on_epoch=lambda epoch, J: None)
        monkeypatch.undo()
        assert history.stopped == "interrupted" and np.geterr() == before


def test_the_compiled_engine_leaves_the_warnings_filters_alone(monkeypatch):
    """catch_warnings would leave them silenced where Ctrl-C hits its exit."""
    monkeypatch.delattr(warnings, "catch_warnings")
    w = nn.Neuron(1, "linear", seed=0)
    nn.fit(lambda x: w(x[:1]), X, T, nn.half_squared_error, nn.SGD(w.parameters(), lr=0.1), 1, progress=False)


def test_ctrl_c_in_a_bar_or_an_import_leaves_no_lock_held(monkeypatch):
    """Other threads would wait for it: tqdm's monitor, for which Python waits at its end, and JAX's imports."""
    def interrupted(*args, **kwargs):
        loop.tqdm.get_lock().acquire()
        _imp.acquire_lock()
        raise KeyboardInterrupt

    monkeypatch.setattr(loop, "progress_bar", interrupted)
    model = nn.MLP(2, [2, 1], "tanh", seed=0)
    history = nn.fit(model, X, T, nn.half_squared_error, nn.SGD(model.parameters(), lr=0.1), 3)
    assert history.stopped == "interrupted" and not _imp.lock_held()
    with ThreadPoolExecutor() as pool:
        free = pool.submit(lambda: [lock.acquire(False) and lock.release() is None for lock in
                                    loop.tqdm.get_lock().locks]).result()
    assert len(free) > 0 and all(free)
