"""The blocks of a graph: what is grouped, what becomes a product, what is numbered how."""
from functools import reduce
from operator import add

import numpy as np
import pytest

import nn
from autograd import Parameter, Value, half_square, ops, total, weighted_sum
from autograd.compiler.blocks import MatMul, follow
from autograd.compiler.vectorize import joint_tape, vectorize
from autograd.value import Constant


def leaves(kind, n, name):
    return [kind(0.1 * (i + 1), f"{name}{i}") for i in range(n)]


def shown(blocks):
    """Each block as (operation, rows)."""
    return [("W x + b" if isinstance(block, MatMul) else block.op.name, block.size) for block in blocks.blocks]


def same(a, b):
    """Are these the same blocks of the same scalars?"""
    assert shown(a) == shown(b)
    assert (a.inputs, a.outputs, a.ones, a.rows) == (b.inputs, b.outputs, b.ones, b.rows)
    for p, q in zip(a.blocks, b.blocks):
        for x, y in zip(p.operands, q.operands):
            assert x.is_scalar == y.is_scalar and np.array_equal(x.numbers, y.numbers)


def test_a_network_is_a_few_blocks_of_any_width():
    for width in 3, 30:
        model, x, t = nn.MLP(2, [width, width, 1], "tanh", seed=0), leaves(Value, 2, "x"), Value(1.0, "t")
        blocks = vectorize([nn.half_squared_error(model(x), t)], [*x, t])
        assert shown(blocks)[:4] == [("W x + b", width), ("tanh", width)] * 2
        assert shown(blocks)[4] == ("W x + b", 1)
        assert blocks.parameters == model.parameters()
        assert len(blocks.ones) == 3
        for block in blocks.blocks:
            if isinstance(block, MatMul):                          # [W b] is one piece of the parameters
                assert follow(np.column_stack([block.W, block.b])) and block.x[-1] + 1 in blocks.ones


def sums(terms):
    """Ways to write one sum by hand."""
    yield sum(terms[1:], terms[0])
    yield reduce(lambda rest, x: x + rest, reversed(terms))
    half = len(terms) // 2
    yield reduce(add, terms[:half]) + reduce(add, terms[half:])


@pytest.mark.parametrize("way", range(3))
@pytest.mark.parametrize("turned", [False, True])
def test_chains_of_products_and_sums_are_what_weighted_sum_records(way, turned):
    x, w, b = leaves(Value, 4, "x"), leaves(Parameter, 8, "w"), leaves(Parameter, 2, "b")

    def neuron(w, b):
        return list(sums([*([a * p for p, a in zip(w, x)] if turned else [p * a for p, a in zip(w, x)]), b]))[way]

    by_hand = [neuron(w[:4], b[0]).tanh(), neuron(w[4:], b[1]).tanh()]
    fused = [weighted_sum(w[:4], x, b[0]).tanh(), weighted_sum(w[4:], x, b[1]).tanh()]
    same(vectorize(by_hand, x), vectorize(fused, x))
    assert shown(vectorize(by_hand, x)) == [("W x + b", 2), ("tanh", 2)]


def test_a_term_that_is_used_again_stays_a_term():
    x, w = leaves(Value, 2, "x"), leaves(Parameter, 2, "w")
    p = w[0] * x[0]
    assert "W x + b" not in dict(shown(vectorize([p + w[1] * x[1] + p.tanh()], x)))
    s = w[0] * x[0] + w[1] * x[1]
    assert shown(vectorize([s, s + 1.0], x)) == [("W x + b", 1), ("+", 1)]


def test_long_sums_are_one_total_whatever_their_shape():
    x = leaves(Value, 3000, "x")
    for y in sums([a.tanh() for a in x]):                           # deep to either side, and both
        blocks = vectorize([y], x)
        assert shown(blocks) == [("tanh", 3000), ("total", 1)]


def test_like_nodes_of_one_level_are_one_block():
    x, w = leaves(Value, 4, "x"), leaves(Parameter, 4, "w")
    y = total([(a * a - b).sin() for a, b in zip(x, w)])
    assert shown(vectorize([y], x)) == [("*", 4), ("-", 4), ("sin", 4), ("total", 1)]


def test_parameters_beside_rows_get_rows_and_constants_stay_apart():
    x, w = leaves(Value, 2, "x"), leaves(Parameter, 2, "w")
    blocks = vectorize([x[0] * x[1], x[0] * w[0], w[1] * x[0], x[1] * 3.0], x)
    assert shown(blocks) == [("linear", 2), ("*", 3), ("*", 1)]
    assert blocks.parameters == w and blocks.constants == [3.0]
    assert not blocks.blocks[1].operands[0].is_scalar and blocks.blocks[2].operands[1].is_scalar


def test_products_that_share_no_x_are_one_block_too():
    x, w = leaves(Value, 6, "x"), leaves(Parameter, 6, "w")
    y = [weighted_sum(w[k:k + 2], x[k:k + 2], 0.0) for k in (0, 2, 4)]
    assert shown(vectorize(y, x)) == [("weighted_sum", 3)]


def test_every_row_has_one_owner_and_every_argument_comes_before():
    x, w = leaves(Value, 3, "x"), leaves(Parameter, 5, "w")
    h = [weighted_sum(w[:3], x, w[3]), x[0] * w[4], (x[1] - x[2]) ** 2]
    y = total([half_square(a) * w[0] for a in h] + [w[1], x[0]])
    blocks = vectorize([y, h[1], x[2], w[2]], [*x, Value(0.0, "unused")])
    owned = sorted([*blocks.inputs, *blocks.ones, *(row for block in blocks.blocks for row in block.rows)])
    assert owned == list(range(blocks.rows))
    for block in blocks.blocks:
        for a in block.operands:
            limit = len(blocks.parameters) + len(blocks.constants) if a.is_scalar else block.first
            assert a.numbers.min() >= 0 and a.numbers.max() < limit


def test_scalars_are_told_apart_as_they_must_be():
    x, c = Value(1.0, "x"), Constant(2.0)
    blocks = vectorize([weighted_sum([0.0, -0.0, 2.0, c], [x, x, x, x], 0.0)], [x])
    product = blocks.blocks[0]
    scalars = np.array(blocks.constants)[np.append(product.W.ravel(), product.b)]
    assert scalars.tolist() == [0.0, -0.0, 2.0, 2.0, 0.0]
    assert np.signbit(scalars).tolist() == [False, True, False, False, False]
    assert blocks.parameters == []


def test_the_tape_of_several_outputs_holds_every_node_once():
    x = Value(2.0)
    y = x * x
    tape = joint_tape([y.exp(), y, y.sin()])
    assert len(tape) == len(set(tape)) == 4
    seen = set()
    for node in tape:
        assert seen.issuperset(node.parents)
        seen.add(node)


@pytest.mark.parametrize("numbers, expected", [([3], True), ([3, 4, 5], True), ([3, 5, 4], False), ([4, 4, 4], False),
                                               ([3, 5, 5, 6], False), ([[1, 2], [3, 4]], True), ([5, 4], False)])
def test_follow(numbers, expected):
    assert follow(np.array(numbers)) is expected


def test_operations_are_the_tables_own():
    x = Value(2.0)
    assert vectorize([x ** 3], [x]).blocks[0].op is ops.power(3)
