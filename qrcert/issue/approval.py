"""Four eyes: a class is signed only after an officer with a key of his own has looked through it.

The office writes a proposal, which holds every payload that is to be signed, word for word; the officer's program
shows what they say, and signs the proposal's hash; the office signs nothing else under that approval. The officers
stand in the office's settings. An approval is no part of any certificate: it stays in the school.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from qrcert import cbor, cose, wire
from qrcert.errors import Refused, Unreadable
from qrcert.form import Form
from qrcert.issue.planning import Plan
from qrcert.signing import Signer
from qrcert.trust import unwrap, wrap

APPROVAL_AAD: Final = b"qrcert batch approval 1"

_PROPOSAL: Final = "qrcert batch proposal 1"
_MAX_APPROVAL: Final = 1_024


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a school wants to sign: its key's kid, and the payloads in the order of the class."""

    kid: bytes
    payloads: tuple[bytes, ...]

    @classmethod
    def of(cls, plan: Plan) -> Proposal:
        """Return what signing the class of ``plan`` would sign."""
        return cls(plan.office.key.kid, tuple(plan.payloads()))

    @classmethod
    def from_file(cls, data: bytes) -> Proposal:
        """Return the proposal in the bytes of a file; raises `Unreadable`, `TrustListError`."""
        match cbor.decode(unwrap(data)):
            case (what, bytes() as kid, tuple() as payloads) if what == _PROPOSAL and {
                type(one) for one in payloads
            } == {bytes}:
                return cls(kid, payloads)
        raise Unreadable("this is no proposal of a batch", hint="qrcert issue CLASS --propose FILE")

    def to_bytes(self) -> bytes:
        """Return the one spelling that is hashed and approved."""
        return cbor.encode((_PROPOSAL, self.kid, self.payloads))

    def to_file(self, *, readable: Mapping[str, str]) -> bytes:
        """Return the bytes of its file, with a readable copy that no machine reads."""
        return wrap(self.to_bytes(), readable=readable).encode()

    @property
    def hash(self) -> bytes:
        """The SHA-256 that an approval signs, 32 bytes."""
        return sha256(self.to_bytes()).digest()

    def lines(self, forms: Mapping[bytes, Form], *, language: str) -> list[str]:
        """Return a line for each certificate, all that it says: what an officer approves.

        ``forms`` by hash. Raises `Refused` for one that is not among them, `FormError` for contents that break it.
        """
        return [_line(cbor.decode(payload), forms, language) for payload in self.payloads]


def _line(payload: Mapping[int, Any], forms: Mapping[bytes, Form], language: str) -> str:
    form = forms.get(payload[0])
    if form is None:
        raise Refused(
            "the proposal has a form that is not known here", hint="name the form's file: --form FILE"
        )
    part = payload.get(-3)
    fields = {label: value for label, value in payload.items() if label > 0}
    form.check(fields, part)
    contents = form.show(fields, part=part, language=language)
    told = [f"{one.label} {one.text}" for one in contents.fields]
    told += [f"{mark.subject} {' '.join(mark.texts)}".rstrip() for mark in contents.marks]
    kind = form.id if part is None else f"{form.id}, {part}"
    return f"{form.number_text(payload[-2])}, {wire.to_date(payload[-1])}, {kind}: {'; '.join(told)}"


def approve(proposal: Proposal, *, key: Signer) -> bytes:
    """Return the bytes of the approval's file, signed with an officer's key."""
    protected = cose.protected_header(key.alg, key.kid)
    signature = key.sign(cose.sign1_input(protected, proposal.hash, aad=APPROVAL_AAD))
    readable = {"what": "qrcert batch approval", "certificates": str(len(proposal.payloads))}
    return wrap(cose.write_sign1(protected, proposal.hash, signature), readable=readable).encode()


def require_approval(plan: Plan, approvals: Sequence[bytes]) -> None:
    """Return if the office asks for no approval, or if one of its officers has approved this very class.

    ``approvals`` are the bytes of files. Raises `Refused` where none is given, is of another batch, or is by nobody
    whom the settings name.
    """
    officers = plan.office.officers
    if not officers:
        return
    if not approvals:
        raise Refused(
            "this office signs nothing that a second person has not approved",
            hint="give --propose FILE; an officer: qrcert office approve FILE --key KEY -o APPROVAL; "
            "then --approve APPROVAL",
        )
    proposal = Proposal.of(plan)
    for data in approvals:
        require_one(officers, proposal, data)


def require_one(officers: Iterable[cose.PublicKey], proposal: Proposal, data: bytes) -> None:
    """Return if ``data`` is the file in which one of the officers approves the proposal; raises `Refused`."""
    message = cose.read_sign1(unwrap(data), max_bytes=_MAX_APPROVAL)
    officer = next((one for one in officers if one.kid == message.kid), None)
    if officer is None:
        raise Refused(f"the approval is by nobody whom the settings name: key {message.kid.hex()}")
    message.verify(officer, aad=APPROVAL_AAD)
    if message.payload != proposal.hash:
        raise Refused(
            "the approval is of another batch, or the class list was changed after it",
            hint="the day of issue counts too: give --issued DAY with --propose and with --approve; "
            "or propose it again",
        )
