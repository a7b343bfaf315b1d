"""Deterministic CBOR (RFC 8949 section 4.2.1), one spelling for each value, and nothing else.

Reading is our own, strict at every byte: shortest heads, definite lengths, ascending keys, no floats, no null,
no simple values, no tags but those the caller names. A general decoder builds what a tag asks for (dates,
regular expressions, numbers of a million digits) before anybody can refuse it; see docs/decisions/0001.
Writing is cbor2's, over maps that were put in order here.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import cbor2

from qrcert.errors import TooBig, Unreadable

MAX_INTEGER = 2**53 - 1
"""Integers stay exact in every language that reads them, JavaScript included."""

MAX_DEPTH = 12
"""Arrays, maps and tags inside one another: the rule of the trust list, the deepest of our formats."""

_KEY_TYPES = (0, 1, 3)  # unsigned, negative, text


class Tagged(NamedTuple):
    """A tag (RFC 8949 section 3.4) and the value it stands on."""

    number: int
    value: Any


def encode(value: object, *, in_order: bool = False) -> bytes:
    """Return the one deterministic spelling of ``value``.

    Takes int, bytes, str, bool, list, tuple, dict with int or str keys, and `Tagged`; map keys are put in
    bytewise order of their encodings. Raises TypeError or ValueError for anything else: the caller's fault.
    ``in_order`` is for values that `decode` returned, or that were put together from such in their order, but
    for `Tagged`: they are written as they stand, several times as fast, and nothing is looked through.
    """
    return cbor2.dumps(value if in_order else _ordered(value))


def _ordered(value: object) -> object:
    kind = type(value)
    if kind is int:
        if not -MAX_INTEGER <= value <= MAX_INTEGER:  # type: ignore[operator]
            raise ValueError(f"integer beyond +-(2^53-1): {value}")
        return value
    if kind in _AS_THEY_ARE:
        return value
    if isinstance(value, Tagged):
        return cbor2.CBORTag(value.number, _ordered(value.value))
    if isinstance(value, (list, tuple)):
        return [item if type(item) in _AS_THEY_ARE else _ordered(item) for item in value]
    if isinstance(value, dict):
        if not {*map(type, value)} <= {int, str}:
            raise TypeError("map keys are integers or text")
        return {key: _ordered(value[key]) for key in sorted(value, key=_spelled)}
    raise TypeError(f"not a value of our CBOR subset: {kind.__name__}")


_AS_THEY_ARE = frozenset((bytes, str, bool))


@lru_cache(maxsize=1024)  # labels, and the names of fields and languages: few, and met again and again
def _spelled(key: int | str) -> bytes:
    return cbor2.dumps(_ordered(key))


def decode(
    data: bytes,
    *,
    max_depth: int = MAX_DEPTH,
    max_items: int | None = None,
    tags: frozenset[int] = frozenset(),
    booleans: bool = False,
) -> Any:
    """Return the value that ``data`` spells: int, bytes, str, tuple, dict, bool, `Tagged`.

    ``max_items`` bounds the items of all levels together, ``tags`` names the tags that may stand, and
    ``booleans`` admits true and false. Raises `TooBig` past ``max_items`` and `Unreadable` for every other
    byte string than the one deterministic spelling of a value (RFC 8949 section 4.2.1).
    """
    limits = _Limits(MAX_INTEGER if max_items is None else max_items, tags, booleans)
    try:
        value, end = _item(data, 0, max_depth, limits)
    except IndexError as error:
        raise Unreadable("the CBOR ends too early") from error
    except UnicodeDecodeError as error:
        raise Unreadable("text in the CBOR is not UTF-8") from error
    if end != len(data):
        raise Unreadable(f"{len(data) - end} bytes after the end of the CBOR")
    return value


class _Limits:
    """What may stand in one message, and how many items are still allowed."""

    __slots__ = ("booleans", "left", "tags")

    def __init__(self, left: int, tags: frozenset[int], booleans: bool) -> None:
        self.left = left - 1
        self.tags = tags
        self.booleans = booleans
        if self.left < 0:
            raise TooBig("more CBOR items than the limit")

    def take(self, count: int, rest: int) -> None:
        """Count ``count`` more items, of which each needs one of the ``rest`` bytes."""
        if count > rest:
            raise Unreadable("a CBOR array or map promises more items than there are bytes")
        self.left -= count
        if self.left < 0:
            raise TooBig("more CBOR items than the limit")


def _item(data: bytes, at: int, depth: int, limits: _Limits) -> tuple[Any, int]:
    """Read the item at ``at``, with ``depth`` levels of nesting allowed; return it and its end."""
    first = data[at]
    argument = first & 0x1F
    at += 1
    if argument == 24:  # by far the most of the long heads
        if at == len(data):
            raise Unreadable("the CBOR ends inside a head")
        argument = data[at]
        at += 1
        if argument < 24:
            raise Unreadable("a number in the CBOR is not in its shortest form")
    elif argument > 24:
        argument, at = _long_argument(data, at, argument)
    major = first >> 5
    if major == 0:
        if argument > MAX_INTEGER:
            raise Unreadable("integer beyond 2^53-1")
        return argument, at
    if major == 2 or major == 3:
        end = at + argument
        if end > len(data):
            raise Unreadable("a string in the CBOR is longer than its data")
        return (data[at:end] if major == 2 else data[at:end].decode()), end
    if major == 1:
        if argument >= MAX_INTEGER:
            raise Unreadable("integer beyond -(2^53-1)")
        return -1 - argument, at
    if major == 7:
        if limits.booleans and first in (0xF4, 0xF5):
            return first == 0xF5, at
        raise Unreadable("float, null or simple value in the CBOR")
    if depth == 0:
        raise Unreadable("CBOR nested too deep")
    depth -= 1
    if major == 6:
        if argument not in limits.tags:
            raise Unreadable(f"tag {argument} may not stand here")
        limits.take(1, len(data) - at)
        value, at = _item(data, at, depth, limits)
        return Tagged(argument, value), at
    if major == 5:
        return _map(data, at, argument, depth, limits)
    limits.take(argument, len(data) - at)
    values = []
    for _ in range(argument):
        first = data[at]
        if first < 24:
            value, at = first, at + 1
        else:
            value, at = _item(data, at, depth, limits)
        values.append(value)
    return tuple(values), at


def _long_argument(data: bytes, at: int, info: int) -> tuple[int, int]:
    """Read the 2, 4 or 8 bytes of a long head; each must be needed (RFC 8949 section 4.2.1)."""
    if info > 27:
        raise Unreadable("indefinite length or reserved head in the CBOR")
    size = 1 << (info - 24)
    end = at + size
    if end > len(data):
        raise Unreadable("the CBOR ends inside a head")
    argument = int.from_bytes(data[at:end], "big")
    if argument < 1 << (size * 4):
        raise Unreadable("a number in the CBOR is not in its shortest form")
    return argument, end


def _map(data: bytes, at: int, count: int, depth: int, limits: _Limits) -> tuple[dict[Any, Any], int]:
    """Read ``count`` pairs whose keys ascend strictly by their encoded bytes."""
    limits.take(2 * count, len(data) - at)
    found: dict[Any, Any] = {}
    before, size = b"", len(data)
    for _ in range(count):
        start = at
        first = data[at]
        if first < 24:  # most labels are one byte: the same as below, without a call
            key, at = first, at + 1
        elif first >> 5 in _KEY_TYPES:
            key, at = _item(data, at, depth, limits)
        else:
            raise Unreadable("a map key that is neither integer nor text")
        spelled = data[start:at]
        if spelled <= before:
            raise Unreadable("map keys not in ascending order, or one key twice")
        before = spelled
        first = data[at]
        if first < 24:  # and most values small numbers or short bytes
            found[key], at = first, at + 1
        elif 0x40 <= first < 0x58 and (end := at + first - 0x3F) <= size:
            found[key], at = data[at + 1 : end], end
        else:
            found[key], at = _item(data, at, depth, limits)
    return found, at
