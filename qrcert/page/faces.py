"""The page's fonts as numbers: which characters they can show, and how wide each is (OpenType)."""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path
from struct import unpack_from
from unicodedata import category

FOLDER = Path(__file__).parent.parent / "pages" / "fonts"

# The cuts by the names that the page's code uses: three of PT Serif, two of PT Sans. Each is followed by the
# font that has the letters it lacks; the template names them in the same order.
_FILES = {
    "plain": ("PTF55F.ttf", "NotoSerif-Regular.ttf"),
    "italic": ("PTF56F.ttf", "NotoSerif-Italic.ttf"),
    "bold": ("PTF75F.ttf", "NotoSerif-Bold.ttf"),
    "sans": ("PTS55F.ttf", "NotoSans-Regular.ttf"),
    "strong": ("PTS75F.ttf", "NotoSans-Bold.ttf"),
}

# Platform Windows, encoding Unicode basic plane: a format 4 map.
_UNICODE = (3, 1)


def _tables(font: bytes) -> dict[bytes, int]:
    """Return where each table of a TrueType font begins."""
    (count,) = unpack_from(">H", font, 4)
    entries = (unpack_from(">4sLLL", font, 12 + 16 * at) for at in range(count))
    return {tag: offset for tag, _, offset, _ in entries}


def _glyphs(font: bytes, cmap: int) -> dict[int, int]:
    """Return the glyph of each code point (``cmap`` format 4).

    The map has four columns, one entry a segment: last code, first code, delta, and the distance from its
    own place to the glyphs of the segment; distance 0 means that the glyph is code + delta.
    """
    (maps,) = unpack_from(">H", font, cmap + 2)
    kinds = (unpack_from(">HHL", font, cmap + 4 + 8 * at) for at in range(maps))
    start = cmap + next(offset for *kind, offset in kinds if tuple(kind) == _UNICODE)
    (size,) = unpack_from(">H", font, start + 6)
    # Two bytes of padding stand between the first and the second column.
    places = (start + 14, *(start + 16 + column * size for column in (1, 2, 3)))
    columns = (unpack_from(f">{size // 2}H", font, place) for place in places)
    found = {}
    for at, (last, first, delta, distance) in enumerate(zip(*columns, strict=True)):
        for code in range(first, last + 1):
            glyph = code
            if distance:
                (glyph,) = unpack_from(">H", font, places[3] + 2 * at + distance + 2 * (code - first))
            if glyph and (glyph + delta) & 0xFFFF:
                found[code] = (glyph + delta) & 0xFFFF
    return found


def _font_widths(font: bytes) -> dict[str, float]:
    """Return how wide each character of a font is, in shares of the type size."""
    tables = _tables(font)
    (units,) = unpack_from(">H", font, tables[b"head"] + 18)
    (measured,) = unpack_from(">H", font, tables[b"hhea"] + 34)
    # Each entry is the width and the left bearing; glyphs past the last entry are as wide as that one.
    advances = unpack_from(f">{2 * measured}H", font, tables[b"hmtx"])[::2]
    glyphs = _glyphs(font, tables[b"cmap"])
    return {chr(code): advances[min(glyph, measured - 1)] / units for code, glyph in glyphs.items()}


@cache
def _widths(cut: str) -> dict[str, float]:
    first, second = (_font_widths((FOLDER / name).read_bytes()) for name in _FILES[cut])
    return second | first


@cache
def known() -> frozenset[str]:
    """Return the characters that every cut can show.

    Marks that combine with the letter before them are none of these: letter and mark may come from two fonts,
    and then one of them is lost. NFC has joined most such pairs to one character. Nor are invisible ones.
    """
    shown = frozenset.intersection(*(frozenset(_widths(cut)) for cut in _FILES))
    return frozenset(character for character in shown if category(character)[0] not in "MC")


@lru_cache(maxsize=8192)
def width(text: str, cut: str) -> float:
    """Return how wide ``text`` is in shares of the type size, kerning left out, so never too narrow.

    ``cut`` is ``plain``, ``italic``, ``bold``, ``sans`` or ``strong`` (the bold of sans). Raises KeyError for a
    character that is not known().
    """
    widths = _widths(cut)
    return sum(widths[letter] for letter in text)
