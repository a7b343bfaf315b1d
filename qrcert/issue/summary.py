"""What lies beside the pages: ``summary.xlsx``, a row a certificate, and each code as a picture or for a screen."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from qrcert import wire
from qrcert.errors import MissingExtra
from qrcert.files import write_file
from qrcert.issue.act import Issued, paper_of
from qrcert.issue.letterhead import Letterhead
from qrcert.issue.planning import Plan
from qrcert.issue.sheets import make_sheet
from qrcert.page import draw_screen
from qrcert.register import Entry
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
        kind = _kind(plan, entry, language)
        row = (place, entry.number, entry.holder, entry.issued, kind, file.name, digest)
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


def _kind(plan: Plan, entry: Entry, language: str) -> str:
    """Return the form, and which part of it a certificate is."""
    if not entry.part:
        return plan.form.id
    return f"{plan.form.id}, {plan.form.parts[entry.part - 1].in_language(language)}"


def beside(file: Path, entry: Entry, suffix: str) -> Path:
    """Return the name of another file of a certificate: ``NUMBER.png``, or ``NUMBER-2.png`` for its second part."""
    stem = f"{file.stem}-{entry.part}" if entry.part > 1 else file.stem
    return file.with_name(stem + suffix)


def write_symbols(issued: Issued, *, scale: int = 8) -> tuple[Path, ...]:
    """Write each code alone as ``NUMBER.png``, ``scale`` pixels a module, for screens; return the paths."""
    return tuple(
        write_file(beside(file, entry, ".png"), Symbol(wire.to_text(entry.signed)).png(scale), parents=True)
        for entry, file in zip(issued.entries, issued.files, strict=True)
    )


def write_screens(issued: Issued, plan: Plan) -> tuple[Path, ...]:
    """Write each certificate for the screen of a phone as ``NUMBER.html``, in one file that fetches nothing."""
    files = []
    for entry, file in zip(issued.entries, issued.files, strict=True):
        paper = paper_of(entry, test=plan.test)
        head = Letterhead.from_data(entry.printed, plan.letterhead)
        sheet = make_sheet(paper, letterhead=head, form=plan.form, form_office=plan.form_office)
        html = draw_screen(sheet).encode()
        files.append(write_file(beside(file, entry, ".html"), html, parents=True))
    return tuple(files)
