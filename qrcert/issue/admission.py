"""What the published list lets this school sign: asked before anything is signed, not after it is printed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from qrcert import wire
from qrcert.cose import PublicKey
from qrcert.encode import Certificate
from qrcert.errors import Refused
from qrcert.form import Form
from qrcert.trust import KeyEntry, TrustList, name_of_number


@dataclass(frozen=True, slots=True)
class Permit:
    """The list's word that a key may sign a form: the key's entry, and the form as the list has it.

    ``form`` is None where the list has the key alone, and a class is issued unpublished.
    """

    entry: KeyEntry
    form: Form | None


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
    _require_in_use(entry)
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


def ask_unpublished(trust: TrustList, *, key: PublicKey, form16: bytes, form_id: str) -> Permit | None:
    """Return what a list says of a key and form that it need not know yet; None where it does not know the key.

    What it knows and forbids is refused as `ask_list` does.
    """
    entry = trust.entry(key.kid)
    if entry is None or entry.key != key:
        return None
    if trust.form(form16) is None:
        _require_in_use(entry)
        return Permit(entry, None)
    return ask_list(trust, key=key, form16=form16, form_id=form_id)


def _require_in_use(entry: KeyEntry) -> None:
    if entry.status is not None:
        raise Refused(f"the list calls this school's key {entry.status[0]}", hint="ask the authority")


def check_dates(certificate: Certificate, *, today: date, where: str) -> None:
    """Return if no verifier would find the certificate's own dates wrong on ``today``; raises `Refused` if so.

    ``where`` is the place in the class list, for the message.
    """
    now, day = wire.to_day(today), wire.to_day(certificate.issued)
    if day > now + 1:  # step 12 of the checks allows a day for time zones
        raise Refused(
            f"{where}: issued on {certificate.issued}, and today is {today}: before that day it does not verify",
            hint="the day of issue is the day of signing; until then print drafts (--draft)",
        )
    until = certificate.form.until(certificate.form.pack(certificate.values, part=certificate.part))
    if until is not None and until < now:
        raise Refused(f"{where}: valid until {wire.to_date(until)}, and today is {today}")


def check_window(certificate: Certificate, permit: Permit, *, where: str) -> None:
    """Return if the list lets the key sign on the certificate's day; raises `Refused` if not."""
    entry = permit.entry
    if not entry.start <= wire.to_day(certificate.issued) <= entry.end:
        raise Refused(
            f"{where}: issued on {certificate.issued}, but the key signs from {wire.to_date(entry.start)} "
            f"until {wire.to_date(entry.end)}",
            hint="is the date right? a key that has run out must be renewed by the authority",
        )


def check_list(
    certificate: Certificate, trust: TrustList, permit: Permit, *, today: date, where: str
) -> None:
    """Return if the list will call the certificate genuine; raises `Refused` if not, before it is signed."""
    check_window(certificate, permit, where=where)
    if wire.to_day(today) < trust.issued - 1:
        raise Refused(
            f"today is {today}, and the list is of {wire.to_date(trust.issued)}",
            hint="is this computer's date right?",
        )
    if trust.cutover is not None:
        raise Refused(
            "the list demands a proof of the season for each certificate, which needs a newer qrcert"
        )
    number = certificate.form.pack_number(certificate.number)
    withdrawn = trust.withdrawal(name_of_number(permit.entry.kid, certificate.form.hash, number))
    if withdrawn is not None:
        raise Refused(
            f"{where}: the number {certificate.number!r} was withdrawn on {wire.to_date(withdrawn[0])}, "
            "with every copy that has it",
            hint="give the certificate another number",
        )
