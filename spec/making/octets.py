"""Bytes by hand: CBOR items, base45, bits. Nothing here refuses anything, for vectors need wrong bytes too."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_EPOCH = date(1970, 1, 1)
_SHORT, _ONE_BYTE, _TWO_BYTES, _FOUR_BYTES, _EIGHT_BYTES = 0, 1, 2, 4, 8


class Raw(bytes):
    """Bytes that stand in the CBOR as they are."""

    __slots__ = ()


def head(major: int, argument: int, *, size: int | None = None) -> bytes:
    """Return the head of a CBOR item; ``size`` (1, 2, 4, 8) asks for a longer spelling than needed."""
    if size is None:
        sizes = (_ONE_BYTE, _TWO_BYTES, _FOUR_BYTES, _EIGHT_BYTES)
        size = _SHORT if argument < 24 else next(size for size in sizes if argument < 1 << 8 * size)
    if size == _SHORT:
        return bytes((major << 5 | argument,))
    info = {_ONE_BYTE: 24, _TWO_BYTES: 25, _FOUR_BYTES: 26, _EIGHT_BYTES: 27}[size]
    return bytes((major << 5 | info,)) + argument.to_bytes(size, "big")


def cbor(value: Any) -> bytes:
    """Return deterministic CBOR; `Raw` parts stand as they are."""
    if isinstance(value, Raw):
        return bytes(value)
    if isinstance(value, bool):
        return b"\xf5" if value else b"\xf4"
    if isinstance(value, int):
        return head(0, value) if value >= 0 else head(1, -1 - value)
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    if isinstance(value, str):
        data = value.encode()
        return head(3, len(data)) + data
    if isinstance(value, Mapping):
        items = sorted((cbor(key), cbor(item)) for key, item in value.items())
        return head(5, len(items)) + b"".join(key + item for key, item in items)
    return head(4, len(value)) + b"".join(cbor(item) for item in value)


def pairs(*items: tuple[Any, Any]) -> Raw:
    """Return a map whose pairs stand in the order given, sorted or not."""
    return Raw(head(5, len(items)) + b"".join(cbor(key) + cbor(item) for key, item in items))


def base45(data: bytes) -> str:
    """Return RFC 9285 base45."""
    text = []
    for at in range(0, len(data), 2):
        group = data[at : at + 2]
        number = int.from_bytes(group, "big")
        for _ in range(len(group) + 1):
            number, digit = divmod(number, 45)
            text.append(ALPHABET[digit])
    return "".join(text)


def bits(written: str) -> bytes:
    """Return the bytes of a string of 0, 1 and blanks, zeros filling the last byte."""
    digits = written.replace(" ", "")
    digits += "0" * (-len(digits) % 8)
    return int("1" + digits, 2).to_bytes(len(digits) // 8 + 1, "big")[1:]


def day(iso: str) -> int:
    """Return an ISO date as days since 1970-01-01."""
    return (date.fromisoformat(iso) - _EPOCH).days
