"""A recorded graph, ready to run on many samples at once."""
from collections.abc import Callable, Sequence
from types import CodeType
from typing import TYPE_CHECKING, Any

import numpy as np

from ..value import Value
from .arrays import real_array
from .backward import Backward
from .reroll import reroll
from .text import Text

if TYPE_CHECKING:
    from .vector_page import VectorForm

CHUNK = 2 ** 18             # numbers of Z at a time: rows times samples that stay in the cache
LEAST = 32                  # samples at a time even so: a call has to be worth its while


class Buffers:
    """The arrays that the two phases work in, for one caller at a time."""

    def __init__(self, text: Text, code: CodeType) -> None:
        self.blocks, self.rows, self.names, self.code = text.program, text.more_rows, text.names, code
        n = len(self.blocks.parameters)
        self.S, self.D = np.empty(n + len(self.blocks.constants)), np.zeros(text.more_scalars)
        self.S[n:] = self.blocks.constants
        self.weights, self.gradient = self.S[:n], self.D[:n]
        self.bound: dict[int, tuple[Any, ...]] = {}

    def phases(self, N: int) -> tuple[Any, ...]:
        """Z, forward and backward for N samples at a time.

        The first `blocks.given` rows of Z are the inputs' and are there to be filled; forward() reads `weights`,
        backward() leaves the sum of their gradients in `gradient`.
        """
        if N not in self.bound:
            if len(self.bound) > 4 or self.rows > CHUNK // 64:      # large ones are not kept beside each other
                self.bound.clear()
            Z, G = np.zeros((self.blocks.rows, N)), np.zeros((self.rows, N))
            Z[self.blocks.ones] = 1.0
            names = self.names | {"Z": Z, "G": G, "S": self.S, "D": self.D, "N": N}
            exec(self.code, names)
            self.bound[N] = Z, names["forward"], names["backward"]
        return self.bound[N]


class Program:
    """The graph of output, recorded for one sample, as NumPy code for any number of samples.

    `parameters` are the leaves that are neither inputs nor constants, in the order first met; their data is read at
    every call.  `source` is the code.  Threads may call it at the same time: each call has buffers of its own.
    """

    def __init__(self, outputs: Sequence[Value], inputs: Sequence[Value], single: bool,
                 tape: Sequence[Value] | None = None) -> None:
        self.blocks = reroll(outputs, inputs, tape)
        self.parameters = self.blocks.parameters
        self.inputs = list(inputs)
        self.single = single
        self.text = Backward(self.blocks, self.blocks.outputs[0]) if single else Text(self.blocks)
        self.source = self.text.source
        self.code = compile(self.source, "<a compiled graph>", "exec")
        self.free: list[Buffers] = []                   # pop and append are atomic: threads need no lock
        self.chunk = max(LEAST, CHUNK // (self.blocks.rows + self.text.more_rows))

    def __getstate__(self) -> dict[str, Any]:
        return vars(self) | {"free": []}                # a copy needs buffers of its own

    def take_buffers(self) -> Buffers:
        """Buffers that nobody else uses until they are appended to `free` again."""
        try:
            return self.free.pop()
        except IndexError:
            return Buffers(self.text, self.code)

    def chunks(self, X: Any) -> list[np.ndarray]:
        """X in pieces whose Z stays in the cache."""
        X = real_array("X", X)
        if X.ndim != 2 or X.shape[1] != len(self.blocks.inputs):
            raise ValueError(f"X has shape {X.shape}; expected (samples, {len(self.blocks.inputs)}): a column for each "
                             "input, in their order")
        return [X[first:first + self.chunk] for first in range(0, len(X), self.chunk)]

    def forward(self, X: Any) -> np.ndarray:
        """The outputs for every row of X: (N,), or (N, outputs) where there are several."""
        chunks, buffers = self.chunks(X), self.take_buffers()
        found = [self.run(chunk, buffers)[0][self.blocks.outputs].T for chunk in chunks]
        self.free.append(buffers)
        Y = np.concatenate([np.empty((0, len(self.blocks.outputs))), *found])
        return Y[:, 0] if self.single else Y

    def value_and_grad(self, X: Any) -> tuple[np.ndarray, np.ndarray]:
        """The output for every row of X, and its gradient with respect to the parameters, summed over the rows."""
        if not self.single:
            raise ValueError("value_and_grad needs one output, but this program has a list of outputs: compile their "
                             "sum, or use forward")
        gradient, values = np.zeros(len(self.parameters)), [np.empty(0)]
        chunks, buffers = self.chunks(X), self.take_buffers()
        for chunk in chunks:
            Z, backward = self.run(chunk, buffers)
            values.append(Z[self.blocks.outputs[0]].copy())
            with np.errstate(all="ignore"):
                backward()
            gradient += buffers.gradient
        self.free.append(buffers)
        return np.concatenate(values), gradient

    def vector_form(self) -> "VectorForm":
        """The same in the lecture's letters, V1 = W1 X + b1, ...: str() is text, `.latex` LaTeX; notebooks show it."""
        from .vector_form import vector_form

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
        from .functional import function

        return function(self.blocks, xp)

    def run(self, X: np.ndarray, buffers: Buffers) -> tuple[np.ndarray, Callable[[], None]]:
        """The forward phase for the rows of X; returns Z and the backward phase."""
        Z, forward, backward = buffers.phases(len(X))
        buffers.weights[:] = [p.data for p in self.parameters]
        Z[self.blocks.inputs] = X.T
        with np.errstate(all="ignore"):
            forward()
        return Z, backward
