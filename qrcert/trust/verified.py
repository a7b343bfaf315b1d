"""What verdicts, screens and the next import ask of a list: `TrustList` answers, and so does one in a store."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator

from qrcert.form import Form
from qrcert.trust.entries import Counts, Header, KeyEntry, KeyPin, School
from qrcert.trust.seasons import Proof, read_proofs


class VerifiedList(ABC):
    """A list whose every signature and rule held when it was read, wherever it is kept since.

    ``list_hash`` is the SHA-256 of the list's payload: its contents, signatures apart. Days count from
    1970-01-01, hashes are 32 bytes.
    """

    __slots__ = ()

    list_hash: bytes

    @property
    @abstractmethod
    def header(self) -> Header:
        """What stands once in the list."""

    @property
    @abstractmethod
    def root_hashes(self) -> tuple[bytes, ...]:
        """The hashes of all roots, from root 1."""

    @property
    @abstractmethod
    def counts(self) -> Counts:
        """How much the list holds."""

    @property
    @abstractmethod
    def own(self) -> bool:
        """Whether this is a school's list of itself: one root, one signer, one school of the same name."""

    @abstractmethod
    def entry(self, kid: bytes) -> KeyEntry | None:
        """Return the key with this kid (8 bytes), or None."""

    @abstractmethod
    def school(self, number: int) -> School | None:
        """Return the school with this id, or None."""

    @abstractmethod
    def form(self, form16: bytes) -> Form | None:
        """Return the form with this hash (16 bytes); None where it is missing or not understood here."""

    @abstractmethod
    def allows(self, rights: int, form16: bytes) -> bool:
        """Tell whether keys with this number of rights may sign the form with this hash."""

    @abstractmethod
    def withdrawal(self, name16: bytes) -> tuple[int, int] | None:
        """Return day and kind (1..3) of the withdrawal under this name (16 bytes), or None."""

    @abstractmethod
    def pins(self) -> Iterator[KeyPin]:
        """Yield what every later list must say of the keys."""

    @abstractmethod
    def form_hashes(self) -> frozenset[bytes]:
        """Return the hashes (16 bytes) of all forms."""

    @property
    def identity(self) -> bytes:
        """The hash of root 1: which authority this is, for ever."""
        return self.root_hashes[0]

    @property
    def fingerprint(self) -> bytes:
        """The hash of the newest root: what a person compares at the first import."""
        return self.root_hashes[-1]

    @property
    def root_version(self) -> int:
        """The version of the newest root, which is how many there are."""
        return len(self.root_hashes)

    @property
    def version(self) -> int:
        """The list's version under its newest root."""
        return self.header.version

    @property
    def order(self) -> tuple[int, int]:
        """What lists of one authority are ordered by: root version, then version."""
        return self.root_version, self.version

    @property
    def authority(self) -> str:
        """The authority's name."""
        return self.header.authority

    @property
    def where(self) -> str:
        """Where newer lists are found: a line to show, never to fetch."""
        return self.header.where

    @property
    def issued(self) -> int:
        """The day the list was issued."""
        return self.header.issued

    @property
    def next_update(self) -> int:
        """The day by which a newer list is promised."""
        return self.header.next_update

    @property
    def effective_end(self) -> int:
        """The last day on which the list is current: next update, or 400 days after issue if earlier."""
        return self.header.effective_end

    @property
    def cutover(self) -> int | None:
        """The day since when membership in a season is demanded of every certificate, or None."""
        return self.header.cutover

    def proven(self, entry: KeyEntry, digest: bytes, proofs: Iterable[str] = ()) -> bool:
        """Tell whether a certificate of ``entry`` counts as far as seasons decide (format, step 9).

        ``digest`` is the SHA-256 of the certificate, ``proofs`` are texts ``QP1:…``; one that is no proof or
        does not hold counts as absent. True under a healthy key while there is no cutover, and for a certificate
        that is among the key's leaves or shown by a proof to be in a season of this list.
        """
        if entry.status is None and self.cutover is None:
            return True
        if entry.knows(digest):
            return True
        return any(self._shown(entry.kid, digest, proof) for proof in read_proofs(proofs))

    def _shown(self, kid: bytes, digest: bytes, proof: Proof) -> bool:
        root = proof.season_root(kid, digest)
        return root is not None and self.header.season_sizes.get(root) == proof.in_season.size
