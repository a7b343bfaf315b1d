"""Whether a list may follow the one that is stored: the import rules, without a store, a clock or a question."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from qrcert.errors import TrustListError
from qrcert.trust.entries import STATUSES, KeyEntry, KeyPin
from qrcert.trust.layout import fault
from qrcert.trust.lists import TrustList
from qrcert.trust.verified import VerifiedList


@dataclass(frozen=True, slots=True)
class Succession:
    """What importing a list would be, as far as the rules allow it.

    ``kind`` is ``first`` (an authority not seen before: a person confirms the fingerprint), ``same`` (nothing
    to do), ``newer`` (nothing to ask) or ``repair`` (a theft is mended: a person confirms ``lost``, one line for
    each entry that went back).
    """

    kind: Literal["first", "same", "newer", "repair"]
    lost: tuple[str, ...] = ()


def compare(
    stored: VerifiedList | None, new: TrustList, *, pins: Iterable[KeyPin] | None = None
) -> Succession:
    """Return what importing ``new`` over ``stored`` would be; None: no list of this identity is stored.

    ``pins`` are those of the stored list's keys that are not known to stand in ``new`` just as they did; all of
    them unless the caller knows better.
    Raises `TrustListError` with ``unknown_authority`` (``stored`` is another authority's), ``older``, ``fork``,
    ``other_contents``, ``not_next`` or ``went_back``.
    """
    if stored is None:
        return Succession("first")
    if stored.identity != new.identity:
        raise fault("unknown_authority", "the list is another authority's than the stored one")
    if new.root_version < stored.root_version:
        raise fault("older", f"the list is of root {new.root_version}, root {stored.root_version} is known")
    require_one_chain(stored, new)
    _compare_order(stored, new)
    if new.order == stored.order:
        return Succession("same")
    lost = tuple(_lost(stored, new, stored.pins() if pins is None else pins))
    if not lost:
        return Succession("newer")
    if any(root.repair for root in new.roots[stored.root_version :]):
        return Succession("repair", lost)
    more = f", and {len(lost) - 1} more" if len(lost) > 1 else ""
    raise fault("went_back", f"{lost[0]}{more}")


def require_one_chain(one: VerifiedList, other: VerifiedList) -> None:
    """Return if the roots of one list are the beginning of the other's, or the same; raise ``fork``."""
    shared = min(one.root_version, other.root_version)
    if one.root_hashes[:shared] != other.root_hashes[:shared]:
        raise TrustListError(
            "fork",
            "the list has another chain of roots than the stored one",
            hint="one of the two chains is not the authority's: ask it, and change nothing until then",
        )


def _compare_order(stored: VerifiedList, new: TrustList) -> None:
    """Return if ``new`` is the stored list or comes after it."""
    if new.order < stored.order:
        raise fault("older", f"the list is version {new.version}, version {stored.version} is stored")
    if new.order == stored.order and new.list_hash != stored.list_hash:
        raise fault("other_contents", f"version {new.version} is stored with other contents")
    if new.order == (stored.root_version, stored.version + 1) and new.header.previous != stored.list_hash:
        raise fault("not_next", f"version {new.version} does not name the stored version {stored.version}")


def _lost(stored: VerifiedList, new: TrustList, pins: Iterable[KeyPin]) -> Iterator[str]:
    """Give one line for each entry of ``stored`` that is gone from ``new`` or went back."""
    for pin in pins:
        change = _key_change(pin, new.entry(pin.kid))
        if change is not None:
            yield f"key {pin.kid.hex()} of school {pin.school} {change}"
    for form in sorted(stored.form_hashes() - new.form_hashes()):
        yield f"form {form.hex()} is gone"
    kept_seasons = set(new.header.seasons)
    for season in stored.header.seasons:
        if season not in kept_seasons:
            yield f"season {season.root.hex()} closed on day {season.day} is gone or changed"
    if stored.cutover is not None and new.cutover is None:
        yield "the cutover is taken back"


def _key_change(before: KeyPin, entry: KeyEntry | None) -> str | None:
    """Say what of a key may never change and did, or return None."""
    after = None if entry is None else entry.pin
    if after is None or (after.alg, after.public) != (before.alg, before.public):
        return "is gone"
    if after.school != before.school:
        return f"moved to school {after.school}"
    if after.start != before.start:
        return f"has another first day: {after.start}, was {before.start}"
    if after.test != before.test:
        return "is a test key no more" if before.test else "became a test key"
    if after.severity < before.severity:
        return f"is {_status(after)} again, was {_status(before)}"
    return None


def _status(pin: KeyPin) -> str:
    return STATUSES[pin.severity - 1] if pin.severity else "active"
