"""The leaf files of closed seasons, kept in the authority's folder under ``leaves/`` for the day of a theft.

``leaves/DAY/KID.json``  what a school handed in for the season closed on that day, as it came
``leaves/DAY.cbor``      the season's digests by kid, as they stand in its tree: ``[ [kid, digests ascending] ]``
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from qrcert import cbor, wire
from qrcert.authority.folder import Authority
from qrcert.errors import QrcertError, Refused
from qrcert.files import read_file, write_file
from qrcert.trust import Season, SeasonTree
from qrcert.trust.layout import BYTES, Row, octets
from qrcert.trust.seasons import split_digests

LEAVES: Final = "leaves"

MAX_HANDED: Final = 24 << 20
"""Bytes of a leaf file: a request of 16 MiB in base64url."""

MAX_INDEX: Final = 1 << 30
"""Bytes of a season: 32 for each certificate, so thirty million of them."""

_ROW: Final = Row("leaves", octets(8), BYTES)

Papers = Mapping[bytes, tuple[bytes, ...]]
"""The digests of each key, ascending, by kid."""


def handed_before(authority: Authority, day: int) -> list[bytes]:
    """Return the files that schools handed in for the season of ``day``, so far."""
    paths = sorted(_folder(authority, day).glob("*.json"))
    return [read_file(path, limit=MAX_HANDED) for path in paths]


def keep_handed(authority: Authority, day: int, kid: bytes, data: bytes) -> None:
    """Keep what a school handed in; a later file of the same key takes the place of an earlier one."""
    write_file(_folder(authority, day) / f"{kid.hex()}.json", data, parents=True)


def keep_papers(authority: Authority, day: int, papers: Papers) -> None:
    """Keep the digests of a season as they stand in its tree."""
    data = cbor.encode([(kid, b"".join(digests)) for kid, digests in sorted(papers.items())])
    write_file(_index(authority, day), data, parents=True)


def papers_of(authority: Authority, season: Season) -> Papers:
    """Return the digests of a closed season by kid, shown to give its root; raises `Refused` if they do not."""
    name = f"{LEAVES}/{wire.to_date(season.day)}.cbor"
    try:
        papers = _split(read_file(_index(authority, season.day), limit=MAX_INDEX))
        whole = bool(papers) and SeasonTree(papers).root == season.root
    except QrcertError as error:
        raise Refused(f"the season's leaves {name!r} cannot be used: {error}", hint=_BACK) from error
    if not whole:
        raise Refused(f"the season's leaves {name!r} do not give the root that the list has", hint=_BACK)
    return papers


_BACK: Final = "bring leaves/ back from a copy of the authority's folder"


def search(authority: Authority, days: Iterable[int], digest: bytes) -> set[bytes]:
    """Return the kids under which a digest stands in the kept seasons of ``days``."""
    found: set[bytes] = set()
    for day in days:
        path = _index(authority, day)
        if not path.is_file():
            continue
        try:
            data = read_file(path, limit=MAX_INDEX)
            if digest not in data:  # a search at the speed of the machine; only a hit is looked at closely
                continue
            papers = _split(data)
        except QrcertError as error:
            raise Refused(f"the season's leaves {path.name!r} cannot be used: {error}", hint=_BACK) from error
        found.update(kid for kid, digests in papers.items() if digest in digests)
    return found


def _split(data: bytes) -> Papers:
    shape = cbor.decode(data)
    if not isinstance(shape, tuple):
        raise Refused("found no array of keys")
    rows = [_ROW.read(row) for row in shape]
    return {kid: tuple(split_digests(joined, what="leaves")) for kid, joined in rows}


def _folder(authority: Authority, day: int) -> Path:
    return authority.folder / LEAVES / wire.to_date(day).isoformat()


def _index(authority: Authority, day: int) -> Path:
    return _folder(authority, day).with_suffix(".cbor")
