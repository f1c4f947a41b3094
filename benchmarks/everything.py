"""One run of all workloads and peers, or of a part: prints the tables, then the goals; writes JSON and a picture."""
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from . import compile_time, goals, graph, training
from .comparison import Comparison
from .peers import PEERS, hips
from .timing import machine, versions

PACKAGES = "numpy", "torch", "jax", "jaxlib", "numba", "micrograd"
THREADS = ("one thread, float64: OMP, OpenBLAS and MKL at 1, torch.set_num_threads(1), XLA without its multi-threaded "
           "Eigen;\nXLA's other threads cannot be turned off; where they kept a second core busy, a note below says "
           "so")


class Size(NamedTuple):
    """The size of a measurement: rounds, seconds, nodes, samples."""
    repeats: int
    seconds: float = 0.2                            # a run of a training peer
    nodes: int = 100_000                            # of the random graph
    samples: int = 1000
    compiled: tuple[int, ...] = (1_000, 10_000, 100_000, 1_000_000)
    wide: int = 784
    small: bool = False                             # tiny networks, for tests
    without: tuple[str, ...] = ()                   # "table: peer" that takes too long


def quick(repeats: int) -> Size:
    return Size(repeats, 0.03, 20_000, 200, (1_000, 10_000, 100_000), without=("digits: micrograd, gc on",
                                                                       "digits: micrograd, gc off"))


def measure(part: str, size: Size) -> list[Comparison]:
    """The tables of one part."""
    if part == "graph":
        return graph.compare(size.repeats, size.nodes, size.samples)
    if part == "compile":
        return compile_time.compare(size.repeats, size.compiled, size.wide)
    if part == "scaling":
        from . import scaling

        return scaling.compare(size.repeats, size.seconds, quick=size.seconds < Size(0).seconds)
    from .workloads import WORKLOADS  # needs scikit-learn, which the other parts do not

    left_out = [peer for peer in PEERS if f"{part}: {peer}" in size.without]
    found = training.compare(WORKLOADS[part](size.small), [peer for peer in PEERS if peer not in left_out],
                             size.repeats, size.seconds)
    found.skipped |= dict.fromkeys(left_out, "it takes too long for --quick")
    return [found]


def main(parts: Sequence[str], size: Size, json_path: str = "", picture: str = "", python: str = "",
         say: Callable[[str], object] = print) -> dict[str, Any]:
    """Measure, print and write; return the content of the JSON file."""
    hips.Hips.python = python
    say(f"{machine(*PACKAGES)}\n{THREADS}\nmedians, of {size.repeats} rounds where the table says no other number; "
        "the peers take turns in every round")
    found: list[Comparison] = []
    for part in parts:
        try:
            tables = measure(part, size)
        except ModuleNotFoundError as error:
            package = {"sklearn": "scikit-learn"}.get(error.name or "", error.name)
            say(f"\n{part}: left out, {error.name} is not installed: pip install {package}")
            continue
        found += tables
        if part == "scaling":
            from .scaling import table

            say("\n" + "\n".join(table(tables)))
        else:
            for comparison in tables:
                say("\n" + "\n".join(comparison.table()))
    full = Size(size.repeats)               # the goals are for the full sizes
    judged = goals.judged([comparison for comparison in found if not size.small and
                           (comparison.key != "D" or (size.nodes, size.samples) == (full.nodes, full.samples))])
    if judged:
        say("\nGoals, required and aimed at:\n" + "\n".join(goals.table(judged)))
    data = {"machine": machine(*PACKAGES), "versions": versions(*PACKAGES), "size": size._asdict(),
            "tables": [comparison.data() for comparison in found], "goals": judged}
    if json_path:
        Path(json_path).write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    if picture:
        if [*parts] == ["scaling"]:
            from .scaling import draw
        else:
            from .picture import draw
        draw(found, picture, machine(*PACKAGES))
    return data
