"""What the published list lets this school sign: asked before anything is signed, not after it is printed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from qrcert import wire
from qrcert.cose import PublicKey
from qrcert.errors import Refused
from qrcert.form import Form
from qrcert.trust import KeyEntry, TrustList


@dataclass(frozen=True, slots=True)
class Permit:
    """The list's word that a key may sign a form: the key's entry and the form as the list has it."""

    entry: KeyEntry
    form: Form


def ask_list(trust: TrustList, *, key: PublicKey, form16: bytes, form_id: str) -> Permit:
    """Return the permit for ``key`` and the form with hash ``form16``.

    Raises `Refused` where the list does not have the key, calls it void or compromised, does not have the form,
    or does not allow it.
    """
    entry = trust.entry(key.kid)
    if entry is None or entry.key != key:
        raise Refused(
            f"the list of {trust.authority!r} of {wire.to_date(trust.issued)} does not have this school's key",
            hint="send request.json to the authority and save its next list here as list.qct",
        )
    if entry.status is not None:
        raise Refused(f"the list calls this school's key {entry.status[0]}", hint="ask the authority")
    form = trust.form(form16)
    if form is None:
        raise Refused(
            f"the list does not have the form {form_id!r} as it stands here",
            hint="the authority adds it: qrcert authority form add FILE",
        )
    if not trust.allows(entry.rights, form16):
        allowed = [one.id for digest in trust.contents.rights[entry.rights] if (one := trust.form(digest))]
        raise Refused(
            f"this school's key may not sign {form_id!r}, it may sign {', '.join(sorted(allowed))}",
            hint="ask the authority",
        )
    return Permit(entry, form)


def check_day(permit: Permit, issued: date) -> None:
    """Return if ``issued`` is inside the key's window; raises `Refused` if not."""
    day = wire.to_day(issued)
    if not permit.entry.start <= day <= permit.entry.end:
        raise Refused(
            f"issued on {issued}, but the key signs from {wire.to_date(permit.entry.start)} "
            f"until {wire.to_date(permit.entry.end)}",
            hint="is the date right? a key that has run out must be renewed by the authority",
        )
