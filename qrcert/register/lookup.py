"""Reading the register: rows of the database as entries and batches."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import Connection, Select, exists, select, tuple_

from qrcert.errors import RegisterError
from qrcert.register.records import Batch, Entry, Status
from qrcert.register.tables import batches, certificates

_Value = TypeVar("_Value")

Key = tuple[int, str]
"""Part and number."""

_CHUNK = 500  # values in one IN (…): older SQLite takes 999 parameters, and a key has two
_ENTRY = [field.name for field in fields(Entry)]
_BATCH = [field.name for field in fields(Batch)]


def holder_key(name: str) -> str:
    """Return a name as it is searched: composed, without case, Е for Ё."""
    return unicodedata.normalize("NFC", name).casefold().replace("ё", "е")


def by_ids(connection: Connection, ids: Sequence[int]) -> list[Entry]:
    """Return the entries with these ids, in their order; RegisterError if one is not there."""
    found: dict[int, Entry] = {}
    for some in _chunks(ids):
        found |= {entry.id: entry for entry in _entries(connection, certificates.c.id.in_(some))}
    if missing := [wanted for wanted in ids if wanted not in found]:
        raise RegisterError(f"no entry {missing[0]} in the register")
    return [found[wanted] for wanted in ids]


def live(connection: Connection, form: bytes, keys: Sequence[Key]) -> dict[Key, Entry]:
    """Return the live entries among ``keys`` of a form."""
    found: dict[Key, Entry] = {}
    key = tuple_(certificates.c.part, certificates.c.number)
    for some in _chunks(keys):
        fits = (certificates.c.form == form) & (certificates.c.status == "live") & key.in_(some)
        found |= {(entry.part, entry.number): entry for entry in _entries(connection, fits)}
    return found


def with_digests(connection: Connection, wanted: Sequence[bytes]) -> list[Entry]:
    """Return the entries, live or not, whose signed bytes have these digests."""
    return [
        entry for some in _chunks(wanted) for entry in _entries(connection, certificates.c.digest.in_(some))
    ]


def search(
    connection: Connection,
    *,
    number: str | None,
    holder: str | None,
    form: bytes | None,
    status: Status | None,
    batch: int | None,
    digest: bytes | None,
    limit: int | None,
) -> tuple[Entry, ...]:
    """Return the entries that fit everything that is not None, in the order of recording."""
    query = select(certificates)
    for column, value in (
        (certificates.c.number, number),
        (certificates.c.form, form),
        (certificates.c.status, status),
        (certificates.c.batch, batch),
        (certificates.c.digest, digest),
    ):
        if value is not None:
            query = query.where(column == value)
    for word in holder_key(holder or "").split():
        query = query.where(certificates.c.holder_key.contains(word, autoescape=True))
    return tuple(
        _entry(row) for row in connection.execute(query.order_by(certificates.c.id).limit(limit)).mappings()
    )


def digests(connection: Connection, kid: bytes, first: date, last: date) -> list[bytes]:
    """Return the digests of what a key signed in these days, without the void ones, ascending."""
    fits = (certificates.c.kid == kid) & certificates.c.issued.between(first, last)
    query = select(certificates.c.digest).where(fits & (certificates.c.status != "void"))
    return sorted(connection.execute(query).scalars())


def batch(connection: Connection, wanted: int) -> Batch:
    """Return a batch by id; RegisterError if it is not there."""
    found = _first_batch(connection, select(batches).where(batches.c.id == wanted))
    if found is None:
        raise RegisterError(f"no batch {wanted} in the register")
    return found


def all_batches(connection: Connection) -> tuple[Batch, ...]:
    """Return every batch in the order of recording."""
    return tuple(_batch(row) for row in connection.execute(select(batches).order_by(batches.c.id)).mappings())


def batch_of_source(connection: Connection, source_hash: bytes, form: bytes) -> Batch | None:
    """Return the newest batch of a class list and form in which a certificate is live."""
    alive = exists().where((certificates.c.batch == batches.c.id) & (certificates.c.status == "live"))
    return _first_batch(connection, _of_source(source_hash, form).where(alive))


def open_batch(connection: Connection, source_hash: bytes, form: bytes, issued: date) -> Batch | None:
    """Return the newest batch of a class list, form and day that is not done."""
    unfinished = (batches.c.issued == issued) & (batches.c.state == "signed")
    return _first_batch(connection, _of_source(source_hash, form).where(unfinished))


def digests_of_batch(connection: Connection, wanted: int) -> list[bytes]:
    """Return the digests of a batch's certificates in class order, the parts of one pupil together."""
    order = (certificates.c.position, certificates.c.part, certificates.c.id)
    query = select(certificates.c.digest).where(certificates.c.batch == wanted).order_by(*order)
    return list(connection.execute(query).scalars())


def _of_source(source_hash: bytes, form: bytes) -> Select[Any]:
    return select(batches).where((batches.c.source_hash == source_hash) & (batches.c.form == form))


def _first_batch(connection: Connection, query: Select[Any]) -> Batch | None:
    row = connection.execute(query.order_by(batches.c.id.desc()).limit(1)).mappings().first()
    return None if row is None else _batch(row)


def _entries(connection: Connection, fits: Any) -> Iterator[Entry]:
    for row in connection.execute(select(certificates).where(fits)).mappings():
        yield _entry(row)


def _entry(row: Mapping[Any, Any]) -> Entry:
    return Entry(**{name: row[name] for name in _ENTRY})


def _batch(row: Mapping[Any, Any]) -> Batch:
    return Batch(**{name: row[name] for name in _BATCH})


def _chunks(values: Sequence[_Value]) -> Iterator[Sequence[_Value]]:
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]
