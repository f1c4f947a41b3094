"""Two commits beside each other: each worker runs its own commit, and nothing is left behind.  No time is asserted."""
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import against
from benchmarks.timing import Time

ROOT = Path(__file__).parents[2]
IDENTITY = "-c", "user.name=x", "-c", "user.email=x"


def command(*arguments, **options):
    return subprocess.run([sys.executable, "-m", "benchmarks", *arguments], cwd=ROOT, capture_output=True, text=True,
                          **options)


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A repository of two commits: today's packages, and before them an engine that fails on its import."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    root = tmp_path / "repository"
    (root / "autograd").mkdir(parents=True)
    (root / "autograd" / "__init__.py").write_text("raise RuntimeError('an engine that is broken')\n")
    subprocess.run(["git", "init", "--quiet", str(root)], check=True)
    for message in "broken", "mended":
        subprocess.run(["git", "-C", str(root), "add", "."], check=True)
        subprocess.run(["git", "-C", str(root), *IDENTITY, "commit", "--quiet", "-m", message], check=True)
        for package in "autograd", "nn", "benchmarks":
            shutil.copytree(ROOT / package, root / package, dirs_exist_ok=True,
                            ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(against, "HERE", root)
    return root


def test_every_part_is_timed_beside_the_commit_s_and_the_checkout_of_it_is_removed(repository):
    pytest.importorskip("numpy", reason="numpy is not installed")
    times = against.compare("HEAD", 2, samples=2, repeats=1)
    assert {part.partition(",")[0].split()[0] for part in times} == {"recording", "backward", "fit", "step"}
    for time in times.values():
        assert len(time.rounds) == len(time.beside) == 2 and min(*time.rounds, *time.beside) > 0
    assert against.git("worktree", "list").count("\n") == 0
    assert not (repository / ".git" / "worktrees").exists() or not any((repository / ".git" / "worktrees").iterdir())


def test_a_commit_that_cannot_be_measured_says_why_and_leaves_nothing(repository):
    with pytest.raises(against.NotCompared, match="cannot be measured: RuntimeError: an engine that is broken"):
        against.compare("HEAD~1", 1, samples=2, repeats=1)
    assert against.git("worktree", "list").count("\n") == 0


def test_the_table_shows_the_medians_and_the_ratios_of_the_rounds():
    lines = against.table("v1", {"backward": Time((0.002, 0.003, 0.009), beside=(0.004, 0.004, 0.003))})
    assert lines[0].split() == ["median,", "ms", "v1", "this", "checkout", "ratio", "lowest", "to", "highest"]
    assert lines[1].split() == ["backward", "4", "3", "0.750", "0.50", "to", "3.00"]


@pytest.mark.parametrize("revision", ["no-such-commit", "--all"])
def test_an_unknown_commit_is_one_line(repository, revision):
    with pytest.raises(against.NotCompared) as caught:
        against.compare(revision, 1)
    assert str(caught.value) == f"--against {revision}: this repository has no such commit"


def test_the_command_gives_errors_in_one_line():
    unknown = command("eager", "--against", "no-such-commit")
    assert unknown.returncode == 2 and unknown.stderr.count("\n") == 1 and "Traceback" not in unknown.stderr
    without_git = command("eager", "--against", "HEAD", env={"PATH": ""})
    assert (without_git.returncode, without_git.stderr) == (2, "--against needs git, which is not installed\n")
    other = command("moons", "--against", "HEAD")
    assert other.returncode == 2 and "--against REV goes with eager" in other.stderr
