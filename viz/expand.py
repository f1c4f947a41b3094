"""A graph once more, with products and sums in the place of its n-ary nodes.

A row on lists says how it is written, Σ wᵢxᵢ + b: run on Values, that formula records the nodes it is made of.
"""
from math import isclose, isnan

from autograd import Op, Value, ops, wengert_list

ERRORS = (ValueError, ArithmeticError)          # how Python refuses log(-1), 1/0 and exp(1000)


def expanded(root: Value) -> Value:
    """A second root, of a graph that ends in the same leaves; a node whose formula would overflow stays whole.

    Raises ValueError where a node's data was changed after recording: the new nodes are recorded with today's data.

    >>> from autograd import weighted_sum
    >>> w, x, b = Value(-3.0), Value(2.0), Value(6.5)
    >>> v = expanded(weighted_sum([w], [x], b))
    >>> v.op.name, [parent.op and parent.op.name for parent in v.parents]
    ('+', ['*', None])
    """
    copies: dict[Value, Value] = {}
    for node in wengert_list(root):
        copies[node] = recorded_again(node, [copies[parent] for parent in node.parents]) if node.op else node
    return copies[root]


def recorded_again(node: Value, parents: list[Value]) -> Value:
    """The node with these parents, which stand for its own: from its formula if it is n-ary, else as it was made."""
    op = node.op
    assert op is not None
    for record in (op.written, op) if is_on_lists(op) else (op,):
        try:
            copy = record(*parents)
        except ERRORS:
            continue
        if copy not in parents and agree(copy.data, node.data):     # a sum of one number is written as that number
            copy.label = node.label
            return copy
    raise ValueError(f"expand: the data of {node!r} or of one of its parents was changed after it was recorded; "
                     "record the expression again, or draw it without expand")


def is_on_lists(op: Op) -> bool:
    """Is this, or does it hold, a row on lists, which takes any number of parents?"""
    return op.name in ops.TABLE and ops.TABLE[op.name].lists


def agree(a: float, b: float) -> bool:
    """Are these the same number, up to the rounding of another order of summation?"""
    return isclose(a, b, rel_tol=1e-9, abs_tol=1e-12) or (isnan(a) and isnan(b))
