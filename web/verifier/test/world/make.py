"""Make world.json: lists and papers for the tests of the page in a browser.

    python web/verifier/test/world/make.py

One authority with schools of every fate, a paper for every answer. Keys are made from published words and are
nobody's. ML-DSA signatures are random, so each run gives other bytes with the same meaning.
"""

from __future__ import annotations

import json
import sys
from base64 import b64encode
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[4] / "tests"))

import school
from qrcert import cbor, cose, wire
from qrcert.encode import Certificate, sign_certificate
from qrcert.signing import SigningKey
from qrcert.trust import (
    Contents,
    KeyEntry,
    School,
    Season,
    SeasonTree,
    TrustList,
    name_of_copy,
)

HERE = Path(__file__).parent
TODAY = wire.to_day(date(2026, 11, 23))
ISSUED = date(2026, 6, 25)
WHERE = "edu.example/lists (School Street 1, Shchyolkovo)"

GYMNASIUM = School(17, ((20000, "Гимназия № 17"),), "Щёлково, Московская область")
LYCEUM = School(
    21, ((19000, "Средняя школа № 21"), (TODAY - 80, "Лицей № 21 имени Н. И. Лобачевского")), "Казань"
)
CLOSED = School(
    33, ((15000, "Школа № 33"),), "Пермь", closed=TODAY - 60, successor=21, archive="Архив города Перми"
)
ACADEMY = School(40, ((20000, "Northern Academy"),), "Kirkwall")
STOLEN = School(51, ((20000, "Школа № 51"),), "Томск")
PILOT = School(60, ((20000, "Pilot School"),), "Nowhere")
HOSTILE = School(70, ((20000, '"><img src=x onerror=alert(1)> School'),), "<script>alert(2)</script>")

SUBJECTS = [
    ["Русский язык", "5"],
    ["Литература", "5"],
    ["Родной язык (татарский)", "5"],
    ["Иностранный язык (английский)", "5"],
    ["Математика", "5"],
    ["Вероятность и статистика", "4"],
    ["Информатика", "5"],
    ["История", "5"],
    ["Обществознание", "5"],
    ["География", "5"],
    ["Физика", "4"],
    ["Химия", "5"],
    ["Биология", "5"],
    ["Физическая культура", "5"],
    ["Основы безопасности и защиты Родины", "5"],
    ["Индивидуальный проект", "5"],
    {"free": "Башкирская культура", "cells": ["5"]},
]
PUPIL = {
    "family": "Константинопольская",
    "given": "Александра",
    "patronymic": "Владимировна",
    "born": "2008-05-17",
    "finished": 2026,
    "marks": SUBJECTS,
    "courses": [{"free": "Основы робототехники"}],
}


def key_of(place: School) -> SigningKey:
    """Return the key of a school."""
    return school.key_of(f"page {place.id}")


def entry(place: School, **more: Any) -> KeyEntry:
    """Return the entry of a school's key."""
    return KeyEntry(key_of(place).public_key, place, TODAY - 1000, TODAY + 300, 1, **more)


def attestat(place: School, number: str, **more: Any) -> str:
    """Return the code of an attestat of this school."""
    values = PUPIL | more.pop("values", {})
    plain = Certificate(school.form(), number, ISSUED, values)
    return sign_certificate(replace(plain, **more), key=key_of(place))


def sample(place: School, name: str, **more: Any) -> str:
    """Return the code of the sample of a shipped form, signed by this school."""
    values = dict(school.certificate(name).values) | more.pop("values", {})
    return sign_certificate(replace(school.certificate(name), values=values, **more), key=key_of(place))


def unclean(place: School, name: str, values: dict[str, Any]) -> str:
    """Return the code of a sample with text that no issuer would sign."""
    form, key = school.form(name), key_of(place)
    fields = form.pack(dict(school.certificate(name).values) | values)
    payload = cbor.encode({0: form.hash, -1: wire.to_day(ISSUED), -2: "X-1"} | fields)
    header = cose.protected_header(key.alg, key.kid)
    signature = key.sign(cose.sign1_input(header, payload, aad=cose.CERTIFICATE_AAD))
    return wire.to_text(cose.write_sign1(header, payload, signature))


def tampered(code: str) -> str:
    """Return the code with one bit of its payload turned."""
    signed = bytearray(wire.to_bytes(code))
    signed[60] ^= 1
    return wire.to_text(bytes(signed))


def withdrawal(place: School, code: str, kind: int) -> tuple[bytes, tuple[int, int]]:
    """Return the withdrawal of a paper."""
    name = name_of_copy(key_of(place).kid, cose.digest_of(wire.to_bytes(code)))
    return name, (TODAY - 12, kind)


def papers() -> dict[str, str]:
    """Every paper by its name; most names are those of the answers."""
    attest, course = "ru.attestat.11", "course.completion"
    return {
        "genuine": attestat(GYMNASIUM, "06624000123456"),
        "genuine_en": sample(ACADEMY, "school.leaving"),
        "genuine_ib": sample(ACADEMY, "ib.diploma"),
        "renamed": attestat(LYCEUM, "01624000000021"),
        "closed": attestat(CLOSED, "05924000000033"),
        "part": attestat(GYMNASIUM, "06624000123460", part=1),
        "replaced_right": attestat(GYMNASIUM, "06624000123457"),
        "replaced_wrong": attestat(GYMNASIUM, "06624000123458"),
        "withdrawn": attestat(GYMNASIUM, "06624000123459"),
        "expired": sample(ACADEMY, course, values={"until": "2026-10-01"}),
        "window": attestat(GYMNASIUM, "06624000123461", issued=date(2022, 6, 25)),
        "stolen": attestat(STOLEN, "07024000000051"),
        "stolen_proven": attestat(STOLEN, "07024000000052"),
        "void": attestat(School(52, GYMNASIUM.names, "x"), "07024000000053"),
        "rights": attestat(School(53, ACADEMY.names, "x"), "07024000000054"),
        "altered": tampered(attestat(GYMNASIUM, "06624000123456")),
        "unknown_school": attestat(School(99, GYMNASIUM.names, "x"), "06624000123456"),
        "unknown_form": sample(ACADEMY, "participation"),
        "clock": attestat(GYMNASIUM, "06624000123462", issued=date(2026, 11, 23) + timedelta(days=2)),
        "test": sample(PILOT, attest, test=True),
        "hostile": unclean(
            HOSTILE,
            course,
            {
                "name": "<img src=x onerror=\"document.title='pwned'\">",
                "course": "</script><script>document.title='pwned'</script>\u202e=HYPERLINK(1)",
            },
        ),
        "formula": sample(HOSTILE, course, number="=1+1", values={"name": "@SUM(A1)"}),
    }


def contents(codes: dict[str, str], **changes: Any) -> Contents:
    """Return what the list says, changed as asked."""
    forms = tuple(one for name, one in school.entries().items() if name != "participation")
    limited = frozenset(one.hash for name, one in school.entries().items() if name == "course.completion")
    stolen = key_of(STOLEN)
    tree = SeasonTree({stolen.kid: [cose.digest_of(wire.to_bytes(codes["stolen_proven"]))]})
    season = Season(TODAY - 90, tree.keys, tree.certificates, tree.root)
    refused = (
        KeyEntry(
            school.key_of("page 52").public_key,
            GYMNASIUM,
            TODAY - 1000,
            TODAY + 1,
            1,
            ("void", TODAY - 30),
        ),
        KeyEntry(school.key_of("page 53").public_key, ACADEMY, TODAY - 1000, TODAY + 1, 2),
    )
    plain = Contents(
        authority="Департамент образования (пример)",
        where=WHERE,
        root_hash=bytes(32),
        version=8,
        issued=TODAY - 22,
        next_update=TODAY + 90,
        forms=forms,
        rights={1: frozenset(one.hash for one in forms), 2: limited},
        schools=(GYMNASIUM, LYCEUM, CLOSED, ACADEMY, STOLEN, PILOT, HOSTILE),
        keys=(
            entry(GYMNASIUM),
            entry(LYCEUM),
            entry(CLOSED),
            entry(ACADEMY),
            entry(STOLEN, status=("compromised", TODAY - 40)),
            entry(PILOT, test=True),
            entry(HOSTILE),
            *refused,
        ),
        withdrawals=dict(
            withdrawal(GYMNASIUM, codes[name], kind)
            for name, kind in (("replaced_right", 1), ("replaced_wrong", 2), ("withdrawn", 3))
        ),
        seasons=(season,),
    )
    return replace(plain, **changes)


def lists(codes: dict[str, str]) -> dict[str, bytes]:
    """Return the list of the page, the next one in which a paper is withdrawn, and some that must not be taken."""
    now = school.publish_bytes(contents(codes))
    before = payload_hash_of(now)
    more = contents(codes).withdrawals | dict([withdrawal(GYMNASIUM, codes["genuine"], 3)])
    after = contents(codes, version=9, previous=before, issued=TODAY - 1, withdrawals=more)
    another = contents(codes, authority="Another authority", where="b.example", version=1)
    return {
        "now": now,
        "next": school.publish_bytes(after),
        "older": school.publish_bytes(contents(codes, version=7, issued=TODAY - 200)),
        "old": school.publish_bytes(contents(codes, issued=TODAY - 300, next_update=TODAY - 100)),
        "other_contents": school.publish_bytes(contents(codes, next_update=TODAY + 91)),
        "another": school.publish_bytes(another, signer="another signer"),
        "own": school.publish_bytes(
            contents(
                codes,
                authority="Northern Academy",
                schools=(ACADEMY,),
                keys=(entry(ACADEMY),),
                withdrawals={},
                seasons=(),
            ),
            signer="academy",
        ),
    }


def payload_hash_of(data: bytes) -> bytes:
    """Return the hash by which the next list names this one."""
    return TrustList.from_bytes(data).list_hash


def proof_of(codes: dict[str, str]) -> str:
    """Return the second code of the paper that a stolen key really signed."""
    digest = cose.digest_of(wire.to_bytes(codes["stolen_proven"]))
    return SeasonTree({key_of(STOLEN).kid: [digest]}).proof(key_of(STOLEN).kid, digest).to_text()


def main() -> None:
    """Write world.json."""
    codes = papers()
    made = {
        "today": wire.to_date(TODAY).isoformat(),
        "texts": codes | {"proof": proof_of(codes)},
        "lists": {name: b64encode(data).decode() for name, data in lists(codes).items()},
    }
    (HERE / "world.json").write_text(json.dumps(made, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
