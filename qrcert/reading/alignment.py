"""Fitting a warp to paper that is tilted, curled or creased, by what is seen in the symbol drawn through it.

First by the alignment patterns, then by the symbol's own decisions: each tile of it is compared with what was
decided there, and the warp moves to where they agree best. Wrong decisions agree with nothing, so they pull little.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from qrcert.reading.layout import FINDER, Plan
from qrcert.reading.mesh import MARGIN, PITCH, Pixels, Points, Warp

SEEN: Final = 0.55
"""Correlation from which an alignment pattern counts as seen."""

FINDER_WEIGHT: Final = 0.5
"""Weight of the corners of finder patterns, which the homography has met already."""

TILE: Final = 8
TILE_STEP: Final = 5
"""Modules along a tile, and from one tile to the next."""

TILE_REACH: Final = 1.34
"""Modules by which a tile may be off."""

TILE_SPREAD: Final = 1.0
"""Tiles over which moves are smoothed (sigma), each weighing as much as it agrees."""

LEAST_ALIKE: Final = 0.1
"""Agreement of a tile that agrees with nothing, so that something is left where none agrees."""

Values = NDArray[np.float32]


def to_patterns(drawn: Pixels, warp: Warp, plan: Plan, *, reach: float) -> tuple[Warp, float]:
    """Return the warp bent to the finder and alignment patterns, and by how many modules one was off at most.

    Each is looked for within ``reach`` modules. ``drawn`` is the symbol drawn through ``warp`` (see
    ``mesh.drawn``), dark modules dark.
    """
    corners = _finder_corners(plan.side)
    places, moves, weights = [corners], [np.zeros_like(corners)], [np.full(len(corners), FINDER_WEIGHT)]
    for centre in plan.alignment:
        move, alike = _match(drawn, _alignment_picture(), centre - 2.5, reach)
        if alike > SEEN:
            places.append(centre[np.newaxis])
            moves.append(move[np.newaxis])
            weights.append(np.array([alike**2]))
    at, off = np.concatenate(places), np.concatenate(moves)
    return warp.bent(at, warp.moved(at + off), np.concatenate(weights)), float(np.abs(off).max())


def to_decisions(drawn: Pixels, warp: Warp, values: Values) -> Warp:
    """Return the warp moved to where tiles of soft ``values``, shape (side, side), are seen best."""
    expected = np.kron(-np.tanh(values / 2), np.ones((PITCH, PITCH), np.float32)).astype(np.float32)
    starts = np.linspace(0, warp.side - TILE, warp.side // TILE_STEP).astype(int).tolist()
    moves = np.zeros((len(starts), len(starts), 2), np.float32)
    weights = np.zeros((len(starts), len(starts)), np.float32)
    for row, top in enumerate(starts):
        for column, left in enumerate(starts):
            tile = expected[top * PITCH : (top + TILE) * PITCH, left * PITCH : (left + TILE) * PITCH]
            moves[row, column], alike = _match(drawn, tile, np.array([left, top], float), TILE_REACH)
            weights[row, column] = max(alike, LEAST_ALIKE) ** 4
    weighed = _spread(moves * weights[:, :, np.newaxis])
    return warp.shifted(weighed / _spread(weights)[:, :, np.newaxis])


def _spread(values: Values) -> Values:
    smooth = cv2.GaussianBlur(values, (0, 0), TILE_SPREAD, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(smooth, np.float32)


def _finder_corners(side: int) -> Points:
    square = np.array([[0.0, 0.0], [FINDER, 0.0], [FINDER, FINDER], [0.0, FINDER]])
    far = float(side - FINDER)
    return np.concatenate([square + corner for corner in np.array([[0.0, 0.0], [far, 0.0], [0.0, far]])])


def _match(drawn: Pixels, template: Pixels, corner: Points, reach: float) -> tuple[Points, float]:
    """Return by how many modules the ``template`` is off its ``corner``, and how alike it is there."""
    away = round(reach * PITCH)
    exact = (corner + MARGIN) * PITCH
    left, top = (np.round(exact).astype(int) - away).tolist()
    rows, columns = template.shape
    window = drawn[max(top, 0) : top + rows + 2 * away, max(left, 0) : left + columns + 2 * away]
    if window.shape[0] < rows or window.shape[1] < columns:
        return np.zeros(2), 0.0
    alike = np.asarray(cv2.matchTemplate(window, template, cv2.TM_CCOEFF_NORMED), np.float32)
    _, best, _, (x, y) = cv2.minMaxLoc(alike)
    found = max(left, 0) + x + _vertex(alike[y], x), max(top, 0) + y + _vertex(alike[:, x], y)
    return (np.array(found) - exact) / PITCH, float(best) if np.isfinite(best) else 0.0


def _vertex(values: Values, place: int) -> float:
    """Return how far beside ``place`` the parabola through it and its neighbours is highest."""
    if not 0 < place < len(values) - 1:
        return 0.0
    before, here, after = (float(value) for value in values[place - 1 : place + 2])
    bend = before - 2 * here + after
    return 0.5 * (before - after) / bend if bend < -1e-6 else 0.0


@lru_cache(maxsize=1)
def _alignment_picture() -> Pixels:
    """Return the picture of an alignment pattern as it is drawn."""
    away = np.abs(np.arange(-2, 3))
    ring = np.maximum(away, away[:, np.newaxis])
    return np.kron(np.where(ring == 1, 1, -1), np.ones((PITCH, PITCH))).astype(np.float32)
