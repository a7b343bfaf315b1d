"""Digests as groups that people can read out, compare and type."""

from __future__ import annotations

TELEPHONE_GROUPS = 6
"""Groups of five decimal digits: 99 bits, more than anybody can search for a second key with the same ones."""


def hex_groups(digest: bytes) -> str:
    """Return a digest as groups of four hex digits: ``7F3A 91C2 …``."""
    written = digest.hex().upper()
    return " ".join(written[at : at + 4] for at in range(0, len(written), 4))


def telephone_groups(digest: bytes) -> str:
    """Return the last 30 decimal digits of a 32-byte digest in groups of five, for the telephone."""
    number = int.from_bytes(digest, "big") % 10 ** (5 * TELEPHONE_GROUPS)
    written = f"{number:0{5 * TELEPHONE_GROUPS}d}"
    return " ".join(written[at : at + 5] for at in range(0, len(written), 5))
