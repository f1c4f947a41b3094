"""the lecture's figure: all nine activation functions (and Exercise 1's) with their derivatives"""
import argparse
from textwrap import fill

from autograd.ops import ACTIVATIONS

from .pictures import Pictures


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """There is nothing to choose: the figure is the lecture's."""


def run(pictures: Pictures, arguments: argparse.Namespace) -> None:
    from viz import plots  # needs matplotlib, which the other demos do without

    print(f"{'':12}{'φ(-1)':>9}{'φ(0)':>9}{'φ(1)':>9}    {'φ′(-1)':>9}{'φ′(0)':>9}{'φ′(1)':>9}")
    for name, op in ACTIVATIONS.items():
        values = [op(x) for x in (-1.0, 0.0, 1.0)]
        slopes = [op.partials(y, x)[0] for y, x in zip(values, (-1.0, 0.0, 1.0))]
        print(f"{name:12}" + "".join(f"{y:9.4f}" for y in values) + "    " + "".join(f"{y + 0.0:9.4f}" for y in slopes))
    print()
    for note in plots.NOTES.splitlines():
        print(fill(note, 110))
    pictures.save("activations.png", plots.activations().savefig)
