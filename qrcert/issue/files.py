"""Writing results: each file is there whole or not at all."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from qrcert.errors import Refused


def write_file(path: Path, data: bytes) -> Path:
    """Write ``data`` to ``path`` through a file beside it, flushed to the disk, and return the path.

    Raises `Refused` if the disk is full or the folder cannot be written; then nothing stands at ``path``.
    """
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        raise Refused(
            f"cannot write {str(path)!r}: {error.strerror}", hint="is the disk full, or the folder read-only?"
        ) from error
    return path
