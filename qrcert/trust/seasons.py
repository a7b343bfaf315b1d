"""Closed seasons: the tree of all certificates of a season, and the two ways to show that one is in it.

A season's leaves are its keys, ``<< [kid, count, key root] >>`` ascending; a key's leaves are the digests of its
certificates, ascending. `Leaves` names all papers of a key at once and stands in the list; a `Proof` shows one
paper and stands on it, as a second code ``QP1:``.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from qrcert import cbor, wire
from qrcert.errors import TooBig, TrustListError, Unreadable
from qrcert.trust.layout import COUNT, HASH, POSITIVE, Row, array, ascending, each_of, fault
from qrcert.trust.merkle import Path, Tree, climb

DIGEST_BYTES = 32

MAX_SIBLINGS = 40
"""2^40 leaves are more than a season can have."""

_PATH = Row("path", COUNT, POSITIVE, array(0, MAX_SIBLINGS))


def read_path(value: Any) -> Path:
    """Return the path in a decoded item; raise ``malformed``."""
    index, size, siblings = _PATH.read(value)
    each_of(siblings, what="path: sibling", kind=HASH)
    return Path(index, size, siblings)


def write_path(path: Path) -> tuple[int, int, tuple[bytes, ...]]:
    """Return the item that `read_path` reads."""
    return path.index, path.size, path.siblings


def key_leaf(kid: bytes, count: int, root: bytes) -> bytes:
    """Return a key's leaf in the season's tree: its kid, how many digests it has, the root over them."""
    return cbor.encode((kid, count, root))


def split_digests(data: bytes, *, what: str) -> list[bytes]:
    """Return the digests that stand one after another in ``data``.

    Raises ``malformed`` unless they are one or more of 32 bytes, and ``order`` unless they strictly ascend.
    """
    if not data or len(data) % DIGEST_BYTES:
        raise fault("malformed", f"{what}: found {len(data)} bytes, expected one or more digests of 32")
    digests = [data[at : at + DIGEST_BYTES] for at in range(0, len(data), DIGEST_BYTES)]
    ascending(digests, what=what)
    return digests


@dataclass(frozen=True, slots=True)
class Leaves:
    """All papers of one key in one season: the digests ascending, one after another, and the key's path.

    ``len(leaves)`` counts the digests and iteration gives them; `holds` looks one up.
    """

    digests: bytes
    path: Path

    def __len__(self) -> int:
        return len(self.digests) // DIGEST_BYTES

    def __iter__(self) -> Iterator[bytes]:
        return (self._at(place) for place in range(len(self)))

    def holds(self, digest: bytes) -> bool:
        """Tell whether ``digest`` is among them."""
        place = bisect_left(range(len(self)), digest, key=self._at)
        return place < len(self) and self._at(place) == digest

    def _at(self, place: int) -> bytes:
        return self.digests[place * DIGEST_BYTES : (place + 1) * DIGEST_BYTES]

    def season_root(self, kid: bytes) -> bytes | None:
        """Return the season root that these leaves of ``kid`` climb to, or None for an impossible path."""
        return climb(key_leaf(kid, len(self), Tree(self).root), self.path)


@dataclass(frozen=True, slots=True)
class Proof:
    """The proof that one certificate is in a season: its path in the key's tree, the key's in the season's."""

    in_key: Path
    in_season: Path

    @classmethod
    def from_bytes(cls, data: bytes) -> Proof:
        """Return the proof that ``data`` spells; raise `Unreadable`, or `TooBig` past 2 048 bytes."""
        if len(data) > wire.MAX_BYTES:
            raise TooBig(f"a proof of {len(data)} bytes where at most {wire.MAX_BYTES} are due")
        shape = cbor.decode(data)
        if not isinstance(shape, tuple) or len(shape) != 2:
            raise Unreadable("a proof is an array of two paths")
        try:
            return cls(read_path(shape[0]), read_path(shape[1]))
        except TrustListError as error:
            raise Unreadable(f"proof: {error}") from error

    @classmethod
    def from_text(cls, text: str) -> Proof:
        """Return the proof of a text ``QP1:…``; raise `Unreadable`."""
        return cls.from_bytes(wire.to_bytes(text, prefix=wire.PROOF_PREFIX))

    def to_bytes(self) -> bytes:
        """Return the bytes that `from_bytes` reads."""
        return cbor.encode((write_path(self.in_key), write_path(self.in_season)))

    def to_text(self) -> str:
        """Return the text ``QP1:…`` that stands in the second code."""
        return wire.to_text(self.to_bytes(), prefix=wire.PROOF_PREFIX)

    def season_root(self, kid: bytes, digest: bytes) -> bytes | None:
        """Return the season root that this proof climbs to from a certificate's kid and digest, or None."""
        root = climb(digest, self.in_key)
        if root is None:
            return None
        return climb(key_leaf(kid, self.in_key.size, root), self.in_season)


def read_proofs(texts: Iterable[str]) -> tuple[Proof, ...]:
    """Return the proofs among ``texts``; what is not a proof counts as absent and is left out."""
    proofs = []
    for text in texts:
        try:
            proofs.append(Proof.from_text(text))
        except Unreadable:
            continue
    return tuple(proofs)


class SeasonTree:
    """The whole tree of a season, from the digests of each key's certificates: what an authority closes.

    ``papers`` maps a kid to its digests, in any order and possibly repeated; a key without digests has no leaf.
    """

    def __init__(self, papers: Mapping[bytes, Iterable[bytes]]) -> None:
        sets = {kid: sorted(set(digests)) for kid, digests in papers.items()}
        self._digests = {kid: digests for kid, digests in sets.items() if digests}
        self._trees = {kid: Tree(digests) for kid, digests in self._digests.items()}
        leaves = {kid: key_leaf(kid, tree.size, tree.root) for kid, tree in self._trees.items()}
        order = sorted(leaves, key=leaves.__getitem__)
        self._tree = Tree(leaves[kid] for kid in order)
        self._place = {kid: place for place, kid in enumerate(order)}

    @property
    def root(self) -> bytes:
        """The season's root, 32 bytes."""
        return self._tree.root

    @property
    def keys(self) -> int:
        """How many keys have certificates in the season."""
        return self._tree.size

    @property
    def certificates(self) -> int:
        """How many certificates the season has."""
        return sum(tree.size for tree in self._trees.values())

    def leaves(self, kid: bytes) -> Leaves:
        """Return all papers of a key, as they stand in a list; raise KeyError for a key without papers."""
        return Leaves(b"".join(self._digests[kid]), self._tree.path(self._place[kid]))

    def proof(self, kid: bytes, digest: bytes) -> Proof:
        """Return the proof of one certificate; raise KeyError where the season has none such."""
        digests = self._digests[kid]
        place = bisect_left(digests, digest)
        if place == len(digests) or digests[place] != digest:
            raise KeyError(digest)
        return Proof(self._trees[kid].path(place), self._tree.path(self._place[kid]))
