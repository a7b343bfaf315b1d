"""Opening the database: is it ours, is its schema current, and what its errors mean."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from qrcert.errors import MissingExtra, RegisterError
from qrcert.register.records import Opened
from qrcert.register.tables import APPLICATION_ID, HEAD

_MIGRATIONS = Path(__file__).with_name("migrations")
_WRITING = {"qrcert_begin": "BEGIN IMMEDIATE"}

# SQLite's names of its errors, and what they mean to the person at the screen.
_MEANINGS = {
    "SQLITE_BUSY": ("is in use by another program", "let the other one finish, then try again"),
    "SQLITE_LOCKED": ("is in use by another program", "let the other one finish, then try again"),
    "SQLITE_READONLY": ("or its folder cannot be written", "see to the rights of the file and its folder"),
    "SQLITE_PERM": ("or its folder cannot be written", "see to the rights of the file and its folder"),
    "SQLITE_CANTOPEN": ("cannot be opened", "see to the rights of the file and its folder"),
    "SQLITE_FULL": ("does not fit: the disk is full, nothing was recorded", "make room, then try again"),
    "SQLITE_NOTADB": ("is not a database", None),
    "SQLITE_CORRUPT": ("is damaged", "bring back a backup: qrcert register restore"),
    "SQLITE_IOERR": ("cannot be read or written: the disk reports an error", "see to the disk and its room"),
    "SQLITE_CONSTRAINT": ("refuses this by a rule of its own", None),
}


@contextmanager
def guarded(where: str) -> Iterator[None]:
    """Turn every error of the database into a RegisterError that says what to do."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        name = str(getattr(cause, "sqlite_errorname", ""))
        for known, (meaning, hint) in _MEANINGS.items():
            if name.startswith(known):
                raise RegisterError(f"the register {where} {meaning} ({cause})", hint=hint) from error
        raise RegisterError(f"the register {where} fails: {cause}") from error
    except ValueError as error:  # dates and JSON are text in SQLite, and anyone may have edited them
        raise RegisterError(f"the register {where} holds what qrcert never writes: {error}") from error


@contextmanager
def writing(engine: Engine, where: str) -> Iterator[Connection]:
    """Give a connection in one transaction that holds the write lock from its first moment."""
    with guarded(where), engine.connect().execution_options(**_WRITING) as connection, connection.begin():
        if connection.dialect.name == "postgresql":  # the next row of the audit needs the last one
            connection.execute(text("LOCK TABLE audit IN EXCLUSIVE MODE"))
        yield connection


def file_of(where: str | Path) -> Path | None:
    """Return the SQLite file that ``where`` (a path or a database URL) means, or None for a server."""
    if isinstance(where, str) and "://" in where:
        url = _url(where)
        return Path(url.database or "") if url.get_backend_name() == "sqlite" else None
    return Path(where)


def open_engine(
    where: str | Path, *, create: bool, migrate: bool, journal: str, patience: float
) -> tuple[Engine, str, Opened]:
    """Return an engine on a database of ours with the current schema, its name for messages, and what was done.

    ``patience`` is how many seconds a locked SQLite file is waited for; ``journal`` its journal mode; ``migrate``
    allows to bring a server, of which no copy can be made here, up to date.
    """
    path = file_of(where)
    if path is None:
        url = _url(str(where))
        name = url.render_as_string(hide_password=True)
        with guarded(name):
            engine = _server(url)
            return (
                engine,
                name,
                _bring_up_to_date(engine, name, create=create, keep=partial(_keep_server, name, migrate)),
            )
    name = str(path)
    _make_file(path, create=create)
    with guarded(name):
        _screen(path, patience)
        engine = create_engine(URL.create("sqlite", database=name), connect_args={"timeout": patience})
        _prepare(engine, journal)
        try:
            return (
                engine,
                name,
                _bring_up_to_date(engine, name, create=create, keep=partial(_keep_file, path)),
            )
        except BaseException:
            engine.dispose()
            raise


def copy_file(source: Path, target: Path) -> None:
    """Copy an SQLite database, also one in use, as one consistent state; ``target`` must not exist."""
    try:
        target.touch(mode=0o600, exist_ok=False)
    except OSError as error:
        raise RegisterError(f"cannot make the copy {str(target)!r}: {error}") from error
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


def put_in_place(fresh: Path, target: Path) -> Path | None:
    """Put the closed file ``fresh`` in the place of ``target``; return where the old file was kept, if one was."""
    kept = None
    if target.exists():
        kept = _free_name(target, "before-restore")
        for tail in ("", "-wal", "-shm"):  # what the journal still holds belongs to the old file
            if (part := target.with_name(target.name + tail)).exists():
                part.rename(kept.with_name(kept.name + tail))
    fresh.replace(target)
    return kept


def _free_name(path: Path, why: str) -> Path:
    target = path.with_name(f"{path.name}.{why}")
    while target.exists():
        target = target.with_name(f"{target.name}+")
    return target


def _url(where: str) -> URL:
    try:
        return make_url(where)
    except (SQLAlchemyError, ValueError) as error:
        raise RegisterError("the address of the register is no database URL") from error


def _server(url: URL) -> Engine:
    if url.get_backend_name() != "postgresql":
        found = url.get_backend_name()
        raise RegisterError(f"the register lives in SQLite or PostgreSQL, found {found!r}")
    try:
        return create_engine(url.set(drivername="postgresql+psycopg"))
    except ModuleNotFoundError as error:
        raise MissingExtra("postgres", error.name or "psycopg") from error


def _make_file(path: Path, *, create: bool) -> None:
    """Make an empty file that only its owner reads (names and SNILS stand in it), or see that it is there."""
    try:
        if create and not path.exists():
            path.touch(mode=0o600)
        if not path.is_file():
            found = "is not a file" if path.exists() else "is not there"
            raise RegisterError(f"the register {str(path)!r} {found}", hint="qrcert office init makes one")
    except OSError as error:
        raise RegisterError(f"the register {str(path)!r} cannot be made: {error.strerror}") from error


def _screen(path: Path, patience: float) -> None:
    """Refuse a database that is not ours before anything, even its journal mode, is changed in it."""
    with closing(sqlite3.connect(path, timeout=patience)) as connection:
        (mark,) = connection.execute("PRAGMA application_id").fetchone()
        (things,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if things and mark != APPLICATION_ID:
        raise RegisterError(f"{str(path)!r} is a database, but not a register of qrcert")


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


def _bring_up_to_date(
    engine: Engine, name: str, *, create: bool, keep: Callable[[str], Path | None]
) -> Opened:
    """Make or upgrade the schema where needed; ``keep`` saves a copy of an older one, given its revision."""
    with engine.connect() as connection:
        if _revision(connection, name) == HEAD:
            return Opened()
    with engine.connect().execution_options(**_WRITING) as connection, connection.begin():
        found = _revision(connection, name)  # again, now that nobody else writes
        if found == HEAD:
            return Opened()
        if found is None and not create:
            raise RegisterError(f"the register {name} is empty", hint="qrcert office init makes one")
        return _upgrade(connection, name, found=found, keep=keep)


def _revision(connection: Connection, name: str) -> str | None:
    """Return the schema's revision, or None for an empty database; refuses one that is not ours."""
    tables = set(inspect(connection).get_table_names())
    if not tables:
        return None
    if not tables >= {"alembic_version", "certificates", "audit"}:
        raise RegisterError(f"{name} is a database, but not a register of qrcert")
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar())


def _upgrade(
    connection: Connection, name: str, *, found: str | None, keep: Callable[[str], Path | None]
) -> Opened:
    from alembic import (
        command,
    )  # only here: it takes 150 ms, and almost every opening finds the schema current
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise RegisterError(
            f"the register {name} was written by a newer qrcert: schema {found!r}, known up to {HEAD!r}",
            hint="install the newer qrcert on this machine too",
        )
    backup = keep(found) if found is not None else None
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    return Opened(created=found is None, backup=backup)


def _keep_file(path: Path, found: str) -> Path:
    """Copy the file beside itself before its schema changes."""
    target = _free_name(path, f"schema-{found}")
    copy_file(path, target)
    return target


def _keep_server(name: str, migrate: bool, found: str) -> None:
    """Leave the copy of a server's database to its own tools, and have that confirmed."""
    if not migrate:
        raise RegisterError(
            f"the register {name} has the older schema {found!r}, expected {HEAD!r}",
            hint="make a backup (pg_dump), then: qrcert register migrate",
        )
