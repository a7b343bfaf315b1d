"""What the errors of a database mean to the person at the screen: every one leaves as a RegisterError."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from sqlalchemy.exc import DataError, DBAPIError, SQLAlchemyError

from qrcert.errors import RegisterError

_Meaning = tuple[str, str | None]

_BUSY: Final = ("is in use by another program", "let the other one finish, then try again")
_RIGHTS: Final = ("or its folder cannot be written", "see to the rights of the file and its folder")
_RULE: Final = ("refuses this by a rule of its own", None)
_LOST: Final = (
    "lost its server in the middle of an act",
    "when the server is back, do the same again: what was recorded is found, the rest is done",
)

_VALUE: Final = ("cannot hold such a value", None)

_SQLITE: Final[Mapping[str, _Meaning]] = {
    "SQLITE_BUSY": _BUSY,
    "SQLITE_LOCKED": _BUSY,
    "SQLITE_READONLY": _RIGHTS,
    "SQLITE_PERM": _RIGHTS,
    "SQLITE_CANTOPEN": ("cannot be opened", "see to the rights of the file and its folder"),
    "SQLITE_FULL": ("does not fit: the disk is full, nothing was recorded", "make room, then try again"),
    "SQLITE_NOTADB": ("is not a database", None),
    "SQLITE_CORRUPT": ("is damaged", "bring back a backup: qrcert register restore"),
    "SQLITE_IOERR": ("cannot be read or written: the disk reports an error", "see to the disk and its room"),
    "SQLITE_CONSTRAINT": _RULE,
}
"""SQLite's names of its errors, as they begin."""

_POSTGRESQL: Final[Mapping[str, _Meaning]] = {
    "08": _LOST,
    "22": _VALUE,
    "23": _RULE,
    "25006": (
        "can only be read: its server takes no changes",
        "ask who runs the server: is this a copy of it?",
    ),
    "42501": (
        "is not open to this user of its server",
        "ask who runs the server for the rights to its tables",
    ),
    "53100": (
        "does not fit: the disk of its server is full, nothing was recorded",
        "ask who runs the server to make room, then try again",
    ),
    "55P03": _BUSY,
    "57P": _LOST,
    "P0001": _RULE,
}
"""PostgreSQL's codes of its errors (SQLSTATE), as they begin."""


@contextmanager
def guarded(where: str) -> Iterator[None]:
    """Turn every error of the database ``where`` into a RegisterError that says what to do."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        lost = isinstance(error, DBAPIError) and error.connection_invalidated
        meaning, hint = _LOST if lost else _VALUE if isinstance(error, DataError) else _meaning(cause)
        raise RegisterError(f"the register {where} {meaning} ({_brief(cause)})", hint=hint) from error
    except ValueError as error:  # dates and JSON are text in SQLite, and anyone may have edited them
        raise RegisterError(f"the register {where} holds what qrcert never writes: {error}") from error


def was_lost(error: RegisterError) -> bool:
    """Return whether an error says that the connection to a server ended."""
    return isinstance(error.__cause__, DBAPIError) and error.__cause__.connection_invalidated


def was_damaged(error: RegisterError) -> bool:
    """Return whether an error says that the file is no database any more, or a spoiled one."""
    name = str(getattr(error.__cause__, "sqlite_errorname", ""))
    return name.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT"))


def _meaning(cause: BaseException | None) -> _Meaning:
    names = (
        (_SQLITE, getattr(cause, "sqlite_errorname", None)),
        (_POSTGRESQL, getattr(cause, "sqlstate", None)),
    )
    for known, name in names:
        for start, meaning in known.items():
            if str(name or "").startswith(start):
                return meaning
    return "fails", None


def _brief(cause: BaseException | None) -> str:
    """Return the first line of what the database says: the next ones quote statements and values."""
    lines = str(cause).strip().splitlines()
    return lines[0] if lines else type(cause).__name__
