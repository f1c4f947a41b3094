"""HIPS autograd, in a separate interpreter, because its package has the same name as ours.

`python -m benchmarks --hips PYTHON` names the interpreter; hips_worker.py runs in it and trains on command.
"""
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import numpy as np

from ..workloads import Workload
from . import Unavailable

WORKER = Path(__file__).with_name("hips_worker.py")


class Hips:
    """Sends the worker the workload once, and then the number of steps."""

    python = ""                     # the other interpreter, from the command line

    def __init__(self, workload: Workload) -> None:
        if not self.python:
            raise Unavailable("only if asked: --hips PYTHON, an environment with `pip install autograd numpy`")
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
        try:
            self.worker = subprocess.Popen([self.python, "-I", str(WORKER)], stdin=subprocess.PIPE, text=True,
                                           stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
        except OSError as error:
            raise Unavailable(f"{self.python} does not run: {error.strerror}") from error
        self.ask({"layers": [W.tolist() for W in workload.start()], "activations": workload.activations,
                  "loss": workload.loss, "lr": workload.lr,
                  "batches": [(X.tolist(), T.tolist()) for X, T in workload.batches]})

    def ask(self, what: Any) -> Any:
        """Send a command and wait for its answer, a line of JSON each."""
        assert self.worker.stdin and self.worker.stdout and self.worker.stderr
        try:
            self.worker.stdin.write(json.dumps(what) + "\n")
            self.worker.stdin.flush()
        except BrokenPipeError:
            pass
        answer = self.worker.stdout.readline()
        if not answer:
            lines = self.worker.stderr.read().strip().splitlines()
            raise Unavailable(f"{self.python} fails: {lines[-1] if lines else 'no answer'}; it needs `pip install "
                              "autograd numpy`")
        return json.loads(answer)

    def reset(self) -> None:
        self.ask("reset")

    def run(self, steps: int) -> float:
        return float(self.ask(steps))

    def parameters(self) -> np.ndarray:
        return np.array(self.ask("parameters"))

    def __del__(self) -> None:
        worker = getattr(self, "worker", None)
        if worker:
            for pipe in worker.stdin, worker.stdout, worker.stderr:
                pipe.close()
            worker.wait()           # it ends when nothing more can come
