"""A list of activations: one for each hidden layer of an MLP, one for each neuron of a Layer."""
import math

import numpy as np
import pytest

import nn
from autograd import ops
from nn import MLP, Layer

RANDOM = np.random.default_rng(0)
X, T = RANDOM.normal(size=(12, 2)), RANDOM.uniform(0.1, 2, (12, 2))


def mixed(seed=0):
    """A network whose layers differ, and in the second whose neurons do."""
    return MLP(2, [3, 3, 2], ["tanh", ["relu", ops.sigmoid, "elu"]], ["linear", "softplus"], seed=seed)


def test_every_layer_and_every_neuron_has_its_own():
    model = mixed()
    assert [layer.activation for layer in model.layers] == [
        "tanh", ["relu", "sigmoid", "elu"], ["linear", "softplus"]]
    assert MLP(2, [3, 3, 1], ("tanh", "relu")).layers[1].activation == "relu"
    assert Layer(2, 2, [ops.tanh, "tanh"]).activation == "tanh"


def test_the_outputs_are_those_of_the_formulas():
    model, x = mixed(), [0.3, -1.2]
    for layer, rules in zip(model.layers, [
            [math.tanh] * 3,
            [lambda v: max(v, 0), lambda v: 1 / (1 + math.exp(-v)), lambda v: v if v > 0 else 1.67326 * math.expm1(v)],
            [lambda v: v, lambda v: math.log1p(math.exp(v))]]):
        x = [rule(sum(w.data * x_i for w, x_i in zip(neuron.w, x)) + neuron.b.data)
             for neuron, rule in zip(layer.neurons, rules)]
    assert [y.data for y in model([0.3, -1.2])] == pytest.approx(x, rel=1e-14)
    assert nn.predict(model, [[0.3, -1.2]])[0] == pytest.approx(x, rel=1e-14)


def test_a_list_of_equal_names_draws_the_weights_that_one_name_does():
    one, many = MLP(2, [3, 4, 1], "relu", seed=7), MLP(2, [3, 4, 1], ["relu", ["relu"] * 4], seed=7)
    assert [p.data for p in one.parameters()] == [p.data for p in many.parameters()]


def test_each_neurons_weights_have_the_variance_that_suits_its_activation():
    tanh, selu = Layer(300, 2, ["tanh", "selu"], seed=0).neurons
    for neuron, variance in ((tanh, 2 / 302), (selu, 1 / 300)):
        limit = math.sqrt(3 * variance)
        assert 0.98 * limit < max(abs(w.data) for w in neuron.w) <= limit


def test_the_summary_counts_the_activations_of_a_layer():
    assert "1 relu, 1 sigmoid, 1 elu" in mixed().summary().splitlines()[2]
    assert "2 relu" in MLP(1, [3, 1], [["relu", "tanh", "relu"]]).summary()


def test_the_repr_builds_the_same_network():
    model = mixed()
    assert repr(eval(repr(model), {"MLP": MLP})) == repr(model)
    assert repr(MLP(2, [3, 3, 1], ["tanh", "tanh"])) == repr(MLP(2, [3, 3, 1], "tanh"))


def test_both_engines_train_it_alike():
    models = mixed(), mixed()
    for model, engine in zip(models, ("compiled", "eager")):
        nn.fit(model, X, T, nn.mean_squared_error, nn.SGD(model.parameters(), 0.05), 20, batch_size=5, engine=engine)
    compiled, eager = ([p.data for p in model.parameters()] for model in models)
    assert compiled == pytest.approx(eager, rel=1e-9, abs=1e-9)


def test_the_local_gradients_agree_three_ways():
    found = nn.local_gradients(mixed(), [0.3, -1.2], [0.5, 1.0])
    assert found.max_error < 1e-7 and all(row.hand is not None for row in found.rows)
    tanh, _, _, relu, sigmoid, *_ = found.rows
    assert tanh.slope == pytest.approx(1 - tanh.y ** 2) and relu.slope == float(relu.v > 0)
    assert sigmoid.slope == pytest.approx(sigmoid.y * (1 - sigmoid.y))
