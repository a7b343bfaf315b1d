"""A time limit that is handed down and asked between steps."""

from __future__ import annotations

import time
from collections.abc import Callable

Clock = Callable[[], float]


class Deadline:
    """A moment ``seconds`` from now by ``clock``; work asks whether it has ``passed`` before each step."""

    def __init__(self, seconds: float, *, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._end = clock() + seconds

    @property
    def left(self) -> float:
        """Seconds that are left, 0 when it has passed."""
        return max(self._end - self._clock(), 0.0)

    @property
    def passed(self) -> bool:
        """Whether nothing more should begin."""
        return self.left <= 0

    def within(self, seconds: float) -> Deadline:
        """Return a deadline at most ``seconds`` from now and not after this one."""
        return Deadline(min(seconds, self.left), clock=self._clock)
