"""Exercise 1: a network of step functions as a formula, its four outputs and its surface, for weights that you give"""
import argparse

import numpy as np

from autograd import Value
from nn import MLP, predict
from viz import expression

from ..pictures import Pictures

POINTS = [0.0, 0.0], [-2.0, -2.5], [-5.0, 5.0], [10.0, 3.0]              # the lecture's
WEIGHTS = 1.0, 1.0, -1.0, 1.0, -1.0, 2.0, 1.0, 1.0, -1.0                # ours: w1, w2 and b of each neuron


def network(weights: list[float] | tuple[float, ...] = WEIGHTS) -> MLP:
    """2-2-1, φ(x) = 1 for x > 0, else -1, with these nine numbers."""
    model = MLP(2, [2, 1], "bipolar", "bipolar", seed=0)
    for p, number in zip(model.parameters(), weights):
        p.data = float(number)
    return model


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--weights", type=float, nargs=9, default=WEIGHTS,
                        metavar=("W11", "W12", "B1", "W21", "W22", "B2", "W31", "W32", "B3"),
                        help="of the two hidden neurons and the output neuron (default "
                             f"{' '.join(f'{w:g}' for w in WEIGHTS)})")


def run(pictures: Pictures, arguments: argparse.Namespace) -> None:
    model = network(arguments.weights)
    print("2-2-1, φ(x) = 1 for x > 0, else -1, with weights of our choice: the lecture's figure is not in its text.\n\n"
          "1. The output in terms of the inputs:\n")
    for k, x in enumerate(POINTS):
        y = model([Value(x_i, f"x{i}") for i, x_i in enumerate(x, start=1)])
        if k == 0:
            print(f"{expression(y)}\n\n2. The outputs:\n")
        print("  " + str(expression(y, numbers=True)).splitlines()[1].lstrip(" =") + f" = {y.data:g}"
              f"   for [{x[0]:g}, {x[1]:g}]")
    from viz import decision_surface  # needs matplotlib, which the formula does without

    print("\n3. The decision surface: each hidden neuron draws a line, the output neuron combines the half-planes.")
    pictures.save("exercise1.png", decision_surface(
        model, POINTS, predict(model, np.array(POINTS)), xlim=(-6, 11), ylim=(-6, 11),
        title="Exercise 1, with weights of our choice: y").savefig)
