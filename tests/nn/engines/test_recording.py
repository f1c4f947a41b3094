"""fit trains what the user wrote, or says why it cannot: one sample recorded, and held against the others."""
import math
import re
import threading
from importlib.util import find_spec

import numpy as np
import pytest
from points import POINTS, ROWS, every_row

import autograd
import nn
from autograd import Parameter, Value, decisions, heaviside, log, logsumexp, maximum, ops, select, tanh, total
from nn.dataset import Dataset
from nn.engines.recording import FEWEST, WORK, Recording

RNG = np.random.default_rng(0)
X = RNG.normal(size=(100, 2))
T = np.sign(X[:, 0] * X[:, 1])


def network():
    return nn.MLP(2, [3, 1], "tanh", seed=0)


def trained(loss, engine="compiled", model=None, epochs=10, x=X, t=T, make=lambda ps: nn.SGD(ps, 0.1, momentum=0.5),
            **settings):
    """The weights and the losses after a training."""
    model = model or network()
    optimizer = make(model.parameters())
    history = nn.fit(model, x, t, loss, optimizer, epochs, engine=engine, progress=False, **settings)
    return [p.data for p in model.parameters()], history.losses


def assert_as_eager(found, expected):
    """The engines' sums differ in their order alone."""
    for numbers, others in zip(found, expected, strict=True):
        np.testing.assert_allclose(numbers, others, rtol=1e-11, atol=1e-12)


def assert_refused(match, loss, model=None, **settings):
    """Does fit raise, and leave the weights and the optimizer as they were?"""
    model = model or network()
    optimizer = nn.SGD(model.parameters(), 0.1, momentum=0.5)
    nn.fit(model, X, T, nn.half_squared_error, optimizer, 2, engine="eager")     # so that there is a memory to be kept
    before = [p.data for p in model.parameters()], [list(m) for m in optimizer.memory], optimizer.steps
    with pytest.raises(TypeError, match=match):
        nn.fit(model, X, T, loss, optimizer, 10, **settings)
    assert ([p.data for p in model.parameters()], [list(m) for m in optimizer.memory], optimizer.steps) == before


# --- what Python decides by a Value's number -------------------------------------------------------------------------


def line_of(function):
    """Where the line is that ends in "# here", as a message names it."""
    with open(__file__) as file:
        lines = file.read().splitlines()
    first = function.__code__.co_firstlineno
    number = next(k for k in range(first, len(lines) + 1) if lines[k - 1].endswith("# here"))
    return re.escape(f"{__file__}:{number}: `{lines[number - 1].strip()}` ")


def hinge(y, t):
    return max(0, 1 - t * y)  # here


def least(y, t):
    return min((t - y) ** 2, 1.0)  # here


def huber(y, t):
    e = t - y
    if abs(e) <= 1:  # here
        return 0.5 * e * e
    return abs(e) - 0.5


def by_class(y, t):
    p = y.sigmoid()
    return -log(p) if t == 1 else -log(1 - p)  # here


def not_the_class(y, t):
    p = y.sigmoid()
    return -log(1 - p) if t != 1 else -log(p)  # here


def by_truth(y, t):
    return (t - y) ** 2 if t + 1 else 2 * y * y  # here


def by_an_index(y, t):
    return [2 * y * y, 0 * y, (t - y) ** 2][int(t) + 1]  # here


def in_a_set(y, t):
    return (t - y) ** 2 if t in (1.0, 2.0) else 2 * y * y  # here


DECISIONS = {       # what decides, what the message says of it, and the same as it advises
    "max": (hinge, "compares a Value, .*; write autograd.maximum(a, b)",
            lambda y, t: autograd.maximum(0, 1 - t * y)),
    "min": (least, "compares a Value, .*; write autograd.minimum(a, b)",
            lambda y, t: autograd.minimum((t - y) ** 2, 1.0)),
    "if": (huber, "compares a Value, .*; write autograd.select(x, a, b), which is a where x > 0 and b elsewhere",
           lambda y, t: select(1 - abs(t - y), 0.5 * (t - y) ** 2, abs(t - y) - 0.5)),
    "==": (by_class, "compares a Value, .*; write autograd.select(x, a, b)",
           lambda y, t: select(t, -log(y.sigmoid()), -log(1 - y.sigmoid()))),
    "!=": (not_the_class, "compares a Value, .*; write autograd.select(x, a, b)",
           lambda y, t: select(-t, -log(1 - y.sigmoid()), -log(y.sigmoid()))),
    "truth": (by_truth, "tests the truth of a Value, .*; write autograd.select(x, a, b)",
              lambda y, t: select(t + 1, (t - y) ** 2, 2 * y * y)),
    "in": (in_a_set, "compares a Value, .*; write autograd.select(x, a, b)",
           lambda y, t: select(t, (t - y) ** 2, 2 * y * y)),
    "int": (by_an_index,
            "makes a plain number of a Value, .*; write it with the functions of autograd, which take Values",
            lambda y, t: select(t, (t - y) ** 2, 2 * y * y)),
}


@pytest.mark.parametrize("loss, says, advised", DECISIONS.values(), ids=DECISIONS)
def test_a_decision_of_python_is_refused_and_the_advice_trains_what_was_meant(loss, says, advised):
    says = re.escape(says).replace(re.escape(".*"), ".*")
    assert_refused(f"^{line_of(loss)}{says}.* or give engine='eager'$", loss)
    meant = trained(loss, "eager")
    assert_as_eager(trained(advised), meant)


@pytest.mark.parametrize("engine, batch_size", [("compiled", None), ("compiled", 1), pytest.param(
    "jit", 1, marks=pytest.mark.skipif(find_spec("numba") is None, reason="numba is not installed (extra: jit)"))])
def test_every_compiled_engine_refuses(engine, batch_size):
    assert_refused(line_of(hinge), hinge, engine=engine, batch_size=batch_size)


def test_xor_by_the_hinge():
    """The frozen branch of the first sample would reach a loss of -13.04."""
    xor = dict(x=[[0, 0], [0, 1], [1, 0], [1, 1]], t=[-1, 1, 1, -1], epochs=400, make=lambda ps: nn.SGD(ps, 0.1))
    with pytest.raises(TypeError, match=line_of(hinge)):
        trained(hinge, **xor)
    eager = trained(hinge, "eager", **xor)
    assert eager[1][-1] == pytest.approx(0.1374, abs=5e-5)
    assert_as_eager(trained(lambda y, t: maximum(0, 1 - t * y), **xor), eager)


def test_a_model_that_computes_with_plain_functions():
    """math.tanh asks for a float: the message names the function that stands there."""
    w = [Parameter(0.5), Parameter(0.25)]

    class Plain(nn.Module):
        def __call__(self, x):
            return w[0] * math.tanh(x[0]) + w[1]  # here

        def parameters(self):
            return w

    class Advised(Plain):
        def __call__(self, x):
            return w[0] * autograd.tanh(x[0]) + w[1]

    assert_refused(f"^{line_of(Plain.__call__)}makes a plain number of a Value, .*; write autograd.tanh, or give",
                   nn.half_squared_error, Plain())
    start = [p.data for p in w]
    meant = trained(nn.half_squared_error, "eager", Plain())
    for p, number in zip(w, start):
        p.data = number
    assert_as_eager(trained(nn.half_squared_error, "compiled", Advised()), meant)


def test_a_line_that_cannot_be_read_is_named_by_its_number():
    names = {}
    exec(compile("def loss(y, t):\n    return y if y > t else t", "<stdin>", "exec"), names)
    assert_refused(r"^<stdin>:2 compares a Value, ", names["loss"])


def test_a_line_inside_the_library_or_python_is_not_the_users():
    """huber compares its delta, sorted and statistics compare what they are given."""
    def given_a_value(y, t):
        return nn.huber(y, t, delta=Value(1.0))  # here

    def in_order(y, t):
        return sorted([y, t])[0]  # here

    assert_refused(line_of(given_a_value), given_a_value)
    assert_refused(line_of(in_order), in_order)


def test_only_numbers_are_compared_by_number():
    """Is a Value in a list, or equal to another: by identity, which is the same for every sample."""
    def loss(y, t):
        assert y in [t, y] and y != t and y is not None and y != "y"
        return nn.half_squared_error(y, t)

    assert_as_eager(trained(loss), trained(nn.half_squared_error, "eager"))


def test_it_is_refused_while_a_sample_is_recorded_and_in_that_thread_only():
    found = []
    with pytest.raises(TypeError, match="compares"), decisions.decisions_refused("stop"):
        other = threading.Thread(target=lambda: found.append(Value(1.0) < 2.0))
        other.start()
        other.join()
        with decisions.decisions_refused("go on"):
            pass
        assert Value(1.0) < 2.0
    assert found == [True] and Value(1.0) < 2.0 and Value(3.0) and not Value(0.0) and Value(1.0) != 1.0


@every_row
def test_no_operation_decides_by_a_value(name):
    """Also where its partials are recorded, and theirs."""
    for point in POINTS[name]:
        args = [[Value(x) for x in part] if isinstance(part, list) else Value(part) for part in point]
        leaves = [x for part in args for x in (part if isinstance(part, list) else [part])]
        with decisions.decisions_refused("stop"):
            slopes = autograd.gradient(ROWS[name](*args), leaves)
            autograd.gradient(total(slopes), leaves)


LOSSES = [nn.half_squared_error, nn.mean_squared_error, nn.mean_absolute_error, nn.huber, nn.binary_cross_entropy,
          nn.binary_cross_entropy_with_logits, nn.cross_entropy]


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.__name__)
@pytest.mark.parametrize("activation", ops.ACTIVATIONS)
def test_nothing_of_the_library_decides_by_a_value(loss, activation):
    model = nn.MLP(2, [3, 2], activation, "sigmoid", seed=0)
    x, t = [Value(0.5), Value(-1.0)], [Value(1.0), Value(0.0)]
    with decisions.decisions_refused("stop"):
        J = loss(model(x), t)
        J.backward()
        nn.Neuron(2, activation, seed=0)(x)
        autograd.softmax(x), autograd.mean(x)
        autograd.pushforward(J, {x[0]: 1.0})
        autograd.gradient(J, model.parameters()), autograd.hessian(J, x)


def test_a_loss_with_a_slope_in_it():
    """gradient, and the partials that it records, decide nothing by a Value."""
    class Slope(nn.MLP):
        def __call__(self, x):
            x = [Value.lift(x_i) for x_i in x]
            y = super().__call__(x)
            return y + autograd.gradient(y, x)[0]

    def found(engine):
        return trained(nn.half_squared_error, engine, Slope(2, [3, 1], "tanh", seed=0), x=X[:20], t=T[:20])

    assert_as_eager(found("compiled"), found("eager"))


# --- what only other samples show ------------------------------------------------------------------------------------


def data(x):
    """The number of a Value or of a float, out of the graph's sight."""
    return getattr(x, "data", x)


class Model(nn.Module):
    """y = φ(x, w) for any function φ."""

    def __init__(self, function):
        self.w, self.function = [Parameter(0.5, "w1"), Parameter(-0.25, "w2"), Parameter(0.1, "b")], function

    def __call__(self, x):
        return self.function(x, *self.w)

    def parameters(self):
        return self.w


RARE = np.sort(np.abs(X[:, 0]))[-4]                 # three samples of a hundred are larger


def dropout(rate, random):
    def function(x, w1, w2, b):
        h = [tanh(w1 * x[0] + b), tanh(w2 * x[1] + b), tanh(w1 * x[1]), tanh(w2 * x[0])]
        return total([0.0 if random.random() < rate else h_j / (1 - rate) for h_j in h])

    return function


HIDDEN = {
    "a branch that 3 of 100 samples take": lambda: lambda x, w1, w2, b:
        (w1 if abs(data(x[0])) > RARE else w2) * x[0] + b,
    "numbers of the inputs": lambda: lambda x, w1, w2, b: w1 * math.sin(data(x[0])) + w2 * x[1] + b,
    "a number of a weight": lambda: lambda x, w1, w2, b: w1.data * w2 * x[0] + w1 * x[1] + b,
    "dropout of 2 %": lambda: dropout(0.02, np.random.default_rng(3)),
    "dropout of 50 %": lambda: dropout(0.5, np.random.default_rng(3)),
}


@pytest.mark.parametrize("function", HIDDEN.values(), ids=HIDDEN)
@pytest.mark.parametrize("batch_size", [None, 1])
def test_what_the_recording_does_not_tell_of_is_refused(function, batch_size):
    assert np.sum(np.abs(X[:, 0]) > RARE) == 3
    assert_refused(r"^sample \d+ \(counted from 0\) has the loss .*, or give engine='eager'\.  The parameters are "
                   "those from before fit$", nn.half_squared_error, Model(function()), batch_size=batch_size)


@pytest.mark.parametrize("function", HIDDEN.values(), ids=HIDDEN)
def test_the_eager_engine_trains_it_as_a_loop_of_ones_own(function):
    x, calls, counted = X.tolist(), [], function()
    found, _ = trained(nn.half_squared_error, "eager", Model(lambda *xs: calls.append(1) or counted(*xs)),
                       make=lambda ps: nn.SGD(ps, 0.1))
    model = Model(function())
    for _ in range(len(calls) - 10 * len(x)):       # fit looks at a few outputs before it begins
        model(x[0])
    for _ in range(10):
        J = total([nn.half_squared_error(model(x_row), t) for x_row, t in zip(x, T.tolist())])
        for p in model.w:
            p.grad = 0.0
        J.backward()
        for p in model.w:
            p.data -= 0.1 * p.grad / len(x)
    np.testing.assert_allclose(found, [p.data for p in model.w], rtol=1e-11)


@pytest.mark.parametrize("batch_size", [None, 1])
@pytest.mark.parametrize("first", [1, 3, 10])
def test_a_number_from_outside_that_on_epoch_changes(first, batch_size):
    """After the first call, between the second and the fourth, and only before the end, which is the tenth."""
    def annealed(strength):
        return lambda y, t: nn.half_squared_error(y, t) + (strength() if callable(strength) else strength) * y * y

    numbers = [0.5]

    def on_epoch(epoch, J):
        if epoch >= first:
            numbers[0] *= 0.5

    def kept(epoch, J):
        if epoch >= first:
            value.data *= 0.5

    assert_refused(r"^sample \d+ .* or uses a number from outside that has changed; keep such a number in a Value",
                   annealed(lambda: numbers[0]), on_epoch=on_epoch, batch_size=batch_size)
    numbers[0], value = 0.5, Value(0.5)
    meant = trained(annealed(lambda: numbers[0]), "eager", on_epoch=on_epoch, batch_size=batch_size)
    assert_as_eager(trained(annealed(value), on_epoch=kept, batch_size=batch_size), meant)


def test_a_graph_that_leaves_its_domain_where_the_sample_does_not():
    """Recorded is √x, of a sample with x > 0; the others have no such branch."""
    def function(x, w1, w2, b):
        return w1 * (autograd.sqrt(x[0]) if data(x[0]) > 0 else x[0]) + b

    assert_refused("by what was recorded of another it would be nan", nn.half_squared_error, Model(function))


def test_the_samples_that_are_looked_at_and_when():
    """All of them before and after, one after the 1st, 2nd, 4th, 8th, ... call of on_epoch; few come several times."""
    seen = []

    def function(x, w1, w2, b):
        seen.append([data(x_i) for x_i in x])
        return w1 * x[0] + w2 * x[1] + b

    def counted(n, epochs, **settings):
        seen.clear()
        trained(nn.half_squared_error, model=Model(function), x=np.tile(X, (10, 1))[:n],
                t=np.tile(T, 10)[:n], epochs=epochs, **settings)
        return len(seen)

    assert counted(100, 3) == 3 + 100 + 100             # three: the number of outputs, the diagnosis, the recording
    assert seen[3:103] == X.tolist() == seen[103:]
    assert counted(4, 3) == 3 + 48 + 48 and seen[3:51] == np.repeat(X[:4], 12, axis=0).tolist()
    assert counted(1000, 3) == counted(1000, 30) == 3 + 200 + 200

    calls = []
    counted(100, 9, on_epoch=lambda epoch, J: calls.append(len(seen)))
    assert np.diff([*calls, len(seen) - 100]).tolist() == [1, 1, 0, 1, 0, 0, 0, 1, 0]


@pytest.mark.parametrize("samples", [1, 7, 40, 51, 199, 200])
def test_none_of_up_to_200_samples_is_left_out(samples):
    data = np.tile(X, (2, 1))[:samples], np.tile(T, 2)[:samples]
    recording = Recording(network(), nn.half_squared_error, Dataset(network(), *data, nn.half_squared_error))
    for work in WORK, WORK // 2:
        assert sorted({*recording.rows(work).tolist()}) == list(range(samples))


def test_a_large_model_is_held_against_a_handful():
    model = nn.MLP(2, [300, 60, 1], "tanh", seed=0)
    recording = Recording(model, nn.half_squared_error, Dataset(model, X, T, nn.half_squared_error))
    assert len(recording.rows(WORK)) == WORK // recording.work == 6 and len(recording.rows(WORK // 2)) == 3
    recording.work *= 100
    assert len(recording.rows(WORK)) == FEWEST == 4 and len(recording.rows(WORK // 2)) == 2
    assert all(rows[0] < 50 <= rows[1] < 100 for rows in [recording.rows(WORK // 2) for _ in range(100)])


def test_the_graph_again_at_other_inputs():
    """A rounding may lead the arrays over a step's edge: then the graph itself decides whether it tells of a sample."""
    def function(x, w1, w2, b):
        return total([w1 * x[0], heaviside(x[1]), logsumexp([x[0], 3.0, w1])])

    model = Model(function)
    recording = Recording(model, nn.half_squared_error, Dataset(model, X, T, nn.half_squared_error))
    for row in range(10):
        expected = nn.half_squared_error(model(X[row].tolist()), T[row].item()).data
        assert recording.loss_of(row) == expected
    recording.check([7], [math.pi])
    model.w[0].data += 1.0                          # the leaves of today count
    recording.check([7], [math.nan])


def test_what_the_model_itself_raises_is_its_own_error():
    def function(x, w1, w2, b):
        if data(x[0]) == X[40, 0]:
            raise LookupError("mine")
        return w1 * x[0]

    with pytest.raises(LookupError, match=r"^mine$"):
        trained(nn.half_squared_error, model=Model(function))


# --- a loss that records nothing -------------------------------------------------------------------------------------


NOTHING = {
    "a number": (lambda y, t: 1.0, lambda y, t: 0 * y + 1.0),
    "by .data": (lambda y, t: (t - data(y)) ** 2 if not isinstance(t, Value) else (t - y).data ** 2,
                 lambda y, t: (t - y) ** 2),
    "None": (lambda y, t: None, lambda y, t: 0 * y),
    "a list": (lambda y, t: [(t - y) ** 2], lambda y, t: (t - y) ** 2),
}


@pytest.mark.parametrize("loss, advised", NOTHING.values(), ids=NOTHING)
@pytest.mark.parametrize("engine", ["compiled", "eager"])
def test_a_loss_that_records_nothing_is_the_same_error_in_every_engine(loss, advised, engine):
    assert_refused(r"^the loss is .*, which records nothing to train by: return one Value, computed from the model's "
                   r"outputs by operators and the functions of autograd, .* return 0 \* y \+ c$", loss, engine=engine)
    assert_as_eager(trained(advised, engine), trained(advised, "eager"))


@pytest.mark.parametrize("batch_size", [None, 5, 1])
def test_a_plain_number_for_some_samples_is_a_constant_to_the_eager_engine(batch_size):
    """Python's max returns 0 where the margin is kept, for whole batches of one, and for all samples in the end."""
    def hidden(y, t):
        return 0.0 if data(t * y) >= 1 else 1 - t * y

    easy = dict(t=np.sign(X[:, 0]), epochs=40, validation=(X[:20], np.sign(X[:20, 0])), batch_size=batch_size,
                make=lambda ps: nn.SGD(ps, 0.5))
    with pytest.raises(TypeError, match=r"^sample .* has the loss 0, .* give engine='eager'"):
        trained(hidden, **easy)                     # which keeps no margin as yet where the training starts
    meant = trained(lambda y, t: maximum(0, 1 - t * y), **easy)
    assert meant[1][-1] < 0.1
    assert_as_eager(trained(hinge, "eager", **easy), meant)
    assert_as_eager(trained(hidden, "eager", **easy), meant)


@pytest.mark.parametrize("engine", ["compiled", "jax"])
def test_arrays_that_are_wrong_everywhere_are_refused(engine, monkeypatch):
    """A mistake of the compiler's: no rounding crosses an edge in every sample."""
    if engine == "jax":
        pytest.importorskip("jax", reason="needs JAX")
    right = autograd.compiler.program.Program.forward
    monkeypatch.setattr("autograd.compiler.program.Program.forward", lambda self, X: right(self, X) + 0.5)
    model = nn.MLP(2, [3, 1], "tanh", seed=0)
    before = [p.data for p in model.parameters()]
    with pytest.raises(RuntimeError, match="not those of the recorded graph: a mistake of deltagrad's, please report"):
        nn.fit(model, X, T, nn.half_squared_error, nn.SGD(model.parameters(), 0.1), 3, engine=engine, progress=False)
    assert [p.data for p in model.parameters()] == before
