"""Where the pages of a class go, whatever its numbers and its disk, and the office folder with its settings."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import school
import terminal
from offices import (
    draw,
    issued,
    office_in,
    plan_of,
    pupil,
    shipped,
    sign,
    write_json,
)
from qrcert import cose, files, issue
from qrcert.errors import (
    KeyFileError,
    QrcertError,
    Refused,
    Unreadable,
)
from qrcert.issue import Office
from qrcert.issue.act import file_names
from qrcert.signing import load_keys
from qrcert.trust import read_key_request, unwrap

PASSPHRASE = b"correct horse battery"


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return office_in(tmp_path / "office")


@pytest.fixture
def class_list(tmp_path: Path) -> Path:
    return write_json(tmp_path / "class.json", [pupil(place) for place in range(2)])


@pytest.fixture(autouse=True)
def cheap_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Key files that take no time to open; the real cost is tried in test_signing."""
    monkeypatch.setattr("qrcert.signing.SCRYPT_N", 16)


# --- where the pages go


HOSTILE = [
    "../../x",
    "..\\..\\x",
    "/etc/passwd",
    "C:\\x",
    "CON",
    "con.txt",
    "nul",
    "COM1",
    "LPT¹",
    "a/b",
    "a\\b",
    "a:b",
    "a_b",
    "A_B",
    "a_b-2",
    ".",
    "..",
    "...",
    "-rf",
    "~",
    "$HOME",
    "%s",
    "all",
    "ALL",
    "draft",
    "summary",
    "№ 5/Й",
    "ж" * 32,
    "𐌰" * 32,
    "*?<>|",
    " ",
    "_",
    "a ",
    "a.",
]


def names_of(numbers: list[str]) -> list[str]:
    return list(file_names(numbers))


def is_harmless(name: str) -> bool:
    plain = all(char.isalnum() or char in "_.-" for char in name)
    device = name.split(".")[0].upper() in {"CON", "PRN", "AUX", "NUL", "COM1", "LPT1", "LPT¹"}
    own = name.casefold() in {"all", "draft", "summary"}
    return plain and not device and not own and name.strip(".") == name and 0 < len(name.encode()) < 200


def test_no_number_leads_out_of_its_folder_or_over_another_file() -> None:
    names = names_of(HOSTILE)
    assert [name for name in names if not is_harmless(name)] == []
    assert len({name.casefold() for name in names}) == len(HOSTILE)
    assert names_of(["07724000000001", "2026-1", "К-2026/0815"]) == [
        "07724000000001",
        "2026-1",
        "К-2026_0815",
    ]


def test_random_numbers_lead_nowhere_either() -> None:
    chance = random.Random(7)
    letters = "aAжЖ09./\\_-: \u0130\u0131ßẞ¹²CONnul"
    for _ in range(300):
        numbers = list({"".join(chance.choices(letters, k=chance.randint(1, 5))) for _ in range(30)})
        names = names_of(numbers)
        assert [name for name in names if not is_harmless(name)] == []
        assert len({name.casefold() for name in names}) == len(numbers)


def test_hostile_numbers_are_issued_into_their_folder(office: Office, tmp_path: Path) -> None:
    numbers = ["../../x", "CON", "a/b", "a_b", "all"]
    rows = [{"number": number, "name": "Ann"} for number in numbers]
    out = tmp_path / "deep" / "er" / "out"
    done = issued(write_json(tmp_path / "class.json", rows), office, shipped("participation"), out=out)
    assert [file.name for file in done.files] == [
        "x.pdf",
        "certificate-CON.pdf",
        "a_b.pdf",
        "a_b-2.pdf",
        "certificate-all.pdf",
    ]
    assert sorted(path.name for path in out.iterdir()) == sorted(
        [*(file.name for file in done.files), "all.pdf", issue.MANIFEST.format(1)]
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["class.json", "deep", "office"]


def test_a_full_disk_leaves_no_half_file_and_loses_nothing(
    office: Office, class_list: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[int] = []

    def full_after_one(handle: int) -> None:
        written.append(handle)
        if len(written) > 1:
            raise OSError(28, "No space left on device")

    plan = plan_of(class_list, office)
    recorded = sign(plan)
    monkeypatch.setattr(files.os, "fsync", full_after_one)
    with pytest.raises(Refused, match=r"cannot write .*: No space left on device") as caught:
        draw(plan, recorded, office.folder / "out")
    assert caught.value.hint == "is the disk full, or the folder read-only?"
    assert [path.name for path in (office.folder / "out").iterdir()] == [f"{recorded.entries[0].number}.pdf"]
    monkeypatch.undo()
    assert issued(class_list, office).entries == recorded.entries


def test_a_full_disk_keeps_what_stood_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = files.write_file(tmp_path / "a" / "file", b"old", parents=True)

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(Refused):
        files.write_file(path, b"new and longer")
    assert [one.read_bytes() for one in path.parent.iterdir()] == [b"old"]


def test_a_pipe_gets_the_bytes_and_stays_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    files.write_file(pipe, b"a result")
    assert os.read(reading, 100) == b"a result"
    os.close(reading)
    assert pipe.is_fifo()
    assert list(tmp_path.iterdir()) == [pipe]


@pytest.mark.parametrize("place", ["file", "file/out", "class.json"])
def test_a_folder_that_cannot_be_written_loses_nothing(
    office: Office, class_list: Path, tmp_path: Path, place: str
) -> None:
    (tmp_path / "file").write_bytes(b"a file")
    plan = plan_of(class_list, office)
    recorded = sign(plan)
    with pytest.raises(Refused, match="cannot write"):
        draw(plan, recorded, tmp_path / place)
    assert (tmp_path / "file").read_bytes() == b"a file"
    assert issued(class_list, office).entries == recorded.entries


def test_a_folder_stands_where_a_page_should_go(office: Office, class_list: Path) -> None:
    (office.folder / "out" / "07724000000001.pdf").mkdir(parents=True)
    with pytest.raises(Refused, match=r"cannot write .*07724000000001\.pdf"):
        issued(class_list, office)
    assert [path.name for path in (office.folder / "out").glob("*.part")] == []


# --- the office folder


def test_a_new_office_has_its_key_its_request_and_its_settings(tmp_path: Path) -> None:
    secret = b"correct horse battery"
    name = 'МБОУ «СОШ № 17 "имени" Ю. А. Гагарина» \\ 1'
    office, request = issue.make_office(
        tmp_path / "a" / "office",
        school=name,
        place="г. Щёлково",
        alg=cose.ESP256,
        passphrase=secret,
        nonce=bytes(range(16)),
        today=school.TODAY,
        authority=bytes([5]) * 32,
    )
    assert sorted(path.name for path in office.folder.iterdir()) == [
        "office.toml",
        "register.db",
        "request.json",
        "school.key",
    ]
    assert unwrap((office.folder / issue.REQUEST).read_bytes()) == request
    asked = read_key_request(request)
    assert (asked.name, asked.place, asked.head.identity) == (name, "г. Щёлково", bytes([5]) * 32)
    again = issue.open_office(office.folder)
    assert again == office
    assert (again.school, again.place, again.key) == (name, "г. Щёлково", asked.key)
    assert again.load_key(secret).public_key == asked.key
    assert again.letterhead.key == f"{asked.key.kid.hex()[:4]}-{asked.key.kid.hex()[4:8]}".upper()
    (key,) = load_keys(office.folder / issue.KEY, passphrase=secret)
    number = key._private.private_numbers().private_value.to_bytes(32, "big")  # type: ignore[union-attr]
    for path in office.folder.iterdir():
        data = path.read_bytes()
        assert number not in data
        assert number.hex().encode() not in data.lower()
        assert (b"PRIVATE KEY" in data) == (path.name == issue.KEY)
        assert path.name != issue.KEY or path.stat().st_mode & 0o077 == 0


def settings_with(office: Office, change: Callable[[str], str]) -> Path:
    path = office.folder / issue.SETTINGS
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    return office.folder


SLIPS: dict[str, Callable[[str], str]] = {
    "no TOML": lambda text: text + "\n[school",
    "a name twice": lambda text: text.replace("[school]", '[school]\nname = "x"'),
    "no name": lambda text: text.replace("name =", "nam ="),
    "no key": lambda text: text[: text.index("[key]")],
    "school no section": lambda text: 'school = "x"\n' + text[text.index("[register]") :],
    "page no section": lambda text: "page = 1\n" + text,
    "name no text": lambda text: text.replace('name = "School No. 7"', "name = 7"),
    "head no text": lambda text: text.replace("[register]", "x = 1\n[register]").replace(
        'head = "', 'head = 1 #"'
    ),
    "unknown colours": lambda text: text + '\n[page]\ncolours = "pink"',
    "unknown journal": lambda text: text.replace('journal = "wal"', 'journal = "DELETE"'),
    "alg no number": lambda text: text.replace("alg = -19", 'alg = "ed25519"'),
    "alg unknown": lambda text: text.replace("alg = -19", "alg = -7"),
    "public no hex": lambda text: text.replace('public = "', 'public = "x'),
    "public cut": lambda text: text.replace('public = "', 'public = "').replace(
        school.KEY.public.hex(), "00ff"
    ),
    "public weak": lambda text: text.replace(school.KEY.public.hex(), "00" * 32),
    "too deep": lambda text: text + "x = " + "[" * 20_000,
}


@pytest.mark.parametrize(
    ("line", "en", "ru"),
    [
        (
            '[page]\ncolors = "pine"',
            "[page] has no line 'colors'; it takes heading, colours, page",
            "в разделе [page] нет строки 'colors', есть heading, colours, page",
        ),
        (
            '[registry]\nplace = "x.db"',
            "there is no section or line 'registry'; the sections are school, page, register, approval, key",
            "нет раздела или строки 'registry'; разделы: school, page, register, approval, key",
        ),
        ("[page]\npage = 5", "page is text in quotes, found 5", "page — текст в кавычках, а найдено 5"),
        (
            "[approval]\nofficers = 5",
            "officers is a list of texts in quotes, found 5",
            "officers — список текстов в кавычках, а найдено 5",
        ),
        (
            '[page]\ncolours = "pink"',
            "colours is one of indigo, petrol, garnet, pine, plum, found 'pink'",
            "colours — одно из indigo, petrol, garnet, pine, plum, а найдено 'pink'",
        ),
        (
            "[page]\ncolours = [1]",
            "colours are a name or three colours, found [1]",
            "colours — название или три цвета, а найдено [1]",
        ),
    ],
)
def test_a_slip_is_told_in_both_languages_with_what_is_possible(
    office: Office, line: str, en: str, ru: str
) -> None:
    folder = settings_with(office, lambda text: f"{text}\n{line}\n")
    for lang, said, begin in (("en", en, "the settings"), ("ru", ru, "настройки")):
        done = terminal.run("register", "list", "--office", folder, "--lang", lang)
        assert done.status == 2
        assert done.errors[0].startswith(f"qrcert: error: {begin} 'office.toml'")
        assert done.errors[0].endswith(f": {said}")


@pytest.mark.parametrize("slip", SLIPS.values(), ids=SLIPS)
def test_a_slip_in_the_settings_is_told(office: Office, slip: Callable[[str], str]) -> None:
    with pytest.raises(Unreadable, match=r"the settings 'office\.toml' cannot be used") as caught:
        issue.open_office(settings_with(office, slip))
    assert caught.value.hint == "mend the line, or take it back"


def test_settings_that_are_no_text_or_not_there_are_told(office: Office, tmp_path: Path) -> None:
    (office.folder / issue.SETTINGS).write_bytes("имя".encode("cp1251"))
    with pytest.raises(Unreadable, match=r"'office\.toml' is not UTF-8 text"):
        issue.open_office(office.folder)
    (tmp_path / "file").touch()
    for place in (tmp_path, tmp_path / "nowhere", tmp_path / "file"):
        with pytest.raises(Refused, match="is no office folder"):
            issue.open_office(place)


def test_settings_saved_by_the_notepad_of_windows_are_read(office: Office) -> None:
    path = office.folder / issue.SETTINGS
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert issue.open_office(office.folder) == office


def new_office(folder: Path, **changes: Any) -> Office:
    plain = {
        "school": "School",
        "place": "Perm",
        "alg": cose.ED25519,
        "passphrase": PASSPHRASE,
        "nonce": bytes(16),
        "today": school.TODAY,
    }
    office, _ = issue.make_office(folder, **(plain | changes))  # type: ignore[arg-type]
    return office


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"school": ""}, Refused),
        ({"school": "ы" * 501}, Refused),
        ({"school": "Школа\n№ 1"}, Refused),
        ({"school": "Школа\u202e"}, Refused),
        ({"school": "Школа\ud800"}, Refused),
        ({"school": "Школа\x7f"}, Refused),
        ({"place": ""}, Refused),
        ({"passphrase": b"short"}, KeyFileError),
    ],
)
def test_an_office_that_no_list_could_name_is_not_made(
    tmp_path: Path, changes: dict[str, Any], error: type[QrcertError]
) -> None:
    with pytest.raises(error):
        new_office(tmp_path / "office", **changes)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.parametrize("moment", ["write_key_request", "write_file", "open_office"])
def test_who_stops_the_making_of_an_office_can_begin_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    def stop(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(f"qrcert.issue.folder.{moment}", stop)
        with pytest.raises(KeyboardInterrupt):
            new_office(tmp_path / "office")
    if moment == "open_office":  # it was made
        assert issue.open_office(tmp_path / "office").school == "School"
        return
    assert not list((tmp_path / "office").iterdir())
    assert new_office(tmp_path / "office").school == "School"


def test_a_name_typed_on_a_mac_is_composed(tmp_path: Path) -> None:
    assert new_office(tmp_path / "office", school="Лицеи\u0306").school == "Лицей"


def test_an_office_is_never_made_over_another(tmp_path: Path) -> None:
    office = new_office(tmp_path / "office")
    before = {path.name: path.read_bytes() for path in office.folder.iterdir()}
    with pytest.raises(Refused, match="is an office folder already"):
        new_office(office.folder)
    (office.folder / issue.SETTINGS).unlink()
    with pytest.raises(KeyFileError, match="a key is never overwritten") as caught:
        new_office(office.folder)
    assert "office.toml" in (caught.value.hint or "")
    assert (office.folder / issue.KEY).read_bytes() == before[issue.KEY]
    (tmp_path / "file").touch()
    with pytest.raises(Refused, match="cannot make the office folder"):
        new_office(tmp_path / "file" / "office")


@pytest.mark.parametrize("whole", [0, 1, 2])
def test_a_disk_that_fills_up_leaves_no_half_office(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole: int
) -> None:
    left = [whole]

    def full(handle: int) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(QrcertError, match="No space left on device"):
        new_office(tmp_path / "office")
    assert list((tmp_path / "office").iterdir()) == []
    monkeypatch.undo()
    assert new_office(tmp_path / "office").school == "School"


def test_a_key_that_is_not_the_offices_or_does_not_open_is_refused(tmp_path: Path) -> None:
    office, other = new_office(tmp_path / "a"), new_office(tmp_path / "b")
    with pytest.raises(KeyFileError, match="the passphrase is wrong"):
        office.load_key(b"another horse")
    shutil.copy(other.folder / issue.KEY, office.folder / issue.KEY)
    with pytest.raises(Refused, match=r"'school\.key' is not the key that 'office\.toml' names"):
        office.load_key(PASSPHRASE)
