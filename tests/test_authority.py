"""The authority's folder: making it, admitting, forms and rights, withdrawing, publishing, and what spoils it."""

from __future__ import annotations

import json
import os
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256, sha512
from pathlib import Path
from typing import Any

import pytest

import school
from qrcert import authority, cose, wire
from qrcert.authority import Authority, By
from qrcert.authority import folder as folders
from qrcert.authority.acts import KEY_DAYS
from qrcert.cose import PublicKey
from qrcert.decode import verify
from qrcert.encode import sign_bytes, sign_certificate
from qrcert.errors import KeyFileError, QrcertError, Refused, TrustListError
from qrcert.signing import SigningKey, load_keys
from qrcert.trust import (
    NO_HASH,
    Copy,
    Head,
    KeyRequest,
    Number,
    TrustList,
    Wanted,
    compare,
    compile_form,
    form_hash,
    read_key_request,
    write_key_request,
    write_withdrawal_request,
)

TODAY = school.TODAY
PASSPHRASE = b"correct horse battery"
KEYS = {place: school.key_of(f"school of authority {place}") for place in range(1, 5)}

DANCE = """
id = "dance"
language = "en"
title = "Dance badge"
[[field]]
name = "name"
label = "Name"
holder = true
"""


@pytest.fixture(scope="session")
def master(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority with all shipped forms; its key file is cheap to open, else the tests would take minutes."""
    folder = tmp_path_factory.mktemp("authority") / "made"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("qrcert.signing.SCRYPT_N", 16)
        made = authority.make_authority(
            folder, name="Test authority", where="https://lists.example", passphrase=PASSPHRASE, today=TODAY
        )
    for entry in school.entries().values():
        made = authority.add_form(made, entry)
    made.save()
    return folder


@pytest.fixture
def made(master: Path, tmp_path: Path) -> Authority:
    folder = tmp_path / "authority"
    shutil.copytree(master, folder)
    return authority.open_authority(folder)


def request(
    place: int = 1,
    *,
    identity: bytes = NO_HASH,
    name: str | None = None,
    key: SigningKey | None = None,
    nonce: int = 0,
) -> KeyRequest:
    key = key or KEYS[place]
    head = Head(identity, bytes([place]) * 15 + bytes([nonce]), TODAY)
    data = write_key_request(
        head, key=key.public_key, name=name or f"School {place}", place="Perm", sign=key.sign
    )
    return read_key_request(data)


def admitted(made: Authority, place: int = 1, *, forms: str = "ru.*", **more: Any) -> Authority:
    plan = authority.plan_admission(made, request(place), forms=forms, today=TODAY, **more)
    return authority.admit(made, plan)


def publish(made: Authority, today: int = TODAY, **more: Any) -> TrustList:
    return authority.publish(made, passphrase=PASSPHRASE, today=today, **more)


def rights_of(made: Authority, place: int) -> set[bytes]:
    entry = next(one for one in made.contents.keys if one.kid == KEYS[place].kid)
    return set(made.contents.rights[entry.rights])


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


# --- making one


def test_init_makes_one_signer_a_root_and_an_empty_list(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "authority"
    made = authority.make_authority(
        folder, name="Орган", where="ask us", passphrase=PASSPHRASE, today=TODAY, test=True
    )
    assert sorted(files_of(folder)) == ["authority.json", "next.cbor", "root-1.cbor", "signer-1.key"]
    ed25519, ml_dsa = load_keys(folder / "signer-1.key", passphrase=PASSPHRASE)
    (signer,) = made.root.signers
    assert (signer.ed25519, signer.ml_dsa) == (ed25519.public_key, ml_dsa.public_key)
    again = authority.open_authority(folder)
    assert again == made
    assert again.test
    assert again.last_list() is None
    trust = publish(again)
    assert (trust.authority, trust.identity, trust.version) == ("Орган", made.root.hash, 1)
    assert not trust.schools


def test_the_signers_key_is_its_owners_alone_and_its_secret_stands_nowhere_else(made: Authority) -> None:
    publish(admitted(made))
    secrets = load_keys(made.folder / "signer-1.key", passphrase=PASSPHRASE)
    plain = [key._private.private_bytes_raw() for key in secrets]  # type: ignore[union-attr]
    for name, data in files_of(made.folder).items():
        assert not [seed for seed in plain if seed in data or seed.hex().encode() in data], name
        assert PASSPHRASE not in data
        assert (b"PRIVATE KEY" in data) == (name == "signer-1.key")
    if os.name == "posix":
        assert stat.S_IMODE((made.folder / "signer-1.key").stat().st_mode) == 0o600


def test_a_folder_that_holds_an_authority_is_left_alone(made: Authority) -> None:
    before = files_of(made.folder)
    with pytest.raises(Refused, match="holds an authority already"):
        authority.make_authority(made.folder, name="Other", where="x", passphrase=PASSPHRASE, today=TODAY)
    (made.folder / "authority.json").unlink()
    with pytest.raises(KeyFileError, match="a key is never overwritten"):
        authority.make_authority(made.folder, name="Other", where="x", passphrase=PASSPHRASE, today=TODAY)
    assert (made.folder / "signer-1.key").read_bytes() == before["signer-1.key"]


@pytest.mark.parametrize(
    ("name", "where", "match"),
    [
        ("", "x", r"authority \(label 0\)"),
        ("ы" * 501, "x", r"authority \(label 0\)"),
        ("Орган\u202e", "x", "the authority's name 'Орган⟨U\\+202E⟩' may not be shown"),
        ("Орган\ud800", "x", "may not be shown"),
        ("Орган", "", r"where \(label 1\)"),
        ("Орган", "a\nb", "the line on newer lists"),
    ],
)
def test_lines_that_no_list_can_have_are_refused_before_a_key_is_made(
    tmp_path: Path, name: str, where: str, match: str
) -> None:
    with pytest.raises(QrcertError, match=match):
        authority.make_authority(tmp_path / "a", name=name, where=where, passphrase=PASSPHRASE, today=TODAY)
    assert not (tmp_path / "a").exists()


def test_a_short_passphrase_and_a_folder_that_cannot_be_made_are_refused(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="passphrase"):
        authority.make_authority(tmp_path / "a", name="A", where="x", passphrase=b"short", today=TODAY)
    (tmp_path / "file").touch()
    with pytest.raises(Refused, match="cannot make the folder"):
        authority.make_authority(
            tmp_path / "file" / "a", name="A", where="x", passphrase=PASSPHRASE, today=TODAY
        )


# --- admitting


def test_an_admitted_key_signs_from_the_next_list_on(made: Authority) -> None:
    plan = authority.plan_admission(made, request(), forms="ru.*", today=TODAY)
    assert plan.new_school
    assert not plan.names_authority
    assert {form.id for form in plan.forms} == {"ru.attestat.11", "ru.attestat.9"}
    assert (plan.entry.start, plan.entry.end) == (TODAY, TODAY + KEY_DAYS)
    changed = authority.admit(made, plan)
    changed.save()
    trust = publish(authority.open_authority(made.folder))
    text = sign_certificate(school.certificate(issued=school.NOW), key=KEYS[1])
    verdict = verify(text, trust=trust, now=school.NOW)
    assert verdict.code == "genuine"
    assert verdict.school is not None
    assert verdict.school.name_now == "School 1"
    other = sign_certificate(school.certificate("ib.diploma", issued=school.NOW), key=KEYS[1])
    assert verify(other, trust=trust, now=school.NOW).reason == "rights"


def test_a_request_for_this_authority_needs_no_telephone_and_one_for_another_is_refused(
    made: Authority,
) -> None:
    ours = authority.plan_admission(made, request(identity=made.root.hash), forms="*", today=TODAY)
    assert ours.names_authority
    with pytest.raises(TrustListError) as caught:
        authority.plan_admission(made, request(identity=bytes([7]) * 32), forms="*", today=TODAY)
    assert caught.value.code == "not_for_us"


def test_the_signature_of_a_request_is_the_proof_of_possession() -> None:
    head = Head(NO_HASH, bytes(16), TODAY)
    forged = write_key_request(head, key=KEYS[1].public_key, name="A", place="B", sign=KEYS[2].sign)
    with pytest.raises(TrustListError) as caught:
        read_key_request(forged)
    assert caught.value.code == "bad_signature"


def test_a_request_is_taken_once_and_a_key_admitted_once(made: Authority) -> None:
    once = admitted(made)
    with pytest.raises(TrustListError) as caught:
        admitted(once)
    assert caught.value.code == "repeated"
    once.save()
    with pytest.raises(TrustListError) as caught:
        admitted(authority.open_authority(made.folder))
    assert caught.value.code == "repeated"
    with pytest.raises(TrustListError, match="admitted already, for 'School 1'") as caught:
        authority.plan_admission(
            once, request(nonce=1, name="Another school"), forms="*", today=TODAY, school_id=None
        )
    assert caught.value.code == "same_kid"


def of_mixed_order() -> tuple[PublicKey, Callable[[bytes], bytes]]:
    """A key with a part of order 8, which verifiers cannot tell from others, and how its maker signs with it."""
    secret, public = _scalar("school of mixed order")
    y_of_order_8 = bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")
    x, y = cose._add(_point(public), _point(y_of_order_8))
    mixed = (y | (x & 1) << 255).to_bytes(32, "little")

    def sign(message: bytes) -> bytes:
        for attempt in range(1000):
            nonce, point = _scalar(f"nonce {attempt}")
            k = int.from_bytes(sha512(point + mixed + message).digest(), "little") % cose._ORDER
            if k % 8 == 0:  # then the part of order 8 falls out of the equation
                return point + ((nonce + k * secret) % cose._ORDER).to_bytes(32, "little")
        raise AssertionError("no nonce found")

    return PublicKey(cose.ED25519, mixed), sign


def _scalar(name: str) -> tuple[int, bytes]:
    """The secret number of a key that a name determines (RFC 8032 section 5.1.5), and its public half."""
    seed = sha256(name.encode()).digest()
    half = bytearray(sha512(seed).digest()[:32])
    half[0] &= 248
    half[31] = half[31] & 127 | 64
    return int.from_bytes(half, "little"), SigningKey.from_seed(cose.ED25519, seed).public


def _point(data: bytes) -> tuple[int, int]:
    number = int.from_bytes(data, "little")
    y = number & (1 << 255) - 1
    x = cose._recover_x(y, number >> 255)
    assert x is not None
    return x, y


def test_a_key_of_mixed_order_passes_verifiers_and_is_not_admitted(made: Authority) -> None:
    key, sign = of_mixed_order()
    head = Head(NO_HASH, bytes(16), TODAY)
    asked = read_key_request(write_key_request(head, key=key, name="A", place="B", sign=sign))
    with pytest.raises(Refused, match="no point of full order: it was not made by an honest program"):
        authority.plan_admission(made, asked, forms="*", today=TODAY)


def test_a_weak_key_is_not_even_asked_for() -> None:
    with pytest.raises(Refused, match="small order"):
        PublicKey(cose.ED25519, bytes(32))


def test_a_school_is_in_the_list_once_and_a_second_key_is_asked_for_by_its_id(made: Authority) -> None:
    once = admitted(made)
    same = request(2, name="School 1")
    with pytest.raises(Refused, match="'School 1' in 'Perm' is in the list already, as 1") as caught:
        authority.plan_admission(once, same, forms="*", today=TODAY)
    assert caught.value.hint == "for a second key of that school: --school 1"
    plan = authority.plan_admission(once, same, forms="*", today=TODAY, school_id=1)
    assert not plan.new_school
    twice = authority.admit(once, plan)
    trust = publish(twice)
    assert [one.id for one in trust.schools] == [1]
    assert {entry.school.id for entry in trust.keys} == {1}
    assert len(trust.keys) == 2


def test_an_id_that_no_school_has_is_a_slip_of_the_finger(made: Authority) -> None:
    with pytest.raises(Refused, match="no school 71 in the list"):
        admitted(admitted(made), 2, school_id=71)


def test_schools_get_ids_in_order(made: Authority) -> None:
    for place in KEYS:
        made = admitted(made, place)
    assert [(one.id, one.name_now) for one in made.contents.schools] == [
        (place, f"School {place}") for place in KEYS
    ]


@pytest.mark.parametrize("name", ["Школа\u202e", "Шkола", "Школа\n№ 1", "A\x1b[2J"])
def test_a_school_whose_name_may_not_be_shown_is_not_admitted(made: Authority, name: str) -> None:
    with pytest.raises(Refused, match=r"the school's name .* may not be shown"):
        authority.plan_admission(made, request(name=name), forms="*", today=TODAY)


@pytest.mark.parametrize("until", [TODAY - 1, TODAY + KEY_DAYS + 1, wire.LAST_DAY])
def test_a_window_beyond_15_months_or_before_today_is_refused(made: Authority, until: int) -> None:
    with pytest.raises(Refused, match=r"the key would sign until .*, at most 2028-02-22 is allowed"):
        admitted(made, until=until)


def test_the_window_may_be_shorter(made: Authority) -> None:
    for until in (TODAY, TODAY + KEY_DAYS):
        assert admitted(made, until=until).contents.keys[0].end == until


@pytest.mark.parametrize("pattern", ["", "RU.*", "ru", "nothing.*"])
def test_a_pattern_that_no_form_fits_is_refused(made: Authority, pattern: str) -> None:
    with pytest.raises(Refused, match="no form in the list matches"):
        admitted(made, forms=pattern)


def test_keys_with_the_same_forms_share_a_number_of_rights(made: Authority) -> None:
    made = admitted(admitted(admitted(made, 1), 2), 3, forms="participation")
    assert [entry.rights for entry in made.contents.keys] == [1, 1, 2]
    assert sorted(made.contents.rights) == [1, 2]


def test_a_test_authority_admits_only_test_keys(made: Authority) -> None:
    (entry,) = admitted(replace(made, test=True)).contents.keys
    assert entry.test


# --- forms and who may sign them


def test_a_new_form_is_in_the_list_and_nobody_may_sign_it_yet(made: Authority) -> None:
    dance = compile_form(DANCE)
    made = authority.add_form(admitted(made), dance)
    trust = publish(made)
    assert trust.form(dance.hash) is not None
    assert dance.hash not in rights_of(made, 1)


def test_better_translations_take_the_place_of_older_ones(made: Authority) -> None:
    plain = compile_form(DANCE)
    better = compile_form(DANCE.replace('label = "Name"', 'label = { en = "Name", fr = "Nom" }'))
    assert plain.hash == better.hash
    made = authority.add_form(authority.add_form(made, plain), better)
    trust = publish(made)
    assert [one.translations for one in trust.contents.forms if one.hash == plain.hash] == [
        better.translations
    ]
    form = trust.form(plain.hash)
    assert form is not None
    assert form.languages == ("en", "fr")


def test_a_form_is_allowed_to_all_keys_in_use_or_to_one_school(made: Authority) -> None:
    dance = compile_form(DANCE)
    made = authority.add_form(admitted(admitted(admitted(made, 1), 2), 3, forms="participation"), dance)
    one, granted = authority.allow_form(made, dance.hash, today=TODAY, school_id=2)
    assert [entry.kid for entry in granted] == [KEYS[2].kid]
    assert [dance.hash in rights_of(one, place) for place in (1, 2, 3)] == [False, True, False]
    every, granted = authority.allow_form(one, dance.hash, today=TODAY)
    assert [entry.kid for entry in granted] == [KEYS[1].kid, KEYS[3].kid]
    assert [dance.hash in rights_of(every, place) for place in (1, 2, 3)] == [True, True, True]
    for place in (1, 2, 3):
        assert rights_of(every, place) == rights_of(made, place) | {dance.hash}
    assert set(every.contents.rights) == {entry.rights for entry in every.contents.keys}
    again, granted = authority.allow_form(every, dance.hash, today=TODAY)
    assert (again, granted) == (every, ())


def test_what_a_form_was_allowed_to_sign_verifies_under_the_next_list(made: Authority) -> None:
    dance = compile_form(DANCE)
    made = admitted(made)
    first = publish(made)
    made = authority.open_authority(made.folder)
    made, _ = authority.allow_form(authority.add_form(made, dance), dance.hash, today=TODAY)
    second = publish(made)
    assert compare(first, second).kind == "newer"
    form = second.form(dance.hash)
    assert form is not None
    badge = replace(school.certificate("participation", issued=school.NOW), form=form, values={"name": "Ann"})
    text = sign_certificate(badge, key=KEYS[1])
    assert verify(text, trust=first, now=school.NOW).code == "unknown_form"
    assert verify(text, trust=second, now=school.NOW).code == "genuine"


def test_keys_that_are_not_in_use_get_no_new_rights(made: Authority) -> None:
    dance = compile_form(DANCE)
    made = authority.add_form(admitted(admitted(admitted(made, 1), 2), 3, until=TODAY + 1), dance)
    first, second, third = made.contents.keys
    made = made.with_contents(keys=(replace(first, status=("void", TODAY)), second, third))
    _, granted = authority.allow_form(made, dance.hash, today=TODAY + 2)
    assert [entry.kid for entry in granted] == [second.kid]


def test_allowing_an_unknown_form_or_school_is_refused(made: Authority) -> None:
    made = admitted(made)
    with pytest.raises(Refused, match="is not in the list"):
        authority.allow_form(made, bytes(16), today=TODAY)
    with pytest.raises(Refused, match="no school 9 in the list"):
        authority.allow_form(made, school.form().hash, today=TODAY, school_id=9)


def test_a_form_that_a_newer_version_made_is_kept_and_matches_no_pattern(made: Authority) -> None:
    odd = replace(compile_form(DANCE), data=b"\xa1\x63new\x01", hash=form_hash(b"\xa1\x63new\x01"))
    made = authority.add_form(made, odd)
    plan = authority.plan_admission(made, request(), forms="*", today=TODAY)
    assert odd.hash not in {form.hash for form in plan.forms}
    trust = publish(authority.admit(made, plan))
    assert authority.as_data(trust)["forms"][odd.hash.hex()] is None


# --- withdrawing


def signed_by(place: int, number: str = "07724000123456") -> bytes:
    return sign_bytes(school.certificate(issued=school.NOW, number=number), key=KEYS[place])


def code_of(signed: bytes, trust: TrustList) -> str:
    return verify(wire.to_text(signed), trust=trust, now=school.NOW).code


def withdrawal(
    made: Authority, *wanted: Wanted, place: int = 1, nonce: int = 0, identity: bytes | None = None
) -> bytes:
    head = Head(made.root.hash if identity is None else identity, bytes([nonce]) * 16, TODAY)
    return write_withdrawal_request(head, wanted, key=KEYS[place].public_key, sign=KEYS[place].sign)


def copy_of(signed: bytes, place: int = 1, kind: int = 3) -> Wanted:
    return Wanted(Copy(KEYS[place].kid, cose.digest_of(signed)), TODAY, kind)


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


# --- a folder that was damaged, a program that was killed


def spoil_json(change: Callable[[dict[str, Any]], Any]) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        path = folder / "authority.json"
        path.write_text(json.dumps(change(json.loads(path.read_text()))))

    return spoil


def flip(name: str, at: int = -1) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        data = bytearray((folder / name).read_bytes())
        data[at] ^= 1
        (folder / name).write_bytes(data)

    return spoil


def cut(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).write_bytes((folder / name).read_bytes()[:-20]) and None


DAMAGES: dict[str, Callable[[Path], Any]] = {
    "settings gone": lambda folder: (folder / "authority.json").unlink(),
    "settings empty": lambda folder: (folder / "authority.json").write_bytes(b""),
    "settings no JSON": lambda folder: (folder / "authority.json").write_bytes(b"{"),
    "settings no UTF-8": lambda folder: (folder / "authority.json").write_bytes(b"\xff\xfe\xfd"),
    "settings too deep": lambda folder: (folder / "authority.json").write_text("[" * 100_000),
    "settings a list": spoil_json(list),
    "settings without taken": spoil_json(lambda said: {"test": said["test"]}),
    "settings without test": spoil_json(lambda said: {"taken": said["taken"]}),
    "test no yes or no": spoil_json(lambda said: said | {"test": "false"}),
    "taken no hex": spoil_json(lambda said: said | {"taken": ["xyz"]}),
    "taken no text": spoil_json(lambda said: said | {"taken": [1]}),
    "root gone": lambda folder: (folder / "root-1.cbor").unlink(),
    "root cut": cut("root-1.cbor"),
    "root of another": flip("root-1.cbor", 40),
    "next gone": lambda folder: (folder / "next.cbor").unlink(),
    "next cut": cut("next.cbor"),
    "next empty": lambda folder: (folder / "next.cbor").write_bytes(b""),
    "next a folder": lambda folder: [(folder / "next.cbor").unlink(), (folder / "next.cbor").mkdir()],
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_folder_is_a_clear_refusal(made: Authority, damage: Callable[[Path], Any]) -> None:
    damage(made.folder)
    with pytest.raises(Refused, match=r"is no authority's folder: .* is missing|cannot be used: ") as caught:
        authority.open_authority(made.folder)
    assert caught.value.hint


def test_a_folder_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for place in (tmp_path, tmp_path / "nowhere", tmp_path / "file"):
        with pytest.raises(Refused):
            authority.open_authority(place)


@pytest.mark.parametrize("damage", [cut("published/0001.qct"), flip("published/0001.qct")])
def test_a_damaged_last_list_stops_publishing(made: Authority, damage: Callable[[Path], Any]) -> None:
    publish(made)
    damage(made.folder)
    with pytest.raises(
        Refused, match=r"the list published last, published/0001.qct, cannot be used"
    ) as caught:
        publish(authority.open_authority(made.folder))
    assert caught.value.hint == "put the list that was sent out back in its place"


def test_a_root_whose_signature_does_not_hold_is_never_published(made: Authority) -> None:
    flip("root-1.cbor")(made.folder)
    with pytest.raises(TrustListError) as caught:
        publish(authority.open_authority(made.folder))
    assert caught.value.code == "bad_signature"
    assert made.published() == []


class Killed(BaseException):
    """The program was killed here."""


@pytest.fixture
def killed_after(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], None]]:
    """Let so many files be written whole, and kill the program while it writes the next."""
    real = os.fsync
    left = [0]

    def fsync(handle: int) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise Killed
        real(handle)

    def arm(files: int) -> None:
        left[0] = files
        monkeypatch.setattr(folders.os, "fsync", fsync)

    yield arm
    monkeypatch.undo()


@pytest.mark.parametrize("whole", [0, 1])
def test_killed_while_admitting_the_folder_is_before_or_after(
    made: Authority, killed_after: Callable[[int], None], whole: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = files_of(made.folder)
    killed_after(whole)
    with pytest.raises(Killed):
        admitted(made).save()
    monkeypatch.undo()
    again = authority.open_authority(made.folder)
    assert len(again.contents.schools) == whole
    assert files_of(made.folder)["authority.json"] == before["authority.json"]
    if whole:
        with pytest.raises(TrustListError, match="admitted already"):  # told, not admitted twice
            admitted(again)
    else:
        admitted(again).save()
    assert len(publish(authority.open_authority(made.folder)).keys) == 1


@pytest.mark.parametrize("whole", [0, 1, 2])
def test_killed_while_publishing_no_number_is_used_for_two_lists(
    made: Authority, killed_after: Callable[[int], None], whole: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = admitted(made)
    made.save()
    killed_after(whole)
    with pytest.raises(Killed):
        publish(made)
    monkeypatch.undo()
    kept = authority.open_authority(made.folder).last_list()
    assert (kept is not None) == (whole > 0)
    newer = publish(admitted(authority.open_authority(made.folder), 2), TODAY + 1)
    assert newer.version == (2 if whole else 1)
    if kept is not None:
        assert compare(kept, newer).kind == "newer"


def test_a_full_disk_leaves_the_old_files(made: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    before = files_of(made.folder)

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(folders.os, "fsync", full)
    for act in (lambda: admitted(made).save(), lambda: publish(made)):
        with pytest.raises(Refused, match=r"cannot write .*: No space left on device"):
            act()
    assert files_of(made.folder) == before


@pytest.mark.parametrize("whole", range(4))
def test_a_disk_that_fills_up_leaves_no_half_authority(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole: int
) -> None:
    left = [whole]

    def full(handle: int) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("qrcert.signing.SCRYPT_N", 16)
    with monkeypatch.context() as patch:
        patch.setattr(folders.os, "fsync", full)
        with pytest.raises(QrcertError, match="No space left on device"):
            authority.make_authority(tmp_path, name="A", where="x", passphrase=PASSPHRASE, today=TODAY)
    assert files_of(tmp_path) == {}
    authority.make_authority(tmp_path, name="A", where="x", passphrase=PASSPHRASE, today=TODAY)


def test_a_list_of_thousands_of_schools_is_written_readably_in_no_time(made: Authority) -> None:
    contents = admitted(made).contents
    (one,), (entry,) = contents.schools, contents.keys
    schools = tuple(replace(one, id=place) for place in range(1, 40_001))
    trust = publish(made)
    crowd = replace(trust, contents=replace(contents, schools=schools, keys=(entry,) * 2000))
    assert len(authority.as_data(crowd)["schools"]) == 40_000
