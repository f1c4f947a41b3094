"""A program as a pure function, (parameters, X, weights) -> (values, gradient), over numpy, jax.numpy or torch.

It runs the plan of differentiate.py.  Every step makes a new array and nothing is written in place, so jax.jit can
compile it and spread it over many devices.
"""
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .arrays import real_array
from .blocks import Block, BlockGraph, MatMul, Operand, follow
from .differentiate import BlockStep, Plan, Span, backward_plan

Array = Any                     # of the library that the function was made for
Function = Callable[..., tuple[Array, Any]]                 # parameters, X, weights
Reader = Callable[[Sequence[Array], list[Array]], Array]    # blocks of scalars, the arrays so far -> an operand


class Library:
    """An array library: one interface where numpy, jax.numpy and torch differ."""

    def __init__(self, xp: Any) -> None:
        self.xp = xp
        self.name = xp.__name__.partition(".")[0]

    def array(self, name: str, data: Any) -> Array:
        """data as an array of the library.  Raises TypeError where it holds no real numbers."""
        if self.name == "numpy":
            return real_array(name, data)
        array = self.xp.asarray(data)
        if "complex" in str(array.dtype):
            raise TypeError(f"{name} must hold real numbers, but its dtype is {array.dtype}")
        return array

    def floats(self, parameters: Array, X: Array) -> tuple[Array, Array]:
        """Both arrays as floats, because the graph's constants would be rounded in an array of integers."""
        if not self.is_float(parameters):
            parameters = self.like(X, parameters) if self.is_float(X) else parameters * 1.0
        return parameters, X if self.is_float(X) else self.like(parameters, X)

    def is_float(self, array: Array) -> bool:
        """Is the array's dtype a float of any size?"""
        if self.name == "torch":
            return bool(array.dtype.is_floating_point)
        return bool(self.xp.issubdtype(array.dtype, self.xp.floating))

    def like(self, array: Array, numbers: Any) -> Array:
        """Numbers as an array of the same kind, on the same device."""
        device = {"device": array.device} if self.name == "torch" else {}
        return self.xp.asarray(numbers, dtype=array.dtype, **device)

    def add_at(self, array: Array, rows: np.ndarray, terms: Array) -> Array:
        """A copy of array with a term added to each of these rows; terms of a repeated row add up."""
        if self.name == "jax":
            return array.at[rows].add(terms)
        if self.name == "torch":
            return array.index_add(0, self.xp.asarray(rows, device=array.device), terms)
        array = array.copy()
        if len(np.unique(rows)) == len(rows):
            array[rows] += terms                # many times faster than add.at
        else:
            self.xp.add.at(array, rows, terms)
        return array


def array_function(graph: BlockGraph, xp: Any) -> Function:
    """The graph's output and its gradient as a function of the parameters, X (a row for every sample) and weights."""
    if len(graph.outputs) > 1:
        raise ValueError(f"function: a gradient is of one output, but the program has {len(graph.outputs)}; compile "
                         "one of them, or their sum")
    library = Library(xp)
    runner = Runner(backward_plan(graph), library)

    def values_and_gradient(parameters: Array, X: Array, weights: Array = None) -> tuple[Array, Array]:
        """The output for every row of X, and its gradient Σ weightₙ ∂valueₙ; all weights are 1 by default."""
        parameters, X = library.floats(library.array("parameters", parameters), library.array("X", X))
        if parameters.shape != (len(graph.parameters),):
            raise ValueError(f"parameters have shape {tuple(parameters.shape)}; expected ({len(graph.parameters)},): "
                             "a number for each of program.parameters")
        if X.ndim != 2 or X.shape[1] != len(graph.inputs):
            raise ValueError(f"X has shape {tuple(X.shape)}; expected (samples, {len(graph.inputs)}): a column for "
                             "each input, in their order")
        if weights is not None:
            weights = library.like(X, weights)
            if weights.shape != (X.shape[0],):
                raise ValueError(f"weights have shape {tuple(weights.shape)}; expected ({X.shape[0]},): a number for "
                                 "each row of X")
        with np.errstate(all="ignore"):         # outside a domain the result is NaN or inf, as in Program.forward
            values, terms = runner.run(runner.blocks_of(parameters), X, weights)
            return values, runner.sum_of(terms, parameters)

    return values_and_gradient


def function_of_blocks(graph: BlockGraph, xp: Any) -> tuple[list[np.ndarray], Function] | None:
    """The same as a function of the parameters in blocks, (blocks, X, weights) -> (values, gradients), for loops.

    A block has the parameters of one operand, of a layer's W, say, so no vector is cut and joined at each call; the
    numbers of each block's parameters are returned too.  None where a parameter is used twice.
    """
    library = Library(xp)
    runner = Runner(backward_plan(graph), library)
    if runner.order is None:
        return None

    def values_and_gradients(blocks: Sequence[Array], X: Array, weights: Array = None) -> tuple[Array, list[Array]]:
        scalars = runner.blocks_of(library.like(X, np.zeros(len(graph.parameters))))        # the constants' blocks
        for i, block in zip(runner.trained, blocks):
            scalars[i] = block
        with np.errstate(all="ignore"):
            values, terms = runner.run(scalars, X, weights)
        return values, [term.reshape(block.shape) for term, block in zip(terms, blocks)]

    return [*runner.trained.values()], values_and_gradients


class Runner:
    """Runs a plan on the arrays of one library; operands and the terms' destinations are located once, beforehand.

    A run reads the scalars in blocks, one for each operand of scalars, and fills a list of arrays, rows by samples: the
    inputs, then the result of each step.
    """

    def __init__(self, plan: Plan, library: Library) -> None:
        self.plan, self.library = plan, library
        places = [(step, k) for step in plan.steps for k, a in enumerate(step.block.operands) if a.is_scalar]
        self.block_at = {(step.array, k): i for i, (step, k) in enumerate(places)}
        total = len(plan.graph.parameters) + len(plan.graph.constants)
        self.cuts = [cut(step.block.operands[k].numbers, total) for step, k in places]
        self.trained = {self.block_at[step.array, k]: step.block.operands[k].numbers       # as their gradient is found
                        for step in reversed(plan.steps) for k, is_wanted in enumerate(step.wanted)
                        if is_wanted and (step.array, k) in self.block_at}
        self.readers = [[self.reader(step, k) for k in range(len(step.wanted))] for step in plan.steps]
        [self.output] = plan.spans(Operand(False, np.array(plan.graph.outputs)))
        self.targets = [[plan.trained_spans(a) for a in step.block.operands] for step in plan.steps]
        sent = [numbers.ravel() for numbers in self.trained.values()]
        self.sent = np.concatenate([np.zeros(0, dtype=np.intp), *sent])     # the scalar that each term is sent to
        order = np.argsort(self.sent)                       # None where a parameter is used twice
        self.order = order if np.array_equal(self.sent[order], np.arange(len(plan.graph.parameters))) else None

    def blocks_of(self, parameters: Array) -> list[Array]:
        """The blocks of scalars, cut from the vector of the parameters."""
        constants, scalars = self.plan.graph.constants, parameters
        if constants:
            scalars = self.library.xp.concatenate([parameters, self.library.like(parameters, constants)])
        return [part(scalars) for part in self.cuts]

    def run(self, scalars: Sequence[Array], X: Array, weights: Array | None) -> tuple[Array, list[Array]]:
        """The output for every sample, and for each trained block the weighted sum of its gradient over the samples."""
        plan, N = self.plan, X.shape[0]
        Z, operands = [X.T], list[list[Array]]()
        for step, readers in zip(plan.steps, self.readers):
            operands.append([read(scalars, Z) for read in readers])
            Z.append(self.full(self.forward(step.block, operands[-1]), (step.block.size,), N))
        value = Z[self.output.array][self.output.rows]
        seed = self.library.xp.ones_like(value) if weights is None else weights.reshape(1, N)
        return value[0], self.gradient(Z, operands, seed)

    def forward(self, block: Block, operands: list[Array]) -> Array:
        if isinstance(block, MatMul):
            W, x, b = operands
            return W @ x + b
        try:
            return block.op.array(self.library.xp, *operands) if block.op.array else block.op.forward(*operands)
        except TypeError as error:                  # as of NumPy's own functions, on JAX's arrays
            raise TypeError(f"the operation {block.op.name!r} does not run on {self.library.xp.__name__}: "
                            f"{str(error).splitlines()[0]}.  Its array form is to use the functions of the xp that it "
                            "is given") from error

    def gradient(self, Z: list[Array], operands: list[list[Array]], seed: Array) -> list[Array]:
        """The backward phase: the gradient of each trained block."""
        G: list[Array] = [None] * len(Z)                    # the gradient of each array, None before the first term
        sent, ones = list[Array](), self.library.xp.ones_like(seed).reshape(-1)
        self.add(G, Z, self.output, seed)
        for step, xs, targets in reversed([*zip(self.plan.steps, operands, self.targets)]):
            if G[step.array] is None:
                continue
            for k, term in step.terms(Z[step.array], xs, G[step.array]):
                operand = step.block.operands[k]
                if isinstance(step.block, MatMul) and k == 0:
                    sent.append(term.reshape(-1))           # g x' sums over the samples
                    continue
                term = self.full(term, operand.numbers.shape, seed.shape[1])
                if operand.is_scalar:
                    sent.append(term @ ones)                # on JAX one call where a sum takes two
                for span in targets[k]:
                    self.add(G, Z, span, term if len(span.positions) == len(term) else term[span.positions])
        return sent

    def full(self, x: Any, shape: tuple[int, ...], N: int) -> Array:
        """x broadcast to this shape by N samples, and reshaped to a row for each number of the shape."""
        if getattr(x, "shape", None) != (*shape, N):
            x = self.library.xp.broadcast_to(x, (*shape, N))
        return x.reshape(math.prod(shape), N) if len(shape) > 1 else x

    def add(self, G: list[Array], Z: list[Array], span: Span, term: Array) -> None:
        """Add a term to the gradient of an array, or of some of its rows."""
        i = span.array
        if span.is_whole:
            G[i] = term if G[i] is None else G[i] + term
        else:
            G[i] = self.library.add_at(self.library.xp.zeros_like(Z[i]) if G[i] is None else G[i], span.rows, term)

    def sum_of(self, terms: list[Array], parameters: Array) -> Array:
        """The gradient of each parameter, in a vector: the sum of its terms."""
        together = self.library.xp.concatenate([parameters[:0], *terms])
        if self.order is not None:
            return together[self.order]
        gradient = self.library.xp.zeros_like(self.library.xp.concatenate([parameters, self.library.like(
            parameters, self.plan.graph.constants)]))
        return self.library.add_at(gradient, self.sent, together)[:len(parameters)]

    def reader(self, step: BlockStep, k: int) -> Reader:
        """The function that reads a block's k-th operand: a view where its numbers are consecutive, else gathered."""
        operand = step.block.operands[k]
        if operand.is_scalar:
            i = self.block_at[step.array, k]
            is_matrix = isinstance(step.block, MatMul) and k == 0
            return (lambda blocks, Z: blocks[i]) if is_matrix else lambda blocks, Z: blocks[i][..., None]
        shape, spans = operand.numbers.shape, self.plan.spans(operand)
        if len(spans) == 1:
            i, rows = spans[0].array, spans[0].rows
            if spans[0].is_whole and len(shape) == 1:
                return lambda blocks, Z: Z[i]
            index: Any = slice(int(rows[0]), int(rows[-1]) + 1) if follow(rows) else rows.reshape(shape)
            if len(shape) == 1 or not follow(rows):
                return lambda blocks, Z: Z[i][index]
            return lambda blocks, Z: Z[i][index].reshape(*shape, Z[i].shape[1])
        order = np.argsort(np.concatenate([span.positions for span in spans])).reshape(shape)
        return lambda blocks, Z: self.library.xp.concatenate(
            [Z[span.array] if span.is_whole else Z[span.array][span.rows] for span in spans])[order]


def cut(numbers: np.ndarray, total: int) -> Callable[[Array], Array]:
    """The function that cuts these of all scalars: a view where they are consecutive, or columns of a larger matrix."""
    shape, first = numbers.shape, int(numbers.flat[0])
    if follow(numbers):
        return lambda scalars: scalars[first:first + numbers.size].reshape(shape)
    if numbers.ndim == 2 and len(numbers) > 1:
        n, width, stride = *shape, int(numbers[1, 0]) - first
        end = first + n * stride
        if stride > width and end <= total and np.array_equal(
                numbers, first + stride * np.arange(n)[:, None] + np.arange(width)):
            return lambda scalars: scalars[first:end].reshape(n, stride)[:, :width]
    return lambda scalars: scalars[numbers]
