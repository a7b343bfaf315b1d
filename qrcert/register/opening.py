"""Opening the database: is it ours, is its schema current, and one transaction that is the only one to write."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError

from qrcert.errors import RegisterError
from qrcert.register.disk import NOT_THERE, copy_file, file_engine, file_of, free_name, not_ours
from qrcert.register.faults import guarded
from qrcert.register.records import Opened
from qrcert.register.server import lock, name_of, screen_server, server_engine, server_of
from qrcert.register.tables import HEAD

_MIGRATIONS = Path(__file__).with_name("migrations")
_WRITING = {"qrcert_begin": "BEGIN IMMEDIATE"}

PATIENCE = 10.0
"""Seconds that a locked file is waited for: a class of 1 000 takes less than one."""

SERVER_PATIENCE = 60.0
"""Seconds that other offices on a server are waited for: there are many, and one may be recording a large class."""


@dataclass(frozen=True, slots=True)
class Home:
    """Where an open register lives: ``path`` is None on a server; ``name`` is for messages.

    ``asking`` is an engine for single questions: on a server it has no transactions, each of which would cost two
    messages and a change of the connection.
    """

    engine: Engine
    asking: Engine
    name: str
    path: Path | None
    patience: float

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()
        self.asking.dispose()


@contextmanager
def writing(home: Home) -> Iterator[Connection]:
    """Give a connection in one transaction that holds the write lock from its first moment."""
    with guarded(home.name):
        try:
            connection, stack = _locked(home)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            connection, stack = _locked(home)  # it had ended while nothing was done with it
        with stack:
            yield connection


def _locked(home: Home) -> tuple[Connection, ExitStack]:
    """Return a connection whose transaction holds the write lock, and what ends both."""
    with ExitStack() as stack:
        connection = stack.enter_context(home.engine.connect().execution_options(**_WRITING))
        stack.enter_context(connection.begin())
        if home.path is None:  # the next row of the audit needs the last one
            lock(connection, home.patience)
        return connection, stack.pop_all()
    raise AssertionError("an ExitStack of connections swallows nothing")


@contextmanager
def reading(home: Home, *, still: bool = True) -> Iterator[Connection]:
    """Give a connection for reading; ``still``: it sees one state, whatever others write meanwhile."""
    level = {"isolation_level": "REPEATABLE READ"} if still and home.path is None else {}
    engine = home.engine if still else home.asking
    with guarded(home.name), engine.connect().execution_options(**level) as connection:
        yield connection


def open_home(
    where: str | Path, *, create: bool, journal: str = "delete", patience: float | None = None
) -> Home:
    """Return where a register lives, its schema not looked at yet; see `bring_up_to_date`.

    ``patience`` is how many seconds another writer is waited for, by default as long as is usual.
    """
    url = server_of(where)
    if url is not None:
        patience = SERVER_PATIENCE if patience is None else patience
        return Home(server_engine(url), server_engine(url, asking=True), name_of(url), None, patience)
    path = file_of(where)
    patience = PATIENCE if patience is None else patience
    engine = file_engine(path, create=create, journal=journal, patience=patience)
    return Home(engine, engine, str(path), path, patience)


def bring_up_to_date(home: Home, *, create: bool, migrate: bool) -> Opened:
    """Make or upgrade the schema where needed: a file after a copy beside it, a server only with ``migrate``."""
    with guarded(home.name):
        try:
            return _bring_up_to_date(home, create=create, migrate=migrate)
        except BaseException:
            home.close()
            raise


def revision_of(connection: Connection, name: str) -> str | None:
    """Return the schema's revision, or None for an empty database; refuses one that is not ours."""
    tables = set(inspect(connection).get_table_names())
    if not tables:
        return None
    if not tables >= {"alembic_version", "certificates", "audit"}:
        raise not_ours(name)
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar())


def make_schema(connection: Connection, name: str, *, found: str | None, revision: str = HEAD) -> None:
    """Bring the schema from the revision ``found`` (None: nothing is there) to another; refuses a newer one."""
    from alembic import command  # only here: almost every opening finds the schema current,
    from alembic.config import Config  # and this takes 150 ms
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise RegisterError(
            f"the register {name} was written by a newer qrcert: schema {found!r}, known up to {HEAD!r}",
            hint="install the newer qrcert on this machine too",
        )
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _bring_up_to_date(home: Home, *, create: bool, migrate: bool) -> Opened:
    with home.engine.connect() as connection:
        if revision_of(connection, home.name) == HEAD:
            return Opened()
    with writing(home) as connection:
        found = revision_of(connection, home.name)  # again, now that nobody else writes
        if found == HEAD:
            return Opened()
        if found is None and not create:
            raise RegisterError(f"the register {home.name} is empty", hint=NOT_THERE)
        if home.path is None:
            screen_server(connection, home.name)
        backup = _keep(home, found, migrate) if found is not None and found < HEAD else None
        make_schema(connection, home.name, found=found)
        return Opened(created=found is None, backup=backup, found=found)


def _keep(home: Home, found: str, migrate: bool) -> Path | None:
    """Copy a file beside itself before its schema changes; change a server's schema only where that was asked for.

    Other machines may still have the older qrcert, which could not use it any more.
    """
    if home.path is not None:
        target = free_name(home.path, f"schema-{found}")
        copy_file(home.path, target)
        return target
    if not migrate:
        raise RegisterError(
            f"the register {home.name} has the older schema {found!r}, expected {HEAD!r}",
            hint="when every office has the newer qrcert: qrcert register migrate",
        )
    return None
