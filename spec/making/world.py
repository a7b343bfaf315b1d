"""The world of the vectors: schools, their keys, certificates that lists speak of, and the shared lists."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from making.forms import form
from making.keys import Key, ed25519, ed25519_from, esp256, seed_of
from making.lists import Authority, authority, key_body, school_body
from making.octets import day
from making.papers import TEST, Paper, claims, issue
from making.scenario import SCHOOL, shown, shown_field
from making.trees import Season
from making.twisted import mixed_key

PLAIN = form("plain")
KINDS = form("kinds")
PARTS = form("parts")
ATTESTAT = form("ru-attestat-11")
DIPLOMA = form("ib-diploma")
COURSE = form("course-completion")
ABSENT = bytes.fromhex("ab5e27f05ab5e27f05ab5e27f05ab5e2")
"""The hash of a form that no list here has."""

SCHOOL_KEY = ed25519("school")
TOKEN = esp256("token")
RETIRED = ed25519("retired")
VOID = ed25519("void")
STOLEN = ed25519("stolen")
BARE = ed25519("stolen, without leaves")
PILOT = ed25519("pilot")
DANCE = ed25519("dance studio")
MERGED = ed25519("merged school")
STRANGER = ed25519("stranger")
SHARED = ed25519("known to two authorities")
MIXED = mixed_key("mixed order")
RECORD_1 = ed25519_from(b"\x01" * 32)
RECORD_2 = ed25519_from(b"\x02" * 32)
LATER = Key(-50, seed_of("a later algorithm"), lambda message: bytes(64))

ALL_FORMS = (PLAIN, KINDS, PARTS, ATTESTAT, DIPLOMA, COURSE)

FIRST_SCHOOL = ("2000-01-01", "First School"), ("2026-01-01", SCHOOL[1])
"""Renamed on the first day of 2026."""


def plain(number: str = "V-1", *, key: Key = SCHOOL_KEY, aad: bytes | None = None, **more: Any) -> Paper:
    """Return a certificate of attendance for Anna Lee."""
    payload = claims(PLAIN.hash, number, **{"f1": b"Anna Lee", **more})
    return issue(key, payload) if aad is None else issue(key, payload, aad=aad)


def plain_shown(
    verdict: str = "genuine", number: str = "V-1", *, name: str = "Anna Lee", **more: Any
) -> dict[str, Any]:
    """Return what must be shown for `plain`; ``course`` and ``until`` where they are filled."""
    fields = [shown_field("name", "Name", name)]
    if (course := more.pop("course", None)) is not None:
        fields.append(shown_field("course", "Course", course))
    if (until := more.pop("until", None)) is not None:
        fields.append(shown_field("until", "Valid until", until))
    return shown(verdict, number=number, title="Certificate of attendance", fields=fields, **more)


def part(number: int, which: int | None = None, *, key: Key = SCHOOL_KEY, **more: Any) -> Paper:
    """Return a code of a school certificate with two parts."""
    return issue(key, claims(PARTS.hash, number, part=which, f1=b"Anna Lee", **more))


# -------------------------------------------------------------------------- certificates that lists speak of

REPLACED_RIGHT = plain("W-1")
REPLACED_WRONG = plain("W-2")
WITHDRAWN = plain("W-3")
WITHDRAWN_TITLE = part(31, 1, f2=2026)
WITHDRAWN_SUPPLEMENT = part(31, 2, f4=bytes.fromhex("80"))
BOTH_NAMES = plain("W-4")
FUTURE_WITHDRAWAL = plain("W-5")
WITHDRAWN_UNKNOWN_FORM = issue(SCHOOL_KEY, claims(ABSENT, 77, f1=b"Anna Lee"))
WITHDRAWN_DISOBEYING = issue(SCHOOL_KEY, claims(PLAIN.hash, "W-6", f1=7))
WITHDRAWN_EXPIRED = plain("W-7", f3=day("2026-08-31"))
BOTH_NAMES_TURNED = plain("W-8")
HONEST = [plain(f"H-{n}", key=STOLEN, issued="2026-05-20") for n in (1, 2, 3)]
HONEST_BEFORE = plain("H-0", key=STOLEN, issued="2025-05-20")
BARE_HONEST = plain("B-1", key=BARE, issued="2026-05-20")
IN_SEASON = [plain(f"S-{n}") for n in range(1, 6)]
IN_SEASON_BEFORE = plain("S-0", issued="2025-05-20")
SHARED_PLAIN = plain("T-1", key=SHARED)
SHARED_WITHDRAWN = plain("T-2", key=SHARED)
SHARED_KINDS = issue(SHARED, claims(KINDS.hash, "T-3", f1=b"Anna"))
SHARED_TEST = plain("T-4", key=PILOT, aad=TEST)
SHARED_VOID = plain("T-5", key=VOID)

SEASON_2025 = Season.of(day("2025-08-31"), [HONEST_BEFORE, IN_SEASON_BEFORE])
SEASON_2026 = Season.of(day("2026-08-31"), [*HONEST, BARE_HONEST, *IN_SEASON])


@cache
def main_labels() -> dict[int, Any]:
    """Return what the main list says, label by label."""
    withdrawals = {
        REPLACED_RIGHT.name_of_copy: ("2026-09-10", 1),
        REPLACED_WRONG.name_of_number: ("2026-09-11", 2),
        WITHDRAWN.name_of_copy: ("2026-09-12", 3),
        WITHDRAWN_TITLE.name_of_number: ("2026-09-13", 3),
        BOTH_NAMES.name_of_copy: ("2026-09-14", 1),
        BOTH_NAMES.name_of_number: ("2026-09-15", 3),
        BOTH_NAMES_TURNED.name_of_copy: ("2026-09-14", 3),
        BOTH_NAMES_TURNED.name_of_number: ("2026-09-15", 2),
        FUTURE_WITHDRAWAL.name_of_copy: ("2027-03-01", 3),
        WITHDRAWN_UNKNOWN_FORM.name_of_number: ("2026-09-16", 3),
        WITHDRAWN_DISOBEYING.name_of_copy: ("2026-09-17", 3),
        WITHDRAWN_EXPIRED.name_of_copy: ("2026-09-18", 3),
    }
    return {
        7: sorted(one.entry for one in ALL_FORMS),
        8: [[1, sorted(one.hash for one in ALL_FORMS)], [2, [PLAIN.hash]]],
        9: list(_main_schools()),
        10: sorted([name, day(when), kind] for name, (when, kind) in withdrawals.items()),
        11: [SEASON_2025.entry, SEASON_2026.entry],
    }


def _main_schools() -> Iterator[dict[Any, Any]]:
    stolen = [SEASON_2025.leaves(STOLEN.kid), SEASON_2026.leaves(STOLEN.kid)]
    first = [
        key_body(SCHOOL_KEY),
        key_body(TOKEN),
        key_body(MIXED),
        key_body(RECORD_1),
        key_body(RECORD_2),
        key_body(STOLEN, status=(1, "2026-09-01"), leaves=stolen),
        key_body(BARE, status=(1, "2027-09-01")),
        key_body(LATER),
    ]
    closed = [
        key_body(RETIRED, window=("2020-09-01", "2023-08-31")),
        key_body(VOID, status=(2, "2027-01-01")),
        key_body(MERGED, window=("2020-09-01", "2025-08-31")),
    ]
    yield school_body(1, *FIRST_SCHOOL, keys=first)
    yield school_body(2, ("1990-09-01", "Old School"), keys=closed) | {
        4: day("2025-08-31"),
        5: 1,
        6: "City archive",
    }
    yield school_body(3, ("2026-01-01", "Pilot School (TEST)"), keys=[key_body(PILOT, test=True)])
    yield school_body(4, ("2026-01-01", "Dance Studio"), keys=[key_body(DANCE, rights=2), key_body(SHARED)])


def main_authority() -> Authority:
    """Return the authority of the main list."""
    return authority("Vectors Authority (TEST)")


def other_authority() -> Authority:
    """Return an authority that knows some of the same keys."""
    return authority("Other Authority (TEST)")


def _other_labels() -> dict[int, Any]:
    keys = [key_body(SHARED), key_body(PILOT), key_body(VOID)]
    return {
        7: sorted(one.entry for one in (PLAIN, PARTS)),
        8: [[1, sorted(one.hash for one in (PLAIN, PARTS))]],
        9: [school_body(9, ("2020-01-01", "The Same Studio"), keys=keys)],
        10: [[SHARED_WITHDRAWN.name_of_copy, day("2026-10-01"), 3]],
    }


def own_authority() -> Authority:
    """Return a school that is its own authority."""
    return authority("Village School (TEST)")


OWN_KEY = ed25519("village school")


def _own_labels() -> dict[int, Any]:
    school = school_body(1, ("2020-01-01", own_authority().name), keys=[key_body(OWN_KEY)])
    return {7: [PLAIN.entry], 8: [[1, [PLAIN.hash]]], 9: [school]}


def _pilot_labels() -> dict[int, Any]:
    school = school_body(1, FIRST_SCHOOL[1], keys=[key_body(RECORD_1, test=True)])
    return {7: [ATTESTAT.entry], 8: [[1, [ATTESTAT.hash]]], 9: [school]}


@cache
def shared_lists() -> dict[str, bytes]:
    """Return the files in ``spec/vectors/lists`` by name."""
    from making.odd_forms import odd_labels

    main = main_authority()
    labels = main_labels()
    schools = [dict(school) for school in labels[9]]
    schools[0] = school_body(1, *FIRST_SCHOOL, keys=_with_leaves(schools[0][3]))
    return {
        "main": main.publish(labels),
        "cutover": main.publish(labels | {3: 8, -1: day("2026-10-01")}),
        "cutover-leaves": main.publish(labels | {3: 9, 9: schools, -1: day("2026-10-01")}),
        "far": main.publish(labels | {3: 10, 6: day("2029-11-01")}),
        "other": other_authority().publish(_other_labels()),
        "own": own_authority().publish(_own_labels()),
        "pilot": main.publish(_pilot_labels() | {3: 11}),
        "odd-forms": main.publish(odd_labels() | {3: 12}),
    }


def _with_leaves(keys: list[dict[Any, Any]]) -> list[dict[Any, Any]]:
    """Return a school's keys, the healthy one with its papers of both seasons."""
    leaves = sorted(
        [SEASON_2025.leaves(SCHOOL_KEY.kid), SEASON_2026.leaves(SCHOOL_KEY.kid)], key=lambda one: one[0]
    )
    return [body | {6: leaves} if body[0] == SCHOOL_KEY.public else body for body in keys]
