"""Sheets for other offices, as a form's office part defines them: what they take, and what is refused."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

import offices
from qrcert.errors import FormError
from qrcert.form import RECORDED, STATES, Form, Office, read_office, shipped_forms
from qrcert.register.tables import STATES as REGISTER_STATES
from qrcert.trust import compile_form, open_form

TOML = """
id = "paper"
language = "ru"
title = { ru = "Бумага", en = "Paper" }
[[field]]
name = "family"
label = "Фамилия"
holder = true
[[field]]
name = "given"
label = "Имя"
[[field]]
name = "born"
type = "date"
label = "Дата рождения"
[[field]]
name = "honours"
type = "choice"
label = "Отличие"
list = [ { ru = "с отличием", en = "with honours" } ]
[[office.field]]
name = "sex"
label = "Пол"
items = [ "м", "ж" ]
[office.export.upload]
title = { ru = "Лист", en = "Sheet" }
columns = [
  { title = "А", text = "{family}[ {given}]" },
  { title = "Б", text = "{born} {sex|Муж|Жен|?}" },
  { title = "В", text = "{honours|да|нет}" },
  { title = "Г", text = "{status|1|2|3|4}, {original_number|дубликат|оригинал}" },
  { title = "Д", text = "{record}/{number} {issued}" },
  { title = "Е", text = "всегда" },
  { title = "Ж", text = "{original_number}" },
  { title = "З", text = "{school}[, {place}]" },
]
"""

SPECIAL = {"number": "7", "issued": "25.06.2026", "record": "12", "status": "live", "school": "Школа"}


def kind(source: str = TOML) -> tuple[Form, Office]:
    form = open_form(compile_form(source))
    assert form is not None
    return form, read_office(tomllib.loads(source))


def row(values: dict[str, Any], entries: dict[str, str] | None = None, **special: str) -> tuple[str, ...]:
    form, office = kind()
    return office.export("upload", form, form.pack(values), entries=entries or {}, special=SPECIAL | special)


def test_a_row_takes_from_form_office_and_register() -> None:
    full = {"family": "Ёлкина", "given": "Анна", "born": "2008-05-17", "honours": "с отличием"}
    assert row(full, {"sex": "ж"}, original_number="5", status="replaced", place="Щёлково") == (
        "Ёлкина Анна", "17.05.2008 Жен", "да", "3, дубликат", "12/7 25.06.2026", "всегда", "5", "Школа, Щёлково",
    )  # fmt: skip


def test_what_is_not_there_leaves_its_cell_empty() -> None:
    assert row({"family": "Ан"}) == (
        "Ан", "?", "нет", "1, оригинал", "12/7 25.06.2026", "всегда", "", "Школа",
    )  # fmt: skip


def test_a_sheet_has_its_title_and_headings() -> None:
    sheet = kind()[1].exports["upload"]
    assert sheet.title is not None
    assert sheet.title.in_language("en") == "Sheet"
    assert [title for title, _ in sheet.columns] == list("АБВГДЕЖЗ")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("{family}[", "{famly}[", "{famly} is no field"),
        ("{honours|да|нет}", "{honors|да|нет}", "{honors} is no field"),
        ("{born} {sex", "{born|a|b} {sex", "{born|…} chooses"),
        ("[ {given}]", "[ {given}", "bracket"),
        ('title = "Б"', 'title = "А"', "two columns are called 'А'"),
        ('{ title = "Е", text = "всегда" }', '{ title = "Е" }', "text is missing"),
        ('{ title = "Е", text = "всегда" }', '{ title = "Е", text = "x", width = 3 }', "width"),
        ('{ title = "Е", text = "всегда" }', '{ title = 5, text = "x" }', "title"),
        ("office.export.upload", "office.export.Upload", "a name has a-z 0-9 _"),
        (
            'title = { ru = "Лист", en = "Sheet" }\ncolumns',
            "columns = []\n[office.export.other]\ncolumns",
            "no column",
        ),
        ('title = { ru = "Лист", en = "Sheet" }\n', "heading = 1\n", "heading"),
    ],
)
def test_a_sheet_is_read_strictly(before: str, after: str, said: str) -> None:
    assert before in TOML
    with pytest.raises(FormError) as caught:
        read_office(tomllib.loads(TOML.replace(before, after)))
    assert said in str(caught.value)


def test_sheets_are_in_no_hash() -> None:
    without = TOML[: TOML.index("[office.export")]
    assert compile_form(TOML) == compile_form(without)


def test_the_states_are_those_of_the_register() -> None:
    assert ", ".join(f"'{state}'" for state in STATES) == REGISTER_STATES
    assert "status" in RECORDED


@pytest.mark.parametrize("name", [name for name in shipped_forms() if name.startswith("ru.attestat")])
def test_the_federal_sheet_of_the_attestats(name: str) -> None:
    one = offices.shipped(name)
    form, office = one.form, one.office
    values = {"family": "Ёлкина", "given": "Анна", "born": "2008-05-17", "finished": 2026}
    marks = {"marks": [["Русский язык", "5"]]}
    wire = form.pack(values | marks)
    made = office.export("frdo", form, wire, entries={"sex": "ж", "snils": "1"}, special=SPECIAL)
    told = dict(zip((title for title, _ in office.exports["frdo"].columns), made, strict=True))
    assert told["Фамилия получателя"] == "Ёлкина"
    assert told["Пол получателя"] == "Жен"
    assert told["Вид документа"].startswith("Аттестат о")
    assert told["Статус документа"] == "Оригинал"
    assert told["Год окончания"] == "2026"
