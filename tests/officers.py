"""Five officers and an authority that they sign for, without key files: tests of ceremonies share them."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Sequence
from pathlib import Path

import school
from ministry import TODAY, files_of
from qrcert import authority
from qrcert.authority import Authority, Draft, SignerCard, Thresholds
from qrcert.authority.signers import Pair, write_card
from qrcert.cose import ED25519, ML_DSA_65
from qrcert.signing import SigningKey
from qrcert.trust import Signer, TrustList

FIVE = ("Anna", "Boris", "Vera", "Gleb", "Dina")
THREE = FIVE[:3]
THREE_OF_FIVE = Thresholds(3, 3)
TWO = Thresholds(2, 2)


@functools.cache
def pair(name: str) -> Pair:
    seed = name.encode().ljust(32)
    return SigningKey.from_seed(ED25519, seed), SigningKey.from_seed(ML_DSA_65, seed)


def signer(name: str) -> Signer:
    return authority.signer_of(pair(name))


@functools.cache
def card(name: str) -> SignerCard:
    return authority.read_card(write_card(pair(name), name=name, today=TODAY))


def signed(draft: Draft, *names: str) -> Draft:
    for name in names:
        draft = authority.sign_draft(draft, pair(name))
    return draft


@functools.cache
def _files() -> dict[str, bytes]:
    """The files of an authority of five officers, with one form in its list."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "made"
        authority.prepare_authority(
            folder,
            name="Ministry",
            where="https://lists.example",
            cards=[card(name) for name in FIVE],
            thresholds=THREE_OF_FIVE,
            today=TODAY,
        )
        draft = authority.read_draft((folder / authority.FIRST_DRAFT).read_bytes())
        made = authority.finish_founding(folder, signed(draft, *THREE))
        authority.add_form(made, school.entries()["ru.attestat.11"]).save()
        return files_of(folder)


def authority_in(folder: Path) -> Authority:
    (folder / "published").mkdir(parents=True)
    for name, data in _files().items():
        (folder / name).write_bytes(data)
    return authority.open_authority(folder)


def published(made: Authority, *names: str, today: int = TODAY) -> TrustList:
    """The next list, signed by these officers, the first three unless others are named."""
    draft = authority.draft_list(made, today=today)
    return authority.finish_list(made, signed(draft, *(names or THREE)))


def rotated(
    made: Authority,
    after: Sequence[str],
    by: Sequence[str],
    *,
    thresholds: Thresholds = TWO,
    today: int = TODAY,
    repair: bool = False,
) -> Authority:
    draft = authority.draft_root(
        made, [signer(name) for name in after], thresholds=thresholds, today=today, repair=repair
    )
    return authority.finish_root(made, signed(draft, *by))
