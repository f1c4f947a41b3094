"""the error correction rule learns AND with a step function, whose gradient is 0: back-propagation could not"""
import argparse
from itertools import count

from nn import Neuron, half_squared_error

from ..pictures import Pictures
from ..training import positive

X, T = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0.0, 0.0, 0.0, 1.0]


def epoch(neuron: Neuron, lr: float) -> int:
    """Show each pattern once: Δw = η e x with e = t - y, and Δb = η e.  Returns how many were wrong."""
    wrong = 0
    for x, t in zip(X, T):
        e = t - neuron(x).data
        for w, x_i in zip(neuron.parameters(), [*x, 1.0]):
            w.data += lr * e * x_i
        wrong += e != 0
    return wrong


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--lr", type=positive, default=1.0, metavar="ETA", help="the learning rate η (default 1)")


def run(pictures: Pictures, arguments: argparse.Namespace) -> None:
    neuron = Neuron(2, "heaviside", seed=0)
    for w in neuron.parameters():
        w.data = 0.0
    J = half_squared_error(neuron(X[3]), T[3])
    J.backward()
    print(f"For x = (1, 1), where AND is 1 and y is {neuron(X[3]).data:g}, J = {J.data:g}, but back-propagation gives "
          f"∇J = {[w.grad + 0.0 for w in neuron.parameters()]}:\nφ' of a step is 0.  The rule Δw = η e x asks for no "
          "φ'.\n\n  epoch  wrong       w1       w2        b")
    lines = []
    for number in count(1):
        wrong = epoch(neuron, arguments.lr)
        lines.append([w.data for w in neuron.parameters()])
        print(f"  {number:5}{wrong:7}" + "".join(f"{w:9.4g}" for w in lines[-1]))
        if not wrong:                                   # AND can be separated, so the rule ends (Novikoff 1962)
            break
    on_boundary = [x for x in X if neuron(x).parents[0].data == 0]
    if on_boundary:
        print(f"On the boundary, v = 0, where the step is 0: {on_boundary}")
    from .figures import boundaries_figure  # needs matplotlib, which the rule does without

    pictures.save("perceptron.png", boundaries_figure(X, T, lines[:-1]).savefig)
