"""What a school sends to its authority after issuing, each as a signed file in the office folder's ``requests/``.

``withdraw-NUMBER-….json``  papers that no longer count
``leaves-DAY.json``         the digests of a season's papers, for the authority to close it
``renew-DAY.json``          the school's key again, to sign longer

None of them says why, or to whom a paper was issued: that stays in the register.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final, Literal

from qrcert import cbor, cose, wire
from qrcert.encode import showable
from qrcert.errors import Refused, RegisterError
from qrcert.files import write_file
from qrcert.issue.folder import Office
from qrcert.register import Entry
from qrcert.register.records import Status
from qrcert.signing import Signer
from qrcert.trust import (
    Copy,
    Head,
    Number,
    Wanted,
    hex_groups,
    wrap,
    write_key_request,
    write_season_leaves,
    write_withdrawal_request,
)

REQUESTS: Final = "requests"

WITHDRAWN: Final = 3
"""The kind of a withdrawal without a newer copy, as a trust list has it."""

By = Literal["copy", "number"]

_UNSAFE = re.compile(r"[^\w.-]+")


@dataclass(frozen=True, slots=True)
class Asked:
    """A withdrawal as the register has it now, and the request that is to be sent."""

    entries: tuple[Entry, ...]
    path: Path


def find_papers(
    office: Office, number: str, *, form_id: str | None = None, status: Status = "live"
) -> tuple[Entry, ...]:
    """Return what the register has under a number: every live part of it, else what is ``status`` already.

    Raises `RegisterError` if there is nothing of the kind, or papers of several forms and no ``form_id``.
    """
    with office.open_register() as register:
        every = register.search(number=number)
    found = tuple(one for one in every if form_id in (None, one.form_id))
    if not found:
        raise RegisterError(
            f"No. {number!r} is not in the register", hint="numbers are written as printed, with their zeros"
        )
    chosen = [one for one in found if one.status == "live"] or [one for one in found if one.status == status]
    if not chosen and status == "live":
        raise RegisterError(
            f"No. {number!r} is {found[-1].status}: only a live one can be printed or replaced"
        )
    if not chosen:
        raise RegisterError(f"No. {number!r} is {found[-1].status} and cannot become {status}")
    forms = sorted({one.form_id for one in chosen})
    if len({one.form for one in chosen}) > 1:
        raise RegisterError(
            f"the number {number!r} stands in the register with several forms", hint=f"--form {forms[0]}"
        )
    return tuple(chosen)


def require_same_reason(entries: Sequence[Entry], reason: str) -> None:
    """Raise `RegisterError` where ``reason`` is not the one for which papers stopped to count; "" asks nothing."""
    for one in entries:
        if one.status != "live" and reason and reason != one.reason:
            raise RegisterError(
                f"No. {one.number!r} is {one.status} since {one.changed}, and the reason {one.reason!r} stays",
                hint="leave out --reason to ask the authority once more",
            )


def withdraw(
    office: Office,
    entries: Sequence[Entry],
    *,
    status: Literal["withdrawn", "void"],
    by: By,
    reason: str,
    key: Signer,
    nonce: bytes,
    now: datetime,
) -> Asked:
    """Write the signed request that withdraws papers, and mark them in the register.

    ``by`` ``number`` names every copy and part with the number, ``copy`` these alone; a ``void`` paper was never
    handed out, and is withdrawn all the same: whoever finds it could show it. The request stands before the
    register says so, and what was done can be done again: it gives the same. Raises `Refused` without a published
    list, `RegisterError`, also for another ``reason`` than the one that was kept.
    """
    require_same_reason(entries, reason)
    day = now.date()
    since = wire.to_day(entries[0].changed or day)
    names = {one.to_bytes(): one for one in _named(office, entries, by)}
    wanted = [Wanted(one, since, WITHDRAWN) for one in names.values()]
    path = request_withdrawal(office, wanted, entries, key=key, nonce=nonce, today=day)
    with office.open_register() as register:
        changed = register.change([one.id for one in entries], status, day=day, reason=reason, now=now)
    return Asked(changed, path)


def _named(office: Office, entries: Sequence[Entry], by: By) -> list[Copy | Number]:
    """Return what a request names: these papers, or their number under every key that ever signed it."""
    if by == "copy":
        return [Copy(one.kid, one.digest) for one in entries]
    with office.open_register() as register:
        every = register.search(number=entries[0].number, form=entries[0].form)
    return [_number_of(one) for one in every]


def request_withdrawal(
    office: Office,
    wanted: Sequence[Wanted],
    entries: Sequence[Entry],
    *,
    key: Signer,
    nonce: bytes,
    today: date,
) -> Path:
    """Write the signed request for ``wanted``, named after the papers ``entries``, and return its path."""
    head = Head(office.published_list().identity, nonce, wire.to_day(today))
    request = write_withdrawal_request(head, wanted, key=office.key, sign=key.sign)
    readable = _readable(office, "qrcert withdrawal request", today) | {
        "numbers": ", ".join(sorted({one.number for one in entries}))
    }
    first = entries[0]
    name = f"withdraw-{file_name(first.number)}-{first.digest.hex()[:8]}.json"
    return _write(office, name, request, readable)


def write_leaves(
    office: Office,
    *,
    first: date,
    last: date,
    key: Signer,
    nonce: bytes,
    now: datetime,
    path: Path | None = None,
) -> tuple[Path, int]:
    """Write the signed leaves of what the key signed in these days, and return the file and how many they are.

    The register keeps which ones. Void papers are left out: nobody has them. Raises `Refused` where there is
    nothing, or no published list.
    """
    today = now.date()
    head = Head(office.published_list().identity, nonce, wire.to_day(today))
    with office.open_register() as register:
        if not register.digests(key.kid, first=first, last=last):
            raise Refused(f"no certificate was issued from {first} until {last} with this key")
        _, digests = register.hand_in(key.kid, first=first, last=last, day=today, now=now)
    request = write_season_leaves(head, digests, key=office.key, sign=key.sign)
    readable = _readable(office, "qrcert season leaves", today) | {
        "from": first.isoformat(),
        "until": last.isoformat(),
        "certificates": str(len(digests)),
    }
    return _write(office, f"leaves-{today}.json", request, readable, path), len(digests)


def write_renewal(
    office: Office, *, key: Signer, nonce: bytes, today: date, path: Path | None = None
) -> Path:
    """Write the request that lets the school's key sign longer: a key request with the key that it has.

    The name is the one that the published list has now. Raises `Refused` where the list lacks the key.
    """
    trust = office.published_list()
    entry = trust.entry(key.kid)
    if entry is None:
        raise Refused(
            f"the list of {trust.authority!r} of {wire.to_date(trust.issued)} does not have this school's key",
            hint="send request.json to the authority and save its next list here as list.qct",
        )
    head = Head(trust.identity, nonce, wire.to_day(today))
    name, place = entry.school.name_now, entry.school.place
    request = write_key_request(head, key=office.key, name=name, place=place, sign=key.sign)
    readable = _readable(office, "qrcert key request, to renew", today) | {
        "until now": wire.to_date(entry.end).isoformat()
    }
    return _write(office, f"renew-{today}.json", request, readable, path)


def reason_line(reason: str) -> str:
    """Return a reason as the register keeps it; raises `Refused` for one that may not be shown."""
    return showable(reason, "the reason") if reason else ""


def file_name(number: str) -> str:
    """Return a number as a part of a file's name: letters, digits, points and hyphens."""
    return _UNSAFE.sub("_", number).strip("._") or "certificate"


def _number_of(entry: Entry) -> Number:
    payload = cbor.decode(cose.read_sign1(entry.signed, max_bytes=wire.MAX_BYTES).payload)
    return Number(entry.kid, payload[0], payload[-2])


def _readable(office: Office, what: str, today: date) -> dict[str, str]:
    kid = hex_groups(office.key.kid)
    return {"what": what, "school": office.school, "kid": kid, "made on": today.isoformat()}


def _write(
    office: Office, name: str, request: bytes, readable: dict[str, str], path: Path | None = None
) -> Path:
    target = office.folder / REQUESTS / name if path is None else path
    return write_file(target, wrap(request, readable=readable).encode(), parents=True)
