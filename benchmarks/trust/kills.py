"""SIGKILL at random moments of nn.save: the path holds the whole old network or the whole new one."""
import os
import random
import signal
import statistics
import sys
import time
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory

import nn

from .outcome import Outcome


def outcomes(quick: bool) -> Iterator[Outcome]:
    """The outcome of killing processes that only save, each within the time of two saves."""
    outcome = Outcome("SIGKILL in save")
    if not hasattr(os, "fork"):
        outcome.note = "not tried: fork and SIGKILL are POSIX's"
        yield outcome
        return
    models = [nn.MLP(2, [40, 20], seed=seed) for seed in range(3)]
    whole = [numbers(model) for model in models]
    moments = random.Random(0)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "model.npz"
        duration = statistics.median(seconds_to_save(models[0], path) for _ in range(20))
        for _ in range(50 if quick else 1000):
            outcome.times += 1
            kill_in_save(models[1:], path, moments.uniform(0, 2 * duration))
            try:
                if numbers(nn.load(path)) not in whole:
                    outcome.failures.append("another network was loaded")
            except (ValueError, OSError) as error:
                outcome.failures.append(str(error))
        unfinished = len(os.listdir(folder)) - 1
        nn.save(models[0], path)
        if os.listdir(folder) != [path.name]:
            outcome.failures.append(f"the next save leaves {len(os.listdir(folder)) - 1} unfinished files")
    outcome.note = f"a save took {duration * 1e3:.1f} ms; {unfinished} unfinished files before the next one"
    yield outcome


def numbers(model: nn.MLP) -> list[float]:
    return [p.data for p in model.parameters()]


def seconds_to_save(model: nn.MLP, path: Path) -> float:
    start = time.perf_counter()
    nn.save(model, path)
    return time.perf_counter() - start


def kill_in_save(models: list[nn.MLP], path: Path, moment: float) -> None:
    """Fork a process that saves the models in turn, and kill it this many seconds after it has begun."""
    begun, begin = os.pipe()
    sys.stdout.flush()
    child = os.fork()
    if not child:
        try:
            os.write(begin, b".")
            for model in cycle(models):
                nn.save(model, path)
        finally:                                        # save has raised: the parent's code must not run twice
            os._exit(1)
    os.read(begun, 1)
    time.sleep(moment)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(begun)
    os.close(begin)
