"""The family trees of the 1986 paper: the facts are right, the printed recipe stalls, the changed one learns."""
from collections import Counter

import numpy as np
import pytest

from demos.rhw1986.families import PEOPLE, RELATIONS, queries
from demos.rhw1986.family_trees import CHANGED, PRINTED, FamilyNetwork, error_from_the_edge, paper_error, train
from demos.rhw1986.probes import correlation, probe


def meant(person, relation):
    X, T, asked = queries()
    k = asked.index((PEOPLE.index(person), relation))
    assert X[k].nonzero()[0].tolist() == [PEOPLE.index(person), len(PEOPLE) + [*RELATIONS].index(relation)]
    return [PEOPLE[i] for i in T[k].nonzero()[0]]


def test_104_queries_have_112_answers():
    X, T, asked = queries()
    assert X.shape == (104, 36) and T.shape == (104, 24) and T.sum() == 112 and len({*asked}) == 104
    assert [Counter(relation for _, relation in asked)[relation] for relation in RELATIONS] == [
        12, 12, 10, 10, 12, 12, 4, 4, 6, 6, 8, 8]
    assert {(PEOPLE[person], relation) for (person, relation), t in zip(asked, T) if t.sum() == 2} == {
        (child, relation) for child in ("Colin", "Charlotte", "Alfonso", "Sophia") for relation in ("uncle", "aunt")}


@pytest.mark.parametrize("person, relation, answers", [
    ("Colin", "aunt", ["Margaret", "Jennifer"]), ("Colin", "uncle", ["Arthur", "Charles"]),
    ("Victoria", "husband", ["James"]), ("Victoria", "brother", ["Arthur"]), ("Arthur", "niece", ["Charlotte"]),
    ("Charles", "nephew", ["Colin"]), ("Maria", "son", ["Emilio"]), ("Sophia", "mother", ["Lucia"])])
def test_facts_as_the_paper_s_trees_show_them(person, relation, answers):
    assert meant(person, relation) == answers


def test_the_network_has_630_parameters():
    assert len(FamilyNetwork().parameters()) == 630


def test_the_errors_by_hand():
    y, t = [0.7, 0.9, 0.3, 0.1], [1.0, 1.0, 0.0, 0.0]                   # the second and fourth are beyond their bounds
    assert paper_error(y, t) == pytest.approx((0.3 ** 2 + 0.3 ** 2) / 2)
    assert error_from_the_edge(y, t) == pytest.approx((0.1 ** 2 + 0.1 ** 2) / 2)


def test_the_printed_recipe_answers_the_same_to_every_query():
    trained = train(PRINTED, 0)
    assert not trained.right.any() and trained.errors[-1] > 30
    assert trained.answers.std(axis=0).max() < 1e-4


@pytest.mark.parametrize("seed, new", [(10, 4), (13, 4)])
def test_the_changed_recipe_learns(seed, new):
    trained = train(CHANGED, seed)
    assert trained.right[~trained.held_out].sum() == 100 and trained.right[trained.held_out].sum() == new
    assert len(trained.errors) == 1500 and trained.errors[-1] < 1


def test_probes_tell_what_is_there():
    labels = np.array([0, 1, 0, 1, 0, 1, -1, -1])
    Y = np.array([[2.0 * (k % 2), 0.5 * (k // 4)] for k in range(8)])
    assert probe(Y, labels) == 1 and correlation(Y, labels) == pytest.approx(1)
    noise = np.random.default_rng(0).normal(size=(200, 2))
    assert probe(noise, np.arange(200) % 2) < 0.6 and correlation(noise, np.arange(200) % 2) < 0.2
