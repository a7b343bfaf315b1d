"""Finder patterns in blur, noise and dark: a template of rings, compared with the picture at every size.

A finder pattern is a dark square, a light and a dark ring around it, and a light margin. Turned by any angle it
still looks like rings, so one template, partly upright and partly averaged over all turns, finds it anyhow. The
measure is normalised correlation, which lighting does not change; it is negative where light and dark are
exchanged, so inverted symbols are found by the same look.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from qrcert.reading.layout import FINDER

SAMPLES: Final = 2.0
"""Pixels a module in the template."""

SIZE_STEP: Final = 1.25
"""Each size of module looked for is so much larger than the one before."""

SMALLEST: Final = 1.25
"""Pixels of the smallest module looked for; below that no method read anything."""

MOST_MODULES: Final = 1100
"""Modules that the shorter side of a picture is taken to have at most: 5 mm of a code on a page of A4 would
else be looked for in every scan, and take most of the time."""

LEAST: Final = 0.34
"""Correlation from which a place counts. Sharp finders have 0.55 to 0.75, data and letters up to 0.48."""

AT_ONE_SIZE: Final = 24
"""Places kept at one size, the best: noise has thousands."""

UPRIGHT: Final = 0.15
"""Share of the upright pattern in the template, as most codes stand upright."""

DISC: Final = 4.9
"""Modules from its centre to which the template counts: beyond lies the margin of a pattern that stands upright,
but data where one is turned. Without this limit data were as like the template as a turned pattern is."""

_MARGIN: Final = 1
_WIDTH: Final = FINDER + 2 * _MARGIN
_LEAST_CONTRAST: Final = 2.0
"""Grey levels of scatter below which a window is flat and its correlation means nothing."""


class Ring(NamedTuple):
    """A place like a finder pattern: its centre, a module's size in pixels, and the correlation, -1 to 1."""

    x: float
    y: float
    module: float
    score: float


def sizes(shape: tuple[int, ...]) -> list[float]:
    """Return the sizes of module to look for in a picture of (rows, columns), in pixels, the largest first."""
    smallest = max(SMALLEST, min(shape) / MOST_MODULES)
    count = int(np.log(max(min(shape) / 21 / smallest, 1)) / np.log(SIZE_STEP)) + 1
    return [smallest * SIZE_STEP**power for power in reversed(range(count))]


def rings(picture: NDArray[np.uint8], module: float) -> list[Ring]:
    """Return the places like a finder pattern whose modules have about ``module`` pixels, the best first."""
    factor = SAMPLES / module
    way = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    resized = np.asarray(cv2.resize(picture, None, fx=factor, fy=factor, interpolation=way), np.uint8)
    pattern = template()
    side = len(pattern)
    if min(resized.shape) < side:
        return []
    alike = _correlation(resized, pattern)
    strong = np.abs(alike)
    highest = cv2.dilate(strong, np.ones((side // 2 * 2 - 1,) * 2, np.uint8))
    rows, columns = np.nonzero((strong >= highest) & (strong > LEAST))
    best = np.argsort(-strong[rows, columns])[:AT_ONE_SIZE]
    return [
        Ring(
            (x + side / 2) / factor - 0.5,
            (y + side / 2) / factor - 0.5,
            module,
            float(alike[y, x]),
        )
        for y, x in zip(rows[best].tolist(), columns[best].tolist(), strict=True)
    ]


def distinct(found: list[Ring]) -> list[Ring]:
    """Return the rings without those that another one outdoes at the same place, the best first."""
    kept: list[Ring] = []
    for ring in sorted(found, key=lambda one: -abs(one.score)):
        near = (abs(ring.x - one.x) + abs(ring.y - one.y) < 3 * max(ring.module, one.module) for one in kept)
        if not any(near):
            kept.append(ring)
    return kept


def _correlation(picture: NDArray[np.uint8], template: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the normalised correlation of every window, negated as dark is what counts."""
    side = template.shape[0]
    area = side * side
    product = np.asarray(cv2.matchTemplate(picture, template, cv2.TM_CCORR))
    rows, columns = product.shape
    window = (slice(side // 2, side // 2 + rows), slice(side // 2, side // 2 + columns))
    mean = np.asarray(cv2.boxFilter(picture, cv2.CV_32F, (side, side)))[window]
    square = np.asarray(cv2.sqrBoxFilter(picture, cv2.CV_32F, (side, side)))[window]
    scatter = np.sqrt(np.maximum(square - mean * mean, _LEAST_CONTRAST**2))
    level, contrast = float(template.mean()), float(template.std())
    alike: NDArray[np.float32] = (product / area - mean * level) / (scatter * contrast)
    return alike


@lru_cache(maxsize=1)
def template() -> NDArray[np.uint8]:
    """Return the picture of a finder pattern with its margin, blended with its average over all turns."""
    fine = 8
    half = _WIDTH * SAMPLES / 2
    along = (np.arange(round(2 * half) * fine) + 0.5) / fine - half
    x, y = np.meshgrid(along, along)
    turned = [
        _light(np.maximum(np.abs(x * c + y * s), np.abs(y * c - x * s)) / SAMPLES)
        for c, s in (
            (np.cos(angle), np.sin(angle)) for angle in np.linspace(0, np.pi / 2, 16, endpoint=False)
        )
    ]
    blend = (1 - UPRIGHT) * np.mean(turned, axis=0) + UPRIGHT * turned[0]
    side = round(2 * half)
    small = blend.reshape(side, fine, side, fine).mean(axis=(1, 3))
    across = np.arange(side) - (side - 1) / 2
    disc = np.hypot(across, across[:, np.newaxis]) <= DISC * SAMPLES
    return np.asarray(np.round(np.where(disc, small, small[disc].mean()) * 255), np.uint8)


def _light(away: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 1 where a finder pattern is light, by the distance from its centre in modules."""
    return np.where((away > 3.5) | ((away > 1.5) & (away < 2.5)), 1.0, 0.0)
