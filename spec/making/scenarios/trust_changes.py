"""Importing: what the next list may change and what may never go back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from making.imports import (
    FORM_2,
    ONE,
    THIRD,
    Body,
    Change,
    Import,
    following,
    key_in,
    without_key,
)
from making.lists import key_body, school_body
from making.octets import day
from making.scenarios.trust_imports import after
from making.world import (
    LATER,
    PILOT,
    PLAIN,
    SCHOOL_KEY,
    SEASON_2025,
    SEASON_2026,
    STOLEN,
    STRANGER,
    VOID,
)


def scenarios() -> Iterator[Import]:
    for name, title, change in (*_keys_gone_back(), *_rest_gone_back()):
        yield after(
            f"went-back-{name}", title, _next(change), "went_back", "what was there must be there still"
        )
    for name, title, change in (*_free_of_keys(), *_free_of_schools(), *_free_of_the_rest()):
        yield after(f"free-{name}", title, _next(change), "imported", "free to change")
    yield from _others()


def _next(change: Change) -> bytes:
    return ONE.publish(following(ONE, ONE.body(), change))


def _set(key: Any, **labels: Any) -> Change:
    """Return the change of a key's labels: ``l3`` is label 3, None takes one away."""

    def change(body: Body) -> None:
        entry = key_in(body, key)
        for name, value in labels.items():
            entry.pop(int(name[1:]), None)
            if value is not None:
                entry[int(name[1:])] = value

    return change


Faults = Iterator[tuple[str, str, Change]]


def _keys_gone_back() -> Faults:
    yield "key", "a key is gone", lambda body: without_key(body, SCHOOL_KEY)
    yield "void-active", "a void key is active again", _set(VOID, l5=None)
    yield "void-compromised", "a void key is only compromised", _set(VOID, l5=[1, day("2026-01-01")])
    yield "stolen-active", "a compromised key is active again", _set(STOLEN, l5=None, l6=None)
    yield "from-earlier", "a key's window begins earlier", _set(SCHOOL_KEY, l2=day("2023-12-31"))
    yield "from-later", "a key's window begins later", _set(SCHOOL_KEY, l2=day("2024-01-02"))
    yield "test-flag", "a test key is a real one", _set(PILOT, l7=None)
    yield "real-key", "a real key is a test key", _set(SCHOOL_KEY, l7=1)
    yield "school", "a key moved to another school", lambda body: _move(body, SCHOOL_KEY, 2)
    yield "school-before", "a key moved to a school before its own", lambda body: _move(body, PILOT, 1)
    yield (
        "key-relabelled",
        "a key under an algorithm that is not known here is as good as gone",
        _set(SCHOOL_KEY, l1=-50),
    )


def _move(body: Body, key: Any, school: int) -> None:
    entry = key_in(body, key)
    without_key(body, key)
    keys = body[9][school - 1][3]
    body[9][school - 1][3] = sorted([*keys, entry], key=lambda one: bytes(one[0]))


def _rest_gone_back() -> Faults:
    def no_form(body: Body) -> None:
        body[7] = [entry for entry in body[7] if entry[0] != FORM_2]
        body[8] = [[1, [PLAIN.hash]], [2, [PLAIN.hash]]]

    def no_season(body: Body) -> None:
        body[11] = body[11][1:]
        key_in(body, STOLEN)[6] = [SEASON_2026.leaves(STOLEN.kid)]

    def counted(body: Body) -> None:
        body[11][1] = [*body[11][1][:2], body[11][1][2] + 1, body[11][1][3]]

    def on_another_day(body: Body) -> None:
        body[11][1] = [body[11][1][0] + 1, *body[11][1][1:]]

    def another_root(body: Body) -> None:
        body[11] = [[*SEASON_2025.entry[:3], b"\x01" * 32], SEASON_2026.entry]
        key_in(body, STOLEN)[6] = [SEASON_2026.leaves(STOLEN.kid)]

    yield "form", "a form is gone, though nobody understands it", no_form
    yield "season", "a season is gone", no_season
    yield "season-root", "a season has another root", another_root
    yield "season-count", "a season has another number of certificates", counted
    yield "season-day", "a season was closed on another day", on_another_day


def _free_of_keys() -> Faults:
    yield "until-later", "a key renewed", _set(SCHOOL_KEY, l3=day("2029-12-31"))
    yield "until-earlier", "a key retired", _set(SCHOOL_KEY, l3=day("2026-10-31"))
    yield "compromised", "a key compromised", _set(SCHOOL_KEY, l5=[1, day("2026-11-01")])
    yield "compromised-void", "a compromised key void", _set(STOLEN, l5=[2, day("2026-11-01")])
    yield "since", "another day since when a key is compromised", _set(STOLEN, l5=[1, day("2025-01-01")])
    yield "key-rights", "a key's rights narrowed", _set(SCHOOL_KEY, l4=2)
    yield "leaves-gone", "a compromised key's leaves taken away", _set(STOLEN, l6=None)
    yield (
        "leaves-more",
        "leaves of a healthy key published",
        _set(SCHOOL_KEY, l6=[SEASON_2026.leaves(SCHOOL_KEY.kid)]),
    )

    def one_more(body: Body) -> None:
        keys = [*body[9][0][3], key_body(STRANGER)]
        body[9][0][3] = sorted(keys, key=lambda one: bytes(one[0]))

    yield "new-key", "a key admitted", one_more


def _free_of_schools() -> Faults:
    def school(number: int, **labels: Any) -> Change:
        def change(body: Body) -> None:
            body[9][number - 1].update({int(name[1:]): value for name, value in labels.items()})

        return change

    yield "name", "a school renamed", school(1, l1=[[day("2000-01-01"), "Now Another"]])
    yield "place", "a school moved", school(1, l2="Elsewhere")
    yield (
        "closed",
        "a school closed, with successor and archive",
        school(2, l4=day("2026-10-01"), l5=1, l6="City archive"),
    )
    yield "new-school", "a school more", lambda body: body[9].append(school_body(3, ("2026-01-01", "New")))


def _free_of_the_rest() -> Faults:
    yield "authority-name", "the authority renamed", lambda body: body.update({0: "Renamed (TEST)"})
    yield "where", "another place where lists are found", lambda body: body.update({1: "example.net"})
    yield "withdrawal-lifted", "a withdrawal lifted", lambda body: body[10].clear()
    yield (
        "withdrawal-kind",
        "a withdrawal of another kind and day",
        lambda body: body[10].__setitem__(0, [body[10][0][0], day("2026-10-01"), 1]),
    )
    yield "rights", "rights narrowed", lambda body: body[8].__setitem__(0, [1, [PLAIN.hash]])
    yield "form", "a form more", lambda body: body[7].append([b"\xff", {}])
    yield "translations", "translations taken away", lambda body: body[7].__setitem__(1, [body[7][1][0], {}])
    yield "issued", "issued before the list before it", lambda body: body.update({5: day("2026-01-01")})
    yield "cutover", "a cutover", lambda body: body.update({-1: day("2026-11-01")})
    yield (
        "season",
        "a season closed",
        lambda body: body[11].append([day("2026-10-01"), 1, 1, b"\x02" * 32]),
    )


def _others() -> Iterator[Import]:
    rule = "the cutover, if it was there"
    before = ONE.body({-1: day("2026-10-01")})
    for name, title, cutover, expected in (
        ("went-back-cutover", "the cutover taken back", None, "went_back"),
        (
            "free-cutover-day",
            "another day of the cutover: its presence is what counts",
            "2026-10-02",
            "imported",
        ),
    ):
        body = following(ONE, before)
        if cutover is not None:
            body[-1] = day(cutover)
        yield after(name, title, ONE.publish(body), expected, rule, "stored-cutover")
    gone = THIRD.body({3: 1})
    without_key(gone, SCHOOL_KEY)
    yield after(
        "went-back-under-a-new-root",
        "a key is gone, under a new root and new signers",
        THIRD.publish(gone),
        "went_back",
        "a new root lifts nothing by itself",
    )
    skipped = ONE.body({3: 12})
    without_key(skipped, SCHOOL_KEY)
    yield after(
        "went-back-in-a-larger-step",
        "a key is gone, some versions later",
        ONE.publish(skipped),
        "went_back",
        "what was there must be there still",
    )

    def with_later(body: Body) -> None:
        body[9][1][3] = sorted([*body[9][1][3], key_body(LATER)], key=lambda one: bytes(one[0]))

    had = ONE.body()
    with_later(had)
    yield after(
        "free-key-of-a-later-algorithm",
        "a key of an algorithm that is not known here was left out, so nobody misses it",
        ONE.publish(following(ONE, had)),
        "imported",
        "a key of another alg is left out",
        ONE.publish(had),
    )
