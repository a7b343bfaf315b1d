"""Row 151: an import that is killed, at any moment and really, leaves the old list or the new one."""

from __future__ import annotations

import subprocess
import sys
from itertools import accumulate, repeat
from pathlib import Path

import pytest

from qrcert.store import FILE_NAME, Store
from stores import fingerprint, put, stored
from trust_maker import following, good_file, world

PRELUDE = """
import os, sqlite3, sys
from datetime import date
from pathlib import Path
from qrcert.errors import TrustListError
from qrcert.store import Store

def watch(kind):
    connect = sqlite3.connect
    sqlite3.connect = lambda *args, **options: connect(*args, factory=kind, **options)
"""

DYING = """
folder, data, moment, fingerprint = sys.argv[1:]

class Dying(sqlite3.Connection):
    def execute(self, statement, *values):
        if statement.strip().startswith(moment):
            os._exit(9)
        return super().execute(statement, *values)
    def executemany(self, statement, values):
        super().executemany(statement, values)
        if moment == "the rows are in":
            os._exit(9)

watch(Dying)
Store(Path(folder)).import_list(Path(data).read_bytes(), on=date(2026, 6, 1), fingerprint=fingerprint)
"""


def crash(folder: Path, data: bytes, moment: str) -> int:
    """Import in another process that dies without a word at a statement; return how it ended."""
    path = folder / "list.qct"
    path.write_bytes(data)
    argv = [
        sys.executable,
        "-c",
        PRELUDE + DYING,
        str(folder / "lists"),
        str(path),
        moment,
        fingerprint(data),
    ]
    return subprocess.run(argv, check=False).returncode


@pytest.mark.parametrize("moment", ["CREATE", "PRAGMA user_version =", "INSERT", "the rows are in", "COMMIT"])
def test_row_151_a_crash_in_the_first_import_leaves_an_empty_store(moment: str, tmp_path: Path) -> None:
    assert crash(tmp_path, good_file(), moment) == 9
    store = Store(tmp_path / "lists")
    assert store.lists() == ()
    assert put(store, good_file(), fingerprint=fingerprint(good_file())) == "imported"


@pytest.mark.parametrize("moment", ["BEGIN IMMEDIATE", "DELETE", "INSERT", "the rows are in", "COMMIT"])
def test_row_151_a_crash_in_an_import_leaves_the_old_list(moment: str, tmp_path: Path) -> None:
    """The new list is larger than SQLite's cache: part of it is in the file already when the process dies."""
    before = world()
    store = stored(Store(tmp_path / "lists"), before)
    many = [[b"\xff" * 65_000 + bytes([number]), {}] for number in range(64)]
    after = following(before, lambda body: body[7].extend(many)).file()
    assert crash(tmp_path, after, moment) == 9
    if moment in ("the rows are in", "COMMIT"):
        assert (tmp_path / "lists" / f"{FILE_NAME}-journal").stat().st_size > 0
        assert (tmp_path / "lists" / FILE_NAME).stat().st_size > 1_000_000
    assert store.lists()[0].version == 7
    assert put(store, after) == "imported"
    assert store.lists()[0].version == 8


TICKING = """
folder, fingerprint, *files = sys.argv[1:]

class Ticking(sqlite3.Connection):
    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.set_progress_handler(lambda: os.write(1, b".") and None, 10)

watch(Ticking)
for file in files:
    try:
        Store(Path(folder)).import_list(Path(file).read_bytes(), on=date(2026, 6, 1), fingerprint=fingerprint)
    except TrustListError as error:
        assert error.code == "older"
    os.write(1, b"!")
"""


def test_a_process_killed_again_and_again_never_loses_what_it_had(tmp_path: Path) -> None:
    """Twelve lists, each next after the other: the process works on them, tells of every step, and is killed."""
    worlds = accumulate(repeat(None, 11), lambda before, _: following(before), initial=world())
    files = []
    for made in worlds:
        files.append(tmp_path / f"{made.body[3]}.qct")
        files[-1].write_bytes(made.file())
    argv = [sys.executable, "-c", PRELUDE + TICKING, str(tmp_path / "lists"), fingerprint(good_file())]
    store, had, killed = Store(tmp_path / "lists"), 0, 0
    for patience in (1, 7, 40, 90, 170, 290, 400, 555, 700, 900):
        with subprocess.Popen([*argv, *map(str, files)], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            told = b""
            while told.count(b".") < patience and (tick := process.stdout.read(1)):
                told += tick
            process.kill()
            told += process.stdout.read()
        killed += process.returncode == -9
        had = max(had, 6 + told.count(b"!"))
        for trust in store.lists():
            trust.check()
            assert trust.version >= had
            had = trust.version
    assert killed >= 5
    assert had > 7
