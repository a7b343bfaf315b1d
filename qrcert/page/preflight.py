"""What will not print, seen on the page itself: ink at the edge of the paper, and text on too dark a ground."""

from __future__ import annotations

from io import BytesIO
from typing import Any, Final

from qrcert.errors import MissingExtra
from qrcert.page.items import MM
from qrcert.page.layout import Box
from qrcert.page.press import draw_ground
from qrcert.page.sheet import INDIGO, Palette
from qrcert.page.template import Template

CONTRAST: Final = 4.5
"""Of text against its ground (WCAG 2.1, 1.4.3): less is hard to read, and lost in a copy."""

_PER_MM: Final = 4
_EDGE: Final = 5
_INK: Final = 245
"""The grey, of 255, from which on a printer sets dots."""


def look(template: Template) -> list[str]:
    """Return in plain words what of a page will not print, or not be read.

    Draws its frame alone. Raises `MissingExtra` without typst or pillow.
    """
    try:
        from PIL import Image
    except ImportError as error:
        raise MissingExtra("issue", "pillow") from error
    picture = Image.open(BytesIO(draw_ground(template, ppi=_PER_MM * 25.4))).convert("L")
    return [*_at_the_edge(picture), *_under_text(picture, template)]


def _at_the_edge(picture: Any) -> list[str]:
    wide, high = picture.size
    rim = _EDGE * _PER_MM - 1
    strips = {
        "top": (0, 0, wide, rim),
        "right": (wide - rim, 0, wide, high),
        "bottom": (0, high - rim, wide, high),
        "left": (0, 0, rim, high),
    }
    found = [name for name, strip in strips.items() if picture.crop(strip).getextrema()[0] < _INK]
    if not found:
        return []
    return [f"the frame draws nearer than 5 mm to the edge, where printers print nothing: {', '.join(found)}"]


def _under_text(picture: Any, template: Template) -> list[str]:
    """Return a fault for each part of the page whose ground, a square millimetre of it, is too dark for text."""
    palette = template.palette or INDIGO
    plan, faults = template.layout, []
    for name, box in (("body", plan.body), ("foot", plan.foot)):
        if box.high < MM:
            continue
        ground = picture.crop(_pixels(box)).reduce(_PER_MM).getextrema()[0]
        ratio = (_light(ground) + 0.05) / (_text_light(palette) + 0.05)
        if ratio < CONTRAST:
            faults.append(
                f"the frame is too dark under the text of the {name}: contrast {ratio:.1f}, at least {CONTRAST} "
                "are due"
            )
    lightest = max(_light_of(palette.ink), _light_of(palette.title))
    if (1.05) / (lightest + 0.05) < CONTRAST:
        faults.append("the colours ink and title are too pale to be read on white paper")
    return faults


def _pixels(box: Box) -> tuple[int, int, int, int]:
    left, top, right, bottom = (round(side / MM * _PER_MM) for side in box)
    return left, top, right, bottom


def _light(grey: float) -> float:
    """Return the relative luminance of a grey of 0 to 255 (WCAG 2.1)."""
    share = grey / 255
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4


def _light_of(colour: str) -> float:
    red, green, blue = (_light(int(colour[at : at + 2], 16)) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _text_light(palette: Palette) -> float:
    """Return the luminance of captions, the palest text on the page."""
    return _light_of(palette.ink)
