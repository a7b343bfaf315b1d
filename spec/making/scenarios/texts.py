"""Step 1 and the first half of step 2: what stands before the bytes, and base45."""

from __future__ import annotations

from collections.abc import Iterator

from making.octets import base45
from making.papers import text_of
from making.scenario import Scenario, answer
from making.world import SCHOOL_KEY, plain, plain_shown

GOOD = plain().text
BODY = GOOD[4:]

_NOT_OURS = {
    "empty": ("nothing at all", ""),
    "blanks": ("nothing but white space", " \t\r\n"),
    "url": ("a web address", "https://example.org/verify?c=QC1:ABC"),
    "vcard": ("a visiting card", "BEGIN:VCARD\nFN:Anna Lee\nEND:VCARD"),
    "health-certificate": ("another family of codes", "HC1:" + BODY),
    "smart-health-card": (
        "another family of codes",
        "shc:/5676290952432060346029243740446031222959532654603460",
    ),
    "lower-case-prefix": ("the prefix counts in upper case only", "qc1:" + BODY),
    "fullwidth-colon": ("U+FF1A looks like a colon", "QC1\uff1a" + BODY),
    "no-prefix": ("base45 alone", BODY),
    "no-digits": ("a prefix without a version", "QC:" + BODY),
    "ten-digits": ("a version has one to nine digits", "QC1234567890:" + BODY),
    "arabic-digit": ("a version has ASCII digits", "QC\u0661:" + BODY),
    "space-in-prefix": ("the prefix is one piece", "QC 1:" + BODY),
    "text-before": ("nothing stands before the prefix", "1: " + GOOD),
    "no-break-space-before": ("U+00A0 is not trimmed", "\u00a0" + GOOD),
    "byte-order-mark-before": ("U+FEFF is not trimmed", "\ufeff" + GOOD),
    "proof-alone": ("a second code is no certificate", "QP1:" + BODY),
}

_OTHER_VERSIONS = {
    "version-2": ("a version to come", "QC2:ANYTHING AT ALL"),
    "version-0": ("a version that never was", "QC0:" + BODY),
    "version-01": ("only the exact QC1: is version 1", "QC01:" + BODY),
    "version-of-nine-digits": ("the longest version", "QC123456789:" + BODY),
    "another-version-after-a-blank": ("white space is trimmed before the prefix is read", " \r\nQC10:x"),
}

_UNREADABLE = {
    "prefix-alone": ("no bytes", "QC1:"),
    "cut-by-one": ("the last character is missing", GOOD[:-1]),
    "cut-by-two": ("the last two characters are missing", GOOD[:-2]),
    "cut-in-half": ("only the first half", GOOD[: len(GOOD) // 2]),
    "one-character": ("one base45 character alone", "QC1:0"),
    "extended": ("three characters more than there should be", GOOD + "ABC"),
    "lower-case": ("base45 has no small letters", "QC1:" + BODY.lower()),
    "kelvin-sign": ("U+212A is not K", GOOD.replace("K", "\u212a", 1)),
    "cyrillic-a": ("U+0410 is not A", GOOD.replace("A", "\u0410", 1)),
    "line-break-inside": ("white space is trimmed at the ends only", GOOD[:60] + "\n" + GOOD[60:]),
    "no-break-space-after": ("U+00A0 is not trimmed", GOOD + "\u00a0"),
    "vertical-tab-after": ("U+000B is not trimmed", GOOD + "\u000b"),
    "nul-after": ("U+0000 is not trimmed", GOOD + "\u0000"),
    "group-of-three-overflows": ("three characters above 65 535", "QC1::::" + BODY),
    "group-ggw": ("the least three characters above 65 535 (RFC 9285)", "QC1:GGW" + BODY[3:]),
    "group-of-two-overflows": ("two characters above 255", "QC1:" + base45(bytes(8)) + "::"),
    "two-codes-joined": ("two codes scanned as one text", GOOD + GOOD),
    "percent-coded": ("a text that passed through a web form", GOOD.replace(" ", "%20")),
    "longer-than-any": ("2 050 bytes, where a certificate has at most 2 048", "QC1:" + base45(bytes(2050))),
    "random-bytes": ("base45 that is no CBOR", "QC1:" + base45(b"\xff\x00 this is not CBOR")),
    "emoji": ("a character beyond the first 65 536", GOOD + "\U0001f393"),
}

_BLANKS = "\t\n\r "


def scenarios() -> Iterator[Scenario]:
    for name, (title, text) in _NOT_OURS.items():
        yield _text(
            f"not-ours-{name}", title, text, "not_qrcert", "step 1: ^QC[0-9]{1,9}: in ASCII is demanded"
        )
    for name, (title, text) in _OTHER_VERSIONS.items():
        yield _text(name, title, text, "unsupported", "step 1: another version than the exact QC1:")
    for name, (title, text) in _UNREADABLE.items():
        yield _text(name, title, text, "unreadable", "step 2: length and base45 (RFC 9285)")
    yield Scenario(
        path="text/white-space-at-the-ends",
        title="tab, line feed, carriage return and blank are trimmed at the ends",
        origin="step 1; made from the plain certificate",
        input=_BLANKS + GOOD + _BLANKS,
        expected=plain_shown(),
    )
    yield Scenario(
        path="text/one-megabyte",
        title="a text too long for any code is not decoded",
        origin="step 2; shortened here to 5 000 characters, the rule is the same",
        input="QC1:" + "0" * 5000,
        expected=answer("unreadable"),
    )
    yield from _flipped()


def _text(name: str, title: str, text: str, verdict: str, origin: str) -> Scenario:
    return Scenario(path=f"text/{name}", title=title, origin=origin, input=text, expected=answer(verdict))


def _flipped() -> Iterator[Scenario]:
    """One bit flipped in each region of the bytes: what decides depends on the region alone."""
    data = plain().data
    kid_at = data.index(SCHOOL_KEY.kid)
    payload_at = data.index(b"Anna Lee")
    for name, at, verdict in (
        ("the-tag", 0, "unreadable"),
        ("the-algorithm", 5, "unsupported"),
        ("the-kid", kid_at, "unknown_school"),
        ("the-payload", payload_at, "altered"),
        ("the-signature", len(data) - 40, "altered"),
        ("the-last-byte", len(data) - 1, "altered"),
    ):
        flipped = data[:at] + bytes((data[at] ^ 1,)) + data[at + 1 :]
        yield Scenario(
            path=f"text/bit-flipped-in-{name}",
            title=f"one bit flipped in {name.replace('-', ' ')}",
            origin=f"made from the plain certificate, byte {at} xor 1",
            input=text_of(flipped),
            expected=answer(verdict),
        )
