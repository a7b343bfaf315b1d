"""The signs of the answers: each has its own outline and its own mark, so that nobody needs to see colours."""

from __future__ import annotations

from functools import cache
from math import cos, pi, sin
from typing import Final

from PIL import Image, ImageDraw

from qrcert.cli.scanning.brush import font

GOOD: Final = "good"
BAD: Final = "bad"
UNSURE: Final = "unsure"
LOOKING: Final = "looking"

OF_STATUS: Final = {0: GOOD, 1: BAD, 2: UNSURE}
"""The sign of an answer by its exit status: a disc with a tick, an octagon with a cross, a triangle with a ?."""

_FINE: Final = 4
"""Signs are drawn this many times larger and then made small, which smooths their edges."""

Colour = tuple[int, int, int]


@cache
def sign(kind: str, size: int, ground: Colour, mark: Colour) -> Image.Image:
    """Return a sign in a square of ``size`` pixels, see-through around it; ``mark`` is drawn on ``ground``."""
    side = size * _FINE
    image = Image.new("RGBA", (side, side), (*ground, 0))
    _DRAWN[kind](ImageDraw.Draw(image), float(side), ground, mark)
    return image.resize((size, size), Image.Resampling.LANCZOS)


def _disc(draw: ImageDraw.ImageDraw, side: float, ground: Colour, mark: Colour) -> None:
    draw.ellipse((0, 0, side - 1, side - 1), fill=ground)
    _stroke(draw, [(0.26, 0.53), (0.43, 0.70), (0.75, 0.33)], side, mark)


def _octagon(draw: ImageDraw.ImageDraw, side: float, ground: Colour, mark: Colour) -> None:
    middle, reach = side / 2, side / 2 / cos(pi / 8) * 0.98
    corners = [pi / 8 + pi / 4 * turn for turn in range(8)]
    draw.polygon([(middle + reach * cos(at), middle + reach * sin(at)) for at in corners], fill=ground)
    _stroke(draw, [(0.31, 0.31), (0.69, 0.69)], side, mark)
    _stroke(draw, [(0.69, 0.31), (0.31, 0.69)], side, mark)


def _triangle(draw: ImageDraw.ImageDraw, side: float, ground: Colour, mark: Colour) -> None:
    corners = [(0.5, 0.09), (0.95, 0.88), (0.05, 0.88)]
    points = [(x * side, y * side) for x, y in corners]
    draw.polygon(points, fill=ground)
    draw.line([*points, points[0], points[1]], fill=ground, width=int(side * 0.1), joint="curve")
    used = font(int(side * 0.62), bold=True)
    draw.text((side / 2, side * 0.84), "?", fill=mark, font=used, anchor="ms")


def _finder(draw: ImageDraw.ImageDraw, side: float, ground: Colour, mark: Colour) -> None:
    """Draw the four corners of a view-finder."""
    for x, y in ((0.06, 0.06), (0.94, 0.06), (0.94, 0.94), (0.06, 0.94)):
        inward = 0.26 if x < 0.5 else -0.26
        down = 0.26 if y < 0.5 else -0.26
        _stroke(draw, [(x + inward, y), (x, y), (x, y + down)], side, mark, wide=0.075)
    draw.rectangle([side * 0.36, side * 0.36, side * 0.64, side * 0.64], fill=mark)


def _stroke(
    draw: ImageDraw.ImageDraw,
    points: list[tuple[float, float]],
    side: float,
    colour: Colour,
    *,
    wide: float = 0.115,
) -> None:
    """Draw a line with round ends and joints."""
    placed = [(x * side, y * side) for x, y in points]
    draw.line(placed, fill=colour, width=int(side * wide), joint="curve")
    reach = side * wide / 2
    for x, y in placed:
        draw.ellipse((x - reach, y - reach, x + reach, y + reach), fill=colour)


_DRAWN: Final = {GOOD: _disc, BAD: _octagon, UNSURE: _triangle, LOOKING: _finder}
