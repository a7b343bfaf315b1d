"""What strangers hand in: codes that nothing reads beside good ones, endless files, too much of anything."""

from __future__ import annotations

import json
import os
from pathlib import Path

import cv2
import numpy as np
import pytest

import pictures
import school
from qrcert import cbor, checking, cose
from qrcert.errors import FormError, TooBig, TrustListError, Unreadable
from qrcert.files import read_file, write_file
from qrcert.trust import (
    TrustList,
    compile_form,
    read_key_request,
    read_withdrawal_request,
)
from terminal import run

REQUEST = checking.Request((school.trust(),), school.NOW)  # type: ignore[arg-type]


def two_papers(folder: Path) -> Path:
    """One picture of two certificates, the second so damaged that nothing reads it."""
    first, second = school.text("participation"), school.text("gb.gcse")
    sheet = pictures.page([first, second], module_px=5, size=(520, 1300))
    half = sheet[:, 650:]
    half[190:330:2, 180:420] = 128
    half[200:320, 230:400] = np.random.default_rng(1).integers(0, 255, (120, 170), dtype=np.uint8)
    path = folder / "two.png"
    cv2.imwrite(str(path), sheet)
    return path


def test_a_code_that_was_seen_and_not_read_is_never_passed_over(tmp_path: Path) -> None:
    (tmp_path / "list.qct").write_bytes(school.publish_bytes(school.contents()))
    path = two_papers(tmp_path)
    found = checking.check_file(path, REQUEST)
    assert sorted((one.verdict.code, one.how) for one in found) == [("genuine", ""), ("unreadable", "unread")]
    done = run("verify", str(path), "--trust", str(tmp_path / "list.qct"), "--lang", "en", "--json")
    assert done.status == 2
    assert {(one["verdict"], one["reason"]) for one in json.loads(done.out)} >= {("unreadable", "unread")}
    said = run("verify", str(path), "--trust", str(tmp_path / "list.qct"), "--lang", "ru").out
    assert "Проверить нельзя: код здесь виден, но прочитать его не удалось." in said


@pytest.mark.parametrize("space", ["\u00a0", "\u2003", "\u3000", "\x1c", "\u2028"])
def test_white_space_of_unicode_is_no_white_space_here_either(space: str) -> None:
    found = checking.check_text(f"{space}{school.text()}", REQUEST, source="-")
    assert [one.verdict.code for one in found] == ["not_qrcert"]


def test_each_code_of_a_text_is_judged_once_and_not_too_many_of_them() -> None:
    text = f"{school.text()}\r\n" * 5_000
    assert [one.verdict.code for one in checking.check_text(text, REQUEST, source="-")] == ["genuine"]
    many = "\n".join(f"QC1:{number}" for number in range(checking.MAX_CODES + 1))
    (only,) = checking.check_text(many, REQUEST, source="-")
    assert (only.verdict.code, only.how) == ("unreadable", "file")
    proofs = "\n".join([school.text(), *(f"QP1:{number}" for number in range(100))])
    (only,) = checking.check_text(proofs, REQUEST, source="-")
    assert only.fault == "100 proofs in one source, at most 64 are looked at"


def test_only_ordinary_files_are_read_and_only_up_to_a_cap(tmp_path: Path) -> None:
    small = write_file(tmp_path / "new" / "small", b"12345", parents=True)
    assert read_file(small, limit=5) == b"12345"
    with pytest.raises(TooBig, match="more than 4 bytes"):
        read_file(small, limit=4)
    for path in (tmp_path, Path("/dev/zero"), tmp_path / "none", Path("a\0b")):
        with pytest.raises(Unreadable):
            read_file(path, limit=5)


@pytest.mark.parametrize(
    "line",
    [
        ("trust", "show", "{}"),
        ("trust", "add", "{}", "--home", "home"),
        ("verify", "-", "--trust", "{}"),
        ("form", "check", "{}"),
        ("authority", "admit", "{}", "--forms", "*", "--yes"),
        ("office", "init", "new", "--school", "S", "--passphrase-file", "{}"),
        ("office", "init", "new", "--school", "S", "--for", "{}"),
    ],
)
@pytest.mark.parametrize("what", ["/dev/zero", "pipe"])
def test_no_command_reads_a_device_or_waits_for_a_pipe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: tuple[str, ...], what: str
) -> None:
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe")
    done = run(*(part.format(what) for part in line), stdin=b"QC1:")
    assert done.status == 2
    assert done.err.startswith("qrcert: error: ")
    assert "fault of the program" not in done.err
    assert not Path("new").exists()


# four megabytes that would become four hundred: an array of empty maps, one a byte
JUNK = b"\x9a\x00\x40\x00\x00" + b"\xa0" * 0x400000


def test_far_too_many_items_are_refused_before_they_are_made() -> None:
    with pytest.raises(Unreadable):
        cose.read_sign1(b"\xd2" + JUNK, max_bytes=1 << 24)
    with pytest.raises(TrustListError) as caught:
        read_withdrawal_request(b"\xd2" + JUNK, find=lambda kid: None)
    assert caught.value.code == "too_big"
    head = cbor.encode({0: bytes(32), 1: bytes(16), 2: 20_000})
    body = b"\xa4" + head[1:] + b"\x03" + JUNK
    header = cose.protected_header(school.KEY.alg, school.KEY.kid)
    signature = school.KEY.sign(cose.sign1_input(header, body, aad=cose.KEY_REQUEST_AAD))
    with pytest.raises(TrustListError) as caught:
        read_key_request(cose.write_sign1(header, body, signature))
    assert caught.value.code == "too_big"


def test_a_list_of_far_too_many_items_is_refused() -> None:
    with pytest.raises(TrustListError) as caught:
        TrustList.from_bytes(school.publish_raw(b"\xa1\x09" + JUNK))
    assert caught.value.code == "too_big"


@pytest.mark.parametrize(
    "source",
    [
        f"x = {'[' * 5000}{']' * 5000}",
        f"edition = {'9' * 100}",
        f"edition = {'9' * 5000}",
        'id = "a"\nid = "b"',
        "\0",
    ],
)
def test_forms_that_no_reader_can_take_are_form_errors(source: str) -> None:
    with pytest.raises(FormError):
        compile_form(source)


def test_text_vectors_say_the_same_at_the_desk_as_in_the_library() -> None:
    folder = Path(__file__).parents[1] / "spec" / "vectors" / "text"
    played = 0
    for file in sorted(folder.glob("*.json")):
        code = json.loads(file.read_text(encoding="utf-8"))["input"]
        lines = [line for line in code.replace("\r", "\n").split("\n") if line]
        if len(lines) != 1 or code != lines[0]:
            continue  # several lines are several codes at the desk
        (found,) = checking.check_text(code, REQUEST, source="-")
        assert found.verdict.code == REQUEST.verify(code).code, file.name
        played += 1
    assert played > 40
