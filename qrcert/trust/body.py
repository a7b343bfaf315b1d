"""The body of a list: from the bytes of a payload whose signatures hold to `Contents`, every rule checked."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from qrcert.cose import CERTIFICATE_ALGORITHMS, PUBLIC_BYTES
from qrcert.errors import TrustListError
from qrcert.trust import entries
from qrcert.trust.entries import STATUSES, Contents, FormEntry, Header, KeyEntry, School, Season
from qrcert.trust.layout import (
    ANY_DAY,
    BYTES,
    COUNT,
    DAY,
    FLAG,
    HASH,
    LINE,
    MAP,
    POSITIVE,
    TEXT,
    Kind,
    Label,
    Labelled,
    Row,
    array,
    ascending,
    collector_at_rest,
    decoded,
    each_of,
    fault,
    octets,
    whole,
)
from qrcert.trust.roots import Root, screened
from qrcert.trust.seasons import Leaves, read_path, split_digests

MAX_BODY_ITEMS = 4_000_000
"""CBOR items of a list's body: 40 000 schools need 1.2 million after ten years and 2.4 million after fifty."""

MAX_FORMS = 1000
"""Forms of one list."""

MAX_FORM = 65_536
"""Bytes of one form."""

KINDS = (1, 2, 3)
"""Of withdrawals: replaced, its contents were right; replaced, they were wrong; withdrawn."""

_BODY = Labelled(
    "list",
    {
        0: Label("authority", LINE),
        1: Label("where", LINE),
        2: Label("root hash", HASH),
        3: Label("version", POSITIVE),
        4: Label("previous", HASH),
        5: Label("issued", DAY),
        6: Label("next update", DAY),
        7: Label("forms", array()),
        8: Label("rights", array()),
        9: Label("schools", array()),
        10: Label("withdrawals", array()),
        11: Label("seasons", array()),
        -1: Label("cutover", DAY, optional=True),
    },
)
_SCHOOL = Labelled(
    "school",
    {
        0: Label("id", POSITIVE),
        1: Label("names", array(1)),
        2: Label("place", LINE),
        3: Label("keys", array()),
        4: Label("closed", ANY_DAY, optional=True),
        5: Label("successor", POSITIVE, optional=True),
        6: Label("archive", LINE, optional=True),
    },
)
_KEY = Labelled(
    "key",
    {
        0: Label("public key", BYTES),
        1: Label("algorithm", Kind("a negative integer", lambda alg: type(alg) is int and alg < 0)),
        2: Label("from", DAY),
        3: Label("until", DAY),
        4: Label("rights", COUNT),
        5: Label("status", array(2, 2), optional=True),
        6: Label("leaves", array(1), optional=True),
        7: Label("test", FLAG, optional=True),
    },
)
_FORM16 = octets(16)
_FORM = Row("form", octets(1, MAX_FORM), MAP)
_LETTERS = re.compile(r"[a-z]{2,3}")
_LANGUAGE = Kind(
    "a language of 2 or 3 letters a-z",
    lambda value: type(value) is str and _LETTERS.fullmatch(value) is not None,
)
_TEXTS = Kind(
    "an array of one or more texts",
    lambda value: type(value) is tuple and bool(value) and all(map(TEXT.holds, value)),
)
_RIGHTS = Row("rights", COUNT, array(1))
_NAME = Row("name", ANY_DAY, LINE)
_STATUS = Row("status", whole(1, len(STATUSES)), DAY)
_LEAVES = Row("leaves", BYTES, array())
_WITHDRAWAL = Row("withdrawal", octets(16), DAY, whole(KINDS[0], KINDS[-1]))
_SEASON = Row("season", DAY, POSITIVE, POSITIVE, HASH)


@collector_at_rest()
def read_contents(payload: bytes, *, newest: Root, signer_kids: Collection[bytes]) -> Contents:
    """Return what a list's payload says; its signatures are known to hold under ``newest``.

    ``signer_kids`` are the keys of all signers, which no school may have. Raises `TrustListError`.
    """
    body = _BODY.read(decoded(payload, max_items=MAX_BODY_ITEMS))
    if body[2] != newest.hash:
        raise fault(
            "wrong_root", f"the list is for root {body[2].hex()}, the newest here is {newest.hash.hex()}"
        )
    if not body[5] <= body[6] <= newest.until:
        raise fault(
            "dates", f"issued {body[5]}, next update {body[6]}, root until {newest.until}: they must ascend"
        )
    forms = _forms(body[7])
    rights = read_rights(body[8])
    _require_forms(rights, {form.hash for form in forms})
    head = _head(body)
    reader = _Keys(rights, Header(**head).season_sizes, signer_kids, {})
    return Contents(
        **head,
        forms=forms,
        rights=rights,
        schools=_schools(body[9], reader),
        keys=tuple(reader.by_kid.values()),
        withdrawals=read_withdrawals(body[10]),
    )


def read_header(value: Any) -> Header:
    """Return what stands once in a decoded body; the rest of it is not looked at, beyond being there."""
    return Header(**_head(_BODY.read(value)))


def _head(body: Mapping[int, Any]) -> dict[str, Any]:
    return {
        "authority": body[0],
        "where": body[1],
        "root_hash": body[2],
        "version": body[3],
        "previous": body[4],
        "issued": body[5],
        "next_update": body[6],
        "seasons": _seasons(body[11]),
        "cutover": body.get(-1),
    }


def _forms(values: tuple[Any, ...]) -> tuple[FormEntry, ...]:
    if len(values) > MAX_FORMS:
        raise fault("too_big", f"{len(values)} forms, the limit is {MAX_FORMS}")
    found = [read_form_entry(value) for value in values]
    ascending([form.data for form in found], what="forms")
    forms: dict[bytes, FormEntry] = {}
    for form in found:
        if forms.setdefault(form.hash, form) is not form:
            raise fault("same_form", f"two forms with the hash {form.hash.hex()}")
    return tuple(found)


def read_form_entry(value: Any) -> FormEntry:
    """Return the form in a decoded item of a list, not opened yet."""
    data, translations = _FORM.read(value)
    each_of(translations, what="translations", kind=_LANGUAGE)
    each_of(translations.values(), what="translation", kind=_TEXTS)
    return FormEntry(entries.form_hash(data), data, translations)


def read_rights(values: tuple[Any, ...]) -> dict[int, frozenset[bytes]]:
    """Return the rights in decoded items, whatever forms they name."""
    rows = [_RIGHTS.read(value) for value in values]
    ascending([row[0] for row in rows], what="rights")
    for number, named in rows:
        each_of(named, what=f"rights {number}", kind=_FORM16)
        ascending(named, what=f"rights {number}")
    return {number: frozenset(named) for number, named in rows}


def _require_forms(rights: Mapping[int, frozenset[bytes]], forms: Collection[bytes]) -> None:
    """Return if every form that rights name is in the list; raise ``dangling``."""
    for number, named in rights.items():
        for form in named:
            if form not in forms:
                raise fault("dangling", f"rights {number} name a form that is not in the list: {form.hex()}")


def read_withdrawals(values: tuple[Any, ...]) -> dict[bytes, tuple[int, int]]:
    """Return the withdrawals in decoded items: day and kind by name."""
    rows = [_WITHDRAWAL.read(value) for value in values]
    ascending([row[0] for row in rows], what="withdrawals")
    return {name: (day, kind) for name, day, kind in rows}


def _seasons(values: tuple[Any, ...]) -> tuple[Season, ...]:
    seasons = tuple([Season(*_SEASON.read(value)) for value in values])
    ascending([season.day for season in seasons], what="seasons")
    for season in seasons:
        if season.certificates < season.keys:
            raise fault(
                "malformed", f"a season of {season.keys} keys with {season.certificates} certificates"
            )
    if len({season.root for season in seasons}) < len(seasons):
        raise fault("order", "two seasons with one root")
    return seasons


def _schools(values: tuple[Any, ...], keys: _Keys) -> tuple[School, ...]:
    maps = [_SCHOOL.read(value) for value in values]
    ids = [found[0] for found in maps]
    ascending(ids, what="schools")
    known = frozenset(ids)
    schools = []
    for found in maps:
        try:
            school = _school(found)
            if school.successor is not None and school.successor not in known:
                raise fault("dangling", f"its successor {school.successor} is not in the list")
            keys.read(found[3], school)
        except TrustListError as error:
            raise TrustListError(error.code, f"school {found[0]}: {error}", hint=error.hint) from error
        schools.append(school)
    return tuple(schools)


def read_school(value: Any) -> School:
    """Return the school in a decoded item; its keys are not looked at."""
    return _school(_SCHOOL.read(value))


def _school(found: Mapping[int, Any]) -> School:
    names = found[1]
    for name in names:
        _NAME.read(name)
    ascending([name[0] for name in names], what="names")
    if found.get(5) == found[0]:
        raise fault("dangling", "it is its own successor")
    return School(found[0], names, found[2], found.get(4), found.get(5), found.get(6))


@dataclass(frozen=True, slots=True)
class _Keys:
    """What keys are read against, and the entries read so far by kid."""

    rights: Collection[int]
    season_sizes: Mapping[bytes, int]
    signer_kids: Collection[bytes]
    by_kid: dict[bytes, KeyEntry]

    def read(self, values: tuple[Any, ...], school: School) -> None:
        """Add a school's keys; keys of an algorithm that is not known here are left out."""
        maps = [_KEY.read(value) for value in values]
        ascending([found[0] for found in maps], what="keys")
        for place, found in enumerate(maps):
            try:
                self._add(found, school)
            except TrustListError as error:
                raise TrustListError(error.code, f"key {place}: {error}") from error

    def _add(self, found: Mapping[int, Any], school: School) -> None:
        if found[4] not in self.rights:
            raise fault("dangling", f"rights {found[4]} are not in the list")
        entry = _key(found, school, self.season_sizes)
        if entry is None:
            return
        if entry.kid in self.signer_kids:
            raise fault("two_roles", f"{entry.kid.hex()} is a signer's key too")
        if self.by_kid.setdefault(entry.kid, entry) is not entry:
            raise fault("same_kid", f"a second key with the kid {entry.kid.hex()}")


def read_key(value: Any, school: School, season_sizes: Mapping[bytes, int]) -> KeyEntry | None:
    """Return the key in a decoded item of a school, or None for one of an algorithm that is not known here.

    ``season_sizes`` maps the roots of the list's seasons to how many keys each has.
    """
    return _key(_KEY.read(value), school, season_sizes)


def _key(found: Mapping[int, Any], school: School, season_sizes: Mapping[bytes, int]) -> KeyEntry | None:
    public, alg, start, end = found[0], found[1], found[2], found[3]
    if start > end:
        raise fault("dates", f"from {start} is after until {end}")
    status = None
    if 5 in found:
        number, since = _STATUS.read(found[5])
        status = STATUSES[number - 1], since
    if alg not in CERTIFICATE_ALGORITHMS:
        return None
    if len(public) != PUBLIC_BYTES[alg]:
        raise fault("malformed", f"a public key of {len(public)} bytes, expected {PUBLIC_BYTES[alg]}")
    key = screened(alg, public)
    papers = _papers(key.kid, found[6], season_sizes) if 6 in found else ()
    return KeyEntry(key, school, start, end, found[4], status, papers, 7 in found)


def _papers(kid: bytes, values: tuple[Any, ...], season_sizes: Mapping[bytes, int]) -> tuple[Leaves, ...]:
    """Return a key's leaves, each shown to be in a season of the list, no season twice."""
    rows = [_LEAVES.read(value) for value in values]
    ascending([row[0] for row in rows], what="leaves")
    papers = []
    seen = set()
    for digests, path in rows:
        split_digests(digests, what="leaves")
        leaves = Leaves(digests, read_path(path))
        root = leaves.season_root(kid)
        if root is None or season_sizes.get(root) != leaves.path.size:
            raise fault("bad_leaves", "the leaves do not climb to the root of a season of the list")
        if root in seen:
            raise fault("bad_leaves", "two entries of leaves for one season")
        seen.add(root)
        papers.append(leaves)
    return tuple(papers)
