"""Forms at the edge of the language and beyond it, all of them in one list; and the longest certificate."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import Any

from making.keys import ed25519
from making.lists import key_body, school_body
from making.octets import Raw, cbor, pairs
from making.papers import Paper, claims, issue
from making.scenario import SCHOOL, shown, shown_field

ODD_KEY = ed25519("odd forms")

NAME: dict[str, Any] = {"name": "name", "label": "Name", "holder": True}
TITLE = "Odd certificate"
LONG_FIELDS = 7
LONG_TEXT = 300


@dataclass(frozen=True, slots=True)
class OddForm:
    """The bytes of a form, and what is odd about it."""

    title: str
    data: bytes

    @property
    def hash(self) -> bytes:
        """The 16 bytes by which certificates name it."""
        return sha256(self.data).digest()[:16]


def _form(place: int, /, **changes: Any) -> dict[str, Any]:
    """Return a form of one field with these keys changed; None takes a key away."""
    form = {"id": f"odd.{place}", "language": "en", "title": TITLE, "field": [NAME]} | changes
    return {key: value for key, value in form.items() if value is not None}


def _fields(*more: dict[str, Any]) -> list[Any]:
    return [NAME, *more]


def _field(**keys: Any) -> list[Any]:
    """Return the name and one more field with these keys."""
    return _fields({"name": "more", "label": "More"} | keys)


def _table(*columns: dict[str, Any], **keys: Any) -> list[Any]:
    named = [{"name": f"c{place}", "label": "C"} | column for place, column in enumerate(columns)]
    return _field(**{"type": "table", "rows": ["a", "b"], "columns": named} | keys)


_CHOICE = {"type": "choice", "list": ["a", "b"]}
_DATE = {"type": "date"}
_NUMBER = {"type": "number"}

_BROKEN: dict[str, tuple[str, dict[str, Any]]] = {
    "unknown-key": ("a key that no form has", {"calculate": "sum"}),
    "unknown-key-of-a-field": ("a key that no field has", {"field": _field(hidden=True)}),
    "unknown-key-of-a-column": ("a key that no column has", {"field": _table({"list": ["x"], "bold": True})}),
    "unknown-type": ("a type that no field has", {"field": _field(type="signature")}),
    "key-of-another-type": ("a range on a text", {"field": _field(range="0..5")}),
    "unit-week": ("a date by weeks", {"field": _field(**_DATE, unit="week")}),
    "no-fields": ("no field at all", {"field": []}),
    "24-fields": (
        "24 fields, where 23 labels are",
        {"field": [NAME | {"name": f"f{n}"} for n in range(24)]},
    ),
    "field-without-name": ("a field without a name", {"field": [{"label": "Name", "holder": True}]}),
    "field-without-label": ("a field without a label", {"field": [{"name": "name", "holder": True}]}),
    "name-with-a-dash": ("a name has a-z 0-9 _", {"field": [NAME | {"name": "full-name"}]}),
    "two-fields-of-one-name": ("two fields of one name", {"field": [NAME, NAME]}),
    "no-holder": ("no field names the holder", {"field": [{"name": "name", "label": "Name"}]}),
    "holder-1": ("1 in place of true", {"field": [NAME | {"holder": 1}]}),
    "no-title": ("no title", {"title": None}),
    "no-id": ("no id", {"id": None}),
    "id-upper-case": ("an id in capitals", {"id": "ODD"}),
    "no-language": ("no language", {"language": None}),
    "language-word": ("a language is 2 or 3 letters", {"language": "english"}),
    "edition-0": ("editions count from 1", {"edition": 0}),
    "edition-text": ("an edition as text", {"edition": "1"}),
    "title-not-reduced": ("a title still in two languages", {"title": {"en": "Title", "ru": "Титул"}}),
    "title-names-no-field": ("the title names a field that is not there", {"title": "Odd {grade}"}),
    "item-of-two-languages": (
        "an item that shadows a language key",
        {"field": _field(**_CHOICE | {"list": [{"en": "a", "ru": "б", "code": "A"}]})},
    ),
    "item-of-one-language": (
        "an item that should be bare text",
        {"field": _field(**_CHOICE | {"list": [{"en": "a"}]})},
    ),
    "item-empty": ("an empty item", {"field": _field(**_CHOICE | {"list": ["a", ""]})}),
    "list-missing": ("a choice without its list", {"field": _field(type="choice")}),
    "list-unknown": ("a list that is not there", {"field": _field(type="choice", list="grades")}),
    "list-empty": ("a list without items", {"field": _field(**_CHOICE | {"list": []})}),
    "two-lists-of-one-name": (
        "two lists of one name",
        {
            "field": _field(type="choice", list="l"),
            "list": [{"name": "l", "items": ["a"]}, {"name": "l", "items": ["b"]}],
        },
    ),
    "letters-ascii": ("letters that have their byte already", {"letters": "éa"}),
    "letters-twice": ("one letter twice", {"letters": "éñé"}),
    "letters-161": (
        "161 letters, where 160 bytes are free",
        {"letters": "".join(map(chr, range(0x400, 0x4A1)))},
    ),
    "max-0": ("texts of no character", {"field": _field(max=0)}),
    "max-301": ("texts of more than 300", {"field": _field(max=301)}),
    "max-float": ("a limit of 1.5", {"field": _field(max=Raw(b"\xf9\x3e\x00"))}),
    "max-null": ("null for absent", {"field": _field(max=Raw(b"\xf6"))}),
    "number-of-16-digits": ("numbers of 16 digits", {"number": {"digits": 16}}),
    "number-of-0-digits": ("numbers of no digit", {"number": {"digits": 0}}),
    "one-part": ("one part is no part", {"parts": ["A"]}),
    "five-parts": ("five parts", {"parts": ["A", "B", "C", "D", "E"]}),
    "part-3-of-2": ("a field of part 3 of 2", {"parts": ["A", "B"], "field": _field(part=3)}),
    "part-of-none": ("a field of part 1, and no parts", {"field": _field(part=1)}),
    "part-without-holder": (
        "a part that cannot name its holder",
        {"parts": ["A", "B"], "field": [NAME | {"part": 1}]},
    ),
    "range-upside-down": ("a range from 6 to 1", {"field": _field(**_NUMBER, range="6..1")}),
    "range-unequal-decimals": ("a range from 1 to 6.0", {"field": _field(**_NUMBER, range="1..6.0")}),
    "range-words": ("a range in words", {"field": _field(**_NUMBER, range="low..high")}),
    "digits-of-a-decimal": ("digits with decimals", {"field": _field(**_NUMBER, range="1.0..6.0", digits=2)}),
    "column-list-and-range": (
        "a column with list and range",
        {"field": _table({"list": ["x"], "range": "0..5"})},
    ),
    "column-without-either": ("a column with neither list nor range", {"field": _table({})}),
    "table-without-rows": ("a table without rows, free or listed", {"field": _field(type="table")}),
    "until-partial": (
        "a last day that need not be a day",
        {"field": _field(**_DATE, until=True, partial=True)},
    ),
    "until-month": ("a last day that is a month", {"field": _field(**_DATE, until=True, unit="month")}),
    "with-in-a-choice": (
        "`with` in a choice",
        {
            "field": _field(**_CHOICE | {"list": [{"en": "a", "with": "l"}]}),
            "list": [{"name": "l", "items": ["x"]}],
        },
    ),
    "with-unknown": ("`with` a list that is not there", {"field": _table(rows=[{"en": "a", "with": "l"}])}),
    "with-in-with": (
        "`with` in the items of `with`",
        {
            "field": _table(rows=[{"en": "a", "with": "l"}]),
            "list": [{"name": "l", "items": [{"en": "x", "with": "m"}]}, {"name": "m", "items": ["y"]}],
        },
    ),
    "1001-items": ("1 001 items in all lists", {"field": _field(**_CHOICE | {"list": ["x"] * 1001})}),
}

_NOT_MAPS = {
    "not-cbor": ("bytes that are no CBOR", b"\xff\x00"),
    "trailing-byte": ("a byte after the end", cbor(_form(900)) + b"\x00"),
    "array": ("an array in place of a map", cbor(["odd.901", "en", TITLE, [NAME]])),
    "unsorted": (
        "keys in the order of writing, not of their bytes",
        bytes(pairs(("language", "en"), ("id", "odd.902"), ("title", TITLE), ("field", [NAME]))),
    ),
    "tag": ("a tag around the form", b"\xc1" + cbor(_form(903))),
    "deeper-than-7": ("arrays and maps eight deep", cbor(_form(904, title=[[[[[[[]]]]]]]))),
}

LETTERS_160 = "".join(map(chr, range(0x400, 0x4A0)))

_SOUND: dict[str, tuple[str, dict[str, Any]]] = {
    "defaults-written": (
        "defaults that are written out: other bytes, another hash, the same meaning",
        {"edition": 1, "field": [NAME | {"type": "text", "max": 100, "required": False}]},
    ),
    "23-fields": (
        "23 fields",
        {"field": [NAME, *({"name": f"f{n}", "label": f"F{n}"} for n in range(2, 24))]},
    ),
    "160-letters": ("160 letters: bytes 128 to 255, then 0 to 31", {"letters": LETTERS_160}),
    "two-holders": (
        "two fields that name the holder: one is enough",
        {"field": [NAME, {"name": "alias", "label": "Alias", "holder": True}]},
    ),
    "1000-items": ("1 000 items", {"field": _field(type="choice", list=[str(n) for n in range(1000)])}),
    "one-item-table": (
        "a column of one item takes no bit",
        {"field": _table({"list": ["done"]}, {"list": ["x"], "optional": True})},
    ),
    "wide-column": ("a column of 20 bits", {"field": _table({"range": "0..999999"})}),
    "negative-range": ("a range below zero", {"field": _field(**_NUMBER, range="-1.50..-0.25")}),
    "longest-texts": (
        "texts of 300 characters",
        {
            "field": [
                NAME | {"max": LONG_TEXT},
                *({"name": f"f{n}", "label": f"F{n}", "max": LONG_TEXT} for n in range(2, 8)),
            ]
        },
    ),
    "next-edition": ("the next edition, another form to all", {"edition": 2}),
    "two-until": (
        "two last days: the earlier counts",
        {
            "field": _fields(
                *({"name": f"until{n}", "label": f"Until {n}", "type": "date", "until": True} for n in (1, 2))
            )
        },
    ),
}


@cache
def broken_forms() -> dict[str, OddForm]:
    """Return the forms that a verifier must count as unknown, by name."""
    forms = {
        name: OddForm(title, cbor(_form(n, **changes)))
        for n, (name, (title, changes)) in enumerate(_BROKEN.items(), 1)
    }
    return forms | {name: OddForm(title, data) for name, (title, data) in _NOT_MAPS.items()}


@cache
def sound_forms() -> dict[str, OddForm]:
    """Return the forms at the edge that a verifier must understand, by name."""
    return {
        name: OddForm(title, cbor(_form(500 + n, **changes)))
        for n, (name, (title, changes)) in enumerate(_SOUND.items())
    }


def odd_labels() -> dict[int, Any]:
    """Return what the list of odd forms says."""
    forms = [*broken_forms().values(), *sound_forms().values()]
    return {
        7: sorted([form.data, {}] for form in forms),
        8: [[1, sorted(form.hash for form in forms)]],
        9: [school_body(1, ("2020-01-01", SCHOOL[1]), keys=[key_body(ODD_KEY)])],
    }


def odd_paper(form: OddForm, number: str = "O-1", **fields: Any) -> Paper:
    """Return a certificate of an odd form, for Anna unless fields say otherwise."""
    return issue(ODD_KEY, claims(form.hash, number, **{"f1": b"Anna"} | fields))


@cache
def _long_texts(size: int) -> list[bytes]:
    """Return the texts that make a certificate of exactly ``size`` bytes; the last one is as long as it takes."""
    texts = [bytes((ord("a") + place,)) * LONG_TEXT for place in range(LONG_FIELDS)]
    while len(_long_paper(texts).data) != size:
        texts[-1] = texts[-1][1:]
    return texts


def _long_paper(texts: list[bytes]) -> Paper:
    fields: dict[str, Any] = {f"f{place}": text for place, text in enumerate(texts, 1)}
    return odd_paper(sound_forms()["longest-texts"], **fields)


def long_paper(size: int) -> Paper:
    """Return a certificate of exactly this many bytes."""
    return _long_paper(_long_texts(size))


def long_shown(size: int) -> dict[str, Any]:
    """Return what must be shown for `long_paper`."""
    texts = [text.decode() for text in _long_texts(size)]
    fields = [shown_field("name", "Name", texts[0])]
    fields += [shown_field(f"f{n}", f"F{n}", text) for n, text in enumerate(texts[1:], 2)]
    return shown(number="O-1", title=TITLE, fields=fields)
