"""python -m benchmarks trust [PART ...]: injects faults at random moments, more often than the tests; prints a table.

The parts are interrupts (Ctrl-C in nn.fit, on every engine), kills (SIGKILL in nn.save), damage (files with bytes
changed), memory (many calls of fit and compile), deep (freeing a graph of a million nodes) and fuzz (random graphs and
trainings, compiled and eager); without one all of them.
"""
import argparse
import platform
from collections.abc import Callable, Iterable, Sequence

from . import damage, deep, fuzz, interrupts, kills, memory
from .outcome import Outcome, table

PARTS: dict[str, Callable[[bool], Iterable[Outcome]]] = {
    "interrupts": interrupts.outcomes, "kills": kills.outcomes, "damage": damage.outcomes, "memory": memory.outcomes,
    "deep": deep.outcomes, "fuzz": fuzz.outcomes}


def main(arguments: Sequence[str]) -> int:
    """Run the command; return 1 where a trial failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks trust", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--quick", action="store_true", help="a twentieth of the trials")
    chosen = parser.parse_args(arguments)
    for part in chosen.parts:
        if part not in PARTS:
            parser.error(f"no part {part!r}; the parts are {', '.join(PARTS)}")
    return int(run(chosen.parts or list(PARTS), chosen.quick) > 0)


def run(parts: Sequence[str], quick: bool = False, say: Callable[[str], object] = print) -> int:
    """Run these parts and print the table; return the number of failed trials."""
    outcomes = []
    for part in parts:
        for outcome in PARTS[part](quick):
            outcomes.append(outcome)
            say(f"{part}: {outcome.tried}: {len(outcome.failures)} of {outcome.times:,} failed")
    say(f"\nPython {platform.python_version()}, {platform.system()}\n" + "\n".join(table(outcomes)))
    return sum(len(outcome.failures) for outcome in outcomes)
