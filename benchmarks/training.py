"""Workloads A, B and C: every peer trains the same network; measures the time of one step of gradient descent.

The time of a run of many steps minus that of one step, over the difference in steps, which excludes costs that occur
once (fit's compilation, a call's overhead); where one step is slow, the time of that step, or the history's where it is
fit that compiles for long.  The reference runs next to every run.
"""
import gc
import time
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from .comparison import Comparison
from .peers import PEERS, Peer, Unavailable, load
from .timing import Time, frozen, round_robin
from .workloads import Workload

CHECKED = 3                 # steps after which all peers must have reached the same parameters
SLOW = 0.4                  # seconds: where a step takes longer, it is measured alone
EPOCHS = 20                 # of one training, where the history has the time of a step
PATIENCE = 25               # the time budget of its later rounds, in runs


def compare(workload: Workload, names: Sequence[str], repeats: int, seconds: float = 0.2) -> Comparison:
    """The workload's table: check the peers against each other, then time them, interleaved, `repeats` times."""
    peers: dict[str, Peer] = {}
    found = Comparison(workload.key, workload.name, workload.title, "µs a step", "deltagrad fit, compiled", {})
    for name in names:
        try:
            peers[name] = load(name)(workload)
        except Unavailable as why:
            found.skipped[name] = str(why)
    if found.reference not in peers and peers:
        found.reference = next(iter(peers))
    with frozen():
        worst = check(peers)
        found.notes.append(f"after {CHECKED} steps all peers' parameters and losses agree to {worst:.0e}")
        found.notes += [f"{name}: {peer.compiling:.2g} s to compile, or to load, before" for name, peer in peers.items()
                        if hasattr(peer, "compiling")]
        measure(peers, found, workload.steps_per_epoch, repeats, seconds)
    return found


def measure(peers: Mapping[str, Peer], found: Comparison, epoch: int, repeats: int, seconds: float) -> None:
    """Time the peers and fill the table's rows, in microseconds."""
    steps, slow, reference = dict[str, int](), dict[str, list[float]](), found.reference
    runs: dict[str, Callable[[], object]] = {}
    for name, peer in peers.items():
        one = timed(peer, 1)
        if one > SLOW:
            slow[name] = peer.step_seconds(EPOCHS) if hasattr(peer, "step_seconds") else [one]
            continue
        steps[name] = steps_to_time(peer, one, epoch, seconds)
        runs[name], runs[f"{name}: one"] = runner(peer, steps[name]), runner(peer, 1)
        if reference in steps:
            runs[f"{name}: beside"] = runner(peers[reference], steps[reference])
    times = round_robin(runs, repeats)

    def a_step(name: str, rounds: Iterable[float]) -> tuple[float, ...]:
        """Microseconds a step, from the peer's runs of several steps."""
        one = times[f"{name}: one"].median
        return tuple((t - one) / (steps[name] - 1) * 1e6 for t in rounds)

    for name, peer in peers.items():
        beside: Sequence[float] = ()
        if name in slow:
            more = range(min(repeats - 1, int(PATIENCE * seconds / slow[name][0])))
            if reference in steps and more and len(slow[name]) == 1:        # the first run is then for warm-up
                pairs = [(timed(peer, 1), timed(peers[reference], steps[reference])) for _ in more]
                slow[name], beside = ([*column] for column in zip(*pairs))
            rounds = tuple(t * 1e6 for t in slow[name])
        else:
            rounds = a_step(name, times[name].rounds)
            beside = times[f"{name}: beside"].rounds if reference in steps else ()
        found.rows[name] = Time(rounds, times[name].cores if name in times else 1.0, a_step(reference, beside)
                                if beside else ())
    busy = [f"{name} {row.cores:.1f}" for name, row in found.rows.items() if row.cores > 1.1]
    if busy:
        found.notes.append(f"kept more than one core busy: {', '.join(busy)}")


def runner(peer: Peer, steps: int) -> Callable[[], object]:
    def run() -> None:
        peer.reset()
        peer.run(steps)

    return run


def timed(peer: Peer, steps: int) -> float:
    """Seconds for this number of steps from the start."""
    gc.collect()
    peer.reset()
    start = time.perf_counter()
    peer.run(steps)
    return time.perf_counter() - start


def steps_to_time(peer: Peer, one: float, epoch: int, seconds: float) -> int:
    """The number of steps, whole epochs if more than one, that take about `seconds` more than one step.

    The faster of two runs counts: some engines compile for each new number of samples.
    """
    n = 4
    while min(timed(peer, n), timed(peer, n)) - one < seconds / 2:
        n *= 4
        n = n if n < epoch else -(-n // epoch) * epoch
    return n


def check(peers: Mapping[str, Peer]) -> float:
    """Compare all peers' parameters and losses after three steps; return the largest difference.

    Raises AssertionError, naming the peer.
    """
    expected: tuple[np.ndarray, float] | None = None
    worst = 0.0
    for name, peer in peers.items():
        J, w = without_collector(peer)
        if not PEERS[name].moves:
            continue
        if expected is None:
            expected = w, J
        for what, one, other in ("parameters", expected[0], w), ("losses", np.array([expected[1]]), np.array([J])):
            error = float((abs(one - other) / np.maximum(1.0, abs(one))).max()) if one.shape == other.shape else np.inf
            if not error <= PEERS[name].digits:
                raise AssertionError(f"{name}: after {CHECKED} steps its {what} differ by {error:.1e} from those of "
                                     f"{next(iter(peers))}")
            worst = max(worst, error)
    return worst


def without_collector(peer: Peer) -> tuple[float, np.ndarray]:
    """The losses and the parameters after three steps, without the garbage collector, which slows micrograd down."""
    gc.collect()
    gc.disable()
    try:
        peer.reset()
        return peer.run(CHECKED), peer.parameters()
    finally:
        gc.enable()
