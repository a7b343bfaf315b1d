"""The register: recorded once, found again, never lost, doubled or changed unnoticed."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, event

import qrcert.register
from qrcert.errors import MissingExtra, RegisterError
from qrcert.register import Entry, NewBatch, NewEntry, Register, restore, tables

FORM = bytes(range(16))
KID = b"key-kid8"
DAY = date(2026, 6, 25)
NOW = datetime(2026, 6, 25, 9, 30, tzinfo=UTC)
BATCH = NewBatch(form=FORM, form_id="ru.attestat.11", issued=DAY, source="11А.xlsx", source_hash=b"1" * 32)
MIGRATIONS = Path(qrcert.register.__file__).with_name("migrations")


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


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "register.db"


@pytest.fixture
def register(path: Path) -> Iterator[Register]:
    with Register.open(path, create=True) as opened:
        yield opened


def behind_its_back(path: Path, *statements: str) -> None:
    """Change the database as a person with an SQLite browser would, guards first."""
    with closing(sqlite3.connect(path)) as connection, connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)


# Recording.


def test_a_recorded_certificate_comes_back_whole(register: Register) -> None:
    done = register.record(BATCH, [entry(7)], now=NOW)
    assert (done.added, done.mended) == (1, 0)
    (stored,) = done.entries
    assert stored == register.lookup(FORM, 0, "00000000000007")
    assert stored.signed == b"signed 7 0 5"
    assert stored.digest == sha256(stored.signed)
    assert stored.contents == sha256(b"7 0 5")
    assert (stored.kid, stored.status, stored.issued, stored.position) == (KID, "live", DAY, 7)
    assert stored.office == {"sex": "ж", "snils": "112-233-445 95"}
    assert stored.printed == {"marks": [["Русский язык", "5"]], "finished": 2026}
    assert (stored.kind, stored.changed, stored.reason, stored.replaces) == (None, None, "", None)
    assert done.batch.count == 1
    assert (done.batch.source, done.batch.state, done.batch.form_id) == (
        "11А.xlsx",
        "signed",
        "ru.attestat.11",
    )


def test_the_manifest_covers_the_digests_in_class_order(register: Register) -> None:
    done = register.record(BATCH, [entry(2, part=2), entry(2, part=1), entry(1)], now=NOW)
    order = [b"signed 1 0 5", b"signed 2 1 5", b"signed 2 2 5"]
    assert done.batch.manifest == sha256(b"".join(sha256(signed) for signed in order))
    assert [found.part for found in done.entries] == [2, 1, 0]  # as given


def test_the_same_contents_give_the_stored_row_again(register: Register) -> None:
    first = register.record(BATCH, [entry(1), entry(2)], now=NOW)
    signed_anew = replace(entry(1), signed=b"another signature of the same payload")
    again = register.record(BATCH, [signed_anew, entry(2)], now=NOW + timedelta(days=1))
    assert again.entries == first.entries
    assert again.batch == first.batch
    assert (again.added, again.mended) == (0, 0)
    assert register.audit_check().count == 3


def test_other_contents_are_refused_and_nothing_is_stored(register: Register) -> None:
    register.record(BATCH, [entry(number) for number in range(1, 8)], now=NOW)
    others = [entry(number, says="4") for number in range(1, 8)]
    with pytest.raises(RegisterError, match="already issued with other contents") as caught:
        register.record(BATCH, [entry(9), *others], now=NOW)
    assert "'00000000000001' (Ёлкина Анастасия, 2026-06-25)" in str(caught.value)
    assert "and 2 more" in str(caught.value)
    assert caught.value.hint is not None
    assert "replace or void" in caught.value.hint
    assert register.lookup(FORM, 0, "00000000000009") is None


def test_latecomers_join_a_batch_of_their_own(register: Register) -> None:
    old = register.record(BATCH, [entry(1), entry(2)], now=NOW)
    longer = replace(BATCH, source_hash=b"2" * 32)
    new = register.record(longer, [entry(1), entry(2), entry(3)], now=NOW)
    assert new.added == 1
    assert [found.batch for found in new.entries] == [old.batch.id, old.batch.id, new.batch.id]
    assert new.batch.count == 1


def test_office_values_are_brought_up_to_date(register: Register) -> None:
    register.record(BATCH, [entry(1), entry(2)], now=NOW)
    mended = replace(entry(1), office={"sex": "м"})
    done = register.record(BATCH, [mended, entry(2)], now=NOW)
    assert (done.added, done.mended) == (0, 1)
    assert done.entries[0].office == {"sex": "м"}
    assert register.audit_check().faults == ()


def test_a_second_run_finds_its_batch_until_nothing_in_it_is_live(register: Register) -> None:
    assert register.find_batch(BATCH.source_hash, form=FORM) is None
    done = register.record(BATCH, [entry(1)], now=NOW)
    assert register.find_batch(BATCH.source_hash, form=FORM) == done.batch
    assert register.find_batch(BATCH.source_hash, form=bytes(16)) is None
    assert register.finish(done.batch.id, now=NOW).state == "done"
    assert register.finish(done.batch.id, now=NOW).state == "done"
    assert register.audit_check().count == 3  # certificate, batch, finish: once
    found = register.find_batch(BATCH.source_hash, form=FORM)
    assert found is not None
    assert register.search(batch=found.id) == done.entries
    register.change([done.entries[0].id], "void", day=DAY, reason="wrong day", now=NOW)
    assert register.find_batch(BATCH.source_hash, form=FORM) is None


def test_after_a_done_batch_new_rows_of_the_same_list_get_a_new_one(register: Register) -> None:
    done = register.record(BATCH, [entry(1)], now=NOW)
    register.finish(done.batch.id, now=NOW)
    more = register.record(BATCH, [entry(1), entry(2)], now=NOW)
    assert more.batch.id != done.batch.id
    assert [batch.state for batch in register.batches()] == ["done", "signed"]


def test_numbers_are_one_a_form_and_part(register: Register) -> None:
    other = replace(BATCH, form=b"f" * 16, form_id="participation")
    register.record(BATCH, [entry(1, part=1), entry(1, part=2)], now=NOW)
    register.record(other, [replace(entry(1), signed=b"other form")], now=NOW)
    assert len(register.search(number="00000000000001")) == 3
    assert len(register.search(number="00000000000001", form=FORM)) == 2
    assert register.lookup(FORM, 0, "00000000000001") is None


def test_the_database_itself_refuses_a_doubled_live_number(path: Path, register: Register) -> None:
    register.record(BATCH, [entry(1)], now=NOW)
    columns = ", ".join(column.name for column in tables.certificates.columns if column.name != "id")
    copied = columns.replace("digest", "zeroblob(32)")
    with closing(sqlite3.connect(path)) as connection, pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
        connection.execute(f"INSERT INTO certificates ({columns}) SELECT {copied} FROM certificates")


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ([], "no certificates to record"),
        ([entry(1), entry(1)], "stands twice"),
        ([replace(entry(1), office={"born": DAY})], "what JSON can"),
        ([replace(entry(1), printed={"x": float("nan")})], "what JSON can"),
        ([replace(entry(1), part=5)], "rule of its own"),
    ],
)
def test_what_cannot_be_recorded(register: Register, entries: list[NewEntry], message: str) -> None:
    with pytest.raises(RegisterError, match=message):
        register.record(BATCH, entries, now=NOW)
    assert register.search() == ()
    assert register.audit_check().count == 0


def test_a_time_without_a_zone_is_refused(register: Register) -> None:
    with pytest.raises(RegisterError, match="no time zone"):
        register.record(BATCH, [entry(1)], now=NOW.replace(tzinfo=None))
    assert register.search() == ()


def test_the_audit_is_kept_in_utc(path: Path, register: Register) -> None:
    register.record(BATCH, [entry(1)], now=NOW.astimezone(timezone(timedelta(hours=5))))
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT at FROM audit LIMIT 1").fetchone() == ("2026-06-25T09:30:00+00:00",)


# What becomes of a certificate.


def test_withdrawing_and_lifting_it(register: Register) -> None:
    (stored,) = register.record(BATCH, [entry(1)], now=NOW).entries
    for _ in range(2):  # repeating it changes nothing
        (gone,) = register.change([stored.id], "withdrawn", day=DAY, reason="сказал сам", now=NOW)
        assert (gone.status, gone.kind, gone.changed, gone.reason) == ("withdrawn", 3, DAY, "сказал сам")
    assert register.lookup(FORM, 0, stored.number) is None
    assert register.search(status="withdrawn") == (gone,)
    (back,) = register.change([stored.id], "live", day=DAY, reason="ошибка", now=NOW)
    assert (back.status, back.kind) == ("live", None)
    assert register.audit_check().faults == ()


def test_a_void_number_is_free_again_but_not_for_the_same_bytes(register: Register) -> None:
    (stored,) = register.record(BATCH, [entry(1)], now=NOW).entries
    register.change([stored.id], "void", day=DAY, reason="испорчен бланк", now=NOW)
    with pytest.raises(RegisterError, match="recorded before and is void"):
        register.record(BATCH, [entry(1)], now=NOW)
    done = register.record(BATCH, [entry(1, says="4")], now=NOW)
    assert done.entries[0].status == "live"
    with pytest.raises(RegisterError, match="is void and cannot become live"):
        register.change([stored.id], "live", day=DAY, reason="", now=NOW)


def test_a_lifted_withdrawal_does_not_double_a_number(register: Register) -> None:
    (stored,) = register.record(BATCH, [entry(1)], now=NOW).entries
    register.change([stored.id], "withdrawn", day=DAY, reason="", now=NOW)
    register.record(BATCH, [entry(1, says="4")], now=NOW)
    with pytest.raises(RegisterError, match="rule of its own"):
        register.change([stored.id], "live", day=DAY, reason="", now=NOW)
    assert register.audit_check().faults == ()


def test_replacing_keeps_both_and_links_them(register: Register) -> None:
    title, supplement = register.record(BATCH, [entry(1, part=1), entry(1, part=2)], now=NOW).entries
    later = replace(BATCH, source_hash=b"3" * 32)
    pairs = [(title.id, entry(1, says="new", part=1)), (supplement.id, entry(1, says="new", part=2))]
    first = register.replace(later, pairs, kind=2, day=DAY, reason="ошибка в фамилии", now=NOW)
    again = register.replace(later, pairs, kind=2, day=DAY, reason="ошибка в фамилии", now=NOW)
    assert again.entries == first.entries
    assert [new.replaces for new in first.entries] == [title.id, supplement.id]
    (old, _) = register.search(status="replaced")
    assert (old.kind, old.changed, old.reason) == (2, DAY, "ошибка в фамилии")
    assert register.lookup(FORM, 1, title.number) == first.entries[0]
    assert register.audit_check().faults == ()


def test_replacing_is_all_or_nothing(register: Register) -> None:
    one, two, three = register.record(BATCH, [entry(1), entry(2), entry(3)], now=NOW).entries
    register.change([three.id], "withdrawn", day=DAY, reason="", now=NOW)

    def attempt(pairs: list[tuple[int, NewEntry]], kind: int = 1) -> None:
        register.replace(BATCH, pairs, kind=kind, day=DAY, reason="", now=NOW)

    with pytest.raises(RegisterError, match="is withdrawn: only a live one"):
        attempt([(one.id, entry(1, says="new")), (three.id, entry(3, says="new"))])
    with pytest.raises(RegisterError, match="already issued with other contents"):
        attempt([(one.id, entry(2, says="new"))])
    with pytest.raises(RegisterError, match="recorded before and is replaced"):
        attempt([(one.id, entry(1))])
    with pytest.raises(RegisterError, match="kind 1 or 2, found 3"):
        attempt([(one.id, entry(1, says="new"))], kind=3)
    with pytest.raises(RegisterError, match="no entry 99"):
        attempt([(99, entry(1, says="new"))])
    assert register.search(status="live") == (one, two)
    attempt([(one.id, entry(1, says="new"))])
    with pytest.raises(RegisterError, match="already replaced, and not by this"):
        attempt([(one.id, entry(4))])


def test_a_note_stands_in_the_audit_and_changes_no_row(register: Register, path: Path) -> None:
    (stored,) = register.record(BATCH, [entry(1)], now=NOW).entries
    register.note("reprint", stored.id, detail="потерян", now=NOW)
    with closing(sqlite3.connect(path)) as connection:
        row = connection.execute("SELECT act, subject, detail FROM audit ORDER BY seq DESC").fetchone()
    assert row == (
        "reprint",
        f"certificate {stored.digest.hex()}",
        '{"detail":"потерян","number":"00000000000001"}',
    )
    assert register.search() == (stored,)
    assert register.audit_check().faults == ()


# Looking up.


def test_searching_by_holder(register: Register) -> None:
    names = ["Ёлкина Анастасия", "ЕЛКИНА Мария", "Иванов 100% Пётр", "Иванова Анна"]
    register.record(BATCH, [entry(at, holder=name) for at, name in enumerate(names, 1)], now=NOW)

    def found(**asked: str) -> list[str]:
        return [seen.holder for seen in register.search(**asked)]  # type: ignore[arg-type]

    assert found(holder="елкина") == names[:2]
    assert found(holder="АННА иванова") == names[3:]
    assert found(holder="0%") == names[2:3]
    assert found(holder="_") == []
    assert found(number="00000000000002") == names[1:2]
    assert found(status="void") == []
    assert [seen.position for seen in register.search(limit=2)] == [1, 2]
    assert register.search(digest=sha256(b"signed 3 0 5"))[0].holder == names[2]


def test_many_keys_at_once(register: Register) -> None:
    everyone = [entry(number) for number in range(1, 1_301)]
    assert register.record(BATCH, everyone, now=NOW).added == 1_300
    keys = [(new.part, new.number) for new in everyone]
    assert list(register.live(FORM, [*keys, (0, "none")])) == keys


def test_the_leaves_of_a_season(register: Register) -> None:
    early = replace(entry(3), issued=date(2025, 6, 25))
    stored = register.record(BATCH, [entry(1), entry(2), early, entry(4)], now=NOW).entries
    register.change([stored[0].id], "void", day=DAY, reason="", now=NOW)
    register.change([stored[1].id], "withdrawn", day=DAY, reason="", now=NOW)
    leaves = register.digests(KID, first=date(2026, 1, 1), last=date(2026, 12, 31))
    assert leaves == sorted([stored[1].digest, stored[3].digest])
    assert register.digests(b"another!", first=date(2000, 1, 1), last=date(2100, 1, 1)) == []


# The audit.


def tamper(path: Path, statement: str) -> list[tuple[str, int | None]]:
    with Register.open(path, create=True) as register:
        register.record(BATCH, [entry(1), entry(2), entry(3)], now=NOW)
    behind_its_back(path, statement)
    with Register.open(path) as register:
        return [(fault.code, fault.seq) for fault in register.audit_check().faults]


@pytest.mark.parametrize(
    ("statement", "faults"),
    [
        ("UPDATE certificates SET holder = 'Другой' WHERE id = 2", [("row_altered", 2)]),
        ("UPDATE certificates SET office = '{}' WHERE id = 3", [("row_altered", 3)]),
        ("UPDATE certificates SET status = 'void' WHERE id = 1", [("row_altered", 1)]),
        ("UPDATE batches SET issued = '2020-01-01'", [("row_altered", 4)]),
        ("DELETE FROM certificates WHERE id = 1", [("row_missing", 1)]),
        ("UPDATE audit SET act = 'void' WHERE seq = 2", [("altered", 2)]),
        ("UPDATE audit SET at = '1999' WHERE seq = 1", [("altered", 1)]),
        ("UPDATE audit SET hash = zeroblob(32) WHERE seq = 3", [("altered", 3), ("altered", 4)]),
        ("DELETE FROM audit WHERE seq = 2", [("gap", 3), ("altered", 3), ("row_unknown", None)]),
        ("DELETE FROM audit WHERE seq = 4", [("row_unknown", None)]),
    ],
)
def test_a_row_edited_behind_our_back_is_found(
    path: Path, statement: str, faults: list[tuple[str, int | None]]
) -> None:
    assert tamper(path, statement) == faults


def test_a_fault_names_the_certificate(path: Path) -> None:
    tamper(path, "UPDATE certificates SET holder = 'Другой' WHERE id = 2")
    with Register.open(path) as register:
        (fault,) = register.audit_check().faults
    assert fault.message == "the certificate No. '00000000000002' is not as audit row 2 left it"


def test_values_that_are_none_of_ours_are_an_error(path: Path) -> None:
    with pytest.raises(RegisterError, match="holds what qrcert never writes"):
        tamper(path, "UPDATE certificates SET issued = 'yesterday' WHERE id = 1")


def test_the_head_moves_with_every_act(register: Register) -> None:
    empty = register.audit_check()
    assert (empty.count, empty.head) == (0, bytes(32))
    register.record(BATCH, [entry(1)], now=NOW)
    assert register.audit_check().head != empty.head


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET at = 'x'",
        "DELETE FROM audit",
        "DELETE FROM certificates",
        "DELETE FROM batches",
        "UPDATE certificates SET signed = x'00'",
        "UPDATE certificates SET holder = 'x'",
    ],
)
def test_the_database_guards_what_never_changes(path: Path, register: Register, statement: str) -> None:
    register.record(BATCH, [entry(1)], now=NOW)
    with (
        closing(sqlite3.connect(path)) as connection,
        pytest.raises(sqlite3.IntegrityError, match="never changes"),
    ):
        connection.execute(statement)


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
    with pytest.raises(RegisterError, match="newer qrcert: schema '0999', known up to '0002'"):
        Register.open(path)


def test_an_older_schema_is_migrated_after_a_copy(path: Path) -> None:
    with Register.open(path, create=True) as register:
        stored = register.record(BATCH, [entry(1)], now=NOW).entries
    behind_its_back(path, "UPDATE alembic_version SET version_num = '0001'")
    with Register.open(path) as register:
        backup = register.opened.backup
        assert register.search() == stored
    assert backup == path.with_name("register.db.schema-0001")
    with closing(sqlite3.connect(path)) as new, closing(sqlite3.connect(backup)) as old:
        assert new.execute("SELECT version_num FROM alembic_version").fetchone() == ("0002",)
        assert old.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)
        assert old.execute("SELECT count(*) FROM certificates").fetchone() == (1,)
        with pytest.raises(sqlite3.IntegrityError, match="never changes"):
            new.execute("DELETE FROM audit")
    behind_its_back(path, "UPDATE alembic_version SET version_num = '0001'")
    with Register.open(path) as register:  # the first copy is not overwritten
        assert register.opened.backup == path.with_name("register.db.schema-0001+")


def test_the_migrations_give_the_tables_that_the_code_uses(path: Path, register: Register) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_current_head() == tables.HEAD
    engine = create_engine(f"sqlite:///{path}")
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


WRITER = textwrap.dedent("""
    import sys
    from datetime import UTC, date, datetime
    from qrcert.errors import RegisterError
    from qrcert.register import NewBatch, NewEntry, Register

    path, first, last, size = sys.argv[1], *map(int, sys.argv[2:])
    day, now = date(2026, 6, 25), datetime(2026, 6, 25, tzinfo=UTC)
    with Register.open(path, create=True) as register:
        for start in range(first, last, size):
            batch = NewBatch(bytes(range(16)), "x", day, "list", start.to_bytes(32, "big"))
            entries = [
                NewEntry(number=f"{n:014}", issued=day, payload=b"%d" % n, signed=b"signed %d" % n,
                         kid=b"key-kid8", holder="A", position=n)
                for n in range(start, start + size)
            ]
            register.record(batch, entries, now=now)
            print(start, flush=True)
""")


def writer(path: Path, first: int, last: int, size: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(path), str(first), str(last), str(size)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def numbers_of(entries: tuple[Entry, ...]) -> list[int]:
    return [int(found.number) for found in entries]


def test_kill_9_at_any_moment_loses_and_doubles_nothing(path: Path) -> None:
    size = 3
    told: set[int] = set()
    for after in (1, 4, 9):
        with writer(path, 0, 100_000, size) as process:
            assert process.stdout is not None
            for _ in range(after + len(told)):
                told.add(int(process.stdout.readline()))
            process.kill()
        with Register.open(path) as register:
            stored = numbers_of(register.search())
            assert stored == list(range(len(stored)))  # none lost, none doubled
            assert len(stored) % size == 0  # no class half recorded
            assert set(stored) >= {start + n for start in told for n in range(size)}
            assert register.audit_check().faults == ()


def test_two_issuers_at_once(path: Path) -> None:
    runs = [writer(path, 0, 60, 5), writer(path, 30, 90, 5)]  # they share half of their numbers
    for process in runs:
        with process:
            process.communicate()
        assert process.returncode == 0
    with Register.open(path) as register:
        assert sorted(numbers_of(register.search())) == list(range(90))
        assert register.audit_check().faults == ()


# Copies.


def test_a_backup_is_a_register_and_can_be_put_back(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "backup.db"
    with Register.open(path, create=True) as register:
        stored = register.record(BATCH, [entry(1)], now=NOW).entries
        register.backup(copy)
        register.record(BATCH, [entry(2)], now=NOW)
        with pytest.raises(RegisterError, match="cannot make the copy"):
            register.backup(copy)
    kept = restore(copy, path)
    assert kept == path.with_name("register.db.before-restore")
    with Register.open(path) as register:
        assert register.search() == stored
    with Register.open(kept) as register:
        assert numbers_of(register.search()) == [1, 2]
    assert restore(copy, tmp_path / "elsewhere.db") is None


def test_a_changed_backup_is_not_put_back(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "backup.db"
    with Register.open(path, create=True) as register:
        register.record(BATCH, [entry(1)], now=NOW)
        register.backup(copy)
    behind_its_back(copy, "UPDATE certificates SET holder = 'Другой'")
    before = path.read_bytes()
    with pytest.raises(RegisterError, match="was changed"):
        restore(copy, path)
    with pytest.raises(RegisterError, match="is not there"):
        restore(tmp_path / "none.db", path)
    assert path.read_bytes() == before
    assert sorted(file.name for file in tmp_path.iterdir()) == ["backup.db", "register.db"]


def test_an_older_backup_is_brought_up_to_date(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "backup.db"
    with Register.open(path, create=True) as register:
        register.backup(copy)
    behind_its_back(copy, "UPDATE alembic_version SET version_num = '0001'")
    restore(copy, path)
    with Register.open(path) as register:
        assert register.opened.backup is None
    assert not list(tmp_path.glob("*schema*"))
