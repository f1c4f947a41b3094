"""The optimizers: their rules in exact fractions or 50 digits, what they remember, and what they leave alone."""
import math
from fractions import Fraction
from itertools import chain
from random import Random

import mpmath
import numpy as np
import pytest

from autograd import Parameter, Value
from nn import MLP, SGD, Adam, Optimizer, fit, half_squared_error

# A quadratic bowl with a slope of its own in each direction; halves and quarters, so that fractions stay short.
CURVATURES, CENTRES, START = (1.0, 0.5, 4.0), (0.25, -1.0, 0.5), (1.0, 2.0, -0.75)


def slopes(ws):
    return [c * (w - m) for c, m, w in zip(CURVATURES, CENTRES, ws)]


def run(make, steps, change=None):
    """The weights after each step; change(optimizer, step) may alter the optimizer before a step."""
    parameters = [Parameter(w) for w in START]
    optimizer, path = make(parameters), []
    for step in range(1, steps + 1):
        if change:
            change(optimizer, step)
        for p, g in zip(parameters, slopes([p.data for p in parameters])):
            p.grad = g
        optimizer.step()
        path.append([p.data for p in parameters])
    return path


def sgd_in_fractions(steps, lr, momentum=0.0, weight_decay=0.0, decay=0.0):
    """Δw ← μ Δw - η (g + weight_decay w); w ← (w + Δw)(1 - decay), in numbers that never round; lr by step."""
    exact = [[Fraction(x) for x in xs] for xs in (START, CURVATURES, CENTRES, (0, 0, 0))]
    ws, cs, ms, changes = exact
    path = []
    for step in range(1, steps + 1):
        eta, mu = Fraction(lr(step)), Fraction(momentum(step) if callable(momentum) else momentum)
        gs = [c * (w - m) for c, m, w in zip(cs, ms, ws)]
        changes = [mu * d - eta * (g + Fraction(weight_decay) * w) for d, g, w in zip(changes, gs, ws)]
        ws = [(w + d) * (1 - Fraction(decay)) for w, d in zip(ws, changes)]
        path.append([float(w) for w in ws])
    return path


@pytest.mark.parametrize("settings", [{}, {"momentum": 0.75}, {"weight_decay": 0.125}, {"decay": 0.0625},
                                      {"momentum": 0.5, "weight_decay": 0.0625, "decay": 0.03125}], ids=repr)
def test_sgd_is_its_rule(settings):
    """30 steps, each a few roundings of numbers of size 1 in a system that contracts: 1e-14."""
    path = run(lambda ps: SGD(ps, lr=0.125, **settings), 30)
    assert np.array(path) == pytest.approx(np.array(sgd_in_fractions(30, lambda step: 0.125, **settings)), abs=1e-14)


def test_sgd_without_momentum_is_the_lectures_rule():
    """Δw = -η ∇J."""
    w = Parameter(1.0)
    optimizer = SGD([w], lr=0.5)
    w.grad = 0.25
    optimizer.step()
    assert w.data == 1.0 - 0.5 * 0.25


def test_lr_and_momentum_may_be_changed_between_steps_as_in_1986():
    """Rumelhart, Hinton, Williams, equation 9: ε weighs the new gradient only, not the velocity so far."""
    def change(optimizer, step):
        optimizer.lr, optimizer.momentum = (0.0625, 0.5) if step <= 20 else (0.125, 0.875)

    path = run(lambda ps: SGD(ps, lr=0.0625), 40, change)
    expected = sgd_in_fractions(40, lambda n: 0.0625 if n <= 20 else 0.125, lambda n: 0.5 if n <= 20 else 0.875)
    assert np.array(path) == pytest.approx(np.array(expected), abs=1e-14)


def test_decay_multiplies_every_weight_after_each_change():
    """The paper's family trees: every weight decays 0.2% after each change; here also where the gradient is 0."""
    w = Parameter(1.0)
    optimizer = SGD([w], lr=0.1, decay=0.002)
    for _ in range(3):
        optimizer.step()
    assert w.data == 0.998 * 0.998 * 0.998


@pytest.mark.parametrize("betas", [(0.9, 0.999), (0.5, 0.75), (0.0, 0.0)])
def test_adam_is_algorithm_1(betas):
    """Kingma and Ba 2015, in 50 digits, on 200 given gradients: an error of 1e-14 is a few roundings of the weight.

    The gradients do not depend on the weights: near a minimum m̂ / √ŝ flips its sign, which is not rounding.
    """
    random, w = Random(0), Parameter(1.0)
    optimizer = Adam([w], lr=0.05, betas=betas, eps=1e-8)
    with mpmath.workdps(50):
        exact, m, s = mpmath.mpf(1), 0, 0
        beta1, beta2 = map(mpmath.mpf, betas)
        for t in range(1, 201):
            w.grad = g = random.gauss(0.1, 1.0)
            optimizer.step()
            m, s = beta1 * m + (1 - beta1) * g, beta2 * s + (1 - beta2) * mpmath.mpf(g) ** 2
            m_hat, s_hat = m / (1 - beta1 ** t), s / (1 - beta2 ** t)
            exact -= mpmath.mpf(0.05) * m_hat / (mpmath.sqrt(s_hat) + mpmath.mpf(1e-8))
            assert w.data == pytest.approx(float(exact), abs=1e-14)


def test_adams_first_step_is_lr_whatever_the_size_of_the_gradient():
    """m̂ / √ŝ = g / |g|, up to eps."""
    parameters = [Parameter(0.0) for _ in range(3)]
    for p, g in zip(parameters, (1e6, -1.0, 1e-3)):
        p.grad = g
    Adam(parameters, lr=0.25).step()
    assert [p.data for p in parameters] == pytest.approx([-0.25, 0.25, -0.25], rel=2e-5)


def test_a_gradient_of_0_moves_nothing_in_adam():
    w = Parameter(1.0)
    Adam([w]).step()
    assert w.data == 1.0


# --- what they remember ----------------------------------------------------------------------------------------------

MAKERS = {"SGD": lambda ps: SGD(ps, lr=0.125), "momentum": lambda ps: SGD(ps, lr=0.125, momentum=0.75),
          "Adam": lambda ps: Adam(ps, lr=0.125)}
every_optimizer = pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
ENGINES = "eager", "compiled"                           # "jit" is held to them in test_compiled.py


def train(model, optimizer, epochs, engine="eager"):
    return fit(model, [[1.0, 0.5], [-1.0, 2.0], [0.0, -1.0]], [1.0, -1.0, 0.5], half_squared_error, optimizer, epochs,
               engine=engine)


@every_optimizer
@pytest.mark.parametrize("engine", ENGINES)
def test_state_survives_repeated_fits(make, engine):
    """6 epochs and 4 more are 10 epochs, to the bit."""
    once, twice = (MLP(2, [3, 1], "tanh", seed=0) for _ in range(2))
    train(once, make(once.parameters()), 10, engine)
    optimizer = make(twice.parameters())
    train(twice, optimizer, 6, engine)
    train(twice, optimizer, 4, engine)
    assert [p.data for p in twice.parameters()] == [p.data for p in once.parameters()]
    assert optimizer.steps == 10


@every_optimizer
def test_state_survives_a_change_of_engine(make):
    """The engines agree to 1e-9 (design, section 4)."""
    once, mixed = (MLP(2, [3, 1], "tanh", seed=0) for _ in range(2))
    train(once, make(once.parameters()), 5 * len(ENGINES))
    optimizer = make(mixed.parameters())
    for engine in ENGINES:
        train(mixed, optimizer, 5, engine)
    expected = [p.data for p in once.parameters()]
    assert [p.data for p in mixed.parameters()] == pytest.approx(expected, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("make", [MAKERS["momentum"], MAKERS["Adam"]], ids=["momentum", "Adam"])
def test_a_new_optimizer_starts_afresh(make):
    """Test the tester: the state matters."""
    once, twice = (MLP(2, [3, 1], "tanh", seed=0) for _ in range(2))
    train(once, make(once.parameters()), 10)
    train(twice, make(twice.parameters()), 6)
    train(twice, make(twice.parameters()), 4)
    assert [p.data for p in twice.parameters()] != [p.data for p in once.parameters()]


@every_optimizer
def test_restore_goes_back_to_the_bit(make):
    parameters = [Parameter(w) for w in START]
    optimizer = make(parameters)

    def go(steps):
        for _ in range(steps):
            for p, g in zip(parameters, slopes([p.data for p in parameters])):
                p.grad = g
            optimizer.step()
        return [p.data for p in parameters]

    go(3)
    state = optimizer.state()
    there = go(5)
    optimizer.restore(state)
    assert optimizer.steps == 3
    assert go(5) == there


@every_optimizer
def test_only_its_parameters_move(make):
    """Freezing a layer is leaving it out."""
    model = MLP(2, [3, 1], "tanh", seed=0)
    frozen, moving = (layer.parameters() for layer in model.layers)
    before = [p.data for p in frozen], [p.data for p in moving]
    train(model, make(moving), 3)
    assert [p.data for p in frozen] == before[0]
    assert all(p.data != x for p, x in zip(moving, before[1]))


@every_optimizer
def test_a_frozen_layer_does_not_change_how_the_others_train(make):
    """Its gradient is there, and nobody uses it; one step by hand is the same step."""
    model, again = (MLP(2, [3, 1], "tanh", seed=0) for _ in range(2))
    train(model, make(model.layers[1].parameters()), 1)
    train(again, make(again.parameters()), 1)
    assert [p.data for p in model.layers[1].parameters()] == [p.data for p in again.layers[1].parameters()]


@every_optimizer
def test_a_shared_parameter_moves_once(make):
    w, twice = Parameter(1.0), Parameter(1.0)
    w.grad = twice.grad = 0.5
    make([w]).step()
    make([twice, twice]).step()
    assert twice.data == w.data


@every_optimizer
def test_zero_grad(make):
    w, other = Parameter(1.0), Parameter(1.0)
    w.grad = other.grad = 0.5
    make([w]).zero_grad()
    assert (w.grad, other.grad) == (0.0, 0.5)


@every_optimizer
def test_parameters_may_be_any_iterable(make):
    model = MLP(2, [3, 1], seed=0)
    assert make(p for p in model.parameters()).parameters == model.parameters()


@pytest.mark.parametrize("make", [lambda ps: SGD(ps, np.float64(0.125), np.float32(0.5), np.float64(0), np.int8(0)),
                                  lambda ps: SGD(ps, 1), lambda ps: Adam(ps, np.float64(0.125), np.array([0.5, 0.75]))],
                         ids=["SGD of NumPy's numbers", "SGD of an int", "Adam of NumPy's numbers"])
def test_weights_stay_pythons_floats(make):
    assert {type(w) for w in chain(*run(make, 3))} == {float}


def test_an_lr_set_to_numpys_number_leaves_floats():
    def schedule(optimizer, step):
        optimizer.lr = np.linspace(0.1, 0.01, 5)[step - 1]

    assert {type(w) for w in chain(*run(MAKERS["momentum"], 5, schedule))} == {float}


def test_a_rule_of_ones_own():
    """An optimizer is a rule and how many numbers it remembers: here the sign of the gradient, and the steps so far."""
    class Signs(Optimizer):
        remembers = 1

        def rule(self, w, g, count):
            return w - self.lr * math.copysign(1.0, g), count + 1

    w = Parameter(1.0)
    optimizer = Signs([w], lr=0.25)
    for g in (3.0, -0.1, 7.0):
        w.grad = g
        optimizer.step()
    assert w.data == 0.75
    assert [list(memory) for memory in optimizer.memory] == [[3.0]]


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_rules_run_on_arrays_as_on_floats(make):
    """Plain arithmetic: one call for all weights, which is how a compiled engine trains."""
    path = run(make, 5)
    optimizer, w = make([Parameter(0.0)]), np.array(START)
    memory = [np.zeros(3) for _ in range(optimizer.remembers)]
    for expected in path:
        optimizer.steps += 1
        w, *memory = optimizer.rule(w, np.array(slopes(w)), *memory)
        assert w.tolist() == pytest.approx(expected, rel=1e-15)


# --- bad input -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lr", [0, 0.0, -0.1, math.nan, math.inf])
@pytest.mark.parametrize("kind", [SGD, Adam])
def test_a_learning_rate_is_positive(kind, lr):
    with pytest.raises(ValueError, match=f"^{kind.__name__}: lr is a positive number, not {lr!r}$"):
        kind([Parameter(1.0)], lr=lr)


@pytest.mark.parametrize("name", ["momentum", "weight_decay", "decay"])
@pytest.mark.parametrize("x", [-0.1, math.nan, math.inf])
def test_sgds_other_settings_are_not_negative(name, x):
    with pytest.raises(ValueError, match=f"^SGD: {name} is a number of at least 0, not {x!r}$"):
        SGD([Parameter(1.0)], lr=0.1, **{name: x})


@pytest.mark.parametrize("settings, message", [({"betas": (1.0, 0.9)}, "betas are two numbers"),
                                               ({"betas": (0.9, -0.1)}, "betas are two numbers"),
                                               ({"betas": (0.9,)}, "betas are two numbers"),
                                               ({"eps": 0.0}, "eps is a positive number, not 0.0")])
def test_adams_settings_are_checked(settings, message):
    with pytest.raises(ValueError, match=f"^Adam: {message}"):
        Adam([Parameter(1.0)], **settings)


@every_optimizer
def test_no_parameters_are_an_error(make):
    with pytest.raises(ValueError, match="no parameters to train"):
        make([])


def test_a_plain_leaf_can_be_trained_too():
    """Descending to the x that makes x² least: an input is a leaf like any other."""
    x = Value(3.0, "x")
    optimizer = SGD([x], lr=0.25)
    for _ in range(3):
        optimizer.zero_grad()
        (x * x).backward()
        optimizer.step()
    assert x.data == 3.0 / 8
