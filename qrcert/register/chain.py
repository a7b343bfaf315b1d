"""The audit: an append-only list of every act, in which each row's hash covers the row before it.

``hash = SHA-256(hash of the row before || canonical row)``; before the first row stand 32 zero bytes. A canonical
row is the JSON array ``[seq, at, act, subject, state, detail]`` without blanks, in UTF-8. ``state`` is the hash of
the certificate or batch as it stood after the act, so that a row changed behind the register's back is found too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import Connection, select

from qrcert.errors import RegisterError
from qrcert.register.records import AuditFault, AuditReport
from qrcert.register.tables import audit, batches, certificates

_START = bytes(32)


@dataclass(frozen=True, slots=True)
class Act:
    """What was done (``act``) to what (``subject``), how it stood afterwards, and details as JSON can hold them."""

    act: str
    subject: str
    state: str = ""
    detail: Mapping[str, object] | None = None


def subject_of(row: Mapping[str, object]) -> str:
    """Return the name under which a certificate (its digest) or a batch (its id) stands in the audit."""
    digest = row.get("digest")
    return f"certificate {digest.hex()}" if isinstance(digest, bytes) else f"batch {row['id']}"


def state_of(row: Mapping[str, object]) -> str:
    """Return the SHA-256, in hex, of a row's filled columns but its id.

    Empty columns are left out, so that a column added later does not change the hash of older rows.
    """
    filled = {name: _plain(value) for name, value in row.items() if value is not None and name != "id"}
    return hashlib.sha256(_json(filled)).hexdigest()


def append(connection: Connection, acts: Iterable[Act], *, now: datetime) -> None:
    """Add one audit row an act, in the caller's transaction."""
    last = connection.execute(select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1)).first()
    end, link = (last.seq, last.hash) if last else (0, _START)
    at = _utc(now)
    rows = []
    for seq, act in enumerate(acts, end + 1):
        detail = _json(act.detail).decode() if act.detail else ""
        link = _link(link, seq, at, act.act, act.subject, act.state, detail)
        rows.append(
            {
                "seq": seq,
                "at": at,
                "act": act.act,
                "subject": act.subject,
                "state": act.state,
                "detail": detail,
                "hash": link,
            }
        )
    if rows:
        connection.execute(audit.insert(), rows)


def check(connection: Connection) -> AuditReport:
    """Walk the whole chain and compare every certificate and batch with the state it should be in."""
    link, count = _START, 0
    states: dict[str, tuple[int, str]] = {}
    faults: list[AuditFault] = []
    for row in connection.execute(select(audit).order_by(audit.c.seq)):
        if row.seq != count + 1:
            message = f"audit rows {count + 1} to {row.seq - 1} are missing"
            faults.append(AuditFault("gap", row.seq, row.subject, message))
        count = row.seq
        if row.hash != _link(link, row.seq, row.at, row.act, row.subject, row.state, row.detail):
            message = f"audit row {row.seq} ({row.act}, {row.at}) was changed, or the one before it"
            faults.append(AuditFault("altered", row.seq, row.subject, message))
        link = row.hash
        if row.state:
            states[row.subject] = (row.seq, row.state)
    faults.extend(_compare(connection, states))
    return AuditReport(count, link, tuple(faults))


def _compare(connection: Connection, states: dict[str, tuple[int, str]]) -> Iterator[AuditFault]:
    """Yield the rows that are not as the audit left them; takes what it finds out of ``states``."""
    for table in (certificates, batches):
        for row in connection.execute(select(table)).mappings():
            record = {column.name: row[column] for column in table.columns}
            subject = subject_of(record)
            name = f"the certificate No. {record['number']!r}" if table is certificates else subject
            seq, state = states.pop(subject, (None, ""))
            if seq is None:
                yield AuditFault("row_unknown", None, subject, f"{name} stands in no audit row")
            elif state != state_of(record):
                message = f"{name} is not as audit row {seq} left it"
                yield AuditFault("row_altered", seq, subject, message)
    for subject, (seq, _) in states.items():
        yield AuditFault("row_missing", seq, subject, f"{subject} of audit row {seq} is gone")


def _link(before: bytes, *row: object) -> bytes:
    return hashlib.sha256(before + _json(row)).digest()


def _json(value: object) -> bytes:
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=True)
        return text.encode()
    except (TypeError, ValueError) as error:  # ValueError covers lone surrogates
        raise RegisterError(f"the register can only hold what JSON can: {error}") from error


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return value.hex()
    return value.isoformat() if isinstance(value, date) else value


def _utc(now: datetime) -> str:
    if now.tzinfo is None:
        raise RegisterError(f"the time {now.isoformat()} has no time zone")
    return now.astimezone(UTC).isoformat(timespec="seconds")
