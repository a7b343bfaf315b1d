"""The test keys: every private key follows from its name, so all of them are public and none may ever be used."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey

ED25519 = -19
ESP256 = -9
ML_DSA_65 = -49
ML_DSA_65_BYTES = 3309
_ML_DSA_SIGNATURE = re.compile(rb"(.{8})\xa0\x59\x0c\xed", re.DOTALL)  # kid, {}, head of 3 309 bytes
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

VECTORS = Path(__file__).parent.parent / "vectors"
DEMO_LIST = Path(__file__).parent.parent.parent / "keys" / "demo.qct"

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
def ml_dsa(name: str, *, context: bytes = b"") -> Key:
    """Return the ML-DSA-65 test key of this name; it repeats a signature that it has made before.

    A list demands signatures with an empty context; another one is for a scenario.
    """
    seed = seed_of(name)
    private = MLDSA65PrivateKey.from_seed_bytes(seed)
    public = private.public_key()
    kid = kid_of(ML_DSA_65, public.public_bytes_raw())

    def holds(signature: bytes, message: bytes) -> bool:
        try:
            public.verify(signature, message, context)
        except InvalidSignature:
            return False
        return True

    made: dict[bytes, bytes] = {}

    def sign(message: bytes) -> bytes:
        if message not in made:
            known = _made_before().setdefault(kid, [])
            before = next((one for one in known if holds(one, message)), None)
            if before is not None:
                known.remove(before)
            made[message] = before or private.sign(message, context)
        return made[message]

    return Key(ML_DSA_65, public.public_bytes_raw(), sign, seed)


@cache
def signer(name: str) -> Signer:
    """Return the signer of this name."""
    return Signer(ed25519(f"{name} Ed25519"), ml_dsa(f"{name} ML-DSA-65"))


@cache
def _made_before() -> dict[bytes, list[bytes]]:
    """Return by kid the ML-DSA signatures in the files of an earlier run.

    Signing takes fresh randomness; files should change only where what is signed changes.
    """
    known: dict[bytes, list[bytes]] = {}
    for data in lists_made_before():
        for found in _ML_DSA_SIGNATURE.finditer(data):
            known.setdefault(found[1], []).append(data[found.end() : found.end() + ML_DSA_65_BYTES])
    return {kid: list(dict.fromkeys(signatures)) for kid, signatures in known.items()}


def lists_made_before() -> Iterator[bytes]:
    """Yield the bytes of every trust list that is there already."""
    for path in (*sorted(VECTORS.glob("lists/*")), DEMO_LIST):
        if path.exists():
            yield path.read_bytes()
    for path in sorted(VECTORS.glob("*/*.json")):
        scenario = json.loads(path.read_text())
        for one in (*scenario.get("lists", ()), *scenario.get("stored", ()), scenario["input"]):
            if isinstance(one, list):
                yield b64decode(one[-1])
