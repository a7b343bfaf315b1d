"""From the pages of one file to findings: which codes are on them, and what else in the file is to be told.

The code on the page decides. The text that a PDF carries as a file and the words printed on the page are compared
with it; the other part of a certificate is named, and compared where it is at hand. None of this changes a verdict.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from qrcert import scan, wire
from qrcert.checking.comparing import (
    ANSWER,
    ATTACHMENT,
    FORM,
    ISSUED,
    NUMBER,
    SCHOOL,
    TEXT,
    WHICH_PART,
    Difference,
    compare_print,
    kind_of,
    own_words,
    school_of,
)
from qrcert.checking.findings import (
    MAX_FOREIGN,
    Finding,
    Remark,
    Request,
    nothing,
    too_many,
    unread,
)
from qrcert.checking.parts import with_parts
from qrcert.decode import Verdict
from qrcert.form import Contents, Date

_DIGITS: Final = 16
"""Hex digits by which two texts are told apart."""


def check_pages(pages: Sequence[scan.Page], request: Request, source: str) -> list[Finding]:
    """Return a finding for each code of ours on the pages of a file, or what is to be said where there is none."""
    attached = pages[0].attached if pages else ()
    everything = [text for page in pages for text in page.texts] + list(attached)
    proofs = list(dict.fromkeys(text for text in everything if text.startswith(wire.PROOF_PREFIX)))
    ours = [(page, text) for page in pages for text in page.texts if wire.scheme(text) is not None]
    carried = [text for text in attached if wire.scheme(text) is not None]
    if fault := too_many([*ours, *carried], proofs):
        return [unread(source, request, fault)]
    seen = [replace(nothing(source, request, "unread"), page=page.number) for page in pages if page.unread]
    if ours:
        found = [
            Finding(source, page.number, request.verify(text, proofs=proofs), text=text)
            for page, text in ours
        ]
        found = _with_print(found, [page for page, _ in ours])
        found = with_parts(_with_attachments(found, carried, request, proofs))
        return _with_haste(sorted(found + seen, key=lambda finding: finding.page or 0), pages)
    if carried:
        found = [_of_attachment(text, request, source, proofs) for text in carried]
        return _with_haste(seen + with_parts(found), pages)
    foreign = [(page, text) for page in pages for text in page.texts if text not in proofs]
    if not foreign:
        return _with_haste(seen or [nothing(source, request, "no_code")], pages)
    no_paper = Verdict("not_qrcert", wire.to_day(request.at or request.now))
    return [
        Finding(source, page.number, no_paper, foreign=text[:MAX_FOREIGN], text=text)
        for page, text in foreign
    ]


def _of_attachment(text: str, request: Request, source: str, proofs: Sequence[str]) -> Finding:
    """Return the finding of a text that a PDF carries and none of whose pages shows a code that could be read."""
    verdict = request.verify(text, proofs=proofs)
    return Finding(source, None, verdict, "attached", text=text, remarks=(Remark("only_attached"),))


def _with_print(found: Sequence[Finding], pages: Sequence[scan.Page]) -> list[Finding]:
    """Return the findings with what is printed on their pages otherwise; a page of two codes says nothing sure."""
    codes = [page.number for page in pages]
    said = []
    for finding, page in zip(found, pages, strict=True):
        if codes.count(page.number) == 1:
            finding = _remarked(finding, "print", compare_print(finding.verdict, _words_of(page)))
        said.append(finding)
    return said


def _words_of(page: scan.Page) -> scan.Words | None:
    """Return the words of a page, its headings only in a PDF of ours: others head their pages with anything."""
    if page.words is None or any(wire.scheme(text) is not None for text in page.attached):
        return page.words
    return page.words._replace(headings=())


def _with_attachments(
    found: Sequence[Finding], carried: Sequence[str], request: Request, proofs: Sequence[str]
) -> list[Finding]:
    """Return the findings compared with the texts that the PDF carries."""
    if not carried:
        return list(found)
    codes = {finding.text for finding in found}
    left = {text: request.verify(text, proofs=proofs) for text in carried if text not in codes}
    said = []
    for finding in found:
        other = None if finding.text in carried else _partner(finding.verdict, left, alone=len(found) == 1)
        if other is not None:
            finding = _remarked(finding, "attachment", _against(finding, other, left.pop(other)))
        said.append(finding)
    if left and said:
        said[0] = replace(said[0], remarks=(*said[0].remarks, Remark("not_shown", count=len(left))))
    return said


def _partner(verdict: Verdict, left: dict[str, Verdict], *, alone: bool) -> str | None:
    """Return the attached text that was to be that of a code: of the same number, else the only one."""
    for text, other in left.items():
        if other.number is not None and other.number == verdict.number:
            return text
    return next(iter(left)) if alone and len(left) == 1 else None


def _against(finding: Finding, text: str, other: Verdict) -> tuple[Difference, ...]:
    """Return where an attached text says otherwise than the code of a finding; at least that it is another text."""
    verdict = finding.verdict
    language = verdict.form.language if verdict.form else "en"
    mine, theirs = verdict.contents(language), other.contents(language)
    found = list(_unlike(verdict, other)) if mine and theirs else []
    if verdict.code != other.code:
        found.append(Difference(ATTACHMENT, ANSWER, "", verdict.code, other.code))
    return tuple(found) or (Difference(ATTACHMENT, TEXT, "", *map(_digest, (finding.text or "", text))),)


def _digest(text: str) -> str:
    """Return by what two codes can be told apart that say the same."""
    return f"SHA-256 {hashlib.sha256(text.encode(errors='surrogatepass')).hexdigest()[:_DIGITS]}"


def _unlike(verdict: Verdict, other: Verdict) -> Iterator[Difference]:
    """Yield in what two certificates differ, both of which may be shown."""
    assert verdict.form is not None
    assert other.form is not None
    language = verdict.form.language
    mine, theirs = verdict.contents(language), other.contents(language)
    assert mine is not None
    assert theirs is not None
    own = own_words(language)
    pairs = (
        (FORM, "", kind_of(verdict), kind_of(other)),
        (SCHOOL, "", school_of(verdict), school_of(other)),
        (NUMBER, own.number, verdict.number or "", other.number or ""),
        (ISSUED, own.issued, _day(verdict, language), _day(other, language)),
        (WHICH_PART, "", mine.part or "", theirs.part or ""),
    )
    for name, label, code, attached in pairs:
        if code != attached:
            yield Difference(ATTACHMENT, name, label, code, attached)
    yield from _unlike_fields(mine, theirs)
    yield from _unlike_rows(mine, theirs)


def _day(verdict: Verdict, language: str) -> str:
    return Date().long(wire.to_day(verdict.issued), language) if verdict.issued else ""


def _unlike_fields(mine: Contents, theirs: Contents) -> Iterator[Difference]:
    fields = {one.name: one for one in theirs.fields}
    for one in mine.fields:
        twin = fields.pop(one.name, None)
        if twin is None or twin.value != one.value:
            yield Difference(ATTACHMENT, one.name, one.label, one.text, twin.text if twin else "")
    for extra in fields.values():
        yield Difference(ATTACHMENT, extra.name, extra.label, "", extra.text)


def _unlike_rows(mine: Contents, theirs: Contents) -> Iterator[Difference]:
    rows = {(one.table, one.row): one for one in theirs.marks}
    for mark in mine.marks:
        row = rows.pop((mark.table, mark.row), None)
        if row is None or row.cells != mark.cells:
            yield Difference(ATTACHMENT, mark.table, mark.subject, mark.text, row.text if row else "")
    for left in rows.values():
        yield Difference(ATTACHMENT, left.table, left.subject, "", left.text)


def _with_haste(found: list[Finding], pages: Sequence[scan.Page]) -> list[Finding]:
    """Return the findings, the first of which tells at which pages only the first engine looked."""
    hasty = tuple(page.number for page in pages if page.hasty and page.number is not None)
    if not hasty or not found:
        return found
    first = replace(found[0], remarks=(*found[0].remarks, Remark("hasty", pages=hasty)), passing=True)
    return [first, *found[1:]]


def _remarked(finding: Finding, code: str, differences: tuple[Difference, ...]) -> Finding:
    if not differences:
        return finding
    return replace(finding, remarks=(*finding.remarks, Remark(code, differences)))
