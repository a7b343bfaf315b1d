"""Edwards25519 by the book (RFC 8032 section 5.1), for signatures that no library would make."""

from __future__ import annotations

from hashlib import sha512

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, P) % P

Point = tuple[int, int]

NEUTRAL: Point = (0, 1)


def recover(y: int, *, odd: int) -> Point:
    """Return the point with this y whose x has this last bit."""
    square = (y * y - 1) * pow(_D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    return (x if x & 1 == odd else P - x), y


BASE = recover(4 * pow(5, -1, P) % P, odd=0)
ORDER_8 = recover(
    int.from_bytes(
        bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"
    ),
    odd=0,
)
"""A point of order 8: eight times it is the neutral element."""


def add(one: Point, two: Point) -> Point:
    """Return the sum of two points."""
    (x1, y1), (x2, y2) = one, two
    product = _D * x1 * x2 * y1 * y2 % P
    x = (x1 * y2 + x2 * y1) * pow(1 + product, -1, P) % P
    y = (y1 * y2 + x1 * x2) * pow(1 - product, -1, P) % P
    return x, y


def times(scalar: int, point: Point) -> Point:
    """Return a multiple of a point."""
    total = NEUTRAL
    while scalar:
        if scalar & 1:
            total = add(total, point)
        point = add(point, point)
        scalar >>= 1
    return total


def encode(point: Point) -> bytes:
    """Return the 32 bytes of a point (RFC 8032 section 5.1.2)."""
    x, y = point
    return (y | (x & 1) << 255).to_bytes(32, "little")


def challenge(r: bytes, public: bytes, message: bytes) -> int:
    """Return k = SHA-512(R | A | M) modulo the order (RFC 8032 section 5.1.7)."""
    return int.from_bytes(sha512(r + public + message).digest(), "little") % ORDER


def secret_scalar(seed: bytes) -> int:
    """Return the scalar of a private key (RFC 8032 section 5.1.5)."""
    pruned = bytearray(sha512(seed).digest()[:32])
    pruned[0] &= 0xF8
    pruned[31] = pruned[31] & 0x7F | 0x40
    return int.from_bytes(pruned, "little")


def join(r: bytes, s: int) -> bytes:
    """Return the 64 bytes of a signature."""
    return r + s.to_bytes(32, "little")
