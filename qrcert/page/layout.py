"""Where a page has its parts. Millimetres in the tables, points elsewhere, from the top left corner."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from qrcert.page.items import COLUMN, MM, SQUARE


class Box(NamedTuple):
    """A box on the page in points, from the top left corner of its paper."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def wide(self) -> float:
        """How wide the box is."""
        return self.right - self.left

    @property
    def high(self) -> float:
        """How high the box is."""
        return self.bottom - self.top

    def moved(self, x: float, y: float) -> Box:
        """Return the box ``x`` points further right and ``y`` further down."""
        return Box(self.left + x, self.top + y, self.right + x, self.bottom + y)

    def meets(self, other: Box) -> bool:
        """Tell whether two boxes have more than an edge in common."""
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom


A4: Final = Box(0, 0, 210 * MM, 297 * MM)


@dataclass(frozen=True, slots=True)
class Layout:
    """The parts of what one certificate is printed on: the body, the foot beside the code, the code's square.

    ``least`` is the narrowest module of a code in points. Where ``across`` and ``down`` are more than 1, so many
    of these papers are printed on a sheet of A4, in its middle, to be cut.
    """

    wide: float
    high: float
    body: Box
    foot: Box
    square: Box
    least: float
    across: int = 1
    down: int = 1

    @property
    def several(self) -> int:
        """How many certificates stand on a sheet of A4."""
        return self.across * self.down

    def places(self) -> Iterator[tuple[float, float]]:
        """Yield the top left corner of each paper on a sheet of A4, in points."""
        left = (A4.right - self.across * self.wide) / 2
        top = (A4.bottom - self.down * self.high) / 2
        for row in range(self.down):
            for column in range(self.across):
                yield left + column * self.wide, top + row * self.high


# Under 0.6 mm cheap webcams lose a code that is held up as a whole page; a slip or a card fills the picture.
_WEBCAM = 0.6 * MM
_CLOSE = 0.5 * MM


def column_left() -> float:
    """Return where the column of text begins on A4."""
    return (A4.right - COLUMN) / 2


def _certificate() -> Layout:
    """Return the layout of ``certificate``.

    The code keeps clear of the folds of A4: 99, 148.5 and 198 mm down, 105 mm across.
    """
    left = column_left()
    right, top = left + COLUMN, 212.5 * MM
    return Layout(
        A4.right,
        A4.bottom,
        body=Box(left, 25.5 * MM, right, 207 * MM),
        foot=Box(left, top, right - SQUARE - 6 * MM, top + SQUARE),
        square=Box(right - SQUARE, top, right, top + SQUARE),
        least=_WEBCAM,
    )


def _insert() -> Layout:
    """Return the layout of ``insert``: text and code side by side, eight on a sheet of A4."""
    wide, high, rim, side = 100 * MM, 60 * MM, 3 * MM, 54 * MM
    left = wide - rim - side
    return Layout(
        wide,
        high,
        body=Box(4 * MM, 5 * MM, left - 1.5 * MM, high - 5 * MM),
        foot=Box(4 * MM, high - 5 * MM, left - 1.5 * MM, high - 5 * MM),
        square=Box(left, rim, left + side, rim + side),
        least=_CLOSE,
        across=2,
        down=4,
    )


def _card() -> Layout:
    """Return the layout of ``card``: the face above, the code below, to be folded between them; four on A4."""
    wide, face, side, rim = 85.6 * MM, 54 * MM, 48 * MM, 3 * MM
    return Layout(
        wide,
        2 * face,
        body=Box(6.5 * MM, 6 * MM, wide - 6.5 * MM, face - 6 * MM),
        foot=Box(5 * MM, face + 5 * MM, wide - 2 * rim - side, 2 * face - 5 * MM),
        square=Box(wide - rim - side, face + rim, wide - rim, face + rim + side),
        least=_CLOSE,
        across=2,
        down=2,
    )


LAYOUTS: Final = {
    "certificate": _certificate(),
    "parts": _certificate(),
    "insert": _insert(),
    "card": _card(),
}
