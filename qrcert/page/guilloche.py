"""Guilloche: the engine-turned lines of security printing, drawn as few Bezier curves.

A curve is a function from a number to a point; a point is a complex number in millimetres, x to the right
and y downward. Pieces of a path share their tangent where they meet, so a line shows no facets at any
magnification, and two pieces a wave are enough where they meet at the crests.

A line here is the narrow area between two curves, so that a glyph of a font can hold it. Where the two are the
same curve moved, it swells at the crests and thins on the slopes as an engraver's does.
"""

from __future__ import annotations

from cmath import exp
from collections.abc import Callable
from math import cos, pi

Curve = Callable[[float], complex]

# The step of the central difference that finds a tangent: far below any wave, far above rounding.
_STEP = 1e-5


def units(length: float) -> int:
    """Return a length in mm in the unit of the drawings, a hundredth of a millimetre: glyphs have whole numbers."""
    return round(100 * length)


def point(place: complex) -> str:
    """Return a point as path data has it."""
    return f"{units(place.real)} {units(place.imag)}"


def path(curve: Curve, *, start: float, stop: float, pieces: int, joined: bool = False) -> str:
    """Return ``curve`` between two parameters as path data (that of SVG) of ``pieces`` cubic pieces (Hermite).

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


def engraved(curve: Curve, *, start: float, stop: float, pieces: int, width: float) -> str:
    """Return ``curve`` as a line of one ``width``: the narrow area between the curves on either side of it."""

    def edge(at: float, side: float) -> complex:
        along = curve(at + _STEP) - curve(at - _STEP)
        return curve(at) + 1j * side * along / abs(along)

    there = path(lambda at: edge(at, width / 2), start=start, stop=stop, pieces=pieces)
    back = path(lambda at: edge(at, -width / 2), start=stop, stop=start, pieces=pieces, joined=True)
    return f"{there}{back}Z"


def segment(start: complex, stop: complex, width: float) -> str:
    """Return a straight line between two points."""
    return engraved(lambda at: start + at * (stop - start), start=0, stop=1, pieces=1, width=width)


def arc(
    *,
    across: float,
    along: float,
    tilt: float,
    start: float,
    stop: float,
    width: float,
    centre: complex = 0,
) -> str:
    """Return a line along an ellipse with half axes ``across`` and ``along``, turned by ``tilt`` radians."""
    return engraved(
        lambda angle: centre + exp(1j * tilt) * complex(across * cos(angle), along * cos(angle - pi / 2)),
        start=start,
        stop=stop,
        pieces=4,
        width=width,
    )


def disc(radius: float, *, centre: complex = 0) -> str:
    """Return a filled circle."""
    return path(lambda angle: centre + radius * exp(1j * angle), start=0, stop=2 * pi, pieces=4) + "Z"


def ring(radius: float, width: float) -> str:
    """Return a circle about the origin, a line of ``width``."""
    inside = path(lambda angle: (radius - width / 2) * exp(1j * angle), start=2 * pi, stop=0, pieces=4)
    return f"{disc(radius + width / 2)}{inside}Z"


def wave(*, length: float, height: float, lag: float, width: float, low: float = 0.0) -> str:
    """Return one sine of ``length``, ``low`` under the x axis, from the crest at ``lag`` of it to the next."""

    def edge(turn: float, side: float) -> complex:
        return complex((turn + lag) * length, low + height * cos(2 * pi * turn) + side)

    there = path(lambda turn: edge(turn, width / 2), start=0, stop=1, pieces=2)
    back = path(lambda turn: edge(turn, -width / 2), start=1, stop=0, pieces=2, joined=True)
    return f"{there}{back}Z"


def petals(*, radius: float, depth: float, count: int, turn: float, width: float, share: int = 1) -> str:
    """Return the petals, from tip to tip, of a flower of ``count`` about the origin, or one ``share`` of them.

    The flower is a circle that swells by ``depth`` either way. ``turn`` shifts it by that share of a petal.
    """
    step = 2 * pi / count
    first, last = turn * step, (turn + count / share) * step

    def edge(angle: float, side: float) -> complex:
        return (radius + side + depth * cos(count * (angle - first))) * exp(1j * angle)

    pieces = 2 * count // share
    outside = path(lambda angle: edge(angle, width / 2), start=first, stop=last, pieces=pieces)
    inside = path(
        lambda angle: edge(angle, -width / 2), start=last, stop=first, pieces=pieces, joined=share > 1
    )
    return f"{outside}{inside}Z" if share > 1 else f"{outside}Z{inside}Z"


def dahlia(
    *,
    radius: float,
    step: float,
    depth: float,
    fade: float,
    count: int,
    layers: int,
    width: float,
    share: int = 1,
) -> str:
    """Return nested flowers, each ``step`` smaller and half a petal turned: scales of a dahlia, or a ``share``.

    ``depth`` is the swelling of the first and shrinks by ``fade`` a layer.
    """
    return "".join(
        petals(
            radius=radius - layer * step,
            depth=depth - layer * fade,
            count=count,
            turn=layer % 2 / 2,
            width=width,
            share=share,
        )
        for layer in range(layers)
    )


def lace(*, radius: float, depth: float, count: int, strands: int, width: float) -> str:
    """Return ``strands`` equal flowers turned against each other: a ring of lace."""
    return "".join(
        petals(radius=radius, depth=depth, count=count, turn=strand / strands, width=width)
        for strand in range(strands)
    )
