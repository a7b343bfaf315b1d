"""``qrcert register``: looked into, printed, checked, copied and brought back by command lines."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pypdfium2
import pytest

import desk
import offices
import postgres
import registers
import school
import terminal
from qrcert import issue
from qrcert.form import shipped_forms
from qrcert.register import Query, Register

PUPILS = [
    offices.pupil(1, order="№ 14 от 24.06.2026", snils="112-233-445 95"),
    offices.pupil(2, sex="ж", honours="с отличием", marks=[["Физика", "5"]]),
    offices.pupil(3),
    offices.pupil(4),
]
FIRST, SECOND = PUPILS[0]["number"], PUPILS[1]["number"]


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office with four papers, of which one was replaced, one withdrawn and one voided."""
    folder = tmp_path_factory.mktemp("master")
    office = offices.office_in(folder / "school", journal="delete")
    source = offices.write_json(folder / "11А.json", PUPILS)
    recorded = offices.sign(offices.plan_of(source, office))
    kind, first = offices.shipped(), recorded.entries[0]
    changed = folder / "changed.json"
    changed.write_text(issue.with_changes([first], kind.form, {"family": "Новикова", "duplicate": "да"}))
    new = issue.prepare_replacement(
        changed, [first], office=office, form=kind.form, form_office=kind.office, today=school.NOW
    )
    issue.sign_replacement(
        new, kind="right", reason="вышла замуж", key=school.KEY, nonce=bytes(16), now=offices.NOW
    )
    with office.open_register() as register:
        register.finish(recorded.batch.id, now=offices.NOW)
        (folder / "manifest.json").write_bytes(register.manifest(recorded.batch.id))
        for at, status in ((2, "withdrawn"), (3, "void")):
            register.change(
                [recorded.entries[at].id],
                status,
                day=school.NOW,
                reason="",
                now=offices.NOW,  # type: ignore[arg-type]
            )
    return folder


@pytest.fixture(autouse=True)
def _desk(master: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    shutil.copytree(master, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    with desk.at_noon():
        yield


def run(*arguments: object, lang: str = "en", **more: Any) -> terminal.Run:
    return terminal.run("register", *arguments, "--office", "school", "--lang", lang, **more)


def good(*arguments: object, **more: Any) -> terminal.Run:
    done = run(*arguments, **more)
    assert done.status == 0, done.err
    return done


def on_a_server() -> str:
    """Let the office's register be on a server, and return its address."""
    url = postgres.server().fresh()
    settings = Path("school/office.toml")
    told = settings.read_text(encoding="utf-8").replace("[register]", f"[register]\nplace = '{url}'")
    settings.write_text(told, encoding="utf-8")
    return url


# --- list and show


def test_a_list_has_a_line_for_each_certificate() -> None:
    done = good("list")
    assert done.lines == [
        f"     1  {FIRST}  2026-11-23  ru.attestat.11    Ёлкина Анастасия Григорьевна  (replaced)",
        f"     2  {SECOND}  2026-11-23  ru.attestat.11    Нгуен Тхи Хыонг",
        f"     3  {PUPILS[2]['number']}  2026-11-23  ru.attestat.11    Салтыков-Щедрин Михаил Евграфович"
        "  (withdrawn)",
        f"     4  {PUPILS[3]['number']}  2026-11-23  ru.attestat.11    Абрамова Вера Ильинична  (void)",
        f"     5  {FIRST}  2026-11-23  ru.attestat.11    Новикова Анастасия Григорьевна",
    ]
    assert done.errors == [
        "5 certificates",
        "batch 2 (2026-11-23, changed.json: 1) is signed, but its pages were not finished: "
        "qrcert reprint --batch 2",
    ]
    assert "(заменён)" in good("list", lang="ru").lines[0]


@pytest.mark.parametrize(
    ("chosen", "records"),
    [
        (["--name", "елкина"], [1]),
        (["--number", FIRST], [1, 5]),
        (["--form", "ru.attestat.11"], [1, 2, 3, 4, 5]),
        (["--form", "ru.attestat.9"], []),
        (["--status", "void"], [4]),
        (["--batch", 2], [5]),
        (["--year", 2026, "--status", "live"], [2, 5]),
        (["--year", 2025], []),
    ],
)
def test_certificates_are_chosen(chosen: list[object], records: list[int]) -> None:
    assert [one["record"] for one in json.loads(good("list", "--json", *chosen).out)] == records


def test_a_list_for_machines() -> None:
    (one,) = json.loads(good("list", "--json", "--number", SECOND).out)
    assert one | {"key": "", "digest": "", "printed": {}} == {
        "record": 2, "number": SECOND, "part": None, "holder": "Нгуен Тхи Хыонг", "form": "ru.attestat.11",
        "issued": "2026-11-23", "status": "live", "kind": None, "changed": None, "reason": None,
        "replaces": None, "batch": 1, "position": 2, "key": "", "digest": "", "office": {"sex": "ж"},
        "printed": {},
    }  # fmt: skip
    assert one["printed"]["school"] == "School No. 7"
    good("list", "--json", "-o", "list.json")
    assert len(json.loads(Path("list.json").read_text(encoding="utf-8"))) == 5


def test_show_tells_the_whole_story_and_links_both_ways() -> None:
    lines = good("show", FIRST).lines
    assert lines[0] == f"No. {FIRST}, replaced"
    assert f"  replaced by    5, No. {FIRST}, 2026-11-23" in lines
    assert "  2026-11-23 12:00 UTC  issued" in lines
    assert "  2026-11-23 12:00 UTC  replaced: вышла замуж" in lines
    assert "    Russian language: 5 (excellent)" in lines
    assert "  Insurance number (SNILS): 112-233-445 95" in lines
    second = lines.index(f"No. {FIRST}, live")
    assert f"  in place of    1, No. {FIRST}, 2026-11-23" in lines[second:]
    assert "  Duplicate: DUPLICATE" in lines[second:]


def test_show_for_machines() -> None:
    old, new = json.loads(good("show", FIRST, "--json").out)
    assert (old["replaced_by"], new["replaces"], old["reason"]) == (5, 1, "вышла замуж")
    assert [event["act"] for event in old["history"]] == ["issue", "replace"]
    assert new["fields"]["family"] == "Новикова"
    assert new["marks"][0] == {"table": "marks", "subject": "Русский язык", "mark": "5", "cells": ["5"]}


def test_show_of_a_form_that_nobody_here_has() -> None:
    registers.behind_its_back(Path("school/register.db"), "UPDATE certificates SET form = zeroblob(16)")
    lines = good("show", SECOND, lang="ru").lines
    assert "  ! форма здесь неизвестна: содержание покажет --form ФАЙЛ" in lines
    assert "its form is not known here" in good("show", SECOND).out
    (told,) = json.loads(good("show", SECOND, "--json").out)
    assert (told["fields"], told["marks"]) == (None, None)


def test_show_without_a_number_shows_the_register() -> None:
    assert good("show").lines == [
        "school/register.db",
        "  live             2",
        "  withdrawn        1",
        "  replaced         1",
        "  void             1",
        "batches: 2",
        "  1  2026-11-23  ru.attestat.11  11А.json: 4",
        "  2  2026-11-23  ru.attestat.11  changed.json: 1, not finished",
    ]
    told = json.loads(good("show", "--json").out)
    assert told["certificates"] == {"live": 2, "withdrawn": 1, "replaced": 1, "void": 1}
    assert [one["state"] for one in told["batches"]] == ["done", "signed"]


def test_a_number_that_is_not_there() -> None:
    for lang, said in (("en", "is not in the register"), ("ru", "в книге нет")):
        done = run("show", "0", lang=lang)
        assert (done.status, done.out) == (2, "")
        assert said in done.errors[0]


# --- the book


def test_the_book_as_a_spreadsheet() -> None:
    assert good("export", "-o", "book.xlsx", lang="ru").lines == ["записей: 5", "записано: book.xlsx"]
    sheet = openpyxl.load_workbook("book.xlsx").active
    assert sheet is not None
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0][:5] == [
        "Запись №",
        "Фамилия, имя, отчество",
        "Дата рождения",
        "Номер бланка",
        "Предметы и отметки",
    ]
    record, holder, born, number, marks, order, issued, *signed, note = rows[1]
    assert (record, holder, born, number) == (1, "Ёлкина Анастасия Григорьевна", "17.05.2008", FIRST)
    assert marks == "Русский язык\u00a05, Литература\u00a04, Математика\u00a05"
    assert (order, issued.date(), signed) == ("№ 14 от 24.06.2026", school.NOW, [None, None])
    assert note == f"заменён: запись\u00a05, №\u00a0{FIRST} от\u00a023.11.2026"
    assert rows[5][-1] == f"дубликат; выдан взамен: запись\u00a01, №\u00a0{FIRST} от\u00a023.11.2026"
    assert [row[-1] for row in rows[3:5]] == ["отозван 23.11.2026", "погашен, не вручён 23.11.2026"]
    assert (sheet.freeze_panes, sheet.page_setup.orientation) == ("A2", "landscape")


def test_the_book_on_paper() -> None:
    good("export", "-o", "book.pdf", "--year", 2026, "--form", "ru.attestat.11", lang="ru")
    first = Path("book.pdf").read_bytes()
    document = pypdfium2.PdfDocument(first)
    page = document[0]
    text = page.get_textpage().get_text_bounded()
    for words in (
        "Книга регистрации",
        "год: 2026, форма: ru.attestat.11",
        "Ёлкина",
        "стр. 1 из",
        "М. П.",
        FIRST,
    ):
        assert words in text
    assert page.get_width() > page.get_height()
    document.close()
    good("export", "-o", "again.pdf", "--year", 2026, "--form", "ru.attestat.11", lang="ru")
    assert Path("again.pdf").read_bytes() == first
    assert good("export", "-o", "none.pdf", "--year", 2025).lines[0] == "0 records"


def test_a_long_book_has_numbered_pages() -> None:
    office = issue.open_office(Path("school"))
    with office.open_register() as register:
        many = [registers.entry(number, holder="Ёлкина \u4e2d") for number in range(100, 300)]
        register.record(registers.BATCH, many, now=registers.NOW)
    good("export", "-o", "book.pdf")
    document = pypdfium2.PdfDocument("book.pdf")
    assert len(document) > 5
    last = document[len(document) - 1].get_textpage().get_text_bounded()
    assert f"page {len(document)} of {len(document)}" in last
    assert "<U+4E2D>" in last
    document.close()


def test_the_book_for_other_programs() -> None:
    good("export", "-o", "book.csv", "--status", "void")
    text = Path("book.csv").read_text(encoding="utf-8-sig")
    head, line = csv.reader(text.splitlines(), delimiter=";")
    assert head[0] == "Record"
    assert line[1] == "Абрамова Вера Ильинична"
    assert line[-1] == "void, never handed out 2026-11-23"


def test_a_name_is_never_a_formula() -> None:
    with issue.open_office(Path("school")).open_register() as register:
        entry = registers.entry(9, holder='=HYPERLINK("x")')
        register.record(registers.BATCH, [entry], now=registers.NOW)
    good("export", "-o", "book.xlsx")
    good("export", "-o", "book.csv")
    sheet = openpyxl.load_workbook("book.xlsx").active
    assert sheet is not None
    assert (sheet["B7"].value, sheet["B7"].data_type) == ('=HYPERLINK("x")', "s")
    assert sheet["J7"].value == "its form is not known here"
    assert """;"'=HYPERLINK(""x"")";""" in Path("book.csv").read_text(encoding="utf-8-sig")


# --- sheets for other offices


def test_the_federal_sheet_is_defined_by_the_form() -> None:
    good("export", "-o", "frdo.csv", "--sheet", "frdo")
    text = Path("frdo.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(text.splitlines(), delimiter=";"))
    assert len(rows) == 5
    first, second, *_, new = rows
    assert first["Фамилия получателя"] == "Ёлкина"
    assert (first["Статус документа"], first["Подтверждение обмена"]) == ("Оригинал", "Да")
    assert (first["Номер документа"], first["СНИЛС"]) == (FIRST, "112-233-445 95")
    assert (first["Пол получателя"], first["Дата рождения получателя"]) == ("Жен", "17.05.2008")
    assert second["Вид документа"] == "Аттестат о среднем общем образовании с отличием"
    assert (second["Отчество получателя"], second["Подтверждение уничтожения"]) == ("", "Нет")
    assert (new["Статус документа"], new["Номер документа (оригинала)"]) == ("Дубликат", FIRST)
    assert new["ФИО получателя (оригинала)"] == "Ёлкина Анастасия Григорьевна"
    assert rows[3]["Подтверждение уничтожения"] == "Да"
    good("export", "-o", "frdo.xlsx", "--sheet", "frdo", "--form", "ru.attestat.11")


def test_the_federal_sheet_is_adjusted_in_a_copy_of_the_form() -> None:
    source = shipped_forms()[school.ATTESTAT]
    assert source.count('"Номер документа"') == 1
    Path("mine.toml").write_text(source.replace('"Номер документа"', '"Номер бланка"'), encoding="utf-8")
    good("export", "-o", "frdo.csv", "--sheet", "frdo", "--form", "mine.toml")
    (first, *_) = csv.DictReader(Path("frdo.csv").read_text(encoding="utf-8-sig").splitlines(), delimiter=";")
    assert first["Номер бланка"] == FIRST
    assert first["Фамилия получателя"] == "Ёлкина"


def test_sheets_that_cannot_be_written() -> None:
    for arguments, said in (
        (["-o", "x.xlsx", "--sheet", "none"], "the form 'ru.attestat.11' defines no sheet 'none'"),
        (["-o", "x.pdf", "--sheet", "frdo"], "a sheet is .xlsx or .csv"),
        (["-o", "x.docx"], "'x.docx' is none of .xlsx, .pdf, .csv"),
        (["-o", "none/x.pdf"], "there is no folder 'none'"),
        (["-o", "x.csv", "--sheet", "frdo", "--year", 2021], "nothing in the register fits"),
    ):
        done = run("export", *arguments)
        assert (done.status, done.out) == (2, "")
        assert said in done.errors[0]
        assert not list(Path().rglob("x.*"))
        russian = run("export", *arguments, lang="ru").errors[0]
        assert said not in russian


def test_sheets_of_several_forms_and_of_none() -> None:
    office = issue.open_office(Path("school"))
    nine = offices.shipped("ru.attestat.9")
    source = offices.write_json(Path("9.json"), offices.sample_row("ru.attestat.9"))
    offices.sign(offices.plan_of(source, office, nine))
    done = run("export", "-o", "x.csv", "--sheet", "frdo")
    assert "several forms: ru.attestat.11, ru.attestat.9" in done.errors[0]
    assert done.errors[1] == "qrcert: hint: choose one: --form ID"
    assert good("export", "-o", "x.csv", "--sheet", "frdo", "--form", "ru.attestat.9").lines[0] == "1 record"
    registers.behind_its_back(Path("school/register.db"), "UPDATE certificates SET form = zeroblob(16)")
    done = run("export", "-o", "y.csv", "--sheet", "frdo")
    assert "is not known here" in done.errors[0]


# --- audit


def test_an_audit_that_finds_nothing() -> None:
    done = good("audit")
    assert done.lines[0] == "audit rows: 14"
    assert done.lines[-1].startswith("nothing was changed; name manifests")
    assert good("audit", "manifest.json").lines[-1] == "nothing was changed; manifests that fit: 1"
    told = json.loads(good("audit", "manifest.json", "--json").out)
    assert (told["rows"], told["manifests"], told["faults"]) == (14, 1, [])


def test_an_audit_that_finds_something_says_where() -> None:
    registers.behind_its_back(
        Path("school/register.db"), "UPDATE certificates SET holder = 'Другой' WHERE id = 2"
    )
    done = run("audit")
    assert done.status == 1
    assert f"  ! the certificate No. '{SECOND}' is not as audit row 2 left it" in done.lines
    assert done.lines[-1] == "changed behind the register's back: 1 place"
    russian = run("audit", lang="ru")
    assert f"  ! документ № '{SECOND}' не тот, что после строки журнала 2" in russian.lines
    told = json.loads(run("audit", "--json").out)
    assert [(one["code"], one["row"]) for one in told["faults"]] == [("row_altered", 2)]


def test_a_history_written_anew_does_not_fit_the_manifest() -> None:
    Path("school/register.db").unlink()
    good("migrate", "--new")
    done = run("audit", "manifest.json")
    assert done.status == 1
    assert "  ! manifest.json has 4 certificates that this register does not have" in done.lines
    Path("other.json").write_text("{}")
    assert "no manifest of a batch: 'what' is missing" in run("audit", "other.json").errors[0]


# --- copies


def test_a_backup_is_checked_and_comes_back() -> None:
    done = good("backup")
    assert done.lines[:2] == ["written: school/backups/register-2026-11-23.db", "5 certificates in the copy"]
    assert good("backup").lines[0] == "written: school/backups/register-2026-11-23-2.db"
    assert Path("school/backups").stat().st_mode & 0o777 == 0o700
    Path("school/register.db").write_bytes(b"lost in a fire")
    backup = "school/backups/register-2026-11-23.db"
    assert run("restore", backup).status == 2
    assert Path("school/register.db").read_bytes() == b"lost in a fire"
    done = good("restore", backup, "--yes")
    assert done.lines == [
        "restored: 5 certificates",
        "  what was there is kept as school/register.db.before-restore",
        "  it was damaged: what was issued since the backup is missing; see qrcert recover --help",
    ]
    assert len(good("list").lines) == 5


def test_a_backup_that_is_older_than_the_register_drops_nothing_unasked() -> None:
    good("backup", "-o", "copy.db")
    office = issue.open_office(Path("school"))
    new = offices.pupil(8)
    offices.sign(offices.plan_of(offices.write_json(Path("new.json"), [new]), office))
    done = run("restore", "copy.db", "--yes")
    assert done.status == 2
    assert "lacks 1 of the certificates in the register 'school/register.db': No. " in done.errors[0]
    assert new["number"] in done.errors[0]
    assert "--drop-newer" in done.errors[1]
    russian = run("restore", "copy.db", "--yes", lang="ru")
    assert "в копии нет документов из книги 'school/register.db', всего 1: №" in russian.errors[0]
    assert "отбросить их: --drop-newer" in russian.errors[1]
    assert len(good("list").lines) == 6
    done = good("restore", "copy.db", "--yes", "--drop-newer")
    assert done.lines == [
        "restored: 5 certificates",
        "  what was there is kept as school/register.db.before-restore",
        "  only there: 1 certificate issued since the backup",
    ]
    assert "  restored on 2026-11-23 from copy.db; certificates dropped: 1" in good("show").lines
    assert good("audit").lines[-1].startswith("nothing was changed")


# --- where there is none

LOOKING = (["list"], ["show"], ["show", FIRST], ["export", "-o", "x.csv"], ["audit"], ["backup"], ["migrate"])


@pytest.mark.parametrize("arguments", LOOKING)
@pytest.mark.parametrize("lost", ["file", "place", "emptied"])
def test_a_register_that_is_not_there_is_never_begun_anew(arguments: list[str], lost: str) -> None:
    path, settings = Path("school/register.db"), Path("school/office.toml")
    if lost == "file":
        path.unlink()
    elif lost == "emptied":
        path.write_bytes(b"")
    else:
        told = settings.read_text(encoding="utf-8").replace("[register]", '[register]\nplace = "registr.db"')
        settings.write_text(told, encoding="utf-8")
    before = sorted(desk.tree())
    done = run(*arguments)
    assert done.status == 2
    named, said = ("registr.db", "is not there") if lost == "place" else ("register.db", "is")
    assert f"school/{named}" in done.errors[0]
    assert said in done.errors[0]
    assert "bring back a backup: qrcert register restore" in done.errors[1]
    russian = run(*arguments, lang="ru")
    assert "верните копию" in russian.errors[1]
    assert "школ" not in russian.errors[0]
    assert any("а" <= letter <= "я" for letter in russian.errors[0])
    assert sorted(desk.tree()) == before


def test_an_empty_register_is_begun_only_when_asked_for() -> None:
    Path("school/register.db").unlink()
    assert good("migrate", "--new").lines == ["an empty register was begun: school/register.db"]
    assert good("list").lines == []
    assert good("migrate", "--new", lang="ru").lines == ["книга уже в новом виде"]
    url = on_a_server()
    assert "is empty" in run("list").errors[0]
    assert "is empty" in run("migrate").errors[0]
    assert good("migrate", "--new").lines[0].startswith("an empty register was begun: postgresql://")
    assert good("list").lines == []
    assert url


def test_a_changed_backup_is_not_put_back() -> None:
    good("backup", "-o", "copy.db")
    before = Path("school/register.db").read_bytes()
    registers.behind_its_back(Path("copy.db"), "UPDATE certificates SET holder = 'Другой' WHERE id = 1")
    done = run("restore", "copy.db", "--yes", lang="ru")
    assert "резервная копия 'copy.db' изменена: документ №" in done.errors[0]
    assert Path("school/register.db").read_bytes() == before
    assert "cannot make the copy" in run("backup", "-o", "copy.db").errors[0]


def test_a_backup_of_a_changed_register_says_so() -> None:
    registers.behind_its_back(Path("school/register.db"), "DELETE FROM audit WHERE seq = 3")
    done = run("backup", "-o", "copy.db")
    assert done.status == 1
    assert "  ! audit rows 3 to 3 are missing" in done.lines


def test_the_register_moves_to_a_server_and_back_into_a_file() -> None:
    good("backup", "-o", "copy.db")
    on_a_server()
    assert good("restore", "copy.db", "--yes").lines == ["restored: 5 certificates"]
    assert len(good("list").lines) == 5
    assert good("audit", "manifest.json").lines[-1] == "nothing was changed; manifests that fit: 1"
    assert good("backup", "-o", "from-server.db").lines[1] == "5 certificates in the copy"
    with Register.open("from-server.db", journal="delete") as register:
        assert register.count(Query()) == 5
    done = run("restore", "copy.db", "--yes")
    assert "has 5 certificates already" in done.errors[0]
    assert good("migrate").lines == ["the register is up to date"]


# --- migrate


def test_a_file_of_an_older_qrcert_is_brought_up_to_date() -> None:
    path = Path("school/register.db")
    path.unlink()
    registers.old_register(path)
    assert good("migrate").lines == [
        "brought up to date from schema 0002; the register as it was: school/register.db.schema-0002"
    ]
    assert good("migrate", lang="ru").lines == ["книга уже в новом виде"]
    assert [one["status"] for one in json.loads(good("list", "--json").out)] == [
        "withdrawn", "replaced", "live", "live",
    ]  # fmt: skip
    acts = [one["act"] for one in json.loads(good("show", "00000000000001", "--json").out)[0]["history"]]
    assert acts == ["issue", "withdraw"]


def test_a_server_of_an_older_qrcert_is_copied_first() -> None:
    registers.older(on_a_server(), "0002")
    done = run("list")
    assert done.status == 2
    assert done.errors[-1] == "qrcert: hint: when every office has the newer qrcert: qrcert register migrate"
    copy = "school/register-before-2026-11-23.db"
    assert good("migrate").lines == [f"brought up to date from schema 0002; the register as it was: {copy}"]
    assert registers.rows(Path(copy), "SELECT version_num FROM alembic_version") == [("0002",)]
    assert good("list").lines == []


def test_a_wrong_password_of_a_server_is_told_without_it() -> None:
    url = on_a_server()
    settings = Path("school/office.toml")
    wrong = url.replace("postgres@", "guarded:wrong-pass@")
    settings.write_text(settings.read_text(encoding="utf-8").replace(url, wrong), encoding="utf-8")
    for lang, hint in (("en", "put the password into ~/.pgpass"), ("ru", "запишите пароль в ~/.pgpass")):
        done = run("list", lang=lang)
        assert done.status == 2
        assert "wrong-pass" not in done.err
        assert hint in done.err
