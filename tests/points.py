"""Where the rows of the table are tested, and random graphs made of them.  A new row adds its points here."""
import math
import operator
from functools import reduce

import pytest
from hypothesis import strategies as st

from autograd import ops

EXPONENTS = 0, 1, 2, 3, -1, 0.5, 2.5, -1.5
ROWS = ops.TABLE | {f"power({n})": ops.power(n) for n in EXPONENTS}

every_row = pytest.mark.parametrize("name", ROWS)


def each(*xs):
    return [(x,) for x in xs]


ANYWHERE = each(-2.3, -0.7, 0.4, 1.9)
POSITIVE = each(0.3, 0.9, 1.0, 2.6)
PAIRS = [(-1.3, 0.8), (0.6, -2.1), (1.7, 0.4), (-0.5, -1.1)]
PROBABILITIES = [(0.3, 0.7), (0.8, 1.0), (0.45, 0.0)]
LISTS = [([-0.4, 1.1, 0.3],), ([2.0, -1.5, 0.7],)]

# Inside the domain and away from kinks, on either side of them: where the partials are slopes.
POINTS = {
    "add": PAIRS, "sub": PAIRS, "mul": PAIRS, "div": PAIRS, "neg": ANYWHERE,
    "general_power": [(0.6, -2.1), (1.7, 0.4), (1.0, 3.0), (2.5, 0.0)],
    "exp": ANYWHERE, "expm1": ANYWHERE, "log": POSITIVE, "log1p": each(-0.8, -0.1, 0.4, 2.6), "sqrt": POSITIVE,
    "sin": ANYWHERE, "cos": ANYWHERE, "abs": ANYWHERE,
    "heaviside": ANYWHERE, "bipolar": ANYWHERE, "maximum": PAIRS, "minimum": PAIRS,
    "select": [(0.5, 1.2, -0.3), (-0.5, 1.2, -0.3), (3.0, -2.0, 0.4), (-3.0, -2.0, 0.4)],
    "linear": ANYWHERE, "sigmoid": ANYWHERE, "tanh": ANYWHERE, "relu": ANYWHERE, "leaky_relu": ANYWHERE,
    "elu": ANYWHERE, "selu": ANYWHERE, "softplus": ANYWHERE, "half_square": ANYWHERE,
    "sign": ANYWHERE, "clip": [(0.3, -1.0, 1.0), (-1.6, -1.0, 1.0), (2.1, -1.0, 1.5), (0.2, 1.0, 0.5)],
    "huber": [(0.3, 1.0), (-0.8, 1.0), (2.1, 0.7), (-1.6, 0.5)],
    "clamped_log": [*POSITIVE, (-0.3,)], "clamped_reciprocal": [*POSITIVE, (-0.3,)], "probability_error": PROBABILITIES,
    "binary_cross_entropy": PROBABILITIES, "binary_cross_entropy_with_logits": [(-1.3, 0.8), (0.6, 0.0), (1.7, 1.0)],
    "mean": LISTS,
    "cross_entropy": [([-0.4, 1.1, 0.3], [0.0, 1.0, 0.0]), ([2.0, -1.5, 0.7], [0.2, 0.5, 0.3]),
                      ([0.5, -1.2, 0.1], [0.4, 0.9, -0.3])],
    "total": LISTS, "logsumexp": LISTS, "half_squares": LISTS,
    "weighted_sum": [([0.5, -1.2], [2.0, 0.3], -0.7), ([-0.1, 0.9], [-1.4, 0.6], 1.5)],
    "power(0)": ANYWHERE, "power(1)": ANYWHERE, "power(2)": ANYWHERE, "power(3)": ANYWHERE, "power(-1)": ANYWHERE,
    "power(0.5)": POSITIVE, "power(2.5)": POSITIVE, "power(-1.5)": POSITIVE,
}

# At the kink: the partials of the lecture's "x ≤ 0" side; a tie goes to the first.
ALPHA, LAMBDA = 1.67326, 1.0507
TIES = [((0.7, 0.7), (1.0, 0.0)), ((-2.0, -2.0), (1.0, 0.0)), ((0.0, -0.0), (1.0, 0.0))]
KINKS = {
    "abs": [((0.0,), (0.0,)), ((-0.0,), (0.0,))], "sign": [((0.0,), (0.0,)), ((-0.0,), (0.0,))],
    "clip": [((1.0, -1.0, 1.0), (1.0, 0.0, 0.0)), ((-1.0, -1.0, 1.0), (1.0, 0.0, 0.0))],
    "heaviside": [((0.0,), (0.0,)), ((-0.0,), (0.0,))],
    "bipolar": [((0.0,), (0.0,)), ((-0.0,), (0.0,))],
    "relu": [((0.0,), (0.0,)), ((-0.0,), (0.0,))],
    "leaky_relu": [((0.0,), (0.01,)), ((-0.0,), (0.01,))],
    "elu": [((0.0,), (ALPHA,)), ((-0.0,), (ALPHA,))],
    "selu": [((0.0,), (LAMBDA * ALPHA,)), ((-0.0,), (LAMBDA * ALPHA,))],
    "select": [((0.0, 1.2, -0.3), (0.0, 0.0, 1.0)), ((-0.0, 1.2, -0.3), (0.0, 0.0, 1.0))],
    "maximum": TIES, "minimum": TIES,
}

# Far out, where a formula written down plainly would overflow, or lose every digit.
FAR = each(-1e4, -800.0, -40.0, -1e-9, 1e-9, 40.0, 800.0, 1e4)
EXTREMES = {
    "exp": each(-1e4, -700.0, 1e-300, 700.0), "expm1": each(-1e4, -1e-12, 1e-300, 1e-12, 700.0),
    "log": each(1e-300, 1 - 1e-12, 1 + 1e-12, 1e300), "log1p": each(-1 + 1e-12, -1e-12, 1e-300, 1e300),
    "sqrt": each(1e-300, 1e300), "sin": each(-1e4, 1e4), "cos": each(-1e4, 1e4),
    "tanh": FAR, "sigmoid": FAR, "softplus": FAR, "relu": FAR, "leaky_relu": FAR, "elu": FAR, "selu": FAR,
    "huber": [(1e4, 1.0), (-1e4, 1e-3), (1e-9, 1.0)], "clamped_log": each(1e-30, 1e-9, 1 - 1e-12, 1e300),
    "binary_cross_entropy": [(1e-30, 1.0), (1e-9, 0.0), (1 - 1e-9, 0.0)],
    "binary_cross_entropy_with_logits": [(-1e4, 1.0), (1e4, 0.0), (-40.0, 0.0), (40.0, 0.5)],
    "cross_entropy": [([1e4, -1e4, 0.0], [0.0, 1.0, 0.0]), ([-1e4, -1e4, -1e4], [0.2, 0.3, 0.5]),
                      ([1e4, 9999.0, 9997.0], [0.0, 1.0, 0.0])],
    "logsumexp": [([1e4, -1e4, 0.0],), ([-1e4, -1e4, -1e4],), ([1e4, 1e4, 9999.0],), ([0.0, 1e-9, -800.0],)],
}

# At infinity, where there is a limit: the value.
INF = math.inf
LIMITS = {
    "exp": [((-INF,), 0.0), ((INF,), INF)], "expm1": [((-INF,), -1.0), ((INF,), INF)],
    "log": [((INF,), INF)], "log1p": [((INF,), INF)], "sqrt": [((INF,), INF)], "abs": [((-INF,), INF)],
    "heaviside": [((-INF,), 0.0), ((INF,), 1.0)], "bipolar": [((-INF,), -1.0), ((INF,), 1.0)],
    "sigmoid": [((-INF,), 0.0), ((INF,), 1.0)], "tanh": [((-INF,), -1.0), ((INF,), 1.0)],
    "relu": [((-INF,), 0.0), ((INF,), INF)], "leaky_relu": [((-INF,), -INF), ((INF,), INF)],
    "elu": [((-INF,), -ALPHA), ((INF,), INF)], "selu": [((-INF,), -LAMBDA * ALPHA), ((INF,), INF)],
    "softplus": [((-INF,), 0.0), ((INF,), INF)], "select": [((-INF, 1.0, 2.0), 2.0), ((INF, 1.0, 2.0), 1.0)],
    "maximum": [((-INF, 3.0), 3.0), ((3.0, INF), INF)], "minimum": [((-INF, 3.0), -INF), ((3.0, INF), 3.0)],
    "logsumexp": [(([INF, 1.0, -INF],), INF), (([-INF, -INF, -INF],), -INF), (([-INF, 2.0, -INF],), 2.0)],
}

# Outside the domain: what is said, and the kind of error.
OUTSIDE = {
    "div": [((1.0, 0.0), ZeroDivisionError, "1.0 / 0.0: 0.0 is outside y ≠ 0")],
    "general_power": [((0.0, 2.0), ValueError, "0.0 ** 2.0: 0.0 is outside x > 0"),
                      ((-8.0, 0.5), ValueError, "(-8.0) ** 0.5: -8.0 is outside x > 0")],
    "huber": [((0.5, 0.0), ValueError, "huber(0.5, 0.0): 0.0 is outside d > 0"),
              ((0.5, -1.0), ValueError, "huber(0.5, -1.0): -1.0 is outside d > 0")],
    "log": [((0.0,), ValueError, "log(0.0): 0.0 is outside x > 0"),
            ((-1.0,), ValueError, "log(-1.0): -1.0 is outside x > 0")],
    "log1p": [((-1.0,), ValueError, "log1p(-1.0): -1.0 is outside x > -1")],
    "sqrt": [((-4.0,), ValueError, "sqrt(-4.0): -4.0 is outside x > 0")],
    "sin": [((INF,), ValueError, "sin(inf): inf is outside |x| < ∞")],
    "cos": [((-INF,), ValueError, "cos(-inf): -inf is outside |x| < ∞")],
    "power(-1)": [((0.0,), ZeroDivisionError, "0.0**-1: 0.0 is outside x ≠ 0")],
    "power(0.5)": [((-1.0,), ValueError, "(-1.0)**0.5: -1.0 is outside x > 0")],
    "power(2.5)": [((-1.0,), ValueError, "(-1.0)**2.5: -1.0 is outside x ≥ 0")],
    "power(-1.5)": [((0.0,), ZeroDivisionError, "0.0**-1.5: 0.0 is outside x > 0"),
                    ((-1.0,), ValueError, "(-1.0)**-1.5: -1.0 is outside x > 0")],
}


def entry(name, table, what):
    """What table holds for the row, or a failed test that says where to add it."""
    if name not in table:
        pytest.fail(f"the row {name!r} of autograd/ops.py has no {what}: add them to {what} in tests/points.py")
    return table[name]


# --- the arguments of any row, lists or not, as flat numbers ----------------------------------------------------------


def numbers(args):
    """The numbers among the arguments, and in the lists among them, in order."""
    return [x for part in args for x in (part if isinstance(part, list | tuple) else [part])]


def filled(args, xs):
    """Arguments of the same shape as args, with the numbers xs."""
    rest = iter(xs)
    return tuple([next(rest) for _ in part] if isinstance(part, list | tuple) else next(rest) for part in args)


def replaced(args, k, x):
    """The same arguments with the k-th of their numbers replaced."""
    xs = numbers(args)
    xs[k] = x
    return filled(args, xs)


def slopes(f, args):
    """The central differences (f(.., x+h, ..) - f(.., x-h, ..)) / 2h, one for each number among the arguments.

    h = ∛ε max(1, |x|) balances truncation against rounding.
    """
    found = []
    for k, x in enumerate(numbers(args)):
        h = 6e-6 * max(1.0, math.fabs(x))
        up, down = x + h, x - h
        found.append((f(*replaced(args, k, up)) - f(*replaced(args, k, down))) / (up - down))
    return found


# --- random graphs ----------------------------------------------------------------------------------------------------


class Graph:
    """A random expression: a function of its inputs, on any kind of number, and a point where it is smooth.

    nodes = inputs, constants, then one for each step (row, positions of its arguments); the output is the sum of the
    nodes that nothing uses.  A proposed step is kept only where it is tame (see `tame`) and a change of the inputs
    grows at most tenfold, so that rounding and the truncation of central differences stay small.
    """

    def __init__(self, point, constants, proposed):
        self.point, self.constants, self.steps = point, constants, []
        nodes = [*point, *constants]
        gain = [1.0] * len(nodes)
        for name, positions in proposed:
            shape = POINTS[name][0]
            at = [p % len(nodes) for p in positions[:len(numbers(shape))]]
            args = filled(shape, [nodes[i] for i in at])
            if tame(ROWS[name], args):
                z = ROWS[name](*args)
                gained = sum(math.fabs(d) * gain[i] for d, i in zip(ROWS[name].partials(z, *args), at))
                if gained <= 10:
                    self.steps.append((name, at))
                    nodes.append(z)
                    gain.append(gained)
        used = {i for _, at in self.steps for i in at}
        self.ends = [i for i in range(len(nodes)) if i not in used]

    def __call__(self, *xs, rows=ROWS, backwards=False):
        """The output at inputs xs; rows may be another library's, and nodes may be made last first."""
        nodes = dict(enumerate([*xs, *self.constants]))
        first = len(nodes)

        def node(i):
            if i not in nodes:
                name, at = self.steps[i - first]
                nodes[i] = rows[name](*filled(POINTS[name][0], [node(j) for j in at]))
            return nodes[i]

        order = range(first, first + len(self.steps))
        for i in reversed(order) if backwards else order:
            node(i)
        return reduce(operator.add, [nodes[i] for i in self.ends])

    def __repr__(self):
        return f"Graph({self.point}, {self.constants}, {self.steps})"


def tame(op, args):
    """Is op smooth within 0.05 of args: inside its domain, away from its kink, with |z| <= 5 and |∂²z/∂x²| <= 10?"""
    if op.kink and math.fabs(op.kink(*args)) < 0.1:
        return False
    try:
        partials = [op.partials(op(*near), *near)
                    for near in (args, *(filled(args, [x + h for x in numbers(args)]) for h in (0.05, -0.05)))]
    except (ValueError, ArithmeticError):
        return False
    return math.fabs(op(*args)) <= 5 and all(max(ds) - min(ds) <= 0.5 for ds in zip(*partials))


def graphs(names=ROWS):
    """Random graphs over the named rows of the table, with plain numbers among the arguments."""
    number = st.floats(-2, 2).map(lambda x: round(x, 3))
    row = st.sampled_from([name for name in names if name in POINTS])
    step = st.tuples(row, st.lists(st.integers(0, 99), min_size=6, max_size=6))
    return st.builds(Graph, st.lists(number, min_size=1, max_size=4), st.lists(number, max_size=2),
                     st.lists(step, min_size=1, max_size=15))
