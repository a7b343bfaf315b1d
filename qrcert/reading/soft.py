"""Our own reader for what no engine reads: soft decisions, a trained equaliser, erasures, paper that is bent.

    found = soft.read(grey, plausible=lambda text: text.startswith("QC1:"), seconds=0.06)

A stage of the cascade, after engines that are faster on all they can read. Each candidate gets a first, quick
attempt; those that look like a symbol and were not read get further rounds, and only then smaller sizes are
searched. In a film, where a code was last seen is a hint that saves most of the search.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from qrcert.reading import finding, solving
from qrcert.reading.codes import Code, Corners, Found, covers
from qrcert.reading.deadline import Clock, Deadline
from qrcert.reading.fitting import Candidate
from qrcert.reading.grey import Grey
from qrcert.reading.solving import Attempt

Plausible = Callable[[str], bool]

SECONDS: Final = 1.2
"""Time for a picture: with the engines before it, 1.5 s."""


def read(
    picture: Grey,
    *,
    plausible: Plausible,
    seconds: float = SECONDS,
    hints: Sequence[Corners] = (),
    clock: Clock = time.monotonic,
) -> Found:
    """Return the codes with a plausible text that are read within ``seconds``; ends at the first, but for hints.

    ``hints`` are corners of places where codes were seen, in this picture or the frame before: they are looked
    at first, and the search goes on until each is read. Nothing implausible is returned.
    """
    deadline = Deadline(seconds, clock=clock)
    reader = _Reader(picture.array(), plausible, hints, deadline)
    for candidate in finding.candidates(reader.picture, hints=hints, deadline=deadline):
        reader.look(candidate)
        if reader.done:
            break
    return Found(tuple(reader.codes))


class _Reader:
    """What was read of a picture so far, and what was tried."""

    def __init__(
        self, picture: NDArray[np.uint8], plausible: Plausible, hints: Sequence[Corners], deadline: Deadline
    ) -> None:
        self.picture = picture
        self.codes: list[Code] = []
        self._plausible = plausible
        self._hints = hints
        self._deadline = deadline

    @property
    def done(self) -> bool:
        """Whether a code was read, and one in every place of the hints, or the time is over."""
        if self._deadline.passed:
            return True
        return bool(self.codes) and all(
            any(covers(code.corners, hint) for code in self.codes) for hint in self._hints
        )

    def look(self, candidate: Candidate) -> None:
        """Try a candidate, as long as it looks like a symbol and there is time."""
        attempt = solving.begin(self.picture, candidate)
        while attempt is not None and not self._taken(attempt):
            if attempt.text is not None and self._plausible(attempt.text):
                self.codes.append(Code(attempt.text, attempt.corners))
            if self._deadline.passed or not attempt.hopeful:
                break
            attempt = solving.go_on(self.picture, attempt)

    def _taken(self, attempt: Attempt) -> bool:
        """Return whether a code was read where the attempt is."""
        return any(covers(code.corners, attempt.corners) for code in self.codes)
