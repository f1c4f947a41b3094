"""pictures of networks: a small one neuron by neuron, one of its neurons opened, larger ones layer by layer"""
import argparse
from random import Random
from time import perf_counter

from autograd import Value
from nn import MLP, cross_entropy, half_squared_error
from viz import Drawing, draw

from .pictures import Pictures


def recorded(sizes: list[int], seed: int) -> Value:
    """J of a network of these sizes at a random input: ½ e² of one output, cross-entropy of several."""
    random = Random(seed)
    model = MLP(sizes[0], sizes[1:], activation="tanh", seed=seed)
    y = model([Value(round(random.uniform(-2, 2), 1), f"x{i}") for i in range(1, sizes[0] + 1)])
    return cross_entropy(y, 0) if isinstance(y, list) else half_squared_error(y, 1.0)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of the weights and the inputs (default 1)")


def run(pictures: Pictures, arguments: argparse.Namespace) -> None:
    small, middle, large = (recorded(sizes, arguments.seed) for sizes in ([2, 3, 1], [2, 16, 16, 1], [784, 50, 10]))

    def show(name: str, words: str, drawing: Drawing) -> None:
        pictures.draw(f"network_{name}", drawing)
        print(f"  {words:54}{drawing!r}")

    print("2-3-1, small enough for every weight to be read:")
    show("2_3_1", "the weights of a neuron are rows in its box", draw(small))
    show("2_3_1_opened", "neuron 4 as products and sums", draw(small, expand="y4"))
    show("2_3_1_path", "how w₂₁ reaches J", draw(small, highlight="w21"))
    show("2_3_1_flow", "arrows as thick as the gradient they carry", draw(small, flow=True))
    show("2_3_1_layers", "the same, layer by layer", draw(small, detail="layer"))
    print("\n2-16-16-1 and 784-50-10, for which draw chooses a box for each layer:")
    show("2_16_16_1", "two hidden layers of 16", draw(middle))
    start = perf_counter()
    show("784_50_10", "39 760 parameters, cross-entropy", draw(large))
    print(f"  The last one took {perf_counter() - start:.1f} s, with its files.")
