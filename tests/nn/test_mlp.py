"""Neuron, Layer, MLP: v = w'x + b and y = φ(v), in the order, with the labels and from the seeds that were promised."""
import math
import random
import re
import statistics

import numpy as np
import pytest

from autograd import Parameter, Value, ops
from nn import MLP, Layer, Neuron

every_activation = pytest.mark.parametrize("activation", ops.ACTIVATIONS)


def data(module):
    return [p.data for p in module.parameters()]


def set_weights(model, *layers):
    """Give each layer its rows of weights, the bias last."""
    for layer, rows in zip(model.layers, layers, strict=True):
        for neuron, row in zip(layer.neurons, rows, strict=True):
            for p, x in zip(neuron.parameters(), row, strict=True):
                p.data = x


# --- the forward phase -----------------------------------------------------------------------------------------------


@every_activation
def test_a_neuron_is_phi_of_the_weighted_sum(activation):
    neuron = Neuron(3, activation, seed=1)
    neuron.b.data = 0.25
    x = [0.5, -1.0, 2.0]
    v = sum(w.data * x_i for w, x_i in zip(neuron.w, x)) + 0.25
    assert neuron(x).data == getattr(ops, activation)(v)        # the same sum in the same order: the same bits


def test_a_neurons_graph_is_v_then_y():
    """Two nodes a neuron: the drawn chain is the lecture's dJ/dy · dy/dv · dv/dw."""
    neuron = Neuron(2, "tanh", seed=0)
    x = [Value(2.0, "x1"), Value(0.0, "x2")]
    y = neuron(x)
    v, = y.parents
    assert y.op is ops.tanh
    assert v.parents == (*neuron.w, *x, neuron.b)
    assert v.partials == (2.0, 0.0, *(w.data for w in neuron.w), 1.0)


def test_a_layers_graph_is_that_of_its_neurons():
    layer = Layer(2, 3, "sigmoid", seed=0)
    x = [Value(2.0), Value(-1.0)]
    for together, neuron in zip(layer(x), layer.neurons):
        alone = neuron(x)
        for a, b in ((together, alone), (together.parents[0], alone.parents[0])):
            assert (a.data, a.partials, a.op.name, a.label) == (b.data, b.partials, b.op.name, b.label)
        assert together.parents[0].parents == alone.parents[0].parents


def test_an_mlp_is_its_layers_one_after_the_other():
    model = MLP(2, [4, 3, 2], "relu", "sigmoid", seed=0)
    x = signal = [0.3, -0.8]
    for layer in model.layers:
        signal = layer(signal)
    assert [y.data for y in model(x)] == [y.data for y in signal]
    assert [layer.activation for layer in model.layers] == ["relu", "relu", "sigmoid"]


def test_the_defaults_are_relu_and_a_linear_output():
    assert [layer.activation for layer in MLP(2, [3, 1], seed=0).layers] == ["relu", "linear"]
    assert Neuron(2).activation == "tanh"


def test_one_output_is_a_value_several_are_a_list():
    assert type(MLP(2, [3, 1], seed=0)([1.0, 2.0])) is Value
    several = MLP(2, [3, 2], seed=0)([1.0, 2.0])
    assert type(several) is list and [type(y) for y in several] == [Value, Value]
    assert type(Layer(2, 1, "tanh", seed=0)([1.0, 2.0])) is list


@pytest.mark.parametrize("x", [[1.0, -2.0], (1, -2), [Value(1.0), Value(-2.0)], [Value(1.0), -2], np.array([1.0, -2.0]),
                               np.array([1, -2]), np.array([1, -2], dtype=np.float32), [np.float64(1), np.int8(-2)]],
                         ids=lambda x: f"{type(x).__name__} of {type(x[0]).__name__}")
@pytest.mark.parametrize("model", [Neuron(2, seed=0), Layer(2, 2, "tanh", seed=0), MLP(2, [3, 2], seed=0)], ids=repr)
def test_any_list_of_numbers_is_an_input(model, x):
    def plain(y):
        return [y_l.data for y_l in y] if isinstance(y, list) else y.data

    assert plain(model(x)) == plain(model([1.0, -2.0]))


def test_xor():
    """Goodfellow, Bengio, Courville, Deep Learning, section 6.1: W all ones, c = (0, -1), w = (1, -2), b = 0."""
    model = MLP(2, [2, 1], "relu", seed=0)
    set_weights(model, [[1, 1, 0], [1, 1, -1]], [[1, -2, 0]])
    assert [model(x).data for x in ([0, 0], [0, 1], [1, 0], [1, 1])] == [0.0, 1.0, 1.0, 0.0]


def test_xors_input_at_the_kink_has_the_slope_of_the_left_side():
    """The same network at (0, 0), where v1 = 0: relu' is 0 there, so nothing flows back through the hidden layer."""
    model = MLP(2, [2, 1], "relu", seed=0)
    set_weights(model, [[1, 1, 0], [1, 1, -1]], [[1, -2, 0]])
    model([0.0, 0.0]).backward()
    assert [p.grad for p in model.layers[0].parameters()] == [0.0] * 6
    assert [p.grad for p in model.layers[1].parameters()] == [0.0, 0.0, 1.0]


def test_exercise_1_has_an_activation_of_its_own():
    """The lecture's Exercise 1: φ(x) = 1 for x > 0, else -1."""
    neuron = Neuron(1, "bipolar", seed=0)
    neuron.w[0].data, neuron.b.data = 1.0, 0.0
    assert [neuron([x]).data for x in (-2.0, 0.0, 1e-9)] == [-1.0, -1.0, 1.0]


# --- parameters ------------------------------------------------------------------------------------------------------


def test_parameters_come_layer_by_layer_neuron_by_neuron_weights_then_bias():
    model = MLP(2, [3, 2], seed=0)
    expected = [p for layer in model.layers for neuron in layer.neurons for p in (*neuron.w, neuron.b)]
    assert model.parameters() == expected
    assert [p.label for p in expected] == ["w11", "w12", "b1", "w21", "w22", "b2", "w31", "w32", "b3",
                                           "w41", "w42", "w43", "b4", "w51", "w52", "w53", "b5"]
    assert {type(p) for p in expected} == {Parameter}


def test_a_shared_parameter_comes_once_where_it_is_first_met():
    model = MLP(2, [2, 1], seed=0)
    first, second = model.layers[0].neurons
    second.b = first.b
    second.w[1] = first.w[0]
    output, = model.layers[1].neurons
    output.b = first.b
    assert model.parameters() == [*first.w, first.b, second.w[0], *output.w]
    assert model.layers[0].parameters() == [*first.w, first.b, second.w[0]]
    assert model.layers[1].parameters() == [*output.w, first.b]


def test_a_shared_parameter_gathers_its_gradient_from_every_place():
    model = MLP(1, [2, 1], "linear", seed=0)
    first, second = model.layers[0].neurons
    second.w = first.w
    set_weights(model, [[3.0, 0.0], [3.0, 0.0]], [[1.0, 10.0, 0.0]])
    model([2.0]).backward()
    assert first.w[0].grad == 2.0 * (1.0 + 10.0)


# --- labels and scopes -----------------------------------------------------------------------------------------------


def test_nodes_are_numbered_through_so_that_every_letter_means_one_node():
    model = MLP(2, [3, 2], "tanh", seed=0)
    outputs = model([1.0, 2.0])
    assert [y.label for y in outputs] == ["y4", "y5"]
    v4 = outputs[0].parents[0]
    assert v4.label == "v4"
    assert [p.label for p in v4.parents] == ["w41", "w42", "w43", "y1", "y2", "y3", "b4"]


def test_labels_stay_apart_from_ten_neurons_on():
    """w1,12 and w11,2 would both be w112."""
    labels = [p.label for p in MLP(12, [11, 2], seed=0).parameters()]
    assert len(set(labels)) == len(labels)
    assert {"w1,12", "w11,2", "w13,11", "b13"} <= set(labels)


def test_scopes_name_the_layer_and_the_neuron():
    model = MLP(2, [2, 2, 1], seed=0)
    scopes = [neuron.b.scope for layer in model.layers for neuron in layer.neurons]
    assert scopes == [("hidden layer 1", "neuron 1"), ("hidden layer 1", "neuron 2"), ("hidden layer 2", "neuron 3"),
                      ("hidden layer 2", "neuron 4"), ("output layer", "neuron 5")]
    assert all(w.scope == neuron.b.scope for layer in model.layers for neuron in layer.neurons for w in neuron.w)


# --- initialisation --------------------------------------------------------------------------------------------------

MODELS = {"Neuron": lambda seed: Neuron(5, "tanh", seed=seed), "Layer": lambda seed: Layer(5, 4, "relu", seed=seed),
          "MLP": lambda seed: MLP(5, [4, 3, 2], "elu", "sigmoid", seed=seed)}
every_model = pytest.mark.parametrize("make", MODELS.values(), ids=MODELS)


@every_model
def test_the_same_seed_gives_the_same_bits(make):
    assert [x.hex() for x in data(make(7))] == [x.hex() for x in data(make(7))]


@every_model
def test_another_seed_gives_another_network(make):
    assert data(make(7)) != data(make(8))
    assert data(make(None)) != data(make(None))


def test_the_weights_of_a_seed_are_those_of_pythons_generator_in_the_order_of_parameters():
    """Networks of old seeds must not change unnoticed: Random(seed).uniform, the same in every release of Python."""
    draw = random.Random(42)
    glorot, he = math.sqrt(3 * (2 / (2 + 3))), math.sqrt(3 * (2 / 3))
    expected = []
    for limit, nin in ((glorot, 2), (glorot, 2), (glorot, 2), (he, 3)):
        expected += [*(draw.uniform(-limit, limit) for _ in range(nin)), 0.0]
    assert data(MLP(2, [3, 1], "tanh", "relu", seed=42)) == expected


@every_model
def test_no_global_random_state_is_touched(make):
    random.seed(0)
    np.random.seed(0)
    before = random.getstate(), np.random.get_state()[1].tolist(), np.random.get_state()[2]
    for seed in (None, 3):
        make(seed)
    assert (random.getstate(), np.random.get_state()[1].tolist(), np.random.get_state()[2]) == before


@every_activation
def test_the_weights_have_the_variance_that_suits_the_activation(activation):
    """He, LeCun, Glorot.  The estimate from 60,000 uniform numbers has a standard error of √(0.8/60000) = 0.4%."""
    nin, nout = 300, 200
    expected = {"relu": 2 / nin, "leaky_relu": 2 / nin, "elu": 2 / nin, "selu": 1 / nin}.get(activation,
                                                                                          2 / (nin + nout))
    layer = Layer(nin, nout, activation, seed=0)
    weights = [w.data for neuron in layer.neurons for w in neuron.w]
    assert statistics.fmean(w * w for w in weights) == pytest.approx(expected, rel=0.02)
    assert statistics.fmean(weights) == pytest.approx(0.0, abs=4 * math.sqrt(expected / len(weights)))
    assert max(map(abs, weights)) <= math.sqrt(3 * expected)
    assert [neuron.b.data for neuron in layer.neurons] == [0.0] * nout


# --- summary and repr ------------------------------------------------------------------------------------------------


def test_the_summary_is_a_table_of_the_layers():
    assert MLP(64, [32, 10], "tanh", seed=0).summary() == """\
layer           inputs  neurons  activation  parameters
hidden layer 1      64       32  tanh              2080
output layer        32       10  linear             330
total                                              2410"""


def test_the_summary_counts_a_shared_parameter_once():
    model = MLP(2, [2, 1], seed=0)
    model.layers[0].neurons[1].b = model.layers[0].neurons[0].b
    assert model.summary().splitlines()[-1].split() == ["total", "8"]


def test_the_summarys_columns_line_up():
    lines = MLP(3, [128, 64, 12], "leaky_relu", "sigmoid", seed=0).summary().splitlines()
    assert len({len(line) for line in lines}) == 1
    column = lines[0].index("activation")
    assert [line[column - 2:column + 11].strip() for line in lines[1:]] == ["leaky_relu", "leaky_relu", "sigmoid", ""]


@pytest.mark.parametrize("module", [Neuron(2, "tanh", seed=0), Layer(2, 3, "relu", seed=0),
                                    MLP(2, [3, 1], "tanh", "sigmoid", seed=0), MLP(2, [3], seed=0)], ids=repr)
def test_repr_makes_another_of_the_kind(module):
    again = eval(repr(module), {"Neuron": Neuron, "Layer": Layer, "MLP": MLP})
    assert repr(again) == repr(module)
    assert [p.label for p in again.parameters()] == [p.label for p in module.parameters()]


# --- bad input -------------------------------------------------------------------------------------------------------

KNOWN = ", ".join(ops.ACTIVATIONS)


@pytest.mark.parametrize("make, message", [
    (lambda: Neuron(0), "Neuron: the number of inputs is a whole number of at least 1, not 0"),
    (lambda: Neuron(-1), "Neuron: the number of inputs is a whole number of at least 1, not -1"),
    (lambda: Neuron(2.0), "Neuron: the number of inputs is a whole number of at least 1, not 2.0"),
    (lambda: Neuron("2"), "Neuron: the number of inputs is a whole number of at least 1, not '2'"),
    (lambda: Layer(0, 2, "tanh"), "Layer: the number of inputs is a whole number of at least 1, not 0"),
    (lambda: Layer(2, 0, "tanh"), "Layer: the number of neurons is a whole number of at least 1, not 0"),
    (lambda: MLP(2, [3, 0]), "Layer: the number of neurons is a whole number of at least 1, not 0"),
    (lambda: MLP(2, 3), "MLP: nouts is the list of the layers' sizes, such as [16, 16, 1], not 3"),
    (lambda: MLP(2, []), "MLP: nouts is the list of the layers' sizes, such as [16, 16, 1], not []"),
    (lambda: Neuron(2, "gelu"), f"unknown activation 'gelu'; the known ones are {KNOWN}"),
    (lambda: Layer(2, 2, "exp"), f"unknown activation 'exp'; the known ones are {KNOWN}"),
    (lambda: MLP(2, [2, 1], "Tanh"), f"unknown activation 'Tanh', did you mean 'tanh'?  The known ones are {KNOWN}"),
    (lambda: MLP(2, [2, 1], output_activation=None), f"unknown activation None; the known ones are {KNOWN}"),
    (lambda: Neuron(2, ["tanh"]), f"unknown activation ['tanh']; the known ones are {KNOWN}"),
    (lambda: Layer(2, 2, ["tanh", "tahn"]), f"unknown activation 'tahn'; the known ones are {KNOWN}"),
    (lambda: Layer(2, 2, ["tanh"]), "Layer: activation is a list of 1, but there are 2 neurons; give one for each, or "
                                    "one name for all"),
    (lambda: MLP(2, [2, 2, 1], ["tanh"] * 3), "MLP: activation is a list of 3, but there are 2 hidden layers; give one "
                                              "for each, or one name for all; the output layer's is output_activation"),
])
def test_what_cannot_be_built_is_refused(make, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        make()


def test_the_known_activations_are_the_lectures_nine_and_exercise_1s():
    assert set(ops.ACTIVATIONS) == {"heaviside", "linear", "sigmoid", "tanh", "relu", "leaky_relu", "elu", "selu",
                                    "softplus", "bipolar"}


@pytest.mark.parametrize("make", [lambda: MLP(2, [3], output_activation="softmax"), lambda: Neuron(2, "softmax")])
def test_softmax_is_refused_and_what_to_do_is_named(make):
    with pytest.raises(ValueError, match=r"'linear'.*cross_entropy"):
        make()


@pytest.mark.parametrize("model", [Neuron(2, seed=0), Layer(2, 2, "tanh", seed=0), MLP(2, [3, 2], seed=0)], ids=repr)
@pytest.mark.parametrize("x", [[1.0], [1.0, 2.0, 3.0], [], np.zeros(3)], ids=repr)
def test_inputs_of_the_wrong_number_are_refused(model, x):
    with pytest.raises(ValueError, match=f"^this {type(model).__name__} has 2 inputs, but {len(x)} were given$"):
        model(x)


@pytest.mark.parametrize("model", [Neuron(2, seed=0), Layer(2, 2, "tanh", seed=0), MLP(2, [3, 2], seed=0)], ids=repr)
@pytest.mark.parametrize("x", [1.0, Value(1.0), "ab", None, {0: 1.0, 1: 2.0}, {1.0, 2.0}, np.array(1.0)], ids=repr)
def test_an_input_that_is_no_list_is_refused(model, x):
    with pytest.raises(TypeError, match=f"^{type(model).__name__} takes a list of 2 inputs, not "):
        model(x)


@pytest.mark.parametrize("model", [Neuron(2, seed=0), Layer(2, 2, "tanh", seed=0), MLP(2, [3, 2], seed=0)], ids=repr)
@pytest.mark.parametrize("x", [["a", 1.0], [None, 1.0], [1j, 1.0]], ids=repr)
def test_inputs_that_are_no_numbers_are_refused(model, x):
    with pytest.raises(TypeError, match=r"^a Value holds one real number, but "):
        model(x)


def test_sizes_may_be_numpys_integers():
    sizes = np.array([3, 2])
    assert MLP(sizes[1], sizes, seed=0).summary() == MLP(2, [3, 2], seed=0).summary()
