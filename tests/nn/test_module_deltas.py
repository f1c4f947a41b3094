"""local_gradients of a user's Module: shared weights, skip connections, unrolled time steps."""
import re

import numpy as np
import pytest

import nn
from autograd import Parameter, Value, exp, mean, tanh
from nn import MLP, Layer, Module, Neuron, local_gradients


class Residual(Module):
    """A connection past the inner layer, an output that is scaled, and one weight that is used twice."""

    def __init__(self, activation="tanh"):
        self.encoder, self.inner = Layer(2, 2, activation, seed=0), Layer(2, 2, "sigmoid", seed=1)
        self.head, self.scale = Neuron(2, "tanh", seed=2), Parameter(0.5)
        self.head.w[1] = self.encoder.neurons[0].w[0]

    def __call__(self, x):
        h = self.encoder(x)
        return self.head([a + b for a, b in zip(h, self.inner(h))]) * self.scale


class Recurrent(Module):
    """A layer on its own outputs and the next input, one neuron at the end."""

    def __init__(self):
        self.cell, self.out = Layer(3, 2, "tanh", seed=0), Layer(2, 2, "linear", seed=1)

    def __call__(self, x):
        h = [0.0, 0.0]
        for x_t in x:
            h = self.cell([*(x_t if isinstance(x_t, list) else [x_t]), *h])
        return self.out(h)


class Gate(Module):
    """What stands between neurons in gates: products, differences, quotients, squares, a mean; v goes two ways."""

    def __init__(self):
        self.z, self.h = Neuron(2, "sigmoid", seed=0), Neuron(2, "relu", seed=1)

    def __call__(self, x):
        z, h = self.z(x), self.h(x)
        s = z + h
        mixed = (1 - z) * x[0] + z * s - s ** 2 / (2 + z)
        return [mean([mixed, z, -h]), tanh(h.parents[0] + z.parents[0])]


CASES = {
    "skip": (Residual(), [1.0, -2.0], 0.3), "a kink": (Residual("relu"), [0.0, 0.0], 0.3),
    "recurrent": (Recurrent(), [1.0, -2.0, 0.5], [0.3, 0.1]),
    "steps of lists": (Recurrent(), [[1.0], [-2.0]], [0.3, 0.1]), "gate": (Gate(), [0.7, -0.4], [0.2, 0.9]),
    "gate, relu on": (Gate(), [0.7, 0.9], [0.2, 0.9])}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("loss", [nn.half_squared_error, nn.mean_squared_error, nn.huber,
                                  nn.binary_cross_entropy_with_logits])
def test_the_three_columns_agree(name, loss):
    model, x, t = CASES[name]
    found = local_gradients(model, x, t, loss)
    assert found.max_error < 1e-8 and all(row.hand is not None for row in found.rows)


@pytest.mark.parametrize("name", CASES)
def test_every_line_of_the_recursion_is_a_true_sum(name):
    model, x, t = CASES[name]
    found = local_gradients(model, x, t)
    lines = found.recursion().splitlines()
    for line in lines:
        _, _, numbers, result = line.split(" = ")
        written = re.sub(r"(?<=[\d)]) ?\(", "*(", numbers).replace("·", "*")
        assert eval(written) == pytest.approx(float(result), rel=2e-4, abs=1e-7), line
    assert len([line for line in lines if not line.startswith("-dJ")]) == len(found.rows)


def test_the_recursion_names_every_path():
    lines = local_gradients(*CASES["skip"]).recursion().splitlines()
    assert lines[0].startswith("head.δ = φ'(head.v) (e scale) = ")
    assert lines[1].startswith("inner.δ₂ = φ'(inner.v₂) (head.δ encoder.w₁₁) = ")       # the shared one's first name
    assert lines[-1].partition(" = ")[0] == "encoder.δ₁" and {"inner.δ₁ inner.w₁₁", "inner.δ₂ inner.w₂₁",
                                                             "head.δ head.w₁"} == {
        term for term in re.search(r"\((inner[^()]*)\)|\((head[^()]*)\)", lines[-1])[0].strip("()").split(" + ")}
    lines = local_gradients(*CASES["recurrent"]).recursion().splitlines()
    assert lines[-1].startswith("cell.δ₁ = φ'(cell.v₁) (cell.δ₁⁽²⁾ cell.w₁₂ + cell.δ₂⁽²⁾ cell.w₂₂) = ")
    assert lines[0].startswith("out.δ₂ = e₂ φ'(out.v₂) = ")
    assert any(line.startswith("-dJ/d") for line in local_gradients(*CASES["gate, relu on"]).recursion().splitlines())


def test_it_says_of_an_mlp_in_a_module_what_it_says_of_the_mlp():
    class Wrapped(Module):
        def __init__(self, net):
            self.net = net

        def __call__(self, x):
            return self.net(x)

    model, x, t = MLP(2, [3, 2, 2], ["tanh", "softplus"], "sigmoid", seed=3), [0.4, -1.1], [0.2, 0.9]
    plain = local_gradients(model, x, t)
    wrapped = local_gradients(Wrapped(model), x, t)
    for row, other in zip(plain.rows, wrapped.rows):
        assert other.neuron == f"net.{row.neuron}"
        assert (other.v, other.y, other.hand) == pytest.approx((row.v, row.y, row.hand), rel=1e-12)
    assert [u.gradient for u in wrapped.weight_rows] == pytest.approx([u.gradient for u in plain.weight_rows])
    lines = [sorted(found.recursion().replace("net.", "").splitlines())
             for found in (plain, wrapped)]
    assert lines[0] == lines[1]


def test_the_gradients_of_a_recurrent_net_are_pytorchs():
    torch = pytest.importorskip("torch", reason="the gradients are compared with PyTorch's")
    model, x, t = CASES["recurrent"]
    w = [torch.tensor([[p.data for p in n.w] for n in layer.neurons], dtype=torch.float64, requires_grad=True)
         for layer in (model.cell, model.out)]
    b = [torch.tensor([n.b.data for n in layer.neurons], dtype=torch.float64, requires_grad=True)
         for layer in (model.cell, model.out)]
    h = torch.zeros(2, dtype=torch.float64)
    for x_t in x:
        h = torch.tanh(w[0] @ torch.cat([torch.tensor([x_t], dtype=torch.float64), h]) + b[0])
    J = 0.5 * ((torch.tensor(t, dtype=torch.float64) - (w[1] @ h + b[1])) ** 2).sum()
    J.backward()
    expected = [*np.column_stack([w[0].grad, b[0].grad]).ravel(), *np.column_stack([w[1].grad, b[1].grad]).ravel()]
    found = local_gradients(model, x, t)
    gradient = {row.weight: row.gradient for row in found.weight_rows}
    assert list(gradient.values()) == pytest.approx(expected, rel=1e-12) and found.loss == pytest.approx(J.item())
    assert len(found.weight_rows) == 3 * 8 + 6 and "the sum over all of them" in str(found)     # a row for each place


def test_one_neuron_is_asked_for_by_its_path_and_latex_writes_it():
    found = local_gradients(*CASES["recurrent"])
    line = found.recursion("cell.v1⁽²⁾")
    assert line == found.recursion("cell.δ1⁽²⁾") == found.recursion().splitlines()[5]
    assert r"\mathrm{cell.}\delta_{1}^{(2)} &= \varphi'(\mathrm{cell.}v_{1}^{(2)})" in line.latex
    with pytest.raises(ValueError, match=r"there is no neuron 'cell.v9'; the neurons are out.v2, out.v1, cell.v2⁽³⁾"):
        found.recursion("cell.v9")


def test_nothing_is_changed():
    model, x, t = CASES["skip"]
    before = [(p.data, p.grad) for p in model.parameters()]
    local_gradients(model, x, t)
    assert [(p.data, p.grad) for p in model.parameters()] == before


def test_cross_entropy_takes_a_class():
    found = local_gradients(Recurrent(), [1.0, -2.0], 1, nn.cross_entropy)
    assert found.max_error < 1e-8 and "out.δ₁ = (t₁ - softmax(y)₁) φ'(out.v₁) = " in found.recursion()


def test_an_operation_without_a_rule_leaves_the_column_empty_and_is_named():
    class Exponential(Module):
        def __init__(self):
            self.a = Neuron(1, "tanh", seed=0)

        def __call__(self, x):
            return exp(self.a(x))

    found = local_gradients(Exponential(), [1.0], 2.0)
    assert [row.hand for row in found.rows] == [None] and found.max_error < 1e-8
    assert found.recursion() == "no derivation by hand is known for the operation exp"
    assert found.recursion() in str(found)


def test_a_loss_of_ones_own_leaves_it_empty_too():
    found = local_gradients(Residual(), [1.0, 2.0], 0.5, lambda y, t: (t - y) ** 4)
    assert {row.hand for row in found.rows} == {None} and found.max_error < 1e-8
    assert "not one of nn's" in found.recursion()


def test_a_model_without_an_activation_is_refused():
    class Line(Module):
        def __init__(self):
            self.a = Parameter(2.0)

        def __call__(self, x):
            return self.a * x[0]

    with pytest.raises(ValueError, match="has no neuron: none of its outputs depends on an activation"):
        local_gradients(Line(), [1.0], 2.0)
    with pytest.raises(TypeError, match="local_gradients takes an MLP, a Layer, a Neuron or another Module"):
        local_gradients(lambda x: Value(1.0), [1.0], 2.0)


def test_a_last_change_of_a_weight_that_is_not_there_is_named():
    with pytest.raises(ValueError, match=r"previous has 'w99', but the weights are "):
        local_gradients(Residual(), [0.5, -1.0], 1.0, momentum=0.5, previous={"w99": 0.1})
