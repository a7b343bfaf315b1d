"""Our verifier and python-tuf on the same scenarios: they agree, or docs/decisions/0010 says why not."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from pathlib import Path

import pytest

import tuf_oracle
from qrcert.decode import verify
from qrcert.trust import TrustList
from test_trust_scenarios import SCENARIOS, VECTORS, bytes_of, expected
from tuf_oracle import NoNotionError, judge, read

DECISION = Path(__file__).parents[1] / "docs" / "decisions" / "0010-the-update-framework.md"

LISTS: dict[str, dict[str, object]] = {
    path.stem: json.loads(path.read_text(encoding="utf-8")) for path in (VECTORS / "list").glob("*.json")
}

DIFFERENCES: dict[str, dict[str, str]] = {
    "every signature counts": dict.fromkeys(
        (
            "enough-and-a-bad-third",
            "signer-of-yesterday",
            "stranger-signs-a-root",
            "stranger-too",
            "third-half-signed",
            "list/alg-crossed",
            "list/enough-and-a-bad-one",
            "list/half-signed",
            "list/stranger-too",
        ),
        "imported",
    ),
    "a half belongs to one signer": dict.fromkeys(("ed25519-key-twice", "ml-dsa-key-twice"), "imported"),
    "one spelling": {"signatures-reversed": "imported"},
    "roots and lists are bound by hashes": dict.fromkeys(
        (
            "previous-of-another",
            "root-1-missing",
            "newest-root-stripped",
            "list-of-the-root-before",
            "fork-by-the-signers",
            "not-next",
            "not-next-either",
            "list/body-another-root",
            "list/chain-newest-stripped",
            "list/chain-previous",
            "list/chain-root-1-missing",
            "list/root-previous-of-root-1",
            "list/root-version-2-first",
        ),
        "imported",
    )
    | {"other-contents": "same"},
    "a list may not outlast its root": dict.fromkeys(
        ("next-update-after-until", "until-of-an-earlier-root", "list/body-next-update-after-until"),
        "imported",
    ),
    "a new root forgives nothing by itself": dict.fromkeys(
        ("repair", "rotation-that-loses", "went-back-under-a-new-root"), "imported"
    ),
    "versions start again under a new root": {"rotation-to-the-same-signers": "BadVersionNumberError"},
}
"""By reason: the scenarios in which the two answer differently, and what python-tuf says."""

A_PERSON_SAYS = {"unknown_authority", "wrong_fingerprint"}
"""TUF begins with a root that somebody brought; who may bring it is not its business."""

CONTENTS = {
    "bad_leaves",
    "dangling",
    "dates",
    "malformed",
    "needs_newer",
    "order",
    "same_kid",
    "too_big",
    "two_roles",
    "unreadable",
    "weak_key",
}
"""Refusals of what a list says or how it is spelled: to TUF that is the file it carries."""

ACCEPTED = {"imported", "same"}


def differences() -> dict[str, str]:
    return {name: answer for group in DIFFERENCES.values() for name, answer in group.items()}


@pytest.mark.parametrize("name", [name for name in SCENARIOS if expected(name) not in A_PERSON_SAYS])
def test_imports(name: str) -> None:
    scenario, ours = SCENARIOS[name], expected(name)
    theirs = judge(map(bytes_of, scenario["stored"]), bytes_of(scenario["input"]))
    if name in differences():
        assert theirs == differences()[name] != ours
    else:
        assert theirs == ours if ours in ACCEPTED else theirs not in ACCEPTED


@pytest.mark.parametrize("name", LISTS)
def test_lists(name: str) -> None:
    """The files of lists that stand or are refused by themselves, as first imports."""
    answer = LISTS[name]["expected"]
    assert isinstance(answer, dict)
    ours = answer.get("error", "imported")
    (given,) = LISTS[name]["lists"]  # type: ignore[misc]
    try:
        theirs = judge([], bytes_of(given))
    except NoNotionError:
        assert ours in CONTENTS
        return
    if f"list/{name}" in differences():
        assert theirs == differences()[f"list/{name}"] != ours
    elif theirs in ACCEPTED:
        assert ours in CONTENTS | ACCEPTED
    else:
        assert ours not in ACCEPTED


def test_a_person_is_asked_where_tuf_has_no_question() -> None:
    """What is only about fingerprints differs from an import that both take."""
    about = {name for name in SCENARIOS if expected(name) in A_PERSON_SAYS}
    assert len(about) == 7
    for name in about:
        scenario = SCENARIOS[name]
        assert judge(map(bytes_of, scenario["stored"]), bytes_of(scenario["input"])) == "imported"


def test_every_difference_is_argued() -> None:
    text = DECISION.read_text(encoding="utf-8")
    for reason, names in DIFFERENCES.items():
        (section,) = re.findall(rf"^### {re.escape(reason.capitalize())}$(.*?)(?=^##|\Z)", text, re.M | re.S)
        assert {name for name in names if f"`{name}`" not in section} == set()
    assert differences().keys() <= SCENARIOS.keys() | {f"list/{name}" for name in LISTS}


def test_only_one_difference_is_milder_than_tuf() -> None:
    """Everywhere else we refuse what TUF would take."""
    milder = [name for name in differences() if name in SCENARIOS and expected(name) in ACCEPTED]
    assert milder == ["rotation-to-the-same-signers"]


# ------------------------------------------------------------------------------------------------------ expiry


@pytest.mark.parametrize("name", ["main", "own", "far"])
def test_a_list_is_old_on_the_day_on_which_tuf_lets_it_expire(name: str) -> None:
    """TUF refuses it then; we go on and say so, in the verdict."""
    data = (VECTORS / "lists" / f"{name}.qct").read_bytes()
    trust = TrustList.from_bytes(data)
    last = date(1970, 1, 1) + timedelta(days=trust.effective_end)
    paper = next(
        scenario["input"]
        for path in sorted(VECTORS.glob("*/*.json"))
        if (scenario := json.loads(path.read_text(encoding="utf-8"))).get("lists") == [f"lists/{name}.qct"]
        and scenario["expected"]["verdict"] == "genuine"
    )
    for day, ours, theirs in (
        (last, "genuine", "imported"),
        (last + timedelta(days=1), "genuine_old_list", "ExpiredMetadataError"),
    ):
        assert verify(paper, trust=trust, now=day).code == ours
        assert judge([], data, at=day) == theirs


def test_an_old_list_still_holds_back_older_ones() -> None:
    """TUF's intermediate metadata: expired, and good enough against a rollback."""
    older, stored = bytes_of(SCENARIOS["older"]["input"]), bytes_of("lists/stored.qct")
    assert judge([stored], older, at=date(2027, 10, 1)) == "BadVersionNumberError"
    assert judge([stored], older, at=date(2031, 1, 1)) == "BadVersionNumberError"


# ------------------------------------------------------------------------------------------------ the oracle itself


def test_the_oracle_knows_nothing_of_qrcert() -> None:
    source = Path(tuf_oracle.__file__).read_text(encoding="utf-8")
    assert not re.search(r"^\s*(from|import) (qrcert|trust_maker|making)", source, re.M)


def test_the_oracle_names_keys_as_the_specification_does() -> None:
    trust = TrustList.from_bytes(bytes_of("lists/stored.qct"))
    file = read(bytes_of("lists/stored.qct"))
    ours = {
        (key.alg, key.kid)
        for root in trust.roots
        for one in root.signers
        for key in (one.ed25519, one.ml_dsa)
    }
    theirs = {kid for root in file.roots for pair in root.said[3] for kid in tuf_oracle.Pair(*pair).kids}
    assert theirs == ours
