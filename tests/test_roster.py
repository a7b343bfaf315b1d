"""The class list: what schools send is read, and every fault is told with its row and column."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import qrcert
from qrcert import cbor
from qrcert.errors import RosterError
from qrcert.form import Form, Office, read_form, read_office, reduce_form
from qrcert.roster import Roster, read_class, write_template

FORMS = Path(qrcert.__file__).with_name("forms")
ATTESTAT = "ru.attestat.11"
TODAY = date(2026, 6, 25)

HEADER = ["Номер", "Фамилия", "Имя", "Отчество", "Дата рождения", "Год окончания", "Русский язык", "Алгебра"]
ANNA = ["06624000123456", "Ёлкина", "Анна", "Григорьевна", "17.05.2008", "2026", "5", "4"]
IVAN = ["06624000123457", "Нгуен", "Тхи Хыонг", None, "01.02.2008", "2026", "4", "3"]


@cache
def form_of(form_id: str) -> tuple[Form, Office]:
    toml = tomllib.loads((FORMS / f"{form_id}.toml").read_text(encoding="utf-8"))
    data, translations = reduce_form(toml)
    raw = cbor.encode(data)
    return read_form(cbor.decode(raw, booleans=True), raw=raw, translations=translations), read_office(toml)


def read(path: Path, *, form: str = ATTESTAT, **options: Any) -> Roster:
    return read_class(path, *form_of(form), issued_default=TODAY, **options)


def workbook(tmp_path: Path, *rows: Sequence[object]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    path = tmp_path / "класс.xlsx"
    book.save(path)
    return path


def csv_file(
    tmp_path: Path, *rows: Sequence[object], encoding: str = "utf-8", first: str = "", by: str = ";"
) -> Path:
    lines = [by.join("" if cell is None else str(cell) for cell in row) for row in rows]
    path = tmp_path / "класс.csv"
    path.write_bytes((first + "\r\n".join(lines) + "\r\n").encode(encoding))
    return path


def faults(path: Path, language: str = "en", **options: Any) -> list[str]:
    with pytest.raises(RosterError) as caught:
        read(path, **options)
    assert caught.value.problems
    assert all(problem.en and problem.ru for problem in caught.value.problems)
    return [problem.text(language) for problem in caught.value.problems]


def with_cell(column: str, value: object) -> list[object]:
    """Return Anna's row with another value in one column."""
    return [value if name == column else cell for name, cell in zip(HEADER, ANNA, strict=True)]


# Reading what is right.


def test_a_class_list_becomes_pupils(tmp_path: Path) -> None:
    path = workbook(tmp_path, HEADER, ANNA, IVAN)
    roster = read(path)
    anna, nguyen = roster.rows
    assert (anna.line, anna.number, anna.issued) == (2, "06624000123456", TODAY)
    assert anna.holder == "Ёлкина Анна Григорьевна"
    assert anna.values == {
        "family": "Ёлкина",
        "given": "Анна",
        "patronymic": "Григорьевна",
        "born": "2008-05-17",
        "finished": 2026,
        "marks": [["Русский язык", "5"], ["Алгебра", "4"]],
    }
    assert anna.office == {"sex": "ж"}
    assert (nguyen.line, nguyen.holder, nguyen.office) == (3, "Нгуен Тхи Хыонг", {})
    assert (roster.source, roster.sheet) == ("класс.xlsx", "Sheet")
    assert roster.source_hash == hashlib.sha256(path.read_bytes()).digest()


def test_the_values_are_what_the_form_packs(tmp_path: Path) -> None:
    form, _ = form_of(ATTESTAT)
    (anna,) = read(workbook(tmp_path, HEADER, ANNA)).rows
    assert form.values(form.pack(anna.values)) == anna.values


@pytest.mark.parametrize(
    ("encoding", "first", "by"),
    [
        ("utf-8", "", ";"),
        ("utf-8-sig", "", ","),
        ("utf-8-sig", "sep=;\r\n", ";"),
        ("windows-1251", "", ";"),
        ("windows-1251", "sep=,\r\n", ","),
        ("windows-1251", "", "\t"),
        ("utf-16", "", "\t"),
        ("utf-8", 'Список, 11А; "лучший"\r\n', ";"),
    ],
)
def test_csv_as_excel_and_others_write_it(tmp_path: Path, encoding: str, first: str, by: str) -> None:
    path = csv_file(tmp_path, HEADER, ANNA, IVAN, encoding=encoding, first=first, by=by)
    anna, nguyen = read(path).rows
    assert (anna.holder, anna.values["finished"], nguyen.holder) == (
        "Ёлкина Анна Григорьевна",
        2026,
        "Нгуен Тхи Хыонг",
    )
    assert anna.line == (3 if first.startswith("Список") else 2)  # sep= is no row to a spreadsheet


def test_json_as_programs_write_it(tmp_path: Path) -> None:
    path = tmp_path / "class.json"
    rows = [
        {
            "number": "06624000123456",
            "issued": "2026-06-20",
            "family": "Ёлкина",
            "given": "Анна",
            "born": "2008-05",
            "finished": 2026.0,
            "honours": None,
            "sex": "ж",
            "marks": [
                ["Русский язык", 5],
                ["Иностранный язык (английский)", "5"],
                {"free": "Танец", "cells": ["5"]},
            ],
        }
    ]
    path.write_text(json.dumps(rows), encoding="utf-8")
    (anna,) = read(path).rows
    assert (anna.line, anna.issued, anna.office) == (1, date(2026, 6, 20), {"sex": "ж"})
    assert anna.values["marks"] == [
        ["Русский язык", "5"],
        ["Иностранный язык (английский)", "5"],
        {"free": "Танец", "cells": ["5"]},
    ]


def test_equal_rows_of_pupils_are_one_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "class.json"
    marks = [["Русский язык", "5"], ["Литература", "4"]]
    rows = [
        {"number": f"0772400000000{place}", "family": "Ан", "given": "Анна", "born": "2008", "finished": 2026}
        | {"marks": [marks[0], [marks[1][0], mark]]}
        for place, mark in enumerate("45")
    ]
    path.write_text(json.dumps(rows), encoding="utf-8")
    read_marks: list[Any] = [row.values["marks"] for row in read(path).rows]
    first, second = read_marks
    assert (first, second) == (marks, [marks[0], ["Литература", "5"]])
    assert first[0] is second[0]


def test_what_a_spreadsheet_makes_of_cells(tmp_path: Path) -> None:
    path = workbook(
        tmp_path,
        [*HEADER, "Дата выдачи", "Отличие", "Дополнительные сведения: Шахматы", "Приказ"],
        [
            6624000123456,
            "Ёлкина",
            "Анна",
            None,
            datetime(2008, 5, 17),
            2026.0,
            5,
            5.0,
            date(2026, 6, 20),
            True,
            1,
            45,
        ],
        ["06624000123457", "Ёлкина", "Яна", None, 39585, "2026", "отлично", "5", 46193, "нет", "-", "№ 45"],
        [
            "0 6624 000123458",
            "Ёлкина",
            "Яна",
            None,
            "2008",
            2026,
            "-",
            "5",
            "2026-06-20 00:00:00",
            "+",
            "ДА",
            None,
        ],
    )
    first, second, third = read(path).rows
    assert (first.number, second.number, third.number) == (
        "06624000123456",
        "06624000123457",
        "06624000123458",
    )
    assert [row.values["born"] for row in (first, second, third)] == ["2008-05-17", "2008-05-17", "2008"]
    assert {row.issued for row in (first, second, third)} == {date(2026, 6, 20)}
    assert first.values["honours"] == third.values["honours"] == "с отличием"
    assert "honours" not in second.values
    assert first.values["courses"] == third.values["courses"] == [{"free": "Шахматы"}]
    assert second.values["marks"] == [["Русский язык", "5"], ["Алгебра", "5"]]
    assert third.values["marks"] == [["Алгебра", "5"]]
    assert (first.office["order"], second.office["order"]) == ("45", "№ 45")


def test_day_numbers_in_a_text_file(tmp_path: Path) -> None:
    path = csv_file(tmp_path, HEADER, with_cell("Дата рождения", "39585"), encoding="windows-1251")
    assert read(path).rows[0].values["born"] == "2008-05-17"


def test_formatted_cells_without_a_value_do_not_count(tmp_path: Path) -> None:
    anna = strings(*map(str, ANNA))
    path = package(tmp_path, sheet_xml(*anna, '<c r="XFD2" s="1"/>', '<c r="XFC2"><v></v></c>'))
    assert len(read(path).rows) == 1


def test_headings_in_any_order_and_language(tmp_path: Path) -> None:
    path = workbook(
        tmp_path,
        ["Список 11А класса, 2026 год"],
        [],
        [
            None,
            "ОБЗР",
            "Surname",
            "given",
            None,
            "Date\nof birth",
            "finished",
            "Серия и номер бланка",
            "русский  ЯЗЫК",
            "Пол",
        ],
        [None, 5, "Ёлкина", "Анна", None, "17.05.2008", 2026, "06624000123456", 4, "ж"],
    )
    (anna,) = read(path).rows
    assert anna.line == 4
    assert anna.values["marks"] == [["Русский язык", "4"], ["Основы безопасности и защиты Родины", "5"]]


def test_blank_rows_and_counting_columns_do_not_matter(tmp_path: Path) -> None:
    path = workbook(
        tmp_path,
        ["№ п/п", *HEADER, None],
        [1, *ANNA],
        [],
        [2, *IVAN, "  "],
        [3],
    )
    assert [row.line for row in read(path).rows] == [2, 4]


def test_a_column_that_counts_is_not_the_number(tmp_path: Path) -> None:
    assert [row.number for row in read(workbook(tmp_path, ["№", *HEADER], [5, *ANNA], [7, *IVAN])).rows] == [
        ANNA[0],
        IVAN[0],
    ]
    header = ["№", *HEADER[1:]]
    assert read(workbook(tmp_path, header, ANNA)).rows[0].number == ANNA[0]
    counted = workbook(tmp_path, header, [1, *ANNA[1:]], [2, *IVAN[1:]])
    assert faults(counted) == ["row 1, column 'Номер': there is no such column"]


def test_names_typed_on_a_mac_and_with_odd_blanks(tmp_path: Path) -> None:
    row = with_cell("Фамилия", " Е\u0308лкина\u00a0 -\u2009Мюллер ")
    (anna,) = read(workbook(tmp_path, HEADER, row)).rows
    assert anna.values["family"] == "Ёлкина - Мюллер"


def test_tables_with_several_columns(tmp_path: Path) -> None:
    path = workbook(
        tmp_path,
        ["number", "Vornamen", "Familienname", "geboren am", "Durchschnittsnote", "Gesamtpunktzahl",
         "Halbjahre: Deutsch", "Abiturprüfung: Deutsch", "Englisch", "Latinum", "Halbjahre: Sport"],
        ["A-1", "Anna", "Müller", "2008-05-17", "1,3", 780.0, "LK 12 11 - 13", "1 12 -", "B2/C1", "x", None],
        ["A-2", "Uwe", "Łuk", "2008-05-17", 2.5, 600, "GK - - - -", "-", None, "nein", "—"],
    )  # fmt: skip
    with pytest.raises(RosterError) as caught:
        read(path, form="de.abitur")
    assert [problem.text("en") for problem in caught.value.problems] == [
        "row 1, column 'Englisch': means several things, write 'Halbjahre: Englisch', 'Abiturprüfung: Englisch', "
        "'Fremdsprachen: Englisch'",
        "row 3, column 'Latinum': 'nein' is neither yes nor no",
    ]
    book = openpyxl.load_workbook(path)
    book.worksheets[0]["I1"] = "Fremdsprachen: Englisch"
    book.worksheets[0]["J3"] = "no"
    book.save(path)
    anna, uwe = read(path, form="de.abitur").rows
    assert anna.values["average"] == "1.3"
    assert anna.values["courses"] == [["Deutsch", "LK", 12, 11, None, 13]]
    assert anna.values["exams"] == [["Deutsch", 1, 12, None]]
    assert anna.values["languages"] == [["Englisch", "B2/C1"]]
    assert anna.values["classics"] == [["Latinum"]]
    assert uwe.values["courses"] == [["Deutsch", "GK", None, None, None, None]]
    assert not {"exams", "languages", "classics"} & uwe.values.keys()


def test_numbers_can_be_counted(tmp_path: Path) -> None:
    path = workbook(tmp_path, HEADER[1:], ANNA[1:], IVAN[1:])
    assert [row.number for row in read(path, numbers_from="06624000123499").rows] == [
        "06624000123499",
        "06624000123500",
    ]
    assert faults(path) == ["row 1, column 'Номер': there is no such column"]
    assert faults(path, numbers_from="123") == [
        "the first number: '123' has 3 digits, expected 14: zeros in front may be lost"
    ]
    assert faults(path, numbers_from="9" * 14) == [f"row 3: '1{'0' * 14}' is not a number of 14 digits"]
    assert faults(workbook(tmp_path, HEADER, ANNA), numbers_from="0" * 14) == [
        "row 2, column 'Номер': a number, where they are to be counted"
    ]
    people = workbook(tmp_path, ["Имя"], ["Анна"], ["Яна"])
    counted = read(people, form="participation", numbers_from="К-2026/09").rows
    assert [row.number for row in counted] == ["К-2026/09", "К-2026/10"]
    assert faults(people, form="participation", numbers_from="К-") == [
        "the first number 'К-' does not end in digits"
    ]


def test_sex_is_guessed_only_where_the_list_is_silent(tmp_path: Path) -> None:
    path = workbook(
        tmp_path, [*HEADER, "Пол"], [*ANNA, "м"], [*IVAN, None], [*with_cell("Номер", "1" * 14), None]
    )
    assert [row.office.get("sex") for row in read(path).rows] == ["м", None, "ж"]


# The sheets of a workbook.


def several_sheets(tmp_path: Path, *, hide: bool) -> Path:
    book = openpyxl.Workbook()
    for name, row in (("11А", ANNA), ("11Б", IVAN)):
        sheet = book.create_sheet(name)
        sheet.append(HEADER)
        sheet.append(row)
    if hide:
        book["11Б"].sheet_state = "hidden"
    path = tmp_path / "классы.xlsx"
    book.save(path)  # with the empty sheet that a new workbook has
    return path


def test_two_visible_sheets_need_a_choice(tmp_path: Path) -> None:
    path = several_sheets(tmp_path, hide=False)
    assert faults(path) == ["several sheets hold something: '11А', '11Б'"]
    assert faults(path, "ru", sheet="11В") == ["листа «11В» нет, есть «Sheet», «11А», «11Б»"]
    first, second = read(path, sheet="11А"), read(path, sheet="11Б")
    assert [first.rows[0].holder, second.rows[0].holder] == ["Ёлкина Анна Григорьевна", "Нгуен Тхи Хыонг"]
    assert first.source_hash != second.source_hash  # two classes, two batches


def test_hidden_and_empty_sheets_are_passed_over(tmp_path: Path) -> None:
    path = several_sheets(tmp_path, hide=True)
    assert read(path).sheet == "11А"
    assert read(path, sheet="11Б").sheet == "11Б"  # unless one is asked for


def test_a_workbook_of_charts_or_hidden_sheets(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.create_chartsheet("график")
    book.worksheets[0].sheet_state = "hidden"
    book.save(tmp_path / "x.xlsx")
    assert faults(tmp_path / "x.xlsx") == ["the workbook has no visible sheet"]


# Faults of the header.


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (["Физкультра"], "row 1, column 'Физкультра': unknown heading, near it: 'Физкультура'"),
        (["Телефон мамы"], "row 1, column 'Телефон мамы': unknown heading: mend it or delete the column"),
        (["алгебра"], "row 1, column 'алгебра': columns H and I hold the same"),
        (["Robotics"], "row 1, column 'Robotics': unknown heading: mend it or delete the column"),
        (["Предметы"], "row 2, column 'Предметы': a table: write a column for each row, Предметы: …"),
        (["Предметы: …"], "row 2, column 'Предметы: …': write the row's name after the colon"),
        ([None], "row 2, column 'I': a value in a column without heading"),
        (["Предметы: Pоботы"], "row 1, column 'Предметы: ⟨U+0050⟩оботы': the heading mixes scripts in the word "
                               "'Pоботы': 'P' (U+0050) is Latin"),
    ],
)  # fmt: skip
def test_a_strange_column_is_a_fault(tmp_path: Path, header: list[str | None], expected: str) -> None:
    assert faults(workbook(tmp_path, [*HEADER, *header], [*ANNA, "5"])) == [expected]


def test_missing_columns_are_told_once_not_for_each_pupil(tmp_path: Path) -> None:
    path = workbook(tmp_path, ["Фамилия", "Имя"], ["Ёлкина", "Анна"], ["Нгуен", "Тхи"])
    assert faults(path) == [
        f"row 1, column '{name}': there is no such column"
        for name in ("Дата рождения", "Год окончания", "Предметы", "Номер")
    ]


def test_a_list_without_header(tmp_path: Path) -> None:
    assert faults(workbook(tmp_path, ANNA, IVAN)) == ["no row has the headings 'Фамилия', 'Имя', 'Отчество'"]
    assert faults(workbook(tmp_path, ["Номер", "Фамилии", "Имена"], ANNA)) == [
        "no row has the headings 'Фамилия', 'Имя', 'Отчество'",
        "row 1, column 'Фамилии': a heading perhaps, near it: 'Фамилия'",
    ]


def test_a_list_without_pupils(tmp_path: Path) -> None:
    assert faults(workbook(tmp_path, HEADER)) == ["the class list has no pupils"]
    assert faults(workbook(tmp_path)) == ["the class list is empty"]
    assert faults(workbook(tmp_path, ["  "], [None, "\n"])) == ["the class list is empty"]


def test_merged_cells_and_hidden_rows(tmp_path: Path) -> None:
    path = workbook(tmp_path, ["Список 11А", None], HEADER, ANNA, IVAN)
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    sheet.merge_cells("A1:H1")  # a title: no harm
    book.save(path)
    assert len(read(path).rows) == 2
    sheet.merge_cells("B3:B4")
    sheet.row_dimensions[4].hidden = True
    book.save(path)
    assert (
        faults(path)
        == [
            "row 3: the cells B3:B4 are merged: part them",
            "row 4: the row is hidden: show or delete it",
            "row 4, column 'Фамилия': nothing names the holder",
        ][:2]
    )


# Faults of cells.


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("Русский язык", "6", "'6' is not in the list: '5', '4', '3', 'зачтено'"),
        ("Русский язык", 4.5, "'4.5' is not in the list: '5', '4', '3', 'зачтено'"),
        ("Русский язык", True, "True is no cell of a table"),
        (
            "Русский язык",
            date(2026, 8, 9),
            "a spreadsheet made '2026-08-09' of what was typed, 9-8 or 8-9 perhaps",
        ),
        ("Русский язык", time(5, 4), "a spreadsheet made '05:04:00' of what was typed"),
        ("Русский язык", "09.авг", "a spreadsheet made '09.авг' of what was typed"),
        ("Год окончания", timedelta(hours=30), "a spreadsheet made"),
        ("Номер", "6,62E+12", "'6,62E+12' was spoiled by a spreadsheet: format the column as text"),
        ("Номер", 6.5, "6.5 was spoiled by a spreadsheet"),
        ("Номер", 66240001234560000000.0, "was spoiled by a spreadsheet"),
        ("Номер", True, "True was spoiled by a spreadsheet"),
        ("Номер", -5, "-5 was spoiled by a spreadsheet"),
        ("Номер", "6624000123456", "has 13 digits, expected 14: zeros in front may be lost"),
        ("Номер", "06624000123456789", "is not a number of 14 digits"),
        ("Номер", "АБ 123", "is not a number of 14 digits"),
        ("Номер", None, "is required"),
        ("Дата рождения", "31.02.2008", "'31.02.2008' is not a date, expected one like 2008-05-17"),
        ("Дата рождения", "17.05.08", "is not a date"),
        ("Дата рождения", datetime(2008, 5, 17, 10, 30), "is not a date"),
        ("Дата рождения", "17.05.2020", "makes the age 6, expected 14..70"),
        ("Дата рождения", "17.05.1908", "makes the age 118, expected 14..70"),
        ("Дата рождения", None, "is required"),
        ("Год окончания", "1066", "1066 is not within 1960..2150"),
        ("Год окончания", True, "True is not a number"),
        ("Фамилия", "Cафонов", "the text mixes scripts in the word 'Cафонов': 'C' (U+0043) is Latin"),
        ("Фамилия", "Ёл\u202eкина", "the text has U+202E, which cannot be seen"),
        ("Фамилия", "Ёлкина\nАнна", "the text has U+000A, a control character"),
        ("Фамилия", "Я" * 61, "61 characters, at most 60 are allowed"),
        ("Фамилия", "Я" * 5_000, "the text has 5000 characters, more than 1000"),
        ("Фамилия", date(2008, 5, 17), "a spreadsheet made '2008-05-17' of what was typed"),
        ("Фамилия", 1e300, "has more digits than a spreadsheet keeps"),
        ("Фамилия", "'=HYPERLINK(1)", "a formula that stands here as text"),
        ("Фамилия", "#Н/Д", "the cell holds the error #Н/Д"),
        ("Имя", "#ССЫЛКА!", "the cell holds the error #ССЫЛКА!"),
        ("Русский язык", "#N/A", "the cell holds the error #N/A"),
        ("Номер", "#ИМЯ?", "the cell holds the error #ИМЯ?"),
        ("Дата рождения", "########", "the cell holds the error ########"),
    ],
)
def test_a_cell_that_cannot_be_read(tmp_path: Path, column: str, value: object, expected: str) -> None:
    path = workbook(tmp_path, HEADER, with_cell(column, value), IVAN)
    if value == "'=HYPERLINK(1)":
        book = openpyxl.load_workbook(path)
        book.worksheets[0].cell(2, HEADER.index(column) + 1, "=HYPERLINK(1)").data_type = "s"
        book.save(path)
    (fault,) = faults(path)
    assert fault.startswith(f"row 2, column {column!r}: ")
    assert expected in fault


def test_the_holder_must_be_named(tmp_path: Path) -> None:
    nobody = [
        None if name in ("Фамилия", "Имя", "Отчество") else cell
        for name, cell in zip(HEADER, ANNA, strict=True)
    ]
    assert faults(workbook(tmp_path, HEADER, nobody)) == ["row 2, column 'Фамилия': nothing names the holder"]
    path = workbook(tmp_path, ["Имя", "Номер"], ["A\u200b", "1"], [None, "2"])
    assert faults(path, form="participation") == [
        "row 2, column 'Имя': the text has U+200B, which cannot be seen",
        "row 3, column 'Имя': nothing names the holder",
    ]


def test_days_of_signing(tmp_path: Path) -> None:
    path = workbook(tmp_path, [*HEADER, "Дата выдачи"], [*ANNA, "25.06.2019"], [*IVAN, "вчера"])
    first, second = faults(path)
    assert first == "row 2, column 'Дата выдачи': 25.06.2019 is not within 2020..2199, the years of signing"
    assert second.startswith("row 3, column 'Дата выдачи': 'вчера' is not a date")


def test_the_age_is_counted_to_the_day_of_issue(tmp_path: Path) -> None:
    row = [*with_cell("Дата рождения", "26.06.2012"), "26.06.2026"]
    assert read(workbook(tmp_path, [*HEADER, "Дата выдачи"], row)).rows[0].values["born"] == "2012-06-26"
    assert "makes the age 13" in faults(workbook(tmp_path, HEADER, row[:-1]))[0]


def test_the_rules_of_the_office(tmp_path: Path) -> None:
    path = workbook(tmp_path, [*HEADER, "Отличие", "Пол"], [*ANNA, "да", "ж"], [*IVAN, None, "?"])
    assert faults(path, "ru") == [
        "строка 2, столбец «Алгебра»: «4» не сочетается с «с отличием», только 5 / зачтено",
        "строка 3, столбец «Пол»: «?» нет в списке: «м», «ж»",
    ]


def test_numbers_that_stand_twice(tmp_path: Path) -> None:
    path = workbook(tmp_path, HEADER, ANNA, with_cell("Номер", 6624000123456))
    assert faults(path, "ru") == ["строка 3, столбец «Номер»: «06624000123456» уже стоит в строке 2"]


def test_every_fault_is_told_in_one_go(tmp_path: Path) -> None:
    path = workbook(
        tmp_path,
        [*HEADER, "Химя"],
        [*with_cell("Русский язык", "7"), 5],
        [*with_cell("Дата рождения", "нет"), 5],
        [*IVAN, 5],
    )
    with pytest.raises(RosterError) as caught:
        read(path)
    assert {(problem.row, problem.column) for problem in caught.value.problems} == {
        (1, "Химя"),
        (2, "Русский язык"),
        (3, "Номер"),
        (3, "Дата рождения"),
    }
    assert str(caught.value).startswith(
        "the class list 'класс.xlsx' cannot be used: row 1, column 'Химя': unknown"
    )
    assert str(caught.value).endswith("(and 3 more)")


def test_a_hopeless_list_is_not_read_to_its_end(tmp_path: Path) -> None:
    told = faults(csv_file(tmp_path, HEADER, *[["x"] * len(HEADER)] * 2_000))
    assert len(told) <= 1_010
    assert told[-1].endswith("reading stopped after 1000 faults")


# What a spreadsheet shows and a value does not.


def package(tmp_path: Path, sheet: str, name: str = "x.xlsx") -> Path:
    """Return a workbook with this XML as its only sheet."""
    path = workbook(tmp_path, ["x"])
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(tmp_path / name, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            new.writestr(part, sheet if part == "xl/worksheets/sheet1.xml" else old.read(part))
    return tmp_path / name


def sheet_xml(*cells: str) -> str:
    rows = f'<row r="1">{"".join(strings(*HEADER))}</row><row r="2">{"".join(cells)}</row>'
    return f"<worksheet><sheetData>{rows}</sheetData></worksheet>"


def strings(*values: str) -> list[str]:
    return [f'<c t="inlineStr"><is><t>{value}</t></is></c>' for value in values]


def test_error_cells_and_formulas(tmp_path: Path) -> None:
    anna = [str(cell) for cell in ANNA]
    stored = '<c r="H2" t="str"><f>A1&amp;""</f><v>4</v></c>'
    fine = package(tmp_path, sheet_xml(*strings(*anna[:7]), stored))
    assert read(fine).rows[0].values["marks"] == [["Русский язык", "5"], ["Алгебра", "4"]]
    error = '<c r="G2" t="e"><f>VLOOKUP(1,2,3)</f><v>#N/A</v></c>'
    never = '<c r="H2"><f>5-1</f></c>'
    path = package(tmp_path, sheet_xml(*strings(*anna[:6]), error, never))
    assert faults(path) == [
        "row 2, column 'Русский язык': the cell holds the error #N/A",
        "row 2, column 'Алгебра': a formula that was never calculated: open the file in a spreadsheet and save it",
    ]
    assert faults(path, "ru")[0] == "строка 2, столбец «Русский язык»: в ячейке ошибка #N/A"
    heading = sheet_xml(*strings(*anna)).replace(
        '<c t="inlineStr"><is><t>Алгебра</t></is></c>', '<c t="e"><v>#REF!</v></c>'
    )
    assert faults(package(tmp_path, heading)) == ["row 1, column 'H': the cell holds the error #REF!"]


def test_an_error_that_a_text_file_spells_is_no_name(tmp_path: Path) -> None:
    path = csv_file(tmp_path, HEADER, with_cell("Фамилия", "#Н/Д"), encoding="windows-1251")
    assert faults(path, "ru") == ["строка 2, столбец «Фамилия»: в ячейке ошибка #Н/Д"]


def test_a_stray_cell_in_the_last_corner_is_refused(tmp_path: Path) -> None:
    path = package(
        tmp_path,
        '<worksheet><sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>',
    )
    assert faults(path) == [
        "1048576 rows and 16384 columns are no class list: at most 100100 and 2000 are read"
    ]
    wide = package(
        tmp_path, '<worksheet><sheetData><row><c r="XFD1"><v>1</v></c></row></sheetData></worksheet>'
    )
    assert "16384 columns" in faults(wide)[0]


def test_a_million_rows_are_refused(tmp_path: Path) -> None:
    rows = "".join(f'<row r="{at}"><c r="A{at}"><v>1</v></c></row>' for at in range(1, 1_000_001))
    path = package(tmp_path, f"<worksheet><sheetData>{rows}</sheetData></worksheet>")
    assert "100101 rows" in faults(path)[0]
    text = tmp_path / "x.csv"
    text.write_text("Фамилия;Имя\n" + "a;b\n" * 1_000_000, encoding="utf-8")
    assert "100101 rows" in faults(text)[0]
    many = tmp_path / "x.json"
    many.write_text(json.dumps([{}] * 1_000_000), encoding="utf-8")
    assert "1000000 rows" in faults(many)[0]


def test_xml_that_spreadsheets_do_not_write(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa">]>' + sheet_xml("<c><v>&a;</v></c>")
    assert "document type" in faults(package(tmp_path, bomb))[0]
    assert "no sound .xlsx" in faults(package(tmp_path, "<worksheet><sheetData>"))[0]


# Files that are no class list.


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    empty = tmp_path / "empty.csv"
    empty.write_bytes(b" \n")
    assert faults(empty) == ["'empty.csv' is empty"]
    assert faults(tmp_path / "none.xlsx") == ["cannot read 'none.xlsx': No such file or directory"]
    assert faults(tmp_path)[0].endswith("is not a file")
    assert faults(Path("/dev/zero")) == ["'zero' is not a file"]
    word = tmp_path / "list.docx"
    word.write_bytes(b"letter")
    assert faults(word) == ["'list.docx' is no class list: expected .xlsx, .csv or .json"]
    huge = tmp_path / "huge.csv"
    with huge.open("wb") as file:
        file.truncate(50_000_001)
    assert faults(huge) == ["'huge.csv' has 50000001 bytes, at most 50000000 are read"]


def test_workbooks_that_cannot_be_read(tmp_path: Path) -> None:
    path = workbook(tmp_path, HEADER, ANNA)
    data = path.read_bytes()
    for broken in (data[:-40], data[: len(data) // 2], b"PK\x03\x04" + b"x" * 100, b"Surname;Name"):
        path.write_bytes(broken)
        assert "is no sound .xlsx" in faults(path)[0]
    path.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(512))
    assert faults(path) == ["the file is an old .xls or has a password: save it as .xlsx without one"]
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("hello.txt", "hello")
    path.write_bytes(other.getvalue())
    assert "is no sound .xlsx" in faults(path)[0]


def test_a_package_that_unpacks_to_too_much(tmp_path: Path) -> None:
    path = workbook(tmp_path, HEADER, ANNA)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/media/big", b"")
        archive.getinfo("xl/media/big").file_size = 600_000_000
    assert faults(path) == ["the file unpacks to more than any class list"]


def test_a_workbook_under_another_name_is_still_one(tmp_path: Path) -> None:
    path = workbook(tmp_path, HEADER, ANNA).rename(tmp_path / "list.csv")
    assert len(read(path).rows) == 1


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"\xff\xfeA", "the file is no text in utf-16"),
        ("Фамилия".encode() + b"\x98", "the file is no text in utf-8 or windows-1251"),
        ("Фамилия;Имя\nA\0;B\n".encode(), "the file has NUL bytes: it is no text"),
        (
            ("Фамилия;Имя\n" + "a" * 200_000).encode(),
            "row 2 is no CSV: field larger than field limit (131072)",
        ),
    ],
)
def test_text_that_cannot_be_read(tmp_path: Path, data: bytes, expected: str) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(data)
    assert faults(path) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{", "the file is no JSON: "),
        ("{}", "the JSON is not a list of objects"),
        ("[1]", "the JSON is not a list of objects"),
        ("[]", "the class list is empty"),
        ("[" * 100_000, "the file is no JSON: "),
        ("[" + "1" * 5_000 + "]", "the file is no JSON: "),
        ('[{"family": NaN}]', "the JSON has NaN, which is no number"),
        ('[{"family": "A", "family": "B"}]', "the JSON has 'family' twice in one object"),
    ],
)
def test_json_that_cannot_be_read(tmp_path: Path, text: str, expected: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(text)
    (fault,) = faults(path)
    assert fault.startswith(expected)


def test_json_with_strange_values(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    base = {"number": "06624000123456", "family": "Ёлкина", "born": "2008", "finished": 2026}
    marks: list[object] = [["Русский язык", "5"], ["Робототехника", "5"], ["Алгебра", "7"], ["Физика"], 5]
    path.write_text(json.dumps([base | {"marks": marks, "given": ["x"]}, base | {"marks": "5"}]))
    assert faults(path) == [
        "row 1, column 'given': ['x'] is not a text",
        "row 1, column 'marks': Робототехника: no such row in the form",
        "row 1, column 'marks': Алгебра: '7' is not in the list: '5', '4', '3', 'зачтено'",
        "row 1, column 'marks': Физика: 0 cells, the table has 1 columns",
        "row 1, column 'marks': 5: 5 is neither [row, cell, …] nor {free, cells}",
        "row 2, column 'marks': '5' is not a list of rows",
        "row 2, column 'number': '06624000123456' stands in row 1 too",
    ]


def test_any_other_bytes_give_an_error(tmp_path: Path) -> None:
    data = workbook(tmp_path, HEADER, ANNA).read_bytes()
    path = tmp_path / "x.xlsx"
    for at in range(0, len(data), 61):
        path.write_bytes(data[:at] + bytes([data[at] ^ 0x5A]) + data[at + 1 :])
        with contextlib.suppress(RosterError):
            read(path)


# The template.


@pytest.mark.parametrize("form", sorted(path.stem for path in FORMS.glob("*.toml")))
@pytest.mark.parametrize("language", ["ru", "en", "de"])
def test_a_template_is_read_again(tmp_path: Path, form: str, language: str) -> None:
    path = tmp_path / "class.xlsx"
    write_template(*form_of(form), path, language=language)
    assert faults(path, form=form) == ["the class list has no pupils"]


def test_a_filled_template_gives_its_pupils(tmp_path: Path) -> None:
    path = tmp_path / "class.xlsx"
    write_template(*form_of(ATTESTAT), path, language="ru")
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    places = {cell.value: cell.column for cell in sheet[1]}
    for name, value in zip(HEADER, ANNA, strict=True):
        sheet.cell(2, places[name], value)
    sheet.cell(2, places["Иностранный язык (английский)"], "5")
    book.save(path)
    (anna,) = read(path).rows
    assert ["Иностранный язык (английский)", "5"] in anna.values["marks"]  # type: ignore[operator]
    sheet.cell(2, places["Предметы: …"], "5")
    book.save(path)
    assert faults(path) == ["row 2, column 'Предметы: …': write the row's name after the colon"]


def test_what_a_template_offers(tmp_path: Path) -> None:
    path = tmp_path / "class.xlsx"
    write_template(*form_of(ATTESTAT), path, language="ru")
    book = openpyxl.load_workbook(path)
    sheet, lists = book.worksheets
    assert lists.sheet_state == "hidden"
    columns = {cell.value: cell for cell in sheet[1]}
    assert columns["Номер"].comment.text == "Цифр 14, с нулями в начале."
    assert "17.05.2008" in columns["Дата рождения"].comment.text
    assert sheet.column_dimensions["A"].number_format == "@"
    assert sheet.column_dimensions["A"].width >= 14 + 2, "a number of 14 digits is seen whole"
    mark = columns["Алгебра"].column_letter
    (marks,) = [one for one in sheet.data_validations.dataValidation if f"{mark}2:" in str(one.sqref)]
    name, _, cells = marks.formula1.partition("!")
    assert [cell.value for (cell,) in book[name][cells.replace("$", "")]] == ["5", "4", "3", "зачтено"]
    assert sheet.max_row == 1  # nobody who might be signed by mistake


def test_a_template_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(RosterError, match=r"cannot write 'class\.xlsx'"):
        write_template(*form_of(ATTESTAT), tmp_path / "none" / "class.xlsx", language="en")


@pytest.mark.parametrize(
    ("library", "act"), [("python_calamine", "read_class"), ("openpyxl", "write_template")]
)
def test_a_missing_library_is_named(tmp_path: Path, library: str, act: str) -> None:
    path = workbook(tmp_path, HEADER, ANNA)
    code = (
        f"import sys; sys.modules[{library!r}] = None\n"
        "from pathlib import Path; from datetime import date; from qrcert import roster\n"
        f"options = dict(issued_default=date.min) if {act!r} == 'read_class' else dict(language='ru')\n"
        "class Empty: fields = (); also = {}; languages = (); digits = 0; id = 'x'\n"
        f"roster.{act}({{'read_class': Path({str(path)!r})}}.get({act!r}, Empty()), Empty(), "
        f"{{'read_class': Empty()}}.get({act!r}, Path('x.xlsx')), **options)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert f"MissingExtra: this needs {library.replace('_', '-')}" in done.stderr
