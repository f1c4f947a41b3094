"""What the nodes of a recorded graph are called, in drawings and derivations alike."""
from collections.abc import Iterable, Mapping

from autograd import Constant, Value, wengert_list
from autograd.symbolic.expr import Expr
from autograd.symbolic.labels import format_number, split_mark, to_superscript, truncate
from autograd.symbolic.printer import to_text


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
    """The same for these nodes, which stand in topological order."""
    nodes = reading_order(nodes)
    found: dict[Value, str] = {}
    taken: set[str] = set()                     # as they are written: "w1" and "w_1" are both w₁
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
    """The nodes in the order of reading, still parents before children: a leaf stands where it is first used."""
    leaves: list[Value] = []
    order: dict[Value, None] = {}
    for node in nodes:
        if node.parents:
            order |= dict.fromkeys((*node.parents, node))
        else:
            leaves.append(node)
    return [*dict.fromkeys((*order, *leaves))]


def is_number(node: Value) -> bool:
    """Is this node called by its number?"""
    return isinstance(node, Constant) and not node.label.strip()


def expr_of(node: Value, names: Mapping[Value, str]) -> Expr:
    """The node as an Expr: its name, or the number that it is called by."""
    return Expr.lift(node.data) if is_number(node) else Expr(names[node])


def expression(node: Value, names: Mapping[Value, str]) -> Expr:
    """What the node was computed from: its operation on its parents' Exprs; at a leaf, the leaf itself.

    >>> from autograd import tanh, weighted_sum
    >>> w, x, b = Value(-3.0, "w1"), Value(2.0, "x1"), Value(6.5, "b")
    >>> v = weighted_sum([w], [x], b)
    >>> y = tanh(v)
    >>> expression(v, node_names(y)), expression(y, node_names(y))
    (w₁x₁ + b, tanh(u₁))
    """
    if node.op is None:
        return expr_of(node, names)
    exprs = [expr_of(parent, names) for parent in node.parents]
    return exprs[0].apply_op(node.op, exprs)
