"""Files of the disk: read within a cap and only if they are ordinary, written whole or not at all."""

from __future__ import annotations

import errno
import os
import re
import secrets
import stat
from collections.abc import Iterable
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final

from qrcert.errors import Refused, TooBig, Unreadable

_PART: Final = re.compile(r"\.[0-9a-f]{8}\.part$")
"""The end of the name of a file that is being written."""

_STEM: Final = 60
"""Characters of a file's name that it has while it is written: with the end at most 255 bytes, four a character."""

_WINDOWS: Final = os.name == "nt"
"""There a file that is open is neither removed nor replaced."""

_LOOKED_AT: Final = 1_000
"""Files of a folder among which leftovers are looked for at each writing: with more it would take longer than that.

Who writes more of them at once calls `remove_leftovers`.
"""

_HANDLES: Final = ("/proc/", "/dev/fd/")
"""Where the open files of a process have names: /dev/stdout leads there."""

_MAX_LINKS: Final = 40
"""Links that are followed one after the other, as the system does; a circle of them it refuses."""

_RIGHTS: Final = 0o777
"""Who may read, write and run a file."""


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


def write_file(path: Path, data: bytes, *, parents: bool = False, swept: bool = False) -> Path:
    """Write ``data`` to ``path`` through a file beside it, flushed to the disk, and return the path.

    With ``parents`` its folder is made if it is not there; ``swept`` says that it was looked through for leftovers,
    as for many files in a row. Two processes that write the same file at once do not meet: the later one stands;
    what killed ones left of it is removed. A link stays and leads to the new file, which keeps the rights of the
    old one. A pipe or device, and an open file that is named by its number, gets the bytes itself and stays what it
    is. Raises `Refused` if the disk is full or the folder cannot be written; then what stood at ``path`` still
    does.
    """
    try:
        target = _end_of(path)
        if target is None:
            with path.open("ab") as file:
                file.write(data)
            return path
        if parents:
            target.parent.mkdir(parents=True, exist_ok=True)
        if not swept:
            _sweep(_parts_of(target))
        _replace(target, data)
    except OSError as error:
        raise Refused(
            f"cannot write {str(path)!r}: {error.strerror}", hint="is the disk full, or the folder read-only?"
        ) from error
    return path


def remove_leftovers(folder: Path) -> None:
    """Remove what writers that were killed left in a folder; what another process is writing stays."""
    _sweep(part for part in folder.glob("*.part") if _PART.search(part.name))


def _end_of(path: Path) -> Path | None:
    """Return the ordinary file that a path means behind its links; None for one that takes bytes as they come."""
    if path.exists() and not path.is_file() and not path.is_dir():
        return None
    for _ in range(_MAX_LINKS):
        path = Path(os.path.realpath(path.parent), path.name)
        if path.as_posix().startswith(_HANDLES):
            return None
        if not path.is_symlink():
            return path
        path = path.parent / path.readlink()
    raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))


def _replace(path: Path, data: bytes) -> None:
    """Put a file with these bytes in the place of ``path``, in one step."""
    file = _begun(path)
    part = Path(file.name)
    try:
        with file:
            _keep_rights(file, path)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            if not _WINDOWS:  # it stays locked until it has its name; there it must be closed first
                part.replace(path)
        if _WINDOWS:
            part.replace(path)
    except BaseException:
        _remove(part)
        raise


def _keep_rights(file: BinaryIO, path: Path) -> None:
    """Give a new file the rights of the one that it is to replace."""
    if not _WINDOWS and path.is_file():
        os.fchmod(file.fileno(), path.stat().st_mode & _RIGHTS)


def _parts_of(path: Path) -> list[Path]:
    """Return what was begun of a file and not ended; nothing in a folder that cannot be read."""
    with suppress(OSError), os.scandir(path.parent) as folder:
        names = (entry.name for entry in islice(folder, _LOOKED_AT))
        stem = path.name[:_STEM]
        mine = [name for name in names if name.startswith(stem)]
        return [path.with_name(name) for name in mine if _PART.fullmatch(name, len(stem))]
    return []


def _sweep(parts: Iterable[Path]) -> None:
    """Remove those of these files that nobody is writing."""
    for part in parts:
        if _WINDOWS:  # one that is being written is open, and stays by that; so it must not be opened here
            _remove(part)
            continue
        with suppress(OSError), part.open("rb") as file:
            _lock(file, wait=False)
            _remove(part)


def _begun(path: Path) -> BinaryIO:
    """Return a new file beside ``path``, locked, so that nobody takes it for a leftover."""
    while True:
        part = path.with_name(f"{path.name[:_STEM]}.{secrets.token_hex(4)}.part")
        file = part.open("xb")
        with suppress(OSError):  # a file system without locks
            _lock(file, wait=True)  # somebody may be looking whether it is one
        if _WINDOWS or os.fstat(file.fileno()).st_nlink:
            return file
        file.close()  # it was swept away before it was locked


def _lock(file: BinaryIO, *, wait: bool) -> None:
    """Lock a file for this process, on Windows not at all: being open is enough.

    Raises OSError where another one holds it and it does not ``wait``.
    """
    try:
        import fcntl
    except ImportError:
        return
    fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)


def _remove(part: Path) -> None:
    with suppress(OSError):  # also where a file stands in the place of the folder
        part.unlink(missing_ok=True)
