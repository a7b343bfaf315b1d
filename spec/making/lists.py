"""Trust lists: messages, roots, bodies and files, all of them plain values that a scenario can bend."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from hashlib import sha256
from typing import Any

from making.keys import ED25519, Key, Signer, signer
from making.octets import Raw, cbor, day
from making.papers import header

ROOT = b"qrcert root 1"
LIST = b"qrcert list 1"
NO_HASH = bytes(32)

UNTIL = day("2040-12-31")
"""The last day that a root here allows as a next update."""

Body = dict[Any, Any]


def signature(key: Key, payload: bytes, *, aad: bytes, protected: bytes | None = None) -> Raw:
    """Return one signature of a message (RFC 9052 section 4.1)."""
    protected = header(key) if protected is None else protected
    signed = key.sign(cbor(["Signature", b"", protected, aad, payload]))
    return Raw(cbor([protected, {}, signed]))


def message(
    payload: bytes,
    signatures: Iterable[Raw],
    *,
    protected: Any = b"",
    unprotected: Any = None,
    tag: bytes = b"\xd8\x62",
) -> Raw:
    """Return a COSE_Sign with these signatures, in the order given."""
    unprotected = {} if unprotected is None else unprotected
    return Raw(tag + cbor([protected, unprotected, payload, list(signatures)]))


def signed(payload: bytes, signers: Iterable[Signer], *, aad: bytes) -> Raw:
    """Return a COSE_Sign by these signers, both keys of each, in order."""
    return by_keys(payload, [key for one in signers for key in one.keys], aad=aad)


def by_keys(payload: bytes, keys: Iterable[Key], *, aad: bytes) -> Raw:
    """Return a COSE_Sign by these keys, in order."""
    return message(payload, [signature(key, payload, aad=aad) for key in sorted(keys, key=header)])


def root_body(
    signers: Sequence[Signer],
    *,
    version: int = 1,
    previous: bytes = NO_HASH,
    thresholds: tuple[int, int] = (1, 1),
) -> Body:
    """Return the body of a root; ``thresholds`` are for a root and for a list."""
    pairs = sorted(one.pair for one in signers)
    return {0: version, 1: previous, 2: UNTIL, 3: pairs, 4: thresholds[0], 5: thresholds[1]}


def key_body(
    key: Key,
    *,
    window: tuple[str, str] = ("2024-01-01", "2028-12-31"),
    rights: int = 1,
    status: tuple[int, str] | None = None,
    leaves: Sequence[Any] = (),
    test: bool = False,
) -> Body:
    """Return a key's entry; ``status`` is 1 (compromised) or 2 (void) and the day since when."""
    body: Body = {0: key.public, 1: key.alg, 2: day(window[0]), 3: day(window[1]), 4: rights}
    if status is not None:
        body[5] = [status[0], day(status[1])]
    if leaves:
        body[6] = sorted(leaves, key=lambda one: one[0])
    if test:
        body[7] = 1
    return body


def school_body(
    number: int, *names: tuple[str, str], keys: Iterable[Body] = (), place: str = "Testville"
) -> Body:
    """Return a school's entry; names are (from which day, name)."""
    own = sorted(keys, key=lambda body: body[0])
    return {0: number, 1: [[day(since), name] for since, name in names], 2: place, 3: own}


@dataclass(frozen=True)
class Authority:
    """Who publishes a list: its name, the chain of root messages, and who signs lists."""

    name: str
    signers: tuple[Signer, ...]
    roots: tuple[Raw, ...] = field(repr=False)
    root_hash: bytes = b""

    @cached_property
    def base(self) -> Body:
        """The body of an empty list."""
        return {
            0: self.name,
            1: "example.org/lists",
            2: self.root_hash,
            3: 7,
            4: sha256(b"the list before").digest(),
            5: day("2026-11-01"),
            6: day("2027-10-31"),
            **{label: [] for label in range(7, 12)},
        }

    def body(self, changes: Mapping[Any, Any]) -> Body:
        """Return the body of a list with these labels in place of the empty ones; None takes a label away."""
        changed = self.base | dict(changes)
        return {label: value for label, value in changed.items() if value is not None}

    def publish(self, changes: Mapping[Any, Any]) -> bytes:
        """Return a list file whose body has these labels."""
        return self.file(cbor(self.body(changes)))

    def file(self, payload: bytes) -> bytes:
        """Return a list file with this payload, signed by all signers."""
        return cbor([list(self.roots), signed(payload, self.signers, aad=LIST)])


@cache
def authority(name: str) -> Authority:
    """Return an authority with one root and one signer."""
    one = signer(f"{name} signer")
    payload = cbor(root_body([one]))
    return Authority(name, (one,), (signed(payload, [one], aad=ROOT),), sha256(payload).digest())


def odd_key(public: bytes, *, alg: int = ED25519) -> Key:
    """Return a key that nobody has: only its public bytes matter."""
    return Key(alg, public, lambda message: bytes(64))
