"""Trust lists, outside: the file, the chain of roots, and who signed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from hashlib import sha256
from typing import Any

from making.keys import ED25519, ML_DSA_65, Key, ml_dsa, signer
from making.lists import (
    LIST,
    ROOT,
    Authority,
    authority,
    by_keys,
    key_body,
    message,
    root_body,
    school_body,
    signature,
    signed,
)
from making.octets import Raw, cbor, head
from making.scenario import SCHOOL, Scenario, refused
from making.twisted import sign_with_twisted_r
from making.world import PLAIN, SCHOOL_KEY, plain, plain_shown

A, B, C = signer("A"), signer("B"), signer("C")
STRANGER = signer("stranger")
TINY = authority("Tiny Authority (TEST)")

LABELS: dict[int, Any] = {
    7: [PLAIN.entry],
    8: [[1, [PLAIN.hash]]],
    9: [school_body(1, ("2020-01-01", SCHOOL[1]), keys=[key_body(SCHOOL_KEY)])],
}


def listed(name: str, title: str, data: bytes, code: str, origin: str) -> Scenario:
    """Return the scenario of a list that must be refused with this code."""
    return Scenario(path=f"list/{name}", title=title, origin=origin, lists=(data,), expected=refused(code))


def sound(name: str, title: str, data: bytes, origin: str) -> Scenario:
    """Return the scenario of a list that stands: by it the plain certificate is genuine."""
    return Scenario(
        path=f"list/sound-{name}",
        title=title,
        origin=origin,
        input=plain().text,
        lists=(data,),
        expected=plain_shown(),
    )


@cache
def two_signers(thresholds: tuple[int, int]) -> Authority:
    """Return an authority with the signers A and B."""
    payload = cbor(root_body([A, B], thresholds=thresholds))
    root = signed(payload, [A, B], aad=ROOT)
    return Authority("Two Signers (TEST)", (A, B), (root,), sha256(payload).digest())


def _payload(who: Authority) -> bytes:
    return cbor(who.body(LABELS))


def list_file(roots: Sequence[Any], body: Any) -> bytes:
    """Return the file of these roots and this list."""
    return cbor([list(roots), body])


def _signed_by(who: Authority, *keys: Key, aad: bytes = LIST) -> bytes:
    """Return a list signed by these keys only."""
    return list_file(who.roots, by_keys(_payload(who), keys, aad=aad))


def scenarios() -> Iterator[Scenario]:
    yield sound("one-signer", "one root, one signer", TINY.publish(LABELS), "rule S")
    yield sound("two-signers", "two signers of two", two_signers((2, 2)).publish(LABELS), "rule S4")
    yield from _outer()
    yield from _caps()
    yield from _thresholds()
    yield from _signatures()


def _outer() -> Iterator[Scenario]:
    good = TINY.publish(LABELS)
    root, body = TINY.roots[0], signed(_payload(TINY), TINY.signers, aad=LIST)
    signatures = [signature(key, _payload(TINY), aad=LIST) for key in TINY.signers[0].keys]
    header = cbor({1: ED25519, 4: TINY.signers[0].ed25519.kid})
    long_header = cbor({1: ED25519, 3: 0, 4: TINY.signers[0].ed25519.kid})
    faults: dict[str, tuple[str, bytes]] = {
        "trailing-byte": ("a byte after the end", good + b"\x00"),
        "cut": ("cut in the middle", good[: len(good) // 2]),
        "empty": ("an empty file", b""),
        "array-length-long": (
            "the outer array's length in two bytes",
            b"\x98" + good[:1].replace(b"\x82", b"\x02") + good[1:],
        ),
        "indefinite": ("an outer array of indefinite length", b"\x9f" + good[1:] + b"\xff"),
        "certificate": ("a certificate", plain().data),
        "certificate-for-the-list": (
            "a certificate in place of the list",
            list_file([root], Raw(plain().data)),
        ),
        "untagged": ("a message without its tag", list_file([root], Raw(body[2:]))),
        "list-alone": ("the list without its roots", bytes(body)),
        "no-roots": ("an empty array of roots", list_file([], body)),
        "three-items": ("an item after the list", cbor([[root], body, 0])),
        "protected-empty-map": (
            "the empty protected header as 41 a0",
            list_file([root], message(_payload(TINY), signatures, protected=b"\xa0")),
        ),
        "unprotected": (
            "something unprotected",
            list_file([root], message(_payload(TINY), signatures, unprotected={3: 0})),
        ),
        "no-signatures": ("no signatures", list_file([root], message(_payload(TINY), []))),
        "payload-nil": (
            "a detached payload",
            list_file([root], Raw(b"\xd8\x62" + cbor([b"", {}, Raw(b"\xf6"), signatures]))),
        ),
        "signature-unprotected": (
            "something unprotected in a signature",
            list_file([root], message(_payload(TINY), [Raw(cbor([header, {3: 0}, bytes(64)]))])),
        ),
        "signature-header-longer": (
            "a header more in a signature",
            list_file([root], message(_payload(TINY), [Raw(cbor([long_header, {}, bytes(64)]))])),
        ),
        "signature-kid-7-bytes": (
            "a signature with a kid of 7 bytes",
            list_file(
                [root], message(_payload(TINY), [Raw(cbor([cbor({1: ED25519, 4: bytes(7)}), {}, bytes(64)]))])
            ),
        ),
        "array-of-2-to-the-40": ("an array that promises 2^40 items", b"\x82" + head(4, 1 << 40)),
        "deep": ("1 000 arrays deep", b"\x81" * 1000 + b"\x80"),
        "text": ("a text file", b"trust me\n"),
    }
    for name, (title, data) in faults.items():
        yield listed(name, title, data, "unreadable", "rule B: one spelling, and the shape of the file")


def _caps() -> Iterator[Scenario]:
    """Caps come first: messages here are empty shells that nothing else would accept."""
    one = Raw(cbor([cbor({1: ED25519, 4: bytes(8)}), {}, b""]))
    shell = message(b"", [one])
    yield listed(
        "101-roots", "101 roots, each an empty shell", list_file([shell] * 101, shell), "too_big", "rule C"
    )
    yield listed(
        "33-signatures",
        "33 signatures, each an empty shell",
        list_file([shell], message(b"", [one] * 33)),
        "too_big",
        "rule C",
    )
    forms = [[bytes((n >> 8, n & 255)), {}] for n in range(1001)]
    yield listed(
        "1001-forms", "1 001 forms", TINY.publish(LABELS | {7: forms, 8: [], 9: []}), "too_big", "rule C"
    )
    crowded = cbor(root_body([A]) | {9: [0] * 1000})
    data = list_file([signed(crowded, [A], aad=ROOT)], signed(_payload(TINY), [A], aad=LIST))
    yield listed("root-of-1001-items", "a root of more than 1 000 items", data, "too_big", "rule C")


def _thresholds() -> Iterator[Scenario]:
    two, one = two_signers((2, 2)), two_signers((2, 1))
    yield sound("one-of-two", "one signer of two, one needed", _signed_by(one, *A.keys), "rule S4")
    yield listed(
        "one-of-two", "one signer of two, two needed", _signed_by(two, *A.keys), "threshold", "rule S4"
    )
    yield listed(
        "two-ed25519",
        "two Ed25519 signatures and no ML-DSA",
        _signed_by(two, A.ed25519, B.ed25519),
        "lone_signature",
        "rule S2",
    )
    yield listed(
        "two-ml-dsa",
        "two ML-DSA signatures and no Ed25519",
        _signed_by(two, A.ml_dsa, B.ml_dsa),
        "lone_signature",
        "rule S2",
    )
    yield listed(
        "half-signed",
        "enough signers, and another who signed with one key",
        _signed_by(one, *A.keys, B.ml_dsa),
        "lone_signature",
        "rule S2",
    )
    root = by_keys(cbor(root_body([A, B], thresholds=(2, 1))), A.keys, aad=ROOT)
    yield listed(
        "root-one-of-two",
        "a root signed by one of two, two needed",
        list_file([root], signed(_payload(one), [A], aad=LIST)),
        "threshold",
        "rule S4",
    )


def _bent(where: Key, signed_by: Sequence[Key], who: Authority) -> bytes:
    """Return a list with one signature altered in its last byte."""
    payload = _payload(who)
    parts = []
    for key in signed_by:
        whole = signature(key, payload, aad=LIST)
        parts.append(Raw(whole[:-1] + bytes((whole[-1] ^ 1,))) if key is where else whole)
    return list_file(who.roots, message(payload, parts))


def _signatures() -> Iterator[Scenario]:
    payload, (one,), roots = _payload(TINY), TINY.signers, TINY.roots
    ed, ml = (signature(key, payload, aad=LIST) for key in one.keys)

    def file(*signatures: Raw) -> bytes:
        return list_file(roots, message(payload, signatures))

    yield listed("signature-twice", "one signature given twice", file(ed, ed, ml), "order", "rule O")
    yield listed("signatures-unsorted", "ML-DSA before Ed25519", file(ml, ed), "order", "rule O")
    both = two_signers((2, 1))
    yield listed(
        "ed25519-altered",
        "an altered Ed25519 signature",
        _bent(one.ed25519, one.keys, TINY),
        "bad_signature",
        "rule S3",
    )
    yield listed(
        "ml-dsa-altered",
        "an altered ML-DSA signature",
        _bent(one.ml_dsa, one.keys, TINY),
        "bad_signature",
        "rule S3",
    )
    four = sorted((*A.keys, *B.keys), key=lambda key: cbor({1: key.alg, 4: key.kid}))
    yield listed(
        "enough-and-a-bad-one",
        "enough signers, and a bad signature more",
        _bent(B.ml_dsa, four, both),
        "bad_signature",
        "rule S3",
    )
    altered = bytearray(payload)
    altered[payload.index(b"example.org")] ^= 1
    yield listed(
        "body-altered",
        "one bit of the body altered",
        list_file(roots, message(bytes(altered), [ed, ml])),
        "bad_signature",
        "rule S3",
    )
    yield listed(
        "stranger-too",
        "a stranger signs too",
        _signed_by(TINY, *one.keys, *STRANGER.keys),
        "unknown_signer",
        "rule S1",
    )
    yield listed(
        "strangers-only", "a stranger alone", _signed_by(TINY, *STRANGER.keys), "unknown_signer", "rule S1"
    )
    eddsa = signature(one.ed25519, payload, aad=LIST, protected=cbor({1: -8, 4: one.ed25519.kid}))
    yield listed(
        "alg-eddsa", "a signature under algorithm -8", file(eddsa, ml), "unknown_algorithm", "rule S1"
    )
    crossed = signature(one.ed25519, payload, aad=LIST, protected=cbor({1: ML_DSA_65, 4: one.ed25519.kid}))
    yield listed(
        "alg-crossed",
        "the Ed25519 kid under ML-DSA's number",
        file(ed, *sorted((ml, crossed))),
        "unknown_signer",
        "rule S1",
    )
    yield listed(
        "list-under-the-root-aad",
        "a list signed as a root",
        _signed_by(TINY, *one.keys, aad=ROOT),
        "bad_signature",
        "external_aad",
    )
    own = cbor(root_body([one]))
    yield listed(
        "root-under-the-list-aad",
        "a root signed as a list",
        list_file([signed(own, [one], aad=LIST)], message(payload, [ed, ml])),
        "bad_signature",
        "external_aad",
    )
    twisted = Key(
        ED25519, one.ed25519.public, lambda text: sign_with_twisted_r(one.ed25519, text), one.ed25519.seed
    )
    yield listed(
        "ed25519-cofactored-only",
        "an Ed25519 signature that holds by the equation with the cofactor only",
        file(signature(twisted, payload, aad=LIST), ml),
        "bad_signature",
        "rule S3, the one equation",
    )
    contextual = signature(ml_dsa(f"{TINY.name} signer ML-DSA-65", context=b"qrcert"), payload, aad=LIST)
    yield listed(
        "ml-dsa-context",
        "an ML-DSA signature with a context",
        file(ed, contextual),
        "bad_signature",
        "rule S3, empty context",
    )
    short = Raw(cbor([cbor({1: ED25519, 4: one.ed25519.kid}), {}, bytes(63)]))
    yield listed(
        "ed25519-63-bytes", "an Ed25519 signature of 63 bytes", file(short, ml), "bad_signature", "rule S3"
    )
