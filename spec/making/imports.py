"""Importing a list: what is stored, the file that comes, and what becomes of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from hashlib import sha256
from typing import Any

from making.keys import Key, Signer, signer
from making.lists import LIST, NO_HASH, ROOT, UNTIL, Body, by_keys, key_body, root_body, school_body
from making.octets import Raw, cbor, day
from making.scenario import SCHOOL, reference
from making.world import PILOT, PLAIN, SCHOOL_KEY, SEASON_2025, SEASON_2026, STOLEN, TOKEN, VOID

FORM_2 = b"\xa1\x62id\x61x"
"""A form that nobody understands, and that may not vanish all the same."""

Change = Callable[[Body], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """A test vector. ``stored`` and ``input`` are names of shared lists, or bytes of a file of its own."""

    path: str
    title: str
    origin: str
    input: str | bytes
    expected: Mapping[str, str]
    stored: Sequence[str | bytes] = ()
    fingerprint: bytes | None = None

    def to_json(self, parts: Mapping[str, bytes]) -> str:
        """Return the file of this scenario; ``parts`` are shared parts of lists, by path."""
        data: dict[str, Any] = {
            "title": self.title,
            "origin": self.origin,
            "stored": [reference(one, parts) for one in self.stored],
            "input": reference(self.input, parts),
        }
        if self.fingerprint is not None:
            data["fingerprint"] = self.fingerprint.hex()
        data["expected"] = self.expected
        return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def signers(names: str) -> list[Signer]:
    """Return the signers of these letters; X is a stranger."""
    return [signer("stranger" if name == "X" else name) for name in names]


def keys(names: str) -> list[Key]:
    """Return both keys of each of these signers."""
    return [key for one in signers(names) for key in one.keys]


@dataclass(frozen=True)
class Plan:
    """A root: whose it is, who signs it, its thresholds (root, list), and labels that differ."""

    signers: str
    signed_by: str = ""
    thresholds: tuple[int, int] = (1, 1)
    changes: Mapping[Any, Any] = field(default_factory=dict)

    def payload(self, version: int, previous: bytes) -> bytes:
        """Return the body of this root at its place in a chain."""
        body = root_body(
            signers(self.signers), version=version, previous=previous, thresholds=self.thresholds
        )
        return cbor(body | dict(self.changes))


@dataclass(frozen=True)
class Chain:
    """An authority's roots, from which lists are published; without ``signed_by`` a root is signed by its own."""

    plans: tuple[Plan, ...]
    name: str = "Importers (TEST)"

    def then(self, *plans: Plan) -> Chain:
        """Return the chain with more roots."""
        return replace(self, plans=(*self.plans, *plans))

    @cached_property
    def payloads(self) -> tuple[bytes, ...]:
        """The bodies of all roots."""
        made: list[bytes] = []
        for plan in self.plans:
            previous = sha256(made[-1]).digest() if made else NO_HASH
            made.append(plan.payload(len(made) + 1, previous))
        return tuple(made)

    @cached_property
    def roots(self) -> tuple[Raw, ...]:
        """The messages of all roots."""
        pairs = zip(self.payloads, self.plans, strict=True)
        return tuple(
            by_keys(payload, keys(plan.signed_by or plan.signers), aad=ROOT) for payload, plan in pairs
        )

    @property
    def hashes(self) -> tuple[bytes, ...]:
        """The hashes of all roots; the first is the identity, the last the fingerprint."""
        return tuple(sha256(payload).digest() for payload in self.payloads)

    def body(self, changes: Mapping[Any, Any] | None = None) -> Body:
        """Return what a list of these roots says, with labels changed."""
        return {0: self.name, 2: self.hashes[-1], **labels()} | dict(changes or {})

    def publish(self, body: Body, signed_by: str = "") -> bytes:
        """Return the file of a list, signed by these signers or all of the newest root."""
        return self.signed_with(body, keys(signed_by or self.plans[-1].signers))

    def signed_with(self, body: Body, by: Iterable[Key], *, aad: bytes = LIST) -> bytes:
        """Return the file of a list, signed by these keys."""
        return file(self.roots, by_keys(cbor(body), by, aad=aad))


def file(roots: Sequence[Raw], body: Raw) -> bytes:
    """Return the file of these roots and this list."""
    return cbor([list(roots), body])


@cache
def _stolen_leaves() -> list[Any]:
    return [SEASON_2025.leaves(STOLEN.kid), SEASON_2026.leaves(STOLEN.kid)]


def labels() -> dict[int, Any]:
    """Return a list that has something of everything: labels 1 and 3 to 11, to be changed in place."""
    stolen = key_body(STOLEN, status=(1, "2026-09-01"), leaves=_stolen_leaves())
    first = school_body(1, ("2000-01-01", SCHOOL[1]), keys=[key_body(SCHOOL_KEY), stolen, key_body(TOKEN)])
    second = school_body(
        2,
        ("1990-09-01", "Old School"),
        keys=[key_body(VOID, status=(2, "2026-01-01")), key_body(PILOT, test=True)],
    )
    return {
        1: "example.org/lists",
        3: 7,
        4: sha256(b"the list before").digest(),
        5: day("2026-11-01"),
        6: day("2027-10-31"),
        7: sorted([PLAIN.entry, [FORM_2, {}]], key=lambda entry: entry[0]),
        8: [[1, sorted([PLAIN.hash, sha256(FORM_2).digest()[:16]])], [2, [PLAIN.hash]]],
        9: [first, second],
        10: [[bytes(15) + b"\x01", day("2026-09-01"), 3]],
        11: [SEASON_2025.entry, SEASON_2026.entry],
    }


def following(chain: Chain, before: Body, change: Change | None = None) -> Body:
    """Return the next list under the same roots or their successors, naming the one before; then changed."""
    after = chain.body({3: before[3] + 1, 4: sha256(cbor(before)).digest()})
    if change is not None:
        change(after)
    return after


def key_in(body: Body, key: Key) -> Body:
    """Return a key's entry in a body, to be changed in place."""
    found: Body = next(one for school in body[9] for one in school[3] if one[0] == key.public)
    return found


def without_key(body: Body, key: Key) -> None:
    """Take a key out of a body."""
    for school in body[9]:
        school[3] = [one for one in school[3] if one[0] != key.public]


FAR = UNTIL + 365
"""A day that no root allows."""

THREE = Chain((Plan("ABC", "AB", (2, 2)), Plan("BCD", "BC", (2, 2))))
"""Three signers of whom two are needed, and one of them handed over."""

ONE = Chain((Plan("A"), Plan("B", "AB")))
"""One signer, and a rotation to another: what most scenarios of importing start from."""

THIRD = ONE.then(Plan("C", "BC"))
"""... and another rotation."""


@cache
def shared() -> dict[str, bytes]:
    """Return the lists that many scenarios have in their store, by name."""
    return {
        "stored": ONE.publish(ONE.body()),
        "stored-cutover": ONE.publish(ONE.body({-1: day("2026-10-01")})),
        "stored-largest": ONE.publish(ONE.body({3: 2**53 - 1})),
    }


def shared_roots() -> dict[str, bytes]:
    """Return the messages of roots with which many scenarios begin, by name."""
    (abc, bcd), (a, b), (_, _, c) = THREE.roots, ONE.roots, THIRD.roots
    return {"root-abc": abc, "root-abc-bcd": bcd, "root-a": a, "root-a-b": b, "root-a-b-c": c}
