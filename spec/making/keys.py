"""The test keys: every private key follows from its name, so all of them are public and none may ever be used."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey, MLDSA65PublicKey

ED25519 = -19
ESP256 = -9
ML_DSA_65 = -49
ML_DSA_65_BYTES = 3309
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

Sign = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class Key:
    """A test key: COSE algorithm, raw public bytes, how it signs, and the seed it comes from."""

    alg: int
    public: bytes
    sign: Sign
    seed: bytes = b""

    @property
    def kid(self) -> bytes:
        """The first 8 bytes of the SHA-256 COSE Key Thumbprint."""
        return kid_of(self.alg, self.public)


@dataclass(frozen=True, slots=True)
class Signer:
    """One who signs roots and lists: an Ed25519 key and an ML-DSA-65 key."""

    ed25519: Key
    ml_dsa: Key

    @property
    def keys(self) -> tuple[Key, Key]:
        """Both keys."""
        return self.ed25519, self.ml_dsa

    @property
    def pair(self) -> tuple[bytes, bytes]:
        """Both public keys, as a root names them."""
        return self.ed25519.public, self.ml_dsa.public


def kid_of(alg: int, public: bytes) -> bytes:
    """Return the first 8 bytes of the thumbprint (RFC 9679) of a public key."""
    if alg == ED25519:
        key = bytes.fromhex("a301012006215820") + public
    elif alg == ESP256:
        key = bytes.fromhex("a401022001215820") + public[:32] + bytes.fromhex("225820") + public[32:]
    else:
        key = bytes.fromhex("a30107033830205907a0") + public
    return sha256(key).digest()[:8]


def seed_of(name: str) -> bytes:
    """Return the 32 bytes from which the test key of this name is made."""
    return sha256(f"qrcert test vectors: {name}, NEVER USE".encode()).digest()


def ed25519_from(seed: bytes) -> Key:
    """Return the Ed25519 key of a seed (RFC 8032)."""
    private = Ed25519PrivateKey.from_private_bytes(seed)
    return Key(ED25519, private.public_key().public_bytes_raw(), private.sign, seed)


@cache
def ed25519(name: str) -> Key:
    """Return the Ed25519 test key of this name."""
    return ed25519_from(seed_of(name))


@cache
def esp256(name: str) -> Key:
    """Return the P-256 test key of this name; it signs with the nonce of RFC 6979 and low s."""
    private = ec.derive_private_key(int.from_bytes(seed_of(name), "big"), ec.SECP256R1())
    point = private.public_key().public_numbers()

    def sign(message: bytes) -> bytes:
        signature = private.sign(message, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
        r, s = utils.decode_dss_signature(signature)
        return r.to_bytes(32, "big") + min(s, P256_ORDER - s).to_bytes(32, "big")

    return Key(ESP256, point.x.to_bytes(32, "big") + point.y.to_bytes(32, "big"), sign)


@cache
def ml_dsa(name: str) -> Key:
    """Return the ML-DSA-65 test key of this name; it repeats a signature it has made before."""
    private = MLDSA65PrivateKey.from_seed_bytes(seed_of(name))
    public = private.public_key()
    raw = public.public_bytes_raw()
    kid = kid_of(ML_DSA_65, raw)

    def sign(message: bytes) -> bytes:
        return _MADE.signature(kid, public, message) or _MADE.keep(kid, private.sign(message))

    return Key(ML_DSA_65, raw, sign)


@cache
def signer(name: str) -> Signer:
    """Return the signer of this name."""
    return Signer(ed25519(f"{name} Ed25519"), ml_dsa(f"{name} ML-DSA-65"))


class _Made:
    """ML-DSA signatures of an earlier run. Signing takes fresh randomness, files should not change with it."""

    _signature = re.compile(rb"(.{8})\xa0\x59\x0c\xed", re.DOTALL)  # kid, {}, head of 3 309 bytes

    def __init__(self) -> None:
        self._by_kid: dict[bytes, list[bytes]] = {}

    def read(self, data: bytes) -> None:
        """Keep every signature that stands in the bytes of a list file."""
        for found in self._signature.finditer(data):
            self.keep(found[1], data[found.end() : found.end() + ML_DSA_65_BYTES])

    def keep(self, kid: bytes, signature: bytes) -> bytes:
        """Keep one signature and return it."""
        self._by_kid.setdefault(kid, []).append(signature)
        return signature

    def signature(self, kid: bytes, public: MLDSA65PublicKey, message: bytes) -> bytes | None:
        """Return a kept signature over ``message``, or None."""
        for signature in self._by_kid.get(kid, ()):
            try:
                public.verify(signature, message)
            except InvalidSignature:
                continue
            return signature
        return None


_MADE = _Made()


def remember(files: Iterable[bytes]) -> None:
    """Take the signatures of these list files for the coming run."""
    for data in files:
        _MADE.read(data)


def read_lists(folder: Path) -> list[bytes]:
    """Return the bytes of all list files in a folder."""
    return [path.read_bytes() for path in sorted(folder.glob("*.qct"))]
