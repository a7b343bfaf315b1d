"""The register book on paper: A4 across, as many pages as it takes, each with its number."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import qrcert
from qrcert.errors import MissingExtra, Refused
from qrcert.issue.book.tables import Sheet
from qrcert.page.faces import FOLDER, known

_TEMPLATES: Final = Path(qrcert.__file__).parent / "pages"
_TEMPLATE: Final = "book.typ"

_WORDS: Final = {
    "ru": {
        "page": "стр. {} из {}",
        "made": "составлено",
        "audit": "журнал",
        "row": "запись",
        "count": "записей",
        "title": "Книга регистрации выданных документов",
        "head": "Руководитель",
        "seal": "М. П.",
    },
    "en": {
        "page": "page {} of {}",
        "made": "made on",
        "audit": "audit",
        "row": "row",
        "count": "records",
        "title": "Register of certificates issued",
        "head": "Head of school",
        "seal": "Seal",
    },
}


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands over the book: the school, what was chosen of the register, and the end of its audit.

    ``audit`` is the number of the last row of the audit and its hash.
    """

    school: str
    place: str
    chosen: str
    audit: tuple[int, bytes]


def print_book(sheet: Sheet, heading: Heading, *, day: date, language: str) -> tuple[bytes, int]:
    """Return the book as a PDF/A, and how many records it has; equal input gives equal bytes.

    Raises `Refused` for what cannot be set, `MissingExtra` without typst.
    """
    rows = [[_cell(value) for value in row] for row in sheet.rows]
    seq, head = heading.audit
    data: dict[str, object] = {
        "lang": language,
        "school": _shown(heading.school),
        "place": _shown(heading.place),
        "chosen": _shown(heading.chosen),
        "headings": sheet.headings,
        "rows": rows,
        "day": {"year": day.year, "month": day.month, "day": day.day},
        "made": day.strftime("%d.%m.%Y"),
        "audit": f"{seq}, {_groups(head)}",
        "words": _WORDS[language],
    }
    return _print(data), len(rows)


def _cell(value: str | int | date) -> str:
    return value.strftime("%d.%m.%Y") if isinstance(value, date) else _shown(str(value))


def _shown(text: str) -> str:
    """Return a text with what the fonts lack spelled out: a book with a gap is better than none."""
    letters = known()
    return "".join(
        letter if letter in letters or letter == " " else f"<U+{ord(letter):04X}>" for letter in text
    )


def _groups(head: bytes) -> str:
    """Return the first half of a hash in groups, to be compared by eye."""
    text = head[:8].hex().upper()
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def _print(data: dict[str, object]) -> bytes:
    try:
        import typst
    except ImportError as error:
        raise MissingExtra("issue", "typst") from error
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FOLDER])
    compiler = typst.Compiler(_TEMPLATES / _TEMPLATE, root=_TEMPLATES, font_paths=fonts)
    told = {"data": json.dumps(data, ensure_ascii=False)}
    try:
        pdf, warnings = compiler.compile_with_warnings(format="pdf", pdf_standards=["a-3a"], sys_inputs=told)
    except typst.TypstError as error:
        raise Refused(f"the register book could not be set: {error.message}") from error
    if warnings:
        raise Refused(f"the register book was not set cleanly: {warnings[0].message}")
    assert isinstance(pdf, bytes)
    return pdf
