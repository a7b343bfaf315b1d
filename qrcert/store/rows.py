"""A list as rows: a few entries each, as they stand in the list, under a name that tells in which row to look.

Not a row an entry: a country's list would be a hundred thousand of them, and its import mostly their writing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import IntEnum
from hashlib import blake2b
from typing import Any, NamedTuple

from qrcert import cbor
from qrcert.trust import TrustList, VerifiedList
from qrcert.trust.writing import form_item, header_item, key_item, school_item

SEAL_BYTES = 8
"""Enough for accidents; a person who can write here could make seals of any length."""

BUCKET = 8
"""Keys, schools or withdrawals that one row holds, more or less."""

PREFIX_BYTES = 4
"""Of a kid or of a withdrawal's name: their first bits tell the row, up to all of these."""


class Kind(IntEnum):
    """What a row holds, and what its name is."""

    HEADER = 0  # identity, 32 bytes; it stands with the list itself
    KEYS = 1  # the first bits of their kids, 4 bytes
    SCHOOLS = 2  # their ids, eight to a row, 8 bytes
    FORM = 3  # hash, 16 bytes
    RIGHTS = 4  # number, 8 bytes
    WITHDRAWALS = 5  # the first bits of their names, 4 bytes


class Row(NamedTuple):
    """One row: ``data`` is CBOR."""

    kind: Kind
    name: bytes
    data: bytes


def number_name(number: int) -> bytes:
    """Return the name of the row of rights with this number."""
    return number.to_bytes(8, "big")


def school_name(number: int) -> bytes:
    """Return the name of the row that holds the school with this id, if there is one."""
    return number_name(number // BUCKET)


def bucket_name(name: bytes, count: int) -> bytes:
    """Return the name of the row that holds a key or withdrawal, if it is one of a list's so many."""
    place = int.from_bytes(name[:PREFIX_BYTES], "big") >> (8 * PREFIX_BYTES - _bits(count))
    return place.to_bytes(PREFIX_BYTES, "big")


def buckets(count: int) -> int:
    """Return over how many rows so many keys or withdrawals are spread."""
    return 1 << _bits(count)


def _bits(count: int) -> int:
    return (count // BUCKET).bit_length()


def seal(file_hash: bytes, kind: int, name: bytes, data: bytes) -> bytes:
    """Return the digest that ties a row to the file it was made from."""
    return blake2b(bytes((kind, len(name))) + name + data, key=file_hash, digest_size=SEAL_BYTES).digest()


def header_data(trust: VerifiedList, imported: int) -> bytes:
    """Return what opening a list needs, as CBOR; ``imported`` is a day since 1970-01-01."""
    return cbor.encode(
        (
            trust.root_hashes,
            trust.list_hash,
            header_item(trust.header),
            tuple(trust.counts),
            int(trust.own),
            imported,
        )
    )


def rows_of(trust: TrustList) -> Iterator[Row]:
    """Yield the rows of a list, kind by kind and by ascending names."""
    said = trust.contents
    yield from _spread(Kind.KEYS, [(entry.kid, entry.school.id, key_item(entry)) for entry in said.keys])
    schools: dict[bytes, list[Any]] = {}
    for school in said.schools:
        schools.setdefault(school_name(school.id), []).append(school_item(school))
    for name, found in schools.items():
        yield Row(Kind.SCHOOLS, name, cbor.encode(found, in_order=True))
    for form in sorted(said.forms, key=lambda form: form.hash):
        yield Row(Kind.FORM, form.hash, cbor.encode(form_item(form)))
    for number, forms in sorted(said.rights.items()):
        yield Row(Kind.RIGHTS, number_name(number), cbor.encode((number, sorted(forms))))
    withdrawals = [(name, day, kind) for name, (day, kind) in said.withdrawals.items()]
    yield from _spread(Kind.WITHDRAWALS, withdrawals)


def _spread(kind: Kind, entries: Sequence[tuple[Any, ...]]) -> Iterator[Row]:
    """Yield a row for every beginning of a name, also where no entry has it: so that none can get lost."""
    places = (place.to_bytes(PREFIX_BYTES, "big") for place in range(buckets(len(entries))))
    rows: dict[bytes, list[tuple[Any, ...]]] = {name: [] for name in places}
    for entry in sorted(entries, key=lambda entry: entry[0]):
        rows[bucket_name(entry[0], len(entries))].append(entry)
    for name, found in rows.items():
        yield Row(kind, name, cbor.encode(found, in_order=True))
