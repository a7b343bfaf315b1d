"""From a certificate to the sheet that is printed: form, office and signature in, finished text out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any, Final

from qrcert import wire
from qrcert.form import Contents, Date, Form, Line, Mark, Shown
from qrcert.form import Office as FormOffice
from qrcert.issue.letterhead import Letterhead
from qrcert.page import Sheet, Table
from qrcert.symbol import Symbol

DUPLICATE: Final = "duplicate"
"""The field of a form whose tick prints the mark of a duplicate."""

_HOLDER, _SCHOOL = "holder", "school"

_DAY: Final = Date()


@dataclass(frozen=True, slots=True)
class Paper:
    """One certificate as it goes on paper; ``text`` is its code, None on a draft.

    ``part`` is the part of the form that it is, None where one code carries all.
    """

    number: str
    issued: date
    wire: Mapping[int, Any]
    office: Mapping[str, str]
    text: str | None = None
    test: bool = False
    part: int | None = None


def shown_number(paper: Paper, form: Form) -> str:
    """Return the number of a paper as its page shows it."""
    return form.number_text(form.pack_number(paper.number))


def make_sheet(paper: Paper, *, letterhead: Letterhead, form: Form, form_office: FormOffice) -> Sheet:
    """Return the sheet of ``paper``: the form's contents in its own language, the school's lines around them.

    The first part of a form says what the whole certificate does; a later one is a supplement, which says no
    sentences: whose it is, and what stands in it.
    """
    language = form.language
    contents = form.show(paper.wire, part=paper.part, language=language)
    supplement = paper.part is not None and paper.part > 1
    lines = (
        ()
        if supplement
        else form_office.sentences(
            form,
            paper.wire,
            language=language,
            entries=paper.office,
            school=letterhead.school,
            place=letterhead.place,
        )
    )
    holder = form.holder(paper.wire)
    before, after = _around(lines, holder)
    facts = tuple([(one.label, one.text) for one in _untold(contents, form, lines)])
    return Sheet(
        language=language,
        title=f"{contents.part}: {contents.title}" if supplement else contents.title,
        number=shown_number(paper, form),
        holder=holder,
        issued=_DAY.long(wire.to_day(paper.issued), language),
        school=letterhead.school,
        place=letterhead.place,
        heading=letterhead.heading or None,
        before=before,
        after=after,
        person=facts if supplement else (),
        facts=() if supplement else facts,
        tables=tuple(_tables(contents, form)),
        post=letterhead.post or None,
        head=letterhead.head or None,
        key=letterhead.key,
        symbol=Symbol(paper.text).matrix if paper.text is not None else None,
        attachment=paper.text,
        duplicate=any(one.name == DUPLICATE for one in contents.fields),
        draft=paper.text is None,
        test=paper.test,
        palette=letterhead.palette,
    )


def _around(lines: tuple[Line, ...], holder: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the sentences before and after the one that is the holder's name."""
    texts = [line.text for line in lines]
    place = next((at for at, line in enumerate(lines) if line.about == _HOLDER or line.text == holder), None)
    if place is None:
        return (), tuple(texts)
    return tuple(texts[:place]), tuple(texts[place + 1 :])


def _untold(contents: Contents, form: Form, lines: tuple[Line, ...]) -> list[Shown]:
    """Return the fields that neither the name nor the title nor a sentence has told already."""
    told = form.in_title.union(*(line.tells for line in lines), (DUPLICATE,))
    holders = {field.name for field in form.fields if field.holder}
    return [one for one in contents.fields if one.name not in told | holders]


def _tables(contents: Contents, form: Form) -> list[Table]:
    language = contents.language
    tables = []
    for name, group in groupby(contents.marks, key=lambda mark: mark.table):
        marks: list[Mark] = list(group)
        field = form.field(name)
        assert field is not None
        columns = getattr(field.kind, "columns", ())
        tables.append(
            Table(
                label=marks[0].label,
                headings=tuple(column.label.in_language(language) for column in columns),
                rows=tuple((mark.subject, *mark.texts) for mark in marks),
            )
        )
    return tables
