"""All scenarios and shared lists as files."""

from __future__ import annotations

from making import imports
from making.imports import Import
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
    trust_changes,
    trust_imports,
    trust_roots,
    trust_signers,
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
    trust_signers,
    trust_roots,
    trust_imports,
    trust_changes,
)


def all_scenarios() -> list[Scenario | Import]:
    """Return the scenarios of all chapters; no two have one path."""
    found = [one for chapter in CHAPTERS for one in chapter.scenarios()]
    paths = [one.path for one in found]
    assert len(set(paths)) == len(paths), sorted(path for path in paths if paths.count(path) > 1)
    return found


def parts() -> dict[str, bytes]:
    """Return what several lists share: all that stands before a list, or a root by itself."""
    shared = {
        "tiny": list_files.TINY,
        "two-of-two": list_files.two_signers((2, 2)),
        "one-of-two": list_files.two_signers((2, 1)),
    }
    single = {name: b"\x82\x81" + bytes(one.roots[0]) for name, one in shared.items()}
    return {f"lists/{name}.part": part for name, part in (single | imports.shared_roots()).items()}


def files() -> dict[str, bytes]:
    """Return the bytes of every file by its path below ``spec/vectors``."""
    shared = parts()
    lists = {f"lists/{name}.qct": data for name, data in (shared_lists() | imports.shared()).items()}
    return lists | shared | {f"{one.path}.json": one.to_json(shared).encode() for one in all_scenarios()}
