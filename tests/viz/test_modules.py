"""A user's Module, drawn: its layers stand in boxes of their own and no two weights have one name."""
from autograd.symbolic.printer import to_text
from nn import MLP, Layer, Module, cross_entropy, half_squared_error
from viz import derive, draw
from viz.notation import Notation


class Autoencoder(Module):
    """Two layers by attributes, one of them in a list."""

    def __init__(self):
        self.encoder = Layer(2, 1, "tanh", seed=0)
        self.decoders = [Layer(1, 2, "linear", seed=1)]

    def __call__(self, x):
        return self.decoders[0](self.encoder(x))


X = [0.5, -1.0]
MODEL = Autoencoder()
J = half_squared_error(MODEL(X), X)


def test_a_layer_is_a_frame_and_a_neurons_weights_have_its_name():
    nodes = draw(J).description.nodes
    rows = [row.name for node in nodes for row in node.rows]
    assert rows[:3] == ["encoder.w₁₁ · 0.5", "encoder.w₁₂ · −1", "encoder.b₁"] and len(set(rows)) == len(rows)
    assert list(dict.fromkeys(node.layer for node in nodes if node.layer)) == ["encoder", "decoders[0]"]


def test_by_layer_each_has_its_box():
    names = [node.name for node in draw(J, detail="layer").description.nodes]
    assert [name for name in names if name in ("encoder", "decoders[0]")] == ["encoder", "decoders[0]"]


def test_the_chain_rule_is_written_in_its_names():
    w = MODEL.encoder.neurons[0].w[1]
    assert str(derive(J, w)).splitlines()[1].endswith("] · ∂encoder.y₁/∂encoder.v₁ · ∂encoder.v₁/∂encoder.w₁₂")
    assert r"\frac{\partial J}{\partial \mathrm{encoder.w}_{12}}" in derive(J, w).latex
    v = MODEL.encoder(X)[0].parents[0]
    assert to_text(Notation(v.tanh()).delta(v)) == "encoder.δ₁"


def test_a_loss_of_a_part_is_written_in_letters_too():
    class Scored(Module):
        def __init__(self):
            self.net = MLP(2, [4], "tanh", seed=0)

        def __call__(self, x):
            return self.net(x)

    J = cross_entropy(Scored()([1.0, -1.0]), 1)
    assert draw(J).description.root.formula == "−Σ t ln softmax(y)"
