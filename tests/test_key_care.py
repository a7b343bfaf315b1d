"""Keys and schools over the years: many at once, renewed, retired, renamed, closed; and the threat model."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from pathlib import Path

import pytest

import school
from ministry import KEYS, TODAY, admitted, authority_in, publish, request, signed_by
from qrcert import authority, checking, wire
from qrcert.authority import Authority
from qrcert.authority.admission import KEY_DAYS
from qrcert.decode import verify
from qrcert.errors import Refused, TrustListError
from qrcert.trust import TrustList, compare

ROOT = Path(__file__).parent.parent


@pytest.fixture
def made(tmp_path: Path) -> Authority:
    return authority_in(tmp_path / "authority")


# --- many at once


def test_a_thousand_requests_are_taken_in_one_go_and_written_once(
    made: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qrcert.cose.has_full_order", lambda public: True)  # 55 ms each, and tested elsewhere
    admissions = authority.Admissions(made)
    for place in range(1000):
        key = school.key_of(f"one of many {place}")
        asked = request(1, name=f"School {place}", key=key)
        planned = admissions.plan(asked, forms="ru.*", today=TODAY)
        assert planned.school.id == place + 1
        admissions.take(planned)
    done = admissions.done()
    done.save()
    trust = publish(authority.open_authority(made.folder))
    assert (len(trust.schools), len(trust.keys), len(trust.contents.rights)) == (1000, 1000, 1)


def test_requests_of_one_folder_know_of_each_other(made: Authority) -> None:
    admissions = authority.Admissions(made)
    first = request(1)
    admissions.take(admissions.plan(first, forms="*", today=TODAY))
    with pytest.raises(TrustListError) as caught:
        admissions.plan(first, forms="*", today=TODAY)
    assert caught.value.code == "repeated"
    with pytest.raises(TrustListError) as caught:
        admissions.plan(request(1, name="Other", nonce=1), forms="*", today=TODAY)
    assert caught.value.code == "same_kid"
    with pytest.raises(Refused, match="'School 1' in 'Perm' is in the list already, as 1"):
        admissions.plan(request(2, name="School 1"), forms="*", today=TODAY)


# --- renewal and retirement


def test_a_renewal_moves_the_end_and_nothing_else(made: Authority) -> None:
    made = admitted(made, until=TODAY + 10)
    before = publish(made)
    made = authority.open_authority(made.folder)
    planned = authority.plan_admission(made, request(nonce=1), forms="participation", today=TODAY + 200)
    assert planned.renews == made.contents.keys[0]
    assert planned.entry == replace(made.contents.keys[0], end=TODAY + 200 + KEY_DAYS)
    after = publish(authority.admit(made, planned), today=TODAY + 200)
    assert compare(before, after).kind == "newer"
    assert after.contents.rights == before.contents.rights


@pytest.mark.parametrize("known", [False, True])
def test_no_list_is_drafted_or_signed_in_which_a_key_may_sign_for_too_long(
    made: Authority, *, known: bool
) -> None:
    """Whoever altered the folder, or the draft, has each officer's program against him."""
    made = admitted(made, until=TODAY + 10)
    last = None
    if known:
        last = publish(made)
        made = authority.open_authority(made.folder)

    def proposed(end: int) -> TrustList:
        contents = replace(made.contents, keys=(replace(made.contents.keys[0], end=end),))
        return authority.draft_list(replace(made, contents=contents), today=TODAY).as_list()

    assert authority.require_follows(last, proposed(TODAY + KEY_DAYS)).kind == ("newer" if known else "first")
    with pytest.raises(Refused, match=r"may sign until .* more than 15 months after the list's day"):
        proposed(TODAY + KEY_DAYS + 1)


def test_a_school_renamed_by_the_authority_renews_by_name_or_by_the_command_for_it(made: Authority) -> None:
    made = authority.rename(admitted(made), 1, name="Lyceum 1", since=TODAY + 1)
    for name in ("School 1", "Lyceum 1"):
        planned = authority.plan_admission(made, request(nonce=1, name=name), forms="*", today=TODAY + 5)
        assert planned.renews is not None
    other = request(nonce=1, name="Gymnasium 1")
    with pytest.raises(TrustListError, match="admitted already, for 'Lyceum 1'") as caught:
        authority.plan_admission(made, other, forms="*", today=TODAY + 5)
    assert (caught.value.code, caught.value.hint) == (
        "same_kid",
        "if that school only has a new name: qrcert authority renew REQUEST",
    )
    planned = authority.Admissions(made).plan_renewal(other, today=TODAY)
    assert planned.school.name_now == "Lyceum 1"


def test_a_renewal_that_would_change_nothing_is_told(made: Authority) -> None:
    with pytest.raises(TrustListError, match="admitted already, for 'School 1', with this window") as caught:
        authority.plan_admission(admitted(made), request(nonce=1), forms="*", today=TODAY)
    assert caught.value.code == "same_kid"


@pytest.mark.parametrize("status", ["compromised", "void"])
def test_a_key_that_is_stolen_or_void_is_never_renewed(made: Authority, status: str) -> None:
    made, _ = authority.mark(
        admitted(made), authority.find_keys(admitted(made), "1"), status, since=TODAY, today=TODAY
    )  # type: ignore[arg-type]
    with pytest.raises(Refused, match=f"is {status} and is never renewed"):
        authority.plan_admission(made, request(nonce=1), forms="*", today=TODAY)


def test_what_a_renewal_is_not(made: Authority) -> None:
    admissions = authority.Admissions(admitted(made))
    with pytest.raises(Refused, match="nothing to renew"):
        admissions.plan_renewal(request(2), today=TODAY)
    with pytest.raises(Refused, match="already, 2026-11-24 would be earlier"):
        admissions.plan_renewal(request(nonce=1), today=TODAY, until=TODAY + 1)
    with pytest.raises(Refused, match="at most"):
        admissions.plan_renewal(request(nonce=1), today=TODAY, until=TODAY + KEY_DAYS + 1)
    with pytest.raises(TrustListError) as caught:
        admissions.plan(request(nonce=1), forms="*", today=TODAY, school_id=7)
    assert caught.value.code == "same_kid"


def test_a_retired_keys_papers_stay_good_and_later_ones_are_refused(made: Authority) -> None:
    made = admitted(made)
    entry = made.contents.keys[0]
    made = authority.retire(made, entry, on=TODAY)
    trust = publish(made)
    assert verify(wire.to_text(signed_by(1)), trust=trust, now=school.NOW).code == "genuine"
    late = school.certificate(issued=wire.to_date(TODAY + 1))
    from qrcert.encode import sign_certificate

    found = verify(sign_certificate(late, key=KEYS[1]), trust=trust, now=wire.to_date(TODAY + 1))
    assert (found.code, found.reason) == ("key_refused", "window")
    for day in (TODAY - 1, TODAY + KEY_DAYS + 1):
        with pytest.raises(Refused, match="is not within"):
            authority.retire(made, entry, on=day)


def test_a_status_only_gets_worse(made: Authority) -> None:
    made = admitted(made)
    kid = KEYS[1].kid.hex()
    for status, others in (("compromised", ["compromised"]), ("void", ["compromised", "void"])):
        made, _ = authority.mark(made, authority.find_keys(made, kid), status, since=TODAY, today=TODAY)  # type: ignore[arg-type]
        for other in others:
            with pytest.raises(Refused, match=f"is {status} since"):
                authority.mark(made, authority.find_keys(made, kid), other, since=TODAY, today=TODAY)  # type: ignore[arg-type]
    with pytest.raises(Refused, match="still to come"):
        authority.mark(made, (), "void", since=TODAY + 1, today=TODAY)


def test_keys_are_found_by_kid_or_school(made: Authority) -> None:
    made = authority.admit(
        admitted(made),
        authority.plan_admission(admitted(made), request(2), forms="*", today=TODAY, school_id=1),
    )
    assert len(authority.find_keys(made, "1")) == 2
    kid = KEYS[2].kid.hex()
    for wanted in (kid, kid.upper(), "-".join((kid[:4], kid[4:8], kid[8:])), f"{kid[:8]} {kid[8:]}"):
        assert [one.kid for one in authority.find_keys(made, wanted)] == [KEYS[2].kid]
    for wanted, match in (("7", "no school 7"), ("f" * 16, "no key"), ("", "no key"), ("School 1", "no key")):
        with pytest.raises(Refused, match=match):
            authority.find_keys(made, wanted)


# --- schools


def answer(signed: bytes, trust: TrustList, language: str) -> tuple[dict[str, object], list[str]]:
    """The school of a verdict as data, and the lines of its block."""
    asked = checking.Request((trust,), school.NOW, named_lists=True)
    (finding,) = checking.check_text(wire.to_text(signed), asked, source="paper")
    (data,) = checking.as_data(finding, asked, language)
    return data["school"], [line.strip() for line in checking.as_lines(finding, asked, language)]


def test_the_verdict_shows_what_became_of_the_school(made: Authority) -> None:
    made = admitted(admitted(made), 2)
    made = authority.rename(made, 1, name="Lyceum 1", since=TODAY + 1)
    made = authority.move(made, 1, place="Kungur")
    made = authority.close_school(made, 1, closed=TODAY + 30, successor=2, archive="City archive, Perm")
    made.save()
    trust = publish(authority.open_authority(made.folder))
    said, lines = answer(signed_by(1), trust, "en")
    assert said == {
        "id": 1,
        "name": "School 1",
        "name_now": "Lyceum 1",
        "closed": "2026-12-23",
        "successor": {"id": 2, "name": "School 2"},
        "archive": "City archive, Perm",
    }
    for line in (
        r"The school now +Lyceum 1",
        r"The school closed +23 December 2026",
        r"Its successor +School 2",
        r"Its archive +City archive, Perm",
    ):
        assert [one for one in lines if re.fullmatch(line, one)], line
    _, lines = answer(signed_by(1), trust, "ru")
    assert [one for one in lines if re.fullmatch("Школа закрыта +23 декабря 2026 года", one)]
    assert trust.schools[0].place == "Kungur"
    assert trust.keys[0].end == TODAY + 30  # the closed school's key signs no longer


def test_what_cannot_become_of_a_school(made: Authority) -> None:
    made = admitted(made)
    with pytest.raises(Refused, match="not its own successor"):
        authority.close_school(made, 1, closed=TODAY, successor=1)
    for act in (
        lambda: authority.close_school(made, 1, closed=TODAY, successor=7),
        lambda: authority.rename(made, 7, name="A", since=TODAY),
        lambda: authority.move(made, 7, place="A"),
    ):
        with pytest.raises(Refused, match="no school 7 in the list"):
            act()
    with pytest.raises(Refused, match="may not be shown"):
        authority.rename(made, 1, name="A\u202eB", since=TODAY)


def test_a_name_given_by_mistake_is_mended_by_the_same_day(made: Authority) -> None:
    made = authority.rename(admitted(made), 1, name="Liceum", since=TODAY + 1)
    made = authority.rename(made, 1, name="Lyceum", since=TODAY + 1)
    assert made.contents.schools[0].names == ((TODAY, "School 1"), (TODAY + 1, "Lyceum"))
    made.save()


# --- the threat model


def test_every_row_of_the_threat_model_names_tests_that_exist() -> None:
    text = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| ") and not line.startswith("| who")]
    assert len(rows) > 20
    for row in rows:
        named = re.findall(r"`(test_\w+)\.(test_\w+)`", row)
        assert named, row
        for module, test in named:
            tree = ast.parse((ROOT / "tests" / f"{module}.py").read_text(encoding="utf-8"))
            tests = {one.name for one in tree.body if isinstance(one, ast.FunctionDef)}
            assert test in tests, f"{module}.{test}"
