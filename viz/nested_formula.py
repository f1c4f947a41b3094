"""An output as one nested formula: the lecture's Exercise 1.1, "What is the expression of the output value y?"."""
from collections import Counter
from collections.abc import Sequence
from typing import Any

from autograd import Value, check_fresh, ops, wengert_list
from autograd.symbolic.equations import Derivation, Equation, Lines, Prose, Row
from autograd.symbolic.expr import Expr
from autograd.symbolic.labels import parse_label

from .notation import Notation

DEEPEST = 24                                    # operations nested in one formula; deeper nodes keep their names
MOST_LINES = 40                                 # for nodes that keep their names


def expression(output: Value, depth: int | None = None, numbers: bool = False, *, digits: int = 4) -> Derivation:
    """The nested formula of output in its leaves, y = φ(w₃₁ · φ(w₁₁x₁ + ...) + ... + b₃), with φ for its activation.

    A node that is used more than once keeps its name and gets a line of its own, and so does one below `depth`
    activations.  With numbers=True a line has the numbers, nothing simplified, and the next the value.  A loss is
    written in the outputs of its network.  The identity, linear, drops out.
    Raises TypeError where output is not a Value, ValueError where depth is less than 1 or a leaf's data was changed
    after recording.

    >>> from autograd import tanh, weighted_sum
    >>> w, x, b = Value(2.0, "w"), Value(1.0, "x"), Value(-2.0, "b")
    >>> y = tanh(weighted_sum([w], [x], b)); y.label = "y"
    >>> print(expression(y, numbers=True))
    y = φ(wx + b)
      = φ(2 · 1 + (−2))
      = 0
    φ is tanh.
    """
    if not isinstance(output, Value):
        raise TypeError(f"expression: output is a Value, not {ops.short(repr(output))}, of type "
                        f"{type(output).__name__}")
    if depth is not None and (not isinstance(depth, int) or depth < 1):
        raise ValueError(f"expression: depth is a number of activations, at least 1, not {depth!r}")
    check_fresh("expression", output)
    writer = ExpressionWriter(output, depth, Notation(output, digits))
    others = [node for node in reversed(writer.inner) if node in writer.named]
    rows = writer.equations([output, *others[:MOST_LINES]], numbers)
    if others:
        rows.insert(1, Prose(("where",)))
    if len(others) > MOST_LINES:
        rows.append(Prose(("…", f" and {len(others) - MOST_LINES} more, each in the same way …")))
    rows += [Prose((letter, f" is {name}.")) for name, letter in writer.phi.items()]
    return Derivation(output.data, tuple(rows), max(digits, 6))


class ExpressionWriter:
    """Writes the formula of each node, nested down to leaves, to the nodes in `named`, and to a loss's outputs."""

    def __init__(self, output: Value, depth: int | None, notation: Notation) -> None:
        self.notation, self.output = notation, output
        self.outputs = outputs_of_loss(output)
        self.tape = down_to(output, self.outputs)
        self.inner = [node for node in self.tape if node.op and node not in self.outputs]
        functions = dict.fromkeys([node.op.name for node in reversed(self.inner) if node.op and is_phi(node)])
        letters = ["phi"] if len(functions) == 1 else [f"phi{k}" for k in range(1, len(functions) + 1)]
        self.phi = dict(zip(functions, map(Expr, letters)))
        self.named = self.nodes_with_names(depth)

    def nodes_with_names(self, depth: int | None) -> set[Value]:
        """The inner nodes that are used more than once, or nested too deeply to be written in place."""
        uses = Counter(parent for node in self.inner if not is_identity(node) for parent in {*node.parents})
        above: dict[Value, int] = {}                        # the fewest activations between a node and the output
        for node in reversed(self.inner):
            for parent in node.parents:
                count = above.get(node, 0) + is_phi(node)
                above[parent] = min(above.get(parent, count), count)
        height, named = dict.fromkeys(self.tape, 0), set[Value]()
        for node in self.inner:
            height[node] = 1 + max([height[parent] for parent in node.parents if parent not in named], default=0)
            is_below = depth is not None and is_phi(node) and above.get(node, 0) >= depth
            if node is not self.output and (uses[node] > 1 or is_below or height[node] >= DEEPEST):
                named.add(node)
        return named

    def formulas(self, in_numbers: bool) -> dict[Value, Expr]:
        """Each inner node's formula in letters, or in the numbers of the leaves, with nothing simplified."""
        read: dict[Any, Expr] = {}                          # a node, or a plain number, as an operand

        def term(x: Any) -> Expr:
            if x not in read:                               # a leaf, or a node with a name
                number = self.notation.rounded(x.data if isinstance(x, Value) else x)
                in_letters = isinstance(x, Value) and not in_numbers
                read[x] = self.notation.symbol(x) if in_letters else Expr.of("literal", number)
            return read[x]

        found: dict[Value, Expr] = {}
        for node in self.inner:
            op: Any = node.op
            args: list[Any] = [tuple(map(term, part)) if type(part) is tuple else term(part) for part in node.arguments]
            if is_phi(node):
                found[node] = Expr.of("apply", self.phi[op.name], *args)
            else:
                row = ops.TABLE[op.name] if any(type(part) is tuple for part in args) else op
                found[node] = args[0] if is_identity(node) else Expr("").apply_op(row, args)
            if node not in self.named:
                read[node] = found[node]
        return found

    def equations(self, nodes: Sequence[Value], numbers: bool) -> list[Row]:
        """The equation of each node in letters, with numbers=True also in numbers and with its value."""
        letters, found = self.formulas(in_numbers=False), self.formulas(in_numbers=True) if numbers else {}
        rows: list[Row] = []
        for node in nodes:
            value = self.notation.rounded(node.data)
            steps: list[Lines] = [[[letters.get(node, value)]]]
            if node in found:
                steps += [[[found[node]]], [[value]]]
            rows.append(Equation(self.notation.symbol(node), steps))
        return rows


def outputs_of_loss(output: Value) -> set[Value]:
    """The network's outputs, where `output` is a loss: the activations that no other activation depends on."""
    if not (parse_label(output.label).base == "J" or (output.op and output.op.name in ops.LOSSES)):
        return set()
    found, seen, stack = set[Value](), {output}, [output]
    while stack:
        node = stack.pop()
        if node.op and node.op.activation and node is not output:
            found.add(node)
            continue
        stack += [parent for parent in {*node.parents} - seen]
        seen.update(node.parents)
    return found


def down_to(output: Value, outputs: set[Value]) -> list[Value]:
    """The nodes that the output depends on, parents first, down to a loss's outputs."""
    needed = {output}
    for node in reversed(tape := wengert_list(output)):
        if node in needed and node not in outputs:
            needed.update(node.parents)
    return [node for node in tape if node in needed]


def is_identity(node: Value) -> bool:
    """Is it the identity y = v, which is left out of formulas?"""
    return node.op is ops.linear


def is_phi(node: Value) -> bool:
    """Is it an activation that is written φ?"""
    return bool(node.op and node.op.activation) and not is_identity(node)
