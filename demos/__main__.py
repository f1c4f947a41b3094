"""python -m demos [NAME]: run one demo, with --all every one, without a name the main job; pictures go to a folder."""
import argparse
import io
import sys
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from functools import partial
from pathlib import Path

from . import (
    activations,
    digits,
    local_gradients,
    marked,
    moons,
    multilabel,
    network,
    neuron,
    penguins,
    regression,
    sharded,
    steps,
    vector_form,
    wrong_backprop,
)
from .gallery import write_index
from .lecture import (
    error_surface,
    exercise1,
    heads,
    hidden_units,
    huber,
    perceptron,
    rnn,
    universal_approximation,
    xor,
)
from .pictures import Pictures
from .rhw1986 import family_trees, symmetry

DEMOS = {"steps": steps, "neuron": neuron, "network": network, "local_gradients": local_gradients,
         "marked": marked, "wrong_backprop": wrong_backprop, "activations": activations, "regression": regression,
         "moons": moons, "multilabel": multilabel, "digits": digits, "penguins": penguins, "vector_form": vector_form,
         "sharded": sharded,
         "perceptron": perceptron, "xor": xor, "exercise1": exercise1, "hidden_units": hidden_units, "heads": heads,
         "huber": huber, "universal_approximation": universal_approximation, "error_surface": error_surface, "rnn": rnn,
         "symmetry": symmetry, "family_trees": family_trees}
TOUR = ("steps", "neuron", "local_gradients", "moons")      # the main job: a neuron drawn, derived and checked, an MLP


def parser() -> argparse.ArgumentParser:
    """The command line: a subcommand for each demo."""
    main = argparse.ArgumentParser(prog="python -m demos", description="deltagrad at work.  Without a name: the tour, "
                                   f"{', '.join(TOUR)}.")
    add_out(main)
    main.add_argument("--all", action="store_true", help="run every demo, and write a page with all pictures")
    names = main.add_subparsers(dest="name", metavar="NAME", title="demos")
    for name, demo in DEMOS.items():
        description = (demo.__doc__ or "").strip()
        one = names.add_parser(name, help=description, description=description)
        add_out(one, default=argparse.SUPPRESS)
        demo.add_arguments(one)
    return main


def add_out(to: argparse.ArgumentParser, default: str = "pictures") -> None:
    to.add_argument("--out", default=default, metavar="DIR", help="the folder for the pictures (default: pictures)")


def main() -> int:
    """Run what the command line asks for; the exit code is 0, 2 where something was not possible, 130 after Ctrl-C."""
    commands = parser()
    arguments = commands.parse_args()
    try:
        pictures = Pictures(arguments.out)
    except OSError as error:
        print(unwritable(error), file=sys.stderr)
        return 2
    complaints, code = list[str](), 2
    try:
        if arguments.all:
            complaints = run_all(pictures, commands)
        else:
            complaints = attempt(lambda: DEMOS[arguments.name].run(pictures, arguments) if arguments.name
                                 else tour(pictures, commands))
    except KeyboardInterrupt:
        complaints, code = ["interrupted"], 130
    if pictures.written:
        print(f"\nWritten:\n{pictures}", flush=True)
    complaints += pictures.missing
    for reason in dict.fromkeys(complaints):
        print(reason, file=sys.stderr)
    return code if complaints else 0


def attempt(work: Callable[[], object]) -> list[str]:
    """Run work; return the reason why it was not possible as a list of one line, else an empty list."""
    try:
        work()
    except OSError as error:
        return [unwritable(error)]
    except ModuleNotFoundError as error:
        return [f'this demo needs {error.name}: pip install -e ".[demos]"']
    except (ValueError, FloatingPointError) as error:
        return [f"error: {error}"]
    return []


def run_all(pictures: Pictures, commands: argparse.ArgumentParser) -> list[str]:
    """Run every demo with its defaults, print its seconds, and write index.html; return a line for each that failed."""
    complaints, about, printed = list[str](), dict[str, str](), dict[str, str]()
    written: dict[str, list[Path]] = {}
    for name, demo in DEMOS.items():
        cpu, wall, before, output = time.process_time(), time.perf_counter(), len(pictures.written), io.StringIO()
        with redirect_stdout(output):
            run = partial(demo.run, pictures, commands.parse_args([name]))
            complaints += [f"{name}: {line}" for line in attempt(run)]
        print(f"  {name:24}{time.process_time() - cpu:6.1f} s of CPU, {time.perf_counter() - wall:6.1f} s", flush=True)
        about[name], printed[name] = (demo.__doc__ or "").strip(), output.getvalue()
        written[name] = pictures.written[before:]
    pictures.save("index.html", lambda path: write_index(path, about, printed, written))
    return complaints


def tour(pictures: Pictures, commands: argparse.ArgumentParser) -> None:
    """List the demos, and run some of them.

    The loops are not in main itself: since Python 3.13 its try would miss a Ctrl-C at a loop's jump back.
    """
    print("The demos:")
    for name, demo in DEMOS.items():
        print(f"  python -m demos {name:25}{(demo.__doc__ or '').strip()}")
    for name in TOUR:
        print(f"\n--- {name} ---\n")
        DEMOS[name].run(pictures, commands.parse_args([name]))


def unwritable(error: OSError) -> str:
    what = f"cannot write {error.filename}: {error.strerror}" if error.filename else str(error.strerror)
    return f"{what}; choose another folder with --out"


if __name__ == "__main__":
    sys.exit(main())
