"""nn.accuracy: the share of right answers, for every kind of output."""
import numpy as np
import pytest

import nn

SCORES = [[2.0, 1.0, 0.0], [0.0, 3.0, 1.0], [0.2, 0.1, 0.3], [5.0, 6.0, -7.0]]          # classes 0, 1, 2, 1


@pytest.mark.parametrize("y, t, right", [
    ([0.9, -0.2, 0.1, -0.1], [1, -1, -1, -1], 3),                   # a tanh, the lecture's classes of ±1
    ([[0.9], [-0.2], [0.1], [-0.1]], [[1], [-1], [-1], [-1]], 3),
    ([1.0, -1.0, 1.0, 1.0], [1.0, -1.0, -1.0, -1.0], 2),            # a bipolar step
    ([0.9, 0.2, 0.51, 0.49], [1, 0, 1, 1], 3),                      # a sigmoid
    ([0.9, 0.2, 0.51, 0.5], [True, False, True, False], 4),         # ½ itself is class 0, as φ's step has it
    ([3.0, -2.0, 0.2, -0.1], [1, 0, 1, 1], 3),                      # logits
    (SCORES, [0, 1, 2, 0], 3),                                      # cross-entropy's logits
    (SCORES, [[0], [1], [2], [1]], 4),
    (SCORES, np.eye(3)[[0, 1, 0, 0]], 2),                           # one-hot rows
    (np.tanh(SCORES), 2 * np.eye(3)[[0, 1, 2, 1]] - 1, 4),
])
def test_every_head_is_counted(y, t, right):
    assert nn.accuracy(y, t) == right / 4 == nn.accuracy(np.array(y), np.array(t))


def test_of_several_labels_a_sample_each_counts():
    assert nn.accuracy([[0.9, 0.8], [0.4, 0.6]], [[1, 1], [1, 0]]) == 2 / 4
    assert nn.accuracy([[4.0, -2.0], [-1.0, 3.0]], [[1, 1], [0, 0]]) == 2 / 4


def test_a_threshold_is_for_any_other_head():
    y, t = [1.2, -0.1, 0.4, 0.6], [1, 0, 0, 1]                      # linear, trained on 0 and 1 by squared errors
    assert nn.accuracy(y, t) == 3 / 4 and nn.accuracy(y, t, threshold=0.5) == 1.0


def test_it_takes_what_predict_gives():
    X = np.array([[0.0, 0.0], [1.0, -1.0], [-2.0, 0.5]])
    one, three = nn.MLP(2, [3, 1], "tanh", "tanh", seed=0), nn.MLP(2, [3, 3], seed=0)
    t = np.array([1, -1, 1])
    assert nn.accuracy(nn.predict(one, X), t) == np.mean((nn.predict(one, X) > 0) == (t > 0))
    assert nn.accuracy(nn.predict(three, X), [0, 1, 2]) == np.mean(nn.predict(three, X).argmax(1) == [0, 1, 2])


@pytest.mark.parametrize("y, t, message", [
    ([0.1, 0.2], [1], r"accuracy: y has shape \(2,\), t \(1,\); expected a target for each output"),
    (SCORES, [0, 1, 2, 3], "accuracy: with 3 outputs the classes are 0 to 2, but t holds 3"),
    ([0.1, 0.2], [0.3, 1.0], "accuracy: the targets of two classes are 0 and 1, or -1 and 1, but t holds 0.3"),
    ([np.nan, 0.2], [0, 1], "y is nan in"),
    ([], [], "y has shape"),
])
def test_bad_input_is_named(y, t, message):
    with pytest.raises(ValueError, match=message):
        nn.accuracy(y, t)
