"""Writing the register: every change of a row together with its line in the audit, in the caller's transaction."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from hashlib import sha256
from itertools import islice
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Table, select

from qrcert.errors import RegisterError
from qrcert.register import lookup
from qrcert.register.chain import Act, Chain, state_of, subject_of
from qrcert.register.manifests import hash_of
from qrcert.register.records import Batch, Entry, NewBatch, NewEntry, Recorded, Season, Status, Tally
from qrcert.register.tables import batches, certificates, season_leaves, seasons, withdrawals

_TOLD: Final = 5  # numbers that one message lists
_WITHDRAWN: Final = 3  # the trust list's kind
_AT_ONCE: Final = 1000  # certificates in memory: more make it hardly faster
_CHANGES: Final[dict[tuple[Status, Status], str]] = {
    ("live", "withdrawn"): "withdraw",
    ("live", "void"): "void",
    ("withdrawn", "live"): "restore",
}
"""From, to: the act. ``replaced`` is reached only by ``replace``; ``void`` and ``replaced`` are final."""

_Value = TypeVar("_Value")
_ENTRY: Final = tuple(field.name for field in fields(Entry))


class Recording:
    """Certificates of one batch on their way into the register, some at a time, in one transaction.

    ``replaces`` tells by part and number whose place an entry takes.
    """

    def __init__(
        self,
        connection: Connection,
        batch: NewBatch,
        *,
        now: datetime,
        replaces: Mapping[lookup.Key, int] | None = None,
    ) -> None:
        self._connection = connection
        self._batch = batch
        self._replaces = replaces or {}
        self._chain = Chain(connection, now=now)
        self._first = self._next = lookup.next_id(connection, certificates)
        self._home: int | None = None
        self._other = 0
        self.mended = 0

    @property
    def added(self) -> int:
        """How many certificates are new."""
        return self._next - self._first

    def take(self, entries: Sequence[NewEntry]) -> list[Entry]:
        """Store what is not there yet, and return everything as it stands now, in the order given."""
        keys = [(entry.part, entry.number) for entry in entries]
        if twice := [number for (_, number), times in Counter(keys).items() if times > 1]:
            raise _twice(twice[0])
        standing = lookup.live(self._connection, self._batch.form, keys)
        for old in standing.values():
            if old.id >= self._first:
                raise _twice(old.number)
        _refuse_other_contents(entries, standing)
        fresh = []
        for key, new in zip(keys, entries, strict=True):
            if key in standing:
                self._other = self._other or standing[key].batch
                standing[key] = self._mend(standing[key], new)
            else:
                fresh.append(new)
        self._insert(fresh, standing)
        return [standing[key] for key in keys]

    def close(self) -> Batch:
        """Sum the batch up and return it."""
        if self._home is None:
            return lookup.batch(self._connection, self._other)
        found = lookup.batch(self._connection, self._home)
        manifest = hash_of(self._connection, found)
        values = {"count": found.count + self.added, "manifest": manifest}
        self._chain.add([_update(self._connection, batches, self._home, act="batch", values=values)])
        return lookup.batch(self._connection, self._home)

    def _mend(self, old: Entry, new: NewEntry) -> Entry:
        """Bring office values of an entry up to date, if they are not; what was printed stays as it is."""
        values = {"office": as_json(new.office)}
        if values["office"] == old.office:
            return old
        self.mended += 1
        self._chain.add([_update(self._connection, certificates, old.id, act="mend", values=values)])
        (mended,) = lookup.by_ids(self._connection, [old.id])
        return mended

    def _insert(self, fresh: Sequence[NewEntry], stored: dict[lookup.Key, Entry]) -> None:
        """Store new entries, and put them into ``stored``."""
        if not fresh:
            return
        for old in lookup.with_digests(self._connection, [sha256(entry.signed).digest() for entry in fresh]):
            raise RegisterError(
                f"the same certificate No. {old.number!r} was recorded before and is {old.status}",
                hint="issue it with another number or day: a withdrawal of the old one would reach it",
            )
        home = self._home = self._home or self._open_batch()
        rows, acts = [], []
        for entry in fresh:
            row = _row(self._batch, entry, self._replaces.get((entry.part, entry.number))) | {"batch": home}
            acts.append(Act("issue", subject_of(certificates, row), state_of(row), {"number": entry.number}))
            rows.append(row | {"id": self._next})
            stored[entry.part, entry.number] = Entry(*map(rows[-1].get, _ENTRY))  # type: ignore[arg-type]
            self._next += 1
        self._connection.execute(certificates.insert(), rows)
        self._chain.add(acts)

    def _open_batch(self) -> int:
        """Return the id of the batch that new entries join, made if there is none that is not done."""
        new = self._batch
        found = lookup.open_batch(self._connection, new.source_hash, new.form, new.issued)
        if found is not None:
            return found.id
        row: dict[str, Any] = {
            name: getattr(new, name) for name in ("form", "form_id", "issued", "source", "source_hash")
        }
        row |= {"id": lookup.next_id(self._connection, batches), "count": 0, "manifest": _NOTHING}
        row |= {"state": "signed", "audit_seq": self._chain.seq, "audit_head": self._chain.head}
        self._connection.execute(batches.insert().values(row))
        return int(row["id"])


_NOTHING: Final = sha256().digest()


def record(
    connection: Connection,
    batch: NewBatch,
    entries: Sequence[NewEntry],
    *,
    now: datetime,
    replaces: Mapping[lookup.Key, int] | None = None,
) -> Recorded:
    """Store what is not there yet; see ``Register.record``. ``replaces`` tells whose place an entry takes."""
    if not entries:
        raise RegisterError("no certificates to record")
    recording = Recording(connection, batch, now=now, replaces=replaces)
    stored = recording.take(entries)
    return Recorded(recording.close(), tuple(stored), recording.added, recording.mended)


def record_all(
    connection: Connection, batch: NewBatch, entries: Iterable[NewEntry], *, now: datetime
) -> Tally:
    """Store what comes, some at a time; see ``Register.record_all``."""
    recording, count = Recording(connection, batch, now=now), 0
    for some in _some(entries):
        count += len(recording.take(some))
    if not count:
        raise RegisterError("no certificates to record")
    return Tally(recording.close(), count, recording.added, recording.mended)


def change(
    connection: Connection, ids: Sequence[int], status: Status, *, day: date, reason: str, now: datetime
) -> tuple[Entry, ...]:
    """Give entries another status; those that have it already stay as they are."""
    for entry in lookup.by_ids(connection, ids):
        if entry.status == status:
            continue
        act = _CHANGES.get((entry.status, status))
        if act is None:
            raise RegisterError(f"No. {entry.number!r} is {entry.status} and cannot become {status}")
        kind = _WITHDRAWN if status == "withdrawn" else None
        values = {"status": status, "kind": kind, "changed": day, "reason": reason}
        _set_status(connection, entry.id, act, values, now=now)
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
    fresh = 0
    for entry in old:
        if entry.status == "live":
            _set_status(connection, entry.id, "replace", {"status": "replaced", **changes}, now=now)
            fresh += 1
        elif entry.status != "replaced":
            raise RegisterError(f"No. {entry.number!r} is {entry.status}: only a live one can be replaced")
    places = {(new.part, new.number): entry for entry, new in pairs}
    done = record(connection, batch, [new for _, new in pairs], replaces=places, now=now)
    for before, after in zip(old, done.entries, strict=True):
        if after.replaces != before.id or done.added != fresh:  # a second successor for one of them
            raise RegisterError(f"No. {before.number!r} was already replaced, and not by this certificate")
    return done


def finish(
    connection: Connection, batch: int, *, drawn: Collection[int] | None = None, now: datetime
) -> Batch:
    """Mark a batch done, if it is not and every live entry of it is among those ``drawn``."""
    if drawn is not None and not set(lookup.live_ids(connection, batch)) <= set(drawn):
        return lookup.batch(connection, batch)
    if lookup.batch(connection, batch).state != "done":
        act = _update(connection, batches, batch, act="finish", values={"state": "done"})
        Chain(connection, now=now).add([act])
    return lookup.batch(connection, batch)


def note(connection: Connection, act: str, entry: int, *, detail: str, now: datetime) -> None:
    """Write an act into the audit that changes no row."""
    (found,) = lookup.by_ids(connection, [entry])
    details = {"number": found.number} | ({"detail": detail} if detail else {})
    subject = subject_of(certificates, {"digest": found.digest})
    Chain(connection, now=now).add([Act(act, subject, "", details)])


def note_restored(connection: Connection, *, detail: Mapping[str, object], now: datetime) -> None:
    """Write into the audit that the register was brought back from a backup, and what was there before."""
    Chain(connection, now=now).add([Act("restored", lookup.REGISTER, "", detail)])


def hand_in(
    connection: Connection, kid: bytes, *, first: date, last: date, day: date, now: datetime
) -> tuple[Season, list[bytes]]:
    """Keep which certificates are handed in to close a season; see ``Register.hand_in``."""
    found = lookup.leaves(connection, kid, first, last)
    if not found:
        raise RegisterError(f"no certificate was issued from {first} until {last} with this key")
    digests = list(found)
    row: dict[str, Any] = {"kid": kid, "first": first, "last": last, "day": day, "count": len(found)}
    row["leaves"] = sha256(b"".join(digests)).digest()
    for season in lookup.all_seasons(connection):
        if all(getattr(season, name) == row[name] for name in ("kid", "first", "last", "leaves")):
            return season, digests
    row["id"] = number = lookup.next_id(connection, seasons)
    connection.execute(seasons.insert().values(row))
    for some in _some(found.values()):
        connection.execute(
            season_leaves.insert(), [{"season": number, "certificate": one} for one in sorted(some)]
        )
    act = Act("season", subject_of(seasons, row), state_of(row), {"count": len(found), "kid": kid.hex()})
    Chain(connection, now=now).add([act])
    return lookup.all_seasons(connection)[-1], digests


def as_json(value: Mapping[str, object]) -> object:
    """Return ``value`` as it will come back from the database; RegisterError for what JSON cannot hold."""
    if all(type(name) is type(one) is str for name, one in value.items()):
        return dict(value)  # almost always
    try:
        return json.loads(json.dumps(value, allow_nan=False))
    except (TypeError, ValueError, RecursionError) as error:
        raise RegisterError(f"the register can only hold what JSON can: {error}") from error


def _some(values: Iterable[_Value]) -> Iterator[list[_Value]]:
    rest = iter(values)
    while some := list(islice(rest, _AT_ONCE)):
        yield some


def _twice(number: str) -> RegisterError:
    return RegisterError(f"No. {number!r} stands twice among the certificates to record")


def _refuse_other_contents(entries: Sequence[NewEntry], standing: Mapping[lookup.Key, Entry]) -> None:
    taken = [
        old
        for new in entries
        if (old := standing.get((new.part, new.number))) and old.contents != sha256(new.payload).digest()
    ]
    if taken:
        told = ", ".join(f"{old.number!r} ({old.holder}, {old.issued})" for old in taken[:_TOLD])
        more = f" and {len(taken) - _TOLD} more" if len(taken) > _TOLD else ""
        raise RegisterError(
            f"already issued with other contents: No. {told}{more}; nothing was recorded",
            hint="replace or void: qrcert replace NUMBER, or qrcert void NUMBER if it was never handed out",
        )


def _row(batch: NewBatch, entry: NewEntry, replaced: int | None) -> dict[str, object]:
    return {
        "form": batch.form,
        "form_id": batch.form_id,
        "part": entry.part,
        "number": entry.number,
        "issued": entry.issued,
        "signed": entry.signed,
        "digest": sha256(entry.signed).digest(),
        "contents": sha256(entry.payload).digest(),
        "kid": entry.kid,
        "holder": entry.holder,
        "holder_key": lookup.holder_key(entry.holder),
        "status": "live",
        "reason": "",
        "replaces": replaced,
        "position": entry.position,
        "office": as_json(entry.office),
        "printed": as_json(entry.printed),
    }


def _set_status(
    connection: Connection, entry: int, act: str, values: Mapping[str, object], *, now: datetime
) -> None:
    """Give a certificate another status, and keep in the list of withdrawals when and why."""
    changed = _update(connection, certificates, entry, act=act, values=values)
    row = {"id": lookup.next_id(connection, withdrawals), "certificate": entry, "status": values["status"]}
    row |= {"kind": values["kind"], "day": values["changed"], "reason": values["reason"]}
    connection.execute(withdrawals.insert().values(row))
    listed = Act(act, subject_of(withdrawals, row), state_of(row), changed.detail)
    Chain(connection, now=now).add([changed, listed])


def _update(connection: Connection, table: Table, row: int, *, act: str, values: Mapping[str, object]) -> Act:
    connection.execute(table.update().where(table.c.id == row).values(values))
    changed = dict(connection.execute(select(table).where(table.c.id == row)).mappings().one())
    told = {"number", "source"} | (values.keys() & {"count", "status", "kind", "reason"})
    detail = {name: changed[name] for name in told & changed.keys()}
    return Act(act, subject_of(table, changed), state_of(changed), detail)
