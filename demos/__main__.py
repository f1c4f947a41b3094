"""python -m demos [NAME]: run one demo, or without a name the main job; pictures go to a folder."""
import argparse
import sys

from . import local_gradients, neuron, wrong_backprop
from .pictures import Pictures

DEMOS = {"neuron": neuron, "local_gradients": local_gradients, "wrong_backprop": wrong_backprop}
TOUR = ("neuron", "local_gradients")    # the main job: one neuron drawn and derived, its local gradients by hand


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
    commands = parser()
    arguments = commands.parse_args()
    try:
        pictures = Pictures(arguments.out)
        if arguments.name:
            DEMOS[arguments.name].run(pictures, arguments)
        else:
            print("The demos:")
            for name, demo in DEMOS.items():
                print(f"  python -m demos {name:16}{(demo.__doc__ or '').strip()}")
            for name in TOUR:
                print(f"\n--- {name} ---\n")
                DEMOS[name].run(pictures, commands.parse_args([name]))
    except OSError as error:
        print(f"cannot write {error.filename}: {error.strerror}; choose another folder with --out", file=sys.stderr)
        return 2
    except ModuleNotFoundError as error:
        print(f'this demo needs {error.name}: pip install -e ".[demos]"', file=sys.stderr)
        return 2
    if pictures.written:
        print(f"\nWritten:\n{pictures}")
    for reason in dict.fromkeys(pictures.missing):
        print(reason, file=sys.stderr)
    return 2 if pictures.missing else 0


if __name__ == "__main__":
    sys.exit(main())
