"""Whatever bytes come: a spoiled list is never accepted, and nothing but a `TrustListError` leaves."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path

import pytest

from qrcert.cose import PublicKey
from qrcert.errors import QrcertError, TrustListError
from qrcert.trust import (
    NO_HASH,
    Envelope,
    Head,
    Proof,
    TrustList,
    read_key_request,
    unwrap,
    write_key_request,
)
from qrcert.trust.body import read_contents
from qrcert.trust.roots import keys_of_signers, read_root
from trust_maker import HEALTHY, by_first, good_file, key_entry, person, school_in, world

MUTATIONS = 3_000
VECTORS = Path(__file__).parent / "vectors" / "cctv" / "ed25519vectors.json"


def mutated(good: bytes, chance: random.Random) -> bytes:
    """``good`` with one fault: bits, bytes, a cut, an insertion, a piece moved or doubled."""
    at, kind = chance.randrange(len(good)), chance.randrange(7)
    other = chance.randrange(len(good))
    low, high = min(at, other), max(at, other)
    return (
        good[:at] + bytes([good[at] ^ 1 << chance.randrange(8)]) + good[at + 1 :],
        good[:at] + bytes([chance.randrange(256)]) + good[at + 1 :],
        good[:at] + good[at + chance.randrange(1, 9) :],
        good[:at] + chance.randbytes(chance.randrange(1, 9)) + good[at:],
        good[:at],
        good[:low] + good[high:] + good[low:high],
        good[:high] + good[low:high] + good[high:],
    )[kind]


def test_no_mutated_file_is_accepted() -> None:
    good, chance = good_file(), random.Random(1)
    for _ in range(MUTATIONS):
        bad = mutated(good, chance)
        if bad != good:
            with pytest.raises(TrustListError):
                TrustList.from_bytes(bad)


def test_mutated_heads_are_refused() -> None:
    """The outer CBOR is a small part of a file: here only its heads and headers are hit."""
    good, chance = good_file(), random.Random(2)
    places = [
        n for n in range(len(good)) if good[n : n + 2] in (b"\xd8\x62", b"\x84\x40", b"\x58\x40", b"\x83\x4e")
    ]
    for _ in range(500):
        at = chance.choice(places) + chance.randrange(4)
        bad = good[:at] + chance.randbytes(1) + good[at + 1 :]
        if bad != good:
            with pytest.raises(TrustListError):
                TrustList.from_bytes(bad)


def test_mutated_bodies_raise_nothing_foreign() -> None:
    """Behind the signatures: what a careless or hostile authority could have signed."""
    envelope = Envelope.from_bytes(good_file())
    roots = [read_root(one.payload) for one in envelope.roots]
    good, chance = envelope.body.payload, random.Random(3)
    for _ in range(MUTATIONS):
        try:
            read_contents(mutated(good, chance), newest=roots[-1], signer_kids=keys_of_signers(roots))
        except TrustListError:
            continue


def test_mutated_roots_and_requests_raise_nothing_foreign() -> None:
    root, chance = Envelope.from_bytes(good_file()).roots[0].payload, random.Random(4)
    key = PublicKey(HEALTHY.alg, HEALTHY.public)
    head = Head(NO_HASH, bytes(16), 20_600)
    request = write_key_request(head, key=key, name="School", place="Town", sign=HEALTHY.sign)
    for _ in range(MUTATIONS // 3):
        for read, good in ((read_root, root), (read_key_request, request), (unwrap, b'{"request": "AAAA"}')):
            try:
                read(mutated(good, chance))  # type: ignore[operator]
            except TrustListError:
                continue


def test_random_bytes_are_no_proof() -> None:
    chance = random.Random(5)
    for _ in range(MUTATIONS):
        try:
            Proof.from_bytes(chance.randbytes(chance.randrange(80)))
        except QrcertError:
            continue


# ----------------------------------------------------------------------------------------- large and hostile


@pytest.mark.parametrize(
    ("code", "data"),
    [
        ("too_big", bytes((64 << 20) + 1)),
        ("too_big", b"\x82\x9a\x00\x01\x11\x70" + bytes(70_000)),
        ("unreadable", b"\x9b\x00\x00\x01\x00\x00\x00\x00\x00"),
        ("unreadable", b"\xbb\x7f\xff\xff\xff\xff\xff\xff\xff" + bytes(1000)),
        ("unreadable", b"\x5b\x7f\xff\xff\xff\xff\xff\xff\xff" + bytes(1000)),
        ("unreadable", b"\x81" * 100_000),
        ("unreadable", b"\xa1\x00" * 100_000),
        ("unreadable", b"\xd8\x62" * 100_000),
        ("unreadable", b"\x9f" * 100_000),
        ("unreadable", bytes(64 << 20)),
    ],
)
def test_hostile_sizes_are_refused_at_once(code: str, data: bytes) -> None:
    start = time.perf_counter()
    with pytest.raises(TrustListError) as caught:
        TrustList.from_bytes(data)
    assert caught.value.code == code
    assert time.perf_counter() - start < 1


# -------------------------------------------------------------------------------------- keys of known attacks


def weak_keys() -> list[bytes]:
    """The keys of the CCTV vectors that are of small order or not in their canonical form."""
    field = 2**255 - 19
    keys = set()
    for vector in json.loads(VECTORS.read_text()):
        public = bytes.fromhex(vector["key"])
        y = int.from_bytes(public, "little") & (1 << 255) - 1
        if "low_order_A" in (vector["flags"] or []) or y >= field:
            keys.add(public)
    return sorted(keys)


def test_there_are_weak_keys_to_try() -> None:
    assert len(weak_keys()) == 14


@pytest.mark.parametrize("public", weak_keys(), ids=lambda public: public.hex()[:12])
def test_weak_keys_are_neither_schools_nor_signers(public: bytes) -> None:
    school = world(lambda body: school_in(body, 11).update({3: [key_entry(HEALTHY, l0=public)]}))
    signer = world()
    others = [person(name).pair for name in "CD"]
    signer.roots[1].changes[3] = by_first([[public, person("B").ml_dsa.public], *others])
    for made in (school, signer):
        with pytest.raises(TrustListError) as caught:
            TrustList.from_bytes(made.file())
        assert caught.value.code == "weak_key"
