"""Step 8: signed by a school's key, but not by the rules of section 1."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from making.octets import Raw, cbor, day, head, pairs
from making.papers import raw, sign_raw, text_of
from making.scenario import Scenario, answer
from making.world import KINDS, PLAIN, SCHOOL_KEY, plain_shown

FORM: tuple[Any, Any] = (0, PLAIN.hash)
DAY: tuple[Any, Any] = (-1, day("2026-06-25"))
NUMBER: tuple[Any, Any] = (-2, "V-1")
NAME: tuple[Any, Any] = (1, b"Anna Lee")
ORDERED = FORM, NAME, DAY, NUMBER
"""As they sort: 00 01 20 21."""


def _with(label: Any, value: Any) -> bytes:
    """Return the good payload with one pair more, or with another value under a label that it has."""
    return cbor(dict(ORDERED) | {label: value})


def _without(label: int) -> bytes:
    return cbor({known: value for known, value in ORDERED if known != label})


def _deep(levels: int) -> bytes:
    return _with(2, Raw(b"\x81" * levels + b"\x00"))


_BYTES = {
    "empty": ("a payload of no bytes", b""),
    "trailing-item": ("an item after the map", cbor(dict(ORDERED)) + b"\x00"),
    "cut": ("the map ends too early", cbor(dict(ORDERED))[:-1]),
    "array": ("an array in place of the map", cbor([PLAIN.hash, 20629, "V-1"])),
    "number": ("a number in place of the map", b"\x00"),
    "empty-map": ("a map without anything", b"\xa0"),
    "indefinite-map": ("a map of indefinite length", b"\xbf" + cbor(dict(ORDERED))[1:] + b"\xff"),
    "map-length-long": ("the map's length in two bytes", head(5, 4, size=1) + cbor(dict(ORDERED))[1:]),
    "unsorted": ("labels in the wrong order", pairs(NAME, FORM, DAY, NUMBER)),
    "negative-first": ("negative labels sort after the others", pairs(DAY, NUMBER, FORM, NAME)),
    "label-twice": ("the name twice, the same", pairs(FORM, NAME, NAME, DAY, NUMBER)),
    "label-twice-other-value": (
        "the name twice, two names",
        pairs(FORM, NAME, (1, b"Anna Lie"), DAY, NUMBER),
    ),
    "label-1-and-1.0": (
        "1 and 1.0 are one key to some",
        pairs(FORM, NAME, DAY, NUMBER, (raw("f93c00"), b"x")),
    ),
    "label-1-and-true": ("1 and true are one key to some", pairs(FORM, NAME, DAY, NUMBER, (raw("f5"), b"x"))),
    "label-long": ("label 1 in two bytes", pairs(FORM, (raw("1801"), b"Anna Lee"), DAY, NUMBER)),
    "label-array": ("an array as label", pairs(FORM, NAME, DAY, NUMBER, ([], b"x"))),
    "label-bytes": ("bytes as label", pairs(FORM, NAME, DAY, NUMBER, (b"\x01", b"x"))),
    "label-text": ("text as label", _with("name", b"x")),
    "day-long": ("the day in five bytes", _with(-1, raw("1a00005095"))),
    "text-length-long": ("a length in two bytes", _with(1, raw("5808") + b"Anna Lee")),
    "text-in-chunks": (
        "a byte string in chunks",
        _with(1, raw("5f44") + b"Anna" + raw("44") + b" Lee" + raw("ff")),
    ),
    "text-of-2-to-the-63": ("a text of 2^63 bytes", _with(2, raw("7b8000000000000000"))),
    "array-of-2-to-the-40": ("an array of 2^40 items", _with(2, raw("9b0000010000000000"))),
    "reserved-head": ("additional information 30", _with(2, raw("1e"))),
    "lone-break": ("a break for a value", _with(2, raw("ff"))),
}

_VALUES = {
    "float": ("a floating-point number", raw("fb3ff8000000000000")),
    "half-float": ("1.0 in two bytes", raw("f93c00")),
    "nan": ("not a number", raw("f97e00")),
    "minus-zero": ("-0.0", raw("f98000")),
    "true": ("true", raw("f5")),
    "false": ("false", raw("f4")),
    "null": ("null: absent is omitted", raw("f6")),
    "undefined": ("undefined", raw("f7")),
    "simple": ("simple value 32", raw("f820")),
    "bignum": ("a bignum (tag 2)", raw("c2410a")),
    "tag-0": ("a date as text (tag 0)", raw("c06a323032362d30362d3235")),
    "tag-30": ("a rational number (tag 30)", raw("d81e820102")),
    "tag-35": ("a regular expression (tag 35)", raw("d8236161")),
    "tag-36": ("a MIME message (tag 36)", raw("d8246161")),
    "tag-256": ("string references (tag 256)", raw("d90100816161")),
    "tag-258": ("a set (tag 258)", raw("d90102818100")),
    "tag-28": ("a shared value (tag 28)", raw("d81c80")),
    "tag-18": ("tag 18, which stands around a certificate only", raw("d280")),
    "integer-2-to-the-53": ("an integer beyond 2^53-1", raw("1b0020000000000000")),
    "integer-2-to-the-64": ("an integer of 64 bits", raw("1bffffffffffffffff")),
    "integer-minus-2-to-the-53": ("an integer below -(2^53-1)", raw("3b001fffffffffffff")),
    "bad-utf-8": ("text that is no UTF-8", raw("62c328")),
    "overlong-utf-8": ("a character spelled too long", raw("62c181")),
    "surrogate": ("half a character", raw("63eda080")),
    "beyond-unicode": ("a character beyond U+10FFFF", raw("64f4908080")),
    "map": ("a map as a field", {1: 2}),
    "array-empty": ("an empty array", []),
    "array-of-three-integers": ("a year, a month and a day", [2008, 5, 17]),
    "array-of-text": ("free rows without their bits", ["x", "y"]),
    "array-bits-alone": ("bits in an array without a free row", [b"\x80"]),
    "array-bits-and-number": ("a number among free rows", [b"\x80", 5]),
    "array-in-array": ("an array in an array", [[2008]]),
    "array-year-and-text": ("a year and a text", [2008, "May"]),
}

_LABELS = {
    "form-missing": ("no form", _without(0)),
    "issued-missing": ("no day", _without(-1)),
    "number-missing": ("no number", _without(-2)),
    "label-minus-4": ("a reserved label", _with(-4, 0)),
    "label-minus-24": ("the last reserved label", _with(-24, 0)),
    "label-minus-25": ("a label beyond one byte", _with(-25, 0)),
    "label-24": ("a field beyond the 23rd", _with(24, b"x")),
    "form-15-bytes": ("a form of 15 bytes", _with(0, PLAIN.hash[:15])),
    "form-17-bytes": ("a form of 17 bytes", _with(0, PLAIN.hash + b"\x00")),
    "form-text": ("a form by its name", _with(0, "vectors.plain")),
    "form-number": ("a form as a number", _with(0, 5)),
    "issued-2019": ("the last day of 2019", _with(-1, 18261)),
    "issued-2200": ("the first day of 2200", _with(-1, 84006)),
    "issued-minus": ("a day before 1970", _with(-1, -1)),
    "issued-2-to-the-63": ("an absurd day", _with(-1, raw("1b8000000000000000"))),
    "issued-text": ("a day as text", _with(-1, "2026-06-25")),
    "issued-true": ("true for a day", _with(-1, raw("f5"))),
    "issued-bytes": ("bytes for a day", _with(-1, b"\x50\x95")),
    "number-bytes": ("a number is an integer or text, never bytes", _with(-2, b"V-1")),
    "number-minus": ("a number below 0", _with(-2, -1)),
    "number-of-16-digits": ("a number of 16 digits", _with(-2, 10**15)),
    "number-empty": ("an empty number", _with(-2, "")),
    "number-of-33-characters": ("a number of 33 characters", _with(-2, "9" * 33)),
    "number-array": ("an array for a number", _with(-2, [1])),
    "part-0": ("part 0", _with(-3, 0)),
    "part-5": ("part 5", _with(-3, 5)),
    "part-text": ("a part as text", _with(-3, "1")),
    "part-true": ("true for part 1", _with(-3, raw("f5"))),
    "deep": ("a field 1 800 arrays deep", _deep(1800)),
    "depth-3": ("an array in an array in an array", _deep(3)),
}


def scenarios() -> Iterator[Scenario]:
    spelled = "step 8: one spelling; the signature holds, so the key's holder made it so"
    for name, (title, data) in _BYTES.items():
        yield _signed(name, title, bytes(data), spelled)
    for name, (title, value) in _VALUES.items():
        yield _signed(
            f"value-{name}", f"under a field's label: {title}", _with(2, value), "step 8: types of a field"
        )
    for name, (title, data) in _LABELS.items():
        yield _signed(name, title, data, "step 8: labels -1, -2, -3, the form's length")
    yield Scenario(
        path="payload/unsupported-before-window",
        title="a payload out of the rules, dated outside the key's window: step 8 comes before step 9",
        origin="order of the steps",
        input=_text(cbor(dict(ORDERED) | {-1: day("2020-01-01"), -4: 0})),
        expected=answer("unsupported"),
    )
    yield Scenario(
        path="payload/number-of-32-characters",
        title="the longest number: 32 code points, each of four bytes",
        origin="step 8: a text number has 1..32 code points",
        input=_text(_with(-2, "\U0001d11e" * 32)),
        expected=plain_shown(number="\U0001d11e" * 32),
    )
    yield Scenario(
        path="payload/kinds-are-not-step-8",
        title="a field of the wrong kind passes step 8, and breaks step 11",
        origin="step 8 against step 11",
        input=_text(cbor({0: KINDS.hash, -1: DAY[1], -2: "V-1", 1: 5})),
        expected=answer("unsupported"),
    )


def _signed(name: str, title: str, payload: bytes, origin: str) -> Scenario:
    return Scenario(
        path=f"payload/{name}",
        title=title,
        origin=origin,
        input=_text(payload),
        expected=answer("unsupported"),
    )


def _text(payload: bytes) -> str:
    return text_of(sign_raw(SCHOOL_KEY, payload))
