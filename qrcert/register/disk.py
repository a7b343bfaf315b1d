"""A register in an SQLite file: making and screening it, its journal, copies of it."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url

from qrcert.errors import RegisterError
from qrcert.register.faults import guarded
from qrcert.register.tables import APPLICATION_ID

NOT_THERE = (
    "bring back a backup: qrcert register restore BACKUP; or mend place under [register] in office.toml; "
    "to begin an empty one: qrcert register migrate --new"
)
"""What to do where a register is not: a mistyped place and a lost file look the same."""

TAILS = ("-journal", "-wal", "-shm")
"""The files beside a register: its journal of either kind, and what programs that have it open share."""

REPLACES_OPEN_FILES: Final = os.name != "nt"
"""Whether another file can take the place of one that is open, and so of a register that is shut to others."""

_MAGIC = b"SQLite format 3\0"
_HEADER = 100
"""Bytes at the beginning of a database; its change counter is among them."""


def file_of(where: str | Path) -> Path:
    """Return the file that a path or an ``sqlite://`` address means."""
    if isinstance(where, str) and "://" in where:
        return Path(make_url(where).database or "")
    return Path(where)


def file_engine(path: Path, *, create: bool, journal: str, patience: float) -> Engine:
    """Return an engine on a file that is ours, or empty; it is made where ``create`` is set.

    ``patience`` is how many seconds a locked file is waited for.
    """
    _make(path, create=create)
    with guarded(str(path)):
        _screen(path, patience)
        engine = create_engine(URL.create("sqlite", database=str(path)), connect_args={"timeout": patience})
    _prepare(engine, journal)
    return engine


def copy_file(source: Path, target: Path) -> None:
    """Copy an SQLite database, also one in use, as one consistent state; ``target`` must not exist."""
    try:
        target.touch(mode=0o600, exist_ok=False)
    except OSError as error:
        raise RegisterError(f"cannot make the copy {str(target)!r}: {error.strerror}") from error
    try:
        with (
            guarded(str(source)),
            closing(sqlite3.connect(source)) as reader,
            closing(sqlite3.connect(target)) as writer,
        ):
            reader.backup(writer)
    except BaseException:
        target.unlink()
        raise


def copy_open(connection: sqlite3.Connection, target: Path) -> None:
    """Copy the database of an open connection into the new file ``target``, which only its owner reads."""
    target.touch(mode=0o600, exist_ok=False)
    with guarded(str(target)), closing(sqlite3.connect(target)) as writer:
        connection.backup(writer)


def is_database(path: Path) -> bool:
    """Return whether a file begins as SQLite's do; it is not opened as one."""
    try:
        with path.open("rb") as file:
            return file.read(len(_MAGIC)) == _MAGIC
    except OSError as error:
        raise RegisterError(f"the register {path} cannot be opened ({error.strerror})") from error


def header_of(path: Path) -> bytes:
    """Return the header of a database: another one after every act outside a ``wal``, and after a change to one.

    On POSIX this gives up every lock that this process has on the file.
    """
    with path.open("rb") as file:
        return file.read(_HEADER)


def shut(path: Path, patience: float) -> sqlite3.Connection:
    """Return the one connection to a register, all of it in its one file: no other program reads or writes it.

    Raises RegisterError for a file that is not ours, and for one that another program has open.
    """
    with guarded(str(path)):
        _screen(path, patience)
        connection = sqlite3.connect(path, timeout=patience, isolation_level=None)
        try:
            for statement in ("journal_mode = delete", "locking_mode = exclusive"):
                connection.execute(f"PRAGMA {statement}")
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("COMMIT")  # the lock stays
        except BaseException:
            connection.close()
            raise
        return connection


def tails_of(path: Path) -> tuple[str, ...]:
    """Return the endings of the files that lie beside a register and belong to it."""
    return tuple(tail for tail in TAILS if path.with_name(path.name + tail).exists())


def free_name(path: Path, why: str) -> Path:
    """Return a name beside ``path`` that nothing has yet, nor anything that would belong to it."""
    target = path.with_name(f"{path.name}.{why}")
    while target.exists() or tails_of(target):
        target = target.with_name(f"{target.name}+")
    return target


def _make(path: Path, *, create: bool) -> None:
    """Make an empty file that only its owner reads (names and SNILS stand in it), or see that it is there."""
    try:
        if create and not path.exists():
            path.touch(mode=0o600)
        if not path.is_file():
            found = "is not a file" if path.exists() else "is not there"
            raise RegisterError(f"the register {str(path)!r} {found}", hint=NOT_THERE)
    except OSError as error:
        raise RegisterError(
            f"the register {str(path)!r} cannot be made: {error.strerror}",
            hint="see to the rights of the file and its folder",
        ) from error


def _screen(path: Path, patience: float) -> None:
    """Refuse a database that is not ours before anything, even its journal mode, is changed in it."""
    with closing(sqlite3.connect(path, timeout=patience)) as connection:
        (mark,) = connection.execute("PRAGMA application_id").fetchone()
        (things,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if things and mark != APPLICATION_ID:
        raise not_ours(str(path))


def not_ours(name: str) -> RegisterError:
    """Return the error for a database of somebody else."""
    return RegisterError(
        f"{name} is a database, but not a register of qrcert",
        hint="nothing was changed in it; is the place under [register] in office.toml right?",
    )


def _prepare(engine: Engine, journal: str) -> None:
    """Make every connection durable and let our own BEGIN decide when a lock is taken."""

    @event.listens_for(engine, "connect")
    def connect(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None  # else the driver begins transactions when it likes
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
        if mode != journal:
            connection.execute(f"PRAGMA journal_mode = {journal}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("qrcert_begin", "BEGIN"))
