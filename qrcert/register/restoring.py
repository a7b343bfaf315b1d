"""A backup put in the place of a register: nothing that only the replaced one has is dropped unasked, or lost.

In this order, so that a program killed between any two steps leaves one whole register in its place:

1. what an earlier attempt left behind is removed;
2. the backup is copied beside the register, brought up to date, and its audit checked;
3. the register that stands there is shut to others, all of it in its one file, and compared with the backup;
4. a copy of it is kept beside it, and the audit of the restored one tells of both;
5. the restored one takes its place in one step, while the other is still shut: where another office waits for it,
   SQLite lets it write into no file that was replaced, so its act fails, and is not lost.

An office that has the register open without using it is not noticed where the journal is no ``wal``; then it reads
the register as it was until it opens it anew, and what it writes fails.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from sqlalchemy import Connection, func, select

from qrcert.errors import RegisterError
from qrcert.register import checking, disk, rows
from qrcert.register.copying import copy_rows
from qrcert.register.disk import copy_file, copy_open, file_of, free_name, is_database, shut, tails_of
from qrcert.register.faults import guarded, was_damaged
from qrcert.register.opening import PATIENCE, Home, bring_up_to_date, open_home, reading, writing
from qrcert.register.records import Restored
from qrcert.register.server import server_of
from qrcert.register.tables import audit, certificates

_TOLD: Final = 5  # numbers that one message lists


@dataclass(frozen=True, slots=True)
class _Standing:
    """What stands where the backup is to go: its certificates, and its audit's rows that changed something.

    ``connection`` is the only one that there is; None for a file that is damaged, of which nothing is known.
    """

    connection: sqlite3.Connection | None
    numbers: Mapping[bytes, str]
    changes: Mapping[int, bytes]
    end: tuple[int, bytes] | None


_DAMAGED: Final = _Standing(None, {}, {}, None)


def restore(
    source: Path, target: Path | str, *, now: datetime, drop_newer: bool = False, patience: float = PATIENCE
) -> Restored:
    """Put a backup in the place of the register ``target``, and keep the old file beside it.

    ``target`` is a path, or the address of a database on a server that has no certificates yet. Raises
    RegisterError, and changes nothing, where the register that stands there has certificates or changes that the
    backup lacks, unless ``drop_newer`` says that they may go; for a backup whose audit is broken; and where another
    program is using the register, after ``patience`` seconds. A damaged register is kept and replaced.
    """
    if not source.is_file():
        raise RegisterError(f"the backup {str(source)!r} is not there")
    if server_of(target) is not None:
        with TemporaryDirectory() as folder, _checked(source, Path(folder) / "register.db") as copy:
            _note(copy, now, {"backup": source.name})
            _copy_in(copy, str(target))
        return Restored()
    path = file_of(target)
    if path.is_symlink():  # it still leads to the register then
        path = Path(os.path.realpath(path))
    fresh = path.with_name(f"{path.name}.restoring")
    try:
        _clear(fresh, but=source)
        with _checked(source, fresh) as copy, _standing(path, patience) as standing:
            done = _keep(copy, path, standing, drop_newer=drop_newer)
            _note(copy, now, {"backup": source.name} | _told(done, standing))
            copy.close()  # what is open cannot be moved everywhere
            _put(fresh, path, standing, done)
    except OSError as error:
        raise RegisterError(
            f"the register {str(path)!r} cannot be replaced: {error.strerror}",
            hint="is it open in another program, the disk full, or the folder read-only?",
        ) from error
    finally:
        with suppress(OSError):
            _clear(fresh, but=source)
    return done


def _clear(fresh: Path, *, but: Path) -> None:
    """Remove what an attempt that was killed left behind: copies, whose originals still stand."""
    if fresh.parent.is_dir():
        for left in fresh.parent.iterdir():
            if left.name.startswith(fresh.name) and not left.samefile(but):
                left.unlink(missing_ok=True)


@contextmanager
def _checked(source: Path, fresh: Path) -> Iterator[Home]:
    """Give a copy of a backup, up to date and its audit whole."""
    copy_file(source, fresh)
    copy = open_home(fresh, create=False)
    try:
        done = bring_up_to_date(copy, create=False, migrate=True)
        if done.backup:
            done.backup.unlink()
        with reading(copy) as connection:
            _refuse_faults(connection, str(source))
        yield copy
    finally:
        copy.close()


def _refuse_faults(connection: Connection, name: str) -> None:
    if faults := checking.check(connection).faults:
        raise RegisterError(f"the backup {name!r} was changed: {faults[0].message}")


@contextmanager
def _standing(path: Path, patience: float) -> Iterator[_Standing | None]:
    """Give what stands at ``path``, unless it is damaged shut to all others meanwhile; None where nothing does."""
    if not path.exists():
        yield None
        return
    if not is_database(path):  # SQLite would throw its journal away
        yield _DAMAGED
        return
    with ExitStack() as stack:
        try:
            connection = stack.enter_context(closing(shut(path, patience)))
            with guarded(str(path)):
                found = _read(connection)
        except RegisterError as error:
            if not was_damaged(error):
                raise
            stack.close()  # else it could not be replaced everywhere
            found = _DAMAGED
        yield found


def _read(connection: sqlite3.Connection) -> _Standing:
    (things,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if not things:
        return _Standing(connection, {}, {}, None)
    numbers = connection.execute("SELECT digest, number FROM certificates ORDER BY id")
    changes = connection.execute("SELECT seq, hash FROM audit WHERE state <> ''")
    end = connection.execute("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1")
    return _Standing(connection, dict(numbers), dict(changes), end.fetchone())


def _keep(copy: Home, path: Path, standing: _Standing | None, *, drop_newer: bool) -> Restored:
    """Keep a copy of the register at ``path``, and tell what of it the restored one lacks."""
    if standing is None:
        return Restored()
    with reading(copy) as connection:
        digests = set(connection.execute(select(certificates.c.digest)).scalars())
        hashes = {row.seq: row.hash for row in connection.execute(select(audit.c.seq, audit.c.hash))}
    lost = tuple([number for digest, number in standing.numbers.items() if digest not in digests])
    changes = sum(hashes.get(seq) != found for seq, found in standing.changes.items())
    if (lost or changes) and not drop_newer:
        raise _newer(path, lost)
    kept = free_name(path, "before-restore")
    part = path.with_name(f"{path.name}.restoring-kept")
    if standing.connection is not None:
        copy_open(standing.connection, part)
    else:
        shutil.copy2(path, part)
    part.rename(kept)
    return Restored(kept, lost, changes, damaged=standing.connection is None)


def _newer(path: Path, lost: tuple[str, ...]) -> RegisterError:
    hint = (
        "is there a newer backup? to drop them: --drop-newer; the register as it is will be kept, "
        "and papers come back by qrcert recover PICTURE"
    )
    if not lost:
        return RegisterError(
            f"the register {str(path)!r} has changes that the backup lacks, such as withdrawals; "
            "nothing was replaced",
            hint=hint,
        )
    more = f" and {len(lost) - _TOLD} more" if len(lost) > _TOLD else ""
    told = ", ".join(map(repr, lost[:_TOLD]))
    return RegisterError(
        f"the backup lacks {len(lost)} of the certificates in the register {str(path)!r}: "
        f"No. {told}{more}; nothing was replaced",
        hint=hint,
    )


def _told(done: Restored, standing: _Standing | None) -> dict[str, Any]:
    """Return what the audit says of the register that was replaced."""
    told: dict[str, Any] = {}
    if done.kept is not None:
        told |= {"kept": done.kept.name, "dropped": len(done.lost), "changes": done.changes}
    if done.lost:
        told["numbers"] = list(done.lost[:_TOLD])
    if done.damaged:
        told["damaged"] = True
    if standing is not None and standing.end is not None:
        told |= {"row": standing.end[0], "head": standing.end[1].hex()}
    return told


def _note(copy: Home, now: datetime, detail: Mapping[str, object]) -> None:
    with writing(copy) as connection:
        rows.note_restored(connection, detail=detail, now=now)


def _put(fresh: Path, path: Path, standing: _Standing | None, done: Restored) -> None:
    """Put the file ``fresh`` in the place of the register, which nobody has changed since it was looked at."""
    if standing is not None and standing.connection is not None and not disk.REPLACES_OPEN_FILES:
        seen = disk.header_of(path)
        standing.connection.close()
        if disk.header_of(path) != seen:
            raise _used_meanwhile(path)
    _set_tails_aside(path, done)
    fresh.replace(path)


def _used_meanwhile(path: Path) -> RegisterError:
    return RegisterError(f"the register {path} is in use by another program (it was opened meanwhile)")


def _set_tails_aside(path: Path, done: Restored) -> None:
    """Let nothing of a journal that belongs to another file come into the restored one."""
    tails = tails_of(path)
    if tails and done.kept is not None and not done.damaged:
        raise _used_meanwhile(path)
    kept = done.kept or free_name(path, "before-restore")
    for tail in tails:
        shutil.copy2(path.with_name(path.name + tail), kept.with_name(kept.name + tail))
    for tail in tails:
        path.with_name(path.name + tail).unlink()


def _copy_in(copy: Home, target: str) -> None:
    """Copy a register into an empty database of a server, all or nothing."""
    home = open_home(target, create=True)
    try:
        bring_up_to_date(home, create=True, migrate=True)
        with reading(copy) as source, writing(home) as connection:
            held = connection.execute(select(func.count()).select_from(certificates)).scalar_one()
            if held or connection.execute(select(audit.c.seq).limit(1)).first():
                raise RegisterError(
                    f"the register {home.name} has {held} certificates already",
                    hint="make an empty database and put its address into office.toml, under [register]",
                )
            copy_rows(source, connection)
            _refuse_faults(connection, home.name)
    finally:
        home.close()
