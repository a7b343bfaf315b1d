"""What only shows over many papers: the same certificate twice, one under two names, parts in two files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

from qrcert import text
from qrcert.cli.desk.work import Answer

NAMED: Final = 3
"""Places and names that are told one by one; so the pointing out of copies costs no more than the copies."""


@dataclass(frozen=True, slots=True)
class Case:
    """What is to be pointed out of one answer.

    ``same`` are the first `NAMED` places of the very same certificate elsewhere, of ``copies`` in all; ``names``
    the first `NAMED` other holders of the same number, each with where it stands; ``parts`` where the parts of the
    certificate are, by their numbers.
    """

    same: tuple[str, ...] = ()
    copies: int = 0
    names: tuple[tuple[str, str], ...] = ()
    parts: Mapping[int, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Paper:
    """The answers to one number of one school's form: the first place of each holder and of each part."""

    holders: dict[str, str] = field(default_factory=dict)
    parts: dict[int, str] = field(default_factory=dict)


def cases(answers: Sequence[Answer]) -> list[Case]:
    """Return the case of each answer."""
    copies: dict[str, int] = {}
    places: dict[str, list[tuple[int, str]]] = {}
    papers: dict[str, _Paper] = {}
    for at, one in enumerate(answers):
        if one.certificate is None or one.paper is None:
            continue
        copies[one.certificate] = copies.get(one.certificate, 0) + 1
        first = places.setdefault(one.certificate, [])
        if len(first) <= NAMED:
            first.append((at, place(one)))
        paper = papers.setdefault(one.paper, _Paper())
        paper.holders.setdefault(str(one.holder), place(one))
        if (part := one.data[0]["part"]) is not None:
            paper.parts.setdefault(part, place(one))
    found = []
    for at, one in enumerate(answers):
        if one.certificate is None or one.paper is None:
            found.append(Case())
            continue
        same = [where for other, where in places[one.certificate] if other != at]
        paper = papers[one.paper]
        names = ((name, where) for name, where in paper.holders.items() if name != str(one.holder))
        named = tuple(sorted(islice(names, NAMED)))
        found.append(Case(tuple(same[:NAMED]), copies[one.certificate] - 1, named, paper.parts))
    return found


def place(answer: Answer) -> str:
    """Return where an answer comes from, as the screen shows it."""
    source, page = answer.data[0]["source"], answer.data[0]["page"]
    return text.escaped(str(source)) + (f", {page}" if page is not None else "")


def said(case: Case, language: str) -> list[str]:
    """Return the case in sentences."""
    russian = language == "ru"
    lines = []
    if case.same:
        lines.append(f"{'Тот же документ' if russian else 'The same certificate'}: {_listed(case)}")
    for holder, where in case.names:
        who = text.escaped(holder)
        lines.append(
            f"Тот же номер на другое имя: {who} ({where})"
            if russian
            else f"The same number under another name: {who} ({where})"
        )
    return lines


def _listed(case: Case) -> str:
    rest = f", +{case.copies - len(case.same)}" if case.copies > len(case.same) else ""
    return "; ".join(case.same) + rest


def with_places(parts: Iterable[Mapping[str, Any]], case: Case) -> list[str]:
    """Return the names of other parts of a certificate, each with where it is if it is in another file."""
    return [
        f"{one['name']} ({case.parts[one['part']]})" if one["part"] in case.parts else str(one["name"])
        for one in parts
    ]


def counts(found: Sequence[Case]) -> tuple[int, int]:
    """Return how many answers are of a certificate that is there again, and of a number under several names."""
    return sum(bool(one.same) for one in found), sum(bool(one.names) for one in found)
