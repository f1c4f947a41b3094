"""The diagram of a network with one box for each layer, and one for all similar nodes outside the layers.

Weights are not shown one by one: the boxes give their count and the norms of values and gradients.
"""
from collections.abc import Sequence
from math import hypot, isnan

from autograd import Constant, Parameter, Value, adjoints, recorded, wengert_list
from autograd.symbolic.expr import Expr
from autograd.symbolic.labels import format_number, parse_label
from autograd.symbolic.printer import to_text

from ..notation import node_formula, node_names, reading_order
from .build import boxed_formula, cut, kind_of
from .by_neuron import terms_of
from .layers import layers_of
from .model import Diagram, Edge, Node, Summary

Boxes = dict[str, list[Value]]


def boxes_of(root: Value) -> Boxes:
    """The nodes of the graph by the id of their box; an input's box before its layer's, the root's last.

    >>> from nn import MLP
    >>> y = MLP(2, [3, 1])([Value(1.0, "x1"), Value(2.0, "x2")])
    >>> [(box, len(nodes)) for box, nodes in boxes_of(y).items()]
    [('n0', 2), ('n1', 15), ('n2', 5), ('n3', 1)]
    """
    tape = reading_order(wengert_list(root))
    layer = layers_of(tape)
    key: dict[Value, object] = {root: "root"}
    takers: dict[Value, set[object]] = {}
    numbers: dict[object, int] = {}             # a key made of keys would grow from node to node
    for node in tape:
        if node in layer:
            key.setdefault(node, layer[node])
        elif node.op:
            made_of = frozenset(numbers[key[parent]] for parent in node.parents if parent in key)
            key.setdefault(node, (node.op.name, letter(node), made_of))
        if node in key:
            numbers.setdefault(key[node], len(numbers))
            for parent in node.parents:
                takers.setdefault(parent, set()).add(numbers[key[node]])
    for leaf in tape:
        key.setdefault(leaf, (kind_of(leaf, root), letter(leaf), frozenset(takers.get(leaf, ()))))
    together: dict[object, list[Value]] = {}
    for node in reversed(tape):                 # a box has the position of its last node
        together.setdefault(key[node], []).append(node)
    return {f"n{i}": nodes[::-1] for i, nodes in enumerate(reversed(together.values()))}


def letter(node: Value) -> str:
    """The letter of a node's label: e for e1, e2, ...; "" without a label."""
    return parse_label(node.label).base if node.label.strip() else ""


def by_layer(root: Value, boxes: Boxes, gradients: bool = True, digits: int = 4) -> Diagram:
    """Describe the graph box by box; a box of a single node is described as that node."""
    layer = layers_of([node for nodes in boxes.values() for node in nodes])
    gradient = adjoints(root, 1.0, recorded) if gradients else {}
    name = node_names(root, digits)
    box_of = {node: box for box, nodes in boxes.items() for node in nodes}
    activation = {node.parents[0]: node for node in box_of if node.op and node.op.activation}

    def number(x: float) -> str:
        return format_number(x, digits)

    def norm(nodes: Sequence[Value]) -> str:
        return number(hypot(*[gradient.get(node, 0.0) for node in nodes]))

    def spread(nodes: Sequence[Value]) -> str:
        values = [node.data for node in nodes]
        least, most = number(min(values)), number(max(values))
        return "NaN" if any(map(isnan, values)) else least if least == most else f"{least} … {most}"

    def described(box: str, nodes: list[Value]) -> Node:
        first, last = nodes[0], nodes[-1]
        if first in layer and last is not root:
            return Node(box, "operation", layer[first], "", last.data, None, None, (), "", (),
                        tuple(summaries_of_layer(nodes)))
        kind = kind_of(last, root)
        if len(nodes) == 1:
            slope = gradient.get(first) if kind != "constant" else None
            delta = 0.0 - slope if slope is not None and first in activation else None
            formula = boxed_formula(first, name, digits) if first.op else ""
            return Node(box, kind, name[first], formula, first.data, slope, delta, ())
        return Node(box, kind, together([name[node] for node in nodes]), "", last.data, None, None, (), "", (),
                    tuple(summaries_of_many(kind, nodes)))

    def summaries_of_many(kind: str, nodes: list[Value]) -> list[Summary]:
        what = f"{len(nodes)} {kind}s"
        if nodes[0].op:
            what = cut(f"{to_text(Expr(name[nodes[0]]))} = {to_text(node_formula(nodes[0], name), digits)}, …")
        summaries = [Summary(what, ""), Summary("values", spread(nodes))]
        if gradients and kind != "constant":
            summaries.append(Summary(f"‖∂{to_text(Expr(name[root]))}/∂{letter(nodes[0]) or '·'}‖", norm(nodes),
                                     "backward"))
        return summaries

    def summaries_of_layer(nodes: list[Value]) -> list[Summary]:
        weights = [node for node in nodes if isinstance(node, Parameter)]
        sums = [node for node in nodes if node.op and node.op.name == "weighted_sum"]
        outputs = [activation[v] for v in sums if v in activation] or sums
        summaries = []
        if sums:
            inputs = len(terms_of(sums[0])) - 1
            φ = sorted({y.op.name for y in outputs if y.op and y.op.activation})
            summaries.append(Summary(", ".join([f"{inputs} → {len(sums)}", *φ]), ""))
        summaries += [Summary("weights and biases", str(len(weights)), of="parameter")]
        if gradients:
            summaries.append(Summary(f"‖∂{to_text(Expr(name[root]))}/∂(w, b)‖", norm(weights), "backward", "parameter"))
        if outputs:
            summaries.append(Summary("y", spread(outputs)))
        if gradients and sums:
            mean = sum([abs(gradient.get(v, 0.0)) for v in sums]) / len(sums)
            summaries.append(Summary("mean |δ|", number(mean), "backward"))
        return summaries

    return Diagram(tuple([described(box, nodes) for box, nodes in boxes.items()]),
                   tuple(edges_between(boxes, box_of, gradient)), len(box_of))


def edges_between(boxes: Boxes, box_of: dict[Value, str], gradient: dict[Value, float]) -> list[Edge]:
    """One edge for all from one box to another, with the norm of their gradients; between single nodes, each edge."""
    between: dict[tuple[str, str], list[tuple[float | None, float | None]]] = {}
    for child, b in box_of.items():
        for parent, partial in recorded(child):
            if (a := box_of[parent]) != b:
                flows = gradient and not isinstance(parent, Constant)
                between.setdefault((a, b), []).append((partial, gradient[child] * partial) if flows else (None, None))
    edges = []
    for (a, b), found in between.items():
        if len(boxes[a]) > 1 or len(boxes[b]) > 1:
            terms = [term for _, term in found if term is not None]
            found = [(None, hypot(*terms) if terms else None)]
        edges += [Edge(f"e{a[1:]}_{b[1:]}_{i}", a, b, *numbers) for i, numbers in enumerate(found)]
    return edges


def together(names: Sequence[str]) -> str:
    """The names joined: x₁ … x₇₈₄ where there are more than two."""
    return f"{to_text(Expr(names[0]))} … {to_text(Expr(names[-1]))}" if len(names) > 2 else \
        ", ".join([to_text(Expr(name)) for name in names])
