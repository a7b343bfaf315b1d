"""Files of the disk: read within a cap and only if they are ordinary, written whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from qrcert.errors import Refused, TooBig, Unreadable


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

    With ``parents`` its folder is made if it is not there. Raises `Refused` if the disk is full or the folder
    cannot be written; then what stood at ``path`` still does.
    """
    part = path.with_name(path.name + ".part")
    try:
        if parents:
            path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        _remove(part)
        raise Refused(
            f"cannot write {str(path)!r}: {error.strerror}", hint="is the disk full, or the folder read-only?"
        ) from error
    return path


def _remove(part: Path) -> None:
    try:
        part.unlink(missing_ok=True)
    except OSError:  # a file stands where the folder should be: there is nothing to remove
        return
