"""Issuing when something is wrong: it is told before anything is signed, and nothing is lost or left half done."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

import school
from offices import (
    Kind,
    draw,
    entries,
    issued,
    kind_of,
    later,
    office_in,
    plan_of,
    pupil,
    sample_row,
    shipped,
    sign,
    write_json,
)
from qrcert import cose, issue, page
from qrcert.errors import (
    KeyFileError,
    QrcertError,
    Refused,
    RegisterError,
    RosterError,
    TrustListError,
    Unreadable,
)
from qrcert.issue import Office, files
from qrcert.issue.act import file_names
from qrcert.issue.sheets import Paper
from qrcert.symbol import Symbol
from qrcert.trust import KeyEntry, name_of_number

PASSPHRASE = b"correct horse battery"


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return office_in(tmp_path / "office")


@pytest.fixture
def class_list(tmp_path: Path) -> Path:
    return write_json(tmp_path / "class.json", [pupil(place) for place in range(2)])


@pytest.fixture(autouse=True)
def cheap_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Key files that take no time to open; the real cost is tried in test_signing and test_issue."""
    monkeypatch.setattr("qrcert.signing.SCRYPT_N", 16)


def nothing_was_issued(office: Office) -> bool:
    return entries(office) == () and not (office.folder / "out").exists()


# --- the class list


@pytest.mark.parametrize(
    ("changes", "error", "match"),
    [
        ({"marks": [["Русский язык", "6"]]}, RosterError, "row 2"),
        ({"marks": []}, RosterError, "row 2"),
        ({"family": "Ивано\u202eв"}, RosterError, "row 2"),
        ({"family": "Cафонов"}, RosterError, "row 2"),
        ({"family": '=HYPERLINK("http://a.example")'}, RosterError, "a formula that stands here as text"),
        ({"number": pupil(0)["number"]}, RosterError, "stands in row 1 too"),
        ({"number": "123"}, RosterError, "row 2"),
        ({"born": "31.02.2008"}, RosterError, "row 2"),
        ({"born": "2020-01-01"}, RosterError, "age"),
        ({"honours": "с отличием"}, RosterError, "does not go with"),
        ({"finished": "с отличием"}, RosterError, "row 2"),
        ({"unknown": "x"}, RosterError, "unknown heading"),
        ({"given": "X\u4e00"}, RosterError, "mixes scripts"),
    ],
)
def test_one_bad_row_stops_the_class_before_anything_is_signed(
    office: Office, tmp_path: Path, changes: dict[str, Any], error: type[QrcertError], match: str
) -> None:
    source = write_json(tmp_path / "class.json", [pupil(0), pupil(1, **changes), pupil(2)])
    with pytest.raises(error, match=match):
        plan_of(source, office)
    assert nothing_was_issued(office)


def test_every_fault_is_told_in_one_go(office: Office, tmp_path: Path) -> None:
    rows = [pupil(0, finished="x"), pupil(1, born="31.02.2008"), pupil(2, marks=[["Алхимия", "5"]])]
    with pytest.raises(RosterError) as caught:
        plan_of(write_json(tmp_path / "class.json", rows), office)
    assert {problem.row for problem in caught.value.problems} == {1, 2, 3}


def test_a_number_that_was_issued_with_other_contents_is_refused_before_anything_is_signed(
    office: Office, tmp_path: Path
) -> None:
    sign(plan_of(write_json(tmp_path / "class.json", [pupil(place) for place in range(8)]), office))
    before = entries(office)
    rows = [pupil(place, given="Другая") for place in range(7)] + [pupil(9)]
    with pytest.raises(RegisterError, match=r"issued before with other contents: row 1, No\. ") as caught:
        plan_of(write_json(tmp_path / "class.json", rows), office)
    assert "Абрамова Вера Ильинична, 2026-11-23" in str(caught.value)
    assert str(caught.value).endswith(" and 2 more; nothing was signed")
    assert entries(office) == before


def test_a_race_for_a_number_is_lost_whole(office: Office, tmp_path: Path, class_list: Path) -> None:
    late = plan_of(write_json(tmp_path / "late.json", [pupil(5), pupil(1, given="Другая")]), office)
    sign(plan_of(class_list, office))
    before = entries(office)
    with pytest.raises(RegisterError, match="already issued with other contents"):
        sign(late)
    assert entries(office) == before


# --- the list


def office_with(folder: Path, **said: Any) -> Office:
    return office_in(folder / "office", list_qct=school.publish_bytes(school.contents(**said)))


def entry(**changes: Any) -> KeyEntry:
    plain = KeyEntry(school.KEY.public_key, school.SCHOOL, school.TODAY - 100, school.TODAY + 100, 1)
    return replace(plain, **changes)


STRANGER = school.key_of("a stranger").public_key
NINTH = school.form("ru.attestat.9")


@pytest.mark.parametrize(
    ("said", "match"),
    [
        ({"keys": ()}, "of 2026-10-24 does not have this school's key"),
        ({"keys": (entry(key=STRANGER),)}, "does not have this school's key"),
        ({"keys": (entry(status=("void", school.TODAY)),)}, "calls this school's key void"),
        ({"keys": (entry(status=("compromised", school.TODAY)),)}, "calls this school's key compromised"),
        (
            {"keys": (entry(end=school.TODAY - 1),)},
            r"row 1: issued on 2026-11-23, but the key signs from .* until",
        ),
        ({"keys": (entry(start=school.TODAY + 1),)}, "row 1: issued on 2026-11-23, but the key signs from"),
        (
            {"rights": {1: frozenset((NINTH.hash,))}},
            r"may not sign 'ru\.attestat\.11', it may sign ru\.attestat\.9",
        ),
        (
            {"forms": (school.entries()["ru.attestat.9"],), "rights": {1: frozenset((NINTH.hash,))}},
            r"the list does not have the form 'ru\.attestat\.11'",
        ),
        (
            {"issued": school.TODAY + 2, "next_update": school.TODAY + 9},
            "today is 2026-11-23, and the list is of",
        ),
        ({"cutover": school.TODAY}, "demands a proof of the season"),
        (
            {
                "withdrawals": {
                    name_of_number(school.KEY.kid, school.form().hash, 7724000000001): (school.TODAY, 3)
                }
            },
            "row 2: the number '07724000000001' was withdrawn on 2026-11-23",
        ),
    ],
)
def test_what_the_list_would_refuse_is_not_signed(
    tmp_path: Path, class_list: Path, said: dict[str, Any], match: str
) -> None:
    office = office_with(tmp_path, **said)
    with pytest.raises(Refused, match=match):
        plan_of(class_list, office)
    assert nothing_was_issued(office)


def test_an_old_list_is_good_enough_to_issue_by(tmp_path: Path, class_list: Path) -> None:
    office = office_with(tmp_path, issued=school.TODAY - 90, next_update=school.TODAY - 10)
    assert len(issued(class_list, office).files) == 2


def test_a_list_that_is_missing_or_damaged_is_told(office: Office, class_list: Path) -> None:
    path = office.folder / issue.LIST
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(TrustListError):
        plan_of(class_list, office)
    path.unlink()
    with pytest.raises(Refused, match=r"the published list 'list\.qct' is not in the office folder"):
        plan_of(class_list, office)
    assert nothing_was_issued(office)


# --- dates


def test_a_day_of_issue_that_is_to_come_is_not_signed(office: Office, class_list: Path) -> None:
    with pytest.raises(Refused, match="row 1: issued on 2026-11-25, and today is 2026-11-23"):
        plan_of(class_list, office, issued=school.NOW + timedelta(2))
    assert nothing_was_issued(office)
    assert plan_of(
        class_list, office, issued=school.NOW + timedelta(1)
    ).rows  # in another time zone it is today


def test_unpublished_papers_are_not_dated_ahead_either(office: Office, class_list: Path) -> None:
    with pytest.raises(Refused, match="before that day it does not verify"):
        plan_of(class_list, office, issued=school.NOW + timedelta(2), unpublished=True)


@pytest.mark.parametrize("day", [date(2019, 12, 31), date(2200, 1, 1)])
def test_a_day_that_the_format_has_no_room_for_is_refused(office: Office, tmp_path: Path, day: date) -> None:
    source = write_json(tmp_path / "class.json", sample_row("participation"))
    with pytest.raises(Refused, match="the years 2020 to 2199 is due"):
        plan_of(source, office, shipped("participation"), issued=day)
    assert nothing_was_issued(office)


def course_row(until: str) -> dict[str, Any]:
    return {"number": "К-1", "name": "Ann", "course": "First aid", "until": until}


def test_what_is_past_by_its_own_words_is_not_signed_and_is_drawn_again(
    office: Office, tmp_path: Path
) -> None:
    kind = shipped("course.completion")
    source = write_json(tmp_path / "class.json", [course_row("2026-11-22")])
    with pytest.raises(Refused, match="row 1: valid until 2026-11-22, and today is 2026-11-23"):
        plan_of(source, office, kind)
    assert nothing_was_issued(office)
    write_json(source, [course_row("2026-11-23")])
    first = issued(source, office, kind)
    again = issued(source, office, kind, now=later(10), out=office.folder / "again")
    assert again.entries == first.entries
    assert again.files[0].read_bytes() == first.files[0].read_bytes()


# --- the page


def crowded() -> Kind:
    """A form whose code is small and whose page is not: sixty long rows, a bit each."""
    rows = ", ".join(f'"Row {place} {"with a long name " * 8}"' for place in range(60))
    return kind_of(
        'id = "crowded"\nlanguage = "en"\ntitle = "Crowded"\n'
        '[[field]]\nname = "name"\nlabel = "Name"\nholder = true\n'
        f'[[field]]\nname = "rows"\nlabel = "Rows"\ntype = "table"\nrows = [{rows}]\n'
    )


def test_what_does_not_fit_on_its_page_is_told_before_it_is_signed(office: Office, tmp_path: Path) -> None:
    kind = crowded()
    words = [row.item.brief("en") for row in kind.form.fields[1].kind.rows]  # type: ignore[union-attr]
    rows = [
        {"number": "1", "name": "Ann", "rows": [[words[0]]]},
        {"number": "2", "name": "Bob", "rows": [[word] for word in words]},
    ]
    with pytest.raises(Refused, match="sheet '2'"):
        plan_of(write_json(tmp_path / "class.json", rows), office, kind, unpublished=True)
    assert nothing_was_issued(office)
    assert plan_of(write_json(tmp_path / "class.json", rows[:1]), office, kind, unpublished=True)


@pytest.mark.parametrize(
    ("values", "match"),
    [
        ({"name": "Ann", "event": "救急"}, "the page's fonts lack '急' .* '救'"),
        ({"name": "Ann", "event": "ᚠᚢᚦ"}, "the page's fonts lack"),
    ],
)
def test_letters_that_cannot_be_printed_are_told_before_anything_is_signed(
    office: Office, tmp_path: Path, values: dict[str, str], match: str
) -> None:
    source = write_json(tmp_path / "class.json", [{"number": "1", **values}])
    with pytest.raises(Refused, match=match):
        plan_of(source, office, shipped("participation"))
    assert nothing_was_issued(office)


def test_a_code_too_dense_to_be_read_is_told_before_anything_is_signed(
    office: Office, tmp_path: Path
) -> None:
    row = course_row("2030-01-01") | {
        "about": "Оказание первой помощи " * 13,
        "course": "Первая помощь " * 7,
        "skills": [{"free": f"{place} {'умение ' * 7}"} for place in range(8)],
    }
    with pytest.raises(Refused, match="too dense"):
        plan_of(write_json(tmp_path / "class.json", [row]), office, shipped("course.completion"))
    assert nothing_was_issued(office)


def test_a_certificate_beyond_any_code_is_told_too(office: Office, tmp_path: Path) -> None:
    row = course_row("2030-01-01") | {
        "about": "救" * 300,
        "skills": [{"free": "急" * 100}],
        "modules": [{"free": f"{place}{'救' * 90}", "cells": [1]} for place in range(5)],
    }
    with pytest.raises(Refused):
        plan_of(write_json(tmp_path / "class.json", [row]), office, shipped("course.completion"))
    assert nothing_was_issued(office)


def test_a_page_that_there_is_not_is_told_before_anything_is_signed(office: Office, class_list: Path) -> None:
    with pytest.raises(Refused, match="there is no page 'poster'"):
        plan_of(class_list, office, template="poster")
    assert nothing_was_issued(office)


# --- reading back


@pytest.fixture
def crooked_press(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[page.Sheet], page.Sheet]], None]:
    """A press that prints something else than it was given."""
    honest = page.draw

    def arm(change: Callable[[page.Sheet], page.Sheet]) -> None:
        def draw(sheets: Any, *, day: date, page: str = "certificate") -> bytes:
            return honest([change(sheet) for sheet in sheets], day=day, page=page)

        monkeypatch.setattr(page, "draw", draw)

    return arm


def another(sheet: page.Sheet) -> page.Sheet:
    return replace(sheet, symbol=Symbol(school.text()).matrix)


def blank(sheet: page.Sheet) -> page.Sheet:
    return replace(sheet, symbol=((0,) * 57,) * 57)


@pytest.mark.parametrize("change", [another, blank])
def test_a_page_that_reads_back_as_another_is_not_handed_out(
    office: Office, class_list: Path, crooked_press: Any, monkeypatch: pytest.MonkeyPatch, change: Any
) -> None:
    plan = plan_of(class_list, office)
    recorded = sign(plan)
    crooked_press(change)
    with pytest.raises(Refused, match=r"its code reads back as \d codes or another text"):
        draw(plan, recorded, office.folder / "out")
    assert not (office.folder / "out").exists()
    with office.open_register() as register:
        assert [batch.state for batch in register.batches()] == ["signed"]
    monkeypatch.undo()
    again = issued(class_list, office)
    assert (again.added, again.entries) == (0, recorded.entries)
    with office.open_register() as register:
        assert [batch.state for batch in register.batches()] == ["done"]


def test_pages_whose_codes_changed_places_in_all_pdf_are_found(
    office: Office, class_list: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = page.draw

    def draw_reversed(sheets: Any, *, day: date, page: str = "certificate") -> bytes:
        return honest(list(reversed(sheets)), day=day, page=page)

    plan = plan_of(class_list, office)
    recorded = sign(plan)
    monkeypatch.setattr(page, "draw", draw_reversed)
    with pytest.raises(Refused, match="reads back as"):
        draw(plan, recorded, office.folder / "out")
    assert not (office.folder / "out" / "all.pdf").exists()


def test_a_page_that_does_not_verify_is_not_handed_out(office: Office, class_list: Path) -> None:
    plan = plan_of(class_list, office)
    stranger = sign(plan, key=school.key_of("a thief in the office"))
    with pytest.raises(Refused, match="it verifies as unknown_school"):
        draw(plan, stranger, office.folder / "out")
    assert not (office.folder / "out").exists()


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
    return list(file_names([Paper(number, school.NOW, {}, {}) for number in numbers]))


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
        [*(file.name for file in done.files), "all.pdf"]
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
    assert [path.name for path in (office.folder / "out").iterdir()] == ["07724000000000.pdf"]
    monkeypatch.undo()
    assert issued(class_list, office).entries == recorded.entries


def test_a_full_disk_keeps_what_stood_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = files.write_file(tmp_path / "a" / "file", b"old")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(Refused):
        files.write_file(path, b"new and longer")
    assert [one.read_bytes() for one in path.parent.iterdir()] == [b"old"]


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


def test_a_name_typed_on_a_mac_is_composed(tmp_path: Path) -> None:
    assert new_office(tmp_path / "office", school="Лицеи\u0306").school == "Лицей"


def test_an_office_is_never_made_over_another(tmp_path: Path) -> None:
    office = new_office(tmp_path / "office")
    before = {path.name: path.read_bytes() for path in office.folder.iterdir()}
    with pytest.raises(Refused, match="is an office folder already"):
        new_office(office.folder)
    (office.folder / issue.SETTINGS).unlink()
    with pytest.raises(KeyFileError, match="a key is never overwritten"):
        new_office(office.folder)
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


# --- the register


def test_a_register_that_is_none_is_told_before_anything_is_signed(office: Office, class_list: Path) -> None:
    path = office.folder / "register.db"
    path.write_bytes(b"this is no database, but it is long enough to look like a file of one" * 20)
    with pytest.raises(RegisterError, match="is not a database"):
        plan_of(class_list, office)
    path.unlink()
    path.mkdir()
    with pytest.raises(RegisterError, match="is not a file"):
        plan_of(class_list, office)


def test_a_class_for_a_form_with_parts_is_one_code_with_all_of_them(office: Office, class_list: Path) -> None:
    done = issued(class_list, office)
    assert {one.part for one in done.entries} == {0}
    assert done.entries[0].form == school.form().hash


def test_a_form_that_the_office_has_otherwise_than_the_list_is_refused(
    office: Office, tmp_path: Path
) -> None:
    from qrcert.form import shipped_forms

    changed = kind_of(shipped_forms()["participation"].replace('"Мероприятие"', '"Событие"'))
    source = write_json(tmp_path / "class.json", sample_row("participation"))
    with pytest.raises(Refused, match="the list does not have the form 'participation' as it stands here"):
        plan_of(source, office, changed)
    assert nothing_was_issued(office)
