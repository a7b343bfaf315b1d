"""What lies beside the pages: ``summary.xlsx``, a row a certificate, and each code as a picture."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from qrcert import wire
from qrcert.errors import MissingExtra
from qrcert.files import write_file
from qrcert.issue.act import Issued
from qrcert.issue.planning import Plan
from qrcert.symbol import Symbol

_HEADINGS = {
    "ru": ("№ п/п", "Номер", "Кому", "Дата выдачи", "Документ", "Файл", "Отпечаток"),
    "en": ("Place", "Number", "Holder", "Issued", "Document", "File", "Digest"),
}
_WIDTHS = (8, 22, 44, 14, 44, 26, 20)


def write_summary(issued: Issued, plan: Plan, *, language: str) -> Path:
    """Write ``summary.xlsx`` into the folder of the certificates and return its path; texts stay texts."""
    try:
        from openpyxl import Workbook
        from openpyxl.styles import Font
        from openpyxl.utils import get_column_letter
    except ImportError as error:
        raise MissingExtra("issue", "openpyxl") from error
    book = Workbook()
    table = book.active
    table.append(_HEADINGS.get(language, _HEADINGS["en"]))
    for place, (entry, file) in enumerate(zip(issued.entries, issued.files, strict=True), 1):
        digest = entry.digest.hex()[:16]
        row = (place, entry.number, entry.holder, entry.issued, plan.form.id, file.name, digest)
        table.append(row)
        for cell in table[table.max_row]:
            if isinstance(cell.value, str):
                cell.data_type = "s"  # never a formula, whatever a name begins with,
                cell.quotePrefix = True  # nor after somebody has edited the cell
    for place, width in enumerate(_WIDTHS, 1):
        table.column_dimensions[get_column_letter(place)].width = width
    for cell in table[1]:
        cell.font = Font(bold=True)
    table.freeze_panes = "A2"
    out = BytesIO()
    book.save(out)
    return write_file(issued.folder / "summary.xlsx", out.getvalue(), parents=True)


def write_symbols(issued: Issued, *, scale: int = 8) -> tuple[Path, ...]:
    """Write each code alone as ``NUMBER.png``, ``scale`` pixels a module, for screens; return the paths."""
    return tuple(
        write_file(file.with_suffix(".png"), Symbol(wire.to_text(entry.signed)).png(scale), parents=True)
        for entry, file in zip(issued.entries, issued.files, strict=True)
    )
