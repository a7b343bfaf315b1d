"""`Store`: the lists in a folder, and what may be imported over them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Literal

from qrcert import wire
from qrcert.errors import TrustListError, Unreadable
from qrcert.store.database import Database, reading, replace_list, writing
from qrcert.store.rows import Kind, Row, header_data, rows_of, seal
from qrcert.store.stored import LIST_COLUMNS, StoredList
from qrcert.trust import Delta, Succession, TrustList, compare
from qrcert.trust.layout import collector_at_rest

Confirm = Callable[[TrustList, tuple[str, ...]], bool]
"""Asks a person about a list, with what went back in it (nothing at a first import); True: take it."""

Imported = Literal["imported", "same"]


class Store:
    """The lists in ``folder``; nothing is made there before the first import, and reading never writes.

    Every method raises `Unreadable` where the folder or its file cannot be used.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def lists(self) -> tuple[StoredList, ...]:
        """Return all lists, in order of their identities, opened but not read whole."""
        with reading(self._folder) as database:
            if database is None:
                return ()
            rows = database.rows(f"SELECT {LIST_COLUMNS} FROM list ORDER BY identity")  # noqa: S608
            return tuple([StoredList(database, row) for row in rows])

    def export(self, identity: bytes) -> bytes:
        """Return the bytes of the file of one authority's list, as they were imported."""
        for one in self.lists():
            if one.identity == identity:
                return one.file
        raise Unreadable(f"no list of the authority {identity.hex()} is stored in {str(self._folder)!r}")

    def import_list(
        self, data: bytes, *, on: date, confirm: Confirm | None = None, fingerprint: str | None = None
    ) -> Imported:
        """Take the list in ``data`` if the import rules allow it, in one transaction.

        ``on`` is the day of import. A first import, and a repair after a theft, need a person: ``confirm`` is
        asked, or ``fingerprint`` (hex, blanks and colons do not count) names the newest root. For a known
        authority a fingerprint may also be that of an earlier root of the same chain. Raises `TrustListError` of
        the list itself, of `qrcert.trust.compare`, or ``unknown_authority`` and ``wrong_fingerprint``.
        """
        new = TrustList.from_bytes(data)
        with collector_at_rest():
            rows = tuple(rows_of(new))
        while True:
            before, succession = self._compare(new, rows)
            _permit(new, succession, confirm, fingerprint)
            if succession.kind == "same":
                return "same"
            if self._replace(before, new, data, rows, on):
                return "imported"

    def undelta(self, data: bytes) -> bytes:
        """Return the file that the delta in ``data`` makes of a list stored here, for `import_list`.

        Raises what `Delta` raises; ``wrong_base`` where the file that it begins from is not stored here.
        """
        delta = Delta.from_bytes(data)
        lists = self.lists()
        for one in lists:
            if one.file_hash == delta.base:
                return delta.apply(one.file)
        for one in lists:
            if one.file_hash == delta.result:
                return one.file
        raise TrustListError(
            "wrong_base",
            "the delta begins from a list that is not stored here",
            hint="take the whole list in its place",
        )

    def _compare(self, new: TrustList, rows: Sequence[Row]) -> tuple[bytes | None, Succession]:
        """Return the hash of the file that is stored of this authority, and what importing ``new`` over it is."""
        with reading(self._folder) as database:
            stored = None if database is None else _find(database, new.identity)
            if stored is None:
                return None, compare(None, new)
            keys = {row.name: row.data for row in rows if row.kind == Kind.KEYS}
            return stored.file_hash, compare(stored, new, pins=stored.pins(keys))

    def _replace(
        self, before: bytes | None, new: TrustList, data: bytes, rows: Sequence[Row], on: date
    ) -> bool:
        """Write the list unless another import came in since ``before`` was read; tell whether it was written."""
        file_hash = sha256(data).digest()
        header = header_data(new, wire.to_day(on))
        with writing(self._folder) as connection:
            found = connection.execute(
                "SELECT file_hash FROM list WHERE identity = ?", (new.identity,)
            ).fetchone()
            if (found and found[0]) != before:
                return False
            replace_list(
                connection,
                new.identity,
                file=data,
                file_hash=file_hash,
                header=(header, seal(file_hash, Kind.HEADER, new.identity, header)),
                parts=((*row, seal(file_hash, *row)) for row in rows),
            )
        return True


def _find(database: Database, identity: bytes) -> StoredList | None:
    rows = database.rows(f"SELECT {LIST_COLUMNS} FROM list WHERE identity = ?", identity)  # noqa: S608
    return StoredList(database, rows[0]) if rows else None


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
