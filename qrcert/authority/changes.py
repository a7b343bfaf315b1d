"""What a list changes against the one before it: what a signer must see before he signs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from qrcert.trust import KeyEntry, Root, School, Season, Signer, TrustList


@dataclass(frozen=True, slots=True)
class KeyChange:
    """A key that stands in both lists and differs; ``gained`` and ``lost`` are ids of forms that it may sign."""

    before: KeyEntry
    after: KeyEntry
    gained: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()

    @property
    def got_worse(self) -> bool:
        """Whether the key was called compromised or void."""
        return self.after.pin.severity > self.before.pin.severity


@dataclass(frozen=True, slots=True)
class Changes:
    """Everything that a list says and the one before it does not; tuples are empty where nothing changed.

    ``admitted`` are new keys with the ids of the forms they may sign; ``withdrawn`` counts new withdrawals by kind,
    ``lifted`` those that are gone or milder, ``redated`` those with another day; what is ``gone`` passes verifiers
    only under a root that repairs a theft (schools apart).
    """

    first: bool
    header: tuple[tuple[str, object, object], ...] = ()
    new_schools: tuple[School, ...] = ()
    changed_schools: tuple[tuple[School, School], ...] = ()
    gone_schools: tuple[School, ...] = ()
    admitted: tuple[tuple[KeyEntry, tuple[str, ...]], ...] = ()
    changed_keys: tuple[KeyChange, ...] = ()
    gone_keys: tuple[KeyEntry, ...] = ()
    new_forms: tuple[str, ...] = ()
    gone_forms: tuple[str, ...] = ()
    translated: tuple[str, ...] = ()
    withdrawn: dict[int, int] = field(default_factory=dict)
    lifted: int = 0
    redated: int = 0
    seasons: tuple[Season, ...] = ()
    gone_seasons: tuple[Season, ...] = ()
    new_roots: tuple[Root, ...] = ()

    @property
    def nothing(self) -> bool:
        """Whether only number and dates are new."""
        return self == Changes(self.first)


@dataclass(frozen=True, slots=True)
class SignersChange:
    """Who signs after a root and who does not any more."""

    stay: tuple[Signer, ...]
    come: tuple[Signer, ...]
    go: tuple[Signer, ...]


def signers_change(before: Root | None, after: Root) -> SignersChange:
    """Return how the signers of a root differ from those of the one before it."""
    old = before.signers if before else ()
    return SignersChange(
        stay=tuple(one for one in after.signers if one in old),
        come=tuple(one for one in after.signers if one not in old),
        go=tuple(one for one in old if one not in after.signers),
    )


def changes_of(last: TrustList | None, new: TrustList) -> Changes:
    """Return what ``new`` changes against ``last``; None: it is the first list, and all of it is new."""
    old, said = (None if last is None else last.contents), new.contents
    old_schools = {one.id: one for one in old.schools} if old else {}
    schools = {one.id: one for one in said.schools}
    old_keys = {one.kid: one for one in old.keys} if old else {}
    old_forms = {one.hash: one for one in old.forms} if old else {}
    forms = {one.hash for one in said.forms}
    old_seasons = old.seasons if old else ()
    withdrawn = _Withdrawals.of(old.withdrawals if old else {}, said.withdrawals)
    return Changes(
        first=last is None,
        header=_header(last, new) if last else (),
        new_schools=tuple(one for one in said.schools if one.id not in old_schools),
        changed_schools=tuple(
            (old_schools[one.id], one) for one in said.schools if old_schools.get(one.id, one) != one
        ),
        gone_schools=tuple(one for one in old_schools.values() if one.id not in schools),
        admitted=tuple(
            (one, _form_ids(new, said.rights[one.rights])) for one in said.keys if one.kid not in old_keys
        ),
        changed_keys=_changed_keys(last, new) if last else (),
        gone_keys=tuple(one for one in old_keys.values() if new.entry(one.kid) is None),
        new_forms=_form_ids(new, forms - old_forms.keys()),
        gone_forms=_form_ids(last, old_forms.keys() - forms) if last else (),
        translated=_form_ids(
            new,
            {
                one.hash
                for one in said.forms
                if one.hash in old_forms and one.translations != old_forms[one.hash].translations
            },
        ),
        withdrawn=withdrawn.new,
        lifted=withdrawn.lifted,
        redated=withdrawn.redated,
        seasons=tuple(one for one in said.seasons if one not in old_seasons),
        gone_seasons=tuple(one for one in old_seasons if one not in said.seasons),
        new_roots=new.roots[last.root_version :] if last else (),
    )


def _header(last: TrustList, new: TrustList) -> tuple[tuple[str, object, object], ...]:
    """Return the lines that stand once in a list and changed: name, line on newer lists, cutover."""
    pairs = (
        ("authority", last.authority, new.authority),
        ("where", last.where, new.where),
        ("cutover", last.cutover, new.cutover),
    )
    return tuple(pair for pair in pairs if pair[1] != pair[2])


def _changed_keys(last: TrustList, new: TrustList) -> tuple[KeyChange, ...]:
    changed = []
    for before in last.keys:
        after = new.entry(before.kid)
        if after is None:
            continue
        had, has = last.contents.rights[before.rights], new.contents.rights[after.rights]
        if had != has or _shape(before) != _shape(after):
            changed.append(KeyChange(before, after, _form_ids(new, has - had), _form_ids(last, had - has)))
    return tuple(changed)


def _shape(entry: KeyEntry) -> tuple[object, ...]:
    """Return what of a key a list may change, its rights aside, and what it may not (a repair can)."""
    return entry.pin, entry.end, entry.status, entry.papers


def _form_ids(trust: TrustList, hashes: frozenset[bytes] | set[bytes]) -> tuple[str, ...]:
    """Return the ids of forms, or their hashes where they are not understood here."""
    return tuple(sorted(form.id if (form := trust.form(one)) else one.hex() for one in hashes))


class _Withdrawals(NamedTuple):
    """New or graver withdrawals by kind, how many are gone or milder, how many have another day."""

    new: dict[int, int]
    lifted: int
    redated: int

    @classmethod
    def of(cls, old: Mapping[bytes, tuple[int, int]], new: Mapping[bytes, tuple[int, int]]) -> _Withdrawals:
        kinds = Counter(kind for name, (_, kind) in new.items() if old.get(name, (0, 0))[1] < kind)
        both = [(old[name], new.get(name, (0, 0))) for name in old]
        lifted = sum(1 for before, after in both if after[1] < before[1])
        redated = sum(1 for before, after in both if after[1] == before[1] and after[0] != before[0])
        return cls(dict(sorted(kinds.items())), lifted, redated)
