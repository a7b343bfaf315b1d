"""Several lists: each that vouches for the key judges alone; any refusal, else any genuine, else cannot tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from making.papers import Paper, claims, issue
from making.scenario import Scenario, answer, named, shown, shown_field
from making.world import (
    ABSENT,
    KINDS,
    OWN_KEY,
    PILOT,
    RECORD_1,
    SHARED,
    SHARED_PLAIN,
    SHARED_TEST,
    SHARED_VOID,
    SHARED_WITHDRAWN,
    plain,
    plain_shown,
)

STUDIO = (4, "Dance Studio")
SAME_STUDIO = (9, "The Same Studio")
BOTH = ("main", "other")


def scenarios() -> Iterator[Scenario]:
    genuine = plain_shown(number="T-1", school=STUDIO)
    elsewhere = plain_shown(number="T-1", school=SAME_STUDIO)
    yield _several(
        "both-genuine",
        "two authorities know the key: the first list answers first",
        SHARED_PLAIN,
        genuine,
        [elsewhere],
    )
    yield _several(
        "order-of-lists",
        "... the other way round",
        SHARED_PLAIN,
        elsewhere,
        [genuine],
        lists=("other", "main"),
    )
    withdrawn = plain_shown("withdrawn", "T-2", kind=3, school=SAME_STUDIO)
    yield _several(
        "a-refusal-decides",
        "genuine by the first list, withdrawn by the second",
        SHARED_WITHDRAWN,
        withdrawn,
        [plain_shown(number="T-2", school=STUDIO)],
    )
    kinds = shown(
        number="T-3", school=STUDIO, title="Diploma of Anna", fields=[shown_field("name", "Name", "Anna")]
    )
    unknown = named("unknown_form", number="T-3", school=SAME_STUDIO)
    paper = issue(SHARED, claims(KINDS.hash, "T-3", f1=b"Anna"))
    yield _several(
        "genuine-before-cannot-tell",
        "a form that the first list does not know",
        paper,
        kinds,
        [unknown],
        lists=("other", "main"),
    )
    yield _several(
        "void-in-one-list",
        "a key that one authority has declared void: the other knows nothing of it",
        SHARED_VOID,
        named("key_refused", reason="void", number="T-5", school=(2, "Old School")),
        [plain_shown(number="T-5", school=SAME_STUDIO)],
        lists=("other", "main"),
    )
    yield _several(
        "test-in-one-list",
        "a test key of one authority, a school's key of the other: over the test aad only the first vouches",
        SHARED_TEST,
        plain_shown(number="T-4", school=(3, "Pilot School (TEST)"), test=True),
        [],
    )
    yield _several(
        "real-in-one-list",
        "... and over the real aad only the other",
        plain("T-4", key=PILOT),
        plain_shown(number="T-4", school=SAME_STUDIO),
        [],
    )
    yield _several(
        "known-to-one",
        "a key that only the second list has",
        plain(key=OWN_KEY),
        plain_shown(school=(1, "Village School (TEST)"), own=True),
        [],
        lists=("main", "own"),
    )
    absent = issue(SHARED, claims(ABSENT, 5, f1=b"Anna"))
    neither = [named("unknown_form", number="5", school=school) for school in (STUDIO, SAME_STUDIO)]
    yield _several("cannot-tell-twice", "a form that neither list knows", absent, neither[0], neither[1:])
    yield _several(
        "known-to-none",
        "a key that neither list has",
        plain(key=RECORD_1),
        answer("unknown_school"),
        [],
        lists=("other", "own"),
    )
    yield _several("no-list", "no list at all", plain(), answer("unknown_school"), [], lists=())
    yield _several(
        "own",
        "a school that is its own authority: according to the school itself",
        plain(key=OWN_KEY),
        plain_shown(school=(1, "Village School (TEST)"), own=True),
        [],
        lists=("own",),
    )


def _several(
    name: str,
    title: str,
    paper: Paper,
    first: Mapping[str, Any],
    others: Sequence[Mapping[str, Any]],
    *,
    lists: Sequence[str] = BOTH,
) -> Scenario:
    return Scenario(
        path=f"several/{name}",
        title=title,
        origin="section 11.3: several lists",
        input=paper.text,
        lists=lists,
        expected=dict(first) | {"others": list(others)},
    )
