"""One scenario: what is read, against which lists, on which day, and the answer that the specification demands."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from making.papers import ISSUED

NOW = "2026-12-01"
"""The day on which codes are read here unless a scenario is about days."""

HEADS = 2
"""Bytes before the first root of a list: the heads of the file and of its roots."""

SCHOOL = (1, "Vectors School")
"""Who signs most certificates: id and name on the day of signing."""

_ANSWER: dict[str, Any] = dict.fromkeys(
    (
        "verdict",
        "reason",
        "kind",
        "test",
        "own",
        "number",
        "issued",
        "school",
        "title",
        "part",
        "fields",
        "marks",
    )
) | {"test": False, "own": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A test vector. ``lists`` holds names of shared lists, or bytes of a list of its own."""

    path: str
    title: str
    origin: str
    input: str = ""
    expected: Mapping[str, Any]
    lists: Sequence[str | bytes] = ("main",)
    proofs: Sequence[str] = ()
    now: str = NOW
    at: str | None = None
    max_list_age: int | None = None

    def to_json(self, parts: Mapping[str, bytes]) -> str:
        """Return the file of this scenario; ``parts`` are shared parts of lists, by path."""
        data: dict[str, Any] = {
            "title": self.title,
            "origin": self.origin,
            "input": self.input,
            "proofs": list(self.proofs),
            "lists": [reference(one, parts) for one in self.lists],
            "now": self.now,
        }
        if self.at is not None:
            data["at"] = self.at
        if self.max_list_age is not None:
            data["max_list_age"] = self.max_list_age
        data["expected"] = self.expected
        return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def reference(one: str | bytes, parts: Mapping[str, bytes]) -> str | list[str]:
    """Return the path of a shared list, or the pieces of another: paths of shared parts, and base64."""
    if isinstance(one, str):
        return f"lists/{one}.qct"
    pieces, at = [], 0
    if _part_at(one, 0, parts) is None and len(one) > HEADS:
        pieces, at = [b64encode(one[:HEADS]).decode()], HEADS
    while (path := _part_at(one, at, parts)) is not None:
        pieces.append(path)
        at += len(parts[path])
    if at == HEADS:
        return [b64encode(one).decode()]
    return [*pieces, b64encode(one[at:]).decode()]


def _part_at(one: bytes, at: int, parts: Mapping[str, bytes]) -> str | None:
    """Return the path of the shared part that stands at a place."""
    return next((path for path, part in parts.items() if one.startswith(part, at)), None)


def answer(verdict: str, **facts: Any) -> dict[str, Any]:
    """Return an expectation; what is not given is null."""
    if unknown := facts.keys() - _ANSWER.keys():
        raise KeyError(unknown)
    return _ANSWER | {"verdict": verdict} | facts


def named(
    verdict: str,
    *,
    number: str,
    reason: str | None = None,
    issued: str = ISSUED,
    school: tuple[int, str] = SCHOOL,
    **facts: Any,
) -> dict[str, Any]:
    """Return an expectation of which only number, day and school are shown."""
    return answer(verdict, reason=reason, number=number, issued=issued, school=_school(school), **facts)


def shown(
    verdict: str = "genuine",
    *,
    number: str,
    title: str,
    fields: Sequence[Mapping[str, Any]],
    marks: Sequence[Mapping[str, Any]] = (),
    issued: str = ISSUED,
    school: tuple[int, str] = SCHOOL,
    **facts: Any,
) -> dict[str, Any]:
    """Return an expectation of which everything is shown."""
    return answer(
        verdict,
        number=number,
        issued=issued,
        school=_school(school),
        title=title,
        fields=list(fields),
        marks=list(marks),
        **facts,
    )


def refused(code: str) -> dict[str, Any]:
    """Return the expectation for a list that must not be used."""
    return {"error": code}


def shown_field(name: str, label: str, value: int | str) -> dict[str, Any]:
    """Return a field as it is shown."""
    return {"name": name, "label": label, "value": value}


def row(table: str, subject: str, *cells: int | str | None) -> dict[str, Any]:
    """Return a row of a table as it is shown."""
    return {"table": table, "subject": subject, "cells": list(cells)}


def _school(school: tuple[int, str]) -> dict[str, Any]:
    return {"id": school[0], "name": school[1]}
