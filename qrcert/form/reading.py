"""From the bytes of a form, as a trust list carries them, to a `Form`: nothing that breaks the language gets by."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any

from qrcert.errors import FormError
from qrcert.form.alphabet import Alphabet
from qrcert.form.columns import Column
from qrcert.form.dates import Date
from qrcert.form.kinds import Choice, Kind, Number, Words
from qrcert.form.model import HOLE, Field, Form
from qrcert.form.scale import MAX_DIGITS, read_scale
from qrcert.form.shape import called, fault, walk
from qrcert.form.tables import Row, Table
from qrcert.form.wording import Item, Text, quoted

MAX_BYTES = 65_536
"""A form: the longest tried has 5 kB; a list carries up to 1 000 of them."""

MAX_ITEMS = 1_000
"""Items of all lists of a form together."""

MAX_FIELDS = 23
"""The labels 1..23, which CBOR writes in one byte."""

MAX_TEXT, DEFAULT_TEXT = 300, 100
"""Code points of a text field: a code must stay readable, and the whole certificate has 2 048 bytes."""

FEWEST_PARTS, MOST_PARTS = 2, 4
"""A form is in one piece or in a few that one sheet each carries."""

HASH_BYTES = 16
"""A form's name in certificates and lists: SHA-256 of its bytes, cut."""

_ID = re.compile(r"[a-z0-9]+(?:\.[a-z0-9]+)*", re.ASCII)
_NAME = re.compile(r"[a-z0-9_]+", re.ASCII)
_LANGUAGE = re.compile(r"[a-z]{2,3}", re.ASCII)


def read_form(data: object, *, raw: bytes, translations: Mapping[str, Sequence[str]] | None = None) -> Form:
    """Return the form that ``data`` is, decoded from its bytes ``raw``.

    ``translations`` holds by language one text for each TEXT and ITEM, empty where there is none; a language
    with another number of texts is left out. Raises `FormError` for everything that is not a form.
    """
    if len(raw) > MAX_BYTES:
        raise FormError(f"a form of {len(raw)} bytes, at most {MAX_BYTES} are allowed")
    digest = hashlib.sha256(raw).digest()[:HASH_BYTES]
    return build_form(data, digest=digest, translations=translations or {})


def build_form(
    data: object, *, digest: bytes = b"", translations: Mapping[str, Sequence[str]] | None = None
) -> Form:
    """Return the form that reduced ``data`` is, called ``digest``; raise `FormError`."""
    if not isinstance(data, Mapping):
        raise FormError(f"{called(data)}, where a form is due")
    reader = _Reader(document_language(data))
    tree = walk(data, reader, "")
    languages = reader.translate(translations or {})
    return _Builder(tree).form(digest, languages)


def is_language(key: object) -> bool:
    """Tell whether a key of a TEXT is a language: 2 or 3 small letters; every other key is longer."""
    return isinstance(key, str) and _LANGUAGE.fullmatch(key) is not None


def is_name(name: str) -> bool:
    """Tell whether a field, column or office field may be called ``name``: a-z 0-9 _."""
    return _NAME.fullmatch(name) is not None


def document_language(form: Mapping[str, Any]) -> str:
    """Return the language of the document; raise `FormError` where it is none."""
    language = form.get("language")
    if not isinstance(language, str) or not is_language(language):
        raise FormError(f"language is {quoted(language)}, where 2 or 3 small letters are due")
    return language


class _Reader:
    """Makes a `Text` of every TEXT and an `Item` of every ITEM of a reduced form, and translates them all."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._others: list[dict[str, str]] = []
        self._items = 0

    def text(self, value: object, where: str) -> Text:
        """Return a TEXT, which is bare where it is hashed."""
        if not isinstance(value, str):
            raise fault(where, f"{called(value)}, where a text is due")
        self._others.append({})
        return Text(value, self._others[-1])

    def item(self, value: object, where: str) -> Item:
        """Return an ITEM: a bare text, or a map with a code or a `with` and its one text."""
        self._items += 1
        if self._items > MAX_ITEMS:
            raise FormError(f"more than {MAX_ITEMS} items in the lists of a form")
        if isinstance(value, Mapping):
            known = {"code", "with", self.language}
            if not {self.language} < value.keys() <= known:
                raise fault(
                    where, f"an item has {self.language}, code and with, where a bare text will not do"
                )
            if not all(isinstance(value[key], str) and value[key] for key in value):
                raise fault(where, "an item holds what is no text, or an empty one")
            return Item(self.text(value[self.language], where), value.get("code"), value.get("with"))
        if value == "":
            raise fault(where, "an empty item")
        return Item(self.text(value, where))

    def translate(self, translations: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
        """Give every text its translations; return the languages, the document's first."""
        languages = [self.language]
        for language, texts in sorted(translations.items()):
            if language == self.language or len(texts) != len(self._others):
                continue
            languages.append(language)
            for others, text in zip(self._others, texts, strict=True):
                if text:
                    others[language] = text
        return tuple(languages)


class _Builder:
    """Puts a form together from its walked tree, one rule of the language at a time."""

    def __init__(self, tree: dict[str, Any]) -> None:
        self._tree = tree
        self._words = Alphabet(tree.get("letters", ""))
        self._lists: dict[str, tuple[Item, ...]] = {}
        for one in tree.get("list", ()):
            if one["name"] in self._lists:
                raise FormError(f"two lists are called {quoted(one['name'])}")
            self._lists[one["name"]] = one["items"]
        self._adding = {name for name, items in self._lists.items() if _adds(items)}

    def form(self, digest: bytes, languages: tuple[str, ...]) -> Form:
        """Return the form; raise `FormError`."""
        tree = self._tree
        if not _ID.fullmatch(tree["id"]):
            raise FormError(f"id is {quoted(tree['id'])}, where a-z 0-9 with single dots are due")
        edition = tree.get("edition", 1)
        if edition < 1:
            raise FormError(f"edition is {edition}, editions count from 1")
        digits = tree["number"]["digits"] if "number" in tree else None
        if digits is not None and not 1 <= digits <= MAX_DIGITS:
            raise FormError(f"the number has {digits} digits, 1..{MAX_DIGITS} are possible")
        parts = tree.get("parts", ())
        if "parts" in tree and not FEWEST_PARTS <= len(parts) <= MOST_PARTS:
            raise FormError(f"{len(parts)} parts, {FEWEST_PARTS}..{MOST_PARTS} are possible")
        if not 1 <= len(tree["field"]) <= MAX_FIELDS:
            raise FormError(f"{len(tree['field'])} fields, 1..{MAX_FIELDS} are possible")
        fields = tuple([self._field(key, one, len(parts)) for key, one in enumerate(tree["field"], 1)])
        _check_together(fields, len(parts))
        self._check_adding()
        _check_title(tree["title"].original, fields)
        return Form(digest, tree["id"], edition, languages, tree["title"], fields, parts, digits)

    def _field(self, key: int, one: dict[str, Any], parts: int) -> Field:
        if not is_name(one["name"]):
            raise FormError(f"field {key} is called {quoted(one['name'])}, where a-z 0-9 _ are due")
        where = f"field {quoted(one['name'])}"
        part = one.get("part")
        if part is not None and not 1 <= part <= parts:
            raise fault(where, f"part {part} of a form with {parts} parts")
        try:
            kind = self._kind(one)
        except FormError as error:
            raise fault(where, str(error)) from error
        return Field(
            key, one["name"], one["label"], kind, one.get("holder", False), one.get("required", False), part
        )

    def _kind(self, one: dict[str, Any]) -> Kind:
        match one.get("type", "text"):
            case "text":
                return self._text(one)
            case "number":
                return Number(read_scale(one.get("range"), digits=one.get("digits"), unit=one.get("unit")))
            case "date":
                return _date(one)
            case "choice":
                return Choice(self._choices(one["list"]))
            case _:
                return self._table(one)

    def _text(self, one: dict[str, Any]) -> Words:
        longest = one.get("max", DEFAULT_TEXT)
        if not 1 <= longest <= MAX_TEXT:
            raise FormError(f"max is {longest}, 1..{MAX_TEXT} are possible")
        return Words(self._words, longest)

    def _table(self, one: dict[str, Any]) -> Table:
        rows = self._rows(one["rows"]) if "rows" in one else ()
        free = one.get("free", 0)
        if free < 0 or not (rows or free):
            raise FormError("a table needs rows, or free rows")
        columns = [self._column(column) for column in one.get("columns", ())]
        if len({column.name for column in columns}) < len(columns):
            raise FormError("two columns have one name")
        return Table(rows, columns, free=free, words=self._text(one))

    def _column(self, one: dict[str, Any]) -> Column:
        where = f"column {quoted(one['name'])}"
        if not is_name(one["name"]):
            raise fault(where, "a name has a-z 0-9 _")
        if ("list" in one) == ("range" in one):
            raise fault(where, "exactly one of list and range is due")
        content: Choice | Number
        if "list" in one:
            if "digits" in one or "unit" in one:
                raise fault(where, "digits and unit go with a range")
            content = Choice(self._choices(one["list"]))
        else:
            content = Number(read_scale(one["range"], digits=one.get("digits"), unit=one.get("unit")))
        return Column(one["name"], one["label"], content, optional=one.get("optional", False))

    def _items(self, given: str | tuple[Item, ...]) -> tuple[Item, ...]:
        """Return the items of a LIST, a list's name or items in place."""
        items = self._lists.get(given) if isinstance(given, str) else given
        if items is None:
            raise FormError(f"no list is called {quoted(given)}")
        if not items:
            raise FormError("a list without items")
        return items

    def _choices(self, given: str | tuple[Item, ...]) -> tuple[Item, ...]:
        """Return the items of a LIST that is no table's rows."""
        items = self._items(given)
        if given in self._adding if isinstance(given, str) else _adds(items):
            raise FormError("with stands only in items of rows")
        return items

    def _rows(self, given: str | tuple[Item, ...]) -> tuple[Row, ...]:
        items = self._items(given)
        return tuple([Row(item, () if item.adds is None else self._choices(item.adds)) for item in items])

    def _check_adding(self) -> None:
        """Raise `FormError` where `with` stands in a list that is no table's rows."""
        rows = {one.get("rows") for one in self._tree["field"] if isinstance(one.get("rows"), str)}
        for name in self._adding - rows:
            raise FormError(f"with stands in the list {quoted(name)}, which is no table's rows")


def _adds(items: tuple[Item, ...]) -> bool:
    return any(item.adds is not None for item in items)


def _date(one: dict[str, Any]) -> Date:
    unit, partial, until = one.get("unit", "day"), one.get("partial", False), one.get("until", False)
    if unit not in ("day", "month"):
        raise FormError(f"unit is {quoted(unit)}, where day or month is due")
    if until and (partial or unit == "month"):
        raise FormError("until is a whole day")
    return Date(month=unit == "month", partial=partial, until=until)


def _check_together(fields: tuple[Field, ...], parts: int) -> None:
    """Raise `FormError` where two fields have one name, or a part could never name its holder."""
    names = [one.name for one in fields]
    if len(set(names)) < len(names):
        raise FormError(f"two fields are called {next(name for name in names if names.count(name) > 1)}")
    for part in range(1, parts + 1) if parts else (None,):
        if not any(one.holder and (part is None or one.part in (None, part)) for one in fields):
            raise FormError("no field names the holder" + (f" in part {part}" if part else ""))


def _check_title(title: str, fields: tuple[Field, ...]) -> None:
    """Raise `FormError` for a hole in the title that no field fills on one line."""
    kinds = {one.name: one.kind for one in fields}
    for hole in HOLE.finditer(title):
        if hole[2] not in kinds:
            raise FormError(f"the title names {hole[2]}, which is no field")
        if isinstance(kinds[hole[2]], Table):
            raise FormError(f"the title names {hole[2]}, which is a table")
