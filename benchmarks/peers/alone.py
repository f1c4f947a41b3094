"""A peer in a separate process, where the garbage collector does not traverse the other peers' libraries."""
import gc
import multiprocessing
from importlib import import_module
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

from ..workloads import Workload


class Alone:
    """Forwards the calls to the process; its garbage collector is enabled as it is here."""

    def __init__(self, module: str, cls: str, workload: Workload) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, there = context.Pipe()
        context.Process(target=serve, args=(there, module, cls, workload), daemon=True).start()
        there.close()

    def ask(self, method: str, *arguments: Any) -> Any:
        self.pipe.send((method, arguments, gc.isenabled()))
        answer = self.pipe.recv()
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def reset(self) -> None:
        self.ask("reset")

    def run(self, steps: int) -> float:
        return float(self.ask("run", steps))

    def parameters(self) -> np.ndarray:
        return np.asarray(self.ask("parameters"))


def serve(pipe: Connection, module: str, cls: str, workload: Workload) -> None:
    """Run in the other process: answer calls until the pipe is closed."""
    peer = getattr(import_module(module), cls)(workload)
    while True:
        try:
            method, arguments, collector = pipe.recv()
        except EOFError:
            return
        (gc.enable if collector else gc.disable)()
        if method == "reset":
            gc.collect()
        try:
            pipe.send(getattr(peer, method)(*arguments))
        except Exception as error:
            pipe.send(error)
