"""Step 11, second half: the fields obey the form. Bits are written out as the form's columns have them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from making.octets import bits, day
from making.papers import claims, issue
from making.scenario import Scenario, answer, row, shown, shown_field
from making.world import KINDS, PLAIN, SCHOOL_KEY, part, plain_shown

NAME = {"f1": b"Anna"}
NAME_SHOWN = shown_field("name", "Name", "Anna")

# A row of `marks`: 3 bits for the mark (5 states), 2 for the board (2 + empty), 5 for the points (16 + empty).
# `Language` and `literature` have 2 bits more in front, for the tongue (3 states).
ALGEBRA = "000 01 10000"  # 5, North, 15 points
IRISH = "01 011 00 00000"  # Irish: passed, no board, no points
FREE = "001 10 00001"  # 4, South, 0 points

_REFUSED: dict[str, tuple[str, dict[str, Any]]] = {
    "text-empty": ("an empty text: absent is omitted", {"f1": b""}),
    "text-empty-utf-8": ("an empty text as tstr", {"f1": ""}),
    "text-utf-8-where-bytes-are-due": ("tstr, though every character has a byte", {"f1": "Anna"}),
    "text-utf-8-where-letters-are-due": (
        "tstr, though every character is a letter of the form",
        {"f1": "Жя"},
    ),
    "text-unassigned-byte": ("a byte beyond the form's letters", {"f1": b"Ann\x83"}),
    "text-byte-127": ("byte 127 is no character", {"f1": b"Ann\x7f"}),
    "text-byte-10": ("byte 10, which would be letter 138", {"f1": b"Ann\x0a"}),
    "text-too-long": ("13 characters where 12 are allowed", {"f1": b"Anna Leeeeeee"}),
    "text-too-long-utf-8": ("13 code points in UTF-8", {"f1": "ЮЮЮЮЮЮЮЮЮЮЮЮЮ"}),
    "text-number": ("a number where text is due", {"f1": 5}),
    "text-table": ("a table where text is due", {"f1": [b"", b"Anna"]}),
    "required-missing": ("a required field is missing", {"f1": None, "f2": 10}),
    "label-without-field": ("a label beyond the form's fields", {"f15": 1}),
    "label-23": ("the last label, and the form has 14 fields", {"f23": b"x"}),
    "number-below": ("below the range", {"f2": -1}),
    "number-above": ("above the range", {"f2": 501}),
    "number-text": ("text where a number is due", {"f2": b"5"}),
    "number-array": ("a year in an array where a number is due", {"f2": [5]}),
    "decimal-below": ("0.9 in a range from 1.0", {"f3": 9}),
    "decimal-above": ("6.1 in a range to 6.0", {"f3": 61}),
    "digits-above": ("1000 where 3 digits are due", {"f5": 1000}),
    "digits-minus": ("a number below 0 where 3 digits are due", {"f5": -1}),
    "day-before-1800": ("the last day of 1799", {"f6": -62092}),
    "day-after-2199": ("the first day of 2200", {"f6": 84006}),
    "day-partial": ("a year alone where a day is due", {"f6": [2008]}),
    "day-text": ("a date as text", {"f6": "2008-05-17"}),
    "month-before-1800": ("the last month of 1799", {"f7": -2041}),
    "month-after-2199": ("the first month of 2200", {"f7": 2760}),
    "month-partial": ("a year alone where a month is due", {"f7": [2008]}),
    "partial-year-1799": ("a year before 1800", {"f8": [1799]}),
    "partial-year-2200": ("a year after 2199", {"f8": [2200]}),
    "partial-month-0": ("month 0", {"f8": [2008, 0]}),
    "partial-month-13": ("month 13", {"f8": [2008, 13]}),
    "partial-minus": ("a month below 0", {"f8": [2008, -1]}),
    "partial-month-of-a-month": ("a field of months lacks nothing but the month", {"f9": [2008, 5]}),
    "tick-1": ("index 1 of a list of one", {"f10": 1}),
    "choice-above": ("index 3 of a list of three", {"f11": 3}),
    "choice-minus": ("index -1", {"f11": -1}),
    "choice-text": ("the item's code as text", {"f11": b"A"}),
    "table-state-of-a-list": ("mark 5 of five", {"f12": bits("10000 101 00 00000")}),
    "table-state-of-an-optional-list": ("board state 3 of three", {"f12": bits("10000 000 11 00000")}),
    "table-state-of-a-range": ("points state 17 of seventeen", {"f12": bits("10000 000 00 10001")}),
    "table-with-state": ("tongue 3 of three", {"f12": bits("01000 11 000 00 00000")}),
    "table-state-of-a-free-row": ("mark 7 in a free row", {"f12": [bits("00000 111 00 00000"), b"Chess"]}),
    "table-fill-bit": ("the last filling bit set", {"f12": bits("10000" + ALGEBRA + "1")}),
    "table-byte-too-many": ("a byte of zeros after the last row", {"f12": bits("10000" + ALGEBRA) + b"\x00"}),
    "table-byte-too-few": ("the last byte is missing", {"f12": bits("11000" + ALGEBRA + IRISH)[:-1]}),
    "table-no-bits": ("no bits at all", {"f12": b""}),
    "table-no-row": ("no row: the table should be absent", {"f12": bits("00000")}),
    "table-number": ("a number where a table is due", {"f12": 1}),
    "table-text": ("a text where bits are due", {"f12": "x"}),
    "table-three-free-rows": (
        "three free rows where two are allowed",
        {"f12": [bits("00000" + FREE * 3), b"a", b"b", b"c"]},
    ),
    "table-free-row-without-states": (
        "a free row whose columns are missing",
        {"f12": [bits("00000"), b"Chess"]},
    ),
    "table-states-without-free-row": (
        "columns of a free row that is missing",
        {"f12": bits("10000" + ALGEBRA + FREE)},
    ),
    "table-no-free-rows-allowed": ("a free row in a table that has none", {"f14": [bits("100"), b"Go"]}),
    "free-row-empty": ("a free row without text", {"f13": [b"", b""]}),
    "free-row-too-long": ("a free row of 9 characters where 8 are allowed", {"f13": [b"", b"123456789"]}),
    "free-row-utf-8-where-bytes-are-due": (
        "a free row as tstr, though every character has a byte",
        {"f13": [b"", "Chess"]},
    ),
    "free-row-unassigned-byte": ("a free row with a byte beyond the letters", {"f13": [b"", b"Ches\x99"]}),
    "free-rows-with-bits": ("bits in a table of free rows without columns", {"f13": [b"\x00", b"Chess"]}),
    "free-rows-bits-alone": ("no free row in a table of free rows", {"f13": b""}),
    "part-without-parts": ("a part in a form that has none", {"part": 1}),
    "number-integer": ("an integer where the number is text", {"number": 1}),
}

_ACCEPTED: dict[str, tuple[str, dict[str, Any], list[Any], list[Any]]] = {
    "text-letters": (
        "bytes 128, 129, 130 are the form's letters",
        {"f1": b"\x80\x81\x82"},
        [("name", "Name", "éЖя")],
        [],
    ),
    "text-utf-8": (
        "one character without a byte: UTF-8 for all",
        {"f1": "Ыé Anna"},
        [("name", "Name", "Ыé Anna")],
        [],
    ),
    "text-beyond-first-plane": (
        "12 code points of four bytes each",
        {"f1": "\U00010400" * 12},
        [("name", "Name", "\U00010400" * 12)],
        [],
    ),
    "text-longest": ("12 characters", {"f1": b"Anna-Lee Fox"}, [("name", "Name", "Anna-Lee Fox")], []),
    "text-all-ascii-edges": ("U+0020 and U+007E", {"f1": b" ~ a ~ "}, [("name", "Name", " ~ a ~ ")], []),
    "number-lowest": ("the range's low end", {"f2": 0}, [("hours", "Hours", 0)], []),
    "number-highest": ("the range's high end", {"f2": 500}, [("hours", "Hours", 500)], []),
    "number-any": ("no range: up to 2^53-1", {"f4": 2**53 - 1}, [("count", "Count", 2**53 - 1)], []),
    "number-any-minus": (
        "no range: down to -(2^53-1)",
        {"f4": 1 - 2**53},
        [("count", "Count", 1 - 2**53)],
        [],
    ),
    "decimal": ("2.5, scaled by its one decimal", {"f3": 25}, [("average", "Average", "2.5")], []),
    "decimal-whole": ("6.0, with its decimal", {"f3": 60}, [("average", "Average", "6.0")], []),
    "digits": ("7 with three digits, on paper 007", {"f5": 7}, [("place", "Place", 7)], []),
    "day-first": ("the first day of 1800", {"f6": -62091}, [("day", "Day", "1800-01-01")], []),
    "day-last": ("the last day of 2199", {"f6": 84005}, [("day", "Day", "2199-12-31")], []),
    "day-1969": ("the day before 1970", {"f6": -1}, [("day", "Day", "1969-12-31")], []),
    "day-leap": ("29 February 2000", {"f6": day("2000-02-29")}, [("day", "Day", "2000-02-29")], []),
    "month-first": ("January 1800", {"f7": -2040}, [("session", "Session", "1800-01")], []),
    "month-last": ("December 2199", {"f7": 2759}, [("session", "Session", "2199-12")], []),
    "month-1969": ("December 1969", {"f7": -1}, [("session", "Session", "1969-12")], []),
    "partial-year": ("the year alone", {"f8": [1800]}, [("born", "Born", "1800")], []),
    "partial-month": ("year and month", {"f8": [2008, 12]}, [("born", "Born", "2008-12")], []),
    "partial-day": ("a partial date may be whole", {"f8": 0}, [("born", "Born", "1970-01-01")], []),
    "partial-month-whole": ("a partial month may be whole", {"f9": 0}, [("era", "Era", "1970-01")], []),
    "partial-month-year": ("a partial month without its month", {"f9": [2199]}, [("era", "Era", "2199")], []),
    "choice-with-code": ("an item with a code is its code", {"f11": 1}, [("level", "Level", "B")], []),
    "choice-without-code": (
        "an item without a code is its text",
        {"f11": 2},
        [("level", "Level", "other")],
        [],
    ),
    "table-one-row": (
        "one row of five, 15 bits and a filling one",
        {"f12": bits("10000" + ALGEBRA)},
        [],
        [("Algebra", "5", "North", 15)],
    ),
    "table-with": (
        "a row that adds a language in brackets",
        {"f12": bits("01000" + IRISH)},
        [],
        [("Language (Irish)", "passed", None, None)],
    ),
    "table-with-in-place": (
        "a row that adds a language in the place of {}",
        {"f12": bits("00100 10 100 01 00001")},
        [],
        [("Welsh literature", "absent", "North", 0)],
    ),
    "table-row-with-code": (
        "a row with a code is its code",
        {"f12": bits("00001 010 00 00000")},
        [],
        [("ART", "3", None, None)],
    ),
    "table-and-free-row": (
        "two listed rows and a free one: the worked example",
        {"f12": [bits("11000" + ALGEBRA + IRISH + FREE), b"Chess"]},
        [],
        [
            ("Algebra", "5", "North", 15),
            ("Language (Irish)", "passed", None, None),
            ("Chess", "4", "South", 0),
        ],
    ),
    "table-free-rows-only": (
        "two free rows in the issuer's order",
        {"f12": [bits("00000" + FREE + "000 00 00000"), "Игра Го", b"Chess"]},
        [],
        [("Игра Го", "4", "South", 0), ("Chess", "5", None, None)],
    ),
    "table-free-row-like-a-listed-one": (
        "a free row that says what a listed one says: issuers refuse it, verifiers do not",
        {"f12": [bits("10000" + ALGEBRA + FREE), b"Algebra"]},
        [],
        [("Algebra", "5", "North", 15), ("Algebra", "4", "South", 0)],
    ),
    "table-all-rows": (
        "every listed row",
        {"f12": bits("11111" + ALGEBRA + IRISH + "10 100 01 00001" + "001 00 00000" + "010 00 00000")},
        [],
        [
            ("Algebra", "5", "North", 15),
            ("Language (Irish)", "passed", None, None),
            ("Welsh literature", "absent", "North", 0),
            ("Physics", "4", None, None),
            ("ART", "3", None, None),
        ],
    ),
}

_TITLES = {
    "title-filled": ("{honours} filled", {"f10": 0}, "Diploma with honours of Anna"),
    "title-absent": ("{honours} absent: it vanishes with the blank before it", {}, "Diploma of Anna"),
}


def scenarios() -> Iterator[Scenario]:
    for name, (title, fields) in _REFUSED.items():
        yield _kinds(name, title, fields, answer("unsupported"))
    for name, (title, fields, more, marks) in _ACCEPTED.items():
        expected = _shown(
            fields, [shown_field(*one) for one in more], [row("marks", *cells) for cells in marks]
        )
        yield _kinds(name, title, fields, expected)
    for name, (title, fields, text) in _TITLES.items():
        more = [shown_field("honours", "Honours", "with honours")] if fields else []
        yield _kinds(name, title, fields, shown(number="F-1", title=text, fields=[NAME_SHOWN, *more]))
    yield from _tables_without_columns()
    yield _everything()
    yield from _parts()
    yield from _holders()


def _kinds(name: str, title: str, fields: dict[str, Any], expected: dict[str, Any]) -> Scenario:
    given = {"number": "F-1"} | NAME | fields
    return Scenario(
        path=f"field/{name}",
        title=title,
        origin="step 11: the fields obey the form (vectors.kinds)",
        input=issue(SCHOOL_KEY, claims(KINDS.hash, **given)).text,
        expected=expected,
    )


def _shown(fields: dict[str, Any], more: list[Any], marks: list[Any]) -> dict[str, Any]:
    """Return what must be shown; the name comes first unless the fields are about the name itself."""
    if "f1" in fields:
        return shown(number="F-1", title=f"Diploma of {more[0]['value']}", fields=more, marks=marks)
    return shown(number="F-1", title="Diploma of Anna", fields=[NAME_SHOWN, *more], marks=marks)


def _tables_without_columns() -> Iterator[Scenario]:
    notes = {"f13": [b"", b"Chess", "Го", b"Chess"]}
    yield _kinds(
        "free-rows",
        "three free rows without columns, two of them equal: issuers refuse that, verifiers do not",
        notes,
        _shown({}, [], [row("notes", "Chess"), row("notes", "Го"), row("notes", "Chess")]),
    )
    yield _kinds(
        "ticks",
        "a table of ticks: rows without columns",
        {"f14": bits("101")},
        _shown({}, [], [row("ticks", "Swimming"), row("ticks", "Chess")]),
    )


def _everything() -> Scenario:
    fields = {
        "f1": "Łucja Żak",
        "f2": 120,
        "f3": 13,
        "f4": -5,
        "f5": 42,
        "f6": day("2026-06-20"),
        "f7": (2026 - 1970) * 12 + 4,
        "f8": [2008, 2],
        "f9": [1999],
        "f10": 0,
        "f11": 0,
        "f12": [bits("11000" + ALGEBRA + IRISH + FREE), b"Chess"],
        "f13": [b"", b"caf\x80"],
        "f14": bits("010"),
    }
    told: list[tuple[str, str, int | str]] = [
        ("name", "Name", "Łucja Żak"),
        ("hours", "Hours", 120),
        ("average", "Average", "1.3"),
        ("count", "Count", -5),
        ("place", "Place", 42),
        ("day", "Day", "2026-06-20"),
        ("session", "Session", "2026-05"),
        ("born", "Born", "2008-02"),
        ("era", "Era", "1999"),
        ("honours", "Honours", "with honours"),
        ("level", "Level", "A"),
    ]
    marks = [
        row("marks", "Algebra", "5", "North", 15),
        row("marks", "Language (Irish)", "passed", None, None),
        row("marks", "Chess", "4", "South", 0),
        row("notes", "café"),
        row("ticks", "First aid"),
    ]
    expected = shown(
        number="F-1",
        title="Diploma with honours of Łucja Żak",
        fields=[shown_field(*one) for one in told],
        marks=marks,
    )
    return _kinds("everything", "every field of every kind", fields, expected)


def _parts() -> Iterator[Scenario]:
    marks = bits("101 00 10")
    name, year = shown_field("name", "Name", "Anna Lee"), shown_field("year", "Year", 2026)
    rows = [row("marks", "Algebra", "5"), row("marks", "History", "3")]
    sound: dict[str, tuple[int | None, dict[str, Any], list[Any], list[Any], str]] = {
        "title-page": (1, {"f2": 2026}, [name, year], [], "School certificate"),
        "title-page-with-honours": (
            1,
            {"f2": 2026, "f3": 0},
            [name, year, shown_field("honours", "Honours", "with honours")],
            [],
            "School certificate with honours",
        ),
        "supplement": (2, {"f4": marks}, [name], rows, "School certificate"),
        "whole": (None, {"f2": 2026, "f4": marks}, [name, year], rows, "School certificate"),
    }
    for label, (which, fields, told, table, title) in sound.items():
        expected = shown(number="00000042", title=title, part=which, fields=told, marks=table)
        yield _part(label, "fields of this part and the shared ones", 42, which, fields, expected)
    broken: dict[str, tuple[str, Any, int | None, dict[str, Any]]] = {
        "beyond": ("part 3 of 2", 42, 3, {"f2": 2026}),
        "field-of-another": ("the supplement's table on the title page", 42, 1, {"f2": 2026, "f4": marks}),
        "honours-on-the-supplement": (
            "the title page's tick on the supplement",
            42,
            2,
            {"f3": 0, "f4": marks},
        ),
        "required-of-this": ("the title page without its year", 42, 1, {}),
        "whole-without-required": ("without -3 every part's required fields are due", 42, None, {"f2": 2026}),
        "number-text": ("text where an integer number is due", "00000042", 1, {"f2": 2026}),
        "number-of-9-digits": ("an integer of 9 digits where 8 are due", 10**8, 1, {"f2": 2026}),
    }
    for label, (title, number, which, fields) in broken.items():
        yield _part(label, title, number, which, fields, answer("unsupported"))
    largest = shown(number="99999999", title="School certificate", part=1, fields=[name, year])
    yield _part("largest-number", "the largest number of 8 digits", 10**8 - 1, 1, {"f2": 2026}, largest)
    zero = shown(number="00000000", title="School certificate", part=1, fields=[name, year])
    yield _part("number-zero", "number 0 is shown with all its zeros", 0, 1, {"f2": 2026}, zero)


def _part(
    name: str, title: str, number: Any, which: int | None, fields: dict[str, Any], expected: dict[str, Any]
) -> Scenario:
    return Scenario(
        path=f"part/{name}",
        title=title,
        origin="step 11: parts (vectors.parts)",
        input=part(number, which, **fields).text,
        expected=expected,
    )


def _holders() -> Iterator[Scenario]:
    yield Scenario(
        path="field/holder-missing",
        title="nobody is named, though no field is required by itself",
        origin="step 11: at least one field that names the holder is filled",
        input=issue(SCHOOL_KEY, claims(PLAIN.hash, "F-2", f2=b"A course")).text,
        expected=answer("unsupported"),
    )
    yield Scenario(
        path="field/text-without-letters",
        title="a form without letters: an accent makes it UTF-8",
        origin="section 8.1: without `letters` printable ASCII is still bytes",
        input=issue(SCHOOL_KEY, claims(PLAIN.hash, "F-2", f1="Seán O’Connor")).text,
        expected=plain_shown(number="F-2", name="Seán O’Connor"),
    )
    yield Scenario(
        path="field/text-without-letters-as-utf-8",
        title="a form without letters: printable ASCII as UTF-8",
        origin="section 8.1: without `letters` printable ASCII is still bytes",
        input=issue(SCHOOL_KEY, claims(PLAIN.hash, "F-2", f1="Anna Lee")).text,
        expected=answer("unsupported"),
    )
    yield Scenario(
        path="field/until-of-1799",
        title="a last day before 1800",
        origin="step 11 comes before step 12",
        input=issue(SCHOOL_KEY, claims(PLAIN.hash, "F-2", f1=b"Anna Lee", f3=-62092)).text,
        expected=answer("unsupported"),
    )
