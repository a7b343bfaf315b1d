"""Importing: who must sign a list, and what signatures are worth. Three signers of whom two are needed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from making.imports import THREE, Chain, Import, Plan, file, keys, signers
from making.keys import ED25519, ML_DSA_65, Key, ml_dsa
from making.lists import LIST, ROOT, by_keys, message, signature
from making.octets import Raw, cbor
from making.papers import header
from making.twisted import sign_with_twisted_r

B, C, D = signers("BCD")


@cache
def _payload(chain: Chain = THREE) -> bytes:
    return cbor(chain.body())


def first(name: str, title: str, data: bytes, expected: str, origin: str, chain: Chain = THREE) -> Import:
    """Return the scenario of a first import whose fingerprint is confirmed; ``expected`` is "" or a code."""
    return Import(
        path=f"trust/{name}",
        title=title,
        origin=origin,
        input=data,
        fingerprint=chain.hashes[-1],
        expected={"error": expected} if expected else {"result": "imported"},
    )


def _by(names: str, *more: Key, chain: Chain = THREE, aad: bytes = LIST) -> bytes:
    """Return the list signed by these signers, and by single keys more."""
    return chain.signed_with(chain.body(), [*keys(names), *more], aad=aad)


def _raw(parts: Iterable[Raw]) -> bytes:
    return file(THREE.roots, message(_payload(), parts))


def _sorted(by: Iterable[Key]) -> list[Key]:
    return sorted(by, key=header)


def _bent(where: Key, names: str) -> bytes:
    """Return the list with the last byte of one key's signature altered."""
    parts = []
    for key in _sorted(keys(names)):
        whole = signature(key, _payload(), aad=LIST)
        parts.append(Raw(whole[:-1] + bytes((whole[-1] ^ 1,))) if key is where else whole)
    return _raw(parts)


def scenarios() -> Iterator[Import]:
    yield from _enough()
    yield from _pairs()
    yield from _holding()
    yield from _named()
    yield from _forms_of_signatures()


def _enough() -> Iterator[Import]:
    yield first("two-of-three", "two signers of three, two needed", _by("BC"), "", "rule S4")
    yield first("three-of-three", "all three signers, two needed", _by("BCD"), "", "rule S4")
    yield first("one-of-three", "one signer of three, two needed", _by("B"), "threshold", "rule S4")
    yield first(
        "two-halves-are-not-two",
        "one signer's two keys are one signer, though the threshold is two",
        _by("D"),
        "threshold",
        "rule S4: a signer counts once",
    )
    all_needed = Chain((Plan("ABC", "ABC", (1, 3)),))
    yield first(
        "all-needed-and-there",
        "a list needs three, a root one",
        _by("ABC", chain=all_needed),
        "",
        "rule S4: two thresholds",
        all_needed,
    )
    yield first(
        "all-needed-two-there",
        "... and two signed the list",
        _by("AB", chain=all_needed),
        "threshold",
        "rule S4: two thresholds",
        all_needed,
    )
    one_needed = Chain((Plan("ABC", "ABC", (3, 1)),))
    yield first(
        "one-needed",
        "a list needs one, a root three",
        _by("C", chain=one_needed),
        "",
        "rule S4: two thresholds",
        one_needed,
    )


def _pairs() -> Iterator[Import]:
    origin = "rule S2: both keys of a signer or neither"
    eds, mls = (B.ed25519, C.ed25519), (B.ml_dsa, C.ml_dsa)
    yield first("ed25519-alone", "two Ed25519 signatures, no ML-DSA", _by("", *eds), "lone_signature", origin)
    yield first("ml-dsa-alone", "two ML-DSA signatures, no Ed25519", _by("", *mls), "lone_signature", origin)
    yield first(
        "third-half-signed",
        "enough signers, and a third with one key",
        _by("BC", D.ed25519),
        "lone_signature",
        origin,
    )
    yield first(
        "halves-of-two",
        "the Ed25519 key of one and the ML-DSA key of another, beside a whole signer",
        _by("B", C.ed25519, D.ml_dsa),
        "lone_signature",
        origin,
    )


def _holding() -> Iterator[Import]:
    origin = "rule S3: every signature present holds"
    bent = "bad_signature"
    yield first("ed25519-altered", "an altered Ed25519 signature", _bent(B.ed25519, "BC"), bent, origin)
    yield first("ml-dsa-altered", "an altered ML-DSA signature", _bent(C.ml_dsa, "BC"), bent, origin)
    yield first(
        "enough-and-a-bad-third",
        "two signers whose signatures hold, and a third whose does not",
        _bent(D.ed25519, "BCD"),
        bent,
        origin,
    )
    altered = _payload().replace(b"Old School", b"New School")
    yield first(
        "body-altered",
        "the body altered after signing",
        file(
            THREE.roots,
            message(altered, [signature(key, _payload(), aad=LIST) for key in _sorted(keys("BC"))]),
        ),
        bent,
        origin,
    )
    yield first("signed-as-a-root", "a list signed as a root", _by("BC", aad=ROOT), bent, "external_aad")
    own = THREE.payloads[1]
    yield first(
        "root-signed-as-a-list",
        "a root signed as a list",
        file([THREE.roots[0], by_keys(own, keys("BC"), aad=LIST)], by_keys(_payload(), keys("BC"), aad=LIST)),
        bent,
        "external_aad",
    )
    twisted = Key(ED25519, B.ed25519.public, lambda text: sign_with_twisted_r(B.ed25519, text))
    yield first(
        "cofactored-only",
        "an Ed25519 signature that only the equation with the cofactor accepts",
        _by("C", twisted, B.ml_dsa),
        bent,
        "rule S3, the one equation",
    )
    contextual = Key(ML_DSA_65, B.ml_dsa.public, ml_dsa("B ML-DSA-65", context=b"qrcert").sign)
    yield first(
        "ml-dsa-context",
        "an ML-DSA signature with a context that is not empty",
        _by("C", B.ed25519, contextual),
        bent,
        "rule S3, empty context",
    )


def _named() -> Iterator[Import]:
    origin = "rule S1: every signature names a key of an eligible signer"
    yield first("stranger-too", "enough signers, and a stranger", _by("BCX"), "unknown_signer", origin)
    yield first("strangers-only", "strangers only", _by("XE"), "unknown_signer", origin)
    yield first(
        "signer-of-yesterday",
        "a list of root 2 signed by two of its signers and one of root 1 only",
        _by("ABC"),
        "unknown_signer",
        origin,
    )
    yield first(
        "signers-of-yesterday",
        "a list of root 2 signed by two signers of root 1, one of whom is gone",
        _by("AB"),
        "unknown_signer",
        origin,
    )
    ed, ml = (signature(key, _payload(), aad=LIST) for key in B.keys)
    others = [signature(key, _payload(), aad=LIST) for key in C.keys]
    eddsa = signature(B.ed25519, _payload(), aad=LIST, protected=cbor({1: -8, 4: B.ed25519.kid}))
    yield first(
        "algorithm-8",
        "a signature under algorithm -8",
        _raw(sorted([eddsa, ml, *others])),
        "unknown_algorithm",
        origin,
    )
    crossed = signature(B.ed25519, _payload(), aad=LIST, protected=cbor({1: ML_DSA_65, 4: B.ed25519.kid}))
    yield first(
        "kid-of-the-other-algorithm",
        "the Ed25519 kid under ML-DSA's number",
        _raw(sorted([ed, crossed, *others])),
        "unknown_signer",
        origin,
    )

    posing = signature(B.ml_dsa, _payload(), aad=LIST, protected=cbor({1: ED25519, 4: B.ml_dsa.kid}))
    yield first(
        "ml-dsa-posing-as-ed25519",
        "an ML-DSA signature that holds, under Ed25519's number",
        _raw(sorted([ed, posing, *others])),
        "unknown_signer",
        origin,
    )


def _forms_of_signatures() -> Iterator[Import]:
    origin = "rule O: signatures strictly ascend by their headers"
    parts = [signature(key, _payload(), aad=LIST) for key in _sorted(keys("BC"))]
    yield first("signature-twice", "one signature twice", _raw([parts[0], *parts]), "order", origin)
    alone = [signature(key, _payload(), aad=LIST) for key in _sorted(keys("B"))]
    yield first(
        "one-signer-counted-twice",
        "one signer's signatures twice, two signers needed",
        _raw([alone[0], alone[0], alone[1], alone[1]]),
        "order",
        origin,
    )
    yield first("signatures-reversed", "signatures in another order", _raw(parts[::-1]), "order", origin)
