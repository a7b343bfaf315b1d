"""Certificates: payload, COSE_Sign1, text, and the two names under which one can be withdrawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from making.keys import Key
from making.octets import Raw, base45, cbor, day

REAL = b"qrcert certificate 1"
TEST = b"qrcert test certificate 1"

ISSUED = "2026-06-25"
"""The day on which certificates are issued here unless a scenario is about days."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A certificate: its bytes, and what its names are made of."""

    data: bytes
    kid: bytes
    form: bytes = b""
    number: int | str = ""

    @property
    def text(self) -> str:
        """What stands in the QR code."""
        return text_of(self.data)

    @property
    def digest(self) -> bytes:
        """SHA-256 of the certificate."""
        return sha256(self.data).digest()

    @property
    def name_of_copy(self) -> bytes:
        """Name 1: this very certificate."""
        return sha256(cbor([self.kid, self.digest])).digest()[:16]

    @property
    def name_of_number(self) -> bytes:
        """Name 2: every certificate of this key and form with this number."""
        return sha256(cbor([self.kid, self.form, self.number])).digest()[:16]


def text_of(data: bytes) -> str:
    """Return the text of these bytes."""
    return "QC1:" + base45(data)


def claims(
    form: bytes, number: int | str, *, issued: str = ISSUED, part: int | None = None, **fields: Any
) -> dict[int, Any]:
    """Return a payload as a map; fields are given as ``f1``, ``f2``, … by wire label, None for absent."""
    payload: dict[int, Any] = {0: form, -1: day(issued), -2: number}
    if part is not None:
        payload[-3] = part
    return payload | {int(name[1:]): value for name, value in fields.items() if value is not None}


def to_sign(protected: bytes, payload: bytes, *, aad: bytes = REAL) -> bytes:
    """Return the Sig_structure (RFC 9052 section 4.4)."""
    return cbor(["Signature1", protected, aad, payload])


def header(key: Key) -> bytes:
    """Return the protected header that names a key."""
    return cbor({1: key.alg, 4: key.kid})


def cose(protected: bytes, payload: Any, signature: bytes, *, unprotected: Any = None) -> bytes:
    """Return the bytes of a COSE_Sign1, whatever stands in it."""
    return b"\xd2" + cbor([protected, {} if unprotected is None else unprotected, payload, signature])


def issue(key: Key, payload: Mapping[int, Any], *, aad: bytes = REAL) -> Paper:
    """Return a certificate as a school would sign it."""
    return Paper(sign_raw(key, cbor(payload), aad=aad), key.kid, payload[0], payload[-2])


def sign_raw(key: Key, payload: bytes, *, aad: bytes = REAL) -> bytes:
    """Return the bytes of a certificate over any payload bytes, signed."""
    protected = header(key)
    return cose(protected, payload, key.sign(to_sign(protected, payload, aad=aad)))


def with_header(key: Key, protected: bytes, payload: bytes, *, unprotected: Any = None) -> bytes:
    """Return the bytes of a certificate with any protected header, signed as it stands."""
    signature = key.sign(to_sign(protected, payload))
    return cose(protected, payload, signature, unprotected=unprotected)


def raw(hexadecimal: str) -> Raw:
    """Return CBOR written by hand."""
    return Raw(bytes.fromhex(hexadecimal))
