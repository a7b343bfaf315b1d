"""Writing the register: every change of a row together with its line in the audit, in the caller's transaction."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import Connection, Table, select

from qrcert.errors import RegisterError
from qrcert.register import lookup
from qrcert.register.chain import Act, append, state_of, subject_of
from qrcert.register.records import Batch, Entry, NewBatch, NewEntry, Recorded, Status
from qrcert.register.tables import batches, certificates

_TOLD = 5  # numbers that one message lists
_WITHDRAWN = 3  # the trust list's kind
_CHANGES: dict[tuple[Status, Status], str] = {
    ("live", "withdrawn"): "withdraw",
    ("live", "void"): "void",
    ("withdrawn", "live"): "restore",
}
"""From, to: the act. ``replaced`` is reached only by ``replace``; ``void`` and ``replaced`` are final."""


def record(
    connection: Connection,
    batch: NewBatch,
    entries: Sequence[NewEntry],
    *,
    now: datetime,
    replaces: Mapping[lookup.Key, int] | None = None,
) -> Recorded:
    """Store what is not there yet; see ``Register.record``. ``replaces`` tells whose place an entry takes."""
    keys = [(entry.part, entry.number) for entry in entries]
    if not entries:
        raise RegisterError("no certificates to record")
    if twice := [number for (_, number), times in Counter(keys).items() if times > 1]:
        raise RegisterError(f"No. {twice[0]!r} stands twice among the certificates to record")
    standing = lookup.live(connection, batch.form, keys)
    _refuse_other_contents(entries, standing)
    fresh = [entry for entry in entries if (entry.part, entry.number) not in standing]
    acts = [
        act
        for new in entries
        if (old := standing.get((new.part, new.number))) and (act := _mend(connection, old, new))
    ]
    mended = len(acts)
    home = next(iter(standing.values())).batch if standing else 0
    if fresh:
        home, more = _insert(connection, batch, fresh, replaces=replaces or {})
        acts += more
    append(connection, acts, now=now)
    stored = lookup.live(connection, batch.form, keys)
    found = lookup.batch(connection, home)
    return Recorded(found, tuple(stored[key] for key in keys), len(fresh), mended)


def change(
    connection: Connection, ids: Sequence[int], status: Status, *, day: date, reason: str, now: datetime
) -> tuple[Entry, ...]:
    """Give entries another status; those that have it already stay as they are."""
    acts = []
    for entry in lookup.by_ids(connection, ids):
        if entry.status == status:
            continue
        act = _CHANGES.get((entry.status, status))
        if act is None:
            raise RegisterError(f"No. {entry.number!r} is {entry.status} and cannot become {status}")
        kind = _WITHDRAWN if status == "withdrawn" else None
        values = {"status": status, "kind": kind, "changed": day, "reason": reason}
        acts.append(_update(connection, certificates, entry.id, act=act, values=values))
    append(connection, acts, now=now)
    return tuple(lookup.by_ids(connection, ids))


def replace(
    connection: Connection,
    batch: NewBatch,
    pairs: Sequence[tuple[int, NewEntry]],
    *,
    changes: Mapping[str, object],
    now: datetime,
) -> Recorded:
    """Put new certificates in the place of live ones, which get ``changes``; see ``Register.replace``."""
    old = lookup.by_ids(connection, [entry for entry, _ in pairs])
    values = {"status": "replaced", **changes}
    acts = []
    for entry in old:
        if entry.status == "live":
            acts.append(_update(connection, certificates, entry.id, act="replace", values=values))
        elif entry.status != "replaced":
            raise RegisterError(f"No. {entry.number!r} is {entry.status}: only a live one can be replaced")
    append(connection, acts, now=now)
    places = {(new.part, new.number): entry for entry, new in pairs}
    done = record(connection, batch, [new for _, new in pairs], replaces=places, now=now)
    for before, after in zip(old, done.entries, strict=True):
        if after.replaces != before.id or done.added != len(acts):  # a second successor for one of them
            raise RegisterError(f"No. {before.number!r} was already replaced, and not by this certificate")
    return done


def finish(connection: Connection, batch: int, *, now: datetime) -> Batch:
    """Mark a batch done, if it is not."""
    if lookup.batch(connection, batch).state != "done":
        append(
            connection, [_update(connection, batches, batch, act="finish", values={"state": "done"})], now=now
        )
    return lookup.batch(connection, batch)


def note(connection: Connection, act: str, entry: int, *, detail: str, now: datetime) -> None:
    """Write an act into the audit that changes no row."""
    (found,) = lookup.by_ids(connection, [entry])
    details = {"number": found.number} | ({"detail": detail} if detail else {})
    append(connection, [Act(act, subject_of({"digest": found.digest}), "", details)], now=now)


def _refuse_other_contents(entries: Sequence[NewEntry], standing: Mapping[lookup.Key, Entry]) -> None:
    taken = [
        old
        for new in entries
        if (old := standing.get((new.part, new.number))) and old.contents != _sha256(new.payload)
    ]
    if taken:
        told = ", ".join(f"{old.number!r} ({old.holder}, {old.issued})" for old in taken[:_TOLD])
        more = f" and {len(taken) - _TOLD} more" if len(taken) > _TOLD else ""
        raise RegisterError(
            f"already issued with other contents: No. {told}{more}; nothing was recorded",
            hint="replace or void: qrcert replace NUMBER, or qrcert void NUMBER if it was never handed out",
        )


def _insert(
    connection: Connection,
    batch: NewBatch,
    entries: Sequence[NewEntry],
    *,
    replaces: Mapping[lookup.Key, int],
) -> tuple[int, list[Act]]:
    """Store new entries and their batch; return the batch's id and the acts for the audit."""
    values = [_row(batch, entry, replaces.get((entry.part, entry.number))) for entry in entries]
    for old in lookup.with_digests(connection, [_sha256(entry.signed) for entry in entries]):
        raise RegisterError(
            f"the same certificate No. {old.number!r} was recorded before and is {old.status}",
            hint="issue it with another number or day: a withdrawal of the old one would reach it",
        )
    found = lookup.open_batch(connection, batch.source_hash, batch.form, batch.issued)
    home = found.id if found else _insert_batch(connection, batch)
    connection.execute(certificates.insert(), [value | {"batch": home} for value in values])
    acts = [
        Act("issue", subject_of(value), state_of(value | {"batch": home}), {"number": value["number"]})
        for value in values
    ]
    everything = lookup.digests_of_batch(connection, home)
    summary = {"count": len(everything), "manifest": _sha256(b"".join(everything))}
    return home, [*acts, _update(connection, batches, home, act="batch", values=summary)]


def _insert_batch(connection: Connection, batch: NewBatch) -> int:
    row = {
        "form": batch.form,
        "form_id": batch.form_id,
        "issued": batch.issued,
        "source": batch.source,
        "source_hash": batch.source_hash,
        "count": 0,
        "manifest": _sha256(b""),
        "state": "signed",
    }
    key = connection.execute(batches.insert().values(row)).inserted_primary_key
    assert key is not None
    return int(key[0])


def _row(batch: NewBatch, entry: NewEntry, replaced: int | None) -> dict[str, object]:
    return {
        "form": batch.form,
        "form_id": batch.form_id,
        "part": entry.part,
        "number": entry.number,
        "issued": entry.issued,
        "signed": entry.signed,
        "digest": _sha256(entry.signed),
        "contents": _sha256(entry.payload),
        "kid": entry.kid,
        "holder": entry.holder,
        "holder_key": lookup.holder_key(entry.holder),
        "status": "live",
        "reason": "",
        "replaces": replaced,
        "position": entry.position,
        "office": _as_json(entry.office),
        "printed": _as_json(entry.printed),
    }


def _mend(connection: Connection, old: Entry, new: NewEntry) -> Act | None:
    """Bring office and printed values of an entry up to date; None if they are."""
    values = {"office": _as_json(new.office), "printed": _as_json(new.printed)}
    if values == {"office": old.office, "printed": old.printed}:
        return None
    return _update(connection, certificates, old.id, act="mend", values=values)


def _update(connection: Connection, table: Table, row: int, *, act: str, values: Mapping[str, object]) -> Act:
    connection.execute(table.update().where(table.c.id == row).values(values))
    changed = dict(connection.execute(select(table).where(table.c.id == row)).mappings().one())
    told = {"number", "source"} | (values.keys() & {"count", "status", "kind", "reason"})
    detail = {name: changed[name] for name in told & changed.keys()}
    return Act(act, subject_of(changed), state_of(changed), detail)


def _as_json(value: Mapping[str, object]) -> object:
    """Return ``value`` as it will come back from the database."""
    try:
        return json.loads(json.dumps(value, allow_nan=False))
    except (TypeError, ValueError) as error:
        raise RegisterError(f"the register can only hold what JSON can: {error}") from error


def _sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()
