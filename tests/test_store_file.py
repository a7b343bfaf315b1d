"""The store's folder and file: whose it is, who else is at it, and what a full or failing disk does to it."""

from __future__ import annotations

import resource
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path, PureWindowsPath
from typing import Any

import pytest

from qrcert.errors import TrustListError, Unreadable
from qrcert.store import APPLICATION_ID, FILE_NAME, Store
from qrcert.store.database import _uri
from qrcert.trust import TrustList
from stores import TODAY, edit, fingerprint, put, stored
from trust_maker import HEALTHY, following, good_file, world


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "lists")


def test_an_empty_store_makes_nothing(store: Store, tmp_path: Path) -> None:
    assert store.lists() == ()
    assert list(tmp_path.iterdir()) == []


def test_a_row_keeps_the_bytes_and_the_day(store: Store) -> None:
    stored(store, world())
    (trust,) = store.lists()
    assert trust.imported == TODAY
    assert store.export(trust.identity) == trust.file
    assert TrustList.from_bytes(trust.file).list_hash == trust.list_hash
    assert repr(trust) == "StoredList('Test Authority', version 2.7)"
    with pytest.raises(Unreadable, match="no list of the authority"):
        store.export(bytes(32))


def test_a_bad_list_leaves_the_old_one(store: Store) -> None:
    stored(store, world())
    assert put(store, good_file()[:-1]) == "unreadable"
    assert len(store.lists()) == 1


def test_a_folder_that_may_not_be_looked_into(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(path: Path) -> bool:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "exists", forbidden)
    with pytest.raises(Unreadable, match="cannot be read"):
        store.lists()


def other_program(folder: Path) -> None:
    folder.mkdir()
    edit(folder, "CREATE TABLE notes (text)")


def later_schema(folder: Path) -> None:
    stored(Store(folder), world())
    edit(folder, "PRAGMA user_version = 3")


def first_schema(folder: Path) -> None:
    """What a development version made; none of it was ever released."""
    folder.mkdir()
    edit(folder, "CREATE TABLE list (identity BLOB PRIMARY KEY, file BLOB NOT NULL)")
    edit(folder, f"PRAGMA application_id = {APPLICATION_ID}")
    edit(folder, "PRAGMA user_version = 1")


def with_a_trigger(folder: Path) -> None:
    stored(Store(folder), world())
    edit(folder, "CREATE TRIGGER guest AFTER INSERT ON part BEGIN DELETE FROM part WHERE kind = 5; END")


def with_a_view_for_a_table(folder: Path) -> None:
    stored(Store(folder), world())
    edit(folder, "ALTER TABLE part RENAME TO old")
    edit(folder, "CREATE VIEW part AS SELECT * FROM old")


def with_one_column_more(folder: Path) -> None:
    stored(Store(folder), world())
    edit(folder, "ALTER TABLE list ADD COLUMN note TEXT")


def no_database(folder: Path) -> None:
    folder.mkdir()
    (folder / FILE_NAME).write_bytes(b"this is no database at all" * 100)


def folder_is_a_file(folder: Path) -> None:
    folder.write_bytes(b"")


def file_is_a_folder(folder: Path) -> None:
    (folder / FILE_NAME).mkdir(parents=True)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (other_program, "another program"),
        (later_schema, "schema 3, expected 2"),
        (first_schema, "schema 1, expected 2"),
        (with_a_trigger, "changed by another program"),
        (with_a_view_for_a_table, "changed by another program"),
        (with_one_column_more, "changed by another program"),
        (no_database, "not a database"),
        (file_is_a_folder, "unable to open"),
    ],
)
def test_a_file_that_is_not_ours_is_left_alone(
    spoil: Callable[[Path], None], message: str, tmp_path: Path
) -> None:
    folder = tmp_path / "spoiled"
    spoil(folder)
    before = sorted((path, path.is_file() and path.read_bytes()) for path in folder.iterdir())
    with pytest.raises(Unreadable, match=message):
        Store(folder).lists()
    with pytest.raises(Unreadable, match=message):
        Store(folder).import_list(good_file(), on=TODAY, fingerprint=fingerprint(good_file()))
    assert sorted((path, path.is_file() and path.read_bytes()) for path in folder.iterdir()) == before


def test_an_empty_file_is_a_store_without_lists(store: Store, tmp_path: Path) -> None:
    """What a crash in the first import leaves; reading leaves it as it is."""
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / FILE_NAME).write_bytes(b"")
    assert store.lists() == ()
    assert (tmp_path / "lists" / FILE_NAME).read_bytes() == b""
    stored(store, world())


@pytest.mark.parametrize("name", ["a?mode=ro#b", "100%20 Ж", "file:x"])
def test_a_folder_may_have_any_name(name: str, tmp_path: Path) -> None:
    assert len(stored(Store(tmp_path / name), world()).lists()) == 1
    assert (tmp_path / name / FILE_NAME).is_file()


def test_a_share_of_windows_is_named_as_sqlite_wants_it() -> None:
    assert _uri(PureWindowsPath("//server/home$/lists.db")) == "file:////server/home%24/lists.db"
    assert _uri(PureWindowsPath("C:/Users/Жанна/lists.db")).startswith("file:///C:/Users/%D0%96")


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    folder_is_a_file(tmp_path / "file")
    store = Store(tmp_path / "file")
    assert store.lists() == ()
    with pytest.raises(Unreadable, match="cannot be changed"):
        store.import_list(good_file(), on=TODAY, fingerprint=fingerprint(good_file()))


def test_a_store_without_room_keeps_the_old_list(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored(store, world())
    old = store.lists()[0].file

    def cramped(*args: Any, **options: Any) -> sqlite3.Connection:
        database = open_database(*args, **options)
        database.execute("PRAGMA max_page_count = 1")
        return database

    open_database = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", cramped)
    bigger = following(world(), lambda body: body[7].append([b"\xff" * 60_000, {}]))
    with pytest.raises(Unreadable, match="full") as caught:
        store.import_list(bigger.file(), on=TODAY)
    assert caught.value.hint
    monkeypatch.undo()
    assert store.lists()[0].file == old


@pytest.mark.parametrize("room", [0, 512, 4_096, 20_000, 60_000, 90_000, 120_000])
def test_a_disk_that_fills_up_keeps_the_old_list(room: int, store: Store) -> None:
    """No file of this process may grow beyond so many bytes: SQLite's journal and database least of all."""
    before = world()
    stored(store, before)
    old = store.lists()[0].file
    bigger = following(before, lambda body: body[7].append([b"\xff" * 60_000, {}])).file()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, limits[1]))
    try:
        with pytest.raises(Unreadable, match="cannot be changed"):
            store.import_list(bigger, on=TODAY)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    (trust,) = store.lists()
    assert trust.file == old
    trust.check()
    assert put(store, bigger) == "imported"


def test_reading_a_write_protected_store(tmp_path: Path) -> None:
    folder = tmp_path / "lists"
    stored(Store(folder), world())
    (folder / FILE_NAME).chmod(0o444)
    folder.chmod(0o555)
    try:
        assert len(Store(folder).lists()) == 1
    finally:
        folder.chmod(0o755)
        (folder / FILE_NAME).chmod(0o644)


def test_two_imports_at_once_end_with_the_newest(tmp_path: Path) -> None:
    store = Store(tmp_path / "lists")
    first = world()
    stored(store, first)
    chain = [first]
    for _ in range(8):
        chain.append(following(chain[-1]))
    files = [made.file() for made in chain[1:]]
    results: list[str] = []

    def run(data: bytes) -> None:
        results.append(put(store, data))

    threads = [threading.Thread(target=run, args=(data,)) for data in files]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(results) <= {"imported", "older"}
    assert results.count("imported") >= 1
    assert store.lists()[0].version == chain[-1].body[3]


def test_an_import_sees_what_changed_while_a_person_was_asked(store: Store) -> None:
    """Somebody else imports a newer list during the question: the older one must not win."""
    newer = following(world())

    def slow(trust: TrustList, lost: tuple[str, ...]) -> bool:
        stored(store, newer)
        return True

    assert put(store, world(), confirm=slow) == "older"
    assert store.lists()[0].version == newer.body[3]


def test_a_refusal_that_is_kept_locks_nothing(store: Store) -> None:
    before = world()
    stored(store, following(before))
    with pytest.raises(TrustListError, match="version 7, version 8 is stored") as caught:
        store.import_list(before.file(), on=TODAY)
    with pytest.raises(Unreadable) as damaged:
        store.export(bytes(32))
    assert put(store, following(following(before))) == "imported"
    assert caught.value.code == "older"
    assert damaged.value is not None


def test_a_file_that_another_process_holds_is_waited_for_and_then_said(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qrcert.store.database.BUSY_SECONDS", 0.05)
    stored(store, world())
    holder = sqlite3.connect(tmp_path / "lists" / FILE_NAME, isolation_level=None)
    with closing(holder):
        holder.execute("BEGIN IMMEDIATE")
        assert len(store.lists()) == 1  # reading goes on
        with pytest.raises(Unreadable, match="cannot be changed: database is locked"):
            store.import_list(following(world()).file(), on=TODAY)
        holder.execute("COMMIT")
        holder.execute("BEGIN EXCLUSIVE")
        with pytest.raises(Unreadable, match="cannot be read: database is locked"):
            store.lists()
    assert put(store, following(world())) == "imported"


def test_an_open_list_holds_up_no_import(store: Store) -> None:
    before = world()
    (trust,) = stored(store, before).lists()
    assert trust.entry(HEALTHY.kid) is not None
    assert put(store, following(before)) == "imported"
