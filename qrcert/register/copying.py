"""Copies of a register that outlive its database: an SQLite file has every row, of a server too, with the audit."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect, select

from qrcert.errors import RegisterError
from qrcert.register.disk import NOT_THERE, copy_file
from qrcert.register.opening import Home, make_schema, open_home, reading, revision_of, writing
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
            copy_rows(source, connection)
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


def _known(connection: Connection, name: str) -> str:
    revision = revision_of(connection, name)
    if revision is None:
        raise RegisterError(f"the register {name} is empty", hint=NOT_THERE)
    return min(revision, HEAD)


def copy_rows(source: Connection, target: Connection) -> None:
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
