"""Rotation: who signs from now on, said by the next root, which enough of the old and the new signers sign."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from qrcert import cbor, wire
from qrcert.authority.drafts import Draft, draft_of, require_complete
from qrcert.authority.folder import ROOT, Authority
from qrcert.authority.founding import (
    ROOT_YEARS,
    SIGNER_KEY,
    Thresholds,
    names_of,
    root_of,
    save_pairs,
)
from qrcert.authority.signers import SignerCard, new_pair, signer_of
from qrcert.cose import SignMessage, write_sign
from qrcert.errors import Refused
from qrcert.files import write_file
from qrcert.trust import Root, Signer, root_payload


def draft_root(
    authority: Authority,
    signers: Sequence[Signer],
    *,
    thresholds: Thresholds,
    today: int,
    until: int | None = None,
    repair: bool = False,
) -> Draft:
    """Return the next root as a draft, unsigned; nothing is written.

    ``signers`` are all of the new root's, ``until`` its last day, by default in twenty years; ``repair`` says that
    it mends a theft: then its lists may take back what thieves' lists said, and every import asks. Raises
    `Refused` for signers, thresholds or days that cannot be, `TrustListError`.
    """
    end = min(wire.LAST_DAY, today + ROOT_YEARS * 366) if until is None else until
    if not today <= end <= wire.LAST_DAY:
        raise Refused(f"the root would end on {wire.to_date(end)}, and today is {wire.to_date(today)}")
    _require_no_school(authority, signers)
    newest = authority.root
    root = root_of(
        signers,
        version=newest.version + 1,
        previous=newest.hash,
        thresholds=thresholds,
        until=end,
        repair=repair,
    )
    return draft_of(authority.root_messages, SignMessage(root_payload(root), ()), root=True)


def draft_root_of_new(
    authority: Authority,
    passphrases: Sequence[bytes],
    *,
    thresholds: Thresholds,
    today: int,
    until: int | None = None,
    repair: bool = False,
) -> tuple[Authority, Draft]:
    """Make keys of new signers in the folder; return the authority that knows them, and the next root's draft.

    The key files are numbered on: ``signer-6.key`` after five. Raises as `draft_root` does, before a key is
    written, and `KeyFileError`.
    """
    pairs = [new_pair() for _ in passphrases]
    signers = [signer_of(pair) for pair in pairs]
    draft = draft_root(authority, signers, thresholds=thresholds, today=today, until=until, repair=repair)
    number = len({signer for root in authority.roots for signer in root.signers}) + 1
    while (authority.folder / SIGNER_KEY.format(number)).exists():  # of a rotation that was given up
        number += 1
    paths = save_pairs(authority.folder, pairs, passphrases=passphrases, start=number)
    names = {signer.ed25519.kid: path.stem for signer, path in zip(signers, paths, strict=True)}
    return replace(authority, officers={**authority.officers, **names}), draft


def with_officers(authority: Authority, cards: Sequence[SignerCard]) -> Authority:
    """Return the authority that knows the names on these cards."""
    return replace(authority, officers={**authority.officers, **names_of(cards)})


def finish_root(authority: Authority, draft: Draft) -> Authority:
    """Put the next root, signed by enough of the old and the new signers, into force and return the authority.

    Raises `TrustListError` ``threshold`` for too few signatures, `Refused` for a draft that is no root's or does
    not follow the newest root here.
    """
    if not isinstance(draft.proposed, Root):
        raise Refused(
            "this is the draft of a list, not of a root", hint="qrcert authority publish --finish DRAFT"
        )
    if [root.hash for root in draft.roots] != [root.hash for root in authority.roots]:
        raise Refused("the draft is another authority's, or another root came into force since it was made")
    require_complete(draft)
    authority.require_unchanged()
    contents = replace(
        authority.contents,
        root_hash=draft.hash,
        issued=min(authority.contents.issued, draft.proposed.until),
        next_update=min(authority.contents.next_update, draft.proposed.until),
    )
    write_file(authority.folder / ROOT.format(draft.proposed.version), cbor.encode(write_sign(draft.message)))
    changed = replace(
        authority,
        roots=(*authority.roots, draft.proposed),
        root_messages=(*authority.root_messages, draft.message),
        contents=contents,
    )
    changed.save()
    return changed


def _require_no_school(authority: Authority, signers: Sequence[Signer]) -> None:
    """Raise `Refused` for a signer who would sign lists with a school's key: no list could name both."""
    kids = {entry.kid: entry for entry in authority.contents.keys}
    for signer in signers:
        entry = kids.get(signer.ed25519.kid)
        if entry is not None:
            raise Refused(f"a signer's key is the key of {entry.school.name_now!r} in the list")
