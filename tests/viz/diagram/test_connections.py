"""The lecture's strength of connections, and its x₀ = 1: bias neurons."""
import re

import pytest

import nn
from autograd import Value
from viz import draw


def network(**options):
    model = nn.MLP(2, [2, 1], "tanh", "tanh", seed=0)
    model.layers[0].neurons[0].b.data = -0.25
    return nn.half_squared_error(model([Value(1.0, "x1"), Value(-2.0, "x2")]), 1.0), model


@pytest.mark.parametrize("detail", ["node", "neuron", "whole"])
def test_an_arrow_into_a_neuron_has_the_strength_of_its_weight(detail):
    J, model = network()
    diagram = draw(J, detail=detail, strength=True).description
    found = [edge.strength for edge in diagram.edges if edge.strength is not None]
    assert found == [w.data for layer in model.layers for neuron in layer.neurons for w in neuron.w]


def test_the_thickest_is_the_strongest_and_negative_ones_are_dashed():
    J, model = network()
    weights = [w.data for layer in model.layers for neuron in layer.neurons for w in neuron.w]
    lines = [line for line in draw(J, strength=True).source.splitlines() if " -> " in line and ":b" not in line]
    widths = [float(x) for line in lines for x in re.findall(r"penwidth=([\d.]+)", line)]
    assert len(widths) == len(weights) and max(widths) == 7.0
    assert widths.index(7.0) == max(range(len(weights)), key=lambda i: abs(weights[i]))
    dashed = [line for line in lines if "penwidth" in line and "style=dashed" in line]
    assert len(dashed) == sum(w < 0 for w in weights)
    assert "the stronger" in draw(J, strength=True).source


@pytest.mark.parametrize("detail", ["node", "neuron", "whole"])
def test_bias_neurons_are_one_a_layer_and_always_1(detail):
    J, model = network()
    diagram = draw(J, detail=detail, bias="neuron").description
    found = [node for node in diagram.nodes if node.id.startswith("bias")]
    assert [(node.name, node.value, node.kind) for node in found] == [("x0", 1.0, "constant"), ("y0", 1.0, "constant")]
    edges = [edge for edge in diagram.edges if edge.parent.startswith("bias")]
    assert [edge.strength for edge in edges] == [neuron.b.data for layer in model.layers for neuron in layer.neurons]
    rows = {row.id for node in diagram.nodes for row in node.rows}
    assert all((edge.port in rows) is (detail != "node") for edge in edges)
    assert [node.name for node in diagram.nodes].index("y0") < [node.name for node in diagram.nodes].index("v3")


def test_the_same_drawing_without_them():
    J, _ = network()
    assert not any(node.id.startswith("bias") for node in draw(J).description.nodes)
    assert draw(J).source == draw(J, bias="weight", strength=False).source


def test_what_does_not_go_together_is_refused():
    J, _ = network()
    with pytest.raises(ValueError, match="strength and flow"):
        draw(J, strength=True, flow=True)
    with pytest.raises(ValueError, match="bias is 'weight', or 'neuron'"):
        draw(J, bias="input")
    for options in ({"strength": True}, {"bias": "neuron"}):
        with pytest.raises(ValueError, match="by layer shows no single weights"):
            draw(J, detail="layer", **options)
