"""Deltas (``*.qcd``): how the file of one list becomes the file of the next, unsigned, for slow lines.

A delta proves nothing and need not: it names its base and its result by their hashes, and the file that comes out
is then imported like any other, signatures and all. How one is made stands in `qrcert.trust.diffing`.
"""

from __future__ import annotations

from dataclasses import dataclass
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
