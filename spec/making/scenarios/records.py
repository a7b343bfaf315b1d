"""Four records that two implementations packed and signed alike before this one was written."""

from __future__ import annotations

from collections.abc import Iterator

from making.octets import bits, day
from making.papers import TEST, Paper, claims, issue
from making.scenario import Scenario, answer, row, shown, shown_field
from making.world import ATTESTAT, COURSE, DIPLOMA, RECORD_1, RECORD_2

PILOT_LIST = (1, "Vectors School")

_FIRST = {
    "f1": "8aaeadb1b2a0adb2a8adaeafaeabbcb1aaa0bf",
    "f2": "80aba5aab1a0ada4b0a0",
    "f3": "82aba0a4a8aca8b0aea2ada0",
}

_EXCELLENT = "00"
_PASSED = "11"


def attestat() -> Paper:
    """Return record 1: one code with both parts, the worked example of the specification."""
    present = "1110 0110 0010 1100 1001 1010 0110 1100 0000 0000"
    present = _presence(0, 1, 2, 5, 6, 7, 10, 12, 13, 17, 20, 21, 23, 24, 27, 28, 30)
    rows = "00" + "00" + "000001 00" + "0000 00" + "0001 00" + "00" * 11 + _PASSED
    free = bytes.fromhex("81a0b8aaa8b0b1aaa0bf20aab3abbcb2b3b0a0")
    courses = bytes.fromhex("8eb1adaea2bb20b0aea1aeb2aeb2a5b5ada8aaa8")
    names = {label: bytes.fromhex(text) for label, text in _FIRST.items()}
    return issue(
        RECORD_1,
        claims(
            ATTESTAT.hash,
            6624000123456,
            **names,
            f4=day("2008-05-17"),
            f5=2026,
            f6=0,
            f7=[bits(present + rows + _EXCELLENT), free],
            f8=[b"", courses],
        ),
    )


def _presence(*rows: int) -> str:
    return "".join("1" if place in rows else "0" for place in range(40))
