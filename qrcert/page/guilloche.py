"""Guilloche: the engine-turned lines of security printing, drawn as few Bezier curves.

A curve is a function from a number to a point; a point is a complex number in millimetres, x to the right
and y downward. Pieces of a path share their tangent where they meet, so a line shows no facets at any
magnification, and two pieces a wave are enough where they meet at the crests.

A line here is the narrow area between two curves. So it swells at the crests and thins on the slopes as an
engraver's does, and typst draws it five times faster than a stroke, whose bounds it would work out anew on
every page.
"""

from __future__ import annotations

from cmath import exp
from collections.abc import Callable, Iterable
from math import cos, pi

Curve = Callable[[float], complex]

# The step of the central difference that finds a tangent: far below any wave, far above rounding.
_STEP = 1e-5


def units(length: float) -> int:
    """Return a length in mm in the unit of the drawings, a hundredth of a millimetre.

    Whole numbers make a PDF shorter, and typst writes them much faster than fractions.
    """
    return round(100 * length)


def point(place: complex) -> str:
    """Return a point as SVG writes it."""
    return f"{units(place.real)} {units(place.imag)}"


def path(curve: Curve, *, start: float, stop: float, pieces: int, joined: bool = False) -> str:
    """Return ``curve`` between two parameters as SVG path data of ``pieces`` cubic pieces (Hermite).

    ``joined`` continues the path before it instead of opening a new one.
    """
    step = (stop - start) / pieces
    words = ["L" if joined else "M", point(curve(start))]
    for piece in range(pieces):
        here, there = start + piece * step, start + (piece + 1) * step
        lead, trail = (
            (curve(end + _STEP) - curve(end - _STEP)) / (2 * _STEP) * step / 3 for end in (here, there)
        )
        handles = (curve(here) + lead, curve(there) - trail, curve(there))
        words.append("C" + " ".join(point(handle) for handle in handles))
    return "".join(words)


def lines(ends: Iterable[tuple[complex, complex]]) -> str:
    """Return straight strokes between pairs of points as SVG path data."""
    return "".join(f"M{point(start)}L{point(stop)}" for start, stop in ends)


def arc(*, across: float, along: float, tilt: float, start: float, stop: float, centre: complex = 0) -> str:
    """Return a stroke along an ellipse with half axes ``across`` and ``along``, turned by ``tilt`` radians."""
    return path(
        lambda angle: centre + exp(1j * tilt) * complex(across * cos(angle), along * cos(angle - pi / 2)),
        start=start,
        stop=stop,
        pieces=4,
    )


def wave(*, length: float, height: float, lag: float, width: float) -> str:
    """Return one sine of ``length`` along the x axis, from the crest that stands at ``lag`` of it to the next."""

    def edge(turn: float, side: float) -> complex:
        return complex((turn + lag) * length, height * cos(2 * pi * turn) + side)

    there = path(lambda turn: edge(turn, width / 2), start=0, stop=1, pieces=2)
    back = path(lambda turn: edge(turn, -width / 2), start=1, stop=0, pieces=2, joined=True)
    return f"{there}{back}Z"


def petal(*, radius: float, depth: float, count: int, turn: float, width: float) -> str:
    """Return one petal, from tip to tip, of a flower of ``count`` about the origin.

    The flower is a circle that swells by ``depth`` either way. ``turn`` shifts it by that share of a petal.
    Turned ``count`` times about the origin the petal makes the flower, in a drawing that packs well.
    """
    first = 2 * pi * turn / count
    last = first + 2 * pi / count

    def edge(angle: float, side: float) -> complex:
        return (radius + side + depth * cos(count * (angle - first))) * exp(1j * angle)

    outside = path(lambda angle: edge(angle, width / 2), start=first, stop=last, pieces=2)
    inside = path(lambda angle: edge(angle, -width / 2), start=last, stop=first, pieces=2, joined=True)
    return f"{outside}{inside}Z"


def dahlia(
    *, radius: float, step: float, depth: float, fade: float, count: int, layers: int, width: float
) -> str:
    """Return a petal of nested flowers, each ``step`` smaller and half a petal turned: scales of a dahlia.

    ``depth`` is the swelling of the first and shrinks by ``fade`` a layer.
    """
    return "".join(
        petal(
            radius=radius - layer * step,
            depth=depth - layer * fade,
            count=count,
            turn=layer % 2 / 2,
            width=width,
        )
        for layer in range(layers)
    )


def lace(*, radius: float, depth: float, count: int, strands: int, width: float) -> str:
    """Return a petal of ``strands`` equal flowers turned against each other: a ring of lace."""
    return "".join(
        petal(radius=radius, depth=depth, count=count, turn=strand / strands, width=width)
        for strand in range(strands)
    )
