"""How text fills lines: the same greedy breaking at blanks that typst does for ragged text."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from qrcert.page.faces import width

# Part of a text, and whether it is bold.
Run = tuple[str, bool]

# The height of a line of capitals and the space between two lines, in shares of the type size. The template
# sets text between cap height and baseline, with this leading.
CAPITAL = 0.7
LEADING = 0.6
TIGHT = 0.45

# Halvings of the search for the narrowest block: to a hundredth of the line.
_HALVINGS = 7

# A block is this much wider than its longest line, against rounding.
_EASE = 0.5


class TooWide(Exception):
    """A word is wider than the line it shall stand on; the page does not break words."""


class Block(NamedTuple):
    """Lines of text: the width to set them in and their height, in points."""

    wide: float
    high: float


def height(lines: int, *, size: float, leading: float = LEADING) -> float:
    """Return how high ``lines`` are, from the cap height of the first to the baseline of the last."""
    return size * (lines * CAPITAL + (lines - 1) * leading)


# Subjects, sentences and the page's own words come again on every sheet of a class.
@lru_cache(maxsize=8192)
def _words(text: str, cut: str, tracking: float) -> tuple[float, ...]:
    return tuple(width(word, cut) + tracking * len(word) for word in text.split(" "))


def word_widths(runs: Sequence[Run], *, cut: str, strong: str = "bold", tracking: float = 0.0) -> list[float]:
    """Return how wide each word is, in shares of the type size; a word may go through several runs."""
    widths = [0.0]
    for text, bold in runs:
        first, *others = _words(text, strong if bold else cut, tracking)
        widths[-1] += first
        widths += others
    return widths


def widest_word(text: str, cut: str) -> float:
    """Return how wide the widest word is, in shares of the type size."""
    return max(_words(text, cut, 0.0))


def count_lines(words: Sequence[float], *, blank: float, space: float) -> int:
    """Return how many lines of ``space`` the words need; raises TooWide for a word that is wider."""
    if max(words, default=0.0) > space:
        raise TooWide
    lines, filled = 1, 0.0
    for word in words:
        if filled and filled + blank + word > space:
            lines, filled = lines + 1, word
        else:
            filled += word + (blank if filled else 0.0)
    return lines


@lru_cache(maxsize=4096)
def set_block(
    runs: tuple[Run, ...],
    *,
    size: float,
    space: float,
    cut: str = "plain",
    strong: str = "bold",
    tracking: float = 0.0,
) -> Block:
    """Return the narrowest block that needs no more lines than ``space`` does: no line with one lonely word.

    Raises TooWide for a word wider than ``space``.
    """
    words = [size * word for word in word_widths(runs, cut=cut, strong=strong, tracking=tracking)]
    blank = size * (width(" ", cut) + tracking)
    lines = count_lines(words, blank=blank, space=space - _EASE)
    high = height(lines, size=size)
    if lines == 1:
        return Block(space, high)
    narrow, wide = max(words), space - _EASE
    for _ in range(_HALVINGS):
        middle = (narrow + wide) / 2
        if count_lines(words, blank=blank, space=middle) > lines:
            narrow = middle
        else:
            wide = middle
    return Block(wide + _EASE, high)


def fit_size(text: str, *, size: float, space: float, cut: str, tracking: float = 0.0) -> float:
    """Return the size, ``size`` or smaller, at which ``text`` stands on one line of ``space``."""
    wide = width(text, cut) + tracking * len(text)
    return min(size, (space - 2 * _EASE) / wide) if wide else size
