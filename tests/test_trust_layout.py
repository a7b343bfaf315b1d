"""The walk by tables itself: what it lets pass at the edges, and the words in which it refuses."""

from __future__ import annotations

import gc
import re
from typing import Any

import pytest

from qrcert.errors import TrustListError
from qrcert.trust.layout import (
    LINE,
    Label,
    Labelled,
    Row,
    array,
    ascending,
    collector_at_rest,
    found,
    octets,
    whole,
)

PAIR = Row("pair", whole(0, 5), octets(2))
PLACE = Labelled(
    "place", {1: Label("name", LINE), 3: Label("since", whole(0, 5)), 5: Label("note", LINE, True)}
)


@pytest.mark.parametrize("line", ["x", "x" * 1000, "й" * 500, "й" * 499 + "xx", "\U0001f600" * 250])
def test_lines_at_their_edges(line: str) -> None:
    assert LINE.holds(line)


@pytest.mark.parametrize(
    "line", ["", "x" * 1001, "й" * 501, "й" * 500 + "x", "\U0001f600" * 251, b"x", 1, None]
)
def test_what_is_no_line(line: object) -> None:
    assert not LINE.holds(line)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (7, "7"),
        (b"abc", "3 bytes"),
        ("abcd", "text of 4 characters"),
        ((1, 2), "an array of 2"),
        ({}, "a map"),
        (None, "NoneType"),
        (1.5, "float"),
    ],
)
def test_what_was_found_is_told_without_its_text(value: object, words: str) -> None:
    assert found(value) == words


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (octets(8), "8 bytes"),
        (octets(1, 9), "1..9 bytes"),
        (array(), "an array of 0 or more"),
        (array(2), "an array of 2 or more"),
        (array(2, 3), "an array of 2..3"),
        (whole(-1, 4), "an integer -1..4"),
        (LINE, "text of 1..1000 bytes"),
    ],
)
def test_kinds_say_what_they_expect(kind: Any, words: str) -> None:
    assert kind.expected == words


def test_a_map_with_a_label_below_the_least_known_one_is_read() -> None:
    body = {0: "later", 1: "Lyceum", 3: 4, 9: ()}
    assert PLACE.read(body) is body


@pytest.mark.parametrize(
    ("code", "message", "read"),
    [
        ("malformed", "place: name (label 1) is missing", lambda: PLACE.read({5: "note"})),
        ("malformed", "place: since (label 3) is missing", lambda: PLACE.read({1: "Lyceum", 5: "note"})),
        ("malformed", "place: name (label 1) is missing", lambda: PLACE.read({0: "later", 3: 1})),
        ("malformed", "place: found an array of 0, expected a map", lambda: PLACE.read(())),
        ("needs_newer", "place: label -1 is not known here", lambda: PLACE.read({1: "a", 3: 1, -1: 0})),
        ("malformed", "place: found 24 as a label, expected an integer -24..23", lambda: PLACE.read({24: 0})),
        ("malformed", "pair: found an array of 3, expected an array of 2", lambda: PAIR.read((1, b"ab", 0))),
        ("malformed", "pair: found a map, expected an array of 2", lambda: PAIR.read({})),
        ("malformed", "pair: place 1: found 3 bytes, expected 2 bytes", lambda: PAIR.read((1, b"abc"))),
    ],
)
def test_a_refusal_says_what_and_where(code: str, message: str, read: Any) -> None:
    with pytest.raises(TrustListError, match=re.escape(message)) as caught:
        read()
    assert caught.value.code == code


@pytest.mark.parametrize("count", range(7))
def test_what_ascends(count: int) -> None:
    ascending([bytes([n]) for n in range(count)], what="names")


@pytest.mark.parametrize("place", range(1, 7))
@pytest.mark.parametrize("step", [0, -1, -2])
def test_every_two_neighbours_are_compared(place: int, step: int) -> None:
    """Only one entry is out of order, by as much as ``step``: nowhere else would anybody notice."""
    firsts = [bytes([10 * n, 0]) for n in range(place)]
    firsts += [bytes([max(0, 10 * (place - 1) + step), 0]), b"\xff\x00"]
    words = (
        "repeats the one before"
        if firsts[place] == firsts[place - 1]
        else "should stand before the one before"
    )
    with pytest.raises(TrustListError, match=f"names: entry {place} {words}") as caught:
        ascending(firsts, what="names")
    assert caught.value.code == "order"


@pytest.mark.parametrize("enabled", [True, False])
def test_the_collector_is_left_as_it_was(enabled: bool) -> None:
    before = gc.isenabled()
    try:
        (gc.enable if enabled else gc.disable)()
        with collector_at_rest():
            assert not gc.isenabled()
        assert gc.isenabled() is enabled
    finally:
        (gc.enable if before else gc.disable)()
