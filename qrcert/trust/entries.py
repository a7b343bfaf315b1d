"""What a list says, as plain values: schools, keys, forms, seasons, `Header`, and `Contents` that holds them all.

`qrcert.trust.body` reads them from bytes and `qrcert.trust.writing` writes them; days count from 1970-01-01.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Literal, NamedTuple

from qrcert.cose import PublicKey
from qrcert.trust.layout import NO_HASH
from qrcert.trust.seasons import Leaves

Status = Literal["compromised", "void"]

STATUSES: tuple[Status, ...] = ("compromised", "void")
"""Number 1 and number 2 on the wire, each worse than the one before."""

MAX_AGE = 400
"""Days after its issue at which a list ends at the latest, whatever next update it promises."""


def form_hash(data: bytes) -> bytes:
    """Return the 16 bytes by which certificates and rights name a form: SHA-256 of its bytes, cut."""
    return sha256(data).digest()[:16]


@dataclass(frozen=True, slots=True)
class FormEntry:
    """A form as the list carries it: its bytes, their hash, and the texts of each other language, unhashed."""

    hash: bytes
    data: bytes
    translations: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class School:
    """A school: the authority's own id for it, its names each from its day, and what is known of it.

    ``closed`` is a day, ``successor`` another school's id, ``archive`` says who can look into the register.
    """

    id: int
    names: tuple[tuple[int, str], ...]
    place: str
    closed: int | None = None
    successor: int | None = None
    archive: str | None = None

    @property
    def name_now(self) -> str:
        """The newest name."""
        return self.names[-1][1]

    def name_on(self, day: int) -> str:
        """Return the name that held on ``day``: the last from that day or before, else the first."""
        for since, name in reversed(self.names):
            if since <= day:
                return name
        return self.names[0][1]


class KeyPin(NamedTuple):
    """What of a key may never change once a list has it; ``severity`` (0 active to 2 void) may grow."""

    kid: bytes
    alg: int
    public: bytes
    school: int
    start: int
    test: bool
    severity: int


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """A school's key: the window ``start``..``end`` of the days it may sign (inclusive), rights, status.

    ``status`` is None or ``compromised`` or ``void`` with the day since when; ``papers`` names certificates
    known to be issued, one `Leaves` a season; ``test`` keys sign only test certificates.
    """

    key: PublicKey
    school: School
    start: int
    end: int
    rights: int
    status: tuple[Status, int] | None = None
    papers: tuple[Leaves, ...] = ()
    test: bool = False

    @property
    def kid(self) -> bytes:
        """The key's kid, 8 bytes."""
        return self.key.kid

    @property
    def alg(self) -> int:
        """The key's COSE algorithm."""
        return self.key.alg

    @property
    def pin(self) -> KeyPin:
        """What every later list must say of this key too."""
        severity = STATUSES.index(self.status[0]) + 1 if self.status else 0
        return KeyPin(self.kid, self.alg, self.key.public, self.school.id, self.start, self.test, severity)

    @property
    def leaves(self) -> frozenset[bytes]:
        """The digests of all ``papers``; to look one up, `knows` is cheaper."""
        return frozenset(digest for part in self.papers for digest in part)

    def knows(self, digest: bytes) -> bool:
        """Tell whether the certificate with this digest is among the key's papers."""
        return any(part.holds(digest) for part in self.papers)


@dataclass(frozen=True, slots=True, order=True)
class Season:
    """A closed season: the day it was closed, how many keys and certificates it has, the root over them."""

    day: int
    keys: int
    certificates: int
    root: bytes


class Counts(NamedTuple):
    """How much a list holds."""

    schools: int
    keys: int
    forms: int
    withdrawals: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What stands once in the body of a list: whose it is, its days, and the seasons.

    ``root_hash`` is the hash of the newest root, ``previous`` the hash of the list before (`NO_HASH`: none);
    ``cutover`` is None or the day since when membership in a season is demanded of every certificate.
    """

    authority: str
    where: str
    root_hash: bytes
    version: int
    issued: int
    next_update: int
    previous: bytes = NO_HASH
    seasons: tuple[Season, ...] = ()
    cutover: int | None = None

    @property
    def effective_end(self) -> int:
        """The last day on which the list is current: next update, or 400 days after issue if earlier."""
        return min(self.next_update, self.issued + MAX_AGE)

    @property
    def season_sizes(self) -> dict[bytes, int]:
        """How many keys each season has, by its root."""
        return {season.root: season.keys for season in self.seasons}


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents(Header):
    """The body of a list.

    ``rights`` maps a number to form hashes, ``withdrawals`` a 16-byte name to its day and kind 1..3.
    """

    forms: tuple[FormEntry, ...] = ()
    rights: Mapping[int, frozenset[bytes]] = field(default_factory=dict)
    schools: tuple[School, ...] = ()
    keys: tuple[KeyEntry, ...] = ()
    withdrawals: Mapping[bytes, tuple[int, int]] = field(default_factory=dict)
