"""Private keys: making, keeping and signing with them.

A key file is PKCS#8 in PEM, encrypted by PBES2 with scrypt (RFC 8018, RFC 7914) and AES-256-CBC: any OpenSSL
reads it. The envelope is written here because ``cryptography`` reads scrypt but only writes 2 048 rounds of
PBKDF2, which a graphics card undoes in days.
"""

from __future__ import annotations

import os
import secrets
import stat
from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, padding, serialization
from cryptography.hazmat.primitives.asymmetric import ec, mldsa, utils
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from qrcert import cose
from qrcert.errors import KeyFileError, Unsupported

SCRYPT_N = 2**14
SCRYPT_R = 8
SCRYPT_P = 5
"""16 MiB, worked over five times, for each guess; OpenSSL refuses N = 2**15, which is past its own 32 MiB."""

MAX_KEY_FILE = 64 * 1024
MIN_PASSPHRASE = 8

_PEM_BEGIN = b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
_PEM_END = b"-----END ENCRYPTED PRIVATE KEY-----"


class Signer(Protocol):
    """Whatever signs: a key in memory, a token. ``sign`` gives the bytes that stand in COSE."""

    @property
    def alg(self) -> int:
        """The COSE algorithm."""

    @property
    def public(self) -> bytes:
        """The raw public key, as `qrcert.cose.kid_of` takes it."""

    @property
    def kid(self) -> bytes:
        """The 8 bytes that name the key."""

    def sign(self, message: bytes) -> bytes:
        """Return the signature over ``message``."""


_Private = Ed25519PrivateKey | ec.EllipticCurvePrivateKey | mldsa.MLDSA65PrivateKey


class SigningKey:
    """A private key in memory, for Ed25519, ESP256 or ML-DSA-65; ``repr`` shows only its public name."""

    __slots__ = ("_private", "alg", "kid", "public")

    def __init__(self, private: _Private) -> None:
        self._private = private
        self.alg, self.public = _public_of(private)
        self.kid = cose.kid_of(self.alg, self.public)

    def __repr__(self) -> str:
        return f"SigningKey({self.alg}, kid {self.kid.hex()})"

    @property
    def public_key(self) -> cose.PublicKey:
        """The public half, screened."""
        return cose.PublicKey(self.alg, self.public)

    @classmethod
    def generate(cls, alg: int = cose.ED25519) -> SigningKey:
        """Return a new random key for ``alg``; raises `Unsupported` for an algorithm that is not ours."""
        if alg == cose.ED25519:
            return cls(Ed25519PrivateKey.generate())
        if alg == cose.ESP256:
            return cls(ec.generate_private_key(ec.SECP256R1()))
        if alg == cose.ML_DSA_65:
            return cls(mldsa.MLDSA65PrivateKey.generate())
        raise Unsupported(f"no keys are made here for algorithm {alg}")

    @classmethod
    def from_seed(cls, alg: int, seed: bytes) -> SigningKey:
        """Return the key that 32 bytes of seed determine, for test vectors.

        Ed25519 as in RFC 8032, ML-DSA-65 as in FIPS 204; for ESP256 the seed is the private number.
        Raises `Unsupported` as `generate` does; a seed of another length is the caller's fault (ValueError).
        """
        if alg == cose.ED25519:
            return cls(Ed25519PrivateKey.from_private_bytes(seed))
        if alg == cose.ESP256:
            return cls(ec.derive_private_key(int.from_bytes(seed, "big"), ec.SECP256R1()))
        if alg == cose.ML_DSA_65:
            return cls(mldsa.MLDSA65PrivateKey.from_seed_bytes(seed))
        raise Unsupported(f"no keys are made here for algorithm {alg}")

    def sign(self, message: bytes) -> bytes:
        """Return the signature over ``message``: 64 bytes, for ESP256 with low s; 3 309 for ML-DSA-65."""
        private = self._private
        if isinstance(private, ec.EllipticCurvePrivateKey):
            r, s = utils.decode_dss_signature(private.sign(message, ec.ECDSA(hashes.SHA256())))
            return r.to_bytes(32, "big") + cose.low_s(s).to_bytes(32, "big")
        return private.sign(message)

    def to_pem(self, passphrase: bytes) -> bytes:
        """Return the key as an encrypted PKCS#8 PEM block (RFC 5958, RFC 7914)."""
        plain = self._private.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return _encrypt(plain, passphrase)


def _public_of(private: _Private) -> tuple[int, bytes]:
    if isinstance(private, Ed25519PrivateKey):
        return cose.ED25519, private.public_key().public_bytes_raw()
    if isinstance(private, mldsa.MLDSA65PrivateKey):
        return cose.ML_DSA_65, private.public_key().public_bytes_raw()
    if isinstance(private, ec.EllipticCurvePrivateKey) and isinstance(private.curve, ec.SECP256R1):
        point = private.public_key().public_numbers()
        return cose.ESP256, point.x.to_bytes(32, "big") + point.y.to_bytes(32, "big")
    raise KeyFileError("a private key that is neither Ed25519 nor P-256 nor ML-DSA-65")


def save_keys(path: Path, keys: Sequence[SigningKey], *, passphrase: bytes) -> None:
    """Write ``keys`` to a new file that only its owner can read, flushed to the disk.

    Raises `KeyFileError` if the file exists (a key is never overwritten), cannot be written, or the
    passphrase is shorter than `MIN_PASSPHRASE` bytes.
    """
    if len(passphrase) < MIN_PASSPHRASE:
        raise KeyFileError(
            f"a passphrase of {len(passphrase)} bytes where at least {MIN_PASSPHRASE} are due",
            hint="four ordinary words in a row are easy to keep and hard to guess",
        )
    blocks = b"".join([key.to_pem(passphrase) for key in keys])
    try:
        _write_private(path, blocks)
    except FileExistsError as error:
        raise KeyFileError(f"{path.name!r} is there already: a key is never overwritten") from error
    except OSError as error:
        raise KeyFileError(f"cannot write the key file {path.name!r}: {error.strerror}") from error


def _write_private(path: Path, data: bytes) -> None:
    """Make the file, which must be new, and leave none behind if the disk does not take it whole."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:  # Ctrl-C too: no half a key
        path.unlink()
        raise


def load_keys(path: Path, *, passphrase: bytes) -> tuple[SigningKey, ...]:
    """Return the keys of a file that `save_keys` wrote.

    Raises `KeyFileError` for a missing or unreadable file, one that others may read (not looked at on
    Windows), a wrong passphrase, or contents that are no key of ours.
    """
    blocks = _read_private(path).split(_PEM_END)
    if len(blocks) < 2 or blocks.pop().strip():
        raise KeyFileError(f"{path.name!r} holds no encrypted private key in PEM")
    return tuple([_decrypt(block + _PEM_END, passphrase, path.name) for block in blocks])


def _read_private(path: Path) -> bytes:
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # before opening: a pipe would wait for its writer
            raise KeyFileError(f"{path.name!r} is not an ordinary file")
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise KeyFileError(
                    f"the key file {path.name!r} can be read by others (mode {stat.S_IMODE(mode):04o})",
                    hint=f"chmod 600 {path.name}",
                )
            return file.read(MAX_KEY_FILE)
    except OSError as error:
        raise KeyFileError(f"cannot read the key file {path.name!r}: {error.strerror}") from error


def _decrypt(block: bytes, passphrase: bytes, name: str) -> SigningKey:
    try:
        private = serialization.load_pem_private_key(block, passphrase)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyFileError(
            f"the key file {name!r} does not open: the passphrase is wrong or the file is damaged",
            hint="passphrases tell capitals from small letters; is the right keyboard layout on?",
        ) from error
    if not isinstance(private, _Private):
        raise KeyFileError(f"{name!r} holds a key of a kind that is not ours")
    return SigningKey(private)


def _encrypt(plain: bytes, passphrase: bytes) -> bytes:
    """Return a PEM EncryptedPrivateKeyInfo: PBES2, scrypt, AES-256-CBC (RFC 8018 section 6.2, RFC 7914)."""
    salt, start = secrets.token_bytes(16), secrets.token_bytes(16)
    key = Scrypt(salt=salt, length=32, n=SCRYPT_N, r=SCRYPT_R, p=SCRYPT_P).derive(passphrase)
    padder = padding.PKCS7(128).padder()
    encryptor = Cipher(algorithms.AES(key), modes.CBC(start)).encryptor()
    sealed = encryptor.update(padder.update(plain) + padder.finalize()) + encryptor.finalize()
    scrypt = _der(
        0x30, _OID_SCRYPT, _der(0x30, _der(4, salt), *map(_integer, (SCRYPT_N, SCRYPT_R, SCRYPT_P)))
    )
    cipher = _der(0x30, _OID_AES256_CBC, _der(4, start))
    method = _der(0x30, _OID_PBES2, _der(0x30, scrypt, cipher))
    return _pem(_der(0x30, method, _der(4, sealed)))


_OID_PBES2 = bytes.fromhex("06092a864886f70d01050d")  # 1.2.840.113549.1.5.13
_OID_SCRYPT = bytes.fromhex("06092b06010401da47040b")  # 1.3.6.1.4.1.11591.4.11
_OID_AES256_CBC = bytes.fromhex("060960864801650304012a")  # 2.16.840.1.101.3.4.1.42


def _der(tag: int, *parts: bytes) -> bytes:
    """Return one DER element (X.690 section 8.1)."""
    body = b"".join(parts)
    if len(body) < 128:
        return bytes((tag, len(body))) + body
    size = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(size))) + size + body


def _integer(value: int) -> bytes:
    return _der(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def _pem(data: bytes) -> bytes:
    text = b64encode(data)
    lines = [text[at : at + 64] + b"\n" for at in range(0, len(text), 64)]
    return _PEM_BEGIN + b"".join(lines) + _PEM_END + b"\n"
