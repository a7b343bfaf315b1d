"""Steps 2 to 4: the COSE_Sign1 around the payload, its one spelling and its headers."""

from __future__ import annotations

from collections.abc import Iterator

from making.keys import Key
from making.octets import Raw, cbor, head, pairs
from making.odd_forms import long_paper, long_shown
from making.papers import claims, cose, header, text_of, to_sign, with_header
from making.scenario import Scenario, answer
from making.world import BARE, PLAIN, SCHOOL_KEY, STRANGER, TOKEN, plain, shared_lists

KID = SCHOOL_KEY.kid
PAYLOAD = cbor(claims(PLAIN.hash, "V-1", f1=b"Anna Lee"))
PROTECTED = header(SCHOOL_KEY)
SIGNATURE = SCHOOL_KEY.sign(to_sign(PROTECTED, PAYLOAD))
GOOD = plain().data
LONGEST = 2048
"""Bytes of a certificate."""


def _header(*items: tuple[object, object]) -> bytes:
    """Return a certificate whose protected header has these pairs in this order, signed as it stands."""
    return with_header(SCHOOL_KEY, bytes(pairs(*items)), PAYLOAD)


def _cose(*parts: object, tag: bytes = b"\xd2") -> bytes:
    return tag + cbor(list(parts))


def _signature(signature: bytes) -> bytes:
    return cose(PROTECTED, PAYLOAD, signature)


_SHAPES = {
    "no-tag": ("a COSE_Sign1 without its tag", GOOD[1:]),
    "tag-98": ("the tag of COSE_Sign", b"\xd8\x62" + GOOD[1:]),
    "tag-61": ("the tag of CWT around it", b"\xd8\x3d" + GOOD),
    "tag-55799": ("the tag of self-described CBOR around it", b"\xd9\xd9\xf7" + GOOD),
    "tag-18-twice": ("the tag twice", b"\xd2" + GOOD),
    "tag-18-long": ("tag 18 in two bytes", b"\xd8\x12" + GOOD[1:]),
    "array-length-long": ("the array's length in two bytes", b"\xd2\x98\x04" + GOOD[2:]),
    "array-indefinite": ("an array of indefinite length", b"\xd2\x9f" + GOOD[2:] + b"\xff"),
    "three-elements": ("no signature", _cose(PROTECTED, {}, PAYLOAD)),
    "five-elements": ("a fifth element", _cose(PROTECTED, {}, PAYLOAD, SIGNATURE, b"")),
    "map-for-array": (
        "a map in place of the array",
        b"\xd2" + cbor({0: PROTECTED, 1: {}, 2: PAYLOAD, 3: SIGNATURE}),
    ),
    "trailing-item": ("an item after the end", GOOD + b"\x00"),
    "trailing-break": ("a break after the end", GOOD + b"\xff"),
    "payload-length-long": (
        "the payload's length in three bytes",
        _cose(PROTECTED, {}, Raw(head(2, len(PAYLOAD), size=2) + PAYLOAD), SIGNATURE),
    ),
    "payload-indefinite": (
        "a payload in chunks",
        _cose(PROTECTED, {}, Raw(b"\x5f" + cbor(PAYLOAD) + b"\xff"), SIGNATURE),
    ),
    "payload-nil": ("a detached payload", _cose(PROTECTED, {}, Raw(b"\xf6"), SIGNATURE)),
    "payload-text": ("a text string as payload", _cose(PROTECTED, {}, "payload", SIGNATURE)),
    "payload-map": (
        "the payload not wrapped in a byte string",
        _cose(PROTECTED, {}, Raw(PAYLOAD), SIGNATURE),
    ),
    "payload-longer-than-all": (
        "a byte string of 2^63 bytes",
        b"\xd2\x84" + cbor(PROTECTED) + b"\xa0" + head(2, 1 << 63),
    ),
    "array-of-2-to-the-40": ("an array that promises 2^40 items", b"\xd2" + head(4, 1 << 40) + GOOD[2:]),
    "deep": ("arrays 1 900 deep", b"\x81" * 1900 + b"\x00"),
    "lone-break": ("a break alone", b"\xff"),
    "reserved-head": ("additional information 28", b"\xd2\x9c" + GOOD[2:]),
    "null-alone": ("null", b"\xf6"),
    "unprotected-number": ("something unprotected", cose(PROTECTED, PAYLOAD, SIGNATURE, unprotected={3: 0})),
    "unprotected-array": (
        "an array in place of the unprotected map",
        _cose(PROTECTED, [], PAYLOAD, SIGNATURE),
    ),
    "unprotected-indefinite": (
        "an empty map of indefinite length",
        _cose(PROTECTED, Raw(b"\xbf\xff"), PAYLOAD, SIGNATURE),
    ),
    "unprotected-alg-too": (
        "the algorithm unprotected as well",
        cose(PROTECTED, PAYLOAD, SIGNATURE, unprotected={1: -19}),
    ),
    "protected-empty": ("an empty protected header as 40", with_header(SCHOOL_KEY, b"", PAYLOAD)),
    "protected-empty-map": ("an empty protected header as 41 a0", with_header(SCHOOL_KEY, b"\xa0", PAYLOAD)),
    "protected-map": ("the protected header not wrapped", _cose({1: -19, 4: KID}, {}, PAYLOAD, SIGNATURE)),
    "protected-array": ("an array as protected header", with_header(SCHOOL_KEY, cbor([1, -19]), PAYLOAD)),
    "protected-unsorted": ("the header's pairs in the wrong order", _header((4, KID), (1, -19))),
    "protected-alg-twice": ("the algorithm twice", _header((1, -19), (1, -19), (4, KID))),
    "protected-alg-long": ("the algorithm in two bytes", _header((1, Raw(b"\x38\x12")), (4, KID))),
    "protected-trailing": (
        "a byte after the header's map",
        with_header(SCHOOL_KEY, PROTECTED + b"\x00", PAYLOAD),
    ),
    "protected-indefinite": (
        "a header of indefinite length",
        with_header(SCHOOL_KEY, b"\xbf" + PROTECTED[1:] + b"\xff", PAYLOAD),
    ),
    "alg-missing": ("no algorithm", _header((4, KID))),
    "alg-text": ("an algorithm as text", _header((1, "Ed25519"), (4, KID))),
    "alg-unprotected-only": (
        "the algorithm unprotected only",
        with_header(SCHOOL_KEY, cbor({4: KID}), PAYLOAD, unprotected={1: -19}),
    ),
    "alg-float": ("the algorithm as -19.0", _header((1, Raw(b"\xf9\xcc\xc0")), (4, KID))),
    "kid-missing": ("no kid", _header((1, -19))),
    "kid-unprotected": (
        "the kid unprotected",
        with_header(SCHOOL_KEY, cbor({1: -19}), PAYLOAD, unprotected={4: KID}),
    ),
    "kid-7-bytes": ("a kid of 7 bytes", _header((1, -19), (4, KID[:7]))),
    "kid-9-bytes": ("a kid of 9 bytes", _header((1, -19), (4, KID + b"\x00"))),
    "kid-text": ("a kid as text", _header((1, -19), (4, "12345678"))),
    "crit": ("a critical header", _header((1, -19), (2, [4]), (4, KID))),
    "content-type": ("a header more", _header((1, -19), (3, 0), (4, KID))),
    "text-header": ("a header under a text label", _header((1, -19), (4, KID), ("x", 0))),
    "signature-empty": ("a signature of no bytes", _signature(b"")),
    "signature-63": ("a signature of 63 bytes", _signature(SIGNATURE[:-1])),
    "signature-65": ("a signature of 65 bytes", _signature(SIGNATURE + b"\x00")),
    "signature-128": ("two signatures in one", _signature(SIGNATURE * 2)),
    "signature-text": ("a signature as text", _cose(PROTECTED, {}, PAYLOAD, "s" * 64)),
    "a-message-of-a-list": (
        "a COSE_Sign as trust lists have it",
        b"\xd8\x62" + cbor([b"", {}, PAYLOAD, [[PROTECTED, {}, SIGNATURE]]]),
    ),
}

_OTHER_ALGORITHMS = {
    "alg-eddsa": ("EdDSA (-8), the name that Ed25519 had before RFC 9864", _header((1, -8), (4, KID))),
    "alg-es256": ("ES256 (-7), the name that ESP256 had before RFC 9864", _header((1, -7), (4, KID))),
    "alg-ml-dsa-65": (
        "ML-DSA-65 (-49), which signs lists and never certificates",
        _header((1, -49), (4, KID)),
    ),
    "alg-0": ("an algorithm that is reserved", _header((1, 0), (4, KID))),
    "alg-unknown": ("an algorithm that nobody has", _header((1, -70000), (4, KID))),
    "alg-unknown-without-kid": (
        "another algorithm comes before all that its header may lack or have",
        _header((1, -8), (3, 0)),
    ),
    "alg-unknown-with-crit": (
        "another algorithm may have its own headers",
        _header((1, -50), (2, [1]), (4, b"any")),
    ),
    "alg-unknown-and-a-long-signature": (
        "another algorithm may have a signature of another length",
        cose(cbor({1: -48, 4: KID}), PAYLOAD, bytes(100)),
    ),
}


def scenarios() -> Iterator[Scenario]:
    for name, (title, data) in _SHAPES.items():
        yield _scenario(
            name,
            title,
            data,
            "unreadable",
            "steps 2 to 4: tag 18, four elements, one spelling, {1: alg, 4: kid}",
        )
    for name, (title, data) in _OTHER_ALGORITHMS.items():
        yield _scenario(name, title, data, "unsupported", "step 4: any integer algorithm but -19 and -9")
    yield _scenario(
        "a-trust-list",
        "a trust list, longer than any certificate",
        shared_lists()["own"],
        "unreadable",
        "step 2",
    )
    yield Scenario(
        path="cose/longest",
        title="a certificate of 2 048 bytes, the most there can be",
        origin="step 2; texts as long as it takes",
        input=text_of(long_paper(LONGEST).data),
        lists=("odd-forms",),
        expected=long_shown(LONGEST),
    )
    yield _scenario(
        "too-long", "a certificate of 2 049 bytes", long_paper(LONGEST + 1).data, "unreadable", "step 2"
    )
    yield _scenario(
        "stranger", "a key that no list has", plain(key=STRANGER).data, "unknown_school", "step 5"
    )
    yield _scenario(
        "stranger-unsigned",
        "... and no signature that anybody could check",
        _unsigned(STRANGER),
        "unknown_school",
        "step 5 comes before the signature",
    )
    yield _scenario(
        "stranger-es256",
        "a stranger's token",
        cose(cbor({1: -9, 4: STRANGER.kid}), PAYLOAD, bytes(64)),
        "unknown_school",
        "step 5 comes before step 6",
    )
    yield _scenario(
        "known-stolen-unsigned",
        "a stolen key's kid and no signature",
        _unsigned(BARE),
        "altered",
        "step 7 comes before step 9",
    )
    yield _scenario(
        "esp256-no-tag",
        "the same shape rules hold for ESP256",
        plain(key=TOKEN).data[1:],
        "unreadable",
        "step 3",
    )


def _scenario(name: str, title: str, data: bytes, verdict: str, origin: str) -> Scenario:
    return Scenario(
        path=f"cose/{name}", title=title, origin=origin, input=text_of(data), expected=answer(verdict)
    )


def _unsigned(key: Key) -> bytes:
    return cose(header(key), PAYLOAD, bytes(64))
