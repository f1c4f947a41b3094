"""fit's patience and on_epoch's third argument: when training stops, and which weights are left."""
import numpy as np
import pytest

import nn

RANDOM = np.random.default_rng(0)
X, UNSEEN = RANDOM.normal(size=(12, 2)), RANDOM.normal(size=(40, 2))
T = np.sign(X[:, 0]) + RANDOM.normal(0, 0.8, 12)        # so noisy that more training soon helps the samples alone
VALIDATION = UNSEEN, np.sign(UNSEEN[:, 0])
ENGINES = "compiled", "eager"


def trained(epochs, **settings):
    """The weights after a training that overfits, the history and the optimizer."""
    model = nn.MLP(2, [8, 1], "tanh", seed=3)
    optimizer = nn.SGD(model.parameters(), lr=0.2, momentum=0.5)
    history = nn.fit(model, X, T, nn.mean_squared_error, optimizer, epochs, validation=VALIDATION, progress=False,
                     **settings)
    return [p.data for p in model.parameters()], history, optimizer


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("batch_size", [None, 5, 1])
def test_it_stops_after_so_many_epochs_without_a_better_one_and_restores_the_best(engine, batch_size):
    weights, history, optimizer = trained(300, patience=7, engine=engine, batch_size=batch_size)
    losses = history.validation_losses
    assert history.stopped == "patience" and len(losses) < 300
    assert history.best_epoch == 1 + int(np.argmin(losses)) == len(losses) - 7
    best, _, other = trained(history.best_epoch, engine=engine, batch_size=batch_size)
    if batch_size is None:                              # without shuffling the same training, up to there
        assert (weights, optimizer.memory, optimizer.steps) == (best, other.memory, other.steps)
    model = nn.MLP(2, [8, 1], "tanh")
    for p, w in zip(model.parameters(), weights):
        p.data = w
    assert np.mean((nn.predict(model, UNSEEN) - VALIDATION[1]) ** 2) == pytest.approx(min(losses), rel=1e-12)


def test_a_plateau_is_no_improvement():
    model = nn.Neuron(1, "linear", seed=0)
    history = nn.fit(model, [[1.0]], [1.0], nn.mean_squared_error, nn.SGD(model.parameters(), lr=1e-30), 50,
                     validation=([[1.0]], [1.0]), patience=4)
    assert (len(history.losses), history.best_epoch, history.stopped) == (5, 1, "patience")


def test_where_the_epochs_end_first_the_best_are_restored_too():
    _, whole, _ = trained(300, patience=7)
    weights, history, _ = trained(whole.best_epoch + 3, patience=7)
    assert (history.stopped, history.best_epoch) == ("", whole.best_epoch)
    assert weights == trained(whole.best_epoch)[0]


@pytest.mark.parametrize("engine", ENGINES)
def test_ctrl_c_in_on_epoch_restores_the_best_too(engine):
    def interrupt(epoch, J):
        if epoch == best + 2:
            raise KeyboardInterrupt

    best = trained(300, patience=7)[1].best_epoch
    weights, history, _ = trained(300, patience=7, on_epoch=interrupt, engine=engine)
    assert (history.stopped, history.best_epoch, len(history.losses)) == ("interrupted", best, best + 2)
    assert weights == trained(best, engine=engine)[0]


def test_without_patience_nothing_is_restored():
    weights, history, _ = trained(60)
    assert history.best_epoch == 0 and min(history.validation_losses) < history.validation_losses[-1]
    assert weights == trained(60, patience=None)[0]


class Log:
    """An on_epoch that is an object, with a third argument."""

    def __init__(self):
        self.calls = []

    def __call__(self, epoch, loss, validation):
        self.calls.append((epoch, loss, validation))


@pytest.mark.parametrize("settings", [{}, {"patience": 2}])
def test_a_third_argument_gets_the_validation_loss(settings):
    log, found = Log(), []
    _, history, _ = trained(4, on_epoch=log, **settings)
    trained(4, on_epoch=lambda epoch, loss, validation: found.append((epoch, loss, validation)))
    assert log.calls == found[:len(log.calls)] == [
        (epoch, *losses) for epoch, losses in enumerate(zip(history.losses, history.validation_losses), start=1)]


def test_an_argument_with_a_default_and_arguments_of_any_number_get_none():
    found = []
    trained(1, on_epoch=lambda epoch, loss, kept=found: kept.append((epoch, loss)))
    trained(1, on_epoch=lambda *arguments: found.append(arguments))
    assert [len(arguments) for arguments in found] == [2, 2]


def test_without_validation_the_third_argument_is_none():
    model, log = nn.Neuron(2, "tanh", seed=0), Log()
    nn.fit(model, X, np.sign(T), nn.half_squared_error, nn.SGD(model.parameters(), 0.1), 2, on_epoch=log)
    assert [validation for *_, validation in log.calls] == [None, None]


@pytest.mark.parametrize("settings, message", [
    ({"patience": 3}, r"fit: patience waits for a lower validation loss: give validation=\(X, T\)"),
    ({"patience": 0, "validation": VALIDATION}, "fit: patience is a whole number of at least 1, not 0"),
    ({"patience": True, "validation": VALIDATION}, "fit: patience is a whole number of at least 1, not True"),
    ({"patience": 2.5, "validation": VALIDATION}, "fit: patience is a whole number of at least 1, not 2.5")])
def test_bad_patience_is_named(settings, message):
    model = nn.Neuron(2, "tanh", seed=0)
    with pytest.raises(ValueError, match=message):
        nn.fit(model, X, np.sign(T), nn.half_squared_error, nn.SGD(model.parameters(), 0.1), 2, **settings)
