"""Drafts: a root or a list on its way from signer to signer, with all that is needed to judge it.

A draft file is CBOR: ``[ DRAFT, [ * root ], payload or message ]``: the roots in force, signed, then the payload
that waits for signatures, or a message (tag 98) with those it has. Nothing in it is taken on trust: reading one
checks the chain of roots, the payload by every rule of lists and each signature so far; only the count is open.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from qrcert import cbor
from qrcert.authority.signers import Pair, sign_message, signer_of
from qrcert.cose import SIGN_TAG, SignMessage, read_sign, write_sign
from qrcert.errors import Refused, TrustListError, Unreadable
from qrcert.trust import LIST_AAD, ROOT_AAD, Contents, Root, Signer, TrustList, payload_hash, signed
from qrcert.trust.body import read_contents
from qrcert.trust.layout import NO_HASH, decoded, fault
from qrcert.trust.messages import MAX_FILE, MAX_ITEMS
from qrcert.trust.roots import Quorum, check_signatures, keys_of_signers, read_root, walk

SUFFIX: Final = ".qct-draft"

_LIST: Final = "qrcert list draft 1"
_ROOT: Final = "qrcert root draft 1"


@dataclass(frozen=True, slots=True)
class Draft:
    """A root or a list that waits for signatures; every signature in it holds.

    ``roots`` is the chain in force, ``root_messages`` the same signed; ``message`` the payload with the
    signatures so far, ``proposed`` what the payload says.
    """

    roots: tuple[Root, ...]
    root_messages: tuple[SignMessage, ...]
    message: SignMessage
    proposed: Root | Contents

    @property
    def aad(self) -> bytes:
        """The external_aad under which it is signed."""
        return ROOT_AAD if isinstance(self.proposed, Root) else LIST_AAD

    @property
    def hash(self) -> bytes:
        """The hash of the root or list, which signatures do not change."""
        return payload_hash(self.message.payload)

    @property
    def quorums(self) -> tuple[Quorum, ...]:
        """Whose signatures it needs, and how many: for a root those of the root before and its own."""
        if isinstance(self.proposed, Root):
            return tuple(Quorum(one.signers, one.root_threshold) for one in (*self.roots[-1:], self.proposed))
        return (Quorum(self.roots[-1].signers, self.roots[-1].list_threshold),)

    @property
    def signers(self) -> tuple[Signer, ...]:
        """Who has signed so far."""
        return tuple(one for one in self.eligible if self.has(one))

    @property
    def eligible(self) -> tuple[Signer, ...]:
        """Everybody whose signature counts, each once."""
        return tuple(dict.fromkeys(one for quorum in self.quorums for one in quorum.signers))

    @property
    def counts(self) -> tuple[tuple[int, int], ...]:
        """For each quorum: how many have signed, how many must."""
        return tuple((sum(map(self.has, one.signers)), one.threshold) for one in self.quorums)

    @property
    def complete(self) -> bool:
        """Whether enough have signed."""
        return all(count >= needed for count, needed in self.counts)

    def has(self, signer: Signer) -> bool:
        """Tell whether this signer has signed."""
        return signer.ed25519.kid in {one.kid for one in self.message.signatures}

    def as_list(self) -> TrustList:
        """Return the list as verifiers would read it if it were signed; of a draft of a list only."""
        assert isinstance(self.proposed, Contents)
        return TrustList(self.roots, self.proposed, self.hash)

    def to_bytes(self) -> bytes:
        """Return the bytes of the draft file."""
        kind = _ROOT if isinstance(self.proposed, Root) else _LIST
        body: Any = write_sign(self.message) if self.message.signatures else self.message.payload
        return cbor.encode((kind, tuple(write_sign(one) for one in self.root_messages), body))


def draft_of(root_messages: Sequence[SignMessage], message: SignMessage, *, root: bool) -> Draft:
    """Return the draft of a root or list over these roots, all of it checked.

    Raises `TrustListError` for whatever verifiers would refuse in it, a count below the threshold aside.
    """
    roots = walk(root_messages)
    proposed: Root | Contents
    if root:
        proposed = read_root(message.payload)
        _require_next(roots, proposed)
    elif roots:
        kids = keys_of_signers(roots)
        proposed = read_contents(message.payload, newest=roots[-1], signer_kids=kids)
    else:
        raise fault("unreadable", "a draft of a list without a root")
    draft = Draft(roots, tuple(root_messages), message, proposed)
    open_ended = [replace(one, threshold=0) for one in draft.quorums]
    check_signatures(message, aad=draft.aad, quorums=open_ended)
    return draft


def _require_next(roots: tuple[Root, ...], proposed: Root) -> None:
    if proposed.version != len(roots) + 1 or proposed.previous != (roots[-1].hash if roots else NO_HASH):
        raise fault("root_chain", f"root {proposed.version} does not follow root {len(roots)}")


def read_draft(data: bytes) -> Draft:
    """Return the draft in the bytes of a draft file; raises `TrustListError`."""
    if len(data) > MAX_FILE:
        raise fault("too_big", f"a draft of {len(data)} bytes, the limit is {MAX_FILE}")
    shape = decoded(data, max_items=MAX_ITEMS, tags=frozenset((SIGN_TAG,)))
    if not isinstance(shape, tuple) or len(shape) != 3 or shape[0] not in (_LIST, _ROOT):
        raise fault("unreadable", "no draft of a list or root")
    kind, roots, body = shape
    if not isinstance(roots, tuple):
        raise fault("unreadable", "no draft of a list or root")
    try:
        message = SignMessage(body, ()) if isinstance(body, bytes) else read_sign(body)
        messages = [read_sign(one) for one in roots]
    except Unreadable as error:
        raise fault("unreadable", f"no draft of a list or root: {error}") from error
    return draft_of(messages, message, root=kind == _ROOT)


def sign_draft(draft: Draft, pair: Pair) -> Draft:
    """Return the draft with the signatures of one signer too; raises `Refused` if he is none or has signed."""
    signer = signer_of(pair)
    require_eligible(draft, signer)
    added = sign_message(draft.message.payload, pair, aad=draft.aad)
    return replace(draft, message=signed(draft.message, added.signatures))


def require_eligible(draft: Draft, signer: Signer) -> None:
    """Return if this signer's signature would add something; raise `Refused` if not."""
    if signer not in draft.eligible:
        raise Refused(
            "this key is none of those that sign this draft",
            hint="is it the right key file, and the right draft?",
        )
    if draft.has(signer):
        raise Refused(
            "this draft is signed with this key already", hint="send it back, or to the next signer"
        )


def merge_drafts(drafts: Sequence[Draft]) -> Draft:
    """Return one draft with the signatures of all copies; raises `Refused` where they are not of one draft."""
    first = drafts[0]
    message = first.message
    for other in drafts[1:]:
        if (other.aad, other.message.payload) != (first.aad, first.message.payload):
            raise Refused(
                "these are not copies of one draft: they differ in more than signatures",
                hint="finish each draft by itself; a draft that was altered must be signed anew by all",
            )
        message = signed(message, other.message.signatures)
    return replace(first, message=message)


def require_complete(draft: Draft) -> None:
    """Return if enough have signed; raise `TrustListError` ``threshold``."""
    for count, needed in draft.counts:
        if count < needed:
            raise TrustListError(
                "threshold",
                f"{count} signers have signed, {needed} must",
                hint="let more signers sign, then finish with all copies: the draft stays good",
            )
