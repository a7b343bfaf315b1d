"""The audit: an append-only list of every act, in which each row's hash covers the row before it.

``hash = SHA-256(hash of the row before || canonical row)``; before the first row stand 32 zero bytes. A canonical
row is the JSON array ``[seq, at, act, subject, state, detail]`` without blanks, in UTF-8. ``state`` is the hash of
the certificate, batch, withdrawal or season as it stood after the act, so that a row changed behind the register's
back is found too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from sqlalchemy import Connection, Table, select

from qrcert.errors import RegisterError
from qrcert.register.tables import audit, batches, certificates, seasons, withdrawals

START: Final = bytes(32)
"""The hash before the first row."""

_encode = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=True, check_circular=False
).encode

_SUBJECTS: Final[Mapping[Table, str]] = {batches: "batch", withdrawals: "withdrawal", seasons: "season"}


@dataclass(frozen=True, slots=True)
class Act:
    """What was done (``act``) to what (``subject``), how it stood afterwards, and details as JSON can hold them."""

    act: str
    subject: str
    state: str = ""
    detail: Mapping[str, object] | None = None


class Chain:
    """The end of the audit, to which rows are added in the caller's transaction."""

    def __init__(self, connection: Connection, *, now: datetime) -> None:
        self._connection = connection
        self._at = _utc(now)
        self.seq, self.head = end(connection)

    def add(self, acts: Iterable[Act]) -> None:
        """Add one audit row an act."""
        rows = []
        for act in acts:
            detail = canonical(act.detail).decode() if act.detail else ""
            row = (self.seq + 1, self._at, act.act, act.subject, act.state, detail)
            self.seq, self.head = row[0], link(self.head, *row)
            rows.append(dict(zip(_COLUMNS, (*row, self.head), strict=True)))
        if rows:
            self._connection.execute(audit.insert(), rows)


_COLUMNS: Final = tuple(column.name for column in audit.columns)


def end(connection: Connection) -> tuple[int, bytes]:
    """Return the number and the hash of the last row."""
    last = connection.execute(select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1)).first()
    return (last.seq, last.hash) if last else (0, START)


def subject_of(table: Table, row: Mapping[str, object]) -> str:
    """Return the name under which a row stands in the audit: a certificate by its digest, others by their id."""
    if table is certificates:
        digest = row["digest"]
        assert isinstance(digest, bytes)
        return f"certificate {digest.hex()}"
    return f"{_SUBJECTS[table]} {row['id']}"


def state_of(row: Mapping[str, object]) -> str:
    """Return the SHA-256, in hex, of a row's filled columns but its id.

    Empty columns are left out, so that a column added later does not change the hash of older rows.
    """
    filled = {name: _plain(value) for name, value in row.items() if value is not None and name != "id"}
    return hashlib.sha256(canonical(filled)).hexdigest()


def link(before: bytes, *row: object) -> bytes:
    """Return the hash of a row, given the hash of the row before it."""
    return hashlib.sha256(before + canonical(row)).digest()


def canonical(value: object) -> bytes:
    """Return the one JSON spelling of a value; RegisterError for what JSON cannot hold."""
    try:
        return _encode(value).encode()
    except (TypeError, ValueError, RecursionError) as error:  # ValueError covers lone surrogates
        raise RegisterError(f"the register can only hold what JSON can: {error}") from error


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return value.hex()
    return value.isoformat() if isinstance(value, date) else value


def _utc(now: datetime) -> str:
    if now.tzinfo is None:
        raise RegisterError(f"the time {now.isoformat()} has no time zone")
    return now.astimezone(UTC).isoformat(timespec="seconds")
