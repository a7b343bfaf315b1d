"""Copies: a backup is a register, and it comes back only whole."""

from __future__ import annotations

from pathlib import Path

import pytest

import registers
from qrcert.errors import RegisterError
from qrcert.register import Register, copy_older, restore
from registers import BATCH, DAY, KID, NOW, behind_its_back, entry, numbers_of


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "register.db"


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
    registers.old_register(copy)
    restore(copy, path)
    with Register.open(path) as register:
        assert register.opened.backup is None
    assert not list(tmp_path.glob("*schema*"))


# Registers on a server: their backup is a file, and a file comes back to a server.


@pytest.fixture
def server() -> str:
    return registers.copy_of_template()


def test_a_backup_of_a_server_is_a_register_file(server: str, tmp_path: Path) -> None:
    copy = tmp_path / "backup.db"
    with Register.open(server) as register:
        stored = register.record(BATCH, [entry(number) for number in range(1, 1200)], now=NOW).entries
        register.change([stored[3].id], "withdrawn", day=DAY, reason="сказал сам", now=NOW)
        register.hand_in(KID, first=DAY, last=DAY, day=DAY, now=NOW)
        everything = register.search(), register.batches(), register.seasons(), register.audit_check()
        register.backup(copy)
        with pytest.raises(RegisterError, match="cannot make the copy"):
            register.backup(copy)
    assert everything[3].faults == ()
    assert copy.stat().st_mode & 0o777 == 0o600
    with Register.open(copy) as register:
        assert everything == (
            register.search(),
            register.batches(),
            register.seasons(),
            register.audit_check(),
        )


def test_a_register_moves_from_a_file_to_a_server_and_goes_on_there(server: str, path: Path) -> None:
    with Register.open(path, create=True) as register:
        stored = register.record(BATCH, [entry(number) for number in range(1, 1200)], now=NOW)
        (old,) = register.change([stored.entries[3].id], "withdrawn", day=DAY, reason="", now=NOW)
        report = register.audit_check()
    assert restore(path, server) is None
    with Register.open(server) as register:
        assert register.audit_check() == report
        assert register.search(status="withdrawn") == (old,)
        assert register.record(BATCH, [entry(5000)], now=NOW).entries[0].id == 1200
        assert register.audit_check().faults == ()
    with pytest.raises(RegisterError, match="has 1200 certificates already") as caught:
        restore(path, server)
    assert "empty database" in (caught.value.hint or "")


def test_a_changed_backup_does_not_come_to_a_server(server: str, path: Path) -> None:
    with Register.open(path, create=True) as register:
        register.record(BATCH, [entry(1)], now=NOW)
    behind_its_back(path, "UPDATE certificates SET holder = 'Другой'")
    with pytest.raises(RegisterError, match="was changed"):
        restore(path, server)
    with Register.open(server) as register:
        assert register.search() == ()


def test_an_old_backup_comes_to_a_new_database(tmp_path: Path) -> None:
    registers.old_register(copy := tmp_path / "old.db")
    before = copy.read_bytes()
    url = registers.postgres.server().fresh()
    restore(copy, url)
    with Register.open(url) as register:
        assert len(register.search()) == 4
        assert register.audit_check().faults == ()
    assert copy.read_bytes() == before


def test_a_server_of_an_older_schema_can_be_copied(tmp_path: Path) -> None:
    url = registers.postgres.server().fresh()
    registers.older(url, "0002")
    assert copy_older(url, tmp_path / "backup.db") == "0002"
    Register.open(url, migrate=True).close()
    assert copy_older(url, tmp_path / "again.db") is None
    assert not (tmp_path / "again.db").exists()
    with Register.open(tmp_path / "backup.db") as register:
        assert register.opened.found == "0002"
    with pytest.raises(RegisterError, match="is empty"):
        copy_older(registers.postgres.server().fresh(), tmp_path / "empty.db")
    assert not (tmp_path / "empty.db").exists()
