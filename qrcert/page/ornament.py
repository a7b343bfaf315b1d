"""The ornaments of a page, as SVG: frame with corner flowers, underprint, emblem.

Each drawing is one isolated group. That makes it one object of the PDF, which all pages of a class share.
"""

from __future__ import annotations

from cmath import phase
from functools import cache
from math import pi

from qrcert.page.guilloche import dahlia, lace, point, wave
from qrcert.page.sheet import Palette

WIDTH, HEIGHT = 210, 297

# Distances from the edge of the paper, in mm. Printers keep 5 mm blank and shrink a little; nothing of ours
# lies nearer than 8 mm.
_OUTER, _BAND, _INNER = 9.6, 14.4, 19.3
_FLOWER = 17.6
_FLOWER_RADIUS = 9.4

# The length of one twist of the ribbons, and how many reach from flower to flower across and down the page.
_TWIST = 12.45
_ACROSS, _DOWN = 16, 23

# The width of a guilloche line at its crest, in mm: three dots of an office laser printer.
_LINE = 0.14


def tint(colour: str, share: float) -> str:
    """Return ``share`` of ``colour`` on white paper, as ``#rrggbb``."""
    mixed = (round(255 + share * (int(colour[at : at + 2], 16) - 255)) for at in (1, 3, 5))
    return "#" + "".join(f"{part:02x}" for part in mixed)


def stroke(data: str, colour: str, width: float) -> str:
    return f'<path d="{data}" stroke="{colour}" stroke-width="{width}"/>'


def fill(data: str, colour: str) -> str:
    return f'<path d="{data}" fill="{colour}"/>'


def drawing(content: str, *, width: float, height: float, centred: bool = False) -> str:
    corner = f"{-width / 2} {-height / 2}" if centred else "0 0"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}mm" height="{height}mm" '
        f'viewBox="{corner} {width} {height}"><g fill="none" stroke-linecap="round" '
        f'stroke-linejoin="round" style="isolation:isolate">{content}</g></svg>'
    )


def _moved(content: str, place: complex, *, turned: int = 0) -> str:
    return f'<g transform="translate({point(place)}) rotate({turned})">{content}</g>'


def _corners(inset: float) -> tuple[complex, ...]:
    right, bottom = WIDTH - inset, HEIGHT - inset
    return tuple(complex(x, y) for y in (inset, bottom) for x in (inset, right))


def _ribbon(*, height: float, spread: float, strands: int, lag: float = 0.0) -> str:
    """Return one twist of a ribbon: strands that all cross where it turns over."""
    data = []
    for strand in range(strands):
        crest = complex(spread * (1 - 2 * strand / (strands - 1)), height)
        turn = lag + phase(crest) / (2 * pi)
        data.append(wave(length=_TWIST, height=abs(crest), lag=turn, width=_LINE))
    return "".join(data)


def _band(palette: Palette, twists: int) -> str:
    """Return the band of one side about its middle: two ribbons plaited around a gold net.

    Strands begin at their own crests, so the ends are ragged; they lie under the corner flowers.
    """
    net = "".join(_ribbon(height=1.2, spread=1.0, strands=3, lag=lag) for lag in (-0.25, 0.25))
    shapes = (
        (net, palette.gold),
        (_ribbon(height=2.6, spread=1.9, strands=8, lag=0.5), tint(palette.ink, 0.62)),
        (_ribbon(height=2.6, spread=1.9, strands=8), palette.ink),
    )
    twist = "".join(fill(data, colour) for data, colour in shapes)
    uses = (f'<use href="#twist" x="{(at - twists / 2) * _TWIST:.3f}"/>' for at in range(twists))
    return f'<defs><g id="twist">{twist}</g></defs><g clip-path="url(#side{twists})">{"".join(uses)}</g>'


def _bands(palette: Palette) -> str:
    short, long = _band(palette, _ACROSS), _band(palette, _DOWN)
    clips = (
        f'<clipPath id="side{twists}"><rect x="{_FLOWER - span / 2}" y="-5" width="{span - 2 * _FLOWER}" '
        f'height="10"/></clipPath>'
        for twists, span in ((_ACROSS, WIDTH), (_DOWN, HEIGHT))
    )
    return (
        f"<defs>{''.join(clips)}</defs>"
        + _moved(short, complex(WIDTH / 2, _BAND))
        + _moved(short, complex(WIDTH / 2, HEIGHT - _BAND), turned=180)
        + _moved(long, complex(_BAND, HEIGHT / 2), turned=270)
        + _moved(long, complex(WIDTH - _BAND, HEIGHT / 2), turned=90)
    )


def _flower(palette: Palette) -> str:
    """Return a corner flower about the origin, on a white ground that ends the band and the rules."""
    scales = dahlia(radius=7.9, step=0.66, depth=1.0, fade=0.05, count=16, layers=8, width=0.17)
    return (
        f'<circle r="{_FLOWER_RADIUS}" fill="#ffffff"/>'
        + fill(scales, palette.ink)
        + fill(lace(radius=2.5, depth=1.1, count=8, strands=5, width=_LINE), palette.gold)
        + fill(lace(radius=1.0, depth=0.45, count=8, strands=2, width=_LINE), palette.title)
    )


def _rules(palette: Palette) -> str:
    """Return the four thin frames that hold the band."""
    kinds = (
        (_OUTER, 0.5, palette.ink),
        (_OUTER + 0.8, 0.12, palette.gold),
        (_INNER - 0.8, 0.12, palette.gold),
        (_INNER, 0.35, palette.ink),
    )
    return "".join(
        f'<rect x="{inset}" y="{inset}" width="{WIDTH - 2 * inset}" height="{HEIGHT - 2 * inset}" '
        f'stroke="{colour}" stroke-width="{width}"/>'
        for inset, width, colour in kinds
    )


def _paper(palette: Palette) -> str:
    """Return the paper inside the frame: a breath of colour that clears toward the middle."""
    side, tall = WIDTH - 2 * _INNER, HEIGHT - 2 * _INNER
    return (
        '<defs><radialGradient id="paper" gradientUnits="userSpaceOnUse" cx="105" cy="140" r="165">'
        f'<stop offset="0" stop-color="{tint(palette.gold, 0.05)}"/>'
        f'<stop offset="0.55" stop-color="{tint(palette.gold, 0.04)}"/>'
        f'<stop offset="1" stop-color="{tint(palette.ink, 0.09)}"/></radialGradient></defs>'
        f'<rect x="{_INNER}" y="{_INNER}" width="{side}" height="{tall}" fill="url(#paper)"/>'
    )


def _silk(palette: Palette) -> str:
    """Return the net of long waves that covers the paper."""
    span, waves, apart = WIDTH - 2 * _INNER, 4, 5.2
    length = span / waves
    there, back = (
        "".join(wave(length=length, height=height, lag=at, width=0.13) for at in range(waves))
        for height in (2.6, -2.6)
    )
    rows = int((HEIGHT - 2 * _INNER) / apart)
    first = (HEIGHT - (rows - 1) * apart) / 2
    uses = (f'<use href="#silk" x="{_INNER}" y="{first + row * apart:.2f}"/>' for row in range(rows))
    return f'<defs><g id="silk">{fill(there + back, tint(palette.ink, 0.13))}</g></defs>{"".join(uses)}'


def _underprint(palette: Palette) -> str:
    """Return the large pale flower behind the text."""
    outer = dahlia(radius=60, step=2.9, depth=3.9, fade=0.14, count=32, layers=13, width=0.2)
    inner = dahlia(radius=23.4, step=2.0, depth=2.2, fade=0.17, count=16, layers=9, width=0.2)
    content = fill(outer, tint(palette.ink, 0.2)) + fill(inner, tint(palette.gold, 0.36))
    return _moved(content, complex(WIDTH / 2, 150))


@cache
def frame(palette: Palette) -> str:
    """Return the full ornament of a page of A4 as SVG."""
    flowers = (_moved(_flower(palette), corner) for corner in _corners(_FLOWER))
    parts = (
        _paper(palette),
        _silk(palette),
        _underprint(palette),
        _bands(palette),
        _rules(palette),
        *flowers,
    )
    return drawing("".join(parts), width=WIDTH, height=HEIGHT)


@cache
def plain_frame(palette: Palette) -> str:
    """Return the frame of a draft: rules only, nothing that could pass for the real paper."""
    return drawing(_rules(palette), width=WIDTH, height=HEIGHT)
