"""What the tests of the register share: certificates to record, and registers on both databases."""

from __future__ import annotations

import functools
import hashlib
import itertools
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

import postgres
import qrcert.register
from qrcert.register import Entry, NewBatch, NewEntry, Register

FORM = bytes(range(16))
KID = b"key-kid8"
DAY = date(2026, 6, 25)
NOW = datetime(2026, 6, 25, 9, 30, tzinfo=UTC)
BATCH = NewBatch(form=FORM, form_id="ru.attestat.11", issued=DAY, source="11А.xlsx", source_hash=b"1" * 32)
MIGRATIONS = Path(qrcert.register.__file__).with_name("migrations")

DATABASES = ("sqlite", "postgresql")

_COUNT = itertools.count(1)


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def entry(number: int, *, says: str = "5", part: int = 0, holder: str = "Ёлкина Анастасия") -> NewEntry:
    payload = f"{number} {part} {says}".encode()
    return NewEntry(
        number=f"{number:014}",
        issued=DAY,
        payload=payload,
        signed=b"signed " + payload,
        kid=KID,
        holder=holder,
        position=number,
        part=part,
        office={"sex": "ж", "snils": "112-233-445 95"},
        printed={"marks": [["Русский язык", says]], "finished": 2026},
    )


def numbers_of(entries: tuple[Entry, ...]) -> list[int]:
    return [int(found.number) for found in entries]


# --- where registers live


def new_place(database: str, folder: Path) -> Path | str:
    """Where a register may be opened: an empty one on the server, nothing yet on the disk."""
    return folder / "register.db" if database == "sqlite" else copy_of_template()


def copy_of_template() -> str:
    """The address of an empty register on the server of the tests, faster than by migrations."""
    name = f"copy_{next(_COUNT)}"
    made = postgres.server()
    made.run(f"CREATE DATABASE {name} TEMPLATE {_template()}", database="postgres")
    return made.url(name)


@functools.cache
def _template() -> str:
    url = postgres.server().fresh()
    Register.open(url, create=True).close()
    return postgres.database_of(url)


def older(place: Path | str, revision: str) -> None:
    """Make a register of an older schema, as the qrcert of its day made it."""
    where = f"sqlite:///{place}" if isinstance(place, Path) else place
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    engine = create_engine(where)
    with engine.connect() as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()


# --- behind its back


def run(place: Path | str, *statements: str) -> None:
    """Run statements past qrcert, as any other program can."""
    if isinstance(place, Path):
        with closing(sqlite3.connect(place)) as connection, connection:
            connection.execute("PRAGMA foreign_keys = ON")
            for statement in statements:
                connection.execute(statement)
    else:
        postgres.server().run(*statements, database=postgres.database_of(place))


def rows(place: Path | str, query: str) -> list[tuple[object, ...]]:
    """Ask past qrcert."""
    if isinstance(place, Path):
        with closing(sqlite3.connect(place)) as connection:
            return connection.execute(query).fetchall()
    with postgres.server().connect(postgres.database_of(place)) as other:
        return other.execute(query).fetchall()  # type: ignore[call-overload, no-any-return]


def behind_its_back(place: Path | str, *statements: str) -> None:
    """Change the database as a person with a database browser would, guards first."""
    if isinstance(place, Path):
        names = [name for (name,) in rows(place, "SELECT name FROM sqlite_master WHERE type = 'trigger'")]
        run(place, *(f"DROP TRIGGER {name}" for name in names), *statements)
    else:
        run(place, "SET session_replication_role = replica", *statements)


REFUSED = (sqlite3.IntegrityError, psycopg.Error)
"""What a database says when one of its own rules is broken."""


def old_register(path: Path) -> None:
    """Make the file that an older qrcert left: schema 0002, three certificates, one withdrawn, one replaced."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(Path(__file__).with_name("register-0002.sql").read_text(encoding="utf-8"))
