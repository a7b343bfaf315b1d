"""Making certificates: the records of two other implementations byte for byte, and what is never signed."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import FrozenInstanceError, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

import school
from qrcert import cose, wire
from qrcert.decode import verify
from qrcert.encode import Certificate, make_payload, showable, sign_bytes, sign_certificate
from qrcert.errors import FormError, QrcertError, Refused
from qrcert.form import shipped_forms
from qrcert.signing import SigningKey
from qrcert.trust import compile_form, name_of_copy, name_of_number, open_form

RECORDS = json.loads((Path(__file__).parent / "vectors/format/records.json").read_text(encoding="utf-8"))


def of_record(record: dict[str, Any]) -> tuple[Certificate, SigningKey]:
    """The certificate and key of a record; a birthday that the form takes only whole is the 1st of March."""
    name = Path(record["form"]).stem.replace("-", ".")
    values = record["values"] | ({"born": "2008-03-01"} if record["values"].get("born") == "2008" else {})
    certificate = Certificate(
        school.form(name),
        record["number"],
        date.fromisoformat(record["issued"]),
        values,
        part=record.get("part"),
        test=record["test"],
    )
    return certificate, SigningKey.from_seed(cose.ED25519, bytes.fromhex(record["seed"]))


@pytest.mark.parametrize(
    "case", RECORDS, ids=lambda case: f"{case['record']['form']} {case['record']['number']}"
)
def test_the_records_of_two_other_implementations_come_out_byte_for_byte(case: dict[str, Any]) -> None:
    certificate, key = of_record(case["record"])
    source = shipped_forms()[certificate.form.id]
    signed = sign_bytes(certificate, key=key)
    digest = cose.digest_of(signed)
    number = certificate.form.pack_number(certificate.number)

    assert compile_form(source).data.hex() == case["form_cbor"]
    assert certificate.form.hash.hex() == case["form_hash"]
    assert key.kid.hex() == case["kid"]
    assert make_payload(certificate).hex() == case["payload"]
    assert signed.hex() == case["certificate"]
    assert sign_certificate(certificate, key=key) == case["text"]
    assert digest.hex() == case["digest"]
    assert name_of_copy(key.kid, digest).hex() == case["name1"]
    assert name_of_number(key.kid, certificate.form.hash, number).hex() == case["name2"]


# --- text


def test_names_typed_on_a_mac_are_signed_composed() -> None:
    values = {**school.certificate().values, "family": "Ёлкин", "given": "Андрей", "patronymic": "Йович"}
    apart = {
        name: unicodedata.normalize("NFD", value) if isinstance(value, str) else value
        for name, value in values.items()
    }
    assert apart["family"] != values["family"]
    assert make_payload(school.certificate(values=apart)) == make_payload(school.certificate(values=values))


def test_rows_and_free_rows_are_composed_too() -> None:
    row = {"free": "Краеведение Ёлок", "cells": ["5"]}
    apart = {"free": unicodedata.normalize("NFD", row["free"]), "cells": ["5"]}
    subject = unicodedata.normalize("NFD", "Русский язык")
    values = dict(school.certificate().values)
    said = [make_payload(school.certificate(values=values | {"marks": [["Русский язык", "5"], row]}))]
    said.append(make_payload(school.certificate(values=values | {"marks": [[subject, "5"], apart]})))
    assert said[0] == said[1]


def test_a_text_number_is_composed_and_must_be_fit_to_be_shown() -> None:
    plain = school.certificate("participation", number="К-№ 5/Й")
    apart = replace(plain, number=unicodedata.normalize("NFD", plain.number))
    assert make_payload(plain) == make_payload(apart)
    with pytest.raises(Refused, match="number 'К⟨U\\+202E⟩' may not be shown"):
        make_payload(replace(plain, number="К\u202e"))


HIDDEN = {
    "override": "Ива\u202eнов",
    "isolate": "Ива\u2066нов",
    "zero width": "Ива\u200bнов",
    "two scripts": "Cафонов",  # a Latin C
    "escape": "Иванов\x1b[31m",
    "line end": "Иванов\r\nПодтверждён",
    "nul": "Ива\0нов",
    "stack": "И\u0301\u0302\u0303\u0304ванов",
    "lone mark": "\u0301Иванов",
    "filler": "Иван\u3164",
    "tag": "Иванов\U000e0041",
    "no-break": "Иванов\u00a0Пётр",
    "private": "Иванов\ue000",
    "surrogate": "Иванов\ud800",
    "unassigned": "Иванов\u0378",
    "lost letter": "Иван\ufffdв",
    "separator": "Иванов\u2028",
    "styled": "𝐈𝐯𝐚𝐧",
}


@pytest.mark.parametrize("name", HIDDEN.values(), ids=HIDDEN)
def test_text_that_may_not_be_shown_is_refused_and_named(name: str) -> None:
    values = dict(school.certificate().values)
    for faulty in (
        values | {"family": name},
        values | {"marks": [["Русский язык", "5"], {"free": name, "cells": ["5"]}]},
        values | {"courses": [{"free": name}]},
    ):
        with pytest.raises(Refused, match="may not be shown: it ") as caught:
            make_payload(school.certificate(values=faulty))
        assert str(caught.value).isprintable()
    with pytest.raises(Refused, match="the school's name"):
        showable(name, "the school's name")


def test_a_long_text_is_not_repeated_whole() -> None:
    with pytest.raises(Refused) as caught:
        showable("\u202e" + "word " * 300, "remark")
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    "name",
    [
        "Константинопольская Александра",
        "Айгүл Төлөгөновна",
        "Мөхәммәтҗанова Гөлнур",
        "Nguyễn Thị Hương",
        "Ђорђевић Љиљана",
        "O’Connor Seán",
        "Müller-Łukasiewicz",
        "Анна-Maria",
        '=HYPERLINK("http://a.example";"b")',
        "<script>alert(1)</script>",
        "%s %d {0}",
    ],
)
def test_names_of_many_peoples_pass_and_are_signed_as_they_stand(name: str) -> None:
    certificate = school.certificate(values={**school.certificate().values, "family": name})
    verdict = verify(sign_certificate(certificate, key=school.KEY), trust=school.trust(), now=school.NOW)
    contents = verdict.contents("ru")
    assert contents is not None
    assert next(one.value for one in contents.fields if one.name == "family") == name


# --- numbers, days, parts, sizes


@pytest.mark.parametrize(
    "day", [date(2020, 1, 1), date(2199, 12, 31), datetime(2026, 6, 25, 23, 59, tzinfo=UTC)]
)
def test_a_day_within_the_format_is_signed(day: date) -> None:
    assert make_payload(school.certificate(issued=day))


@pytest.mark.parametrize("day", [date(2019, 12, 31), date(2200, 1, 1), date.min, date.max])
def test_a_day_outside_2020_to_2199_is_refused(day: date) -> None:
    with pytest.raises(Refused, match=f"issued on {day}, where a day of the years 2020 to 2199 is due"):
        make_payload(school.certificate(issued=day))


@pytest.mark.parametrize("number", ["", "1", "0" * 15, "0772400012345x", "٠٧٧٢٤٠٠٠١٢٣٤٥٦", "-7724000123456"])
def test_a_number_that_the_form_cannot_have_is_refused(number: str) -> None:
    with pytest.raises(QrcertError, match="is not a number of 14 digits"):
        make_payload(school.certificate(number=number))


def test_blanks_between_the_digits_of_a_number_do_not_count() -> None:
    assert make_payload(school.certificate(number="077 24 00 0123456")) == make_payload(school.certificate())


def test_what_the_form_does_not_allow_is_told_all_at_once() -> None:
    values = {**school.certificate().values, "finished": 1900, "born": "31.02.2008", "patronimic": "x"}
    with pytest.raises(FormError) as caught:
        sign_certificate(school.certificate(values=values), key=school.KEY)
    assert {fault.field for fault in caught.value.faults} == {"finished", "born", "patronimic"}


@pytest.mark.parametrize("part", [0, 3, 5])
def test_a_part_that_the_form_has_not_is_refused(part: int) -> None:
    with pytest.raises(FormError, match=f"part {part}"):
        make_payload(school.certificate(part=part))


def test_a_code_for_each_part_carries_only_that_part() -> None:
    whole, title, supplement = (
        verify(
            sign_certificate(school.certificate(part=part), key=school.KEY),
            trust=school.trust(),
            now=school.NOW,
        )
        for part in (None, 1, 2)
    )
    said = [{one.name for one in verdict.form.fields if one.key in verdict.claims.fields}  # type: ignore[union-attr]
            for verdict in (whole, title, supplement)]  # fmt: skip
    assert whole.code == title.code == supplement.code == "genuine"
    assert said[0] == said[1] | said[2]
    assert "marks" not in said[1]
    assert "finished" not in said[2]
    assert said[1] & said[2] == {"family", "given", "patronymic"}


def large_form() -> Any:
    fields = "".join(
        f'[[field]]\nname = "t{place}"\nlabel = "T{place}"\nmax = 300\nholder = true\n' for place in range(20)
    )
    form = open_form(compile_form(f'id = "large"\nlanguage = "en"\ntitle = "Large"\n{fields}'))
    assert form is not None
    return form


def test_a_certificate_larger_than_any_code_is_refused() -> None:
    form = large_form()
    fits = Certificate(form, "1", school.ISSUED, {f"t{place}": "x" * 300 for place in range(6)})
    assert len(sign_bytes(fits, key=school.KEY)) <= wire.MAX_BYTES
    beyond = replace(fits, values={f"t{place}": "x" * 300 for place in range(7)})
    with pytest.raises(Refused, match="the certificate has 2240 bytes where at most 2048 fit a code"):
        sign_certificate(beyond, key=school.KEY)


def test_the_largest_certificate_still_makes_a_code_that_verifies() -> None:
    form = large_form()
    room = wire.MAX_BYTES - len(
        sign_bytes(
            Certificate(form, "1", school.ISSUED, {f"t{place}": "x" * 300 for place in range(6)}),
            key=school.KEY,
        )
    )
    values = {f"t{place}": "x" * 300 for place in range(6)} | {"t6": "x" * (room - 3)}
    signed = sign_bytes(Certificate(form, "1", school.ISSUED, values), key=school.KEY)
    assert len(signed) == wire.MAX_BYTES
    assert verify(wire.to_text(signed), trust=school.trust(), now=school.NOW).code == "unknown_form"


# --- keys


def test_the_test_flag_is_bound_into_the_signature() -> None:
    real, trial = (sign_bytes(school.certificate(test=test), key=school.KEY) for test in (False, True))
    assert real[:-64] == trial[:-64]
    message = cose.read_sign1(trial, max_bytes=wire.MAX_BYTES)
    message.verify(school.KEY.public_key, aad=cose.TEST_CERTIFICATE_AAD)
    with pytest.raises(Refused):
        message.verify(school.KEY.public_key, aad=cose.CERTIFICATE_AAD)
    assert verify(wire.to_text(trial), trust=school.trust(), now=school.NOW).code == "altered"


def test_ed25519_gives_the_same_text_again_and_esp256_another_one_of_the_same_payload() -> None:
    assert sign_certificate(school.certificate(), key=school.KEY) == school.text()
    key = school.key_of("token", cose.ESP256)
    first, second = (sign_bytes(school.certificate(), key=key) for _ in range(2))
    assert first != second
    assert first[:-64] == second[:-64]


def test_a_key_that_is_not_for_certificates_signs_none() -> None:
    with pytest.raises(QrcertError):
        sign_certificate(school.certificate(), key=school.key_of("signer", cose.ML_DSA_65))


def test_a_certificate_is_a_value() -> None:
    with pytest.raises(FrozenInstanceError):
        school.certificate().number = "1"  # type: ignore[misc]
    values = {"name": "Ann"}
    certificate = Certificate(school.form("participation"), "1", school.ISSUED, values)
    make_payload(certificate)
    assert values == {"name": "Ann"}
