"""The plan of the sheet: where everything stands that is measured, in mm from the top left corner of A4."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from qrcert.page import built_in
from qrcert.page.items import MM
from qrcert.page.matrix import draw_code
from qrcert.symbol import ALPHANUMERIC, QUIET, Symbol

EDITION: Final = 1
"""The edition of the sheet: a sheet that is laid out otherwise bears another, so old prints stay readable."""

PREFIX: Final = f"QPROOF:{EDITION}:"
"""What the texts of this sheet begin with; far from ``QC1:``, as no sheet may be taken for a certificate."""

WIDTH, HEIGHT = 210.0, 297.0
"""A4 (ISO 216), the paper that the sheet is drawn for."""

MODULES: Final = 21
"""Modules along a side of the small codes, version 1: up to 20 characters at error correction M."""

_CORNER, _CORNER_EDGE = 0.7, 12.0
"""Module of the corner codes, and how far they stand from the paper's edges: beyond any printer's margin."""

LADDER: Final = (0.30, 0.35, 0.40, 0.45, 0.50, 0.60, 0.70, 0.80, 1.00)
"""Modules of the ladder in mm: from what no cheap camera sees to more than any certificate has."""

LEFT, RIGHT = 32.0, 178.0
"""Between these everything stands that is within the rulers."""

LADDER_FOOT: Final = 155.5
LADDER_TOP: Final = LADDER_FOOT - MODULES * max(LADDER)
"""The line on which the codes of the ladder stand, and the upper edge of the largest."""

PALE: Final = (0.8, 0.6, 0.45, 0.3, 0.2)
"""Ink of the pale codes, as a share of black."""

_PALE_MODULE, _PALE_TOP, _PALE_SPAN = 0.6, 199.0, 80.0
"""The module of the pale codes, their upper edge, and the width that they share from ``LEFT`` on."""

TONES: Final = tuple(step / 10 for step in range(11))
"""Ink of the grey patches, from paper to black."""

TONES_TOP, TONES_HIGH = 171.0, 8.0

RULER_ACROSS, RULER_DOWN = 150, 230
"""Lengths of the rulers: as long as the corner codes leave room for."""

RULER_EDGE: Final = 24.0
"""How far the rulers stand from the paper's edge."""

_SAMPLE_CHARACTERS: Final = 289
"""Characters of the sample, as of an attestat with 20 marks: version 10."""

PANEL: Final = 60.0
"""The side of the sample's panel, as on a certificate."""

PANEL_LEFT, PANEL_TOP = RIGHT - PANEL, 199.0


@dataclass(frozen=True, slots=True)
class Mark:
    """One code of the sheet: its text, its upper left corner and its module in mm, and its ink (1 is black)."""

    text: str
    left: float
    top: float
    module: float
    ink: float = 1.0

    @property
    def side(self) -> float:
        """How wide and high it is in mm, without its quiet zone."""
        return self.module * Symbol(self.text).modules

    @property
    def corners(self) -> tuple[tuple[float, float], ...]:
        """Its corners in mm in the order in which zxing-cpp gives them: top left, then around it."""
        left, top, side = self.left, self.top, self.side
        return ((left, top), (left + side, top), (left + side, top + side), (left, top + side))


def _corner_marks() -> Iterator[Mark]:
    far_left, far_top = (length - _CORNER_EDGE - MODULES * _CORNER for length in (WIDTH, HEIGHT))
    for name, left, top in (
        ("NW", _CORNER_EDGE, _CORNER_EDGE),
        ("NE", far_left, _CORNER_EDGE),
        ("SE", far_left, far_top),
        ("SW", _CORNER_EDGE, far_top),
    ):
        yield Mark(f"{PREFIX}{name}", left, top, _CORNER)


def ladder_text(module: float) -> str:
    """Return the text of a rung of the ladder; it tells its own size to every phone."""
    return f"{PREFIX}{module:.2f} MM"


def pale_text(ink: float) -> str:
    """Return the text of a pale code; it tells its own ink."""
    return f"{PREFIX}INK {ink * 100:.0f}%"


def _ladder_marks() -> Iterator[Mark]:
    gap = (RIGHT - LEFT - MODULES * sum(LADDER)) / (len(LADDER) - 1)
    left = LEFT
    for module in LADDER:
        side = MODULES * module
        yield Mark(ladder_text(module), left, LADDER_FOOT - side, module)
        left += side + gap


def _pale_marks() -> Iterator[Mark]:
    side = MODULES * _PALE_MODULE
    step = (_PALE_SPAN - side) / (len(PALE) - 1)
    for place, ink in enumerate(PALE):
        yield Mark(pale_text(ink), LEFT + place * step, _PALE_TOP, _PALE_MODULE, ink)


def sample() -> Mark:
    """Return the sample: a code of the size, density and place that a certificate's has."""
    chance = random.Random(EDITION)  # noqa: S311 (the same on every sheet, no secret)
    letters = sorted(ALPHANUMERIC)
    head = f"{PREFIX}SAMPLE "
    text = head + "".join(chance.choices(letters, k=_SAMPLE_CHARACTERS - len(head) - 1)) + "."
    symbol = Symbol(text)
    layout = built_in("certificate").layout
    room = layout.square.right - layout.square.left
    whole = draw_code(symbol.matrix, room=room, number="", least=layout.least).side / MM
    module = whole / (symbol.modules + 2 * QUIET)
    edge = (PANEL - module * symbol.modules) / 2
    return Mark(text, PANEL_LEFT + edge, PANEL_TOP + edge, module)


@cache
def marks() -> dict[str, Mark]:
    """Return every code of the sheet by its text."""
    every = (*_corner_marks(), *_ladder_marks(), *_pale_marks(), sample())
    return {mark.text: mark for mark in every}


@cache
def sample_text() -> str:
    """Return the text of the sample."""
    return sample().text


def tone_boxes() -> Iterator[tuple[float, float, float, float, float]]:
    """Yield the grey patches: left, top, right, bottom in mm, and the ink."""
    wide = (RIGHT - LEFT) / len(TONES)
    for place, ink in enumerate(TONES):
        left = LEFT + place * wide
        yield left, TONES_TOP, left + wide, TONES_TOP + TONES_HIGH, ink
