"""Whether a list may follow the one that is stored: the import rules, without a store, a clock or a question."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from qrcert.errors import TrustListError
from qrcert.trust.entries import STATUSES, KeyEntry
from qrcert.trust.layout import fault
from qrcert.trust.lists import TrustList


@dataclass(frozen=True, slots=True)
class Succession:
    """What importing a list would be, as far as the rules allow it.

    ``kind`` is ``first`` (an authority not seen before: a person confirms the fingerprint), ``same`` (nothing
    to do), ``newer`` (nothing to ask) or ``repair`` (a theft is mended: a person confirms ``lost``, one line for
    each entry that went back).
    """

    kind: Literal["first", "same", "newer", "repair"]
    lost: tuple[str, ...] = ()


def compare(stored: TrustList | None, new: TrustList) -> Succession:
    """Return what importing ``new`` over ``stored`` would be; None: no list of this identity is stored.

    Raises `TrustListError` with ``unknown_authority`` (``stored`` is another authority's), ``older``, ``fork``,
    ``other_contents``, ``not_next`` or ``went_back``.
    """
    if stored is None:
        return Succession("first")
    if stored.identity != new.identity:
        raise fault("unknown_authority", "the list is another authority's than the stored one")
    if new.root_version < stored.root_version:
        raise fault("older", f"the list is of root {new.root_version}, root {stored.root_version} is known")
    if new.root_hashes[: stored.root_version] != stored.root_hashes:
        raise TrustListError(
            "fork",
            "the list has another chain of roots than the stored one",
            hint="one of the two chains is not the authority's: ask it, and change nothing until then",
        )
    _compare_order(stored, new)
    if new.order == stored.order:
        return Succession("same")
    lost = tuple(_lost(stored, new))
    if not lost:
        return Succession("newer")
    if any(root.repair for root in new.roots[stored.root_version :]):
        return Succession("repair", lost)
    more = f", and {len(lost) - 1} more" if len(lost) > 1 else ""
    raise fault("went_back", f"{lost[0]}{more}")


def _compare_order(stored: TrustList, new: TrustList) -> None:
    """Return if ``new`` is the stored list or comes after it."""
    if new.order < stored.order:
        raise fault("older", f"the list is version {new.version}, version {stored.version} is stored")
    if new.order == stored.order and new.list_hash != stored.list_hash:
        raise fault("other_contents", f"version {new.version} is stored with other contents")
    if new.order == (stored.root_version, stored.version + 1) and new.contents.previous != stored.list_hash:
        raise fault("not_next", f"version {new.version} does not name the stored version {stored.version}")


def _lost(stored: TrustList, new: TrustList) -> Iterator[str]:
    """Give one line for each entry of ``stored`` that is gone from ``new`` or went back."""
    for entry in stored.keys:
        change = _key_change(entry, new.entry(entry.kid))
        if change is not None:
            yield f"key {entry.kid.hex()} of school {entry.school.id} {change}"
    kept_forms = {form.hash for form in new.contents.forms}
    for form in stored.contents.forms:
        if form.hash not in kept_forms:
            yield f"form {form.hash.hex()} is gone"
    kept_seasons = set(new.contents.seasons)
    for season in stored.contents.seasons:
        if season not in kept_seasons:
            yield f"season {season.root.hex()} closed on day {season.day} is gone or changed"
    if stored.cutover is not None and new.cutover is None:
        yield "the cutover is taken back"


def _key_change(before: KeyEntry, after: KeyEntry | None) -> str | None:
    """Say what of a key may never change and did, or return None."""
    if after is None or after.key != before.key:
        return "is gone"
    if after.school.id != before.school.id:
        return f"moved to school {after.school.id}"
    if after.start != before.start:
        return f"has another first day: {after.start}, was {before.start}"
    if after.test != before.test:
        return "is a test key no more" if before.test else "became a test key"
    if _severity(after) < _severity(before):
        return f"is {after.status[0] if after.status else 'active'} again, was {before.status and before.status[0]}"
    return None


def _severity(entry: KeyEntry) -> int:
    return STATUSES.index(entry.status[0]) + 1 if entry.status else 0
