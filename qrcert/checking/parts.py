"""The parts of one certificate, each with a code of its own: which are missing here, and which do not fit.

A title without its supplement hides the marks, so the other parts are always named. Parts with one number belong
together wherever they stand; those that are left are compared where they lie on one page, or where they are all of
a file. None of this changes a verdict.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from qrcert.checking.comparing import (
    FORM,
    HOLDER,
    NUMBER,
    PART,
    SCHOOL,
    Difference,
    holder_label,
    kind_of,
    own_words,
    school_of,
)
from qrcert.checking.findings import Finding, Remark
from qrcert.decode import Claims, Verdict
from qrcert.form import Form

APART: Final = ("typed", "attached")
"""How findings came that stand on no page: side by side in a file says nothing of them."""

_Paper = tuple[bytes, int, bytes, int | str]
"""What the parts of one certificate share: authority, school, form, number."""


_Fellows = dict[int, dict[str, "_Part"]]
"""Parts that lie together, by which part each is, then by whose it is: the first of each."""


class _Part(NamedTuple):
    """A finding of one part of a certificate whose contents may be shown, and its place among the findings."""

    at: int
    finding: Finding
    form: Form
    claims: Claims
    part: int

    @property
    def paper(self) -> _Paper:
        return paper_of(self.finding.verdict, self.claims)

    @property
    def page(self) -> int | None:
        """The page it lies on, 0 in a picture without pages, None where it lies on none."""
        return None if self.finding.how in APART else self.finding.page or 0


def with_parts(found: Sequence[Finding]) -> list[Finding]:
    """Return the findings of one file with what is to be said of the parts of their certificates."""
    return name_parts(compare_parts(found))


def name_parts(found: Sequence[Finding]) -> list[Finding]:
    """Return the findings, each of which names the parts of its certificate that are not among them."""
    here: dict[_Paper, set[int]] = {}
    parts = list(_parts(found))
    for one in parts:
        here.setdefault(one.paper, set()).add(one.part)
    said = list(found)
    for one in parts:
        missing = tuple(part for part in range(1, len(one.form.parts) + 1) if part not in here[one.paper])
        if missing:
            remarks = (*one.finding.remarks, Remark("other_parts", parts=missing))
            said[one.at] = replace(one.finding, remarks=remarks)
    return said


def compare_parts(found: Sequence[Finding]) -> list[Finding]:
    """Return the findings, with a remark where a part differs from one it should belong to."""
    different: dict[int, dict[Difference, None]] = {}
    for one, other in _couples(list(_parts(found)), alone=len(found) == 2):
        different.setdefault(one.at, {}).update(dict.fromkeys(_unlike(one, other)))
    said = list(found)
    for at, differences in different.items():
        if differences:
            remark = Remark("parts", differences=tuple(differences))
            said[at] = replace(found[at], remarks=(*found[at].remarks, remark))
    return said


def _parts(found: Iterable[Finding]) -> Iterator[_Part]:
    for at, finding in enumerate(found):
        verdict, claims = finding.verdict, finding.verdict.claims
        if verdict.form and claims and claims.part and verdict.contents(verdict.form.language) is not None:
            yield _Part(at, finding, verdict.form, claims, claims.part)


def _couples(parts: Sequence[_Part], *, alone: bool) -> Iterator[tuple[_Part, _Part]]:
    """Yield each part with another that it is compared with: of its number, else beside it.

    ``alone``: the file holds two codes. Each part is compared with one part of each other kind, so that many copies
    of one cost no more than many papers; with one of the same holder where there is one: after a change of name the
    old title and supplement stand beside the new ones.
    """
    papers: dict[_Paper, _Fellows] = {}
    for one in parts:
        _add(papers.setdefault(one.paper, {}), one)
    beside: dict[int, _Fellows] = {}
    loners = [one for one in parts if len(papers[one.paper]) == 1]
    for one in loners:
        if (place := 0 if alone else one.page) is not None:
            _add(beside.setdefault(place, {}), one)
    for one in parts:
        fellows = papers[one.paper]
        if len(fellows) == 1 and (place := 0 if alone else one.page) is not None:
            fellows = beside[place]
        yield from ((one, _fellow(holders, one)) for part, holders in fellows.items() if part != one.part)


def _add(fellows: _Fellows, one: _Part) -> None:
    fellows.setdefault(one.part, {}).setdefault(_holder(one, shared=True), one)


def _fellow(holders: Mapping[str, _Part], one: _Part) -> _Part:
    """Return the part of the same holder, else the first."""
    return holders.get(_holder(one, shared=True)) or next(iter(holders.values()))


def _unlike(one: _Part, other: _Part) -> Iterator[Difference]:
    """Yield in what two parts differ that are to be of one certificate: first of it, then of the other."""
    language = one.form.language
    mine, theirs = one.finding.verdict, other.finding.verdict
    if one.form.hash != other.form.hash:
        yield Difference(PART, FORM, "", *map(kind_of, (mine, theirs)))
    if one.paper[:2] != other.paper[:2]:
        yield Difference(PART, SCHOOL, "", *map(school_of, (mine, theirs)))
    if mine.number != theirs.number:
        yield Difference(PART, NUMBER, own_words(language).number, mine.number or "", theirs.number or "")
    holders = [_holder(part, shared=one.form.hash == other.form.hash) for part in (one, other)]
    if holders[0] != holders[1]:
        yield Difference(PART, HOLDER, holder_label(one.form), *holders)


def _holder(one: _Part, *, shared: bool) -> str:
    """Return whose a part is, by the fields that all parts have where both are of one form."""
    fields = {field.key for field in one.form.fields if not (shared and field.part)}
    return one.form.holder({key: value for key, value in one.claims.fields.items() if key in fields})


def paper_of(verdict: Verdict, claims: Claims) -> _Paper:
    """Return what all codes of one certificate share: authority, school, form, number."""
    authority = verdict.trust.identity if verdict.trust else b""
    return authority, verdict.school.id if verdict.school else 0, claims.form, claims.number
