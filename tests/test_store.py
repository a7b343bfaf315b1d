"""The store: the import rules, rows 114 to 139 and 147 of the layout."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from qrcert.store import Store
from qrcert.trust import TrustList
from stores import fingerprint, put, stored
from trust_maker import (
    DAY,
    HEALTHY,
    STOLEN,
    TEST,
    VOID,
    RootPlan,
    World,
    by_first,
    following,
    good_file,
    key_in,
    leaves_of,
    one_root,
    people,
    school_in,
    season,
    season_entry,
    world,
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "lists")


# ----------------------------------------------------------------------------------------- rows 114 to 139


@dataclass(frozen=True)
class Step:
    """A row: the list that is stored, the one that comes, and what importing it gives."""

    row: int
    expected: str
    before: Callable[[], World]
    after: Callable[[World], World]


def then(change: Callable[[dict[Any, Any]], object]) -> Callable[[World], World]:
    return lambda before: following(before, change)


def new_root(before: World, change: Callable[[World], object] | None = None, **root: Any) -> World:
    """The list of the same authority under root 3, its version starting again."""
    after = following(before)
    after.roots.append(RootPlan(people("CDE"), people("CD"), **root))
    after.signed_by = people("CD")
    after.body[3] = 1
    if change is not None:
        change(after)
    return after


def signed_by(names: str) -> Callable[[World], World]:
    def change(before: World) -> World:
        return World(before.roots, before.body, people(names))

    return change


def at_version(version: int, **changes: Any) -> Callable[[World], World]:
    def change(before: World) -> World:
        return following(before, lambda body: body.update({3: version, 1: changes.get("where", "x")}))

    return change


def moved(body: dict[Any, Any]) -> None:
    school_in(body, 12)[3] = by_first([*school_in(body, 12)[3], key_in(body, HEALTHY)])
    school_in(body, 10)[3] = [one for one in school_in(body, 10)[3] if one[0] != HEALTHY.public]


def without_seasons(body: dict[Any, Any]) -> None:
    body[11] = body[11][:1]
    del key_in(body, STOLEN)[6]


def with_cutover() -> World:
    return world(lambda body: body.update({-1: DAY}))


def stolen_versions() -> World:
    return world(lambda body: body.update({3: 2**53 - 1}))


def forked(before: World) -> World:
    """Another root 2, as thieves of root 1's keys would make it."""
    after = following(before)
    after.roots[1] = RootPlan(people("BXY"), people("ABXY"))
    after.signed_by = people("XY")
    return after


def gone(body: dict[Any, Any]) -> None:
    del school_in(body, 12)[3][0]


def without_form(body: dict[Any, Any]) -> None:
    kept = [form for form in body[7] if form[0] != b"\xa1\x65later\x01"]
    hashes = {sha256(form[0]).digest()[:16] for form in kept}
    body[7] = kept
    body[8] = [[number, [one for one in forms if one in hashes]] for number, forms in body[8]]


ROWS = [
    Step(117, "imported", world, following),
    Step(118, "same", world, lambda before: before),
    Step(119, "same", world, signed_by("BD")),
    Step(120, "other_contents", world, at_version(7)),
    Step(121, "older", world, at_version(6)),
    Step(122, "not_next", world, then(lambda body: body.update({4: bytes(32)}))),
    Step(123, "imported", world, at_version(9)),
    Step(124, "imported", world, new_root),
    Step(125, "imported", stolen_versions, new_root),
    Step(126, "older", lambda: new_root(world()), lambda before: world()),
    Step(127, "fork", world, forked),
    Step(128, "went_back", world, then(gone)),
    Step(129, "went_back", world, then(lambda body: key_in(body, VOID).pop(5))),
    Step(130, "went_back", world, then(moved)),
    Step(131, "went_back", world, then(lambda body: key_in(body, HEALTHY).update({2: DAY - 701}))),
    Step(132, "went_back", world, then(lambda body: key_in(body, TEST).pop(7))),
    Step(133, "imported", world, then(lambda body: key_in(body, HEALTHY).update({3: DAY + 1}))),
    Step(134, "went_back", world, then(without_form)),
    Step(135, "went_back", world, then(without_seasons)),
    Step(136, "imported", world, then(lambda body: body[10].pop())),
    Step(137, "went_back", with_cutover, then(lambda body: body.pop(-1))),
    Step(138, "unknown_authority", world, lambda before: another_authority()),
]


def another_authority() -> World:
    names = people("UVW")
    return World([RootPlan(names, names[:2])], world().body, names[:2])


@pytest.mark.parametrize("step", ROWS, ids=[str(step.row) for step in ROWS])
def test_scenario(step: Step, store: Store) -> None:
    before = step.before()
    stored(store, before)
    good = store.lists()[0].file
    assert put(store, step.after(before)) == step.expected
    if step.expected != "imported":
        assert store.lists()[0].file == good
    for trust in store.lists():
        trust.check()


def test_rows_114_to_116_and_147_first_import(store: Store) -> None:
    asked: list[tuple[str, tuple[str, ...]]] = []

    def no(trust: TrustList, lost: tuple[str, ...]) -> bool:
        asked.append((trust.authority, lost))
        return False

    assert put(store, good_file()) == "unknown_authority"
    assert put(store, good_file(), confirm=no) == "unknown_authority"
    assert asked == [("Test Authority", ())]
    assert put(store, good_file(), fingerprint="00" * 32) == "wrong_fingerprint"
    assert put(store, good_file(), fingerprint="nonsense") == "wrong_fingerprint"
    assert put(store, good_file(), fingerprint=fingerprint(one_root().file())) == "wrong_fingerprint"
    assert store.lists() == ()
    assert put(store, good_file(), confirm=lambda trust, lost: True) == "imported"
    assert put(store, good_file(), confirm=no) == "same"
    assert len(asked) == 1


def test_a_fingerprint_may_be_written_in_groups(store: Store) -> None:
    digits = fingerprint(good_file()).upper()
    groups = " ".join(digits[at : at + 4] for at in range(0, 64, 4))
    assert put(store, good_file(), fingerprint=groups) == "imported"


def test_the_pin_moves_forward_by_the_chain(store: Store) -> None:
    before = world()
    stored(store, before)
    after = new_root(before)
    assert put(store, after, fingerprint="00" * 32) == "wrong_fingerprint"
    assert put(store, after, fingerprint=fingerprint(good_file())) == "imported"
    assert store.lists()[0].root_version == 3


def test_row_139_two_authorities_side_by_side(store: Store) -> None:
    stored(store, world())
    stored(store, another_authority())
    assert [trust.authority for trust in store.lists()] == ["Test Authority"] * 2
    assert len({trust.identity for trust in store.lists()}) == 2


def repaired(before: World) -> World:
    def change(after: World) -> None:
        gone(after.body)
        del key_in(after.body, VOID)[5]

    return new_root(before, change, changes={6: 1})


def test_a_repair_asks_about_what_went_back(store: Store) -> None:
    asked: list[tuple[str, ...]] = []

    def answer(trust: TrustList, lost: tuple[str, ...]) -> bool:
        asked.append(lost)
        return len(asked) > 1

    before = world()
    stored(store, before)
    assert put(store, repaired(before)) == "went_back"
    assert put(store, repaired(before), confirm=answer) == "went_back"
    assert put(store, repaired(before), fingerprint=fingerprint(good_file())) == "wrong_fingerprint"
    assert put(store, repaired(before), confirm=answer) == "imported"
    assert asked[0] == asked[1]
    assert set(asked[0]) == {
        f"key {STOLEN.kid.hex()} of school 12 is gone",
        f"key {VOID.kid.hex()} of school 11 is active again, was void",
    }


def test_a_repair_in_scripts_names_the_fingerprint(store: Store) -> None:
    before = world()
    stored(store, before)
    after = repaired(before).file()
    assert put(store, after, fingerprint=fingerprint(after)) == "imported"


def test_a_repair_that_was_missed_still_asks(store: Store) -> None:
    """Root 3 mends a theft, root 4 is an ordinary one: who missed root 3 is asked, not locked out."""
    before = world()
    stored(store, before)
    after = repaired(before)
    after.roots.append(RootPlan(people("CDE"), people("CD")))
    assert put(store, after) == "went_back"
    assert put(store, after, confirm=lambda trust, lost: bool(lost)) == "imported"


def test_without_a_repair_a_new_root_lifts_nothing(store: Store) -> None:
    before = world()
    stored(store, before)
    after = new_root(before, lambda made: gone(made.body))
    assert put(store, after, confirm=lambda trust, lost: True) == "went_back"


def test_a_repair_that_loses_nothing_asks_nothing(store: Store) -> None:
    before = world()
    stored(store, before)
    assert put(store, new_root(before, changes={6: 1})) == "imported"


def test_a_root_of_the_past_cannot_lift_anything(store: Store) -> None:
    before = world()
    before.roots[1].changes[6] = 1
    stored(store, before)
    assert put(store, following(before, gone), confirm=lambda trust, lost: True) == "went_back"


@pytest.mark.parametrize(
    ("expected", "change"),
    [
        ("imported", lambda body: key_in(body, HEALTHY).update({5: [1, DAY]})),
        ("imported", lambda body: key_in(body, STOLEN).update({5: [2, DAY]})),
        ("went_back", lambda body: key_in(body, VOID).update({5: [1, DAY]})),
        ("went_back", lambda body: key_in(body, HEALTHY).update({7: 1})),
        ("imported", lambda body: key_in(body, HEALTHY).update({4: 3})),
        ("imported", lambda body: school_in(body, 10)[1].append([DAY, "Gymnasium"])),
        ("imported", lambda body: body[7][0].__setitem__(1, {"tt": ["Кәгазь", "Исем"]})),
        ("imported", lambda body: body[11].append(season_entry(season(2), DAY))),
        ("went_back", lambda body: body[11][0].__setitem__(2, body[11][0][2] + 1)),
        ("imported", lambda body: key_in(body, HEALTHY).update({6: [leaves_of(season(), HEALTHY)]})),
    ],
)
def test_what_may_change_and_what_may_not(expected: str, change: Any, store: Store) -> None:
    stored(store, world())
    assert put(store, following(world(), change)) == expected
