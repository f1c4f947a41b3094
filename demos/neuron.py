"""one neuron: its gradient graph drawn, and the lecture's chain rule for every weight"""
import argparse

from autograd import Constant, Value, half_square
from nn import Neuron
from viz import derive, draw

from .pictures import Pictures

BIAS = 6.8813735870195432       # Karpathy's, which makes the numbers come out well: y = 1/√2, φ'(v) = ½


def karpathy() -> tuple[Neuron, Value]:
    """The neuron of Karpathy's lecture: x = (2, 0), w = (-3, 1), tanh; returns it and its output y."""
    neuron = Neuron(2, "tanh")
    for parameter, data in zip(neuron.parameters(), (-3.0, 1.0, BIAS)):
        parameter.data = data
    return neuron, neuron([Value(2.0, "x1"), Value(0.0, "x2")])


def with_error(t: float) -> tuple[Neuron, Value]:
    """The same neuron with the lecture's error: e = t - y, J = ½ e²; returns it and J."""
    neuron, y = karpathy()
    e = Constant(t, "t") - y
    e.label = "e"
    J = half_square(e)
    J.label = "J"
    return neuron, J


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--target", type=float, default=1.0, metavar="T", help="the desired output t (default 1)")


def run(pictures: Pictures, arguments: argparse.Namespace) -> None:
    neuron, y = karpathy()
    print("Karpathy's neuron: x = (2, 0), w = (-3, 1), b = 6.88137..., y = tanh(v)\n")
    for node in y.parents[0].parents:
        derivation = derive(y, wrt=node)
        print(f"  {str(derivation).split()[0]:6} = {derivation.value:4.1f}")
    pictures.draw("karpathy_neuron", draw(y))
    pictures.draw("karpathy_neuron_expanded", draw(y, expand=True))

    neuron, J = with_error(arguments.target)
    print(f"\nThe lecture's neuron: the same, with e = t - y, t = {arguments.target:g}, and J = ½ e²")
    for weight in neuron.parameters():
        print(f"\n{derive(J, wrt=weight)}")
    v = J.parents[0].parents[1].parents[0]
    print(f"\nThe local gradient δ = -∂J/∂v = e φ'(v) = {-derive(J, wrt=v).value:.6f}; each weight moves by "
          "Δw = η δ x.")
    pictures.draw("lecture_neuron", draw(J))
    pictures.draw("lecture_neuron_expanded", draw(J, expand=True))
    pictures.draw("lecture_neuron_forward", draw(J, gradients=False))
