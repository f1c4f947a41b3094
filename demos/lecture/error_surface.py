"""J over two weights as a landscape, and the ways that gradient descent takes over it: small steps, large, momentum"""
import argparse

import nn

from ..pictures import Pictures
from ..training import whole

X, T = [[1.0, 0.2], [-0.8, 0.5], [0.6, -0.4], [-1.0, -0.3]], [0.9, -0.6, 0.3, -0.8]
START = -0.6, 2.6
WAYS = {"η = 0.1": (0.1, 0.0), "η = 1": (1.0, 0.0), "η = 0.1, momentum 0.6": (0.1, 0.6)}


def descent(lr: float, momentum: float, epochs: int) -> tuple[nn.Neuron, list[tuple[float, float]]]:
    """A tanh neuron trained from the same start, and the places (w1, w2) that it went through."""
    neuron = nn.Neuron(2, "tanh", seed=0)
    for w, number in zip(neuron.w, START):
        w.data = number
    path = [START]

    def note(epoch: int, loss: float) -> None:
        path.append((neuron.w[0].data, neuron.w[1].data))

    nn.fit(neuron, X, T, nn.half_squared_error, nn.SGD(neuron.w, lr, momentum=momentum), epochs, reduction="sum",
           on_epoch=note, progress=False)
    return neuron, path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--epochs", type=whole(1), default=60, metavar="N", help="steps of each (default 60)")


def run(pictures: Pictures, arguments: argparse.Namespace) -> None:
    from matplotlib.figure import Figure  # imported here, so that the other demos run without

    import viz

    print(f"A tanh neuron with two weights and b = 0 on {len(X)} patterns, from w = {START}: J = ½ Σ e².\n")
    figure = Figure(figsize=(18, 5), layout="constrained")
    for axes, (name, (lr, momentum)) in zip(figure.subplots(1, len(WAYS)), WAYS.items()):
        neuron, path = descent(lr, momentum, arguments.epochs)
        J = sum(nn.half_squared_error(neuron(x), t).data for x, t in zip(X, T))
        print(f"  {name:22} J = {J:.6f} after {arguments.epochs} steps, at ({path[-1][0]:.3f}, {path[-1][1]:.3f})")
        viz.error_surface(neuron, X, T, nn.half_squared_error, *neuron.w, path=path, reduction="sum", xlim=(-1, 4),
                          ylim=(-2, 3), title=name, ax=axes)
    pictures.save("error_surface.png", figure.savefig)
