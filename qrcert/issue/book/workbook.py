"""Sheets as files for spreadsheets: .xlsx for people, .csv for other programs; texts stay texts."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from io import BytesIO, StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from qrcert.errors import MissingExtra
from qrcert.files import write_file
from qrcert.issue.book.tables import Sheet

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_DATE: Final = "DD.MM.YYYY"
_A4: Final = 9  # as the format numbers papers (ECMA-376 part 1, 18.3.1.63)
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet take a cell of a .csv for a formula."""


def write_workbook(sheet: Sheet, path: Path) -> int:
    """Write a sheet as ``path`` (.xlsx) and return how many rows it has; it prints on A4 across.

    Raises `Refused` where the file cannot be written, `MissingExtra` without openpyxl.
    """
    try:
        from openpyxl import Workbook
    except ImportError as error:
        raise MissingExtra("issue", "openpyxl") from error
    book = Workbook(write_only=True)
    table = book.create_sheet(sheet.title[:31])  # the longest name that a sheet may have
    _lay_out(table, sheet)
    count = -1
    for line in _lines(table, sheet):
        table.append(line)
        count += 1
    out = BytesIO()
    book.save(out)
    write_file(path, out.getvalue())
    return count


def _lay_out(table: Worksheet, sheet: Sheet) -> None:
    """Say how the sheet looks and prints; in a file that is written as it goes this comes before its rows."""
    from openpyxl.utils import get_column_letter

    for place, width in enumerate(sheet.widths, 1):
        table.column_dimensions[get_column_letter(place)].width = width
    table.freeze_panes = "A2"
    table.page_setup.orientation = "landscape"
    table.page_setup.paperSize = _A4
    table.page_setup.fitToHeight = 0
    table.sheet_properties.pageSetUpPr.fitToPage = True
    table.print_title_rows = "1:1"
    table.oddFooter.center.text = "&P / &N"


def _lines(table: Worksheet, sheet: Sheet) -> Iterator[list[Any]]:
    """Yield the headings and the rows as cells."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

    edge = Border(bottom=Side("hair"), right=Side("hair"))
    top = Alignment(vertical="top", wrap_text=True)

    def cell(value: str | int | date, *, heading: bool = False) -> Any:
        made = WriteOnlyCell(table, value)
        made.alignment, made.border = top, edge
        if isinstance(value, str):
            made.data_type, made.quotePrefix = "s", True  # never a formula, whatever it begins with
        elif isinstance(value, date):
            made.number_format = _DATE
        if heading:
            made.font, made.fill = Font(bold=True), PatternFill("solid", fgColor="E8ECF4")
        return made

    yield [cell(heading, heading=True) for heading in sheet.headings]
    for row in sheet.rows:
        yield [cell(value) for value in row]


def write_csv(sheet: Sheet, path: Path) -> int:
    """Write a sheet as ``path`` (.csv: UTF-8 with its mark, semicolons), and return how many rows it has.

    A text that a spreadsheet would take for a formula gets an apostrophe in front. Raises `Refused`.
    """
    out = StringIO()
    table = csv.writer(out, delimiter=";", lineterminator="\r\n")
    table.writerow(sheet.headings)
    count = 0
    for row in sheet.rows:
        table.writerow([_plain(value) for value in row])
        count += 1
    write_file(path, out.getvalue().encode("utf-8-sig"))
    return count


def _plain(value: str | int | date) -> str:
    if isinstance(value, date):
        return value.strftime("%d.%m.%Y")
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_FORMULA) else text
