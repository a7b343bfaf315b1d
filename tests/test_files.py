"""Files of the disk: where a link leads, what a writer that was killed leaves, and who else is writing."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from qrcert import files
from qrcert.errors import Refused


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_link_stays_and_leads_to_the_new_file(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    file, link, second = tmp_path / "real" / "file", tmp_path / "link", tmp_path / "second"
    link.symlink_to("real/file")
    second.symlink_to(link)
    for data in (b"not there yet", b"there already"):
        assert files.write_file(second, data) == second
        assert file.read_bytes() == data
    assert (link.readlink(), second.readlink()) == (Path("real/file"), link)
    assert names(tmp_path) == ["link", "real", "second"]
    astray = tmp_path / "astray"
    astray.symlink_to("new/folder/file")
    files.write_file(astray, b"made", parents=True)
    assert (tmp_path / "new" / "folder" / "file").read_bytes() == b"made"


def test_links_in_a_circle_are_refused(tmp_path: Path) -> None:
    circle = tmp_path / "circle"
    circle.symlink_to(circle)
    with pytest.raises(Refused, match="cannot write"):
        files.write_file(circle, b"x")
    assert circle.is_symlink()


@pytest.mark.parametrize("way", ["itself", "by a link"])
def test_an_open_file_gets_the_bytes_itself(tmp_path: Path, way: str) -> None:
    with (tmp_path / "out").open("w+b") as out:
        named = Path(f"/dev/fd/{out.fileno()}")
        if way == "by a link":
            (tmp_path / "link").symlink_to(named)
            named = tmp_path / "link"
        files.write_file(named, b"a result")
        files.write_file(named, b", another")
        assert out.read() == b"a result, another"
    assert named.is_symlink() is (way == "by a link")


@pytest.mark.parametrize("rights", [0o600, 0o640, 0o444])
def test_a_new_file_has_the_rights_of_the_one_it_replaces(tmp_path: Path, rights: int) -> None:
    path = tmp_path / "key"
    path.write_bytes(b"old")
    path.chmod(rights)
    files.write_file(path, b"new")
    assert (stat.S_IMODE(path.stat().st_mode), path.read_bytes()) == (rights, b"new")


def test_what_a_killed_writer_left_of_a_file_goes_with_the_next_writing(tmp_path: Path) -> None:
    path = tmp_path / "list [1].json"
    others = ["list [1].json.part", "list [1].json.bak.0123abcd.part", "other.0123abcd.part"]
    for left in (*others, "list [1].json.0123abcd.part", "list [1].json.89ef0000.part"):
        (tmp_path / left).touch()
    with files._begun(path) as held:  # somebody is writing it now
        files.write_file(path, b"whole")
        assert names(tmp_path) == sorted([*others, path.name, Path(held.name).name])
    files.write_file(path, b"whole")
    assert names(tmp_path) == sorted([*others, path.name])


def test_the_longest_names_are_written_too(tmp_path: Path) -> None:
    path = tmp_path / ("я" * 125 + ".pdf")
    files._begun(path).close()
    assert files.write_file(path, b"whole").read_bytes() == b"whole"
    assert names(tmp_path) == [path.name]


def test_a_file_is_locked_until_it_has_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, replace = tmp_path / "file", Path.replace

    def swept(self: Path, target: Path) -> Path:
        files.remove_leftovers(tmp_path)
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", swept)
    files.write_file(path, b"whole")
    assert path.read_bytes() == b"whole"


def test_who_begins_a_file_waits_for_the_one_who_takes_it_for_a_leftover(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is opened, then somebody else locks it; as that one removes it, another is begun."""
    lock = files._lock
    seen: list[Path] = []

    def swept(part: Path, sweeper: BinaryIO) -> None:
        part.unlink()
        sweeper.close()

    def late(file: BinaryIO, *, wait: bool) -> None:
        if not seen:
            seen.append(Path(file.name))
            sweeper = os.fdopen(os.open(seen[0], os.O_RDONLY), "rb")
            lock(sweeper, wait=False)
            threading.Thread(target=swept, args=(seen[0], sweeper)).start()
        lock(file, wait=wait)

    monkeypatch.setattr(files, "_lock", late)
    with files._begun(tmp_path / "file") as begun:
        assert seen != [Path(begun.name)]
        assert names(tmp_path) == [Path(begun.name).name]


def test_on_windows_a_leftover_is_removed_without_being_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There what somebody has open cannot be removed: neither what is being written, nor what we open ourselves."""
    left = tmp_path / "file.0123abcd.part"
    left.touch()
    opened: list[Path] = []
    monkeypatch.setattr(Path, "open", lambda self, *_: opened.append(self))
    monkeypatch.setattr(files, "_WINDOWS", True)
    files.remove_leftovers(tmp_path)
    assert (opened, left.exists()) == ([], False)


def test_on_windows_a_file_is_closed_before_it_gets_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[Any] = []
    begin, replace = files._begun, Path.replace

    def kept(path: Path) -> Any:
        begun.append(begin(path))
        return begun[-1]

    def closed(self: Path, target: Path) -> Path:
        assert begun[-1].closed
        return replace(self, target)

    monkeypatch.setattr(files, "_WINDOWS", True)
    monkeypatch.setattr(files, "_begun", kept)
    monkeypatch.setattr(Path, "replace", closed)
    assert files.write_file(tmp_path / "file", b"whole").read_bytes() == b"whole"


def test_a_folder_that_cannot_be_looked_into_is_written_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def shut(_folder: Path) -> Any:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "scandir", shut)
    assert files.write_file(tmp_path / "file", b"whole").read_bytes() == b"whole"
