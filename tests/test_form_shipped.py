"""The eight shipped forms: their hashes are on paper for ever, their samples fill them well."""

from __future__ import annotations

import json
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from qrcert import cbor, text, wire
from qrcert.form import Form, Headings, read_form, read_office, reduce_form, sample_of
from qrcert.trust import compile_form, open_form

FORMS = Path(__file__).parent.parent / "qrcert" / "forms"
SAMPLES = json.loads((FORMS / "samples.json").read_text("utf-8"))
ISSUED = date(2026, 6, 25)

# A changed hash is another form: papers signed under the old one stay with it, so a change is a new edition.
HASHES = {
    "course.completion": "2f47777ed6ea1ee09aa1767d8294143c",
    "de.abitur": "3a53fd4819b503c45dccd7b8dab28e74",
    "gb.gcse": "22a2212dc3737a70229d06cae388ce51",
    "ib.diploma": "291b8d90008affb2371547bb183ae115",
    "participation": "99d0e9215efac1222bd092655544fa80",
    "ru.attestat.11": "ecef42ac29f22059af03eb642f298baa",
    "ru.attestat.9": "c41ad3f6a742abc307f8fb7ab9c36689",
    "school.leaving": "59ad479e67326d7d22a45965210b493c",
}
LANGUAGES = {
    "course.completion": ("ru", "en"),
    "de.abitur": ("de", "en"),
    "gb.gcse": ("en",),
    "ib.diploma": ("en", "es", "fr"),
    "participation": ("ru", "en"),
    "ru.attestat.11": ("ru", "en"),
    "ru.attestat.9": ("ru", "en"),
    "school.leaving": ("en", "ru"),
}
SIGNED = 64 + 21
"""Bytes of a certificate beside its payload: signature, headers, heads."""

every = pytest.mark.parametrize("name", sorted(HASHES))


def parsed(name: str) -> dict[str, Any]:
    return tomllib.loads((FORMS / f"{name}.toml").read_text("utf-8"))


def form_of(name: str) -> Form:
    data, translations = reduce_form(parsed(name))
    raw = cbor.encode(data)
    return read_form(cbor.decode(raw, booleans=True), raw=raw, translations=translations)


def test_eight_forms_are_shipped_each_with_a_sample() -> None:
    assert sorted(path.name for path in FORMS.glob("*.toml")) == [f"{name}.toml" for name in sorted(HASHES)]
    assert sorted(SAMPLES) == sorted(HASHES)


@every
def test_the_hash_is_the_one_on_paper(name: str) -> None:
    form = form_of(name)
    assert form.id == name
    assert form.hash.hex() == HASHES[name]


@every
def test_every_language_of_a_form_is_whole(name: str) -> None:
    """Every text is translated but those that are the same everywhere, such as marks and names of languages."""
    assert form_of(name).languages == LANGUAGES[name]
    _, translations = reduce_form(parsed(name))
    data = parsed(name)
    bare = (
        sum(isinstance(item, str) for one in data["list"] for item in one["items"]) if "list" in data else 0
    )
    for texts in translations.values():
        assert sum(not one for one in texts) <= bare + 4


@every
def test_a_sample_is_packed_checked_and_read_back(name: str) -> None:
    form, sample = form_of(name), SAMPLES[name]
    packed = form.pack(sample["values"])
    form.check(packed, None)
    form.check_number(form.pack_number(sample["number"]))
    assert form.values(packed) == sample["values"]
    assert form.number_text(form.pack_number(sample["number"])) == sample["number"]


@every
def test_a_sample_fits_its_code_and_may_be_shown(name: str) -> None:
    form, sample = form_of(name), SAMPLES[name]
    payload = {0: form.hash, -1: 20_000, -2: form.pack_number(sample["number"])} | form.pack(sample["values"])
    assert len(cbor.encode(payload)) + SIGNED <= wire.MAX_BYTES // 4
    for value in json.dumps(sample, ensure_ascii=False).replace("\n", " ").split('"'):
        assert not text.faults(value), value


@every
def test_a_sample_is_plausible_and_its_office_fields_are_known(name: str) -> None:
    form, office, sample = form_of(name), read_office(parsed(name)), SAMPLES[name]
    values = form.values(form.pack(sample["values"]))
    entries = {own: office.field(own) for own in sample["office"]}
    packed = {own: field.pack(sample["office"][own]) for own, field in entries.items() if field is not None}
    assert packed == sample["office"]
    assert office.faults(values | packed, issued=ISSUED) == []


@every
def test_the_page_of_a_sample_has_holder_and_school_in_every_language(name: str) -> None:
    form, office, sample = form_of(name), read_office(parsed(name)), SAMPLES[name]
    assert set(form.languages) == set(office.texts)
    for language in form.languages:
        lines = office.sentences(
            form,
            form.pack(sample["values"]),
            language=language,
            entries=sample["office"],
            school="Школа № 17",
            place="Щёлково",
        )
        assert [line.about for line in lines if line.about] in (["holder", "school"], ["school", "holder"])
        assert not any(mark in line.text for line in lines for mark in "{}[]|")
        assert "Школа № 17, Щёлково" in [line.text for line in lines]


@every
def test_every_heading_of_a_class_list_means_one_thing_but_rows_of_two_tables(name: str) -> None:
    form, office = form_of(name), read_office(parsed(name))
    headings = Headings(form, office)
    for one in form.fields:
        for spelling in (one.name, *one.label.everywhere()):
            meant = headings.find(spelling)
            assert len(meant) == 1 or name == "de.abitur", (spelling, meant)
            assert any(heading.name == one.name for heading in meant)
    for other, meant_by in office.also.items():
        assert headings.find(other) == headings.find(meant_by)


def test_honours_go_with_excellent_marks_and_a_project_without_one() -> None:
    for name in ("ru.attestat.9", "ru.attestat.11"):
        form, office = form_of(name), read_office(parsed(name))
        values = {"honours": "с отличием", "marks": [["Физика", "5"], ["Индивидуальный проект", "зачтено"]]}
        assert office.faults(values, issued=ISSUED) == []
        values["marks"].append(["Химия", "4"])  # type: ignore[union-attr]
        assert [fault.row for fault in office.faults(values, issued=ISSUED)] == ["Химия"]
        assert form.parts[0].original == "Титул"


def test_an_attestat_in_two_parts() -> None:
    form, values = form_of("ru.attestat.11"), SAMPLES["ru.attestat.11"]["values"]
    title, supplement = form.pack(values, part=1), form.pack(values, part=2)
    form.check(title, 1)
    form.check(supplement, 2)
    assert form.show(title, part=1, language="ru").title == "Аттестат о среднем общем образовании с отличием"
    assert form.show(title, part=1, language="ru").marks == ()
    assert form.show(supplement, part=2, language="en").title == "Certificate of Secondary General Education"
    assert form.values(title) | form.values(supplement) == form.values(form.pack(values))


def test_school_leaving_takes_marks_as_schools_all_over_the_world_write_them() -> None:
    form = form_of("school.leaving")
    given = {"given": "A", "born": "2008", "finished": "2026"}
    for mark in ("5", 5, 5.0, "100", "13.5", "13,5", "7.0", "A*", "b-", "merit", "отлично", "Distinction"):
        rows = form.values(form.pack(given | {"marks": [["Mathematics", mark, None]]}))["marks"]
        assert str(rows[0][1]).casefold()[:1] in str(mark).casefold() or mark == "отлично"


FAIR = """
id = "fair.place"
language = "en"
title = "Science fair certificate"
field = [
  { name = "name",  label = "Name", holder = true },
  { name = "place", label = "Award", type = "choice", list = ["First place", "Second place", "Participant"] },
]
"""
SUMMARY = """
id = "summary"
language = "ru"
letters = "АБВабв"
title = "Итоги"
number = { digits = 6 }
[[field]]
name = "name"
label = "Имя"
holder = true
max = 12
[[field]]
name = "gpa"
label = "Балл"
type = "number"
range = "0.00..4.00"
[[field]]
name = "season"
label = "Сессия"
type = "date"
unit = "month"
[[field]]
name = "day"
label = "День"
type = "date"
[[field]]
name = "works"
label = "Работы"
type = "table"
free = 2
[[field]]
name = "areas"
label = "Предметы"
type = "table"
rows = ["Алгебра", "Химия"]
columns = [{ name = "mark", label = "Отметка", range = "1..5" }]
"""


@pytest.mark.parametrize("source", [FAIR, SUMMARY])
def test_a_sample_is_made_up_for_any_other_form(source: str) -> None:
    form = open_form(compile_form(source))
    assert form is not None
    sample = sample_of(form)
    form.check(form.pack(sample.values), None)
    form.check_number(form.pack_number(sample.number))
    assert {field.name for field in form.fields} == set(sample.values)
