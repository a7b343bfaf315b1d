"""Where each module of a symbol lies in the picture: a homography, and a smooth field for paper that is not flat.

A warp takes positions in modules (see ``layout``) to pixels, whose centres have whole numbers. Through it a
symbol is drawn upright, a fixed number of samples a module, which is what everything else looks at.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Weights = NDArray[np.float64]
Pixels = NDArray[np.float32]
Field = NDArray[np.float32]

PITCH: Final = 3
"""Samples a module along each side: a third of a module is what the equaliser can make use of."""

MARGIN: Final = 5
"""Modules drawn around the symbol: the quiet zone, and room for windows at its edge."""

CELL: Final = 3
"""Modules from one node of the field to the next."""

EDGE: Final = 8
"""Pixels taken along with a symbol, for what lies between the nodes of its outline and for interpolation."""

MOST_STRETCHED: Final = 5.0
"""Times that a symbol may be longer than its area suggests: no page that could be read lies so aslant."""

STIFFNESS: Final = (0.3, 0.03, 0.003)
"""How much a bend costs, round after round: points that a stiff sheet does not meet have lost their weight
before it becomes soft."""

OFF: Final = 0.3
"""Modules by which a point may be off before it loses weight."""

_NO_MAP: Final = np.zeros(0)
"""Stands for the second map of OpenCV's remapping, which a map of points does not need."""


@dataclass(frozen=True, slots=True, eq=False)
class Warp:
    """A symbol of ``side`` modules in the picture.

    Positions, moved by ``field``, are taken through ``homography``. The field is modules in x and y at nodes
    which lie evenly over the symbol and its margin, shape (nodes, nodes, 2).
    """

    homography: Points
    side: int
    field: Field

    def pixels(self, places: Points) -> Points:
        """Return the pixels of positions in modules, shape (n, 2)."""
        return project(self.homography, self.moved(places))

    def moved(self, places: Points) -> Points:
        """Return the positions where they would lie on the plane of the homography, in modules."""
        nodes = len(self.field)
        at = ((places + MARGIN) * (nodes / (self.side + 2 * MARGIN)) - 0.5).astype(np.float32)
        moves = cv2.remap(
            self.field, at[np.newaxis], _NO_MAP, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
        )
        moved: Points = places + np.asarray(moves, np.float64)[0]
        return moved

    def bent(self, places: Points, targets: Points, weights: Weights) -> Warp:
        """Return the warp whose field takes ``places`` to about ``targets`` on the plane, shapes (n, 2).

        Points that do not fit with the others lose their weight: a stain or a letter was taken for a pattern.
        """
        scale = 2 / self.side
        moves = _plate(places * scale, targets - places, weights, _lattice(self) * scale)
        return replace(self, field=moves.reshape(self.field.shape).astype(np.float32))

    def shifted(self, moves: Field) -> Warp:
        """Return the warp moved further, by a grid of ``moves`` in modules that lie evenly over the symbol."""
        nodes = len(self.field)
        inner = round(nodes * self.side / (self.side + 2 * MARGIN))
        before = (nodes - inner) // 2
        grown = np.asarray(cv2.resize(moves, (inner, inner), interpolation=cv2.INTER_LINEAR))
        around = (before, nodes - inner - before)
        return replace(self, field=self.field + np.pad(grown, (around, around, (0, 0)), mode="edge"))


def flat(homography: Points, side: int) -> Warp:
    """Return a warp without any bend."""
    nodes = -(-(side + 2 * MARGIN) // CELL)
    return Warp(homography, side, np.zeros((nodes, nodes, 2), np.float32))


def project(homography: Points, places: Points) -> Points:
    """Return ``places``, shape (n, 2), taken through a homography."""
    homogeneous = places @ homography[:, :2].T + homography[:, 2]
    with np.errstate(divide="ignore", invalid="ignore"):
        projected: Points = homogeneous[:, :2] / homogeneous[:, 2:]
    return projected


def homography(places: Points, pixels: Points) -> Points | None:
    """Return the homography of least squares from ``places`` to ``pixels``, shapes (4 or more, 2), or None."""
    centre, scale = pixels.mean(axis=0), max(float(np.ptp(pixels)), 1e-9)
    middle, size = places.mean(axis=0), max(float(np.ptp(places)), 1e-9)
    (x, y), (u, v) = ((places - middle) / size).T, ((pixels - centre) / scale).T
    zero, one = np.zeros_like(x), np.ones_like(x)
    rows = np.concatenate(
        [
            np.stack([x, y, one, zero, zero, zero, -u * x, -u * y, u], axis=1),
            np.stack([zero, zero, zero, x, y, one, -v * x, -v * y, v], axis=1),
        ]
    )
    solution, *_ = np.linalg.lstsq(rows[:, :8], rows[:, 8], rcond=None)
    after = np.array([[scale, 0, centre[0]], [0, scale, centre[1]], [0, 0, 1]])
    before = np.array([[1, 0, -middle[0]], [0, 1, -middle[1]], [0, 0, size]])
    found: Points = after @ np.append(solution, 1.0).reshape(3, 3) @ before
    return found if np.isfinite(found).all() and abs(np.linalg.det(found)) > 0 else None


def module_size(warp: Warp) -> float:
    """Return the length of a module in pixels, in the middle of the symbol: root of its area."""
    middle = warp.side / 2
    a, b, c = warp.pixels(np.array([[middle, middle], [middle + 1, middle], [middle, middle + 1]]))
    (ux, uy), (vx, vy) = b - a, c - a
    return float(np.sqrt(abs(ux * vy - uy * vx)))


def drawn(picture: NDArray[np.uint8], warp: Warp) -> Pixels | None:
    """Return the symbol drawn upright with ``MARGIN``, or None when it does not lie in the picture.

    Shape (samples, samples) with PITCH * (side + 2 * MARGIN) samples; beyond the picture its edge is repeated.
    """
    outline, size = _outline(warp)
    if outline is None:
        return None
    rows, columns = picture.shape
    low = np.maximum(np.floor(outline.min(axis=0)) - EDGE, 0)
    high = np.minimum(np.ceil(outline.max(axis=0)) + EDGE, (columns, rows))
    if (high - low < PITCH).any():
        return None
    (left, top), (right, bottom) = low.astype(int).tolist(), high.astype(int).tolist()
    crop = picture[top:bottom, left:right]
    into = np.array([[1, 0, -left], [0, 1, -top], [0, 0, 1]]) @ warp.homography
    while size >= 2 * PITCH:
        crop = np.asarray(cv2.resize(crop, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)
        into = np.array([[0.5, 0, -0.25], [0, 0.5, -0.25], [0, 0, 1]]) @ into
        size /= 2
    maps = cv2.perspectiveTransform(_sample_places(warp), into)
    source = crop.astype(np.float32)
    seen = cv2.remap(source, maps, _NO_MAP, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(seen, np.float32)


def _outline(warp: Warp) -> tuple[Points | None, float]:
    """Return the pixels of the field's nodes, or None for a shape that no symbol has, and a module's size."""
    nodes = _lattice(warp)
    outline, size = warp.pixels(nodes), module_size(warp)
    depth = nodes @ warp.homography[2, :2] + warp.homography[2, 2]
    if depth.min() * depth.max() <= 0 or not np.isfinite(outline).all():
        return None, size
    possible = float(np.ptp(outline, axis=0).max()) < MOST_STRETCHED * size * (warp.side + 2 * MARGIN)
    return (outline if possible else None), size


def _sample_places(warp: Warp) -> Field:
    """Return where every sample of the drawn symbol lies on the plane, shape (samples, samples, 2)."""
    count = PITCH * (warp.side + 2 * MARGIN)
    places = np.asarray(cv2.resize(warp.field, (count, count), interpolation=cv2.INTER_CUBIC), np.float32)
    along = ((np.arange(count) + 0.5) / PITCH - MARGIN).astype(np.float32)
    places[:, :, 0] += along
    places[:, :, 1] += along[:, np.newaxis]
    return places


def _lattice(warp: Warp) -> Points:
    """Return the positions of the nodes of the field, shape (nodes * nodes, 2)."""
    nodes = len(warp.field)
    along = (np.arange(nodes) + 0.5) * ((warp.side + 2 * MARGIN) / nodes) - MARGIN
    return np.stack(np.meshgrid(along, along), axis=-1).reshape(-1, 2)


def _plate(places: Points, moves: Points, weights: Weights, nodes: Points) -> Points:
    """Return the moves at ``nodes`` of a thin plate that is pulled by ``moves`` at ``places``.

    Thin-plate spline with smoothing (Wahba, 1990), its weights made robust between rounds (Cauchy).
    """
    count = len(places)
    plane = np.column_stack([np.ones(count), places])
    kernel = _kernel(places, places)
    system = np.zeros((count + 3, count + 3))
    system[:count, count:], system[count:, :count] = plane, plane.T
    wanted = np.concatenate([moves, np.zeros((3, 2))])
    trust = weights
    solution = wanted
    for stiff in STIFFNESS:
        system[:count, :count] = kernel + np.diag(stiff / np.maximum(trust, 1e-6))
        solution = np.linalg.solve(system, wanted)
        away = np.linalg.norm(kernel @ solution[:count] + plane @ solution[count:] - moves, axis=1)
        trust = weights / (1 + (away / OFF) ** 2)
    bent = _kernel(nodes, places) @ solution[:count]
    moved: Points = bent + np.column_stack([np.ones(len(nodes)), nodes]) @ solution[count:]
    return moved


def _kernel(left: Points, right: Points) -> Points:
    square = ((left[:, np.newaxis] - right) ** 2).sum(axis=2)
    values: Points = square * np.log(np.maximum(square, 1e-12))
    return values
