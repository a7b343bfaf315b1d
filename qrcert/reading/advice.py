"""What would help to read a code that is not read: measured, and told as one of a few codes.

| code | what is the matter | measured by |
|---|---|---|
| ``show`` | no code is in sight | no place like a code, or no finder patterns in it |
| ``light`` | it is too dark | the lightest pixels; noise |
| ``closer`` | the code is too small in the picture | pixels a module |
| ``flatter`` | it is seen too much from the side | how much longer than wide it is |
| ``glare`` | a lamp is mirrored in the paper | patches inside the code with nothing dark in them |
| ``still`` | it moves | edges are weaker in one direction than across it |
| ``focus`` | it is out of focus | how many modules an edge is wide |
| ``wait`` | nothing is wrong that can be told | |

The first in this order that holds is told. Levels are from 72 frames of clips of six kinds (bench/clips.py): what
is wrong in one kind is on the other side of its level in nearly every frame of the others.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from qrcert.reading.places import Place, around

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]

CODES: Final = ("show", "light", "closer", "flatter", "glare", "still", "focus", "wait")

USUAL_SIDE: Final = 57
"""Modules a side of version 10, which most certificates have."""

DARK: Final = 95.0
"""Grey level below which the lightest twentieth of a code is too dark; paper is 180 or more in fair light."""

NOISY: Final = 14.0
"""Grey levels of noise, which cameras have in the dark only."""

CLEAR: Final = 0.7
"""Share of the way from ink to paper above which nothing within `PATCH` modules counts as dark."""

PATCH: Final = 5
GLARE: Final = 0.04
"""Share of the code that may be such patches: no code has many light squares of five modules."""

_EDGE: Final = 0.12
"""Share of its sides by which a place is narrowed where its margin must not count."""

SMALL: Final = 2.1
"""Pixels a module below which zxing-cpp reads few frames, and a hand's breadth nearer is easy."""

STRETCHED: Final = 1.28
"""A code tilted by 40 degrees."""

MOVED: Final = 1.35
"""Ratio of the edges across and along; moved by a module while the shutter was open."""

SOFT: Final = 1.45
"""Modules from dark to light at the steepest edges; a sharp picture of 3 pixels a module has 1.0."""

RINGS: Final = 0.5
"""Mean correlation of the three best finder patterns from which it is surely a code; letters have up to 0.45."""

_SIZES: Final = 1.25
_TRIED: Final = (-2, -1, 0, 1, 2)
_EVERY: Final = 6
"""Looks from one search for finder patterns to the next: they cost 15 ms."""

_TRUSTED: Final = 30
"""Looks for which a place stays a code after finder patterns were seen in it."""

_REMEMBERED: Final = 12
"""Measurements of which the most frequent advice is told, so that it does not flicker."""


@dataclass(frozen=True, slots=True)
class Measures:
    """What is measured of a place: ``low`` and ``high`` are the grey levels of ink and paper, ``module`` pixels.

    ``edge`` is the width of an edge in modules, ``uneven`` the ratio of the edges in two directions, ``glare`` a
    share of the code, ``noise`` in grey levels.
    """

    low: float
    high: float
    module: float
    edge: float
    uneven: float
    glare: float
    noise: float
    stretch: float

    @property
    def sharpness(self) -> float:
        """How sharp the frame is, to compare it with others of the same place."""
        return (self.high - self.low) / (self.edge * self.uneven)


def measure(pixels: Pixels, place: Place, module: float | None = None) -> Measures:
    """Measure a grey frame at a place; ``module`` is its size in pixels where it is known."""
    import cv2
    import numpy as np

    module = module or place.side / USUAL_SIDE
    inside = _straight(pixels, place)
    soft = cv2.GaussianBlur(inside, (0, 0), max(module / 4, 0.5)).astype(np.float32)
    low, high = (float(level) for level in np.percentile(soft, (5, 95)))
    across, along = cv2.Scharr(soft, cv2.CV_32F, 1, 0) / 32, cv2.Scharr(soft, cv2.CV_32F, 0, 1) / 32
    xx, yy, xy = float((across**2).mean()), float((along**2).mean()), float((across * along).mean())
    weak, strong = np.linalg.eigvalsh([[xx, xy], [xy, yy]])
    steepest = float(np.percentile(cv2.magnitude(across, along), 97))
    rows, columns = (int(side * _EDGE) for side in inside.shape)
    reach = max(3, round(PATCH * module))
    darkest = cv2.erode(soft, np.ones((reach, reach), np.uint8))
    darkest = darkest[rows : inside.shape[0] - rows, columns : inside.shape[1] - columns]
    return Measures(
        low,
        high,
        module,
        edge=(high - low) / max(steepest, 0.1) / module,
        uneven=float(np.sqrt(strong / max(weak, 1e-3))),
        glare=float((darkest > low + CLEAR * (high - low)).mean()),
        noise=_noise(pixels),
        stretch=place.stretch,
    )


def advise(measures: Measures) -> str:
    """Return what would help, one of `CODES` from ``light`` on."""
    checks = (
        ("light", measures.high < DARK or measures.noise > NOISY),
        ("closer", measures.module < SMALL),
        ("flatter", measures.stretch > STRETCHED),
        ("glare", measures.glare > GLARE),
        ("still", measures.uneven > MOVED),
        ("focus", measures.edge > SOFT),
    )
    return next((code for code, holds in checks if holds), "wait")


class Adviser:
    """Says what would help after each look; it knows finder patterns, and does not change its mind every time."""

    def __init__(self) -> None:
        self._looks = 0
        self._trusted = 0
        self._module: float | None = None
        self._said: deque[str] = deque(maxlen=_REMEMBERED)

    @property
    def sure(self) -> bool:
        """Whether finder patterns were seen at the place lately."""
        return self._trusted > 0

    def measure(self, pixels: Pixels, place: Place) -> Measures:
        """Return the measures of a frame at a place, with modules as large as its finder patterns say."""
        if self._looks % _EVERY == 0:
            module = _seen_module(pixels, place)
            self._module, self._trusted = (module, _TRUSTED) if module else (self._module, self._trusted)
        self._looks += 1
        self._trusted = max(0, self._trusted - 1)
        return measure(pixels, place, self._module if self.sure else None)

    def say(self, measures: Measures | None) -> str:
        """Return the advice after one more look; None: there was no place like a code."""
        self._said.append(advise(measures) if measures is not None and self.sure else "show")
        return Counter(self._said).most_common(1)[0][0]

    def forget(self) -> None:
        """Begin anew: a code was read."""
        self._looks = self._trusted = 0
        self._module = None
        self._said.clear()


def _straight(pixels: Pixels, place: Place) -> Pixels:
    """Return what lies inside a place, turned upright."""
    import cv2
    import numpy as np

    corners = np.array(place.corners, np.float32)
    wide = max(8, round(float(np.hypot(*(corners[1] - corners[0])))))
    high = max(8, round(float(np.hypot(*(corners[3] - corners[0])))))
    target = np.array([[0, 0], [wide, 0], [0, high]], np.float32)
    matrix = cv2.getAffineTransform(corners[[0, 1, 3]], target)
    turned = cv2.warpAffine(pixels, matrix, (wide, high), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(turned, np.uint8)


def _noise(pixels: Pixels) -> float:
    """Return the standard deviation of the noise, by a filter that edges hardly pass (Immerkaer 1996)."""
    import cv2
    import numpy as np

    rows, columns = pixels.shape
    part = pixels[rows // 4 : rows * 3 // 4 : 1, columns // 4 : columns * 3 // 4]
    kernel = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
    through = np.abs(cv2.filter2D(part, cv2.CV_32F, kernel))
    return float(np.median(through)) / (0.6745 * 6)


def _seen_module(pixels: Pixels, place: Place) -> float | None:
    """Return the size of a module as the finder patterns at a place say, or None where there are no three."""
    import numpy as np

    from qrcert.reading import rings

    left, top, right, bottom = around(place, pixels.shape)
    cut = np.ascontiguousarray(pixels[top:bottom, left:right])
    usual = place.side / USUAL_SIDE
    found = [ring for power in _TRIED for ring in rings.rings(cut, usual * _SIZES**power)]
    best = rings.distinct(found)[:3]
    if len(best) < 3 or sum(abs(ring.score) for ring in best) < 3 * RINGS:
        return None
    sizes = sorted(ring.module for ring in best)
    return sizes[1] if sizes[2] <= 1.6 * sizes[0] else None
