"""Files of the disk: read within a cap and only if they are ordinary, written whole or not at all."""

from __future__ import annotations

import os
import re
import secrets
import stat
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final

from qrcert.errors import Refused, TooBig, Unreadable

_PART: Final = re.compile(r"\.[0-9a-f]{8}\.part$")
"""The end of the name of a file that is being written."""


def read_file(path: Path, *, limit: int) -> bytes:
    """Return the bytes of an ordinary file of at most ``limit`` bytes.

    A pipe is not waited for and a device not read without end. Raises `Unreadable`, `TooBig`.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise Unreadable(f"{str(path)!r} is not an ordinary file")
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise Unreadable(f"cannot read {str(path)!r}: {reason}") from error
    if len(data) > limit:
        raise TooBig(f"{str(path)!r} has more than {limit} bytes")
    return data


def require_folder_of(path: Path) -> None:
    """Raise `Refused` unless the folder of ``path`` is there: before a long act, not after it."""
    if not path.parent.is_dir():
        raise Refused(
            f"there is no folder {str(path.parent)!r} for {path.name!r}",
            hint="make it first, or name another one",
        )


def write_file(path: Path, data: bytes, *, parents: bool = False) -> Path:
    """Write ``data`` to ``path`` through a file beside it, flushed to the disk, and return the path.

    With ``parents`` its folder is made if it is not there. Two processes that write the same file at once do not
    meet: the later one stands. A pipe or device gets the bytes itself and stays what it is. Raises `Refused` if
    the disk is full or the folder cannot be written; then what stood at ``path`` still does.
    """
    part = None
    try:
        if parents:
            path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and not path.is_file() and not path.is_dir():
            path.write_bytes(data)
            return path
        file = _begun(path)
        part = Path(file.name)
        with file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        if part is not None:
            _remove(part)
        raise Refused(
            f"cannot write {str(path)!r}: {error.strerror}", hint="is the disk full, or the folder read-only?"
        ) from error
    return path


def remove_leftovers(folder: Path) -> None:
    """Remove what writers that were killed left in a folder; what another process is writing stays."""
    for part in folder.glob("*.part"):
        if _PART.search(part.name):
            with suppress(OSError), part.open("rb") as file:
                _lock(file)
                _remove(part)


def _begun(path: Path) -> BinaryIO:
    """Return a new file beside ``path``, locked, so that nobody takes it for a leftover."""
    while True:
        part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
        file = part.open("xb")
        with suppress(OSError):  # a file system without locks
            _lock(file)
        if os.name == "nt" or os.fstat(file.fileno()).st_nlink:
            return file
        file.close()  # it was swept away before it was locked


def _lock(file: BinaryIO) -> None:
    """Lock a file for this process; raises OSError where another one holds it. On Windows being open is enough."""
    try:
        import fcntl
    except ImportError:
        return
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _remove(part: Path) -> None:
    try:
        part.unlink(missing_ok=True)
    except OSError:  # a file stands where the folder should be: there is nothing to remove
        return
