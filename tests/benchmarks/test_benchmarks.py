"""The benchmarks on tiny workloads: the tables' structure; a peer that is wrong is caught.  No time is asserted."""
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("sklearn", reason="the benchmarks' data sets need scikit-learn")

from benchmarks import comparison, compile_time, everything, goals, graph, peers, training
from benchmarks.timing import Time, round_robin
from benchmarks.workloads import WORKLOADS

ROOT = Path(__file__).parents[2]
TINY = everything.Size(1, 0.001, 2_000, 4, (1_000, 2_000), 8, small=True, without=tuple(
    f"{part}: {peer}" for part in ("moons", "digits")
    for peer in ("JAX jit, a call a step", "JAX jit, loop inside", "deltagrad fit, jax")))


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """One run of all parts: what it said, what it returned, and the file."""
    path, said = tmp_path_factory.mktemp("benchmarks") / "found.json", []
    data = everything.main(["moons", "online", "digits", "graph", "compile"], TINY, str(path), say=said.append)
    return "\n".join(said), data, json.loads(path.read_text(encoding="utf-8"))


def test_the_file_holds_every_round_of_every_row(run):
    _, _, written = run
    assert [table["name"] for table in written["tables"]] == ["moons", "online", "digits", "one sample", "replay",
                                                              "memory", "graphs", "networks", "text"]
    for table in written["tables"]:
        assert table["rows"] and table["reference"] in table["rows"]
        for row in table["rows"].values():
            assert row["rounds"] and row["fastest"] <= row["median"] <= row["slowest"]
        assert table["rows"][table["reference"]]["ratio"] in (1.0, None)
    assert "numpy" in written["versions"] and "Python" in written["machine"]


@pytest.mark.parametrize("part", WORKLOADS)
def test_every_peer_is_measured_or_left_out_with_a_reason(run, part):
    text, data, _ = run
    table = next(table for table in data["tables"] if table["name"] == part)
    assert set(table["rows"]) | set(table["skipped"]) == set(peers.PEERS)
    assert "deltagrad fit, eager" in table["rows"] and "NumPy by hand" in table["rows"]
    for name, why in table["skipped"].items():
        assert f"{name}: left out, {why}" in text
    assert "--hips PYTHON" in table["skipped"]["HIPS autograd"]


@pytest.mark.parametrize("part", WORKLOADS)
def test_a_peer_that_is_a_little_wrong_is_caught_by_name(part):
    workload = WORKLOADS[part](True)
    found = {name: peers.load(name)(workload) for name in ("NumPy by hand", "NumPy by hand, out=")}
    assert training.check(found) < 1e-12
    found["NumPy by hand, out="].lr *= 1 + 1e-7
    with pytest.raises(AssertionError, match="NumPy by hand, out=: after 3 steps its parameters differ"):
        training.check(found)


def test_a_peer_that_computes_no_loss_is_caught():
    class Silent(peers.load("NumPy by hand")):
        def run(self, steps):
            return 0.0 * super().run(steps)

    workload = WORKLOADS["moons"](True)
    with pytest.raises(AssertionError, match=r"out=: after 3 steps its losses differ"):
        training.check({"NumPy by hand": peers.load("NumPy by hand")(workload),
                        "NumPy by hand, out=": Silent(workload)})


def test_a_peer_whose_numbers_are_nan_is_caught():
    found = {name: peers.load(name)(WORKLOADS["moons"](True)) for name in ("NumPy by hand", "NumPy by hand, out=")}
    found["NumPy by hand, out="].lr = float("nan")
    with pytest.raises(AssertionError, match="out="):
        training.check(found)


def test_training_starts_again_where_it_started():
    """What is timed is the same in every round."""
    workload = WORKLOADS["digits"](True)
    for name in "deltagrad fit, eager", "deltagrad own loop", "NumPy by hand", "NumPy by hand, out=":
        peer = peers.load(name)(workload)
        first = peer.run(2), peer.parameters()
        peer.reset()
        assert peer.run(2) == first[0] and (peer.parameters() == first[1]).all(), name


def test_a_library_that_is_missing_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.delitem(sys.modules, "benchmarks.peers.pytorch", raising=False)
    monkeypatch.setattr(peers, "PEERS", {"PyTorch eager": peers.PEERS["PyTorch eager"]})
    with pytest.raises(peers.Unavailable, match="torch is not installed: pip install torch"):
        peers.load("PyTorch eager")


def test_where_no_compiler_is_found_c_is_left_out(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(peers.Unavailable, match="no C compiler is found"):
        peers.load("C -O3 -ffast-math")(WORKLOADS["moons"](True))


def test_an_interpreter_without_hips_is_left_out(monkeypatch):
    workload = WORKLOADS["moons"](True)
    for python, why in ("no-such-python", "does not run"), (sys.executable, "pip install"):
        monkeypatch.setattr("benchmarks.peers.hips.Hips.python", python)
        monkeypatch.setenv("PYTHONPATH", str(ROOT))     # our autograd must not be taken for HIPS's
        if importlib.util.find_spec("autograd.numpy") is None:
            with pytest.raises(peers.Unavailable, match=why):
                peers.load("HIPS autograd")(workload)


def test_ratios_and_goals_are_those_of_the_medians():
    ours, theirs = Time((2.0, 1.0, 9.0)), Time((8.0, 8.0, 8.0))
    table = comparison.Comparison("A", "moons", "", "µs a step", goals.OURS, {
        goals.OURS: ours, "PyTorch eager": theirs, "C -O3 -ffast-math": Time((1.0,))})
    assert table.ratio("PyTorch eager") == 4.0 and table.ratio("NumPy by hand") is None
    found = {goal["goal"]: goal for goal in goals.judged([table])}
    torch = found["moons: PyTorch eager takes this many times as long"]
    assert (torch["measured"], torch["must met"], torch["aim met"]) == (4.0, False, False)
    c = found[f"moons: {goals.OURS} takes this many times C -O3 -ffast-math's time, at most"]
    assert (c["measured"], c["must met"], c["aim met"]) == (2.0, True, True)
    assert len(found) == 2 and "NOT MET" in "\n".join(goals.table(list(found.values())))
    lines = goals.table([c, torch])
    assert "PyTorch" in lines[1] and "NOT MET" in lines[1] and "NOT MET" not in lines[2]       # what falls short first


def test_goals_are_ratios_and_none_is_to_a_collector():
    for goal in goals.GOALS:
        assert goal.base and "gc on" not in goal.row + goal.base, goal


def test_round_robin_takes_turns_and_keeps_every_round():
    order = []
    times = round_robin({"a": lambda: order.append("a"), "b": lambda: order.append("b")}, 3)
    assert order == ["a", "b"] * 3 and all(len(time.rounds) == 3 for time in times.values())


def test_networks_written_by_hand_are_the_networks_of_nn():
    for J, _ in compile_time.recorded((4, 3, 2), compile_time.weighted_sums), \
            compile_time.recorded((4, 3, 2), compile_time.by_hand):
        assert J.data == pytest.approx(compile_time.recorded((4, 3, 2), compile_time.by_hand)[0].data, rel=1e-14)


def test_pytorch_on_arrays_replays_the_same_graph():
    pytest.importorskip("torch", reason="torch is not installed")
    compiled = graph.Compiled(500)
    X = compiled.points(3)
    for one, other in zip(compiled.value_and_grad(X), graph.TorchArrays(compiled).value_and_grad(X)):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12 * abs(one).max())


def test_the_picture_is_drawn(run, tmp_path):
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    from benchmarks.picture import draw

    rows = {goals.OURS: Time((2.0, 3.0)), "NumPy by hand": Time((20.0,))}
    draw([comparison.Comparison("A", "moons", "moons", "µs a step", goals.OURS, rows)], str(tmp_path / "a.png"), "")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


def test_the_command_knows_its_parts_and_sets_one_thread():
    code = "import benchmarks.__main__, os, sys; print(os.environ['OMP_NUM_THREADS'], 'numpy' in sys.modules)"
    command = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, env=os.environ)
    assert command.stdout.split() == ["1", "False"], command.stderr
    command = subprocess.run([sys.executable, "-m", "benchmarks", "nothing"], cwd=ROOT, capture_output=True, text=True)
    assert command.returncode == 2 and "moons" in command.stderr


def test_no_peer_changes_how_this_process_computes():
    """A library linked with -ffast-math would flush subnormal numbers to zero from its loading on."""
    program = """
from benchmarks.peers import Unavailable
from benchmarks.peers.c_loops import Loops
from benchmarks.workloads import moons
try:
    Loops(moons(small=True))
except Unavailable as error:
    print(error)
half = 0.5
assert 1e-310 * half != 0.0
"""
    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr


def test_a_process_of_its_own_gives_the_same_numbers_and_passes_errors_on():
    workload = WORKLOADS["moons"](True)
    alone, here = (load(workload) for load in (peers.load("deltagrad fit, eager"), peers.load("NumPy by hand")))
    assert type(alone).__name__ == "Alone"
    assert training.check({"NumPy by hand": here, "deltagrad fit, eager": alone}) < 1e-12
    with pytest.raises(TypeError):
        alone.ask("run", "three")
