"""Steps 9 and 12: windows, states of keys, and the days of certificate, list and reader."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from making.octets import day
from making.papers import TEST
from making.scenario import SCHOOL, Scenario, answer, named
from making.world import (
    BARE,
    HONEST,
    MERGED,
    PILOT,
    RETIRED,
    SCHOOL_KEY,
    STOLEN,
    VOID,
    plain,
    plain_shown,
)

OLD_SCHOOL = (2, "Old School")
PILOT_SCHOOL = (3, "Pilot School (TEST)")

WINDOW = "step 9: `issued` inside the key's window, both ends included"


def scenarios() -> Iterator[Scenario]:
    yield from _windows()
    yield from _states()
    yield from _schools()
    yield from _clock()
    yield from _until()
    yield from _age()
    yield from _at()


def _refused(
    name: str, title: str, reason: str, origin: str, *, key: Any = SCHOOL_KEY, **more: Any
) -> Scenario:
    school = more.pop("school", SCHOOL)
    issued = more.pop("issued", "2026-06-25")
    return Scenario(
        path=f"key/{name}",
        title=title,
        origin=origin,
        input=plain(key=key, issued=issued).text,
        expected=named("key_refused", reason=reason, number="V-1", issued=issued, school=school),
        **more,
    )


def _genuine(path: str, title: str, origin: str, *, key: Any = SCHOOL_KEY, **more: Any) -> Scenario:
    issued = more.pop("issued", "2026-06-25")
    expected = plain_shown(issued=issued, school=more.pop("school", SCHOOL))
    return Scenario(
        path=path,
        title=title,
        origin=origin,
        input=plain(key=key, issued=issued).text,
        expected=expected,
        **more,
    )


def _windows() -> Iterator[Scenario]:
    yield _refused(
        "window-before",
        "the day before the window",
        "window",
        WINDOW,
        issued="2023-12-31",
        school=(1, "First School"),
    )
    yield _genuine(
        "key/window-first-day",
        "the window's first day",
        WINDOW,
        issued="2024-01-01",
        school=(1, "First School"),
    )
    yield _genuine(
        "key/window-last-day",
        "the window's last day",
        WINDOW,
        issued="2028-12-31",
        now="2028-12-31",
        max_list_age=1000,
    )
    yield _refused("window-after", "the day after the window", "window", WINDOW, issued="2029-01-01")
    yield _genuine(
        "key/retired-old-date",
        "a retired key and a day when it was in use",
        WINDOW,
        key=RETIRED,
        issued="2022-06-25",
        school=OLD_SCHOOL,
    )
    yield _refused(
        "retired-new-date",
        "a retired key and a day after it",
        "window",
        WINDOW,
        key=RETIRED,
        school=OLD_SCHOOL,
    )


def _states() -> Iterator[Scenario]:
    void = "step 9: the key is void, at once, whatever the day since when"
    yield _refused(
        "void",
        "a void key; the list says since when, a day to come",
        "void",
        void,
        key=VOID,
        school=OLD_SCHOOL,
    )
    yield _refused(
        "void-and-outside-the-window",
        "void, and outside the window: the window comes first",
        "window",
        "step 9, its order",
        key=VOID,
        issued="2030-01-01",
        school=OLD_SCHOOL,
    )
    stolen = "step 9: compromised, and not among its leaves"
    yield _refused(
        "stolen",
        "a stolen key's certificate of before the theft, not among its leaves",
        "stolen",
        stolen,
        key=STOLEN,
        issued="2026-05-20",
    )
    yield _refused(
        "stolen-back-dated",
        "the thief dates it into an older season",
        "stolen",
        stolen,
        key=STOLEN,
        issued="2025-05-20",
        school=(1, "First School"),
    )
    yield _refused(
        "stolen-without-leaves",
        "a stolen key that has no leaves",
        "stolen",
        stolen,
        key=BARE,
        issued="2026-05-20",
    )
    yield _refused(
        "stolen-outside-the-window",
        "stolen, and outside the window: the window comes first",
        "window",
        "step 9, its order",
        key=STOLEN,
        issued="2029-05-20",
    )
    yield Scenario(
        path="key/stolen-among-its-leaves",
        title="a stolen key's honest certificate, among its leaves",
        origin="step 9: compromised, or among its leaves",
        input=HONEST[1].text,
        expected=plain_shown(number="H-2", issued="2026-05-20"),
    )
    yield Scenario(
        path="key/test",
        title="a test key over the test aad",
        origin="step 7: external_aad 'qrcert test certificate 1'; a test answer is marked",
        input=plain(key=PILOT, aad=TEST).text,
        expected=plain_shown(school=PILOT_SCHOOL, test=True),
    )


def _schools() -> Iterator[Scenario]:
    names = "trust list: the last name from a day not after `issued`, else the first"
    yield _genuine(
        "key/school-renamed",
        "signed under the school's earlier name",
        names,
        issued="2025-12-31",
        school=(1, "First School"),
    )
    yield _genuine(
        "key/school-renamed-that-day", "signed on the first day of the new name", names, issued="2026-01-01"
    )
    yield _genuine(
        "key/school-closed",
        "signed by a school that is closed and has a successor",
        "a closed school's papers stay genuine",
        key=MERGED,
        issued="2025-06-25",
        school=OLD_SCHOOL,
    )
    yield Scenario(
        path="key/another-schools-paper",
        title="text that names another school: the answer names the one that signed",
        origin="the school is the key's, whatever the certificate says",
        input=plain(key=RETIRED, issued="2022-06-25", f2=b"Attended Vectors School").text,
        expected=plain_shown(issued="2022-06-25", school=OLD_SCHOOL, course="Attended Vectors School"),
    )


def _clock() -> Iterator[Scenario]:
    issued = "step 12: issued <= now + 1 day"
    yield _genuine("time/issued-today", "signed today", issued, issued="2026-12-01")
    yield _genuine(
        "time/issued-tomorrow", "signed tomorrow: somewhere it is tomorrow", issued, issued="2026-12-02"
    )
    yield _clock_fault("issued-in-two-days", "signed in two days", issued, issued="2026-12-03")
    listed = "step 12: now >= the list's issued - 1 day"
    yield _genuine(
        "time/the-day-before-the-list", "read on the day before the list's", listed, now="2026-10-31"
    )
    yield _clock_fault(
        "two-days-before-the-list", "read two days before the list's day", listed, now="2026-10-30"
    )
    yield _clock_fault("clock-of-1970", "a clock that was never set", listed, now="1970-01-01")
    yield Scenario(
        path="time/clock-of-2099",
        title="a clock that is seventy years ahead: the list looks old",
        origin="step 12",
        input=plain().text,
        now="2099-01-01",
        expected=plain_shown("genuine_old_list"),
    )


def _clock_fault(name: str, title: str, origin: str, *, issued: str = "2026-06-25", **more: Any) -> Scenario:
    return Scenario(
        path=f"time/{name}",
        title=title,
        origin=origin,
        input=plain(issued=issued).text,
        expected=answer("check_clock"),
        **more,
    )


def _until() -> Iterator[Scenario]:
    origin = "step 12: an `until` field of the form is not past"
    last = "2026-12-01"
    until: dict[str, Any] = {"f3": day(last)}
    yield Scenario(
        path="time/until-today",
        title="the certificate's own last day",
        origin=origin,
        input=plain(**until).text,
        expected=plain_shown(until=last),
    )
    yield Scenario(
        path="time/until-yesterday",
        title="the day after the certificate's own last day",
        origin=origin,
        input=plain(**until).text,
        now="2026-12-02",
        expected=plain_shown("expired", until=last),
    )
    yield Scenario(
        path="time/expired-and-an-old-list",
        title="expired, and the list is old: expired comes first",
        origin="step 12, its order",
        input=plain(**until).text,
        now="2030-01-01",
        expected=plain_shown("expired", until=last),
    )
    yield Scenario(
        path="time/clock-before-expired",
        title="signed in the future and expired in the past: the clock comes first",
        origin="step 12, its order",
        input=plain(issued="2027-06-25", **until).text,
        now="2026-12-02",
        expected=answer("check_clock"),
    )
    yield Scenario(
        path="time/expired-before-it-was-signed",
        title="a last day before the day of signing",
        origin="step 12; nothing compares `until` with `issued`",
        input=plain(f3=day("2020-01-01")).text,
        expected=plain_shown("expired", until="2020-01-01"),
    )


def _age() -> Iterator[Scenario]:
    end = "step 12: the list is inside its effective end = min(next update, issued + 400)"
    text = plain().text
    for name, title, now, code in (
        ("list-last-day", "the day of the next update", "2027-10-31", "genuine"),
        ("list-a-day-past", "the day after the next update", "2027-11-01", "genuine_old_list"),
    ):
        yield Scenario(
            path=f"time/{name}", title=title, origin=end, input=text, now=now, expected=plain_shown(code)
        )
    for name, title, now, code in (
        ("far-list-day-400", "next update is three years ahead; day 400", "2027-12-06", "genuine"),
        ("far-list-day-401", "next update is three years ahead; day 401", "2027-12-07", "genuine_old_list"),
    ):
        yield Scenario(
            path=f"time/{name}",
            title=title,
            origin=end,
            input=text,
            now=now,
            lists=("far",),
            expected=plain_shown(code),
        )
    replaced = "max_list_age stands in place of the effective end"
    for name, title, now, age, code in (
        ("max-age-kept", "30 days asked for, 30 days old", "2026-12-01", 30, "genuine"),
        ("max-age-passed", "29 days asked for, 30 days old", "2026-12-01", 29, "genuine_old_list"),
        ("max-age-zero", "0 days asked for, on the list's day", "2026-11-01", 0, "genuine"),
        (
            "max-age-beyond-the-end",
            "5 000 days asked for, past the effective end",
            "2029-01-01",
            5000,
            "genuine",
        ),
    ):
        yield Scenario(
            path=f"time/{name}",
            title=title,
            origin=replaced,
            input=text,
            now=now,
            max_list_age=age,
            expected=plain_shown(code),
        )


def _at() -> Iterator[Scenario]:
    origin = "`at` stands in place of the clock in step 12"
    until = plain(f3=day("2026-12-31")).text
    yield Scenario(
        path="time/at-before-the-end",
        title="was it valid on the last day of 2026?",
        origin=origin,
        input=until,
        now="2027-06-01",
        at="2026-12-31",
        expected=plain_shown(until="2026-12-31"),
    )
    yield Scenario(
        path="time/at-after-the-end",
        title="will it be valid in 2027?",
        origin=origin,
        input=until,
        at="2027-01-01",
        expected=plain_shown("expired", until="2026-12-31"),
    )
    yield Scenario(
        path="time/at-before-the-list",
        title="a day before the list's: what the list knows of it cannot be told",
        origin=origin,
        input=until,
        at="2026-07-01",
        expected=answer("check_clock"),
    )
    yield Scenario(
        path="time/at-and-max-age",
        title="the list's age is counted to the day given",
        origin=origin,
        input=plain().text,
        now="2026-11-02",
        at="2026-12-02",
        max_list_age=30,
        expected=plain_shown("genuine_old_list"),
    )
