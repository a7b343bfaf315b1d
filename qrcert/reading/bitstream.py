"""The data codewords of a QR symbol as text (ISO/IEC 18004, 7.4), and nothing that a writer would not write.

Strict on purpose: what a soft-decision reader made of a bad picture has to be right to its last bit, so the
padding behind the text is a check as good as any other.
"""

from __future__ import annotations

from typing import Final

ALPHANUMERIC: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
"""The characters of alphanumeric mode in the order of their values (table 5)."""

_MODE_BITS: Final = 4
_TERMINATOR, _NUMERIC, _ALPHANUMERIC, _BYTE = 0b0000, 0b0001, 0b0010, 0b0100
_COUNT_BITS: Final = {_NUMERIC: (10, 12, 14), _ALPHANUMERIC: (9, 11, 13), _BYTE: (8, 16, 16)}
"""Width of the character count in versions 1-9, 10-26 and 27-40 (table 3)."""

_NUMERIC_BITS: Final = {1: 4, 2: 7, 3: 10}
"""Bits of a group of so many digits."""

_PADS: Final = (0b11101100, 0b00010001)


class _Wrong(Exception):
    """Bits that no writer makes."""


class _Bits:
    """The bits of a symbol, taken from the front."""

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data)
        self.left = 8 * len(data)

    def take(self, count: int) -> int:
        """Return the next ``count`` bits as a number; raises _Wrong when there are fewer."""
        if count > self.left:
            raise _Wrong
        self.left -= count
        value = self._value >> self.left
        self._value &= (1 << self.left) - 1
        return value


def text_of(data: bytes, *, version: int) -> str | None:
    """Return the text of all data codewords of a symbol of ``version`` (1..40), or None if they hold none.

    Modes: numeric, alphanumeric, byte (UTF-8, else Latin-1). None for other modes, for counts and groups that
    no writer makes, for an empty text, and where anything but the prescribed padding follows.
    """
    try:
        return _text(_Bits(data), version) or None
    except _Wrong:
        return None


def _text(bits: _Bits, version: int) -> str:
    size = 0 if version < 10 else 1 if version < 27 else 2
    parts = []
    while bits.left >= _MODE_BITS and (mode := bits.take(_MODE_BITS)) != _TERMINATOR:
        if mode not in _COUNT_BITS:
            raise _Wrong
        count = bits.take(_COUNT_BITS[mode][size])
        parts.append(_SEGMENTS[mode](bits, count))
    _check_padding(bits)
    return "".join(parts)


def _numeric(bits: _Bits, count: int) -> str:
    groups = []
    for start in range(0, count, 3):
        digits = min(3, count - start)
        value = bits.take(_NUMERIC_BITS[digits])
        if value >= 10**digits:
            raise _Wrong
        groups.append(f"{value:0{digits}}")
    return "".join(groups)


def _alphanumeric(bits: _Bits, count: int) -> str:
    base = len(ALPHANUMERIC)
    characters: list[str] = []
    for _ in range(count // 2):
        high, low = divmod(bits.take(11), base)
        if high >= base:
            raise _Wrong
        characters += ALPHANUMERIC[high], ALPHANUMERIC[low]
    if count % 2:
        value = bits.take(6)
        if value >= base:
            raise _Wrong
        characters.append(ALPHANUMERIC[value])
    return "".join(characters)


def _byte(bits: _Bits, count: int) -> str:
    data = bits.take(8 * count).to_bytes(count)
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")


_SEGMENTS: Final = {_NUMERIC: _numeric, _ALPHANUMERIC: _alphanumeric, _BYTE: _byte}


def _check_padding(bits: _Bits) -> None:
    """Raise _Wrong unless zeros up to a whole byte and then the pads follow (7.4.9, 7.4.10)."""
    if bits.take(bits.left % 8):
        raise _Wrong
    count = bits.left // 8
    pads = bits.take(8 * count).to_bytes(count)
    if any(pad != _PADS[place % 2] for place, pad in enumerate(pads)):
        raise _Wrong
