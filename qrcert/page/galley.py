"""The galley: the column of a page as items with known heights, in the largest setting that fits.

All lengths are points. typst could find the setting itself by laying the page out again and again; measured
here with the fonts' own widths it costs a tenth, and the template only sets what it is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qrcert.page.faces import width
from qrcert.page.headline import headline
from qrcert.page.measure import CAPITAL, Run, fit_size, height, set_block
from qrcert.page.sheet import Sheet
from qrcert.page.tables import listed, set_tables
from qrcert.page.words import words

MM = 72 / 25.4

# The column of text, and the widest line of a sentence and of a name within it.
COLUMN = 158 * MM
SENTENCE = 152 * MM
NAME = 150 * MM

# The least size of print on the page, for captions and the densest tables.
SMALL = 8.0

# A line that would shrink below this share of its size is set in several lines instead, at the second share.
_SHRUNK, _FOLDED = 0.66, 0.72

# Longer facts, label and text together, get a paragraph of their own.
_SHORT_FACT = 56


@dataclass(frozen=True, slots=True)
class Setting:
    """The sizes of one way to set a page; ``halves``: tables stand in two columns."""

    emblem: float
    main: float
    sub: float
    holder: float
    said: float
    row: float
    air: float
    gap: float
    halves: bool


def _setting(*sizes: float, halves: bool = False) -> Setting:
    emblem, main, sub, holder, said, row, air, gap = sizes
    return Setting(emblem * MM, main, sub, holder, said, row, air * MM, gap * MM, halves)


# From spacious to dense; the first that fits is used. Emblem, the air about a row and the gap are given in
# mm, sizes of type in points.
SETTINGS = (
    _setting(36, 46, 18, 34, 13.5, 11, 2.4, 7.5),
    _setting(31, 42, 16.5, 31, 12.5, 10.5, 2.0, 6.4),
    _setting(26, 38, 15, 28, 11.5, 10.5, 1.6, 5.4),
    _setting(22, 34, 14, 25, 11, 10.5, 1.25, 4.5),
    _setting(20, 32, 13.5, 24, 10.5, 10, 0.95, 3.9),
    _setting(20, 32, 13.5, 24, 10.5, 10, 1.3, 3.9, halves=True),
    _setting(18, 30, 13, 23, 10.5, 9.5, 1.0, 3.4, halves=True),
    _setting(16, 28, 12.5, 22, 10, 9, 0.8, 2.9, halves=True),
    _setting(14, 26, 12, 20, 9.5, 8.5, 0.6, 2.3, halves=True),
    _setting(12, 24, 11, 18, 9, 8, 0.45, 1.8, halves=True),
)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing in a column: what the template draws, its height, and its share of idle room."""

    data: dict[str, object]
    high: float
    stretch: float = 0.0


def gap(high: float, stretch: float = 0.0) -> Item:
    """Return empty room that may grow."""
    return Item({"do": "gap"}, high, stretch)


def line(style: str, runs: Sequence[Run], *, size: float, space: float, cut: str, tracking: float = 0.0) -> Item:
    """Return text in a style of the template, in balanced lines of at most ``space``."""
    wide, high = set_block(runs, size=size, space=space, cut=cut, tracking=tracking)
    return Item({"do": "line", "style": style, "size": size, "wide": wide, "runs": runs}, high)
