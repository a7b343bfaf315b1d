"""Trust lists, the chain of roots: what a root says, and how one follows another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any

from making.keys import Signer
from making.lists import LIST, NO_HASH, ROOT, root_body, signed
from making.octets import Raw, cbor
from making.scenario import Scenario
from making.scenarios.list_files import LABELS, TINY, A, B, C, list_file, listed, sound


def scenarios() -> Iterator[Scenario]:
    yield from _bodies()
    yield from _chains()


def _bodies() -> Iterator[Scenario]:
    good = root_body([A])
    other_ml = Signer(B.ed25519, A.ml_dsa)
    other_ed = Signer(A.ed25519, B.ml_dsa)
    small = (b"\x01" + bytes(31), A.ml_dsa.public)
    faults: dict[str, tuple[str, dict[Any, Any], str]] = {
        "threshold-above-signers": ("a threshold of 2 with one signer", good | {5: 2}, "malformed"),
        "threshold-0": ("a threshold of 0", good | {4: 0}, "malformed"),
        "no-signers": ("no signers", good | {3: []}, "malformed"),
        "until-missing": (
            "no until",
            {label: value for label, value in good.items() if label != 2},
            "malformed",
        ),
        "until-of-2019": ("until a day of 2019", good | {2: 18261}, "malformed"),
        "repair-0": ("repair = 0: absent means absent", good | {6: 0}, "malformed"),
        "text-label": ("a text label", good | {"name": 1}, "malformed"),
        "label-minus-1": ("an unknown negative label", good | {-1: 0}, "needs_newer"),
        "ed25519-key-twice": ("one Ed25519 key in two signers", root_body([A, other_ed]), "order"),
        "ml-dsa-key-twice": ("one ML-DSA key in two signers", root_body([A, other_ml]), "same_kid"),
        "signers-unsorted": (
            "signers in the wrong order",
            good | {3: sorted([A.pair, B.pair], reverse=True)},
            "order",
        ),
        "small-order-signer": ("a signer's key of small order", good | {3: [small]}, "weak_key"),
        "short-signer": (
            "a signer's key of 31 bytes",
            good | {3: [(A.ed25519.public[:31], A.ml_dsa.public)]},
            "malformed",
        ),
        "previous-of-root-1": (
            "root 1 names a root before it",
            good | {1: bytes(31) + b"\x01"},
            "root_chain",
        ),
        "version-2-first": ("the first root says 2", good | {0: 2}, "root_chain"),
    }
    for name, (title, body, code) in faults.items():
        payload = cbor(body)
        data = list_file([signed(payload, [A], aad=ROOT)], signed(_list_under(payload), [A], aad=LIST))
        yield listed(f"root-{name}", title, data, code, "root-body, rules L and O")
    sorted_body = cbor(good)
    for name, title, payload in (
        ("trailing", "a byte after a root's body", sorted_body + b"\x00"),
        ("unsorted", "a root's labels out of order", sorted_body[:1] + sorted_body[-2:] + sorted_body[1:-2]),
        ("float", "a threshold of 1.0", cbor(good | {5: Raw(b"\xf9\x3c\x00")})),
    ):
        data = list_file([signed(payload, [A], aad=ROOT)], signed(_list_under(payload), [A], aad=LIST))
        yield listed(f"root-{name}", title, data, "unreadable", "rule B")
    later = cbor(good | {9: "a label to come"})
    data = list_file([signed(later, [A], aad=ROOT)], signed(_list_under(later), [A], aad=LIST))
    yield sound(
        "root-with-label-9", "an unknown label in a root", data, "rule L: unknown labels >= 0 are ignored"
    )


def _list_under(root: bytes) -> bytes:
    """Return the payload of a list that names this root as the newest."""
    return cbor(TINY.body(LABELS | {2: sha256(root).digest()}))


def _root(signers: Sequence[Signer], version: int, previous: bytes) -> bytes:
    """Return the payload of a root that follows another, whose payload is ``previous``."""
    before = sha256(previous).digest() if previous else NO_HASH
    return cbor(root_body(signers, version=version, previous=before))


def _chains() -> Iterator[Scenario]:
    first = _root([A], 1, b"")
    second = _root([B], 2, first)
    third = _root([C], 3, second)
    one = signed(first, [A], aad=ROOT)
    two = signed(second, [A, B], aad=ROOT)
    three = signed(third, [B, C], aad=ROOT)
    by_b = signed(_list_under(second), [B], aad=LIST)
    by_c = signed(_list_under(third), [C], aad=LIST)
    stray = _root([B], 2, b"another root")
    wide = _root([A, B], 2, first)
    overlap = signed(_list_under(wide), [A], aad=LIST)
    yield sound(
        "three-roots",
        "three roots, each handing over to the next",
        list_file([one, two, three], by_c),
        "rule S4",
    )
    faults: dict[str, tuple[str, bytes, str]] = {
        "gap": ("root 2 is missing", list_file([one, three], by_c), "root_chain"),
        "swapped": ("two roots swapped", list_file([one, three, two], by_c), "root_chain"),
        "root-1-missing": ("root 1 is missing", list_file([two], by_b), "root_chain"),
        "previous": (
            "root 2 follows another root 1",
            list_file([one, signed(stray, [A, B], aad=ROOT)], signed(_list_under(stray), [B], aad=LIST)),
            "root_chain",
        ),
        "new-signers-only": (
            "root 2 signed by its own signer only",
            list_file([one, signed(second, [B], aad=ROOT)], by_b),
            "threshold",
        ),
        "old-signers-only": (
            "root 2 signed by the signer of root 1 only",
            list_file([one, signed(second, [A], aad=ROOT)], by_b),
            "threshold",
        ),
        "list-by-the-old-signer": (
            "a list of root 2 signed by the signer of root 1",
            list_file([one, two], signed(_list_under(second), [A], aad=LIST)),
            "unknown_signer",
        ),
        "newest-stripped": (
            "the newest root taken away, its list kept",
            list_file([one], overlap),
            "wrong_root",
        ),
    }
    for name, (title, data, code) in faults.items():
        yield listed(f"chain-{name}", title, data, code, "the chain of roots")
