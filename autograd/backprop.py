"""Automatic differentiation of a recorded graph: the chain rule in reverse mode and in forward mode.

The sweeps read the parents of each node and the partial derivative on each edge; they know no operation by name.
"""
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

Node = Any          # a Value; the sweeps use its data, grad, op, parents and partials
MOST_NAMED = 5      # leaves in an error message


def wengert_list(output: Node) -> list[Node]:
    """The tape: every node that output depends on, each once, in topological order (parents before children).

    Depth-first search with an explicit stack, so a graph may be of any depth.  A node whose parents are all on the tape
    is appended at once; otherwise it waits on the stack, below them.  Raises TypeError for anything but a Value.
    """
    if not hasattr(output, "parents"):
        raise TypeError(f"a graph starts from a Value, the output of an expression, not from {output!r}")
    tape, seen, stack = [], set(), [output]
    while stack:
        node = stack.pop()
        if node is None:                                # the next node's parents are all on the tape by now
            tape.append(stack.pop())
        elif node not in seen:
            seen.add(node)
            a, b = node._a, node._b                     # value.py says how a node stores its edges
            if b is None:
                if a is None or a in seen:
                    tape.append(node)
                else:
                    stack += (node, None, a)
            elif type(b) is tuple:
                first = []
                if not seen.issuperset(a):
                    for parent in reversed(a):
                        if parent not in seen:
                            if parent._a is None:       # a weight, most often
                                seen.add(parent)
                                tape.append(parent)
                            else:
                                first.append(parent)
                if first:
                    stack += (node, None, *first)
                else:
                    tape.append(node)
            elif a in seen and b in seen:
                tape.append(node)
            else:
                stack += (node, None, b, a)
    return tape


def backward(output: Node) -> None:
    """The backward phase: add ∂output/∂node to every leaf's grad, and set every interior node's.

    Interior nodes are cleared first; leaves accumulate over calls.  The edges are those recorded, whatever has
    happened to a node's data since.
    """
    tape = wengert_list(output)
    for node in tape:
        if node._a is not None:
            node._grad = 0.0
    output._grad += 1.0
    for node in reversed(tape):
        a, b, g = node._a, node._b, node._grad
        if b is None:
            if a is not None:
                a._grad = a._grad + node._da * g        # a fifth faster than +=
        elif type(b) is tuple:
            for parent, partial in zip(a, node._da):
                parent._grad = parent._grad + partial * g
        else:
            a._grad = a._grad + node._da * g
            b._grad = b._grad + node._db * g


def adjoints(output: Node, seed: Any, edges: Callable[[Node], Iterable[tuple[Node, Any]]]) -> dict[Node, Any]:
    """The adjoints of a reverse sweep as a dict, {node: ∂output/∂node}; no node is changed.

    edges(node) gives a pair (parent, partial) for each edge.  With the recorded partials (`recorded`) the adjoints are
    floats; with rules run again on Values they are Values.
    """
    adjoint = {output: seed}
    for node in reversed(wengert_list(output)):
        for parent, partial in edges(node) if node in adjoint else ():
            g = adjoint[node]
            is_one = isinstance(partial, float | int) and partial == 1.0
            term = g if is_one else partial * g                 # a factor of 1 needs no node
            adjoint[parent] = adjoint[parent] + term if parent in adjoint else term
    return adjoint


def recorded(node: Node) -> Iterable[tuple[Node, float]]:
    """The recorded edges of a node: a pair (parent, ∂node/∂parent) for each."""
    return zip(node.parents, node.partials)


def same(a: float, b: float) -> bool:
    """Are these the same number?  NaN is the same as NaN."""
    return a == b or (a != a and b != b)


def check_fresh(name: str, output: Node) -> None:
    """Raise ValueError where a node's value or partials are out of date: data was changed after recording.

    Every rule is run again, and its value and its partials are compared exactly; NaN equals NaN.  The message names the
    first such node, the change and the parents that may have caused it, and starts with `name`, the calling function.
    """
    for node in wengert_list(output):
        if node._a is not None and (change := change_of(node)):
            graph = output.label if output.label.isidentifier() else "output"
            raise ValueError(f"{name}: {node!r} no longer follows from its parents: {change}; {moved_parents(node)}.  "
                             f"Record it again, or use autograd.replay({graph}), which does so at its leaves' new data")


def change_of(node: Node) -> str:
    """Describe the first difference between a node's recorded value and partials and the current ones; "" if none."""
    op, xs = node.op, [parent.data for parent in node.parents]
    try:
        z = op.forward(*xs)
        partials = op.partials(z, *xs)
    except (ValueError, ArithmeticError) as error:
        return str(op.refusal(error, node.parents))
    if not same(z, node.data):
        return f"its rule now gives {z!r}"
    for parent, now, then in zip(node.parents, partials, node.partials):
        if not same(now, then):
            return f"its partial for {parent!r} was {then!r} and is now {now!r}"
    return ""


def moved_parents(node: Node) -> str:
    """Describe the parents whose data changed, with the old value where a partial recorded it, or may have changed."""
    try:
        on_edges = node.op.partials(node, *node.parents)
    except (ValueError, ArithmeticError):
        on_edges = ()
    then = {x: number for x, number in zip(on_edges, node.partials) if x in node.parents}       # as y is, in ∂(x·y)/∂x
    name = {x: repr(x.label)[1:-1] or repr(x) for x in node.parents}
    moved = [f"{name[x]} was {old!r} and is now {x.data!r}" for x, old in then.items() if not same(x.data, old)]
    perhaps = [name[x] for x in name if x._a is None and x not in then]
    if perhaps:
        more = f" and {len(perhaps) - MOST_NAMED} more" if len(perhaps) > MOST_NAMED else ""
        moved.append(f"{', '.join(perhaps[:MOST_NAMED])}{more} may have moved")
    return ", ".join(moved) or "its data or a parent's was set by hand"


def gradient(output: Node, inputs: Sequence[Node]) -> list[Node]:
    """∂output/∂input for each input, as Values: they can be drawn, and differentiated again, to any order.

    No node's grad is touched.  An input that output does not depend on gets Value(0.0).  Raises ValueError where the
    data of a leaf, or of a node, was changed after recording (`replay` records the graph again).

    >>> from autograd import Value
    >>> x = Value(2.0)
    >>> [slope] = gradient(x ** 3, [x])
    >>> [curvature] = gradient(slope, [x])
    >>> slope.data, curvature.data                         # 3x² and 6x
    (12.0, 12.0)
    """
    inputs = listed("gradient", inputs)
    leads = {*inputs}                                      # nodes that depend on an input; no other needs its rule
    check_fresh("gradient", output)
    for node in wengert_list(output):
        if not leads.isdisjoint(node.parents):
            leads.add(node)

    def edges(node: Node) -> Iterable[tuple[Node, Any]]:
        if leads.isdisjoint(node.parents):
            return ()
        partials = node.op.partials(node, *node.parents)   # the rule run on Values: the partials are nodes themselves
        return ((parent, partial) for parent, partial in zip(node.parents, partials) if parent in leads)

    adjoint = adjoints(output, output.lift(1.0), edges)
    return [adjoint[x] if x in adjoint else output.lift(0.0) for x in inputs]


def jacobian(outputs: Sequence[Node], inputs: Sequence[Node]) -> list[list[float]]:
    """∂output/∂input at the recorded point: a row for each output, a column for each input.

    >>> from autograd import Value
    >>> x, y = Value(2.0), Value(3.0)
    >>> jacobian([x * y, x + y], [x, y])
    [[3.0, 2.0], [1.0, 1.0]]
    """
    inputs = listed("jacobian", inputs)
    sweeps = [adjoints(output, 1.0, recorded) for output in listed("jacobian", outputs)]
    return [[adjoint.get(x, 0.0) for x in inputs] for adjoint in sweeps]


def hessian(output: Node, inputs: Sequence[Node]) -> list[list[float]]:
    """∂²output/∂inputᵢ∂inputⱼ: the Jacobian of the gradient.

    >>> from autograd import Value
    >>> x, y = Value(2.0), Value(3.0)
    >>> hessian(x * x * y, [x, y])
    [[6.0, 4.0], [4.0, 0.0]]
    """
    inputs = listed("hessian", inputs)
    return jacobian(gradient(output, inputs), inputs)


def pushforward(output: Node, tangents: Mapping[Node, float]) -> float:
    """Forward mode: the tangent of output, Σ ∂output/∂leaf · tangent, propagated along the recorded edges.

    >>> from autograd import Value
    >>> x, y = Value(2.0), Value(3.0)
    >>> pushforward(x * y, {x: 1.0, y: 10.0})
    23.0
    """
    if not isinstance(tangents, Mapping):
        raise TypeError(f"pushforward takes a dict {{leaf: tangent}}, not {tangents!r}")
    tangent = dict(tangents)
    for leaf in tangents:
        if not hasattr(leaf, "parents"):
            raise TypeError(f"pushforward takes a dict {{leaf: tangent}}, but {leaf!r} is not a Value")
        if leaf.parents:
            raise ValueError(f"pushforward: {leaf!r} is not a leaf; give tangents of leaves")
    for node in wengert_list(output):
        if node.parents:
            tangent[node] = sum(partial * tangent.get(parent, 0.0) for parent, partial in recorded(node))
    return tangent.get(output, 0.0)


def listed(name: str, nodes: Iterable[Node]) -> list[Node]:
    """The nodes as a list.  Raises TypeError for a single node, or for a list with anything but Values in it."""
    try:
        nodes = list(nodes)
    except TypeError:
        raise TypeError(f"{name} takes a list of Values, not {nodes!r}") from None
    for node in nodes:
        if not hasattr(node, "parents"):
            raise TypeError(f"{name} takes a list of Values, but one of them is {node!r}")
    return nodes
