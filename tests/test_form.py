"""The language of forms: the records of two other implementations, then every statement of the format."""

from __future__ import annotations

import hashlib
import json
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from qrcert import cbor
from qrcert.errors import FormError
from qrcert.form import Form, Table, read_form, reduce_form

HERE = Path(__file__).parent
SHIPPED = HERE.parent / "qrcert" / "forms"
RECORDS = json.loads((HERE / "vectors" / "format" / "records.json").read_text("utf-8"))
EPOCH = date(1970, 1, 1)

PERSON = {"name": "who", "label": "Name", "holder": True}


def make(*fields: dict[str, Any], **keys: Any) -> Form:
    """Return a form with the field `who` and ``fields``, through its bytes as a verifier gets it."""
    toml = {"id": "test", "language": "en", "title": "Test", "field": [PERSON, *fields]} | keys
    return through_bytes(toml)


def through_bytes(toml: dict[str, Any]) -> Form:
    data, translations = reduce_form(toml)
    raw = cbor.encode(data)
    return read_form(cbor.decode(raw, booleans=True), raw=raw, translations=translations)


def packed(form: Form, value: object, *, name: str = "x") -> Any:
    wire = form.pack({"who": "Ann", name: value})
    form.check(wire, None)
    return wire.get(2)


def refuses(form: Form, wire: Any, *, part: int | None = None) -> bool:
    try:
        form.check({1: b"Ann", 2: wire}, part)
    except FormError:
        return True
    return False


# the records


@pytest.mark.parametrize(
    "case", RECORDS, ids=lambda case: f"{case['record']['form']} {case['record']['number']}"
)
def test_records_give_the_same_bytes_as_the_other_implementations(case: dict[str, Any]) -> None:
    record = case["record"]
    name = Path(record["form"]).stem.replace("-", ".")
    form = through_bytes(tomllib.loads((SHIPPED / f"{name}.toml").read_text("utf-8")))
    data, _ = reduce_form(tomllib.loads((SHIPPED / f"{name}.toml").read_text("utf-8")))
    values = dict(record["values"])
    if values.get("born") == "2008":  # the record's own note: this must be refused, and was packed as 1 March
        with pytest.raises(FormError, match="born: '2008' is not a date"):
            form.pack(values)
        values["born"] = "2008-03-01"
    part = record.get("part")
    wire = form.pack(values, part=part)
    payload = {0: form.hash, -1: (date.fromisoformat(record["issued"]) - EPOCH).days}
    payload |= {-2: form.pack_number(record["number"])} | ({-3: part} if part else {}) | wire

    assert cbor.encode(data).hex() == case["form_cbor"]
    assert form.hash.hex() == case["form_hash"]
    assert cbor.encode(payload).hex() == case["payload"]
    form.check(wire, part)
    form.check_number(payload[-2])
    assert form.number_text(payload[-2]) == record["number"]
    assert form.pack(form.values(wire), part=part) == wire
    assert all(form.values(wire)[name] == value for name, value in values.items())


# numbers of certificates


def test_number_with_digits_is_an_integer_shown_with_its_zeros() -> None:
    form = make(number={"digits": 14})
    assert form.pack_number("00000000000007") == 7
    assert form.pack_number("05005 000012345") == 5005000012345
    assert form.pack_number(7) == 7
    assert form.number_text(7) == "00000000000007"
    for number in (0, 10**14 - 1):
        form.check_number(number)
    for number in (-1, 10**14, "7", b"7", True, None):
        with pytest.raises(FormError):
            form.check_number(number)
    for text in ("7", "0000000000000x", "٠٠٠٠٠٠٠٠٠٠٠٠٠٧", "000000000000070", "", -1, 10**14):
        with pytest.raises(FormError):
            form.pack_number(text)


def test_number_without_digits_is_a_text_of_1_to_32_code_points_never_bytes() -> None:
    form = make()
    assert form.pack_number("К-2026/0815") == "К-2026/0815"
    assert form.pack_number("7") == "7"
    assert form.number_text("К-2026/0815") == "К-2026/0815"
    form.check_number("𝒳" * 32)
    for number in (7, b"7", "", "x" * 33):
        with pytest.raises(FormError):
            form.check_number(number)
        with pytest.raises(FormError):
            form.pack_number(number)  # type: ignore[arg-type]
    with pytest.raises(FormError):
        form.pack_number("\ud800")


@pytest.mark.parametrize("digits", [0, 16, -1])
def test_number_has_1_to_15_digits(digits: int) -> None:
    with pytest.raises(FormError, match="digits"):
        make(number={"digits": digits})


# reducing a form


def test_a_text_becomes_the_bare_string_of_the_language() -> None:
    data, _ = reduce_form(
        {
            "id": "a",
            "language": "ru",
            "title": {"ru": "Бумага", "en": "Paper"},
            "parts": [{"ru": "Первая", "en": "First"}, "Вторая"],
            "field": [
                PERSON | {"label": {"en": "Name", "ru": "Имя"}},
                {"name": "n", "label": "Часы", "type": "number", "unit": {"ru": "ч", "en": "h"}},
                {
                    "name": "t",
                    "label": "Таблица",
                    "type": "table",
                    "free": 1,
                    "columns": [
                        {"name": "c", "label": {"ru": "Столбец"}, "range": "0..9", "unit": {"ru": "кг"}}
                    ],
                },
            ],
        }
    )
    assert data["title"] == "Бумага"
    assert data["parts"] == ("Первая", "Вторая")
    assert data["field"][0]["label"] == "Имя"
    assert data["field"][1]["unit"] == "ч"
    assert data["field"][2]["columns"][0] == {"name": "c", "unit": "кг", "label": "Столбец", "range": "0..9"}


def test_an_item_becomes_a_string_if_only_languages_stand_in_it_else_a_map() -> None:
    items = [{"en": "one", "ru": "один"}, "two", {"code": "3", "en": "three", "ru": "три"}]
    data, _ = reduce_form(
        {
            "id": "a",
            "language": "en",
            "title": "T",
            "field": [PERSON],
            "list": [{"name": "l", "items": items}],
        }
    )
    assert data["list"][0]["items"] == ("one", "two", {"en": "three", "code": "3"})


def test_a_missing_language_refuses_the_form() -> None:
    for title in ({"ru": "Бумага"}, {}):
        with pytest.raises(FormError, match="title: no text in the document's language 'en'"):
            make(title=title)
    with pytest.raises(FormError, match="no text in the document's language"):
        make({"name": "x", "label": "X", "type": "choice", "list": [{"code": "5", "ru": "пять"}]})


def test_ids_and_the_unit_of_a_date_are_no_texts() -> None:
    with pytest.raises(FormError, match="id: a table"):
        make(id={"en": "test"})
    with pytest.raises(FormError, match="unit: a table"):
        make({"name": "x", "label": "X", "type": "date", "unit": {"en": "month"}})


def test_a_key_stands_in_the_bytes_exactly_if_it_is_written() -> None:
    plain, _ = reduce_form({"id": "a", "language": "en", "title": "T", "field": [PERSON]})
    written = {"id": "a", "edition": 1, "language": "en", "title": "T"}
    written["field"] = [PERSON | {"type": "text", "max": 100, "required": False}]
    full, _ = reduce_form(written)
    assert plain.keys() == {"id", "title", "field", "language"}
    assert full["edition"] == 1
    assert full["field"][0] == PERSON | {"type": "text", "max": 100, "required": False}
    assert cbor.encode(full) != cbor.encode(plain)


def test_booleans_are_f4_and_f5_and_floats_and_dates_are_refused() -> None:
    data, _ = reduce_form(
        {"id": "a", "language": "en", "title": "T", "field": [PERSON | {"required": False}]}
    )
    assert b"\x66holder\xf5" in cbor.encode(data)
    assert b"\x68required\xf4" in cbor.encode(data)
    for bad in (1.0, date(2026, 1, 1), 1):
        with pytest.raises(FormError):
            make({"name": "x", "label": "X", "holder": bad})
    with pytest.raises(FormError, match="edition: a decimal number, where an integer is due"):
        make(edition=1.0)
    with pytest.raises(FormError, match="edition: true or false"):
        make(edition=True)


def test_the_office_is_not_in_the_bytes() -> None:
    toml = {"id": "a", "language": "en", "title": "T", "field": [PERSON]}
    with_office = toml | {"office": {"text": {"en": ["{holder}"]}}}
    assert reduce_form(with_office) == reduce_form(toml)


def test_the_hash_is_the_first_16_bytes_of_sha256_over_the_bytes_as_they_stand() -> None:
    data = {
        "id": "a",
        "title": "T",
        "field": ({"name": "n", "label": "N", "holder": True},),
        "language": "en",
    }
    assert read_form(data, raw=b"as they stand").hash == hashlib.sha256(b"as they stand").digest()[:16]


def test_another_edition_is_another_form() -> None:
    first, second = make(edition=1), make(edition=2)
    assert (first.id, first.edition, second.edition) == (second.id, 1, 2)
    assert len({make().hash, first.hash, second.hash}) == 3


def test_translations_stand_in_the_order_of_the_bytes_one_for_each_text_and_item() -> None:
    toml = {
        "id": "a",
        "language": "en",
        "title": {"en": "title", "ru": "1title"},
        "field": [
            {"name": "who", "label": {"en": "who", "ru": "2who"}, "holder": True},
            {
                "name": "x",
                "label": "x",
                "type": "choice",
                "list": [{"en": "in place", "ru": "3item"}, "bare"],
            },
            {
                "name": "n",
                "type": "number",
                "label": {"en": "n", "de": "Nde"},
                "unit": {"en": "u", "ru": "4unit"},
            },
        ],
        "list": [{"name": "l", "items": [{"code": "c", "en": "listed", "ru": "0listed"}]}],
    }
    _, translations = reduce_form(toml)
    assert translations == {
        "de": ("", "", "", "", "", "", "Nde", ""),
        "ru": ("0listed", "2who", "3item", "", "", "4unit", "", "1title"),
    }
    form = through_bytes(toml)
    assert form.languages == ("en", "de", "ru")
    assert form.title.in_language("ru") == "1title"
    assert form.fields[1].label.in_language("ru") == "x"
    assert form.fields[2].label.everywhere() == ("n", "Nde")


def test_a_translation_of_the_wrong_length_is_unused() -> None:
    data, _ = reduce_form({"id": "a", "language": "en", "title": "T", "field": [PERSON]})
    form = read_form(data, raw=b"", translations={"ru": ["Имя"], "de": ["Name", "Titel"], "en": ["no", "no"]})
    assert form.languages == ("en", "de")
    assert form.title.everywhere() == ("T", "Titel")


# defaults


def test_defaults() -> None:
    form = make({"name": "x", "label": "X"}, {"name": "d", "label": "D", "type": "date"})
    assert form.edition == 1
    assert form.fields[1].kind.type == "text"
    assert len(packed(form, "a" * 100)) == 100
    assert refuses(form, b"a" * 101)
    assert form.pack({"who": "Ann", "d": "1970-01-02"})[3] == 1
    assert form.fields[1].required is form.fields[1].holder is False
    free = make({"name": "x", "label": "X", "type": "table", "free": 1})
    assert len(packed(free, [{"free": "a" * 100}])[1]) == 100
    assert refuses(free, (b"", b"a" * 101))


def test_digits_go_with_whole_numbers_only() -> None:
    form = make({"name": "x", "label": "X", "type": "number", "range": "0..15", "digits": 2})
    assert form.show({1: b"Ann", 2: 7}, part=None, language="en").fields[1].text == "07"
    with pytest.raises(FormError, match="digits goes with whole numbers only"):
        make({"name": "x", "label": "X", "type": "number", "range": "0.0..1.5", "digits": 2})
    bare = make({"name": "x", "label": "X", "type": "number", "digits": 2})
    assert [refuses(bare, number) for number in (-1, 0, 99, 100)] == [True, False, False, True]


def test_a_column_has_exactly_one_of_list_and_range() -> None:
    for keys in ({}, {"list": ["a"], "range": "0..1"}):
        with pytest.raises(FormError, match="exactly one of list and range"):
            make(
                {
                    "name": "x",
                    "label": "X",
                    "type": "table",
                    "free": 1,
                    "columns": [{"name": "c", "label": "C"} | keys],
                }
            )


def test_both_ends_of_a_range_have_equally_many_decimals() -> None:
    form = make({"name": "x", "label": "X", "type": "number", "range": "-1.50..6.00"})
    assert packed(form, "-0.25") == -25
    assert form.values({2: -25}) == {"x": "-0.25"}
    assert [refuses(form, number) for number in (-151, -150, 600, 601)] == [True, False, False, True]
    for limits in (
        "1.0..6",
        "1..6.0",
        "1.0..6.00",
        "6..1",
        "1",
        "1..",
        "..6",
        "1...6",
        "a..b",
        "1..9999999999999999",
    ):
        with pytest.raises(FormError):
            make({"name": "x", "label": "X", "type": "number", "range": limits})


def test_lengths_count_code_points() -> None:
    form = make({"name": "x", "label": "X", "max": 2})
    assert packed(form, "𝒳𝒳") == "𝒳𝒳"
    assert refuses(form, "𝒳𝒳𝒳")
    for longest in (0, 301):
        with pytest.raises(FormError, match="max"):
            make({"name": "x", "label": "X", "max": longest})
    assert len(packed(make({"name": "x", "label": "X", "max": 300}), "a" * 300)) == 300


def test_the_deepest_form_has_depth_7_and_nothing_deeper_is_one() -> None:
    column = {"name": "c", "label": "C", "list": [{"code": "1", "en": "one"}]}
    toml = {"id": "a", "language": "en", "title": "T"}
    toml["field"] = [PERSON, {"name": "x", "label": "X", "type": "table", "free": 1, "columns": [column]}]
    raw = cbor.encode(reduce_form(toml)[0])
    cbor.decode(raw, max_depth=7, booleans=True)
    with pytest.raises(Exception, match="deep"):
        cbor.decode(raw, max_depth=6, booleans=True)
    column["list"] = [{"code": ["1"], "en": "one"}]
    with pytest.raises(FormError, match="holds what is no text"):
        reduce_form(toml)


def test_all_lists_together_have_1000_items() -> None:
    items = [f"i{n}" for n in range(998)]
    lists = [{"name": "a", "items": items}, {"name": "b", "items": ["1"]}]
    make({"name": "x", "label": "X", "type": "choice", "list": ["in place"]}, list=lists)
    with pytest.raises(FormError, match="more than 1000 items"):
        make({"name": "x", "label": "X", "type": "choice", "list": ["in", "place"]}, list=lists)


def test_a_form_has_64_kib() -> None:
    data, _ = reduce_form({"id": "a", "language": "en", "title": "T", "field": [PERSON]})
    read_form(data, raw=bytes(65_536))
    with pytest.raises(FormError, match="65537 bytes"):
        read_form(data, raw=bytes(65_537))


# text8


def test_text_is_bytes_exactly_when_every_character_has_a_byte() -> None:
    form = make({"name": "x", "label": "X"}, letters="АБё")
    assert packed(form, "АБё ~") == bytes((128, 129, 130, 32, 126))
    assert packed(form, "АБв") == "АБв"
    assert form.values({2: bytes((128, 130))}) == {"x": "Аё"}
    assert not refuses(form, "АБв")
    assert refuses(form, "АБ"), "text where bytes are due"
    assert refuses(form, bytes((131,))), "unassigned byte"
    assert refuses(form, b"\x7f")
    assert refuses(form, b"")
    assert refuses(form, "")
    assert packed(form, "\x7f") == "\x7f", "DEL has no byte"
    assert packed(form, "\t") == "\t"


def test_without_letters_printable_ascii_is_bytes_and_all_else_text() -> None:
    form = make({"name": "x", "label": "X"})
    assert packed(form, " ~") == b" ~"
    assert packed(form, "é") == "é"
    assert refuses(form, b"\x80")
    assert refuses(form, "plain")


def test_letter_i_is_byte_128_plus_i_mod_256() -> None:
    letters = "".join(chr(0x400 + i) for i in range(160))
    form = make({"name": "x", "label": "X", "max": 300}, letters=letters)
    assert packed(form, letters) == bytes((128 + i) % 256 for i in range(160))
    assert form.values({2: packed(form, letters)}) == {"x": letters}
    assert all(refuses(form, bytes((byte,))) is (byte == 127) for byte in range(256))
    for bad in (letters + "é", "éé", "aé", "é\x7f"):
        with pytest.raises(FormError, match="letters"):
            make(letters=bad)


# indices and labels


def test_indices_count_from_0_and_labels_from_1() -> None:
    form = make({"name": "x", "label": "X", "type": "choice", "list": ["a", "b"]})
    assert form.pack({"who": "Ann", "x": "b"}) == {1: b"Ann", 2: 1}
    assert [refuses(form, index) for index in (-1, 0, 1, 2)] == [True, False, False, True]
    tick = make({"name": "x", "label": "X", "type": "choice", "list": ["yes"]})
    assert packed(tick, "yes") == 0
    assert refuses(tick, 1)
    assert refuses(tick, True)


def test_a_form_has_1_to_23_fields() -> None:
    fields = [{"name": f"f{n}", "label": "F"} for n in range(22)]
    form = make(*fields)
    assert form.pack({"who": "Ann", "f21": "last"})[23] == b"last"
    with pytest.raises(FormError, match="24 fields"):
        make(*fields, {"name": "f22", "label": "F"})
    with pytest.raises(FormError, match="0 fields"):
        through_bytes({"id": "a", "language": "en", "title": "T", "field": []})


# dates


def test_days_count_from_1970_within_1800_to_2199() -> None:
    form = make({"name": "x", "label": "X", "type": "date"})
    assert packed(form, "1800-01-01") == -62091
    assert packed(form, "2199-12-31") == 84005
    assert refuses(form, -62092)
    assert refuses(form, 84006)
    assert refuses(form, (2008,))


def test_months_count_from_january_1970() -> None:
    form = make({"name": "x", "label": "X", "type": "date", "unit": "month"})
    assert packed(form, "1800-01") == -2040
    assert packed(form, "2199-12") == 2759
    assert packed(form, "2026-05") == (2026 - 1970) * 12 + 4
    assert refuses(form, -2041)
    assert refuses(form, 2760)


def test_partial_dates() -> None:
    form = make({"name": "x", "label": "X", "type": "date", "partial": True})
    assert packed(form, "2008") == (2008,)
    assert packed(form, "2008-05") == (2008, 5)
    assert packed(form, "2008-05-17") == 14016
    good = [(1800,), (2199,), (2008, 1), (2008, 12)]
    bad = [(), (1799,), (2200,), (2008, 0), (2008, 13), (2008, 5, 17), (b"2008",), (2008, b"5"), [2008]]
    assert not any(refuses(form, wire) for wire in good)
    assert all(refuses(form, wire) for wire in bad)
    month = make({"name": "x", "label": "X", "type": "date", "unit": "month", "partial": True})
    assert packed(month, "2008") == (2008,)
    assert packed(month, "2008-05") == 460
    assert refuses(month, (2008, 5))


def test_until_is_a_whole_day() -> None:
    form = make({"name": "x", "label": "X", "type": "date", "until": True})
    assert form.until({1: b"Ann", 2: 20_000}) == 20_000
    assert form.until({1: b"Ann"}) is None
    for key in ({"unit": "month"}, {"partial": True}):
        with pytest.raises(FormError, match="until is a whole day"):
            make({"name": "x", "label": "X", "type": "date", "until": True} | key)
    with pytest.raises(FormError, match="unit is 'week'"):
        make({"name": "x", "label": "X", "type": "date", "unit": "week"})


# tables


def bits(text: str) -> bytes:
    digits = text.replace(" ", "")
    digits += "0" * (-len(digits) % 8)
    return int(digits or "0", 2).to_bytes(len(digits) // 8, "big")


GRADES = {"name": "g", "label": "G", "list": ["A", "B", "C"]}
ROWS = ["r0", "r1", {"en": "r2", "with": "add"}]
ADD = [{"name": "rows", "items": ROWS}, {"name": "add", "items": ["x", "y", "z", "w", "v"]}]


def test_table_bits_in_order() -> None:
    points = {"name": "p", "label": "P", "range": "-1..1", "optional": True}
    form = make(
        {"name": "x", "label": "X", "type": "table", "rows": "rows", "free": 2, "columns": [GRADES, points]},
        list=ADD,
    )
    rows = [["r2 (w)", "C", -1], ["r0", "A", None], {"free": "own", "cells": ["B", 1]}]
    # presence 101 | r0: A=00, empty=00 | r2: w=011, C=10, -1=01 | own: B=01, 1=11
    assert packed(form, rows) == (bits("101 00 00 011 10 01 01 11"), b"own")
    assert form.values({2: packed(form, rows)}) == {"x": [rows[1], rows[0], rows[2]]}
    assert packed(form, rows[:1]) == bits("001 011 10 01")


def test_row_0_is_the_high_bit_of_byte_0() -> None:
    form = make({"name": "x", "label": "X", "type": "table", "rows": [f"r{n}" for n in range(9)]})
    assert packed(form, ["r0"]) == b"\x80\x00"
    assert packed(form, [["r8"], ["r0"]]) == b"\x80\x80"


def test_states_bits_and_length_are_checked() -> None:
    form = make(
        {"name": "x", "label": "X", "type": "table", "rows": "rows", "free": 1, "columns": [GRADES]}, list=ADD
    )
    assert not refuses(form, bits("100 10"))
    assert refuses(form, bits("100 11")), "a state >= n"
    assert not refuses(form, bits("001 100 00"))
    assert refuses(form, bits("001 101 00")), "a `with` index >= n"
    assert refuses(form, bits("100 10 1")), "a fill bit is set"
    assert refuses(form, bits("100 10") + b"\0"), "too long"
    assert refuses(form, bits("111 00 00")[:1]), "too short"
    assert refuses(form, b"")
    assert refuses(form, (bits("000 11"), b"own")), "a state of a free row >= n"
    assert not refuses(form, (bits("000 10"), b"own"))


def test_an_index_among_n_states_has_bit_length_of_n_minus_1_bits() -> None:
    for states, width in ((1, 0), (2, 1), (3, 2), (4, 2), (5, 3), (16, 4), (17, 5)):
        form = make(
            {
                "name": "x",
                "label": "X",
                "type": "table",
                "rows": ["r"],
                "columns": [{"name": "c", "label": "C", "range": f"0..{states - 1}"}],
            }
        )
        assert packed(form, [["r", states - 1]]) == bits("1" + (f"{states - 1:0{width}b}" if width else ""))


def test_a_range_columns_state_counts_from_its_lowest_and_optional_moves_it_up() -> None:
    column = {"name": "c", "label": "C", "range": "0.5..1.5"}
    table = {"name": "x", "label": "X", "type": "table", "rows": ["r"], "columns": [column]}
    assert packed(make(table), [["r", "0.5"]]) == bits("1 0000")
    assert packed(make(table), [["r", "1.5"]]) == bits("1 1010")
    column["optional"] = True
    assert packed(make(table), [["r", "0.5"]]) == bits("1 0001")
    assert packed(make(table), [["r", None]]) == bits("1 0000")


def test_a_with_index_is_always_present_and_only_rows_add() -> None:
    form = make({"name": "x", "label": "X", "type": "table", "rows": "rows"}, list=ADD)
    assert packed(form, ["r2 (x)"]) == bits("001 000")
    with pytest.raises(FormError, match="r2: no such row"):
        packed(form, ["r2"])
    one = [{"name": "rows", "items": [{"en": "r", "with": "add"}]}, {"name": "add", "items": ["only"]}]
    assert packed(
        make({"name": "x", "label": "X", "type": "table", "rows": "rows"}, list=one), ["r (only)"]
    ) == bits("1")
    table = {"name": "t", "label": "T", "type": "table", "rows": "rows"}
    with pytest.raises(FormError, match="with stands only in items of rows"):
        make(table, {"name": "x", "label": "X", "type": "choice", "list": "rows"}, list=ADD)
    with pytest.raises(FormError, match="which is no table's rows"):
        make(list=ADD)
    nested = [*ADD, {"name": "deep", "items": [{"en": "d", "with": "rows"}]}]
    with pytest.raises(FormError, match="with stands only in items of rows"):
        make(table, table | {"name": "u", "rows": "deep"}, list=nested)
    with pytest.raises(FormError, match="no list is called 'add'"):
        make(table, list=ADD[:1])


def test_free_rows_keep_their_order_and_start_with_empty_bits_without_rows() -> None:
    form = make({"name": "x", "label": "X", "type": "table", "free": 3})
    wire = packed(form, [{"free": "b"}, {"free": "a"}])
    assert wire == (b"", b"b", b"a")
    assert form.values({2: wire}) == {"x": [{"free": "b"}, {"free": "a"}]}
    assert refuses(form, (b"\0", b"a"))
    assert refuses(form, (b"", b"a", b"b", b"c", b"d")), "more than free"
    columns = make({"name": "x", "label": "X", "type": "table", "free": 1, "columns": [GRADES]})
    assert packed(columns, [{"free": "a", "cells": ["C"]}]) == (b"\x80", b"a")


def test_a_table_with_no_row_is_omitted() -> None:
    form = make({"name": "x", "label": "X", "type": "table", "rows": ["a"], "free": 1})
    assert packed(form, []) is None
    assert refuses(form, b"\0")
    assert refuses(form, (b"\0",)), "[bits] without a text"
    assert refuses(form, ())
    assert not refuses(form, (b"\0", b"own"))


def test_the_issuer_refuses_doubled_free_rows_and_verifiers_accept_them() -> None:
    form = make({"name": "x", "label": "X", "type": "table", "rows": ["a", "b"], "free": 2})
    for rows in ([{"free": "a"}], [{"free": "c"}, {"free": "C"}], ["a", "a"], ["a", {"free": " A "}]):
        with pytest.raises(FormError):
            packed(form, rows)
    assert not refuses(form, (b"\0", b"a"))
    assert not refuses(form, (b"\0", b"c", b"c"))


def test_a_table_needs_rows_or_free_rows() -> None:
    for keys in ({}, {"free": 0}, {"free": -1}):
        with pytest.raises(FormError, match="a table needs rows, or free rows"):
            make({"name": "x", "label": "X", "type": "table"} | keys)


# parts

PARTS = (
    {"name": "one", "label": "One", "part": 1, "required": True},
    {"name": "two", "label": "Two", "part": 2, "required": True},
    {"name": "both", "label": "Both"},
)


def test_without_a_part_all_fields_and_all_required_apply() -> None:
    form = make(*PARTS, parts=["First", "Second"])
    form.check({1: b"Ann", 2: b"1", 3: b"2"}, None)
    for wire in ({1: b"Ann", 2: b"1"}, {1: b"Ann", 3: b"2"}):
        with pytest.raises(FormError, match="is required"):
            form.check(wire, None)


def test_with_a_part_only_its_own_fields_and_the_shared_ones_apply() -> None:
    form = make(*PARTS, parts=["First", "Second"])
    values = {"who": "Ann", "one": "1", "two": "2", "both": "3"}
    assert form.pack(values, part=1) == {1: b"Ann", 2: b"1", 4: b"3"}
    assert form.pack(values, part=2) == {1: b"Ann", 3: b"2", 4: b"3"}
    form.check({1: b"Ann", 2: b"1"}, 1)
    with pytest.raises(FormError, match="of another part"):
        form.check({1: b"Ann", 2: b"1", 3: b"2"}, 1)
    shown = form.show({1: b"Ann", 2: b"1"}, part=1, language="en")
    assert shown.part == "First"
    assert form.show({1: b"Ann"}, part=None, language="en").part is None


def test_a_part_beyond_the_forms_own_is_refused() -> None:
    with pytest.raises(FormError, match="part 3 of a form with 2 parts"):
        make(*PARTS, parts=["First", "Second"]).check({1: b"Ann"}, 3)
    with pytest.raises(FormError, match="part 1 of a form with 0 parts"):
        make().check({1: b"Ann"}, 1)
    with pytest.raises(FormError, match="part 1 of a form with 0 parts"):
        make().pack({"who": "Ann"}, part=1)
    with pytest.raises(FormError, match="part 3 of a form with 2 parts"):
        make(PARTS[0] | {"part": 3}, parts=["First", "Second"])
    for parts in ([], ["One"], ["1", "2", "3", "4", "5"]):
        with pytest.raises(FormError, match="parts"):
            make(parts=parts)


# step 11 and what is shown


def test_a_label_without_a_field_is_refused() -> None:
    with pytest.raises(FormError, match="label 2 is no field"):
        make().check({1: b"Ann", 2: b"x"}, None)


def test_at_least_one_field_of_the_holder_is_filled() -> None:
    form = make({"name": "alias", "label": "Alias", "holder": True}, {"name": "x", "label": "X"})
    form.check({2: b"A."}, None)
    with pytest.raises(FormError, match="holder"):
        form.check({3: b"x"}, None)
    with pytest.raises(FormError, match="names the holder"):
        form.pack({"x": "x"})
    with pytest.raises(FormError, match="no field names the holder"):
        through_bytes({"id": "a", "language": "en", "title": "T", "field": [{"name": "n", "label": "N"}]})
    with pytest.raises(FormError, match="no field names the holder in part 2"):
        through_bytes(
            {"id": "a", "language": "en", "title": "T", "field": [PERSON | {"part": 1}], "parts": ["1", "2"]}
        )


def test_kinds_of_wire_values() -> None:
    odd = [
        None,
        True,
        1.0,
        "plain",
        "é",
        b"plain",
        -1,
        2**53,
        (),
        (1,),
        (2008,),
        (b"",),
        (b"", b"x"),
        {},
        [1],
        ((1,),),
    ]
    fine = {
        "text": ["é", b"plain"],
        "number": [-1],
        "date": [-1],
        "choice": [],
        "table": [(b"", b"x")],
    }
    for kind, good in fine.items():
        keys = {"choice": {"list": ["a"]}, "table": {"free": 1}}.get(kind, {})
        form = make({"name": "x", "label": "X", "type": kind} | keys)
        assert [wire for wire in odd if not refuses(form, wire)] == good


def test_a_row_cell_or_choice_shows_its_code_if_it_has_one_else_its_text() -> None:
    grades = [{"code": "5", "en": "excellent", "ru": "отлично"}, {"en": "passed", "ru": "зачтено"}]
    rows = [
        {"code": "M", "en": "Mathematics", "ru": "Математика"},
        {"en": "{} as language", "with": "languages"},
    ]
    form = make(
        {"name": "c", "label": "C", "type": "choice", "list": "grades"},
        {
            "name": "t",
            "label": "T",
            "type": "table",
            "rows": "rows",
            "columns": [{"name": "g", "label": "G", "list": "grades"}],
        },
        title={"en": "Paper {c}", "ru": "Бумага {c}"},
        list=[
            {"name": "grades", "items": grades},
            {"name": "rows", "items": rows},
            {"name": "languages", "items": [{"code": "fr", "en": "French", "ru": "французский"}]},
        ],
    )
    values = {"who": "Ann", "c": "excellent", "t": [["математика", "отлично"], ["fr as language", "passed"]]}
    wire = form.pack(values)
    english, russian = (form.show(wire, part=None, language=language) for language in ("en", "ru"))
    assert english.title == "Paper 5"
    assert russian.title == "Бумага 5"
    assert [(shown.value, shown.text) for shown in english.fields] == [("Ann", "Ann"), ("5", "5 (excellent)")]
    assert russian.fields[1].text == "5 (отлично)"
    assert [(mark.subject, mark.mark, mark.text) for mark in russian.marks] == [
        ("M", "5", "5 (отлично)"),
        ("fr as language", "passed", "зачтено"),
    ]
    assert form.values(wire)["t"] == [["M", "5"], ["fr as language", "passed"]]


def test_an_absent_field_in_a_title_vanishes_with_one_blank_before_it() -> None:
    form = make(
        {"name": "a", "label": "A", "part": 1},
        {"name": "b", "label": "B"},
        title="Of {a}  {b}!{a}",
        parts=["1", "2"],
    )
    title = {
        (): "Of !",
        (2,): "Of x !x",
        (3,): "Of  x!",
        (2, 3): "Of x  x!x",
    }
    for keys, expected in title.items():
        assert form.show({1: b"Ann"} | dict.fromkeys(keys, b"x"), part=None, language="en").title == expected
    assert form.show({1: b"Ann", 2: b"x", 3: b"x"}, part=2, language="en").title == "Of  x!"


def test_a_title_names_fields_that_fit_on_a_line() -> None:
    with pytest.raises(FormError, match="the title names nothing, which is no field"):
        make(title="Of {nothing}")
    with pytest.raises(FormError, match="which is a table"):
        make({"name": "t", "label": "T", "type": "table", "free": 1}, title="Of {t}")


def test_an_unknown_language_shows_the_documents_own() -> None:
    form = make({"name": "d", "label": {"en": "Day", "ru": "День"}, "type": "date"})
    wire = form.pack({"who": "Ann", "d": "2008-05-17"})
    for language, label, text in (("ru", "День", "17 мая 2008 г."), ("fr", "Day", "17 May 2008")):
        shown = form.show(wire, part=None, language=language).fields[1]
        assert (shown.label, shown.text, shown.value) == (label, text, "2008-05-17")


def test_marks_tell_table_label_cells_and_row() -> None:
    form = make(
        {
            "name": "t",
            "label": {"en": "Courses", "ru": "Курсы"},
            "type": "table",
            "rows": [{"en": "Art", "ru": "Искусство"}],
            "free": 1,
            "columns": [
                {"name": "h", "label": "H", "range": "0..9", "unit": {"en": "h", "ru": "ч"}},
                {"name": "g", "label": "G", "list": ["A"], "optional": True},
            ],
        }
    )
    assert isinstance(form.fields[1].kind, Table)
    wire = form.pack({"who": "Ann", "t": [["Art", 3, None], {"free": "Own", "cells": [4, "A"]}]})
    art, own = form.show(wire, part=None, language="ru").marks
    assert (art.table, art.label, art.subject, art.row, art.free) == ("t", "Курсы", "Искусство", "Art", False)
    assert (art.mark, art.text, art.cells, art.texts) == (3, "3 ч", (3, None), ("3 ч", ""))
    assert (own.subject, own.row, own.free, own.text) == ("Own", "Own", True, "4 ч, A")
