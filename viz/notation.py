"""Notation for a recorded graph: the names of its nodes, and the formula and the number of each edge."""
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import reduce
from operator import add
from typing import Any

from autograd import Constant, Value, recorded, wengert_list
from autograd.symbolic.expr import Expr
from autograd.symbolic.labels import format_number, parse_label, split_mark, to_superscript, truncate
from autograd.symbolic.printer import to_text

Spell = Callable[[Value, Value], Expr]                  # (consumer, node) -> the edge's factor as a formula


class Notation:
    """The symbols for the graph of output, with numbers to `digits` significant digits.

    An operation that takes a node twice has one edge to it, with the sum of the partials.  wrt is a node that gets a
    name even where it is a plain number, to avoid ∂J/∂2.

    >>> from autograd import tanh
    >>> v = Value(0.5, "v")
    >>> y = tanh(v); y.label = "y"
    >>> notation = Notation(y)
    >>> notation.derivative(y, v), notation.formula(y, v), notation.number(y, v), notation.delta(v)
    (∂y/∂v, 1 − y², 0.7864, δ)
    """

    def __init__(self, output: Value, digits: int = 4, wrt: Value | None = None) -> None:
        self.output, self.digits = output, digits
        tape = wengert_list(output)
        self.names = names_of(tape if wrt is None or wrt in {*tape} else [*tape, wrt], digits)
        self.constant = wrt if wrt is not None and is_number(wrt) and wrt is not output else None
        self.constant_text = ""
        if self.constant is not None:
            self.constant_text, taken = self.names[self.constant], {to_text(Expr(name)) for name in self.names.values()}
            self.names[self.constant] = next(name for name in ("c", *map("c{}".format, range(1, len(taken) + 2)))
                                             if to_text(Expr(name)) not in taken)
        self.formulas: dict[Value, list[Expr]] = {}

    def symbol(self, node: Value) -> Expr:
        """The node's name, or the number of an unlabelled constant."""
        return self.rounded(node.data) if is_number(node) and node is not self.constant else Expr(self.names[node])

    def rounded(self, x: float) -> Expr:
        """The number rounded as in print."""
        printed = float(format_number(x, self.digits).replace("−", "-")) if math.isfinite(x) else x
        return Expr.lift(printed if math.isfinite(printed) else x)

    def exact(self, x: float) -> Expr:
        """A constant of a rule: as a fraction such as 1/3 where it equals one, else rounded as in print."""
        rounded, ratio = self.rounded(x), Fraction(x).limit_denominator(1000) if math.isfinite(x) else Fraction(0)
        if float(ratio) != x or rounded.is_equal(x) or (-rounded).is_equal(-x):
            return rounded
        return Expr.lift(float(ratio.numerator)) / float(ratio.denominator)

    def expression(self, node: Value) -> Expr:
        """The node's operation, on its parents' symbols."""
        return node_formula(node, self.names)

    def derivative(self, consumer: Value, node: Value) -> Expr:
        """∂consumer/∂node."""
        return Expr.of("derivative", "∂", self.symbol(consumer), self.symbol(node))

    def formula(self, consumer: Value, node: Value) -> Expr:
        """The edge's local derivative as a formula: the rule of the table, run on symbols."""
        if consumer not in self.formulas:
            op: Any = consumer.op
            partials = op.partials(self.symbol(consumer), *map(self.symbol, consumer.parents))
            self.formulas[consumer] = [p if isinstance(p, Expr) else self.exact(p) for p in partials]
        return reduce(add, [p for parent, p in zip(consumer.parents, self.formulas[consumer]) if parent is node])

    def number(self, consumer: Value, node: Value) -> Expr:
        """The edge's local derivative as a number: the recorded partial."""
        return reduce(add, [self.rounded(p) for parent, p in recorded(consumer) if parent is node])

    def delta(self, v: Value) -> Expr:
        """δ, with the path and the subscript of its v: encoder.δ₁ for encoder.v₁."""
        return delta_of(self.names[v])

    def has_distinct_deltas(self, vs: Sequence[Value]) -> bool:
        """Is the δ of each written differently, so that one formula can contain all of them?"""
        return len({to_text(self.delta(v)) for v in vs}) == len(vs)


def delta_of(name: str) -> Expr:
    """The δ of the node with this name: δ₃ for v₃, encoder.δ₁ for encoder.v₁, δ for any other."""
    label = parse_label(name)
    path, dot, letter = label.base.rpartition(".")
    return Expr(f"{path}{dot}delta{label.subscript}" if letter == "v" and label.subscript.isdigit() else "delta")


def node_names(output: Value, digits: int = 4) -> dict[Value, str]:
    """A name for every node that output depends on, itself included, in topological order.

    The label where there is one, an unlabelled Constant's number, and u1, u2, ... for the others.  Two nodes with the
    same label become x and x⁽²⁾.  Expr(name) is how a name is written: w1 as w₁.

    >>> x = Value(3.0, label="x")
    >>> list(node_names(2 * x + x).values())
    ['2', 'x', 'u1', 'u2']
    """
    return names_of(wengert_list(output), digits)


def names_of(nodes: Iterable[Value], digits: int = 4) -> dict[Value, str]:
    """A name for each of these nodes, given in topological order, as in node_names."""
    nodes = reading_order(nodes)
    found: dict[Value, str] = {}
    taken: set[str] = set()                     # as printed: "w1" and "w_1" are both w₁
    count: dict[str, int] = {}
    for node in nodes:
        if node.label.strip():
            label, mark = split_mark(node.label)
            label = truncate(label)
            written, name = to_text(Expr(label)), label + mark
            while to_text(Expr(name)) in taken:
                count[written] = count.get(written, 1) + 1
                name = label + to_superscript(f"({count[written]})")
            taken.add(to_text(Expr(name)))
            found[node] = name
    u = 0
    for node in nodes:
        if is_number(node):
            found[node] = format_number(node.data, digits)
        elif node not in found:
            u += 1
            while to_text(Expr(f"u{u}")) in taken:
                u += 1
            found[node] = f"u{u}"
    return {node: found[node] for node in nodes}


def reading_order(nodes: Iterable[Value]) -> list[Value]:
    """The nodes in reading order, a topological order in which a leaf comes right before its first use."""
    leaves: list[Value] = []
    order: dict[Value, None] = {}
    for node in nodes:
        if node.parents:
            order |= dict.fromkeys((*node.parents, node))
        else:
            leaves.append(node)
    return [*dict.fromkeys((*order, *leaves))]


def is_number(node: Value) -> bool:
    """Is this an unlabelled constant, named by its number?"""
    return isinstance(node, Constant) and not node.label.strip()


def expr_of(node: Value, names: Mapping[Value, str]) -> Expr:
    """The node as an Expr: its name, or the number of an unlabelled constant."""
    return Expr.lift(node.data) if is_number(node) else Expr(names[node])


def node_formula(node: Value, names: Mapping[Value, str]) -> Expr:
    """The node's operation on its parents' Exprs; for a leaf, the leaf itself.

    >>> from autograd import tanh, weighted_sum
    >>> w, x, b = Value(-3.0, "w1"), Value(2.0, "x1"), Value(6.5, "b")
    >>> v = weighted_sum([w], [x], b)
    >>> y = tanh(v)
    >>> node_formula(v, node_names(y)), node_formula(y, node_names(y))
    (w₁x₁ + b, tanh(u₁))
    """
    if node.op is None:
        return expr_of(node, names)
    exprs = [expr_of(parent, names) for parent in node.parents]
    return exprs[0].apply_op(node.op, exprs)
