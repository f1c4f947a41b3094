"""your own derivation, marked: six common mistakes made on Mazur's network, each found and named"""
import argparse
from collections.abc import Callable

from nn import local_gradients
from nn.marking import BY_NAME
from nn.tables import LocalGradients

from . import mazur
from .pictures import Pictures

Answers = dict[str, str]


def four_digits(**numbers: float) -> Answers:
    return {name: f"{number:.4g}" for name, number in numbers.items()}


def hidden_delta(table: LocalGradients, w31: float, w41: float, slope: float) -> float:
    """δ1 = φ'(v1) (δ3 w31 + δ4 w41), with whatever weights and φ' are given."""
    _, _, third, fourth = table.rows
    return slope * (third.graph * w31 + fourth.graph * w41)


def output_sign(table: LocalGradients) -> Answers:
    """e = y - t in place of t - y."""
    third = table.rows[2]
    delta = -third.graph
    return four_digits(δ3=delta, Δw31=table.lr * delta * table.rows[0].y)


def without_phi_prime(table: LocalGradients) -> Answers:
    """δ1 without its φ'(v1)."""
    return four_digits(δ1=hidden_delta(table, 0.40, 0.50, slope=1.0))


def through_one_path(table: LocalGradients) -> Answers:
    """δ1 by way of neuron 3 alone."""
    return four_digits(δ1=hidden_delta(table, 0.40, 0.0, table.rows[0].slope))


def after_the_update(table: LocalGradients) -> Answers:
    """δ1 with the weights above it updated already: the article's own program does so."""
    new = {row.weight: row.new for row in table.weight_rows}
    return four_digits(δ1=hidden_delta(table, new["w31"], new["w41"], table.rows[0].slope))


def without_eta(table: LocalGradients) -> Answers:
    """Δw31 = δ3 y1."""
    return four_digits(Δw31=table.rows[2].graph * table.rows[0].y)


def without_biases(table: LocalGradients) -> Answers:
    """The biases stay as they are: the article trains the weights alone."""
    return {"b1": "0.35", "b3": "0.60"}


MISTAKES: dict[str, Callable[[LocalGradients], Answers]] = {
    "sign": output_sign, "phi_prime_left_out": without_phi_prime, "one_path": through_one_path,
    "updated_weights": after_the_update, "eta_left_out": without_eta, "bias_forgotten": without_biases}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--hide-right", action="store_true", help="do not show the right numbers: for a second try")


def run(pictures: Pictures, arguments: argparse.Namespace) -> None:
    table = local_gradients(mazur.network(), mazur.X, mazur.T, lr=mazur.LR)
    outputs = four_digits(δ3=table.rows[2].graph, δ4=table.rows[3].graph)
    found = 0
    for name, make in MISTAKES.items():
        marks = table.check(outputs | make(table), show_right=not arguments.hide_right)
        found += all(mistake.names == (name,) for mistake in marks.mistakes) and bool(marks.mistakes)
        print(f"--- {name}: {(make.__doc__ or '').strip()}\n\n{marks}\n")
    print(f"{found} of {len(MISTAKES)} mistakes found, of the {len(BY_NAME)} in nn.marking.CATALOGUE.")
