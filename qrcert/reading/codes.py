"""Codes as engines find them: texts with their place in the picture."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Point = tuple[float, float]
Corners = tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Code:
    """One code that was read.

    ``corners`` are (x, y) in pixels of the picture, x to the right and y down; from zxing-cpp four of them, the
    symbol's own top left first, then around it; from zbar a convex hull in no promised order.
    """

    text: str
    corners: Corners


@dataclass(frozen=True, slots=True)
class Found:
    """What a look at a picture gave: codes that were read, and places where a code was seen but not read."""

    codes: tuple[Code, ...] = ()
    unread: tuple[Corners, ...] = ()

    def scaled(self, factor: float) -> Found:
        """Return the same with every place multiplied by ``factor``."""
        return Found(
            tuple(Code(code.text, _scaled(code.corners, factor)) for code in self.codes),
            tuple(_scaled(corners, factor) for corners in self.unread),
        )

    def joined(self, later: Found) -> Found:
        """Return this with what a ``later`` look adds.

        A text counts once. A later code in the place of one already read is the same symbol, so the first
        reading stands; a place is unread as long as no code was read there.
        """
        codes = list(self.codes)
        for code in later.codes:
            if all(code.text != known.text and not covers(known.corners, code.corners) for known in codes):
                codes.append(code)
        everything = (*codes, *later.codes)
        unread = [
            corners
            for corners in (*self.unread, *later.unread)
            if not any(covers(code.corners, corners) for code in everything)
        ]
        return Found(tuple(codes), tuple(unread))


def centre(corners: Corners) -> Point:
    """Return the mean of the corners."""
    return sum(x for x, _ in corners) / len(corners), sum(y for _, y in corners) / len(corners)


def covers(corners: Corners, others: Corners) -> bool:
    """Return whether the centre of ``others`` lies inside the convex outline ``corners``."""
    px, py = centre(others)
    turns = [
        (x2 - x1) * (py - y1) - (y2 - y1) * (px - x1)
        for (x1, y1), (x2, y2) in zip(corners, corners[1:] + corners[:1], strict=True)
    ]
    return min(turns) > 0 or max(turns) < 0


def in_reading_order(codes: Iterable[Code]) -> list[Code]:
    """Return the codes row by row from the top, each row from the left.

    A code stands in a row when its centre is less than half its height below that of the row's highest.
    """
    rows: list[list[Code]] = []
    for code in sorted(codes, key=lambda code: centre(code.corners)[1]):
        ys = [y for _, y in code.corners]
        if rows and centre(code.corners)[1] - centre(rows[-1][0].corners)[1] < (max(ys) - min(ys)) / 2:
            rows[-1].append(code)
        else:
            rows.append([code])
    return [code for row in rows for code in sorted(row, key=lambda code: centre(code.corners)[0])]


def _scaled(corners: Sequence[Point], factor: float) -> Corners:
    return tuple((x * factor, y * factor) for x, y in corners)
