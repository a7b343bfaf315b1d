"""Closing a season from the leaf files of schools, and what its leaves are for: keys that were stolen.

A season's root in the list costs 32 bytes and binds every paper of that season. Only when a key is stolen are its
leaves put into the list too: then honest papers stay genuine, and what the thief back-dates is none of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from qrcert import wire
from qrcert.authority import leaves
from qrcert.authority.folder import Authority
from qrcert.errors import Refused
from qrcert.trust import (
    KeyEntry,
    Leaves,
    School,
    Season,
    SeasonLeaves,
    SeasonTree,
    read_season_leaves,
    unwrap,
)


@dataclass(frozen=True, slots=True)
class Handed:
    """A leaf file of a school: what it says, the key that signed, the file's bytes as they came."""

    leaves: SeasonLeaves
    entry: KeyEntry
    data: bytes


@dataclass(frozen=True, slots=True)
class Count:
    """How many certificates of a school were handed in, and how many it reported (None: it did not say)."""

    school: School
    handed: int
    reported: int | None

    @property
    def agrees(self) -> bool:
        """Whether nothing speaks against the count."""
        return self.reported in (None, self.handed)


@dataclass(frozen=True, slots=True)
class SeasonPlan:
    """A season as it would be closed: its entry in the list, the digests by kid, the counts by school."""

    season: Season
    papers: leaves.Papers
    counts: tuple[Count, ...]
    handed: tuple[Handed, ...]
    tree: SeasonTree

    def require_counts(self) -> None:
        """Raise `Refused` where a count is not what a school reported.

        Fewer would leave honest papers out for ever, more may be a thief's.
        """
        wrong = [one for one in self.counts if not one.agrees]
        if wrong:
            raise Refused(
                f"of {len(wrong)} schools the count is not what they reported: the season is not closed",
                hint="ask these schools for a new leaf file: qrcert office leaves",
            )


def read_handed(authority: Authority, data: bytes, *, second_channel: bool = False) -> Handed:
    """Return a school's leaf file, its signature checked.

    Raises `TrustListError` as `read_season_leaves` does and for another authority's (``not_for_us``); `Refused`
    for a void key, and for a stolen one unless ``second_channel`` says that the school was asked another way:
    a thief would hand in what he has back-dated.
    """
    keys = {entry.kid: entry for entry in authority.contents.keys}
    found = read_season_leaves(unwrap(data), find=lambda kid: keys[kid].key if kid in keys else None)
    found.head.require(authority.identity)
    entry = keys[found.kid]
    if entry.status is not None and entry.status[0] == "void":
        raise Refused(f"the key of {entry.school.name_now!r} is void: none of its papers counts")
    if entry.status is not None and not second_channel:
        raise Refused(
            f"the leaves of {entry.school.name_now!r} are signed with a stolen key: a thief could have made them",
            hint="ask the school on another channel; if it says the same: --second-channel",
        )
    return Handed(found, entry, data)


def plan_season(
    authority: Authority,
    handed: Iterable[Handed],
    *,
    day: int,
    today: int,
    reported: Mapping[int, int] | None = None,
) -> SeasonPlan:
    """Return the season that closes on ``day`` with what was handed in, now and before for the same day.

    ``reported`` maps a school's id to how many certificates it says it has issued. A later file of a key takes
    the place of an earlier one, and what stands in an earlier season stays there. Raises `Refused` for a day that
    is not after the last season or was published, for nothing to close, and for two files of one key and day.
    """
    before = _seasons_before(authority, day, today)
    kept = [
        read_handed(authority, data, second_channel=True) for data in leaves.handed_before(authority, day)
    ]
    newest = _newest([*kept, *handed])
    papers = {kid: set(one.leaves.digests) for kid, one in newest.items()}
    for season in before:
        for kid, digests in leaves.papers_of(authority, season).items():
            papers.get(kid, set()).difference_update(digests)
    sorted_papers = {kid: tuple(sorted(digests)) for kid, digests in papers.items() if digests}
    if not sorted_papers:
        raise Refused("no certificate that is not in an earlier season: there is nothing to close")
    tree = SeasonTree(sorted_papers)
    season = Season(day, tree.keys, tree.certificates, tree.root)
    counts = tuple(_counts(authority, newest.values(), reported or {}))
    return SeasonPlan(season, sorted_papers, counts, tuple(newest.values()), tree)


def close_season(authority: Authority, plan: SeasonPlan) -> Authority:
    """Keep the season's leaves in the folder and return the authority with the season in its next list.

    Raises `Refused` as `SeasonPlan.require_counts` does.
    """
    plan.require_counts()
    for one in plan.handed:
        leaves.keep_handed(authority, plan.season.day, one.leaves.kid, one.data)
    leaves.keep_papers(authority, plan.season.day, plan.papers)
    seasons = [one for one in authority.contents.seasons if one.day != plan.season.day]
    roots = {one.root for one in seasons}
    keys = []
    for entry in authority.contents.keys:
        papers = tuple(part for part in entry.papers if part.season_root(entry.kid) in roots)
        if entry.status is not None and entry.kid in plan.papers:
            papers += (plan.tree.leaves(entry.kid),)
        keys.append(replace(entry, papers=papers))
    return authority.with_contents(seasons=(*seasons, plan.season), keys=tuple(keys))


def papers_in_seasons(authority: Authority, kids: Iterable[bytes]) -> dict[bytes, tuple[Leaves, ...]]:
    """Return the leaves of keys in every season of the next list; raises `Refused` where leaf files are missing."""
    found: dict[bytes, tuple[Leaves, ...]] = dict.fromkeys(kids, ())
    for season in authority.contents.seasons:
        papers = leaves.papers_of(authority, season)
        if found.keys().isdisjoint(papers):
            continue
        tree = SeasonTree(papers)
        for kid in found.keys() & papers.keys():
            found[kid] += (tree.leaves(kid),)
    return found


def owners_of(authority: Authority, digest: bytes) -> set[bytes]:
    """Return the kids under which a digest was handed in for closed seasons; more than one where somebody lied."""
    return leaves.search(authority, [one.day for one in authority.contents.seasons], digest)


def start_cutover(authority: Authority, *, since: int, today: int) -> Authority:
    """Return the authority whose next list demands of every certificate that a season holds it.

    Never taken back: it is for the day when Ed25519 and ECDSA can be forged. Raises `Refused` the second time, for
    a day to come, and while no season is closed, when no paper could be shown to be in one.
    """
    contents = authority.contents
    if contents.cutover is not None:
        raise Refused(f"the cutover is in force since {wire.to_date(contents.cutover)}")
    if since > today:
        raise Refused(f"the cutover would be of {wire.to_date(since)}, which is still to come")
    if not contents.seasons:
        raise Refused(
            "no season is closed: after a cutover no paper at all would be genuine",
            hint="qrcert authority season FOLDER",
        )
    return authority.with_contents(cutover=since)


def _seasons_before(authority: Authority, day: int, today: int) -> Sequence[Season]:
    """Return the seasons before that of ``day``; raises `Refused` for a day that cannot be closed."""
    said = wire.to_date(day)
    if day > today:
        raise Refused(f"the season would close on {said}, which is still to come")
    last = authority.last_list()
    published = () if last is None else last.contents.seasons
    if day in [one.day for one in published]:
        raise Refused(f"the season of {said} is closed and published", hint="close the next one: --on DAY")
    later = [one for one in authority.contents.seasons if one.day > day]
    if later:
        raise Refused(
            f"the season of {wire.to_date(later[0].day)} is closed already, {said} would be before it"
        )
    return [one for one in authority.contents.seasons if one.day < day]


def _newest(handed: Iterable[Handed]) -> dict[bytes, Handed]:
    """Return by kid the file that was made last."""
    newest: dict[bytes, Handed] = {}
    for one in handed:
        other = newest.setdefault(one.leaves.kid, one)
        if one.leaves.head.made_on > other.leaves.head.made_on:
            newest[one.leaves.kid] = one
        elif (
            one.leaves.head.made_on == other.leaves.head.made_on
            and one.leaves.digests != other.leaves.digests
        ):
            raise Refused(
                f"two leaf files of one key of {one.entry.school.name_now!r} made on one day say different things",
                hint="ask the school which one holds, and leave the other out",
            )
    return newest


def _counts(authority: Authority, handed: Iterable[Handed], reported: Mapping[int, int]) -> Iterator[Count]:
    """Yield the counts by school, of every school that handed in or reported."""
    schools = {one.id: one for one in authority.contents.schools}
    found = dict.fromkeys(reported, 0)
    for one in handed:
        number = one.entry.school.id
        found[number] = found.get(number, 0) + len(one.leaves.digests)
    for number, count in sorted(found.items()):
        if number not in schools:
            raise Refused(f"no school {number} in the list")
        yield Count(schools[number], count, reported.get(number))
