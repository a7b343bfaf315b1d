"""Every label of every map in a list: it is missed where it is due, and has one kind of value and a range."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from qrcert import cbor
from qrcert.errors import TrustListError
from qrcert.trust import SeasonTree, TrustList, compile_form, list_payload, open_form, root_payload
from trust_maker import (
    DAY,
    HEALTHY,
    NEVER,
    P256,
    ROOT_UNTIL,
    STOLEN,
    RootPlan,
    World,
    by_first,
    hash16,
    key_entry,
    key_in,
    leaves_of,
    outcome,
    own_list,
    paper,
    people,
    person,
    school_in,
    season,
    season_entry,
    world,
)

FIRST_DAY, LAST_DAY = 18262, 84005
FIRST_ANY_DAY = -62091
MOST = 2**53 - 1

Body = dict[Any, Any]


@dataclass
class Spoilt(RootPlan):
    """A root whose body is spoiled before it is signed."""

    spoil: Callable[[Body], object] = dict.copy

    def body(self, version: int, previous: bytes) -> Body:
        body = super().body(version, previous)
        self.spoil(body)
        return body


def root(spoil: Callable[[Body], object]) -> World:
    """The good file with root 2 spoiled."""
    made = world()
    made.roots[1] = Spoilt(people("BCD"), people("BC"), spoil=spoil)
    return made


def the_list(spoil: Callable[[Body], object]) -> World:
    return world(spoil)


def a_school(spoil: Callable[[Body], object]) -> World:
    return world(lambda body: spoil(school_in(body, 14)))


def a_key(spoil: Callable[[Body], object]) -> World:
    return world(lambda body: spoil(key_in(body, STOLEN)))


Where = Callable[[Callable[[Body], object]], World]

LABELS: dict[Where, tuple[set[int], set[int]]] = {
    root: ({0, 1, 2, 3, 4, 5}, {6}),
    the_list: ({*range(12)}, {-1}),
    a_school: ({0, 1, 2, 3}, {4, 5, 6}),
    a_key: ({0, 1, 2, 3, 4}, {5, 6, 7}),
}
"""Of each map: the labels that are due, and those that may be absent."""


DUE = [(where, label) for where, (due, _) in LABELS.items() for label in sorted(due)]
ALL = [(where, label) for where, (due, free) in LABELS.items() for label in sorted(due | free)]


def named(value: object) -> str:
    return getattr(value, "__name__", str(value))


def found(where: Where, spoil: Callable[[Body], object]) -> str:
    return outcome(where(spoil).file())


@pytest.mark.parametrize(("where", "label"), DUE, ids=named)
def test_a_label_that_is_missing(where: Where, label: int) -> None:
    assert found(where, lambda body: body.pop(label)) == "malformed"


@pytest.mark.parametrize("label", [4, 5])
def test_a_label_that_may_be_missing(label: int) -> None:
    assert found(a_school, lambda body: body.pop(label)) == "ok"


@pytest.mark.parametrize(("where", "label"), ALL, ids=named)
def test_a_label_of_another_kind(where: Where, label: int) -> None:
    """No label anywhere holds a map, and none holds what another kind of label does."""
    for value in ({}, {0: 0}):
        assert found(where, lambda body, value=value: body.update({label: value})) == "malformed"


EDGES: list[tuple[Where, int, Any, Any]] = [
    (root, 2, LAST_DAY, LAST_DAY + 1),
    (the_list, 0, "a", ""),
    (the_list, 0, "a" * 1000, "a" * 1001),
    (the_list, 0, "ж" * 500, "ж" * 500 + "a"),
    (the_list, 1, "𝔞" * 250, "𝔞" * 251),
    (the_list, 3, 1, 0),
    (the_list, 3, MOST, -1),
    (the_list, 4, bytes(32), bytes(33)),
    (the_list, -1, FIRST_DAY, FIRST_DAY - 1),
    (the_list, -1, LAST_DAY, LAST_DAY + 1),
    (a_school, 0, 14, 0),
    (a_school, 0, MOST, -1),
    (a_school, 2, "a", b"a"),
    (a_school, 4, FIRST_ANY_DAY, FIRST_ANY_DAY - 1),
    (a_school, 4, LAST_DAY, LAST_DAY + 1),
    (a_school, 6, "a", ""),
    (a_key, 2, FIRST_DAY, FIRST_DAY - 1),
    (a_key, 3, LAST_DAY, LAST_DAY + 1),
    (a_key, 4, 0, -1),
    (a_key, 5, [1, FIRST_DAY], [0, FIRST_DAY]),
    (a_key, 5, [2, LAST_DAY], [3, LAST_DAY]),
    (a_key, 5, [1, FIRST_DAY], [1, FIRST_DAY - 1]),
    (a_key, 5, [1, FIRST_DAY], [1, FIRST_DAY, 0]),
    (a_key, 5, [1, FIRST_DAY], [1]),
    (a_key, 7, 1, 0),
    (a_key, 7, 1, 2),
]


@pytest.mark.parametrize(("where", "label", "inside", "outside"), EDGES)
def test_the_edges_of_a_range(where: Where, label: int, inside: Any, outside: Any) -> None:
    assert found(where, lambda body: body.update({label: inside})) == "ok"
    assert found(where, lambda body: body.update({label: outside})) == "malformed"


@pytest.mark.parametrize(
    ("label", "rows"),
    [
        (1, [[FIRST_ANY_DAY, "a"], [LAST_DAY, "b"]]),
        (1, [[0, "a" * 1000]]),
    ],
)
def test_names_of_schools_at_their_edges(label: int, rows: list[Any]) -> None:
    assert found(a_school, lambda body: body.update({label: rows})) == "ok"


@pytest.mark.parametrize(
    "rows",
    [
        [[FIRST_ANY_DAY - 1, "a"]],
        [[LAST_DAY + 1, "a"]],
        [[0, ""]],
        [[0, "a" * 1001]],
        [[0]],
        [[0, "a", 0]],
        [{0: 0}],
    ],
)
def test_names_of_schools_beyond_them(rows: list[Any]) -> None:
    assert found(a_school, lambda body: body.update({1: rows})) == "malformed"


ROWS: list[tuple[int, Any, Any]] = [
    (7, [bytes([255]) * 65_536, {}], [bytes([255]) * 65_537, {}]),
    (7, [b"\xff", {"aa": [""]}], [b"\xff", {"a": [""]}]),
    (7, [b"\xff", {"aaa": ["a", ""]}], [b"\xff", {"aaaa": ["a"]}]),
    (7, [b"\xff", {"zz": ["a"]}], [b"\xff", {"zZ": ["a"]}]),
    (7, [b"\xff", {"aa": ["a"]}], [b"\xff", {"aa": "a"}]),
    (7, [b"\xff", {}], [b"\xff", []]),
    (8, [MOST, [hash16(b"\xa1\x65later\x01")]], [MOST, [bytes(15)]]),
    (8, [9, [hash16(b"\xa1\x65later\x01")]], [9, {}]),
    (10, [b"\xff" * 16, FIRST_DAY, 1], [b"\xff" * 17, FIRST_DAY, 1]),
    (10, [b"\xff" * 16, LAST_DAY, 3], [b"\xff" * 16, LAST_DAY + 1, 3]),
    (10, [b"\xff" * 16, FIRST_DAY, 2], [b"\xff" * 16, FIRST_DAY - 1, 2]),
    (10, [b"\xff" * 16, FIRST_DAY, 1], [b"\xff" * 16, FIRST_DAY, 0]),
    (11, [LAST_DAY, 1, 1, bytes(32)], [LAST_DAY + 1, 1, 1, bytes(32)]),
    (11, [DAY, 1, 1, bytes(32)], [DAY, 0, 1, bytes(32)]),
    (11, [DAY, 2, 2, bytes(32)], [DAY, 2, 1, bytes(32)]),
    (11, [DAY, 1, 1, bytes(32)], [DAY, 1, 1, bytes(31)]),
]


@pytest.mark.parametrize(("label", "inside", "outside"), ROWS)
def test_the_edges_of_rows(label: int, inside: Any, outside: Any) -> None:
    assert found(the_list, lambda body: body[label].append(inside)) == "ok"
    assert found(the_list, lambda body: body[label].append(outside)) == "malformed"


def test_days_of_a_list_at_their_edges() -> None:
    def days(issued: int, following: int) -> str:
        return found(the_list, lambda body: body.update({5: issued, 6: following}))

    assert days(FIRST_DAY, FIRST_DAY) == "ok"
    assert days(FIRST_DAY - 1, FIRST_DAY) == "malformed"
    assert days(DAY, ROOT_UNTIL) == "ok"
    assert days(DAY, ROOT_UNTIL + 1) == "dates"
    assert days(DAY + 1, DAY) == "dates"


def test_a_window_of_one_day() -> None:
    assert found(a_key, lambda body: body.update({2: DAY, 3: DAY})) == "ok"
    assert found(a_key, lambda body: body.update({2: DAY + 1, 3: DAY})) == "dates"


@pytest.mark.parametrize(
    ("label", "expected"),
    [(-24, "needs_newer"), (-25, "malformed"), (23, "ok"), (24, "malformed"), ("a", "malformed")],
)
@pytest.mark.parametrize("where", LABELS, ids=named)
def test_labels_that_nobody_knows(where: Where, label: Any, expected: str) -> None:
    assert found(where, lambda body: body.update({label: [0]})) == expected


@pytest.mark.parametrize(
    ("public", "expected"),
    [(P256.public, "malformed"), (HEALTHY.public[:31], "malformed"), (P256.public[:63], "malformed")],
)
def test_keys_have_the_length_of_their_algorithm(public: bytes, expected: str) -> None:
    for alg in (-19, -9):
        entry = key_entry(HEALTHY, l0=public, l1=alg)
        result = outcome(world(lambda body, entry=entry: body[9].append(a_school_of(entry))).file())
        assert result == (expected if (len(public), alg) != (64, -9) else "same_kid")


def a_school_of(*keys: Body) -> Body:
    return {0: 99, 1: [[0, "Last School"]], 2: "Hill", 3: by_first(keys)}


# ------------------------------------------------------------------------------------------- sizes and numbers


def many_signers(count: int, *, signing: int = 1) -> World:
    """One root with so many signers, and a list."""
    names = [person(f"signer {number}") for number in range(count)]
    return World([RootPlan(names, names[:signing], (signing, signing))], world().body, names[:signing])


def test_a_root_has_at_most_16_signers() -> None:
    assert outcome(many_signers(16).file()) == "ok"
    assert outcome(many_signers(17).file()) == "malformed"


def test_all_16_signers_may_be_needed() -> None:
    assert outcome(many_signers(16, signing=16).file()) == "ok"


def test_a_threshold_of_17_is_beyond_all_signers() -> None:
    made = many_signers(16, signing=16)
    made.roots[0].thresholds = (17, 16)
    assert outcome(made.file()) == "malformed"


def test_100_roots_are_a_chain() -> None:
    made = World([RootPlan(people("A"), people("A"), (1, 1)) for _ in range(100)], world().body, people("A"))
    trust = TrustList.from_bytes(made.file())
    assert (trust.root_version, len(trust.root_hashes)) == (100, 100)
    made.roots.append(made.roots[0])
    assert outcome(made.file()) == "too_big"


@pytest.mark.parametrize(("more", "expected"), [(997, "ok"), (998, "too_big")])
def test_a_list_has_at_most_1000_forms(more: int, expected: str) -> None:
    forms = [[b"\xff" + number.to_bytes(2, "big"), {}] for number in range(more)]
    assert found(the_list, lambda body: body[7].extend(forms)) == expected


def test_a_file_has_at_most_64_mib(monkeypatch: pytest.MonkeyPatch) -> None:
    data = world().file()
    from qrcert.trust import messages

    assert messages.MAX_FILE == 67_108_864
    monkeypatch.setattr(messages, "MAX_FILE", len(data))
    assert outcome(data) == "ok"
    monkeypatch.setattr(messages, "MAX_FILE", len(data) - 1)
    assert outcome(data) == "too_big"


@pytest.mark.parametrize(("items", "expected"), [(65_536, "unreadable"), (65_537, "too_big")])
def test_a_file_has_at_most_65536_items(items: int, expected: str) -> None:
    """The outer array is an item too; an array of numbers is no file, however long."""
    assert outcome(cbor.encode([0] * (items - 1))) == expected


def items(value: object) -> int:
    """How many CBOR items a value is."""
    if isinstance(value, dict):
        return 1 + sum(map(items, value)) + sum(map(items, value.values()))
    return 1 + sum(map(items, value)) if isinstance(value, list | tuple) else 1


@pytest.mark.parametrize(("more", "expected"), [(0, "ok"), (1, "too_big")])
def test_a_list_has_at_most_four_million_items(more: int, expected: str) -> None:
    def fill(body: Body) -> None:
        body[12] = []
        body[12] = [0] * (4_000_000 - items(body) + more)

    assert found(the_list, fill) == expected


@pytest.mark.parametrize("data", [b"\x80", b"\x81\x80", b"\x81\x81\x00", b"\x82\x00\x00", b"\xa0", b"\x00"])
def test_a_file_is_an_array_of_two(data: bytes) -> None:
    assert outcome(data) == "unreadable"


# ------------------------------------------------------------------------------------------------ what is read


def test_schools_are_found_by_their_id() -> None:
    trust = TrustList.from_bytes(world(lambda body: body[9].append(a_school_of() | {0: MOST})).file())
    for number in (10, 11, 12, 13, 14, int(str(MOST))):
        school = trust.school(number)
        assert school is not None
        assert school.id == number
    assert [trust.school(number) for number in (0, 9, 15, MOST - 1)] == [None] * 4


def test_a_list_without_schools_is_nobodys_own() -> None:
    made = own_list()
    assert TrustList.from_bytes(made.file()).own
    made.body[9] = []
    assert not TrustList.from_bytes(made.file()).own


def test_a_season_of_many_keys() -> None:
    """More keys than an interpreter has small numbers for: their count is compared by value."""
    others = {bytes([n >> 8, n & 255]) * 4: [bytes([n & 255]) * 32] for n in range(300)}
    tree = SeasonTree(others | {HEALTHY.kid: [paper(HEALTHY, 1), paper(HEALTHY, 2)]})

    def change(body: Body) -> None:
        body[11].append([DAY - 1, tree.keys, tree.certificates, tree.root])
        body[-1] = DAY

    trust = TrustList.from_bytes(world(change).file())
    entry = trust.entry(HEALTHY.kid)
    assert entry is not None
    assert trust.proven(entry, paper(HEALTHY, 1), [tree.proof(HEALTHY.kid, paper(HEALTHY, 1)).to_text()])
    assert not trust.proven(entry, paper(HEALTHY, 2), [tree.proof(HEALTHY.kid, paper(HEALTHY, 1)).to_text()])


def test_leaves_of_a_season_of_many_keys() -> None:
    others = {bytes([n >> 8, n & 255]) * 4: [bytes([n & 255]) * 32] for n in range(300)}
    tree = SeasonTree(others | {STOLEN.kid: [paper(STOLEN, 50)]})

    def change(body: Body) -> None:
        body[11].append([DAY - 1, tree.keys, tree.certificates, tree.root])
        key_in(body, STOLEN)[6] = [leaves_of(tree, STOLEN)]

    entry = TrustList.from_bytes(world(change).file()).entry(STOLEN.kid)
    assert entry is not None
    assert entry.knows(paper(STOLEN, 50))


def test_a_list_of_more_seasons_than_an_interpreter_has_small_numbers() -> None:
    seasons = [[DAY + n, 1, 1, n.to_bytes(32, "big")] for n in range(300)]
    assert found(the_list, lambda body: body[11].extend(seasons)) == "ok"
    seasons[299][3] = seasons[0][3]
    assert found(the_list, lambda body: body[11].extend(seasons)) == "order"


def test_leaves_stand_in_the_order_of_their_digests() -> None:
    """Not of their paths: of two seasons the one with the smaller digests has the greater path."""
    seasons = [season(year) for year in range(2, 12)]
    one, two = next(
        sorted(pair, key=lambda entry: entry[0])
        for first in seasons
        for second in seasons
        if (pair := [leaves_of(first, STOLEN), leaves_of(second, STOLEN)])[0][0] != pair[1][0]
        and (pair[0][0] < pair[1][0]) != (pair[0][1] < pair[1][1])
    )

    def with_leaves(*leaves: object) -> Callable[[Body], None]:
        def change(body: Body) -> None:
            body[11].extend(season_entry(one, DAY + place) for place, one in enumerate(seasons))
            key_in(body, STOLEN)[6] = list(leaves)

        return change

    assert found(the_list, with_leaves(one, two)) == "ok"
    assert found(the_list, with_leaves(two, one)) == "order"


@pytest.mark.parametrize(("alg", "expected"), [(-1, "ok"), (0, "malformed"), (1, "malformed")])
def test_the_number_of_an_algorithm_is_negative(alg: int, expected: str) -> None:
    """One that is not known here may come later, and its key is left out."""
    assert found(a_key, lambda key: key.update({1: alg}) or key.pop(6)) == expected


def test_no_school_is_its_own_successor() -> None:
    def change(body: Body) -> None:
        body[9].append(a_school_of() | {0: 70_000, 5: int("70000")})

    with pytest.raises(TrustListError, match="its own successor") as caught:
        TrustList.from_bytes(the_list(change).file())
    assert caught.value.code == "dangling"


DEEP_FORM = """
id = "test.deep"
language = "en"
title = "Deep"
field = [
    { name = "name", label = "Name", holder = true },
    { name = "marks", label = "Marks", type = "table", free = 1, columns = [
        { name = "mark", label = "Mark", list = [{ code = "A", en = "excellent" }, "good"] },
    ] },
]
"""


def test_a_form_seven_deep_is_understood() -> None:
    """Map, fields, field, columns, column, items, item: no form goes deeper."""
    form = open_form(compile_form(DEEP_FORM))
    assert form is not None
    assert form.id == "test.deep"


def test_everything_that_is_read_is_what_was_signed() -> None:
    """All labels, required and optional, of every map: written again, they give the payloads that were read."""

    def fill(body: Body) -> None:
        body[-1] = DAY - 7
        school_in(body, 14)[6] = "Archive of Hill"

    made = world(fill)
    made.roots[1].changes[6] = 1
    trust = TrustList.from_bytes(made.file())
    assert list_payload(trust.contents) == made.list_payload()
    assert [root_payload(one) for one in trust.roots] == made.root_payloads()
    assert [one.repair for one in trust.roots] == [False, True]
    assert (trust.cutover, trust.contents.previous != NEVER) == (DAY - 7, True)


def test_a_refusal_names_the_place() -> None:
    with pytest.raises(TrustListError, match=r"school 12: key 0: rights 77 are not in the list"):
        TrustList.from_bytes(a_key(lambda body: body.update({4: 77})).file())
