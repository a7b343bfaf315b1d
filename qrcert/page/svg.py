"""The few shapes of SVG that the ornaments need. Lengths are millimetres; the drawing counts in hundredths."""

from __future__ import annotations

from collections.abc import Iterable

from qrcert.page.guilloche import point, units


def tint(colour: str, share: float) -> str:
    """Return ``share`` of ``colour`` on white paper, as ``#rrggbb``."""
    mixed = (round(255 + share * (int(colour[at : at + 2], 16) - 255)) for at in (1, 3, 5))
    return "#" + "".join(f"{part:02x}" for part in mixed)


def fill(data: str, colour: str) -> str:
    """Return a filled path."""
    return f'<path d="{data}" fill="{colour}"/>'


def stroke(data: str, colour: str, width: float) -> str:
    """Return a stroked path."""
    return f'<path d="{data}" stroke="{colour}" stroke-width="{units(width)}"/>'


def disc(radius: float, colour: str, *, centre: complex = 0) -> str:
    """Return a filled circle."""
    x, y = units(centre.real), units(centre.imag)
    return f'<circle cx="{x}" cy="{y}" r="{units(radius)}" fill="{colour}"/>'


def ring(radius: float, colour: str, width: float) -> str:
    """Return a stroked circle about the origin."""
    return f'<circle r="{units(radius)}" stroke="{colour}" stroke-width="{units(width)}"/>'


def box(corner: complex, opposite: complex, look: str) -> str:
    """Return a rectangle between two corners; ``look`` holds its other attributes."""
    size = opposite - corner
    x, y, width, height = map(units, (corner.real, corner.imag, size.real, size.imag))
    return f'<rect x="{x}" y="{y}" width="{width}" height="{height}" {look}/>'


def moved(content: str, place: complex, *, turn: int = 0) -> str:
    """Return something turned by ``turn`` degrees and moved so that its origin lies at ``place``."""
    return f'<g transform="translate({point(place)}) rotate({turn})">{content}</g>'


def repeated(name: str, content: str, places: Iterable[complex]) -> str:
    """Return something at every one of ``places``; ``name`` is its own in the drawing."""
    uses = (f'<use href="#{name}" x="{units(place.real)}" y="{units(place.imag)}"/>' for place in places)
    return f'<defs><g id="{name}">{content}</g></defs>{"".join(uses)}'


def turned(name: str, content: str, count: int) -> str:
    """Return something ``count`` times about the origin; ``name`` is its own in the drawing."""
    uses = (f'<use href="#{name}" transform="rotate({360 * at / count:.4f})"/>' for at in range(count))
    return f'<defs><g id="{name}">{content}</g></defs>{"".join(uses)}'


def drawing(content: str, corner: complex, opposite: complex) -> str:
    """Return a whole drawing as SVG text.

    It is one isolated group: that makes it one object of the PDF, which all pages of a class share.
    """
    size = opposite - corner
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size.real}mm" height="{size.imag}mm" '
        f'viewBox="{point(corner)} {point(size)}"><g fill="none" stroke-linecap="round" '
        f'stroke-linejoin="round" style="isolation:isolate">{content}</g></svg>'
    )
