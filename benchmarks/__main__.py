"""python -m benchmarks [NAME]: all workloads and peers in one run, or one part; prints tables.

NAME is moons, online, digits (training), graph (a random scalar graph), compile (the cost of compilation), scaling (a
step by width, batch and depth), marking (the accuracy of naming mistakes: every row of the catalogue on 500 random
networks; 20 with --quick), or eager (node by node, beside PyPI's micrograd).  eager --against REV compares this
checkout with another commit instead.  trust [PART ...] injects faults at random moments and prints the failures.
"""
import argparse
import os
import sys

# one thread for every library: read on import
for variable in "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS":
    os.environ[variable] = "1"
os.environ["XLA_FLAGS"] = (os.environ.get("XLA_FLAGS", "") + " --xla_cpu_multi_thread_eigen=false "
                           "intra_op_parallelism_threads=1").strip()
os.environ.setdefault("JAX_PLATFORMS", "cpu")

PARTS = "moons", "online", "digits", "graph", "compile"


def main() -> int:
    if sys.argv[1:2] == ["trust"]:                      # it has its own options
        from . import trust

        return trust.main(sys.argv[2:])
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", nargs="?", choices=[*PARTS, "scaling", "eager", "marking"],
                        help="one part; without it all but scaling, eager and marking")
    parser.add_argument("--against", default="", metavar="REV", help="with eager: recording, backward and fit of this "
                        "checkout and of the commit REV, in paired rounds")
    parser.add_argument("--repeats", type=int, help="rounds to take the median of (default 7, with --against 15, with "
                        "--quick 3)")
    parser.add_argument("--quick", action="store_true", help="shorter runs and smaller graphs, within a minute")
    parser.add_argument("--json", default="", metavar="FILE", help="write every round to FILE")
    parser.add_argument("--picture", default="", metavar="FILE", help="draw the tables as bars (needs matplotlib)")
    parser.add_argument("--hips", default="", metavar="PYTHON",
                        help="an interpreter that has HIPS autograd, which shares its name with our package")
    arguments = parser.parse_args()
    usual = 3 if arguments.quick else 15 if arguments.against else 7
    repeats = usual if arguments.repeats is None else arguments.repeats
    if repeats < 1:
        parser.error(f"--repeats is at least 1, not {repeats}")
    if arguments.against and arguments.name != "eager":
        parser.error("--against REV goes with eager: python -m benchmarks eager --against REV")
    try:
        if arguments.against:
            from . import against

            try:
                print(against.main(arguments.against, repeats))
            except against.NotCompared as error:
                print(error, file=sys.stderr)
                return 2
        elif arguments.name == "eager":
            from . import eager

            print(eager.main(repeats))
        elif arguments.name == "marking":
            from . import marking

            print(marking.main(20 if arguments.quick else 500))
        else:
            from . import everything

            size = everything.quick(repeats) if arguments.quick else everything.Size(repeats)
            everything.main([arguments.name] if arguments.name else PARTS, size, arguments.json, arguments.picture,
                            arguments.hips)
    except ModuleNotFoundError as error:
        print(f'the benchmark needs {error.name}: pip install -e ".[demos,peers]"', file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
