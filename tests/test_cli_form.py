"""``qrcert form``: what is shipped, what a form holds, whether one is good, and the empty class list."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

import school
import terminal
from qrcert.form import shipped_forms


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_shipped_forms_are_listed_by_their_titles() -> None:
    english, russian = (terminal.run("form", "list", "--lang", lang) for lang in ("en", "ru"))
    assert [line.split()[0] for line in english.lines] == list(shipped_forms())
    assert "participation        ru, en       Certificate of participation" in english.lines
    assert "ru.attestat.11       ru, en       Аттестат о среднем общем образовании" in russian.lines
    assert "{" not in english.out + russian.out
    assert terminal.run("form", "list", "-o", "forms.txt").out == ""
    assert Path("forms.txt").read_text(encoding="utf-8") == english.out


@pytest.mark.parametrize("name", list(shipped_forms()))
def test_a_form_is_shown_with_its_fields_and_checked_with_a_filled_sample(name: str) -> None:
    for lang, (digest, good) in (("en", ("hash", "the form is good")), ("ru", ("хеш", "форма в порядке"))):
        done = terminal.run("form", "show", name, "--lang", lang)
        assert (done.status, done.err) == (0, "")
        assert done.lines[0].startswith(f"{name}, ")
        assert f"  {digest} {school.form(name).hash.hex()}" in done.lines
        for field in school.form(name).fields:
            assert any(line.startswith(f"  {field.name} ") for line in done.lines)
        done = terminal.run("form", "check", name, "--lang", lang)
        assert (done.status, done.err, done.lines[0]) == (0, "", f"{name}: {good}")


def test_a_file_is_as_good_as_a_shipped_form() -> None:
    Path("mine.toml").write_text(shipped_forms()["participation"], encoding="utf-8")
    for act in ("show", "check"):
        assert terminal.run("form", act, "mine.toml").out == terminal.run("form", act, "participation").out


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_the_class_list_is_written_with_headings_in_the_language_of_the_screen(lang: str) -> None:
    done = terminal.run("form", "template", "ru.attestat.11", "-o", "class.xlsx", "--lang", lang)
    said = {"en": "written: class.xlsx", "ru": "записано: class.xlsx"}[lang]
    assert (done.status, done.lines, done.err) == (0, [said], "")
    sheet = openpyxl.load_workbook("class.xlsx").worksheets[0]
    headings = {cell.value for cell in sheet[1]}
    assert {"en": "Surname", "ru": "Фамилия"}[lang] in headings


def test_a_class_list_that_was_filled_in_is_not_replaced_by_an_empty_one() -> None:
    Path("class.xlsx").write_bytes(b"a day's work")
    done = terminal.run("form", "template", "ru.attestat.11", "-o", "class.xlsx")
    assert (done.status, done.errors) == (
        2,
        [
            "qrcert: error: 'class.xlsx' is there already, and a class list may stand in it",
            "qrcert: hint: name another file",
        ],
    )
    assert Path("class.xlsx").read_bytes() == b"a day's work"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["show", "nothing"], "no form 'nothing'"),
        (["show", "nothing.toml"], "cannot read 'nothing.toml': No such file or directory"),
        (["check", "."], "no form '.'"),
        (["check", "dos.toml"], "the form 'dos.toml' is not UTF-8 text"),
        (["check", "broken.toml"], "the form is not TOML: "),
        (["check", "empty.toml"], ""),
        (["check", "unknown.toml"], ""),
        (
            ["template", "participation", "-o", "nowhere/class.xlsx"],
            "cannot write 'class.xlsx': No such file or directory",
        ),
        (["template", "participation"], "missing option '-o' / '--output'"),
        (["show"], "missing argument 'ID|FILE'"),
    ],
)
def test_what_is_no_form_is_told(arguments: list[str], error: str) -> None:
    Path("dos.toml").write_bytes("title = 'Значок'".encode("cp866"))
    Path("broken.toml").write_text("id = ")
    Path("empty.toml").write_text("")
    Path("unknown.toml").write_text(shipped_forms()["participation"] + "\n[more]\nx = 1\n", encoding="utf-8")
    for lang in ("en", "ru"):
        done = terminal.run("form", *arguments, "--lang", lang)
        assert (done.status, done.out) == (2, "")
        assert done.errors[0].startswith("qrcert: error: ")
        if lang == "en":
            assert done.errors[0].startswith(f"qrcert: error: {error}")
    assert not Path("nowhere").exists()


def test_a_text_in_a_form_is_shown_escaped() -> None:
    evil = shipped_forms()["participation"].replace(
        "Certificate of participation", "VALID\\n\\u001b[2J\\u202e"
    )
    Path("evil.toml").write_text(evil, encoding="utf-8")
    for act in ("show", "check"):
        done = terminal.run("form", act, "evil.toml", "--lang", "en")
        assert all(line.isprintable() for line in done.lines + done.errors)
