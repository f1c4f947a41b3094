"""Module: whatever has parameters, found and named by its attributes."""
import copy
import dataclasses
import pickle
import weakref
from xml.etree import ElementTree

import numpy as np
import pytest

import nn
from autograd import Parameter, compile, replay, total
from nn import MLP, Layer, Module, Neuron


class Line(Module):
    """The smallest user's model."""

    def __init__(self):
        self.a, self.b = Parameter(2.0, "a"), Parameter(-1.0, "b")

    def __call__(self, x):
        return self.a * x[0] + self.b

    def parameters(self):
        return [self.a, self.b]


def test_a_module_without_parameters_has_none():
    assert Module().parameters() == []
    Module().zero_grad()


def test_zero_grad_clears_what_backward_left_and_no_weight():
    line = Line()
    line([3.0]).backward()
    assert [p.grad for p in line.parameters()] == [3.0, 1.0]
    line.zero_grad()
    assert [p.grad for p in line.parameters()] == [0.0, 0.0]
    assert [p.data for p in line.parameters()] == [2.0, -1.0]


def test_zero_grad_reaches_every_parameter_of_an_mlp():
    model = MLP(2, [3, 2], "tanh", seed=0)
    for _ in range(2):
        first, second = model([0.5, -1.0])
        (first + 2 * second).backward()
    assert all(p.grad for p in model.parameters())
    model.zero_grad()
    assert not any(p.grad for p in model.parameters())


# --- a model of the user's -------------------------------------------------------------------------------------------


class Net(Module):
    """Layers of every kind: in an attribute, in a list, in a dict, in a Module; one is found twice."""

    def __init__(self):
        self.blocks = [Block(0), Block(1)]
        self.heads = {"mean": Layer(2, 1, "linear", seed=4), "spread": Neuron(2, "softplus", seed=5)}
        self.tied = self.heads["mean"]
        self.scale = Parameter(0.5)
        self.powers = [Parameter(1.0), Parameter(2.0)]

    def __call__(self, x):
        for block in self.blocks:
            x = block(x)
        [mean], [again] = self.heads["mean"](x), self.tied([x[1], x[0]])
        return [mean * self.scale + again * self.powers[0], self.heads["spread"](x) * self.powers[1]]


class Block(Module):
    """A layer, and a connection past it."""

    def __init__(self, seed):
        self.layer = Layer(2, 2, "tanh", seed=seed)

    def __call__(self, x):
        return [a + b for a, b in zip(self.layer(x), x)]


LABELS = ["blocks[0].layer.w11", "blocks[0].layer.w12", "blocks[0].layer.b1", "blocks[0].layer.w21",
          "blocks[0].layer.w22", "blocks[0].layer.b2", "blocks[1].layer.w11", "blocks[1].layer.w12",
          "blocks[1].layer.b1", "blocks[1].layer.w21", "blocks[1].layer.w22", "blocks[1].layer.b2", "heads.mean.w11",
          "heads.mean.w12", "heads.mean.b1", "heads.spread.w1", "heads.spread.w2", "heads.spread.b", "scale", "powers1",
          "powers2"]


def test_parameters_are_found_in_order_each_once_and_labelled_by_their_attributes():
    assert [p.label for p in Net().parameters()] == LABELS


def test_scopes_are_the_layers():
    scopes = dict.fromkeys(p.scope for p in Net().parameters())
    assert list(scopes) == [("blocks[0].layer", "neuron 1"), ("blocks[0].layer", "neuron 2"),
                            ("blocks[1].layer", "neuron 1"), ("blocks[1].layer", "neuron 2"),
                            ("heads.mean", "neuron 1"), ("heads.spread",), ()]


def test_an_mlp_inside_keeps_its_numbers_and_a_parameter_its_own_label():
    class Model(Module):
        def __init__(self):
            self.net, self.a = MLP(1, [2, 1], seed=0), Parameter(1.0, "alpha", ["mine"])

    model = Model()
    assert [p.label for p in model.parameters()][:4] == ["net.w11", "net.b1", "net.w21", "net.b2"]
    assert model.net.parameters()[4].label == "net.w31" and model.net.layers[1].neurons[0].y_label == "net.y3"
    assert model.net.parameters()[4].scope == ("net output layer", "neuron 3")
    assert (model.a.label, model.a.scope) == ("alpha", ("mine",))


def test_the_nodes_of_a_layer_are_labelled_too():
    y = Block(0)([1.0, 2.0])[0].parents[0]
    assert (y.label, y.parents[0].label) == ("layer.y1", "layer.v1")


def test_a_subclass_of_ours_labels_what_it_adds():
    class Gated(Layer):
        def __init__(self):
            super().__init__(2, 1, "tanh", seed=0)
            self.gain = Parameter(1.0)

    class Deep(MLP):
        def __init__(self):
            super().__init__(1, [1, 1], seed=0)
            self.extra = Neuron(1, seed=0)

    class Model(Module):
        def __init__(self):
            self.gated, self.deep = Gated(), Deep()

    assert [p.label for p in Gated().parameters()] == ["w11", "w12", "b1"]      # parameters() is the layer's
    model = Model()
    assert (model.gated.gain.label, model.gated.neurons[0].w[1].label) == ("gated.gain", "gated.w12")
    assert (model.deep.extra.b.label, model.deep.layers[1].neurons[0].b.label) == ("deep.extra.b", "deep.b2")


def test_dataclasses_and_abstract_classes_are_named_too():
    @dataclasses.dataclass(eq=False)
    class Data(Module):
        layer: Layer

    assert Data(Layer(1, 1, "tanh", seed=0)).parameters()[0].label == "layer.w11"


def test_a_part_of_a_part_is_named_by_the_outermost():
    class Outer(Module):
        def __init__(self, inner):
            self.inner = inner

    net = Net()
    Outer(Outer(net))
    assert net.scale.label == "inner.inner.scale" and net.scale.scope == ("inner.inner",)
    assert net.heads["mean"].neurons[0].b.label == "inner.inner.heads.mean.b1"


def test_its_own_parameters_win():
    class Frozen(Net):
        def parameters(self):
            return self.tied.parameters()

    assert len(Frozen().parameters()) == 3


def test_the_summary_lists_its_layers():
    assert Net().summary().splitlines() == [
        "layer            inputs  neurons  activation  parameters",
        "blocks[0].layer       2        2  tanh                 6",
        "blocks[1].layer       2        2  tanh                 6",
        "heads.mean            2        1  linear               3",
        "heads.spread          2        1  softplus             3",
        "scale                                                  1",
        "powers                                                 2",
        "total                                                 21"]
    assert Module().summary().splitlines()[-1].split() == ["total", "0"]


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_copies_compute_the_same_and_share_no_weight(copied):
    model = Net()
    again = copied(model)
    assert [y.data for y in again([1.0, -2.0])] == [y.data for y in model([1.0, -2.0])]
    assert [p.label for p in again.parameters()] == LABELS and again.tied is again.heads["mean"]
    assert not {*model.parameters()} & {*again.parameters()}


def test_it_compiles():
    model, x = Net(), [0.3, -0.4]
    found = model(x)
    program = compile(total(found), [])
    values, gradient = program.value_and_grad(np.empty((1, 0)))
    model.zero_grad()
    replay(total(found)).backward()
    assert values == pytest.approx([sum(y.data for y in found)])
    assert gradient == pytest.approx([p.grad for p in program.parameters])


def test_both_engines_train_it_alike():
    random = np.random.default_rng(0)
    X, T = random.normal(size=(20, 2)), random.uniform(0.5, 1, (20, 2))
    weights = []
    for engine in ("compiled", "eager"):
        model = Net()
        nn.fit(model, X, T, nn.mean_squared_error, nn.SGD(model.parameters(), 0.02), 15, batch_size=4, engine=engine)
        weights.append([p.data for p in model.parameters()])
    assert weights[0] == pytest.approx(weights[1], rel=1e-9, abs=1e-9)


# --- bad input -------------------------------------------------------------------------------------------------------


class Child(Module):
    def __init__(self, parent):
        self.layer, self.parent = Layer(1, 1, "tanh", seed=0), parent


class Parent(Module):
    def __init__(self, reference=lambda parent: parent):
        self.children = {"first": Child(reference(self))}


def test_a_module_that_contains_itself_is_refused_with_its_path():
    with pytest.raises(ValueError, match=r"Parent contains itself: children.first.parent is the model again, but what "
                                         r"a Module's attributes hold are its parts; keep a reference back in a "
                                         r"weakref.ref"):
        Parent()
    model = Net()
    model.blocks[1].friend = model.blocks
    with pytest.raises(ValueError, match=r"Block contains itself: friend\[1\] is the model again"):
        model.parameters()


def test_a_weak_reference_back_is_no_part():
    assert [p.label for p in Parent(weakref.ref).parameters()] == ["children.first.layer.w11",
                                                                   "children.first.layer.b1"]


def test_a_summary_is_a_table_at_a_prompt_and_in_a_notebook():
    summary = MLP(64, [32, 10], "tanh", seed=0).summary()
    assert repr(summary) == str(summary) and isinstance(summary, str)
    table = ElementTree.fromstring(summary._repr_html_())
    assert [cell.text for cell in table[0]] == ["layer", "inputs", "neurons", "activation", "parameters"]
    assert [row[-1].text for row in table] == ["parameters", "2080", "330", "2410"]     # 32 · 65, 10 · 33
