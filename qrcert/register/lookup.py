"""Reading the register: rows of the database as entries, batches, seasons, and what happened to them."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import (
    Connection,
    Select,
    Table,
    TextClause,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    select,
    text,
    true,
)

from qrcert.errors import RegisterError
from qrcert.register.records import Batch, Entry, Event, Query, Season
from qrcert.register.tables import audit, batches, certificates, seasons

_Value = TypeVar("_Value")

Key = tuple[int, str]
"""Part and number."""

REGISTER = "register"
"""The subject of audit rows about the register itself."""

_CHUNK = 400  # values, or pairs of values, in one statement: older SQLite takes 999 parameters
_PAGE = 1000  # entries in memory at a time
_ENTRY = [field.name for field in fields(Entry)]
_BATCH = [field.name for field in fields(Batch)]
_SEASON = [field.name for field in fields(Season)]
_COLUMNS = [certificates.c[name] for name in _ENTRY]

# Written into the statement, not given with it: only so both databases see that the index of live rows will do.
_LIVE = certificates.c.status == literal_column("'live'")
_EVERY = select(*_COLUMNS).order_by(certificates.c.id)
_LIVE_ONE = select(*_COLUMNS).where(
    _LIVE
    & (certificates.c.form == bindparam("of_form"))
    & (certificates.c.part == bindparam("of_part"))
    & (certificates.c.number == bindparam("of_number"))
)
_LATER = audit.c.act != literal_column("'issue'")


def holder_key(name: str) -> str:
    """Return a name as it is searched: composed, without case, Е for Ё."""
    return unicodedata.normalize("NFC", name).casefold().replace("ё", "е")


def by_ids(connection: Connection, ids: Sequence[int]) -> list[Entry]:
    """Return the entries with these ids, in their order; RegisterError if one is not there."""
    found: dict[int, Entry] = {}
    for some in chunks(ids):
        found |= {entry.id: entry for entry in _entries(connection, certificates.c.id.in_(some))}
    if missing := [wanted for wanted in ids if wanted not in found]:
        raise RegisterError(f"no entry {missing[0]} in the register")
    return [found[wanted] for wanted in ids]


def live(connection: Connection, form: bytes, keys: Sequence[Key]) -> dict[Key, Entry]:
    """Return the live entries among ``keys`` of a form, in the order of ``keys``."""
    found: dict[Key, Entry] = {}
    for some in chunks(keys):
        asked: dict[str, object] = {"form": form}
        for place, (part, number) in enumerate(some):
            asked |= {f"part{place}": part, f"number{place}": number}
        ids = [
            one for one in connection.execute(_live_of_each(len(some)), asked).scalars() if one is not None
        ]
        for entry in _entries(connection, certificates.c.id.in_(ids)) if ids else ():
            found[entry.part, entry.number] = entry
    return {key: found[key] for key in keys if key in found}


@lru_cache(maxsize=8)
def _live_of_each(count: int) -> TextClause:
    """Return the statement for the ids of ``count`` keys, null where nothing is live.

    Each key is a question of its own within it: given a list, PostgreSQL, which has no statistics of what is just
    being recorded, reads the whole form for every few hundred numbers. As a text it is composed once.
    """
    keys = ", ".join(f"(:part{place}, :number{place})" for place in range(count))
    one = (
        "SELECT id FROM certificates WHERE status = 'live' AND form = :form"
        " AND part = wanted.part AND number = wanted.number"
    )
    return text(f"WITH wanted(part, number) AS (VALUES {keys}) SELECT ({one}) FROM wanted")  # noqa: S608, no foreign text


def live_one(connection: Connection, form: bytes, part: int, number: str) -> Entry | None:
    """Return the live entry of a form, part and number: as `live`, and three times as fast for one."""
    row = connection.execute(_LIVE_ONE, {"of_form": form, "of_part": part, "of_number": number}).first()
    return None if row is None else Entry(*row)


def with_digests(connection: Connection, wanted: Sequence[bytes]) -> list[Entry]:
    """Return the entries, live or not, whose signed bytes have these digests."""
    return [
        entry for some in chunks(wanted) for entry in _entries(connection, certificates.c.digest.in_(some))
    ]


def search(connection: Connection, query: Query, *, limit: int | None) -> tuple[Entry, ...]:
    """Return the entries that fit, in the order of recording."""
    return tuple(_entries(connection, _fits(query), limit=limit))


def page(connection: Connection, query: Query, *, after: int) -> list[Entry]:
    """Return the next entries that fit, whose ids are greater than ``after``; empty at the end."""
    return list(_entries(connection, _fits(query) & (certificates.c.id > after), limit=_PAGE))


def count(connection: Connection, query: Query) -> int:
    """Return how many entries fit."""
    return connection.execute(select(func.count()).select_from(certificates).where(_fits(query))).scalar_one()


def forms(connection: Connection, query: Query) -> list[bytes]:
    """Return the hashes of the forms of the entries that fit, ascending."""
    return sorted(connection.execute(select(certificates.c.form).where(_fits(query)).distinct()).scalars())


def successors(connection: Connection, ids: Sequence[int]) -> dict[int, Entry]:
    """Return by the id of a replaced entry the one that took its place."""
    found: dict[int, Entry] = {}
    for some in chunks(ids):
        for entry in _entries(connection, certificates.c.replaces.in_(some)):
            assert entry.replaces is not None
            found[entry.replaces] = entry
    return found


def history(connection: Connection, entry: Entry) -> tuple[Event, ...]:
    """Return what was done to a certificate, as the audit has it, from its recording on."""
    grown = [event for event in _later(connection, f"batch {entry.batch}") if event.act == "batch"]
    rank = 0
    if len(grown) > 1:  # others joined the batch later: its size tells when this one was there
        before = (certificates.c.batch == entry.batch) & (certificates.c.id <= entry.id)
        rank = connection.execute(select(func.count()).select_from(certificates).where(before)).scalar_one()
    reached = next((event for event in grown if _counted(event) >= rank), None)
    issue = [Event(reached.at, "issue", {"batch": entry.batch})] if reached else []
    return (*issue, *_later(connection, f"certificate {entry.digest.hex()}"))


def restorations(connection: Connection) -> tuple[Event, ...]:
    """Return when the register was brought back from a backup, in order."""
    return tuple(_later(connection, REGISTER))


def _counted(event: Event) -> int:
    count = event.detail.get("count")
    return count if isinstance(count, int) else 0


def _later(connection: Connection, subject: str) -> list[Event]:
    query = select(audit.c.at, audit.c.act, audit.c.detail).where((audit.c.subject == subject) & _LATER)
    return [
        Event(datetime.fromisoformat(row.at), row.act, json.loads(row.detail or "{}"))
        for row in connection.execute(query.order_by(audit.c.seq))
    ]


def leaves(connection: Connection, kid: bytes, first: date, last: date) -> dict[bytes, int]:
    """Return the ids, by digest in ascending order, of what a key signed in these days, without the void ones."""
    fits = (certificates.c.kid == kid) & certificates.c.issued.between(first, last)
    query = select(certificates.c.digest, certificates.c.id).where(fits & (certificates.c.status != "void"))
    return dict(sorted((row.digest, row.id) for row in connection.execute(query)))


def live_ids(connection: Connection, wanted: int) -> Sequence[int]:
    """Return the ids of what is live of a batch."""
    return (
        connection.execute(select(certificates.c.id).where((certificates.c.batch == wanted) & _LIVE))
        .scalars()
        .all()
    )


def batch(connection: Connection, wanted: int) -> Batch:
    """Return a batch by id; RegisterError if it is not there."""
    found = _first_batch(connection, select(batches).where(batches.c.id == wanted))
    if found is None:
        raise RegisterError(f"no batch {wanted} in the register")
    return found


def all_batches(connection: Connection) -> tuple[Batch, ...]:
    """Return every batch in the order of recording."""
    return tuple(_batch(row) for row in connection.execute(select(batches).order_by(batches.c.id)).mappings())


def unfinished(connection: Connection) -> tuple[Batch, ...]:
    """Return the batches that are signed and not done, in the order of recording."""
    query = select(batches).where(batches.c.state == "signed").order_by(batches.c.id)
    return tuple(_batch(row) for row in connection.execute(query).mappings())


def all_seasons(connection: Connection) -> tuple[Season, ...]:
    """Return every season that was handed in, in order."""
    rows = connection.execute(select(seasons).order_by(seasons.c.id)).mappings()
    return tuple(Season(**{name: row[name] for name in _SEASON}) for row in rows)


def batch_of_source(connection: Connection, source_hash: bytes, form: bytes) -> Batch | None:
    """Return the newest batch of a class list and form in which a certificate is live."""
    alive = exists().where((certificates.c.batch == batches.c.id) & _LIVE)
    return _first_batch(connection, _of_source(source_hash, form).where(alive))


def open_batch(connection: Connection, source_hash: bytes, form: bytes, issued: date) -> Batch | None:
    """Return the newest batch of a class list, form and day that is not done."""
    unfinished = (batches.c.issued == issued) & (batches.c.state == "signed")
    return _first_batch(connection, _of_source(source_hash, form).where(unfinished))


def next_id(connection: Connection, table: Table) -> int:
    """Return the id of the next row of a table: without gaps, which no sequence of a server promises."""
    return (connection.execute(select(func.max(table.c.id))).scalar() or 0) + 1


def chunks(values: Sequence[_Value]) -> Iterator[Sequence[_Value]]:
    """Yield ``values`` in pieces that one statement takes."""
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]


def _fits(query: Query) -> Any:
    """Return the condition of a query."""
    parts = []
    for held, value in (
        (certificates.c.number, query.number),
        (certificates.c.form, query.form),
        (certificates.c.form_id, query.form_id),
        (certificates.c.status, query.status),
        (certificates.c.batch, query.batch),
        (certificates.c.digest, query.digest),
    ):
        if value is not None:
            parts.append(held == value)
    if query.year is not None:
        parts.append(certificates.c.issued.between(date(query.year, 1, 1), date(query.year, 12, 31)))
    for word in holder_key(query.holder or "").split():
        parts.append(certificates.c.holder_key.contains(word, autoescape=True))
    return and_(true(), *parts)


def _of_source(source_hash: bytes, form: bytes) -> Select[Any]:
    return select(batches).where((batches.c.source_hash == source_hash) & (batches.c.form == form))


def _first_batch(connection: Connection, query: Select[Any]) -> Batch | None:
    row = connection.execute(query.order_by(batches.c.id.desc()).limit(1)).mappings().first()
    return None if row is None else _batch(row)


def _entries(connection: Connection, fits: Any, *, limit: int | None = None) -> Iterator[Entry]:
    query = _EVERY.where(fits).limit(limit)
    for row in connection.execute(query):
        yield Entry(*row)


def _batch(row: Mapping[Any, Any]) -> Batch:
    return Batch(**{name: row[name] for name in _BATCH})
