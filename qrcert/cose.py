"""COSE_Sign1 and COSE_Sign (RFC 9052), key thumbprints (RFC 9679) and the checking of signatures.

The only user of ``cryptography`` besides signing. Ed25519 is checked by one equation, cofactorless, with S < L
and canonical R, as OpenSSL does; keys are screened before they can check anything, because the equation alone
accepts forgeries under keys of small order.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple, NoReturn

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from qrcert import cbor
from qrcert.errors import Refused, TooBig, Unreadable, Unsupported

ED25519: Final = -19
"""Ed25519 (RFC 9864)."""
ESP256: Final = -9
"""ECDSA on P-256 with SHA-256 (RFC 9864), low s only."""
ML_DSA_65: Final = -49
"""ML-DSA-65, pure, empty context (RFC 9964); signers of trust lists only."""

CERTIFICATE_ALGORITHMS: Final = (ED25519, ESP256)
"""QC1 has these two for ever."""

CERTIFICATE_AAD: Final = b"qrcert certificate 1"
TEST_CERTIFICATE_AAD: Final = b"qrcert test certificate 1"
"""A test key signs only under this, so a lost test flag cannot make a pilot's papers genuine."""
ROOT_AAD: Final = b"qrcert root 1"
LIST_AAD: Final = b"qrcert list 1"
KEY_REQUEST_AAD: Final = b"qrcert key request 1"
WITHDRAWAL_REQUEST_AAD: Final = b"qrcert withdrawal request 1"
SEASON_LEAVES_AAD: Final = b"qrcert season leaves 1"

KID_BYTES: Final = 8
SIGNATURE_BYTES: Final = {ED25519: 64, ESP256: 64, ML_DSA_65: 3309}
PUBLIC_BYTES: Final = {ED25519: 32, ESP256: 64, ML_DSA_65: 1952}

SIGN1_TAG: Final = 18
SIGN_TAG: Final = 98

_ALGORITHM_OF = {b"\xa2\x01\x32\x04\x48": ED25519, b"\xa2\x01\x28\x04\x48": ESP256}
_MAX_EXPLAINED = 2048
"""CBOR items of bytes that are no message of ours: more than a certificate has bytes."""
_FRAME_BYTES = 17 + 66
"""What a certificate has besides its payload: tag, array, header, empty map; signature with its head."""

_FIELD = 2**255 - 19
_ORDER = 2**252 + 27742317777372353535851937790883648493
_Point = tuple[int, int, int, int]
_NEUTRAL: _Point = (0, 1, 1, 0)
_CURVE_D = -121665 * pow(121666, -1, _FIELD) % _FIELD
_Y_OF_ORDER_8 = int.from_bytes(
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"
)
_SMALL_ORDER_Y = frozenset((1, _FIELD - 1, 0, _Y_OF_ORDER_8, _FIELD - _Y_OF_ORDER_8))
"""y of all eight points of order 1, 2, 4 and 8; a test computes the orders."""

_P256 = 2**256 - 2**224 + 2**192 + 2**96 - 1
_P256_B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def kid_of(alg: int, public: bytes) -> bytes:
    """Return the first 8 bytes of the SHA-256 COSE Key Thumbprint (RFC 9679 section 3) of a public key.

    ``public`` is the raw Ed25519 key (32 bytes), x and y of a P-256 point (64) or an ML-DSA-65 key (1 952).
    """
    if alg == ED25519:
        key = b"\xa3\x01\x01\x20\x06\x21\x58\x20" + public
    elif alg == ESP256:
        key = b"\xa4\x01\x02\x20\x01\x21\x58\x20" + public[:32] + b"\x22\x58\x20" + public[32:]
    elif alg == ML_DSA_65:
        key = b"\xa3\x01\x07\x03\x38\x30\x20\x59\x07\xa0" + public
    else:
        raise Unsupported(f"no key thumbprint is defined here for algorithm {alg}")
    return hashlib.sha256(key).digest()[:KID_BYTES]


def digest_of(signed: bytes) -> bytes:
    """Return the digest of a certificate: SHA-256 over its bytes, signature included."""
    return hashlib.sha256(signed).digest()


class PublicKey:
    """A screened public key: ``alg``, ``public`` (raw bytes), ``kid``, and `verify`.

    Making one raises `Unsupported` for an unknown algorithm, `Unreadable` for a wrong length and `Refused` for
    a weak key: an Ed25519 key with y >= p or of small order, a P-256 point off the curve.
    """

    __slots__ = ("_check", "alg", "kid", "public")

    def __init__(self, alg: int, public: bytes) -> None:
        if alg not in PUBLIC_BYTES:
            raise Unsupported(f"algorithm {alg} is not one of ours")
        if len(public) != PUBLIC_BYTES[alg]:
            raise Unreadable(f"a public key of {len(public)} bytes where {PUBLIC_BYTES[alg]} are due")
        _screen(alg, public)
        self.alg = alg
        self.public = public
        self.kid = kid_of(alg, public)
        self._check: Callable[[bytes, bytes], None] | None = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PublicKey) and (self.alg, self.public) == (other.alg, other.public)

    def __hash__(self) -> int:
        return hash((self.alg, self.public))

    def __repr__(self) -> str:
        return f"PublicKey({self.alg}, kid {self.kid.hex()})"

    def verify(self, signature: bytes, message: bytes) -> None:
        """Return if ``signature`` over ``message`` holds; raise `Refused` if it does not."""
        if self._check is None:
            self._check = _CHECKS[self.alg](self.public)
        self._check(signature, message)


def _screen(alg: int, public: bytes) -> None:
    if alg == ED25519:
        y = int.from_bytes(public, "little") & (1 << 255) - 1
        if y >= _FIELD:
            raise Refused("an Ed25519 key that is not in its canonical form")
        if y in _SMALL_ORDER_Y:
            raise Refused("an Ed25519 key of small order: anybody could sign for it")
    elif alg == ESP256:
        x, y = int.from_bytes(public[:32], "big"), int.from_bytes(public[32:], "big")
        if x >= _P256 or y >= _P256 or (y * y - x * x * x + 3 * x - _P256_B) % _P256:
            raise Refused("a P-256 key that is not a point of the curve")


def has_full_order(public: bytes) -> bool:
    """Tell whether an Ed25519 key is a point of the prime order L (RFC 8032 section 5.1).

    A slow check for the day a key is admitted (milliseconds); False also for bytes that are no point.
    """
    y = int.from_bytes(public, "little") & (1 << 255) - 1  # without the sign of x: -P has the order of P
    x = _recover_x(y)
    if x is None:
        return False
    total, addend, bits = _NEUTRAL, (x, y, 1, x * y % _FIELD), _ORDER
    while bits:
        if bits & 1:
            total = _add(total, addend)
        addend = _add(addend, addend)
        bits >>= 1
    return total[1] == total[2] and (x, y) != (0, 1)  # of all points the neutral one alone has y = 1


def _recover_x(y: int) -> int | None:
    """Return x of an Edwards point with this y (RFC 8032 section 5.1.3), of whichever sign, or None."""
    if y >= _FIELD:
        return None
    square = (y * y - 1) * pow(_CURVE_D * y * y + 1, -1, _FIELD) % _FIELD
    x = pow(square, (_FIELD + 3) // 8, _FIELD)
    if (x * x - square) % _FIELD:
        x = x * pow(2, (_FIELD - 1) // 4, _FIELD) % _FIELD
    return None if (x * x - square) % _FIELD else x


def _add(one: _Point, two: _Point) -> _Point:
    """Return the sum of two points in extended coordinates X, Y, Z, T (RFC 8032 section 5.1.4)."""
    x1, y1, z1, t1 = one
    x2, y2, z2, t2 = two
    a, b = (y1 - x1) * (y2 - x2) % _FIELD, (y1 + x1) * (y2 + x2) % _FIELD
    c, d = 2 * _CURVE_D * t1 * t2 % _FIELD, 2 * z1 * z2 % _FIELD
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _FIELD, g * h % _FIELD, f * g % _FIELD, e * h % _FIELD


class _Ed25519Check:
    __slots__ = ("_key",)

    def __init__(self, public: bytes) -> None:
        self._key = Ed25519PublicKey.from_public_bytes(public)

    def __call__(self, signature: bytes, message: bytes) -> None:
        try:
            self._key.verify(signature, message)
        except InvalidSignature as error:
            raise Refused("the Ed25519 signature does not hold") from error


class _Esp256Check:
    __slots__ = ("_key",)

    def __init__(self, public: bytes) -> None:
        from cryptography.hazmat.primitives.asymmetric import ec

        self._key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\x04" + public)

    def __call__(self, signature: bytes, message: bytes) -> None:
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec, utils

        r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
        if len(signature) != SIGNATURE_BYTES[ESP256] or not (
            0 < r < _P256_ORDER and 0 < s <= _P256_ORDER // 2
        ):
            raise Refused("the ESP256 signature is not in its one allowed form")
        try:
            self._key.verify(utils.encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature as error:
            raise Refused("the ESP256 signature does not hold") from error


class _MlDsaCheck:
    __slots__ = ("_key",)

    def __init__(self, public: bytes) -> None:
        from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PublicKey

        try:
            self._key = MLDSA65PublicKey.from_public_bytes(public)
        except UnsupportedAlgorithm as error:
            raise Refused(
                "this machine's cryptography cannot check ML-DSA-65",
                hint="install the package cryptography from PyPI, 48 or newer, which brings its own OpenSSL",
            ) from error

    def __call__(self, signature: bytes, message: bytes) -> None:
        try:
            self._key.verify(signature, message)
        except InvalidSignature as error:
            raise Refused("the ML-DSA-65 signature does not hold") from error


_CHECKS: Final[dict[int, Callable[[bytes], Callable[[bytes, bytes], None]]]] = {
    ED25519: _Ed25519Check,
    ESP256: _Esp256Check,
    ML_DSA_65: _MlDsaCheck,
}


def low_s(s: int) -> int:
    """Return the smaller of ``s`` and n - ``s``: the one spelling of a P-256 signature that is accepted."""
    return min(s, _P256_ORDER - s)


def _bytes(data: bytes) -> bytes:
    """Return the CBOR byte string of ``data``."""
    size = len(data)
    if size < 24:
        return bytes((0x40 | size,)) + data
    if size < 256:
        return bytes((0x58, size)) + data
    if size < 65536:
        return b"\x59" + size.to_bytes(2, "big") + data
    return b"\x5a" + size.to_bytes(4, "big") + data


def sign1_input(protected: bytes, payload: bytes, *, aad: bytes) -> bytes:
    """Return the Sig_structure of a COSE_Sign1: the bytes that are signed (RFC 9052 section 4.4)."""
    return b"\x84\x6aSignature1" + _bytes(protected) + _bytes(aad) + _bytes(payload)


def sign_input(protected: bytes, payload: bytes, *, aad: bytes, body_protected: bytes = b"") -> bytes:
    """Return the Sig_structure of one signature of a COSE_Sign (RFC 9052 section 4.4).

    ``protected`` is the signature's own header; ``body_protected`` the message's, empty in trust lists.
    """
    return b"\x85\x69Signature" + _bytes(body_protected) + _bytes(protected) + _bytes(aad) + _bytes(payload)


def protected_header(alg: int, kid: bytes) -> bytes:
    """Return the encoded header ``{1: alg, 4: kid}`` (RFC 9052 section 3.1)."""
    return cbor.encode({1: alg, 4: kid})


class Sign1(NamedTuple):
    """A COSE_Sign1 whose shape holds and whose signature is not checked yet; all of it is unverified."""

    alg: int
    kid: bytes
    protected: bytes
    payload: bytes
    signature: bytes

    def verify(self, key: PublicKey, *, aad: bytes) -> None:
        """Return if the signature holds under ``key`` and this external_aad; raise `Refused` if not."""
        if key.alg != self.alg:
            raise Refused(f"signed with algorithm {self.alg}, the key is for {key.alg}")
        key.verify(self.signature, sign1_input(self.protected, self.payload, aad=aad))


def write_sign1(protected: bytes, payload: bytes, signature: bytes) -> bytes:
    """Return the one spelling of a tagged COSE_Sign1 with an empty unprotected header."""
    return b"\xd2\x84" + _bytes(protected) + b"\xa0" + _bytes(payload) + _bytes(signature)


def read_sign1(data: bytes, *, max_bytes: int) -> Sign1:
    """Return the COSE_Sign1 that ``data`` spells (RFC 9052 section 4.2), its signature unchecked.

    Raises `TooBig` past ``max_bytes``; `Unsupported` for a well-formed one with another integer algorithm;
    `Unreadable` for every other byte string that is not of our profile: tag 18, ``{1: alg, 4: kid}``
    protected, nothing unprotected, a payload, 64 bytes of signature, deterministic CBOR.
    """
    if len(data) > max_bytes:
        raise TooBig(f"{len(data)} bytes where at most {max_bytes} are due")
    header, signature = data[3:16], data[-64:]
    alg = _ALGORITHM_OF.get(header[:5])
    if alg is not None:
        rest = len(data) - _FRAME_BYTES
        payload = data[17 + (1 if rest <= 24 else 2 if rest <= 257 else 3 if rest <= 65538 else 5) : -66]
        if write_sign1(header, payload, signature) == data:
            return Sign1(alg, header[5:], header, payload, signature)
    return _explain_sign1(data)


def _explain_sign1(data: bytes) -> NoReturn:
    """Raise for bytes that are not the one spelling: `Unsupported` or `Unreadable`, and why."""
    shape = cbor.decode(data, tags=frozenset((SIGN1_TAG,)), max_items=_MAX_EXPLAINED)
    if not isinstance(shape, cbor.Tagged):
        raise Unreadable("no COSE_Sign1: tag 18 is missing")
    if not isinstance(shape.value, tuple) or [type(part) for part in shape.value] != [
        bytes,
        dict,
        bytes,
        bytes,
    ]:
        raise Unreadable("no COSE_Sign1: an array of header, map, payload and signature is due")
    header, unprotected, _, signature = shape.value
    protected = cbor.decode(header, max_items=_MAX_EXPLAINED)
    if not isinstance(protected, dict):
        raise Unreadable("the protected header is not a map")
    alg, kid = protected.get(1), protected.get(4)
    if type(alg) is int and alg not in CERTIFICATE_ALGORITHMS:
        raise Unsupported(f"signed with algorithm {alg}, which this version does not know")
    if unprotected or set(protected) != {1, 4}:
        raise Unreadable("the headers are not exactly {1: alg, 4: kid}, protected")
    raise Unreadable(
        f"algorithm {alg!r}, a kid of {len(kid) if isinstance(kid, bytes) else 0} bytes and a signature of "
        f"{len(signature)} bytes, where an integer, {KID_BYTES} and 64 are due"
    )


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature of a `SignMessage`: its encoded header, what the header says, the signature itself."""

    protected: bytes
    alg: int
    kid: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class SignMessage:
    """A COSE_Sign (RFC 9052 section 4.1) whose shape holds and whose signatures are not checked yet."""

    payload: bytes
    signatures: tuple[Signature, ...]


def read_sign(shape: object) -> SignMessage:
    """Return the COSE_Sign in a decoded item (tag 98, empty headers but the signatures' own).

    Raises `Unreadable`. Any integer algorithm and any kid pass: who may sign is the caller's question.
    """
    if not isinstance(shape, cbor.Tagged) or shape.number != SIGN_TAG or not isinstance(shape.value, tuple):
        raise Unreadable("no COSE_Sign: tag 98 on an array is due")
    if [type(part) for part in shape.value] != [bytes, dict, bytes, tuple] or shape.value[:2] != (b"", {}):
        raise Unreadable("no COSE_Sign: empty header, empty map, payload and signatures are due")
    if not shape.value[3]:
        raise Unreadable("a COSE_Sign without signatures")
    return SignMessage(shape.value[2], tuple([_read_signature(one) for one in shape.value[3]]))


def _read_signature(shape: object) -> Signature:
    if not isinstance(shape, tuple) or [type(part) for part in shape] != [bytes, dict, bytes] or shape[1]:
        raise Unreadable("a signature is [header, {}, bytes]")
    header = cbor.decode(shape[0], max_items=_MAX_EXPLAINED)
    if not isinstance(header, dict) or set(header) != {1, 4}:
        raise Unreadable("a signature's header is {1: alg, 4: kid}")
    if type(header[1]) is not int or type(header[4]) is not bytes or len(header[4]) != KID_BYTES:
        raise Unreadable("a signature's header has an integer algorithm and a kid of 8 bytes")
    return Signature(shape[0], header[1], header[4], shape[2])


def write_sign(message: SignMessage) -> cbor.Tagged:
    """Return the item that `read_sign` reads, signatures in ascending order of their headers."""
    ordered = sorted(message.signatures, key=lambda one: one.protected)
    return cbor.Tagged(
        SIGN_TAG, (b"", {}, message.payload, tuple((one.protected, {}, one.signature) for one in ordered))
    )
