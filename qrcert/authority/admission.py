"""Admitting keys: whose key is good for what, and until when; one request, or a folder of thousands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Final

from qrcert import cose, wire
from qrcert.authority.folder import Authority
from qrcert.authority.forms import number_for
from qrcert.encode import showable
from qrcert.errors import Refused, TrustListError
from qrcert.form import Form
from qrcert.trust import NO_HASH, KeyEntry, KeyRequest, School, open_form

KEY_DAYS: Final = 456
"""The longest signing window ahead, 15 months: a key nobody renews stops signing by itself."""


@dataclass(frozen=True, slots=True)
class Admission:
    """A key request and what admitting it would do.

    ``entry`` is the key as it will stand in the list; ``renews`` as it stands there now, None for a new key.
    """

    request: KeyRequest
    school: School
    new_school: bool
    entry: KeyEntry
    forms: tuple[Form, ...]
    renews: KeyEntry | None = None

    @property
    def names_authority(self) -> bool:
        """Whether the request was made for this authority; if not, the groups must be asked for by telephone."""
        return self.request.head.identity != NO_HASH


class Admissions:
    """Admits keys one after another without writing anything; `done` gives the authority with all of them.

    Each request costs the same, however many keys and schools there are.
    """

    def __init__(self, authority: Authority) -> None:
        contents = authority.contents
        self._authority = authority
        self._taken = set(authority.taken)
        self._keys = {entry.kid: entry for entry in contents.keys}
        self._schools = {one.id: one for one in contents.schools}
        self._named = {(one.name_now, one.place): one.id for one in contents.schools}
        self._last_id = max(self._schools, default=0)
        self._rights = dict(contents.rights)
        opened = (open_form(entry) for entry in contents.forms)
        self._forms = {form.hash: form for form in opened if form is not None}

    def plan(
        self,
        request: KeyRequest,
        *,
        forms: str,
        today: int,
        until: int | None = None,
        school_id: int | None = None,
    ) -> Admission:
        """Return what admitting ``request`` would do; its proof of possession was checked when it was read.

        ``forms`` is a pattern over form ids (``ru.*``); ``until`` is the last day of signing, at most and by
        default 15 months ahead; ``school_id`` adds the key to a school that is there, whatever name the request
        gives. A key that is admitted already is renewed if the request gives a name of its school. Raises
        `TrustListError` for a request that is another authority's (``not_for_us``), was taken before
        (``repeated``) or brings a key of another school (``same_kid``), `Refused` for all else.
        """
        self._require_fresh(request)
        known = self._keys.get(request.key.kid)
        if known is not None:
            self._require_same_school(request, known, school_id)
            renewal = self.plan_renewal(request, today=today, until=until)
            if renewal.entry == known:
                raise TrustListError(
                    "same_kid",
                    f"the key is admitted already, for {known.school.name_now!r}, with this window",
                )
            return renewal
        if request.key.alg == cose.ED25519 and not cose.has_full_order(request.key.public):
            raise Refused("the key is no point of full order: it was not made by an honest program")
        chosen = tuple(form for form in self._forms.values() if fnmatchcase(form.id, forms))
        if not chosen:
            raise Refused(f"no form in the list matches {forms!r}", hint="qrcert authority form add FILE")
        end = _last_day(today, until)
        school, new = self._school_for(request, school_id, today)
        number = number_for(dict(self._rights), frozenset(form.hash for form in chosen))
        entry = KeyEntry(request.key, school, today, end, number, test=self._authority.test)
        return Admission(request, school, new, entry, chosen)

    def plan_renewal(self, request: KeyRequest, *, today: int, until: int | None = None) -> Admission:
        """Return what moving the end of an admitted key's window would do; rights and school stay as they are.

        ``until`` is as for `plan` and never before the present end. Raises as `plan` does, and `Refused` for a
        key that is not admitted, or is void or compromised.
        """
        self._require_fresh(request)
        known = self._keys.get(request.key.kid)
        if known is None:
            raise Refused(
                "the key is not admitted yet, so there is nothing to renew",
                hint="qrcert authority admit REQUEST --forms GLOB",
            )
        if known.status is not None:
            raise Refused(
                f"the key of {known.school.name_now!r} is {known.status[0]} and is never renewed",
                hint="the school makes a new key: qrcert office init",
            )
        end = _last_day(today, until)
        if end < known.end:
            raise Refused(
                f"the key signs until {wire.to_date(known.end)} already, {wire.to_date(end)} would be earlier",
                hint="qrcert authority retire moves the end back",
            )
        allowed = sorted(self._rights[known.rights])
        chosen = tuple(self._forms[one] for one in allowed if one in self._forms)
        return Admission(request, known.school, False, replace(known, end=end), chosen, known)

    def take(self, admission: Admission) -> None:
        """Put the key of ``admission``, planned here just before, into the next list."""
        entry, school = admission.entry, admission.school
        if admission.renews is None:
            self._rights[entry.rights] = frozenset(form.hash for form in admission.forms)
            self._schools[school.id] = school
            self._named[school.name_now, school.place] = school.id
            self._last_id = max(self._last_id, school.id)
        self._keys[entry.kid] = entry
        self._taken.add(admission.request.hash)

    def done(self) -> Authority:
        """Return the authority with all that was taken in its next list."""
        changed = self._authority.with_contents(
            rights=dict(self._rights), schools=tuple(self._schools.values()), keys=tuple(self._keys.values())
        )
        return replace(changed, taken=frozenset(self._taken))

    def _require_fresh(self, request: KeyRequest) -> None:
        """Raise unless the request is for this authority, or for none named, and was not taken before."""
        request.head.require(self._authority.identity, or_none=True)
        if request.hash in self._taken:
            raise TrustListError("repeated", "this request was taken before")

    def _require_same_school(self, request: KeyRequest, known: KeyEntry, school_id: int | None) -> None:
        """Raise ``same_kid`` unless a request with an admitted key comes from the school that has it."""
        names = {name for _, name in known.school.names}
        if request.name not in names or school_id not in (None, known.school.id):
            raise TrustListError(
                "same_kid",
                f"the key is admitted already, for {known.school.name_now!r}",
                hint="if that school only has a new name: qrcert authority renew REQUEST",
            )

    def _school_for(self, request: KeyRequest, school_id: int | None, today: int) -> tuple[School, bool]:
        """Return the school that gets the key, and whether it is new in the list."""
        if school_id is not None:
            if school_id not in self._schools:
                raise Refused(
                    f"no school {school_id} in the list", hint="leave out --school for a school that is new"
                )
            return self._schools[school_id], False
        name, place = (
            showable(request.name, "the school's name"),
            showable(request.place, "the school's place"),
        )
        there = self._named.get((name, place))
        if there is not None:
            raise Refused(
                f"a school {name!r} in {place!r} is in the list already, as {there}",
                hint=f"for a second key of that school: --school {there}",
            )
        return School(self._last_id + 1, ((today, name),), place), True


def plan_admission(
    authority: Authority,
    request: KeyRequest,
    *,
    forms: str,
    today: int,
    until: int | None = None,
    school_id: int | None = None,
) -> Admission:
    """Return what admitting one request would do; see `Admissions.plan`."""
    return Admissions(authority).plan(request, forms=forms, today=today, until=until, school_id=school_id)


def admit(authority: Authority, admission: Admission) -> Authority:
    """Return the authority with the key of ``admission`` in its next list."""
    admissions = Admissions(authority)
    admissions.take(admission)
    return admissions.done()


def _last_day(today: int, until: int | None) -> int:
    """Return the last day of signing; raise `Refused` for one that is past or too far ahead."""
    end = today + KEY_DAYS if until is None else until
    if not today <= end <= today + KEY_DAYS:
        raise Refused(
            f"the key would sign until {wire.to_date(end)}, at most {wire.to_date(today + KEY_DAYS)} is allowed"
        )
    return end
