"""A leaf used all along a graph is drawn once for each use; two arrows between two nodes are terms of one sum."""
import re

import pytest

from autograd import Parameter, Value
from nn import MLP
from viz import draw


def chain(uses):
    """A weight that is multiplied in again and again."""
    w, y = Parameter(0.9, "w"), Value(1.0, "x")
    for _ in range(uses):
        y = (w * y).tanh()
    return w, y


@pytest.mark.parametrize("uses, boxes", [(12, 1), (13, 13), (200, 200)])
def test_a_shared_weight_has_a_box_for_each_use_in_a_long_chain(uses, boxes):
    w, y = chain(uses)
    drawing = draw(y, limit=1000)
    found = [node for node in drawing.description.nodes if node.name == "w"]
    assert len(found) == boxes == len({node.id for node in found})
    w.grad = 0.0
    y.backward()
    assert [node.gradient for node in found] == [pytest.approx(w.grad)] * boxes     # each says the whole gradient
    for edge in drawing.description.edges:
        if edge.parent in {node.id for node in found}:
            assert boxes == 1 or edge.parent.endswith(f"_{edge.child}")     # no arrow is longer than to the next box
    assert ("boxes" in repr(drawing)) == (boxes > 1)
    assert f"{2 * uses + 2} nodes" in repr(drawing)


def test_its_text_grows_as_the_chain_does():
    lengths = [len(draw(chain(uses)[1], limit=1000).source) for uses in (50, 100, 200)]
    assert lengths[2] - lengths[1] == pytest.approx(2 * (lengths[1] - lengths[0]), rel=0.05)


def test_an_input_of_a_wide_layer_stays_one_box():
    y = MLP(1, [30, 1], "tanh", seed=0)([Value(1.0, "x")])
    assert [node.name for node in draw(y, limit=1000).description.nodes].count("x") == 1


def test_a_highlighted_leaf_is_so_in_all_its_boxes():
    w, y = chain(13)
    source = draw(y, highlight=w, limit=1000).source
    fills = re.findall(r'n\d+_n\d+ \[.*?fillcolor="(#\w+)"', source)
    assert len(fills) == 13 and set(fills) == {"#D9F2E6"}


def test_two_arrows_of_a_square_say_that_each_is_a_term():
    x = Value(3.0, "x")
    source = draw(x * x).source
    assert "∂u₁/∂x = 3" not in source
    for term in (1, 2):
        assert source.count(f"<FONT COLOR=\"#A03F00\">∂u₁/∂x, term {term} of 2 = 3</FONT>") == 1
        assert source.count(f"∂u₁/∂u₁ · ∂u₁/∂x, term {term} of 2 = 1 · 3 = 3") == 1
    y = Value(2.0, "y")
    assert "∂u₁/∂x = 2" in draw(x * y).source and ", term" not in draw(x * y).source
