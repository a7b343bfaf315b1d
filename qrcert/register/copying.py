"""Copies of a register that outlive its database: an SQLite file has every row, of a server too, with the audit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from sqlalchemy import Connection, func, inspect, select

from qrcert.errors import RegisterError
from qrcert.register import checking
from qrcert.register.disk import copy_file, put_in_place
from qrcert.register.opening import (
    Home,
    bring_up_to_date,
    make_schema,
    open_home,
    reading,
    revision_of,
    writing,
)
from qrcert.register.server import server_of
from qrcert.register.tables import HEAD, audit, batches, certificates, season_leaves, seasons, withdrawals

_TABLES: Final = (batches, certificates, withdrawals, seasons, season_leaves, audit)
"""In this order no row names one that is not there yet."""

_AT_ONCE: Final = 1000  # rows in memory


def copy_out(home: Home, target: Path) -> None:
    """Copy a register, also while it is in use and whatever its schema, into a new file that is a register too."""
    if home.path is not None:
        copy_file(home.path, target)
        return
    if target.exists():
        raise RegisterError(f"cannot make the copy {str(target)!r}: File exists")
    try:
        copy = open_home(target, create=True)
        with reading(home) as source, writing(copy) as connection:
            make_schema(connection, copy.name, found=None, revision=_known(source, home.name))
            _copy_rows(source, connection)
        copy.close()
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def copy_older(where: str | Path, target: Path) -> str | None:
    """Copy a register of an older schema, before it is brought up to date, and return that schema.

    Returns None, and copies nothing, where the schema is the newest.
    """
    home = open_home(where, create=False)
    try:
        with reading(home) as connection:
            found = _known(connection, home.name)
        if found == HEAD:
            return None
        copy_out(home, target)
        return found
    finally:
        home.close()


def restore(source: Path, target: Path | str) -> Path | None:
    """Put a backup in the place of the register ``target``; return where the old file was kept, if there was one.

    ``target`` is a path, or the address of a database on a server that has no certificates yet. A copy of the
    backup is opened, brought up to date and its audit checked before anything is changed. No other program may
    have the register open.
    """
    if not source.is_file():
        raise RegisterError(f"the backup {str(source)!r} is not there")
    address = server_of(target)
    if address is None:
        path = Path(target)
        fresh = path.with_name(f"{path.name}.restoring")
        try:
            with _checked(source, fresh):
                pass
            return put_in_place(fresh, path)
        finally:
            fresh.unlink(missing_ok=True)
    with TemporaryDirectory() as folder, _checked(source, Path(folder) / "register.db") as copy:
        _copy_in(copy, str(target))
    return None


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
            _copy_rows(source, connection)
            _refuse_faults(connection, home.name)
    finally:
        home.close()


def _refuse_faults(connection: Connection, name: str) -> None:
    if faults := checking.check(connection).faults:
        raise RegisterError(f"the backup {name!r} was changed: {faults[0].message}")


def _known(connection: Connection, name: str) -> str:
    revision = revision_of(connection, name)
    if revision is None:
        raise RegisterError(f"the register {name} is empty", hint="qrcert office init makes one")
    return min(revision, HEAD)


def _copy_rows(source: Connection, target: Connection) -> None:
    """Copy every row; of an older schema the tables and columns that it has."""
    having = inspect(source)
    for table in _TABLES:
        if not having.has_table(table.name):
            continue
        names = {column["name"] for column in having.get_columns(table.name)}
        columns = [column for column in table.columns if column.name in names]
        query = select(*columns).order_by(*table.primary_key.columns)
        rows = source.execution_options(yield_per=_AT_ONCE).execute(query).mappings()
        for some in rows.partitions(_AT_ONCE):
            target.execute(table.insert(), [dict(row) for row in some])
