"""Medians of interleaved rounds, and the machine they were measured on."""
import gc
import os
import platform
import sys
import time
from collections.abc import Callable, Mapping
from importlib.metadata import version
from statistics import median
from typing import NamedTuple


class Time(NamedTuple):
    """Seconds: the median over the rounds, and the fastest and the slowest of them."""
    median: float
    fastest: float
    slowest: float

    def __str__(self) -> str:
        return f"{self.median * 1e3:,.4g} ms ({self.fastest * 1e3:,.3g} to {self.slowest * 1e3:,.3g})"


def round_robin(runs: Mapping[str, Callable[[], object]], repeats: int, collector: bool = True) -> dict[str, Time]:
    """Time each run once a round, so that a slow moment of the machine falls on all of them alike."""
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    was_enabled = gc.isenabled()
    try:
        for _ in range(repeats):
            for name, run in runs.items():
                gc.collect()
                (gc.enable if collector else gc.disable)()
                start = time.perf_counter()
                run()
                seconds[name].append(time.perf_counter() - start)
    finally:
        (gc.enable if was_enabled else gc.disable)()
    return {name: Time(median(times), min(times), max(times)) for name, times in seconds.items()}


def machine(*packages: str) -> str:
    """One line: processor, cores, Python and the peers' versions."""
    versions = ", ".join(f"{package} {version(package)}" for package in packages)
    return (f"{platform.machine()} with {os.cpu_count()} cores, {platform.system()}, "
            f"Python {sys.version.split()[0]}, {versions}")
