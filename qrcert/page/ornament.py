"""The ornaments of a page: frame with corner flowers, tinted paper, underprint. Millimetres."""

from __future__ import annotations

from cmath import phase
from collections.abc import Iterator
from functools import cache
from math import pi
from typing import Final

from qrcert.page.guilloche import dahlia, lace, wave
from qrcert.page.pieces import Mark, Piece, arranged, ground
from qrcert.page.sheet import Palette, tint

_A4 = 210 + 297j
_MIDDLE = _A4 / 2

# Distances from the edge of the paper. Printers keep 5 mm blank and shrink a little, so nothing of ours lies
# nearer than 8 mm: the flowers reach to 8.7.
_OUTER, _BAND, _INNER = 9.6, 14.4, 19.3
_FLOWER = 17.6
_GROUND = 9.4

# One twist of the ribbons. Their ends are ragged, since every strand begins at its own crest, and lie under the
# flowers: each side begins so far from the corner, and has so many twists.
_TWIST = 12.5
_END = 16.3
_ACROSS, _DOWN = 14, 21

# The width of a line at its crest: three dots of an office laser printer; fine and faint lines need more.
_LINE, _SCALE, _FAINT, _SILK = 0.14, 0.17, 0.2, 0.13

# The net of long waves: how many go across, how long each is, and how its rows stand; a piece has some of them.
_WAVES, _WAVE, _APART, _ROWS, _TIMES = 4, 42.8, 5.2, 7, 7

# The square of the code on a certificate.
_HOLE = (124 + 212.5j, 184 + 272.5j)

# The middle of the underprint lies so high that it ends above the code.
_ROSETTE = complex(_MIDDLE.real, 147.5)


def _ribbon(*, height: float, spread: float, strands: int, lag: float = 0.0) -> str:
    """Return one twist of a ribbon: strands that all cross where it turns over."""
    data = []
    for strand in range(strands):
        crest = complex(spread * (1 - 2 * strand / (strands - 1)), height)
        turn = lag + phase(crest) / (2 * pi)
        data.append(wave(length=_TWIST, height=abs(crest), lag=turn, width=_LINE))
    return "".join(data)


def _net() -> str:
    return "".join(_ribbon(height=1.2, spread=1.0, strands=3, lag=lag) for lag in (-0.25, 0.25))


def _silk() -> str:
    """Return one wave of some rows of the net that covers the paper."""
    waves = ((row * _APART, height) for row in range(_ROWS) for height in (2.6, -2.6))
    return "".join(wave(length=_WAVE, height=height, lag=0, width=_SILK, low=low) for low, height in waves)


PIECES: Final = {
    "nett": Piece(_net, _TWIST),
    "ribb": Piece(lambda: _ribbon(height=2.6, spread=1.9, strands=8), _TWIST),
    "silk": Piece(_silk, _WAVE),
    "scal": Piece.round(
        9,
        lambda: dahlia(
            radius=7.9, step=0.66, depth=1.0, fade=0.05, count=16, layers=8, width=_SCALE, share=4
        ),
    ),
    "crwn": Piece.round(4, lambda: lace(radius=2.5, depth=1.1, count=8, strands=5, width=_LINE)),
    "hart": Piece.round(2, lambda: lace(radius=1.0, depth=0.45, count=8, strands=2, width=_LINE)),
    "oute": Piece.round(
        64,
        lambda: dahlia(radius=60, step=2.9, depth=3.9, fade=0.14, count=32, layers=13, width=_FAINT, share=4),
    ),
    "inne": Piece.round(
        26,
        lambda: dahlia(radius=23.4, step=2, depth=2.2, fade=0.17, count=16, layers=9, width=_FAINT, share=4),
    ),
}
"""Every piece by its name of four letters; of large flowers a quarter, which is set four times."""

_ANGLES: Final = (0, 90, 180, 270)


def _mark(name: str, place: complex, colour: str, *, count: int = 1, angle: int = 0) -> Mark:
    return Mark(name, PIECES[name], place, colour, count, angle)


def _underprint(palette: Palette, angle: int) -> Iterator[Mark]:
    """Yield a quarter of the large pale flower behind the text."""
    yield _mark("oute", _ROSETTE, tint(palette.ink, 0.2), angle=angle)
    yield _mark("inne", _ROSETTE, tint(palette.gold, 0.36), angle=angle)


def _band(palette: Palette, angle: int) -> Iterator[Mark]:
    """Yield the side at an angle: two ribbons, half a twist apart, plaited around a gold net."""
    far = _A4 - complex(_BAND, _BAND)
    start, way, count = {
        0: (complex(_END, _BAND), 1, _ACROSS),
        90: (complex(far.real, _END), 1j, _DOWN),
        180: (complex(_A4.real - _END, far.imag), -1, _ACROSS),
        270: (complex(_BAND, _A4.imag - _END), -1j, _DOWN),
    }[angle]
    half = start - way * _TWIST / 2
    yield _mark("nett", start, palette.gold, count=count, angle=angle)
    yield _mark("ribb", half, tint(palette.ink, 0.62), count=count, angle=angle)
    yield _mark("ribb", start, palette.ink, count=count, angle=angle)


def _flowers(palette: Palette) -> Iterator[Mark]:
    """Yield the four corner flowers, each on a white ground that ends the band and the rules."""
    near, far = complex(_FLOWER, _FLOWER), _A4 - complex(_FLOWER, _FLOWER)
    places = (near, complex(far.real, near.imag), complex(near.real, far.imag), far)
    for place in places:
        yield ground(_GROUND, place)
        yield _mark("crwn", place, palette.gold)
        yield _mark("hart", place, palette.title)
    for angle in _ANGLES:
        for place in places:
            yield _mark("scal", place, palette.ink, angle=angle)


def _rules(palette: Palette, *, flowers: bool) -> Iterator[dict[str, object]]:
    """Yield the four thin frames that hold the band; with ``flowers`` their corners bend away under these."""
    rules = (
        (_OUTER, 0.5, palette.ink),
        (_OUTER + 0.8, 0.12, palette.gold),
        (_INNER - 0.8, 0.12, palette.gold),
        (_INNER, 0.35, palette.ink),
    )
    for inset, width, colour in rules:
        bend = max(0.0, _FLOWER - inset) if flowers else 0.0
        yield {"do": "rule", "inset": inset, "width": width, "colour": colour, "round": bend}


def _silks(palette: Palette) -> Iterator[Mark]:
    """Yield the net of long waves that covers the paper."""
    left = (_A4.real - _WAVES * _WAVE) / 2
    first = (_A4.imag - (_ROWS * _TIMES - 1) * _APART) / 2
    for time in range(_TIMES):
        place = complex(left, first + time * _ROWS * _APART)
        yield _mark("silk", place, tint(palette.ink, 0.13), count=_WAVES)


def paper(
    palette: Palette, *, inset: float, size: complex, hole: tuple[complex, complex]
) -> dict[str, object]:
    """Return the tinted paper, ``inset`` from the edges of ``size``: colour that clears toward the middle.

    It leaves out the ``hole`` of the code between two corners, which is white anyway: a reader back that looks
    there alone need not draw the tint. The four pieces around it overlap, so that no seam is seen.
    """
    stops = ((0, palette.gold, 0.05), (0.55, palette.gold, 0.04), (1, palette.ink, 0.09))
    shades = "".join(
        f'<stop offset="{offset}" stop-color="{tint(colour, share)}"/>' for offset, colour, share in stops
    )
    near, far, lap = complex(inset, inset), size - complex(inset, inset), 0.4 * (1 + 1j)
    first, last = hole[0] + lap, hole[1] - lap
    areas = (
        (near, complex(far.real, first.imag)),
        (complex(near.real, last.imag), far),
        (complex(near.real, first.imag - 1), complex(first.real, last.imag + 1)),
        (complex(last.real, first.imag - 1), complex(far.real, last.imag + 1)),
    )
    boxes = "".join(
        f'<rect x="{a.real:.2f}" y="{a.imag:.2f}" width="{(b - a).real:.2f}" height="{(b - a).imag:.2f}"/>'
        for a, b in areas
    )
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size.real} {size.imag}">'
        f'<radialGradient id="p" gradientUnits="userSpaceOnUse" cx="{size.real / 2}" cy="{0.47 * size.imag:.2f}" '
        f'r="{0.555 * size.imag:.2f}">{shades}</radialGradient><g fill="url(#p)">{boxes}</g></svg>'
    )
    return {"do": "paper", "x": 0, "y": 0, "width": size.real, "svg": svg}


@cache
def frame(palette: Palette) -> list[dict[str, object]]:
    """Return the full ornament of a page, in the order in which it is printed."""
    turned = [mark for angle in _ANGLES for mark in (*_underprint(palette, angle), *_band(palette, angle))]
    return arranged(
        (
            paper(palette, inset=_INNER, size=_A4, hole=_HOLE),
            *_silks(palette),
            *turned,
            *_rules(palette, flowers=True),
            *_flowers(palette),
        )
    )


@cache
def plain_frame(palette: Palette) -> list[dict[str, object]]:
    """Return the frame of a draft: rules only, nothing that could pass for the real paper."""
    return list(_rules(palette, flowers=False))
