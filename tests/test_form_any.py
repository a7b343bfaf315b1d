"""Any form and any value: what is packed is checked, read back and packed again to the same bytes."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st

from qrcert import cbor
from qrcert.errors import FormError
from qrcert.form import Choice, Column, Date, Field, Form, Number, Table, Words, read_form, reduce_form

FORMS = Path(__file__).parent.parent / "qrcert" / "forms"
RUSSIAN = "АБВГДЕЖЗабвгдежзё№«»"


def form_of(toml: dict[str, Any]) -> Form:
    data, translations = reduce_form(toml)
    raw = cbor.encode(data)
    decoded = cbor.decode(raw, max_depth=7, booleans=True)
    assert decoded == data
    return read_form(decoded, raw=raw, translations=translations)


@cache
def shipped() -> list[Form]:
    return [form_of(tomllib.loads(path.read_text("utf-8"))) for path in sorted(FORMS.glob("*.toml"))]


# forms

WORDS = st.text(st.sampled_from("abcé АБ{}()-."), min_size=1, max_size=6).filter(
    lambda word: word.strip() == word
)
NAMES = st.integers(0, 99).map("n{}".format)


def texts(words: st.SearchStrategy[str] = WORDS) -> st.SearchStrategy[Any]:
    return words | st.fixed_dictionaries({"en": words}, optional={"ru": words, "de": words})


ITEMS = st.lists(
    texts() | st.fixed_dictionaries({"en": WORDS, "code": WORDS}, optional={"ru": WORDS}),
    min_size=1,
    max_size=6,
    unique_by=lambda item: item.get("code", item["en"]) if isinstance(item, dict) else item,
)


@st.composite
def limits(draw: st.DrawFn) -> str:
    decimals = draw(st.integers(0, 3))
    ends = sorted(draw(st.tuples(*[st.integers(-(10**6), 10**6)] * 2)))
    if not decimals:
        return f"{ends[0]}..{ends[1]}"
    return "..".join(
        f"{'-' if end < 0 else ''}{abs(end) // 10**decimals}.{abs(end) % 10**decimals:0{decimals}d}"
        for end in ends
    )


@st.composite
def columns(draw: st.DrawFn) -> list[dict[str, Any]]:
    made = []
    for name in draw(st.lists(NAMES, max_size=3, unique=True)):
        content = draw(st.fixed_dictionaries({"list": ITEMS}) | st.fixed_dictionaries({"range": limits()}))
        made.append(
            {"name": name, "label": draw(texts())}
            | content
            | ({"optional": True} if draw(st.booleans()) else {})
        )
    return made


@st.composite
def tables(draw: st.DrawFn) -> dict[str, Any]:
    table: dict[str, Any] = {"type": "table", "free": draw(st.integers(0, 3)), "columns": draw(columns())}
    if draw(st.booleans()) or not table["free"]:
        table["rows"] = draw(st.sampled_from(["rows", "plain"]))
    return table


KINDS = st.one_of(
    st.fixed_dictionaries({"type": st.just("text")}, optional={"max": st.integers(1, 300)}),
    st.fixed_dictionaries({"type": st.just("number")}, optional={"range": limits()}),
    st.fixed_dictionaries({"type": st.just("number"), "digits": st.integers(1, 15)}),
    st.fixed_dictionaries(
        {"type": st.just("date")},
        optional={"unit": st.sampled_from(["day", "month"]), "partial": st.booleans()},
    ),
    st.fixed_dictionaries({"type": st.just("choice"), "list": st.just("plain") | ITEMS}),
    tables(),
)


@st.composite
def forms(draw: st.DrawFn) -> Form:
    plain, rows = draw(ITEMS), draw(ITEMS)
    adding = draw(st.sets(st.integers(0, 5)))
    rows = [
        (row if isinstance(row, dict) else {"en": row}) | {"with": "plain"} if place in adding else row
        for place, row in enumerate(rows)
    ]
    fields = [
        {"name": f"f{place}", "label": draw(texts())} | draw(KINDS)
        for place in range(draw(st.integers(1, 5)))
    ]
    fields.append({"name": "rows", "label": "rows", "type": "table", "rows": "rows"})
    toml = {
        "id": "any",
        "language": "en",
        "title": draw(texts(WORDS.filter(lambda word: "{" not in word))),
        "field": [{"name": "who", "label": "Name", "holder": True}, *fields],
        "list": [{"name": "plain", "items": plain}, {"name": "rows", "items": rows}],
    }
    if draw(st.booleans()):
        toml["letters"] = RUSSIAN
    try:
        return form_of(toml)
    except FormError as error:
        if "times in one list" not in str(error):  # two rows may happen to be printed alike
            raise
        return reject()


ANY_FORM = st.deferred(lambda: st.sampled_from(shipped())) | forms()

# values

TEXT = st.text(st.sampled_from("abz ~АБвё№é𝒳救"), min_size=1, max_size=20)


def cells(column: Column) -> st.SearchStrategy[Any]:
    full = values_of(column.content)
    return full | st.none() if column.optional else full


@st.composite
def rows_of(draw: st.DrawFn, table: Table) -> list[Any]:
    rows: list[Any] = []
    for row in table.rows:
        if draw(st.booleans()):
            added = draw(st.integers(0, len(row.adds) - 1)) if row.adds else None
            rows.append([row.word(added), *(draw(cells(column)) for column in table.columns)])
    for number in range(draw(st.integers(0, min(table.free, 3)))):
        free = {"free": f"free row {number} " + draw(TEXT)}
        rows.append(
            free | ({"cells": [draw(cells(column)) for column in table.columns]} if table.columns else {})
        )
    return rows


def values_of(kind: Any) -> st.SearchStrategy[Any]:
    if isinstance(kind, Words):
        return TEXT.map(lambda text: text[: kind.longest])
    if isinstance(kind, Number):
        return st.integers(kind.scale.low, kind.scale.high).map(kind.value)
    if isinstance(kind, Choice):
        return st.sampled_from([item.word for item in kind.items])
    if isinstance(kind, Table):
        return rows_of(kind)
    assert isinstance(kind, Date)
    years = st.integers(1800, 2199).map(str)
    months = st.builds("{}-{:02}".format, years, st.integers(1, 12))
    days = st.builds("{}-{:02}".format, months, st.integers(1, 28))
    whole = months if kind.month else days
    if kind.partial:
        return whole | years | (months if not kind.month else whole)
    return whole


@st.composite
def filled(draw: st.DrawFn) -> tuple[Form, dict[str, Any]]:
    form = draw(ANY_FORM)
    values = {}
    for one in form.fields:
        if one.required or one.holder or draw(st.booleans()):
            value = draw(values_of(one.kind))
            assume(value != [] or not one.required)
            if value != []:
                values[one.name] = value
    return form, values


@settings(max_examples=150, deadline=None)
@given(filled())
def test_any_values_of_any_form_come_back(pair: tuple[Form, dict[str, Any]]) -> None:
    form, values = pair
    wire = form.pack(values)
    form.check(wire, None)
    encoded = cbor.encode(wire)
    again = cbor.decode(encoded)
    form.check(again, None)
    assert again == wire
    assert form.values(wire) == values
    assert form.pack(form.values(wire)) == wire
    for language in ("en", "ru", "xx"):
        shown = form.show(wire, part=None, language=language)
        assert [one.value for one in shown.fields] == [
            value for value in values.values() if not isinstance(value, list)
        ]
        assert len(shown.marks) == sum(len(value) for value in values.values() if isinstance(value, list))


# the wire

LEAF = st.integers(-100_000, 100_000) | st.binary(max_size=8) | TEXT | st.integers(-(2**53) + 1, 2**53 - 1)
WIRE = LEAF | st.lists(LEAF, max_size=3).map(tuple)


@st.composite
def wires(draw: st.DrawFn, one: Field) -> Any:
    """Draw wire values that are sometimes good: table bits of about the right length above all."""
    if isinstance(one.kind, Table) and draw(st.booleans()):
        size = (len(one.kind.rows) + 7) // 8
        bits = draw(st.binary(min_size=size, max_size=size + 4))
        texts = draw(st.lists(TEXT.map(one.kind.words.alphabet.pack), max_size=2))
        return (bits, *texts) if texts else bits
    return draw(WIRE)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_wire_value_fails_or_packs_again_to_itself(data: st.DataObject) -> None:
    form = data.draw(ANY_FORM)
    one = data.draw(st.sampled_from(form.fields))
    wire = data.draw(wires(one))
    try:
        one.kind.check(wire)
    except FormError:
        return
    value = one.kind.value(wire)
    try:
        again = one.pack(value)
    except FormError as error:  # verifiers accept what issuers do not write: doubled free rows
        if {str(fault) for fault in error.faults} <= {
            "a free row that the form lists",
            "the row stands twice",
        }:
            return
        raise
    assert again == wire


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_every_bit_string_is_one_table_or_none(data: st.DataObject) -> None:
    """Check and reading agree with a plain reading of the rule, digit by digit."""
    form = data.draw(ANY_FORM)
    tables = [one.kind for one in form.fields if isinstance(one.kind, Table)]
    assume(tables)
    table = data.draw(st.sampled_from(tables))
    values = data.draw(rows_of(table))
    assume(values)
    wire = table.pack(values)
    bits = wire[0] if isinstance(wire, tuple) else wire
    place = data.draw(st.integers(0, max(0, 8 * len(bits) - 1)))
    flipped = bytes(
        byte ^ (128 >> place % 8 if where == place // 8 else 0) for where, byte in enumerate(bits)
    )
    changed = (flipped, *wire[1:]) if isinstance(wire, tuple) else flipped
    try:
        table.check(changed)
    except FormError:
        assert plainly(table, changed) is None
    else:
        assert plainly(table, changed) == table.value(changed)


def plainly(table: Table, wire: Any) -> list[Any] | None:
    """Return the rows as the format's own words give them, or None where they refuse; free texts are good."""
    bits, *texts = wire if isinstance(wire, tuple) else (wire,)
    digits = "".join(f"{byte:08b}" for byte in bits)

    def take(states: int) -> int:
        nonlocal digits
        width = (states - 1).bit_length()
        assert len(digits) >= width, "short"
        taken, digits = digits[:width], digits[width:]
        state = int(taken or "0", 2)
        assert state < states, "state"
        return state

    try:
        present = [bool(take(2)) for _ in table.rows]
        rows: list[Any] = []
        for row in [row for row, bit in zip(table.rows, present, strict=True) if bit] + texts:
            listed = row in table.rows
            added = take(len(row.adds)) if listed and row.adds else None
            cells = [column.value(take(column.states)) for column in table.columns]
            if listed:
                rows.append([row.word(added), *cells])
            else:
                text = table.words.value(row)
                rows.append({"free": text, "cells": cells} if table.columns else {"free": text})
        assert len(digits) < 8, "fill"
        assert "1" not in digits, "fill"
    except AssertionError:
        return None
    return rows or None


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.integers(-5, 30), WIRE, max_size=6), st.sampled_from([None, 1, 2, 5]))
def test_any_payload_fails_or_packs_again_to_itself(wire: dict[int, Any], part: int | None) -> None:
    for form in shipped():
        try:
            form.check(wire, part)
        except FormError:
            continue
        assert form.pack(form.values(wire), part=part) == wire
