"""Copies: a backup is a register, and it comes back only whole."""

from __future__ import annotations

import itertools
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Literal

import pytest

import register_process
import registers
from qrcert.errors import RegisterError
from qrcert.register import Register, Restored, copy_older, disk, restore
from registers import BATCH, DAY, KID, NOW, behind_its_back, entry, numbers_of


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "register.db"


def test_a_backup_is_a_register_and_can_be_put_back(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "backup.db"
    with Register.open(path, create=True) as register:
        stored = register.record(BATCH, [entry(1)], now=NOW).entries
        register.backup(copy)
        with pytest.raises(RegisterError, match="cannot make the copy"):
            register.backup(copy)
    done = restore(copy, path, now=NOW)
    assert done == Restored(path.with_name("register.db.before-restore"))
    with Register.open(path) as register:
        assert register.search() == stored
        assert register.audit_check().faults == ()
        (told,) = register.restorations()
        assert (told.act, told.at, told.detail["dropped"]) == ("restored", NOW, 0)
    assert restore(copy, tmp_path / "elsewhere.db", now=NOW) == Restored()


def with_a_backup(path: Path, copy: Path) -> None:
    """A register that has gone on since its backup: two more certificates, and one that was withdrawn."""
    with Register.open(path, create=True) as register:
        (old,) = register.record(BATCH, [entry(1)], now=NOW).entries
        register.backup(copy)
        register.change([old.id], "withdrawn", day=DAY, reason="", now=NOW)
        register.record(BATCH, [entry(2), entry(3)], now=NOW)


def test_what_is_newer_than_the_backup_is_not_dropped_unasked(path: Path, tmp_path: Path) -> None:
    with_a_backup(path, copy := tmp_path / "backup.db")
    with pytest.raises(RegisterError) as caught:
        restore(copy, path, now=NOW)
    assert "lacks 2 of the certificates in the register" in str(caught.value)
    assert "No. '00000000000002', '00000000000003'; nothing was replaced" in str(caught.value)
    assert "--drop-newer" in (caught.value.hint or "")
    with Register.open(path, journal="delete") as register:
        assert numbers_of(register.search()) == [1, 2, 3]
    assert sorted(file.name for file in tmp_path.iterdir()) == ["backup.db", "register.db"]
    done = restore(copy, path, now=NOW, drop_newer=True)
    assert done.lost == ("00000000000002", "00000000000003")
    assert done.kept is not None
    with Register.open(path) as register:
        assert numbers_of(register.search()) == [1]
        (told,) = register.restorations()
    with Register.open(done.kept) as register:
        assert numbers_of(register.search()) == [1, 2, 3]
        seq, head = register.audit_end()
    assert told.detail == {
        "backup": "backup.db",
        "kept": done.kept.name,
        "dropped": 2,
        "numbers": ["00000000000002", "00000000000003"],
        "changes": done.changes,
        "row": seq,
        "head": head.hex(),
    }


def test_a_withdrawal_is_not_dropped_unasked_either(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "backup.db"
    with Register.open(path, create=True) as register:
        (old,) = register.record(BATCH, [entry(1)], now=NOW).entries
        register.note("reprint", old.id, now=NOW)
        register.backup(copy)
        register.note("reprint", old.id, now=NOW)
    restore(copy, path, now=NOW)  # a note changes nothing
    with Register.open(path) as register:
        register.change([old.id], "withdrawn", day=DAY, reason="", now=NOW)
    with pytest.raises(RegisterError, match="has changes that the backup lacks, such as withdrawals"):
        restore(copy, path, now=NOW)
    assert restore(copy, path, now=NOW, drop_newer=True).lost == ()


def test_a_register_in_use_is_not_replaced(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "backup.db"
    with Register.open(path, create=True) as register:
        register.record(BATCH, [entry(1)], now=NOW)
        register.backup(copy)
        with pytest.raises(RegisterError, match="is in use by another program"):
            restore(copy, path, now=NOW, patience=0.05)
    path.write_bytes(b"")
    assert restore(copy, path, now=NOW).kept == path.with_name("register.db.before-restore")
    other = tmp_path / "other.db"
    registers.run(other, "CREATE TABLE t (a)")
    with pytest.raises(RegisterError, match="not a register of qrcert"):
        restore(copy, other, now=NOW)


def test_nobody_writes_into_a_register_while_another_takes_its_place(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_a_backup(path, copy := tmp_path / "backup.db")
    late = "import sqlite3, sys; sqlite3.connect(sys.argv[1], timeout=0).execute('BEGIN IMMEDIATE')"
    said: list[str] = []
    replace = Path.replace

    def replaced(self: Path, target: Path) -> Path:
        if target == path:
            done = subprocess.run(
                [sys.executable, "-c", late, str(path)], capture_output=True, text=True, check=False
            )
            said.append(done.stderr)
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", replaced)
    restore(copy, path, now=NOW, drop_newer=True)
    (told,) = said
    assert "database is locked" in told


def test_an_office_that_still_has_the_replaced_register_open_loses_no_act_silently(
    path: Path, tmp_path: Path
) -> None:
    with_a_backup(path, copy := tmp_path / "backup.db")
    with Register.open(path, journal="delete") as idle:
        assert numbers_of(idle.search()) == [1, 2, 3]
        restore(copy, path, now=NOW, drop_newer=True)
        with pytest.raises(RegisterError, match="cannot be written"):
            idle.record(BATCH, [entry(4)], now=NOW)
    with Register.open(path, journal="delete") as register:
        assert numbers_of(register.search()) == [1]


@pytest.mark.parametrize("journal", ["delete", "wal"])
def test_where_open_files_cannot_be_replaced_an_act_in_between_stops_the_restoration(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, journal: Literal["delete", "wal"]
) -> None:
    with_a_backup(path, copy := tmp_path / "backup.db")
    monkeypatch.setattr(disk, "REPLACES_OPEN_FILES", False)
    header_of, looks = disk.header_of, itertools.count()

    def looked(where: Path) -> bytes:
        if next(looks) == 1:
            with Register.open(path, journal=journal) as other:
                other.record(BATCH, [entry(4)], now=NOW)
        return header_of(where)

    with monkeypatch.context() as patch:
        patch.setattr(disk, "header_of", looked)
        with pytest.raises(RegisterError, match="it was opened meanwhile"):
            restore(copy, path, now=NOW, drop_newer=True)
    with Register.open(path, journal="delete") as register:
        assert numbers_of(register.search()) == [1, 2, 3, 4]
    assert restore(copy, path, now=NOW, drop_newer=True).lost[-1] == "00000000000004"


def test_a_link_to_the_register_still_leads_to_it(path: Path, tmp_path: Path) -> None:
    with_a_backup(path, copy := tmp_path / "backup.db")
    link = tmp_path / "office" / "register.db"
    link.parent.mkdir()
    link.symlink_to(path)
    done = restore(copy, link, now=NOW, drop_newer=True)
    assert link.readlink() == path
    assert done.kept == path.with_name("register.db.before-restore")
    assert list(link.parent.iterdir()) == [link]
    with Register.open(path, journal="delete") as register:
        assert numbers_of(register.search()) == [1]


def test_a_file_that_the_system_does_not_let_go_stays(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_a_backup(path, copy := tmp_path / "backup.db")

    def held(_self: Path, _target: Path) -> None:
        raise PermissionError(13, "in use")

    monkeypatch.setattr(Path, "replace", held)
    with pytest.raises(RegisterError, match="cannot be replaced: in use") as caught:
        restore(copy, path, now=NOW, drop_newer=True)
    assert "another program" in (caught.value.hint or "")
    with Register.open(path, journal="delete") as register:
        assert numbers_of(register.search()) == [1, 2, 3]
    assert not list(tmp_path.glob("*.restoring*"))


def test_the_register_that_was_replaced_comes_back_the_same_way(path: Path, tmp_path: Path) -> None:
    with_a_backup(path, copy := tmp_path / "backup.db")
    kept = restore(copy, path, now=NOW, drop_newer=True).kept
    assert kept is not None
    assert restore(kept, f"sqlite:///{path}", now=NOW).lost == ()
    with Register.open(path, journal="delete") as register:
        assert numbers_of(register.search()) == [1, 2, 3]
    left = path.with_name("register.db.restoring")
    shutil.copy(copy, left)
    with pytest.raises(RegisterError, match="cannot make the copy"):
        restore(left, path, now=NOW)
    assert left.read_bytes() == copy.read_bytes()


@pytest.mark.parametrize("tail", ["-wal", "-shm", "-journal"])
def test_a_damaged_register_is_kept_with_its_journal_which_stays_out_of_the_restored_one(
    path: Path, tmp_path: Path, tail: str
) -> None:
    with_a_backup(path, copy := tmp_path / "backup.db")
    path.write_bytes(b"lost in a fire")
    path.with_name(path.name + tail).write_bytes(b"journal")
    done = restore(copy, path, now=NOW)
    assert done.damaged
    assert done.kept is not None
    assert done.kept.read_bytes() == b"lost in a fire"
    assert done.kept.with_name(done.kept.name + tail).read_bytes() == b"journal"
    assert not path.with_name(path.name + tail).exists()
    with Register.open(path) as register:
        assert register.audit_check().faults == ()
        assert register.restorations()[0].detail["damaged"] is True
    path.unlink()
    path.with_name(path.name + tail).write_bytes(b"of a register that somebody moved away")
    assert restore(copy, path, now=NOW) == Restored()
    assert not path.with_name(path.name + tail).exists()


@pytest.mark.parametrize("state", ["shut", "open", "damaged"])
def test_a_restoration_that_is_killed_at_any_step_loses_and_mixes_nothing(tmp_path: Path, state: str) -> None:
    """Each run dies at the next file that it touches; then the same again ends as an undisturbed one."""
    with_a_backup(tmp_path / "before.db", backup := tmp_path / "backup.db")
    steps = 0
    while True:
        folder = tmp_path / str(steps)
        folder.mkdir()
        path = folder / "register.db"
        _lay_out(tmp_path / "before.db", path, state)
        before = path.read_bytes()
        killed = register_process.restore_until(steps, backup, path)
        kept = [file for file in folder.iterdir() if ".before-restore" in file.name and not _is_tail(file)]
        if path.read_bytes() == before and state == "damaged":
            assert killed
        else:
            with Register.open(path, journal="delete") as register:
                assert register.audit_check().faults == ()
                found = numbers_of(register.search())
            assert found in ([1], [1, 2, 3])
            assert found == [1, 2, 3] or kept
        for file in kept:
            _require_whole(file, state, before)
        if not killed:
            break
        restore(backup, path, now=NOW, drop_newer=True)
        with Register.open(path) as register:
            assert numbers_of(register.search()) == [1]
            assert register.audit_check().faults == ()
        assert not [file.name for file in folder.iterdir() if ".restoring" in file.name]
        steps += 1
    assert steps > 10


def _lay_out(before: Path, path: Path, state: str) -> None:
    """Put a register there: shut, or as one leaves it who was killed in it (its last acts in the journal)."""
    shutil.copy(before, path)
    if state == "open":
        register_process.leave_open(path)
        assert path.with_name("register.db-wal").exists()
    elif state == "damaged":
        path.write_bytes(b"lost in a fire")
        path.with_name("register.db-wal").write_bytes(b"journal")


def _is_tail(file: Path) -> bool:
    return file.name.endswith(("-wal", "-shm", "-journal"))


def _require_whole(kept: Path, state: str, before: bytes) -> None:
    if state == "damaged":
        assert kept.read_bytes() == before
        assert kept.with_name(kept.name + "-wal").exists() or kept.with_name("register.db-wal").exists()
        return
    with Register.open(kept, journal="delete") as register:
        assert 1 in numbers_of(register.search())
        assert register.audit_check().faults == ()


def test_a_changed_backup_is_not_put_back(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "backup.db"
    with Register.open(path, create=True) as register:
        register.record(BATCH, [entry(1)], now=NOW)
        register.backup(copy)
    behind_its_back(copy, "UPDATE certificates SET holder = 'Другой'")
    before = path.read_bytes()
    with pytest.raises(RegisterError, match="was changed"):
        restore(copy, path, now=NOW)
    with pytest.raises(RegisterError, match="is not there"):
        restore(tmp_path / "none.db", path, now=NOW)
    assert path.read_bytes() == before
    assert sorted(file.name for file in tmp_path.iterdir()) == ["backup.db", "register.db"]


def test_an_older_backup_is_brought_up_to_date(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "backup.db"
    registers.old_register(copy)
    restore(copy, path, now=NOW)
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
        end = register.audit_end()
    assert restore(path, server, now=NOW) == Restored()
    with Register.open(server) as register:
        assert register.audit_check().faults == ()
        assert [told.detail for told in register.restorations()] == [{"backup": "register.db"}]
        assert register.audit_end()[0] == end[0] + 1
        assert register.search(status="withdrawn") == (old,)
        assert register.record(BATCH, [entry(5000)], now=NOW).entries[0].id == 1200
        assert register.audit_check().faults == ()
    with pytest.raises(RegisterError, match="has 1200 certificates already") as caught:
        restore(path, server, now=NOW)
    assert "empty database" in (caught.value.hint or "")


def test_a_changed_backup_does_not_come_to_a_server(server: str, path: Path) -> None:
    with Register.open(path, create=True) as register:
        register.record(BATCH, [entry(1)], now=NOW)
    behind_its_back(path, "UPDATE certificates SET holder = 'Другой'")
    with pytest.raises(RegisterError, match="was changed"):
        restore(path, server, now=NOW)
    with Register.open(server) as register:
        assert register.search() == ()


def test_an_old_backup_comes_to_a_new_database(tmp_path: Path) -> None:
    registers.old_register(copy := tmp_path / "old.db")
    before = copy.read_bytes()
    url = registers.postgres.server().fresh()
    restore(copy, url, now=NOW)
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
