"""Step 10: withdrawn and replaced, by either name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from making.octets import day
from making.papers import Paper, claims, issue
from making.scenario import Scenario, answer, named, row, shown, shown_field
from making.world import (
    BOTH_NAMES,
    BOTH_NAMES_TURNED,
    FUTURE_WITHDRAWAL,
    KINDS,
    PLAIN,
    REPLACED_RIGHT,
    REPLACED_WRONG,
    RETIRED,
    SCHOOL_KEY,
    WITHDRAWN,
    WITHDRAWN_DISOBEYING,
    WITHDRAWN_EXPIRED,
    WITHDRAWN_SUPPLEMENT,
    WITHDRAWN_TITLE,
    WITHDRAWN_UNKNOWN_FORM,
    part,
    plain,
    plain_shown,
)

_STEP = "step 10: not in the withdrawals, by either name"


def _scenario(name: str, title: str, paper: Paper, expected: dict[str, Any], **more: Any) -> Scenario:
    return Scenario(
        path=f"withdrawal/{name}", title=title, origin=_STEP, input=paper.text, expected=expected, **more
    )


def scenarios() -> Iterator[Scenario]:
    yield _scenario(
        "replaced-right",
        "kind 1 by name 1: this copy",
        REPLACED_RIGHT,
        plain_shown("replaced", "W-1", kind=1),
    )
    yield _scenario(
        "replaced-wrong",
        "kind 2 by name 2: the number",
        REPLACED_WRONG,
        plain_shown("replaced", "W-2", kind=2),
    )
    yield _scenario("withdrawn", "kind 3 by name 1", WITHDRAWN, plain_shown("withdrawn", "W-3", kind=3))
    yield _scenario(
        "other-copy-of-a-withdrawn-one",
        "another copy with the number of a copy withdrawn by name 1",
        plain("W-3", f2=b"Another copy"),
        plain_shown(number="W-3", course="Another copy"),
    )
    yield _scenario(
        "other-copy-of-a-withdrawn-number",
        "another copy with a number withdrawn by name 2",
        plain("W-2", f2=b"Another copy"),
        plain_shown("replaced", "W-2", kind=2, course="Another copy"),
    )
    yield _scenario(
        "same-number-of-another-key",
        "a number withdrawn by name 2, on another key's paper: name 2 begins with the kid",
        plain("W-2", key=RETIRED, issued="2022-06-25"),
        plain_shown(number="W-2", issued="2022-06-25", school=(2, "Old School")),
    )
    yield _scenario(
        "same-number-of-another-form",
        "a number withdrawn by name 2, on a paper of another form: name 2 holds the form",
        issue(SCHOOL_KEY, claims(KINDS.hash, "W-2", f1=b"Anna")),
        shown(number="W-2", title="Diploma of Anna", fields=[shown_field("name", "Name", "Anna")]),
    )
    yield _scenario(
        "code-of-all-parts",
        "a number withdrawn by name 2, in one code that carries all parts",
        part(31, f2=2026, f4=b"\x80"),
        shown(
            "withdrawn",
            kind=3,
            number="00000031",
            title="School certificate",
            fields=[shown_field("name", "Name", "Anna Lee"), shown_field("year", "Year", 2026)],
            marks=[row("marks", "Algebra", "5")],
        ),
    )
    yield _parts("title-page", "the title page of a number withdrawn by name 2", WITHDRAWN_TITLE, 1)
    yield _parts("supplement", "... and its supplement: parts share name 2", WITHDRAWN_SUPPLEMENT, 2)
    yield _scenario(
        "both-names",
        "kind 1 by name 1 and kind 3 by name 2: the greater kind counts",
        BOTH_NAMES,
        plain_shown("withdrawn", "W-4", kind=3),
    )
    yield _scenario(
        "both-names-turned",
        "kind 3 by name 1 and, a day later, kind 2 by name 2: the greater kind counts, not the later day",
        BOTH_NAMES_TURNED,
        plain_shown("withdrawn", "W-8", kind=3),
    )
    yield _scenario(
        "day-to-come",
        "withdrawn from a day to come: it counts at once",
        FUTURE_WITHDRAWAL,
        plain_shown("withdrawn", "W-5", kind=3),
    )
    yield _scenario(
        "at-never-hides-it",
        "`at` a day before the withdrawal",
        FUTURE_WITHDRAWAL,
        plain_shown("withdrawn", "W-5", kind=3),
        at="2026-12-02",
    )
    yield _scenario(
        "clock-never-hides-it",
        "a clock that was never set: step 10 comes before step 12",
        WITHDRAWN,
        plain_shown("withdrawn", "W-3", kind=3),
        now="1970-01-01",
    )
    yield _scenario(
        "before-expired",
        "withdrawn, and expired by its own words: step 10 comes before step 12",
        WITHDRAWN_EXPIRED,
        plain_shown("withdrawn", "W-7", kind=3, until="2026-08-31"),
    )
    yield _scenario(
        "unknown-form",
        "withdrawn, of a form that the list does not know: nothing but number, day and school can be shown",
        WITHDRAWN_UNKNOWN_FORM,
        named("withdrawn", number="77", kind=3),
    )
    yield _scenario(
        "disobeying",
        "withdrawn, with fields that break its form: they are not shown",
        WITHDRAWN_DISOBEYING,
        named("withdrawn", number="W-6", kind=3),
    )
    yield _scenario(
        "after-the-window",
        "a withdrawn number, dated outside the key's window: step 9 comes before step 10",
        issue(SCHOOL_KEY, claims(PLAIN.hash, "W-2", issued="2030-01-01", f1=b"Anna Lee")),
        named("key_refused", reason="window", number="W-2", issued="2030-01-01"),
    )
    altered = bytearray(WITHDRAWN.data)
    altered[-1] ^= 1
    yield _scenario(
        "altered",
        "a withdrawn certificate with an altered signature: step 7 comes before step 10",
        Paper(bytes(altered), WITHDRAWN.kid),
        answer("altered"),
    )
    yield _scenario(
        "unsupported",
        "a withdrawn number in a payload out of the rules: step 8 comes before step 10",
        issue(SCHOOL_KEY, claims(PLAIN.hash, "W-2", f1=b"Anna Lee", f24=day("2026-01-01"))),
        answer("unsupported"),
    )


def _parts(name: str, title: str, paper: Paper, which: int) -> Scenario:
    fields = [shown_field("name", "Name", "Anna Lee")]
    if which == 1:
        fields.append(shown_field("year", "Year", 2026))
    marks = [row("marks", "Algebra", "5")] if which == 2 else []
    expected = shown(
        "withdrawn",
        kind=3,
        number="00000031",
        title="School certificate",
        part=which,
        fields=fields,
        marks=marks,
    )
    return _scenario(name, title, paper, expected)
