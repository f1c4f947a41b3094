"""Straight-line scalar code: the text as it stands, thousands of random graphs and whole training runs against the
engine, what happens outside a domain, and numba."""
import copy
import math
import random
from importlib.util import find_spec
from itertools import chain
from operator import neg

import pytest
from points import INF, KINKS, POINTS, ROWS, Graph, entry, every_row, filled, numbers

import nn
from autograd import Constant, Parameter, Value, exp, log, logsumexp, maximum, ops, relu, select, tanh, total
from autograd.compiler.scalar.scalar_source import ScalarTrace
from autograd.compiler.scalar.statements import Statements
from autograd.compiler.scalar.update_loop import UpdateLoop, is_small, value_and_gradient

needs_numba = pytest.mark.skipif(find_spec("numba") is None, reason="numba is not installed (extra: jit)")
NAN = math.nan


def close(xs, ys, rel=1e-12):
    """Are the numbers equal to that many digits, NaN equal to NaN?"""
    assert list(xs) == pytest.approx(list(ys), rel=rel, abs=1e-13, nan_ok=True)


def eager(output, leaves):
    """The output and its gradient by the engine."""
    for x in leaves:
        x.grad = 0.0
    output.backward()
    return [output.data, *[x.grad for x in leaves]]


def straight(output, leaves, row=(), inputs=(), jit=False):
    """The same by straight-line code."""
    J, gradient = value_and_gradient(output, inputs, leaves, jit=jit)(row)
    return [J, *gradient]


def written(x):
    """A number as text."""
    lines = Statements([x])
    lines.write()
    return "\n".join([*lines.lines, lines.read(x)])


# --- expressions: parentheses, each result once -----------------------------------------------------------------------

x, y, z = map(ScalarTrace().name, "xyz")


@pytest.mark.parametrize("number, text", [
    (x + y + z, "x + y + z"), (x + (y + z), "x + (y + z)"), (x - (y - z), "x - (y - z)"), (x - y - z, "x - y - z"),
    (x * (y * z), "x * (y * z)"), (x / (y / z), "x / (y / z)"), (x / y * z, "x / y * z"), (x / (y * z), "x / (y * z)"),
    ((x + y) * z, "(x + y) * z"), (x + y * z, "x + y * z"), (-(x + y), "-(x + y)"), (x + -y, "x - y"),
    (-x + y, "y - x"), (-x * -y, "x * y"), (x * -y, "-(x * y)"), (neg(neg(x)), "x"), ((-x) ** 3, "(-x) ** 3.0"),
    (-(x ** 3), "-x ** 3.0"), ((x * y) ** -2, "(x * y) ** (-2.0)"), (2 * x, "2.0 * x"), (-2 * x, "-(2.0 * x)"),
    (x - -2 * y, "x + 2.0 * y"), (1 * x + 0, "x"), (x ** 0.5, "sqrt(x)"), (x ** -1.5, "pow(x, -1.5)"),
    (x ** y, "pow(x, y)"), (2 ** (x + y), "pow(2.0, x + y)"), (1 / (1 + x), "1.0 / (1.0 + x)"),
    (relu(x), "0.0 if x < 0.0 else x"), (-relu(x), "-(0.0 if x < 0.0 else x)"),
    (relu(x) * y, "(0.0 if x < 0.0 else x) * y"), (x ** 2, "x * x"), (x + y - (y + z), "x + y - (y + z)"),
    (x.trace.where(x + y > 0.0, relu(x), y), "(0.0 if x < 0.0 else x) if x + y > 0.0 else y"),
    (x.trace.where(x + y == 0, y, z), "y if x + y == 0.0 else z"),
    (x.trace.where(x != y, 1, abs(x)), "1.0 if x != y else x if x > 0.0 else 0.0 - x"),
], ids=lambda part: part if isinstance(part, str) else "")
def test_an_expression_is_written_with_the_parentheses_it_needs(number, text):
    assert written(number) == text


def test_what_is_used_twice_is_written_once():
    page = ScalarTrace()
    x = page.name("x")
    lines = Statements([tanh(x) * (1 - tanh(x))])
    lines.write()
    assert [line.count("tanh(x)") for line in lines.lines] == [1]


def test_zero_times_infinity_is_no_number_and_minus_zero_is_another_number_than_zero():
    close(straight(X * 0.0 + a, [a], [INF], [X]), [NAN, 1.0])
    assert written(0.0 * x + -0.0 * x) == "0.0 * x + -0.0 * x"


def test_a_written_number_does_not_decide():
    for condition in x > 0, x == 0, x != 0:
        with pytest.raises(TypeError, match="branches in Python"):
            bool(condition)


def random_expression(rng, names, depth):
    """The same random expression on any numbers, as a function of them."""
    if depth == 0:
        name = rng.choice([*range(len(names)), None])
        constant = rng.choice([-2.5, -1.0, 0.0, 0.5, 1.0, 3.0])
        return (lambda *xs: constant) if name is None else (lambda *xs: xs[name])
    f, g = (random_expression(rng, names, depth - rng.randint(1, depth)) for _ in range(2))
    return rng.choice([
        lambda *xs: f(*xs) + g(*xs), lambda *xs: f(*xs) - g(*xs), lambda *xs: f(*xs) * g(*xs),
        lambda *xs: f(*xs) / (2 + g(*xs) ** 2), lambda *xs: -f(*xs), lambda *xs: f(*xs) ** rng_power(f),
        lambda *xs: maximum(f(*xs), g(*xs)), lambda *xs: f(*xs) - (g(*xs) - f(*xs)) * -g(*xs)])


def rng_power(f):
    return (2, 3)[hash(f) % 2]


def test_thousands_of_random_expressions_mean_what_python_means_by_them():
    rng = random.Random(1)
    for _ in range(3000):
        names, at = "xyz", [rng.uniform(-2, 2) for _ in range(3)]
        f = random_expression(rng, names, 5)
        page = ScalarTrace()
        number = f(*map(page.name, names))
        if isinstance(number, float | int):
            continue
        lines = Statements([number])
        lines.write()
        found = {**vars(math), **dict(zip(names, at))}
        exec("\n".join([*lines.lines, f"result = {lines.read(number)}"]), found)
        expected = f(*at)
        assert found["result"] == pytest.approx(expected, rel=1e-9, abs=1e-9), lines.lines


# --- every row, and random graphs of them -----------------------------------------------------------------------------


def leaves_of(args):
    """The arguments as parameters."""
    parameters = [Parameter(x) for x in numbers(args)]
    return parameters, filled(args, parameters)


@every_row
def test_every_row_gives_what_the_engine_gives(name):
    kinks = [args for args, _ in KINKS.get(name, [])]
    for args in [*entry(name, POINTS, "POINTS"), *kinks]:
        parameters, shaped = leaves_of(args)
        output = 1.5 * ROWS[name](*shaped)
        close(straight(output, parameters), eager(output, parameters))


@every_row
def test_nan_stays_nan(name):
    args = POINTS[name][0]
    if name == "power(0)":
        pytest.skip("x ** 0 is 1 for every x")
    parameters, shaped = leaves_of(args)
    output = ROWS[name](*shaped)
    assert math.isnan(straight(output, [], [NAN] * len(parameters), parameters)[0])


def random_graph(rng):
    """A random graph over all rows of the table, shared nodes among them."""
    def number():
        return round(rng.uniform(-2, 2), 3)
    proposed = [(rng.choice(list(ROWS)), [rng.randrange(100) for _ in range(6)]) for _ in range(rng.randint(1, 15))]
    return Graph([number() for _ in range(rng.randint(1, 4))], [number() for _ in range(rng.randint(0, 2))], proposed)


@pytest.mark.parametrize("seed", range(10))
def test_thousands_of_random_graphs(seed):
    """All leaves parameters, or some of them inputs."""
    rng = random.Random(seed)
    for _ in range(250):
        graph = random_graph(rng)
        leaves = [Parameter(x) for x in graph.point]
        output = Value.lift(graph(*leaves))
        inputs = [leaf for leaf in leaves if rng.random() < 0.3]
        parameters = [leaf for leaf in leaves if leaf not in inputs]
        close(straight(output, parameters, [leaf.data for leaf in inputs], inputs), eager(output, parameters))


def test_random_graphs_elsewhere_than_they_were_recorded():
    """Kinks are crossed and sides change; outside a domain there is NaN or inf, and no error."""
    rng, inside = random.Random(7), 0
    for _ in range(500):
        graph = random_graph(rng)
        leaves = [Parameter(x) for x in graph.point]
        function = value_and_gradient(Value.lift(graph(*leaves)), leaves, leaves[:0], jit=False)
        point = [rng.uniform(-4, 4) for _ in leaves]
        found, _ = function(point)
        try:
            expected = graph(*point)
        except (ValueError, ArithmeticError):
            continue
        inside += 1
        close([found], [float(expected)], rel=1e-9)
    assert inside > 200


# --- any graph -------------------------------------------------------------------------------------------------------

a, b, c = Parameter(0.7), Parameter(-1.3), Parameter(2.0)


@pytest.mark.parametrize("output, parameters", [
    (a, [a]), (a + 0.0, [a]), (a + a, [a]), (a * a * a, [a]), (a / a, [a]), (a - a, [a]),
    ((u := a * b) * u + u, [a, b]),
    (Constant(3.0) * Constant(2.0), [a]), (a * Constant(0.0), [a]), (total([a, b, a, a]), [a, b]),
    (b, [a, b]),
    (exp(Constant(1.0)) * a, [a]), (select(a, b, c) + select(b, a, c), [a, b, c]), (a * b * c, [b]),
], ids=str)
def test_small_graphs_of_every_shape(output, parameters):
    close(straight(output, parameters), eager(output, parameters))


def test_a_deep_graph_and_a_wide_one():
    y = a
    for _ in range(5000):
        y = y * 0.999 + b * 0.001
    close(straight(y, [a, b]), eager(y, [a, b]))
    wide = [Parameter(math.sin(i)) for i in range(3000)]
    y = total(wide) * logsumexp(wide[:40]) + wide[0] * wide[-1]
    close(straight(y, wide), eager(y, wide))


def test_a_row_added_to_the_table_runs():
    """In every style: with an array form or only a forward that looks at its number, in any number of arguments."""
    def forward(x):
        return 2 * x if x > 0 else math.sinh(x)

    rows = [ops.Op("odd", forward, lambda z, x: (z + x,)),
            ops.Op("odd", forward, lambda z, x: (math.cosh(x),)),
            ops.Op("cube", lambda x: x ** 3, lambda z, x: (3 * x * x,), lambda xp, x: xp.einsum("i", x)),
            ops.Op("<>", lambda x: math.hypot(x, 1), lambda z, x: (x / z,), lambda xp, x: xp.hypot(x, 1.0))]
    for row in rows:
        for at in (0.3, -0.8):
            p = Parameter(at)
            output = row(p) * row(p * 2)
            close(straight(output, [p]), eager(output, [p]))
    lists = ops.Op("spread", lambda xs, b: max(xs) * b,
                    lambda z, xs, b: (*[float(x == max(xs)) * b for x in xs], max(xs)), lists=True)
    output = lists((a, b, c), a * b)
    close(straight(output, [a, b, c]), eager(output, [a, b, c]))


def test_frozen_leaves_are_read_at_every_run_and_constants_are_not_parameters():
    w, frozen, x = Parameter(2.0), Parameter(3.0), Value(1.0)
    function = value_and_gradient(w * frozen * x + 1, [x], [w], jit=False)
    assert function([10.0]) == (61.0, [30.0])
    frozen.data = -1.0
    assert function([10.0]) == (-19.0, [-10.0])


# --- training --------------------------------------------------------------------------------------------------------

OPTIMIZERS = {
    "SGD": lambda ps: nn.SGD(ps, lr=0.3), "momentum": lambda ps: nn.SGD(ps, lr=0.1, momentum=0.9),
    "weight decay": lambda ps: nn.SGD(ps, lr=0.2, weight_decay=0.01),
    "decay": lambda ps: nn.SGD(ps, lr=0.2, decay=0.01),
    "all": lambda ps: nn.SGD(ps, lr=0.1, momentum=0.5, weight_decay=0.01, decay=0.001),
    "Adam": lambda ps: nn.Adam(ps, lr=0.05), "lr is NumPy's": lambda ps: with_lr(nn.SGD(ps, lr=1.0)),
}


def with_lr(optimizer):
    import numpy as np
    optimizer.lr = np.float64(0.3)
    return optimizer


def rule_of(optimizer):
    """An optimizer's rule as an update."""
    optimizer = copy.copy(optimizer)

    def update(steps, w, g, *memory):
        optimizer.steps = steps
        return optimizer.rule(w, g, *memory)
    return update


def problem(seed=0, activation="tanh", loss=nn.half_squared_error, sizes=(3, 1), n=100):
    """A model, its recorded loss, the inputs, and rows of them."""
    rng = random.Random(seed)
    model = nn.MLP(2, list(sizes), activation, seed=seed)
    inputs, targets = [Value(0.5), Value(-0.3)], [Value(float(k == 0)) for k in range(sizes[-1])]
    J = loss(model(inputs), targets if sizes[-1] > 1 else targets[0])
    rows = [[rng.uniform(-1, 1), rng.uniform(-1, 1)] for _ in range(n)]
    for row in rows:
        row += [float(k == (row[0] * row[1] > 0)) for k in range(sizes[-1])]
    return model, J, [*inputs, *targets], rows


def by_engine(model, loss, optimizer, rows):
    """The losses of an eager loop of updates."""
    losses = []
    for x1, x2, *t in rows:
        optimizer.zero_grad()
        J = loss(model([x1, x2]), t if len(t) > 1 else t[0])
        J.backward()
        optimizer.step()
        losses.append(J.data)
    return losses


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("activation, loss, sizes", [
    ("tanh", nn.half_squared_error, (3, 1)), ("relu", nn.cross_entropy, (3, 2)),
    ("sigmoid", nn.binary_cross_entropy_with_logits, (4, 1)), ("elu", nn.huber, (2, 2, 2)),
], ids=lambda part: getattr(part, "__name__", str(part)))
def test_100_updates_are_the_engines(name, activation, loss, sizes):
    model, J, inputs, rows = problem(1, activation, loss, sizes)
    optimizer = OPTIMIZERS[name](model.parameters())
    loop = UpdateLoop(J, inputs, optimizer.parameters, rule_of(optimizer), optimizer.remembers, jit=False)
    start = [p.data for p in optimizer.parameters], copy.copy(optimizer.memory)
    first = loop.run(rows[:37], *start)
    second = loop.run(rows[37:], first.parameters, first.memory, 37)        # and state survives from run to run
    losses = by_engine(model, loss, optimizer, rows)
    close(first.losses + second.losses, losses)
    close(second.parameters, [p.data for p in optimizer.parameters])
    for found, expected in zip(second.memory, optimizer.memory, strict=True):
        close(found, expected)


def test_momentum_that_comes_later_finds_the_last_change():
    model, J, inputs, rows = problem(2)
    optimizer = nn.SGD(model.parameters(), lr=0.3)
    start = [p.data for p in optimizer.parameters], optimizer.memory
    first = UpdateLoop(J, inputs, optimizer.parameters, rule_of(optimizer), 1, jit=False).run(rows[:50], *start)
    optimizer.momentum = 0.9
    second = UpdateLoop(J, inputs, optimizer.parameters, rule_of(optimizer), 1, jit=False)
    optimizer.momentum = 0.0
    by_engine(model, nn.half_squared_error, optimizer, rows[:50])
    optimizer.momentum = 0.9
    by_engine(model, nn.half_squared_error, optimizer, rows[50:])
    second = second.run(rows[50:], first.parameters, first.memory, 50)
    close(second.parameters, [p.data for p in optimizer.parameters])


def test_only_the_given_parameters_move_and_one_that_nothing_depends_on_decays():
    model, J, inputs, rows = problem(3)
    frozen, moving = model.layers[0].parameters(), [*model.layers[1].parameters(), Parameter(5.0)]
    optimizer = nn.SGD(moving, lr=0.1, weight_decay=0.1)
    before = [p.data for p in frozen]
    run = UpdateLoop(J, inputs, moving, rule_of(optimizer), 1, jit=False).run(rows, [p.data for p in moving])
    close(run.losses, by_engine(model, nn.half_squared_error, optimizer, rows))
    close(run.parameters, [p.data for p in moving])
    assert [p.data for p in frozen] == before and 1 < run.parameters[-1] < 5


def test_every_parameter_is_read_before_any_moves():
    """Updates that need each other's numbers, each number used once: w, v <- w - v x, v - w x."""
    w, v, x = Parameter(2.0), Parameter(3.0), Value(1.0)
    run = UpdateLoop(w * v * x, [x], [w, v], lambda steps, w, g: (w - g,), jit=False).run([[0.5]] * 3, [2.0, 3.0])
    W, V = 2.0, 3.0
    for _ in range(3):
        W, V = W - V * 0.5, V - W * 0.5
    close(run.parameters, [W, V], rel=1e-15)


def test_memory_is_read_before_the_weight_moves():
    """A rule that keeps the old weight, or exchanges w and memory."""
    w, x = Parameter(2.0), Value(1.0)
    old = UpdateLoop(w * x, [x], [w], lambda steps, w, g, m: (w - g, w), 1, jit=False).run([[1.0], [2.0]], [5.0])
    assert (old.parameters, old.memory) == ([2.0], [[4.0]])
    swap = UpdateLoop(w * x, [x], [w], lambda steps, w, g, m: (m, w), 1, jit=False).run([[1.0]] * 3, [5.0], [[7.0]])
    assert (swap.parameters, swap.memory, swap.losses) == ([7.0], [[5.0]], [5.0, 7.0, 5.0])


def test_a_run_changes_nothing_but_what_it_returns():
    model, J, inputs, rows = problem(4)
    optimizer = nn.Adam(model.parameters())
    data = [p.data for p in optimizer.parameters]
    given = copy.deepcopy((rows, data, optimizer.memory))
    UpdateLoop(J, inputs, optimizer.parameters, rule_of(optimizer), 2, jit=False).run(rows, data, optimizer.memory)
    assert (rows, data, optimizer.memory) == given and [p.data for p in optimizer.parameters] == data


def test_no_rows_and_rows_as_an_array():
    import numpy as np
    model, J, inputs, rows = problem(5)
    data = [p.data for p in model.parameters()]
    loop = UpdateLoop(J, inputs, model.parameters(), rule_of(nn.SGD(model.parameters(), 0.1)), 1, jit=False)
    assert loop.run([], data).parameters == data
    assert loop.run(np.array(rows), data) == loop.run(rows, data)


def test_rows_and_parameters_of_another_length_are_an_error():
    model, J, inputs, rows = problem(5)
    data = [p.data for p in model.parameters()]
    loop = UpdateLoop(J, inputs, model.parameters(), rule_of(nn.SGD(model.parameters(), 0.1)), 1, jit=False)
    with pytest.raises(ValueError, match="a row of 2 numbers, but there are 3 inputs"):
        loop.run([row[:2] for row in rows], data)
    with pytest.raises(ValueError, match="12 numbers, but there are 13 parameters"):
        loop.run(rows, data[1:])


# --- outside a domain, and divergence ---------------------------------------------------------------------------------

X = Value(1.0)


@pytest.mark.parametrize("output, at, value, slope", [
    (log(X * a) * 1.0, 0.0, -INF, NAN), (log(X * a), -1.0, NAN, 1 / 0.7), (exp(X + a), 1000.0, INF, INF),
    (1 / exp(X + a), 1000.0, 0.0, NAN), (a / X, 0.0, INF, INF),
    ((a * X) ** 0.5, -1.0, NAN, NAN), ((a * X) ** 1.5, -1.0, NAN, NAN), ((a * X) ** -1, 0.0, INF, NAN),
    ((X * a).sin(), INF, NAN, NAN), ((X * a) ** b, -1.0, NAN, NAN), ((a * X) ** 3, 1e200, INF, INF),
    (a / select(X, 1.0, 0.0), -1.0, INF, INF), (select(X, 1.0, 2.0) / X * a, 0.0, INF, INF),
], ids=str)
def test_outside_a_domain_numbers_are_nan_or_inf_as_on_arrays(output, at, value, slope):
    close(straight(output, [a], [at], [X]), [value, slope])


def test_after_a_row_outside_a_domain_the_rest_is_run_as_before():
    """1 / (1 + e^(w x)) is 0 where e^(w x) overflows; the engine raises there."""
    w, x = Parameter(1.0), Value(1.0)
    rows = [[float(k)] if k % 7 else [1000.0] for k in range(40)]
    loop = UpdateLoop(1 / (1 + exp(w * x)), [x], [w], lambda steps, w, g: (w + 1 / steps,), jit=False)
    run, expected, at = loop.run(rows, [1.0]), [], 1.0
    for steps, [row] in enumerate(rows, start=1):
        expected.append(1 / (1 + math.exp(at * row)) if row < 1000 else 0.0)
        at += 1 / steps
    close(run.losses, expected)
    close(run.parameters, [at])


@pytest.mark.parametrize("remembers", [0, 1])
def test_a_loss_that_is_not_finite_ends_the_run_with_the_last_state_that_had_one(remembers):
    def diverging(lr):
        w, x, t = Parameter(0.5), Value(1.0), Value(0.0)
        return UpdateLoop((t - w * x).half_square(), [x, t], [w], lambda steps, w, g, *m: (w - lr * g, *(g for _ in m)),
                    remembers, jit=False)

    rows = [[1.0, 0.0], [1.0, 1.0], [1e200, 0.0], [1.0, 0.0]]
    run = diverging(0.1).run(rows, [0.5])
    before = diverging(0.1).run(rows[:1], [0.5])
    assert (run.failed, run.reason) == (2, "the loss is inf")
    assert run.parameters == before.parameters and len(run.losses) == 2
    assert diverging(0.1).run(rows[:3], [0.5]) == run
    run = diverging(0.1).run([[NAN, 0.0]], [0.5])
    assert (run.failed, run.reason, run.parameters, run.losses) == (0, "the loss is nan", [0.5], [])


@pytest.mark.parametrize("n", [1, 2, 5, 50])
def test_a_parameter_that_is_not_finite_ends_the_run_before_it_moved(n):
    """The loss does not see it: w moves by 1e308 a step, and J = max(-w, 0)."""
    w, x = Parameter(0.5), Value(1.0)
    loop = UpdateLoop(maximum(-w * x, 0.0), [x], [w], lambda steps, w, g: (w + 1e308,), jit=False)
    run = loop.run([[1.0]] * n, [0.5])
    if n == 1:
        assert run.failed is None and run.parameters == [1e308]
    else:
        assert (run.failed, run.reason, run.parameters) == (1, "a parameter is inf", [1e308])


def test_exploding_training_is_reported_like_the_engines():
    model, J, inputs, rows = problem(6)
    optimizer = nn.SGD(model.parameters(), lr=1e30)
    loop = UpdateLoop(J, inputs, optimizer.parameters, rule_of(optimizer), 1, jit=False)
    run = loop.run(rows, [p.data for p in optimizer.parameters])
    X, T = [row[:2] for row in rows], [row[2] for row in rows]
    with pytest.raises(FloatingPointError):
        nn.fit(model, X, T, nn.half_squared_error, optimizer, 1, batch_size=1, shuffle=False, progress=False,
               engine="eager")
    assert run.failed is not None
    close(run.parameters, [p.data for p in optimizer.parameters])


# --- the text, its size ----------------------------------------------------------------------------------------------


def test_sgd_without_momentum_keeps_no_memory_in_the_loop():
    model, J, inputs, _ = problem(8)
    loop = UpdateLoop(J, inputs, model.parameters(), rule_of(nn.SGD(model.parameters(), 0.5)), 1)
    assert "m0_0" not in loop.source and "0.0 *" not in loop.source and "1.0 *" not in loop.source


@pytest.mark.parametrize("sizes, optimizer, small, is_faster", [
    ((8, 1), nn.SGD, True, True), ((8, 1), nn.Adam, True, True), ((16, 16, 1), nn.SGD, True, True),
    ((16, 16, 1), nn.Adam, True, False), ((32, 32, 1), nn.SGD, False, False),
])
def test_it_says_where_it_pays(sizes, optimizer, small, is_faster):
    model, J, inputs, _ = problem(11, sizes=sizes)
    optimizer = optimizer(model.parameters(), lr=0.1)
    assert is_small(J) == small
    assert UpdateLoop(J, inputs, optimizer.parameters, rule_of(optimizer), optimizer.remembers).is_faster == is_faster


# --- numba -----------------------------------------------------------------------------------------------------------


@needs_numba
def test_numba_gives_the_numbers_of_python():
    model, J, inputs, rows = problem(9, "tanh", sizes=(2, 1))
    optimizer = nn.Adam(model.parameters(), lr=0.05)
    plain, jitted = (UpdateLoop(J, inputs, optimizer.parameters, rule_of(optimizer), 2, jit=jit)
                     for jit in (False, True))
    data = [p.data for p in optimizer.parameters]
    expected, found = (loop.run(rows, data, optimizer.memory) for loop in (plain, jitted))
    assert jitted.jit, "numba did not take it"
    close(found.losses, expected.losses)
    close(found.parameters, expected.parameters)
    close(chain(*found.memory), chain(*expected.memory))
    rows[60][0] = NAN
    found, expected = (loop.run(rows, data, optimizer.memory) for loop in (jitted, plain))
    assert (found.failed, found.reason) == (expected.failed, expected.reason) == (60, "the loss is nan")
    close(found.parameters, expected.parameters)


@needs_numba
def test_numba_takes_every_row_of_the_table():
    parameters, outputs = [], []
    for name, row in ROWS.items():
        found, shaped = leaves_of(POINTS[name][0])
        parameters += found
        outputs.append(row(*shaped))
    output = total(outputs)
    loop = UpdateLoop(output, [], parameters, lambda steps, w, g: (g,), stops=False, jit=True)
    run = loop.run([[]], [p.data for p in parameters])
    assert loop.jit, "numba did not take it"
    close([*run.losses, *run.parameters], eager(output, parameters))


@needs_numba
def test_what_numba_does_not_take_python_runs():
    row = ops.Op("odd", lambda x: float(str(x)), lambda z, x: (1.0,))
    p = Parameter(0.25)
    close(straight(row(p) * 2, [p], jit=True), [0.5, 2.0])


@needs_numba
def test_numba_waits_until_compiling_pays():
    model, J, inputs, rows = problem(10)
    loop = UpdateLoop(J, inputs, model.parameters(), rule_of(nn.SGD(model.parameters(), 0.1)), 1)
    loop.run(rows, [p.data for p in model.parameters()])
    assert loop.jit and "jit" not in loop.functions
    loop.seconds = 0.0
    loop.run(rows, [p.data for p in model.parameters()])
    assert "jit" in loop.functions
