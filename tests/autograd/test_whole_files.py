"""replace_file under faults: the path holds the old file or the new one, whole, and no draft is left."""
import os
import random
import re
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from autograd.files import DRAFT, replace_file
from nn import MLP, load, save

posix = pytest.mark.skipif(os.name != "posix", reason="permissions, links, signals and limits are POSIX's")
ROOT = Path(__file__).parents[2]


def weights(path):
    return [p.data for p in load(path).parameters()]


def initial(nin, nouts, seed):
    return [p.data for p in MLP(nin, nouts, seed=seed).parameters()]


def run(script, *arguments):
    """Run a script in a process of its own; its exit code and what it printed."""
    done = subprocess.run([sys.executable, "-c", script, *map(str, arguments)], cwd=ROOT, text=True,
                          capture_output=True)
    return done.returncode, done.stdout + done.stderr


# --- what path is ----------------------------------------------------------------------------------------------------


@posix
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o666, 0o755], ids=oct)
def test_an_existing_file_keeps_its_mode(mode, tmp_path):
    path = tmp_path / "model.npz"
    path.touch()
    path.chmod(mode)
    save(MLP(2, [1], seed=0), path)
    assert path.stat().st_mode & 0o7777 == mode
    assert weights(path) == initial(2, [1], 0)


@posix
@pytest.mark.skipif(os.name == "posix" and os.getuid() != 0, reason="only root gives files away")
def test_an_existing_file_keeps_its_owner(tmp_path):
    path = tmp_path / "model.npz"
    path.touch(0o600)
    os.chown(path, 12345, 54321)
    replace_file(path, b"new")
    assert (path.stat().st_uid, path.stat().st_gid, path.stat().st_mode & 0o7777) == (12345, 54321, 0o600)


@posix
@pytest.mark.parametrize("mask", [0o022, 0o077, 0o002], ids=oct)
def test_a_new_file_has_the_mode_that_the_umask_leaves(mask, tmp_path):
    before = os.umask(mask)
    try:
        replace_file(tmp_path / "new", b"")
    finally:
        assert os.umask(before) == mask
    assert (tmp_path / "new").stat().st_mode & 0o7777 == 0o666 & ~mask


@posix
@pytest.mark.parametrize("exists", [True, False], ids=["to a file", "to nothing yet"])
def test_a_symbolic_link_is_followed(exists, tmp_path):
    (tmp_path / "shelf").mkdir()
    target, link = tmp_path / "shelf" / "model.npz", tmp_path / "latest.npz"
    if exists:
        target.write_bytes(b"old")
    link.symlink_to("shelf/model.npz")
    save(MLP(2, [1], seed=0), link)
    assert link.is_symlink() and os.readlink(link) == "shelf/model.npz"
    assert weights(target) == initial(2, [1], 0)
    assert os.listdir(target.parent) == ["model.npz"]


@posix
@pytest.mark.parametrize("kind", ["pipe", "device", "socket", "folder", "link to a folder", "link to itself"])
def test_what_is_no_regular_file_is_refused_and_stays(kind, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)                             # a socket's name may only be short
    path = Path(os.devnull if kind == "device" else "other")
    with socket.socket(socket.AF_UNIX) as other:
        {"pipe": lambda: os.mkfifo(path), "device": lambda: None, "socket": lambda: other.bind(str(path)),
         "folder": path.mkdir, "link to a folder": lambda: path.symlink_to("."),
         "link to itself": lambda: path.symlink_to(path)}[kind]()
        before = os.lstat(path)
        with pytest.raises(OSError, match=f"cannot write {path}: .") as refusal:
            save(MLP(2, [1], seed=0), path)
    assert kind == "link to itself" or "it is not a regular file" in str(refusal.value)
    assert (os.lstat(path).st_ino, os.lstat(path).st_mode) == (before.st_ino, before.st_mode)
    assert os.listdir() == ["other"] * (kind != "device")


def test_a_name_may_be_as_long_as_the_file_system_allows(tmp_path):
    longest = os.pathconf(tmp_path, "PC_NAME_MAX") if hasattr(os, "pathconf") else 255
    path = tmp_path / ("n" * longest)
    save(MLP(2, [1], seed=0), path)
    save(MLP(2, [1], seed=1), path)
    assert weights(path) == initial(2, [1], 1)
    with pytest.raises(OSError, match=f"cannot write {path}n: ") as refusal:
        save(MLP(2, [1], seed=0), f"{path}n")
    assert ".part" not in str(refusal.value)
    assert os.listdir(tmp_path) == [path.name]


# --- drafts ----------------------------------------------------------------------------------------------------------


@posix
def test_drafts_of_processes_that_are_gone_are_deleted_and_those_in_use_are_not(tmp_path):
    import fcntl
    abandoned, used = (tmp_path / DRAFT.format(name * 16) for name in "ab")
    foreign = tmp_path / "download.part"
    for path in abandoned, used, foreign:
        path.write_bytes(b"half a fi")
    os.mkfifo(tmp_path / DRAFT.format("c" * 16))            # to open it would wait for a writer
    with open(used) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        replace_file(tmp_path / "model", b"whole")
        assert not abandoned.exists() and used.exists() and foreign.exists()
    replace_file(tmp_path / "model", b"whole")
    assert not used.exists() and foreign.exists()


def test_many_savers_of_one_path_do_not_disturb_each_other(tmp_path):
    """Threads; processes are told apart by the same locks."""
    path, contents = tmp_path / "model", [bytes([i]) * 10_000 for i in range(8)]
    with ThreadPoolExecutor(8) as pool:
        for _ in range(20):
            assert [*pool.map(lambda content: replace_file(path, content), contents)] == [None] * 8
            assert path.read_bytes() in contents
    assert os.listdir(tmp_path) == ["model"]


DIES = """
import os, signal, sys
from nn import MLP, save
path, name, when = sys.argv[1:]
function = getattr(os, name)
def dies(*arguments):
    if when == "after":
        function(*arguments)
    os.kill(os.getpid(), signal.SIGKILL)
setattr(os, name, dies)
save(MLP(5, [4], seed=1), path)
"""


@posix
@pytest.mark.parametrize(("name", "when"), [("open", "after"), ("fsync", "before"), ("chmod", "before"),
                                            ("replace", "before"), ("replace", "after")])
def test_killed_at_each_step_the_path_holds_the_old_file_or_the_new(name, when, tmp_path):
    path = tmp_path / "model.npz"
    save(MLP(2, [1], seed=0), path)
    assert run(DIES, path, name, when) == (-9, "")
    is_new = (name, when) == ("replace", "after")
    assert weights(path) == (initial(5, [4], 1) if is_new else initial(2, [1], 0))
    assert len(os.listdir(tmp_path)) == 2 - is_new          # the draft
    save(MLP(2, [1], seed=2), path)
    assert os.listdir(tmp_path) == [path.name]


KILLER = """
import itertools, os, signal, sys, time
from nn import MLP, save
path, models = sys.argv[1], [MLP(2, [40, 20], seed=seed) for seed in (1, 2)]
for line in sys.stdin:                              # kill the next child after `saves` saves and a share of another one
    saves, share = line.split()
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        for model in itertools.cycle(models):
            save(model, path)
            os.write(writer, b".")
    os.close(writer)
    start = time.perf_counter()
    for _ in range(int(saves)):
        assert os.read(reader, 1) == b"."
    time.sleep(float(share) * (time.perf_counter() - start) / int(saves))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(reader)
    print("killed", flush=True)
"""


@posix
def test_killed_at_any_moment_the_path_holds_the_old_file_or_the_new(tmp_path):
    """SIGKILL to 100 processes that do nothing but save, in the course of their second or third save."""
    path, whole = tmp_path / "model.npz", [initial(2, [40, 20], seed) for seed in (1, 2)]
    moments, found = random.Random(0), []
    with subprocess.Popen([sys.executable, "-c", KILLER, str(path)], cwd=ROOT, text=True, stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as killer:
        for i in range(100):
            print(1 + i % 2, moments.random(), file=killer.stdin, flush=True)
            assert killer.stdout.readline() == "killed\n"
            found.append(whole.index(weights(path)))
    assert set(found) == {0, 1}
    save(MLP(2, [1], seed=0), path)
    assert os.listdir(tmp_path) == [path.name]


# --- what the system refuses -----------------------------------------------------------------------------------------


TRIES = """
import sys
from nn import MLP, save
def attempt(path):
    try:
        save(MLP(100, [100], seed=1), path)             # 160 kB
    except OSError as error:
        print(error)
"""


@posix
def test_a_file_over_the_limit_of_file_sizes_leaves_the_old_one(tmp_path):
    path = tmp_path / "model.npz"
    save(MLP(2, [1], seed=0), path)
    limited = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000)); attempt(sys.argv[1])"
    assert run(TRIES + limited, path) == (0, f"[Errno 27] cannot write {path}: File too large\n")
    assert weights(path) == initial(2, [1], 0)
    assert os.listdir(tmp_path) == [path.name]


@posix
def test_a_full_file_system_leaves_the_old_file(tmp_path):
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(tmp_path)], capture_output=True) \
        if sys.platform == "linux" and os.getuid() == 0 else None
    if not mounted or mounted.returncode:
        pytest.skip("to mount a tmpfs takes Linux and root's rights")
    try:
        path = tmp_path / "model.npz"
        save(MLP(2, [1], seed=0), path)
        with pytest.raises(OSError, match=rf"cannot write {path}: No space left on device"):
            save(MLP(100, [100], seed=1), path)
        assert weights(path) == initial(2, [1], 0)
        assert os.listdir(tmp_path) == [path.name]
        save(MLP(2, [1], seed=2), path)                     # there is room for what fits
        assert weights(path) == initial(2, [1], 2)
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)


READ_ONLY = """
import os, tempfile
if os.getuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "model.npz")
    attempt(path)
    before = open(path, "rb").read()
    os.chmod(folder, 0o555)
    for name in "model.npz", "new.npz":
        attempt(os.path.join(folder, name))
    assert open(path, "rb").read() == before and os.listdir(folder) == ["model.npz"]
    os.chmod(folder, 0o755)
"""


@posix
def test_a_read_only_folder_of_an_ordinary_user(tmp_path):
    code, printed = run(TRIES + READ_ONLY)
    reasons = [rf"\[Errno 13\] cannot write \S+/{name}\.npz: Permission denied\n" for name in ("model", "new")]
    assert code == 0 and re.fullmatch("".join(reasons), printed), printed
