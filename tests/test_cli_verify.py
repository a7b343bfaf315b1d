"""``qrcert verify`` and ``inspect``: streams, encodings, JSON, exit statuses, and what goes wrong."""

from __future__ import annotations

import json
import os
import shutil
from datetime import datetime, time
from pathlib import Path
from typing import Any

import pytest

import school
import terminal
import worlds
from qrcert import cbor
from qrcert.cli import screen
from qrcert.cli.verifying import LOOKED_AT
from qrcert.symbol import Symbol
from test_decode import claims, resigned

NOW = datetime.combine(school.NOW, time(12)).astimezone()
MEMBERS = {
    "source", "page", "verdict", "reason", "test", "number", "issued", "form", "title", "part", "school", "fields",
    "marks", "withdrawn", "at", "list", "sentence", "hint", "differences", "warnings", "other_parts",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _at_noon(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(screen, "now", lambda: NOW)
    monkeypatch.chdir(tmp_path)


def verify(*arguments: object, **more: Any) -> terminal.Run:
    return terminal.run("verify", *arguments, "--home", "lists", **more)


def answers(*arguments: object, **more: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(verify(*arguments, "--json", **more).out)
    return found


# --- JSON


def test_a_genuine_one_as_data(tmp_path: Path) -> None:
    worlds.build("genuine-marks", tmp_path)
    (one,) = answers("paper.txt", "--trust", "list.qct", "--lang", "en")
    assert one.keys() == MEMBERS
    assert {name: one[name] for name in MEMBERS - {"fields", "marks", "hint"}} == {
        "source": "paper.txt",
        "page": None,
        "verdict": "genuine",
        "reason": None,
        "test": False,
        "number": "07724000123456",
        "issued": "2026-06-25",
        "form": "ru.attestat.11",
        "title": "Certificate of Secondary General Education with honours",
        "part": None,
        "school": SCHOOL,
        "withdrawn": None,
        "at": None,
        "list": {
            "authority": "Test authority",
            "version": 3,
            "issued": "2026-10-24",
            "next_update": "2027-09-19",
            "age_days": 30,
        },
        "sentence": "Genuine. Signed by School No. 7. Not withdrawn as of 24 October 2026.",
        "differences": [],
        "warnings": [],
        "other_parts": [],
    }
    assert one["fields"][3] == {
        "name": "born",
        "label": "Date of birth",
        "value": "2008-05-17",
        "text": "17 May 2008",
    }
    assert one["marks"][0] == {
        "table": "marks",
        "subject": "Russian language",
        "mark": "5",
        "text": "5 (excellent)",
        "cells": ["5"],
    }
    assert one["hint"].startswith("Compare the name")


@pytest.mark.parametrize("form", list(school.entries()))
def test_values_do_not_depend_on_the_language(form: str, tmp_path: Path) -> None:
    worlds.paper(tmp_path, school.text(form))
    worlds.publish(tmp_path, school.contents())
    found = [answers("paper.txt", "--trust", "list.qct", "--lang", lang)[0] for lang in ("en", "ru")]
    values = [[(one["name"], one["value"]) for one in data["fields"]] for data in found]
    assert values[0] == values[1]
    same = ("verdict", "number", "issued", "form", "part", "school", "list")
    assert [found[0][name] for name in same] == [found[1][name] for name in same]
    assert [(one["table"], one["mark"], one["cells"]) for one in found[0]["marks"]] == [
        (one["table"], one["mark"], one["cells"]) for one in found[1]["marks"]
    ]


SCHOOL = {
    "id": 7,
    "name": "School No. 7",
    "name_now": "School No. 7",
    "closed": None,
    "successor": None,
    "archive": None,
}
NOTHING = dict.fromkeys(
    ("number", "issued", "form", "title", "part", "school", "fields", "marks", "withdrawn")
)
SAID = {
    "number": "2026-117",
    "issued": "2026-06-25",
    "school": SCHOOL,
}


def refused(reason: str) -> dict[str, Any]:
    hidden = dict.fromkeys(("form", "title", "fields", "marks", "withdrawn"))
    return {"verdict": "key_refused", "reason": reason} | hidden | SAID


def hit(verdict: str, kind: int) -> dict[str, Any]:
    return {"verdict": verdict, "withdrawn": {"date": "2026-11-18", "kind": kind}} | SAID


LINK = {"verdict": "not_qrcert", "list": None, "hint": "The code holds: HTTPS://QR.EXAMPLE/77"} | NOTHING
UNKNOWN_FORM = {"verdict": "unknown_form", "number": "7724000123456", "form": None, "fields": None}


@pytest.mark.parametrize(
    ("world", "paper", "expected"),
    [
        ("altered", "paper.txt", {"verdict": "altered"} | NOTHING),
        ("altered", "paper.png", {"verdict": "altered"} | NOTHING),
        ("unknown-school", "paper.txt", {"verdict": "unknown_school", "test": False} | NOTHING),
        ("unsupported", "later.txt", {"verdict": "unsupported", "list": None} | NOTHING),
        ("unsupported", "odd.txt", {"verdict": "unsupported"} | NOTHING),
        ("not-qrcert", "letter.txt", {"verdict": "not_qrcert", "list": None, "hint": None} | NOTHING),
        ("not-qrcert", "link.png", LINK),
        ("unreadable", "cut.txt", {"verdict": "unreadable", "reason": None} | NOTHING),
        ("unreadable", "blank.png", {"verdict": "unreadable", "reason": "no_code"} | NOTHING),
        ("unreadable", "damaged.png", {"verdict": "unreadable", "reason": "file"} | NOTHING),
        ("check-clock", "paper.txt", {"verdict": "check_clock"} | NOTHING),
        ("key-window", "paper.txt", refused("window")),
        ("key-void", "paper.txt", refused("void")),
        ("key-stolen", "paper.txt", refused("stolen")),
        ("key-unproven", "paper.txt", refused("unproven")),
        ("key-rights", "paper.txt", refused("rights")),
        ("unknown-form", "paper.txt", UNKNOWN_FORM),
        ("replaced-right", "paper.txt", hit("replaced", 1)),
        ("replaced-wrong", "paper.txt", hit("replaced", 2)),
        ("withdrawn", "paper.txt", hit("withdrawn", 3)),
        ("expired", "paper.txt", {"verdict": "expired", "form": "course.completion", "withdrawn": None}),
        ("genuine-old-list", "paper.txt", {"verdict": "genuine_old_list", "reason": None} | SAID),
        (
            "renamed",
            "paper.txt",
            {"verdict": "genuine"} | SAID | {"school": SCHOOL | {"name_now": "Lyceum No. 7"}},
        ),
    ],
)
def test_the_members_of_every_verdict(
    world: str, paper: str, expected: dict[str, Any], tmp_path: Path
) -> None:
    worlds.build(world, tmp_path)
    for lang in ("en", "ru"):
        (one,) = answers(paper, "--trust", "list.qct", "--lang", lang)
        assert one.keys() == MEMBERS
        wanted = {name: value for name, value in expected.items() if lang == "en" or name != "hint"}
        assert {name: one[name] for name in wanted} == wanted
        assert one["sentence"]


def test_each_list_gives_an_element_and_a_day_is_said(tmp_path: Path) -> None:
    worlds.build("several-lists", tmp_path)
    found = answers(
        "paper.txt", "--trust", "list.qct", "--trust", "b.qct", "--at", "2026-11-01", "--lang", "en"
    )
    assert [(one["verdict"], one["list"]["authority"], one["at"]) for one in found] == [
        ("key_refused", "Another authority", "2026-11-01"),
        ("genuine", "Test authority", "2026-11-01"),
    ]


def test_part_and_page_are_told(tmp_path: Path) -> None:
    worlds.paper(
        tmp_path, worlds.certificate_text("ru.attestat.9", part=1, values=_of_part("ru.attestat.9", 1))
    )
    worlds.publish(tmp_path, school.contents())
    (one,) = answers("paper.txt", "--trust", "list.qct", "--lang", "en")
    assert (one["verdict"], one["part"], one["page"]) == ("genuine", 1, None)


def _of_part(form: str, part: int) -> dict[str, object]:
    fields = {field.name: field.part for field in school.form(form).fields}
    return {
        name: value for name, value in school.certificate(form).values.items() if fields[name] in (None, part)
    }


def test_json_stays_json_on_a_screen_without_typographic_signs(tmp_path: Path) -> None:
    worlds.build("genuine-marks", tmp_path)
    environment = {"PYTHONIOENCODING": "cp866"}
    line = (
        "verify",
        "paper.txt",
        "--trust",
        "list.qct",
        "--home",
        "lists",
        "--lang",
        "ru",
        "--at",
        school.NOW,
    )
    plain = terminal.process(*line, **environment)
    (one,) = json.loads(terminal.process(*line, "--json", **environment).stdout.decode("ascii"))
    assert one["title"] == "Аттестат о среднем общем образовании с отличием"
    assert one["title"] in plain.stdout.decode("cp866")


# --- streams and encodings


def test_a_code_page_of_dos_shows_russian_and_plain_signs_for_what_it_lacks(tmp_path: Path) -> None:
    worlds.paper(tmp_path, resigned(cbor.encode(claims(l1="Мөхәммәт «Ё» № 1 – \u202e"))))
    worlds.publish(tmp_path, school.contents(authority="Орган «Ё»"))
    done = terminal.process(
        "verify", "paper.txt", "nobody.png", "--trust", "list.qct", "--home", "lists", "--lang", "ru",
        "--at", school.NOW, PYTHONIOENCODING="cp866",
    )  # fmt: skip
    out, err = done.stdout.decode("cp866"), done.stderr.decode("cp866")
    assert "  [+] ПОДЛИННЫЙ" in out.splitlines()
    assert '    Имя          М\\u04e9х\\u04d9мм\\u04d9т "Ё" № 1 - <U+202E>' in out.splitlines()
    assert '  Список: Орган "Ё", № 3 от 24 октября 2026 года' in out.splitlines()
    assert err.splitlines()[0] == "qrcert: error: нет такого файла или папки: 'nobody.png'"
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr


def test_redirected_output_is_utf_8_whatever_the_locale(tmp_path: Path) -> None:
    worlds.build("genuine", tmp_path)
    line = (
        "verify",
        "paper.txt",
        "--trust",
        "list.qct",
        "--home",
        "lists",
        "--lang",
        "ru",
        "--at",
        school.NOW,
    )
    for locale in ("C", "POSIX"):
        done = terminal.process(*line, LC_ALL=locale, PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
        assert "Подлинный. Подписан: School No. 7." in done.stdout.decode("utf-8")
        assert (done.returncode, done.stderr) == (0, b"")


def test_the_result_goes_into_a_file_and_nothing_to_the_screen(tmp_path: Path) -> None:
    worlds.build("genuine", tmp_path)
    shown = verify("paper.txt", "--trust", "list.qct", "--lang", "ru")
    done = verify("paper.txt", "--trust", "list.qct", "--lang", "ru", "-o", "answer.txt")
    assert (done.status, done.out, done.err) == (0, "", "")
    assert (tmp_path / "answer.txt").read_text(encoding="utf-8") == shown.out
    verify("paper.txt", "--trust", "list.qct", "--json", "-o", "answer.json")
    assert json.loads((tmp_path / "answer.json").read_text(encoding="utf-8"))[0]["verdict"] == "genuine"
    refused = verify("paper.txt", "--trust", "list.qct", "-o", "nowhere/answer.txt")
    assert (refused.status, refused.out) == (2, "")
    assert refused.errors[0] == "qrcert: error: cannot write 'nowhere/answer.txt': No such file or directory"


def test_standard_input_is_text_or_a_picture(tmp_path: Path) -> None:
    worlds.build("genuine", tmp_path)
    text, picture = (tmp_path / "paper.txt").read_bytes(), (tmp_path / "paper.png").read_bytes()
    for data in (text, picture, text.decode().encode("utf-16")):
        for sources in (["-"], []):
            done = verify(*sources, "--trust", "list.qct", stdin=data)
            assert done.status == 0
            assert done.lines[:2] == ["-", "  [+] GENUINE"]
    done = verify("-", "--trust", "list.qct", stdin=bytes(9))
    assert done.status == 2
    assert done.lines[2:4] == [
        "  Cannot tell: this file could not be read.",
        "  neither picture nor PDF nor text",
    ]


def test_at_a_terminal_with_nothing_named_it_does_not_wait() -> None:
    done = verify(terminal=True)
    assert done.status == 2
    assert done.errors == [
        "qrcert: error: name a picture, a PDF, a text file, a folder, or - for standard input",
        "qrcert: hint: qrcert verify --help",
    ]


def test_a_reader_that_goes_away_is_no_traceback(tmp_path: Path) -> None:
    worlds.build("genuine-marks", tmp_path)
    shutil.copy(tmp_path / "paper.txt", tmp_path / "many.txt")
    (tmp_path / "many.txt").write_text((tmp_path / "paper.txt").read_text() * 60)
    read, write = os.pipe()
    os.close(read)
    try:
        done = terminal.process(
            "verify", "many.txt", "--trust", "list.qct", "--home", "lists", stdout=write, LANG="C.UTF-8"
        )
    finally:
        os.close(write)
    assert (done.returncode, done.stderr) == (2, b"")


# --- exit statuses over many files


def test_any_refusal_comes_before_what_could_not_be_checked_and_that_before_genuine(tmp_path: Path) -> None:
    worlds.build("genuine", tmp_path)
    worlds.paper(tmp_path, worlds.tampered(school.text("participation")), "altered.txt")
    worlds.paper(tmp_path, "QC2:X", "later.txt")
    for names, status in (
        (["paper.txt", "paper.png"], 0),
        (["paper.txt", "later.txt"], 2),
        (["later.txt", "altered.txt", "paper.txt"], 1),
        (["missing.txt", "altered.txt"], 1),
        (["paper.txt", "missing.txt"], 2),
        (["missing.txt"], 2),
    ):
        assert verify(*names, "--trust", "list.qct").status == status


def test_a_file_of_another_kind_is_counted_and_does_not_pass_for_checked(tmp_path: Path) -> None:
    worlds.build("folder-of-many", tmp_path)
    done = verify("papers/zeros.bin", "--trust", "list.qct")
    assert done.lines == ["files that are no picture, PDF or text with a code, passed over: 1"]
    assert done.status == 2
    assert done.errors == ["qrcert: error: nothing to check was found", f"qrcert: hint: {LOOKED_AT}"]
    done = verify("papers/a.txt", "papers/zeros.bin", "--trust", "list.qct")
    assert done.status == 2
    assert "  [+] GENUINE" in done.lines
    assert done.lines[-1] == "files that are no picture, PDF or text with a code, passed over: 1"
    (tmp_path / "papers/b/c.png").unlink()
    done = verify("papers", "--trust", "list.qct")
    assert done.status == 0  # in a folder the other files do not count
    done = verify("papers", "--trust", "list.qct", "--json", "--lang", "ru")
    assert [one["source"] for one in json.loads(done.out)] == ["papers/a.txt"]
    assert done.errors == ["файлов, которые не картинка, не PDF и не текст с кодом: 3; они пропущены"]


def test_an_empty_folder_was_not_checked(tmp_path: Path) -> None:
    worlds.build("genuine", tmp_path)
    (tmp_path / "empty").mkdir()
    done = verify("empty", "--trust", "list.qct")
    assert (done.status, done.out) == (2, "")
    assert done.errors == ["qrcert: error: no files in 'empty'", f"qrcert: hint: {LOOKED_AT}"]
    assert answers("empty", "--trust", "list.qct") == []


def test_a_folder_with_nothing_to_check_says_what_is_looked_at(tmp_path: Path) -> None:
    worlds.build("genuine", tmp_path)
    (tmp_path / "music").mkdir()
    (tmp_path / "music/song.mp3").write_bytes(b"ID3\x04" + bytes(50))
    done = verify("music", "--trust", "list.qct", "--lang", "ru")
    assert done.status == 2
    assert done.errors[0] == "qrcert: error: проверять нечего"
    assert ".jpg" in done.errors[1]
    assert ".pdf" in done.errors[1]
    done = verify("music", "--trust", "list.qct", "--json", "--lang", "en")
    assert (done.status, json.loads(done.out)) == (2, [])
    assert done.errors[1:] == ["qrcert: error: nothing to check was found", f"qrcert: hint: {LOOKED_AT}"]


def test_a_folder_that_cannot_be_looked_into_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    worlds.build("folder-of-many", tmp_path)
    scandir = os.scandir

    def closed(path: str) -> Any:
        if Path(path).name == "b":
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", closed)
    done = verify("papers", "--trust", "list.qct", "--lang", "ru")
    assert done.status == 2
    assert "  [+] ПОДЛИННЫЙ" in done.lines
    assert done.errors == ["qrcert: error: папка 'papers/b' не читается: нет доступа"]


def test_names_of_files_are_shown_escaped(tmp_path: Path) -> None:
    worlds.build("genuine", tmp_path)
    (tmp_path / "papers").mkdir()
    name = "a\n  [+] GENUINE\x1b[2J\u202e.txt"
    (tmp_path / "papers" / name).write_text("QC1:RRQT")
    (tmp_path / "papers" / "b\x1b.png").write_bytes(Symbol("QC1:RRQT").png(4)[:60])
    for line in ("papers", "missing\n\x1b.png"):
        done = verify(line, "--trust", "list.qct")
        assert all(one.isprintable() for one in done.lines + done.errors)
        assert "  [+] GENUINE" not in done.lines
    assert answers("papers", "--trust", "list.qct")[0]["source"] == f"papers/{name}"


def test_a_name_that_is_no_text_is_shown_and_written(tmp_path: Path) -> None:
    worlds.build("genuine", tmp_path)
    name = b"caf\xe9.txt"
    (tmp_path / "papers").mkdir()
    with open(os.path.join(os.fsencode(tmp_path / "papers"), name), "wb") as file:  # noqa: PTH118, PTH123
        file.write((tmp_path / "paper.txt").read_bytes())
    done = verify("papers", "--trust", "list.qct")
    assert done.lines[0] == "papers/caf⟨U+DCE9⟩.txt"
    assert answers("papers", "--trust", "list.qct")[0]["source"] == "papers/caf\udce9.txt"
    assert verify("papers", "--trust", "list.qct", "-o", "answer.txt", "--json").status == 0
    assert json.loads((tmp_path / "answer.txt").read_text())[0]["source"] == "papers/caf\udce9.txt"


def test_a_person_sees_how_far_it_is(tmp_path: Path) -> None:
    worlds.build("folder-of-many", tmp_path)
    for lang, label in (("en", "checking"), ("ru", "проверка")):
        done = verify("papers", "--trust", "list.qct", "--lang", lang, terminal=True)
        assert label in done.err
        assert "100%" in done.err
        assert done.out == verify("papers", "--trust", "list.qct", "--lang", lang).out
    assert verify("papers/a.txt", "--trust", "list.qct", terminal=True).err == ""


# --- what cannot be used


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["paper.txt", "--trust", "nobody.qct"], "cannot read 'nobody.qct': No such file or directory"),
        (["paper.txt", "--trust", "paper.txt"], " (unreadable)"),
        (["paper.txt", "--trust", "."], "is a directory"),
        (["paper.txt", "--at", "soon"], "'soon' is no day; write it as 2026-06-25 or 25.06.2026"),
        (["paper.txt", "--trust", "list.qct", "--at", "31.02.2026"], "'31.02.2026' is no day"),
        (["paper.txt", "--trust", "list.qct", "--max-list-age", "-1"], "-1 is not in the range x>=0"),
        (["paper.txt", "--lang", "de"], "'de' is not one of 'ru', 'en'"),
        (["--nothing"], "no such option"),
    ],
)  # fmt: skip
def test_bad_use_is_told_with_a_hint(arguments: list[str], error: str, tmp_path: Path) -> None:
    worlds.build("genuine", tmp_path)
    for lang in ("en", "ru"):
        done = verify("--lang", lang, *arguments)
        assert (done.status, done.out) == (2, "")
        assert done.errors[0].startswith("qrcert: error: ")
        if lang == "en":
            assert error in done.errors[0]
    assert not (tmp_path / "lists").exists()


def test_a_store_of_another_program_is_refused(tmp_path: Path) -> None:
    worlds.build("genuine", tmp_path)
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "lists.db").write_text("a diary")
    done = verify("paper.txt")
    assert done.status == 2
    assert done.errors[0].startswith("qrcert: error: the lists in 'lists' cannot be read")
    assert done.errors[1].startswith("qrcert: hint: ")
    assert (tmp_path / "lists" / "lists.db").read_text() == "a diary"


def test_where_nothing_reads_pictures_each_is_told_and_the_texts_are_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from qrcert import scan
    from qrcert.errors import MissingExtra

    def nothing(*_: object, **__: object) -> Any:
        raise MissingExtra("scan", "pillow")

    worlds.build("genuine", tmp_path)
    monkeypatch.setattr(scan, "read_pages", nothing)
    done = verify("paper.png", "paper.txt", "paper.png", "--trust", "list.qct")
    assert done.status == 2
    assert "  [+] GENUINE" in done.lines
    assert done.lines[2:5] == [
        "  Cannot tell: this file could not be read.",
        "  this needs pillow, which is not installed",
        '  pip install "qrcert[scan]"',
    ]
    assert done.errors == [
        "qrcert: error: this needs pillow, which is not installed",
        'qrcert: hint: pip install "qrcert[scan]"',
    ]
    done = verify("paper.png", "--trust", "list.qct", "--lang", "ru")
    assert done.errors[0] == "qrcert: error: для этого нужна библиотека pillow, а её нет"


# --- inspect


def test_inspect_labels_every_line(tmp_path: Path) -> None:
    worlds.build("genuine", tmp_path)
    for source, stdin in (
        ("paper.txt", b""),
        ("paper.png", b""),
        ("-", (tmp_path / "paper.txt").read_bytes()),
        ("-", (tmp_path / "paper.png").read_bytes()),
    ):
        done = terminal.run("inspect", source, stdin=stdin)
        assert (done.status, done.err) == (0, "")
        assert len(done.lines) == 13
        assert all(line.startswith("UNVERIFIED  ") for line in done.lines)
    assert terminal.run("inspect", "paper.txt", "-o", "layers.txt").out == ""
    assert (tmp_path / "layers.txt").read_text() == done.out


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("nobody.txt", "'nobody.txt' cannot be opened: No such file or directory"),
        ("empty.txt", "no code in 'empty.txt'"),
        (".", "'.' is a folder, expected a file"),
    ],
)
def test_inspect_says_what_it_cannot_take_apart(source: str, error: str, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_bytes(b"\n")
    done = terminal.run("inspect", source)
    assert (done.status, done.out) == (2, "")
    assert done.errors[0] == f"qrcert: error: {error}"
    assert "qrcert: error: " in terminal.run("inspect", source, "--lang", "ru").err
