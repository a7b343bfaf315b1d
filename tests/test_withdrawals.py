"""Withdrawals at the authority: both names, the thief's case, other schools' papers, lifting (rows 158 to 160)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import school
from ministry import (
    KEYS,
    TODAY,
    admitted,
    authority_in,
    code_of,
    copy_of,
    publish,
    signed_by,
    withdrawal,
)
from qrcert import authority, cose, wire
from qrcert.authority import Authority
from qrcert.decode import verify
from qrcert.errors import Refused, TrustListError
from qrcert.trust import (
    Copy,
    Head,
    Number,
    Wanted,
    name_of_copy,
    name_of_number,
    write_season_leaves,
)


@pytest.fixture
def made(tmp_path: Path) -> Authority:
    """An authority with two schools."""
    return admitted(admitted(authority_in(tmp_path / "authority")), 2)


def with_entry(made: Authority, place: int, **changes: object) -> Authority:
    keys = [
        replace(one, **changes) if one.kid == KEYS[place].kid else one  # type: ignore[arg-type]
        for one in made.contents.keys
    ]
    return made.with_contents(keys=tuple(keys))


def leaves_of(made: Authority, place: int, *papers: bytes, made_on: int = TODAY) -> bytes:
    head = Head(made.identity, bytes([place]) * 16, made_on)
    key = KEYS[place]
    return write_season_leaves(head, map(cose.digest_of, papers), key=key.public_key, sign=key.sign)


def closed(made: Authority, *files: bytes, day: int = TODAY) -> Authority:
    handed = [authority.read_handed(made, one) for one in files]
    return authority.close_season(made, authority.plan_season(made, handed, day=day, today=TODAY))


# --- both names


@pytest.mark.parametrize(
    ("number", "verdicts"), [(False, ("withdrawn", "genuine")), (True, ("withdrawn", "withdrawn"))]
)
def test_a_paper_is_looked_for_by_both_of_its_names(
    made: Authority, number: bool, verdicts: tuple[str, str]
) -> None:
    first, second = signed_by(1), signed_by(1)
    other = school.certificate(
        issued=school.NOW, number="07724000123456", values={**_values(), "family": "Ы"}
    )
    second = authority_sign(other)
    assert first != second
    what = (
        Number(KEYS[1].kid, school.form().hash, 7724000123456)
        if number
        else Copy(KEYS[1].kid, _digest(first))
    )
    made, _ = authority.withdraw_requested(made, withdrawal(made, Wanted(what, TODAY, 3)), today=TODAY)
    trust = publish(made)
    assert (code_of(first, trust), code_of(second, trust)) == verdicts


def _values() -> dict[str, object]:
    return dict(school.certificate().values)


def authority_sign(certificate: object, place: int = 1) -> bytes:
    from qrcert.encode import sign_bytes

    return sign_bytes(certificate, key=KEYS[place])  # type: ignore[arg-type]


def _digest(signed: bytes) -> bytes:
    return cose.digest_of(signed)


# --- the thief's case


@pytest.mark.parametrize(
    "suspicion",
    [
        {"status": ("compromised", TODAY)},
        {"status": ("void", TODAY)},
        {"end": TODAY - 1, "start": TODAY - 9},
        {"start": TODAY + 1},
    ],
)
def test_a_key_under_suspicion_needs_a_second_channel(made: Authority, suspicion: dict[str, object]) -> None:
    made = with_entry(made, 1, **suspicion)
    data = withdrawal(made, copy_of(signed_by(1)))
    with pytest.raises(Refused, match="a thief could have made it") as caught:
        authority.withdraw_requested(made, data, today=TODAY)
    assert caught.value.hint is not None
    assert caught.value.hint.endswith("--second-channel")
    changed, wanted = authority.withdraw_requested(made, data, today=TODAY, second_channel=True)
    assert len(wanted) == len(changed.contents.withdrawals) == 1


def test_a_second_channel_mends_nothing_else(made: Authority) -> None:
    data = withdrawal(made, copy_of(signed_by(1)))
    once, _ = authority.withdraw_requested(made, data, today=TODAY, second_channel=True)
    with pytest.raises(TrustListError) as caught:
        authority.withdraw_requested(once, data, today=TODAY, second_channel=True)
    assert caught.value.code == "repeated"
    broken = data[:-1] + bytes([data[-1] ^ 1])
    with pytest.raises(TrustListError) as caught:
        authority.withdraw_requested(made, broken, today=TODAY, second_channel=True)
    assert caught.value.code == "bad_signature"


# --- other schools' papers


def test_a_kid_of_another_school_is_refused(made: Authority) -> None:
    with pytest.raises(TrustListError) as caught:
        authority.withdraw_requested(
            made, withdrawal(made, copy_of(signed_by(2), place=2), place=1), today=TODAY
        )
    assert caught.value.code == "other_school"


def test_a_digest_in_another_schools_leaf_file_is_refused(made: Authority) -> None:
    theirs, ours = signed_by(2), signed_by(1)
    made = closed(made, leaves_of(made, 1, ours), leaves_of(made, 2, theirs))
    foreign = Wanted(Copy(KEYS[1].kid, _digest(theirs)), TODAY, 3)
    with pytest.raises(TrustListError, match="a paper of 'School 2'") as caught:
        authority.withdraw_requested(made, withdrawal(made, foreign), today=TODAY)
    assert caught.value.code == "other_school"
    unknown = withdrawal(made, copy_of(signed_by(1, "07724000000099")), copy_of(ours))
    changed, wanted = authority.withdraw_requested(made, unknown, today=TODAY)
    assert len(wanted) == 2
    assert code_of(ours, publish(changed)) == "withdrawn"


def test_a_school_that_hands_in_anothers_digests_cannot_bar_its_withdrawals(made: Authority) -> None:
    ours = signed_by(1)
    made = closed(made, leaves_of(made, 1, ours), leaves_of(made, 2, signed_by(2), ours))
    changed, _ = authority.withdraw_requested(made, withdrawal(made, copy_of(ours)), today=TODAY)
    assert code_of(ours, publish(changed)) == "withdrawn"


def test_damaged_leaves_are_told_when_a_withdrawal_is_looked_up(made: Authority) -> None:
    ours = signed_by(1)
    made = closed(made, leaves_of(made, 1, ours))
    (index,) = (made.folder / "leaves").glob("*.cbor")
    for bad in (b"\x00" + cose.digest_of(ours), b"\x58\x20" + cose.digest_of(ours)):
        index.write_bytes(bad)
        with pytest.raises(Refused, match="cannot be used"):
            authority.withdraw_requested(made, withdrawal(made, copy_of(ours)), today=TODAY)
    index.unlink()
    _, wanted = authority.withdraw_requested(made, withdrawal(made, copy_of(ours)), today=TODAY)
    assert len(wanted) == 1


# --- lifting


def by_name(made: Authority, paper: bytes) -> tuple[bytes, ...]:
    return (name_of_copy(KEYS[1].kid, _digest(paper)),)


def by_request(made: Authority, paper: bytes) -> tuple[bytes, ...]:
    return authority.names_requested(made, withdrawal(made, copy_of(paper)))


def by_paper(made: Authority, paper: bytes) -> tuple[bytes, ...]:
    verdict = verify(wire.to_text(paper), trust=publish(made), now=school.NOW)
    return authority.names_of(verdict, paper)


@pytest.mark.parametrize("way", [by_name, by_request, by_paper])
def test_a_withdrawal_is_lifted_by_its_name_its_request_or_the_paper(
    made: Authority, way: Callable[[Authority, bytes], tuple[bytes, ...]]
) -> None:
    paper = signed_by(1)
    made, _ = authority.withdraw_requested(made, withdrawal(made, copy_of(paper)), today=TODAY)
    names = way(made, paper)
    made = authority.open_authority(made.folder) if way is by_paper else made
    changed, lifted = authority.lift(made, names)
    assert lifted == by_name(made, paper)
    assert code_of(paper, publish(changed)) == "genuine"
    with pytest.raises(Refused, match="nothing to lift"):
        authority.lift(changed, names)


def test_a_withdrawal_of_the_number_is_lifted_too(made: Authority) -> None:
    paper = signed_by(1)
    number = name_of_number(KEYS[1].kid, school.form().hash, 7724000123456)
    made = made.with_contents(withdrawals={number: (TODAY, 3)})
    assert code_of(paper, publish(made)) == "withdrawn"
    changed, lifted = authority.lift(authority.open_authority(made.folder), by_paper(made, paper))
    assert lifted == (number,)
    assert not changed.contents.withdrawals
