"""A simulator of authorities: good lists, and hostile ones, out of plain values that a test may spoil.

Bodies are dicts and lists as they stand in CBOR, so that everything can be made wrong; the codes for what stays
right (hashes, `previous`, signatures) are filled in by `World.file`. Keys come from seeds: the same every run.
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from qrcert import cbor, cose
from qrcert.errors import TrustListError
from qrcert.signing import SigningKey
from qrcert.trust import SeasonTree, TrustList

DAY = 20_600  # 2026-05-27
ROOT_UNTIL = DAY + 2_000
NEVER = bytes(32)
ROOT = b"qrcert root 1"
LIST = b"qrcert list 1"

FORM_TOML = """
id = "test.paper"
language = "en"
title = { en = "Paper", ru = "Бумага" }
field = [ { name = "name", label = { en = "Name", ru = "Имя" }, holder = true } ]
"""


class Person:
    """A signer: an Ed25519 and an ML-DSA-65 key from a name."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.ed25519 = SigningKey.from_seed(cose.ED25519, sha256(b"ed" + name.encode()).digest())
        self.ml_dsa = SigningKey.from_seed(cose.ML_DSA_65, sha256(b"ml" + name.encode()).digest())

    @property
    def keys(self) -> tuple[SigningKey, SigningKey]:
        return self.ed25519, self.ml_dsa

    @property
    def pair(self) -> list[bytes]:
        return [self.ed25519.public, self.ml_dsa.public]


@functools.cache
def person(name: str) -> Person:
    return Person(name)


def people(names: str) -> list[Person]:
    return [person(name) for name in names]


@functools.cache
def school_key(name: str, alg: int = cose.ED25519) -> SigningKey:
    return SigningKey.from_seed(alg, sha256(b"school" + name.encode()).digest())


def paper(key: SigningKey, number: int) -> bytes:
    """The digest of a certificate that need not exist."""
    return sha256(b"paper" + key.kid + bytes([number])).digest()


def key_entry(key: SigningKey, **changes: Any) -> dict[int, Any]:
    """A key as it stands in a school; ``changes`` name labels as ``l5=[1, DAY]``."""
    labels = {0: key.public, 1: key.alg, 2: DAY - 700, 3: DAY + 400, 4: 0}
    return labels | {int(label[1:]): value for label, value in changes.items()}


def by_first(values: Iterable[Any], label: Any = 0) -> list[Any]:
    return sorted(values, key=lambda value: value[label])


HEALTHY, HEALTHY_2, RETIRED, VOID, STOLEN, P256, TEST, LATE = (
    school_key("healthy"),
    school_key("healthy 2"),
    school_key("retired"),
    school_key("void"),
    school_key("stolen"),
    school_key("p256", cose.ESP256),
    school_key("test"),
    school_key("late"),
)


@functools.cache
def season(year: int = 0) -> SeasonTree:
    """A closed season: five papers of the stolen key, some of two healthy ones."""
    start = 20 * year
    return SeasonTree(
        {
            STOLEN.kid: [paper(STOLEN, start + n) for n in range(5)],
            HEALTHY.kid: [paper(HEALTHY, start + n) for n in range(11)],
            RETIRED.kid: [paper(RETIRED, start + n) for n in range(1)],
        }
    )


def leaves_of(tree: SeasonTree, key: SigningKey) -> list[Any]:
    """An entry of leaves as it stands in a list."""
    leaves = tree.leaves(key.kid)
    return [leaves.digests, [leaves.path.index, leaves.path.size, list(leaves.path.siblings)]]


def season_entry(tree: SeasonTree, day: int) -> list[Any]:
    return [day, tree.keys, tree.certificates, tree.root]


def form_bytes(name: str = "test.paper") -> bytes:
    """A form as `qrcert.form` reduces `FORM_TOML`, with another id where ``name`` says so."""
    labels = [{"name": "name", "label": "Name", "holder": True}]
    return cbor.encode({"id": name, "language": "en", "title": "Paper", "field": labels})


def hash16(form: bytes) -> bytes:
    return sha256(form).digest()[:16]


def good_body() -> dict[int, Any]:
    """A list's body: five schools, eight keys, one of them stolen with its leaves, three forms, two withdrawals."""
    forms = sorted([form_bytes(), form_bytes("test.other"), b"\xa1\x65later\x01"])
    translations = {"ru": ["Бумага", "Имя"]}
    return {
        0: "Test Authority",
        1: "https://lists.example/test.qct",
        2: None,
        3: 7,
        4: sha256(b"list 6").digest(),
        5: DAY,
        6: DAY + 90,
        7: [[form, translations if form == form_bytes() else {}] for form in forms],
        8: [[0, sorted(hash16(form) for form in forms)], [3, [hash16(form_bytes())]]],
        9: good_schools(),
        10: by_first(
            [[sha256(b"one").digest()[:16], DAY - 9, 3], [sha256(b"two").digest()[:16], DAY - 3, 1]]
        ),
        11: [season_entry(season(1), DAY - 700), season_entry(season(), DAY - 300)],
    }


def good_schools() -> list[dict[int, Any]]:
    stolen = key_entry(STOLEN, l5=[1, DAY - 20], l6=[leaves_of(season(), STOLEN)])
    return [
        {
            0: 10,
            1: [[-20_000, "First School"], [DAY - 100, "Lyceum One"]],
            2: "Oldtown",
            3: by_first([key_entry(HEALTHY), key_entry(RETIRED, l3=DAY - 200)]),
        },
        {
            0: 11,
            1: [[0, "Second School"]],
            2: "Newtown",
            3: [key_entry(VOID, l5=[2, DAY - 5])],
            6: "City archive",
        },
        {0: 12, 1: [[0, "Third School"]], 2: "Newtown", 3: [stolen]},
        {
            0: 13,
            1: [[0, "Fourth School"]],
            2: "Hill",
            3: by_first([key_entry(P256), key_entry(HEALTHY_2, l4=3)]),
        },
        {
            0: 14,
            1: [[0, "Fifth School"]],
            2: "Hill",
            3: by_first([key_entry(TEST, l7=1), key_entry(LATE)]),
            4: DAY - 50,
            5: 13,
        },
    ]


def key_in(body: dict[int, Any], key: SigningKey) -> dict[int, Any]:
    """The entry of ``key`` in a body, to be spoiled."""
    return next(entry for school in body[9] for entry in school[3] if entry[0] == key.public)


def school_in(body: dict[int, Any], number: int) -> dict[int, Any]:
    return next(school for school in body[9] if school[0] == number)


Spoil = Callable[[Any], object]


@dataclass
class RootPlan:
    """One root: who its signers are, who signs it, its thresholds, and what is to be wrong in its body."""

    signers: Sequence[Person]
    signed_by: Sequence[Person]
    thresholds: tuple[int, int] = (2, 2)
    changes: dict[Any, Any] = field(default_factory=dict)

    def body(self, version: int, previous: bytes) -> dict[Any, Any]:
        pairs = sorted(one.pair for one in self.signers)
        root, of_list = self.thresholds
        return {0: version, 1: previous, 2: ROOT_UNTIL, 3: pairs, 4: root, 5: of_list} | self.changes


@dataclass
class World:
    """An authority with its roots and one list, ready to be spoiled and written with `file`."""

    roots: list[RootPlan]
    body: dict[Any, Any]
    signed_by: Sequence[Person]

    def root_payloads(self) -> list[bytes]:
        payloads: list[bytes] = []
        for plan in self.roots:
            previous = sha256(payloads[-1]).digest() if payloads else NEVER
            payloads.append(cbor.encode(plan.body(len(payloads) + 1, previous)))
        return payloads

    def list_payload(self) -> bytes:
        body = dict(self.body)
        if body.get(2, 0) is None:
            body[2] = sha256(self.root_payloads()[-1]).digest()
        return cbor.encode(body)

    def outer(self) -> list[Any]:
        """The file as nested lists; messages as tag 98 on lists that may be spoiled in place."""
        plans = zip(self.root_payloads(), self.roots, strict=True)
        roots = [message(payload, ROOT, plan.signed_by) for payload, plan in plans]
        return [roots, message(self.list_payload(), LIST, self.signed_by)]

    def file(self, spoil: Spoil | None = None) -> bytes:
        """The bytes of the file, after ``spoil`` was called with `outer`."""
        outer = self.outer()
        if spoil is not None:
            spoil(outer)
        return cbor.encode(outer)


def signature(payload: bytes, aad: bytes, key: SigningKey) -> list[Any]:
    header = cose.protected_header(key.alg, key.kid)
    return [header, {}, key.sign(cose.sign_input(header, payload, aad=aad))]


def message(payload: bytes, aad: bytes, signers: Iterable[Person]) -> cbor.Tagged:
    keys = [key for signer in signers for key in signer.keys]
    return raw_message(payload, [signature(payload, aad, key) for key in keys])


def raw_message(payload: bytes, signatures: Iterable[list[Any]]) -> cbor.Tagged:
    return cbor.Tagged(98, [b"", {}, payload, by_first(signatures)])


def world(change: Spoil | None = None) -> World:
    """Two roots, A B C then B C D, two of three; the list signed by B and C. ``change`` spoils the body."""
    first = RootPlan(people("ABC"), people("AB"))
    second = RootPlan(people("BCD"), people("BC"))
    made = World([first, second], good_body(), people("BC"))
    if change is not None:
        change(made.body)
    return made


def one_root(change: Spoil | None = None, *, signers: str = "ABC", version: int = 7) -> World:
    """The same list under root 1 alone."""
    names = people(signers)
    needed = min(2, len(names))
    made = World([RootPlan(names, names[:needed], (needed, needed))], good_body(), names[:needed])
    made.body[3] = version
    if change is not None:
        change(made.body)
    return made


def own_list() -> World:
    """A school that is its own authority: one root, one signer, one school of the authority's name."""
    school = {0: 1, 1: [[0, "Dance School"]], 2: "Oldtown", 3: [key_entry(HEALTHY)]}
    made = one_root(signers="A", version=1)
    made.body |= {0: "Dance School", 4: NEVER, 9: [school], 10: [], 11: []}
    return made


@functools.cache
def good_file() -> bytes:
    return world().file()


def following(before: World, change: Spoil | None = None) -> World:
    """The next list under the same roots, naming the one before."""
    after = World(list(before.roots), copy.deepcopy(before.body), before.signed_by)
    after.body[3] += 1
    after.body[4] = sha256(before.list_payload()).digest()
    if change is not None:
        change(after.body)
    return after


# ---------------------------------------------------------------------------- files for the scenario table


class Rows(dict[int, tuple[str, Callable[..., bytes]]]):
    """Rows of the scenario table: the expected code, and the function that makes the file."""

    def case(self, row: int, expected: str) -> Callable[[Callable[..., bytes]], Callable[..., bytes]]:
        """Keep the decorated function as ``row``; each row once."""

        def keep(make: Callable[..., bytes]) -> Callable[..., bytes]:
            assert row not in self
            self[row] = expected, make
            return make

        return keep


def outcome(data: bytes) -> str:
    """What reading a file gives: ``ok`` or the code of the refusal."""
    try:
        TrustList.from_bytes(data)
    except TrustListError as error:
        return error.code
    return "ok"


def body(change: Callable[[dict[Any, Any]], object]) -> bytes:
    """The good file with its list's body changed and signed again."""
    return world(change).file()


def outer(change: Callable[[list[Any]], object]) -> bytes:
    """The good file with its messages changed and not signed again."""
    return world().file(change)


def of_list(change: Callable[[list[list[Any]]], object]) -> bytes:
    """The good file with the signatures of its list changed."""
    return outer(lambda file: change(file[1].value[3]))
