"""The report as .xlsx: a row a certificate, and a summary. Every text in it is a text, whatever it begins with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from qrcert import text
from qrcert.checking import remarks, words
from qrcert.cli.desk.cases import Case, cases, counts, said, with_places
from qrcert.cli.desk.work import Answer
from qrcert.decode import EXIT_STATUS
from qrcert.errors import MissingExtra
from qrcert.files import write_file

MAX_CELL: Final = 32_000
"""Characters of a cell; Excel allows 32 767."""

_COLUMNS: Final = (
    ("No.", "№ п/п", 7),
    ("Answer", "Ответ", 24),
    ("What it means", "Что это значит", 52),
    ("Take note", "Обратите внимание", 44),
    ("School", "Школа", 36),
    ("Holder", "Кому", 36),
    ("Number", "Номер", 20),
    ("Certificate", "Документ", 36),
    ("Part", "Часть", 14),
    ("Issued", "Дата выдачи", 13),
    ("Marks", "Отметки", 60),
    ("List of", "Чей список", 28),
    ("List No.", "Список №", 10),
    ("List day", "Список от", 13),
    ("File", "Файл", 44),
    ("Page", "Страница", 10),
    ("Code", "Код ответа", 18),
)
_FILLS: Final = {0: "E2F0D9", 1: "F8CBAD", 2: "FFF2CC"}
"""Light green, red and amber by exit status; the words and the sign before them say the same without colour."""

_HEAD: Final = "D9E1F2"
_NOTE: Final = "FFE699"
_DAY: Final = "yyyy-mm-dd"

_TITLES: Final = {"en": ("Certificates", "Summary"), "ru": ("Документы", "Итоги")}


@dataclass(frozen=True, slots=True)
class Summary:
    """What stands on the second sheet besides counts: when, by which lists, over how many files."""

    made: datetime
    files: int
    passed_over: int
    lists: tuple[str, ...]


def require_openpyxl() -> None:
    """Raise MissingExtra where reports cannot be written, before hours of work."""
    try:
        import openpyxl  # noqa: F401
    except ImportError as error:
        raise MissingExtra("report", "openpyxl") from error


def write_report(path: Path, answers: Sequence[Answer], summary: Summary, language: str) -> Path:
    """Write the report and return its path; raises MissingExtra, and Refused where it cannot be written."""
    require_openpyxl()
    from openpyxl import Workbook

    found = cases(answers)
    book = Workbook(write_only=True)
    titles = _TITLES[language if language in _TITLES else "en"]
    _write_rows(book.create_sheet(titles[0]), answers, found, language)
    _write_summary(book.create_sheet(titles[1]), answers, found, summary, language)
    out = BytesIO()
    book.save(out)
    return write_file(path, out.getvalue())


def _write_rows(sheet: Any, answers: Sequence[Answer], found: Sequence[Case], language: str) -> None:
    from openpyxl.utils import get_column_letter

    last = get_column_letter(len(_COLUMNS))
    for place, (*_, width) in enumerate(_COLUMNS, 1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.freeze_panes = "C2"
    sheet.auto_filter.ref = f"A1:{last}{len(answers) + 1}"
    russian = language == "ru"
    sheet.append([_cell(sheet, ru if russian else en, fill=_HEAD, bold=True) for en, ru, _ in _COLUMNS])
    for number, (answer, case) in enumerate(zip(answers, found, strict=True), 1):
        sheet.append(_row(sheet, number, answer, case, language))


def _row(sheet: Any, number: int, answer: Answer, case: Case, language: str) -> list[Any]:
    data = answer.data[0]
    only_test = answer.status != EXIT_STATUS[data["verdict"]]
    headline = words.headline(data["verdict"], language, only_test=only_test)
    notes = [*data["warnings"], *said(case, language)]
    if others := with_places(data["other_parts"] or (), case):
        notes.append(remarks.belonging(others, language))
    if data["test"]:
        notes.insert(0, words.test_banner(language))
    school, trust = data["school"] or {}, data["list"] or {}
    marks = [f"{mark['subject']}: {mark['text']}".rstrip(": ") for mark in data["marks"] or ()]
    fill = _FILLS[answer.status]
    meaning = [data["sentence"]]
    if data["reason"] == "file" and data["hint"]:
        meaning += data["hint"].split("\n")
    return [
        number,
        _cell(sheet, f"{words.SHAPES[answer.status]} {headline}", fill=fill, bold=True),
        _cell(sheet, meaning, wrap=True),
        _cell(sheet, notes, fill=_NOTE if notes else None, wrap=True),
        _cell(sheet, school.get("name")),
        _cell(sheet, answer.holder),
        _cell(sheet, data["number"]),
        _cell(sheet, data["title"]),
        data["part"],
        _day(sheet, data["issued"]),
        _cell(sheet, "; ".join(marks)),
        _cell(sheet, trust.get("authority")),
        trust.get("version"),
        _day(sheet, trust.get("issued")),
        _cell(sheet, data["source"]),
        data["page"],
        _cell(sheet, " ".join(filter(None, (data["verdict"], data["reason"])))),
    ]


def _write_summary(
    sheet: Any, answers: Sequence[Answer], found: Sequence[Case], summary: Summary, language: str
) -> None:
    russian = language == "ru"
    sheet.column_dimensions["A"].width = 56
    sheet.column_dimensions["B"].width = 48
    twice, names = counts(found)
    lines: list[tuple[str, str, Any, int | None]] = [
        ("Made", "Составлено", f"{summary.made:%Y-%m-%d %H:%M}", None),
        *(("Went by the list of", "По списку", one, None) for one in summary.lists),
        ("Files looked at", "Просмотрено файлов", summary.files, None),
        (
            "Passed over: no picture, PDF or text with a code",
            "Пропущено: без кода",
            summary.passed_over,
            None,
        ),
        ("Answers", "Ответов", len(answers), None),
        *_by_verdict(answers, language),
        ("Answers to a certificate that is there again", "Из них повторов того же документа", twice, None),
        ("Answers to a number under several names", "Номер встречается на разные имена", names, None),
        ("Answers with something to take note of", "Есть на что обратить внимание", _noted(answers), None),
    ]
    for en, ru, value, status in lines:
        fill = None if status is None else _FILLS[status]
        shown = _cell(sheet, value) if isinstance(value, str) else value
        sheet.append([_cell(sheet, ru if russian else en, fill=fill, bold=True), shown])


def _by_verdict(answers: Sequence[Answer], language: str) -> Iterable[tuple[str, str, int, int]]:
    """Yield how many answers there are of each kind, the good ones first."""
    kinds = Counter((one.status, one.data[0]["verdict"]) for one in answers)
    for (status, code), count in sorted(kinds.items()):
        headline = words.headline(code, language, only_test=status != EXIT_STATUS[code])
        shown = f"    {words.SHAPES[status]} {headline} ({code})"
        yield shown, shown, count, status


def _noted(answers: Sequence[Answer]) -> int:
    return sum(bool(one.data[0]["warnings"]) for one in answers)


def _cell(
    sheet: Any,
    value: str | Sequence[str] | None,
    *,
    fill: str | None = None,
    bold: bool = False,
    wrap: bool = False,
) -> Any:
    """Return a cell, of lines where several texts are given, that stays a text.

    It is never a formula, not even after somebody has edited it.
    """
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font, PatternFill

    lines = [value] if isinstance(value, str) else value or []
    shown = "\n".join(map(text.escaped, lines))[:MAX_CELL]
    cell = WriteOnlyCell(sheet, shown)
    if shown:
        cell.data_type = "s"
        cell.quotePrefix = True
    cell.alignment = Alignment(vertical="top", wrap_text=wrap)
    if bold:
        cell.font = Font(bold=True)
    if fill is not None:
        cell.fill = PatternFill("solid", fgColor=fill)
    return cell


def _day(sheet: Any, value: str | None) -> Any:
    """Return a cell that is a day."""
    from openpyxl.cell import WriteOnlyCell

    if value is None:
        return None
    cell = WriteOnlyCell(sheet, date.fromisoformat(value))
    cell.number_format = _DAY
    return cell
