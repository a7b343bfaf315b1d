"""What an authority decides: whose key is good for what, which forms there are, what no longer counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Final, Literal

from qrcert import cose, wire
from qrcert.authority.folder import Authority
from qrcert.decode import Verdict
from qrcert.errors import Refused, TrustListError
from qrcert.form import Form
from qrcert.trust import (
    NO_HASH,
    FormEntry,
    KeyEntry,
    KeyRequest,
    School,
    Wanted,
    name_of_copy,
    name_of_number,
    open_form,
    read_withdrawal_request,
)

KEY_DAYS: Final = 456
"""The longest signing window ahead, 15 months: a key nobody renews stops signing by itself."""

By = Literal["copy", "number"]


@dataclass(frozen=True, slots=True)
class Admission:
    """A key request and what admitting it would do."""

    request: KeyRequest
    school: School
    new_school: bool
    entry: KeyEntry
    forms: tuple[Form, ...]

    @property
    def names_authority(self) -> bool:
        """Whether the request was made for this authority; if not, the groups must be asked for by telephone."""
        return self.request.head.identity != NO_HASH


def plan_admission(
    authority: Authority,
    request: KeyRequest,
    *,
    forms: str,
    today: int,
    until: int | None = None,
    school_id: int | None = None,
) -> Admission:
    """Return what admitting ``request`` would do; its proof of possession was checked when it was read.

    ``forms`` is a pattern over form ids (``ru.*``); ``until`` is the last day of signing, at most and by default
    15 months ahead; ``school_id`` adds the key to a school that is there. Raises `TrustListError` for a request
    that is another authority's or was taken before, `Refused` for all else.
    """
    request.head.require(_identity(authority), or_none=True)
    if request.hash in authority.taken:
        raise TrustListError("repeated", "this request was taken before")
    if request.key.alg == cose.ED25519 and not cose.has_full_order(request.key.public):
        raise Refused("the key is no point of full order: it was not made by an honest program")
    _require_new(authority, request)
    chosen = tuple(_forms_like(authority, forms))
    if not chosen:
        raise Refused(f"no form in the list matches {forms!r}", hint="qrcert authority form add FILE")
    end = today + KEY_DAYS if until is None else until
    if not today <= end <= today + KEY_DAYS:
        raise Refused(
            f"the key would sign until {wire.to_date(end)}, at most {wire.to_date(today + KEY_DAYS)} is allowed"
        )
    school, new = _school_for(authority, request, school_id, today)
    number = _rights_for(authority, frozenset(form.hash for form in chosen))
    entry = KeyEntry(request.key, school, today, end, number, test=authority.test)
    return Admission(request, school, new, entry, chosen)


def admit(authority: Authority, admission: Admission) -> Authority:
    """Return the authority with the key of ``admission`` in its next list."""
    contents = authority.contents
    school, entry = admission.school, admission.entry
    rights = {**contents.rights, entry.rights: frozenset(form.hash for form in admission.forms)}
    schools = {one.id: one for one in contents.schools} | {school.id: school}
    changed = authority.with_contents(
        rights=rights, schools=tuple(schools.values()), keys=(*contents.keys, entry)
    )
    return replace(changed, taken=authority.taken | {admission.request.hash})


def add_form(authority: Authority, form: FormEntry) -> Authority:
    """Return the authority with ``form`` in its next list; a form that is there gets the new translations."""
    kept = [one for one in authority.contents.forms if one.hash != form.hash]
    return authority.with_contents(forms=(*kept, form))


def withdraw_verified(
    authority: Authority, verdict: Verdict, signed: bytes, *, kind: int, by: By, today: int
) -> Authority:
    """Return the authority with the certificate of ``verdict`` withdrawn from ``today``.

    ``signed`` are the certificate's bytes; ``kind`` is 1 replaced and was right, 2 replaced and was wrong, 3
    withdrawn; ``by`` ``copy`` hits these bytes alone, ``number`` every copy and part with the number.
    """
    if verdict.entry is None or verdict.claims is None:
        raise Refused(
            f"only a certificate of a school in the list can be withdrawn, this one is {verdict.code}"
        )
    kid = verdict.entry.kid
    if by == "copy":
        name = name_of_copy(kid, cose.digest_of(signed))
    else:
        name = name_of_number(kid, verdict.claims.form, verdict.claims.number)
    return _withdraw(authority, [(name, today, kind)])


def withdraw_requested(
    authority: Authority, data: bytes, *, today: int
) -> tuple[Authority, tuple[Wanted, ...]]:
    """Return the authority with the withdrawals of a school's signed request, and what they were.

    Raises `TrustListError` for a request that does not hold, is for another authority, was taken before, or
    names another school's key (``other_school``), and `Refused` where the key that signed is void, compromised
    or past its window: then the school must be asked on a second channel.
    """
    keys = {entry.kid: entry for entry in authority.contents.keys}
    request = read_withdrawal_request(data, find=lambda kid: keys[kid].key if kid in keys else None)
    request.head.require(_identity(authority))
    if request.hash in authority.taken:
        raise TrustListError("repeated", "this request was taken before")
    signer = keys[request.kid]
    if signer.status is not None or not signer.start <= today <= signer.end:
        raise Refused(
            "the request is signed with a key that is not in use: a thief could have made it",
            hint="ask the school on another channel, then withdraw each paper from its picture",
        )
    for one in request.wanted:
        owner = keys.get(one.what.kid)
        if owner is None or owner.school.id != signer.school.id:
            raise TrustListError("other_school", "the request names a paper that is not the school's own")
    changed = _withdraw(authority, [(one.what.name, one.day, one.kind) for one in request.wanted])
    return replace(changed, taken=authority.taken | {request.hash}), request.wanted


def _withdraw(authority: Authority, rows: Iterable[tuple[bytes, int, int]]) -> Authority:
    withdrawals = dict(authority.contents.withdrawals)
    for name, day, kind in rows:
        before = withdrawals.get(name)
        if before is not None and before[1] >= kind:
            raise Refused(f"it is withdrawn already, on {wire.to_date(before[0])}")
        withdrawals[name] = (day, kind)
    return authority.with_contents(withdrawals=withdrawals)


def _identity(authority: Authority) -> bytes:
    return authority.root.hash


def _require_new(authority: Authority, request: KeyRequest) -> None:
    for entry in authority.contents.keys:
        if entry.kid == request.key.kid:
            raise TrustListError("same_kid", f"the key is admitted already, for {entry.school.name_now!r}")


def _forms_like(authority: Authority, pattern: str) -> Iterable[Form]:
    for entry in authority.contents.forms:
        form = open_form(entry)
        if form is not None and fnmatchcase(form.id, pattern):
            yield form


def _school_for(
    authority: Authority, request: KeyRequest, school_id: int | None, today: int
) -> tuple[School, bool]:
    """Return the school that gets the key, and whether it is new in the list."""
    schools = {one.id: one for one in authority.contents.schools}
    if school_id is not None and school_id in schools:
        return schools[school_id], False
    same = [one for one in schools.values() if (one.name_now, one.place) == (request.name, request.place)]
    if same and school_id is None:
        raise Refused(
            f"a school {request.name!r} in {request.place!r} is in the list already, as {same[0].id}",
            hint=f"for a second key of that school: --school {same[0].id}",
        )
    new_id = school_id if school_id is not None else max(schools, default=0) + 1
    return School(new_id, ((today, request.name),), request.place), True


def _rights_for(authority: Authority, forms: frozenset[bytes]) -> int:
    """Return the number under which these forms are the rights of keys, a new one if there is none."""
    rights = authority.contents.rights
    for number, allowed in rights.items():
        if frozenset(allowed) == forms:
            return number
    return max(rights, default=0) + 1
