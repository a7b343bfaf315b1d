"""The register as a book: recording, looking up, withdrawing, replacing, and checking that nothing was changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Literal, Self, TypeVar

from sqlalchemy import Connection, Engine

from qrcert.errors import RegisterError
from qrcert.register import chain, lookup, rows
from qrcert.register.opening import copy_file, file_of, guarded, open_engine, put_in_place, writing
from qrcert.register.records import AuditReport, Batch, Entry, NewBatch, NewEntry, Opened, Recorded, Status

_Found = TypeVar("_Found")

Journal = Literal["wal", "delete"]
"""``wal`` on a disk of this machine; ``delete`` on a network drive, where WAL's shared memory does not work."""

PATIENCE = 10.0
"""Seconds that a locked file is waited for: a class of 1 000 takes less than one."""


class Register:
    """An open register; use it as a context manager or close it. ``opened`` tells what opening did.

    Every method that changes something does so in one transaction: it is there whole or not at all, whenever the
    program is killed. All methods raise RegisterError.
    """

    def __init__(self, engine: Engine, name: str, opened: Opened) -> None:
        self._engine = engine
        self._name = name
        self.opened = opened

    @classmethod
    def open(
        cls,
        where: str | Path,
        *,
        create: bool = False,
        migrate: bool = False,
        journal: Journal = "wal",
        patience: float = PATIENCE,
    ) -> Self:
        """Open the register at a path or database URL, and make it there if ``create`` is set.

        An older schema is brought up to date, an SQLite file after a copy beside it (``opened.backup``), a server
        only with ``migrate``; a newer schema and a foreign database are refused.
        """
        steps = open_engine(where, create=create, migrate=migrate, journal=journal, patience=patience)
        return cls(*steps)

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

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
        point; its office and printed values are brought up to date. With another payload nothing is stored and
        the error names the numbers. New entries join the batch of the same list, form and day while that is still
        ``signed``, else a new one.
        """
        return self._write(lambda connection: rows.record(connection, batch, entries, now=now))

    def finish(self, batch: int, *, now: datetime) -> Batch:
        """Mark a batch ``done``: its pages are drawn, read back, and lie in their folder."""
        return self._write(lambda connection: rows.finish(connection, batch, now=now))

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
        return self.live(form, [(part, number)]).get((part, number))

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
        return self._read(
            lambda connection: lookup.search(
                connection,
                number=number,
                holder=holder,
                form=form,
                status=status,
                batch=batch,
                digest=digest,
                limit=limit,
            )
        )

    def batches(self) -> tuple[Batch, ...]:
        """Return all batches in the order of recording."""
        return self._read(lookup.all_batches)

    def digests(self, kid: bytes, *, first: date, last: date) -> list[bytes]:
        """Return, ascending, the digests of what a key signed and the school handed out: a season's leaves."""
        return self._read(lambda connection: lookup.digests(connection, kid, first, last))

    # Keeping.

    def audit_check(self) -> AuditReport:
        """Walk the audit and compare every row with it; see AuditReport for what this can and cannot show."""
        return self._read(chain.check)

    def backup(self, target: Path) -> None:
        """Copy the register, also while it is in use, into a new file."""
        path = file_of(self._engine.url.render_as_string(hide_password=False))
        if path is None:
            raise RegisterError("a database server is backed up by its own tools", hint="see pg_dump")
        copy_file(path, target)

    def _read(self, ask: Callable[[Connection], _Found]) -> _Found:
        with guarded(self._name), self._engine.connect() as connection:
            return ask(connection)

    def _write(self, act: Callable[[Connection], _Found]) -> _Found:
        with writing(self._engine, self._name) as connection:
            return act(connection)


def restore(source: Path, target: Path) -> Path | None:
    """Put a backup in the place of the register ``target`` and return where the old one was kept.

    A copy of the backup is opened, brought up to date and its audit checked before anything is moved. No other
    program may have the register open.
    """
    if not source.is_file():
        raise RegisterError(f"the backup {str(source)!r} is not there")
    fresh = target.with_name(f"{target.name}.restoring")
    try:
        copy_file(source, fresh)
        with Register.open(fresh) as copy:
            report = copy.audit_check()
        if copy.opened.backup:
            copy.opened.backup.unlink()
        if report.faults:
            raise RegisterError(f"the backup {str(source)!r} was changed: {report.faults[0].message}")
        return put_in_place(fresh, target)
    finally:
        fresh.unlink(missing_ok=True)
