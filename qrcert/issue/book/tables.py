"""The sheets that are written: the register book, and those that a form defines for other offices."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Final

from qrcert import wire
from qrcert.errors import Refused
from qrcert.form import Contents, Date
from qrcert.issue.book.rows import Kind, Row
from qrcert.register import Entry

ORDER: Final = "order"
"""The office field of the school's order, as the shipped forms call it."""

_DAY: Final = Date()
_STATES: Final = {
    "ru": {"withdrawn": "отозван", "void": "погашен, не вручён"},
    "en": {"withdrawn": "withdrawn", "void": "void, never handed out"},
}
_HEADINGS: Final = {
    "ru": (
        "Запись №",
        "Фамилия, имя, отчество",
        "Дата рождения",
        "Номер бланка",
        "Предметы и отметки",
        "Приказ",
        "Дата выдачи",
        "Получил (подпись)",
        "Выдал (подпись)",
        "Примечание",
    ),
    "en": (
        "Record",
        "Name",
        "Date of birth",
        "Number",
        "Subjects and marks",
        "Order",
        "Date of issue",
        "Received (signature)",
        "Handed out (signature)",
        "Note",
    ),
}
_WIDTHS: Final = (9, 30, 13, 17, 64, 18, 13, 18, 18, 32)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table to be written: headings, widths in characters, and rows, which are made as they are read."""

    title: str
    headings: tuple[str, ...]
    widths: tuple[int, ...]
    rows: Iterator[tuple[str | int | date, ...]]


def book_sheet(rows: Iterable[Row], *, language: str) -> Sheet:
    """Return the register book: a record a document, duplicates with their links, room for signatures."""
    title = "Книга регистрации" if language == "ru" else "Register book"
    lines = (_book_line(row, language) for row in rows)
    return Sheet(title, _HEADINGS[language], _WIDTHS, lines)


def _book_line(row: Row, language: str) -> tuple[str | int | date, ...]:
    entry = row.entry
    contents = row.contents(language)
    return (
        row.record,
        entry.holder,
        _born(row, language),
        entry.number,
        "" if contents is None else marks_line(contents),
        str(entry.office.get(ORDER, "")),
        entry.issued,
        "",
        "",
        "; ".join(_notes(row, language)),
    )


def marks_line(contents: Contents) -> str:
    """Return the tables of a document in one text, as a register book has them."""
    told = []
    for _, marks in groupby(contents.marks, key=lambda mark: mark.table):
        rows = [mark.subject if mark.mark is None else f"{mark.subject}\u00a0{mark.mark}" for mark in marks]
        told.append(", ".join(rows))
    return "; ".join(told)


def _born(row: Row, language: str) -> str:
    """Return the date whose age the form finds worth checking, else that of the field ``born``."""
    if row.kind is None:
        return ""
    ages = row.kind.office.ages if row.kind.office is not None else {}
    for wanted in (*ages, "born"):
        field = row.kind.form.field(wanted)
        if field is not None and field.key in row.fields:
            return field.kind.brief(row.fields[field.key], language)
    return ""


def _notes(row: Row, language: str) -> Iterator[str]:
    """Yield what became of a document; why is nobody's business but the school's, and stays in the register."""
    entry = row.entry
    if row.replaces is not None:
        before = _told(row.replaces, language)
        yield f"дубликат; выдан взамен: {before}" if language == "ru" else f"duplicate; in place of: {before}"
    if row.replaced_by is not None:
        after = _told(row.replaced_by, language)
        yield f"заменён: {after}" if language == "ru" else f"replaced by: {after}"
    if (state := _STATES[language].get(entry.status)) is not None:
        yield f"{state} {_day(entry.changed, language)}"
    if row.kind is None:
        yield "форма неизвестна" if language == "ru" else "its form is not known here"


def _told(entry: Entry, language: str) -> str:
    day = _day(entry.issued, language)
    if language == "ru":
        return f"запись\u00a0{entry.id}, №\u00a0{entry.number} от\u00a0{day}"
    return f"record\u00a0{entry.id}, No.\u00a0{entry.number} of\u00a0{day}"


def _day(day: date | None, language: str) -> str:
    return "" if day is None else _DAY.brief(wire.to_day(day), language)


def upload_sheet(
    rows: Iterable[Row], name: str, kind: Kind, *, school: str, place: str, language: str
) -> Sheet:
    """Return the sheet ``name`` that a form defines for another office; records of other forms are left out.

    Raises `Refused` where the form defines no such sheet.
    """
    exports = {} if kind.office is None else kind.office.exports
    if name not in exports:
        known = ", ".join(exports) or "-"
        raise Refused(
            f"the form {kind.form.id!r} defines no sheet {name!r}",
            hint=f"it defines: {known}; name a form of your own with --form FILE",
        )
    wanted = exports[name]
    headings = tuple(title for title, _ in wanted.columns)
    widths = tuple(min(max(len(title), 12), 40) for title in headings)
    title = name if wanted.title is None else wanted.title.in_language(language)
    lines = (
        _upload_line(row, name, kind, school=school, place=place)
        for row in rows
        if row.entry.form == kind.form.hash
    )
    return Sheet(title, headings, widths, lines)


def _upload_line(row: Row, name: str, kind: Kind, *, school: str, place: str) -> tuple[str, ...]:
    assert kind.office is not None
    entry, original = row.entry, row.replaces
    language = kind.form.language
    special = {
        "holder": entry.holder,
        "school": school,
        "place": place,
        "number": entry.number,
        "issued": _day(entry.issued, language),
        "record": str(row.record),
        "status": entry.status,
    }
    if original is not None:
        special |= {
            "original_number": original.number,
            "original_issued": _day(original.issued, language),
            "original_record": str(original.id),
            "original_holder": original.holder,
        }
    entries = {field: str(value) for field, value in entry.office.items()}
    return kind.office.export(name, kind.form, row.fields, entries=entries, special=special)
