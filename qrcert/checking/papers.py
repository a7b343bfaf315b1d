"""From the pages of one file to findings: which codes are on them, and what else in the file is to be told.

The code on the page decides. The text that a PDF carries as a file and the words printed on the page are compared
with it; the other part of a certificate is named, and compared where it is at hand. None of this changes a verdict.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Final

from qrcert import scan, wire
from qrcert.checking.comparing import ATTACHMENT, HOLDER, NUMBER, PART, Difference, compare_print, own_words
from qrcert.checking.findings import (
    MAX_FOREIGN,
    Finding,
    Remark,
    Request,
    nothing,
    too_many,
    unread,
)
from qrcert.decode import Verdict
from qrcert.form import Contents

MAX_PAGES_NAMED: Final = 6
"""Page numbers that are named one by one."""


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
            finding = _remarked(finding, "attachment", _against(finding.verdict, left.pop(other)))
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


def _against(verdict: Verdict, other: Verdict) -> tuple[Difference, ...]:
    """Return where an attached text says otherwise than the code; at least that it does."""
    language = verdict.form.language if verdict.form else "en"
    mine, theirs = verdict.contents(language), other.contents(language)
    found = list(_unlike(verdict, other, mine, theirs)) if mine and theirs else []
    return tuple(found) or (Difference(ATTACHMENT, "text", "QC1", verdict.code, other.code),)


def _unlike(verdict: Verdict, other: Verdict, mine: Contents, theirs: Contents) -> Iterable[Difference]:
    """Yield number, fields and rows in which two certificates differ."""
    if verdict.number != other.number:
        label = own_words(mine.language).number
        yield Difference(ATTACHMENT, NUMBER, label, verdict.number or "", other.number or "")
    fields = {one.name: one for one in theirs.fields}
    for one in mine.fields:
        twin = fields.pop(one.name, None)
        if twin is None or twin.value != one.value:
            yield Difference(ATTACHMENT, one.name, one.label, one.text, twin.text if twin else "")
    for extra in fields.values():
        yield Difference(ATTACHMENT, extra.name, extra.label, "", extra.text)
    rows = {(one.table, one.row): one for one in theirs.marks}
    for mark in mine.marks:
        row = rows.pop((mark.table, mark.row), None)
        if row is None or row.cells != mark.cells:
            yield Difference(ATTACHMENT, mark.table, mark.subject, mark.text, row.text if row else "")
    for left in rows.values():
        yield Difference(ATTACHMENT, left.table, left.subject, "", left.text)


def with_parts(found: Sequence[Finding]) -> list[Finding]:
    """Return the findings with what is to be said of the other parts of their certificates.

    Two parts belong together if they are on one page, or the only two in the file; then number and holder are
    compared. A part whose fellows are not in the file names them.
    """
    said = list(found)
    for (one, first), (two, second) in combinations(enumerate(found), 2):
        if not _fellows(first, second) or not (len(found) == 2 or first.page == second.page is not None):
            continue
        different = tuple(_unlike_parts(first.verdict, second.verdict))
        for at in (one, two):
            said[at] = _remarked(said[at], "parts", different)
    return [_with_others(finding, found) for finding in said]


def _fellows(first: Finding, second: Finding) -> bool:
    """Tell whether two findings are different parts of one kind of certificate."""
    one, two = first.verdict.claims, second.verdict.claims
    if not (one and two and first.verdict.contents("en") and second.verdict.contents("en")):
        return False
    return one.form == two.form and None not in (one.part, two.part) and one.part != two.part


def _unlike_parts(first: Verdict, second: Verdict) -> Iterable[Difference]:
    assert first.form is not None
    assert first.claims is not None
    assert second.claims is not None
    if first.number != second.number:
        label = own_words(first.form.language).number
        yield Difference(PART, NUMBER, label, first.number or "", second.number or "")
    holders = first.form.holder(first.claims.fields), first.form.holder(second.claims.fields)
    if holders[0] != holders[1]:
        label = ", ".join(
            one.label.in_language(first.form.language) for one in first.form.fields if one.holder
        )
        yield Difference(PART, HOLDER, label, *holders)


def _with_others(finding: Finding, found: Sequence[Finding]) -> Finding:
    """Return a finding that names the parts of its certificate which the file does not hold."""
    verdict = finding.verdict
    if verdict.form is None or verdict.claims is None or verdict.claims.part is None:
        return finding
    if verdict.contents("en") is None:
        return finding
    here = {
        other.verdict.claims.part
        for other in found
        if other.verdict.claims
        and (other.verdict.claims.form, other.verdict.claims.number)
        == (verdict.claims.form, verdict.claims.number)
    }
    missing = tuple(at for at in range(1, len(verdict.form.parts) + 1) if at not in here)
    if not missing:
        return finding
    return replace(finding, remarks=(*finding.remarks, Remark("other_parts", parts=missing)))


def _with_haste(found: list[Finding], pages: Sequence[scan.Page]) -> list[Finding]:
    """Return the findings, the first of which tells at which pages only the first engine looked."""
    hasty = tuple(page.number for page in pages if page.hasty and page.number is not None)
    if not hasty or not found:
        return found
    return [replace(found[0], remarks=(*found[0].remarks, Remark("hasty", pages=hasty))), *found[1:]]


def _remarked(finding: Finding, code: str, differences: tuple[Difference, ...]) -> Finding:
    if not differences:
        return finding
    return replace(finding, remarks=(*finding.remarks, Remark(code, differences)))
