"""What an authority decides: whose key is good for what, which forms there are, what no longer counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Final, Literal

from qrcert import cose, wire
from qrcert.authority.folder import Authority
from qrcert.decode import Verdict
from qrcert.encode import showable
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
    15 months ahead; ``school_id`` adds the key to a school that is there, whatever name the request gives. Raises
    `TrustListError` for a request that is another authority's (``not_for_us``), was taken before (``repeated``)
    or brings a key that is admitted already (``same_kid``), `Refused` for all else.
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
    number = _number_for(dict(authority.contents.rights), frozenset(form.hash for form in chosen))
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
    """Return the authority with ``form`` in its next list; a form that is there gets the new translations.

    No key may sign a new form before `allow_form` or an admission says so.
    """
    kept = [one for one in authority.contents.forms if one.hash != form.hash]
    return authority.with_contents(forms=(*kept, form))


def allow_form(
    authority: Authority, form16: bytes, *, today: int, school_id: int | None = None
) -> tuple[Authority, tuple[KeyEntry, ...]]:
    """Return the authority with the form among the rights of keys admitted before, and the keys that lacked it.

    Of every school, or of the one with ``school_id``; only keys in use get the right: neither void nor
    compromised, and not past their window on ``today``. Raises `Refused` for a form that is not in the list and
    for an unknown school.
    """
    contents = authority.contents
    if form16 not in {form.hash for form in contents.forms}:
        raise Refused(f"the form {form16.hex()} is not in the list", hint="qrcert authority form add FILE")
    if school_id is not None and school_id not in {one.id for one in contents.schools}:
        raise Refused(f"no school {school_id} in the list")
    chosen = tuple(
        entry
        for entry in contents.keys
        if school_id in (None, entry.school.id)
        and entry.status is None
        and today <= entry.end
        and form16 not in contents.rights[entry.rights]
    )
    rights = dict(contents.rights)
    numbers = {
        number: _number_for(rights, rights[number] | {form16})
        for number in sorted({entry.rights for entry in chosen})
    }
    granted = {entry.kid: replace(entry, rights=numbers[entry.rights]) for entry in chosen}
    keys = tuple(granted.get(entry.kid, entry) for entry in contents.keys)
    used = {entry.rights for entry in keys}
    kept = {number: forms for number, forms in rights.items() if number in used}
    return authority.with_contents(rights=kept, keys=keys), chosen


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
            raise Refused(f"{name.hex()} is withdrawn already, on {wire.to_date(before[0])}")
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
    if school_id is not None:
        if school_id not in schools:
            raise Refused(
                f"no school {school_id} in the list", hint="leave out --school for a school that is new"
            )
        return schools[school_id], False
    name, place = showable(request.name, "the school's name"), showable(request.place, "the school's place")
    for one in schools.values():
        if (one.name_now, one.place) == (name, place):
            raise Refused(
                f"a school {name!r} in {place!r} is in the list already, as {one.id}",
                hint=f"for a second key of that school: --school {one.id}",
            )
    return School(max(schools, default=0) + 1, ((today, name),), place), True


def _number_for(rights: dict[int, frozenset[bytes]], forms: frozenset[bytes]) -> int:
    """Return the number under which these forms are the rights of keys; a new one is added to ``rights``."""
    for number, allowed in rights.items():
        if allowed == forms:
            return number
    number = max(rights, default=0) + 1
    rights[number] = forms
    return number
