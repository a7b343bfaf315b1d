"""The vectors of importing (spec/vectors/trust), and where each row of the layout's scenario table is proved."""

from __future__ import annotations

import ast
import json
from base64 import b64decode
from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from qrcert.errors import TrustListError
from qrcert.store import Store
from qrcert.trust import TrustList

TESTS = Path(__file__).parent
VECTORS = TESTS.parent / "spec" / "vectors"
TODAY = date(2026, 12, 1)

SCENARIOS: dict[str, dict[str, Any]] = {
    path.stem: json.loads(path.read_text(encoding="utf-8"))
    for path in sorted((VECTORS / "trust").glob("*.json"))
}

IMPORT_CODES = {
    "fork",
    "not_next",
    "older",
    "other_contents",
    "unknown_authority",
    "went_back",
    "wrong_fingerprint",
}
"""What only an import can refuse; the other codes are those of a list by itself."""


def bytes_of(given: str | list[str]) -> bytes:
    """Return the bytes of a list in a vector: a file, or pieces that are files or base64."""
    pieces = [given] if isinstance(given, str) else given
    return b"".join(
        (VECTORS / piece).read_bytes() if piece.startswith("lists/") else b64decode(piece) for piece in pieces
    )


def outcome(scenario: dict[str, Any], folder: Path) -> tuple[str, list[bytes]]:
    """Return what an import gives, ``imported``, ``same`` or a code; and the files that are stored then."""
    store = Store(folder)
    for given in scenario["stored"]:
        data = bytes_of(given)
        fingerprint = TrustList.from_bytes(data).fingerprint.hex()
        assert store.import_list(data, on=TODAY, fingerprint=fingerprint) == "imported"
    try:
        result: str = store.import_list(
            bytes_of(scenario["input"]), on=TODAY, fingerprint=scenario.get("fingerprint")
        )
    except TrustListError as error:
        result = error.code
    return result, [one.file for one in store.lists()]


def expected(name: str) -> str:
    (answer,) = SCENARIOS[name]["expected"].values()
    assert isinstance(answer, str)
    return answer


@pytest.mark.parametrize("name", SCENARIOS)
def test_import(name: str, tmp_path: Path) -> None:
    scenario = SCENARIOS[name]
    result, files = outcome(scenario, tmp_path / "lists")
    assert result == expected(name)
    assert (result in ("imported", "same")) == ("result" in scenario["expected"])
    before = [bytes_of(given) for given in scenario["stored"]]
    if result == "imported":
        assert bytes_of(scenario["input"]) in files
        assert len(files) >= max(len(before), 1)
    else:
        assert sorted(files) == sorted(before)


def test_there_is_a_vector_for_every_refusal_of_an_import() -> None:
    answers = Counter(map(expected, SCENARIOS))
    assert answers.keys() >= IMPORT_CODES | {"imported", "same"}
    assert sum(answers[code] for code in answers if code not in ("imported", "same")) > 80
    assert all(one["title"] and one["origin"] for one in SCENARIOS.values())


def test_no_two_vectors_are_the_same() -> None:
    asked = Counter(
        json.dumps([one["stored"], one["input"], one.get("fingerprint")]) for one in SCENARIOS.values()
    )
    assert max(asked.values()) == 1


# ------------------------------------------------------------------------------------ the scenario table

TABLE: dict[int, str] = {
    1: "trust/two-of-three",
    2: "trust/three-of-three",
    3: "list/trailing-byte",
    4: "list/cut",
    5: "list/empty",
    6: "list/array-length-long",
    7: "list/certificate-for-the-list",
    8: "list/untagged",
    9: "list/list-alone",
    10: "list/protected-empty-map",
    11: "list/unprotected",
    12: "list/no-signatures",
    13: "list/no-roots",
    14: "list/101-roots",
    15: "list/33-signatures",
    16: "test_trust_messages",
    17: "test_trust_messages",
    18: "list/array-of-2-to-the-40",
    19: "list/deep",
    20: "trust/one-of-three",
    21: "trust/signature-twice",
    22: "trust/signatures-reversed",
    23: "trust/ed25519-alone",
    24: "trust/ml-dsa-alone",
    25: "trust/third-half-signed",
    26: "trust/ed25519-altered",
    27: "trust/ml-dsa-altered",
    28: "trust/enough-and-a-bad-third",
    29: "trust/body-altered",
    30: "trust/stranger-too",
    31: "trust/strangers-only",
    32: "trust/signer-of-yesterday",
    33: "trust/algorithm-8",
    34: "trust/kid-of-the-other-algorithm",
    35: "trust/signed-as-a-root",
    36: "trust/root-signed-as-a-list",
    37: "test_trust_messages",
    38: "trust/three-roots",
    39: "trust/gap",
    40: "trust/swapped",
    41: "trust/root-1-missing",
    42: "trust/new-signers-only",
    43: "trust/old-signers-only",
    44: "trust/previous-of-another",
    45: "trust/ed25519-key-twice",
    46: "trust/ml-dsa-key-twice",
    47: "trust/weak-signer",
    48: "trust/threshold-above-the-signers",
    49: "trust/threshold-0",
    50: "trust/newest-root-stripped",
    51: "trust/root-of-tomorrow",
    52: "trust/root-with-label-9",
    53: "list/sound-label-20",
    54: "list/body-parts",
    55: "list/body-key-label-minus-1",
    56: "list/body-label-text",
    57: "list/body-label-missing",
    58: "trust/next-update-before-issued",
    59: "trust/next-update-after-until",
    60: "list/body-day-0",
    61: "list/body-school-twice",
    62: "list/body-schools-unsorted",
    63: "list/body-key-in-two-schools",
    64: "list/body-key-twice",
    65: "list/body-key-order-4",
    66: "list/body-key-order-8",
    67: "list/body-key-order-8-other",
    68: "list/body-key-not-canonical",
    69: "list/body-key-p256-off-the-curve",
    70: "list/body-key-31-bytes",
    71: "list/sound-later-algorithm",
    72: "list/body-a-signers-key",
    73: "list/body-window-upside-down",
    74: "list/body-rights-that-are-not-there",
    75: "list/body-form-that-is-not-there",
    76: "list/body-successor-that-is-not-there",
    77: "list/body-its-own-successor",
    78: "list/body-status-3",
    79: "list/body-test-0",
    80: "list/body-form-twice",
    81: "test_trust_bodies",
    82: "list/1001-forms",
    83: "test_trust_bodies",
    84: "list/body-translation-english",
    85: "list/body-withdrawals-unsorted",
    86: "list/body-withdrawal-twice",
    87: "list/body-withdrawal-kind-4",
    88: "list/body-seasons-on-one-day",
    89: "list/body-seasons-with-one-root",
    90: "list/body-leaves-fewer",
    91: "list/body-leaves-altered",
    92: "list/body-leaves-added",
    93: "list/body-digests-unsorted",
    94: "list/body-leaves-of-95-bytes",
    95: "list/body-path-index",
    96: "list/body-path-size",
    97: "list/body-path-index-is-size",
    98: "list/body-path-longer",
    99: "list/body-path-shorter",
    100: "list/body-leaves-of-another-key",
    101: "list/body-leaves-of-another-season",
    **dict.fromkeys(range(102, 114), "test_trust_seasons"),
    114: "trust/first-confirmed",
    115: "trust/first-unconfirmed",
    116: "trust/first-wrong",
    117: "trust/next",
    118: "trust/again",
    119: "trust/other-signatures",
    120: "trust/other-contents",
    121: "trust/older",
    122: "trust/not-next",
    123: "trust/one-missed",
    124: "trust/rotation",
    125: "trust/rotation-after-the-largest",
    126: "trust/before-the-rotation",
    127: "trust/fork",
    128: "trust/went-back-key",
    129: "trust/went-back-void-active",
    130: "trust/went-back-school",
    131: "trust/went-back-from-earlier",
    132: "trust/went-back-test-flag",
    133: "trust/free-until-earlier",
    134: "trust/went-back-form",
    135: "trust/went-back-season",
    136: "trust/free-withdrawal-lifted",
    137: "trust/went-back-cutover",
    138: "trust/another-authority",
    139: "trust/another-authority-confirmed",
    140: "test_trust_bodies",
    141: "list/sound-until-the-last-day",
    **dict.fromkeys(range(142, 147), "test_trust_delta"),
    147: "test_store",
    148: "test_trust_side_by_side",
    149: "test_trust_side_by_side",
    150: "test_trust_side_by_side",
    151: "test_store_crash",
    **dict.fromkeys(range(152, 157), "test_trust_requests"),
    162: "test_trust_requests",
    163: "trust/cofactored-only",
    164: "trust/ml-dsa-context",
    165: "test_trust_messages",
}
"""By row of the table: the vector that is the scenario, or the file of the test that bears the row's number.

Rows 157 to 161 are the authority's own business.
"""

REFUSALS: dict[str, tuple[int, ...]] = {
    "threshold": (20, 42, 43),
    "order": (21, 22, 45, 61, 62, 64, 80, 85, 86, 88, 89, 93),
    "lone_signature": (23, 24, 25),
    "bad_signature": (26, 27, 28, 29, 35, 36, 163, 164),
    "unknown_signer": (30, 31, 32, 34),
    "unknown_algorithm": (33,),
    "root_chain": (39, 40, 41, 44),
    "same_kid": (46, 63),
    "weak_key": (47, 65, 66, 67, 68, 69),
    "malformed": (48, 49, 56, 57, 60, 70, 78, 79, 84, 87, 94),
    "wrong_root": (50,),
    "needs_newer": (51, 54, 55),
    "dates": (58, 59, 73),
    "two_roles": (72,),
    "dangling": (74, 75, 76, 77),
    "too_big": (14, 15, 82),
    "bad_leaves": (90, 91, 92, *range(95, 102)),
    "unreadable": (*range(3, 14), 18, 19),
    "unknown_authority": (115, 138),
    "wrong_fingerprint": (116,),
    "other_contents": (120,),
    "older": (121, 126),
    "not_next": (122,),
    "fork": (127,),
    "went_back": (128, 129, 130, 131, 132, 134, 135, 137),
}
"""What the table expects of the rows that are vectors; all others of them are accepted."""


@cache
def names_and_numbers(file: str) -> tuple[str, set[int]]:
    """Return the names of a test file's functions, and all numbers in it."""
    tree = ast.parse((TESTS / f"{file}.py").read_text(encoding="utf-8"))
    nodes = list(ast.walk(tree))
    names = " ".join(node.name for node in nodes if isinstance(node, ast.FunctionDef))
    return names, {node.value for node in nodes if isinstance(node, ast.Constant) and type(node.value) is int}


@pytest.mark.parametrize("row", TABLE)
def test_row(row: int) -> None:
    """Each row is a vector with the table's answer (run above and in test_vectors.py), or a test of its number."""
    where = TABLE[row]
    if "/" not in where:
        names, numbers = names_and_numbers(where)
        assert row in numbers or f"row_{row}" in names or str(row) in names.split("_")
        return
    answer = json.loads((VECTORS / f"{where}.json").read_text(encoding="utf-8"))["expected"]
    codes = [code for code, rows in REFUSALS.items() if row in rows]
    assert answer.get("error") == (codes[0] if codes else None)
