"""Verdicts as data for machines and as blocks of lines for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from qrcert import text, wire
from qrcert.checking import remarks, words
from qrcert.checking.findings import UNREAD, Finding, Request
from qrcert.decode import Verdict
from qrcert.form import Contents
from qrcert.trust import School, VerifiedList


def answers(finding: Finding) -> tuple[Verdict, ...]:
    """Return the deciding verdict and then those of the other lists that know the key."""
    return (finding.verdict, *finding.verdict.others)


def as_data(finding: Finding, request: Request, language: str) -> list[dict[str, Any]]:
    """Return one JSON-ready object for each answer; what is not known or not to be trusted is None."""
    return [_answer_as_data(verdict, finding, request, language) for verdict in answers(finding)]


def _answer_as_data(verdict: Verdict, finding: Finding, request: Request, language: str) -> dict[str, Any]:
    contents = verdict.contents(language)
    claims = verdict.claims
    return {
        "source": finding.source,
        "page": finding.page,
        "verdict": verdict.code,
        "reason": verdict.reason or (finding.how if finding.how in UNREAD else None),
        "test": verdict.test,
        "number": verdict.number,
        "issued": verdict.issued.isoformat() if verdict.issued else None,
        "form": verdict.form.id if verdict.form and contents else None,
        "title": contents.title if contents else None,
        "part": claims.part if claims and contents else None,
        "school": _school_as_data(verdict),
        "fields": [
            {"name": one.name, "label": one.label, "value": one.value, "text": one.text}
            for one in contents.fields
        ]
        if contents
        else None,
        "marks": [
            {
                "table": one.table,
                "subject": one.subject,
                "mark": one.mark,
                "text": one.text,
                "cells": list(one.cells),
            }
            for one in contents.marks
        ]
        if contents
        else None,
        "withdrawn": {"date": wire.to_date(verdict.withdrawn[0]).isoformat(), "kind": verdict.withdrawn[1]}
        if verdict.withdrawn
        else None,
        "at": wire.to_date(verdict.today).isoformat() if verdict.at else None,
        "list": list_as_data(verdict.trust, verdict.today) if verdict.trust else None,
        "sentence": words.sentence(verdict, language, lists=request.lists, how=finding.how),
        "hint": "\n".join(_hints(verdict, finding, request, language)) or None,
        "differences": [remarks.as_data(one, language) for one in finding.differences],
        "warnings": list(remarks.warnings(finding, language)),
        "other_parts": _other_parts_as_data(verdict, finding, language),
    }


def _other_parts_as_data(
    verdict: Verdict, finding: Finding, language: str
) -> list[dict[str, int | str]] | None:
    """Return the parts of the certificate that this source does not hold; None where its contents are not told."""
    if verdict is not finding.verdict or verdict.contents(language) is None:
        return None
    return [{"part": part, "name": name} for part, name in remarks.other_parts(finding, language).items()]


def _school_as_data(verdict: Verdict) -> dict[str, Any] | None:
    """Return who signed: the name then and now, and what became of the school since."""
    school = verdict.school
    if school is None:
        return None
    issued = verdict.claims.issued if verdict.claims else verdict.today
    successor = _successor(verdict)
    return {
        "id": school.id,
        "name": school.name_on(issued),
        "name_now": school.name_now,
        "closed": None if school.closed is None else wire.to_date(school.closed).isoformat(),
        "successor": {"id": successor.id, "name": successor.name_now} if successor else None,
        "archive": school.archive,
    }


def _successor(verdict: Verdict) -> School | None:
    """Return the school that followed the one that signed, as the same list names it."""
    school, trust = verdict.school, verdict.trust
    if school is None or trust is None or school.successor is None:
        return None
    return trust.school(school.successor)


def list_as_data(trust: VerifiedList, today: int) -> dict[str, Any]:
    """Return the facts of a trust list that stand in every answer."""
    return {
        "authority": trust.authority,
        "version": trust.version,
        "issued": wire.to_date(trust.issued).isoformat(),
        "next_update": wire.to_date(trust.next_update).isoformat(),
        "age_days": today - trust.issued,
    }


def _hints(verdict: Verdict, finding: Finding, request: Request, language: str) -> tuple[str, ...]:
    """Return the lines under the sentence; what is foreign on them is escaped."""
    if finding.fault is not None:
        return tuple(text.escaped(one) for one in (finding.fault, finding.advice) if one)
    if finding.foreign is not None:
        said = "В коде записано" if language == "ru" else "The code holds"
        return (f"{said}: {text.escaped(finding.foreign)}",)
    own = words.hints(verdict, language, lists=request.lists, how=finding.how)
    return (*own, *remarks.hints(finding, language)) if verdict is finding.verdict else own


def as_lines(finding: Finding, request: Request, language: str) -> Iterator[str]:
    """Yield the lines of one finding for a terminal; every foreign text on them is escaped."""
    place = text.escaped(finding.source)
    if finding.page is not None:
        place += f", страница {finding.page}" if language == "ru" else f", page {finding.page}"
    yield place
    for at, verdict in enumerate(answers(finding)):
        if at:
            yield ""
        yield from _answer_as_lines(verdict, finding, request, language)


def _answer_as_lines(verdict: Verdict, finding: Finding, request: Request, language: str) -> Iterator[str]:
    russian = language == "ru"
    if verdict.test:
        yield f"  *** {words.test_banner(language)} ***"
    status = request.exit_status(verdict)
    only_test = status != verdict.exit_status
    yield f"  {words.SHAPES[status]} {words.headline(verdict.code, language, only_test=only_test)}"
    yield f"  {text.escaped(words.sentence(verdict, language, lists=request.lists, how=finding.how))}"
    yield from (f"  {line}" for line in _hints(verdict, finding, request, language))
    if verdict is finding.verdict:
        yield from (f"  {line}" for line in remarks.lines(finding, language))
    if verdict.at:
        day = words.day_text(verdict.today, language)
        yield f"  (по состоянию на {day}, не по часам)" if russian else f"  (as of {day}, not by the clock)"
    contents = verdict.contents(language)
    if contents is not None:
        yield from _contents_as_lines(contents, verdict, language)
    elif verdict.number is not None:
        yield f"  {_code_says(verdict, language)}"
    if verdict.trust is not None:
        yield f"  {_list_line(verdict, language)}"


def _code_says(verdict: Verdict, language: str) -> str:
    """Return the little that is shown where contents must not be: number, day and school."""
    assert verdict.number is not None
    assert verdict.school is not None
    assert verdict.claims is not None
    number, day = text.escaped(verdict.number), words.day_text(verdict.issued, language)
    school = text.escaped(verdict.school.name_on(verdict.claims.issued))
    if language == "ru":
        return f"В коде записано: № {number} от {day}, {school}"
    return f"The code says: No. {number} of {day}, {school}"


def _contents_as_lines(contents: Contents, verdict: Verdict, language: str) -> Iterator[str]:
    russian = language == "ru"
    yield ""
    yield f"    {text.escaped(contents.title)}"
    facts = [("№" if russian else "No.", verdict.number or "")]
    facts += [(one.label, one.text) for one in contents.fields]
    facts.append(("Дата выдачи" if russian else "Issued", words.day_text(verdict.issued, language)))
    facts += _school_facts(verdict, language)
    width = max(len(label) for label, _ in facts)
    for label, value in facts:
        yield f"    {text.escaped(label):<{width}}  {text.escaped(value)}"
    table = None
    width = max((len(one.subject) for one in contents.marks), default=0)
    for mark in contents.marks:
        if mark.table != table:
            table = mark.table
            yield f"    {text.escaped(mark.label)}:"
        yield f"      {text.escaped(mark.subject):<{width}}  {text.escaped(mark.text)}".rstrip()
    yield ""


def _school_facts(verdict: Verdict, language: str) -> Iterator[tuple[str, str]]:
    """Yield what became of the school since: another name, its end, who followed, who keeps its register."""
    school = verdict.school
    if school is None or verdict.claims is None:
        return
    russian = language == "ru"
    if school.name_on(verdict.claims.issued) != school.name_now:
        yield "Школа сейчас" if russian else "The school now", school.name_now
    if school.closed is not None:
        yield "Школа закрыта" if russian else "The school closed", words.day_text(school.closed, language)
    if (successor := _successor(verdict)) is not None:
        yield "Преемник" if russian else "Its successor", successor.name_now
    if school.archive is not None:
        yield "Архив" if russian else "Its archive", school.archive


def _list_line(verdict: Verdict, language: str) -> str:
    trust = verdict.trust
    assert trust is not None
    issued = words.day_text(trust.issued, language)
    name = text.escaped(trust.authority)
    if language == "ru":
        return f"Список: {name}, № {trust.version} от {issued}"
    return f"List: {name}, No. {trust.version} of {issued}"
