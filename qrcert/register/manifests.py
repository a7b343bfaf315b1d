"""The manifest of a batch: a small document that binds its certificates to the history they were issued in.

It names the form, the day, the class list, the keys, the end of the audit on which the batch stands, and the digest
of each certificate in class order. Kept elsewhere than the register, it shows later whether the history was cut or
written anew. Only what was recorded stands in it, so the same batch always gives the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Connection, select

from qrcert.errors import RegisterError
from qrcert.register.records import Batch
from qrcert.register.tables import certificates

WHAT: Final = "qrcert batch manifest 1"

_AT_ONCE: Final = 2000  # digests in memory

MAX_BYTES: Final = 64 << 20
"""Bytes of a manifest that is read: those of nearly a million certificates."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest as read: ``audit_seq`` and ``audit_head`` are the end of the audit on which the batch stands."""

    what: str
    form: bytes
    form_id: str
    issued: date
    kids: tuple[bytes, ...]
    source: str
    source_hash: bytes
    audit_seq: int
    audit_head: bytes
    certificates: tuple[bytes, ...]


def document_of(connection: Connection, batch: Batch) -> bytes:
    """Return the manifest of a batch as its rows give it now, in UTF-8; a line for each certificate."""
    return b"".join(_pieces(connection, batch))


def hash_of(connection: Connection, batch: Batch) -> bytes:
    """Return the SHA-256 of the manifest of a batch as its rows give it now, without holding it in memory."""
    summed = sha256()
    for piece in _pieces(connection, batch):
        summed.update(piece)
    return summed.digest()


def _pieces(connection: Connection, batch: Batch) -> Iterator[bytes]:
    kids = select(certificates.c.kid).where(certificates.c.batch == batch.id).distinct()
    head = {
        "what": WHAT,
        "form": batch.form.hex(),
        "form_id": batch.form_id,
        "issued": batch.issued.isoformat(),
        "keys": sorted(kid.hex() for kid in connection.execute(kids).scalars()),
        "source": batch.source,
        "source_sha256": batch.source_hash.hex(),
        "audit": {"row": batch.audit_seq, "head": (batch.audit_head or b"").hex()},
    }
    written = json.dumps(head, ensure_ascii=False, indent=1).removesuffix("\n}")
    yield f'{written},\n "certificates": ['.encode()
    between = ""
    for digest in _digests(connection, batch.id):
        yield f'{between}\n  "{digest.hex()}"'.encode()
        between = ","
    yield b"\n ]\n}\n"


def digests_of_batch(connection: Connection, wanted: int) -> list[bytes]:
    """Return the digests of a batch's certificates in class order, the parts of one pupil together."""
    return list(_digests(connection, wanted))


def _digests(connection: Connection, wanted: int) -> Iterator[bytes]:
    order = (certificates.c.position, certificates.c.part, certificates.c.id)
    query = select(certificates.c.digest).where(certificates.c.batch == wanted).order_by(*order)
    return iter(connection.execute(query.execution_options(yield_per=_AT_ONCE)).scalars())


def read_manifest(data: bytes) -> Manifest:
    """Return what a manifest says; raises RegisterError for bytes that are none."""
    try:
        told = json.loads(data)
        return Manifest(
            what=_what(told["what"]),
            form=bytes.fromhex(told["form"]),
            form_id=str(told["form_id"]),
            issued=date.fromisoformat(told["issued"]),
            kids=_all_hex(told["keys"]),
            source=str(told["source"]),
            source_hash=bytes.fromhex(told["source_sha256"]),
            audit_seq=_row(told["audit"]["row"]),
            audit_head=bytes.fromhex(told["audit"]["head"]),
            certificates=_all_hex(told["certificates"]),
        )
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        said = f"{error} is missing" if isinstance(error, KeyError) else error
        raise RegisterError(f"this is no manifest of a batch: {said}") from error


def _what(said: Any) -> str:
    if said != WHAT:
        raise ValueError(f"it says it is {said!r}")
    return WHAT


def _all_hex(texts: Sequence[Any]) -> tuple[bytes, ...]:
    return tuple([bytes.fromhex(text) for text in texts])


def _row(number: Any) -> int:
    if type(number) is not int or number < 0:
        raise ValueError(f"the audit has no row {number!r}")
    return number
