"""Merkle trees with SHA-256 (RFC 9162 section 2.1): roots, inclusion paths, and the climb that checks one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

_LEAF = b"\x00"
_NODE = b"\x01"
"""Two prefixes, so that no inner node can pose as a leaf (RFC 9162 section 2.1.1)."""


@dataclass(frozen=True, slots=True)
class Path:
    """Where a leaf stands in a tree: its index, the tree's size, and the siblings from the leaf upwards."""

    index: int
    size: int
    siblings: tuple[bytes, ...]


class Tree:
    """The tree over the data of its leaves, in their order; every level is kept, so that paths are cheap."""

    __slots__ = ("_levels",)

    def __init__(self, leaves: Iterable[bytes]) -> None:
        level = [sha256(_LEAF + leaf).digest() for leaf in leaves]
        if not level:
            raise ValueError("a tree without leaves has no root that could be published")
        self._levels = [level]
        while len(level) > 1:
            above = [
                sha256(_NODE + left + right).digest()
                for left, right in zip(level[::2], level[1::2], strict=False)
            ]
            level = above + level[len(above) * 2 :]  # a node without a sibling moves up as it is
            self._levels.append(level)

    @property
    def size(self) -> int:
        """The number of leaves."""
        return len(self._levels[0])

    @property
    def root(self) -> bytes:
        """The Merkle tree hash of all leaves (RFC 9162 section 2.1.1), 32 bytes."""
        return self._levels[-1][0]

    def path(self, index: int) -> Path:
        """Return the inclusion path of the leaf at ``index`` (RFC 9162 section 2.1.3.1).

        Raises IndexError for a leaf that is not there.
        """
        if not 0 <= index < self.size:
            raise IndexError(f"leaf {index} of {self.size}")
        siblings = []
        place = index
        for level in self._levels[:-1]:
            if place ^ 1 < len(level):
                siblings.append(level[place ^ 1])
            place >>= 1
        return Path(index, self.size, tuple(siblings))


def climb(leaf: bytes, path: Path) -> bytes | None:
    """Return the root that ``path`` leads to from the data of a leaf, or None where the path cannot be.

    None means an index outside the tree, or more or fewer siblings than a tree of that size has there
    (RFC 9162 section 2.1.3.2).
    """
    if not 0 <= path.index < path.size:
        return None
    place, last = path.index, path.size - 1
    node = sha256(_LEAF + leaf).digest()
    for sibling in path.siblings:
        if last == 0:
            return None
        if place & 1 or place == last:
            node = sha256(_NODE + sibling + node).digest()
            while not place & 1 and place:
                place >>= 1
                last >>= 1
        else:
            node = sha256(_NODE + node + sibling).digest()
        place >>= 1
        last >>= 1
    return node if last == 0 else None
