"""Blocks as NumPy text: lines that name views of the buffers once, and two functions that run the phases in place.

The text is run once for each number N of samples at a time.  In it Z holds a row for every node and a column for every
sample, X the inputs once more with a row for every sample, S the scalars (parameters, then constants), G the gradients
of Z's rows and D those of S.  numpy_source.py writes the backward phase.
"""
from collections.abc import Sequence
from typing import Any

import numpy as np

from .blocks import Block, BlockGraph, MatMul, Operand, follow
from .differentiate import is_identity
from .numpy_calls import CallWriter, traced
from .trace import Trace, Tracer, name_of


class ForwardSource:
    """The lines of the forward phase, and the index arrays and functions that they name."""

    def __init__(self, program: BlockGraph) -> None:
        self.program = program
        self.names: dict[str, Any] = {"np": np}
        self.trace = Trace()
        self.bound: dict[str, str] = {}                     # expression: the name it is bound to
        self.bind: list[str] = []
        self.forward: list[str] = []
        self.backward: list[str] = []
        self.widest = self.slots = self.gathered = 0        # how large the working memory is
        self.more_rows, self.more_scalars = 0, len(program.parameters) + len(program.constants)     # of G, of D
        self.place = np.arange(program.rows)                # where a row is found: that of linear(x) is x
        self.owner = np.full(program.rows, -1)
        for i, block in enumerate(program.blocks):
            self.owner[block.first:block.first + block.size] = i
        self.blocks = [block for block in program.blocks if not self.is_same(block)]
        for block in self.blocks:
            self.write_forward(block)

    @property
    def source(self) -> str:
        """The whole text."""
        def function(name: str, lines: Sequence[str]) -> str:
            return "\n".join(["", "", f"def {name}():", *("    " + line for line in lines or ["pass"])])

        memory = [f"U = np.empty(({self.gathered}, N))"] if self.gathered else []
        memory += [f"T = np.empty(({self.slots}, {self.widest}, N))"] if self.slots else []
        return "\n".join([*memory, "one = np.ones(N)", *self.bind]) + function("forward", self.forward) + function(
            "backward", self.backward) + "\n"

    # --- names

    def name(self, kind: str, expression: str) -> str:
        """The name that an expression is bound to, before anything runs."""
        return self.bound_to(f"{kind}{len(self.bound)}", expression)

    def constant(self, expression: str) -> str:
        """The same for a function of NumPy, which keeps its name, and for a plain number."""
        if expression.startswith("np.array("):
            return self.name("c", expression)
        return self.bound_to(expression.removeprefix("np.").replace(".", "_"), expression)

    def bound_to(self, name: str, expression: str) -> str:
        """This name for the expression, or the one that it has already."""
        if expression not in self.bound:
            self.bound[expression] = name
            self.bind.append(f"{name} = {expression}")
        return self.bound[expression]

    def part(self, kind: str, array: str, what: str) -> str:
        """A view of an array, such as its transpose: bound before, unless the array is gathered when it runs."""
        return self.name(kind, array + what) if array.isidentifier() else array + what

    def given(self, kind: str, x: Any) -> str:
        """The name of an index array or a function that the text is given."""
        name = f"{kind}{len(self.names)}"
        self.names[name] = x
        return name

    def view(self, of: str, numbers: np.ndarray) -> str:
        """Rows of Z or of G that follow each other."""
        first, end = int(numbers.flat[0]), int(numbers.flat[-1]) + 1
        shape = f".reshape({len(numbers)}, -1, N)" if numbers.ndim == 2 else ""
        return self.name(of.lower(), f"{of}[{first}:{end}]{shape}")

    def scalars(self, numbers: np.ndarray) -> str:
        """Some scalars as columns, one for each row of the block, or one for all rows."""
        shape = f".reshape({len(numbers)}, -1, 1)" if numbers.ndim == 2 else "[:, None]"
        first, last = int(numbers.flat[0]), int(numbers.flat[-1])
        if numbers.ndim == 1 and (numbers == first).all():
            return self.name("s", f"S[{first}:{first + 1}]{shape}")
        if follow(numbers):
            return self.name("s", f"S[{first}:{last + 1}]{shape}")
        return f"S[{self.given('I', numbers)}][..., None]"

    def arguments(self, places: Sequence[Operand], lines: list[str]) -> list[Tracer]:
        """What a block takes: views where rows follow each other, else gathered in one go by a line before."""
        found: list[Tracer | None] = []
        scattered: list[np.ndarray] = []
        for a in places:
            length = len(a.numbers) if a.numbers.ndim == 2 else 0
            if a.is_scalar:
                found.append(self.trace.name(self.scalars(a.numbers), length, is_wide=False))
            elif follow(numbers := self.place[a.numbers]):
                found.append(self.trace.name(self.view("Z", numbers), length))
            else:
                scattered.append(numbers)
                found.append(None)
        if scattered:
            together = np.concatenate([numbers.ravel() for numbers in scattered])
            self.gathered = max(self.gathered, len(together))
            every = self.name("u", f"U[:{len(together)}]")
            lines.append(f"Z.take({self.given('I', together)}, 0, {every}, 'clip')")
            end = 0
            for i, a in enumerate(places):
                if found[i] is None:
                    first, end = end, end + a.numbers.size
                    length = len(a.numbers) if a.numbers.ndim == 2 else 0
                    shape = f".reshape({length}, -1, N)" if length else ""
                    found[i] = self.trace.name(self.name("u", f"U[{first}:{end}]{shape}"), length)
        return [x for x in found if x is not None]

    def writer(self, block: Block) -> CallWriter:
        """What writes expressions on the rows of a block, with buffers of their shape."""
        n = max((len(a.numbers) for a in block.operands if a.numbers.ndim == 2), default=1)

        def buffer(i: int, stacked: bool) -> str:
            self.slots, self.widest = max(self.slots, i), max(self.widest, n * block.size)
            if stacked:
                return self.name("t", f"T[{i - 1}, :{n * block.size}].reshape({n}, {block.size}, N)")
            return self.name("t", f"T[{i - 1}, :{block.size}]")

        return CallWriter(buffer, self.constant)

    # --- the forward phase

    def is_same(self, block: Block) -> bool:
        """Is each row of the block the very row that it takes, as with linear?  Then it is found there."""
        a = block.operands[0]
        if a.is_scalar or not is_identity(block.op) or not set(block.rows).isdisjoint(self.program.outputs):
            return False
        self.place[block.first:block.first + block.size] = self.place[a.numbers]
        return True

    def write_forward(self, block: Block) -> None:
        z = self.view("Z", block.rows)
        if isinstance(block, MatMul):
            W, x, has_bias = self.factors(block)
            self.forward.append(self.dot(block, W, x, z, has_bias))
            if not has_bias:
                [b] = self.arguments(block.operands[2:], self.forward)
                self.forward.append(f"{self.constant('np.add')}({z}, {name_of(b)}, out={z})")
            return
        arguments = self.arguments(block.operands, self.forward)
        result = traced(self.trace, block.op, arguments)
        if result is None:                              # its array form, called as it stands
            f = block.op.array or (lambda xp, *args: block.op.forward(*args))
            names = ", ".join(map(name_of, arguments))
            self.forward.append(f"{z}[...] = {self.given('f', f)}(np, {names})")
        else:
            writer = self.writer(block)
            writer.write([(result, z)])
            self.forward += writer.lines

    def dot(self, block: MatMul, W: str, x: str, out: str, has_bias: bool) -> str:
        """The line out = W x; where W is one number, dot would say that 0 times NaN is 0."""
        if block.W.size == 1 and not has_bias:
            return f"{self.constant('np.multiply')}({W}, {x}, out={out})"
        return f"{W}.dot({x}, {out})"

    def factors(self, block: MatMul) -> tuple[str, str, bool]:
        """W and x as text, with b and a row of ones in them where both lie so."""
        with_bias, x = np.column_stack([block.W, block.b]), self.place[block.x]
        if block.operands[2].is_scalar and follow(x) and x[-1] + 1 in self.program.ones and follow(with_bias):
            return self.matrix(with_bias), self.name("x", f"Z[{x[0]}:{x[-1] + 2}]"), True
        if follow(x):
            return self.matrix(block.W), self.view("Z", x), False
        return self.matrix(block.W), f"Z[{self.given('I', x)}]", False

    def matrix(self, numbers: np.ndarray) -> str:
        """Some scalars as a matrix: a view where they follow each other."""
        if follow(numbers):
            return self.name("w", f"S[{numbers[0, 0]}:{numbers[-1, -1] + 1}].reshape({len(numbers)}, -1)")
        return f"S[{self.given('I', numbers)}]"


