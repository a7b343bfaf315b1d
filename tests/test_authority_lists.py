"""The authority's lists: what is withdrawn, publishing one after the other, and the files that are sent out."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import school
from ministry import (
    KEYS,
    PASSPHRASE,
    TODAY,
    admitted,
    authority_in,
    code_of,
    copy_of,
    files_of,
    publish,
    request,
    signed_by,
    withdrawal,
)
from qrcert import authority, wire
from qrcert.authority import Authority, By
from qrcert.decode import verify
from qrcert.encode import sign_bytes
from qrcert.errors import KeyFileError, Refused, TrustListError
from qrcert.signing import load_keys
from qrcert.trust import (
    NO_HASH,
    Number,
    TrustList,
    Wanted,
    compare,
)


@pytest.fixture
def made(tmp_path: Path) -> Authority:
    return authority_in(tmp_path / "authority")


# --- withdrawing


@pytest.mark.parametrize(
    ("by", "kind", "codes"),
    [
        ("copy", 3, ("withdrawn", "genuine")),
        ("copy", 2, ("replaced", "genuine")),
        ("number", 3, ("withdrawn", "withdrawn")),
        ("number", 1, ("replaced", "replaced")),
    ],
)
def test_a_paper_that_was_shown_is_withdrawn(
    made: Authority, by: By, kind: int, codes: tuple[str, str]
) -> None:
    made = admitted(made)
    trust = publish(made)
    first = signed_by(1)
    reprint = sign_bytes(
        school.certificate(issued=school.NOW, values={**school.certificate().values, "given": "Анна"}),
        key=KEYS[1],
    )
    verdict = verify(wire.to_text(first), trust=trust, now=school.NOW)
    made = authority.open_authority(made.folder)
    changed = authority.withdraw_verified(made, verdict, first, kind=kind, by=by, today=TODAY)
    newer = publish(changed)
    assert (code_of(first, newer), code_of(reprint, newer)) == codes
    with pytest.raises(Refused, match="is withdrawn already, on 2026-11-23"):
        authority.withdraw_verified(changed, verdict, first, kind=kind, by=by, today=TODAY + 1)


@pytest.mark.parametrize("text", ["nonsense", school.text(), wire.to_text(signed_by(1)[:-1] + b"\x01")])
def test_what_no_school_of_the_list_signed_cannot_be_withdrawn(made: Authority, text: str) -> None:
    trust = publish(admitted(made))
    verdict = verify(text, trust=trust, now=school.NOW)
    with pytest.raises(Refused, match=f"this one is {verdict.code}"):
        authority.withdraw_verified(made, verdict, b"", kind=3, by="copy", today=TODAY)


def test_a_replacement_may_become_a_withdrawal_and_not_the_reverse(made: Authority) -> None:
    made = admitted(made)
    paper = signed_by(1)
    made, _ = authority.withdraw_requested(made, withdrawal(made, copy_of(paper, kind=1)), today=TODAY)
    made, _ = authority.withdraw_requested(made, withdrawal(made, copy_of(paper), nonce=1), today=TODAY)
    with pytest.raises(Refused, match="withdrawn already"):
        authority.withdraw_requested(made, withdrawal(made, copy_of(paper, kind=2), nonce=2), today=TODAY)
    assert code_of(paper, publish(made)) == "withdrawn"


def test_a_schools_request_withdraws_copies_and_numbers(made: Authority) -> None:
    made = admitted(made)
    papers = [signed_by(1, f"0772400000000{place}") for place in range(3)]
    number = Number(KEYS[1].kid, school.form().hash, 7724000000001)
    data = withdrawal(made, copy_of(papers[0]), Wanted(number, TODAY, 2))
    changed, wanted = authority.withdraw_requested(made, data, today=TODAY)
    assert len(wanted) == 2
    changed.save()
    trust = publish(authority.open_authority(made.folder))
    assert [code_of(paper, trust) for paper in papers] == ["withdrawn", "replaced", "genuine"]


def test_a_withdrawal_request_is_taken_once(made: Authority) -> None:
    made = admitted(made)
    data = withdrawal(made, copy_of(signed_by(1)))
    changed, _ = authority.withdraw_requested(made, data, today=TODAY)
    changed.save()
    with pytest.raises(TrustListError) as caught:
        authority.withdraw_requested(authority.open_authority(made.folder), data, today=TODAY)
    assert caught.value.code == "repeated"


def test_a_school_withdraws_only_its_own_papers(made: Authority) -> None:
    made = admitted(admitted(made, 1), 2)
    for foreign in (
        copy_of(signed_by(2), place=2),
        copy_of(signed_by(3), place=3),
        Wanted(Number(KEYS[2].kid, school.form().hash, 1), TODAY, 3),
    ):
        with pytest.raises(TrustListError) as caught:
            authority.withdraw_requested(made, withdrawal(made, foreign), today=TODAY)
        assert caught.value.code == "other_school"


def test_a_school_withdraws_papers_of_its_older_keys(made: Authority) -> None:
    made = admitted(made, 1)
    plan = authority.plan_admission(made, request(2), forms="*", today=TODAY, school_id=1)
    made = authority.admit(made, plan)
    data = withdrawal(made, copy_of(signed_by(1)), place=2)
    changed, _ = authority.withdraw_requested(made, data, today=TODAY)
    assert len(changed.contents.withdrawals) == 1


@pytest.mark.parametrize("status", ["void", "compromised", "retired"])
def test_a_key_that_is_not_in_use_asks_for_nothing(made: Authority, status: Any) -> None:
    made = admitted(made, until=TODAY + 5)
    (entry,) = made.contents.keys
    if status != "retired":
        made = made.with_contents(keys=(replace(entry, status=(status, TODAY)),))
    with pytest.raises(Refused, match="a key that is not in use: a thief could have made it"):
        authority.withdraw_requested(made, withdrawal(made, copy_of(signed_by(1))), today=TODAY + 6)


def test_a_request_of_a_stranger_for_another_authority_or_with_a_slip_is_refused(made: Authority) -> None:
    made = admitted(made)
    wanted = copy_of(signed_by(1))
    good = withdrawal(made, wanted)
    for data, code in (
        (withdrawal(made, wanted, place=2), "unknown_signer"),
        (withdrawal(made, wanted, identity=bytes([9]) * 32), "not_for_us"),
        (withdrawal(made, wanted, identity=NO_HASH), "not_for_us"),
        (good[:-1] + bytes([good[-1] ^ 1]), "bad_signature"),
        (good[:-1], "unreadable"),
        (b"", "unreadable"),
    ):
        with pytest.raises(TrustListError) as caught:
            authority.withdraw_requested(made, data, today=TODAY)
        assert caught.value.code == code


# --- publishing


def test_lists_follow_each_other(made: Authority) -> None:
    first = publish(admitted(made))
    second = publish(authority.open_authority(made.folder), TODAY + 10)
    third = publish(admitted(authority.open_authority(made.folder), 2), TODAY + 10, next_update=TODAY + 20)
    assert [one.version for one in (first, second, third)] == [1, 2, 3]
    assert first.contents.previous == NO_HASH
    assert second.contents.previous == first.list_hash
    assert third.contents.previous == second.list_hash
    assert (second.issued, second.next_update) == (TODAY + 10, TODAY + 375)
    assert third.next_update == TODAY + 20
    assert compare(first, second).kind == compare(second, third).kind == compare(first, third).kind == "newer"
    names = [path.name for path in authority.open_authority(made.folder).published()]
    assert names == ["0001.qct", "0002.qct", "0003.qct"]
    kept = authority.open_authority(made.folder).last_list()
    assert kept is not None
    assert kept.list_hash == third.list_hash


def test_the_tenthousandth_list_comes_after_the_one_before(made: Authority) -> None:
    for name in ("9999.qct", "10000.qct", "0001 (copy).qct", "²).qct", "0002.qct.part"):
        (made.folder / "published" / name).touch()
    assert [path.name for path in made.published()] == ["9999.qct", "10000.qct"]


def test_a_list_issued_before_the_last_one_is_refused(made: Authority) -> None:
    publish(made)
    with pytest.raises(Refused, match="today is 2026-11-22, the last list is of 2026-11-23"):
        publish(authority.open_authority(made.folder), TODAY - 1)


def test_a_next_update_beyond_the_roots_end_or_before_today_is_refused(made: Authority) -> None:
    until = made.root.until
    for next_update in (TODAY - 1, until + 1):
        with pytest.raises(Refused, match=r"next update .*: a list of today, 2026-11-23, can promise"):
            publish(made, next_update=next_update)
    with pytest.raises(Refused, match="when the root ends"):
        publish(made, until + 1)
    assert publish(made, next_update=until).next_update == until
    assert publish(authority.open_authority(made.folder), until - 3).next_update == until


def test_a_wrong_passphrase_publishes_nothing(made: Authority) -> None:
    before = files_of(made.folder)
    with pytest.raises(KeyFileError, match="does not open"):
        authority.publish(made, passphrase=b"another horse", today=TODAY)
    assert files_of(made.folder) == before


@pytest.mark.parametrize("spoil", ["key gone", "form gone", "moved", "better", "earlier"])
def test_what_no_verifier_would_import_is_not_published(made: Authority, spoil: str) -> None:
    made = admitted(admitted(made), 2)
    first, second = made.contents.keys
    void = replace(first, status=("void", TODAY))
    made = made.with_contents(keys=(void, second))
    publish(made)
    made = authority.open_authority(made.folder)
    spoiled = {
        "key gone": made.with_contents(keys=made.contents.keys[1:]),
        "form gone": made.with_contents(
            forms=tuple(one for one in made.contents.forms if one.hash != school.form("ib.diploma").hash)
        ),
        "moved": made.with_contents(keys=(void, replace(second, school=first.school))),
        "better": made.with_contents(keys=(first, second)),
        "earlier": made.with_contents(keys=(void, replace(second, start=TODAY - 1))),
    }[spoil]
    before = files_of(made.folder)
    with pytest.raises(TrustListError) as caught:
        publish(spoiled)
    assert caught.value.code == "went_back"
    assert files_of(made.folder) == before


def test_a_right_once_given_is_not_taken_back(made: Authority) -> None:
    publish(admitted(made))
    made = authority.open_authority(made.folder)
    narrow = frozenset((school.form("ru.attestat.9").hash,))
    with pytest.raises(Refused, match=r"a key of 'School 1' would lose the right to 'ru.attestat.11'"):
        publish(made.with_contents(rights={1: narrow}))


@pytest.mark.parametrize(
    "change",
    [
        {"authority": ""},
        {"where": "x" * 1001},
        {"withdrawals": {bytes(16): (TODAY, 4)}},
        {"rights": {1: frozenset((bytes(16),))}},
    ],
)
def test_an_act_that_no_list_can_hold_leaves_the_folder_usable(made: Authority, change: Any) -> None:
    before = files_of(made.folder)
    with pytest.raises(TrustListError):
        made.with_contents(**change).save()
    assert files_of(made.folder) == before


def test_a_signers_key_is_no_schools_key(made: Authority) -> None:
    (signer, _) = load_keys(made.folder / "signer-1.key", passphrase=PASSPHRASE)
    plan = authority.plan_admission(made, request(key=signer), forms="*", today=TODAY)
    with pytest.raises(TrustListError) as caught:
        authority.admit(made, plan).save()
    assert caught.value.code == "two_roles"
    assert authority.open_authority(made.folder) == made


def test_two_programs_at_once_do_not_undo_each_other(made: Authority) -> None:
    other = authority.open_authority(made.folder)
    admitted(other, 2).save()
    for act in (lambda: admitted(made, 1).save(), lambda: publish(admitted(made, 1))):
        with pytest.raises(Refused, match="changed by another program meanwhile"):
            act()
    again = authority.open_authority(made.folder)
    assert [one.name_now for one in again.contents.schools] == ["School 2"]
    assert again.published() == []
    admitted(again, 1).save()
    admitted(again, 3).save()  # the same program again, from what it had read
    (made.folder / "next.cbor").unlink()
    with pytest.raises(Refused, match=r"cannot read 'next\.cbor'"):
        admitted(again, 4).save()


def test_a_number_is_never_used_twice_even_if_the_lists_were_cleared_away(made: Authority) -> None:
    publish(made)
    publish(authority.open_authority(made.folder))
    (made.folder / "published" / "0002.qct").unlink()
    with pytest.raises(Refused, match=r"list No. 2 was published, the newest in the folder is No. 1"):
        publish(authority.open_authority(made.folder))
    shutil.rmtree(made.folder / "published")
    with pytest.raises(Refused, match=r"list No. 2 was published, the newest in the folder is No. 0"):
        publish(authority.open_authority(made.folder))


# --- the files that are sent out


def test_the_readable_copy_says_what_the_list_says(made: Authority, tmp_path: Path) -> None:
    made = admitted(admitted(made), 2, forms="participation")
    made, _ = authority.withdraw_requested(made, withdrawal(made, copy_of(signed_by(1))), today=TODAY)
    first, second = made.contents.keys
    trust = publish(made.with_contents(keys=(replace(first, status=("void", TODAY)), second)))
    path = tmp_path / "list.qct"
    readable = authority.write_list(path, authority.newest_bytes(authority.open_authority(made.folder)))
    assert readable == tmp_path / "list.json"
    assert TrustList.from_bytes(path.read_bytes()).list_hash == trust.list_hash
    said = json.loads(readable.read_text(encoding="utf-8"))
    assert said == authority.as_data(trust)
    assert said["fingerprint"] == trust.fingerprint.hex()
    assert [(one["id"], one["names"][-1]["name"]) for one in said["schools"]] == [
        (1, "School 1"),
        (2, "School 2"),
    ]
    assert [key["status"] for one in said["schools"] for key in one["keys"]] == ["void", "active"]
    assert said["schools"][1]["keys"][0]["forms"] == ["participation"]
    assert said["schools"][1]["keys"][0]["until"] == "2028-02-22"
    assert said["withdrawals"] == [
        {"name": copy_of(signed_by(1)).what.name.hex(), "day": "2026-11-23", "kind": 3}
    ]
    assert sorted(said["forms"].values()) == sorted(school.entries())


@pytest.mark.parametrize("name", ["list.json", "LIST.JSON", "list", "list.qct.json"])
def test_the_readable_copy_never_takes_the_lists_own_place(
    made: Authority, tmp_path: Path, name: str
) -> None:
    publish(made)
    data = authority.newest_bytes(made)
    readable = authority.write_list(tmp_path / name, data)
    assert (tmp_path / name).read_bytes() == data
    assert readable.name.casefold() != name.casefold()
    assert json.loads(readable.read_text(encoding="utf-8"))["version"] == 1


def test_nothing_is_sent_out_before_the_first_list(made: Authority) -> None:
    with pytest.raises(Refused, match="nothing is published yet"):
        authority.newest_bytes(made)


def test_a_file_that_cannot_be_written_is_a_clear_refusal(made: Authority, tmp_path: Path) -> None:
    publish(made)
    (tmp_path / "file").touch()
    for place in (tmp_path / "file" / "list.qct", tmp_path / "no folder" / "list.qct", made.folder):
        with pytest.raises(Refused, match="cannot write"):
            authority.write_list(place, authority.newest_bytes(made))
    assert (tmp_path / "file").read_bytes() == b""


def test_a_list_of_thousands_of_schools_is_written_readably_in_no_time(made: Authority) -> None:
    contents = admitted(made).contents
    (one,), (entry,) = contents.schools, contents.keys
    schools = tuple(replace(one, id=place) for place in range(1, 40_001))
    trust = publish(made)
    crowd = replace(trust, contents=replace(contents, schools=schools, keys=(entry,) * 2000))
    assert len(authority.as_data(crowd)["schools"]) == 40_000
