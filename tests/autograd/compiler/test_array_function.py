"""program.function(xp) over numpy, jax.numpy and torch, held to the fast program and to the eager engine."""
import math
import os
import random
import subprocess
import sys
from importlib.util import find_spec
from itertools import product
from pathlib import Path

import numpy as np
import pytest

import nn
from autograd import Value, compile, ops, weighted_sum
from autograd.backprop import wengert_list

CHECKOUT = Path(__file__).parents[3]
LIBRARIES = ["numpy", "torch", "jax.jit"]
LOSSES = ["half_squared_error", "mean_squared_error", "mean_absolute_error", "huber", "binary_cross_entropy",
          "binary_cross_entropy_with_logits", "cross_entropy"]


def need(package):
    if not find_spec(package):
        pytest.skip(f'{package} is not installed: pip install -e ".[peers]"')


def run(library, program, X, *weights):
    """function(xp) of the library at the parameters' data, as NumPy arrays."""
    parameters = np.array([p.data for p in program.parameters], dtype=np.float64)
    if library == "numpy":
        found = program.function(np)(parameters, X, *weights)
        check_blocks(program, parameters, X, weights, found)
        return found
    if library == "torch":
        need("torch")
        import torch
        found = program.function(torch)(torch.tensor(parameters), torch.tensor(X), *map(torch.tensor, weights))
        assert all(a.dtype == torch.float64 for a in found)
        return [a.numpy() for a in found]
    need("jax")
    import jax
    jax.config.update("jax_enable_x64", True)
    f = program.function(jax.numpy)
    return [np.asarray(a) for a in (jax.jit(f) if library == "jax.jit" else f)(parameters, X, *weights)]


def check_blocks(program, parameters, X, weights, found):
    """The function of the parameters in blocks, where there is one, computes the same."""
    in_blocks = program.function_of_blocks(np)
    if in_blocks:
        places, f = in_blocks
        values, gradients = f([parameters[block] for block in places], np.asarray(X, float), *weights)
        gradient = np.full(len(parameters), np.nan)
        for block, g in zip(places, gradients, strict=True):
            gradient[block] = g
        assert np.array_equal(values, found[0], equal_nan=True) and np.array_equal(gradient, found[1], equal_nan=True)


def eager(output, inputs, parameters, X):
    """The engine node by node: the graph's values and gradients at every row of X, by replaying its rows on floats."""
    tape = wengert_list(output)
    values, gradient = [], np.zeros(len(parameters))
    for row in X:
        for x, number in zip(inputs, row):
            x.data = float(number)
        new = {}
        for node in tape:
            op = node.op
            new[node] = op(*[new[p] for p in node.parents]) if op else Value(node.data)
        new[output].backward()
        values.append(new[output].data)
        gradient += [new[p].grad if p in new else 0.0 for p in parameters]
    return np.array(values), gradient


def close(found, expected, tolerance=1e-12):
    """Relative to the largest number: a gradient that cancels to nearly 0 keeps the digits of its terms."""
    for a, b in zip(found, expected):
        assert a.shape == b.shape
        assert np.abs(a - b).max(initial=0) <= tolerance * max(1, np.abs(b).max(initial=0))


@pytest.mark.parametrize("library", LIBRARIES)
def test_weights_of_the_rows_are_those_of_the_gradients_sum(library):
    """Whole weights are as many copies of a row, 0 leaves it out; the values are those of every row."""
    model, inputs = nn.MLP(2, [3, 1], "tanh", seed=0), [Value(0.5, "x1"), Value(0.1, "x2"), Value(1.0, "t")]
    J = nn.half_squared_error(model(inputs[:2]), inputs[2])
    program, X = compile(J, inputs), np.random.default_rng(0).normal(size=(5, 3))
    values, gradient = run(library, program, X, np.array([1.0, 0.0, 2.0, 1.0, 3.0]))
    expected = eager(J, inputs, program.parameters, X[[0, 2, 2, 3, 4, 4, 4]])
    close([gradient], [expected[1]])
    close([values], [program.forward(X)])


def test_weights_of_another_shape_are_refused():
    w, x = Value(3.0, "w"), Value(2.0, "x")
    with pytest.raises(ValueError, match=r"weights have shape \(2,\); expected \(1,\): a number for each row of X"):
        compile(w * x, [x]).function(np)(np.ones(1), np.ones((1, 1)), np.ones(2))


def agree(library, output, inputs, X):
    program = compile(output, inputs)
    found = run(library, program, X)
    close(found, program.value_and_grad(X))
    close(found, eager(output, inputs, program.parameters, X))


@pytest.mark.parametrize("loss, library", [*product(LOSSES, LIBRARIES), ("huber", "jax")])
def test_every_loss_of_an_mlp(loss, library):
    last = "sigmoid" if loss == "binary_cross_entropy" else "linear"
    model = nn.MLP(3, [5, 4, 2], activation="tanh", output_activation=last, seed=1)
    xs, ts = [Value(0.1, f"x{i}") for i in (1, 2, 3)], [Value(0.0, "t1"), Value(1.0, "t2")]
    rng = np.random.default_rng(0)
    T = rng.uniform(0, 1, (7, 1))
    agree(library, getattr(nn, loss)(model(xs), ts), [*xs, *ts], np.hstack([rng.normal(size=(7, 3)), T, 1 - T]))


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("activation", sorted(ops.ACTIVATIONS))
def test_every_activation(library, activation):
    model = nn.MLP(2, [4, 1], activation=activation, seed=2)
    xs, t = [Value(0.5, "x1"), Value(-0.25, "x2")], Value(0.5, "t")
    agree(library, nn.half_squared_error(model(xs), t), [*xs, t], np.random.default_rng(1).normal(size=(9, 3)))


def shared_parameters(x):
    """One weight in every place of a layer, and the layer twice."""
    w, b = Value(0.3, "w"), Value(-0.2, "b")
    first = [weighted_sum([w, w], x[:2], b).tanh(), weighted_sum([w, b], x[:2], w).tanh()]
    return sum(weighted_sum([w, w], first, b).tanh() * x[2] for _ in range(2)) * w


def skip_connection(x):
    model = nn.MLP(3, [3, 3], activation="tanh", output_activation="tanh", seed=3)
    return sum(y * y + x_i * y for y, x_i in zip(model(x), x))


def convolution(x):
    """The same two weights slide over the inputs: rows are gathered."""
    w = [Value(0.5, "w1"), Value(-0.7, "w2")]
    return ops.total([weighted_sum(w, x[i:i + 2], 0.1).sigmoid() ** 2 for i in range(2)])


def mixed_lists(x):
    a, b = Value(0.4, "a"), Value(1.5, "b")
    return ops.logsumexp([x[0], a, x[1] * b, 0.5]) + ops.total([a, x[2], b, x[2]]) + ops.half_squares([a, x[0] - b])


def repeated(x):
    a = Value(1.25, "a")
    return (x[0] * x[0] * a + a * a - x[0] / a) ** 2 + 2 ** x[1] + a ** x[2]


GRAPHS = [shared_parameters, skip_connection, convolution, mixed_lists, repeated,
          lambda x: Value(2.0, "a"), lambda x: Value(2.0, "a") * 3 + x[1] * x[2]]


@pytest.mark.filterwarnings("ignore:compile. the output does not depend")
@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("graph", GRAPHS, ids=lambda graph: graph.__name__)
def test_graphs_that_are_no_layers(library, graph):
    xs = [Value(0.5 + i, f"x{i}") for i in range(3)]
    agree(library, graph(xs), xs, np.random.default_rng(2).uniform(0.2, 2, (6, 3)))


def random_graph(seed):
    """A few operations on nodes drawn at random; numbers stay near 1, so that everything is in its domain."""
    draw = random.Random(seed)
    inputs = [Value(draw.uniform(0.5, 1.5), f"x{i}") for i in range(draw.randint(1, 3))]
    nodes = [*inputs, *[Value(draw.uniform(0.5, 1.5), f"p{i}") for i in range(draw.randint(1, 4))]]
    unary = ["tanh", "sigmoid", "exp", "sin", "relu", "softplus", "half_square", "abs", "elu"]
    for _ in range(draw.randint(1, 25)):
        a, b, c = (draw.choice(nodes) for _ in range(3))
        nodes.append(draw.choice([
            lambda a=a: getattr(a, draw.choice(unary))(), lambda a=a, b=b: a + b, lambda a=a, b=b: a - b,
            lambda a=a, b=b: a * b, lambda a=a, b=b: (a - b).tanh() * 0.5, lambda a=a: a ** 2, lambda a=a: 2.0 * a + 1,
            lambda a=a, b=b: ops.maximum(a, b), lambda a=a, b=b, c=c: ops.select(a - 1, b, c),
            lambda a=a, b=b, c=c: weighted_sum([a, b], [b, c], draw.choice([a, 0.5])),
            lambda a=a, b=b, c=c: ops.logsumexp([a, b, c]), lambda a=a, b=b: 1 / (1 + a * a) + b])().tanh() * 1.5)
    return inputs, sum(nodes[-3:])


def test_the_blocks_of_a_network_are_its_matrices_and_biases():
    x = [Value(0.5, "x1"), Value(-1.0, "x2")]
    program = compile(nn.MLP(2, [3, 1], "tanh", seed=0)(x) ** 2, x)
    places, _ = program.function_of_blocks(np)
    assert [block.shape for block in places] == [(1, 3), (1,), (3, 2), (3,)]
    assert [program.parameters[i].label for i in places[2][1]] == ["w21", "w22"]


def test_a_parameter_of_two_operations_lies_in_no_blocks():
    w, x = Value(0.5, "w"), Value(-1.0, "x")
    assert compile((w * x).tanh() * w, [x]).function_of_blocks(np) is None


@pytest.mark.filterwarnings("ignore:compile. the output does not depend")
@pytest.mark.parametrize("library, seeds", [("numpy", range(300)), ("torch", range(100)), ("jax.jit", range(300, 304))])
def test_random_graphs(library, seeds):
    for seed in seeds:
        inputs, output = random_graph(seed)
        agree(library, output, inputs, np.random.default_rng(seed).uniform(0.5, 1.5, (4, len(inputs))))


MEAN = ops.Op("mean", lambda xs: sum(xs) / len(xs), lambda z, xs: (1 / len(xs),) * len(xs), lists=True)
PRODUCT = ops.Op("product", lambda xs: math.prod(xs), lambda z, xs: tuple(
    [math.prod([x for i, x in enumerate(xs) if i != k], start=1.0) for k in range(len(xs))]), lists=True)


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("row", [MEAN, PRODUCT], ids=lambda row: row.name)
def test_a_row_of_ones_own_that_looks_at_a_whole_list(library, row):
    x, w = [Value(2.0, "x1"), Value(3.0, "x2")], Value(1.5, "w")
    agree(library, row([x[0] * w, x[1] - w, w]) + row([w, x[0]]), x, np.random.default_rng(0).normal(size=(4, 2)))


@pytest.mark.parametrize("library", LIBRARIES)
def test_outside_a_domain_the_result_is_not_a_number(library):
    x, w = Value(2.0, "x"), Value(1.0, "w")
    values, _ = run(library, compile((w * x).log(), [x]), np.array([[-1.0], [1.0], [0.0]]))
    assert np.isnan(values[0]) and values[1] == 0 and values[2] == -np.inf


def test_nothing_given_is_changed():
    x, w = Value(2.0, "x"), Value(1.0, "w")
    f = compile((w * x).tanh() * w, [x]).function(np)
    parameters, X = np.array([0.5]), np.array([[1.0], [2.0]])
    first = f(parameters, X)
    close(f(parameters, X), first, 0)
    assert parameters.tolist() == [0.5] and X.tolist() == [[1.0], [2.0]]


def test_float32_stays_float32():
    need("torch")
    import torch
    x, w = Value(2.0, "x"), Value(1.0, "w")
    f = compile((w * x * 0.1 + 0.3).tanh(), [x]).function(torch)
    assert [a.dtype for a in f(torch.ones(1), torch.ones(3, 1))] == [torch.float32] * 2


def test_bad_arguments_are_named():
    x, w = Value(2.0, "x"), Value(1.0, "w")
    f = compile(w * x, [x]).function(np)
    with pytest.raises(ValueError, match=r"parameters have shape \(2,\); expected \(1,\)"):
        f(np.ones(2), np.ones((1, 1)))
    with pytest.raises(ValueError, match=r"X has shape \(3,\); expected \(samples, 1\)"):
        f(np.ones(1), np.ones(3))
    with pytest.raises(ValueError, match="a gradient is of one output, but the program has 2"):
        compile([w * x, w + x], [x]).function(np)


SHARDED = """
import jax, numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec
import nn
from autograd import Value, compile
jax.config.update("jax_enable_x64", True)
inputs = [Value(0.0, "x1"), Value(0.0, "x2"), Value(0.0, "t")]
program = compile(nn.half_squared_error(nn.MLP(2, [5, 1], "tanh", seed=0)(inputs[:2]), inputs[2]), inputs)
f, X = jax.jit(program.function(jax.numpy)), np.random.default_rng(0).normal(size=(64, 3))
parameters = np.array([p.data for p in program.parameters])
mesh = Mesh(np.array(jax.devices()), ("samples",))
sharded = jax.device_put(X, NamedSharding(mesh, PartitionSpec("samples", None)))
values, gradient = f(jax.device_put(parameters, NamedSharding(mesh, PartitionSpec())), sharded)
for array, shape in (sharded, (16, 3)), (values, (16,)):
    assert len(array.sharding.device_set) == 4 and not array.sharding.is_fully_replicated
    assert {shard.data.shape for shard in array.addressable_shards} == {shape}
    assert len({shard.device for shard in array.addressable_shards}) == 4
assert len(gradient.sharding.device_set) == 4 and gradient.sharding.is_fully_replicated
assert "all-reduce" in f.lower(jax.device_put(parameters, NamedSharding(mesh, PartitionSpec())), sharded
                               ).compile().as_text()
one = f(jax.device_put(parameters, jax.devices()[0]), jax.device_put(X, jax.devices()[0]))
for a, b, c in zip((values, gradient), one, program.value_and_grad(X)):
    assert len(b.sharding.device_set) == 1
    for other in b, c:
        assert np.abs(np.asarray(a) - np.asarray(other)).max() <= 1e-12 * np.abs(np.asarray(other)).max()
print("done")
"""


def test_the_samples_sharded_over_four_devices_give_what_one_device_gives():
    need("jax")
    environment = os.environ | {"XLA_FLAGS": "--xla_force_host_platform_device_count=4", "JAX_PLATFORMS": "cpu"}
    ran = subprocess.run([sys.executable, "-c", SHARDED], cwd=CHECKOUT, env=environment, capture_output=True, text=True)
    assert (ran.returncode, ran.stdout.strip()) == (0, "done"), ran.stderr
