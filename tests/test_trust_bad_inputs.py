"""The known classes of bad inputs to lists, keys, clocks and seasons: a vector for each, and what it must give.

The vectors themselves are run in test_vectors.py and test_trust_scenarios.py.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from qrcert.errors import TrustListError
from qrcert.trust import TrustList

VECTORS = Path(__file__).parents[1] / "spec" / "vectors"

TIME_AND_KEYS = {
    "issued before the key's window": ("key/window-before", "window"),
    "issued after the key's window": ("key/window-after", "window"),
    "the first day of the window": ("key/window-first-day", "genuine"),
    "the last day of the window": ("key/window-last-day", "genuine"),
    "issued tomorrow": ("time/issued-tomorrow", "genuine"),
    "issued in two days": ("time/issued-in-two-days", "check_clock"),
    "retired key with an old date": ("key/retired-old-date", "genuine"),
    "retired key with a new date": ("key/retired-new-date", "window"),
    "compromised, in its seal": ("key/stolen-among-its-leaves", "genuine"),
    "compromised, not in its seal": ("key/stolen", "stolen"),
    "compromised, back-dated": ("key/stolen-back-dated", "stolen"),
    "void": ("key/void", "void"),
    "device clock at 1970": ("time/clock-of-1970", "check_clock"),
    "device clock at 2099": ("time/clock-of-2099", "genuine_old_list"),
    "school renamed": ("key/school-renamed", "genuine"),
    "school renamed, that day": ("key/school-renamed-that-day", "genuine"),
    "school merged and closed": ("key/school-closed", "genuine"),
    "key of school A on a paper that looks like school B's": ("key/another-schools-paper", "genuine"),
}

TRUST_LIST = {
    "older version": ("trust/older", "older"),
    "older version, under an older root": ("trust/before-the-rotation", "older"),
    "same version with other contents": ("trust/other-contents", "other_contents"),
    "past next update": ("time/list-a-day-past", "genuine_old_list"),
    "unknown root": ("trust/fork", "fork"),
    "unknown root, first import": ("trust/first-wrong", "wrong_fingerprint"),
    "below threshold": ("trust/one-of-three", "threshold"),
    "one signer counted twice": ("trust/one-signer-counted-twice", "order"),
    "one signer's two keys counted as two": ("trust/two-halves-are-not-two", "threshold"),
    "root gap 1 -> 3": ("trust/gap", "root_chain"),
    "rotation signed by the new keys only": ("trust/new-signers-only", "threshold"),
    "altered body": ("trust/body-altered", "bad_signature"),
    "two entries with one kid": ("list/body-key-in-two-schools", "same_kid"),
    "small-order school key": ("list/body-key-order-8", "weak_key"),
    "small-order signer's key": ("trust/weak-signer", "weak_key"),
    "truncated file": ("list/cut", "unreadable"),
    "another authority's list": ("trust/another-authority", "unknown_authority"),
}
# A power cut during import is row 151, in test_store_crash.py; colliding kids row 165, in test_trust_messages.py.

SEASONS = {
    "leaves, wrong index": ("list/body-path-index", "bad_leaves"),
    "leaves, wrong size": ("list/body-path-size", "bad_leaves"),
    "leaves, wrong root": ("list/body-leaves-of-another-season", "bad_leaves"),
    "proof, wrong index in the key's tree": ("season/unproven-index-in-key", "unproven"),
    "proof, wrong index in the season's tree": ("season/unproven-index-in-season", "unproven"),
    "proof, wrong size of the key's tree": ("season/unproven-size-of-key", "unproven"),
    "proof, wrong size of the season's tree": ("season/unproven-size-of-season", "unproven"),
    "proof, wrong root": ("season/unproven-another-season", "unproven"),
    "leaf taken for a node": ("season/unproven-inner-node", "unproven"),
    "leaf of another certificate": ("season/unproven-another-papers", "unproven"),
    "compromised key without leaves": ("key/stolen-without-leaves", "stolen"),
    "leaves that do not give the season's root": ("list/body-leaves-altered", "bad_leaves"),
    "leaves with one more": ("list/body-leaves-added", "bad_leaves"),
    "two seasons": ("season/stolen-key-leaves-of-two-seasons", "genuine"),
    "two seasons with one root": ("list/body-seasons-with-one-root", "order"),
    "two seasons on one day": ("list/body-seasons-on-one-day", "order"),
}

CLASSES = TIME_AND_KEYS | TRUST_LIST | SEASONS


def answer(expected: dict[str, Any]) -> object:
    return expected.get("error") or expected.get("reason") or expected["verdict"]


@pytest.mark.parametrize("name", CLASSES)
def test_class(name: str) -> None:
    vector, wanted = CLASSES[name]
    scenario = json.loads((VECTORS / f"{vector}.json").read_text(encoding="utf-8"))
    assert answer(scenario["expected"]) == wanted


def test_a_file_of_200_mb_is_refused_unread() -> None:
    with pytest.raises(TrustListError) as caught:
        TrustList.from_bytes(bytes(200_000_000))
    assert caught.value.code == "too_big"
