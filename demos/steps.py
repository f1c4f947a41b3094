"""the chain rule, step by step: pages for the browser that play forward, backward and update, and a whole training"""
import argparse
from collections.abc import Callable
from functools import partial
from pathlib import Path

from autograd import Value
from nn import SGD, Neuron, fit, half_squared_error
from viz import Film, step_through

from . import mazur, neuron
from .pictures import Pictures
from .training import positive

EPOCHS, EVERY, FAST = 200, 5, 1.0               # of the training, which has a learning rate of its own


def training() -> Film:
    """A neuron with a sigmoid learns to be AND; the film is of its graph at x = (1, 0), where AND is 0."""
    neuron, x = Neuron(2, "sigmoid", seed=0), [Value(1.0, "x1"), Value(0.0, "x2")]
    film = Film(lambda: half_squared_error(neuron(x), 0.0), every=EVERY)
    fit(neuron, [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 0, 0, 1], half_squared_error, SGD(neuron.parameters(), FAST),
        EPOCHS, reduction="sum", on_epoch=film, progress=False)
    return film


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--lr", type=positive, default=mazur.LR, metavar="ETA",
                        help=f"the learning rate η of the update (default {mazur.LR})")


def run(pictures: Pictures, arguments: argparse.Namespace) -> None:
    x1, x2 = mazur.X
    network = mazur.network()([Value(x1, "x1"), Value(x2, "x2")])
    pages: dict[str, tuple[str, Callable[[Path], object]]] = {
        "The lecture's neuron": ("lecture_neuron_steps.html",
                                 partial(step_through, neuron.with_error(1.0)[1], lr=arguments.lr)),
        "Mazur's network": ("mazur_steps.html",
                            partial(step_through, half_squared_error(network, mazur.T), lr=arguments.lr)),
        "A neuron learns AND": ("training.html", training().save)}
    print("Open them in a browser, from the disk: every underlined number can be dragged, or clicked and typed;\n"
          f"→ is a step, space plays, u updates.  In the training a frame is {EVERY} epochs, and the numbers change in "
          "place.\n")
    for name, (file, write) in pages.items():
        pictures.save(file, write)
        path = (pictures.folder / file).absolute()
        print(f"  {name + ':':22}{path.as_uri() if path in map(Path.absolute, pictures.written) else 'not written'}")
