"""An Expr writes each row's formula; the scripts print it so that it reads back as what was meant."""
import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from readers import evaluate, read_latex, read_mathml, read_text

from autograd.ops import TABLE, Op, flat, power, select, tanh, weighted_sum
from autograd.symbolic.expr import Expr
from autograd.symbolic.latex import to_latex
from autograd.symbolic.mathml import to_mathml
from autograd.symbolic.printer import to_text

READERS = ((to_text, read_text), (to_latex, read_latex), (to_mathml, read_mathml))
ROWS = TABLE | {op.name: op for op in map(power, (-2, -1, 2, 3, 0.5, 1.5, -0.5))}


def arguments(op: Op, numbers: list[float]) -> tuple[list, dict[str, float]]:
    """Exprs for op's arguments, and the numbers that they stand for."""
    rest = iter(numbers)
    names: dict[str, float] = {}

    def symbol(name: str) -> Expr:
        names[name] = next(rest)
        return Expr(name)

    if not op.lists:
        return [symbol(name) for name in "xyu"[:op.arity]], names
    code = op.forward.__code__
    return [symbol("b") if name == "b" else tuple([symbol(f"{name[0]}{i}") for i in (1, 2, 3)])
            for name in code.co_varnames[:code.co_argcount]], names


@pytest.mark.parametrize("numbers", ([0.7, 1.3, 0.4, 0.2, 1.1, 0.6, 2.5], [1.9, 0.3, 1.2, 0.8, 0.1, 0.5, 0.9]))
@pytest.mark.parametrize("op", [op for op in ROWS.values() if op.name != "cross_entropy"], ids=repr)
def test_every_row_is_written_as_it_computes(op: Op, numbers: list[float]) -> None:
    if op.name in ("binary_cross_entropy", "probability_error"):
        numbers = [0.7, 0.9] if numbers[0] < 1 else [0.2, 0.4]      # of probabilities
    symbols, names = arguments(op, numbers)
    args = [tuple([names[x.parts[0]] for x in part]) if isinstance(part, tuple) else names[part.parts[0]]
            for part in symbols]
    z = op(*args)
    partials = op.partials(Expr("z"), *symbols)
    assert len(partials) == len(flat(args))
    for formula, number in zip((op(*symbols), *partials), (z, *op.partials(z, *args))):
        for write, read in READERS:
            written = write(Expr.lift(formula))
            assert evaluate(read(written), names | {"z": z}) == pytest.approx(number), written


def test_cross_entropy_is_written_with_softmax_by_its_name() -> None:
    y, t = [Expr("y3"), Expr("y4")], [Expr("t3"), Expr("t4")]
    row = TABLE["cross_entropy"]
    assert str(row(y, t)) == "−(t₃ · ln(softmax(y)₃) + t₄ · ln(softmax(y)₄))"
    assert [*map(str, row.partials(Expr("J"), y, t))] == ["softmax(y)₃ − t₃", "softmax(y)₄ − t₄", "−y₃", "−y₄"]
    partial = row.partials(Expr("J"), y, t)[0]
    assert to_latex(partial) == r"\operatorname{softmax}(y)_{3} - t_{3}"
    assert "softmax" in to_mathml(partial) and "<mn>3</mn></msub>" in to_mathml(partial)
    unnamed = row.partials(Expr("J"), [Expr("a"), Expr("y")], t)[1]     # no letter is shared: the list is written out
    assert str(unnamed) == "softmax(a, y)₂ − t₄"


NAMES = {"x": 0.7, "y": -1.3, "w1": 2.1, "w12": 0.4}
leaves = (st.sampled_from([(Expr(name), x) for name, x in NAMES.items()])
          | st.sampled_from([0.5, 2.0, -1.0, -3.0, 1.0, 0.0, 0.25, 1.2e-5, 2.5e7]).map(lambda x: (Expr.lift(x), x)))
unary = st.sampled_from([lambda x: -x, abs, tanh, lambda x: x ** 2, lambda x: x ** 3, lambda x: x ** -1,
                         lambda x: 2 * x, lambda x: 0.5 * x, lambda x: 1 - x, lambda x: x * x, lambda x: abs(x) ** 0.5])
binary = st.sampled_from([lambda x, y: x + y, lambda x, y: x - y, lambda x, y: x * y, lambda x, y: x / y,
                          lambda x, y: TABLE["maximum"](x, y), lambda x, y: select(x, y, 0.01),
                          lambda x, y: abs(x) ** y])


def apply(f, *pairs):
    try:
        number = f(*[x for _, x in pairs])
    except (ArithmeticError, ValueError):
        number = math.nan
    return f(*[symbol for symbol, _ in pairs]), number


trees = st.recursive(leaves, lambda inner: st.builds(apply, unary, inner) | st.builds(apply, binary, inner, inner),
                     max_leaves=8)


@given(trees)
def test_brackets_stand_where_they_are_needed(tree) -> None:
    symbol, number = tree
    assume(math.isfinite(number) and abs(number) < 1e12)
    for write, read in READERS:
        printed = write(symbol, 17)
        try:
            again = evaluate(read(printed), NAMES)
        except (ArithmeticError, ValueError):               # 0 · x is written 0, which may divide where x was 0 too
            assume(False)
        assert again == pytest.approx(number, rel=1e-9, abs=1e-9), printed


x, y, z, a, b, w, n = map(Expr, ["x", "y", "z", "a", "b", "w1", "n"])


@pytest.mark.parametrize("symbol, printed", [
    (weighted_sum((w, Expr("w2")), (Expr("x1"), Expr("x2")), b), "w₁x₁ + w₂x₂ + b"),
    (tanh.partials(y, x)[0], "1 − y²"),
    (TABLE["half_square"](Expr("e")), "½e²"),
    (TABLE["sigmoid"].partials(y, x)[0], "y · (1 − y)"),
    (TABLE["leaky_relu"].partials(z, x)[0], "1 if x > 0, else 0.01"),
    (TABLE["maximum"](x, 0.0), "max(x, 0)"),
    (TABLE["log"](x), "ln(x)"),
    ((a + b) / x, "(a + b) / x"), (1 / (x + 1), "1 / (x + 1)"), (a / (b / x), "a / (b / x)"),
    (x - (a - b), "x − (a − b)"), (x + -a, "x − a"), (2 * x, "2x"), (x * 2.0, "x · 2"), (Expr.lift(2.0) * 3.0, "2 · 3"),
    (x * -3.0, "x · (−3)"), (-(a + b), "−(a + b)"), ((-x) ** 2, "(−x)²"), (-(x ** 2), "−x²"), (2 ** x, "2^x"),
    (Expr("net") * x, "net · x"), (Expr("a + b") * x, "(a + b) · x"), (x ** 0.5, "√x"), (abs(x), "|x|"),
    (1.2e-5 * x, "1.2e−05 · x"), (Expr("delta") * Expr("phi1"), "δφ₁"),
    (0 * x, "0"), (1 * x, "x"), (x * x, "x²"), (x ** 1, "x"), (x ** 0, "1"), (0 - (-x), "x"), (x + 0, "x"),
    (0 - x, "−x"), (x / 1, "x"), (0 / x, "0"), (x * -1, "−x"), (a * 1.0, "a"), (x - 0, "x"), (-Expr.lift(0.0), "0"),
    (TABLE["total"]([Expr(f"x{i}") for i in range(1, 17)]), "x₁ + x₂ + ⋯ + x₁₅ + x₁₆"),
    (TABLE["total"]([Expr(f"x{i}") for i in range(1, 6)]), "x₁ + x₂ + x₃ + x₄ + x₅"),
])
def test_text(symbol: Expr, printed: str) -> None:
    assert to_text(symbol) == repr(symbol) == printed


def test_a_row_is_written_because_it_exists() -> None:
    swish = Op("swish", lambda x: x / (1 + math.exp(-x)), lambda z, x: (z + TABLE["sigmoid"](x) * (1 - z),))
    assert to_text(swish(x)) == "swish(x)"
    assert to_text(swish.partials(z, x)[0]) == "z + sigmoid(x) · (1 − z)"


def test_a_symbol_is_no_number_to_decide_on() -> None:
    with pytest.raises(TypeError, match="select"):
        bool(x)
    with pytest.raises(TypeError):
        x > 0                                               # noqa: B015
    with pytest.raises(TypeError):
        x + "1"
    with pytest.raises(TypeError):
        x ** "n"


def test_long_sums_do_not_recurse() -> None:
    assert to_text(TABLE["total"]([x] * 100_000)) == "x + x + ⋯ + x + x"
