"""Module: whatever has parameters, and nothing more."""
from autograd import Parameter
from nn import MLP, Module


class Line(Module):
    """The smallest model of one's own."""

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


def test_a_module_is_as_small_as_micrograds():
    """parameters and zero_grad: no registry, no hooks, no magic on attributes."""
    assert {name for name in vars(Module) if not name.startswith("_")} == {"parameters", "zero_grad"}
