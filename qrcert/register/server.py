"""A register on a PostgreSQL server: its address, in which a password may stand that nobody must see; its lock."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import SQLAlchemyError

from qrcert.errors import MissingExtra, RegisterError
from qrcert.register.tables import APPLICATION_ID

if TYPE_CHECKING:
    from sqlalchemy.engine.interfaces import Dialect

_BACKEND: Final = "postgresql"

_CONNECTION: Final[dict[str, Any]] = {
    "application_name": "qrcert",
    "client_encoding": "utf8",
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
}
"""What a connection asks for unless the address says otherwise; a server that fell silent is noticed soon."""

_NO_ADDRESS: Final = "the address of the register is no database URL"
_ADDRESS_HINT: Final = (
    "write postgresql+psycopg://USER@HOST/DATABASE; a password belongs into ~/.pgpass, readable by you alone"
)
_LOGIN: Final = ("password authentication failed", "no password supplied", "authentication failed")


def server_of(where: object) -> URL | None:
    """Return the address of a server that ``where`` means, or None where it means an SQLite file."""
    if not isinstance(where, str) or "://" not in where:
        return None
    try:
        url = make_url(where)
    except (SQLAlchemyError, ValueError):
        raise RegisterError(_NO_ADDRESS, hint=_ADDRESS_HINT) from None  # the cause quotes the address
    if url.get_backend_name() == "sqlite":
        return None
    if url.get_backend_name() != _BACKEND:
        found = url.get_backend_name()
        raise RegisterError(f"the register lives in SQLite or PostgreSQL, found {found!r}")
    if "@" in (url.host or ""):  # of a password with @ in it, the end is taken for a part of the host
        raise RegisterError(_NO_ADDRESS, hint=_ADDRESS_HINT)
    return url


def name_of(url: URL) -> str:
    """Return an address as messages show it: no password, and no options, for one of them might be the password."""
    host = url.host or next(iter(url.normalized_query.get("host", ())), None)
    shown = URL.create(_BACKEND, username=url.username, host=host, port=url.port, database=url.database)
    return shown.render_as_string(hide_password=False)


def server_engine(url: URL, *, asking: bool = False) -> Engine:
    """Return an engine on a server; it connects when it is first used, and raises RegisterError if it cannot.

    ``asking``: only for single questions, without transactions.
    """
    asked = {name: value for name, value in _CONNECTION.items() if name not in url.query}
    try:
        engine = create_engine(
            url.set(drivername="postgresql+psycopg"),
            connect_args=asked,
            **({"isolation_level": "AUTOCOMMIT"} if asking else {}),
        )
    except ModuleNotFoundError as error:
        raise MissingExtra("postgres", error.name or "psycopg") from error

    @event.listens_for(engine, "do_connect")
    def connect(dialect: Dialect, _record: Any, given: list[Any], named: dict[str, Any]) -> Any:
        try:
            return dialect.connect(*given, **named)
        except dialect.loaded_dbapi.Error as error:
            raise _unreachable(name_of(url), str(error)) from None  # the cause might quote the address

    return engine


def lock(connection: Connection, patience: float) -> None:
    """Be the only writer until the transaction ends; what it records is on the server's disk when it ends.

    A lock by name needs no right to change rows, so that right can be taken away on the server.
    """
    begin = (
        "SELECT set_config('lock_timeout', :patience, true), set_config('synchronous_commit', "
        "CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on' "
        "ELSE current_setting('synchronous_commit') END, true)"
    )
    connection.execute(text(begin), {"patience": f"{math.ceil(patience * 1000)}ms"})
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": APPLICATION_ID})


def screen_server(connection: Connection, name: str) -> None:
    """Refuse a database that could not hold every name."""
    encoding = connection.execute(text("SHOW server_encoding")).scalar()
    if encoding != "UTF8":
        raise RegisterError(
            f"the database {name} has the encoding {encoding!r}, expected 'UTF8'",
            hint="make another one: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0",
        )


def _unreachable(name: str, said: str) -> RegisterError:
    brief = next(iter(said.strip().splitlines()), "").removeprefix("connection failed: ")
    if any(sign in said for sign in _LOGIN):
        return RegisterError(
            f"the server of the register {name} refuses the login: {brief}",
            hint="put the password into ~/.pgpass, readable by you alone, and not into office.toml",
        )
    return RegisterError(
        f"the register {name} cannot be reached: {brief}",
        hint="does the server run, and is the address under [register] in office.toml right?",
    )
