"""The pieces that ornaments are set from, as printers set borders from flowers: glyphs of a font of our own.

A typesetter and a PDF reader draw a glyph as fast as a letter, and a file holds it once however often it stands
on its pages. ``tools/make_ornaments.py`` draws the font from ``PIECES`` of `ornament` and `emblem`; a changed
piece is seen on pages when that has been run again.
"""

from __future__ import annotations

from cmath import exp
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import groupby
from math import radians
from typing import Final

from qrcert.page.guilloche import disc

FAMILY: Final = "Qrcert Ornaments"
FILE: Final = "ornaments.otf"

EM: Final = 100.0
"""Millimetres of an em: set in this size, a piece is as large as it is drawn."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A drawing: what gives its path data, its advance in mm, and how far it reaches to the left of its origin.

    Advances are whole tenths of a millimetre, thousandths of an em, since some readers of PDFs count in those.
    """

    draw: Callable[[], str]
    advance: float
    left: float = 0.0

    @classmethod
    def round(cls, radius: float, draw: Callable[[], str]) -> Piece:
        """Return a piece that lies about its origin within ``radius``."""
        return cls(draw, 2 * radius, radius)


@dataclass(frozen=True, slots=True)
class Mark:
    """A piece at a place in mm, turned by ``angle`` degrees about it, ``count`` times one after the other."""

    name: str
    piece: Piece
    place: complex
    colour: str
    count: int = 1
    angle: int = 0
    scale: float = 1.0


DISC: Final = Piece.round(10, lambda: disc(10))
"""A round ground for other pieces, of radius 10 mm."""


def ground(radius: float, place: complex, colour: str = "#ffffff") -> Mark:
    """Return a disc on which other marks stand."""
    return Mark("disc", DISC, place, colour, scale=radius / 10)


def arranged(marks: Iterable[Mark | dict[str, object]]) -> list[dict[str, object]]:
    """Return marks for the template, and between them what is none, in the order in which they are printed.

    Marks of one angle in a row become one line of text, turned about the corner: each begins ``move`` mm behind
    the end of the one before, ``low`` under the line. typst is much quicker with one turned line than with each
    piece turned and placed by itself.
    """
    found: list[dict[str, object]] = []
    for angle, group in groupby(marks, key=lambda mark: mark.angle if isinstance(mark, Mark) else None):
        if angle is None:
            found += [mark for mark in group if not isinstance(mark, Mark)]
        else:
            line = _line([mark for mark in group if isinstance(mark, Mark)], angle)
            found.append({"do": "pieces", "angle": angle, "pieces": line})
    return found


def _line(marks: Iterable[Mark], angle: int) -> list[dict[str, object]]:
    """Return marks of one angle as a line of text."""
    pieces: list[dict[str, object]] = []
    pen, back = 0.0, exp(-1j * radians(angle))
    for mark in marks:
        place = mark.place * back
        start = place.real - mark.scale * mark.piece.left
        pieces.append(
            {
                "feature": mark.name,
                "move": round(start - pen, 4),
                "low": round(place.imag, 4),
                "size": EM * mark.scale,
                "colour": mark.colour,
                "count": mark.count,
            }
        )
        pen = start + mark.scale * mark.piece.advance * mark.count
    return pieces
