"""Marking the derivation of a user's own Module: skip connections, shared weights, unrolled time steps."""
import pytest

from nn import Layer, Module, Neuron, local_gradients
from nn.tables import spelled


class Skip(Module):
    """The output layer reads the hidden layer and the inputs."""

    def __init__(self):
        self.encoder, self.decoder = Layer(2, 3, "tanh", seed=0), Layer(5, 2, "sigmoid", seed=1)

    def __call__(self, x):
        return self.decoder([*self.encoder(x), *x])


class Recurrent(Module):
    """A layer on its own outputs and the next input, one neuron at the end."""

    def __init__(self):
        self.cell, self.out = Layer(3, 2, "tanh", seed=0), Neuron(2, "linear", seed=3)

    def __call__(self, x):
        h = [0.0, 0.0]
        for x_t in x:
            h = self.cell([x_t, *h])
        return self.out(h)


class Residual(Module):
    """The inputs are added to the hidden layer's outputs."""

    def __init__(self):
        self.inner, self.out = Layer(2, 2, "relu", seed=0), Neuron(2, "linear", seed=3)

    def __call__(self, x):
        return self.out([x_i + y for x_i, y in zip(x, self.inner(x))])


CASES = {"skip": (Skip(), [0.5, -1.0], [1.0, 0.0]), "recurrent": (Recurrent(), [0.5, -1.0, 0.3], 1.0)}


def by_differences(table):
    """δ of every neuron from differences of J, and Δw = -η dJ/dw from the graph, as written with four digits."""
    deltas = {spelled("δ", row.neuron): f"{row.differences:.4g}" for row in table.rows}
    return deltas | {f"Δ{row.weight}": f"{row.change:.4g}" for row in table.weight_rows}


@pytest.mark.parametrize("case", CASES)
def test_right_numbers_are_right(case):
    table = local_gradients(*CASES[case])
    answers = by_differences(table)
    marks = table.check(answers)
    assert marks.mistakes == [] and marks.points == marks.total == len(answers) > 17


@pytest.mark.parametrize("case, neuron, written, wrong, mistake", [
    ("skip", "decoder.1", "decoder.δ_1", lambda row: row.differences / row.slope, "phi_prime_left_out"),
    ("skip", "encoder.2", "encoder.delta2", lambda row: row.differences / row.slope, "phi_prime_left_out"),
    ("recurrent", "cell.1⁽²⁾", "cell.δ₁⁽²⁾", lambda row: row.differences / row.slope, "phi_prime_left_out"),
    ("recurrent", "cell.2", "cell.δ2", lambda row: -row.differences, "sign")])
def test_a_mistake_is_named_where_it_was_made(case, neuron, written, wrong, mistake):
    table = local_gradients(*CASES[case])
    [row] = [row for row in table.rows if row.neuron == neuron]
    marks = table.check({written: f"{wrong(row):.4g}"})
    [found] = marks.mistakes
    assert found.where == spelled("δ", neuron) and mistake in found.names


def test_the_formula_names_the_neurons_by_their_layers():
    marks = local_gradients(*CASES["skip"]).check({"encoder.δ1": "5"})
    assert "encoder.δ₁ = φ'(encoder.v₁) (decoder.δ₁ · decoder.w₁₁ + decoder.δ₂ · decoder.w₂₁)" in str(marks)


def test_a_module_with_other_operations_between_its_neurons_is_refused():
    with pytest.raises(ValueError, match=r"connected by weights alone.*other operations"):
        local_gradients(Residual(), [0.5, 1.0], 1.0).check({"inner.δ1": "0.5"})
