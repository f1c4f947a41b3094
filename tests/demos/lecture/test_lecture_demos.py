"""The demos of the lecture's own questions: their figures, by hand or as published."""
import numpy as np
import pytest

import nn
from demos.lecture import error_surface, exercise1, heads, hidden_units, huber, perceptron, rnn
from demos.lecture import universal_approximation as approximation
from demos.lecture.xor import T, X, goodfellow


def test_goodfellow_s_weights_compute_xor_exactly():
    model = goodfellow()
    assert [model(x).data for x in X] == T == [0, 1, 1, 0]
    assert model.layers[0].neurons[0](X[0]).parents[0].data == 0                # on the kink


def test_one_neuron_cannot_do_xor():
    model = nn.MLP(2, [1], "tanh", "sigmoid", seed=0)
    nn.fit(model, X, T, nn.binary_cross_entropy, nn.Adam(model.parameters(), 0.05), 500, progress=False)
    assert nn.predict(model, X) == pytest.approx([0.5] * 4, abs=1e-6)           # the best that a line can do


def test_exercise1_by_hand():
    """v1 = x1 + x2 - 1, v2 = x1 - x2 + 2; y is 1 where both are above 0."""
    model = exercise1.network()
    for x1, x2 in exercise1.POINTS:
        assert model([x1, x2]).data == (1 if x1 + x2 > 1 and x1 - x2 > -2 else -1)
    assert [model(x).data for x in exercise1.POINTS] == [-1, -1, -1, 1]


def test_the_error_correction_rule_learns_and_in_six_epochs():
    """The weights after each epoch, worked by hand from w = b = 0."""
    neuron = nn.Neuron(2, "heaviside", seed=0)
    for w in neuron.parameters():
        w.data = 0.0
    told = [(perceptron.epoch(neuron, 1.0), *[w.data for w in neuron.parameters()]) for _ in range(6)]
    assert told == [(1, 1, 1, 1), (3, 2, 1, 0), (3, 2, 1, -1), (2, 2, 2, -1), (1, 2, 1, -2), (0, 2, 1, -2)]


def test_a_sum_of_sigmoids_comes_as_close_as_is_asked():
    errors = [approximation.distance(approximation.built(m1)) for m1 in approximation.SIZES]
    assert errors == pytest.approx([1.0338, 0.4484, 0.1090, 0.0394, 0.0176, 0.0085], abs=6e-5)
    assert errors == sorted(errors, reverse=True)
    model = approximation.built(8)
    terms = approximation.terms(model)
    assert terms.sum(axis=0) == pytest.approx(nn.predict(model, approximation.GRID[:, None]), abs=1e-12)


def test_outliers_pull_the_squared_error_s_line():
    samples, targets = huber.data(0)
    slopes = [huber.line(loss, samples, targets).w[0].data for loss in huber.LOSSES.values()]
    assert slopes[0] == pytest.approx(np.polyfit(samples[:, 0], targets, 1)[0], abs=1e-3)      # by the normal equations
    assert slopes[0] > 1.5 and abs(slopes[1] - 0.5) < 0.4 and abs(slopes[2] - 0.5) < 0.1


def test_labels_are_scaled_there_and_back():
    labels = np.array([-3.0, 0.0, 9.0])
    scaled = heads.scale(labels, -3, 9, (-1, 1))
    assert scaled.tolist() == [-1, -0.5, 1]
    assert heads.scale_back(scaled, -3, 9, (-1, 1)).tolist() == labels.tolist()


@pytest.mark.parametrize("head", heads.HEADS, ids=lambda head: f"{head.task} {head.activation}")
def test_each_head_answers_what_its_task_asks(head):
    Y, targets = heads.predict_held_out(head, 0)
    assert Y.shape == ((heads.HELD_OUT,) if head.outputs == 1 else (heads.HELD_OUT, head.outputs))
    if head.is_class:
        assert nn.accuracy(Y, targets) > 0.9
    else:
        error = np.mean((Y - targets.reshape(Y.shape)) ** 2)
        assert error < 0.15 * np.mean((targets - targets.mean(axis=0)) ** 2)
    if head.activation in ("softplus", "relu"):
        assert Y.min() >= 0
    if head.task == "bounded, scaled":
        assert np.abs(Y).max() < 2


def test_a_box_is_around_its_rectangle():
    pixels, boxes = heads.images(np.random.default_rng(0))
    for image, (x, y, width, height) in zip(pixels[:20], boxes):
        rows, columns = image.nonzero()
        assert (columns.min(), columns.max() + 1) == (x - width / 2, x + width / 2)
        assert (rows.min(), rows.max() + 1) == (y - height / 2, y + height / 2)


def test_the_gradient_of_a_shared_weight_is_the_sum_over_its_uses():
    u = rnn.Parameter(0.9, "u")
    J = rnn.unrolled(u, [0.5] * 20)
    J.backward()
    assert rnn.by_step(0.9, 20).sum() == pytest.approx(u.grad, rel=1e-12)
    h = 1e-6
    difference = (rnn.unrolled(rnn.Parameter(0.9 + h), [0.5] * 20) - rnn.unrolled(rnn.Parameter(0.9 - h), [0.5] * 20))
    assert difference.data / (2 * h) == pytest.approx(u.grad, rel=1e-6)


def test_the_spirals_are_learned():
    samples, targets = hidden_units.spirals()
    assert len(samples) == 240 and (samples[:120] == -samples[120:]).all()
    model = nn.MLP(2, [12, 8, 1], "tanh", "sigmoid", seed=0)
    nn.fit(model, samples, targets, nn.binary_cross_entropy, nn.Adam(model.parameters(), 0.01), 300, 20, progress=False)
    assert nn.accuracy(nn.predict(model, samples), targets) == 1


def test_a_path_over_the_error_surface_starts_and_ends_where_training_does():
    neuron, path = error_surface.descent(0.1, 0.0, 60)
    assert path[0] == error_surface.START and path[-1] == tuple(w.data for w in neuron.w) and len(path) == 61
    assert path[-1] == pytest.approx((1.691, 1.566), abs=1e-3) and neuron.b.data == 0
