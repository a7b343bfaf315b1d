"""Step 11, first half: the form is in the list, understood, and among the key's rights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from making.octets import bits, day
from making.odd_forms import LETTERS_160, TITLE, broken_forms, odd_paper, sound_forms
from making.papers import claims, issue
from making.scenario import Scenario, named, row, shown, shown_field
from making.world import ABSENT, DANCE, KINDS, SCHOOL_KEY, plain, plain_shown

DANCE_SCHOOL = (4, "Dance Studio")
NAME = shown_field("name", "Name", "Anna")


def scenarios() -> Iterator[Scenario]:
    yield from _rights()
    yield from _unknown()
    yield from _sound()


def _rights() -> Iterator[Scenario]:
    origin = "step 11: the form is among the key's rights"
    outside: dict[str, Any] = {"form": KINDS.hash, "number": "R-1", "f1": b"Anna"}
    yield Scenario(
        path="rights/outside",
        title="a dance studio signs a diploma",
        origin=origin,
        input=issue(DANCE, claims(**outside)).text,
        expected=named("key_refused", reason="rights", number="R-1", school=DANCE_SCHOOL),
    )
    yield Scenario(
        path="rights/inside",
        title="a dance studio signs what it may",
        origin=origin,
        input=plain("R-2", key=DANCE).text,
        expected=plain_shown(number="R-2", school=DANCE_SCHOOL),
    )
    newer = "step 11: rights may have grown since the list: it is older than `issued`"
    yield Scenario(
        path="rights/outside-on-the-list-day",
        title="outside its rights, signed on the list's own day",
        origin=newer,
        input=issue(DANCE, claims(**outside, issued="2026-11-01")).text,
        expected=named(
            "key_refused", reason="rights", number="R-1", issued="2026-11-01", school=DANCE_SCHOOL
        ),
    )
    yield Scenario(
        path="rights/outside-after-the-list-day",
        title="outside its rights, signed on the day after the list's",
        origin=newer,
        input=issue(DANCE, claims(**outside, issued="2026-11-02")).text,
        expected=named("unknown_form", number="R-1", issued="2026-11-02", school=DANCE_SCHOOL),
    )
    yield Scenario(
        path="rights/before-fields",
        title="outside its rights, and fields that break the form: rights come first",
        origin="step 11, its order",
        input=issue(DANCE, claims(KINDS.hash, "R-1", f1=b"Anna", f2=9000)).text,
        expected=named("key_refused", reason="rights", number="R-1", school=DANCE_SCHOOL),
    )


def _unknown() -> Iterator[Scenario]:
    origin = "step 11: the form is in the list"
    yield Scenario(
        path="form/absent",
        title="a form that the list does not have: an integer number is shown without its zeros",
        origin=origin,
        input=issue(SCHOOL_KEY, claims(ABSENT, 7, f1=b"Anna")).text,
        expected=named("unknown_form", number="7"),
    )
    yield Scenario(
        path="form/absent-text-number",
        title="... and a text number as it stands",
        origin=origin,
        input=issue(SCHOOL_KEY, claims(ABSENT, "007/Ж", part=4, f1=b"Anna", f23=[2008])).text,
        expected=named("unknown_form", number="007/Ж"),
    )
    yield Scenario(
        path="form/absent-before-clock",
        title="an unknown form and a clock of 1970: step 11 comes before step 12",
        origin="order of the steps",
        input=issue(SCHOOL_KEY, claims(ABSENT, 7, f1=b"Anna")).text,
        now="1970-01-01",
        expected=named("unknown_form", number="7"),
    )
    yield Scenario(
        path="form/of-another-list",
        title="a form that another list has: forms are looked up in the list that vouches for the key",
        origin=origin,
        input=issue(SCHOOL_KEY, claims(sound_forms()["defaults-written"].hash, "O-1", f1=b"Anna")).text,
        lists=("main", "odd-forms"),
        expected=named("unknown_form", number="O-1"),
    )
    for name, form in broken_forms().items():
        yield Scenario(
            path=f"form/broken-{name}",
            title=f"a form in the list that breaks the language: {form.title}",
            origin="section 7.6: such a form counts as unknown, the list stands",
            input=odd_paper(form).text,
            lists=("odd-forms",),
            expected=named("unknown_form", number="O-1"),
        )


def _sound() -> Iterator[Scenario]:
    more = [shown_field(f"f{n}", f"F{n}", "x") for n in range(2, 24)]
    last = LETTERS_160[127] + LETTERS_160[128] + LETTERS_160[159]
    tables = [row("more", "a", "done", None), row("more", "b", "done", "x")]
    yield _odd("defaults-written", {}, [NAME])
    yield _odd("next-edition", {}, [NAME])
    yield _odd("23-fields", {f"f{n}": b"x" for n in range(2, 24)}, [NAME, *more])
    yield _odd("160-letters", {"f1": b"\xff\x00\x1f"}, [shown_field("name", "Name", last)])
    yield _odd("two-holders", {"f1": None, "f2": b"Ann"}, [shown_field("alias", "Alias", "Ann")])
    yield _odd("1000-items", {"f2": 999}, [NAME, shown_field("more", "More", "999")])
    yield _odd("one-item-table", {"f2": bits("11 0 1")}, [NAME], tables)
    yield _odd("wide-column", {"f2": bits("01 11110100001000111111")}, [NAME], [row("more", "b", 999999)])
    yield _odd("negative-range", {"f2": -25}, [NAME, shown_field("more", "More", "-0.25")])
    until = [shown_field("until1", "Until 1", "2030-01-01"), shown_field("until2", "Until 2", "2026-11-30")]
    yield _odd(
        "two-until", {"f2": day("2030-01-01"), "f3": day("2026-11-30")}, [NAME, *until], verdict="expired"
    )


def _odd(
    name: str,
    fields: dict[str, Any],
    told: Sequence[Mapping[str, Any]],
    marks: Sequence[Mapping[str, Any]] = (),
    *,
    verdict: str = "genuine",
) -> Scenario:
    form = sound_forms()[name]
    paper = odd_paper(form, **fields)
    return Scenario(
        path=f"form/sound-{name}",
        title=f"a form at the edge of the language: {form.title}",
        origin="section 7: what a form may be",
        input=paper.text,
        lists=("odd-forms",),
        expected=shown(verdict, number="O-1", title=TITLE, fields=told, marks=marks),
    )
