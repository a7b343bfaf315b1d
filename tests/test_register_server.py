"""A register on PostgreSQL: what goes wrong with addresses, logins, rights and servers, and what is said of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

import postgres
import register_process
import registers
from qrcert.errors import RegisterError
from qrcert.register import NewEntry, Query, Register, tables
from registers import BATCH, NOW, entry, numbers_of


@pytest.fixture
def place() -> str:
    return registers.copy_of_template()


def refused(where: str, message: str, **how: bool) -> str:
    """Open a register that cannot be opened, and return the hint; no password is told."""
    with pytest.raises(RegisterError, match=message) as caught:
        Register.open(where, **how)
    told = f"{caught.value} {caught.value.hint} {caught.value.__cause__!r}"
    assert postgres.PASSWORD not in told
    assert "wrong-pass" not in told
    return caught.value.hint or ""


# Addresses and logins.


def test_a_login_with_the_password_in_the_address_works_and_does_not_tell_it(place: str) -> None:
    url = postgres.server().url(postgres.database_of(place), user="guarded", password=postgres.PASSWORD)
    with Register.open(url) as register:
        assert register.name.startswith("postgresql://guarded@/tmp")
        assert postgres.PASSWORD not in register.name
        registers.run(place, "ALTER TABLE audit RENAME TO other")
        with pytest.raises(RegisterError) as caught:
            register.record(BATCH, [entry(1)], now=NOW)
        assert postgres.PASSWORD not in str(caught.value)


@pytest.mark.parametrize("login", ["guarded:wrong-pass", "guarded"])
def test_a_wrong_password_says_so_and_where_it_belongs(place: str, login: str) -> None:
    hint = refused(place.replace("postgres@", f"{login}@"), "refuses the login: .*(password|fe_sendauth)")
    assert hint == "put the password into ~/.pgpass, readable by you alone, and not into office.toml"


def test_a_password_among_the_options_is_not_told_either(place: str) -> None:
    hint = refused(place.replace("postgres@", "guarded@") + "&password=wrong-pass", "refuses the login")
    assert ".pgpass" in hint


def test_a_password_file_is_taken_from_the_address(place: str, tmp_path: Path) -> None:
    file = tmp_path / "pgpass"
    file.write_text(f"*:*:*:guarded:{postgres.PASSWORD}\n")
    file.chmod(0o600)
    with Register.open(place.replace("postgres@", "guarded@") + f"&passfile={file}") as register:
        assert register.record(BATCH, [entry(1)], now=NOW).added == 1


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://user:wrong-pass@host:port/x",
        "postgresql://user:p@wrong-pass@host/x",
        "postgresql+psycopg://:wrong-pass:",
    ],
)
def test_an_address_that_is_none_does_not_tell_its_password(url: str) -> None:
    assert "~/.pgpass" in refused(url, "no database URL|cannot be reached")


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    hint = refused(f"postgresql://u:wrong-pass@/x?host={tmp_path}", "cannot be reached: .*socket")
    assert hint.startswith("does the server run")
    refused(postgres.server().url("nowhere"), 'cannot be reached: .*database "nowhere" does not exist')
    refused(f"postgresql://u@/x?host={tmp_path}&nonsense=1", "cannot be reached: .*nonsense")


# Databases that are not what is expected.


def test_a_new_register_is_made_only_when_asked() -> None:
    url = postgres.server().fresh()
    assert "qrcert register migrate --new" in refused(url, "is empty")
    with Register.open(url, create=True) as register:
        assert register.opened.created
        assert register.record(BATCH, [entry(1)], now=NOW).added == 1


def test_a_database_that_is_not_ours_is_left_as_it_is() -> None:
    url = postgres.server().fresh()
    registers.run(url, "CREATE TABLE pupils (id int)")
    assert "nothing was changed" in refused(url, "not a register of qrcert", create=True)
    query = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    assert registers.rows(url, query) == [("pupils",)]


def test_a_database_that_cannot_hold_every_name() -> None:
    server = postgres.server()
    server.run("CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'", database="postgres")
    assert "ENCODING 'UTF8'" in refused(server.url("latin"), "encoding 'LATIN1'", create=True)


def test_a_newer_schema_is_refused(place: str) -> None:
    registers.run(place, "UPDATE alembic_version SET version_num = '0999'")
    refused(place, "newer qrcert: schema '0999', known up to '0003'", migrate=True)


def test_an_older_schema_is_migrated_only_when_asked(tmp_path: Path) -> None:
    url = postgres.server().fresh()
    registers.older(url, "0002")
    assert "qrcert register migrate" in refused(url, "older schema '0002', expected '0003'")
    with Register.open(url, migrate=True) as register:
        assert (register.opened.found, register.opened.backup) == ("0002", None)
        assert register.record(BATCH, [entry(1)], now=NOW).added == 1
        assert register.audit_check().faults == ()


# What servers do in the middle of things.


def test_a_server_that_takes_no_changes(place: str) -> None:
    name = postgres.database_of(place)
    with Register.open(place) as register:
        register.record(BATCH, [entry(1)], now=NOW)
    registers.run(place, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    with Register.open(place) as register:
        assert len(register.search()) == 1
        with pytest.raises(RegisterError, match="can only be read") as caught:
            register.record(BATCH, [entry(2)], now=NOW)
        assert "ask who runs the server" in (caught.value.hint or "")


def test_a_user_without_the_rights(place: str) -> None:
    registers.run(place, "CREATE USER reader", "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader")
    with Register.open(place.replace("postgres@", "reader@")) as register:
        assert register.search() == ()
        with pytest.raises(RegisterError, match="is not open to this user"):
            register.record(BATCH, [entry(1)], now=NOW)


def test_a_user_who_may_add_and_change_what_changes_but_remove_nothing(place: str) -> None:
    registers.run(
        place,
        "CREATE USER clerk",
        "GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO clerk",
        "GRANT UPDATE ON certificates, batches TO clerk",
    )
    with Register.open(place.replace("postgres@", "clerk@")) as register:
        done = register.record(BATCH, [entry(1)], now=NOW)
        register.finish(done.batch.id, now=NOW)
        register.change([1], "void", day=NOW.date(), reason="", now=NOW)
        assert register.audit_check().faults == ()


def test_a_disk_of_the_server_that_is_full(place: str) -> None:
    with Register.open(place) as register:
        register.record(BATCH, [entry(1)], now=NOW)
        registers.run(
            place,
            "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$",
            "CREATE TRIGGER full_disk BEFORE INSERT ON audit EXECUTE FUNCTION full_disk()",
        )
        with pytest.raises(RegisterError, match="disk of its server is full, nothing was recorded"):
            register.record(BATCH, [entry(2)], now=NOW)
        registers.run(place, "DROP TRIGGER full_disk ON audit")
        assert numbers_of(register.search()) == [1]
        assert register.record(BATCH, [entry(2)], now=NOW).added == 1
        assert register.audit_check().faults == ()


def test_another_office_that_does_not_end(place: str) -> None:
    with (
        postgres.server().connect(postgres.database_of(place)) as other,
        Register.open(place, patience=0.05) as register,
    ):
        other.execute(f"SELECT pg_advisory_lock({tables.APPLICATION_ID})")
        with pytest.raises(RegisterError, match="is in use by another program"):
            register.record(BATCH, [entry(1)], now=NOW)
        assert register.search() == ()  # reading goes on
        other.execute("SELECT pg_advisory_unlock_all()")
        assert register.record(BATCH, [entry(1)], now=NOW).added == 1


def test_a_connection_that_ended_while_nothing_was_done_is_made_anew(place: str) -> None:
    with Register.open(place) as register:
        register.record(BATCH, [entry(1)], now=NOW)
        cut(place)
        assert register.record(BATCH, [entry(2)], now=NOW).added == 1


def cut(place: str) -> None:
    """End every connection to a database, as an administrator does."""
    name = postgres.database_of(place)
    postgres.server().run(
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'",
        database="postgres",
    )


def test_a_connection_that_is_cut_in_the_middle_leaves_nothing_half_done(place: str) -> None:
    def entries() -> Iterator[NewEntry]:
        yield from (entry(number) for number in range(1, 1500))
        cut(place)
        yield from (entry(number) for number in range(1500, 3000))

    with Register.open(place) as register:
        with pytest.raises(RegisterError, match="lost its server in the middle") as caught:
            register.record_all(BATCH, entries(), now=NOW)
        assert "do the same again" in (caught.value.hint or "")
        assert register.count(Query()) == 0
        again = (entry(number) for number in range(1, 3000))
        assert register.record_all(BATCH, again, now=NOW).added == 2999
        assert register.audit_check().faults == ()


def test_a_server_that_crashes_and_comes_back() -> None:
    server = postgres.another()
    url = server.fresh()
    with Register.open(url, create=True) as register:
        register_process.issue(url, 0, 5)
        server.stop("immediate")
        with pytest.raises(RegisterError, match=r"lost its server|cannot be reached"):
            register.record(BATCH, [entry(900)], now=NOW)
        with pytest.raises(RegisterError, match="cannot be reached"):
            register.search()
        server.start()
        assert register.count(Query()) == 5 * register_process.SIZE
        register_process.issue(url, 0, 8)
        assert register.count(Query()) == 8 * register_process.SIZE
        assert register.audit_check().faults == ()
    server.stop()


def test_text_that_the_server_cannot_hold(place: str) -> None:
    with Register.open(place) as register:
        with pytest.raises(RegisterError, match="cannot hold such a value"):
            register.record(BATCH, [entry(1, holder="a\x00b")], now=NOW)
        assert register.search() == ()


def test_the_errors_of_the_driver_are_all_of_one_kind(place: str) -> None:
    with Register.open(place) as register:
        registers.run(place, "ALTER TABLE batches RENAME TO elsewhere")
        with pytest.raises(RegisterError, match="fails") as caught:
            register.batches()
        assert isinstance(caught.value.__cause__, Exception)
        assert isinstance(caught.value.__cause__.__cause__, psycopg.Error)
