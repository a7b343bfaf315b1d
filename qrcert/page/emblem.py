"""The emblem, an armillary sphere to teach the heavens by, in a halo of gold lace; and the divider. Millimetres."""

from __future__ import annotations

from cmath import exp
from functools import cache
from math import cos, pi, sin
from typing import Final

from qrcert.page.guilloche import arc, dahlia, disc, engraved, ring, segment
from qrcert.page.pieces import Mark, Piece, arranged, ground
from qrcert.page.sheet import Palette, tint

SIDE: Final = 20.0
"""The emblem as it is drawn is so many millimetres high and wide."""

DIVIDER: Final = 5.0
"""The divider is so high."""

# The sphere's radius, the lean of its axis and the height from which it is seen, in radians.
_RADIUS = 6.0
_LEAN = -0.41
_VIEW = 0.38
_TROPIC = 0.41

_THIN, _FIRM = 0.15, 0.23

_CENTRE = complex(SIDE / 2, SIDE / 2)


def _parallel(latitude: float, *, front: bool, width: float) -> str:
    """Return the near or far half of a circle of latitude."""
    radius = _RADIUS * cos(latitude)
    start = 0.0 if front else pi
    return arc(
        across=radius,
        along=radius * sin(_VIEW),
        tilt=_LEAN,
        start=start,
        stop=start + pi,
        width=width,
        centre=exp(1j * _LEAN) * -1j * _RADIUS * sin(latitude) * cos(_VIEW),
    )


def _colure(*, front: bool, width: float) -> str:
    """Return the near or far half of the circle through both poles."""
    start = -pi / 2 if front else pi / 2
    return arc(across=0.45 * _RADIUS, along=_RADIUS, tilt=_LEAN, start=start, stop=start + pi, width=width)


def _ecliptic(share: float, *, front: bool, width: float) -> str:
    start = 0.0 if front else pi
    across, along = share * _RADIUS, 0.34 * share * _RADIUS
    return arc(across=across, along=along, tilt=0.12, start=start, stop=start + pi, width=width)


def _ticks(inside: float, outside: float, count: int, width: float) -> str:
    turns = (exp(2j * pi * tick / count) for tick in range(count))
    return "".join(segment(inside * turn, outside * turn, width) for turn in turns)


def _far() -> str:
    """Return the far halves of the circles."""
    parallels = (_parallel(latitude, front=False, width=_THIN) for latitude in (-_TROPIC, 0, _TROPIC))
    return "".join(parallels) + _colure(front=False, width=_THIN) + _ecliptic(1, front=False, width=_THIN)


def _axis() -> str:
    pole = (_RADIUS + 1.5) * 1j * exp(1j * _LEAN)
    return segment(-pole, pole, _FIRM) + disc(0.42, centre=pole) + disc(0.42, centre=-pole)


def _near() -> str:
    parallels = (_parallel(at, front=True, width=_FIRM) for at in (-_TROPIC, -0.07, 0.07, _TROPIC))
    return "".join(parallels) + _colure(front=True, width=_FIRM)


def _belt() -> str:
    return _ecliptic(0.94, front=True, width=0.2) + _ecliptic(1, front=True, width=0.2)


def _meridian() -> str:
    """Return the graduated ring that holds the sphere."""
    ticks = _ticks(_RADIUS, _RADIUS + 0.6, 72, 0.1)
    return ring(_RADIUS, 0.3) + ring(_RADIUS + 0.6, 0.16) + ticks


def _strand(turn: float) -> str:
    """Return one wave of the divider: it dies away toward both ends."""
    return engraved(
        lambda place: complex(30 * place, 1.9 * cos(pi * place / 2) ** 2 * sin(3 * pi * place + turn)),
        start=-1,
        stop=1,
        pieces=18,
        width=0.13,
    )


PIECES: Final = {
    "halo": Piece.round(
        10,
        lambda: dahlia(radius=9.2, step=0.5, depth=0.55, fade=0.03, count=32, layers=5, width=0.14, share=4),
    ),
    "farr": Piece.round(8, _far),
    "axis": Piece.round(8, _axis),
    "sunn": Piece.round(3, lambda: disc(1.25) + _ticks(1.65, 2.15, 12, 0.17)),
    "near": Piece.round(8, _near),
    "belt": Piece.round(8, _belt),
    "meri": Piece.round(8, _meridian),
    "wavs": Piece.round(31, lambda: "".join(_strand(at * pi / 3) for at in range(6))),
    "blos": Piece.round(
        3,
        lambda: dahlia(radius=1.9, step=0.45, depth=0.3, fade=0.02, count=10, layers=3, width=0.14),
    ),
}
"""Every piece by its name of four letters."""


@cache
def emblem(palette: Palette) -> list[dict[str, object]]:
    """Return the emblem in the order in which it is printed, from the top left corner of its square."""

    def mark(name: str, colour: str, angle: int = 0) -> Mark:
        return Mark(name, PIECES[name], _CENTRE, colour, angle=angle)

    marks = (
        *(mark("halo", palette.gold, angle) for angle in (0, 90, 180, 270)),
        ground(_RADIUS + 0.6, _CENTRE),
        mark("farr", tint(palette.ink, 0.55)),
        mark("axis", palette.ink),
        ground(1.4, _CENTRE),
        mark("sunn", palette.gold),
        mark("near", palette.ink),
        mark("belt", palette.gold),
        mark("meri", palette.ink),
    )
    return arranged(marks)


@cache
def divider(palette: Palette) -> list[dict[str, object]]:
    """Return the small ornament between title and name, about its centre, ``DIVIDER`` high."""

    def mark(name: str, colour: str) -> Mark:
        return Mark(name, PIECES[name], 0j, colour)

    marks = (
        mark("wavs", palette.gold),
        ground(2.3, 0j),
        mark("blos", palette.ink),
        ground(0.4, 0j, palette.title),
    )
    return arranged(marks)
