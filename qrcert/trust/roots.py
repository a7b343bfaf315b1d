"""The chain of roots and the signatures of messages: who may sign, how many must, and that each one holds.

Steps S1 to S5 of the layout. A signer is an Ed25519 key and an ML-DSA-65 key, and counts once, with both.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from qrcert.cose import ED25519, ML_DSA_65, PublicKey, SignMessage, sign_input
from qrcert.errors import Refused
from qrcert.trust.layout import (
    DAY,
    FLAG,
    HASH,
    NO_HASH,
    POSITIVE,
    Label,
    Labelled,
    Row,
    array,
    ascending,
    decoded,
    fault,
    octets,
    whole,
)

ROOT_AAD = b"qrcert root 1"
LIST_AAD = b"qrcert list 1"

SIGNER_ALGORITHMS = (ED25519, ML_DSA_65)

MAX_SIGNERS = 16
"""Signers of one root; 32 signatures hold a hand-over between two separate sets of eight."""

MAX_ROOT_ITEMS = 1000
"""CBOR items of a root: 16 signers need 48; the rest is room for labels to come."""


@dataclass(frozen=True, slots=True)
class Signer:
    """One who signs roots and lists, with two keys of which neither counts alone."""

    ed25519: PublicKey
    ml_dsa: PublicKey


@dataclass(frozen=True, slots=True)
class Root:
    """One version of who signs: the signers, how many a root and a list need, until when lists may last.

    ``previous`` is the hash of the root before (32 zero bytes for the first); ``repair`` says that this root
    mends a theft and what went back must be asked about; ``hash`` is the SHA-256 of the root's payload.
    """

    version: int
    previous: bytes
    until: int
    signers: tuple[Signer, ...]
    root_threshold: int
    list_threshold: int
    repair: bool = False
    hash: bytes = b""


@dataclass(frozen=True, slots=True)
class Quorum:
    """A set of signers of which ``threshold`` must have signed."""

    signers: tuple[Signer, ...]
    threshold: int


_THRESHOLD = whole(1, MAX_SIGNERS)
_ROOT = Labelled(
    "root",
    {
        0: Label("version", POSITIVE),
        1: Label("previous", HASH),
        2: Label("until", DAY),
        3: Label("signers", array(1, MAX_SIGNERS)),
        4: Label("threshold for a root", _THRESHOLD),
        5: Label("threshold for a list", _THRESHOLD),
        6: Label("repair", FLAG, optional=True),
    },
)
_SIGNER = Row("signer", octets(32), octets(1952))


def read_root(payload: bytes) -> Root:
    """Return the root in a message's payload: shape, order and keys checked, nothing signed yet.

    Raises `TrustListError` with ``unreadable``, ``too_big``, ``malformed``, ``needs_newer``, ``order``,
    ``weak_key`` or ``same_kid``.
    """
    body = _ROOT.read(decoded(payload, max_items=MAX_ROOT_ITEMS))
    pairs = [_SIGNER.read(pair) for pair in body[3]]
    ascending([pair[0] for pair in pairs], what="signers")
    signers = tuple(Signer(screened(ED25519, one), screened(ML_DSA_65, two)) for one, two in pairs)
    if len(keys_by_kid(signers)) != 2 * len(signers):
        raise fault("same_kid", "one key stands in two signers of a root")
    for label, name in ((4, "root"), (5, "list")):
        if body[label] > len(signers):
            raise fault(
                "malformed", f"the threshold for a {name} is {body[label]}, the signers are {len(signers)}"
            )
    return Root(
        version=body[0],
        previous=body[1],
        until=body[2],
        signers=signers,
        root_threshold=body[4],
        list_threshold=body[5],
        repair=6 in body,
        hash=sha256(payload).digest(),
    )


def screened(alg: int, public: bytes) -> PublicKey:
    """Return the key, its length known to be right; raise ``weak_key`` where the screen refuses it."""
    try:
        return PublicKey(alg, public)
    except Refused as error:
        raise fault("weak_key", str(error)) from error


def keys_by_kid(signers: Iterable[Signer]) -> dict[bytes, PublicKey]:
    """Return all keys of the signers by kid; raise ``same_kid`` where two keys have one."""
    keys: dict[bytes, PublicKey] = {}
    for signer in signers:
        for key in (signer.ed25519, signer.ml_dsa):
            if keys.setdefault(key.kid, key) != key:
                raise fault("same_kid", f"two signers' keys have the kid {key.kid.hex()}")
    return keys


def walk(messages: Sequence[SignMessage]) -> tuple[Root, ...]:
    """Return the chain of roots, every one signed by enough signers of its own and of the one before.

    Raises `TrustListError`: what `read_root` and `check_signatures` raise, and ``root_chain`` for a gap, another
    order, or a previous that is not the root before.
    """
    chain: list[Root] = []
    for message in messages:
        root = read_root(message.payload)
        if root.version != len(chain) + 1:
            raise fault("root_chain", f"root {root.version} stands where root {len(chain) + 1} is due")
        if root.previous != (chain[-1].hash if chain else NO_HASH):
            raise fault("root_chain", f"root {root.version} does not follow the root before it")
        quorums = [Quorum(one.signers, one.root_threshold) for one in (*chain[-1:], root)]
        check_signatures(message, aad=ROOT_AAD, quorums=quorums)
        chain.append(root)
    return tuple(chain)


def check_signatures(message: SignMessage, *, aad: bytes, quorums: Sequence[Quorum]) -> None:
    """Return if all signatures are by signers of the quorums and hold, and each quorum is reached.

    Raises `TrustListError` with ``order``, ``same_kid``, ``unknown_algorithm``, ``unknown_signer``,
    ``lone_signature``, ``threshold`` or ``bad_signature``.
    """
    ascending([one.protected for one in message.signatures], what="signatures")
    keys = keys_by_kid(signer for quorum in quorums for signer in quorum.signers)
    named: set[bytes] = set()
    for one in message.signatures:  # S1
        if one.alg not in SIGNER_ALGORITHMS:
            raise fault("unknown_algorithm", f"a signature with algorithm {one.alg}, expected -19 or -49")
        key = keys.get(one.kid)
        if key is None or key.alg != one.alg:
            raise fault("unknown_signer", f"a signature by {one.kid.hex()}, which is no key of a signer here")
        named.add(one.kid)
    for quorum in quorums:  # S2 and S4: cheap, so they come before the signatures themselves
        _count(quorum, named)
    for one in message.signatures:  # S3
        try:
            keys[one.kid].verify(one.signature, sign_input(one.protected, message.payload, aad=aad))
        except Refused as error:
            raise fault("bad_signature", f"{error} (kid {one.kid.hex()})") from error


def _count(quorum: Quorum, named: set[bytes]) -> None:
    """Return if enough signers of the quorum are named, none of them with one key only."""
    count = 0
    for signer in quorum.signers:
        halves = (signer.ed25519.kid in named) + (signer.ml_dsa.kid in named)
        if halves == 1:
            raise fault("lone_signature", f"signer {signer.ed25519.kid.hex()} signed with one of two keys")
        count += halves == 2
    if count < quorum.threshold:
        raise fault("threshold", f"{count} signers signed, {quorum.threshold} must")


def keys_of_signers(roots: Iterable[Root]) -> frozenset[bytes]:
    """Return the kids of all signers of all roots: keys that no school may have."""
    return frozenset(
        key.kid for root in roots for signer in root.signers for key in (signer.ed25519, signer.ml_dsa)
    )
