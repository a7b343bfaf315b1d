"""What only shows over many papers: the same certificate twice, one certificate under two names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from qrcert import text
from qrcert.cli.desk.work import Answer

NAMED: Final = 3
"""Places that are named one by one."""


class Case(NamedTuple):
    """What is to be pointed out of one answer: places of the very same certificate, and its other names."""

    same: tuple[str, ...] = ()
    names: tuple[tuple[str, str], ...] = ()
    """Other holders of the same number, each with where it stands."""


def cases(answers: Sequence[Answer]) -> list[Case]:
    """Return the case of each answer."""
    copies: dict[str, list[int]] = {}
    papers: dict[str, list[int]] = {}
    for at, one in enumerate(answers):
        if one.certificate is not None and one.paper is not None:
            copies.setdefault(one.certificate, []).append(at)
            papers.setdefault(one.paper, []).append(at)
    found = []
    for at, one in enumerate(answers):
        same = [other for other in copies.get(one.certificate or "", ()) if other != at]
        names = {
            str(answers[other].holder): place(answers[other])
            for other in reversed(papers.get(one.paper or "", ()))
            if answers[other].holder != one.holder
        }
        found.append(Case(tuple(place(answers[other]) for other in same), tuple(sorted(names.items()))))
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
        lines.append(f"{'Тот же документ' if russian else 'The same certificate'}: {_listed(case.same)}")
    for holder, where in case.names:
        who = text.escaped(holder)
        lines.append(
            f"Тот же номер на другое имя: {who} ({where})"
            if russian
            else f"The same number under another name: {who} ({where})"
        )
    return lines


def _listed(places: Iterable[str]) -> str:
    every = list(places)
    rest = f", +{len(every) - NAMED}" if len(every) > NAMED else ""
    return "; ".join(every[:NAMED]) + rest


def counts(found: Sequence[Case]) -> tuple[int, int]:
    """Return how many answers are of a certificate that is there again, and of a number under several names."""
    return sum(bool(one.same) for one in found), sum(bool(one.names) for one in found)
