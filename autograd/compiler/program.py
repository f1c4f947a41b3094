"""Program: a compiled graph that runs on many samples at once."""
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..value import Value
from .arrays import real_array
from .blocks import MatMul
from .buffers import LARGEST, BoundPhases, Buffers
from .numpy_backward import PhaseCalls
from .numpy_forward import ForwardCalls
from .vectorize import vectorize

if TYPE_CHECKING:
    from .vector.page import VectorForm

CACHED = 2 ** 18            # numbers of Z, G and K at a time, rows times samples, that fit the cache
LEAST = 32                  # samples at a time, at least: fewer are not worth a call
DENSE = 8                   # multiplications for each row of Z: from here on matrix products dominate, best undivided


class Program:
    """The graph of output, recorded for one sample, as NumPy calls for any number of samples.

    `parameters` are the leaves that are neither inputs nor constants, in the order of first use; their data is read at
    every call.  Threads may call it at the same time: each call has buffers of its own.
    """

    def __init__(self, outputs: Sequence[Value], inputs: Sequence[Value], single: bool,
                 tape: Sequence[Value] | None = None) -> None:
        self.blocks = vectorize(outputs, inputs, tape)
        self.parameters = self.blocks.parameters
        self.inputs = list(inputs)
        self.single = single
        self.calls = PhaseCalls(self.blocks, self.blocks.outputs[0]) if single else ForwardCalls(self.blocks)
        self.free: list[Buffers] = []                   # pop and append are atomic: threads need no lock
        products = sum(block.W.size for block in self.blocks.blocks if isinstance(block, MatMul))
        room = LARGEST if products >= DENSE * self.blocks.rows else CACHED
        self.chunk = max(LEAST, room // (self.blocks.rows + self.calls.more_rows + self.calls.sizes["K"]))

    @property
    def source(self) -> str:
        """The NumPy source of the calls: Z, S and G are arrays of nodes, scalars and gradients, a row for each."""
        return self.calls.text()[0]

    def take_buffers(self) -> Buffers:
        """Take buffers from `free`, or make new ones; the caller appends them to `free` afterwards."""
        try:
            return self.free.pop()
        except IndexError:
            return Buffers(self.calls)

    def chunks(self, X: Any) -> list[np.ndarray]:
        """X in chunks whose Z fits the cache."""
        X = real_array("X", X)
        if X.ndim != 2 or X.shape[1] != len(self.blocks.inputs):
            raise ValueError(f"X has shape {X.shape}; expected (samples, {len(self.blocks.inputs)}): a column for each "
                             "input, in their order")
        return [X[first:first + self.chunk] for first in range(0, len(X), self.chunk)]

    def forward(self, X: Any) -> np.ndarray:
        """The outputs for every row of X: (N,), or (N, outputs) where there are several."""
        chunks, buffers = self.chunks(X), self.take_buffers()
        found = [self.run(chunk, buffers).Z[self.blocks.outputs].T for chunk in chunks]
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
            phases = self.run(chunk, buffers)
            values.append(phases.Z[self.blocks.outputs[0]].copy())
            with np.errstate(all="ignore"):
                phases.backward()
            gradient += buffers.gradient
        self.free.append(buffers)
        return np.concatenate(values), gradient

    def vector_form(self) -> "VectorForm":
        """The vector form, in the lecture's letters, V1 = W1 X + b1, ...: str() is text, `.latex` is for notebooks."""
        from .vector.vector_form import vector_form

        return vector_form(self.blocks, self.inputs)

    def function(self, xp: Any) -> Callable[..., tuple[Any, Any]]:
        """A pure function over numpy, jax.numpy or torch: (parameters, X, weights) -> (values, gradient).

        parameters is a 1-D array in the order of self.parameters.  The gradient is Σ weightₙ ∂valueₙ over the rows of
        X, every weight 1 where none are given; a weight of 0 excludes a row, such as one that pads a batch.

        >>> from autograd import compile
        >>> w, x = Value(3.0, "w"), Value(2.0, "x")
        >>> f = compile(w * w * x, [x]).function(np)
        >>> [a.tolist() for a in f(np.array([3.0]), np.array([[0.0], [1.0]]))]
        [[0.0, 9.0], [6.0]]
        """
        from .array_function import array_function

        return array_function(self.blocks, xp)

    def function_of_blocks(self, xp: Any) -> tuple[list[np.ndarray], Callable[..., tuple[Any, list[Any]]]] | None:
        """`function` on the parameters in blocks, (blocks, X, weights) -> (values, gradients), for a loop of updates.

        A block has the parameters of one operand, in its shape: a layer's W, or its b.  Returns the indices in
        self.parameters of each block's parameters, and the function; None where a parameter is used twice.
        """
        from .array_function import function_of_blocks

        return function_of_blocks(self.blocks, xp)

    def run(self, X: np.ndarray, buffers: Buffers) -> BoundPhases:
        """The forward phase for the rows of X."""
        phases = buffers.phases(len(X))
        buffers.weights[:] = [p._data for p in self.parameters]
        phases.Z[self.blocks.inputs] = X.T
        phases.X[...] = phases.Z[:self.calls.width].T
        with np.errstate(all="ignore"):
            phases.forward()
        return phases
