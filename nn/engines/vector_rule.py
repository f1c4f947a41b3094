"""An optimizer's rule on vectors: at once, or for long ones in pieces that stay in the cache."""
import math
from collections.abc import Callable
from copy import copy, deepcopy

import numpy as np

from ..optimizers import Optimizer, check_remembers

PIECE, LONG = 2 ** 14, 2 ** 17        # parameters that are moved at a time, where there are more than LONG
Vectors = list[np.ndarray]


class VectorRule:
    """One step of an optimizer for every parameter, w and the memory as vectors, which no step writes to in place.

    prepare(part, w) is called for each piece of the new w, while it is in the cache.
    """

    def __init__(self, optimizer: Optimizer, prepare: Callable[[slice, np.ndarray], None]) -> None:
        self.optimizer, self.prepare, self.size = optimizer, prepare, len(optimizer.parameters)
        self.writes = writes_in_place(optimizer)
        self.read_settings()

    def read_settings(self) -> None:
        """Note whether the rule may be called for pieces, which depends on the optimizer's settings."""
        self.in_pieces = self.size > LONG and is_elementwise(self.optimizer)

    def step(self, w: np.ndarray, g: np.ndarray, memory: Vectors, divisor: int) -> tuple[np.ndarray, Vectors, float]:
        """The vectors after a step by g / divisor, and a number that is finite only where every parameter is."""
        optimizer = self.optimizer
        optimizer.steps += 1
        if self.in_pieces:
            return self.step_in_pieces(w, g, memory, divisor)
        g = g.copy() if divisor == 1 else g / divisor               # the rule may keep it
        if self.writes:
            w, memory = w.copy(), [np.array(m) for m in memory]     # a rule may return a number to remember
        w, *memory = optimizer.rule(w, g, *memory)
        return w, memory, size_of(w)

    def step_in_pieces(self, w: np.ndarray, g: np.ndarray, memory: Vectors,
                       divisor: int) -> tuple[np.ndarray, Vectors, float]:
        """The same, piece by piece."""
        found, total = [np.empty_like(w) for _ in range(1 + len(memory))], 0.0
        for first in range(0, self.size, PIECE):
            part = slice(first, first + PIECE)
            pieces = [m[part].copy() if self.writes else m[part] for m in (w, *memory)]
            moved = self.optimizer.rule(pieces[0], g[part] if divisor == 1 else g[part] / divisor, *pieces[1:])
            check_remembers(self.optimizer, len(moved) - 1)
            for x, piece in zip(found, moved):
                x[part] = piece
            if math.isfinite(total):
                total = size_of(found[0][part])
            self.prepare(part, found[0])
        return found[0], found[1:], total


def size_of(w: np.ndarray) -> float:
    """A number that is finite only where every number of w is."""
    size = w.dot(w)                                     # the fastest sum
    return float(size if math.isfinite(size) else w.sum())


def is_elementwise(optimizer: Optimizer) -> bool:
    """Does the rule move each parameter by its own numbers?  Tested by a copy of the optimizer at three magnitudes.

    Not where a setting is an array with a number for each parameter, or where the rule limits the norm of g, say.
    """
    trial = copied(optimizer)
    numbers = np.random.default_rng(0).normal(size=(2 + optimizer.remembers, 2)) ** 2
    try:
        with np.errstate(all="ignore"):
            for scale in 1e-6, 1.0, 1e6:
                both, *each = [trial.rule(*(scale * numbers[:, part])) for part in (slice(2), slice(1), slice(1, 2))]
                for x, *ys in zip(both, *each):
                    if not np.array_equal(np.broadcast_to(x, 2), np.ravel(ys), equal_nan=True):
                        return False
        return True
    except Exception:                                   # of shapes that do not fit; any other recurs in the first step
        return False


def writes_in_place(optimizer: Optimizer) -> bool:
    """Does the rule write into its arguments?  Tested by a copy of the optimizer on read-only arrays."""
    trial = copied(optimizer)
    arrays = [np.zeros(len(optimizer.parameters)) for _ in range(2 + optimizer.remembers)]
    for x in arrays:
        x.setflags(write=False)
    try:
        with np.errstate(all="ignore"):
            trial.rule(*arrays)
    except Exception:                                   # of a read-only array; any other error recurs in the first step
        return True
    return False


def copied(optimizer: Optimizer) -> Optimizer:
    """A copy of the optimizer at its next step, for a trial: it shares the parameters and the memory alone."""
    try:
        trial = deepcopy(optimizer, {id(x): x for x in (optimizer.parameters, optimizer.memory)})
    except Exception:                                   # of what cannot be copied, such as a file
        trial = copy(optimizer)
    trial.steps += 1
    return trial
