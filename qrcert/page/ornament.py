"""The ornaments of a page of A4 as SVG: frame with corner flowers, tinted paper, underprint. Millimetres."""

from __future__ import annotations

from cmath import phase
from functools import cache
from math import pi

from qrcert.page.guilloche import dahlia, lace, units, wave
from qrcert.page.sheet import Palette
from qrcert.page.svg import box, disc, drawing, fill, moved, repeated, tint, turned

_A4 = 210 + 297j
_MIDDLE = _A4 / 2

# Distances from the edge of the paper. Printers keep 5 mm blank and shrink a little, so nothing of ours lies
# nearer than 8 mm: the flowers reach to 8.7.
_OUTER, _BAND, _INNER = 9.6, 14.4, 19.3
_FLOWER = 17.6
_GROUND = 9.4

# One twist of the ribbons, and how many are drawn along the short and the long sides. The ends are ragged,
# since every strand begins at its own crest, and are cut off under the flowers.
_TWIST = 12.45
_ACROSS, _DOWN = 16, 23

# The width of a line at its crest: three dots of an office laser printer; fine and faint lines need more.
_LINE, _SCALE, _FAINT = 0.14, 0.17, 0.2


def _ribbon(*, height: float, spread: float, strands: int, lag: float = 0.0) -> str:
    """Return one twist of a ribbon: strands that all cross where it turns over."""
    data = []
    for strand in range(strands):
        crest = complex(spread * (1 - 2 * strand / (strands - 1)), height)
        turn = lag + phase(crest) / (2 * pi)
        data.append(wave(length=_TWIST, height=abs(crest), lag=turn, width=_LINE))
    return "".join(data)


def _bands(palette: Palette) -> str:
    """Return the four sides: two ribbons plaited around a gold net."""
    net = "".join(_ribbon(height=1.2, spread=1.0, strands=3, lag=lag) for lag in (-0.25, 0.25))
    twist = (
        fill(net, palette.gold)
        + fill(_ribbon(height=2.6, spread=1.9, strands=8, lag=0.5), tint(palette.ink, 0.62))
        + fill(_ribbon(height=2.6, spread=1.9, strands=8), palette.ink)
    )
    sides = []
    for name, twists, span in (("across", _ACROSS, _A4.real), ("down", _DOWN, _A4.imag)):
        half = complex(span / 2 - _FLOWER, 5)
        clip = f'<clipPath id="{name}-clip">{box(-half, half, "")}</clipPath>'
        plait = repeated(name, twist, ((at - twists / 2) * _TWIST for at in range(twists)))
        sides.append(f'<defs>{clip}</defs><g clip-path="url(#{name}-clip)">{plait}</g>')
    across, down = sides
    return (
        moved(across, complex(_MIDDLE.real, _BAND))
        + moved(across, complex(_MIDDLE.real, _A4.imag - _BAND), turn=180)
        + moved(down, complex(_BAND, _MIDDLE.imag), turn=270)
        + moved(down, complex(_A4.real - _BAND, _MIDDLE.imag), turn=90)
    )


def _flowers(palette: Palette) -> str:
    """Return the four corner flowers, each on a white ground that ends the band and the rules."""
    scales = dahlia(radius=7.9, step=0.66, depth=1.0, fade=0.05, count=16, layers=8, width=_SCALE)
    crown = lace(radius=2.5, depth=1.1, count=8, strands=5, width=_LINE)
    heart = lace(radius=1.0, depth=0.45, count=8, strands=2, width=_LINE)
    flower = (
        disc(_GROUND, "#ffffff")
        + turned("scales", fill(scales, palette.ink), 16)
        + turned("crown", fill(crown, palette.gold), 8)
        + turned("heart", fill(heart, palette.title), 8)
    )
    near, far = complex(_FLOWER, _FLOWER), _A4 - complex(_FLOWER, _FLOWER)
    corners = (near, complex(far.real, near.imag), complex(near.real, far.imag), far)
    return repeated("flower", flower, corners)


def _rules(palette: Palette) -> str:
    """Return the four thin frames that hold the band."""
    rules = (
        (_OUTER, 0.5, palette.ink),
        (_OUTER + 0.8, 0.12, palette.gold),
        (_INNER - 0.8, 0.12, palette.gold),
        (_INNER, 0.35, palette.ink),
    )
    return "".join(
        box(
            complex(inset, inset),
            _A4 - complex(inset, inset),
            f'stroke="{colour}" stroke-width="{units(width)}"',
        )
        for inset, width, colour in rules
    )


def _paper(palette: Palette) -> str:
    """Return the paper inside the frame: a breath of colour that clears toward the middle."""
    stops = ((0, palette.gold, 0.05), (0.55, palette.gold, 0.04), (1, palette.ink, 0.09))
    shades = "".join(
        f'<stop offset="{offset}" stop-color="{tint(colour, share)}"/>' for offset, colour, share in stops
    )
    place = f'cx="{units(_MIDDLE.real)}" cy="{units(140)}" r="{units(165)}"'
    gradient = f'<radialGradient id="paper" gradientUnits="userSpaceOnUse" {place}>{shades}</radialGradient>'
    inner = complex(_INNER, _INNER)
    return f"<defs>{gradient}</defs>" + box(inner, _A4 - inner, 'fill="url(#paper)"')


def _silk(palette: Palette) -> str:
    """Return the net of long waves that covers the paper."""
    waves, apart = 4, 5.2
    length = (_A4.real - 2 * _INNER) / waves
    net = "".join(
        wave(length=length, height=height, lag=at, width=0.13)
        for height in (2.6, -2.6)
        for at in range(waves)
    )
    rows = int((_A4.imag - 2 * _INNER) / apart)
    first = (_A4.imag - (rows - 1) * apart) / 2
    places = (complex(_INNER, first + row * apart) for row in range(rows))
    return repeated("silk", fill(net, tint(palette.ink, 0.13)), places)


def _underprint(palette: Palette) -> str:
    """Return the large pale flower behind the text."""
    outer = dahlia(radius=60, step=2.9, depth=3.9, fade=0.14, count=32, layers=13, width=_FAINT)
    inner = dahlia(radius=23.4, step=2.0, depth=2.2, fade=0.17, count=16, layers=9, width=_FAINT)
    flower = turned("outer", fill(outer, tint(palette.ink, 0.2)), 32)
    flower += turned("inner", fill(inner, tint(palette.gold, 0.36)), 16)
    return moved(flower, complex(_MIDDLE.real, 150))


@cache
def frame(palette: Palette) -> str:
    """Return the full ornament of a page."""
    parts = (_paper, _silk, _underprint, _bands, _rules, _flowers)
    return drawing("".join(part(palette) for part in parts), 0j, _A4)


@cache
def plain_frame(palette: Palette) -> str:
    """Return the frame of a draft: rules only, nothing that could pass for the real paper."""
    return drawing(_rules(palette), 0j, _A4)
