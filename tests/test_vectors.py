"""Every vector of spec/vectors, and that the vectors, the CDDL and their generator agree."""

from __future__ import annotations

import json
import subprocess
import sys
from base64 import b64decode
from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pycddl
import pytest

from qrcert import cose, text, wire
from qrcert.authority import as_data
from qrcert.decode import EXIT_STATUS, SHOWS_CONTENTS, Verdict, verify
from qrcert.errors import TrustListError
from qrcert.form import shipped_forms
from qrcert.trust import TrustList, compile_form

SPEC = Path(__file__).parent.parent / "spec"
VECTORS = SPEC / "vectors"
KEYS = SPEC.parent / "keys"

SCENARIOS: dict[str, dict[str, Any]] = {
    path.relative_to(VECTORS).with_suffix("").as_posix(): json.loads(path.read_text(encoding="utf-8"))
    for path in sorted(VECTORS.glob("*/*.json"))
    if path.parent.name != "trust"  # tests/test_trust_scenarios.py
}
VERDICTS = {name: one for name, one in SCENARIOS.items() if "error" not in one["expected"]}
REFUSED_LISTS = {name: one for name, one in SCENARIOS.items() if "error" in one["expected"]}

REASONS = {"window", "void", "stolen", "unproven", "rights"}
LIST_CODES = {
    "bad_leaves",
    "bad_signature",
    "dangling",
    "dates",
    "lone_signature",
    "malformed",
    "needs_newer",
    "order",
    "root_chain",
    "same_kid",
    "threshold",
    "too_big",
    "two_roles",
    "unknown_algorithm",
    "unknown_signer",
    "unreadable",
    "weak_key",
    "wrong_root",
}
"""Every refusal of a list by itself but `same_form`: two forms with one hash of 128 bits cannot be made."""


def bytes_of(given: str | list[str]) -> bytes:
    """Return the bytes of a list in a vector: a file, or pieces that are files or base64."""
    pieces = [given] if isinstance(given, str) else given
    return b"".join(
        (VECTORS / piece).read_bytes() if piece.startswith("lists/") else b64decode(piece) for piece in pieces
    )


@cache
def trust_list(given: str) -> TrustList:
    return TrustList.from_bytes(bytes_of(json.loads(given)))


def judged(scenario: dict[str, Any]) -> Verdict:
    at = scenario.get("at")
    return verify(
        scenario["input"],
        trust=[trust_list(json.dumps(one)) for one in scenario["lists"]],
        now=date.fromisoformat(scenario["now"]),
        at=None if at is None else date.fromisoformat(at),
        max_list_age=scenario.get("max_list_age"),
        proofs=scenario["proofs"],
    )


def facts(verdict: Verdict) -> dict[str, Any]:
    """Return a verdict as the vectors write one down, contents in the document's language."""
    contents = verdict.contents(verdict.form.language) if verdict.form else None
    school, claims = verdict.school, verdict.claims
    return {
        "verdict": verdict.code,
        "reason": verdict.reason,
        "kind": verdict.withdrawn[1] if verdict.withdrawn else None,
        "test": verdict.test,
        "own": verdict.trust is not None and verdict.trust.own and verdict.entry is not None,
        "number": verdict.number,
        "issued": verdict.issued.isoformat() if verdict.issued else None,
        "school": {"id": school.id, "name": school.name_on(claims.issued)} if school and claims else None,
        "title": contents.title if contents else None,
        "part": claims.part if contents and claims else None,
        "fields": [{"name": one.name, "label": one.label, "value": one.value} for one in contents.fields]
        if contents
        else None,
        "marks": [
            {"table": one.table, "subject": one.subject, "cells": list(one.cells)} for one in contents.marks
        ]
        if contents
        else None,
    }


@pytest.mark.parametrize("name", VERDICTS)
def test_verdict(name: str) -> None:
    scenario = VERDICTS[name]
    expected = dict(scenario["expected"])
    others, display = expected.pop("others", []), expected.pop("display", {})
    verdict = judged(scenario)
    found = facts(verdict)
    assert found == expected
    if len(scenario["lists"]) > 1:
        assert [facts(one) for one in verdict.others] == others
    shown = {
        one["name"]: text.escaped(one["value"]) for one in found["fields"] or () if one["name"] in display
    }
    assert shown == display


@pytest.mark.parametrize("name", REFUSED_LISTS)
def test_refused_list(name: str) -> None:
    scenario = REFUSED_LISTS[name]
    (given,) = scenario["lists"]
    with pytest.raises(TrustListError) as caught:
        TrustList.from_bytes(bytes_of(given))
    assert caught.value.code == scenario["expected"]["error"]


def test_there_are_enough_and_most_are_refusals() -> None:
    accepted = sum(one["expected"].get("verdict") in SHOWS_CONTENTS for one in SCENARIOS.values())
    assert len(SCENARIOS) >= 120
    assert len(SCENARIOS) - accepted > accepted
    assert all(one["title"] and one["origin"] for one in SCENARIOS.values())


def test_nothing_that_a_verdict_can_say_is_missing() -> None:
    expected = [one["expected"] for one in VERDICTS.values()]
    assert {one["verdict"] for one in expected} == set(EXIT_STATUS)
    assert {one["reason"] for one in expected if one["reason"]} == REASONS
    kinds = {(one["verdict"], one["kind"]) for one in expected if one["kind"]}
    assert kinds == {("replaced", 1), ("replaced", 2), ("withdrawn", 3)}
    assert {one["expected"]["error"] for one in REFUSED_LISTS.values()} == LIST_CODES


def test_no_two_scenarios_are_the_same() -> None:
    asked = Counter(
        json.dumps({key: value for key, value in one.items() if key not in ("title", "origin", "expected")})
        for one in SCENARIOS.values()
    )
    assert [key for key, times in asked.items() if times > 1] == []


# ------------------------------------------------------------------------------------------------ CDDL
# Refusals are those that this validator can tell: it takes any map for {} and any member of a choice of maps.


@cache
def schema(rule: str) -> pycddl.Schema:
    return pycddl.Schema(f"start = {rule}\n" + (SPEC / "certificate.cddl").read_text(encoding="utf-8"))


def fits(rule: str, data: bytes) -> bool:
    try:
        schema(rule).validate_cbor(data)
    except pycddl.ValidationError:
        return False
    return True


def test_cddl_accepts_every_certificate_and_form_that_is_shown() -> None:
    forms = set()
    for name, scenario in VERDICTS.items():
        if scenario["expected"]["verdict"] not in SHOWS_CONTENTS or scenario["expected"]["fields"] is None:
            continue
        data = wire.to_bytes(scenario["input"])
        message = cose.read_sign1(data, max_bytes=wire.MAX_BYTES)
        verdict = judged(scenario)
        assert fits("certificate", data), name
        assert fits("protected-header", message.protected), name
        assert fits("payload", message.payload), name
        assert verdict.trust is not None
        assert verdict.form is not None
        forms |= {one.data for one in verdict.trust.contents.forms if one.hash == verdict.form.hash}
    assert len(forms) > 10
    for form in forms:
        assert fits("form", form)


@pytest.mark.parametrize(
    "name",
    [
        "cose/tag-98",
        "cose/three-elements",
        "cose/five-elements",
        "cose/payload-nil",
        "cose/payload-text",
        "cose/protected-map",
        "cose/signature-63",
        "cose/signature-65",
    ],
)
def test_cddl_refuses_envelopes(name: str) -> None:
    assert not fits("certificate", wire.to_bytes(SCENARIOS[name]["input"]))


@pytest.mark.parametrize(
    "name",
    [
        "array",
        "label-text",
        "label-24",
        "label-minus-4",
        "form-missing",
        "issued-missing",
        "number-missing",
        "form-15-bytes",
        "form-17-bytes",
        "form-text",
        "issued-2019",
        "issued-2200",
        "issued-text",
        "number-of-16-digits",
        "number-empty",
        "part-0",
        "part-5",
        "part-text",
        "value-float",
        "value-null",
        "value-true",
        "value-array-empty",
    ],
)
def test_cddl_refuses_payloads(name: str) -> None:
    data = wire.to_bytes(SCENARIOS[f"payload/{name}"]["input"])
    assert not fits("payload", cose.read_sign1(data, max_bytes=wire.MAX_BYTES).payload)


@pytest.mark.parametrize(
    "name",
    [
        "unknown-key",
        "unknown-type",
        "no-fields",
        "24-fields",
        "field-without-name",
        "field-without-label",
        "name-with-a-dash",
        "no-title",
        "no-id",
        "id-upper-case",
        "language-word",
        "edition-0",
        "list-missing",
        "max-301",
        "max-float",
        "number-of-16-digits",
        "one-part",
        "five-parts",
        "range-words",
        "array",
    ],
)
def test_cddl_refuses_forms(name: str) -> None:
    scenario = SCENARIOS[f"form/broken-{name}"]
    claims = judged(scenario).claims
    assert claims is not None
    (form,) = [
        one.data
        for one in trust_list(json.dumps("lists/odd-forms.qct")).contents.forms
        if one.hash == claims.form
    ]
    assert not fits("form", form)


# ------------------------------------------------------------------------------------------------ generator


def test_the_generator_makes_these_files() -> None:
    ran = subprocess.run(
        [sys.executable, SPEC / "make_vectors.py", "--check"], capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, ""), ran.stdout


def test_forms_are_reduced_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(SPEC))
    from making.forms import FORMS, form

    names = sorted(path.stem for path in FORMS.glob("*.toml"))
    assert len(names) >= 6
    for name in names:
        compiled = compile_form((FORMS / f"{name}.toml").read_text(encoding="utf-8"))
        assert compiled.data == form(name).data
        assert {code: list(texts) for code, texts in compiled.translations.items()} == form(name).translations


# ------------------------------------------------------------------------------------------------ the demo list


def test_the_demo_list_is_current_and_holds_test_keys_only() -> None:
    trust = TrustList.from_bytes((KEYS / "demo.qct").read_bytes())
    assert trust.authority == "QRCERT DEMO (TEST)"
    assert wire.to_date(trust.issued) == date(2026, 11, 1)
    assert wire.to_date(trust.effective_end) == date(2027, 11, 30)
    assert len(trust.schools) == 5
    assert all(school.name_now.endswith("(TEST)") for school in trust.schools)
    assert all(entry.test for entry in trust.keys)


def test_the_demo_list_has_its_readable_copy_and_fingerprint() -> None:
    trust = TrustList.from_bytes((KEYS / "demo.qct").read_bytes())
    assert json.loads((KEYS / "demo.json").read_text(encoding="utf-8")) == as_data(trust)
    assert trust.fingerprint.hex() in (KEYS / "README.md").read_text(encoding="utf-8")


def test_the_demo_certificate_is_genuine_and_a_test() -> None:
    trust = TrustList.from_bytes((KEYS / "demo.qct").read_bytes())
    verdict = verify((KEYS / "demo.txt").read_text(encoding="ascii"), trust=trust, now=date(2026, 12, 1))
    assert (verdict.code, verdict.test) == ("genuine", True)


def test_the_demo_list_knows_the_shipped_forms() -> None:
    trust = TrustList.from_bytes((KEYS / "demo.qct").read_bytes())
    assert {compile_form(form).hash for form in shipped_forms().values()} == {
        one.hash for one in trust.contents.forms
    }
