"""Where symbols may be in a picture, the likeliest first: rings of every size, large before small.

Candidates are made when they are asked for, as making them costs more than trying them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from qrcert.reading import fitting, rings, triples
from qrcert.reading.codes import Corners
from qrcert.reading.deadline import Deadline
from qrcert.reading.fitting import Candidate
from qrcert.reading.layout import FINDER
from qrcert.reading.rings import Ring
from qrcert.reading.triples import Triple

LEAST_FIT: Final = 0.6
"""Fit of three finder patterns from which a candidate counts: true ones have 0.9, false ones up to 0.88."""

SURE_FIT: Final = 0.83
"""Fit from which a candidate is tried before others are looked for."""

QUICK_PIXELS: Final = 600_000
"""Pixels of a resized picture up to which more sizes are looked at before candidates are made of what was found."""

VIEWS: Final = ((1.0, 1.0), (0.5, 1.0), (1.0, 0.5))
"""Shares of width and height to which the picture is squeezed: as it is, then so that the rings of a page that
lies aslant, half as wide or high as they should be, are round again."""

HINT_MARGIN: Final = 0.25
"""Share of its size by which the place where a code was seen is widened."""


def candidates(
    picture: NDArray[np.uint8], *, hints: Sequence[Corners], deadline: Deadline
) -> Iterator[Candidate]:
    """Yield candidates until the sizes are exhausted or the deadline has passed.

    Where a code was seen before, ``hints``, is looked at first; then everywhere.
    """
    for hint in hints:
        left, top, right, bottom = _box(hint, picture.shape)
        part = picture[top:bottom, left:right]
        if min(part.shape) >= FINDER and part.size <= picture.size / 2:
            for candidate in _candidates(part, deadline):
                yield candidate.seen_through(1, 1, left, top)
    for across, down in VIEWS:
        if picture.shape[0] * down < FINDER or picture.shape[1] * across < FINDER:
            continue
        view = picture
        if min(across, down) < 1:
            squeezed = cv2.resize(picture, None, fx=across, fy=down, interpolation=cv2.INTER_AREA)
            view = np.asarray(squeezed, np.uint8)
        for candidate in _candidates(view, deadline):
            yield candidate.seen_through(1 / across, 1 / down, 0, 0)


def _candidates(picture: NDArray[np.uint8], deadline: Deadline) -> Iterator[Candidate]:
    found: list[Ring] = []
    tried: set[tuple[Ring, ...]] = set()
    halves = _Halves(picture)
    sizes = rings.sizes(picture.shape)
    for module, smaller in zip(sizes, (*sizes[1:], 0.0), strict=True):
        if deadline.passed:
            return
        found += halves.rings(module)
        if smaller and picture.size * (rings.SAMPLES / smaller) ** 2 <= QUICK_PIXELS:
            continue
        likeliest = triples.likeliest(rings.distinct(found))
        untried = [triple for triple in likeliest if triple.rings not in tried]
        tried.update(triple.rings for triple in untried)
        yield from _fitted(picture, untried, deadline)


def _fitted(picture: NDArray[np.uint8], untried: list[Triple], deadline: Deadline) -> Iterator[Candidate]:
    """Yield the candidates of triples: those that surely are some at once, others when all were fitted."""
    others: list[Candidate] = []
    for triple in untried:
        if deadline.passed:
            return
        for candidate in fitting.fitted(picture, triple):
            if candidate.score >= SURE_FIT:
                yield candidate
            elif candidate.score >= LEAST_FIT:
                others.append(candidate)
    yield from sorted(others, key=lambda one: -one.score)


class _Halves:
    """A picture at its size, half of it, a quarter, and so on, each made when it is first asked for."""

    def __init__(self, picture: NDArray[np.uint8]) -> None:
        self._levels = [picture]

    def rings(self, module: float) -> list[Ring]:
        """Return the rings of a size, looked for in the smallest level that shows them well."""
        level = max(int(np.log2(module / rings.SAMPLES)), 0)
        while len(self._levels) <= level:
            half = cv2.resize(self._levels[-1], None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
            self._levels.append(np.asarray(half, np.uint8))
        return [
            Ring((x + 0.5) * 2**level - 0.5, (y + 0.5) * 2**level - 0.5, size * 2**level, score)
            for x, y, size, score in rings.rings(self._levels[level], module / 2**level)
        ]


def _box(corners: Corners, shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    """Return left, top, right, bottom of what surrounds a code, inside the picture."""
    xs, ys = zip(*corners, strict=True)
    margin = HINT_MARGIN * max(max(xs) - min(xs), max(ys) - min(ys))
    rows, columns = shape
    return (
        max(int(min(xs) - margin), 0),
        max(int(min(ys) - margin), 0),
        min(int(max(xs) + margin) + 1, columns),
        min(int(max(ys) + margin) + 1, rows),
    )
