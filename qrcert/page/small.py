"""The ornaments of small papers: thin rules and a pale flower, in the measure of a card. Millimetres."""

from __future__ import annotations

from functools import cache

from qrcert.page.ornament import PIECES
from qrcert.page.pieces import Mark, arranged
from qrcert.page.sheet import Palette, tint

_CARD, _FACE = 85.6, 54.0
_SLIP = 100 + 60j


def _rule(x: float, y: float, size: complex, *, width: float, colour: str) -> dict[str, object]:
    """Return a thin frame with round corners."""
    return {
        "do": "frame",
        "x": x,
        "y": y,
        "width": size.real,
        "height": size.imag,
        "round": 2.2,
        "line": width,
        "colour": colour,
    }


def _flower(place: complex, *, scale: float, palette: Palette) -> list[Mark]:
    """Return the pale flower of the underprint, smaller."""
    colours = {"oute": tint(palette.ink, 0.17), "inne": tint(palette.gold, 0.34)}
    return [
        Mark(name, PIECES[name], place, colour, angle=angle, scale=scale)
        for angle in (0, 90, 180, 270)
        for name, colour in colours.items()
    ]


@cache
def card(palette: Palette) -> list[dict[str, object]]:
    """Return the ornaments of both sides of a card, and the line to fold it at."""
    rules = []
    for top, inset, width, colour in (
        (0.0, 1.6, 0.35, palette.ink),
        (0.0, 2.4, 0.14, palette.gold),
        (_FACE, 1.6, 0.35, palette.ink),
    ):
        size = complex(_CARD - 2 * inset, _FACE - 2 * inset)
        rules.append(_rule(inset, top + inset, size, width=width, colour=colour))
    middle = complex(_CARD / 2, _FACE / 2)
    return arranged((*_flower(middle, scale=0.36, palette=palette), *rules, *_fold()))


@cache
def plain_card(palette: Palette) -> list[dict[str, object]]:
    """Return the rules of the draft of a card."""
    rules = [
        _rule(2, top + 2, complex(_CARD - 4, _FACE - 4), width=0.35, colour=palette.ink) for top in (0, _FACE)
    ]
    return [*rules, *_fold()]


def _fold() -> list[dict[str, object]]:
    return [{"do": "fold", "y": _FACE, "width": _CARD}]


@cache
def insert(palette: Palette) -> list[dict[str, object]]:
    """Return the ornaments of an insert."""
    size = _SLIP - complex(3, 3)
    rule = _rule(1.5, 1.5, size, width=0.3, colour=palette.ink)
    return arranged((*_flower(21 + 30j, scale=0.26, palette=palette), rule))


@cache
def plain_insert(palette: Palette) -> list[dict[str, object]]:
    """Return the rule of the draft of an insert."""
    return [_rule(1.5, 1.5, _SLIP - complex(3, 3), width=0.3, colour=palette.ink)]
