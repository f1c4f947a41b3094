"""Common mistakes, tried one by one: each is answered in one line, which says what was meant and what to write."""
import math
import re

import numpy as np
import pytest

import autograd
import nn
from autograd import Parameter, Value, gradient, hessian, ops
from nn import MLP, SGD, Adam, Layer, Neuron, fit, half_squared_error, mean_squared_error

X, T = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0.0, 1.0, 1.0, 0.0]
w = Parameter(1.0, "w")
model = MLP(2, [3, 1], "tanh", seed=0)
sgd = SGD(model.parameters(), lr=0.1)


class AnOptimizerOfAnotherLibrary:
    def __repr__(self):
        return "SGD (\nlr: 0.1\n)"


SAID = {
    # the optimizer's parameters
    "a model": (lambda: SGD(model), TypeError,
                "SGD takes the parameters of a model, not the model: write SGD(model.parameters(), ...)"),
    "a model and lr": (lambda: Adam(model, lr=0.1), TypeError,
                       "Adam takes the parameters of a model, not the model: write Adam(model.parameters(), ...)"),
    "a method": (lambda: SGD(model.parameters, lr=0.1), TypeError,
                 "SGD takes a list of parameters, not a method: write SGD(model.parameters(), ...)"),
    "numbers": (lambda: SGD([1.0], lr=0.1), TypeError, "SGD takes a list of parameters, but one of them is 1.0: give "
                "leaves such as model.parameters() or [Parameter(1.0)]"),
    "one parameter": (lambda: SGD(w, lr=0.1), TypeError,
                      "SGD takes a list of parameters, not Parameter(1.0, 'w'): write SGD([w], ...)"),
    "a dict": (lambda: SGD({"w": w}, lr=0.1), TypeError,
               "SGD takes a list of parameters, not a dict: write SGD(parameters.values(), ...)"),
    "layers": (lambda: SGD(model.layers, lr=0.1), TypeError, "SGD takes a list of parameters, but one of them is "
               "Layer(2, 3, 'tanh'): put all in one list, [*a.parameters(), *b.parameters()]"),
    "lists": (lambda: SGD([[w]], lr=0.1), TypeError, "SGD takes a list of parameters, but one of them is "
              "[Parameter(1.0, 'w')]: put all in one list, [*a.parameters(), *b.parameters()]"),
    "an inner node": (lambda: SGD([w * 2], lr=0.1), ValueError,
                      "SGD moves leaves of the graph, but Value(2.0) is computed from other Values: give those"),
    "None": (lambda: SGD(None, lr=0.1), TypeError,
             "SGD takes a list of parameters, such as model.parameters(), not None"),
    "no lr": (lambda: SGD([w]), ValueError, "SGD: lr is a positive number, not None"),
    "lr as text": (lambda: SGD([w], lr="0.1"), ValueError, "SGD: lr is a positive number, not '0.1'"),
    "momentum as text": (lambda: SGD([w], 0.1, momentum="0.9"), ValueError,
                         "SGD: momentum is a number of at least 0, not '0.9'"),
    # fit's loss and optimizer
    "a loss by letters": (lambda: fit(model, X, T, "mse", sgd, 1), TypeError,
                          "fit: loss is a function loss(y, t), such as nn.mean_squared_error, not 'mse'"),
    "a loss nearly by name": (lambda: fit(model, X, T, "CrossEntropy", sgd, 1), TypeError,
                              "fit: loss is a function loss(y, t), such as nn.cross_entropy, not 'CrossEntropy'"),
    "bce": (lambda: fit(model, X, T, "bce", sgd, 1), TypeError,
            "fit: loss is a function loss(y, t), such as nn.binary_cross_entropy, not 'bce'"),
    "a loss called": (lambda: fit(model, X, T, mean_squared_error(1.0, Value(1.0)), sgd, 1), TypeError,
                      "fit: loss is a function loss(y, t), such as nn.mean_squared_error, not Value(0.0, 'J')"),
    "no loss": (lambda: fit(model, X, T, None, sgd, 1), TypeError,
                "fit: loss is a function loss(y, t), such as nn.mean_squared_error, not None"),
    "a loss of local_gradients": (lambda: nn.local_gradients(model, X[0], 0.5, "mae"), TypeError,
                                  "local_gradients: loss is a function loss(y, t), such as nn.mean_absolute_error, "
                                  "not 'mae'"),
    "an optimizer by name": (lambda: fit(model, X, T, mean_squared_error, "sgd", 1), TypeError,
                             "fit: optimizer is an optimizer with its parameters, such as nn.SGD(model.parameters(), "
                             "lr=0.1), not 'sgd'"),
    "Adam by name": (lambda: fit(model, X, T, mean_squared_error, "Adam", 1), TypeError,
                     "fit: optimizer is an optimizer with its parameters, such as nn.Adam(model.parameters()), not "
                     "'Adam'"),
    "an optimizer's class": (lambda: fit(model, X, T, mean_squared_error, SGD, 1), TypeError,
                             "fit: optimizer is an optimizer with its parameters, such as nn.SGD(model.parameters(), "
                             "lr=0.1), not <class 'nn.optimizers.SGD'>"),
    "another library's": (lambda: fit(model, X, T, mean_squared_error, AnOptimizerOfAnotherLibrary(), 1), TypeError,
                          "fit: optimizer is an optimizer with its parameters, such as nn.SGD(model.parameters(), "
                          r"lr=0.1), not SGD (\nlr: 0.1\n)"),
    # models
    "a batch": (lambda: model(X), ValueError, "this MLP takes one sample, a list of 2 numbers, but was given a batch "
                "of 4: write nn.predict(model, X), or [model(x) for x in X] to record them"),
    "a batch as wide as a sample": (lambda: Layer(2, 2, "tanh")(np.eye(2)), ValueError, "this Layer takes one sample, "
                                    "a list of 2 numbers, but was given a batch of 2: write nn.predict(model, X), or "
                                    "[model(x) for x in X] to record them"),
    "a batch of one": (lambda: Neuron(1)([[1.0]]), ValueError, "this Neuron takes one sample, a list of 1 number, but "
                       "was given a batch of 1: write nn.predict(model, X), or [model(x) for x in X] to record them"),
    "names": (lambda: model(["a", "b"]), TypeError, "a Value holds one real number, but 'a' is of type str"),
    "an iterator": (lambda: model(map(float, "12")), TypeError, "MLP takes a list of 2 inputs, not <map object at "),
    "a number for the layers": (lambda: MLP(2, 3), ValueError,
                                "MLP: nouts is the list of the layers' sizes, such as [16, 16, 1], not 3"),
    # names of PyTorch
    "nn.Linear": (lambda: nn.Linear, AttributeError,
                  'nn has no Linear, as PyTorch has: write nn.Layer(nin, nout, "linear")'),
    "nn.ReLU": (lambda: nn.ReLU, AttributeError, 'nn has no ReLU, as PyTorch has: write activation="relu"'),
    "nn.LeakyReLU": (lambda: nn.LeakyReLU, AttributeError,
                     'nn has no LeakyReLU, as PyTorch has: write activation="leaky_relu"'),
    "nn.MSELoss": (lambda: nn.MSELoss, AttributeError,
                   "nn has no MSELoss, as PyTorch has: write nn.mean_squared_error"),
    "any other name": (lambda: nn.fitt, AttributeError, "module 'nn' has no attribute 'fitt'"),
}


@pytest.mark.parametrize("mistake, error, message", SAID.values(), ids=SAID)
def test_a_mistake_is_answered_in_one_line(mistake, error, message):
    before = [p.data for p in model.parameters()]
    with pytest.raises(error, match=f"^{re.escape(message)}") as caught:
        mistake()
    assert "\n" not in str(caught.value) and (str(caught.value) == message or message.endswith(" at "))
    assert [p.data for p in model.parameters()] == before


@pytest.mark.parametrize("name", [*nn.PYTORCH, "Tanh", "Sigmoid", "Softplus"])
def test_what_is_to_be_written_for_a_name_of_pytorch_exists(name):
    """Every name in the answer is one of ours, and every activation a known one."""
    with pytest.raises(AttributeError, match=f"^nn has no {name}, as PyTorch has: write ") as caught:
        getattr(nn, name)
    answer = str(caught.value).partition("write ")[2]
    for package, word in re.findall(r"(nn|autograd)\.(\w+)", answer):
        assert callable(getattr({"nn": nn, "autograd": autograd}[package], word))
    assert all(word in ops.ACTIVATIONS for word in re.findall(r'activation="(\w+)"', answer))


def test_modules_that_are_looked_for_are_not_named_as_pytorchs():
    assert not hasattr(nn, "__path_of_nothing__") and getattr(nn, "nothing", None) is None


# --- what works ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ops.ACTIVATIONS)
def test_a_row_of_the_table_is_an_activation(name):
    """MLP(..., activation=autograd.tanh) is the same network as MLP(..., activation="tanh")."""
    row, x = getattr(autograd, name), [0.3, -0.7]
    by_row, by_name = MLP(2, [3, 2], row, row, seed=0), MLP(2, [3, 2], name, name, seed=0)
    assert repr(by_row) == repr(by_name)
    assert [y.data for y in by_row(x)] == [y.data for y in by_name(x)]
    assert Neuron(2, row).activation == Layer(2, 2, row).activation == name


ACTIVATIONS = {
    "ReLU": ("ReLU", "unknown activation 'ReLU', did you mean 'relu'?"),
    "LeakyReLU": ("LeakyReLU", "unknown activation 'LeakyReLU', did you mean 'leaky_relu'?"),
    "a slip": ("sigmod", "unknown activation 'sigmod', did you mean 'sigmoid'?"),
    "a function of math": (math.tanh, "unknown activation <built-in function tanh>, did you mean 'tanh'?"),
    "a function of numpy": (np.tanh, "unknown activation <ufunc 'tanh'>, did you mean 'tanh'?"),
    "a row that is none": (autograd.exp, "unknown activation exp; the known ones are heaviside,"),
    "softmax": (autograd.softmax, "softmax is no activation of a neuron: it belongs to the loss."),
}


@pytest.mark.parametrize("activation, message", ACTIVATIONS.values(), ids=ACTIVATIONS)
def test_an_activation_that_is_nearly_right_is_suggested(activation, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        MLP(2, [3, 1], activation)


@pytest.mark.parametrize("parameters", [[w, w], (w, w), iter([w, w]), {"w": w}.values(), np.array([w, w])],
                         ids=["a list", "a tuple", "an iterator", "a dict's values", "an array"])
def test_an_own_list_of_parameters_trains(parameters):
    optimizer = SGD(parameters, lr=0.5)
    w.data, w.grad = 1.0, 0.5
    optimizer.step()
    assert optimizer.parameters == [w] and w.data == 0.75


def test_iterators_of_inputs_are_lists():
    x = Value(2.0, "x")
    assert [slope.data for slope in gradient(x ** 3, (v for v in [x]))] == [12.0]
    assert hessian(x ** 3, (v for v in [x])) == [[12.0]]


@pytest.mark.parametrize("t", [[0.5, 1.0], (0.5, 1.0), np.array([0.5, 1.0]), iter([0.5, 1.0])],
                         ids=["a list", "a tuple", "an array", "an iterator"])
def test_targets_of_several_outputs(t):
    """J = ½ (0.5² + 1²) for e = (0.5, 1)."""
    assert half_squared_error([Value(0.0), Value(0.0)], t).data == 0.625


def test_a_one_hot_target_may_be_an_array():
    assert nn.cross_entropy([Value(0.0), Value(0.0)], np.array([0.0, 1.0])).data == math.log(2)


def test_a_sample_may_be_a_tuple_or_an_array():
    assert model((0.25, 1.0)).data == model(np.array([0.25, 1.0])).data == model([0.25, 1.0]).data
