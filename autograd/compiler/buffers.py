"""The arrays that a program's two phases work in, and the phases bound to them."""
from collections.abc import Callable
from dataclasses import dataclass
from types import CodeType

import numpy as np

from .numpy_forward import ForwardSource

LARGEST = 2 ** 24           # numbers of Z and G that are kept at a time


@dataclass(frozen=True, eq=False)
class BoundPhases:
    """The two phases bound to arrays for N samples at a time."""
    Z: np.ndarray                               # a row for every node; the first, the inputs', are there to be filled
    X: np.ndarray                               # the inputs' rows once more, a row for every sample
    forward: Callable[[], None]                 # reads the weights
    backward: Callable[[], None]                # leaves the sum of the samples' gradients in the gradient


class Buffers:
    """The arrays of a program for one caller at a time: `weights` to fill, `gradient` to read."""

    def __init__(self, text: ForwardSource, code: CodeType) -> None:
        self.text, self.code = text, code
        n, constants = len(text.program.parameters), text.program.constants
        self.S, self.D = np.empty(n + len(constants)), np.zeros(text.more_scalars)
        self.S[n:] = constants
        self.weights, self.gradient = self.S[:n], self.D[:n]
        self.bound: dict[int, BoundPhases] = {}

    def phases(self, N: int) -> BoundPhases:
        """The phases for N samples at a time."""
        if N not in self.bound:
            program = self.text.program
            rows = program.rows + self.text.more_rows
            if len(self.bound) > 4 or rows * (N + sum(self.bound)) > LARGEST:       # large ones are not kept together
                self.bound.clear()
            Z, G, X = np.zeros((program.rows, N)), np.zeros((self.text.more_rows, N)), np.ones((N, program.given))
            Z[program.ones] = 1.0
            names = self.text.names | {"Z": Z, "G": G, "X": X, "S": self.S, "D": self.D, "N": N}
            exec(self.code, names)
            self.bound[N] = BoundPhases(Z, X, names["forward"], names["backward"])
        return self.bound[N]
