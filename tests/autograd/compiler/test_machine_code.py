"""numba's code on disk: the next process loads it, and what is damaged or cannot be written costs a compilation."""
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from autograd import Value
from autograd.compiler.scalar import machine_code
from autograd.compiler.scalar.machine_code import cache_folder, forget, source_file
from autograd.compiler.scalar.update_loop import UpdateLoop

numba = pytest.importorskip("numba", reason="numba is not installed")


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    machine_code.machine_code.cache_clear()
    yield tmp_path / "deltagrad"
    machine_code.machine_code.cache_clear()


def loop(lr=0.5):
    """The loop of a weight that is drawn to t / x; its text holds lr."""
    w, x, t = Value(0.5, "w"), Value(1.0, "x"), Value(2.0, "t")
    return UpdateLoop((t - w * x).half_square(), [x, t], [w], lambda steps, w, g: (w - lr * g,), jit=True)


def ran(loop):
    return loop.run([[1.0, 2.0]] * 3, [0.0]).parameters


PROCESS = """
from autograd import Value
from autograd.compiler.scalar.update_loop import UpdateLoop
w, x, t = Value(0.5, "w"), Value(1.0, "x"), Value(2.0, "t")
loop = UpdateLoop((t - w * x).half_square(), [x, t], [w], lambda steps, w, g: (w - 0.5 * g,), jit=True)
print(loop.run([[1.0, 2.0]] * 3, [0.0]).parameters, loop.jit, sum(loop.functions["jit"].stats.cache_hits.values()))
"""


def process(tmp_path):
    """The same loop in a process of its own, with its cache under tmp_path: the weight, and how often it was loaded."""
    places = {"XDG_CACHE_HOME": str(tmp_path), "LOCALAPPDATA": str(tmp_path), "HOME": str(tmp_path)}
    environment = {name: x for name, x in os.environ.items() if name != "NUMBA_CACHE_DIR"} | places
    run = subprocess.run([sys.executable, "-c", PROCESS], cwd=Path(__file__).parents[3], env=environment, text=True,
                         capture_output=True, timeout=300)
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()


def test_the_second_process_loads_what_the_first_has_compiled(tmp_path):
    """Halfway to 2, three times: 1.75."""
    assert [process(tmp_path) for _ in range(2)] == ["[1.75] True 0", "[1.75] True 1"]
    [source] = tmp_path.rglob("loop_*.py")
    assert source.parent.name == "deltagrad" and "w0 + 0.5 * " in source.read_text()


@pytest.mark.parametrize("suffix", ["*.nbi", "*.nbc"])
def test_damaged_machine_code_is_compiled_again(tmp_path, suffix):
    process(tmp_path)
    for file in tmp_path.rglob(suffix):
        file.write_bytes(b"damaged")
    assert [process(tmp_path) for _ in range(3)] == ["[1.75] True 0", "[1.75] True 0", "[1.75] True 1"]


def test_a_source_file_with_another_text_is_written_again(folder):
    """It was cut short by somebody: the hash is that of the whole text."""
    assert ran(loop()) == [1.75]
    [path] = folder.glob("loop_*.py")
    text = path.read_text()
    path.write_text(text[:20])
    machine_code.machine_code.cache_clear()
    assert ran(loop()) == [1.75] and path.read_text() == text


def test_without_a_folder_to_write_to_nothing_is_kept(tmp_path, monkeypatch):
    file = tmp_path / "no folder"
    file.write_text("")
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(file))
    assert source_file("text") is None
    again = loop()
    assert ran(again) == [1.75] and again.jit


def test_the_oldest_files_make_room(folder, monkeypatch):
    monkeypatch.setattr(machine_code, "KEPT", 3)
    for k in range(5):
        path = source_file(f"text {k}")
        os.utime(path, (k, k))
    assert sorted(path.read_text() for path in folder.iterdir()) == ["text 2", "text 3", "text 4"]
    forget(path)
    assert len(list(folder.iterdir())) == 2


def test_functions_of_a_users_own_are_not_kept(folder):
    """What they do is not in the text."""
    text, empty = "def loop(rows, parameters, memory, fixed, steps, losses): return int(twice(2.0))", np.zeros(0)
    f = machine_code.machine_code(text, (("twice", lambda x: 2 * x),))
    assert f(np.zeros((1, 1)), empty, empty, empty, 0.0, empty) == 4 and not folder.exists()


@pytest.mark.parametrize("platform, names, expected", [
    ("linux", {"XDG_CACHE_HOME": "/x"}, "/x/deltagrad"), ("linux", {"HOME": "/h"}, "/h/.cache/deltagrad"),
    ("darwin", {"HOME": "/h"}, "/h/Library/Caches/deltagrad"), ("win32", {"LOCALAPPDATA": "/l"}, "/l/deltagrad"),
    ("linux", {"NUMBA_CACHE_DIR": "/n"}, "/n/deltagrad")])
def test_the_folder_of_each_system(platform, names, expected, monkeypatch):
    for name in "NUMBA_CACHE_DIR", "XDG_CACHE_HOME", "LOCALAPPDATA":
        monkeypatch.delenv(name, raising=False)
    for name, x in names.items():
        monkeypatch.setenv(name, x)
    monkeypatch.setattr(machine_code.sys, "platform", platform)
    assert cache_folder() == Path(expected)
