"""Compilation of generated loops to machine code by numba, cached on disk.

numba caches machine code beside a function's source file, so the source is written to the user's cache folder.
"""
import math
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from ...files import replace_file

MATH = {name: getattr(math, name) for name in dir(math) if not name.startswith("_")}
KEPT = 100                      # source files in the folder: each lr has its own

Functions = tuple[tuple[str, Callable[..., Any]], ...]


@lru_cache(maxsize=64)
def machine_code(text: str, functions: Functions) -> Callable[..., Any]:
    """The function `loop` of the source text, compiled to machine code or loaded from the disk cache.

    functions are those that the text calls by name; as their code is not in the text, a text with any is not cached.
    Raises numba's errors where it cannot compile.
    """
    path = None if functions else source_file(text)
    if path:
        try:
            return compiled(text, functions, path)
        except Exception:                               # a damaged file, or a folder that can only be read
            forget(path)
    return compiled(text, functions)


def compiled(text: str, functions: Functions, path: Path | None = None) -> Callable[..., Any]:
    """Compile the text, or load the machine code cached for its source file."""
    import numba

    numbers, scalar = numba.float64[::1], numba.float64
    names = MATH | {"__name__": __name__}               # a module that numba can import to load the code
    names |= {name: numba.njit(error_model="numpy")(f) for name, f in functions}
    exec(compile(text, str(path or "<a loop of updates>"), "exec"), names)
    loop: Callable[..., Any] = numba.njit((numba.float64[:, ::1], numbers, numbers, numbers, scalar, numbers),
                                          error_model="numpy", cache=path is not None)(names["loop"])
    return loop


def source_file(text: str) -> Path | None:
    """The cached source file of the text, named by its hash; None where it cannot be written."""
    folder = cache_folder()
    path = folder / f"loop_{sha256(text.encode()).hexdigest()[:32]}.py"
    try:
        if not (path.exists() and path.read_bytes() == text.encode()):      # numba compares modification times
            folder.mkdir(parents=True, exist_ok=True)
            replace_file(path, text.encode())
            for old in sorted(folder.glob("loop_*.py"), key=os.path.getmtime)[:-KEPT]:
                forget(old)
    except (OSError, RuntimeError):                                         # RuntimeError: no home folder
        return None
    return path


def forget(path: Path) -> None:
    """Delete a source file and the machine code beside it."""
    for file in [path, *(path.parent / "__pycache__").glob(f"{path.stem}.*")]:
        with suppress(OSError):
            file.unlink()


def cache_folder() -> Path:
    """The folder for the source files: NUMBA_CACHE_DIR where it is set, else in the user's cache folder."""
    if own := os.environ.get("NUMBA_CACHE_DIR"):
        return Path(own) / "deltagrad"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "deltagrad"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "deltagrad"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "deltagrad"
