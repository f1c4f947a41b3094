"""Generated loops as machine code through numba, kept on disk for the next process.

numba keeps the code of a function beside its source file, so the text is put into a file in the user's cache folder.
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
KEPT = 100                      # source files in the folder: a training at another lr has another text

Functions = tuple[tuple[str, Callable[..., Any]], ...]


@lru_cache(maxsize=64)
def machine_code(text: str, functions: Functions) -> Callable[..., Any]:
    """The text's `loop` on arrays as machine code, from the disk where an earlier process has compiled it.

    functions are those that the text calls by a name of their own; what they do is not in the text, so with any of them
    nothing is kept.  What numba does not take it raises.
    """
    path = None if functions else source_file(text)
    if path:
        try:
            return compiled(text, functions, path)
        except Exception:                               # a damaged file, or a folder that can only be read
            forget(path)
    return compiled(text, functions)


def compiled(text: str, functions: Functions, path: Path | None = None) -> Callable[..., Any]:
    """Compile now, or load what is kept for the source file."""
    import numba

    numbers, scalar = numba.float64[::1], numba.float64
    names = MATH | {"__name__": __name__}               # a module that numba can import when it loads the code
    names |= {name: numba.njit(error_model="numpy")(f) for name, f in functions}
    exec(compile(text, str(path or "<a loop of updates>"), "exec"), names)
    loop: Callable[..., Any] = numba.njit((numba.float64[:, ::1], numbers, numbers, numbers, scalar, numbers),
                                          error_model="numpy", cache=path is not None)(names["loop"])
    return loop


def source_file(text: str) -> Path | None:
    """The file that holds the text, named by its hash; None where it cannot be written."""
    folder = cache_folder()
    path = folder / f"loop_{sha256(text.encode()).hexdigest()[:32]}.py"
    try:
        if not (path.exists() and path.read_bytes() == text.encode()):      # numba asks for the same time of writing
            folder.mkdir(parents=True, exist_ok=True)
            replace_file(path, text.encode())
            for old in sorted(folder.glob("loop_*.py"), key=os.path.getmtime)[:-KEPT]:
                forget(old)
    except (OSError, RuntimeError):                                         # RuntimeError: there is no home folder
        return None
    return path


def forget(path: Path) -> None:
    """Delete a source file and the machine code beside it."""
    for file in [path, *(path.parent / "__pycache__").glob(f"{path.stem}.*")]:
        with suppress(OSError):
            file.unlink()


def cache_folder() -> Path:
    """The folder for the source files: numba's own where NUMBA_CACHE_DIR names one, else the user's for caches."""
    if own := os.environ.get("NUMBA_CACHE_DIR"):
        return Path(own) / "deltagrad"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "deltagrad"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "deltagrad"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "deltagrad"
