"""Reading the office's part of a form, as people write it (TOML)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from qrcert.errors import FormError
from qrcert.form.dates import Date
from qrcert.form.headings import ISSUED, NUMBER, Headings
from qrcert.form.kinds import Choice, Words
from qrcert.form.model import Form
from qrcert.form.office import Export, Office, OfficeField, Rule
from qrcert.form.reading import build_form, document_language, is_language, is_name
from qrcert.form.reducing import in_languages, reduce_form
from qrcert.form.sentences import RECORDED, SPECIAL, Hole, Template, read_template
from qrcert.form.shape import array, fault, items, mapping, string, table, text
from qrcert.form.tables import Table
from qrcert.form.wording import Item, Text, quoted

_AGES = re.compile(r"([0-9]{1,3})\.\.([0-9]{1,3})", re.ASCII)


def read_office(toml: Mapping[str, Any]) -> Office:
    """Return the office's part of a form, checked against the form that it stands in.

    ``toml`` is the whole parsed form. Raises `FormError` for a form or an office that breaks the language.
    """
    data, translations = reduce_form(toml)
    form = build_form(data, translations=translations)
    tree = _OFFICE(toml.get("office", {}), _Reader(document_language(toml)), "office")
    fields = tuple([_field(one, form) for one in tree.get("field", ())])
    if len({one.name for one in fields}) < len(fields):
        raise FormError("office: two fields have one name")
    office = Office(
        also=tree.get("also", {}),
        ages={name: _ages(name, written, form) for name, written in tree.get("age", {}).items()},
        rules=tuple([_rule(one, form, fields) for one in tree.get("check", ())]),
        fields=fields,
        texts=_texts(tree.get("text", {}), form, fields),
        exports={name: _export(name, one, form, fields) for name, one in tree.get("export", {}).items()},
    )
    known = Headings(form, Office({}, {}, (), fields, {}))
    for other, meant in office.also.items():
        if not known.find(meant):
            raise FormError(f"office, also: {quoted(other)} means {quoted(meant)}, which is no heading")
    return office


class _Reader:
    """Makes texts and items of what stands in the office's part, all languages kept."""

    def __init__(self, language: str) -> None:
        self.language = language

    def text(self, value: object, where: str) -> Text:
        """Return a TEXT."""
        return Text(*in_languages(value, self.language, where))

    def item(self, value: object, where: str) -> Item:
        """Return an ITEM; there are no rows here, so it adds nothing."""
        if not isinstance(value, Mapping):
            return Item(self.text(value, where))
        code = value.get("code")
        if code is not None:
            string(code, self, f"{where}, code")
        return Item(self.text({key: word for key, word in value.items() if key != "code"}, where), code)


def _any(value: object, visitor: object, where: str) -> object:
    """Take anything: the field that it is for will judge it."""
    return value


_OFFICE = table(
    {
        "also": mapping(string),
        "age": mapping(string),
        "check": array(table({"if": mapping(_any), "all": mapping(array(_any))}, ("if", "all"))),
        "field": array(
            table(
                {"name": string, "label": text, "items": items, "ends": mapping(array(array(string)))},
                ("name", "label"),
            )
        ),
        "text": mapping(array(string)),
        "export": mapping(
            table(
                {
                    "title": text,
                    "columns": array(table({"title": string, "text": string}, ("title", "text"))),
                },
                ("columns",),
            )
        ),
    },
    (),
)


def _field(one: dict[str, Any], form: Form) -> OfficeField:
    where = f"office, field {quoted(one['name'])}"
    if not is_name(one["name"]):
        raise fault(where, "a name has a-z 0-9 _")
    if form.field(one["name"]) is not None or one["name"] in (NUMBER, ISSUED):
        raise fault(where, "the form itself has a field of that name")
    choices = one.get("items", ())
    for name, groups in one.get("ends", {}).items():
        other = form.field(name)
        if other is None or not isinstance(other.kind, Words):
            raise fault(where, f"ends of {quoted(name)}, which is no text field of the form")
        if len(groups) != len(choices):
            raise fault(where, f"{len(groups)} groups of endings for {len(choices)} items")
    ends = {
        name: tuple([tuple([ending.casefold() for ending in group]) for group in groups])
        for name, groups in one.get("ends", {}).items()
    }
    return OfficeField(one["name"], one["label"], choices, ends)


def _ages(name: str, written: str, form: Form) -> tuple[int, int]:
    where = f"office, age of {quoted(name)}"
    one = form.field(name)
    if one is None or not isinstance(one.kind, Date):
        raise fault(where, "no date field of the form")
    match = _AGES.fullmatch(written)
    if match is None or int(match[1]) > int(match[2]):
        raise fault(where, f"{quoted(written)}, where LEAST..GREATEST is due")
    return int(match[1]), int(match[2])


def _rule(one: dict[str, Any], form: Form, fields: tuple[OfficeField, ...]) -> Rule:
    own = {field.name: field for field in fields}
    given: dict[str, object] = {}
    for name, value in one["if"].items():
        field = form.field(name)
        if field is not None and not isinstance(field.kind, Table):
            given[name] = field.kind.value(field.pack(value))
        elif name in own:
            given[name] = own[name].pack(value)
        else:
            raise fault("office, check", f"no field is called {quoted(name)}")
    tables = {}
    for name, cells in one["all"].items():
        field = form.field(name)
        if field is None or not isinstance(field.kind, Table) or not field.kind.columns:
            raise fault("office, check", f"no table with columns is called {quoted(name)}")
        column = field.kind.columns[0]
        tables[name] = tuple([column.value(column.pack(cell)) for cell in cells])
    return Rule(given, tables)


def _texts(
    texts: Mapping[str, tuple[str, ...]], form: Form, fields: tuple[OfficeField, ...]
) -> dict[str, tuple[Template, ...]]:
    templates = {}
    for language, lines in texts.items():
        where = f"office, text {quoted(language)}"
        if not is_language(language):
            raise fault(where, "a language has 2 or 3 small letters")
        templates[language] = tuple([read_template(line) for line in lines])
        for hole in [hole for template in templates[language] for hole in template.holes()]:
            _check_hole(hole, where, form=form, fields=fields)
    return templates


def _export(name: str, one: dict[str, Any], form: Form, fields: tuple[OfficeField, ...]) -> Export:
    where = f"office, export {quoted(name)}"
    if not is_name(name):
        raise fault(where, "a name has a-z 0-9 _")
    if not one["columns"]:
        raise fault(where, "no column")
    titles = [column["title"] for column in one["columns"]]
    if twice := [title for title in titles if titles.count(title) > 1]:
        raise fault(where, f"two columns are called {quoted(twice[0])}")
    own = {field.name for field in fields}
    columns = []
    for column in one["columns"]:
        template = read_template(column["text"])
        for hole in template.holes():
            if hole.name in RECORDED:
                continue
            at = f"{where}, {quoted(column['title'])}"
            _check_hole(hole, at, form=form, fields=fields)
            if not (hole.name in SPECIAL or form.field(hole.name) or hole.name in own):
                raise fault(at, f"{{{hole.name}}} is no field")
        columns.append((column["title"], template))
    return Export(one.get("title"), tuple(columns))


def _check_hole(hole: Hole, where: str, *, form: Form, fields: tuple[OfficeField, ...]) -> None:
    """Raise `FormError` for a hole that nothing can fill, or that chooses where there are no items."""
    own = next((field for field in fields if field.name == hole.name), None)
    field = form.field(hole.name)
    if field is None and own is None:
        if (
            hole.name not in SPECIAL and not hole.words
        ):  # a choice by a field that is not kept takes its last word
            raise fault(where, f"{{{hole.name}}} is no field")
        return
    chooses = isinstance(field.kind, Choice) if field is not None else own is not None and bool(own.items)
    if hole.words and not chooses:
        raise fault(where, f"{{{hole.name}|…}} chooses, but the field has no items")
