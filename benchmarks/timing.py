"""Timing: medians of interleaved rounds, and a description of the machine."""
import gc
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median


@dataclass(frozen=True)
class Time:
    """The measurements of all rounds, in seconds unless a table says otherwise, and the number of busy cores.

    `beside` has the reference's time right after each: on a shared machine, whose speed varies, only these compare.
    """
    rounds: tuple[float, ...]
    cores: float = 1.0
    beside: tuple[float, ...] = ()

    @property
    def median(self) -> float:
        return median(self.rounds)

    @property
    def fastest(self) -> float:
        return min(self.rounds)

    @property
    def slowest(self) -> float:
        return max(self.rounds)

    def __str__(self) -> str:
        return f"{self.median * 1e3:,.4g} ms ({self.fastest * 1e3:,.3g} to {self.slowest * 1e3:,.3g})"

    def times(self, reference: "Time") -> float:
        """The ratio to the reference: the median of the rounds' ratios, or the ratio of the medians."""
        if self.beside:
            return median(t / other for t, other in zip(self.rounds, self.beside, strict=True))
        return self.median / reference.median

    def __truediv__(self, n: float) -> "Time":
        return Time(tuple(t / n for t in self.rounds), self.cores, tuple(t / n for t in self.beside))


def round_robin(runs: Mapping[str, Callable[[], object]], repeats: int, collector: bool = True) -> dict[str, Time]:
    """Time each run once a round, so that slow moments of the machine affect all of them alike."""
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    busy = dict.fromkeys(runs, 0.0)
    was_enabled = gc.isenabled()
    try:
        for _ in range(repeats):
            for name, run in runs.items():
                gc.collect()
                (gc.enable if collector else gc.disable)()
                start, busy_start = time.perf_counter(), time.process_time()
                run()
                seconds[name].append(time.perf_counter() - start)
                busy[name] += time.process_time() - busy_start
    finally:
        (gc.enable if was_enabled else gc.disable)()
    return {name: Time(tuple(times), busy[name] / max(sum(times), 1e-9)) for name, times in seconds.items()}


@contextmanager
def frozen() -> Iterator[None]:
    """Exclude objects that exist already from garbage collection: other libraries, a graph of a million nodes."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def machine(*packages: str) -> str:
    """A line on the machine: processor, cores, Python and the peers' versions."""
    found = versions(*packages)
    return (f"{processor()} with {os.cpu_count()} cores, {platform.system()}, Python {sys.version.split()[0]}, "
            + ", ".join(f"{package} {number}" for package, number in found.items()))


def versions(*packages: str) -> dict[str, str]:
    """The versions of those packages that are installed."""
    found = {}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def processor() -> str:
    """The processor's name, where the system reports it, and its architecture."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.exists() else []
    name = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    return f"{name} ({platform.machine()})" if name else platform.processor() or platform.machine()
