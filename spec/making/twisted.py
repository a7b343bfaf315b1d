"""Signatures that tell one equation from another: keys and points with a part of small order."""

from __future__ import annotations

from functools import cache
from hashlib import sha512

from making import curve
from making.keys import ED25519, Key, seed_of


@cache
def mixed_key(name: str) -> Key:
    """Return a key A = [a]B + T with T of order 8: no list refuses it, and only some signatures hold."""
    seed = seed_of(name)
    point = curve.add(curve.times(curve.secret_scalar(seed), curve.BASE), curve.ORDER_8)
    public = curve.encode(point)
    return Key(ED25519, public, lambda message: sign_mixed(seed, public, message, remainder=0), seed)


def sign_mixed(seed: bytes, public: bytes, message: bytes, *, remainder: int) -> bytes:
    """Return S, R with k = ``remainder`` modulo 8 under a mixed key.

    The equation with the cofactor holds for all of them, encode([S]B - [k]A) = R only for remainder 0.
    """
    scalar = curve.secret_scalar(seed)
    for attempt in range(256):
        nonce = int.from_bytes(sha512(seed + message + bytes((attempt,))).digest(), "little") % curve.ORDER
        r = curve.encode(curve.times(nonce, curve.BASE))
        k = curve.challenge(r, public, message)
        if k % 8 == remainder:
            return curve.join(r, (nonce + k * scalar) % curve.ORDER)
    raise AssertionError("no such nonce in 256")


def sign_with_r(key: Key, message: bytes, *, r: bytes, nonce: int = 0) -> bytes:
    """Return the signature of a plain key with any bytes as R; ``nonce`` is what R stands for."""
    k = curve.challenge(r, key.public, message)
    return curve.join(r, (nonce + k * curve.secret_scalar(key.seed)) % curve.ORDER)


def sign_with_twisted_r(key: Key, message: bytes) -> bytes:
    """Return a signature whose R has a part of order 8: the equation with the cofactor holds, ours does not."""
    nonce = int.from_bytes(sha512(key.seed + message).digest(), "little") % curve.ORDER
    r = curve.encode(curve.add(curve.times(nonce, curve.BASE), curve.ORDER_8))
    return sign_with_r(key, message, r=r, nonce=nonce)
