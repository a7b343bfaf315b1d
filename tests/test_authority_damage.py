"""The authority's folder when it was damaged, the program killed, or the disk full."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ministry import (
    PASSPHRASE,
    TODAY,
    admitted,
    authority_in,
    files_of,
    publish,
)
from qrcert import authority
from qrcert.authority import Authority
from qrcert.errors import QrcertError, Refused, TrustListError
from qrcert.trust import (
    compare,
)


@pytest.fixture
def made(tmp_path: Path) -> Authority:
    return authority_in(tmp_path / "authority")


# --- a folder that was damaged, a program that was killed


def spoil_json(change: Callable[[dict[str, Any]], Any]) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        path = folder / "authority.json"
        path.write_text(json.dumps(change(json.loads(path.read_text()))))

    return spoil


def flip(name: str, at: int = -1) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        data = bytearray((folder / name).read_bytes())
        data[at] ^= 1
        (folder / name).write_bytes(data)

    return spoil


def cut(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).write_bytes((folder / name).read_bytes()[:-20]) and None


DAMAGES: dict[str, Callable[[Path], Any]] = {
    "settings gone": lambda folder: (folder / "authority.json").unlink(),
    "settings empty": lambda folder: (folder / "authority.json").write_bytes(b""),
    "settings no JSON": lambda folder: (folder / "authority.json").write_bytes(b"{"),
    "settings no UTF-8": lambda folder: (folder / "authority.json").write_bytes(b"\xff\xfe\xfd"),
    "settings too deep": lambda folder: (folder / "authority.json").write_text("[" * 100_000),
    "settings a list": spoil_json(list),
    "settings without taken": spoil_json(lambda said: {"test": said["test"]}),
    "settings without test": spoil_json(lambda said: {"taken": said["taken"]}),
    "test no yes or no": spoil_json(lambda said: said | {"test": "false"}),
    "taken no hex": spoil_json(lambda said: said | {"taken": ["xyz"]}),
    "taken no text": spoil_json(lambda said: said | {"taken": [1]}),
    "root gone": lambda folder: (folder / "root-1.cbor").unlink(),
    "root cut": cut("root-1.cbor"),
    "root of another": flip("root-1.cbor", 40),
    "next gone": lambda folder: (folder / "next.cbor").unlink(),
    "next cut": cut("next.cbor"),
    "next empty": lambda folder: (folder / "next.cbor").write_bytes(b""),
    "next a folder": lambda folder: [(folder / "next.cbor").unlink(), (folder / "next.cbor").mkdir()],
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_folder_is_a_clear_refusal(made: Authority, damage: Callable[[Path], Any]) -> None:
    damage(made.folder)
    with pytest.raises(Refused, match=r"is no authority's folder: .* is missing|cannot be used: ") as caught:
        authority.open_authority(made.folder)
    assert caught.value.hint


def test_a_folder_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for place in (tmp_path, tmp_path / "nowhere", tmp_path / "file"):
        with pytest.raises(Refused):
            authority.open_authority(place)


@pytest.mark.parametrize("damage", [cut("published/0001.qct"), flip("published/0001.qct")])
def test_a_damaged_last_list_stops_publishing(made: Authority, damage: Callable[[Path], Any]) -> None:
    publish(made)
    damage(made.folder)
    with pytest.raises(
        Refused, match=r"the list published last, published/0001.qct, cannot be used"
    ) as caught:
        publish(authority.open_authority(made.folder))
    assert caught.value.hint == "put the list that was sent out back in its place"


def test_a_root_whose_signature_does_not_hold_is_never_published(made: Authority) -> None:
    flip("root-1.cbor")(made.folder)
    with pytest.raises(TrustListError) as caught:
        publish(authority.open_authority(made.folder))
    assert caught.value.code == "bad_signature"
    assert made.published() == []


class Killed(BaseException):
    """The program was killed here."""


@pytest.fixture
def killed_after(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], None]]:
    """Let so many files be written whole, and kill the program while it writes the next."""
    real = os.fsync
    left = [0]

    def fsync(handle: int) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise Killed
        real(handle)

    def arm(files: int) -> None:
        left[0] = files
        monkeypatch.setattr(os, "fsync", fsync)

    yield arm
    monkeypatch.undo()


@pytest.mark.parametrize("whole", [0, 1])
def test_killed_while_admitting_the_folder_is_before_or_after(
    made: Authority, killed_after: Callable[[int], None], whole: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = files_of(made.folder)
    killed_after(whole)
    with pytest.raises(Killed):
        admitted(made).save()
    monkeypatch.undo()
    again = authority.open_authority(made.folder)
    assert len(again.contents.schools) == whole
    assert files_of(made.folder)["authority.json"] == before["authority.json"]
    if whole:
        with pytest.raises(TrustListError, match="admitted already"):  # told, not admitted twice
            admitted(again)
    else:
        admitted(again).save()
    assert len(publish(authority.open_authority(made.folder)).keys) == 1


@pytest.mark.parametrize("whole", [0, 1, 2])
def test_killed_while_publishing_no_number_is_used_for_two_lists(
    made: Authority, killed_after: Callable[[int], None], whole: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = admitted(made)
    made.save()
    killed_after(whole)
    with pytest.raises(Killed):
        publish(made)
    monkeypatch.undo()
    kept = authority.open_authority(made.folder).last_list()
    assert (kept is not None) == (whole > 0)
    newer = publish(admitted(authority.open_authority(made.folder), 2), TODAY + 1)
    assert newer.version == (2 if whole else 1)
    if kept is not None:
        assert compare(kept, newer).kind == "newer"


def test_a_full_disk_leaves_the_old_files(made: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    before = files_of(made.folder)

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    for act in (lambda: admitted(made).save(), lambda: publish(made)):
        with pytest.raises(Refused, match=r"cannot write .*: No space left on device"):
            act()
    assert files_of(made.folder) == before


@pytest.mark.parametrize("whole", range(4))
def test_a_disk_that_fills_up_leaves_no_half_authority(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole: int
) -> None:
    left = [whole]

    def full(handle: int) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("qrcert.signing.SCRYPT_N", 16)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(QrcertError, match="No space left on device"):
            authority.make_authority(tmp_path, name="A", where="x", passphrase=PASSPHRASE, today=TODAY)
    assert files_of(tmp_path) == {}
    authority.make_authority(tmp_path, name="A", where="x", passphrase=PASSPHRASE, today=TODAY)
