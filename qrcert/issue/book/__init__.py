"""The register book: what the register holds as people keep it, on paper and in spreadsheets.

rows = read_rows(register.walk(query), register=register, kinds=kinds)
write_sheet(book_table(rows, language="ru"), path) | print_book(heading, table, day=today)
"""

from qrcert.issue.book.press import Heading, print_book
from qrcert.issue.book.rows import Kind, Kinds, Row, read_rows
from qrcert.issue.book.tables import Sheet, book_sheet, upload_sheet
from qrcert.issue.book.workbook import write_csv, write_workbook

__all__ = [
    "Heading",
    "Kind",
    "Kinds",
    "Row",
    "Sheet",
    "book_sheet",
    "print_book",
    "read_rows",
    "upload_sheet",
    "write_csv",
    "write_workbook",
]
