"""The two names under which a certificate can be withdrawn: of this one copy, and of all with its number.

Both begin with the kid, so that nobody's withdrawal can hit another key's paper.
"""

from __future__ import annotations

from hashlib import sha256

from qrcert import cbor

NAME_BYTES = 16


def name_of_copy(kid: bytes, digest: bytes) -> bytes:
    """Return the name of one certificate, SHA-256(<< [kid, digest] >>)[:16].

    ``digest`` is the SHA-256 of the certificate's bytes, 32 bytes; ``kid`` has 8.
    """
    return sha256(b"\x82\x48" + kid + b"\x58\x20" + digest).digest()[:NAME_BYTES]


def name_of_number(kid: bytes, form16: bytes, number: int | str) -> bytes:
    """Return the name of all copies and parts with one number, SHA-256(<< [kid, form, number] >>)[:16].

    ``form16`` is the form's hash, 16 bytes; ``number`` is as on the wire.
    """
    return sha256(b"\x83\x48" + kid + b"\x50" + form16 + cbor.encode(number)).digest()[:NAME_BYTES]
