"""Looking at a film or through a camera: frame after frame, within a budget of time, several frames together.

Every frame is shown to the fastest engine, which is enough for most. Time that this leaves over is saved up, and
spent on the sharpest of the last frames: cut down to where the code is, it goes through the whole cascade.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from qrcert.reading import advice, cascade, places, zxing
from qrcert.reading.codes import Code, Corners, in_reading_order
from qrcert.reading.deadline import Clock
from qrcert.reading.grey import Grey, from_array, from_bytes_array
from qrcert.reading.places import Place

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Picture = NDArray[np.uint8]
    Pixels = NDArray[np.uint8]

FRAME_SECONDS: Final = 0.06
"""What looking at one frame may take on average."""

MOST_CREDIT: Final = 0.6
"""Seconds that may be saved up: the worker is deaf to newer frames while it spends them."""

LEAST_CREDIT: Final = 0.1
"""Seconds from which a thorough look is worth beginning."""

OVERDUE: Final = 15
OVERDUE_SECONDS: Final = 0.3
"""After so many looks without a thorough one, one of so many seconds begins anyhow: on a machine so slow that the
fastest engine takes the whole budget, or beside other work, nothing would ever be saved up."""

KEPT: Final = 6
"""Frames that wait for a thorough look; older ones show where the code was, not where it is."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What was seen in a frame.

    ``codes`` were read, in reading order; ``place`` is where a code was seen that was not read, else None;
    ``advice`` is what would help to read it, a code of `advice`, None where one was read.
    """

    codes: tuple[Code, ...] = ()
    place: Corners | None = None
    advice: str | None = None


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A frame cut down to where a code is: ``sharpness`` ranks it, ``corner`` is its top left in the frame."""

    sharpness: float
    cut: Grey
    corner: tuple[int, int]


class Eye:
    """One look after another through one camera; ``plausible`` tells the texts that are looked for.

    ``budget`` is what a look may take on average, in seconds. A single one may take longer, up to `MOST_CREDIT`,
    when the looks before took less.
    """

    def __init__(
        self,
        plausible: Callable[[str], bool],
        *,
        budget: float = FRAME_SECONDS,
        clock: Clock = time.monotonic,
    ) -> None:
        self._plausible = plausible
        self._budget = budget
        self._clock = clock
        self._credit = 0.0
        self._hasty = 0
        self._waiting: deque[_Candidate] = deque(maxlen=KEPT)
        self._adviser = advice.Adviser()

    def look(self, picture: Picture) -> Sight:
        """Return what is seen in the next frame, of shape (rows, columns) or (rows, columns, 3)."""
        begun = self._clock()
        sight = self._look(from_array(picture), begun + self._credit + self._budget)
        saved = self._credit + self._budget - (self._clock() - begun)
        self._credit = min(max(saved, -self._budget), MOST_CREDIT)
        return sight

    def _look(self, grey: Grey, end: float) -> Sight:
        found = zxing.read(grey)
        if cascade.complete(found, self._plausible):
            self._waiting.clear()
            self._adviser.forget()
            return Sight(tuple(in_reading_order(found.codes)))
        pixels = grey.array()
        place = places.find(pixels)
        measures = self._adviser.measure(pixels, place) if place is not None else None
        if place is not None and measures is not None:
            self._waiting.append(_cut(pixels, place, measures.sharpness))
        codes = found.codes or self._thorough(grey, end - self._clock())
        if codes:
            return Sight(tuple(in_reading_order(codes)))
        said = self._adviser.say(measures)
        return Sight((), place.corners if place is not None and self._adviser.sure else None, said)

    def _thorough(self, grey: Grey, seconds: float) -> tuple[Code, ...]:
        """Spend what was saved up on the best frame that waits, or on this one whole where none does."""
        self._hasty += 1
        if self._hasty > OVERDUE:
            seconds = max(seconds, OVERDUE_SECONDS)
        elif seconds < (LEAST_CREDIT if self._waiting else MOST_CREDIT):
            return ()
        self._hasty = 0
        best = _Candidate(0.0, grey, (0, 0))
        if self._waiting:
            best = max(self._waiting, key=lambda candidate: candidate.sharpness)
            self._waiting.remove(best)
        found = cascade.read(best.cut, plausible=self._plausible, seconds=seconds)
        x, y = best.corner
        return tuple(
            Code(code.text, tuple((px + x, py + y) for px, py in code.corners)) for code in found.codes
        )


def _cut(pixels: Pixels, place: Place, sharpness: float) -> _Candidate:
    left, top, right, bottom = places.around(place, pixels.shape)
    return _Candidate(sharpness, from_bytes_array(pixels[top:bottom, left:right]), (left, top))
