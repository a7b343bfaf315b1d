"""Signers and their cards, and the founding of an authority that they sign for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ministry import KEYS, PASSPHRASE, TODAY, files_of
from officers import (
    FIVE,
    THREE,
    THREE_OF_FIVE,
    card,
    pair,
    signed,
)
from qrcert import authority, cbor
from qrcert.authority import Draft, Thresholds
from qrcert.authority.drafts import draft_of
from qrcert.authority.signers import write_card
from qrcert.cose import SignMessage, write_sign
from qrcert.errors import KeyFileError, QrcertError, Refused, TrustListError
from qrcert.signing import load_keys, save_keys
from qrcert.trust import (
    make_signature,
    root_payload,
)


def carried(draft: Draft) -> Draft:
    """The draft as it arrives at another machine: from its bytes."""
    return authority.read_draft(draft.to_bytes())


def code(act: Callable[[], object]) -> str:
    with pytest.raises(TrustListError) as caught:
        act()
    return caught.value.code


# --- signers and their cards


def test_a_card_brings_a_name_both_keys_and_the_proof_that_the_sender_has_them(tmp_path: Path) -> None:
    made = authority.make_signer(tmp_path / "stick", name="Anna", passphrase=PASSPHRASE, today=TODAY)
    again = authority.read_card((tmp_path / "stick" / "signer.card").read_bytes())
    assert again == made
    keys = authority.load_pair(tmp_path / "stick" / "signer.key", passphrase=PASSPHRASE)
    assert authority.signer_of(keys) == again.signer
    with pytest.raises(KeyFileError, match="never overwritten"):
        authority.make_signer(tmp_path / "stick", name="Anna", passphrase=PASSPHRASE, today=TODAY)


def test_a_card_with_a_key_that_its_sender_has_not_is_refused() -> None:
    mine, hers = pair("Egor"), pair("Anna")
    foreign = cbor.encode({0: TODAY, 1: "Egor", 2: hers[0].public, 3: mine[1].public})
    aad = b"qrcert signer card 1"
    signatures = tuple(
        make_signature(foreign, alg=key.alg, kid=kid.kid, aad=aad, sign=key.sign)
        for key, kid in ((mine[0], hers[0]), (mine[1], mine[1]))
    )
    data = cbor.encode(write_sign(SignMessage(foreign, signatures)))
    assert code(lambda: authority.read_card(data)) == "bad_signature"
    lone = cbor.encode(write_sign(SignMessage(foreign, signatures[1:])))
    assert code(lambda: authority.read_card(lone)) == "lone_signature"


@pytest.mark.parametrize(
    "spoil", [lambda data: data[:-1], lambda data: data + b"\0", lambda data: b"", lambda data: bytes(70_000)]
)
def test_bytes_that_are_no_card_are_refused(spoil: Callable[[bytes], bytes]) -> None:
    data = write_card(pair("Anna"), name="Anna", today=TODAY)
    assert code(lambda: authority.read_card(spoil(data))) in ("unreadable", "too_big")


def test_any_other_byte_of_a_card_is_refused() -> None:
    data = bytearray(write_card(pair("Anna"), name="Anna", today=TODAY))
    for at in range(0, len(data), 97):
        data[at] ^= 4
        with pytest.raises(QrcertError):
            authority.read_card(bytes(data))
        data[at] ^= 4


def test_a_schools_key_file_is_no_signers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qrcert.signing.SCRYPT_N", 16)
    save_keys(tmp_path / "school.key", [KEYS[1]], passphrase=PASSPHRASE)
    with pytest.raises(KeyFileError, match="is it a school's key"):
        authority.load_pair(tmp_path / "school.key", passphrase=PASSPHRASE)


# --- founding


def test_five_keys_made_in_one_place_found_an_authority_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qrcert.signing.SCRYPT_N", 16)
    words = [f"correct horse {number}".encode() for number in range(5)]
    made = authority.make_authority_of(
        tmp_path / "a", name="A", where="x", passphrases=words, thresholds=THREE_OF_FIVE, today=TODAY
    )
    assert {
        key: files_of(made.folder)[key][:10] for key in files_of(made.folder) if key.endswith(".key")
    }.keys() == {f"signer-{number}.key" for number in range(1, 6)}
    draft = authority.draft_list(made, today=TODAY)
    for number in (2, 4, 5):
        keys = authority.load_pair(made.folder / f"signer-{number}.key", passphrase=words[number - 1])
        draft = authority.sign_draft(carried(draft), keys)
    trust = authority.finish_list(made, draft)
    assert (trust.roots[0].root_threshold, trust.roots[0].list_threshold, len(trust.roots[0].signers)) == (
        3,
        3,
        5,
    )
    with pytest.raises(KeyFileError):
        load_keys(made.folder / "signer-1.key", passphrase=words[1])


def test_a_short_passphrase_among_five_leaves_no_half_authority(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qrcert.signing.SCRYPT_N", 16)
    with pytest.raises(KeyFileError, match="bytes where at least"):
        authority.make_authority_of(
            tmp_path, name="A", where="x", passphrases=[PASSPHRASE, PASSPHRASE, b"x"], today=TODAY
        )
    assert files_of(tmp_path) == {}


def test_the_first_root_of_officers_elsewhere_needs_their_signatures(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    cards = [card(name) for name in FIVE]
    made, draft = authority.prepare_authority(
        folder, name="A", where="x", cards=cards, thresholds=THREE_OF_FIVE, today=TODAY
    )
    with pytest.raises(Refused, match="is not signed yet") as caught:
        authority.open_authority(folder)
    assert caught.value.hint is not None
    before = files_of(folder)
    two = signed(draft, "Anna", "Vera")
    assert code(lambda: authority.finish_founding(folder, two)) == "threshold"
    other = replace(made.root, until=made.root.until - 1)
    foreign = draft_of((), SignMessage(root_payload(other), ()), root=True)
    with pytest.raises(Refused, match="the draft is not the first root"):
        authority.finish_founding(folder, signed(foreign, *THREE))
    assert files_of(folder) == before
    done = authority.finish_founding(folder, signed(two, "Dina"))
    assert done.identity == made.root.hash
    assert done.officers == {card(name).signer.ed25519.kid: name for name in FIVE}
    assert sorted(files_of(folder)) == ["authority.json", "next.cbor", "root-1.cbor"]
    with pytest.raises(Refused, match="whose first root is to be signed"):
        authority.finish_founding(folder, signed(two, "Dina"))
    with pytest.raises(Refused, match="holds an authority already"):
        authority.prepare_authority(
            folder, name="A", where="x", cards=cards, thresholds=THREE_OF_FIVE, today=TODAY
        )


@pytest.mark.parametrize(
    ("names", "thresholds", "match"),
    [
        (FIVE, Thresholds(6, 3), "6 of 5 signers can never sign"),
        (FIVE, Thresholds(3, 0), "0 of 5 signers can never sign"),
        (("Anna", "Anna"), Thresholds(1, 1), "one signer is named twice"),
        ((), Thresholds(1, 1), "0 signers, from 1 to 16"),
        ([f"Officer {n}" for n in range(17)], Thresholds(1, 1), "17 signers, from 1 to 16"),
    ],
)
def test_signers_and_thresholds_that_cannot_be(
    tmp_path: Path, names: Any, thresholds: Thresholds, match: str
) -> None:
    with pytest.raises(Refused, match=match):
        authority.prepare_authority(
            tmp_path,
            name="A",
            where="x",
            cards=[card(name) for name in names],
            thresholds=thresholds,
            today=TODAY,
        )
    assert files_of(tmp_path) == {}


@pytest.mark.parametrize("whole", range(3))
def test_a_disk_that_fills_up_leaves_no_half_founding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole: int
) -> None:
    left = [whole]

    def full(handle: int) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(28, "No space left on device")

    def prepare() -> None:
        cards = [card(name) for name in FIVE]
        authority.prepare_authority(
            tmp_path, name="A", where="x", cards=cards, thresholds=THREE_OF_FIVE, today=TODAY
        )

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        with pytest.raises(Refused, match="No space left on device"):
            prepare()
    assert files_of(tmp_path) == {}
    prepare()


@pytest.mark.parametrize("whole", range(2))
def test_a_disk_that_fills_up_leaves_no_key_without_its_card(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole: int
) -> None:
    monkeypatch.setattr("qrcert.signing.SCRYPT_N", 16)
    left = [whole]

    def full(handle: int) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        with pytest.raises(QrcertError, match="No space left on device"):
            authority.make_signer(tmp_path, name="Anna", passphrase=PASSPHRASE, today=TODAY)
    assert files_of(tmp_path) == {}
