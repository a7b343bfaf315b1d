"""Step 9 under a cutover or a stolen key: membership in a season, by leaves or by a second code."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from making.octets import Raw, base45, cbor, head
from making.papers import Paper
from making.scenario import Scenario, named
from making.trees import proof_text
from making.world import (
    BARE,
    BARE_HONEST,
    HONEST,
    HONEST_BEFORE,
    IN_SEASON,
    IN_SEASON_BEFORE,
    RETIRED,
    SCHOOL_KEY,
    SEASON_2025,
    SEASON_2026,
    STOLEN,
    VOID,
    plain,
    plain_shown,
)

PAPER = next(paper for paper in IN_SEASON if paper.digest == SEASON_2026.digests[SCHOOL_KEY.kid][1])
"""The second leaf of five: three siblings, all different."""
NUMBER = str(PAPER.number)
IN_KEY = SEASON_2026.path_of_paper(PAPER)
IN_SEASON_PATH = SEASON_2026.path_of_key(SCHOOL_KEY.kid)
PROOF = SEASON_2026.proof(PAPER)
FIRST = (1, "First School")


def _bent(key: dict[int, Any] | None = None, season: dict[int, Any] | None = None) -> str:
    """Return the proof with places of its two paths changed: 0 index, 1 size, 2 siblings."""
    return proof_text(_changed(IN_KEY, key), _changed(IN_SEASON_PATH, season))


def _changed(path: Sequence[Any], changes: dict[int, Any] | None) -> list[Any]:
    return [(changes or {}).get(place, value) for place, value in enumerate(path)]


def _unproven_proofs() -> Iterator[tuple[str, str, str]]:
    other = next(paper for paper in IN_SEASON if paper is not PAPER)
    siblings_of_key, siblings_of_season = IN_KEY[2], IN_SEASON_PATH[2]
    text = PROOF[4:]
    shape = [list(IN_KEY), list(IN_SEASON_PATH)]
    yield "another-papers", "another certificate's proof", SEASON_2026.proof(other)
    yield "another-keys", "another key's proof", SEASON_2026.proof(HONEST[0])
    yield (
        "another-season",
        "this key's path in the season before",
        proof_text(IN_KEY, SEASON_2025.path_of_key(SCHOOL_KEY.kid)),
    )
    yield (
        "inner-node",
        "the path of the inner node above the leaf",
        _bent(key={0: IN_KEY[0] // 2, 1: (IN_KEY[1] + 1) // 2, 2: siblings_of_key[1:]}),
    )
    yield "index-in-key", "the next index in the key's tree", _bent(key={0: (IN_KEY[0] + 1) % IN_KEY[1]})
    yield "index-is-size", "an index that is the tree's size", _bent(key={0: IN_KEY[1]})
    yield "size-of-key", "a larger size of the key's tree", _bent(key={1: IN_KEY[1] + 1})
    yield "size-0", "a tree of no leaves", _bent(key={1: 0})
    yield (
        "index-in-season",
        "the next index in the season's tree",
        _bent(season={0: (IN_SEASON_PATH[0] + 1) % IN_SEASON_PATH[1]}),
    )
    yield "size-of-season", "a larger size of the season's tree", _bent(season={1: IN_SEASON_PATH[1] + 1})
    yield "cut-in-key", "a sibling of the key's tree is missing", _bent(key={2: siblings_of_key[:-1]})
    yield (
        "cut-in-season",
        "a sibling of the season's tree is missing",
        _bent(season={2: siblings_of_season[:-1]}),
    )
    yield (
        "longer-in-key",
        "a sibling too many in the key's tree",
        _bent(key={2: [*siblings_of_key, bytes(32)]}),
    )
    yield "siblings-reversed", "siblings from the root down", _bent(key={2: siblings_of_key[::-1]})
    yield (
        "sibling-of-31-bytes",
        "a sibling of 31 bytes",
        _bent(key={2: [siblings_of_key[0][:31], *siblings_of_key[1:]]}),
    )
    yield "41-siblings", "41 siblings, where a path has at most 40", _bent(key={2: [bytes(32)] * 41})
    yield "index-minus", "an index below 0", _bent(key={0: -1})
    yield "one-path", "one path in place of two", "QP1:" + base45(cbor([IN_KEY]))
    yield "three-paths", "three paths", "QP1:" + base45(cbor([*shape, shape[0]]))
    yield "long-spelling", "a length in two bytes", "QP1:" + base45(b"\x98\x02" + cbor(shape)[1:])
    yield "trailing-byte", "a byte after the end", "QP1:" + base45(cbor(shape) + b"\x00")
    yield "indefinite", "an array of indefinite length", "QP1:" + base45(b"\x9f" + cbor(shape)[1:] + b"\xff")
    yield "empty", "a second code without bytes", "QP1:"
    yield "lower-case-prefix", "the prefix counts in upper case only", "qp1:" + text
    yield "of-version-2", "a proof of a version to come", "QP2:" + text
    yield "under-the-other-prefix", "a proof under a certificate's prefix", "QC1:" + text
    yield "cut-text", "a proof whose last character is missing", PROOF[:-1]
    yield (
        "too-long",
        "a proof of more than 2 048 bytes",
        "QP1:" + base45(cbor(Raw(head(2, 2046) + bytes(2046)))),
    )
    yield "the-certificate-itself", "the certificate's own text", PAPER.text


def scenarios() -> Iterator[Scenario]:
    yield from _cutover()
    for name, title, proof in _unproven_proofs():
        yield _scenario(f"unproven-{name}", title, PAPER, _unproven(NUMBER), proofs=(proof,))
    yield from _leaves()
    yield from _stolen()


def _scenario(name: str, title: str, paper: Paper, expected: dict[str, Any], **more: Any) -> Scenario:
    more = {"lists": ("cutover",)} | more
    return Scenario(
        path=f"season/{name}",
        title=title,
        origin="step 9: seasons (RFC 9162 section 2.1), QP1, cutover",
        input=paper.text,
        expected=expected,
        **more,
    )


def _unproven(number: str, **more: Any) -> dict[str, Any]:
    return named("key_refused", reason="unproven", number=number, **more)


def _cutover() -> Iterator[Scenario]:
    good = plain_shown(number=NUMBER)
    garbage = ("", "QP1:", "https://example.org", SEASON_2026.proof(HONEST[0]))
    yield _scenario("proven", "a healthy key, a cutover and the proof", PAPER, good, proofs=(PROOF,))
    yield _scenario(
        "proven-among-others",
        "several second codes, one of which holds",
        PAPER,
        good,
        proofs=(*garbage, PROOF),
    )
    yield _scenario(
        "proven-with-white-space", "white space at the proof's ends", PAPER, good, proofs=(f" \t{PROOF}\r\n",)
    )
    yield _scenario(
        "proven-in-an-older-season",
        "a certificate of the season before",
        IN_SEASON_BEFORE,
        plain_shown(number="S-0", issued="2025-05-20", school=FIRST),
        proofs=(SEASON_2025.proof(IN_SEASON_BEFORE),),
    )
    yield _scenario(
        "proof-without-need",
        "no cutover: a proof changes nothing",
        PAPER,
        good,
        proofs=(PROOF,),
        lists=("main",),
    )
    yield _scenario(
        "bad-proof-without-need",
        "no cutover: a wrong proof changes nothing",
        PAPER,
        good,
        proofs=garbage,
        lists=("main",),
    )
    yield _scenario("unproven", "a healthy key, a cutover and no proof", PAPER, _unproven(NUMBER))
    yield _scenario(
        "unproven-running-season",
        "signed after the last season was closed: a cutover binds it too",
        plain("S-9", issued="2026-11-20"),
        _unproven("S-9", issued="2026-11-20"),
        proofs=(PROOF,),
    )
    yield _scenario(
        "void-under-a-cutover",
        "a void key stays void",
        plain(key=VOID, issued="2025-05-20"),
        named("key_refused", reason="void", number="V-1", issued="2025-05-20", school=(2, "Old School")),
    )
    yield _scenario(
        "window-under-a-cutover",
        "the window comes first",
        plain(key=RETIRED),
        named("key_refused", reason="window", number="V-1", school=(2, "Old School")),
    )


def _leaves() -> Iterator[Scenario]:
    for number, paper in enumerate(IN_SEASON[:2], 1):
        yield _scenario(
            f"leaves-of-a-healthy-key-{number}",
            "leaves may stand on a healthy key: no second code is needed",
            paper,
            plain_shown(number=f"S-{number}"),
            lists=("cutover-leaves",),
        )
    yield _scenario(
        "leaves-not-this-paper",
        "not among the leaves",
        plain("S-9"),
        _unproven("S-9"),
        lists=("cutover-leaves",),
    )


def _stolen() -> Iterator[Scenario]:
    both = ("main", "cutover")
    for name in both:
        yield _scenario(
            f"stolen-key-proof-under-{name}",
            "a stolen key without leaves, an honest certificate and its proof",
            BARE_HONEST,
            plain_shown(number="B-1", issued="2026-05-20"),
            proofs=(SEASON_2026.proof(BARE_HONEST),),
            lists=(name,),
        )
    yield _scenario(
        "stolen-key-leaves-of-two-seasons",
        "a stolen key's certificate among the leaves of the season before",
        HONEST_BEFORE,
        plain_shown(number="H-0", issued="2025-05-20", school=FIRST),
        lists=("main",),
    )
    yield _scenario(
        "stolen-key-another-papers-proof",
        "the thief shows an honest certificate's proof",
        plain("B-2", key=BARE, issued="2026-05-20"),
        named("key_refused", reason="stolen", number="B-2", issued="2026-05-20"),
        proofs=(SEASON_2026.proof(BARE_HONEST),),
        lists=("main",),
    )
    yield _scenario(
        "stolen-key-under-a-cutover",
        "a stolen key under a cutover, no proof: stolen, not unproven",
        plain("H-9", key=STOLEN, issued="2026-05-20"),
        named("key_refused", reason="stolen", number="H-9", issued="2026-05-20"),
    )
