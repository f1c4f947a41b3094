"""viz.expression: the output written out in its inputs, Exercise 1.1."""
import math
import re

import pytest

import nn
from autograd import Value, exp, tanh
from viz import expression

A, B = Value(1.0, "x1"), Value(0.0, "x2")


def model(*sizes, **options):
    return nn.MLP(2, [*sizes], seed=0, **options)


def lines(x):
    return [line for line in str(x).splitlines() if line]


def test_the_lectures_network_is_written_out_in_its_inputs():
    y = model(2, 1, activation="tanh", output_activation="tanh")([A, B])
    assert lines(expression(y)) == ["y₃ = φ(w₃₁ · φ(w₁₁x₁ + w₁₂x₂ + b₁) + w₃₂ · φ(w₂₁x₁ + w₂₂x₂ + b₂) + b₃)",
                                    "φ is tanh."]


def number(text):
    return float(text.replace("−", "-"))


def test_in_numbers_nothing_is_simplified_and_the_line_has_the_value():
    y = model(2, 1, activation="tanh", output_activation="tanh")([A, B])
    _, with_numbers, value, _ = lines(expression(y, numbers=True, digits=17))
    assert with_numbers.count(" · 1 ") == 2 and with_numbers.count(" · 0 ") == 2    # x1 = 1 and x2 = 0 are there
    python = with_numbers.strip(" =").replace("φ", "math.tanh").replace("·", "*").replace("−", "-")
    assert eval(python, {"math": math}) == y.data == number(value.strip(" ="))


def test_plain_numbers_among_the_arguments_stay_as_well():
    y = model(1, activation="tanh")([1.0, 0.0])
    assert lines(expression(y))[0] == "y₁ = w₁₁ · 1 + w₁₂ · 0 + b₁"         # φ is the identity, and drops out


def test_what_several_neurons_use_keeps_its_name_and_has_a_line():
    text = lines(expression(model(3, 3, 1, activation="tanh")([A, B])))
    assert text[0].count("y₁") == text[0].count("y₂") == text[0].count("y₃") == 3
    assert text[1] == "where"
    assert [line.split(" = ")[0] for line in text[2:5]] == ["y₃", "y₂", "y₁"]
    assert text[2] == "y₃ = φ(w₃₁x₁ + w₃₂x₂ + b₃)"


def test_below_the_depth_names_stay():
    text = lines(expression(model(2, 1, activation="tanh", output_activation="sigmoid")([A, B]), depth=1))
    assert text == ["y₃ = φ₁(w₃₁y₁ + w₃₂y₂ + b₃)", "where", "y₂ = φ₂(w₂₁x₁ + w₂₂x₂ + b₂)",
                    "y₁ = φ₂(w₁₁x₁ + w₁₂x₂ + b₁)", "φ₁ is sigmoid.", "φ₂ is tanh."]


def test_a_loss_stops_at_the_outputs():
    y = model(2, 2, activation="tanh")([A, B])
    assert lines(expression(nn.half_squared_error(y, [1.0, 0.0]))) == ["J = ½ · ((t₃ − y₃)² + (t₄ − y₄)²)"]
    assert lines(expression(nn.cross_entropy(y, 0)))[0] == "J = −(t₃ · ln(softmax(y)₃) + t₄ · ln(softmax(y)₄))"


def test_latex_and_mathml_have_the_letter_phi():
    found = expression(model(2, 1, activation="tanh", output_activation="tanh")([A, B]))
    assert r"\phi(w_{31} \cdot \phi(w_{11}x_{1} + w_{12}x_{2} + b_{1})" in found.latex
    assert len(re.findall("<mi>φ</mi>", found.mathml)) == 4         # three calls, and "φ is tanh"
    assert found._repr_latex_() == f"$${found.latex}$$"


def test_any_graph_has_an_expression():
    x = Value(0.5, "x")
    assert lines(expression(x * x + exp(x) / 3, numbers=True)) == [
        "u₄ = x² + exp(x) / 3", "   = 0.5² + exp(0.5) / 3", "   = 0.7996"]
    assert lines(expression(x, numbers=True)) == ["x = 0.5"]


def test_a_deep_graph_is_cut_into_lines():
    y = Value(0.5, "x")
    for _ in range(5000):
        y = tanh(y)
    text = str(expression(y))
    assert "more, each in the same way" in text and max(map(len, text.splitlines())) < 200
    assert expression(y).mathml and expression(y).latex


def test_bad_input_is_named():
    with pytest.raises(TypeError, match=r"output is a Value, not 3\.0"):
        expression(3.0)
    with pytest.raises(ValueError, match="depth is a number of activations, at least 1, not 0"):
        expression(A, depth=0)
    w = Value(1.0, "w")
    y = w * A
    w.data = 2.0
    with pytest.raises(ValueError, match="replay"):
        expression(y)
