"""Run outside the checkout, in an environment that has only the built package: everything is in it and works."""
from importlib.resources import files

import autograd
import nn
import viz

for package in autograd, nn, viz:
    assert "site-packages" in package.__file__, package.__file__
    assert (files(package) / "py.typed").is_file(), package.__name__
neuron = nn.Neuron(2, "tanh", seed=0)
y = neuron([autograd.Value(2.0, "x1"), autograd.Value(0.0, "x2")])
y.backward()
assert "digraph" in viz.draw(y).source
assert str(viz.derive(y, wrt=neuron.w[0])).startswith("∂y/∂w₁")
print("installed:", autograd.__version__, autograd.__file__)
