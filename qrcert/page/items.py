"""The settings of a page, from spacious to dense, and the items that a column is made of. Lengths are points."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from qrcert.page.measure import Run, fit_size, set_block

MM = 72 / 25.4

# The column of text, and the widest line of a title, a name or a sentence within it.
COLUMN = 158 * MM
LINE = 152 * MM

# The side of the code's square.
SQUARE = 60 * MM

# The least size of print on the page, for captions and the densest tables.
SMALL = 8.0

# A line that would shrink below this share of its size is set in several lines instead, at the second share.
_SHRUNK, _FOLDED = 0.66, 0.72


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


def line(
    style: str,
    runs: tuple[Run, ...],
    *,
    size: float,
    space: float,
    cut: str,
    strong: str = "bold",
    tracking: float = 0.0,
    balanced: bool = True,
) -> Item:
    """Return text in a style of the template, in lines of at most ``space``, of about one length if balanced.

    ``cut`` and ``strong`` are the faces in which the template sets that style.
    """
    wide, high = set_block(runs, size=size, space=space, cut=cut, strong=strong, tracking=tracking)
    data = {"do": "line", "style": style, "size": size, "wide": wide if balanced else space, "runs": runs}
    return Item(data, high)


def great_line(style: str, text: str, *, size: float, cut: str, tracking: float = 0.0) -> Item:
    """Return a title or a name: shrunk to stand on one line, in several when it would shrink too far."""
    fitted = fit_size(text, size=size, space=LINE, cut=cut, tracking=tracking)
    if fitted < _SHRUNK * size:
        longest = max(text.split(" "), key=len)
        fitted = max(SMALL, fit_size(longest, size=_FOLDED * size, space=LINE, cut=cut, tracking=tracking))
    return line(style, ((text, False),), size=fitted, space=LINE, cut=cut, tracking=tracking)


def total(items: Iterable[Item]) -> float:
    """Return the height of a column."""
    return sum(item.high for item in items)


def spread(items: Sequence[Item], *, room: float) -> list[dict[str, object]]:
    """Return the items for the template, idle ``room`` shared out among the gaps that may grow."""
    shares = sum(item.stretch for item in items)
    grown = max(0.0, room - total(items)) / shares if shares else 0.0
    return [{**item.data, "high": round(item.high + grown * item.stretch, 2)} for item in items]
