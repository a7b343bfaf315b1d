"""A real PostgreSQL for the tests: one server a session, made in a second, with a fresh database for each test.

It listens on a socket in a folder of its own and on no network. The user ``guarded`` must give the password
`PASSWORD`; everybody else is let in.
"""

from __future__ import annotations

import atexit
import functools
import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

PASSWORD = "s3cret-of-the-tests"

_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",  # a crash of the machine is not what is tested, a killed process is
    "shared_buffers": "32MB",
    "max_connections": "40",
    "log_min_messages": "fatal",
}
_RULES = "local all guarded scram-sha-256\nlocal all all trust\n"
_COUNT = itertools.count(1)


def _program(name: str) -> str:
    """The newest program of this name that Debian has, or else the one on the path."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda at: float(at.parts[4]))
    path = str(found[-1]) if found else shutil.which(name)
    assert path, f"the tests need PostgreSQL's {name}: apt install postgresql"
    return path


def _user() -> str | None:
    """Who the server runs as: PostgreSQL refuses to be root."""
    if os.geteuid():
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


@dataclass(frozen=True)
class Server:
    """A running server; ``folder`` holds its data and its socket."""

    folder: Path

    def url(self, database: str, *, user: str = "postgres", password: str | None = None) -> str:
        """The address of a database as ``office.toml`` would have it."""
        login = user if password is None else f"{user}:{password}"
        return f"postgresql+psycopg://{login}@/{database}?host={self.folder}"

    def fresh(self) -> str:
        """The address of a new, empty database."""
        name = f"register_{os.getpid()}_{next(_COUNT)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE template0", database="postgres")
        return self.url(name)

    def run(self, *statements: str, database: str) -> None:
        """Run statements as the owner of everything, each by itself."""
        with self.connect(database) as connection:
            for statement in statements:
                connection.execute(statement)

    def connect(self, database: str) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(host=str(self.folder), user="postgres", dbname=database, autocommit=True)

    def start(self) -> None:
        told = [f"-c{name}={value}" for name, value in _SETTINGS.items()]
        options = " ".join(["-k", str(self.folder), *told])
        _call(
            "pg_ctl",
            "start",
            "-w",
            "-s",
            "-D",
            self.folder / "data",
            "-l",
            self.folder / "log",
            "-o",
            options,
        )

    def stop(self, how: str = "fast") -> None:
        """``immediate`` is a crash: nobody is asked, the next start has to repair."""
        _call("pg_ctl", "stop", "-w", "-s", "-D", self.folder / "data", "-m", how)


def database_of(url: str) -> str:
    """The name of the database in an address that `Server.url` made."""
    return url.partition("@/")[2].partition("?")[0]


def _call(name: str, *arguments: object) -> None:
    command = [_program(name), *map(str, arguments)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/", **_rights())


def _rights() -> dict[str, Any]:
    user = _user()
    return {} if user is None else {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}


@functools.cache
def server() -> Server:
    """The server of this test session; it ends with it."""
    return another()


def another() -> Server:
    """A server of one's own, to be stopped in the middle of things."""
    folder = Path(tempfile.mkdtemp(prefix="qrcert-pg-"))
    user = _user()
    if user is not None:
        shutil.chown(folder, user, pwd.getpwnam(user).pw_gid)
    made = Server(folder)
    data = folder / "data"
    _call(
        "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"
    )
    (data / "pg_hba.conf").write_text(_RULES)
    made.start()
    made.run(f"CREATE USER guarded SUPERUSER PASSWORD '{PASSWORD}'", database="postgres")
    atexit.register(_ends_with_us(folder).communicate)
    return made


def _ends_with_us(folder: Path) -> subprocess.Popen[bytes]:
    """Start what waits for the end of this process, however it comes, and then ends the server and clears up."""
    script = 'cat >/dev/null; "$1" stop -s -m immediate -D "$2/data" 2>/dev/null; rm -rf "$2"'
    command = ["sh", "-c", script, "sh", _program("pg_ctl"), str(folder)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, cwd="/", start_new_session=True, **_rights())
