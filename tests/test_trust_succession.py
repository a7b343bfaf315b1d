"""`compare` by itself, where a vector cannot reach: both directions, colliding kids, large numbers, its words.

The import rules as such are vectors (test_trust_scenarios.py).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from qrcert.errors import TrustListError
from qrcert.trust import Succession, TrustList, compare, require_one_chain
from trust_maker import (
    HEALTHY,
    STOLEN,
    TEST,
    VOID,
    RootPlan,
    World,
    by_first,
    following,
    key_entry,
    key_in,
    people,
    school_in,
    school_key,
    world,
)


def read(made: World) -> TrustList:
    return TrustList.from_bytes(made.file())


@pytest.fixture(scope="module")
def stored() -> TrustList:
    return read(world())


def next_list(change: Callable[[dict[Any, Any]], object]) -> TrustList:
    return read(following(world(), change))


def code_of(stored: TrustList, new: TrustList) -> str:
    with pytest.raises(TrustListError) as caught:
        compare(stored, new)
    return caught.value.code


def lost_in(stored: TrustList, new: TrustList) -> tuple[str, ...]:
    """What a repair of everything would have to confirm."""
    with pytest.raises(TrustListError, match="key") as caught:
        compare(stored, new)
    assert caught.value.code == "went_back"
    return tuple(str(caught.value).split(", and "))


def test_a_first_list_is_compared_with_nothing(stored: TrustList) -> None:
    assert compare(None, stored) == Succession("first", ())


def test_the_next_list(stored: TrustList) -> None:
    assert compare(stored, next_list(lambda body: None)) == Succession("newer", ())
    assert compare(stored, stored) == Succession("same", ())


# ---------------------------------------------------------------------------------------- both directions


def twins(change: Callable[[World], object]) -> tuple[TrustList, TrustList]:
    """The good list and another; nobody knows which of their hashes is the greater."""
    other = world()
    change(other)
    return read(world()), read(other)


@pytest.mark.parametrize(
    ("expected", "change"),
    [
        ("other_contents", lambda made: made.body.update({1: "elsewhere"})),
        ("fork", lambda made: made.roots[1].changes.update({9: 1})),
        ("unknown_authority", lambda made: made.roots[0].changes.update({9: 1})),
    ],
)
def test_neither_of_two_is_taken_over_the_other(expected: str, change: Callable[[World], object]) -> None:
    one, two = twins(change)
    assert code_of(one, two) == code_of(two, one) == expected


def test_chains_are_compared_as_far_as_both_go() -> None:
    one, two = twins(lambda made: made.roots[1].changes.update({9: 1}))
    longer = world()
    longer.roots.append(RootPlan(people("CDE"), people("CD")))
    longer.signed_by = people("CD")
    third = read(longer)
    for pair in ((one, third), (third, one), (one, one)):
        require_one_chain(*pair)
    for pair in ((two, third), (third, two), (one, two), (two, one)):
        with pytest.raises(TrustListError, match="another chain of roots") as caught:
            require_one_chain(*pair)
        assert caught.value.code == "fork"
        assert caught.value.hint


def test_the_list_before_is_compared_whichever_hash_is_greater(stored: TrustList) -> None:
    for named in (bytes(32), b"\xff" * 32):
        assert code_of(stored, next_list(lambda body, named=named: body.update({4: named}))) == "not_next"


# --------------------------------------------------------------------------------------------------- keys


@pytest.mark.parametrize(
    "change", [{"public": bytes(32)}, {"public": b"\xff" * 32}, {"alg": -9}, {"alg": -50}]
)
def test_another_key_of_the_same_kid_is_another_key(change: dict[str, Any], stored: TrustList) -> None:
    """2^64 work for a thief; the entry that was pinned is gone all the same."""
    new = next_list(lambda body: None)
    pins = [pin._replace(**change) if pin.kid == HEALTHY.kid else pin for pin in stored.pins()]
    with pytest.raises(TrustListError, match=rf"^key {HEALTHY.kid.hex()} of school 10 is gone$") as caught:
        compare(stored, new, pins=pins)
    assert caught.value.code == "went_back"


def test_only_the_pins_that_are_given_are_compared(stored: TrustList) -> None:
    new = next_list(lambda body: key_in(body, VOID).pop(5))
    assert code_of(stored, new) == "went_back"
    assert compare(stored, new, pins=[]) == Succession("newer", ())
    some = [pin for pin in stored.pins() if pin.kid != VOID.kid]
    assert compare(stored, new, pins=some) == Succession("newer", ())


def test_large_numbers_are_compared_by_value() -> None:
    """Schools, days and versions beyond what an interpreter keeps as one object."""

    def large(body: dict[Any, Any]) -> None:
        body[3] = 10**15
        body[9].append({0: 10**15, 1: [[0, "Far School"]], 2: "Far", 3: [key_entry(school_key("far"))]})

    made = world(large)
    assert compare(read(made), read(following(made))) == Succession("newer", ())
    assert compare(read(made), read(made)) == Succession("same", ())


# -------------------------------------------------------------------------------------------------- words


def moved(body: dict[Any, Any], key: Any, place: int, to: int) -> None:
    entry = key_in(body, key)
    school_in(body, place)[3] = [one for one in school_in(body, place)[3] if one[0] != key.public]
    school_in(body, to)[3] = by_first([*school_in(body, to)[3], entry])


@pytest.mark.parametrize(
    ("key", "words", "change"),
    [
        (STOLEN, "is gone", lambda body: school_in(body, 12).update({3: []})),
        (VOID, "is active again, was void", lambda body: key_in(body, VOID).pop(5)),
        (
            VOID,
            "is compromised again, was void",
            lambda body: key_in(body, VOID).update({5: [1, 20_600]}),
        ),
        (STOLEN, "is active again, was compromised", lambda body: key_in(body, STOLEN).pop(5)),
        (TEST, "is a test key no more", lambda body: key_in(body, TEST).pop(7)),
        (HEALTHY, "became a test key", lambda body: key_in(body, HEALTHY).update({7: 1})),
        (HEALTHY, "moved to school 14", lambda body: moved(body, HEALTHY, 10, 14)),
        (VOID, "moved to school 10", lambda body: moved(body, VOID, 11, 10)),
        (
            HEALTHY,
            "has another first day: 19901, was 19900",
            lambda body: key_in(body, HEALTHY).update({2: 19_901}),
        ),
        (
            HEALTHY,
            "has another first day: 19899, was 19900",
            lambda body: key_in(body, HEALTHY).update({2: 19_899}),
        ),
    ],
)
def test_what_went_back_is_told(key: Any, words: str, change: Any, stored: TrustList) -> None:
    school = {entry.kid: entry.school.id for entry in stored.keys}[key.kid]
    assert lost_in(stored, next_list(change)) == (f"key {key.kid.hex()} of school {school} {words}",)


def test_the_first_loss_is_told_and_how_many_more(stored: TrustList) -> None:
    def change(body: dict[Any, Any]) -> None:
        key_in(body, VOID).pop(5)
        key_in(body, TEST).pop(7)

    first, more = lost_in(stored, next_list(change))
    assert first == f"key {VOID.kid.hex()} of school 11 is active again, was void"
    assert more == "1 more"

    def another(body: dict[Any, Any]) -> None:
        change(body)
        key_in(body, HEALTHY).update({7: 1})

    first, more = lost_in(stored, next_list(another))
    assert (first.split()[1], more) == (HEALTHY.kid.hex(), "2 more")
