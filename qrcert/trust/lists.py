"""`TrustList`: one authority's signed list, checked wholly from its bytes and held in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from qrcert.form import Form
from qrcert.trust.body import read_contents
from qrcert.trust.entries import Contents, Counts, FormEntry, KeyEntry, KeyPin, School
from qrcert.trust.forms import open_form
from qrcert.trust.messages import Envelope
from qrcert.trust.roots import LIST_AAD, Quorum, Root, check_signatures, keys_of_signers, walk
from qrcert.trust.verified import VerifiedList


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TrustList(VerifiedList):
    """A trust list whose every signature and rule held; made by `from_bytes` only.

    ``roots`` is the chain of roots, ``contents`` what the list says, ``list_hash`` the SHA-256 of its payload.
    Days count from 1970-01-01, hashes are 32 bytes.
    """

    roots: tuple[Root, ...]
    contents: Contents
    list_hash: bytes
    _keys: Mapping[bytes, KeyEntry] = field(init=False)
    _forms: Mapping[bytes, FormEntry] = field(init=False)
    _opened: dict[bytes, Form | None] = field(init=False)

    def __post_init__(self) -> None:
        contents = self.contents
        object.__setattr__(self, "_keys", {entry.kid: entry for entry in contents.keys})
        object.__setattr__(self, "_forms", {form.hash: form for form in contents.forms})
        object.__setattr__(self, "_opened", {})

    @classmethod
    def from_bytes(cls, data: bytes) -> TrustList:
        """Return the list in the bytes of a ``*.qct`` file, everything in it checked from the start.

        No store and no clock are looked at: whether it may follow a list that is already there is for
        `qrcert.trust.compare`, whether it is old for its use. Raises `TrustListError`.
        """
        envelope = Envelope.from_bytes(data)
        roots = walk(envelope.roots)
        newest = roots[-1]
        quorum = Quorum(newest.signers, newest.list_threshold)
        check_signatures(envelope.body, aad=LIST_AAD, quorums=[quorum])
        payload = envelope.body.payload
        contents = read_contents(payload, newest=newest, signer_kids=keys_of_signers(roots))
        return cls(roots, contents, sha256(payload).digest())

    def __repr__(self) -> str:
        return (
            f"TrustList({self.authority!r}, version {self.root_version}.{self.version}, "
            f"{len(self._keys)} keys)"
        )

    @property
    def header(self) -> Contents:
        """What stands once in the list, and all the rest."""
        return self.contents

    @property
    def root_hashes(self) -> tuple[bytes, ...]:
        """The hashes of all roots, from root 1."""
        return tuple([root.hash for root in self.roots])

    @property
    def counts(self) -> Counts:
        """How much the list holds."""
        said = self.contents
        return Counts(len(said.schools), len(said.keys), len(said.forms), len(said.withdrawals))

    @property
    def schools(self) -> tuple[School, ...]:
        """All schools, by ascending id."""
        return self.contents.schools

    @property
    def keys(self) -> tuple[KeyEntry, ...]:
        """All keys of algorithms known here, school by school."""
        return self.contents.keys

    @property
    def own(self) -> bool:
        """Whether this is a school's list of itself: one root, one signer, one school of the same name."""
        schools = self.contents.schools
        return (len(self.roots), len(self.roots[0].signers), len(schools)) == (1, 1, 1) and schools[
            0
        ].name_now == self.contents.authority

    def entry(self, kid: bytes) -> KeyEntry | None:
        """Return the key with this kid (8 bytes), or None."""
        return self._keys.get(kid)

    def school(self, number: int) -> School | None:
        """Return the school with this id, or None."""
        return next((one for one in self.contents.schools if one.id == number), None)

    def form(self, form16: bytes) -> Form | None:
        """Return the form with this hash (16 bytes); None where it is missing or not understood here."""
        try:
            return self._opened[form16]
        except KeyError:
            entry = self._forms.get(form16)
            if entry is None:
                return None
            form = self._opened[form16] = open_form(entry)
            return form

    def allows(self, rights: int, form16: bytes) -> bool:
        """Tell whether keys with this number of rights may sign the form with this hash."""
        return form16 in self.contents.rights.get(rights, ())

    def withdrawal(self, name16: bytes) -> tuple[int, int] | None:
        """Return day and kind (1..3) of the withdrawal under this name (16 bytes), or None."""
        return self.contents.withdrawals.get(name16)

    def pins(self) -> Iterator[KeyPin]:
        """Yield what every later list must say of the keys."""
        return (entry.pin for entry in self.contents.keys)

    def form_hashes(self) -> frozenset[bytes]:
        """Return the hashes (16 bytes) of all forms."""
        return frozenset(self._forms)
