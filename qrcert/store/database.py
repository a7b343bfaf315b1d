"""The file of a store: whose it is, its schema, one transaction at a time, and every error of SQLite as ours."""

from __future__ import annotations

import sqlite3
import weakref
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path, PurePath
from typing import Any

from qrcert.errors import Unreadable

FILE_NAME = "lists.db"

APPLICATION_ID = 0x71637274
"""``qcrt`` in the header of the file: SQLite's own way to say whose database this is."""

SCHEMA_VERSION = 2
"""Version 1 kept no rows and was never released, so nothing moves it up. A later version can move this one up: the
files are kept, and all else is made from them."""

BUSY_SECONDS = 20.0
"""How long an import waits for another one on the same folder."""

_SCHEMA = (
    "CREATE TABLE list (number INTEGER PRIMARY KEY, identity BLOB NOT NULL UNIQUE, file_hash BLOB NOT NULL, "
    "header BLOB NOT NULL, seal BLOB NOT NULL)",
    "CREATE TABLE file (list INTEGER PRIMARY KEY, data BLOB NOT NULL)",
    "CREATE TABLE part (list INTEGER NOT NULL, kind INTEGER NOT NULL, name BLOB NOT NULL, data BLOB NOT NULL, "
    "seal BLOB NOT NULL, PRIMARY KEY (list, kind, name)) WITHOUT ROWID",
)
_CAREFUL = (
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
    "PRAGMA synchronous = EXTRA",  # a commit is on the disk when it says so, the removal of its journal too
)


class Database:
    """An open file of lists, for single reads; it is closed when nobody holds it any more."""

    def __init__(self, folder: Path, connection: sqlite3.Connection) -> None:
        self.folder = folder
        self._connection = connection
        weakref.finalize(self, connection.close)

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Return what a SELECT finds; raise `Unreadable`."""
        with foreign_errors(self.folder, "read"):
            return self._connection.execute(statement, values).fetchall()

    def damaged(self, what: str) -> Unreadable:
        """Return the error for something in the file that no import ever wrote."""
        return Unreadable(
            f"the lists in {str(self.folder)!r} are damaged: {what}",
            hint=f"move {FILE_NAME} away and import your lists again, comparing their fingerprints",
        )


@contextmanager
def foreign_errors(folder: Path, act: str) -> Iterator[None]:
    """Turn every error of SQLite and of the file system into `Unreadable`."""
    try:
        yield
    except (sqlite3.Error, OSError, UnicodeDecodeError) as error:  # the last for a message about rotten bytes
        raise Unreadable(
            f"the lists in {str(folder)!r} cannot be {act}: {error}",
            hint="is the disk full, the folder write-protected, or the file another program's?",
        ) from error


@contextmanager
def reading(folder: Path) -> Iterator[Database | None]:
    """Give the file in ``folder`` for one transaction and for single reads after it; None where there is none.

    It is opened for writing where that is possible: only so can SQLite clear up after a crash.
    """
    path = folder / FILE_NAME
    with foreign_errors(folder, "read"):
        if not path.exists():
            yield None
            return
        connection = _connect(path, mode="rw")
        database = Database(folder, connection)
        try:
            _be_careful(connection)
            connection.execute("PRAGMA query_only = ON")
            connection.execute("BEGIN")
            yield database if _is_ours(connection, path) else None
        except BaseException:
            connection.close()
            raise
        connection.rollback()


@contextmanager
def writing(folder: Path) -> Iterator[sqlite3.Connection]:
    """Give the file in ``folder``, made where it is missing, for one transaction: done wholly or not at all."""
    path = folder / FILE_NAME
    with foreign_errors(folder, "changed"):
        folder.mkdir(parents=True, exist_ok=True)
        with closing(_connect(path, mode="rwc")) as connection:
            _be_careful(connection)
            connection.execute("BEGIN IMMEDIATE")
            if not _is_ours(connection, path):
                _make_schema(connection)
            yield connection
            connection.execute("COMMIT")


def _connect(path: Path, *, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(
        f"{_uri(path.absolute())}?mode={mode}",
        uri=True,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )


def _uri(path: PurePath) -> str:
    """Return what SQLite calls a file; of a share of Windows it wants all four slashes, and no host."""
    uri = path.as_uri()
    return uri if uri.startswith("file:///") else uri.replace("file://", "file:////", 1)


def _be_careful(connection: sqlite3.Connection) -> None:
    for statement in _CAREFUL:
        connection.execute(statement)


def _is_ours(connection: sqlite3.Connection, path: Path) -> bool:
    """Tell whether lists can be in the file: False for an empty one; raise `Unreadable` for a stranger's."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    found = connection.execute(
        "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid"
    ).fetchall()
    if not (application or version or found):
        return False
    if application != APPLICATION_ID:
        raise Unreadable(f"{str(path)!r} is a database of another program")
    if version != SCHEMA_VERSION:
        raise Unreadable(
            f"{str(path)!r} has schema {version}, expected {SCHEMA_VERSION}",
            hint="it was made by another version of qrcert: use that one, or import the lists again",
        )
    if tuple(statement for (statement,) in found) != _SCHEMA:
        raise Unreadable(
            f"{str(path)!r} was changed by another program: its tables are not those of qrcert",
            hint=f"move {FILE_NAME} away and import your lists again, comparing their fingerprints",
        )
    return True


def _make_schema(connection: sqlite3.Connection) -> None:
    for statement in _SCHEMA:
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def replace_list(
    connection: sqlite3.Connection,
    identity: bytes,
    *,
    file: bytes,
    file_hash: bytes,
    header: tuple[bytes, bytes],
    parts: Iterable[tuple[int, bytes, bytes, bytes]],
) -> None:
    """Write one authority's list in the place of an earlier one; ``header`` is its data and seal."""
    known = connection.execute("SELECT number FROM list WHERE identity = ?", (identity,)).fetchone()
    if known:
        for statement in (
            "DELETE FROM part WHERE list = ?",
            "DELETE FROM file WHERE list = ?",
            "DELETE FROM list WHERE number = ?",
        ):
            connection.execute(statement, known)
    number = connection.execute(
        "INSERT INTO list (identity, file_hash, header, seal) VALUES (?, ?, ?, ?)",
        (identity, file_hash, *header),
    ).lastrowid
    connection.executemany("INSERT INTO part VALUES (?, ?, ?, ?, ?)", ((number, *part) for part in parts))
    connection.execute("INSERT INTO file VALUES (?, ?)", (number, file))
