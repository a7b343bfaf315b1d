"""Rotations: hand-overs, the end of a root, a theft of signers' keys and its repair."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from ministry import KEYS, PASSPHRASE, TODAY, admitted, code_of, files_of, request, signed_by
from officers import (
    THREE,
    authority_in,
    pair,
    published,
    rotated,
    signed,
    signer,
)
from qrcert import authority, wire
from qrcert.authority import Authority, Thresholds
from qrcert.cose import SignMessage
from qrcert.errors import Refused, TrustListError
from qrcert.store import Store
from qrcert.trust import (
    LIST_AAD,
    Envelope,
    Root,
    TrustList,
    compare,
    list_payload,
    make_signature,
)
from qrcert.trust import (
    signed as with_signatures,
)

LAST = 2**53 - 1


@pytest.fixture
def made(tmp_path: Path) -> Authority:
    return authority_in(tmp_path / "authority")


def reopened(made: Authority) -> Authority:
    return authority.open_authority(made.folder)


def bytes_of(made: Authority) -> bytes:
    return authority.newest_bytes(reopened(made))


def code(act: Callable[[], object]) -> str:
    with pytest.raises(TrustListError) as caught:
        act()
    return caught.value.code


# --- rotation


def confirm_nothing(trust: TrustList, lost: tuple[str, ...]) -> bool:
    raise AssertionError("a question was asked")


def store_with(made: Authority, folder: Path) -> Store:
    store = Store(folder)
    fingerprint = made.root.hash.hex()
    store.import_list(bytes_of(made), on=date(2026, 11, 23), fingerprint=fingerprint)
    return store


def test_a_hand_over_needs_no_question(made: Authority, tmp_path: Path) -> None:
    published(admitted(made))
    store = store_with(made, tmp_path / "store")
    changed = rotated(reopened(made), ("Dina", "Egor", "Fyokla"), ("Anna", "Boris", "Dina", "Egor"))
    assert reopened(changed) == changed
    assert changed.identity == made.identity != changed.root.hash
    trust = published(reopened(made), "Egor", "Fyokla")
    assert (trust.root_version, trust.version, trust.identity) == (2, 2, made.identity)
    done = store.import_list(bytes_of(made), on=date(2026, 11, 24), confirm=confirm_nothing)
    assert done == "imported"
    assert code_of(signed_by(1), trust) == "genuine"
    ours = request(2, identity=made.identity)
    assert authority.plan_admission(reopened(made), ours, forms="*", today=TODAY).names_authority


@pytest.mark.parametrize(
    "by",
    [
        ("Anna", "Boris", "Vera"),
        ("Egor", "Fyokla"),
        ("Anna", "Boris", "Egor", "Fyokla"),
        ("Anna", "Boris", "Vera", "Egor"),
    ],
)
def test_a_rotation_needs_enough_of_the_old_and_of_the_new(made: Authority, by: tuple[str, ...]) -> None:
    before = files_of(made.folder)
    with pytest.raises(TrustListError) as caught:
        rotated(made, ("Egor", "Fyokla"), by)
    assert caught.value.code == "threshold"
    assert files_of(made.folder) == before


def test_an_officer_who_stays_signs_once_and_counts_twice(made: Authority) -> None:
    changed = rotated(made, THREE, THREE, thresholds=Thresholds(3, 3))
    assert len(changed.root_messages[1].signatures) == 6
    assert published(changed, *THREE).root_version == 2


def test_an_officer_who_went_signs_no_list(made: Authority) -> None:
    changed = rotated(made, ("Anna", "Boris"), THREE)
    draft = authority.draft_list(changed, today=TODAY)
    with pytest.raises(Refused, match="none of those that sign"):
        signed(draft, "Vera")


def test_a_root_draft_of_before_a_rotation_and_one_for_another_root_are_refused(made: Authority) -> None:
    stale = authority.draft_root(made, [signer("Egor")], thresholds=Thresholds(), today=TODAY)
    changed = rotated(made, ("Anna", "Boris"), THREE)
    with pytest.raises(Refused, match="another root came into force"):
        authority.finish_root(changed, signed(stale, *THREE, "Egor"))
    old = signed(authority.draft_list(made, today=TODAY), *THREE)
    with pytest.raises(Refused, match="stands on another root"):
        authority.finish_list(changed, old)


def test_a_rotation_that_was_killed_between_its_two_files_never_was(
    made: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = signed(
        authority.draft_root(made, [signer("Egor")], thresholds=Thresholds(), today=TODAY), *THREE, "Egor"
    )

    class Killed(BaseException):
        pass

    def killed(self: Authority) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Authority, "save", killed)
        with pytest.raises(Killed):
            authority.finish_root(made, draft)
    assert (made.folder / "root-2.cbor").exists()
    assert reopened(made) == made
    assert published(reopened(made)).root_version == 1
    assert authority.finish_root(reopened(made), draft).root.version == 2
    assert published(reopened(made), "Egor").root_version == 2


def test_a_signer_may_not_be_a_school(made: Authority) -> None:
    made = admitted(made)
    key = KEYS[1].public_key
    with pytest.raises(Refused, match="a signer's key is the key of 'School 1'"):
        authority.draft_root(
            made, [replace(signer("Egor"), ed25519=key)], thresholds=Thresholds(), today=TODAY
        )


def test_lists_end_with_their_root_and_go_on_under_the_next(made: Authority) -> None:
    until = made.root.until
    short = rotated_until(made, TODAY + 30)
    trust = published(short, "Anna", "Boris")
    assert trust.next_update == trust.effective_end == TODAY + 30 < until
    with pytest.raises(Refused, match="when the root ends") as caught:
        authority.draft_list(reopened(made), today=TODAY + 31)
    assert caught.value.hint == "the next root comes by rotation: qrcert authority rotate"
    longer = rotated(reopened(made), ("Anna", "Boris"), ("Anna", "Boris"), today=TODAY + 31)
    later = published(longer, "Anna", "Boris", today=TODAY + 31)
    assert (later.root_version, later.next_update) == (3, TODAY + 31 + 365)
    assert compare(trust, later).kind == "newer"
    for day in (TODAY - 1, wire.LAST_DAY + 1):
        with pytest.raises(Refused, match="the root would end on"):
            rotated_until(reopened(made), day)


def rotated_until(made: Authority, until: int) -> Authority:
    draft = authority.draft_root(
        made, [signer("Anna"), signer("Boris")], thresholds=Thresholds(2, 2), today=TODAY, until=until
    )
    return authority.finish_root(made, signed(draft, *THREE))


def test_keys_of_new_signers_are_numbered_on(made: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qrcert.signing.SCRYPT_N", 16)
    before = files_of(made.folder)
    with pytest.raises(Refused, match="2 of 1 signers can never sign"):
        authority.draft_root_of_new(made, [PASSPHRASE], thresholds=Thresholds(2, 1), today=TODAY)
    assert files_of(made.folder) == before
    authority.draft_root_of_new(made, [PASSPHRASE], thresholds=Thresholds(), today=TODAY)
    changed, draft = authority.draft_root_of_new(made, [PASSPHRASE], thresholds=Thresholds(), today=TODAY)
    assert sorted(files_of(made.folder).keys() - before.keys()) == ["signer-6.key", "signer-7.key"]
    keys = authority.load_pair(made.folder / "signer-7.key", passphrase=PASSPHRASE)
    changed = authority.finish_root(changed, authority.sign_draft(signed(draft, *THREE), keys))
    trust = authority.publish(reopened(changed), passphrase=PASSPHRASE, today=TODAY)
    assert (trust.root_version, trust.version) == (2, 1)


# --- a theft and its repair


def thieves_list(made: Authority) -> bytes:
    """What thieves with three officers' keys publish: a school of theirs, the honest key void, the last number."""
    crowd = admitted(made, 4)
    (honest, theirs) = crowd.contents.keys
    last = made.last_list()
    assert last is not None
    contents = replace(
        crowd.contents,
        version=LAST,
        previous=bytes(32),
        issued=TODAY,
        next_update=TODAY + 300,
        keys=(replace(honest, status=("void", TODAY)), theirs),
    )
    payload = list_payload(contents)
    message = SignMessage(payload, ())
    for name in THREE:
        halves = [
            make_signature(payload, alg=key.alg, kid=key.kid, aad=LIST_AAD, sign=key.sign)
            for key in pair(name)
        ]
        message = with_signatures(message, halves)
    return Envelope(made.root_messages, message).to_bytes()


def test_a_theft_of_three_keys_is_repaired_by_the_next_root_after_a_question(
    made: Authority, tmp_path: Path
) -> None:
    published(admitted(made))
    made = reopened(made)
    store = store_with(made, tmp_path / "store")
    stolen = thieves_list(made)
    assert store.import_list(stolen, on=date(2026, 11, 24), confirm=confirm_nothing) == "imported"
    assert code_of(signed_by(1), TrustList.from_bytes(stolen)) == "key_refused"

    published(made)  # under root 1 nobody can go beyond the last number
    assert (
        code(lambda: store.import_list(bytes_of(made), on=date(2026, 11, 25), confirm=confirm_nothing))
        == "older"
    )

    after, by = ("Gleb", "Dina", "Egor", "Fyokla"), ("Anna", "Gleb", "Dina", "Egor", "Fyokla")
    mended = rotated(reopened(made), after, by, thresholds=Thresholds(3, 3), repair=True)
    assert mended.root.repair
    trust = published(reopened(mended), "Gleb", "Egor", "Fyokla")
    assert trust.version < LAST
    asked: list[tuple[str, ...]] = []

    def ask(new: TrustList, lost: tuple[str, ...]) -> bool:
        asked.append(lost)
        return True

    assert store.import_list(bytes_of(made), on=date(2026, 11, 26), confirm=ask) == "imported"
    ((first, second),) = asked
    assert "is active again, was void" in first + second
    assert "is gone" in first + second
    (own,) = store.lists()
    assert code_of(signed_by(1), TrustList.from_bytes(store.export(own.identity))) == "genuine"
    assert code_of(signed_by(4), TrustList.from_bytes(store.export(own.identity))) == "unknown_school"
    assert code(lambda: store.import_list(stolen, on=date(2026, 11, 27), confirm=ask)) == "older"


def test_a_rotation_without_repair_does_not_undo_what_thieves_published(made: Authority) -> None:
    published(admitted(made))
    made = reopened(made)
    stolen = TrustList.from_bytes(thieves_list(made))
    changed = rotated(made, ("Gleb", "Dina"), ("Anna", "Gleb", "Dina"))
    trust = published(changed, "Gleb", "Dina")
    assert code(lambda: compare(stolen, trust)) == "went_back"


def test_two_stolen_keys_of_five_make_no_list(made: Authority) -> None:
    draft = signed(authority.draft_list(made, today=TODAY), "Anna", "Boris")
    data = Envelope(made.root_messages, draft.message).to_bytes()
    assert code(lambda: TrustList.from_bytes(data)) == "threshold"


def test_a_repair_that_takes_back_is_told_to_the_officers(made: Authority) -> None:
    published(admitted(made))
    made = reopened(made)
    stolen = TrustList.from_bytes(thieves_list(made))
    changed = rotated(made, ("Gleb", "Dina"), ("Anna", "Gleb", "Dina"), repair=True)
    draft = authority.draft_list(changed, today=TODAY)
    done = authority.require_follows(stolen, draft.as_list())
    assert (done.kind, len(done.lost)) == ("repair", 2)


def test_the_fingerprint_fits_a_small_code(made: Authority) -> None:
    text = authority.fingerprint_text(made)
    assert text.startswith("QRCERT FINGERPRINT ")
    assert bytes.fromhex(text.removeprefix("QRCERT FINGERPRINT ")) == made.root.hash
    assert isinstance(made.root, Root)
