"""python -m benchmarks NAME: run one comparison and print its table."""
import argparse
import sys

from . import eager

BENCHMARKS = {"eager": eager.main}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=BENCHMARKS, help="eager: node by node, beside PyPI's micrograd")
    parser.add_argument("--repeats", type=int, default=7, help="rounds to take the median of (default 7)")
    arguments = parser.parse_args()
    if arguments.repeats < 1:
        parser.error(f"--repeats is at least 1, not {arguments.repeats}")
    try:
        print(BENCHMARKS[arguments.name](arguments.repeats))
    except ModuleNotFoundError as error:
        print(f'the benchmark needs {error.name}: pip install -e ".[demos,peers]"', file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
