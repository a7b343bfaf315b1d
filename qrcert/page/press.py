"""The press: sheets in, one PDF/A-3a out, a page a sheet. The typst template sets what the galley measured."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from qrcert.errors import MissingExtra, Refused
from qrcert.page.emblem import divider, emblem
from qrcert.page.faces import FOLDER, known
from qrcert.page.galley import body, foot, numbered, texts
from qrcert.page.layout import Layout
from qrcert.page.matrix import draw_code
from qrcert.page.ornament import frame, plain_frame
from qrcert.page.sheet import INDIGO, Palette, Sheet, bound
from qrcert.page.slips import galley_of_card, galley_of_insert
from qrcert.page.small import card, insert, plain_card, plain_insert
from qrcert.page.template import Template, as_template
from qrcert.page.words import words

if TYPE_CHECKING:
    import typst

_TEMPLATES = Path(__file__).parent.parent / "pages"

# The file of each kind of page, its ornaments and those of its draft.
_FILES = {"certificate": "certificate", "parts": "certificate", "insert": "slip", "card": "slip"}
_FRAMES = {
    "certificate": (frame, plain_frame),
    "parts": (frame, plain_frame),
    "insert": (insert, plain_insert),
    "card": (card, plain_card),
}

STANDARDS: Final = ["a-3a", "ua-1"]
"""What every PDF is held to: it can be kept for decades (ISO 19005-3) and be read aloud (ISO 14289-1)."""

_LARGE: Final = 100
"""Sheets of a run after which typst is made to forget it: half a megabyte each."""

_MEMORY: Final = 12
"""Compilations for which typst keeps what it made, and somewhat more."""

# What a file name must not hold on some system; letters of any script may stand there.
_UNSAFE = re.compile(r"[^\w.-]+")


def draw(
    sheets: Sequence[Sheet], *, day: date, page: Template | str = "certificate", together: bool = False
) -> bytes:
    """Return one PDF/A-3a with a page for each sheet, in order; equal input gives equal bytes.

    ``day`` is the date of creation that the file bears, ``page`` what is printed, by its name or as a school's own
    template. With ``together`` small papers stand on sheets of A4, as many as fit, with marks to cut them by.
    Raises Refused, naming the sheet, for contents that do not fit, characters that the fonts lack, a code too
    dense to be read, or a draft with a code; MissingExtra without typst.
    """
    return _drawn(sheets, as_template(page), day=day, together=together)


def measure(sheets: Sequence[Sheet], *, page: Template | str = "certificate") -> None:
    """Raise for sheets that `draw` would refuse, at a third of its cost: they are measured, not set."""
    template = as_template(page)
    for sheet in sheets:
        dressed = _dressed(bound(sheet), template)
        _check(dressed)
        _set(dressed, template, art="", name="")


def draw_run(sheets: Sequence[Sheet], *, day: date, page: Template, letters: str) -> bytes:
    """Return one PDF as `draw` does, with a page before the others that shows ``letters`` in each of the fonts.

    It numbers the glyphs: all runs that need no others have the same fonts, byte for byte. Raises as `draw` does.
    """
    data = _drawn(sheets, page, day=day, letters=letters)
    if len(sheets) >= _LARGE:
        _forget()
    return data


def _drawn(
    sheets: Sequence[Sheet],
    template: Template,
    *,
    day: date,
    together: bool = False,
    letters: str | None = None,
) -> bytes:
    if not sheets:
        raise Refused("there is no sheet to draw")
    sheets = [_dressed(bound(sheet), template) for sheet in sheets]
    for sheet in sheets:
        _check(sheet)
    art = {(sheet.palette, sheet.draft): str(at) for at, sheet in enumerate(sheets)}
    plan = template.layout
    title, author = naming(sheets)
    data = {
        "title": title,
        "letters": letters,
        "author": author,
        "day": {"year": day.year, "month": day.month, "day": day.day},
        "paper": (plan.wide, plan.high),
        "sheet": list(plan.places()) if together and plan.several > 1 else None,
        "centred": template.base != "insert",
        "boxes": {"body": plan.body, "foot": plan.foot, "square": plan.square},
        "sheets": [
            _set(sheet, template, art=art[sheet.palette, sheet.draft], name=name)
            for sheet, name in zip(sheets, attachment_names([one.number for one in sheets]), strict=True)
        ],
    }
    return _print(_FILES[template.base], data | _art(template, art))


def naming(sheets: Sequence[Sheet]) -> tuple[str, str]:
    """Return what a file of these sheets says of itself: its title and its author."""
    first = bound(sheets[0])
    return f"{first.title} {numbered(first)}" if len(sheets) == 1 else first.title, first.school


def _dressed(sheet: Sheet, template: Template) -> Sheet:
    """Return the sheet with the lines and colours that a school's own template gives it."""
    if template.heading:
        sheet = replace(sheet, heading="\n".join(template.heading))
    return sheet if template.palette is None else replace(sheet, palette=template.palette)


def _art(template: Template, art: Mapping[tuple[Palette, bool], str]) -> dict[str, object]:
    """Return the ornaments of all sheets by name: frame, emblem and divider."""
    drawn = {name: inks for (inks, draft), name in art.items() if not draft}
    draw_frame, draw_plain = _FRAMES[template.base]
    return {
        "frames": {
            name: draw_plain(inks) if draft else template.frame or draw_frame(inks)
            for (inks, draft), name in art.items()
        },
        "emblems": {name: template.emblem or emblem(inks) for name, inks in drawn.items()},
        "dividers": {name: divider(inks) for name, inks in drawn.items()},
    }


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


def attachment_names(numbers: Iterable[str]) -> list[str]:
    """Return a file name for the text of each sheet's code, all different also on systems that ignore case.

    ``numbers`` are those that the sheets show.
    """
    names: list[str] = []
    taken: set[str] = set()
    for number in numbers:
        stem = "certificate-" + (_UNSAFE.sub("-", number).strip("-.") or "0")
        name, count = stem, 1
        while name.lower() in taken:
            count += 1
            name = f"{stem}-{count}"
        taken.add(name.lower())
        names.append(f"{name}.qc1.txt")
    return names


def _set(sheet: Sheet, template: Template, *, art: str, name: str) -> dict[str, object]:
    """Return the data of one sheet for the template; ``art`` names its ornaments, ``name`` its attachment."""
    own, plan = words(sheet.language), template.layout
    code = sheet.symbol and draw_code(
        sheet.symbol, room=plan.square.wide, number=sheet.number, least=plan.least
    )
    across = own.draft if sheet.draft else own.test if sheet.test else None
    galley = _GALLEYS[template.base]
    return {
        "lang": sheet.language,
        "ink": sheet.palette.ink,
        "accent": sheet.palette.title,
        "gold": sheet.palette.gold,
        "art": art,
        **galley(sheet, plan),
        "across": across,
        "test": own.test if sheet.test else None,
        "duplicate": own.duplicate if sheet.duplicate else None,
        "code": code and {"svg": code.svg, "side": code.side, "alt": own.code},
        "codeless": own.codeless,
        "attachment": sheet.attachment and (name, sheet.attachment, own.attachment),
    }


def _galley_of_page(sheet: Sheet, plan: Layout) -> dict[str, object]:
    """Return the body and the foot of a page of A4."""
    return {
        "body": body(sheet, room=plan.body.high),
        "foot": foot(sheet, room=plan.foot.high, space=plan.foot.wide),
    }


_GALLEYS = {
    "certificate": _galley_of_page,
    "parts": _galley_of_page,
    "insert": galley_of_insert,
    "card": galley_of_card,
}


@cache
def _fonts() -> typst.Fonts:
    """Return the page's own fonts and no others, so that every machine prints the same page."""
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FOLDER])


def draw_ground(template: Template, *, ppi: float) -> bytes:
    """Return the frame of a template alone as PNG, ``ppi`` pixels an inch; raises MissingExtra, Refused."""
    drawing = template.frame or _FRAMES[template.base][0](template.palette or INDIGO)
    plan = template.layout
    data = {"paper": (plan.wide, plan.high), "frame": drawing}
    return _compile("ground", data, format="png", ppi=ppi)


def _print(file: str, data: Mapping[str, object]) -> bytes:
    """Return what a file of typst makes of the data, as PDF."""
    return _compile(file, data, format="pdf", pdf_standards=STANDARDS)


def _compile(file: str, data: Mapping[str, object], **how: Any) -> bytes:
    """Run a file of typst; its warnings are errors, for they mean a font or a rule that was not kept."""
    try:
        import typst
    except ImportError as error:
        raise MissingExtra("issue", "typst") from error
    compiler = typst.Compiler(_TEMPLATES / f"{file}.typ", root=_TEMPLATES, font_paths=_fonts())
    try:
        made, warnings = compiler.compile_with_warnings(
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)}, **how
        )
    except typst.TypstError as error:
        raise Refused(f"the page could not be set: {error.message}") from error
    if warnings:
        raise Refused(f"the page was not set cleanly: {warnings[0].message}")
    assert isinstance(made, bytes)
    return made


def _forget() -> None:
    """Let typst forget the pages of a run: it drops what none of its last compilations asked for."""
    import typst

    for _ in range(_MEMORY):
        typst.compile(b" ", format="svg", font_paths=[], ignore_system_fonts=True)
