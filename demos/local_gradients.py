"""every local gradient δ of Mazur's 2-2-2 network three independent ways, and the update of every weight"""
import argparse

from autograd import Value
from nn import SGD, half_squared_error, local_gradients
from viz import draw

from . import mazur, wrong_backprop
from .pictures import Pictures


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--lr", type=float, default=mazur.LR, metavar="ETA", help="the learning rate η (default 0.5)")


def run(pictures: Pictures, arguments: argparse.Namespace) -> None:
    model = mazur.network()
    print('The network of Matt Mazur\'s "A Step by Step Backpropagation Example": 2-2-2, sigmoid, '
          f"x = {mazur.X}, t = {mazur.T}\n")
    table = local_gradients(model, mazur.X, mazur.T, lr=arguments.lr)
    print(table)
    print(f"\nBy hand, from the output back:\n\n{table.recursion()}")

    x1, x2 = mazur.X
    J = half_squared_error(model([Value(x1, "x1"), Value(x2, "x2")]), mazur.T)
    pictures.draw("mazur", draw(J))
    J.backward()
    SGD(mazur.weights(model), lr=arguments.lr).step()
    after = half_squared_error(model(mazur.X), mazur.T).data
    print(f"\nOne step of the eight weights at once (the article leaves the biases as they are): "
          f"J = {J.data:.9f} becomes {after:.9f}.")
    if arguments.lr == mazur.LR:
        wrong, _ = wrong_backprop.update_first()
        print(f"The article prints {wrong:.9f}: it moves w5 to w8 before it goes back to w1 to w4.\n"
              "See python -m demos wrong_backprop.")
