"""the chain rule, step by step: pages for the browser that play forward, backward and update on the recorded graph"""
import argparse
from functools import partial
from pathlib import Path

from autograd import Value
from nn import half_squared_error
from viz import step_through

from . import mazur, neuron
from .pictures import Pictures
from .training import positive


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--lr", type=positive, default=mazur.LR, metavar="ETA",
                        help=f"the learning rate η of the update (default {mazur.LR})")


def run(pictures: Pictures, arguments: argparse.Namespace) -> None:
    x1, x2 = mazur.X
    outputs = {"The lecture's neuron": ("lecture_neuron_steps.html", neuron.with_error(1.0)[1]),
               "Mazur's network": ("mazur_steps.html", half_squared_error(
                   mazur.network()([Value(x1, "x1"), Value(x2, "x2")]), mazur.T))}
    print("Open them in a browser, from the disk: → is a step, space plays, and a click on a node or an edge of the\n"
          "drawing leads to its step.\n")
    for name, (file, J) in outputs.items():
        pictures.save(file, partial(step_through, J, lr=arguments.lr))
        path = (pictures.folder / file).absolute()
        print(f"  {name + ':':22}{path.as_uri() if path in map(Path.absolute, pictures.written) else 'not written'}")
