"""One file per peer: a class takes a Workload, and trains it as that library's users would.

A peer is imported only when it is wanted, so that one that is not installed costs a line and not the run.
"""
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import NamedTuple, Protocol

import numpy as np

from ..workloads import Workload
from .alone import Alone


class Peer(Protocol):
    """Something that trains a workload; `run` is what is timed."""

    def reset(self) -> None:
        """Go back to the workload's start."""

    def run(self, steps: int) -> float:
        """Train so many steps, from the first batch on; returns the sum of the losses before each step."""

    def parameters(self) -> np.ndarray:
        """All numbers of [W b], layer by layer, row by row: nn's order."""


class Entry(NamedTuple):
    """Where a peer is found."""
    module: str
    cls: str
    install: str = ""
    digits: float = 1e-12           # how far its parameters may be from the others' after three steps
    moves: bool = True              # does it train, or only compute the gradient?
    alone: bool = False             # in a process of its own: the garbage collector's work is much of its time


PEERS = {
    "deltagrad fit, compiled": Entry("deltagrad", "Compiled"),
    "deltagrad fit, numba": Entry("deltagrad", "Jitted", "numba"),
    "deltagrad fit, jax": Entry("deltagrad", "Jax", "jax"),
    "deltagrad fit, eager": Entry("deltagrad", "Eager", alone=True),
    "deltagrad gradient alone": Entry("deltagrad", "Gradient", moves=False),
    "deltagrad own loop": Entry("deltagrad", "OwnLoop"),
    "micrograd, gc on": Entry("micrograd_scalar", "Micrograd", "micrograd", alone=True),
    "micrograd, gc off": Entry("micrograd_scalar", "WithoutCollector", "micrograd"),
    "PyTorch eager": Entry("pytorch", "Eager", "torch"),
    "JAX jit, a call a step": Entry("jax_jit", "CallAStep", "jax"),
    "JAX jit, loop inside": Entry("jax_jit", "LoopInside", "jax"),
    "NumPy by hand": Entry("numpy_by_hand", "Plain"),
    "NumPy by hand, out=": Entry("numpy_by_hand", "InPlace"),
    # -ffast-math adds up in any order and takes tanh and exp from the vector library
    "C -O3 -ffast-math": Entry("c_loops", "Loops", digits=1e-11),
    "HIPS autograd": Entry("hips", "Hips"),
}


class Unavailable(Exception):
    """A peer that cannot run here, and why."""


def load(name: str) -> Callable[[Workload], Peer]:
    """The class of a peer; raises Unavailable, with how to install it, where its library is missing."""
    entry = PEERS[name]
    try:
        module = import_module(f".{entry.module}", __name__)
    except ModuleNotFoundError as error:
        raise Unavailable(f"{error.name} is not installed: pip install {entry.install or error.name}") from error
    cls: Callable[[Workload], Peer] = getattr(module, entry.cls)
    return partial(Alone, module.__name__, entry.cls) if entry.alone else cls
