"""The words in which a draft is told to those who sign it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import school
from ministry import KEYS, TODAY, admitted
from officers import THREE, authority_in, published, rotated, signer
from qrcert import authority
from qrcert.authority import Authority, Thresholds
from qrcert.cli.authority import telling
from qrcert.trust import Contents, Root, Season, TrustList, compare

LAW = school.entries()["participation"]


@pytest.fixture
def made(tmp_path: Path) -> Authority:
    made = authority_in(tmp_path / "authority")
    made = admitted(admitted(admitted(made), 2), 3)
    made = made.with_contents(withdrawals={bytes(16): (TODAY, 3), bytes(15) + b"1": (TODAY, 1)})
    published(made)
    return authority.open_authority(made.folder)


def changed(made: Authority) -> Authority:
    """Every kind of change that a list may bring."""
    made = admitted(made, 4)
    first, second, third, fourth = made.contents.schools
    renamed = replace(first, names=(*first.names, (TODAY + 1, "Lyceum 1")), archive="City archive")
    closed = replace(second, closed=TODAY, successor=1, place="Kungur")
    one, two, three, four = made.contents.keys
    every = made.contents.rights[1] | {LAW.hash}
    (form,) = made.contents.forms
    return made.with_contents(
        authority="Ministry of Schools",
        where="elsewhere",
        cutover=TODAY,
        schools=(renamed, closed, third, fourth),
        forms=(replace(form, translations={}), LAW),
        rights={**made.contents.rights, 2: every},
        keys=(
            replace(one, school=renamed, end=one.end - 9),
            replace(two, school=closed, status=("void", TODAY)),
            replace(three, status=("compromised", TODAY), rights=2),
            replace(four, test=True),
        ),
        withdrawals={bytes(16): (TODAY + 1, 3), bytes(15) + b"2": (TODAY, 2), bytes(15) + b"3": (TODAY, 3)},
        seasons=(Season(TODAY, 2, 7, bytes(32)),),
    )


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_change_has_its_words(made: Authority, language: str) -> None:
    last = made.last_list()
    trust = authority.draft_list(changed(made), today=TODAY).as_list()
    kids = {place: KEYS[place].kid.hex() for place in KEYS}
    expected = {
        "en": {
            "  ~ the authority's name: Ministry -> Ministry of Schools",
            "  ~ where newer lists are: https://lists.example -> elsewhere",
            "  ~ season proofs demanded since: - -> 2026-11-23",
            "  + school 4 (School 4, Perm) is new",
            "  ~ school 1 (School 1, Perm): its name is Lyceum 1 from 2026-11-24",
            "  ~ school 1 (School 1, Perm): its archive is City archive",
            "  ~ school 2 (School 2, Perm): its place is Kungur",
            "  ~ school 2 (School 2, Perm): closed on 2026-11-23",
            "  ~ school 2 (School 2, Perm): its successor is school 1",
            f"  ! key {kids[2]} of school 2, School 2: VOID since 2026-11-23: no paper of it counts",
            f"  ! key {kids[3]} of school 3, School 3: COMPROMISED since 2026-11-23: only its known papers count",
            f"  ~ key {kids[3]} of school 3, School 3: may sign participation too",
            f"  ~ key {kids[1]} of school 1, Lyceum 1: retired: signs until 2028-02-13, was 2028-02-22",
            f"  + key {kids[4]} of school 4, School 4 may sign ru.attestat.11, 2026-11-23..2028-02-22, TEST",
            "  + form participation is new",
            "  ~ form ru.attestat.11 has other translations",
            "  + replaced, was wrong: 1",
            "  + withdrawn: 1",
            "  ! withdrawals lifted or made milder: 1",
            "  ~ withdrawals with another day: 1",
            "  + season of 2026-11-23: certificates 7, keys 2",
        },
        "ru": {
            "  ~ название органа: Ministry -> Ministry of Schools",
            "  ~ школа № 2 (School 2, Perm): закрыта 2026-11-23",
            f"  ! ключ {kids[2]} школы № 2, School 2: НЕДЕЙСТВИТЕЛЕН с 2026-11-23: все его документы не в счёт",
            f"  ! ключ {kids[3]} школы № 3, School 3: ПОХИЩЕН 2026-11-23: верны только известные",
            "  ! отзывов снято или смягчено: 1",
            "  + сезон 2026-11-23: документов 7, ключей 2",
        },
    }[language]
    told = list(telling.change_lines(trust, last, language=language))
    assert expected <= set(told)
    assert len(told) == 21


def test_what_only_a_repair_may_take_back_is_marked(made: Authority) -> None:
    published(changed(made))
    stolen = authority.open_authority(made.folder).last_list()
    assert stolen is not None
    mended = rotated(made, ("Gleb", "Dina"), (*THREE, "Gleb", "Dina"), repair=True)
    trust = authority.draft_list(mended.with_contents(version=1), today=TODAY)
    assert isinstance(trust.proposed, Contents)
    new = TrustList(trust.roots, made.contents, trust.hash)
    told = list(telling.change_lines(new, stolen, language="en"))
    grave = [line for line in told if line.startswith("  ! ")]
    assert f"  ! key {KEYS[4].kid.hex()} of school 4, School 4 is gone" in grave
    assert f"  ! key {KEYS[2].kid.hex()} of school 2, School 2: in use again" in grave
    assert "  ! school 4 (School 4, Perm) is gone" in grave
    assert "  ! form participation is gone" in grave
    assert "  ! season of 2026-11-23 is gone" in grave
    done = compare(stolen, new)
    lines = list(telling.list_lines(new, stolen, done=done, language="en", today=TODAY - 1))
    assert "  ! its day of issue is to come; today is 2026-11-22" in lines
    assert sum(line.startswith("    ! ") for line in lines) == len(done.lost) > 3


def test_long_lists_of_changes_are_cut_unless_all_are_wanted(made: Authority) -> None:
    (one, *_) = made.contents.schools
    crowd = made.with_contents(
        schools=(*made.contents.schools, *(replace(one, id=10 + place) for place in range(30)))
    )
    last, trust = made.last_list(), authority.draft_list(crowd, today=TODAY).as_list()
    told = list(telling.change_lines(trust, last, language="en"))
    assert told[-1] == "  ... and 10 more: --all shows them"
    assert len(told) == telling.MOST + 1
    assert len(list(telling.change_lines(trust, last, language="en", most=99))) == 30


def test_a_list_with_nothing_new_says_so(made: Authority) -> None:
    trust = authority.draft_list(made, today=TODAY).as_list()
    assert list(telling.change_lines(trust, made.last_list(), language="ru")) == ["  только номер и даты"]


@pytest.mark.parametrize(("language", "line"), [("en", "goes"), ("ru", "уходит")])
def test_a_root_tells_who_comes_and_goes(made: Authority, language: str, line: str) -> None:
    after = [signer(name) for name in ("Anna", "Egor")]
    draft = authority.draft_root(made, after, thresholds=Thresholds(1, 2), today=TODAY)
    assert isinstance(draft.proposed, Root)
    told = list(telling.root_lines(draft, draft.proposed, language=language))
    assert sum(one.startswith(f"  - {line}") for one in told) == 4
    assert sum(one.startswith("  + ") for one in told) == 1
