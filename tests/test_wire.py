"""The text of a code: base45 as RFC 9285 has it, the prefix, white space, and days."""

from __future__ import annotations

import json
import time
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from qrcert import wire
from qrcert.errors import TooBig, Unreadable

RECORDS = json.loads((Path(__file__).parent / "vectors/format/records.json").read_text(encoding="utf-8"))
ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
QUICK = 0.5  # seconds

RFC_9285 = [("AB", "BB8"), ("Hello!!", "%69 VD92EX0"), ("base-45", "UJCLQE7W581"), ("ietf!", "QED8WEX0")]
SPELLED = "QC1:BB8"  # b"AB"


@pytest.mark.parametrize(("plain", "spelled"), RFC_9285)
def test_rfc_9285_section_4(plain: str, spelled: str) -> None:
    assert wire.to_text(plain.encode(), prefix="") == spelled
    assert wire.to_bytes(spelled, prefix="") == plain.encode()


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record["record"]["form"])
def test_records_that_two_others_spelled(record: dict[str, str]) -> None:
    data = bytes.fromhex(record["certificate"])
    assert wire.to_text(data) == record["text"]
    assert wire.to_bytes(record["text"]) == data


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=wire.MAX_BYTES))
@example(b"")
@example(b"\0")
@example(bytes(wire.MAX_BYTES))
@example(b"\xff" * wire.MAX_BYTES)
def test_bytes_come_back(data: bytes) -> None:
    text = wire.to_text(data)
    assert text.startswith("QC1:")
    assert set(text) <= set(ALPHANUMERIC)
    assert len(text) == 4 + (len(data) * 3 + 1) // 2
    assert wire.to_bytes(text) == data


@settings(max_examples=300, deadline=None)
@given(st.text(ALPHANUMERIC, max_size=60) | st.text(max_size=20))
def test_any_text_is_refused_or_the_one_spelling(body: str) -> None:
    try:
        data = wire.to_bytes("QC1:" + body)
    except Unreadable:
        return
    assert wire.to_text(data) == "QC1:" + body.rstrip("\t\n\r ")


def test_every_group_of_three_and_two_characters() -> None:
    """Each two bytes have one spelling, each byte has one, and all other groups are beyond."""
    for value in (*range(0, 45**3, 97), 65534, 65535, 65536, 65537, 65536 + 45**2, 45**3 - 1):
        group = "".join(ALPHANUMERIC[value // 45**place % 45] for place in range(3))
        if value < 0x10000:
            assert wire.to_bytes("QC1:" + group) == value.to_bytes(2, "big")
        else:
            with pytest.raises(Unreadable, match="beyond its two bytes"):
                wire.to_bytes("QC1:000" + group + "000")
    for value in range(45**2):
        group = "".join(ALPHANUMERIC[value // 45**place % 45] for place in range(2))
        if value < 0x100:
            assert wire.to_bytes("QC1:" + group) == bytes((value,))
        elif not group.endswith(" "):  # a blank at the end is trimmed before anything is read
            with pytest.raises(Unreadable, match="beyond its byte"):
                wire.to_bytes("QC1:000" + group)


def test_trimming_never_takes_a_character_of_the_code() -> None:
    """The blank is a base45 character; no spelling of bytes ends in one, so white space may be trimmed."""
    for value in range(0x10000):
        assert not wire.to_text(value.to_bytes(2, "big")).endswith(" ")
    for value in range(0x100):
        assert not wire.to_text(bytes((value,))).endswith(" ")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (":::", "beyond its two bytes"),
        ("GGW", "beyond its two bytes"),  # RFC 9285 section 6
        ("FGWGGW", "beyond its two bytes"),
        ("BB8:::BB8", "beyond its two bytes"),
        ("::", "beyond its byte"),
        ("BB8V5", "beyond its byte"),
        ("U5:", "beyond its two bytes"),
        ("V5", "beyond its byte"),  # 256
        ("B", "one is missing or too many"),
        ("BB8B", "4 base45 characters: one is missing or too many"),
        ("BB8" * 100 + "0", "301 base45 characters"),
        ("bb8", "outside the base45 alphabet"),
        ("BB8\tBB8", "outside the base45 alphabet"),
        ("BB8\nBB8", "outside the base45 alphabet"),
        ("BB8\0", "outside the base45 alphabet"),
        ("BB8=", "outside the base45 alphabet"),
        ("BB_", "outside the base45 alphabet"),
        ("BB\x7f", "outside the base45 alphabet"),
        ("BВ8", "outside the base45 alphabet"),  # a Cyrillic letter
        ("\u212aB8", "outside the base45 alphabet"),  # the kelvin sign, whose lower case is k
        ("BB\uff18", "outside the base45 alphabet"),  # a fullwidth 8
        ("BB\u0668", "outside the base45 alphabet"),  # an Arabic-Indic 8
        ("BB8\ufeff", "outside the base45 alphabet"),
        ("BB8\ud800", "outside the base45 alphabet"),
        ("BB8\U0001f600", "outside the base45 alphabet"),
    ],
)
def test_what_is_not_base45(body: str, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        wire.to_bytes("QC1:" + body)


def test_white_space_at_the_ends_is_four_characters() -> None:
    for ends in ("", " ", "\t", "\n", "\r", "\r\n", " \t\r\n \n"):
        assert wire.to_bytes(ends + SPELLED + ends) == b"AB"
        assert wire.scheme(ends + SPELLED) == "1"
    for other in "\v\f\x00\x1c\x1d\x1e\x1f\x85\u00a0\u1680\u2003\u2028\u2029\u200b\u202f\u205f\u3000\ufeff":
        with pytest.raises(Unreadable, match="does not begin"):
            wire.to_bytes(other + SPELLED)
        with pytest.raises(Unreadable, match="outside the base45 alphabet"):
            wire.to_bytes(SPELLED + other)
        assert wire.scheme(other + SPELLED) is None
    with pytest.raises(Unreadable):
        wire.to_bytes("QC1: BB8")
    with pytest.raises(Unreadable):
        wire.to_bytes("QC1:BB8 BB8")


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("QC1:BB8", "1"),
        ("QC1:", "1"),
        (" \r\n\tQC1:", "1"),
        ("QC2:BB8", "2"),
        ("QC10:", "10"),
        ("QC01:", "01"),
        ("QC0:", "0"),
        ("QC999999999:", "999999999"),
        ("QC1:QC2:", "1"),
        ("QC9999999999:", None),
        ("", None),
        ("QC", None),
        ("QC:", None),
        ("QC1", None),
        ("QC1 :", None),
        ("QC 1:", None),
        ("QC-1:", None),
        ("QC+1:", None),
        ("QC1.0:", None),
        ("QCX:", None),
        ("qc1:bb8", None),
        ("Qc1:BB8", None),
        ("xQC1:", None),
        ("QC\uff11:", None),  # a fullwidth digit
        ("QC\u0661:", None),  # an Arabic-Indic digit
        ("QC1\uff1a", None),  # a fullwidth colon
        ("QC1\ua789", None),  # a letter that looks like one
        ("QС1:", None),  # a Cyrillic С
        ("\x00QC1:", None),
        ("QP1:", None),
        ("HC1:NCFOXN", None),
        ("shc:/5676290952432060346029243740", None),
        ("https://example.org/QC1:", None),
        ("BEGIN:VCARD", None),
    ],
)
def test_which_version_a_text_claims(text: str, version: str | None) -> None:
    assert wire.scheme(text) == version


def test_the_prefix_is_exact() -> None:
    for text in (
        "",
        "Q",
        "QC1",
        "BB8",
        "QC2:BB8",
        "QC01:BB8",
        "QP1:BB8",
        "qc1:BB8",
        "QC1\uff1aBB8",
        "\ufeffQC1:BB8",
    ):
        with pytest.raises(Unreadable, match="does not begin with 'QC1:'"):
            wire.to_bytes(text)
    assert wire.to_text(b"AB", prefix=wire.PROOF_PREFIX) == "QP1:BB8"
    assert wire.to_bytes("QP1:BB8\n", prefix=wire.PROOF_PREFIX) == b"AB"
    with pytest.raises(Unreadable, match="does not begin with 'QP1:'"):
        wire.to_bytes(SPELLED, prefix=wire.PROOF_PREFIX)
    assert wire.to_bytes("QC1:") == b""


def test_a_megabyte_is_refused_at_once() -> None:
    start = time.perf_counter()
    for text in (
        "QC1:" + "0" * 1_000_000,
        "QC1:" + "\u212a" * 1_000_000,
        " " * 1_000_000 + "QC1:" + "0" * 4096,
    ):
        with pytest.raises(TooBig, match="more than any certificate"):
            wire.to_bytes(text)
    for text in ("0" * 1_000_000, "QC" + "1" * 1_000_000, "Q " * 500_000, " " * 1_000_000):
        with pytest.raises(Unreadable, match="does not begin"):
            wire.to_bytes(text)
        assert wire.scheme(text) is None
    assert time.perf_counter() - start < QUICK


def test_the_longest_certificate() -> None:
    data = bytes(range(256)) * 8
    assert wire.to_bytes(wire.to_text(data)) == data
    for longer in (wire.to_text(data + b"\0"), wire.to_text(data) + "0"):
        with pytest.raises(TooBig):
            wire.to_bytes(longer)


def test_no_error_shows_the_text() -> None:
    for text in ("Иванов Иван", "QC1:ИВАНОВ", "QC1:ABCDEFGHIJ" + "0" * 5000, "QC1:SECRET::"):
        with pytest.raises(Unreadable) as caught:
            wire.to_bytes(text)
        assert not any(part in str(caught.value) for part in ("ван", "ВАН", "ABCD", "SECRET"))


def test_days_count_from_1970() -> None:
    assert wire.to_day(date(1970, 1, 1)) == 0
    assert wire.to_day(date(1969, 12, 31)) == -1
    assert wire.to_day(date(2020, 1, 1)) == wire.FIRST_DAY
    assert wire.to_day(date(2199, 12, 31)) == wire.LAST_DAY
    assert wire.to_day(date(1800, 1, 1)) == -62091
    for day in (-62091, -1, 0, wire.FIRST_DAY, wire.LAST_DAY):
        assert wire.to_day(wire.to_date(day)) == day


def test_a_moment_counts_as_the_day_of_its_own_zone() -> None:
    moment = datetime(2026, 6, 25, 23, 30, tzinfo=UTC)
    assert wire.to_day(moment) == wire.to_day(date(2026, 6, 25))
    assert wire.to_day(moment.astimezone(timezone(timedelta(hours=3)))) == wire.to_day(date(2026, 6, 26))
