"""From a sheet to the data that the typst template sets: strings, colours and the drawing of the code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from qrcert.errors import Refused
from qrcert.page.headline import headline
from qrcert.page.sheet import Sheet
from qrcert.page.words import Words, words

# The quiet zone of a QR code in modules (ISO/IEC 18004).
QUIET = 4

_MM = 72 / 25.4

# A module is a whole number of dots of a 600 dpi printer, so that on paper all are equally wide. Under
# 0.6 mm cheap webcams lose the code.
_DOT = 72 / 600
_LEAST_MODULE = 0.6 * _MM

# What a file name may hold on every system, letters of any script included.
_UNSAFE = re.compile(r"[^\w.-]+")


class Code(NamedTuple):
    """The drawing of a code as SVG, and its side with the quiet zone, in points."""

    svg: str
    side: float


def draw_code(symbol: Sequence[Sequence[int]], *, room: float) -> Code:
    """Return the code as one path, in the widest modules for which it fits into ``room`` points.

    ``symbol`` is the square matrix without its quiet zone. Raises Refused when the matrix is no square, or
    so large that its modules would be narrower than 0.6 mm.
    """
    count = len(symbol)
    if not count or any(len(row) != count for row in symbol):
        raise Refused(f"the code of {count} rows is not a square")
    side = count + 2 * QUIET
    module = int(room / side / _DOT) * _DOT
    if module < _LEAST_MODULE:
        raise Refused(
            f"a code of {count} modules is too dense for this page: {module / _MM:.2f} mm a module, at least 0.6",
            hint="shorten the longest texts of the certificate",
        )
    path = "".join(
        f"M{start} {line}h{stop - start}v1h{start - stop}z"
        for line, row in enumerate(symbol)
        for start, stop in _runs(row)
    )
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{-QUIET} {-QUIET} {side} {side}"><path d="{path}"/></svg>'
    return Code(svg, side * module)


def _runs(row: Sequence[int]) -> Iterable[tuple[int, int]]:
    """Yield where each run of dark modules starts and stops."""
    edges = [at for at in range(len(row) + 1) if (at < len(row) and row[at]) != (at > 0 and row[at - 1])]
    return zip(edges[::2], edges[1::2], strict=True)


def attachment_name(number: str, *, taken: set[str]) -> str:
    """Return a file name for the text of a code that is not in ``taken``, and add it there."""
    stem = "certificate-" + (_UNSAFE.sub("-", number).strip("-.") or "0")
    name, count = f"{stem}.qc1.txt", 1
    while name in taken:
        count += 1
        name = f"{stem}-{count}.qc1.txt"
    taken.add(name)
    return name


def _spoken(sentence: str, school: str) -> list[tuple[str, bool]]:
    """Return a sentence in parts, each with whether it is the school's name."""
    parts: list[tuple[str, bool]] = []
    for at, part in enumerate(sentence.split(school)):
        if at:
            parts.append((school, True))
        if part:
            parts.append((part, False))
    return parts


def _issuer(sheet: Sheet) -> list[tuple[str, bool]] | None:
    """Return school and place for the foot, unless a sentence has named the school."""
    if any(sheet.school in sentence for sentence in sheet.before + sheet.after):
        return None
    return [(sheet.school, True), *([(f", {sheet.place}", False)] if sheet.place else [])]


def numbered(sheet: Sheet) -> str:
    """Return the number with its sign before it, on one line."""
    return f"{words(sheet.language).number}\u00a0{sheet.number}"


def _across(sheet: Sheet, own: Words) -> str | None:
    if sheet.draft:
        return own.draft
    return own.test if sheet.test else None


def set_sheet(sheet: Sheet, *, art: str, room: float, taken: set[str]) -> dict[str, object]:
    """Return the data of one sheet for the template.

    ``art`` names its ornaments, ``room`` is the side of the code's square in points, ``taken`` the file names
    of the attachments before it. Raises Refused as draw_code does.
    """
    own = words(sheet.language)
    title = headline(sheet.title)
    code = draw_code(sheet.symbol, room=room) if sheet.symbol is not None else None
    name = None if sheet.attachment is None else attachment_name(sheet.number, taken=taken)
    return {
        "lang": sheet.language,
        "ink": sheet.palette.ink,
        "accent": sheet.palette.title,
        "gold": sheet.palette.gold,
        "art": art,
        "heading": sheet.heading,
        "main": title.main,
        "sub": title.sub,
        "capitals": title.capitals,
        "number": numbered(sheet),
        "before": [_spoken(sentence, sheet.school) for sentence in sheet.before],
        "holder": sheet.holder,
        "after": [_spoken(sentence, sheet.school) for sentence in sheet.after],
        "facts": sheet.facts,
        "tables": [
            {"label": table.label, "headings": table.headings, "rows": table.rows} for table in sheet.tables
        ],
        "issued": (own.issued, sheet.issued),
        "school": _issuer(sheet),
        "post": sheet.post or own.post,
        "head": sheet.head or "",
        "seal": own.seal if sheet.seal else None,
        "check": own.check,
        "key": (own.key, sheet.key) if sheet.key else None,
        "across": _across(sheet, own),
        "test": own.test if sheet.test else None,
        "duplicate": own.duplicate if sheet.duplicate else None,
        "code": code and code.svg,
        "side": code and code.side,
        "alt": own.code,
        "codeless": own.codeless,
        "attachment": name and (name, sheet.attachment, own.attachment),
    }
