"""What is no form: every unknown or misplaced thing is told, and hostile data gives a Form or a FormError, soon."""

from __future__ import annotations

import copy
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qrcert import cbor
from qrcert.errors import FormError
from qrcert.form import Form, read_form, reduce_form

SHIPPED = Path(__file__).parent.parent / "qrcert" / "forms"
GOOD = """
id = "good.form"
language = "en"
title = { en = "Title {c}", ru = "Заголовок {c}" }
letters = "АБВ"
number = { digits = 9 }
parts = [ "One", { en = "Two", ru = "Два" } ]
[[field]]
name = "who"
label = { en = "Name", ru = "Имя" }
holder = true
max = 60
[[field]]
name = "n"
type = "number"
label = "Number"
range = "0.5..9.5"
unit = { en = "kg", ru = "кг" }
required = true
part = 1
[[field]]
name = "d"
type = "date"
label = "Day"
partial = true
[[field]]
name = "c"
type = "choice"
label = "Choice"
list = [ "a", { code = "b", en = "bee" } ]
[[field]]
name = "t"
type = "table"
label = "Table"
rows = "rows"
free = 2
columns = [
  { name = "k", label = "K", list = "marks", optional = true },
  { name = "p", label = "P", range = "0..9", digits = 2 },
]
[[list]]
name = "rows"
items = [ "r", { en = "s {}", with = "marks" } ]
[[list]]
name = "marks"
items = [ "1", "2", "3" ]
"""


def good() -> dict[str, Any]:
    return tomllib.loads(GOOD)


def read(data: Any) -> Form:
    return read_form(data, raw=b"")


def change(form: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    """Return the form with ``value`` at a path such as ``field.3.list.1.code``; None takes the key away."""
    form = copy.deepcopy(form)
    *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    place: Any = form
    for step in way:
        place = place[step]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return form


def test_what_is_no_table_is_no_form() -> None:
    for data in (None, 5, "form", b"form", [], (), [{"id": "a"}]):
        with pytest.raises(FormError, match="where a form is due"):
            reduce_form(data)  # type: ignore[arg-type]
        with pytest.raises(FormError, match="where a form is due"):
            read(data)


def test_the_good_form_is_good() -> None:
    form = read(reduce_form(good())[0])
    assert [one.name for one in form.fields] == ["who", "n", "d", "c", "t"]


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("colour", "red", "unknown key 'colour'"),
        ("field.0.colour", "red", "field 1: unknown key 'colour'"),
        ("field.4.columns.0.colour", "red", "field 5, columns 1: unknown key 'colour'"),
        ("list.0.colour", "red", "list 1: unknown key 'colour'"),
        ("number.colour", "red", "number: unknown key 'colour'"),
        ("field.0.range", "1..2", "field 1: unknown key 'range'"),
        ("field.1.max", 10, "field 2: unknown key 'max'"),
        ("field.2.list", "marks", "field 3: unknown key 'list'"),
        ("field.3.rows", "rows", "field 4: unknown key 'rows'"),
        ("id", None, "id is missing"),
        ("language", None, "language is None"),
        ("title", None, "title is missing"),
        ("field", None, "field is missing"),
        ("field.0.name", None, "field 1: name is missing"),
        ("field.0.label", None, "field 1: label is missing"),
        ("field.3.list", None, "field 4: list is missing"),
        ("list.0.items", None, "list 1: items is missing"),
        ("list.0.name", None, "list 1: name is missing"),
        ("number.digits", None, "number: digits is missing"),
        ("id", "Good.Form", "id is 'Good.Form'"),
        ("id", "..", "id is '..'"),
        ("id", "good/form", "id is 'good/form'"),
        ("id", "good.form\n", "id is"),
        ("edition", 0, "edition is 0"),
        ("edition", "1", "edition: a text, where an integer is due"),
        ("edition", True, "edition: true or false"),
        ("language", "english", "language is 'english'"),
        ("language", "EN", "language is 'EN'"),
        ("language", "e", "language is 'e'"),
        ("language", 1, "language is 1"),
        ("title", 5, "title: an integer"),
        ("title", ["x"], "title: an array"),
        ("field.0.type", "colour", "field 1: type is none of text, number"),
        ("field.0.type", ["text"], "field 1: type is none of"),
        ("field.0.name", "Who", "field 1 is called 'Who'"),
        ("field.0.name", "", "field 1 is called ''"),
        ("field.0.name", "n", "two fields are called n"),
        ("field.0.holder", 1, "field 1, holder: an integer"),
        ("field.0.required", "yes", "field 1, required: a text"),
        ("field.0.max", 301, "field 'who': max is 301"),
        ("field.0.max", 0, "field 'who': max is 0"),
        ("field.1.part", 3, "field 'n': part 3 of a form with 2 parts"),
        ("field.1.part", 0, "field 'n': part 0"),
        ("field.1.range", 5, "field 2, range: an integer"),
        ("field.1.range", "5", "field 'n': range is '5'"),
        ("field.3.list", "nothing", "field 'c': no list is called 'nothing'"),
        ("field.3.list", [], "field 'c': a list without items"),
        ("field.3.list", ["a", ""], "field 4, list 2|an empty item"),
        ("field.3.list", [5], "field 4, list 1: an integer"),
        ("field.4.rows", "nothing", "field 't': no list is called 'nothing'"),
        ("field.4.free", -1, "field 't': a table needs rows"),
        ("field.4.free", True, "field 5, free: true or false"),
        ("field.4.columns", "k", "field 5, columns: a text, where an array is due"),
        ("field.4.columns.1.name", "k", "two columns have one name"),
        ("field.4.columns.1.name", "K", "a name has a-z 0-9 _"),
        ("field.4.columns.0.digits", 2, "digits and unit go with a range"),
        ("field.4.columns.0.unit", "kg", "digits and unit go with a range"),
        ("field.4.columns.1.digits", 16, "digits is 16"),
        ("list.1.name", "rows", "two lists are called 'rows'"),
        ("list.0.items.1.with", "nothing", "no list is called 'nothing'"),
        ("list.0.items.1.with", ["1"], "holds what is no text"),
        ("list.0.items.1.code", 5, "holds what is no text"),
        ("list.0.items.1.code", "", "holds what is no text, or an empty one"),
        ("parts", ["One"], "1 parts"),
        ("parts", "One", "parts: a text, where an array is due"),
        ("letters", 5, "letters: an integer"),
        ("letters", "АА", "letters holds 'А' twice"),
        ("number", 14, "number: an integer, where a table is due"),
    ],
)
def test_one_fault_is_told_with_its_place(path: str, value: object, said: str) -> None:
    with pytest.raises(FormError, match=said.replace("(", r"\(")):
        reduce_form(change(good(), path, value))


@pytest.mark.parametrize(
    "title",
    [
        {"en": "Title", "title": "Titel"},
        {"en": "Title", "EN": "Title"},
        {"en": "Title", "english": "Title"},
        {"en": "Title", "code": "T"},
        {"en": "Title", "with": "marks"},
        {"en": "Title", "e": "Title"},
        {"en": "Title", "ru": 5},
        {"en": "Title", 5: "five"},
    ],
)
def test_a_key_that_is_no_language_may_not_stand_among_languages(title: object) -> None:
    with pytest.raises(FormError, match="title"):
        reduce_form(change(good(), "title", title))


@pytest.mark.parametrize("key", ["id", "max"])
def test_a_form_key_that_shadows_a_language_key_is_refused(key: str) -> None:
    """`id` and `max` look like languages: Indonesian is one, and neither may slip into the other's place."""
    with pytest.raises(FormError, match="unknown key"):
        reduce_form(change(good(), "field.0", {"name": "who", "label": "Name", "holder": True, "ru": "Имя"}))
    with pytest.raises(FormError, match=f"unknown key '{key}'"):
        reduce_form(change(good(), "list.0", {"name": "rows", "items": ["r", "s"], key: "x"}))
    with pytest.raises(FormError):
        reduce_form(change(good(), "list.1.items.0", {key: "1"}))
    form = change(good(), "language", key)
    with pytest.raises(FormError, match=f"no text in the document's language '{key}'"):
        reduce_form(form)


def test_hashed_bytes_hold_one_language_and_no_map_where_a_text_will_do() -> None:
    data = reduce_form(good())[0]
    for path, value in (
        ("title", {"en": "Title"}),
        ("field.0.label", {"en": "Name"}),
        ("list.0.items.0", {"en": "r"}),
        ("list.0.items.1", {"en": "s {}", "ru": "с {}", "with": "marks"}),
        ("list.0.items.1", {"with": "marks"}),
        ("list.0.items.1", {"ru": "с {}", "with": "marks"}),
        ("list.0.items.1", {}),
        ("office", {}),
    ):
        changed = change(
            {
                **data,
                "list": [dict(one, items=list(one["items"])) for one in data["list"]],
                "field": [dict(one) for one in data["field"]],
            },
            path,
            value,
        )
        with pytest.raises(FormError):
            read(changed)


def test_doubled_items_are_the_issuers_fault_and_no_reason_to_refuse_a_certificate() -> None:
    form = change(good(), "field.3.list", ["1", "2", "1"])
    with pytest.raises(FormError, match="field c: '1' stands 2 times in one list"):
        reduce_form(form)
    rows = change(good(), "list.0.items", ["s 1", {"en": "s {}", "with": "marks"}])
    with pytest.raises(FormError, match="'s 1' stands 2 times"):
        reduce_form(rows)
    data = change(
        reduce_form(good())[0],
        "list",
        ({"name": "rows", "items": ("r", "r")}, {"name": "marks", "items": ("1",)}),
    )
    assert read(data).fields[4].kind.type == "table"


# any decoded CBOR

SCALARS = (
    st.integers(-(2**53) + 1, 2**53 - 1)
    | st.booleans()
    | st.binary(max_size=8)
    | st.text(max_size=8)
    | st.sampled_from(["en", "text", "table", "date", "marks", "rows", "0..9", "0.1..0.9", "month"])
)
KEYS = st.integers(-24, 23) | st.sampled_from(
    (
        *(
            "id",
            "edition",
            "language",
            "letters",
            "title",
            "number",
            "parts",
            "field",
            "list",
            "name",
            "label",
        ),
        *("type", "holder", "required", "part", "max", "range", "unit", "digits", "partial", "until", "rows"),
        *("free", "columns", "optional", "items", "code", "with", "en", "ru"),
    )
)
ANY = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4).map(tuple) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=30,
)


def tried(data: Any) -> Form | None:
    try:
        return read(data)
    except FormError:
        return None


@settings(max_examples=150, deadline=None)
@given(ANY)
def test_any_decoded_cbor_is_a_form_or_a_form_error(data: Any) -> None:
    tried(data)


def paths(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [way]
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, tuple) else ()
    for key, inside in steps:
        found += paths(inside, (*way, key))
    return found


def put(value: Any, way: tuple[Any, ...], new: Any) -> Any:
    if not way:
        return new
    if isinstance(value, dict):
        return value | {way[0]: put(value[way[0]], way[1:], new)}
    return tuple(
        put(inside, way[1:], new) if place == way[0] else inside for place, inside in enumerate(value)
    )


DATA = reduce_form(good())[0]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(paths(DATA)), ANY | SCALARS)
def test_a_form_with_anything_in_any_place_is_a_form_or_a_form_error(way: tuple[Any, ...], new: Any) -> None:
    form = tried(put(DATA, way, new))
    if form is not None:
        for part in (None, 1):
            try:
                form.check({1: b"Ann", 2: 10, 4: 0, 5: b"\x80"}, part)
            except FormError:
                continue


def hostile() -> list[dict[str, Any]]:
    """Return forms of nearly 64 KiB that ask for much work."""
    holder = {"name": "n", "label": "N", "holder": True}
    form = {"id": "a", "language": "en", "title": "T", "field": (holder,)}
    column = {"name": "c", "label": "C", "range": "0..9007199254740991"}
    columns = tuple(column | {"name": f"c{n}"} for n in range(1400))
    adding = tuple({"en": f"{{}} {n}", "with": "b"} for n in range(500))
    table = {"name": "t", "label": "T", "type": "table", "free": 2**53 - 1}
    rows = table | {"rows": "a", "columns": columns[:800]}
    lists = ({"name": "a", "items": adding}, {"name": "b", "items": tuple(map(str, range(500)))})
    return [
        form | {"title": "{n}" * 21_000},
        form | {"letters": "é" * 32_000},
        form | {"field": (holder, table | {"columns": columns})},
        form | {"field": (holder, rows), "list": lists},
        form
        | {
            "field": (
                holder,
                *({"name": f"t{n}", "label": "T", "type": "table", "rows": "a"} for n in range(22)),
            )
        }
        | {"list": lists},
        form | {"field": tuple({"name": f"n{n}", "label": ""} for n in range(3000))},
        form | {"parts": ("",) * 60_000},
        {"a" * 60_000: 1},
    ]


@pytest.mark.parametrize("number", range(len(hostile())))
def test_a_hostile_form_is_read_or_refused(number: int) -> None:
    data = hostile()[number]
    raw = cbor.encode(data)
    assert len(raw) <= 65_536
    with suppress(FormError):
        read_form(data, raw=raw).check({1: b"Ann"}, None)


def test_a_form_from_its_bytes() -> None:
    for path in SHIPPED.glob("*.toml"):
        data, translations = reduce_form(tomllib.loads(path.read_text("utf-8")))
        raw = cbor.encode(data)
        form = read_form(cbor.decode(raw, booleans=True), raw=raw, translations=translations)
        assert form.id == path.name.removesuffix(".toml")
