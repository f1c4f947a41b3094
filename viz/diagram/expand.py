"""Expansion of a graph: a copy with products and sums in place of its n-ary nodes.

A row on lists has a formula, Σ wᵢxᵢ + b: run on Values, it records the single operations.
"""
from math import isclose, isnan

from autograd import Op, Value, ops, wengert_list

ERRORS = (ValueError, ArithmeticError)          # raised by log(-1), 1/0 and exp(1000)


def expanded(root: Value) -> Value:
    """The root of the expanded graph, with the same leaves; a node whose formula would overflow is not expanded.

    >>> from autograd import weighted_sum
    >>> w, x, b = Value(-3.0), Value(2.0), Value(6.5)
    >>> v = expanded(weighted_sum([w], [x], b))
    >>> v.op.name, [parent.op and parent.op.name for parent in v.parents]
    ('+', ['*', None])
    """
    return expanded_copies(root)[root]


def expanded_copies(root: Value, only: Value | None = None) -> dict[Value, Value]:
    """The copy of each node of root's graph in the expanded one; with `only`, that node alone is expanded."""
    found: dict[Value, Value] = {}
    for node in wengert_list(root):
        if node.op is None:
            found[node] = node
            continue
        parents = [found[parent] for parent in node.parents]
        copy = written_out(node, parents) if only in (None, node) else None
        found[node] = node.op(*parents) if copy is None else copy
        found[node].label = node.label
    return found


def written_out(node: Value, parents: list[Value]) -> Value | None:
    """The n-ary node's formula, recorded; None where it has no other formula, or where that overflows."""
    op = node.op
    if op is None or not is_on_lists(op):
        return None
    try:
        copy: Value = op.written(*parents)
    except ERRORS:
        return None
    return copy if copy not in parents and agree(copy.data, node.data) else None    # total([x]) is written x


def is_on_lists(op: Op) -> bool:
    """Is this a row on lists, which takes any number of parents, or such a row with arguments bound?"""
    return op.name in ops.TABLE and ops.TABLE[op.name].lists


def agree(a: float, b: float) -> bool:
    """Are these numbers equal up to the rounding of another order of summation?"""
    return isclose(a, b, rel_tol=1e-9, abs_tol=1e-12) or (isnan(a) and isnan(b))
