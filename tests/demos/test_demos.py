"""Every demo runs from the command line and writes what it says; what is not possible ends in one clear line."""
import os
import re
import signal
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import pytest

from demos import __main__ as main
from demos.__main__ import DEMOS, TOUR

CHECKOUT = Path(__file__).parents[2]
PLOTS = ("activations", "regression", "multilabel", "symmetry", "family_trees", "perceptron", "xor", "exercise1",
         "hidden_units", "heads", "huber", "universal_approximation", "error_surface", "rnn")
USES = {name: ["matplotlib"] for name in PLOTS} | {"sharded": ["jax"]} | {
    name: ["matplotlib", "sklearn"] for name in ("moons", "digits", "penguins")}
EXTRA = {"matplotlib": "demos", "sklearn": "demos", "jax": "jax"}
QUICK = {"regression": ["--epochs", "2"], "multilabel": ["--epochs", "2", "--seed", "3"],
         "moons": ["--epochs", "2", "--lr", "0.02"], "digits": ["--epochs", "1"],
         "penguins": ["--epochs", "2"], "symmetry": ["--seeds", "9", "--sweeps", "800"],
         "family_trees": ["--networks", "1"]}
WRITES = {"activations": {"activations.png"}, "moons": {"moons.png", "moons_loss.png"},
          "regression": {"regression.png", "regression_loss.png", "regression_outliers.png"},
          "multilabel": {"multilabel.png", "multilabel_loss.png"},
          "digits": {"digits_confusion.png", "digits_loss.png", "digits_misread.png"},
          "hidden_units": {"hidden_units.png", "hidden_units_surface.png", "hidden_units_weights.png"},
          **{name: {f"{name}.png"} for name in ("symmetry", "perceptron", "xor", "exercise1", "heads", "huber",
                                                "universal_approximation", "error_surface")},
          "family_trees": {"family_trees.png", "family_units.png"}}
WRITES["penguins"] = {"penguins.npz", "penguins_confusion.png", "penguins_loss.png", "penguins_surface.png",
                      *[f"penguins.{suffix}" for suffix in ("dot", "svg", "png")]}


def demos(*arguments, **environment):
    """Run python -m demos."""
    return subprocess.run([sys.executable, "-m", "demos", *map(str, arguments)], cwd=CHECKOUT, text=True,
                          capture_output=True, timeout=300, env=os.environ | environment)


def need(*names):
    for name in names:
        for package in USES.get(name, []):
            if not find_spec(package):
                pytest.skip(f'demo {name} needs {package}: pip install -e ".[{EXTRA[package]}]"')


def one_line(run, *parts):
    """The run failed as a user wants it to: exit code 2, one line on stderr that says so."""
    assert run.returncode == 2, run.stderr
    [line] = run.stderr.splitlines()
    for part in parts:
        assert part in line
    return line


# --- what works ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", DEMOS)
def test_every_demo_runs_and_writes_what_it_says(name, tmp_path):
    need(name)
    run = demos(name, "--out", tmp_path, *QUICK.get(name, []))
    assert run.returncode == 0 and run.stderr == "", run.stderr
    files = {path.name for path in tmp_path.iterdir()}
    said = set()
    for stem, suffixes in re.findall(rf"^  {re.escape(str(tmp_path))}/(\w+)\.(.+)$", run.stdout, re.MULTILINE):
        said |= {f"{stem}.{suffix}" for suffix in suffixes.strip("{}").split(",")}
    assert files == said == WRITES.get(name, files)
    for path in tmp_path.iterdir():
        assert path.stat().st_size > 100
        if path.suffix == ".png":
            assert path.read_bytes().startswith(b"\x89PNG")


def test_without_a_name_all_are_listed_and_the_tour_is_run(tmp_path):
    need(*TOUR)
    run = demos("--out", tmp_path)
    assert run.returncode == 0 and run.stderr == "", run.stderr
    for name, demo in DEMOS.items():
        assert re.search(rf"python -m demos {name} +{re.escape(demo.__doc__)}", run.stdout)
    assert [name for name in DEMOS if f"--- {name} ---" in run.stdout] == list(TOUR)


def test_all_runs_every_demo_and_leaves_one_page(tmp_path, monkeypatch, capsys):
    """With three demos for all: one that works, one with a drawing, and one that is not possible."""
    def fail(pictures, arguments):
        raise ValueError("no such device")

    monkeypatch.setattr(main, "DEMOS", {"neuron": DEMOS["neuron"], "perceptron": DEMOS["perceptron"],
                                        "broken": SimpleNamespace(__doc__="breaks <always>", run=fail,
                                                                  add_arguments=lambda parser: None)})
    need("perceptron")
    monkeypatch.setattr(sys, "argv", ["demos", "--all", "--out", str(tmp_path)])
    assert main.main() == 2
    told = capsys.readouterr()
    assert told.err == "broken: error: no such device\n" and f"{tmp_path}/index.html" in told.out
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    shown = set(re.findall(r'(?:href|src)="([^"#]+)"', page))
    assert shown == {path.name for path in tmp_path.iterdir()} - {"index.html"}
    assert 'src="perceptron.png"' in page and 'src="lecture_neuron.svg"' in page and "breaks &lt;always&gt;" in page
    assert "The rule Δw = η e x asks for no" in page and re.search(r"neuron +[\d.]+ s of CPU", told.out)


def test_help_lists_all_and_tells_each_ones_options():
    listed = " ".join(demos("--help").stdout.split())
    for demo in DEMOS.values():
        assert demo.__doc__ in listed
    assert "--epochs N" in demos("moons", "--help").stdout


def test_training_is_repeatable_and_follows_the_seed(tmp_path):
    need("multilabel")
    def told(seed):
        return re.sub(r"[\d.]+ s\n", "", demos("multilabel", "--epochs", 1, "--seed", seed, "--out", tmp_path).stdout)
    assert told(1) == told(1) != told(2)


def test_moons_are_all_right_in_training(tmp_path):
    need("moons")
    assert "right: 100.0% of 200 training" in demos("moons", "--out", tmp_path).stdout


def test_digits_are_right_in_at_least_95_of_100_held_out(tmp_path):
    need("digits")
    told = demos("digits", "--out", tmp_path).stdout
    assert float(re.search(r"([\d.]+)% of 500 held-out", told)[1]) >= 95


def test_marked_names_each_of_its_mistakes(tmp_path):
    run = demos("marked", "--out", tmp_path)
    found = re.findall(r"^--- (\w+)", run.stdout, re.MULTILINE)
    assert "6 of 6 mistakes found" in run.stdout and {"updated_weights", "bias_forgotten"} < set(found)
    assert "−0.008771" not in demos("marked", "--hide-right", "--out", tmp_path).stdout


def test_penguins_are_right_in_at_least_90_of_100_held_out(tmp_path):
    need("penguins")
    told = demos("penguins", "--out", tmp_path).stdout
    assert float(re.search(r"loaded again: right are ([\d.]+)% of 30 test samples", told)[1]) >= 90
    assert "4 rows with missing numbers left out.  The numbers are made up." in told


def test_a_table_of_ones_own_is_read_and_its_faults_are_named(tmp_path):
    need("penguins")
    table = tmp_path / "iris.csv"
    rows = [f"{'ab'[i % 2]},{i % 2 + i / 100},{i / 50},{-i % 7}" for i in range(60)]
    table.write_text("\n".join(["kind,first,second,third", *rows]))
    run = demos("penguins", "--csv", table, "--epochs", 40, "--out", tmp_path / "out")
    assert run.returncode == 0 and "60 samples of 2 classes (a, b) by first, second, third" in run.stdout, run.stderr
    assert "made up" not in run.stdout
    for change, complaint in (("a,1,x,3", "line 62: could not convert string to float: 'x'"),
                              ("a,1,2", "line 62: 2 numbers for 3 columns")):
        table.write_text("\n".join(["kind,first,second,third", *rows, change]))
        one_line(demos("penguins", "--csv", table, "--out", tmp_path / "out"), str(table), complaint)
    table.write_text("kind,first,second\n" + "a,1,2\n" * 20)
    one_line(demos("penguins", "--csv", table, "--out", tmp_path / "out"), "has 1 classes")
    one_line(demos("penguins", "--csv", tmp_path / "none.csv", "--out", tmp_path / "out"), "cannot read", "none.csv")


def test_outliers_pull_the_squared_error_most(tmp_path):
    need("regression")
    told = demos("regression", "--epochs", "50", "--out", tmp_path).stdout
    clean, squared, huber, absolute = map(float, re.findall(r"off the true function by ([\d.]+)", told))
    assert squared > 2 * max(clean, huber, absolute)


# --- what does not ---------------------------------------------------------------------------------------------------


def test_a_wrong_name_is_answered_with_the_right_ones():
    run = demos("mnist")
    assert run.returncode == 2 and run.stdout == ""
    assert "invalid choice: 'mnist'" in run.stderr and all(name in run.stderr for name in DEMOS)


@pytest.mark.parametrize("options, complaint", [
    (["--epochs", "0"], "argument --epochs: '0' is not a whole number of at least 1"),
    (["--epochs", "many"], "argument --epochs: 'many' is not a whole number"),
    (["--lr", "-1"], "argument --lr: '-1' is not a positive number"),
    (["--lr", "nan"], "argument --lr: 'nan' is not a positive number"),
    (["--lr", "inf"], "argument --lr: 'inf' is not a positive number"),
    (["--seed", "1.5"], "argument --seed: '1.5' is not a whole number of at least 0"),
])
def test_a_bad_option_is_named_before_anything_is_done(options, complaint, tmp_path):
    run = demos("multilabel", "--out", tmp_path / "new", *options)
    assert run.returncode == 2 and run.stdout == "" and not (tmp_path / "new").exists()
    assert complaint in run.stderr.splitlines()[-1] and "Traceback" not in run.stderr


def test_training_that_diverges_says_so(tmp_path):
    need("regression")
    one_line(demos("regression", "--lr", "1e300", "--out", tmp_path), "error: training diverged in epoch 1")


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    one_line(demos("neuron", "--out", tmp_path / "file" / "below"), str(tmp_path / "file"), "Not a directory", "--out")
    one_line(demos("neuron", "--out", tmp_path / "file"), str(tmp_path / "file"), "File exists", "--out")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_to_is_named(tmp_path):
    tmp_path.chmod(0o500)
    one_line(demos("neuron", "--out", tmp_path), str(tmp_path), "--out")


def test_without_a_renderer_the_dot_texts_are_written_and_said(tmp_path):
    run = demos("neuron", "--out", tmp_path, GRAPHVIZ_DOT="/nonexistent")
    one_line(run, "GRAPHVIZ_DOT is '/nonexistent'")
    assert {path.suffix for path in tmp_path.iterdir()} == {".dot"}
    assert f"{tmp_path}/lecture_neuron.dot" in run.stdout


def test_without_matplotlib_the_demo_says_what_to_install_and_the_others_run(tmp_path):
    (tmp_path / "matplotlib.py").write_text("raise ModuleNotFoundError('absent', name='matplotlib')")
    path = os.pathsep.join(filter(None, [str(tmp_path), os.environ.get("PYTHONPATH")]))
    line = one_line(demos("activations", "--out", tmp_path, PYTHONPATH=path), "this demo needs matplotlib")
    assert 'pip install -e ".[demos]"' in line
    assert demos("neuron", "--out", tmp_path, PYTHONPATH=path).returncode == 0


def test_ctrl_c_ends_a_demo_cleanly(tmp_path):
    need("multilabel")
    run = subprocess.Popen([sys.executable, "-u", "-m", "demos", "multilabel", "--epochs", "1000000", "--out",
                            str(tmp_path)], cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    for line in run.stdout:
        if "Adam" in line:                              # the training starts now
            break
    run.send_signal(signal.SIGINT)
    out, err = run.communicate(timeout=60)
    assert run.returncode == 130 and err.strip() == "interrupted", err
    assert "right" not in out
