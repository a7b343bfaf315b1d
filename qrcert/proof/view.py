"""The way from millimetres of the sheet to pixels of a picture: a homography, then the bend of the lens.

A telephone's lens moves the corners of its picture by about one per cent. The edges of the paper lie outside the
codes, where that counts most: left alone, it would be taken for a printer's shrinking. The codes are many and their
places are known, so one number that bends the picture about its middle can be found along with the homography.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

_FAR, _MISS = 2.0, 0.35
"""How far in mm a corner may lie from its place, before the bend is known and after: then half a module."""

_AGREE: Final = 0.6
"""Share of the corners that must lie where they should."""

_MOST_BEND, _STEPS = 0.12, 12
"""The strongest bend that is looked for, as a share at the picture's corner, and the steps to it on each side."""

_WORTH: Final = 0.8
"""A bend is believed where with it the corners lie nearer to their places by this factor."""

_ROUNDS: Final = 6
"""Rounds in which a bend is undone: each gains a factor of ten or more."""

_LEAST: Final = 8
"""Corners that a homography with something to spare needs."""


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """A sheet as a picture shows it: mm to pixels by ``homography``, then bent by ``bend`` about ``middle``.

    A place at the distance r from the middle moves outward by ``bend`` r², in units of ``radius`` pixels.
    """

    homography: Numbers
    middle: tuple[float, float]
    radius: float
    bend: float = 0.0

    def pixels(self, places: Sequence[tuple[float, float]] | Numbers) -> Numbers:
        """Return where places of the plan, (x, y) in mm, are in the picture: an array of (x, y) in pixels."""
        import numpy as np

        straight = mapped(self.homography, places) - self.middle
        far = (straight**2).sum(axis=1, keepdims=True) / self.radius**2
        return np.asarray(straight * (1 + self.bend * far) + self.middle, np.float64)


def mapped(homography: Numbers, places: Sequence[tuple[float, float]] | Numbers) -> Numbers:
    """Return places moved by a homography."""
    import cv2
    import numpy as np

    points = np.asarray(places, np.float64).reshape(-1, 1, 2)
    return np.asarray(cv2.perspectiveTransform(points, homography), np.float64).reshape(-1, 2)


def find_view(there: Numbers, here: Numbers, *, size: tuple[int, int]) -> View | None:
    """Return the view in which places ``there`` (mm) appear ``here`` (pixels) in a picture of ``size`` pixels.

    None where too few of them agree.
    """
    import cv2
    import numpy as np

    density = _extent(here) / _extent(there)
    rough, near = cv2.findHomography(there, here, cv2.RANSAC, max(2.0, _FAR * density))
    if rough is None or np.asarray(near).mean() < _AGREE:
        return None
    kept = np.asarray(near).ravel() > 0
    view = _bent(there[kept], here[kept], size)
    if view is None:
        return None
    off = np.linalg.norm(view.pixels(there) - here, axis=1)
    kept = off <= max(1.5, _MISS * density)
    if kept.mean() < _AGREE or kept.sum() < _LEAST:
        return None
    return _bent(there[kept], here[kept], size)


def _bent(there: Numbers, here: Numbers, size: tuple[int, int]) -> View | None:
    """Return the view with the bend that brings the places nearest to each other; none, where it brings little."""
    straight = _with_bend(there, here, size, 0.0)
    if straight is None:
        return None
    best, step = straight, _MOST_BEND / _STEPS
    bends = [place * step for place in range(-_STEPS, _STEPS + 1)]
    for _ in range(2):
        tried = [view for bend in bends if (view := _with_bend(there, here, size, bend)) is not None]
        best = min(tried, key=lambda view: _distance(view, there, here))
        bends = [best.bend + place * step / 10 for place in range(-9, 10)]
    worth = _distance(best, there, here) < _WORTH * _distance(straight, there, here)
    return best if worth else straight


def _with_bend(there: Numbers, here: Numbers, size: tuple[int, int], bend: float) -> View | None:
    """Return the view with this bend and the homography that fits best with it."""
    import cv2
    import numpy as np

    middle, radius = (size[0] / 2, size[1] / 2), hypot(*size) / 2
    bent = here - middle
    straight = bent
    for _ in range(_ROUNDS):
        straight = bent / (1 + bend * (straight**2).sum(axis=1, keepdims=True) / radius**2)
    found: Any = cv2.findHomography(there, straight + middle, 0)[0]
    return None if found is None else View(np.asarray(found, np.float64), middle, radius, bend)


def _distance(view: View, there: Numbers, here: Numbers) -> float:
    """Return how far, in the mean, places lie from where the view puts them, in pixels."""
    import numpy as np

    return float(np.sqrt(((view.pixels(there) - here) ** 2).sum(axis=1).mean()))


def _extent(places: Numbers) -> float:
    """Return the diagonal of the box about places."""
    return hypot(*(places.max(axis=0) - places.min(axis=0)))
