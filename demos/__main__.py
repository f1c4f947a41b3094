"""python -m demos [NAME]: run one demo, or without a name the main job; pictures go to a folder."""
import argparse
import sys

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
from .pictures import Pictures
from .rhw1986 import family_trees, symmetry

DEMOS = {"steps": steps, "neuron": neuron, "network": network, "local_gradients": local_gradients,
         "marked": marked, "wrong_backprop": wrong_backprop, "activations": activations, "regression": regression,
         "moons": moons, "multilabel": multilabel, "digits": digits, "penguins": penguins, "vector_form": vector_form,
         "sharded": sharded, "symmetry": symmetry, "family_trees": family_trees}
TOUR = ("steps", "neuron", "local_gradients", "moons")      # the main job: a neuron drawn, derived and checked, an MLP


def parser() -> argparse.ArgumentParser:
    """The command line: a subcommand for each demo."""
    main = argparse.ArgumentParser(prog="python -m demos", description="deltagrad at work.  Without a name: the tour, "
                                   f"{', '.join(TOUR)}.")
    add_out(main)
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
    complaint, code = "", 2
    try:
        if arguments.name:
            DEMOS[arguments.name].run(pictures, arguments)
        else:
            tour(pictures, commands)
    except OSError as error:
        complaint = unwritable(error)
    except ModuleNotFoundError as error:
        complaint = f'this demo needs {error.name}: pip install -e ".[demos]"'
    except (ValueError, FloatingPointError) as error:
        complaint = f"error: {error}"
    except KeyboardInterrupt:
        complaint, code = "interrupted", 130
    if pictures.written:
        print(f"\nWritten:\n{pictures}", flush=True)
    for reason in dict.fromkeys([complaint] * bool(complaint) + pictures.missing):
        print(reason, file=sys.stderr)
    return code if complaint or pictures.missing else 0


def tour(pictures: Pictures, commands: argparse.ArgumentParser) -> None:
    """List the demos, and run some of them.

    The loops are not in main itself: since Python 3.13 its try would miss a Ctrl-C at a loop's jump back.
    """
    print("The demos:")
    for name, demo in DEMOS.items():
        print(f"  python -m demos {name:16}{(demo.__doc__ or '').strip()}")
    for name in TOUR:
        print(f"\n--- {name} ---\n")
        DEMOS[name].run(pictures, commands.parse_args([name]))


def unwritable(error: OSError) -> str:
    what = f"cannot write {error.filename}: {error.strerror}" if error.filename else str(error.strerror)
    return f"{what}; choose another folder with --out"


if __name__ == "__main__":
    sys.exit(main())
