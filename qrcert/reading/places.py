"""Where in a frame a code is, though none was read: in milliseconds, and roughly.

A code is a patch that is as lively everywhere: wherever a small window is laid on it, it holds dark and light. The
frame is made small, which takes out noise; the scatter of a window is measured, and its least value around each
point; the largest patch of what is near the highest of them is the place. Letters, frames and faces are lively in
lines and spots only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from qrcert.reading.codes import Corners

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]

SMALL: Final = 480
"""Columns of the small frame: of 72 frames of six kinds the code was found in 70 (in 320 columns, in 48)."""

WINDOW: Final = 11
"""Pixels of the window in the small frame: a fifth of the smallest code that is ever read."""

LEAST_SCATTER: Final = 14.0
"""Grey levels; a code out of focus still has twice that."""

NEAR_HIGHEST: Final = 0.6
LEAST_SIDE: Final = 22
MOST_STRETCH: Final = 2.2
"""Longer patches are lines of writing; a code tilted by 60 degrees is twice as long as wide."""

MARGIN: Final = 0.25
"""Share of its side by which a place is widened to a cut, for the quiet zone and for what was missed."""

Cut = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels of the frame; right and bottom are outside."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a code seems to be: its ``corners``, roughly, and how much longer than wide it is (1: square)."""

    corners: Corners
    stretch: float

    @property
    def side(self) -> float:
        """The longer side of the upright box around it, in pixels."""
        xs, ys = [x for x, _ in self.corners], [y for _, y in self.corners]
        return max(max(xs) - min(xs), max(ys) - min(ys))


def find(pixels: Pixels) -> Place | None:
    """Return the place in a grey frame that looks most like a code, or None."""
    import cv2
    import numpy as np

    factor = max(1.0, max(pixels.shape) / SMALL)
    small = cv2.resize(pixels, None, fx=1 / factor, fy=1 / factor, interpolation=cv2.INTER_AREA)
    mean = cv2.boxFilter(small, cv2.CV_32F, (WINDOW, WINDOW))
    square = cv2.sqrBoxFilter(small, cv2.CV_32F, (WINDOW, WINDOW))
    scatter = cv2.sqrt(np.maximum(square - mean * mean, 0))
    least = cv2.erode(scatter, np.ones((WINDOW, WINDOW), np.uint8))
    highest = float(least.max())
    if highest < LEAST_SCATTER:
        return None
    lively = (least >= NEAR_HIGHEST * highest).astype(np.uint8)
    count, labels, facts, _ = cv2.connectedComponentsWithStats(lively)
    likely = [
        (area, label)
        for label, (_, _, wide, high, area) in enumerate(facts[:count].tolist())
        if label and _may_be(wide + WINDOW, high + WINDOW)
    ]
    if not likely:
        return None
    rows, columns = np.nonzero(labels == max(likely)[1])
    box = cv2.minAreaRect(np.column_stack([columns, rows]).astype(np.float32))
    wide, high = (side + WINDOW for side in box[1])
    corners = cv2.boxPoints((box[0], (wide, high), box[2])) * factor
    return Place(_from_top_left(corners.tolist()), max(wide, high) / min(wide, high))


def around(place: Place, shape: tuple[int, ...]) -> Cut:
    """Return the cut around a place, within a frame of ``shape``."""
    xs, ys = [x for x, _ in place.corners], [y for _, y in place.corners]
    margin = MARGIN * place.side
    return (
        max(0, int(min(xs) - margin)),
        max(0, int(min(ys) - margin)),
        min(shape[1], int(max(xs) + margin) + 1),
        min(shape[0], int(max(ys) + margin) + 1),
    )


def _may_be(wide: int, high: int) -> bool:
    return min(wide, high) >= LEAST_SIDE and max(wide, high) <= MOST_STRETCH * min(wide, high)


def _from_top_left(corners: list[list[float]]) -> Corners:
    """Return the corners in their order, beginning with the one nearest to the top left."""
    first = min(range(4), key=lambda at: sum(corners[at]))
    return tuple((x, y) for x, y in corners[first:] + corners[:first])
