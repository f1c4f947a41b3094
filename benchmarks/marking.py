"""Accuracy of marking: every mistake of the catalogue made on random networks, and right sheets for false alarms."""
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from random import Random
from statistics import median
from time import process_time
from typing import Any

import numpy as np

import nn
from nn import MLP, local_gradients
from nn.marking import CATALOGUE
from nn.marking.answers import name_of, read_answers
from nn.marking.catalogue import Entry
from nn.marking.explanation import EXACT, wrong_numbers
from nn.marking.grading import Finding
from nn.marking.marks import graded
from nn.marking.network import Cell, Network
from nn.marking.worksheet import Worksheet
from nn.tables import LocalGradients

SIZES = (2, [2, 2]), (2, [3, 1]), (3, [2, 2, 1])
LOSSES = (nn.half_squared_error, nn.mean_squared_error, nn.binary_cross_entropy, nn.cross_entropy)
FEW = "δ", "Δ", ""                          # the kinds of numbers of the short sheet
ALONE, TIE, WRONG, UNNAMED = "alone or equal by nature", "tie of two with the right one", "wrong", "not named"


def random_table(random: Random, momentum: float = 0.0) -> LocalGradients:
    """The local gradients of a random small network at a random sample."""
    loss = random.choice(LOSSES)
    nin, nouts = random.choice(SIZES if loss is not nn.cross_entropy else SIZES[:1])
    output = {nn.binary_cross_entropy: "sigmoid", nn.cross_entropy: "linear"}.get(loss)
    activation = random.choice(["sigmoid", "tanh", "relu"])
    model = MLP(nin, nouts, activation, output or random.choice(["sigmoid", "tanh"]))
    for p in model.parameters():
        p.data = random.choice([-1, 1]) * random.randint(10, 99) / 100
    x = [random.choice([-1, 1]) * random.randint(10, 150) / 100 for _ in range(nin)]
    n = nouts[-1]
    t: Any = random.randrange(n) if loss is nn.cross_entropy else [float(random.randrange(2)) for _ in range(n)]
    previous = {p.label: random.choice([-1, 1]) * random.randint(10, 99) / 1000 for p in model.parameters()}
    return local_gradients(model, x, t, loss, random.choice([0.1, 0.2, 0.3, 0.5]), momentum,
                           previous if momentum else None)


@dataclass(frozen=True)
class Sheet:
    """A sheet with one mistake: its answers, and the exact numbers that they were rounded from."""
    table: LocalGradients
    answers: Mapping[str, str]
    exact: Mapping[str, float]


def written(number: float, digits: int, cut: bool = False) -> str:
    """A number as text with some significant digits, rounded or truncated."""
    if cut and number:
        unit = 10.0 ** (np.floor(np.log10(abs(number))) + 1 - digits)
        number = float(np.trunc(number / unit * (1 + 1e-12)) * unit)
    return f"{number:#.{digits}g}"


def sheet_with(entry: Entry, random: Random, kinds: Sequence[str] | None, digits: int = 4) -> Sheet | None:
    """A random network's sheet with the mistake in a random number; None where no written number shows it."""
    table = random_table(random, 0.9 if "momentum" in entry.name else 0.0)
    net = Network(table)
    truth = Worksheet(net, {})
    every = net.cells
    right = {cell: float(truth[cell]) for cell in every}
    asked = [cell for cell in every if kinds is None or cell[0] in kinds]
    ways = list(mistaken(entry, truth, every if entry.formulas else asked, random))
    random.shuffle(ways)
    for where, wrong in ways:
        sheet = Worksheet(net, {where: wrong})
        numbers = {cell: float(sheet[cell]) for cell in asked}
        shows = any(is_visible(numbers[cell], right[cell], digits) for cell in asked)
        if shows and all(map(np.isfinite, numbers.values())):
            answers = {name_of(cell): written(number, digits) for cell, number in numbers.items()}
            return Sheet(table, answers, {name_of(cell): number for cell, number in numbers.items()})
    return None


def mistaken(entry: Entry, truth: Worksheet, every: Sequence[Cell], random: Random) -> Iterator[tuple[Cell, float]]:
    """(cell, wrong number) for every variant of the mistake in this network."""
    for where in every:
        for value, _ in wrong_numbers(truth, where, where, entry):
            yield where, float(value)
        right = float(truth[where])
        if entry.name == "decimal_point":
            yield where, right * random.choice([0.1, 10.0])
        elif entry.name == "miscopied" and right:
            digits = list(f"{abs(right):.3e}")
            at = random.choice([0, 2, 3])
            digits[at] = random.choice([d for d in "123456789" if d != digits[at]])
            yield where, float("".join(digits)) * (1 if right > 0 else -1)
        elif entry.name == "rounded_early":
            inputs = {cell: float(written(float(truth[cell]), 2)) for cell in truth.inputs_of(where)}
            yield where, float(Worksheet(truth.net, inputs).right(*where))


def is_visible(wrong: float, right: float, digits: int) -> bool:
    """Does the number differ from the right one by more than its last digit?"""
    return abs(wrong - right) > 3 * 10.0 ** (np.floor(np.log10(max(abs(wrong), 1e-12))) + 1 - digits)


def outcome(entry: Entry, sheet: Sheet) -> tuple[str, int, list[Finding]]:
    """(how the mistake was named, the marks that it cost, the findings on wrong numbers)."""
    net = Network(sheet.table)
    findings, _ = graded(net, read_answers(net, sheet.answers).numbers)
    wrong = [finding for finding in findings if finding.verdict == "wrong"]
    if not wrong or not wrong[0].explanations:
        return UNNAMED, len(wrong), wrong
    exact = sheet.exact[name_of(wrong[0].cell)]
    names = [explanation.entry.name for explanation in wrong[0].explanations]
    alike = [abs(e.leads_to - exact) <= 1e-9 * abs(exact) or e.fit == EXACT for e in wrong[0].explanations]
    if names == [entry.name] or all(is_alike or name == entry.name for name, is_alike in zip(names, alike)):
        return ALONE, len(wrong), wrong
    return (TIE if entry.name in names else WRONG), len(wrong), wrong


@dataclass
class Score:
    """The counts of outcomes, and of marks lost, over many sheets with one mistake each."""
    outcomes: Counter[str]
    costs: Counter[int]

    def percent(self, outcome: str) -> float:
        return 100 * self.outcomes[outcome] / max(1, self.outcomes.total())


def score(entry: Entry, networks: int, seed: int, kinds: Sequence[str] | None) -> Score:
    """The outcomes of one row of the catalogue, in sheets of random networks where it shows."""
    random, found = Random(f"{seed} {entry.name}"), Score(Counter(), Counter())
    for _ in range(20 * networks):
        sheet = sheet_with(entry, random, kinds)
        if sheet:
            named, cost, _ = outcome(entry, sheet)
            found.outcomes[named] += 1
            found.costs[cost] += 1
        if found.outcomes.total() == networks:
            break
    return found


def false_alarms(numbers: int, seed: int) -> tuple[int, int]:
    """(right numbers, those that lost a mark): rounded or truncated to 3 or 4 digits, at the end or at every step."""
    random, seen, lost = Random(seed), 0, 0
    while seen < numbers:
        table = random_table(random)
        net = Network(table)
        for digits, cut, at_every_step, kinds in product((3, 4), (False, True), (False, True), (None, FEW)):
            answers: dict[str, str] = {}
            known: dict[Cell, float] = {}
            for cell in net.cells:
                text = written(float(Worksheet(net, known).right(*cell)), digits, cut)
                known |= {cell: float(text)} if at_every_step else {}
                if kinds is None or cell[0] in kinds:
                    answers[name_of(cell)] = text
            marks = table.check(answers)
            seen, lost = seen + marks.total, lost + marks.total - marks.points
    return seen, lost


def named_at_random(sheets: int, seed: int) -> tuple[int, int]:
    """(wrong numbers, random between a tenth and ten times the right one; those that got a mistake's name)."""
    random, wrong, named = Random(seed), 0, 0
    for _ in range(sheets):
        table = random_table(random)
        net = Network(table)
        truth = Worksheet(net, {})
        cells = [cell for cell in net.cells if random.random() < 0.7]
        answers = {name_of(cell): written(float(truth[cell]), 4) for cell in cells}
        for cell in random.sample(cells, 6):
            size = (float(truth[cell]) or 0.1) * 10 ** random.uniform(-1, 1)
            marks = table.check(answers | {name_of(cell): written(random.choice([-1, 1]) * size, 4)})
            mark = next(mark for mark in marks if mark.name == name_of(cell))
            wrong, named = wrong + (not mark.is_right), named + bool(mark.mistakes)
    return wrong, named


def milliseconds(networks: int, seed: int) -> tuple[float, float]:
    """The median and the largest processor time of a check: all numbers of a random network, one of them wrong."""
    random = Random(seed)
    sheets = [sheet for _ in range(networks) for sheet in [sheet_with(random.choice(CATALOGUE), random, None)] if sheet]
    times = []
    for sheet in sheets:
        start = process_time()
        sheet.table.check(sheet.answers)
        times.append(1000 * (process_time() - start))
    return median(times), max(times)


def main(networks: int, seed: int = 1) -> str:
    """The table: for every mistake and two kinds of sheet how often it is named, in percent; false alarms; times."""
    lines = ["| mistake | all numbers: " + " | ".join([ALONE, TIE, WRONG, UNNAMED])
             + " | δ, Δw, new w: " + " | ".join([ALONE, TIE, WRONG, UNNAMED]) + " |", "|---|" + "---|" * 8]
    sums = [Score(Counter(), Counter()), Score(Counter(), Counter())]
    for entry in CATALOGUE:
        cells = []
        for total, kinds in zip(sums, (None, FEW)):
            found = score(entry, networks, seed, kinds)
            total.outcomes.update(found.outcomes)
            total.costs.update(found.costs)
            cells += [f"{found.percent(named):.1f}" for named in (ALONE, TIE, WRONG, UNNAMED)]
        lines.append(f"| {entry.name} | {' | '.join(cells)} |")
    together = [f"{total.percent(named):.2f}" for total in sums for named in (ALONE, TIE, WRONG, UNNAMED)]
    lines.append(f"| **{sums[0].outcomes.total()} and {sums[1].outcomes.total()} sheets** | {' | '.join(together)} |")
    seen, lost = false_alarms(200 * networks, seed)
    wrong, named = named_at_random(2 * networks, seed)
    usual, longest = milliseconds(networks, seed)
    costs = ", ".join(f"{cost} in {n} sheets" for cost, n in sorted((sums[0].costs + sums[1].costs).items()))
    return "\n".join([*lines, "", f"Marks that one mistake costs: {costs}.",
                      f"Right numbers, rounded or cut to 3 or 4 digits, that lost a mark: {lost} of {seen}.",
                      f"Random wrong numbers, 4 digits, that got a mistake's name: {named} of {wrong}, "
                      f"{100 * named / wrong:.2f} %.", f"A check takes {usual:.1f} ms, at most {longest:.1f} ms."])
