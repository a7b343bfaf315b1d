"""Merkle trees against RFC 9162 and vectors of Certificate Transparency; rows 102 to 113 of the layout."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from hashlib import sha256
from typing import Any

import pytest

from qrcert import wire
from qrcert.decode import Verdict, verify
from qrcert.encode import Certificate, sign_certificate
from qrcert.errors import TooBig, Unreadable
from qrcert.signing import SigningKey
from qrcert.trust import Proof, SeasonTree, TrustList
from qrcert.trust.merkle import Path, Tree, climb
from qrcert.trust.seasons import key_leaf, read_proofs
from trust_maker import (
    DAY,
    HEALTHY,
    LATE,
    RETIRED,
    STOLEN,
    VOID,
    form_bytes,
    hash16,
    key_in,
    leaves_of,
    paper,
    season,
    season_entry,
    world,
)

# The leaves and roots of the reference tests of Certificate Transparency (RFC 6962, the same tree).
CT_LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
CT_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def split(size: int) -> int:
    """The largest power of two smaller than ``size``."""
    return 1 << (size - 1).bit_length() - 1


def mth(leaves: Sequence[bytes]) -> bytes:
    """MTH as RFC 9162 section 2.1.1 defines it, by recursion."""
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    k = split(len(leaves))
    return sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()


def rfc_path(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PATH as RFC 9162 section 2.1.3.1 defines it, by recursion."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if index < k:
        return [*rfc_path(index, leaves[:k]), mth(leaves[k:])]
    return [*rfc_path(index - k, leaves[k:]), mth(leaves[:k])]


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_of_certificate_transparency(size: int) -> None:
    assert Tree(CT_LEAVES[:size]).root.hex() == CT_ROOTS[size - 1]


def test_roots_and_paths_are_those_of_the_definition() -> None:
    for size in range(1, 40):
        leaves = [bytes([n]) for n in range(size)]
        tree = Tree(leaves)
        assert tree.root == mth(leaves)
        for index in range(size):
            path = tree.path(index)
            assert list(path.siblings) == rfc_path(index, leaves)
            assert climb(leaves[index], path) == tree.root


def test_a_path_leads_to_the_root_from_its_own_place_only() -> None:
    for size in range(1, 20):
        leaves = [bytes([n]) for n in range(size)]
        tree = Tree(leaves)
        for index in range(size):
            path = tree.path(index)
            moved = [replace(path, index=n) for n in range(-1, size + 2) if n != index]
            assert all(climb(leaves[index], other) != tree.root for other in moved)
            longer = replace(path, siblings=(*path.siblings, bytes(32)))
            assert climb(leaves[index], longer) is None
            if path.siblings:
                assert climb(leaves[index], replace(path, siblings=path.siblings[:-1])) is None


@pytest.mark.parametrize("size", [600, 601])
def test_places_are_compared_by_value(size: int) -> None:
    """More leaves than an interpreter has small numbers for, the last one with and without a sibling."""
    leaves = [n.to_bytes(2, "big") for n in range(size)]
    tree = Tree(leaves)
    for index in (0, 298, 299, size - 2, size - 1):
        path = tree.path(index)
        assert list(path.siblings) == rfc_path(index, leaves)
        assert climb(leaves[index], path) == tree.root
        assert climb(leaves[index], replace(path, index=int(str(size)))) is None
    with pytest.raises(IndexError):
        tree.path(int(str(size)))


def test_trees_have_leaves_and_paths_have_places() -> None:
    with pytest.raises(ValueError, match="without leaves"):
        Tree([])
    for index in (-1, 1, 2):
        with pytest.raises(IndexError):
            Tree([b""]).path(index)
    assert climb(b"", Path(0, 0, ())) is None


def test_a_season_names_every_paper_and_nothing_else() -> None:
    tree = season()
    assert (tree.keys, tree.certificates) == (3, 17)
    leaves = tree.leaves(HEALTHY.kid)
    assert len(leaves) == 11
    assert list(leaves) == sorted(paper(HEALTHY, n) for n in range(11))
    assert all(leaves.holds(paper(HEALTHY, n)) for n in range(11))
    assert not any(leaves.holds(paper(HEALTHY, n)) for n in range(11, 200))
    assert leaves.season_root(HEALTHY.kid) == tree.root
    assert leaves.season_root(STOLEN.kid) != tree.root
    proof = tree.proof(RETIRED.kid, paper(RETIRED, 0))
    assert Proof.from_text(proof.to_text()) == proof
    with pytest.raises(KeyError):
        tree.proof(RETIRED.kid, paper(RETIRED, 1))
    with pytest.raises(KeyError):
        tree.leaves(LATE.kid)


def test_a_season_takes_papers_in_any_order_and_twice() -> None:
    papers = [paper(HEALTHY, n) for n in range(11)]
    again = SeasonTree({HEALTHY.kid: [*reversed(papers), *papers], LATE.kid: []})
    assert (again.keys, again.certificates) == (1, 11)
    assert list(again.leaves(HEALTHY.kid)) == sorted(papers)


@pytest.mark.parametrize(
    "data",
    [b"", b"\x80", b"\xa0", b"\x82\x80\x80", bytes(2049), b"\x82\x83\x00\x01\x80\x83\x00\x01\x81\x41\x00"],
)
def test_what_is_not_a_proof(data: bytes) -> None:
    with pytest.raises(Unreadable):
        Proof.from_bytes(data)
    assert read_proofs(["", "QP1:", "QC1:" + wire.to_text(data)[4:], "no proof"]) == ()


def test_a_proof_above_the_cap() -> None:
    with pytest.raises(TooBig):
        Proof.from_bytes(bytes(2049))


# ------------------------------------------------------------ rows 102 to 113: papers before and after a theft


def certificate(trust: TrustList, key: SigningKey, number: int, day: int = DAY - 310) -> str:
    """A certificate of the list's form, by ``key``."""
    form = trust.form(hash16(form_bytes()))
    assert form is not None
    issued = date.fromordinal(date(1970, 1, 1).toordinal() + day)
    return sign_certificate(Certificate(form, str(number), issued, {"name": "Ada Byron"}), key=key)


def digest(text: str) -> bytes:
    return sha256(wire.to_bytes(text)).digest()


class School:
    """Three papers each of the stolen key, a healthy one and a retired one, in a closed season; then the lists."""

    def __init__(self) -> None:
        first = TrustList.from_bytes(world().file())
        self.texts = {
            key: [certificate(first, key, n) for n in range(3)] for key in (STOLEN, HEALTHY, RETIRED)
        }
        self.season = SeasonTree({key.kid: map(digest, texts) for key, texts in self.texts.items()})
        self.forged = certificate(first, STOLEN, 99)

    def list(self, *, leaves: bool = True, cutover: bool = False) -> TrustList:
        def change(body: dict[Any, Any]) -> None:
            body[11].append(season_entry(self.season, DAY - 200))
            stolen = key_in(body, STOLEN)
            del stolen[6]
            if leaves:
                stolen[6] = [leaves_of(self.season, STOLEN)]
            if cutover:
                body[-1] = DAY - 1

        return TrustList.from_bytes(world(change).file())

    def proof(self, key: SigningKey, number: int) -> str:
        return self.season.proof(key.kid, digest(self.texts[key][number])).to_text()


@pytest.fixture(scope="module")
def school() -> School:
    return School()


def judge(text: str, trust: TrustList, *proofs: str) -> str:
    verdict: Verdict = verify(text, trust=trust, now=date(2026, 6, 1), proofs=proofs)
    return verdict.reason or verdict.code


def inner_node(school: School, key: SigningKey) -> str:
    """A proof that goes up from the middle of the key's tree: its leaf would be an inner node."""
    good = school.season.proof(key.kid, digest(school.texts[key][0]))
    cut = Path(good.in_key.index >> 1, 2, good.in_key.siblings[1:])
    return Proof(cut, good.in_season).to_text()


ROWS: list[tuple[int, str, Callable[[School], str]]] = [
    (102, "genuine", lambda s: judge(s.texts[STOLEN][1], s.list())),
    (103, "stolen", lambda s: judge(s.forged, s.list())),
    (104, "void", lambda s: judge(certificate(s.list(), VOID, 1), s.list())),
    (105, "genuine", lambda s: judge(s.texts[RETIRED][0], s.list())),
    (106, "window", lambda s: judge(certificate(s.list(), RETIRED, 5, DAY - 100), s.list())),
    (107, "genuine", lambda s: judge(s.texts[HEALTHY][1], s.list(cutover=True), s.proof(HEALTHY, 1))),
    (108, "unproven", lambda s: judge(s.texts[HEALTHY][1], s.list(cutover=True))),
    (109, "unproven", lambda s: judge(s.texts[HEALTHY][1], s.list(cutover=True), s.proof(HEALTHY, 2))),
    (110, "unproven", lambda s: judge(s.texts[HEALTHY][1], s.list(cutover=True), s.proof(RETIRED, 1))),
    (111, "unproven", lambda s: judge(s.texts[HEALTHY][1], s.list(cutover=True), inner_node(s, HEALTHY))),
    (112, "unproven", lambda s: judge(s.texts[HEALTHY][1], s.list(cutover=True), s.proof(HEALTHY, 1)[:-9])),
    (113, "genuine", lambda s: judge(s.texts[STOLEN][1], s.list(leaves=False), s.proof(STOLEN, 1))),
]


@pytest.mark.parametrize(("row", "expected", "run"), ROWS, ids=[str(row[0]) for row in ROWS])
def test_scenario(row: int, expected: str, run: Callable[[School], str], school: School) -> None:
    assert run(school) == expected


def test_every_proof_on_a_page_is_tried(school: School) -> None:
    proofs = ["QP1:nonsense", school.proof(HEALTHY, 2), school.proof(HEALTHY, 1)]
    assert judge(school.texts[HEALTHY][1], school.list(cutover=True), *proofs) == "genuine"


def test_a_proof_of_another_season_does_not_count(school: School) -> None:
    other = SeasonTree({HEALTHY.kid: [digest(school.texts[HEALTHY][1])], LATE.kid: [bytes(32)]})
    proof = other.proof(HEALTHY.kid, digest(school.texts[HEALTHY][1])).to_text()
    assert judge(school.texts[HEALTHY][1], school.list(cutover=True), proof) == "unproven"


def test_a_proof_with_the_wrong_count_of_keys_does_not_count(school: School) -> None:
    good = school.season.proof(HEALTHY.kid, digest(school.texts[HEALTHY][1]))
    assert good.season_root(HEALTHY.kid, digest(school.texts[HEALTHY][1])) == school.season.root
    leaf = key_leaf(
        HEALTHY.kid, good.in_key.size, climb(digest(school.texts[HEALTHY][1]), good.in_key) or b""
    )
    sizes = [
        size for size in range(1, 9) if climb(leaf, replace(good.in_season, size=size)) == school.season.root
    ]
    for size in sizes:
        text = Proof(good.in_key, replace(good.in_season, size=size)).to_text()
        expected = "genuine" if size == school.season.keys else "unproven"
        assert judge(school.texts[HEALTHY][1], school.list(cutover=True), text) == expected


def test_after_a_cutover_leaves_are_enough(school: School) -> None:
    assert judge(school.texts[STOLEN][2], school.list(cutover=True)) == "genuine"
    assert judge(school.forged, school.list(cutover=True)) == "stolen"


def test_entries_tell_their_leaves(school: School) -> None:
    entry = school.list().entry(STOLEN.kid)
    assert entry is not None
    assert entry.leaves == frozenset(map(digest, school.texts[STOLEN]))
    assert entry.knows(digest(school.texts[STOLEN][0]))
    assert not entry.knows(digest(school.forged))


# ------------------------------------------------------------------------------------------------------- edges


def test_a_proof_of_2048_bytes_is_read() -> None:
    """40 siblings and indices of nine bytes: as large as a proof can be."""
    far = Path(2**40, 2**41, tuple(bytes([n]) * 32 for n in range(40)))
    near = Path(2**40, 2**41, tuple(bytes([n]) * 32 for n in range(19)))
    proof = Proof(far, near)
    assert len(proof.to_bytes()) == wire.MAX_BYTES
    assert Proof.from_text(proof.to_text()) == proof
    with pytest.raises(TooBig):
        Proof.from_bytes(proof.to_bytes() + b"\x00")
    with pytest.raises(Unreadable):
        Proof.from_bytes(Proof(replace(near, siblings=(*far.siblings, bytes(32))), near).to_bytes())


def test_a_season_of_many_papers_proves_its_own_and_no_other() -> None:
    """More papers than an interpreter has small numbers for; neighbours on both sides of each."""
    digests = sorted(paper(HEALTHY, n) for n in range(250)) + [b"\xfe" * 31 + bytes([n]) for n in range(50)]
    tree = SeasonTree({HEALTHY.kid: digests, LATE.kid: [paper(LATE, 1)]})
    leaves = tree.leaves(HEALTHY.kid)
    for one in digests:
        assert leaves.holds(one)
        assert tree.proof(HEALTHY.kid, one).season_root(HEALTHY.kid, one) == tree.root
        for other in (one[:31] + bytes([one[31] ^ 1]), one[:31] + bytes([one[31] ^ 64])):
            if other not in digests:
                assert not leaves.holds(other)
                with pytest.raises(KeyError):
                    tree.proof(HEALTHY.kid, other)
    for other in (bytes(32), b"\xff" * 32):
        assert not leaves.holds(other)
        with pytest.raises(KeyError):
            tree.proof(HEALTHY.kid, other)
