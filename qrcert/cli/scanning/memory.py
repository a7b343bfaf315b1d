"""Which camera was used last: a small file beside the verifier's lists."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from qrcert.errors import QrcertError
from qrcert.files import read_file, write_file

FILE_NAME: Final = "scan.json"
_LIMIT: Final = 4096


def last_camera(home: Path) -> int | None:
    """Return the number of the camera used last, or None where none is remembered."""
    try:
        said = json.loads(read_file(home / FILE_NAME, limit=_LIMIT))
        number = said["camera"]
    except (QrcertError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return number if type(number) is int and number >= 0 else None


def remember_camera(home: Path, number: int) -> None:
    """Remember a camera; a folder that cannot be written is no reason not to scan."""
    if last_camera(home) == number:
        return
    try:
        write_file(home / FILE_NAME, json.dumps({"camera": number}).encode() + b"\n", parents=True)
    except QrcertError:
        return
