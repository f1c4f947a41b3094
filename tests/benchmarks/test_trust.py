"""The table of faults: its parts on a few trials, and that a part which fails is seen."""
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

import nn
from benchmarks import trust
from benchmarks.trust import damage, deep, fuzz, memory
from benchmarks.trust.outcome import Outcome, table

ROOT = Path(__file__).parents[2]


def test_the_table_has_a_row_for_each_outcome_and_names_the_first_failures():
    text = table([Outcome("one thing", 2000), Outcome("another", 3, ["a", "b", "c", "d"], "noted")])
    assert text == ["what was tried  times  failed",
                    "one thing       2,000       0",
                    "another             3       4  noted",
                    "FAILED: another: a", "FAILED: another: b", "FAILED: another: c"]


def test_parts_run_by_name_and_the_failures_are_counted(monkeypatch):
    monkeypatch.setattr(trust, "PARTS", {"a": lambda quick: [Outcome("a", 1, ["x"] * 2, str(quick))],
                                         "b": lambda quick: [Outcome("b", 1)]})
    said = []
    assert trust.run(["b"], say=said.append) == 0
    assert trust.run(["a", "b"], quick=True, say=said.append) == 2
    assert "True" in said[-1] and "FAILED: a: x" in said[-1]
    assert (trust.main(["b"]), trust.main(["--quick"])) == (0, 1)


def test_the_command_runs_a_part_and_knows_no_others():
    def run(*arguments):
        return subprocess.run([sys.executable, "-m", "benchmarks", *arguments], capture_output=True, text=True,
                              encoding="utf-8", cwd=ROOT, env=os.environ | {"PYTHONUTF8": "1"})

    ran = run("trust", "--quick", "damage")
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.count("a damaged file") == 2 * len(damage.DAMAGE) and "FAILED" not in ran.stdout
    assert "interrupts, kills, damage, memory, deep, fuzz" in run("trust", "floods").stderr


def test_damage_that_is_not_found_is_a_failure(monkeypatch):
    """A load that gives another network, one that raises what it should not, one that does not name the file."""
    def another(path):
        return nn.MLP(2, [2, 1], "tanh", seed=9)

    def unnamed(path):
        raise ValueError("it is damaged")

    def unexpected(path):
        raise KeyError("parameters")

    monkeypatch.setattr(damage, "DAMAGE", {"cut": damage.cut_the_end})
    for load, says in (another, "another network"), (unnamed, "does not name"), (unexpected, "KeyError"):
        monkeypatch.setattr(nn, "load", load)
        [outcome] = damage.outcomes(quick=True)
        assert len(outcome.failures) == outcome.times == 60 and says in outcome.failures[0]


@pytest.mark.parametrize("kind", damage.DAMAGE)
def test_every_kind_of_damage_changes_the_file(kind):
    draw = random.Random(0)
    for _ in range(20):
        content = bytearray(range(1, 256)) * 4
        damage.DAMAGE[kind](content, draw)
        assert content != bytearray(range(1, 256)) * 4


def test_the_network_of_a_file_is_described_whole():
    plain, shared = nn.MLP(2, [3, 3, 1], "tanh", seed=2), damage.with_shared_weights()
    assert damage.described(plain) == damage.described(nn.MLP(2, [3, 3, 1], "tanh", seed=2))
    others = [shared, nn.MLP(2, [3, 3, 1], "relu", seed=2), nn.MLP(2, [3, 3, 1], "tanh", seed=3),
              nn.MLP(2, [3, 1], "tanh")]
    assert damage.described(plain) not in map(damage.described, others)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="fork and SIGKILL are POSIX's")
def test_saves_are_killed_and_the_path_holds_a_whole_network(tmp_path):
    """In a process without threads, which a fork would not copy."""
    program = f"""
import nn
from benchmarks.trust import kills
from pathlib import Path
path, models = Path({str(tmp_path / "model.npz")!r}), [nn.MLP(2, [4, 1], seed=seed) for seed in (0, 1)]
duration = kills.seconds_to_save(models[0], path)
for k in range(20):
    kills.kill_in_save(models, path, duration * k / 10)
    assert kills.numbers(nn.load(path)) in [*map(kills.numbers, models)]
"""
    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr


def test_memory_is_flat_over_many_calls():
    for outcome in memory.outcomes(quick=True):
        assert outcome.failures == [] and outcome.times >= 50


def test_memory_that_grows_is_a_failure():
    kept = []
    assert memory.flat("kept", [lambda: kept.append(bytearray(10_000))], 20).failures


def test_a_deep_graph_is_freed_within_a_small_stack(monkeypatch):
    """Without CPython's trashcan a stack of 1 MiB is too small for 10,000 nodes in a chain."""
    monkeypatch.setattr(deep, "NODES", 100_000)
    [outcome] = deep.outcomes(quick=True)
    assert outcome.failures == [] and outcome.times == len(deep.STEPS)


def test_a_crash_is_a_failure(monkeypatch):
    monkeypatch.setattr(deep, "STEPS", {"a": "crash"})
    [outcome] = deep.outcomes(quick=True)
    assert len(outcome.failures) == 1 and "crash" in outcome.failures[0]


def test_the_fuzz_compares_what_is_compiled_with_the_eager_engine(monkeypatch):
    monkeypatch.setattr(fuzz, "SEEDS", 400)
    graphs, trainings = fuzz.outcomes(quick=True)
    assert (graphs.failures, trainings.failures, trainings.times) == ([], [], 20) and 10 < graphs.times <= 20
    seen = fuzz.tried("a trial", lambda seed: [True, False][seed] or 1 / 0, 2)
    assert (seen.times, seen.failures) == (2, ["seed 1: ZeroDivisionError: division by zero"])
