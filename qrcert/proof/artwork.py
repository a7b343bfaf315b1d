"""What is drawn on the sheet: codes, rulers, edge marks, grey patches, a star and gratings, as one SVG in mm."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from math import cos, pi, sin
from typing import Final

from qrcert.page import INDIGO
from qrcert.page.sheet import tint
from qrcert.proof import plan
from qrcert.symbol import Symbol

_INK, _GOLD = INDIGO.ink, INDIGO.gold
_FINE, _HAIR = 0.18, 0.1
"""Widths of lines in mm: those that are measured, and those that adorn."""

EDGES: Final = (3, 4, 5, 6, 8, 10)
"""Distances of the edge marks from the paper's edge in mm: the first that is printed tells the printer's margin."""

_EDGE_STEP, _EDGE_LONG = 2.2, 2.0

STAR: Final = (plan.LEFT + 16.5, 242.0, 15.5)
"""Centre and radius of the star: how near its middle the rays stay apart tells how fine the printer draws."""

_RAYS: Final = 36

GRATINGS: Final = (0.1, 0.15, 0.2, 0.3, 0.4)
"""Widths in mm of the bars, and of the spaces between them, of the gratings."""

GRATING_LEFT, GRATING_TOP, GRATING_SIDE, GRATING_STEP = 73.0, 225.5, 5.6, 6.82
"""Where the gratings stand: lying bars in the left column, standing ones in the right, a row each width."""


def artwork() -> str:
    """Return the drawing of the whole sheet."""
    parts = (
        *map(_code, plan.marks().values()),
        *_rulers(),
        *_edge_marks(),
        *_tones(),
        _star(),
        *_gratings(),
        _panel(),
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{plan.WIDTH}mm" height="{plan.HEIGHT}mm" '
        f'viewBox="0 0 {plan.WIDTH} {plan.HEIGHT}" fill="none">{"".join(parts)}</svg>'
    )


def _number(length: float) -> str:
    return f"{length:.4f}".rstrip("0").rstrip(".")


def _points(ends: Iterable[tuple[float, float, float, float]]) -> str:
    return "".join(f"M{' '.join(map(_number, end[:2]))}L{' '.join(map(_number, end[2:]))}" for end in ends)


def _lines(ends: Iterable[tuple[float, float, float, float]], *, width: float, colour: str = _INK) -> str:
    return f'<path d="{_points(ends)}" stroke="{colour}" stroke-width="{width}"/>'


def _box(left: float, top: float, wide: float, high: float, look: str) -> str:
    place = f'x="{_number(left)}" y="{_number(top)}" width="{_number(wide)}" height="{_number(high)}"'
    return f"<rect {place} {look}/>"


def _code(mark: plan.Mark) -> str:
    """Return a code as one path, so that no viewer shows seams between its modules."""
    runs = []
    for row, line in enumerate(Symbol(mark.text).matrix):
        for dark, run in groupby(range(len(line)), key=line.__getitem__):
            columns = list(run)
            if dark:
                runs.append(f"M{columns[0]} {row}h{len(columns)}v1h-{len(columns)}z")
    move = f"translate({_number(mark.left)} {_number(mark.top)}) scale({_number(mark.module)})"
    return f'<path transform="{move}" fill="{tint("#000000", mark.ink)}" d="{"".join(runs)}"/>'


def _ticks(length: int) -> Iterator[tuple[int, float]]:
    """Yield each mm of a ruler and how long its tick is."""
    for at in range(length + 1):
        yield at, 3.6 if at % 10 == 0 else 2.6 if at % 5 == 0 else 1.6


def _rulers() -> Iterator[str]:
    """Yield the four rulers; their lines run along the ticks' feet, the ticks point outward."""
    start = (plan.WIDTH - plan.RULER_ACROSS) / 2
    for edge, out in ((plan.RULER_EDGE, -1), (plan.HEIGHT - plan.RULER_EDGE, 1)):
        yield _lines([(start, edge, start + plan.RULER_ACROSS, edge)], width=_FINE)
        ends = ((start + at, edge, start + at, edge + out * long) for at, long in _ticks(plan.RULER_ACROSS))
        yield _lines(ends, width=_FINE)
    start = (plan.HEIGHT - plan.RULER_DOWN) / 2
    for edge, out in ((plan.RULER_EDGE, -1), (plan.WIDTH - plan.RULER_EDGE, 1)):
        yield _lines([(edge, start, edge, start + plan.RULER_DOWN)], width=_FINE)
        ends = ((edge, start + at, edge + out * long, start + at) for at, long in _ticks(plan.RULER_DOWN))
        yield _lines(ends, width=_FINE)


def edge_places() -> Iterator[tuple[float, int]]:
    """Yield where along a paper's edge each edge mark stands, from the edge's middle, and how far from it."""
    for place, far in enumerate(EDGES):
        yield (place - (len(EDGES) - 1) / 2) * _EDGE_STEP, far


def _edge_marks() -> Iterator[str]:
    half = _EDGE_LONG / 2
    across, down = plan.WIDTH / 2, plan.HEIGHT / 2
    for place, far in edge_places():
        ends = [
            *((across + place - half, y, across + place + half, y) for y in (far, plan.HEIGHT - far)),
            *((x, down + place - half, x, down + place + half) for x in (far, plan.WIDTH - far)),
        ]
        yield _lines(ends, width=_FINE, colour="#000000")


def _tones() -> Iterator[str]:
    for left, top, right, bottom, ink in plan.tone_boxes():
        yield _box(left, top, right - left, bottom - top, f'fill="{tint("#000000", ink)}"')
    look = f'stroke="{_INK}" stroke-width="{_HAIR}"'
    yield _box(plan.LEFT, plan.TONES_TOP, plan.RIGHT - plan.LEFT, plan.TONES_HIGH, look)


def _star() -> str:
    """Return the star: rays as wide as the spaces between them, at every distance from the middle."""
    x, y, radius = STAR
    step = pi / _RAYS
    rays = []
    for ray in range(_RAYS):
        ends = [2 * ray * step, (2 * ray + 1) * step]
        first, second = (f"{_number(x + radius * cos(at))} {_number(y + radius * sin(at))}" for at in ends)
        rays.append(f"M{_number(x)} {_number(y)}L{first}A{radius} {radius} 0 0 1 {second}z")
    ring = f'<circle cx="{x}" cy="{y}" r="{radius + 1}" stroke="{_GOLD}" stroke-width="0.25"/>'
    return f'<path d="{"".join(rays)}" fill="#000000"/>{ring}'


def _gratings() -> Iterator[str]:
    for row, width in enumerate(GRATINGS):
        top = GRATING_TOP + row * GRATING_STEP
        starts = [2 * width * bar for bar in range(int(GRATING_SIDE / (2 * width) + 0.5))]
        left, right = GRATING_LEFT, GRATING_LEFT + GRATING_SIDE + 3
        lying = [_bar(left, top + start, GRATING_SIDE, width) for start in starts]
        standing = [_bar(right + start, top, width, GRATING_SIDE) for start in starts]
        yield f'<path d="{"".join(lying)}" fill="#000000"/><path d="{"".join(standing)}" fill="#000000"/>'


def _bar(left: float, top: float, wide: float, high: float) -> str:
    return f"M{_number(left)} {_number(top)}h{_number(wide)}v{_number(high)}h-{_number(wide)}z"


def _panel() -> str:
    """Return the edge of the sample's panel, as on a certificate."""
    look = f'rx="1.2" stroke="{_GOLD}" stroke-width="0.25"'
    return _box(plan.PANEL_LEFT, plan.PANEL_TOP, plan.PANEL, plan.PANEL, look)
