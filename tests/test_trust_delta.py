"""Deltas: rows 142 to 146 of the layout, what the authority makes, and whatever else may come."""

from __future__ import annotations

import functools
import random
import time
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from nation import nation
from qrcert import cbor
from qrcert.errors import TrustListError
from qrcert.store import Store
from qrcert.trust import Delta, TrustList, is_delta, make_delta
from qrcert.trust.delta import MARK, MAX_STEPS, Step
from stores import TODAY, fingerprint, stored
from trust_maker import World, following, good_file, world

MAX_FILE = 64 << 20


@functools.cache
def next_file() -> bytes:
    return following(world(), lambda body: body.update({1: "https://lists.example/newer"})).file()


@functools.cache
def delta() -> bytes:
    return make_delta(good_file(), next_file())


def applied(data: bytes, base: bytes) -> str:
    """What applying a delta gives: ``ok`` for the next file, or the code of the refusal."""
    try:
        made = Delta.from_bytes(data).apply(base)
    except TrustListError as error:
        return error.code
    assert sha256(made).digest() == Delta.from_bytes(data).result
    return "ok"


def spoiled(**changes: Any) -> bytes:
    return replace(Delta.from_bytes(delta()), **changes).to_bytes()


def steps(*more: Step) -> dict[str, Any]:
    return {"steps": (*Delta.from_bytes(delta()).steps, *more)}


# ------------------------------------------------------------------------------------------ the table and its like

ROWS: dict[int, tuple[str, Callable[[], bytes], Callable[[], bytes]]] = {
    142: ("ok", delta, good_file),
    143: ("wrong_base", delta, next_file),
    144: ("wrong_result", lambda: spoiled(steps=Delta.from_bytes(delta()).steps[:-1]), good_file),
    145: ("malformed", lambda: spoiled(**steps(Step(len(good_file()), 1, b"")), length=MAX_FILE), good_file),
    146: ("malformed", lambda: spoiled(steps=(Step(0, len(good_file()), b""),) * 70_000), good_file),
}


@pytest.mark.parametrize("row", ROWS)
def test_row(row: int) -> None:
    expected, data, base = ROWS[row]
    assert applied(data(), base()) == expected


@pytest.mark.parametrize(
    ("expected", "data"),
    [
        ("unreadable", lambda: b""),
        ("unreadable", lambda: delta()[:-1]),
        ("unreadable", lambda: delta() + b"\x00"),
        ("unreadable", lambda: b"\x9b\x00\x00\x01\x00\x00\x00\x00\x00"),
        ("unreadable", lambda: bytes(MAX_FILE)),
        ("too_big", lambda: bytes(MAX_FILE + 1)),
        ("too_big", lambda: b"\x9a\x00\x20\x00\x00" + bytes(1 << 21)),
        ("malformed", lambda: good_file()[:1] + b"\x80\x80"),
        ("malformed", lambda: cbor.encode(["qrcert delta 2", bytes(32), bytes(32), 0, []])),
        ("malformed", lambda: cbor.encode([1, bytes(32), bytes(32), 0, []])),
        ("malformed", lambda: cbor.encode([MARK, bytes(31), bytes(32), 0, []])),
        ("malformed", lambda: cbor.encode([MARK, bytes(32), bytes(32), MAX_FILE + 1, []])),
        ("malformed", lambda: cbor.encode([MARK, bytes(32), bytes(32), -1, []])),
        ("malformed", lambda: cbor.encode([MARK, bytes(32), bytes(32), 0, [[0, 0]]])),
        ("malformed", lambda: cbor.encode([MARK, bytes(32), bytes(32), 0, [[-1, 0, b""]]])),
        ("malformed", lambda: cbor.encode([MARK, bytes(32), bytes(32), 0, [[0, 0, ""]]])),
        ("malformed", lambda: cbor.encode([MARK, bytes(32), bytes(32), 0, [[0, 0, b"x"]]])),
        ("malformed", lambda: cbor.encode([MARK, bytes(32), bytes(32), 1, [[0, 1, b"x"]]])),
        ("too_big", lambda: cbor.encode([MARK, bytes(32), bytes(32), 0, [[0, 0, b""]] * (MAX_STEPS + 1)])),
        ("wrong_base", lambda: cbor.encode([MARK, bytes(32), bytes(32), 0, []])),
        ("wrong_result", lambda: spoiled(length=MAX_FILE)),
        ("wrong_result", lambda: spoiled(result=bytes(32))),
        ("wrong_result", lambda: spoiled(result=b"\xff" * 32)),
    ],
)
def test_what_is_no_delta(expected: str, data: Callable[[], bytes]) -> None:
    given = data()
    start = time.perf_counter()
    assert applied(given, good_file()) == expected
    assert time.perf_counter() - start < 5  # no hang; how fast is for the benches


@pytest.mark.parametrize(
    ("expected", "last"), [("wrong_base", [0, 0, b""]), ("too_big", [0, 0, 0, 0])], ids=["whole", "one more"]
)
def test_as_many_steps_as_are_allowed(expected: str, last: list[Any]) -> None:
    """And not an item more."""
    most = [[0, 0, b""]] * ((1 << 18) - 1)
    assert applied(cbor.encode([MARK, bytes(32), bytes(32), 0, [*most, last]]), good_file()) == expected


def test_a_result_longer_than_promised_is_not_the_one_that_is_named() -> None:
    short = replace(Delta.from_bytes(delta()), length=len(next_file()) - 1)
    with pytest.raises(TrustListError) as caught:
        short.apply(good_file())
    assert caught.value.code == "wrong_result"


def test_a_bomb_is_refused_before_anything_is_built() -> None:
    """A short delta that copies the base again and again: what it may promise is 64 MiB, and it must keep to it."""
    copies = MAX_FILE // len(good_file()) + 1
    bomb = spoiled(steps=(Step(0, len(good_file()), b""),) * copies, length=MAX_FILE)
    assert len(bomb) < 50_000
    with pytest.raises(TrustListError, match=rf"whose steps make {copies * len(good_file())} bytes"):
        Delta.from_bytes(bomb)


def test_no_mutated_delta_makes_another_file() -> None:
    chance = random.Random(5)
    for _ in range(2_000):
        bad = bytearray(delta())
        bad[chance.randrange(len(bad))] ^= 1 << chance.randrange(8)
        assert applied(bytes(bad), good_file()) in ("unreadable", "malformed", "wrong_base", "wrong_result")


def test_a_delta_is_told_from_a_list_by_its_first_bytes() -> None:
    assert is_delta(delta())
    assert not is_delta(good_file())
    assert not is_delta(b"")


# ------------------------------------------------------------------------------------------ what authorities make


def test_a_delta_is_read_back_as_it_was_made() -> None:
    assert Delta.from_bytes(delta()).to_bytes() == delta()
    assert len(delta()) < 25_000  # four signatures of ML-DSA-65 and little more


@pytest.mark.parametrize(
    ("base", "new"),
    [
        (b"", b""),
        (b"", b"new"),
        (b"old", b""),
        (b"same", b"same"),
        (bytes(5_000), bytes(5_001)),
        (b"ab" * 3_000, b"ba" * 3_000),
        (random.Random(1).randbytes(9_000), random.Random(2).randbytes(9_000)),
    ],
)
def test_whatever_two_files_are_there_is_a_delta(base: bytes, new: bytes) -> None:
    assert Delta.from_bytes(make_delta(base, new)).apply(base) == new


def test_pieces_moved_cut_and_put_in_are_found() -> None:
    chance = random.Random(3)
    base = chance.randbytes(40_000)
    for _ in range(60):
        pieces = [
            base[chance.randrange(len(base)) :][: chance.randrange(9_000)]
            + chance.randbytes(chance.randrange(40))
            for _ in range(chance.randrange(1, 9))
        ]
        new = b"".join(pieces)
        made = make_delta(base, new)
        assert Delta.from_bytes(made).apply(base) == new
        assert len(made) < 200 + 700 * len(pieces)


def test_files_with_nothing_in_common_do_not_take_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qrcert.trust.diffing._PATIENCE", 3_000)
    base, new = b"ab" * 20_000, bytes(range(256)) * 200
    assert Delta.from_bytes(make_delta(base, new)).apply(base) == new


def test_more_changes_than_a_delta_may_have_are_put_in_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qrcert.trust.diffing.MAX_STEPS", 5)
    base = random.Random(4).randbytes(40_000)
    new = b"".join(base[at : at + 1_000] + b"!" for at in range(0, 40_000, 1_000))
    made = Delta.from_bytes(make_delta(base, new))
    assert len(made.steps) == 5
    assert made.apply(base) == new


def test_a_hundredth_of_a_country_changes() -> None:
    country = nation(400, years=10)
    base = country.file()
    country.one_percent()
    new = country.file()
    made = make_delta(base, new)
    assert Delta.from_bytes(made).apply(base) == new
    assert len(made) < 12_500  # of which 10 000 are the three signers' signatures
    assert TrustList.from_bytes(new).version == TrustList.from_bytes(base).version + 1


# --------------------------------------------------------------------------------------------------- into a store


def brought(store: Store, data: bytes, **options: Any) -> str:
    try:
        return store.import_list(store.undelta(data), on=TODAY, **options)
    except TrustListError as error:
        return error.code


def test_a_store_takes_a_delta_of_what_it_has(tmp_path: Path) -> None:
    store = stored(Store(tmp_path), good_file())
    assert brought(store, delta()) == "imported"
    (trust,) = store.lists()
    assert trust.file == next_file()
    assert trust.version == 8
    trust.check()
    assert brought(store, delta()) == "same"


def test_a_store_refuses_a_delta_of_what_it_has_not(tmp_path: Path) -> None:
    store = Store(tmp_path / "lists")
    assert brought(store, delta()) == "wrong_base"
    assert not (tmp_path / "lists").exists()
    other_signers = World(world().roots, world().body, world().roots[1].signers)
    stored(store, other_signers)  # the same list, and yet another file
    with pytest.raises(TrustListError) as caught:
        store.undelta(delta())
    assert caught.value.code == "wrong_base"
    assert caught.value.hint


def test_a_delta_may_bring_nothing_that_a_list_may_not(tmp_path: Path) -> None:
    store = stored(Store(tmp_path), good_file())
    older = world(lambda body: body.update({3: 6})).file()
    assert brought(store, make_delta(good_file(), older)) == "older"
    forged = bytearray(next_file())
    forged[-1] ^= 1
    assert brought(store, make_delta(good_file(), bytes(forged))) == "bad_signature"
    assert brought(store, spoiled(result=bytes(32))) == "wrong_result"
    assert store.lists()[0].file == good_file()
    assert brought(store, delta(), fingerprint="00" * 32) == "wrong_fingerprint"
    assert brought(store, delta(), fingerprint=fingerprint(good_file())) == "imported"
