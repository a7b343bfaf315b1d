"""Where a page has its parts. Millimetres in the table, points elsewhere, from the top left corner of A4."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from qrcert.errors import Refused
from qrcert.page.items import COLUMN, MM, SQUARE


class Box(NamedTuple):
    """A box on the page in points, from the top left corner of A4."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Layout:
    """The parts of a page: the body, the foot left of the code, and the white square of the code."""

    body: Box
    foot: Box
    square: Box


def _certificate() -> Layout:
    """Return the layout of ``certificate``.

    The code keeps clear of the folds of A4: 99, 148.5 and 198 mm down, 105 mm across.
    """
    left, right = 26 * MM, 26 * MM + COLUMN
    side, top = SQUARE, 212.5 * MM
    return Layout(
        body=Box(left, 25.5 * MM, right, 207 * MM),
        foot=Box(left, top, right - side - 6 * MM, top + side),
        square=Box(right - side, top, right, top + side),
    )


_LAYOUTS = {"certificate": _certificate()}


def layout(page: str) -> Layout:
    """Return the layout of a page by its name; raises Refused when there is none."""
    if page not in _LAYOUTS:
        raise Refused(f"there is no page {page!r}, only {', '.join(sorted(_LAYOUTS))}")
    return _LAYOUTS[page]


def code_box(page: str = "certificate") -> Box:
    """Return the white square that holds the code and its quiet zone, the same on every sheet.

    A reader back renders only this: ``page.render(crop=(left, height - bottom, width - right, top))`` of
    pypdfium2. Raises Refused for a page that does not exist.
    """
    return layout(page).square
