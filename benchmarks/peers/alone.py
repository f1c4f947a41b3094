"""A peer in a process of its own: its garbage collector walks what its users load, not every other peer's library."""
import gc
import multiprocessing
from importlib import import_module
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

from ..workloads import Workload


class Alone:
    """Hands the calls over; the collector there is on where it is on here."""

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
    """In the other process: answer until nobody asks any more."""
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
