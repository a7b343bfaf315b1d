"""Three places like finder patterns (``rings``) that may belong to one symbol."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations
from typing import Final

import numpy as np

from qrcert.reading.mesh import Points
from qrcert.reading.rings import Ring

RINGS: Final = 14
"""Places put together, the best: in pictures of 17 kinds the true ones were mostly the first three."""

TRIPLES: Final = 6
"""Threes that are fitted at a time, the best; the true one was the first in nearly all pictures."""

_MOST_COSINE: Final = 0.5
_MOST_STRETCH: Final = float(np.log(1.9))
_MOST_SPREAD: Final = float(np.log(2.6))
"""Angle at the corner 60 to 120 degrees, sides not too different: tilt to about 55 degrees. Sizes may differ
more: of a finder pattern that is stained, or printed too fat, the core alone may have been found."""

_SPAN: Final = (10.0, 220.0)
"""Modules between two finder patterns of a symbol: 14 to 170, and sizes of rings are only nearly right."""


@dataclass(frozen=True, slots=True)
class Triple:
    """Three rings of one symbol: at its own top left, top right and bottom left; the more ``score`` the better."""

    corner: Ring
    right: Ring
    below: Ring
    score: float

    @property
    def rings(self) -> tuple[Ring, Ring, Ring]:
        """The three of them."""
        return self.corner, self.right, self.below

    @property
    def across(self) -> Points:
        """Pixels from the corner to the right."""
        return np.array([self.right.x - self.corner.x, self.right.y - self.corner.y])

    @property
    def down(self) -> Points:
        """Pixels from the corner to the one below."""
        return np.array([self.below.x - self.corner.x, self.below.y - self.corner.y])


def likeliest(found: list[Ring]) -> list[Triple]:
    """Return the threes among the best rings that may belong to one symbol, the best first."""
    made = [
        triple
        for dark in (True, False)
        for triple in _triples([ring for ring in found if (ring.score > 0) == dark][:RINGS])
    ]
    return sorted(made, key=lambda one: -one.score)[:TRIPLES]


def _triples(alike: list[Ring]) -> list[Triple]:
    if len(alike) < 3:
        return []
    threes = np.array(list(permutations(range(len(alike)), 3)))
    x, y, module, score = np.array(alike).T
    corner, right, below = threes.T
    ux, uy, vx, vy = x[right] - x[corner], y[right] - y[corner], x[below] - x[corner], y[below] - y[corner]
    across, down = np.hypot(ux, uy), np.hypot(vx, vy)
    modules = np.log(module)[threes]
    cosine = np.abs(ux * vx + uy * vy) / (across * down)
    stretch = np.abs(np.log(across / down))
    spread = np.ptp(modules, axis=1)
    span = (across + down) / 2 / np.exp(modules.mean(axis=1))
    rating = np.abs(score[threes]).mean(axis=1) - 0.3 * cosine - 0.2 * stretch - 0.2 * spread
    possible = (ux * vy > uy * vx) & (cosine < _MOST_COSINE) & (stretch < _MOST_STRETCH)
    possible &= (spread < _MOST_SPREAD) & (span > _SPAN[0]) & (span < _SPAN[1])
    (places,) = np.nonzero(possible)
    best = places[np.argsort(-rating[places])][:TRIPLES]
    return [
        Triple(alike[corner[place]], alike[right[place]], alike[below[place]], float(rating[place]))
        for place in best.tolist()
    ]
