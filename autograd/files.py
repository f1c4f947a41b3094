"""Atomic writes: all files of nn and viz are written by replace_file, which replaces them whole or not at all."""
import errno
import os
from contextlib import suppress
from pathlib import Path
from stat import S_IMODE, S_ISREG
from typing import BinaryIO
from uuid import uuid4

try:
    import fcntl
except ImportError:
    fcntl = None                                # type: ignore[assignment]  # Windows

DRAFT = ".deltagrad-{}.part"                    # short and of fixed length: no name is too long for its draft


def replace_file(path: str | os.PathLike[str], content: bytes) -> None:
    """Write content to path atomically: at every moment path holds the whole old file or the whole new one.

    A symbolic link is followed, and an existing file's mode is kept (and its owner, where that is allowed).  Drafts
    that killed processes left in the folder are deleted.  Raises OSError, naming path, where it is no regular file or
    cannot be written; the old file is then untouched.
    """
    try:
        target = Path(os.path.realpath(path) if os.path.islink(path) else path)
        try:
            old = os.stat(target)
        except FileNotFoundError:
            old = None
        if old and not S_ISREG(old.st_mode):
            raise OSError(errno.EINVAL, "it is not a regular file")
        delete_abandoned_drafts(target.parent)
        while not replaced(target, content, old):
            pass
    except OSError as error:
        raise OSError(error.errno or errno.EIO, f"cannot write {path}: {error.strerror or error}") from None


def replaced(target: Path, content: bytes, old: os.stat_result | None) -> bool:
    """Write the draft and rename it to target; False where another process deleted the draft before it was locked."""
    draft = target.with_name(DRAFT.format(uuid4().hex[:16]))
    mode = S_IMODE(old.st_mode) if old else 0o666               # less the umask, as any new file
    try:
        with open(draft, "xb", opener=lambda name, flags: os.open(name, flags, mode)) as file:
            if not (lock(file) and draft.exists()):
                return False
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            if old:
                if hasattr(os, "chown"):
                    with suppress(OSError):                     # only root may change an owner
                        os.chown(draft, old.st_uid, old.st_gid)
                os.chmod(draft, mode)                           # after chown, which may clear bits
            if not fcntl:
                file.close()                                    # Windows cannot rename an open file
            os.replace(draft, target)
    finally:
        with suppress(OSError):
            os.unlink(draft)
    return True


def lock(draft: BinaryIO) -> bool:
    """Lock a draft until it is closed or its process ends; False where another process has it."""
    if fcntl:
        try:
            fcntl.flock(draft, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:                                         # a file system without locks
            pass
    return True


def delete_abandoned_drafts(folder: Path) -> None:
    """Delete the drafts in a folder that no process has locked; without file locks (Windows) none are deleted."""
    if not fcntl:
        return
    with suppress(OSError):                                     # a folder that cannot be listed
        for draft in filter(Path.is_file, folder.glob(DRAFT.format("*"))):
            with suppress(OSError), open(draft, "rb") as file:  # in use, or another user's
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                os.unlink(draft)
