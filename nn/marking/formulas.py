"""The right formula of each number, in letters and, from the same template, in numbers."""
from collections.abc import Callable, Iterable
from typing import Any

from ..recursion.letters import output_error, spelled, subscripted
from .answers import name_of
from .network import Cell, WeightPlace
from .worksheet import Worksheet

Term = Callable[..., str]               # (kind, neuron, weight or source) -> its text
PREDICTION = {"cross_entropy": "softmax({})", "binary_cross_entropy_with_logits": "sigmoid({})"}
MOST_TERMS = 6                          # of a sum


def written_out(sheet: Worksheet, cell: Cell) -> tuple[str, str]:
    """The formula of a number in letters and in the numbers of the sheet."""
    def letters(kind: str, place: Any) -> str:
        if kind == "p":
            return subscripted(PREDICTION.get(sheet.net.loss, "{}").format(spelled("y", place.label)))
        if kind == "error":
            loss = sheet.net.loss
            error = output_error(loss, place.label, sheet.net.n) if loss else f"-{name_of(('dJ/dy', place))}"
            return subscripted(error).replace("-", "−")
        return subscripted(place.label) if kind in ("x", "old") else printed_name((kind, place))

    def numbers(kind: str, place: Any) -> str:
        given = {"x": lambda: sheet.x(place), "old": lambda: place.old, "t": lambda: place.target,
                 "error": lambda: -sheet["dJ/dy", place]}
        x = float(given[kind]() if kind in given else sheet[kind, place])
        return f"({short(x)})" if x < 0 else short(x)

    return template(letters, sheet, cell, "η"), template(numbers, sheet, cell, short(sheet.net.lr))


def template(term: Term, sheet: Worksheet, cell: Cell, eta: str) -> str:
    """The right-hand side of a number's formula, each term as `term` writes it."""
    kind, place = cell
    if isinstance(place, WeightPlace):
        return update_template(term, sheet, kind, place, eta)
    j = place
    if kind == "v":
        products = [f"{term('old', w)} · {term('x', i)}" for w, i in zip(j.weights, j.sources)]
        return joined([*products, term("old", j.bias)])
    if kind == "y":
        return f"{j.phi}({term('v', j)})"
    if kind == "φ'":
        y = term("y", j)
        return {"sigmoid": f"{y} (1 − {y})", "tanh": f"1 − {y}²"}.get(j.phi, f"{j.phi}'({term('v', j)})")
    if kind == "e":
        return f"{term('t', j)} − {term('p', j)}"
    sum_of_paths = joined(f"{term('δ', l)} · {term('old', w)}" for l, w in zip(j.above, j.outgoing))
    if kind == "dJ/dy":
        return f"−({sum_of_paths})" if j.target is None else f"−{term('error', j)}"
    slope = term("φ'", j)
    if j.target is None:
        return f"{slope} ({sum_of_paths})"
    return f"{term('error', j)} · {slope}"


def update_template(term: Term, sheet: Worksheet, kind: str, p: WeightPlace, eta: str) -> str:
    """The right-hand side for dJ/dw, Δw and the new w."""
    products = [term("δ", l) if p.is_bias else f"{term('δ', l)} · {term('x', i)}" for l, i in p.places]
    if kind == "dJ/d":
        return f"−{products[0]}" if len(products) == 1 else f"−({joined(products)})"
    if kind == "":
        return f"{term('old', p)} + {term('Δ', p)}"
    memory = f" + {short(sheet.net.momentum)} · {short(p.previous)}" if sheet.net.momentum else ""
    if len(products) > 1 or ("dJ/d", p) in sheet.written:
        return f"−{eta} · {term('dJ/d', p)}{memory}"
    return f"{eta} · {products[0]}{memory}"


def printed_name(cell: Cell) -> str:
    """A number's name for printing: δ₃, φ'(v₃), dJ/dw₃₁, new w₃₁."""
    kind, place = cell
    return subscripted(f"φ'({spelled('v', place.label)})" if kind == "φ'" else f"new {place.label}" if kind == "" else
                       name_of(cell))


def joined(terms: Iterable[str]) -> str:
    """The sum of the terms; of a long one the first terms and the last."""
    terms = list(terms)
    return " + ".join(terms if len(terms) <= MOST_TERMS else [*terms[:MOST_TERMS - 2], "…", terms[-1]])


def short(x: float) -> str:
    """A number with four significant digits and a minus sign."""
    return f"{x:.4g}".replace("-", "−")
