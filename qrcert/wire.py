"""How a code is spelled: a prefix and base45 (RFC 9285); and how days are, counted from 1970-01-01."""

from __future__ import annotations

import re
import struct
from datetime import date
from functools import lru_cache

from qrcert.errors import TooBig, Unreadable

PREFIX = "QC1:"
"""A certificate of this version of the format."""

PROOF_PREFIX = "QP1:"
"""A proof that a certificate belongs to a closed season."""

MAX_BYTES = 2048
"""The longest certificate or proof; QR version 40 at M holds 3 391 alphanumeric characters."""

FIRST_DAY = 18262
LAST_DAY = 84005
"""2020-01-01..2199-12-31: the days on which a certificate or a list can be signed."""

ALPHABET = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

_EPOCH = date(1970, 1, 1).toordinal()
_SPACE = "\t\n\r "
_SCHEME = re.compile(r"QC([0-9]{1,9}):", re.ASCII)
_VALUES = bytes(ALPHABET.index(byte) if byte in ALPHABET else 0xFF for byte in range(256))
_ONES = [bytes((character,)) for character in ALPHABET]
_TWOS = [low + high for high in _ONES for low in _ONES]
_THREES = [low + high for high in _ONES[: 65535 // 45**2 + 1] for low in _TWOS][:65536]
"""The spelling of every two bytes, lowest digit first (RFC 9285 section 4); `_TWOS` has that of every byte."""


def to_day(when: date) -> int:
    """Return the calendar day of ``when`` (a datetime's own, in its own zone) as days since 1970-01-01."""
    return when.toordinal() - _EPOCH


def to_date(day: int) -> date:
    """Return the calendar day that is ``day`` days after 1970-01-01."""
    return date.fromordinal(day + _EPOCH)


def scheme(text: str) -> str | None:
    """Return the digits of a leading ``QC`` digits ``:``, or None where the text is not ours at all."""
    found = _SCHEME.match(text.strip(_SPACE))
    return found[1] if found else None


def to_text(data: bytes, *, prefix: str = PREFIX) -> str:
    """Return ``prefix`` and the base45 of ``data``, all of it in the QR alphanumeric alphabet."""
    even = len(data) & ~1
    body = b"".join([_THREES[n] for n in struct.unpack(f">{even // 2}H", data[:even])])
    if len(data) > even:
        body += _TWOS[data[-1]]
    return prefix + body.decode("ascii")


def to_bytes(text: str, *, prefix: str = PREFIX) -> bytes:
    """Return the bytes that ``prefix`` and base45 spell; white space at the ends does not count.

    Raises `TooBig` past `MAX_BYTES`, and `Unreadable` for another prefix, a character outside the alphabet, a
    length of 1 modulo 3, or a group beyond its bytes (RFC 9285 section 4).
    """
    text = text.strip(_SPACE)
    if not text.startswith(prefix):
        raise Unreadable(f"the text does not begin with {prefix!r}")
    size = len(text) - len(prefix)
    if size > MAX_BYTES * 3 // 2:
        raise TooBig(f"the text has {size} characters, more than any certificate")
    try:
        values = text[len(prefix) :].encode("ascii").translate(_VALUES)
    except UnicodeEncodeError as error:
        raise Unreadable("a character outside the base45 alphabet") from error
    if 0xFF in values:
        raise Unreadable("a character outside the base45 alphabet")
    if size % 3 == 1:
        raise Unreadable(f"{size} base45 characters: one is missing or too many")
    data = _pairs(values[0 : size - size % 3])
    if size % 3:
        last = values[-2] + 45 * values[-1]
        if last > 0xFF:
            raise Unreadable("the last base45 group is beyond its byte")
        data += bytes((last,))
    return data


@lru_cache(maxsize=64)
def _low_bytes(lanes: int) -> int:
    """Return the integer whose lanes are all 255."""
    return int.from_bytes(b"\0\0\xff" * lanes, "big")


def _pairs(values: bytes) -> bytes:
    """Return the two bytes of every three base45 values, all groups at once in 24-bit lanes of one integer."""
    size = len(values)
    lanes = int.from_bytes(values, "big")
    low = _low_bytes(size // 3)
    total = (lanes >> 16 & low) + 45 * (lanes >> 8 & low) + 2025 * (lanes & low)
    if total & low << 16:
        raise Unreadable("a base45 group beyond its two bytes")
    summed = total.to_bytes(size, "big")
    pairs = bytearray(size // 3 * 2)
    pairs[0::2], pairs[1::2] = summed[1::3], summed[2::3]
    return bytes(pairs)
