"""What fit refuses and warns of, and that it is silent about everything ordinary.

The right values are by hand: which sample is the first outside [0, 1], and which layer has no gradient.
"""
import itertools
import math
import re
import warnings

import numpy as np
import pytest

import nn
from autograd import Parameter, Value, exp, heaviside, relu, softmax, tanh
from nn import MLP, SGD, TrainingWarning, fit

XOR, BITS = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
BIPOLAR, ONE_HOT = [-1, 1, 1, -1], [[1, 0], [0, 1], [0, 1], [1, 0]]
RNG = np.random.default_rng(0)
every_engine = pytest.mark.parametrize("engine", ["compiled", "eager"])
wrapped = pytest.mark.parametrize("wrap", [False, True], ids=["", "inside a loss of the user's"])


def xor(activation="tanh", head="linear", outputs=1):
    return MLP(2, [3, outputs], activation, head, seed=0)


def trained(model, T, loss, parameters=None, epochs=3, X=XOR, **settings):
    optimizer = SGD(parameters or model.parameters(), lr=0.1)
    return fit(model, X, T, loss, optimizer, epochs, progress=False, **settings)


def warned(*arguments, **settings):
    """The messages of the warnings, all of which point to this file."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        trained(*arguments, **settings)
    assert all(w.category is TrainingWarning and w.filename == __file__ for w in caught)
    return [str(w.message) for w in caught]


def in_loss(loss, wrap):
    return (lambda y, t: loss(y, t) + 0.0) if wrap else loss


def weights(model):
    return [p.data for p in model.parameters()]


# --- targets and outputs that are no probabilities -------------------------------------------------------------------


@pytest.mark.parametrize("loss", [nn.binary_cross_entropy, nn.binary_cross_entropy_with_logits],
                         ids=lambda loss: loss.__name__)
@pytest.mark.parametrize("t, advice", [(-1, r"give \(t \+ 1\) / 2"), (2, "subtract 1"), (1 + 1e-6, "0 and 1"),
                                       (-1e-6, "0 and 1"), (math.inf, "0 and 1")], ids=repr)
def test_a_target_outside_0_to_1_is_refused(loss, t, advice):
    for target in (t, Value(t), [t]):
        with pytest.raises(ValueError, match=rf"^{loss.__name__}: the target .* is outside \[0, 1\].*{advice}"):
            loss([Value(0.5)] if isinstance(target, list) else Value(0.5), target)


@pytest.mark.parametrize("y", [-0.25, 1.5, -1e-6, math.inf])
def test_an_output_outside_0_to_1_is_refused_by_binary_cross_entropy(y):
    for output in (y, Value(y), [Value(0.5), Value(y)]):
        with pytest.raises(ValueError, match=r"^binary_cross_entropy: the output .* is outside \[0, 1\].*'sigmoid'.*"
                                             "binary_cross_entropy_with_logits$"):
            nn.binary_cross_entropy(output, [1.0, 0.0] if isinstance(output, list) else 1.0)


def test_the_bounds_a_rounding_and_nan_are_taken():
    eps = 2.0 ** -52
    assert nn.binary_cross_entropy(Value(1 + eps), 1 + eps).data == pytest.approx(0.0, abs=1e-13)
    assert nn.binary_cross_entropy(Value(0.0), 0.0).data == 0.0
    assert nn.binary_cross_entropy(Value(-eps), 0.0).data == pytest.approx(0.0, abs=1e-13)
    assert math.isnan(nn.binary_cross_entropy_with_logits(Value(math.nan), 1.0).data)
    assert math.isnan(nn.binary_cross_entropy(Value(math.nan), 1.0).data)


def test_one_hot_numbers_are_probabilities():
    with pytest.raises(ValueError, match=r"^cross_entropy: the target -1 is outside \[0, 1\]"):
        nn.cross_entropy([Value(0.0)] * 3, [-1.0, 1.0, 1.0])


def test_swapped_logits_and_targets_are_found_by_their_range():
    with pytest.raises(ValueError, match=r"the target 3\.5 is outside .*loss\(y, t\), the output first$"):
        nn.binary_cross_entropy_with_logits(1.0, Value(3.5))
    with pytest.raises(ValueError, match=r"the target 3\.5 is outside .*loss\(y, t\), the output first$"):
        nn.cross_entropy([1.0, 0.0], [Value(3.5), Value(-2.0)])


@every_engine
@wrapped
@pytest.mark.parametrize("loss, head", [(nn.binary_cross_entropy, "sigmoid"),
                                        (nn.binary_cross_entropy_with_logits, "linear")], ids=["bce", "logits"])
@pytest.mark.parametrize("T, row", [(BIPOLAR, 0), ([0, 1, 1, 2], 3), ([1, 2, 2, 1], 1)], ids=repr)
def test_fit_refuses_such_targets_before_anything_moves(engine, wrap, loss, head, T, row):
    model = xor(head=head)
    before = weights(model)
    message = rf"^{loss.__name__}: the target {T[row]} .* \(sample {row}, counted from 0\)$"
    with pytest.raises(ValueError, match=message):
        trained(model, T, in_loss(loss, wrap), engine=engine)
    assert weights(model) == before


@every_engine
def test_of_validation_data_too(engine):
    with pytest.raises(ValueError, match=r"the target -1 is outside .* \(validation sample 2, counted from 0\)$"):
        trained(xor(), BITS, nn.binary_cross_entropy_with_logits, engine=engine, validation=(XOR, [0, 1, -1, 1]))


@every_engine
def test_targets_that_the_loss_itself_scales_are_taken(engine):
    model = xor()
    history = trained(model, BIPOLAR, lambda y, t: nn.binary_cross_entropy_with_logits(y, (t + 1) / 2), engine=engine)
    again = xor()
    assert history.losses == pytest.approx(
        trained(again, BITS, nn.binary_cross_entropy_with_logits, engine=engine).losses, rel=1e-12)
    assert weights(model) == pytest.approx(weights(again), rel=1e-12)


@every_engine
@wrapped
@pytest.mark.parametrize("head", ["linear", "relu", "tanh"])
def test_binary_cross_entropy_of_a_head_without_sigmoid_is_refused(engine, wrap, head):
    """Before, the loss of the linear head fell below 0."""
    with pytest.raises(ValueError, match=r"binary_cross_entropy: the output .* is outside \[0, 1\].*'sigmoid'"):
        trained(xor(head=head), BITS, in_loss(nn.binary_cross_entropy, wrap), epochs=2000, engine=engine)


def linear(b=0.2):
    w, b = Parameter(0.3, "w"), Parameter(b, "b")
    return (lambda x: w * x[0] + b), [w, b]


@pytest.mark.parametrize("settings", [{"engine": "compiled"}, {"engine": "compiled", "batch_size": 1},
                                      {"engine": "eager"}], ids=repr)
def test_outputs_that_leave_0_to_1_while_training_are_found(settings):
    """y = 0.3 x + 0.2 is a probability at first; trained on BCE with t = 1 alone it climbs past 1."""
    model, parameters = linear()
    with pytest.raises(ValueError, match=r"^in epoch \d+: binary_cross_entropy: the output 1\.\d+ is outside \[0, 1\]"):
        trained(model, [1, 1, 1, 1], nn.binary_cross_entropy, parameters, epochs=100, **settings)


def test_of_one_sample_among_many():
    """Only the last of 300 rows, which are computed on arrays, is outside: w x + b = 0.3 · 9 + 0.2 = 2.9."""
    model, parameters = linear()
    X = np.full((300, 1), 0.5)
    X[298] = 9.0
    with pytest.raises(ValueError, match=r"the output 2\.9 .* \(sample 298, counted from 0\)$"):
        trained(model, np.ones(300), nn.binary_cross_entropy, parameters, X=X)


def test_of_a_validation_sample():
    model, parameters = linear()
    with pytest.raises(ValueError, match=r"the output 2\.9 .* \(validation sample 1, counted from 0\)$"):
        trained(model, BITS, nn.binary_cross_entropy, parameters, validation=([[0, 0], [9, 0]], [0, 1]))


def test_a_binary_cross_entropy_on_the_side_is_no_matter():
    """Of a number that is not trained, as a metric: only the loss that is returned is."""
    model = xor()

    def loss(y, t):
        nn.binary_cross_entropy(0.25 + 0 * Value(1.0), t)
        return nn.half_squared_error(y, t)

    assert trained(model, BITS, loss).losses == trained(xor(), BITS, nn.half_squared_error).losses


@every_engine
def test_a_sigmoid_that_the_user_wrote_is_one(engine):
    """1 / (1 + e^-v) is no sigmoid by its operation, but its numbers are probabilities, and the losses the same."""
    found = []
    for head in (lambda v: 1 / (1 + exp(-v)), lambda v: v.sigmoid()):
        model = xor()
        found.append(trained(lambda x, model=model, head=head: head(model(x)), BITS, nn.binary_cross_entropy,
                             model.parameters(), epochs=40, engine=engine).losses)
    assert found[0] == pytest.approx(found[1], rel=1e-12)


@every_engine
@pytest.mark.parametrize("loss, head", [(nn.binary_cross_entropy, "sigmoid"),
                                        (nn.binary_cross_entropy_with_logits, "linear"),
                                        (nn.binary_cross_entropy_with_logits, "sigmoid")],
                         ids=lambda x: getattr(x, "__name__", x))
def test_swapped_arguments_in_range_are_found_by_who_depends_on_the_parameters(engine, loss, head):
    with pytest.raises(ValueError, match=rf"^{loss.__name__}: the arguments are swapped; .*loss\(y, t\)"):
        trained(xor(head=head), BITS, lambda y, t: loss(t, y), engine=engine)


def test_labels_that_count_from_1_are_told_to_subtract_1():
    X = np.eye(9)
    with pytest.raises(ValueError, match=r"^T is 9 in row 8 .* 0 to 8; from labels that count from 1, subtract 1$"):
        trained(MLP(9, [9], seed=0), range(1, 10), nn.cross_entropy, X=X)
    with pytest.raises(ValueError, match=r"the classes are 0 to 8$"):
        trained(MLP(9, [9], seed=0), [0, *range(2, 10)], nn.cross_entropy, X=X)
    with pytest.raises(ValueError, match=r"^cross_entropy: 9 is no class; .*subtract 1$"):
        nn.cross_entropy([Value(0.0)] * 9, 9)


# --- parameters that the loss does not depend on ---------------------------------------------------------------------


@every_engine
def test_an_optimizer_of_other_parameters_is_refused(engine):
    with pytest.raises(ValueError, match=r"^the loss depends on none of the optimizer's parameters \(w11, .*"
                                         r"model\.parameters\(\)$"):
        trained(xor(), BITS, nn.half_squared_error, xor().parameters(), engine=engine)


@every_engine
def test_a_loss_of_constants_is_refused(engine):
    with pytest.raises(ValueError, match="depends on none"):
        trained(xor(), BITS, lambda y, t: Value(1.0), engine=engine)


@every_engine
def test_one_layer_alone_may_be_trained(engine):
    model = xor()
    assert not warned(model, BITS, nn.half_squared_error, model.layers[0].parameters(), engine=engine)


# --- gradients that are all 0 ----------------------------------------------------------------------------------------


def dead(model, layer=0):
    for neuron in model.layers[layer].neurons:
        neuron.b.data = -100.0
    return model


def saturated(model):
    for neuron in model.layers[0].neurons:
        neuron.b.data = 100.0
    return model


def all_zero(model):
    for p in model.parameters():
        p.data = 0.0
    return model


# a model, the layers without a gradient, by hand, and the reason
IDLE = {
    "heaviside": (lambda: MLP(2, [3, 1], "heaviside", seed=0), "hidden layer 1",
                  "heaviside in hidden layer 1 has the slope 0 everywhere"),
    "bipolar": (lambda: MLP(2, [3, 2, 1], "bipolar", seed=0), "hidden layer 1 and hidden layer 2",
                "bipolar in hidden layer 2 has the slope 0 everywhere"),
    "perceptron": (lambda: MLP(2, [3, 1], "tanh", "heaviside", seed=0), "hidden layer 1 and output layer",
                   "heaviside in output layer has the slope 0 everywhere"),
    "dead": (lambda: dead(MLP(2, [3, 1], "relu", seed=0)), "hidden layer 1", "relu in hidden layer 1 is dead"),
    "dead above": (lambda: dead(MLP(2, [3, 3, 1], "relu", seed=0), 1), "hidden layer 1 and hidden layer 2",
                   "relu in hidden layer 2 is dead"),
    "saturated": (lambda: saturated(MLP(2, [3, 1], "tanh", seed=0)), "hidden layer 1",
                  "tanh in hidden layer 1 is saturated"),
    "zeros": (lambda: all_zero(MLP(2, [3, 1], "tanh", seed=0)), "hidden layer 1", "the weights that follow are all 0"),
}


@every_engine
@wrapped
@pytest.mark.parametrize("make, layers, reason", IDLE.values(), ids=IDLE)
@pytest.mark.parametrize("settings", [{}, {"batch_size": 1}, {"epochs": 1}], ids=repr)
def test_a_layer_without_a_gradient_is_named_with_the_reason(engine, wrap, make, layers, reason, settings):
    [message] = warned(make(), BITS, in_loss(nn.half_squared_error, wrap), engine=engine, **settings)
    assert message.startswith(f"every gradient in {layers} is exactly 0 over all 4 samples of the first epoch, because "
                              + reason)


@pytest.mark.parametrize("make, layers, reason", IDLE.values(), ids=IDLE)
def test_that_layer_did_not_move(make, layers, reason):
    """Test the tests: what is named is what the training leaves where it was, and nothing else is."""
    model = make()
    before = {id(p): p.data for p in model.parameters()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TrainingWarning)
        trained(model, BITS, nn.half_squared_error, engine="eager")
    unmoved = [name for name in ("hidden layer 1", "hidden layer 2", "output layer")
               if (found := [p for p in model.parameters() if p.scope[0] == name])
               and all(p.data == before[id(p)] for p in found)]
    assert " and ".join(unmoved) == layers


@pytest.mark.parametrize("alive", [False, True])
def test_of_many_samples_all_are_looked_at(alive):
    """Of 300 samples one, which is none of the 200 that are computed node by node, is on relu's other side."""
    model = MLP(1, [1, 1], "relu", seed=0)
    neuron = model.layers[0].neurons[0]
    neuron.w[0].data, neuron.b.data = 1.0, -3.0
    X = np.full((300, 1), 0.5)
    X[299] = 3.5 if alive else 0.5
    rows = np.arange(200) * 300 // 200
    assert 299 not in rows
    assert bool(warned(model, np.ones(300), nn.half_squared_error, X=X, epochs=1)) is not alive


@every_engine
def test_a_layer_that_comes_alive_in_the_first_epoch_is_no_warning(engine):
    """Output weights of 0 stop the gradient of the first step alone."""
    model = xor()
    for p in model.layers[1].parameters():
        p.data = 0.0
    assert not warned(model, BITS, nn.half_squared_error, engine=engine)


@every_engine
def test_nothing_left_to_learn_is_no_warning(engine):
    """Hinge loss of outputs beyond their margins: J and all gradients are 0, as they should be."""
    w, b = Parameter(10.0, "w"), Parameter(-5.0, "b")
    hinge = warned(lambda x: w * x[0] + b, [-1, -1, 1, 1], lambda y, t: relu(1 - t * y), [w, b], engine=engine)
    assert not hinge and (w.data, b.data) == (10.0, -5.0)


@every_engine
def test_a_loss_without_slope_is_a_warning(engine):
    """The number of errors cannot be trained on."""
    w, b = Parameter(1.0, "w"), Parameter(-0.5, "b")
    [message] = warned(lambda x: w * x[0] + b, [1, -1, 1, -1], lambda y, t: heaviside(-t * y), [w, b], engine=engine)
    assert message.startswith("every gradient in the parameters w, b is exactly 0 over all 4 samples of the first "
                              "epoch, because heaviside has the slope 0 everywhere")


# --- heads and targets -----------------------------------------------------------------------------------------------

# a head: targets at its bounds; targets beyond them; what to write
REACH = {
    "sigmoid": ([0, 1, 1, 0], [0, 10, 3, 4], "[0, 1]: scale them, as (T - T.min()) / (T.max() - T.min()) does"),
    "tanh": (BIPOLAR, [-1, 1, 1.5, 0], "[-1, 1]: scale them, as 2 * (T - T.min()) / (T.max() - T.min()) - 1 does"),
    "relu": ([0, 9, 9, 0], BIPOLAR, "[0, ∞): scale them, as T - T.min() does"),
    "softplus": ([0, 9, 9, 0], [-0.1, 1, 1, 0], "[0, ∞): scale them, as T - T.min() does"),
    "elu": ([-1.67326, 9, 9, 0], [-1.7, 1, 1, 0], "[-1.67326, ∞): "),
    "selu": ([-1.758, 9, 9, 0], [-1.76, 1, 1, 0], "[-1.75809, ∞): "),
}


@every_engine
@wrapped
@pytest.mark.parametrize("loss", [nn.half_squared_error, nn.mean_squared_error, nn.mean_absolute_error, nn.huber],
                         ids=lambda loss: loss.__name__)
@pytest.mark.parametrize("head", REACH)
def test_targets_out_of_reach_are_a_warning_and_the_bounds_are_none(engine, wrap, loss, head):
    at_bounds, beyond, advice = REACH[head]
    assert not warned(xor(head=head), at_bounds, in_loss(loss, wrap), engine=engine)
    [message] = warned(xor(head=head), beyond, in_loss(loss, wrap), engine=engine)
    assert message.startswith(f"the targets lie from {min(beyond):g} to {max(beyond):g}, but {loss.__name__} on "
                              f"outputs of {head} reaches only {advice}")
    assert message.endswith("or give the output layer the activation 'linear'")


@pytest.mark.parametrize("head", ["tanh", "sigmoid"])
def test_the_advice_works(head):
    T = np.array([3.0, 52.0, 40.0, 7.0])
    [message] = warned(xor(head=head), T, nn.half_squared_error)
    formula = re.search(r"as (.*) does", message)[1]
    scaled = eval(formula, {"T": T})
    assert (scaled.min(), scaled.max()) == ((-1, 1) if head == "tanh" else (0, 1))
    assert not warned(xor(head=head), scaled, nn.half_squared_error)
    assert not warned(xor(), T, nn.half_squared_error)


@every_engine
def test_in_reach_is_what_the_loss_is_given(engine):
    """The loss or the model may scale by itself."""
    T = [-10, 10, 10, -10]
    assert not warned(xor(head="tanh"), T, lambda y, t: nn.half_squared_error(y, t / 10), engine=engine)
    model = xor(head="tanh")
    assert not warned(lambda x: 10 * model(x), T, nn.half_squared_error, model.parameters(), engine=engine)
    [message] = warned(xor(head="tanh"), T, lambda y, t: nn.half_squared_error(y, t / 5), engine=engine)
    assert message.startswith("the targets lie from -2 to 2, ")


def test_one_of_several_outputs():
    T = [[0.0, 5.0], [1.0, -1.0], [0.5, 0.5], [0.25, 0.5]]
    assert len(warned(xor(head="sigmoid", outputs=2), T, nn.mean_squared_error)) == 1


@every_engine
@wrapped
@pytest.mark.parametrize("head, more", [("sigmoid", ", or use binary_cross_entropy"), ("tanh", "")])
def test_logits_that_are_squashed_already(engine, wrap, head, more):
    [message] = warned(xor(head=head), BITS, in_loss(nn.binary_cross_entropy_with_logits, wrap), engine=engine)
    assert message == ("binary_cross_entropy_with_logits takes logits, but the outputs come from "
                       f"{head} already: give the output layer the activation 'linear'{more}")
    [message] = warned(xor(head=head, outputs=2), ONE_HOT, in_loss(nn.cross_entropy, wrap), engine=engine)
    assert message == (f"cross_entropy takes logits, but the outputs come from {head} already: give the output layer "
                       "the activation 'linear'")


@every_engine
def test_a_softmax_is_squashing_too(engine):
    model = xor(outputs=3)
    [message] = warned(lambda x: softmax(model(x)), [0, 1, 2, 0], nn.cross_entropy, model.parameters(), engine=engine)
    assert message.startswith("cross_entropy takes logits, but the outputs come from softmax already")


def test_logits_that_are_capped_on_purpose_are_none():
    model = xor()
    assert not warned(lambda x: 30 * tanh(model(x) / 30), BITS, nn.binary_cross_entropy_with_logits, model.parameters())


def test_relus_logits_never_say_no():
    """sigmoid(relu(v)) is at least 1/2."""
    [message] = warned(xor(head="relu"), BITS, nn.binary_cross_entropy_with_logits)
    assert "reaches only [0.5, 1]" in message


# --- inputs ----------------------------------------------------------------------------------------------------------

LARGE = RNG.uniform(500.0, 2000.0, (60, 2))


@every_engine
@pytest.mark.parametrize("activation", ["tanh", "sigmoid"])
def test_inputs_that_saturate_the_first_layer(engine, activation):
    """StandardScaler, which is x minus its mean, divided by its standard deviation, makes the warning go."""
    T = LARGE.sum(axis=1) / 4000
    [message] = warned(xor(activation), T, nn.half_squared_error, X=LARGE, engine=engine)
    assert message == (f"the inputs, up to {LARGE.max():.3g}, are so large that every neuron of the first layer is "
                       "saturated and hardly learns: scale them, as scikit-learn's StandardScaler does")
    scaled = (LARGE - LARGE.mean(axis=0)) / LARGE.std(axis=0)
    assert not warned(xor(activation), T, nn.half_squared_error, X=scaled, engine=engine)


def test_a_plain_function_with_such_inputs_too():
    w, b = Parameter(0.3), Parameter(0.0)
    assert "StandardScaler" in warned(lambda x: 2 * tanh(w * x[0] + b), LARGE[:, 0] / 2000, nn.half_squared_error,
                                      [w, b], X=LARGE)[0]


def test_a_layer_that_training_has_saturated_is_none():
    """A second fit with the same optimizer goes on without a word; v = x1 + x2 is from 5 to 20, a slope not quite 0."""
    model, X = xor(), LARGE / 200
    for neuron in model.layers[0].neurons:
        neuron.w[0].data = neuron.w[1].data = 1.0
    optimizer = SGD(model.parameters(), lr=1e-3)
    with pytest.warns(TrainingWarning, match="StandardScaler"):
        fit(model, X, X[:, 0] / 10, nn.half_squared_error, optimizer, 1)
    with warnings.catch_warnings():
        warnings.simplefilter("error", TrainingWarning)
        fit(model, X, X[:, 0] / 10, nn.half_squared_error, optimizer, 1)


def test_large_inputs_of_relu_are_none():
    assert not warned(xor("relu"), LARGE.sum(axis=1), lambda y, t: nn.half_squared_error(y / 2000, t / 2000), X=LARGE)


# --- the warning itself ----------------------------------------------------------------------------------------------


def test_it_is_a_user_warning_that_the_usual_filters_rule():
    assert issubclass(TrainingWarning, UserWarning)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", category=TrainingWarning)
        trained(xor(head="sigmoid"), [0, 5, 5, 0], nn.half_squared_error)
    model = xor(head="sigmoid")
    before = weights(model)
    with warnings.catch_warnings(), pytest.raises(TrainingWarning):
        warnings.simplefilter("error")
        trained(model, [0, 5, 5, 0], nn.half_squared_error)
    assert weights(model) == before


def test_it_points_at_the_line_that_called_fit():
    model = xor("heaviside")
    optimizer = SGD(model.parameters(), lr=0.1)
    with pytest.warns(TrainingWarning) as caught:
        line = test_it_points_at_the_line_that_called_fit.__code__.co_firstlineno + 5
        fit(model, XOR, BITS, nn.half_squared_error, optimizer, 1)
    assert [(w.filename, w.lineno) for w in caught] == [(__file__, line)]


# --- everything ordinary ---------------------------------------------------------------------------------------------

N = 30
X = RNG.standard_normal((N, 3))
CLOUDS = np.where(np.arange(N)[:, None] % 2, 5.0, 1.0) + RNG.standard_normal((N, 3))       # in centimetres, say
COUNTS = RNG.integers(0, 17, (N, 3))
CLASSES, COIN = RNG.integers(0, 3, N), np.arange(N) % 2
REAL = 20 * RNG.standard_normal(N)
TASKS = {
    "regression": (nn.half_squared_error, REAL / 20, 1, "linear"),
    "mean squared error": (nn.mean_squared_error, REAL / 20, 1, "linear"),
    "mean absolute error": (nn.mean_absolute_error, REAL / 20, 1, "linear"),
    "huber, not scaled": (nn.huber, REAL, 1, "linear"),
    "classes": (nn.cross_entropy, CLASSES, 3, "linear"),
    "coin": (nn.binary_cross_entropy, COIN, 1, "sigmoid"),
    "logits": (nn.binary_cross_entropy_with_logits, COIN, 1, "linear"),
    "the lecture's classifier": (nn.half_squared_error, COIN, 1, "sigmoid"),
    "hinge": (lambda y, t: relu(1 - t * y), 2 * COIN - 1, 1, "linear"),
    "bipolar": (nn.mean_squared_error, 2 * COIN - 1, 1, "tanh"),
    "several labels": (nn.binary_cross_entropy_with_logits, np.column_stack([COIN, CLASSES > 0]), 2, "linear"),
}
ORDINARY = list(itertools.product(TASKS, ["tanh", "sigmoid", "relu", "leaky_relu", "selu"]))
assert len(ORDINARY) >= 50


@pytest.mark.parametrize("task, activation", ORDINARY)
def test_ordinary_trainings_are_silent(task, activation):
    loss, T, outputs, head = TASKS[task]
    for number, (data, settings) in enumerate([(X, {}), (CLOUDS, {"batch_size": 8}), (COUNTS / 16, {"batch_size": 1}),
                                               (X, {"engine": "eager"})]):
        model = MLP(3, [6, outputs], activation, head, seed=number)
        optimizer = nn.Adam(model.parameters(), lr=0.01)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            fit(model, data, T, loss, optimizer, 4, validation=(data[:5], T[:5]), progress=False, **settings)
