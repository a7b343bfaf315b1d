"""Opening a register file: made, screened, brought up to date, and what goes wrong with disks and neighbours."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, event

import qrcert.register
import register_process
import registers
from qrcert.errors import MissingExtra, RegisterError
from qrcert.register import Register, tables
from registers import BATCH, NOW, behind_its_back, entry


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "register.db"


@pytest.fixture
def register(path: Path) -> Iterator[Register]:
    with Register.open(path, create=True) as opened:
        yield opened


# Opening.


def test_a_new_register_is_made_only_when_asked(path: Path) -> None:
    with pytest.raises(RegisterError, match="is not there"):
        Register.open(path)
    assert not path.exists()
    with Register.open(path, create=True) as register:
        assert register.opened.created
    with Register.open(path, create=True) as register:
        assert not register.opened.created


def test_only_its_owner_reads_it(path: Path, register: Register) -> None:
    register.record(BATCH, [entry(1)], now=NOW)
    modes = {file.stat().st_mode & 0o777 for file in path.parent.glob("register.db*")}
    assert modes == {0o600}


def test_it_opens_by_url_too(path: Path) -> None:
    with Register.open(f"sqlite:///{path.as_posix()}", create=True) as register:
        register.record(BATCH, [entry(1)], now=NOW)
    with Register.open(str(path)) as register:
        assert len(register.search()) == 1


@pytest.mark.parametrize(("journal", "mode"), [("wal", "wal"), ("delete", "delete")])
def test_the_journal_mode(path: Path, journal: qrcert.register.book.Journal, mode: str) -> None:
    with Register.open(path, create=True, journal=journal) as register:
        register.record(BATCH, [entry(1)], now=NOW)
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("PRAGMA journal_mode").fetchone() == (mode,)
        assert path.with_name("register.db-wal").exists() is (mode == "wal")


def test_a_database_that_is_not_ours_is_left_as_it_is(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE certificates (id)")
    before = path.read_bytes()
    for create in (False, True):
        with pytest.raises(RegisterError, match="not a register of qrcert"):
            Register.open(path, create=create)
    assert path.read_bytes() == before


def test_files_that_are_no_database(tmp_path: Path) -> None:
    path = tmp_path / "text.db"
    path.write_text("this is a letter, not a database" * 100)
    with pytest.raises(RegisterError, match="is not a database"):
        Register.open(path)
    with pytest.raises(RegisterError, match="is not a file"):
        Register.open(tmp_path, create=True)
    with pytest.raises(RegisterError, match="cannot be made"):
        Register.open(tmp_path / "none" / "register.db", create=True)
    empty = tmp_path / "empty.db"
    empty.touch()
    with pytest.raises(RegisterError, match="is empty"):
        Register.open(empty)


def test_a_damaged_file_says_so(path: Path) -> None:
    with Register.open(path, create=True, journal="delete") as register:
        register.record(BATCH, [entry(number) for number in range(1, 200)], now=NOW)
    data = bytearray(path.read_bytes())
    data[4096:-4096] = b"\xff" * (len(data) - 8192)
    path.write_bytes(data)
    with pytest.raises(RegisterError, match="is damaged") as caught, Register.open(path) as register:
        register.search()
    assert "restore" in (caught.value.hint or "")


def test_a_newer_schema_is_refused(path: Path, register: Register) -> None:
    behind_its_back(path, "UPDATE alembic_version SET version_num = '0999'")
    with pytest.raises(RegisterError, match="newer qrcert: schema '0999', known up to '0003'"):
        Register.open(path)


def test_an_older_schema_is_migrated_after_a_copy(path: Path) -> None:
    registers.old_register(path)
    with Register.open(path) as register:
        assert (register.opened.backup, register.opened.found) == (
            path.with_name("register.db.schema-0002"),
            "0002",
        )
        assert [one.status for one in register.search()] == ["withdrawn", "replaced", "live", "live"]
        assert [batch.audit_seq for batch in register.batches()] == [None, None]
        with pytest.raises(RegisterError, match="older than manifests"):
            register.manifest(1)
        assert register.audit_check().faults == ()
        before = register.audit_check()
        done = register.record(BATCH, [entry(4)], now=NOW)
        assert (done.batch.id, done.batch.audit_seq, done.batch.audit_head) == (3, before.count, before.head)
        assert register.audit_check().faults == ()
    assert registers.rows(path, "SELECT version_num FROM alembic_version") == [("0003",)]
    backup = path.with_name("register.db.schema-0002")
    assert registers.rows(backup, "SELECT version_num FROM alembic_version") == [("0002",)]
    assert registers.rows(backup, "SELECT count(*) FROM certificates") == [(4,)]
    path.unlink()
    registers.old_register(path)
    with Register.open(path) as register:  # the first copy is not overwritten
        assert register.opened.backup == path.with_name("register.db.schema-0002+")


def test_the_oldest_schema_comes_up_to_date_too(path: Path) -> None:
    registers.older(path, "0001")
    with Register.open(path) as register:
        assert register.opened.found == "0001"
        register.record(BATCH, [entry(1)], now=NOW)
    with pytest.raises(registers.REFUSED, match="never changes"):
        registers.run(path, "DELETE FROM audit")


@pytest.mark.parametrize("database", registers.DATABASES)
def test_the_migrations_give_the_tables_that_the_code_uses(database: str, tmp_path: Path) -> None:
    place = registers.new_place(database, tmp_path)
    Register.open(place, create=True).close()
    config = Config()
    config.set_main_option("script_location", str(registers.MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_current_head() == tables.HEAD
    engine = create_engine(f"sqlite:///{place}" if isinstance(place, Path) else place)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), tables.metadata) == []
    engine.dispose()


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    code = "import sys; sys.modules['sqlalchemy'] = None; import qrcert.register"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "MissingExtra: this needs sqlalchemy, which is not installed" in done.stderr
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingExtra, match="psycopg") as caught:
        Register.open("postgresql://host/x")
    assert caught.value.extra == "postgres"
    with pytest.raises(RegisterError, match="SQLite or PostgreSQL, found 'mysql'"):
        Register.open("mysql://host/x")


def test_a_bad_address_does_not_tell_the_password() -> None:
    with pytest.raises(RegisterError, match="no database URL") as caught:
        Register.open("postgresql://user:secret@host:port/x")
    assert "secret" not in str(caught.value)


# Trouble with the disk and with others.


def test_a_locked_register_says_so_and_keeps_nothing(path: Path) -> None:
    with Register.open(path, create=True, patience=0.05) as register, closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(RegisterError, match="is in use by another program"):
            register.record(BATCH, [entry(1)], now=NOW)
        assert register.search() == ()  # reading goes on
        other.rollback()
        assert register.record(BATCH, [entry(1)], now=NOW).added == 1


@contextmanager
def on_every_connection(statement: str) -> Iterator[None]:
    def connected(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute(statement)

    event.listen(Engine, "connect", connected)
    try:
        yield
    finally:
        event.remove(Engine, "connect", connected)


def test_a_full_disk_loses_nothing(path: Path) -> None:
    with on_every_connection("PRAGMA max_page_count = 40"), Register.open(path, create=True) as register:
        stored = register.record(BATCH, [entry(1)], now=NOW).entries
        with pytest.raises(RegisterError, match="the disk is full, nothing was recorded"):
            register.record(BATCH, [entry(number) for number in range(2, 900)], now=NOW)
        assert register.search() == stored
        assert register.audit_check().faults == ()


def test_a_disk_that_is_really_full(tmp_path: Path) -> None:
    how, said, hint, counted = register_process.on_a_small_disk(tmp_path)
    if how == "tmpfs":
        assert "does not fit: the disk is full, nothing was recorded" in said
        assert hint == "make room, then try again"
    else:
        assert "the disk reports an error" in said
    stored, in_part, faults = map(int, counted.split())
    assert stored >= 200
    assert (in_part, faults) == (0, 0)


@contextmanager
def as_nobody(folder: Path) -> Iterator[None]:
    """Take every right to write away; root, whom modes do not stop, becomes nobody for the while."""
    files = [folder, *folder.iterdir()]
    for file in files:
        file.chmod(0o555)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)
        for file in files:
            file.chmod(0o755)


def test_a_read_only_folder_says_so() -> None:
    folder = Path(tempfile.mkdtemp())  # not tmp_path: nobody could not even look into that
    try:
        with Register.open(folder / "register.db", create=True, journal="delete") as register:
            stored = register.record(BATCH, [entry(1)], now=NOW).entries
        with as_nobody(folder):
            with pytest.raises(RegisterError, match="cannot be made"):
                Register.open(folder / "new.db", create=True)
            with Register.open(folder / "register.db", journal="delete") as register:
                assert register.search() == stored
                with pytest.raises(RegisterError, match="cannot be written") as caught:
                    register.record(BATCH, [entry(2)], now=NOW)
            assert "rights" in (caught.value.hint or "")
            with pytest.raises(RegisterError, match="cannot be written"):
                Register.open(folder / "register.db", journal="wal")
    finally:
        shutil.rmtree(folder)
