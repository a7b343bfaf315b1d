"""Importing: how one root follows another. What a file proves by itself, before any store is asked."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from making.imports import FAR, ONE, THREE, Chain, Import, Plan, file, keys, signers
from making.keys import Signer
from making.lists import LIST, ROOT, UNTIL, by_keys
from making.octets import Raw, cbor, day
from making.scenarios.trust_signers import first

ABC = THREE.plans[0]


def _second(name: str, title: str, plan: Plan, expected: str, origin: str, *, by: str = "BC") -> Import:
    """Return the scenario of another root 2 after A, B and C, with a list signed by these signers."""
    chain = Chain((ABC, plan))
    return first(name, title, chain.publish(chain.body(), by), expected, origin, chain)


def scenarios() -> Iterator[Import]:
    yield from _rotations()
    yield from _thresholds()
    yield from _chains()
    yield from _bodies()
    yield from _days()


def _rotations() -> Iterator[Import]:
    rule = "rule S4: root n by enough signers of n and of n-1"
    third = THREE.then(Plan("CDE", "CD", (2, 2)))
    yield first(
        "three-roots", "two rotations by hand-over", third.publish(third.body(), "DE"), "", rule, third
    )
    whole = Plan("DEF", "ABDE", (2, 2))
    yield _second("whole-rotation", "all signers handed over at once", whole, "", rule, by="DE")
    for name, title, signed_by in (
        ("new-signers-only", "a new root signed by its own signers only", "DE"),
        ("old-signers-only", "a new root signed by the signers before only", "AB"),
        ("too-few-old-signers", "a new root signed by its own and one of the signers before", "ADE"),
        ("too-few-new-signers", "a new root signed by those before and one of its own", "ABD"),
    ):
        yield _second(name, title, Plan("DEF", signed_by, (2, 2)), "threshold", rule, by="DE")
    yield _second(
        "one-counts-for-both",
        "whoever is a signer before and after signs once and counts for both",
        Plan("ABD", "AB", (2, 2)),
        "",
        rule,
        by="AD",
    )
    yield _second(
        "stranger-signs-a-root",
        "a root signed by a stranger too",
        Plan("BCD", "BCX", (2, 2)),
        "unknown_signer",
        "rule S1",
    )
    yield from _changed_halves()


def _changed_halves() -> Iterator[Import]:
    """B keeps the Ed25519 key and takes a new ML-DSA key, of E: the two are two signers who share a key."""
    mixed = Signer(*(one.keys[n] for n, one in enumerate(signers("BE"))))
    pairs = sorted(one.pair for one in (mixed, *signers("CD")))
    plan = Plan("BCD", "BC", (2, 2), {3: pairs})
    rule = "rule S2 for each of the two roots"
    chain = Chain((ABC, plan))
    body = cbor(chain.body())
    listed = by_keys(body, [*mixed.keys, *keys("C")], aad=LIST)
    complete = by_keys(chain.payloads[1], [*keys("BC"), mixed.ml_dsa], aad=ROOT)
    yield first(
        "half-a-signer-changed",
        "a signer with a new ML-DSA key: root 2 is signed with the old one, the new one and the Ed25519 key",
        file([chain.roots[0], complete], listed),
        "",
        rule,
        chain,
    )
    yield first(
        "half-a-signer-unsigned",
        "... and without the new one",
        file(chain.roots, listed),
        "lone_signature",
        rule,
        chain,
    )


def _thresholds() -> Iterator[Import]:
    rule = "rule S4: the threshold of each root for its own signers"
    yield _second(
        "threshold-raised",
        "a root that needs three of its own, signed by two",
        Plan("BCD", "BC", (3, 2)),
        "threshold",
        rule,
    )
    yield _second(
        "threshold-raised-and-met",
        "a root that needs three of its own, signed by three",
        Plan("BCD", "BCD", (3, 2)),
        "",
        rule,
    )
    yield _second(
        "threshold-lowered",
        "a root that needs one, signed by one of those before, of whom two are needed",
        Plan("BCD", "B", (1, 1)),
        "threshold",
        rule,
    )
    yield _second(
        "threshold-lowered-and-met",
        "a root that needs one, signed by two of those before",
        Plan("BCD", "BC", (1, 1)),
        "",
        rule,
        by="D",
    )


def _chains() -> Iterator[Import]:
    chain = "the chain of roots: version n at place n, each names the one before"
    one, two = THREE.roots
    listed = by_keys(cbor(THREE.body()), keys("BC"), aad=LIST)
    yield _second("gap", "root 3 after root 1", Plan("BCD", "BC", (2, 2), {0: 3}), "root_chain", chain)
    late = Plan("BCD", "BC", (2, 2), {0: 1})
    yield _second("version-behind", "root 2 says that it is root 1", late, "root_chain", chain)
    yield first("swapped", "root 2 before root 1", file([two, one], listed), "root_chain", chain)
    yield first("root-1-missing", "root 2 alone", file([two], listed), "root_chain", chain)
    yield first("root-twice", "root 1 twice", file([one, one, two], listed), "root_chain", chain)
    other = Plan("BCD", "BC", (2, 2), {1: sha256(b"another").digest()})
    yield _second("previous-of-another", "root 2 names another root before it", other, "root_chain", chain)
    bound = "the list names the newest root"
    yield first(
        "newest-root-stripped",
        "the newest root taken away; its list is signed by signers of the root before too",
        file([one], listed),
        "wrong_root",
        bound,
    )
    yield first(
        "list-of-the-root-before",
        "a list of root 1 under root 2, whose signers signed it",
        THREE.publish(THREE.body({2: THREE.hashes[0]}), "BC"),
        "wrong_root",
        bound,
    )
    bent = Raw(bytes(one[:-1]) + bytes((one[-1] ^ 1,)))
    yield first(
        "root-1-altered",
        "a signature under root 1 altered, root 2 and the list as they were",
        file([bent, two], listed),
        "bad_signature",
        "rule S3",
    )


def _bodies() -> Iterator[Import]:
    b, c, d = signers("BCD")

    def plan(**changed: Any) -> Plan:
        return Plan("BCD", "BC", (2, 2), {int(name[1:]): value for name, value in changed.items()})

    twice = [b.pair, (b.ed25519.public, c.ml_dsa.public), d.pair]
    shared = sorted([b.pair, (c.ed25519.public, b.ml_dsa.public), d.pair])
    weak = sorted([(bytes(32), b.ml_dsa.public), c.pair, d.pair])
    rule = "root-body"
    yield _second("ed25519-key-twice", "one Ed25519 key in two signers", plan(l3=twice), "order", rule)
    yield _second("ml-dsa-key-twice", "one ML-DSA key in two signers", plan(l3=shared), "same_kid", rule)
    yield _second("weak-signer", "a signer's key of small order", plan(l3=weak), "weak_key", rule)
    yield _second(
        "threshold-above-the-signers",
        "a threshold above the number of signers",
        plan(l4=4),
        "malformed",
        rule,
    )
    yield _second("threshold-0", "a threshold of 0", plan(l5=0), "malformed", rule)
    later = Plan("BCD", "BC", (2, 2), {-1: 1})
    yield _second("root-of-tomorrow", "an unknown negative label", later, "needs_newer", "rule L")
    yield _second("root-with-label-9", "an unknown label from 0", plan(l9=["later", 1]), "", "rule L")


def _days() -> Iterator[Import]:
    rule = "dates: issued <= next update <= until of the newest root"
    for name, title, labels in (
        ("next-update-before-issued", "the next update before the day of issue", {6: day("2026-10-31")}),
        ("next-update-after-until", "the next update after the root's last day", {6: UNTIL + 1}),
    ):
        yield first(name, title, ONE.publish(ONE.body(labels)), "dates", rule, ONE)
    yield first(
        "next-update-on-the-last-day",
        "the next update on the root's last day",
        ONE.publish(ONE.body({6: UNTIL})),
        "",
        rule,
        ONE,
    )
    short = Chain((Plan("A", changes={2: day("2026-01-01")}), Plan("B", "AB")))
    yield first(
        "root-of-the-past",
        "an earlier root whose last day is past: only the newest one counts",
        short.publish(short.body()),
        "",
        rule,
        short,
    )
    shortened = Chain((Plan("A", changes={2: FAR}), Plan("B", "AB")))
    yield first(
        "until-of-an-earlier-root",
        "the next update after the last day of the newest root, within that of the one before",
        shortened.publish(shortened.body({6: UNTIL + 1})),
        "dates",
        rule,
        shortened,
    )
