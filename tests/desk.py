"""A school and its authority on one desk, made by command lines as people make them; tests copy it.

``authority/`` (its list is ``list.qct``), ``school/`` (may sign participation),
``pass.txt``, ``class.json``. Key files are cheap to open here, else the tests would take minutes.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time
from pathlib import Path
from typing import Any

import pytest

import school
import terminal
from qrcert.cli import screen

NOW = datetime.combine(school.NOW, time(12)).astimezone()
PASSPHRASE = "correct horse battery staple"
PUPILS = (
    {"number": "P-1", "name": "Абрамова Вера", "event": "Олимпиада", "sex": "ж"},
    {"number": "P-2", "name": "Яшин Пётр", "event": "Олимпиада", "sex": "м"},
)


@contextmanager
def at_noon() -> Iterator[None]:
    """The clock of all command lines, and key files that open at once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(screen, "now", lambda: NOW)
        patch.setattr("qrcert.signing.SCRYPT_N", 16)
        yield


def make(folder: Path) -> Path:
    """Lay the desk out."""
    with pytest.MonkeyPatch.context() as patch, at_noon():
        patch.chdir(folder)
        Path("pass.txt").write_text(f"{PASSPHRASE}\n")
        write_class("class.json", *PUPILS)
        for line in (
            "authority init authority --name Authority --where https://lists.example --passphrase-file pass.txt",
            "office init school --school School --place Town --passphrase-file pass.txt",
            "authority admit school/request.json --forms participation --yes --authority authority",
            "authority publish -o list.qct --authority authority --passphrase-file pass.txt",
        ):
            done = terminal.run(*line.split())
            assert done.status == 0, done.err
        shutil.copy("list.qct", "school/list.qct")
    return folder


def copy(master: Path, folder: Path) -> None:
    shutil.copytree(master, folder, dirs_exist_ok=True)


def write_class(name: str, *rows: dict[str, Any]) -> None:
    Path(name).write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")


def tree(folder: str = ".") -> dict[str, bytes]:
    """Every file below a folder with its contents: what must be the same after a refusal."""
    return {path.as_posix(): path.read_bytes() for path in sorted(Path(folder).rglob("*")) if path.is_file()}
