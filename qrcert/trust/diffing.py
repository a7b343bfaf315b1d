"""Making deltas: what two files have in common, found step by step. Authorities need it; it decides nothing."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from hashlib import sha256

from qrcert.trust.delta import MAX_STEPS, Delta, Step

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


def make_delta(base: bytes, new: bytes) -> bytes:
    """Return the delta that makes the file ``new`` out of the file ``base``."""
    delta = Delta(sha256(base).digest(), sha256(new).digest(), len(new), tuple(_steps(base, new)))
    return delta.to_bytes()


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
