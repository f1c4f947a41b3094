"""Timing of the eager engine and fit of this checkout against another commit, in paired rounds."""
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .comparison import number
from .timing import Time, machine

HERE = Path(__file__).resolve().parents[1]
ROUNDS = 15
SAMPLES = 25
# The benchmarks of this checkout, with the autograd and nn of another: sys.path is changed once benchmarks is imported.
WORKER = """
import sys
here, tree, samples = sys.argv[1:]
sys.path[0] = here
import benchmarks
sys.path[0] = tree
from benchmarks import eager_worker
eager_worker.main(int(samples))
"""


class NotCompared(Exception):
    """Raised where two commits cannot be compared, with the reason."""


def git(*arguments: str) -> str:
    """The output of a git command in this checkout.  Raises NotCompared, with git's message, where it fails."""
    try:
        ran = subprocess.run(["git", "-C", str(HERE), *arguments], capture_output=True, text=True)
    except FileNotFoundError:
        raise NotCompared("--against needs git, which is not installed") from None
    if ran.returncode:
        raise NotCompared(f"git {arguments[0]}: {last_line(ran.stderr)}")
    return ran.stdout.strip()


def last_line(text: str) -> str:
    return next(reversed(text.strip().splitlines()), "it says nothing")


def commit(revision: str) -> str:
    """The hash of a revision, such as HEAD~1; raises NotCompared where there is none."""
    git("rev-parse", "--git-dir")                       # a separate error where this is no repository
    try:
        return git("rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}")
    except NotCompared:
        raise NotCompared(f"--against {revision}: this repository has no such commit") from None


@contextmanager
def checked_out(revision: str) -> Iterator[Path]:
    """A temporary folder with a revision's files, deleted afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        git("worktree", "add", "--detach", str(tree), commit(revision))
        try:
            yield tree
        finally:
            git("worktree", "remove", "--force", str(tree))


class Worker:
    """A process that runs and times the parts, with the autograd and nn of a source tree."""

    def __init__(self, tree: Path, samples: int) -> None:
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
        self.process = subprocess.Popen([sys.executable, "-c", WORKER, str(HERE), str(tree), str(samples)], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        env=environment)
        if hasattr(os, "sched_setaffinity"):            # both on one core: another core may be slower at times
            os.sched_setaffinity(self.process.pid, {min(os.sched_getaffinity(0))})
        self.tree = tree
        found = json.loads(self.answer())
        if Path(found["root"]).resolve() != tree.resolve():
            raise NotCompared(f"the worker imported autograd from {found['root']} and not from {tree}")
        self.parts: list[str] = found["parts"]

    def seconds(self, part: str) -> float:
        """The time of one run of a part."""
        assert self.process.stdin
        self.process.stdin.write(part + "\n")
        self.process.stdin.flush()
        return float(self.answer())

    def answer(self) -> str:
        """The next line; raises NotCompared, with the last line of the error, where the process has ended."""
        assert self.process.stdout and self.process.stderr
        line = self.process.stdout.readline()
        if not line:
            raise NotCompared(f"the commit in {self.tree} cannot be measured: {last_line(self.process.stderr.read())}")
        return line

    def __enter__(self) -> "Worker":
        return self

    def __exit__(self, *error: object) -> None:
        self.process.communicate()                      # it ends when its input is closed


def compare(revision: str, rounds: int, samples: int = SAMPLES, repeats: int = 15) -> dict[str, Time]:
    """The times of this checkout, each beside those of the revision in the same round.

    A round starts a new process of each, because memory layout affects the times too; their runs of a part alternate,
    because the speed of a shared machine varies, and the fastest run counts.
    """
    here: dict[str, list[float]] = {}
    there: dict[str, list[float]] = {}
    with checked_out(revision) as tree:
        for _ in range(rounds):
            with Worker(tree, samples) as one, Worker(HERE, samples) as other:
                for part in other.parts:
                    pairs = [(one.seconds(part), other.seconds(part)) for _ in range(repeats)]
                    there.setdefault(part, []).append(min(a for a, _ in pairs))
                    here.setdefault(part, []).append(min(b for _, b in pairs))
    return {part: Time(tuple(here[part]), beside=tuple(there[part])) for part in here}


def table(revision: str, times: dict[str, Time]) -> list[str]:
    """A line for each part: both medians and, of the rounds' ratios, the median, the lowest and the highest."""
    lines = [("median, ms", revision, "this checkout", "ratio", "lowest to highest")]
    for part, time in times.items():
        ratios = sorted(one / other for one, other in zip(time.rounds, time.beside))
        lines.append((part, number(Time(time.beside).median * 1e3), number(time.median * 1e3),
                      f"{time.times(time):.3f}", f"{ratios[0]:.2f} to {ratios[-1]:.2f}"))
    widths = [max(map(len, column)) for column in zip(*lines)]
    return [f"{a:{widths[0]}}  {b:>{widths[1]}}  {c:>{widths[2]}}  {d:>{widths[3]}}  {e:>{widths[4]}}"
            for a, b, c, d, e in lines]


def main(revision: str, rounds: int) -> str:
    """Compare, and return the whole table."""
    times = compare(revision, rounds)
    about = (f"this checkout against {revision} in {rounds} paired rounds of new processes; processor time, garbage "
             "collector off")
    return "\n".join([machine("numpy"), about, "", *table(revision, times)])
