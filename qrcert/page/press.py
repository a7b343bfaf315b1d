"""The press: sheets in, one PDF/A-3a out, a page a sheet. The typst template sets what the galley measured."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from qrcert.errors import MissingExtra, Refused
from qrcert.page.emblem import divider, emblem
from qrcert.page.faces import FOLDER, known
from qrcert.page.galley import body, foot, numbered, texts
from qrcert.page.layout import Layout, layout
from qrcert.page.matrix import draw_code
from qrcert.page.ornament import frame, plain_frame
from qrcert.page.sheet import Sheet, bound
from qrcert.page.words import words

if TYPE_CHECKING:
    import typst

_TEMPLATES = Path(__file__).parent.parent / "pages"

# What a file name must not hold on some system; letters of any script may stand there.
_UNSAFE = re.compile(r"[^\w.-]+")


def draw(sheets: Sequence[Sheet], *, day: date, page: str = "certificate") -> bytes:
    """Return one PDF/A-3a with one A4 page for each sheet, in order; equal input gives equal bytes.

    ``day`` is the date of creation that the file bears, ``page`` the template. Raises Refused, naming the
    sheet, for contents that do not fit, characters that the fonts lack, a code too dense to be read, or a
    draft with a code; MissingExtra without typst.
    """
    plan = layout(page)
    if not sheets:
        raise Refused("there is no sheet to draw")
    sheets = [bound(sheet) for sheet in sheets]
    for sheet in sheets:
        _check(sheet)
    art = {(sheet.palette, sheet.draft): str(at) for at, sheet in enumerate(sheets)}
    names = _attachment_names(sheets)
    data = {
        "title": f"{sheets[0].title} {numbered(sheets[0])}" if len(sheets) == 1 else sheets[0].title,
        "author": sheets[0].school,
        "day": {"year": day.year, "month": day.month, "day": day.day},
        "boxes": {"body": plan.body, "foot": plan.foot, "square": plan.square},
        "frames": {name: plain_frame(inks) if draft else frame(inks) for (inks, draft), name in art.items()},
        "emblems": {name: emblem(inks) for (inks, draft), name in art.items() if not draft},
        "dividers": {name: divider(inks) for (inks, draft), name in art.items() if not draft},
        "sheets": [
            _set(sheet, plan, art=art[sheet.palette, sheet.draft], name=name)
            for sheet, name in zip(sheets, names, strict=True)
        ],
    }
    return _print(page, data)


def _check(sheet: Sheet) -> None:
    """Refuse a sheet that no template could print right."""
    if sheet.draft != (sheet.symbol is None) or sheet.draft != (sheet.attachment is None):
        raise Refused(f"sheet {sheet.number!r}: a draft has no code, every other sheet has it and its text")
    for name in ("title", "number", "holder", "issued", "school"):
        if not getattr(sheet, name).strip():
            raise Refused(f"sheet {sheet.number!r} has no {name}")
    for table in sheet.tables:
        if not table.rows:
            raise Refused(f"sheet {sheet.number!r}: table {table.label!r} has no row")
        if any(len(row) != 1 + len(table.headings) for row in table.rows):
            raise Refused(
                f"sheet {sheet.number!r}: a row of table {table.label!r} is not as long as its head"
            )
    for what, text in texts(sheet):
        unknown = sorted(set(text) - known())
        if unknown:
            listed = ", ".join(f"{character!r} (U+{ord(character):04X})" for character in unknown)
            raise Refused(f"sheet {sheet.number!r}: the page's fonts lack {listed} of the {what}")


def _attachment_names(sheets: Sequence[Sheet]) -> list[str]:
    """Return a file name for the text of each sheet's code, all different also on systems that ignore case."""
    names: list[str] = []
    taken: set[str] = set()
    for sheet in sheets:
        stem = "certificate-" + (_UNSAFE.sub("-", sheet.number).strip("-.") or "0")
        name, count = stem, 1
        while name.lower() in taken:
            count += 1
            name = f"{stem}-{count}"
        taken.add(name.lower())
        names.append(f"{name}.qc1.txt")
    return names


def _set(sheet: Sheet, plan: Layout, *, art: str, name: str) -> dict[str, object]:
    """Return the data of one sheet for the template; ``art`` names its ornaments, ``name`` its attachment."""
    own = words(sheet.language)
    room = plan.square.right - plan.square.left
    code = None if sheet.symbol is None else draw_code(sheet.symbol, room=room, number=sheet.number)
    across = own.draft if sheet.draft else own.test if sheet.test else None
    return {
        "lang": sheet.language,
        "ink": sheet.palette.ink,
        "accent": sheet.palette.title,
        "gold": sheet.palette.gold,
        "art": art,
        "body": body(sheet, room=plan.body.bottom - plan.body.top),
        "foot": foot(sheet, room=plan.foot.bottom - plan.foot.top, space=plan.foot.right - plan.foot.left),
        "across": across,
        "test": own.test if sheet.test else None,
        "duplicate": own.duplicate if sheet.duplicate else None,
        "code": code and {"svg": code.svg, "side": code.side, "alt": own.code},
        "codeless": own.codeless,
        "attachment": sheet.attachment and (name, sheet.attachment, own.attachment),
    }


@cache
def _fonts() -> typst.Fonts:
    """Return the page's own fonts and no others, so that every machine prints the same page."""
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FOLDER])


def _print(page: str, data: Mapping[str, object]) -> bytes:
    """Run the template; its warnings are errors, for they mean a font or a rule that was not kept."""
    try:
        import typst
    except ImportError as error:
        raise MissingExtra("issue", "typst") from error
    compiler = typst.Compiler(_TEMPLATES / f"{page}.typ", root=_TEMPLATES, font_paths=_fonts())
    try:
        pdf, warnings = compiler.compile_with_warnings(
            format="pdf", pdf_standards=["a-3a"], sys_inputs={"data": json.dumps(data, ensure_ascii=False)}
        )
    except typst.TypstError as error:
        raise Refused(f"the page could not be set: {error.message}") from error
    if warnings:
        raise Refused(f"the page was not set cleanly: {warnings[0].message}")
    assert isinstance(pdf, bytes)
    return pdf
