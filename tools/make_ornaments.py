"""Make ``qrcert/pages/fonts/ornaments.otf`` from the pieces of the page's ornaments.

Run by hand after a piece was changed: ``python tools/make_ornaments.py``. Needs fonttools. The font has one
character, the no-break space, which is all that anybody copies from an ornament; a feature of four letters shows
a piece in its place. PDF/A demands that every glyph has a character, and not one of private use.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from fontTools.feaLib.builder import addOpenTypeFeaturesFromString
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.t2CharStringPen import T2CharStringPen

from qrcert.page import emblem, ornament
from qrcert.page.pieces import DISC, EM, FAMILY, FILE

FOLDER = Path(__file__).parent.parent / "qrcert" / "pages" / "fonts"

UNITS = round(100 * EM)
"""Units of an em: path data counts in hundredths of a millimetre."""

SPACE = 0xA0
PIECES = {"disc": DISC} | ornament.PIECES | emblem.PIECES

_ASCENT, _DESCENT = 8000, -2000


def main() -> None:
    """Write the font."""
    (FOLDER / FILE).write_bytes(font_bytes())


def font_bytes() -> bytes:
    """Return the font's bytes; the same pieces give the same."""
    out = BytesIO()
    _font().save(out)
    return out.getvalue()


def version() -> str:
    """Return what tells one set of pieces from another: a hash of all of them."""
    drawn = "".join(f"{name} {piece.advance} {piece.left} {piece.draw()}" for name, piece in PIECES.items())
    return hashlib.sha256(drawn.encode()).hexdigest()[:16]


def _font() -> FontBuilder:
    builder = FontBuilder(UNITS, isTTF=False)
    builder.updateHead(created=0, modified=0)
    glyphs = {".notdef": _glyph("", 500, 0), "blank": _glyph("", 500, 0)}
    advances = {".notdef": 500, "blank": 500}
    for name, piece in PIECES.items():
        left, advances[name] = round(100 * piece.left), round(100 * piece.advance)
        glyphs[name] = _glyph(piece.draw(), advances[name], left)
    builder.setupGlyphOrder(list(glyphs))
    builder.setupCharacterMap({SPACE: "blank"})
    builder.setupCFF("QrcertOrnaments", {"FullName": FAMILY}, glyphs, {})
    builder.setupHorizontalMetrics({name: (advance, 0) for name, advance in advances.items()})
    builder.setupHorizontalHeader(ascent=_ASCENT, descent=_DESCENT)
    names = {"familyName": FAMILY, "styleName": "Regular", "fullName": FAMILY, "psName": "QrcertOrnaments"}
    builder.setupNameTable(names | {"version": f"Version 1.0 {version()}"}, mac=False)
    builder.setupOS2(sTypoAscender=_ASCENT, usWinAscent=_ASCENT, usWinDescent=-_DESCENT)
    builder.setupPost()
    rules = (f"feature {name} {{ sub blank by {name}; }} {name};" for name in PIECES)
    addOpenTypeFeaturesFromString(builder.font, "\n".join(rules))
    builder.font.recalcTimestamp = False
    return builder


def _glyph(data: str, advance: int, left: int) -> object:
    """Return a drawing as a charstring; y grows upward in fonts."""
    pen = T2CharStringPen(advance, None)
    for command, numbers in _commands(data):
        points = [(x + left, -y) for x, y in zip(numbers[::2], numbers[1::2], strict=True)]
        if command == "M":
            pen.moveTo(points[0])
        elif command == "L":
            pen.lineTo(points[0])
        elif command == "C":
            pen.curveTo(*points)
        else:
            pen.closePath()
    return pen.getCharString()


def _commands(data: str) -> Iterator[tuple[str, list[int]]]:
    for command, numbers in re.findall("([MLCZ])([^MLCZ]*)", data):
        yield command, [int(number) for number in re.findall(r"-?\d+", numbers)]


if __name__ == "__main__":
    main()
