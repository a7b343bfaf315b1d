"""The file of a list, seen from outside: caps, the outer CBOR, and the messages in it, nothing verified yet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from qrcert import cbor
from qrcert.cose import SIGN_TAG, Signature, SignMessage, read_sign, write_sign
from qrcert.errors import Unreadable
from qrcert.trust.layout import decoded, fault, found

MAX_FILE = 64 << 20
"""Bytes; four times a list of 40 000 schools."""

MAX_ITEMS = 65_536
"""CBOR items outside payloads; 100 roots of 32 signatures and a list need 26 000."""

MAX_ROOTS = 100
"""A root a year for a century."""

MAX_SIGNATURES = 32
"""Signatures of one message: sixteen signers with two keys each."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """The messages of a file: roots 1, 2, … and the list; all of it is unverified."""

    roots: tuple[SignMessage, ...]
    body: SignMessage

    @classmethod
    def from_bytes(cls, data: bytes) -> Envelope:
        """Return the messages of a file; raise `TrustListError` with ``too_big`` or ``unreadable``."""
        if len(data) > MAX_FILE:
            raise fault("too_big", f"a file of {len(data)} bytes, the limit is {MAX_FILE}")
        outer = decoded(data, max_items=MAX_ITEMS, tags=frozenset((SIGN_TAG,)))
        if not isinstance(outer, tuple) or len(outer) != 2 or not isinstance(outer[0], tuple):
            raise fault("unreadable", f"found {found(outer)}, expected an array of roots and a list")
        if not outer[0]:
            raise fault("unreadable", "a list without its roots")
        if len(outer[0]) > MAX_ROOTS:
            raise fault("too_big", f"{len(outer[0])} roots, the limit is {MAX_ROOTS}")
        return cls(tuple([_message(one) for one in outer[0]]), _message(outer[1]))

    def to_bytes(self) -> bytes:
        """Return the bytes of the file, signatures in their order."""
        return cbor.encode((tuple(write_sign(root) for root in self.roots), write_sign(self.body)))


def _message(shape: Any) -> SignMessage:
    try:
        message = read_sign(shape)
    except Unreadable as error:
        raise fault("unreadable", str(error)) from error
    if len(message.signatures) > MAX_SIGNATURES:
        raise fault("too_big", f"{len(message.signatures)} signatures, the limit is {MAX_SIGNATURES}")
    return message


def signed(message: SignMessage, signatures: Iterable[Signature]) -> SignMessage:
    """Return the message with these signatures too; a later one replaces an earlier with the same header."""
    merged = {one.protected: one for one in (*message.signatures, *signatures)}
    return SignMessage(message.payload, tuple(merged[header] for header in sorted(merged)))
