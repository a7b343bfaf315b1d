"""Seasons: Merkle trees as RFC 9162 section 2.1 defines them, and the QP1 proofs that climb them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from making.octets import base45, cbor
from making.papers import Paper

Path = tuple[int, int, list[bytes]]


def tree_hash(leaves: Sequence[bytes]) -> bytes:
    """Return MTH(leaves)."""
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    half = _half(len(leaves))
    return sha256(b"\x01" + tree_hash(leaves[:half]) + tree_hash(leaves[half:])).digest()


def siblings(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """Return PATH(index, leaves): the siblings from the leaf upwards."""
    if len(leaves) == 1:
        return []
    half = _half(len(leaves))
    if index < half:
        return [*siblings(index, leaves[:half]), tree_hash(leaves[half:])]
    return [*siblings(index - half, leaves[half:]), tree_hash(leaves[:half])]


def _half(size: int) -> int:
    """Return the greatest power of two below ``size``."""
    return 1 << (size - 1).bit_length() - 1


def proof_text(in_key: Any, in_season: Any) -> str:
    """Return the text of a second code with two paths."""
    return "QP1:" + base45(cbor([in_key, in_season]))


@dataclass(frozen=True, slots=True)
class Season:
    """A closed season: its day, and the digests of each key's certificates in ascending order."""

    day: int
    digests: Mapping[bytes, Sequence[bytes]]

    @classmethod
    def of(cls, day: int, papers: Iterable[Paper]) -> Season:
        """Return the season of these certificates."""
        by_kid: dict[bytes, list[bytes]] = {}
        for paper in papers:
            by_kid.setdefault(paper.kid, []).append(paper.digest)
        return cls(day, {kid: sorted(digests) for kid, digests in by_kid.items()})

    @property
    def key_leaves(self) -> list[bytes]:
        """The leaves of the season's tree, ascending."""
        return sorted(cbor([kid, len(own), tree_hash(own)]) for kid, own in self.digests.items())

    @property
    def root(self) -> bytes:
        """The root of the season's tree."""
        return tree_hash(self.key_leaves)

    @property
    def entry(self) -> list[Any]:
        """The season as a list names it."""
        certificates = sum(len(own) for own in self.digests.values())
        return [self.day, len(self.digests), certificates, self.root]

    def path_of_key(self, kid: bytes) -> Path:
        """Return the path of a key's leaf in the season's tree."""
        own = self.digests[kid]
        leaves = self.key_leaves
        index = leaves.index(cbor([kid, len(own), tree_hash(own)]))
        return index, len(leaves), siblings(index, leaves)

    def path_of_paper(self, paper: Paper) -> Path:
        """Return the path of a certificate's digest in its key's tree."""
        own = self.digests[paper.kid]
        index = own.index(paper.digest)
        return index, len(own), siblings(index, own)

    def leaves(self, kid: bytes) -> list[Any]:
        """Return a key's leaves as its entry in a list holds them."""
        return [b"".join(self.digests[kid]), self.path_of_key(kid)]

    def proof(self, paper: Paper) -> str:
        """Return the second code of a certificate."""
        return proof_text(self.path_of_paper(paper), self.path_of_key(paper.kid))
