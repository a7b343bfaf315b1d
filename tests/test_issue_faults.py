"""Issuing when something is wrong: it is told before anything is signed, and nothing is lost or left half done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

import school
from offices import (
    Kind,
    draw,
    entries,
    issued,
    kind_of,
    later,
    office_in,
    plan_of,
    pupil,
    sample_row,
    shipped,
    sign,
    write_json,
)
from qrcert import issue, page
from qrcert.encode import sign_bytes
from qrcert.errors import (
    QrcertError,
    Refused,
    RegisterError,
    RosterError,
    TrustListError,
)
from qrcert.issue import Office
from qrcert.symbol import Symbol
from qrcert.trust import KeyEntry, name_of_number


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return office_in(tmp_path / "office")


@pytest.fixture
def class_list(tmp_path: Path) -> Path:
    return write_json(tmp_path / "class.json", [pupil(place) for place in range(2)])


def nothing_was_issued(office: Office) -> bool:
    return entries(office) == () and not (office.folder / "out").exists()


# --- the class list


@pytest.mark.parametrize(
    ("changes", "error", "match"),
    [
        ({"marks": [["Русский язык", "6"]]}, RosterError, "row 2"),
        ({"marks": []}, RosterError, "row 2"),
        ({"family": "Ивано\u202eв"}, RosterError, "row 2"),
        ({"family": "Cафонов"}, RosterError, "row 2"),
        ({"family": '=HYPERLINK("http://a.example")'}, RosterError, "a formula that stands here as text"),
        ({"number": pupil(0)["number"]}, RosterError, "stands in row 1 too"),
        ({"number": "123"}, RosterError, "row 2"),
        ({"born": "31.02.2008"}, RosterError, "row 2"),
        ({"born": "2020-01-01"}, RosterError, "age"),
        ({"honours": "с отличием"}, RosterError, "does not go with"),
        ({"finished": "с отличием"}, RosterError, "row 2"),
        ({"unknown": "x"}, RosterError, "unknown heading"),
        ({"given": "X\u4e00"}, RosterError, "mixes scripts"),
    ],
)
def test_one_bad_row_stops_the_class_before_anything_is_signed(
    office: Office, tmp_path: Path, changes: dict[str, Any], error: type[QrcertError], match: str
) -> None:
    source = write_json(tmp_path / "class.json", [pupil(0), pupil(1, **changes), pupil(2)])
    with pytest.raises(error, match=match):
        plan_of(source, office)
    assert nothing_was_issued(office)


def test_every_fault_is_told_in_one_go(office: Office, tmp_path: Path) -> None:
    rows = [pupil(0, finished="x"), pupil(1, born="31.02.2008"), pupil(2, marks=[["Алхимия", "5"]])]
    with pytest.raises(RosterError) as caught:
        plan_of(write_json(tmp_path / "class.json", rows), office)
    assert {problem.row for problem in caught.value.problems} == {1, 2, 3}


def test_a_number_that_was_issued_with_other_contents_is_refused_before_anything_is_signed(
    office: Office, tmp_path: Path
) -> None:
    sign(plan_of(write_json(tmp_path / "class.json", [pupil(place) for place in range(8)]), office))
    before = entries(office)
    rows = [pupil(place, given="Другая") for place in range(7)] + [pupil(9)]
    with pytest.raises(RegisterError, match=r"issued before with other contents: row 1, No\. ") as caught:
        plan_of(write_json(tmp_path / "class.json", rows), office)
    assert "Абрамова Вера Ильинична, 2026-11-23" in str(caught.value)
    assert str(caught.value).endswith(" and 2 more; nothing was signed")
    assert entries(office) == before


def test_a_race_for_a_number_is_lost_whole(office: Office, tmp_path: Path, class_list: Path) -> None:
    late = plan_of(write_json(tmp_path / "late.json", [pupil(5), pupil(1, given="Другая")]), office)
    sign(plan_of(class_list, office))
    before = entries(office)
    with pytest.raises(RegisterError, match="already issued with other contents"):
        sign(late)
    assert entries(office) == before


# --- the list


def office_with(folder: Path, **said: Any) -> Office:
    return office_in(folder / "office", list_qct=school.publish_bytes(school.contents(**said)))


def entry(**changes: Any) -> KeyEntry:
    plain = KeyEntry(school.KEY.public_key, school.SCHOOL, school.TODAY - 100, school.TODAY + 100, 1)
    return replace(plain, **changes)


STRANGER = school.key_of("a stranger").public_key
NINTH = school.form("ru.attestat.9")


@pytest.mark.parametrize(
    ("said", "match"),
    [
        ({"keys": ()}, "of 2026-10-24 does not have this school's key"),
        ({"keys": (entry(key=STRANGER),)}, "does not have this school's key"),
        ({"keys": (entry(status=("void", school.TODAY)),)}, "calls this school's key void"),
        ({"keys": (entry(status=("compromised", school.TODAY)),)}, "calls this school's key compromised"),
        (
            {"keys": (entry(end=school.TODAY - 1),)},
            r"row 1: issued on 2026-11-23, but the key signs from .* until",
        ),
        ({"keys": (entry(start=school.TODAY + 1),)}, "row 1: issued on 2026-11-23, but the key signs from"),
        (
            {"rights": {1: frozenset((NINTH.hash,))}},
            r"may not sign 'ru\.attestat\.11', it may sign ru\.attestat\.9",
        ),
        (
            {"forms": (school.entries()["ru.attestat.9"],), "rights": {1: frozenset((NINTH.hash,))}},
            r"the list does not have the form 'ru\.attestat\.11'",
        ),
        (
            {"issued": school.TODAY + 2, "next_update": school.TODAY + 9},
            "today is 2026-11-23, and the list is of",
        ),
        ({"cutover": school.TODAY}, "demands a proof of the season"),
        (
            {
                "withdrawals": {
                    name_of_number(school.KEY.kid, school.form().hash, 7724000000001): (school.TODAY, 3)
                }
            },
            "row 2: the number '07724000000001' was withdrawn on 2026-11-23",
        ),
    ],
)
def test_what_the_list_would_refuse_is_not_signed(
    tmp_path: Path, class_list: Path, said: dict[str, Any], match: str
) -> None:
    office = office_with(tmp_path, **said)
    with pytest.raises(Refused, match=match):
        plan_of(class_list, office)
    assert nothing_was_issued(office)


def test_an_old_list_is_good_enough_to_issue_by(tmp_path: Path, class_list: Path) -> None:
    office = office_with(tmp_path, issued=school.TODAY - 90, next_update=school.TODAY - 10)
    assert len(issued(class_list, office).files) == 2


def test_a_list_that_is_missing_or_damaged_is_told(office: Office, class_list: Path) -> None:
    path = office.folder / issue.LIST
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(TrustListError):
        plan_of(class_list, office)
    path.unlink()
    with pytest.raises(Refused, match=r"the published list 'list\.qct' is not in the office folder"):
        plan_of(class_list, office)
    assert nothing_was_issued(office)


# --- dates


def test_a_day_of_issue_that_is_to_come_is_not_signed(office: Office, class_list: Path) -> None:
    with pytest.raises(Refused, match="row 1: issued on 2026-11-25, and today is 2026-11-23"):
        plan_of(class_list, office, issued=school.NOW + timedelta(2))
    assert nothing_was_issued(office)
    assert plan_of(
        class_list, office, issued=school.NOW + timedelta(1)
    ).rows  # in another time zone it is today


def test_unpublished_papers_are_not_dated_ahead_either(office: Office, class_list: Path) -> None:
    with pytest.raises(Refused, match="before that day it does not verify"):
        plan_of(class_list, office, issued=school.NOW + timedelta(2), unpublished=True)


def listed(**changes: Any) -> KeyEntry:
    """The school's key as a list has it."""
    known = KeyEntry(school.KEY.public_key, school.SCHOOL, school.TODAY - 9, school.TODAY + 9, 1)
    return replace(known, **changes)


@pytest.mark.parametrize("form_listed", [True, False])
@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"status": ("compromised", school.TODAY)}, "the list calls this school's key compromised"),
        ({"status": ("void", school.TODAY)}, "the list calls this school's key void"),
        ({"end": school.TODAY - 1}, "row 1: issued on 2026-11-23, but the key signs from"),
        ({"rights": 2}, "this school's key may not sign 'ru.attestat.11', it may sign participation"),
    ],
)
def test_unpublished_is_no_way_round_what_the_list_forbids(
    office: Office, class_list: Path, form_listed: bool, changes: dict[str, Any], match: str
) -> None:
    forms = school.entries()
    rights = {1: frozenset(one.hash for one in forms.values()), 2: frozenset([forms["participation"].hash])}
    if not form_listed:
        forms = {name: one for name, one in forms.items() if name != school.ATTESTAT}
        rights = {at: some - {school.form().hash} for at, some in rights.items()}
    said = school.contents(forms=tuple(forms.values()), rights=rights, keys=(listed(**changes),))
    office = office_in(office.folder, list_qct=school.publish_bytes(said))
    if "rights" in changes and not form_listed:  # nobody has said anything of this form yet
        assert plan_of(class_list, office, unpublished=True).trust is None
        return
    with pytest.raises(Refused, match=match):
        plan_of(class_list, office, unpublished=True)
    assert nothing_was_issued(office)


def test_unpublished_allows_what_the_list_does_not_know_yet(office: Office, class_list: Path) -> None:
    stranger = school.publish_bytes(school.contents(keys=()))
    plan = plan_of(class_list, office_in(office.folder, list_qct=stranger), unpublished=True)
    assert (plan.trust, plan.permit) == (None, None)
    known = plan_of(class_list, office_in(office.folder), unpublished=True)
    assert known.trust is not None  # so its pages are verified too


@pytest.mark.parametrize("day", [date(2019, 12, 31), date(2200, 1, 1)])
def test_a_day_that_the_format_has_no_room_for_is_refused(office: Office, tmp_path: Path, day: date) -> None:
    source = write_json(tmp_path / "class.json", sample_row("participation"))
    with pytest.raises(Refused, match="the years 2020 to 2199 is due"):
        plan_of(source, office, shipped("participation"), issued=day)
    assert nothing_was_issued(office)


def course_row(until: str) -> dict[str, Any]:
    return {"number": "К-1", "name": "Ann", "course": "First aid", "until": until}


def test_what_is_past_by_its_own_words_is_not_signed_and_is_drawn_again(
    office: Office, tmp_path: Path
) -> None:
    kind = shipped("course.completion")
    source = write_json(tmp_path / "class.json", [course_row("2026-11-22")])
    with pytest.raises(Refused, match="row 1: valid until 2026-11-22, and today is 2026-11-23"):
        plan_of(source, office, kind)
    assert nothing_was_issued(office)
    write_json(source, [course_row("2026-11-23")])
    first = issued(source, office, kind)
    again = issued(source, office, kind, now=later(10), out=office.folder / "again")
    assert again.entries == first.entries
    assert again.files[0].read_bytes() == first.files[0].read_bytes()


# --- the page


def crowded() -> Kind:
    """A form whose code is small and whose page is not: sixty long rows, a bit each."""
    rows = ", ".join(f'"Row {place} {"with a long name " * 8}"' for place in range(60))
    return kind_of(
        'id = "crowded"\nlanguage = "en"\ntitle = "Crowded"\n'
        '[[field]]\nname = "name"\nlabel = "Name"\nholder = true\n'
        f'[[field]]\nname = "rows"\nlabel = "Rows"\ntype = "table"\nrows = [{rows}]\n'
    )


def test_what_does_not_fit_on_its_page_is_told_before_it_is_signed(office: Office, tmp_path: Path) -> None:
    kind = crowded()
    words = [row.item.brief("en") for row in kind.form.fields[1].kind.rows]  # type: ignore[union-attr]
    rows = [
        {"number": "1", "name": "Ann", "rows": [[words[0]]]},
        {"number": "2", "name": "Bob", "rows": [[word] for word in words]},
    ]
    with pytest.raises(Refused, match="sheet '2'"):
        plan_of(write_json(tmp_path / "class.json", rows), office, kind, unpublished=True)
    assert nothing_was_issued(office)
    assert plan_of(write_json(tmp_path / "class.json", rows[:1]), office, kind, unpublished=True)


@pytest.mark.parametrize(
    ("values", "match"),
    [
        ({"name": "Ann", "event": "救急"}, "the page's fonts lack '急' .* '救'"),
        ({"name": "Ann", "event": "ᚠᚢᚦ"}, "the page's fonts lack"),
    ],
)
def test_letters_that_cannot_be_printed_are_told_before_anything_is_signed(
    office: Office, tmp_path: Path, values: dict[str, str], match: str
) -> None:
    source = write_json(tmp_path / "class.json", [{"number": "1", **values}])
    with pytest.raises(Refused, match=match):
        plan_of(source, office, shipped("participation"))
    assert nothing_was_issued(office)


def test_a_code_too_dense_to_be_read_is_told_before_anything_is_signed(
    office: Office, tmp_path: Path
) -> None:
    row = course_row("2030-01-01") | {
        "about": "Оказание первой помощи " * 13,
        "course": "Первая помощь " * 7,
        "skills": [{"free": f"{place} {'умение ' * 7}"} for place in range(8)],
    }
    with pytest.raises(Refused, match="too dense"):
        plan_of(write_json(tmp_path / "class.json", [row]), office, shipped("course.completion"))
    assert nothing_was_issued(office)


def test_a_certificate_beyond_any_code_is_told_too(office: Office, tmp_path: Path) -> None:
    row = course_row("2030-01-01") | {
        "about": "救" * 300,
        "skills": [{"free": "急" * 100}],
        "modules": [{"free": f"{place}{'救' * 90}", "cells": [1]} for place in range(5)],
    }
    with pytest.raises(Refused):
        plan_of(write_json(tmp_path / "class.json", [row]), office, shipped("course.completion"))
    assert nothing_was_issued(office)


def test_a_page_that_there_is_not_is_told_before_anything_is_signed(office: Office, class_list: Path) -> None:
    with pytest.raises(Refused, match="there is no page 'poster'"):
        plan_of(class_list, office, template="poster")
    assert nothing_was_issued(office)


# --- reading back


@pytest.fixture
def crooked_press(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[page.Sheet], page.Sheet]], None]:
    """A press that prints something else than it was given."""
    honest = page.draw_runs

    def arm(change: Callable[[page.Sheet], page.Sheet]) -> None:
        def draw(groups: Any, **how: Any) -> list[page.Printed]:
            return honest([[change(sheet) for sheet in group] for group in groups], **how)

        monkeypatch.setattr(page, "draw_runs", draw)

    return arm


def another(sheet: page.Sheet) -> page.Sheet:
    return replace(sheet, symbol=Symbol(school.text()).matrix)


def blank(sheet: page.Sheet) -> page.Sheet:
    return replace(sheet, symbol=((0,) * 57,) * 57)


@pytest.mark.parametrize("change", [another, blank])
def test_a_page_that_reads_back_as_another_is_not_handed_out(
    office: Office, class_list: Path, crooked_press: Any, monkeypatch: pytest.MonkeyPatch, change: Any
) -> None:
    plan = plan_of(class_list, office)
    recorded = sign(plan)
    crooked_press(change)
    with pytest.raises(Refused, match=r"its code reads back as \d codes or another text"):
        draw(plan, recorded, office.folder / "out")
    assert not (office.folder / "out").exists()
    with office.open_register() as register:
        assert [batch.state for batch in register.batches()] == ["signed"]
    monkeypatch.undo()
    again = issued(class_list, office)
    assert (again.added, again.entries) == (0, recorded.entries)
    with office.open_register() as register:
        assert [batch.state for batch in register.batches()] == ["done"]


def test_pages_whose_codes_changed_places_in_all_pdf_are_found(
    office: Office, class_list: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = page.draw_runs

    def draw_reversed(groups: Any, **how: Any) -> list[page.Printed]:
        return honest(list(reversed(groups)), **how)

    plan = plan_of(class_list, office)
    recorded = sign(plan)
    monkeypatch.setattr(page, "draw_runs", draw_reversed)
    with pytest.raises(Refused, match="reads back as"):
        draw(plan, recorded, office.folder / "out")
    assert not (office.folder / "out" / "all.pdf").exists()


def test_a_page_that_does_not_verify_is_not_handed_out(office: Office, class_list: Path) -> None:
    plan = plan_of(class_list, office)
    stranger = sign(plan, key=school.key_of("a thief in the office"))
    with pytest.raises(Refused, match="it verifies as unknown_school"):
        draw(plan, stranger, office.folder / "out")
    assert not (office.folder / "out").exists()


def test_what_does_not_verify_ends_the_drawing_where_it_stands(
    office: Office, class_list: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Volumes before it are verified, read back and written; of its own nothing is, and the batch is not done."""
    monkeypatch.setattr(issue.act, "VOLUME", 1)
    plan = plan_of(class_list, office)
    recorded = sign(plan)
    first, second = recorded.entries
    thief = school.key_of("a thief in the office")
    forged = replace(second, signed=sign_bytes(plan.certificates(plan.rows[1])[0], key=thief))
    with pytest.raises(Refused, match=f"{second.number} was signed, but it verifies as unknown_school"):
        draw(plan, replace(recorded, entries=(first, forged)), office.folder / "out")
    names = {path.name for path in (office.folder / "out").iterdir()}
    assert names == {f"{first.number}.pdf", "all-001.pdf"}
    with office.open_register() as register:
        assert [batch.state for batch in register.batches()] == ["signed"]


# --- the register


def test_a_register_that_is_none_is_told_before_anything_is_signed(office: Office, class_list: Path) -> None:
    path = office.folder / "register.db"
    path.write_bytes(b"this is no database, but it is long enough to look like a file of one" * 20)
    with pytest.raises(RegisterError, match="is not a database"):
        plan_of(class_list, office)
    path.unlink()
    path.mkdir()
    with pytest.raises(RegisterError, match="is not a file"):
        plan_of(class_list, office)


def test_a_class_for_a_form_with_parts_is_one_code_with_all_of_them(office: Office, class_list: Path) -> None:
    done = issued(class_list, office)
    assert {one.part for one in done.entries} == {0}
    assert done.entries[0].form == school.form().hash


def test_a_form_that_the_office_has_otherwise_than_the_list_is_refused(
    office: Office, tmp_path: Path
) -> None:
    from qrcert.form import shipped_forms

    changed = kind_of(shipped_forms()["participation"].replace('"Мероприятие"', '"Событие"'))
    source = write_json(tmp_path / "class.json", sample_row("participation"))
    with pytest.raises(Refused, match="the list does not have the form 'participation' as it stands here"):
        plan_of(source, office, changed)
    assert nothing_was_issued(office)
