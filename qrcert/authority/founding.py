"""Founding an authority: its folder, its first root, an empty list; with one signer or several.

The keys of several signers are made here, for each to take his file away, or by the signers themselves, who send
cards: then root 1 begins as a draft that they sign, and `finish_founding` ends it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from qrcert import cbor, wire
from qrcert.authority.drafts import Draft, draft_of, require_complete
from qrcert.authority.folder import (
    FIRST_DRAFT,
    NEXT,
    PUBLISHED,
    ROOT,
    SETTINGS,
    Authority,
    make_room,
    open_authority,
    read_next,
)
from qrcert.authority.signers import Pair, SignerCard, new_pair, sign_message, signer_of
from qrcert.cose import SignMessage, write_sign
from qrcert.encode import showable
from qrcert.errors import KeyFileError, QrcertError, Refused
from qrcert.files import write_file
from qrcert.signing import save_keys
from qrcert.trust import (
    NO_HASH,
    ROOT_AAD,
    Contents,
    Root,
    Signer,
    hex_groups,
    list_payload,
    root_payload,
    signed,
)
from qrcert.trust.roots import MAX_SIGNERS, read_root

SIGNER_KEY: Final = "signer-{}.key"

ROOT_YEARS: Final = 20
"""For how long lists may be published under a root before it must be followed by the next."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How many signers a list and a root need."""

    of_list: int = 1
    of_root: int = 1


ONE_OF_ONE: Final = Thresholds()


def majority(signers: int) -> int:
    """Return more than half: what is asked for where nobody says another threshold."""
    return signers // 2 + 1


def make_authority(
    folder: Path, *, name: str, where: str, passphrase: bytes, today: int, test: bool = False
) -> Authority:
    """Make a new authority of one signer in ``folder`` and return it; as `make_authority_of`."""
    return make_authority_of(
        folder, name=name, where=where, passphrases=(passphrase,), today=today, test=test
    )


def make_authority_of(
    folder: Path,
    *,
    name: str,
    where: str,
    passphrases: Sequence[bytes],
    today: int,
    thresholds: Thresholds = ONE_OF_ONE,
    test: bool = False,
) -> Authority:
    """Make a new authority in ``folder``, a signer and his key file for each passphrase, and return it.

    ``where`` is the line that tells people where newer lists are found; ``today`` counts days from 1970-01-01.
    Raises `Refused` if the folder holds an authority already, a line may not be shown or a threshold cannot be
    reached, `TrustListError` for a line that is empty or too long, `KeyFileError` for the passphrase.
    """
    _require_new(folder)
    pairs = [new_pair() for _ in passphrases]
    root = first_root([signer_of(pair) for pair in pairs], thresholds=thresholds, today=today)
    contents = _contents(root, name=name, where=where, today=today)
    message = SignMessage(root_payload(root), ())
    for pair in pairs:
        message = signed(message, sign_message(message.payload, pair, aad=ROOT_AAD).signatures)
    officers = {pair[0].kid: SIGNER_KEY.format(n).removesuffix(".key") for n, pair in enumerate(pairs, 1)}
    made = Authority(folder, (root,), (message,), contents, test, frozenset(), officers)
    make_room(folder / PUBLISHED)
    files = save_pairs(folder, pairs, passphrases=passphrases)
    try:
        write_file(folder / ROOT.format(1), cbor.encode(write_sign(message)))
        made.save()
    except Refused:  # nobody has seen the keys, and what is left would bar the next attempt
        for path in (*files, folder / ROOT.format(1), folder / NEXT):
            path.unlink(missing_ok=True)
        raise
    return made


def prepare_authority(
    folder: Path,
    *,
    name: str,
    where: str,
    cards: Sequence[SignerCard],
    thresholds: Thresholds,
    today: int,
    test: bool = False,
) -> tuple[Authority, Draft]:
    """Make the folder of an authority whose signers have their keys elsewhere; return it and its root's draft.

    The draft is kept in the folder; until `finish_founding` nothing else can be done there. Raises as
    `make_authority_of` does.
    """
    _require_new(folder)
    root = first_root([card.signer for card in cards], thresholds=thresholds, today=today)
    contents = _contents(root, name=name, where=where, today=today)
    draft = draft_of((), SignMessage(root_payload(root), ()), root=True)
    made = Authority(folder, (root,), (), contents, test, frozenset(), names_of(cards))
    make_room(folder / PUBLISHED)
    try:
        write_file(folder / FIRST_DRAFT, draft.to_bytes())
        made.save()
    except Refused:
        for left in (FIRST_DRAFT, NEXT):
            (folder / left).unlink(missing_ok=True)
        raise
    return made, draft


def finish_founding(folder: Path, draft: Draft) -> Authority:
    """Write root 1, signed by enough signers, into a prepared folder, and return the authority.

    Raises `TrustListError` ``threshold`` for too few signatures, `Refused` for another authority's draft or a
    folder that is no prepared one.
    """
    if not (folder / FIRST_DRAFT).exists() or (folder / ROOT.format(1)).exists():
        raise Refused(f"{str(folder)!r} holds no authority whose first root is to be signed")
    try:
        read_next((folder / NEXT).read_bytes(), (read_root(draft.message.payload),))
    except (OSError, QrcertError) as error:
        raise Refused(
            f"the draft is not the first root of the authority in {str(folder)!r}: {error}"
        ) from error
    require_complete(draft)
    write_file(folder / ROOT.format(1), cbor.encode(write_sign(draft.message)))
    made = open_authority(folder)
    (folder / FIRST_DRAFT).unlink()
    return made


def first_root(signers: Sequence[Signer], *, thresholds: Thresholds, today: int) -> Root:
    """Return root 1 with these signers, good for twenty years; raises `Refused`, `TrustListError`."""
    return root_of(
        signers,
        version=1,
        previous=NO_HASH,
        thresholds=thresholds,
        until=min(wire.LAST_DAY, today + ROOT_YEARS * 366),
    )


def root_of(
    signers: Sequence[Signer],
    *,
    version: int,
    previous: bytes,
    thresholds: Thresholds,
    until: int,
    repair: bool = False,
) -> Root:
    """Return a root as its payload will say it; raises `Refused` for signers or thresholds that cannot be."""
    count = len(signers)
    if not 1 <= count <= MAX_SIGNERS:
        raise Refused(f"{count} signers, from 1 to {MAX_SIGNERS} are possible")
    if len({key for one in signers for key in (one.ed25519.kid, one.ml_dsa.kid)}) < 2 * count:
        raise Refused("one signer is named twice", hint="one card for each signer")
    for needed in (thresholds.of_list, thresholds.of_root):
        if not 1 <= needed <= count:
            raise Refused(f"{needed} of {count} signers can never sign: the threshold is from 1 to {count}")
    root = Root(version, previous, until, tuple(signers), thresholds.of_root, thresholds.of_list, repair)
    return read_root(root_payload(root))


def names_of(cards: Sequence[SignerCard]) -> Mapping[bytes, str]:
    """Return the names on cards by the kid of their Ed25519 keys."""
    return {card.signer.ed25519.kid: card.name for card in cards}


def save_pairs(
    folder: Path, pairs: Sequence[Pair], *, passphrases: Sequence[bytes], start: int = 1
) -> list[Path]:
    """Write a key file for each pair, all or none, and return the paths: ``signer-N.key`` from ``start`` on."""
    written: list[Path] = []
    try:
        for number, (pair, passphrase) in enumerate(zip(pairs, passphrases, strict=True), start):
            path = folder / SIGNER_KEY.format(number)
            save_keys(path, pair, passphrase=passphrase)
            written.append(path)
    except KeyFileError:
        for path in written:
            path.unlink()
        raise
    return written


def fingerprint_text(authority: Authority) -> str:
    """Return the fingerprint as a text that fits a QR code of alphanumeric mode."""
    return f"QRCERT FINGERPRINT {hex_groups(authority.root.hash)}"


def _require_new(folder: Path) -> None:
    if (folder / SETTINGS).exists() or (folder / FIRST_DRAFT).exists():
        raise Refused(f"{str(folder)!r} holds an authority already", hint="choose another folder")


def _contents(root: Root, *, name: str, where: str, today: int) -> Contents:
    """Return what the first list will say: nothing but whose it is; raises `TrustListError`, `Refused`."""
    name, where = showable(name, "the authority's name"), showable(where, "the line on newer lists")
    contents = Contents(
        authority=name, where=where, root_hash=root.hash, version=1, issued=today, next_update=today
    )
    read_next(list_payload(contents), (root,))
    return contents
