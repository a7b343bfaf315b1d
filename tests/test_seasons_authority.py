"""Closing seasons, stolen keys, the cutover: what the thief can do, and what stays genuine (rows 161, 162)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from ministry import (
    KEYS,
    PASSPHRASE,
    TODAY,
    admitted,
    authority_in,
    files_of,
    publish,
    signed_by,
)
from qrcert import authority, cose, wire
from qrcert.authority import Authority
from qrcert.authority.leaves import papers_of
from qrcert.decode import verify
from qrcert.errors import Refused, TrustListError
from qrcert.trust import Head, SeasonTree, TrustList, compare, wrap, write_season_leaves

SEASON = TODAY
NUMBERS = [f"077240000000{place:02}" for place in range(5)]


@pytest.fixture
def made(tmp_path: Path) -> Authority:
    """An authority with three schools."""
    made = authority_in(tmp_path / "authority")
    for place in (1, 2, 3):
        made = admitted(made, place)
    return made


def papers(place: int, count: int = 5) -> list[bytes]:
    return [signed_by(place, number) for number in NUMBERS[:count]]


def leaf_file(
    made: Authority,
    place: int,
    signed: Sequence[bytes],
    *,
    made_on: int = TODAY,
    identity: bytes | None = None,
) -> bytes:
    head = Head(made.identity if identity is None else identity, bytes([place]) * 16, made_on)
    key = KEYS[place]
    return write_season_leaves(head, map(cose.digest_of, signed), key=key.public_key, sign=key.sign)


def plan(
    made: Authority, *files: bytes, day: int = SEASON, today: int = TODAY, **reported: int
) -> authority.SeasonPlan:
    handed = [authority.read_handed(made, one, second_channel=True) for one in files]
    counts = {int(name.removeprefix("school")): count for name, count in reported.items()}
    return authority.plan_season(made, handed, day=day, today=today, reported=counts)


def closed(made: Authority, *files: bytes, **more: int) -> Authority:
    changed = authority.close_season(made, plan(made, *files, **more))
    changed.save()
    return changed


def stolen(made: Authority, place: int, *, today: int = TODAY) -> Authority:
    entries = authority.find_keys(made, KEYS[place].kid.hex())
    changed, _ = authority.mark(made, entries, "compromised", since=today, today=today)
    changed.save()
    return changed


def verdict(signed: bytes, trust: TrustList, *proofs: str) -> tuple[str, str | None]:
    found = verify(wire.to_text(signed), trust=trust, now=wire.to_date(trust.issued), proofs=proofs)
    return found.code, found.reason


GENUINE = ("genuine", None)
STOLEN = ("key_refused", "stolen")


# --- the theft and its repair


def test_what_a_thief_back_dates_is_refused_and_every_honest_paper_of_the_season_stays(
    made: Authority,
) -> None:
    honest = {place: papers(place) for place in (1, 2, 3)}
    made = closed(made, *[leaf_file(made, place, signed) for place, signed in honest.items()])
    before = publish(made)
    forged = signed_by(1, "07724000000099")  # with the key, of a day of the season
    assert verdict(forged, before) == GENUINE
    after = publish(stolen(authority.open_authority(made.folder), 1))
    assert compare(before, after).kind == "newer"
    assert verdict(forged, after) == STOLEN
    assert {verdict(one, after) for signed in honest.values() for one in signed} == {GENUINE}
    assert TrustList.from_bytes(authority.newest_bytes(made)).keys[0].papers


def test_papers_of_every_season_of_the_key_stay(made: Authority) -> None:
    first, second = papers(1, 2), [signed_by(1, NUMBERS[4])]
    made = closed(made, leaf_file(made, 1, first), leaf_file(made, 2, papers(2)))
    publish(made)
    made = authority.open_authority(made.folder)
    made = closed(made, leaf_file(made, 1, first + second), day=TODAY + 1, today=TODAY + 1)
    assert [one.certificates for one in made.contents.seasons] == [7, 1]  # nothing is in two seasons
    trust = publish(stolen(made, 1, today=TODAY + 1), today=TODAY + 1)
    assert {verdict(one, trust) for one in first + second} == {GENUINE}
    entry = trust.entry(KEYS[1].kid)
    assert entry is not None
    assert sorted(len(part) for part in entry.papers) == [1, 2]


def test_papers_of_the_running_season_count_again_when_it_is_closed(made: Authority) -> None:
    honest = papers(1)
    made = stolen(made, 1)
    first = publish(made)
    assert {verdict(one, first) for one in honest} == {STOLEN}
    made = authority.open_authority(made.folder)
    second = publish(closed(made, leaf_file(made, 1, honest)))
    assert {verdict(one, second) for one in honest} == {GENUINE}


def test_the_leaves_of_a_stolen_key_need_a_second_channel_and_those_of_a_void_one_never_count(
    made: Authority,
) -> None:
    data = leaf_file(made, 1, papers(1))
    with pytest.raises(Refused, match="a thief could have made them"):
        authority.read_handed(stolen(made, 1), data)
    entries = authority.find_keys(made, KEYS[1].kid.hex())
    void, _ = authority.mark(made, entries, "void", since=TODAY, today=TODAY)
    with pytest.raises(Refused, match="is void: none of its papers counts"):
        authority.read_handed(void, data, second_channel=True)


def test_of_a_void_key_not_even_papers_of_a_season_count(made: Authority) -> None:
    made = closed(made, leaf_file(made, 1, papers(1)))
    entries = authority.find_keys(made, "1")
    made, marked = authority.mark(made, entries, "void", since=TODAY, today=TODAY)
    assert len(marked) == 1
    assert verdict(papers(1)[0], publish(made)) == ("key_refused", "void")


def test_without_its_leaf_files_an_authority_cannot_mend_a_theft_and_says_so(made: Authority) -> None:
    made = closed(made, leaf_file(made, 1, papers(1)), leaf_file(made, 2, papers(2)))
    index = made.folder / "leaves" / f"{wire.to_date(SEASON)}.cbor"
    good = index.read_bytes()
    for bad in (None, b"", good[:-1], good.replace(good[40:50], bytes(10))):
        index.unlink(missing_ok=True)
        if bad is not None:
            index.write_bytes(bad)
        before = files_of(made.folder)
        with pytest.raises(Refused, match="the season's leaves") as caught:
            stolen(made, 1)
        assert caught.value.hint == "bring leaves/ back from a copy of the authority's folder"
        assert files_of(made.folder) == before
    index.write_bytes(good)
    assert stolen(made, 1).contents.keys[0].status is not None


# --- Ed25519 taken as broken


def test_after_a_cutover_a_paper_needs_its_proof(made: Authority) -> None:
    honest = papers(1)
    made = closed(made, leaf_file(made, 1, honest), leaf_file(made, 2, papers(2)))
    tree = SeasonTree(papers_of(made, made.contents.seasons[0]))
    proofs = [tree.proof(KEYS[1].kid, cose.digest_of(one)).to_text() for one in honest]
    assert all(one.startswith("QP1:") for one in proofs)
    made = authority.start_cutover(made, since=TODAY, today=TODAY)
    trust = publish(made)
    forged = signed_by(1, "07724000000099")  # whoever can forge signatures has every key
    for paper, proof in zip(honest, proofs, strict=True):
        assert verdict(paper, trust, proof) == GENUINE
        assert verdict(paper, trust) == ("key_refused", "unproven")
        assert verdict(forged, trust, proof) == ("key_refused", "unproven")
    assert verdict(honest[0], trust, proofs[1]) == ("key_refused", "unproven")
    assert verdict(honest[0], trust, *proofs) == GENUINE


def test_a_cutover_is_for_ever_and_never_leaves_nothing_genuine(made: Authority) -> None:
    with pytest.raises(Refused, match="no season is closed"):
        authority.start_cutover(made, since=TODAY, today=TODAY)
    made = closed(made, leaf_file(made, 1, papers(1)))
    with pytest.raises(Refused, match="still to come"):
        authority.start_cutover(made, since=TODAY + 1, today=TODAY)
    made = authority.start_cutover(made, since=TODAY, today=TODAY)
    with pytest.raises(Refused, match="in force since 2026-11-23"):
        authority.start_cutover(made, since=TODAY, today=TODAY)
    publish(made)
    made = authority.open_authority(made.folder)
    with pytest.raises(TrustListError) as caught:
        publish(replace(made, contents=replace(made.contents, cutover=None)))
    assert caught.value.code == "went_back"


# --- closing


def test_a_season_says_how_many_keys_and_papers_it_has_and_costs_one_entry(made: Authority) -> None:
    found = plan(made, leaf_file(made, 1, papers(1)), leaf_file(made, 2, papers(2, 3)))
    assert (found.season.day, found.season.keys, found.season.certificates) == (SEASON, 2, 8)
    trust = publish(authority.close_season(made, found))
    assert trust.header.seasons == (found.season,)
    assert not any(entry.papers for entry in trust.keys)


@pytest.mark.parametrize(("reported", "word"), [(6, "fewer"), (4, "more")])
def test_a_count_that_is_not_the_reported_one_bars_the_season(
    made: Authority, reported: int, word: str
) -> None:
    before = files_of(made.folder)
    found = plan(
        made, leaf_file(made, 1, papers(1)), leaf_file(made, 2, papers(2)), school1=reported, school2=5
    )
    assert [(one.school.id, one.handed, one.reported, one.agrees) for one in found.counts] == [
        (1, 5, reported, False),
        (2, 5, 5, True),
    ]
    with pytest.raises(Refused, match="of 1 schools the count is not what they reported"):
        authority.close_season(made, found)
    assert files_of(made.folder) == before, word


def test_a_school_that_reported_and_handed_in_nothing_bars_the_season_too(made: Authority) -> None:
    found = plan(made, leaf_file(made, 1, papers(1)), school3=2)
    assert [(one.school.id, one.handed, one.agrees) for one in found.counts] == [(1, 5, True), (3, 0, False)]
    with pytest.raises(Refused, match="no school 9"):
        plan(made, leaf_file(made, 1, papers(1)), school9=2)


def test_until_it_is_published_a_season_takes_further_files(made: Authority) -> None:
    made = closed(made, leaf_file(made, 1, papers(1, 2)))
    made = closed(made, leaf_file(made, 2, papers(2, 3)))
    (season,) = made.contents.seasons
    assert (season.keys, season.certificates) == (2, 5)
    made = closed(made, leaf_file(made, 1, papers(1, 5), made_on=TODAY + 1))
    (season,) = made.contents.seasons
    assert (season.keys, season.certificates) == (2, 8)
    publish(made)
    made = authority.open_authority(made.folder)
    with pytest.raises(Refused, match="closed and published"):
        plan(made, leaf_file(made, 3, papers(3)))


def test_a_later_file_of_a_key_replaces_an_earlier_one_whatever_their_order(made: Authority) -> None:
    older, newer = leaf_file(made, 1, papers(1, 5), made_on=TODAY - 3), leaf_file(made, 1, papers(1, 4))
    for files in ((older, newer), (newer, older), (newer, newer)):
        assert plan(made, *files).season.certificates == 4
    with pytest.raises(Refused, match="two leaf files of one key of 'School 1' made on one day"):
        plan(made, newer, leaf_file(made, 1, papers(1, 3)))


def test_days_that_no_season_can_have(made: Authority) -> None:
    data = leaf_file(made, 1, papers(1))
    with pytest.raises(Refused, match="still to come"):
        plan(made, data, day=TODAY + 1)
    made = closed(made, data)
    with pytest.raises(Refused, match="would be before it"):
        plan(made, leaf_file(made, 2, papers(2)), day=TODAY - 1)
    with pytest.raises(Refused, match="there is nothing to close"):
        plan(made, data, day=TODAY + 1, today=TODAY + 1)


def test_a_leaf_file_of_another_authority_key_or_order_is_refused(made: Authority) -> None:
    good = leaf_file(made, 1, papers(1))
    bad = [
        (leaf_file(made, 1, papers(1), identity=bytes([7]) * 32), "not_for_us"),
        (leaf_file(made, 4, papers(4)), "unknown_signer"),
        (good[:-1] + bytes([good[-1] ^ 1]), "bad_signature"),
        (b"{}", "unreadable"),
    ]
    for data, code in bad:
        with pytest.raises(TrustListError) as caught:
            authority.read_handed(made, data)
        assert caught.value.code == code
    assert authority.read_handed(made, wrap(good, readable={}).encode()).leaves.digests


def test_unsorted_and_doubled_digests_are_refused(made: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    digests = sorted(map(cose.digest_of, papers(1)))
    monkeypatch.setattr("qrcert.trust.requests.sorted", lambda values, **_: list(values), raising=False)
    monkeypatch.setattr("qrcert.trust.requests.set", list, raising=False)
    for wrong in (digests[::-1], [*digests, digests[-1]]):
        head = Head(made.identity, bytes(16), TODAY)
        data = write_season_leaves(head, wrong, key=KEYS[1].public_key, sign=KEYS[1].sign)
        with pytest.raises(TrustListError) as caught:
            authority.read_handed(made, data)
        assert caught.value.code == "order"


def test_what_was_handed_in_is_kept_as_it_came(made: Authority) -> None:
    data = leaf_file(made, 1, papers(1))
    closed(made, data)
    folder = made.folder / "leaves" / wire.to_date(SEASON).isoformat()
    assert (folder / f"{KEYS[1].kid.hex()}.json").read_bytes() == data
    for name, kept in files_of(made.folder).items():
        assert PASSPHRASE not in kept, name
