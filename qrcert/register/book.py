"""The register as a book: recording, looking up, withdrawing, replacing, and checking that nothing was changed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Literal, Self, TypeVar

from sqlalchemy import Connection

from qrcert.errors import RegisterError
from qrcert.register import chain, checking, lookup, rows
from qrcert.register.copying import copy_out
from qrcert.register.faults import was_lost
from qrcert.register.manifests import Manifest, document_of
from qrcert.register.opening import Home, bring_up_to_date, open_home, reading, writing
from qrcert.register.records import (
    AuditReport,
    Batch,
    Entry,
    Event,
    NewBatch,
    NewEntry,
    Opened,
    Query,
    Recorded,
    Season,
    Status,
    Tally,
)

_Found = TypeVar("_Found")

Journal = Literal["wal", "delete"]
"""``wal`` on a disk of this machine; ``delete`` on a network drive, where WAL's shared memory does not work."""


class Register:
    """An open register; use it as a context manager or close it. ``opened`` tells what opening did.

    Every method that changes something does so in one transaction: it is there whole or not at all, whenever the
    program is killed. All methods raise RegisterError.
    """

    def __init__(self, home: Home, opened: Opened) -> None:
        self._home = home
        self.opened = opened

    @classmethod
    def open(
        cls,
        where: str | Path,
        *,
        create: bool = False,
        migrate: bool = False,
        journal: Journal = "wal",
        patience: float | None = None,
    ) -> Self:
        """Open the register at a path or database URL, and make it there if ``create`` is set.

        An older schema is brought up to date, an SQLite file after a copy beside it (``opened.backup``), a server
        only with ``migrate``; a newer schema and a foreign database are refused. A password in a URL stands in no
        message; it is better kept in ``~/.pgpass``. ``patience`` is how many seconds another writer is waited for.
        """
        home = open_home(where, create=create, journal=journal, patience=patience)
        return cls(home, bring_up_to_date(home, create=create, migrate=migrate))

    @property
    def name(self) -> str:
        """Where the register lives, for messages: never with a password."""
        return self._home.name

    def close(self) -> None:
        """Close every connection."""
        self._home.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # Recording a class: record -> draw the pages -> finish.

    def find_batch(self, source_hash: bytes, *, form: bytes) -> Batch | None:
        """Return the newest batch of this class list and form that still has a live certificate.

        A second run of the same list asks here first, and takes the batch's day of issue instead of today's.
        """
        return self._read(lambda connection: lookup.batch_of_source(connection, source_hash, form))

    def record(self, batch: NewBatch, entries: Sequence[NewEntry], *, now: datetime) -> Recorded:
        """Store signed certificates, all or none.

        A number that is live with the same payload gives the stored entry again, so a run may be repeated at any
        point; its office values are brought up to date, what was printed stays. With another payload nothing is
        stored and the error names the numbers. New entries join the batch of the same list, form and day while
        that is still ``signed``, else a new one.
        """
        return self._write(lambda connection: rows.record(connection, batch, entries, now=now))

    def record_all(self, batch: NewBatch, entries: Iterable[NewEntry], *, now: datetime) -> Tally:
        """Store signed certificates as `record` does, however many: they are taken as they come and not kept.

        ``entries`` may sign each when it is asked for. All of them are one transaction, so others wait meanwhile.
        """
        return self._write(lambda connection: rows.record_all(connection, batch, entries, now=now))

    def manifest(self, batch: int) -> bytes:
        """Return the manifest of a batch (JSON, the same bytes every time), to be kept beside its pages.

        Raises RegisterError where the batch and its certificates are not what was recorded, or the batch is older
        than manifests.
        """
        found, document = self._read(
            lambda connection: (
                wanted := lookup.batch(connection, batch),
                document_of(connection, wanted),
            ),
            still=True,
        )
        if found.audit_seq is None:
            raise RegisterError(f"batch {batch} is older than manifests")
        if sha256(document).digest() != found.manifest:
            raise RegisterError(
                f"batch {batch} and its certificates do not fit its manifest",
                hint="somebody changed them: qrcert register audit",
            )
        return document

    def finish(self, batch: int, *, drawn: Collection[int] | None = None, now: datetime) -> Batch:
        """Mark a batch ``done``: its pages are drawn, read back, and lie in their folder.

        ``drawn`` are the entries whose pages they are; where a live one of the batch is not among them, as after
        its list was changed, it stays as it is. None says that all are.
        """
        return self._write(lambda connection: rows.finish(connection, batch, drawn=drawn, now=now))

    # What becomes of a certificate later.

    def change(
        self, entries: Iterable[int], status: Status, *, day: date, reason: str, now: datetime
    ) -> tuple[Entry, ...]:
        """Withdraw, void, or (after a withdrawal was lifted) restore entries by id; repeating it changes nothing.

        ``reason`` never leaves the register.
        """
        wanted = list(entries)
        return self._write(
            lambda connection: rows.change(connection, wanted, status, day=day, reason=reason, now=now)
        )

    def replace(
        self,
        batch: NewBatch,
        pairs: Sequence[tuple[int, NewEntry]],
        *,
        kind: int,
        day: date,
        reason: str,
        now: datetime,
    ) -> Recorded:
        """Put new certificates in the place of live ones (by id), all or none; the number may stay the same.

        ``kind``: 1 the old contents were right, 2 they were wrong. A repeated run gives the stored entries again.
        """
        if kind not in (1, 2):
            raise RegisterError(f"a replacement is of kind 1 or 2, found {kind!r}")
        changes = {"kind": kind, "changed": day, "reason": reason}
        return self._write(
            lambda connection: rows.replace(connection, batch, pairs, changes=changes, now=now)
        )

    def note(self, act: str, entry: int, *, detail: str = "", now: datetime) -> None:
        """Write into the audit what changes no row: a reprint, an export, a recovery from paper."""
        self._write(lambda connection: rows.note(connection, act, entry, detail=detail, now=now))

    # Looking up.

    def lookup(self, form: bytes, part: int, number: str) -> Entry | None:
        """Return the live entry of this form, part and number."""
        return self._read(lambda connection: lookup.live_one(connection, form, part, number))

    def live(self, form: bytes, keys: Iterable[tuple[int, str]]) -> dict[tuple[int, str], Entry]:
        """Return the live entries among many ``(part, number)``, for a check before anything is signed."""
        return self._read(lambda connection: lookup.live(connection, form, list(keys)))

    def search(
        self,
        *,
        number: str | None = None,
        holder: str | None = None,
        form: bytes | None = None,
        status: Status | None = None,
        batch: int | None = None,
        digest: bytes | None = None,
        limit: int | None = None,
    ) -> tuple[Entry, ...]:
        """Return the entries that fit everything given, in the order of recording.

        ``holder`` is words that all stand in the name, in any case and with Е for Ё.
        """
        query = Query(number, holder, form, None, status, batch, digest)
        return self._read(lambda connection: lookup.search(connection, query, limit=limit))

    def walk(self, query: Query) -> Iterator[Entry]:
        """Yield the entries that fit in the order of recording, however many: few of them are in memory."""
        after = 0
        while found := self._read(lambda connection: lookup.page(connection, query, after=after)):  # noqa: B023
            yield from found
            after = found[-1].id

    def count(self, query: Query) -> int:
        """Return how many entries fit."""
        return self._read(lambda connection: lookup.count(connection, query))

    def forms(self, query: Query) -> list[bytes]:
        """Return the hashes of the forms of the entries that fit."""
        return self._read(lambda connection: lookup.forms(connection, query))

    def entries(self, ids: Sequence[int]) -> list[Entry]:
        """Return the entries with these ids, in their order."""
        return self._read(lambda connection: lookup.by_ids(connection, ids))

    def successors(self, ids: Sequence[int]) -> dict[int, Entry]:
        """Return by the id of a replaced entry the one that took its place."""
        return self._read(lambda connection: lookup.successors(connection, ids))

    def history(self, entry: Entry) -> tuple[Event, ...]:
        """Return what was done to a certificate since it was recorded, in order."""
        return self._read(lambda connection: lookup.history(connection, entry), still=True)

    def batches(self) -> tuple[Batch, ...]:
        """Return all batches in the order of recording."""
        return self._read(lookup.all_batches)

    def batch(self, wanted: int) -> Batch:
        """Return a batch by id."""
        return self._read(lambda connection: lookup.batch(connection, wanted))

    def unfinished(self) -> tuple[Batch, ...]:
        """Return the batches whose pages were never finished, in the order of recording."""
        return self._read(lookup.unfinished)

    # Seasons.

    def digests(self, kid: bytes, *, first: date, last: date) -> list[bytes]:
        """Return, ascending, the digests of what a key signed and the school handed out: a season's leaves."""
        return list(self._read(lambda connection: lookup.leaves(connection, kid, first, last)))

    def hand_in(
        self, kid: bytes, *, first: date, last: date, day: date, now: datetime
    ) -> tuple[Season, list[bytes]]:
        """Keep which certificates are handed in to close a season, and return them, as `digests` does.

        The same certificates of the same days again give the stored season.
        """
        return self._write(
            lambda connection: rows.hand_in(connection, kid, first=first, last=last, day=day, now=now)
        )

    def seasons(self) -> tuple[Season, ...]:
        """Return the seasons that were handed in, in order."""
        return self._read(lookup.all_seasons)

    # Keeping.

    def audit_end(self) -> tuple[int, bytes]:
        """Return the number of the audit's last row and its hash, to be noted elsewhere."""
        return self._read(chain.end)

    def restorations(self) -> tuple[Event, ...]:
        """Return when the register was brought back from a backup, and what was dropped then, in order."""
        return self._read(lookup.restorations, still=True)

    def audit_check(self, manifests: Sequence[tuple[str, Manifest]] = ()) -> AuditReport:
        """Walk the audit and compare every row with it; see AuditReport for what this can and cannot show.

        ``manifests`` are those kept elsewhere, each with a name for messages: they show a history written anew.
        """
        return self._read(lambda connection: checking.check(connection, manifests), still=True)

    def backup(self, target: Path) -> None:
        """Copy the register, also while it is in use, into a new SQLite file, which is a register itself."""
        copy_out(self._home, target)

    def _read(self, ask: Callable[[Connection], _Found], *, still: bool = False) -> _Found:
        """Ask; once more where the connection had ended while nothing was done with it."""
        try:
            with reading(self._home, still=still) as connection:
                return ask(connection)
        except RegisterError as error:
            if not was_lost(error):
                raise
        with reading(self._home, still=still) as connection:
            return ask(connection)

    def _write(self, act: Callable[[Connection], _Found]) -> _Found:
        with writing(self._home) as connection:
            return act(connection)
