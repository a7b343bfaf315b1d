"""The scenario table of the layout, rows 1 to 52 and 163 to 165: messages, signatures, roots.

Rows 53 to 101, 140 and 141 are in test_trust_bodies.py, 102 to 113 in test_trust_seasons.py, 114 to 139 and 151 in
test_store.py, 152 to 156 and 162 in test_trust_requests.py.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256, sha512
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey

from qrcert import cbor, cose
from trust_maker import (
    DAY,
    HEALTHY,
    LIST,
    NEVER,
    ROOT,
    RootPlan,
    Rows,
    World,
    by_first,
    good_file,
    message,
    of_list,
    one_root,
    outcome,
    outer,
    people,
    person,
    raw_message,
    signature,
    world,
)

ROWS = Rows()
case = ROWS.case


# ------------------------------------------------------------------------------------------- bytes


@case(1, "ok")
def good() -> bytes:
    return good_file()


@case(2, "ok")
def all_three_signers() -> bytes:
    made = world()
    made.signed_by = people("BCD")
    return made.file()


@case(3, "unreadable")
def byte_after_the_end() -> bytes:
    return good_file() + b"\x00"


@case(4, "unreadable")
def cut_in_the_middle() -> bytes:
    return good_file()[: len(good_file()) // 2]


@case(5, "unreadable")
def empty() -> bytes:
    return b""


@case(6, "unreadable")
def array_length_written_long() -> bytes:
    assert good_file()[0] == 0x82
    return b"\x98\x02" + good_file()[1:]


@case(7, "unreadable")
def certificate_in_place_of_the_list() -> bytes:
    certificate = cbor.Tagged(18, [cose.protected_header(-19, HEALTHY.kid), {}, b"", bytes(64)])
    return outer(lambda file: file.__setitem__(1, certificate))


@case(8, "unreadable")
def message_without_its_tag() -> bytes:
    return outer(lambda file: file.__setitem__(1, file[1].value))


@case(9, "unreadable")
def list_without_its_roots() -> bytes:
    return cbor.encode(world().outer()[1])


@case(10, "unreadable")
def empty_protected_header_as_a_map() -> bytes:
    return outer(lambda file: file[1].value.__setitem__(0, b"\xa0"))


@case(11, "unreadable")
def something_in_the_unprotected_map() -> bytes:
    return outer(lambda file: file[1].value.__setitem__(1, {4: b"12345678"}))


@case(12, "unreadable")
def no_signatures() -> bytes:
    return of_list(lambda signatures: signatures.clear())


@case(13, "unreadable")
def no_roots() -> bytes:
    return outer(lambda file: file[0].clear())


@case(14, "too_big")
def too_many_roots() -> bytes:
    return outer(lambda file: file[0].extend([file[0][-1]] * 99))


@case(15, "too_big")
def too_many_signatures() -> bytes:
    return of_list(lambda signatures: signatures.extend([signatures[-1]] * 29))


@case(16, "too_big")
def file_above_the_cap() -> bytes:
    return bytes((64 << 20) + 1)


@case(17, "too_big")
def too_many_items() -> bytes:
    return cbor.encode([0] * 70_000)


@case(18, "unreadable")
def promise_of_many_items() -> bytes:
    return b"\x82\x9b" + (1 << 40).to_bytes(8, "big") + b"\x00"


@case(19, "unreadable")
def very_deep() -> bytes:
    return b"\x81" * 100_000 + b"\x00"


# -------------------------------------------------------------------------------------- signatures


@case(20, "threshold")
def one_signer_only() -> bytes:
    made = world()
    made.signed_by = people("B")
    return made.file()


@case(21, "order")
def one_signature_twice() -> bytes:
    return of_list(lambda signatures: signatures.insert(1, signatures[0]))


@case(22, "order")
def signatures_in_another_order() -> bytes:
    return of_list(lambda signatures: signatures.reverse())


@case(23, "lone_signature")
def no_ml_dsa() -> bytes:
    return of_list(lambda signatures: signatures.__delitem__(slice(2, 4)))


@case(24, "lone_signature")
def no_ed25519() -> bytes:
    return of_list(lambda signatures: signatures.__delitem__(slice(0, 2)))


@case(25, "lone_signature")
def third_signer_half_signed() -> bytes:
    made = world()
    keys = [key for name in "BC" for key in person(name).keys]
    return resigned(made, [*keys, person("D").ed25519])


def resigned(made: World, keys: list[Any], **changes: Any) -> bytes:
    """The file with its list signed by single keys; ``changes`` may give another aad."""
    payload = made.list_payload()
    signatures = [signature(payload, changes.get("aad", LIST), key) for key in keys]
    return made.file(lambda file: file.__setitem__(1, raw_message(payload, signatures)))


def alter(signatures: list[list[Any]], place: int) -> None:
    good = signatures[place][2]
    signatures[place][2] = good[:9] + bytes([good[9] ^ 1]) + good[10:]


@case(26, "bad_signature")
def ed25519_signature_altered() -> bytes:
    return of_list(lambda signatures: alter(signatures, 0))


@case(27, "bad_signature")
def ml_dsa_signature_altered() -> bytes:
    return of_list(lambda signatures: alter(signatures, 3))


@case(28, "bad_signature")
def enough_good_signers_and_a_bad_third() -> bytes:
    made = world()
    made.signed_by = people("BCD")
    d = person("D").ed25519.kid
    return made.file(
        lambda file: [alter(file[1].value[3], n) for n, one in enumerate(file[1].value[3]) if d in one[0]]
    )


@case(29, "bad_signature")
def body_altered() -> bytes:
    payload = world().list_payload().replace(b"Oldtown", b"Newtown")
    return outer(lambda file: file[1].value.__setitem__(2, payload))


@case(30, "unknown_signer")
def a_stranger_signs_too() -> bytes:
    made = world()
    made.signed_by = people("BCX")
    return made.file()


@case(31, "unknown_signer")
def strangers_only() -> bytes:
    made = world()
    made.signed_by = people("XY")
    return made.file()


@case(32, "unknown_signer")
def signer_of_root_1_signs_the_list_of_root_2() -> bytes:
    made = world()
    made.signed_by = people("ABC")
    return made.file()


@case(33, "unknown_algorithm")
def another_algorithm_in_a_signature() -> bytes:
    def change(signatures: list[list[Any]]) -> None:
        signatures[0][0] = cbor.encode({1: -8, 4: person("B").ed25519.kid})
        signatures.sort()

    return of_list(change)


@case(34, "unknown_signer")
def ed25519_kid_under_ml_dsa() -> bytes:
    def change(signatures: list[list[Any]]) -> None:
        signatures[0][0] = cbor.encode({1: -49, 4: person("B").ed25519.kid})
        signatures.sort()

    return of_list(change)


@case(35, "bad_signature")
def list_signed_as_a_root() -> bytes:
    keys = [key for name in "BC" for key in person(name).keys]
    return resigned(world(), keys, aad=ROOT)


@case(36, "bad_signature")
def root_signed_as_a_list() -> bytes:
    made = world()
    payload = made.root_payloads()[1]
    return made.file(lambda file: file[0].__setitem__(1, message(payload, LIST, people("BC"))))


@case(37, "too_big")
def list_in_place_of_a_root() -> bytes:
    def many(b: dict[Any, Any]) -> None:
        b[10] = [[n.to_bytes(16, "big"), DAY, 1] for n in range(300)]

    return world(many).file(lambda file: file[0].__setitem__(1, file[1]))


# ------------------------------------------------------------------------------------------- roots


@case(38, "ok")
def rotation_by_hand_over() -> bytes:
    made = world()
    made.roots.append(RootPlan(people("CDE"), people("CD")))
    made.signed_by = people("DE")
    return made.file()


def second_root(signers: str = "BCD", signed_by: str = "BC", **changes: Any) -> bytes:
    """The good file with another root 2; ``changes`` name labels as ``l0=3``."""
    made = world()
    labels = {int(label[1:]): value for label, value in changes.items()}
    made.roots[1] = RootPlan(people(signers), people(signed_by), changes=labels)
    return made.file()


@case(39, "root_chain")
def gap() -> bytes:
    return second_root(l0=3)


@case(40, "root_chain")
def roots_swapped() -> bytes:
    return outer(lambda file: file[0].reverse())


@case(41, "root_chain")
def root_1_missing() -> bytes:
    return outer(lambda file: file[0].pop(0))


@case(42, "threshold")
def new_root_signed_by_the_new_signers_only() -> bytes:
    return second_root("DEF", "DE")


@case(43, "threshold")
def new_root_signed_by_the_old_signers_only() -> bytes:
    return second_root("DEF", "AB")


@case(44, "root_chain")
def previous_names_another_root() -> bytes:
    return second_root(l1=sha256(b"another").digest())


def pairs(*names: str) -> list[list[bytes]]:
    """Signers of mixed halves: ``"AB"`` has the Ed25519 key of A and the ML-DSA key of B."""
    return sorted([person(one).ed25519.public, person(two).ml_dsa.public] for one, two in names)


@case(45, "order")
def one_ed25519_key_in_two_signers() -> bytes:
    return second_root(l3=pairs("BB", "BC", "DD"))


@case(46, "same_kid")
def one_ml_dsa_key_in_two_signers() -> bytes:
    return second_root(l3=pairs("BB", "CB", "DD"))


@case(47, "weak_key")
def small_order_signer_key() -> bytes:
    return second_root(l3=by_first([[NEVER, person("B").ml_dsa.public], *pairs("CC", "DD")]))


@case(48, "malformed")
def threshold_above_the_signers() -> bytes:
    return second_root(l4=4)


@case(49, "malformed")
def threshold_0() -> bytes:
    return second_root(l5=0)


@case(50, "wrong_root")
def newest_root_stripped() -> bytes:
    return outer(lambda file: file[0].pop())


@case(51, "needs_newer")
def unknown_negative_label_in_a_root() -> bytes:
    return second_root(**{"l-1": 1})


@case(52, "ok")
def unknown_label_in_a_root() -> bytes:
    return second_root(l9=[1, "later", {"a": b""}])


# ------------------------------------------------------------------- signatures of cunning signers

ED25519_ORDER = 2**252 + 27742317777372353535851937790883648493
FIELD = 2**255 - 19


def sign_with_a_point_of_order_2(seed: bytes, public: bytes, message: bytes, good: bytes) -> bytes:
    """A signature whose R has (0, -1) added: 8 S B = 8 R + 8 k A holds, S B = R + k A does not."""
    expanded = sha512(seed).digest()
    scalar = int.from_bytes(expanded[:32], "little") & ((1 << 254) - 8) | (1 << 254)
    nonce = int.from_bytes(sha512(expanded[32:] + message).digest(), "little") % ED25519_ORDER
    point = int.from_bytes(good[:32], "little")
    y, sign = point & (1 << 255) - 1, point >> 255
    r = (FIELD - y | (1 - sign) << 255).to_bytes(32, "little")
    k = int.from_bytes(sha512(r + public + message).digest(), "little")
    return r + ((nonce + k * scalar) % ED25519_ORDER).to_bytes(32, "little")


@case(163, "bad_signature")
def only_the_cofactored_equation_accepts() -> bytes:
    def change(file: list[Any]) -> None:
        for one in file[1].value[3]:
            if one[0] == cose.protected_header(cose.ED25519, person("B").ed25519.kid):
                signed = cose.sign_input(one[0], file[1].value[2], aad=LIST)
                seed = sha256(b"edB").digest()
                one[2] = sign_with_a_point_of_order_2(seed, person("B").ed25519.public, signed, one[2])

    return outer(change)


@case(164, "bad_signature")
def ml_dsa_with_a_context() -> bytes:
    def change(file: list[Any]) -> None:
        private = MLDSA65PrivateKey.from_seed_bytes(sha256(b"mlB").digest())
        for one in file[1].value[3]:
            if one[0] == cose.protected_header(cose.ML_DSA_65, person("B").ml_dsa.kid):
                signed = cose.sign_input(one[0], file[1].value[2], aad=LIST)
                one[2] = private.sign(signed, b"qrcert")

    return outer(change)


@case(165, "same_kid")
def two_keys_of_signers_with_one_kid(monkeypatch: pytest.MonkeyPatch) -> bytes:
    good, data = cose.kid_of, good_file()
    twins = {person("B").ed25519.public, person("C").ml_dsa.public}
    monkeypatch.setattr(
        cose, "kid_of", lambda alg, public: b"12345678" if public in twins else good(alg, public)
    )
    return data


@pytest.mark.parametrize("row", sorted(ROWS))
def test_scenario(row: int, monkeypatch: pytest.MonkeyPatch) -> None:
    expected, make = ROWS[row]
    data = make(monkeypatch) if make.__code__.co_argcount else make()
    assert outcome(data) == expected


def test_every_row_is_there() -> None:
    assert set(ROWS) == {*range(1, 53), 163, 164, 165}


# ---------------------------------------------------------------------------------- beyond the table


@pytest.mark.parametrize(
    ("expected", "make"),
    [
        ("same_kid", lambda: second_root(l3=pairs("BC", "CC", "DD"))),
        ("ok", lambda: second_root(l9=[0] * 976)),
        ("too_big", lambda: second_root(l9=[0] * 977)),
        ("root_chain", lambda: second_root(l0=1)),  # its number is smaller than its place
    ],
)
def test_other_faults_of_roots(expected: str, make: Callable[[], bytes]) -> None:
    assert outcome(make()) == expected


@pytest.mark.parametrize(
    ("thresholds", "signed_by", "expected"),
    [
        ((2, 3), "BC", "threshold"),
        ((2, 3), "BCD", "ok"),
        ((2, 1), "B", "ok"),
        ((3, 1), "BCD", "threshold"),  # the root itself, which B and C signed
    ],
)
def test_roots_and_lists_have_each_their_threshold(
    thresholds: tuple[int, int], signed_by: str, expected: str
) -> None:
    made = world()
    made.roots[1].thresholds = thresholds
    made.signed_by = people(signed_by)
    assert outcome(made.file()) == expected


def test_an_ml_dsa_key_does_not_sign_as_ed25519() -> None:
    """The reverse of row 34, with a signature that holds over the false header."""

    def change(file: list[Any]) -> None:
        key = person("B").ml_dsa
        header = cose.protected_header(cose.ED25519, key.kid)
        signed = key.sign(cose.sign_input(header, file[1].value[2], aad=LIST))
        good = cose.protected_header(cose.ML_DSA_65, key.kid)
        others = [one for one in file[1].value[3] if one[0] != good]
        file[1].value[3] = by_first([*others, [header, {}, signed]])

    assert outcome(outer(change)) == "unknown_signer"


def test_one_root_is_enough() -> None:
    assert outcome(one_root().file()) == "ok"


@pytest.mark.parametrize("place", range(4))
@pytest.mark.parametrize("length", [0, 63, 65, 128, 3308, 3310])
def test_a_signature_of_another_length_does_not_hold(place: int, length: int) -> None:
    assert (
        outcome(of_list(lambda signatures: signatures[place].__setitem__(2, bytes(length))))
        == "bad_signature"
    )


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"\xa0",
        cbor.encode({1: -19}),
        cbor.encode({4: bytes(8)}),
        cbor.encode({1: -19, 4: bytes(7)}),
        cbor.encode({1: "EdDSA", 4: bytes(8)}),
        cbor.encode({1: -19, 2: 1, 4: bytes(8)}),
        b"\xa2\x04\x48" + bytes(8) + b"\x01\x32",
    ],
)
def test_a_signature_header_of_another_shape_is_unreadable(header: bytes) -> None:
    assert outcome(of_list(lambda signatures: signatures[0].__setitem__(0, header))) == "unreadable"


@pytest.mark.parametrize("public", [b"\x02" + bytes(31), bytes(range(32))], ids=["off the curve", "any"])
def test_signers_keys_that_are_no_point_or_no_polynomials(public: bytes) -> None:
    """Past the screen there are bytes that no library can use as a key: signatures under them do not hold."""
    made = world()
    made.roots[1].changes[3] = sorted([[public, b"\xff" * 1952], *pairs("BB", "CC")])
    kids = [cose.kid_of(-19, public), cose.kid_of(-49, b"\xff" * 1952)]

    def change(file: list[Any]) -> None:
        for alg, kid, size in zip((-19, -49), kids, (64, 3309), strict=True):
            file[0][1].value[3].append([cose.protected_header(alg, kid), {}, bytes(size)])
        file[0][1].value[3].sort()

    assert outcome(made.file(change)) == "bad_signature"


def test_a_signer_may_change_one_of_its_keys() -> None:
    made = world()
    made.roots[1] = RootPlan([], people("BC"), changes={3: pairs("BE", "CC", "DD")})
    assert outcome(made.file()) == "lone_signature"
    payload = made.root_payloads()[1]
    keys = [*person("B").keys, *person("C").keys, person("E").ml_dsa]
    root = raw_message(payload, [signature(payload, ROOT, key) for key in keys])
    by_the_new = [person("B").ed25519, person("E").ml_dsa, *person("C").keys]
    body_payload = made.list_payload()
    of_list = raw_message(body_payload, [signature(body_payload, LIST, key) for key in by_the_new])
    first = made.outer()[0][0]
    assert outcome(cbor.encode([[first, root], of_list])) == "ok"
