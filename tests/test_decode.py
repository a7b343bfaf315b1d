"""The thirteen steps: what decides, what may be shown, and that nothing unverified gets through."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

import pytest

import school
from qrcert import cbor, cose, decode, wire
from qrcert.encode import sign_bytes, sign_certificate
from qrcert.signing import SigningKey
from qrcert.trust import Contents, KeyEntry, School, Season, SeasonTree, name_of_copy, name_of_number
from qrcert.wire import ALPHABET

CHARACTERS = ALPHABET.decode()


def verdict(text: str, **more: object) -> decode.Verdict:
    return decode.verify(text, **({"trust": school.trust(), "now": school.NOW} | more))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", list(school.entries()))
def test_a_sample_of_every_shipped_form_is_genuine(name: str) -> None:
    found = verdict(school.text(name))
    assert (found.code, found.exit_status) == ("genuine", 0)
    assert found.school == school.SCHOOL
    assert found.issued == school.ISSUED
    contents = found.contents("en")
    assert contents is not None
    assert contents.fields


def test_esp256_is_as_good() -> None:
    key = school.key_of("p256 school", cose.ESP256)
    entry = KeyEntry(key.public_key, school.SCHOOL, school.TODAY - 1000, school.TODAY, 1)
    trust = school.publish(school.contents(keys=(entry,)))
    text = sign_certificate(school.certificate(), key=key)
    assert verdict(text, trust=trust).code == "genuine"
    signed = wire.to_bytes(text)
    s = int.from_bytes(signed[-32:], "big")
    high = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551 - s
    assert verdict(wire.to_text(signed[:-32] + high.to_bytes(32, "big")), trust=trust).code == "altered"


def test_the_clock_may_be_aware_naive_or_a_day() -> None:
    for now in (
        datetime(2026, 11, 23, 23, 59),
        datetime(2026, 11, 23, 0, 1, tzinfo=timezone(timedelta(hours=12))),
        date(2026, 11, 23),
    ):
        assert verdict(school.text(), now=now).today == school.TODAY


def test_the_status_of_every_verdict() -> None:
    """The table of the format, section 4: refused, could not tell, genuine."""
    refused = {"altered", "key_refused", "withdrawn", "replaced", "expired"}
    unknown = {"not_qrcert", "unsupported", "unreadable", "unknown_school", "unknown_form", "check_clock"}
    statuses = dict.fromkeys(refused, 1) | dict.fromkeys(unknown | {"genuine_old_list"}, 2) | {"genuine": 0}
    assert statuses == decode.EXIT_STATUS


# --- text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "not_qrcert"),
        (" \t\r\n", "not_qrcert"),
        ("https://qr.example/QC1:", "not_qrcert"),
        ("HC1:6BF", "not_qrcert"),
        ("shc:/5676", "not_qrcert"),
        ("BEGIN:VCARD", "not_qrcert"),
        ("QC1", "not_qrcert"),
        ("QC:", "not_qrcert"),
        ("qc1:RRQT", "not_qrcert"),
        ("QC1:RRQT", "unreadable"),
        ("QС1:RRQT", "not_qrcert"),  # Cyrillic С
        ("QC1234567890:", "not_qrcert"),
        ("QC2:RRQT", "unsupported"),
        ("QC01:RRQT", "unsupported"),
        ("QC0:", "unsupported"),
        ("QC1:", "unreadable"),
        ("QC1::::", "unreadable"),
        ("QC1:GGW", "unreadable"),
        ("QC1:rrqt", "unreadable"),
        ("QC1:K", "unreadable"),  # U+212A, the Kelvin sign
        ("QC1:" + "0" * 1_000_000, "unreadable"),
        ("\u00a0QC1:", "not_qrcert"),
    ],
)
def test_texts_that_are_no_certificates(text: str, code: str) -> None:
    assert verdict(text).code == code


def test_white_space_at_the_ends_does_not_count_and_inside_it_does() -> None:
    text = school.text()
    assert verdict(f"\r\n\t {text} \n").code == "genuine"
    assert verdict(f"{text[:40]}\n{text[40:]}").code == "unreadable"
    assert verdict(f"\u2003{text}").code == "not_qrcert"


def test_every_truncation_and_extension_is_refused() -> None:
    text = school.text()
    assert not [end for end in range(len(text)) if verdict(text[:end]).code == "genuine"]
    assert not [more for more in CHARACTERS if verdict(text + more).code == "genuine" and more != " "]
    assert not [more for more in CHARACTERS if verdict(text + more * 3).code == "genuine" and more != " "]


def test_every_flipped_bit_is_refused() -> None:
    signed = wire.to_bytes(school.text("participation"))
    for place in range(len(signed) * 8):
        flipped = bytearray(signed)
        flipped[place // 8] ^= 1 << place % 8
        assert verdict(wire.to_text(bytes(flipped))).code in {
            "altered",
            "unreadable",
            "unknown_school",
            "unsupported",
        }


def test_20_000_mutated_texts_are_never_accepted_and_never_raise() -> None:
    chance = random.Random(20_000)
    texts = [school.text(name) for name in school.entries()]
    for _ in range(20_000):
        mutated = mutate(chance.choice(texts), chance)
        assert verdict(mutated).code not in decode.SHOWS_NUMBER


def mutate(text: str, chance: random.Random) -> str:
    """Change a text in one to four places so that it is another one."""
    while True:
        changed = list(text)
        for _ in range(chance.randint(1, 4)):
            place = chance.randrange(len(changed))
            act = chance.randrange(5)
            if act == 0:
                changed[place] = chance.choice(CHARACTERS)
            elif act == 1:
                del changed[place]
            elif act == 2:
                changed.insert(place, chance.choice(CHARACTERS))
            elif act == 3:
                changed[place] = chr(chance.choice((0, 9, 0x41, 0xC1, 0x212A, 0xFF1A, 0xD800, 0x10FFFF)))
            else:
                other = chance.randrange(len(changed))
                changed[place], changed[other] = changed[other], changed[place]
        mutated = "".join(changed)
        if mutated.strip("\t\n\r ") != text:
            return mutated


# --- COSE and payload


def resigned(payload: bytes, *, key: SigningKey = school.KEY, aad: bytes = cose.CERTIFICATE_AAD) -> str:
    """The code of any payload, honestly signed."""
    protected = cose.protected_header(key.alg, key.kid)
    signature = key.sign(cose.sign1_input(protected, payload, aad=aad))
    return wire.to_text(cose.write_sign1(protected, payload, signature))


def claims(**changes: object) -> dict[int, object]:
    """The payload of the participation sample as a map; ``l1=…`` sets a label, ``m2=…`` its negative."""
    signed = cose.read_sign1(wire.to_bytes(school.text("participation")), max_bytes=2048)
    payload = dict(cbor.decode(signed.payload))
    for name, value in changes.items():
        label = int(name[1:]) * (-1 if name[0] == "m" else 1)
        payload.pop(label, None)
        if value is not None:
            payload[label] = value
    return payload


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, "genuine"),
        ({"l0": None}, "unsupported"),
        ({"l0": b"short"}, "unsupported"),
        ({"l0": "text, not bytes!"}, "unsupported"),
        ({"m1": None}, "unsupported"),
        ({"m1": 18261}, "unsupported"),
        ({"m1": 84006}, "unsupported"),
        ({"m1": "2026-06-25"}, "unsupported"),
        ({"m2": None}, "unsupported"),
        ({"m2": 10**15}, "unsupported"),
        ({"m2": -1}, "unsupported"),
        ({"m2": ""}, "unsupported"),
        ({"m2": "x" * 33}, "unsupported"),
        ({"m2": b"bytes"}, "unsupported"),
        ({"m2": 15}, "unsupported"),  # this form has texts for numbers
        ({"m3": 0}, "unsupported"),
        ({"m3": 5}, "unsupported"),
        ({"m3": 1}, "unsupported"),  # this form has no parts
        ({"m4": 1}, "unsupported"),
        ({"m24": 1}, "unsupported"),
        ({"l3": b"x"}, "unsupported"),
        ({"l23": 1}, "unsupported"),
        ({"l24": 1}, "unsupported"),
        ({"l1": None}, "unsupported"),  # nobody is named
        ({"l1": b""}, "unsupported"),
        ({"l1": 7}, "unsupported"),
        ({"l1": {}}, "unsupported"),
        ({"l1": ()}, "unsupported"),
        ({"l1": (1, 2, 3)}, "unsupported"),
        ({"l1": (b"x",)}, "unsupported"),
        ({"l1": (b"x", 1)}, "unsupported"),
        ({"l1": (b"x", (b"y",))}, "unsupported"),
    ],
)
def test_payloads_that_the_rules_do_not_know(changes: dict[str, object], code: str) -> None:
    assert verdict(resigned(cbor.encode(claims(**changes)))).code == code


@pytest.mark.parametrize(
    "changes",
    [
        *({"m2": value} for value in (0, 10**15 - 1, "x", "x" * 32, "ж" * 32)),
        *({"m3": value} for value in (1, 4)),
        *({"l1": value} for value in (0, -7, b"", "", (0,), (-1, 12), (b"", b""))),
        *({"l1": value} for value in ((b"x", "y"), (b"x", "y", b"z"))),
        *({"l1": None, f"l{label}": 1} for label in (2, 23)),
    ],
)
def test_step_8_without_the_form_to_look_at(changes: dict[str, object]) -> None:
    assert verdict(resigned(cbor.encode(claims(**{"l0": bytes(16), **changes})))).code == "unknown_form"


@pytest.mark.parametrize("day", [18262, 84005])
def test_the_first_and_the_last_day_are_days(day: int) -> None:
    assert verdict(resigned(cbor.encode(claims(m1=day)))).reason == "window"


@pytest.mark.parametrize(
    "changes",
    [
        *({"l0": value} for value in (None, bytes(15), bytes(17), "x" * 16, 0)),
        *({"m1": value} for value in (None, 18261, 84006, "x", (20000,))),
        *({"m2": value} for value in (None, -1, 10**15, "", "x" * 33, b"x", (1,))),
        *({"m3": value} for value in (0, 5, -1, "1", b"1", (1,))),
        *({f"m{label}": 1} for label in range(4, 25)),
        *({"l24": 1}, {"l1": {}}, {"l1": {0: 0}}, {"l1": ()}, {"l23": {}}),
        *({"l1": value} for value in ((1, 2, 3), (1, "x"), ("x",), ("x", 1), (b"x",), (b"x", 1))),
        *({"l1": value} for value in ((1, b"x"), ("x", b"y"), (b"x", "y", 1), (b"x", (b"y",)), ((1,), 1))),
    ],
)
def test_what_step_8_refuses_whatever_the_form(changes: dict[str, object]) -> None:
    assert verdict(resigned(cbor.encode(claims(**{"l0": bytes(16), **changes})))).code == "unsupported"


def test_a_payload_is_parsed_only_after_its_signature_holds() -> None:
    text = resigned(b"\xff" * 9, key=school.key_of("stranger"))
    assert verdict(text).code == "unknown_school"
    assert verdict(resigned(b"\xff" * 9)).code == "unsupported"
    assert verdict(resigned(b"")).code == "unsupported"


@pytest.mark.parametrize("alg", [0, -7, -8, -35, -50, -65535, 1])
def test_another_algorithm_in_well_formed_cose_is_unsupported(alg: int) -> None:
    signed = cose.read_sign1(wire.to_bytes(school.text()), max_bytes=2048)
    header = cbor.encode({1: alg, 4: signed.kid})
    assert (
        verdict(wire.to_text(cose.write_sign1(header, signed.payload, signed.signature))).code
        == "unsupported"
    )


def test_another_keys_algorithm_and_another_aad_are_altered() -> None:
    signed = cose.read_sign1(wire.to_bytes(school.text()), max_bytes=2048)
    header = cose.protected_header(cose.ESP256, signed.kid)
    assert verdict(wire.to_text(cose.write_sign1(header, signed.payload, signed.signature))).code == "altered"
    assert verdict(resigned(signed.payload, aad=cose.TEST_CERTIFICATE_AAD)).code == "altered"
    assert verdict(resigned(signed.payload, aad=b"")).code == "altered"


def test_a_test_key_signs_only_tests() -> None:
    entry = KeyEntry(school.KEY.public_key, school.SCHOOL, school.TODAY - 1000, school.TODAY, 1, test=True)
    trust = school.publish(school.contents(keys=(entry,)))
    assert verdict(school.text(), trust=trust).code == "altered"
    found = verdict(sign_certificate(school.certificate(test=True), key=school.KEY), trust=trust)
    assert (found.code, found.test) == ("genuine", True)


# --- keys, withdrawals, seasons, forms, dates


def listed(**key: object) -> Contents:
    plain = KeyEntry(school.KEY.public_key, school.SCHOOL, school.TODAY - 1000, school.TODAY + 400, 1)
    return school.contents(keys=(replace(plain, **key),))  # type: ignore[arg-type]


ISSUED_DAY = wire.to_day(school.ISSUED)


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ({"start": ISSUED_DAY + 1}, "window"),
        ({"end": ISSUED_DAY - 1}, "window"),
        ({"start": ISSUED_DAY, "end": ISSUED_DAY}, None),
        ({"status": ("void", school.TODAY)}, "void"),
        ({"status": ("void", ISSUED_DAY - 900)}, "void"),
        ({"status": ("compromised", school.TODAY)}, "stolen"),
        ({"status": ("void", 20000), "end": ISSUED_DAY - 1}, "window"),
    ],
)
def test_the_key_on_the_day_of_signing(key: dict[str, object], reason: str | None) -> None:
    found = verdict(school.text(), trust=school.publish(listed(**key)))
    assert found.reason == reason
    assert found.code == ("genuine" if reason is None else "key_refused")
    if reason:
        assert found.contents("en") is None
        assert (found.number, found.issued, found.school) == ("07724000123456", school.ISSUED, school.SCHOOL)


def season_of(*signed: bytes) -> SeasonTree:
    return SeasonTree({school.KEY.kid: [cose.digest_of(one) for one in signed]})


def test_honest_papers_of_a_stolen_key_survive_and_the_thiefs_do_not() -> None:
    honest = wire.to_bytes(school.text())
    tree = season_of(honest, wire.to_bytes(school.text("participation")))
    seasons = ((Season(school.TODAY - 60, tree.keys, tree.certificates, tree.root)),)
    stolen = {"status": ("compromised", school.TODAY - 9)}
    trust = school.publish(replace(listed(**stolen, papers=(tree.leaves(school.KEY.kid),)), seasons=seasons))
    assert verdict(school.text(), trust=trust).code == "genuine"
    back_dated = sign_certificate(school.certificate(number="07724000123457"), key=school.KEY)
    assert verdict(back_dated, trust=trust).reason == "stolen"


def test_after_a_cutover_membership_is_demanded_by_leaves_or_by_a_proof() -> None:
    tree = season_of(wire.to_bytes(school.text()), wire.to_bytes(school.text("participation")))
    seasons = ((Season(school.TODAY - 60, tree.keys, tree.certificates, tree.root)),)
    trust = school.publish(school.contents(seasons=seasons, cutover=school.TODAY - 40))
    assert verdict(school.text(), trust=trust).reason == "unproven"
    proof = tree.proof(school.KEY.kid, cose.digest_of(wire.to_bytes(school.text()))).to_text()
    assert verdict(school.text(), trust=trust, proofs=["QP1:", "rubbish", proof]).code == "genuine"
    assert verdict(school.text("participation"), trust=trust, proofs=[proof]).reason == "unproven"


@pytest.mark.parametrize("kind", [1, 2, 3])
@pytest.mark.parametrize("by", ["copy", "number"])
def test_a_withdrawal_hits_by_either_name(kind: int, by: str) -> None:
    signed = wire.to_bytes(school.text())
    number = name_of_number(school.KEY.kid, school.form().hash, 7724000123456)
    name = name_of_copy(school.KEY.kid, cose.digest_of(signed)) if by == "copy" else number
    trust = school.publish(school.contents(withdrawals={name: (school.TODAY - 5, kind)}))
    found = verdict(school.text(), trust=trust)
    assert found.code == ("withdrawn" if kind == 3 else "replaced")
    assert found.withdrawn == (school.TODAY - 5, kind)
    assert found.contents("ru") is not None
    assert verdict(school.text(), trust=trust, at=school.ISSUED).code == found.code
    assert verdict(school.text("participation"), trust=trust).code == "genuine"


@pytest.mark.parametrize(
    ("by_copy", "by_number", "decides"),
    [((9, 3), (2, 1), (9, 3)), ((9, 1), (2, 3), (2, 3)), ((2, 3), (9, 2), (2, 3)), ((9, 2), (2, 2), (9, 2))],
)
def test_of_two_withdrawals_the_worse_decides_whatever_their_days(
    by_copy: tuple[int, int], by_number: tuple[int, int], decides: tuple[int, int]
) -> None:
    names = (
        name_of_copy(school.KEY.kid, cose.digest_of(wire.to_bytes(school.text()))),
        name_of_number(school.KEY.kid, school.form().hash, 7724000123456),
    )
    days = ((school.TODAY - ago, kind) for ago, kind in (by_copy, by_number))
    found = verdict(
        school.text(), trust=school.publish(school.contents(withdrawals=dict(zip(names, days, strict=True))))
    )
    assert found.code == ("withdrawn" if decides[1] == 3 else "replaced")
    assert found.withdrawn == (school.TODAY - decides[0], decides[1])


def test_a_withdrawn_paper_that_breaks_its_form_shows_nothing() -> None:
    text = resigned(cbor.encode(claims(l1=7)))
    signed = wire.to_bytes(text)
    name = name_of_copy(school.KEY.kid, cose.digest_of(signed))
    trust = school.publish(school.contents(withdrawals={name: (school.TODAY - 5, 3)}))
    found = verdict(text, trust=trust)
    assert found.code == "withdrawn"
    assert (found.contents("en"), found.until) == (None, None)


def test_a_form_outside_the_list_or_the_rights() -> None:
    unknown = school.contents(
        forms=(school.entries()["participation"],),
        rights={1: frozenset((school.form("participation").hash,))},
    )
    found = verdict(school.text(), trust=school.publish(unknown))
    assert (found.code, found.number, found.contents("en")) == ("unknown_form", "7724000123456", None)
    narrow = school.contents(rights={1: frozenset((school.form("participation").hash,))})
    found = verdict(school.text(), trust=school.publish(narrow))
    assert (found.code, found.reason) == ("key_refused", "rights")
    older = replace(narrow, issued=ISSUED_DAY - 1)
    assert verdict(school.text(), trust=school.publish(older)).code == "unknown_form"


@pytest.mark.parametrize(
    ("now", "code"),
    [
        (school.ISSUED - timedelta(days=1), "check_clock"),  # the list is of October
        (date(1970, 1, 1), "check_clock"),
        (date(2026, 10, 23), "genuine"),
        (date(2026, 10, 22), "check_clock"),
        (date(2026, 10, 24) + timedelta(days=330), "genuine"),
        (date(2026, 10, 24) + timedelta(days=331), "genuine_old_list"),
        (date(2099, 1, 1), "genuine_old_list"),
    ],
)
def test_only_step_12_uses_the_clock(now: date, code: str) -> None:
    assert verdict(school.text(), now=now).code == code
    assert verdict(school.text(), now=date(2030, 1, 1), at=now).code == code


def test_issued_tomorrow_passes_and_the_day_after_does_not() -> None:
    for now in (school.NOW, school.NOW + timedelta(days=1)):
        for days, code in ((1, "genuine"), (2, "check_clock")):
            text = sign_certificate(school.certificate(issued=now + timedelta(days=days)), key=school.KEY)
            assert verdict(text, now=now).code == code


def test_a_course_past_its_own_last_day_is_expired() -> None:
    values = dict(school.certificate("course.completion").values) | {"until": "2026-11-22"}
    text = sign_certificate(school.certificate("course.completion", values=values), key=school.KEY)
    found = verdict(text)
    assert (found.code, found.until, found.at) == ("expired", date(2026, 11, 22), False)
    found = verdict(text, at=date(2026, 11, 22))
    assert (found.code, found.until, found.at) == ("genuine", date(2026, 11, 22), True)
    assert verdict(text, at=date(2026, 11, 1)).code == "genuine"
    assert not verdict("no code").at
    refused = verdict(text, trust=school.publish(listed(status=("void", school.TODAY))))
    assert (refused.code, refused.until, refused.contents("en")) == ("key_refused", None, None)


def test_the_oldest_list_one_accepts_is_ones_own_choice() -> None:
    assert verdict(school.text(), max_list_age=30).code == "genuine"
    assert verdict(school.text(), max_list_age=29).code == "genuine_old_list"
    assert verdict(school.text(), now=date(2029, 1, 1), max_list_age=5000).code == "genuine"


# --- several lists


def test_each_list_that_vouches_judges_alone() -> None:
    other = School(1, ((20000, "The same school elsewhere"),), "Kazan")
    entry = KeyEntry(
        school.KEY.public_key, other, school.TODAY - 1000, school.TODAY, 1, ("void", school.TODAY)
    )
    second = school.publish(school.contents(schools=(other,), keys=(entry,), authority="Another"))
    stranger = school.publish(school.contents(keys=(), authority="Stranger"))
    lists = [stranger, school.trust(), second]
    found = verdict(school.text(), trust=lists)
    assert (found.code, found.trust) == ("key_refused", second)
    assert [one.code for one in found.others] == ["genuine"]
    old = school.publish(school.contents(issued=school.TODAY - 900, next_update=school.TODAY - 800))
    found = verdict(school.text(), trust=[old, school.trust()])
    assert [found.code, *(one.code for one in found.others)] == ["genuine", "genuine_old_list"]


def test_no_list_is_no_answer() -> None:
    assert verdict(school.text(), trust=()).code == "unknown_school"
    assert verdict(school.text(), trust=[]).trust is None
    stranger = school.publish(school.contents(keys=(), authority="Stranger"))
    assert verdict(school.text(), trust=[stranger]).trust is stranger
    assert verdict(school.text(), trust=[stranger, stranger]).trust is None


def test_a_refusal_carries_nothing_unverified() -> None:
    signed = bytearray(wire.to_bytes(school.text()))
    signed[-1] ^= 1
    for text in (wire.to_text(bytes(signed)), resigned(b"\xff"), "QC1:", "x"):
        found = verdict(text)
        shown = (found.number, found.issued, found.school, found.until, found.contents("en"), found.claims)
        assert shown == (None,) * 6


def test_the_same_bytes_twice_are_the_same_text() -> None:
    assert sign_bytes(school.certificate(), key=school.KEY) == sign_bytes(
        school.certificate(), key=school.KEY
    )
