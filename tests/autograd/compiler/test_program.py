"""The compiled program against the eager engine, graph by graph: a sample is recorded anew wherever it is checked."""
import math
import random
import re
import warnings

import numpy as np
import pytest
from points import EXTREMES, KINKS, OUTSIDE, POINTS, ROWS, entry, every_row, filled, numbers

import nn
from autograd import Parameter, Value, compile, half_square, ops, tanh, total, weighted_sum
from autograd.compiler.blocks import MatMul
from autograd.compiler.buffers import Buffers
from autograd.value import Constant

CLOSE = dict(rtol=1e-12, atol=1e-13, equal_nan=True)


def compiled(output, inputs):
    """The program, whether or not the output depends on every input."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="compile: the output does not depend")
        return compile(output, inputs)


def agrees(build, X, w):
    """Does the program of build(inputs, parameters), recorded at X[0], do what eager recordings of every row do?"""
    values, gradients = [], []
    for x in X:
        ws = list(map(Parameter, w))
        y = build(list(map(Value, x)), ws)
        y.backward()
        values.append(y.data)
        gradients.append([p.grad for p in ws])
    xs, ws = list(map(Value, X[0])), list(map(Parameter, w))
    program = compiled(build(xs, ws), xs)
    order = [ws.index(p) for p in program.parameters]
    assert not np.delete(np.array(gradients).reshape(len(X), len(w)), order, axis=1).any()
    size = 1 + np.nan_to_num(np.abs(gradients)).max(initial=0.0)
    for N in (len(X), 1, len(X)):                               # the buffers are used again
        found, gradient = program.value_and_grad(np.array(X[:N]).reshape(N, -1))
        np.testing.assert_allclose(found, values[:N], **CLOSE)
        expected = np.sum(gradients[:N], axis=0)[order] if order else []
        np.testing.assert_allclose(gradient, expected, rtol=1e-11, atol=1e-12 * size, equal_nan=True)
        np.testing.assert_array_equal(program.forward(np.array(X[:N]).reshape(N, -1)), found)
    return program


# --- random graphs ---------------------------------------------------------------------------------------------------


class Recipe:
    """A random graph over the rows of the table: shared parameters, repeated leaves, constants, plain numbers in
    lists, unused inputs, leaves as outputs; as a function of inputs and parameters."""

    def __init__(self, seed):
        draw = random.Random(seed)
        self.inputs, self.weights = draw.randint(0, 4), draw.randint(0, 5)
        self.inputs += self.inputs + self.weights == 0
        self.constants = [round(draw.uniform(-2, 2), 2) for _ in range(draw.randint(0, 2))]
        leaves = count = self.inputs + self.weights + len(self.constants)
        names = [name for name in ROWS if name in POINTS]
        names = draw.sample(names, draw.randint(2, 8)) + ["add", "mul", "weighted_sum"] * draw.randint(0, 3)
        self.steps = []
        for _ in range(draw.choice([0, 1, 3, 8, 20, 60])):
            name, n = draw.choice(names), draw.randint(1, 4)
            shape = tuple([0.0] * n if isinstance(part, list | tuple) else part for part in POINTS[name][0])
            takes = [draw.randrange(count) if draw.random() < 0.93 else round(draw.uniform(-1, 1), 1)
                     for _ in numbers(shape)]
            self.steps.append((name, shape, takes))
            count += 1
        used = {i for _, _, takes in self.steps for i in takes if isinstance(i, int)}
        self.ends = [i for i in range(leaves, count) if i not in used] or [draw.randrange(leaves)]
        self.end = draw.choice([lambda ends: ends[-1], lambda ends: sum(ends[1:], ends[0]), total,
                                lambda ends: weighted_sum(ends[::-1], ends, 0.5)])
        self.w = [draw.choice([draw.uniform(-1.5, 1.5), float(draw.randint(-1, 1))]) for _ in range(self.weights)]
        self.X = [[draw.choice([draw.uniform(-1.5, 1.5), float(draw.randint(-1, 1))]) for _ in range(self.inputs)]
                  for _ in range(8)]

    def __call__(self, xs, ws):
        nodes = [*xs, *ws, *map(Constant, self.constants)]
        for name, shape, takes in self.steps:
            args = [nodes[i] if isinstance(i, int) else i for i in takes]
            if not any(isinstance(x, Value) for x in args) or len(args) == 1:
                args = [nodes[0], *args[1:]]
            z = ROWS[name](*filled(shape, list(map(Value.lift, args)) if name.startswith("power") else args))
            if abs(z.data) > 50 or any(abs(d) > 1e4 for d in z.partials):
                raise OverflowError("not tame")
            nodes.append(z)
        return self.end([nodes[i] for i in self.ends])

    def tame(self):
        """The samples that it can be recorded at."""
        found = []
        for x in self.X:
            try:
                self(list(map(Value, x)), list(map(Parameter, self.w)))
                found.append(x)
            except (ValueError, ArithmeticError):
                pass
        return found


@pytest.mark.parametrize("part", range(4))
def test_random_graphs(part):
    checked = 0
    for seed in range(500 * part, 500 * part + 500):
        recipe = Recipe(seed)
        samples = recipe.tame()
        if samples:
            try:
                agrees(recipe, samples, recipe.w)
            except Exception as error:
                raise AssertionError(f"Recipe({seed})") from error
            checked += 1
    assert checked > 300


# --- every row of the table ------------------------------------------------------------------------------------------


@every_row
def test_a_row_at_its_points_and_kinks(name):
    op = ROWS[name]
    points = entry(name, POINTS, "POINTS") + [at for at, _ in KINKS.get(name, [])] + EXTREMES.get(name, [])
    for shape in {tuple(len(part) if isinstance(part, list) else 0 for part in at): at for at in points}.values():
        like = [at for at in points if len(numbers(at)) == len(numbers(shape))]
        n = len(numbers(shape))
        xs, ws = [Value(x) for x in numbers(shape)], [Parameter(0.0) for _ in range(n)]
        program = compile(op(*filled(shape, [x + w for x, w in zip(xs, ws)])), xs)
        np.testing.assert_allclose(program.forward([numbers(at) for at in like]), [op(*at) for at in like], rtol=1e-14,
                                   atol=1e-300)
        for at in like:                             # one by one: which partial is whose stays visible
            _, gradient = program.value_and_grad([numbers(at)])
            by_weight = dict(zip(program.parameters, gradient))
            np.testing.assert_allclose([by_weight[w] for w in ws], op.partials(op(*at), *at), rtol=2e-14, atol=1e-15)


@every_row
def test_nan_is_what_it_is_node_by_node(name):
    op, [at, *_] = ROWS[name], entry(name, POINTS, "POINTS")
    n = len(numbers(at))
    X = np.where(np.eye(n), math.nan, numbers(at)).tolist()
    agrees(lambda x, w: op(*filled(at, [a + b for a, b in zip(x, w)])), X, [0.0] * n)
    agrees(lambda x, w: op(*filled(at, x)) * w[0], X, [1.0])


def test_zero_times_nan_is_nan():
    """BLAS leaves out a factor of 0 where it is a matrix of one number."""
    agrees(lambda x, w: weighted_sum(w[:1], x, 0.5).exp() + w[1], [[math.nan], [math.inf], [2.0]], [0.0, 0.3])
    agrees(lambda x, w: weighted_sum(w[:1], [x[0] * w[1]], 0.5) * x[1], [[1.0, math.nan], [2.0, math.inf]], [0.0, 0.3])


@pytest.mark.parametrize("name", OUTSIDE)
def test_outside_the_domain_is_what_numpy_says_without_a_warning(name):
    op = ROWS[name]
    for at, *_ in OUTSIDE[name]:
        xs = [Value(x) for x in numbers(POINTS[name][0])]
        program = compile(op(*xs) * Parameter(1.0), xs)
        with np.errstate(all="ignore"):
            expected = (op.array or (lambda xp, *xs: op.forward(*xs)))(np, *[np.array([x]) for x in at])
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            np.testing.assert_array_equal(program.forward([at]), expected)
            np.testing.assert_array_equal(program.value_and_grad([at])[0], expected)


def swish_partials(z, x):
    s = ops.sigmoid(x)
    return (s + z * (1 - s),)


SWISH = ops.Op("swish", lambda x: x / (1 + math.exp(-x)), swish_partials, lambda xp, x: x / (1 + xp.exp(-x)))
NORM = ops.Op("norm", lambda xs: math.sqrt(sum(x * x for x in xs)), lambda z, xs: tuple([x / z for x in xs]),
              lambda xp, xs: xp.sqrt(sum(x * x for x in xs)), lists=True)


def others(xs, k):
    return math.prod([x for i, x in enumerate(xs) if i != k], start=1.0)


PRODUCT = ops.Op("product", lambda xs: math.prod(xs), lambda z, xs: tuple([others(xs, k) for k in range(len(xs))]),
                 lists=True)
MEAN = ops.Op("mean", lambda xs: sum(xs) / len(xs), lambda z, xs: (1 / len(xs),) * len(xs), lists=True)
SCALED = ops.Op("scaled", lambda xs, b: sum(xs) * b, lambda z, xs, b: (*(b,) * len(xs), z / b), lists=True)


@pytest.mark.parametrize("build", [
    lambda x, w: SWISH(w[0] * x[0] + w[1]) * SWISH(x[1]),
    lambda x, w: NORM([w[0] * x[0], x[1], w[1]]) + NORM([w[1], w[0]]),
    lambda x, w: PRODUCT([w[0] * x[0], x[1], w[1], 2.0]) * PRODUCT([x[0] - w[0], x[1] * w[1], w[0], 3.0]),
    lambda x, w: MEAN([w[0] * x[0], x[1] * x[1], w[1]]).tanh(),
    lambda x, w: SCALED([x[0], x[1] * w[1]], w[0]) * SCALED([w[0], x[1]], w[1] * w[1]),
    lambda x, w: total([SWISH(NORM([a * w[0], b])) for a in x for b in w]),
], ids=["swish", "norm", "product", "mean", "scaled", "many"])
def test_a_new_row_compiles_because_it_exists(build):
    agrees(build, [[0.5, -1.2], [1.5, 0.3], [-0.2, 0.9]], [0.7, -0.4])


# --- graphs that a person would write --------------------------------------------------------------------------------


def residual(x, w):
    h = [weighted_sum(w[3 * k:3 * k + 2], x, w[3 * k + 2]).tanh() for k in range(2)]
    h = [a + b for a, b in zip(h, x)]
    g = [weighted_sum(w[6:8], h, w[8]).sigmoid(), weighted_sum(w[6:8], h[::-1], w[8]).sigmoid()]
    return total([half_square(a - b * c) for a, b, c in zip(g, h, x)])


def normalised(x, w):
    norm = sum((p * p for p in w), Constant(1e-3)) ** 0.5
    return sum((p / norm * a for p in w for a in x), 0.0).exp()


def tied(x, w):
    return sum((w[0] * a for a in x), w[0]) * w[0] - w[0] * w[0]


def used_often(x, w):
    h = (w[0] * x[0] + w[1]).tanh()
    return total([h * (p * a).sin() for p in w for a in x * 9]) + sum((h * h * float(k) for k in range(40)), h)


@pytest.mark.parametrize("build", [residual, normalised, tied, used_often, lambda x, w: x[0] * x[0] + w[0],
                                   lambda x, w: x[1], lambda x, w: w[3], lambda x, w: Constant(4.0),
                                   lambda x, w: w[0] * w[1], lambda x, w: w[0].linear(), lambda x, w: x[0].linear(),
                                   lambda x, w: (w[0] * x[0]).linear().linear() - w[1].linear(),
                                   lambda x, w: w[0] * x[0] - (w[0] * x[0]).linear() + x[0].linear() * w[1]])
def test_graphs_without_layers(build):
    draw = np.random.default_rng(0)
    agrees(build, draw.normal(size=(5, 2)).tolist(), draw.normal(size=9).tolist())


@pytest.mark.parametrize("loss, k", [(nn.half_squared_error, 3), (nn.mean_absolute_error, 2), (nn.huber, 2),
                                     (nn.binary_cross_entropy_with_logits, 1), (nn.cross_entropy, 4)],
                         ids=lambda x: getattr(x, "__name__", x))
@pytest.mark.parametrize("activation", ["tanh", "relu", "selu"])
def test_networks_and_the_order_of_their_parameters(activation, loss, k):
    model = nn.MLP(3, [5, 4, k], activation, seed=1)
    w = [p.data for p in model.parameters()]

    def build(x, w):
        layers, rest = x[:3], iter(w)
        for layer in model.layers:
            v = []
            for neuron in layer.neurons:
                ws = [next(rest) for _ in neuron.w]
                v.append(weighted_sum(ws, layers, next(rest)))
            layers = [getattr(a, activation)() for a in v] if layer is not model.layers[-1] else v
        return loss(layers, x[3:]) if k > 1 else loss(layers[0], x[3])

    draw = np.random.default_rng(0)
    X = np.hstack([draw.normal(size=(7, 3)), draw.uniform(size=(7, k))])
    agrees(build, X.tolist(), w)
    x, t = [Value(0.1) for _ in range(3)], [Value(0.5) for _ in range(k)]
    y = model(x)
    program = compile(loss(y, t) if k > 1 else loss(y, t[0]), [*x, *t])
    assert program.parameters == model.parameters()


def test_the_random_graph_of_the_benchmark():
    draw = random.Random(0)
    leaves = [Value(draw.uniform(-1, 1)) for _ in range(40)]
    nodes = list(leaves)
    for i in range(3000):
        a, b = nodes[i], nodes[draw.randrange(len(nodes))]
        kind = draw.randrange(4)
        nodes.append(a * leaves[0] if abs(a.data) > 2 else [a + b, a * b, a - b, a.relu()][kind])
    output = total(nodes[3000:])
    output.backward()
    program = compiled(output, leaves[:3])
    X = np.array([[x.data for x in leaves[:3]]] * 70)
    for N in 1, 70:
        values, gradient = program.value_and_grad(X[:N])
        np.testing.assert_allclose(values, output.data, rtol=1e-12)
        expected = np.array([p.grad for p in program.parameters])
        np.testing.assert_allclose(gradient, N * expected, rtol=1e-11, atol=1e-11 * np.abs(N * expected).max())


# --- calls -----------------------------------------------------------------------------------------------------------


def small():
    x, w = [Value(0.5, "a"), Value(0.2, "b")], [Parameter(0.3, "w"), Parameter(-0.7, "u")]
    return x, w, (w[0] * x[0] + w[1] * x[1]).tanh()


def test_several_outputs():
    x, w, y = small()
    program = compile([y, y * w[0], x[0], w[1], y], x)
    X = [[1.0, 2.0], [3.0, -1.0], [0.0, 0.0]]
    expected = [[v := math.tanh(0.3 * a - 0.7 * b), v * 0.3, a, -0.7, v] for a, b in X]
    np.testing.assert_allclose(program.forward(X), expected, rtol=1e-15)
    assert compile([y], x).forward(X).shape == (3, 1)
    with pytest.raises(ValueError, match="value_and_grad needs one output"):
        program.value_and_grad(X)


def test_data_is_read_at_every_call():
    x, w, y = small()
    program = compile(y, x)
    program.value_and_grad([[1.0, 2.0]])
    w[0].data = 2.0
    np.testing.assert_allclose(program.forward([[1.0, 2.0]]), math.tanh(2.0 - 1.4), rtol=1e-15)
    _, gradient = program.value_and_grad([[1.0, 2.0]])
    np.testing.assert_allclose(gradient, (1 - math.tanh(0.6) ** 2) * np.array([1.0, 2.0]), rtol=1e-14)


@pytest.mark.parametrize("N", [0, 1, 2, 3, 4, 7])
def test_chunks(N):
    x, _, y = small()
    program, whole = compile(y, x), compile(y, x)
    program.chunk = 3
    X = np.random.default_rng(0).normal(size=(N, 2))
    values, gradient = program.value_and_grad(X)
    assert values.shape == program.forward(X).shape == (N,) and gradient.shape == (2,)
    np.testing.assert_allclose(values, np.tanh(X @ [0.3, -0.7]), rtol=1e-14)
    np.testing.assert_allclose(gradient, whole.value_and_grad(X)[1], rtol=1e-13)


def test_what_is_returned_is_the_callers():
    x, _, y = small()
    program = compile(y, x)
    values, gradient = program.value_and_grad([[1.0, 2.0]])
    kept = values.copy(), gradient.copy(), program.forward([[1.0, 2.0]])
    program.value_and_grad([[5.0, -2.0]])
    np.testing.assert_array_equal(values, kept[0])
    np.testing.assert_array_equal(gradient, kept[1])
    np.testing.assert_array_equal(values, kept[2])


def test_an_input_that_is_not_used_is_named_and_has_no_say():
    x, _, y = small()
    with pytest.warns(UserWarning, match="does not depend on c"):
        program = compile(y, [Value(1.0, "c"), *x])
    np.testing.assert_array_equal(program.forward([[9.0, 0.5, 0.2]]), compile(y, x).forward([[0.5, 0.2]]))


@pytest.mark.parametrize("X, error", [
    ([1.0, 2.0], ValueError), ([[1.0]], ValueError), ([[[1.0, 2.0]]], ValueError), ([], ValueError), (3.0, ValueError),
    ([["a", "b"]], TypeError), ([["1", "2"]], TypeError), (None, TypeError), ([[1j, 2.0]], TypeError),
    ([[1.0, 2.0], [3.0]], ValueError), ([[None, 1.0]], TypeError)], ids=repr)
def test_bad_samples_are_one_clear_error(X, error):
    x, _, y = small()
    program = compile(y, x)
    for call in program.forward, program.value_and_grad:
        with pytest.raises(error, match=r"^X (must hold real numbers|is ragged|is .* in row 0, column 0 .* no real "
                                        r"number; .*|has shape \(.*\); expected \(samples, 2\))"):
            call(X)


@pytest.mark.parametrize("output, inputs, error, match", [
    (3.0, [], TypeError, "not 3.0|is 3.0"), ([], [], ValueError, "no output"), ([3.0], [], TypeError, "is 3.0"),
    (Value(1.0), Value(1.0), TypeError, "list of Values"), (Value(1.0), [2.0], TypeError, "is 2.0")])
def test_what_cannot_be_compiled(output, inputs, error, match):
    with pytest.raises(error, match=match):
        compile(output, inputs)


def test_inputs_are_leaves_each_given_once():
    x, _, y = small()
    with pytest.raises(ValueError, match="not a leaf"):
        compile(y * y, [y])
    with pytest.raises(ValueError, match="twice"):
        compile(y, [*x, x[0]])


def test_numbers_of_other_kinds_are_samples_too():
    x, _, y = small()
    program = compile(y, x)
    expected = program.forward([[1.0, 0.0]])
    for X in ([[1, 0]], [[True, False]], np.array([[1, 0]], dtype=np.int8), np.array([[1, 0]], dtype=np.float32),
              np.asfortranarray([[1.0, 0.0]])):
        np.testing.assert_array_equal(program.forward(X), expected)


def layer(phi, read_again=False, skip=False, is_output=False):
    """Three neurons φ(w x + b); also with v read again, with y read twice, or with one y as the output."""
    def build(inputs, w):
        [x] = inputs
        vs = [weighted_sum([w[k]], [x], w[3 + k]) for k in range(3)]
        ys = [phi(v) for v in vs]
        J = total([half_square(y + 2 * v if read_again else y) for y, v in zip(ys, vs)])
        return ys[1] if is_output else J + total(ys) if skip else J
    return build


@pytest.mark.parametrize(("phi", "is_in_place", "settings"), [
    (tanh, True, {}), (ops.sigmoid, True, {}), (tanh, True, {"skip": True}), (tanh, False, {"read_again": True}),
    (ops.sin, False, {}), (ops.softplus, False, {}), (ops.relu, False, {})])
def test_an_activation_is_computed_in_place_where_only_it_reads_v(phi, is_in_place, settings):
    """And where φ' reads y alone; the numbers are those of node by node, at every call."""
    X, w = np.linspace(-2.0, 2.0, 7)[:, None].tolist(), [0.3, -0.4, 1.2, 0.1, -0.2, 0.5]
    agrees(layer(phi, **settings), X, w)
    xs, ws = [Value(0.5)], list(map(Parameter, w))
    forward, _ = compile(layer(phi, **settings)(xs, ws), xs).source.split("def backward")
    [v] = re.findall(r"\.dot\(\S+, (Z\[\d+:\d+\])\)", forward)
    assert (f"out={v}" in forward) == is_in_place


@pytest.mark.parametrize("build", [
    lambda v: total([tanh(u) * ops.linear(u) for u in v]),
    lambda v: total([ops.linear(u) for u in v]) * total([tanh(u) for u in v]),
    lambda v: total([tanh(ops.linear(u)) for u in v]),
    lambda v: total([tanh(ops.linear(ops.linear(u))) * u for u in v]),
], ids=["beside", "sums", "through", "twice"])
def test_a_product_that_is_read_through_linear_too_is_not_overwritten(build):
    agrees(lambda x, w: build([weighted_sum(w[2 * k:2 * k + 2], x, w[4 + k]) for k in range(2)]),
           [[0.3, -0.2], [1.0, 1.0], [-2.0, 0.5]], [0.1, 0.2, 0.3, 0.4, 0.5, 0.6])


def test_a_rule_that_is_never_needed_may_branch():
    """Its operands are constants: no gradient is asked for."""
    row = ops.Op("row", lambda x: x * x, lambda z, x: (1.0 if x > 0 else 0.0,))
    x, w = [Value(0.3), Value(0.2)], Parameter(2.0)
    v = [weighted_sum([Constant(1.0), Constant(a)], x, 0.0) for a in (2.0, -1.0)]
    values, [gradient] = compile(total([row(u) for u in v]) * w, x).value_and_grad([[0.3, 0.2], [1.0, 1.0]])
    np.testing.assert_allclose(values, [2 * (0.7 ** 2 + 0.1 ** 2), 18.0], rtol=1e-14)
    assert gradient == pytest.approx(values.sum() / 2, rel=1e-14)


@pytest.mark.parametrize("phi", [tanh, ops.sigmoid])
def test_an_output_that_is_an_activation_keeps_the_ones_of_its_gradient(phi):
    """∂y/∂y = 1 is written once, so nothing may be written over it."""
    agrees(layer(phi, is_output=True), [[-1.0], [0.0], [2.0]], [0.3, -0.4, 1.2, 0.1, -0.2, 0.5])


def test_the_text_is_what_runs():
    """Executed as Python, on arrays of its own, it gives the same values and gradients."""
    for seed in range(2000, 2060):
        recipe = Recipe(seed)
        samples = np.array(recipe.tame())
        if not len(samples):
            continue
        xs, ws = [Value(x) for x in samples[0]], list(map(Parameter, recipe.w))
        program = compiled(recipe(xs, ws), xs)
        text, given = program.calls.text()
        assert text == program.source
        buffers = Buffers(program.calls)
        names = {**given, **buffers.arrays(len(samples)), "np": np, "N": len(samples)}
        names["sum_edges"] = lambda *rows, calls=program.calls, names=names: [
            function(*arguments) for function, arguments in calls.edges.sums(names["G"], names["V"], *rows)]
        with np.errstate(all="ignore"):
            exec(text, names)
            buffers.weights[:] = [p.data for p in program.parameters]
            names["Z"][program.blocks.inputs] = samples.T
            names["X"][...] = names["Z"][:program.calls.width]
            names["forward"]()
            names["backward"]()
        values, gradient = program.value_and_grad(samples)
        np.testing.assert_array_equal(names["Z"][program.blocks.outputs[0]], values, err_msg=f"Recipe({seed})")
        np.testing.assert_array_equal(buffers.gradient, gradient, err_msg=f"Recipe({seed})")


def test_the_text_does_not_grow_with_width():
    def lines(width):
        model, x, t = nn.MLP(2, [width, width, 1], "tanh", seed=0), [Value(0.1), Value(0.2)], Value(1.0)
        return compile(nn.half_squared_error(model(x), t), [*x, t]).source.count("\n")

    assert lines(4) == lines(40) < 80


def test_a_bias_that_differs_by_sample_is_added_to_the_product():
    """One row of x, the hidden layer's own rows in another order, and rows of both: W x + b all the same."""
    def build(x, w):
        y = [tanh(weighted_sum(w[3 * i:3 * i + 3], x[:3], x[3])) for i in range(4)]
        z = [tanh(weighted_sum(w[12 + 4 * i:16 + 4 * i], y, y[3 - i])) for i in range(4)]
        return total([weighted_sum(w[28 + 4 * i:32 + 4 * i], z, b) for i, b in enumerate([x[0], z[2], y[1], z[2]])])

    draw = np.random.default_rng(0)
    program = agrees(build, draw.normal(size=(7, 4)), draw.normal(size=44))
    assert sum(isinstance(block, MatMul) for block in program.blocks.blocks) == 3
    w, X = draw.normal(size=44), draw.normal(size=(7, 4))
    for p, w_i in zip(program.parameters, w):
        p.data = w_i
    for found, expected in zip(program.function(np)(w, X), program.value_and_grad(X)):
        np.testing.assert_allclose(found, expected, **CLOSE)
    assert "V2 = W2 Y1 + Y1[4,3,2,1]" in str(program.vector_form())
