"""The emblem, an armillary sphere to teach the heavens by, in a halo of gold lace; and the divider."""

from __future__ import annotations

from cmath import exp
from functools import cache
from math import cos, pi, sin

from qrcert.page.guilloche import arc, dahlia, lines, path
from qrcert.page.sheet import Palette
from qrcert.page.svg import disc, drawing, fill, ring, stroke, tint, turned

# The sphere's radius in mm, the lean of its axis and the height from which it is seen, in radians.
_RADIUS = 6.0
_LEAN = -0.41
_VIEW = 0.38
_TROPIC = 0.41

_THIN, _FIRM = 0.15, 0.23


def _parallel(latitude: float, *, front: bool) -> str:
    """Return the near or far half of a circle of latitude."""
    radius = _RADIUS * cos(latitude)
    start = 0.0 if front else pi
    return arc(
        across=radius,
        along=radius * sin(_VIEW),
        tilt=_LEAN,
        start=start,
        stop=start + pi,
        centre=exp(1j * _LEAN) * -1j * _RADIUS * sin(latitude) * cos(_VIEW),
    )


def _colure(*, front: bool) -> str:
    """Return the near or far half of the circle through both poles."""
    start = -pi / 2 if front else pi / 2
    return arc(across=0.45 * _RADIUS, along=_RADIUS, tilt=_LEAN, start=start, stop=start + pi)


def _ecliptic(share: float, *, front: bool) -> str:
    start = 0.0 if front else pi
    return arc(across=share * _RADIUS, along=0.34 * share * _RADIUS, tilt=0.12, start=start, stop=start + pi)


def _ticks(inside: float, outside: float, count: int) -> str:
    turns = (exp(2j * pi * tick / count) for tick in range(count))
    return lines((inside * turn, outside * turn) for turn in turns)


def _back(palette: Palette) -> str:
    """Return what lies behind the sun: the far halves, paler, and the axis."""
    pole = (_RADIUS + 1.5) * 1j * exp(1j * _LEAN)
    far = "".join(_parallel(latitude, front=False) for latitude in (-_TROPIC, 0, _TROPIC))
    return (
        stroke(far + _colure(front=False) + _ecliptic(1, front=False), tint(palette.ink, 0.55), _THIN)
        + stroke(lines([(-pole, pole)]), palette.ink, _FIRM)
        + disc(0.42, palette.ink, centre=pole)
        + disc(0.42, palette.ink, centre=-pole)
    )


def _front(palette: Palette) -> str:
    """Return the sun, the near halves and the graduated ring that holds them."""
    near = "".join(_parallel(latitude, front=True) for latitude in (-_TROPIC, -0.07, 0.07, _TROPIC))
    return (
        disc(1.4, "#ffffff")
        + disc(1.25, palette.gold)
        + stroke(_ticks(1.65, 2.15, 12), palette.gold, 0.17)
        + stroke(near + _colure(front=True), palette.ink, _FIRM)
        + stroke(_ecliptic(0.94, front=True) + _ecliptic(1, front=True), palette.gold, 0.2)
        + ring(_RADIUS, palette.ink, 0.3)
        + ring(_RADIUS + 0.6, palette.ink, 0.16)
        + stroke(_ticks(_RADIUS, _RADIUS + 0.6, 72), palette.ink, 0.07)
    )


@cache
def emblem(palette: Palette) -> str:
    """Return the emblem as SVG, 20 mm square."""
    halo = dahlia(radius=9.2, step=0.5, depth=0.55, fade=0.03, count=32, layers=5, width=0.14)
    content = turned("halo", fill(halo, palette.gold), 32) + disc(_RADIUS + 0.6, "#ffffff")
    corner = complex(10, 10)
    return drawing(content + _back(palette) + _front(palette), -corner, corner)


def _strand(turn: float) -> str:
    """Return one wave of the divider: it dies away toward both ends."""
    return path(
        lambda place: complex(30 * place, 1.9 * cos(pi * place / 2) ** 2 * sin(3 * pi * place + turn)),
        start=-1,
        stop=1,
        pieces=18,
    )


@cache
def divider(palette: Palette) -> str:
    """Return the small ornament between title and name as SVG, 62 mm by 5."""
    waves = "".join(_strand(at * pi / 3) for at in range(6))
    flower = dahlia(radius=1.9, step=0.45, depth=0.3, fade=0.02, count=10, layers=3, width=0.14)
    content = (
        stroke(waves, palette.gold, 0.13)
        + disc(2.3, "#ffffff")
        + turned("flower", fill(flower, palette.ink), 10)
        + disc(0.4, palette.title)
    )
    return drawing(content, -31 - 2.5j, 31 + 2.5j)
