"""The authority's folder: making it, admitting keys, forms and who may sign them."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256, sha512
from pathlib import Path

import pytest

import school
from ministry import (
    KEYS,
    PASSPHRASE,
    TODAY,
    admitted,
    authority_in,
    files_of,
    publish,
    request,
    rights_of,
)
from qrcert import authority, cose, wire
from qrcert.authority import Authority
from qrcert.authority.admission import KEY_DAYS
from qrcert.cose import PublicKey
from qrcert.decode import verify
from qrcert.encode import sign_certificate
from qrcert.errors import KeyFileError, QrcertError, Refused, TrustListError
from qrcert.signing import SigningKey, load_keys
from qrcert.trust import (
    NO_HASH,
    Head,
    compare,
    compile_form,
    form_hash,
    read_key_request,
    write_key_request,
)

DANCE = """
id = "dance"
language = "en"
title = "Dance badge"
[[field]]
name = "name"
label = "Name"
holder = true
"""


@pytest.fixture
def made(tmp_path: Path) -> Authority:
    return authority_in(tmp_path / "authority")


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
    big_x, big_y, z, _ = cose._add(_point(public), _point(y_of_order_8))
    x, y = (value * pow(z, -1, cose._FIELD) % cose._FIELD for value in (big_x, big_y))
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


def _point(data: bytes) -> tuple[int, int, int, int]:
    number = int.from_bytes(data, "little")
    y = number & (1 << 255) - 1
    x = cose._recover_x(y)
    assert x is not None
    x = x if x & 1 == number >> 255 else cose._FIELD - x
    return x, y, 1, x * y % cose._FIELD


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
