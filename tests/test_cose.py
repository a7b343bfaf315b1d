"""COSE messages: what others signed, and every way to be nearly right."""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cbor2
import pytest

from qrcert import cbor, cose
from qrcert.errors import Refused, TooBig, Unreadable, Unsupported
from qrcert.signing import SigningKey

VECTORS = Path(__file__).parent / "vectors"
RECORDS = json.loads((VECTORS / "format/records.json").read_text(encoding="utf-8"))
COSE_WG = {
    f"{path.parent.name}/{path.stem}": json.loads(path.read_text())
    for path in sorted(VECTORS.glob("cose-wg/*/*.json"))
}

KID = bytes.fromhex("dd2fb4e18b5e1ce3")
SIGNATURE = bytes(range(64))


def bstr(data: object) -> bytes:
    return cbor.encode(data)


def header(alg: object = -19, kid: object = KID, **more: object) -> bytes:
    """Return an encoded header; ``alg`` or ``kid`` None leaves it out, ``x2=…`` adds label 2."""
    labels = {1: alg, 4: kid} | {int(name[1:]): value for name, value in more.items()}
    return cbor.encode({label: value for label, value in labels.items() if value is not None})


def message(
    protected: bytes = header(),
    *,
    start: str = "d284",
    unprotected: str = "a0",
    payload: str = "4100",
    signature: bytes = SIGNATURE,
    end: str = "",
) -> bytes:
    """Return a COSE_Sign1 out of pieces; with no argument a good one."""
    front = bytes.fromhex(start) + bstr(protected) + bytes.fromhex(unprotected) + bytes.fromhex(payload)
    return front + bstr(signature) + bytes.fromhex(end)


def read(data: bytes) -> cose.Sign1:
    return cose.read_sign1(data, max_bytes=2048)


# ---------------------------------------------------------------- COSE_Sign1


def test_a_good_one_is_read() -> None:
    assert read(message()) == cose.Sign1(-19, KID, header(), b"\0", SIGNATURE)
    assert read(message(header(-9))).alg == cose.ESP256
    assert cose.protected_header(-19, KID) == header()


@pytest.mark.parametrize("length", [0, 1, 22, 23, 24, 25, 255, 256, 257, 65535, 65536, 70000])
def test_payloads_at_every_length_of_head(length: int) -> None:
    data = cose.write_sign1(header(), bytes(length), SIGNATURE)
    assert data == message(payload=bstr(bytes(length)).hex())
    assert cose.read_sign1(data, max_bytes=len(data)).payload == bytes(length)
    with pytest.raises(TooBig, match=f"{len(data)} bytes where at most"):
        cose.read_sign1(data, max_bytes=len(data) - 1)


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record["record"]["form"])
def test_records_that_two_others_signed(record: dict[str, Any]) -> None:
    data = bytes.fromhex(record["certificate"])
    signed = read(data)
    assert signed.kid.hex() == record["kid"]
    assert signed.payload.hex() == record["payload"]
    assert cose.write_sign1(signed.protected, signed.payload, signed.signature) == data
    assert cose.digest_of(data).hex() == record["digest"]
    key = SigningKey.from_seed(signed.alg, bytes.fromhex(record["record"]["seed"]))
    assert key.kid == signed.kid
    test = record["record"]["test"]
    aad, other = cose.CERTIFICATE_AAD, cose.TEST_CERTIFICATE_AAD
    signed.verify(key.public_key, aad=other if test else aad)
    for wrong in (aad if test else other, cose.ROOT_AAD, cose.LIST_AAD, b"", aad + b"0"):
        with pytest.raises(Refused):
            signed.verify(key.public_key, aad=wrong)


@pytest.mark.parametrize(
    "data",
    [
        message(header(0)),
        message(header(-7)),
        message(header(-8)),
        message(header(-49)),
        message(header(-18)),
        message(header(1)),
        message(header(2**53 - 1)),
        message(header(1 - 2**53)),
        # another algorithm has its own kids, signatures and headers
        message(header(-7, kid=None)),
        message(header(-7, kid=b"11")),
        message(header(-7, kid="11")),
        message(header(-7, x2=(4,), x5=b"")),
        message(header(-49), signature=bytes(3309)),
        message(header(-50), signature=b""),
        message(header(-50), unprotected="a104423131"),
        message(header(-50), payload="40"),
    ],
    ids=bytes.hex,
)
def test_another_algorithm_in_a_good_shape_is_unsupported(data: bytes) -> None:
    with pytest.raises(Unsupported, match=r"signed with algorithm -?\d+, which this version does not know"):
        cose.read_sign1(data, max_bytes=4096)


UNREADABLE = {
    "empty": b"",
    "no CBOR": b"Hello!!",
    "untagged": message(start="84"),
    "tag 98": message(start="d86284"),
    "tag 61 outside": message(start="d83dd284"),
    "tag 18 twice": message(start="d2d284"),
    "tag 18 two thousand times": b"\xd2" * 2048,
    "tag 17": message(start="d184"),
    "tag 18 spelled long": message(start="d81284"),
    "self-described": message(start="d9d9f7d284"),
    "tag 18 on a map": bytes.fromhex("d2a0"),
    "tag 18 on nothing": b"\xd2",
    "fifth element": message(start="d285", end="40"),
    "three elements": bytes.fromhex("d283") + bstr(header()) + b"\xa0\x41\x00",
    "array spelled long": message(start="d29804"),
    "array of no stated length": message(start="d29f", end="ff"),
    "trailing byte": message(end="00"),
    "trailing item": message(end="f6"),
    "nil payload": message(payload="f6"),
    "nil payload, another algorithm": message(header(-7), payload="f6"),
    "text payload": message(payload="6161"),
    "payload with a long head": message(payload="580100"),
    "payload of no stated length": message(payload="5f4100ff"),
    "signature with a long head": message()[:-66] + b"\x59\x00\x40" + SIGNATURE,
    "header with a long head": b"\xd2\x84\x58\x0d" + header() + b"\xa0\x41\x00" + bstr(SIGNATURE),
    "signature is text": message()[:-66] + b"\x78\x40" + b"a" * 64,
    "signature is nil": message()[:-66] + b"\xf6",
    "header is a map": b"\xd2\x84" + header() + b"\xa0\x41\x00" + bstr(SIGNATURE),
    "header of no bytes": message(b""),
    "header of an empty map": message(b"\xa0"),
    "header is an array": message(b"\x80"),
    "header is an integer": message(b"\x01"),
    "header with a byte behind": message(header() + b"\x00"),
    "header out of order": message(bytes.fromhex("a20448") + KID + bytes.fromhex("0132")),
    "header with alg twice": message(bytes.fromhex("a301320132 0448") + KID),
    "header with alg spelled long": message(bytes.fromhex("a2013812 0448") + KID),
    "header with kid spelled long": message(bytes.fromhex("a20132045808") + KID),
    "header of no stated length": message(bytes.fromhex("bf01320448") + KID + b"\xff"),
    "header out of order, another algorithm": message(bytes.fromhex("a20441000126")),
    "alg missing": message(header(None)),
    "alg as text": message(header("Ed25519")),
    "alg as bytes": message(header(b"\x32")),
    "alg an array": message(header((-19,))),
    "alg null": message(bytes.fromhex("a201f60448") + KID),
    "alg true": message(bytes.fromhex("a201f50448") + KID),
    "alg a float": message(bytes.fromhex("a201f9ccc00448") + KID),
    "alg a bignum": message(bytes.fromhex("a201c249010000000000000000 0448") + KID),
    "alg under the label 'alg'": message(bytes.fromhex("a2044100 63616c6732")),
    "alg only unprotected": message(header(None), unprotected="a10132"),
    "alg overridden unprotected": message(unprotected="a10128"),
    "alg repeated unprotected": message(unprotected="a10132"),
    "unprotected an array": message(unprotected="80"),
    "unprotected an empty string": message(unprotected="40"),
    "unprotected something": message(unprotected="a11863f6"),
    "crit": message(header(x2=(4,))),
    "crit of something unknown": message(header(x2=(-70000,))),
    "content type": message(header(x3=0)),
    "one header more": message(cbor.encode({1: -19, 4: KID, "x": 0})),
    "kid missing": message(header(kid=None)),
    "kid unprotected": message(header(kid=None), unprotected="a10448" + KID.hex()),
    "kid twice": message(unprotected="a10448" + KID.hex()),
    "kid as text": message(header(kid="12345678")),
    "kid as an integer": message(header(kid=8)),
    **{f"kid of {n} bytes": message(header(kid=bytes(n))) for n in (0, 7, 9, 16, 32)},
    **{f"signature of {n} bytes": message(signature=bytes(n)) for n in (0, 1, 63, 65, 72, 128, 3309)},
    "ESP256 signature in DER": message(header(-9), signature=bytes.fromhex("30460221") + bytes(68)),
    "deep": message(unprotected="a100" * 1000 + "00"),
}


@pytest.mark.parametrize("data", UNREADABLE.values(), ids=UNREADABLE)
def test_everything_else_is_unreadable(data: bytes) -> None:
    with pytest.raises(Unreadable) as caught:
        cose.read_sign1(data, max_bytes=1 << 16)
    assert type(caught.value) is Unreadable


def test_bytes_of_more_items_than_are_looked_at_are_too_big() -> None:
    with pytest.raises(Unreadable, match="tag 18 is missing"):
        cose.read_sign1(bstr([0] * 2047), max_bytes=1 << 16)
    with pytest.raises(TooBig):
        cose.read_sign1(bstr([0] * 2048), max_bytes=1 << 16)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (message(start="84"), "tag 18 is missing"),
        (message(start="d285", end="40"), "an array of header, map, payload and signature is due"),
        (message(b"\x80"), "the protected header is not a map"),
        (message(header(x2=(4,))), "not exactly {1: alg, 4: kid}, protected"),
        (message(unprotected="a10128"), "not exactly {1: alg, 4: kid}, protected"),
        (message(header("EdDSA")), "algorithm 'EdDSA', a kid of 8 bytes and a signature of 64 bytes"),
        (message(header(kid=7)), "a kid of 0 bytes and a signature of 64 bytes, where an integer, 8 and 64"),
        (message(signature=bytes(63)), "algorithm -19, a kid of 8 bytes and a signature of 63 bytes"),
    ],
)
def test_the_reason_is_told(data: bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=re.escape(reason)):
        read(data)


def test_a_trust_list_posed_as_a_certificate_and_the_reverse() -> None:
    one = cose.write_sign(cose.SignMessage(b"\xa0", (cose.Signature(header(), -19, KID, SIGNATURE),)))
    for posed in (cbor.encode(one), cbor.encode(((one,), one))):
        with pytest.raises(Unreadable):
            read(posed)
    certificate = cbor.decode(message(), tags=frozenset((18,)))
    with pytest.raises(Unreadable, match="tag 98"):
        cose.read_sign(certificate)


def test_every_bit_and_every_length_of_a_certificate() -> None:
    """Flipped or cut, the bytes are refused as ours to refuse, or are again the one spelling of a message."""
    data = bytes.fromhex(RECORDS[0]["certificate"])
    spoilt = [data[:end] for end in range(len(data))]
    for bit in range(len(data) * 8):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        spoilt.append(bytes(flipped))
    for other in spoilt:
        try:
            found = read(other)
        except (Unreadable, Unsupported):
            continue
        assert cose.write_sign1(found.protected, found.payload, found.signature) == other


# ---------------------------------------------------------------- COSE_Sign


def sign_shape(**change: Any) -> Any:
    """Return the decoded COSE_Sign of one signature, with pieces changed."""
    piece: dict[str, Any] = {"number": 98, "header": b"", "unprotected": {}, "payload": b"\xa0"} | change
    signatures = piece.get("signatures", ((header(-49), {}, bytes(3309)),))
    return cbor.Tagged(piece["number"], (piece["header"], piece["unprotected"], piece["payload"], signatures))


def test_a_good_list_message_is_read_and_written() -> None:
    keys = ((-49, bytes(8)), (-19, KID))
    signatures = tuple(cose.Signature(header(alg, kid), alg, kid, b"s") for alg, kid in keys)
    written = cose.write_sign(cose.SignMessage(b"body", signatures))
    assert [one[0] for one in written.value[3]] == [header(-19), header(-49, bytes(8))]
    found = cose.read_sign(cbor.decode(cbor.encode(written), tags=frozenset((98,))))
    assert found == cose.SignMessage(b"body", signatures[::-1])
    assert cose.read_sign(sign_shape(signatures=((header(-8), {}, b""),))).signatures[0].alg == -8


BAD_SIGNATURES: list[Any] = [
    (),
    b"",
    (header(), {}),
    (header(), {}, b"", b""),
    (header(), {4: KID}, b""),
    (header(), (), b""),
    ({}, {}, b""),
    (header(), {}, "text"),
    (b"", {}, b""),
    (b"\xa0", {}, b""),
    (b"\x80", {}, b""),
    (header() + b"\0", {}, b""),
    (header(None), {}, b""),
    (header(kid=None), {}, b""),
    (header(x2=(4,)), {}, b""),
    (header("Ed25519"), {}, b""),
    (header(kid="12345678"), {}, b""),
    (header(kid=bytes(7)), {}, b""),
    (header(kid=bytes(9)), {}, b""),
]


@pytest.mark.parametrize(
    "shape",
    [
        sign_shape().value,
        sign_shape(number=18),
        sign_shape(number=998),
        cbor.Tagged(98, sign_shape()),
        cbor.Tagged(98, {}),
        cbor.Tagged(98, b""),
        cbor.Tagged(98, ()),
        cbor.Tagged(98, sign_shape().value[:3]),
        cbor.Tagged(98, (*sign_shape().value, b"")),
        sign_shape(header=b"\xa0"),
        sign_shape(header={}),
        sign_shape(unprotected={4: KID}),
        sign_shape(unprotected=()),
        sign_shape(payload="text"),
        sign_shape(payload={}),
        sign_shape(signatures=()),
        sign_shape(signatures={}),
        sign_shape(signatures=b""),
        sign_shape(signatures=sign_shape()),
        *(sign_shape(signatures=(one,)) for one in BAD_SIGNATURES),
        0,
        (),
        {},
    ],
    ids=repr,
)
def test_other_list_messages_are_unreadable(shape: object) -> None:
    with pytest.raises(Unreadable):
        cose.read_sign(shape)


# ---------------------------------------------------------------- what is signed: cose-wg/Examples


def _encoded(labels: dict[str, Any]) -> bytes:
    """Return the header that an example names, as Sig_structure has it: an empty one is no bytes."""
    values = {"ES256": -7, "EdDSA": -8}
    found = {{"alg": 1, "ctyp": 3}[name]: values.get(value, value) for name, value in labels.items()}
    return cbor.encode(found) if found else b""


def _examples() -> Iterator[Any]:
    for name, example in COSE_WG.items():
        given, made = example["input"], example["intermediates"]
        if "sign0" in given:
            yield pytest.param(example, given["sign0"], None, made["ToBeSign_hex"], id=name)
        else:
            body = _encoded(given["sign"].get("protected", {}))
            for one, signed in zip(given["sign"]["signers"], made["signers"], strict=True):
                yield pytest.param(example, one, body, signed["ToBeSign_hex"], id=name)


@pytest.mark.parametrize(("example", "signer", "body", "expected"), list(_examples()))
def test_the_exact_bytes_that_are_signed(
    example: dict[str, Any], signer: dict[str, Any], body: bytes | None, expected: str
) -> None:
    """Sig_structure as computed from the example's input; then the example's signature over it."""
    protected = _encoded(signer.get("protected", {}))
    payload, aad = example["input"]["plaintext"].encode(), bytes.fromhex(signer.get("external", ""))
    if body is None:
        signed = cose.sign1_input(protected, payload, aad=aad)
    else:
        signed = cose.sign_input(protected, payload, aad=aad, body_protected=body)
    assert signed.hex().upper() == expected

    shape = cbor2.loads(bytes.fromhex(example["output"]["cbor"]))
    parts = getattr(shape, "value", shape)
    signature = parts[3] if body is None else parts[3][0][2]
    key = _public(signer["key"])
    if key is None:
        return
    if key.alg == cose.ESP256:
        signature = signature[:32] + cose.low_s(int.from_bytes(signature[32:], "big")).to_bytes(32, "big")
    if example["title"] == "sign-fail-02: Change signature":
        with pytest.raises(Refused):
            key.verify(signature, signed.replace(payload, parts[2]))
    else:
        key.verify(signature, signed)


def _public(key: dict[str, str]) -> cose.PublicKey | None:
    """Return an example's key, or None for Ed448, which is not ours."""
    if key["crv"] == "Ed25519":
        return cose.PublicKey(cose.ED25519, bytes.fromhex(key["x_hex"]))
    if key["crv"] == "P-256":
        return cose.PublicKey(cose.ESP256, b"".join(urlsafe_b64decode(key[part] + "=") for part in "xy"))
    return None


def test_the_examples_are_outside_our_profile() -> None:
    """Their algorithm numbers are unsupported where the shape is right; all the rest is unreadable."""
    unsupported = []
    for name, example in COSE_WG.items():
        with pytest.raises((Unreadable, Unsupported)) as caught:
            read(bytes.fromhex(example["output"]["cbor"]))
        if caught.type is Unsupported:
            unsupported.append(name)
    assert unsupported == [
        *("eddsa-examples/eddsa-sig-01", "eddsa-examples/eddsa-sig-02"),
        *(f"sign1-tests/sign-fail-0{n}" for n in (2, 3, 6, 7)),
        "sign1-tests/sign-pass-02",
    ]


def test_heads_of_every_length_in_what_is_signed() -> None:
    for length in (0, 23, 24, 255, 256, 65535, 65536):
        ours = cose.sign1_input(b"h", bytes(length), aad=b"a")
        assert cbor2.loads(ours) == ["Signature1", b"h", b"a", bytes(length)]
        assert ours == cbor2.dumps(["Signature1", b"h", b"a", bytes(length)])
        ours = cose.sign_input(b"h", bytes(length), aad=b"a")
        assert ours == cbor2.dumps(["Signature", b"", b"h", b"a", bytes(length)])
