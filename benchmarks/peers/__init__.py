"""The peers, a file for each: a class takes a Workload, and trains it as that library's users would.

A peer is imported on use, so that a missing library leaves out one row and not the run.
"""
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import NamedTuple, Protocol

import numpy as np

from ..workloads import Workload
from .alone import Alone


class Peer(Protocol):
    """A class that trains a workload; `run` is timed."""

    def reset(self) -> None:
        """Restore the workload's initial weights."""

    def run(self, steps: int) -> float:
        """Train this number of steps, from the first batch on; return the sum of the losses before each step."""

    def parameters(self) -> np.ndarray:
        """The entries of [W b], layer by layer, row by row: nn's order."""


class Entry(NamedTuple):
    """The location of a peer's class, and how it is compared."""
    module: str
    cls: str
    install: str = ""
    digits: float = 1e-12           # the tolerance for its parameters after three steps
    moves: bool = True              # does it update the weights, or only compute the gradient?
    alone: bool = False             # in a separate process, as garbage collection takes much of its time


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
    # -ffast-math reorders sums and uses the vector library's tanh and exp
    "C -O3 -ffast-math": Entry("c_loops", "Loops", digits=1e-11),
    "HIPS autograd": Entry("hips", "Hips"),
}


class Unavailable(Exception):
    """Raised where a peer cannot run here, with the reason."""


def load(name: str) -> Callable[[Workload], Peer]:
    """The class of a peer.  Raises Unavailable, with how to install it, where its library is missing."""
    entry = PEERS[name]
    try:
        module = import_module(f".{entry.module}", __name__)
    except ModuleNotFoundError as error:
        raise Unavailable(f"{error.name} is not installed: pip install {entry.install or error.name}") from error
    cls: Callable[[Workload], Peer] = getattr(module, entry.cls)
    return partial(Alone, module.__name__, entry.cls) if entry.alone else cls
