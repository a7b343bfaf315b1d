"""The office's part: fields of the register, plausibility, headings of a class list, sentences of the page."""

from __future__ import annotations

import tomllib
from datetime import date
from typing import Any

import pytest

from qrcert import cbor
from qrcert.errors import FormError
from qrcert.form import Form, Heading, Headings, Office, read_form, read_office, reduce_form

TOML = """
id = "paper"
language = "ru"
title = { ru = "Бумага", en = "Paper" }
[[field]]
name = "family"
label = { ru = "Фамилия", en = "Surname" }
holder = true
[[field]]
name = "patronymic"
label = { ru = "Отчество", en = "Patronymic" }
holder = true
[[field]]
name = "born"
type = "date"
partial = true
label = { ru = "Дата рождения", en = "Date of birth" }
[[field]]
name = "hours"
type = "number"
label = "Часы"
unit = { ru = "ч", en = "h" }
[[field]]
name = "honours"
type = "choice"
label = "Отличие"
list = [ { ru = "с отличием", en = "with honours" }, { code = "S", ru = "с похвалой", en = "with praise" } ]
[[field]]
name = "marks"
type = "table"
label = { ru = "Предметы", en = "Subjects" }
rows = "subjects"
free = 2
columns = [ { name = "mark", label = "Отметка", list = [ "5", "4" ] } ]
[[field]]
name = "exams"
type = "table"
label = { ru = "Экзамены", en = "Exams" }
rows = [ { ru = "Физика", en = "Physics" }, "Анализ: начала" ]
columns = [ { name = "mark", label = "Отметка", list = [ "5", "4" ] } ]
[[list]]
name = "subjects"
items = [
  { ru = "Физика", en = "Physics" },
  { ru = "Язык", en = "Language", with = "tongues" },
  { ru = "Химия", en = "Chemistry" },
]
[[list]]
name = "tongues"
items = [ { ru = "английский", en = "English" }, { ru = "немецкий", en = "German" } ]
[office]
also = { "Бланк" = "number", "Немецкий" = "Язык (немецкий)", "Физ." = "Физика", "ФИО" = "family" }
age = { born = "14..70" }
check = [ { if = { honours = "with honours", sex = "м" }, all = { marks = [5] } } ]
[[office.field]]
name = "sex"
label = { ru = "Пол", en = "Sex" }
items = [ "м", { ru = "ж", en = "f" } ]
ends = { patronymic = [["ич", "оглы"], ["на", "кызы"]] }
[[office.field]]
name = "order"
label = "Приказ"
[office.text]
ru = [
  "Настоящим",
  "{holder}",
  "{family} {patronymic}",
  "{sex|освоил|освоила|освоил(а)} курс[ в объёме {hours}] {born}, родился {born:long};",
  "{school}, {place}",
  "{honours|отлично|похвально|просто}, {honours}, {honours:long}",
  "по приказу {order}, пол {sex}",
  "[{hours}]",
  "{nobody|x|y}",
]
en = [ "Born {born:long}", "{holder} at {school}[, {place}]", "{sex}" ]
"""


def toml(**changes: Any) -> dict[str, Any]:
    parsed = tomllib.loads(TOML)
    parsed["office"] |= changes
    return parsed


def paper() -> tuple[Form, Office]:
    data, translations = reduce_form(toml())
    return read_form(data, raw=cbor.encode(data), translations=translations), read_office(toml())


WHOLE = {
    "family": "Орлова",
    "patronymic": "Игоревна",
    "born": "2008-05-17",
    "hours": 72,
    "honours": "с отличием",
    "marks": [["Физика", "5"], ["Язык (немецкий)", "5"], {"free": "Танцы", "cells": ["4"]}],
}


def said(values: dict[str, Any], language: str = "ru", **keys: Any) -> list[str]:
    form, office = paper()
    return [line.text for line in office.sentences(form, form.pack(values), language=language, **keys)]


# the office's fields


def test_an_office_field_with_items_takes_them_in_any_language() -> None:
    sex = paper()[1].field("sex")
    assert sex is not None
    assert [sex.pack(word) for word in ("м", "f", "Ж")] == ["м", "ж", "ж"]
    with pytest.raises(FormError, match="'x' is not in the list: 'м', 'ж'"):
        sex.pack("x")


def test_an_office_field_without_items_takes_any_text() -> None:
    order = paper()[1].field("order")
    assert order is not None
    assert order.pack(" № 5 ") == "№ 5"
    for value in ("", " ", 5, None):
        with pytest.raises(FormError, match="is not a text") as caught:
            order.pack(value)
        assert caught.value.field == "order"
    assert paper()[1].field("nothing") is None


@pytest.mark.parametrize(
    ("patronymic", "sex"),
    [
        ("Игоревна", "ж"),
        ("Игоревич", "м"),
        ("ИГОРЕВИЧ", "м"),
        ("Мамед оглы", "м"),
        ("Мамед кызы", "ж"),
        ("Лукич", "м"),
        ("Ильинична", "ж"),
        ("Ван", None),
        ("", None),
        (None, None),
    ],
)
def test_sex_is_guessed_from_the_endings_of_a_patronymic(patronymic: str | None, sex: str | None) -> None:
    field = paper()[1].field("sex")
    assert field is not None
    assert field.guess({"patronymic": patronymic}) == sex
    assert field.guess({}) is None


# plausibility


@pytest.mark.parametrize(
    ("born", "issued", "plausible"),
    [
        ("2012-06-25", date(2026, 6, 25), True),
        ("2012-06-26", date(2026, 6, 25), False),
        ("1956-06-25", date(2026, 6, 25), True),
        ("1955-06-25", date(2026, 6, 25), False),
        ("1955-06-26", date(2026, 6, 25), True),
        ("2013", date(2026, 12, 31), False),
        ("2012", date(2026, 12, 31), True),
        ("2011", date(2026, 1, 1), True),
        ("2012-06", date(2026, 6, 25), True),
        ("2012-07", date(2026, 6, 25), False),
        ("2080-01-01", date(2026, 6, 25), False),
    ],
)
def test_ages_on_the_day_of_issue(born: str, issued: date, plausible: bool) -> None:
    faults = paper()[1].faults({"born": born}, issued=issued)
    assert (not faults) is plausible
    assert all(fault.field == "born" for fault in faults)


def test_an_age_is_told_in_two_languages() -> None:
    (fault,) = paper()[1].faults({"born": "2016-06-26"}, issued=date(2026, 6, 25))
    assert str(fault) == "2016-06-26 makes the age 9, expected 14..70"
    assert fault.ru == "2016-06-26: возраст получается 9, ожидается 14..70"


def test_a_rule_holds_where_all_its_conditions_do() -> None:
    form, office = paper()
    values = form.values(form.pack(WHOLE))
    assert office.faults(values, issued=date(2026, 6, 25)) == []
    assert office.faults(values | {"sex": "ж"}, issued=date(2026, 6, 25)) == []
    assert office.faults({"honours": "с отличием", "sex": "м"}, issued=date(2026, 6, 25)) == []
    (fault,) = office.faults(values | {"sex": "м"}, issued=date(2026, 6, 25))
    assert (fault.field, fault.row) == ("marks", "Танцы")
    assert str(fault) == "'4' does not go with honours 'с отличием', sex 'м', only 5"
    assert fault.ru == "«4» не сочетается с «с отличием», «м», только 5"


# headings


@pytest.mark.parametrize(
    ("text", "headings"),
    [
        ("number", [Heading("number", "number")]),
        ("Номер", [Heading("number", "number")]),
        ("Бланк", [Heading("number", "number")]),
        ("Дата  выдачи", [Heading("issued", "issued")]),
        ("family", [Heading("field", "family")]),
        ("фамилия", [Heading("field", "family")]),
        ("SURNAME", [Heading("field", "family")]),
        ("ФИО", [Heading("field", "family")]),
        ("Пол", [Heading("office", "sex")]),
        ("Subjects", [Heading("field", "marks")]),
        ("Химия", [Heading("row", "marks", "Химия")]),
        ("Chemistry", [Heading("row", "marks", "Химия")]),
        ("Language (German)", [Heading("row", "marks", "Язык (немецкий)")]),
        ("немецкий", [Heading("row", "marks", "Язык (немецкий)")]),
        ("Физика", [Heading("row", "marks", "Физика"), Heading("row", "exams", "Физика")]),
        ("Физ.", [Heading("row", "marks", "Физика"), Heading("row", "exams", "Физика")]),
        ("marks: Physics", [Heading("row", "marks", "Физика")]),
        ("Предметы:Физ.", [Heading("row", "marks", "Физика")]),
        ("Экзамены: физика", [Heading("row", "exams", "Физика")]),
        ("Анализ: начала", [Heading("row", "exams", "Анализ: начала")]),
        ("Exams: Анализ: начала", [Heading("row", "exams", "Анализ: начала")]),
        ("Subjects: Бальные  танцы", [Heading("free", "marks", "Бальные танцы")]),
        ("Subjects: Tango: a dance", [Heading("free", "marks", "Tango: a dance")]),
        ("Exams: Танцы", []),
        ("Subjects:", []),
        ("Танцы", []),
        ("Химея", []),
        ("", []),
    ],
)
def test_headings(text: str, headings: list[Heading]) -> None:
    assert list(Headings(*paper()).find(text)) == headings


def test_a_mistyped_heading_has_near_names() -> None:
    headings = Headings(*paper())
    assert headings.near("Химея") == ("Химия",)
    assert headings.near("Language (Germn)")[0] == "Language (German)"
    assert headings.near("xxxxxxx") == ()


# sentences


def test_sentences_are_filled() -> None:
    form, office = paper()
    lines = office.sentences(
        form,
        form.pack(WHOLE),
        language="ru",
        entries={"sex": "ж", "order": "№ 5"},
        school="Школа № 1",
        place="Казань",
    )
    assert [(line.text, line.about) for line in lines] == [
        ("Настоящим", None),
        ("Орлова Игоревна", "holder"),
        ("Орлова Игоревна", "holder"),
        ("освоила курс в объёме 72 ч 17.05.2008, родился 17 мая 2008 г.;", None),
        ("Школа № 1, Казань", "school"),
        ("отлично, с отличием, с отличием", None),
        ("по приказу № 5, пол ж", None),
        ("72 ч", None),
        ("y", None),
    ]
    assert lines[3].tells == {"hours", "born"}
    assert lines[0].tells == set()


def test_what_is_absent_vanishes() -> None:
    assert said({"family": "Орлова"}) == [
        "Настоящим",
        "Орлова",
        "Орлова",
        "освоил(а) курс, родился",
        "просто",
        "y",
    ]
    assert said({"family": "Орлова"}, school="Школа № 1")[4] == "Школа № 1"


def test_another_language_and_the_documents_own_where_there_is_none() -> None:
    english = said(WHOLE, "en", entries={"sex": "ж"}, school="School")
    assert english == ["Born 17 May 2008", "Орлова Игоревна at School", "f"]
    assert said(WHOLE, "fr")[0] == "Настоящим"
    form, _ = paper()
    without = read_office(toml(text={"de": ["{holder}", "{honours:long}"]}))
    lines = without.sentences(form, form.pack(WHOLE | {"honours": "S"}), language="en")
    assert [line.text for line in lines] == ["Орлова Игоревна", "S (с похвалой)"]
    assert read_office(toml(text={})).sentences(form, {}, language="en") == ()


def test_an_entry_that_is_no_item_stands_as_it_is() -> None:
    assert said(WHOLE, "en", entries={"sex": "x"})[-1] == "x"


# what is no office


def test_a_form_without_an_office() -> None:
    parsed = toml()
    del parsed["office"]
    office = read_office(parsed)
    assert office.fields == office.rules == ()
    assert office.also == office.ages == office.texts == {}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"colour": "red"}, "office: unknown key 'colour'"),
        ({"also": ["x"]}, "office, also: an array"),
        ({"also": {"X": 5}}, "office, also, X: an integer"),
        ({"also": {"X": "Музыка"}}, "'X' means 'Музыка', which is no heading"),
        ({"age": {"family": "1..2"}}, "age of 'family': no date field"),
        ({"age": {"nothing": "1..2"}}, "age of 'nothing': no date field"),
        ({"age": {"born": "14"}}, "'14', where LEAST..GREATEST is due"),
        ({"age": {"born": "70..14"}}, "LEAST..GREATEST"),
        ({"check": [{"if": {}}]}, "check 1: all is missing"),
        ({"check": [{"if": {"nothing": 1}, "all": {}}]}, "no field is called 'nothing'"),
        ({"check": [{"if": {"marks": 1}, "all": {}}]}, "no field is called 'marks'"),
        ({"check": [{"if": {"honours": "x"}, "all": {}}]}, "'x' is not in the list"),
        ({"check": [{"if": {"sex": "x"}, "all": {}}]}, "'x' is not in the list"),
        ({"check": [{"if": {}, "all": {"family": ["5"]}}]}, "no table with columns is called 'family'"),
        ({"check": [{"if": {}, "all": {"marks": ["6"]}}]}, "'6' is not in the list"),
        ({"field": [{"name": "a"}]}, "field 1: label is missing"),
        ({"field": [{"name": "A", "label": "A"}]}, "a name has a-z 0-9 _"),
        ({"field": [{"name": "born", "label": "A"}]}, "the form itself has a field of that name"),
        ({"field": [{"name": "number", "label": "A"}]}, "the form itself has"),
        ({"field": [{"name": "a", "label": {"en": "A"}}]}, "no text in the document's language 'ru'"),
        ({"field": [{"name": "a", "label": "A"}, {"name": "a", "label": "B"}]}, "two fields have one name"),
        (
            {"field": [{"name": "a", "label": "A", "ends": {"born": []}}]},
            "ends of 'born', which is no text field",
        ),
        (
            {"field": [{"name": "a", "label": "A", "ends": {"family": [["x"]]}}]},
            "1 groups of endings for 0 items",
        ),
        (
            {"field": [{"name": "a", "label": "A", "items": [{"ru": "x", "code": 5}]}]},
            "items 1, code: an integer",
        ),
        ({"field": [{"name": "a", "label": "A", "items": [{"ru": "x", "with": "l"}]}]}, "unknown key 'with'"),
        ({"text": {"russian": ["x"]}}, "text 'russian': a language has"),
        ({"text": {"ru": "x"}}, "office, text, ru: a text, where an array is due"),
        ({"text": {"ru": ["{nothing}"]}}, "{nothing} is no field"),
        ({"text": {"ru": ["{family|a|b}"]}}, "the field has no items"),
        ({"text": {"ru": ["{order|a|b}"]}}, "the field has no items"),
        ({"text": {"ru": ["{family"]}}, "a brace that makes no hole"),
        ({"text": {"ru": ["family}"]}}, "a brace that makes no hole"),
        ({"text": {"ru": ["{Family}"]}}, "a brace that makes no hole"),
        ({"text": {"ru": ["[{family}"]}}, "a bracket without its pair"),
        ({"text": {"ru": ["{family}]"]}}, "a bracket without its pair"),
        ({"text": {"ru": ["[[{family}]]"]}}, "a bracket without its pair"),
    ],
)
def test_one_fault_of_an_office_is_told(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(FormError) as caught:
        read_office(toml(**changes))
    assert said in str(caught.value)


def test_codes_of_an_offices_items() -> None:
    office = read_office(
        toml(field=[{"name": "a", "label": "A", "items": [{"ru": "икс", "code": "X"}]}], check=[], text={})
    )
    assert office.fields[0].pack("икс") == "X"
