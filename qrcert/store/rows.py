"""A list as rows: an entry each, as it stands in the list, under the name that it is looked up by."""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from hashlib import blake2b
from typing import Any, NamedTuple

from qrcert import cbor
from qrcert.trust import TrustList, VerifiedList
from qrcert.trust.writing import form_item, header_item, key_item, school_item

SEAL_BYTES = 8
"""Enough for accidents; a person who can write here could make seals of any length."""

BUCKET = 8
"""Withdrawals that one row holds, more or less: a row too many costs more than an entry too many."""

NAME_BITS = 32
"""Leading bits of a withdrawal's name that can tell its row."""


class Kind(IntEnum):
    """What a row holds, and what its name is."""

    HEADER = 0  # identity, 32 bytes; it stands with the list itself
    KEY = 1  # kid
    SCHOOL = 2  # id, 8 bytes
    FORM = 3  # hash, 16 bytes
    RIGHTS = 4  # number, 8 bytes
    WITHDRAWALS = 5  # the first bits of their names, 4 bytes


class Row(NamedTuple):
    """One row: ``data`` is CBOR."""

    kind: Kind
    name: bytes
    data: bytes


def number_name(number: int) -> bytes:
    """Return the name of the row of a school or of rights."""
    return number.to_bytes(8, "big")


def bucket_name(name16: bytes, withdrawals: int) -> bytes:
    """Return the name of the row that holds a withdrawal, if it is one of a list's so many."""
    bits = (withdrawals // BUCKET).bit_length()
    return (int.from_bytes(name16[: NAME_BITS // 8], "big") >> (NAME_BITS - bits)).to_bytes(
        NAME_BITS // 8, "big"
    )


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
    for entry in sorted(said.keys, key=lambda entry: entry.kid):
        yield Row(Kind.KEY, entry.kid, cbor.encode((entry.school.id, key_item(entry))))
    for school in said.schools:
        yield Row(Kind.SCHOOL, number_name(school.id), cbor.encode(school_item(school)))
    for form in sorted(said.forms, key=lambda form: form.hash):
        yield Row(Kind.FORM, form.hash, cbor.encode(form_item(form)))
    for number, forms in sorted(said.rights.items()):
        yield Row(Kind.RIGHTS, number_name(number), cbor.encode((number, sorted(forms))))
    yield from _withdrawals(trust)


def _withdrawals(trust: TrustList) -> Iterator[Row]:
    """Yield a row for every beginning of a name, also where no withdrawal has it: so that none can get lost."""
    withdrawals = trust.contents.withdrawals
    buckets: dict[bytes, list[tuple[Any, ...]]] = {
        place.to_bytes(NAME_BITS // 8, "big"): []
        for place in range(1 << (len(withdrawals) // BUCKET).bit_length())
    }
    for name, (day, kind) in sorted(withdrawals.items()):
        buckets[bucket_name(name, len(withdrawals))].append((name, day, kind))
    for place, found in buckets.items():
        yield Row(Kind.WITHDRAWALS, place, cbor.encode(found))
