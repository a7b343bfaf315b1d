"""Deltas (``*.qcd``): how the file of one list becomes the file of the next, unsigned, for slow lines.

A delta proves nothing and need not: it names its base and its result by their hashes, and the file that comes out
is then imported like any other, signatures and all. `make_delta` is for authorities, `Delta` for everybody.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

from qrcert import cbor
from qrcert.trust.layout import BYTES, HASH, Kind, Row, array, decoded, fault, whole
from qrcert.trust.messages import MAX_FILE

MARK = "qrcert delta 1"

MAX_STEPS = 1 << 18
"""Changes in one delta: every key of a country renewed at once, twice over."""

_ITEMS_OF_STEP = 4
_MAX_ITEMS = 6 + _ITEMS_OF_STEP * MAX_STEPS
_HEAD = cbor.encode([0] * 5)[:1] + cbor.encode(MARK)

_SIZE = whole(0, MAX_FILE)
_DELTA = Row("delta", Kind(repr(MARK), lambda value: value == MARK), HASH, HASH, _SIZE, array(0, MAX_STEPS))
_STEP = Row("step", _SIZE, _SIZE, BYTES)


def is_delta(data: bytes) -> bool:
    """Tell whether bytes are meant as a delta: whether they begin like one."""
    return data.startswith(_HEAD)


@dataclass(frozen=True, slots=True)
class Step:
    """Copy ``length`` bytes of the base from ``start``, then write ``data``."""

    start: int
    length: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Delta:
    """The way from a base file to the next: the SHA-256 of both, the result's length in bytes, and the steps."""

    base: bytes
    result: bytes
    length: int
    steps: tuple[Step, ...]

    @classmethod
    def from_bytes(cls, data: bytes) -> Delta:
        """Return the delta that ``data`` spells, within its caps; nothing is built yet.

        Raises `TrustListError` with ``too_big``, ``unreadable``, or ``malformed``, also where the steps make more
        than the length that is promised.
        """
        if len(data) > MAX_FILE:
            raise fault("too_big", f"a delta of {len(data)} bytes, the limit is {MAX_FILE}")
        _, base, result, length, steps = _DELTA.read(decoded(data, max_items=_MAX_ITEMS))
        read = tuple([Step(*_STEP.read(step)) for step in steps])
        total = sum(step.length + len(step.data) for step in read)
        if total > length:
            raise fault("malformed", f"a delta whose steps make {total} bytes and which promises {length}")
        return cls(base, result, length, read)

    def to_bytes(self) -> bytes:
        """Return the bytes that `from_bytes` reads."""
        steps = [(step.start, step.length, step.data) for step in self.steps]
        return cbor.encode((MARK, self.base, self.result, self.length, steps))

    def apply(self, base: bytes) -> bytes:
        """Return the file that this delta makes of ``base``, of which nothing but its hash is known then.

        Raises `TrustListError` with ``wrong_base`` (not the file it begins from), ``malformed`` (a step copies
        past the end) or ``wrong_result`` (what came out is not what the delta names).
        """
        if sha256(base).digest() != self.base:
            raise fault("wrong_base", "the delta begins from another file than this one")
        pieces: list[bytes] = []
        for place, step in enumerate(self.steps):
            if step.start + step.length > len(base):
                raise fault("malformed", f"step {place} of the delta copies past the end of its base")
            pieces += (base[step.start : step.start + step.length], step.data)
        new = b"".join(pieces)
        if len(new) != self.length or sha256(new).digest() != self.result:
            raise fault("wrong_result", f"the delta made {len(new)} bytes that are not the file it names")
        return new


def make_delta(base: bytes, new: bytes) -> bytes:
    """Return the delta that makes the file ``new`` out of the file ``base``."""
    delta = Delta(sha256(base).digest(), sha256(new).digest(), len(new), tuple(_steps(base, new)))
    return delta.to_bytes()


# Files of lists are sorted, so what two of them have in common stands in one order: after a difference the next
# common bytes are nearly always close by. Only where they are not, the whole base is searched by blocks. Schools'
# names are much alike, so the first common bytes may be a neighbour's: the right place is where most follow.

_NEAR = 1024
"""Bytes after a difference in which it is first looked for its end: a few keys, or one long name."""

_SHORT = 16
"""Bytes worth a step of their own, which takes about twelve."""

_SURE = 32
"""Bytes in common that are enough where something was put in, or replaced by as many bytes."""

_HEAD_BYTES = 4
"""Bytes of an array's head, which changes where an entry is put in."""

_LONG = 384
"""Bytes in common that are enough anywhere: names of two schools hardly share so many."""

_BLOCK = 32
"""Bytes by which the whole base is searched."""


_PATIENCE = 1 << 21
"""Places looked at in one comparison, some seconds; what is left then is put in as it is."""


def _steps(base: bytes, new: bytes) -> Iterator[Step]:
    """Yield the steps, the last of them with whatever is left at the limit of steps or of patience."""
    search = _Search(base, new)
    at = start = length = 0
    for _ in range(MAX_STEPS - 1):
        found = search.near(start + length, at) or search.anywhere(at)
        if found is None or search.looked > _PATIENCE:
            break
        yield Step(start, length, new[at : found[1]])
        start, at = found
        length = search.common(start, at)
        at += length
    yield Step(start, length, new[at:])


class _Search:
    """Where two files run together again; ``looked`` counts the places that were tried."""

    def __init__(self, base: bytes, new: bytes) -> None:
        self._base = base
        self._new = new
        self.looked = 0

    @cached_property
    def _blocks(self) -> dict[bytes, int]:
        last = len(self._base) // _BLOCK * _BLOCK
        return {self._base[at : at + _BLOCK]: at for at in range(last, -1, -_BLOCK)}

    def near(self, after: int, at: int) -> tuple[int, int] | None:
        """Return the places in both files where they run together soon after these two; None: not soon."""
        found, best = None, -_NEAR
        for place in range(at, min(at + _NEAR, len(self._new) - _SHORT + 1)):
            self.looked += 1
            start = self._base.find(self._new[place : place + _SHORT], after, after + _NEAR)
            if start < 0:
                continue
            length, left_out, put_in = self.common(start, place), start - after, place - at
            if length - put_in > best:
                found, best = (start, place), length - put_in
            if length >= _LONG or (length >= _SURE and (left_out == put_in or left_out <= _HEAD_BYTES)):
                break
        return found

    def anywhere(self, at: int) -> tuple[int, int] | None:
        """Return the next place in the new file that stands somewhere in the base, and where; None: nowhere."""
        for place in range(at, len(self._new) - _BLOCK + 1):
            self.looked += 1
            start = self._blocks.get(self._new[place : place + _BLOCK])
            if start is not None:
                while start and place > at and self._base[start - 1] == self._new[place - 1]:
                    start, place = start - 1, place - 1
                return start, place
        return None

    def common(self, start: int, at: int) -> int:
        """Return how many bytes are the same in both files from these places on."""
        base, new, size, length = self._base, self._new, 256, 0
        while size:
            left = min(size, len(base) - start - length, len(new) - at - length)
            if left and base[start + length : start + length + left] == new[at + length : at + length + left]:
                length += left
                size = min(2 * size, 1 << 20)
            elif left == size or not left:
                size >>= 1
            else:
                size = left >> 1
        return length
