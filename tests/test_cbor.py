"""Strict CBOR: what others wrote, every kind of bad spelling, and cbor2 as the second opinion."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qrcert.cbor import MAX_DEPTH, MAX_INTEGER, Tagged, decode, encode
from qrcert.errors import TooBig, Unreadable

APPENDIX_A = json.loads((Path(__file__).parent / "vectors/cbor/appendix_a.json").read_text())
TAGS = frozenset((18, 98))
QUICK = 1.0
"""Seconds: a hundred times what a hostile message needs here, a thousandth of what a bomb would take."""

REFUSED = [
    # nothing, too little, too much
    ("", "ends too early"),
    ("18", "ends inside a head"),
    ("1900", "ends inside a head"),
    ("1b00000000000000", "ends inside a head"),
    ("4100 00", "1 bytes after the end"),
    ("42 00", "longer than its data"),
    ("62 61", "longer than its data"),
    ("82 00", "promises more items"),
    ("8281 00", "ends too early"),
    ("a1 00", "promises more items"),
    ("a2 00 00 01", "promises more items"),
    ("a1 00 81", "promises more items"),
    ("00 00", "1 bytes after the end"),
    ("a0 a0", "1 bytes after the end"),
    ("80 f6", "1 bytes after the end"),
    # keys twice, out of order, colliding, of a wrong kind
    ("a2 0100 0100", "ascending order, or one key twice"),
    ("a2 616100 616100", "ascending order, or one key twice"),
    ("a2 0100 f93c0000", "neither integer nor text"),
    ("a2 0100 f500", "neither integer nor text"),
    ("a2 0200 0100", "ascending order"),
    ("a2 2000 0100", "ascending order"),
    ("a2 612000 2000", "ascending order"),
    ("a2 61ff00 0100", "not UTF-8"),
    ("a2 62616100 616200", "ascending order"),
    ("a2 616200 616100", "ascending order"),
    ("a2 0100 180100", "shortest form"),
    ("a1 410000", "neither integer nor text"),
    ("a1 8000", "neither integer nor text"),
    ("a1 a000", "neither integer nor text"),
    ("a1 d20100", "neither integer nor text"),
    ("a1 f600", "neither integer nor text"),
    ("a1 1b0020000000000000 00", "integer beyond"),
    # numbers and lengths longer than they need be
    ("1817", "shortest form"),
    ("1900ff", "shortest form"),
    ("1a0000ffff", "shortest form"),
    ("1b00000000ffffffff", "shortest form"),
    ("3800", "shortest form"),
    ("5801 00", "shortest form"),
    ("5900ff" + "00" * 255, "shortest form"),
    ("7801 61", "shortest form"),
    ("9801 00", "shortest form"),
    ("b801 0000", "shortest form"),
    ("d812 00", "shortest form"),
    # indefinite lengths, lone break, reserved heads
    ("5f4100ff", "indefinite length"),
    ("7f6161ff", "indefinite length"),
    ("9fff", "indefinite length"),
    ("bfff", "indefinite length"),
    ("ff", "indefinite length"),
    ("81ff", "indefinite length"),
    *((f"{major << 5 | info:02x}", "reserved head") for major in range(8) for info in (28, 29, 30)),
    ("1f", "indefinite length"),
    ("3f", "indefinite length"),
    ("df", "indefinite length"),
    # lengths beyond anything
    ("5b8000000000000000", "longer than its data"),
    ("5bffffffffffffffff", "longer than its data"),
    ("7b8000000000000000", "longer than its data"),
    ("9b0000010000000000", "promises more items"),
    ("9bffffffffffffffff", "promises more items"),
    ("bb0000010000000000", "promises more items"),
    ("bbffffffffffffffff", "promises more items"),
    # integers beyond +-(2^53-1), bignums
    ("1b0020000000000000", "integer beyond"),
    ("1bffffffffffffffff", "integer beyond"),
    ("3b001fffffffffffff", "integer beyond"),
    ("3bffffffffffffffff", "integer beyond"),
    ("c249010000000000000000", "tag 2 may not"),
    ("c349010000000000000000", "tag 3 may not"),
    # tags that make a general decoder work: dates, decimals, shared values, regular expressions, sets, ...
    ("c074323031332d30332d32315432303a30343a30305a", "tag 0 may not"),
    ("c100", "tag 1 may not"),
    ("c48201 1b000fffffffffffff", "tag 4 may not"),
    ("d81c80", "tag 28 may not"),
    ("d81d00", "tag 29 may not"),
    ("d81e820102", "tag 30 may not"),
    ("d82366285b2a5d292b", "tag 35 may not"),
    ("d824636d696d", "tag 36 may not"),
    ("d83d d28443a10126a04040", "tag 61 may not"),
    ("d9010080", "tag 256 may not"),
    ("d81900", "tag 25 may not"),
    ("d9010281 00", "tag 258 may not"),
    ("d9d9f700", "tag 55799 may not"),
    ("dbffffffffffffffff00", "tag 18446744073709551615 may not"),
    ("d200", "tag 18 may not"),
    ("81d200", "tag 18 may not"),
    # floats, NaN, minus zero, null, undefined, booleans, other simple values
    ("f93c00", "float"),
    ("f97e00", "float"),
    ("f98000", "float"),
    ("fa47c35000", "float"),
    ("fb3ff199999999999a", "float"),
    ("f90000", "shortest form"),
    ("f4", "float, null or simple"),
    ("f5", "float, null or simple"),
    ("f6", "float, null or simple"),
    ("f7", "float, null or simple"),
    ("e0", "float, null or simple"),
    ("f3", "float, null or simple"),
    ("f814", "shortest form"),
    ("f820", "float, null or simple"),
    ("81f6", "float, null or simple"),
    # text that is not UTF-8
    ("61ff", "not UTF-8"),
    ("61c3", "not UTF-8"),
    ("63eda080", "not UTF-8"),  # a surrogate
    ("62c080", "not UTF-8"),  # overlong
    ("64f4908080", "not UTF-8"),  # beyond U+10FFFF
    ("a161ff00", "not UTF-8"),
]
"""Spelling and reason, every class of bad CBOR; spaces only help the eye."""


@pytest.mark.parametrize(("spelling", "reason"), REFUSED)
def test_any_other_spelling_is_refused(spelling: str, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason) as caught:
        decode(bytes.fromhex(spelling))
    assert not isinstance(caught.value, TooBig)  # nobody set a limit


def test_what_the_strict_subset_takes_of_rfc_8949_appendix_a() -> None:
    """Integers within 53 bits, definite strings, arrays and maps: 32 items, and no other."""
    taken = {}
    for item in APPENDIX_A:
        try:
            taken[item["hex"]] = decode(bytes.fromhex(item["hex"]))
        except Unreadable:
            continue
    assert len(taken) == 32
    assert list(taken) == [
        *("00", "01", "0a", "17", "1818", "1819", "1864", "1903e8", "1a000f4240", "1b000000e8d4a51000"),
        *("20", "29", "3863", "3903e7"),
        *("40", "4401020304"),
        *("60", "6161", "6449455446", "62225c", "62c3bc", "63e6b0b4", "64f0908591"),
        *("80", "83010203", "8301820203820405"),
        "98190102030405060708090a0b0c0d0e0f101112131415161718181819",
        *("a0", "a201020304", "a26161016162820203", "826161a161626163"),
        "a56161614161626142616361436164614461656145",
    ]
    for item in APPENDIX_A:
        if item["hex"] in taken:
            assert item["roundtrip"]
            assert encode(taken[item["hex"]]).hex() == item["hex"]
            if "decoded" in item and item["hex"] != "a201020304":  # JSON has no integer keys
                assert json.loads(json.dumps(taken[item["hex"]])) == item["decoded"]
    assert taken["a201020304"] == {1: 2, 3: 4}
    assert taken["4401020304"] == b"\1\2\3\4"


def test_booleans_and_tags_stand_only_where_the_caller_names_them() -> None:
    assert decode(b"\x82\xf4\xf5", booleans=True) == (False, True)
    assert decode(b"\xd2\x80", tags=frozenset((18,))) == Tagged(18, ())
    assert decode(bytes.fromhex("d86281d20a"), tags=TAGS) == Tagged(98, (Tagged(18, 10),))
    with pytest.raises(Unreadable, match="simple"):
        decode(b"\xf6", booleans=True)
    with pytest.raises(Unreadable, match="tag 98 may not"):
        decode(b"\xd8\x62\x80", tags=frozenset((18,)))
    with pytest.raises(Unreadable, match="neither integer nor text"):
        decode(b"\xa1\xf4\x00", booleans=True)
    with pytest.raises(Unreadable, match="more items"):
        decode(b"\xd2", tags=TAGS)


@pytest.mark.parametrize("number", [0, 23, 24, 255, 256, 65535, 65536, 2**32 - 1, 2**32, MAX_INTEGER])
def test_integers_at_every_length_of_head(number: int) -> None:
    for value in (number, -number, max(number, 1) - 1):
        assert decode(encode(value)) == value
        assert type(decode(encode(value))) is int


@pytest.mark.parametrize("length", [0, 23, 24, 255, 256, 65535, 65536])
def test_strings_and_containers_at_every_length_of_head(length: int) -> None:
    for value in (bytes(length), "я" * length, tuple(range(length)), dict.fromkeys(range(length), 0)):
        assert decode(encode(value)) == value


def test_depth_counts_arrays_maps_and_tags() -> None:
    for level in (b"\x81", b"\xa1\x00", b"\xd2"):
        assert decode(level * MAX_DEPTH + b"\x00", tags=TAGS) is not None
        with pytest.raises(Unreadable, match="nested too deep"):
            decode(level * (MAX_DEPTH + 1) + b"\x00", tags=TAGS)
    assert decode(b"\x00", max_depth=0) == 0
    assert decode(b"\xa1\x00\x80", max_depth=2) == {0: ()}
    for deeper in (b"\x80", b"\xa0"):
        with pytest.raises(Unreadable, match="nested too deep"):
            decode(deeper, max_depth=0)


@pytest.mark.parametrize("level", ["81", "a100", "a1613081", "d2", "d862", "d281", "9f", "bf00", "d2a100"])
def test_a_hundred_thousand_levels_are_refused_at_once(level: str) -> None:
    start = time.perf_counter()
    with pytest.raises(Unreadable):
        decode(bytes.fromhex(level) * 100_000 + b"\x00", tags=TAGS)
    assert time.perf_counter() - start < QUICK


def test_promises_cost_nothing() -> None:
    """Arrays within arrays that each promise all the rest: no time, no memory before the items are there."""
    start = time.perf_counter()
    for head in ("9a00ffffff", "ba007fffff", "5a7fffffff", "9b0000010000000000", "7b8000000000000000"):
        with pytest.raises(Unreadable):
            decode(bytes.fromhex(head) + bytes(1_000_000))
    with pytest.raises(Unreadable):
        decode(b"\x99\xff\xff" * 10 + bytes(200_000))
    assert time.perf_counter() - start < QUICK


def test_the_limit_on_items_counts_all_levels() -> None:
    data = encode([[1, 2], {3: 4}, Tagged(18, 5)])  # 1 + 3 + 2 + 2 + 1
    assert decode(data, max_items=9, tags=TAGS) == ((1, 2), {3: 4}, Tagged(18, 5))
    for limit in range(9):
        with pytest.raises(TooBig, match="more CBOR items than the limit"):
            decode(data, max_items=limit, tags=TAGS)


@pytest.mark.parametrize(
    "value",
    [
        *(
            None,
            1.0,
            float("nan"),
            {1},
            bytearray(b"a"),
            pytest.param(object(), id="object"),
            {b"k": 1},
            {True: 1},
            {None: 1},
            {(): 1},
        ),
        *([None], {1: 1.5}, Tagged(18, None), Tagged(-1, 0), Tagged(2**64, 0)),
        *(MAX_INTEGER + 1, -MAX_INTEGER - 1, {MAX_INTEGER + 1: 0}, "\ud800", {"\ud800": 0}),
    ],
    ids=repr,
)
def test_what_has_no_spelling_is_not_written(value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        encode(value)


def test_keys_are_written_in_the_order_of_their_bytes() -> None:
    keys = [-1, "a", 24, 0, "", 1000, 23, "b", -25, "aa", -24]
    spelled = encode(dict.fromkeys(keys, 0))
    assert list(decode(spelled)) == [0, 23, 24, 1000, -1, -24, -25, "", "a", "b", "aa"]
    assert spelled == encode(dict.fromkeys(reversed(keys), 0))


integers = st.integers(-MAX_INTEGER, MAX_INTEGER) | st.integers(-300, 300)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
leaves = integers | st.binary(max_size=30) | texts | st.booleans()
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=6).map(tuple)
        | st.dictionaries(integers | texts, inner, max_size=6)
        | st.builds(Tagged, st.sampled_from(sorted(TAGS)), inner)
    ),
    max_leaves=25,
).filter(lambda value: _depth(value) <= MAX_DEPTH)


def _depth(value: Any) -> int:
    if isinstance(value, Tagged):
        return 1 + _depth(value.value)
    if isinstance(value, tuple):
        return 1 + max(map(_depth, value), default=0)
    if isinstance(value, dict):
        return 1 + max(map(_depth, value.values()), default=0)
    return 0


def _plain(value: Any) -> Any:
    """Return a value of ours or of cbor2 as one shape that tells True from 1 and a tag from an array."""
    if isinstance(value, Tagged):
        return "tag", value.number, _plain(value.value)
    if isinstance(value, cbor2.CBORTag):
        return "tag", value.tag, _plain(value.value)
    if isinstance(value, (list, tuple)):
        return "array", [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return "map", [(_plain(key), _plain(item)) for key, item in value.items()]
    return type(value).__name__, value


@settings(max_examples=300, deadline=None)
@given(values)
def test_cbor2_reads_what_is_written(value: Any) -> None:
    data = encode(value)
    ours = decode(data, tags=TAGS, booleans=True)
    assert ours == value
    assert encode(ours) == data
    assert _plain(ours) == _plain(cbor2.loads(data))


def _one_spelling(data: bytes) -> None:
    """Assert that ``data`` is refused, or is the spelling of its value and means to cbor2 what it means to us."""
    try:
        value = decode(data, tags=TAGS, booleans=True)
    except Unreadable:
        return
    assert encode(value) == data
    assert _plain(value) == _plain(cbor2.loads(data))


@settings(max_examples=1_000, deadline=None)
@given(st.binary(max_size=40))
def test_any_bytes_are_refused_or_the_one_spelling(data: bytes) -> None:
    _one_spelling(data)


@settings(max_examples=150, deadline=None)
@given(values, st.data())
def test_spoilt_messages_are_refused_or_the_one_spelling(value: Any, draw: st.DataObject) -> None:
    data = bytearray(encode(value))
    at = draw.draw(st.integers(0, len(data) - 1))
    for byte in {0, 0x17, 0x18, 0x5F, 0x80, 0xA1, 0xF6, 0xFF, data[at] ^ 1, data[at] ^ 0x20, data[at] ^ 0x80}:
        _one_spelling(bytes(data[:at]) + bytes((byte,)) + bytes(data[at + 1 :]))
    _one_spelling(bytes(data[:at]))
    _one_spelling(bytes(data[:at] + data[at + 1 :]))
    with pytest.raises(Unreadable):
        decode(bytes(data) + b"\x00", tags=TAGS, booleans=True)


def test_every_message_of_three_bytes() -> None:
    """All 65 536 continuations of a map of one: accepted exactly when they spell a value, and only once."""
    read: dict[str, bytes] = {}
    for tail in range(0x10000):
        data = b"\xa1" + tail.to_bytes(2, "big")
        try:
            value = decode(data, tags=TAGS, booleans=True)
        except Unreadable:
            continue
        assert encode(value) == data
        assert read.setdefault(repr(value), data) == data
    simple = 24 + 24 + 1 + 1 + 1 + 1 + 2  # integers, h'', "", [], {}, false and true
    assert len(read) == (24 + 24 + 1) * simple
