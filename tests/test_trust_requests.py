"""What schools send: rows 152 to 156 of the layout as far as a single file decides them, and every shape."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from qrcert import cbor, cose
from qrcert.cose import PublicKey
from qrcert.errors import TrustListError
from qrcert.signing import SigningKey
from qrcert.trust import (
    Copy,
    Head,
    Number,
    Wanted,
    name_of_copy,
    name_of_number,
    read_key_request,
    read_season_leaves,
    read_withdrawal_request,
    unwrap,
    wrap,
    write_key_request,
    write_season_leaves,
    write_withdrawal_request,
)
from trust_maker import DAY, HEALTHY, LATE, NEVER, P256, STOLEN, form_bytes, hash16, paper

AUTHORITY = bytes(range(32))
HEAD = Head(AUTHORITY, bytes(16), DAY)
FORM = hash16(form_bytes())

KEY, WITHDRAWAL, SEASON = b"qrcert key request 1", b"qrcert withdrawal request 1", b"qrcert season leaves 1"


def public(key: SigningKey) -> PublicKey:
    return PublicKey(key.alg, key.public)


def admitted(kid: bytes) -> PublicKey | None:
    return {key.kid: public(key) for key in (HEALTHY, STOLEN, P256)}.get(kid)


def sealed(body: dict[Any, Any], *, key: SigningKey, aad: bytes, signer: SigningKey | None = None) -> bytes:
    """A request with any body, with the header of ``key`` and the signature of ``signer``."""
    payload = cbor.encode(body)
    header = cose.protected_header(key.alg, key.kid)
    signed = (signer or key).sign(cose.sign1_input(header, payload, aad=aad))
    return cose.write_sign1(header, payload, signed)


def key_body(key: SigningKey, **changes: Any) -> dict[Any, Any]:
    body = {0: AUTHORITY, 1: bytes(16), 2: DAY, 3: key.public, 4: "Lyceum One", 5: "Oldtown"}
    return body | {int(label[1:]): value for label, value in changes.items()}


def code_of(read: Callable[[], object]) -> str:
    with pytest.raises(TrustListError) as caught:
        read()
    return caught.value.code


@pytest.mark.parametrize("key", [HEALTHY, P256], ids=["ed25519", "esp256"])
def test_a_key_request_proves_possession(key: SigningKey) -> None:
    data = write_key_request(HEAD, key=public(key), name="Lyceum One", place="Oldtown", sign=key.sign)
    request = read_key_request(data)
    assert (request.head, request.key, request.name, request.place) == (
        HEAD,
        public(key),
        "Lyceum One",
        "Oldtown",
    )
    assert data == sealed(key_body(key), key=key, aad=KEY) or key is P256
    assert request.hash == read_key_request(data).hash


ROWS = [
    (152, "malformed", lambda: sealed(key_body(HEALTHY), key=LATE, aad=KEY)),
    (153, "bad_signature", lambda: sealed(key_body(HEALTHY), key=HEALTHY, aad=KEY, signer=LATE)),
    (156, "bad_signature", lambda: sealed(key_body(HEALTHY), key=HEALTHY, aad=WITHDRAWAL)),
]


@pytest.mark.parametrize(("row", "expected", "make"), ROWS, ids=[str(row[0]) for row in ROWS])
def test_scenario(row: int, expected: str, make: Callable[[], bytes]) -> None:
    assert code_of(lambda: read_key_request(make())) == expected


def test_row_154_for_another_authority() -> None:
    request = read_key_request(sealed(key_body(HEALTHY), key=HEALTHY, aad=KEY))
    request.head.require(AUTHORITY)
    assert code_of(lambda: request.head.require(bytes(31) + b"\x01")) == "not_for_us"
    unaddressed = read_key_request(sealed(key_body(HEALTHY, l0=NEVER), key=HEALTHY, aad=KEY))
    unaddressed.head.require(AUTHORITY, or_none=True)
    assert code_of(lambda: unaddressed.head.require(AUTHORITY)) == "not_for_us"
    assert code_of(lambda: request.head.require(bytes(32), or_none=True)) == "not_for_us"


def test_row_155_the_same_request_has_the_same_hash() -> None:
    data = sealed(key_body(P256), key=P256, aad=KEY)
    again = sealed(key_body(P256), key=P256, aad=KEY)
    assert read_key_request(data).hash == read_key_request(again).hash
    assert (
        read_key_request(data).hash
        != read_key_request(sealed(key_body(P256, l4="x"), key=P256, aad=KEY)).hash
    )


@pytest.mark.parametrize(
    ("expected", "body"),
    [
        ("malformed", key_body(HEALTHY, l3=b"")),
        ("malformed", key_body(HEALTHY, l3=HEALTHY.public + b"\x00")),
        ("weak_key", key_body(HEALTHY, l3=NEVER)),
        ("malformed", key_body(HEALTHY, l4="")),
        ("malformed", key_body(HEALTHY, l1=bytes(15))),
        ("malformed", key_body(HEALTHY, l2=1)),
        ("malformed", {0: AUTHORITY}),
        ("needs_newer", key_body(HEALTHY) | {-1: 0}),
    ],
)
def test_key_requests_of_another_shape(expected: str, body: dict[Any, Any]) -> None:
    assert code_of(lambda: read_key_request(sealed(body, key=HEALTHY, aad=KEY))) == expected


@pytest.mark.parametrize("label", range(6))
def test_every_label_of_a_key_request_must_stand(label: int) -> None:
    body = key_body(HEALTHY)
    del body[label]
    assert code_of(lambda: read_key_request(sealed(body, key=HEALTHY, aad=KEY))) == "malformed"


@pytest.mark.parametrize(("key", "other"), [(HEALTHY, LATE), (LATE, HEALTHY)], ids=["one", "other"])
def test_the_header_names_the_kid_of_the_key(key: SigningKey, other: SigningKey) -> None:
    data = sealed(key_body(key), key=other, aad=KEY, signer=key)
    assert code_of(lambda: read_key_request(data)) == "malformed"


def test_the_limits_of_requests() -> None:
    assert code_of(lambda: read_key_request(bytes(16 << 20))) == "unreadable"
    padded = [key_body(HEALTHY, l20=[0] * count) for count in (985, 986)]  # with 15 items beside them
    assert read_key_request(sealed(padded[0], key=HEALTHY, aad=KEY)).name == "Lyceum One"
    assert code_of(lambda: read_key_request(sealed(padded[1], key=HEALTHY, aad=KEY))) == "too_big"


def test_requests_of_other_bytes() -> None:
    good = sealed(key_body(HEALTHY), key=HEALTHY, aad=KEY)
    assert code_of(lambda: read_key_request(good + b"\x00")) == "unreadable"
    assert code_of(lambda: read_key_request(b"")) == "unreadable"
    assert code_of(lambda: read_key_request(bytes((16 << 20) + 1))) == "too_big"
    other = cbor.encode(cbor.Tagged(18, [cbor.encode({1: -8, 4: HEALTHY.kid}), {}, b"", bytes(64)]))
    assert code_of(lambda: read_key_request(other)) == "unknown_algorithm"
    unknown = read_key_request(sealed(key_body(HEALTHY, l20=[1]), key=HEALTHY, aad=KEY))
    assert unknown.name == "Lyceum One"


# ---------------------------------------------------------------------------------------------- withdrawals

COPY = Copy(HEALTHY.kid, paper(HEALTHY, 1))
NUMBER = Number(STOLEN.kid, FORM, "17")
WANTED = (Wanted(COPY, DAY, 3), Wanted(NUMBER, DAY, 1), Wanted(Number(HEALTHY.kid, FORM, 5), DAY, 2))


def test_a_withdrawal_request_names_papers() -> None:
    data = write_withdrawal_request(HEAD, WANTED, key=public(HEALTHY), sign=HEALTHY.sign)
    request = read_withdrawal_request(data, find=admitted)
    assert request.kid == HEALTHY.kid
    assert set(request.wanted) == set(WANTED)
    assert [one.what.to_bytes() for one in request.wanted] == sorted(one.what.to_bytes() for one in WANTED)
    assert COPY.name == name_of_copy(HEALTHY.kid, paper(HEALTHY, 1))
    assert NUMBER.name == name_of_number(STOLEN.kid, FORM, "17")


def withdrawal(rows: Any, *, key: SigningKey = HEALTHY, aad: bytes = WITHDRAWAL, **more: Any) -> bytes:
    body = {0: AUTHORITY, 1: bytes(16), 2: DAY, 3: rows}
    return sealed(body | {int(label[1:]): value for label, value in more.items()}, key=key, aad=aad)


GOOD = [[HEALTHY.kid, bytes(32)], DAY, 3]


@pytest.mark.parametrize(
    ("expected", "data"),
    [
        ("unknown_signer", withdrawal([GOOD], key=LATE)),
        ("bad_signature", withdrawal([GOOD], aad=KEY)),
        ("malformed", withdrawal([])),
        ("malformed", withdrawal([[[HEALTHY.kid, bytes(31)], DAY, 3]])),
        ("malformed", withdrawal([[[HEALTHY.kid], DAY, 3]])),
        ("malformed", withdrawal([[[HEALTHY.kid, FORM, -1], DAY, 3]])),
        ("malformed", withdrawal([[[HEALTHY.kid, FORM, b"1"], DAY, 3]])),
        ("malformed", withdrawal([[[HEALTHY.kid, bytes(32)], DAY, 4]])),
        ("order", withdrawal([GOOD, GOOD])),
    ],
)
def test_withdrawal_requests_that_are_refused(expected: str, data: bytes) -> None:
    assert code_of(lambda: read_withdrawal_request(data, find=admitted)) == expected


def test_a_single_withdrawal_and_as_many_as_a_nation_needs() -> None:
    assert len(read_withdrawal_request(withdrawal([GOOD]), find=admitted).wanted) == 1
    most, more = [withdrawal([GOOD], l20=[0] * count) for count in (499_983, 499_984)]  # 17 items beside them
    assert len(read_withdrawal_request(most, find=admitted).wanted) == 1
    assert code_of(lambda: read_withdrawal_request(more, find=admitted)) == "too_big"


def test_names_are_hashes_of_the_encoded_arrays() -> None:
    digest = paper(HEALTHY, 1)
    assert name_of_copy(HEALTHY.kid, digest) == hash16(cbor.encode([HEALTHY.kid, digest]))
    for number in (0, 23, 24, 10**15 - 1, "17", "№ 5"):
        assert name_of_number(HEALTHY.kid, FORM, number) == hash16(cbor.encode([HEALTHY.kid, FORM, number]))


# ------------------------------------------------------------------------------------------- season leaves


def test_season_leaves_hand_in_digests() -> None:
    digests = [paper(HEALTHY, n) for n in range(5)]
    data = write_season_leaves(HEAD, [*digests, digests[0]], key=public(HEALTHY), sign=HEALTHY.sign)
    assert read_season_leaves(data, find=admitted).digests == tuple(sorted(digests))
    assert read_season_leaves(data, find=admitted).kid == HEALTHY.kid


@pytest.mark.parametrize(
    ("expected", "digests", "aad"),
    [
        ("order", b"\x02" * 32 + b"\x01" * 32, SEASON),
        ("order", bytes(64), SEASON),
        ("malformed", b"", SEASON),
        ("malformed", bytes(33), SEASON),
        ("malformed", "text", SEASON),
        ("bad_signature", bytes(32), WITHDRAWAL),
    ],
)
def test_row_162_and_other_leaves_that_are_refused(expected: str, digests: Any, aad: bytes) -> None:
    data = sealed({0: AUTHORITY, 1: bytes(16), 2: DAY, 3: digests}, key=HEALTHY, aad=aad)
    assert code_of(lambda: read_season_leaves(data, find=admitted)) == expected


# --------------------------------------------------------------------------------------------- request.json


def test_a_request_in_its_wrapper() -> None:
    data = sealed(key_body(HEALTHY), key=HEALTHY, aad=KEY)
    text = wrap(data, readable={"school": "Лицей № 1", "groups": "7F3A 91C2"})
    assert text.startswith('{\n  "readable": {\n    "school": "Лицей № 1"')
    assert unwrap(text.encode()) == data
    assert unwrap(data) == data
    lie = json.loads(text) | {"readable": {"school": "Another"}}
    assert unwrap(json.dumps(lie).encode()) == data


@pytest.mark.parametrize("length", range(4))
def test_wrappers_of_every_length(length: int) -> None:
    assert unwrap(wrap(bytes(length), readable={}).encode()) == bytes(length)


@pytest.mark.parametrize(
    ("expected", "data"),
    [
        ("unreadable", b""),
        ("unreadable", b"\xff\xfe"),
        ("unreadable", b"[]"),
        ("unreadable", b'"request"'),
        ("unreadable", b"{}"),
        ("unreadable", b'{"request": 5}'),
        ("unreadable", b'{"request": "A"}'),
        ("unreadable", b'{"request": "A A="}'),
        ("unreadable", b'{"request": "AAAA    "}'),
        ("unreadable", '{"request": "№"}'.encode()),
        ("unreadable", b"[" * 100_000),
        ("unreadable", b" " * (24 << 20)),
        ("too_big", b" " * ((24 << 20) + 1)),
    ],
)
def test_wrappers_that_are_refused(expected: str, data: bytes) -> None:
    assert code_of(lambda: unwrap(data)) == expected
