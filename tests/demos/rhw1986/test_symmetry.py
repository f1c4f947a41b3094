"""Symmetry, the 1986 paper's first task: networks in one graph learn as each does alone, and find one of two codes."""
import numpy as np
import pytest

import nn
from demos.rhw1986.symmetry import LR, MOMENTUM, Code, answers, learn, network, patterns

SWEEPS = {5: 740, 6: 1106, 8: 531, 9: 1033}     # measured: until every answer is within 0.1 of its target


@pytest.fixture(scope="module")
def learned():
    return learn([*SWEEPS], 1200)


def test_eight_of_the_64_patterns_are_symmetric():
    X, T = patterns()
    assert len({tuple(x) for x in X}) == 64 and T.sum() == 8
    assert all(t == (tuple(x) == tuple(reversed(x))) for x, t in zip(X, T))


def test_the_sweeps_until_each_has_learned(learned):
    sweeps, w = learned
    assert sweeps == pytest.approx([*SWEEPS.values()], abs=2)           # the last bits depend on the machine
    X, T = patterns()
    assert np.abs(answers(w, X) - T).max() < 0.1


def test_together_they_learn_as_one_does_alone(learned):
    sweeps, w = learned
    for seed, n, parameters in zip(SWEEPS, sweeps.tolist(), w):
        model = network(seed)
        nn.fit(model, *patterns(), nn.half_squared_error, nn.SGD(model.parameters(), LR, momentum=MOMENTUM), n,
               reduction="sum", progress=False)
        assert [p.data for p in model.parameters()] == pytest.approx(parameters, abs=1e-6)


def test_one_that_has_not_learned_has_0_sweeps_and_its_last_parameters():
    sweeps, w = learn([0, 8], 100)
    X, T = patterns()
    assert sweeps.tolist() == [0, 0] and (0.5 * ((answers(w, X) - T) ** 2).sum(axis=1) > 3).all()


def test_what_they_learn_is_mirrored_and_twinned(learned):
    code = Code(learned[1])
    assert code.mirror.max() < 0.005 and np.median(code.twins) < 0.02 and code.signs.all()
    assert (code.like([1, 2, 4]) | code.like([1, 1.55, 2.07])).all()


def test_a_code_by_hand():
    half = [-1.0, 2.0, -4.0]
    unit = [*half, *[-x for x in reversed(half)]]
    w = np.array([[*unit, -0.5, *[-x for x in unit], -0.5, -9.0, -9.0, 5.0]])
    code = Code(w)
    assert (code.mirror.item(), code.twins.item(), code.signs.item()) == (0, 0, True)
    assert code.ratio.tolist() == [[1, 2, 4]] and code.like([1, 2, 4]).all() and not code.like([1, 1.55, 2.07]).any()
    w[0, 0] = -1.5                                                      # its mirrored weight is 1, its twin's 1
    assert Code(w).mirror.item() == Code(w).twins.item() == 0.125
