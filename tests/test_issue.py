"""Issuing: from a class list to pages that were read back, and that doing it again changes nothing."""

from __future__ import annotations

import csv
import hashlib
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import Mock, call

import openpyxl
import pypdfium2
import pytest

import school
from offices import (
    NOW,
    P256,
    as_cells,
    entries,
    issued,
    kind_of,
    later,
    list_file,
    office_in,
    plan_of,
    pupil,
    sample_row,
    shipped,
    sign,
    verdict_of,
    write_json,
)
from qrcert import authority, cose, issue, scan, wire
from qrcert.decode import verify
from qrcert.errors import MissingExtra, RegisterError
from qrcert.form import sample_of
from qrcert.issue import Issued, Office
from qrcert.issue.folder import REGISTER
from qrcert.page import code_box
from qrcert.register import Entry, Recorded
from qrcert.roster import write_template
from qrcert.symbol import Symbol
from qrcert.trust import KeyEntry, TrustList, compile_form, read_key_request

PROCESS = Path(__file__).parent / "issuer_process.py"


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return office_in(tmp_path / "office")


@pytest.fixture
def class_list(tmp_path: Path) -> Path:
    return write_json(tmp_path / "class.json", [pupil(place) for place in range(2)])


@pytest.fixture(scope="session")
def master(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an office, a class of two, and what came of issuing it."""
    folder = tmp_path_factory.mktemp("issued") / "master"
    office = office_in(folder / "office")
    issued(write_json(folder / "class.json", [pupil(place) for place in range(2)]), office)
    return folder


@dataclass(frozen=True, slots=True)
class Before:
    """A copy of the master: the class list, the office that issued it, its entries and its pages."""

    source: Path
    office: Office
    entries: tuple[Entry, ...]
    pages: dict[str, bytes]


@pytest.fixture
def before(master: Path, tmp_path: Path) -> Before:
    shutil.copytree(master, tmp_path / "before")
    office = issue.open_office(tmp_path / "before" / "office")
    return Before(
        tmp_path / "before" / "class.json", office, entries(office), drawn_in(office.folder / "out")
    )


def pages_of(pdf: bytes) -> list[str]:
    """The text of each page of a PDF."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.get_textpage().get_text_bounded() for page in document]
    finally:
        document.close()


def code_on(pdf: Path, page: int = 1) -> str:
    (text,) = scan.read_pdf_area(pdf.read_bytes(), page, box=code_box("certificate"), dpi=150)
    return text


def files_in(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())} if folder.exists() else {}


def drawn_in(folder: Path) -> dict[str, bytes]:
    return {name: data for name, data in files_in(folder).items() if name.endswith(".pdf")}


# --- every form that is shipped, from every kind of class list


@pytest.mark.parametrize("name", sorted(school.entries()))
def test_the_sample_of_every_shipped_form_becomes_one_genuine_page(office: Office, name: str) -> None:
    source = write_json(office.folder / "class.json", sample_row(name))
    done = issued(source, office, shipped(name))
    (file,), (entry,) = done.files, done.entries
    assert len(pages_of(file.read_bytes())) == 1
    text = code_on(file)
    assert text == wire.to_text(entry.signed)
    assert verdict_of(text) == "genuine"
    assert code_on(done.folder / "all.pdf") == text
    assert done.added == 1


@pytest.mark.parametrize("name", sorted(school.entries()))
def test_json_xlsx_and_csv_say_the_same(office: Office, tmp_path: Path, name: str) -> None:
    kind = shipped(name)
    rows = sample_row(name)
    cells = [as_cells(kind.form, row) for row in rows]
    book = openpyxl.Workbook()
    book.worksheets[0].append(list(cells[0]))
    book.worksheets[0].append(list(cells[0].values()))
    book.save(tmp_path / "class.xlsx")
    with (tmp_path / "class.csv").open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, delimiter=";").writerows([list(cells[0]), list(cells[0].values())])
    sources = [write_json(tmp_path / "class.json", rows), tmp_path / "class.xlsx", tmp_path / "class.csv"]
    plans = [plan_of(source, office, kind, draft=True) for source in sources]
    first = plans[0].rows[0]
    for plan in plans[1:]:
        (row,) = plan.rows
        assert (row.number, row.values, row.office, row.holder) == (
            first.number,
            first.values,
            first.office,
            first.holder,
        )


def test_the_template_filled_in_is_issued(office: Office, tmp_path: Path) -> None:
    kind = shipped("participation")
    path = tmp_path / "class.xlsx"
    write_template(kind.form, kind.office, path, language="ru")
    book = openpyxl.load_workbook(path)
    table = book.worksheets[0]
    filled = {"Номер": "2026-1", "Имя": "Нгуен Тхи Хыонг", "Мероприятие": "Олимпиада", "Пол": "ж"}
    table.append([filled[str(cell.value)] for cell in table[1]])
    book.save(path)
    done = issued(path, office, kind)
    assert [entry.holder for entry in done.entries] == ["Нгуен Тхи Хыонг"]


SWIMMING = """
id = "swimming.badge"
language = "fi"
letters = "ÄÖäö"
title = { fi = "Uimamerkki {level}", en = "Swimming badge {level}" }
number = { digits = 6 }
[[field]]
name = "name"
label = { fi = "Nimi", en = "Name" }
holder = true
required = true
[[field]]
name = "level"
type = "choice"
label = { fi = "Taso", en = "Level" }
list = [ { fi = "Hauki", en = "Pike" }, { fi = "Särki", en = "Roach" } ]
[[field]]
name = "metres"
type = "number"
label = { fi = "Matka", en = "Distance" }
range = "25..5000"
unit = "m"
[[field]]
name = "strokes"
type = "table"
label = { fi = "Uintitavat", en = "Strokes" }
rows = [ { fi = "Rintauinti", en = "Breaststroke" }, { fi = "Selkäuinti", en = "Backstroke" } ]
free = 2
columns = [ { name = "time", label = { fi = "Aika", en = "Time" }, range = "0.0..999.9", unit = "s" } ]
[office.text]
fi = [ "Todistetaan, että", "{name}", "ui {metres}", "{school}" ]
"""


def test_a_new_kind_of_certificate_is_one_file_and_no_change_of_the_program(tmp_path: Path) -> None:
    path = tmp_path / "swimming.toml"
    path.write_text(SWIMMING, encoding="utf-8")
    secret = b"an ordinary passphrase"
    # the school and its authority
    office, request = issue.make_office(
        tmp_path / "school",
        school="Uimakoulu",
        place="Oulu",
        alg=cose.ED25519,
        passphrase=secret,
        nonce=bytes(16),
        today=school.TODAY,
    )
    made = authority.make_authority(
        tmp_path / "authority",
        name="Opetushallitus",
        where="oph.example",
        passphrase=secret,
        today=school.TODAY,
    )
    made = authority.add_form(made, compile_form(path.read_text(encoding="utf-8")))
    plan = authority.plan_admission(made, read_key_request(request), forms="swimming.*", today=school.TODAY)
    trust = authority.publish(authority.admit(made, plan), passphrase=secret, today=school.TODAY)
    authority.write_list(office.folder / issue.LIST, authority.newest_bytes(made))
    # the class
    source = tmp_path / "class.csv"
    source.write_text(
        "number;Nimi;Taso;Matka;Rintauinti;Uintitavat: Perhosuinti\n000123;Väinö Ikäheimo;Särki;200;95.5;120.0\n",
        encoding="utf-8",
    )
    done = issued(source, office, kind_of(path.read_text(encoding="utf-8")), key=office.load_key(secret))
    # anyone
    verdict = verify(code_on(done.files[0]), trust=trust, now=NOW)
    assert (verdict.code, verdict.number) == ("genuine", "000123")
    contents = verdict.contents("en")
    assert contents is not None
    assert contents.title == "Swimming badge Roach"
    assert next((one.label, one.value) for one in contents.fields) == ("Name", "Väinö Ikäheimo")
    assert [(mark.subject, mark.texts) for mark in contents.marks] == [
        ("Breaststroke", ("95.5 s",)),
        ("Perhosuinti", ("120.0 s",)),
    ]
    (said,) = pages_of(done.files[0].read_bytes())
    for word in (
        "Uimamerkki Särki",
        "Todistetaan, että",
        "Väinö Ikäheimo",
        "Perhosuinti",
        "Uimakoulu",
        "000123",
    ):
        assert word in said.replace("\r\n", " "), said


LONG = [
    ("Константинопольская", "Александра", "Владимировна"),
    ("Мөхәммәтшәрипова", "Гөлбәһар", "Җиһаншәриф кызы"),
    ("Гасанова-Магомедалиева", "Зулейха", "Магомедрасуловна"),
]


@pytest.mark.parametrize("name", LONG, ids=lambda name: name[0])
def test_the_longest_attestat_fits_a_code_of_version_10(office: Office, name: tuple[str, str, str]) -> None:
    kind = shipped()
    sample = sample_of(kind.form)
    assert len(sample.values["marks"]) == 20
    family, given, patronymic = name
    row = sample_row(school.ATTESTAT)[0] | {"family": family, "given": given, "patronymic": patronymic}
    done = issued(write_json(office.folder / "class.json", [row]), office)
    text = code_on(done.files[0])
    assert Symbol(text).version <= 10
    assert len(pages_of(done.files[0].read_bytes())) == 1
    assert verdict_of(text) == "genuine"


def test_the_size_of_a_sample_is_that_of_the_issued_certificate(office: Office) -> None:
    size = issue.measure(shipped().form, sample_of(shipped().form))
    done = issued(write_json(office.folder / "class.json", sample_row(school.ATTESTAT)), office)
    (entry,) = done.entries
    text = wire.to_text(entry.signed)
    assert (size.bytes, size.characters, size.version) == (len(entry.signed), len(text), Symbol(text).version)
    assert size.millimetres == pytest.approx((Symbol(text).modules + 8) * 0.7)


# --- the same list again


def test_the_same_list_again_gives_the_stored_certificates_and_the_same_pages(before: Before) -> None:
    again = issued(before.source, before.office, out=before.office.folder / "again")
    assert (again.added, again.entries) == (0, before.entries)
    assert entries(before.office) == before.entries
    assert drawn_in(again.folder) == before.pages
    assert sorted(before.pages) == ["07724000000000.pdf", "07724000000001.pdf", "all.pdf"]


def test_signatures_that_differ_each_time_are_made_once(tmp_path: Path, class_list: Path) -> None:
    entry = KeyEntry(P256.public_key, school.SCHOOL, school.TODAY - 9, school.TODAY + 9, 1)
    office = office_in(
        tmp_path / "office", key=P256, list_qct=school.publish_bytes(school.contents(keys=(entry,)))
    )
    first = issued(class_list, office, key=P256)
    second = issued(class_list, office, key=P256, now=later(1), out=tmp_path / "again")
    assert (second.added, second.entries) == (0, first.entries)
    assert drawn_in(second.folder) == drawn_in(first.folder)


def test_a_long_list_is_recorded_as_a_class_is(tmp_path: Path) -> None:
    """Without pages few certificates are in memory; what the register has in the end is the same."""
    stored = []
    for number, act in enumerate((issue.sign_and_record, issue.sign_and_record_all)):
        office = office_in(tmp_path / str(number))
        rows = [pupil(place) for place in range(2_100)]
        plan = plan_of(write_json(tmp_path / "class.json", rows), office, draft=True)
        told = Mock()
        done = act(plan, key=school.KEY, now=NOW, progress=told)
        assert (done.added, done.batch.count) == (2_100, 2_100)
        steps = ["sign"] if act is issue.sign_and_record else ["sign", "record"]
        assert told.mock_calls == [call(step, done, 2_100) for step in steps for done in range(1, 2_101)]
        stored.append((entries(office), done.batch))
    assert stored[0] == stored[1]


def test_all_pdf_is_in_the_order_of_the_class(office: Office, tmp_path: Path) -> None:
    source = write_json(tmp_path / "class.json", [pupil(place) for place in (3, 1, 2)])
    done = issued(source, office)
    together = done.folder / "all.pdf"
    assert [code_on(together, page) for page in (1, 2, 3)] == [code_on(file) for file in done.files]
    assert [entry.number[-1] for entry in done.entries] == ["3", "1", "2"]


def test_the_same_list_on_another_day_keeps_its_day(before: Before) -> None:
    again = issued(before.source, before.office, now=later(9), out=before.office.folder / "again")
    assert (again.added, again.entries) == (0, before.entries)
    assert {entry.issued for entry in again.entries} == {school.NOW}
    assert drawn_in(again.folder) == before.pages


def recorded(source: Path, office: Office, *, days: int = 0, **more: Any) -> Recorded:
    """Sign and record on a later day, and draw nothing."""
    plan = plan_of(source, office, today=later(days).date(), **more)
    return sign(plan, now=later(days))


def test_a_list_that_grew_keeps_the_days_of_those_issued_before(before: Before) -> None:
    first, last = before.entries
    source = write_json(before.source, [pupil(0), pupil(3), pupil(1)])
    second = recorded(source, before.office, days=2)
    assert second.added == 1
    assert second.entries == (first, second.entries[1], last)
    assert second.entries[1].issued == school.NOW + timedelta(2)
    third = recorded(source, before.office, days=5)
    assert (third.added, third.entries) == (0, second.entries)


def test_days_of_the_lists_own_stand_beside_the_day_of_signing(office: Office, tmp_path: Path) -> None:
    source = write_json(tmp_path / "class.json", [pupil(1, issued="2026-06-25"), pupil(2)])
    first = recorded(source, office)
    second = recorded(source, office, days=3)
    assert second.entries == first.entries
    assert [entry.issued for entry in second.entries] == [date(2026, 6, 25), school.NOW]


def test_a_day_that_was_asked_for_is_not_put_aside(office: Office, class_list: Path) -> None:
    recorded(class_list, office, issued=date(2026, 6, 25))
    assert recorded(class_list, office, days=1, issued=date(2026, 6, 25)).added == 0
    with pytest.raises(RegisterError, match="issued before with other contents"):
        plan_of(class_list, office, issued=date(2026, 6, 26))


def test_numbers_counted_from_a_first_one_come_out_the_same_again(office: Office, tmp_path: Path) -> None:
    rows = [pupil(place) for place in range(2)]
    for row in rows:
        del row["number"]
    source = write_json(tmp_path / "class.json", rows)
    first = recorded(source, office, numbers_from="07724000000998")
    assert [entry.number for entry in first.entries] == ["07724000000998", "07724000000999"]
    assert recorded(source, office, days=1, numbers_from="07724000000998").entries == first.entries


def test_what_was_printed_stays_so_whatever_the_settings_are_by_then(before: Before) -> None:
    changed = office_in(before.office.folder, head="А. Б. Новая")
    again = issued(before.source, changed, out=before.office.folder / "again")
    assert again.entries == before.entries
    assert drawn_in(again.folder) == before.pages
    source = write_json(before.source, [pupil(0), pupil(1, order="№ 15"), pupil(9)])
    grown = issued(source, changed, out=before.office.folder / "grown")
    assert [entry.printed["head"] for entry in grown.entries] == ["Ю. Э. Цыганков"] * 2 + ["А. Б. Новая"]
    assert grown.entries[1].office["order"] == "№ 15"
    assert grown.files[0].read_bytes() == before.pages[grown.files[0].name]
    assert "Новая" in " ".join(pages_of(grown.files[2].read_bytes()))


@pytest.mark.parametrize("status", ["withdrawn", "void"])
def test_a_certificate_that_was_taken_back_does_not_return_with_its_list(before: Before, status: Any) -> None:
    with before.office.open_register() as register:
        register.change([before.entries[1].id], status, day=school.NOW, reason="left", now=NOW)
    stored = entries(before.office)
    match = f"not valid any more: row 2, No. '07724000000001' .Ёлкина Анастасия Григорьевна.: {status}"
    with pytest.raises(RegisterError, match=match):
        plan_of(before.source, before.office, today=later(4).date())
    assert entries(before.office) == stored
    rest = write_json(before.source, [pupil(0)])
    assert recorded(rest, before.office, days=4).entries == before.entries[:1]


def test_a_withdrawn_number_is_not_used_again_whatever_the_list_or_the_key(tmp_path: Path) -> None:
    entry = KeyEntry(P256.public_key, school.SCHOOL, school.TODAY - 9, school.TODAY + 9, 1)
    data = school.publish_bytes(school.contents(keys=(entry,)))
    office = office_in(tmp_path / "office", key=P256, list_qct=data)
    source = write_json(tmp_path / "class.json", [pupil(1)])
    (first,) = sign(plan_of(source, office), key=P256).entries
    with office.open_register() as register:
        register.change([first.id], "withdrawn", day=school.NOW, reason="left", now=NOW)
    for rows in ([pupil(1)], [pupil(1), pupil(2)], [pupil(1, given="Другая")]):
        with pytest.raises(RegisterError, match="not valid any more: row 1"):
            plan_of(write_json(source, rows), office, today=later(1).date())


def test_a_void_number_is_free_for_what_was_corrected(before: Before) -> None:
    with before.office.open_register() as register:
        register.change([before.entries[1].id], "void", day=school.NOW, reason="a slip", now=NOW)
    corrected = write_json(before.source, [pupil(0), pupil(1, given="Анна")])
    again = recorded(corrected, before.office, days=1)
    assert (again.added, again.entries[0]) == (1, before.entries[0])
    assert again.entries[1].holder == "Ёлкина Анна Григорьевна"


def test_the_register_keeps_what_no_code_carries(office: Office, tmp_path: Path) -> None:
    source = write_json(
        tmp_path / "class.json", [pupil(1, order="№ 84-у от 22.06.2026", snils="112-233-445 95")]
    )
    done = issued(source, office)
    (entry,) = done.entries
    assert entry.office == {"sex": "ж", "order": "№ 84-у от 22.06.2026", "snils": "112-233-445 95"}
    assert entry.printed == office.letterhead.as_data()
    assert (
        entry.printed.items()
        >= {"school": "School No. 7", "place": "Moscow", "head": "Ю. Э. Цыганков"}.items()
    )
    for secret in ("112-233-445 95", "84-у"):
        assert secret.encode() not in entry.signed
        assert secret not in " ".join(pages_of(done.files[0].read_bytes()))
    with office.open_register() as register:
        (batch,) = register.batches()
        assert (batch.state, batch.count, batch.issued) == ("done", 1, school.NOW)
        assert batch.source_hash == hashlib.sha256(source.read_bytes()).digest()
        assert register.audit_check().faults == ()


# --- killed, and at once


def run_issuer(*arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, str(PROCESS), *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("moment", ["record", "page"])
def test_killed_at_any_moment_the_same_command_goes_on_and_ends_alike(before: Before, moment: str) -> None:
    office = office_in(before.office.folder.with_name("killed"))
    process = run_issuer(office.folder, before.source, office.folder / "out", moment)
    _, complaint = process.communicate(timeout=60)
    assert process.returncode < 0, complaint
    assert entries(office) == before.entries
    with office.open_register() as register:
        assert [batch.state for batch in register.batches()] == ["signed"]
    written = {"record": [], "page": [before.entries[0].number + ".pdf"]}[moment]
    assert [path.name for path in sorted((office.folder / "out").glob("*"))] == written
    again = issued(before.source, office)
    assert (again.added, again.entries) == (0, before.entries)
    assert drawn_in(again.folder) == before.pages
    with office.open_register() as register:
        assert [batch.state for batch in register.batches()] == ["done"]


def test_a_batch_of_which_only_a_part_was_drawn_stays_unfinished(office: Office, tmp_path: Path) -> None:
    source = write_json(tmp_path / "class.json", [pupil(0), pupil(1)])
    recorded(source, office)  # and killed before its pages
    shorter = write_json(source, [pupil(0)])
    issued(shorter, office)
    with office.open_register() as register:
        assert [batch.id for batch in register.unfinished()] == [1]
    issued(write_json(source, [pupil(1), pupil(0)]), office)
    with office.open_register() as register:
        assert register.unfinished() == ()


def test_programs_at_once_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    office = office_in(tmp_path / "office")
    lists = [
        write_json(tmp_path / f"{name}.json", [pupil(place) for place in places])
        for name, places in (("a", range(3)), ("b", range(3, 6)), ("again", range(3)))
    ]
    running = [run_issuer(office.folder, one, tmp_path / "out", "recorded") for one in lists]
    for process in running:
        said, complaint = process.communicate(timeout=120)
        assert process.returncode == 0, said + complaint
    assert sorted(entry.number for entry in entries(office)) == [pupil(place)["number"] for place in range(6)]
    with office.open_register() as register:
        assert register.audit_check().faults == ()


@pytest.mark.parametrize("journal", ["wal", "delete"])
def test_the_journal_is_the_one_that_the_settings_name(
    tmp_path: Path, class_list: Path, journal: str
) -> None:
    office = office_in(tmp_path / "office", journal=journal)
    recorded(class_list, office)
    with closing(sqlite3.connect(office.folder / REGISTER)) as database:
        assert database.execute("PRAGMA journal_mode").fetchone() == (journal,)


# --- before and beside the published list


def test_unpublished_needs_no_list_and_is_genuine_once_there_is_one(office: Office, class_list: Path) -> None:
    (office.folder / issue.LIST).unlink()
    done = issued(class_list, office, unpublished=True)
    assert verdict_of(code_on(done.files[0])) == "genuine"
    (office.folder / issue.LIST).write_bytes(list_file())
    assert recorded(class_list, office).entries == done.entries


def test_a_draft_has_no_code_signs_nothing_and_needs_no_register(office: Office, class_list: Path) -> None:
    (office.folder / issue.LIST).unlink()
    (office.folder / "register.db").unlink()
    plan = plan_of(class_list, office, draft=True)
    path = issue.draw_drafts(plan, folder=office.folder / "out", template="certificate")
    pages = pages_of(path.read_bytes())
    assert ["Абрамова" in pages[0], "Ёлкина" in pages[1], len(pages)] == [True, True, 2]
    document = pypdfium2.PdfDocument(path.read_bytes())
    try:
        assert document.count_attachments() == 0
    finally:
        document.close()
    for number in (1, 2):
        whole_page = (0, 0, 595, 841)
        assert scan.read_pdf_area(path.read_bytes(), number, box=whole_page, dpi=150) == []
    assert [path.name for path in office.folder.iterdir() if path.is_file()] == [issue.SETTINGS]
    assert list(files_in(office.folder / "out")) == ["draft.pdf"]


def test_a_test_key_makes_papers_of_a_trial(tmp_path: Path, class_list: Path) -> None:
    entry = KeyEntry(school.KEY.public_key, school.SCHOOL, school.TODAY - 9, school.TODAY + 9, 1, test=True)
    data = school.publish_bytes(school.contents(keys=(entry,)))
    office = office_in(tmp_path / "office", list_qct=data)
    done = issued(class_list, office)
    verdict = verify(code_on(done.files[0]), trust=TrustList.from_bytes(data), now=NOW)
    assert (verdict.code, verdict.test) == ("genuine", True)
    assert verdict_of(code_on(done.files[0])) == "altered"
    assert "TEST" in pages_of(done.files[0].read_bytes())[0]


def test_progress_is_told_from_nothing_to_all(before: Before) -> None:
    told: list[tuple[str, int, int]] = []
    plan = plan_of(before.source, before.office)
    issue.draw_and_check(
        plan,
        sign(plan),
        folder=before.office.folder / "again",
        template="certificate",
        now=NOW,
        progress=lambda *step: told.append(step),
    )
    assert told == [("draw", done, 2) for done in (0, 1, 2, 2)]


def test_the_first_and_last_name_are_asked_about(before: Before) -> None:
    plan = plan_of(before.source, before.office)
    assert plan.holders() == ("Абрамова Вера Ильинична", "Ёлкина Анастасия Григорьевна")
    assert plan.issued == school.NOW


# --- what lies beside the pages


def done_before(before: Before) -> Issued:
    folder = before.office.folder / "out"
    files = tuple(folder / f"{entry.number}.pdf" for entry in before.entries)
    return Issued(before.entries, files, folder, 0)


def summary_of(before: Before, done: Issued, language: str = "ru") -> Path:
    return issue.write_summary(done, plan_of(before.source, before.office), language=language)


def test_the_summary_has_a_row_for_each_certificate(before: Before) -> None:
    path = summary_of(before, done_before(before))
    assert path == before.office.folder / "out" / "summary.xlsx"
    rows = list(openpyxl.load_workbook(path).worksheets[0].values)
    assert rows[0][:4] == ("№ п/п", "Номер", "Кому", "Дата выдачи")
    assert [row[:3] for row in rows[1:]] == [
        (place, entry.number, entry.holder) for place, entry in enumerate(before.entries, 1)
    ]
    assert [row[5] for row in rows[1:]] == [f"{entry.number}.pdf" for entry in before.entries]
    assert [row[6] for row in rows[1:]] == [entry.digest.hex()[:16] for entry in before.entries]
    english = summary_of(before, done_before(before), language="en")
    assert openpyxl.load_workbook(english).worksheets[0]["C1"].value == "Holder"


@pytest.mark.parametrize("name", ['=HYPERLINK("http://a.example";"b")', "+1+1", "-2", "@SUM(A1)", "=1+1"])
def test_a_formula_in_a_name_lies_in_the_summary_as_text(before: Before, name: str) -> None:
    done = done_before(before)
    spoiled = [replace(entry, holder=name, number=name) for entry in done.entries]
    path = summary_of(before, replace(done, entries=tuple(spoiled)))
    with zipfile.ZipFile(path) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    for cell in openpyxl.load_workbook(path).worksheets[0]["C"][1:]:
        assert (cell.value, cell.data_type, cell.quotePrefix) == (name, "s", True)


def test_each_code_alone_is_a_picture_that_reads(before: Before) -> None:
    pictures = issue.write_symbols(done_before(before))
    assert [path.name for path in pictures] == [f"{entry.number}.png" for entry in before.entries]
    assert [scan.read_codes(path) for path in pictures] == [
        [wire.to_text(entry.signed)] for entry in before.entries
    ]


def test_a_summary_needs_its_library(before: Before, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(MissingExtra, match="this needs openpyxl"):
        summary_of(before, done_before(before))
