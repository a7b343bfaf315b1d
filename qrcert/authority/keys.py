"""What becomes of keys and schools later: retired, stolen, void; renamed, merged, closed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from qrcert import wire
from qrcert.authority.folder import Authority
from qrcert.authority.seasons import papers_in_seasons
from qrcert.encode import showable
from qrcert.errors import Refused
from qrcert.trust import KeyEntry, School
from qrcert.trust.entries import STATUSES, Status


def find_keys(authority: Authority, wanted: str) -> tuple[KeyEntry, ...]:
    """Return the key with a kid (16 hex digits, blanks and hyphens between them as you like) or a school's keys.

    Of a school, named by its number in the list, those that are active. Raises `Refused` if there are none.
    """
    plain = wanted.replace(" ", "").replace("-", "").casefold()
    if len(plain) == 16 and not set(plain) - set("0123456789abcdef"):
        kid = bytes.fromhex(plain)
        found = tuple(one for one in authority.contents.keys if one.kid == kid)
        if found:
            return found
    if plain.isascii() and plain.isdecimal():
        number = int(plain)
        found = tuple(
            one for one in authority.contents.keys if one.school.id == number and one.status is None
        )
        if found:
            return found
        raise Refused(f"no school {number} in the list has a key in use")
    raise Refused(
        f"no key {wanted!r} in the list", hint="name its kid, 16 hex digits, or the number of the school"
    )


def mark(
    authority: Authority, entries: Collection[KeyEntry], status: Status, *, since: int, today: int
) -> tuple[Authority, tuple[KeyEntry, ...]]:
    """Return the authority with keys compromised or void in its next list, and the keys as they stand there.

    A compromised key's papers of every closed season are put into the list: they stay genuine, and nothing else
    under that key does. ``since`` is for the screen. Raises `Refused` for a status that is not worse than before,
    a day to come, and where the leaf files of a season are missing.
    """
    if since > today:
        raise Refused(f"the key would be {status} from {wire.to_date(since)}, which is still to come")
    for entry in entries:
        if entry.status is not None and STATUSES.index(entry.status[0]) >= STATUSES.index(status):
            raise Refused(
                f"the key {entry.kid.hex()} is {entry.status[0]} since {wire.to_date(entry.status[1])}"
            )
    papers = papers_in_seasons(authority, [one.kid for one in entries]) if status == "compromised" else {}
    marked = {
        one.kid: replace(one, status=(status, since), papers=papers.get(one.kid, one.papers))
        for one in entries
    }
    keys = tuple(marked.get(one.kid, one) for one in authority.contents.keys)
    return authority.with_contents(keys=keys), tuple(marked.values())


def retire(authority: Authority, entry: KeyEntry, *, on: int) -> Authority:
    """Return the authority with ``entry`` signing until ``on`` at the latest; papers of later days are refused.

    Raises `Refused` for a day after the present end (that would be a renewal) or before the key's first day.
    """
    if not entry.start <= on <= entry.end:
        raise Refused(
            f"the key signs from {wire.to_date(entry.start)} until {wire.to_date(entry.end)}, "
            f"{wire.to_date(on)} is not within",
            hint="a key that never signed anything is void: qrcert authority void KID",
        )
    keys = tuple(replace(one, end=on) if one.kid == entry.kid else one for one in authority.contents.keys)
    return authority.with_contents(keys=keys)


def find_school(authority: Authority, number: int) -> School:
    """Return a school by its number in the list; raises `Refused`."""
    for one in authority.contents.schools:
        if one.id == number:
            return one
    raise Refused(f"no school {number} in the list")


def rename(authority: Authority, number: int, *, name: str, since: int) -> Authority:
    """Return the authority with a school's new name from a day on; papers of earlier days show the older one."""
    school = find_school(authority, number)
    names = {day: said for day, said in school.names if day != since} | {
        since: showable(name, "the school's name")
    }
    return _with_school(authority, replace(school, names=tuple(sorted(names.items()))))


def move(authority: Authority, number: int, *, place: str) -> Authority:
    """Return the authority with a school's new place."""
    school = find_school(authority, number)
    return _with_school(authority, replace(school, place=showable(place, "the school's place")))


def close_school(
    authority: Authority,
    number: int,
    *,
    closed: int,
    successor: int | None = None,
    archive: str | None = None,
) -> Authority:
    """Return the authority with a school closed from a day on: its papers stay good, and its keys stop there.

    ``successor`` is another school's number, ``archive`` the line that says who can look into the register.
    Raises `Refused` for a school that is its own successor or for one that is not in the list.
    """
    school = find_school(authority, number)
    if successor is not None and find_school(authority, successor).id == number:
        raise Refused("a school is not its own successor")
    line = None if archive is None else showable(archive, "the archive's line")
    changed = _with_school(authority, replace(school, closed=closed, successor=successor, archive=line))
    keys = tuple(
        replace(one, end=closed) if one.school.id == number and one.start <= closed < one.end else one
        for one in changed.contents.keys
    )
    return changed.with_contents(keys=keys)


def _with_school(authority: Authority, school: School) -> Authority:
    schools = tuple(school if one.id == school.id else one for one in authority.contents.schools)
    keys = tuple(
        replace(one, school=school) if one.school.id == school.id else one for one in authority.contents.keys
    )
    return authority.with_contents(schools=schools, keys=keys)
