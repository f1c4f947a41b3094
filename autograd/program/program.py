"""A recorded graph, ready to run on many samples at once."""
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..value import Value
from .reroll import reroll
from .text import Text

CHUNK = 2 ** 18             # numbers of Z at a time: rows times samples that stay in the cache


class Program:
    """The graph of output, recorded for one sample, as NumPy code for any number of samples.

    `parameters` are the leaves that are neither inputs nor constants, in the order first met; their data is read at
    every call.  `source` is the code.
    """

    def __init__(self, outputs: Sequence[Value], inputs: Sequence[Value], single: bool) -> None:
        self.blocks = reroll(outputs, inputs)
        self.parameters = self.blocks.parameters
        self.single = single
        text = Text(self.blocks, self.blocks.outputs[0] if single else None)
        self.source = text.source
        names = dict(text.names)
        exec(self.source, names)
        self.bind: Callable[..., Any] = names["bind"]
        self.bound: dict[int, tuple[Any, ...]] = {}

    def buffers(self, N: int) -> tuple[Any, ...]:
        """Z, S, D and the two phases bound to them, for N samples at a time."""
        if N not in self.bound:
            if len(self.bound) > 4:
                self.bound.clear()
            Z, G = np.zeros((self.blocks.rows, N)), np.zeros((self.blocks.rows, N))
            Z[self.blocks.ones] = 1.0
            n = len(self.parameters)
            S, D = np.empty(n + len(self.blocks.constants)), np.zeros(n + len(self.blocks.constants))
            S[n:] = self.blocks.constants
            self.bound[N] = (Z, S, D, *self.bind(Z, G, S, D, N))
        return self.bound[N]

    def chunks(self, X: Any) -> list[np.ndarray]:
        """X in pieces whose Z stays in the cache."""
        try:
            X = np.asarray(X, dtype=np.float64)
        except (TypeError, ValueError) as error:
            raise type(error)(f"X must be rows of real numbers, all of one length: {error}") from None
        if X.ndim != 2 or X.shape[1] != len(self.blocks.inputs):
            raise ValueError(f"X has shape {X.shape}; expected (samples, {len(self.blocks.inputs)}): a column for each "
                             "input, in their order")
        size = max(16, CHUNK // self.blocks.rows)
        return [X[first:first + size] for first in range(0, len(X), size)] or [X]

    def forward(self, X: Any) -> np.ndarray:
        """The outputs for every row of X: (N,), or (N, outputs) where there are several."""
        found = [self.run(chunk)[0][self.blocks.outputs].T.copy() for chunk in self.chunks(X)]
        Y = np.concatenate(found)
        return Y[:, 0] if self.single else Y

    def value_and_grad(self, X: Any) -> tuple[np.ndarray, np.ndarray]:
        """The output for every row of X, and its gradient with respect to the parameters, summed over the rows."""
        gradient, values = np.zeros(len(self.parameters)), []
        for chunk in self.chunks(X):
            Z, D, backward = self.run(chunk)
            values.append(Z[self.blocks.outputs[0]].copy())
            with np.errstate(all="ignore"):
                backward()
            gradient += D[:len(gradient)]
        return np.concatenate(values), gradient

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

    def run(self, X: np.ndarray) -> tuple[np.ndarray, np.ndarray, Callable[[], None]]:
        """The forward phase for the rows of X; returns Z, D and the backward phase."""
        Z, S, D, forward, backward = self.buffers(len(X))
        S[:len(self.parameters)] = [p.data for p in self.parameters]
        Z[self.blocks.inputs] = X.T
        with np.errstate(all="ignore"):
            forward()
        return Z, D, backward
