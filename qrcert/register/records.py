"""What goes into the register and what comes out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Literal

Status = Literal["live", "withdrawn", "replaced", "void"]
"""``void``: signed, but never handed out."""

BatchState = Literal["signed", "done"]
"""``signed``: every certificate is stored, but perhaps not drawn; ``done``: the pages lie in their folder."""


@dataclass(frozen=True, slots=True)
class NewBatch:
    """A class about to be recorded: its form, day of issue, and the class list it came from.

    ``form`` is the form's 16-byte hash, ``source_hash`` the SHA-256 of the class list's bytes: by both, a second
    run of the same list finds its batch again.
    """

    form: bytes
    form_id: str
    issued: date
    source: str
    source_hash: bytes


@dataclass(frozen=True, slots=True)
class NewEntry:
    """A signed certificate about to be recorded.

    ``part`` is 0 where the form has no parts or the code holds them all; ``number`` as shown, with its zeros;
    ``payload`` decides whether two certificates say the same; ``position`` is the place in the class, from 1.
    ``office`` and ``printed`` must be what JSON can hold.
    """

    number: str
    issued: date
    payload: bytes
    signed: bytes
    kid: bytes
    holder: str
    position: int
    part: int = 0
    office: Mapping[str, object] = field(default_factory=dict)
    printed: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Batch:
    """A class as recorded; ``manifest`` is SHA-256 over its manifest, see `Register.manifest`.

    ``audit_seq`` and ``audit_head`` are the last row of the audit before the batch and its hash: the whole history
    on which the batch stands. None for a batch that is older than manifests.
    """

    id: int
    form: bytes
    form_id: str
    issued: date
    source: str
    source_hash: bytes
    count: int
    manifest: bytes
    state: BatchState
    audit_seq: int | None
    audit_head: bytes | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A certificate as recorded.

    ``signed`` are its bytes, ``digest`` their SHA-256, ``contents`` the SHA-256 of its payload. ``kind``,
    ``changed`` and ``reason`` tell of a withdrawal or replacement (kind as in a trust list: 1 replaced, was right;
    2 replaced, was wrong; 3 withdrawn); ``replaces`` is the id of the entry that this one took the place of.
    """

    id: int
    form: bytes
    form_id: str
    part: int
    number: str
    issued: date
    signed: bytes
    digest: bytes
    contents: bytes
    kid: bytes
    holder: str
    status: Status
    kind: int | None
    changed: date | None
    reason: str
    replaces: int | None
    batch: int
    position: int
    office: Mapping[str, object]
    printed: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Recorded:
    """What ``record`` did: the batch, the entries in the order given, and how many of them are new.

    ``mended`` counts those that stood there with the same contents but other office values, which were brought up
    to date.
    """

    batch: Batch
    entries: tuple[Entry, ...]
    added: int
    mended: int


@dataclass(frozen=True, slots=True)
class Tally:
    """What ``record_all`` did: as `Recorded`, with ``count`` certificates that are not all in memory."""

    batch: Batch
    count: int
    added: int
    mended: int


@dataclass(frozen=True, slots=True)
class Query:
    """Which entries are looked for: everything that is not None must fit.

    ``holder`` is words that all stand in the name, in any case and with Е for Ё; ``year`` that of the day of issue.
    """

    number: str | None = None
    holder: str | None = None
    form: bytes | None = None
    form_id: str | None = None
    status: Status | None = None
    batch: int | None = None
    digest: bytes | None = None
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One act in the life of a certificate, as the audit has it; ``detail`` as JSON can hold it."""

    at: datetime
    act: str
    detail: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Season:
    """What was handed in to close a season: ``count`` certificates of a key, issued from ``first`` to ``last``.

    ``day`` is when it was handed in, ``leaves`` the SHA-256 over the certificates' digests in ascending order.
    """

    id: int
    kid: bytes
    first: date
    last: date
    day: date
    count: int
    leaves: bytes


@dataclass(frozen=True, slots=True)
class AuditFault:
    """One place where the register was changed behind its back.

    ``code``: ``gap`` (audit rows are missing), ``altered`` (an audit row), ``row_altered``, ``row_missing``,
    ``row_unknown`` (a certificate, batch, withdrawal or season), ``manifest`` (a batch and its certificates do not
    fit), ``other_history`` (a manifest kept elsewhere does not fit). ``seq`` is the audit row, or None where there
    is none.
    """

    code: str
    seq: int | None
    subject: str
    message: str


@dataclass(frozen=True, slots=True)
class AuditReport:
    """The outcome of ``audit_check``: rows walked, the last hash, and every fault.

    A chain cannot show that its own end was cut off: compare ``count`` and ``head`` with those noted earlier.
    """

    count: int
    head: bytes
    faults: tuple[AuditFault, ...]


@dataclass(frozen=True, slots=True)
class Restored:
    """What bringing back a backup did to the register that stood there, of which ``kept`` is a copy.

    ``lost`` are the numbers of the certificates that only that one has, ``changes`` how many acts the backup lacks;
    of a ``damaged`` one neither is known.
    """

    kept: Path | None = None
    lost: tuple[str, ...] = ()
    changes: int = 0
    damaged: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """What opening did to the database: made it, or brought it up to date after a copy at ``backup``.

    ``found`` is the older schema that stood there.
    """

    created: bool = False
    backup: Path | None = None
    found: str | None = None
