"""A compiled program bound to a data set, for training loops on arrays."""
from collections.abc import Sequence

import numpy as np

from ..value import Value
from .buffers import BoundPhases
from .program import Program

Rows = slice | np.ndarray                       # of the data: a slice, or an array of indices


class BoundProgram:
    """A program whose one output is the loss, and the samples that the loss is summed over.

    X has a row for every sample and a column for every input; `parameters` are the leaves in the caller's vectors w, in
    their order; the gradient of those that the loss does not depend on is 0.

    >>> from autograd import compile
    >>> w, x = Value(3.0, "w"), Value(2.0, "x")
    >>> bound = BoundProgram(compile(w * w * x, [x]), np.array([[0.0], [1.0]]), [w])
    >>> bound.loss_and_grad(np.array([3.0]), slice(0, 2))
    (9.0, array([6.]))
    """

    def __init__(self, program: Program, X: np.ndarray, parameters: Sequence[Value]) -> None:
        self.program = program
        self.buffers = program.take_buffers()                       # kept
        self.columns = np.ones((program.blocks.given, len(X)))      # a column for every sample, as the program reads it
        self.columns[program.blocks.inputs] = X.T
        self.samples = np.ascontiguousarray(self.columns[:program.calls.width].T)       # a row for every sample
        number = {p: i for i, p in enumerate(program.parameters)}
        self.size = len(parameters)
        reached = [i for i, p in enumerate(parameters) if p in number]      # those that the loss depends on
        places = [number[parameters[i]] for i in reached]
        self.reached, self.places = np.array(reached, dtype=np.intp), np.array(places, dtype=np.intp)
        self.is_every = reached == places == list(range(len(number))) == list(range(self.size))     # in one order
        self.w: np.ndarray | None = None                            # the vector that the buffers hold, if any
        self.loaded: BoundPhases | None = None                      # filled with every sample, in order
        self.read_parameters()

    def loss_and_grad(self, w: np.ndarray, rows: Rows) -> tuple[float, np.ndarray]:
        """The sum of these samples' losses at the parameters w, and its gradient by w, valid until the next call.

        The same w is not copied again, so it may not be written to.  NumPy's warnings outside an operation's domain are
        left to the caller's np.errstate.
        """
        chunk, every, weights = self.program.chunk, self.buffers.gradient, self.buffers.weights
        if self.is_every and w is not self.w:
            weights[:] = w
        elif not self.is_every:
            weights[self.places] = w[self.reached]
        self.w = w
        n = rows.stop - rows.start if isinstance(rows, slice) else len(rows)
        if n <= chunk:
            J, gradient = self.run(rows, n), every
        else:
            J, gradient = 0.0, np.zeros_like(every)
            for first in range(0, n, chunk):
                end = min(first + chunk, n)
                J += self.run(slice(rows.start + first, rows.start + end) if isinstance(rows, slice) else
                              rows[first:end], end - first)
                gradient += every
        if self.is_every:
            return J, gradient
        found = np.zeros(self.size)
        found[self.reached] = gradient[self.places]
        return J, found

    def prepare(self, part: slice, w: np.ndarray) -> None:
        """Copy a part of the next call's w, while it is in the cache; after the last part that call copies nothing."""
        if self.is_every:
            self.buffers.weights[part] = w[part]
            self.w = w if part.stop >= len(w) else None

    def read_parameters(self) -> None:
        """Read the data of all parameters as weights, also of those that are not in the caller's vectors."""
        self.w = None
        self.buffers.weights[:] = [p._data for p in self.program.parameters]

    def run(self, rows: Rows, n: int) -> float:
        """The loss of n samples that fit the buffers, by both phases; the gradient is left in the buffers."""
        phases = self.buffers.phases(n)
        if self.loaded is not phases:
            Z, width = phases.Z[:len(self.columns)], phases.X.shape[1]
            if isinstance(rows, slice):
                Z[...], phases.X[...] = self.columns[:, rows], self.samples[rows]
            else:
                self.samples.take(rows, 0, phases.X, "clip")                # several times as fast as "raise"
                Z[:width] = phases.X.T
                self.columns[width:].take(rows, 1, Z[width:], "clip")
            self.loaded = phases if isinstance(rows, slice) and n == len(self.samples) else None
        phases.forward()
        phases.backward()
        return float(phases.total())
