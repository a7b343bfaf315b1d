"""Values: what people and files may give, the reasons in two languages, and how values are written out."""

from __future__ import annotations

import math
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from qrcert import cbor
from qrcert.errors import FormError
from qrcert.form import Column, Field, Form, Table, read_form, reduce_form
from qrcert.form.wording import Spellings

PERSON = {"name": "who", "label": {"en": "Name", "ru": "Имя"}, "holder": True}
LANGUAGES = ("ru", "de", "fr", "es", "pl")


def make(*fields: dict[str, Any], **keys: Any) -> Form:
    texts = {"en": "Title"} | {language: f"Title {language}" for language in LANGUAGES}
    data, translations = reduce_form(
        {"id": "test", "language": "en", "title": texts, "field": [PERSON, *fields]} | keys
    )
    return read_form(data, raw=cbor.encode(data), translations=translations)


def field(**keys: Any) -> Field:
    return make({"name": "x", "label": {"en": "Ex", "ru": "Икс"}} | keys).fields[1]


def told(one: Field, value: object) -> tuple[str, str | None]:
    with pytest.raises(FormError) as caught:
        one.pack(value)
    assert caught.value.field == "x"
    return str(caught.value), caught.value.ru


# text


def test_text_reasons() -> None:
    one = field(max=5)
    assert told(one, 5) == ("5 is not a text", "«5» — не текст")
    assert told(one, "abcdef") == ("6 characters, at most 5 are allowed", "знаков 6, а можно не больше 5")
    assert told(one, "\ud800") == ("an empty or broken text", "пустой или повреждённый текст")
    assert told(one, "")[0] == "an empty or broken text"
    long = told(one, ["x" * 100])
    assert len(long[0]) < 90
    assert len(long[1] or "") < 90


# numbers


@pytest.mark.parametrize(
    ("value", "wire"),
    [
        (2, 20),
        ("2", 20),
        ("2.3", 23),
        ("2,3", 23),
        (" 2.30 ", 23),
        ("+2.3", 23),
        (Decimal("2.3"), 23),
        (Decimal("2.300"), 23),
        (Decimal("1E+0"), 10),
        (2.3, 23),
        (4.0, 40),
        ("-0.5", -5),
        ("-0.0", 0),
    ],
)
def test_a_number_may_be_int_decimal_float_or_text(value: object, wire: int) -> None:
    assert field(type="number", range="-1.0..6.0").pack(value) == wire


@pytest.mark.parametrize(
    "value",
    [
        True,
        None,
        b"1",
        [],
        math.nan,
        math.inf,
        Decimal("NaN"),
        Decimal("1E+999999"),
        Decimal("1E-999999"),
        10**400,
        *("", "x", "1e3", "1.", ".5", "--1", "1 000", "٣", "1" * 5_000, "0." + "0" * 5_000),
    ],
)
def test_what_is_no_number(value: object) -> None:
    assert "is not a number" in told(field(type="number", range="0.0..9.9"), value)[0]


def test_number_reasons() -> None:
    grade = field(type="number", range="1.0..6.0")
    assert told(grade, "6.1") == ("6.1 is not within 1.0..6.0", "6.1 не входит в 1.0..6.0")
    assert told(grade, "2.35") == ("2.35 has more than 1 decimals", "2.35: знаков после запятой больше 1")
    assert told(field(type="number"), "2.5") == ("2.5 is not a whole number", "2.5 — не целое число")
    assert told(grade, "two") == ("'two' is not a number", "«two» — не число")
    assert told(field(type="number"), 2**53)[0] == "9007199254740992 is not a number"
    assert field(type="number").pack(2**53 - 1) == 2**53 - 1


def test_numbers_are_written_for_people_with_unit_and_comma() -> None:
    one = field(type="number", range="-9.99..9.99", unit={"en": "h", "ru": "ч"})
    assert one.kind.value(-5) == "-0.05"
    assert one.kind.long(-5, "en") == "-0.05 h"
    assert one.kind.long(250, "ru") == "2,50 ч"
    padded = field(type="number", digits=3)
    assert (padded.kind.value(7), padded.kind.long(7, "en")) == (7, "007")


# dates


@pytest.mark.parametrize(
    "value",
    ["2008-05-17", " 2008-05-17 ", "17.05.2008", "17.5.2008", date(2008, 5, 17), datetime(2008, 5, 17)],
)
def test_a_day_may_be_iso_dotted_or_a_date(value: object) -> None:
    assert field(type="date").pack(value) == 14016


@pytest.mark.parametrize(
    "value",
    [
        "2008",
        "2008-05",
        "05.2008",
        2008,
        "31.02.2008",
        "2008-02-30",
        "2008-13-01",
        "0000-01-01",
        "17/05/2008",
        "",
        "x",
        *("２００８-05-17", datetime(2008, 5, 17, 12), None, True, 14016.0, 10**30),
    ],
)
def test_what_is_no_day(value: object) -> None:
    en, ru = told(field(type="date"), value)
    assert "is not a date, expected one like 2008-05-17" in en
    assert "— не дата, ожидается как 17.05.2008" in (ru or "")


def test_days_outside_the_centuries() -> None:
    assert told(field(type="date"), "1799-12-31") == (
        "the year 1799 is not within 1800..2199",
        "год 1799 не входит в 1800..2199",
    )
    assert told(field(type="date", partial=True), 2200)[0] == "the year 2200 is not within 1800..2199"


def test_months_and_partial_dates() -> None:
    month = field(type="date", unit="month")
    for value in ("2026-05", "05.2026", "5.2026", date(2026, 5, 1), datetime(2026, 5, 1)):
        assert month.pack(value) == 676
    for value in ("2026", "2026-05-01", date(2026, 5, 2)):
        assert told(month, value)[0].endswith("expected one like 2008-05")
    partial = field(type="date", partial=True)
    assert [partial.pack(value) for value in (2008, "2008", "05.2008", "2008-05")] == [(2008,), (2008,)] + [
        (2008, 5)
    ] * 2
    assert told(partial, "May")[0].endswith("expected one like 2008-05-17 or less of it")


@pytest.mark.parametrize(
    ("language", "day", "month", "year", "short"),
    [
        ("ru", "1 мая 2008 г.", "май 2008 г.", "2008 г.", "01.05.2008"),
        ("en", "1 May 2008", "May 2008", "2008", "2008-05-01"),
        ("de", "1. Mai 2008", "Mai 2008", "2008", "01.05.2008"),
        ("fr", "1er mai 2008", "mai 2008", "2008", "01/05/2008"),
        ("es", "1 de mayo de 2008", "mayo de 2008", "2008", "01/05/2008"),
        ("pl", "2008-05-01", "2008-05", "2008", "2008-05-01"),
    ],
)
def test_dates_written_out(language: str, day: str, month: str, year: str, short: str) -> None:
    kind = field(type="date", partial=True).kind
    assert [kind.long(kind.pack(value), language) for value in ("2008-05-01", "2008-05", "2008")] == [
        day,
        month,
        year,
    ]
    assert [kind.brief(kind.pack(value), language) for value in ("2008-05-01", "2008")] == [short, "2008"]


# choices


def test_a_choice_by_code_or_text_in_any_language_case_and_blanks_apart() -> None:
    one = field(type="choice", list=[{"code": "5", "en": "very good", "ru": "отлично"}, "none"])
    for value in ("5", 5, 5.0, "very good", "Very  Good ", "отлично", "ОТЛИЧНО"):
        assert one.pack(value) == 0
    assert told(one, "6") == ("'6' is not in the list: '5', 'none'", "«6» нет в списке: «5», «none»")
    for value in (True, None, 5.5, ["5"], b"5"):
        told(one, value)


def test_an_items_own_word_goes_before_anothers_translation_and_exact_before_loose() -> None:
    one = field(type="choice", list=[{"en": "first", "ru": "second"}, "second", "a", "A"])
    assert [one.pack(word) for word in ("second", "a", "A")] == [1, 2, 3]
    assert "'Second' is not in the list" in told(one, "Second")[0]


def test_a_long_list_offers_what_is_near() -> None:
    words = ["excellent", "good", "fair", "poor", "failed", "passed", "absent"]
    assert (
        told(field(type="choice", list=words), "excelent")[0] == "'excelent' is not in the list: 'excellent'"
    )
    assert told(field(type="choice", list=words), "zzz") == ("'zzz' is not in the list", "«zzz» нет в списке")


def test_spellings_keep_the_first_of_a_kind() -> None:
    spellings = Spellings([("a", 1), ("a", 2), ("B", 3)])
    assert (spellings.find("a"), spellings.find("b"), spellings.find("c")) == (1, 3, None)
    assert list(spellings) == [("a", 1), ("B", 3)]


# tables

TABLE: dict[str, Any] = {
    "type": "table",
    "rows": [{"en": "Mathematics", "ru": "Математика"}, {"en": "Language", "ru": "Язык", "with": "add"}],
    "free": 1,
    "columns": [
        {"name": "mark", "label": {"en": "Mark", "ru": "Отметка"}, "list": ["5", "4", "not assessed", "not"]},
        {"name": "hours", "label": {"en": "Hours", "ru": "Часы"}, "range": "0..99", "optional": True},
        {"name": "board", "label": {"en": "Board", "ru": "Орган"}, "list": ["A", "A B"], "optional": True},
    ],
}
ADD = [{"name": "add", "items": [{"en": "French", "ru": "французский"}, {"en": "Latin", "ru": "латинский"}]}]


def table() -> Table:
    form = make({"name": "x", "label": "Ex"} | TABLE, list=ADD)
    kind = form.fields[1].kind
    assert isinstance(kind, Table)
    return kind


def test_rows_are_found_in_every_language() -> None:
    for row in ("Language (Latin)", "Язык (латинский)", "язык (латинский)", "LANGUAGE (latin)"):
        assert table().value(table().pack([[row, "5", None, None]])) == [
            ["Language (Latin)", "5", None, None]
        ]


def test_every_wrong_row_is_told() -> None:
    one = make({"name": "x", "label": "Ex"} | TABLE, list=ADD).fields[1]
    rows = [
        ["Matematics", "5", 1, "A"],
        ["Mathematics", "6", 1, "A"],
        ["Language (French)", "5"],
        ["Language (Latin)", "5", 1, "A"],
        ["Язык (французский)", "4", 1, "A"],
        {"free": "Mathematics", "cells": ["5", 1, "A"]},
        {"free": "One", "cells": ["", 1, "A"]},
        {"free": "Two", "cells": ["5", 1, "A"]},
        {"free": "Three", "cells": ["5", 1, "A"]},
        {"free": 5},
        {"other": 5},
        ["History", "5", 1, "A"],
        5,
        [],
        {"free": "Four", "cells": "5"},
    ]
    with pytest.raises(FormError) as caught:
        one.pack(rows)
    faults = [(fault.field, fault.row, str(fault)) for fault in caught.value.faults]
    assert faults == [
        ("x", "Matematics", "no such row in the form, near it: 'Mathematics'"),
        ("x", "Mathematics", "'6' is not in the list: '5', '4', 'not assessed', 'not'"),
        ("x", "Language (French)", "1 cells, the table has 3 columns"),
        ("x", "Mathematics", "a free row that the form lists"),
        ("x", "One", "mark is empty"),
        ("x", "5", "5 is not a text"),
        ("x", "{'other': 5}", "{'other': 5} is neither [row, cell, …] nor {free, cells}"),
        ("x", "History", "no such row in the form"),
        ("x", "5", "5 is neither [row, cell, …] nor {free, cells}"),
        ("x", "[]", "[] is neither [row, cell, …] nor {free, cells}"),
        ("x", "Four", "'5' is not a list of cells"),
        ("x", "Language (French)", "the row stands twice"),
        ("x", "Three", "more than 1 free rows"),
    ]
    assert all(fault.ru for fault in caught.value.faults)
    assert caught.value.ru is not None


def test_a_table_is_a_list_of_rows() -> None:
    one = make({"name": "x", "label": "Ex"} | TABLE, list=ADD).fields[1]
    for value in ("Mathematics", {"Mathematics": "5"}, 5, b"5"):
        told(one, value)
    assert told(one, [])[0] == "a table without a row"
    plain = field(type="table", rows=["a"])
    assert plain.pack(["a"]) == plain.pack([["a"]]) == b"\x80"
    assert told(plain, [{"free": "b"}])[0] == "b: no rows of one's own here"


def test_a_table_on_one_line() -> None:
    rows = [["Mathematics", "5", 12, None], ["Language (Latin)", "4", None, "A"]]
    wire = table().pack(rows)
    assert table().brief(wire, "ru") == "Математика, Язык (латинский)"
    assert table().long(wire, "ru") == "Математика: 5, 12; Язык (латинский): 4, A"
    assert field(type="table", free=1).kind.long((b"", b"own"), "en") == "own"


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("5 12 A", ("5", 12, "A")),
        ("5 12 A B", ("5", 12, "A B")),
        ("not assessed - -", ("not assessed", None, None)),
        ("not 12 a  b", ("not", 12, "A B")),
        ("5 - A", ("5", None, "A")),
        ("5", ("5", None, None)),
        ("not assessed", ("not assessed", None, None)),
    ],
)
def test_a_cell_of_a_class_list_holds_the_rows_columns(text: str, cells: tuple[object, ...]) -> None:
    assert table().read_cells(text) == cells


@pytest.mark.parametrize("text", ["", "6", "5 12", "5 A", "12 5 A", "- - -", "5 12 A x", "5 " * 50])
def test_a_cell_that_is_no_row(text: str) -> None:
    with pytest.raises(FormError, match="is not mark hours board, with blanks between and '-'") as caught:
        table().read_cells(text)
    assert "ожидается через пробел Отметка, Часы, Орган, пустое — «-»" in (caught.value.ru or "")


def test_a_cell_of_one_column_tells_its_own_reason() -> None:
    kind = field(
        type="table", rows=["a"], columns=[{"name": "m", "label": "M", "list": ["very good", "good"]}]
    ).kind
    assert isinstance(kind, Table)
    assert kind.read_cells(" Very  good") == ("very good",)
    with pytest.raises(FormError, match="'bad' is not in the list: 'very good', 'good'"):
        kind.read_cells("bad")


def test_a_dash_may_be_an_item() -> None:
    kind = field(
        type="table", rows=["a"], columns=[{"name": "m", "label": "M", "list": ["+", "-"], "optional": True}]
    ).kind
    assert isinstance(kind, Table)
    column = kind.columns[0]
    assert isinstance(column, Column)
    assert (column.pack("-"), column.pack(None), column.pack("")) == (2, 0, 0)
    assert (column.value(0), column.value(2), column.long(0, "en"), column.long(2, "en")) == (
        None,
        "-",
        "",
        "-",
    )


# whole certificates


def test_all_faults_are_told_at_once() -> None:
    form = make(
        {"name": "n", "label": "N", "type": "number", "required": True},
        {"name": "d", "label": "D", "type": "date"},
        {"name": "x", "label": "X"} | TABLE,
        list=ADD,
    )
    with pytest.raises(FormError) as caught:
        form.pack({"who": "", "d": "soon", "x": [["Maths", "5"], ["History", "5"]], "other": 1})
    assert [(fault.field, fault.row) for fault in caught.value.faults] == [
        ("other", None),
        ("n", None),
        ("d", None),
        ("x", "Maths"),
        ("x", "History"),
    ]
    assert str(caught.value).startswith(
        "other: no such field in the form; n: is required; d: 'soon' is not a date"
    )
    assert "n: не заполнено" in (caught.value.ru or "")


def test_absent_values_are_left_out_and_the_holder_is_named_from_its_fields() -> None:
    form = make(
        {"name": "x", "label": "X", "holder": True}, {"name": "t", "label": "T", "type": "table", "free": 1}
    )
    wire = form.pack({"who": "Ann", "x": None, "t": []})
    assert wire == {1: b"Ann"}
    assert form.holder(wire) == "Ann"
    assert form.holder({1: b"Ann", 2: b"Lee"}) == "Ann Lee"
    assert form.field("x") is form.fields[1]
    assert form.field("nothing") is None


def test_check_names_the_field() -> None:
    form = make({"name": "n", "label": "N", "type": "number", "required": True, "range": "0..9"})
    with pytest.raises(FormError, match=r"n: not a number within 0\.\.9") as caught:
        form.check({1: b"Ann", 2: 10}, None)
    assert caught.value.field == "n"
    with pytest.raises(FormError, match="n is required"):
        form.check({1: b"Ann"}, None)


def test_until_is_the_earliest_of_several() -> None:
    until = {"label": "U", "type": "date", "until": True}
    form = make({"name": "u", **until}, {"name": "v", **until})
    assert form.until({2: 5, 3: 4}) == 4
