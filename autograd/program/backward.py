"""The backward phase of the text: every block writes what it sends over its edges, every row sums what it receives.

What a block sends to a whole block is written right into its gradient, as with layers; else it gets rows of its own
past those of Z, and the rows that it belongs to gather it (sums.py).  D is treated likewise.
"""
from collections.abc import Callable
from typing import Any

import numpy as np

from .. import ops
from .reroll import Argument, Block, Blocks, Product, follow
from .sums import Edges
from .text import Text
from .traced import Number, Traced, is_one


class Backward(Text):
    """The text of both phases, for the gradient of the output in this row."""

    def __init__(self, program: Blocks, output: int) -> None:
        super().__init__(program)
        self.more_rows = program.rows
        self.source_of = np.arange(program.rows)            # the row of G that holds a row's gradient
        self.targets: list[np.ndarray] = []
        self.sources: list[np.ndarray] = []
        self.scalar_targets: list[np.ndarray] = []
        self.begun: set[int] = set()
        self.count_uses()
        self.find_trained()
        self.output = int(self.place[output])
        self.summed = 0                                     # the most rows that are summed up at a time
        self.receives = np.zeros(program.rows, dtype=bool)
        self.is_met = np.zeros(program.rows, dtype=bool)    # by an edge from rows past those of Z
        self.receives[self.output] = True
        self.known: dict[int, float] = {self.output: 1.0}   # rows of G that are the same for every sample, for good
        self.bind.append(f"G[{self.output}] = 1.0")         # nothing else is ever written there
        for block in reversed(self.blocks):
            rows = slice(block.first, block.first + block.size)
            if self.trained[rows].any() and self.receives[rows].any():
                self.write_backward(block)
        self.sum_up()

    def count_uses(self) -> None:
        """How many edges lead to each row and to each scalar."""
        rows, scalars = [np.zeros(0, dtype=np.intp)], [np.zeros(0, dtype=np.intp)]
        for block in self.blocks:
            for a in block.arguments:
                (scalars if a.is_scalar else rows).append(a.numbers.ravel())
        self.row_uses = np.bincount(self.place[np.concatenate(rows)], minlength=self.program.rows)
        self.scalar_uses = np.bincount(np.concatenate(scalars), minlength=self.more_scalars)

    def find_trained(self) -> None:
        """The rows whose gradient leads to a parameter."""
        self.trained = np.zeros(self.program.rows, dtype=bool)
        for block in self.blocks:
            self.trained[block.first:block.first + block.size] = any(map(self.is_wanted, block.arguments))

    def is_wanted(self, a: Argument) -> bool:
        """Does a gradient that goes to this argument lead to a parameter?"""
        found = a.numbers < len(self.program.parameters) if a.is_scalar else self.trained[self.place[a.numbers]]
        return bool(found.any())

    # --- one block

    def write_backward(self, block: Block) -> None:
        first = int(self.source_of[block.first])
        if self.is_met[block.first:block.first + block.size].any():
            self.backward.append(f"{self.sums(block)}()")
        own = np.arange(first, first + block.size)
        g = self.view("G", own)
        if isinstance(block, Product):
            self.product_backward(block, g, own)
            return
        lines: list[str] = []
        arguments = self.arguments(block.arguments, lines)
        partials = self.partials(block, arguments, lines)
        gradient = self.known_gradient(block, own) or Traced.named(g)
        wanted = [(a, partial * gradient) for a, partial in zip(block.arguments, partials) if self.is_wanted(a)
                  and not (is_one(partial) and not a.is_scalar and self.pass_on(a, own))]
        writer = self.writer(block)
        for a, term in wanted:
            if not isinstance(term, Traced):                # it is there once and for all
                self.bind.append(f"{self.destination(a, for_good=float(term))}[...] = {term!r}")
        wanted = [(a, term) for a, term in wanted if isinstance(term, Traced)]
        places = writer.write([(term, None if a.is_scalar else self.destination(a)) for a, term in wanted])
        named = [x.function for x in (*arguments, *partials) if isinstance(x, Traced) and not x.args]
        if any(name in line for line in writer.lines for name in named):
            self.backward += lines                          # they are needed: what they name is read
        self.backward += writer.lines
        for (a, term), place in zip(wanted, places):
            if a.is_scalar:
                self.sum_over_samples(place, a, broadcast=a.numbers.ndim == 2 and not term.stacked)

    def known_gradient(self, block: Block, own: np.ndarray) -> float | None:
        """The gradient of the block's rows where it is one number for good, as that of the output and of its terms."""
        first = self.known.get(int(own[0]))
        if first is None or any(a.is_scalar and self.is_wanted(a) for a in block.arguments):
            return None
        return first if all(self.known.get(row) == first for row in own.tolist()) else None

    def partials(self, block: Block, arguments: list[Traced], lines: list[str]) -> list[Number]:
        """The rule's partials, one for each argument; a list's are stacked."""
        z = Traced.named(self.view("Z", block.rows))
        if not block.op.lists:
            return list(block.op.partials(z, *arguments))
        if treats_alike(block.op, [x.stacked for x in arguments]):
            return list(block.op.partials(z, *[(x,) if x.stacked else x for x in arguments]))
        rule = self.given("f", one_by_one(block.op, [x.stacked for x in arguments]))
        found = self.name("p", f"[None] * {len(arguments)}")
        lines.append(f"{found}[:] = {rule}({', '.join([z.function, *[x.function for x in arguments]])})")
        return [Traced.named(f"{found}[{k}]", x.stacked) for k, x in enumerate(arguments)]

    def product_backward(self, block: Product, g: str, own: np.ndarray) -> None:
        """dW = g x', db = g summed over the samples, dx = W' g."""
        W, x, has_bias = self.factors(block)
        weights, rows, bias = block.arguments
        if has_bias:
            weights = Argument(True, np.column_stack([block.W, block.b]))
        if self.is_wanted(weights):
            self.backward.append(f"{g}.dot({self.part('x', x, '.T')}, {self.scalar_destination(weights)})")
        if not has_bias and self.is_wanted(bias):
            if bias.is_scalar:
                self.sum_over_samples(g, bias)
            else:
                self.pass_on(bias, own)
        if self.is_wanted(rows):
            to = self.destination(rows, and_ones=has_bias)  # one row more is faster than [W b] without its last column
            self.backward.append(self.dot(block, self.part("w", W, ".T"), g, to, has_bias))

    # --- where gradients go

    def pass_on(self, a: Argument, own: np.ndarray) -> bool:
        """The partial is 1: what is sent is the block's own gradient, wherever that is."""
        rows = self.place[a.numbers]
        if rows.ndim == 1 and self.is_whole(rows) and (self.row_uses[rows] == 1).all():
            self.source_of[rows] = own
            self.receives[rows] = True
        else:
            self.edge(rows, np.broadcast_to(own, rows.shape))
        return True

    def is_whole(self, rows: np.ndarray) -> bool:
        """Are these a whole block, and nothing is in its gradient yet?"""
        i = int(self.owner[rows.flat[0]])
        block = self.program.blocks[i]
        return (i >= 0 and i not in self.begun and rows.flat[0] == block.first and rows.size == block.size
                and follow(rows))

    def destination(self, a: Argument, for_good: float | None = None, and_ones: bool = False) -> str:
        """Where a block writes what it sends to rows, and to the row of ones after them, where nobody reads it.

        If it is this number for good, nothing may be added there.
        """
        rows = self.place[a.numbers]
        if self.is_whole(rows) and (for_good is None or (self.row_uses[rows] == 1).all()):
            self.begun.add(int(self.owner[rows.flat[0]]))
            self.receives[rows] = True
            if for_good is not None:
                self.known.update(dict.fromkeys(rows.ravel().tolist(), for_good))
            return self.view("G", np.arange(rows.flat[0], rows.flat[-1] + 2) if and_ones else rows)
        sent = np.arange(self.more_rows, self.more_rows + rows.size).reshape(rows.shape)
        self.more_rows += rows.size + and_ones
        self.edge(rows, sent)
        return self.view("G", np.arange(sent[0], sent[-1] + 2) if and_ones else sent)

    def edge(self, rows: np.ndarray, sources: np.ndarray) -> None:
        """What is in these rows of G has to be added to the gradients of those rows."""
        keep = self.trained[rows]
        self.targets.append(rows[keep])
        self.sources.append(sources[keep])
        self.receives[rows] = self.is_met[rows] = True

    def sums(self, block: Block) -> str:
        """The function that adds up what a block's rows receive."""
        self.summed = max(self.summed, block.size)
        begun = int(self.owner[block.first]) in self.begun
        return self.name("a", f"edges.sums(G, {block.first}, {block.size}, V, {begun})")

    def sum_over_samples(self, term: str, a: Argument, broadcast: bool = False) -> None:
        """The gradient of scalars, from a row for each of them."""
        to = self.scalar_destination(a)
        self.backward.append(f"{to}[...] = {term}.dot(one)" if broadcast else f"{term}.dot(one, {to})")

    def scalar_destination(self, a: Argument) -> str:
        """Where a block writes what it sends to scalars: in D where they are its alone, else past the end of D."""
        numbers = a.numbers
        if not (follow(numbers) and (self.scalar_uses[numbers] == 1).all()):
            sent = np.arange(self.more_scalars, self.more_scalars + numbers.size).reshape(numbers.shape)
            self.more_scalars += numbers.size
            self.scalar_targets.append(numbers.ravel())
            numbers = sent
        shape = f".reshape({len(numbers)}, -1)" if numbers.ndim == 2 else ""
        return self.name("d", f"D[{numbers.flat[0]}:{numbers.flat[-1] + 1}]{shape}")

    def sum_up(self) -> None:
        """What the edges are is known when all are written."""
        self.names["edges"] = Edges(self.program.rows, self.targets, self.sources)
        if self.summed:
            self.bind.insert(0, f"V = np.empty(({self.summed}, N))")
        if self.scalar_targets:
            targets = np.concatenate(self.scalar_targets)
            self.backward.append(f"D[{self.given('I', np.unique(targets))}] = 0.0")
            first = len(self.program.parameters) + len(self.program.constants)
            self.backward.append(f"np.add.at(D, {self.given('I', targets)}, {self.name('d', f'D[{first}:]')})")


def treats_alike(op: ops.Op, is_list: list[bool]) -> bool:
    """Does the rule of an op on lists treat the numbers of a list alike?  Then it serves for all of them at once."""
    def keys(*which: int) -> list[list[Any]]:
        numbers = [[Traced.named(f"x{k} {i}") for i in which] for k in range(len(is_list))]
        found = iter(op.partials(Traced.named("z"), *[tuple(xs) if a_list else Traced.named(f"x{k}")
                                                      for k, (xs, a_list) in enumerate(zip(numbers, is_list))]))
        partials = [[next(found) for _ in which] if a_list else [next(found)] for a_list in is_list]
        return [[x.key if isinstance(x, Traced) else x for x in part] for part in partials]

    both, first, second = keys(0, 1), keys(0), keys(1)
    return all(b == (x + y if a_list else x) and (a_list or x == y)
               for b, x, y, a_list in zip(both, first, second, is_list))


def one_by_one(op: ops.Op, is_list: list[bool], xp: Any = np) -> Callable[..., list[Any]]:
    """The rule of an op on lists that looks at a whole list for each partial, on stacked arrays of a library."""
    def rule(z: Any, *args: Any) -> list[Any]:
        found = iter(op.partials(z, *[tuple(x) if a_list else x for x, a_list in zip(args, is_list)]))
        return [xp.stack([xp.zeros_like(z) + next(found) for _ in x]) if a_list else next(found)
                for x, a_list in zip(args, is_list)]

    return rule
