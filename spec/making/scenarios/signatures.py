"""Steps 6 and 7: whose signature it is, over what, and by which equation."""

from __future__ import annotations

from collections.abc import Iterator

from making import curve
from making.keys import P256_ORDER
from making.octets import cbor
from making.papers import TEST, claims, cose, header, sign_raw, text_of, to_sign
from making.scenario import Scenario, answer
from making.twisted import sign_mixed, sign_with_r, sign_with_twisted_r
from making.world import MIXED, PILOT, PLAIN, RETIRED, SCHOOL_KEY, TOKEN, plain, plain_shown

PAYLOAD = cbor(claims(PLAIN.hash, "V-1", f1=b"Anna Lee"))
OTHER_PAYLOAD = cbor(claims(PLAIN.hash, "V-1", f1=b"Anna Lie"))
PROTECTED = header(SCHOOL_KEY)
MESSAGE = to_sign(PROTECTED, PAYLOAD)
SIGNATURE = SCHOOL_KEY.sign(MESSAGE)
R, S = SIGNATURE[:32], int.from_bytes(SIGNATURE[32:], "little")
TOKEN_SIGNATURE = TOKEN.sign(to_sign(header(TOKEN), PAYLOAD))
TOKEN_R, TOKEN_S = TOKEN_SIGNATURE[:32], int.from_bytes(TOKEN_SIGNATURE[32:], "big")
NEUTRAL = curve.encode(curve.NEUTRAL)


def _plain_r(r: bytes) -> bytes:
    """Return a signature that would hold if these bytes stood for the neutral element."""
    return sign_with_r(SCHOOL_KEY, MESSAGE, r=r)


def _es256(r: int, s: int) -> bytes:
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def _over(message: bytes) -> bytes:
    return SCHOOL_KEY.sign(message)


_ED25519 = {
    "of-another-payload": (
        "the signature of another certificate",
        SCHOOL_KEY.sign(to_sign(PROTECTED, OTHER_PAYLOAD)),
    ),
    "by-another-key": ("another school's key under this school's kid", RETIRED.sign(MESSAGE)),
    "zero": ("64 zero bytes", bytes(64)),
    "s-plus-order": ("S + L: S < L is demanded", curve.join(R, S + curve.ORDER)),
    "s-is-order": ("S = L", curve.join(R, curve.ORDER)),
    "s-top-bits": ("the three top bits of S set", R + bytes([*SIGNATURE[32:63], SIGNATURE[63] | 0xE0])),
    "r-other-sign": ("the sign bit of R flipped", bytes([*R[:31], R[31] ^ 0x80]) + SIGNATURE[32:]),
    "r-twisted": (
        "R with a part of order 8: only the equation with the cofactor holds",
        sign_with_twisted_r(SCHOOL_KEY, MESSAGE),
    ),
    "r-neutral-not-canonical": (
        "R = p + 1 for the neutral element",
        _plain_r((curve.P + 1).to_bytes(32, "little")),
    ),
    "r-neutral-with-sign": ("R = the neutral element with a sign bit", _plain_r(NEUTRAL[:31] + b"\x80")),
    "halves-swapped": ("S in front of R", SIGNATURE[32:] + R),
    "s-big-endian": ("S in the byte order of ESP256", R + SIGNATURE[:31:-1]),
    "other-aad-none": ("signed without external_aad", _over(to_sign(PROTECTED, PAYLOAD, aad=b""))),
    "other-aad-test": ("a real key over the test aad", _over(to_sign(PROTECTED, PAYLOAD, aad=TEST))),
    "other-aad-list": ("signed under a list's aad", _over(to_sign(PROTECTED, PAYLOAD, aad=b"qrcert list 1"))),
    "other-aad-version": (
        "signed under the aad of a version to come",
        _over(to_sign(PROTECTED, PAYLOAD, aad=b"qrcert certificate 2")),
    ),
    "other-context": (
        "signed as one signature of a COSE_Sign",
        _over(cbor(["Signature", b"", PROTECTED, b"qrcert certificate 1", PAYLOAD])),
    ),
    "without-structure": ("signed without a Sig_structure", _over(PAYLOAD)),
    "header-not-covered": ("signed with an empty header in the Sig_structure", _over(to_sign(b"", PAYLOAD))),
}

_ESP256 = {
    "high-s": (
        "n - s: a second spelling of a signature that holds",
        TOKEN_R + (P256_ORDER - TOKEN_S).to_bytes(32, "big"),
    ),
    "r-zero": ("r = 0", _es256(0, TOKEN_S)),
    "s-zero": ("s = 0", TOKEN_R + bytes(32)),
    "r-is-order": ("r = n", _es256(P256_ORDER, TOKEN_S)),
    "s-beyond-order": ("s above n", TOKEN_R + b"\xff" * 32),
    "zero": ("64 zero bytes", bytes(64)),
    "of-another-payload": (
        "the signature of another certificate",
        TOKEN.sign(to_sign(header(TOKEN), OTHER_PAYLOAD)),
    ),
}


def scenarios() -> Iterator[Scenario]:
    for name, (title, signature) in _ED25519.items():
        data = cose(PROTECTED, PAYLOAD, signature)
        yield _altered(f"ed25519-{name}", title, data, "step 7: 64 bytes, S < L, encode([S]B - [k]A) = R")
    for name, (title, signature) in _ESP256.items():
        data = cose(header(TOKEN), PAYLOAD, signature)
        yield _altered(f"esp256-{name}", title, data, "step 7: 0 < r < n, 0 < s <= n/2")
    yield from _mismatches()
    yield from _mixed_order()
    yield _holds("ed25519", "a signature by the school's key", plain().data)
    yield _holds("esp256", "a signature by a token that lacks Ed25519", plain(key=TOKEN).data)
    yield _holds(
        "ed25519-r-neutral",
        "R is the neutral element, spelled canonically: the equation holds, and only the key's holder can make it",
        cose(PROTECTED, PAYLOAD, _plain_r(NEUTRAL)),
    )


def _mismatches() -> Iterator[Scenario]:
    other = "step 6: the entry with this kid has another algorithm"
    as_token = cbor({1: -9, 4: SCHOOL_KEY.kid})
    as_ed25519 = cbor({1: -19, 4: TOKEN.kid})
    yield _altered(
        "alg-esp256-for-an-ed25519-key",
        "not the key's own algorithm",
        cose(as_token, PAYLOAD, SIGNATURE),
        other,
    )
    yield _altered(
        "alg-ed25519-for-a-p256-key",
        "a P-256 key's bytes read as Ed25519",
        cose(as_ed25519, PAYLOAD, TOKEN.sign(to_sign(as_ed25519, PAYLOAD))),
        other,
    )
    test = "step 7: a test key signs under 'qrcert test certificate 1' only"
    yield _altered(
        "test-key-over-the-real-aad",
        "a test key that signs as if it were a school's",
        sign_raw(PILOT, PAYLOAD),
        test,
    )
    yield _altered(
        "text-edited", "the name changed after signing", cose(PROTECTED, OTHER_PAYLOAD, SIGNATURE), "step 7"
    )
    yield _altered(
        "payload-empty",
        "a payload of no bytes is well-formed",
        cose(PROTECTED, b"", SIGNATURE),
        "a payload of any length passes steps 2 to 4",
    )


def _mixed_order() -> Iterator[Scenario]:
    protected = header(MIXED)
    message = to_sign(protected, PAYLOAD)
    made = "a key A = [a]B + T with T of order 8, which no list refuses; S and R made for k = {} modulo 8"
    for remainder in (1, 4):
        signature = sign_mixed(MIXED.seed, MIXED.public, message, remainder=remainder)
        yield _altered(
            f"ed25519-mixed-key-remainder-{remainder}",
            "only the equation with the cofactor holds",
            cose(protected, PAYLOAD, signature),
            made.format(remainder),
        )
    yield _holds("ed25519-mixed-key-remainder-0", "both equations hold", sign_raw(MIXED, PAYLOAD))


def _altered(name: str, title: str, data: bytes, origin: str) -> Scenario:
    return Scenario(
        path=f"signature/{name}", title=title, origin=origin, input=text_of(data), expected=answer("altered")
    )


def _holds(name: str, title: str, data: bytes) -> Scenario:
    return Scenario(
        path=f"signature/holds-{name}",
        title=title,
        origin="step 7",
        input=text_of(data),
        expected=plain_shown(),
    )
