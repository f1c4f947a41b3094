"""Blocks as NumPy text: a function that binds views and buffers once, and two that run the phases in place.

In the text Z holds a row for every node and a column for every sample, G the gradients of the same, S the scalars
(parameters, then constants) and D what the gradient adds to them.
"""
from collections.abc import Sequence
from typing import Any

import numpy as np

from .reroll import Argument, Block, Blocks, Product
from .traced import Traced, Writer, run


class Text:
    """The lines of the program, and the index arrays and functions that they name."""

    def __init__(self, program: Blocks, gradient_of: int | None) -> None:
        self.program = program
        self.names: dict[str, Any] = {"np": np}
        self.bound: dict[str, str] = {}                     # expression: the name it is bound to
        self.bind: list[str] = []
        self.forward: list[str] = []
        self.backward: list[str] = []
        numbers = [a.numbers.ravel() for block in program.blocks for a in block.arguments if a.is_scalar]
        self.uses = np.bincount(np.concatenate([*numbers, np.zeros(0, dtype=np.intp)]))
        self.owner = np.full(program.rows, -1)
        for i, block in enumerate(program.blocks):
            self.owner[block.first:block.first + block.size] = i
        for block in program.blocks:
            self.write_forward(block)
        if gradient_of is not None:
            self.trained = self.depends_on_parameters()
            self.begun: set[int] = set()
            self.start(gradient_of)
            for block in reversed(program.blocks):
                if self.trained[self.owner[block.first]] and self.owner[block.first] in self.begun:
                    self.write_backward(block)

    @property
    def source(self) -> str:
        """The whole text."""
        def body(lines: Sequence[str]) -> str:
            return "\n".join(f"        {line}" for line in lines) or "        pass"

        return "\n".join(["def bind(Z, G, S, D, N):", *(f"    {line}" for line in self.bind),
                          "    def forward():", body(self.forward), "    def backward():", body(self.backward),
                          "    return forward, backward"])

    # --- names

    def name(self, kind: str, expression: str) -> str:
        """The name that an expression is bound to, before anything runs."""
        if expression not in self.bound:
            self.bound[expression] = f"{kind}{len(self.bound)}"
            self.bind.append(f"{self.bound[expression]} = {expression}")
        return self.bound[expression]

    def array(self, numbers: np.ndarray) -> str:
        """The name of an index array."""
        name = f"I{len(self.names)}"
        self.names[name] = numbers
        return name

    def rows(self, of: str, numbers: np.ndarray) -> str:
        """Some rows of Z or of G: a view where they follow each other, else gathered."""
        run_of = contiguous(numbers)
        if run_of:
            return self.name(of.lower(), f"{of}[{run_of[0]}:{run_of[1]}]")
        return f"{of}[{self.array(numbers)}]"

    def scalars(self, numbers: np.ndarray) -> str:
        """Some scalars as columns, one for each row of the block."""
        run_of = contiguous(numbers)
        if run_of:
            return self.name("s", f"S[{run_of[0]}:{run_of[1]}, None]")
        return f"S[{self.array(numbers)}][..., None]"

    def argument(self, argument: Argument) -> str:
        return self.scalars(argument.numbers) if argument.is_scalar else self.rows("Z", argument.numbers)

    def writer(self, block: Block) -> Writer:
        return Writer(lambda i: self.name("t", f"np.empty(({block.size}, N)){' ' * i}"))

    # --- the forward phase

    def write_forward(self, block: Block) -> None:
        z = self.rows("Z", np.arange(block.first, block.first + block.size))
        if isinstance(block, Product):
            W, x, has_bias = self.factors(block)
            self.forward.append(f"np.dot({W}, {x}, out={z})")
            if not has_bias:
                self.forward.append(f"np.add({z}, {self.scalars(block.b)}, out={z})")
        elif block.op.lists:
            name = self.function(block.op.array or (lambda xp, *args: block.op.forward(*args)))
            self.forward.append(f"{z}[...] = {name}(np, {', '.join(map(self.argument, block.arguments))})")
        else:
            writer = self.writer(block)
            writer.write([(run(block.op, *map(self.traced, block.arguments)), z)])
            self.forward += writer.lines

    def traced(self, argument: Argument) -> Traced:
        return Traced.named(self.argument(argument))

    def function(self, f: Any) -> str:
        name = f"f{len(self.names)}"
        self.names[name] = f
        return name

    def factors(self, block: Product) -> tuple[str, str, bool]:
        """W and x as text, with b and a row of ones in them where both lie so."""
        x = contiguous(block.x)
        with_bias = np.column_stack([block.W, block.b])
        if x and x[1] in self.program.ones and contiguous(with_bias.ravel()):
            return self.matrix("S", with_bias), self.name("x", f"Z[{x[0]}:{x[1] + 1}]"), True
        return self.matrix("S", block.W), self.rows("Z", block.x), False

    def matrix(self, of: str, numbers: np.ndarray) -> str:
        """Some scalars, or what the gradient adds to them, as a matrix: a view where they follow each other."""
        run_of = contiguous(numbers.ravel())
        if run_of:
            return self.name("w" if of == "S" else "d", f"{of}[{run_of[0]}:{run_of[1]}].reshape({len(numbers)}, -1)")
        return f"{of}[{self.array(numbers)}]"

    # --- the backward phase

    def depends_on_parameters(self) -> list[bool]:
        """For each block, whether its gradient leads to a parameter."""
        n = len(self.program.parameters)
        trained: list[bool] = []
        for block in self.program.blocks:
            trained.append(any((a.numbers < n).any() if a.is_scalar else
                               any(trained[i] for i in set(self.owner[a.numbers].ravel().tolist()) if i >= 0)
                               for a in block.arguments))
        return trained

    def start(self, row: int) -> None:
        """The gradient of the output with respect to itself is 1."""
        self.backward.append("D[...] = 0.0")
        block = self.program.blocks[self.owner[row]]
        self.begun.add(int(self.owner[row]))
        if block.size > 1:
            self.backward.append(f"{self.rows('G', np.arange(block.first, block.first + block.size))}[...] = 0.0")
        self.backward.append(f"{self.rows('G', np.array([row]))}[...] = 1.0")

    def write_backward(self, block: Block) -> None:
        own = np.arange(block.first, block.first + block.size)
        z, g = self.rows("Z", own), self.rows("G", own)
        if isinstance(block, Product):
            self.product_backward(block, g)
            return
        writer = self.writer(block)
        if block.op.lists:
            self.lists_backward(block, z, g)
            return
        partials = block.op.partials(Traced.named(z), *map(self.traced, block.arguments))
        wanted = [(a, p * Traced.named(g)) for a, p in zip(block.arguments, partials) if self.is_wanted(a)]
        outs = [self.destination(a) for a, _ in wanted]
        found = writer.write([(term, out) for (_, term), out in zip(wanted, outs)])
        self.backward += writer.lines
        for (a, _), out, term in zip(wanted, outs, found):
            if out is None:
                self.add_to(a, term)

    def is_wanted(self, a: Argument) -> bool:
        """Does a gradient that goes to this argument lead to a parameter?"""
        if a.is_scalar:
            return bool((a.numbers < len(self.program.parameters)).any())
        return any(i >= 0 and self.trained[i] for i in set(self.owner[a.numbers].ravel().tolist()))

    def product_backward(self, block: Product, g: str) -> None:
        """dW = g x', db = g summed over the samples, dx = W' g."""
        W, x, has_bias = self.factors(block)
        weights = np.column_stack([block.W, block.b]) if has_bias else block.W
        if self.is_wanted(block.arguments[0]) or self.is_wanted(block.arguments[2]):
            if contiguous(weights.ravel()) and (self.uses[weights] == 1).all():
                self.backward.append(f"np.dot({g}, {x}.T, out={self.matrix('D', weights)})")
            else:
                self.backward.append(f"np.add.at(D, {self.array(weights)}, np.dot({g}, {x}.T))")
            if not has_bias:
                self.add_to(block.arguments[2], g)
        rows = block.arguments[1]
        if self.is_wanted(rows):
            product = f"np.dot({W}[:, :{len(block.x)}].T, {g}"
            out = self.destination(rows)
            if out:
                self.backward.append(f"{product}, out={out})")
            else:
                self.add_to(rows, f"{product})")

    def lists_backward(self, block: Block, z: str, g: str) -> None:
        """A rule on lists treats its numbers alike: it is given each list as one array, and gives one back."""
        stacked = [f"({self.argument(a)},)" if a.numbers.ndim == 2 else self.argument(a) for a in block.arguments]
        self.backward.append(f"p = {self.function(block.op.partials)}({z}, {', '.join(stacked)})")
        for k, a in enumerate(block.arguments):
            if self.is_wanted(a):
                shape = f"({', '.join(map(str, a.numbers.shape))}, N)"
                self.backward.append(f"c = np.broadcast_to(p[{k}] * {g}, {shape}).reshape(-1, N)")
                self.add_to(Argument(a.is_scalar, a.numbers.ravel()), "c")

    def destination(self, a: Argument) -> str | None:
        """Rows of G that a term can be written into, because they are a whole block and nothing is in it yet."""
        run_of = contiguous(a.numbers)
        if a.is_scalar or not run_of:
            return None
        i = int(self.owner[run_of[0]])
        block = self.program.blocks[i]
        if i < 0 or i in self.begun or run_of != (block.first, block.first + block.size):
            return None
        self.begun.add(i)
        return self.rows("G", a.numbers)

    def add_to(self, a: Argument, term: str) -> None:
        """Add a term, a row for each number, to rows of G or, summed over the samples, to D."""
        if a.is_scalar:
            self.backward.append(f"np.add.at(D, {self.array(a.numbers)}, {term}.sum(1))")
            return
        keep = np.array([i >= 0 and self.trained[i] for i in self.owner[a.numbers].tolist()])
        for i in dict.fromkeys(self.owner[a.numbers[keep]].tolist()):
            if i not in self.begun:
                self.begun.add(i)
                block = self.program.blocks[i]
                self.backward.append(f"{self.rows('G', np.arange(block.first, block.first + block.size))}[...] = 0.0")
        if keep.all() and contiguous(a.numbers):
            self.backward.append(f"{self.rows('G', a.numbers)}[...] += {term}")
            return
        places = np.flatnonzero(keep)
        if len(places) and len(a.numbers) > 1 and not term.isidentifier():
            self.backward.append(f"c = {term}")
            term = "c"
        for once in each_once(a.numbers, places):           # += counts a row that comes twice only once
            part = term if len(once) == len(a.numbers) else f"{term}[{self.array(once)}]"
            self.backward.append(f"G[{self.array(a.numbers[once])}] += {part}")


def contiguous(numbers: np.ndarray) -> tuple[int, int] | None:
    """The first number and the one after the last, where they follow each other."""
    if numbers.ndim != 1 or not len(numbers) or (np.diff(numbers) != 1).any():
        return None
    return int(numbers[0]), int(numbers[-1]) + 1


def each_once(numbers: np.ndarray, places: np.ndarray) -> list[np.ndarray]:
    """The places split so that within each part no number comes twice."""
    order = places[np.argsort(numbers[places], kind="stable")]
    ordered = numbers[order]
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    rank = np.arange(len(ordered)) - np.repeat(starts, np.diff(np.append(starts, len(ordered))))
    return [np.sort(order[rank == k]) for k in range(int(rank.max(initial=-1)) + 1)]
