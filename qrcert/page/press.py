"""The press: sheets in, one PDF/A-3a out, a page a sheet. The typst templates do the setting."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from qrcert.errors import MissingExtra, Refused
from qrcert.page.emblem import emblem
from qrcert.page.faces import FOLDER, known
from qrcert.page.ornament import frame, plain_frame
from qrcert.page.setting import numbered, set_sheet
from qrcert.page.sheet import Sheet

if TYPE_CHECKING:
    import typst

_TEMPLATES = Path(__file__).parent.parent / "pages"
_MM = 72 / 25.4

# The templates, and where each has the white square of the code: left, top and side in millimetres from the
# top left corner. It keeps clear of the folds of A4, at 99, 148.5 and 198 mm down and 105 mm across.
_SQUARES = {"certificate": (127.0, 214.5, 57.0)}

# What the template says when a sheet is beyond its smallest setting: which sheet, and how many mm too much.
_TOO_LONG = re.compile(r'panicked with: "too long (\d+) (\d+)"')


class Box(NamedTuple):
    """A box on the page in points, from the top left corner of A4."""

    left: float
    top: float
    right: float
    bottom: float


def code_box(page: str = "certificate") -> Box:
    """Return the white square that holds the code and its quiet zone, the same on every sheet.

    Raises Refused for a page that does not exist.
    """
    if page not in _SQUARES:
        raise Refused(f"there is no page {page!r}, only {', '.join(sorted(_SQUARES))}")
    left, top, side = (length * _MM for length in _SQUARES[page])
    return Box(left, top, left + side, top + side)


def draw(sheets: Sequence[Sheet], *, day: date, page: str = "certificate") -> bytes:
    """Return one PDF/A-3a with one A4 page for each sheet, in order; equal input gives equal bytes.

    ``day`` is the date of creation that the file bears, ``page`` the template. Raises Refused, naming the
    sheet, for contents that do not fit, characters that the fonts lack, a code too dense to be read, or a
    draft with a code; MissingExtra without typst.
    """
    square = code_box(page)
    if not sheets:
        raise Refused("there is no sheet to draw")
    for sheet in sheets:
        _check(sheet)
    art = {(sheet.palette, sheet.draft): str(at) for at, sheet in enumerate(sheets)}
    side = square.right - square.left
    taken: set[str] = set()
    data = {
        "title": f"{sheets[0].title} {numbered(sheets[0])}" if len(sheets) == 1 else sheets[0].title,
        "author": sheets[0].school,
        "day": {"year": day.year, "month": day.month, "day": day.day},
        "square": {"left": square.left, "top": square.top, "side": side},
        "frames": {name: plain_frame(inks) if draft else frame(inks) for (inks, draft), name in art.items()},
        "emblems": {name: None if draft else emblem(inks) for (inks, draft), name in art.items()},
        "sheets": [
            set_sheet(sheet, art=art[sheet.palette, sheet.draft], room=side, taken=taken) for sheet in sheets
        ],
    }
    return _print(page, data, sheets)


def _texts(sheet: Sheet) -> Iterator[tuple[str, str]]:
    """Yield every text of a sheet that comes from outside, each with what it is."""
    for name in ("heading", "title", "number", "holder", "issued", "school", "place", "post", "head", "key"):
        yield name, getattr(sheet, name) or ""
    for sentence in sheet.before + sheet.after:
        yield "sentence", sentence
    for label, text in sheet.facts:
        yield f"field {label!r}", label + text
    for table in sheet.tables:
        rows = chain((table.label,), table.headings, *table.rows)
        yield f"table {table.label!r}", "".join(rows)


def _check(sheet: Sheet) -> None:
    """Refuse a sheet that no template could print right."""
    if sheet.draft != (sheet.symbol is None) or sheet.draft != (sheet.attachment is None):
        raise Refused(f"sheet {sheet.number!r}: a draft has no code, every other sheet has it and its text")
    for table in sheet.tables:
        if any(len(row) != 1 + len(table.headings) for row in table.rows):
            raise Refused(f"sheet {sheet.number!r}: a row of table {table.label!r} is not as long as its head")
    for what, text in _texts(sheet):
        unknown = sorted(set(text) - known())
        if unknown:
            listed = ", ".join(f"{character!r} (U+{ord(character):04X})" for character in unknown)
            raise Refused(f"sheet {sheet.number!r}: the page's fonts lack {listed} of the {what}")


@cache
def _fonts() -> typst.Fonts:
    """Return the page's own fonts and no others, so that every machine prints the same page."""
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FOLDER])


def _print(page: str, data: dict[str, object], sheets: Sequence[Sheet]) -> bytes:
    """Run the template; its warnings are errors, for they mean a font or a rule that was not kept."""
    try:
        import typst
    except ImportError as error:
        raise MissingExtra("issue", "typst") from error
    compiler = typst.Compiler(_TEMPLATES / f"{page}.typ", root=_TEMPLATES, font_paths=_fonts())
    try:
        pdf, warnings = compiler.compile_with_warnings(
            format="pdf", pdf_standards=["a-3a"], sys_inputs={"sheets": json.dumps(data)}
        )
    except typst.TypstError as error:
        raise _refusal(error.message, sheets) from error
    if warnings:
        raise Refused(f"the page was not set cleanly: {warnings[0].message}")
    assert isinstance(pdf, bytes)
    return pdf


def _refusal(message: str, sheets: Sequence[Sheet]) -> Refused:
    """Return what the template's error says to the person who issues."""
    found = _TOO_LONG.fullmatch(message)
    if found is None:
        return Refused(f"the page could not be set: {message}")
    sheet, excess = sheets[int(found[1])], int(found[2])
    what, text = max(_texts(sheet), key=lambda entry: len(entry[1]))
    return Refused(
        f"sheet {sheet.number!r} is {excess} mm longer than one page; its longest part is the {what}, "
        f"{len(text)} characters",
        hint="shorten texts or leave out rows",
    )
