"""A recorded graph, ready to run on many samples at once."""
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..value import Value
from .blocks import MatMul
from .numpy_forward import ForwardSource
from .numpy_source import NumpySource
from .vectorize import vectorize

if TYPE_CHECKING:
    from .vector.page import VectorForm

CACHED = 2 ** 18            # numbers of Z and G at a time, rows times samples, that stay in the cache
LARGE = 2 ** 24             # the same where products take most of the time: they are faster the more samples there are
LEAST = 32                  # samples at a time even so: a call has to be worth its while
DENSE = 8                   # multiplications for each row of Z from which on products take most of the time


@dataclass(frozen=True, eq=False)
class Buffers:
    """A program bound to arrays for N samples at a time."""
    Z: np.ndarray                               # a row for every node; the first, the inputs', are there to be filled
    X: np.ndarray                               # the inputs' rows once more, a row for every sample
    forward: Callable[[], None]                 # reads the program's weights
    backward: Callable[[], None]                # leaves the sum of the samples' gradients in the program's gradient


class Program:
    """The graph of output, recorded for one sample, as NumPy code for any number of samples.

    `parameters` are the leaves that are neither inputs nor constants, in the order first met; their data is read at
    every call.  `source` is the code.
    """

    def __init__(self, outputs: Sequence[Value], inputs: Sequence[Value], single: bool,
                 tape: Sequence[Value] | None = None) -> None:
        self.blocks = vectorize(outputs, inputs, tape)
        self.parameters = self.blocks.parameters
        self.inputs = list(inputs)
        self.single = single
        if single:
            text: ForwardSource = NumpySource(self.blocks, self.blocks.outputs[0])
        else:
            text = ForwardSource(self.blocks)
        self.rows, self.scalars = text.more_rows, text.more_scalars
        self.source = text.source
        self.names, self.code = text.names, compile(self.source, "<a compiled graph>", "exec")
        self.bound: dict[int, Buffers] = {}
        products = sum(block.W.size for block in self.blocks.blocks if isinstance(block, MatMul))
        room = LARGE if products >= DENSE * self.blocks.rows else CACHED
        self.chunk = max(LEAST, room // (self.blocks.rows + self.rows))
        n = len(self.parameters)
        S, D = np.empty(n + len(self.blocks.constants)), np.zeros(self.scalars)
        S[n:] = self.blocks.constants
        self.S, self.D, self.weights, self.gradient = S, D, S[:n], D[:n]

    def buffers(self, N: int) -> Buffers:
        """The program bound to arrays for N samples at a time."""
        if N not in self.bound:
            size = self.blocks.rows + self.rows
            if len(self.bound) > 4 or size * (N + sum(self.bound)) > LARGE:     # large ones are not kept side by side
                self.bound.clear()
            Z, G, X = np.zeros((self.blocks.rows, N)), np.zeros((self.rows, N)), np.ones((N, self.blocks.given))
            Z[self.blocks.ones] = 1.0
            names = self.names | {"Z": Z, "G": G, "X": X, "S": self.S, "D": self.D, "N": N}
            exec(self.code, names)
            self.bound[N] = Buffers(Z, X, names["forward"], names["backward"])
        return self.bound[N]

    def read_parameters(self) -> None:
        """Take the parameters' data as the weights."""
        self.weights[:] = [p._data for p in self.parameters]

    def chunks(self, X: Any) -> list[np.ndarray]:
        """X in pieces whose Z stays in the cache."""
        try:
            X = np.asarray(X)
        except (TypeError, ValueError) as error:
            raise type(error)(f"X must be rows of real numbers, all of one length: {error}") from None
        if X.dtype.kind not in "biuf":
            raise TypeError(f"X must be rows of real numbers, all of one length, not of dtype {X.dtype}")
        if X.ndim != 2 or X.shape[1] != len(self.blocks.inputs):
            raise ValueError(f"X has shape {X.shape}; expected (samples, {len(self.blocks.inputs)}): a column for each "
                             "input, in their order")
        return [X[first:first + self.chunk] for first in range(0, len(X), self.chunk)]

    def forward(self, X: Any) -> np.ndarray:
        """The outputs for every row of X: (N,), or (N, outputs) where there are several."""
        found = [self.run(chunk).Z[self.blocks.outputs].T for chunk in self.chunks(X)]
        Y = np.concatenate([np.empty((0, len(self.blocks.outputs))), *found])
        return Y[:, 0] if self.single else Y

    def value_and_grad(self, X: Any) -> tuple[np.ndarray, np.ndarray]:
        """The output for every row of X, and its gradient with respect to the parameters, summed over the rows."""
        if not self.single:
            raise ValueError("value_and_grad needs one output, but this program has a list of outputs: compile their "
                             "sum, or use forward")
        gradient, values = np.zeros(len(self.parameters)), [np.empty(0)]
        for chunk in self.chunks(X):
            buffers = self.run(chunk)
            values.append(buffers.Z[self.blocks.outputs[0]].copy())
            with np.errstate(all="ignore"):
                buffers.backward()
            gradient += self.gradient
        return np.concatenate(values), gradient

    def vector_form(self) -> "VectorForm":
        """The same in the lecture's letters, V1 = W1 X + b1, ...: str() is text, `.latex` LaTeX; notebooks show it."""
        from .vector.vector_form import vector_form

        return vector_form(self.blocks, self.inputs)

    def function(self, xp: Any) -> Callable[[Any, Any], tuple[Any, Any]]:
        """The same as a pure function (parameters, X) -> (values, gradient) over numpy, jax.numpy or torch.

        parameters is a 1-D array in the order of self.parameters.

        >>> from autograd import compile
        >>> w, x = Value(3.0, "w"), Value(2.0, "x")
        >>> f = compile(w * w * x, [x]).function(np)
        >>> [a.tolist() for a in f(np.array([3.0]), np.array([[0.0], [1.0]]))]
        [[0.0, 9.0], [6.0]]
        """
        from .array_function import array_function

        return array_function(self.blocks, xp)

    def run(self, X: np.ndarray) -> Buffers:
        """The forward phase for the rows of X."""
        buffers = self.buffers(len(X))
        self.read_parameters()
        buffers.X[:, self.blocks.inputs] = X
        buffers.Z[self.blocks.inputs] = X.T
        with np.errstate(all="ignore"):
            buffers.forward()
        return buffers
