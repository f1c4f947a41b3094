"""Goals of the engines, required and aimed at, beside the measured ratios, which are comparable between machines.

No goal refers to micrograd with the garbage collector on, whose time is mostly the collector's.
"""
from collections.abc import Sequence
from typing import Any, NamedTuple

from .comparison import Comparison, number
from .compile_time import EAGER

OURS, JAX, NUMBA = "deltagrad fit, compiled", "deltagrad fit, jax", "deltagrad fit, numba"


class Goal(NamedTuple):
    """A bound, at least or at most, for the ratio of a row's median to that of the row `base`."""
    table: str
    row: str
    base: str
    at_least: bool
    must: float | None
    aim: float | None
    says: str


def ahead(table: str, peer: str, must: float | None, aim: float | None, row: str = OURS) -> Goal:
    says = f"{table}: {peer} takes this many times " + ("as long" if row == OURS else f"the time of {row}")
    return Goal(table, peer, row, True, must, aim, says)


def within(table: str, row: str, peer: str, must: float, aim: float | None) -> Goal:
    return Goal(table, row, peer, False, must, aim, f"{table}: {row} takes this many times {peer}'s time, at most")


def compiled(table: str, row: str, must: float, aim: float) -> Goal:
    return Goal(table, row, row + EAGER, False, must, aim,
                f"compile {row}: this many times as long as to record it and sweep back, at most")


PEERS = ("micrograd, gc off", "PyTorch eager", "JAX jit, a call a step", "NumPy by hand",
         "NumPy by hand, out=", "JAX jit, loop inside")
GOALS = [
    *(ahead("moons", peer, *goal) for peer, goal in zip(PEERS, [
        (4_000, None), (7, 10), (1.05, 1.4), (1.5, 2.1), (0.95, 1), (None, 1)])),
    ahead("moons", "JAX jit, loop inside", 1.1, None, JAX),
    within("moons", JAX, "C -O3 -ffast-math", 1, None),
    within("moons", OURS, "C -O3 -ffast-math", 2.7, 2),
    *(ahead("online", peer, *goal) for peer, goal in zip(PEERS, [
        (28, None), (45, 80), (3.5, 6), (6.5, 10), (6, 8), (None, 1)])),
    ahead("online", "JAX jit, loop inside", 1.5, None, NUMBA),
    within("online", NUMBA, "C -O3 -ffast-math", 4, 1.3),
    *(ahead("digits", peer, *goal) for peer, goal in zip(PEERS, [
        (12_000, None), (3.3, 5), (0.9, 1.2), (0.85, 1.2), (0.9, 1), (None, 1)])),
    ahead("digits", "JAX jit, loop inside", 1.05, None, JAX),
    within("digits", JAX, "C -O3 -ffast-math", 1, None),
    *(within(point, OURS, "NumPy by hand, out=", 1.05, 1) for point in (
        "width 16", "width 64", "width 256", "width 512", "width 1024", "batch 10", "batch 100", "batch 1000",
        "batch 10000")),
    Goal("replay", "PyTorch on arrays", "deltagrad compiled", True, 1, None,
         "replay: PyTorch on arrays takes this many times as long"),
    Goal("memory", "deltagrad compiled", "PyTorch on arrays", False, 0.7, 0.5,
         "replay: memory at the peak over that of PyTorch on arrays, at most"),
    Goal("one sample", "deltagrad eager", "deltagrad compiled", True, 12, 20,
         "one sample: node by node takes this many times as long as compiled"),
    *(compiled("graphs", f"{n} nodes", *goal) for n, goal in [
        ("1,000", (5, 4)), ("10,000", (2, 1.5)), ("100,000", (1.5, 1)), ("1,000,000", (1.5, 1))]),
    Goal("graphs", "1,000,000 nodes", "10,000 nodes", False, 1.5, None,
         "compile is linear: µs a node of 1,000,000 over 10,000, at most"),
    *(compiled("networks", name, *goal) for name, goal in [
        ("MLP 2-16-16-1", (3, 2)), ("100 layers of 4", (2, 1)), ("MLP 784-50-10", (1.5, 1)),
        ("MLP 784-50-10 from x and +", (1.5, 1))]),
    Goal("text", "MLP 784-50-10", "MLP 64-32-10", False, 1, None, "lines of 784-50-10 over lines of 64-32-10, at most")]


def judged(found: Sequence[Comparison]) -> list[dict[str, Any]]:
    """Every goal whose rows were measured, with the ratio, and whether it is met (None where it has no bound)."""
    tables = {comparison.name: comparison for comparison in found}
    goals = []
    for goal in GOALS:
        rows = tables[goal.table].rows if goal.table in tables else {}
        if goal.row not in rows or goal.base not in rows:
            continue
        row, base = (tables[goal.table].ratio(name) for name in (goal.row, goal.base))
        measured = row / base if row and base else rows[goal.row].median / rows[goal.base].median

        def met(bound: float | None, x: float = measured, at_least: bool = goal.at_least) -> bool | None:
            return None if bound is None else x >= bound if at_least else x <= bound

        goals.append({"goal": goal.says, "at least": goal.at_least, "must": goal.must, "aim": goal.aim,
                      "measured": measured, "must met": met(goal.must), "aim met": met(goal.aim)})
    return goals


def table(goals: Sequence[dict[str, Any]]) -> list[str]:
    """The goals as aligned lines, those that are missed first."""
    goals = sorted(goals, key=lambda goal: (goal["must met"] is not False, goal["aim met"] is not False))
    lines = [("", "must", "aim", "measured", "must", "aim")]
    word = {True: "met", False: "NOT MET", None: ""}
    for goal in goals:
        lines.append((goal["goal"], *(number(goal[key]) if goal[key] is not None else "-" for key in
                                      ("must", "aim", "measured")), word[goal["must met"]], word[goal["aim met"]]))
    widths = [max(map(len, column)) for column in zip(*lines)]
    return [f"  {a:{widths[0]}}  {b:>{widths[1]}}  {c:>{widths[2]}}  {d:>{widths[3]}}  {e:{widths[4]}}  {f}".rstrip()
            for a, b, c, d, e, f in lines]
