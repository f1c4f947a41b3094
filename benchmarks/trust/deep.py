"""Deletion of the last reference to a deep graph: freeing the nodes must not overflow the C stack."""
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from .outcome import Outcome

NODES, STACK = 1_000_000, 1024          # the stack in KiB: CPython 3.13 needs 512 to 1024 for a nested list as well
STEPS = {"unary": "v.tanh()", "binary": "0.5 - v", "two edges": "v + v", "lists": "weighted_sum([v], [0.5], 0.5)"}
PROGRAM = """
import threading
from autograd import Value, weighted_sum

def build_and_delete():
    v = Value(0.5)
    for _ in range({nodes}):
        v = {step}
    del v
    print("deleted")

threading.stack_size({stack} * 1024)
thread = threading.Thread(target=build_and_delete)
thread.start()
thread.join()
"""


def outcomes(quick: bool) -> Iterator[Outcome]:
    """The outcome for a chain of each storage of parents, in separate processes, because a failure is a crash."""
    outcome = Outcome(f"del of {NODES:,} nodes in a chain")
    for kind, step in STEPS.items():
        ran = subprocess.run([sys.executable, "-c", PROGRAM.format(nodes=NODES, step=step, stack=STACK)],
                             cwd=Path(__file__).parents[2], capture_output=True, text=True)
        outcome.times += 1
        if ran.stdout != "deleted\n":
            outcome.failures.append(f"{kind}: exit status {ran.returncode} {ran.stderr[-200:]}".rstrip())
    outcome.note = f"in a thread with a stack of {STACK} KiB"
    yield outcome
