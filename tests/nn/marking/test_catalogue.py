"""The catalogue of mistakes: its names are unique and its sentences are sentences."""
import re

from nn.marking import BY_NAME, CATALOGUE

ISSUE = """sign phi_prime_left_out phi_for_phi_prime phi_prime_at_y v_for_y half_of_phi_prime another_phi factor_2
    factor_n phi_prime_kept x_in_delta one_path updated_weights e_for_delta y_for_delta weight_left_out transposed
    v_for_x other_layer bias_forgotten x_for_bias eta_left_out eta_twice minus_delta_w momentum_times_eta miscopied
    rounded_early"""


def test_each_mistake_has_one_row():
    names = [row.name for row in CATALOGUE]
    assert len(names) == len(set(names)) == len(BY_NAME) and set(ISSUE.split()) <= set(names)
    assert len({row.sentence for row in CATALOGUE}) == len(CATALOGUE)


def test_a_sentence_is_short_and_names_no_neuron():
    """The page shows the same sentences at any node of a graph."""
    for sentence in (row.sentence for row in CATALOGUE):
        assert sentence[0].isupper() or sentence[0] in "φηvxyμΔδ", sentence
        assert sentence.endswith(".") and len(sentence) < 110 and not re.search(r"[vyδ][₁-₉]", sentence), sentence
