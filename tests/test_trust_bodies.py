"""The scenario table of the layout, rows 53 to 101, 140 and 141: what a list says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from qrcert.trust import TrustList, entries
from qrcert.trust.merkle import Tree
from qrcert.trust.seasons import key_leaf
from trust_maker import (
    DAY,
    HEALTHY,
    LATE,
    NEVER,
    P256,
    ROOT_UNTIL,
    STOLEN,
    RootPlan,
    Rows,
    World,
    body,
    by_first,
    good_file,
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
)

ROWS = Rows()
case = ROWS.case

ORDER_8 = (
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
)


# -------------------------------------------------------------------------------------- the labels


@case(53, "ok")
def unknown_labels_in_list_school_and_key() -> bytes:
    def change(b: dict[Any, Any]) -> None:
        for where in (b, school_in(b, 12), key_in(b, HEALTHY)):
            where[20] = ["later", 1]

    return body(change)


@case(54, "needs_newer")
def parts() -> bytes:
    return body(lambda b: b.update({-2: []}))


@case(55, "needs_newer")
def negative_label_in_a_key() -> bytes:
    return body(lambda b: key_in(b, HEALTHY).update({-1: DAY}))


@case(56, "malformed")
def text_label() -> bytes:
    return body(lambda b: b.update({"name": 1}))


@case(57, "malformed")
def label_missing() -> bytes:
    return body(lambda b: b.pop(10))


# ---------------------------------------------------------------------------------------- the body


@case(58, "dates")
def next_update_before_issued() -> bytes:
    return body(lambda b: b.update({6: DAY - 1}))


@case(59, "dates")
def next_update_after_the_root() -> bytes:
    return body(lambda b: b.update({6: ROOT_UNTIL + 1}))


@case(60, "malformed")
def day_0() -> bytes:
    return body(lambda b: b.update({5: 0}))


@case(61, "order")
def two_schools_with_one_id() -> bytes:
    return body(lambda b: school_in(b, 11).update({0: 10}))


@case(62, "order")
def schools_unsorted() -> bytes:
    return body(lambda b: b[9].reverse())


@case(63, "same_kid")
def one_key_in_two_schools() -> bytes:
    return body(lambda b: school_in(b, 11).update({3: [key_entry(HEALTHY)]}))


@case(64, "order")
def one_key_twice_in_a_school() -> bytes:
    return body(lambda b: school_in(b, 12)[3].append(school_in(b, 12)[3][0]))


def with_key(public: bytes, **changes: Any) -> bytes:
    """The good file with a key of these bytes as the only one of school 11."""
    entry = key_entry(HEALTHY, l0=public, **changes)
    return body(lambda b: school_in(b, 11).update({3: [entry]}))


@case(65, "weak_key")
def small_order_school_key() -> bytes:
    return with_key(NEVER)


@case(66, "weak_key")
def school_key_of_order_8() -> bytes:
    return with_key(bytes.fromhex(ORDER_8[0]))


@case(67, "weak_key")
def other_school_key_of_order_8() -> bytes:
    return with_key(bytes.fromhex(ORDER_8[1]))


@case(68, "weak_key")
def non_canonical_school_key() -> bytes:
    return with_key((2**255 - 19 + 9).to_bytes(32, "little"))


@case(69, "weak_key")
def point_off_the_curve() -> bytes:
    off = P256.public[:63] + bytes([P256.public[63] ^ 1])
    return with_key(off, l1=-9)


@case(70, "malformed")
def key_of_31_bytes() -> bytes:
    return with_key(bytes(31))


@case(71, "ok")
def key_of_a_later_algorithm() -> bytes:
    return with_key(bytes(31), l1=-50)


@case(72, "two_roles")
def key_of_a_signer_as_a_schools() -> bytes:
    return with_key(person("A").ed25519.public)


@case(73, "dates")
def window_upside_down() -> bytes:
    return body(lambda b: key_in(b, HEALTHY).update({2: DAY, 3: DAY - 1}))


@case(74, "dangling")
def key_with_rights_that_are_not_there() -> bytes:
    return body(lambda b: key_in(b, HEALTHY).update({4: 1}))


@case(75, "dangling")
def rights_with_a_form_that_is_not_there() -> bytes:
    return body(lambda b: b[8].append([9, [bytes(16)]]))


@case(76, "dangling")
def successor_that_is_not_there() -> bytes:
    return body(lambda b: school_in(b, 14).update({5: 99}))


@case(77, "dangling")
def school_its_own_successor() -> bytes:
    return body(lambda b: school_in(b, 14).update({5: 14}))


@case(78, "malformed")
def status_3() -> bytes:
    return body(lambda b: key_in(b, HEALTHY).update({5: [3, DAY]}))


@case(79, "malformed")
def flag_of_0() -> bytes:
    return body(lambda b: key_in(b, HEALTHY).update({7: 0}))


@case(80, "order")
def a_form_twice() -> bytes:
    return body(lambda b: b[7].insert(0, b[7][0]))


@case(81, "same_form")
def two_forms_with_one_hash(monkeypatch: pytest.MonkeyPatch) -> bytes:
    data = good_file()
    monkeypatch.setattr(entries, "form_hash", lambda form: hash16(b"one for all"))
    return data


@case(82, "too_big")
def too_many_forms() -> bytes:
    return body(lambda b: b.update({7: [[n.to_bytes(2, "big"), {}] for n in range(1001)]}))


@case(83, "malformed")
def form_too_long() -> bytes:
    return body(lambda b: b[7].append([b"\xff" * 65_537, {}]))


@case(84, "malformed")
def translation_under_a_word() -> bytes:
    return body(lambda b: b[7][0].__setitem__(1, {"english": ["Paper", "Name"]}))


@case(85, "order")
def withdrawals_unsorted() -> bytes:
    return body(lambda b: b[10].reverse())


@case(86, "order")
def one_name_withdrawn_twice() -> bytes:
    return body(lambda b: b[10].append([b[10][-1][0], DAY, 2]))


@case(87, "malformed")
def withdrawal_of_kind_4() -> bytes:
    return body(lambda b: b[10][1].__setitem__(2, 4))


@case(88, "order")
def two_seasons_on_one_day() -> bytes:
    return body(lambda b: b[11][0].__setitem__(0, b[11][1][0]))


@case(89, "order")
def two_seasons_with_one_root() -> bytes:
    return body(lambda b: b[11].append([DAY - 1, *b[11][1][1:]]))


# -------------------------------------------------------------------------------------- the leaves


def leaves(change: Callable[[list[Any]], object]) -> bytes:
    """The good file with the leaves of the stolen key changed: ``[digests, [index, size, siblings]]``."""
    return body(lambda b: change(key_in(b, STOLEN)[6][0]))


@case(90, "bad_leaves")
def leaves_dropped_by_one() -> bytes:
    return leaves(lambda one: one.__setitem__(0, one[0][32:]))


@case(91, "bad_leaves")
def one_leaf_altered() -> bytes:
    return leaves(lambda one: one.__setitem__(0, one[0][:-1] + bytes([one[0][-1] ^ 1])))


@case(92, "bad_leaves")
def leaf_added_by_the_thief() -> bytes:
    digests = sorted([*season().leaves(STOLEN.kid), paper(STOLEN, 200)])
    return leaves(lambda one: one.__setitem__(0, b"".join(digests)))


@case(93, "order")
def leaves_unsorted() -> bytes:
    return leaves(lambda one: one.__setitem__(0, one[0][32:] + one[0][:32]))


@case(94, "malformed")
def leaves_of_33_bytes() -> bytes:
    return leaves(lambda one: one.__setitem__(0, one[0][:33]))


def in_path(place: int, value: int) -> bytes:
    return leaves(lambda one: one[1].__setitem__(place, value))


@case(95, "bad_leaves")
def wrong_index() -> bytes:
    good = season().leaves(STOLEN.kid).path
    return in_path(0, (good.index + 1) % good.size)


@case(96, "bad_leaves")
def wrong_size() -> bytes:
    return in_path(1, season().keys + 1)


@case(97, "bad_leaves")
def index_is_size() -> bytes:
    return in_path(0, season().keys)


@case(98, "bad_leaves")
def path_too_long() -> bytes:
    return leaves(lambda one: one[1][2].append(bytes(32)))


@case(99, "bad_leaves")
def path_too_short() -> bytes:
    return leaves(lambda one: one[1][2].pop())


@case(100, "bad_leaves")
def leaves_of_another_key() -> bytes:
    return body(lambda b: key_in(b, LATE).update({6: [leaves_of(season(), STOLEN)]}))


@case(101, "bad_leaves")
def season_not_in_the_list() -> bytes:
    return body(lambda b: b[11].pop())


@pytest.mark.parametrize("row", sorted(ROWS))
def test_scenario(row: int, monkeypatch: pytest.MonkeyPatch) -> None:
    expected, make = ROWS[row]
    data = make(monkeypatch) if make.__code__.co_argcount else make()
    assert outcome(data) == expected


def test_every_row_is_there() -> None:
    assert set(ROWS) == set(range(53, 102))


# ------------------------------------------------------------------------------ own lists, ends, and more


def test_row_140_own_list() -> None:
    trust = TrustList.from_bytes(own_list().file())
    assert trust.own
    assert not TrustList.from_bytes(good_file()).own


@pytest.mark.parametrize(
    "change",
    [
        lambda made: made.body[9][0][1].append([DAY, "Dance and Song School"]),
        lambda made: made.body[9].append({0: 2, 1: [[0, "Dance School"]], 2: "x", 3: []}),
        lambda made: made.roots.append(RootPlan(people("A"), people("A"), (1, 1))),
        lambda made: made.roots.__setitem__(0, RootPlan(people("AB"), people("A"), (1, 1))),
    ],
)
def test_a_list_that_is_not_a_schools_own(change: Callable[[World], object]) -> None:
    made = own_list()
    change(made)
    assert not TrustList.from_bytes(made.file()).own


def test_row_141_effective_end() -> None:
    assert TrustList.from_bytes(good_file()).effective_end == DAY + 90
    assert TrustList.from_bytes(body(lambda b: b.update({6: DAY + 1095}))).effective_end == DAY + 400


@pytest.mark.parametrize(
    ("expected", "make"),
    [
        ("malformed", lambda: body(lambda b: b.update({24: 1}))),
        ("malformed", lambda: body(lambda b: b.update({-25: 1}))),
        ("malformed", lambda: body(lambda b: b.update({0: ""}))),
        ("malformed", lambda: body(lambda b: b.update({0: "ж" * 501}))),
        ("ok", lambda: body(lambda b: b.update({0: "ж" * 500}))),
        ("malformed", lambda: body(lambda b: b.update({3: 0}))),
        ("unreadable", lambda: body(lambda b: b.update({20: True}))),
        ("malformed", lambda: body(lambda b: b.update({2: bytes(31)}))),
        ("wrong_root", lambda: body(lambda b: b.update({2: bytes(32)}))),
        ("malformed", lambda: body(lambda b: b.update({9: {}}))),
        ("malformed", lambda: body(lambda b: b[9].append([]))),
        ("malformed", lambda: body(lambda b: b[7][0].__setitem__(1, {"en": []}))),
        ("malformed", lambda: body(lambda b: b[7][0].__setitem__(1, {1: ["a"]}))),
        ("malformed", lambda: body(lambda b: b[7][0].__setitem__(1, {"en": [1]}))),
        ("malformed", lambda: body(lambda b: b[11][0].__setitem__(2, 1))),
        ("malformed", lambda: body(lambda b: b[8].append([9, []]))),
        ("order", lambda: body(lambda b: b[8][0][1].reverse())),
        ("order", lambda: body(lambda b: school_in(b, 10)[1].reverse())),
        ("malformed", lambda: body(lambda b: school_in(b, 10).update({1: []}))),
        ("malformed", lambda: body(lambda b: key_in(b, HEALTHY).update({1: 19}))),
        ("dangling", lambda: with_key(bytes(31), l1=-50, l4=77)),
        ("needs_newer", lambda: with_key(bytes(31), **{"l1": -50, "l-3": 1})),
        ("ok", lambda: body(lambda b: b.update({-1: DAY}))),
        ("malformed", lambda: body(lambda b: b.update({-1: 1}))),
        ("bad_leaves", lambda: body(lambda b: twice_in_one_season(b))),
    ],
)
def test_other_faults(expected: str, make: Callable[[], bytes]) -> None:
    assert outcome(make()) == expected


def twice_in_one_season(b: dict[Any, Any]) -> None:
    """One key with two leaves in one season: two entries climb to the same root."""
    parts = [sorted([paper(STOLEN, 50 + n), paper(STOLEN, 60 + n)]) for n in range(2)]
    data = sorted(key_leaf(STOLEN.kid, 2, Tree(part).root) for part in parts)
    tree = Tree(data)
    b[11].append([DAY - 1, 2, 4, tree.root])
    entry = []
    for part in parts:
        path = tree.path(data.index(key_leaf(STOLEN.kid, 2, Tree(part).root)))
        entry.append([b"".join(part), [path.index, path.size, list(path.siblings)]])
    key_in(b, STOLEN)[6] = by_first(entry)


def test_a_key_of_a_later_algorithm_is_left_out() -> None:
    trust = TrustList.from_bytes(with_key(bytes(31), l1=-50))
    assert [entry.school.id for entry in trust.keys] == [10, 10, 12, 13, 13, 14, 14]
