"""Keys and signatures of COSE: vectors of others, the screen for weak keys, the one form of a signature."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import cbor2
import pytest
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey

from qrcert import cose
from qrcert.errors import Refused, Unreadable, Unsupported
from qrcert.signing import SigningKey

VECTORS = Path(__file__).parent / "vectors"
WYCHEPROOF = json.loads((VECTORS / "wycheproof/ed25519_test.json").read_text())
CCTV = json.loads((VECTORS / "cctv/ed25519vectors.json").read_text())

FIELD = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
P256_FIELD = 2**256 - 2**224 + 2**192 + 2**96 - 1
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

# ---------------------------------------------------------------- names


def test_kid_of_rfc_9679_section_6() -> None:
    x = bytes.fromhex("65eda5a12577c2bae829437fe338701a10aaa375e1bb5b5de108de439c08551d")
    y = bytes.fromhex("1e52ed75701163f7f9e40ddf9f341b3dc9ba860af7e0ca7ca7e9eecd0084d19c")
    thumbprint = "496bd8afadf307e5b08c64b0421bf9dc01528a344a43bda88fadd1669da253ec"
    assert cose.kid_of(cose.ESP256, x + y).hex() == thumbprint[:16]
    assert cose.PublicKey(cose.ESP256, x + y).kid.hex() == thumbprint[:16]


def test_kid_of_an_ml_dsa_65_key_as_the_authors_of_rfc_9964_have_it() -> None:
    """The example key in the COSE working group's repository, from a seed of zeros, and its thumbprint."""
    thumbprint = "b788acf242f1f1d6532926d816e76e1636874267f2a48c84c4e65789ab80cc02"
    key = SigningKey.from_seed(cose.ML_DSA_65, bytes(32))
    assert cose.kid_of(key.alg, key.public).hex() == thumbprint[:16]


def test_kid_is_the_thumbprint_of_the_key_as_a_general_encoder_writes_it() -> None:
    public = SigningKey.from_seed(cose.ED25519, bytes(32)).public
    spelled = cbor2.dumps({1: 1, -1: 6, -2: public}, canonical=True)
    assert cose.kid_of(cose.ED25519, public) == hashlib.sha256(spelled).digest()[:8]
    with pytest.raises(Unsupported, match="algorithm -8"):
        cose.kid_of(-8, public)


# ---------------------------------------------------------------- Ed25519

RFC_8032 = [  # section 7.1: seed, public key, message, signature
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        b"",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
        "d25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        b"\x72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
        "387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        b"\xaf\x82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
        "4a7c15e9716ed28dc027beceea1ec40a",
    ),
    (
        "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        hashlib.sha512(b"abc").digest(),
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e030"
        "3dca179c138ac17ad9bef1177331a704",
    ),
]


@pytest.mark.parametrize(("seed", "public", "text", "signature"), RFC_8032)
def test_rfc_8032_section_7_1(seed: str, public: str, text: bytes, signature: str) -> None:
    key = SigningKey.from_seed(cose.ED25519, bytes.fromhex(seed))
    assert key.public.hex() == public
    assert key.sign(text).hex() == signature
    checked = cose.PublicKey(cose.ED25519, bytes.fromhex(public))
    checked.verify(bytes.fromhex(signature), text)
    for spoilt in (text + b"\0", b"another"):
        with pytest.raises(Refused, match="the Ed25519 signature does not hold"):
            checked.verify(bytes.fromhex(signature), spoilt)


@pytest.mark.parametrize("group", WYCHEPROOF["testGroups"], ids=lambda group: str(group["tests"][0]["tcId"]))
def test_wycheproof(group: dict[str, Any]) -> None:
    key = cose.PublicKey(cose.ED25519, bytes.fromhex(group["publicKey"]["pk"]))
    for case in group["tests"]:
        signature, text = bytes.fromhex(case["sig"]), bytes.fromhex(case["msg"])
        if case["result"] == "valid":
            key.verify(signature, text)
        else:
            with pytest.raises(Refused):
                key.verify(signature, text)


def test_wycheproof_is_whole() -> None:
    results = [case["result"] for group in WYCHEPROOF["testGroups"] for case in group["tests"]]
    assert (results.count("valid"), results.count("invalid"), len(results)) == (88, 63, 151)


def test_cctv_keys_of_small_order_or_not_canonical_are_refused() -> None:
    """Fourteen keys of 22 do not pass the screen; of the rest only the one without a torsion part is full."""
    flags: dict[str, set[str]] = {}
    for case in CCTV:
        flags.setdefault(case["key"], set()).update(
            flag for flag in case["flags"] or [] if flag.endswith("_A")
        )
    assert len(flags) == 22
    refused, full = [], []
    for name, found in flags.items():
        public = bytes.fromhex(name)
        if found & {"low_order_A", "non_canonical_A"}:
            refused.append(name)
            with pytest.raises(Refused, match=r"small order|canonical"):
                cose.PublicKey(cose.ED25519, public)
        else:
            cose.PublicKey(cose.ED25519, public)
        if cose.has_full_order(public):
            full.append(name)
    assert len(refused) == 14
    assert full == [name for name, found in flags.items() if not found]
    assert len(full) == 1


def test_cctv_signatures_by_the_one_equation() -> None:
    """Cofactorless, R compared as bytes: residues of small order and other spellings of R do not hold."""
    held = 0
    for case in CCTV:
        flags = set(case["flags"] or [])
        if flags & {"low_order_A", "non_canonical_A"}:
            continue
        key = cose.PublicKey(cose.ED25519, bytes.fromhex(case["key"]))
        signature, text = bytes.fromhex(case["sig"]), case["msg"].encode()
        if flags & {"low_order_residue", "non_canonical_R", "reencoded_k"}:
            with pytest.raises(Refused):
                key.verify(signature, text)
        else:
            key.verify(signature, text)
            held += 1
    assert held > 0


def test_the_two_signatures_that_tell_the_equations_apart() -> None:
    """The format's own vector: a checker with the cofactor takes both, ours takes one."""
    key = cose.PublicKey(
        cose.ED25519, bytes.fromhex("3a261049f9384b3a7a10feacf0445f1a38b50866d3e96f1d2e4ed3ef3452dbf4")
    )
    text = b"Sig_structure of a certificate"
    key.verify(
        bytes.fromhex(
            "5e17c316f610b0a02b3e776ef603782e2ea64f8e13c6865c8de3f1e8eaeddd2a"
            "49da11ff5ddc8ce99a8afff64473e00c730672eaad6edddce2262520d05d8b03"
        ),
        text,
    )
    with pytest.raises(Refused):
        key.verify(
            bytes.fromhex(
                "8fe83ce909ef4f5fd4c1889109fc87d1d159b071ec3979a3721c0e17151222d5"
                "dddf9c493c74c679a0fb0f3b51ebc4d77c214925ee5c05fcaaaf63ea54199403"
            ),
            text,
        )


# The curve -x2 + y2 = 1 + d x2 y2 again, by the textbook, so that the product's arithmetic has a second opinion.

Point = tuple[int, int]
NEUTRAL = (0, 1)
D = -121665 * pow(121666, -1, FIELD) % FIELD


def _sum(one: Point, two: Point) -> Point:
    (x1, y1), (x2, y2) = one, two
    bent = D * x1 * x2 * y1 * y2
    return (
        (x1 * y2 + y1 * x2) * pow(1 + bent, -1, FIELD) % FIELD,
        (y1 * y2 + x1 * x2) * pow(1 - bent, -1, FIELD) % FIELD,
    )


def _times(factor: int, point: Point) -> Point:
    total = NEUTRAL
    for bit in f"{factor:b}":
        total = _sum(total, total)
        if bit == "1":
            total = _sum(total, point)
    return total


def _point(y: int) -> Point | None:
    """Return the point with this y and an even x, or None."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, FIELD) % FIELD
    root = pow(square, (FIELD + 3) // 8, FIELD)
    for x in (root, root * pow(2, (FIELD - 1) // 4, FIELD) % FIELD):
        if x * x % FIELD == square:
            return (x if x % 2 == 0 else FIELD - x, y)
    return None


def _encoded(point: Point, sign: int | None = None) -> bytes:
    x, y = point
    return (y | (x & 1 if sign is None else sign) << 255).to_bytes(32, "little")


def test_the_screen_has_all_eight_points_of_small_order() -> None:
    """L times any point has the order 1, 2, 4 or 8, and one of order 8 makes all eight of them."""
    multiples = (_times(ORDER, point) for y in range(2, 200) if (point := _point(y)))
    torsion = next(point for point in multiples if _times(4, point) != NEUTRAL)
    eight = [_times(factor, torsion) for factor in range(8)]
    assert [next(n for n in (1, 2, 4, 8) if _times(n, point) == NEUTRAL) for point in eight] == [
        *(1, 8, 4, 8, 2, 8, 4, 8)
    ]
    assert len(set(eight)) == 8
    for point in eight:
        for sign in (0, 1):
            with pytest.raises(Refused, match="small order"):
                cose.PublicKey(cose.ED25519, _encoded(point, sign))
            assert not cose.has_full_order(_encoded(point, sign))
    honest = _times(8, _point(3) or NEUTRAL)
    assert _times(ORDER, honest) == NEUTRAL
    for point in eight:
        assert cose.has_full_order(_encoded(_sum(honest, point))) is (point == NEUTRAL)


def test_honest_keys_have_the_full_order_whatever_their_sign_and_root() -> None:
    """Of twelve keys some need the other square root, and half have an odd x."""
    keys = [SigningKey.from_seed(cose.ED25519, bytes([n] * 32)).public for n in range(12)]
    assert {public[31] >> 7 for public in keys} == {0, 1}
    assert all(cose.has_full_order(public) for public in keys)


def test_keys_with_y_beyond_the_field_are_refused() -> None:
    for y in range(FIELD, 2**255):
        for sign in (0, 1):
            with pytest.raises(Refused, match="canonical"):
                cose.PublicKey(cose.ED25519, _encoded((0, y), sign))
            assert not cose.has_full_order(_encoded((0, y), sign))


def test_bytes_that_are_no_point_check_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    public = _encoded((0, next(y for y in range(2, 200) if _point(y) is None)))
    with monkeypatch.context() as changed:
        changed.delattr(cose, "_add")  # they are told before anything is added
        assert not cose.has_full_order(public)
    with pytest.raises(Refused, match="does not hold"):
        cose.PublicKey(cose.ED25519, public).verify(bytes(64), b"")


def test_s_beyond_the_order_is_refused() -> None:
    key = SigningKey.from_seed(cose.ED25519, bytes(32))
    public, signature = key.public_key, key.sign(b"m")
    public.verify(signature, b"m")
    s = int.from_bytes(signature[32:], "little")
    for other in (s + ORDER, ORDER - s, ORDER, 2**256 - 1, 0):
        with pytest.raises(Refused):
            public.verify(signature[:32] + other.to_bytes(32, "little"), b"m")


# ---------------------------------------------------------------- ESP256


def _esp256(r: int, s: int) -> bytes:
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


RFC_6979 = SigningKey.from_seed(  # appendix A.2.5
    cose.ESP256, bytes.fromhex("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721")
)
SAMPLE = (  # the signature of "sample" with SHA-256, whose s is high
    0xEFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716,
    0xF7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8,
)
TEST = (  # of "test", whose s is low
    0xF1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367,
    0x019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083,
)


def test_rfc_6979_appendix_a_2_5_with_low_s_only() -> None:
    assert RFC_6979.public.hex() == (
        "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
        "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"
    )
    key = cose.PublicKey(cose.ESP256, RFC_6979.public)
    for (r, s), text, low in ((SAMPLE, b"sample", False), (TEST, b"test", True)):
        good, bad = (s, P256_ORDER - s) if low else (P256_ORDER - s, s)
        key.verify(_esp256(r, good), text)
        assert cose.low_s(s) == cose.low_s(P256_ORDER - s) == good
        with pytest.raises(Refused, match="one allowed form"):
            key.verify(_esp256(r, bad), text)
        with pytest.raises(Refused, match="ESP256 signature does not hold"):
            key.verify(_esp256(r, good), text + b".")


def test_esp256_numbers_out_of_range_are_refused() -> None:
    key = cose.PublicKey(cose.ESP256, RFC_6979.public)
    (r, s), half = TEST, P256_ORDER // 2
    wrong = [
        *((0, s), (r, 0), (0, 0), (P256_ORDER, s), (P256_ORDER, 1), (2**256 - 1, s)),
        *((r, half + 1), (r, P256_ORDER - s), (r, P256_ORDER - 1), (r, P256_ORDER), (r, 2**256 - 1)),
    ]
    for one in wrong:
        with pytest.raises(Refused, match="one allowed form"):
            key.verify(_esp256(*one), b"test")
    for one in ((r, half), (1, 1), (P256_ORDER - 1, s)):
        with pytest.raises(Refused, match="does not hold"):
            key.verify(_esp256(*one), b"test")


def test_points_off_the_p_256_curve_are_refused() -> None:
    x, y = (int.from_bytes(half, "big") for half in (RFC_6979.public[:32], RFC_6979.public[32:]))
    assert cose.PublicKey(cose.ESP256, _esp256(x, P256_FIELD - y)) != cose.PublicKey(
        cose.ESP256, RFC_6979.public
    )
    for point in ((x, y + 1), (x + 1, y), (y, x), (0, 0), (x, 0), (1, 1), (x, P256_FIELD), (2**256 - 1, y)):
        with pytest.raises(Refused, match="not a point of the curve"):
            cose.PublicKey(cose.ESP256, _esp256(*point))


def test_p_256_coordinates_spelled_past_the_field_are_refused() -> None:
    """Three points with a coordinate so small that it, plus p, still fits in 32 bytes."""
    small_x = (5, 0x459243B9AA581806FE913BCE99817ADE11CA503C64D9A3C533415C083248FBCC)
    small_y = (0xD7325D7646CD60D80A92738CEB345F844CFFAF35841022CAB176F692DE8DE1D7, 5)
    no_x = (0, 0x66485C780E2F83D72433BD5D84A06BB6541C2AF31DAE871728BF856A174F93F4)
    for x, y in (no_x, small_x, small_y):
        cose.PublicKey(cose.ESP256, _esp256(x, y))
    past = (P256_FIELD, no_x[1]), (small_x[0] + P256_FIELD, small_x[1]), (small_y[0], small_y[1] + P256_FIELD)
    for x, y in past:
        with pytest.raises(Refused, match="not a point of the curve"):
            cose.PublicKey(cose.ESP256, _esp256(x, y))


def test_esp256_numbers_of_another_length_are_refused() -> None:
    """An s that begins with a zero byte has no shorter spelling, and no s a longer one."""
    key = RFC_6979.public_key
    short = next(one for one in (RFC_6979.sign(b"m") for _ in range(20_000)) if one[32] == 0)
    key.verify(short, b"m")
    for other in (short[:32] + short[33:], short[:32] + b"\0" + short[32:]):
        with pytest.raises(Refused, match="one allowed form"):
            key.verify(other, b"m")


# ---------------------------------------------------------------- all three


ALL = [SigningKey.from_seed(alg, bytes(31) + b"\1") for alg in (cose.ED25519, cose.ESP256, cose.ML_DSA_65)]


@pytest.mark.parametrize("key", ALL, ids=repr)
def test_signatures_of_another_length_are_refused(key: SigningKey) -> None:
    public, signature = key.public_key, key.sign(b"m")
    public.verify(signature, b"m")
    assert len(signature) == cose.SIGNATURE_BYTES[key.alg]
    longer = (signature + b"\0", b"\0" + signature, signature * 2)
    for other in (b"", signature[:-1], signature[1:], bytes(len(signature)), *longer):
        with pytest.raises(Refused):
            public.verify(other, b"m")
    with pytest.raises(Refused):
        public.verify(signature, b"n")


@pytest.mark.parametrize("key", ALL, ids=repr)
def test_public_keys_of_another_length_are_unreadable(key: SigningKey) -> None:
    for other in (b"", key.public[:-1], key.public + b"\0", b"\4" + key.public):
        with pytest.raises(
            Unreadable, match=f"a public key of {len(other)} bytes where {len(key.public)} are due"
        ):
            cose.PublicKey(key.alg, other)


def test_a_key_counts_only_for_its_own_algorithm() -> None:
    ed, ec, _ = ALL
    with pytest.raises(Unreadable):
        cose.PublicKey(cose.ED25519, ec.public)  # the bytes of a P-256 key read as Ed25519
    with pytest.raises(Unreadable):
        cose.PublicKey(cose.ESP256, ed.public)
    for alg in (0, -7, -8, -50, 18):
        with pytest.raises(Unsupported, match=f"algorithm {alg} "):
            cose.PublicKey(alg, ed.public)
    header = cose.protected_header(cose.ED25519, ec.kid)
    signed = cose.Sign1(cose.ED25519, ec.kid, header, b"", ec.sign(cose.sign1_input(header, b"", aad=b"a")))
    with pytest.raises(Refused, match="signed with algorithm -19, the key is for -9"):
        signed.verify(ec.public_key, aad=b"a")
    turned = cose.Sign1(cose.ESP256, ed.kid, header, b"", ed.sign(cose.sign1_input(header, b"", aad=b"a")))
    with pytest.raises(Refused, match="signed with algorithm -9, the key is for -19"):
        turned.verify(ed.public_key, aad=b"a")


@pytest.mark.parametrize("alg", [0, -7, -8, -18, -48, -50])
def test_other_algorithms_have_no_thumbprint(alg: int) -> None:
    with pytest.raises(Unsupported, match=f"algorithm {alg}"):
        cose.kid_of(alg, bytes(32))


def test_a_machine_that_cannot_check_ml_dsa_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    class Absent:
        @staticmethod
        def from_public_bytes(public: bytes) -> None:
            raise UnsupportedAlgorithm("no ML-DSA here")

    monkeypatch.setattr("cryptography.hazmat.primitives.asymmetric.mldsa.MLDSA65PublicKey", Absent)
    with pytest.raises(Refused, match="cannot check ML-DSA-65") as caught:
        cose.PublicKey(cose.ML_DSA_65, bytes(1952)).verify(bytes(3309), b"")
    assert "cryptography" in (caught.value.hint or "")


def test_ml_dsa_65_under_a_context_is_refused() -> None:
    private = MLDSA65PrivateKey.from_seed_bytes(bytes(32))
    key = cose.PublicKey(cose.ML_DSA_65, private.public_key().public_bytes_raw())
    key.verify(private.sign(b"m", b""), b"m")
    with pytest.raises(Refused, match="ML-DSA-65 signature does not hold"):
        key.verify(private.sign(b"m", b"qrcert"), b"m")


def test_public_keys_are_values() -> None:
    one, two, other = (key.public_key for key in (ALL[0], ALL[0], ALL[1]))
    assert one == two
    assert one != other
    assert one != ALL[0].public
    assert len({one, two, other}) == 2
    assert repr(one) == f"PublicKey(-19, kid {ALL[0].kid.hex()})"
