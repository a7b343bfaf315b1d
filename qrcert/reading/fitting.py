"""From three places like finder patterns to candidates: where exactly a symbol lies, and of which version.

Each place is fitted with an upright finder pattern that may move, turn, shrink and shear; the corners of three
such fits give the homography, tilt included, and the version. How well they fit tells true ones from false ones
almost without fail.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from qrcert.reading import layout, mesh
from qrcert.reading.layout import FINDER
from qrcert.reading.mesh import Points, Warp
from qrcert.reading.rings import Ring
from qrcert.reading.triples import Triple

PITCH: Final = 3
"""Pixels a module in the picture of a finder pattern that is fitted."""

ROUNDS: Final = 25
CHANGE: Final = 1e-3
"""Rounds of the fit, and the gain in correlation below which it ends."""

SOFTENING: Final = 3
"""Pixels along the kernel with which both pictures are smoothed for the fit."""

REACH: Final = 9.0
"""Modules around a ring's centre of which the fit sees the picture: the ring's size may be half of the true one."""

MOST_MOVED: Final = 3.0
"""Modules by which a fit may move a ring before it is another place."""

MOST_GROWN: Final = 9.0
"""Factor by which a fit may change the area of a ring."""

VERSIONS: Final = 3
"""Versions tried for the same three finder patterns."""

UNLIKE: Final = 1.8
"""Factor by which a ring may differ from the middle one of the three before it takes that one's size."""

_WIDTH: Final = FINDER + 2
_HALF: Final = _WIDTH / 2
_PLACES: Final = np.array([[0.0, 0.0], [FINDER, 0.0], [FINDER, FINDER], [0.0, FINDER], [FINDER / 2] * 2])
"""Corners and centre of a finder pattern, in modules from its corner."""

_TO_MODULES: Final = np.array([[1 / PITCH, 0, 0.5 / PITCH], [0, 1 / PITCH, 0.5 / PITCH]])
"""Pixels of the picture of a finder pattern to modules from the corner of its margin."""


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A symbol that may be there: its version, where it lies, whether light and dark are exchanged.

    ``score`` is how well its finder patterns fit, 1 at best.
    """

    version: int
    warp: Warp
    inverted: bool
    score: float

    def seen_through(self, across: float, down: float, left: float, top: float) -> Candidate:
        """Return the candidate in a picture of which this one's is a part, scaled.

        A pixel here is ``across`` x ``down`` pixels there, and the part begins at (``left``, ``top``).
        """
        shift = left + (across - 1) / 2, top + (down - 1) / 2
        scaled = np.array([[across, 0, shift[0]], [0, down, shift[1]], [0, 0, 1]])
        return replace(self, warp=replace(self.warp, homography=scaled @ self.warp.homography))


def fitted(picture: NDArray[np.uint8], triple: Triple) -> list[Candidate]:
    """Return the candidates of a triple, the likeliest version first; none where finder patterns do not fit."""
    across, down = triple.across, triple.down
    directions = across / np.hypot(*across), down / np.hypot(*down)
    middle = float(np.median([ring.module for ring in triple.rings]))
    fits = [_frame(picture, _like(ring, middle), *directions) for ring in triple.rings]
    frames = [frame for frame, _ in fits]
    score = float(np.mean([fit for _, fit in fits]))
    exact, modules = _spans(frames, across, down)
    near = sorted(layout.VERSIONS, key=lambda version: abs(version - exact))
    return [
        Candidate(version, mesh.flat(found, side), triple.corner.score < 0, score)
        for version in near[:VERSIONS]
        if (side := layout.side_of(version))
        and (found := _homography(frames, side, swelling=modules / (side - FINDER))) is not None
    ]


def _like(ring: Ring, middle: float) -> Ring:
    """Return the ring, of the size ``middle`` where its own is not like it."""
    alike = middle / UNLIKE < ring.module < middle * UNLIKE
    return ring if alike else ring._replace(module=middle)


def _spans(frames: list[Points], across: Points, down: Points) -> tuple[float, float]:
    """Return the version that the distance of finder patterns suggests, not rounded, and that distance in modules.

    On a plane seen from anywhere a distance is the geometric mean of the scales at its ends.
    """
    sizes = [np.linalg.norm(frame[:, :2], axis=0) for frame in frames]
    wide = np.hypot(*across) / np.sqrt(sizes[0][0] * sizes[1][0])
    high = np.hypot(*down) / np.sqrt(sizes[0][1] * sizes[2][1])
    modules = float(np.sqrt(wide * high))
    return (modules + FINDER - 17) / 4, modules


def _homography(frames: list[Points], side: int, *, swelling: float) -> Points | None:
    """Return the homography that three finder patterns give, made smaller by what ink has made them larger."""
    far = side - FINDER
    modules = np.concatenate([_PLACES + corner for corner in ((0, 0), (far, 0), (0, far))])
    places = (_PLACES - FINDER / 2) * swelling + _HALF
    pixels = np.concatenate([_applied(frame, places) for frame in frames])
    return mesh.homography(modules, pixels)


def _frame(picture: NDArray[np.uint8], ring: Ring, u: Points, v: Points) -> tuple[Points, float]:
    """Return the affine map, shape (2, 3), from modules of a finder pattern with its margin to pixels, and its fit.

    ``u`` and ``v`` are the directions of its rows and columns.
    """
    start = np.stack([u * ring.module, v * ring.module, np.array([ring.x, ring.y])], axis=1)
    start[:, 2] -= start[:, :2].sum(axis=1) * _HALF
    reach = REACH * ring.module
    left, top = int(max(ring.x - reach, 0)), int(max(ring.y - reach, 0))
    crop = picture[top : int(ring.y + reach) + 1, left : int(ring.x + reach) + 1]
    factor = min(PITCH / ring.module, 2.0)
    way = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    small = np.asarray(cv2.resize(crop, None, fx=factor, fy=factor, interpolation=way), np.uint8)
    to_small = np.array([[factor, 0, (0.5 - left) * factor - 0.5], [0, factor, (0.5 - top) * factor - 0.5]])
    found, fit = _enhanced(
        _finder(inverted=ring.score < 0), small, _chained(to_small, _chained(start, _TO_MODULES))
    )
    frame = _chained(_inverse(to_small), _chained(found, _inverse(_TO_MODULES)))
    moved = float(np.hypot(*(_applied(frame, np.array([[_HALF, _HALF]]))[0] - (ring.x, ring.y))))
    grown = abs(float(np.linalg.det(frame[:, :2]))) / ring.module**2
    alike = moved < MOST_MOVED * ring.module and 1 / MOST_GROWN < grown < MOST_GROWN
    return (frame, fit) if alike else (start, 0.0)


def _enhanced(template: NDArray[np.uint8], picture: NDArray[np.uint8], start: Points) -> tuple[Points, float]:
    """Return the affine map from the template to where the picture is most like it, and how alike.

    Begun at ``start``; by the enhanced correlation coefficient (Evangelidis and Psarakis, 2008).
    """
    criteria = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, ROUNDS, CHANGE)
    everywhere = np.full(picture.shape, 255, np.uint8)
    begin = start.astype(np.float32)
    try:
        fit, found = cv2.findTransformECC(
            template, picture, begin, cv2.MOTION_AFFINE, criteria, everywhere, SOFTENING
        )
    except cv2.error:  # it did not converge
        return start, 0.0
    return (np.asarray(found, np.float64), float(fit)) if np.isfinite(found).all() else (start, 0.0)


def _applied(affine: Points, places: Points) -> Points:
    moved: Points = places @ affine[:, :2].T + affine[:, 2]
    return moved


def _chained(outer: Points, inner: Points) -> Points:
    """Return the affine map that does ``inner`` first."""
    return np.column_stack([outer[:, :2] @ inner[:, :2], outer[:, :2] @ inner[:, 2] + outer[:, 2]])


def _inverse(affine: Points) -> Points:
    back = np.linalg.inv(affine[:, :2])
    return np.column_stack([back, -back @ affine[:, 2]])


@lru_cache(maxsize=2)
def _finder(*, inverted: bool) -> NDArray[np.uint8]:
    """Return the picture of a finder pattern with its margin."""
    away = np.abs(np.arange(_WIDTH) - _WIDTH // 2)
    ring = np.maximum(away, away[:, np.newaxis])
    dark = (ring != 2) & (ring != 4)
    tile = np.ones((PITCH, PITCH), np.uint8)
    return np.kron(np.where(dark ^ inverted, 0, 255).astype(np.uint8), tile)
