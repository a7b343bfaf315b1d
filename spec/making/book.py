"""All scenarios and shared lists as files."""

from __future__ import annotations

from making.scenario import Scenario
from making.scenarios import (
    days,
    envelopes,
    fields,
    forms,
    list_bodies,
    list_files,
    list_roots,
    payloads,
    records,
    seasons,
    several,
    showing,
    signatures,
    texts,
    withdrawals,
)
from making.world import shared_lists

CHAPTERS = (
    texts,
    envelopes,
    signatures,
    payloads,
    days,
    withdrawals,
    forms,
    fields,
    seasons,
    several,
    showing,
    records,
    list_files,
    list_roots,
    list_bodies,
)


def all_scenarios() -> list[Scenario]:
    """Return the scenarios of all chapters; no two have one path."""
    found = [one for chapter in CHAPTERS for one in chapter.scenarios()]
    paths = [one.path for one in found]
    assert len(set(paths)) == len(paths), sorted(path for path in paths if paths.count(path) > 1)
    return found


def parts() -> dict[str, bytes]:
    """Return the beginnings that lists of one authority share: everything before the list itself."""
    shared = {
        "tiny": list_files.TINY,
        "two-of-two": list_files.two_signers((2, 2)),
        "one-of-two": list_files.two_signers((2, 1)),
    }
    return {f"lists/{name}.part": b"\x82\x81" + bytes(one.roots[0]) for name, one in shared.items()}


def files() -> dict[str, bytes]:
    """Return the bytes of every file by its path below ``spec/vectors``."""
    shared = parts()
    lists = {f"lists/{name}.qct": data for name, data in shared_lists().items()}
    return lists | shared | {f"{one.path}.json": one.to_json(shared).encode() for one in all_scenarios()}
