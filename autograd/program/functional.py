"""A program as a pure function, (parameters, X) -> (values, gradient), over numpy, jax.numpy or torch.

Every step makes a new array and nothing is written in place: what jax.jit compiles, and spreads over many devices.
"""
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .arrays import real_array
from .backward import one_by_one, treats_alike
from .places import Places
from .reroll import Argument, Block, Blocks, Product

Array = Any                     # of the library that the function was made for
Function = Callable[[Array, Array], tuple[Array, Array]]


def function(program: Blocks, xp: Any) -> Function:
    """The program's values and its gradient as a function of the parameters and of X, a row for every sample."""
    if len(program.outputs) > 1:
        raise ValueError(f"function: a gradient is of one output, but the program has {len(program.outputs)}; compile "
                         "one of them, or their sum")

    def values_and_gradient(parameters: Array, X: Array) -> tuple[Array, Array]:
        """The output for every row of X, and its gradient by the parameters, summed over the rows."""
        parameters, X = library.floats(library.array("parameters", parameters), library.array("X", X))
        if parameters.shape != (len(program.parameters),):
            raise ValueError(f"parameters have shape {tuple(parameters.shape)}; expected ({len(program.parameters)},): "
                             "a number for each of program.parameters")
        if X.ndim != 2 or X.shape[1] != len(program.inputs):
            raise ValueError(f"X has shape {tuple(X.shape)}; expected (samples, {len(program.inputs)}): a column for "
                             "each input, in their order")
        with np.errstate(all="ignore"):         # outside a domain the result is NaN or inf, as in Program.forward
            return Run(program, places, library, parameters, X).values_and_gradient()

    library = Library(xp)
    places = Places(program, [range(len(program.inputs))])
    return values_and_gradient


class Library:
    """An array library, and what the three say in different words."""

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
        """Both as floats: in an array of integers the graph's constants would be rounded."""
        if not self.is_float(parameters):
            parameters = self.like(X, parameters) if self.is_float(X) else parameters * 1.0
        return parameters, X if self.is_float(X) else self.like(parameters, X)

    def is_float(self, array: Array) -> bool:
        """Is the array of floats, of any size?"""
        if self.name == "torch":
            return bool(array.dtype.is_floating_point)
        return bool(self.xp.issubdtype(array.dtype, self.xp.floating))

    def like(self, array: Array, numbers: Any) -> Array:
        """Numbers as an array of the same kind, on the same device."""
        device = {"device": array.device} if self.name == "torch" else {}
        return self.xp.asarray(numbers, dtype=array.dtype, **device)

    def add_at(self, array: Array, places: np.ndarray, terms: Array) -> Array:
        """A copy of array with a term added in each place; a place that comes twice gets both."""
        if self.name == "jax":
            return array.at[places].add(terms)
        if self.name == "torch":
            return array.index_add(0, self.xp.asarray(places, device=array.device), terms)
        array = array.copy()
        self.xp.add.at(array, places, terms)
        return array


class Run:
    """One call: the blocks forward, then backward with the local partials of the rows of the table."""

    def __init__(self, program: Blocks, places: Places, library: Library, parameters: Array, X: Array) -> None:
        self.program, self.places, self.library, self.xp = program, places, library, library.xp
        self.N = X.shape[0]
        constants = library.like(parameters, program.constants)
        self.scalars = self.xp.concatenate([parameters, constants])
        self.Z: list[Array] = [X.T]                         # a sheet: a row for each node, a column for each sample
        self.G: list[Array] = [None] * len(places.sizes)    # the gradient of each sheet, None where none came yet
        self.found: list[tuple[np.ndarray, Array]] = []     # which scalars, and what the gradient adds to them

    def values_and_gradient(self) -> tuple[Array, Array]:
        for block in self.program.blocks:
            self.Z.append(self.xp.broadcast_to(self.forward(block), (block.size, self.N)))
        [output] = self.places.pieces(np.array(self.program.outputs))
        values = self.Z[output.sheet][int(output.rows[0])]
        self.add_to(Argument(False, np.array(self.program.outputs)), self.xp.ones_like(values)[None])
        for i in reversed(range(1, len(self.Z))):
            if self.G[i] is not None:
                self.backward(self.program.blocks[i - 1], self.Z[i], self.G[i])
        return values, self.gradient()

    def forward(self, block: Block) -> Array:
        arguments = [self.argument(a) for a in block.arguments]
        if isinstance(block, Product):
            W, x, b = arguments
            return W[..., 0] @ x + b
        if block.op.array:
            return block.op.array(self.xp, *arguments)
        return block.op.forward(*arguments)

    def backward(self, block: Block, z: Array, g: Array) -> None:
        """From the gradient g of a block to that of its arguments: the local partial times g."""
        arguments = [self.argument(a) for a in block.arguments]
        if isinstance(block, Product):
            W, x, _ = arguments
            terms = (lambda: (g @ x.T).reshape(-1, 1), lambda: W[..., 0].T @ g, lambda: g)
            for a, term in zip(block.arguments, terms):
                if self.is_wanted(a):
                    self.add_to(a, term())
            return
        for a, partial in zip(block.arguments, self.partials(block, z, arguments)):
            if self.is_wanted(a):
                term = self.xp.broadcast_to(partial * g, (*a.numbers.shape, self.N))
                self.add_to(a, term.reshape(a.numbers.size, self.N))

    def partials(self, block: Block, z: Array, arguments: list[Array]) -> Sequence[Array]:
        """The rule's partials, one for each argument; a list's are stacked."""
        is_list = [a.numbers.ndim == 2 for a in block.arguments]
        if not block.op.lists:
            return block.op.partials(z, *arguments)
        if treats_alike(block.op, is_list):                 # then the list may be one array
            return block.op.partials(z, *[(x,) if a_list else x for x, a_list in zip(arguments, is_list)])
        return one_by_one(block.op, is_list, self.xp)(z, *arguments)

    def argument(self, a: Argument) -> Array:
        """What an argument stands for: scalars as columns, rows of one sheet, or gathered from several."""
        if a.is_scalar:
            return self.scalars[a.numbers][..., None]
        pieces = self.places.pieces(a.numbers)
        if pieces[0].is_whole and a.numbers.ndim == 1:
            return self.Z[pieces[0].sheet]
        rows = [self.Z[piece.sheet] if piece.is_whole else self.Z[piece.sheet][piece.rows] for piece in pieces]
        if len(rows) > 1:
            order = np.argsort(np.concatenate([piece.places for piece in pieces]))
            rows = [self.xp.concatenate(rows)[order]]
        return rows[0].reshape(*a.numbers.shape, self.N)

    def is_wanted(self, a: Argument) -> bool:
        """Does a gradient that goes to this argument lead to a parameter?"""
        if a.is_scalar:
            return bool((a.numbers < len(self.program.parameters)).any())
        return any(self.places.trained[piece.sheet] for piece in self.places.pieces(a.numbers))

    def add_to(self, a: Argument, term: Array) -> None:
        """Add a term, a row for each number of the argument, to the gradient of sheets or of scalars."""
        if a.is_scalar:
            self.found.append((a.numbers.ravel(), term.sum(-1)))
            return
        for piece in self.places.pieces(a.numbers):
            i = piece.sheet
            if not self.places.trained[i]:
                continue
            if piece.is_whole:
                self.G[i] = term if self.G[i] is None else self.G[i] + term
                continue
            if self.G[i] is None:
                self.G[i] = self.xp.zeros_like(self.Z[i])
            part = term if len(piece.places) == a.numbers.size else term[piece.places]
            self.G[i] = self.library.add_at(self.G[i], piece.rows, part)

    def gradient(self) -> Array:
        """What was found for the scalars, added up, the parameters' part of it."""
        gradient = self.xp.zeros_like(self.scalars)
        if self.found:
            numbers, terms = zip(*self.found)
            gradient = self.library.add_at(gradient, np.concatenate(numbers), self.xp.concatenate(terms))
        return gradient[:len(self.program.parameters)]
