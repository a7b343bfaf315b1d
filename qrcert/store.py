"""The lists that a verifier trusts: one file of SQLite in a folder, one row an authority, imported atomically.

A row keeps the file's bytes as they came, and every list is checked wholly again when it is read: what stands in
the folder is never trusted more than what comes from outside. A crash at any moment leaves the old list.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from qrcert.errors import TrustListError, Unreadable
from qrcert.trust import Succession, TrustList, compare

FILE_NAME = "lists.db"

APPLICATION_ID = 0x71637274
"""``qcrt`` in the header of the file: SQLite's own way to say whose database this is."""

SCHEMA_VERSION = 1

BUSY_SECONDS = 20.0
"""How long an import waits for another one on the same folder."""

_SCHEMA = """
CREATE TABLE list (
    identity BLOB PRIMARY KEY CHECK (length(identity) = 32),
    file BLOB NOT NULL,
    fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 32),
    root_version INTEGER NOT NULL,
    version INTEGER NOT NULL,
    list_hash BLOB NOT NULL CHECK (length(list_hash) = 32),
    imported TEXT NOT NULL
)
"""

Confirm = Callable[[TrustList, tuple[str, ...]], bool]
"""Asks a person about a list, with what went back in it (nothing at a first import); True: take it."""


@dataclass(frozen=True, slots=True)
class StoredList:
    """One row: a list, the bytes of its file, and the day it was imported."""

    trust: TrustList
    file: bytes
    imported: date


class Store:
    """The lists in ``folder``; nothing is made there before the first import, and reading never writes.

    Every method raises `Unreadable` where the folder or its file cannot be used.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / FILE_NAME

    def lists(self) -> tuple[TrustList, ...]:
        """Return all lists, in order of their identities, each checked again from its bytes."""
        return tuple([row.trust for row in self.rows()])

    def rows(self) -> tuple[StoredList, ...]:
        """Return all rows, in order of the lists' identities."""
        return self._select("ORDER BY identity")

    def export(self, identity: bytes) -> bytes:
        """Return the bytes of the file of one authority's list, as they were imported."""
        for row in self._select("WHERE identity = ?", identity):
            return row.file
        raise Unreadable(f"no list of the authority {identity.hex()} is stored in {str(self._folder)!r}")

    def import_list(
        self, data: bytes, *, on: date, confirm: Confirm | None = None, fingerprint: str | None = None
    ) -> Literal["imported", "same"]:
        """Take the list in ``data`` if the import rules allow it, in one transaction.

        ``on`` is the day of import. A first import, and a repair after a theft, need a person: ``confirm`` is
        asked, or ``fingerprint`` (hex, blanks and colons do not count) names the newest root. For a known
        authority a fingerprint may also be that of an earlier root of the same chain. Raises `TrustListError` of
        the list itself, of `qrcert.trust.compare`, or ``unknown_authority`` and ``wrong_fingerprint``.
        """
        new = TrustList.from_bytes(data)
        while True:
            stored = next(iter(self._select("WHERE identity = ?", new.identity)), None)
            succession = compare(stored.trust if stored else None, new)
            _permit(new, succession, confirm, fingerprint)
            if succession.kind == "same":
                return "same"
            if self._replace(stored, new, data, on):
                return "imported"

    def _replace(self, stored: StoredList | None, new: TrustList, data: bytes, on: date) -> bool:
        """Write the row unless another import has changed it since ``stored`` was read; tell whether written."""
        with self._opened(write=True) as database:
            row = database.execute("SELECT file FROM list WHERE identity = ?", (new.identity,)).fetchone()
            if (row and row[0]) != (stored and stored.file):
                return False
            database.execute(
                "INSERT OR REPLACE INTO list VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    new.identity,
                    data,
                    new.fingerprint,
                    new.root_version,
                    new.version,
                    new.list_hash,
                    on.isoformat(),
                ),
            )
        return True

    def _select(self, condition: str, *values: bytes) -> tuple[StoredList, ...]:
        """Return the rows under a condition; none where no list was ever imported."""
        try:
            if not self._path.exists():
                return ()
        except OSError as error:
            raise self._unusable("read", error) from error
        with self._opened(write=False) as database:
            found = database.execute(f"SELECT file, imported FROM list {condition}", values).fetchall()  # noqa: S608
        return tuple([_read_row(*row) for row in found])

    @contextmanager
    def _opened(self, *, write: bool) -> Iterator[sqlite3.Connection]:
        """Give the database, for one transaction when writing; every foreign error becomes `Unreadable`.

        Also for reading the file is opened for writing where that is possible: only so can SQLite clear up
        after a crash.
        """
        try:
            if write:
                self._folder.mkdir(parents=True, exist_ok=True)
            uri = f"{self._path.absolute().as_uri()}?mode={'rwc' if write else 'rw'}"
            connection = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None)
            with closing(connection) as database:
                database.execute("PRAGMA synchronous = EXTRA")
                database.execute("BEGIN IMMEDIATE" if write else "BEGIN")
                self._check_schema(database)
                yield database
                database.execute("COMMIT")
        except (sqlite3.Error, OSError) as error:
            raise self._unusable("changed" if write else "read", error) from error

    def _unusable(self, act: str, error: Exception) -> Unreadable:
        return Unreadable(
            f"the lists in {str(self._folder)!r} cannot be {act}: {error}",
            hint="is the disk full, the folder write-protected, or the file another program's?",
        )

    def _check_schema(self, database: sqlite3.Connection) -> None:
        """Return if the database is ours and of this version; an empty one becomes it."""
        (application,) = database.execute("PRAGMA application_id").fetchone()
        (version,) = database.execute("PRAGMA user_version").fetchone()
        (tables,) = database.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if not (application or version or tables):
            database.execute(_SCHEMA)
            database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            database.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        elif application != APPLICATION_ID:
            raise Unreadable(f"{str(self._path)!r} is a database of another program")
        elif version != SCHEMA_VERSION:
            raise Unreadable(
                f"{str(self._path)!r} has schema {version}, expected {SCHEMA_VERSION}",
                hint="it was made by another version of qrcert: use that one, or import the lists again",
            )


def _permit(new: TrustList, succession: Succession, confirm: Confirm | None, fingerprint: str | None) -> None:
    """Return if nobody need be asked, or if the person or the fingerprint says yes."""
    asks = succession.kind in ("first", "repair")
    if fingerprint is not None:
        allowed = (new.fingerprint,) if asks else new.root_hashes
        if _bytes_of(fingerprint) not in allowed:
            raise TrustListError(
                "wrong_fingerprint",
                f"the list's fingerprint is {new.fingerprint.hex()}, expected {fingerprint!r}",
                hint="this list is not from whom you think, or the fingerprint was read wrongly",
            )
        return
    if asks and (confirm is None or not confirm(new, succession.lost)):
        if succession.kind == "repair":
            raise TrustListError("went_back", "; ".join(succession.lost[:3]), hint=_CONFIRM_HINT)
        raise TrustListError(
            "unknown_authority",
            "the list is from an authority that nobody has confirmed yet",
            hint=_CONFIRM_HINT,
        )


_CONFIRM_HINT = "compare the fingerprint with one that the authority gave you by another way, then confirm it"


def _bytes_of(fingerprint: str) -> bytes:
    """Return the 32 bytes that a fingerprint in hex spells, or nothing where it is no fingerprint."""
    digits = re.sub(r"[\s:-]", "", fingerprint)
    return bytes.fromhex(digits) if re.fullmatch(r"[0-9A-Fa-f]{64}", digits) else b""


def _read_row(file: object, day: object) -> StoredList:
    """Return a row, its list checked; raise `Unreadable` for values that were never written here."""
    if not isinstance(file, bytes) or not isinstance(day, str):
        raise Unreadable(
            f"a stored list of {type(file).__name__} and {type(day).__name__}, expected bytes and text"
        )
    try:
        imported = date.fromisoformat(day)
    except ValueError as error:
        raise Unreadable(f"found {day!r} as the day of an import, expected a date") from error
    return StoredList(TrustList.from_bytes(file), file, imported)
